package web

import (
	"net/http"
	"net/url"
	"strings"

	"chaping/station"
)

func (q *request) health() error {
	_, err := q.w.Write([]byte("ok\n"))
	return err
}

// local is a path on this site; anything else becomes the home page.
func local(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.HasPrefix(path, `/\`) {
		return "/"
	}
	return path
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
		if !q.route.upload {
			secret, err := q.Station.Park(q.ctx, station.Parked{Path: q.r.URL.Path, Body: q.r.PostForm.Encode()})
			if err != nil {
				q.fail(err)
				return
			}
			http.SetCookie(q.w, &http.Cookie{Name: "parked", Value: secret, Path: "/", MaxAge: 24 * 60 * 60, HttpOnly: true, Secure: q.Secure, SameSite: http.SameSiteLaxMode})
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
	next := local(q.form("next"))
	return q.render("login", loginPage{Next: next, Resume: next == "/resume"})
}

type loginPage struct {
	Next    string
	Resume  bool
	Name    string
	Problem *fault
}

func (q *request) login() error {
	next := local(q.form("next"))
	_, cookie, err := q.Station.Login(q.ctx, q.form("name"), q.r.PostFormValue("password"), q.form("code"))
	if err != nil {
		if f, ok := told(err); ok {
			return q.show(http.StatusUnprocessableEntity, "login", q.route.title, loginPage{next, next == "/resume", q.form("name"), f})
		}
		return err
	}
	http.SetCookie(q.w, &http.Cookie{Name: q.cookieName(), Value: cookie, Path: "/", HttpOnly: true, Secure: q.Secure, SameSite: http.SameSiteLaxMode})
	return q.redirect(next, "")
}

func (q *request) logout() error {
	if err := q.Station.Logout(q.ctx, q.cookie); err != nil {
		return err
	}
	http.SetCookie(q.w, &http.Cookie{Name: q.cookieName(), Path: "/", MaxAge: -1, HttpOnly: true, Secure: q.Secure, SameSite: http.SameSiteLaxMode})
	return q.redirect("/login", "已退出")
}

// resume shows a parked form to its sender, who sends it again.
func (q *request) resume() error {
	c, err := q.r.Cookie("parked")
	if err != nil {
		return q.redirect("/", "没有等待继续的提交")
	}
	p, ok, err := q.Station.Parked(q.ctx, c.Value)
	if err != nil {
		return err
	}
	values, perr := url.ParseQuery(p.Body)
	if !ok || perr != nil {
		return q.redirect("/", "没有等待继续的提交")
	}
	title := p.Path
	for _, r := range q.routes {
		if r.method == http.MethodPost && matches(r.pattern, p.Path) {
			title = r.title
		}
	}
	return q.render("resume", resumePage{p.Path, title, values})
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
	return q.show(status, "setup", q.route.title, setupPage{first, a, list, station.Kinds(), q.r.PostForm, problem})
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
	_, first, err := q.Station.Invited(q.ctx, link)
	if err != nil {
		return err
	}
	password := q.r.PostFormValue("password")
	if password != q.r.PostFormValue("again") {
		return q.setupForm(http.StatusUnprocessableEntity, &fault{problem: "两次输入的密码不一样", remedy: "重新输入"})
	}
	var a station.Account
	if first {
		q.act.Who, q.act.Object = q.form("name"), "首次启动"
		s := station.Start{Account: station.Account{Name: q.form("name"), Person: q.form("person")}, Password: password,
			Name: q.form("station_name"), Kind: station.Kind(q.form("kind")), Centre: q.form("station") == "centre"}
		if !s.Centre {
			s.Station = number(q.form("station"))
		}
		a, err = q.Station.SetUp(q.ctx, link, s)
	} else {
		q.act.Object = "设置密码"
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
	_, cookie, err := q.Station.Login(q.ctx, a.Name, password, "")
	if err != nil {
		return err
	}
	http.SetCookie(q.w, &http.Cookie{Name: q.cookieName(), Value: cookie, Path: "/", HttpOnly: true, Secure: q.Secure, SameSite: http.SameSiteLaxMode})
	if first && a.Has(station.RolePlatform) {
		return q.redirect("/start", "")
	}
	return q.redirect("/", "")
}
