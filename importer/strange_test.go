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

func (s *strange) check(t *testing.T) {
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
