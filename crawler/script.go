package crawler

import (
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/tidwall/gjson"
)

// A scriptView is the data that a page's scripts hold, as one JSON object. No
// script is run. Its members are
//
//	<script id="__NEXT_DATA__" type="application/json">  the script's id
//	<script type="application/json">                     "json"
//	window.X = {…}, var X = […], X = JSON.parse("…")     X
//	X.push({…}), X({…})                                  X
//	<div data-page="{…}">                                the attribute's name
//	self.__next_f.push([1,"…"])                          "__next_f", a list of its rows
//
// What comes again under a name is name_2, name_3 and so on.
type scriptView struct {
	out     []byte
	count   map[string]int
	entries int
	flight  strings.Builder // the stream of __next_f
}

const (
	maxScriptEntries = 2000 // of a page
	maxScriptRetries = 8    // times the length of a script that attempts in vain may read
)

// viewScripts reads the page's scripts.
func viewScripts(doc *goquery.Selection) string {
	v := scriptView{out: []byte("{"), count: map[string]int{}}
	doc.Find("script").Each(func(_ int, s *goquery.Selection) {
		kind := strings.ToLower(strings.TrimSpace(s.AttrOr("type", "")))
		switch {
		case kind == "application/ld+json": // for the format schema.org
		case strings.HasSuffix(kind, "json"):
			v.jsonScript(s.AttrOr("id", "json"), s.Text())
		case kind == "" || kind == "module" || strings.HasSuffix(kind, "javascript"):
			v.script(s.Text())
		}
	})
	for _, node := range doc.Find("*").Nodes {
		for _, a := range node.Attr {
			if value := strings.TrimSpace(a.Val); len(value) > len(`{"a":{}}`) &&
				(strings.HasPrefix(value, "{") || strings.HasPrefix(value, "[{")) && validJSON(value) {
				v.add(a.Key, value)
			}
		}
	}
	if rows := flightRows(v.flight.String()); len(rows) > 0 {
		v.add("__next_f", "["+strings.Join(rows, ",")+"]")
	}
	return string(append(v.out, '}'))
}

// add keeps a value; empty ones tell nothing.
func (v *scriptView) add(name, value string) {
	if len(value) <= len("{}") || v.entries >= maxScriptEntries {
		return
	}
	v.entries++
	if v.count[name]++; v.count[name] > 1 {
		name = fmt.Sprintf("%s_%d", name, v.count[name])
	}
	if len(v.out) > 1 {
		v.out = append(v.out, ',')
	}
	v.out = append(append(appendString(v.out, name), ':'), value...)
}

// jsonScript reads a script that is nothing but JSON.
func (v *scriptView) jsonScript(name, s string) {
	s = strings.TrimSpace(s)
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, "<!--"), "-->"))
	if escapedJSON.MatchString(s) {
		s = html.UnescapeString(s)
	}
	if validJSON(s) {
		v.add(name, s)
	}
}

// script reads the values that a script assigns or hands to functions.
func (v *scriptView) script(s string) {
	budget := maxScriptRetries * len(s)
	for at := 0; at < len(s) && v.entries < maxScriptEntries && budget > 0; {
		i := strings.IndexAny(s[at:], "=(")
		if i < 0 {
			return
		}
		at += i + 1
		name := nameBefore(s[:at-1], s[at-1] == '(')
		if name == "" || !holdsData(s[at:]) {
			continue
		}
		value, read, ok := parseLiteral(s[at:])
		if !ok {
			budget -= read
			continue
		}
		at += read
		v.keep(name, value)
	}
}

// keep adds a value that a script has under the name. A text may be JSON.
func (v *scriptView) keep(name, value string) {
	if strings.HasPrefix(value, `"`) {
		if value = gjson.Parse(value).String(); !strings.HasPrefix(value, "{") && !strings.HasPrefix(value, "[") ||
			!validJSON(value) {
			return
		}
	}
	if name == "__next_f" {
		if row := gjson.Get(value, "1"); gjson.Get(value, "0").Int() == 1 && row.Type == gjson.String {
			v.flight.WriteString(row.String())
		}
		return
	}
	v.add(name, value)
}

// holdsData tells whether what stands there may be a value worth reading.
func holdsData(s string) bool {
	s = strings.TrimLeft(s[:min(len(s), 64)], " \t\r\n(")
	return s != "" && strings.IndexByte("{[\"'`", s[0]) >= 0 || strings.HasPrefix(s, "JSON.parse(") ||
		strings.HasPrefix(s, "/*")
}

// maxName is how long a name may be.
const maxName = 64

