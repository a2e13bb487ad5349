package web

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"chaping"
	"chaping/scheduler/calendar"
	"chaping/station"
)

func (q *request) calendarYear() (int, error) {
	year := q.Now().In(chaping.Shanghai()).Year()
	if text := q.form("year"); text != "" {
		var err error
		if year, err = strconv.Atoi(text); err != nil || year < 2020 || year > 2100 {
			return 0, bad("年份应在 2020–2100 之间", "从页面上的列表选择")
		}
	}
	return year, nil
}

func (q *request) calendar() error {
	year, err := q.calendarYear()
	if err != nil {
		return err
	}
	var list []calendarLine
	for _, p := range calendar.PeriodsOf(year) {
		due := q.Calendar.Due(p)
		list = append(
			list,
			calendarLine{
				Period: p,
				Window: p.Window(),
				Due:    due,
				Moved:  due.Day.Day() != 25,
				Past:   q.Now().After(due.Day.AddDate(0, 0, 1)),
			},
		)
	}
	return q.render("calendar", calendarPage{Year: year, Lines: list, Now: chaping.PeriodOf(q.Now())})
}

type calendarPage struct {
	Year  int            `json:"year"`
	Lines []calendarLine `json:"periods"`
	Now   chaping.Period `json:"now"`
}

type calendarLine struct {
	Period chaping.Period `json:"period"`
	Window chaping.Window `json:"window"`
	Due    calendar.Due   `json:"due"`
	Moved  bool           `json:"moved"` // the 25th is a day off
	Past   bool           `json:"past"`
}

func (q *request) calendarFile() error {
	year, err := q.calendarYear()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := q.Calendar.WriteICS(&b, calendar.PeriodsOf(year), q.Now()); err != nil {
		return err
	}
	h := q.w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=\"chaping-%d.ics\"", year))
	_, _ = q.w.Write(b.Bytes())
	return nil
}

func (q *request) accounts() error { return q.accountsForm(http.StatusOK, station.Account{}, nil) }

func (q *request) accountsForm(status int, a station.Account, problem *fault) error {
	list, err := q.Station.Accounts(q.ctx)
	if err != nil {
		return err
	}
	stations, names, err := q.stationNames()
	if err != nil {
		return err
	}
	return q.show(
		status,
		"accounts",
		"账号",
		accountsPage{List: list, Stations: stations, Names: names, Roles: station.Roles(), A: a, Problem: problem},
	)
}

type accountsPage struct {
	List     []station.Account `json:"accounts"`
	Stations []station.Station `json:"stations"`
	Names    map[int64]string  `json:"-"`
	Roles    []station.Role    `json:"roles"`
	A        station.Account   `json:"-"`
	Problem  *fault            `json:"-"`
}

// stationNames are the stations on the list that the account sees, and what all
// that it sees are called.
func (q *request) stationNames() ([]station.Station, map[int64]string, error) {
	list, err := q.Station.Stations(q.ctx, q.account.Scope())
	names := map[int64]string{}
	for _, s := range list {
		names[s.ID] = s.Name
	}
	return slices.DeleteFunc(list, unlisted), names, err
}

func unlisted(s station.Station) bool { return !s.Listed() }

func (q *request) rolesInForm() []station.Role {
	var roles []station.Role
	for _, r := range q.list("roles") {
		roles = append(roles, station.Role(r))
	}
	return roles
}

func (q *request) accountAdd() error {
	a := station.Account{
		Name:    q.form("name"),
		Person:  q.form("person"),
		Roles:   q.rolesInForm(),
		Station: number(q.form("station")),
	}
	if err := q.mayAppoint(a); err != nil {
		return err
	}
	q.act.Object, q.act.Detail = a.Name, describeAccount(a)
	added, link, err := q.Station.AddAccount(q.ctx, a)
	if f, ok := told(err); ok {
		return q.accountsForm(http.StatusUnprocessableEntity, a, f)
	}
	if err != nil {
		return err
	}
	return q.showLink(added, link)
}

// mayAppoint refuses programs what concerns an administrator's account: such an
// account makes tokens, and no token makes another.
func (q *request) mayAppoint(a station.Account) error {
	if q.api && a.Has(station.RoleAdmin) {
		return &fault{http.StatusForbidden, "令牌不能新建、修改或重置管理员的账号", "请管理员在“账号”页办理", nil}
	}
	return nil
}

// showLink shows a one-time link, once. Whom it leads to is for the operator
// to say, not for the request.
func (q *request) showLink(a station.Account, link string) error {
	return q.show(http.StatusOK, "link", "一次性链接", linkPage{A: a, Link: q.Address + "/setup/" + link})
}

type linkPage struct {
	A    station.Account `json:"account"`
	Link string          `json:"link"` // for a browser, once; without the portal's address where that is not known
}

// Absolute tells whether the link names the portal's address.
func (p linkPage) Absolute() bool { return !strings.HasPrefix(p.Link, "/") }

