package mall_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"chaping"
	"chaping/demo/mall"
)

func all(m *mall.Mall) []mall.Product { return slices.Collect(m.Truth()) }

func TestSameSeedSameMall(t *testing.T) {
	config := mall.Config{Seed: 3, Products: 24, ReviewsPerProduct: 30}
	if !reflect.DeepEqual(all(mall.New(config)), all(mall.New(config))) {
		t.Error("one seed gave two malls")
	}
	other := config
	other.Seed = 4
	if reflect.DeepEqual(all(mall.New(config)), all(mall.New(other))) {
		t.Error("two seeds gave one mall")
	}
}

// The truth must be what it says: every planted term stands where the truth
// says it does, and no term stands anywhere else.
func TestPlantedTerms(t *testing.T) {
	m := mall.New(mall.Config{Seed: 1, Products: 160, ReviewsPerProduct: 80})
	terms := m.Terms()
	if len(terms) < 12 {
		t.Fatalf("only %d terms: %v", len(terms), terms)
	}
	seen := map[chaping.Assertion]int{}
	for _, p := range all(m) {
		for _, r := range p.Reviews {
			body := r.Body()
			runes := []rune(body)
			planted := map[string]int{}
			for _, x := range r.Planted {
				if got := string(runes[x.Start:x.End]); got != x.Term {
					t.Fatalf("%q: %q stands where %q is planted", body, got, x.Term)
				}
				planted[x.Term]++
				for _, inner := range m.Terms() { // 脱落 in 涂层脱落
					if inner != x.Term {
						planted[inner] += strings.Count(x.Term, inner)
					}
				}
				seen[x.Assertion]++
			}
			for _, term := range terms {
				if n := strings.Count(body, term); n != planted[term] {
					t.Fatalf("%q holds %s %d times, planted %d times", body, term, n, planted[term])
				}
			}
		}
	}
	for _, a := range []chaping.Assertion{chaping.Affirmed, chaping.Negated, chaping.Hypothetical, chaping.Other} {
		if seen[a] < 100 {
			t.Errorf("only %d planted terms are %s", seen[a], a)
		}
	}
}

func TestTruthCoversTheEdges(t *testing.T) {
	end := time.Date(2026, time.November, 25, 0, 0, 0, 0, chaping.Shanghai())
	m := mall.New(mall.Config{Seed: 1, End: end, Months: 2, Products: 6, ReviewsPerProduct: 40})
	window := m.Window()
	if want := time.Date(2026, time.September, 25, 0, 0, 0, 0, chaping.Shanghai()); !window.From.Equal(want) {
		t.Errorf("window begins %v", window.From)
	}
	border := time.Date(2026, time.October, 25, 0, 0, 0, 0, chaping.Shanghai())
	edges := map[time.Time]bool{window.From: false, border.Add(-time.Second): false, border: false, end.Add(-time.Second): false}
	personal, defaults, appended := 0, 0, 0
	for _, p := range all(m) {
		if !slices.IsSortedFunc(p.Reviews, func(a, b mall.Review) int { return b.Published.Compare(a.Published) }) {
			t.Errorf("reviews of %s are not newest first", p.ID)
		}
		ids := map[string]bool{}
		for _, r := range p.Reviews {
			if ids[r.ID] {
				t.Errorf("id %s twice", r.ID)
			}
			ids[r.ID] = true
			if !window.Contains(r.Published) || !r.AppendedAt.Before(end) {
				t.Errorf("review of %v, followed up %v, lies outside the mall's time", r.Published, r.AppendedAt)
			}
			if _, ok := edges[r.Published]; ok {
				edges[r.Published] = true
			}
			if r.Public != r.Text {
				personal++
			}
			if r.Default {
				defaults++
			}
			if r.Appended != "" {
				appended++
			}
		}
	}
	for edge, met := range edges {
		if !met {
			t.Errorf("no review at %v", edge)
		}
	}
	if personal == 0 || defaults == 0 || appended == 0 {
		t.Errorf("%d reviews with personal data, %d defaults, %d follow-ups", personal, defaults, appended)
	}
}

