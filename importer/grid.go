package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"chaping"
	"chaping/ingest/foreign"
)

const (
	maxUnzipped = 1 << 30   // bytes of a whole workbook
	maxShared   = 256 << 20 // bytes of a workbook's shared strings, which are held in memory
	maxCells    = 50 << 20  // of a workbook: forty columns of as many rows as a sheet can have
	maxJoined   = 1 << 18   // merged cells of a worksheet
	maxOldCells = 8 << 20   // cells of a file of Excel 97 to 2003
	spareCells  = 64        // that a row may have beyond the names of the columns: another table may follow
)

// A grid reads rows of cells, of one table after another. Errors end the file.
type grid interface {
	// table goes on to the next table, io.EOF after the last one. What has
	// not been read of the one before is passed over.
	table() (name string, err error)
	// next is the next row of the table, io.EOF after its last one.
	next() (gridRow, error)
	// setWidth tells how many columns the table's header has.
	setWidth(int)
	io.Closer
}

// A gridRow is a row of a table, as the file has it.
type gridRow struct {
	line       int // in its table, from 1
	cells      []string
	title      bool                // it stands above names of columns and is none of the table's
	hidden     bool                // it is not shown
	uncomputed int                 // cells with formulas without a result
	side       int                 // which of the tables that stand side by side it is of
	joined     []int               // columns whose cell is the one above, merged with it
	damaged    bool                // bytes had to be replaced
	fault      *chaping.InputError // it cannot be read
	note       *chaping.InputError // it was read in a way that a person should know of
}

// workbook reads the worksheets of an Excel file.
type workbook struct {
	file     string
	names    []string
	hidden   []bool // of each worksheet
	from1904 bool   // days are counted from 1904
	sheet    func(i int) (sheetRows, []foreign.Area, error)

	at    int
	rows  sheetRows
	width int
	// joined are the merged cells that span rows; those that are open fill
	// the rows below their first.
	joined []foreign.Area
	open   []filler
}

// sheetRows are the rows of a worksheet.
type sheetRows struct {
	next  func() (foreign.SheetRow, error)
	close func() error
}

// A filler is a merged cell with what it holds.
type filler struct {
	area foreign.Area
	text string
}

func openWorkbook(ctx context.Context, file string, r io.ReaderAt, size int64) (*workbook, error) {
	w := &workbook{file: file, at: -1}
	book, err := foreign.OpenBook(ctx, r, size, foreign.BookLimits{Bytes: maxUnzipped, Shared: maxShared,
		Cells: maxCells})
	if err != nil {
		return nil, w.fault(err)
	}
	w.names, w.hidden, w.from1904 = book.Sheets(), book.Hidden(), book.From1904()
	w.sheet = func(i int) (sheetRows, []foreign.Area, error) {
		joined, err := book.Joined(i, maxJoined)
		if err != nil {
			return sheetRows{}, nil, err
		}
		rows, err := book.Rows(i)
		if err != nil {
			return sheetRows{}, nil, err
		}
		return sheetRows{next: rows.Next, close: rows.Close}, joined, nil
	}
	if len(w.names) == 0 {
		return nil, w.fault(&foreign.Fault{Problem: "没有工作表", Remedy: "用 Excel 或 WPS 打开后重新保存"})
	}
	return w, nil
}

// openOldWorkbook opens a file of Excel 97 to 2003.
func openOldWorkbook(file string, r io.ReaderAt) (*workbook, error) {
	w := &workbook{file: file, at: -1}
	book, err := foreign.OpenOldBook(r, maxOldCells)
	if err != nil {
		return nil, w.fault(err)
	}
	w.names, w.hidden, w.from1904 = book.Sheets(), book.Hidden(), book.From1904()
	w.sheet = func(i int) (sheetRows, []foreign.Area, error) {
		rows, joined, err := book.Rows(i)
		next := func() (row foreign.SheetRow, err error) {
			if len(rows) == 0 {
				return row, io.EOF
			}
			row, rows = rows[0], rows[1:]
			return row, nil
		}
		return sheetRows{next: next, close: func() error { return nil }}, joined, err
	}
	return w, nil
}

func (w *workbook) fault(err error) error {
	var f *foreign.Fault
	if errors.As(err, &f) {
		return &chaping.InputError{File: w.file, Line: f.Row, Problem: f.Problem, Remedy: f.Remedy}
	}
	return err
}

func (w *workbook) Close() error {
	if w.rows.close == nil {
		return nil
	}
	return w.rows.close()
}

