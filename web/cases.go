package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"chaping"
	"chaping/app"
	"chaping/station"
)

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
