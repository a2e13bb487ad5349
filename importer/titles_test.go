package importer

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"chaping"
)

// ofProducts counts reviews by name and shop of their product.
func ofProducts(sink *memory) string {
	names := map[string]string{}
	for _, l := range sink.listings {
		names[l.Product.ID] = l.Product.Name + "/" + l.Product.Shop.Name
	}
	count := map[string]int{}
	for _, r := range sink.reviews {
		count[names[r.Product]]++
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(count)) {
		list = append(list, fmt.Sprintf("%s=%d", name, count[name]))
	}
	return strings.Join(list, " ")
}

// What a title says holds for the rows below it until another title says
// otherwise.
func TestTitlesFurtherDown(t *testing.T) {
	const names = "评价编号,评分,评价内容,评价时间\n"
	n := 0
	rows := func(count int) (s string) {
		for range count {
			n++
			s += fmt.Sprintf("R70%04d,1,漏电麻手第%d回,2026-11-03\n", 17*n, n)
		}
		return s
	}
	kettle, lamp := "商品名称：水壶\n", "商品名称：台灯\n"
	for name, tt := range map[string]struct {
		data    string
		want    string
		refused int64
		said    string // in a question
	}{
		"names again":              {kettle + names + rows(3) + lamp + names + rows(2), "台灯/=2 水壶/=3", 0, "几个商品名称：“水壶”（第 1 行）、“台灯”（第 6 行）"},
		"a blank line":             {kettle + names + rows(3) + "\n" + lamp + names + rows(2), "台灯/=2 水壶/=3", 0, ""},
		"no names again":           {kettle + names + rows(3) + lamp + rows(2), "台灯/=2 水壶/=3", 0, ""},
		"other names":              {kettle + names + rows(3) + lamp + "评价时间,评价内容,星级\n2026-11-04,漏油烫手了,1\n", "台灯/=1 水壶/=3", 0, ""},
		"in two cells":             {"商品名称,水壶,,\n" + names + rows(1) + "商品名称,台灯,,\n" + rows(2), "台灯/=2 水壶/=1", 0, ""},
		"beside another":           {"商品名称：水壶,,导出时间：2026-11-20,\n" + names + rows(1) + "商品名称：台灯,,导出时间：2026-11-21,\n" + rows(2), "台灯/=2 水壶/=1", 0, ""},
		"several in one":           {"店铺：东店；商品：水壶 统计时间：2026-11-01至2026-11-20\n" + names + rows(1) + "店铺：西店；商品：台灯\n" + rows(2), "台灯/西店=2 水壶/东店=1", 0, ""},
		"several lines":            {"店铺：东店\n" + kettle + names + rows(1) + "店铺：西店\n" + lamp + names + rows(2), "台灯/西店=2 水壶/东店=1", 0, ""},
		"products of one shop":     {"店铺：东店\n" + kettle + names + rows(1) + lamp + rows(2), "台灯/东店=2 水壶/东店=1", 0, ""},
		"another shop, no product": {"店铺：东店\n" + kettle + names + rows(1) + "店铺：西店\n" + rows(2), "水壶/东店=1", 2, ""},
		"shops of one product":     {kettle + names + "店铺：东店\n" + rows(1) + "店铺：西店\n" + rows(2), "水壶/东店=1 水壶/西店=2", 0, ""},
		"a price of the one above": {"商品：水壶 价格：59\n" + names + rows(1) + lamp + rows(1), "台灯/=1 水壶/=1", 0, ""},
		"what names nothing":       {kettle + names + rows(1) + "台灯\n" + names + rows(2), "水壶/=1", 2, "没有写明是商品还是店铺：“台灯”"},
		"nor names again":          {kettle + names + rows(1) + "台灯\n" + rows(2), "水壶/=1", 2, "没有写明是商品还是店铺：“台灯”"},
		"a part of it":             {kettle + names + rows(1) + "11月（续）\n" + names + rows(2), "水壶/=3", 0, ""},
		"a remark and a total":     {kettle + names + rows(1) + "备注：以上已核对\n合计,1,,\n" + names + rows(2), "水壶/=3", 0, ""},
		"two of one":               {kettle + lamp + names + rows(2), "", 2, "不止一个商品名称"},
		"several shops":            {kettle + "店铺：东店、西店\n" + names + rows(2), "水壶/=2", 0, "不止一个店铺名称"},
		"a column holds":           {"店铺：东店\n店铺名称," + names + "西店," + rows(1), "R700000/西店=1", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, sum, sink := texts(t, "a.csv", tt.data, Options{Facts: map[bool]Facts{true: {ProductID: "R700000"}}[name == "a column holds"]})
			asked := ""
			for _, q := range sum.Questions {
				asked += q.Text + "\n"
			}
			if got := ofProducts(sink); got != tt.want || sum.Refused != tt.refused || !strings.Contains(asked, tt.said) {
				t.Errorf("%q, want %q: %s%+v", got, tt.want, asked, sum)
			}
			for _, l := range sink.listings {
				if l.Product.Name == "台灯" && l.Product.Price.Known() {
					t.Errorf("%+v", l)
				}
			}
		})
	}
}

