// Package fold brings review text into the one form that terms and cues are
// written in, and remembers where every character stood: NFKC, traditional to
// simplified, lower case, half width; combining marks and zero-width
// characters go, letters of other scripts that look like Latin ones become
// Latin, symbols and emoji become one symbol.
package fold

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"chaping"
)

// Symbol stands for every emoji, dingbat and private character in folded text.
const Symbol = '☆'

const (
	drop   = 0      // the character leaves no trace
	expand = 0xFFFF // the character becomes several: see Folder.long
)

// A Folder folds text. It is immutable and safe for concurrent use.
type Folder struct {
	bmp  [0x10000]uint16
	long map[rune][]rune // foldings of more or fewer than one BMP rune
	t2s  map[rune]rune   // simplified forms outside the BMP, either side
}

// New builds a Folder. traditional is the table of traditional → simplified
// pairs: whitespace-separated tokens of two characters, # starts a comment.
func New(name string, traditional io.Reader) (*Folder, error) {
	f := &Folder{long: map[rune][]rune{}, t2s: map[rune]rune{}}
	simple := map[rune]rune{}
	sc := bufio.NewScanner(traditional)
	for line := 1; sc.Scan(); line++ {
		if strings.HasPrefix(sc.Text(), "#") {
			continue
		}
		for _, tok := range strings.Fields(sc.Text()) {
			r := []rune(tok)
			if len(r) != 2 {
				return nil, &chaping.InputError{File: name, Line: line, Value: tok,
					Problem: "繁简对照应为两个字一组", Remedy: "改成“繁简”两个字，组与组之间用空格隔开"}
			}
			simple[r[0]] = r[1]
		}
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(simple) < 1000 {
		return nil, &chaping.InputError{File: name, Problem: fmt.Sprintf("繁简对照表只有 %d 组，文件不完整", len(simple)), Remedy: "换回程序自带的对照表"}
	}
	for from, to := range simple {
		if from > 0xFFFF || to > 0xFFFF {
			f.t2s[from] = to
		}
	}
	for r := rune(1); r < 0x10000; r++ {
		f.bmp[r] = f.entry(r, simple)
	}
	return f, nil
}

// entry folds one BMP rune, registering the foldings that do not fit a cell.
func (f *Folder) entry(r rune, simple map[rune]rune) uint16 {
	if r >= 0xAC00 && r <= 0xD7A3 || r >= 0x4E00 && r <= 0x9FFF {
		if s, ok := simple[r]; ok {
			r = s
		}
		if r > 0xFFFF {
			return expand
		}
		return uint16(r)
	}
	if r >= 0xD800 && r <= 0xDFFF || r == utf8.RuneError {
		return Symbol
	}
	var out []rune
	for _, c := range norm.NFKC.String(string(r)) {
		for _, d := range norm.NFD.String(string(c)) {
			if c = f.one(d, simple); c != drop {
				out = append(out, c)
			}
		}
	}
	switch {
	case len(out) == 0:
		return drop
	case len(out) == 1 && out[0] < expand:
		return uint16(out[0])
	}
	f.long[r] = out
	return expand
}

// one folds a rune that NFKC has already been applied to.
func (f *Folder) one(r rune, simple map[rune]rune) rune {
	if l, ok := lookalikes[r]; ok {
		return l
	}
	r = unicode.ToLower(r)
	if s, ok := simple[r]; ok {
		r = s
	}
	if l, ok := lookalikes[r]; ok {
		return l
	}
	switch {
	case r == '\n' || r == '\r' || r == 0x2028 || r == 0x2029:
		return '\n'
	case unicode.IsSpace(r) || r == '\u2800' || r == '\u3164':
		return ' '
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Variation_Selector) || unicode.IsControl(r):
		return drop
	case unicode.In(r, unicode.So, unicode.Sk, unicode.Co, unicode.Cs):
		return Symbol
	}
	return r
}

// lookalikes are characters that are read as another one: letters of other
// scripts as Latin, dots and strokes as the usual mark, pictures that stand for
// a word as the word (起🔥了, 被⚡了).
var lookalikes = map[rune]rune{
	'а': 'a', 'в': 'b', 'с': 'c', 'е': 'e', 'н': 'h', 'к': 'k', 'м': 'm', 'о': 'o', 'р': 'p', 'т': 't', 'х': 'x', 'у': 'y',
	'α': 'a', 'β': 'b', 'ε': 'e', 'ι': 'i', 'κ': 'k', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'χ': 'x',
	'•': '·', '・': '·', '･': '·', '‧': '·', '∙': '·', '⋅': '·', '●': '·', '◦': '·',
	'–': '-', '—': '-', '―': '-', '−': '-', '‐': '-', '‑': '-', '－': '-', '～': '~', '〜': '~',
	'⚡': '电', '🔥': '火', '💥': '炸',
	'、': '、', '。': '。', '，': '，', ',': '，', '?': '？', '!': '！', ';': '；', ':': '：', '｡': '。', '､': '、', '．': '.', '(': '（', ')': '）',
}

