package report

import (
	"context"
	"errors"
	"io"
	"strconv"

	"chaping"
	"chaping/report/pdf"
)

// WritePDF writes the document's first section for print, in the machine's
// fonts. Without a Chinese one it is a *chaping.Error with CodeEnvironment.
func (d *Document) WritePDF(ctx context.Context, path string, fonts *pdf.Fonts) error {
	err := WriteFile(path, func(w io.Writer) error { return d.PDF(ctx, w, fonts) })
	if errors.Is(err, pdf.ErrNoFont) {
		return &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "这台电脑上没有中文字体，PDF 没有生成",
			Err:     err,
			Remedy:  "安装中文字体（如思源宋体、Noto Serif CJK）后重试；其他格式不受影响，也可以用 Word、WPS 打开 docx 另存为 PDF",
		}
	}
	return err
}

// PDF is WritePDF onto a stream.
func (d *Document) PDF(ctx context.Context, w io.Writer, fonts *pdf.Fonts) error {
	out, err := fonts.NewWriter(w, pdf.Info{Title: clean(d.Title), Subject: clean(d.Subject), Producer: d.Program})
	if err != nil {
		return err
	}
	p := &printing{out: out, paper: d.Sections[0].Page}
	for i, f := range []Font{Fang, Hei, Kai, Song, Biao} {
		p.faces[i] = out.Typeface(f.names()...)
	}
	p.left, p.width = mm(p.paper.Left), mm(p.paper.text())
	_, height := p.paper.size()
	p.top, p.bottom = mm(p.paper.Top), mm(height-p.paper.Bottom)
	p.turn()
	for _, block := range d.Sections[0].Blocks {
		p.block(ctx, block)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	p.place()
	return out.Close()
}

// A printing lays blocks out on pages. Lengths are points.
type printing struct {
	out         *pdf.Writer
	faces       [5]*pdf.Typeface // by role
	paper       Page
	left, width float64
	top, bottom float64

	page  *pdf.Page
	pages int
	y     float64 // of what is free
	held  []box   // stand together and wait for their last
	below bool    // a table
}

// A box is what does not split across pages: a line, a row, a chart.
type box struct {
	height float64
	gap    float64 // above, unless it begins a page
	keep   bool    // on the page of the next
	head   *box    // of its table, above the first row on a page
	draw   func(y float64)
}

// add places what is held together with its last box.
func (p *printing) add(b box) {
	p.held = append(p.held, b)
	if !b.keep {
		p.place()
	}
}

// place draws what is held, on a new page if there is no room. What is higher
// than a page is placed box by box.
func (p *printing) place() {
	height := 0.0
	for _, b := range p.held {
		height += b.gap + b.height
	}
	if p.y > p.top && p.y+height > p.bottom {
		p.turn()
	}
	for _, b := range p.held {
		if p.y > p.top && p.y+b.gap+b.height > p.bottom {
			p.turn()
		}
		if p.y == p.top {
			if b.head != nil {
				b.head.draw(p.y)
				p.y += b.head.height
			}
		} else {
			p.y += b.gap
		}
		b.draw(p.y)
		p.y += b.height
	}
	p.held = p.held[:0]
}

// turn begins a page. Its number stands at the outer end of its foot
// (GB/T 9704): right on odd pages, left on even ones.
func (p *printing) turn() {
	width, height := p.paper.size()
	p.page = p.out.Page(mm(width), mm(height))
	p.pages++
	p.y = p.top
	const size = 14.0
	line := p.set(Song, "— "+strconv.Itoa(p.pages)+" —", size, p.width)[0]
	x := p.left + size
	if p.pages%2 == 1 {
		x = p.left + p.width - size - line.Width
	}
	p.text(x, p.bottom+mm(7), size, size, line)
}

// set breaks text into lines.
func (p *printing) set(f Font, text string, size, width float64) []pdf.Line {
	return p.faces[f].Set(text, size, width, 0, 0)
}

// text draws a line in the middle of a pitch, by the square of a Chinese
// character: 0.88 of its size stand above the baseline, 0.12 below.
func (p *printing) text(x, y, size, pitch float64, l pdf.Line) {
	p.page.Text(x, y+pitch/2+0.38*size, l, 0)
}

// aligned is where a line begins in a width.
func (a Align) aligned(x, width float64, l pdf.Line) float64 {
	switch a {
	case Center:
		return x + (width-l.Width)/2
	case Right:
		return x + width - l.Width
	}
	return x
}

func (p *printing) block(ctx context.Context, block Block) {
	switch block := block.(type) {
	case Line:
		p.line(block)
	case Ends:
		p.ends(block)
	case Table:
		p.table(ctx, &block)
		p.below = true
		return
	case Heading:
		p.prose(block.font(), block.Text, true)
	case Para:
		p.prose(Fang, block.Text, false)
	case Caption:
		const size, pitch = 12, 22
		lines := p.set(Hei, clean(block.Text), size, p.width)
		for i, l := range lines {
			p.add(box{height: pitch, keep: !block.Below || i < len(lines)-1, draw: func(y float64) {
				p.text(Center.aligned(p.left, p.width, l), y, size, pitch, l)
			}})
		}
		if block.Below {
			p.add(box{height: mm(2), draw: func(float64) {}})
		}
	case Chart:
		p.add(box{height: mm(block.height()), gap: mm(2), keep: true, draw: func(y float64) {
			block.draw(&pagePen{p: p, x: p.left + (p.width-mm(chartWidth))/2, y: y})
		}})
	}
	p.below = false
}

func (p *printing) line(block Line) {
	for _, l := range p.set(block.Font, clean(block.Text), block.Size, p.width) {
		p.add(box{height: block.Pitch, draw: func(y float64) {
			p.text(block.Align.aligned(p.left, p.width, l), y, block.Size, block.Pitch, l)
		}})
	}
}

// ends sets both texts on one line, or on two where they are too long for it.
func (p *printing) ends(block Ends) {
	const size, pitch = 14, 24
	left, right := p.set(Fang, clean(block.Left), size, p.width), p.set(Fang, clean(block.Right), size, p.width)
	if len(left) == 1 && len(right) == 1 && left[0].Width+size+right[0].Width <= p.width {
		p.add(box{height: pitch, draw: func(y float64) {
			p.text(p.left, y, size, pitch, left[0])
			p.text(Right.aligned(p.left, p.width, right[0]), y, size, pitch, right[0])
		}})
		return
	}
	for _, l := range left {
		p.add(box{height: pitch, draw: func(y float64) { p.text(p.left, y, size, pitch, l) }})
	}
	for _, l := range right {
		p.add(box{height: pitch, draw: func(y float64) { p.text(Right.aligned(p.left, p.width, l), y, size, pitch, l) }})
	}
}

// prose sets running text, justified, and leaves no single line of a paragraph
// on a page.
func (p *printing) prose(f Font, text string, heading bool) {
	lines := p.faces[f].Set(clean(text), textSize, p.width, 2*textSize, textTight)
	for i, l := range lines {
		x, room := p.left, p.width
		if i == 0 {
			x, room = x+2*textSize, room-2*textSize
		}
		stretch := 0.0
		if gaps := l.Gaps(); !l.Last && gaps > 0 {
			stretch = max(0, room-l.Width) / float64(gaps)
		}
		rest := len(lines) - 1 - i
		gap := 0.0
		if p.below && i == 0 {
			gap = mm(belowTables)
		}
		p.add(box{
			height: textPitch,
			gap:    gap,
			keep:   heading || rest > 0 && (i == 0 || rest == 1),
			draw: func(y float64) {
				p.page.Text(x, y+textPitch/2+0.38*textSize, l, stretch)
			},
		})
	}
}

// Within a table, in mm.
const (
	tableRule   = 0.26
	headMM      = 12
	cellAside   = 1.0
	headAside   = 0.2
	cellAround  = 0.5 // above and below
	belowTables = 2.0
)

func (p *printing) table(ctx context.Context, t *Table) {
	edges := t.edges()
	x := p.left + (p.width-mm(edges[len(edges)-1]))/2
	var head *box
	if !t.Headless {
		cells := make([][]pdf.Line, len(t.Columns))
		for i, c := range t.Columns {
			cells[i] = p.set(Hei, c.Head, t.HeadSize, mm(c.MM-2*headAside))
		}
		b := p.row(t, x, cells, t.HeadSize, headMM, headAside, func(int) Align { return Center })
		b.keep = true
		head = &b
		p.add(b)
	}
	for values := range t.Rows {
		if ctx.Err() != nil {
			return
		}
		fitted, size, _ := t.fit(values)
		b := p.fitRow(t, x, fitted, size)
		b.head = head
		p.add(b)
	}
	p.place() // a head without rows
}

// fitRow sets a row; should its words break so badly that it is higher than a
// page after all, it is set smaller still.
func (p *printing) fitRow(t *Table, x float64, values []any, size float64) box {
	for {
		cells := make([][]pdf.Line, len(t.Columns))
		for i, c := range t.Columns {
			cells[i] = p.set(c.Font, cellText(values[i]), size, mm(c.MM-2*cellAside))
		}
		b := p.row(t, x, cells, size, t.RowMM, cellAside, func(i int) Align { return t.Columns[i].Align })
		if b.height <= p.bottom-p.top-mm(headMM) || size < 2 {
			return b
		}
		size *= 0.9
	}
}

// row is a box of cells, each in the middle of the row's height.
func (p *printing) row(t *Table, x float64, cells [][]pdf.Line, size, least, aside float64, align func(int) Align) box {
	pitch := size * leading
	height := mm(least)
	for _, lines := range cells {
		height = max(height, float64(len(lines))*pitch+mm(2*cellAround))
	}
	edges := t.edges()
	return box{height: height, draw: func(y float64) {
		right := x + mm(edges[len(edges)-1])
		rules := p.page.Path().Move(x, y).Line(right, y).Move(x, y+height).Line(right, y+height)
		rules.Move(x, y).Line(x, y+height)
		left := 0.0
		for i, lines := range cells {
			rules.Move(x+mm(edges[i]), y).Line(x+mm(edges[i]), y+height)
			at := y + (height-float64(len(lines))*pitch)/2
			for _, l := range lines {
				p.text(align(i).aligned(x+mm(left+aside), mm(t.Columns[i].MM-2*aside), l), at, size, pitch, l)
				at += pitch
			}
			left = edges[i]
		}
		rules.Draw(pdf.Empty, pdf.Stroke{Width: mm(tableRule)})
	}}
}

// A pagePen draws a chart whose upper left corner is x, y on a page.
type pagePen struct {
	p    *printing
	x, y float64
}

func (d *pagePen) at(x, y float64) (float64, float64) { return d.x + mm(x), d.y + mm(y) }

func (d *pagePen) text(x, y float64, align Align, s string) {
	l := d.p.set(Hei, clean(s), mm(chartText), mm(2*chartWidth))[0]
	x, y = d.at(x, y)
	switch align {
	case Center:
		x -= l.Width / 2
	case Right:
		x -= l.Width
	}
	d.p.page.Text(x, y, l, 0)
}

func (d *pagePen) line(x1, y1, x2, y2, width float64, gray bool) {
	stroke := pdf.Stroke{Width: mm(width)}
	if gray {
		stroke.Gray = 0.6
	}
	x1, y1 = d.at(x1, y1)
	x2, y2 = d.at(x2, y2)
	d.p.page.Path().Move(x1, y1).Line(x2, y2).Draw(pdf.Empty, stroke)
}

func (d *pagePen) rect(x, y, w, h float64, series int) {
	x, y = d.at(x, y)
	fill := []pdf.Fill{pdf.Hatched, pdf.Dotted, pdf.White}[series%len(hatching)]
	d.p.page.Path().Rect(x, y, mm(w), mm(h)).Draw(fill, pdf.Stroke{Width: mm(0.25)})
}

func (d *pagePen) marker(x, y float64, series int) {
	x, y = d.at(x, y)
	thin := pdf.Stroke{Width: mm(0.3)}
	path := d.p.page.Path()
	switch series % 3 {
	case 0:
		path.Circle(x, y, mm(1)).Draw(pdf.Black, pdf.Stroke{})
	case 1:
		path.Rect(x-mm(1), y-mm(1), mm(2), mm(2)).Draw(pdf.White, thin)
	default:
		path.Move(x, y-mm(1.3)).Line(x+mm(1.2), y+mm(0.8)).Line(x-mm(1.2), y+mm(0.8)).Close().Draw(pdf.White, thin)
	}
}

func (d *pagePen) trace(parts [][][2]float64, series int) {
	path := d.p.page.Path()
	for _, part := range parts {
		for i, at := range part {
			x, y := d.at(at[0], at[1])
			if i == 0 {
				path.Move(x, y)
			} else {
				path.Line(x, y)
			}
		}
	}
	var dash []float64
	for _, v := range dashes[series%len(dashes)] {
		dash = append(dash, mm(v))
	}
	path.Draw(pdf.Empty, pdf.Stroke{Width: mm(0.45), Dash: dash})
}
