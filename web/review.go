package web

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"chaping"
	"chaping/analysis/incident"
	"chaping/app"
	"chaping/station"
)

func isPartial(err error) bool {
	var known *chaping.Error
	return errors.As(err, &known) && known.Code == chaping.CodePartial
}

// conflictWith is the record as somebody else has left it, if that is what
// the error says.
func conflictWith[T any](err error) (theirs T, ok bool) {
	var c *station.Conflict
	if !errors.As(err, &c) {
		return theirs, false
	}
	theirs, ok = c.Theirs.(T)
	return theirs, ok
}

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

// judged is what a person made of it; the zero judgement where nobody has.
func (s *sentence) judged() chaping.Judgement {
	if s.judgement == nil {
		return chaping.Judgement{}
	}
	return *s.judgement
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

// judge takes the verdict on one sentence, for all of the period that say the
// same, and answers with it.
func (q *request) judge() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	asked := q.form("verdict")
	reason, err := chaping.ParseReason(q.form("reason"))
	if err != nil {
		return bad("排除的原因无法识别", "重新选择")
	}
	if reason != chaping.NoReason {
		asked = string(chaping.Rejected)
	}
	verdict, known := map[string]chaping.Verdict{"confirmed": chaping.Confirmed, "rejected": chaping.Rejected, "none": chaping.Unreviewed}[asked]
	if !known && asked != "note" {
		return bad("没有选择确认还是排除", "重新选择")
	}
	of, err := q.sampleToJudge(p)
	if err != nil {
		return err
	}
	i, same, err := q.sentence(p, of, q.form("id"))
	if err != nil {
		return err
	}
	note := chaping.Shorten(q.form("note"), 500)
	about := chaping.Judged{Review: i.Review, Term: i.Term}
	if asked == "note" {
		verdict = i.Judgement.Verdict
	} else if verdict == chaping.Rejected && note == "" && reason == chaping.NoReason {
		note = "人工复核：不成立"
	}
	q.act.Object, q.act.Detail = fmt.Sprintf(
		"%s “%s” %s/%s/%s",
		verdict.Chinese(),
		i.Term,
		i.Review.Platform,
		i.Review.Product,
		i.Review.Review,
	), strings.TrimSpace(reason.Chinese()+" "+note)
	rows := 1 // that change
	switch asked {
	case "note": // is written down, and decides nothing
		err = q.Station.Annotate(q.ctx, about, note, q.account.Person)
	case "none":
		rows, _, err = q.Station.UndoJudgement(q.ctx, i.Judgement.Decision)
		if err == nil && note != i.Judgement.Note { // was written since: it is not the decision's
			err = q.Station.Annotate(q.ctx, about, note, q.account.Person)
		}
	default:
		var list []chaping.Judgement
		for _, other := range same {
			text := note
			if note == i.Judgement.Note && other.ID != i.ID { // nothing was written: each keeps its own
				text = other.Judgement.Note
			}
			list = append(list, chaping.Judgement{
				Review: other.Review, Term: other.Term, Verdict: verdict, Reason: reason, Note: text, By: q.account.Person,
			})
		}
		if rows = len(list); rows > 1 {
			q.act.Detail = strings.TrimSpace(fmt.Sprintf("%s，同样的句子 %d 条", q.act.Detail, len(list)))
		}
		err = q.Station.Judge(q.ctx, list...)
	}
	if err != nil {
		return err
	}
	q.recountSoon(p)
	if q.r.Header.Get("HX-Request") == "" {
		return q.redirect(q.back("/review?period="+p.String()), verdict.Chinese())
	}
	judged, err := q.App.Judgements(q.ctx)
	if err != nil {
		return err
	}
	i.Judgement = judged[about]
	list := []item{i}
	if err := q.dress(list); err != nil {
		return err
	}
	if c, ok, err := q.counted(p); err != nil {
		return err
	} else if ok {
		nameItems(list, c.names())
	}
	done, err := q.progressThere(of)
	if err != nil {
		return err
	}
	return q.fragment("review", "evidence", shownItem{I: list[0], Period: p, Judge: true, Progress: done, Rows: rows})
}

