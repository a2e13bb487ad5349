package web

import (
	"cmp"
	"fmt"
	"math"
	"net/url"
	"slices"
	"time"

	"chaping"
	"chaping/station"
)

// pageSize is how many sentences a page of the review shows.
const pageSize = 20

// review shows sentences to judge. Those with a verdict stay on the page that
// they were judged on, and are gone from the next.
func (q *request) review() error {
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
	of, drawn, err := q.sample(p)
	if err != nil {
		return err
	}
	sample, err := q.progress(of)
	if err != nil {
		return err
	}
	f := reviewFilter{State: q.form("state"), Term: q.form("term"), Keyword: q.form("keyword"), Grade: q.form("grade")}
	if f.State == "" {
		if drawn && sample.Open() && !q.api && !q.route.export && len(q.r.URL.Query()) <= 1 { // the sample comes first
			return q.redirect("/review/sample?period="+p.String(), "")
		}
		f.State = "unreviewed"
	}
	found, ok, err := q.found(p, f)
	if err != nil {
		return err
	}
	if !ok {
		return q.loading("正在读取报送期 " + p.String() + " 的证据")
	}
	judge := q.may("POST /review/judge")
	names := c.names()
	t := sentenceTable(p, names, judge)
	t.orders = &found.orders
	source := inMemory(&t, found.list)
	if q.route.export {
		return exportTable(q, t, source)
	}
	page := reviewPage{
		picker:   q.pick(p, "/review"),
		Counted:  c,
		As:       "cards",
		Filter:   f,
		Counts:   found.counts,
		Sample:   sample,
		Terms:    ranked(found.terms),
		Keywords: ranked(found.keywords),
		Judge:    judge,
	}
	if found.cut {
		page.Cut = len(found.all)
	}
	if q.form("as") == "table" {
		page.As = "table"
	} else {
		source.page = page.cards(&t, found, q.form("after"))
	}
	view, rows, err := present(q, t, source, "period", "state", "term", "keyword", "grade", "as")
	if err != nil {
		return err
	}
	page.Table = view
	if page.As == "table" {
		page.Total, page.From, page.To = view.Total, view.From(), view.To()
	} else {
		view.Size, view.Total = pageSize, page.Total
	}
	for _, r := range rows {
		page.Items = append(page.Items, r.item())
	}
	if err := q.dress(page.Items); err != nil {
		return err
	}
	nameItems(page.Items, names)
	page.addresses(view)
	return q.render("review", page)
}

// reviewFilter chooses sentences of a period.
type reviewFilter struct{ State, Term, Keyword, Grade string }

// A sentence is a row of the review: an item with what people and the second
// reader make of it.
type sentence struct {
	of        *item
	at        int                // in the period's order
	judgement *chaping.Judgement // nil: none
	opinion   *opinion
}

// item is the sentence as it is displayed.
func (s *sentence) item() item {
	i := *s.of
	if s.judgement != nil {
		i.Judgement = *s.judgement
	}
	i.Opinion = s.opinion
	return i
}

// verdict is unreviewed where there is none.
func (s *sentence) verdict() string {
	if s.judgement == nil {
		return "unreviewed"
	}
	return cmp.Or(string(s.judgement.Verdict), "unreviewed")
}

// found are the sentences that a filter leaves, the most doubtful first, and how
// many there are of each kind.
type found struct {
	list            []sentence
	distinct        []sentence // the first of those that say the same
	counts          map[string]int
	terms, keywords map[string]int

	cut    bool                                 // the period has more than are listed
	all    []item                               // of the period
	orders derived                              // of the list
	judged map[chaping.Judged]chaping.Judgement // that it is made of
}

// found chooses sentences of the period, once for all who choose the same, where
// no second reader has been asked. Nobody may change what it gives.
func (q *request) found(p chaping.Period, f reviewFilter) (n *found, ok bool, err error) {
	all, ok, err := q.desk.found.get(q.ctx, countedKey{p, q.miner().Version()}, deskPatience)
	if err != nil || !ok {
		return nil, ok, err
	}
	n = &found{cut: all.cut, list: []sentence{}, counts: map[string]int{}, terms: map[string]int{}, keywords: map[string]int{}}
	if n.judged, err = q.App.Judgements(q.ctx); err != nil {
		return nil, false, err
	}
	opinions, err := q.App.Opinions(q.ctx)
	if err != nil {
		return nil, false, err
	}
	choose := func() *found {
		n.choose(all.list, f, opinions)
		return n
	}
	if len(opinions) > 0 {
		return choose(), true, nil
	}
	return derive(all.chosen.in(n.judged), fmt.Sprintf("%q", f), choose), true, nil
}

