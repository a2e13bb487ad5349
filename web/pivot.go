package web

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"chaping"
	"chaping/store"
)

// pivotFields are what an analysis reads of the address besides its table's state.
func pivotFields() string {
	var dimensions []string
	for _, d := range pivotDimensions() {
		dimensions = append(dimensions, string(d))
	}
	of := func(list []choice) string {
		var values []string
		for _, c := range list {
			if c.Value != "" {
				values = append(values, c.Value)
			}
		}
		return strings.Join(values, "|")
	}
	by := strings.Join(dimensions, "|")
	return "span:" + of(pivotSpans()) + " from:date to:date rows:" + by + " cols:" + by + " count:" + of(pivotCounts()) +
		" compare:" + of(pivotCompares()) + " platform keyword term hazard:hazard region province district shop"
}

// Bounds of an analysis: columns beside each other, days, and sentences behind a
// number.
const (
	pivotColumns   = 12
	pivotDays      = 10 * 366
	pivotSentences = 100
	shownDays      = 120              // and weeks, periods, months, in the chart
	pivotPatience  = 10 * time.Second // how long a page waits for it
)

// A pivotQuery is what an analysis asks for.
type pivotQuery struct {
	Days    chaping.Window  `json:"-"`
	Span    string          `json:"span,omitempty"` // days that move on with the date, in place of the two
	From    string          `json:"from"`           // both inclusive, as 2026-11-20
	To      string          `json:"to"`
	Rows    store.Dimension `json:"rows"`
	Cols    store.Dimension `json:"cols,omitempty"`
	Count   string          `json:"count"`             // negative, affirmed, hidden, reviews, rate
	Compare string          `json:"compare,omitempty"` // before, year
	Filter  pivotFilter     `json:"filter"`
}

// A pivotFilter leaves reviews out. Empty fields leave out none.
type pivotFilter struct {
	Platform string         `json:"platform,omitempty"`
	Keyword  string         `json:"keyword,omitempty"`
	Term     string         `json:"term,omitempty"`
	Hazard   chaping.Hazard `json:"hazard,omitempty"`
	Region   string         `json:"region,omitempty"`
	Province string         `json:"province,omitempty"`
	District string         `json:"district,omitempty"` // of Shanghai
	Shop     string         `json:"shop,omitempty"`
}

// pivotDimensions are what rows and columns can be: products have pages of their
// own, with names.
func pivotDimensions() []store.Dimension {
	return slices.DeleteFunc(store.Dimensions(), func(d store.Dimension) bool { return d == store.ByProduct || d == store.ByYear })
}

// pivotCounts are what can be counted.
func pivotCounts() []choice {
	return choices("negative", "差评数（条）", "affirmed", "成立的评论（条）", "hidden", "高星隐性投诉（条）", "reviews", "评论数（条）",
		"rate", "每万条评论里成立的（条）")
}

func pivotCompares() []choice {
	return choices("", "不比较", "before", "与之前同样长的一段比", "year", "与去年同期比")
}

// pivotSpans are days that move on with the date.
func pivotSpans() []choice {
	return choices("", "自选日期", "period", "本期", "last", "上一期", "6", "最近 6 期", "12", "最近 12 期", "30", "最近 30 天", "year", "今年以来")
}

// pivotSpan are the days of a span; those of the periods are the usual ones.
func (q *request) pivotSpan(span string) chaping.Window {
	p := chaping.PeriodOf(q.Now())
	today := chaping.StartOfDay(q.Now())
	back := func(periods int) chaping.Window {
		w := p.Window()
		for first := p; periods > 1; periods-- {
			first = first.Previous()
			w.From = first.Window().From
		}
		return w
	}
	var w chaping.Window
	switch span {
	case "period":
		w = back(1)
	case "last":
		w = p.Previous().Window()
	case "12":
		w = back(12)
	case "30":
		w = chaping.Window{From: today.AddDate(0, 0, -29), To: today.AddDate(0, 0, 1)}
	case "year":
		w = chaping.Window{From: time.Date(today.Year(), time.January, 1, 0, 0, 0, 0, chaping.Shanghai()), To: today.AddDate(0, 0, 1)}
	default:
		w = back(6)
	}
	if end := today.AddDate(0, 0, 1); w.To.After(end) {
		w.To = end
	}
	return w
}

