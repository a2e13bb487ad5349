package importer

import (
	"fmt"
	"slices"
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
	for column, want := range map[string]bool{"区域": true, "注册地": true, "所在地区": true, "公司所在区域": true, "备注": false} {
		p, err := LoadProducts(t.Context(), writeFile(t, "p.csv", "商品编号,商品名称,"+column+"\nK31,水壶,浙江省杭州市\n"), profile(t, "standard"), nil)
		if err != nil || (p.Facts["K31"].Region == "浙江省杭州市") != want {
			t.Errorf("%s: %+v, %v", column, p.Facts, err)
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

// Prices are in yuan whatever unit a table has them in, left out in another
// currency, and a range where the product's variants have rows of their own.
func TestPricesOfProducts(t *testing.T) {
	const head = "商品编号,商品名称,店铺名称,"
	for name, tt := range map[string]struct{ data, want, said string }{
		"fen":             {head + "价格(分)\nK31,水壶,东海小铺,5900\n", "59.00", ""},
		"in ten thousand": {head + "价格（万元）\nK31,水壶,东海小铺,0.59\n", "5900.00", ""},
		"dollars":         {head + "价格,币种\nK31,水壶,东海小铺,59,USD\n", "", "商品价格：价格是外币，按未知收录"},
		"variants":        {head + "规格,价格\nK31,水壶,东海小铺,1L,59\nK31,水壶,东海小铺,2L,79\nK31,水壶,东海小铺,1.5L,69\n", "59.00-79.00", ""},
		"one of them":     {head + "规格,价格\nK31,水壶,东海小铺,1L,\nK31,水壶,东海小铺,2L,79\n", "79.00", ""},
		"both ends":       {head + "最低价,最高价\nK31,水壶,东海小铺,59,79\n", "59-79", ""},
	} {
		p, err := LoadProducts(t.Context(), writeFile(t, "p.csv", tt.data), profile(t, "standard"), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range p.Questions {
			if strings.Contains(q.Text, "价") {
				t.Errorf("%s: %s", name, q.Text)
			}
		}
		l, err := profile(t, "standard").Listing(p.Facts["K31"], now)
		said := ""
		for reason := range p.Summary("p.csv").Reasons {
			said += reason
		}
		if want := strings.Replace(tt.want, "59-79", "59.00-79.00", 1); err != nil || l.Product.Price.String() != want || said != tt.said {
			t.Errorf("%s: %s, %q, %v", name, l.Product.Price, said, err)
		}
	}
	// The same in files of reviews.
	const reviews = "商品编号,评价内容,评分,评价时间,"
	for data, want := range map[string]string{
		reviews + "price_usd\nK31,烧水时外壳漏电,1,2026-11-03,59\n": "", reviews + "price_cents\nK31,烧水时外壳漏电,1,2026-11-03,5900\n": "",
		reviews + "price_cents,currency\nK31,烧水时外壳漏电,1,2026-11-03,5900,CNY\n": "59.00", reviews + "sale_price_rmb\nK31,烧水时外壳漏电,1,2026-11-03,59\n": "59.00",
		reviews + "价格（分）\nK31,烧水时外壳漏电,1,2026-11-03,5900\n":                                                       "59.00",
		reviews + "规格,价格\nK31,烧水时外壳漏电,1,2026-11-03,1L,59\nK31,还行吧,5,2026-11-04,2L,79\n":                          "59.00-79.00",
		reviews + "价格,货币\nK31,烧水时外壳漏电,1,2026-11-03,59,JPY\n":                                                     "",
		reviews + "最低价,最高价\nK31,烧水时外壳漏电,1,2026-11-03,59,79\n":                                                    "59.00-79.00",
		`[{"goodsId":"K31","txt":"烧开时有点漏电","stars":1,"ts":1793541689000,"price":{"value":59.9,"currency":"$"}}]`: "",
	} {
		_, sum, sink := texts(t, map[bool]string{true: "a.json", false: "a.csv"}[data[0] == '['], data, Options{})
		got := sink.listings[len(sink.listings)-1].Product.Price.String()
		if got != want || (want == "") != (sum.Noted > 0) {
			t.Errorf("%q, %d noted: %s", got, sum.Noted, data)
		}
	}
}

// A cell may name several keywords: each is one, as in rows of its own.
func TestSeveralKeywords(t *testing.T) {
	for cell, want := range map[string][]string{
		"电热水壶": {"电热水壶"}, `"电热水壶,水壶"`: {"电热水壶", "水壶"}, "电热水壶，水壶 ； 烧水壶": {"电热水壶", "水壶", "烧水壶"}, "电热水壶、水壶|电热水壶": {"电热水壶", "水壶"},
		"\"电热水壶\n水壶\"": {"电热水壶", "水壶"}, "电热水壶 / 水壶": {"电热水壶", "水壶"}, "USB/Type-C充电器": {"USB/Type-C充电器"}, `"1,000W取暖器、取暖器"`: {"1,000W取暖器", "取暖器"},
		`"保温杯（不锈钢,玻璃）"`: {"保温杯（不锈钢,玻璃）"}, "保温杯(不锈钢、玻璃）、水杯": {"保温杯(不锈钢、玻璃）", "水杯"}, "炉具【内嵌，台面】；灶": {"炉具【内嵌，台面】", "灶"}, `"排插 (两米, [三孔,五孔])，插线板"`: {"排插 (两米, [三孔,五孔])", "插线板"},
		"保温杯（不锈钢、玻璃": {"保温杯（不锈钢", "玻璃"}, "保温杯、无": {"保温杯"}, "-、保温杯、--": {"保温杯"}, "无": nil, "——": nil,
		`"“三角,圆形”插座；插座"`: {"“三角,圆形”插座", "插座"}, "、": nil, "水壶、": {"水壶"},
	} {
		p, err := LoadProducts(t.Context(), writeFile(t, "p.csv", "商品编号,商品名称,关键词\nK31,水壶,"+cell+"\n"), profile(t, "standard"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Facts["K31"].Keywords(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", cell, got, want)
		}
		_, sum, sink := texts(t, "a.csv", "商品编号,评价内容,评分,评价时间,关键词\nK31,烧水时外壳漏电,1,2026-11-03,"+cell+"\n", Options{})
		if sum.Products != 1 {
			t.Errorf("%s: %d products", cell, sum.Products)
		}
		var got []string
		for _, l := range sink.listings {
			if l.Keyword != "" {
				got = append(got, l.Keyword)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q of a review, want %q", cell, got, want)
		}
	}
}

// A table of products may name them by addresses or by name and shop, and stand in
// an archive beside the reviews.
func TestProductsWithoutIDs(t *testing.T) {
	const reviews = "商品编号,商品名称,店铺名称,评价内容,评分,评价时间\n100031001,水壶,东海小铺,烧水时外壳漏电,1,2026-11-03\n"
	for name, data := range map[string]string{
		"addresses":      "商品链接,价格\nhttps://item.jd.com/100031001.html,59\n",
		"names":          "商品名称,店铺名称,价格\n水壶,东海小铺,59\n水壶,西湖小铺,88\n",
		"in an archive":  string(zipOf(t, [][2]string{{"a评论.csv", reviews}, {"商品.csv", "商品编号,商品名称,价格\n100031001,水壶,59\n"}})),
		"by their names": "商品编号,商品名称,价格\n100031001,水壶,59\n",
	} {
		file := map[bool]string{true: "p.zip", false: "p.csv"}[strings.HasPrefix(data, "PK")]
		p, err := LoadProducts(t.Context(), writeFile(t, file, data), profile(t, "standard"), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, sum, sink := texts(t, "a.csv", reviews, Options{Products: p.Facts})
		if l := sink.listings; len(l) != 1 || l[0].Product.ID != "100031001" || l[0].Product.Price.String() != "59.00" || sum.Unjoined > 0 {
			t.Errorf("%s: %+v", name, l)
		}
		_, _, sink = texts(t, "a.csv", strings.NewReplacer("商品编号,", "", "100031001,", "").Replace(reviews), Options{Products: p.Facts})
		if l := sink.listings; name == "names" && (len(l) != 1 || l[0].Product.Price.String() != "59.00") {
			t.Errorf("%s, of reviews without IDs: %+v", name, l)
		}
	}
	if _, err := LoadProducts(t.Context(), writeFile(t, "p.csv", "商品名称,价格\n水壶,59\n"), profile(t, "standard"), nil); err == nil {
		t.Error("names without shops are taken")
	}
}

// A table with numbers or links completes reviews that have only names: of the same
// name and shop, where just one is called so.
func TestProductsOfNamedReviews(t *testing.T) {
	const reviews = "商品名称,店铺名称,评价内容,评分,评价时间\n水壶,东海小铺,烧水时外壳漏电,1,2026-11-03\n"
	const noShops = "商品名称,评价内容,评分,评价时间\n水壶,烧水时外壳漏电,1,2026-11-03\n"
	const numbered = "商品编号,商品名称,评价内容,评分,评价时间\n77,水壶,烧水时外壳漏电,1,2026-11-03\n"
	for name, tt := range map[string]struct {
		table, reviews string
		want           string // the product, its price
		unjoined       int64
	}{
		"numbers":                   {"商品ID,商品名称,店铺名称,价格\n5501,水壶,东海小铺,59\n5502,水壶,西湖小铺,88\n", reviews, "水壶（东海小铺） 59.00", 0},
		"links":                     {"商品名称,店铺名称,价格,商品链接\n水壶,东海小铺,59,https://item.jd.com/5501000.html\n", reviews, "水壶（东海小铺） 59.00", 0},
		"numbers and no shops":      {"商品ID,商品名称,价格\n5501,水壶,59\n", reviews, "水壶（东海小铺） 59.00", 0},
		"another shop":              {"商品ID,商品名称,店铺名称,价格\n5502,水壶,西湖小铺,88\n", reviews, "水壶（东海小铺） ", 1},
		"two of the name and shop":  {"商品ID,商品名称,店铺名称,价格\n5501,水壶,东海小铺,59\n5502,水壶,东海小铺,88\n", reviews, "水壶（东海小铺） ", 1},
		"reviews of no shop":        {"商品ID,商品名称,店铺名称,价格\n5501,水壶,东海小铺,59\n", noShops, "水壶 59.00", 0},
		"reviews of no shop, two":   {"商品ID,商品名称,店铺名称,价格\n5501,水壶,东海小铺,59\n5502,水壶,西湖小铺,88\n", noShops, "水壶 ", 1},
		"reviews of another number": {"商品ID,商品名称,价格\n5501,水壶,59\n", numbered, "77 ", 1},
	} {
		p, err := LoadProducts(t.Context(), writeFile(t, "p.csv", tt.table), profile(t, "standard"), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, sum, sink := texts(t, "a.csv", tt.reviews, Options{Products: p.Facts})
		got := fmt.Sprintf("%s %s", sink.listings[0].Product.ID, sink.listings[0].Product.Price)
		if got != tt.want || sum.Unjoined != tt.unjoined {
			t.Errorf("%s: %q, %d not joined", name, got, sum.Unjoined)
		}
	}
}

// The table of products of an archive is none of reviews, and what is said of it is
// what became of it.
func TestProductsInAnArchive(t *testing.T) {
	archive := string(zipOf(t, [][2]string{{"评论.csv", "商品名称,店铺名称,评价内容,评分,评价时间\n水壶,东海小铺,烧水时外壳漏电,1,2026-11-03\n"},
		{"商品.csv", "商品名称,店铺名称,价格,所在地,关键词\n水壶,东海小铺,59,浦东新区,电热水壶\n台灯,东海小铺,88,黄浦区,台灯\n"}}))
	p, err := LoadProducts(t.Context(), writeFile(t, "p.zip", archive), profile(t, "standard"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for used, products := range map[string]map[string]Facts{"用作商品表": p.Facts, "没有用它": nil} {
		_, sum, sink := texts(t, "a.zip", archive, Options{Products: products})
		said := fmt.Sprintf("%+v %+v", sum.Questions, sum.Tables)
		if !strings.Contains(said, used) || strings.Contains(said, "评论时间") || strings.Contains(said, "所在地") || (sink.listings[0].Product.Price.Known()) != (products != nil) {
			t.Errorf("%s: %s", used, said)
		}
	}
}
