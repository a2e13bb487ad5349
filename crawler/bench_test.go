package crawler_test

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gocolly/colly/v2"
	"github.com/redis/go-redis/v9"
	"github.com/tidwall/gjson"

	"chaping"
	"chaping/crawler"
	"chaping/crawler/frontier"
	"chaping/crawler/redistest"
	"chaping/demo/mall"
)

// BenchmarkCollect reads the same pages of the mall with a bare colly
// collector, which keeps nothing and survives nothing, and with Collect on
// each kind of frontier, in turns, so that other load on the machine meets
// all of them. It reports the pages per second and the processor time of
// each as parts of what bare colly does, both the median over the turns and
// both with what the mall needs to serve the pages.
//
// The mall remembers the reviews of 256 products, more than are here, so
// that no order of asking is cheaper for it than another.
//
//	go test ./crawler -run '^$' -bench Collect -benchtime 15x
func BenchmarkCollect(b *testing.B) {
	for _, size := range []struct {
		name    string
		reviews int
	}{{"2000 pages", 200}, {"10000 pages", 1000}} {
		b.Run(size.name, func(b *testing.B) { benchmarkCollect(b, size.reviews) })
	}
}

func benchmarkCollect(b *testing.B, reviews int) {
	m, base := serve(b, mall.Config{Seed: 5, Products: 200, ReviewsPerProduct: reviews})
	keywords := m.Keywords()
	profile := mallProfile(b, base)
	profile.Concurrency = parallel
	client := redis.NewClient(&redis.Options{Addr: redistest.Start(b, "--appendonly", "yes")})
	defer client.Close()
	names := []string{"memory", "sqlite", "redis"}
	open := []frontier.Opener{nil, frontier.SQLite(filepath.Join(b.TempDir(), "frontier.db"), time.Now), frontier.Redis(client, frontier.RedisOptions{})}

	collect := func(open frontier.Opener, run string) int64 {
		report, err := crawler.Collect(b.Context(), crawler.Job{
			Profile: profile, Watch: chaping.Watch{Keywords: keywords}, Window: m.Window(), Run: run, Full: true, // every run reads the same pages
		}, crawler.Options{Sink: nothing{}, Open: open, Workers: parallel, Now: func() time.Time { return end }})
		if err != nil || !report.Complete() {
			b.Fatalf("%v %+v", err, report)
		}
		return report.Pages
	}
	speed, effort := map[string][]float64{}, map[string][]float64{}
	var bare []float64
	for turn := 0; b.Loop(); turn++ {
		rate, used := measure(b, func() int64 { return bareColly(b, base, keywords) })
		bare = append(bare, rate)
		for i, name := range names {
			r, u := measure(b, func() int64 { return collect(open[i], fmt.Sprint(b.N, "-", turn)) })
			speed[name] = append(speed[name], r/rate)
			effort[name] = append(effort[name], u/used)
		}
	}
	b.ReportMetric(median(bare), "bare-pages/s")
	for _, name := range names {
		b.ReportMetric(median(speed[name]), name+"-speed/bare")
		b.ReportMetric(median(effort[name]), name+"-cpu/bare")
	}
}