// pivotQuery reads the address: what it does not say, or cannot mean, is the last
// six periods by term.
func (q *request) pivotQuery() (p pivotQuery, err error) {
	p.Span = oneOf(pivotSpans(), q.form("span"), "")
	days := q.pivotSpan(p.Span)
	read := func(field string, usual time.Time) time.Time {
		text := q.form(field)
		if text == "" || p.Span != "" {
			return usual
		}
		at, err := time.ParseInLocation(time.DateOnly, text, chaping.Shanghai())
		if err != nil { // the address is looked at before
			return usual
		}
		return at
	}
	p.Days = chaping.Window{From: read("from", days.From), To: read("to", days.LastDay()).AddDate(0, 0, 1)}
	if length := p.Days.To.Sub(p.Days.From); length <= 0 || length > pivotDays*24*time.Hour {
		q.ignored = append(q.ignored, "日期的先后不对，或超过 10 年，没有采用")
		if q.strict() {
			return p, q.refuse(q.ignored)
		}
		p.Days = days
	}
	p.From, p.To = p.Days.FirstDay().Format(time.DateOnly), p.Days.LastDay().Format(time.DateOnly)
	dimension := func(field string, usual store.Dimension) store.Dimension {
		d := store.Dimension(q.form(field))
		if d == "" || !slices.Contains(pivotDimensions(), d) {
			return usual
		}
		return d
	}
	p.Rows, p.Cols = dimension("rows", store.ByTerm), dimension("cols", "")
	if p.Cols == p.Rows {
		p.Cols = ""
	}
	p.Count = oneOf(pivotCounts(), q.form("count"), "negative")
	p.Compare = oneOf(pivotCompares(), q.form("compare"), "")
	if p.Rows.IsTime() {
		p.Compare = "" // its own earlier rows stand beside it
	}
	p.Filter = pivotFilter{Platform: q.form("platform"), Keyword: q.form("keyword"), Term: q.form("term"),
		Hazard: chaping.Hazard(q.form("hazard")), Region: q.form("region"), Province: q.form("province"), District: q.form("district"), Shop: q.form("shop")}
	return p, nil
}

// oneOf is the value if it is one of the choices.
func oneOf(list []choice, value, usual string) string {
	if slices.ContainsFunc(list, func(c choice) bool { return c.Value == value }) {
		return value
	}
	return usual
}

