package web

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"chaping"
	"chaping/app"
	"chaping/report"
	"chaping/report/intake"
	"chaping/scheduler/calendar"
	"chaping/station"
)

// due is the day on which a period's report is due.
func (q *request) due(p chaping.Period) time.Time { return q.Calendar.Due(p).Day }

// inboxPath is the page that is an inbox to those who see all stations, and to a
// station the place where it hands in; handInTitle is what the station calls it.
const (
	inboxPath   = "/inbox"
	handInTitle = "提交报送文件"
)

// inboxTitle is what the account calls the page.
func (q *request) inboxTitle() string {
	if q.oversees() {
		return "收件"
	}
	return handInTitle
}

// inbox shows what stations handed in for a period: all of them to centre and
// bureau, its own to a station.
func (q *request) inbox() error { return q.inboxForm(http.StatusOK, nil, nil) }

func (q *request) inboxForm(status int, problem *fault, refused []*chaping.InputError) error {
	p, err := q.period()
	if err != nil {
		return err
	}
	filings, err := q.duties(p)
	if err != nil {
		return err
	}
	filed, late, missing, free := 0, 0, 0, 0
	for i := range filings {
		switch {
		case !filings[i].Filed() && filings[i].Exempt:
			free++
		case filings[i].Filed():
			filed++
		}
		switch {
		case filings[i].Late():
			late++
		case filings[i].Missing():
			missing++
		}
	}
	if ruled, err := q.ruled(); err != nil {
		return err
	} else if !ruled {
		free = 0
	}
	t := dutyTable()
	if q.may("POST /inbox/urge") {
		t.bulk = urgeBulk(p)
	}
	source := inMemory(&t, filings)
	if q.route.export {
		return exportTable(q, t, source)
	}
	view, shown, err := present(q, t, source, "period")
	if err != nil {
		return err
	}
	stations, _, err := q.stationNames()
	if err != nil {
		return err
	}
	annual, err := q.Station.Submissions(q.ctx, strconv.Itoa(p.Year)) // annual reports
	if err != nil {
		return err
	}
	annual = slices.DeleteFunc(annual, func(s station.Submission) bool { return !q.account.Scope().Sees(s.StationID) })
	return q.show(
		status,
		"inbox",
		q.inboxTitle(),
		inboxPage{
			picker:   q.pick(p, "/inbox"),
			Due:      q.Calendar.Due(p),
			Table:    view,
			Filings:  shown,
			All:      filings,
			Filed:    filed,
			Late:     late,
			Missing:  missing,
			Free:     free,
			Stations: stations,
			Own:      q.own(),
			Refused:  refused,
			Annual:   annual,
			Problem:  problem,
		},
	)
}

type inboxPage struct {
	picker
	Due      calendar.Due          `json:"due"`
	Table    *tableView            `json:"table"`
	Filings  []station.Duty        `json:"stations"` // of the page
	All      []station.Duty        `json:"-"`
	Filed    int                   `json:"filed"`
	Late     int                   `json:"late"`     // handed in after the due day
	Missing  int                   `json:"missing"`  // the due day has passed without them
	Free     int                   `json:"not_owed"` // have not reported, and need not
	Stations []station.Station     `json:"-"`
	Own      int64                 `json:"-"` // the account's station; 0: it is to be chosen
	Refused  []*chaping.InputError `json:"-"`
	Annual   []station.Submission  `json:"annual"` // annual reports
	Problem  *fault                `json:"-"`
}

