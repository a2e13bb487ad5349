package foreign

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The format's limits of a worksheet.
const (
	MaxRow    = 1 << 20
	MaxColumn = 1 << 14
)

const maxShared = 16 << 20 // shared strings

// A Book is an xlsx workbook that is read row by row. Excelize counts up to
// the row number that a file claims, and unpacks what a file claims to be
// small; this reader believes no number beyond the format's limits and spends
// no more than it was given.
type Book struct {
	archive  *Archive
	sheets   []sheetPart
	shared   string   // all shared strings, one after the other
	ends     []uint32 // of each of them
	shows    []shown  // by style, what its numbers are shown as
	cells    int      // that may still be read
	text     int64    // bytes of cells' text that may still be read
	from1904 bool     // whether days are counted from 1904
}

type sheetPart struct {
	name, part string
	hidden     bool
}

// BookLimits bound what is read of a workbook.
type BookLimits struct {
	Bytes  int64 // unpacked, and again of the text of cells, which may name a shared string often
	Shared int64 // bytes of shared strings, which are held in memory
	Cells  int
}

// OpenBook reads all of a workbook but its worksheets.
func OpenBook(ctx context.Context, r io.ReaderAt, size int64, l BookLimits) (*Book, error) {
	a, err := OpenArchive(ctx, r, size, l.Bytes)
	if err != nil {
		return nil, err
	}
	b := &Book{archive: a, cells: l.Cells, text: l.Bytes}
	root, err := a.Relations("")
	if err != nil {
		return nil, err
	}
	workbook := "xl/workbook.xml"
	for _, rel := range root {
		if rel.Type == "officeDocument" && !rel.External {
			workbook = resolve("", rel.Target)
		}
	}
	if path.Ext(workbook) == ".bin" { // [MS-XLSB]
		return nil, &Fault{Problem: "这是二进制工作簿（xlsb）", Remedy: "用 Excel 或 WPS 打开，另存为 xlsx"}
	}
	relations, err := a.Relations(workbook)
	if err != nil {
		return nil, err
	}
	parts := map[string]string{}
	for _, rel := range relations {
		target := resolve(path.Dir(workbook), rel.Target)
		switch {
		case rel.External:
		case rel.Type == "worksheet":
			parts[rel.ID] = target
		case rel.Type == "sharedStrings":
			err = b.readShared(target, l.Shared)
		case rel.Type == "styles":
			err = b.readStyles(target)
		}
		if err != nil {
			return nil, err
		}
	}
	err = a.Each(workbook, func(e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			from1904 := Attribute(e, "date1904")
			b.from1904 = from1904 == "1" || from1904 == "true"
		case "sheet":
			if part := parts[Attribute(e, "id")]; part != "" {
				b.sheets = append(b.sheets, sheetPart{name: Attribute(e, "name"), part: part,
					hidden: strings.HasSuffix(strings.ToLower(Attribute(e, "state")), "hidden")})
			}
		}
		return nil
	})
	return b, err
}

// resolve is a relation's target as the name of a part.
func resolve(dir, target string) string {
	if strings.HasPrefix(target, "/") {
		return target[1:]
	}
	return path.Join(dir, target)
}

// From1904 tells whether the workbook counts days from 1904.
func (b *Book) From1904() bool { return b.from1904 }

// Sheets are the names of the worksheets.
func (b *Book) Sheets() []string {
	var names []string
	for _, s := range b.sheets {
		names = append(names, s.name)
	}
	return names
}

// Hidden tells of each worksheet whether the workbook does not show it.
func (b *Book) Hidden() []bool {
	var hidden []bool
	for _, s := range b.sheets {
		hidden = append(hidden, s.hidden)
	}
	return hidden
}

func (b *Book) readShared(part string, bytes int64) error {
	x, err := b.archive.XML(part)
	if err != nil || x == nil {
		return err
	}
	defer x.Close()
	if b.ends != nil {
		return damaged("共享字符串有两份")
	}
	var all strings.Builder
	for {
		t, err := x.Next()
		if err == io.EOF {
			b.shared = all.String()
			return nil
		}
		if err != nil {
			return err
		}
		if start, ok := t.(xml.StartElement); !ok || start.Name.Local != "si" {
			continue
		}
		text, err := x.text(false)
		if err != nil {
			return err
		}
		all.WriteString(text)
		if b.ends = append(b.ends, uint32(all.Len())); int64(all.Len()) > bytes || len(b.ends) > maxShared {
			return tooLarge(bytes)
		}
	}
}

