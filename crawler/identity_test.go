package crawler_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
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

// A product that a search shows twice, under addresses that differ in what tracks the
// reader, is one product; two keywords that find it have a listing each.
func TestProductsAreCountedOnce(t *testing.T) {
	s := newSite()
	s["/s"] = sayText(`<li><a href="/p?id=1&spm=a.1">一</a><li><a href="/p?id=2&spm=a.2">二</a><li><a href="/p?id=1&spm=a.3">一</a>`)
	server := httptest.NewServer(s)
	defer server.Close()
	p, err := loadProfile(t, smallProfile).WithBase(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	clk, sink := &clock{t: end}, newSink()
	r, err := crawler.Collect(t.Context(), crawler.Job{Profile: p, Watch: chaping.Watch{Keywords: []string{"壶", "水壶"}}, Window: chaping.PeriodOf(end.Add(-1)).Window(), Run: "r"},
		crawler.Options{Sink: sink, Now: clk.Now, Sleep: clk.Sleep})
	if err != nil {
		t.Fatal(err)
	}
	if r.Products != 2 || r.Listings != 4 || len(sink.reviews) != 6 || r.Reviews != 6 || !r.Complete() {
		t.Errorf("%d reviews, report %+v", len(sink.reviews), r)
	}
	for _, k := range r.Keywords {
		if k.Found != 3 || k.Listings != 2 || k.Repeated != 1 {
			t.Errorf("%+v", k)
		}
	}
}

// A search whose last page comes again for ever ends there, whatever its links carry
// along; where that page is full, nothing says that it was the last.
func TestSearchThatRepeatsItsLastPage(t *testing.T) {
	for name, c := range map[string]struct {
		products  int
		link      string // of a product, with a number that is another at each request
		truncated bool
		pages     int
	}{
		"not full":          {8, "/p?id=%d&spm=x.%d", false, 4},
		"full":              {9, "/p?id=%d&spm=x.%d", true, 4},
		"one path for all":  {8, "/p?x=%[2]d&id=%[1]d", true, 5},
		"nothing to strip":  {8, "/p?id=%[1]d", false, 4},
		"a single full one": {3, "/p?id=%[1]d", true, 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite()
			asked := 0
			s["/s"] = func(w http.ResponseWriter, r *http.Request) {
				asked++
				n, _ := strconv.Atoi(r.URL.Query().Get("p"))
				n = min(n, (c.products+2)/3)
				for i := 3 * (n - 1); i < min(3*n, c.products); i++ {
					fmt.Fprintf(w, `<li><a href="%s">商品</a></li>`, strings.ReplaceAll(fmt.Sprintf(c.link, i+1, asked), "%!(EXTRA", "<!--"))
				}
			}
			got := collect(t, s, strings.Replace(smallProfile, "paging: {limit: 5, next: {css: a.next, attr: href}}", "paging: {limit: 5}", 1))
			k := got.report.Keywords[0]
			if c.pages < 5 && k.Found != int64(c.products) || k.Truncated != c.truncated || asked != c.pages || got.report.Products != int64(c.products) {
				t.Errorf("asked %d times, %+v, report %+v", asked, k, got.report)
			}
		})
	}
}
