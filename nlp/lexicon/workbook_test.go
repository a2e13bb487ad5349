package lexicon

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"chaping"
	"chaping/nlp"
)

// TestRoundTrip exports the shipped dictionaries and imports them again.
func TestRoundTrip(t *testing.T) {
	s, err := Open("")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	book := filepath.Join(dir, "词库.xlsx")
	save(t, book, s.Entries)
	entries, err := ReadXLSX(t.Context(), book)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "新词库")
	files, err := WriteYAML(out, book, entries)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 18 {
		t.Errorf("%d files", len(files))
	}
	got, err := nlp.LoadDictionary(os.DirFS(out))
	if err != nil {
		t.Fatal(err)
	}
	want, err := nlp.ShippedDictionary()
	if err != nil {
		t.Fatal(err)
	}
	if got.Version != want.Version || len(got.Terms) != len(want.Terms) {
		t.Errorf("%d terms of version %s, want %d of %s", len(got.Terms), got.Version, len(want.Terms), want.Version)
	}
	if _, err := WriteYAML(out, book, entries); err == nil || !strings.Contains(err.Error(), "不是空的") {
		t.Errorf("wrote over a dictionary: %v", err)
	}
}

func save(t testing.TB, path string, entries []Entry) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := WriteXLSX(f, entries); err != nil {
		t.Fatal(err)
	}
}

// TestOddForms: what YAML and Excel give a meaning of their own stays text.
func TestOddForms(t *testing.T) {
	terms := []chaping.Term{
		{Name: "=1+1", Field: "甲: 乙 # 丙", Hazard: "fake", Severity: 2, Surfaces: []string{"@SUM(A1)", "- 减", "3.50", "yes", "null", "1e3"}},
		{Name: `引"号'\n`, Field: "甲: 乙 # 丙", Surfaces: []string{"{a}", "[b]", "& *", "…  两个空格", "☂😀"}},
	}
	var entries []Entry
	for _, term := range terms {
		entries = append(entries, Entry{Term: term, File: "a.yaml"})
	}
	dir := t.TempDir()
	book := filepath.Join(dir, "a.xlsx")
	save(t, book, entries)
	back, err := ReadXLSX(t.Context(), book)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	if _, err := WriteYAML(out, book, back); err != nil {
		t.Fatal(err)
	}
	d, err := nlp.LoadDictionary(os.DirFS(out))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(d.Terms, terms) {
		t.Errorf("\n got %+v\nwant %+v", d.Terms, terms)
	}
	entries[0].Surfaces = []string{"甲、乙"}
	if err := WriteXLSX(io.Discard, entries); err == nil {
		t.Error("exported a form that would come back as two")
	}
}

// book makes a workbook of rows.
func book(t testing.TB, rows ...[]any) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", "A"+string(rune('1'+i)), &row); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "a.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRefusedWorkbooks(t *testing.T) {
	head := []any{"产品领域", "词条", "危害类别", "严重程度", "其他写法", "文件"}
	notZip := filepath.Join(t.TempDir(), "a.xlsx")
	if err := os.WriteFile(notZip, []byte("PK\x03\x04 no zip"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, path, want string
	}{
		{"not a workbook", notZip, "不是有效的 xlsx 文件"},
		{"bomb", bomb(t), "疑为压缩炸弹"},
		{"no columns", book(t, []any{"词条", "写法"}), "缺少“产品领域”列"},
		{"empty", book(t, head), "没有任何词条"},
		{"hazard", book(t, head, []any{"甲", "漏电", "魔法", 4, "", "a.yaml"}), "第 2 行 字段“危害类别” 值“魔法”：没有这个危害类别"},
		{"severity", book(t, head, []any{"甲", "漏电", "电气", "严重", "", "a.yaml"}), "第 2 行 字段“严重程度” 值“严重”：应为 1–4 的整数"},
		{"path", book(t, head, []any{"甲", "漏电", "电气", 4, "", "../../x.yaml"}), "第 2 行 字段“文件” 值“../../x.yaml”：不能用作文件名"},
		{"name", book(t, head, []any{"甲", "", "电气", 4, "跑电", "a.yaml"}), "第 2 行 字段“词条”：是空的"},
		{"two terms, one form", book(t, head, []any{"甲", "漏电", "电气", 4, "跑电", "a.yaml"}, []any{}, []any{"乙", "触电", "人身伤害", 4, "跑电", "b.yaml"}), "a.xlsx 第 4 行 字段“surfaces” 值“跑电”：已是“漏电”的写法"},
		{"one character", book(t, head, []any{"甲", "漏电", "电气", 4, "", "a.yaml"}, []any{"甲", "麻", "电气", 4, "", "a.yaml"}), "a.xlsx 第 3 行 字段“name” 值“麻”：只有一个字"},
		{"two fields, one file", book(t, head, []any{"甲", "漏电", "电气", 4, "", "a.yaml"}, []any{"乙", "触电", "电气", 4, "", "a.yaml"}), "第 3 行 字段“产品领域” 值“乙”：文件 a.yaml 里已有领域“甲”"},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			entries, err := ReadXLSX(t.Context(), test.path)
			if err == nil {
				_, err = WriteYAML(out, test.path, entries)
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %s", err, test.want)
			}
			if left, _ := os.ReadDir(filepath.Dir(out)); len(left) > 0 {
				t.Errorf("%s was left behind", left[0].Name())
			}
		})
	}
}

