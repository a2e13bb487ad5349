package crawler_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chaping"
	"chaping/crawler"
	"chaping/crawler/evidence"
)

// Every page on which reviews of the window were found is kept as it came,
// and found by its reviews; other pages are not.
func TestEvidenceIsKept(t *testing.T) {
	s := newSite()
	gbk := toGBK(`{"total":1,"list":[{"id":"2-0","stars":1,"text":"底座漏电","at":"2026-11-20 10:00:00"}]}`)
	s["/r?item=2&p=1"] = say("application/json; charset=gbk", gbk)
	server := httptest.NewServer(s)
	defer server.Close()
	p, err := loadProfile(t, smallProfile).WithBase(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := evidence.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	clk, sink := &clock{t: end}, newSink()
	_, err = crawler.Collect(t.Context(), crawler.Job{Profile: p, Watch: chaping.Watch{Keywords: []string{"壶"}}, Window: chaping.PeriodOf(end.Add(-1)).Window(), Run: "r"},
		crawler.Options{Sink: sink, Evidence: kept, Now: clk.Now, Sleep: clk.Sleep})
	if err != nil {
		t.Fatal(err)
	}
	all, err := kept.List(t.Context(), evidence.Filter{})
	if err != nil || len(all) != 3 {
		t.Fatalf("%d pages are kept: %+v, %v", len(all), all, err)
	}
	found, err := kept.List(t.Context(), evidence.Filter{Review: chaping.ReviewKey{Platform: "small", Product: "2", Review: "2-0"}})
	if err != nil || len(found) != 1 || found[0].URL != server.URL+"/r?item=2&p=1" || !found[0].Fetched.Equal(end) {
		t.Fatalf("%+v, %v", found, err)
	}
	_, body, err := kept.Get(t.Context(), found[0].ID)
	if err != nil || !bytes.Equal(body, gbk) {
		t.Errorf("%q, %v", body, err)
	}
	if text := crawler.Text(body, found[0].Type); !bytes.Contains([]byte(text), []byte("底座漏电")) {
		t.Errorf("it reads %q", text)
	}
}

// A page that the site says is unchanged is read from what was kept of it:
// nothing is sent again, and nothing is lost, not even when the store has
// lost everything. Dates that are told from now on keep their meaning.
func TestUnchangedPages(t *testing.T) {
	for _, header := range []string{"ETag", "Last-Modified"} {
		t.Run(header, func(t *testing.T) {
			s := newSite()
			var sent, spared atomic.Int32
			s["/r"] = func(w http.ResponseWriter, r *http.Request) {
				item, asked := r.URL.Query().Get("item"), r.Header.Get("If-None-Match")+r.Header.Get("If-Modified-Since")
				value := map[string]string{"ETag": `W/"` + item + `"`, "Last-Modified": "Sun, 22 Nov 2026 10:00:00 GMT"}[header]
				w.Header().Set(header, value)
				if r.URL.Query().Get("p") != "1" {
					fmt.Fprint(w, `{"total":3,"list":[]}`)
					return
				}
				if asked == value && item != "3" { // the third changes all the time
					spared.Add(1)
					w.WriteHeader(http.StatusNotModified)
					return
				}
				sent.Add(1)
				fmt.Fprint(w, strings.Replace(goodReviews(item), "2026-11-20 10:00:00", "3天前", 1))
			}
			server := httptest.NewServer(s)
			defer server.Close()
			profile := strings.Replace(smallProfile, `date: ["2006-01-02 15:04:05", "2006-01-02"]`, `date: ["2006-01-02 15:04:05", relative]`, 1)
			p, err := loadProfile(t, profile).WithBase(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			kept, err := evidence.Open(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			defer kept.Close()
			clk := &clock{t: end.AddDate(0, 0, -1)}
			collect := func(run string) (crawler.Report, *memorySink) {
				t.Helper()
				sink := newSink()
				r, err := crawler.Collect(t.Context(), crawler.Job{Profile: p, Watch: chaping.Watch{Keywords: []string{"壶"}}, Window: chaping.PeriodOf(end.Add(-1)).Window(), Run: run},
					crawler.Options{Sink: sink, Evidence: kept, Now: clk.Now, Sleep: clk.Sleep})
				if err != nil || !r.Complete() || len(sink.reviews) != 9 {
					t.Fatalf("%v, %d reviews, report %+v", err, len(sink.reviews), r)
				}
				return r, sink
			}
			_, first := collect("1")
			if sent.Load() != 3 {
				t.Fatalf("%d pages sent", sent.Load())
			}
			_ = clk.Sleep(t.Context(), 20*time.Hour)
			r, again := collect("2")
			if spared.Load() != 2 || sent.Load() != 4 || r.Unchanged != 2 {
				t.Errorf("%d pages spared, %d sent, report %+v", spared.Load(), sent.Load(), r)
			}
			for key, review := range first.reviews {
				if now := again.reviews[key]; key.Product != "3" && !now.Published.Equal(review.Published) || now.Collected.Before(clk.Now()) {
					t.Errorf("%v was published %v, and then %v, collected %v", key, review.Published, now.Published, now.Collected)
				}
			}
			// The bodies are gone: the pages are sent again.
			if _, err := kept.Prune(t.Context(), clk.Now().AddDate(1, 0, 0), evidence.Retention{Loose: time.Hour}); err != nil {
				t.Fatal(err)
			}
			if r, _ := collect("3"); r.Unchanged != 0 || sent.Load() != 7 {
				t.Errorf("%d sent, report %+v", sent.Load(), r)
			}
			// So are they when what is kept is damaged.
			db, err := sql.Open("sqlite", filepath.Join(dir, "evidence.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec("UPDATE response SET data = x'00'"); err != nil {
				t.Fatal(err)
			}
			if r, _ := collect("4"); r.Unchanged != 0 || sent.Load() != 10 || r.Dead != 0 {
				t.Errorf("%d sent, report %+v", sent.Load(), r)
			}
		})
	}
}

// Nobody asked whether the page has changed.
func TestUnchangedUnasked(t *testing.T) {
	s := newSite()
	s["/r?item=2&p=1"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) }
	got := collect(t, s, smallProfile)
	if len(got.sink.reviews) != 6 || got.report.Dead != 1 || !strings.Contains(got.report.Letters[0].Reason, "304") {
		t.Errorf("%d reviews, report %+v", len(got.sink.reviews), got.report)
	}
}
