package importer

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/tidwall/gjson"
	"github.com/xuri/excelize/v2"

	"chaping"
)

// A strange file is one that other people's programs write. What becomes of it
// are its reviews with what is known of their products in the end: ID, name, shop,
// grade, day, text.
type strange struct {
	file, data string
	options    func(*Options)
	want       []string
	says       []string // parts of what is asked or told; "!" before one: it is not
}

func (s *strange) check(t *testing.T) { s.compare(t, func([]string) {}) }

// compare imports the file; sort arranges what becomes of it.
func (s *strange) compare(t *testing.T, sort func([]string)) {
	t.Helper()
	sink := &memory{}
	o := Options{Now: now, Sink: sink, Run: "r"}
	if s.options != nil {
		s.options(&o)
	}
	sum, err := Import(t.Context(), writeFile(t, s.file, s.data), o)
	var got []string
	products := map[string]chaping.Product{}
	for _, l := range sink.listings {
		products[l.Product.ID] = l.Product
	}
	seen := map[chaping.ReviewKey]bool{}
	for _, r := range sink.reviews {
		if !seen[r.Key()] {
			p := products[r.Product]
			got = append(got, strings.Join([]string{r.Product, p.Name, p.Shop.Name, r.Grade.Chinese(),
				r.Published.In(chaping.Shanghai()).Format("02"), r.Text}, " "))
		}
		seen[r.Key()] = true
	}
	sort(got)
	if !slices.Equal(got, s.want) {
		t.Errorf("%v\ngot  %q\nwant %q", err, got, s.want)
	}
	told := fmt.Sprint(err)
	for _, q := range sum.Questions {
		told += q.Text + q.Assumed + "\n"
	}
	for reason, n := range sum.Reasons {
		told += fmt.Sprintln(reason, n)
	}
	for _, table := range sum.Tables {
		told += table.Name + table.Skipped + "\n"
	}
	for _, part := range s.says {
		if part, not := strings.CutPrefix(part, "!"); strings.Contains(told, part) == not {
			t.Errorf("%q: %s", part, told)
		}
	}
}

// How content somebody is with the handling of a complaint is no rating of the
// product.
func TestRatingsOfService(t *testing.T) {
	for name, tt := range map[string]strange{
		"beside what was done": {"a.csv", "单号,商品名称,反馈内容,反馈时间,处理结果,满意度\n" +
			"1,饭煲,内胆烧穿了,2016-11-03,已换货,满意\n2,饭煲,一直跳闸,2016-11-04,已退款,非常满意\n", nil,
			[]string{"饭煲 饭煲  未评级 03 内胆烧穿了", "饭煲 饭煲  未评级 04 一直跳闸"}, []string{"不是对商品的评分"}},
		"under another name": {"a.csv", "工单号,商品名称,反馈内容,反馈时间,回访结果\n" +
			"G-1,饭煲,内胆烧穿了,2016-11-03,满意\nG-2,饭煲,一直跳闸,2016-11-04,不满意\n", nil,
			[]string{"饭煲 饭煲  未评级 03 内胆烧穿了", "饭煲 饭煲  未评级 04 一直跳闸"}, nil},
		"of the product": {"a.csv", "单号,商品名称,反馈内容,反馈时间,处理结果,商品满意度\n" +
			"1,饭煲,内胆烧穿了,2016-11-03,已换货,不满意\n2,饭煲,很好,2016-11-04,,满意\n", nil,
			[]string{"饭煲 饭煲  差评 03 内胆烧穿了", "饭煲 饭煲  好评 04 很好"}, nil},
		"of a survey": {"a.csv", "商品名称,评论内容,评论时间,满意度\n饭煲,内胆烧穿了,2016-11-03,不满意\n饭煲,很好,2016-11-04,满意\n", nil,
			[]string{"饭煲 饭煲  差评 03 内胆烧穿了", "饭煲 饭煲  好评 04 很好"}, nil},
	} {
		t.Run(name, tt.check)
	}
}

// A cell without a value takes nothing away that other rows say.
func TestBlanksKeep(t *testing.T) {
	const head = "商品ID,商品名称,店铺,评分,评论内容,评论时间\n"
	kept := []string{"8801 饭煲 甲店 差评 03 内胆烧穿了", "8801 饭煲 甲店 好评 04 很好"}
	for _, blank := range []string{"", "NULL", "nan", "undefined", "None", "N/A", "#N/A", "null", " "} {
		for name, data := range map[string]string{
			"last":  head + "8801,饭煲,甲店,1,内胆烧穿了,2016-11-03\n8801," + blank + "," + blank + ",5,很好,2016-11-04\n",
			"first": head + "8801," + blank + "," + blank + ",1,内胆烧穿了,2016-11-03\n8801,饭煲,甲店,5,很好,2016-11-04\n",
		} {
			t.Run(name+" "+blank, (&strange{"a.csv", data, nil, kept, nil}).check)
		}
	}
	stored := func(o *Options) {
		o.Stored = func(_ context.Context, ids []string) (map[string][]chaping.Product, error) {
			p := chaping.Product{ID: "8801", Name: "饭煲", Shop: chaping.Shop{Name: "甲店"}}
			return map[string][]chaping.Product{"8801": {p}}, nil
		}
	}
	t.Run("before", (&strange{"a.csv", "商品ID,评分,评论内容,评论时间\n8801,1,内胆烧穿了,2016-11-03\n8801,5,很好,2016-11-04\n",
		stored, kept, nil}).check)
	t.Run("another shop", (&strange{"a.csv", "商品ID,店铺,评分,评论内容,评论时间\n8801,乙店,1,内胆烧穿了,2016-11-03\n", stored,
		[]string{"8801 饭煲 乙店 差评 03 内胆烧穿了"}, nil}).check)
}

