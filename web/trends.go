package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"chaping"
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
	if !slices.Contains(trendPeriods, f.Periods) {
		f.Periods = 12
	}
	if f.Count != "affirmed" {
		f.Count = "negative"
	}
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
	last := chaping.PeriodOf(q.Now())
	periods := make([]chaping.Period, f.Periods)
	for i := f.Periods - 1; i >= 0; i-- {
		periods[i], last = last, last.Previous()
	}
	hazards := map[string]chaping.Hazard{}
	for _, term := range q.terms() {
		hazards[term.Name] = term.Hazard
	}
	type key struct {
		term   string
		period int
	}
	cells, sums, seen := map[key]uint64{}, map[string]int{}, map[string]int{}
	classes := map[chaping.Hazard]uint64{}
	products := map[chaping.ProductKey]*slice{}
	regions := map[string]uint64{}
	once := map[[4]any]bool{}
	for _, p := range periods { // all begin to load, and share one wait
		if _, _, err := q.countedWithin(p, 0); err != nil {
			return t, nil, false, err
		}
	}
	t.Running, t.Unit = -1, "差评数（条）"
	if f.Count == "affirmed" {
		t.Unit = "成立的评论（条）"
	}
	ok = true
	until := time.Now().Add(deskPatience)
	for i, p := range periods {
		c, there, err := q.countedWithin(p, time.Until(until))
		if err != nil {
			return t, nil, false, err
		}
		ok = ok && there
		t.Periods, t.Mined = append(t.Periods, p.String()), append(t.Mined, c.Mined)
		if !c.Mined && c.Reviews > 0 {
			t.Missing++
		}
		running := p.Running(q.Now())
		if running {
			t.Running, t.Elapsed = i, p.Elapsed(q.Now())
		}
		// What a period has by now is not compared with what others had in all.
		newest := c.Mined && len(c.Rows) > 0 && (!running || t.Latest == "")
		if newest {
			t.Latest = p.String()
			clear(products)
			clear(regions)
		}
		for _, r := range c.Rows {
			seen[r.Keyword]++
			if f.Keyword != "" && r.Keyword != f.Keyword || f.Hazard != "" && hazards[r.Term] != f.Hazard {
				continue
			}
			// A product under two keywords counts once.
			if k := [4]any{i, r.Term, r.Product.Platform, r.Product.ID}; once[k] {
				continue
			} else {
				once[k] = true
			}
			n := r.NegativeReviews
			if f.Count == "affirmed" {
				n = r.AffirmedReviews
			}
			if n == 0 {
				continue
			}
			cells[key{r.Term, i}] += n
			sums[r.Term] += int(n)
			classes[hazards[r.Term]] += n
			if !newest {
				continue
			}
			pk := chaping.ProductKey{Platform: r.Product.Platform, Product: r.Product.ID}
			if products[pk] == nil {
				products[pk] = &slice{
					Name: cmp.Or(r.Product.Name, r.Product.ID),
					Path: "/product?" + url.Values{
						"platform": {pk.Platform},
						"id":       {pk.Product},
						"period":   {p.String()},
					}.Encode(),
				}
			}
			products[pk].Value += n
			regions[cmp.Or(r.Product.Shop.Region, "未写明")] += n
		}
	}
	for _, term := range ranked(sums) {
		if len(t.Terms) == shownTerms {
			break
		}
		row := make([]uint64, len(periods))
		for i := range periods {
			row[i] = cells[key{term.Name, i}]
		}
		t.Terms, t.Cells = append(t.Terms, term.Name), append(t.Cells, row)
	}
	for class, n := range classes {
		v := f.query()
		v.Set("hazard", string(class))
		t.Hazards = append(t.Hazards, slice{cmp.Or(class.Chinese(), "未分类"), n, "/trends?" + v.Encode()})
	}
	for _, p := range products {
		t.Products = append(t.Products, *p)
	}
	for name, n := range regions {
		t.Regions = append(t.Regions, slice{Name: name, Value: n})
	}
	byValue := func(a, b slice) int { return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Name, b.Name)) }
	slices.SortFunc(t.Hazards, byValue)
	slices.SortFunc(t.Products, byValue)
	slices.SortFunc(t.Regions, byValue)
	t.Products = t.Products[:min(shownProducts, len(t.Products))]
	t.Regions = t.Regions[:min(shownProducts, len(t.Regions))]
	t.Query = f.query().Encode()
	return t, ranked(seen), ok, nil
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
	lines := map[chaping.ProductKey]*productLine{}
	terms, keywords := map[string]int{}, map[string]int{}
	counted := map[[3]string]bool{}
	for _, r := range c.Rows {
		terms[r.Term] += int(r.AffirmedReviews)
		keywords[r.Keyword]++
		if term != "" && r.Term != term || keyword != "" && r.Keyword != keyword {
			continue
		}
		k := chaping.ProductKey{Platform: r.Product.Platform, Product: r.Product.ID}
		l := lines[k]
		if l == nil {
			l = &productLine{Product: r.Product, Reviews: r.Reviews, Negative1: r.AllNegativeReviews}
			lines[k] = l
		}
		if !slices.Contains(l.Keywords, r.Keyword) {
			l.Keywords = append(l.Keywords, r.Keyword)
		}
		if once := [3]string{k.Platform, k.Product, r.Term}; !counted[once] {
			counted[once] = true
			l.Terms = append(l.Terms, r.Term)
			l.Negative += r.NegativeReviews
			l.Affirmed += r.AffirmedReviews
		}
	}
	var list []*productLine
	for _, l := range lines {
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b *productLine) int {
		return cmp.Or(
			cmp.Compare(b.Negative, a.Negative),
			cmp.Compare(b.Affirmed, a.Affirmed),
			cmp.Compare(a.Product.Platform, b.Product.Platform),
			cmp.Compare(a.Product.ID, b.Product.ID),
		)
	})
	more := max(len(list)-300, 0)
	return q.render(
		"products",
		productsPage{
			picker:   q.pick(p, "/products"),
			Counted:  c,
			Lines:    list[:len(list)-more],
			More:     more,
			Term:     term,
			Keyword:  keyword,
			Terms:    ranked(terms),
			Keywords: ranked(keywords),
		},
	)
}

