package report

import (
	"math"
	"strconv"
)

// A Chart shows numbers of a few series over labels. It is drawn as vectors: as
// SVG for HTML, on the page of a PDF, and as a DrawingML chart for Word, which
// can be edited there. Series differ by hatching, or by dashes and
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

// dashes are those of the series' lines, drawn and left out in turns, in mm.
var dashes = [][]float64{nil, {1.6, 1}, {0.5, 0.8}}

// A pen draws on one kind of paper. Places and lengths are millimetres from the
// chart's upper left corner.
type pen interface {
	text(x, y float64, align Align, s string) // y is the baseline's, x the end that align names
	line(x1, y1, x2, y2, width float64, gray bool)
	rect(x, y, w, h float64, series int) // filled as the series is
	marker(x, y float64, series int)
	trace(parts [][][2]float64, series int) // dashed as the series is
}

// chartText is the size of a chart's text in mm.
const chartText = 3.3

// draw draws the chart.
func (c *Chart) draw(p pen) {
	d := &drawing{pen: p, c: c}
	if c.Kind == Bars {
		d.bars(c.height())
	} else {
		d.upright(c.height())
	}
	d.legend(c.height())
}

// A drawing is a chart on its way to paper.
type drawing struct {
	pen
	c *Chart
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
	d.text(chartWidth-1, 4, Right, "单位："+c.Unit)
	for v := step; v <= top*1.001; v += step {
		d.line(left+v*scale, above, left+v*scale, below, 0.15, true)
		d.text(left+v*scale, below+4, Center, valueText(v))
	}
	each := (below - above) / float64(max(len(c.Labels), 1))
	for i, label := range c.Labels {
		y := above + each*float64(i)
		d.text(left-1.5, y+each/2+1.2, Right, shorten(label, widestLabel))
		thick := each * 0.7 / float64(len(c.Series))
		for j, s := range c.Series {
			if v := s.Values[i]; !math.IsNaN(v) {
				at := y + each*0.15 + thick*float64(j)
				d.rect(left, at, v*scale, thick, j)
				d.text(left+v*scale+1, at+thick/2+1.2, Left, valueText(v))
			}
		}
	}
	d.line(left, above, left, below, 0.3, false)
}

// upright draws columns or lines.
func (d *drawing) upright(height float64) {
	c := d.c
	const left, right, above = 14.0, 3.0, 9.0
	below := height - 8 - 7*float64(boolean(len(c.Series) > 1))
	top, step := c.top()
	scale := (below - above) / top
	d.text(1, 4, Left, "单位："+c.Unit)
	for v := 0.0; v <= top*1.001; v += step {
		y := below - v*scale
		d.line(left, y, chartWidth-right, y, 0.15, true)
		d.text(left-1.5, y+1.2, Right, valueText(v))
	}
	each := (chartWidth - left - right) / float64(max(len(c.Labels), 1))
	for i, label := range c.Labels {
		d.text(left+each*(float64(i)+0.5), below+5, Center, shorten(label, max(4, int(each/1.65)+2)))
	}
	for j, s := range c.Series {
		var parts [][][2]float64
		gap := true
		for i, v := range s.Values {
			if math.IsNaN(v) {
				gap = true // nothing is known
				continue
			}
			x, y := left+each*(float64(i)+0.5), below-v*scale
			if c.Kind == Columns {
				thick := each * 0.7 / float64(len(c.Series))
				x += thick * (float64(j) - float64(len(c.Series))/2)
				d.rect(x, y, thick, v*scale, j)
				d.text(x+thick/2, y-1, Center, valueText(v))
				continue
			}
			if gap {
				parts, gap = append(parts, nil), false
			}
			parts[len(parts)-1] = append(parts[len(parts)-1], [2]float64{x, y})
		}
		if c.Kind != Lines {
			continue
		}
		d.trace(parts, j)
		for i, v := range s.Values {
			if math.IsNaN(v) {
				continue
			}
			x, y := left+each*(float64(i)+0.5), below-v*scale
			d.marker(x, y, j)
			if over := d.above(j, i); over {
				d.text(x, y-2, Center, valueText(v))
			} else {
				d.text(x, min(y+4.4, below-0.5), Center, valueText(v))
			}
		}
	}
	d.line(left, below, chartWidth-right, below, 0.3, false)
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
			d.trace([][][2]float64{{{x, y}, {x + 10, y}}}, j)
			d.marker(x+5, y, j)
		} else {
			d.rect(x+2, y-1.5, 6, 3, j)
		}
		d.text(x+12, y+1.2, Left, s.Name)
		x += 40
	}
}