// A product is the one that its ID says, wherever that stands.
func TestProductIDs(t *testing.T) {
	row := ",1,内胆烧穿了,2016-11-03\n"
	const rest = ",评分,评论内容,评论时间\n"
	const text = " 差评 03 内胆烧穿了"
	for name, tt := range map[string]struct{ head, cells, want string }{
		"colours":         {"sku,商品名称", "白色 3L,饭煲", "饭煲 饭煲 "},
		"specification":   {"商品ID,SKU规格,商品名称", "8801,白色:3L,饭煲", "8801 饭煲 "},
		"merchant's code": {"商品编码,平台商品ID,商品名称", "MB-3L,66880011,饭煲", "66880011 饭煲 "},
		"another code":    {"商家编码,线上宝贝ID,商品名称", "MB-3L,66880011,饭煲", "66880011 饭煲 "},
		"main ID":         {"SKU编码,主商品ID,商品名称", "660099,66880011,饭煲", "66880011 饭煲 "},
		"only a code":     {"商家编码,商品名称", "MB-3L,饭煲", "MB-3L 饭煲 "},
		"JD":              {"商品名称,链接", "饭煲,https://item.jd.com/66880011.html#comment", "66880011 饭煲 "},
		"Tmall":           {"商品名称,链接", "饭煲,https://detail.tmall.com/item.htm?spm=a1.2&id=66880011&skuId=5", "66880011 饭煲 "},
		"Pinduoduo":       {"商品名称,链接", "饭煲,https://mobile.yangkeduo.com/goods.html?goods_id=66880011", "66880011 饭煲 "},
		"a list":          {"商品名称,链接", "饭煲,https://shop.example.com/product/list?goods_id=66880011", "66880011 饭煲 "},
		"sku":             {"商品名称,链接", "饭煲,https://m.example.com/view?sku=66880011", "66880011 饭煲 "},
		"Amazon":          {"商品名称,链接", "饭煲,https://www.amazon.cn/dp/B0COOKER01/ref=x?pid=77", "B0COOKER01 饭煲 "},
		"1688":            {"商品名称,链接", "饭煲,https://detail.1688.com/offer/66880011.html", "66880011 饭煲 "},
		"no product":      {"商品名称,链接", "饭煲,https://shop.example.com/product/list", "饭煲 饭煲 "},
		"below the name":  {"商品信息", `"饭煲` + "\n" + `商品ID：66880011"`, "66880011 饭煲 "},
		"in brackets":     {"商品", "饭煲（ID:66880011）", "66880011 饭煲 "},
		"before the name": {"商品", "编号：66880011 饭煲", "66880011 饭煲 "},
		"full width":      {"商品ID,商品名称", "６６８８００１１,饭煲", "66880011 饭煲 "},
		"ID and colon":    {"商品ID,商品名称", "ID:66880011,饭煲", "66880011 饭煲 "},
		"thousands":       {"商品ID,商品名称", `"66,880,011",饭煲`, "66880011 饭煲 "},
		"zero":            {"商品ID,商品名称", "0,饭煲", "饭煲 饭煲 "},
	} {
		t.Run(name, (&strange{"a.csv", tt.head + rest + tt.cells + row, nil, []string{tt.want + text}, nil}).check)
	}
	t.Run("same name", (&strange{"a.csv", "商品名称,链接,评分,评论内容,评论时间\n" +
		"饭煲,https://item.jd.com/100011.html,1,内胆烧穿了,2016-11-03\n饭煲,https://item.jd.com/100012.html,5,很好,2016-11-04\n",
		nil, []string{"100011 饭煲  差评 03 内胆烧穿了", "100012 饭煲  好评 04 很好"}, nil}).check)
	t.Run("pages of reviews", func(t *testing.T) {
		data, want := "商品名称,链接,评分,评论内容,评论时间\n", []string{}
		for i := range 8 {
			data += fmt.Sprintf("饭煲,https://example.com/review?id=90%03d,5,煮饭香%d,2016-11-03\n", i, i)
			want = append(want, fmt.Sprintf("饭煲 饭煲  好评 03 煮饭香%d", i))
		}
		(&strange{"a.csv", data, nil, want, nil}).check(t)
	})
	t.Run("stored under its name", (&strange{"a.csv", "商品名称,链接,评分,评论内容,评论时间\n饭煲,https://item.jd.com/100011.html,1,内胆烧穿了,2016-11-03\n",
		func(o *Options) { o.Named = map[string][]string{"饭煲": {""}} }, []string{"饭煲 饭煲  差评 03 内胆烧穿了"}, nil}).check)
}

// Rows in which people have signed a table are no reviews.
func TestSignedRows(t *testing.T) {
	const data = "商品名称,店铺,评分,评论内容,评论时间\n饭煲,甲店,1,内胆烧穿了,2016-11-03\n"
	for _, row := range []string{"审核人：赵一,,,负责人签字,2016-11-05", "制表：钱二,,,审核：孙三,2016-11-05", "导出人:李四,,,,2016-11-05",
		"填表人：周五,部门：市场,,日期,2016-11-05", "负责人（签字）,,,,2016-11-05", "经办人签章：,,,,2016-11-05"} {
		t.Run(row, (&strange{"a.csv", data + row + "\n", nil, []string{"饭煲（甲店） 饭煲 甲店 差评 03 内胆烧穿了"}, nil}).check)
	}
	t.Run("a product", (&strange{"a.csv", data + "打印机,甲店,1,卡纸,2016-11-04\n", nil, []string{"饭煲（甲店） 饭煲 甲店 差评 03 内胆烧穿了",
		"打印机（甲店） 打印机 甲店 差评 04 卡纸"}, nil}).check)
}

