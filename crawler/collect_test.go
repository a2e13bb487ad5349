package crawler_test

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chaping"
	"chaping/configs"
	"chaping/crawler"
	"chaping/crawler/frontier"
	"chaping/demo/mall"
)

// A memorySink keeps what is put into it as a store would: the later copy of
// the same thing holds.
type memorySink struct {
	mu       sync.Mutex
	listings map[string]chaping.Listing
	reviews  map[chaping.ReviewKey]chaping.Review
	puts     map[chaping.ReviewKey]int
	covered  map[string]chaping.Coverage // by product; the final word holds
}

func newSink() *memorySink {
	return &memorySink{listings: map[string]chaping.Listing{}, reviews: map[chaping.ReviewKey]chaping.Review{}, puts: map[chaping.ReviewKey]int{}, covered: map[string]chaping.Coverage{}}
}

func (s *memorySink) PutListings(_ context.Context, listings []chaping.Listing) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range listings {
		s.listings[l.Keyword+"\x00"+l.Product.ID] = l
	}
	return nil
}

func (s *memorySink) PutReviews(_ context.Context, reviews []chaping.Review) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range reviews {
		s.reviews[r.Key()] = r
		s.puts[r.Key()]++
	}
	return nil
}

func (s *memorySink) PutCoverage(_ context.Context, covered []chaping.Coverage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range covered {
		if c.Final || !s.covered[c.Product].Final {
			s.covered[c.Product] = c
		}
	}
	return nil
}

// gap is what is missing of the product; "?" if nobody said.
func (s *memorySink) gap(product string) string {
	c, ok := s.covered[product]
	if !ok {
		return "?"
	}
	return c.Missing
}

// A clock stands still until somebody sleeps.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
	return ctx.Err()
}

// mallProfile is the shipped profile, pointed at the server.
func mallProfile(t testing.TB, base string) *crawler.Profile {
	t.Helper()
	file, err := configs.Files.Open("sites/mall.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	p, err := crawler.LoadProfile("mall", file)
	if err != nil {
		t.Fatal(err)
	}
	p, err = p.WithBase(base)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

type truth struct {
	listings map[string]chaping.Listing
	reviews  map[chaping.ReviewKey]mall.Review
}

// expect is what collecting the keywords for the window must bring.
func expect(m *mall.Mall, base string, keywords []string, window chaping.Window) truth {
	want := truth{map[string]chaping.Listing{}, map[chaping.ReviewKey]mall.Review{}}
	for p := range m.Truth() {
		listed := false
		for _, keyword := range p.Keywords {
			if slices.Contains(keywords, keyword) {
				product := p.Product
				product.URL = base + product.URL
				want.listings[keyword+"\x00"+p.ID] = chaping.Listing{Keyword: keyword, Product: product}
				listed = true
			}
		}
		if !listed {
			continue
		}
		for _, r := range p.Reviews {
			if !window.Contains(r.Published) {
				continue
			}
			var media []chaping.Medium
			for _, path := range r.Pictures {
				media = append(media, chaping.Medium{URL: base + path})
			}
			r.Media = chaping.JoinMedia(media)
			want.reviews[r.Key()] = r
		}
	}
	return want
}

// check compares what was stored with the truth, field by field.
func check(t *testing.T, got *memorySink, want truth, run string) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(want.listings)) {
		l, ok := got.listings[key]
		if !ok {
			t.Errorf("listing %q is missing", key)
			continue
		}
		if l.SeenAt.IsZero() {
			t.Errorf("listing %q has no time", key)
		}
		l.SeenAt = time.Time{}
		if l != want.listings[key] {
			t.Errorf("listing\n got %+v\nwant %+v", l, want.listings[key])
		}
	}
	for product, c := range got.covered {
		if c.Missing != "" || !c.Final || c.Run != run {
			t.Errorf("product %s: %+v", product, c)
		}
	}
	if len(got.listings) != len(want.listings) {
		t.Errorf("%d listings, want %d", len(got.listings), len(want.listings))
	}
	wrong := 0
	for key, w := range want.reviews {
		r, ok := got.reviews[key]
		want := w.Review
		want.Run = run
		want.Collected = r.Collected
		if !r.AppendedAt.Equal(want.AppendedAt) || !r.Published.Equal(want.Published) {
			ok = false
		}
		r.Published, r.AppendedAt = want.Published, want.AppendedAt
		if !ok || r != want || r.Collected.IsZero() {
			if wrong++; wrong <= 5 {
				t.Errorf("review %v\n got %+v\nwant %+v", key, got.reviews[key], w.Review)
			}
		}
		if strings.Contains(r.Body(), w.Nickname) {
			t.Errorf("review %v holds the nickname %s", key, w.Nickname)
		}
	}
	if len(got.reviews) != len(want.reviews) || wrong > 0 {
		t.Errorf("%d reviews, want %d; %d wrong", len(got.reviews), len(want.reviews), wrong)
	}
}

