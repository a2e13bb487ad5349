package report

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"iter"
	"strings"
)

//go:embed html/document.html
var htmlFiles embed.FS

var htmlTemplate = template.Must(template.ParseFS(htmlFiles, "html/document.html"))

// WriteHTML writes the document's first section as one page without scripts
// or anything to load, for preview and print.
func (d *Document) WriteHTML(path string) error {
	return WriteFile(path, d.HTML)
}

// HTML is WriteHTML onto a stream.
func (d *Document) HTML(w io.Writer) error {
	s := &d.Sections[0]
	width := s.Page.text()
	running := false
	var blocks []any
	for _, block := range s.Blocks {
		switch block := block.(type) {
		case Line:
			blocks = append(blocks, htmlLine{kind: kind{Line: true}, Text: clean(block.Text), Font: css(block.Font), Size: block.Size, Pitch: block.Pitch, Align: css(block.Align)})
		case Ends:
			blocks = append(blocks, htmlEnds{kind: kind{Ends: true}, Left: clean(block.Left), Right: clean(block.Right), Width: width, Font: css(Fang)})
		case Table:
			blocks = append(blocks, newHTMLTable(&block))
		case Heading:
			running = true
			blocks = append(blocks, htmlText{kind: kind{Prose: true}, Tag: block.Level, Text: clean(block.Text), Hint: clean(block.Hint), Font: css(block.font())})
		case Para:
			blocks = append(blocks, htmlText{kind: kind{Prose: true}, Text: clean(block.Text), Hint: clean(block.Hint), Font: css(Fang)})
		case Caption:
			blocks = append(blocks, htmlCaption{kind: kind{Caption: true}, Text: clean(block.Text), Below: block.Below, Font: css(Hei)})
		case Chart:
			blocks = append(blocks, htmlChart{kind: kind{Chart: true}, SVG: template.HTML(block.SVG())})
		}
	}
	return htmlTemplate.Execute(w, struct {
		Title, Subject string
		Page           Page
		Width          float64
		Song           template.CSS
		Running        bool // text
		Blocks         []any
	}{clean(d.Title), clean(d.Subject), s.Page, width, css(Song), running, blocks})
}

// kind lets the template ask a block what it is.
type kind struct{ Line, Ends, Table, Prose, Caption, Chart bool }

// htmlText is a heading or, without a level, a paragraph.
type htmlText struct {
	kind
	Tag        int
	Text, Hint string
	Font       template.CSS
}

type htmlCaption struct {
	kind
	Text  string
	Below bool
	Font  template.CSS
}

type htmlChart struct {
	kind
	SVG template.HTML // drawn and escaped by Chart.SVG
}

type htmlLine struct {
	kind
	Text        string
	Font        template.CSS
	Size, Pitch float64
	Align       template.CSS
}

type htmlEnds struct {
	kind
	Left, Right string
	Width       float64
	Font        template.CSS
}

type htmlTable struct {
	kind
	Columns        []Column
	Headless       bool
	HeadSize, Size float64
	Width          float64
	Font, HeadFont template.CSS
	Rows           iter.Seq[htmlRow]
}

type htmlRow struct {
	MM    float64
	Size  template.CSS // empty when it is the table's
	Cells []htmlCell
}

type htmlCell struct {
	Align template.CSS
	Font  template.CSS // empty when it is the table's
	Text  string
}

func newHTMLTable(t *Table) htmlTable {
	return htmlTable{
		kind: kind{Table: true}, Columns: t.Columns, Headless: t.Headless, HeadSize: t.HeadSize, Size: t.Size, Width: t.edges()[len(t.Columns)-1],
		Font: css(Fang), HeadFont: css(Hei),
		Rows: func(yield func(htmlRow) bool) {
			for values := range t.Rows {
				cells, size, _ := t.fit(values)
				row := htmlRow{MM: t.RowMM}
				if size != t.Size {
					row.Size = template.CSS(fmt.Sprintf("; font-size: %gpt", size))
				}
				for i, c := range t.Columns {
					cell := htmlCell{Align: css(c.Align), Text: cellText(cells[i])}
					if c.Font != Fang {
						cell.Font = "; font-family: " + css(c.Font)
					}
					row.Cells = append(row.Cells, cell)
				}
				if !yield(row) {
					return
				}
			}
		},
	}
}

// css writes our own constants as CSS: an alignment, or the fonts of a role.
func css(v fmt.Stringer) template.CSS { return template.CSS(v.String()) }

// String is the role's fonts as CSS lists them.
func (f Font) String() string { return "'" + strings.Join(f.names(), "', '") + "', serif" }
