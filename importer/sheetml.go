package importer

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"chaping"
)

// sheetML reads the XML that Excel 2003 saves a table as, and that shops'
// programs write and call .xls.
type sheetML struct {
	file  string
	dec   *xml.Decoder
	depth int
	row   int
	ended bool
	spans []span
}

func openSheetML(file string, r io.Reader) grid {
	s := &sheetML{file: file, dec: xml.NewDecoder(r), ended: true}
	s.dec.Strict = false
	s.dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is UTF-8 by now
	return &cellsGrid{tableNext: s.table, rowNext: s.next, close: func() error { return nil }}
}

const maxXMLDepth = 50

func (s *sheetML) token() (xml.Token, error) {
	t, err := s.dec.RawToken()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		var syntax *xml.SyntaxError
		if !errors.As(err, &syntax) {
			return nil, err
		}
		return nil, &chaping.InputError{File: s.file, Line: s.row, Problem: "XML 表格已损坏：" + syntax.Msg,
			Remedy: "用 Excel 或 WPS 打开，另存为 xlsx 后再导入"}
	}
	switch t.(type) {
	case xml.StartElement:
		if s.depth++; s.depth > maxXMLDepth {
			return nil, &chaping.InputError{File: s.file, Line: s.row, Problem: "XML 嵌套过深", Remedy: "核对文件来源"}
		}
	case xml.EndElement:
		s.depth--
	}
	return t, nil
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (s *sheetML) table() (string, error) {
	for {
		t, err := s.token()
		if err != nil {
			return "", err
		}
		if start, ok := t.(xml.StartElement); ok && start.Name.Local == "Worksheet" {
			s.row, s.ended, s.spans = 0, false, nil
			return attribute(start, "Name"), nil
		}
	}
}

func (s *sheetML) next() (gridRow, error) {
	for !s.ended {
		t, err := s.token()
		if err != nil {
			s.ended = true
			return gridRow{}, err
		}
		switch t := t.(type) {
		case xml.EndElement:
			s.ended = t.Name.Local == "Worksheet"
		case xml.StartElement:
			if t.Name.Local == "Row" {
				if n, err := strconv.Atoi(attribute(t, "Index")); err == nil && n > s.row && n <= 1<<20 {
					s.row = n - 1
				}
				s.row++
				return s.cells()
			}
		}
	}
	return gridRow{}, io.EOF
}

func (s *sheetML) cells() (gridRow, error) {
	row := gridRow{line: s.row}
	var begun []span
	var text strings.Builder
	inData, down := false, 0
	place := func() {
		for _, f := range s.spans {
			if f.column == len(row.cells) {
				row.cells = append(row.cells, f.text)
			}
		}
	}
	for {
		t, err := s.token()
		if err != nil {
			return row, err
		}
		switch t := t.(type) {
		case xml.CharData:
			if inData {
				text.Write(t)
			}
			if text.Len() > maxLine {
				return row, &chaping.InputError{File: s.file, Line: s.row,
					Problem: fmt.Sprintf("有单元格超过 %d MB", maxLine>>20), Remedy: "核对这一行是否混入了别的内容"}
			}
		case xml.StartElement:
			switch t.Name.Local {
			case "Cell":
				place()
				if n, err := strconv.Atoi(attribute(t, "Index")); err == nil && n <= maxColumns {
					for len(row.cells) < n-1 {
						row.cells = append(row.cells, "")
						place()
					}
				}
				down, _ = strconv.Atoi(attribute(t, "MergeDown"))
			case "Data":
				inData = true
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "Data":
				inData = false
			case "Cell":
				value := strings.TrimSpace(text.String())
				text.Reset()
				if down > 0 {
					begun = append(begun, span{len(row.cells), min(down, maxSpan), value})
				}
				if len(row.cells) < maxColumns {
					row.cells = append(row.cells, numberText(value))
				}
			case "Row":
				place()
				kept := s.spans[:0]
				for _, f := range s.spans {
					if f.rows--; f.rows > 0 {
						kept = append(kept, f)
					}
				}
				s.spans = append(kept, begun...)
				return row, nil
			}
		}
	}
}
