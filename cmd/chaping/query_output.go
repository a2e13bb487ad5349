package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"chaping"
	"chaping/report"
)

// A resultTable is what a question came to: strings, numbers and times.
type resultTable struct {
	heads []string
	rows  [][]any
	note  string // for the error stream
}

func (t *resultTable) add(values ...any) { t.rows = append(t.rows, values) }

// remark adds a line to the note.
func (t *resultTable) remark(format string, args ...any) {
	t.note = strings.TrimPrefix(t.note+"\n"+fmt.Sprintf(format, args...), "\n")
}

// outputFormats are the ways to write a table.
const outputFormats = "table、csv、json、xlsx"

// writeTable writes to the standard output, or to a file when there is one.
func (p *program) writeTable(t *resultTable, format, file string) error {
	write := map[string]func(io.Writer) error{"table": t.text, "csv": t.csv, "json": t.json, "xlsx": t.xlsx}[format]
	switch {
	case write == nil:
		return usage("不支持的格式“%s”，可用 %s", format, outputFormats)
	case file == "" && format == "xlsx":
		return usage("xlsx 要用 --out 写到文件")
	}
	if t.note != "" {
		fmt.Fprintln(p.err, t.note)
	}
	if file == "" {
		return write(p.out)
	}
	return report.WriteFile(file, write)
}

func cellText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return fmt.Sprintf("%.4g", v)
	case time.Time:
		return v.In(chaping.Shanghai()).Format(time.DateTime)
	}
	return fmt.Sprint(v)
}

func (t *resultTable) text(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	flat := strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")
	fmt.Fprintln(tw, strings.Join(t.heads, "\t"))
	for _, r := range t.rows {
		for i, v := range r {
			if i > 0 {
				fmt.Fprint(tw, "\t")
			}
			fmt.Fprint(tw, flat.Replace(cellText(v)))
		}
		fmt.Fprintln(tw)
	}
	return tw.Flush()
}

// csv writes UTF-8 with a mark, by which Excel tells it from GBK. A string that
// a spreadsheet would take for a formula gets an apostrophe in front.
func (t *resultTable) csv(w io.Writer) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	cw := csv.NewWriter(w)
	if err := cw.Write(t.heads); err != nil {
		return err
	}
	for _, r := range t.rows {
		cells := make([]string, len(r))
		for i, v := range r {
			cells[i] = cellText(v)
			if _, isText := v.(string); isText {
				cells[i] = harmless(cells[i])
			}
		}
		if err := cw.Write(cells); err != nil {
			return err
		}
	}
	cw.Flush()
	return cw.Error()
}

// harmless puts an apostrophe in front of what a spreadsheet would compute.
func harmless(s string) string {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \u00a0\u3000"))
	if strings.ContainsRune("=+-@＝＋－＠\t\r\n", r) {
		return "'" + s
	}
	return s
}

func (t *resultTable) json(w io.Writer) error {
	list := make([]map[string]any, 0, len(t.rows))
	for _, r := range t.rows {
		object := map[string]any{}
		for i, v := range r {
			object[t.heads[i]] = v
		}
		list = append(list, object)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(list)
}

// maxSheetRows is what a worksheet holds below its head.
const maxSheetRows = 1<<20 - 1

// xlsx writes strings as strings, so that none becomes a formula.
func (t *resultTable) xlsx(w io.Writer) error {
	if len(t.rows) > maxSheetRows {
		return &chaping.Error{
			Code:    chaping.CodeUsage,
			Message: fmt.Sprintf("结果有 %d 行，一张工作表放不下", len(t.rows)),
			Remedy:  "加条件，或用 --format csv",
		}
	}
	book := excelize.NewFile()
	defer book.Close()
	sheet, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	write := func(row int, values []any) error {
		at, err := excelize.CoordinatesToCellName(1, row)
		if err != nil {
			return err
		}
		cells := make([]any, len(values))
		for i, v := range values {
			switch v := v.(type) {
			case string:
				cells[i] = chaping.Shorten(strings.ToValidUTF8(v, "\uFFFD"), excelize.TotalCellChars-1)
			case int, int64, uint64, int32, uint32, uint8, float64, float32, bool:
				cells[i] = v
			default:
				cells[i] = cellText(v)
			}
		}
		return sheet.SetRow(at, cells)
	}
	heads := make([]any, len(t.heads))
	for i, h := range t.heads {
		heads[i] = h
	}
	if err := write(1, heads); err != nil {
		return err
	}
	for i, r := range t.rows {
		if err := write(i+2, r); err != nil {
			return err
		}
	}
	if err := sheet.Flush(); err != nil {
		return err
	}
	return book.Write(w)
}