func (q *request) accountPage() error {
	a, err := q.Station.Account(q.ctx, "", number(q.r.PathValue("id")))
	if err != nil {
		return err
	}
	return q.accountForm(http.StatusOK, a, nil)
}

func (q *request) accountForm(status int, a station.Account, problem *fault) error {
	stations, _, err := q.stationNames()
	if err != nil {
		return err
	}
	return q.show(
		status,
		"account",
		"账号 "+a.Name,
		accountPage{A: a, Stations: stations, Roles: station.Roles(), Problem: problem},
	)
}

type accountPage struct {
	A        station.Account   `json:"account"`
	Stations []station.Station `json:"stations"`
	Roles    []station.Role    `json:"roles"`
	Problem  *fault            `json:"-"`
}

func (q *request) accountSave() error {
	a, err := q.Station.Account(q.ctx, "", number(q.r.PathValue("id")))
	if err != nil {
		return err
	}
	if err := q.mayAppoint(a); err != nil {
		return err
	}
	a.Person, a.Roles, a.Station, a.Disabled, a.Version = q.form(
		"person",
	), q.rolesInForm(), number(
		q.form("station"),
	), q.form(
		"disabled",
	) != "", number(
		q.form("version"),
	)
	if err := q.mayAppoint(a); err != nil { // nor make one of another
		return err
	}
	q.act.Object, q.act.Detail = a.Name, describeAccount(a)
	_, err = q.Station.PutAccount(q.ctx, a)
	if theirs, ok := conflictWith[station.Account](err); ok {
		hidden := url.Values{
			"person":  {a.Person},
			"station": {fmt.Sprint(a.Station)},
			"version": {fmt.Sprint(theirs.Version)},
			"roles":   q.list("roles"),
		}
		if a.Disabled {
			hidden.Set("disabled", "1")
		}
		return q.conflict(
			q.r.URL.Path,
			q.r.URL.Path,
			[]difference{{"姓名", theirs.Person, a.Person}, {"权限", describeAccount(theirs), describeAccount(a)}},
			hidden,
		)
	}
	if f, ok := told(err); ok {
		return q.accountForm(http.StatusUnprocessableEntity, a, f)
	}
	if err != nil {
		return err
	}
	return q.redirect("/accounts", "账号“"+a.Name+"”已修改；该账号需要重新登录")
}

func describeAccount(a station.Account) string {
	var roles []string
	for _, r := range a.Roles {
		roles = append(roles, r.Chinese())
	}
	s := strings.Join(roles, "、")
	if a.Disabled {
		s += "，已停用"
	}
	return s
}

func (q *request) accountReset() error {
	a, err := q.Station.Account(q.ctx, "", number(q.r.PathValue("id")))
	if err != nil {
		return err
	}
	if err := q.mayAppoint(a); err != nil {
		return err
	}
	q.act.Object = a.Name
	link, err := q.Station.ResetAccount(q.ctx, a.ID)
	if err != nil {
		return err
	}
	return q.showLink(a, link)
}

func (q *request) stations() error { return q.stationsForm(http.StatusOK, nil) }

func (q *request) stationsForm(status int, problem *fault) error {
	list, err := q.Station.Stations(q.ctx, q.account.Scope())
	if err != nil {
		return err
	}
	return q.show(
		status,
		"stations",
		"监测站名单",
		stationsPage{List: list, Kinds: station.Kinds(), Statuses: stationStatuses, F: q.r.PostForm, Problem: problem},
	)
}

type stationsPage struct {
	List     []station.Station `json:"stations"`
	Kinds    []station.Kind    `json:"kinds"`
	Statuses []stationStatus   `json:"statuses"`
	F        url.Values        `json:"-"`
	Problem  *fault            `json:"-"`
}

type stationStatus struct {
	Value string `json:"value"`
	Name  string `json:"name"`
}

var stationStatuses = []stationStatus{{"active", "正常"}, {"warned", "已警告"}, {"exited", "已退出"}}

