package polarity

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"chaping"
)

// A Row is a labelled review.
type Row struct {
	Text     string
	Negative bool
	Category string // kind of product; empty when the file does not say
	Line     int    // 1-based line in the file
}

// Distinct leaves out empty texts and all but the first of equal ones, so
// that no review is both learnt and asked.
func Distinct(rows []Row) []Row {
	seen := make(map[string]bool, len(rows))
	var out []Row
	for _, r := range rows {
		if t := strings.TrimSpace(r.Text); t != "" && !seen[t] {
			seen[t] = true
			out = append(out, r)
		}
	}
	return out
}

// Columns name the columns of a labelled file.
type Columns struct{ Text, Label, Category string }

// DefaultColumns are those of the corpus format: cat,label,review. A file need
// not have a category.
func DefaultColumns() Columns { return Columns{Text: "review", Label: "label", Category: "cat"} }

// maxRowsFile bounds a decompressed file; its reviews are held in memory.
const maxRowsFile = 1 << 30

// ReadRows reads labelled reviews from CSV with a header, UTF-8, plain or
// gzipped. Labels are 0, negative or 差评, and 1, positive or 好评. A row that
// cannot be used is told to problem and left out; a file that cannot be read
// is a chaping.InputError. name is for messages.
func ReadRows(ctx context.Context, name string, r io.Reader, c Columns, problem func(*chaping.InputError)) ([]Row, error) {
	in, err := decompress(name, r)
	if err != nil {
		return nil, err
	}
	limited := &io.LimitedReader{R: in, N: maxRowsFile}
	records := csv.NewReader(limited)
	records.FieldsPerRecord = -1
	header, err := records.Read()
	if err != nil {
		return nil, unreadable(name, err)
	}
	text, label, category := column(header, c.Text), column(header, c.Label), column(header, c.Category)
	for field, at := range map[string]int{c.Text: text, c.Label: label} {
		if at < 0 {
			return nil, &chaping.InputError{File: name, Line: 1, Field: field, Value: strings.Join(header, ","), Problem: "缺少必需的列", Advice: chaping.Advice{Code: chaping.AdviceColumns}}
		}
	}
	var rows []Row
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		record, err := records.Read()
		var parse *csv.ParseError
		switch {
		case errors.Is(err, io.EOF) && limited.N == 0:
			return nil, &chaping.InputError{File: name, Problem: "解压后超过 1 GB", Remedy: "分成几个文件"}
		case errors.Is(err, io.EOF) && len(rows) == 0:
			return nil, &chaping.InputError{File: name, Problem: "没有可用的标注", Remedy: "每行写一条评论和它的标签：1 为好评，0 为差评"}
		case errors.Is(err, io.EOF):
			return rows, nil
		case errors.As(err, &parse):
			problem(&chaping.InputError{File: name, Line: parse.StartLine, Problem: "CSV 格式错误", Remedy: "含逗号、引号或换行的内容要用双引号括起来，引号要写两遍"})
			continue
		case err != nil:
			return nil, unreadable(name, err)
		}
		line, _ := records.FieldPos(0)
		row, fault := readRow(record, text, label, category)
		if fault != nil {
			fault.File, fault.Line = name, line
			problem(fault)
			continue
		}
		row.Line = line
		rows = append(rows, row)
	}
}

func readRow(record []string, text, label, category int) (Row, *chaping.InputError) {
	if len(record) <= max(text, label) {
		return Row{}, &chaping.InputError{Value: strings.Join(record, ","), Problem: fmt.Sprintf("这一行只有 %d 列", len(record)), Remedy: "补上缺少的列"}
	}
	row := Row{Text: record[text]}
	if category >= 0 && category < len(record) {
		row.Category = record[category]
	}
	if !utf8.ValidString(row.Text) {
		return Row{}, &chaping.InputError{Field: "text", Value: row.Text, Problem: "不是 UTF-8", Remedy: "把文件转成 UTF-8"}
	}
	switch strings.ToLower(strings.TrimSpace(record[label])) {
	case "0", "negative", "差评":
		row.Negative = true
	case "1", "positive", "好评":
	default:
		return Row{}, &chaping.InputError{Field: "label", Value: record[label], Problem: "没有这种标签", Remedy: "好评写 1，差评写 0"}
	}
	return row, nil
}

func decompress(name string, r io.Reader) (io.Reader, error) {
	in := bufio.NewReader(r)
	if head, _ := in.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		zr, err := gzip.NewReader(in)
		if err != nil {
			return nil, unreadable(name, err)
		}
		in = bufio.NewReader(zr)
	}
	if head, _ := in.Peek(3); string(head) == "\uFEFF" {
		_, _ = in.Discard(3)
	}
	return in, nil
}

func unreadable(name string, err error) error {
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return &chaping.InputError{File: name, Problem: "文件是空的", Remedy: "第一行写列名，例如 cat,label,review"}
	}
	return &chaping.InputError{File: name, Problem: "读不下去：" + err.Error(), Remedy: "检查文件是否完整、是否为 CSV"}
}

// column finds a column in the header; -1 when it is not there.
func column(header []string, name string) int {
	return slices.IndexFunc(header, func(h string) bool { return name != "" && strings.EqualFold(strings.TrimSpace(h), name) })
}