func FuzzWithoutID(f *testing.F) {
	for _, s := range []string{"饭煲\n商品ID：66880011", "ID:1234 饭煲", "饭煲（ID:66880011）", "", "ID:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rest, id := withoutID(s)
		if id == "" && rest != s || id != "" && (rest == "" || !strings.Contains(s, id)) {
			t.Errorf("%q: %q, %q", s, rest, id)
		}
	})
}

// What somebody else than a buyer wrote is no review, and what the file says is
// void a person is asked about.
func TestMarkedRows(t *testing.T) {
	const mine, theirs = "饭煲,1,内胆烧穿了,2016-11-03,", "饭煲,,亲烧穿的可以换,2016-11-04,"
	const own, both = "饭煲 饭煲  差评 03 内胆烧穿了", "饭煲 饭煲  未评级 04 亲烧穿的可以换"
	for name, tt := range map[string]struct {
		column, buyer, other string
		kept                 bool
	}{
		"role":               {"角色", "买家", "商家", false},
		"who rates":          {"评价方", "买家", "卖家", false},
		"kind":               {"评论类型", "评价", "商家回复", false},
		"question":           {"类型", "评价", "问大家", false},
		"answer":             {"内容类型", "买家评论", "问大家回答", false},
		"identity":           {"身份", "用户", "官方客服", false},
		"flag":               {"是否商家", "否", "是", false},
		"English flag":       {"is_seller", "false", "TRUE", false},
		"English":            {"user_type", "buyer", "seller", false},
		"who answered":       {"回复人", "", "饭煲旗舰店", false},
		"an unknown name":    {"来自", "买家", "客服", false},
		"kinds of reviews":   {"评论类型", "初评", "追评", true},
		"codes":              {"user_type", "1", "2", true},
		"members":            {"身份", "会员", "官方旗舰店会员", true},
		"reviews of a shop":  {"评论类型", "商品评价", "店铺评价", true},
		"posts of a forum":   {"类型", "主题", "回复", true},
		"a shop in a forum":  {"类型", "主题", "商家回复", false},
		"who has a question": {"标签", "好用", "有问题", true},
	} {
		want := []string{own}
		if tt.kept {
			want = append(want, both)
		}
		t.Run(name, (&strange{"a.csv", "商品名称,评分,评论内容,评论时间," + tt.column + "\n" + mine + tt.buyer + "\n" + theirs + tt.other + "\n",
			nil, want, []string{map[bool]string{true: "!", false: ""}[tt.kept] + "不是买家写的"}}).check)
	}
	t.Run("beside the answer", (&strange{"a.csv", "商品名称,评分,评论内容,评论时间,回复人,回复内容\n" + mine + "饭煲旗舰店,亲可以换\n", nil,
		[]string{own}, []string{"!不是买家写的"}}).check)
	t.Run("late", func(t *testing.T) {
		data := "商品名称,评分,评论内容,评论时间,角色\n"
		for range sampleRows {
			data += mine + "买家\n"
		}
		sum, _, _, err := importBytes(t, profile(t, "standard"), "a.csv", []byte(data+theirs+"商家\n"), Facts{})
		if err != nil || sum.Others != 1 || sum.Rows != sampleRows {
			t.Errorf("%d of %d, %v", sum.Others, sum.Rows, err)
		}
	})
	for name, tt := range map[string]struct {
		column, sound, void string
		is                  bool
	}{
		"deleted":         {"状态", "正常", "已删除", true},
		"state":           {"评论状态", "已发布", "已隐藏", true},
		"not valid":       {"是否有效", "是", "否", true},
		"valid":           {"有效评价", "有效", "无效", true},
		"brushed":         {"是否刷单", "0", "1", true},
		"refused":         {"审核状态", "审核通过", "审核不通过", true},
		"not shown":       {"是否显示", "是", "否", true},
		"is deleted":      {"is_deleted", "0", "1", true},
		"published":       {"published", "true", "FALSE", true},
		"curated":         {"curated", "ok", "spam", true},
		"status":          {"status", "Published", "Removed", true},
		"hidden":          {"隐藏", "否", "是", true},
		"an unknown name": {"备考", "正常", "已删除", true},
		"of the order":    {"订单状态", "已完成", "已撤销", false},
		"codes":           {"状态", "0", "1", false},
		"default":         {"是否默认", "否", "是", false},
		"remarks":         {"备注", "正常发货", "已删除", false},
	} {
		data := "商品名称,评分,评论内容,评论时间," + tt.column + "\n" + mine + tt.sound + "\n饭煲,5,很好,2016-11-04," + tt.void + "\n"
		says := map[bool]string{true: "标明有的行作废", false: "!标明有的行作废"}[tt.is]
		t.Run(name, (&strange{"a.csv", data, nil, []string{own, "饭煲 饭煲  好评 04 很好"}, []string{says}}).check)
		want := []string{own}
		if !tt.is {
			want = append(want, "饭煲 饭煲  好评 04 很好")
		}
		t.Run(name+", left out", (&strange{"a.csv", data, func(o *Options) { o.SkipVoid = true }, want, nil}).check)
	}
	t.Run("JSON", (&strange{"a.json", `[{"item_id":"8801","content":"内胆烧穿了","created":"2016-11-03 10:00","user":{"role":"buyer"}},` +
		`{"item_id":"8801","content":"好买家","created":"2016-11-04 10:00","user":{"role":"seller"}}]`, nil,
		[]string{"8801 8801  未评级 03 内胆烧穿了"}, nil}).check)
	t.Run("a row of the product", (&strange{"a.csv", "类型,商品ID,商品名称,店铺,评分,评论内容,评论时间\n商品,8801,饭煲,甲店,,煮饭又快又香,2016-11-01\n评论,8801,,,1,内胆烧穿了,2016-11-03\n", nil,
		[]string{"8801 饭煲 甲店 差评 03 内胆烧穿了"}, []string{"不是买家写的"}}).check)
	t.Run("an answer behind the text", (&strange{"a.csv", "商品名称,评分,评论内容,评论时间\n饭煲,2,送得太慢 [卖家回复] 亲，烧穿的情况请联系,2016-11-03\n", nil,
		[]string{"饭煲 饭煲  差评 03 送得太慢"}, nil}).check)
}

