package crawler_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"chaping/configs"
)

// A longList serves one product's reviews, one an hour, newest first, in pages
// of ten, as a platform that shows no more than its limit of pages.
type longList struct {
	reviews int
	limit   int // pages that are shown of any view
}

func (l longList) entry(i int) string {
	at := end.Add(-time.Duration(i+1) * time.Hour).Format(time.DateTime)
	return fmt.Sprintf(`{"id":"%d","stars":%d,"text":"x","at":%q}`, i, 1+i%5, at)
}

// view is what the query asks for: all, one rating, or the oldest first.
func (l longList) view(q url.Values) (ids []int) {
	for i := range l.reviews {
		if s := q.Get("score"); s == "" || s == "0" || s == strconv.Itoa(1+i%5) {
			ids = append(ids, i)
		}
	}
	if q.Get("sort") == "old" {
		for i, j := 0, len(ids)-1; i < j; i, j = i+1, j-1 {
			ids[i], ids[j] = ids[j], ids[i]
		}
	}
	return ids
}

func (l longList) serve(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	offset, _ := strconv.Atoi(q.Get("o"))
	if p, err := strconv.Atoi(q.Get("p")); err == nil {
		offset = (p - 1) * 10
	}
	if c := q.Get("c"); c != "" {
		offset, _ = strconv.Atoi(strings.TrimPrefix(c, "nach "))
	}
	all := l.view(q)
	var list []string
	for i := offset; i < min(offset+10, len(all), 10*l.limit); i++ {
		list = append(list, l.entry(all[i]))
	}
	next := ""
	if offset+10 < min(len(all), 10*l.limit) {
		next = fmt.Sprintf(`"next":"nach %d",`, offset+10)
	}
	fmt.Fprintf(w, `{%s"total":%d,"pages":%d,"list":[%s]}`, next, len(all), min((len(all)+9)/10, l.limit), strings.Join(list, ","))
}

func TestPagingAndSlices(t *testing.T) {
	const reviewsURL = "    url: /r?item={product}&p={page}\n"
	for _, c := range []struct {
		name      string
		list      longList
		url       string // of the review step
		more      string // keys of the review step
		paging    string
		reviews   int
		truncated int64
	}{
		{"offset", longList{95, 99}, "/r?item={product}&o={offset}&n={size}", "", "{size: 10, total: total}", 95, 0},
		{"cursor", longList{95, 99}, "/r?item={product}&c={cursor}", "", "{cursor: next, total: total}", 95, 0},
		{"cursor with a start", longList{95, 99}, "/r?item={product}&c={cursor}", "", "{cursor: next, start: \"nach 0\", total: total}", 95, 0},
		{"limit", longList{95, 5}, "/r?item={product}&p={page}", "", "{pages: pages, total: total, limit: 5}", 50, 1},
		{"limit, cut by rating", longList{95, 5}, "/r?item={product}&p={page}&{slice}", "    slices: {whole: score=0, parts: [score=1, score=2, score=3, score=4, score=5]}\n", "{pages: pages, total: total, limit: 5}", 95, 0},
		{"limit, until a page is empty", longList{95, 5}, "/r?item={product}&p={page}&{slice}", "    slices: {whole: score=0, parts: [score=1, score=2, score=3, score=4, score=5]}\n", "{limit: 5}", 95, 0},
		{"parts too long as well", longList{600, 5}, "/r?item={product}&p={page}&{slice}", "    slices: {whole: score=0, parts: [score=1, score=2, score=3, score=4, score=5]}\n", "{pages: pages, total: total, limit: 5}", 250, 1},
		{"another order", longList{95, 5}, "/r?item={product}&p={page}&{slice}", "    slices: {whole: sort=new, views: [sort=old]}\n", "{pages: pages, total: total, limit: 5}", 95, 1},
		{"the window ends before the limit", longList{2000, 99}, "/r?item={product}&p={page}&{slice}", "    slices: {whole: score=0, parts: [score=1]}\n", "{pages: pages, total: total, limit: 99}", 31 * 24, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite()
			s["/s"] = sayText(`<li><a href="/p?id=1">一</a></li>`)
			s["/r"] = c.list.serve
			profile := strings.NewReplacer(reviewsURL, fmt.Sprintf("    url: %q\n%s", c.url, c.more), "{total: total, limit: 6}", c.paging).Replace(smallProfile)
			got := collect(t, s, profile)
			if len(got.sink.reviews) != c.reviews || got.report.TruncatedLists != c.truncated {
				t.Errorf("%d reviews, %d truncated, want %d and %d: %+v", len(got.sink.reviews), got.report.TruncatedLists, c.reviews, c.truncated, got.report)
			}
			if gap := got.sink.gap("1"); (gap != "") != (c.truncated > 0) || got.report.Gaps != c.truncated {
				t.Errorf("the product lacks %q, report %+v", gap, got.report)
			}
			if got.report.Reviews != int64(len(got.sink.reviews)) {
				t.Errorf("the report counts %d reviews, there are %d", got.report.Reviews, len(got.sink.reviews))
			}
		})
	}
}

