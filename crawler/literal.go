package crawler

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	surrogates "unicode/utf16"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"chaping/ingest/foreign"
)

// A literal reads JavaScript values without running anything: JSON, and what
// minifiers and serializers write in its place (unquoted keys, 'strings',
// undefined, !0, void 0, trailing commas, comments, JSON.parse("…"),
// new Date("…")). Whatever else is no value to it.
type literal struct {
	in  string
	pos int
	out []byte // the value as JSON
}

// parseLiteral reads the value at the start of s. read is how far it came,
// also where there is none.
func parseLiteral(s string) (value string, read int, ok bool) {
	l := literal{in: s}
	ok = l.value(0)
	return string(l.out), l.pos, ok
}

// space passes over white space and comments.
func (l *literal) space() {
	for l.pos < len(l.in) {
		rest := l.in[l.pos:]
		end := ""
		switch {
		case strings.IndexByte(" \t\r\n\v\f", rest[0]) >= 0:
			l.pos++
			continue
		case strings.HasPrefix(rest, "\u00a0"), strings.HasPrefix(rest, "\ufeff"):
			_, n := utf8.DecodeRuneInString(rest)
			l.pos += n
			continue
		case strings.HasPrefix(rest, "//"):
			end = "\n"
		case strings.HasPrefix(rest, "/*"):
			end = "*/"
		default:
			return
		}
		n := strings.Index(rest[2:], end)
		if n < 0 {
			l.pos = len(l.in)
			return
		}
		l.pos += 2 + n + len(end)
	}
}

// take passes over the text if it is next.
func (l *literal) take(text string) bool {
	l.space()
	if !strings.HasPrefix(l.in[l.pos:], text) {
		return false
	}
	l.pos += len(text)
	return true
}

func (l *literal) peek() byte {
	l.space()
	if l.pos >= len(l.in) {
		return 0
	}
	return l.in[l.pos]
}

func (l *literal) value(depth int) bool {
	if depth > maxJSONDepth {
		return false
	}
	switch c := l.peek(); {
	case c == '{':
		return l.object(depth)
	case c == '[':
		return l.array(depth)
	case c == '"' || c == '\'' || c == '`':
		s, ok := l.text()
		l.out = appendString(l.out, s)
		return ok
	case c == '(':
		l.pos++
		return l.value(depth+1) && l.take(")")
	case c == '!':
		l.pos++
		n := l.peek()
		l.pos++
		l.out = strconv.AppendBool(l.out, n == '0')
		return n == '0' || n == '1'
	case c == '-' || c == '+' || c == '.' || c >= '0' && c <= '9':
		return l.number()
	}
	return l.word(depth)
}

func (l *literal) object(depth int) bool {
	l.pos++
	l.out = append(l.out, '{')
	for first := true; !l.take("}"); first = false {
		if !first {
			if !l.take(",") {
				return false
			}
			if l.take("}") {
				break
			}
			l.out = append(l.out, ',')
		}
		var key string
		ok := true
		if c := l.peek(); c == '"' || c == '\'' {
			key, ok = l.text()
		} else {
			key = l.identifier()
		}
		if !ok || key == "" && l.in[l.pos-1] != '"' && l.in[l.pos-1] != '\'' {
			return false
		}
		l.out = append(appendString(l.out, key), ':')
		if !l.take(":") || !l.value(depth+1) {
			return false
		}
	}
	l.out = append(l.out, '}')
	return true
}

func (l *literal) array(depth int) bool {
	l.pos++
	l.out = append(l.out, '[')
	for first := true; !l.take("]"); first = false {
		if !first {
			if !l.take(",") {
				return false
			}
			if l.take("]") {
				break
			}
			l.out = append(l.out, ',')
		}
		if !l.value(depth + 1) {
			return false
		}
	}
	l.out = append(l.out, ']')
	return true
}

// identifier is a name or a number that stands as a key; "" if there is none.
func (l *literal) identifier() string {
	from := l.pos
	for l.pos < len(l.in) && identifies(l.in[l.pos]) {
		l.pos++
	}
	return l.in[from:l.pos]
}