// text is the text of the element that has begun: what stands in its t, and
// not in rPh, which is how to pronounce it; all of it if plain.
func (x *XML) text(plain bool) (string, error) {
	var text strings.Builder
	begun, inText := x.depth(), plain
	for {
		t, err := x.Next()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			inText = t.Name.Local == "t"
			if t.Name.Local == "rPh" {
				if err := x.skip(); err != nil {
					return "", err
				}
			}
		case xml.EndElement:
			inText = plain
			if x.depth() < begun {
				return text.String(), nil
			}
		case xml.CharData:
			if inText {
				text.Write(t)
			}
		}
		if text.Len() > maxToken {
			return "", damaged(fmt.Sprintf("有单元格的文字超过 %d MB", maxToken>>20))
		}
	}
}

// skip reads to the end of the element that has begun.
func (x *XML) skip() error {
	for begun := x.depth(); x.depth() >= begun; {
		if _, err := x.Next(); err != nil {
			return err
		}
	}
	return nil
}

// shown is what a number format makes of a number.
type shown struct {
	date, percent bool
	digits        int // filled up with zeros in front to so many, 0 for as it is
}

// readStyles finds what the styles show numbers as.
func (b *Book) readStyles(part string) error {
	custom := map[string]shown{}
	inCells := false
	return b.archive.Each(part, func(e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			custom[Attribute(e, "numFmtId")] = formatShows(Attribute(e, "formatCode"))
		case "cellXfs", "cellStyles", "dxfs":
			inCells = e.Name.Local == "cellXfs"
		case "xf":
			if inCells {
				id := Attribute(e, "numFmtId")
				n, _ := strconv.Atoi(id)
				as, known := custom[id]
				if !known {
					as = builtInShows(n)
				}
				b.shows = append(b.shows, as)
			}
		}
		if len(custom)+len(b.shows) > 1<<17 {
			return damaged("样式太多")
		}
		return nil
	})
}

// formatShows tells whether a number format shows years or days, or percent,
// outside of quotes, brackets and characters that are shown as they are.
func formatShows(code string) (as shown) {
	if len(code) >= 5 && len(code) <= 40 && strings.Trim(code, "0") == "" {
		return shown{digits: len(code)}
	}
	quoted, closing, literal := false, rune(0), false
	for _, r := range code {
		switch {
		case literal:
			literal = false
		case quoted:
			quoted = r != closing
		case r == '"' || r == '[':
			quoted, closing = true, r
			if r == '[' {
				closing = ']'
			}
		case strings.ContainsRune(`\_*`, r): // the next one is shown, its space kept, or repeated
			literal = true
		case strings.ContainsRune("yYdD", r):
			return shown{date: true}
		case r == '%':
			as.percent = true
		}
	}
	return as
}

// A Cell is one that holds something.
type Cell struct {
	Column  int // from 0
	Text    string
	Number  bool // Text is a number as the file has it
	Date    bool // and shown as a date
	Percent bool // and shown as 80%, which is 0.8

	from1904 bool
	// Digits are how many a number is shown with at least, filled up with zeros.
	Digits int

	formula bool
}

// show keeps what the number format of the cell makes of its number.
func (c *Cell) show(as shown) { c.Date, c.Percent, c.Digits = as.date, as.percent, as.digits }

