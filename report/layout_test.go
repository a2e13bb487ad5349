package report

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestTextIsIndented: Excel sets text against the border of its cell unless it
// is told not to.
func TestTextIsIndented(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sheet.xlsx")
	if err := sheet(t).Document().WriteXLSX(path); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	for cell, want := range map[string]int{"B5": 1, "G5": 1, "A5": 0, "E5": 0, "A3": 0} { // words; numbers; outside the table
		id, err := book.GetCellStyle("报送表", cell)
		if err != nil {
			t.Fatal(err)
		}
		style, err := book.GetStyle(id)
		if err != nil || style.Alignment.Indent != want {
			t.Errorf("%s: %+v, %v; want %d", cell, style.Alignment, err, want)
		}
	}
}

// TestCaptionsNameNoFormat: who reads a printed report has no JSON.
func TestCaptionsNameNoFormat(t *testing.T) {
	if got := omitted(mostRows + 1); got == "" || strings.Contains(got, "JSON") {
		t.Error(got)
	}
}

// TestDatesFit: a date stays on its line where the form's font is missing and
// its digits are as wide as those of the widest font that is put in its place,
// and where LibreOffice leaves a little between them and characters.
func TestDatesFit(t *testing.T) {
	const digit = 0.64 // of the size: DejaVu Sans
	date := regexp.MustCompile(`^\d{4}年\d+月\d+日至?$|^\d{4}-\d\d-\d\d$`)
	lines := regexp.MustCompile(`[^\n]+`)
	for _, p := range []Profile{Wide, Strict} {
		sheet := sheet(t)
		sheet.Period, sheet.Profile = period(t, "2026-11"), p
		for _, d := range []*Document{sheet.Document(), annual().Document(), urgent().Document()} {
			seen := 0
			for _, block := range d.Sections[0].Blocks {
				table, ok := block.(Table)
				if !ok {
					continue
				}
				for row := range table.Rows {
					cells, size, _ := table.fit(row)
					for i, v := range cells {
						s, _ := v.(string)
						for _, line := range lines.FindAllString(s, -1) {
							if !date.MatchString(line) {
								continue
							}
							seen++
							width := 0.0
							last := line[0] < 0x80
							for _, r := range line {
								latin := r < 0x80
								if width += size; latin {
									width -= (1 - digit) * size
								}
								if latin != last {
									width += size / 4
								}
								last = latin
							}
							if room := mm(table.Columns[i].MM - 2); width > room {
								t.Errorf("%s: %s needs %.0f pt of %.0f", d.Title, line, width, room)
							}
						}
					}
				}
			}
			if seen == 0 && d.Title != urgent().Document().Title {
				t.Errorf("%s: no date", d.Title)
			}
		}
	}
}
