package importer

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"chaping"
)

// What cannot be read is refused once, with a way out.
func TestUnreadable(t *testing.T) {
	many := func(n int, name func(i int) string, content string) string {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for i := range n {
			w, err := z.Create(name(i))
			if err != nil {
				t.Fatal(err)
			}
			_, _ = w.Write([]byte(content))
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for name, tt := range map[string]struct{ file, data, want string }{
		"zip with 10,000 files": {"a.zip", many(10_000, func(i int) string { return fmt.Sprint(i, ".csv") }, "x"), "10000 个文件"},
		"zip of nothing":        {"a.zip", many(0, nil, ""), "没有能读的文件"},
		"zip of pictures":       {"a.zip", many(2, func(i int) string { return fmt.Sprint(i, ".png") }, "x"), "没有能读的文件"},
		"zip in a zip":          {"a.zip", many(1, func(int) string { return "b.zip" }, many(1, func(int) string { return "c.csv" }, plainText())), "还有压缩文件"},
		"ods":                   {"a.ods", many(1, func(int) string { return "mimetype" }, "application/vnd.oasis.opendocument.spreadsheet"), "ods"},
		"numbers":               {"a.numbers", many(1, func(int) string { return "Index/Document.iwa" }, "x"), "numbers"},
		"docx":                  {"a.docx", many(1, func(int) string { return "[Content_Types].xml" }, "<Types/>"), "没有工作表"},
		"pdf":                   {"a.pdf", "%PDF-1.7", "PDF"},
		"rar":                   {"a.rar", "Rar!\x1a\x07", "rar"},
		"SQL":                   {"a.sql", "-- MySQL dump\n/*!40101 SET NAMES utf8 */;\nINSERT INTO `t` (`id`,`content`,`created_at`) VALUES (1,'漏电','2026-11-01');\n", "SQL"},
		"picture":               {"a.png", "\x89PNG\r\n\x1a\n", "图片"},
		"parquet":               {"a.parquet", "PAR1xxxx", "parquet"},
		"mht":                   {"a.xls", "MIME-Version: 1.0\r\n", "mht"},
		"login page":            {"a.xls", "<!DOCTYPE html><html><body>请登录</body></html>", "没有表格"},
		"error as JSON":         {"a.json", "502 Bad Gateway", "不是 JSON"},
		"JSON cut":              {"a.json", `[{"评论内容":"x","时间":"2026-11-01","商品":"壶"},{"评论内`, "写错了"},
		"JSON of numbers":       {"a.json", `[1,2,3]`, "没有 JSON 对象"},
		"bytes":                 {"a.bin", "\x00\x05\x06\x10\x11\x12\x13\x14", "不认识"},
		"empty":                 {"a.csv", "", "空的"},
		"header only":           {"a.csv", "评论内容,评论时间\n", "空的"},
		"no dates":              {"a.csv", "评论内容,商品\n很好用,壶\n", "缺少必需的列：评论时间"},
		"folder":                {"", "", "文件夹"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), tt.file)
			if tt.file != "" {
				if err := os.WriteFile(path, []byte(tt.data), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var problems []*chaping.InputError
			_, err := Import(t.Context(), path, Options{Now: now, Problem: func(e *chaping.InputError) { problems = append(problems, e) }})
			var input *chaping.InputError
			if !errors.As(err, &input) || !strings.Contains(input.Problem, tt.want) || input.Remedy == "" || len(problems) > 0 {
				t.Errorf("%v %v, want %s", err, problems, tt.want)
			}
			if strings.Contains(err.Error(), "--") {
				t.Errorf("names a flag: %v", err)
			}
		})
	}
}

// A sheet of as many columns as the format has, paths in an archive, and a
// column that a mapping names and the file has not.
func TestOddShapes(t *testing.T) {
	wide := book(t, func(f *excelize.File) {
		names, cells := make([]any, 16_384), make([]any, 16_384)
		for i := range names {
			names[i], cells[i] = fmt.Sprint("列", i), i
		}
		names[0], names[9000], names[16_383] = "评论时间", "评论内容", "商品名称"
		cells[0], cells[9000], cells[16_383] = "2016-11-05", "烫手", "壶"
		putRows(f, "Sheet1", 1, names, cells)
	})
	sum, sink, _, err := importBytes(t, profile(t, "standard"), "a.xlsx", []byte(wide), Facts{})
	if err != nil || sum.Accepted != 1 || sink.reviews[0].Product != "壶" {
		t.Errorf("wide: %+v %v", sum, err)
	}
	var input *chaping.InputError
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"../../etc/评论.csv", `..\..\评论.csv`, "/abs/评论.csv"} {
		w, _ := z.Create(name)
		_, _ = w.Write([]byte(plainText()))
	}
	_ = z.Close()
	if sum, sink, _, err = importBytes(t, profile(t, "standard"), "a.zip", b.Bytes(), Facts{}); err != nil || len(sink.reviews) != 15 || sum.Merged != 10 {
		t.Errorf("paths: %+v, %v", sum, err)
	}
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte(plainText()), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Import(t.Context(), path, Options{Now: now, Map: map[string]string{"rating": "打几分"}})
	if !errors.As(err, &input) || input.Field != "rating" || !strings.Contains(input.Remedy, "评论编号") {
		t.Errorf("a mapped column that is gone: %v", err)
	}
	u, err := Inspect(t.Context(), path, Options{Map: map[string]string{"评分": "评论编号", "id": ""}})
	if err != nil || u.Columns[0].Field != fieldRating || u.Columns[0].Confidence != ByPerson || u.Columns[0].Parsed != 0 || u.Columns[2].Field != "" {
		t.Errorf("%+v, %v", u.Columns, err)
	}
}

