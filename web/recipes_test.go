package web

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/csv"
	"encoding/pem"
	"fmt"
	"math/big"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping/station"
)

// block is the first block of docs/recipes.md in a language.
func block(t *testing.T, language string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", "recipes.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "```"+language+"\n")
	block, _, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatalf("recipes.md has no block of %s", language)
	}
	return block
}

// What the script for Excel asks for is there, with the columns that it names.
func TestRecipesExcel(t *testing.T) {
	h := open(t)
	h.mined(t, 3)
	script := block(t, "powerquery")
	path := regexp.MustCompile(`RelativePath = "([^"]+)"`).FindStringSubmatch(script)
	asked := regexp.MustCompile(`Query = \[([^\]]+)\]`).FindStringSubmatch(script)
	named := regexp.MustCompile(`\{"([^"]+)", (?:type text|Int64\.Type)\}`).FindAllStringSubmatch(script, -1)
	if path == nil || asked == nil || len(named) < 3 {
		t.Fatal("the script is not understood")
	}
	query := url.Values{}
	for _, m := range regexp.MustCompile(`(\w+) = "([^"]*)"`).FindAllStringSubmatch(asked[1], -1) {
		query.Set(m[1], m[2])
	}
	token := h.token(t, "platform", station.PermitRead)
	var answer *httptest.ResponseRecorder
	for answer == nil || answer.Code == http.StatusAccepted { // as the script does; each request waits for what is read
		r := httptest.NewRequest("GET", "http://portal.example/"+path[1]+"?"+query.Encode(), nil)
		r.Header.Set("Authorization", "Bearer "+token)
		answer = h.send(r)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(answer.Body.String(), "\ufeff"))).ReadAll()
	if answer.Code != http.StatusOK || err != nil || len(rows) < 2 {
		t.Fatalf("%d %s, %v", answer.Code, answer.Body, err)
	}
	for _, n := range named {
		if !slices.Contains(rows[0], n[1]) {
			t.Errorf("the script names the column %q, of %q", n[1], rows[0])
		}
	}
}

// The portal behind nginx with the configuration that docs/recipes.md shows.
func TestNginx(t *testing.T) {
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		nginx, err = exec.LookPath("/usr/sbin/nginx")
	}
	switch {
	case err != nil && os.Getenv("CI") == "true":
		t.Fatal("nginx is not installed; CI=true does not allow to skip")
	case err != nil:
		t.Skip("nginx is not installed")
	}
	h := open(t)
	h.Server.Secure, h.Server.Proxied = true, true
	portal := httptest.NewServer(h.Server)
	t.Cleanup(portal.Close)
	dir := t.TempDir()
	plain, secure := freePort(t), freePort(t)
	certificate(t, dir)
	server := strings.NewReplacer(
		"listen 80;", "listen 127.0.0.1:"+plain+";", "listen 443 ssl;", "listen 127.0.0.1:"+secure+" ssl;",
		"/etc/nginx/portal", filepath.Join(dir, "portal"), "http://127.0.0.1:8321", portal.URL,
	).Replace(block(t, "nginx"))
	var temporary string
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temporary += fmt.Sprintf("%s_temp_path %s/%s;\n", kind, dir, kind)
	}
	conf := filepath.Join(dir, "nginx.conf")
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(conf, fmt.Sprintf("daemon off;\nmaster_process off;\npid %s/pid;\nerror_log %s/errors;\nevents {}\nhttp {\naccess_log off;\n%s%s}\n", dir, dir, temporary, server))
	if out, err := exec.Command(nginx, "-e", dir+"/errors", "-t", "-c", conf).CombinedOutput(); err != nil {
		t.Fatalf("nginx -t: %v\n%s", err, out)
	}
	cmd := exec.Command(nginx, "-e", dir+"/errors", "-c", conf)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})

	client := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // of the test's own certificate
			DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 9)}}).DialContext}, // not the proxy's own address
	}
	address := "https://127.0.0.1:" + secure
	type answer struct {
		StatusCode int
		Header     http.Header
		Cookies    []*http.Cookie
	}
	ask := func(method, to string, body []byte, headers ...string) answer {
		t.Helper()
		for deadline := time.Now().Add(10 * time.Second); ; {
			r, err := http.NewRequest(method, to, bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Host = "portal.example.com"
			for i := 0; i < len(headers); i += 2 {
				r.Header.Set(headers[i], headers[i+1])
			}
			got, err := client.Do(r)
			if err == nil {
				got.Body.Close()
				return answer{got.StatusCode, got.Header, got.Cookies()}
			}
			if time.Now().After(deadline) {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Millisecond) // polling another process: there is no signal to wait for
		}
	}
	if r := ask("GET", "http://127.0.0.1:"+plain+"/products?period=2026-11", nil); r.StatusCode != http.StatusMovedPermanently ||
		r.Header.Get("Location") != "https://portal.example.com/products?period=2026-11" {
		t.Errorf("without TLS: %d %s", r.StatusCode, r.Header)
	}
	form := []byte(url.Values{"name": {"platform"}, "password": {password}}.Encode())
	login := ask("POST", address+"/login", form, "Content-Type", "application/x-www-form-urlencoded",
		"Origin", "https://portal.example.com", "X-Forwarded-For", "203.0.113.7")
	session := ""
	for _, c := range login.Cookies {
		if c.Name == "__Host-"+sessionCookie {
			session = c.Name + "=" + c.Value
			if !c.Secure || !c.HttpOnly {
				t.Errorf("%+v", c)
			}
		}
	}
	if login.StatusCode != http.StatusSeeOther || session == "" || login.Header.Get("Strict-Transport-Security") == "" {
		t.Fatalf("login: %d %s", login.StatusCode, login.Header)
	}
	if r := ask("POST", address+"/login", form, "Content-Type", "application/x-www-form-urlencoded", "Origin", "https://evil.example"); r.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %d", r.StatusCode)
	}
	// The address that counts is the one that nginx saw: who says another one each
	// time is locked out all the same.
	wrong := []byte("name=platform&password=wrong")
	for i := range 6 {
		r := ask("POST", address+"/login", wrong, "Content-Type", "application/x-www-form-urlencoded",
			"Origin", "https://portal.example.com", "X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i))
		if want := map[bool]int{false: http.StatusUnprocessableEntity, true: http.StatusTooManyRequests}[i == 5]; r.StatusCode != want {
			t.Errorf("wrong password %d: %d, want %d", i+1, r.StatusCode, want)
		}
	}
	if r := ask("GET", address+"/metrics", nil); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("metrics for everybody: %d", r.StatusCode)
	}
	// A file of more than the megabyte that nginx allows by itself.
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "评论.csv")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(part, "商品编号,评论编号,评论时间,评分,评论内容\n", strings.Repeat("A1,1,2026-11-01,1,漏水\n", 100_000))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	sent := ask("POST", address+"/import", body.Bytes(), "Content-Type", w.FormDataContentType(), "Origin", "https://portal.example.com", "Cookie", session)
	if to := sent.Header.Get("Location"); sent.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/jobs/") {
		t.Errorf("an upload of %d MB: %d %s", body.Len()>>20, sent.StatusCode, to)
	}
	h.wait(t)
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// certificate writes a certificate of our own.
func certificate(t *testing.T, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"portal.example.com"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string]*pem.Block{"portal.crt": {Type: "CERTIFICATE", Bytes: der}, "portal.key": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
