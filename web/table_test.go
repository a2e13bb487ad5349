package web

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

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
			t.Errorf("%s: understood %q, want %q; ignored %q, want %q", c.address, understood, c.understood, ignored, c.ignored)
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
		if s.selection.Sort != "" && headOf(heads, s.selection.Sort) == nil || s.page < 1 || !slices.Contains(pageSizes(), s.size) {
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
		if last := list[slices.IndexFunc(list, func(x thing) bool { return x.name == all[len(all)-1] })]; strings.HasSuffix(sort, "price") && !math.IsNaN(last.price) {
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
