package importer

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/unicode"

	"chaping"
)

// said are five reviews, two of them negative ones.
var said = []struct {
	text   string
	rating int
}{
	{"充电器插上就冒火花，把桌布烧了个洞", 1}, {"电源线外皮破了，摸着麻手", 1}, {"很好用，出热水快", 5}, {"声音有点大，其他还行", 3}, {"包装不错，孩子喜欢", 5},
}

func day(i int) string { return fmt.Sprintf("2026-11-%02d 09:1%d:00", i+3, i) }

// delimitedText writes the five reviews under a header; row makes one of them.
func delimitedText(comma rune, header string, row func(i int, text string, rating int) []any) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Comma = comma
	_ = w.Write(strings.Split(header, "|"))
	for i, s := range said {
		var cells []string
		for _, cell := range row(i, s.text, s.rating) {
			cells = append(cells, fmt.Sprint(cell))
		}
		_ = w.Write(cells)
	}
	w.Flush()
	return b.String()
}

func plainText() string {
	return delimitedText(',', "评论编号|商品编号|评分|评论时间|评论内容", func(i int, text string, rating int) []any {
		return []any{fmt.Sprintf("e%d", i), "A-1", rating, day(i), text}
	})
}

func jsonOf(t testing.TB, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

type object = map[string]any

func objectsOf(make func(i int, text string, rating int) object) (list []object) {
	for i, s := range said {
		list = append(list, make(i, s.text, s.rating))
	}
	return list
}

// book writes a workbook; edit fills it.
func book(t testing.TB, edit func(f *excelize.File)) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	edit(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func putRows(f *excelize.File, sheet string, from int, rows ...[]any) {
	for i, row := range rows {
		_ = f.SetSheetRow(sheet, fmt.Sprintf("A%d", from+i), &row)
	}
}

// A kind is a file of one of the kinds that people have, with what is right.
type kind struct {
	file     string
	data     string
	distinct int
	products int
	fields   string // some of the columns, as name→field
	asked    []QuestionKind
	options  func(o *Options)
	check    func(t *testing.T, sum Summary, reviews []chaping.Review)
}

func kinds(t testing.TB) map[string]kind {
	utf16 := func(order unicode.Endianness, bom unicode.BOMPolicy, s string) string {
		out, err := unicode.UTF16(order, bom).NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	header := []any{"评论编号", "商品名称", "评分", "评论时间", "评论内容"}
	five := func(prefix, product string) (rows [][]any) {
		for i, s := range said {
			rows = append(rows, []any{fmt.Sprintf("%s%d", prefix, i), product, s.rating, day(i), s.text})
		}
		return rows
	}
	var gzipped bytes.Buffer
	gz := gzip.NewWriter(&gzipped)
	_, _ = gz.Write([]byte(plainText()))
	_ = gz.Close()
	var zipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	for name, content := range map[string]string{"评价/上旬.csv": plainText(), "评价/下旬.csv": strings.ReplaceAll(plainText(), "\ne", "\nf"), "说明.txt": "请先看说明", "__MACOSX/._x": "\x00", "评价/图.png": "\x89PNG"} {
		w, _ := z.Create(name)
		_, _ = w.Write([]byte(content))
	}
	_ = z.Close()

	return map[string]kind{
		"商家后台 GBK，订单号带保护，好中差评，追评": {file: "a.csv", products: 2, data: string(gbk(t, delimitedText(',', "订单编号|宝贝标题|宝贝ID|买家昵称|评价类型|评价内容|评价时间|追加评价|追加评价时间|商家回复|回复时间", func(i int, text string, rating int) []any {
			return []any{fmt.Sprintf(`="31%d0000000000001%d8"`, i, i), "小白取暖器", fmt.Sprint("6789", i%2), "t***" + fmt.Sprint(i), map[int]string{1: "差评", 3: "中评", 5: "好评"}[rating], text, day(i),
				map[bool]string{true: "用久了有味"}[i == 0], map[bool]string{true: "2026-11-20 10:00:00"}[i == 0], "亲，抱歉", day(i)}
		}))), fields: "订单编号→buyer 宝贝标题→product 宝贝ID→product_id 评价类型→rating 评价内容→text 评价时间→published 追加评价→appended 追加评价时间→appended_at",
			check: func(t *testing.T, _ Summary, r []chaping.Review) {
				if r[0].Appended != "用久了有味" || r[0].AppendedAt.Day() != 20 || r[0].Rule != "words-1/3/1/2" {
					t.Errorf("%+v", r[0])
				}
			}},
		"反引号编号，点赞和回复不用": {file: "a.csv", products: 1, data: delimitedText(',', "评价ID|订单编号|商品编号|商品名称|用户昵称|评分|评价内容|评价时间|晒图|回复内容|点赞数", func(i int, text string, rating int) []any {
			return []any{fmt.Sprintf("`20%d11", i), i, "`100012345678", "某取暖器", "j***", rating, text, day(i), "", "感谢", i}
		}), fields: "评价ID→id 商品编号→product_id 评价内容→text"},
		"三种评分，只有描述是商品的": {file: "a.csv", products: 1, data: delimitedText(',', "评价编号|商品ID|商品名称|用户评价|描述评分|物流评分|服务评分|评价时间", func(i int, text string, rating int) []any {
			return []any{"8" + fmt.Sprint(i), "556677", "暖风机", text, fmt.Sprint(rating, "分"), "5分", "5分", strings.ReplaceAll(day(i), "-", "/")}
		}), fields: "描述评分→rating 用户评价→text"},
		"19 位编号后有制表符": {file: "a.csv", products: 1, data: delimitedText(',', "评价id|商品id|商品|订单编号|综合评分|商品评价|评价创建时间|物流评价", func(i int, text string, rating int) []any {
			return []any{fmt.Sprint(7300000000000000001+i*7, "\t"), "3600000000000000123\t", "暖风机", "69\t", rating, text, day(i), "很快"}
		}), fields: "评价id→id 商品id→product_id 综合评分→rating 商品评价→text"},
		"采集器：星级是样式名，商品在网址里": {file: "a.csv", products: 1, data: delimitedText(',', "会员|级别|评价星级|评价内容|时间|点赞数|页面网址|采集时间", func(i int, text string, rating int) []any {
			return []any{"j***", "PLUS会员", fmt.Sprint("star", rating), text, day(i)[:16], i, "https://item.jd.com/100099887766.html", "2026-11-24 10:00:00"}
		}), fields: "评价星级→rating 时间→published 页面网址→url"},
		"采集器：列名是字段1、字段2": {file: "a.csv", products: 1, data: delimitedText(',', "标题|标题链接|字段1|字段2|字段3|字段4", func(i int, text string, rating int) []any {
			return []any{"某牌取暖器", "https://detail.tmall.com/item.htm?id=654321009", "t**", day(i)[:10], strings.Repeat("★", rating) + strings.Repeat("☆", 5-rating), text}
		}), fields: "标题→product 字段2→published 字段3→rating 字段4→text", asked: []QuestionKind{AskGuess}},
		"笔记评论，毫秒，没有评分": {file: "a.csv", products: 1, data: delimitedText(',', "comment_id|create_time|ip_location|note_id|content|user_id|nickname|sub_comment_count|like_count", func(i int, text string, _ int) []any {
			return []any{fmt.Sprint("67abcdef", i), 1793863800000 + i*1000, "上海", "66aabbcc", text, "5f", "用户", 0, i}
		}), fields: "comment_id→id create_time→published note_id→product_id content→text", check: func(t *testing.T, sum Summary, _ []chaping.Review) {
			if sum.Grades["unrated"] != 5 {
				t.Errorf("%+v", sum.Grades)
			}
		}},
		"英文：标题和正文": {file: "a.csv", products: 1, data: delimitedText(',', "Date|Author|Verified|Helpful|Title|Body|Rating|Images|URL", func(i int, text string, rating int) []any {
			return []any{fmt.Sprintf("November %d, 2026", i+3), "A", "yes", 0, fmt.Sprint("title ", i), text, rating, "", "https://www.amazon.com/gp/customer-reviews/R1?ASIN=B0TESTAAA1"}
		}), fields: "Date→published Title→title Body→text Rating→rating", check: func(t *testing.T, _ Summary, r []chaping.Review) {
			if r[0].Text != "title 0\n"+said[0].text || r[0].Product != "B0TESTAAA1" {
				t.Errorf("%+v", r[0])
			}
		}},
		"英文 TSV": {file: "a.tsv", products: 1, data: delimitedText('\t', "marketplace|customer_id|review_id|product_id|product_parent|product_title|star_rating|helpful_votes|review_headline|review_body|review_date", func(i int, text string, rating int) []any {
			return []any{"US", 100 + i, fmt.Sprint("R", i), "B00TEST", "123456", "Heater", rating, 0, "x", text, day(i)[:10]}
		}), fields: "review_id→id product_id→product_id star_rating→rating review_body→text review_date→published"},
		"4/5，03 Nov 2026": {file: "a.csv", products: 1, data: delimitedText(',', "Review ID|Item ID|Seller SKU|Product Rating|Review Content|Review Date|Seller Rating", func(i int, text string, rating int) []any {
			return []any{fmt.Sprint("55", i), "7788", "S", fmt.Sprint(rating, "/5"), text, fmt.Sprintf("%02d Nov 2026", i+3), "5/5"}
		}), fields: "Review ID→id Item ID→product_id Product Rating→rating"},
		"Unicode 文本，没有 BOM": {file: "a.txt", products: 1, data: utf16(unicode.LittleEndian, unicode.IgnoreBOM, strings.ReplaceAll(plainText(), ",", "\t"))},
		"UTF-16 大端":         {file: "a.csv", products: 1, data: utf16(unicode.BigEndian, unicode.UseBOM, plainText())},
		"R，引号里的行号": {file: "a.csv", products: 1, data: delimitedText(',', "|review_id|product|score|date|text", func(i int, text string, rating int) []any {
			return []any{i + 1, fmt.Sprint("r", i), "h", rating, day(i)[:10], text}
		}), fields: "review_id→id"},
		"R，表头少一列": {file: "a.txt", products: 1, data: func() string {
			s := "\"review_id\" \"product\" \"score\" \"date\" \"text\"\n"
			for i, x := range said {
				s += fmt.Sprintf("\"%d\" \"r%d\" \"h\" %d \"%s\" \"%s\"\n", i+1, i, x.rating, day(i), x.text)
			}
			return s
		}(), fields: "review_id→id score→rating"},
		"pandas，浮点编号": {file: "a.csv", products: 1, data: delimitedText(',', "|comment_id|item|stars|created|comment", func(i int, text string, rating int) []any {
			return []any{i, fmt.Sprint(1000+i, ".0"), "heater", fmt.Sprint(rating, ".0"), day(i), text}
		}), fields: "comment_id→id stars→rating", check: func(t *testing.T, _ Summary, r []chaping.Review) {
			if r[0].ID != "1000" {
				t.Errorf("%+v", r[0])
			}
		}},
		"没有表头": {file: "a.csv", products: 1, data: strings.Join(strings.SplitAfter(delimitedText(',', "a|b|c|d|e", func(i int, text string, rating int) []any {
			return []any{7300000000000000001 + i, "100012345678", rating, day(i), text}
		}), "\n")[1:], ""), fields: "第1列→id 第2列→product_id 第3列→rating 第4列→published 第5列→text", asked: []QuestionKind{AskGuess}},
		"标题行、合计、说明": {file: "a.csv", products: 1, data: "某某旗舰店评价明细,,,,\n统计时间：2026-11-01至2026-11-24,,,,\n,,,,\n" + plainText() + "合计,5条,,,\n注：以上数据由系统导出,,,,\n", check: func(t *testing.T, sum Summary, _ []chaping.Review) {
			if sum.Passed != 2 || sum.Rows != 5 {
				t.Errorf("%+v", sum)
			}
		}},
		"引号坏了的几行": {file: "a.csv", products: 1, data: "评论编号,商品编号,评分,评论时间,评论内容\n1,A,1,2026-11-03 10:00,\"坏了\"两天就坏\"\n2,A,1,2026-11-04 10:00,\"漏气没法用\n3,A,5,2026-11-05 10:00,不错,就是贵\n4,A,3,2026-11-06 10:00,\"多行\n评论\"\n5,A,5,2026-11-07 10:00,好\n",
			check: func(t *testing.T, sum Summary, r []chaping.Review) {
				if sum.Rows != 5 || r[2].Text != "不错,就是贵" || r[3].Text != "多行\n评论" {
					t.Errorf("%+v %+v", sum, r)
				}
			}},
		"两个文件接在一起":  {file: "a.csv", distinct: 10, products: 1, data: plainText() + strings.ReplaceAll(plainText(), "\ne", "\nf")},
		"一个文件两种字符集": {file: "a.csv", distinct: 10, products: 1, data: plainText() + string(gbk(t, strings.ReplaceAll(strings.SplitN(plainText(), "\n", 2)[1], "e", "f")))},
		"竖线":        {file: "a.txt", products: 1, data: strings.ReplaceAll(plainText(), ",", "|")},
		"分号，全部加引号":  {file: "a.csv", products: 1, data: `"` + strings.ReplaceAll(strings.ReplaceAll(strings.TrimSpace(plainText()), ",", `";"`), "\n", "\"\r\n\"") + "\"\r\n"},
		"重名的列": {file: "a.csv", products: 1, data: delimitedText(',', "评论编号|商品编号|内容|评分|评论时间|内容", func(i int, text string, rating int) []any {
			return []any{fmt.Sprint("e", i), "A", "", rating, day(i), text}
		}), fields: "内容 (2)→text"},
		"gzip":     {file: "a.csv.gz", products: 1, data: gzipped.String()},
		"zip，几个文件": {file: "a.zip", distinct: 10, products: 1, data: zipped.String()},
		"十分制": {file: "a.csv", products: 1, asked: []QuestionKind{AskScale}, data: delimitedText(',', "评论编号|商品编号|评分|评论时间|评论内容", func(i int, text string, rating int) []any {
			return []any{fmt.Sprint("e", i), "A", 2 * rating, day(i), text}
		})},
		"百分制": {file: "a.csv", products: 1, asked: []QuestionKind{AskScale}, data: delimitedText(',', "评论编号|商品编号|分数|评论时间|评论内容", func(i int, text string, rating int) []any {
			return []any{fmt.Sprint("e", i), "A", 20 * rating, day(i), text}
		})},
		"1、0、-1": {file: "a.csv", products: 1, asked: []QuestionKind{AskScale}, data: delimitedText(',', "评论编号|商品编号|rateType|评论时间|评论内容", func(i int, text string, rating int) []any {
			return []any{fmt.Sprint("e", i), "A", rating/2 - 1, day(i), text}
		})},
		"评分列的名称没见过": {file: "a.csv", products: 1, asked: []QuestionKind{AskGuess}, fields: "给几颗→rating", data: delimitedText(',', "评论编号|商品编号|给几颗|评论时间|评论内容", func(i int, text string, rating int) []any {
			return []any{fmt.Sprint("e", i), "A", rating, day(i), text}
		})},
		"日在前": {file: "a.csv", products: 1, data: delimitedText(',', "评论编号|商品编号|评分|评论时间|评论内容", func(i int, text string, rating int) []any {
			return []any{fmt.Sprint("e", i), "A", rating, fmt.Sprintf("%02d/11/2026 10:00", i+11), text}
		})},
		"日月不明，已说明": {file: "a.csv", products: 1, options: func(o *Options) { o.DayOrder = "any, day first" }, data: delimitedText(',', "评论编号|商品编号|评分|评论时间|评论内容", func(i int, text string, rating int) []any {
			return []any{fmt.Sprint("e", i), "A", rating, fmt.Sprintf("0%d/11/2026", i+1), text}
		})},
		"相对日期，已说明": {file: "a.csv", products: 1, options: func(o *Options) { o.ExportedAt = now }, data: delimitedText(',', "评论编号|商品编号|评分|评论时间|评论内容", func(i int, text string, rating int) []any {
			return []any{fmt.Sprint("e", i), "A", rating, []string{"3天前", "昨天 10:00", "11-05", "2小时前", "11月05日"}[i], text}
		})},
		"用户编号不是评论编号": {file: "a.csv", products: 1, asked: []QuestionKind{AskIdentity}, data: delimitedText(',', "id|商品|评分|时间|内容", func(i int, text string, rating int) []any { return []any{100 + i%2, "壶", rating, day(i), text} })},
		"行号不是评论编号":   {file: "a.csv", products: 1, asked: []QuestionKind{AskIdentity}, data: delimitedText(',', "编号|商品|评分|时间|内容", func(i int, text string, rating int) []any { return []any{i + 1, "壶", rating, day(i), text} })},
		"编号舍入成零": {file: "a.csv", products: 1, asked: []QuestionKind{AskIdentity}, data: delimitedText(',', "评论编号|商品|评分|时间|内容", func(i int, text string, rating int) []any {
			return []any{"726500000000000000", "壶", rating, day(i), text}
		})},
		"没有评论时间，用下单时间": {file: "a.csv", products: 1, asked: []QuestionKind{AskGuess}, fields: "下单时间→published", data: delimitedText(',', "订单号|商品名称|下单时间|评分|评价内容", func(i int, text string, rating int) []any {
			return []any{fmt.Sprint("o", i), "取暖器", day(i), rating, text}
		})},
		"没有编号的重复": {file: "a.csv", distinct: 6, products: 1, data: "商品,评分,时间,内容\n" + strings.Repeat("壶,3,2026-11-05,好\n", 4) + strings.Repeat("壶,1,2026-11-05,坏\n", 2), check: func(t *testing.T, sum Summary, _ []chaping.Review) {
			if sum.Numbered != 4 || sum.Merged != 0 {
				t.Errorf("%+v", sum)
			}
		}},
		"知道买家的重复": {file: "a.csv", distinct: 5, products: 1, data: "商品,评分,时间,内容,昵称\n" + strings.Repeat("壶,1,2026-11-05,坏,小明\n", 2) + "壶,1,2026-11-05,坏,小红\n" + strings.Repeat("壶,5,2026-11-05,好,匿名用户\n", 3), check: func(t *testing.T, sum Summary, _ []chaping.Review) {
			if sum.Numbered != 2 || sum.Merged != 1 || len(sum.Alike) != 1 || sum.Alike[0].Line != 3 {
				t.Errorf("%+v", sum)
			}
		}},

		"JSON 数组": {file: "a.json", products: 1, data: jsonOf(t, objectsOf(func(i int, text string, rating int) object {
			return object{"评论编号": fmt.Sprint(i), "商品名称": "壶", "评论时间": day(i), "评分": rating, "评论内容": text}
		}))},
		"JSON 数组，GBK": {file: "a.json", products: 1, data: string(gbk(t, jsonOf(t, objectsOf(func(i int, text string, rating int) object {
			return object{"评论编号": fmt.Sprint(i), "商品名称": "壶", "评论时间": day(i), "评分": rating, "评论内容": text}
		}))))},
		"接口的答复，追评是对象": {file: "a.json", products: 1, data: jsonOf(t, object{"code": 0, "data": object{"pageNo": 1, "itemId": 88, "rateList": objectsOf(func(i int, text string, rating int) object {
			return object{"id": 900 + i, "rateContent": text, "rateDate": day(i), "star": rating, "displayUserNick": "t**", "appendComment": object{"content": "又坏了", "commentTime": "2026-11-20 01:00:00"}, "reply": object{"content": "抱歉"}}
		})}}), check: func(t *testing.T, _ Summary, r []chaping.Review) {
			if r[0].Appended != "又坏了" || r[0].AppendedAt.Day() != 20 || r[0].Product != "88" {
				t.Errorf("%+v", r[0])
			}
		}},
		"商品里的评论": {file: "a.json", distinct: 10, products: 2, fields: "^id→product_id ^title→product", data: jsonOf(t, object{"total": 2, "products": []object{
			{"id": 1, "title": "取暖器", "reviews": objectsOf(func(i int, text string, rating int) object {
				return object{"rating": rating, "comment": text, "date": "2026-11-05T08:00:00.000Z", "reviewerName": fmt.Sprint("N", i)}
			})},
			{"id": 2, "title": "插座", "reviews": objectsOf(func(i int, text string, rating int) object {
				return object{"rating": rating, "comment": text, "date": "2026-11-05T08:00:00.000Z", "reviewerName": fmt.Sprint("N", i)}
			})}}})},
		"价格像以分为单位": {file: "a.json", products: 1, asked: []QuestionKind{AskField}, data: jsonOf(t, objectsOf(func(i int, text string, rating int) object {
			return object{"评论编号": fmt.Sprint(7301 + i), "商品名称": "壶", "评论时间": day(i), "评分": rating, "评论内容": text, "price": 15900}
		})), check: func(t *testing.T, sum Summary, _ []chaping.Review) {
			if sum.NoFacts != 1 {
				t.Errorf("%+v", sum)
			}
		}},
		"贵的东西以元为单位": {file: "a.json", products: 1, fields: "price→price", data: jsonOf(t, objectsOf(func(i int, text string, rating int) object {
			return object{"评论编号": fmt.Sprint(7301 + i), "商品名称": "壶", "评论时间": day(i), "评分": rating, "评论内容": text, "price": 15999}
		})), check: func(t *testing.T, sum Summary, _ []chaping.Review) {
			if sum.NoFacts != 0 || len(sum.Questions) > 0 {
				t.Errorf("%+v", sum)
			}
		}},
		"脚本里的变量": {file: "a.js", products: 1, data: "var commentData = " + jsonOf(t, objectsOf(func(i int, text string, rating int) object {
			return object{"cid": fmt.Sprint(i), "goodsId": "77", "text": text, "star": rating, "time": 1793863800 + i}
		})) + ";\n"},
		"JSONP": {file: "a.json", products: 1, data: "jQuery123_456(" + jsonOf(t, object{"comments": objectsOf(func(i int, text string, rating int) object {
			return object{"id": i, "referenceId": "88", "creationTime": day(i), "score": rating, "content": text}
		})}) + ");"},
		"每行一页": {file: "a.jsonl", distinct: 10, products: 1, data: jsonOf(t, object{"comments": objectsOf(func(i int, text string, rating int) object {
			return object{"id": 7301 + i, "referenceId": "88", "creationTime": day(i), "score": rating, "content": text}
		})}) + "\n" + jsonOf(t, object{"comments": objectsOf(func(i int, text string, rating int) object {
			return object{"id": 7311 + i, "referenceId": "88", "creationTime": day(i), "score": rating, "content": text}
		})}) + "\n"},
		"排版过的对象，一个接一个": {file: "a.json", products: 1, data: func() (s string) {
			for _, o := range objectsOf(func(i int, text string, rating int) object {
				return object{"review_id": i, "product_id": "p", "content": text, "score": rating, "created_at": day(i)}
			}) {
				data, _ := json.MarshalIndent(o, "", "  ")
				s += string(data) + "\n"
			}
			return s
		}()},
		"Python 的 NaN": {file: "a.jsonl", products: 1, data: func() (s string) {
			for i, x := range said {
				s += fmt.Sprintf(`{"review_id": %d, "item": "壶", "text": %q, "stars": %d, "date": %q, "reply": NaN}`+"\n", i, x.text, x.rating, day(i))
			}
			return s
		}()},

		"xlsx，标题、合并的商品、合计": {file: "a.xlsx", products: 2, data: book(t, func(f *excelize.File) {
			putRows(f, "Sheet1", 1, []any{"某店 11 月评价"}, []any{"导出时间：2026-11-24"}, header)
			putRows(f, "Sheet1", 4, five("e", "")...)
			_ = f.SetCellValue("Sheet1", "B4", "取暖器")
			_ = f.SetCellValue("Sheet1", "B7", "插座")
			_ = f.MergeCell("Sheet1", "A1", "E1")
			_ = f.MergeCell("Sheet1", "B4", "B6")
			_ = f.MergeCell("Sheet1", "B7", "B8")
			putRows(f, "Sheet1", 9, []any{"合计", "", 15})
		}), check: func(t *testing.T, sum Summary, r []chaping.Review) {
			if r[2].Product != "取暖器" || r[3].Product != "插座" || r[4].Product != "插座" || sum.Passed != 1 {
				t.Errorf("%+v %+v", sum, r)
			}
		}},
		"xlsx，1904，日期和文本日期混在一列": {file: "a.xlsx", products: 1, data: book(t, func(f *excelize.File) {
			yes := true
			_ = f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes})
			style, _ := f.NewStyle(&excelize.Style{NumFmt: 22})
			putRows(f, "Sheet1", 1, header)
			putRows(f, "Sheet1", 2, five("e", "壶")...)
			first := time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
			_ = f.SetCellValue("Sheet1", "D2", time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC).Sub(first).Hours()/24)
			_ = f.SetCellStyle("Sheet1", "D2", "D2", style)
			_ = f.SetCellValue("Sheet1", "D3", time.Date(2026, 11, 4, 6, 0, 0, 0, time.UTC).Sub(first).Hours()/24)
		}), check: func(t *testing.T, _ Summary, r []chaping.Review) {
			if r[0].Published.Format(time.DateTime) != "2026-11-03 12:00:00" || r[1].Published.Format(time.DateTime) != "2026-11-04 06:00:00" {
				t.Errorf("%v %v", r[0].Published, r[1].Published)
			}
		}},
		"xlsx，说明在前，每店一张，列序不同，空表": {file: "a.xlsx", distinct: 15, products: 3, asked: []QuestionKind{AskShop}, data: book(t, func(f *excelize.File) {
			putRows(f, "Sheet1", 1, []any{"本表由系统导出"}, []any{"评分：1-5"})
			for i, name := range []string{"甲店", "乙店", "丙店"} {
				_, _ = f.NewSheet(name)
				h, rows := header, five(name, fmt.Sprint("商品", i))
				if i == 2 {
					h = []any{"评论内容", "评论编号", "商品名称", "评分", "评论时间"}
					for j, r := range rows {
						rows[j] = []any{r[4], r[0], r[1], r[2], r[3]}
					}
				}
				putRows(f, name, 1, h)
				putRows(f, name, 2, rows...)
			}
			_, _ = f.NewSheet("空")
		}), check: func(t *testing.T, sum Summary, _ []chaping.Review) {
			if len(sum.Tables) != 5 || sum.Tables[0].Skipped == "" || sum.Tables[1].Rows != 5 || sum.Tables[3].Skipped != "" {
				t.Errorf("%+v", sum.Tables)
			}
		}},
		"xlsx，数字编号舍入过": {file: "a.xlsx", products: 1, asked: []QuestionKind{AskIdentity}, data: book(t, func(f *excelize.File) {
			putRows(f, "Sheet1", 1, header)
			rows := five("", "壶")
			for i := range rows {
				rows[i][0] = 7.265e18
			}
			putRows(f, "Sheet1", 2, rows...)
		})},
		"网页表格，没有结束标签": {file: "a.xls", products: 1, data: func() string {
			s := "<html><meta charset=utf-8><table><tr><td colspan=5>标题</td></tr><tr><th>评价编号<th>商品<th>星级<th>时间<th>内容"
			for i, x := range said {
				s += fmt.Sprintf("<tr><td>%d<td>取暖器<td>%d星<td>%s<td>%s<br>第二行&amp;", i, x.rating, day(i), x.text)
			}
			return s + "</table></html>"
		}(), check: func(t *testing.T, _ Summary, r []chaping.Review) {
			if r[0].Text != said[0].text+"\n第二行&" {
				t.Errorf("%q", r[0].Text)
			}
		}},
		"网页表格，跨行的商品": {file: "a.xls", products: 2, data: func() string {
			s := "<table><tr><td>商品名称</td><td>评价编号</td><td>星级</td><td>时间</td><td>内容</td></tr>"
			for i, x := range said {
				s += "<tr>" + map[int]string{0: "<td rowspan=3>取暖器</td>", 3: "<td rowspan=2>插座</td>"}[i] + fmt.Sprintf("<td>%d</td><td>%d</td><td>%s</td><td>%s</td></tr>", i, x.rating, day(i), x.text)
			}
			return s + "</table>"
		}()},
		"Excel 2003 XML": {file: "a.xls", products: 1, data: func() string {
			s := `<?xml version="1.0" encoding="UTF-8"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="评价"><Table><Row>`
			for _, h := range header {
				s += `<Cell><Data ss:Type="String">` + h.(string) + `</Data></Cell>`
			}
			for i, x := range said {
				s += fmt.Sprintf(`</Row><Row><Cell><Data ss:Type="String">%d</Data></Cell><Cell><Data ss:Type="Number">10086</Data></Cell><Cell><Data ss:Type="Number">%d</Data></Cell><Cell><Data ss:Type="DateTime">2026-11-0%dT10:00:00.000</Data></Cell><Cell><Data ss:Type="String">%s</Data></Cell>`, i, x.rating, i+1, x.text)
			}
			return s + `</Row></Table></Worksheet></Workbook>`
		}()},
	}
}

