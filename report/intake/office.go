package intake

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"chaping"
	"chaping/ingest/foreign"
)

// fault tells a fault of an office file with the file's name.
func fault(name string, err error) error {
	var f *foreign.Fault
	if errors.As(err, &f) {
		return &chaping.InputError{File: filepath.Base(name), Line: f.Row, Problem: f.Problem, Remedy: f.Remedy}
	}
	return err
}

func readXLSX(ctx context.Context, name string, data []byte) ([]table, error) {
	book, err := foreign.OpenBook(
		ctx,
		bytes.NewReader(data),
		int64(len(data)),
		foreign.BookLimits{Bytes: maxUnpack, Shared: maxShared, Cells: maxScanned},
	)
	if err != nil {
		return nil, err
	}
	var found []table
	cells := maxCells
	for i, sheet := range book.Sheets() {
		t, err := readSheet(book, i, &cells)
		if err != nil {
			var f *foreign.Fault
			if errors.As(err, &f) {
				err = &foreign.Fault{
					Row:     f.Row,
					Problem: "工作表“" + chaping.Shorten(sheet, 40) + "”：" + f.Problem,
					Remedy:  f.Remedy,
				}
			}
			return nil, err
		}
		t.name = sheet
		found = append(found, t)
	}
	return found, nil
}

// readSheet reads a worksheet row by row up to many empty rows, and writes a
// merged cell's value into every place of it. cells is how many may still be
// held.
func readSheet(book *foreign.Book, sheet int, cells *int) (t table, err error) {
	rows, err := book.Rows(sheet)
	if err != nil {
		return t, err
	}
	defer rows.Close()
	at := map[int]int{} // number → index
	take := func(n int) error {
		if *cells -= n; *cells < 0 {
			return &foreign.Fault{Problem: "单元格太多", Remedy: "删去多余的列、行和工作表，或分成几个文件"}
		}
		return nil
	}
	for last := 0; len(t.lines) <= maxRows+100; {
		row, err := rows.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return t, err
		}
		if row.Number-last > maxEmpty {
			break
		}
		var texts []string
		for _, c := range row.Cells {
			if strings.TrimSpace(c.Text) == "" {
				continue
			}
			if c.Column >= maxColumns {
				return t, &foreign.Fault{
					Row:     row.Number,
					Problem: fmt.Sprintf("超过 %d 列", maxColumns),
					Remedy:  "删去表格右边多余的内容",
				}
			}
			if err := take(c.Column + 1 - len(texts)); err != nil {
				return t, err
			}
			for len(texts) <= c.Column {
				texts = append(texts, "")
			}
			texts[c.Column] = shown(c)
		}
		if texts != nil {
			at[row.Number], last = len(t.lines), row.Number
			t.lines = append(t.lines, line{row.Number, texts})
		}
	}
	merged, err := rows.Merged(maxCells)
	if err != nil {
		return t, err
	}
	for _, m := range merged {
		top, ok := at[m.Top]
		if !ok || m.Left >= maxColumns {
			continue // of nothing
		}
		text := ""
		if m.Left < len(t.lines[top].cells) {
			text = t.lines[top].cells[m.Left]
		}
		for i := top; i < len(t.lines) && t.lines[i].number <= m.Bottom; i++ { // an empty row below stays empty
			right := min(m.Right, m.Left+100, maxColumns-1)
			l := &t.lines[i]
			if err := take(right + 1 - min(m.Left, len(l.cells))); err != nil {
				return t, err
			}
			for len(l.cells) <= right {
				l.cells = append(l.cells, "")
			}
			for c := m.Left; c <= right; c++ {
				l.cells[c] = text
			}
		}
	}
	return t, nil
}

// shown is a cell as a form needs it: dates as dates, numbers without the
// rounding of the machine.
func shown(c foreign.Cell) string {
	if day, ok := c.Time(); ok {
		if h, m, s := day.Clock(); h+m+s > 0 {
			return day.Format(time.DateTime)
		}
		return day.Format(time.DateOnly)
	}
	if c.Number && len(c.Text) > 15 {
		if f, err := strconv.ParseFloat(c.Text, 64); err == nil && math.Abs(f) < 1e15 {
			rounded, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
			return strconv.FormatFloat(rounded, 'f', -1, 64)
		}
	}
	return c.Text
}

// readDOCX reads the tables of a document, and its paragraphs as a table's
// first lines: 填报单位 stands above the table.
func readDOCX(archive *foreign.Archive) ([]table, error) {
	x, err := archive.XML(wordDocument)
	if err != nil {
		return nil, err
	}
	defer x.Close()
	d := &docx{x: x, cells: maxCells}
	if err := d.read(); err != nil {
		return nil, err
	}
	// What stands outside of tables belongs to each of them.
	for i := range d.tables {
		if err := d.take(len(d.loose)); err != nil {
			return nil, err
		}
		lines := append([]line{}, d.loose...)
		d.tables[i].lines, d.tables[i].loose = append(lines, d.tables[i].lines...), len(lines)
		if i < len(d.after) {
			d.tables[i].lines = append(d.tables[i].lines, d.after[i]...)
		}
	}
	return d.tables, nil
}