// handIn takes a report that was filled in elsewhere.
func (q *request) handIn() error {
	q.patient()
	q.r.Body = http.MaxBytesReader(q.w, q.r.Body, intake.MaxJSON+maxForm)
	file, head, err := q.r.FormFile("file")
	if err != nil {
		return q.inboxForm(
			http.StatusUnprocessableEntity,
			&fault{problem: fmt.Sprintf("没有收到文件，或超过 %d MB", intake.MaxJSON>>20), remedy: "选择文件后再提交"},
			nil,
		)
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		return &fault{http.StatusRequestEntityTooLarge, "上传没有完成", "重新上传", err}
	}
	name := uploadedName(head)
	id := q.own()
	if q.account.Scope().Sees(0) { // the centre takes in for anybody
		id = cmp.Or(number(q.form("station")), q.own())
	}
	of, err := q.Station.Station(q.ctx, q.account.Scope(), id)
	if err != nil {
		return q.inboxForm(http.StatusUnprocessableEntity, &fault{problem: "没有选择监测站", remedy: "选择是哪个监测站报送的"}, nil)
	}
	switch chaping.Form(q.form("form")) {
	case chaping.FormUrgent:
		return q.receiveUrgent(of, data)
	case chaping.FormAnnual:
		return q.receiveAnnual(of, name, data)
	}
	p, err := q.period()
	if err != nil {
		return err
	}
	for field, name := range map[string]string{"version": "版本", "corrects": "要更正的文件"} {
		if text := q.form(field); text != "" && text != "0" && number(text) <= 0 {
			return q.inboxForm(
				http.StatusUnprocessableEntity,
				&fault{problem: name + "“" + chaping.Shorten(text, 20) + "”不是编号", remedy: "重新打开页面再选"},
				nil,
			)
		}
	}
	h := app.Handed{
		Station:  of,
		Period:   p,
		File:     name,
		Data:     data,
		About:    q.form("about"),
		Corrects: number(q.form("corrects")),
		Version:  int(number(q.form("version"))),
		Watch:    q.form("name"),
	}
	q.act.Object, q.act.Detail = of.Name+" 报送期 "+p.String(), name
	if !q.api && h.About == "" { // of other material nothing is read
		return q.keepForm(&h)
	}
	received, err := q.App.Receive(q.ctx, h, q.miner())
	if f, ok := told(err); ok {
		return q.inboxForm(http.StatusUnprocessableEntity, f, received.Refused)
	}
	if err != nil {
		return err
	}
	if q.api {
		return q.json(http.StatusOK, "application/json", received)
	}
	return q.handedIn(&received)
}

// handedIn says what was kept of a file.
func (q *request) handedIn(s *app.Received) error {
	if len(s.Refused) > 0 {
		return q.inboxForm(
			http.StatusOK,
			&fault{
				problem: fmt.Sprintf("已读入 %d 条，有 %d 处没有读入或要核对", s.Entries, len(s.Refused)),
				remedy:  "按下面的说明改正后再交一次：这次读入的行都还在新文件里的，新文件取代这一份，不会重复计数",
			},
			s.Refused,
		)
	}
	message := fmt.Sprintf("“%s”已收到，读入 %d 条", s.File, s.Entries)
	if len(s.ReplacedFiles) > 0 {
		message += "，取代了“" + strings.Join(s.ReplacedFiles, "”“") + "”"
	}
	if s.About != "" {
		message = "“" + s.File + "”已收到，原件已保存"
	}
	return q.redirect("/inbox?period="+s.Period, message)
}

// receiveUrgent takes an urgent report in that a station's installation has sent.
func (q *request) receiveUrgent(of station.Station, data []byte) error {
	u, err := q.App.ReceiveUrgent(q.ctx, q.account.Scope(), of, data)
	if err != nil {
		return err
	}
	q.act.Object = of.Name
	if x, err := app.CandidateOf(u); err == nil {
		q.act.Object += "：" + chaping.Shorten(x.Keyword+" "+x.Name, 80)
	}
	if q.api {
		sum := sha256.Sum256(data)
		return q.json(http.StatusOK, "application/json", app.Received{Submission: station.Submission{
			ID:        u.ID,
			Period:    u.First,
			StationID: of.ID,
			Station:   of.Name,
			Form:      chaping.FormUrgent,
			Hash:      hex.EncodeToString(sum[:]),
			Received:  u.Raised,
			Size:      len(data),
		}})
	}
	return q.redirect("/urgent/"+strconv.FormatInt(u.ID, 10), fmt.Sprintf("已收到重要风险信息，编号 %d", u.ID))
}