var end = time.Date(2026, time.November, 25, 0, 0, 0, 0, chaping.Shanghai())

func serve(t testing.TB, config mall.Config) (*mall.Mall, string) {
	t.Helper()
	config.End = end
	m := mall.New(config)
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	return m, server.URL
}

func TestCollectTruth(t *testing.T) {
	m, base := serve(t, mall.Config{Seed: 7, Products: 120, ReviewsPerProduct: 50, Months: 3})
	for _, period := range []string{"2026-11", "2026-10", "2026-09"} {
		t.Run(period, func(t *testing.T) {
			p, err := chaping.ParsePeriod(period)
			if err != nil {
				t.Fatal(err)
			}
			clk := &clock{t: end.AddDate(0, 0, 1)}
			sink := newSink()
			job := crawler.Job{
				Profile: mallProfile(t, base),
				Watch:   chaping.Watch{Keywords: []string{"电热水壶", "插座", "充电器"}},
				Window:  p.Window(),
				Run:     "run-" + period,
			}
			report, err := crawler.Collect(t.Context(), job, crawler.Options{Sink: sink, Now: clk.Now, Sleep: clk.Sleep})
			if err != nil {
				t.Fatal(err)
			}
			want := expect(m, base, job.Watch.Keywords, job.Window)
			check(t, sink, want, job.Run)
			if report.Reviews != int64(len(want.reviews)) || report.Listings != int64(len(want.listings)) {
				t.Errorf("report counts %d reviews and %d listings, want %d and %d", report.Reviews, report.Listings, len(want.reviews), len(want.listings))
			}
			if !report.Complete() {
				t.Errorf("not complete: %+v", report)
			}
			if report.Robots == 0 || report.Irrelevant == 0 || report.Duplicates == 0 || report.Defaults == 0 {
				t.Errorf("the mall's habits were not met: %+v", report)
			}
			for key, n := range sink.puts {
				if n != 1 {
					t.Fatalf("review %v was put %d times", key, n)
				}
			}
		})
	}
}

func TestCollectThroughFaults(t *testing.T) {
	var mu sync.Mutex
	asked := map[string]int{}
	m, base := serve(t, mall.Config{Seed: 9, Products: 48, ReviewsPerProduct: 60, Fault: func(r *http.Request) mall.Fault {
		mu.Lock()
		defer mu.Unlock()
		asked[r.URL.String()]++
		if asked[r.URL.String()] > 1 {
			return mall.Fault{}
		}
		return []mall.Fault{
			{}, {Status: 429, RetryAfter: 30 * time.Second}, {Status: 500}, {Truncate: true}, {Status: 503, RetryAfter: time.Minute},
			{Status: 429}, {Status: 502},
		}[len(asked)%7]
	}})
	clk := &clock{t: end.AddDate(0, 0, 1)}
	sink := newSink()
	job := crawler.Job{Profile: mallProfile(t, base), Watch: chaping.Watch{Keywords: m.Keywords()}, Window: chaping.PeriodOf(end.Add(-1)).Window(), Run: "faults"}
	report, err := crawler.Collect(t.Context(), job, crawler.Options{Sink: sink, Now: clk.Now, Sleep: clk.Sleep, Patience: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	want := expect(m, base, job.Watch.Keywords, job.Window)
	check(t, sink, want, job.Run)
	if !report.Complete() || report.Reviews != int64(len(want.reviews)) {
		t.Errorf("report: %+v, want %d reviews", report, len(want.reviews))
	}
	twice := 0
	for _, n := range asked {
		if n > 1 {
			twice++
		}
	}
	if twice < len(asked)/2 {
		t.Errorf("only %d of %d pages met a fault", twice, len(asked))
	}
	t.Logf("%d pages, %d asked twice: %+v", len(asked), twice, report)
}

// sharedMemory opens one queue in memory for all runs, as a durable one
// would be opened again.
func sharedMemory(now func() time.Time) frontier.Opener {
	var queue *frontier.Memory
	return func(_ context.Context, _ string, policy frontier.Policy) (frontier.Frontier, error) {
		if queue == nil {
			queue = frontier.NewMemory(policy, now)
		}
		return queue, nil
	}
}
