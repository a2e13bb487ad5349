package web

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"chaping"
)

func tableFormats() []string { return []string{"xlsx", "csv"} }

// maxSheetRows is what a worksheet holds below its head.
const maxSheetRows = 1<<20 - 1

// exportTable hands out what the address shows of a table, all pages of it. Rows
// are written as they come, and no more are asked for once the reader has gone.
func exportTable[T any](q *request, t table[T], from source[T]) error {
	format := q.form("format")
	if !slices.Contains(tableFormats(), format) {
		return bad("没有格式“"+chaping.Shorten(format, 20)+"”", "用 "+strings.Join(tableFormats(), "、"))
	}
	s, err := q.tableState(t.heads())
	if err != nil {
		return err
	}
	var columns []*column[T]
	for _, key := range s.columns {
		columns = append(columns, t.column(key))
	}
	name := fmt.Sprintf("%s-%s.%s", t.title, q.Now().In(chaping.Shanghai()).Format("20060102-1504"), format)
	q.act.Object, q.act.Detail = name, chaping.Shorten(s.values.Encode(), 200)
	each := func(write func([]any) error) error {
		cells := make([]any, len(columns))
		return from.each(s.selection, func(row *T) error {
			if err := q.ctx.Err(); err != nil {
				return err
			}
			for i, c := range columns {
				cells[i] = c.cell(row)
			}
			return write(cells)
		})
	}
	heads := make([]any, len(columns))
	for i, c := range columns {
		heads[i] = c.title
	}
	if format == "csv" {
		return q.exportCSV(name, heads, each)
	}
	return q.exportXLSX(name, heads, each)
}

// cell is what a file has of a row: numbers as numbers, texts harmless.
func (c *column[T]) cell(row *T) any {
	if c.kind == numberKind {
		if n := c.number(row); !math.IsNaN(n) {
			return n
		}
		return ""
	}
	return harmless(c.text(row))
}

// harmless puts an apostrophe in front of what a spreadsheet would compute.
func harmless(s string) string {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \u00a0\u3000"))
	if strings.ContainsRune("=+-@＝＋－＠\t\r\n", r) {
		return "'" + s
	}
	return s
}

// attach says that a file of that name follows.
func (q *request) attach(name, kind string) {
	h := q.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", "attachment; filename=\"chaping"+extension(name)+"\"; filename*=UTF-8''"+
		strings.ReplaceAll(url.QueryEscape(name), "+", "%20"))
	h.Set("Cache-Control", "no-store")
}

// exportCSV writes UTF-8 with a mark, by which Excel tells it from GBK. Where
// the rows break off after the first have gone, so does the connection: a part
// must not pass for the whole.
func (q *request) exportCSV(name string, heads []any, each func(func([]any) error) error) error {
	out := bufio.NewWriterSize(q.w, 64<<10)
	w := csv.NewWriter(out)
	fields := make([]string, len(heads))
	put := func(cells []any) error {
		for i, v := range cells {
			switch v := v.(type) {
			case string:
				fields[i] = v
			case float64:
				fields[i] = plainNumber(v)
			}
		}
		return w.Write(fields)
	}
	begun := false
	begin := func() error {
		begun = true
		if err := q.Station.Record(q.ctx, q.act); err != nil { // before it is out
			return err
		}
		q.patientWrite()
		q.attach(name, "text/csv; charset=utf-8")
		_, _ = out.WriteString("\ufeff") // kept by out until it is flushed
		return put(heads)
	}
	err := each(func(cells []any) error {
		if !begun {
			if err := begin(); err != nil {
				return err
			}
		}
		return put(cells)
	})
	if err == nil && !begun {
		err = begin()
	}
	if err == nil {
		w.Flush()
		err = errors.Join(w.Error(), out.Flush())
	}
	if err != nil && begun {
		q.Log.Info("export broke off", "file", name, "err", err)
		panic(http.ErrAbortHandler)
	}
	return err
}

// exportXLSX writes a worksheet to the disk and hands it out. Strings stay
// strings: none becomes a formula.
func (q *request) exportXLSX(name string, heads []any, each func(func([]any) error) error) error {
	q.patientWrite()
	book := excelize.NewFile(excelize.Options{TmpDir: q.Dir})
	defer book.Close()
	sheet, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	rows := 0
	put := func(cells []any) error {
		for i, v := range cells {
			if text, ok := v.(string); ok {
				cells[i] = sheetText(text)
			}
		}
		rows++
		if rows > maxSheetRows+1 {
			return bad(fmt.Sprintf("超过 %d 行，一张工作表放不下", maxSheetRows), "加筛选条件，或导出 csv")
		}
		at, err := excelize.CoordinatesToCellName(1, rows)
		if err != nil {
			return err
		}
		return sheet.SetRow(at, cells)
	}
	err = sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
	if err == nil {
		err = put(heads)
	}
	if err == nil {
		err = each(put)
	}
	if err == nil {
		err = sheet.Flush()
	}
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(q.Dir, "export-*.xlsx")
	if err != nil {
		return &chaping.Error{Code: chaping.CodeEnvironment, Message: "文件写不出来", Remedy: "请管理员检查磁盘空间", Err: err}
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if err := book.Write(file); err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return q.download(name, file)
}

// sheetText is a text as a cell can hold it.
func sheetText(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == utf8.RuneError || r == 0xFFFE || r == 0xFFFF {
			return ' '
		}
		return r
	}, s)
	if utf8.RuneCountInString(s) < excelize.TotalCellChars {
		return s
	}
	return chaping.Shorten(s, excelize.TotalCellChars-1)
}

// patientWrite lets a large file take its time.
func (q *request) patientWrite() {
	_ = http.NewResponseController(q.w).
		SetWriteDeadline(time.Now().Add(30 * time.Minute))
	// what has no deadline needs none
}