// values are the query as an address has it.
func (p *pivotQuery) values() url.Values {
	v := url.Values{}
	from, to := p.From, p.To
	if p.Span != "" {
		from, to = "", ""
	}
	for name, value := range map[string]string{
		"span": p.Span, "from": from, "to": to, "rows": string(p.Rows), "cols": string(p.Cols), "count": p.Count, "compare": p.Compare,
		"platform": p.Filter.Platform, "keyword": p.Filter.Keyword, "term": p.Filter.Term, "hazard": string(p.Filter.Hazard),
		"region": p.Filter.Region, "province": p.Filter.Province, "district": p.Filter.District, "shop": p.Filter.Shop,
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

// of is the query for some days, by dimensions.
func (p *pivotQuery) of(s *Server, days chaping.Window, by ...store.Dimension) store.CountQuery {
	c := store.CountQuery{
		By:         by,
		Dictionary: s.miner().Version(),
		First:      chaping.PeriodOf(days.From),
		Last:       chaping.PeriodOf(days.To.Add(-time.Second)),
		Days:       &days,
		Known:      s.terms(),
		// The rate is of all reviews; nothing else is.
		ProblemsOnly: p.Count != "reviews" && p.Count != "rate",
	}
	for _, f := range []struct {
		value string
		to    *[]string
	}{
		{p.Filter.Platform, &c.Platforms}, {p.Filter.Keyword, &c.Keywords}, {p.Filter.Term, &c.Terms},
		{p.Filter.Region, &c.Regions}, {p.Filter.Province, &c.Provinces}, {p.Filter.District, &c.Districts},
		{p.Filter.Shop, &c.Shops},
	} {
		if f.value != "" {
			*f.to = []string{f.value}
		}
	}
	if p.Filter.Hazard != "" {
		c.Hazards = []chaping.Hazard{p.Filter.Hazard}
	}
	return c
}

// earlier are the days that these are compared with.
func (p *pivotQuery) earlier() chaping.Window {
	if p.Compare == "year" {
		return chaping.Window{From: p.Days.From.AddDate(-1, 0, 0), To: p.Days.To.AddDate(-1, 0, 0)}
	}
	days := int(math.Round(p.Days.To.Sub(p.Days.From).Hours() / 24))
	return chaping.Window{From: p.Days.From.AddDate(0, 0, -days), To: p.Days.From}
}

// measure is what is counted of a row; NaN where it means nothing.
func (p *pivotQuery) measure(r *store.CountRow) float64 {
	switch p.Count {
	case "affirmed":
		return float64(r.Affirmed)
	case "hidden":
		return float64(r.Hidden)
	case "reviews":
		return float64(r.Reviews)
	case "rate":
		if r.Reviews == 0 {
			return math.NaN()
		}
		return math.Round(1e6*r.Rate()) / 100
	}
	return float64(r.Negative)
}

// A pivotRow is a line of an analysis.
type pivotRow struct {
	Key    string    `json:"key"`
	Name   string    `json:"name"`
	Total  float64   `json:"total"`
	Before *float64  `json:"before,omitempty"` // of the days that it is compared with
	Cells  []float64 `json:"cells,omitempty"`  // in the order of the columns
	Path   string    `json:"path"`             // of the sentences behind it
}

// A pivot is the answer to an analysis.
type pivot struct {
	Columns []slice    `json:"columns"` // names of the columns, and what they come to
	Rows    []pivotRow `json:"lines"`
	Left    int        `json:"left_columns"` // that are not shown
	Unit    string     `json:"unit"`
	Missing []string   `json:"missing"` // periods that were not mined with the dictionary in use

	totals []store.CountRow // of the rows, also of those that come to nothing
}

// pivot answers an analysis; ok is false while it is being counted. Nobody may
// change what it gives.
func (q *request) pivot(p *pivotQuery) (out pivot, ok bool, err error) {
	return q.desk.pivots.get(q.ctx, pivotKey{*p, q.miner().Version()}, pivotPatience)
}

// A pivotKey is what an answer is remembered by.
type pivotKey struct {
	query      pivotQuery
	dictionary string
}

func (s *Server) loadPivot(ctx context.Context, key pivotKey) (out pivot, err error) {
	p := &key.query
	out = pivot{Rows: []pivotRow{}, Columns: []slice{}, Missing: []string{}}
	for _, c := range pivotCounts() {
		if c.Value == p.Count {
			out.Unit = c.Name
		}
	}
	spans := []chaping.Window{p.Days}
	if p.Compare != "" {
		spans = append(spans, p.earlier())
	}
	for _, days := range spans {
		missing, err := s.uncounted(ctx, days)
		if err != nil {
			return out, err
		}
		out.Missing = append(out.Missing, missing...)
	}
	totals, err := s.Store.Counts(ctx, p.of(s, p.Days, p.Rows))
	if err != nil {
		return out, err
	}
	out.totals = totals
	at := map[string]int{}
	for i := range totals {
		n := p.measure(&totals[i])
		if math.IsNaN(n) || n == 0 && !p.Rows.IsTime() {
			continue
		}
		key := totals[i].Keys[0]
		at[key] = len(out.Rows)
		out.Rows = append(out.Rows, pivotRow{Key: key, Name: dimensionName(p.Rows, key), Total: n, Path: p.sentences(p.Rows, key)})
	}
	if p.Compare != "" {
		if err := s.compared(ctx, p, &out, at); err != nil {
			return out, err
		}
	}
	if p.Cols != "" {
		if err := s.columns(ctx, p, &out, at); err != nil {
			return out, err
		}
	}
	if !p.Rows.IsTime() {
		slices.SortStableFunc(out.Rows, func(a, b pivotRow) int { return cmp.Compare(b.Total, a.Total) })
	}
	return out, nil
}

// compared adds what the rows came to in the earlier days, and rows that were only
// there.
func (s *Server) compared(ctx context.Context, p *pivotQuery, out *pivot, at map[string]int) error {
	before, err := s.Store.Counts(ctx, p.of(s, p.earlier(), p.Rows))
	if err != nil {
		return err
	}
	for i := range out.Rows {
		out.Rows[i].Before = new(float64)
	}
	for i := range before {
		n := p.measure(&before[i])
		if math.IsNaN(n) || n == 0 {
			continue
		}
		key := before[i].Keys[0]
		place, there := at[key]
		if !there {
			place = len(out.Rows)
			at[key] = place
			out.Rows = append(out.Rows, pivotRow{Key: key, Name: dimensionName(p.Rows, key), Path: p.sentences(p.Rows, key)})
		}
		out.Rows[place].Before = &n
	}
	return nil
}

// columns adds the second dimension: the columns that come to most, or the latest.
func (s *Server) columns(ctx context.Context, p *pivotQuery, out *pivot, at map[string]int) error {
	heads, err := s.Store.Counts(ctx, p.of(s, p.Days, p.Cols))
	if err != nil {
		return err
	}
	heads = slices.DeleteFunc(heads, func(r store.CountRow) bool { n := p.measure(&r); return math.IsNaN(n) || n == 0 })
	if p.Cols.IsTime() {
		slices.SortFunc(heads, func(a, b store.CountRow) int { return strings.Compare(b.Keys[0], a.Keys[0]) })
	} else {
		slices.SortStableFunc(heads, func(a, b store.CountRow) int { return cmp.Compare(p.measure(&b), p.measure(&a)) })
	}
	out.Left = max(len(heads)-pivotColumns, 0)
	heads = heads[:len(heads)-out.Left]
	if p.Cols.IsTime() {
		slices.Reverse(heads)
	}
	column := map[string]int{}
	for i := range heads {
		key := heads[i].Keys[0]
		column[key] = i
		out.Columns = append(out.Columns, slice{
			Name: dimensionName(p.Cols, key), Value: uint64(math.Round(p.measure(&heads[i]))), Path: p.sentences(p.Cols, key)})
	}
	cells, err := s.Store.Counts(ctx, p.of(s, p.Days, p.Rows, p.Cols))
	if err != nil {
		return err
	}
	for i := range out.Rows {
		out.Rows[i].Cells = make([]float64, len(heads))
	}
	for i := range cells {
		row, known := at[cells[i].Keys[0]]
		col, shown := column[cells[i].Keys[1]]
		if n := p.measure(&cells[i]); known && shown && !math.IsNaN(n) {
			out.Rows[row].Cells[col] = n
		}
	}
	return nil
}

// uncounted are the periods of the days that have not been mined with the
// dictionary in use.
func (s *Server) uncounted(ctx context.Context, days chaping.Window) ([]string, error) {
	first, last := chaping.PeriodOf(days.From), chaping.PeriodOf(days.To.Add(-time.Second))
	counted, err := s.Store.CountedPeriods(ctx, s.miner().Version(), first, last)
	var missing []string
	for p := first; err == nil; p = p.Next() {
		if !slices.Contains(counted, p) {
			missing = append(missing, p.String())
		}
		if p == last {
			break
		}
	}
	return missing, err
}

// dimensionName is a key as people read it.
func dimensionName(d store.Dimension, key string) string {
	if d == store.ByHazard {
		return cmp.Or(chaping.Hazard(key).Chinese(), "未分类")
	}
	return cmp.Or(key, "未写明")
}

// sentences is the address of the sentences behind a key of a dimension; empty
// where they cannot be asked for.
func (p *pivotQuery) sentences(d store.Dimension, key string) string {
	one := *p
	one.Span = ""
	switch d {
	case store.ByPlatform:
		one.Filter.Platform = key
	case store.ByKeyword:
		one.Filter.Keyword = key
	case store.ByTerm:
		one.Filter.Term = key
	case store.ByHazard:
		one.Filter.Hazard = chaping.Hazard(key)
	case store.ByRegion:
		one.Filter.Region = key
	case store.ByProvince:
		one.Filter.Province = key
	case store.ByDistrict:
		one.Filter.District = key
	case store.ByShop:
		one.Filter.Shop = key
	default:
		days, ok := daysOf(d, key)
		if !ok {
			return ""
		}
		// Dates as 2026-11-20 are in the order of their letters.
		one.From = max(one.From, days.FirstDay().Format(time.DateOnly))
		one.To = min(one.To, days.LastDay().Format(time.DateOnly))
	}
	if key == "" || key == chaping.PlaceBlank {
		return ""
	}
	v := one.values()
	for _, name := range []string{"rows", "cols", "compare"} {
		v.Del(name)
	}
	return "/analysis/sentences?" + v.Encode()
}

// daysOf are the days that a key of a time stands for.
func daysOf(d store.Dimension, key string) (w chaping.Window, ok bool) {
	switch d {
	case store.ByPeriod:
		p, err := chaping.ParsePeriod(key)
		return p.Window(), err == nil
	case store.ByDay, store.ByWeek:
		from, err := time.ParseInLocation(time.DateOnly, key, chaping.Shanghai())
		days := 1
		if d == store.ByWeek {
			days = 7
		}
		return chaping.Window{From: from, To: from.AddDate(0, 0, days)}, err == nil
	case store.ByMonth:
		from, err := time.ParseInLocation("2006-01", key, chaping.Shanghai())
		return chaping.Window{From: from, To: from.AddDate(0, 1, 0)}, err == nil
	}
	return w, false
}

// pivotTable lists the rows of an analysis.
func pivotTable(p *pivotQuery, out *pivot) table[pivotRow] {
	number := p.number
	t := table[pivotRow]{name: "analysis", title: "分析", whole: true, columns: []column[pivotRow]{
		linkColumn("key", p.Rows.Chinese(), func(r *pivotRow) string { return r.Name }, func(r *pivotRow) string { return r.Path }),
		numberColumn("total", out.Unit, func(r *pivotRow) float64 { return r.Total }).
			written(func(r *pivotRow) string { return number(r.Total) }),
	}}
	if p.Compare != "" {
		t.columns = append(t.columns,
			numberColumn("before", map[string]string{"before": "之前", "year": "去年同期"}[p.Compare], func(r *pivotRow) float64 { return *r.Before }).
				written(func(r *pivotRow) string { return number(*r.Before) }),
			numberColumn("change", "增减", func(r *pivotRow) float64 { return r.Total - *r.Before }).
				written(func(r *pivotRow) string { return changeText(r.Total, *r.Before, number) }))
	}
	for i, c := range out.Columns {
		t.columns = append(t.columns, numberColumn(fmt.Sprintf("c%d", i), c.Name, func(r *pivotRow) float64 { return r.Cells[i] }).
			written(func(r *pivotRow) string { return number(r.Cells[i]) }))
	}
	return t
}

// changeText words a change, with its percentage where there is one to be had.
func changeText(now, before float64, number func(float64) string) string {
	if now == before {
		return "0"
	}
	text := number(now - before)
	if now > before {
		text = "+" + text
	}
	if before > 0 {
		text += fmt.Sprintf("（%+.0f%%）", 100*(now-before)/before)
	}
	return text
}

// A pivotPage is an analysis.
type pivotPage struct {
	Query      pivotQuery        `json:"query"`
	Table      *tableView        `json:"table"`
	Pivot      pivot             `json:"-"`
	Columns    []slice           `json:"columns"`
	Left       int               `json:"left_columns"` // that are not shown
	Unit       string            `json:"unit"`
	Missing    []string          `json:"missing"` // periods that were not mined with the dictionary in use
	Lines      []pivotRow        `json:"rows"`    // of the page
	Earlier    string            `json:"earlier,omitempty"`
	Running    bool              `json:"running"` // the days go on until today
	Dimensions []store.Dimension `json:"-"`
	Counts     []choice          `json:"-"`
	Compares   []choice          `json:"-"`
	Hazards    []namedHazard     `json:"-"`
	Map        *cartogram        `json:"-"`
	Drawn      pivot             `json:"-"` // what the chart draws
	Spans      []choice          `json:"-"`
	Provinces  []string          `json:"-"` // to choose from
	Districts  []string          `json:"-"`
}

// analysis counts by any two dimensions over any days.
func (q *request) analysis() error {
	p, err := q.pivotQuery()
	if err != nil {
		return err
	}
	out, ok, err := q.pivot(&p)
	if err != nil {
		return err
	}
	if !ok {
		return q.loading("正在统计")
	}
	t := pivotTable(&p, &out)
	source := inMemory(&t, out.Rows)
	if q.route.export {
		return exportTable(q, t, source)
	}
	page := pivotPage{Query: p, Pivot: out, Columns: out.Columns, Left: out.Left, Unit: out.Unit, Missing: out.Missing, Dimensions: pivotDimensions(), Counts: pivotCounts(), Compares: pivotCompares(),
		Hazards: hazardNames(), Drawn: out.drawn(&p), Spans: pivotSpans(), Provinces: placeNames(chaping.Provinces()), Districts: placeNames(chaping.ShanghaiDistricts()), Running: !p.Days.To.Before(chaping.StartOfDay(q.Now()).AddDate(0, 0, 1))}
	if p.Compare != "" {
		page.Earlier = p.earlier().Chinese()
	}
	if page.Map, err = q.cartogram(&p, &out); err != nil {
		return err
	}
	var kept []string
	for _, f := range (route{in: pivotFields()}).fields() {
		kept = append(kept, f.name)
	}
	if p.Span != "" { // in place of the dates
		kept = slices.DeleteFunc(kept, func(name string) bool { return name == "from" || name == "to" })
	}
	page.Table, page.Lines, err = present(q, t, source, kept...)
	if err != nil {
		return err
	}
	return q.render("analysis", page)
}

// analysisData is what the chart draws, for programs: the page has it in itself,
// so that it is counted once.
func (q *request) analysisData() error {
	p, err := q.pivotQuery()
	if err != nil {
		return err
	}
	out, ok, err := q.pivot(&p)
	if err != nil {
		return err
	}
	if !ok {
		return q.loading("正在统计")
	}
	return q.json(http.StatusOK, "application/json", out.drawn(&p))
}

// drawn is the part of an answer that a chart has room for.
func (out pivot) drawn(p *pivotQuery) pivot {
	if p.Rows.IsTime() { // the latest, and in their order
		out.Rows = out.Rows[max(0, len(out.Rows)-shownDays):]
	} else {
		out.Rows = out.Rows[:min(len(out.Rows), shownTerms)]
	}
	return out
}

// A sentencesPage lists the latest sentences behind a number.
type sentencesPage struct {
	Query     pivotQuery     `json:"query"`
	Sentences []item         `json:"sentences"` // one for each hit
	Reviews   int            `json:"reviews"`   // that they are of
	Most      int            `json:"most"`      // that are listed
	Last      chaping.Period `json:"-"`
	Back      string         `json:"-"`
}

// analysisSentences lists the latest sentences behind a number of an analysis.
func (q *request) analysisSentences() error {
	p, err := q.pivotQuery()
	if err != nil {
		return err
	}
	which := store.AnyAffirmed
	switch p.Count {
	case "negative":
		which = store.OnlyNegative
	case "hidden":
		which = store.OnlyHidden
	}
	list, err := q.Store.Sentences(q.ctx, p.of(q.Server, p.Days), which, pivotSentences)
	if err != nil {
		return err
	}
	page := sentencesPage{Query: p, Sentences: []item{}, Most: pivotSentences, Back: "/analysis?" + p.values().Encode(),
		Last: chaping.PeriodOf(p.Days.To.Add(-time.Second))}
	reviews := map[chaping.ReviewKey]bool{}
	for i := range list {
		page.Sentences = append(page.Sentences, newItem(&list[i]))
		reviews[list[i].Review.Key()] = true
	}
	page.Reviews = len(reviews)
	if err := q.dress(page.Sentences); err != nil {
		return err
	}
	return q.render("sentences", page)
}
