package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"chaping"
	"chaping/analysis/incident"
	"chaping/app"
	"chaping/report"
	"chaping/station"
)

// seesUrgent tells whether the account may see an urgent report: what was
// suggested from reviews belongs to the home station, what was written to who
// wrote it.
func (q *request) seesUrgent(u *station.Urgent) bool {
	if u.Station == 0 {
		return q.account.Has(readers...) && q.seesReviews()
	}
	return q.account.Scope().Sees(u.Station)
}

// An urgentGroup is what was decided and stands under one heading.
type urgentGroup struct {
	Title string
	List  []*shownUrgent
}

// Groups are what was decided. At the centre those come first that nobody has
// opened a case on, elsewhere those that the centre does not have.
func (p urgentPage) Groups() (list []urgentGroup) {
	first, rest := urgentGroup{Title: "已确认，研究中心还没有收到"}, urgentGroup{Title: "已填报"}
	cases := p.Route == app.RouteHere && p.Overall
	if cases {
		first.Title = "已收到，还没有立案"
	}
	switch {
	case p.Reviews || cases:
		rest.Title = "已处理"
	case p.Route == app.RouteHere:
		rest.Title = "已报送"
	}
	for _, u := range p.Decided {
		waits := cases && u.Case == 0 || p.Route == app.RouteCentre && (u.Push == nil || !u.Push.Accepted())
		to := &rest
		if u.Status == station.UrgentConfirmed && waits {
			to = &first
		}
		to.List = append(to.List, u)
	}
	for _, g := range []urgentGroup{first, rest} {
		if len(g.List) > 0 {
			list = append(list, g)
		}
	}
	return list
}

// An urgentForm is the page on which an urgent report is written.
type urgentForm struct {
	Stations []station.Station `json:"stations,omitempty"` // that may be chosen
	Station  int64             `json:"station"`
	Report   report.Written    `json:"report"`
	Triggers []string          `json:"triggers"`
	Hours    int               `json:"hours"` // limit; 0: none
	Route    app.Route         `json:"route"` // to the centre
	Problem  *fault            `json:"-"`
}

func (q *request) urgentNew() error {
	return q.showUrgentForm(
		http.StatusOK,
		urgentForm{Station: q.account.Station, Report: report.Written{Filler: q.account.Person, Trigger: 1}},
	)
}

func (q *request) showUrgentForm(status int, f urgentForm) error {
	rules, err := q.Station.Rules(q.ctx)
	if err != nil {
		return err
	}
	f.Hours, f.Triggers = rules.Hours, report.Triggers()
	if f.Route, err = q.App.Route(q.ctx); err != nil {
		return err
	}
	if q.account.Scope().Sees(0) {
		if f.Stations, _, err = q.stationNames(); err != nil {
			return err
		}
	}
	return q.show(status, "urgentform", q.route.title, &f)
}

// A writtenField is a field of the report: what is wrong with it, if anything.
type writtenField struct {
	to    *string
	field string
	name  string
	most  int // characters
	must  string
}

func writtenFields(w *report.Written) []writtenField {
	return []writtenField{
		{&w.Product, "product", "涉及产品", 100, "写明产品名称、型号，例如“某型电热水壶”"},
		{&w.Event, "event", "事件", 100, "用几个字写发生了什么，例如“漏电伤人”"},
		{&w.Place, "place", "发生地点、涉及区域", 500, ""},
		{&w.Companies, "companies", "生产者、经营者", 1000, ""},
		{&w.Harm, "harm", "伤亡和损失", 2000, ""},
		{&w.Spread, "spread", "影响范围", 2000, ""},
		{&w.Content, "content", "情况说明", 5000, "写明什么时间、什么地点、什么产品、发生了什么、怎么知道的"},
		{&w.Measures, "measures", "已采取的措施", 2000, ""},
		{&w.Advice, "advice", "初步建议", 2000, ""},
		{&w.Source, "source", "信息来源", 500, ""},
		{&w.Filler, "filler", "填报人", 50, "写填报人的姓名"},
		{&w.Phone, "phone", "联系电话", 50, "写能联系到填报人的电话"},
	}
}

// urgentWrite takes an urgent report. It is filed at once, whatever the month,
// and told through the same channels as one that was suggested and confirmed.
func (q *request) urgentWrite() error {
	f := urgentForm{Station: q.account.Station}
	if chosen := number(q.form("station")); chosen != 0 && q.account.Scope().Sees(0) {
		f.Station = chosen
	}
	w := &f.Report
	for _, field := range writtenFields(w) {
		*field.to = q.form(field.field)
	}
	w.Trigger, w.Found = int(number(q.form("trigger"))), q.form("found")
	refuse := func(problem, remedy string) error {
		f.Problem = &fault{problem: problem, remedy: remedy}
		return q.showUrgentForm(http.StatusUnprocessableEntity, f)
	}
	of, err := q.Station.Station(q.ctx, q.account.Scope(), f.Station)
	if err != nil {
		return refuse("没有选择监测站", "选择是哪个监测站报送的")
	}
	if w.Trigger != 1 && w.Trigger != 2 {
		return refuse("没有选择情形", "选择属于通知第五部分的哪一种情形")
	}
	for _, field := range writtenFields(w) {
		switch n := utf8.RuneCountInString(*field.to); {
		case n == 0 && field.must != "":
			return refuse(field.name+"没有写", field.must)
		case n > field.most:
			return refuse(fmt.Sprintf("%s超过 %d 字", field.name, field.most), "缩短，细节写在材料里，在“提交报送文件”页提交")
		}
	}
	found, err := q.moment("found", "发现时间", minute)
	if problem, ok := told(err); ok {
		return refuse(problem.problem, problem.remedy)
	}
	// What was typed is the report: sending it twice, by a second click or
	// after a broken connection, files one.
	typed := *w
	typed.Found = found.Format(chaping.Minute)
	event, err := typed.JSON() // whatever the station and the program are called by then
	if err != nil {
		return err
	}
	typed.Station, typed.Program = of.Name, q.Program
	content, err := typed.JSON()
	if err != nil {
		return err
	}
	q.act.Object = of.Name + "：" + chaping.Shorten(w.Product+" "+w.Event, 80)
	u, fresh, err := q.Station.FileUrgent(
		q.ctx,
		q.account.Scope(),
		station.Urgent{Station: of.ID, Found: found, Event: string(event), Candidate: content, By: q.account.Person},
		q.App.ConfirmedMessages,
	)
	if problem, ok := told(err); ok {
		return refuse(problem.problem, problem.remedy)
	}
	if err != nil {
		return err
	}
	message := fmt.Sprintf("重要风险信息（编号 %d）已填报，发现后 %s", u.ID, lasted(u.Raised.Sub(u.Found)))
	if !fresh {
		message = fmt.Sprintf("同样的内容已经填报过（编号 %d），没有重复填报", u.ID)
		q.act.Detail = message
	}
	return q.handOverUrgent(u, message, "/urgent/"+strconv.FormatInt(u.ID, 10))
}