// docx walks through word/document.xml.
type docx struct {
	x      *foreign.XML
	cells  int // that may still be held
	tables []table
	loose  []line   // paragraphs before the first table
	after  [][]line // paragraphs after each table
}

func (d *docx) read() error {
	for {
		token, err := d.x.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "tbl":
			t, err := d.table()
			if err != nil {
				return err
			}
			d.tables, d.after = append(d.tables, t), append(d.after, nil)
		case "p":
			text, err := d.text("p")
			if err != nil {
				return err
			}
			l := line{cells: strings.Split(strings.TrimSpace(text), "\t")}
			if err := d.take(len(l.cells)); err != nil {
				return err
			}
			if n := len(d.tables); n == 0 {
				d.loose = append(d.loose, l)
			} else {
				d.after[n-1] = append(d.after[n-1], l)
			}
		}
	}
}

func (d *docx) take(n int) error {
	if d.cells -= n; d.cells < 0 {
		return &foreign.Fault{Problem: "表格和段落太多", Remedy: "只留填好的表，其余内容另行提交"}
	}
	return nil
}

// table reads to the end of a table.
func (d *docx) table() (table, error) {
	var t table
	for {
		token, err := d.x.Next()
		if err != nil {
			return t, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "tr" {
				l, err := d.row(&t)
				if err != nil {
					return t, err
				}
				if len(t.lines) <= maxRows+100 {
					t.lines = append(t.lines, l)
				}
			}
		case xml.EndElement:
			if token.Name.Local == "tbl" {
				return t, nil
			}
		}
	}
}

// maxSpan bounds how many columns a cell says it spans.
const maxSpan = 64

func (d *docx) row(t *table) (line, error) {
	l := line{number: len(t.lines) + 1}
	for {
		token, err := d.x.Next()
		if err != nil {
			return l, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local != "tc" {
				continue
			}
			text, span, below, err := d.cell()
			if err != nil {
				return l, err
			}
			if err := d.take(min(span, maxSpan)); err != nil {
				return l, err
			}
			for range min(span, maxSpan) {
				if below && len(t.lines) > 0 { // the cell above goes on
					if above := t.lines[len(t.lines)-1].cells; len(l.cells) < len(above) {
						text = above[len(l.cells)]
					}
				}
				l.cells = append(l.cells, text)
			}
		case xml.EndElement:
			if token.Name.Local == "tr" {
				return l, nil
			}
		}
	}
}

func (d *docx) cell() (text string, span int, below bool, err error) {
	span = 1
	var b strings.Builder
	for {
		token, err := d.x.Next()
		if err != nil {
			return "", 1, false, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "gridSpan":
				if n := foreign.Attribute(token, "val"); n != "" {
					span = 0
					for _, r := range n {
						if r < '0' || r > '9' || span > maxSpan {
							span = 1
							break
						}
						span = span*10 + int(r-'0')
					}
				}
			case "vMerge":
				below = foreign.Attribute(token, "val") != "restart"
			case "p":
				s, err := d.text("p")
				if err != nil {
					return "", 1, false, err
				}
				if b.Len() > 0 {
					b.WriteByte('\n')
				}
				b.WriteString(s)
			}
		case xml.EndElement:
			if token.Name.Local == "tc" {
				return b.String(), max(span, 1), below, nil
			}
		}
	}
}

// text is the text up to the end of the element.
func (d *docx) text(element string) (string, error) {
	var b strings.Builder
	inText := false
	for depth := 1; ; {
		token, err := d.x.Next()
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case element:
				depth++
			case "t":
				inText = true
			case "br", "cr":
				b.WriteByte('\n')
			case "tab":
				b.WriteByte('\t')
			}
		case xml.EndElement:
			switch token.Name.Local {
			case element:
				if depth--; depth == 0 {
					return b.String(), nil
				}
			case "t":
				inText = false
			}
		case xml.CharData:
			if inText {
				b.Write(token)
			}
		}
	}
}

func readCSV(ctx context.Context, name string, data []byte) ([]table, error) {
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if !utf8.Valid(data) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
		if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
			return nil, refuse(name, "既不是 xlsx、docx，也不是 UTF-8 或 GBK 编码的 csv", "另存为 xlsx、docx 或 csv")
		}
		data = decoded
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, refuse(name, "不是 xlsx、docx 或 csv 文件", "另存为 xlsx、docx 或 csv；其他格式的材料另写一句说明，只保存原件")
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	first, _, _ := bytes.Cut(data, []byte("\n"))
	if bytes.Count(data[:min(len(data), 4096)], []byte("\t")) > bytes.Count(data[:min(len(data), 4096)], []byte(",")) {
		r.Comma = '\t'
	} else if bytes.Count(first, []byte(";")) >= 3 {
		r.Comma = ';'
	}
	t := table{name: name}
	for left := maxCells; ; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		cells, err := r.Read()
		if err == io.EOF || len(t.lines) > maxRows+100 {
			return []table{t}, nil
		}
		if err != nil {
			return nil, refuse(name, "csv 的引号不成对", "用 Excel 或 WPS 另存为 csv UTF-8")
		}
		if left -= len(cells); left < 0 {
			return nil, refuse(name, "列太多", "检查分隔符，删去多余的列")
		}
		number, _ := r.FieldPos(0)
		t.lines = append(t.lines, line{number, cells})
	}
}