func (q *request) stationSave() error {
	s := station.Station{
		Name:    q.form("name"),
		Kind:    station.Kind(q.form("kind")),
		Status:  q.form("status"),
		Version: number(q.form("version")),
	}
	if id := q.r.PathValue("id"); id != "new" {
		s.ID = number(id)
	}
	if !slices.Contains(station.Kinds(), s.Kind) {
		return q.stationsForm(http.StatusUnprocessableEntity, &fault{problem: "没有选择类型", remedy: "选择行业组织、检验检测机构或电子商务平台"})
	}
	if s.ID != 0 && !slices.ContainsFunc(stationStatuses, func(x stationStatus) bool { return x.Value == s.Status }) {
		return bad("没有这种状态", "从列表中选择")
	}
	q.act.Object, q.act.Detail = s.Name, s.Kind.Chinese()+" "+statusName(cmp.Or(s.Status, "active"))
	if s.ID != 0 {
		was, err := q.Station.Station(q.ctx, q.account.Scope(), s.ID)
		if err != nil {
			return err
		}
		if was.Name != s.Name {
			q.act.Detail += "，原名“" + was.Name + "”"
		}
	}
	saved, err := q.Station.PutStation(q.ctx, s)
	if theirs, ok := conflictWith[station.Station](err); ok {
		return q.conflict(
			q.r.URL.Path,
			"/stations",
			[]difference{
				{"名称", theirs.Name, s.Name},
				{"类型", theirs.Kind.Chinese(), s.Kind.Chinese()},
				{"状态", statusName(theirs.Status), statusName(s.Status)},
			},
			url.Values{
				"name":    {s.Name},
				"kind":    {string(s.Kind)},
				"status":  {s.Status},
				"version": {fmt.Sprint(theirs.Version)},
			},
		)
	}
	if f, ok := told(err); ok {
		return q.stationsForm(http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return q.redirect("/stations", "监测站“"+saved.Name+"”已保存")
}

func (q *request) audit() error {
	t := auditTable()
	source := auditSource(q)
	if q.route.export {
		return exportTable(q, t, source)
	}
	view, list, err := present(q, t, source, "before")
	if err != nil {
		return err
	}
	before := int64(0)
	if view.Sort == "" && view.Page < view.Pages {
		before = list[len(list)-1].ID
	}
	return q.render("audit", auditPage{Table: view, List: list, Before: before})
}

type auditPage struct {
	Table  *tableView      `json:"table"`
	List   []station.Entry `json:"entries"`          // of the page
	Before int64           `json:"before,omitempty"` // to go on with, in the log's own order; 0 at the end
}

// auditSource is the log, or what is older than the entry that the address names.
func auditSource(q *request) source[station.Entry] {
	older := func(s chaping.Selection) chaping.Selection {
		if before := number(q.form("before")); before > 0 {
			all := chaping.Anything()
			all.High = float64(before - 1)
			s.Where = append(slices.Clone(s.Where), chaping.Condition{Column: "id", Between: &all})
		}
		return s
	}
	return stored(func(s chaping.Selection, each func(*station.Entry) error) (int, error) {
		return q.Station.AuditSelected(q.ctx, older(s), each)
	})
}

// auditFile hands the whole log out, with the hashes that prove it.
func (q *request) auditFile() error {
	q.act.Object = "操作记录"
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"编号", "时间", "谁", "监测站", "操作", "对象", "说明", "校验"})
	before := int64(0)
	for {
		list, err := q.Station.Audit(q.ctx, station.AuditFilter{Before: before, Limit: 1000})
		if err != nil {
			return err
		}
		for _, e := range list {
			_ = w.Write(
				[]string{
					fmt.Sprint(e.ID),
					e.At.Format(time.RFC3339),
					plain(e.Who),
					fmt.Sprint(e.Station),
					plain(e.Action),
					plain(e.Object),
					plain(e.Detail),
					e.Hash,
				},
			)
			before = e.ID
		}
		if len(list) < 1000 {
			break
		}
	}
	w.Flush()
	return q.download("操作记录-"+q.Now().In(chaping.Shanghai()).Format(time.DateOnly)+".csv", &b)
}

// plain keeps a spreadsheet from taking a cell for a formula.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@＝＋－＠\t\r", []rune(s)[0]) {
		return "'" + s
	}
	return s
}

func (q *request) me() error { return q.meForm(http.StatusOK, "", nil) }

func (q *request) meForm(status int, secret string, problem *fault) error {
	s, address := station.NewTOTP(q.account.Name)
	if secret != "" {
		s = secret
	}
	return q.show(status, "me", "我的账号", mePage{Secret: s, Address: address, Problem: problem})
}

type mePage struct {
	Secret, Address string
	Problem         *fault
}

func (q *request) myPassword() error {
	q.act.Object = q.account.Name
	password := q.r.PostFormValue("password")
	if password != q.r.PostFormValue("again") {
		return q.meForm(http.StatusUnprocessableEntity, "", &fault{problem: "两次输入的新密码不一样", remedy: "重新输入"})
	}
	err := q.Station.ChangePassword(q.ctx, q.account.ID, q.r.PostFormValue("old"), password, q.cookie)
	if f, ok := told(err); ok {
		return q.meForm(http.StatusUnprocessableEntity, "", f)
	}
	if err != nil {
		return err
	}
	return q.redirect("/me", "密码已修改，别处的登录已全部退出")
}

func (q *request) myTOTP() error {
	q.act.Object = q.account.Name
	secret := q.form("secret")
	if q.form("off") != "" {
		secret = ""
	} else if secret == "" {
		return bad("没有密钥", "重新打开“我的账号”")
	}
	err := q.Station.SetTOTP(q.ctx, q.account.ID, q.r.PostFormValue("password"), secret, q.form("code"), q.cookie)
	if f, ok := told(err); ok {
		return q.meForm(http.StatusUnprocessableEntity, secret, f)
	}
	if err != nil {
		return err
	}
	return q.redirect("/me", map[bool]string{true: "登录时将要求验证码", false: "登录时不再要求验证码"}[secret != ""]+"，别处的登录已全部退出")
}
