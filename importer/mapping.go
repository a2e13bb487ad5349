package importer

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

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

	zero   bool                  // a rating of 0 is the worst
	best1  bool                  // the file says that 1 is the best rating
	status map[string]bool       // columns of JSON that say how a request went
	grades map[int]chaping.Grade // what the text model makes of rows, see gradeOf
	texts  map[int]string
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
		if !m.looks[i].stronglyRating() || m.ofService(i) {
			return 0
		}
		return 1
	}) >= 0 {
		return
	}
	var like []int
	for _, i := range m.free() {
		l := &m.looks[i]
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

func (m *mapper) dates() {
	formats := slices.Clone(m.options.Profile.Dates)
	i, ok := m.column[fieldPublished]
	if ok && i >= 0 {
		if m.how[i] != ByPerson && m.options.Profile.Understand && m.options.DayOrder == "" && m.halfConverted(i) {
			m.unset(i, "有的日期是文字，有的像是被表格软件把日和月弄反了，重新导出，别用表格软件打开")
			i, ok = -1, false
		}
	}
	if ok && i >= 0 && m.how[i] != ByPerson && m.options.Profile.Understand {
		if _, err := ingest.ZoneOfName(m.samples[i].name); err != nil {
			m.unset(i, "列名写着的时区不知道是哪一个，换算成北京时间再导入；就是北京时间的，指明它是评论时间")
			i, ok = -1, false
		}
	}
	if ok && i >= 0 {
		l := &m.looks[i]
		if l.order > 0 {
			any := cmp.Or(m.options.DayOrder, m.dateOrder(l))
			if any == "" {
				any = ingest.AnyDate
				m.ask(Question{Kind: AskOrder, Column: m.samples[i].name, Field: fieldPublished,
					Samples: m.examples(i), Blocks: l.order > 0.5,
					Text:    fmt.Sprintf("列“%s”的日期（如 %s）是年在前、日在前还是月在前？", m.samples[i].name, m.first(i, ingest.ErrOrder)),
					Assumed: "这样的日期不收录"})
			}
			formats = slices.DeleteFunc(formats, func(f string) bool { return f == ingest.AnyDate })
			formats = append(formats, any)
		}
		if l.relative > 0 && m.options.ExportedAt.IsZero() && !m.mapped(fieldCaptured) {
			q := Question{Kind: AskExported, Column: m.samples[i].name, Field: fieldPublished,
				Samples: m.examples(i), Blocks: l.relative > 0.5,
				Text:    fmt.Sprintf("列“%s”有相对的日期（如 %s），文件是哪一天导出的？", m.samples[i].name, m.first(i, ingest.ErrRelative)),
				Assumed: "这样的日期不收录"}
			if !m.u.ExportedAt.IsZero() {
				q.Blocks, q.Assumed = false, "按表头上写的 "+m.u.ExportedAt.Format(time.DateOnly)+" 推算"
			}
			m.ask(q)
		}
		if orderTime(m.samples[i].name) {
			m.ask(Question{Kind: AskGuess, Column: m.samples[i].name, Field: fieldPublished, Samples: m.examples(i),
				Text: fmt.Sprintf("没有评论时间，列“%s”像是下单或收货的时间，用它代替吗？", m.samples[i].name), Assumed: "用它代替评论时间"})
		}
	}
	if ok && i >= 0 {
		formats = m.zoned(i, formats)
	}
	if m.u.from1904 {
		formats = append([]string{ingest.Serial1904}, formats...)
	}
	m.u.Dates = formats
}

// zoned are formats for a column whose name says in which zone its clock is:
// 评价时间（UTC）.
func (m *mapper) zoned(i int, formats []string) []string {
	zone, err := ingest.ZoneOfName(m.samples[i].name)
	if zone == "" || zone == "+08:00" || err != nil {
		return formats
	}
	if !slices.Contains(formats, ingest.AnyDate) {
		m.ask(Question{Kind: AskUnused, Column: m.samples[i].name, Field: fieldPublished, Samples: m.examples(i),
			Text: fmt.Sprintf("列“%s”不是北京时间，程序没有换算。", m.samples[i].name), Assumed: "按北京时间读取"})
		return formats
	}
	return slices.Insert(slices.Clone(formats), slices.Index(formats, ingest.AnyDate), ingest.Zoned+zone)
}

// dateOrder is the order of the numbers in a column's dates, as far as they tell
// it. "": they do not, or contradict each other.
func (m *mapper) dateOrder(l *looks) string {
	dayFirst, monthFirst := l.dayFirst > 0, l.monthFirst > 0
	if len(l.short) > 0 {
		yearFirst, known := l.yearFirst(m.options.Now)
		switch {
		case !known || yearFirst && (dayFirst || monthFirst):
			return ""
		case yearFirst:
			return ingest.YearFirst
		}
		dayFirst = dayFirst || slices.ContainsFunc(l.short, func(n [3]int) bool { return n[0] > 12 })
	}
	switch {
	case dayFirst && !monthFirst:
		return ingest.DayFirst
	case monthFirst && !dayFirst:
		return ingest.MonthFirst
	}
	return ""
}

// halfConverted tells columns that a spreadsheet has opened which reads the day
// where the file has the month: 03/11/2026 became 11 March, and 13/11/2026 stayed
// the text that it was. All dates have days up to 12 then, all texts later ones.
func (m *mapper) halfConverted(i int) bool {
	texts, dates := 0, 0
	for _, value := range m.samples[i].values {
		if n, ok := threeNumbers(value); ok && n[2] >= 100 {
			if n[0] <= 12 && n[1] <= 12 {
				return false
			}
			texts++
			continue
		}
		at, err := ingest.Dates{ingest.AnyDate}.Parse(value, time.Time{})
		if err != nil || at.Day() > 12 {
			return false
		}
		dates++
	}
	return texts > 0 && dates > 0 && texts+dates >= 4
}

// orderTime tells names of times that are not those of reviews.
func orderTime(name string) bool {
	return containsAny(plainName(name), "下单", "购买", "付款", "支付", "成交", "收货", "完成", "订单", "order", "buy", "purchase",
		"paid")
}

// first is the first value of a column whose date fails so.
func (m *mapper) first(i int, why error) string {
	for _, value := range m.samples[i].values {
		if dateFails(value, why) {
			return chaping.Shorten(value, 20)
		}
	}
	return ""
}

// titles tells titles of reviews from names of products: those of one product
// differ. Where nothing else names products, a column whose values are nearly all
// different is none of products: each review would be one of its own.
func (m *mapper) titles() {
	i, ok := m.column[fieldProduct]
	if !ok || i < 0 || m.how[i] != Likely || m.mapped(fieldTitle) || len(m.vocabulary.fits(m.samples[i].name)) < 2 {
		return
	}
	products := map[int]string{}
	for _, field := range []string{fieldURL, fieldProductID} {
		if j, ok := m.column[field]; ok && j >= 0 {
			for k, value := range m.samples[j].values {
				if field == fieldURL {
					value = productOf(value)
				}
				if value != "" {
					products[m.samples[j].at[k]] = value
				}
			}
		}
	}
	names := map[string]map[string]bool{}
	for k, value := range m.samples[i].values {
		if product := products[m.samples[i].at[k]]; product != "" {
			if names[product] == nil {
				names[product] = map[string]bool{}
			}
			names[product][value] = true
		}
	}
	several := 0
	for _, set := range names {
		if len(set) > 1 {
			several++
		}
	}
	distinct := map[string]bool{}
	for _, value := range m.samples[i].values {
		distinct[value] = true
	}
	rows := len(m.samples[i].values)
	if several*2 > len(names) || len(products) == 0 && rows > 1 && len(distinct)*5 >= rows*4 {
		delete(m.column, fieldProduct)
		switch fits := m.vocabulary.fits(m.samples[i].name); {
		case fits[fieldTitle] > 0:
			m.set(i, fieldTitle, Likely)
		case !m.has(fieldBuyer):
			m.set(i, fieldBuyer, Likely)
		default:
			m.field[i], m.how[i] = "", ""
		}
	}
}

// price asks about prices that interfaces give in fen: whole numbers from a
// thousand that end in zero.
func (m *mapper) price() {
	i, ok := m.column[fieldPrice]
	if ok && i >= 0 && m.how[i] != ByPerson {
		m.highest(i)
	}
	if !ok || i < 0 || m.how[i] == ByPerson || !m.options.Profile.Understand || m.u.Format != formatJSON && m.u.Format != formatLines {
		return
	}
	for _, value := range m.samples[i].values {
		if ingest.PriceOf(value, m.samples[i].name, "") != value { // its name says in what it is
			return
		}
		if n, err := strconv.Atoi(value); err != nil || n < 1000 || n%10 != 0 {
			return
		}
	}
	m.ask(Question{Kind: AskField, Column: m.samples[i].name, Field: fieldPrice, Samples: m.examples(i),
		Text:    fmt.Sprintf("列“%s”像是以分为单位的价格，没有用。是以元为单位、要用吗？", m.samples[i].name),
		Assumed: "价格留空"})
	m.unset(i, "像是以分为单位的价格")
}

// highest takes in the column of the highest price, or of the lowest, where i is
// that of the other.
func (m *mapper) highest(i int) {
	ends := func(name string) (low, high bool) {
		plain := plainName(name)
		return containsAny(plain, "最低", "min", "low"), containsAny(plain, "最高", "max", "high")
	}
	low, high := ends(m.samples[i].name)
	for j, s := range m.samples {
		otherLow, otherHigh := ends(s.name)
		if m.field[j] == "" && m.vocabulary.exact(s.name) == fieldPrice && (low && otherHigh || high && otherLow) {
			m.field[j], m.how[j] = fieldPrice, ByName
			return
		}
	}
}

func (m *mapper) products() {
	m.u.pagesOfReviews = m.ownPages()
	m.oneID()
	facts := m.options.Facts
	if given := facts.ProductID; given != "" && m.mapped(fieldProductID) && m.options.Profile.Understand {
		s := m.samples[m.column[fieldProductID]]
		if slices.ContainsFunc(s.values, func(value string) bool { id, _ := ingest.ID(value); return id != given }) {
			m.ask(Question{Kind: AskUnused, Column: s.name, Field: fieldProductID, Samples: m.examples(m.column[fieldProductID]),
				Text: fmt.Sprintf("另外指定了商品编号 %s，文件里有列“%s”。", chaping.Shorten(given, 40), s.name), Assumed: "以列里的为准，空着的行用指定的"})
		}
	}
	if facts.ProductID != "" || facts.Product != "" || m.u.titles.products() {
		return
	}
	if m.mapped(fieldProductID) || m.mapped(fieldProduct) {
		m.gaps()
		return
	}
	if i, ok := m.column[fieldURL]; ok && i >= 0 {
		found := 0
		for _, value := range m.samples[i].values {
			if productOf(value) != "" {
				found++
			}
		}
		if found*5 >= len(m.samples[i].values)*4 {
			return
		}
	}
	if m.options.ProductFromTable || m.options.Profile.ProductFromTable {
		return
	}
	for _, t := range m.u.Tables {
		if t.Skipped == "" && t.Name != "" && t.Name != m.u.File && len(m.u.Tables) > 1 && m.u.Format != formatJSON && m.u.Format != formatLines {
			m.ask(Question{Kind: AskSheet, Field: fieldProduct, Text: fmt.Sprintf("工作表的名称（如“%s”）是商品名称吗？", chaping.Shorten(t.Name, 40)),
				Assumed: "不知道是哪件商品，不收录"})
			break
		}
	}
	m.ask(Question{Kind: AskProduct, Field: fieldProductID, Blocks: true, Text: "文件里没有商品编号或商品名称，是哪件商品的评论？",
		Assumed: "不知道是哪件商品，不收录"})
}

// oneID tells of an ID under which there are products that have nothing in common
// by their names.
func (m *mapper) oneID() {
	id, ok := m.column[fieldProductID]
	if !ok || id < 0 || !m.mapped(fieldProduct) {
		return
	}
	ids := map[int]string{}
	for k, value := range m.samples[id].values {
		ids[m.samples[id].at[k]] = value
	}
	first := map[string]string{}
	s := m.samples[m.column[fieldProduct]]
	for k, name := range s.values {
		of, _ := ingest.ID(ids[s.at[k]])
		if strings.Trim(of, "0") == "" {
			continue
		}
		if before, ok := first[of]; !ok {
			first[of] = name
		} else if before != name && !alike(before, name) {
			m.ask(Question{Kind: AskGuess, Column: m.samples[id].name, Field: fieldProductID, Samples: m.examples(id),
				Text: fmt.Sprintf("同一编号下有不同的商品（如 %s：%s、%s），列“%s”是商品编号吗？", chaping.Shorten(of, 20),
					chaping.Shorten(before, 20), chaping.Shorten(name, 20), m.samples[id].name), Assumed: "同一编号算同一件商品"})
			return
		}
	}
}

// alike tells whether two names have two characters in a row in common.
func alike(a, b string) bool {
	a, b = plainName(a), plainName(b)
	pairs := map[string]bool{}
	runes := []rune(a)
	for i := range max(len(runes)-1, 0) {
		pairs[string(runes[i:i+2])] = true
	}
	runes = []rune(b)
	for i := range max(len(runes)-1, 0) {
		if pairs[string(runes[i:i+2])] {
			return true
		}
	}
	return strings.Contains(a, b) || strings.Contains(b, a)
}

// ownPages tells whether each row has an ID of its own in its address: those of
// products come again.
func (m *mapper) ownPages() bool {
	i, ok := m.column[fieldURL]
	if !ok || i < 0 || !m.mapped(fieldProduct) || len(m.samples[i].values) < 6 {
		return false
	}
	ids, names := map[string]bool{}, map[string]bool{}
	for _, value := range m.samples[i].values {
		ids[productOf(value)] = true
	}
	for _, value := range m.samples[m.column[fieldProduct]].values {
		names[value] = true
	}
	return len(ids)*10 > len(m.samples[i].values)*9 && len(names)*2 < len(ids)
}

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

// starsByName tells names that have to do with ratings, whatever else is in them.
func starsByName(name string) bool {
	plain := plainName(name)
	return containsAny(plain, "星级", "评分", "评级", "星数", "star", "rating") && !containsAny(plain, "start", "店", "平均", "数量", "时间", "count", "date", "total")
}

func (m *mapper) shops() {
	used := 0
	for _, t := range m.u.Tables {
		if t.Skipped == "" && t.Name != "" {
			used++
		}
	}
	if used > 1 && !m.mapped(fieldShop) && m.options.Facts.Shop == "" && !m.options.ShopFromTable &&
		!m.options.Profile.ShopFromTable {
		m.ask(Question{Kind: AskShop, Field: fieldShop, Text: "文件有几张工作表，没有店铺列。工作表的名称是店铺名称吗？",
			Assumed: map[bool]string{true: "按标题里写的，没有写的留空", false: "店铺留空"}[m.u.titles.say(fieldShop)]})
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
	if parent, ok := m.column[fieldParent]; ok && parent >= 0 && m.field[parent] == fieldID {
		p.Fields[fieldParent] = p.Fields[fieldID]
	}
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

func (m *mapper) exportedAt() time.Time {
	if m.mapped(fieldCaptured) { // it is told row by row
		return m.options.Now
	}
	if m.options.ExportedAt.IsZero() {
		return m.u.ExportedAt
	}
	return m.options.ExportedAt
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