// Texts that were encoded once too often are read, and what does not come back is
// refused.
func TestGarbledTexts(t *testing.T) {
	const head = "商品名称,评分,评论内容,评论时间\n"
	want := []string{"饭煲 饭煲  差评 03 内胆裂了"}
	for name, text := range map[string]string{"escapes": `\u5185\u80c6\u88c2\u4e86`, "percent": "%E5%86%85%E8%83%86%E8%A3%82%E4%BA%86",
		"base64": "5YaF6IOG6KOC5LqG", "GBK": "鍐呰儐瑁備簡", "entities": "&#20869;&#32966;&#35010;&#20102;"} {
		t.Run(name, (&strange{"a.csv", head + "饭煲,1," + text + ",2016-11-03\n", nil, want, nil}).check)
	}
	t.Run("lost", (&strange{"a.csv", head + "饭煲,1,ç…®é¥çš„æ¶å€™å†èƒ,2016-11-03\n饭煲,1,内胆裂了,2016-11-03\n", nil, want, []string{"正文是乱码"}}).check)
	t.Run("names", (&strange{"a.csv", head + `\u996d\u7172,1,内胆裂了,2016-11-03` + "\n", nil, want, nil}).check)
	t.Run("rare characters", (&strange{"a.csv", head + "饭煲,1,龘靐齉爩,2016-11-03\n饭煲,5,煮饭很香,2016-11-04\n", nil,
		[]string{"饭煲 饭煲  差评 03 龘靐齉爩", "饭煲 饭煲  好评 04 煮饭很香"}, nil}).check)
}

// Products of several shops that have one ID are several.
func TestSharedIDs(t *testing.T) {
	const head = "商品编码,商品名称,店铺,评分,评论内容,评论时间\n"
	t.Run("two shops", (&strange{"a.csv", head + "M-1,饭煲,甲店,1,内胆裂了,2016-11-03\nM-1,饭煲,乙店,5,很好,2016-11-04\nM-1,饭煲,甲店,5,煮饭香,2016-11-05\n",
		nil, []string{"M-1 饭煲 甲店 差评 03 内胆裂了", "M-1（乙店） 饭煲 乙店 好评 04 很好", "M-1 饭煲 甲店 好评 05 煮饭香"}, []string{"几家店铺"}}).check)
	t.Run("two platforms", (&strange{"a.csv", "平台,商品编码,评分,评论内容,评论时间\n天猫,M-1,1,内胆裂了,2016-11-03\n京东,M-1,5,很好,2016-11-04\n",
		nil, []string{"M-1 M-1  差评 03 内胆裂了", "M-1（京东） M-1（京东）  好评 04 很好"}, []string{"几家店铺"}}).check)
	t.Run("as they are stored", (&strange{"a.csv", head + "M-1,饭煲,甲店,1,内胆裂了,2016-11-03\nM-1,饭煲,乙店,5,很好,2016-11-04\nM-1,饭煲,丙店,5,煮饭香,2016-11-05\n",
		func(o *Options) { o.Shops = map[string]string{"M-1": "乙店", "M-1（甲店）": "甲店"} },
		[]string{"M-1（甲店） 饭煲 甲店 差评 03 内胆裂了", "M-1 饭煲 乙店 好评 04 很好", "M-1（丙店） 饭煲 丙店 好评 05 煮饭香"}, []string{"几家店铺"}}).check)
	t.Run("the platform alone, as it is stored", (&strange{"a.csv", "平台,商品编码,评分,评论内容,评论时间\n京东,M-1,5,很好,2016-11-04\n天猫,M-1,1,内胆裂了,2016-11-03\n",
		func(o *Options) { o.Shops = map[string]string{"M-1": "", "M-1（京东）": ""} },
		[]string{"M-1（京东） M-1（京东）  好评 04 很好", "M-1 M-1  差评 03 内胆裂了"}, []string{"几家店铺"}}).check)
	t.Run("the others as they are stored", (&strange{"a.csv", head + "M-1,饭煲,甲店,1,内胆裂了,2016-11-03\nM-1,饭煲,乙店,5,很好,2016-11-04\nM-2,饭煲,甲店,5,煮饭香,2016-11-05\nM-1,饭煲,甲店,5,好用,2016-11-06\n",
		func(o *Options) {
			o.AllShops = func() (map[string]string, error) { return map[string]string{"M-1": "丙店", "M-2": "丙店"}, nil }
		}, []string{"M-1 饭煲 甲店 差评 03 内胆裂了", "M-1（乙店） 饭煲 乙店 好评 04 很好", "M-2（甲店） 饭煲 甲店 好评 05 煮饭香", "M-1 饭煲 甲店 好评 06 好用"}, []string{"几家店铺"}}).check)
	t.Run("one shop", (&strange{"a.csv", head + "M-1,饭煲,甲店,1,内胆裂了,2016-11-03\nM-1,饭煲,,5,很好,2016-11-04\n",
		nil, []string{"M-1 饭煲 甲店 差评 03 内胆裂了", "M-1 饭煲 甲店 好评 04 很好"}, []string{"!几家店铺"}}).check)
	t.Run("two products", (&strange{"a.csv", head + "1,饭煲,甲店,1,内胆裂了,2016-11-03\n1,台灯,甲店,5,很亮,2016-11-04\n", nil,
		[]string{"1 台灯 甲店 差评 03 内胆裂了", "1 台灯 甲店 好评 04 很亮"}, []string{"同一编号下有不同的商品"}}).check)
	t.Run("another title", (&strange{"a.csv", head + "1,饭煲3L,甲店,1,内胆裂了,2016-11-03\n1,新款饭煲,甲店,5,很好,2016-11-04\n", nil,
		[]string{"1 新款饭煲 甲店 差评 03 内胆裂了", "1 新款饭煲 甲店 好评 04 很好"}, []string{"!同一编号下"}}).check)
	t.Run("in the store", (&strange{"a.csv", head + "M-1,饭煲,甲店,1,内胆裂了,2016-11-03\n", func(o *Options) {
		o.Stored = func(_ context.Context, ids []string) (map[string][]chaping.Product, error) {
			return map[string][]chaping.Product{"M-1": {{ID: "M-1", Name: "饭煲", Shop: chaping.Shop{Name: "乙店"}}}}, nil
		}
	}, []string{"M-1 饭煲 甲店 差评 03 内胆裂了"}, []string{"库里是“乙店”"}}).check)
}