// bomb is a workbook whose sheet unpacks to more than is allowed.
func bomb(t testing.TB) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range maxUnzipped>>20 + 1 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "bomb.xlsx")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// FuzzReadXLSX puts any bytes into the parts of a workbook that carry the
// cells: nothing panics, every refusal is the input's, and what is accepted
// can be written again.
func FuzzReadXLSX(f *testing.F) {
	row := []any{"甲", "漏电", "电气", 4, "跑电、=1", "a.yaml"}
	parts := unzip(f, book(f, []any{"产品领域", "词条", "危害类别", "严重程度", "其他写法", "文件"}, row))
	sheet, strs := "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
	f.Add(parts[sheet], parts[strs])
	f.Add(bytes.ReplaceAll(parts[sheet], []byte("t=\"s\""), []byte("t=\"inlineStr\"")), parts[strs])
	f.Add(bytes.ReplaceAll(parts[sheet], []byte("A2"), []byte("XFD1048576")), []byte("<sst/>"))
	f.Add([]byte("<worksheet><sheetData><row r=\"99999999999\"><c r=\"A\"/></row></sheetData></worksheet>"), []byte("<"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, sheetXML, stringsXML []byte) {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for name, data := range parts {
			switch name {
			case sheet:
				data = sheetXML
			case strs:
				data = stringsXML
			}
			w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(data); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "a.xlsx")
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		entries, err := ReadXLSX(t.Context(), path)
		var input *chaping.InputError
		if err != nil {
			if !errors.As(err, &input) {
				t.Fatalf("not the input's fault: %v", err)
			}
			return
		}
		if err := WriteXLSX(io.Discard, entries); err != nil && !errors.As(err, &input) {
			t.Fatal(err)
		}
	})
}

func unzip(t testing.TB, path string) map[string][]byte {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	parts := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if parts[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	return parts
}

// FuzzTermLine: whatever a term holds, its line reads back the same.
func FuzzTermLine(f *testing.F) {
	f.Add("漏电", "跑电", "甲")
	f.Add("- a: b", "#c\n", "\u0085\u2028")
	f.Fuzz(func(t *testing.T, name, surface, field string) {
		e := Entry{Term: chaping.Term{Name: name, Surfaces: []string{surface}, Field: field}, File: "a.yaml", Line: 7}
		text, rows, err := termFile("x.xlsx", []Entry{e})
		if err != nil {
			return // not writable, such as invalid UTF-8
		}
		back := readYAML("a.yaml", bytes.NewReader(text))
		if strings.ContainsAny(name+surface+field, "\x00\ufeff") || strings.ToValidUTF8(name+surface+field, "") != name+surface+field {
			return
		}
		if len(back) != 1 || back[0].Line != 3 || rows[3] != 7 || !reflect.DeepEqual(back[0].Term, e.Term) {
			t.Fatalf("%q came back as %+v", text, back)
		}
	})
}
