package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Readiness is for everyone, and says what is wrong; metrics are for this machine
// and for administrators' programs.
func TestOperations(t *testing.T) {
	h := open(t)
	ask := func(path, from string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr = from
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.Server.ServeHTTP(w, r)
		return w
	}
	if r := ask("/readyz", "203.0.113.9:1"); r.Code != http.StatusOK || r.Body.String() != "ok\n" {
		t.Errorf("ready: %d %s", r.Code, r.Body)
	}
	for _, refused := range [][]string{
		{"203.0.113.9:1"}, {"127.0.0.1:1", "X-Forwarded-For", "127.0.0.1"}, {"203.0.113.9:1", "Authorization", "Bearer x"},
	} {
		if r := ask("/metrics", refused[0], refused[1:]...); r.Code < 400 || strings.Contains(r.Body.String(), "chaping_") {
			t.Errorf("%q: %d", refused, r.Code)
		}
	}
	page := ask("/metrics", "127.0.0.1:1").Body.String()
	for _, want := range []string{
		`chaping_figures_up{of="store"} 1`, `chaping_figures_up{of="station"} 1`, `chaping_outbox_messages{state="waiting"} 0`,
		`chaping_plan_late_seconds{plan="月报"} 0`, `chaping_jobs_running{kind="挖掘"} 0`, "chaping_spool_bytes 0",
		`chaping_http_request_seconds_count{code="200",method="GET",route="/readyz"} 1`, "go_goroutines", `chaping_store_rows{table=`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not measured", want)
		}
	}
	dashboard(t, h, page)

	// A thousand readers: some are told to come again, nobody waits for long, and
	// the databases are asked once.
	var all sync.WaitGroup
	for range 1000 {
		all.Go(func() {
			if r := ask("/metrics", "127.0.0.1:1"); r.Code != http.StatusOK && r.Code != http.StatusServiceUnavailable {
				t.Errorf("%d %s", r.Code, r.Body)
			}
		})
	}
	all.Wait()

	now := h.Now
	h.Server.Now = func() time.Time { return time.Date(1999, time.January, 1, 0, 0, 0, 0, time.UTC) }
	if r := ask("/readyz", "203.0.113.9:1"); !built().IsZero() && (r.Code != http.StatusServiceUnavailable || !strings.Contains(r.Body.String(), "时钟")) {
		t.Errorf("a clock before the program's: %d %s", r.Code, r.Body)
	}
	h.Server.Now = now
	if err := h.Store.Close(); err != nil {
		t.Fatal(err)
	}
	if r := ask("/readyz", "203.0.113.9:1"); r.Code != http.StatusServiceUnavailable || !strings.Contains(r.Body.String(), "评论数据库没有应答") {
		t.Errorf("without the store: %d %s", r.Code, r.Body)
	}
}

// dashboard holds the shipped dashboard to what is measured: it asks for nothing
// that is not there, and shows all that is ours.
func dashboard(t *testing.T, h *house, page string) {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("..", "packaging", "grafana", "chaping.json"))
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(file, &board); err != nil || len(board.Panels) == 0 {
		t.Fatal(err, len(board.Panels))
	}
	measured, shown := map[string]bool{}, map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\w+) (\w+)`).FindAllStringSubmatch(page, -1) {
		measured[m[1]] = true
	}
	described := make(chan *prometheus.Desc, 100)
	(&figures{server: h.Server}).Describe(described)
	close(described)
	for d := range described { // also what has no value yet
		measured[regexp.MustCompile(`fqName: "(\w+)"`).FindStringSubmatch(d.String())[1]] = true
	}
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			for _, name := range regexp.MustCompile(`\b(chaping|go|process)_\w+`).FindAllString(target.Expr, -1) {
				if !measured[name] {
					name = regexp.MustCompile(`_(count|sum|bucket)$`).ReplaceAllString(name, "")
				}
				if shown[name] = true; !measured[name] {
					t.Errorf("panel %s asks for %s, which is not measured", p.Title, name)
				}
			}
		}
	}
	for name := range measured {
		if strings.HasPrefix(name, "chaping_") && !shown[name] {
			t.Errorf("no panel shows %s", name)
		}
	}
}

// An address that is there answers another method with what it can be asked by.
func TestMethodNotAllowed(t *testing.T) {
	h := open(t)
	for path, allow := range map[string]string{"/sheets": "GET", "/api/v1/sheets": "GET", "/import": "GET, POST", "/mine": "POST", "/watches/1": "GET, POST"} {
		for _, method := range []string{"PUT", "DELETE", "OPTIONS"} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(method, "http://portal.example"+path, nil))
			if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != allow {
				t.Errorf("%s %s: %d, Allow %q", method, path, w.Code, w.Header().Get("Allow"))
			}
		}
	}
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, httptest.NewRequest("PUT", "http://portal.example/nowhere", nil)); w.Code != http.StatusNotFound {
		t.Errorf("nowhere: %d", w.Code)
	}
}