// Time is the moment that a number means, the number being days since 1899, or
// since 1904 in books that count from there, in UTC.
func (c Cell) Time() (time.Time, bool) {
	days, err := strconv.ParseFloat(c.Text, 64)
	if err != nil || !c.Date || days < 1 || days > 2958466 {
		return time.Time{}, false
	}
	first := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)
	if c.from1904 {
		first = time.Date(1904, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	return first.Add(time.Duration(days * float64(24*time.Hour))).Round(time.Second), true
}

// A SheetRow is a row with the cells of it that hold something, in their order.
type SheetRow struct {
	Number int // from 1
	Cells  []Cell
	Hidden bool // it is not shown, as of one that a filter leaves out
	// Uncomputed are cells with formulas of which no result was saved.
	Uncomputed int
}

// Rows reads a worksheet.
type Rows struct {
	book  *Book
	x     *XML
	row   int
	ended bool
}

// An Area is a merged cell's place, rows from 1, columns from 0, both ends in
// it.
type Area struct{ Top, Left, Bottom, Right int }

// Rows begins to read a worksheet.
func (b *Book) Rows(sheet int) (*Rows, error) {
	x, err := b.archive.XML(b.sheets[sheet].part)
	if err == nil && x == nil {
		err = damaged("没有工作表“" + b.sheets[sheet].name + "”的内容")
	}
	if err != nil {
		return nil, err
	}
	return &Rows{book: b, x: x}, nil
}

// Close ends reading.
func (r *Rows) Close() error { return r.x.Close() }

// Next is the next row, be it empty; io.EOF after the last one. An error other
// than that and the context's is a *Fault with its row.
func (r *Rows) Next() (row SheetRow, err error) {
	defer func() {
		var f *Fault
		if errors.As(err, &f) && f.Row == 0 {
			f.Row = r.row
		}
	}()
	for !r.ended {
		t, err := r.x.Next()
		if err != nil { // io.EOF of a sheet without rows
			return row, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if t.Name.Local == "row" {
				return r.read(t)
			}
		case xml.EndElement:
			r.ended = t.Name.Local == "sheetData" || r.x.depth() == 0
		}
	}
	return row, io.EOF
}

func (r *Rows) read(start xml.StartElement) (row SheetRow, err error) {
	number, err := position(Attribute(start, "r"), r.row, MaxRow)
	if err != nil {
		return row, &Fault{Row: r.row + 1, Problem: err.Error() + "（行号“" + clip(Attribute(start, "r")) + "”）",
			Remedy: "用 Excel 或 WPS 打开后重新保存"}
	}
	r.row, row.Number = number, number
	if hidden := Attribute(start, "hidden"); hidden == "1" || hidden == "true" {
		row.Hidden = true
	}
	column := 0
	for {
		t, err := r.x.Next()
		if err != nil {
			return row, err
		}
		switch t := t.(type) {
		case xml.EndElement:
			return row, nil
		case xml.StartElement:
			if t.Name.Local != "c" {
				if err := r.x.skip(); err != nil {
					return row, err
				}
				continue
			}
			if r.book.cells--; r.book.cells < 0 {
				return row, &Fault{Problem: "单元格太多", Remedy: "删去多余的列和空行，分成几个文件，或另存为 CSV"}
			}
			ref := Attribute(t, "r")
			column, err = position(columnOf(ref), column, MaxColumn)
			if err != nil {
				return row, damaged(err.Error() + "（单元格“" + clip(ref) + "”）")
			}
			cell, err := r.cell(t)
			if err != nil {
				return row, err
			}
			if cell.formula && cell.Text == "" {
				row.Uncomputed++
			}
			if cell.Column = column - 1; cell.Text != "" {
				row.Cells = append(row.Cells, cell)
			}
			if r.book.text -= int64(len(cell.Text)); r.book.text < 0 {
				return row, tooLarge(r.book.archive.bytes)
			}
		}
	}
}

func clip(s string) string { return s[:min(len(s), 20)] }

// position reads a row's or column's number, which must come after the last
// one; without one it is the next.
func position(s string, last, most int) (int, error) {
	n := last + 1
	if s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			return 0, errors.New("位置不对")
		}
	}
	switch {
	case n > most:
		return 0, errors.New("位置超出表格的范围")
	case n <= last:
		return 0, errors.New("位置重复或次序不对")
	}
	return n, nil
}

// columnOf is the column of a reference as a number: 28 of AB7. What is no
// reference comes back as it is.
func columnOf(ref string) string {
	n, i := 0, 0
	for ; i < len(ref) && i < 4 && ref[i] >= 'A' && ref[i] <= 'Z'; i++ {
		n = n*26 + int(ref[i]-'A') + 1
	}
	if i == 0 || strings.Trim(ref[i:], "0123456789") != "" {
		return ref
	}
	return strconv.Itoa(n)
}

