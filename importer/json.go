package importer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/tidwall/gjson"

	"chaping"
	"chaping/ingest/foreign"
)

// maxDepth is the deepest nesting of a JSON record; comment objects of real
// platforms stay below ten.
const maxDepth = 200

// A unit is a JSON value that is held in memory as a whole: a line of NDJSON, an
// element of an array, a page that a crawler has saved.
type unit struct {
	number  int // line, or which value of the file it is
	text    string
	damaged bool // bytes had to be replaced
	fault   *chaping.InputError
	parents []gjson.Result // what it stands in, as far as that is known, the nearest first
	whole   bool           // it is a record, whatever the path to records is
	path    []string       // keys that lead to it, of one that was read out of a large object
}

// units reads the units of a file; io.EOF at the end.
type units interface {
	next() (unit, error)
}

// jsonSource reads records that are JSON objects.
type jsonSource struct {
	file    string
	units   units
	profile *Profile
	paths   [][]string          // keys from a unit to each of the arrays of its records; none where units are records
	keyAt   int                 // which of the keys says something of the records; -1: none
	keys    map[string][]place  // key of the record's object → fields that it may hold
	fields  map[string][]string // field → paths, where one of them is more than a key
	queue   []record
	unread  map[string]int64 // objects of other places that have texts, by where they stand
	closers []io.Closer
}

// A place is a field that a key may hold, and the key's rank among the keys
// that may.
type place struct {
	field string
	index int // of the field
	rank  int
}

// A fieldValue is what a record has of a field.
type fieldValue struct {
	key     string
	text    string
	rank    int
	there   bool // it has the key
	none    bool // and nothing in it
	several bool // further keys have something for the field
}

func newJSONSource(file string, u units, paths [][]string, p *Profile, closers []io.Closer) *jsonSource {
	s := &jsonSource{file: file, units: u, profile: p, paths: paths, keyAt: keyAt(paths), keys: map[string][]place{},
		fields: map[string][]string{}, unread: map[string]int64{}, closers: closers}
	for field, paths := range p.Fields {
		if slices.ContainsFunc(paths, func(path string) bool { return strings.ContainsAny(path, pathSyntax) }) {
			s.fields[field] = paths
			continue
		}
		for rank, key := range paths {
			s.keys[key] = append(s.keys[key], place{field, fieldIndex(field), rank})
		}
	}
	return s
}

// pathSyntax are the characters that make more of a gjson path than a key. ^
// stands for what the record's array stands in.
const pathSyntax = `.*?|#@!\{}[]():^%<>=~"`

func (s *jsonSource) Close() error { return closeAll(s.closers) }

func (s *jsonSource) next() (record, error) {
	for {
		if len(s.queue) > 0 {
			r := s.queue[0]
			s.queue = s.queue[1:]
			return r, nil
		}
		u, err := s.units.next()
		if err != nil {
			return record{}, err
		}
		if u.fault != nil {
			return record{line: u.number, parse: func() row { return s.parse(u) }}, nil
		}
		if len(s.paths) == 1 && len(s.paths[0]) == 0 && !u.whole {
			if mayList(u.text) && s.check(&u) == nil && u.text[0] == '{' {
				s.put(gjson.Parse(u.text), u.parents, &u, 0)
				continue
			}
			return record{line: u.number, bytes: len(u.text), parse: func() row { return s.parse(u) }}, nil
		}
		if fault := s.check(&u); fault != nil {
			return record{line: u.number, parse: func() row {
				return row{file: s.file, line: u.number,
					err: fault}
			}}, nil
		}
		s.queue = s.queue[:0]
		s.unit(&u)
	}
}

