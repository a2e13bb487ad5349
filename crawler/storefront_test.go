package crawler_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"chaping"
	"chaping/crawler"
	"chaping/crawler/frontier"
)

// A storefront serves pages as EverShop does, reduced to what is read of them:
// HTML without ids and dates, the data in a script under keys that are others
// on every page, and one list of reviews for all variants of a product.
type storefront struct {
	mu    sync.Mutex
	keys  int
	asked map[string]int
}

type goods struct {
	slug, sku, name string
	price           float64
	group           string
}

func (s *storefront) goods() []goods {
	var list []goods
	for _, group := range []string{"kettle", "lamp"} {
		for _, colour := range []string{"white", "black", "green"} {
			list = append(list, goods{group + "-" + colour, strings.ToUpper(group[:3] + "-" + colour[:1]), map[string]string{"kettle": "电热水壶", "lamp": "台灯"}[group] + " " + colour, 59, group})
		}
	}
	return list
}

// reviews of a group: 23 of which some are older and some younger than the
// window, in the order of the database.
func (s *storefront) reviews(group string) []map[string]any {
	var list []map[string]any
	for i := range 23 {
		at := end.Add(-time.Duration(i*37) * time.Hour)
		list = append(list, map[string]any{
			"reviewId": i, "uuid": fmt.Sprintf("%s-%d", group, i), "rating": 1 + i%5, "customerName": "某人",
			"comment": fmt.Sprintf("第 %d 次：\"漏电\" </script> & 冒烟", i), "createdAt": strconv.FormatInt(at.UnixMilli(), 10),
		})
	}
	return list
}

func (s *storefront) page(w http.ResponseWriter, body string, data ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	response := map[string]any{}
	for _, d := range data {
		s.keys++
		response[fmt.Sprintf("e3b2ozl50cmx0us%04x", s.keys)] = d
	}
	text, err := json.Marshal(map[string]any{"graphqlResponse": response, "widgets": []any{}})
	if err != nil {
		panic(err)
	}
	fmt.Fprintf(w, "<!DOCTYPE html><html><head><title>x</title><script>var eContext = %s\n</script></head><body>%s<script src=/a.js></script></body></html>", text, body)
}

func (s *storefront) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked[r.URL.String()]++
	s.mu.Unlock()
	if r.URL.Path == "/search" {
		var items []any
		for _, g := range s.goods() {
			if strings.Contains(g.name, r.URL.Query().Get("keyword")) && r.URL.Query().Get("page") <= "1" {
				items = append(items, map[string]any{"productId": 1, "name": g.name, "sku": g.sku, "url": "/goods/" + g.slug, "price": map[string]any{}})
			}
		}
		s.page(w, "<main></main>", nil, "http://x/search", map[string]any{"keyword": "x", "products": map[string]any{"items": append([]any{}, items...), "total": len(items)}})
		return
	}
	for _, g := range s.goods() {
		if r.URL.Path == "/goods/"+g.slug {
			price := map[string]any{"value": g.price, "text": fmt.Sprintf("¥%.2f", g.price)}
			s.page(w, `<h1>`+g.name+`</h1><ul class=review__list><li><p class=comment>x</p></li></ul>`, nil,
				map[string]any{"title": g.name}, map[string]any{"productId": 1},
				map[string]any{"uuid": "u-" + g.slug, "name": g.name, "sku": g.sku, "price": map[string]any{"regular": price, "special": price},
					"variantGroup": map[string]any{"variantAttributes": []any{map[string]any{"attributeCode": "color"}}}},
				map[string]any{"reviews": s.reviews(g.group)})
			return
		}
	}
	http.NotFound(w, r)
}

// The shipped profile reads every review of the window once, with the ratings
// and dates of the shop's database, and asks for every page once.
func TestEverShop(t *testing.T) {
	shop := &storefront{asked: map[string]int{}}
	got := collect(t, shop, "extends: evershop\nbase: http://127.0.0.1:1\nprivate_hosts: [127.0.0.1]\npoliteness: {delay: 0s}\n"+
		"search: {url: \"/search?keyword={keyword}&page={page}\"}\n")
	window := chaping.PeriodOf(end.Add(-1)).Window()
	want := 0
	for _, r := range shop.reviews("kettle") {
		millis, _ := strconv.ParseInt(r["createdAt"].(string), 10, 64)
		at := time.UnixMilli(millis)
		if !window.Contains(at) {
			continue
		}
		want++
		found := 0
		for key, stored := range got.sink.reviews {
			if key.Review == r["uuid"] {
				found++
				if stored.Rating != r["rating"] || !stored.Published.Equal(at) || !strings.Contains(stored.Text, `"漏电"`) {
					t.Errorf("%v is stored as %+v", r, stored)
				}
			}
		}
		if found != 1 {
			t.Errorf("%v is stored %d times", r, found)
		}
	}
	r := got.report
	if len(got.sink.reviews) != want || r.Reviews != int64(want) || r.Shared != 2 || r.Products != 3 || !r.Complete() || r.Gaps != 0 {
		t.Errorf("%d reviews, want %d: %+v", len(got.sink.reviews), want, r)
	}
	for key, listing := range got.sink.listings {
		if listing.Product.Price.Low != 5900 {
			t.Errorf("%s: %+v", key, listing.Product)
		}
	}
	for address, n := range shop.asked {
		if n != 1 {
			t.Errorf("%s was asked for %d times", address, n)
		}
	}
}