// judgeMany takes one verdict on many sentences, and on all that say the same,
// in one decision.
func (q *request) judgeMany() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	reason, err := chaping.ParseReason(q.form("reason"))
	if err != nil {
		return bad("排除的原因无法识别", "重新选择")
	}
	asked := q.form("verdict")
	if reason != chaping.NoReason {
		asked = string(chaping.Rejected)
	}
	ids := q.list("ids")
	switch {
	case asked != "confirmed" && asked != "rejected" && asked != "none":
		return bad("没有选择确认还是排除", "重新选择")
	case len(ids) == 0:
		return bad("没有选中句子", "先选中要复核的句子")
	}
	chosen, same, err := q.sentences(p, ids)
	if err != nil {
		return err
	}
	if len(chosen) == 0 {
		return bad("选中的句子已不在报送期 "+p.String()+" 里", "刷新页面；词库或评论可能刚有变化")
	}
	note := chaping.Shorten(q.form("note"), 500)
	if asked == "rejected" && note == "" && reason == chaping.NoReason {
		note = "人工复核：不成立"
	}
	q.act.Object = fmt.Sprintf("%d 个句子", len(chosen))
	q.act.Detail = strings.TrimSpace(chaping.Verdict(asked).Chinese() + " " + reason.Chinese() + " " + note)
	rows := 0
	if asked == "none" {
		done := map[int64]bool{}
		for _, i := range chosen {
			if i.Judgement.Verdict == chaping.Unreviewed || done[i.Judgement.Decision] {
				continue
			}
			done[i.Judgement.Decision] = true
			n, _, err := q.Station.UndoJudgement(q.ctx, i.Judgement.Decision)
			if err != nil {
				return err
			}
			rows += n
		}
	} else {
		list := make([]chaping.Judgement, 0, len(same))
		for _, i := range same {
			list = append(list, chaping.Judgement{
				Review: i.Review, Term: i.Term, Verdict: chaping.Verdict(asked), Reason: reason,
				Note: cmp.Or(note, i.Judgement.Note), By: q.account.Person,
			})
		}
		rows = len(list)
		if err := q.Station.Judge(q.ctx, list...); err != nil {
			return err
		}
	}
	q.recountSoon(p)
	message := fmt.Sprintf("%s：选中 %d 条，连同样的句子共 %d 条",
		map[string]string{"confirmed": "已确认", "rejected": "已排除", "none": "已撤销"}[asked], len(chosen), rows)
	if gone := len(ids) - len(chosen); gone > 0 {
		message += fmt.Sprintf("；%d 条没有办，因为已不在这一期里", gone)
	}
	return q.redirect(q.back("/review?period="+p.String()), message)
}

// sentences are those of the IDs, and with them all that say the same and are
// judged with one of them.
func (q *request) sentences(p chaping.Period, ids []string) (chosen, same []item, err error) {
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	type saying struct {
		says     string
		decision int64
	}
	said := map[saying]bool{}
	chosen, ok, err := q.itemsWithin(p, deskDecision, func(i *item) bool { return wanted[i.ID] })
	if err != nil {
		return nil, nil, err
	}
	for _, i := range chosen {
		said[saying{i.says, i.Judgement.Decision}], said[saying{says: i.says}] = true, true
	}
	if ok {
		same, ok, err = q.itemsWithin(p, deskDecision, func(i *item) bool {
			decision := i.Judgement.Decision
			if i.Judgement.Verdict == chaping.Unreviewed {
				decision = 0
			}
			return wanted[i.ID] || said[saying{i.says, decision}]
		})
	}
	if err == nil && !ok {
		err = stillReading(p)
	}
	return chosen, same, err
}