type productsPage struct {
	picker
	Counted  counted        `json:"counted"`
	Lines    []*productLine `json:"products"`
	More     int            `json:"more"` // not listed
	Term     string         `json:"-"`
	Keyword  string         `json:"-"`
	Terms    []rankedName   `json:"terms"`
	Keywords []rankedName   `json:"keywords"`
}

type productLine struct {
	Product   chaping.Product `json:"product"`
	Keywords  []string        `json:"keywords"`
	Terms     []string        `json:"terms"`
	Negative  uint64          `json:"negative_reviews"` // that affirm the terms
	Affirmed  uint64          `json:"affirmed_reviews"`
	Reviews   uint64          `json:"reviews"`
	Negative1 uint64          `json:"all_negative_reviews"`
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
	more := max(len(items)-200, 0)
	q.mark(items[:len(items)-more])
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
			Months:   months(h),
			Judge: q.may(
				"POST /review/judge",
			),
			Data: "/product/data?" + url.Values{"platform": {key.platform}, "id": {key.id}}.Encode(),
		},
	)
}

type productPage struct {
	picker
	P        chaping.Product `json:"product"`
	Keywords []string        `json:"keywords"`
	Items    []item          `json:"sentences"`
	More     int             `json:"more"` // not listed
	Term     string          `json:"-"`
	Terms    []rankedName    `json:"terms"`
	Months   []month         `json:"months"`
	Judge    bool            `json:"-"`
	Data     string          `json:"-"`
}

// month is a period in a product's history.
type month struct {
	Period   string  `json:"period"`
	Reviews  uint64  `json:"reviews"`
	Negative uint64  `json:"negative"`
	Low      float64 `json:"low,omitempty"` // yuan
	High     float64 `json:"high,omitempty"`
}

// months sums a history up by period; the price is the last one seen in it.
func months(h history) []month {
	by := map[chaping.Period]*month{}
	at := func(t time.Time) *month {
		p := chaping.PeriodOf(t)
		if by[p] == nil {
			by[p] = &month{Period: p.String()}
		}
		return by[p]
	}
	for _, d := range h.Days {
		m := at(d.Day)
		m.Reviews += d.Reviews
		m.Negative += d.Negative
	}
	for _, l := range h.Listings {
		if l.Product.Price.Known() {
			m := at(l.SeenAt)
			m.Low, m.High = float64(l.Product.Price.Low)/100, float64(l.Product.Price.High)/100
		}
	}
	var list []month
	for _, m := range by {
		list = append(list, *m)
	}
	slices.SortFunc(list, func(a, b month) int { return cmp.Compare(a.Period, b.Period) })
	return list
}

func (q *request) productData() error {
	h, ok, err := q.desk.products.get(q.ctx, productKey{q.form("platform"), q.form("id")}, deskPatience)
	if err != nil {
		return err
	}
	if !ok {
		return &fault{http.StatusServiceUnavailable, "数据还在读取", "稍后刷新", nil}
	}
	return q.json(http.StatusOK, "application/json", months(h))
}