// A review that the whole list had, and a part of it has again, is one review: also
// where the list has no order that tells which were read.
func TestReviewsOfPartsAreCountedOnce(t *testing.T) {
	s := newSite()
	s["/s"] = sayText(`<li><a href="/p?id=1">一</a></li>`)
	s["/r"] = longList{95, 5}.serve
	got := collect(t, s, strings.NewReplacer("    url: /r?item={product}&p={page}\n",
		"    url: \"/r?item={product}&p={page}&{slice}\"\n    slices: {whole: score=0, parts: [score=1, score=2, score=3, score=4, score=5]}\n",
		"{total: total, limit: 6}", "{pages: pages, total: total, limit: 5}", "order: newest", "order: none").Replace(smallProfile))
	if got.report.Reviews != 95 || len(got.sink.reviews) != 95 || got.report.Duplicates != 50 {
		t.Errorf("%d reviews: %+v", len(got.sink.reviews), got.report)
	}
}

// Reviews that stand whole in the product's answer need no paging, and are
// complete when they are as many as the site says.
func TestPagingNone(t *testing.T) {
	for _, c := range []struct {
		name, paging string
		total        int
		truncated    int64
	}{
		{"none", "none", 3, 0},
		{"none, extended by a total", "{none: true, total: total}", 3, 0},
		{"fewer than the site says", "{none: true, total: total}", 4, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite()
			s["/r"] = func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Has("p") {
					t.Errorf("asked for %s", r.URL)
				}
				fmt.Fprint(w, strings.Replace(goodReviews(r.URL.Query().Get("item")), `"total":3`, fmt.Sprintf(`"total":%d`, c.total), 1))
			}
			profile := strings.NewReplacer("/r?item={product}&p={page}", "/r?item={product}", "{total: total, limit: 6}", c.paging).Replace(smallProfile)
			got := collect(t, s, profile)
			if len(got.sink.reviews) != 9 || got.report.TruncatedLists != 3*c.truncated || got.report.Complete() != (c.truncated == 0) {
				t.Errorf("%d reviews: %+v", len(got.sink.reviews), got.report)
			}
		})
	}
}

// Some interfaces say in the headers how much there is and where it goes on.
func TestPagingInHeaders(t *testing.T) {
	for _, c := range []struct {
		name, paging string
		header       func(w http.ResponseWriter, page int)
		reviews      int
		truncated    int64
	}{
		{"a link", "{next: {header: link}}", func(w http.ResponseWriter, page int) {
			w.Header().Add("Link", `</r?first>; rel="first"`)
			if page < 3 {
				w.Header().Add("Link", fmt.Sprintf(`<http://%s/r?item=1&p=%d>; title="a, b"; rel="last next"`, "HOST", page+1))
			}
		}, 30, 0},
		{"pages and total", "{pages: {header: X-Wp-Totalpages}, total: {header: X-Total-Count}}", func(w http.ResponseWriter, _ int) {
			w.Header().Set("X-WP-TotalPages", "3")
			w.Header().Set("X-Total-Count", "30")
		}, 30, 0},
		{"a total that is not reached", "{total: {header: X-Total-Count}}", func(w http.ResponseWriter, _ int) {
			w.Header().Set("X-Total-Count", "31")
		}, 30, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite()
			s["/s"] = sayText(`<li><a href="/p?id=1">一</a></li>`)
			s["/r"] = func(w http.ResponseWriter, r *http.Request) {
				page, _ := strconv.Atoi(r.URL.Query().Get("p"))
				c.header(w, page)
				for i, link := range w.Header().Values("Link") {
					w.Header()["Link"][i] = strings.Replace(link, "HOST", r.Host, 1)
				}
				(longList{30, 99}).serve(w, r)
			}
			got := collect(t, s, strings.Replace(smallProfile, "{total: total, limit: 6}", c.paging, 1))
			if len(got.sink.reviews) != c.reviews || got.report.TruncatedLists != c.truncated {
				t.Errorf("%d reviews, %d truncated: %+v", len(got.sink.reviews), got.report.TruncatedLists, got.report)
			}
		})
	}
}

