package web

import (
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping/station"

	"chaping"
)

type thing struct {
	name, kind string
	price      float64
	at         time.Time
}

func thingTable() table[thing] {
	return table[thing]{name: "things", title: "物品", columns: []column[thing]{
		textColumn("name", "名称", func(x *thing) string { return x.name }),
		choiceColumn("kind", "种类", choices("a", "甲", "b", "乙"), func(x *thing) string { return x.kind }),
		numberColumn("price", "价格", func(x *thing) float64 { return x.price }),
		dateColumn("at", "时间", time.DateOnly, func(x *thing) time.Time { return x.at }),
		textColumn("secret", "备注", func(x *thing) string { return "注" + x.name }).hide(),
		textColumn("form", "下载", func(*thing) string { return "" }).rest(),
	}}
}

// things has equal prices, unknown prices and unknown dates.
func things(n int) (list []thing) {
	for i := range n {
		x := thing{name: fmt.Sprintf("物品%03d", i), kind: string("ab"[i%2]), price: float64(i % 5)}
		if i%7 == 0 {
			x.price = math.NaN()
		}
		if i%3 != 0 {
			x.at = time.Date(2026, 11, 1+i%28, 12, 0, 0, 0, chaping.Shanghai())
		}
		list = append(list, x)
	}
	return list
}

func TestWhatTheAddressWantsOfATable(t *testing.T) {
	t.Parallel()
	heads := (&table[thing]{columns: thingTable().columns}).heads()
	for _, c := range []struct{ address, understood, ignored string }{
		{"", "", ""},
		{"q=+充电宝+&sort=-price&page=3&size=100", "q=充电宝&size=100&sort=-price", ""},
		{"columns=name&columns=price", "columns=name,price", ""},
		{"columns=name,kind,price,at,form", "", ""}, // the usual ones
		{"columns=name,gone", "columns=name", "此视图里的列“gone”已不存在"},
		{"columns=gone", "", "此视图里的列“gone”已不存在"},
		{"sort=gone;DROP", "", ""}, // no address at all
		{"sort=id)--", "", "此视图里的列“id)--”已不存在"},
		{"sort=form", "", "不能按列“下载”排序"},
		{"page=0", "", "没有第“0”页，显示第 1 页"},
		{"page=x", "", "没有第“x”页，显示第 1 页"},
		{"size=1000000", "", "每页不能是“1000000”行，按 50 行显示"},
		{"filter[price.from]=1.5&filter[price.to]=9%25", "filter[price.from]=1.5&filter[price.to]=9%", ""},
		{"filter[price]=cheap", "", "列“价格”的条件“cheap”不是数，没有采用"},
		{"filter[price]=NaN", "", "列“价格”的条件“NaN”不是数，没有采用"},
		{"filter[at.from]=2026-11-31", "", "列“时间”的条件“2026-11-31”不是日期，没有采用。按 2026-11-20 的样子写"},
		{"filter[kind]=c", "", "列“种类”没有“c”这一项，没有采用"},
		{"filter[kind]=a", "filter[kind]=a", ""},
		{"filter[name.from]=a", "", "不能这样按列“名称”筛选"},
		{"filter[gone]=a", "", "此视图里的列“gone”已不存在"},
		{"filter[secret]=注", "filter[secret]=注", ""},
	} {
		address, _ := url.ParseQuery(c.address)
		s := parseState(heads, address)
		understood, err := url.QueryUnescape(s.values.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if ignored := strings.Join(s.ignored, "\n"); understood != c.understood || ignored != c.ignored {
			t.Errorf(
				"%s: understood %q, want %q; ignored %q, want %q",
				c.address,
				understood,
				c.understood,
				ignored,
				c.ignored,
			)
		}
	}
}

// FuzzTableState: whatever the address says, the selection names only columns
// that there are, and what was understood means the same again.
func FuzzTableState(f *testing.F) {
	for _, s := range []string{"q=a&sort=-price", "filter[at.from]=2026-11-01&columns=name,x", "page=-1&size=20", "filter[price]=1e999"} {
		f.Add(s)
	}
	things := thingTable()
	heads := things.heads()
	list := []thing{{name: "a", kind: "a", price: 1}}
	f.Fuzz(func(t *testing.T, text string) {
		address, err := url.ParseQuery(text)
		if err != nil {
			return
		}
		s := parseState(heads, address)
		for _, w := range s.selection.Where {
			if headOf(heads, w.Column) == nil {
				t.Fatalf("condition of no column: %+v", w)
			}
		}
		if s.selection.Sort != "" && headOf(heads, s.selection.Sort) == nil || s.page < 1 ||
			!slices.Contains(pageSizes(), s.size) {
			t.Fatalf("%+v", s)
		}
		things.selected(list, &s.selection)
		again := parseState(heads, s.values)
		if len(again.ignored) > 0 || again.values.Encode() != s.values.Encode() {
			t.Fatalf("%q is read as %q, with %v", s.values, again.values, again.ignored)
		}
	})
}

func TestPagesOfATableHaveEveryRowOnce(t *testing.T) {
	t.Parallel()
	table, list := thingTable(), things(137)
	source := inMemory(&table, list)
	for _, sort := range []string{"", "name", "-kind", "price", "-price", "at", "-at"} {
		s := chaping.Selection{Limit: 20}
		s.Sort, s.Descending = strings.TrimPrefix(sort, "-"), strings.HasPrefix(sort, "-")
		seen := map[string]int{}
		var all []string
		for total := 1; s.Offset < total; s.Offset += s.Limit {
			var rows []thing
			var err error
			if rows, total, err = source.page(s); err != nil || total != len(list) {
				t.Fatal(total, err)
			}
			for _, r := range rows {
				seen[r.name]++
				all = append(all, r.name)
			}
		}
		if len(seen) != len(list) || len(all) != len(list) {
			t.Errorf("sorted by %q: %d rows, %d of them different", sort, len(all), len(seen))
		}
		if last := list[slices.IndexFunc(list, func(x thing) bool { return x.name == all[len(all)-1] })]; strings.HasSuffix(
			sort,
			"price",
		) &&
			!math.IsNaN(last.price) {
			t.Errorf("sorted by %q: what is unknown does not stand at the end", sort)
		}
	}
}

func TestCellsOfFilesAreHarmless(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"=1+1", "+1", "-1", "@x", " =1", "　＝1", "\t=1", "\r=1"} {
		if got := harmless(text); got != "'"+text {
			t.Errorf("%q is written as %q", text, got)
		}
	}
	for _, text := range []string{"", "充电宝", "1-1", "a=b"} {
		if got := harmless(text); got != text {
			t.Errorf("%q is written as %q", text, got)
		}
	}
}