// unit queues the records of a unit. A place that the beginning of the file did
// not have is read where its objects have what is required; else they are
// counted.
func (s *jsonSource) unit(u *unit) {
	value := gjson.Parse(u.text)
	if s.expand(value, u.path, u.parents, u); len(s.queue) > 0 || s.known(u.path) {
		return
	}
	l := looker{byPath: map[string]*spot{}}
	l.visit(value, u.path, u.parents)
	found := false
	for _, place := range l.spots {
		if slices.ContainsFunc(s.paths, func(path []string) bool { return nested(path, place.path) }) {
			continue
		}
		has := func(field string) bool { return slices.ContainsFunc(s.profile.Fields[field], place.has) }
		switch {
		case len(place.path) > 0 && aside.MatchString(place.path[len(place.path)-1]):
		case !slices.ContainsFunc(s.profile.Required, func(field string) bool { return !has(field) }):
			s.paths, found = append(s.paths, place.path), true
		case has(fieldText) || place.shaped():
			s.unread[strings.Join(place.path, ".")] += int64(place.rows)
		}
	}
	if found {
		s.expand(value, u.path, u.parents, u)
	}
}

// known tells whether a path leads to records or to what holds them.
func (s *jsonSource) known(path []string) bool {
	return len(path) > 0 && slices.ContainsFunc(s.paths, func(p []string) bool {
		return len(p) >= len(path) && nested(p, path)
	})
}

// summaries tells of what was not read.
func (s *jsonSource) summaries() (list []TableSummary) {
	for _, path := range slices.Sorted(maps.Keys(s.unread)) {
		list = append(list, TableSummary{Name: path, Rows: s.unread[path],
			Skipped: fmt.Sprintf("不像同一种评论，%d 条没有读", s.unread[path])})
	}
	return list
}

// expand queues the records that stand below a value to which keys have led.
func (s *jsonSource) expand(v gjson.Result, keys []string, parents []gjson.Result, u *unit) {
	switch {
	case v.IsArray():
		v.ForEach(func(_, item gjson.Result) bool {
			s.expand(item, keys, parents, u)
			return true
		})
		return
	case !v.IsObject():
		return
	}
	further := false
	for part, path := range s.paths {
		if !leads(keys, path) {
			continue
		}
		if len(path) == len(keys) {
			if s.keyAt >= 0 && s.keyAt < len(keys) {
				parents = append([]gjson.Result{keyParent(keys[s.keyAt])}, parents...)
			}
			s.put(v, parents, u, part)
			return
		}
		further = true
	}
	if !further {
		return
	}
	parents = append([]gjson.Result{v}, parents...)
	v.ForEach(func(key, inner gjson.Result) bool {
		next := append(slices.Clip(keys), key.Str)
		if (inner.IsObject() || inner.IsArray()) &&
			slices.ContainsFunc(s.paths, func(path []string) bool { return leads(next, path) }) {
			s.expand(inner, next, parents, u)
		}
		return true
	})
}

// leads tells whether keys are those that a path begins with.
func leads(keys, path []string) bool {
	if len(keys) > len(path) {
		return false
	}
	for i, key := range keys {
		if path[i] != key && path[i] != anyKey {
			return false
		}
	}
	return true
}

// put queues a record.
func (s *jsonSource) put(v gjson.Result, parents []gjson.Result, u *unit, part int) {
	number, damaged := u.number, u.damaged
	queue := func(only *string) {
		s.queue = append(s.queue, record{line: number, bytes: len(v.Raw), parse: func() row {
			r := s.row(number, v, parents, damaged)
			if r.part = part; only != nil {
				field := r.field
				r.field = func(name string) string {
					if name == fieldText {
						return *only
					}
					return field(name)
				}
			}
			return r
		}})
	}
	if list := s.texts(v); len(list) > 1 {
		for i := range list {
			queue(&list[i])
		}
		return
	}
	queue(nil)
}

// parts are the names of lists of texts that are one text in parts.
var parts = regexp.MustCompile(`(?i)内容|正文|详情|段|body|content|text|detail|paragraph|line`)