func (n *found) choose(all []item, f reviewFilter, opinions map[chaping.Judged]station.Opinion) {
	n.all = all
	said := map[string]bool{}
	for at := range all {
		i := &all[at]
		if f.Grade == "negative" && i.Grade != chaping.Negative || f.Grade == "hidden" && !i.satisfied() {
			continue
		}
		s := sentence{of: i, at: at}
		about := chaping.Judged{Review: i.Review, Term: i.Term}
		if j, there := n.judged[about]; there {
			s.judgement = &j
		}
		if o, asked := opinions[about]; asked {
			s.opinion = &opinion{o.Verdict, o.Reason, o.Model}
		}
		inState := f.State == "all" || s.verdict() == f.State
		fits := (f.Term == "" || i.Term == f.Term) && (f.Keyword == "" || i.Keyword == f.Keyword)
		if fits {
			n.counts[s.verdict()]++
		}
		if inState {
			n.terms[i.Term]++
			n.keywords[i.Keyword]++
		}
		if inState && fits {
			n.list = append(n.list, s)
			if !said[i.says] {
				said[i.says] = true
				n.distinct = append(n.distinct, s)
			}
		}
	}
}

// sentenceTable lists sentences to judge.
func sentenceTable(p chaping.Period, names map[chaping.ProductKey]string, judge bool) table[sentence] {
	verdicts := choices("unreviewed", "未复核", "confirmed", "已确认", "rejected", "已排除")
	grades := []choice{}
	for _, g := range []chaping.Grade{chaping.Negative, chaping.Neutral, chaping.Positive, chaping.Unrated} {
		grades = append(grades, choice{Value: g.String(), Name: g.Chinese()})
	}
	product := func(s *sentence) string {
		key := chaping.ProductKey{Platform: s.of.Review.Platform, Product: s.of.Review.Product}
		return cmp.Or(names[key], key.Product)
	}
	t := table[sentence]{
		name:  "review",
		title: "证据",
		id:    func(s *sentence) string { return s.of.ID },
		label: func(s *sentence) string { return s.of.Term + " " + s.of.Surface },
		columns: []column[sentence]{
			textColumn("term", "评论关键词", func(s *sentence) string { return s.of.Term }),
			textColumn("text", "原句", func(s *sentence) string { return s.of.said }),
			linkColumn("product", "商品", product, func(s *sentence) string {
				return string(query("/product", "platform", s.of.Review.Platform, "id", s.of.Review.Product, "period", p, "term", s.of.Term))
			}),
			textColumn("keyword", "商品关键词", func(s *sentence) string { return s.of.Keyword }),
			choiceColumn("grade", "评级", grades, func(s *sentence) string { return s.of.Grade.String() }),
			dateColumn("published", "评论时间", time.DateOnly, func(s *sentence) time.Time { return s.of.Published }),
			numberColumn("same", "同样的句子", func(s *sentence) float64 { return float64(s.of.Same) }),
			choiceColumn("verdict", "复核", verdicts, func(s *sentence) string { return s.verdict() }),
			textColumn("surface", "写法", func(s *sentence) string { return s.of.Surface }).hide(),
			textColumn("cue", "判断依据", func(s *sentence) string { return s.of.Cue }).hide(),
			numberColumn("rating", "评分", func(s *sentence) float64 { return unknownZero(s.of.Rating) }).hide(),
			textColumn("by", "复核人", func(s *sentence) string { return s.judged().By }).hide(),
			textColumn("reason", "排除的原因", func(s *sentence) string { return s.judged().Reason.Chinese() }).hide(),
			textColumn("note", "说明", func(s *sentence) string { return s.judged().Note }).hide(),
			textColumn("review", "评论编号", func(s *sentence) string { return s.of.Review.Review }).hide(),
		},
	}
	if judge {
		t.bulk = &bulk{Path: "/review/judge/many", Field: "ids", Hidden: choices(p.String(), "period"),
			Buttons: []bulkButton{{Field: "verdict", Value: "confirmed", Name: "确认"}}}
		for i, r := range chaping.Reasons() {
			b := bulkButton{Field: "reason", Value: string(r), Name: r.Chinese(), Label: "排除：" + r.Chinese()}
			if i == 0 {
				b.Lead = "排除："
			}
			t.bulk.Buttons = append(t.bulk.Buttons, b)
		}
		t.bulk.Buttons = append(t.bulk.Buttons, bulkButton{Field: "verdict", Value: "rejected", Name: "排除"},
			bulkButton{Field: "verdict", Value: "none", Name: "撤销"})
	}
	return t
}