// receiveAnnual takes a year's report in that a station's installation has sent.
func (q *request) receiveAnnual(of station.Station, name string, data []byte) error {
	h := app.Handed{Station: of, File: name, Data: data, Version: int(number(q.form("version")))}
	s, err := q.App.ReceiveAnnual(q.ctx, h, q.form("period"))
	if err != nil {
		return err
	}
	q.act.Object, q.act.Detail = of.Name+" "+s.Period+" 年", name
	if q.api {
		return q.json(http.StatusOK, "application/json", app.Received{Submission: s})
	}
	return q.redirect("/inbox", "“"+name+"”已收到")
}

// uploadedName is what the sender calls a file, without folders.
func uploadedName(head *multipart.FileHeader) string {
	return chaping.Shorten(filepath.Base(strings.ReplaceAll(head.Filename, "\\", "/")), 80)
}

// classify suggests what nobody said of entries of sheet A.
func (q *request) classify(entries []report.Entry) {
	for i := range entries {
		entries[i].Hazard = q.miner().HazardOf(entries[i].Content)
		entries[i].Classify()
	}
}

// raw is every element of a list as JSON.
func raw[T any](list []T) ([]json.RawMessage, error) {
	all := make([]json.RawMessage, 0, len(list))
	for i := range list {
		one, err := json.Marshal(list[i])
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// original hands a submission out as it came.
func (q *request) original() error {
	s, data, err := q.Station.Original(q.ctx, q.account.Scope(), number(q.r.PathValue("id")))
	if err != nil {
		return err
	}
	q.act.Object = s.Station + " " + s.File
	format := q.form("format")
	if format == "" {
		return q.download(s.File, bytes.NewReader(data))
	}
	m, formats, err := modelIn(&s, data)
	if err != nil {
		return err
	}
	return q.downloadForm(m, formats, format, strings.TrimSuffix(s.File, filepath.Ext(s.File))+"."+format)
}

// modelIn is the form in a submission that is a form's JSON, and the formats it
// can be had in; none in any other file.
func modelIn(s *station.Submission, data []byte) (m app.Model, formats []string, err error) {
	switch {
	case !s.Modelled():
		return nil, nil, bad("“"+s.File+"”只有收到的原件", "下载原件")
	case s.Form == chaping.FormPlatform:
		m, err = report.ReadPlatform(data)
		return m, report.Formats(), err
	case s.Form == chaping.FormAssociation:
		m, err = report.ReadAssociation(data)
		return m, report.Formats(), err
	}
	m, err = report.ReadAnnual(data)
	return m, annualFormats(), err
}

func (q *request) cases() error {
	list, err := q.Station.Cases(q.ctx, q.account.Scope())
	if err != nil {
		return err
	}
	_, names, err := q.stationNames()
	if err != nil {
		return err
	}
	open, overdue := 0, 0
	for i := range list {
		if !list[i].Closed() {
			open++
		}
		if list[i].Overdue(q.Now()) {
			overdue++
		}
	}
	t := caseTable(names, q.Now())
	source := inMemory(&t, list)
	if q.route.export {
		return exportTable(q, t, source)
	}
	view, shown, err := present(q, t, source)
	if err != nil {
		return err
	}
	elsewhere, err := q.elsewhere()
	if err != nil {
		return err
	}
	return q.render(
		"cases",
		casesPage{Elsewhere: elsewhere, Table: view, List: shown, Names: names, Now: q.Now(), Open: open, Overdue: overdue, Lags: lagsOf(list)},
	)
}

type casesPage struct {
	Elsewhere bool             `json:"-"` // the centre has them, see received
	Table     *tableView       `json:"table"`
	List      []station.Case   `json:"cases"` // of the page
	Names     map[int64]string `json:"-"`
	Now       time.Time        `json:"-"`
	Open      int              `json:"open"`
	Overdue   int              `json:"overdue"`
	Lags      []lag            `json:"steps"`
}

// A lag is how long a step of cases took (R4).
type lag struct {
	Name   string        `json:"name"`
	Cases  int           `json:"cases"`
	Median time.Duration `json:"-"`
	Hours  float64       `json:"median_hours"`
}

func lagsOf(cases []station.Case) []lag {
	steps := []struct {
		name     string
		from, to func(*station.Case) time.Time
	}{
		{
			"发现 → 研判",
			func(c *station.Case) time.Time { return c.Found },
			func(c *station.Case) time.Time { return c.Judged },
		},
		{
			"研判 → 预警",
			func(c *station.Case) time.Time { return c.Judged },
			func(c *station.Case) time.Time { return c.Warned },
		},
		{
			"预警 → 处置",
			func(c *station.Case) time.Time { return c.Warned },
			func(c *station.Case) time.Time { return c.Disposed },
		},
		{
			"发现 → 处置",
			func(c *station.Case) time.Time { return c.Found },
			func(c *station.Case) time.Time { return c.Disposed },
		},
	}
	var list []lag
	for _, s := range steps {
		var took []time.Duration
		for i := range cases {
			if from, to := s.from(&cases[i]), s.to(&cases[i]); !from.IsZero() && !to.IsZero() {
				took = append(took, to.Sub(from))
			}
		}
		l := lag{Name: s.name, Cases: len(took)}
		if len(took) > 0 {
			slices.Sort(took)
			l.Median = (took[(len(took)-1)/2] + took[len(took)/2]) / 2
			l.Hours = l.Median.Hours()
		}
		list = append(list, l)
	}
	return list
}

// lasted writes how long something took, in days or hours.
func lasted(d time.Duration) string {
	if d >= 48*time.Hour {
		return fmt.Sprintf("%.1f 天", d.Hours()/24)
	}
	return fmt.Sprintf("%.1f 小时", d.Hours())
}

func (q *request) casePage() error {
	if q.r.PathValue("id") != "new" {
		c, notes, err := q.Station.Case(q.ctx, q.account.Scope(), number(q.r.PathValue("id")))
		if err != nil {
			return err
		}
		return q.caseForm(http.StatusOK, c, notes, nil)
	}
	if !q.may("POST /cases/{id}") {
		return notFound()
	}
	c := station.Case{Kind: station.ProductCase}
	if product, ids := q.form("product"), q.form("leads"); product != "" || ids != "" {
		var id int64
		var err error
		if c, id, err = q.leadsCase(product, ids); err != nil {
			return err
		}
		if id != 0 {
			return q.redirect(fmt.Sprintf("/cases/%d", id), "这条线索已经立案")
		}
	}
	if id := number(q.form("urgent")); id != 0 {
		u, err := q.Station.Urgent(q.ctx, id)
		if err != nil {
			return err
		}
		if u.Case != 0 {
			return q.redirect(fmt.Sprintf("/cases/%d", u.Case), "这条重要风险信息已经立案")
		}
		x, err := app.CandidateOf(u)
		if err != nil {
			return err
		}
		c.Urgent, c.Station, c.Title = id, q.home.ID, chaping.Shorten(x.Keyword+" "+x.Name, 90)
		c.Lead, c.Found = x.Why, u.Raised
		if u.Station != 0 {
			c.Station, c.Found = u.Station, u.Found
		}
		if u.Decided != nil {
			c.Judged = *u.Decided
		}
	}
	return q.caseForm(http.StatusOK, c, nil, nil)
}

func (q *request) caseForm(status int, c station.Case, notes []station.Note, problem *fault) error {
	stations, err := q.Station.Stations(q.ctx, q.account.Scope())
	if err != nil {
		return err
	}
	names := map[int64]string{}
	for _, s := range stations {
		names[s.ID] = s.Name
	}
	stations = slices.DeleteFunc(stations, func(s station.Station) bool { return unlisted(s) && !c.Concerns(s.ID) })
	title := "新建案件"
	of, err := q.leadsOfCase(&c)
	if err != nil {
		return err
	}
	var about talk
	if c.ID != 0 {
		if about, err = q.talk(station.Subject{Kind: station.AboutCase, ID: c.ID}); err != nil {
			return err
		}
		title = "案件 " + strconv.FormatInt(c.ID, 10)
	}
	return q.show(
		status,
		"case",
		title,
		casePage{
			C:        c,
			Notes:    notes,
			Stations: stations,
			Names:    names,
			Kinds:    station.CaseKinds(),
			Now:      q.Now(),
			Problem:  problem,
			Leads:    leadIDs(c.Leads),
			From:     sourcesOf(&c, names),
			Of:       of,
			Talk:     about,
		},
	)
}

type casePage struct {
	Leads    string             `json:"-"` // that a new case is opened of
	From     string             `json:"-"` // whose lead it was, in words
	Of       []leadLink         `json:"leads,omitempty"`
	Talk     talk               `json:"talk"`
	C        station.Case       `json:"case"`
	Notes    []station.Note     `json:"notes"`
	Stations []station.Station  `json:"stations"`
	Names    map[int64]string   `json:"-"`
	Kinds    []station.CaseKind `json:"kinds"`
	Now      time.Time          `json:"-"`
	Problem  *fault             `json:"-"`
}

// minute is how a time stands in a form, in Asia/Shanghai.
const minute = "2006-01-02T15:04"

// moment reads a time of a form; empty is the zero time.
func (q *request) moment(field, name, layout string) (time.Time, error) {
	text := q.form(field)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(layout, text, chaping.Shanghai())
	if err != nil {
		return t, bad(
			name+"“"+chaping.Shorten(text, 30)+"”不是时间",
			"按 "+strings.NewReplacer("2006", "2026", "T", " ").Replace(layout)+" 的样子写",
		)
	}
	return t, nil
}

func (q *request) caseSave() error {
	var notes []station.Note
	c := station.Case{
		Urgent: number(q.form("urgent")),
		Origin: station.Origin{Period: q.form("period"), Product: q.form("product"), Hazard: chaping.Hazard(q.form("hazard"))},
	}
	var before station.Case
	if id := q.r.PathValue("id"); id != "new" {
		var err error
		if c, notes, err = q.Station.Case(q.ctx, q.account.Scope(), number(id)); err != nil {
			return err
		}
		before = c
	} else if ids := q.form("leads"); ids != "" {
		p, err := chaping.ParsePeriod(q.form("period"))
		if err != nil {
			return err
		}
		if c.Leads, err = q.leadRefs(p, strings.Split(ids, "\n")); err != nil {
			return err
		}
		c.Origin = originOf(c.Leads[0].LeadKey)
		reporters, err := q.reporters(p, c.Leads)
		if err != nil {
			return err
		}
		c.From(reporters)
	}
	q.caseSources(&c)
	c.Kind, c.Title, c.Lead, c.Responsible, c.Outcome, c.Version = station.CaseKind(
		q.form("kind"),
	), q.form(
		"title",
	), q.form(
		"lead",
	), q.form(
		"responsible",
	), q.form(
		"outcome",
	), number(
		q.form("version"),
	)
	var err error
	for _, f := range []struct {
		to                  *time.Time
		field, name, layout string
	}{{&c.Deadline, "deadline", "期限", time.DateOnly}, {&c.Found, "found", "发现时间", minute}, {&c.Judged, "judged", "研判时间", minute}, {&c.Warned, "warned", "预警时间", minute}, {&c.Disposed, "disposed", "处置完成时间", minute}} {
		if *f.to, err = q.moment(f.field, f.name, f.layout); err != nil {
			f, _ := told(err)
			return q.caseForm(http.StatusUnprocessableEntity, c, notes, f)
		}
	}
	_, names, err := q.stationNames()
	if err != nil {
		return err
	}
	c.By, q.act.Object = q.account.Person, c.Title
	switch {
	case before.ID != 0:
		c.Changes = caseChanges(&before, &c, names)
		q.act.Detail = c.Changes
	case c.Closed():
		q.act.Detail = "结案"
	}
	saved, err := q.Station.PutCase(q.ctx, c)
	if theirs, ok := conflictWith[station.Lead](err); ok {
		return q.caseForm(http.StatusConflict, c, notes, &fault{
			status:  http.StatusConflict,
			problem: "线索“" + theirs.Title() + "”已被别人改过，现在是" + theirs.State.Chinese(),
			remedy:  "从汇总研判打开它，看现在的样子再立案",
		})
	}
	if theirs, ok := conflictWith[station.Case](err); ok {
		hidden := url.Values{}
		for name, v := range q.r.PostForm {
			hidden[name] = v
		}
		hidden.Set("version", fmt.Sprint(theirs.Version))
		return q.conflict(q.r.URL.Path, q.r.URL.Path, caseDifferences(&theirs, &c, names), hidden)
	}
	if f, ok := told(err); ok {
		return q.caseForm(http.StatusUnprocessableEntity, c, notes, f)
	}
	if err != nil {
		return err
	}
	return q.redirect(fmt.Sprintf("/cases/%d", saved.ID), "案件已保存")
}

// caseChanges says what the saving of a case changes, in words.
func caseChanges(before, after *station.Case, names map[int64]string) string {
	var list []string
	for _, d := range caseDifferences(before, after, names) {
		if d.Theirs != d.Mine {
			list = append(list, fmt.Sprintf("%s由%s改为%s", d.Field, quoted(d.Theirs), quoted(d.Mine)))
		}
	}
	return strings.Join(list, "；")
}

func quoted(value string) string {
	if value == "" {
		return "空"
	}
	return "“" + chaping.Shorten(value, 200) + "”"
}

// reporters are the stations that report leads of the board.
func (q *request) reporters(p chaping.Period, refs []station.LeadRef) (list []int64, err error) {
	j, _, err := q.joined(p)
	for i := range j.Leads {
		l := &j.Leads[i]
		if slices.ContainsFunc(refs, func(r station.LeadRef) bool { return r.Same() == l.Record.Same() }) {
			list = append(list, l.Stations...)
		}
	}
	return list, err
}

// caseSources reads whose lead a case was: several stations', or one's. What
// names none of the two fields leaves it as it is.
func (q *request) caseSources(c *station.Case) {
	of := number(q.form("station"))
	list := q.list("reporters")
	switch {
	case len(list) > 0: // the page sends an empty one, so that none can be chosen
		var stations []int64
		for _, text := range list {
			if id := number(text); id != 0 {
				stations = append(stations, id)
			}
		}
		c.From(stations)
	case q.r.PostForm.Has("station"):
		c.Station, c.Others = of, nil
	}
}

func caseDifferences(theirs, mine *station.Case, names map[int64]string) []difference {
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.Format(chaping.Minute)
	}
	day := func(t time.Time) string {
		moment, _, _ := strings.Cut(at(t), " ")
		return moment
	}
	return []difference{
		{
			"类型",
			theirs.Kind.Chinese(),
			mine.Kind.Chinese(),
		}, {"名称", theirs.Title, mine.Title}, {"线索来源", sourcesOf(theirs, names), sourcesOf(mine, names)},
		{
			"线索",
			theirs.Lead,
			mine.Lead,
		}, {"责任方", theirs.Responsible, mine.Responsible}, {"期限", day(theirs.Deadline), day(mine.Deadline)},
		{
			"发现",
			at(theirs.Found),
			at(mine.Found),
		}, {"研判", at(theirs.Judged), at(mine.Judged)}, {"预警", at(theirs.Warned), at(mine.Warned)}, {"处置完成", at(theirs.Disposed), at(mine.Disposed)},
		{"处置结果", theirs.Outcome, mine.Outcome}}
}

func (q *request) caseNote() error {
	id := number(q.r.PathValue("id"))
	c, notes, err := q.Station.Case(q.ctx, q.account.Scope(), id)
	if err != nil {
		return err
	}
	n := station.Note{
		Who:     q.account.Person,
		Measure: q.form("measure"),
		Done:    q.form("done") != "",
		Content: q.form("content"),
	}
	q.act.Object, q.act.Detail = c.Title, strings.TrimSpace(n.Measure+" "+chaping.Shorten(n.Content, 80))
	err = q.Station.AddNote(q.ctx, q.account.Scope(), id, n)
	if f, ok := told(err); ok {
		return q.caseForm(http.StatusUnprocessableEntity, c, notes, f)
	}
	if err != nil {
		return err
	}
	return q.redirect(fmt.Sprintf("/cases/%d", id), "已记入案件")
}

func (q *request) bulletins() error { return q.bulletinsForm(http.StatusOK, nil) }

func (q *request) bulletinsForm(status int, problem *fault) error {
	list, err := q.Station.Bulletins(q.ctx, q.account.Scope())
	if err != nil {
		return err
	}
	stations, names, err := q.stationNames()
	if err != nil {
		return err
	}
	shown, err := q.shownBulletins(list, stations)
	if err != nil {
		return err
	}
	elsewhere, err := q.elsewhere()
	if err != nil {
		return err
	}
	return q.show(
		status,
		"bulletins",
		q.route.title,
		bulletinsPage{
			Elsewhere: elsewhere,
			List:      shown,
			Stations:  stations,
			Names:     names,
			Kinds:     station.BulletinKinds(),
			F:         q.r.PostForm,
			Problem:   problem,
		},
	)
}

type bulletinsPage struct {
	Elsewhere bool                   `json:"-"` // the centre has them, see received
	List      []shownBulletin        `json:"bulletins"`
	Stations  []station.Station      `json:"stations"`
	Names     map[int64]string       `json:"-"`
	Kinds     []station.BulletinKind `json:"kinds"`
	F         url.Values             `json:"-"`
	Problem   *fault                 `json:"-"`
}

func (q *request) issue() error {
	b := station.Bulletin{
		Who:     q.account.Person,
		Kind:    station.BulletinKind(q.form("kind")),
		Station: number(q.form("station")),
		Title:   q.form("title"),
		Content: q.form("content"),
	}
	q.act.Object, q.act.Detail = b.Title, b.Kind.Chinese()
	_, err := q.App.Issue(q.ctx, b)
	if f, ok := told(err); ok {
		return q.bulletinsForm(http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return q.redirect("/bulletins", b.Kind.Chinese()+"“"+b.Title+"”已发布")
}

func (q *request) assess(year int) ([]station.Assessment, station.Weights, error) {
	w, err := q.Station.Weights(q.ctx)
	if err != nil {
		return nil, w, err
	}
	var periods []chaping.Period
	for _, p := range calendar.PeriodsOf(year) {
		if !q.Now().Before(p.Window().From) {
			periods = append(periods, p)
		}
	}
	filings, err := q.Station.Duties(q.ctx, q.account.Scope(), periods, q.due)
	if err != nil {
		return nil, w, err
	}
	from := time.Date(year, 1, 1, 0, 0, 0, 0, chaping.Shanghai())
	list, err := q.Station.Assess(q.ctx, q.account.Scope(), filings, from, from.AddDate(1, 0, 0), w)
	if err != nil {
		return nil, w, err
	}
	if ruled, err := q.ruled(); err != nil || ruled {
		return list, w, err
	}
	list = slices.DeleteFunc(list, func(a station.Assessment) bool { return a.Station.ID != q.home.ID })
	for i := range list {
		list[i].Score, list[i].Leads = nil, 0
	}
	return list, w, nil
}

// ruled tells whether the centre works here, which says who owes what and what it
// counts for. A station's own installation knows what it has handed in itself, and
// no more.
func (q *request) ruled() (bool, error) {
	if q.home.ID == 0 {
		return true, nil
	}
	return q.Station.HasCentre(q.ctx)
}

func (q *request) assessment() error { return q.assessmentForm(http.StatusOK, nil) }

func (q *request) assessmentForm(status int, problem *fault) error {
	year, err := q.calendarYear()
	if err != nil {
		return err
	}
	list, w, err := q.assess(year)
	if err != nil {
		return err
	}
	rules, err := q.rules()
	if err != nil {
		return err
	}
	elsewhere, err := q.elsewhere()
	if err != nil {
		return err
	}
	ruled, err := q.ruled()
	if err != nil {
		return err
	}
	return q.show(
		status,
		"assessment",
		q.route.title,
		assessmentPage{Elsewhere: elsewhere, Ruled: ruled, Year: year, List: list, W: w, Rules: rules, Problem: problem},
	)
}

type assessmentPage struct {
	Elsewhere bool                 `json:"-"`      // the centre has them, see received
	Ruled     bool                 `json:"scored"` // the centre works here; otherwise it is the station's own record
	Year      int                  `json:"year"`
	List      []station.Assessment `json:"stations"`
	W         station.Weights      `json:"weights"`
	Rules     rulesView            `json:"rules"`
	Problem   *fault               `json:"-"`
}

func (q *request) assessmentFile() error {
	year, err := q.calendarYear()
	if err != nil {
		return err
	}
	list, w, err := q.assess(year)
	if err != nil {
		return err
	}
	ruled, err := q.ruled()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("\ufeff")
	out := csv.NewWriter(&b)
	title := "报送记录"
	heads := []string{"监测站", "类型", "状态", "应报（期）", "已报（期）", "逾期报送（期）", "未报（期）", "更正（期）", "补充（期）"}
	if ruled {
		title, heads = "考核评价", append(heads, "采纳线索（件）", "得分")
	}
	_ = out.Write(heads)
	for i := range list {
		a := &list[i]
		row := []string{plain(a.Station.Name), a.Station.Kind.Chinese(), statusName(a.Station.Status)}
		for _, n := range []int{a.Expected, a.Filed, a.Late, a.Missing, a.Corrections, a.Supplements} {
			row = append(row, strconv.Itoa(n))
		}
		if ruled {
			row = append(row, strconv.Itoa(a.Leads), a.Points())
		}
		_ = out.Write(row)
	}
	if ruled {
		_ = out.Write(nil)
		_ = out.Write([]string{
			"权重",
			fmt.Sprintf("按时 %g，完整 %g，采纳线索 %g（目标 %d 条），无更正 %g", w.Timely, w.Complete, w.Leads, w.Target, w.Clean),
		})
	}
	out.Flush()
	q.act.Object = fmt.Sprintf("%d 年%s", year, title)
	return q.download(q.act.Object+".csv", &b)
}

func statusName(value string) string {
	for _, s := range stationStatuses {
		if s.Value == value {
			return s.Name
		}
	}
	return value
}

func (q *request) weightsSave() error {
	var w station.Weights
	for name, to := range map[string]*float64{"timely": &w.Timely, "complete": &w.Complete, "leads": &w.Leads, "clean": &w.Clean} {
		v, err := strconv.ParseFloat(q.form(name), 64)
		if err != nil {
			return q.assessmentForm(
				http.StatusUnprocessableEntity,
				&fault{problem: "权重“" + chaping.Shorten(q.form(name), 20) + "”不是数", remedy: "写 0–1000 的数"},
			)
		}
		*to = v
	}
	w.Target = int(number(q.form("target")))
	q.act.Object, q.act.Detail = "考核权重", fmt.Sprintf(
		"按时 %g，完整 %g，采纳线索 %g（目标 %d），无更正 %g",
		w.Timely,
		w.Complete,
		w.Leads,
		w.Target,
		w.Clean,
	)
	err := q.Station.SetWeights(q.ctx, w)
	if f, ok := told(err); ok {
		return q.assessmentForm(http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return q.redirect("/assessment", "权重已保存")
}
