package pdf

import (
	"bytes"
	"fmt"
	"math"
	"strings"
)

// A Page is drawn on until the next one begins.
type Page struct {
	w             *Writer
	width, height float64
	content       bytes.Buffer
}

// Page begins a page.
func (w *Writer) Page(width, height float64) *Page {
	w.endPage()
	w.page = &Page{w: w, width: width, height: height}
	return w.page
}

// endPage writes the page that is drawn on.
func (w *Writer) endPage() {
	p := w.page
	if p == nil {
		return
	}
	w.page = nil
	content := w.stream("", p.content.Bytes())
	w.pages = append(w.pages, w.object(
		0,
		"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %s %s] /Resources %d 0 R /Contents %d 0 R >>",
		pagesObject,
		number(p.width),
		number(p.height),
		resourcesObject,
		content,
	))
}

// Text draws a line with its baseline's left end at a place. Each gap is
// widened by stretch points.
func (p *Page) Text(x, y float64, l Line, stretch float64) {
	b := &p.content
	for _, r := range l.runs {
		fmt.Fprintf(b, "BT /F%d %s Tf %s %s Td [", r.font.number, number(l.size), number(x), number(p.height-y))
		open := false
		drawn := 0.0 // where the next glyph stands without adjustment
		at := 0.0
		rise := 0.0
		for _, g := range r.glyphs {
			if g.y != rise {
				if open {
					b.WriteByte('>')
					open = false
				}
				rise = g.y
				fmt.Fprintf(b, "] TJ %s Ts [", number(rise))
			}
			if move := (at + g.x - drawn) / l.size * 1000; math.Abs(move) >= 0.5 {
				if open {
					b.WriteByte('>')
					open = false
				}
				fmt.Fprintf(b, "%s", number(-math.Round(move)))
				drawn += math.Round(move) / 1000 * l.size
			}
			if !open {
				b.WriteByte('<')
				open = true
			}
			fmt.Fprintf(b, "%04X", g.cid)
			drawn += r.font.width(g.cid, l.size)
			at += g.advance + stretch
		}
		if open {
			b.WriteByte('>')
		}
		b.WriteString("] TJ")
		if rise != 0 {
			b.WriteString(" 0 Ts")
		}
		b.WriteString(" ET\n")
		x += at
	}
}

// A Fill is what a shape is filled with.
type Fill int

// The fills.
const (
	Empty Fill = iota
	White
	Black
	Hatched
	Dotted
)

// operators sets the colour of a fill.
func (f Fill) operators() string {
	return [...]string{"", "1 g ", "0 g ", "/P cs /Hatched scn ", "/P cs /Dotted scn "}[f]
}

// A Path is a line or a shape.
type Path struct {
	p *Page
	b strings.Builder
}

// Path begins a path.
func (p *Page) Path() *Path { return &Path{p: p} }

// Move goes to a place without drawing.
func (l *Path) Move(x, y float64) *Path {
	fmt.Fprintf(&l.b, "%s %s m ", number(x), number(l.p.height-y))
	return l
}

// Line draws to a place.
func (l *Path) Line(x, y float64) *Path {
	fmt.Fprintf(&l.b, "%s %s l ", number(x), number(l.p.height-y))
	return l
}

// Close draws to where the path began.
func (l *Path) Close() *Path {
	l.b.WriteString("h ")
	return l
}

// Rect adds a rectangle by its upper left corner.
func (l *Path) Rect(x, y, width, height float64) *Path {
	fmt.Fprintf(&l.b, "%s %s %s %s re ", number(x), number(l.p.height-y-height), number(width), number(height))
	return l
}

// Circle adds a circle.
func (l *Path) Circle(x, y, radius float64) *Path {
	l.b.WriteString(circle(x, l.p.height-y, radius))
	return l
}

// circle is one of four curves, in the format's own places.
func circle(x, y, r float64) string {
	k := r * 0.5523
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s m ", number(x+r), number(y))
	for _, c := range [][6]float64{
		{x + r, y + k, x + k, y + r, x, y + r},
		{x - k, y + r, x - r, y + k, x - r, y},
		{x - r, y - k, x - k, y - r, x, y - r},
		{x + k, y - r, x + r, y - k, x + r, y},
	} {
		for _, v := range c {
			b.WriteString(number(v) + " ")
		}
		b.WriteString("c ")
	}
	return b.String()
}

// A Stroke is how a path's line is drawn.
type Stroke struct {
	Width float64   // pt; none is drawn without
	Gray  float64   // 0 is black
	Dash  []float64 // pt, drawn and left out in turns
}

// Draw draws a path.
func (l *Path) Draw(fill Fill, stroke Stroke) {
	b := &l.p.content
	b.WriteString("q " + fill.operators())
	if stroke.Width > 0 {
		fmt.Fprintf(b, "%s G %s w ", number(stroke.Gray), number(stroke.Width))
		if len(stroke.Dash) > 0 {
			b.WriteByte('[')
			for _, v := range stroke.Dash {
				b.WriteString(number(v) + " ")
			}
			b.WriteString("] 0 d ")
		}
	}
	b.WriteString(l.b.String())
	switch {
	case fill != Empty && stroke.Width > 0:
		b.WriteString("B Q\n")
	case fill != Empty:
		b.WriteString("f Q\n")
	default:
		b.WriteString("S Q\n")
	}
}
