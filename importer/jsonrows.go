package importer

import (
	"errors"
	"io"
	"regexp"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/tidwall/gjson"

	"chaping"
)

// rowsOfJSON are the beginnings of JSON that is a table: rows that are arrays, as
// data frames and online spreadsheets write them.
var rowsOfJSON = regexp.MustCompile(
	`^(?:\s*\[\s*\[\s*["\d-]|\s*\{\s*"(?:columns|header|headers|fields)"\s*:\s*\[\s*"[^{\[]*\]\s*,)`,
)

// jsonRows reads such a table.
type jsonRows struct {
	file  string
	dec   *jsontext.Decoder
	begun bool
	row   int
	ended bool
}

func openJSONRows(file string, r io.Reader) grid {
	j := &jsonRows{file: file, dec: newJSONDecoder(file, r)}
	return &cellsGrid{tableNext: j.table, rowNext: j.next, close: func() error { return nil }}
}

func (j *jsonRows) table() (string, error) {
	if j.begun {
		return "", io.EOF
	}
	j.begun = true
	return "", nil
}

func (j *jsonRows) next() (gridRow, error) {
	for !j.ended {
		row, ok, err := j.step()
		var syntax *jsontext.SyntacticError
		var input *chaping.InputError
		if errors.As(err, &input) {
			return row, input
		}
		if errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF) {
			return row, &chaping.InputError{File: j.file, Line: j.row, Problem: "JSON 不完整或写错了", Remedy: "重新导出"}
		}
		if ok || err != nil {
			return row, err
		}
	}
	return gridRow{}, io.EOF
}

// step reads on by a bracket, a name or a row. Rows stand in an array at the top,
// or in one of an object's.
func (j *jsonRows) step() (row gridRow, ok bool, err error) {
	switch kind, depth := j.dec.PeekKind(), j.dec.StackDepth(); {
	case kind == 0 && depth == 0:
		j.ended = true
		return row, false, nil
	case depth == 0, kind == ']', kind == '}':
		_, err = j.dec.ReadToken()
		return row, false, err
	}
	top, _ := j.dec.StackIndex(1)
	if top == '{' && j.dec.StackDepth() == 1 {
		name, err := j.dec.ReadToken()
		if err != nil {
			return row, false, err
		}
		switch name.String() {
		case "columns", "header", "headers", "fields":
			return j.cells()
		case "data", "rows", "values", "items":
			if j.dec.PeekKind() == '[' {
				_, err = j.dec.ReadToken()
				return row, false, err
			}
		}
		return row, false, j.dec.SkipValue()
	}
	return j.cells()
}

// cells reads an array as a row.
func (j *jsonRows) cells() (row gridRow, ok bool, err error) {
	value, err := j.dec.ReadValue()
	if err != nil {
		return row, false, err
	}
	j.row++
	row.line = j.row
	for _, cell := range gjson.ParseBytes(value).Array() {
		text, _ := jsonText(cell)
		row.cells = append(row.cells, text)
		if len(row.cells) > maxColumns {
			row.fault = &chaping.InputError{File: j.file, Line: j.row, Problem: "这一行的列太多", Remedy: "核对文件来源"}
			break
		}
	}
	return row, true, nil
}