// sentence is the one of that ID, and all that say the same and are judged with
// it: those of which nobody has made anything, or the same at once.
func (q *request) sentence(p chaping.Period, of *sampled, id string) (i item, same []item, err error) {
	list, ok, err := q.itemsWithin(p, deskDecision, func(i *item) bool { return i.ID == id })
	if err != nil {
		return i, nil, err
	}
	if !ok {
		return i, nil, stillReading(p)
	}
	if at := slices.IndexFunc(of.items, func(i item) bool { return i.ID == id }); len(list) == 0 && at >= 0 {
		judged, err := q.App.Judgements(q.ctx) // one of a period with more sentences than a page can have
		if err != nil {
			return i, nil, err
		}
		list = append(list, of.items[at])
		list[0].Judgement = judged[chaping.Judged{Review: list[0].Review, Term: list[0].Term}]
	}
	if len(list) == 0 {
		return i, nil, &fault{http.StatusNotFound, "这条证据已不在报送期 " + p.String() + " 里", "刷新页面；词库或评论可能刚有变化", nil}
	}
	i = list[0]
	same = append(same, i)
	_, ok, err = q.itemsWithin(p, deskDecision, func(other *item) bool {
		if other.says == i.says && other.ID != i.ID && (other.Judgement.Verdict == chaping.Unreviewed ||
			other.Judgement.Decision == i.Judgement.Decision) {
			same = append(same, *other)
		}
		return false
	})
	if err == nil && !ok {
		err = stillReading(p)
	}
	return i, same, err
}

// nameItems says what the products of sentences are called.
func nameItems(list []item, names map[chaping.ProductKey]string) {
	for i := range list {
		list[i].Product = names[chaping.ProductKey{Platform: list[i].Review.Platform, Product: list[i].Review.Product}]
	}
}

// shownItem is what the template of one sentence needs.
type shownItem struct {
	I        item
	Period   chaping.Period
	Judge    bool
	Progress *progress // of the sample, where it is to be shown anew
	Rows     int       // sentences whose verdict has changed
	Pick     bool      // it can be selected, to be judged with others
}

// back is the page that a form was sent from, if it is ours.
func (q *request) back(otherwise string) string {
	if from := q.form("back"); from != "" {
		return local(from)
	}
	return otherwise
}

// shownUrgent is a candidate as the page shows it.
type shownUrgent struct {
	station.Urgent
	X    incident.Candidate `json:"candidate"`      // in place of its JSON
	From string             `json:"from,omitempty"` // who wrote it; "" if the program suggested it
	Slow bool               `json:"late"`           // more than the centre's limit after the finding
	Push *station.Push      `json:"push,omitempty"` // how far it is on its way to the centre
}

// Took is how long after the finding a written one was filed.
func (u *shownUrgent) Took() time.Duration { return u.Raised.Sub(u.Found) }

func (q *request) urgents() error {
	_, names, err := q.stationNames()
	if err != nil {
		return err
	}
	page := urgentPage{Reviews: q.account.Has(readers...) && q.seesReviews(), Overall: q.account.Scope().Sees(0), First: 3}
	selection := station.UrgentSelection{Scope: q.account.Scope(), Suggested: page.Reviews}
	read := func(decided bool, field string, size int) (list []*shownUrgent, l pageLine, err error) {
		selection.Decided = decided
		total, err := q.Station.CountUrgents(q.ctx, selection)
		if err != nil {
			return nil, l, err
		}
		l, size, after := q.pageLine(total, field, size)
		urgents, err := q.Station.UrgentsSelected(q.ctx, selection, size, after)
		for i := 0; err == nil && i < len(urgents); i++ {
			u := &urgents[i]
			x := &shownUrgent{Urgent: *u, From: names[u.Station], Slow: u.Late()}
			if x.X, err = app.CandidateOf(*u); err == nil && decided { // is sent once it is confirmed
				x.Push, err = q.App.PushOfUrgent(q.ctx, *u)
			}
			list = append(list, x)
		}
		return list, l, err
	}
	if page.Open, page.Pages, err = read(false, "page", openUrgents); err != nil {
		return err
	}
	if page.Decided, page.Older, err = read(true, "older", decidedUrgents); err != nil {
		return err
	}
	if page.Route, err = q.App.Route(q.ctx); err != nil {
		return err
	}
	if page.Back = q.r.URL.RequestURI(); len(page.Open) > 1 && q.may("POST /urgent/many") {
		page.Bulk = &bulk{Path: "/urgent/many", Field: "ids", Note: "reason", Ask: "排除的理由，例如：刷单，已核实",
			Buttons: []bulkButton{{Field: "decision", Value: "dismiss", Name: "排除选中的"}}}
	}
	return q.render("urgent", page)
}