func TestKinds(t *testing.T) {
	for name, k := range kinds(t) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), k.file)
			if err := os.WriteFile(path, []byte(k.data), 0o600); err != nil {
				t.Fatal(err)
			}
			sink := &memory{}
			o := Options{Sink: sink, Now: now.AddDate(0, 0, 3), Run: "r"}
			if k.options != nil {
				k.options(&o)
			}
			u, err := Inspect(t.Context(), path, o)
			if err != nil {
				t.Fatal(err)
			}
			sum, err := Import(t.Context(), path, o)
			if err != nil {
				t.Fatal(err)
			}
			reviews, products, negative := map[chaping.ReviewKey]bool{}, map[string]bool{}, 0
			for _, r := range sink.reviews {
				if !reviews[r.Key()] && r.Grade == chaping.Negative {
					negative++
				}
				reviews[r.Key()], products[r.Product] = true, true
			}
			distinct := k.distinct
			if distinct == 0 {
				distinct = 5
			}
			if len(reviews) != distinct || len(products) != k.products || negative != distinct*2/5 && sum.Grades["unrated"] == 0 && sum.Refused == 0 {
				t.Errorf("%d reviews, %d negative, %d products: %+v\n%+v", len(reviews), negative, len(products), sum, u.Columns)
			}
			var columns []string
			for _, c := range u.Columns {
				columns = append(columns, c.Name+"→"+c.Field)
			}
			for want := range strings.FieldsSeq(strings.ReplaceAll(k.fields, " (", "_(")) {
				if !slices.Contains(columns, strings.ReplaceAll(strings.ReplaceAll(want, "_(", " ("), "_ID", " ID")) && !slices.Contains(columns, want) {
					if !strings.Contains(strings.Join(columns, " "), want) {
						t.Errorf("no %s in %q", want, columns)
					}
				}
			}
			for _, kind := range k.asked {
				if !slices.ContainsFunc(u.Questions, func(q Question) bool { return q.Kind == kind }) {
					t.Errorf("no question %s: %+v", kind, u.Questions)
				}
			}
			if k.check != nil {
				k.check(t, sum, sink.reviews)
			}
			// Saved and used again, the profile gives the same.
			saved, err := u.Profile().YAML()
			if err != nil {
				t.Fatal(err)
			}
			p, err := LoadProfile("saved", bytes.NewReader(saved))
			if err != nil {
				t.Fatalf("%v\n%s", err, saved)
			}
			again := &memory{}
			o.Profile, o.Sink = p, again
			if sum, err := Import(t.Context(), path, o); err != nil || len(again.reviews) != len(sink.reviews) {
				t.Fatalf("saved: %v %+v\n%s", err, sum, saved)
			}
			for i, r := range again.reviews {
				if r.ID != sink.reviews[i].ID || r.Grade != sink.reviews[i].Grade || r.Text != sink.reviews[i].Text || !r.Published.Equal(sink.reviews[i].Published) {
					t.Errorf("saved: %+v, want %+v", r, sink.reviews[i])
				}
			}
		})
	}
}

