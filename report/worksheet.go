package report

import (
	"fmt"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// workbook collects the first error, so that laying out a sheet reads as a
// list of its parts.
type workbook struct {
	*excelize.File
	styles map[style]int
	err    error
}

func (b *workbook) try(err error) {
	if b.err == nil {
		b.err = err
	}
}

// style is what varies between the cells of the forms.
type style struct {
	font   string
	size   float64
	align  string
	wrap   bool
	border bool
}

func (b *workbook) style(s style) int {
	if id, ok := b.styles[s]; ok {
		return id
	}
	x := &excelize.Style{
		Font:      &excelize.Font{Family: s.font, Size: s.size, Color: "000000"},
		Alignment: &excelize.Alignment{Horizontal: s.align, Vertical: "center", WrapText: s.wrap},
	}
	if s.border {
		for _, side := range []string{"left", "right", "top", "bottom"} {
			x.Border = append(x.Border, excelize.Border{Type: side, Color: "000000", Style: 1})
		}
	}
	id, err := b.NewStyle(x)
	b.try(err)
	b.styles[s] = id
	return id
}

// worksheet is written from top to bottom and never held in memory.
type worksheet struct {
	*workbook
	name  string
	out   *excelize.StreamWriter
	line  int // last row written
	width int // columns
}

func (b *workbook) sheet(name string, write func(*worksheet)) {
	if b.err != nil {
		return
	}
	s := &worksheet{workbook: b, name: name}
	write(s)
	if b.err == nil {
		b.try(s.out.Flush())
	}
}

// begin sets the page and the columns; a stream wants them before its rows.
func (s *worksheet) begin(cols []column) {
	landscape, a4, one, zero, fit := "landscape", 9, 1, 0, true
	s.try(s.SetPageLayout(s.name, &excelize.PageLayoutOptions{Orientation: &landscape, Size: &a4, FitToWidth: &one, FitToHeight: &zero}))
	s.try(s.SetSheetProps(s.name, &excelize.SheetPropsOptions{FitToPage: &fit}))
	out, err := s.NewStreamWriter(s.name)
	s.try(err)
	if s.err != nil {
		return
	}
	s.out, s.width = out, len(cols)
	for i, c := range cols {
		// A column's width counts digits of the default font, 7 pixels each
		// at 96 dpi, plus 5 pixels of padding.
		s.try(out.SetColWidth(i+1, i+1, (c.mm*96/25.4-5)/7))
	}
}

// page sets margins in mm and the page number of GB/T 9704: "— 1 —", right on
// odd pages and left on even ones.
func (s *worksheet) page(top, bottom, left, right float64) {
	in := func(v float64) *float64 { v /= 25.4; return &v }
	centred := true
	s.try(s.SetPageMargins(s.name, &excelize.PageLayoutMarginsOptions{Top: in(top), Bottom: in(bottom), Left: in(left), Right: in(right),
		Header: in(10), Footer: in(max(bottom-7-5, 8)), Horizontally: &centred}))
	s.try(s.SetHeaderFooter(s.name, &excelize.HeaderFooterOptions{DifferentOddEven: true,
		OddFooter: `&R&"` + fontSong + `"&14— &P —`, EvenFooter: `&L&"` + fontSong + `"&14— &P —`}))
}

// printTitles repeats the last written row on every page.
func (s *worksheet) printTitles() {
	s.try(s.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("'%s'!$%d:$%d", s.name, s.line, s.line), Scope: s.name}))
}

func (s *worksheet) cells(height float64, cells []excelize.Cell) {
	if s.err != nil {
		return
	}
	s.line++
	values := make([]any, len(cells))
	for i, c := range cells {
		if text, ok := c.Value.(string); ok {
			c.Value = clean(text)
		}
		values[i] = c
	}
	s.try(s.out.SetRow(s.at(1), values, excelize.RowOpts{Height: height}))
}

// row writes values in one style.
func (s *worksheet) row(height float64, st style, values ...any) {
	cells := make([]excelize.Cell, len(values))
	for i, v := range values {
		cells[i] = excelize.Cell{StyleID: s.style(st), Value: v}
	}
	s.cells(height, cells)
}

// merged writes one text across the sheet.
func (s *worksheet) merged(st style, height float64, text string) {
	s.row(height, st, text)
	s.merge(1, s.width)
}

// fields writes a text at the left end of the table's width and one at its
// right end; the second begins after split columns.
func (s *worksheet) fields(left, right string, split int) {
	l, r := style{font: fontFang, size: 14, align: "left"}, style{font: fontFang, size: 14, align: "right"}
	cells := make([]excelize.Cell, s.width)
	cells[0] = excelize.Cell{StyleID: s.style(l), Value: left}
	cells[split] = excelize.Cell{StyleID: s.style(r), Value: right}
	s.cells(24, cells)
	s.merge(1, split)
	s.merge(split+1, s.width)
}

// pair writes a name across the first n columns and a text across the rest.
func (s *worksheet) pair(name, text style, left, right string, n int) {
	cells := make([]excelize.Cell, s.width)
	for i := range cells {
		cells[i].StyleID = s.style(name)
		if i >= n {
			cells[i].StyleID = s.style(text)
		}
	}
	cells[0].Value, cells[n].Value = left, right
	s.cells(max(mm(8), textHeight(right, 218, text.size), textHeight(left, 58, name.size)), cells)
	s.merge(1, n)
	s.merge(n+1, s.width)
}

func (s *worksheet) merge(from, to int) {
	if s.err == nil {
		s.try(s.out.MergeCell(s.at(from), s.at(to)))
	}
}

// at names the cell of a column in the last written row.
func (s *worksheet) at(col int) string {
	name, err := excelize.CoordinatesToCellName(col, s.line)
	s.try(err)
	return name
}

func formatInt(n int) string { return strconv.Itoa(n) }
