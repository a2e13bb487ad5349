package importer

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// What a product is called stands in for its ID: in two shops one name is two
// products, and so it is where the IDs have been rounded.
func TestProductsByName(t *testing.T) {
	const text = ",评论内容,评分,评论时间\n"
	const shops = "商品名称,店铺名称" + text + "加湿器,晨星店,漏电,1,2026-11-03\n加湿器,晨星店,很好,5,2026-11-04\n加湿器,暮云店,漏水,1,2026-11-05\n"
	const rounded = "商品编号,商品名称" + text + "990034567890123000,加湿器,漏电,1,2026-11-03\n990034567890123000,热水袋,爆了,1,2026-11-04\n"
	for name, tt := range map[string]struct {
		data  string
		o     Options
		want  string // product=its shop
		asked string
	}{
		"two shops":              {shops, Options{}, "加湿器（晨星店）=晨星店 加湿器（暮云店）=暮云店", ""},
		"stored by the name":     {shops, Options{Named: map[string][]string{"加湿器": {"晨星店"}}}, "加湿器=晨星店 加湿器（暮云店）=暮云店", ""},
		"stored without a shop":  {shops, Options{Named: map[string][]string{"加湿器": {""}}}, "加湿器=晨星店 加湿器=暮云店", ""},
		"two platforms":          {"平台,商品名称" + text + "甲网,加湿器,漏电,1,2026-11-03\n乙网,加湿器,漏水,1,2026-11-05\n", Options{}, "加湿器（乙网）= 加湿器（甲网）=", ""},
		"no shop":                {"商品名称" + text + "加湿器,漏电,1,2026-11-03\n", Options{}, "加湿器=", ""},
		"a shop that is told":    {"商品名称" + text + "加湿器,漏电,1,2026-11-03\n", Options{Facts: Facts{Shop: "晨星店"}}, "加湿器（晨星店）=晨星店", ""},
		"IDs":                    {"商品编号,商品名称,店铺名称" + text + "661,加湿器,晨星店,漏电,1,2026-11-03\n", Options{}, "661=晨星店", ""},
		"rounded IDs":            {rounded, Options{}, "加湿器= 热水袋=", "舍入"},
		"rounded, without names": {"商品编号" + text + "990034567890123000,漏电,1,2026-11-03\n990034567890456000,漏电,1,2026-11-03\n", Options{}, "990034567890123000= 990034567890456000=", "算一件"},
		"one ID that ends in 0":  {"商品编号,商品名称" + text + "9900345678901230,加湿器,漏电,1,2026-11-03\n9900345678901231,热水袋,漏电,1,2026-11-03\n9900345678901232,灯,好,5,2026-11-03\n", Options{}, "9900345678901230= 9900345678901231= 9900345678901232=", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, sum, sink := texts(t, "a.csv", tt.data, tt.o)
			got := map[string]bool{}
			for _, l := range sink.listings {
				got[l.Product.ID+"="+l.Product.Shop.Name] = true
			}
			if list := strings.Join(slices.Sorted(maps.Keys(got)), " "); list != tt.want {
				t.Errorf("%s, want %s", list, tt.want)
			}
			asked := slices.ContainsFunc(sum.Questions, func(q Question) bool {
				return q.Kind == AskIdentity && strings.Contains(q.Text+q.Assumed, tt.asked)
			})
			if asked != (tt.asked != "") {
				t.Errorf("%+v", sum.Questions)
			}
		})
	}
}
