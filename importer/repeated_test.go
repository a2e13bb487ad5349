package importer

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"chaping"
)

// distinct are the different reviews of a sink, each as text and rating.
func distinct(sink *memory) (list []string) {
	seen := map[chaping.ReviewKey]int{}
	for _, r := range sink.reviews {
		what := fmt.Sprint(r.Text, " ", r.Rating)
		if i, ok := seen[r.Key()]; ok {
			list[i] = what
			continue
		}
		seen[r.Key()] = len(list)
		list = append(list, what)
	}
	return list
}

// Rows that come twice are one review where that is certain, and the summary says
// what was done with them.
func TestRepeatedRows(t *testing.T) {
	const header = "商品名称,评论内容,评分,评论时间\n"
	const buyers = "订单编号,商品名称,评论内容,评分,评论时间\n"
	ids := func() string {
		s := "评价ID,商品名称,评论内容,评分,评论时间\n"
		for i := range 30 {
			s += fmt.Sprintf("77%04d,电饼铛,烙饼很香第%d回,5,2026-11-03\n", i, i)
		}
		return s
	}()
	for name, tt := range map[string]struct {
		data                      string
		want, merged, num, others int
		negative                  int64
	}{
		"pages that were read twice":     {header + strings.Repeat("电饼铛,插上电就跳闸了还有糊味,1,2026-11-03 10:21:33\n", 3), 1, 2, 0, 0, 1},
		"in one second":                  {header + strings.Repeat("电饼铛,漏电麻手,1,2026-11-03 10:21:33\n", 2), 1, 1, 0, 0, 1},
		"in one minute":                  {header + strings.Repeat("电饼铛,漏电麻手,1,2026-11-03 10:21\n", 2), 2, 0, 1, 0, 2},
		"the same day":                   {header + strings.Repeat("电饼铛,插上电就跳闸了还有糊味,1,2026-11-03\n", 3), 3, 0, 2, 0, 3},
		"short texts":                    {header + strings.Repeat("电饼铛,好,5,2026-11-03 10:21:33\n", 2), 2, 0, 1, 0, 0},
		"one order":                      {buyers + strings.Repeat("3351234567890123456,电饼铛,漏电,1,2026-11-03\n", 2), 1, 1, 0, 0, 1},
		"orders without their last part": {buyers + "3.35E+18,电饼铛,漏电,1,2026-11-03\n3.35E+18,电饼铛,漏电,1,2026-11-03\n", 2, 0, 1, 0, 2},
		"masked names on one day":        {"买家昵称,商品名称,评论内容,评分,评论时间\nl**3,电饼铛,漏电,1,2026-11-03\nl**3,电饼铛,漏电,1,2026-11-03\n", 2, 0, 1, 0, 2},
		"masked names at one time":       {"买家昵称,商品名称,评论内容,评分,评论时间\n" + strings.Repeat("l**3,电饼铛,插上电就跳闸了还有糊味,1,2026-11-03 08:15:01\n", 2), 1, 1, 0, 0, 1},
		"two texts of one ID":            {ids + "880001,电饼铛,手柄漏电,1,2026-11-03\n880001,电饼铛,店家给换了一台,5,2026-11-08\n880001,电饼铛,手柄漏电,1,2026-11-03\n", 32, 1, 0, 1, 1},
		"an empty row of one ID":         {ids + "880001,电饼铛,手柄漏电,1,2026-11-03\n880001,电饼铛,,5,2026-11-08\n", 31, 1, 0, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			_, sum, sink := texts(t, "a.csv", tt.data, Options{})
			if got := distinct(sink); len(got) != tt.want || sum.Merged != int64(tt.merged) || sum.Numbered != int64(tt.num) ||
				sum.Further != int64(tt.others) || sum.Grades["negative"] != tt.negative {
				t.Errorf("%d %q, %+v", len(got), got, sum)
			}
			if name == "two texts of one ID" {
				got := distinct(sink)
				if !slices.Contains(got, "手柄漏电 1") || !slices.Contains(got, "店家给换了一台 5") {
					t.Errorf("%q", got)
				}
			}
			// The same file again is the same reviews.
			_, _, again := texts(t, "b.csv", tt.data, Options{})
			for i, r := range sink.reviews {
				if again.reviews[i].Key() != r.Key() {
					t.Errorf("%v, then %v", r.Key(), again.reviews[i].Key())
				}
			}
		})
	}
}