// handOverUrgent hands a confirmed urgent report in at the centre at once, by
// the route there is from here.
func (q *request) handOverUrgent(u station.Urgent, message, back string) error {
	route, err := q.App.Route(q.ctx)
	if err != nil {
		return err
	}
	switch {
	case route == app.RouteHere:
		return q.redirect(back, message+"，研究中心已经收到")
	case route == app.RouteByHand || u.Station != 0 && u.Station != q.home.ID:
		return q.redirect(back, message+"。本机没有连接研究中心，请立即用别的办法报送研究中心")
	}
	s, err := q.App.FreezeUrgent(q.ctx, u)
	if err != nil {
		return err
	}
	return q.pushSheet(&s, back)
}

// urgentPush hands a confirmed urgent report in at the centre, again if need be.
func (q *request) urgentPush() error {
	u, err := q.Station.Urgent(q.ctx, number(q.r.PathValue("id")))
	if err != nil || !q.seesUrgent(&u) {
		return notFound()
	}
	return q.handOverUrgent(u, fmt.Sprintf("编号 %d", u.ID), "/urgent")
}

// A writtenPage is the page of an urgent report that was written.
type writtenPage struct {
	Urgent  station.Urgent `json:"urgent"`
	Station string         `json:"station"`
	Report  report.Written `json:"report"`
	Trigger string         `json:"trigger"` // in the notice's words
	Found   time.Time      `json:"-"`
	Filed   time.Time      `json:"-"` // or confirmed, where the program had suggested it
	Took    time.Duration  `json:"-"` // from finding to filing
	Elapsed float64        `json:"took_hours"`
	Late    bool           `json:"late"`
	Hours   int            `json:"hours"`
	Case    int64          `json:"case,omitempty"` // that was opened on it
	Route   app.Route      `json:"route"`          // to the centre
	Push    *station.Push  `json:"push,omitempty"` // how far it is on its way there
	Formats []string       `json:"formats"`
	Facts   []writtenFact  `json:"-"`
}

type writtenFact struct{ Name, Value string }

// written reads the urgent report in the address.
func (q *request) written() (u station.Urgent, w *report.Written, err error) {
	if u, err = q.Station.Urgent(q.ctx, number(q.r.PathValue("id"))); err != nil {
		return u, nil, notFound()
	}
	if u.Status != station.UrgentConfirmed || !q.seesUrgent(&u) {
		return u, nil, notFound()
	}
	w, err = q.App.Written(q.ctx, u)
	return u, w, err
}

func (q *request) urgentPage() error {
	u, w, err := q.written()
	if err != nil {
		return err
	}
	cases, err := q.Station.Cases(q.ctx, q.account.Scope())
	if err != nil {
		return err
	}
	found, filed := u.Found, u.Raised
	if u.Station == 0 { // the program told of it
		found, filed = u.Raised, *u.Decided
	}
	p := writtenPage{
		Found:   found,
		Filed:   filed,
		Urgent:  u,
		Station: w.Station,
		Report:  *w,
		Trigger: report.Triggers()[w.Trigger-1],
		Took:    filed.Sub(found),
		Elapsed: filed.Sub(found).Hours(),
		Late:    u.Late(),
		Hours:   u.Hours,
		Formats: writtenFormats(),
	}
	if p.Route, err = q.App.Route(q.ctx); err != nil {
		return err
	}
	if p.Push, err = q.App.PushOfUrgent(q.ctx, u); err != nil {
		return err
	}
	for _, f := range writtenFields(w) {
		p.Facts = append(p.Facts, writtenFact{f.name, *f.to})
	}
	if i := slices.IndexFunc(cases, func(c station.Case) bool { return c.Urgent == u.ID }); i >= 0 {
		p.Case = cases[i].ID
	}
	return q.show(http.StatusOK, "written", chaping.Shorten(w.Product+" "+w.Event, 40), &p)
}

// writtenFormats are the formats of an urgent report: it is running text.
func writtenFormats() []string { return []string{"docx", "pdf", "html", "json"} }

func (q *request) urgentDownload() error {
	u, w, err := q.written()
	if err != nil {
		return err
	}
	format := q.form("format")
	return q.downloadForm(w, writtenFormats(), format, fmt.Sprintf("重要风险信息-%d.%s", u.ID, format))
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
