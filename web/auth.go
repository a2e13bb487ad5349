package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"chaping"
	"chaping/station"
)

func (q *request) health() error {
	_, err := q.w.Write([]byte("ok\n"))
	return err
}

// local is a path on this site; anything else becomes the home page.
func local(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") ||
		strings.HasPrefix(path, `/\`) {
		return "/"
	}
	return path
}

// visitor is who sends the request, as far as one can see.
func (q *request) visitor() station.Visitor {
	v := station.Visitor{Address: q.address()}
	if c, err := q.r.Cookie(q.cookieName(deviceCookie)); err == nil {
		v.Device = c.Value
	}
	return v
}

// admitted gives a browser what it keeps of a login.
func (q *request) admitted(p station.Pass) {
	q.setCookie(q.cookieName(sessionCookie), p.Session, 0)
	q.setCookie(q.cookieName(deviceCookie), p.Device, 180*24*60*60)
}

// park keeps what was posted without a session until its sender has logged in,
// if somebody ever has from his device: of strangers nothing is read.
func (q *request) park() (bool, error) {
	device := q.visitor().Device
	if q.uploads() || device == "" {
		return false, nil
	}
	if known, err := q.Station.KnowsDevice(q.ctx, device); err != nil || !known {
		return false, err
	}
	if err := q.limit(); err != nil {
		return false, err
	}
	secret, err := q.Station.Park(q.ctx, device, station.Parked{Path: q.r.URL.Path, Body: q.r.PostForm.Encode()})
	if err == nil {
		q.setCookie("parked", secret, 24*60*60)
	}
	return err == nil, err
}

// askLogin sends a request without a session to the login page. What was
// posted is parked until then.
func (q *request) askLogin() {
	next := q.r.URL.RequestURI()
	if q.r.Method != http.MethodGet {
		next = "/"
		if from, err := url.Parse(q.r.Referer()); err == nil && from.Host == q.r.Host {
			next = from.RequestURI()
		}
		parked, err := q.park()
		if err != nil {
			q.fail(err)
			return
		}
		if parked {
			next = "/resume"
		}
	} else if q.r.Header.Get("HX-Request") != "" || strings.HasSuffix(q.r.URL.Path, "/data") || strings.HasSuffix(q.r.URL.Path, "/events") {
		next = "/"
	}
	to := "/login"
	if next != "/" {
		to += "?next=" + url.QueryEscape(local(next))
	}
	if err := q.redirect(to, ""); err != nil {
		q.fail(err)
	}
}

func (q *request) loginPage() error {
	return q.showLogin(http.StatusOK, local(q.form("next")), "", nil)
}

func (q *request) showLogin(status int, next, name string, problem *fault) error {
	page := loginPage{Next: next, Resume: next == "/resume", Name: name, Problem: problem}
	if q.provider != nil {
		page.Provider = q.provider.Name
	}
	return q.show(status, "login", "登录", page)
}

type loginPage struct {
	Next     string
	Resume   bool
	Name     string
	Provider string // of identities; "" where there is none
	Problem  *fault
}

func (q *request) login() error {
	next := local(q.form("next"))
	_, pass, err := q.Station.Login(q.ctx, q.form("name"), q.r.PostFormValue("password"), q.form("code"), q.visitor())
	var delay *station.Delay
	var known *chaping.Error
	if errors.As(err, &delay) && errors.As(err, &known) {
		err = q.later(delay, known)
	}
	if f, ok := told(err); ok {
		return q.showLogin(cmp.Or(f.status, http.StatusUnprocessableEntity), next, q.form("name"), f)
	}
	if err != nil {
		return err
	}
	q.admitted(pass)
	return q.redirect(next, "")
}

func (q *request) logout() error {
	if err := q.Station.Logout(q.ctx, q.cookie); err != nil {
		return err
	}
	q.setCookie(q.cookieName(sessionCookie), "", -1)
	return q.redirect("/login", "已退出")
}

// resume shows a parked form to its sender, who sends it again.
func (q *request) resume() error {
	c, err := q.r.Cookie("parked")
	if err != nil {
		return q.redirect("/", "没有等待继续的提交")
	}
	p, ok, err := q.Station.Parked(q.ctx, q.visitor().Device, c.Value)
	if err != nil {
		return err
	}
	values, perr := url.ParseQuery(p.Body)
	if !ok || perr != nil {
		return q.redirect("/", "没有等待继续的提交")
	}
	title, exact := p.Path, false
	for _, r := range q.routes {
		if r.method == http.MethodPost && !exact && matches(r.pattern, p.Path) {
			title, exact = r.title, r.pattern == p.Path
		}
	}
	return q.render("resume", resumePage{Action: p.Path, Title: title, Values: values})
}

type resumePage struct {
	Action, Title string
	Values        url.Values
}

// matches tells whether a path is of a pattern.
func matches(pattern, path string) bool {
	a, b := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !strings.HasPrefix(a[i], "{") {
			return false
		}
	}
	return true
}

func (q *request) setupPage() error { return q.setupForm(http.StatusOK, nil) }

func (q *request) setupForm(status int, problem *fault) error {
	a, first, err := q.Station.Invited(q.ctx, q.r.PathValue("link"))
	if err != nil {
		return err
	}
	list, err := q.Station.Stations(q.ctx, station.Everything())
	if err != nil {
		return err
	}
	return q.show(
		status,
		"setup",
		q.route.title,
		setupPage{
			First:    first,
			Invited:  a,
			Stations: slices.DeleteFunc(list, unlisted),
			Kinds:    station.Kinds(),
			F:        q.r.PostForm,
			Problem:  problem,
		},
	)
}

type setupPage struct {
	First    bool
	Invited  station.Account
	Stations []station.Station
	Kinds    []station.Kind
	F        url.Values
	Problem  *fault
}

func (q *request) setup() error {
	link := q.r.PathValue("link")
	invited, first, err := q.Station.Invited(q.ctx, link)
	if err != nil {
		return err
	}
	password := q.r.PostFormValue("password")
	if password != q.r.PostFormValue("again") {
		return q.setupForm(http.StatusUnprocessableEntity, &fault{problem: "两次输入的密码不一样", remedy: "重新输入"})
	}
	var a station.Account
	if first {
		q.act.Who, q.act.Object = (&station.Account{Name: q.form("name"), Person: cmp.Or(q.form("person"), q.form("name"))}).Act(
			"",
		).Who, "首次启动"
		s := station.Start{Account: station.Account{Name: q.form("name"), Person: q.form("person")}, Password: password,
			Name: q.form("station_name"), Kind: station.Kind(q.form("kind")), Centre: q.form("station") == "centre"}
		if !s.Centre {
			s.Station = number(q.form("station"))
		}
		a, err = q.Station.SetUp(q.ctx, link, s)
	} else {
		q.act.Who, q.act.Station, q.act.Object = invited.Act("").Who, invited.Station, "设置密码"
		a, err = q.Station.SetPassword(q.ctx, link, password)
	}
	if err != nil {
		if f, ok := told(err); ok {
			return q.setupForm(http.StatusUnprocessableEntity, f)
		}
		return err
	}
	if a.TOTP {
		return q.redirect("/login", "密码已设好，请登录")
	}
	_, pass, err := q.Station.Login(q.ctx, a.Name, password, "", q.visitor())
	if err != nil {
		return err
	}
	q.admitted(pass)
	if first && a.Has(station.RolePlatform) {
		return q.redirect("/start", "")
	}
	return q.redirect("/", "")
}