// Rune folds one rune. n is the number of runes it becomes: 1 with the folded
// rune, 0 when it leaves no trace, more when only Append can tell.
func (f *Folder) Rune(r rune) (folded rune, n int) {
	if uint32(r) < 0x10000 {
		switch c := f.bmp[r]; c {
		case drop:
			return 0, 0
		case expand:
			return 0, 2
		default:
			return rune(c), 1
		}
	}
	return f.high(r)
}

func (f *Folder) high(r rune) (rune, int) {
	switch {
	case r >= 0x20000 && r <= 0x3FFFF: // ideographs of the further planes
		if s, ok := f.t2s[r]; ok {
			r = s
		}
		return r, 1
	case r >= 0x1F3FB && r <= 0x1F3FF || r >= 0xE0000 && r <= 0xE0FFF: // skin tones, tags, variation selectors
		return 0, 0
	case r >= 0x1D400 && r <= 0x1D7FF || r >= 0x1F100 && r <= 0x1F1FF: // mathematical and enclosed letters
		for _, c := range norm.NFKC.String(string(r)) {
			if c < 0x10000 {
				return f.Rune(c)
			}
		}
	}
	if l, ok := lookalikes[r]; ok {
		return l, 1
	}
	return Symbol, 1
}

// A Text is a folded text with the way back to the original. The buffers are
// reused by Folder.Fold.
type Text struct {
	Runes []rune  // folded
	Orig  []int32 // rune offset in the original of each folded rune
	Byte  []int32 // byte offset in the original of each folded rune
	Len   int     // runes in the original, an invalid byte counting as one
}

// Fold folds s into t, replacing what t held.
func (f *Folder) Fold(t *Text, s string) {
	runes := slices.Grow(t.Runes[:0], len(s))
	orig, at := slices.Grow(t.Orig[:0], len(s)), slices.Grow(t.Byte[:0], len(s))
	n := int32(0)
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = decode(s, i)
		} else if r == '<' || r == '&' {
			if length, char := markup(s[i:]); length > 0 {
				if char != 0 {
					runes, orig, at = append(runes, char), append(orig, n), append(at, int32(i))
				}
				n += int32(utf8.RuneCountInString(s[i : i+length]))
				i += length
				continue
			}
		}
		switch folded, k := f.Rune(r); k {
		case 1:
			runes, orig, at = append(runes, folded), append(orig, n), append(at, int32(i))
		case 2:
			for _, c := range f.expansion(r) {
				runes, orig, at = append(runes, c), append(orig, n), append(at, int32(i))
			}
		}
		n++
		i += size
	}
	t.Runes, t.Orig, t.Byte, t.Len = runes, orig, at, int(n)
}

// decode is the rune at s[i], which is none of ASCII. Nearly all have three bytes.
func decode(s string, i int) (rune, int) {
	if i+2 < len(s) && s[i] > 0xE0 && s[i] < 0xED && s[i+1]&0xC0 == 0x80 && s[i+2]&0xC0 == 0x80 {
		return rune(s[i]&0xF)<<12 | rune(s[i+1]&0x3F)<<6 | rune(s[i+2]&0x3F), 3
	}
	return utf8.DecodeRuneInString(s[i:])
}

// maxMarkup bounds a tag, in bytes.
const maxMarkup = 60

// markup is the length of a tag or of a named character at the beginning of s,
// which web pages leave in texts, and what is read in its place; 0 for none.
func markup(s string) (size int, char rune) {
	if s[0] == '&' {
		end := strings.IndexByte(s[:min(len(s), 9)], ';')
		if end < 0 {
			return 0, 0
		}
		if char, ok := named[s[1:end]]; ok {
			return end + 1, char
		}
		return 0, 0
	}
	end := strings.IndexByte(s[:min(len(s), maxMarkup)], '>')
	name := strings.TrimPrefix(s[1:], "/")
	if end < 2 || name == "" || name[0]|0x20 < 'a' || name[0]|0x20 > 'z' || strings.ContainsAny(s[1:end], "<\n") {
		return 0, 0
	}
	return end + 1, 0
}

// named are the characters that web pages name rather than write.
var named = map[string]rune{
	"nbsp": ' ', "ensp": ' ', "emsp": ' ', "amp": '&', "quot": '"', "ldquo": '“', "rdquo": '”',
	"hellip": '…', "mdash": '-', "ndash": '-', "middot": '·', "lsquo": '\'', "rsquo": '\'',
}

func (f *Folder) expansion(r rune) []rune {
	if long, ok := f.long[r]; ok {
		return long
	}
	if s, ok := f.t2s[r]; ok {
		return []rune{s}
	}
	return []rune{r}
}

// String folds a short string, such as a term or a cue.
func (f *Folder) String(s string) string {
	var t Text
	f.Fold(&t, s)
	return string(t.Runes)
}

// Gap tells whether a folded rune may stand inside a word that somebody
// spaced out or broke up (漏.电, 漏 电): spaces, dots, strokes, symbols, but no
// mark that ends a clause.
func Gap(r rune) bool {
	switch r {
	case ' ', '.', '·', '*', '-', '_', '~', '|', '/', '\\', '+', '#', '^', '=', '\'', '`', '"', '“', '”', Symbol:
		return true
	}
	return false
}
