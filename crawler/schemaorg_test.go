package crawler_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/crawler"
)

// Two shops in formats that no profile was made for.
const (
	// JSON-LD in two scripts: a graph with references, an offer range, a
	// related product, and a review with a raw line break and entities.
	linkedShop = `<html><head><script type="application/ld+json">
{"@context":"https://schema.org","@graph":[
 {"@type":"Organization","@id":"#org","name":"安心电器旗舰店"},
 {"@type":["Product","Thing"],"@id":"#it","sku":"K-77","name":"玻璃养生壶 1.8L &amp; 茶篮","url":"%[1]s/goods/77",
  "aggregateRating":{"@type":"AggregateRating","ratingValue":"4.1","reviewCount":3},
  "offers":{"@type":"AggregateOffer","lowPrice":"129","highPrice":189.5,"priceCurrency":"CNY","offers":[{"@type":"Offer","price":129,"seller":{"@id":"#org"}}]},
  "isRelatedTo":{"@type":"Product","name":"别的壶","sku":"X","url":"%[1]s/goods/78","offers":{"price":1,"priceCurrency":"CNY"}},
  "review":[
   {"@type":"Review","@id":"r1","author":{"@type":"Person","name":"李四光"},"datePublished":"2026-11-02","reviewRating":{"@type":"Rating","ratingValue":1,"bestRating":5},"reviewBody":"底座冒烟
有焦味","name":"危险"},
   {"@type":"Review","author":"匿名","datePublished":"2026-11-03T08:30:00+08:00","reviewRating":{"ratingValue":"9","bestRating":"10","worstRating":"1"},"reviewBody":"烧水&quot;很快&quot;<br>不错"}]}
]}</script>
<script type="application/ld+json">{not json</script>
<script type="application/ld+json">{"@context":"https://schema.org","@type":"Review","@id":"r3","itemReviewed":{"@id":"#it"},"datePublished":"2026-11-04 09:00:00","reviewRating":{"@type":"Rating","ratingValue":2},"description":"壶盖松动"};</script>
</head><body><h1>x</h1></body></html>`

	// Microdata with itemref, a nested brand, meta and time elements.
	microShop = `<body><div itemscope itemtype="http://schema.org/Product" itemref="deal">
<h1 itemprop="name">六位插座 <b>3米</b></h1><meta itemprop="productID" content="P-5">
<span itemprop="brand" itemscope itemtype="http://schema.org/Brand"><i itemprop="name">稳牌</i></span>
<div itemprop="review" itemscope itemtype="http://schema.org/Review"><meta itemprop="identifier" content="m-1">
 <span itemprop="author">王小明</span><time itemprop="datePublished" datetime="2026-11-05">上周四</time>
 <span itemprop="reviewRating" itemscope itemtype="http://schema.org/Rating"><meta itemprop="ratingValue" content="20"><meta itemprop="worstRating" content="0"><meta itemprop="bestRating" content="100"></span>
 <p itemprop="reviewBody">插孔打火花</p></div>
<div itemprop="review" itemscope itemtype="http://schema.org/Review"><meta itemprop="identifier" content="m-2">
 <time itemprop="datePublished" datetime="2026-11-06">周五</time><p itemprop="reviewBody">没有评分的评论</p></div>
</div><section id="deal"><div itemprop="offers" itemscope itemtype="http://schema.org/Offer">
<span itemprop="price" content="59.90">五十九元九</span><meta itemprop="priceCurrency" content="CNY"><a itemprop="seller" itemscope itemtype="http://schema.org/Organization" href="/s"><b itemprop="name">稳牌专卖</b></a></div></section></body>`
)

func schemaShop() site {
	return site{
		"/robots.txt": http.NotFound,
		"/search": func(w http.ResponseWriter, r *http.Request) {
			base := "http://" + r.Host
			if r.URL.Query().Get("n") == "" {
				fmt.Fprintf(w, `<link rel=next href="?q=x&n=2"><script type="application/ld+json">{"@type":"ItemList","itemListElement":[{"@type":"ListItem","position":1,"url":"%s/goods/77"}]}</script>`, base)
				return
			}
			fmt.Fprint(w, `<div itemscope itemtype="https://schema.org/Product"><a itemprop=url href="/goods/5"><span itemprop=name>六位插座</span></a></div>
				<div itemscope itemtype="https://schema.org/Product"><a itemprop=url href="/goods/9"><span itemprop=name>进口货</span></a></div>`)
		},
		"/goods/77": func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, linkedShop, "http://"+r.Host) },
		"/goods/5":  sayText(microShop),
		"/goods/9":  sayText(`<script type="application/ld+json">[{"@type":"Product","name":"进口货","mpn":"Z","offers":[{"price":"12","priceCurrency":"USD"}]}]</script>`),
	}
}