// texts are the reviews that one object holds as a list of texts.
func (s *jsonSource) texts(v gjson.Result) (list []string) {
	if !mayList(v.Raw) {
		return nil
	}
	for _, path := range s.profile.Fields[fieldText] {
		if strings.HasPrefix(path, "^") || parts.MatchString(path) {
			continue
		}
		value := v.Get(path)
		if !value.IsArray() {
			continue
		}
		for _, item := range value.Array() {
			if item.Type != gjson.String {
				return nil
			}
			if strings.TrimSpace(item.Str) != "" {
				list = append(list, item.Str)
			}
		}
		return list
	}
	return nil
}

// mayList tells whether a list of texts may be in JSON.
func mayList(text string) bool {
	for {
		i := strings.IndexByte(text, '[')
		if i < 0 {
			return false
		}
		if text = strings.TrimLeft(text[i+1:], " \t\r\n"); strings.HasPrefix(text, `"`) {
			return true
		}
	}
}

// check refuses what is no JSON or nests too deep.
func (s *jsonSource) check(u *unit) *chaping.InputError {
	fault := func(problem, remedy string) *chaping.InputError {
		return &chaping.InputError{File: s.file, Line: u.number, Value: chaping.Shorten(u.text, 80),
			Problem: problem, Remedy: remedy}
	}
	if strings.Count(u.text, "{")+strings.Count(u.text, "[") > maxDepth && foreign.JSONDepth(u.text) > maxDepth {
		return fault("JSON 嵌套过深", "每行应是一个评论对象")
	}
	if !gjson.Valid(u.text) {
		if repaired := notANumber.ReplaceAllString(u.text, "${1}null"); repaired != u.text && gjson.Valid(repaired) {
			u.text = repaired // Python writes NaN, which JSON has not
			return nil
		}
		return fault("不是 JSON 对象", "每行应是一个完整的 JSON 对象，行内不可换行")
	}
	return nil
}

var notANumber = regexp.MustCompile(`([:\[,]\s*)(?:NaN|-?Infinity)\b`)

// parse makes a row of a unit that is a record.
func (s *jsonSource) parse(u unit) row {
	if u.fault != nil {
		return row{file: s.file, line: u.number, err: u.fault}
	}
	fault := s.check(&u)
	if fault == nil && u.text[0] != '{' {
		fault = &chaping.InputError{File: s.file, Line: u.number, Value: chaping.Shorten(u.text, 80),
			Problem: "不是 JSON 对象", Remedy: "每行应是一个完整的 JSON 对象，行内不可换行"}
	}
	if fault != nil {
		return row{file: s.file, line: u.number, err: fault}
	}
	return s.row(u.number, gjson.Parse(u.text), u.parents, u.damaged)
}

// row makes a row of an object.
func (s *jsonSource) row(number int, obj gjson.Result, parents []gjson.Result, damaged bool) row {
	values := new([fieldCount]fieldValue) // of each field the one of the first key that has any
	obj.ForEach(func(key, v gjson.Result) bool {
		for _, at := range s.keys[key.Str] {
			text, ok := jsonText(v)
			old := &values[at.index]
			old.several = old.several || ok && old.there && !old.none
			switch {
			case !ok && v.Type != gjson.Null:
			case old.several && ok && Joins(at.field):
				old.text = joined(old.text, text)
			case !old.there || ok && (old.none || old.rank > at.rank):
				*old = fieldValue{key: key.Str, text: text, rank: at.rank, there: true, none: !ok, several: old.several}
			}
		}
		return true
	})
	get := func(path string) (string, bool) {
		if rest, up := strings.CutPrefix(path, "^"); up {
			for _, parent := range parents {
				if text, ok := jsonText(parent.Get(rest)); ok {
					return text, true
				}
			}
			return "", false
		}
		return jsonText(obj.Get(path))
	}
	rw := row{file: s.file, line: number, field: func(field string) string {
		if v := &values[fieldIndex(field)]; v.there && !v.none {
			return v.text
		}
		if len(s.fields) == 0 {
			return ""
		}
		var texts []string
		for _, path := range s.fields[field] {
			if text, ok := get(path); ok && Joins(field) {
				texts = append(texts, text)
			} else if ok {
				return text
			}
		}
		return joined(texts...)
	}}
	rw.has = func(field string) bool {
		return values[fieldIndex(field)].there || slices.ContainsFunc(s.fields[field], func(path string) bool {
			_, ok := get(path)
			return ok
		})
	}
	rw.cells = func(field string, visit func(column, value string)) {
		if v := &values[fieldIndex(field)]; !v.several && s.fields[field] == nil { // without a search for each name
			if v.there && !v.none {
				visit(v.key, v.text)
			}
			return
		}
		for _, path := range s.profile.Fields[field] {
			if text, ok := get(path); ok {
				visit(path, text)
			}
		}
	}
	if damaged {
		rw.err = damagedError(s.file, number)
	}
	return rw
}

