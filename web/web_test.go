package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"html"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"chaping"
	"chaping/app"
	"chaping/demo/mall"
	"chaping/station"
	"chaping/store"
	"chaping/store/storetest"
)

var update = flag.Bool("update", false, "write the golden files anew")

var testNow = time.Date(2026, time.November, 25, 9, 0, 0, 0, chaping.Shanghai())

const password = "correct horse battery"

// evil is what must never come out of a page as markup.
const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>'`

// A house is a portal with an account of every role: the role is the name.
type house struct {
	*Server
	cookies map[string]*http.Cookie
	devices map[string]string
	now     *time.Time
	dir     string // of the database
}

func open(t testing.TB) *house {
	t.Helper()
	ctx := context.Background()
	f, err := furnished()
	if err != nil {
		t.Fatal(err)
	}
	now := f.now
	clock := ticking(&now)
	dir := storetest.Embedded(t).DataDir
	if err := os.WriteFile(filepath.Join(dir, station.File), f.station, 0o600); err != nil {
		t.Fatal(err)
	}
	a := app.New(app.Config{Dir: dir, Now: clock, Version: "test", Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { a.Close() })
	server, err := New(ctx, Config{App: a, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return &house{Server: server, cookies: maps.Clone(f.cookies), devices: maps.Clone(f.devices), now: &now, dir: dir}
}

// shop gives the house a site profile "shop" whose site is open and has no
// reviews.
func (h *house) shop(t testing.TB) {
	t.Helper()
	server := httptest.NewServer(mall.New(mall.Config{Products: 4, ReviewsPerProduct: -1}))
	t.Cleanup(server.Close)
	h.site(t, "shop", "extends: mall\nbase: "+server.URL+"\n")
}

// address is where the shop stands.
func (h *house) address(t testing.TB) string {
	t.Helper()
	profile, err := h.App.SiteProfile("shop")
	if err != nil {
		t.Fatal(err)
	}
	return profile.Base.String()
}

// site gives the house a site profile.
func (h *house) site(t testing.TB, name, text string) {
	t.Helper()
	dir := h.App.Path("sites")
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".yaml"), []byte(text), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// ticking is a clock that goes on from now by a millisecond a look: of two
// states of a run the later one holds.
func ticking(now *time.Time) func() time.Time {
	var mu sync.Mutex
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		*now = now.Add(time.Millisecond)
		return *now
	}
}

// A furnishing is a station.db with an account for every role, each logged in.
type furnishing struct {
	station []byte
	cookies map[string]*http.Cookie
	devices map[string]string
	now     time.Time
}

// furnished makes it once: to hash that many passwords takes longer than most
// tests.
var furnished = sync.OnceValues(func() (f *furnishing, err error) {
	ctx := context.Background()
	f = &furnishing{cookies: map[string]*http.Cookie{}, devices: map[string]string{}, now: testNow}
	dir, err := os.MkdirTemp("", "furnished")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	d, err := station.Open(ctx, dir, ticking(&f.now))
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.furnish(ctx, d), d.Close()); err != nil {
		return nil, err
	}
	f.station, err = os.ReadFile(filepath.Join(dir, "station.db"))
	return f, err
})

func (f *furnishing) furnish(ctx context.Context, d *station.DB) error {
	link, err := d.FirstLink(ctx)
	if err != nil {
		return err
	}
	if _, err := d.SetUp(ctx, link, station.Start{Account: station.Account{Name: "first"}, Password: password, Station: 10}); err != nil {
		return err
	}
	foreign, err := d.PutStation(ctx, station.Station{Name: "别的平台", Kind: station.PlatformStation})
	if err != nil {
		return err
	}
	for _, a := range []station.Account{
		{Name: "platform", Roles: []station.Role{station.RolePlatform}, Station: 10},
		{Name: "foreign", Roles: []station.Role{station.RolePlatform}, Station: foreign.ID},
		{Name: "association", Roles: []station.Role{station.RoleAssociation}, Station: 3},
		{Name: "centre", Roles: []station.Role{station.RoleCentre}},
		{Name: "bureau", Roles: []station.Role{station.RoleBureau}},
		{Name: "admin", Roles: []station.Role{station.RoleAdmin}},
	} {
		_, link, err := d.AddAccount(ctx, a)
		if err == nil {
			_, err = d.SetPassword(ctx, link, password)
		}
		if err != nil {
			return err
		}
		if err := enter(d, a.Name, f.cookies, f.devices); err != nil {
			return err
		}
	}
	return nil
}

// enter logs somebody in.
func enter(d *station.DB, name string, cookies map[string]*http.Cookie, devices map[string]string) error {
	_, pass, err := d.Login(context.Background(), name, password, "", station.Visitor{Device: devices[name]})
	if err != nil {
		return err
	}
	cookies[name] = &http.Cookie{Name: "chaping", Value: pass.Session}
	devices[name] = pass.Device
	return nil
}

func (h *house) login(t testing.TB, name string) {
	t.Helper()
	if err := enter(h.Station, name, h.cookies, h.devices); err != nil {
		t.Fatal(err)
	}
}

// ask sends a request as somebody; "" is nobody. As a browser does, it asks again
// for a page whose data is being read, but not for the progress of a job.
func (h *house) ask(who, method, path string, form url.Values, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	for {
		w := h.once(who, method, path, form, cookies...)
		if method != http.MethodGet || w.Header().Get("Refresh") == "" || strings.HasPrefix(path, "/prints") {
			return w
		}
	}
}

// once sends a request as somebody, whatever comes.
func (h *house) once(who, method, path string, form url.Values, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, "http://portal.example"+path, body)
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Origin", "http://portal.example")
	}
	if c := h.cookies[who]; c != nil {
		r.AddCookie(c)
		r.AddCookie(&http.Cookie{Name: "device", Value: h.devices[who]})
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// people are who the table of routes and roles asks as.
var people = []string{"", "platform", "foreign", "association", "centre", "bureau", "admin"}

// outcome is what the gate made of a request: let in, sent to the login, or
// refused. What the handler makes of it does not matter here.
func outcome(r *httptest.ResponseRecorder) string {
	switch {
	case r.Code == http.StatusForbidden:
		return "拒绝"
	case r.Code == http.StatusSeeOther && strings.HasPrefix(r.Header().Get("Location"), "/login"):
		return "登录"
	}
	return "可以"
}

// Every route with every role, compared with a table that people read.
func TestRoutesAndRoles(t *testing.T) {
	h := open(t)
	var b strings.Builder
	b.WriteString("| 路由 | 名称 | 未登录 | 平台监测站 | 别的平台站 | 协会、机构 | 研究中心 | 市场监管局 | 管理员 | 令牌范围 |\n|---|---|---|---|---|---|---|---|---|---|\n")
	tokens := map[string]string{}
	for _, who := range people[1:] {
		tokens[who] = h.token(t, who, allPermits(who)...)
	}
	for _, rt := range h.routes {
		path := strings.NewReplacer("{$}", "", "{id}", "999", "{link}", "none").Replace(rt.pattern)
		fmt.Fprintf(&b, "| %s %s | %s |", rt.method, rt.pattern, rt.title)
		for _, who := range people {
			if rt.pattern == "/logout" && who != "" {
				b.WriteString(" 可以 |") // it ends the session that the rest needs
				continue
			}
			as := outcome(h.ask(who, rt.method, path, url.Values{}))
			fmt.Fprintf(&b, " %s |", as)
			if rt.out == nil || who == "" {
				continue
			}
			if r := h.send(program(tokens[who], rt.method, path, object{}, nil)); (r.Code == http.StatusForbidden) != (as == "拒绝") {
				t.Errorf("%s %s as %s: pages %s, programs %d", rt.method, rt.pattern, who, as, r.Code)
			}
		}
		scope := "—"
		if rt.out != nil {
			scope = string(rt.permit())
		}
		fmt.Fprintf(&b, " %s |\n", scope)
	}
	golden := filepath.Join("testdata", "routes.md")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		gotLines, wantLines := strings.Split(got, "\n"), strings.Split(string(want), "\n")
		for i := range max(len(gotLines), len(wantLines)) {
			var g, w string
			if i < len(gotLines) {
				g = gotLines[i]
			}
			if i < len(wantLines) {
				w = wantLines[i]
			}
			if g != w {
				t.Errorf("got  %s\nwant %s", g, w)
			}
		}
		t.Error("if the change is meant: go test ./web -run RoutesAndRoles -update")
	}
	// The bureau changes nothing but what is an account's own, whatever the table says.
	own := regexp.MustCompile("^(/me/|/logout$|/dashboards)")
	for _, rt := range h.routes {
		if rt.method == http.MethodPost && rt.audited() && !rt.public() && !own.MatchString(rt.pattern) {
			a := station.Account{Roles: []station.Role{station.RoleBureau}}
			if a.Has(rt.roles...) {
				t.Errorf("the bureau may %s %s", rt.method, rt.pattern)
			}
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	h := open(t)
	for _, path := range []string{"/", "/login", "/nowhere", "/review", "/assets/app.css"} {
		r := h.ask("platform", "GET", path, nil)
		policy := r.Header().Get("Content-Security-Policy")
		if policy == "" || strings.Contains(policy, "unsafe") || r.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, r.Header())
		}
	}
	for name, headers := range map[string]map[string]string{
		"another site":   {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
		"another origin": {"Origin": "https://evil.example"},
	} {
		r := httptest.NewRequest("POST", "http://portal.example/logout", nil)
		for k, v := range headers {
			r.Header.Set(k, v)
		}
		r.AddCookie(h.cookies["platform"])
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden {
			t.Errorf("a form of %s: %d", name, w.Code)
		}
	}
	if r := h.ask("platform", "GET", "/me", nil); r.Code != http.StatusOK {
		t.Errorf("logged out by another site: %d", r.Code)
	}
	r := h.ask("", "POST", "/login", url.Values{"name": {"platform"}, "password": {password}, "next": {"//evil.example/x"}})
	if to := r.Header().Get("Location"); to != "/" {
		t.Errorf("login leads to %s", to)
	}
	for _, c := range (&http.Response{Header: r.Header()}).Cookies() {
		if c.Name == "chaping" && (!c.HttpOnly || c.SameSite != http.SameSiteLaxMode) {
			t.Errorf("cookie %+v", c)
		}
	}
	if r := h.ask("platform", "POST", "/watches/new", url.Values{"name": {strings.Repeat("x", maxForm)}}); r.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge form: %d", r.Code)
	}
}

