package web

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/app"
)

// An analysis counts over any days by any two dimensions, its numbers are those of
// the reviews, and each leads to its sentences.
func TestAnalysis(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	day := func(d int) time.Time { return time.Date(2026, 11, d, 9, 0, 0, 0, chaping.Shanghai()) }
	var list []chaping.Review
	var listings []chaping.Listing
	for i, shop := range []string{"甲店", "乙店"} {
		product := chaping.Product{Platform: "mall", ID: fmt.Sprint(i), Name: "壶", Shop: chaping.Shop{Name: shop, Region: "上海"}}
		listings = append(listings, chaping.Listing{Keyword: "电热水壶", Product: product, SeenAt: day(1)})
		for n := range 4 * (i + 1) { // 4 in 甲店, 8 in 乙店, on two days in turn
			text, grade := "用了三天就漏电", chaping.Negative
			if n%4 == 3 {
				text, grade = "漏电了，也起火了", chaping.Positive
			}
			list = append(list, chaping.Review{Platform: "mall", Product: product.ID, ID: fmt.Sprintf("%d-%d", i, n), Rating: 1,
				Grade: grade, Rule: "stars-1/5/2/3", Published: day(5 + 5*(n%2)), Text: text})
		}
	}
	err := h.Store.PutListings(ctx, listings)
	if err == nil {
		err = h.Store.PutReviews(ctx, list)
	}
	if err == nil {
		_, err = h.mineNow(ctx, chaping.Period{Year: 2026, Month: time.November}, func(app.Progress) {})
	}
	if err != nil {
		t.Fatal(err)
	}
	data := func(query string) (p pivot) {
		t.Helper()
		r := h.ask("platform", "GET", "/analysis/data?"+query, nil)
		if err := json.Unmarshal(r.Body.Bytes(), &p); r.Code != http.StatusOK || err != nil {
			t.Fatalf("%s: %d %s", query, r.Code, r.Body)
		}
		return p
	}
	lines := func(p pivot) string {
		var b strings.Builder
		for _, r := range p.Rows {
			fmt.Fprintf(&b, "%s %v", r.Name, r.Total)
			if r.Before != nil {
				fmt.Fprintf(&b, " (%v)", *r.Before)
			}
			for i, n := range r.Cells {
				fmt.Fprintf(&b, " %s=%v", p.Columns[i].Name, n)
			}
			b.WriteString("; ")
		}
		return b.String()
	}
	for query, want := range map[string]string{
		"from=2026-11-01&to=2026-11-20":                                     "漏电 9; ",
		"from=2026-11-01&to=2026-11-20&count=affirmed":                      "漏电 12; 起火 3; ",
		"from=2026-11-01&to=2026-11-20&count=affirmed&rows=shop":            "乙店 8; 甲店 4; ",
		"from=2026-11-05&to=2026-11-05&count=affirmed&rows=shop":            "乙店 4; 甲店 2; ",
		"from=2026-11-01&to=2026-11-20&count=affirmed&rows=shop&cols=term":  "乙店 8 漏电=8 起火=2; 甲店 4 漏电=4 起火=1; ",
		"from=2026-11-01&to=2026-11-20&count=affirmed&rows=day&shop=甲店":     "2026-11-05 2; 2026-11-10 2; ",
		"from=2026-11-06&to=2026-11-10&rows=term&compare=before":            "漏电 3 (6); ",
		"from=2026-11-01&to=2026-11-20&count=hidden&rows=hazard":            "火灾与爆炸 3; 电气 3; ",
		"from=2026-11-01&to=2026-11-20&rows=region&hazard=fire&count=rate":  "上海 2500; ",
		"from=2026-11-01&to=2026-11-20&rows=shop&cols=shop&region=没有的地方":    "",
		"from=2025-11-01&to=2025-11-20&rows=shop&compare=year&term=漏电":      "",
		"from=2026-11-01&to=2026-11-20&rows=term&compare=year&keyword=电热水壶": "漏电 9 (0); ",
	} {
		v, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		got := lines(data(v.Encode()))
		if want == "火灾与爆炸 3; 电气 3; " && got == "电气 3; 火灾与爆炸 3; " {
			continue
		}
		if got != want {
			t.Errorf("%s\n%s\n%s", query, got, want)
		}
	}

	// The page says what it left out, and leads to as many sentences as it counts.
	page := h.ask("platform", "GET", "/analysis?from=2026-11-01&to=2026-11-20&count=affirmed&rows=shop&cols=term&compare=before", nil).Body.String()
	for _, want := range []string{"与之前同样长的一段比", "乙店", "10月12日", "/analysis/export?"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if p := data("from=2026-05-01&to=2026-11-20&compare=year"); len(p.Missing) < 8 || p.Missing[0] != "2026-05" {
		t.Errorf("nothing is said of %q", p.Missing)
	}
	for _, r := range data("from=2026-11-01&to=2026-11-20&count=affirmed&rows=term").Rows {
		found := h.ask("platform", "GET", r.Path, nil)
		if n := strings.Count(found.Body.String(), "<article class=\"evidence"); found.Code != http.StatusOK || n != int(r.Total) {
			t.Errorf("%s: %d sentences behind %v: %s", r.Name, n, r.Total, r.Path)
		}
	}
	some := data("from=2026-11-05&to=2026-11-05&count=negative&rows=shop&cols=day").Rows[0]
	if n := strings.Count(h.ask("platform", "GET", some.Path, nil).Body.String(), "<article"); n != int(some.Total) {
		t.Errorf("%d sentences of a day, counted %v", n, some.Total)
	}

	// Nonsense is said, and never taken for something else.
	for query, says := range map[string]string{
		"from=昨天":                           "应为 日期",
		"from=2026-11-20&to=2026-11-01":     "日期的先后不对",
		"from=1900-01-01&to=2026-11-01":     "日期的先后不对",
		"rows=drop&cols=table&count=secret": "漏电",
		"rows=term&sort=gone":               "已不存在",
	} {
		r := h.ask("platform", "GET", "/analysis?"+query, nil)
		if r.Code != http.StatusOK || !strings.Contains(r.Body.String(), says) {
			t.Errorf("%s: %d, nothing says %q", query, r.Code, says)
		}
	}
	// What the chart draws stands in the page: it is not counted a second time.
	var drawn pivot
	_, inside, _ := strings.Cut(page, `<script type="application/json">`)
	inside, _, _ = strings.Cut(inside, "</script>")
	if err := json.Unmarshal([]byte(inside), &drawn); err != nil || lines(drawn) == "" ||
		lines(drawn) != lines(data("from=2026-11-01&to=2026-11-20&count=affirmed&rows=shop&cols=term&compare=before")) {
		t.Errorf("the page draws %q: %v", lines(drawn), err)
	}
	if strings.Contains(page, "data-src") {
		t.Error("the chart asks for its numbers")
	}
	// A saved analysis is the whole question, and spans move on with the date.
	now := h.Now()
	for span, to := range map[string]time.Time{"last": chaping.PeriodOf(now).Previous().Window().LastDay(), "6": now, "30": now, "year": now} {
		got := h.ask("platform", "GET", "/analysis?span="+span+"&from=2020-01-01&rows=shop", nil).Body.String()
		if !strings.Contains(got, `name="query" value="rows=shop&amp;span=`+span+`"`) {
			t.Errorf("%s is not saved as it was asked", span)
		}
		if !strings.Contains(got, `name="to" value="`+to.Format(time.DateOnly)+`"`) {
			t.Errorf("%s does not end on %s", span, to.Format(time.DateOnly))
		}
	}
	file := h.ask("platform", "GET", "/analysis/export?format=csv&from=2026-11-01&to=2026-11-20&count=affirmed&rows=shop&cols=term", nil).Body.String()
	if !strings.Contains(file, "乙店,8,8,2") || !strings.Contains(file, "甲店,4,4,1") {
		t.Error(file)
	}
}

// Numbers stand on the map where companies are, what was not recognised is said,
// and every tile leads to as many sentences as it counts.
func TestAnalysisMap(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	at := time.Date(2026, 11, 5, 9, 0, 0, 0, chaping.Shanghai())
	var list []chaping.Review
	var listings []chaping.Listing
	for i, region := range []string{"浙江省杭州市", "宁波", "广东深圳", "上海市浦东新区", "上海", "朝阳区", ""} {
		product := chaping.Product{Platform: "mall", ID: fmt.Sprint(i), Name: "壶", Shop: chaping.Shop{Name: fmt.Sprint("店", i), Region: region}}
		listings = append(listings, chaping.Listing{Keyword: "电热水壶", Product: product, SeenAt: at})
		for n := range i + 1 {
			list = append(list, chaping.Review{Platform: "mall", Product: product.ID, ID: fmt.Sprint(n), Rating: 1,
				Grade: chaping.Negative, Rule: "stars-1/5/2/3", Published: at, Text: "用了三天就漏电"})
		}
	}
	err := h.Store.PutListings(ctx, listings)
	if err == nil {
		err = h.Store.PutReviews(ctx, list)
	}
	if err == nil {
		_, err = h.mineNow(ctx, chaping.Period{Year: 2026, Month: time.November}, func(app.Progress) {})
	}
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) string {
		r := h.ask("platform", "GET", path, nil)
		if r.Code != http.StatusOK {
			t.Fatalf("%s: %d", path, r.Code)
		}
		return html.UnescapeString(r.Body.String())
	}
	const days = "from=2026-11-01&to=2026-11-20&"
	country := get("/analysis?" + days + "rows=province")
	for _, want := range []string{"<title>浙江省 3</title>", "<title>广东省 3</title>", "<title>上海市 9</title>", "<title>西藏自治区 0</title>",
		"没有认出 6", "未写明 7", "朝阳区</a> 6"} {
		if !strings.Contains(country, want) {
			t.Errorf("the map lacks %q", want)
		}
	}
	if n := strings.Count(country, "<text "); n != 2*34 {
		t.Errorf("%d texts on the map", n)
	}
	city := get("/analysis?" + days + "rows=district&count=affirmed")
	for _, want := range []string{"<title>浦东新区 4</title>", "上海，没有写区 5", "上海以外 6", "没有认出 6"} {
		if !strings.Contains(city, want) {
			t.Errorf("the map of the city lacks %q", want)
		}
	}
	if rates := get("/analysis?" + days + "rows=province&count=rate"); !strings.Contains(rates, "<title>西藏自治区 —</title>") || !strings.Contains(rates, "<title>浙江省 10000.0</title>") {
		t.Error("a rate of nothing is a number")
	}
	// The filters, the tiles and the table say the same.
	for _, c := range []struct {
		page, name string
		n          int
	}{{country, "浙江省", 3}, {country, "没有认出", 6}, {city, "浦东新区", 4}, {city, "上海以外", 6}, {city, "上海，没有写区", 5}} {
		m := regexp.MustCompile(`href="([^"]+)"[^>]*>(?:<title>)?` + c.name + " ").FindStringSubmatch(c.page)
		if m == nil {
			t.Errorf("%s leads nowhere", c.name)
			continue
		}
		if n := strings.Count(get(m[1]), "<article class=\"evidence"); n != c.n {
			t.Errorf("%d sentences behind %s, counted %d", n, c.name, c.n)
		}
	}
	if table := get("/analysis?" + days + "rows=term&province=" + url.QueryEscape("浙江省")); !strings.Contains(table, ">3<") {
		t.Error("the condition on the province does not hold")
	}
}
