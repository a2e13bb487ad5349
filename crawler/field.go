package crawler

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"

	"chaping/ingest"
	"chaping/ingest/foreign"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"
	"github.com/tidwall/gjson"
	"go.yaml.in/yaml/v3"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"chaping"
)

// A format is how a page is read.
type format int

const (
	formatHTML format = iota
	formatJSON
	formatJSONP
	formatSchema // what an HTML page says in schema.org's vocabulary; read like JSON
	formatScript // the data in an HTML page's scripts; read like JSON
)

// rendered tells whether a browser can change what pages of the format say.
func (f format) rendered() bool { return f.isHTML() }

// isHTML tells whether pages of the format are HTML, whatever is read of them.
func (f format) isHTML() bool { return f == formatHTML || f == formatSchema || f == formatScript }

// A selector is a compiled CSS selector.
type selector = cascadia.Selector

// A field says where a value is: in HTML an element's text or attribute, in
// JSON a gjson path. What is found may be cut down by a regular expression
// and replaced through a table:
//
//	css: .stars      the element; without css the item itself
//	attr: title      its attribute in place of its text
//	json: a.b        path in a JSON page, or in JSON that the element holds
//	match: "^(\\d)"  the first group, or the whole match
//	map: {好评: "5"} in place of what was found
//	date: [...]      how dates are written; see ingest.Dates
//	address: "/(\\d+)" from the page's own address, cut down like match
//	count: true      how many elements css finds: stars that are pictures
//	header: X-Total  a response header, for totals and next pages only
//
// A plain string is short for css in HTML pages and for json in JSON pages.
type field struct {
	name  string // path in the profile, for messages
	css   *selector
	attr  string
	json  string
	path  *jsonPath // of json
	match *regexp.Regexp
	table map[string]string
	date  ingest.Dates

	header  string // canonical name
	address bool   // of the page
	count   bool   // of elements
}

type fieldYAML struct {
	CSS   string
	Attr  string
	JSON  string
	Match string
	Map   map[string]string
	Date  []string

	Header  string
	Address string
	Count   bool

	short string // the plain string
}

// UnmarshalYAML implements yaml.Unmarshaler.
func (f *fieldYAML) UnmarshalYAML(node *yaml.Node) error {
	*f = fieldYAML{} // nothing stays of what the profile extends
	switch node.Kind {
	case yaml.ScalarNode:
		f.short = node.Value
		return nil
	case yaml.MappingNode:
	default:
		return &chaping.InputError{
			Line:    node.Line,
			Problem: "字段应为一个字符串或一组配置项",
			Remedy:  "例如 name: h1.name，或 name: {css: h1, attr: title}",
		}
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		var err error
		switch key.Value {
		case "css":
			err = value.Decode(&f.CSS)
		case "attr":
			err = value.Decode(&f.Attr)
		case "json":
			err = value.Decode(&f.JSON)
		case "match":
			err = value.Decode(&f.Match)
		case "header":
			err = value.Decode(&f.Header)
		case "address":
			err = value.Decode(&f.Address)
		case "count":
			err = value.Decode(&f.Count)
		case "map":
			err = value.Decode(&f.Map)
		case "date":
			if value.Kind == yaml.ScalarNode {
				f.Date = []string{value.Value}
			} else {
				err = value.Decode(&f.Date)
			}
		default:
			return &chaping.InputError{
				Line:    key.Line,
				Field:   key.Value,
				Problem: "没有这个配置项",
				Remedy:  "字段可用 css、attr、json、match、map、date、header、address、count",
			}
		}
		if err != nil {
			return &chaping.InputError{
				Line:    value.Line,
				Field:   key.Value,
				Value:   value.Value,
				Problem: "值的形式不对",
				Remedy:  "date 是格式或格式列表，map 是对照表，count 是 true，其余是字符串",
			}
		}
	}
	return nil
}