func (w *workbook) setWidth(n int) { w.width = n }

func (w *workbook) table() (name string, err error) {
	if w.at+1 >= len(w.names) {
		return "", io.EOF
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	w.at++
	w.width, w.open = 0, nil
	if w.rows, w.joined, err = w.sheet(w.at); err != nil {
		return "", w.fault(err)
	}
	slices.SortFunc(w.joined, func(a, b foreign.Area) int { return a.Top - b.Top })
	return w.names[w.at], nil
}

func (w *workbook) next() (gridRow, error) {
	row, err := w.rows.next()
	if err != nil {
		return gridRow{}, w.fault(err)
	}
	out := gridRow{line: row.Number, hidden: row.Hidden, uncomputed: row.Uncomputed}
	if n := len(row.Cells); n > 0 {
		width := row.Cells[n-1].Column + 1
		if w.width > 0 {
			width = min(width, w.width+spareCells) // what is wider than the head is refused whatever its width
		}
		out.cells = make([]string, width)
		for _, c := range row.Cells {
			out.cells[min(c.Column, width-1)] = cellText(c)
		}
	}
	out.cells = unprotected(out.cells)
	w.fill(&out)
	return out, nil
}

// fill puts what merged cells hold into the rows below their first.
func (w *workbook) fill(row *gridRow) {
	for _, f := range w.open {
		if row.line > f.area.Bottom || f.area.Left >= max(len(row.cells), w.width) && w.width > 0 {
			continue
		}
		for len(row.cells) <= f.area.Left {
			row.cells = append(row.cells, "")
		}
		if row.cells[f.area.Left] == "" {
			row.cells[f.area.Left] = f.text
			row.joined = append(row.joined, f.area.Left)
		}
	}
	w.open = slices.DeleteFunc(w.open, func(f filler) bool { return row.line >= f.area.Bottom })
	for len(w.joined) > 0 && w.joined[0].Top <= row.line {
		area := w.joined[0]
		w.joined = w.joined[1:]
		if area.Top == row.line && area.Left < len(row.cells) && row.cells[area.Left] != "" {
			w.open = append(w.open, filler{area, row.cells[area.Left]})
		}
	}
}

// cellText is what a cell shows, as far as it matters: dates as dates, percent as
// such, whole numbers without a fraction.
func cellText(c foreign.Cell) string {
	if !c.Number {
		return c.Text
	}
	if day, ok := c.Time(); ok {
		if day.Hour() == 0 && day.Minute() == 0 && day.Second() == 0 {
			return day.Format(time.DateOnly)
		}
		return day.Format(time.DateTime)
	}
	if v, err := strconv.ParseFloat(c.Text, 64); err == nil && c.Percent {
		return strconv.FormatFloat(math.Round(v*1e6)/1e4, 'f', -1, 64) + "%"
	}
	if c.Digits > len(c.Text) && strings.Trim(c.Text, "0123456789") == "" {
		return strings.Repeat("0", c.Digits-len(c.Text)) + c.Text
	}
	return numberText(c.Text)
}

// numberText writes a number as a person would have: files have 4.2000000000000002
// for 4.2, and 1.23E+4 for 12300. Exponents that may hide lost digits stay.
func numberText(s string) string {
	if len(s) < 16 && !strings.ContainsAny(s, "eE") {
		return s
	}
	if !strings.ContainsAny(s, ".eE") {
		return s // all its digits are there
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	if v >= 1e15 || v <= -1e15 {
		return strconv.FormatFloat(v, 'E', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// cellsGrid is a grid of tables that are read through a function: HTML, old
// workbooks.
type cellsGrid struct {
	tableNext func() (string, error)
	rowNext   func() (gridRow, error)
	close     func() error
}

func (g *cellsGrid) table() (string, error) { return g.tableNext() }
func (g *cellsGrid) next() (gridRow, error) { return g.rowNext() }
func (g *cellsGrid) setWidth(int)           {}
func (g *cellsGrid) Close() error           { return g.close() }

// damagedError is a warning: the row is kept.
func damagedError(file string, line int) *chaping.InputError {
	return &chaping.InputError{File: file, Line: line, Value: "\uFFFD", Problem: "有字节不合字符集，已用“\uFFFD”代替，该行保留",
		Remedy: "核对导出时的字符集，导入时指明它"}
}

// label names a table of a file in messages.
func label(file, table string) string {
	if table == "" {
		return file
	}
	return fmt.Sprintf("%s［%s］", file, table)
}
