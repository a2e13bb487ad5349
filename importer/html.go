package importer

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"chaping"
)

const (
	maxHTMLToken = 4 << 20 // bytes of one tag or text
	maxSpan      = 1 << 16 // rows that a cell may span
)

// htmlTables reads the tables of a page, as programs write them that call their
// pages .xls. The text is UTF-8 by now.
type htmlTables struct {
	file string
	z    *html.Tokenizer
	row  int
	// within a table; a table in a cell is text of the cell
	depth int
	ended bool
	spans []span // cells that go on into further rows
}

type span struct {
	column, rows int
	text         string
}

func openHTML(file string, r io.Reader) grid {
	h := &htmlTables{file: file, z: html.NewTokenizer(r)}
	h.z.SetMaxBuf(maxHTMLToken)
	return &cellsGrid{tableNext: h.table, rowNext: h.next, close: func() error { return nil }}
}

// token is the next token; its error is io.EOF or an InputError.
func (h *htmlTables) token() (html.TokenType, error) {
	kind := h.z.Next()
	if kind != html.ErrorToken {
		return kind, nil
	}
	err := h.z.Err()
	if errors.Is(err, html.ErrBufferExceeded) {
		return kind, &chaping.InputError{File: h.file, Line: h.row,
			Problem: fmt.Sprintf("网页表格里有一处内容超过 %d MB", maxHTMLToken>>20), Remedy: "用 Excel 或 WPS 打开，另存为 xlsx 后再导入"}
	}
	return kind, err
}

func (h *htmlTables) table() (string, error) {
	for h.depth > 0 {
		if _, err := h.next(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return "", err
		}
	}
	for {
		kind, err := h.token()
		if err != nil {
			return "", err
		}
		if kind == html.StartTagToken {
			if name, _ := h.z.TagName(); string(name) == "table" {
				h.depth, h.row, h.ended, h.spans = 1, 0, false, nil
				return "", nil
			}
		}
	}
}

// next reads a row. Rows may be left open, as pages do.
func (h *htmlTables) next() (gridRow, error) {
	if h.ended || h.depth == 0 {
		return gridRow{}, io.EOF
	}
	var cells []string
	var joined []int
	var text strings.Builder
	inRow, inCell := false, false
	var now span // of the open cell
	var begun []span
	place := func() { // where cells of rows above stand
		for _, s := range h.spans {
			if s.column == len(cells) && len(cells) < maxColumns {
				joined = append(joined, len(cells))
				cells = append(cells, s.text)
			}
		}
	}
	hidden := false
	endCell := func() {
		if !inCell {
			return
		}
		inCell = false
		place()
		now.text = strings.TrimSpace(text.String())
		text.Reset()
		if now.rows > 1 && len(begun) < maxColumns {
			begun = append(begun, span{len(cells), now.rows - 1, now.text})
		}
		if len(cells) < maxColumns {
			cells = append(cells, now.text)
		}
		for extra := 1; extra < now.column && len(cells) < maxColumns; extra++ {
			cells = append(cells, "")
		}
	}
	finish := func() gridRow {
		endCell()
		place()
		h.row++
		kept := h.spans[:0]
		for _, s := range h.spans {
			if s.rows--; s.rows > 0 {
				kept = append(kept, s)
			}
		}
		h.spans = append(kept, begun...)
		return gridRow{line: h.row, cells: cells, joined: joined, hidden: hidden}
	}
	for {
		kind, err := h.token()
		if errors.Is(err, io.EOF) {
			h.ended, h.depth = true, 0
			if inRow {
				return finish(), nil
			}
			return gridRow{}, io.EOF
		}
		if err != nil {
			return gridRow{}, err
		}
		switch kind {
		case html.TextToken:
			if inCell {
				text.Write(h.z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, attributes := h.z.TagName()
			switch tag := atom.Lookup(name); {
			case tag == atom.Table:
				h.depth++
			case h.depth > 1:
			case tag == atom.Tr:
				if inRow && (len(cells) > 0 || inCell) {
					row := finish()
					return row, nil
				}
				inRow = true
				for attributes {
					var key, value []byte
					key, value, attributes = h.z.TagAttr()
					hidden = hidden || string(key) == "hidden" ||
						string(key) == "style" && hiddenStyle.Match(value)
				}
			case tag == atom.Td || tag == atom.Th:
				inRow = true
				endCell()
				inCell, now = true, span{column: 1, rows: 1}
				for attributes {
					var key, value []byte
					key, value, attributes = h.z.TagAttr()
					n, err := strconv.Atoi(string(value))
					if err != nil || n < 1 {
						continue
					}
					switch string(key) {
					case "colspan":
						now.column = min(n, 1000)
					case "rowspan":
						now.rows = min(n, maxSpan)
					}
				}
			case inCell && (tag == atom.Br || tag == atom.P || tag == atom.Div):
				text.WriteByte('\n')
			case tag == atom.Script || tag == atom.Style:
				_, _ = h.token() // its text
			}
		case html.EndTagToken:
			name, _ := h.z.TagName()
			switch tag := atom.Lookup(name); {
			case tag == atom.Table:
				if h.depth--; h.depth == 0 {
					h.ended = true
					if inRow {
						return finish(), nil
					}
					return gridRow{}, io.EOF
				}
			case h.depth > 1:
			case tag == atom.Td || tag == atom.Th:
				endCell()
			case tag == atom.Tr && inRow:
				return finish(), nil
			}
		}
	}
}

// hiddenStyle is that of what a page does not show.
var hiddenStyle = regexp.MustCompile(`(?i)display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)`)
