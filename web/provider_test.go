package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	zitadel "github.com/zitadel/oidc/v3/pkg/oidc"

	"chaping/station"
)

// people who have an identity, by their user names; the password is "secret".
type directory map[string]*storage.User

func (d directory) GetUserByID(id string) *storage.User {
	for _, u := range d {
		if u.ID == id {
			return u
		}
	}
	return nil
}
func (d directory) GetUserByUsername(name string) *storage.User { return d[name] }
func (d directory) ExampleClientID() string                     { return storage.ServiceUserID }

// grouped is the provider's store, whose people are in groups.
type grouped struct {
	*storage.Storage
	groups map[string][]string // by id
}

func (g grouped) SetUserinfoFromToken(ctx context.Context, info *zitadel.UserInfo, token, subject, origin string) error {
	info.AppendClaims("groups", g.groups[subject])
	return g.Storage.SetUserinfoFromToken(ctx, info, token, subject, origin)
}

// A sso is a portal beside a real identity provider.
type sso struct {
	*house
	t        *testing.T
	portal   *httptest.Server
	provider *httptest.Server
	people   directory
	groups   map[string][]string
}

func newSSO(t *testing.T) *sso {
	h := open(t)
	*h.now = time.Now() // the provider has no other clock
	s := &sso{house: h, t: t, people: directory{}, groups: map[string][]string{}}
	s.portal = httptest.NewServer(h.Server)
	t.Cleanup(s.portal.Close)
	h.Server.Address = s.portal.URL
	var answer http.Handler
	s.provider = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answer.ServeHTTP(w, r) }))
	t.Cleanup(s.provider.Close)
	client := storage.WebClient("chaping", "client-secret", s.portal.URL+"/login/oidc/callback")
	kept := storage.NewStorageWithClients(s.people, map[string]*storage.Client{"chaping": client})
	answer = exampleop.SetupServer(s.provider.URL, grouped{kept, s.groups}, slog.New(slog.DiscardHandler), false)
	t.Setenv("CHAPING_TEST_OIDC", "client-secret")
	s.configure("")
	return s
}

func (s *sso) person(id, name, mail string) *storage.User {
	u := &storage.User{ID: id, Username: name, Password: "secret", FirstName: "三", LastName: "张", Email: mail, EmailVerified: true}
	s.people[name] = u
	return u
}

// configure writes the operator's file and takes it up as a start does.
func (s *sso) configure(more string) {
	s.t.Helper()
	text := "name: 测试认证\nissuer: " + s.provider.URL + "\nclient_id: chaping\nclient_secret: ${CHAPING_TEST_OIDC}\n" + more
	if err := os.WriteFile(s.App.Path("oidc.yaml"), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := s.loadProvider(); err != nil {
		s.t.Fatal(err)
	}
}

// A tab is a browser, which keeps the address that the provider sent it to.
type tab struct {
	*http.Client
	answer string
}

func (s *sso) tab() *tab {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	b := &tab{Client: &http.Client{Jar: jar}}
	b.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/login/oidc/callback" {
			b.answer = r.URL.String()
		}
		return nil
	}
	return b
}

// look is what the browser ends up at: the path, the status, the page.
func (s *sso) look(b *tab, address string) (path string, code int, page string) {
	s.t.Helper()
	r, err := b.Get(address)
	return s.read(r, err)
}

func (s *sso) read(r *http.Response, err error) (path string, code int, page string) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return r.Request.URL.Path, r.StatusCode, string(body)
}

var requestID = regexp.MustCompile(`name="id" value="([^"]+)"`)

// enter begins at the portal and logs in at the provider.
func (s *sso) enter(b *tab, who string) (path string, code int, page string) {
	s.t.Helper()
	at, code, page := s.look(b, s.portal.URL+"/login/oidc?next=%2Faccounts")
	found := requestID.FindStringSubmatch(page)
	if found == nil {
		return at, code, page
	}
	r, err := b.PostForm(s.provider.URL+"/login/username", url.Values{"username": {who}, "password": {"secret"}, "id": {found[1]}})
	return s.read(r, err)
}

// refuses wants the login page, which says why and still takes passwords.
func (s *sso) refuses(b *tab, who string, status int, why string) {
	s.t.Helper()
	path, code, page := s.enter(b, who)
	s.refused(path, code, page, status, why)
}

func (s *sso) refused(path string, code int, page string, status int, why string) {
	s.t.Helper()
	if !strings.HasPrefix(path, "/login/oidc") || code != status || !strings.Contains(page, why) || !strings.Contains(page, `type="password"`) {
		s.t.Errorf("%s %d, want the login page, %d, with %q:\n%s", path, code, status, why, page)
	}
}

func (s *sso) admits(b *tab, who string) {
	s.t.Helper()
	if path, code, page := s.enter(b, who); path != "/accounts" || code != http.StatusOK || !strings.Contains(page, "退出") {
		s.t.Errorf("%s is at %s, %d:\n%s", who, path, code, page)
	}
}

