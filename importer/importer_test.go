package importer

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"chaping"
	"chaping/nlp/corpora"
)

// memory is a sink that keeps everything.
type memory struct {
	mu       sync.Mutex
	listings []chaping.Listing
	reviews  []chaping.Review
}

func (m *memory) PutListings(_ context.Context, l []chaping.Listing) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.listings = append(m.listings, l...)
	return nil
}

func (m *memory) PutReviews(_ context.Context, r []chaping.Review) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reviews = append(m.reviews, r...)
	return nil
}

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, chaping.Shanghai())

func profile(t testing.TB, name string) *Profile {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "configs", "import", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := LoadProfile(name+".yaml", f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// importBytes imports data as a file of that name.
func importBytes(t testing.TB, p *Profile, name string, data []byte, facts Facts) (Summary, *memory, []*chaping.InputError, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	sink := &memory{}
	var problems []*chaping.InputError
	sum, err := Import(context.Background(), path, Options{Profile: p, Sink: sink, Facts: facts, Run: "r", Now: now,
		Problem: func(e *chaping.InputError) { problems = append(problems, e) }})
	if sum.Rows != sum.Accepted+sum.Refused {
		t.Errorf("rows %d ≠ accepted %d + refused %d", sum.Rows, sum.Accepted, sum.Refused)
	}
	return sum, sink, problems, err
}

func gbk(t testing.TB, s string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const jdLine = `{"id":%d,"content":%q,"creationTime":%q,"referenceId":"77","referenceName":"样机","score":%d}` + "\n"

// Every bad row of an NDJSON file is refused with its place, and the good
// ones around it are kept.
func TestBadLines(t *testing.T) {
	good := fmt.Sprintf(jdLine, 1, "好的", "2016-12-01 08:00:00", 5)
	last := fmt.Sprintf(jdLine, 9, "也好", "2016-12-02 08:00:00", 1)
	for name, tt := range map[string]struct {
		line    []byte
		field   string
		problem string
		kept    bool
	}{
		"not JSON":        {[]byte("{\"id\":3,\n"), "", "不是 JSON 对象", false},
		"an array":        {[]byte("[1,2]\n"), "", "不是 JSON 对象", false},
		"missing column":  {[]byte(`{"id":3,"creationTime":"2016-12-01 08:00:00","referenceId":"77","score":5}` + "\n"), "text", "必需的内容是空的", false},
		"no such date":    {[]byte(fmt.Sprintf(jdLine, 3, "x", "2016-02-30 08:00:00", 5)), "published", "不存在", false},
		"future date":     {[]byte(fmt.Sprintf(jdLine, 3, "x", "2033-02-20 08:00:00", 5)), "published", "未来", false},
		"rating too high": {[]byte(fmt.Sprintf(jdLine, 3, "x", "2016-12-01 08:00:00", 6)), "rating", "评分不在 1–5", true},
		"endless id":      {[]byte(`{"id":"` + strings.Repeat("9", 2000) + `","content":"x","creationTime":"2016-12-01 08:00:00","referenceId":"77","score":5}` + "\n"), "id", "超过 1024 字节", false},
		"deep JSON":       {append(bytes.Repeat([]byte("["), 100_000), '\n'), "", "嵌套过深", false},
		"invalid UTF-8 inside GBK": {append(append(gbk(t, `{"id":3,"content":"漏电`), 0xff, 0xfe), gbk(t, `坏了","creationTime":"2016-12-01 08:00:00","referenceId":"77","score":1}`+"\n")...),
			"", "不合字符集", true},
	} {
		t.Run(name, func(t *testing.T) {
			data := append(append([]byte(good), tt.line...), last...)
			sum, sink, problems, err := importBytes(t, profile(t, "jd"), "c.ndjson", data, Facts{})
			if err != nil {
				t.Fatal(err)
			}
			want := 2
			if tt.kept {
				want = 3
			}
			if len(sink.reviews) != want || sum.Rows != 3 {
				t.Errorf("kept %d of %d rows, want %d of 3", len(sink.reviews), sum.Rows, want)
			}
			if len(problems) != 1 {
				t.Fatalf("problems: %v", problems)
			}
			p := problems[0]
			if p.Line != 2 || p.Field != tt.field || !strings.Contains(p.Problem, tt.problem) || p.Remedy == "" || !strings.HasSuffix(p.File, "c.ndjson") {
				t.Errorf("%+v", p)
			}
			if tt.kept && p.Field == "" && !strings.Contains(sink.reviews[1].Text, "漏电") {
				t.Errorf("text %q", sink.reviews[1].Text)
			}
		})
	}
}

func TestLongReview(t *testing.T) {
	long := strings.Repeat("漏电了。", 10<<20/12)
	sum, sink, _, err := importBytes(t, profile(t, "jd"), "c.ndjson", []byte(fmt.Sprintf(jdLine, 1, long, "2016-12-01 08:00:00", 1)), Facts{})
	if err != nil || sum.Accepted != 1 || sink.reviews[0].Text != long {
		t.Errorf("a review of 10 MB: accepted %d, %v", sum.Accepted, err)
	}
	endless := fmt.Sprintf(jdLine, 1, strings.Repeat("x", maxLine), "2016-12-01 08:00:00", 1) + fmt.Sprintf(jdLine, 2, "好", "2016-12-01 08:00:00", 5)
	sum, sink, problems, err := importBytes(t, profile(t, "jd"), "c.ndjson", []byte(endless), Facts{})
	if err != nil || sum.Accepted != 1 || sum.Refused != 1 || sink.reviews[0].ID != "2" {
		t.Errorf("after an endless line: %+v, %v", sum, err)
	}
	if len(problems) != 1 || !strings.Contains(problems[0].Problem, "32 MB") {
		t.Errorf("problems: %v", problems)
	}
}

func TestCSV(t *testing.T) {
	csv := "关键词,商品编号,商品名称,店铺名称,公司所在区域,商品价格,评论时间,评分,评论内容,追评\n" +
		"电热水壶,A1,\"壶, 大号\",小店,浙江省,199-259,2026年11月1日,1,\"第一行\n第二行 漏电\",后来又漏了\n" +
		"\n" +
		"电热水壶,A1,\"壶, 大号\",小店,浙江省,免费,2026-11-02,5,好,\n" +
		"电热水壶,A1,\"壶, 大号\",小店,浙江省,199-259,2026-11-03 10:00:00,★★★☆☆,一般,\n" +
		"电热水壶,A1,多,一,列,199,2026-11-03,5,好,,,多余\n" +
		"电热水壶,A1,\"壶, 大号\",小店,浙江省,199-259,2026-11-04,,系统默认好评！,\n"
	for name, data := range map[string][]byte{"utf8.csv": []byte(csv), "bom.csv": []byte("\ufeff" + csv), "gbk.csv": gbk(t, csv)} {
		t.Run(name, func(t *testing.T) {
			sum, sink, problems, err := importBytes(t, profile(t, "standard"), name, data, Facts{Shop: "不用这个"})
			if err != nil {
				t.Fatal(err)
			}
			if sum.Rows != 5 || sum.Accepted != 5 || sum.Defaults != 1 || sum.Noted != 2 || len(problems) != 2 {
				t.Errorf("%+v %v", sum, problems)
			}
			r := sink.reviews[0]
			if r.Text != "第一行\n第二行 漏电" || r.Appended != "后来又漏了" || r.Grade != chaping.Negative || r.Published.Format(time.DateTime) != "2026-11-01 00:00:00" {
				t.Errorf("%+v", r)
			}
			if sink.reviews[2].Grade != chaping.Neutral || sink.reviews[3].Text != "好,," || sink.reviews[4].Grade != chaping.Unrated || !sink.reviews[4].Default {
				t.Errorf("%+v", sink.reviews)
			}
			l := sink.listings[0]
			if l.Keyword != "电热水壶" || l.Product.Name != "壶, 大号" || l.Product.Price.String() != "199.00-259.00" || l.Product.Shop != (chaping.Shop{Name: "小店", Region: "浙江省"}) {
				t.Errorf("%+v", l)
			}
			if problems[0].Line != 5 || problems[0].Field != "price" || problems[1].Line != 7 || !strings.Contains(problems[1].Problem, "没有加引号") {
				t.Errorf("%v", problems)
			}
			// The same file again is the same reviews.
			_, again, _, err := importBytes(t, profile(t, "standard"), name, data, Facts{})
			if err != nil || again.reviews[0].ID != r.ID || r.ID == "" {
				t.Errorf("ID %q, then %q, %v", r.ID, again.reviews[0].ID, err)
			}
		})
	}
}

// A review without a rating is graded by its text, and says so; where there
// is a rating, the rule stays first.
func TestGradeText(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	data := "评论编号,商品编号,评论时间,评分,评论内容\n1,A,2026-11-01,,太差\n2,A,2026-11-01,5,太差\n3,A,2026-11-01,,系统默认好评！\n"
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, model := range []func(*chaping.Review){nil, func(r *chaping.Review) {
		if !r.Default {
			r.Grade, r.Rule = chaping.Negative, "model-1"
		}
	}} {
		sink := &memory{}
		sum, err := Import(context.Background(), path, Options{Profile: profile(t, "standard"), Sink: sink, Now: now, GradeText: model})
		if err != nil || len(sink.reviews) != 3 {
			t.Fatalf("%+v %v", sum, err)
		}
		grade, rule, byText := chaping.Unrated, "", int64(0)
		if model != nil {
			grade, rule, byText = chaping.Negative, "model-1", 1
		}
		if r := sink.reviews[0]; r.Grade != grade || r.Rule != rule || r.Rating != 0 || sum.ByText != byText {
			t.Errorf("without a rating: %+v, %d by text", r, sum.ByText)
		}
		if r := sink.reviews[1]; r.Grade != chaping.Positive || r.Rule != chaping.Stars().String() {
			t.Errorf("with a rating: %+v", r)
		}
		if r := sink.reviews[2]; r.Grade != chaping.Unrated || r.Rule != "" || !r.Default {
			t.Errorf("default: %+v", r)
		}
	}
}

func TestCSVFaults(t *testing.T) {
	head := "商品编号,评论时间,评论内容\n"
	_, _, _, err := importBytes(t, profile(t, "standard"), "a.csv", []byte("商品编号,评论时间\nA,2026-11-01\n"), Facts{})
	var input *chaping.InputError
	if !errors.As(err, &input) || input.Field != "text" || !strings.Contains(input.Problem, "缺少必需的列") {
		t.Errorf("missing column: %v", err)
	}
	if _, _, _, err = importBytes(t, profile(t, "standard"), "a.csv", nil, Facts{}); !errors.As(err, &input) {
		t.Errorf("empty file: %v", err)
	}
	sum, sink, _, err := importBytes(t, profile(t, "standard"), "a.csv", []byte(head+"A,2026-11-01,好\nA,2026-11-01,有\"引号\nA,2026-11-02,又好\n"), Facts{})
	if err != nil || sum.Accepted != 3 || sink.reviews[1].Text != "有\"引号" {
		t.Errorf("bare quote: %+v %v", sum, err)
	}
	unclosed := head + "A,2026-11-01,好\nA,2026-11-01,\"" + strings.Repeat("没有关\n", 10_000) + "A,2026-11-02,又好\n"
	sum, _, problems, err := importBytes(t, profile(t, "standard"), "a.csv", []byte(unclosed), Facts{})
	if err != nil || sum.Accepted != 3 || sum.Refused != 9999 || sum.Noted != 1 || len(problems) != 10_000 {
		t.Errorf("unclosed quote: %+v, %v", sum, err)
	}
	sum, _, problems, err = importBytes(t, profile(t, "standard"), "a.csv", []byte("评论时间,评论内容\n2026-11-01,好\n"), Facts{})
	if err != nil || sum.Refused != 1 || problems[0].Field != "product_id" {
		t.Errorf("no product: %v, %v", problems, err)
	}
}

func TestXLSX(t *testing.T) {
	book := excelize.NewFile()
	style, err := book.NewStyle(&excelize.Style{NumFmt: 22})
	if err != nil {
		t.Fatal(err)
	}
	for cell, v := range map[string]any{
		"A1": "评论编号", "B1": "商品名称", "C1": "评论时间", "D1": "评分", "E1": "评论内容", "F1": "店铺名称",
		"A2": 10130791021, "B2": "样品", "C2": time.Date(2016, 12, 1, 8, 30, 15, 0, time.UTC), "D2": 1, "E2": "漏电", "F2": `=HYPERLINK("http://x")`,
		"A3": "b", "B3": "样品", "C3": "2016-12-02 09:00", "D3": 5, "E3": "好", "F3": "店",
		"A1000": "c", "B1000": "样品", "C1000": "不是日期", "D1000": 5, "E1000": "好",
	} {
		if err := book.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := book.SetCellStyle("Sheet1", "C2", "C2", style); err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := book.Write(&buf); err != nil {
		t.Fatal(err)
	}
	sum, sink, problems, err := importBytes(t, profile(t, "standard"), "a.xlsx", buf.Bytes(), Facts{})
	if err != nil || sum.Accepted != 2 || len(problems) != 1 || problems[0].Line != 1000 {
		t.Fatalf("%+v %v %v", sum, problems, err)
	}
	r := sink.reviews[0]
	if r.ID != "10130791021" || r.Published.Format(time.RFC3339) != "2016-12-01T08:30:15+08:00" || sink.listings[0].Product.Shop.Name != `=HYPERLINK("http://x")` {
		t.Errorf("%+v %+v", r, sink.listings[0])
	}
}

func TestBombs(t *testing.T) {
	var z bytes.Buffer
	zw := zip.NewWriter(&z)
	// What a bomb's directory says of it; nobody may get as far as its data.
	if _, err := zw.CreateRaw(&zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, UncompressedSize64: maxUnzipped + 1}); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	_, _, _, err := importBytes(t, profile(t, "standard"), "bomb.xlsx", z.Bytes(), Facts{})
	var input *chaping.InputError
	if !errors.As(err, &input) || !strings.Contains(input.Problem, "压缩炸弹") {
		t.Errorf("zip bomb: %v", err)
	}

	var g bytes.Buffer
	gw := gzip.NewWriter(&g)
	if _, err := io.WriteString(gw, fmt.Sprintf(jdLine, 1, "好", "2016-12-01 08:00:00", 5)); err != nil {
		t.Fatal(err)
	}
	if err := gw.Close(); err != nil {
		t.Fatal(err)
	}
	var megabyte bytes.Buffer // gzip files may be joined
	gw = gzip.NewWriter(&megabyte)
	if _, err := gw.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := gw.Close(); err != nil {
		t.Fatal(err)
	}
	for range inflateFree>>20 + 2 {
		g.Write(megabyte.Bytes())
	}
	sum, _, _, err := importBytes(t, profile(t, "jd"), "bomb.ndjson.gz", g.Bytes(), Facts{})
	if !errors.As(err, &input) || !strings.Contains(input.Problem, "压缩炸弹") || sum.Accepted != 1 {
		t.Errorf("gzip bomb: %+v, %v", sum, err)
	}

	cut := g.Bytes()[:len(g.Bytes())/2]
	if _, _, _, err := importBytes(t, profile(t, "jd"), "cut.ndjson.gz", cut, Facts{}); !errors.As(err, &input) {
		t.Errorf("truncated gzip: %v", err)
	}
	if _, _, _, err := importBytes(t, profile(t, "standard"), "fake.xlsx", []byte("PK\x03\x04 no zip"), Facts{}); !errors.As(err, &input) {
		t.Errorf("broken xlsx: %v", err)
	}
	if _, _, _, err := importBytes(t, profile(t, "standard"), "a.pdf", []byte("%PDF"), Facts{}); !errors.As(err, &input) {
		t.Errorf("unknown type: %v", err)
	}
}

// Sheets that counted to the row they claim, or held what they repeat, are told
// of with their row; the rows before are kept. Entities in a cell are text.
func TestHostileSheets(t *testing.T) {
	head := `<row r="1">`
	for _, name := range []string{"评论编号", "商品名称", "评论时间", "评分", "评论内容"} {
		head += `<c t="inlineStr"><is><t>` + name + `</t></is></c>`
	}
	good := `<row><c><v>1</v></c><c t="str"><v>样</v></c><c t="str"><v>2016-12-01</v></c><c><v>1</v></c><c t="inlineStr"><is><t>&lt;漏&#30005;&gt; &nbsp;&x;</t></is></c></row>`
	for _, tt := range []struct {
		name, rows string
		line       int
		want       string
	}{
		{"huge row", `<row r="9000000000000000000"/>`, 3, "超出表格的范围"},
		{"backwards", `<row r="1"/>`, 3, "次序不对"},
		{"column", `<row><c r="XFE3"/></row>`, 3, "超出表格的范围"},
		{"shared", `<row><c t="s"><v>7</v></c></row>`, 3, "共享字符串"},
		{"rows", strings.Repeat("<row/>", 1<<20), 1<<20 + 1, "超出表格的范围"},
	} {
		sum, sink, _, err := importBytes(t, profile(t, "standard"), "a.xlsx", sheetOf(t, "<worksheet><sheetData>"+head+"</row>"+good+tt.rows+"</sheetData></worksheet>"), Facts{})
		var input *chaping.InputError
		if !errors.As(err, &input) || input.Line != tt.line || !strings.Contains(input.Problem, tt.want) || input.Remedy == "" || !strings.HasSuffix(input.File, "a.xlsx") {
			t.Errorf("%s: %v", tt.name, err)
		}
		if sum.Accepted != 1 || sink.reviews[0].Text != "<漏电> &x;" {
			t.Errorf("%s: %+v %+v", tt.name, sum, sink.reviews)
		}
	}
	sum, _, problems, err := importBytes(t, profile(t, "standard"), "a.xlsx", sheetOf(t, "<worksheet><sheetData>"+head+"</row>"+good+`<row><c r="XFD3"><v>1</v></c></row>`+"</sheetData></worksheet>"), Facts{})
	if err != nil || sum.Refused != 1 || len(problems) != 1 || problems[0].Line != 3 {
		t.Errorf("a wide row: %+v %v %v", sum, problems, err)
	}
	if _, _, _, err = importBytes(t, profile(t, "standard"), "a.csv", []byte("商品编号,评论时间,评论内容"+strings.Repeat(",", 2*maxColumns)), Facts{}); err == nil || !strings.Contains(err.Error(), "列") {
		t.Errorf("columns: %v", err)
	}
}

// Every reader ends with its context.
func TestReadersStop(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var zipped bytes.Buffer
	gz := gzip.NewWriter(&zipped)
	gz.Write([]byte("x"))
	gz.Close()
	for name, data := range map[string][]byte{
		"a.xlsx": sheetOf(t, "<worksheet/>"), "a.csv": []byte("商品编号,评论时间,评论内容\n"), "a.ndjson": []byte("{}\n"), "a.csv.gz": zipped.Bytes(), "a.ndjson.gz": zipped.Bytes(),
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Import(ctx, path, Options{Profile: profile(t, "standard"), Sink: &memory{}, Now: now}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := LoadProducts(ctx, path, profile(t, "standard"), nil); !errors.Is(err, context.Canceled) {
			t.Errorf("products, %s: %v", name, err)
		}
	}
}

// sheetOf is a workbook whose only sheet is this XML.
func sheetOf(t testing.TB, sheet string) []byte {
	t.Helper()
	return zipOf(t, [][2]string{
		{"xl/workbook.xml", `<workbook><sheets><sheet name="a" sheetId="1" r:id="1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="1" Type="x/worksheet" Target="a.xml"/></Relationships>`},
		{"xl/a.xml", sheet},
	})
}

// zipOf is an archive of these names and texts.
func zipOf(t testing.TB, parts [][2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, part := range parts {
		f, err := w.Create(part[0])
		if err == nil {
			_, err = io.WriteString(f, part[1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestProductFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.csv")
	data := "商品编号,商品名称,店铺名称,商品地址,商品价格,公司所在区域,关键词\n77,好样机,大店,http://x.example/77,299,上海市,洗衣机\n77,好样机,大店,http://x.example/77,299,上海市,波轮洗衣机\n77,,,,,,洗衣机\n78,样机二,大店,,很贵,,\n,没有编号,,,,,\n"
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	table, err := LoadProducts(context.Background(), path, profile(t, "standard"), nil)
	if err != nil || len(table.Facts) != 2 || len(table.Problems) != 2 {
		t.Fatalf("%+v %v", table, err)
	}
	products := table.Facts
	if s := table.Summary("p.csv"); s.Rows != 5 || s.Accepted != 4 || s.Refused != 1 || s.Noted != 1 || s.NoKey != 1 || s.NoFacts != 0 ||
		s.Reasons["商品编号：商品没有编号"] != 1 || len(s.Examples["商品价格：价格不是数字，按未知收录"]) != 1 {
		t.Errorf("%+v", s)
	}
	if strings.Join(table.Order, " ") != "77 78" || table.Lines["78"] != 5 || len(table.Notes["78"]) != 1 {
		t.Errorf("%+v", table)
	}
	file := filepath.Join(t.TempDir(), "c.ndjson")
	if err := os.WriteFile(file, []byte(fmt.Sprintf(jdLine, 1, "好", "2016-12-01 08:00:00", 5)), 0o600); err != nil {
		t.Fatal(err)
	}
	sink := &memory{}
	if _, err := Import(context.Background(), file, Options{Profile: profile(t, "jd"), Sink: sink, Products: products, Facts: Facts{Keyword: "备用", Region: "备用"}, Now: now}); err != nil {
		t.Fatal(err)
	}
	want := chaping.Listing{Keyword: "洗衣机", SeenAt: now, Product: chaping.Product{Platform: "jd", ID: "77", Name: "样机", URL: "http://x.example/77",
		Price: chaping.Price{Low: 29900, High: 29900}, Shop: chaping.Shop{Name: "大店", Region: "上海市"}}}
	also := want
	also.Keyword = "波轮洗衣机"
	if !slices.Equal(sink.listings, []chaping.Listing{want, also}) {
		t.Errorf("got %+v\nwant %+v under both keywords", sink.listings, want)
	}
}

func TestProfileFaults(t *testing.T) {
	ok := "platform: {id: x, name: X}\nfields: {published: [d], text: [t]}\ndates: [\"2006-01-02\"]\nrating: {version: v, max: 5, negative: 2, neutral: 3}\n"
	if _, err := LoadProfile("ok.yaml", strings.NewReader(ok)); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"unknown key":     ok + "colour: red\n",
		"unknown field":   strings.Replace(ok, "text: [t]", "text: [t], foo: [b]", 1),
		"unknown charset": ok + "charset: gbq\n",
		"no text":         strings.Replace(ok, ", text: [t]", "", 1),
		"no dates":        strings.Replace(ok, "dates: [\"2006-01-02\"]\n", "", 1),
		"bad rule":        strings.Replace(ok, "negative: 2", "negative: 4", 1),
		"not YAML":        "a: [",
		"empty":           "",
	} {
		_, err := LoadProfile("bad.yaml", strings.NewReader(bad))
		var input *chaping.InputError
		if !errors.As(err, &input) || input.File != "bad.yaml" || input.Problem == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The real comments of one washing machine: 25,280 lines in GB18030.
func TestWasherCorpus(t *testing.T) {
	path := corpora.Path(t, "corpora/jd_washer_comments.ndjson.gz")
	sink := &memory{}
	sum, err := Import(context.Background(), path, Options{Profile: profile(t, "jd"), Sink: sink, Facts: Facts{Keyword: "洗衣机"}, Now: now,
		Problem: func(e *chaping.InputError) { t.Error(e) }})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[chaping.ReviewKey]bool{}
	for i := range sink.reviews {
		ids[sink.reviews[i].Key()] = true
	}
	if sum.Rows != 25280 || sum.Accepted != 25280 || len(ids) != 23607 || sum.Products != 2 {
		t.Errorf("%+v, %d distinct", sum, len(ids))
	}
	if sum.Grades["negative"] != 456 || sum.Grades["neutral"] != 419 || sum.Grades["positive"] != 22732 {
		t.Errorf("grades %v", sum.Grades)
	}
}
