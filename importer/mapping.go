package importer

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"chaping"
	"chaping/ingest"
)

// A mapper decides what the columns of a file are: by what a person says, then
// by their names, then by their values.
type mapper struct {
	u          *Understanding
	vocabulary *vocabulary
	options    *Options
	samples    []*sample

	looks  []looks
	field  []string // of each column
	how    []Confidence
	fault  []string
	column map[string]int // of each field

	zero       bool                  // a rating of 0 is the worst
	best1      bool                  // the file says that 1 is the best rating
	rowNumbers bool                  // IDs count rows, and other columns name rows by them
	status     map[string]bool       // columns of JSON that say how a request went
	grades     map[int]chaping.Grade // what the text model makes of rows, see gradeOf
	texts      map[int]string
}

// prepare looks at the values of the columns.
func (m *mapper) prepare() {
	n := len(m.samples)
	m.looks, m.column = make([]looks, n), map[string]int{}
	m.field, m.how, m.fault = make([]string, n), make([]Confidence, n), make([]string, n)
	for i, s := range m.samples {
		m.looks[i] = lookAt(s)
	}
	if m.ofJSON() {
		m.status = statuses(m.samples)
	}
}

func (m *mapper) ofJSON() bool { return m.u.Format == formatJSON || m.u.Format == formatLines }

func (m *mapper) mapColumns() error {
	m.prepare()
	if err := m.byPerson(); err != nil {
		return err
	}
	if m.options.Profile.Understand {
		m.marks()
		m.byName()
		m.more()
		m.byValues()
		m.parents()
		m.checkIdentity()
		m.oneRating()
		m.media()
		m.keys()
	} else {
		m.byProfile()
	}
	m.garbled()
	m.captured()
	m.clock()
	m.gradedByName()
	m.scale()
	m.dates()
	m.titles()
	m.products()
	m.roundedProducts()
	m.price()
	m.missing()
	m.u.Questions = m.options.Profile.gone(m.u.Questions, m.mapped)
	m.unused()
	m.unusedTexts()
	m.severalInOne()
	m.notUsed()
	m.reversed()
	m.shops()
	m.report()
	return nil
}

func (m *mapper) set(i int, field string, how Confidence) {
	m.field[i], m.how[i] = field, how
	m.column[field] = i
}

// unset leaves a column unused; why says what is the matter with it.
func (m *mapper) unset(i int, why string) {
	delete(m.column, m.field[i])
	m.field[i], m.how[i], m.fault[i] = "", "", why
}

func (m *mapper) has(field string) bool {
	_, ok := m.column[field]
	return ok
}

func (m *mapper) ask(q Question) { m.u.Questions = append(m.u.Questions, q) }

// named finds a column by its name.
func (m *mapper) named(name string) int {
	for _, same := range []func(string) bool{
		func(s string) bool { return s == name },
		func(s string) bool { return columnName(s) == columnName(name) },
		func(s string) bool { return plainName(s) != "" && plainName(s) == plainName(name) },
	} {
		if i := slices.IndexFunc(m.samples, func(s *sample) bool { return same(s.name) }); i >= 0 {
			return i
		}
	}
	return -1
}

func (m *mapper) byPerson() error {
	for _, field := range slices.Sorted(maps.Keys(m.options.Map)) {
		name := m.options.Map[field]
		if FieldNamed(field) == "" {
			return &chaping.InputError{File: m.u.File, Field: field, Value: name, Problem: "没有这个字段",
				Remedy: "可用字段：" + strings.Join(titles(), "、")}
		}
		if name == "" { // the field is to have no column
			m.column[FieldNamed(field)] = -1
			continue
		}
		columns, missing := []int{m.named(name)}, name
		if Joins(FieldNamed(field)) {
			columns, missing = m.severalColumns(name)
		}
		if len(columns) == 0 || columns[0] < 0 {
			return m.noColumn(FieldNamed(field), missing)
		}
		for _, i := range columns {
			m.set(i, FieldNamed(field), ByPerson)
		}
	}
	return nil
}

func titles() (list []string) {
	for _, f := range Fields() {
		list = append(list, f.Title)
	}
	return list
}

// byProfile takes the columns that a profile names and no others, as the import
// with it does.
func (m *mapper) byProfile() {
	for _, field := range fieldNames() {
		for _, name := range m.options.Profile.Fields[field] {
			if i := m.named(name); i >= 0 && m.field[i] == "" && !m.has(field) {
				m.set(i, field, ByName)
			}
		}
	}
}

// notOfReviews is why dates are not used that are of something else by their name.
const notOfReviews = "是日期，名称不像评论时间"

