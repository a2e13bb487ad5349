package importer

import (
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// Tables that stand below one another are each read by their own names; what
// stands above the names is told of.
func TestStackedTables(t *testing.T) {
	const short, long = "商品名称,评论内容,评分,评论时间", "商品名称,店铺名称,评分,评论时间,评论内容,买家昵称"
	first := short + "\n电饭煲,漏电,1,2026-11-03\n电饭煲,煮得快,5,2026-11-04\n"
	for name, tt := range map[string]struct {
		data    string
		want    string // text and rating of each
		refused int64
		skipped int
		passed  int64
	}{
		"the same names again":     {first + "\n" + short + "\n电饭煲,糊底,2,2026-11-05\n", "漏电1 煮得快5 糊底2", 0, 0, 1},
		"in another order":         {first + "\n评论时间,评分,评论内容,商品名称\n2026-11-05,2,糊底,电饭煲\n", "漏电1 煮得快5 糊底2", 0, 0, 0},
		"with more names":          {first + long + "\n电饭煲,某店,2,2026-11-05,糊底,小王\n", "漏电1 煮得快5 糊底2", 0, 0, 0},
		"more names first":         {long + "\n电饭煲,某店,2,2026-11-05,糊底,小王\n" + first, "糊底2 漏电1 煮得快5", 0, 0, 0},
		"other names":              {first + "宝贝标题,买家评论,星级,评价日期\n电饭煲,糊底,2星,2026-11-05\n", "漏电1 煮得快5 糊底2", 0, 0, 0},
		"a table of products":      {"商品名称,商品价格,店铺名称\n电饭煲,199,某店\n蒸锅,99,某店\n" + first, "漏电1 煮得快5", 0, 1, 0},
		"rows above":               {"电饭煲,冒烟,1,2026-11-02\n" + first, "漏电1 煮得快5", 0, 1, 0},
		"titles between":           {first + "\n二分店\n" + short + "\n电饭煲,糊底,2,2026-11-05\n", "漏电1 煮得快5 糊底2", 0, 0, 2},
		"titles":                   {"某店评论,共 2 条,,\n统计日期：2026-10-25~2026-11-24,,,\n" + first, "漏电1 煮得快5", 0, 0, 0},
		"a total":                  {first + "合计,2条,3.0,2026-11-24\n", "漏电1 煮得快5", 0, 0, 1},
		"a total with its number":  {first + "合计：2条,,,\n", "漏电1 煮得快5", 0, 0, 1},
		"totals of groups":         {long + "\n电饭煲,某店,2,2026-11-05,糊底,小王\n某店小计,,2.0,,小计1条,\n蒸锅,某店,1,2026-11-05,漏水,小李\n 某店 合 计：,,1.5,,,\n总计,,1.7,,2条,\n", "糊底2 漏水1", 0, 0, 3},
		"a product called so":      {short + "\n家用小计,不准,1,2026-11-03\n家用小计,好,5,昨天\n", "不准1", 1, 0, 0},
		"names like those of sums": {long + "\nTotal润滑油,,,2026-11-03,漏油,\n总数不足的拼图,,,2026-11-04,有毛刺,\n平均分配的饭盒,,,2026-11-04,漏汤,\n", "漏油0 有毛刺0 漏汤0", 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, sum, sink := texts(t, "a.csv", tt.data, Options{})
			var got []string
			for _, r := range sink.reviews {
				got = append(got, r.Text+string(rune('0'+r.Rating)))
			}
			skipped := 0
			for _, table := range sum.Tables {
				if table.Skipped != "" && table.Name+table.Skipped != "" {
					skipped++
				}
			}
			if strings.Join(got, " ") != tt.want || sum.Refused != tt.refused || skipped != tt.skipped || sum.Passed != tt.passed {
				t.Errorf("%q, want %q: %+v", got, tt.want, sum)
			}
		})
	}
	wide := book(t, func(f *excelize.File) {
		putRows(f, "Sheet1", 1, []any{"商品名称", "评论内容", "评分", "评论时间"}, []any{"电饭煲", "漏电", 1, "2026-11-03"}, []any{"备用", "列"},
			[]any{"店铺名称", "买家昵称", "商品编号", "商品名称", "评分", "评论时间", "评论内容"}, []any{"某店", "小王", "66", "电饭煲", 2, "2026-11-04", "糊底"})
	})
	if got, sum, _ := texts(t, "a.xlsx", wide, Options{}); !slices.Equal(got, []string{"漏电", "糊底"}) {
		t.Errorf("%q %+v", got, sum)
	}
}

// Worksheets that call their columns otherwise are read, and nothing is asked
// about what they have.
func TestWorksheetsUnderOtherNames(t *testing.T) {
	got, sum, sink := texts(t, "a.xlsx", book(t, func(f *excelize.File) {
		_, _ = f.NewSheet("二")
		putRows(f, "Sheet1", 1, []any{"商品名称", "评价内容", "评分", "评价时间"}, []any{"电饭煲", "漏电", 1, "2026-11-03"})
		putRows(f, "二", 1, []any{"商品", "评论", "星级", "时间"}, []any{"电饭煲", "糊底", 2, "2026-11-04"})
	}), Options{})
	if !slices.Equal(got, []string{"漏电", "糊底"}) || sink.reviews[1].Rating != 2 ||
		slices.ContainsFunc(sum.Questions, func(q Question) bool { return q.Kind != AskShop }) {
		t.Errorf("%q %+v", got, sum)
	}
}

// Another product has nothing of the one above.
func TestFillDownByProduct(t *testing.T) {
	const data = "商品名称,商品价格,店铺名称,评论内容,评分,评论时间\n电饭煲,199,某店,漏电,1,2026-11-03\n,,,煮得快,5,2026-11-04\n蒸锅,,,漏水,1,2026-11-04\n,,,好用,5,2026-11-05\n"
	_, _, sink := texts(t, "a.csv", data, Options{FillDown: true})
	if len(sink.listings) != 2 || sink.reviews[3].Product != sink.reviews[2].Product || sink.reviews[1].Product != sink.reviews[0].Product {
		t.Fatalf("%+v %+v", sink.listings, sink.reviews)
	}
	const titled = "店铺：东店\n商品名称,商品价格,评论内容,评分,评论时间\n电饭煲,199,漏电,1,2026-11-03\n店铺：西店\n,,漏水,1,2026-11-04\n"
	if _, sum, sink := texts(t, "b.csv", titled, Options{FillDown: true}); sum.Refused != 1 || len(sink.listings) != 1 {
		t.Errorf("%+v %+v", sum, sink.listings)
	}
	if p := sink.listings[1].Product; p.Name != "蒸锅" || p.Shop.Name != "" || p.Price.Known() {
		t.Errorf("%+v", p)
	}
}