// field compiles a field; nil if the profile has none there.
func (l *loader) field(path string, y *fieldYAML, in format) *field {
	if y == nil {
		return nil
	}
	f := &field{name: path, attr: y.Attr, json: y.JSON, table: y.Map, date: y.Date}
	css := y.CSS
	if y.short != "" {
		if in == formatHTML {
			css = y.short
		} else {
			f.json = y.short
		}
	}
	if css+f.attr != "" && (!in.isHTML() || in != formatHTML && inList(path)) {
		l.fail(path, css+f.attr, "JSON 的字段不能用 css、attr", "改用 json 路径，例如 data.list")
	}
	if css == "" && f.attr == "" && f.json == "" && y.Header == "" && y.Address == "" {
		l.fail(path, "", "没有说明值在哪里", "写上 css、attr、json、header 或 address 之一")
	}
	if f.count = y.Count; y.Count && css == "" {
		l.fail(path+".count", "true", "没有说明数什么", "写上 css，例如 css: .star.on")
	}
	if y.Header != "" {
		f.header = textproto.CanonicalMIMEHeaderKey(y.Header)
		if !strings.Contains(path, "paging.") || css+f.attr+f.json != "" {
			l.fail(
				path+".header",
				y.Header,
				"响应头只用于 paging，且不与 css、attr、json 同写",
				"例如 paging: {total: {header: X-Total-Count}}",
			)
		}
	}
	f.css = l.selector(path+".css", css)
	f.path = newPath(f.json)
	if y.Address != "" {
		f.address = true
		if y.Match != "" || css+f.attr+f.json+f.header != "" {
			l.fail(path+".address", y.Address, "取自网址的字段不与 css、attr、json、match 同写", "例如 id: {address: \"/item/(\\d+)\"}")
		}
	}
	if pattern := cmp.Or(y.Match, y.Address); pattern != "" {
		re, err := regexp.Compile(pattern)
		if err != nil {
			l.fail(
				path+map[bool]string{true: ".match", false: ".address"}[y.Match != ""],
				pattern,
				"正则表达式无效："+err.Error(),
				"语法见 Go 的 regexp（RE2）",
			)
		}
		f.match = re
	}
	for _, layout := range y.Date {
		if !ingest.KnownFormat(layout) {
			l.fail(
				path+".date",
				layout,
				"不认识的日期格式",
				"用 epoch_s、epoch_ms、rfc3339、iso8601、relative，或以 2006 年 1 月 2 日 15:04:05 为样例写出格式",
			)
		}
	}
	return f
}

// inList tells whether the field belongs to the items of a list, or is the list.
func inList(path string) bool {
	return strings.HasSuffix(path, "items") ||
		strings.Contains(path, "fields.") && !strings.HasPrefix(path, "product") &&
			!strings.HasPrefix(path, "shop")
}

// required is a field that must be there.
func (l *loader) required(path string, y *fieldYAML, in format) field {
	f := l.field(path, y, in)
	if f == nil {
		l.fail(path, "", "缺少这一项", "参照随程序提供的站点配置补上")
		return field{name: path}
	}
	return *f
}

func (l *loader) selector(path, css string) *selector {
	if css == "" {
		return nil
	}
	s, err := cascadia.Compile(css)
	if err != nil {
		l.fail(path, css, "CSS 选择器无效："+err.Error(), "在浏览器的开发者工具里用 document.querySelector 试好再抄过来")
		return nil
	}
	return &s
}

// A node is a place in a page: an element, or a JSON value.
type node struct {
	html *goquery.Selection
	json gjson.Result
	page *goquery.Selection // the HTML that json was taken from

	// Of the page itself, not of what stands in it:
	header  http.Header // that came with it
	address string      // after redirects
}

// document is the page's HTML, nil if it has none.
func (n node) document() *goquery.Selection {
	if n.html != nil {
		return n.html
	}
	return n.page
}

// get is the value of the field at the node, trimmed. found is false when the
// page does not have it; a value may be there and empty.
func (f *field) get(n node) (value string, found bool) {
	if f == nil {
		return "", false
	}
	switch {
	case f.header != "":
		value, found = f.fromHeader(n.header)
	case f.address:
		value, found = n.address, n.address != ""
	case f.count:
		value, found = f.counted(n)
	case n.html != nil || n.page != nil && f.json == "":
		element := f.element(n.document())
		if element == nil {
			return "", false
		}
		switch {
		case f.attr != "":
			value, found = attribute(element, f.attr)
		case f.json != "": // data in a script
			value, found = goquery.NewDocumentFromNode(element).Text(), true
		default:
			value, found = text(element), true
		}
		if found && f.json != "" {
			inner := f.at(gjson.Parse(dataIn(value)), anything)
			value, found = inner.String(), inner.Exists()
		}
	default:
		inner := f.at(n.json, anything)
		value, found = inner.String(), inner.Exists() && inner.Type != gjson.Null
	}
	if !found {
		return "", false
	}
	value = strings.TrimSpace(value)
	if f.match != nil {
		m := f.match.FindStringSubmatch(value)
		if m == nil {
			return "", false
		}
		value = strings.TrimSpace(m[min(1, len(m)-1)])
	}
	if mapped, ok := f.table[value]; ok {
		value = mapped
	}
	return value, true
}

// every is what get is, of all elements that the field means, one a line. Of
// JSON, where a path leads to lists, it is what get gives.
func (f *field) every(n node) string {
	if f == nil || f.css == nil || n.document() == nil {
		value, _ := f.get(n)
		return value
	}
	one := *f
	one.css = nil
	var list []string
	n.document().FindMatcher(*f.css).Each(func(_ int, element *goquery.Selection) {
		if value, ok := one.get(node{html: element, page: n.page}); ok {
			list = append(list, value)
		}
	})
	return strings.Join(list, "\n")
}