// TestForeignShapes reads what shops abroad, feeds and other databases write.
func TestForeignShapes(t *testing.T) {
	for _, test := range []struct {
		name, file, text string
		reviews          int
		first            chaping.Review // of it product, ID, rating, text and day are compared
		asks             string         // a part of a question
	}{
		{
			name: "a list in an object, an element a line", file: "a.json", reviews: 3,
			text: `{"code":0,"data":{"page":1,"ratings":[` + "\n" +
				`{"itemid":151,"cmtid":9001,"rating_star":1,"comment":"插上就冒烟","ctime":1761926400,"items":[{"name":"充电器"}]},` + "\n" +
				`{"itemid":151,"cmtid":9002,"rating_star":5,"comment":"好用","ctime":1761926500,"items":[{"name":"充电器"}]},` + "\n" +
				`{"itemid":151,"cmtid":9003,"rating_star":2,"comment":"","ctime":1761926600,"items":[{"name":"充电器"}]}]}}` + "\n",
			first: chaping.Review{Product: "151", ID: "9001", Rating: 1, Text: "插上就冒烟", Published: midnight(2025, 11, 1)},
		},
		{
			name: "values wrapped in objects; titles are no products", file: "a.json", asks: "是哪件商品的评论",
			text: `{"feed":{"entry":[{"id":{"label":"11"},"title":{"label":"危险"},"content":{"label":"把手烫手","attributes":{"type":"text"}},` +
				`"im:rating":{"label":"1"},"updated":{"label":"2025-11-01T05:12:11+08:00"}},` +
				`{"id":{"label":"12"},"title":{"label":"喜欢"},"content":{"label":"很好"},"im:rating":{"label":"5"},` +
				`"updated":{"label":"2025-11-02T05:12:11+08:00"}}]}}`,
		},
		{
			name: "dates of a document database, two ways in one column", file: "a.ndjson", reviews: 2,
			text: `{"_id":{"$oid":"6a1"},"productDetails":{"nmId":1122},"text":"喷火","productValuation":1,"createdDate":{"$date":"2025-11-01T01:00:00Z"}}` + "\n" +
				`{"_id":{"$oid":"6a2"},"productDetails":{"nmId":1122},"text":"好","productValuation":5,"createdDate":{"$date":{"$numberLong":"1761970000000"}}}` + "\n",
			first: chaping.Review{Product: "1122", ID: "6a1", Rating: 1, Text: "喷火", Published: midnight(2025, 11, 1)},
		},
		{
			name: "commas in fractions", file: "a.csv", reviews: 2,
			text:  "sep=;\n商品ID;评论ID;评分;评论;日期\nA1;701;\"1,0\";\"漏电; 吓人\";01.11.2025\nA1;709;\"4,5\";好;14.11.2025\n",
			first: chaping.Review{Product: "A1", ID: "701", Rating: 1, Text: "漏电; 吓人", Published: midnight(2025, 11, 1)},
		},
		{
			name: "a rating that cannot be read", file: "a.csv", asks: "名称像评分，写法读不懂",
			text: "商品ID,评分,评论,日期\nA1,甲,漏电,2025-11-01\nA1,乙,好,2025-11-02\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), test.file)
			if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			u, err := Inspect(t.Context(), path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if test.asks != "" {
				if !slices.ContainsFunc(u.Questions, func(q Question) bool { return strings.Contains(q.Text, test.asks) }) {
					t.Errorf("it is not asked: %+v", u.Questions)
				}
				return
			}
			if len(u.Questions) > 0 {
				t.Errorf("it is asked: %+v", u.Questions)
			}
			_, sink, _, err := importBytes(t, profile(t, "standard"), test.file, []byte(test.text), Facts{})
			if err != nil || len(sink.reviews) != test.reviews {
				t.Fatalf("%d reviews, %v", len(sink.reviews), err)
			}
			r := sink.reviews[0]
			if r.Product != test.first.Product || r.ID != test.first.ID || r.Rating != test.first.Rating ||
				r.Text != test.first.Text || !dayOf(r.Published).Equal(test.first.Published) {
				t.Errorf("%+v", r)
			}
		})
	}
}

