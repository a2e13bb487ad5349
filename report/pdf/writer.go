// Package pdf writes pages of text, rules and shapes as PDF 1.7. Text is set
// in the machine's own fonts, shaped and broken into lines by Unicode's rules;
// the glyphs that are used go into the file, so that it looks the same
// everywhere, and with each the characters that it stands for, so that the
// text can be searched and copied. Lengths are points, 72 to the inch, and
// places are from the top left corner of the page. The same document on the
// same machine gives the same bytes.
//
// Source: ISO 32000-1:2008.
package pdf

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/fontscan"
	"github.com/klauspost/compress/zlib"
)

// Info is what the file says of itself.
type Info struct{ Title, Subject, Producer string }

// A Writer writes one document. Pages are written as they are finished; fonts
// at the end.
type Writer struct {
	out     *bufio.Writer
	written int64
	packer  *zlib.Writer

	offsets []int64 // of the objects, from number 1
	pages   []int   // their objects
	page    *Page
	info    Info

	fonts    *Fonts
	found    []fontscan.Footprint
	setter   setter
	faces    map[fontscan.Location]*font.Face
	embedded map[*font.Face]*embedded
	ordered  []*embedded
}

// The objects that others refer to before they are written.
const (
	catalogObject = 1 + iota
	pagesObject
	resourcesObject
	infoObject
	reservedObjects = infoObject
)

// NewWriter begins a document. The error is ErrNoFont where the machine has no
// font with Chinese characters.
func (f *Fonts) NewWriter(out io.Writer, info Info) (*Writer, error) {
	found, err := f.find()
	if err != nil {
		return nil, err
	}
	w := &Writer{
		out:      bufio.NewWriterSize(out, 1<<16),
		offsets:  make([]int64, reservedObjects),
		info:     info,
		fonts:    f,
		found:    found,
		faces:    map[fontscan.Location]*font.Face{},
		embedded: map[*font.Face]*embedded{},
		packer:   zlib.NewWriter(nil),
	}
	w.setter.shaper.SetFontCacheSize(16)
	w.printf("%%PDF-1.7\n%%\xe2\xe3\xcf\xd3\n")
	return w, nil
}

func (w *Writer) printf(format string, values ...any) {
	n, _ := fmt.Fprintf(w.out, format, values...) // Flush returns the first error
	w.written += int64(n)
}

// begin starts an object; number 0 takes the next one.
func (w *Writer) begin(number int) int {
	if number == 0 {
		w.offsets = append(w.offsets, 0)
		number = len(w.offsets)
	}
	w.offsets[number-1] = w.written
	w.printf("%d 0 obj\n", number)
	return number
}

// object writes an object that is one dictionary.
func (w *Writer) object(number int, format string, values ...any) int {
	number = w.begin(number)
	w.printf(format+"\nendobj\n", values...)
	return number
}

// stream writes an object with data, compressed.
func (w *Writer) stream(entries string, data []byte) int {
	var packed bytes.Buffer
	w.packer.Reset(&packed)
	_, _ = w.packer.Write(data) // into memory
	_ = w.packer.Close()
	number := w.begin(0)
	w.printf("<< %s /Filter /FlateDecode /Length %d >>\nstream\n", entries, packed.Len())
	n, _ := w.out.Write(packed.Bytes()) // as printf
	w.written += int64(n)
	w.printf("\nendstream\nendobj\n")
	return number
}

// textString is a text string of the format.
func textString(s string) string { return "<FEFF" + hex(s) + ">" }

// hex is text as the digits of its UTF-16.
func hex(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}

// Close writes what is left. It does not close what is written to.
func (w *Writer) Close() error {
	w.endPage()
	w.resources()
	kids := make([]string, len(w.pages))
	for i, page := range w.pages {
		kids[i] = fmt.Sprintf("%d 0 R", page)
	}
	w.object(pagesObject, "<< /Type /Pages /Count %d /Kids [%s] >>", len(kids), strings.Join(kids, " "))
	w.object(
		catalogObject,
		"<< /Type /Catalog /Pages %d 0 R /Lang (zh-CN) /ViewerPreferences << /DisplayDocTitle true >> >>",
		pagesObject,
	)
	w.object(
		infoObject,
		"<< /Title %s /Subject %s /Producer %s >>",
		textString(w.info.Title),
		textString(w.info.Subject),
		textString(w.info.Producer),
	)
	start := w.written
	w.printf("xref\n0 %d\n0000000000 65535 f \n", len(w.offsets)+1)
	for _, offset := range w.offsets {
		w.printf("%010d 00000 n \n", offset)
	}
	w.printf(
		"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n",
		len(w.offsets)+1,
		catalogObject,
		infoObject,
		start,
	)
	return w.out.Flush()
}

// resources writes the fonts and the patterns of all pages.
func (w *Writer) resources() {
	var fonts strings.Builder
	for _, e := range w.ordered {
		fmt.Fprintf(&fonts, " /F%d %d 0 R", e.number, w.writeFont(e))
	}
	hatch := w.pattern("q 0.99 w -1.42 4.25 m 1.42 7.09 l 0 0 m 5.67 5.67 l 4.25 -1.42 m 7.09 1.42 l S Q")
	dots := w.pattern(circle(patternStep/2, patternStep/2, 1) + "f")
	w.object(
		resourcesObject,
		"<< /Font <<%s >> /ColorSpace << /P [/Pattern] >> /Pattern << /Hatched %d 0 R /Dotted %d 0 R >> >>",
		fonts.String(),
		hatch,
		dots,
	)
}

