package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chaping"

	"chaping/app"
	"chaping/station"
	"chaping/station/uplink"
)

// A centre is the research centre's portal, over a real connection.
type testCentre struct {
	*Server
	address string
	token   string      // the station's
	down    atomic.Bool // answers 503
	tampers atomic.Bool // somebody on the way changes a byte
	asked   atomic.Int64
	ahead   atomic.Int64 // of the station's clock, in nanoseconds
}

const homeName = "上海寻梦信息技术有限公司（拼多多）" // of open's station

// openCentre opens a centre with the clock and the store of a station: one
// process has one engine, and a centre has no use for reviews.
func openCentre(t *testing.T, h *house) *testCentre {
	t.Helper()
	ctx := context.Background()
	c := &testCentre{}
	now := func() time.Time { return h.Now().Add(time.Duration(c.ahead.Load())) }
	a := app.New(app.Config{Dir: t.TempDir(), Opened: h.Store, Now: now, Version: "test", Log: h.Log})
	t.Cleanup(func() { a.Close() })
	d, err := a.Station(ctx)
	if err != nil {
		t.Fatal(err)
	}
	link, err := d.FirstLink(ctx)
	if err == nil {
		_, err = d.SetUp(ctx, link, station.Start{Account: station.Account{Name: "centre"}, Password: password, Centre: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	config := h.Config
	config.App, config.Dir = a, t.TempDir()
	if c.Server, err = New(ctx, config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.asked.Add(1)
		if c.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if c.tampers.Load() {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(bytes.Replace(body, []byte(`"reviews": 3`), []byte(`"reviews": 4`), 1)))
		}
		c.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	c.address, c.token = server.URL, c.give(t, station.RolePlatform, 10, station.PermitSubmit)
	return c
}

// give makes a token for a station.
func (c *testCentre) give(t *testing.T, role station.Role, of int64, permits ...station.Permit) string {
	t.Helper()
	_, text, err := c.Station.AddToken(context.Background(), station.Token{Name: "报送", Role: role, Station: of, Permits: permits, By: "test", Expires: c.Now().AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// page is a page of the centre as it sees it.
func (c *testCentre) page(t *testing.T, path string) string {
	t.Helper()
	_, pass, err := c.Station.Login(context.Background(), "centre", password, "", station.Visitor{})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "http://centre.example"+path, nil)
	r.AddCookie(&http.Cookie{Name: "chaping", Value: pass.Session})
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w.Body.String()
}

// freeze freezes 2026-11 as it is now.
func (h *house) freeze(t *testing.T, reason string) {
	t.Helper()
	if r := h.ask("platform", "POST", "/sheets/freeze", url.Values{"period": {"2026-11"}, "hash": {h.draftHash(t)}, "reason": {reason}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
}

// push presses the button and is how the version's sending stands then.
func (h *house) push(t *testing.T, version string) *station.Push {
	t.Helper()
	r := h.ask("platform", "POST", "/sheets/push", url.Values{"period": {"2026-11"}, "version": {version}})
	if r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	h.settle()
	return h.pushed(t, version)
}

// settle waits until no job runs, whatever became of them.
func (h *house) settle() {
	for _, j := range h.jobs.all() {
		<-j.done
	}
}

func (h *house) pushed(t *testing.T, version string) *station.Push {
	t.Helper()
	s, err := h.Station.Sheet(t.Context(), chaping.FormPlatform, "2026-11", "", int(number(version)))
	if err != nil {
		t.Fatal(err)
	}
	p, err := h.Station.PushOf(t.Context(), &s)
	if err != nil || p == nil {
		t.Fatal(p, err)
	}
	return p
}

// A station's month ends in the centre's inbox: over a real connection, once,
// also when the centre was away, and never changed.
func TestPushToCentre(t *testing.T) {
	h := open(t)
	h.mined(t, 3)
	c := openCentre(t, h)
	h.freeze(t, "")
	if page := h.ask("platform", "GET", "/sheets?period=2026-11", nil).Body.String(); strings.Contains(page, "报送到研究中心") {
		t.Error("a button that leads nowhere")
	}
	if r := h.ask("admin", "POST", "/centre", url.Values{"url": {c.address}, "token": {c.token}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	if page := h.ask("admin", "GET", "/tokens", nil).Body.String(); strings.Contains(page, c.token) || !strings.Contains(page, c.address) {
		t.Error("the page of the address")
	}
	if page := h.ask("platform", "GET", "/sheets?period=2026-11", nil).Body.String(); !strings.Contains(page, "报送到研究中心") {
		t.Error("no button")
	}
	for _, path := range []string{"/cases", "/bulletins", "/assessment"} { // the centre has them
		h.says(t, "platform", path, "本站连着研究中心")
	}
	first := h.push(t, "1")
	if !first.Accepted() || first.Error != "" || first.Receipt != 1 || first.Centre != c.address {
		t.Fatalf("%+v", first)
	}
	if err := c.Station.SetRules(t.Context(), station.Rules{Since: "2026-11"}, nil); err != nil {
		t.Fatal(err)
	}
	page := c.page(t, "/inbox?period=2026-11")
	for _, want := range []string{"按时报送", "报送表-2026-11-第1版.json", "1 / 10 已报送", `data-label="条数" data-kind="number" class="num"><span class="clip">1</span>`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in the centre's inbox", want)
		}
	}
	_, original, err := c.Station.Original(t.Context(), station.Everything(), first.Receipt)
	frozen, err2 := h.Station.Sheet(t.Context(), chaping.FormPlatform, "2026-11", "", 1)
	if err != nil || err2 != nil || !bytes.Equal(original, frozen.Model) {
		t.Errorf("what arrived is not what was frozen: %v %v", err, err2)
	}
	if list, err := c.Station.Audit(t.Context(), station.AuditFilter{Text: "提交报送文件"}); err != nil || len(list) != 1 || list[0].Action != "提交报送文件" || !strings.HasPrefix(list[0].Who, "报送（令牌 1）") {
		t.Errorf("%+v %v", list, err)
	}
	if page := h.ask("platform", "GET", "/sheets?period=2026-11", nil).Body.String(); !strings.Contains(page, "回执 1 号") || !strings.Contains(page, "本期已登记报送") {
		t.Error("the station does not see the receipt")
	}
	if list, err := h.Station.Audit(t.Context(), station.AuditFilter{Text: "研究中心收到电商平台报送表"}); err != nil || len(list) != 1 || !strings.Contains(list[0].Detail, "回执 1 号") {
		t.Errorf("%+v %v", list, err)
	}
	if _, ok, err := h.Station.Filing(t.Context(), "2026-11", ""); err != nil || !ok {
		t.Error("reminders go on:", ok, err)
	}

	// Again: the same receipt, and nothing new at the centre.
	*h.now = h.now.Add(time.Hour)
	if again := h.push(t, "1"); again.Receipt != first.Receipt || !again.Received.Equal(*first.Received) {
		t.Errorf("%+v, first %+v", again, first)
	}
	if list, err := c.Station.Submissions(t.Context(), "2026-11"); err != nil || len(list) != 1 || list[0].Entries != 1 {
		t.Errorf("%+v %v", list, err)
	}

	// A correction, while the centre is away.
	id := h.shownItems(t)[0].ID
	if r := h.ask("platform", "POST", "/review/judge", url.Values{"period": {"2026-11"}, "id": {id}, "verdict": {"rejected"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code)
	}
	if r := h.ask("platform", "POST", "/sheets/freeze", url.Values{"period": {"2026-11"}, "hash": {h.draftHash(t)}}); r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "写明为什么更正") {
		t.Error("a correction without a reason:", r.Code, r.Body)
	}
	h.freeze(t, "复核")
	c.down.Store(true)
	p := h.push(t, "2")
	if p.Accepted() || p.Stopped || p.Error == "" || p.Attempts != 1 {
		t.Fatalf("%+v", p)
	}
	if page := h.ask("platform", "GET", "/sheets?period=2026-11", nil).Body.String(); !strings.Contains(page, "暂时不收") {
		t.Error("the station does not see that it has not arrived")
	}
	c.down.Store(false)
	asked := c.asked.Load()
	deliver := func() {
		t.Helper()
		if err := h.App.DeliverToCentre(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if deliver(); c.asked.Load() != asked {
		t.Error("asked before the wait was over")
	}
	*h.now = h.now.Add(time.Minute)
	if deliver(); !h.pushed(t, "2").Accepted() || h.pushed(t, "2").Receipt != 2 {
		t.Errorf("%+v", h.pushed(t, "2"))
	}

	// Changed on the way: refused, and told.
	c.tampers.Store(true)
	if p := h.push(t, "1"); !p.Stopped || !strings.Contains(p.Error, "内容与 Content-Digest 不符") {
		t.Errorf("%+v", p)
	}
	c.tampers.Store(false)
	// With another station's token; without the scope; with one that has ended.
	other, err := c.Station.PutStation(t.Context(), station.Station{Name: "别的平台", Kind: station.PlatformStation})
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]string{
		c.give(t, station.RolePlatform, other.ID, station.PermitSubmit): "填报单位是“" + homeName,
		c.give(t, station.RolePlatform, 10, station.PermitRead):         "令牌的范围不含“报送”",
		"chaping_unknown": "令牌不对",
	} {
		if err := h.Station.SetCentre(t.Context(), station.Centre{URL: c.address, Token: token}); err != nil {
			t.Fatal(err)
		}
		if p := h.push(t, "2"); !p.Stopped || !strings.Contains(p.Error, want) {
			t.Errorf("%s: %+v", want, p)
		}
	}
	if list, err := c.Station.Submissions(t.Context(), "2026-11"); err != nil || len(list) != 2 {
		t.Errorf("%+v %v", list, err)
	}
}

// The highest version counts, in whatever order they arrive and whatever they
// say; each is kept once.
func TestPushOldVersionLate(t *testing.T) {
	h := open(t)
	c := openCentre(t, h)
	if err := h.Station.SetCentre(t.Context(), station.Centre{URL: c.address, Token: c.token}); err != nil {
		t.Fatal(err)
	}
	model := func(negative int) []byte {
		return fmt.Appendf(nil, `{"form":"platform","period":"2026-11","station":%q,"rows":[{"seq":1,"term":"漏电","product":"壶","negative_reviews":%d,"reviews":9}]}`, homeName, negative)
	}
	var sheets []station.Sheet
	for _, x := range []struct {
		watch    string
		negative int
	}{{"", 1}, {"", 2}, {"", 1}, {"小家电", 1}} { // the third says what the first said
		s, _, err := h.Station.Freeze(t.Context(), station.Sheet{Form: chaping.FormPlatform, Period: "2026-11", Name: x.watch, By: "张三", Reason: "更正", Model: model(x.negative)})
		if err != nil {
			t.Fatal(err)
		}
		sheets = append(sheets, s)
	}
	counts := func(want ...string) {
		t.Helper()
		list, err := c.Station.Submissions(t.Context(), "2026-11")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range list {
			got = append(got, fmt.Sprintf("%s%d %t", s.Name, s.Version, !s.Replaced))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v, not %v", got, want)
		}
	}
	push := func(i int) {
		t.Helper()
		err := h.Station.Push(t.Context(), &sheets[i])
		if err == nil {
			err = h.App.DeliverToCentre(t.Context())
		}
		if p, err2 := h.Station.PushOf(t.Context(), &sheets[i]); err != nil || err2 != nil || !p.Accepted() {
			t.Fatal(p, err, err2)
		}
	}
	push(1)
	push(0)
	counts("2 true", "1 false")
	push(1)
	push(0)
	counts("2 true", "1 false")
	push(2)
	counts("2 false", "1 false", "3 true")
	push(3)
	push(1)
	counts("2 false", "1 false", "3 true", "小家电1 true")
	if own, err := h.Station.Submissions(t.Context(), "2026-11"); err != nil || len(own) != 4 || own[0].Version != 2 || !own[0].Replaced || !own[1].Replaced || own[2].Replaced {
		t.Errorf("%+v %v", own, err)
	}

	// What was uploaded by hand becomes the version that it is, when that comes.
	if err := h.Station.SetCentre(t.Context(), station.Centre{URL: c.address, Token: c.token}); err != nil {
		t.Fatal(err)
	}
	data := bytes.ReplaceAll(model(7), []byte("2026-11"), []byte("2026-10"))
	r := program(c.give(t, station.RolePlatform, 10, station.PermitSubmit), "POST", "/inbox", object{"period": "2026-10"}, map[string]string{"file": string(data)})
	w := httptest.NewRecorder()
	if c.ServeHTTP(w, r); w.Code != http.StatusOK {
		t.Fatal(w.Code, w.Body)
	}
	s, _, err := h.Station.Freeze(t.Context(), station.Sheet{Form: chaping.FormPlatform, Period: "2026-10", By: "张三", Model: data})
	if err != nil {
		t.Fatal(err)
	}
	sheets = append(sheets, s)
	push(4)
	if list, err := c.Station.Submissions(t.Context(), "2026-10"); err != nil || len(list) != 1 || list[0].Version != 1 {
		t.Errorf("%+v %v", list, err)
	}
}

// A file that corrects another takes its place, and no other station's.
func TestCorrectionByHand(t *testing.T) {
	h := open(t)
	for i, x := range []struct {
		who, corrects string
		code          int
	}{{"association", "", 303}, {"association", "1", 303}, {"association", "1", 422}, {"foreign", "2", 422}, {"association", "x", 422}, {"association", "", 303}, {"association", "2", 303}} {
		if r := h.handIn(t, x.who, "表.csv", strings.ReplaceAll(sheetA, "手柄", fmt.Sprint("手柄", i)), url.Values{"corrects": {x.corrects}}); r.Code != x.code {
			t.Fatalf("%d: %d %s", i, r.Code, r.Body)
		}
	}
	list, err := h.Station.Submissions(t.Context(), "2026-11")
	if err != nil || len(list) != 4 || list[0].ReplacedBy != 2 || list[1].ReplacedBy != 4 || list[2].Replaced || list[3].Replaced {
		t.Errorf("%+v %v", list, err)
	}
}

// An association's sheet, from the page on which it is filled in.
func TestPushSheetA(t *testing.T) {
	h := open(t)
	c := openCentre(t, h)
	if err := h.Station.Set(t.Context(), "home", "3"); err != nil {
		t.Fatal(err)
	}
	if err := h.Station.SetCentre(t.Context(), station.Centre{URL: c.address, Token: c.give(t, station.RoleAssociation, 3, station.PermitSubmit)}); err != nil {
		t.Fatal(err)
	}
	if r := h.ask("association", "POST", "/form/freeze?period=2026-11", with(rowsOf("0", []string{"壶", "3", "上海", "手柄漏电", "绝缘", "抽查", "检测"}), "then", "submit", "filler", "王五", "phone", "021")); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	h.settle() // it is sent at once
	r := h.ask("association", "POST", "/form/push?period=2026-11", url.Values{"version": {"1"}})
	if r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	h.settle()
	if job := h.ask("association", "GET", r.Header().Get("Location"), nil); job.Code != http.StatusOK || !strings.Contains(job.Body.String(), "回执 1 号") {
		t.Error("who pressed the button does not see what became of it:", job.Code, job.Body)
	}
	if page := h.ask("association", "GET", atForm, nil).Body.String(); !strings.Contains(page, "回执 1 号") {
		t.Error(page)
	}
	list, err := c.Station.Submissions(t.Context(), "2026-11")
	if err != nil || len(list) != 1 || list[0].Entries != 1 || list[0].Station != "上海市食品接触材料协会" {
		t.Errorf("%+v %v", list, err)
	}
	if own, err := h.Station.Submissions(t.Context(), "2026-11"); err != nil || len(own) != 1 {
		t.Errorf("noted twice: %+v %v", own, err)
	}
}

// The button is pressed while the program is sending the sheet by itself.
func TestPushWhileSending(t *testing.T) {
	h := open(t)
	h.mined(t, 3)
	c := openCentre(t, h)
	h.freeze(t, "")
	if err := h.Station.SetCentre(t.Context(), station.Centre{URL: c.address, Token: c.token}); err != nil {
		t.Fatal(err)
	}
	s, err := h.Station.Sheet(t.Context(), chaping.FormPlatform, "2026-11", "", 1)
	if err == nil {
		err = h.Station.Push(t.Context(), &s)
	}
	if err == nil {
		_, _, err = h.Station.Claim(t.Context(), true)
	}
	if err != nil {
		t.Fatal(err)
	}
	if p := h.push(t, "1"); p.Accepted() || p.Error != "" {
		t.Errorf("%+v", p)
	}
	if state := h.jobs.all()[0].State(); state.Status != jobDone || !strings.Contains(state.Summary, "正在进行") {
		t.Errorf("%+v", state)
	}
}

// What a stranger may send to a centre's inbox.
func TestSignedAtTheGate(t *testing.T) {
	h := open(t)
	c := openCentre(t, h)
	ask := func(token string, at time.Time, change func(*http.Request)) *httptest.ResponseRecorder {
		r := program("", "POST", "/inbox", object{"period": "2026-11"}, map[string]string{"file": "评论关键词,差评数,评论数,商品名称\n漏电,1,5,壶\n"})
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		uplink.Sign(r, body, token, at)
		if change != nil {
			change(r)
		}
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		return w
	}
	if r := ask(c.token, h.Now(), nil); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), `"entries":1`) {
		t.Fatal(r.Code, r.Body)
	}
	for name, c := range map[string]struct {
		r    *httptest.ResponseRecorder
		code int
		want string
	}{
		"a month old":   {ask(c.token, h.Now().AddDate(0, -1, 0), nil), 401, "超过 5 分钟"},
		"another path":  {ask(c.token, h.Now(), func(r *http.Request) { r.URL.Path = apiRoot + "/sheets/push" }), 401, "签名不对"},
		"another thing": {ask(c.token, h.Now(), func(r *http.Request) { r.URL.Path = apiRoot + "/mine" }), 403, "签名只用于报送"},
		"unsigned":      {ask(c.token, h.Now(), func(r *http.Request) { r.Header.Del(uplink.HeaderInput) }), 401, "没有令牌"},
		"too large":     {ask(c.token, h.Now(), func(r *http.Request) { r.Body = io.NopCloser(io.LimitReader(zeros{}, maxSigned+1)) }), 413, ""},
	} {
		if c.r.Code != c.code || !strings.Contains(c.r.Body.String(), c.want) {
			t.Errorf("%s: %d %s", name, c.r.Code, c.r.Body)
		}
	}
	code := 0
	for range 10 {
		code = ask("chaping_guess", h.Now(), nil).Code
	}
	if code != http.StatusTooManyRequests {
		t.Error("guessing goes on:", code)
	}
	if r := ask(c.token, h.Now(), nil); r.Code != http.StatusOK {
		t.Error(r.Code, r.Body)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

// Where sheets may be sent.
func TestCentreAddress(t *testing.T) {
	h := open(t)
	for address, ok := range map[string]bool{
		"https://centre.example": true, "https://centre.example:8443/": true, "http://127.0.0.1:8321": true, "http://localhost:1": true, "http://[::1]:1": true, "": true,
		"http://centre.example": false, "https://a:b@centre.example": false, "https://centre.example/x": false, "https://centre.example?x": false, "file:///etc/passwd": false, "//x": false, "http://169.254.169.254": false, "x": false,
	} {
		r := h.ask("admin", "POST", "/centre", url.Values{"url": {address}, "token": {"chaping_x"}})
		if (r.Code == http.StatusSeeOther) != ok {
			t.Errorf("%q: %d", address, r.Code)
		}
	}
	// The token of one centre is not used at another.
	for i, want := range []int{http.StatusSeeOther, http.StatusSeeOther, http.StatusUnprocessableEntity} {
		f := []url.Values{{"url": {"https://a.example"}, "token": {"chaping_x"}}, {"url": {"https://a.example"}}, {"url": {"https://b.example"}}}[i]
		if r := h.ask("admin", "POST", "/centre", f); r.Code != want {
			t.Error(fmt.Sprint(f), r.Code)
		}
	}
}

// What the program suggested and a person has confirmed has a page of its own, and
// stands apart while the centre does not have it. It is called by the product's
// name where no product keyword lists it.
func TestConfirmedSuggestion(t *testing.T) {
	h := open(t)
	c := openCentre(t, h)
	if err := h.Station.SetCentre(t.Context(), station.Centre{URL: c.address, Token: c.token}); err != nil {
		t.Fatal(err)
	}
	candidate := json.RawMessage(`{"key":"fire","name":"起火","trigger":1,"why":"3 条评论提到起火","keyword":"","hazard":"fire","terms":["起火"],"reviews":3,"shops":1,"first":"2026-11-01","last":"2026-11-03","products":[{"platform":"mall","id":"1","name":"双人毯","shop":"店"},{"platform":"mall","id":"2","name":"单人毯","shop":"店"}],"evidence":[{"date":"2026-11-01","grade":"差评","term":"起火","sentence":"用着就起火了"}]}`)
	nobody := func(station.Urgent) []station.Message { return nil }
	if _, err := h.Station.Raise(t.Context(), chaping.Period{Year: 2026, Month: time.November}, 3, map[string]json.RawMessage{"fire": candidate}, []string{"fire"}, nobody); err != nil {
		t.Fatal(err)
	}
	if r := h.ask("platform", "GET", "/urgent/1", nil); r.Code != http.StatusNotFound {
		t.Error("it is a report before anybody has confirmed it", r.Code)
	}
	says := func(path, yes string, no ...string) {
		t.Helper()
		page := h.ask("platform", "GET", path, nil).Body.String()
		if !strings.Contains(page, yes) || slices.ContainsFunc(no, func(s string) bool { return strings.Contains(page, s) }) {
			t.Errorf("%s: no %q, or %q, in %s", path, yes, no, page)
		}
	}
	confirm := func() {
		t.Helper()
		if r := h.ask("platform", "POST", "/urgent/1", url.Values{"decision": {"confirm"}, "reason": {"属实"}}); r.Code != http.StatusSeeOther {
			t.Fatal(r.Code, r.Body.String())
		}
		h.settle()
	}
	c.down.Store(true)
	confirm()
	says("/urgent", "已确认，研究中心还没有收到", "还没有立案", "<h2>已处理")
	says("/urgent/1", "双人毯等 2 件商品 起火", "研究中心已收到")
	says("/notices", "重要风险信息还没有送到研究中心：双人毯")
	for _, format := range writtenFormats() {
		if r := h.download("platform", "/urgent/1/download?format="+format); r.Code != http.StatusOK || r.Body.Len() == 0 {
			t.Error(format, r.Code)
		}
	}
	c.down.Store(false)
	*h.now = h.now.Add(time.Minute)
	if err := h.App.DeliverToCentre(t.Context()); err != nil {
		t.Fatal(err)
	}
	says("/urgent", "<h2>已处理", "还没有收到", "还没有立案")
	says("/notices", "<h1>", "还没有送到研究中心")
}

// Whether a sheet came in time is for the centre's clock to say, on the station's
// pages as on its own.
func TestReceiptTells(t *testing.T) {
	h := open(t)
	c := openCentre(t, h)
	if err := h.Station.SetCentre(t.Context(), station.Centre{URL: c.address, Token: c.token}); err != nil {
		t.Fatal(err)
	}
	h.mined(t, 3)
	h.freeze(t, "")
	due := h.Calendar.Due(chaping.Period{Year: 2026, Month: time.November}).Day
	*h.now = due.AddDate(0, 0, 1).Add(-2 * time.Minute)
	h.login(t, "platform")
	c.ahead.Store(int64(3 * time.Minute))
	if r := h.ask("platform", "POST", "/sheets/push", url.Values{"period": {"2026-11"}, "version": {"1"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	h.settle()
	*h.now = h.now.Add(time.Hour)
	for name, page := range map[string]string{"station": h.ask("platform", "GET", "/inbox?period=2026-11", nil).Body.String(), "centre": c.page(t, "/inbox?period=2026-11")} {
		if !strings.Contains(page, "data-kind=\"choice\">逾期报送") || strings.Contains(page, "data-kind=\"choice\">按时报送") {
			t.Errorf("%s: %s", name, page)
		}
	}
	list, err := h.Station.Submissions(t.Context(), "2026-11")
	if err != nil || len(list) != 1 || list[0].Received.Before(due.AddDate(0, 0, 1)) {
		t.Errorf("%+v %v", list, err)
	}
}

// Nothing is called delivered that the centre has not taken: an urgent report
// that was written, one that was found in reviews, and the annual report.
func TestDeliveredIsWhatTheCentreHas(t *testing.T) {
	h := open(t)
	c := openCentre(t, h)
	if err := h.Station.Set(t.Context(), "home", "3"); err != nil {
		t.Fatal(err)
	}
	if err := h.Station.SetCentre(t.Context(), station.Centre{URL: c.address, Token: c.give(t, station.RoleAssociation, 3, station.PermitSubmit)}); err != nil {
		t.Fatal(err)
	}
	c.down.Store(true)
	follow := func(who, path string, form url.Values) string {
		t.Helper()
		r := h.ask(who, "POST", path, form)
		if r.Code != http.StatusSeeOther {
			t.Fatal(r.Code, r.Body.String())
		}
		h.settle()
		return h.ask(who, "GET", r.Header().Get("Location"), nil).Body.String()
	}
	says := func(page string, yes, no string) {
		t.Helper()
		if !strings.Contains(page, yes) || no != "" && strings.Contains(page, no) {
			t.Errorf("no %q, or %q, in %s", yes, no, page)
		}
	}
	says(follow("association", "/urgent/new", urgentReport()), "暂时不收", "已报送")
	says(h.ask("association", "GET", "/urgent/1", nil).Body.String(), "还没有送到研究中心", "研究中心已收到")
	says(h.ask("association", "GET", "/urgent", nil).Body.String(), "暂时不收", "已报送")
	says(h.ask("association", "GET", "/urgent", nil).Body.String(), "已确认，研究中心还没有收到", "还没有立案")
	says(c.page(t, "/urgent"), "重要风险信息", "起火")

	c.down.Store(false)
	*h.now = h.now.Add(time.Minute)
	if err := h.App.DeliverToCentre(t.Context()); err != nil {
		t.Fatal(err)
	}
	says(h.ask("association", "GET", "/urgent/1", nil).Body.String(), "研究中心已收到", "还没有")
	says(c.page(t, "/urgent"), "起火", "<script>alert")
	says(c.page(t, "/urgent/1"), "夜里起火，两人受伤", "<script>alert")
	says(follow("association", "/urgent/1/push", nil), "回执 1 号", "") // again: the same receipt

	// What was found in reviews goes as soon as somebody has confirmed it.
	candidate := json.RawMessage(`{"key":"fire","name":"起火","trigger":1,"why":"3 条评论提到起火","keyword":"","hazard":"fire","terms":["起火"],"reviews":3,"shops":1,"first":"2026-11-01","last":"2026-11-03","products":[{"platform":"mall","id":"1","name":"毯","shop":"店"}],"evidence":[{"date":"2026-11-01","grade":"差评","term":"起火","sentence":"用着就起火了"}]}`)
	raised, err := h.Station.Raise(t.Context(), chaping.Period{Year: 2026, Month: time.November}, 3, map[string]json.RawMessage{"fire": candidate}, []string{"fire"}, func(station.Urgent) []station.Message { return nil })
	if err != nil || len(raised) != 1 {
		t.Fatal(raised, err)
	}
	if _, err := h.Station.Decide(t.Context(), raised[0].ID, station.UrgentConfirmed, "张三", "属实", h.App.ConfirmedMessages); err != nil {
		t.Fatal(err)
	}
	u, err := h.Station.Urgent(t.Context(), raised[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	s, err := h.App.FreezeUrgent(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	c.ahead.Store(int64(-2 * time.Minute)) // found "in the future"
	if done, err := h.App.Submit(t.Context(), s); err != nil || !done.Push.Accepted() || done.Push.Receipt != 2 {
		t.Fatalf("%+v %v", done, err)
	}
	c.ahead.Store(0)
	says(c.page(t, "/urgent/2"), "用着就起火了", "")

	// The annual report.
	if r := h.ask("association", "POST", "/annual?year=2026", with(writtenYear("0"), "do", "save")); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	says(follow("association", "/annual/freeze?year=2026", with(writtenYear("1"), "then", "submit")), "研究中心已于", "")
	says(h.ask("association", "GET", "/annual?year=2026", nil).Body.String(), "收到，回执", "")
	list, err := c.Station.Submissions(t.Context(), "2026")
	if err != nil || len(list) != 1 || list[0].Form != chaping.FormAnnual || list[0].StationID != 3 {
		t.Fatalf("%+v %v", list, err)
	}
	says(c.page(t, "/submissions/1?format=html"), "专题分析报告", "<script>alert")
	if own, err := h.Station.Submissions(t.Context(), "2026"); err != nil || len(own) != 1 {
		t.Errorf("%+v %v", own, err)
	}

	// Without a centre to send to, nobody is told that it has arrived.
	if err := h.Station.SetCentre(t.Context(), station.Centre{}); err != nil {
		t.Fatal(err)
	}
	a, err := h.Station.Account(t.Context(), "centre", 0) // who works for a centre here
	if err != nil {
		t.Fatal(err)
	}
	a.Disabled = true
	if _, err := h.Station.PutAccount(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	says(follow("association", "/urgent/new", with(urgentReport(), "event", "漏电")), "没有连接研究中心", "已报送")
}

// What was frozen to be handed in waits its turn when another push goes on: it is
// neither refused nor forgotten.
func TestPushWaitsItsTurn(t *testing.T) {
	h := open(t)
	h.mined(t, 3)
	c := openCentre(t, h)
	if err := h.Station.SetCentre(t.Context(), station.Centre{URL: c.address, Token: c.token}); err != nil {
		t.Fatal(err)
	}
	h.freeze(t, "")
	s, err := h.Station.Sheet(t.Context(), chaping.FormPlatform, "2026-11", "", 1)
	if err != nil {
		t.Fatal(err)
	}
	release := make(chan struct{})
	if _, err := h.jobs.start(kindPush, "2026-09", "甲", "/", func(context.Context, *job) (string, error) { <-release; return "", nil }); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	home, _, err := h.Station.Home(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	q := &request{Server: h.Server, w: w, r: httptest.NewRequest("POST", "/form/freeze", nil), ctx: t.Context(), home: home, act: &station.Act{}, account: &station.Account{Person: "甲"}}
	if err := q.handOver(&s, "已冻结第 1 版", "/sheets", func() error { return nil }); err != nil || w.Code != http.StatusSeeOther {
		t.Fatal(err, w.Code)
	}
	if p := h.pushed(t, "1"); p.Accepted() || p.Stopped {
		t.Errorf("%+v", p)
	}
	close(release)
	h.settle()
	if err := h.App.DeliverToCentre(t.Context()); err != nil { // as the portal does every minute
		t.Fatal(err)
	}
	if p := h.pushed(t, "1"); !p.Accepted() {
		t.Errorf("%+v", p)
	}
}
