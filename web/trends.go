package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"chaping"
	"chaping/analysis"
	"chaping/store"
)

// trendPeriods are the numbers of periods that the page offers.
var trendPeriods = []int{6, 12, 24}

// trendFilter is what the page shows.
type trendFilter struct {
	Periods int            `json:"periods"`
	Keyword string         `json:"keyword,omitempty"`
	Hazard  chaping.Hazard `json:"hazard,omitempty"`
	Count   string         `json:"count"` // negative, affirmed
}

func (q *request) trendFilter() trendFilter {
	f := trendFilter{
		Periods: int(number(q.form("n"))),
		Keyword: q.form("keyword"),
		Hazard:  chaping.Hazard(q.form("hazard")),
		Count:   q.form("count"),
	}
	f.Periods = cmp.Or(f.Periods, 12)
	f.Count = cmp.Or(f.Count, "negative")
	return f
}

// query is the filter as an address has it.
func (f trendFilter) query() url.Values {
	return url.Values{"n": {itoa(f.Periods)}, "keyword": {f.Keyword}, "hazard": {string(f.Hazard)}, "count": {f.Count}}
}

// trendTable is what the charts draw: per term and period, from the tallies of
// the dictionary in use.
type trendTable struct {
	Periods  []string   `json:"periods"`
	Mined    []bool     `json:"mined"` // by period
	Missing  int        `json:"-"`     // periods that have reviews and were not mined
	Terms    []string   `json:"terms"` // most first
	Cells    [][]uint64 `json:"cells"` // [term][period]
	Hazards  []slice    `json:"hazards"`
	Products []slice    `json:"products"` // of the latest mined period
	Regions  []slice    `json:"regions"`  // where their companies are, likewise
	Latest   string     `json:"latest"`   // the last mined period that has ended, or the running one if there is no other
	Running  int        `json:"running"`  // which of Periods goes on; -1: none
	Elapsed  string     `json:"elapsed"`  // how much of it has passed
	Unit     string     `json:"unit"`     // what the numbers are
	Query    string     `json:"query"`
}

// Back are the periods' numbers, the latest first.
func (t *trendTable) Back() []int {
	list := make([]int, 0, len(t.Periods))
	for i := range t.Periods {
		list = append(list, len(t.Periods)-1-i)
	}
	return list
}

// slice is a named number that leads to a page.
type slice struct {
	Name  string `json:"name"`
	Value uint64 `json:"value"`
	Path  string `json:"path,omitempty"`
}

// shownTerms is how many terms the charts show.
const (
	shownTerms    = 20
	shownProducts = 15
)

// trend reads the periods; ok is false while they are being read.
func (q *request) trend(f trendFilter) (t trendTable, keywords []rankedName, ok bool, err error) {
	periods := make([]analysis.Counted, f.Periods)
	for i, last := f.Periods-1, chaping.PeriodOf(q.Now()); i >= 0; i, last = i-1, last.Previous() {
		periods[i].Period = last
	}
	for _, p := range periods { // all begin to load, and share one wait
		if _, _, err := q.countedWithin(p.Period, 0); err != nil {
			return t, nil, false, err
		}
	}
	t.Running, t.Unit, t.Query = -1, "差评数（条次）", f.query().Encode()
	if f.Count == "affirmed" {
		t.Unit = "成立的评论（条次）"
	}
	ok = true
	until := time.Now().Add(deskPatience)
	last, of := &derived{}, make([]*derived, len(periods))
	for i := range periods {
		p := &periods[i]
		c, there, err := q.countedWithin(p.Period, time.Until(until))
		if err != nil {
			return t, nil, false, err
		}
		if ok = ok && there; there {
			last, of[i] = c.derived, c.derived
		}
		// Of a period without reviews nothing is known: it is no fall to zero.
		p.Mined, p.Reviews, p.Rows = c.Mined && c.Edition.Reviews > 0, c.Reviews, c.Rows
		t.Periods, t.Mined = append(t.Periods, p.Period.String()), append(t.Mined, p.Mined)
		if p.Period.Running(q.Now()) {
			t.Running, t.Elapsed = i, p.Period.Elapsed(q.Now())
		}
	}
	hazards := map[string]chaping.Hazard{}
	for _, term := range q.terms() {
		hazards[term.Name] = term.Hazard
	}
	chosen := analysis.TrendFilter{Keyword: f.Keyword, Hazard: f.Hazard, Affirmed: f.Count == "affirmed"}
	// A trend is of several periods: it is kept with the last, under what it is
	// made of, and holds that, so that nothing else can have its place.
	made := derive(last, fmt.Sprint("trend ", f, q.Now().Format(time.DateOnly), of), func() madeTrend {
		return madeTrend{analysis.TrendOf(periods, hazards, chosen, q.Now()), of}
	})
	t.fill(&made.trend, f)
	return t, ranked(made.trend.Keywords), ok, nil
}