// A worksheet that has the reviews of another once more adds none, and a review
// that is merged over several rows is one.
func TestRepeatedInWorkbooks(t *testing.T) {
	header := []any{"商品名称", "评论内容", "评分", "评论时间", "晒图"}
	rows := [][]any{{"电饼铛", "漏电", 1, "2026-11-03"}, {"电饼铛", "漏电", 1, "2026-11-03"}, {"电饼铛", "很好", 5, "2026-11-03"}}
	for name, tt := range map[string]struct {
		edit   func(f *excelize.File)
		want   []string
		passed int64
		merged int64
	}{
		"all and the poor ones": {func(f *excelize.File) {
			_, _ = f.NewSheet("差评")
			putRows(f, "Sheet1", 1, append([][]any{header}, rows...)...)
			putRows(f, "差评", 1, header, rows[0], rows[1])
		}, []string{"漏电 1", "漏电 1", "很好 5"}, 0, 2},
		"pictures in three rows": {func(f *excelize.File) {
			putRows(f, "Sheet1", 1, header, append(slices.Clone(rows[0]), "1.jpg"), []any{"", "", "", "", "2.jpg"}, []any{"", "", "", "", "3.jpg"}, rows[2])
			for _, c := range []string{"A", "B", "C", "D"} {
				_ = f.MergeCell("Sheet1", c+"2", c+"4")
			}
		}, []string{"漏电 1", "很好 5"}, 2, 0},
		"a product over three rows": {func(f *excelize.File) {
			putRows(f, "Sheet1", 1, header, rows[0], []any{"", "烫手", 2, "2026-11-04"}, []any{"", "很好", 5, "2026-11-05"})
			_ = f.MergeCell("Sheet1", "A2", "A4")
		}, []string{"漏电 1", "烫手 2", "很好 5"}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, sum, sink := texts(t, "a.xlsx", book(t, tt.edit), Options{})
			if got := distinct(sink); !slices.Equal(got, tt.want) || sum.Passed != tt.passed || sum.Merged != tt.merged {
				t.Errorf("%q, want %q: %+v", got, tt.want, sum)
			}
		})
	}
	page := "<table><tr><td>商品名称<td>评论内容<td>评分<td>评论时间<td>晒图<tr><td rowspan=2>电饼铛<td rowspan=2>漏电<td rowspan=2>1<td rowspan=2>2026-11-03<td>1.jpg<tr><td>2.jpg</table>"
	if _, sum, sink := texts(t, "a.xls", page, Options{}); len(distinct(sink)) != 1 || sum.Passed != 1 {
		t.Errorf("%q %+v", distinct(sink), sum)
	}
}

// A column that counts rows identifies none, whatever it is called: the file of
// the next month counts from 1 again.
func TestCountedRows(t *testing.T) {
	for name, tt := range map[string]struct {
		head, first, step int
		column            string
		kept              bool
	}{
		"up from 1":       {1, 1, 1, "评论编号", false},
		"up from 0":       {1, 0, 1, "review_id", false},
		"down to 1":       {1, 4, -1, "评价ID", false},
		"an ID that goes": {1, 9023114, 1, "评论编号", true},
		"with gaps":       {1, 3, 7, "评论编号", true},
	} {
		t.Run(name, func(t *testing.T) {
			month := func(m int) string {
				s := tt.column + ",商品名称,评论内容,评分,评论时间\n"
				for i := range 4 {
					s += fmt.Sprintf("%d,电饼铛,第%d月的第%d条,5,2026-%02d-03\n", tt.first+i*tt.step, m, i, m)
				}
				return s
			}
			_, sum, october := texts(t, "10.csv", month(10), Options{})
			_, _, november := texts(t, "11.csv", month(11), Options{})
			asked := slices.ContainsFunc(sum.Questions, func(q Question) bool { return q.Kind == AskIdentity })
			if same := october.reviews[0].ID == november.reviews[0].ID; same != tt.kept || asked == tt.kept {
				t.Errorf("%q, %q, %+v", october.reviews[0].ID, november.reviews[0].ID, sum.Questions)
			}
		})
	}
}