// A file of Excel 97 to 2003, made with LibreOffice: a title row, merged
// products, dates, formulas, strings that go on over several records.
func TestExcel97(t *testing.T) {
	sink := &memory{}
	sum, err := Import(t.Context(), filepath.Join("..", "testdata", "excel97.xls"), Options{Sink: sink, Now: now.AddDate(0, 0, 3)})
	if err != nil || sum.Accepted != 300 || sum.Refused != 0 || len(sum.Tables) != 2 || sum.Tables[1].Skipped == "" {
		t.Fatalf("%+v %v", sum, err)
	}
	for i, r := range sink.reviews {
		want := fmt.Sprintf("第%d条：%s%s", i, said[i%5].text, strings.Repeat("abc漏", i%7))
		rating := said[i%5].rating
		switch i {
		case 7:
			rating = 2 // 1+1
		case 8:
			want = "公式"
		}
		if r.Text != want || r.Rating != rating || r.ID != fmt.Sprintf("e%03d", i) || r.Published.Format(time.DateTime) != fmt.Sprintf("2026-11-%02d 09:30:00", 3+i%20) || r.Product != fmt.Sprint(600123456789+i/3) {
			t.Errorf("%d: %+v", i, r)
		}
	}
	for i, l := range sink.listings {
		if l.Product.Name != fmt.Sprint("商品", i) {
			t.Errorf("%+v", l)
		}
	}
}

