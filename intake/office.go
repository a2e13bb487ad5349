package intake

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// part is the text of a file in an archive, bounded.
func part(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, maxUnpack+1))
	if len(data) > maxUnpack {
		return nil, errors.New("too large")
	}
	return data, err
}

// mergeable is up to how many rows merged cells are looked up: excelize holds
// the whole worksheet in memory for that.
const mergeable = 20_000

func readXLSX(name string, data []byte) ([]table, error) {
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnpack, UnzipXMLSizeLimit: 16 << 20})
	if err != nil {
		return nil, refuse(name, "不是能读的 xlsx 文件", "用 Excel 或 WPS 打开后另存为 xlsx")
	}
	defer book.Close()
	var found []table
	for _, sheet := range book.GetSheetList() {
		t, ended, err := readSheet(book, sheet)
		if err != nil {
			return nil, refuse(name, "工作表“"+sheet+"”已损坏", "用 Excel 或 WPS 打开后重新保存")
		}
		if ended && len(t.lines) > 0 {
			if err := unmerge(book, &t); err != nil {
				return nil, refuse(name, "工作表“"+sheet+"”的合并单元格读不出", "用 Excel 或 WPS 打开后重新保存")
			}
		}
		found = append(found, t)
	}
	return found, nil
}

// readSheet reads a worksheet row by row and stops after many empty rows;
// ended tells that there are no more than mergeable.
func readSheet(book *excelize.File, sheet string) (t table, ended bool, err error) {
	t.name = sheet
	rows, err := book.Rows(sheet)
	if err != nil {
		return t, false, err
	}
	defer rows.Close()
	empty := 0
	for number := 1; rows.Next(); number++ {
		cells, err := rows.Columns()
		if err != nil {
			return t, false, err
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			if empty++; empty > maxEmpty {
				return t, number < mergeable && sheetRows(book, sheet) < mergeable, nil
			}
			continue
		}
		empty = 0
		if t.lines = append(t.lines, line{number, cells}); len(t.lines) > maxRows+100 {
			return t, false, nil
		}
	}
	return t, true, rows.Error()
}

// sheetRows is the number of the last row that the worksheet says it has.
func sheetRows(book *excelize.File, sheet string) int {
	dimension, err := book.GetSheetDimension(sheet)
	if err != nil {
		return mergeable
	}
	_, last, ok := strings.Cut(dimension, ":")
	if !ok {
		return mergeable // nothing is said: do not risk it
	}
	_, row, err := excelize.CellNameToCoordinates(last)
	if err != nil {
		return mergeable
	}
	return row
}

// unmerge writes a merged cell's value into every place of it.
func unmerge(book *excelize.File, t *table) error {
	merged, err := book.GetMergeCells(t.name)
	if err != nil {
		return err
	}
	at := map[int]*line{}
	for i := range t.lines {
		at[t.lines[i].number] = &t.lines[i]
	}
	for _, m := range merged {
		left, top, err1 := excelize.CellNameToCoordinates(m.GetStartAxis())
		right, bottom, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		for row := top; row <= min(bottom, t.lines[len(t.lines)-1].number); row++ {
			l := at[row]
			if l == nil {
				continue // an empty row below the first of a merge stays empty
			}
			for col := left; col <= min(right, left+100); col++ {
				for len(l.cells) < col {
					l.cells = append(l.cells, "")
				}
				l.cells[col-1] = m.GetCellValue()
			}
		}
	}
	return nil
}

// readDOCX reads the tables of a document, and its paragraphs as a table's
// first lines: 填报单位 stands above the table.
func readDOCX(name string, archive *zip.Reader) ([]table, error) {
	var data []byte
	for _, f := range archive.File {
		if f.Name == "word/document.xml" {
			var err error
			if data, err = part(f); err != nil {
				return nil, refuse(name, "文件已损坏", "重新保存或重新上传")
			}
		}
	}
	d := &docx{dec: xml.NewDecoder(bytes.NewReader(data))}
	if err := d.read(); err != nil {
		return nil, refuse(name, "docx 的内容读不懂", "用 Word 或 WPS 打开后重新保存")
	}
	// What stands outside of tables belongs to each of them.
	for i := range d.tables {
		lines := append([]line{}, d.loose...)
		d.tables[i].lines = append(lines, d.tables[i].lines...)
		if i < len(d.after) {
			d.tables[i].lines = append(d.tables[i].lines, d.after[i]...)
		}
	}
	return d.tables, nil
}

// docx walks through word/document.xml.
type docx struct {
	dec    *xml.Decoder
	tables []table
	loose  []line   // paragraphs before the first table
	after  [][]line // paragraphs after each table
}

func (d *docx) read() error {
	for {
		token, err := d.dec.Token()
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
			if n := len(d.tables); n == 0 {
				d.loose = append(d.loose, l)
			} else {
				d.after[n-1] = append(d.after[n-1], l)
			}
		}
	}
}

// table reads to the end of a table.
func (d *docx) table() (table, error) {
	var t table
	for {
		token, err := d.dec.Token()
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
		token, err := d.dec.Token()
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
		token, err := d.dec.Token()
		if err != nil {
			return "", 1, false, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "gridSpan":
				if n := attribute(token, "val"); n != "" {
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
				below = attribute(token, "val") != "restart"
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
		token, err := d.dec.Token()
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

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func readCSV(name string, data []byte) ([]table, error) {
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if !utf8.Valid(data) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
		if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
			return nil, refuse(name, "既不是 xlsx、docx，也不是 UTF-8 或 GBK 编码的 csv", "另存为 xlsx、docx 或 csv")
		}
		data = decoded
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, refuse(name, "不是 xlsx、docx 或 csv 文件", "另存为 xlsx、docx 或 csv；其他格式的材料用 --free 提交")
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
	for {
		cells, err := r.Read()
		if err == io.EOF || len(t.lines) > maxRows+100 {
			return []table{t}, nil
		}
		if err != nil {
			return nil, refuse(name, "csv 的引号不成对", "用 Excel 或 WPS 另存为 csv UTF-8")
		}
		number, _ := r.FieldPos(0)
		t.lines = append(t.lines, line{number, cells})
	}
}