// cell reads a cell that has begun.
func (r *Rows) cell(start xml.StartElement) (c Cell, err error) {
	kind, style := Attribute(start, "t"), Attribute(start, "s")
	value := ""
	for begun := r.x.depth(); r.x.depth() >= begun; {
		t, err := r.x.Next()
		if err != nil {
			return c, err
		}
		if start, ok := t.(xml.StartElement); ok {
			switch start.Name.Local {
			case "v":
				value, err = r.x.text(true)
			case "f":
				c.formula = true
				err = r.x.skip()
			case "is":
				c.Text, err = r.x.text(false)
			default:
				err = r.x.skip()
			}
			if err != nil {
				return c, err
			}
		}
	}
	switch kind {
	case "inlineStr":
		c.Text = unescaped(c.Text)
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || n < 0 || n >= len(r.book.ends) {
			return c, damaged("有单元格引用了没有的共享字符串“" + clip(value) + "”")
		}
		from := uint32(0)
		if n > 0 {
			from = r.book.ends[n-1]
		}
		c.Text = unescaped(r.book.shared[from:r.book.ends[n]])
	case "b":
		c.Text = map[string]string{"1": "TRUE", "0": "FALSE"}[value]
	case "str", "e", "d":
		c.Text = unescaped(value)
	default:
		c.Text, c.Number, c.from1904 = value, true, r.book.from1904
		if n, err := strconv.Atoi(style); err == nil && n >= 0 && n < len(r.book.shows) {
			c.show(r.book.shows[n])
		}
	}
	return c, nil
}

// escapedRune is how a workbook writes characters that XML has not: _x000D_.
var escapedRune = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

func unescaped(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escapedRune.ReplaceAllStringFunc(s, func(code string) string {
		n, err := strconv.ParseUint(code[2:6], 16, 16)
		if err != nil || n >= 0xd800 && n < 0xe000 {
			return code
		}
		return string(rune(n))
	})
}

// Merged are the worksheet's merged cells, no more than most. It reads to the
// end of the worksheet.
func (r *Rows) Merged(most int) (list []Area, err error) {
	for {
		t, err := r.x.Next()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		start, ok := t.(xml.StartElement)
		if !ok || start.Name.Local != "mergeCell" {
			continue
		}
		area, ok := areaOf(Attribute(start, "ref"))
		if !ok || len(list) == most {
			return nil, damaged("合并单元格“" + clip(Attribute(start, "ref")) + "”不对，或合并的太多")
		}
		list = append(list, area)
	}
}

// Joined are the merged cells of a worksheet that span rows, before any of them
// is read: the file has them after its rows. Those beyond most are left out.
func (b *Book) Joined(sheet, most int) (list []Area, err error) {
	f := b.archive.parts[strings.ToLower(strings.TrimPrefix(b.sheets[sheet].part, "/"))]
	if f == nil {
		return nil, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, damaged("部件 " + f.Name + " 解不开")
	}
	defer r.Close()
	const mark = "mergeCell"
	buffer := make([]byte, 1<<16)
	kept, found := 0, false
	for read := int64(0); read <= b.archive.bytes; {
		if err := b.archive.ctx.Err(); err != nil {
			return nil, err
		}
		n, err := r.Read(buffer[kept:])
		read += int64(n)
		text := buffer[:kept+n]
		for {
			i := bytes.Index(text, []byte(mark))
			if i < 0 {
				break
			}
			found = true
			end := bytes.IndexByte(text[i:], '>')
			if end < 0 {
				text = text[i:]
				break
			}
			if m := mergeRef.FindSubmatch(text[i : i+end]); m != nil {
				if area, ok := areaOf(string(m[1])); ok && area.Bottom > area.Top && len(list) < most {
					list = append(list, area)
				}
			}
			text = text[i+end:]
		}
		if err != nil { // what is wrong with the part, its rows will tell
			return list, nil
		}
		least := len(mark)
		if found {
			least = 200 // the tag may go on
		}
		text = text[max(0, len(text)-least):]
		kept = copy(buffer, text)
	}
	return list, nil
}

var mergeRef = regexp.MustCompile(`ref="([^"]{1,24})"`)

func areaOf(ref string) (a Area, ok bool) {
	from, to, found := strings.Cut(strings.ReplaceAll(ref, "$", ""), ":")
	if !found {
		to = from
	}
	place := func(ref string) (row, column int) {
		column, err1 := strconv.Atoi(columnOf(ref))
		row, err2 := strconv.Atoi(strings.TrimLeft(ref, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
		if err1 != nil || err2 != nil || column < 1 || column > MaxColumn || row < 1 || row > MaxRow {
			ok = false
		}
		return row, column - 1
	}
	ok = true
	a.Top, a.Left = place(from)
	a.Bottom, a.Right = place(to)
	return a, ok && a.Top <= a.Bottom && a.Left <= a.Right
}