// No page has scripts, styles or handlers in itself: the policy would stop
// them, silently.
func TestNothingInline(t *testing.T) {
	names, err := filepath.Glob("*/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{" style=", "<style", " onclick=", " onchange=", " onsubmit=", "javascript:", "hx-on"} {
			if bytes.Contains(data, []byte(bad)) {
				t.Errorf("%s has %s", name, bad)
			}
		}
	}
}

// fill stores reviews and listings that are as bad as they can be.
func fill(t testing.TB, s *store.Store, reviews int) {
	t.Helper()
	ctx := context.Background()
	product := chaping.Product{Platform: "mall", ID: `A"<b>`, Name: "插座" + evil, URL: "javascript:alert(3)", Price: chaping.Price{Low: 100, High: 200}, Shop: chaping.Shop{Name: "店" + evil, Region: "上海" + evil}}
	if err := s.PutListings(ctx, []chaping.Listing{{Keyword: "插座" + evil, Product: product, SeenAt: testNow.AddDate(0, 0, -3)}}); err != nil {
		t.Fatal(err)
	}
	var list []chaping.Review
	for i := range reviews {
		list = append(list, chaping.Review{Platform: "mall", Product: product.ID, ID: fmt.Sprint(i), Published: testNow.AddDate(0, 0, -5), Rating: 1, Grade: chaping.Negative, Rule: "stars-1/5/2/3", Text: "用了三天就漏电，" + evil})
	}
	if err := s.PutReviews(ctx, list); err != nil {
		t.Fatal(err)
	}
}