// counted is how many elements the field means.
func (f *field) counted(n node) (value string, found bool) {
	if n.document() == nil {
		return "", false
	}
	return strconv.Itoa(n.document().FindMatcher(*f.css).Length()), true
}

// at is the value that the field's path leads to.
func (f *field) at(v gjson.Result, wanted func(gjson.Result) bool) gjson.Result {
	if f.path == nil {
		return v.Get(f.json)
	}
	return f.path.get(v, wanted)
}

func anything(gjson.Result) bool { return true }

// element is the first element that the field means.
func (f *field) element(s *goquery.Selection) *html.Node {
	for _, root := range s.Nodes {
		if f.css == nil {
			return root
		}
		// Selectors are meant below the root.
		for child := root.FirstChild; child != nil; child = child.NextSibling {
			if found := f.css.MatchFirst(child); found != nil {
				return found
			}
		}
	}
	return nil
}

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// text is what a reader sees of the element: line breaks are kept, scripts
// are not.
func text(element *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.DataAtom == atom.Br:
			b.WriteByte('\n')
		case n.DataAtom == atom.Script || n.DataAtom == atom.Style || n.DataAtom == atom.Template:
		default:
			for child := n.FirstChild; child != nil; child = child.NextSibling {
				walk(child)
			}
		}
	}
	walk(element)
	return b.String()
}

// raw is the value of the field before match and map, for messages.
func (f *field) raw(n node) string {
	plain := field{
		css:     f.css,
		attr:    f.attr,
		json:    f.json,
		path:    f.path,
		header:  f.header,
		address: f.address,
		count:   f.count,
	}
	value, _ := plain.get(n)
	return value
}

// list is all nodes that the field points at.
func (f *field) list(n node) []node {
	var out []node
	if n.html != nil {
		s := n.html
		if f.css != nil {
			s = s.FindMatcher(*f.css)
		}
		s.Each(func(_ int, item *goquery.Selection) { out = append(out, node{html: item}) })
		return out
	}
	value := n.json
	if f.json != "" {
		value = f.at(value, func(r gjson.Result) bool { return r.IsArray() && len(r.Raw) > len("[]") })
	}
	if !value.IsArray() {
		return nil
	}
	for _, item := range value.Array() {
		out = append(out, node{json: item})
	}
	return out
}

// shows tells whether the page has what the field means: an element, entries of
// a list, or a value that is not denied.
func (f *field) shows(n node) bool {
	if n.html != nil || f.css != nil {
		return f.element(n.document()) != nil
	}
	value, found := f.get(n)
	return len(f.list(n)) > 0 || found && truthy(value) && value != "[]"
}

// has tells whether the challenge is what the page shows.
func (c challenge) has(n node, text string) bool {
	if c.css != nil {
		return n.document() != nil && n.document().FindMatcher(*c.css).Length() > 0
	}
	return strings.Contains(text, c.text)
}

// node is the page, read as the format.
func (p *page) node(as format) (node, error) {
	n, err := parse(p.body, as, p.url.String())
	n.header, n.address = p.header, p.url.String()
	return n, err
}

// parse reads the decoded page at the address.
func parse(body string, as format, at string) (node, error) {
	switch as {
	case formatJSONP:
		body = foreign.UnwrapJSONP(body)
		fallthrough
	case formatJSON:
		if depth := foreign.JSONDepth(body); depth > maxJSONDepth {
			return node{}, fmt.Errorf("JSON 嵌套 %d 层，超过 %d 层", depth, maxJSONDepth)
		}
		if !gjson.Valid(body) {
			return node{}, fmt.Errorf("不是正确的 JSON：%s", chaping.Shorten(strings.TrimSpace(body), 60))
		}
		return node{json: gjson.Parse(body)}, nil
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		return node{}, fmt.Errorf("无法解析 HTML：%w", err)
	}
	return viewAs(doc.Selection, as, at)
}

// viewAs is the HTML page as the format has it.
func viewAs(doc *goquery.Selection, as format, at string) (node, error) {
	switch as {
	case formatHTML:
		return node{html: doc}, nil
	case formatScript:
		return node{json: gjson.Parse(viewScripts(doc)), page: doc}, nil
	}
	view, err := json.Marshal(schemaView(doc, at))
	if err != nil {
		return node{}, fmt.Errorf("无法整理 schema.org 数据：%w", err)
	}
	return node{json: gjson.ParseBytes(view), page: doc}, nil
}

// maxJSONDepth bounds the recursion of the JSON parser.
const maxJSONDepth = 512
