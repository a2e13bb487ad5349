package web

import (
	"fmt"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"chaping/station"
)

// visit posts a form from an address, with the cookies of a browser.
func (h *house) visit(address, path string, form url.Values, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "http://portal.example"+path, strings.NewReader(form.Encode()))
	r.RemoteAddr = address + ":4711"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func credentials(name, password string) url.Values {
	return url.Values{"name": {name}, "password": {password}}
}

// Whoever tries to log in as somebody else locks himself out, not the other.
func TestStrangersLockOnlyThemselvesOut(t *testing.T) {
	h := open(t)
	good := h.visit("10.0.0.1", "/login", credentials("platform", password))
	device := good.Result().Cookies()
	for i := range 60 {
		r := h.visit("10.9.9.9", "/login", credentials("platform", "wrong"))
		if locked := r.Code == http.StatusTooManyRequests; locked != (i >= 5) {
			t.Fatalf("attempt %d: %d", i, r.Code)
		}
		if i >= 5 && (r.Header().Get("Retry-After") == "" || !strings.Contains(r.Body.String(), "锁定")) {
			t.Fatalf("attempt %d does not say when to come again: %v %s", i, r.Header(), r.Body)
		}
	}
	for from, cookies := range map[string][]*http.Cookie{"10.9.9.9": device, "10.0.0.1": nil, "10.0.0.2": nil} {
		if r := h.visit(from, "/login", credentials("platform", password), cookies...); r.Code != http.StatusSeeOther {
			t.Errorf("the right password from %s: %d %s", from, r.Code, r.Body)
		}
	}
	// The device of one account is a stranger's to another.
	other := h.visit("10.9.9.9", "/login", credentials("association", password)).Result().Cookies()
	if r := h.visit("10.9.9.9", "/login", credentials("platform", password), other...); r.Code != http.StatusTooManyRequests {
		t.Errorf("somebody else's device: %d", r.Code)
	}
	// From everywhere: addresses that were never seen wait, those known do not.
	for i := range 60 {
		h.visit(fmt.Sprintf("10.1.%d.%d", i/250, i%250), "/login", credentials("platform", "wrong"))
	}
	if r := h.visit("10.2.0.1", "/login", credentials("platform", password)); r.Code != http.StatusTooManyRequests {
		t.Errorf("an address that was never seen, during an attack from everywhere: %d", r.Code)
	}
	if r := h.visit("10.0.0.1", "/login", credentials("platform", password)); r.Code != http.StatusSeeOther {
		t.Errorf("a known address, during an attack from everywhere: %d", r.Code)
	}
	if r := h.visit("10.2.0.2", "/login", credentials("platform", password), device...); r.Code != http.StatusSeeOther {
		t.Errorf("a known device, during an attack from everywhere: %d", r.Code)
	}
	// A device is let through the crowd, not past the password.
	for i := range 7 {
		if r := h.visit("10.2.0.2", "/login", credentials("platform", "wrong"), device...); (r.Code == http.StatusTooManyRequests) != (i >= 5) {
			t.Errorf("a known device with a wrong password, attempt %d: %d", i, r.Code)
		}
	}
}

// One source that tries many names has to wait too.
func TestSpraying(t *testing.T) {
	h := open(t)
	last := 0
	for i := range 55 {
		last = h.visit("10.9.9.9", "/login", credentials(fmt.Sprintf("name%d", i), "wrong")).Code
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the 55th name: %d", last)
	}
}

// Hundreds of attempts at once are not all hashed, one after the other, before
// somebody else's turn comes.
func TestHashingIsBounded(t *testing.T) {
	h := open(t)
	device := h.visit("10.0.0.1", "/login", credentials("platform", password)).Result().Cookies()
	var flood sync.WaitGroup
	var mu sync.Mutex
	codes := map[int]int{}
	for i := range 300 {
		flood.Go(func() {
			r := h.visit(fmt.Sprintf("10.1.%d.%d", i/250, i%250), "/login", credentials(fmt.Sprintf("name%d", i), "wrong"))
			mu.Lock()
			defer mu.Unlock()
			codes[r.Code]++
			if r.Code == http.StatusServiceUnavailable && (r.Header().Get("Retry-After") == "" || !strings.Contains(r.Body.String(), "后再试")) {
				t.Errorf("busy, and does not say when to come again: %v %s", r.Header(), r.Body)
			}
		})
	}
	if r := h.visit("10.0.0.1", "/login", credentials("platform", password), device...); r.Code != http.StatusSeeOther {
		t.Errorf("a known device in a flood: %d", r.Code)
	}
	flood.Wait()
	if codes[http.StatusServiceUnavailable] == 0 {
		t.Errorf("all were hashed: %v", codes)
	}
}

