package pdf

import (
	"strings"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// A setter shapes text. It is kept because its parts remember fonts.
type setter struct {
	segmenter shaping.Segmenter
	shaper    shaping.HarfbuzzShaper
	wrapper   shaping.LineWrapper
}

// fine is how many steps a point is divided into beyond the 64 of fixed-point
// numbers: without it, widths of Latin letters are off by a hundredth.
const fine = 16

func toFixed(pt float64) fixed.Int26_6  { return fixed.Int26_6(pt * 64 * fine) }
func fromFixed(v fixed.Int26_6) float64 { return float64(v) / 64 / fine }

// A Line is one line of text as it is set.
type Line struct {
	Width float64 // pt
	Last  bool    // of its paragraph
	size  float64
	runs  []run
}

// A run is glyphs of one font.
type run struct {
	font   *embedded
	glyphs []glyph
}

// A glyph has its number in the embedded font and what it advances, in pt.
type glyph struct {
	cid           uint16
	advance, x, y float64
}

// Set breaks text into lines of at most width points, by Unicode's rules for
// line breaks, and within a word that is longer than a line. A line ends at
// every \n as well. The first line begins indent points further right;
// tracking is added after every character. Text without any character is one
// empty line. The lines are shared: do not change them.
func (t *Typeface) Set(text string, size, width, indent, tracking float64) []Line {
	key := setting{text, size, width, indent, tracking}
	if lines, known := t.set[key]; known {
		return lines
	}
	if len(t.set) >= remembered {
		clear(t.set)
	}
	var lines []Line
	for part := range strings.SplitSeq(lineEnds.Replace(text), "\n") {
		lines = append(lines, t.paragraph(breakable(part), size, width, indent, tracking)...)
		lines[len(lines)-1].Last = true
		indent = 0
	}
	t.set[key] = lines
	return lines
}

// lineEnds are the characters that end a line by Unicode's rules, as \n.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// A setting is text that was set: a column says the same in many rows.
type setting struct {
	text                          string
	size, width, indent, tracking float64
}

// remembered bounds what a typeface remembers of them.
const remembered = 1000

// mayBreak is a place without width where a line may end.
const mayBreak = '\u200b'

// breakable lets a line end after a hyphen between digits as well, as browsers
// do: by Unicode's rules a range of prices that is wider than its column would
// be broken within a price.
func breakable(s string) []rune {
	text := make([]rune, 0, len(s))
	for _, r := range s {
		if n := len(text); n > 1 && text[n-1] == '-' && digit(text[n-2]) && digit(r) {
			text = append(text, mayBreak)
		}
		text = append(text, r)
	}
	return text
}

func digit(r rune) bool { return '0' <= r && r <= '9' }

func (t *Typeface) paragraph(text []rune, size, width, indent, tracking float64) []Line {
	if len(text) == 0 {
		return []Line{{size: size}}
	}
	s := &t.w.setter
	inputs := s.segmenter.Split(shaping.Input{
		Text:      text,
		RunEnd:    len(text),
		Direction: di.DirectionLTR,
		Size:      toFixed(size),
		Language:  language.NewLanguage("zh-Hans"),
	}, t)
	outputs := make([]shaping.Output, len(inputs))
	for i, input := range inputs {
		outputs[i] = s.shaper.Shape(input)
	}
	if tracking != 0 {
		shaping.AddSpacing(outputs, text, 0, toFixed(tracking))
	}
	s.wrapper.Prepare(shaping.WrapConfig{Direction: di.DirectionLTR}, text, shaping.NewSliceIterator(outputs))
	var lines []Line
	for {
		wrapped, done := s.wrapper.WrapNextLineF(toFixed(max(width-indent, size)))
		lines = append(lines, t.line(wrapped.Line, text, size))
		if done {
			return lines
		}
		indent = 0
	}
}

// line keeps what the page needs of a shaped line.
func (t *Typeface) line(shaped shaping.Line, text []rune, size float64) Line {
	l := Line{size: size, runs: make([]run, len(shaped))}
	for _, out := range shaped {
		r := run{font: t.w.embed(out.Face), glyphs: make([]glyph, len(out.Glyphs))}
		cluster := -1
		for i, g := range out.Glyphs {
			var said string
			if g.TextIndex() != cluster {
				cluster = g.TextIndex()
				said = strings.Trim(string(text[cluster:cluster+g.RunesCount()]), string(mayBreak))
			}
			r.glyphs[i] = glyph{
				cid:     r.font.cid(g.GlyphID, said),
				advance: fromFixed(g.Advance),
				x:       fromFixed(g.XOffset),
				y:       fromFixed(g.YOffset),
			}
		}
		l.Width += fromFixed(out.Advance)
		l.runs[out.VisualIndex] = r
	}
	return l
}

// Gaps is the number of places in the line that can be widened to fill it.
func (l *Line) Gaps() int {
	n := -1
	for _, r := range l.runs {
		n += len(r.glyphs)
	}
	return n
}
