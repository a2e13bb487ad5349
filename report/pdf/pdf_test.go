package pdf

import (
	"bytes"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-text/typesetting/font/cff"
)

var families = []string{"Noto Serif CJK SC"}

func open(t testing.TB) (*Writer, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	w, err := SystemFonts().NewWriter(&out, Info{Title: "标题", Subject: "2026-11", Producer: "test"})
	if errors.Is(err, ErrNoFont) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return w, &out
}

// ask is what a program says of the document, which it must read without a
// complaint.
func ask(t *testing.T, data []byte, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("CI must have %s", name)
		}
		t.Skipf("%s is not installed", name)
	}
	file := filepath.Join(t.TempDir(), "d.pdf")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	var said, complaint bytes.Buffer
	args = append(args, file)
	if name == "pdftotext" {
		args = append(args, "-") // to its output, as the others do
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Stdout, cmd.Stderr = &said, &complaint
	if err := cmd.Run(); err != nil || complaint.Len() > 0 {
		t.Fatalf("%s: %v\n%s", name, err, complaint.String())
	}
	return said.String()
}

// said is what the lines say.
func said(lines []Line) (list []string) {
	for _, l := range lines {
		var b strings.Builder
		for _, r := range l.runs {
			for _, g := range r.glyphs {
				b.WriteString(r.font.said[g.cid])
			}
		}
		list = append(list, b.String())
	}
	return list
}

// Lines end where Chinese and Latin text may, and none is wider than it may be.
func TestSet(t *testing.T) {
	w, _ := open(t)
	face := w.Typeface(families...)
	for _, tt := range []struct {
		text  string
		width float64 // in sizes
		want  string
	}{
		{"", 10, ""},
		{"漏电", 10, "漏电"},
		{"插上就漏电，吓人", 5, "插上就漏|电，吓人"},     // no line begins with a comma
		{"（电商平台）的（表）", 8, "（电商平台）的|（表）"}, // nor ends with an opening bracket
		{"一\n二", 10, "一|二"},
		{"99.00-129.00", 4, "99.00-|129.00"},
		{"the kettle leaks", 6, "the kettle |leaks"},
		{strings.Repeat("a", 12), 3, "aaaaa|aaaaa|aa"}, // a word that is longer than a line
		{"https://mall.example/item/2.html", 10, "https://|mall.example/item/|2.html"},
	} {
		lines := face.Set(tt.text, 10, tt.width*10, 0, 0)
		if got := strings.Join(said(lines), "|"); got != tt.want {
			t.Errorf("%q in %v: %q, want %q", tt.text, tt.width, got, tt.want)
		}
		for i, l := range lines {
			if l.Width > tt.width*10+0.01 {
				t.Errorf("%q: line %d is %v wide", tt.text, i, l.Width)
			}
		}
	}
	if lines := face.Set("缩进的一段文字到此", 10, 60, 20, 0); lines[0].Width > 40 || len(lines) != 2 || lines[0].Last || !lines[1].Last {
		t.Errorf("%+v", lines)
	}
	if l := face.Set("四个字宽", 10, 100, 0, -0.5)[0]; math.Abs(l.Width-38) > 0.6 {
		t.Errorf("with tracking %v", l.Width)
	}
}