// A file without IDs may be imported again, and so may one that overlaps it:
// what is there already comes with the ID that it has.
func TestOverlap(t *testing.T) {
	ids := func(rows ...string) (list []string) {
		path := filepath.Join(t.TempDir(), "a.csv")
		if err := os.WriteFile(path, []byte("商品,评分,时间,内容\n"+strings.Join(rows, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		sink := &memory{}
		if _, err := Import(t.Context(), path, Options{Sink: sink, Now: now}); err != nil {
			t.Fatal(err)
		}
		for _, r := range sink.reviews {
			list = append(list, r.ID)
		}
		return list
	}
	const same, other, third = "壶,5,2016-11-05,好", "壶,1,2016-11-05,漏", "壶,1,2016-11-06,漏"
	first := ids(same, other, same, same)
	second := ids(third, same, same, other)
	all := map[string]bool{}
	for _, id := range append(first, second...) {
		all[id] = true
	}
	if len(all) != 5 || first[0] != second[1] || first[2] != second[2] || first[1] != second[3] {
		t.Errorf("%v %v", first, second)
	}
}

// The template, filled in, is understood, all of it; its notes are passed over.
func TestTemplate(t *testing.T) {
	var b bytes.Buffer
	if err := WriteTemplate(&b); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i, c := range columnNotes() {
		cell, _ := excelize.CoordinatesToCellName(i+1, 2)
		if err := f.SetCellValue("评论", cell, c.example); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "a.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	u, err := Inspect(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range columnNotes() {
		if u.Columns[i].Field != c.field {
			t.Errorf("%+v, want %s", u.Columns[i], c.field)
		}
	}
	sink := &memory{}
	sum, err := Import(t.Context(), path, Options{Sink: sink, Now: now})
	if err != nil || sum.Accepted != 1 || sink.reviews[0].Grade != chaping.Negative || sink.listings[0].Keyword != "电热水壶" || sink.listings[0].Product.Shop.Region != "浙江省宁波市" {
		t.Errorf("%+v %+v %v", sum, sink, err)
	}
}

// What was mapped once is known again by its columns; a preview ends early.
func TestKnownAndLimit(t *testing.T) {
	dir := t.TempDir()
	write := func(name, data string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	november := write("11.csv", "甲,乙,丙,丁\n2016-11-05,插头很烫,1,壶\n2016-11-06,好,5,壶\n")
	december := write("12.csv", "甲,乙,丙,丁\n2016-12-05,线断了,2,壶\n")
	u, err := Inspect(t.Context(), november, Options{Map: map[string]string{"评论时间": "甲", "评论内容": "乙", "评分": "丙", "商品名称": "丁"}})
	if err != nil {
		t.Fatal(err)
	}
	later, err := Inspect(t.Context(), december, Options{})
	if err != nil || later.Known([]*Profile{{}, u.Profile()}) != u.Profile() || later.Known([]*Profile{{}}) != nil {
		t.Errorf("%q %q %v", u.Signature, later.Signature, err)
	}
	sum, err := Import(t.Context(), november, Options{Profile: u.Profile(), Now: now, Limit: 1})
	if err != nil || sum.Rows != 1 || sum.Grades["negative"] != 1 {
		t.Errorf("%+v %v", sum, err)
	}
	relative := write("r.csv", "某店评价,,\n导出时间：2016-11-24 18:00,,\n商品,评论时间,评论内容\n壶,3天前,烫手\n")
	sink := &memory{}
	if _, err := Import(t.Context(), relative, Options{Now: now, Sink: sink}); err != nil || len(sink.reviews) != 1 || sink.reviews[0].Published.Day() != 21 {
		t.Errorf("%+v %v", sink.reviews, err)
	}
}

// A file whose IDs make few reviews of many rows is told of before it is
// stored.
func TestCheck(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	data := "评论编号,商品,评分,评论时间,评论内容\n" + strings.Repeat("7,壶,5,2016-11-05,很好用\n", 10) + "8,壶,1,2016-11-05,烫手\n"
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	sink := &memory{}
	stop := errors.New("stop")
	_, err := Import(t.Context(), path, Options{Sink: sink, Now: now, Check: func(sum Summary) error {
		if !sum.FarBelow() || sum.Merged != 9 || len(sum.Alike) != 5 || sum.Alike[0].Line != 3 || sum.Days["2016-11-05"] != 11 || len(sum.Ratings) != 2 {
			t.Errorf("%+v", sum)
		}
		return stop
	}})
	if !errors.Is(err, stop) || len(sink.reviews) > 0 {
		t.Errorf("%v, %d stored", err, len(sink.reviews))
	}
}

// Ratings whose 1 is the best are asked about where the texts say so, and read
// when somebody says so.
func TestReversed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	data := "评论编号,商品,评分,评论时间,评论内容\n"
	for i := range 20 {
		data += fmt.Sprintf("a%d,壶,1,2016-11-05,好用\nb%d,壶,5,2016-11-05,冒烟\n", i, i)
	}
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	model := func(r *chaping.Review) {
		r.Grade = chaping.Positive
		if r.Text == "冒烟" {
			r.Grade = chaping.Negative
		}
	}
	for _, reversed := range []bool{false, true} {
		o := Options{Now: now, GradeText: model, Reversed: reversed}
		u, err := Inspect(t.Context(), path, o)
		asked := slices.ContainsFunc(u.Questions, func(q Question) bool { return q.Kind == AskReversed })
		if err != nil || asked == reversed || u.Profile().Scale.Reversed != reversed {
			t.Errorf("%v: %+v %v", reversed, u.Questions, err)
		}
		sink := &memory{}
		o.Sink = sink
		sum, err := Import(t.Context(), path, o)
		if err != nil || (sink.reviews[1].Grade == chaping.Negative) != reversed || len(sum.Ratings) != 2 || sum.Ratings[0].Read != 20 {
			t.Errorf("%v: %+v %v", reversed, sum, err)
		}
	}
}
