package report

import (
	"archive/zip"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/flate"
	"github.com/xuri/excelize/v2"
)

// WriteXLSX writes the document, a worksheet for every section. Cells hold
// strings and numbers, never formulas, whatever a shop calls itself.
func (d *Document) WriteXLSX(path string) error {
	return WriteFile(path, func(w io.Writer) error {
		book := excelize.NewFile().SetZipWriter(newZip)
		defer book.Close()
		b := &workbook{File: book, styles: map[style]int{}}
		for i, section := range d.Sections {
			if i == 0 {
				b.try(book.SetSheetName("Sheet1", section.Name))
			} else if _, err := book.NewSheet(section.Name); err != nil {
				return err
			}
			b.section(&section)
		}
		b.try(
			book.SetDocProps(
				&excelize.DocProperties{
					Title:    d.Title,
					Subject:  d.Subject,
					Creator:  "chaping " + d.Program,
					Language: "zh-CN",
				},
			),
		)
		if b.err != nil {
			return b.err
		}
		return inOrder(w, filepath.Dir(path), func(w io.Writer) error { return book.Write(w) })
	})
}

// inOrder writes a zip file with its parts in the order of their names: the library
// writes worksheets in no order, and the same document is the same bytes.
func inOrder(w io.Writer, dir string, write func(io.Writer) error) (err error) {
	parts, err := os.CreateTemp(dir, ".xlsx.*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, parts.Close(), os.Remove(parts.Name())) }()
	if err := write(parts); err != nil {
		return err
	}
	size, err := parts.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	zr, err := zip.NewReader(parts, size)
	if err != nil {
		return err
	}
	slices.SortFunc(zr.File, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	zw := zip.NewWriter(w)
	for _, part := range zr.File {
		if err := zw.Copy(part); err != nil {
			return err
		}
	}
	return zw.Close()
}

// newZip compresses about as well as the library's own writer, which takes half of
// the time that a long sheet needs, in less than half of that.
func newZip(w io.Writer) excelize.ZipWriter {
	zw := zip.NewWriter(w)
	zw.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.DefaultCompression)
	})
	return zw
}

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
	font   Font
	size   float64
	align  Align
	wrap   bool
	border bool
}