// identifies tells whether the byte may be part of a name.
func identifies(c byte) bool {
	return c == '_' || c == '$' || c >= utf8.RuneSelf || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// word reads what begins with a name.
func (l *literal) word(depth int) bool {
	switch name := l.identifier(); name {
	case "true", "false", "null":
		l.out = append(l.out, name...)
		return true
	case "undefined", "NaN", "Infinity":
		l.out = append(l.out, "null"...)
		return true
	case "void":
		l.out = append(l.out, "null"...)
		return l.take("0")
	case "new":
		return l.take("Date(") && l.value(depth+1) && l.take(")")
	case "JSON":
		return l.take(".parse(") && l.parsed() && l.take(")")
	}
	return false
}

// parsed reads a text that holds JSON.
func (l *literal) parsed() bool {
	escaped := l.take("decodeURIComponent(")
	if l.peek() == 0 || strings.IndexByte("\"'`", l.peek()) < 0 {
		return false
	}
	s, ok := l.text()
	if ok && escaped {
		var err error
		s, err = url.PathUnescape(s)
		ok = err == nil && l.take(")")
	}
	if !ok || !validJSON(s) {
		return false
	}
	l.out = append(l.out, s...)
	return true
}

// validJSON tells whether the text is JSON that is safe to walk through.
func validJSON(s string) bool { return foreign.JSONDepth(s) <= maxJSONDepth && gjson.Valid(s) }

func (l *literal) number() bool {
	from := l.pos
	if c := l.in[l.pos]; c == '-' || c == '+' {
		l.pos++
	}
	for l.pos < len(l.in) {
		c, before := l.in[l.pos], l.in[l.pos-min(1, l.pos)]
		if !identifies(c) && c != '.' && ((c != '-' && c != '+') || before|0x20 != 'e') {
			break
		}
		l.pos++
	}
	text := strings.TrimPrefix(l.in[from:l.pos], "+")
	if json.Valid([]byte(text)) { // as it stands, with all its digits
		l.out = append(l.out, text...)
		return true
	}
	if n, err := strconv.ParseInt(text, 0, 64); err == nil && len(text) > 2 && text[0] == '0' && text[1]|0x20 == 'x' {
		l.out = strconv.AppendInt(l.out, n, 10)
		return true
	}
	n, err := strconv.ParseFloat(text, 64) // .5 and 1.
	if err != nil || strings.Trim(text, "-.0123456789eE+") != "" {
		return false
	}
	l.out = strconv.AppendFloat(l.out, n, 'g', -1, 64)
	return true
}

// text reads a string. Templates are strings as long as nothing is filled in.
func (l *literal) text() (string, bool) {
	quote := l.in[l.pos]
	l.pos++
	from := l.pos
	var b strings.Builder
	for l.pos < len(l.in) {
		switch c := l.in[l.pos]; {
		case c == quote:
			b.WriteString(l.in[from:l.pos])
			l.pos++
			return b.String(), true
		case c == '\n' && quote != '`', c == '$' && quote == '`' && strings.HasPrefix(l.in[l.pos:], "${"):
			return "", false
		case c == '\\':
			b.WriteString(l.in[from:l.pos])
			r, ok := l.escape()
			if !ok {
				return "", false
			}
			b.WriteString(r)
			from = l.pos
		default:
			l.pos++
		}
	}
	return "", false
}

var plainEscapes = map[byte]string{
	'n': "\n", 't': "\t", 'r': "\r", 'b': "\b", 'f': "\f", 'v': "\v", '0': "", '\n': "", '\r': "",
}

// escape reads what follows a backslash.
func (l *literal) escape() (string, bool) {
	l.pos++
	if l.pos >= len(l.in) {
		return "", false
	}
	c := l.in[l.pos]
	if s, ok := plainEscapes[c]; ok {
		l.pos++
		return s, true
	}
	if c != 'x' && c != 'u' {
		_, n := utf8.DecodeRuneInString(l.in[l.pos:])
		l.pos += n
		return l.in[l.pos-n : l.pos], true
	}
	r, ok := l.code()
	if surrogates.IsSurrogate(r) && strings.HasPrefix(l.in[l.pos:], `\u`) {
		at := l.pos
		l.pos++
		low, lowOK := l.code()
		if pair := surrogates.DecodeRune(r, low); lowOK && pair != utf8.RuneError {
			return string(pair), ok
		}
		l.pos = at
	}
	return string(r), ok
}

// code reads a character's number: xHH, uHHHH or u{H…}.
func (l *literal) code() (rune, bool) {
	digits := map[byte]int{'x': 2, 'u': 4}[l.in[l.pos]]
	l.pos++
	if strings.HasPrefix(l.in[l.pos:], "{") {
		l.pos++
		if digits = strings.IndexByte(l.in[l.pos:min(len(l.in), l.pos+8)], '}'); digits < 1 {
			return 0, false
		}
		defer func() { l.pos++ }()
	}
	if l.pos+digits > len(l.in) {
		return 0, false
	}
	n, err := strconv.ParseUint(l.in[l.pos:l.pos+digits], 16, 32)
	l.pos += digits
	return rune(n), err == nil && n <= utf8.MaxRune
}

// appendString appends the text as a JSON string.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