// measure tells how many pages f reads per second, and how much processor
// time this process takes for each.
func measure(b *testing.B, f func() (pages int64)) (rate, used float64) {
	cpu := func() time.Duration {
		var r syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
			b.Fatal(err)
		}
		return time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	before, began := cpu(), time.Now()
	pages := float64(f())
	return pages / time.Since(began).Seconds(), (cpu() - before).Seconds() / pages
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// parallel is how many pages are fetched at once.
const parallel = 32

// nothing is a sink that keeps nothing.
type nothing struct{}

func (nothing) PutListings(context.Context, []chaping.Listing) error  { return nil }
func (nothing) PutReviews(context.Context, []chaping.Review) error    { return nil }
func (nothing) PutCoverage(context.Context, []chaping.Coverage) error { return nil }

// bareColly walks the mall as a small colly program would: callbacks per
// selector, eight pages at once, everything in memory. It returns the number
// of pages.
func bareColly(b *testing.B, base string, keywords []string) int64 {
	var pages, reviews atomic.Int64
	c := colly.NewCollector(colly.Async(true))
	if err := c.Limit(&colly.LimitRule{DomainGlob: "*", Parallelism: parallel}); err != nil {
		b.Fatal(err)
	}
	visit := func(e *colly.Request, link string) { _ = e.Visit(link) } // visited ones are refused
	c.OnRequest(func(r *colly.Request) {
		if strings.HasSuffix(r.URL.Path, "/comments.html") {
			r.ResponseCharacterEncoding = "gb18030"
		}
	})
	c.OnResponse(func(r *colly.Response) {
		pages.Add(1)
		if !strings.HasPrefix(r.Request.URL.Path, "/api/") {
			return
		}
		body := gjson.ParseBytes(r.Body)
		for _, item := range body.Get("data.list").Array() {
			review := chaping.Review{ID: item.Get("id").String(), Rating: int(item.Get("score").Int()), Text: item.Get("content").String(), Appended: item.Get("append.content").String()}
			if created := item.Get("created"); created.Type == gjson.Number {
				review.Published = time.UnixMilli(created.Int())
			} else {
				review.Published, _ = time.ParseInLocation(time.DateTime, created.String(), chaping.Shanghai())
			}
			if review.ID != "" && !review.Published.IsZero() {
				reviews.Add(1)
			}
		}
		if page := body.Get("data.page").Int(); page < body.Get("data.pages").Int() {
			visit(r.Request, fmt.Sprintf("/api/reviews?item=%s&page=%d&size=20", r.Request.URL.Query().Get("item"), page+1))
		}
	})
	c.OnHTML("ul.goods > li.item", func(e *colly.HTMLElement) {
		keyword, _ := url.QueryUnescape(e.Request.URL.Query().Get("q"))
		if strings.Contains(e.ChildText("a.title"), keyword) && !strings.Contains(e.Attr("class"), "promoted") {
			visit(e.Request, e.ChildAttr("a.title", "href"))
		}
	})
	c.OnHTML("a.next", func(e *colly.HTMLElement) { visit(e.Request, e.Attr("href")) })
	c.OnHTML(".product", func(e *colly.HTMLElement) {
		price, err := chaping.ParsePrice(e.ChildText(".price .amount"))
		if err != nil || e.Attr("data-id") == "" || e.ChildText("h1.name") == "" || !price.Known() {
			b.Errorf("product page %s", e.Request.URL)
		}
		visit(e.Request, e.ChildAttr("a.shop", "href"))
		if api := e.ChildAttr("a.reviews", "href"); api != "" {
			visit(e.Request, api+"&page=1&size=20")
		} else {
			visit(e.Request, e.ChildAttr("a.comments", "href"))
		}
	})
	c.OnHTML(".licence .region", func(e *colly.HTMLElement) { _ = e.Text })
	c.OnHTML(".comments > .comment", func(e *colly.HTMLElement) {
		rating, _ := strconv.Atoi(strings.TrimSuffix(e.ChildAttr(".stars", "title"), "星"))
		review := chaping.Review{ID: e.Attr("data-id"), Rating: rating, Text: e.ChildText("p.text"), Appended: e.ChildText(".append .text2")}
		review.Published, _ = time.ParseInLocation("2006年1月2日 15:04:05", e.ChildText(".date"), chaping.Shanghai())
		if review.ID != "" && !review.Published.IsZero() {
			reviews.Add(1)
		}
	})
	for _, keyword := range keywords {
		if err := c.Visit(base + "/search?q=" + url.QueryEscape(keyword)); err != nil {
			b.Fatal(err)
		}
	}
	c.Wait()
	if reviews.Load() == 0 {
		b.Fatal("the bare collector read nothing")
	}
	return pages.Load()
}