// A view is its account's own. Saved again it is replaced; what a later program
// has no more is said, not met with an error.
func TestSavedViews(t *testing.T) {
	h := open(t)
	save := func(who, name, query string, code int) {
		t.Helper()
		r := h.ask(
			who,
			"POST",
			"/views",
			url.Values{"list": {"lexicon"}, "name": {name}, "query": {query}, "back": {"/lexicon"}},
		)
		if r.Code != code {
			t.Fatalf("%s: %d %s", name, r.Code, r.Body)
		}
	}
	save("platform", "严重的"+evil[:12], "sort=-severity", http.StatusSeeOther)
	save("platform", "严重的"+evil[:12], "sort=-severity&columns=name,gone", http.StatusSeeOther)
	save("platform", "", "sort=-severity", http.StatusUnprocessableEntity)
	save("platform", strings.Repeat("长", 31), "", http.StatusUnprocessableEntity)
	save("platform", "太长", strings.Repeat("a", 5000), http.StatusUnprocessableEntity)
	if r := h.ask("platform", "POST", "/views", url.Values{"list": {"nothing"}, "name": {"a"}}); r.Code != http.StatusUnprocessableEntity {
		t.Error(r.Code)
	}
	of := func(who string) []string {
		t.Helper()
		a, err := h.Station.Account(t.Context(), who, 0)
		if err != nil {
			t.Fatal(err)
		}
		list, err := h.Station.Views(t.Context(), a.ID, "lexicon")
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, v := range list {
			ids = append(ids, fmt.Sprint(v.ID))
		}
		return ids
	}
	ids := of("platform")
	page := h.ask("platform", "GET", "/lexicon", nil).Body.String()
	if len(ids) != 1 || strings.Contains(page, "<script>") ||
		!strings.Contains(page, "/lexicon?columns=name%2Cgone&amp;sort=-severity") {
		t.Errorf("%v %s", ids, page)
	}
	if page := h.ask("platform", "GET", "/lexicon?columns=name%2Cgone&sort=-severity", nil).Body.String(); !strings.Contains(
		page,
		"此视图里的列“gone”已不存在",
	) ||
		strings.Contains(page, `data-label="写法"`) {
		t.Error("what is not there is not said")
	}
	if page := h.ask("bureau", "GET", "/lexicon", nil).Body.String(); strings.Contains(page, "严重的") {
		t.Error("another's views are shown")
	}
	h.ask("bureau", "POST", "/views/"+ids[0]+"/delete", url.Values{"back": {"/lexicon"}})
	if len(of("platform")) != 1 {
		t.Error("another's view was deleted")
	}
	h.ask("platform", "POST", "/views/"+ids[0]+"/delete", url.Values{"back": {"//evil.example"}})
	if len(of("platform")) != 0 {
		t.Error("it was not deleted")
	}
	// Light or dark is remembered, and nothing else is.
	for theme, want := range map[string]string{"dark": `data-theme="dark"`, "light": `data-theme="light"`, evil: "<html lang=\"zh-CN\">"} {
		r := h.ask("platform", "POST", "/theme", url.Values{"theme": {theme}, "back": {"/lexicon?sort=name"}})
		if to := r.Header().Get("Location"); to != "/lexicon?sort=name" {
			t.Error(to)
		}
		cookies := (&http.Response{Header: r.Header()}).Cookies()
		if page := h.ask("platform", "GET", "/me", nil, cookies...).Body.String(); !strings.Contains(page, want) {
			t.Errorf("%q makes no %s", theme, want)
		}
	}
}