// Who has never logged in leaves nothing in the database.
func TestStrangersStoreNothing(t *testing.T) {
	h := open(t)
	size := func() (n int64) {
		files, err := filepath.Glob(filepath.Join(h.dir, "station.db*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			info, err := os.Stat(f)
			if err != nil {
				t.Fatal(err)
			}
			n += info.Size()
		}
		return n
	}
	before := size()
	for i := range 60 {
		r := h.visit("10.9.9.9", "/watches/new", url.Values{"name": {strings.Repeat("x", 900<<10)}}, &http.Cookie{Name: "chaping", Value: fmt.Sprint(i)})
		if r.Code != http.StatusSeeOther || r.Header().Get("Location") != "/login" {
			t.Fatalf("%d %v", r.Code, r.Header())
		}
		h.visit("10.9.9.9", "/login", credentials(fmt.Sprintf("name%d", i), strings.Repeat("x", 900<<10)))
	}
	if after := size(); after != before {
		t.Errorf("%d bytes grew to %d", before, after)
	}
	// A person's forms are kept over a login, the last few.
	device := h.visit("10.0.0.1", "/login", credentials("platform", password)).Result().Cookies()
	h.visit("10.0.0.1", "/logout", nil, device...)
	var parked []*http.Cookie
	for i := range 9 {
		r := h.visit("10.0.0.1", "/watches/new", url.Values{"name": {fmt.Sprintf("任务%d", i)}}, device...)
		for _, c := range r.Result().Cookies() {
			if c.Name == "parked" {
				parked = append(parked, c)
			}
		}
	}
	if len(parked) != 9 {
		t.Fatalf("%d forms were kept", len(parked))
	}
	if h.devices["platform"] = device[1].Value; device[1].Name != "device" {
		t.Fatal(device)
	}
	if body := h.ask("platform", "GET", "/resume", nil, parked[8]).Body.String(); !strings.Contains(body, "任务8") {
		t.Errorf("the last form: %s", body)
	}
	if r := h.ask("platform", "GET", "/resume", nil, parked[0]); r.Code != http.StatusSeeOther {
		t.Errorf("the ninth form back: %d", r.Code)
	}
	if r := h.ask("centre", "GET", "/resume", nil, parked[8]); r.Code != http.StatusSeeOther {
		t.Errorf("another's form: %d", r.Code)
	}
}

// Whether a name exists does not show in what is answered, nor is a lock told
// of names that nobody has.
func TestUnknownNamesAnswerAlike(t *testing.T) {
	h := open(t)
	for i := range 7 {
		known := h.visit("10.9.9.8", "/login", credentials("platform", "wrong"))
		unknown := h.visit("10.9.9.9", "/login", credentials("platforn", "wrong"))
		if known.Code != unknown.Code || strings.ReplaceAll(known.Body.String(), "platform", "platforn") != unknown.Body.String() {
			t.Errorf("attempt %d: %d %s\n%d %s", i, known.Code, known.Body, unknown.Code, unknown.Body)
		}
	}
}

// Behind a proxy the proxy says who comes; what the client says itself counts
// for nothing, nor does the header where no proxy is.
func TestAddressBehindProxy(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = "127.0.0.1:1"
	r.Header.Set("X-Forwarded-For", "1.1.1.1, 2.2.2.2")
	for proxied, want := range map[bool]string{true: "2.2.2.2", false: "127.0.0.1"} {
		if got := (&request{Server: &Server{Config: Config{Proxied: proxied}}, r: r}).address(); got != want {
			t.Errorf("%v: %s, want %s", proxied, got, want)
		}
	}
}

// A program may manage accounts, but not those that make tokens.
func TestTokensMakeNoAdministrators(t *testing.T) {
	h := open(t)
	token := h.token(t, "admin", station.Permits()...)
	admin, err := h.Station.Account(t.Context(), "admin", 0)
	if err != nil {
		t.Fatal(err)
	}
	bureau, err := h.Station.Account(t.Context(), "bureau", 0)
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		path string
		body object
		code int
	}{
		"a new administrator":    {"/accounts", object{"name": "li", "roles": []string{"admin"}}, 403},
		"one among other roles":  {"/accounts", object{"name": "li", "roles": []string{"centre", "admin"}}, 403},
		"a promotion":            {fmt.Sprintf("/accounts/%d", bureau.ID), object{"roles": []string{"admin"}, "version": bureau.Version}, 403},
		"an administrator's end": {fmt.Sprintf("/accounts/%d", admin.ID), object{"roles": []string{"bureau"}, "version": admin.Version}, 403},
		"an administrator's key": {fmt.Sprintf("/accounts/%d/reset", admin.ID), object{}, 403},
		"another account":        {"/accounts", object{"name": "wang", "roles": []string{"centre"}}, 200},
		"another account's key":  {fmt.Sprintf("/accounts/%d/reset", bureau.ID), object{}, 200},
	} {
		if r := h.send(program(token, http.MethodPost, x.path, x.body, nil)); r.Code != x.code {
			t.Errorf("%s: %d %s", name, r.Code, r.Body)
		}
	}
	if r := h.ask("admin", "POST", "/accounts", url.Values{"name": {"li"}, "roles": {"admin"}}); r.Code != http.StatusOK {
		t.Errorf("a person makes an administrator: %d", r.Code)
	}
}

