package crawler_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"chaping"
	"chaping/crawler"
)

const smallProfile = `
platform: {id: small, name: 小站}
base: http://127.0.0.1:1
private_hosts: [127.0.0.1]
politeness: {delay: 0s, concurrency: 4}
limits: {body: 65536, timeout: 5s, attempts: 3, retry: 1s}
default_texts: [默认好评]
challenge:
  - text: 请先登录
  - css: "#captcha"
search:
  url: /s?q={keyword}&p={page}
  items: li
  empty: .none
  fields:
    url: {css: a, attr: href}
  paging: {limit: 5, next: {css: a.next, attr: href}}
product:
  fields:
    id: {css: "#id"}
    name: h1
    price: .price
reviews:
  - format: json
    url: /r?item={product}&p={page}
    items: list
    order: newest
    fields:
      id: id
      rating: stars
      text: text
      published: {json: at, date: ["2006-01-02 15:04:05", "2006-01-02"]}
    paging: {total: total, limit: 6}
`

func loadProfile(t testing.TB, text string) *crawler.Profile {
	t.Helper()
	p, err := crawler.LoadProfile("small", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A site is a small shop whose pages a test can replace.
type site map[string]http.HandlerFunc

// newSite has three products of three reviews each.
func newSite() site {
	s := site{
		"/robots.txt": http.NotFound,
		"/s": func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, `<ul><li><a href="/p?id=1">一</a><li><a href="/p?id=2">二</a><li><a href="/p?id=3">三</a></ul>`)
		},
		"/p": func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `<meta charset=utf-8><h1>商品%[1]s</h1><b id=id>%[1]s</b><i class=price>￥19.90</i>`, r.URL.Query().Get("id"))
		},
		"/r": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("p") != "1" {
				fmt.Fprint(w, `{"total":3,"list":[]}`)
				return
			}
			fmt.Fprint(w, goodReviews(r.URL.Query().Get("item")))
		},
	}
	return s
}

func goodReviews(item string) string {
	var list []string
	for i := range 3 {
		list = append(list, fmt.Sprintf(`{"id":"%s-%d","stars":%d,"text":"漏电了","at":"2026-11-%02d 10:00:00"}`, item, i, i+1, 20-i))
	}
	return `{"total":3,"list":[` + strings.Join(list, ",") + `]}`
}

func (s site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h, ok := s[r.URL.Path+"?"+r.URL.RawQuery]
	if !ok {
		h, ok = s[r.URL.Path]
	}
	if !ok {
		h = http.NotFound
	}
	h(w, r)
}

func say(contentType string, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(body)
	}
}

func sayText(body string) http.HandlerFunc { return say("text/html; charset=utf-8", []byte(body)) }

type collected struct {
	report crawler.Report
	sink   *memorySink
	clk    *clock
}