// A product that two keywords find counts its reviews once.
func TestTwoKeywords(t *testing.T) {
	shop := &storefront{asked: map[string]int{}}
	server := httptest.NewServer(shop)
	defer server.Close()
	p, err := loadProfile(t, "extends: evershop\nprivate_hosts: [127.0.0.1]\npoliteness: {delay: 0s}\nbase: "+server.URL+"\n").At(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	clk, sink := &clock{t: end}, newSink()
	for run := range 2 { // in memory, and from a queue file
		o := crawler.Options{Sink: sink, Now: clk.Now, Sleep: clk.Sleep}
		if run == 1 {
			o.Open = frontier.SQLite(filepath.Join(t.TempDir(), "frontier.db"), clk.Now)
		}
		report, err := crawler.Collect(t.Context(), crawler.Job{Profile: p, Watch: chaping.Watch{Keywords: []string{"壶", "电热水壶", "white"}},
			Window: chaping.PeriodOf(end.Add(-1)).Window(), Run: fmt.Sprint("k", run)}, o)
		if err != nil || report.Reviews != int64(len(sink.reviews)) || report.Shared != 2 || report.Gaps != 0 {
			t.Errorf("%d reviews are stored: %+v, %v", len(sink.reviews), report, err)
		}
		if len(sink.listings) != 8 {
			t.Errorf("%d listings", len(sink.listings))
		}
	}
}

// Without shared the same list is stored with every variant, and with it a
// second run, which may read another variant first, changes nothing.
func TestSharedReviews(t *testing.T) {
	const profile = "extends: evershop\nbase: http://127.0.0.1:1\nprivate_hosts: [127.0.0.1]\npoliteness: {delay: 0s}\n"
	shop := &storefront{asked: map[string]int{}}
	twice := collectTwice(t, shop, profile)
	once := collect(t, shop, profile)
	if len(twice.sink.reviews) != len(once.sink.reviews) || twice.report.Shared != 2 {
		t.Errorf("%d reviews after two runs, %d after one: %+v", len(twice.sink.reviews), len(once.sink.reviews), twice.report)
	}
}

// A changed layout is not a product without reviews.
func TestScriptWithoutList(t *testing.T) {
	for name, c := range map[string]struct {
		data     any
		complete bool
	}{
		"an empty list": {map[string]any{"reviews": []any{}}, true},
		"no list":       {map[string]any{"comments": []any{1}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			shop := &storefront{asked: map[string]int{}}
			mux := http.NewServeMux()
			mux.Handle("/", shop)
			mux.HandleFunc("/goods/", func(w http.ResponseWriter, r *http.Request) {
				shop.page(w, "", map[string]any{"sku": r.URL.Path, "name": "壶", "price": map[string]any{"special": map[string]any{"value": 1, "text": "¥1"}}}, c.data)
			})
			got := collect(t, mux, "extends: evershop\nbase: http://127.0.0.1:1\nprivate_hosts: [127.0.0.1]\npoliteness: {delay: 0s}\n")
			if got.report.Complete() != c.complete || !c.complete && !strings.Contains(fmt.Sprint(got.report), "没有评论列表") {
				t.Errorf("%+v", got.report)
			}
		})
	}
}

// apiProfile is for servers like json-server, which answer with the products
// themselves, and have the reviews in them: without ids, and alike.
const apiProfile = `
platform: {id: rest, name: 接口}
base: http://127.0.0.1:1
private_hosts: [127.0.0.1]
politeness: {delay: 0s, concurrency: 4}
search:
  url: "/products?q={keyword}&_page={page}&_limit=10"
  format: json
  items: "@this"
  fields: {id: id, name: name}
  paging: {next: {header: Link}, total: {header: X-Total-Count}}
product:
  url: "/products/{product}"
  format: json
  fields: {id: id, name: name, price: price}
reviews:
  - url: "/products/{product}"
    format: json
    items: reviews
    order: none
    fields:
      rating: rating
      text: comment
      buyer: reviewerName
      published: {json: date, date: iso8601}
    paging: none
`

// A REST server whose products have their reviews inside is read whole.
func TestReviewsInProducts(t *testing.T) {
	var products []map[string]any
	for i := range 24 {
		var reviews []map[string]any
		for range 3 { // the same words on the same day, by somebody or by nobody
			reviews = append(reviews, map[string]any{"rating": 1, "comment": "漏电", "date": "2026-11-05", "reviewerName": "匿名用户"})
		}
		reviews[2]["reviewerName"] = "张三"
		products = append(products, map[string]any{"id": i + 1, "name": fmt.Sprintf("壶 %d", i+1), "price": 9.9, "reviews": reviews})
	}
	mux := http.NewServeMux()
	asked := map[string]int{}
	var mu sync.Mutex
	mux.HandleFunc("/products", func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.URL.Query().Get("_page"))
		from, to := (page-1)*10, min(page*10, len(products))
		w.Header().Set("X-Total-Count", strconv.Itoa(len(products)))
		if to < len(products) {
			w.Header().Set("Link", fmt.Sprintf(`<http://%[1]s/products?q=%[3]s&_page=1&_limit=10>; rel="first", <http://%[1]s/products?q=%[3]s&_page=%[2]d&_limit=10>; rel="next"`, r.Host, page+1, r.URL.Query().Get("q")))
		}
		_ = json.NewEncoder(w).Encode(products[from:to])
	})
	mux.HandleFunc("/products/{id}", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked[r.PathValue("id")]++
		mu.Unlock()
		i, _ := strconv.Atoi(r.PathValue("id"))
		_ = json.NewEncoder(w).Encode(products[i-1])
	})
	mux.HandleFunc("/robots.txt", http.NotFound)
	got := collect(t, mux, apiProfile)
	if len(got.sink.reviews) != 72 || len(got.sink.listings) != 24 || !got.report.Complete() || got.report.Reviews != 72 {
		t.Errorf("%d reviews, %d listings: %+v", len(got.sink.reviews), len(got.sink.listings), got.report)
	}
	if twice := collectTwice(t, mux, apiProfile); len(twice.sink.reviews) != 72 {
		t.Errorf("%d reviews after two runs", len(twice.sink.reviews))
	}
	for id, n := range asked {
		if n != 3 { // once a run
			t.Errorf("product %s was asked for %d times", id, n)
		}
	}
}