// mined fills the store and mines 2026-11 as a page would.
func (h *house) mined(t testing.TB, reviews int) {
	t.Helper()
	fill(t, h.Store, reviews)
	if _, err := h.mineNow(context.Background(), chaping.Period{Year: 2026, Month: time.November}, func(app.Progress) {}); err != nil {
		t.Fatal(err)
	}
}

// pictured has a review of the period carry a picture that is kept, and one that
// is not, and gives the ID of the first.
func (h *house) pictured(t testing.TB) (id string) {
	t.Helper()
	ctx := context.Background()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	kept, err := h.App.Evidence(ctx)
	if err == nil {
		err = kept.PutPicture(ctx, "https://a.example/1.jpg", *h.now, b.Bytes(), b.Bytes())
	}
	if err == nil {
		err = kept.NoPicture(ctx, "https://a.example/2.jpg", *h.now, "不是图片"+evil)
	}
	if err != nil {
		t.Fatal(err)
	}
	var list []chaping.Review
	window := chaping.Period{Year: 2026, Month: time.November}.Window()
	err = h.Store.Reviews(ctx, window, func(r *chaping.Review) error {
		again := *r
		again.Media = chaping.JoinMedia([]chaping.Medium{
			{URL: "https://a.example/1.jpg"}, {URL: "https://a.example/2.jpg"}, {URL: "https://a.example/3.mp4", Video: true}})
		list = append(list, again)
		return nil
	})
	if err == nil {
		err = h.Store.PutReviews(ctx, list)
	}
	var media map[chaping.ReviewKey][]app.Medium
	if err == nil {
		media, err = h.App.Media(ctx, []chaping.ReviewKey{list[0].Key()})
	}
	if err != nil {
		t.Fatal(err)
	}
	return media[list[0].Key()][0].ID
}