// A link leads where the operator says the portal is, whatever the request
// calls it.
func TestLinksLeadToThePortal(t *testing.T) {
	h := open(t)
	for address, want := range map[string]string{"https://portal.example.com": `<code class="link">https://portal.example.com/setup/`, "": `<code class="link">/setup/`} {
		h.Address = address
		r := httptest.NewRequest(http.MethodPost, "http://evil.example/accounts", strings.NewReader(url.Values{"name": {fmt.Sprintf("li%d", len(address))}, "roles": {"bureau"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(h.cookies["admin"])
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if body := w.Body.String(); !strings.Contains(body, want) || strings.Contains(body, "evil.example") {
			t.Errorf("%q: %s", address, body)
		}
	}
}

// Entries name who did it and what it was, also where that is known only when
// it is done.
func TestEntriesNameWhatTheyChanged(t *testing.T) {
	h := open(t)
	h.token(t, "bureau", station.PermitRead)
	h.ask("admin", "POST", "/tokens/1/revoke", nil)
	_, link, err := h.Station.AddAccount(t.Context(), station.Account{Name: "li", Person: "李四", Roles: []station.Role{station.RoleBureau}})
	if err != nil {
		t.Fatal(err)
	}
	h.ask("", "POST", "/setup/"+link, url.Values{"password": {password}, "again": {password}})
	list, err := h.Station.Audit(t.Context(), station.AuditFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for action, want := range map[string][2]string{"停用令牌": {"admin（admin）", "令牌 1“程序 bureau”"}, "设置账号": {"李四（li）", "设置密码"}} {
		i := slices.IndexFunc(list, func(e station.Entry) bool { return e.Action == action })
		if i < 0 || list[i].Who != want[0] || list[i].Object != want[1] {
			t.Errorf("%s: %+v", action, list)
		}
	}
}

// What the log and a conflict say of a station is what its page says.
func TestEntriesNameStates(t *testing.T) {
	h := open(t)
	for _, f := range []struct {
		path, status, want string
	}{{"/stations/new", "", "行业组织 正常"}, {"/stations/3", "warned", "行业组织 已警告"}, {"/stations/3", "exited", "行业组织 已退出"}} {
		s, err := h.Station.Station(t.Context(), station.Everything(), 3)
		if err != nil {
			t.Fatal(err)
		}
		form := url.Values{"name": {s.Name}, "kind": {"association"}, "status": {f.status}, "version": {strconv.FormatInt(s.Version, 10)}}
		if f.status == "" {
			form.Set("name", "新的协会")
		}
		if r := h.ask("admin", "POST", f.path, form); r.Code != http.StatusSeeOther {
			t.Fatal(r.Code, r.Body)
		}
		list, err := h.Station.Audit(t.Context(), station.AuditFilter{Limit: 1})
		if err != nil || list[0].Action != "修改监测站名单" || list[0].Detail != f.want || list[0].Who != "admin（admin）" {
			t.Errorf("%+v %v", list, err)
		}
	}
	s, err := h.Station.Station(t.Context(), station.Everything(), 3)
	if err != nil {
		t.Fatal(err)
	}
	if r := h.ask("admin", "POST", "/stations/3", url.Values{"name": {"改名的协会"}, "kind": {"association"}, "status": {"exited"}, "version": {strconv.FormatInt(s.Version, 10)}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	if list, err := h.Station.Audit(t.Context(), station.AuditFilter{Text: "原名“" + ownName + "”"}); err != nil || len(list) != 1 || list[0].Object != "改名的协会" {
		t.Errorf("what it was called before: %+v %v", list, err)
	}
	page := h.ask("admin", "POST", "/stations/3", url.Values{"name": {"别的"}, "kind": {"association"}, "status": {"warned"}, "version": {"1"}}).Body.String()
	if !strings.Contains(page, "已退出") || !strings.Contains(page, "已警告") || strings.Contains(page, ">exited<") {
		t.Error(page)
	}
}

// What a sender calls his file stands in a header, and says no more there.
func TestFileNamesInHeaders(t *testing.T) {
	h := open(t)
	name := "a.\"; filename*=UTF-8''evil.exe; x=\"\r\nSet-Cookie: a=b"
	if _, err := h.Station.Submit(t.Context(), station.Submission{Period: "2026-11", StationID: 3, About: "照片", File: name}, []byte("x"), nil); err != nil {
		t.Fatal(err)
	}
	r := h.ask("association", "GET", "/submissions/1", nil)
	_, params, err := mime.ParseMediaType(r.Header().Get("Content-Disposition"))
	if r.Code != http.StatusOK || err != nil || params["filename"] != name || r.Header().Get("Set-Cookie") != "" {
		t.Errorf("%d %q %v %q", r.Code, r.Header(), err, params)
	}
	if r := h.ask("foreign", "GET", "/submissions/1", nil); r.Code != http.StatusNotFound {
		t.Errorf("another station's file: %d", r.Code)
	}
}

// A message that goes with a redirect is a cookie, which browsers drop when it
// is long; names are bounded too.
func TestLongNames(t *testing.T) {
	h := open(t)
	long := strings.Repeat("长", 5000)
	for path, form := range map[string]url.Values{"/stations/new": {"name": {long}, "kind": {"association"}}, "/accounts": {"name": {"li"}, "person": {long}, "roles": {"bureau"}}} {
		if r := h.ask("admin", "POST", path, form); r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "最多 100 个字") {
			t.Errorf("%s: %d", path, r.Code)
		}
	}
	w := httptest.NewRecorder()
	q := &request{Server: h.Server, w: w, r: httptest.NewRequest("POST", "/", nil)}
	if err := q.redirect("/", long); err != nil || len(w.Header().Get("Set-Cookie")) > 2000 {
		t.Errorf("%d bytes %v", len(w.Header().Get("Set-Cookie")), err)
	}
}

// The name on an uploaded form is the station's as people read it.
func TestHandInUnderTheSameName(t *testing.T) {
	h := open(t)
	for name, code := range map[string]int{"上海市食品接触材料 协会\u200b": http.StatusSeeOther, "别的协会": http.StatusUnprocessableEntity} {
		r := program("", "POST", "", object{"period": "2026-11"}, map[string]string{"file": "填报单位," + name + "\n" + sheetA})
		r.URL.Path = "/inbox"
		r.AddCookie(h.cookies["association"])
		if w := h.send(r); w.Code != code {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}