// A million rows go out as they come, and none is asked for once the reader has
// gone.
func TestFilesOfTablesAreStreamed(t *testing.T) {
	h := open(t)
	table := thingTable()
	export := func(ctx context.Context, w http.ResponseWriter, from source[thing]) (err error) {
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/things/export?format=csv", nil)
		q := &request{Server: h.Server, w: w, r: r, ctx: ctx, api: true}
		q.route = route{in: exportFields, option: option{export: true}}
		q.act = &station.Act{}
		defer func() {
			if v := recover(); v != nil {
				err = v.(error)
			}
		}()
		return exportTable(q, table, from)
	}
	const all = 1_000_000
	var given int
	var most uint64
	source := source[thing]{each: func(_ chaping.Selection, each func(*thing) error) error {
		x := thing{name: "=cmd()", kind: "a", price: 1.5}
		for given = 0; given < all; given++ {
			if given%250_000 == 0 {
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
			if err := each(&x); err != nil {
				return err
			}
		}
		return nil
	}}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	out := &counting{header: http.Header{}}
	if err := export(t.Context(), out, source); err != nil || given != all || out.n < 18*all {
		t.Fatal(given, out.n, err)
	}
	if most > m.HeapAlloc+16<<20 {
		t.Errorf("the heap grew from %d to %d bytes", m.HeapAlloc, most)
	}
	text, _ := strings.CutPrefix(string(out.first), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text[:strings.LastIndexByte(text, '\n')])).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(out.first), "\ufeff") || len(rows) < 2 ||
		!slices.Equal(rows[0], []string{"名称", "种类", "价格", "时间", "下载"}) ||
		!slices.Equal(rows[1], []string{"'=cmd()", "甲", "1.5", "", ""}) {
		t.Errorf("%.200s", out.first)
	}
	ctx, cancel := context.WithCancel(t.Context())
	gone := &counting{header: http.Header{}, after: cancel}
	if err := export(ctx, gone, source); err != http.ErrAbortHandler || given > all/10 {
		t.Errorf("%d rows were asked for after the reader had gone; %v", given, err)
	}
}

// A counting writer keeps the beginning of what it is given.
type counting struct {
	header http.Header
	n      int
	first  []byte
	after  func() // called with the first bytes
}

func (c *counting) Header() http.Header { return c.header }
func (c *counting) WriteHeader(int)     {}

func (c *counting) Write(b []byte) (int, error) {
	if c.n == 0 {
		c.first = slices.Clone(b)
		if c.after != nil {
			c.after()
		}
	}
	c.n += len(b)
	return len(b), nil
}

// Letters are found in either case, wherever they are looked for first.
func TestContaining(t *testing.T) {
	for _, tt := range []struct {
		text, in string
		found    bool
	}{
		{"漏电", "插座漏电了", true},
		{"漏电", "插座漏水了", false},
		{"usb", "USB 口发烫", true},
		{"USB", "usb口发烫", true},
		{"口usb", "接口USB松", true},
		{"usb", "uSc 口", false},
		{"éclair", "ÉCLAIR", true},
		{"usb", "", false},
	} {
		if found := containing(tt.text)(tt.in); found != tt.found {
			t.Errorf("%q in %q: %t", tt.text, tt.in, found)
		}
		if tt.found && !lettersOf(tt.in).all(lettersOf(tt.text)) {
			t.Errorf("%q has not all letters of %q", tt.in, tt.text)
		}
	}
}

func FuzzLetters(f *testing.F) {
	f.Add("漏电", "插座漏电了")
	f.Add("\xe6\xbc", "\xe6\xe6\xbc\x8f")
	f.Add("USB", "usb")
	f.Fuzz(func(t *testing.T, text, in string) {
		if containing(text)(in) && !lettersOf(in).all(lettersOf(text)) {
			t.Errorf("%q in %q", text, in)
		}
	})
}

// BenchmarkSearchSentences looks for what is not there in as many sentences as a
// period shows.
func BenchmarkSearchSentences(b *testing.B) {
	list, all := make([]item, maxItems), make([]letters, maxItems)
	for i := range list {
		var s strings.Builder
		for n := range 60 {
			s.WriteRune(rune(0x4e00 + (i*7+n*n*31)%3000))
		}
		list[i].said = s.String()
		all[i] = lettersOf(list[i].said)
	}
	const text = "插座漏电"
	has := containing(text)
	b.Run("letters", func(b *testing.B) {
		for b.Loop() {
			wanted := lettersOf(text)
			for i := range list {
				if all[i].all(wanted) && has(list[i].said) {
					b.Fatal(list[i].said)
				}
			}
		}
	})
	b.Run("text", func(b *testing.B) {
		for b.Loop() {
			for i := range list {
				if has(list[i].said) {
					b.Fatal(list[i].said)
				}
			}
		}
	})
}
