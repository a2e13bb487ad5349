package report

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"chaping"
	"chaping/report/pdf"
)

// need is the path of a program that a test cannot do without. Such a test is
// not short.
func need(t testing.TB, name string) string {
	t.Helper()
	if testing.Short() {
		t.Skipf("-short: needs %s", name)
	}
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("CI must have %s", name)
		}
		t.Skipf("%s is not installed", name)
	}
	return path
}

// convert turns office files into PDF.
func convert(t testing.TB, dir string, files ...string) {
	t.Helper()
	args := []string{"-env:UserInstallation=file://" + t.TempDir(), "--headless", "--convert-to", "pdf", "--outdir", dir}
	out, err := exec.CommandContext(t.Context(), need(t, "soffice"), append(args, files...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
}

// pdfText is the text of a PDF's pages without any white space.
func pdfText(t testing.TB, path string) (pages []string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), need(t, "pdftotext"), "-layout", path, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext %s: %v", path, err)
	}
	for page := range strings.SplitSeq(strings.TrimSuffix(string(out), "\f"), "\f") {
		pages = append(pages, strings.Join(strings.Fields(page), ""))
	}
	return pages
}

// pageSize is the paper of a PDF's first page in points.
func pageSize(t testing.TB, path string) (width, height float64) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), need(t, "pdfinfo"), path).Output()
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`Page size:\s+([\d.]+) x ([\d.]+)`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("pdfinfo:\n%s", out)
	}
	width, _ = strconv.ParseFloat(string(m[1]), 64)
	height, _ = strconv.ParseFloat(string(m[2]), 64)
	return width, height
}

// long is a sheet of many rows, with the names that the issue fears.
func long(t testing.TB) *Platform {
	p := sheet(t)
	names := []string{
		strings.Repeat("很长的店铺名字", 45)[:900], // 300 characters
		"=cmd|' /C calc'!A0", "＝1+1", "\x00控制\x1b[31m字符\x07", "表情😀👨‍👩‍👧店", "<script>alert(1)</script>&amp;", "右\u202e左", "坏\xff字节",
	}
	row := p.Rows[0]
	p.Rows = p.Rows[:0]
	for i := range 40 {
		r := row
		r.Seq = i + 1
		r.Shop, r.Product = names[i%len(names)], names[(i+1)%len(names)]
		r.ProductKeyword, r.Term, r.Region = names[(i+1)%len(names)], "漏电"+strconv.Itoa(i), names[(i+2)%len(names)]
		r.URL = "https://item.example.com/" + strings.Repeat("a", 20*(i%10)) + "?id=" + strconv.Itoa(i)
		p.Rows = append(p.Rows, r)
	}
	p.Evidence = nil
	return p
}

// What every format of every form must show when printed.
func TestPrinted(t *testing.T) {
	need(t, "soffice")
	fonts := pdf.SystemFonts()
	dir := t.TempDir()
	if keep := os.Getenv("CHAPING_KEEP"); keep != "" { // to look at
		dir = keep
	}
	strictB, strictA := sheet(t), association(t)
	strictB.Profile, strictA.Profile = Strict, Strict
	docs := map[string]*Document{
		"platform":          sheet(t).Document(),
		"platform-long":     long(t).Document(),
		"platform-strict":   strictB.Document(),
		"a-strict":          strictA.Document(),
		"urgent":            urgent().Document(),
		"association":       association(t).Document(),
		"association-empty": (&Association{Period: period(t, "2026-11")}).Document(),
		"platform-empty":    (&Platform{Period: period(t, "2020-09")}).Document(),
	}
	var office []string
	for name, d := range docs {
		path := filepath.Join(dir, name)
		for ext, write := range map[string]func(string) error{"xlsx": d.WriteXLSX, "docx": d.WriteDOCX, "html": d.WriteHTML} {
			file := path + "." + ext
			if ext != "html" { // soffice names its output by the stem
				file = path + "-" + ext + "." + ext
				office = append(office, file)
			}
			if err := write(file); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.WritePDF(t.Context(), path+".pdf", fonts); err != nil {
			t.Fatal(err)
		}
	}
	convert(t, dir, office...)
	for name, d := range docs {
		var text []string
		for _, format := range []string{"", "-docx", "-xlsx"} {
			file := filepath.Join(dir, name+format+".pdf")
			pages := pdfText(t, file)
			if format == "-xlsx" { // companion worksheets follow
				pages = formPages(pages)
			}
			if width, height := pageSize(t, file); width > height != d.Sections[0].Page.Landscape || min(width, height) < 594 || min(width, height) > 597 {
				t.Errorf("%s%s: paper %v × %v", name, format, width, height)
			}
			for i, page := range pages {
				if !strings.Contains(page, fmt.Sprintf("—%d—", i+1)) {
					t.Errorf("%s%s: page %d has no number:\n%s", name, format, i+1, page)
				}
				if head := "序号"; strings.HasPrefix(name, "platform") && !strings.Contains(page, head) {
					t.Errorf("%s%s: page %d has no head", name, format, i+1)
				}
			}
			text = append(text, strings.Join(pages, ""))
			switch n := len(pages); {
			case name != "platform-long" && n != 1, name == "platform-long" && (n < 4 || n > 30):
				t.Errorf("%s%s: %d pages", name, format, n)
			}
		}
		for _, row := range wanted(d) {
			for i, got := range text {
				if !strings.Contains(got, row) {
					t.Errorf("%s, format %d: no %q", name, i, row)
				}
			}
		}
	}
}

// formPages are the pages before the companion worksheets.
func formPages(pages []string) []string {
	for i, page := range pages {
		if strings.Contains(page, "统计口径与备选计数") || strings.Contains(page, "信息类别、危及对象与依据") {
			return pages[:i]
		}
	}
	return pages
}

// wanted are texts short enough to stand on one line of the print.
func wanted(d *Document) []string {
	var list []string
	for _, block := range d.Sections[0].Blocks {
		switch block := block.(type) {
		case Line:
			list = append(list, block.Text)
		case Ends:
			list = append(list, block.Right)
		case Table:
			for _, c := range block.Columns {
				if c.Head != "公司所在区域" && c.Head != "时间采集范围" {
					list = append(list, c.Head)
				}
			}
			for row := range block.Rows {
				for _, v := range row {
					if s := cellText(v); strings.HasPrefix(s, "漏电") && len(s) < 20 {
						list = append(list, s)
					}
				}
			}
		}
	}
	for i := range list {
		list[i] = strings.Join(strings.Fields(list[i]), "")
	}
	return list
}

// The same sheet is the same bytes, whenever it is written.
func TestSameBytes(t *testing.T) {
	d := long(t).Document()
	for name, write := range map[string]func(string) error{"s.docx": d.WriteDOCX, "s.xlsx": d.WriteXLSX, "s.html": d.WriteHTML} {
		path := filepath.Join(t.TempDir(), name)
		var first []byte
		for range 12 { // worksheets were in another order one time in four
			if err := write(path); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = got
			}
			if !bytes.Equal(first, got) {
				t.Fatalf("%s is not the same again", name)
			}
		}
	}
}

