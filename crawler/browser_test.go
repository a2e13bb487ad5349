package crawler_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chaping"
	"chaping/crawler"
)

// needBrowser skips the test where there is no browser, but not in CI, and
// with -short.
func needBrowser(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: needs a browser")
	}
	if _, err := exec.LookPath("chromium"); err == nil {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("chromium is not installed, and CI must test with it")
	}
	t.Skip("chromium is not installed")
}

// rendered is the small profile for a shop whose HTML pages are empty until
// their scripts have run.
var rendered = "render: browser\nrequest: {headers: {X-Token: \"${CHAPING_TEST_TOKEN}\"}}\n" +
	strings.NewReplacer("timeout: 5s", "timeout: 20s", "body: 65536", "body: 131072", "concurrency: 4", "concurrency: 2").Replace(smallProfile)

// scripted is the small site, filled by scripts. What is asked of each path
// is counted.
type scripted struct {
	site
	mu    sync.Mutex
	asked map[string]int
	token map[string]string
	agent string
}

func newScripted() *scripted {
	s := &scripted{site: newSite(), asked: map[string]int{}, token: map[string]string{}}
	s.site["/robots.txt"] = say("text/plain", []byte("User-agent: *\nDisallow: /forbidden\n"))
	s.site["/s"] = sayText(`<ul></ul><script>
		for (const id of [1, 2, 3]) document.querySelector('ul').insertAdjacentHTML('beforeend', '<li><a href="/p?id=' + id + '">' + id + '</a></li>')
	</script>`)
	s.site["/p"] = sayText(`<meta charset=utf-8><img src=/picture.png><div id=app></div><script src=/app.js></script>`)
	s.site["/app.js"] = say("text/javascript", []byte(`(async () => {
		fetch('/forbidden').catch(() => {})
		fetch('http://127.0.0.2:9/').catch(() => {})
		const p = await (await fetch('/data' + location.search)).json()
		document.getElementById('app').innerHTML = '<h1>' + p.name + '</h1><b id=id>' + p.id + '</b><i class=price>' + p.price + '</i>'
	})()`))
	s.site["/data"] = func(w http.ResponseWriter, r *http.Request) {
		id := r.URL.Query().Get("id")
		fmt.Fprintf(w, `{"id":%q,"name":"商品%s","price":"19.90"}`, id, id)
	}
	return s
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked[r.URL.Path]++
	s.token[r.URL.Path] = r.Header.Get("X-Token")
	if r.URL.Path == "/p" {
		s.agent = r.UserAgent()
	}
	s.mu.Unlock()
	s.site.ServeHTTP(w, r)
}

// What a shop's scripts show is read, and the browser keeps to the rules: the
// User-Agent, robots.txt, allowed hosts, no pictures.
func TestBrowser(t *testing.T) {
	needBrowser(t)
	t.Setenv("CHAPING_TEST_TOKEN", "s3cret")
	s := newScripted()
	got := collect(t, s, rendered)
	if len(got.sink.listings) != 3 || len(got.sink.reviews) != 9 || !got.report.Complete() {
		t.Errorf("%d listings, %d reviews, report %+v", len(got.sink.listings), len(got.sink.reviews), got.report)
	}
	if name := got.sink.listings["壶\x002"].Product.Name; name != "商品2" {
		t.Errorf("name %q", name)
	}
	if s.asked["/forbidden"]+s.asked["/picture.png"] > 0 || s.asked["/robots.txt"] != 1 || s.asked["/data"] != 3 {
		t.Errorf("asked %v", s.asked)
	}
	if s.agent != "chaping/dev (product safety monitoring)" {
		t.Errorf("User-Agent %q", s.agent)
	}
	for _, path := range []string{"/p", "/data", "/app.js", "/r"} {
		if s.token[path] != "s3cret" {
			t.Errorf("%s was asked for with token %q", path, s.token[path])
		}
	}
}