// unknownZero is n, or NaN where it is 0.
func unknownZero(n int) float64 {
	if n == 0 {
		return math.NaN()
	}
	return float64(n)
}

// cards gives the sentences that follow one, a page of them. What is judged
// leaves the unreviewed, also the one that they follow: so pages go on after its
// place in the period's order, not at a number; and of the unreviewed that say the
// same, one is shown.
func (page *reviewPage) cards(t *table[sentence], found *found, after string) func(chaping.Selection) ([]sentence, int, error) {
	return func(s chaping.Selection) (rows []sentence, total int, err error) {
		list, shown := found.list, map[string]bool{}
		distinct := page.Filter.State == "unreviewed"
		if distinct && s.Text == "" && len(s.Where) == 0 && s.Sort == "" {
			list, distinct = found.distinct, false
		}
		order := t.selected(list, &s)
		if page.Whole = len(order); len(list) == len(order) { // nothing more is chosen
			page.Whole = len(found.list)
		}
		page.Skipped = found.behind(list, order, after, s.Sort != "")
		for _, n := range order[page.Skipped:] {
			r := list[n]
			if distinct {
				if shown[r.of.says] {
					continue
				}
				shown[r.of.says] = true
			}
			total++
			if total <= pageSize {
				rows = append(rows, r)
			} else if page.Next == "" {
				page.Next = rows[pageSize-1].of.ID
			}
		}
		page.Total = page.Skipped + total
		page.From, page.To = page.Skipped+1, page.Skipped+len(rows)
		return rows, len(rows), nil
	}
}

// behind is how many of the rows in the order come before what follows the
// sentence. In an order of people's own, one that has left the list has no place:
// what is left of the list is all to come.
func (n *found) behind(list []sentence, order []int, after string, sorted bool) int {
	if after == "" {
		return 0
	}
	if sorted {
		return 1 + slices.IndexFunc(order, func(i int) bool { return list[i].of.ID == after })
	}
	place := len(n.all)
	for at := range n.all {
		if n.all[at].ID == after {
			place = at
			break
		}
	}
	if place == len(n.all) { // of other sentences: mined anew since
		return 0
	}
	passed, _ := slices.BinarySearchFunc(order, place+1, func(i, place int) int { return cmp.Compare(list[i].at, place) })
	return passed
}

// addresses are where the page leads to.
func (page *reviewPage) addresses(view *tableView) {
	at, err := url.Parse(view.Back())
	if err != nil {
		return
	}
	values := at.Query()
	values.Del("page")
	values.Del("as")
	page.First = "/review?" + values.Encode()
	if page.Next != "" {
		values.Set("after", page.Next)
		page.More = "/review?" + values.Encode()
		values.Del("after")
	}
	values.Set("as", "table")
	page.List = "/review?" + values.Encode()
}

type reviewPage struct {
	picker
	Counted  counted        `json:"counted"`
	Table    *tableView     `json:"table"`
	Items    []item         `json:"sentences"` // of the page
	As       string         `json:"-"`         // cards or table
	Total    int            `json:"total"`
	From     int            `json:"from"` // number of the first sentence shown
	To       int            `json:"to"`
	Next     string         `json:"next,omitempty"` // the value of after for the next page
	Skipped  int            `json:"-"`
	Whole    int            `json:"-"` // sentences of which cards show one of those that say the same
	Filter   reviewFilter   `json:"-"`
	First    string         `json:"-"` // addresses: of the first page of cards, of the next, of the table
	More     string         `json:"-"`
	List     string         `json:"-"`
	Counts   map[string]int `json:"counts"` // by verdict
	Cut      int            `json:"cut"`    // the period has more sentences than these first ones of its sheet, which alone are listed and counted; 0: it has not
	Sample   progress       `json:"sample"`
	Terms    []rankedName   `json:"terms"`
	Keywords []rankedName   `json:"keywords"`
	Judge    bool           `json:"-"`
}

type rankedName struct {
	Name string `json:"name"`
	N    int    `json:"count"`
}

// ranked lists names by number, most first.
func ranked(n map[string]int) []rankedName {
	var list []rankedName
	for name, count := range n {
		list = append(list, rankedName{name, count})
	}
	slices.SortFunc(
		list,
		func(a, b rankedName) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Name, b.Name)) },
	)
	return list
}