// Whatever a shop calls itself, the parts of a docx are well-formed, and no
// worksheet holds a formula.
func TestHostileNames(t *testing.T) {
	dir := t.TempDir()
	d := long(t).Document()
	for name, write := range map[string]func(string) error{"s.docx": d.WriteDOCX, "s.xlsx": d.WriteXLSX} {
		path := filepath.Join(dir, name)
		if err := write(path); err != nil {
			t.Fatal(err)
		}
		archive, err := zip.OpenReader(path)
		if err != nil {
			t.Fatal(err)
		}
		defer archive.Close()
		for _, f := range archive.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			dec := xml.NewDecoder(bytes.NewReader(data))
			for {
				token, err := dec.Token()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatalf("%s: %s: %v", name, f.Name, err)
				}
				if start, ok := token.(xml.StartElement); ok && (start.Name.Local == "f" || start.Name.Local == "instrText" && strings.Contains(f.Name, "document")) {
					t.Errorf("%s: %s has a formula or field", name, f.Name)
				}
			}
			if bytes.Contains(data, []byte("\u202e")) {
				t.Errorf("%s: %s turns the direction of writing", name, f.Name)
			}
		}
	}
	var html bytes.Buffer
	if err := d.HTML(&html); err != nil {
		t.Fatal(err)
	}
	if s := html.String(); strings.Contains(s, "<script") || !strings.Contains(s, "&lt;script&gt;") || strings.ContainsAny(s, "\x00\x1b\u202e") || strings.Contains(s, "ZgotmplZ") {
		t.Error("HTML is not clean")
	}
}

// The same document gives the same docx and HTML, byte for byte, and they are
// the ones that were looked at.
func TestGoldenDOCX(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.docx")
	if err := sheet(t).Document().WriteDOCX(path); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	f, err := archive.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "platform_document.xml", bytes.ReplaceAll(got, []byte("<w:tr>"), []byte("\n<w:tr>")))
	var html bytes.Buffer
	if err := sheet(t).Document().HTML(&html); err != nil {
		t.Fatal(err)
	}
	golden(t, "platform.html", html.Bytes())
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("differs from %s (rewrite it with -update if that is meant):\n%s", path, chaping.Shorten(string(got), 2000))
	}
}

// A machine without a Chinese font says so and leaves no file of boxes.
func TestNoFont(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.pdf")
	err := sheet(t).Document().WritePDF(t.Context(), path, pdf.SelectedFonts())
	if e, ok := errors.AsType[*chaping.Error](err); !ok || e.Code != chaping.CodeEnvironment || !strings.Contains(e.Message, "没有中文字体") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("there is a file")
	}
}

// A row that is higher than a page is set smaller, and cut at last.
func TestFit(t *testing.T) {
	table := Table{Columns: []Column{{"", 29, Left, Fang}}, Size: 9, RowMM: 14}
	for _, tt := range []struct {
		runes int
		size  float64
		cut   bool
	}{{10, 9, false}, {300, 7, false}, {100_000, 5, true}} {
		cells, size, height := table.fit([]any{strings.Repeat("长", tt.runes)})
		got := cells[0].(string)
		if size != tt.size || strings.HasSuffix(got, "…") != tt.cut || height > maxRow || textHeight(got, 29, size) > maxRow {
			t.Errorf("%d runes: size %v, height %v, %d runes left", tt.runes, size, height, len([]rune(got)))
		}
	}
}