const extending = `
extends: schema-org
platform: {id: mini, name: 小店}
base: http://127.0.0.1:1
private_hosts: [127.0.0.1]
politeness: {delay: 0s}
`

func TestSchemaOrg(t *testing.T) {
	got := collect(t, schemaShop(), extending)
	want := map[string]struct{ name, price, shop string }{
		"K-77": {"玻璃养生壶 1.8L & 茶篮", "129.00-189.50", "安心电器旗舰店"},
		"P-5":  {"六位插座 3米", "59.90", "稳牌专卖"},
		"Z":    {"进口货", "", ""},
	}
	for id, w := range want {
		p := got.sink.listings["壶\x00"+id].Product
		if p.Name != w.name || p.Price.String() != w.price || p.Shop.Name != w.shop {
			t.Errorf("%s: %+v, want %+v", id, p, w)
		}
	}
	reviews := map[string]chaping.Review{}
	for _, r := range got.sink.reviews {
		reviews[r.Text] = r
		if strings.Contains(r.Body(), "李四光") {
			t.Errorf("the author is kept: %+v", r)
		}
	}
	for text, rating := range map[string]int{"危险\n底座冒烟 有焦味": 1, "烧水\"很快\"\n不错": 5, "壶盖松动": 2, "插孔打火花": 2, "没有评分的评论": 0} {
		if r, ok := reviews[text]; !ok || r.Rating != rating {
			t.Errorf("%q: %v %+v, want rating %d", text, ok, r, rating)
		}
	}
	if len(reviews) != 5 || len(got.sink.listings) != 3 || len(got.report.Truncated) != 0 {
		t.Errorf("%d reviews, %d listings: %+v", len(reviews), len(got.sink.listings), got.report)
	}
	if got.report.Foreign != 1 || !slices.Equal(got.report.Currencies, []string{"USD"}) || got.report.Faults != 1 {
		t.Errorf("the report does not name the currency: %+v", got.report)
	}
}

func TestTry(t *testing.T) {
	server := httptest.NewServer(schemaShop())
	defer server.Close()
	p, err := loadProfile(t, extending).WithBase(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"/goods/77": "3/3", "/goods/5": "2/1"} {
		trial, err := crawler.Try(t.Context(), p, server.URL+path, "", crawler.Options{Now: func() time.Time { return end }})
		if err != nil {
			t.Fatal(err)
		}
		fits := map[string]bool{}
		rated, items := 0, 0
		for _, s := range trial.Steps {
			fits[s.Step] = s.Fits()
			for _, f := range s.Fields {
				if f.Field == "reviews.0.fields.rating" {
					rated, items = f.Found, s.Items
				}
			}
		}
		if !fits["product"] || !fits["reviews.0"] || fmt.Sprintf("%d/%d", items, rated) != want {
			t.Errorf("%s: %+v", path, trial)
		}
	}
	if _, err := crawler.Try(t.Context(), p, server.URL+"/nowhere", "", crawler.Options{}); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("a page that is not there: %v", err)
	}
}

