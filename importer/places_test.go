package importer

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"chaping"
)

// said1 is a review as JSON.
func said1(product, text string, rating int, date string) string {
	if product != "" {
		product = fmt.Sprintf(`"商品名称":%q,`, product)
	}
	return fmt.Sprintf(`{%s"评论内容":%q,"评分":%d,"评论时间":%q}`, product, text, rating, date)
}

// Reviews that stand in several places of a JSON file are all read; what is not
// read is told of.
func TestPlaces(t *testing.T) {
	const fan = "摇头风扇"
	a, b, c := said1(fan, "风扇转着转着冒烟", 1, "2026-11-03"), said1(fan, "风大声音小", 5, "2026-11-04"), said1(fan, "凑合用", 3, "2026-11-05")
	many := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, said1(fan, fmt.Sprint("风大声音小", i), 5, "2026-11-04"))
		}
		return strings.Join(list, ",")
	}
	for name, tt := range map[string]struct {
		file, data string
		o          Options
		want       []string // text at product
		skipped    string
	}{
		"by grade": {"a.json", `{"good":[` + b + `,` + b + `],"general":[` + c + `],"poor":[` + a + `]}`, Options{},
			[]string{"风大声音小@" + fan, "风大声音小@" + fan, "凑合用@" + fan, "风扇转着转着冒烟@" + fan}, ""},
		"by month": {"a.json", `{"2026-10":[` + b + `,` + c + `],"2026-11":[` + a + `]}`, Options{},
			[]string{"风大声音小@" + fan, "凑合用@" + fan, "风扇转着转着冒烟@" + fan}, ""},
		"by product": {"a.json", `{"摇头风扇":[` + said1("", "好", 5, "2026-11-03") + `],"塔扇":[` + said1("", "漏电", 1, "2026-11-03") + `]}`, Options{},
			[]string{"好@摇头风扇", "漏电@塔扇"}, ""},
		"by product, one of them told": {"a.json", `{"摇头风扇":[` + said1("", "好", 5, "2026-11-03") + `],"塔扇":[` + said1("", "漏电", 1, "2026-11-03") + `]}`,
			Options{Facts: Facts{Product: fan}}, []string{"好@摇头风扇", "漏电@塔扇"}, ""},
		"pages of two shapes": {"a.ndjson", `{"page":1,"data":{"comments":[` + a + `]}}` + "\n" + `{"page":2,"result":{"list":[` + b + `]}}` + "\n" + `{"page":3,"data":{"comments":[` + c + `]}}`, Options{},
			[]string{"风扇转着转着冒烟@" + fan, "风大声音小@" + fan, "凑合用@" + fan}, ""},
		"hot ones again": {"a.json", `{"hotComments":[` + a + `],"comments":[` + b + `,` + a + `]}`, Options{},
			[]string{"风扇转着转着冒烟@" + fan, "风大声音小@" + fan}, ""},
		"replies and questions": {"a.json", `{"comments":[` + strings.TrimSuffix(a, "}") + `,"replies":[{"评论内容":"亲，抱歉","评论时间":"2026-11-04"}]}],"other":[{"评论内容":"包邮吗","评论时间":"2026-11-04"}]}`, Options{},
			[]string{"风扇转着转着冒烟@" + fan}, "other"},
		"a shape far down": {"a.ndjson", strings.ReplaceAll(`{"data":{"comments":[`+many(2100)+`]}}`+"\n"+`{"result":{"list":[`+a+`]}}`, "\n\n", "\n"), Options{}, nil, ""},
		"list of texts": {"a.json", `[{"商品名称":"塔扇","评论":["漏电","很好"],"日期":"2026-11-03"}]`, Options{},
			[]string{"漏电@塔扇", "很好@塔扇"}, ""},
		"text in parts": {"a.json", `[{"商品名称":"塔扇","内容":["用了三天","漏电"],"日期":"2026-11-03"}]`, Options{},
			[]string{"用了三天\n漏电@塔扇"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, sum, sink := texts(t, tt.file, tt.data, tt.o)
			var got []string
			seen := map[chaping.ReviewKey]bool{}
			for _, r := range sink.reviews {
				if !seen[r.Key()] {
					got = append(got, r.Text+"@"+r.Product)
				}
				seen[r.Key()] = true
			}
			if tt.want == nil {
				if len(got) != 2101 {
					t.Errorf("%d reviews", len(got))
				}
				return
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q: %+v", got, tt.want, sum)
			}
			if i := slices.IndexFunc(sum.Tables, func(s TableSummary) bool { return s.Skipped != "" }); (i >= 0) != (tt.skipped != "") ||
				i >= 0 && (sum.Tables[i].Name != tt.skipped || sum.Tables[i].Rows != 1) {
				t.Errorf("%+v", sum.Tables)
			}
		})
	}
}
