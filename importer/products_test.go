package importer

import (
	"strings"
	"testing"
)

// Names of shops are known in many ways, and a column of a product table that is
// not known is named where something is missing.
func TestUnusedColumnsOfProducts(t *testing.T) {
	const rest = "商品编号,商品名称,价格,商品链接,公司所在区域,关键词,"
	const row = "K31,水壶,59,https://item.example.com/31,浙江省杭州市,电热水壶,东海小铺"
	for column, want := range map[string]string{"mall_name": "", "掌柜": "", "mallName": "", "卖家昵称": "", "商户名称": "", "归口": "没有认出店铺名称；没有用到的列：“归口”（如 东海小铺）",
		"备注": "没有认出店铺名称；没有用到的列：“备注”"} {
		p, err := LoadProducts(t.Context(), writeFile(t, "p.csv", rest+column+"\n"+row+"\n"), profile(t, "standard"), nil)
		if err != nil {
			t.Fatal(err)
		}
		asked := ""
		for _, q := range p.Summary("p.csv").Questions {
			asked += q.Text
		}
		if shop := p.Facts["K31"].Shop; (want == "") != (shop == "东海小铺") || !strings.Contains(asked, want) || want == "" && asked != "" {
			t.Errorf("%s: %q %q", column, shop, asked)
		}
	}
	// Nothing is missing, or nothing is there.
	for _, data := range []string{rest + "店铺名称,归口\n" + row + ",东区\n", "商品编号,商品名称\nK31,水壶\n"} {
		p, err := LoadProducts(t.Context(), writeFile(t, "p.csv", data), profile(t, "standard"), nil)
		if err != nil || len(p.Questions) > 0 {
			t.Errorf("%v %+v", err, p)
		}
	}
	_, _, sink := texts(t, "a.json", `[{"goodsId":"K31","mallName":"东海小铺","data":[{"txt":"烧开时有点漏电","stars":1,"ts":1793541689000},{"txt":"烧水挺快的，不错","stars":5,"ts":1793541690000}]}]`, Options{})
	if len(sink.listings) == 0 || sink.listings[0].Product.Shop.Name != "东海小铺" {
		t.Errorf("%+v", sink.listings)
	}
}
