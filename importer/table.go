package importer

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"

	"chaping"
	"chaping/ingest/foreign"
)

const (
	maxUnzipped = 1 << 30   // bytes of a whole workbook
	maxShared   = 256 << 20 // bytes of a workbook's shared strings, which are held in memory
	maxCells    = 50 << 20  // of a workbook: forty columns of as many rows as a sheet can have
	maxColumns  = 1 << 20   // of a CSV record
	headPeek    = 256 << 10 // for telling UTF-8 from GB18030
)

// A table is a source with a header row: CSV or one worksheet.
type table struct {
	file    string
	records func() (record []string, line int, err error)
	columns map[string][]int // profile field → columns that may hold it, in the profile's order
	width   int
	closers []io.Closer
}

func (t *table) Close() error { return closeAll(t.closers) }

// header reads the header row and finds the profile's columns in it.
func (t *table) header(p *Profile) error {
	head, line, err := t.records()
	if errors.Is(err, io.EOF) {
		return &chaping.InputError{File: t.file, Problem: "文件是空的", Remedy: "第一行应是列名"}
	}
	if err != nil {
		return err
	}
	index := make(map[string]int, len(head))
	for i, h := range head {
		name := columnName(h)
		if _, twice := index[name]; name != "" && !twice {
			index[name] = i
		}
	}
	t.width = len(head)
	t.columns = map[string][]int{}
	for field, names := range p.Fields {
		for _, n := range names {
			if i, ok := index[columnName(n)]; ok {
				t.columns[field] = append(t.columns[field], i)
			}
		}
	}
	for _, f := range p.Required {
		if len(t.columns[f]) == 0 {
			return &chaping.InputError{File: t.file, Line: line, Field: f, Value: strings.Join(head, ","),
				Problem: "缺少必需的列：" + strings.Join(p.Fields[f], " 或 "),
				Remedy:  "给文件补上这一列，或换一个导入模板（--profile）"}
		}
	}
	return nil
}

func columnName(s string) string {
	return strings.ToLower(strings.TrimSpace(strings.TrimPrefix(s, "\ufeff")))
}

func (t *table) next() (record, error) {
	r, err := t.row()
	return record{line: r.line, bytes: r.bytes, parse: func() row { return r.row }}, err
}

// sized is a row and about what it holds in memory.
type sized struct {
	row
	bytes int
}

func (t *table) row() (sized, error) {
	for {
		record, line, err := t.records()
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			return sized{row: row{line: parse.StartLine, err: &chaping.InputError{File: t.file, Line: parse.StartLine, Problem: "CSV 格式错误：" + csvProblem(parse.Err), Remedy: "含逗号、引号或换行的内容要用双引号括起来，引号要写两遍"}}}, nil
		}
		if err != nil {
			return sized{}, err
		}
		if strings.TrimSpace(strings.Join(record, "")) == "" {
			continue
		}
		if len(record) > t.width {
			return sized{row: row{line: line, err: &chaping.InputError{File: t.file, Line: line, Value: strings.Join(record, ","), Problem: fmt.Sprintf("这一行的列比表头多，表头只有 %d 列", t.width), Remedy: "检查内容里的逗号是否加了引号"}}}, nil
		}
		rw := row{line: line, field: func(field string) string {
			for _, i := range t.columns[field] {
				if i < len(record) && strings.TrimSpace(record[i]) != "" {
					return record[i]
				}
			}
			return ""
		}}
		rw.has = func(field string) bool { return len(t.columns[field]) > 0 }
		bytes := 16 * len(record)
		for i, cell := range record {
			bytes += len(cell)
			if strings.ContainsRune(cell, '\uFFFD') {
				record[i] = strings.ToValidUTF8(cell, "\uFFFD")
				rw.err = damagedError(t.file, line)
			}
		}
		return sized{rw, bytes}, nil
	}
}

func csvProblem(err error) string {
	switch {
	case errors.Is(err, csv.ErrQuote):
		return "引号位置不对"
	case errors.Is(err, csv.ErrBareQuote):
		return "未加引号的内容里有引号"
	}
	return err.Error()
}