// nameBefore is the last part of the name at the end of s: X of window.X and
// window["X"]; of calls, push and the like are no names.
func nameBefore(s string, call bool) string {
	s = strings.TrimRight(s[max(0, len(s)-2*maxName):], " \t\r\n")
	if inner, ok := strings.CutSuffix(s, "]"); ok && !call {
		from := strings.LastIndexByte(inner, '[')
		if name := inner[from+1:]; from >= 0 && len(name) > 2 && strings.IndexByte("\"'", name[0]) >= 0 &&
			name[0] == name[len(name)-1] {
			return name[1 : len(name)-1]
		}
		return ""
	}
	for {
		from := len(s)
		for from > 0 && identifies(s[from-1]) {
			from--
		}
		name := s[from:]
		before, member := strings.CutSuffix(s[:from], ".")
		if !call || !member || !slices.Contains([]string{"push", "assign", "set", "init", "extend"}, name) ||
			before == "" {
			if len(name) > maxName ||
				slices.Contains([]string{"if", "for", "while", "return", "function", "switch"}, name) {
				return ""
			}
			return name
		}
		s = strings.TrimRight(before, ") ") // (self.__next_f = self.__next_f || []).push
		if strings.HasSuffix(s, "[]") {
			s = strings.TrimRight(strings.TrimSuffix(s, "[]"), "| ")
		}
		call = false
	}
}

// flightRows are the values in the stream that React's server components
// send. Long texts stand in rows of their own there, and are put where they
// belong.
func flightRows(stream string) (rows []string) {
	var texts []string
	for stream != "" {
		id, rest, ok := strings.Cut(stream, ":")
		if _, err := strconv.ParseUint(id, 16, 32); !ok || err != nil {
			_, stream, _ = strings.Cut(stream, "\n")
			continue
		}
		if length, text, isText := textRow(rest); isText {
			texts = append(texts, `"$`+id+`"`, string(appendString(nil, text)))
			stream = rest[length:]
			continue
		}
		var row string
		row, stream, _ = strings.Cut(rest, "\n")
		if (strings.HasPrefix(row, "{") || strings.HasPrefix(row, "[")) && validJSON(row) {
			rows = append(rows, row)
		}
	}
	if len(texts) > 0 {
		long := strings.NewReplacer(texts...)
		for i := range rows {
			rows[i] = long.Replace(rows[i])
		}
	}
	return rows
}

// textRow reads T, a length in hexadecimal bytes, a comma and the text.
func textRow(s string) (length int, text string, ok bool) {
	head, _, found := strings.Cut(s[:min(len(s), 16)], ",")
	if !found || !strings.HasPrefix(head, "T") {
		return 0, "", false
	}
	n, err := strconv.ParseUint(head[1:], 16, 32)
	from := len(head) + 1
	if err != nil || n > uint64(len(s)-from) {
		return 0, "", false
	}
	return from + int(n), s[from : from+int(n)], true
}

// A jsonPath leads to a value in JSON: gjson's, and ** for what may be any number
// of levels below, because keys on the way change from page to page. The
// nearest object counts in which the rest of the path leads somewhere, and
// which has the members in parentheses:
//
//	eContext.**.reviews
//	**(sku,name).price.value
type jsonPath struct {
	head    string
	members []string
	tail    *jsonPath // below head; nil: head is all
}

func newPath(s string) *jsonPath {
	segments := splitPath(s)
	for i, segment := range segments {
		rest, deep := strings.CutPrefix(segment, "**")
		if !deep || rest != "" && (rest[0] != '(' || rest[len(rest)-1] != ')') {
			continue
		}
		p := &jsonPath{head: strings.Join(segments[:i], "."), tail: newPath(strings.Join(segments[i+1:], "."))}
		if rest != "" {
			p.members = strings.FieldsFunc(rest[1:len(rest)-1], func(r rune) bool { return r == ',' || r == ' ' })
		}
		return p
	}
	return &jsonPath{head: s}
}

// splitPath splits at dots that are not in parentheses.
func splitPath(s string) (segments []string) {
	from, open := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			open++
		case ')':
			open--
		case '.':
			if open == 0 {
				segments = append(segments, s[from:i])
				from = i + 1
			}
		}
	}
	return append(segments, s[from:])
}

// maxDeep is how many levels ** goes down.
const maxDeep = 64

// get is the value; wanted tells which of several to prefer.
func (p *jsonPath) get(v gjson.Result, wanted func(gjson.Result) bool) gjson.Result {
	if p.head != "" {
		v = v.Get(p.head)
	}
	if p.tail == nil {
		return v
	}
	var second gjson.Result
	level := []gjson.Result{v}
	for range maxDeep {
		var below []gjson.Result
		for _, at := range level {
			if !at.IsObject() && !at.IsArray() {
				continue
			}
			if at.IsObject() && p.fits(at) {
				found := p.tail.get(at, wanted)
				if found.Exists() && found.Type != gjson.Null {
					if wanted(found) {
						return found
					}
					if !second.Exists() {
						second = found
					}
				}
			}
			at.ForEach(func(_, inner gjson.Result) bool {
				below = append(below, inner)
				return true
			})
		}
		level = below
	}
	return second
}

func (p *jsonPath) fits(at gjson.Result) bool {
	for _, name := range p.members {
		if !at.Get(gjson.Escape(name)).Exists() {
			return false
		}
	}
	return true
}

// dataIn is what a script's or an attribute's text holds as JSON.
func dataIn(s string) string {
	if validJSON(s) {
		return s
	}
	v := scriptView{out: []byte("{"), count: map[string]int{}}
	v.script(s)
	return string(append(v.out, '}'))
}
