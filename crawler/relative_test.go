package crawler_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/crawler"
	"chaping/ingest"
)

// A forum tells when something was written in words that depend on the visit.
type forum struct {
	posts   []forumPost // the newest first
	clk     *clock
	elapsed bool // its days are of 24 hours each, not those of the calendar, and it counts weeks
}

type forumPost struct {
	at          time.Time
	buyer, text string
	stars       int
}

func (f *forum) says(at time.Time) string {
	now := f.clk.Now()
	midnight := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
	}
	ago, days := now.Sub(at), int(midnight(now).Sub(midnight(at)).Hours()/24)
	if f.elapsed {
		days = int(ago.Hours() / 24)
	}
	switch {
	case ago < time.Hour:
		return fmt.Sprintf("%d分钟前", int(ago.Minutes()))
	case days == 0:
		return fmt.Sprintf("%d小时前", int(ago.Hours()))
	case days == 1 && !f.elapsed:
		return "昨天 " + at.Format("15:04")
	case days <= 7:
		return fmt.Sprintf("%d天前", days)
	case days < 14 && f.elapsed:
		return "1周前"
	}
	return at.Format("01-02 15:04")
}

func (f *forum) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/s":
		fmt.Fprint(w, `<ul><li><a href="/p?id=1">一</a></ul>`)
	case "/p":
		fmt.Fprint(w, `<meta charset=utf-8><h1>商品1</h1><b id=id>1</b><i class=price>￥19.90</i>`)
	case "/r":
		var page int
		_, _ = fmt.Sscan(r.URL.Query().Get("p"), &page)
		shown := slices.DeleteFunc(slices.Clone(f.posts), func(p forumPost) bool { return p.at.After(f.clk.Now()) })
		var list []string
		for i := (page - 1) * 5; i < min(page*5, len(shown)); i++ {
			p := shown[i]
			list = append(list, fmt.Sprintf(`{"by":%q,"stars":%d,"text":%q,"at":%q}`, p.buyer, p.stars, p.text, f.says(p.at)))
		}
		fmt.Fprintf(w, `{"list":[%s]}`, strings.Join(list, ","))
	default:
		http.NotFound(w, r)
	}
}

// A review without an ID, dated in words that change with each visit, is one
// review, whatever it is called the next time; and reviews that are alike are as
// many as there are.
func TestRelativeDatesWithoutIDs(t *testing.T) {
	profile := strings.NewReplacer("      id: id\n", "      buyer: by\n", `date: ["2006-01-02 15:04:05", "2006-01-02"]`, "date: any",
		"    order: newest\n", "", "{total: total, limit: 6}", "{limit: 20}").Replace(smallProfile)
	first := end.AddDate(0, 0, -15)
	var posts []forumPost
	for i := range 34 {
		p := forumPost{at: end.AddDate(0, 0, -1).Add(-time.Duration(i*11) * time.Hour).Add(-time.Duration(i*7) * time.Minute),
			buyer: fmt.Sprintf("买家%d", i%9), text: fmt.Sprintf("第%d条：用了两次底座就发烫", i), stars: 1 + i%5}
		if i%4 == 1 {
			p.buyer = "匿名用户"
		}
		if i%6 == 5 {
			p.buyer, p.text, p.stars = "匿名用户", "好", 5
		}
		posts = append(posts, p)
	}
	for _, elapsed := range []bool{false, true} {
		t.Run(fmt.Sprintf("days of 24 hours %v", elapsed), func(t *testing.T) {
			clk := &clock{t: first}
			f := &forum{posts: posts, clk: clk, elapsed: elapsed}
			vague := 24 * time.Hour
			if elapsed { // then what is short and anonymous cannot be told apart
				f.posts = slices.DeleteFunc(slices.Clone(posts), func(p forumPost) bool { return p.text == "好" })
				clk.t = end.AddDate(0, 0, -4) // some are first seen a week old
				vague = 8 * 24 * time.Hour
			}
			server := httptest.NewServer(f)
			defer server.Close()
			p, err := loadProfile(t, profile).WithBase(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			sink := newSink()
			for visit := 0; clk.Now().Before(end); visit++ {
				_, err := crawler.Collect(t.Context(), crawler.Job{
					Profile: p, Watch: chaping.Watch{Keywords: []string{"壶"}}, Window: chaping.PeriodOf(end.Add(-1)).Window(), Run: fmt.Sprint(visit), Full: elapsed,
				}, crawler.Options{Sink: sink, Now: clk.Now, Sleep: clk.Sleep, Stored: sink.stored})
				if err != nil {
					t.Fatal(err)
				}
				really := 0
				for _, p := range f.posts {
					if !p.at.After(clk.Now()) {
						really++
					}
				}
				if len(sink.reviews) != really {
					t.Fatalf("visit %d: %d reviews are stored, there are %d", visit, len(sink.reviews), really)
				}
				_ = clk.Sleep(t.Context(), []time.Duration{40 * time.Minute, 5 * time.Hour, 19 * time.Hour, 25 * time.Hour}[visit%4])
			}
			for _, r := range sink.reviews {
				at := r.Published
				exact := slices.ContainsFunc(f.posts, func(p forumPost) bool {
					return p.text == r.Text && (at.Sub(p.at).Abs() < time.Minute || at.Sub(p.at).Abs() < vague && p.at.After(end.AddDate(0, 0, -15)))
				})
				if !exact {
					t.Errorf("%q is of %v", r.Text, at)
				}
			}
		})
	}
}

// stored is what a store tells of reviews without IDs.
func (s *memorySink) stored(_ context.Context, product string, w chaping.Window, each func(chaping.StoredReview) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.reviews {
		if r.Product == product && w.Contains(r.Published) && strings.HasPrefix(r.ID, "sha256-") {
			err := each(chaping.StoredReview{Product: r.Product, ID: r.ID, Published: r.Published, Rating: r.Rating, Grade: r.Grade, Rule: r.Rule,
				Text: ingest.TextHash(r.Text), Version: uint64(r.Collected.UnixMilli())})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
