package report

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// A Chart shows numbers of a few series over labels. It is drawn twice, both
// times as vectors: as SVG for HTML and PDF, as a DrawingML chart for Word,
// which can be edited there. Series differ by hatching, or by dashes and
// markers, never by colour alone, and every value stands beside its mark, so
// that a copy in black and white loses nothing.
type Chart struct {
	Kind   ChartKind
	Unit   string // of the values
	Labels []string
	Series []Series
}

// A Series has a value for every label; NaN where nothing is known.
type Series struct {
	Name   string
	Values []float64
}

// A ChartKind is a kind of chart.
type ChartKind int

// The kinds.
const (
	Lines   ChartKind = iota // over time
	Bars                     // lying, for long labels
	Columns                  // standing
)

// widestLabel is up to where a bar's label is shown, in half characters.
const widestLabel = 38

// The chart's place in mm: as wide as the text area of a portrait page allows.
const chartWidth = 150.0

func (c *Chart) height() float64 {
	if c.Kind == Bars {
		return 18 + 8*float64(len(c.Labels)*len(c.Series)) + 8*float64(boolean(len(c.Series) > 1))
	}
	return 72
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// top is the end of the axis: 1, 2 or 5 times a power of ten in at most five
// steps above the greatest value.
func (c *Chart) top() (top, step float64) {
	greatest := 0.0
	for _, s := range c.Series {
		for _, v := range s.Values {
			if !math.IsNaN(v) {
				greatest = max(greatest, v)
			}
		}
	}
	if greatest == 0 {
		return 5, 1
	}
	for power := math.Pow(10, math.Floor(math.Log10(greatest))-1); ; power *= 10 {
		for _, m := range []float64{1, 2, 5} {
			if step = m * power; step*5 >= greatest && (step >= 1 || greatest < 1) {
				return step * math.Ceil(greatest/step), step
			}
		}
	}
}

// valueText is a value as the chart prints it.
func valueText(v float64) string {
	if v == math.Trunc(v) {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', 1, 64)
}

// The looks of the series, in order.
var (
	dashes   = []string{"", "1.6 1", "0.5 0.8"}
	hatching = []string{
		`<path d="M-0.5,0.5 l1,-1 M0,2 l2,-2 M1.5,2.5 l1,-1" stroke="#000" stroke-width="0.35"/>`,
		`<circle cx="1" cy="1" r="0.35"/>`,
		``,
	}
)

// SVG draws the chart. Its units are millimetres.
func (c *Chart) SVG() string {
	var b strings.Builder
	height := c.height()
	fmt.Fprintf(
		&b,
		`<svg xmlns="http://www.w3.org/2000/svg" role="img" width="%gmm" height="%gmm" viewBox="0 0 %g %g" font-family="%s" font-size="3.3">`,
		chartWidth,
		height,
		chartWidth,
		height,
		html.EscapeString(Hei.String()),
	)
	b.WriteString(`<defs>`)
	for i, h := range hatching {
		fmt.Fprintf(
			&b,
			`<pattern id="h%d" width="2" height="2" patternUnits="userSpaceOnUse"><rect width="2" height="2" fill="#fff"/>%s</pattern>`,
			i,
			h,
		)
	}
	b.WriteString(`</defs>`)
	d := &drawing{b: &b, c: c}
	if c.Kind == Bars {
		d.bars(height)
	} else {
		d.upright(height)
	}
	d.legend(height)
	b.WriteString(`</svg>`)
	return b.String()
}

type drawing struct {
	b *strings.Builder
	c *Chart
}

func (d *drawing) text(x, y float64, anchor, s string) {
	fmt.Fprintf(d.b, `<text x="%.2f" y="%.2f" text-anchor="%s">%s</text>`, x, y, anchor, html.EscapeString(clean(s)))
}

func (d *drawing) line(x1, y1, x2, y2, width float64, color string) {
	fmt.Fprintf(
		d.b,
		`<line x1="%.2f" y1="%.2f" x2="%.2f" y2="%.2f" stroke="%s" stroke-width="%g"/>`,
		x1,
		y1,
		x2,
		y2,
		color,
		width,
	)
}

func (d *drawing) rect(x, y, w, h float64, series int) {
	fmt.Fprintf(
		d.b,
		`<rect x="%.2f" y="%.2f" width="%.2f" height="%.2f" fill="url(#h%d)" stroke="#000" stroke-width="0.25"/>`,
		x,
		y,
		w,
		h,
		series%len(hatching),
	)
}

// marker is a filled circle, an empty square, an empty triangle.
func (d *drawing) marker(x, y float64, series int) {
	switch series % 3 {
	case 0:
		fmt.Fprintf(d.b, `<circle cx="%.2f" cy="%.2f" r="1"/>`, x, y)
	case 1:
		fmt.Fprintf(
			d.b,
			`<rect x="%.2f" y="%.2f" width="2" height="2" fill="#fff" stroke="#000" stroke-width="0.3"/>`,
			x-1,
			y-1,
		)
	default:
		fmt.Fprintf(
			d.b,
			`<path d="M%.2f,%.2f l1.2,2.1 h-2.4 z" fill="#fff" stroke="#000" stroke-width="0.3"/>`,
			x,
			y-1.3,
		)
	}
}

// bars draws lying bars.
func (d *drawing) bars(height float64) {
	c := d.c
	widest := 0
	for _, label := range c.Labels {
		n := 0
		for _, r := range shorten(label, widestLabel) {
			n += halves(r)
		}
		widest = max(widest, n)
	}
	left := max(float64(widest)*1.65+3, 18)
	const right, above = 14.0, 8.0
	top, step := c.top()
	scale := (chartWidth - left - right) / top
	below := height - 7 - 8*float64(boolean(len(c.Series) > 1))
	d.text(chartWidth-1, 4, "end", "单位："+c.Unit)
	for v := step; v <= top*1.001; v += step {
		d.line(left+v*scale, above, left+v*scale, below, 0.15, "#999")
		d.text(left+v*scale, below+4, "middle", valueText(v))
	}
	each := (below - above) / float64(max(len(c.Labels), 1))
	for i, label := range c.Labels {
		y := above + each*float64(i)
		d.text(left-1.5, y+each/2+1.2, "end", shorten(label, widestLabel))
		thick := each * 0.7 / float64(len(c.Series))
		for j, s := range c.Series {
			if v := s.Values[i]; !math.IsNaN(v) {
				at := y + each*0.15 + thick*float64(j)
				d.rect(left, at, v*scale, thick, j)
				d.text(left+v*scale+1, at+thick/2+1.2, "start", valueText(v))
			}
		}
	}
	d.line(left, above, left, below, 0.3, "#000")
}

// upright draws columns or lines.
func (d *drawing) upright(height float64) {
	c := d.c
	const left, right, above = 14.0, 3.0, 9.0
	below := height - 8 - 7*float64(boolean(len(c.Series) > 1))
	top, step := c.top()
	scale := (below - above) / top
	d.text(1, 4, "start", "单位："+c.Unit)
	for v := 0.0; v <= top*1.001; v += step {
		y := below - v*scale
		d.line(left, y, chartWidth-right, y, 0.15, "#999")
		d.text(left-1.5, y+1.2, "end", valueText(v))
	}
	each := (chartWidth - left - right) / float64(max(len(c.Labels), 1))
	for i, label := range c.Labels {
		d.text(left+each*(float64(i)+0.5), below+5, "middle", shorten(label, max(4, int(each/1.65)+2)))
	}
	for j, s := range c.Series {
		var path strings.Builder
		pen := "M"
		for i, v := range s.Values {
			if math.IsNaN(v) {
				pen = "M" // a gap: nothing is known
				continue
			}
			x, y := left+each*(float64(i)+0.5), below-v*scale
			if c.Kind == Columns {
				thick := each * 0.7 / float64(len(c.Series))
				x += thick * (float64(j) - float64(len(c.Series))/2)
				d.rect(x, y, thick, v*scale, j)
				d.text(x+thick/2, y-1, "middle", valueText(v))
				continue
			}
			fmt.Fprintf(&path, "%s%.2f,%.2f", pen, x, y)
			pen = "L"
		}
		if c.Kind != Lines {
			continue
		}
		fmt.Fprintf(
			d.b,
			`<path d="%s" fill="none" stroke="#000" stroke-width="0.45" stroke-dasharray="%s"/>`,
			path.String(),
			dashes[j%len(dashes)],
		)
		for i, v := range s.Values {
			if math.IsNaN(v) {
				continue
			}
			x, y := left+each*(float64(i)+0.5), below-v*scale
			d.marker(x, y, j)
			if over := d.above(j, i); over {
				d.text(x, y-2, "middle", valueText(v))
			} else {
				d.text(x, min(y+4.4, below-0.5), "middle", valueText(v))
			}
		}
	}
	d.line(left, below, chartWidth-right, below, 0.3, "#000")
}

// above tells whether a line's value stands above its mark: that of the upper
// line does, so that two lines' values keep out of each other's way.
func (d *drawing) above(series, label int) bool {
	for j, s := range d.c.Series {
		v, mine := s.Values[label], d.c.Series[series].Values[label]
		if j != series && !math.IsNaN(v) && (v > mine || v == mine && j < series) {
			return false
		}
	}
	return true
}

func (d *drawing) legend(height float64) {
	if len(d.c.Series) < 2 {
		return
	}
	x := chartWidth/2 - 20*float64(len(d.c.Series))
	for j, s := range d.c.Series {
		y := height - 3.5
		if d.c.Kind == Lines {
			fmt.Fprintf(
				d.b,
				`<path d="M%.2f,%.2f h10" fill="none" stroke="#000" stroke-width="0.45" stroke-dasharray="%s"/>`,
				x,
				y,
				dashes[j%len(dashes)],
			)
			d.marker(x+5, y, j)
		} else {
			d.rect(x+2, y-1.5, 6, 3, j)
		}
		d.text(x+12, y+1.2, "start", s.Name)
		x += 40
	}
}
