package importer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"chaping"
)

const (
	maxUnzipped = 1 << 30   // of a whole workbook
	maxInMemory = 16 << 20  // a larger worksheet goes through a temporary file
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
			return sized{row: row{line: line, err: &chaping.InputError{File: t.file, Line: line, Value: strings.Join(record, ","), Problem: fmt.Sprintf("这一行有 %d 列，表头只有 %d 列", len(record), t.width), Remedy: "检查内容里的逗号是否加了引号"}}}, nil
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
		bytes := 0
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
	limit := &recordLimit{r: text, file: file}
	cr := csv.NewReader(limit)
	cr.FieldsPerRecord = -1
	// No ReuseRecord: rows are parsed later, side by side.
	if ext := filepath.Ext(strings.TrimSuffix(strings.ToLower(file), ".gz")); ext == ".tsv" {
		cr.Comma = '\t'
	}
	t := &table{file: file, closers: closers}
	t.records = func() ([]string, int, error) {
		limit.read = 0
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
	r    io.Reader
	file string
	read int // bytes since the last record began, give or take a read buffer
}

func (l *recordLimit) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.read += n; l.read > maxLine {
		return 0, &chaping.InputError{File: l.file, Problem: "有一条记录超过 32 MB", Remedy: "检查是否缺少换行，或有双引号没有配对"}
	}
	return n, err
}

func openXLSX(file string, p *Profile) (source, error) {
	book, err := excelize.OpenFile(file, excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxInMemory})
	if err != nil {
		problem, remedy := "不是有效的 xlsx 文件："+err.Error(), "用 Excel 或 WPS 另存为 .xlsx 后再导入"
		if strings.Contains(err.Error(), "unzip size exceeds") {
			problem, remedy = "解压后超过 1 GB，疑为压缩炸弹，已拒绝", "核对文件来源；数据确实很大时请导出为 CSV"
		}
		return nil, &chaping.InputError{File: file, Problem: problem, Remedy: remedy}
	}
	sheets := book.GetSheetList()
	if len(sheets) == 0 {
		book.Close()
		return nil, &chaping.InputError{File: file, Problem: "没有工作表", Remedy: "数据应在第一张工作表"}
	}
	rows, err := book.Rows(sheets[0])
	if err != nil {
		book.Close()
		return nil, &chaping.InputError{File: file, Problem: "第一张工作表读不出：" + err.Error(), Remedy: "用 Excel 或 WPS 另存为 .xlsx 后再导入"}
	}
	t := &table{file: file, closers: []io.Closer{rows, book}}
	line := 0
	t.records = func() ([]string, int, error) {
		if !rows.Next() {
			if err := rows.Error(); err != nil {
				return nil, 0, &chaping.InputError{File: file, Line: line + 1, Problem: "工作表损坏：" + err.Error(), Remedy: "用 Excel 或 WPS 另存为 .xlsx 后再导入"}
			}
			return nil, 0, io.EOF
		}
		line++
		rec, err := rows.Columns(excelize.Options{RawCellValue: true})
		return rec, line, err
	}
	if err := t.header(p); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}
