package ingest

import (
	"html"
	"slices"
	"strings"
	"unicode/utf8"
)

// Text is a review's text as a reader saw it: entities and tags of HTML
// decoded, control characters gone, blanks that only lay out gone, line breaks
// kept. It comes before redaction and mining, whose offsets are those of the
// result.
func Text(s string) string {
	marks := look(s)
	if marks == 0 {
		return s
	}
	// Exports escape twice at times: &amp;nbsp;, &lt;br&gt;.
	for range 3 {
		if marks&(hasEntity|hasTag) == 0 {
			break
		}
		before := s
		s = html.UnescapeString(untag(s))
		if s == before {
			break
		}
		marks = look(s)
	}
	if marks&hasControl != 0 {
		s = strings.Map(visible, s)
	}
	return squeeze(s)
}

// What a text may need.
const (
	hasEntity = 1 << iota
	hasTag
	hasControl
	hasBlanks
)

// look tells what Text has to do; for next to all texts it is nothing.
func look(s string) (marks int) {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c > '&' && c < '<' || c > '<' && c < 0x7f:
		case c == '&':
			marks |= hasEntity
		case c == '<':
			marks |= hasTag
		case c == '\n' || c == '\t' || c == '\r':
			marks |= hasBlanks
		case c < ' ' || c == 0x7f:
			marks |= hasControl
		case c == ' ':
			if i == 0 || i == len(s)-1 || s[i-1] == ' ' {
				marks |= hasBlanks
			}
		case c == 0xa0: // the second byte of a no-break space, and part of other characters
			if i > 0 && s[i-1] == 0xc2 {
				marks |= hasBlanks
			}
		case c == 0xe2 || c == 0xef: // may lead a character that nobody sees
			if r, _ := utf8.DecodeRuneInString(s[i:]); visible(r) != r {
				marks |= hasControl
			}
		case c == 0xe3:
			if strings.HasPrefix(s[i:], "\u3000") && (i == 0 || i+3 == len(s) || s[i-1] == ' ' || s[i+3] == ' ') {
				marks |= hasBlanks
			}
		case c == 0xc2: // C1 controls and the soft hyphen
			if r, _ := utf8.DecodeRuneInString(s[i:]); visible(r) != r {
				marks |= hasControl
			}
		}
	}
	return marks
}

// visible drops what nobody sees: control characters, byte order marks, zero
// width spaces. Joiners stay, for emoji are made with them.
func visible(r rune) rune {
	switch {
	case r == '\n' || r == '\t' || r == '\r':
		return r
	case r == '\u0085' || r == '\u2028' || r == '\u2029':
		return '\n'
	case r < ' ' || r >= 0x7f && r < 0xa0,
		r == '\u00ad',
		r == '\u200b',
		r == '\u200e',
		r == '\u200f',
		r == '\u2060',
		r == '\ufeff':
		return -1
	}
	return r
}

// breaking are the elements that begin on a line of their own.
var breaking = []string{"br", "p", "div", "li", "tr", "ul", "ol", "hr", "h1", "h2", "h3", "h4", "table", "section",
	"article", "blockquote", "dd", "dt"}

// inline are the others that stand in reviews.
var inline = []string{"a", "b", "i", "u", "s", "em", "strong", "span", "font", "img", "small", "big", "sub", "sup",
	"mark", "del", "ins",
	"video", "audio", "source", "td", "th", "tbody", "thead", "label", "button", "svg", "path", "input", "center", "code", "pre", "dl", "body", "html"}

// hidden are elements whose content is not text.
var hidden = []string{"script", "style", "template"}

// untag takes the tags of HTML out. What only looks like one, such as <漏电>
// or a<b, stays.
func untag(s string) string {
	if !strings.Contains(s, "<") {
		return s
	}
	var b strings.Builder
	for {
		open := strings.IndexByte(s, '<')
		if open < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:open])
		s = s[open:]
		if strings.HasPrefix(s, "<!--") {
			_, after, found := strings.Cut(s, "-->")
			if found {
				s = after
				continue
			}
		}
		name, end := tag(s)
		switch {
		case end == 0:
			b.WriteByte('<')
			s = s[1:]
			continue
		case slices.Contains(hidden, name) && s[1] != '/':
			closing := strings.Index(strings.ToLower(s), "</"+name)
			if closing > 0 {
				s = s[closing:]
				continue
			}
		case slices.Contains(breaking, name):
			b.WriteByte('\n')
		}
		s = s[end:]
	}
}

// maxTag bounds a tag: a picture's address may be long.
const maxTag = 4096

// tag is the name of the tag that s begins with, and where it ends; 0 if it is
// none that reviews have.
func tag(s string) (name string, end int) {
	i := 1
	if i < len(s) && s[i] == '/' {
		i++
	}
	from := i
	for i < len(s) && i-from < 12 && (s[i] >= 'a' && s[i] <= 'z' || s[i] >= 'A' && s[i] <= 'Z' || i > from &&
		s[i] >= '0' && s[i] <= '9') {
		i++
	}
	name = strings.ToLower(s[from:i])
	if name == "" || i == len(s) || !strings.ContainsRune(" />\t\n\r", rune(s[i])) ||
		!slices.Contains(breaking, name) && !slices.Contains(inline, name) && !slices.Contains(hidden, name) {
		return "", 0
	}
	closing := strings.IndexByte(s[i:min(len(s), maxTag)], '>')
	if closing < 0 {
		return "", 0
	}
	return name, i + closing + 1
}

// squeeze takes out the blanks that only lay text out, and empty lines.
func squeeze(s string) string {
	if look(s)&hasBlanks == 0 {
		return s
	}
	lines := strings.FieldsFunc(strings.ReplaceAll(s, "\u00a0", " "),
		func(r rune) bool { return r == '\n' || r == '\r' })
	for i, line := range lines {
		lines[i] = strings.Join(strings.Fields(line), " ")
	}
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return line == "" }), "\n")
}

// FormulaError tells what a spreadsheet shows where a formula has no result. A text
// that begins with an equals sign or a hyphen is a formula to it.
func FormulaError(s string) bool {
	if !strings.HasPrefix(s, "#") { // nearly all texts, of which no copy is worth making
		return false
	}
	switch strings.ToUpper(s) {
	case "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!":
		return true
	}
	return false
}

// Blank tells whether a value is nothing: empty, or what spreadsheets and data
// frames write in an empty cell's place.
func Blank(s string) bool {
	switch len(s) {
	case 0:
		return true
	case 2, 3, 4, 5, 6, 7, 9:
		switch strings.ToLower(s) {
		case `\n`, "nan", "nat", "null", "none", "n/a", "<na>", "nil", "(null)", "<null>", "undefined":
			return true
		}
		return FormulaError(s) || strings.TrimSpace(s) == ""
	}
	return strings.TrimSpace(s) == ""
}
