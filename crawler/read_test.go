package crawler

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"chaping"
)

func TestParseCount(t *testing.T) {
	for text, want := range map[string]int64{"128": 128, "1,280": 1280, "13万+": 130000, "1.5万": 15000, "共 20 条评价": 20, "2亿": 200000000,
		"3千+": 3000, "1.2w+": 12000, "5K": 5000, "１２８": 128, "２万＋": 20000, "200以上": 200, "100多条": 100, "1.1万": 11000, "1，280": 1280} {
		n, exact, err := parseCount(text)
		if err != nil || n != want || exact != !strings.ContainsAny(text, "千万亿+＋wK以多") {
			t.Errorf("%q: %d %v %v", text, n, exact, err)
		}
	}
	if _, _, err := parseCount("很多"); err == nil {
		t.Error("很多 is a number")
	}
}

func TestDecode(t *testing.T) {
	gbk := func(s string) []byte {
		b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct {
		name   string
		body   []byte
		header string
		forced string
		want   string
		bad    int
	}{
		{"plain", []byte("漏电"), "text/html; charset=utf-8", "", "漏电", 0},
		{"nothing declared", []byte("漏电"), "text/html", "", "漏电", 0},
		{"byte order mark", []byte("\xef\xbb\xbf漏电"), "text/html; charset=gbk", "", "漏电", 0},
		{"UTF-16", []byte("\xff\xfe\x0f\x6f\x35\x75"), "", "", "漏电", 0},
		{"GBK in the header", gbk("漏电"), "text/html; charset=GBK", "", "漏电", 0},
		{"GB2312 holds GB18030", gbk("𠮷👍㛃镕"), "text/html; charset=gb2312", "", "𠮷👍㛃镕", 0},
		{"GBK in meta", append([]byte(`<meta charset="gbk">`), gbk("漏电")...), "text/html", "", `<meta charset="gbk">漏电`, 0},
		{"GBK in http-equiv", append([]byte(`<meta http-equiv="Content-Type" content="text/html; charset=gb2312">`), gbk("漏电")...), "text/html", "", `<meta http-equiv="Content-Type" content="text/html; charset=gb2312">漏电`, 0},
		{"the famous word", append([]byte(`<meta charset=gbk>`), gbk("联通")...), "", "", `<meta charset=gbk>联通`, 0},
		{"GBK that claims to be UTF-8", gbk("这个插座漏电"), "text/html; charset=utf-8", "", "这个插座漏电", 0},
		{"UTF-8 that claims to be GBK", []byte("这个插座漏电"), "text/html; charset=gbk", "", "这个插座漏电", 0},
		{"forced", gbk("联通"), "text/html; charset=utf-8", "gbk", "联通", 0},
		{"Big5", []byte("\xba\x7c\xb9\x71"), "text/html; charset=big5", "", "漏電", 0},
		{"a stray byte in GBK", append(gbk("漏电"), 0xff, '!'), "text/html; charset=gbk", "", "漏电\uFFFD!", 1},
		{"empty", nil, "", "", "", 0},
	} {
		if got, bad := decode(c.body, c.header, c.forced); got != c.want || bad != c.bad {
			t.Errorf("%s: %q with %d bad, want %q with %d", c.name, got, bad, c.want, c.bad)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("漏电"), "text/html; charset=gbk")
	f.Add([]byte("\xff\xfe\x00"), "text/html; charset=utf-16")
	f.Add([]byte("<meta charset=iso-2022-jp>\x1b$B"), "")
	f.Fuzz(func(t *testing.T, body []byte, header string) {
		if text, _ := decode(body, header, ""); !utf8.ValidString(text) {
			t.Errorf("not UTF-8: %q", text)
		}
	})
}

func loadFields(tb testing.TB, in format, fields ...*fieldYAML) []*field {
	l := &loader{}
	var out []*field
	for _, y := range fields {
		out = append(out, l.field("f", y, in))
	}
	if len(l.errs) > 0 {
		tb.Fatal(l.errs)
	}
	return out
}

func TestFields(t *testing.T) {
	page, err := parse(`<div class=r data-id=" 7 "><p>很好<br>就是  烫手<script>x()</script></p><i title="3星"></i><b></b>
		<script id=d type="application/json">{"price":{"now":"9.90"}}</script></div>`, formatHTML, "")
	if err != nil {
		t.Fatal(err)
	}
	row := (&field{css: mustSelector(t, ".r")}).list(page)[0]
	json, err := parse(`{"list":[{"id":12345678901234567,"n":null,"t":true,"f":1.0,"s":"a"}]}`, formatJSON, "")
	if err != nil {
		t.Fatal(err)
	}
	item := (&field{json: "list"}).list(json)[0]
	for _, c := range []struct {
		name  string
		in    format
		at    node
		y     fieldYAML
		want  string
		found bool
	}{
		{"text", formatHTML, row, fieldYAML{short: "p"}, "很好\n就是  烫手", true},
		{"attribute of the row", formatHTML, row, fieldYAML{Attr: "data-id"}, "7", true},
		{"attribute and match", formatHTML, row, fieldYAML{CSS: "i", Attr: "title", Match: `^(\d)星`}, "3", true},
		{"whole match", formatHTML, row, fieldYAML{CSS: "i", Attr: "title", Match: `\d`}, "3", true},
		{"map", formatHTML, row, fieldYAML{CSS: "i", Attr: "title", Map: map[string]string{"3星": "3"}}, "3", true},
		{"no match", formatHTML, row, fieldYAML{CSS: "i", Attr: "title", Match: `x`}, "", false},
		{"no element", formatHTML, row, fieldYAML{CSS: "u"}, "", false},
		{"no attribute", formatHTML, row, fieldYAML{CSS: "i", Attr: "alt"}, "", false},
		{"empty element", formatHTML, row, fieldYAML{CSS: "b"}, "", true},
		{"JSON in a script", formatHTML, row, fieldYAML{CSS: "#d", JSON: "price.now"}, "9.90", true},
		{"long number", formatJSON, item, fieldYAML{short: "id"}, "12345678901234567", true},
		{"null", formatJSON, item, fieldYAML{short: "n"}, "", false},
		{"bool", formatJSON, item, fieldYAML{short: "t"}, "true", true},
		{"missing", formatJSON, item, fieldYAML{short: "x.y"}, "", false},
	} {
		f := loadFields(t, c.in, &c.y)[0]
		if got, found := f.get(c.at); got != c.want || found != c.found {
			t.Errorf("%s: %q %v, want %q %v", c.name, got, found, c.want, c.found)
		}
	}
	var none *field
	if _, found := none.get(row); found {
		t.Error("a field that the profile lacks was found")
	}
}

func mustSelector(t testing.TB, css string) *selector {
	l := &loader{}
	s := l.selector("", css)
	if len(l.errs) > 0 {
		t.Fatal(l.errs)
	}
	return s
}

// Whatever a page is, reading it neither crashes nor invents reviews that
// would not pass for one.
func fuzzReviews(f *testing.F, as format, step reviewStep) {
	p := &Profile{Base: &url.URL{Scheme: "http", Host: "example.com"}, Platform: chaping.Platform{ID: "x", Rating: chaping.Stars()}}
	step.paging = paging{from: 1, limit: 10, total: step.paging.total, next: step.paging.next}
	p.reviews = []reviewStep{step}
	job := Job{Profile: p, Window: chaping.Period{Year: 2026, Month: time.November}.Window(), Run: "r"}
	f.Fuzz(func(t *testing.T, body string) {
		n, err := parse(body, as, "")
		if err != nil {
			return
		}
		r := &reader{job: &job}
		var o outcome
		if err := r.reviews(t.Context(), &o, task{Product: "p", Page: 1}, &page{url: p.Base, body: body, read: job.Window.To}, n); err != nil {
			return
		}
		for _, review := range o.reviews {
			if review.ID == "" || review.Product != "p" || !job.Window.Contains(review.Published) || review.Rating < 0 || review.Rating > 5 {
				t.Errorf("%+v", review)
			}
		}
	})
}

// A review without a usable rating is graded by its text; default texts that
// all platforms use are recognised without a profile that names them.
func TestGradeText(t *testing.T) {
	fields := loadFields(t, formatJSON, &fieldYAML{short: "list"}, &fieldYAML{short: "id"}, &fieldYAML{short: "at", Date: []string{"2006-01-02"}}, &fieldYAML{short: "stars"}, &fieldYAML{short: "text"})
	p := &Profile{Base: &url.URL{Scheme: "http", Host: "example.com"}, Platform: chaping.Platform{ID: "x", Rating: chaping.Stars()}}
	p.reviews = []reviewStep{{items: *fields[0], id: fields[1], published: *fields[2], rating: fields[3], text: fields[4], paging: paging{from: 1, limit: 10}}}
	job := Job{Profile: p, Window: chaping.Period{Year: 2026, Month: time.November}.Window(), Run: "r"}
	const body = `{"list":[{"id":"a","text":"太差","at":"2026-11-20"},{"id":"b","stars":9,"text":"太差","at":"2026-11-20"},{"id":"c","stars":5,"text":"太差","at":"2026-11-20"},{"id":"d","text":"此用户没有填写评价。","at":"2026-11-20"}]}`
	n, err := parse(body, formatJSON, "")
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{job: &job, gradeText: func(r *chaping.Review) {
		if !r.Default {
			r.Grade, r.Rule = chaping.Negative, "model-1"
		}
	}}
	var o outcome
	if err := r.reviews(t.Context(), &o, task{Product: "p", Page: 1}, &page{url: p.Base, body: body, read: job.Window.To}, n); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, review := range o.reviews {
		got = append(got, fmt.Sprintf("%s %s %q %t", review.ID, review.Grade, review.Rule, review.Default))
	}
	want := []string{`a negative "model-1" false`, `b negative "model-1" false`, `c positive "stars-1/5/2/3" false`, `d unrated "" true`}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if o.count[countByText] != 2 || o.count[countDefaults] != 1 {
		t.Errorf("%v", o.count)
	}
}

func FuzzJSONReviews(f *testing.F) {
	f.Add(`{"list":[{"id":"a","stars":5,"text":"x","at":"2026-11-20","append":{"text":"y","at":"2026-11-21"}}],"total":"1万+"}`)
	f.Add(`{"list":[null,1,"x",[],{}]}`)
	fields := loadFields(f, formatJSON, &fieldYAML{short: "list"}, &fieldYAML{short: "id"}, &fieldYAML{short: "at", Date: []string{"2006-01-02", "epoch_ms"}},
		&fieldYAML{short: "stars"}, &fieldYAML{short: "text"}, &fieldYAML{short: "append.text"}, &fieldYAML{short: "append.at", Date: []string{"2006-01-02"}}, &fieldYAML{short: "total"})
	fuzzReviews(f, formatJSON, reviewStep{items: *fields[0], id: fields[1], published: *fields[2], rating: fields[3], text: fields[4],
		appended: fields[5], appendedAt: fields[6], paging: paging{total: fields[7]}})
}

func FuzzHTMLReviews(f *testing.F) {
	f.Add(`<li id=a><b>5</b><p>x</p><time>2026-11-20</time></li><a rel=next href="?p=2">`)
	f.Add(`<base href="::"><li id=a><time>昨天</time></li><a rel=next href="javascript:x">`)
	fields := loadFields(f, formatHTML, &fieldYAML{short: "li"}, &fieldYAML{Attr: "id"}, &fieldYAML{short: "time", Date: []string{"2006-01-02", "relative"}},
		&fieldYAML{short: "b"}, &fieldYAML{short: "p"}, &fieldYAML{CSS: "a[rel=next]", Attr: "href"})
	fuzzReviews(f, formatHTML, reviewStep{items: *fields[0], id: fields[1], published: *fields[2], rating: fields[3], text: fields[4], paging: paging{next: fields[5]}})
}

func TestPublicAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"8.8.8.8": true, "2400:3200::1": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"100.64.0.1": false, "0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "198.18.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fd00::1": false, "::ffff:127.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "ff02::1": false,
	} {
		if got := public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: public %v", address, got)
		}
	}
	if err := refusePrivate("tcp", "not an address", nil); err == nil {
		t.Error("an address that cannot be read is let through")
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"30": 30 * time.Second, " 5 ": 5 * time.Second, "Sun, 22 Nov 2026 00:02:00 GMT": 2 * time.Minute,
		"Sat, 21 Nov 2026 00:00:00 GMT": 0, "": 0, "-3": 0, "soon": 0, "999999999999": 24 * time.Hour,
	} {
		if got := retryAfter(text, now); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// Reviews of a site that gives them no IDs are known by their content, as in
// imports: the same list again is the same reviews, and two that are alike are
// two, unless the same buyer wrote both or the list has moved.
func TestContentIDs(t *testing.T) {
	fields := loadFields(t, formatJSON, &fieldYAML{short: "list"}, &fieldYAML{short: "at", Date: []string{"2006-01-02"}},
		&fieldYAML{short: "text"}, &fieldYAML{short: "by"})
	p := &Profile{Base: &url.URL{Scheme: "http", Host: "example.com"}, Platform: chaping.Platform{ID: "x", Rating: chaping.Stars()}}
	p.reviews = []reviewStep{{items: *fields[0], published: *fields[1], text: fields[2], buyer: fields[3], unordered: true, paging: paging{from: 1, limit: 10}}}
	job := Job{Profile: p, Window: chaping.Period{Year: 2026, Month: time.November}.Window(), Run: "r"}
	// entries are "text/buyer" a piece, all of one day
	page1 := func(entries string) string {
		var list []string
		for e := range strings.FieldsSeq(entries) {
			text, by, _ := strings.Cut(e, "/")
			list = append(list, fmt.Sprintf(`{"text":%q,"at":"2026-11-20","by":%q}`, text, by))
		}
		return `{"list":[` + strings.Join(list, ",") + `]}`
	}
	read := func(pages ...string) (ids []string) {
		next := task{Product: "p", Page: 1}
		for i, entries := range pages {
			n, err := parse(page1(entries), formatJSON, "")
			if err != nil {
				t.Fatal(err)
			}
			var o outcome
			p.reviews[0].url = (&loader{}).template("reviews.0.url", "/r?p={page}", "page")
			if err := (&reader{job: &job}).reviews(t.Context(), &o, next, &page{url: p.Base, read: job.Window.To}, n); err != nil {
				t.Fatal(err)
			}
			for _, review := range o.reviews {
				ids = append(ids, review.ID)
			}
			if len(o.links) == 0 {
				if i < len(pages)-1 {
					ids = append(ids, "the end")
				}
				break
			}
			if err := json.Unmarshal(o.links[0].Task, &next); err != nil {
				t.Fatal(err)
			}
		}
		return ids
	}
	distinct := func(ids []string) int {
		known := map[string]bool{}
		for _, id := range ids {
			known[id] = id != ""
		}
		return len(known)
	}
	for _, c := range []struct {
		name  string
		pages []string
		want  int
	}{
		{"alike on one page", []string{"好 好 差"}, 3},
		{"alike on two pages", []string{"好 差", "好 坏"}, 4},
		{"alike on pages far apart", []string{"好 差", "甲 乙", "丙 丁", "好 好"}, 8},
		{"one alike at the end", []string{"好 差", "好"}, 3},
		{"by two buyers", []string{"好/张三 好/李四", "好/王五"}, 3},
		{"twice by one buyer", []string{"好/张三 好/张三", "坏 好/张三"}, 2},
		{"by nobody in particular", []string{"好/匿名用户 好/匿名用户"}, 2},
		{"the list has moved by one", []string{"甲 好 好", "好 好 乙", "丙"}, 5},
		{"the first page for ever", []string{"好 好", "好 好", "好 好"}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			ids := read(c.pages...)
			ids = slices.DeleteFunc(ids, func(id string) bool { return id == "the end" })
			if distinct(ids) != c.want {
				t.Errorf("%d reviews, want %d: %q", distinct(ids), c.want, ids)
			}
			if again := read(c.pages...); !slices.Equal(slices.DeleteFunc(again, func(id string) bool { return id == "the end" }), ids) {
				t.Errorf("read again they are %q, were %q", again, ids)
			}
		})
	}
	older, newer := read("好 好 差"), read("新 好 好")
	if newer[1] != older[0] || newer[2] != older[1] {
		t.Errorf("a new review changes the others: %q, %q", older, newer)
	}
}
