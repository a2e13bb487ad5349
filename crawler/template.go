package crawler

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// A template is a URL, or what is sent to one, with placeholders in braces.
type template struct {
	parts    []string            // literal, name, literal, name, ... literal
	escape   func(string) string // how a value stands in it
	verbatim []string            // placeholders whose values are written as they have to stand
}

func (l *loader) template(path, s string, names ...string) template {
	if s == "" {
		l.fail(path, "", "缺少网址", "写上网址，例如 /search?q={keyword}&page={page}")
		return template{}
	}
	t := template{escape: url.QueryEscape, verbatim: []string{"link", "url", "slice"}}
	for rest := s; ; {
		before, after, found := strings.Cut(rest, "{")
		t.parts = append(t.parts, before)
		if !found {
			return t
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed || !slices.Contains(names, name) {
			l.fail(
				path,
				s,
				fmt.Sprintf("不认识的占位符 {%s", chopBrace(name, closed)),
				"这里可用 {"+strings.Join(names, "}、{")+"}",
			)
			return t
		}
		t.parts = append(t.parts, name)
		rest = tail
	}
}

func chopBrace(name string, closed bool) string {
	if closed {
		return name + "}"
	}
	return name
}

// post reads what a step sends: a form, a=1&b={page}, or JSON. Braces around
// anything but a placeholder are the JSON's, or those of a query in it.
func (l *loader) post(step, s string, y pagingYAML, names ...string) template {
	if s == "" {
		return template{}
	}
	if y.Next != nil {
		l.fail(step+".paging.next", "", "用 POST 读的列表没有下一页的地址", "用 {page}、{offset} 或 {cursor} 翻页")
	}
	t := template{verbatim: []string{"slice"}}
	last := 0
	for _, at := range regexp.MustCompile(`\{(`+strings.Join(names, "|")+`)\}`).FindAllStringSubmatchIndex(s, -1) {
		t.parts = append(t.parts, s[last:at[0]], s[at[2]:at[3]])
		last = at[1]
	}
	t.parts = append(t.parts, s[last:])
	if t.escape = url.QueryEscape; t.isJSON() {
		t.escape = jsonText
		values := map[string]string{}
		for _, name := range names {
			values[name] = "1" // what may stand in quotes and without
		}
		if filled := t.fill(values); !json.Valid([]byte(filled)) {
			l.fail(step+".post", s, "填上占位符以后不是正确的 JSON", "照浏览器里看到的请求体写，字符串里的占位符也在引号里，例如 {\"goods\": \"{product}\", \"page\": {page}}")
		}
	}
	return t
}

// isJSON tells whether what is sent is JSON.
func (t template) isJSON() bool {
	return len(t.parts) > 0 && (strings.HasPrefix(strings.TrimSpace(t.parts[0]), "{") || strings.HasPrefix(strings.TrimSpace(t.parts[0]), "["))
}

// jsonText is a text as it stands between the quotes of JSON.
func jsonText(s string) string {
	quoted, err := json.Marshal(s)
	if err != nil {
		return "" // never of a string
	}
	return string(quoted[1 : len(quoted)-1])
}

// has tells whether the template has the placeholder.
func (t template) has(name string) bool {
	for i, part := range t.parts {
		if i%2 == 1 && part == name {
			return true
		}
	}
	return false
}

// fill puts the values in place.
func (t template) fill(values map[string]string) string {
	var b strings.Builder
	for i, part := range t.parts {
		if i%2 == 1 {
			value := values[part]
			if !slices.Contains(t.verbatim, part) {
				value = t.escape(value)
			}
			part = value
		}
		b.WriteString(part)
	}
	return b.String()
}