// jsonText is a value as text. Objects and arrays are none, unless a text is
// what they hold.
func jsonText(v gjson.Result) (string, bool) {
	switch {
	case !v.Exists() || v.Type == gjson.Null:
		return "", false
	case v.Type == gjson.Number:
		return v.Raw, true // all digits of a long one
	case v.IsArray():
		var parts []string
		texts := true
		v.ForEach(func(_, item gjson.Result) bool {
			texts = item.Type == gjson.String
			parts = append(parts, item.Str)
			return texts
		})
		if !texts {
			return "", false
		}
		return strings.Join(parts, "\n"), len(parts) > 0
	case v.IsObject():
		if key, inner := wrapped(v); key != "" {
			return jsonText(inner)
		}
		return "", false
	}
	return v.String(), true
}

// wrapped is the value, and its key, of an object that stands for the one value in
// it, or is a text with something about it; the key of others is "".
func wrapped(v gjson.Result) (key string, inner gjson.Result) {
	for _, key := range []string{"text", "content", "value", "label", "amount", "$numberLong", "$oid", "$date"} {
		inner := v.Get(gjsonKey(key))
		if inner.Type == gjson.String || inner.Type == gjson.Number || key == "$date" && inner.IsObject() {
			return key, inner
		}
	}
	return "", gjson.Result{}
}