// least is what name and values must come to together.
const least = 0.25

func (m *mapper) byName() {
	type pair struct {
		column int
		field  string
		name   float64
		like   float64 // how much the values are like the field's
		score  float64
	}
	var pairs []pair
	for i, s := range m.samples {
		if m.field[i] != "" {
			continue
		}
		up := strings.HasPrefix(s.name, "^")
		for field, fit := range m.vocabulary.fits(s.name) {
			if m.status[s.name] && (field == fieldText || field == fieldRating) {
				continue
			}
			if up && slices.Contains([]string{fieldText, fieldPublished, fieldRating, fieldID, fieldTitle,
				fieldAppended, fieldAppendedAt, fieldBuyer}, field) {
				continue
			}
			l := &m.looks[i]
			like := l.fit(field)
			if _, said := m.saidOf(i); said && field == fieldRating {
				like = max(like, l.rating) // 0 and 1, where the name says what they are
			}
			if field == fieldProductID && l.id < 0.5 && l.text > 0.5 && ofVariants(s.name) {
				continue // a colour is no product
			}
			part := 0.75 + 0.25*float64(len(s.values))/float64(max(s.rows, 1))
			if field == fieldAppended || field == fieldAppendedAt || field == fieldTitle {
				part = 1
			}
			pairs = append(pairs, pair{i, field, fit, like, fit * like * part})
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.column, b.column), cmp.Compare(a.field, b.field))
	})
	for _, p := range pairs {
		if p.field == fieldRating && m.ofService(p.column) {
			continue
		}
		if m.field[p.column] != "" || m.has(p.field) {
			continue
		}
		if p.score < least {
			if p.name > 0.9 && m.fault[p.column] == "" {
				m.fault[p.column] = "名称像" + TitleOf(p.field) + "，内容不像"
			}
			continue
		}
		if p.field == fieldPublished && p.name <= onlyGuess {
			if p.like > 0.5 {
				m.fault[p.column] = notOfReviews
			}
			continue
		}
		if p.field == fieldRating && m.looks[p.column].same > 0 && p.like < 0.5 {
			m.fault[p.column] = "名称像评分，内容不像"
			continue
		}
		how := ByName
		if p.name < 0.74 {
			how = Likely
		}
		m.set(p.column, p.field, how)
	}
}

// ofVariants tells names of what a product comes in several of.
func ofVariants(name string) bool {
	return containsAny(plainName(name), "sku", "规格", "属性", "款式", "颜色", "variant", "option")
}

// free are the columns that have no field yet and are not known as needless.
func (m *mapper) free() (list []int) {
	for i, s := range m.samples {
		if m.field[i] == "" && len(s.values) > 0 && !strings.HasPrefix(s.name, "^") && !m.needless(i) &&
			(!m.ofJSON() || !inList(s.name) && !m.status[s.name]) {
			list = append(list, i)
		}
	}
	return list
}

func (m *mapper) needless(i int) bool {
	path := strings.Split(m.samples[i].name, ".")
	return slices.ContainsFunc(path, func(part string) bool { return m.vocabulary.ignored(plainName(part)) })
}

// encoded tells values that are no words: pictures in base64, signatures.
func encoded(values []string) bool {
	for _, value := range values {
		if len(value) < 40 || strings.IndexFunc(value, func(r rune) bool { return r >= 0x80 || r <= ' ' }) >= 0 {
			return false
		}
	}
	return len(values) > 0
}

