package report

import (
	"archive/zip"
	"bufio"
	"embed"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/template"
)

// The parts of a docx that are the same in every document or nearly so. No
// library was found that writes odd and even footers, comments and rows that
// repeat; a form needs few elements of WordprocessingML (ECMA-376 part 1).
//
//go:embed docx/*.xml
var docxParts embed.FS

var docxTemplates = template.Must(
	template.New("").Funcs(template.FuncMap{"xml": escapeXML}).ParseFS(docxParts, "docx/*.xml"),
)

// docxPart is where a template of docx/ stands in the archive.
var docxFiles = []struct{ template, name string }{
	{"content_types.xml", "[Content_Types].xml"},
	{"rels.xml", "_rels/.rels"},
	{"core.xml", "docProps/core.xml"},
	{"document_rels.xml", "word/_rels/document.xml.rels"},
	{"styles.xml", "word/styles.xml"},
	{"settings.xml", "word/settings.xml"},
	{"fonts.xml", "word/fontTable.xml"},
	{"footer_odd.xml", "word/footer1.xml"},
	{"footer_even.xml", "word/footer2.xml"},
}

// WriteDOCX writes the document's first section. The same document gives the
// same bytes.
func (d *Document) WriteDOCX(path string) error {
	return WriteFile(path, func(w io.Writer) error {
		archive := zip.NewWriter(w)
		hints, charts := d.Sections[0].hints(), d.Sections[0].charts()
		data := struct {
			*Document
			Fonts  []docxFont
			Song   string
			Hints  []string
			Charts []int // their numbers
		}{d, docxFonts(), Song.name(), hints, nil}
		for i := range charts {
			data.Charts = append(data.Charts, i+1)
		}
		for _, part := range docxFiles {
			f, err := archive.Create(part.name)
			if err == nil {
				err = docxTemplates.ExecuteTemplate(f, part.template, data)
			}
			if err != nil {
				return err
			}
		}
		if err := textParts(archive, hints, charts); err != nil {
			return err
		}
		f, err := archive.Create("word/document.xml")
		if err != nil {
			return err
		}
		x := &docxBody{w: bufio.NewWriter(f)}
		x.document(&d.Sections[0])
		if err := x.w.Flush(); err != nil {
			return err
		}
		return archive.Close()
	})
}

// docxFont tells Word what to take for a font that is not installed.
type docxFont struct{ Name, Instead string }

func docxFonts() []docxFont {
	var list []docxFont
	for _, f := range fonts() {
		names := f.names()
		list = append(list, docxFont{names[0], strings.Join(names[1:], ",")})
	}
	return list
}

func escapeXML(s string) (string, error) {
	var b strings.Builder
	err := xml.EscapeText(&b, []byte(clean(s)))
	return b.String(), err
}

// docxBody writes word/document.xml. Errors stay in the writer until Flush.
type docxBody struct {
	w             *bufio.Writer
	hints, charts int // written so far
}

func (x *docxBody) write(s string) { _, _ = x.w.WriteString(s) }

func (x *docxBody) printf(format string, args ...any) { fmt.Fprintf(x.w, format, args...) }

// twips are twentieths of a point.
func twips(pt float64) int { return int(math.Round(pt * 20)) }

func (x *docxBody) document(s *Section) {
	x.write(
		xml.Header + `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>`,
	)
	afterTable := false
	for _, block := range s.Blocks {
		afterTable = false
		switch block := block.(type) {
		case Line:
			x.paragraph(block.Text, block.Font, block.Size, twips(block.Pitch), block.Align, "")
		case Ends:
			x.ends(s, block)
		case Table:
			x.table(&block)
			afterTable = true
		case Heading:
			x.heading(block)
		case Para:
			x.para(block)
		case Caption:
			x.caption(block)
		case Chart:
			x.chart(&block)
		}
	}
	if afterTable { // Word wants a paragraph after a table; this one takes no room
		x.write(`<w:p><w:pPr><w:spacing w:line="20" w:lineRule="exact"/><w:rPr><w:sz w:val="2"/></w:rPr></w:pPr></w:p>`)
	}
	width, height := s.Page.size()
	orient := ""
	if s.Page.Landscape {
		orient = ` w:orient="landscape"`
	}
	// The page number stands 7 mm below the text area; footer distances
	// count from the paper's edge to the footer's foot.
	x.printf(
		`<w:sectPr><w:footerReference w:type="default" r:id="rId4"/><w:footerReference w:type="even" r:id="rId5"/><w:pgSz w:w="%d" w:h="%d"%s/>`+
			`<w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%d" w:header="567" w:footer="%d" w:gutter="0"/></w:sectPr></w:body></w:document>`,
		twips(
			mm(width),
		),
		twips(mm(height)),
		orient,
		twips(mm(s.Page.Top)),
		twips(mm(s.Page.Right)),
		twips(mm(s.Page.Bottom)),
		twips(mm(s.Page.Left)),
		twips(mm(max(s.Page.Bottom-7-5, 8))),
	)
}

