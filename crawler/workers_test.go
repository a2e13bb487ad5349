package crawler_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"chaping"
	"chaping/crawler"
	"chaping/crawler/frontier"
	"chaping/demo/mall"
)

// Several workers on one queue share the work: together they read every page
// once, and each ends when there is nothing left.
func TestManyWorkers(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) frontier.Opener{
		"sqlite": func(t *testing.T) frontier.Opener {
			return frontier.SQLite(filepath.Join(t.TempDir(), "frontier.db"), time.Now)
		},
		"redis": func(t *testing.T) frontier.Opener {
			client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
			t.Cleanup(func() { _ = client.Close() })
			return frontier.Redis(client, frontier.RedisOptions{Volatile: true})
		},
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			asked := map[string]int{}
			m, base := serve(t, mall.Config{Seed: 13, Products: 80, ReviewsPerProduct: 60, Fault: func(r *http.Request) mall.Fault {
				mu.Lock()
				defer mu.Unlock()
				asked[r.URL.String()]++
				return mall.Fault{}
			}})
			sink, opener := newSink(), open(t)
			job := crawler.Job{Profile: mallProfile(t, base), Watch: chaping.Watch{Keywords: m.Keywords()}, Window: m.Window(), Run: "shared"}
			job.Profile.Concurrency = 12 // on the shared queue
			reports := make([]crawler.Report, 3)
			var wg sync.WaitGroup
			for i := range reports {
				wg.Go(func() {
					var err error
					reports[i], err = crawler.Collect(t.Context(), job, crawler.Options{Sink: sink, Open: opener, Workers: 4, Now: func() time.Time { return end }})
					if err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			want := expect(m, base, job.Watch.Keywords, job.Window)
			check(t, sink, want, job.Run)
			for _, r := range reports {
				if r.Reviews != int64(len(want.reviews)) || !r.Complete() {
					t.Errorf("a worker's report counts %d reviews of %d: %+v", r.Reviews, len(want.reviews), r)
				}
			}
			for url, n := range asked {
				switch {
				case strings.HasPrefix(url, "/shop/"): // kept by each worker for itself
				case strings.HasPrefix(url, "/robots.txt"):
					if n > len(reports) {
						t.Errorf("%s was read %d times", url, n)
					}
				case strings.HasPrefix(url, "/item/") && strings.HasSuffix(url, ".html") && !strings.Contains(url, "comments"):
					if n > 2 { // once for each of its keywords
						t.Errorf("%s was read %d times", url, n)
					}
				case n != 1:
					t.Errorf("%s was read %d times", url, n)
				}
			}
		})
	}
}

// A second collection reads only what is new, and the overlap; one that could
// not use everything, or is told to, reads all again.
func TestWatermark(t *testing.T) {
	clk := &clock{t: end.AddDate(0, 0, -10)}
	s := newSite()
	s["/s"] = sayText(`<li><a href="/p?id=1">一</a></li>`)
	var pages atomic.Int32
	var bad atomic.Bool
	// One review an hour since September, ten a page, newest first.
	s["/r"] = func(w http.ResponseWriter, r *http.Request) {
		pages.Add(1)
		n, _ := strconv.Atoi(r.URL.Query().Get("p"))
		first := end.AddDate(0, -2, 0)
		newest := int(clk.Now().Sub(first) / time.Hour)
		var list []string
		for i := newest - (n-1)*10; i > newest-n*10 && i >= 0; i-- {
			at := first.Add(time.Duration(i) * time.Hour).Format(time.DateTime)
			if bad.Load() && i == newest {
				at = "前几天"
			}
			list = append(list, fmt.Sprintf(`{"id":"%d","stars":1,"text":"x","at":%q}`, i, at))
		}
		fmt.Fprintf(w, `{"list":[%s]}`, strings.Join(list, ","))
	}
	server := httptest.NewServer(s)
	defer server.Close()
	p, err := loadProfile(t, "overlap: 24h\n"+strings.Replace(smallProfile, "limit: 6", "limit: 1000", 1)).WithBase(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	open := frontier.SQLite(filepath.Join(t.TempDir(), "frontier.db"), clk.Now)
	sink := newSink()
	run := 0
	collect := func(full bool) (read int, report crawler.Report) {
		t.Helper()
		run++
		pages.Store(0)
		report, err := crawler.Collect(context.WithoutCancel(t.Context()), crawler.Job{
			Profile: p, Watch: chaping.Watch{Keywords: []string{"壶"}}, Window: chaping.PeriodOf(end.Add(-1)).Window(), Run: fmt.Sprint("run ", run), Full: full,
		}, crawler.Options{Sink: sink, Now: clk.Now, Sleep: clk.Sleep, Open: open})
		if err != nil {
			t.Fatal(err)
		}
		return int(pages.Load()), report
	}
	window := chaping.PeriodOf(end.Add(-1)).Window()
	inWindow := func() int { return int(clk.Now().Sub(window.From)/time.Hour) + 1 }
	whole := func() int { return (inWindow() + 9) / 10 }

	// Pages of the window, and one that is past it.
	if n, r := collect(false); n < whole() || n > whole()+1 || len(sink.reviews) != inWindow() || !r.Complete() {
		t.Fatalf("first: %d pages, want about %d; %d reviews, want %d: %+v", n, whole(), len(sink.reviews), inWindow(), r)
	}
	_ = clk.Sleep(t.Context(), 20*time.Hour) // 20 new, and 24 of overlap
	if n, r := collect(false); n != 6 || len(sink.reviews) != inWindow() || !r.Complete() {
		t.Errorf("second: %d pages, want 6; %d reviews, want %d: %+v", n, len(sink.reviews), inWindow(), r)
	}
	if n, _ := collect(true); n < whole() {
		t.Errorf("full: %d pages, want %d", n, whole())
	}
	_ = clk.Sleep(t.Context(), 200*time.Hour)
	bad.Store(true)
	if n, r := collect(false); n < 23 || n > 24 || r.Refused != 1 {
		t.Errorf("with a review that cannot be used: %d pages, %+v", n, r)
	}
	bad.Store(false)
	if n, _ := collect(false); n < 23 || n > 24 || len(sink.reviews) != inWindow() {
		t.Errorf("after that: %d pages, want as many again; %d reviews, want %d", n, len(sink.reviews), inWindow())
	}
}
