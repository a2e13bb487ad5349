package importer

import (
	"errors"
	"fmt"
	"html"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"chaping"
)

// What spreadsheets write in place of texts is none of the texts.
func TestCellsOfSpreadsheets(t *testing.T) {
	header := []any{"商品名称", "评论内容", "评分", "评论时间"}
	data := book(t, func(f *excelize.File) {
		putRows(f, "Sheet1", 1, header, []any{"挂烫机", "#NAME?", 1, "2026-11-03"}, []any{"挂烫机", "喷水_x000D_\n烫手", 2, "2026-11-04"}, []any{"挂烫机", "型号_x005F_x0041_", 5, "2026-11-05"})
		_, _ = f.NewSheet("旧表")
		putRows(f, "旧表", 1, header, []any{"挂烫机", "很好", 5, "2026-11-02"})
		_ = f.SetSheetVisible("旧表", false)
	})
	got, sum, _ := texts(t, "a.xlsx", data, Options{})
	if !slices.Equal(got, []string{"", "喷水\n烫手", "型号_x0041_", "很好"}) || sum.Noted != 1 {
		t.Errorf("%q %+v", got, sum)
	}
	if len(sum.Tables) != 2 || sum.Tables[0].Hidden || !sum.Tables[1].Hidden {
		t.Errorf("%+v", sum.Tables)
	}
}

// libreOffice is a workbook as LibreOffice saves it: every cell has a style, and
// "General" is a format like any other. The whole numbers have this format.
func libreOffice(t *testing.T, format string, rows ...[]any) string {
	t.Helper()
	var sheet, shared strings.Builder
	count := 0
	for i, row := range rows {
		fmt.Fprintf(&sheet, `<row r="%d" customFormat="false" ht="15" hidden="false" customHeight="false" outlineLevel="0" collapsed="false">`, i+1)
		for j, v := range row {
			if text, ok := v.(string); ok {
				fmt.Fprintf(&sheet, `<c r="%c%d" s="0" t="s"><v>%d</v></c>`, 'A'+j, i+1, count)
				fmt.Fprintf(&shared, `<si><t xml:space="preserve">%s</t></si>`, text)
				count++
				continue
			}
			fmt.Fprintf(&sheet, `<c r="%c%d" s="1" t="n"><v>%v</v></c>`, 'A'+j, i+1, v)
		}
		sheet.WriteString("</row>")
	}
	const begin = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	return string(zipOf(t, [][2]string{
		{"_rels/.rels", begin + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + office + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", begin + `<workbook xmlns:r="` + office + `"><workbookPr backupFile="false" date1904="false"/><sheets><sheet name="评价" sheetId="1" state="visible" r:id="rId3"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", begin + `<Relationships><Relationship Id="rId2" Type="` + office + `/styles" Target="styles.xml"/><Relationship Id="rId3" Type="` + office + `/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId4" Type="` + office + `/sharedStrings" Target="sharedStrings.xml"/></Relationships>`},
		{"xl/styles.xml", begin + `<styleSheet><numFmts count="2"><numFmt numFmtId="164" formatCode="General"/><numFmt numFmtId="165" formatCode="` + html.EscapeString(format) + `"/></numFmts><cellStyleXfs count="1"><xf numFmtId="164"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="164" fontId="0" applyAlignment="false"><alignment horizontal="general"/></xf><xf numFmtId="165" borderId="1" applyBorder="true"><alignment horizontal="center"/></xf></cellXfs></styleSheet>`},
		{"xl/worksheets/sheet1.xml", begin + `<worksheet><dimension ref="A1"/><sheetData>` + sheet.String() + `</sheetData></worksheet>`},
		{"xl/sharedStrings.xml", begin + `<sst>` + shared.String() + `</sst>`},
	}))
}

// A number is what the file has, however its cell is drawn: only formats of
// zeros, of dates and of percent say something about it.
func TestStyledNumbers(t *testing.T) {
	for format, id := range map[string]string{
		"General": "100012345", "@": "100012345", "0": "100012345", "0_ ": "100012345", "#,##0_ ": "100012345", "0.00": "100012345",
		`0"号"`: "100012345", `General"分"`: "100012345", `0_);[Red]\(0\)`: "100012345", "[Red]0": "100012345", "0.00E+00": "100012345",
		`_-* #,##0_-;\-* #,##0_-`: "100012345", "00000": "100012345", "000000000000": "000100012345", strings.Repeat("0", 300): "100012345",
	} {
		data := libreOffice(t, format,
			[]any{"商品编号", "商品名称", "商品价格", "评价星级", "评论时间", "评论内容"},
			[]any{100012345, "电暖器", 89, 3, "2026-11-03 09:10:00", "外壳有一点烫"},
			[]any{100012345, "电暖器", 89, 1, "2026-11-04 09:10:00", "插头冒火花了"},
			[]any{100012345, "电暖器", 89, 5, "2026-11-05 09:10:00", "用着挺好的"})
		_, sum, sink := texts(t, "a.xlsx", data, Options{})
		filled := len(format) < 13 && strings.HasPrefix(format, "00000") // so are the ratings then
		if g := sum.Grades; !filled && (g["negative"] != 1 || g["neutral"] != 1 || g["positive"] != 1) {
			t.Errorf("%s: %+v", format, g)
		}
		for _, r := range sink.reviews {
			if r.Product != id {
				t.Errorf("%s: %s", format, r.Product)
			}
		}
		if l := sink.listings; len(l) == 0 || l[0].Product.Price != (chaping.Price{Low: 8900, High: 8900}) {
			t.Errorf("%s: %+v", format, sink.listings)
		}
	}
}

// Python's way of writing records is refused with what helps.
func TestPythonRecords(t *testing.T) {
	for _, data := range []string{
		"{'product': '挂烫机', 'content': '漏电, 很危险', 'date': '2026-11-03'}\n{'product': '挂烫机', 'content': '好', 'date': '2026-11-03'}\n",
		"[{'product': '挂烫机', 'content': '漏电', 'date': '2026-11-03'}]",
	} {
		_, err := Import(t.Context(), writeFile(t, "a.txt", data), Options{Now: now})
		var input *chaping.InputError
		if !errors.As(err, &input) || !strings.Contains(input.Problem, "Python") {
			t.Errorf("%v", err)
		}
	}
}

// Who has written a review stands in no text, however the member is called.
func TestNamesOfBuyers(t *testing.T) {
	const data = `[{"name":"张小明13","itemId":"7711","content":"漏电","score":1,"time":"2026-11-03"},{"name":"李大红","itemId":"7711","content":"好","score":5,"time":"2026-11-04"}]`
	for name, data := range map[string]string{"with a product": data, "without": strings.ReplaceAll(data, `"itemId":"7711",`, "")} {
		got, sum, sink := texts(t, "a.json", data, Options{Facts: Facts{Product: "挂烫机"}})
		if !slices.Equal(got, []string{"漏电", "好"}) {
			t.Errorf("%s: %q %+v", name, got, sum)
		}
		for _, l := range sink.listings {
			if strings.Contains(l.Product.Name, "张") {
				t.Errorf("%s: %+v", name, l)
			}
		}
	}
}