func openCSV(file string, r io.Reader, p *Profile, closers []io.Closer) (source, error) {
	br := bufio.NewReaderSize(r, headPeek)
	head, _ := br.Peek(headPeek)
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		_, _ = br.Discard(3)
		head = head[3:]
	}
	dec := newDecoder(p.Charset)
	var text io.Reader = br
	switch {
	case dec.auto && isUTF8(head):
	case dec.auto:
		text = simplifiedchinese.GB18030.NewDecoder().Reader(br)
	case dec.enc != nil:
		text = dec.enc.NewDecoder().Reader(br)
	}
	limit := &recordLimit{r: text, file: file, comma: ','}
	cr := csv.NewReader(limit)
	cr.FieldsPerRecord = -1
	// No ReuseRecord: rows are parsed later, side by side.
	if ext := filepath.Ext(strings.TrimSuffix(strings.ToLower(file), ".gz")); ext == ".tsv" {
		cr.Comma, limit.comma = '\t', '\t'
	}
	t := &table{file: file, closers: closers}
	t.records = func() ([]string, int, error) {
		limit.read, limit.commas = 0, 0
		rec, err := cr.Read()
		if err != nil {
			return nil, 0, err
		}
		line, _ := cr.FieldPos(0)
		for i, cell := range rec {
			rec[i] = strings.ToValidUTF8(cell, "\uFFFD")
		}
		return rec, line, nil
	}
	if err := t.header(p); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// recordLimit ends a CSV file at a record that does not end: an unclosed quote
// would otherwise swallow the rest of the file into memory.
type recordLimit struct {
	r      io.Reader
	file   string
	comma  byte
	read   int // bytes since the last record began, give or take a read buffer
	commas int // among them
}

func (l *recordLimit) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.read += n; l.read > maxLine {
		return 0, &chaping.InputError{File: l.file, Problem: "有一条记录超过 32 MB", Remedy: "检查是否缺少换行，或有双引号没有配对"}
	}
	if l.commas += bytes.Count(p[:n], []byte{l.comma}); l.commas > maxColumns {
		return 0, &chaping.InputError{File: l.file, Problem: fmt.Sprintf("有一条记录超过 %d 列", maxColumns), Remedy: "检查是否缺少换行，或分隔符不对"}
	}
	return n, err
}

func openXLSX(ctx context.Context, file string, f *os.File, p *Profile) (source, error) {
	fault := func(err error) error {
		var f *foreign.Fault
		if errors.As(err, &f) {
			return &chaping.InputError{File: file, Line: f.Row, Problem: f.Problem, Remedy: f.Remedy}
		}
		return err
	}
	t := &table{file: file, closers: []io.Closer{f}}
	fail := func(err error) (source, error) { return nil, errors.Join(fault(err), t.Close()) }
	info, err := f.Stat()
	if err != nil {
		return fail(err)
	}
	book, err := foreign.OpenBook(ctx, f, info.Size(), foreign.BookLimits{Bytes: maxUnzipped, Shared: maxShared, Cells: maxCells})
	if err != nil {
		return fail(err)
	}
	if len(book.Sheets()) == 0 {
		return fail(&foreign.Fault{Problem: "没有工作表", Remedy: "数据应在第一张工作表"})
	}
	rows, err := book.Rows(0)
	if err != nil {
		return fail(err)
	}
	t.closers = []io.Closer{rows, f}
	t.records = func() ([]string, int, error) {
		row, err := rows.Next()
		if err != nil {
			return nil, 0, fault(err)
		}
		if len(row.Cells) == 0 {
			return nil, row.Number, nil
		}
		width := row.Cells[len(row.Cells)-1].Column + 1
		if t.width > 0 {
			width = min(width, t.width+1) // what is wider than the head is refused whatever its width
		}
		record := make([]string, width)
		for _, c := range row.Cells {
			record[min(c.Column, width-1)] = c.Text
		}
		return record, row.Number, nil
	}
	if err := t.header(p); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}