// Bad pages are bad pages in a browser as well, and the rest is collected.
func TestBrowserBadPages(t *testing.T) {
	needBrowser(t)
	t.Setenv("CHAPING_TEST_TOKEN", "x")
	var inside atomic.Int32
	private := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		inside.Add(1)
		fmt.Fprint(w, "<h1>内网</h1><b id=id>2</b>")
	}))
	defer private.Close()
	// The same port under another name of this machine, which the profile
	// allows as a host, but not at a private address.
	elsewhere := strings.Replace(private.URL, "127.0.0.1", "localhost", 1)
	pages := []struct {
		name string
		page http.HandlerFunc
		says string
	}{
		{"redirect to a private address", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere, http.StatusFound)
		}, "内网"},
		{"script that goes to a private address", sayText(`<script>location = ` + fmt.Sprintf("%q", elsewhere) + `</script>`), "内网"},
		{"redirect to a foreign host", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
		}, "不在站点配置允许的范围内"},
		{"redirect loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) }, "重定向"},
		{"gone", http.NotFound, "404"},
		{"endless script", sayText(`<script>for (;;) {}</script>`), "没有读完"},
		{"too much", sayText(`<h1>x</h1><script>fetch('/big')</script>`), "超过上限"},
		{"script that makes too much", sayText(`<h1>x</h1><script>document.body.append('大'.repeat(1e6))</script>`), "超过上限"},
		{"redirect into a forbidden place", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/forbidden", http.StatusFound)
		}, ""},
	}
	s := newScripted()
	list := `<li><a href="/p?id=1">1</a><li><a href="/p?id=3">3</a>`
	for i, c := range pages {
		address := fmt.Sprintf("/p?id=%d", 100+i)
		list += fmt.Sprintf(`<li><a href="%s">x</a>`, address)
		s.site[address] = c.page
	}
	s.site["/s"] = sayText(list)
	s.site["/big"] = sayText(strings.Repeat("x", 1<<20))
	got := collect(t, s, "hosts: [localhost]\n"+strings.NewReplacer("timeout: 20s", "timeout: 12s", "attempts: 3", "attempts: 1").Replace(rendered))
	if len(got.sink.reviews) != 6 || len(got.sink.listings) != 2 || got.report.Robots != 1 {
		t.Errorf("%d reviews, %d listings: %+v", len(got.sink.reviews), len(got.sink.listings), got.report)
	}
	for i, c := range pages {
		said := ""
		for _, l := range got.report.Letters {
			said += l.URL + " " + l.Reason + "\n"
		}
		for _, f := range got.report.Examples {
			said += f.String() + "\n"
		}
		if c.says != "" && !regexp.MustCompile(fmt.Sprintf(`(?m)id=%d\b.*%s`, 100+i, c.says)).MatchString(said) {
			t.Errorf("%s: the report does not say %q: %s", c.name, c.says, said)
		}
	}

	// The same where robots.txt is not asked for: what stops the browser then
	// is the connection.
	s.site["/s"] = sayText(`<li><a href="/p?id=1">1</a><li><a href="/p?id=100">x</a><li><a href="/p?id=101">x</a>`)
	s.site["/p?id=1"] = sayText(`<h1>x</h1><b id=id>1</b><i class=price>9</i><script>
		fetch(` + fmt.Sprintf("%q", elsewhere) + `, {mode: 'no-cors'}).catch(() => 0)
		new WebSocket(` + fmt.Sprintf("%q", strings.Replace(elsewhere, "http", "ws", 1)) + `)
	</script>`)
	got = collect(t, s, "hosts: [localhost]\nauthorized_by: 试验\n"+strings.NewReplacer("attempts: 3", "attempts: 1", "politeness: {", "politeness: {robots: ignore, ").Replace(rendered))
	if len(got.sink.listings) != 1 || len(got.sink.reviews) != 3 || got.report.Denied != 1 || !strings.Contains(got.report.Examples[0].Problem, "内网") {
		t.Errorf("%d listings: %+v", len(got.sink.listings), got.report)
	}
	if inside.Load() > 0 {
		t.Errorf("%d requests to a private address", inside.Load())
	}
}

// Without a browser the collection does not begin.
func TestBrowserMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("CHAPING_TEST_TOKEN", "x")
	_, err := crawler.Collect(t.Context(), crawler.Job{
		Profile: loadProfile(t, rendered), Watch: chaping.Watch{Keywords: []string{"壶"}}, Window: chaping.PeriodOf(end.Add(-1)).Window(), Run: "r",
	}, crawler.Options{Sink: newSink(), Now: func() time.Time { return end }})
	var told *chaping.Error
	if !errors.As(err, &told) || told.Code != chaping.CodeEnvironment || !strings.Contains(told.Remedy, "apt install chromium") {
		t.Errorf("error %v", err)
	}
}
