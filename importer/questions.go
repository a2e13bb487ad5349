package importer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"chaping"
)

// gaps asks about rows that name no product below rows that do.
func (m *mapper) gaps() {
	named := map[int]bool{}
	column, first := "", m.u.Rows
	for _, field := range []string{fieldProductID, fieldProduct} {
		if m.mapped(field) {
			s := m.samples[m.column[field]]
			column = s.name
			for _, at := range s.at {
				named[at], first = true, min(first, at)
			}
		}
	}
	if gaps := m.u.Rows - len(named); gaps > 0 && first == 0 && !m.options.FillDown && !m.options.Profile.FillDown && m.u.Format != formatLines &&
		m.u.Format != formatJSON {
		m.ask(Question{Kind: AskFillDown, Column: column, Field: fieldProductID, Blocks: gaps*2 > m.u.Rows,
			Text:    fmt.Sprintf("有 %d 行没有商品，上面的行有：是合并的单元格拆开了，和上面同一商品吗？", gaps),
			Assumed: "没有商品的行不收录"})
	}
}

// mapped tells whether a field has a column with values.
func (m *mapper) mapped(field string) bool {
	i, ok := m.column[field]
	return ok && i >= 0
}

func (m *mapper) missing() {
	for _, field := range []string{fieldPublished, fieldText} {
		if !m.mapped(field) {
			m.u.Missing = append(m.u.Missing, field)
			m.ask(Question{Kind: AskMissing, Field: field, Blocks: true, Text: "没有认出哪一列是" + TitleOf(field) + m.nearly(field) + "。",
				Assumed: "不能导入"})
		}
	}
}

// nearly names the columns that look like dates and were not taken for those of
// the reviews.
func (m *mapper) nearly(field string) string {
	var list []string
	for i, s := range m.samples {
		if field == fieldPublished && m.fault[i] != "" && m.looks[i].dateLike() > 0.5 && len(list) < 3 {
			list = append(list, "列“"+s.name+"”"+m.fault[i])
		}
	}
	if field == fieldPublished && m.named("年") >= 0 && m.named("月") >= 0 && m.named("日") >= 0 {
		list = append(list, "年、月、日分在三列，合成一列才能读")
	}
	if len(list) == 0 {
		return ""
	}
	return "：" + strings.Join(list, "；")
}

// unused asks about columns that look like something and are not used.
func (m *mapper) unused() {
	asked := map[string]bool{}
	for _, q := range m.u.Questions {
		asked[q.Column] = true
	}
	for _, i := range m.free() {
		l, name := &m.looks[i], m.samples[i].name
		if asked[name] || m.followUps(i) > 0 {
			continue
		}
		field := ""
		lost := m.vocabulary.fits(name)
		if containsAny(plainName(name), "date", "time", "日期", "时间") && l.date < 0.9 {
			continue
		}
		if (lost[fieldRating] >= 0.8 || starsByName(name) && l.same <= 11 && l.same*2 <= max(len(m.samples[i].values), 2)) && !m.mapped(fieldRating) && len(m.samples[i].values) > 0 {
			m.ask(Question{Kind: AskField, Column: name, Field: fieldRating, Samples: m.examples(i),
				Text:    fmt.Sprintf("列“%s”名称像评分，写法读不懂，没有用。仍要用吗？", name),
				Assumed: "不用，没有评分的评论按文字判断"})
			continue
		}
		switch {
		case l.stronglyRating() || l.ratingLike() > 0.95 && l.same <= 11 && l.same > 1 && len(l.numbers) > 0 &&
			slices.Max(l.numbers) <= 5 && l.zero < 0.2 && !m.mapped(fieldRating):
			field = fieldRating
		case l.date > 0.9 && l.epoch < 0.9 && m.fault[i] == "":
			field = fieldPublished
		case l.long > 0.9 && l.distinct > 0.99 && !m.mapped(fieldID):
			field = fieldID
		}
		if field == "" || lost[field] > 0 && m.mapped(field) && m.how[m.column[field]] != ByValues {
			continue
		}
		m.ask(Question{Kind: AskField, Column: name, Field: field, Samples: m.examples(i),
			Text: fmt.Sprintf("列“%s”像%s，没有用。要用吗？", name, TitleOf(field)), Assumed: "不用"})
	}
}

// notUsed tells of columns that say what the import does not take from them.
func (m *mapper) notUsed() {
	m.tellFollowUps()
	for i, s := range m.samples {
		if m.field[i] != "" || strings.HasPrefix(s.name, "^") {
			continue
		}
		tell := func(text, assumed string) {
			m.ask(Question{Kind: AskUnused, Column: s.name, Samples: m.examples(i), Text: text, Assumed: assumed})
		}
		plain := plainName(s.name)
		flag := strings.HasPrefix(plain, "是否") || strings.HasPrefix(plain, "is")
		switch {
		case flag && containsAny(plain, "差评", "负面", "negative", "bad") && !m.mapped(fieldRating):
			tell(fmt.Sprintf("列“%s”写明哪些是差评，程序没有用它；把它改成写着差评、好评的一列就能用。", s.name), "按评论文字判断差评")
		case flag && containsAny(plain, "默认", "自动", "系统", "default") && m.yes(i) > 0:
			tell(fmt.Sprintf("列“%s”写明 %d 行是默认评价，程序没有用它。", s.name, m.yes(i)), "默认评价按文字识别")
		}
	}
}