// shippedReviews is the review part of a shipped profile.
func shippedReviews(t *testing.T, name string) string {
	t.Helper()
	text, err := configs.Files.ReadFile("sites/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, reviews, ok := strings.Cut(string(text), "\nreviews:\n")
	if !ok {
		t.Fatalf("%s has no reviews", name)
	}
	return "reviews:\n" + reviews
}

// The shipped profiles for comment interfaces read what these document.
func TestCommentInterfaces(t *testing.T) {
	for _, c := range []struct {
		name    string
		site    site
		profile string
		reviews int
		says    string
	}{
		{"jd", site{
			"/robots.txt": http.NotFound,
			"/Search":     sayText(`<div id=J_goodsList><ul><li class=gl-item data-sku=100012><div class=p-name><a href="/100012.html"><em>电热水壶</em></a></div></ul></div>`),
			"/Search?keyword=%E5%A3%B6&enc=utf-8&page=2": sayText(""),
			"/100012.html": sayText(`<link rel=canonical href="//item.jd.com/100012.html"><div class=sku-name>电热水壶 1.7L</div><div class=p-price><span class=price>89.00</span></div>`),
			"/comment/productPageComments.action": func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("page") != "0" || r.URL.Query().Get("score") != "0" {
					fmt.Fprint(w, `cb({"maxPage":1,"comments":[]});`)
					return
				}
				fmt.Fprint(w, `cb({"maxPage":1,"productCommentSummary":{"commentCountStr":"13万+"},"comments":[`+
					`{"id":1,"score":1,"content":"漏电","creationTime":"2026-11-05 10:00:00","nickname":"j***8","afterUserComment":{"created":"2026-11-09 10:00:00","hAfterUserComment":{"content":"客服不理"}}},`+
					`{"id":2,"score":5,"content":"此用户未填写评价内容","creationTime":"2026-11-04 10:00:00"}]});`)
			},
		}, "extends: jd\nauthorized_by: 试验\nprivate_hosts: [127.0.0.1]\npoliteness: {delay: 0s}\nbase: http://127.0.0.1:1\n", 2, ""},
		{"tmall", site{
			"/robots.txt":                       http.NotFound,
			"/search_product.htm":               sayText(`<div id=J_ItemList><div class=product data-id=55><p class=productTitle><a href="/item.htm?id=55">养生壶</a></p></div></div>`),
			"/search_product.htm?q=%BA%F8&s=60": sayText(""),
			"/item.htm":                         sayText(`<link rel=canonical href="/item.htm?id=55"><div class=tb-detail-hd><h1>养生壶</h1></div><span class=tm-price>99.00</span><input id=dsr-userid value=777>`),
			"/list_detail_rate.htm": func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("sellerId") != "777" {
					t.Errorf("asked for %s", r.URL)
				}
				fmt.Fprint(w, `rate({"rateDetail":{"rateCount":{"total":1},"paginator":{"lastPage":1},"rateList":[`+
					`{"id":9,"rateContent":"壶嘴漏水","rateDate":"2026-11-06 11:00:00","displayUserNick":"t***1","appendComment":{"content":"换了一个还是漏","commentTime":"2026-11-10 11:00:00"}}]}})`)
			},
		}, "extends: tmall\nauthorized_by: 试验\nprivate_hosts: [127.0.0.1]\npoliteness: {delay: 0s}\nbase: http://127.0.0.1:1\n", 1, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			// The interface stands on another host of the platform.
			moved := strings.NewReplacer("https://club.jd.com/", "/", "https://rate.tmall.com/", "/")
			got := collect(t, c.site, moved.Replace(shippedReviews(t, c.name))+c.profile)
			if len(got.sink.reviews) != c.reviews || len(got.sink.listings) != 1 {
				t.Fatalf("%d reviews, %d listings: %+v", len(got.sink.reviews), len(got.sink.listings), got.report)
			}
			appended := 0
			for _, r := range got.sink.reviews {
				if r.Appended != "" && !r.AppendedAt.IsZero() {
					appended++
				}
			}
			if appended != 1 || c.name == "jd" && got.report.Defaults != 1 || c.name == "jd" && got.report.TruncatedLists != 1 {
				t.Errorf("%d appended: %+v", appended, got.report)
			}
		})
	}
}