func FuzzSchemaOrg(f *testing.F) {
	f.Add(linkedShop)
	f.Add(microShop)
	f.Add(`<script type="application/ld+json">{"@id":"a","review":{"@id":"a"},"@type":"Product","name":"n","offers":{"@id":"a","offers":{"@id":"a"}}}</script>`)
	f.Add(`<div itemscope id=a itemref="a b" itemtype=Product><p id=b itemprop="name review" itemscope itemref=a>x`)
	p := loadProfile(f, extending)
	f.Fuzz(func(t *testing.T, page string) {
		server := httptest.NewServer(sayText(page))
		defer server.Close()
		at, err := p.WithBase(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = crawler.Try(t.Context(), at, server.URL+"/x", "", crawler.Options{})
	})
}

// Profiles can be laid over shipped ones, and say so when they cannot.
func TestExtends(t *testing.T) {
	p := loadProfile(t, "extends: jd\nauthorized_by: 某协议\nlimits: {attempts: 2}\n")
	if p.Platform.ID != "jd" || p.Attempts != 2 || p.AuthorizedBy != "某协议" || p.Delay != 3*time.Second {
		t.Errorf("%+v", p)
	}
	for text, says := range map[string]string{
		"extends: nothing\n":                        "没有这个自带站点配置",
		"extends: schema-org\nsearch: {url: /s}\n":  "{keyword}",
		"extends: schema-org\nproduct: {colour: x}": "没有这个配置项",
	} {
		if _, err := crawler.LoadProfile("x.yaml", strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Without a written leave, nothing is asked of a platform that needs one.
func TestNeedsAuthorization(t *testing.T) {
	for _, name := range []string{"jd", "tmall"} {
		p := loadProfile(t, "extends: "+name+"\n")
		job := crawler.Job{Profile: p, Watch: chaping.Watch{Keywords: []string{"壶"}}, Window: chaping.PeriodOf(end).Window(), Run: "r"}
		var known *chaping.Error
		if _, err := crawler.Collect(t.Context(), job, crawler.Options{Sink: newSink()}); !errors.As(err, &known) || known.Advice.Code != chaping.AdviceLeave {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := crawler.Try(t.Context(), p, p.Base.String(), "", crawler.Options{}); err == nil || !strings.Contains(err.Error(), "授权") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a profile takes from the environment goes to its own host only, and is
// nowhere in what is told.
func TestSecrets(t *testing.T) {
	t.Setenv("CHAPING_TEST_TOKEN", "geheim-123")
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Token") != "" || r.Header.Get("Cookie") != "" {
			t.Error("another host was sent the secrets")
		}
	}))
	defer other.Close()
	s := newSite()
	for path, page := range s {
		s[path] = func(w http.ResponseWriter, r *http.Request) {
			if path != "/robots.txt" && (r.Header.Get("X-Token") != "Bearer geheim-123" || r.Header.Get("Cookie") != "sid=geheim-123") {
				t.Errorf("%s was asked for with %v", r.URL, r.Header)
			}
			page(w, r)
		}
	}
	s["/p?id=2"] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) }
	profile := smallProfile + "\nrequest: {headers: {X-Token: \"Bearer ${CHAPING_TEST_TOKEN}\"}, cookies: \"sid=${CHAPING_TEST_TOKEN}\"}\n"
	got := collect(t, s, profile)
	if len(got.sink.reviews) != 6 {
		t.Errorf("%d reviews: %+v", len(got.sink.reviews), got.report)
	}
	if strings.Contains(fmt.Sprintf("%+v %+v", got.report, got.sink.reviews), "geheim") {
		t.Error("the secret is told")
	}
	if err := os.Unsetenv("CHAPING_TEST_TOKEN"); err != nil {
		t.Fatal(err)
	}
	job := crawler.Job{Profile: loadProfile(t, profile), Watch: chaping.Watch{Keywords: []string{"壶"}}, Window: chaping.PeriodOf(end).Window(), Run: "r"}
	if _, err := crawler.Collect(t.Context(), job, crawler.Options{Sink: newSink()}); err == nil || !strings.Contains(err.Error(), "CHAPING_TEST_TOKEN") {
		t.Errorf("a variable that is not set: %v", err)
	}
}

// A profile's proxy gets the requests, and is no way into the own network.
func TestProxy(t *testing.T) {
	var through []string
	shop := newSite()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		through = append(through, r.URL.Host)
		shop.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	t.Setenv("CHAPING_TEST_PROXY", proxy.URL)
	profile := strings.Replace(smallProfile, "private_hosts: [127.0.0.1]\n", "", 1) + "\nrequest: {proxy: \"${CHAPING_TEST_PROXY}\"}\n"
	p, err := loadProfile(t, profile).WithBase("http://shop.invalid")
	if err != nil {
		t.Fatal(err)
	}
	clk, sink := &clock{t: end}, newSink()
	job := crawler.Job{Profile: p, Watch: chaping.Watch{Keywords: []string{"壶"}}, Window: chaping.PeriodOf(end.Add(-1)).Window(), Run: "r"}
	report, err := crawler.Collect(t.Context(), job, crawler.Options{Sink: sink, Now: clk.Now, Sleep: clk.Sleep, Workers: 1})
	if err != nil || len(sink.reviews) != 9 || len(through) == 0 {
		t.Errorf("%v, %d requests through the proxy: %+v", err, len(through), report)
	}
	through = nil
	if job.Profile, err = p.WithBase("http://localhost:9"); err != nil {
		t.Fatal(err)
	}
	report, err = crawler.Collect(t.Context(), job, crawler.Options{Sink: sink, Now: clk.Now, Sleep: clk.Sleep, Workers: 1})
	if err != nil || report.Denied != 1 || len(through) > 0 {
		t.Errorf("%v, through the proxy: %v, report %+v", err, through, report)
	}
}
