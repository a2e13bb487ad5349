package crawler_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"chaping"
	"chaping/crawler"
)

// listed is a page that links to the two goods of a small shop.
func listed(links string) string {
	return `<nav><a href="/">首页</a><a href="/about">关于</a></nav><div class=result-list>` + links + `</div>`
}

const goodsLinks = `<div class=card><a href="/goods/7.html"><img src=x alt="电热水壶 白"></a><b class=name>电热水壶 白</b><i>￥59.00</i></div>` +
	`<div class=card><a href="/goods/8.html"><img src=y alt="电热水壶 黑"></a><b class=name>电热水壶 黑</b><i>￥69.00</i></div>`

// htmlShop serves product pages with the reviews as given, and a search.
func htmlShop(head string, reviews func(id string) string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/robots.txt", http.NotFound)
	mux.HandleFunc("/goods/{file}", func(w http.ResponseWriter, r *http.Request) {
		id := strings.TrimSuffix(r.PathValue("file"), ".html")
		name := map[string]string{"7": "白", "8": "黑"}[id]
		fmt.Fprintf(
			w,
			`<!DOCTYPE html><html><head><meta charset=utf-8><title>电热水壶 %[1]s - 小店</title>%[3]s</head><body>`+
				`<form action="/find"><input name=wd type=search><button>搜</button></form>`+
				`<nav><a href="/">首页</a><a href="/goods">全部</a></nav><h1>电热水壶 %[1]s</h1><span class=price>￥59.00</span>%[2]s`+
				`<ul class=related><li><a href="/goods/8.html">别的</a></li><li><a href="/goods/7.html">又一个</a></li></ul></body></html>`,
			name,
			reviews(id),
			head,
		)
	})
	mux.HandleFunc("/find", func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains("电热水壶", r.URL.Query().Get("wd")) && r.URL.Query().Get("page") <= "1" {
			fmt.Fprint(w, listed(goodsLinks))
			return
		}
		fmt.Fprint(w, listed("没有找到"))
	})
	mux.HandleFunc("/goods", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, listed(goodsLinks)) })
	return mux
}

// calledShop has its reviews in an interface whose address stands in the product page.
func calledShop(page string, offset bool) http.Handler {
	shop := htmlShop("", func(id string) string { return strings.ReplaceAll(page, "ID", id) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/comments" {
			shop.ServeHTTP(w, r)
			return
		}
		q := r.URL.Query()
		from, _ := strconv.Atoi(q.Get("offset"))
		if n, err := strconv.Atoi(q.Get("pageNo")); err == nil && !offset {
			from = 10 * (n - 1)
		}
		var list []string
		for i := from; i < min(from+10, 23); i++ {
			list = append(list, fmt.Sprintf(`{"commentId":"%s-%d","score":%d,"content":"第%d壶水还没开就跳闸","createTime":"2026-11-%02d 10:00:00"}`, q.Get("goods"), i, 1+i%5, i, 24-i/2))
		}
		fmt.Fprintf(w, `{"code":0,"data":{"list":[%s]}}`, strings.Join(list, ","))
	})
}

// pagedShop shows ten reviews a page, by a parameter that no link has, and names its
// shops.
func pagedShop(reviews int, turns bool) http.Handler {
	shop := htmlShop("", func(string) string { return "" })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, ok := strings.CutPrefix(r.URL.Path, "/goods/")
		if !ok {
			shop.ServeHTTP(w, r)
			return
		}
		id = strings.TrimSuffix(id, ".html")
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		if page = max(page, 1); !turns {
			page = 1
		}
		var list strings.Builder
		for i := 10 * (page - 1); i < min(10*page, reviews); i++ {
			fmt.Fprintf(&list, `<li class=review data-review-id="r%s-%d"><span class=stars title="%d星"></span><p class=content>第%d次烧水就跳闸</p><time datetime="2026-11-%02dT10:00:00+08:00">不久前</time></li>`,
				id, i, 1+i%5, i, 24-i/2)
		}
		fmt.Fprintf(w, `<!DOCTYPE html><meta charset=utf-8><title>电热水壶</title><nav><a href="/stores">全部店铺</a></nav><form action="/find"><input name=wd></form>`+
			`<h1>电热水壶 %s</h1><span class=price>￥59.00</span><a class=seller href="/store/88.html">暖家小铺</a><ul class="review-list">%s</ul>`,
			map[string]string{"7": "白", "8": "黑"}[id], list.String())
	})
}

