package crawler_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/crawler"
	"chaping/crawler/frontier"
)

// reviewsFrom is how many reviews the lists of these tests have, of which each
// page has ten.
const reviewsFrom = 36

// entryOf is a review, the newest first, a day apart.
func entryOf(i int) string {
	return fmt.Sprintf(`{"id":"e%d","stars":%d,"text":"第 %d 条","at":%q}`, i, 1+i%5, i, end.AddDate(0, 0, -1).Add(-time.Duration(i)*18*time.Hour).Format(time.DateTime))
}

func entries(page int) string {
	var list []string
	for i := 10 * (page - 1); i < min(10*page, reviewsFrom); i++ {
		list = append(list, entryOf(i))
	}
	return strings.Join(list, ",")
}

// Answers in JSON that are no list, and honest ends of lists.
func TestAnswersThatAreNoList(t *testing.T) {
	for _, c := range []struct {
		name   string
		list   string // an answer with reviews; LIST stands for them, TOTAL for how many there are
		items  string // path
		paging string
		at     int    // the page that is answered with
		answer string // this
		gap    string // what the product's gap says; empty: there is none
	}{
		// Failures.
		{"success false", `{"success":true,"list":[LIST]}`, "list", "", 3, `{"success":false,"msg":"被挤爆啦"}`, "被挤爆啦"},
		{"a message with an empty list", `{"code":0,"data":{"list":[LIST]}}`, "data.list", "", 3, `{"code":50001,"msg":"系统繁忙","data":{"list":[]}}`, "code 50001"},
		{"log in", `{"code":0,"data":{"list":[LIST]}}`, "data.list", "", 2, `{"code":401,"msg":"请登录后再看","data":null}`, "请登录后再看"},
		{"log in without a code", `{"list":[LIST]}`, "list", "", 3, `{"list":null,"login":true}`, "login"},
		{"on the first page", `{"success":true,"list":[LIST]}`, "list", "", 1, `{"success":false,"errorCode":"FAIL_SYS_USER_VALIDATE"}`, "FAIL_SYS_USER_VALIDATE"},
		{"ret", `{"ret":["SUCCESS::调用成功"],"data":{"rates":[LIST]}}`, "data.rates", "", 3, `{"ret":["RGV587_ERROR::SM::哎哟喂,被挤爆啦"],"data":{"url":"//x/punish"}}`, "RGV587_ERROR"},
		{"errno", `{"errno":0,"errmsg":"","data":{"comments":[LIST]}}`, "data.comments", "", 2, `{"errno":4,"errmsg":"访问过于频繁","data":[]}`, "errno 4"},
		{"status in words", `{"status":"ok","reviews":[LIST]}`, "reviews", "", 3, `{"status":"error","reviews":[]}`, "status error"},
		{"rtn", `{"rtn":0,"body":{"list":[LIST]}}`, "body.list", "", 2, `{"rtn":-1,"body":{"list":[]}}`, "rtn -1"},
		{"status in a head", `{"head":{"retcode":"0000"},"body":{"list":[LIST]}}`, "body.list", "", 2, `{"head":{"retcode":"E1029","retmsg":"会话超时"},"body":{"list":[]}}`, "retcode E1029"},
		{"errors of GraphQL", `{"data":{"product":{"reviews":{"nodes":[LIST]}}}}`, "data.product.reviews.nodes", "", 3, `{"errors":[{"message":"rate limit exceeded"}],"data":null}`, "errors"},
		{"code 0 and a message", `{"code":0,"msg":"ok","data":{"list":[LIST]}}`, "data.list", "", 2, `{"code":0,"msg":"请完成安全验证","data":{"list":[]}}`, "安全验证"},
		{"a flag that was not there", `{"code":0,"data":{"list":[LIST]}}`, "data.list", "", 2, `{"code":0,"data":{"list":[],"needLogin":true}}`, "needLogin"},
		{"an object for the list", `{"list":[LIST]}`, "list", "", 2, `{"list":{"a":1}}`, "不是列表"},
		{"no list any more", `{"code":0,"data":{"list":[LIST]}}`, "data.list", "", 3, `{"code":0,"data":null}`, "没有评论列表 data.list"},
		{"another layout on the first page", `{"list":[LIST]}`, "list", "", 1, `{"comments":[{"id":1}]}`, "没有评论列表 list"},
		{"a list that ends before its total", `{"total":TOTAL,"list":[LIST]}`, "list", "{total: total}", 3, `{"total":TOTAL,"list":[]}`, "网站称共 36 条，只读到 20 条"},
		{"and without the total there", `{"total":TOTAL,"list":[LIST]}`, "list", "{total: total}", 3, `{"list":[]}`, "网站称共 36 条，只读到 20 条"},
		{"a cursor to a failure", `{"list":[LIST],"next":"NEXT"}`, "list", "{cursor: next, start: \"1\"}", 3, `{"err_code":10021,"message":"login required"}`, "err_code 10021"},

		{"blocked in silence", `{"total":TOTAL,"list":[LIST]}`, "list", "{total: total}", 3, `{"total":0,"list":[]}`, "起初称共 36 条"},
		{"nothing, but more", `{"list":[LIST],"hasMore":true}`, "list", "", 3, `{"list":[],"hasMore":true}`, "网站却说还有"},
		{"the rest is in the app", `{"code":0,"data":{"list":[LIST]}}`, "data.list", "", 3, `{"code":0,"msg":"更多评论请前往APP查看","data":{"list":[]}}`, "前往APP"},
		{"nothing of many", `{"list":[LIST]}`, "list", "", 1, `{"total":36,"list":[]}`, "总数却不是零"},

		// Honest ends, after four pages of ten.
		{"an empty list", `{"list":[LIST]}`, "list", "", 5, `{"list":[]}`, ""},
		{"null, as Go writes it", `{"code":0,"data":{"list":[LIST]}}`, "data.list", "", 5, `{"code":0,"data":{"list":null}}`, ""},
		{"null alone", `{"list":[LIST]}`, "list", "", 5, `{"list":null}`, ""},
		{"an empty text, as PHP writes it", `{"status":1,"list":[LIST]}`, "list", "", 5, `{"status":1,"list":""}`, ""},
		{"nothing, behind a page that was not full", `{"list":[LIST]}`, "list", "", 5, `{"page":5}`, ""},
		{"a message that there is no more", `{"code":0,"list":[LIST]}`, "list", "", 5, `{"code":1004,"msg":"没有更多评论了"}`, ""},
		{"an error behind the total", `{"total":TOTAL,"list":[LIST]}`, "list", "{total: total, limit: 9}", 5, `{"error":"out of range"}`, ""},
		{"404 behind a page that was not full", `{"list":[LIST]}`, "list", "", 5, "404", ""},
		{"404 in the middle", `{"list":[LIST]}`, "list", "", 3, "404", "404"},
		{"no reviews, said so", `{"code":0,"data":{"list":[LIST]}}`, "data.list", "", 1, `{"code":0,"msg":"暂无评价","data":null}`, ""},
		{"no reviews, with a total", `{"data":{"list":[LIST]}}`, "data.list", "", 1, `{"data":{"totalCount":0}}`, ""},
		{"no reviews, in Go", `{"code":200,"data":{"list":[LIST]}}`, "data.list", "", 1, `{"code":200,"data":{"list":null}}`, ""},
		{"no reviews, empty", `{"success":true,"list":[LIST]}`, "list", "", 1, `{"success":true,"list":[]}`, ""},
		{"a cursor's end", `{"list":[LIST],"next":"NEXT"}`, "list", "{cursor: next, start: \"1\"}", 5, `{"list":[],"next":"5"}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite()
			s["/s"] = sayText(`<li><a href="/p?id=1">一</a></li>`)
			s["/r"] = func(w http.ResponseWriter, r *http.Request) {
				page, _ := strconv.Atoi(r.URL.Query().Get("p"))
				fill := strings.NewReplacer("LIST", entries(page), "TOTAL", strconv.Itoa(reviewsFrom), "NEXT", strconv.Itoa(page+1)).Replace
				switch {
				case page == c.at && c.answer == "404":
					http.NotFound(w, r)
				case page == c.at:
					fmt.Fprint(w, fill(c.answer))
				default:
					fmt.Fprint(w, fill(c.list))
				}
			}
			url := "/r?item={product}&p={page}"
			if strings.Contains(c.paging, "cursor") {
				url = "/r?item={product}&p={cursor}"
			}
			paging := ""
			if c.paging != "" {
				paging = "paging: " + c.paging
			}
			profile := strings.NewReplacer("/r?item={product}&p={page}", url, "items: list", "items: "+c.items, "    paging: {total: total, limit: 6}\n", "    "+paging+"\n").Replace(smallProfile)
			readUpTo(t, collect(t, s, profile), c.at, c.gap)
		})
	}
}

// readUpTo checks that the pages before one were read, and what the product lacks.
func readUpTo(t *testing.T, got collected, at int, lacks string) {
	t.Helper()
	want := min(reviewsFrom, 10*(at-1))
	if all := len(got.sink.reviews) + int(got.report.Outside); all != want {
		t.Errorf("%d reviews, want %d", all, want)
	}
	gap := got.sink.gap("1")
	if !strings.Contains(gap, lacks) || (gap == "") != (lacks == "") || got.report.Complete() != (lacks == "") {
		t.Errorf("the product lacks %q, want %q; report %+v", gap, lacks, got.report)
	}
}

// Web pages that are no list, and honest ends of lists.
func TestPagesThatAreNoList(t *testing.T) {
	const login = `<h1>商品1</h1><ul class=list></ul><div class=mask>登录后查看全部评论</div>`
	frame := func(list string) string {
		return `<title>商品1 的评价</title><header>你好，请登录 <a href=/login>登录</a> 全部商品 会员中心 下载APP看更多优惠</header>` + list + `<footer>客服热线</footer>`
	}
	for _, c := range []struct {
		name  string
		empty string
		next  bool
		at    int
		page  http.HandlerFunc
		gap   string
	}{
		{"busy", ".none", false, 3, sayText(`<title>提示</title><p>系统繁忙，请稍后再试</p>`), "系统繁忙"},
		{"busy, nothing configured", "", false, 3, sayText(`<title>提示</title><p>系统繁忙，请稍后再试</p>`), "系统繁忙"},
		{"the rest is in the app", "", false, 3, sayText(frame(`<ul class=list></ul><p>下载手机客户端，查看全部评价</p>`)), "客户端"},
		{"only some are shown", "", false, 3, sayText(frame(`<ul class=list></ul><p>仅展示最近 20 条评价</p>`)), "仅展示最近"},
		{"for members", "", false, 3, sayText(frame(`<ul class=list></ul><p>开通会员查看剩余评论</p>`)), "会员"},
		{"scan to read on", "", false, 3, sayText(frame(`<ul class=list></ul><p>其余评价请用微信扫一扫阅读</p>`)), "微信"},
		{"in the app, in English", "", false, 3, sayText(frame(`<ul class=list></ul><p>See all reviews in our app</p>`)), "in our app"},
		{"log in", "", false, 2, sayText(frame(login)), "登录后查看全部评论"},
		{"nothing", "", false, 3, sayText(""), "页面是空的"},
		{"home", "", false, 3, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) }, "被转到别的页面"},
		{"a captcha behind the next link", "", true, 3, sayText(`<title>商品1</title><div id=nc>请按住滑块，拖动到最右边</div>`), "按住滑块"},
		{"another layout", "", false, 3, sayText(`<title>新版评价</title><section class=feedback>很好</section>`), "看不出列表到此为止"},
		{"words where the list was", "", false, 3, sayText(`<title>x</title><ul class=list>出了点问题</ul>`), "看不出列表到此为止"},
		{"a mark that is not shown", ".none", false, 3, sayText(frame(`<div>出了点问题</div>`)), "看不出列表到此为止"},
		{"an error on the first page", "", false, 1, sayText(`<title>出错了</title><p>访问过于频繁，请稍后再试</p>`), "过于频繁"},
		{"log in on the first page", "", false, 1, sayText(`<p>登录后查看评论</p>`), "登录"},
		{"taken down", "", false, 1, sayText(`<p>该商品已下架</p>`), "已下架"},

		{"the last page says so", "wall", true, 5, nil, "打开APP"},

		{"the mark", ".none", false, 5, sayText(`<p class=none>没有更多了</p>`), ""},
		{"the list, empty", "", false, 5, sayText(frame(`<ul class=list></ul>`)), ""},
		{"the list, empty, and a mark for products without reviews", ".none", false, 5, sayText(frame(`<ul class=list></ul>`)), ""},
		{"the same page without the list", "", false, 5, sayText(frame(``)), ""},
		{"words", "", false, 5, sayText(`<p>暂无更多评价</p>`), ""},
		{"the last page again", "", false, 5, nil, ""},
		{"no reviews", "", false, 1, sayText(frame(`<p>还没有人评价</p>`)), ""},
		{"no reviews, no word", "", false, 1, sayText(frame(`<ul class=list></ul>`)), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite()
			s["/s"] = sayText(`<li><a href="/p?id=1">一</a></li>`)
			s["/"] = sayText("<h1>欢迎光临</h1>")
			s["/r"] = func(w http.ResponseWriter, r *http.Request) {
				page, _ := strconv.Atoi(r.URL.Query().Get("p"))
				if page == c.at && c.page != nil {
					c.page(w, r)
					return
				}
				page = min(page, 4)
				var list strings.Builder
				for i := 10 * (page - 1); i < min(10*page, reviewsFrom); i++ {
					fmt.Fprintf(&list, "<li class=one id=e%d><p>第 %d 条</p><i>%s</i></li>", i, i, end.AddDate(0, 0, -1).Add(-time.Duration(i)*18*time.Hour).Format(time.DateTime))
				}
				next := ""
				if page == 4 && c.empty == "wall" {
					next = "<p>更多评价请打开APP查看</p>"
				}
				if page < 4 {
					next = fmt.Sprintf(`<a class=next href="/r?item=1&p=%d">下一页</a>`, page+1)
				}
				sayText(frame("<ul class=list>"+list.String()+"</ul>"+next))(w, r)
			}
			before, _, _ := strings.Cut(smallProfile, "  - format: json")
			profile := before + "  - url: /r?item={product}&p={page}\n    items: li.one\n    order: none\n    fields: {id: {attr: id}, text: p, published: {css: i, date: iso8601}}\n"
			if c.empty != "" {
				profile += "    empty: " + c.empty + "\n"
			}
			if c.next {
				profile = strings.Replace(profile, "&p={page}\n    items: li", "&p=1\n    items: li", 1) + "    paging: {next: {css: a.next, attr: href}}\n"
			}
			readUpTo(t, collect(t, s, profile), c.at, c.gap)
		})
	}
}

// A dated list is served in pages of ten.
type datedList struct {
	days  []int // before the window's end, in the site's order; 100 and more are before the window
	stars []int // 5 where there are none
	asked int
}

func (l *datedList) serve(w http.ResponseWriter, r *http.Request) {
	l.asked++
	page, _ := strconv.Atoi(r.URL.Query().Get("p"))
	var list []string
	for i := 10 * (page - 1); i < min(10*page, len(l.days)); i++ {
		stars := 5
		if i < len(l.stars) {
			stars = l.stars[i]
		}
		list = append(list, fmt.Sprintf(`{"id":"d%s-%d","stars":%d,"text":"x","at":%q}`, r.URL.Query().Get("item"), i, stars, end.AddDate(0, 0, -l.days[i]).Add(-time.Hour).Format(time.DateTime)))
	}
	fmt.Fprintf(w, `{"list":[%s]}`, strings.Join(list, ","))
}

// sequence are the days from a to b.
func sequence(a, b, step int) (days []int) {
	for d := a; d <= b; d += step {
		days = append(days, d)
	}
	return days
}

func falling(n, after int) (stars []int) { // one star in four, or all from after on
	for i := range n {
		stars = append(stars, []int{1, 5, 4, 5}[i%4])
		if after >= 0 {
			stars[i] = map[bool]int{true: 1, false: 5}[i >= after]
		}
	}
	return stars
}

// Lists that are not sorted by date are read to their end; those that are stop
// where the window does.
func TestOrderIsFoundOut(t *testing.T) {
	hot := slices.Clone(sequence(1, 80, 1))
	for i := range hot { // a shuffle that is the same every time
		j := (i * 37) % len(hot)
		hot[i], hot[j] = hot[j], hot[i]
	}
	goodFirst := slices.Concat(sequence(1, 100, 1), sequence(1, 40, 4))
	for _, c := range []struct {
		name  string
		order string
		list  datedList
		want  int // reviews of the window, whose 31 days are 0 to 30
		mixed int64
		pages int // that are asked for; 0: any number
	}{
		{"newest first, as the profile says", "newest", datedList{days: sequence(0, 99, 1)}, 31, 0, 5},
		{"newest first, nobody says so", "", datedList{days: sequence(0, 99, 1), stars: falling(100, -1)}, 31, 0, 11},
		{"hot", "", datedList{days: hot}, 30, 1, 0},
		{"hot, and the profile is wrong", "newest", datedList{days: hot}, 30, 1, 0},
		{"the good ones first", "", datedList{days: goodFirst, stars: falling(110, 100)}, 38, 1, 0},
		{"oldest first", "newest", datedList{days: slices.Compact(func() []int { d := sequence(0, 60, 1); slices.Reverse(d); return d }())}, 31, 1, 0},
		{"three old ones on top", "newest", datedList{days: slices.Concat([]int{200, 210, 190}, sequence(0, 99, 1))}, 31, 0, 5},
		{"a disorderly day", "newest", datedList{days: []int{0, 0, 1, 1, 1, 0, 2, 3, 4, 5, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50}}, 20, 0, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite()
			s["/s"] = sayText(`<li><a href="/p?id=1">一</a></li>`)
			s["/r"] = c.list.serve
			order := ""
			if c.order != "" {
				order = "    order: " + c.order + "\n"
			}
			got := collect(t, s, strings.NewReplacer("    order: newest\n", order, "    paging: {total: total, limit: 6}\n", "").Replace(smallProfile))
			if len(got.sink.reviews) != c.want || got.report.Mixed != c.mixed || c.pages > 0 && c.list.asked != c.pages || !got.report.Complete() {
				t.Errorf("%d reviews, want %d, after %d pages: %+v", len(got.sink.reviews), c.want, c.list.asked, got.report)
			}
		})
	}
}

// Three lists in order prove that a site is; one that is not outweighs them.
func TestOrderIsLearnt(t *testing.T) {
	for name, last := range map[string]struct {
		list  datedList
		asked int
		mixed int64
	}{
		"in order":     {datedList{days: sequence(0, 99, 1), stars: falling(100, -1)}, 5, 0},
		"out of order": {datedList{days: slices.Concat([]int{9, 1, 7, 3, 5, 2, 8, 4, 6, 0}, sequence(50, 80, 1), []int{7}), stars: falling(100, -1)}, 6, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite()
			s["/s"] = sayText(`<li><a href="/p?id=1">一</a><li><a href="/p?id=2">二</a><li><a href="/p?id=3">三</a><li><a href="/p?id=4">四</a>`)
			var asked int
			s["/r"] = func(w http.ResponseWriter, r *http.Request) {
				list := &datedList{days: sequence(0, 99, 1), stars: falling(100, -1)}
				if r.URL.Query().Get("item") == "4" {
					asked++
					list = &last.list
				}
				list.serve(w, r)
			}
			got := collect(t, s, strings.NewReplacer("    order: newest\n", "", "    paging: {total: total, limit: 6}\n", "", "concurrency: 4", "concurrency: 1").Replace(smallProfile))
			if asked != last.asked || got.report.Mixed != last.mixed {
				t.Errorf("the last product took %d pages: %+v", asked, got.report)
			}
		})
	}
}

// Totals that are not there, that shrink, and that are reached.
func TestTotals(t *testing.T) {
	page := func(total string, from, to int) string {
		var list []string
		for i := from; i < to; i++ {
			list = append(list, entryOf(i))
		}
		return fmt.Sprintf(`{%s"list":[%s]}`, total, strings.Join(list, ","))
	}
	for _, c := range []struct {
		name   string
		pages  []string
		gap    string
		untold int64
	}{
		{"reached, and an error behind", []string{page(`"total":10,`, 0, 10), "500"}, "", 0},
		{"reached by a page that is not full: none is asked for behind", []string{page(`"total":15,`, 0, 10), page(`"total":15,`, 10, 15), "forbidden"}, "", 0},
		{"not on the page", []string{page("", 0, 10), page("", 10, 15), `{"list":[]}`}, "", 1},
		{"in words", []string{page(`"total":"共 1.2万 条评价",`, 0, 10), `{"total":"共 1.2万 条评价","list":[]}`}, "网站称共 1.2万 条，只读到 10 条", 0},
		{"entries vanish", []string{page(`"total":40,`, 0, 10), page(`"total":37,`, 13, 23), page(`"total":34,`, 26, 36), `{"total":34,"list":[]}`}, "由 40 条减到 34 条", 0},
		{"entries are added", []string{page(`"total":19,`, 0, 10), page(`"total":20,`, 9, 19), page(`"total":20,`, 19, 20), `{"total":20,"list":[]}`}, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite()
			s["/s"] = sayText(`<li><a href="/p?id=1">一</a></li>`)
			s["/r"] = func(w http.ResponseWriter, r *http.Request) {
				n, _ := strconv.Atoi(r.URL.Query().Get("p"))
				switch p := c.pages[min(n, len(c.pages))-1]; p {
				case "forbidden":
					t.Errorf("asked for %s", r.URL)
				case "500":
					w.WriteHeader(http.StatusInternalServerError)
				default:
					fmt.Fprint(w, p)
				}
			}
			got := collect(t, s, smallProfile)
			gap := got.sink.gap("1")
			if !strings.Contains(gap, c.gap) || (gap == "") != (c.gap == "") || got.report.Complete() != (c.gap == "") || got.report.Untold != c.untold {
				t.Errorf("the product lacks %q, want %q; report %+v", gap, c.gap, got.report)
			}
		})
	}
}

// Lists that go round are left, and what comes again is counted as such.
func TestListsThatGoRound(t *testing.T) {
	for _, c := range []struct {
		name   string
		id     bool
		paging string
		next   map[int]int // page to page, where it is not the following one
		gap    bool
		pages  int
	}{
		{"a cursor back", true, "{cursor: next, start: \"1\", limit: 50}", map[int]int{4: 2}, true, 4},
		{"a cursor to itself", true, "{cursor: next, start: \"1\", limit: 50}", map[int]int{3: 3}, true, 3},
		{"a cursor back, and all was read", true, "{cursor: next, start: \"1\", limit: 50, total: total}", map[int]int{4: 2}, false, 4},
		{"a next page that is the first", true, "{next: link, limit: 50}", map[int]int{4: 1}, false, 4},
		{"a next page back, under a new address", true, "{next: link, limit: 50}", map[int]int{4: 12}, true, 5},
		{"without ids", false, "{next: link, limit: 50}", map[int]int{4: 12}, true, 5},
		{"pages that begin anew", true, "{limit: 50}", map[int]int{5: 1}, false, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite()
			s["/s"] = sayText(`<li><a href="/p?id=1">一</a></li>`)
			asked := 0
			s["/r"] = func(w http.ResponseWriter, r *http.Request) {
				asked++
				page, _ := strconv.Atoi(r.URL.Query().Get("p"))
				next := page + 1
				if to, ok := c.next[page]; ok {
					next = to
				}
				shown := (page-1)%10 + 1 // page 12 is page 2
				if !strings.Contains(c.paging, ":") || strings.HasPrefix(c.paging, "{limit") {
					if to, ok := c.next[page]; ok {
						shown = to
					}
				}
				fmt.Fprintf(w, `{"total":%d,"next":"%d","link":"/r?item=1&p=%[2]d","list":[%s]}`, reviewsFrom, next, entries(shown))
			}
			url := "/r?item={product}&p={page}"
			if strings.Contains(c.paging, "cursor") {
				url = "/r?item={product}&p={cursor}"
			}
			profile := strings.NewReplacer("/r?item={product}&p={page}", url, "    order: newest\n", "    order: none\n", "{total: total, limit: 6}", c.paging).Replace(smallProfile)
			if !c.id {
				profile = strings.Replace(profile, "      id: id\n", "", 1)
			}
			got := collect(t, s, profile)
			if all := len(got.sink.reviews) + int(got.report.Outside); all != min(reviewsFrom, 10*c.pages) || asked != c.pages {
				t.Errorf("%d reviews after %d pages: %+v", all, asked, got.report)
			}
			gap := got.sink.gap("1")
			if strings.Contains(gap, "翻页绕回") != c.gap || (gap == "") == c.gap || got.report.Complete() == c.gap {
				t.Errorf("the product lacks %q: %+v", gap, got.report)
			}
		})
	}
}

// Pages that stand where a product was do not take its place.
func TestPagesThatAreNoProduct(t *testing.T) {
	for _, c := range []struct {
		name string
		page string
		says string // empty: it is the product
	}{
		{"gone", `<b id=id>2</b><h1>很抱歉，您查看的商品找不到了</h1>`, "找不到了"},
		{"gone, with a price of something else", `<b id=id>2</b><h1>该商品已下架</h1><i class=price>￥9</i>`, "已下架"},
		{"a check", `<b id=id>2</b><h1>安全验证</h1>`, "安全验证"},
		{"a captcha", `<b id=id>2</b><h1>访问验证</h1><div>请输入验证码</div>`, "访问验证"},
		{"home", `<b id=id>2</b><h1>小站精选好物</h1>`, "没有相同之处"},
		{"in English", `<b id=id>2</b><h1>Page not found</h1>`, "Page not found"},
		{"renamed", `<b id=id>2</b><h1>名爵保温杯（新款）</h1><i class=price>￥9</i>`, ""},
		{"a longer name", `<b id=id>2</b><h1>【官方】电热水壶 1.7L 不锈钢</h1>`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite()
			s["/s"] = sayText(`<ul><li><a href="/p?id=1">商品1</a><li><a href="/p?id=2">电热水壶 二</a></ul>`)
			s["/p?id=2"] = sayText(c.page)
			profile := strings.Replace(smallProfile, "    url: {css: a, attr: href}\n", "    url: {css: a, attr: href}\n    name: a\n    id: {css: a, attr: href, match: \"id=(.*)\"}\n", 1)
			got := collect(t, s, profile)
			_, listed := got.sink.listings["壶\x002"]
			if listed != (c.says == "") || !strings.Contains(fmt.Sprint(got.report.Letters), c.says) || got.report.Gaps != map[bool]int64{true: 1}[c.says != ""] {
				t.Errorf("listed %t: %+v", listed, got.report)
			}
			if gap := got.sink.gap("2"); !strings.Contains(gap, c.says) || (gap == "") != (c.says == "") {
				t.Errorf("the product lacks %q", gap)
			}
		})
	}
}

// What was never reached has a word of its own: products of a search that were
// not read, and searches.
func TestUnreachedIsSaid(t *testing.T) {
	const known = "    url: {css: a, attr: href}\n    id: {css: a, attr: href, match: \"id=(.*)\"}\n"
	profile := strings.Replace(smallProfile, "    url: {css: a, attr: href}\n", known, 1)
	search := chaping.SearchFor("壶")
	for _, c := range []struct {
		name    string
		profile string
		change  func(site)
		gaps    map[string]string
	}{
		{"robots.txt forbids the search", profile, func(s site) { s["/robots.txt"] = sayText("User-agent: *\nDisallow: /s\n") }, map[string]string{search: "robots.txt"}},
		{"the search fails", profile, func(s site) { s["/s"] = http.NotFound }, map[string]string{search: "404"}},
		{"the search is busy on its second page", profile, func(s site) {
			s["/s"] = sayText(`<title>搜索</title><ul><li><a href="/p?id=1">一</a></ul><a class=next href="/s?q=x&p=2">下一页</a>`)
			s["/s?q=x&p=2"] = sayText(`<title>提示</title>系统繁忙，请稍后重试`)
		}, map[string]string{search: "没有取到"}},
		{"a check stops the collection", profile, func(s site) { s["/p?id=1"] = sayText(`<div id=captcha></div>`) }, map[string]string{"1": "商品页还没有读"}},
		{"and the search told no ids", smallProfile, func(s site) { s["/p"] = sayText(`<div id=captcha></div>`) }, map[string]string{"/p?id=1": "商品页还没有读", "/p?id=2": "商品页还没有读"}},
		{"a product is not there", profile, func(s site) { s["/p?id=2"] = http.NotFound }, map[string]string{"2": "404"}},
		{"everything is read", smallProfile, func(site) {}, nil},
		{"everything is read, with ids", profile, func(site) {}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite()
			c.change(s)
			got := collect(t, s, c.profile)
			for product, says := range c.gaps {
				found := ""
				for key, covered := range got.sink.covered {
					if key == product || strings.HasPrefix(product, "/") && strings.HasSuffix(key, product) {
						found = covered.Missing
					}
				}
				if !strings.Contains(found, says) {
					t.Errorf("%s lacks %q, want %q", product, found, says)
				}
			}
			if len(c.gaps) == 0 {
				for product, covered := range got.sink.covered {
					if covered.Missing != "" {
						t.Errorf("%s lacks %q", product, covered.Missing)
					}
				}
			}
		})
	}
}

// Two products with the same reviews, where nobody said that they share them.
func TestReviewsOfTwoProducts(t *testing.T) {
	for name, c := range map[string]struct {
		reviews func(item string) string
		twins   int64
	}{
		"the same":  {func(string) string { return goodReviews("x") }, 6},
		"their own": {goodReviews, 0},
		"numbered in a product": {func(item string) string {
			return strings.ReplaceAll(strings.ReplaceAll(goodReviews(item), `"id":"`+item+`-`, `"id":"`), "漏电了", "漏电了"+item)
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite()
			s["/r"] = func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("p") != "1" {
					fmt.Fprint(w, `{"total":3,"list":[]}`)
					return
				}
				fmt.Fprint(w, c.reviews(r.URL.Query().Get("item")))
			}
			got := collect(t, s, smallProfile)
			if got.report.Twins != c.twins || got.report.Reviews != 9 || !got.report.Complete() {
				t.Errorf("%+v", got.report)
			}
		})
	}
}

// One site's pause is no news of another, though they share a queue's hosts.
func TestRestOfAnotherSite(t *testing.T) {
	server := httptest.NewServer(newSite())
	defer server.Close()
	p, err := loadProfile(t, smallProfile).WithBase(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	clk := &clock{t: end}
	queue := frontier.NewMemory(frontier.Policy{}, clk.Now)
	for _, host := range []string{"other.example.com", "127.0.0.1:1"} {
		if err := queue.Block(t.Context(), host, time.Hour, "验证"); err != nil {
			t.Fatal(err)
		}
	}
	report, err := crawler.Collect(t.Context(), crawler.Job{Profile: p, Watch: chaping.Watch{Keywords: []string{"壶"}}, Window: chaping.PeriodOf(end.Add(-1)).Window(), Run: "r"},
		crawler.Options{Sink: newSink(), Now: clk.Now, Sleep: clk.Sleep, Open: func(context.Context, string, frontier.Policy) (frontier.Frontier, error) { return queue, nil }})
	if err != nil || len(report.Resting) != 0 || !report.Complete() {
		t.Errorf("%+v, %v", report, err)
	}
}

// The first page of a product without reviews speaks of logging in and of codes in
// its frame, as all pages of the site do: what tells is how lists of other products
// look.
func TestProductWithoutReviews(t *testing.T) {
	for name, c := range map[string]struct{ list, gap string }{
		"an empty list":         {`<ul class=list></ul>`, ""},
		"no list":               {``, ""},
		"words in the list":     {`<ul class=list>还没有人评价</ul>`, ""},
		"a wall beside the box": {`<ul class=list></ul><div>登录后查看全部评价</div>`, "登录后"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite()
			s["/s"] = sayText(`<li><a href="/p?id=1">一</a></li><li><a href="/p?id=2">二</a></li>`)
			s["/r"] = func(w http.ResponseWriter, r *http.Request) {
				frame := func(list string) string {
					return `<title>评价</title><header>你好，请登录</header>` + list + `<footer>请登录后发表评价，输入验证码</footer>`
				}
				if r.URL.Query().Get("item") == "2" {
					sayText(frame(c.list))(w, r)
					return
				}
				sayText(frame(`<ul class=list><li class=one id=e1><p>挺好</p><i>`+end.AddDate(0, 0, -1).Format(time.DateTime)+`</i></li></ul>`))(w, r)
			}
			before, _, _ := strings.Cut(strings.Replace(smallProfile, "concurrency: 4", "concurrency: 1", 1), "  - format: json")
			got := collect(t, s, before+"  - url: /r?item={product}\n    items: li.one\n    order: none\n    paging: none\n    fields: {id: {attr: id}, text: p, published: {css: i, date: iso8601}}\n")
			if gap := got.sink.gap("2"); (gap == "") != (c.gap == "") || !strings.Contains(gap, c.gap) || len(got.sink.reviews) != 1 {
				t.Errorf("the product lacks %q, want %q; report %+v", gap, c.gap, got.report)
			}
		})
	}
}

// A page that is not there behind full pages is a gap, and the gap says how the end
// of such a list can be told.
func TestNoPageBehindFullOnes(t *testing.T) {
	for paging, want := range map[string]string{
		"":                             "paging 里写 total",
		"    paging: {total: total}\n": "",
	} {
		s := newSite()
		s["/s"] = sayText(`<li><a href="/p?id=1">一</a></li>`)
		s["/r"] = func(w http.ResponseWriter, r *http.Request) {
			page, _ := strconv.Atoi(r.URL.Query().Get("p"))
			if page > 2 {
				http.NotFound(w, r)
				return
			}
			var list []string
			for i := 10 * (page - 1); i < 10*page; i++ {
				list = append(list, entryOf(i))
			}
			fmt.Fprintf(w, `{"total":20,"list":[%s]}`, strings.Join(list, ","))
		}
		got := collect(t, s, strings.Replace(smallProfile, "    paging: {total: total, limit: 6}\n", paging, 1))
		if gap := got.sink.gap("1"); (gap == "") != (want == "") || !strings.Contains(gap, want) {
			t.Errorf("with %q the product lacks %q", paging, gap)
		}
	}
}

// What shows that a list without a total was not read to its end: entries come again
// out of their place, or the last page again though it is full.
func TestListsThatSayNothing(t *testing.T) {
	days := func(n int) (list []string) {
		for i := range n {
			list = append(list, entryOf(i))
		}
		return list
	}
	all := days(34)
	page := func(list []string, from, to int) []string { return list[min(from, len(list)):min(to, len(list))] }
	arrived := slices.Concat([]string{strings.Replace(all[0], `"e0"`, `"n1"`, 1), strings.Replace(all[0], `"e0"`, `"n2"`, 1)}, all)
	swapped := slices.Clone(all)
	swapped[4], swapped[15] = swapped[15], swapped[4]
	for _, c := range []struct {
		name  string
		pages [][]string // the last one for ever
		gap   string
	}{
		{"in order", [][]string{page(all, 0, 10), page(all, 10, 20), page(all, 20, 30), page(all, 30, 34), {}}, ""},
		{"two have changed places", [][]string{page(all, 0, 10), page(swapped, 10, 20), page(all, 20, 30), page(all, 30, 34), {}}, "重复 1 条"},
		{"two new ones in front", [][]string{page(all, 0, 10), page(arrived, 10, 20), page(arrived, 20, 30), page(arrived, 30, 40), {}}, ""},
		{"one on top of each page", [][]string{page(all, 0, 10), slices.Concat(all[:1], page(all, 10, 20)), slices.Concat(all[:1], page(all, 20, 34)), {}}, ""},
		{"the best on top, and again in its place", [][]string{slices.Concat(all[12:13], page(all, 0, 9)), page(all, 9, 19), page(all, 19, 29), page(all, 29, 34), {}}, ""},
		{"the last page filled up", [][]string{page(all, 0, 10), page(all, 10, 20), page(all, 20, 30), page(all, 24, 34), {}}, ""},
		{"the last page again", [][]string{page(all, 0, 10), page(all, 10, 20), page(all, 20, 30), page(all, 30, 34)}, ""},
		{"a full page again", [][]string{page(all, 0, 10), page(all, 10, 20), page(all, 20, 30)}, "同样的一页"},
		{"the first page again, behind a full one", [][]string{page(all, 0, 10), page(all, 10, 20), page(all, 0, 10)}, "同样的一页"},
		{"every page is the first", [][]string{page(all, 0, 10)}, "paging: none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite()
			s["/s"] = sayText(`<li><a href="/p?id=1">一</a></li>`)
			s["/r"] = func(w http.ResponseWriter, r *http.Request) {
				n, _ := strconv.Atoi(r.URL.Query().Get("p"))
				fmt.Fprintf(w, `{"list":[%s]}`, strings.Join(c.pages[min(n, len(c.pages))-1], ","))
			}
			got := collect(t, s, strings.NewReplacer("    order: newest\n", "    order: none\n", "    paging: {total: total, limit: 6}\n", "").Replace(smallProfile))
			gap := got.sink.gap("1")
			if !strings.Contains(gap, c.gap) || (gap == "") != (c.gap == "") || got.report.Complete() != (c.gap == "") {
				t.Errorf("the product lacks %q, want %q; report %+v", gap, c.gap, got.report)
			}
		})
	}
	for name, again := range map[string]bool{"a full page again": true, "404 behind a full page": false} {
		t.Run(name+", older than the window", func(t *testing.T) {
			s := newSite()
			s["/s"] = sayText(`<li><a href="/p?id=1">一</a></li>`)
			s["/r"] = func(w http.ResponseWriter, r *http.Request) {
				n, _ := strconv.Atoi(r.URL.Query().Get("p"))
				if n > 2 && !again {
					http.NotFound(w, r)
					return
				}
				l := datedList{days: sequence(0, 59, 2), stars: falling(30, -1)}
				r.URL.RawQuery = fmt.Sprintf("item=1&p=%d", min(n, 2))
				l.serve(w, r)
			}
			got := collect(t, s, strings.NewReplacer("    order: newest\n", "", "    paging: {total: total, limit: 6}\n", "").Replace(smallProfile))
			if gap := got.sink.gap("1"); gap != "" {
				t.Errorf("the product lacks %q", gap)
			}
		})
	}
}

// A fragment of a page that is empty ends a list whose last page had room for more,
// as the lists of other products show; behind a full page it says nothing, unless the
// profile does.
func TestEmptyFragments(t *testing.T) {
	for name, c := range map[string]struct {
		reviews int
		empty   string
		gap     bool
	}{
		"behind a short page":              {23, "", false},
		"behind the only page":             {4, "", false},
		"behind a full page":               {20, "", true},
		"behind a full page, and it is so": {20, "    empty: body:empty\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite()
			s["/s"] = sayText(`<li><a href="/p?id=1">一</a></li><li><a href="/p?id=2">二</a></li>`)
			s["/r"] = func(w http.ResponseWriter, r *http.Request) {
				page, _ := strconv.Atoi(r.URL.Query().Get("p"))
				total := map[string]int{"1": 13, "2": c.reviews}[r.URL.Query().Get("item")]
				for i := 10 * (page - 1); i < min(10*page, total); i++ {
					fmt.Fprintf(w, "<article id=e%d><p>第 %d 条</p><i>%s</i></article>", i, i, end.AddDate(0, 0, -1).Format(time.DateTime))
				}
			}
			before, _, _ := strings.Cut(strings.Replace(smallProfile, "concurrency: 4", "concurrency: 1", 1), "  - format: json")
			got := collect(t, s, before+"  - url: /r?item={product}&p={page}\n    items: article\n    order: none\n"+c.empty+
				"    fields: {id: {attr: id}, text: p, published: {css: i, date: iso8601}}\n")
			if gap := got.sink.gap("2"); (gap != "") != c.gap || got.sink.gap("1") != "" {
				t.Errorf("the products lack %q and %q; report %+v", got.sink.gap("1"), gap, got.report)
			}
		})
	}
}