// Every row of a file comes back as one, whatever its quotes, its line ends and its
// lists are.
func TestRowsComeBack(t *testing.T) {
	const head = "商品名称,评分,评论内容,评论时间\n"
	one, two, three := "饭煲 饭煲  差评 03 内胆裂了", "饭煲 饭煲  好评 04 很好", "饭煲 饭煲  差评 05 跳闸"
	all := []string{one, two, three}
	object := func(text string, rating, day int) string {
		return fmt.Sprintf(`{"商品名称":"饭煲","评分":%d,"评论内容":%q,"评论时间":"2016-11-%02d"}`, rating, text, day)
	}
	a, b, c := object("内胆裂了", 1, 3), object("很好", 5, 4), object("跳闸", 2, 5)
	for name, tt := range map[string]strange{
		"quotes in two rows":     {"a.csv", head + "饭煲,1,\"内胆裂了,2016-11-03\n饭煲,5,很好,2016-11-04\n饭煲,2,跳闸\",2016-11-05\n", nil, all, nil},
		"quotes in rows beside":  {"a.csv", head + "饭煲,1,\"内胆裂了,2016-11-03\n饭煲,5,很好\",2016-11-04\n饭煲,2,跳闸,2016-11-05\n", nil, all, nil},
		"a cell of two lines":    {"a.csv", head + "饭煲,1,\"内胆,裂了\n真的\",2016-11-03\n饭煲,5,很好,2016-11-04\n", nil, []string{"饭煲 饭煲  差评 03 内胆,裂了\n真的", two}, nil},
		"inches":                 {"a.csv", head + "24\"饭煲,1,内胆裂了,2016-11-03\n", nil, []string{"24\"饭煲 24\"饭煲  差评 03 内胆裂了"}, nil},
		"carriage returns":       {"a.csv", head + "饭煲,1,内胆裂了,2016-11-03\r饭煲,5,很好,2016-11-04\r饭煲,2,跳闸,2016-11-05\n", nil, all, nil},
		"CR and at last CRLF":    {"a.csv", strings.ReplaceAll(head, "\n", "\r") + "饭煲,1,内胆裂了,2016-11-03\r饭煲,5,很好,2016-11-04\r饭煲,2,跳闸,2016-11-05\r\n", nil, all, nil},
		"CR in a cell":           {"a.csv", head + "饭煲,1,\"内胆\r裂了\",2016-11-03\n", nil, []string{"饭煲 饭煲  差评 03 内胆\n裂了"}, nil},
		"by ID":                  {"a.json", `{"c1":` + a + `,"c2":` + b + `,"c3":` + c + `}`, nil, all, nil},
		"by number":              {"a.json", `{"0":` + a + `,"1":` + b + `,"2":` + c + `}`, nil, all, nil},
		"by words":               {"a.json", `{"ab":` + a + `,"cd":` + b + `,"ef":` + c + `}`, nil, all, nil},
		"one object":             {"a.json", a, nil, []string{one}, nil},
		"an object of objects":   {"a.json", `{"评论":` + a + `,"页":{"total":1}}`, nil, []string{one}, nil},
		"side by side":           {"a.csv", "商品名称,评分,评论内容,评论时间,,商品名称,评分,评论内容,评论时间\n饭煲,1,内胆裂了,2016-11-03,,饭煲,5,很好,2016-11-04\n,,,,,饭煲,2,跳闸,2016-11-05\n", nil, all, nil},
		"beside in other order":  {"a.csv", "商品名称,评分,评论内容,评论时间,,评价时间,评价内容,评分,商品名称\n饭煲,1,内胆裂了,2016-11-03,,2016-11-04,很好,5,饭煲\n饭煲,2,跳闸,2016-11-05,,,,,\n", nil, all, nil},
		"beside, without a gap":  {"a.csv", "商品名称,评分,评论内容,评论时间,商品名称,评分,评论内容,评论时间\n饭煲,1,内胆裂了,2016-11-03,饭煲,5,很好,2016-11-04\n饭煲,2,跳闸,2016-11-05,,,,\n", nil, all, nil},
		"several in one cell":    {"a.csv", head + "饭煲,,\"1. 内胆裂了\n2. 很好\n3. 跳闸\",2016-11-03\n", nil, []string{"饭煲 饭煲  未评级 03 1. 内胆裂了\n2. 很好\n3. 跳闸"}, []string{"几条评论写在一格里"}},
		"one who counts reasons": {"a.csv", head + "饭煲,1,\"1. 内胆裂了\n2. 跳闸\",2016-11-03\n饭煲,5,很好,2016-11-04\n饭煲,2,跳闸,2016-11-05\n", nil, []string{"饭煲 饭煲  差评 03 1. 内胆裂了\n2. 跳闸", two, three}, []string{"!几条评论"}},
	} {
		t.Run(name, func(t *testing.T) {
			slices.Sort(tt.want)
			tt.compare(t, slices.Sort[[]string])
		})
	}
}