var repeated = []string{"烧水的时候底座漏电，手都麻了", "壶盖关不严，开水溅出来烫伤", "用了三天就有焦味，不敢再用", "还可以，声音大了一点"}

// repeat writes four reviews of the product.
func repeat(format string, id string) string {
	var b strings.Builder
	for i := range 4 {
		stars := 1 + i
		b.WriteString(
			strings.NewReplacer(
				"ID",
				id+strconv.Itoa(i),
				"STARS",
				strconv.Itoa(stars),
				"DAY",
				fmt.Sprintf("%02d", 3+i),
				"BLACK",
				strings.Repeat("★", stars)+strings.Repeat("☆", 5-stars),
				"ICONS",
				strings.Repeat(`<i class="star on"></i>`, stars)+strings.Repeat(`<i class="star"></i>`, 5-stars),
				"WIDTH",
				strconv.Itoa(stars*20),
				"BUYER",
				[]string{"张三", "李四", "王五", "赵六"}[i],
				"TEXT",
				repeated[i],
			).Replace(format),
		)
	}
	return b.String()
}

// A draft of one page collects what the site shows, for pages of many kinds.
func TestPropose(t *testing.T) {
	data := func(id string) string {
		return "[" + strings.TrimSuffix(
			repeat(
				`{"id":"ID","user":{"name":"BUYER"},"rate":STARS,"content":"TEXT","createTime":"2026-11-DAY 10:00:00"},`,
				id,
			),
			",",
		) + "]"
	}
	for _, c := range []struct {
		name    string
		shop    http.Handler
		page    string
		source  string
		reviews int // that collecting with the draft stores
		missing []crawler.Lack
		without []crawler.Lack
	}{
		{"ids, titles and time elements", htmlShop("", func(id string) string {
			return `<ul class="review-list">` + repeat(`<li class=review data-review-id="ID"><span class=stars title="STARS星"></span><b class=user>BUYER</b><p class=content>TEXT</p><time datetime="2026-11-DAYT10:00:00+08:00">不久前</time></li>`, id) + `</ul>`
		}), "/goods/7.html", "html", 8, nil, []crawler.Lack{crawler.LackIDs, crawler.LackDates, crawler.LackRatings, crawler.LackSearch}},
		{"a total in words and follow-ups", htmlShop("", func(id string) string {
			return `<h3>商品评价（共 <em class=num>5</em> 条）</h3><ul class="review-list">` + repeat(`<li class=review data-review-id="ID"><span class=stars title="STARS星"></span><p class=content>TEXT</p><time datetime="2026-11-DAYT10:00:00+08:00">不久前</time></li>`, id) +
				`<li class=review data-review-id="x` + id + `"><span class=stars title="1星"></span><p class=content>烧水冒烟，不敢用了</p><time datetime="2026-11-09T10:00:00+08:00">不久前</time><div class=append-box><b>追评</b><p>还是冒烟</p><i>2026-11-12 08:00</i></div></li></ul>`
		}), "/goods/7.html", "html", 10, nil, []crawler.Lack{crawler.LackTotal, crawler.LackAppended, crawler.LackAppendedAt}},
		{"a total and follow-ups that are not found", htmlShop("", func(id string) string {
			return `<ul class="review-list">` + repeat(`<li class=review data-review-id="ID"><span class=stars title="STARS星"></span><p class=content>TEXT（追评：一样）</p><time datetime="2026-11-DAYT10:00:00+08:00">不久前</time></li>`, id) + `</ul>`
		}), "/goods/7.html", "html", 8, []crawler.Lack{crawler.LackTotal, crawler.LackAppended}, nil},
		{"dates within texts and black stars", htmlShop("", func(id string) string {
			return `<div id=comments>` + repeat(`<div class=comment><div class=meta><span class=author>BUYER</span><span class=score>BLACK</span><em>发表于 2026-11-DAY 10:00 来自手机</em></div><div class=text>TEXT</div></div>`, id) + `</div>`
		}), "/goods/7.html", "html", 8, []crawler.Lack{crawler.LackIDs}, []crawler.Lack{crawler.LackBuyers, crawler.LackDates, crawler.LackRatings, crawler.LackSearch}},
		{"stars that are pictures", htmlShop("", func(id string) string {
			return `<section class=reviews>` + repeat(`<article class=review-item id="r-ID"><div class=rating>ICONS</div><p>TEXT</p><small class=date>2026年11月DAY日</small></article>`, id) + `</section>`
		}), "/goods/7.html", "html", 8, nil, []crawler.Lack{crawler.LackIDs, crawler.LackDates, crawler.LackRatings}},
		{"stars of a width", htmlShop("", func(id string) string {
			return `<div class=evaluate>` + repeat(`<dl class=rate-item data-id=ID><dt><span class=star-bg><span class=star-fg style="width: WIDTH%"></span></span></dt><dd class=rate-text>TEXT</dd><dd class=rate-date>2026/11/DAY</dd></dl>`, id) + `</div>`
		}), "/goods/7.html", "html", 8, nil, []crawler.Lack{crawler.LackIDs, crawler.LackDates, crawler.LackRatings}},
		{"widths in a box that is called nothing", htmlShop("", func(id string) string {
			return `<ul class=cl>` + repeat(`<li class=row><em class=nick>BUYER</em><div class=box><i style="width:WIDTH%"></i></div><time>11-DAY 10:00</time><p>TEXT</p></li>`, id) + `</ul>`
		}), "/goods/7.html", "html", 8, nil, []crawler.Lack{crawler.LackDates, crawler.LackRatings, crawler.LackBuyers}},
		{"as WooCommerce writes them", htmlShop("", func(id string) string {
			return `<div id="reviews" class="woocommerce-Reviews"><h2 class="woocommerce-Reviews-title">4 条评价</h2><ol class="commentlist">` +
				repeat(`<li class="review even thread-even depth-1" id="li-comment-ID"><div id="comment-ID" class="comment_container"><img src=a class="avatar photo" alt=""><div class="comment-text">`+
					`<div class="star-rating" role="img" aria-label="Rated STARS out of 5"><span style="width:WIDTH%">Rated <strong class="rating">STARS</strong> out of 5</span></div>`+
					`<p class="meta"><strong class="woocommerce-review__author">BUYER </strong> <span class="woocommerce-review__dash">–</span> <time class="woocommerce-review__published-date" datetime="2026-11-DAYT10:00:00+00:00">2026年11月DAY日</time></p>`+
					`<div class="description"><p>TEXT</p></div></div></div></li>`, id) + `</ol></div>`
		}), "/goods/7.html", "html", 8, nil, []crawler.Lack{crawler.LackIDs, crawler.LackDates, crawler.LackRatings}},
		{"as Magento writes them", htmlShop("", func(id string) string {
			return `<div class="block review-list" id="customer-reviews"><div class="block-content"><ol class="items review-items">` +
				repeat(`<li class="item review-item" itemprop="review"><div class="review-title">标题</div><div class="review-ratings"><div class="rating-summary item"><div class="rating-result" title="WIDTH%"><span style="width:WIDTH%"><span>WIDTH%</span></span></div></div></div>`+
					`<div class="review-content">TEXT</div><div class="review-details"><p class="review-author"><span class="review-details-label">评论者</span> <strong class="review-details-value">BUYER</strong></p>`+
					`<p class="review-date"><span class="review-details-label">发表于</span> <time class="review-details-value" datetime="2026-11-DAY 10:00">11/DAY/26</time></p></div></li>`, id) + `</ol></div></div>`
		}), "/goods/7.html", "html", 8, []crawler.Lack{crawler.LackIDs}, []crawler.Lack{crawler.LackDates, crawler.LackRatings}},
		{"a table", htmlShop("", func(id string) string {
			return `<div id="review">` + repeat(`<table class="table table-striped"><tr><td><strong>BUYER</strong></td><td class="text-right">2026/11/DAY</td></tr><tr><td colspan="2"><p>TEXT</p><span class="rating">BLACK</span></td></tr></table>`, id) + `</div>`
		}), "/goods/7.html", "html", 8, nil, []crawler.Lack{crawler.LackDates, crawler.LackRatings}},
		{"words for dates and grades", htmlShop("", func(id string) string {
			return `<div class=pinglun-list>` + repeat(`<div class=pl-item><div class=pl-user>BUYER</div><div class=pl-score>STARS分</div><div class=pl-content>TEXT</div><div class=pl-time>11-DAY 10:00</div></div>`, id) + `</div>`
		}), "/goods/7.html", "html", 8, nil, []crawler.Lack{crawler.LackDates, crawler.LackRatings}},
		{"data in a script", htmlShop("", func(id string) string {
			return `<div id=reviews>载入中</div><script>window.__INITIAL_STATE__={"goods":{"goodsId":` + id + `,"comments":{"list":` + data(id) + `,"total":4}},"user":undefined};(function(){})()</script>`
		}), "/goods/7.html", "script", 8, nil, []crawler.Lack{crawler.LackIDs, crawler.LackTotal, crawler.LackSearch}},
		{"Next, fewer than there are", htmlShop("", func(id string) string {
			return `<script id="__NEXT_DATA__" type="application/json">{"props":{"pageProps":{"product":{"sku":"K-` + id + `","name":"电热水壶","price":59,"reviewCount":9,"reviews":` + data(id) + `}}}}</script>`
		}), "/goods/7.html", "script", 8, []crawler.Lack{crawler.LackPaging}, []crawler.Lack{crawler.LackIDs}},
		{"JSON-LD", htmlShop("", func(id string) string {
			return `<script type="application/ld+json">{"@type":"Product","sku":"` + id + `","name":"壶 ` + id + `","offers":{"price":"59","priceCurrency":"CNY"},"review":[` +
				strings.TrimSuffix(repeat(`{"@type":"Review","author":"BUYER","datePublished":"2026-11-DAY","reviewBody":"TEXT","reviewRating":{"ratingValue":STARS}},`, id), ",") + `]}</script>`
		}), "/goods/7.html", "schema.org", 8, nil, []crawler.Lack{crawler.LackPrice, crawler.LackSearch}},
		{"a list to begin with", htmlShop("", func(id string) string {
			return `<ul class="review-list">` + repeat(`<li class=review data-review-id="ID"><span class=stars title="STARS星"></span><p class=content>TEXT</p><time datetime="2026-11-DAY">不久前</time></li>`, id) + `</ul>`
		}), "/find?wd=电热水壶", "html", 8, nil, []crawler.Lack{crawler.LackSearch}},
		{"a catalogue", htmlShop("", func(id string) string {
			return `<ul class="review-list">` + repeat(`<li class=review data-review-id="ID"><span class=stars title="STARS星"></span><p class=content>TEXT</p><time datetime="2026-11-DAY">不久前</time></li>`, id) + `</ul>`
		}), "/goods", "html", 8, []crawler.Lack{crawler.LackListPaging}, []crawler.Lack{crawler.LackSearch}},
		{"pages that no link tells of", pagedShop(23, true), "/goods/7.html", "html", 46, []crawler.Lack{crawler.LackTotal}, []crawler.Lack{crawler.LackNextPage, crawler.LackShop}},
		{"one page, whatever is asked", pagedShop(10, false), "/goods/7.html", "html", 20, []crawler.Lack{crawler.LackNextPage}, nil},
		{"an interface in an attribute", calledShop(`<div id=c data-api="/api/comments?goods=ID&amp;pageNo=1&amp;pageSize=10"></div>`, false), "/goods/7.html", "json", 46, nil, []crawler.Lack{crawler.LackReviews, crawler.LackNextPage}},
		{"an interface in a script", calledShop(`<script>fetch("/api/comments?goods=ID&offset=0&limit=10").then(show)</script>`, true), "/goods/7.html", "json", 46, nil, []crawler.Lack{crawler.LackReviews, crawler.LackNextPage}},
		{"a storefront", &storefront{asked: map[string]int{}}, "/goods/kettle-white", "script", 20, nil, []crawler.Lack{crawler.LackIDs, crawler.LackSearch}},
		{"nothing", htmlShop("", func(string) string { return "<p>还没有评论</p>" }), "/goods/7.html", "", 0, []crawler.Lack{crawler.LackReviews}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(c.shop)
			defer server.Close()
			draft := propose(t, server.URL+c.page)
			if draft.Source != c.source || len(draft.Asked) > 8 {
				t.Errorf("reviews in %q, asked for %q", draft.Source, draft.Asked)
			}
			for _, lack := range c.missing {
				if !slices.Contains(draft.Missing, lack) {
					t.Errorf("it does not say that it lacks %s: %s", lack, draft.Missing)
				}
			}
			for _, lack := range c.without {
				if slices.Contains(draft.Missing, lack) {
					t.Errorf("it lacks %s", lack)
				}
			}
			if strings.HasPrefix(c.name, "pages that") && !strings.Contains(draft.Profile, `shop_name: a.seller`) {
				t.Errorf("no shop: %s", draft.Profile)
			}
			got := collect(t, c.shop, strings.Replace(draft.Profile, "{delay: 300ms}", "{delay: 0s}", 1))
			rated := 0
			for _, r := range got.sink.reviews {
				for i, text := range repeated {
					if strings.Contains(r.Text, text) &&
						(r.Rating != 1+i || r.Published.Day() != 3+i || r.Published.Month() != 11 || strings.Contains(r.Text, "2026")) {
						t.Errorf("%q has rating %d and date %s", r.Text, r.Rating, r.Published)
					}
				}
				if r.Rating > 0 && r.Text != "" && r.Published.Year() == 2026 {
					rated++
				}
			}
			if len(got.sink.reviews) != c.reviews || rated != c.reviews {
				t.Errorf(
					"%d reviews, %d of them with rating and text, want %d: %+v",
					len(got.sink.reviews),
					rated,
					c.reviews,
					got.report,
				)
			}
			if t.Failed() {
				t.Log(draft.Profile)
			}
		})
	}
}

