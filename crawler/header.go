package crawler

import (
	"net/http"
	"strings"
)

// fromHeader is what the field means of the response headers. Of Link it is the
// address of the following page.
func (f *field) fromHeader(h http.Header) (value string, found bool) {
	if f.header == "Link" {
		value = nextLink(h.Values("Link"))
		return value, value != ""
	}
	value = h.Get(f.header)
	return value, value != ""
}

// nextLink is the target of rel="next" in Link headers (RFC 8288), "" if there
// is none.
func nextLink(values []string) string {
	for _, rest := range values {
		for {
			_, after, ok := strings.Cut(rest, "<")
			target, params, closed := strings.Cut(after, ">")
			if !ok || !closed {
				break
			}
			var isNext bool
			isNext, rest = linkParams(params)
			if isNext {
				return strings.TrimSpace(target)
			}
		}
	}
	return ""
}

// linkParams reads the parameters of one link and tells whether its relation
// is next. rest is what follows the link.
func linkParams(s string) (isNext bool, rest string) {
	for {
		s = strings.TrimLeft(s, " \t")
		param, ok := strings.CutPrefix(s, ";")
		if !ok {
			return isNext, s
		}
		end := strings.IndexAny(param, "=;,")
		if end < 0 {
			return isNext, ""
		}
		name := strings.TrimSpace(param[:end])
		if strings.HasPrefix(name, "<") { // another link, behind a wrong separator
			return isNext, param
		}
		if param[end] != '=' {
			s = param[end:]
			continue
		}
		var value string
		value, s = paramValue(strings.TrimLeft(param[end+1:], " \t"))
		if strings.EqualFold(name, "rel") {
			for relation := range strings.FieldsSeq(value) {
				isNext = isNext || strings.EqualFold(relation, "next")
			}
		}
	}
}

// paramValue reads a token or a quoted string.
func paramValue(s string) (value, rest string) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, ";, \t")
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}