// collect runs the small profile over the site.
func collect(t *testing.T, s http.Handler, profile string) collected {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	p, err := loadProfile(t, profile).WithBase(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := collected{sink: newSink(), clk: &clock{t: end}}
	c.report, err = crawler.Collect(t.Context(), crawler.Job{
		Profile: p, Watch: chaping.Watch{Keywords: []string{"壶"}}, Window: chaping.PeriodOf(end.Add(-1)).Window(), Run: t.Name(),
	}, crawler.Options{Sink: c.sink, Now: c.clk.Now, Sleep: c.clk.Sleep})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func gz(s string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.Bytes()
}

func toGBK(s string) []byte {
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	if err != nil {
		panic(err)
	}
	return b
}

// Whatever one page does, the rest is collected, and the report says what
// was wrong.
func TestOneBadPage(t *testing.T) {
	deep := strings.Repeat("[", 20_000)
	// Within the limit of bytes: compressed, and of depth 100,000 once the
	// profile allows a page so large.
	wide := strings.Replace(smallProfile, "body: 65536", "body: 8388608", 1)
	flood := func(w http.ResponseWriter, _ *http.Request) { // 100 MB, of which no more than the limit is read
		block := []byte(strings.Repeat("<p>大</p>", 1<<13))
		for sent := 0; sent < 100<<20; sent += len(block) {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
	bomb := gz(strings.Repeat("0", 16<<20))
	for _, c := range []struct {
		name     string
		path     string
		page     http.HandlerFunc
		reviews  int    // of nine
		listings int    // of three
		says     string // what the report must say somewhere
	}{
		{"nothing wrong", "/nowhere", http.NotFound, 9, 3, ""},
		{"product gone", "/p?id=2", http.NotFound, 6, 2, "404"},
		{"product always fails", "/p?id=2", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, 6, 2, "尝试 3 次均失败"},
		{"product without name", "/p?id=2", sayText(`<b id=id>2</b>`), 6, 2, "没有商品名称"},
		{"product without id", "/p?id=2", sayText(`<h1>x</h1>`), 6, 2, "没有商品编号"},
		{"product without price", "/p?id=2", sayText(`<h1>x</h1><b id=id>2</b>`), 9, 3, "没有价格"},
		{"product with nonsense price", "/p?id=2", sayText(`<h1>x</h1><b id=id>2</b><i class=price>面议</i>`), 9, 3, "面议"},
		{"huge page", "/p?id=2", sayText(strings.Repeat("大", 100_000)), 6, 2, "超过上限"},
		{"endless page", "/p?id=2", func(w http.ResponseWriter, _ *http.Request) {
			for range 10_000 {
				if _, err := w.Write(bytes.Repeat([]byte("x"), 4096)); err != nil {
					return
				}
			}
		}, 6, 2, "超过上限"},
		{"zip bomb", "/p?id=2", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
		}, 6, 2, "超过上限"},
		{"encoding that nobody asked for", "/p?id=2", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "x-gzip")
			_, _ = w.Write(bomb)
		}, 6, 2, "内容编码"},
		{"truncated gzip", "/p?id=2", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			b := gz("<h1>x</h1>")
			_, _ = w.Write(b[:len(b)-9])
		}, 6, 2, "尝试 3 次均失败"},
		{"HTML of 100 MB", "/p?id=2", flood, 6, 2, "超过上限"},
		{"HTML of 100 MB that says so", "/p?id=2", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "104857600")
			flood(w, r)
		}, 6, 2, "104857600 字节"},
		{"HTML of 100 MB, compressed", "/p?id=2", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for range 1600 {
				if _, err := z.Write(bytes.Repeat([]byte("<p>大</p>"), 1<<13)); err != nil {
					return
				}
			}
			_ = z.Close()
		}, 6, 2, "超过上限"},
		{"JSON of depth 100,000", "/r?item=2&p=1", sayText(strings.Repeat(`{"a":[`, 50_000)), 6, 3, "嵌套"},
		{"JSON of depth 100,000 that ends", "/r?item=2&p=1", sayText(`{"list":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}"), 6, 3, "嵌套"},
		{"product page is a login form", "/p?id=2", sayText(`<form action=/login>用户名<input name=user></form>`), 6, 2, "没有商品编号"},
		{"redirect to a login page", "/p?id=2", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/login", http.StatusFound)
		}, 6, 2, "404"},
		{"product with another's id", "/p?id=2", sayText(`<h1>冒名</h1><b id=id>1</b><i class=price>9</i>`), 6, 3, "编号与另一件商品"},
		{"redirect loop", "/p?id=2", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/p?id=2", http.StatusFound) }, 6, 2, "重定向超过"},
		{"redirect elsewhere", "/p?id=2", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
		}, 6, 2, "不在站点配置允许的范围内"},
		{"redirect to another scheme", "/p?id=2", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		}, 6, 2, "协议"},
		{"redirect to the same", "/p?id=2", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/p?id=2&x=1", http.StatusFound) }, 9, 3, ""},
		{"reviews are HTML", "/r?item=2&p=1", sayText("<html>502</html>"), 6, 3, "不是正确的 JSON"},
		{"reviews are deep", "/r?item=2&p=1", sayText(deep), 6, 3, "嵌套"},
		{"reviews are nothing", "/r?item=2&p=1", sayText(""), 6, 3, "不是正确的 JSON"},
		{"reviews are of another shape", "/r?item=2&p=1", sayText(`{"list":{"a":1},"total":[]}`), 6, 3, ""},
		{"date does not exist", "/r?item=2&p=1", sayText(`{"list":[{"id":"a","stars":1,"text":"x","at":"2026-11-31"},{"id":"b","stars":1,"text":"x","at":"2026-11-01"}]}`), 7, 3, "2026-11-31"},
		{"date in the future", "/r?item=2&p=1", sayText(`{"list":[{"id":"a","stars":1,"text":"x","at":"2027-01-01"},{"id":"b","stars":1,"text":"x","at":"2026-11-01"}]}`), 7, 3, "在未来"},
		{"rating out of range", "/r?item=2&p=1", sayText(`{"list":[{"id":"a","stars":6,"text":"x","at":"2026-11-02"},{"id":"b","stars":"五","text":"x","at":"2026-11-01"}]}`), 8, 3, "评分不在 1–5 之间"},
		{"review without id", "/r?item=2&p=1", sayText(`{"list":[{"stars":1,"text":"x","at":"2026-11-02"},{"id":"b","stars":1,"text":"x","at":"2026-11-01"}]}`), 7, 3, "没有编号"},
		{"total that lies", "/r?item=2&p=1", sayText(`{"list":[{"id":"a","stars":1,"text":"x","at":"2026-11-02"}],"total":900}`), 7, 3, ""},
		{"GBK declared as UTF-8", "/p?id=2", say("text/html; charset=utf-8", toGBK("<meta charset=utf-8><h1>商品2</h1><b id=id>2</b><i class=price>9</i>")), 9, 3, ""},
		{"UTF-8 declared as GBK", "/p?id=2", say("text/html; charset=gbk", []byte("<meta charset=gbk><h1>商品2</h1><b id=id>2</b><i class=price>9</i>")), 9, 3, ""},
		{"charset that does not exist", "/p?id=2", say("text/html; charset=klingon", toGBK("<h1>商品2</h1><b id=id>2</b><i class=price>9</i>")), 9, 3, ""},
		{"bytes of no charset", "/p?id=2", say("text/html; charset=utf-8", []byte("<h1>商品2\xff\xff</h1><b id=id>2</b><i class=price>9</i>")), 9, 3, "无法解码"},
		{"deeply nested HTML", "/p?id=2", sayText(strings.Repeat("<div>", 12_000)), 6, 2, "HTML"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite()
			s[c.path] = c.page
			profile := smallProfile
			if strings.HasPrefix(c.name, "JSON of depth") {
				profile = wide
			}
			got := collect(t, s, profile)
			if len(got.sink.reviews) != c.reviews || len(got.sink.listings) != c.listings {
				t.Errorf("%d reviews and %d listings, want %d and %d: %+v", len(got.sink.reviews), len(got.sink.listings), c.reviews, c.listings, got.report)
			}
			if said := fmt.Sprintf("%+v", got.report); !strings.Contains(said, c.says) {
				t.Errorf("the report does not say %q: %s", c.says, said)
			}
			if strings.HasPrefix(c.name, "GBK") || strings.HasPrefix(c.name, "UTF-8") || strings.HasPrefix(c.name, "charset") {
				if name := got.sink.listings["壶\x002"].Product.Name; name != "商品2" {
					t.Errorf("name %q", name)
				}
			}
		})
	}
}

// The product page decides what a product's id is.
func TestProductIDs(t *testing.T) {
	withID := strings.Replace(smallProfile, "    url: {css: a, attr: href}", "    url: {css: a, attr: href}\n    id: {attr: data-id}", 1)
	s := newSite()
	s["/s"] = sayText(`<li data-id=A1><a href="/p?id=a1">一</a><li data-id=B2><a href="/p?id=B2">二</a><li data-id=B2><a href="/p?id=B2&ad=1">二</a>`)
	got := collect(t, s, withID)
	if len(got.sink.listings) != 2 || len(got.sink.reviews) != 6 || got.report.Faults != 1 || !strings.Contains(got.report.Examples[0].Problem, "A1") {
		t.Errorf("%d listings, %d reviews, report %+v", len(got.sink.listings), len(got.sink.reviews), got.report)
	}
	if _, ok := got.sink.listings["壶\x00a1"]; !ok {
		t.Errorf("listings %v", got.sink.listings)
	}
}

func TestEndlessPages(t *testing.T) {
	t.Run("new reviews for ever", func(t *testing.T) {
		s := newSite()
		s["/r"] = func(w http.ResponseWriter, r *http.Request) {
			q := r.URL.Query()
			fmt.Fprint(w, goodReviews(q.Get("item")+"p"+q.Get("p")))
		}
		got := collect(t, s, smallProfile)
		if len(got.sink.reviews) != 3*6*3 || len(got.report.Truncated) != 3 || got.report.Complete() {
			t.Errorf("%d reviews, report %+v", len(got.sink.reviews), got.report)
		}
	})
	t.Run("the same page for ever", func(t *testing.T) {
		s := newSite()
		s["/r"] = func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, goodReviews(r.URL.Query().Get("item"))) }
		got := collect(t, s, smallProfile)
		if len(got.sink.reviews) != 9 || !got.report.Complete() || got.report.Pages != 1+3+6 {
			t.Errorf("%d reviews, report %+v", len(got.sink.reviews), got.report)
		}
	})
	t.Run("search for ever", func(t *testing.T) {
		s := newSite()
		s["/s"] = func(w http.ResponseWriter, r *http.Request) {
			p := r.URL.Query().Get("p")
			fmt.Fprintf(w, `<li><a href="/p?id=%s">x</a></li><a class=next href="/s?p=1%s">next</a>`, p, p)
		}
		got := collect(t, s, smallProfile)
		if len(got.sink.listings) != 5 || !got.report.Keywords[0].Truncated {
			t.Errorf("%d listings, report %+v", len(got.sink.listings), got.report)
		}
	})
}

// Pinned reviews may fill the first page; older ones may stand between
// younger ones. Only a whole page that is older ends the reading.
func TestWindowEnds(t *testing.T) {
	pages := []string{ // ages in days before the end of the window, 100 being outside
		"100 1 100", "100 2 3", "100 100 4", "100 100 100", "5 5 5",
	}
	s := newSite()
	s["/s"] = sayText(`<li><a href="/p?id=1">一</a></li>`)
	var read atomic.Int32
	s["/r"] = func(w http.ResponseWriter, r *http.Request) {
		n := int(r.URL.Query().Get("p")[0] - '1')
		read.Add(1)
		var list []string
		for i, age := range strings.Fields(pages[n]) {
			days := 100
			if age != "100" {
				days = int(age[0] - '0')
			}
			at := end.AddDate(0, 0, -days).Format(time.DateTime)
			list = append(list, fmt.Sprintf(`{"id":"%d-%d","stars":1,"text":"x","at":%q}`, n, i, at))
		}
		fmt.Fprintf(w, `{"list":[%s]}`, strings.Join(list, ","))
	}
	got := collect(t, s, smallProfile)
	if len(got.sink.reviews) != 4 || read.Load() != 4 {
		t.Errorf("%d reviews from %d pages, want 4 from 4", len(got.sink.reviews), read.Load())
	}
	if got.report.Outside != 8 {
		t.Errorf("%d outside the window, want 8", got.report.Outside)
	}
}

// A page that only shows pinned reviews says nothing about the window.
func TestWholePagePinned(t *testing.T) {
	s := newSite()
	s["/s"] = sayText(`<li><a href="/p?id=1">一</a></li>`)
	s["/r?item=1&p=1"] = sayText(`{"list":[{"id":"a","stars":1,"text":"x","at":"2020-01-01","top":true},{"id":"b","stars":1,"text":"x","at":"2020-01-01","top":1}]}`)
	s["/r?item=1&p=2"] = sayText(`{"list":[{"id":"c","stars":1,"text":"x","at":"2026-11-20"},{"id":"a","stars":1,"text":"x","at":"2020-01-01"}]}`)
	got := collect(t, s, strings.Replace(smallProfile, "      rating: stars", "      rating: stars\n      pinned: top", 1))
	if len(got.sink.reviews) != 1 || got.report.Duplicates != 1 {
		t.Errorf("%d reviews, report %+v", len(got.sink.reviews), got.report)
	}
}

func TestChallengePutsHostToRest(t *testing.T) {
	s := newSite()
	var asked atomic.Int32
	s["/r"] = func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		fmt.Fprint(w, `<html><form>请先登录</form></html>`)
	}
	got := collect(t, s, smallProfile)
	r := got.report
	if r.Unfinished == 0 || len(r.Resting) != 1 || !strings.Contains(r.Resting[0].Reason, "人机验证") {
		t.Errorf("report %+v", r)
	}
	if n := asked.Load(); n > 4 { // those under way at the same time
		t.Errorf("asked %d more times after the challenge", n)
	}
	if len(got.sink.reviews) != 0 || r.Complete() {
		t.Errorf("a challenge was taken for reviews: %+v", r)
	}
}

// A check for people stops the site also where JSON was due, and where nobody has
// described it in the profile.
func TestChecksStopTheSite(t *testing.T) {
	for name, page := range map[string]http.HandlerFunc{
		"with status 200": sayText(`<title>安全验证</title><div>请向右滑动完成拼图</div>`),
		"forbidden": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `<title>Just a moment...</title><p>Enable JavaScript and cookies to continue</p>`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite()
			s["/r"] = page
			r := collect(t, s, smallProfile).report
			if r.Dead != 0 || r.Unfinished == 0 || len(r.Resting) != 1 || !strings.Contains(r.Resting[0].Reason, "人机验证") {
				t.Errorf("report %+v", r)
			}
		})
	}
}

// A site that answers with login forms from some page on, with status 200, is
// left alone: two hundred products are neither asked for in vain nor given up,
// and where lists of reviews are due, a form is not taken for an empty one.
func TestLoginForms(t *testing.T) {
	form := sayText(`<title>用户登录 - 小站</title><form action=/login>用户名<input name=user> 密码<input TYPE=Password name=pw></form>`)
	const own = "  - url: /r?item={product}&p={page}\n    items: .review\n    fields: {id: {attr: id}, text: p, published: {css: i, date: iso8601}}\n    paging: {limit: 6}\n"
	for _, path := range []string{"/p", "/r"} {
		t.Run(path, func(t *testing.T) {
			s := newSite()
			var list strings.Builder
			for i := range 200 {
				fmt.Fprintf(&list, `<li><a href="/p?id=%d">x</a>`, i)
			}
			s["/s"] = sayText(list.String())
			var asked atomic.Int32
			s[path] = func(w http.ResponseWriter, r *http.Request) { asked.Add(1); form(w, r) }
			before, _, _ := strings.Cut(smallProfile, "  - format: json")
			got := collect(t, s, before+own)
			r := got.report
			if asked.Load() > 8 || r.Dead != 0 || r.Unfinished == 0 || len(r.Resting) != 1 || !strings.Contains(r.Resting[0].Reason, "登录页") {
				t.Errorf("asked %d times, report %+v", asked.Load(), r)
			}
		})
	}
	t.Run("a password box on every page", func(t *testing.T) {
		s := newSite()
		page := s["/p"]
		s["/p"] = func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, `<title>商品</title><form>登录<input type=password></form>`)
			page(w, r)
		}
		if got := collect(t, s, smallProfile); len(got.sink.reviews) != 9 || !got.report.Complete() {
			t.Errorf("%d reviews, report %+v", len(got.sink.reviews), got.report)
		}
	})
}

func TestRobots(t *testing.T) {
	count := func(s site, path string) *atomic.Int32 {
		n := new(atomic.Int32)
		next := s[path]
		s[path] = func(w http.ResponseWriter, r *http.Request) { n.Add(1); next(w, r) }
		return n
	}
	t.Run("disallow", func(t *testing.T) {
		s := newSite()
		s["/robots.txt"] = say("text/plain", []byte("User-agent: other\nDisallow: /\n\nUser-agent: chaping\nDisallow: /p?id=2\nDisallow: /r\nAllow: /r?item=3\n"))
		reviews, robots := count(s, "/r"), count(s, "/robots.txt")
		got := collect(t, s, smallProfile)
		if len(got.sink.listings) != 2 || len(got.sink.reviews) != 3 || got.report.Robots != 2 || reviews.Load() != 2 || len(got.report.Truncated) != 1 || got.report.Complete() {
			t.Errorf("%d listings, %d reviews, %d review pages, report %+v", len(got.sink.listings), len(got.sink.reviews), reviews.Load(), got.report)
		}
		if robots.Load() != 1 {
			t.Errorf("robots.txt was read %d times", robots.Load())
		}
	})
	t.Run("authorised", func(t *testing.T) {
		s := newSite()
		s["/robots.txt"] = say("text/plain", []byte("User-agent: *\nDisallow: /\n"))
		got := collect(t, s, strings.Replace(smallProfile, "politeness: {", "authorized_by: 某平台与本站的协议（2026）第 3 条\npoliteness: {robots: ignore, ", 1))
		if len(got.sink.reviews) != 9 {
			t.Errorf("%d reviews", len(got.sink.reviews))
		}
	})
	t.Run("redirect into a forbidden place", func(t *testing.T) {
		s := newSite()
		s["/robots.txt"] = say("text/plain", []byte("User-agent: *\nDisallow: /secret\n"))
		s["/p?id=2"] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/secret", http.StatusFound) }
		s["/secret"] = http.NotFound
		secret := count(s, "/secret")
		got := collect(t, s, smallProfile)
		if secret.Load() != 0 || got.report.Robots != 1 || len(got.sink.reviews) != 6 {
			t.Errorf("asked %d times, report %+v", secret.Load(), got.report)
		}
	})
	t.Run("server error forbids everything", func(t *testing.T) {
		s := newSite()
		s["/robots.txt"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
		searches := count(s, "/s")
		got := collect(t, s, smallProfile)
		if searches.Load() != 0 || got.report.Unfinished != 1 || len(got.report.Resting) != 1 {
			t.Errorf("searched %d times, report %+v", searches.Load(), got.report)
		}
	})
	t.Run("ten megabytes", func(t *testing.T) {
		s := newSite()
		s["/robots.txt"] = say("text/plain", []byte("User-agent: *\nDisallow: /r\n"+strings.Repeat("Disallow: /x\n", 800_000)))
		got := collect(t, s, smallProfile)
		if len(got.sink.listings) != 3 || len(got.sink.reviews) != 0 || got.report.Robots != 3 {
			t.Errorf("report %+v", got.report)
		}
	})
	t.Run("moved", func(t *testing.T) {
		s := newSite()
		s["/robots.txt"] = func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, strings.Replace("http://"+r.Host+"/rules", "127.0.0.1", "localhost", 1), http.StatusMovedPermanently)
		}
		s["/rules"] = say("text/plain", []byte("User-agent: *\nDisallow: /r\n"))
		got := collect(t, s, strings.Replace(smallProfile, "[127.0.0.1]", "[127.0.0.1, localhost]", 1))
		if len(got.sink.listings) != 3 || len(got.sink.reviews) != 0 || got.report.Robots != 3 {
			t.Errorf("report %+v", got.report)
		}
	})
	t.Run("moved to a private address", func(t *testing.T) {
		s := newSite()
		s["/robots.txt"] = func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, strings.Replace("http://"+r.Host+"/rules", "127.0.0.1", "localhost", 1), http.StatusMovedPermanently)
		}
		rules := count(s, "/robots.txt")
		got := collect(t, s, smallProfile)
		if got.report.Pages != 0 || rules.Load() != 1 {
			t.Errorf("asked %d times, report %+v", rules.Load(), got.report)
		}
	})
	t.Run("moved for ever", func(t *testing.T) {
		s := newSite()
		s["/robots.txt"] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/robots.txt", http.StatusFound) }
		if got := collect(t, s, smallProfile); len(got.sink.reviews) != 9 {
			t.Errorf("report %+v", got.report)
		}
	})
	t.Run("cut in the middle of a line", func(t *testing.T) {
		s := newSite()
		head := "User-agent: *\nDisallow: /nothing\n"
		s["/robots.txt"] = say("text/plain", []byte(head+strings.Repeat("#", 500<<10-len(head)-len("\nDisallow: /"))+"\nDisallow: /rubbish\n"))
		if got := collect(t, s, smallProfile); len(got.sink.reviews) != 9 {
			t.Errorf("report %+v", got.report)
		}
	})
	t.Run("read again after a day, and kept when it is gone then", func(t *testing.T) {
		s := newSite()
		var asked atomic.Int32
		s["/robots.txt"] = func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) > 1 {
				w.WriteHeader(503)
				return
			}
			fmt.Fprint(w, "User-agent: *\nDisallow: /p?id=2\nCrawl-delay: 18000\n") // five hours, ten pages
		}
		server := httptest.NewServer(s)
		defer server.Close()
		p, err := loadProfile(t, smallProfile).WithBase(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		clk, sink := &clock{t: end}, newSink()
		r, err := crawler.Collect(t.Context(), crawler.Job{Profile: p, Watch: chaping.Watch{Keywords: []string{"壶"}}, Window: chaping.PeriodOf(end.Add(-1)).Window(), Run: "r"},
			crawler.Options{Sink: sink, Now: clk.Now, Sleep: func(ctx context.Context, _ time.Duration) error { return clk.Sleep(ctx, time.Hour) }, Patience: 100 * time.Hour, Workers: 1})
		if err != nil || len(sink.reviews) != 6 || r.Robots != 1 || asked.Load() < 2 {
			t.Errorf("%v, %d reviews, robots.txt asked for %d times, report %+v", err, len(sink.reviews), asked.Load(), r)
		}
	})
	t.Run("crawl delay", func(t *testing.T) {
		s := newSite()
		s["/robots.txt"] = say("text/plain", []byte("User-agent: *\nCrawl-delay: 7\n"))
		got := collect(t, s, smallProfile)
		if passed := got.clk.Now().Sub(end); passed < 8*7*time.Second {
			t.Errorf("10 pages took %v with a crawl delay of 7 s", passed)
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	s := newSite()
	var first atomic.Bool
	page := s["/p"]
	var asked []time.Time
	clk := &clock{t: end}
	s["/p"] = func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, clk.Now()) // one worker, so one at a time
		if first.CompareAndSwap(false, true) {
			w.Header().Set("Retry-After", "90")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		page(w, r)
	}
	server := httptest.NewServer(s)
	defer server.Close()
	p, err := loadProfile(t, smallProfile).WithBase(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	sink := newSink()
	report, err := crawler.Collect(t.Context(), crawler.Job{Profile: p, Watch: chaping.Watch{Keywords: []string{"壶"}}, Window: chaping.PeriodOf(end.Add(-1)).Window(), Run: "r"},
		crawler.Options{Sink: sink, Now: clk.Now, Sleep: clk.Sleep, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(sink.reviews) != 9 || report.Dead != 0 {
		t.Errorf("report %+v", report)
	}
	if wait := asked[1].Sub(asked[0]); wait < 90*time.Second {
		t.Errorf("asked again after %v, was told 90 s", wait)
	}
}

func TestLoopbackNeedsPermission(t *testing.T) {
	got := collect(t, newSite(), strings.Replace(smallProfile, "private_hosts: [127.0.0.1]\n", "", 1))
	if got.report.Pages != 0 || got.report.Denied != 1 || got.report.Complete() || len(got.report.Examples) != 1 || !strings.Contains(got.report.Examples[0].Problem, "private_hosts") {
		t.Errorf("report %+v", got.report)
	}
}

func TestUserAgent(t *testing.T) {
	s := newSite()
	agents := make(chan string, 100)
	for path, page := range s {
		s[path] = func(w http.ResponseWriter, r *http.Request) {
			select {
			case agents <- r.UserAgent():
			default:
			}
			page(w, r)
		}
	}
	collect(t, s, "contact: 监测站 monitor@example.org\n"+smallProfile)
	close(agents)
	for agent := range agents {
		if agent != "chaping/dev (product safety monitoring; + monitor@example.org)" {
			t.Errorf("User-Agent %q", agent)
		}
	}
}

// The same job twice reads nothing twice, and a collection that is stopped
// gives what it holds back.
func TestStopAndGoOn(t *testing.T) {
	s := newSite()
	ctx, cancel := context.WithCancel(t.Context())
	page := s["/p"]
	s["/p?id=2"] = func(w http.ResponseWriter, r *http.Request) {
		if ctx.Err() == nil {
			cancel()
			<-r.Context().Done()
			return
		}
		page(w, r)
	}
	server := httptest.NewServer(s)
	defer server.Close()
	p, err := loadProfile(t, smallProfile).WithBase(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	clk, sink := &clock{t: end}, newSink()
	job := crawler.Job{Profile: p, Watch: chaping.Watch{Keywords: []string{"壶"}}, Window: chaping.PeriodOf(end.Add(-1)).Window(), Run: "r"}
	open := sharedMemory(clk.Now)
	options := crawler.Options{Sink: sink, Now: clk.Now, Sleep: clk.Sleep, Open: open}
	report, err := crawler.Collect(ctx, job, options)
	if !errors.Is(err, context.Canceled) || report.Unfinished == 0 {
		t.Fatalf("stopped with %v, report %+v", err, report)
	}
	report, err = crawler.Collect(t.Context(), job, options)
	if err != nil {
		t.Fatal(err)
	}
	if len(sink.reviews) != 9 || report.Reviews != 9 || report.Products != 3 || !report.Complete() {
		t.Errorf("report %+v", report)
	}
	again, err := crawler.Collect(t.Context(), job, options)
	if err != nil || again.Pages != report.Pages || again.Reviews != 9 {
		t.Errorf("a third time: %v, %+v", err, again)
	}
}

func TestSinkFailure(t *testing.T) {
	server := httptest.NewServer(newSite())
	defer server.Close()
	p, err := loadProfile(t, smallProfile).WithBase(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	clk := &clock{t: end}
	job := crawler.Job{Profile: p, Watch: chaping.Watch{Keywords: []string{"壶"}}, Window: chaping.PeriodOf(end.Add(-1)).Window(), Run: "r"}
	options := crawler.Options{Now: clk.Now, Sleep: clk.Sleep, Open: sharedMemory(clk.Now)}

	broken := &flakySink{memorySink: newSink(), fail: 1000}
	options.Sink = broken
	report, err := crawler.Collect(t.Context(), job, options)
	if !errors.Is(err, errFull) || report.Listings != 0 {
		t.Fatalf("error %v, report %+v", err, report)
	}
	_ = clk.Sleep(t.Context(), time.Hour) // the leases of what was not stored run out
	options.Sink = &flakySink{memorySink: broken.memorySink, fail: 2}
	report, err = crawler.Collect(t.Context(), job, options)
	if err != nil || len(broken.reviews) != 9 || len(broken.listings) != 3 || report.Reviews != 9 {
		t.Errorf("error %v, %d reviews, report %+v", err, len(broken.reviews), report)
	}
}

var errFull = errors.New("disk is full")

type flakySink struct {
	*memorySink
	fail int // times
}

func (s *flakySink) PutListings(ctx context.Context, l []chaping.Listing) error {
	if s.fail--; s.fail >= 0 {
		return errFull
	}
	return s.memorySink.PutListings(ctx, l)
}

func TestUsage(t *testing.T) {
	p := loadProfile(t, smallProfile)
	window := chaping.PeriodOf(end.Add(-1)).Window()
	for name, job := range map[string]crawler.Job{
		"no profile":  {Watch: chaping.Watch{Keywords: []string{"壶"}}, Window: window, Run: "r"},
		"no keyword":  {Profile: p, Window: window, Run: "r"},
		"empty one":   {Profile: p, Watch: chaping.Watch{Keywords: []string{" "}}, Window: window, Run: "r"},
		"no window":   {Profile: p, Watch: chaping.Watch{Keywords: []string{"壶"}}, Run: "r"},
		"no run name": {Profile: p, Watch: chaping.Watch{Keywords: []string{"壶"}}, Window: window},
	} {
		var e *chaping.Error
		if _, err := crawler.Collect(t.Context(), job, crawler.Options{Sink: newSink()}); !errors.As(err, &e) || e.Remedy == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, base := range []string{"", "ftp://x", "http://", "http://user:pass@x", ":", "x"} {
		if _, err := p.WithBase(base); err == nil {
			t.Errorf("base %q is taken", base)
		}
	}
	if u, _ := url.Parse("http://127.0.0.1:1"); !slices.Contains([]string{p.Base.String()}, u.String()) {
		t.Errorf("WithBase changed the profile to %s", p.Base)
	}
}