// What the name of a file or worksheet, or a line above the names of the columns,
// says of all rows is used, and told.
func TestToldOutsideRows(t *testing.T) {
	const plain = "商品名称,评论内容,评论时间\n饭煲,还没有用,2016-11-03\n"
	poor, good := []string{"饭煲 饭煲  差评 03 还没有用"}, []string{"饭煲 饭煲  好评 03 还没有用"}
	none := []string{"饭煲 饭煲  未评级 03 还没有用"}
	for name, want := range map[string][]string{"差评.csv": poor, "11月好评.csv": good, "差评(2).csv": poor, "饭煲_差评_20161105.csv": poor,
		"好评率.csv": none, "中差评.csv": none, "评论.csv": none, "不好评.csv": none, "差评分析师.csv": none} {
		t.Run(name, (&strange{name, plain, nil, want, nil}).check)
	}
	t.Run("as its sender calls it", (&strange{"upload.csv", plain, func(o *Options) { o.Name = "差评.csv" }, poor, []string{"文件名写着“差评”"}}).check)
	t.Run("with ratings", (&strange{"差评.csv", "商品名称,评分,评论内容,评论时间\n饭煲,5,还没有用,2016-11-03\n", nil, good, []string{"!文件名"}}).check)
	t.Run("not wanted", (&strange{"差评.csv", plain, func(o *Options) { o.Map = map[string]string{"rating": ""} }, none, nil}).check)
	above := "评价导出\n店铺名称：甲店\n商品ID：66880011\n商品名称：饭煲\n\n评分,评论内容,评论时间\n1,内胆裂了,2016-11-03\n"
	t.Run("above the names", (&strange{"a.csv", above, nil, []string{"66880011 饭煲 甲店 差评 03 内胆裂了"}, nil}).check)
	t.Run("in two cells", (&strange{"a.csv", "商品名称,饭煲\n店铺,甲店\n评分,评论内容,评论时间\n1,内胆裂了,2016-11-03\n", nil,
		[]string{"饭煲（甲店） 饭煲 甲店 差评 03 内胆裂了"}, nil}).check)
	t.Run("sheets", (&strange{"a.xlsx", book(t, func(f *excelize.File) {
		for _, name := range []string{"好评", "差评"} {
			if _, err := f.NewSheet(name); err != nil {
				t.Fatal(err)
			}
			putRows(f, name, 1, []any{"商品名称", "评论内容", "评论时间"}, []any{"饭煲", name + "表", "2016-11-03"})
		}
	}), nil, []string{"饭煲 饭煲  好评 03 好评表", "饭煲 饭煲  差评 03 差评表"}, []string{"工作表的名称写着“差评”"}}).check)
	products := book(t, func(f *excelize.File) {
		for _, name := range []string{"饭煲3L", "台灯"} {
			if _, err := f.NewSheet(name); err != nil {
				t.Fatal(err)
			}
			putRows(f, name, 1, []any{"评分", "评论内容", "评论时间"}, []any{1, "坏了", "2016-11-03"})
		}
	})
	t.Run("products", (&strange{"a.xlsx", products, nil, nil, []string{"是商品名称吗"}}).check)
	t.Run("products, answered", (&strange{"a.xlsx", products, func(o *Options) { o.ProductFromTable = true },
		[]string{"饭煲3L 饭煲3L  差评 03 坏了", "台灯 台灯  差评 03 坏了"}, nil}).check)
	t.Run("products first", (&strange{"a.xlsx", book(t, func(f *excelize.File) {
		for _, name := range []string{"商品", "评论"} {
			if _, err := f.NewSheet(name); err != nil {
				t.Fatal(err)
			}
		}
		putRows(f, "商品", 1, []any{"商品ID", "商品名称", "店铺", "价格", "链接"}, []any{"8801", "饭煲", "甲店", 99, "https://example.com"})
		putRows(f, "评论", 1, []any{"商品ID", "评分", "评论内容", "评论时间"}, []any{"8801", 1, "坏了", "2016-11-03"})
	}), nil, []string{"8801 8801  差评 03 坏了"}, nil}).check)
}