func get(t *testing.T, m http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestReviewAPI(t *testing.T) {
	m := mall.New(mall.Config{Seed: 1, Products: 14, ReviewsPerProduct: 80})
	for _, p := range all(m) {
		if p.Charset != "utf-8" {
			if w := get(t, m, "/api/reviews?item="+p.ID); w.Code != http.StatusNotFound {
				t.Errorf("the API serves %s, whose reviews are HTML", p.ID)
			}
			continue
		}
		got := map[string]int{}
		for page, pages := 1, 1; page <= pages; page++ {
			var answer struct {
				Data struct {
					Total, Pages int
					List         []struct{ ID, Content string }
				}
			}
			w := get(t, m, "/api/reviews?item="+p.ID+"&page="+string(rune('0'+page)))
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
				t.Fatal(err)
			}
			pages = answer.Data.Pages
			if answer.Data.Total != len(p.Reviews) {
				t.Fatalf("total %d, want %d", answer.Data.Total, len(p.Reviews))
			}
			for _, r := range answer.Data.List {
				got[r.ID]++
			}
		}
		if len(got) != len(p.Reviews) {
			t.Errorf("%s: the API shows %d reviews, there are %d", p.ID, len(got), len(p.Reviews))
		}
	}
}

func TestCommentsAreGB18030(t *testing.T) {
	m := mall.New(mall.Config{Seed: 1, Products: 40, ReviewsPerProduct: 80})
	beyond := 0
	for _, p := range all(m) {
		if p.Charset != "gbk" {
			continue
		}
		w := get(t, m, "/item/"+p.ID+"/comments.html")
		if strings.Contains(w.Header().Get("Content-Type"), "charset") {
			t.Error("the header declares the charset, only <meta> should")
		}
		text, err := simplifiedchinese.GB18030.NewDecoder().String(w.Body.String())
		if err != nil || !strings.Contains(text, `<meta charset="gbk">`) || !strings.Contains(text, p.Name) {
			t.Fatalf("not a page of %s: %v %.200q", p.Name, err, text)
		}
		if strings.Contains(text, "👍㛃𠮷") {
			beyond++
		}
	}
	if beyond == 0 {
		t.Error("no page holds characters outside GBK")
	}
}

func TestHostileRequests(t *testing.T) {
	m := mall.New(mall.Config{Seed: 1})
	for path, want := range map[string]int{
		"/item/0.html": 404, "/item/100001": 404, "/item/999999999999.html": 404, "/item/1e5.html": 404, "/shop/x.html": 404,
		"/search?q=": 200, "/search?q=%E6%9C%AA%E7%9F%A5&page=-1": 200, "/search?q=%E6%8F%92%E5%BA%A7&page=999999999999999999999": 200,
		"/api/reviews": 404, "/api/reviews?item=100001&size=1000000&page=99999": 200, "/nowhere": 404, "/": 200, "/robots.txt": 200,
	} {
		if w := get(t, m, path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}

func TestFaults(t *testing.T) {
	var fault mall.Fault
	m := mall.New(mall.Config{Seed: 1, Fault: func(*http.Request) mall.Fault { return fault }})
	server := httptest.NewServer(m)
	defer server.Close()
	for _, c := range []struct {
		fault  mall.Fault
		status int
		check  func(*http.Response, []byte, error) bool
	}{
		{mall.Fault{}, 200, func(_ *http.Response, body []byte, err error) bool {
			return err == nil && strings.Contains(string(body), "示例商城")
		}},
		{mall.Fault{Status: 429, RetryAfter: 1500 * time.Millisecond}, 429, func(r *http.Response, _ []byte, _ error) bool { return r.Header.Get("Retry-After") == "2" }},
		{mall.Fault{Challenge: true}, 200, func(_ *http.Response, body []byte, _ error) bool {
			return strings.Contains(string(body), `id="captcha"`)
		}},
		{mall.Fault{Truncate: true}, 200, func(_ *http.Response, _ []byte, err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }},
	} {
		fault = c.fault
		resp, err := http.Get(server.URL + "/")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != c.status || !c.check(resp, body, err) {
			t.Errorf("%+v: status %d, error %v, body %.80q", c.fault, resp.StatusCode, err, body)
		}
	}
}

func TestListenOnTakenPort(t *testing.T) {
	first, err := mall.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	_, err = mall.Listen(first.Addr().String())
	var e *chaping.Error
	if !errors.As(err, &e) || e.Code != chaping.CodeEnvironment {
		t.Fatalf("got %v, want an environment error", err)
	}
	if !strings.Contains(e.Message, first.Addr().String()) || e.Advice.Code != chaping.AdviceOtherPort {
		t.Errorf("the error names neither the address nor the way out: %v", e)
	}
	if _, err := mall.Listen("nonsense"); !errors.As(err, &e) || e.Code != chaping.CodeUsage {
		t.Errorf("got %v, want a usage error", err)
	}
}

func TestServeStops(t *testing.T) {
	m := mall.New(mall.Config{Seed: 1})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- m.Serve(ctx, listener) }()
	resp, err := http.Get("http://" + listener.Addr().String() + "/")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	cancel()
	if err := <-stopped; err != nil {
		t.Errorf("stopped with %v", err)
	}
}