func (b *workbook) style(s style) int {
	if id, ok := b.styles[s]; ok {
		return id
	}
	x := &excelize.Style{
		Font:      &excelize.Font{Family: s.font.name(), Size: s.size, Color: "000000"},
		Alignment: &excelize.Alignment{Horizontal: s.align.String(), Vertical: "center", WrapText: s.wrap},
	}
	if s.border && s.align == Left {
		x.Alignment.Indent = 1
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

// worksheet is written from top to bottom and never held in memory. Its
// columns lie between edges, the edges of all columns of the section's tables.
type worksheet struct {
	*workbook
	name  string
	out   *excelize.StreamWriter
	line  int       // last row written
	edges []float64 // mm from the left, the first is 0
}

func (b *workbook) section(section *Section) {
	if b.err != nil {
		return
	}
	s := &worksheet{workbook: b, name: section.Name, edges: gridEdges(section)}
	if s.begin(section.Page); s.err != nil {
		return
	}
	headed := 0
	for _, block := range section.Blocks {
		switch block := block.(type) {
		case Line:
			s.across(block.Pitch, block.Text, style{font: block.Font, size: block.Size, align: block.Align, wrap: true})
		case Ends:
			s.ends(block)
		case Table:
			headed += s.table(&block)
		}
	}
	s.page(section.Page)
	if s.err == nil {
		s.try(s.out.Flush())
	}
}

// gridEdges are the edges of all tables' columns.
func gridEdges(section *Section) []float64 {
	edges := []float64{0}
	for _, block := range section.Blocks {
		if t, ok := block.(Table); ok {
			edges = append(edges, t.edges()...)
		}
	}
	if len(edges) == 1 {
		edges = append(edges, section.Page.text()/2, section.Page.text())
	}
	slices.Sort(edges)
	return slices.CompactFunc(edges, func(a, b float64) bool { return math.Abs(a-b) < 0.5 })
}

// edges are the right edges of the columns.
func (t *Table) edges() []float64 {
	var edges []float64
	x := 0.0
	for _, c := range t.Columns {
		x += c.MM
		edges = append(edges, x)
	}
	return edges
}

// column is the 1-based number of the grid's column that begins at x.
func (s *worksheet) column(x float64) int {
	i := slices.IndexFunc(s.edges, func(e float64) bool { return math.Abs(e-x) < 0.5 })
	return i + 1
}

// begin sets the page and the columns; a stream wants them before its rows.
func (s *worksheet) begin(page Page) {
	orientation, a4, one, zero, fit := "portrait", 9, 1, 0, true
	if page.Landscape {
		orientation = "landscape"
	}
	s.try(
		s.SetPageLayout(
			s.name,
			&excelize.PageLayoutOptions{Orientation: &orientation, Size: &a4, FitToWidth: &one, FitToHeight: &zero},
		),
	)
	s.try(s.SetSheetProps(s.name, &excelize.SheetPropsOptions{FitToPage: &fit}))
	out, err := s.NewStreamWriter(s.name)
	s.try(err)
	if s.err != nil {
		return
	}
	s.out = out
	for i := range s.edges[1:] {
		// A column's width counts digits of the default font, 7 pixels each
		// at 96 dpi, plus 5 pixels of padding.
		s.try(out.SetColWidth(i+1, i+1, ((s.edges[i+1]-s.edges[i])*96/25.4-5)/7))
	}
}

// page sets margins and the page number of GB/T 9704: "— 1 —", right on odd
// pages and left on even ones.
func (s *worksheet) page(p Page) {
	in := func(v float64) *float64 { v /= 25.4; return &v }
	centred := true
	s.try(
		s.SetPageMargins(
			s.name,
			&excelize.PageLayoutMarginsOptions{
				Top:          in(p.Top),
				Bottom:       in(p.Bottom),
				Left:         in(p.Left),
				Right:        in(p.Right),
				Header:       in(10),
				Footer:       in(max(p.Bottom-7-5, 8)),
				Horizontally: &centred,
			},
		),
	)
	s.try(s.SetHeaderFooter(s.name, &excelize.HeaderFooterOptions{DifferentOddEven: true,
		OddFooter: `&R&"` + Song.name() + `"&14— &P —`, EvenFooter: `&L&"` + Song.name() + `"&14— &P —`}))
}

func (s *worksheet) row(height float64, cells []any) {
	if s.err != nil {
		return
	}
	s.line++
	s.try(s.out.SetRow(s.at(1), cells, excelize.RowOpts{Height: min(height, 409)})) // Excel knows no taller row
}

// across writes one text across the sheet, as high as it needs.
func (s *worksheet) across(pitch float64, text string, st style) {
	text = clean(text)
	width := s.edges[len(s.edges)-1]
	lines := max(1, math.Ceil((textHeight(text, width, st.size)-4)/(st.size*leading)))
	s.row(lines*pitch, []any{excelize.Cell{StyleID: s.style(st), Value: text}})
	s.merge(1, len(s.edges)-1)
}

// ends writes a text at either end. The second begins at the edge nearest to
// a little right of the middle.
func (s *worksheet) ends(e Ends) {
	width := s.edges[len(s.edges)-1]
	inner := s.edges[1 : len(s.edges)-1]
	if len(inner) == 0 {
		s.across(24, e.Left+"　　"+e.Right, style{font: Fang, size: 14})
		return
	}
	split := s.column(slices.MinFunc(inner, func(a, b float64) int {
		return cmp.Compare(math.Abs(a-0.55*width), math.Abs(b-0.55*width))
	}))
	cells := make([]any, len(s.edges)-1)
	cells[0] = excelize.Cell{StyleID: s.style(style{font: Fang, size: 14, wrap: true}), Value: clean(e.Left)}
	cells[split-1] = excelize.Cell{
		StyleID: s.style(style{font: Fang, size: 14, align: Right, wrap: true}),
		Value:   clean(e.Right),
	}
	s.row(24*max(1, math.Ceil((textHeight(clean(e.Left), s.edges[split-1], 14)-4)/(14*leading))), cells)
	s.merge(1, split-1)
	s.merge(split, len(s.edges)-1)
}

// table writes a table and returns 1 if it has a head. The head of the first
// such table is repeated on every page.
func (s *worksheet) table(t *Table) int {
	headed := 0
	l := s.layout(t)
	if !t.Headless {
		headed = 1
		s.cells(l, heads(t.Columns), mm(12), s.tableStyles(t, func(Column) style {
			return style{font: Hei, size: t.HeadSize, align: Center}
		}))
		if s.err == nil && !slices.ContainsFunc(s.GetDefinedName(), func(n excelize.DefinedName) bool {
			return n.Name == "_xlnm.Print_Titles" && n.Scope == s.name
		}) {
			s.try(
				s.SetDefinedName(
					&excelize.DefinedName{
						Name:     "_xlnm.Print_Titles",
						RefersTo: fmt.Sprintf("'%s'!$%d:$%d", s.name, s.line, s.line),
						Scope:    s.name,
					},
				),
			)
		}
	}
	styles := map[float64][]int{} // by size: there are hundreds of thousands of rows, and few sizes
	for row := range t.Rows {
		cells, size, height := t.fit(row)
		for i, c := range t.Columns {
			if text, ok := cells[i].(string); ok && c.Align == Left {
				height = max(height, textHeight(text, c.MM-indentMM, size))
			}
		}
		if styles[size] == nil {
			styles[size] = s.tableStyles(t, func(c Column) style {
				return style{font: c.Font, size: size, align: c.Align}
			})
		}
		s.cells(l, cells, height, styles[size])
		if s.err != nil {
			return headed
		}
	}
	return headed
}

// tableStyles are the styles of a table's columns.
func (s *worksheet) tableStyles(t *Table, of func(Column) style) []int {
	ids := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		st := of(c)
		st.wrap, st.border = true, true
		ids[i] = s.style(st)
	}
	return ids
}

// A tableLayout says where a table's columns lie in the grid. Its cells are
// written anew by every row.
type tableLayout struct {
	from, to []int // of each column, both included
	cells    []excelize.Cell
	row      []any // pointers to cells
}

func (s *worksheet) layout(t *Table) *tableLayout {
	l := &tableLayout{}
	x := 0.0
	for _, c := range t.Columns {
		l.from = append(l.from, s.column(x))
		x += c.MM
		l.to = append(l.to, s.column(x)-1)
	}
	l.cells = make([]excelize.Cell, l.to[len(l.to)-1])
	for i := range l.cells {
		l.row = append(l.row, &l.cells[i])
	}
	return l
}

// cells writes one row of a table, merging where its columns are wider than
// the sheet's.
func (s *worksheet) cells(l *tableLayout, values []any, height float64, styles []int) {
	for i, from := range l.from {
		for j := from; j <= l.to[i]; j++ {
			l.cells[j-1] = excelize.Cell{StyleID: styles[i]}
		}
		l.cells[from-1].Value = values[i]
	}
	s.row(height, l.row)
	for i, from := range l.from {
		s.merge(from, l.to[i])
	}
}

// indentMM is about what one step of indentation takes from a cell's width;
// without it Excel sets text against the border.
const indentMM = 2

func (s *worksheet) merge(from, to int) {
	if s.err == nil && to > from {
		s.try(s.out.MergeCell(s.at(from), s.at(to)))
	}
}

// at names the cell of a column in the last written row.
func (s *worksheet) at(col int) string {
	name, err := excelize.CoordinatesToCellName(col, s.line)
	s.try(err)
	return name
}
