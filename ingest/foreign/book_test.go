package foreign

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// bookOf is a workbook of one sheet.
func bookOf(t testing.TB, sheet, shared string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, part := range [][2]string{
		{"_rels/.rels", `<Relationships><Relationship Id="1" Type="x/officeDocument" Target="/xl/book.xml"/></Relationships>`},
		{"xl/book.xml", `<workbook><sheets><sheet name="一" sheetId="1" r:id="s"/></sheets></workbook>`},
		{"xl/_rels/book.xml.rels", `<Relationships><Relationship Id="s" Type='y/worksheet' Target="sheets/a.xml"/><Relationship Id="t" Type="y/sharedStrings" Target="strings.xml"/><Relationship Id="u" Type="y/styles" Target="styles.xml"/></Relationships>`},
		{"xl/sheets/a.xml", sheet},
		{"xl/strings.xml", "<sst>" + shared + "</sst>"},
		{"xl/styles.xml", `<styleSheet><numFmts><numFmt numFmtId="200" formatCode="yyyy&quot;年&quot;"/><numFmt numFmtId="201" formatCode="0.0&quot;day&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="200"/><xf numFmtId="201"/></cellXfs></styleSheet>`},
	} {
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

var small = BookLimits{Bytes: 16 << 20, Shared: 4 << 20, Cells: 10_000}

// dump reads the first sheet of a workbook.
func dump(ctx context.Context, data []byte, l BookLimits) (string, error) {
	b, err := OpenBook(ctx, bytes.NewReader(data), int64(len(data)), l)
	if err != nil || len(b.Sheets()) == 0 {
		return "", err
	}
	rows, err := b.Rows(0)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var out strings.Builder
	for {
		row, err := rows.Next()
		if err == io.EOF {
			merged, err := rows.Merged(100)
			if len(merged) > 0 {
				fmt.Fprint(&out, merged)
			}
			return out.String(), err
		}
		if err != nil {
			return out.String(), err
		}
		for _, c := range row.Cells {
			text := c.Text
			if day, ok := c.Time(); ok {
				text = day.Format(time.DateTime)
			}
			fmt.Fprintf(&out, "%d,%d=%s;", row.Number, c.Column, text)
		}
	}
}

func TestBook(t *testing.T) {
	const shared = `<si><t>漏</t></si><si><r><t>a</t></r><r><t xml:space="preserve"> b</t></r><rPh><t>no</t></rPh></si><si/>`
	for name, tt := range map[string]struct{ sheet, want string }{
		"plain":     {`<row r="1"><c r="A1"><v>1</v></c><c r="C1" t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c><c/><c t="inlineStr"><is><t>x</t></is></c></row>`, "1,0=1;1,2=漏;2,0=a b;2,2=x;"},
		"prefixes":  {`<x:row r="3"><x:c r="B3"><x:f>1+1</x:f><x:v>2</x:v></x:c></x:row>`, "3,1=2;"},
		"entities":  {`<row><c t="inlineStr"><is><t>&lt;b&gt; &amp;amp; &#28431;&nbsp;&x; &</t></is></c></row>`, "1,0=<b> &amp; 漏\u00a0&x; &;"},
		"cdata":     {`<row><c t="str"><v><![CDATA[<]]><!-- no -->y</v></c></row>`, "1,0=<y;"},
		"kinds":     {`<row><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c t="d"><v>2026-11-02</v></c></row>`, "1,0=TRUE;1,1=#N/A;1,2=2026-11-02;"},
		"dates":     {`<row><c s="1"><v>46328.5</v></c><c s="2"><v>46328</v></c><c s="3"><v>46328</v></c><c s="9"><v>1</v></c></row>`, "1,0=2026-11-02 12:00:00;1,1=2026-11-02 00:00:00;1,2=46328;1,3=1;"},
		"last cell": {`<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>`, "1048576,16383=1;"},
		"empty":     {``, ""},
		"unknown":   {`<row><extLst><c><v>1</v></c></extLst><c><v>2</v></c></row>`, "1,0=2;"},
	} {
		got, err := dump(t.Context(), bookOf(t, "<worksheet><sheetData>"+tt.sheet+"</sheetData></worksheet>", shared), small)
		if err != nil || got != tt.want {
			t.Errorf("%s: %q, %v, want %q", name, got, err, tt.want)
		}
	}
	got, err := dump(t.Context(), bookOf(t, `<worksheet><sheetData/><mergeCells><mergeCell ref="A2:C4"/><mergeCell ref="$B$9"/></mergeCells></worksheet>`, ""), small)
	if err != nil || got != "[{2 0 4 2} {9 1 9 1}]" {
		t.Errorf("%q, %v", got, err)
	}
}

// Hostile workbooks end at once, with a fault.
func TestHostileBooks(t *testing.T) {
	row := func(s string) string { return "<worksheet><sheetData>" + s + "</sheetData></worksheet>" }
	text := func(s string) string { return row(`<row><c t="inlineStr"><is><t>` + s + `</t></is></c></row>`) }
	megabyte := strings.Repeat("漏", 1<<20/3)
	for name, tt := range map[string]struct{ sheet, shared, want string }{
		"huge row":              {row(`<row r="9000000000000000000"/>`), "", "超出表格的范围"},
		"row that overflows":    {row(`<row r="99999999999999999999999"/>`), "", "位置不对"},
		"row beyond the format": {row(`<row r="1048577"/>`), "", "超出表格的范围"},
		"negative row":          {row(`<row r="-1"/>`), "", "次序不对"},
		"row zero":              {row(`<row r="0"/>`), "", "次序不对"},
		"row twice":             {row(`<row r="2"/><row r="2"/>`), "", "重复"},
		"rows backwards":        {row(`<row r="5"/><row r="4"/>`), "", "次序不对"},
		"row of letters":        {row(`<row r="x"/>`), "", "位置不对"},
		"endless rows":          {row(strings.Repeat("<row/>", MaxRow+1)), "", "超出表格的范围"},
		"huge column":           {row(`<row><c r="ZZZZZZ1"/></row>`), "", "位置不对"},
		"column beyond":         {row(`<row><c r="XFE1"/></row>`), "", "超出表格的范围"},
		"column twice":          {row(`<row><c r="A1"/><c r="A1"/></row>`), "", "重复"},
		"column of nothing":     {row(`<row><c r="1"/><c r="0"/></row>`), "", "次序不对"},
		"endless cells":         {row("<row>" + strings.Repeat("<c/>", MaxColumn+1) + "</row>"), "", "单元格太多"},
		"too many cells":        {row(strings.Repeat("<row><c/><c/><c/></row>", 4000)), "", "单元格太多"},
		"long text":             {text(megabyte + "xxxx"), "", "超过 1 MB"},
		"long text in pieces":   {text(strings.Repeat(megabyte[:(1<<18)/3*3]+"<!-- -->", 5)), "", "超过 1 MB"},
		"long attribute":        {row(`<row x="` + megabyte + megabyte + `"/>`), "", "超过 1 MB"},
		"deep":                  {row(strings.Repeat("<a>", 1000)), "", "嵌套过深"},
		"laughs":                {`<!DOCTYPE x [<!ENTITY a "ha">]>` + text("&a;"), "", "DTD"},
		"cut":                   {`<worksheet><sheetData><row r="1">`, "", "不完整"},
		"mismatched":            {row(`<row><c></row></c>`), "", "不成对"},
		"closed too often":      {`<worksheet></worksheet></worksheet>`, "", ""},
		"shared string missing": {row(`<row><c t="s"><v>1</v></c></row>`), "<si/>", "共享字符串"},
		"shared string below":   {row(`<row><c t="s"><v>-1</v></c></row>`), "<si/>", "共享字符串"},
		"shared strings":        {row(""), strings.Repeat("<si><t>"+strings.Repeat("x", 1<<19)+"</t></si>", 9), "压缩炸弹"},
		"one string often":      {row(strings.Repeat(`<row><c t="s"><v>0</v></c></row>`, 100)), "<si><t>" + strings.Repeat("x", 1<<19) + "</t></si>", "压缩炸弹"},
		"unpacked":              {row(strings.Repeat("<x/>", 5<<20)), "", "压缩炸弹"},
		"merged beyond":         {`<worksheet><sheetData/><mergeCell ref="A1:XFE9"/></worksheet>`, "", "合并单元格"},
		"merged often":          {`<worksheet><sheetData/>` + strings.Repeat(`<mergeCell ref="A1:B9"/>`, 101) + `</worksheet>`, "", "合并单元格"},
	} {
		got, err := dump(t.Context(), bookOf(t, tt.sheet, tt.shared), small)
		var f *Fault
		if tt.want != "" && (!errors.As(err, &f) || !strings.Contains(f.Problem, tt.want) || f.Remedy == "") {
			t.Errorf("%s: %.100q %v, want %s", name, got, err, tt.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := dump(ctx, bookOf(t, row(""), ""), small); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	part, err := w.Create("_rels/.rels")
	if err == nil {
		_, err = io.WriteString(part, `<Relationships><Relationship Id="1" Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>`)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := dump(t.Context(), b.Bytes(), small); err == nil || !strings.Contains(err.Error(), "另存为 xlsx") {
		t.Errorf("a binary workbook: %v", err)
	}
	b.Reset()
	w = zip.NewWriter(&b)
	for range 2 {
		if _, err := w.Create("xl/workbook.xml"); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := dump(t.Context(), b.Bytes(), small); err == nil || !strings.Contains(err.Error(), "同名") {
		t.Errorf("two parts of a name: %v", err)
	}
}

func FuzzBook(f *testing.F) {
	f.Add(`<worksheet><sheetData><row r="2"><c r="B2" t="s"><v>0</v></c><c t="inlineStr"><is><t>&amp;</t></is></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>`, `<si><t>x</t></si>`)
	f.Add(`<row r="9000000000000000000"/>`, `<si><r><t>a</t></r><rPh/></si>`)
	f.Fuzz(func(t *testing.T, sheet, shared string) {
		if _, err := dump(t.Context(), bookOf(t, sheet, shared), small); err != nil {
			var fault *Fault
			if !errors.As(err, &fault) {
				t.Fatal(err)
			}
		}
	})
}

func FuzzArchive(f *testing.F) {
	f.Add(bookOf(f, "<worksheet/>", ""))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = dump(t.Context(), data, small)
	})
}

func TestFormatShows(t *testing.T) {
	number, date, percent := shown{}, shown{date: true}, shown{percent: true}
	for code, want := range map[string]shown{
		"0%": percent, `0.0%;[Red]-0.0%`: percent, `yyyy"年"m"月"`: date, `0"%"`: number, "0.00": number, "[$-804]d": date,
		"General": number, "@": number, "0_ ": number, "#,##0_ ": number, `0"星"`: number, `General"分"`: number, `0_);[Red]\(0\)`: number,
		`0\d`: number, "0_d": number, "0000": number, "00000": {digits: 5}, "000000000000": {digits: 12}, strings.Repeat("0", 300): number,
	} {
		if got := formatShows(code); got != want {
			t.Errorf("%s: %v", code, got)
		}
	}
	for id, want := range map[int]shown{0: number, 1: number, 9: percent, 10: percent, 14: date, 49: number} {
		if got := builtInShows(id); got != want {
			t.Errorf("%d: %v", id, got)
		}
	}
}