// A madeTrend is a trend with what it is made of.
type madeTrend struct {
	trend analysis.Trend
	of    []*derived
}

// fill takes over what was found, with where each number leads to.
func (t *trendTable) fill(found *analysis.Trend, f trendFilter) {
	t.Missing = found.Missing
	if found.Latest != (chaping.Period{}) {
		t.Latest = found.Latest.String()
	}
	for _, term := range found.Terms[:min(shownTerms, len(found.Terms))] {
		t.Terms, t.Cells = append(t.Terms, term), append(t.Cells, found.Cells[term])
	}
	for class, n := range found.Hazards {
		v := f.query()
		v.Set("hazard", string(class))
		t.Hazards = append(t.Hazards, slice{cmp.Or(class.Chinese(), "未分类"), n, "/trends?" + v.Encode()})
	}
	for _, p := range found.Products[:min(shownProducts, len(found.Products))] {
		v := url.Values{"platform": {p.Product.Platform}, "id": {p.Product.ID}, "period": {t.Latest}}
		name := cmp.Or(p.Product.Name, p.Product.ID)
		t.Products = append(t.Products, slice{Name: name, Value: p.Reviews, Path: "/product?" + v.Encode()})
	}
	for name, n := range found.Regions {
		t.Regions = append(t.Regions, slice{Name: cmp.Or(name, "未写明"), Value: n})
	}
	byValue := func(a, b slice) int { return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Name, b.Name)) }
	slices.SortFunc(t.Hazards, byValue)
	slices.SortFunc(t.Regions, byValue)
	t.Regions = t.Regions[:min(shownProducts, len(t.Regions))]
}

func (q *request) trends() error {
	f := q.trendFilter()
	t, keywords, ok, err := q.trend(f)
	if err != nil {
		return err
	}
	if !ok {
		return q.loading("正在读取各期的计数")
	}
	return q.render(
		"trends",
		trendsPage{
			F:        f,
			T:        &t,
			Keywords: keywords,
			Hazards:  hazardNames(),
			Choices:  trendPeriods,
			Missing:  t.Missing,
			Last:     chaping.PeriodOf(q.Now()),
			Data:     "/trends/data?" + f.query().Encode(),
		},
	)
}

type trendsPage struct {
	F        trendFilter    `json:"filter"`
	T        *trendTable    `json:"table"`
	Keywords []rankedName   `json:"keywords"`
	Hazards  []namedHazard  `json:"hazards"`
	Choices  []int          `json:"-"`
	Missing  int            `json:"missing"` // periods that are not mined with the dictionary in use
	Last     chaping.Period `json:"-"`
	Data     string         `json:"-"`
}

func (q *request) trendData() error {
	t, _, ok, err := q.trend(q.trendFilter())
	if err != nil {
		return err
	}
	if !ok {
		return &fault{http.StatusServiceUnavailable, "数据还在读取", "稍后刷新", nil}
	}
	return q.json(http.StatusOK, "application/json", t)
}

// products lists the products of a period that a term or the filter leads to.
func (q *request) products() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	c, ok, err := q.counted(p)
	if err != nil {
		return err
	}
	if !ok {
		return q.loading("正在读取报送期 " + p.String())
	}
	term, keyword := q.form("term"), q.form("keyword")
	t := productTable(p, term)
	source := inMemory(&t, c.lines(term, keyword))
	if q.route.export {
		return exportTable(q, t, source)
	}
	view, lines, err := present(q, t, source, "period", "term", "keyword")
	if err != nil {
		return err
	}
	return q.render(
		"products",
		productsPage{
			picker:   q.pick(p, "/products"),
			Counted:  c,
			Table:    view,
			Lines:    lines,
			More:     view.Total - len(lines),
			Term:     term,
			Keyword:  keyword,
			Terms:    c.ranking().terms,
			Keywords: c.ranking().keywords,
		},
	)
}