// patternStep is from one mark of a pattern to the next: 2 mm.
const patternStep = 5.67

// pattern writes marks that are repeated, black on white.
func (w *Writer) pattern(marks string) int {
	return w.stream(
		fmt.Sprintf(
			"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 %[1]g %[1]g] /XStep %[1]g /YStep %[1]g /Resources << >>",
			patternStep,
		),
		[]byte(fmt.Sprintf("1 g 0 0 %[1]g %[1]g re f 0 g 0 G ", patternStep)+marks),
	)
}

// face is the font at a place, for this document.
func (w *Writer) face(at fontscan.Location) *font.Face {
	face, known := w.faces[at]
	if !known {
		if ft := w.fonts.open(at); ft != nil {
			face = font.NewFace(ft)
		}
		w.faces[at] = face
	}
	return face
}

// An embedded font has the glyphs that the document uses.
type embedded struct {
	number   int
	face     *font.Face
	cids     map[use]uint16
	outlines []outline
	said     []string // by glyph, the characters that it stands for
}

// A use of a glyph: one that stands for different characters has a number for
// each, so that each can be found.
type use struct {
	gid  font.GID
	said string
}

// embed is the font in the document.
func (w *Writer) embed(face *font.Face) *embedded {
	e := w.embedded[face]
	if e == nil {
		e = &embedded{
			number:   len(w.ordered) + 1,
			face:     face,
			cids:     map[use]uint16{},
			outlines: []outline{outlineOf(face, 0)},
			said:     []string{""},
		}
		w.embedded[face] = e
		w.ordered = append(w.ordered, e)
	}
	return e
}

// cid is the number of a glyph in the embedded font.
func (e *embedded) cid(gid font.GID, said string) uint16 {
	key := use{gid, said}
	cid, known := e.cids[key]
	if !known {
		if len(e.outlines) > 0xFFFE {
			return 0 // more than a font can have; no document comes near it
		}
		cid = uint16(len(e.outlines))
		e.cids[key] = cid
		e.outlines = append(e.outlines, outlineOf(e.face, gid))
		e.said = append(e.said, said)
	}
	return cid
}

// width is a glyph's own, in pt.
func (e *embedded) width(cid uint16, size float64) float64 {
	return float64(e.outlines[cid].width) / 1000 * size
}

// writeFont writes a font and returns its object.
func (w *Writer) writeFont(e *embedded) int {
	name := fmt.Sprintf("%c%c%c%c%c%c+", 'A'+e.number/26%26, 'A'+e.number%26, 'A', 'A', 'A', 'A') + postScriptName(e.face)
	file := w.stream("/Subtype /CIDFontType0C", fontProgram(name, e.outlines))
	ascent, descent := 880, -120
	if m, ok := e.face.FontHExtents(); ok {
		scale := 1000 / float64(e.face.Upem())
		ascent, descent = int(float64(m.Ascender)*scale), int(float64(m.Descender)*scale)
	}
	descriptor := w.object(
		0,
		"<< /Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [-1000 -1000 2000 2000] /ItalicAngle 0 /Ascent %d /Descent %d /CapHeight %d /StemV 80 /FontFile3 %d 0 R >>",
		name,
		ascent,
		descent,
		ascent,
		file,
	)
	var widths strings.Builder
	for cid, o := range e.outlines {
		if o.width != defaultWidth {
			fmt.Fprintf(&widths, "%d [%d] ", cid, o.width)
		}
	}
	descendant := w.object(
		0,
		"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor %d 0 R /DW %d /W [%s] >>",
		name,
		descriptor,
		defaultWidth,
		widths.String(),
	)
	toUnicode := w.stream("", e.toUnicode())
	return w.object(
		0,
		"<< /Type /Font /Subtype /Type0 /BaseFont /%s-Identity-H /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>",
		name,
		descendant,
		toUnicode,
	)
}

// toUnicode maps glyphs to what they stand for.
func (e *embedded) toUnicode() []byte {
	var lines []string
	for cid, said := range e.said {
		if said != "" {
			lines = append(lines, fmt.Sprintf("<%04X> <%s>", cid, hex(said)))
		}
	}
	var b bytes.Buffer
	b.WriteString(`/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
`)
	const most = 100 // lines of one block
	for len(lines) > 0 {
		n := min(most, len(lines))
		fmt.Fprintf(&b, "%d beginbfchar\n%s\nendbfchar\n", n, strings.Join(lines[:n], "\n"))
		lines = lines[n:]
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.Bytes()
}

// postScriptName is the family's name in the letters that the format allows
// without escapes.
func postScriptName(face *font.Face) string {
	name := strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return -1
	}, face.Describe().Family)
	if name == "" {
		return "Font"
	}
	return name
}

// number writes a length, to a thousandth of a point.
func number(v float64) string {
	s := strconv.FormatFloat(v, 'f', 3, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