// What was written can be read, found and copied: every character, in order,
// whatever glyph it was set in.
func TestText(t *testing.T) {
	w, out := open(t)
	face := w.Typeface(families...)
	for _, page := range []string{"插座起火 first floor office 1/2 99.00-129.00 é", "表情😀和右左，①②③ ﬁ ㎏"} {
		p := w.Page(600, 200)
		p.Text(20, 50, face.Set(page, 12, 560, 0, 0)[0], 0)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got := strings.Split(ask(t, out.Bytes(), "pdftotext"), "\f")
	for i, want := range []string{"插座起火 first floor office 1/2 99.00-129.00 é", "表情😀和右左，①②③ ﬁ ㎏"} {
		if strings.TrimSpace(got[i]) != want {
			t.Errorf("page %d: %q, want %q", i+1, got[i], want)
		}
	}
	if info := ask(t, out.Bytes(), "pdfinfo"); !strings.Contains(info, "标题") || !strings.Contains(info, "Pages:           2") || !strings.Contains(info, "600 x 200 pts") {
		t.Errorf("%s", info)
	}
	if fonts := ask(t, out.Bytes(), "pdffonts"); !strings.Contains(fonts, "CID Type 0C") || strings.Contains(fonts, "no  ") {
		t.Errorf("a font is not embedded, or cannot be searched:\n%s", fonts)
	}
}

// Shapes are drawn where they were asked for, from the upper left corner.
func TestShapes(t *testing.T) {
	w, out := open(t)
	p := w.Page(40, 40)
	p.Path().Rect(0, 0, 20, 20).Draw(Black, Stroke{})
	p.Path().Circle(30, 30, 8).Draw(White, Stroke{Width: 2, Dash: []float64{1, 1}})
	p.Path().Rect(0, 20, 20, 20).Draw(Hatched, Stroke{Width: 1})
	p.Path().Move(20, 0).Line(40, 0).Line(40, 20).Close().Draw(Dotted, Stroke{Gray: 0.5, Width: 1})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	picture := []byte(ask(t, out.Bytes(), "pdftoppm", "-r", "72", "-gray"))
	_, pixels, _ := bytes.Cut(picture, []byte("\n255\n"))
	at := func(x, y int) byte { return pixels[y*40+x] }
	if at(5, 5) != 0 || at(30, 30) != 255 || at(25, 15) != 255 {
		t.Errorf("%v, %v, %v", at(5, 5), at(30, 30), at(25, 15))
	}
	dark := 0
	for y := 22; y < 38; y++ {
		for x := 2; x < 18; x++ {
			if at(x, y) < 128 {
				dark++
			}
		}
	}
	if dark < 20 || dark > 200 {
		t.Errorf("%d of 256 points of the hatching are dark", dark)
	}
}

// The embedded font draws every glyph as the machine's font does.
func TestFontProgram(t *testing.T) {
	w, _ := open(t)
	for _, families := range [][]string{{"Noto Serif CJK SC"}, {"DejaVu Sans"}} { // cubic and quadratic curves
		face := w.Typeface(families...).ResolveFace('a')
		e := w.embed(face)
		for _, r := range "漏电aBé—,. 起火" {
			if gid, ok := face.NominalGlyph(r); ok {
				e.cid(gid, string(r))
			}
		}
		program, err := cff.Parse(fontProgram("Test", e.outlines))
		if err != nil {
			t.Fatal(err)
		}
		if len(program.Charstrings) != len(e.outlines) {
			t.Fatalf("%d glyphs of %d", len(program.Charstrings), len(e.outlines))
		}
		scale := 1000 / float64(face.Upem())
		for use, cid := range e.cids {
			original, _ := face.GlyphDataOutline(use.gid)
			drawn, _, err := program.LoadGlyph(cid)
			if err != nil {
				t.Fatal(err)
			}
			if len(drawn) < len(original.Segments) {
				t.Errorf("%q has %d of %d segments", use.said, len(drawn), len(original.Segments))
				continue
			}
			for i, s := range original.Segments {
				want, got := s.ArgsSlice(), drawn[i].ArgsSlice()
				a, b := want[len(want)-1], got[len(got)-1]
				if math.Abs(float64(a.X)*scale-float64(b.X)) > 1 || math.Abs(float64(a.Y)*scale-float64(b.Y)) > 1 {
					t.Errorf("%q, segment %d ends at %v, want %v", use.said, i, b, a)
				}
			}
		}
	}
}

// The same document gives the same bytes.
func TestSame(t *testing.T) {
	var first []byte
	for range 2 {
		w, out := open(t)
		p := w.Page(100, 100)
		for i, s := range []string{"甲", "kettle", "😀"} {
			p.Text(10, 20+20*float64(i), w.Typeface("Noto Sans CJK SC", "Noto Serif CJK SC").Set(s, 10, 80, 0, 0)[0], 0)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = out.Bytes()
		} else if !bytes.Equal(first, out.Bytes()) {
			t.Error("differs from the first")
		}
	}
}

// A disk that is full is an error, however early.
func TestFull(t *testing.T) {
	for room := range 3 {
		w, err := SystemFonts().NewWriter(&full{room: room << 12}, Info{})
		if errors.Is(err, ErrNoFont) {
			t.Skip(err)
		}
		face := w.Typeface(families...)
		for range 20 {
			w.Page(600, 800).Text(0, 20, face.Set("满了", 12, 100, 0, 0)[0], 0)
		}
		if err := w.Close(); !errors.Is(err, errFull) {
			t.Errorf("room for %d: %v", room, err)
		}
	}
}

var errFull = errors.New("full")

type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestNumbers(t *testing.T) {
	for v, want := range map[int][]byte{0: {139}, -107: {32}, 108: {247, 0}, 1131: {250, 255}, -1131: {254, 255}, 1132: {28, 4, 108}, -32768: {28, 0x80, 0}, 99999: {28, 0x7f, 0xff}} {
		if got := appendNumber(nil, v); !bytes.Equal(got, want) {
			t.Errorf("%d: % x, want % x", v, got, want)
		}
	}
	for v, want := range map[float64]string{0: "0", 1.5: "1.5", 100: "100", -0.25: "-0.25", 1.0 / 3: "0.333"} {
		if got := number(v); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}

func FuzzSet(f *testing.F) {
	for _, s := range []string{"漏电 kettle", "\u202e右左", "👨‍👩‍👧", "ไทย", "ا ب", "\xff\x00", "1-2-3"} {
		f.Add(s, 30.0)
	}
	fonts := SystemFonts()
	f.Fuzz(func(t *testing.T, text string, width float64) {
		if len(text) > 1000 || !(width >= 20 && width < 1000) {
			t.Skip("longer than a cell, or in no column")
		}
		var out bytes.Buffer
		w, err := fonts.NewWriter(&out, Info{Title: text})
		if err != nil {
			t.Skip(err)
		}
		for _, l := range w.Typeface(families...).Set(text, 10, width, 0, 0) {
			w.Page(100, 100).Text(0, 50, l, 0.1)
		}
		if err := w.Close(); err != nil || !bytes.HasSuffix(out.Bytes(), []byte("%%EOF\n")) {
			t.Errorf("%v", err)
		}
	})
}
