package report

import (
	"archive/zip"
	"bytes"
	"chaping/report/pdf"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// annual is a year that fills every part that data can fill.
func annual() *Annual {
	a := &Annual{Year: 2026, Products: []string{"电热水壶"}, Station: "示例监测站", Filed: "2026-12-31", Program: "test", Dictionary: "d1", Items: 14}
	for i, p := range AnnualPeriods(2026) {
		n := uint64(30 + 9*i - i*i)
		a.Periods = append(a.Periods, AnnualPeriod{Period: p.String(), Reviews: 1000 + 37*uint64(i), Negative: n, Affirmed: n + 6, Known: i != 4, Begun: true, Ended: i < 11, Before: n - 5 + uint64(i%4), BeforeReviews: 900, KnownBefore: i != 0})
	}
	a.Periods[4].Negative, a.Periods[4].Affirmed, a.Periods[4].Reviews = 0, 0, 0
	for i, t := range []AnnualTerm{{Term: "漏电", Hazard: "electrical", HazardName: "电气", Severity: 4}, {Term: "异味", Hazard: "chemical", HazardName: "化学", Severity: 2}, {Term: "烫伤", Hazard: "injury", HazardName: "人身伤害", Severity: 3},
		{Term: "漏水", Hazard: "quality", HazardName: "一般质量", Severity: 1}, {Term: "干烧", Hazard: "fire", HazardName: "火灾与爆炸", Severity: 4}, {Term: "假货", HazardName: "未分类"}} {
		t.Negative, t.Affirmed, t.Compared, t.Before = uint64(120-19*i), uint64(140-19*i), uint64(100-15*i), uint64(70+5*i)
		a.Terms = append(a.Terms, t)
	}
	for i := range 13 {
		c := AnnualCount{Negative: uint64(90 / (i + 1)), Affirmed: uint64(100 / (i + 1)), Products: 14 - i}
		c.Name = []string{"浙江省宁波市慈溪市", "广东省中山市", "", "上海市浦东新区", "广东省湛江市廉江市"}[i%5]
		if i < 5 {
			a.Regions = append(a.Regions, c)
		}
		c.Name = fmt.Sprintf("示例家电旗舰店%d号", i+1)
		a.Shops = append(a.Shops, c)
	}
	a.Shops[3].Name = `<script>"很长的店铺名字很长的店铺名字很长的店铺名字很长的店铺名字`
	for i := range 3 {
		a.Severe = append(a.Severe, AnnualProduct{Name: "示例牌电热水壶 家用 1.7 升 SK-17" + fmt.Sprint(i), Shop: "示例家电旗舰店", Region: "浙江省", Negative: uint64(12 - i), Affirmed: 20})
	}
	inspection := AnnualList{Kind: Inspections, Files: []string{"抽查.xlsx"}, Outside: 2, Repeats: 1}
	for i := range 24 {
		r := Listed{Product: "电热水壶", Brand: "示例", Model: fmt.Sprintf("SK-17%02d", i), Maker: "宁波示例电器有限公司", Level: []string{"国家级", "上海市"}[i%2], Result: "合格", Date: "2026-06-15"}
		if i%3 == 0 {
			r.Failed, r.Result, r.Problem = true, "不合格", []string{"接地措施、标志和说明", "发热、非正常工作", "接地措施"}[i/3%3]
		}
		inspection.Records = append(inspection.Records, r)
	}
	recall := AnnualList{Kind: Recalls, Files: []string{"召回.csv"}, Records: []Listed{{Product: "电热水壶", Brand: "示例", Model: "SK-1700", Maker: "宁波示例电器有限公司", Problem: "手柄可能松脱，存在烫伤隐患", Date: "2026-08-03", Quantity: "1200"}}}
	opinion := AnnualList{Kind: Opinions, Files: []string{"舆情.xlsx"}, Records: []Listed{{Product: "某地消费者被电热水壶烫伤", Problem: "壶盖弹开", Level: "某报", Date: "2026-05-01"}}}
	a.Lists = []AnnualList{inspection, recall, opinion}
	a.Candidates = []Candidate{{Kind: Recalls, Listed: recall.Records[0], Name: "示例牌电热水壶 SK-1700 家用", Shop: "示例家电旗舰店", URL: "https://mall.example/item/1", Seen: "2026-12-20", Why: "商标、型号相同", Score: 1}}
	a.Urgent = []AnnualUrgent{{"2026-07-02", "电热水壶 触电", "两名消费者称触电，已联系平台"}}
	a.Entries = []Entry{{Product: "电热水壶", Content: "部分企业以 201 不锈钢冒充 304", Kind: Practice, From: []string{"某协会"}}, {Product: "电热水壶", Content: "温控器失效导致干烧", Kind: Hidden, From: []string{"某检测机构"}}}
	return a
}

// part reads a part of a docx.
func docxPart(t *testing.T, path, name string) string {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	f, err := archive.Open(name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	data, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func text(markup string) string {
	return regexp.MustCompile(`<[^>]*>`).ReplaceAllString(strings.ReplaceAll(markup, "</w:p>", "\n"), "")
}

// Every heading of the template stands in order, its guidance only in comments.
func TestAnnualFollowsTheTemplate(t *testing.T) {
	for name, a := range map[string]*Annual{"full": annual(), "empty": {Year: 2026}} {
		path := filepath.Join(t.TempDir(), "a.docx")
		if err := a.Document().WriteDOCX(path); err != nil {
			t.Fatal(err)
		}
		document, comments := text(docxPart(t, path, "word/document.xml")), text(docxPart(t, path, "word/comments.xml"))
		from := 0
		for _, part := range annualTemplate() {
			at := strings.Index(document[from:], part.Heading)
			if at < 0 {
				t.Fatalf("%s: no %q after the heading before it", name, part.Heading)
			}
			from += at
			if part.Guidance != "" && (strings.Contains(document, part.Guidance) || !strings.Contains(comments, part.Guidance)) {
				t.Errorf("%s: the guidance of %q is not a comment", name, part.Heading)
			}
		}
		if !strings.Contains(document, annualNote) || strings.Contains(document, "模板") || !strings.Contains(document, a.Title()) {
			t.Errorf("%s: title or note", name)
		}
		if n := strings.Count(document, "待补充"); name == "empty" && n != 16 {
			t.Errorf("empty: %d parts wait to be written", n)
		}
		markup := docxPart(t, path, "word/document.xml")
		for _, mark := range []string{"commentRangeStart", "commentRangeEnd", "commentReference"} {
			if got, want := strings.Count(markup, "<w:"+mark+" "), strings.Count(docxPart(t, path, "word/comments.xml"), "<w:comment "); got != want {
				t.Errorf("%s: %d %s of %d comments", name, got, mark, want)
			}
		}
	}
	if got := (&Annual{}).Title(); got != "上海市××产品质量安全形势专题分析报告" {
		t.Error(got)
	}
}

// The parts of the docx are well-formed, named in its content types and
// relations, and are those that were looked at.
func TestGoldenAnnual(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.docx")
	d := annual().Document()
	if err := d.WriteDOCX(path); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	types, rels := docxPart(t, path, "[Content_Types].xml"), docxPart(t, path, "word/_rels/document.xml.rels")
	charts := 0
	for _, f := range archive.File {
		dec := xml.NewDecoder(strings.NewReader(docxPart(t, path, f.Name)))
		for {
			if _, err := dec.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
		}
		if strings.HasPrefix(f.Name, "word/charts/") {
			charts++
			if !strings.Contains(types, `"/`+f.Name+`"`) || !strings.Contains(rels, strings.TrimPrefix(f.Name, "word/")) {
				t.Errorf("%s is not declared", f.Name)
			}
		}
	}
	if want := len(d.Sections[0].charts()); charts != want || want < 5 {
		t.Errorf("%d charts of %d", charts, want)
	}
	golden(t, "annual_document.xml", []byte(strings.ReplaceAll(docxPart(t, path, "word/document.xml"), "<w:p>", "\n<w:p>")))
	golden(t, "annual_chart1.xml", []byte(docxPart(t, path, "word/charts/chart1.xml")))
	var html bytes.Buffer
	if err := d.HTML(&html); err != nil {
		t.Fatal(err)
	}
	golden(t, "annual.html", html.Bytes())
	if s := html.String(); strings.Contains(s, "<script") || strings.Contains(s, "ZgotmplZ") || !strings.Contains(s, "模板说明") {
		t.Error("HTML is not clean")
	}
}

func TestAnnualPrinted(t *testing.T) {
	need(t, "soffice")
	dir := t.TempDir()
	if keep := os.Getenv("CHAPING_KEEP"); keep != "" { // to look at
		dir = keep
	}
	d := annual().Document()
	if err := d.WriteDOCX(filepath.Join(dir, "annual-docx.docx")); err != nil {
		t.Fatal(err)
	}
	convert(t, dir, filepath.Join(dir, "annual-docx.docx"))
	if err := d.WritePDF(t.Context(), filepath.Join(dir, "annual.pdf"), pdf.SystemFonts()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"annual.pdf", "annual-docx.pdf"} {
		pages := pdfText(t, filepath.Join(dir, name))
		all := strings.Join(pages, "")
		for _, want := range []string{"二、产品质量安全形势分析", "图1", "各报送期差评数", "单位：条次", "示例家电旗舰店1号", "SK-1700", "待补充", "12月"} {
			if !strings.Contains(all, want) {
				t.Errorf("%s: no %q", name, want)
			}
		}
		if strings.Contains(all, "篇幅不宜过大") {
			t.Errorf("%s prints guidance", name)
		}
		if len(pages) < 6 || len(pages) > 25 {
			t.Errorf("%s: %d pages", name, len(pages))
		}
		if width, height := pageSize(t, filepath.Join(dir, name)); width > height {
			t.Errorf("%s: %v × %v", name, width, height)
		}
	}
}

func TestAxis(t *testing.T) {
	for _, tt := range []struct{ greatest, top, step float64 }{{0, 5, 1}, {1, 1, 1}, {3, 3, 1}, {7, 8, 2}, {42, 50, 10}, {99, 100, 20}, {101, 150, 50}, {12345, 15000, 5000}, {0.4, 0.4, 0.1}} {
		c := Chart{Series: []Series{{Values: []float64{math.NaN(), tt.greatest}}}}
		if top, step := c.top(); math.Abs(top-tt.top) > 1e-9 || math.Abs(step-tt.step) > 1e-9 {
			t.Errorf("%v: top %v, step %v, want %v, %v", tt.greatest, top, step, tt.top, tt.step)
		}
	}
}

func TestAnnualPeriods(t *testing.T) {
	if got := AnnualPeriods(2020); len(got) != 6 || got[0].Month != time.July {
		t.Errorf("2020: %v", got)
	}
	if got := AnnualPeriods(2026); len(got) != 12 {
		t.Errorf("2026: %v", got)
	}
}

// What the author wrote stands in its section; of a finished report the
// sections that may be left out are, without a gap in the numbers.
func TestAnnualTexts(t *testing.T) {
	a := &Annual{Year: 2026, Products: []string{"电热水壶"}, Texts: map[string]string{"1.1": "烧水的器具。\n\n 分金属和玻璃两类。", "2.7": "出现了折叠式。", "2.8": " \n "}}
	text := func() (all []string) {
		for _, b := range a.Document().Sections[0].Blocks {
			switch b := b.(type) {
			case Heading:
				all = append(all, b.Text)
			case Para:
				all = append(all, b.Text)
			}
		}
		return all
	}
	draft := strings.Join(text(), "\n")
	for _, want := range []string{"（一）产品简介。\n烧水的器具。\n分金属和玻璃两类。\n（二）行业概况。\n待补充", "（七）行业新业态，新技术，新产品，市场最新动态等带来的苗头性风险。\n出现了折叠式。", "（八）相关产品标准更新、实施中存在的问题。\n待补充\n" + annualNote} {
		if !strings.Contains(draft, want) {
			t.Errorf("no %q in\n%s", want, draft)
		}
	}
	a.Finished = true
	data, err := a.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if a, err = ReadAnnual(data); err != nil {
		t.Fatal(err)
	}
	finished := strings.Join(text(), "\n")
	if want := "二、产品质量安全形势分析\n（一）行业新业态，新技术，新产品，市场最新动态等带来的苗头性风险。\n出现了折叠式。\n" + annualNote + "\n三、"; !strings.Contains(finished, want) || strings.Contains(finished, "（八）") {
		t.Errorf("no %q in\n%s", want, finished)
	}
	if !strings.Contains(finished, "（二）行业概况。\n待补充") {
		t.Error("a section that may not be left out was")
	}
	required := 0
	for _, s := range a.Sections() {
		if !s.Optional {
			required++
		}
		if s.Key == "3.1" && !strings.HasPrefix(s.Guidance, "（根据产品具体情况") {
			t.Errorf("%+v", s)
		}
	}
	if required != 5 {
		t.Errorf("%d sections are required", required)
	}
}
