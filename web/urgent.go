package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"chaping"
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