// Tables that stand side by side have titles of their own, in merged cells, or one
// over all of them.
func TestTitlesSideBySide(t *testing.T) {
	put := func(titles ...any) string {
		return book(t, func(f *excelize.File) {
			putRows(f, "Sheet1", 1, titles, []any{"评价内容", "评分", "评价时间", nil, "评价内容", "评分", "评价时间"},
				[]any{"漏电麻手", 1, "2026-11-03", nil, "灯罩裂开", 1, "2026-11-04"})
			_ = f.MergeCell("Sheet1", "A1", "C1")
		})
	}
	for want, data := range map[string]string{
		"台灯/=1 水壶/=1": put("商品：水壶", nil, nil, nil, "商品：台灯"),
		"水壶/=2":       put("商品：水壶"),
	} {
		if _, sum, sink := texts(t, "a.xlsx", data, Options{}); ofProducts(sink) != want {
			t.Errorf("%q, want %q: %+v", ofProducts(sink), want, sum)
		}
	}
}

// A row of a review is none of a title, though its cells have their names with them.
func TestLabelledCells(t *testing.T) {
	standard := newVocabulary(profile(t, "standard"))
	for row, want := range map[string]int{
		"店铺：东店|评分：1|评价内容：漏电":                     0,
		"店铺：东店|评价：漏电麻手|时间：2026-11-03":            0,
		"店铺：东店|时间：2026-11-03":                    0,
		"店铺：东店|时间：2026-10-25至2026-11-24":         1,
		"店铺：东店|评分：差评|商品：水壶":                      2,
		"店铺：东店 商品：水壶；颜色：红|导出人：王五":                2,
		"商品链接：https://item.example.com/31?a=b:c": 1,
		"漏电|店铺：东店|2026-11-03|1":                  0,
		"店铺：很好|2026-11-03|1":                     0,
		"说好的店铺：没有|":                              0,
	} {
		cells := strings.Split(row, "|")
		if got := titleAmong(cells, standard); len(got) != want {
			t.Errorf("%s: %+v", row, got)
		}
	}
}

// What a filter leaves open is no name, and what a title says holds less than
// what the product table says.
func TestFilterTitles(t *testing.T) {
	const rows = "商品编号,评分,评价内容,评价时间\nK31,1,漏电麻手,2026-11-03\nK32,1,灯罩裂开,2026-11-03\n"
	table := map[string]Facts{"K31": {ProductID: "K31", Product: "水壶", Shop: "东店"}, "K32": {ProductID: "K32", Product: "台灯", Shop: "西店"}}
	for title, want := range map[string]string{
		"店铺：全部": "台灯/西店=1 水壶/东店=1",
		"店铺：所有店铺   导出人：王五": "台灯/西店=1 水壶/东店=1",
		"店铺：不限":                "台灯/西店=1 水壶/东店=1",
		"商品：全部；评分：全部":          "台灯/西店=1 水壶/东店=1",
		"评价导出 店铺名称：全部 时间：近30天": "台灯/西店=1 水壶/东店=1",
		"店铺：南店":                "台灯/西店=1 水壶/东店=1",
		"Shop: all shops":      "台灯/西店=1 水壶/东店=1",
	} {
		_, sum, sink := texts(t, "a.csv", title+"\n"+rows, Options{Products: table})
		told := slices.ContainsFunc(sum.Questions, func(q Question) bool { return strings.Contains(q.Text, "标题里写着") })
		if got := ofProducts(sink); got != want || !told {
			t.Errorf("%s: %q, want %q: %+v", title, got, want, sum.Questions)
		}
		if _, _, sink = texts(t, "a.csv", title+"\n"+rows, Options{}); title != "店铺：南店" &&
			slices.ContainsFunc(sink.listings, func(l chaping.Listing) bool { return l.Product.Shop.Name != "" || l.Product.Name != l.Product.ID }) {
			t.Errorf("%s: %+v", title, sink.listings)
		}
	}
	// Before anything is stored, too.
	u, err := Inspect(t.Context(), writeFile(t, "a.csv", "店铺：全部\n"+rows), Options{})
	if err != nil || !slices.ContainsFunc(u.Questions, func(q Question) bool { return strings.Contains(q.Text, "“店铺：全部”") }) {
		t.Errorf("%v %+v", err, u.Questions)
	}
}

// A row that goes on below the name of the texts is no title, whatever it says; one
// that begins where the table does is.
func TestTextsAreNoTitles(t *testing.T) {
	const names = "评价编号,评分,评价时间,评价内容\n"
	const data = "店铺：东店\n商品：水壶\n" + names + "R1,1,2026-11-03,漏电麻手\n,,,店铺：服务好\nR2,5,2026-11-04,好用\n,,,商品：质量太差\nR3,1,2026-11-05,冒烟了\n"
	_, sum, sink := texts(t, "a.csv", data, Options{})
	if got := ofProducts(sink); got != "水壶/东店=3" {
		t.Errorf("%s %+v", got, sum)
	}
}

// Rows of a merchant's own are no reviews; those that say that they follow one up
// are, and are told of.
func TestRowsOfOthersTexts(t *testing.T) {
	const data = "商品,评分,评价时间,评价内容\n水壶,1,2026-11-03,漏电麻手\n水壶,,2026-11-03,商家回复：亲，抱歉给您带来不便\n水壶,,2026-11-20,追评：换了一个好了\n水壶,5,2026-11-20,追加了一个给爸妈\n"
	list, sum, _ := texts(t, "a.csv", data, Options{})
	if len(list) != 3 || sum.Others != 1 || sum.FollowUps != 1 || sum.Cut != 0 {
		t.Errorf("%q %+v", list, sum)
	}
}