// state is that of the login which the browser has begun.
func (s *sso) state(b *tab) string {
	s.t.Helper()
	address, err := url.Parse(s.portal.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range b.Jar.Cookies(address) {
		if c.Name != attemptCookie {
			continue
		}
		var a attempt
		kept, err := base64.RawURLEncoding.DecodeString(c.Value)
		if err == nil {
			err = json.Unmarshal(kept, &a)
		}
		if err != nil {
			s.t.Fatal(err)
		}
		return a.State
	}
	s.t.Fatal("no login has begun")
	return ""
}

// appoint gives somebody an account.
func (s *sso) appoint(name string, roles ...station.Role) station.Account {
	s.t.Helper()
	a, _, err := s.Station.AddAccount(s.t.Context(), station.Account{Name: name, Roles: roles, Station: 10})
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// audited is the last entry about the account.
func (s *sso) audited(name string) station.Entry {
	s.t.Helper()
	list, err := s.Station.Audit(s.t.Context(), station.AuditFilter{})
	i := slices.IndexFunc(list, func(e station.Entry) bool { return strings.HasSuffix(e.Who, "（"+name+"）") })
	if err != nil || i < 0 {
		s.t.Fatal(list, err)
	}
	return list[i]
}

func TestLoginByProvider(t *testing.T) {
	s := newSSO(t)
	zhang := s.person("id1", "zhang", "Zhang@station.example")
	if _, _, page := s.look(s.tab(), s.portal.URL+"/login"); !strings.Contains(page, "用测试认证登录") {
		t.Error("the login page does not offer the provider:\n", page)
	}

	s.refuses(s.tab(), "zhang", 422, "没有与您在测试认证的身份“Zhang@station.example”对应的账号")
	a := s.appoint("zhang@station.example", station.RoleAdmin)
	zhang.EmailVerified = false
	s.refuses(s.tab(), "zhang", 422, "没有验证您的邮箱")
	zhang.EmailVerified = true

	b := s.tab()
	s.admits(b, "zhang")
	if e := s.audited("zhang@station.example"); e.Action != "登录" || e.Object != "经测试认证" {
		t.Error(e)
	}

	// An answer is good once, for the browser that asked.
	path, code, page := s.look(b, b.answer)
	s.refused(path, code, page, 422, "不是从这个浏览器开始的")
	path, code, page = s.look(s.tab(), b.answer)
	s.refused(path, code, page, 422, "不是从这个浏览器开始的")
	for _, wrong := range []struct{ edit, why string }{
		{"state=", "不是从这个浏览器开始的"},
		{"error=access_denied", "没有让您登录（access_denied）"},
		{"iss=https://other.example", "答复来自别的身份提供方"},
		{"code=used", "不认这次登录"},
	} {
		again := s.tab()
		s.look(again, s.portal.URL+"/login/oidc")
		values := url.Values{"state": {s.state(again)}, "code": {"x"}}
		name, value, _ := strings.Cut(wrong.edit, "=")
		values.Set(name, value)
		path, code, page := s.look(again, s.portal.URL+"/login/oidc/callback?"+values.Encode())
		s.refused(path, code, page, 422, wrong.why)
	}
	// Logged out here, then at the provider.
	r, err := http.NewRequest("POST", s.portal.URL+"/logout", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	out, err := b.Do(r)
	if path, _, _ := s.read(out, err); path != "/login" {
		t.Error("logged out, at", path)
	}
	if path, _, _ := s.look(b, s.portal.URL+"/accounts"); path != "/login" {
		t.Error("the session goes on at", path)
	}
	b.CheckRedirect = func(r *http.Request, _ []*http.Request) error { return http.ErrUseLastResponse }
	out, err = b.Get(s.portal.URL + "/login/oidc/logout")
	if err != nil {
		t.Fatal(err)
	}
	out.Body.Close()
	if to := out.Header.Get("Location"); !strings.HasPrefix(to, s.provider.URL+"/end_session?client_id=chaping&post_logout_redirect_uri=") {
		t.Error("logout leads to", to)
	}

	// Who is off stays out, and who got another's address of mail is not him.
	if a, err = s.Station.Account(t.Context(), "", a.ID); err != nil || !a.Linked {
		t.Fatal(a, err)
	}
	a.Disabled = true
	if a, err = s.Station.PutAccount(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	s.refuses(s.tab(), "zhang", 422, "已停用")
	if e := s.audited("zhang@station.example"); e.Action != "登录失败" || !strings.Contains(e.Detail, "已停用") {
		t.Error(e)
	}
	s.person("id2", "heir", "zhang@station.example")
	s.refuses(s.tab(), "heir", 422, "已经属于测试认证的另一个身份")
	zhang.Email = "zhang.new@station.example"
	s.refuses(s.tab(), "zhang", 422, "已停用")
	if _, err := s.Station.ResetAccount(t.Context(), a.ID); err != nil { // another person's from now on
		t.Fatal(err)
	}
	s.refuses(s.tab(), "zhang", 422, "没有与您在测试认证的身份")
}

// Roles and accounts come from the provider only where the operator says so.
func TestRolesByProvider(t *testing.T) {
	s := newSSO(t)
	s.person("id1", "zhang", "zhang@station.example")
	const roles = "claim: preferred_username\nroles_claim: groups\nroles:\n  risk: [platform]\n  chiefs: [admin, platform]\nstation: 10\n"
	s.configure(roles)
	s.refuses(s.tab(), "zhang", 422, "没有给您使用本门户的角色")
	s.groups["id1"] = []string{"chiefs", "others"}
	s.refuses(s.tab(), "zhang", 422, "没有与您在测试认证的身份“zhang”对应的账号")
	s.configure(roles + "create: true\n")
	s.admits(s.tab(), "zhang")
	a, err := s.Station.Account(t.Context(), "zhang", 0)
	if err != nil || !a.Has(station.RoleAdmin) || !a.Has(station.RolePlatform) || a.Station != 10 || a.Ready || !a.Linked {
		t.Error(a, err)
	}
	s.groups["id1"] = []string{"risk"}
	if path, code, _ := s.enter(s.tab(), "zhang"); path != "/accounts" || code != http.StatusForbidden {
		t.Error("who is no administrator any more is at", path, code)
	}
	if e := s.audited("zhang"); !strings.Contains(e.Detail, "改为“平台监测站”") {
		t.Error(e)
	}
}

// What an authenticator is for is not got around.
func TestSecondFactorByProvider(t *testing.T) {
	s := newSSO(t)
	s.person("id1", "zhang", "zhang@station.example")
	s.configure("accounts:\n  zhang@station.example: admin\n")
	s.totp("admin")
	s.refuses(s.tab(), "zhang", 422, "启用了验证器")
	s.configure("second_factor: provider\naccounts:\n  zhang@station.example: admin\n")
	s.admits(s.tab(), "zhang")
}

// totp gives an account an authenticator.
func (s *sso) totp(name string) {
	s.t.Helper()
	a, err := s.Station.Account(s.t.Context(), name, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	secret, _ := station.NewTOTP(name)
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		s.t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, s.Now().Unix()/30)
	sum := mac.Sum(nil)
	code := binary.BigEndian.Uint32(sum[sum[len(sum)-1]&15:]) & 0x7fffffff % 1_000_000
	if err := s.Station.SetTOTP(s.t.Context(), a.ID, password, secret, fmt.Sprintf("%06d", code), ""); err != nil {
		s.t.Fatal(err)
	}
}

func TestProviderFails(t *testing.T) {
	s := newSSO(t)
	s.person("id1", "zhang", "zhang@station.example")
	s.appoint("zhang@station.example", station.RoleAdmin)

	// Clocks: a minute is nothing, two hours are.
	*s.now = time.Now().Add(time.Hour + 30*time.Second)
	s.admits(s.tab(), "zhang")
	*s.now = time.Now().Add(2 * time.Hour)
	s.refuses(s.tab(), "zhang", 422, "的证明已过期")
	*s.now = time.Now()
	b := s.tab()
	s.look(b, s.portal.URL+"/login/oidc")
	*s.now = time.Now().Add(11 * time.Minute)
	path, code, page := s.look(b, s.portal.URL+"/login/oidc/callback?code=x&state="+s.state(b))
	s.refused(path, code, page, 422, "登录用的时间太长")
	*s.now = time.Now()

	// Another issuer than it says of itself, a client that it does not know,
	// nobody there: the portal starts, and passwords go on.
	other := strings.Replace(s.provider.URL, "127.0.0.1", "localhost", 1)
	s.rewrite("issuer: "+s.provider.URL, "issuer: "+other)
	s.refuses(s.tab(), "zhang", 503, "测试认证现在用不了")
	s.configure("")
	s.rewrite("${CHAPING_TEST_OIDC}", "${CHAPING_TEST_WRONG}")
	s.refuses(s.tab(), "zhang", 503, "测试认证现在用不了")
	s.configure("")
	s.provider.Close()
	s.refuses(s.tab(), "zhang", 503, "测试认证现在用不了")
	*s.now = testNow
	if r := s.ask("", "POST", "/login", url.Values{"name": {"admin"}, "password": {password}}); r.Code != http.StatusSeeOther {
		t.Error("passwords do not go on:", r.Code)
	}
}

// rewrite changes the operator's file and takes it up.
func (s *sso) rewrite(old, text string) {
	s.t.Helper()
	s.t.Setenv("CHAPING_TEST_WRONG", "not the secret")
	path := s.App.Path("oidc.yaml")
	data, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, []byte(strings.Replace(string(data), old, text, 1)), 0o600)
	}
	if err == nil {
		err = s.loadProvider()
	}
	if err != nil {
		s.t.Fatal(err)
	}
}
