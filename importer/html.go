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
	row := htmlRow{above: h.spans}
	for {
		kind, err := h.token()
		switch {
		case errors.Is(err, io.EOF):
			h.ended, h.depth = true, 0
		case err != nil:
			return gridRow{}, err
		}
		ended := h.ended
		switch kind {
		case html.TextToken:
			if row.inCell {
				row.text.Write(h.z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			ended = h.begin(&row)
		case html.EndTagToken:
			ended = h.end(&row)
		}
		switch {
		case ended && row.begun:
			return h.finish(&row), nil
		case h.ended:
			return gridRow{}, io.EOF
		}
	}
}

// begin takes a tag that opens, and tells whether it ends the row before it.
func (h *htmlTables) begin(row *htmlRow) (ended bool) {
	name, attributes := h.z.TagName()
	switch tag := atom.Lookup(name); {
	case tag == atom.Table:
		h.depth++
	case h.depth > 1:
	case tag == atom.Tr:
		if row.begun && (len(row.cells) > 0 || row.inCell) {
			return true
		}
		row.begun = true
		for attributes {
			var key, value []byte
			key, value, attributes = h.z.TagAttr()
			row.hidden = row.hidden || string(key) == "hidden" ||
				string(key) == "style" && hiddenStyle.Match(value)
		}
	case tag == atom.Td || tag == atom.Th:
		cell := span{column: 1, rows: 1}
		for attributes {
			var key, value []byte
			key, value, attributes = h.z.TagAttr()
			n, err := strconv.Atoi(string(value))
			if err != nil || n < 1 {
				continue
			}
			switch string(key) {
			case "colspan":
				cell.column = min(n, 1000)
			case "rowspan":
				cell.rows = min(n, maxSpan)
			}
		}
		row.endCell()
		row.begun, row.inCell, row.cell = true, true, cell
	case row.inCell && (tag == atom.Br || tag == atom.P || tag == atom.Div):
		row.text.WriteByte('\n')
	case tag == atom.Script || tag == atom.Style:
		_, _ = h.token() // its text
	}
	return false
}

// end takes a tag that closes, and tells whether it ends the row.
func (h *htmlTables) end(row *htmlRow) (ended bool) {
	name, _ := h.z.TagName()
	switch tag := atom.Lookup(name); {
	case tag == atom.Table:
		h.depth--
		h.ended = h.depth == 0
		return h.ended
	case h.depth > 1:
	case tag == atom.Td || tag == atom.Th:
		row.endCell()
	case tag == atom.Tr:
		return true
	}
	return false
}

func (h *htmlTables) finish(row *htmlRow) gridRow {
	row.endCell()
	row.place()
	h.row++
	kept := h.spans[:0]
	for _, s := range h.spans {
		if s.rows--; s.rows > 0 {
			kept = append(kept, s)
		}
	}
	h.spans = append(kept, row.below...)
	return gridRow{line: h.row, cells: row.cells, joined: row.joined, hidden: row.hidden}
}

// An htmlRow is a row as far as it has been read.
type htmlRow struct {
	begun, inCell, hidden bool

	above  []span // cells of rows above that reach into this one
	below  []span // cells of this row that reach further
	cell   span   // the open one
	text   strings.Builder
	cells  []string
	joined []int // columns that hold cells of rows above
}

// place fills in the cells of rows above that come next.
func (r *htmlRow) place() {
	for _, s := range r.above {
		if s.column == len(r.cells) && len(r.cells) < maxColumns {
			r.joined = append(r.joined, len(r.cells))
			r.cells = append(r.cells, s.text)
		}
	}
}

func (r *htmlRow) endCell() {
	if !r.inCell {
		return
	}
	r.inCell = false
	r.place()
	r.cell.text = strings.TrimSpace(r.text.String())
	r.text.Reset()
	if r.cell.rows > 1 && len(r.below) < maxColumns {
		r.below = append(r.below, span{len(r.cells), r.cell.rows - 1, r.cell.text})
	}
	if len(r.cells) < maxColumns {
		r.cells = append(r.cells, r.cell.text)
	}
	for extra := 1; extra < r.cell.column && len(r.cells) < maxColumns; extra++ {
		r.cells = append(r.cells, "")
	}
}

// hiddenStyle is that of what a page does not show.
var hiddenStyle = regexp.MustCompile(`(?i)display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)`)
