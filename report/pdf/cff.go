package pdf

import (
	"encoding/binary"
	"math"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
)

// An outline is a glyph as the embedded font draws it: a Type 2 charstring
// (Adobe Technical Note 5177) in thousandths of the size.
type outline struct {
	width      int
	charstring []byte
}

// outlineOf draws a glyph of any font, be its curves cubic or quadratic.
func outlineOf(face *font.Face, gid font.GID) outline {
	scale := 1000 / float64(face.Upem())
	o := outline{width: int(math.Round(float64(face.HorizontalAdvance(gid)) * scale))}
	d := drawer{}
	if o.width != defaultWidth {
		d.args = append(d.args, o.width) // before the first operator
	}
	shape, _ := face.GlyphDataOutline(gid)
	for _, s := range shape.Segments {
		var p [3]point
		for i, a := range s.ArgsSlice() {
			p[i] = point{float64(a.X) * scale, float64(a.Y) * scale}
		}
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			d.move(p[0])
		case opentype.SegmentOpLineTo:
			d.line(p[0])
		case opentype.SegmentOpQuadTo:
			d.curve(between(d.at, p[0], 2./3), between(p[1], p[0], 2./3), p[1])
		case opentype.SegmentOpCubeTo:
			d.curve(p[0], p[1], p[2])
		}
	}
	d.operator(opEndchar)
	o.charstring = d.out
	return o
}

const (
	opLine    = 5
	opCurve   = 8
	opEndchar = 14
	opMove    = 21

	maxArgs      = 48
	defaultWidth = 1000
)

type point struct{ x, y float64 }

func between(a, b point, t float64) point { return point{a.x + (b.x-a.x)*t, a.y + (b.y-a.y)*t} }

// A drawer writes a charstring. Its numbers are differences of rounded
// places, so that rounding does not add up.
type drawer struct {
	out     []byte
	args    []int
	pending byte // the operator that the arguments are for
	at      point
	x, y    int // at, rounded
}

func (d *drawer) delta(p point) {
	x, y := int(math.Round(p.x)), int(math.Round(p.y))
	d.args = append(d.args, x-d.x, y-d.y)
	d.at, d.x, d.y = p, x, y
}

// begin makes room for n arguments of an operator that may be repeated.
func (d *drawer) begin(op byte, n int) {
	if d.pending != op || len(d.args)+n > maxArgs {
		d.flush()
		d.pending = op
	}
}

func (d *drawer) move(p point) {
	d.flush()
	d.delta(p)
	d.operator(opMove)
}

func (d *drawer) line(p point) {
	d.begin(opLine, 2)
	d.delta(p)
}

func (d *drawer) curve(a, b, c point) {
	d.begin(opCurve, 6)
	d.delta(a)
	d.delta(b)
	d.delta(c)
}

// flush writes an operator that waits for more of its kind.
func (d *drawer) flush() {
	if d.pending != 0 {
		d.operator(d.pending)
	}
}

func (d *drawer) operator(op byte) {
	if op != d.pending {
		d.flush()
	}
	for _, v := range d.args {
		d.out = appendNumber(d.out, v)
	}
	d.out, d.args, d.pending = append(d.out, op), d.args[:0], 0
}

// appendNumber encodes an integer of 16 bits, as dictionaries and charstrings
// both do.
func appendNumber(b []byte, v int) []byte {
	switch {
	case v >= -107 && v <= 107:
		return append(b, byte(v+139))
	case v >= 108 && v <= 1131:
		v -= 108
		return append(b, byte(v>>8+247), byte(v))
	case v >= -1131 && v <= -108:
		v = -v - 108
		return append(b, byte(v>>8+251), byte(v))
	}
	v = max(math.MinInt16, min(v, math.MaxInt16))
	return append(b, 28, byte(v>>8), byte(v))
}

// appendOffset encodes an offset in a dictionary, always in five bytes, so
// that the dictionary's size is known before the offset is.
func appendOffset(b []byte, v int) []byte {
	return binary.BigEndian.AppendUint32(append(b, 29), uint32(v))
}

// appendIndex writes an INDEX.
func appendIndex(b []byte, items ...[]byte) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(items)))
	if len(items) == 0 {
		return b
	}
	b = append(b, 4)
	offset := uint32(1)
	b = binary.BigEndian.AppendUint32(b, offset)
	for _, item := range items {
		offset += uint32(len(item))
		b = binary.BigEndian.AppendUint32(b, offset)
	}
	for _, item := range items {
		b = append(b, item...)
	}
	return b
}

// fontProgram is a CID-keyed font in the Compact Font Format (Adobe Technical
// Note 5176) in which glyph and CID are the same number. Glyph 0 is the mark
// of what the font does not have.
func fontProgram(name string, glyphs []outline) []byte {
	n := len(glyphs)
	private := appendNumber(nil, defaultWidth)
	private = append(private, 20) // defaultWidthX; nominalWidthX is 0
	charset := []byte{2}
	if n > 1 {
		charset = binary.BigEndian.AppendUint16(charset, 1)
		charset = binary.BigEndian.AppendUint16(charset, uint16(n-2))
	}
	fdSelect := []byte{3, 0, 1, 0, 0, 0, byte(n >> 8), byte(n)}
	strings := make([][]byte, n)
	for i, g := range glyphs {
		strings[i] = g.charstring
	}
	charStrings := appendIndex(nil, strings...)
	dictionaries := func(start int) (head, fdArray []byte) {
		at := func(after ...[]byte) int {
			place := start
			for _, b := range after {
				place += len(b)
			}
			return place
		}
		font := appendOffset(nil, len(private))
		font = append(appendOffset(font, at(charset, fdSelect, charStrings)), 18)
		fdArray = appendIndex(nil, font)
		top := appendNumber(nil, 391) // the first own string
		top = appendNumber(top, 392)
		top = append(appendNumber(top, 0), 12, 30)           // ROS
		top = append(appendOffset(top, n), 12, 34)           // CIDCount
		top = append(appendOffset(top, at()), 15)            // charset
		top = append(appendOffset(top, at(charset)), 12, 37) // FDSelect
		top = append(appendOffset(top, at(charset, fdSelect)), 17)
		top = append(appendOffset(top, at(charset, fdSelect, charStrings, private)), 12, 36)
		head = []byte{1, 0, 4, 4}
		head = appendIndex(head, []byte(name))
		head = appendIndex(head, top)
		head = appendIndex(head, []byte("Adobe"), []byte("Identity"))
		head = appendIndex(head) // global subroutines
		return head, fdArray
	}
	sized, _ := dictionaries(0) // offsets take the same room whatever they are
	out, fdArray := dictionaries(len(sized))
	for _, part := range [][]byte{charset, fdSelect, charStrings, private, fdArray} {
		out = append(out, part...)
	}
	return out
}
