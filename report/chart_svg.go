package report

import (
	"fmt"
	"html"
	"strings"
)

// hatching fills the series' shapes, in order.
var hatching = []string{
	`<path d="M-0.5,0.5 l1,-1 M0,2 l2,-2 M1.5,2.5 l1,-1" stroke="#000" stroke-width="0.35"/>`,
	`<circle cx="1" cy="1" r="0.35"/>`,
	``,
}

// SVG draws the chart. Its units are millimetres.
func (c *Chart) SVG() string {
	d := &svgPen{}
	height := c.height()
	fmt.Fprintf(
		&d.b,
		`<svg xmlns="http://www.w3.org/2000/svg" role="img" width="%gmm" height="%gmm" viewBox="0 0 %g %g" font-family="%s" font-size="%g">`,
		chartWidth,
		height,
		chartWidth,
		height,
		html.EscapeString(Hei.String()),
		chartText,
	)
	d.b.WriteString(`<defs>`)
	for i, h := range hatching {
		fmt.Fprintf(
			&d.b,
			`<pattern id="h%d" width="2" height="2" patternUnits="userSpaceOnUse"><rect width="2" height="2" fill="#fff"/>%s</pattern>`,
			i,
			h,
		)
	}
	d.b.WriteString(`</defs>`)
	c.draw(d)
	d.b.WriteString(`</svg>`)
	return d.b.String()
}

// An svgPen writes elements of SVG.
type svgPen struct{ b strings.Builder }

func (d *svgPen) text(x, y float64, align Align, s string) {
	anchor := [...]string{"start", "middle", "end"}[align]
	fmt.Fprintf(&d.b, `<text x="%.2f" y="%.2f" text-anchor="%s">%s</text>`, x, y, anchor, html.EscapeString(clean(s)))
}

func (d *svgPen) line(x1, y1, x2, y2, width float64, gray bool) {
	color := "#000"
	if gray {
		color = "#999"
	}
	fmt.Fprintf(
		&d.b,
		`<line x1="%.2f" y1="%.2f" x2="%.2f" y2="%.2f" stroke="%s" stroke-width="%g"/>`,
		x1,
		y1,
		x2,
		y2,
		color,
		width,
	)
}

func (d *svgPen) rect(x, y, w, h float64, series int) {
	fmt.Fprintf(
		&d.b,
		`<rect x="%.2f" y="%.2f" width="%.2f" height="%.2f" fill="url(#h%d)" stroke="#000" stroke-width="0.25"/>`,
		x,
		y,
		w,
		h,
		series%len(hatching),
	)
}

// marker is a filled circle, an empty square, an empty triangle.
func (d *svgPen) marker(x, y float64, series int) {
	switch series % 3 {
	case 0:
		fmt.Fprintf(&d.b, `<circle cx="%.2f" cy="%.2f" r="1"/>`, x, y)
	case 1:
		fmt.Fprintf(
			&d.b,
			`<rect x="%.2f" y="%.2f" width="2" height="2" fill="#fff" stroke="#000" stroke-width="0.3"/>`,
			x-1,
			y-1,
		)
	default:
		fmt.Fprintf(
			&d.b,
			`<path d="M%.2f,%.2f l1.2,2.1 h-2.4 z" fill="#fff" stroke="#000" stroke-width="0.3"/>`,
			x,
			y-1.3,
		)
	}
}

func (d *svgPen) trace(parts [][][2]float64, series int) {
	var path strings.Builder
	for _, part := range parts {
		pen := "M"
		for _, at := range part {
			fmt.Fprintf(&path, "%s%.2f,%.2f", pen, at[0], at[1])
			pen = "L"
		}
	}
	dash := strings.Trim(fmt.Sprint(dashes[series%len(dashes)]), "[]")
	fmt.Fprintf(
		&d.b,
		`<path d="%s" fill="none" stroke="#000" stroke-width="0.45" stroke-dasharray="%s"/>`,
		path.String(),
		dash,
	)
}
