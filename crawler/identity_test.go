package crawler_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/crawler"
	"chaping/crawler/frontier"
)

// ownReviews is the small profile for a site whose review lists are linked
// from the product page, so that they are told apart whatever the id.
var ownReviews = strings.NewReplacer(
	"  - format: json\n    url: /r?item={product}&p={page}", "  - format: json\n    link: {css: a.reviews, attr: href}\n    url: \"{link}&p={page}\"",
).Replace(smallProfile)

// shop serves products as given: id, name and the item that its reviews are
// of, by address.
func shop(products map[string][3]string) site {
	s := newSite()
	var list strings.Builder
	for address, p := range products {
		fmt.Fprintf(&list, `<li><a href="%s">%s</a>`, address, p[1])
		s[address] = sayText(fmt.Sprintf(`<h1>%s</h1><b id=id>%s</b><i class=price>9</i><a class=reviews href="/r?item=%s">评论</a>`, p[1], p[0], p[2]))
	}
	s["/s"] = sayText(list.String())
	return s
}

// collectTwice runs the profile over the site twice on one queue file, with
// one worker, and returns what both brought.
func collectTwice(t *testing.T, s http.Handler, profile string) collected {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	p, err := loadProfile(t, profile).WithBase(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := collected{sink: newSink(), clk: &clock{t: end}}
	open := frontier.SQLite(filepath.Join(t.TempDir(), "frontier.db"), c.clk.Now)
	for run := range 2 {
		c.report, err = crawler.Collect(t.Context(), crawler.Job{
			Profile: p, Watch: chaping.Watch{Keywords: []string{"壶"}}, Window: chaping.PeriodOf(end.Add(-1)).Window(), Run: fmt.Sprint(run),
		}, crawler.Options{Sink: c.sink, Now: c.clk.Now, Sleep: c.clk.Sleep, Open: open, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		_ = c.clk.Sleep(t.Context(), time.Hour)
	}
	return c
}

func TestIdentities(t *testing.T) {
	products := func(c collected) (ids []string) {
		for key := range c.sink.listings {
			ids = append(ids, strings.TrimPrefix(key, "壶\x00"))
		}
		return ids
	}
	t.Run("two products with one id", func(t *testing.T) {
		s := shop(map[string][3]string{"/a": {"7", "电热水壶", "a"}, "/b": {"7", "插座", "b"}, "/c": {"9", "台灯", "c"}})
		got := collectTwice(t, s, ownReviews)
		if len(got.sink.listings) != 3 || len(got.sink.reviews) != 9 || got.report.Faults != 1 || got.report.Gaps != 0 {
			t.Errorf("products %v, %d reviews, report %+v", products(got), len(got.sink.reviews), got.report)
		}
		for key := range got.sink.reviews { // every product has the reviews of its own list
			if name := got.sink.listings["壶\x00"+key.Product].Product.Name; name != map[byte]string{'a': "电热水壶", 'b': "插座", 'c': "台灯"}[key.Review[0]] {
				t.Errorf("review %s stands under %q (%s)", key.Review, name, key.Product)
			}
		}
	})
	t.Run("two products with one id and one list", func(t *testing.T) {
		s := shop(map[string][3]string{"/a": {"7", "电热水壶", "a"}, "/b": {"7", "插座", "b"}})
		got := collectTwice(t, s, smallProfile)
		if len(got.sink.listings) != 2 || len(got.sink.reviews) != 3 || got.report.Gaps != 1 || !strings.Contains(got.report.Examples[0].Problem, "编号与另一件商品") {
			t.Errorf("products %v, %d reviews, report %+v", products(got), len(got.sink.reviews), got.report)
		}
	})
	t.Run("an id that changes case", func(t *testing.T) {
		s := shop(map[string][3]string{"/a": {"Kx9", "电热水壶", "a"}, "/a?from=ad": {"kx9", "电热水壶", "a"}, "/a?from=list": {"KX9", "电热水壶", "a"}})
		got := collectTwice(t, s, ownReviews)
		if len(got.sink.listings) != 1 || len(got.sink.reviews) != 3 || got.report.Faults != 2 || !strings.Contains(got.report.Examples[0].Problem, "大小写") {
			t.Errorf("products %v, %d reviews, report %+v", products(got), len(got.sink.reviews), got.report)
		}
	})
	t.Run("ids that differ in case alone", func(t *testing.T) {
		s := shop(map[string][3]string{"/a": {"aB1", "电热水壶", "a"}, "/b": {"Ab1", "插座", "b"}})
		got := collectTwice(t, s, ownReviews)
		if len(got.sink.listings) != 2 || len(got.sink.reviews) != 6 || got.report.Faults != 0 {
			t.Errorf("products %v, %d reviews, report %+v", products(got), len(got.sink.reviews), got.report)
		}
	})
	t.Run("the same product at several addresses", func(t *testing.T) {
		s := shop(map[string][3]string{"/a": {"7", "电热水壶", "a"}, "/a?ad=1": {"7", "电热水壶", "a"}})
		got := collectTwice(t, s, ownReviews)
		if len(got.sink.listings) != 1 || len(got.sink.reviews) != 3 || got.report.Faults != 0 {
			t.Errorf("products %v, %d reviews, report %+v", products(got), len(got.sink.reviews), got.report)
		}
	})
}