// Dates are read with what shops write behind them, and relative ones count from
// the moment at which their row was read.
func TestDatesWithMore(t *testing.T) {
	for value, want := range map[string]string{"2016年11月3日已购：白色;3L": "03", "2016-11-04 · 颜色分类：白 1.7": "04", "2016/11/5 规格:3L;2只装": "05"} {
		t.Run(value, (&strange{"a.csv", "商品名称,评分,评论内容,评论时间\n饭煲,1,坏了," + value + "\n", nil,
			[]string{"饭煲 饭煲  差评 " + want + " 坏了"}, nil}).check)
	}
	const rows = "饭煲,1,坏了,3天前,2016-11-06 10:00\n饭煲,5,很好,昨天 11:00,2016-11-05 09:00\n饭煲,5,煮饭香,11-01,2016-11-05\n"
	want := []string{"饭煲 饭煲  差评 03 坏了", "饭煲 饭煲  好评 04 很好", "饭煲 饭煲  好评 01 煮饭香"}
	for _, name := range []string{"采集时间", "抓取时间", "crawl_time", "当前时间"} {
		t.Run(name, (&strange{"a.csv", "商品名称,评分,评论内容,评论时间," + name + "\n" + rows, nil, want, []string{"!哪一天导出"}}).check)
	}
}

// What cannot be read is called what it is.
func TestNamedForWhatItIs(t *testing.T) {
	tar := "a.csv" + strings.Repeat("\x00", 252) + "ustar\x0000" + strings.Repeat("\x00", 300)
	for name, tt := range map[string]struct{ file, data, want string }{
		"zstd":       {"a.zst", "\x28\xb5\x2f\xfd\x00\x00\x00\x00", "zst"},
		"xz":         {"a.xz", "\xfd7zXZ\x00\x00\x00", "xz"},
		"tar":        {"a.tar", tar, "tar"},
		"Access":     {"a.mdb", "\x00\x01\x00\x00Standard Jet DB\x00", "Access"},
		"avro":       {"a.avro", "Obj\x01abcdefg", "avro"},
		"XML":        {"a.xml", "<?xml version=\"1.0\"?><reviews><review><text>坏了</text></review></reviews>", "这是 XML"},
		"fods":       {"a.fods", `<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>`, "OpenDocument"},
		"COPY":       {"a.sql", "SET x = 1;\nCOPY public.reviews (id, text) FROM stdin;\n1\t坏了\n\\.\n", "PostgreSQL"},
		"HAR":        {"a.har", `{"log":{"version":"1.2","entries":[{"request":{"url":"x"}}]}}`, "HAR"},
		"text":       {"a.txt", "饭煲坏了\n很好用\n", "不像表格"},
		"contents":   {"a.csv", "商品名称,评论内容,评论时间\n饭煲,坏了,霜降前后\n", "列“评论时间”名称像评论时间，内容读不懂"},
		"no column":  {"a.csv", "商品名称,评论内容,备注\n饭煲,坏了,无\n", "缺少必需的列：评论时间"},
		"only marks": {"a.csv", "商品名称,评论内容,评论时间\n饭煲,?????,2016-11-03\n", "列“评论内容”名称像评论内容，内容读不懂"},
	} {
		t.Run(name, (&strange{tt.file, tt.data, nil, nil, []string{tt.want}}).check)
	}
}

func TestRepairedJSON(t *testing.T) {
	for name, data := range map[string]string{
		"NaN":             `[{"商品名称":"饭煲","评分":NaN,"评论内容":"坏了","评论时间":"2016-11-03"}]`,
		"infinite":        `[{"商品名称":"饭煲","评分": -Infinity ,"评论内容":"坏了","评论时间":"2016-11-03"}]`,
		"a comma at last": `[{"商品名称":"饭煲","评论内容":"坏了","评论时间":"2016-11-03",},` + "\n]",
	} {
		t.Run(name, (&strange{"a.json", data, nil, []string{"饭煲 饭煲  未评级 03 坏了"}, nil}).check)
	}
	t.Run("in a text", (&strange{"a.json", `[{"商品名称":"饭煲","评分":NaN,"评论内容":"说[NaN,]\"坏了","评论时间":"2016-11-03"}]`, nil, []string{`饭煲 饭煲  未评级 03 说[NaN,]"坏了`}, nil}).check)
	t.Run("joined files", (&strange{"a.csv", "商品名称,评分,评论内容,评论时间\n饭煲,1,坏了,2016-11-03商品名称,评分,评论内容,评论时间\n饭煲,5,很好,2016-11-04\n", nil,
		[]string{"饭煲 饭煲  差评 03 坏了", "饭煲 饭煲  好评 04 很好"}, nil}).check)
}

func FuzzRepaired(f *testing.F) {
	for _, s := range []string{`[NaN,]`, `{"a":"NaN,]"}`, `[1,2 , ]`, `-Infinity`, `[-1,`, `"\\",]`} {
		f.Add(s, 3)
	}
	f.Fuzz(func(t *testing.T, s string, step int) {
		read := func(r io.Reader) string {
			out, err := io.ReadAll(&repaired{r: r})
			if err != nil {
				t.Fatal(err)
			}
			return string(out)
		}
		whole := read(strings.NewReader(s))
		if parts := read(iotest.OneByteReader(strings.NewReader(s))); parts != whole {
			t.Errorf("%q: %q, %q", s, parts, whole)
		}
		if gjson.Valid(s) && whole != s {
			t.Errorf("%q became %q", s, whole)
		}
	})
}