// byValues finds columns whose names say nothing.
func (m *mapper) byValues() {
	pick := func(field string, fit func(i int) float64) int {
		best, most := -1, 0.0
		for _, i := range m.free() {
			if f := fit(i); f > most {
				best, most = i, f
			}
		}
		if best >= 0 {
			m.set(best, field, ByValues)
			m.ask(Question{Kind: AskGuess, Column: m.samples[best].name, Field: field, Samples: m.examples(best),
				Text: fmt.Sprintf("列“%s”的内容像%s，是吗？", m.samples[best].name,
					TitleOf(field)), Assumed: "按" + TitleOf(field) + "读取"})
		}
		return best
	}
	if !m.has(fieldPublished) {
		for _, i := range m.free() {
			path := strings.Split(m.samples[i].name, ".")
			if plain := plainName(path[len(path)-1]); m.fault[i] == "" && m.looks[i].dateLike() > 0.5 && datedOtherwise(plain) {
				m.fault[i] = notOfReviews
			}
		}
		pick(fieldPublished, func(i int) float64 {
			l := &m.looks[i]
			if m.fault[i] != "" || l.dateLike() < 0.8 || l.date == 0 && (l.serial < 0.95 || m.ofJSON()) {
				return 0 // in JSON a number of five digits is hardly a day
			}
			return l.dateLike() + l.date + l.distinct
		})
	}
	if !m.has(fieldRating) {
		m.findRating(pick)
	}
	if !m.has(fieldText) && (!m.ofJSON() || !isOtherRecord(m.samples)) {
		pick(fieldText, func(i int) float64 {
			l := &m.looks[i]
			if encoded(m.samples[i].values) || l.text < 0.4 || l.dateLike() > 0.5 || l.url > 0.3 || l.stronglyRating() || l.runes < 2 ||
				l.id > 0.8 && l.runes < 40 {
				return 0
			}
			return min(l.runes, 200) * (0.1 + l.distinct)
		})
	}
	noNames := m.u.HeaderRow == 0 && m.u.Format != formatJSON && m.u.Format != formatLines
	if !m.has(fieldID) && m.u.Rows > 1 {
		for _, i := range m.free() {
			l := &m.looks[i]
			if l.distinct == 1 && !l.counting && l.url == 0 &&
				(l.long > 0.9 && l.rounded < 0.9 || noNames && l.id > 0.95 && l.text < 0.5 && l.date < 0.5 &&
					l.rating < 0.5) {
				m.set(i, fieldID, ByValues)
				break
			}
		}
	}
	if m.u.titles.products() || m.has(fieldProductID) || m.has(fieldProduct) || m.has(fieldURL) || m.options.Facts.ProductID != "" ||
		m.options.Facts.Product != "" {
		return
	}
	if pick(fieldProductID, func(i int) float64 {
		l := &m.looks[i]
		if !noNames && l.long < 0.9 || l.id < 0.95 || l.rating > 0.9 || l.counting || l.dateLike() > 0.5 &&
			l.long < 0.5 || l.runes < 4 || l.distinct > 0.9 && m.u.Rows > 5 {
			return 0
		}
		return 2 - l.distinct
	}) < 0 && noNames {
		pick(fieldProduct, func(i int) float64 {
			l := &m.looks[i]
			if l.text < 0.9 || l.runes < 3 || l.runes > 80 || l.distinct > 0.6 && m.u.Rows > 3 || l.url > 0 ||
				l.stronglyRating() {
				return 0
			}
			return 2 - l.distinct
		})
	}
}

// findRating takes the one column that looks like ratings; of several a person
// must choose, unless one is of words or stars.
func (m *mapper) findRating(pick func(string, func(int) float64) int) {
	if pick(fieldRating, func(i int) float64 {
		if !m.looks[i].stronglyRating() || m.ofService(i) || m.drawsElse(i) {
			return 0
		}
		return 1
	}) >= 0 {
		return
	}
	var like []int
	for _, i := range m.free() {
		l := &m.looks[i]
		if l.stronglyRating() && !m.ofService(i) && m.drawsElse(i) {
			m.ask(Question{Kind: AskField, Column: m.samples[i].name, Field: fieldRating, Samples: m.examples(i),
				Text:    fmt.Sprintf("列“%s”像页面上画的星级，也可能是别的（进度、会员等级）。是评分吗？", m.samples[i].name),
				Assumed: "没有用作评分，按评论文字判断差评"})
		}
		if m.fault[i] == "" && l.ratingLike() > 0.95 && l.same <= 11 && len(l.numbers) > 0 && l.zero < 0.5 && !m.aggregate(i) &&
			slices.Max(l.numbers) <= 5 && slices.Min(l.numbers) > 0 && (l.same > 1 || m.u.Rows <= 3) {
			like = append(like, i)
		}
	}
	if len(like) == 1 {
		pick(fieldRating, func(i int) float64 {
			if i == like[0] {
				return 1
			}
			return 0
		})
		return
	}
	for _, i := range like {
		m.ask(Question{Kind: AskField, Column: m.samples[i].name, Field: fieldRating, Samples: m.examples(i),
			Text: fmt.Sprintf("列“%s”像评分，像评分的列不止一列。哪一列是评分？", m.samples[i].name), Assumed: "没有用作评分，按评论文字判断差评"})
	}
}

// drawsElse tells columns that are not called ratings and that pages draw, whose
// widths and stars may as well be those of progress or of members.
func (m *mapper) drawsElse(i int) bool {
	s := m.samples[i]
	return !starsByName(s.name) && slices.ContainsFunc(s.values[:min(len(s.values), lookedAt)], drawnOfElse.MatchString)
}

