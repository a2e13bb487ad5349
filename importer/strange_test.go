package importer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

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