// What a file does not show, or has not computed, is told of, and a review is
// counted once under two keywords.
func TestUnseen(t *testing.T) {
	const page = `<table><tr><th>商品名称</th><th>评分</th><th>评论内容</th><th>评论时间</th></tr>` +
		`<tr><td>饭煲</td><td>1</td><td>坏了</td><td>2016-11-03</td></tr><tr style="display: none"><td>饭煲</td><td>5</td><td>很好</td><td>2016-11-04</td></tr></table>`
	both := []string{"饭煲 饭煲  差评 03 坏了", "饭煲 饭煲  好评 04 很好"}
	t.Run("page", (&strange{"a.xls", page, nil, both, []string{"有 1 行在表里是隐藏的"}}).check)
	t.Run("filtered", (&strange{"a.xlsx", book(t, func(f *excelize.File) {
		putRows(f, "Sheet1", 1, []any{"商品名称", "评分", "评论内容", "评论时间"}, []any{"饭煲", 1, "坏了", "2016-11-03"}, []any{"饭煲", 5, "很好", "2016-11-04"})
		if err := f.SetRowVisible("Sheet1", 3, false); err != nil {
			t.Fatal(err)
		}
	}), nil, both, []string{"有 1 行在表里是隐藏的"}}).check)
	t.Run("formulas", (&strange{"a.xlsx", book(t, func(f *excelize.File) {
		putRows(f, "Sheet1", 1, []any{"商品名称", "评分", "评论内容", "评论时间"}, []any{"饭煲", nil, "坏了", "2016-11-03"})
		if err := f.SetCellFormula("Sheet1", "B2", "1+1"); err != nil {
			t.Fatal(err)
		}
	}), nil, []string{"饭煲 饭煲  未评级 03 坏了"}, []string{"有 1 个单元格是公式"}}).check)
	t.Run("zeros in front", (&strange{"a.xlsx", book(t, func(f *excelize.File) {
		putRows(f, "Sheet1", 1, []any{"商品ID", "评分", "评论内容", "评论时间"}, []any{8801, 1, "坏了", "2016-11-03"})
		format := "0000000000"
		style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
		if err == nil {
			err = f.SetCellStyle("Sheet1", "A2", "A2", style)
		}
		if err != nil {
			t.Fatal(err)
		}
	}), nil, []string{"0000008801 0000008801  差评 03 坏了"}, nil}).check)
	t.Run("keywords", (&strange{"a.csv", "关键词,商品名称,评分,评论内容,评论时间\n饭煲,饭煲A,1,坏了,2016-11-03\n电饭锅,饭煲A,1,坏了,2016-11-03\n", nil,
		[]string{"饭煲A 饭煲A  差评 03 坏了"}, nil}).check)
	t.Run("one keyword", func(t *testing.T) {
		sum, sink, _, err := importBytes(t, profile(t, "standard"), "a.csv", []byte("关键词,商品名称,评分,评论内容,评论时间\n"+
			strings.Repeat("饭煲,饭煲A,1,坏了,2016-11-03\n", 2)+strings.Repeat("电饭锅,饭煲A,1,坏了,2016-11-03\n", 2)), Facts{})
		if n := len(distinct(sink)); n != 2 || err != nil || sum.Merged != 2 {
			t.Errorf("%d, %d, %v", n, sum.Merged, err)
		}
	})
	t.Run("time of day", func(t *testing.T) {
		_, sink, _, err := importBytes(t, profile(t, "standard"), "a.csv", []byte("商品名称,评分,评论内容,评论日期,评论时间\n饭煲,1,坏了,2016-11-03,10:30:05\n"), Facts{})
		if err != nil || len(sink.reviews) != 1 || sink.reviews[0].Published.In(chaping.Shanghai()).Format("02 15:04:05") != "03 10:30:05" {
			t.Errorf("%v %v", sink.reviews, err)
		}
	})
	t.Run("another ID", (&strange{"a.csv", "商品ID,评分,评论内容,评论时间\n8801,1,坏了,2016-11-03\n", func(o *Options) { o.Facts.ProductID = "77" },
		[]string{"8801 8801  差评 03 坏了"}, []string{"另外指定了商品编号 77"}}).check)
	t.Run("products beside", (&strange{"a.json", `{"products":[{"product_id":"8801","product_name":"饭煲","shop_name":"甲店","price":99}],` +
		`"reviews":[{"product_id":"8801","rating":1,"content":"坏了","created":"2016-11-03"}]}`, nil, []string{"8801 8801  差评 03 坏了"}, []string{"products", "像商品"}}).check)
	t.Run("quotes of databases", (&strange{"a.csv", "商品名称,评分,评论内容,评论时间\n" + `"饭煲","1","说\"没事\", 坏了","2016-11-03"` + "\n", nil,
		[]string{`饭煲 饭煲  差评 03 说"没事", 坏了`}, nil}).check)
	t.Run("line ends in letters", (&strange{"a.csv", "商品名称,评分,评论内容,评论时间\n" + `饭煲,1,坏了\n还冒烟，在D:\new里,2016-11-03` + "\n", nil,
		[]string{"饭煲 饭煲  差评 03 坏了\n还冒烟，在D:\\new里"}, nil}).check)
}
