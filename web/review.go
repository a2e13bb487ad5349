package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
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
const pageSize = 30

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
	state, term, keyword, grade := q.form("state"), q.form("term"), q.form("keyword"), q.form("grade")
	of, drawn, err := q.sample(p)
	if err != nil {
		return err
	}
	sample, err := q.progress(of)
	if err != nil {
		return err
	}
	if state == "" {
		if drawn && sample.Open() && !q.api && term == "" && keyword == "" { // the sample comes first
			return q.redirect("/review/sample?period="+p.String(), "")
		}
		state = "unreviewed"
	}
	// What is judged leaves the unreviewed, so pages go on after a sentence,
	// not at a number.
	after := q.form("after")
	passed, before, total := after == "", 0, 0
	counts := map[string]int{}
	terms, keywords := map[string]int{}, map[string]int{}
	shown := map[string]bool{} // sentences, of which each is to be judged once
	list, ok, err := q.items(p, func(i *item) bool {
		if grade == "negative" && i.Grade != chaping.Negative || grade == "hidden" && !i.satisfied() {
			return false
		}
		s := cmp.Or(string(i.Judgement.Verdict), "unreviewed")
		inState := state == "all" || s == state
		if (term == "" || i.Term == term) && (keyword == "" || i.Keyword == keyword) {
			counts[s]++
		}
		if inState {
			terms[i.Term]++
			keywords[i.Keyword]++
		}
		wanted := inState && (term == "" || i.Term == term) && (keyword == "" || i.Keyword == keyword)
		if !passed {
			passed = i.ID == after
			if wanted {
				before++
			}
			return false
		}
		if wanted && state == "unreviewed" {
			if shown[i.says] {
				return false
			}
			shown[i.says] = true
		}
		if wanted {
			total++
		}
		return wanted && total <= pageSize+1
	})
	if err != nil {
		return err
	}
	if !ok {
		return q.loading("正在读取报送期 " + p.String() + " 的证据")
	}
	total += before
	next := ""
	if len(list) > pageSize {
		list = list[:pageSize]
		next = list[pageSize-1].ID
	}
	q.mark(list)
	nameProducts(list, c.Rows)
	return q.render(
		"review",
		reviewPage{
			picker:   q.pick(p, "/review"),
			Counted:  c,
			Items:    list,
			Total:    total,
			From:     before + 1,
			To:       before + len(list),
			Next:     next,
			Skipped:  before,
			State:    state,
			Term:     term,
			Keyword:  keyword,
			Grade:    grade,
			Counts:   counts,
			Sample:   sample,
			Terms:    ranked(terms),
			Keywords: ranked(keywords),
			Judge:    q.may("POST /review/judge"),
		},
	)
}

type reviewPage struct {
	picker
	Counted  counted        `json:"counted"`
	Items    []item         `json:"sentences"`
	Total    int            `json:"total"`
	From     int            `json:"from"` // number of the first sentence shown
	To       int            `json:"to"`
	Next     string         `json:"next,omitempty"` // the value of after for the next page
	Skipped  int            `json:"-"`
	State    string         `json:"-"`
	Term     string         `json:"-"`
	Keyword  string         `json:"-"`
	Grade    string         `json:"-"`
	Counts   map[string]int `json:"counts"` // by verdict
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
	q.mark(list)
	if c, ok, err := q.counted(p); err != nil {
		return err
	} else if ok {
		nameProducts(list, c.Rows)
	}
	done, err := q.progressThere(of)
	if err != nil {
		return err
	}
	return q.fragment("review", "evidence", shownItem{list[0], p, true, done, rows})
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

// nameProducts says what the products of sentences are called, from the rows
// in which they are counted.
func nameProducts(list []item, rows []chaping.Tally) {
	names := map[chaping.ProductKey]string{}
	for i := range list {
		names[chaping.ProductKey{Platform: list[i].Review.Platform, Product: list[i].Review.Product}] = ""
	}
	for i := range rows {
		k := chaping.ProductKey{Platform: rows[i].Product.Platform, Product: rows[i].Product.ID}
		if _, shown := names[k]; shown {
			names[k] = rows[i].Product.Name
		}
	}
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
	list, err := q.Station.Urgents(q.ctx, "")
	if err != nil {
		return err
	}
	rules, err := q.Station.Rules(q.ctx)
	if err != nil {
		return err
	}
	_, names, err := q.stationNames()
	if err != nil {
		return err
	}
	var open, decided []*shownUrgent
	for _, u := range list {
		if !q.seesUrgent(&u) {
			continue
		}
		x := &shownUrgent{Urgent: u, From: names[u.Station], Slow: u.Late(rules.Hours)}
		if x.X, err = app.CandidateOf(u); err != nil {
			return err
		}
		if u.Status == station.UrgentOpen { // is sent once it is confirmed
			open = append(open, x)
		} else {
			if x.Push, err = q.App.PushOfUrgent(q.ctx, u); err != nil {
				return err
			}
			decided = append(decided, x)
		}
	}
	route, err := q.App.Route(q.ctx)
	if err != nil {
		return err
	}
	return q.render(
		"urgent",
		urgentPage{Open: open, Decided: decided, Reviews: q.account.Has(readers...) && q.seesReviews(), Route: route},
	)
}

type urgentPage struct {
	Open    []*shownUrgent `json:"open"`
	Decided []*shownUrgent `json:"decided"`
	Reviews bool           `json:"-"`
	Route   app.Route      `json:"route"` // to the centre
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
