// Package foreign knows what content from outside needs before it is read:
// which encoding a name means in Chinese practice, how deep JSON nests, and
// office files, of which nothing is believed and nothing read without a bound.
package foreign

import (
	"regexp"
	"strings"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// Charset is the encoding of that name (WHATWG Encoding Standard); nil if
// there is none. GBK and GB2312 are read as GB18030, which holds both and what
// sites and exports slip in beside them. UTF-8 is unicode.UTF8.
func Charset(name string) encoding.Encoding {
	e, canonical := charset.Lookup(name)
	switch canonical {
	case "gbk", "gb18030", "hz-gb-2312":
		return simplifiedchinese.GB18030
	case "utf-8":
		return unicode.UTF8
	}
	return e
}

// JSONDepth is how deep brackets nest outside strings. Parsers recurse that
// deep; ask before parsing.
func JSONDepth(s string) int {
	depth, deepest, quoted := 0, 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}

// JSONParts counts the objects, and the commas between parts, outside strings.
// Parsers hold something for each, however short it is written.
func JSONParts(s []byte) (objects, commas int) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			objects++
		case c == ',':
			commas++
		}
	}
	return objects, commas
}

var jsonpHead = regexp.MustCompile(
	`^(?:\s|/\*.*?\*/)*(?:typeof\s+[\w$.]+\s*===?\s*['"]function['"]\s*&&\s*)?[\w$.\[\]'"]+\s*\(`,
)

// JSONPHead is how long the call is that stands before the JSON of a JSONP
// answer, with its bracket; 0 if there is none.
func JSONPHead(s string) int { return len(jsonpHead.FindString(s)) }

// UnwrapJSONP takes the call off: callback({...}); becomes {...}.
func UnwrapJSONP(s string) string {
	head := jsonpHead.FindString(s)
	if head == "" {
		return s
	}
	body := strings.TrimRight(s[len(head):], "; \t\r\n")
	return strings.TrimSuffix(body, ")")
}