type productsPage struct {
	picker
	Counted  counted                `json:"counted"`
	Table    *tableView             `json:"table"`
	Lines    []analysis.ProductLine `json:"products"` // of the page
	More     int                    `json:"more"`     // on other pages
	Term     string                 `json:"-"`
	Keyword  string                 `json:"-"`
	Terms    []rankedName           `json:"terms"`
	Keywords []rankedName           `json:"keywords"`
}

type productKey struct{ platform, id string }

// history is what is known of a product over time.
type history struct {
	Listings []chaping.Listing // earliest first
	Days     []store.DayCount
}

func (s *Server) loadHistory(ctx context.Context, k productKey) (h history, err error) {
	key := chaping.ProductKey{Platform: k.platform, Product: k.id}
	if h.Listings, err = s.Store.ListingHistory(ctx, key); err != nil {
		return h, err
	}
	h.Days, err = s.Store.ReviewDays(ctx, key)
	return h, err
}

// product is a product with what its buyers say.
func (q *request) product() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	key := productKey{q.form("platform"), q.form("id")}
	h, ok, err := q.desk.products.get(q.ctx, key, deskPatience)
	if err != nil {
		return err
	}
	term := q.form("term")
	terms := map[string]int{}
	items, ok2, err := q.items(p, func(i *item) bool {
		if i.Review.Platform != key.platform || i.Review.Product != key.id {
			return false
		}
		terms[i.Term]++
		return term == "" || i.Term == term
	})
	if err != nil {
		return err
	}
	if !ok || !ok2 {
		return q.loading("正在读取商品的评论")
	}
	if len(h.Listings) == 0 && len(h.Days) == 0 {
		return &fault{http.StatusNotFound, "没有这个商品", "从“商品”页选择", nil}
	}
	product := chaping.Product{Platform: key.platform, ID: key.id}
	var keywords []string
	for _, l := range h.Listings {
		product = l.Product
		if l.Keyword != "" && !slices.Contains(keywords, l.Keyword) {
			keywords = append(keywords, l.Keyword)
		}
	}
	judged, err := q.App.Judgements(q.ctx)
	if err != nil {
		return err
	}
	negative, hidden := 0, 0
	for _, i := range items {
		switch verdict := judged[chaping.Judged{Review: i.Review, Term: i.Term}].Verdict; chaping.CountAs(i.review(), verdict) {
		case chaping.CountsNegative:
			negative++
		case chaping.CountsHidden:
			hidden++
		}
	}
	more := max(len(items)-200, 0)
	if err := q.dress(items[:len(items)-more]); err != nil {
		return err
	}
	return q.show(
		http.StatusOK,
		"product",
		chaping.Shorten(cmp.Or(product.Name, product.ID), 40),
		productPage{
			picker:   q.pick(p, "/product"),
			P:        product,
			Keywords: keywords,
			Items:    items[:len(items)-more],
			More:     more,
			Term:     term,
			Terms:    ranked(terms),
			Negative: negative,
			Hidden:   hidden,
			Months:   analysis.ProductMonths(h.Listings, h.Days),
			Judge: q.may(
				"POST /review/judge",
			),
			Data: "/product/data?" + url.Values{"platform": {key.platform}, "id": {key.id}}.Encode(),
		},
	)
}

type productPage struct {
	picker
	P        chaping.Product         `json:"product"`
	Keywords []string                `json:"keywords"`
	Items    []item                  `json:"sentences"`
	Negative int                     `json:"-"`    // of all sentences: those that count as negative reviews
	Hidden   int                     `json:"-"`    // and as hidden complaints
	More     int                     `json:"more"` // not listed
	Term     string                  `json:"-"`
	Terms    []rankedName            `json:"terms"`
	Months   []analysis.ProductMonth `json:"months"`
	Judge    bool                    `json:"-"`
	Data     string                  `json:"-"`
}

func (q *request) productData() error {
	h, ok, err := q.desk.products.get(q.ctx, productKey{q.form("platform"), q.form("id")}, deskPatience)
	if err != nil {
		return err
	}
	if !ok {
		return &fault{http.StatusServiceUnavailable, "数据还在读取", "稍后刷新", nil}
	}
	return q.json(http.StatusOK, "application/json", analysis.ProductMonths(h.Listings, h.Days))
}