// Product pages of a thousand JSON-LD blocks, of megabytes of script and of
// JSON nested deeply are read, or refused in one sentence.
func TestHostilePages(t *testing.T) {
	block := `<script type="application/ld+json">{"@type":"Product","sku":"1","name":"壶","review":[{"@type":"Review","@id":"r%d","datePublished":"2026-11-05","reviewBody":"漏电"}]}</script>`
	var blocks strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&blocks, block, i)
	}
	for name, body := range map[string]string{
		"a thousand blocks": blocks.String(),
		"a huge script":     "<script>var a=" + strings.Repeat(`{"b":[1,2,3],"c":`, 600_000) + "</script>",
		"nested JSON":       `<script type="application/json">` + strings.Repeat(`{"a":`, 100_000) + strings.Repeat("}", 100_000) + "</script>",
		"many lists":        strings.Repeat(`<ul class=reviews><li><p class=a>漏电漏电</p><b title="5星">x</b><i>2026-11-05</i><li><p class=a>漏电漏电</p><b title="1星">x</b><i>2026-11-06</i></ul>`, 4_000),
		"lists in lists":    strings.Repeat(`<div class=review><p>漏电漏电</p><i>2026-11-05</i>`, 400) + strings.Repeat(`<div class=review>漏电漏电漏电</div>`, 5_000),
		"many links":        strings.Repeat(`<div class=item><a href=/x>a</a><a href=/y>b</a>￥1.00</div>`, 10_000),
		"nested JSON-LD":    `<script type="application/ld+json">` + strings.Repeat(`{"review":`, 100_000) + "1" + strings.Repeat("}", 100_000) + "</script>",
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/robots.txt" {
					http.NotFound(w, r)
					return
				}
				fmt.Fprint(w, "<!DOCTYPE html><body>"+body)
			}))
			defer server.Close()
			if _, err := crawler.Propose(t.Context(), server.URL+"/goods/1", true, crawler.Options{}); err != nil && !strings.Contains(fmt.Sprint(err.(*chaping.Error).Err), "超过上限") {
				t.Error(err)
			}
			for _, site := range []string{"evershop", "schema-org"} {
				p, err := loadProfile(t, "extends: "+site+"\nprivate_hosts: [127.0.0.1]\nlimits: {body: 100000000}\nbase: "+server.URL+"\n").At(server.URL)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := crawler.Try(t.Context(), p, server.URL+"/1", "", crawler.Options{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