func midnight(year int, month time.Month, of int) time.Time {
	return time.Date(year, month, of, 0, 0, 0, 0, chaping.Shanghai())
}

func dayOf(t time.Time) time.Time {
	y, m, d := t.In(chaping.Shanghai()).Date()
	return midnight(y, m, d)
}

// Values that a file protects, or has damaged, find their products.
func TestJoins(t *testing.T) {
	dir := t.TempDir()
	products := filepath.Join(dir, "p.csv")
	if err := os.WriteFile(products, []byte("商品编号,商品名称,关键词\n0012345,水壶,电热水壶\n600123456789012345,取暖器,取暖器\n600123456789099999,风扇,风扇\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	table, err := LoadProducts(t.Context(), products, profile(t, "standard"), nil)
	if err != nil || len(table.Problems) > 0 || len(table.Facts) != 3 {
		t.Fatalf("%+v %v", table, err)
	}
	facts := table.Facts
	path := filepath.Join(dir, "a.csv")
	data := "评论编号,商品编号,评分,评论时间,评论内容\n1,12345,1,2016-11-01,a\n2,\"=\"\"0012345\"\"\",1,2016-11-01,b\n3,6.00123456789012E+17,1,2016-11-01,c\n4,999,1,2016-11-01,d\n5,600123456789099000,1,2016-11-01,e\n"
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	sink := &memory{}
	sum, err := Import(t.Context(), path, Options{Now: now, Sink: sink, Products: facts})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range sink.reviews {
		got = append(got, r.Product)
	}
	if want := "0012345 0012345 600123456789012345 999 600123456789099999"; strings.Join(got, " ") != want || sum.Unjoined != 1 || len(sum.Unknown) != 1 || sum.Unknown[0] != "999" {
		t.Errorf("%v, want %s: %+v", got, want, sum)
	}
}
