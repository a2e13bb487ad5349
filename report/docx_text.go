package report

import (
	"archive/zip"
	"fmt"
	"math"
	"strconv"
)

// The parts of a docx that only running text has: headings, paragraphs,
// comments and charts.

// docxChart is a chart as chart.xml wants it. The cells it names are in no
// workbook: Word draws from what is cached beside them.
type docxChart struct {
	Chart
	Font            string
	IsLines, IsBars bool
	Last            int // row of the last label
	Top, Step       float64
	Plots           []docxPlot
}

type docxPlot struct {
	Name                             string
	Index                            int
	Column                           string
	Dash, Marker, Fill, Hatch, Place string
	Points                           []docxPoint
}

type docxPoint struct {
	Index int
	Value string
}

func newDOCXChart(c *Chart) docxChart {
	d := docxChart{
		Chart:   *c,
		Font:    Hei.name(),
		IsLines: c.Kind == Lines,
		IsBars:  c.Kind == Bars,
		Last:    len(c.Labels) + 1,
	}
	d.Top, d.Step = c.top()
	d.Labels = nil
	for _, l := range c.Labels {
		d.Labels = append(d.Labels, shorten(l, widestLabel))
	}
	for j, s := range c.Series {
		look := j % 3
		p := docxPlot{
			Name:   s.Name,
			Index:  j,
			Column: string(rune('B' + j)),
			Dash:   []string{"solid", "dash", "sysDot"}[look],
			Marker: []string{"circle", "square", "triangle"}[look],
			Fill:   []string{"000000", "FFFFFF", "FFFFFF"}[look],
			Hatch:  []string{"wdUpDiag", "pct10", "pct5"}[look],
			Place:  "outEnd",
		}
		if d.IsLines { // the greater series' values above, the other's below
			p.Place = "t"
			if j > 0 && total(s) < total(c.Series[0]) || j == 0 && len(c.Series) > 1 && total(s) <= total(c.Series[1]) {
				p.Place = "b"
			}
		}
		for i, v := range s.Values {
			if !math.IsNaN(v) {
				p.Points = append(p.Points, docxPoint{i, strconv.FormatFloat(v, 'f', -1, 64)})
			}
		}
		d.Plots = append(d.Plots, p)
	}
	return d
}

func total(s Series) float64 {
	sum := 0.0
	for _, v := range s.Values {
		if !math.IsNaN(v) {
			sum += v
		}
	}
	return sum
}

// textParts writes comments and charts, where there are any.
func textParts(archive *zip.Writer, hints []string, charts []*Chart) error {
	if len(hints) > 0 {
		f, err := archive.Create("word/comments.xml")
		if err == nil {
			err = docxTemplates.ExecuteTemplate(f, "comments.xml", struct {
				Hints []string
				Song  string
			}{hints, Song.name()})
		}
		if err != nil {
			return err
		}
	}
	for i, c := range charts {
		f, err := archive.Create(fmt.Sprintf("word/charts/chart%d.xml", i+1))
		if err == nil {
			err = docxTemplates.ExecuteTemplate(f, "chart.xml", newDOCXChart(c))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// text writes a paragraph of running text. A comment spans it.
func (x *docxBody) text(s, hint string, f Font, before, after string) {
	x.printf(
		`<w:p><w:pPr>%s<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:spacing w:before="0" w:after="0" w:line="%d" w:lineRule="exact"/>%s</w:pPr>`,
		before,
		twips(textPitch),
		after,
	)
	if hint != "" {
		x.printf(`<w:commentRangeStart w:id="%d"/>`, x.hints)
	}
	x.runs(s, f, textSize, true)
	if hint != "" {
		x.printf(`<w:commentRangeEnd w:id="%[1]d"/><w:r><w:commentReference w:id="%[1]d"/></w:r>`, x.hints)
		x.hints++
	}
	x.write(`</w:p>`)
}

func (x *docxBody) heading(h Heading) {
	x.text(
		h.Text,
		h.Hint,
		h.font(),
		`<w:keepNext/>`,
		fmt.Sprintf(`<w:ind w:firstLineChars="200" w:firstLine="640"/><w:outlineLvl w:val="%d"/>`, h.Level-1),
	)
}

func (x *docxBody) para(p Para) {
	x.text(p.Text, p.Hint, Fang, ``, `<w:ind w:firstLineChars="200" w:firstLine="640"/><w:jc w:val="both"/>`)
}

func (x *docxBody) caption(c Caption) {
	keep := `<w:keepNext/>`
	if c.Below {
		keep = ""
	}
	x.paragraph(c.Text, Hei, 12, twips(22), Center, keep)
}

// chart places the chart in a paragraph of its own, with its caption.
func (x *docxBody) chart(c *Chart) {
	x.charts++
	emu := func(mm float64) int { return int(mm * 36000) }
	x.printf(
		`<w:p><w:pPr><w:keepNext/><w:spacing w:before="60" w:after="0"/><w:jc w:val="center"/></w:pPr><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0"><wp:extent cx="%[1]d" cy="%[2]d"/><wp:docPr id="%[3]d" name="图表 %[3]d"/><wp:cNvGraphicFramePr/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="rIdChart%[3]d"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`,
		emu(chartWidth),
		emu(c.height()),
		x.charts,
	)
}