// runProperties name the font for Latin and Chinese alike.
func runProperties(f Font, size float64, tight bool) string {
	spacing := ""
	if tight {
		spacing = fmt.Sprintf(`<w:spacing w:val="%d"/>`, twips(textTight))
	}
	return fmt.Sprintf(
		`<w:rPr><w:rFonts w:ascii="%[1]s" w:hAnsi="%[1]s" w:eastAsia="%[1]s" w:cs="%[1]s"/>%[3]s<w:sz w:val="%[2]d"/><w:szCs w:val="%[2]d"/></w:rPr>`,
		f.name(),
		int(size*2),
		spacing,
	)
}

// paragraph writes one paragraph; line breaks in the text stay line breaks.
// pitch is exact, in twips; more stands in its properties.
func (x *docxBody) paragraph(text string, f Font, size float64, pitch int, align Align, more string) {
	jc := align.String()
	x.printf(
		`<w:p><w:pPr>%s<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:spacing w:before="0" w:after="0" w:line="%d" w:lineRule="exact"/><w:jc w:val="%s"/></w:pPr>`,
		more,
		pitch,
		jc,
	)
	x.run(text, f, size)
	x.write(`</w:p>`)
}

func (x *docxBody) run(text string, f Font, size float64) { x.runs(text, f, size, false) }

// runs is run, tighter for running text.
func (x *docxBody) runs(text string, f Font, size float64, tight bool) {
	if text == "" {
		return
	}
	x.write(`<w:r>` + runProperties(f, size, tight))
	for i, part := range strings.Split(clean(text), "\n") {
		if i > 0 {
			x.write(`<w:br/>`)
		}
		x.write(`<w:t xml:space="preserve">`)
		_ = xml.EscapeText(x.w, []byte(part)) // the writer keeps its error
		x.write(`</w:t>`)
	}
	x.write(`</w:r>`)
}

// ends sets the second text with a tab at the right end. (A table without
// borders would grow together with the one that follows.)
func (x *docxBody) ends(s *Section, e Ends) {
	x.printf(
		`<w:p><w:pPr><w:tabs><w:tab w:val="right" w:pos="%d"/></w:tabs><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:spacing w:before="0" w:after="0" w:line="480" w:lineRule="exact"/></w:pPr>`,
		twips(mm(s.Page.text())),
	)
	x.run(e.Left, Fang, 14)
	x.write(`<w:r><w:tab/></w:r>`)
	x.run(e.Right, Fang, 14)
	x.write(`</w:p>`)
}

func (x *docxBody) table(t *Table) {
	border := func(side string) string {
		return `<w:` + side + ` w:val="single" w:sz="6" w:space="0" w:color="000000"/>`
	}
	x.printf(
		`<w:tbl><w:tblPr><w:tblW w:w="%d" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>%s</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>`,
		twips(
			mm(t.edges()[len(t.Columns)-1]),
		),
		border("top")+border("left")+border("bottom")+border("right")+border("insideH")+border("insideV"),
	)
	for _, c := range t.Columns {
		x.printf(`<w:gridCol w:w="%d"/>`, twips(mm(c.MM)))
	}
	x.write(`</w:tblGrid>`)
	if !t.Headless {
		x.row(
			t,
			heads(t.Columns),
			mm(12),
			t.HeadSize,
			`<w:tblHeader/>`,
			func(Column) (Font, Align) { return Hei, Center },
		)
	}
	for row := range t.Rows {
		cells, size, _ := t.fit(row)
		x.row(t, cells, mm(t.RowMM), size, "", func(c Column) (Font, Align) { return c.Font, c.Align })
	}
	x.write(`</w:tbl>`)
}

func (x *docxBody) row(t *Table, cells []any, height, size float64, more string, look func(Column) (Font, Align)) {
	x.printf(`<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="%d" w:hRule="atLeast"/>%s</w:trPr>`, twips(height), more)
	for i, c := range t.Columns {
		font, align := look(c)
		x.printf(`<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>`, twips(mm(c.MM)))
		x.paragraph(cellText(cells[i]), font, size, twips(size*leading), align, "")
		x.write(`</w:tc>`)
	}
	x.write(`</w:tr>`)
}

// cellText is a cell as formats without numbers print it.
func cellText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case uint64:
		return strconv.FormatUint(v, 10)
	}
	return fmt.Sprint(v)
}