// gjsonKey is a key as a path.
func gjsonKey(key string) string {
	if !strings.ContainsAny(key, pathSyntax+"$") {
		return key
	}
	var b strings.Builder
	for _, r := range key {
		if r < 0x80 && strings.ContainsRune(pathSyntax+"$", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// lineUnits reads one unit a line.
type lineUnits struct {
	file string
	r    *bufio.Reader
	dec  decoder
	line int
}

func (l *lineUnits) next() (unit, error) {
	for {
		line, tooLong, err := readLine(l.r)
		if err != nil && (len(line) == 0 || !errors.Is(err, io.EOF)) {
			return unit{}, err
		}
		l.line++
		if l.line == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		u := unit{number: l.line}
		if tooLong {
			u.fault = &chaping.InputError{File: l.file, Line: l.line, Value: string(line[:min(len(line), 80)]),
				Problem: "这一行超过 32 MB", Remedy: "检查文件是否缺少换行"}
			return u, nil
		}
		if line = bytes.TrimRight(bytes.TrimSpace(line), ","); len(line) == 0 {
			continue
		}
		u.text, u.damaged = l.dec.decode(string(line))
		return u, nil
	}
}

// valueUnits reads the values of a text, wherever its lines end: those of an
// array, or one after the other. Of an object that is too large to hold it reads
// the arrays at a path.
type valueUnits struct {
	file  string
	dec   *jsontext.Decoder
	paths [][]string
	count int
	array int                 // depth of arrays whose elements are read
	large bool                // the objects are too large to hold: their arrays are read
	any   bool                // and of these all of objects, wherever they stand
	facts []map[string]string // members of the objects that are open
}

func newValueUnits(file string, r io.Reader, paths [][]string, large bool) *valueUnits {
	return &valueUnits{file: file, paths: paths, large: large, dec: newJSONDecoder(file, r)}
}

// newJSONDecoder reads JSON as it comes. A value that does not end is an
// *chaping.InputError.
func newJSONDecoder(file string, r io.Reader) *jsontext.Decoder {
	held := &heldBound{r: r, file: file}
	held.dec = jsontext.NewDecoder(held, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return held.dec
}

// maxHeld is how much of a value is held before it is known to be whole.
const maxHeld = 2 * maxLine

// A heldBound ends reading when the decoder has been given so much of one value
// that it is none of a review.
type heldBound struct {
	r    io.Reader
	dec  *jsontext.Decoder
	file string
	read int64
}

func (h *heldBound) Read(p []byte) (int, error) {
	if h.read-h.dec.InputOffset() > maxHeld {
		return 0, &chaping.InputError{File: h.file,
			Problem: fmt.Sprintf("从第 %d 个字节起，一个值超过 %d MB", h.dec.InputOffset(), maxHeld>>20),
			Remedy:  "核对是否混入了别的内容，或缺了引号"}
	}
	n, err := h.r.Read(p)
	h.read += int64(n)
	return n, err
}

func (v *valueUnits) next() (unit, error) {
	for {
		u, ok, err := v.step()
		if err == nil && !ok {
			continue
		}
		if err == nil || errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return u, err
		}
		var syntax *jsontext.SyntacticError
		var input *chaping.InputError
		if errors.As(err, &input) {
			return u, input
		}
		if !errors.As(err, &syntax) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return u, err
		}
		if rest := bytes.TrimSpace(v.dec.UnreadBuffer()); v.count > 0 && v.dec.StackDepth() == 0 && len(rest) > 0 &&
			bytes.IndexByte([]byte(");"), rest[0]) >= 0 {
			return u, io.EOF // the end of a call or an assignment
		}
		return u, &chaping.InputError{File: v.file,
			Problem: fmt.Sprintf("JSON 在第 %d 个字节处不完整或写错了，之前的 %d 条已读", v.dec.InputOffset(),
				v.count), Remedy: "重新导出；或用能检查 JSON 的编辑器打开，改正后再导入"}
	}
}

// step reads on by a value or a bracket.
func (v *valueUnits) step() (unit, bool, error) {
	switch kind := v.dec.PeekKind(); {
	case kind == '[' && (v.dec.StackDepth() == v.array || v.large):
		_, err := v.dec.ReadToken()
		if v.dec.StackDepth() == v.array+1 && !v.large {
			v.array++
		}
		return unit{}, false, err
	case kind == ']' || kind == '}':
		_, err := v.dec.ReadToken()
		v.array = min(v.array, v.dec.StackDepth())
		if kind == '}' && len(v.facts) > 0 {
			v.facts = v.facts[:len(v.facts)-1]
		}
		return unit{}, false, err
	case kind == '{' && v.large && !v.atRecords():
		_, err := v.dec.ReadToken()
		v.facts = append(v.facts, map[string]string{})
		return unit{}, false, err
	case v.large && v.inObject():
		return unit{}, false, v.member()
	case kind == 0 && v.dec.StackDepth() == 0 && v.count > 0:
		return unit{}, false, io.EOF
	default:
		value, err := v.dec.ReadValue()
		if err != nil {
			return unit{}, false, err
		}
		if len(value) > maxLine {
			v.count++
			return unit{number: v.count, fault: &chaping.InputError{File: v.file, Line: v.count,
				Value: string(value[:80]), Problem: "这一条超过 32 MB", Remedy: "核对是否混入了别的内容"}}, true, nil
		}
		if kind != '{' && kind != '[' {
			return unit{}, false, nil
		}
		v.count++
		u := unit{number: v.count, text: strings.ToValidUTF8(string(value), "\uFFFD"), whole: v.large}
		if v.large {
			u.path = v.names()
			for i := len(v.facts) - 1; i >= 0; i-- {
				u.parents = append(u.parents, gjson.Parse(factsJSON(v.facts[i])))
			}
		}
		return u, true, nil
	}
}

// atRecords tells whether the decoder stands in an array of records, or in one
// that does not lead to any and is read so that it is known of.
func (v *valueUnits) atRecords() bool {
	depth := v.dec.StackDepth()
	if depth == 0 {
		return false
	}
	kind, _ := v.dec.StackIndex(depth)
	if kind != '[' || v.any {
		return kind == '['
	}
	names := v.names()
	return !slices.ContainsFunc(v.paths, func(path []string) bool { return len(path) > len(names) && nested(names, path) })
}

// names are the keys that lead to where the decoder stands.
func (v *valueUnits) names() []string {
	var names []string
	for token := range v.dec.StackPointer().Tokens() {
		names = append(names, token)
	}
	return slices.DeleteFunc(names, func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" })
}

func (v *valueUnits) inObject() bool {
	depth := v.dec.StackDepth()
	if depth == 0 {
		return false
	}
	kind, _ := v.dec.StackIndex(depth)
	return kind == '{'
}

// member reads a key of an object, and its value unless that is one to go into.
func (v *valueUnits) member() error {
	name, err := v.dec.ReadToken()
	if err != nil {
		return err
	}
	key := name.String()
	if kind := v.dec.PeekKind(); kind == '{' || kind == '[' {
		return nil
	}
	value, err := v.dec.ReadValue()
	if err != nil {
		return err
	}
	if facts := v.facts[len(v.facts)-1]; len(value) < 1<<12 && len(facts) < 100 {
		facts[key] = string(value)
	}
	return nil
}

// factsJSON writes members of an object as one.
func factsJSON(facts map[string]string) string {
	var b strings.Builder
	b.WriteByte('{')
	for key, value := range facts {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		quoted, err := jsontext.AppendQuote(nil, key)
		if err != nil {
			continue
		}
		b.Write(quoted)
		b.WriteByte(':')
		b.WriteString(value)
	}
	b.WriteByte('}')
	return b.String()
}

// readLine reads up to the next line feed. Of a line longer than maxLine it
// keeps the beginning and discards the rest.
func readLine(r *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if !tooLong {
			if len(line) == 0 && err == nil {
				return part, false, nil // valid until the next read
			}
			line = append(line, part...)
			tooLong = len(line) > maxLine
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		return line, tooLong, err
	}
}

// assignment is what may stand before JSON in a script.
var assignment = regexp.MustCompile(
	`^\s*(?:(?:var|let|const|window|self|export|return)\b)?\s*(?:default\b)?[\w$.\[\]"' ]*=\s*`,
)

// jsonPrefix is how many bytes stand before the JSON of a text: a call of
// JSONP, an assignment of a script. ok is false where there is no JSON.
func jsonPrefix(head string) (n int, ok bool) {
	trimmed := strings.TrimLeft(head, "\ufeff \t\r\n")
	n = len(head) - len(trimmed)
	if isJSON(trimmed) {
		return n, true
	}
	if inner := foreign.JSONPHead(trimmed); inner > 0 && isJSON(strings.TrimSpace(trimmed[inner:])) {
		return n + inner, true
	}
	if m := assignment.FindString(trimmed); m != "" && isJSON(trimmed[len(m):]) {
		return n + len(m), true
	}
	return 0, false
}

// isJSON tells whether a text begins as JSON objects and arrays do.
func isJSON(s string) bool {
	if s == "" || s[0] != '{' && s[0] != '[' {
		return false
	}
	rest := strings.TrimLeft(s[1:], " \t\r\n")
	if rest == "" {
		return len(s) == 1
	}
	switch rest[0] {
	case '"', '}', ']':
		return true
	case '{', '[':
		return s[0] == '['
	}
	return s[0] == '[' && (rest[0] == '-' || rest[0] >= '0' && rest[0] <= '9') && strings.ContainsAny(rest, "],")
}