// urgentsDismiss dismisses many candidates for one reason. Each that is confirmed
// is looked at by itself.
func (q *request) urgentsDismiss() error {
	ids, reason := q.list("ids"), q.form("reason")
	switch {
	case len(ids) == 0:
		return bad("没有选中候选", "先选中要排除的")
	case reason == "":
		return bad("没有写理由", "写明依据，例如“刷单，已核实”")
	}
	q.act.Detail = reason
	done := 0
	for _, id := range ids {
		_, err := q.Station.Decide(q.ctx, number(id), station.UrgentDismissed, q.account.Person, reason, q.App.ConfirmedMessages)
		if _, refused := told(err); refused { // somebody has decided otherwise, or there is none
			continue
		}
		if err != nil {
			return err
		}
		done++
		q.act.Object = strings.TrimSpace(q.act.Object + " " + id)
	}
	message := fmt.Sprintf("已排除 %d 条", done)
	if left := len(ids) - done; left > 0 {
		message += fmt.Sprintf("；%d 条没有办，因为已有人作了别的决定，或已不在", left)
	}
	return q.redirect(q.back("/urgent"), message)
}

// How many a page of urgent events has, of those that wait and of those that
// somebody has decided on.
const (
	openUrgents    = 10
	decidedUrgents = 50
)

// A pageLine says which part of a list a page shows, and leads to the others.
type pageLine struct {
	Page  int    `json:"page"`
	Pages int    `json:"pages"`
	Total int    `json:"total"`
	Back  string `json:"-"` // addresses; "": there is none
	On    string `json:"-"`
}

// pageLine is the part of a list of so many that the address names in the field:
// so many after so many others. Programs that name none get all of it.
func (q *request) pageLine(total int, field string, size int) (l pageLine, n, after int) {
	if q.api && q.form(field) == "" {
		return pageLine{Page: 1, Pages: 1, Total: total}, total, 0
	}
	l = pageLine{Pages: max((total+size-1)/size, 1), Total: total}
	if l.Page = max(int(number(q.form(field))), 1); !q.api { // programs come to the end by what is empty
		l.Page = min(l.Page, l.Pages)
	}
	to := func(n int) string {
		if n < 1 || n > l.Pages {
			return ""
		}
		v := maps.Clone(q.r.URL.Query())
		v.Set(field, strconv.Itoa(n))
		return q.r.URL.Path + "?" + v.Encode()
	}
	l.Back, l.On = to(l.Page-1), to(l.Page+1)
	return l, size, (l.Page - 1) * size
}

type urgentPage struct {
	Pages   pageLine       `json:"open_pages"`
	Older   pageLine       `json:"decided_pages"`
	Open    []*shownUrgent `json:"open"`
	Decided []*shownUrgent `json:"decided"`
	Reviews bool           `json:"-"`
	Overall bool           `json:"-"`     // of all stations
	Route   app.Route      `json:"route"` // to the centre
	Bulk    *bulk          `json:"-"`     // nil: there are not several to decide on
	Back    string         `json:"-"`
	First   int            `json:"-"` // products and sentences that stand on the page, the others are folded away
}

func (q *request) urgentDecide() error {
	id := number(q.r.PathValue("id"))
	status := map[string]string{"confirm": station.UrgentConfirmed, "dismiss": station.UrgentDismissed}[q.form("decision")]
	reason := q.form("reason")
	switch {
	case status == "":
		return bad("没有选择确认还是排除", "重新选择")
	case reason == "":
		return bad("没有写理由", "写明依据，例如“电话核实属实”")
	}
	q.act.Object, q.act.Detail = fmt.Sprintf(
		"编号 %d：%s",
		id,
		map[string]string{"confirm": "确认", "dismiss": "排除"}[q.form("decision")],
	), reason
	u, err := q.Station.Decide(q.ctx, id, status, q.account.Person, reason, q.App.ConfirmedMessages)
	if err != nil {
		return err
	}
	if u.Status == station.UrgentConfirmed {
		return q.handOverUrgent(u, fmt.Sprintf("编号 %d 已确认为重要风险信息", id), "/urgent")
	}
	return q.redirect("/urgent", fmt.Sprintf("编号 %d 已排除", id))
}