var drawnOfElse = regexp.MustCompile(`(?i)\bwidth\s*:|(?:user|member|buyer|author|vip|level|grade|shop|seller|store)[a-z_-]*star`)

// checkIdentity makes sure that the column of IDs tells reviews apart.
func (m *mapper) checkIdentity() {
	i, ok := m.column[fieldID]
	if !ok || i < 0 || len(m.samples[i].values) == 0 {
		return
	}
	s, l := m.samples[i], &m.looks[i]
	drop := func(why string) {
		if m.how[i] == ByPerson && l.damaged == 0 {
			return
		}
		m.ask(Question{Kind: AskIdentity, Column: s.name, Field: fieldID, Samples: m.examples(i), Text: why + "。",
			Assumed: "不用这一列认评论，改按商品、时间和内容"})
		m.fault[i], m.field[i], m.how[i] = why, "", ""
		delete(m.column, fieldID)
	}
	if l.damaged > 0 {
		drop(fmt.Sprintf("列“%s”的编号被表格软件改成了科学计数法，后面的数字已经丢失", s.name))
		return
	}
	if l.long > 0 && l.rounded >= l.long && l.long*float64(len(s.values)) >= 3 {
		drop(fmt.Sprintf("列“%s”的编号第 15 位以后都是 0，被表格软件舍入过", s.name))
		return
	}
	if parent, ok := m.column[fieldParent]; ok && parent != i && m.how[i] != ByPerson && countsRows(s.values) {
		m.rowNumbers = true
		m.ask(Question{Kind: AskIdentity, Column: s.name, Field: fieldID, Samples: m.examples(i),
			Text:    fmt.Sprintf("列“%s”像是行号，换一个文件又从头编起。", s.name),
			Assumed: "只按它把追评并入评论；认评论改按商品、时间和内容"})
		return
	}
	if m.how[i] != ByPerson && countsRows(s.values) {
		drop(fmt.Sprintf("列“%s”像是行号，换一个文件又从头编起", s.name))
		return
	}
	if parent, ok := m.column[fieldParent]; ok && parent == i { // a review and its follow-up have one ID
		return
	}
	rows := m.contentOf()
	first := map[string]int{}
	twice, differ := 0, 0
	for k, value := range s.values {
		id, _ := ingest.ID(value)
		at, seen := first[id]
		if !seen {
			first[id] = s.at[k]
			continue
		}
		twice++
		if rows(at) != rows(s.at[k]) {
			differ++
		}
	}
	if differ >= 2 && differ*3 > twice && differ*50 > len(s.values) || differ == 1 && len(s.values) <= 10 &&
		m.how[i] != ByName {
		drop(fmt.Sprintf("列“%s”里同一个编号的评论内容不同（%d 处），它不是评论的编号", s.name, differ))
	}
}

// countsRows tells whether values count rows from 0 or 1, up or down, be it that
// some rows were taken out: every file does so anew.
func countsRows(values []string) bool {
	if len(values) < 2 {
		return false
	}
	first, last, up := 0, 0, true
	for i, value := range values {
		n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), ".0"))
		switch {
		case err != nil || n < 0 || i > 0 && n == last:
			return false
		case i == 0:
			first = n
		case i == 1:
			up = n > last
		case up != (n > last):
			return false
		}
		last = n
	}
	return min(first, last) <= 1 && max(first, last) <= 2*len(values)
}

// contentOf tells text and date of a row of the sample.
func (m *mapper) contentOf() func(row int) string {
	content := map[int]string{}
	for _, field := range []string{fieldText, fieldPublished, fieldProductID} {
		if i, ok := m.column[field]; ok && i >= 0 {
			for k, value := range m.samples[i].values {
				content[m.samples[i].at[k]] += value + "\x00"
			}
		}
	}
	return func(row int) string { return content[row] }
}

// starsByName tells names that have to do with ratings, whatever else is in them.
func starsByName(name string) bool {
	plain := plainName(name)
	return containsAny(plain, "星级", "评分", "评级", "星数", "star", "rating") && !containsAny(plain, "start", "店", "平均", "数量", "时间", "count", "date", "total")
}

// parses tells whether a field can be read from a value.
func (m *mapper) parses(field, value string) bool {
	var err error
	switch field {
	case fieldPublished, fieldAppendedAt:
		_, err = append(slices.Clone(ingest.Dates(m.u.Dates)), ingest.Serial).Parse(value, m.exportedAt())
	case fieldRating:
		_, err = ingest.ParseRating(value)
	case fieldPrice:
		_, err = ingest.Price(value)
	case fieldID, fieldProductID:
		_, damaged := ingest.ID(value)
		return !damaged
	}
	return err == nil
}