func propose(t *testing.T, address string) crawler.Draft {
	t.Helper()
	clk := &clock{t: end}
	draft, err := crawler.Propose(t.Context(), address, true, crawler.Options{Now: clk.Now, Sleep: clk.Sleep})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := crawler.LoadProfile("draft", strings.NewReader(draft.Profile)); err != nil {
		t.Errorf("the draft is no profile: %v\n%s", err, draft.Profile)
	}
	return draft
}

// A site that asks to come back later is asked for no further page.
func TestProposeUnwelcome(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			http.NotFound(w, r)
		case "/goods/7.html":
			fmt.Fprint(w, `<form action=/find><input name=q></form><a href="/s?q=壶">壶</a><h1>电热水壶</h1>`)
		default:
			asked++
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}))
	defer server.Close()
	if draft := propose(t, server.URL+"/goods/7.html"); asked != 1 ||
		!slices.Contains(draft.Missing, crawler.LackSearch) {
		t.Errorf("%d pages after the site was busy: %q", asked, draft.Asked)
	}
}

// A JSON server's list, or one of its products, is enough for a draft.
func TestProposeAPI(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/robots.txt", http.NotFound)
	product := func(id int) map[string]any {
		var reviews []map[string]any
		for i := range 3 {
			reviews = append(
				reviews,
				map[string]any{
					"rating":       7 + i,
					"comment":      "漏电",
					"date":         fmt.Sprintf("2026-11-0%dT10:00:00.000Z", i+1),
					"reviewerName": "顾客",
				},
			)
		}
		return map[string]any{"id": id, "title": fmt.Sprintf("电热水壶 %d", id), "price": 59.5, "reviews": reviews}
	}
	mux.HandleFunc("/products", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode([]any{product(1), product(2), product(3)})
	})
	mux.HandleFunc("/products/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, _ := strconv.Atoi(r.PathValue("id"))
		_ = json.NewEncoder(w).Encode(product(id))
	})
	for _, page := range []string{"/products", "/products/2"} {
		server := httptest.NewServer(mux)
		draft := propose(t, server.URL+page)
		server.Close()
		got := collect(t, mux, strings.NewReplacer("{delay: 300ms}", "{delay: 0s}").Replace(draft.Profile))
		if len(got.sink.reviews) != 9 || !got.report.Complete() || !strings.Contains(draft.Profile, "max: 10") ||
			draft.Source != "json" {
			t.Errorf("%s: %d reviews, %+v\n%s", page, len(got.sink.reviews), got.report, draft.Profile)
		}
	}
}

// Only who wrote the address may mean this machine.
func TestProposePrivate(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	for address, private := range map[string]bool{server.URL + "/1": false, "ftp://example.com/": true, "not an address": true} {
		if _, err := crawler.Propose(t.Context(), address, private, crawler.Options{}); err == nil {
			t.Errorf("%s was read", address)
		}
	}
	if _, err := crawler.Propose(t.Context(), server.URL+"/1", true, crawler.Options{}); err == nil ||
		!strings.Contains(fmt.Sprint(err), "404") && !strings.Contains(err.(*chaping.Error).Err.Error(), "404") {
		t.Errorf("a page that is not there: %v", err)
	}
}