func TestStoredScriptsStayText(t *testing.T) {
	h := open(t)
	h.mined(t, 3)
	post := func(who, path string, form url.Values) {
		t.Helper()
		if r := h.ask(who, "POST", path, form); r.Code != http.StatusSeeOther && r.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", path, r.Code, r.Body.String())
		}
	}
	post("platform", "/watches/new", url.Values{"name": {"任务" + evil[:50]}, "keywords": {"插座" + evil[:40]}, "sources": {"mall"}})
	post("admin", "/stations/new", url.Values{"name": {"站" + evil}, "kind": {"association"}})
	post("admin", "/accounts", url.Values{"name": {"eve"}, "person": {"人" + evil}, "roles": {"admin"}})
	picture := h.pictured(t)
	if page := h.ask("platform", "GET", "/review?period=2026-11&state=all", nil).Body.String(); !strings.Contains(page, "/pictures/"+picture+"?size=small") ||
		!strings.Contains(page, "视频（到平台看）") || !strings.Contains(page, "没有取到：不是图片") {
		t.Error("the pictures are not beside the sentence")
	}
	if r := h.ask("platform", "GET", "/pictures/"+picture, nil); r.Code != http.StatusOK || r.Header().Get("Content-Type") != "image/jpeg" ||
		r.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Error("a picture is not shown:", r.Code, r.Header())
	}
	items := h.shownItems(t)
	post("platform", "/review/judge", url.Values{"period": {"2026-11"}, "id": {items[0].ID}, "verdict": {"rejected"}, "note": {"说明" + evil}})
	judged := httptest.NewRequest("POST", "http://portal.example/review/judge", strings.NewReader(url.Values{"period": {"2026-11"}, "id": {items[0].ID}, "verdict": {"note"}, "note": {"说明" + evil}}.Encode()))
	for name, value := range map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", "HX-Request": "true"} {
		judged.Header.Set(name, value)
	}
	judged.AddCookie(h.cookies["platform"])
	if r := h.send(judged); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), `<article class="evidence rejected"`) || strings.Contains(r.Body.String(), "<script>alert") {
		t.Error("the sentence that comes back to the page:", r.Code, r.Body)
	}
	post("platform", "/lexicon/term", url.Values{"new": {"1"}, "name": {"词\"'&lt;"}, "note": {"说明" + evil}, "base": {"0"}})
	h.wait(t)
	if _, err := h.Station.Raise(context.Background(), chaping.Period{Year: 2026, Month: time.November}, 3,
		map[string]json.RawMessage{"e": json.RawMessage(`{"key":"e","name":"事件\u003cscript>alert(1)\u003c/script>","why":"因为\u003cscript>alert(1)\u003c/script>","products":[{"name":"\u003cscript>alert(1)\u003c/script>"}],"evidence":[{"sentence":"\u003cscript>alert(1)\u003c/script>"}]}`)},
		[]string{"e"}, func(station.Urgent) []station.Message { return nil }); err != nil {
		t.Fatal(err)
	}
	if r := h.ask("platform", "POST", "/sheets/freeze", url.Values{"period": {"2026-11"}, "hash": {"of another"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	if list, err := h.Station.Sheets(context.Background(), "platform", "2026-11"); err != nil || len(list) != 0 {
		t.Errorf("frozen without having been seen: %+v %v", list, err)
	}
	post("platform", "/sheets/freeze", url.Values{"period": {"2026-11"}, "hash": {h.draftHash(t)}})
	product := "?" + url.Values{"platform": {"mall"}, "id": {`A"<b>`}, "period": {"2026-11"}}.Encode()
	shown := 0
	for _, who := range []string{"platform", "admin"} {
		for _, path := range []string{"/?period=2026-11", "/watches", "/watches/1", "/runs", "/review?period=2026-11&state=all", "/trends", "/products?period=2026-11", "/product" + product, "/urgent", "/lexicon?only=edited",
			"/lexicon/versions?a=0&b=1", "/lexicon/coverage?period=2026-11", "/lexicon/term?name=" + url.QueryEscape("漏电") + "&surface=" + url.QueryEscape(evil), "/sheets?period=2026-11", "/sheets/preview?period=2026-11", "/accounts", "/stations", "/audit", "/calendar", "/review?period=2026-11&term=" + url.QueryEscape(evil), "/lexicon?q=" + url.QueryEscape(evil),
			"/audit?q=" + url.QueryEscape(evil), "/login?next=" + url.QueryEscape("/"+evil)} {
			r := h.ask(who, "GET", path, nil)
			body := r.Body.String()
			if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") || strings.Contains(body, `href="javascript:`) {
				i := strings.Index(body, "<script>alert")
				t.Errorf("%s %s lets markup through: %.200s", who, path, body[max(i-100, 0):])
			}
			shown += strings.Count(html.UnescapeString(body), "<script>alert")
		}
	}
	if shown < 20 {
		t.Errorf("the bad strings were shown %d times: the test looks past them", shown)
	}
	if body := h.ask("foreign", "GET", "/?period=2026-11", nil).Body.String(); strings.Contains(body, "漏电") || strings.Contains(body, "插座") || strings.Contains(body, `href="/review"`) {
		t.Error("another platform's station sees the reviews")
	}
	r := h.ask("platform", "GET", "/sheets/download?period=2026-11&version=1&format=xlsx", nil)
	if d := r.Header().Get("Content-Disposition"); r.Code != http.StatusOK || strings.ContainsAny(strings.TrimPrefix(d, "attachment; filename=\"chaping.xlsx\";"), "<>\"\r\n/") {
		t.Errorf("%d %q", r.Code, d)
	}
}

// shownItems are the sentences of 2026-11.
func (h *house) shownItems(t testing.TB) []item {
	t.Helper()
	q := &request{Server: h.Server, ctx: context.Background()}
	list, ok, err := q.items(chaping.Period{Year: 2026, Month: time.November}, func(*item) bool { return true })
	if err != nil || !ok || len(list) == 0 {
		t.Fatal(len(list), ok, err)
	}
	return list
}

// draftHash is what the page of the sheet has in its form.
func (h *house) draftHash(t testing.TB) string {
	t.Helper()
	_, after, ok := strings.Cut(h.ask("platform", "GET", "/sheets?period=2026-11", nil).Body.String(), `name="hash" value="`)
	hash, _, ok2 := strings.Cut(after, `"`)
	if !ok || !ok2 || len(hash) != 64 {
		t.Fatalf("no hash in the page: %.100s", after)
	}
	return hash
}

// Refused forms leave no entry in the log, and accepted ones one each.
func TestAuditOfForms(t *testing.T) {
	h := open(t)
	count := func() int {
		list, err := h.Station.Audit(t.Context(), station.AuditFilter{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	before := count()
	for _, form := range []url.Values{{"name": {"x"}}, {"name": {"x"}, "keywords": {"插座"}, "sources": {"nowhere"}}, {"name": {"x"}, "keywords": {"插座"}, "terms": {"没有这个词"}}} {
		if r := h.ask("platform", "POST", "/watches/new", form); r.Code != http.StatusUnprocessableEntity {
			t.Fatal(r.Code)
		}
	}
	if n := count(); n != before {
		t.Errorf("%d entries for refused forms", n-before)
	}
	h.shop(t)
	if r := h.ask("platform", "POST", "/watches/new", url.Values{"name": {"x"}, "keywords": {"插座"}, "sources": {"shop"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code)
	}
	h.ask("platform", "POST", "/watches/1/collect", url.Values{"period": {"2026-11"}})
	h.ask("bureau", "GET", "/audit.csv", nil)
	h.wait(t)
	list, err := h.Station.Audit(t.Context(), station.AuditFilter{Limit: 3})
	if err != nil || count() != before+3 || list[2].Action != "保存监测任务" || list[1].Action != "开始采集" || list[0].Action != "下载操作记录" || !strings.HasPrefix(list[0].Who, "bureau") {
		t.Errorf("%d new: %+v %v", count()-before, list, err)
	}
}

// wait waits until no job runs.
func (h *house) wait(t testing.TB) {
	t.Helper()
	for _, j := range h.jobs.all() {
		<-j.done
		if s := j.State(); s.Status != jobDone {
			t.Fatalf("%s: %+v", j.Title, s)
		}
	}
}

// Two people open one record; the second sees both sides, and nothing is lost.
func TestTwoEditors(t *testing.T) {
	h := open(t)
	form := func(keywords, version string) url.Values {
		return url.Values{"name": {"小家电"}, "keywords": {keywords}, "sources": {"mall"}, "version": {version}}
	}
	if r := h.ask("platform", "POST", "/watches/new", form("插座", "0")); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	if r := h.ask("platform", "POST", "/watches/1", form("电热毯", "1")); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	r := h.ask("platform", "POST", "/watches/1", form("充电器", "1"))
	body := r.Body.String()
	if r.Code != http.StatusConflict || !strings.Contains(body, "电热毯") || !strings.Contains(body, "充电器") || !strings.Contains(body, `name="version" value="2"`) {
		t.Fatalf("%d %s", r.Code, body)
	}
	if w, err := h.Station.Watch(t.Context(), 1); err != nil || w.Keywords[0] != "电热毯" {
		t.Fatalf("the first change is lost: %+v %v", w, err)
	}
	if r := h.ask("platform", "POST", "/watches/1", form("充电器", "2")); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code)
	}
}

// A form whose session has expired comes back after the login.
func TestExpiredSessionLosesNothing(t *testing.T) {
	h := open(t)
	*h.now = testNow.Add(9 * time.Hour)
	r := h.ask("platform", "POST", "/watches/new", url.Values{"name": {"夜里写的"}, "keywords": {"插座\n电热毯"}, "sources": {"mall"}})
	if r.Code != http.StatusSeeOther || r.Header().Get("Location") != "/login?next=%2Fresume" {
		t.Fatal(r.Code, r.Header())
	}
	var parked *http.Cookie
	for _, c := range (&http.Response{Header: r.Header()}).Cookies() {
		if c.Name == "parked" {
			parked = c
		}
	}
	if parked == nil {
		t.Fatal("nothing was parked")
	}
	if body := h.ask("", "GET", "/login?next=/resume", nil).Body.String(); !strings.Contains(body, "已经保存") {
		t.Error("the login page does not say that the form is kept")
	}
	h.login(t, "platform")
	body := h.ask("platform", "GET", "/resume", nil, parked).Body.String()
	if !strings.Contains(body, `action="/watches/new"`) || !strings.Contains(body, "夜里写的") || !strings.Contains(body, "插座\n电热毯") {
		t.Errorf("%s", body)
	}
}

// What is kept is called as its page is, also where another page's address fits.
func TestResumedFormHasItsName(t *testing.T) {
	h := open(t)
	for path, want := range map[string]string{"/urgent/new": "报送重要风险信息", "/urgent/many": "排除多条重要风险信息候选", "/urgent/7": "处理重要风险信息候选"} {
		*h.now = h.now.Add(9 * time.Hour)
		r := h.ask("platform", "POST", path, url.Values{"reason": {"夜里写的"}, "ids": {"7"}})
		cookies := (&http.Response{Header: r.Header()}).Cookies()
		i := slices.IndexFunc(cookies, func(c *http.Cookie) bool { return c.Name == "parked" })
		if i < 0 {
			t.Fatal(r.Code, r.Header())
		}
		h.login(t, "platform")
		if body := h.ask("platform", "GET", "/resume", nil, cookies[i]).Body.String(); !strings.Contains(body, "<b>"+want+"</b>") {
			t.Errorf("%s: %s", path, body)
		}
	}
}

func TestAssets(t *testing.T) {
	h := open(t)
	first := 0
	for _, name := range []string{"app.css", "app.js", "icon.svg", "htmx-2.0.11.min.js", "echarts-6.1.0.min.js"} {
		r := httptest.NewRequest("GET", assetPath(name), nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		tag := w.Header().Get("ETag")
		if w.Code != http.StatusOK || tag == "" || w.Header().Get("Content-Encoding") != "gzip" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
		first += w.Body.Len()
		r.Header.Set("If-None-Match", tag)
		w = httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusNotModified {
			t.Errorf("%s again: %d", name, w.Code)
		}
		plain := httptest.NewRecorder()
		h.ServeHTTP(plain, httptest.NewRequest("GET", assetPath(name), nil))
		if plain.Header().Get("Content-Encoding") != "" || plain.Body.Len() < 100 || plain.Body.Bytes()[0] == 0x1f {
			t.Errorf("%s to who takes no gzip: %v", name, plain.Header())
		}
	}
	t.Logf("all assets: %d bytes compressed", first)
	if first > 400<<10 {
		t.Errorf("all assets are %d bytes compressed; a first load may be 500 kB", first)
	}
}

// slow makes the store keep sentences to itself until answer is called.
func (h *house) slow() (answer func()) {
	held := make(chan struct{})
	load := h.desk.found.load
	h.desk.found.load = func(ctx context.Context, key countedKey, last *sentences) (sentences, error) {
		<-held
		return load(ctx, key, last)
	}
	return func() { close(held) }
}

// A page does not wait for work: it says that it comes, and comes.
func TestSlowStoreShowsProgress(t *testing.T) {
	h := open(t)
	answer := h.slow()
	began := time.Now()
	r := h.once("platform", "GET", "/review?period=2026-11", nil)
	body := r.Body.String()
	answer()
	if !strings.Contains(body, "正在读取") || r.Header().Get("Refresh") == "" || time.Since(began) > 5*time.Second {
		t.Errorf("%d after %v: %s", r.Code, time.Since(began), body)
	}
}

func TestJobs(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	js := newJobs(ctx, time.Now, slog.New(slog.DiscardHandler))
	release := make(chan struct{})
	j, err := js.start("采集", "甲", "张三", "/", func(ctx context.Context, j *job) (string, error) {
		<-release
		return "好", &chaping.Error{Code: chaping.CodePartial, Message: "有页面没有读到"}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.start("采集", "乙", "李四", "/", nil); err == nil || !strings.Contains(err.Error(), "已有一项采集") {
		t.Errorf("a second one of the kind: %v", err)
	}
	close(release)
	<-j.done
	if s := j.State(); s.Status != jobPartial || s.Summary != "好" {
		t.Errorf("%+v", s)
	}
	for _, want := range []struct {
		status string
		do     func(ctx context.Context, j *job) (string, error)
	}{
		{jobCancelled, func(ctx context.Context, j *job) (string, error) { j.cancel(); <-ctx.Done(); return "", ctx.Err() }},
		{jobFailed, func(context.Context, *job) (string, error) { return "", errors.New("坏了") }},
		{jobFailed, func(context.Context, *job) (string, error) { panic("坏了") }},
	} {
		j, err := js.start("挖掘", "x", "张三", "/", want.do)
		if err != nil {
			t.Fatal(err)
		}
		<-j.done
		if s := j.State(); s.Status != want.status {
			t.Errorf("%+v, want %s", s, want.status)
		}
	}
}

func BenchmarkPages(b *testing.B) {
	h := open(b)
	h.mined(b, 20_000)
	for _, path := range []string{"/?period=2026-11", "/review?period=2026-11", "/trends", "/products?period=2026-11", "/lexicon", "/watches", "/audit"} {
		who := "platform"
		if path == "/audit" {
			who = "admin"
		}
		h.ask(who, "GET", path, nil)
		b.Run(strings.SplitN(path, "?", 2)[0], func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if r := h.ask(who, "GET", path, nil); r.Code != http.StatusOK {
						b.Error(r.Code)
					}
				}
			})
		})
	}
}

// Two hundred people at once, over real connections, each going through the
// pages: the slowest of the twentieth part is reported.
func BenchmarkUsers(b *testing.B) {
	h := open(b)
	h.mined(b, 20_000)
	server := httptest.NewServer(h)
	defer server.Close()
	paths := []string{"/?period=2026-11", "/review?period=2026-11", "/trends", "/trends/data", "/products?period=2026-11", "/watches", "/sheets?period=2026-11", "/lexicon?q=漏电"}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(path string) (time.Duration, error) {
		r, err := http.NewRequest("GET", server.URL+path, nil)
		if err != nil {
			return 0, err
		}
		r.AddCookie(h.cookies["platform"])
		began := time.Now()
		resp, err := client.Do(r)
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close()
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return 0, err
		}
		if resp.StatusCode != http.StatusOK {
			return 0, fmt.Errorf("%s: %s", path, resp.Status)
		}
		return time.Since(began), nil
	}
	for _, path := range paths {
		h.ask("platform", "GET", path, nil)
	}
	for b.Loop() {
		var mu sync.Mutex
		var took []time.Duration
		var users sync.WaitGroup
		for user := range 200 {
			users.Go(func() {
				for i := range paths {
					d, err := get(paths[(user+i)%len(paths)])
					if err != nil {
						b.Error(err)
						return
					}
					mu.Lock()
					took = append(took, d)
					mu.Unlock()
				}
			})
		}
		users.Wait()
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		b.ReportMetric(float64(len(took)), "pages/op")
	}
}

// BenchmarkLargeStore serves pages over as many reviews as CHAPING_LARGE says,
// of 12 periods and 5,000 products, one in fifty a complaint.
func BenchmarkLargeStore(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("CHAPING_LARGE"))
	if err != nil {
		b.Skip("CHAPING_LARGE is not set to a number of reviews")
	}
	h := open(b)
	ctx := context.Background()
	period := chaping.Period{Year: 2026, Month: time.November}
	const products = 5000
	var listings []chaping.Listing
	for i := range products {
		id := fmt.Sprint(i)
		listings = append(listings, chaping.Listing{Keyword: "插座", SeenAt: testNow, Product: chaping.Product{Platform: "mall", ID: id, Name: "插座 " + id, Price: chaping.Price{Low: 100, High: 100}}})
	}
	if err := h.Store.PutListings(ctx, listings); err != nil {
		b.Fatal(err)
	}
	const batch = 100_000
	complaints := []string{"用了三天就漏电", "插上就冒烟了", "有刺鼻的异味", "充电时起火了"}
	for from := 0; from < n; from += batch {
		list := make([]chaping.Review, 0, batch)
		for i := from; i < min(from+batch, n); i++ {
			r := chaping.Review{Platform: "mall", Product: fmt.Sprint(i % products), ID: fmt.Sprint(i), Published: period.Window().To.Add(-time.Duration(i%(365*24*60)) * time.Minute).Add(-time.Minute),
				Rating: 5, Grade: chaping.Positive, Rule: "stars-1/5/2/3", Text: "收到了，包装严实，用着很好，推荐购买"}
			if i%50 == 0 {
				r.Rating, r.Grade, r.Text = 1, chaping.Negative, complaints[i/50%len(complaints)]
			}
			list = append(list, r)
		}
		if err := h.Store.PutReviews(ctx, list); err != nil {
			b.Fatal(err)
		}
	}
	began := time.Now()
	for p, i := period, 0; i < 12; p, i = p.Previous(), i+1 {
		if _, err := h.mineNow(ctx, p, func(app.Progress) {}); err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("12 periods mined in %v", time.Since(began))
	for _, path := range []string{"/?period=2026-11", "/review?period=2026-11", "/trends", "/products?period=2026-11", "/product?platform=mall&id=7&period=2026-11", "/sheets?period=2026-11"} {
		began := time.Now()
		h.ask("platform", "GET", path, nil)
		b.Logf("%s: first shown after %v, %d bytes", path, time.Since(began), h.ask("platform", "GET", path, nil).Body.Len())
		b.Run(strings.SplitN(path, "?", 2)[0], func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				if r := h.ask("platform", "GET", path, nil); r.Code != http.StatusOK {
					b.Error(r.Code)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
}