// yes counts the rows that a column says yes of.
func (m *mapper) yes(i int) (n int) {
	for _, value := range m.samples[i].values {
		if slices.Contains([]string{"是", "y", "yes", "true", "1", "t", "√", "有"}, strings.ToLower(strings.TrimSpace(value))) {
			n++
		}
	}
	return n
}

// examples are the first three different values of a column.
func (m *mapper) examples(i int) (list []string) {
	for _, value := range m.samples[i].values {
		short := chaping.Shorten(strings.ToValidUTF8(value, ""), 60)
		if !slices.Contains(list, short) {
			list = append(list, short)
		}
		if len(list) == 3 {
			break
		}
	}
	return list
}

// report fills in the columns and the profile to import with.
func (m *mapper) report() {
	p := *m.options.Profile
	p.Understand, p.Ignore = false, nil
	p.Fields = map[string][]string{}
	p.Dates = m.u.Dates
	if m.u.Scale != float64(p.Rating.Max) || m.u.Signed {
		p.Scale.Max, p.Scale.Signed = m.u.Scale, m.u.Signed
	}
	p.Scale.Zero = p.Scale.Zero || m.zero
	p.Scale.Reversed = p.Scale.Reversed || m.options.Reversed || m.best1
	p.FillDown = p.FillDown || m.options.FillDown
	p.ProductFromTable = p.ProductFromTable || m.options.ProductFromTable
	p.SkipVoid = p.SkipVoid || m.options.SkipVoid
	p.ShopFromTable = p.ShopFromTable || m.options.ShopFromTable
	var names []string
	for i, s := range m.samples {
		c := Column{Name: s.name, Field: m.field[i], Confidence: m.how[i], Looks: m.looks[i].String(),
			Samples: m.examples(i), Filled: len(s.values), Fault: m.fault[i]}
		for _, value := range s.values {
			if m.parses(c.Field, value) {
				c.Parsed++
			}
		}
		m.u.Columns = append(m.u.Columns, c)
		if c.Field != "" {
			p.Fields[c.Field] = append(p.Fields[c.Field], m.path(c.Field, s.name))
		}
		if !strings.HasPrefix(s.name, "^") {
			names = append(names, plainName(s.name))
		}
	}
	if parent, ok := m.column[fieldParent]; ok && parent >= 0 && m.field[parent] != fieldParent {
		p.Fields[fieldParent] = []string{m.path(fieldParent, m.samples[parent].name)}
	}
	p.RowNumbers = p.RowNumbers || m.rowNumbers
	if m.options.Profile.Understand {
		m.alternatives(&p)
	} else { // as they are: the first that a row has
		p.Fields = maps.Clone(m.options.Profile.Fields)
	}
	sum := sha256.Sum256([]byte(strings.Join(slices.Sorted(slices.Values(names)), "\x00")))
	m.u.Signature = hex.EncodeToString(sum[:8])
	p.Signature = m.u.Signature
	m.u.profile = &p
}

// alternatives adds columns that have a field's value where its own column has
// none, and in JSON names that the sample did not have: objects leave out what is
// empty.
func (m *mapper) alternatives(p *Profile) {
	for field, i := range m.column {
		if i < 0 || m.how[i] == ByPerson {
			continue
		}
		rows := map[int]bool{}
		for _, at := range m.samples[i].at {
			rows[at] = true
		}
		for j, s := range m.samples {
			if m.field[j] != "" || len(s.values) == 0 || m.fault[j] != "" ||
				m.vocabulary.fits(s.name)[field] < 0.6 || m.looks[j].fit(field) < 0.6 || orderTime(s.name) {
				continue
			}
			if !slices.ContainsFunc(s.at, func(at int) bool { return rows[at] }) {
				p.Fields[field] = append(p.Fields[field], s.name)
				for _, at := range s.at {
					rows[at] = true
				}
			}
		}
	}
	if m.u.Format != formatLines && m.u.Format != formatJSON || m.u.Whole {
		return
	}
	for _, field := range fieldNames() {
		if i, ok := m.column[field]; ok && (i < 0 || m.how[i] == ByPerson) {
			continue
		}
		for _, name := range m.options.Profile.Fields[field] {
			if m.named(name) < 0 && !orderTime(name) && !strings.ContainsAny(name, pathSyntax) {
				p.Fields[field] = append(p.Fields[field], name)
			}
		}
	}
}

// String says in Chinese what values look like.
func (l *looks) String() string {
	switch {
	case l.same == 0:
		return "空"
	case l.url > 0.8:
		return "网址"
	case l.date > 0.8:
		return "日期"
	case l.stronglyRating():
		return "评分"
	case l.damaged > 0.5:
		return "损坏的编号"
	case l.long > 0.8:
		return "长编号"
	case l.counting:
		return "序号"
	case l.ratingLike() > 0.95 && l.same <= 11:
		return "小数字"
	case l.text > 0.5 && l.runes > 12:
		return "文字"
	case l.text > 0.5:
		return "短文字"
	case l.id > 0.8:
		return "编号或数字"
	}
	return "混合"
}
