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
			blocks = append(blocks, htmlLine{kind: kind{Line: true}, Text: clean(block.Text), Font: block.Font.class(), Size: block.Size, Pitch: block.Pitch, Align: block.Align.String()})
		case Ends:
			blocks = append(blocks, htmlEnds{kind: kind{Ends: true}, Left: clean(block.Left), Right: clean(block.Right), Width: width})
		case Table:
			blocks = append(blocks, newHTMLTable(&block))
		case Heading:
			running = true
			blocks = append(blocks, htmlText{kind: kind{Prose: true}, Tag: block.Level, Text: clean(block.Text), Hint: clean(block.Hint), Font: block.font().class()})
		case Para:
			blocks = append(blocks, htmlText{kind: kind{Prose: true}, Text: clean(block.Text), Hint: clean(block.Hint), Font: Fang.class()})
		case Caption:
			blocks = append(blocks, htmlCaption{kind: kind{Caption: true}, Text: clean(block.Text), Below: block.Below})
		case Chart:
			blocks = append(blocks, htmlChart{kind: kind{Chart: true}, SVG: template.HTML(block.SVG())})
		}
	}
	return htmlTemplate.Execute(w, struct {
		Title, Subject string
		Page           Page
		Width          float64
		Song           template.CSS
		Fonts          []htmlFont
		Running        bool // text
		Blocks         []any
	}{clean(d.Title), clean(d.Subject), s.Page, width, css(Song), htmlFonts(), running, blocks})
}

// kind lets the template ask a block what it is.
type kind struct{ Line, Ends, Table, Prose, Caption, Chart bool }

// htmlText is a heading or, without a level, a paragraph.
type htmlText struct {
	kind
	Tag              int
	Text, Hint, Font string
}

type htmlCaption struct {
	kind
	Text  string
	Below bool
}

type htmlChart struct {
	kind
	SVG template.HTML // drawn and escaped by Chart.SVG
}

type htmlLine struct {
	kind
	Text, Font  string
	Size, Pitch float64
	Align       string
}

type htmlEnds struct {
	kind
	Left, Right string
	Width       float64
}

type htmlTable struct {
	kind
	Columns        []Column
	Headless       bool
	HeadSize, Size float64
	Width          float64
	Rows           iter.Seq[htmlRow]
}

type htmlRow struct {
	MM    float64
	Size  template.CSS // empty when it is the table's
	Cells []htmlCell
}

type htmlCell struct {
	Align string
	Font  string // empty when it is the table's
	Text  string
}

func newHTMLTable(t *Table) htmlTable {
	return htmlTable{
		kind: kind{
			Table: true,
		}, Columns: t.Columns, Headless: t.Headless, HeadSize: t.HeadSize, Size: t.Size, Width: t.edges()[len(t.Columns)-1],
		Rows: func(yield func(htmlRow) bool) {
			for values := range t.Rows {
				cells, size, _ := t.fit(values)
				row := htmlRow{MM: t.RowMM}
				if size != t.Size {
					row.Size = template.CSS(fmt.Sprintf("; font-size: %gpt", size))
				}
				for i, c := range t.Columns {
					cell := htmlCell{Align: c.Align.String(), Text: cellText(cells[i])}
					if c.Font != Fang {
						cell.Font = c.Font.class()
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

// htmlFont is the class of a font's role.
type htmlFont struct {
	Class string
	Names template.CSS
}

func htmlFonts() []htmlFont {
	var list []htmlFont
	for _, f := range fonts() {
		list = append(list, htmlFont{f.class(), css(f)})
	}
	return list
}

// class names the role in CSS.
func (f Font) class() string { return [...]string{"fang", "hei", "kai", "song", "biao"}[f] }

// css writes the fonts of a role as CSS.
func css(f Font) template.CSS { return template.CSS(f.String()) }

// String is the role's fonts as CSS lists them.
func (f Font) String() string { return "'" + strings.Join(f.names(), "', '") + "', serif" }
