package importer

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"chaping/ingest/foreign"

	"github.com/tidwall/gjson"

	"chaping"
)

// maxDepth is the deepest nesting of a JSON record; comment objects of real
// platforms stay below ten.
const maxDepth = 200

type ndjsonSource struct {
	file    string
	r       *bufio.Reader
	dec     decoder
	keys    map[string][]place  // key of the record's object → fields that it may hold
	paths   map[string][]string // field → paths, where one of them is more than a key
	line    int
	closers []io.Closer
}

// A place is a field that a key may hold, and the key's rank among the keys
// that may.
type place struct {
	field string
	rank  int
}

func openNDJSON(file string, r io.Reader, p *Profile, closers []io.Closer) (source, error) {
	br := bufio.NewReaderSize(r, 1<<20)
	if head, _ := br.Peek(3); bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		_, _ = br.Discard(3)
	}
	s := &ndjsonSource{file: file, r: br, dec: newDecoder(p.Charset), keys: map[string][]place{}, paths: map[string][]string{}, closers: closers}
	for field, paths := range p.Fields {
		if slices.ContainsFunc(paths, func(path string) bool { return strings.ContainsAny(path, pathSyntax) }) {
			s.paths[field] = paths
			continue
		}
		for rank, key := range paths {
			s.keys[key] = append(s.keys[key], place{field, rank})
		}
	}
	return s, nil
}

// pathSyntax are the characters that make more of a gjson path than a key.
const pathSyntax = `.*?|#@!\{}[]():^%<>=~"`

func (s *ndjsonSource) Close() error { return closeAll(s.closers) }

func (s *ndjsonSource) next() (record, error) {
	for {
		line, tooLong, err := readLine(s.r)
		if err != nil && (len(line) == 0 || !errors.Is(err, io.EOF)) {
			return record{}, err
		}
		s.line++
		if !tooLong {
			line = bytes.TrimSpace(line)
		} else {
			line = line[:min(len(line), 80)]
		}
		if len(line) == 0 {
			continue
		}
		number, text := s.line, string(line)
		return record{line: number, bytes: len(text), parse: func() row { return s.parse(number, text, tooLong) }}, nil
	}
}

// usualFields is how many fields a record has, seldom more.
const usualFields = 16

// parse makes a row of a line.
func (s *ndjsonSource) parse(number int, line string, tooLong bool) row {
	fault := func(value, problem, remedy string) row {
		return row{line: number, err: &chaping.InputError{File: s.file, Line: number, Value: value, Problem: problem, Remedy: remedy}}
	}
	if tooLong {
		return fault(line, "这一行超过 32 MB", "检查文件是否缺少换行")
	}
	text, damaged := s.dec.decode(line)
	if foreign.JSONDepth(text) > maxDepth {
		return fault(text, "JSON 嵌套过深", "每行应是一个评论对象")
	}
	if !gjson.Valid(text) || text[0] != '{' {
		return fault(text, "不是 JSON 对象", "每行应是一个完整的 JSON 对象，行内不可换行")
	}
	obj := gjson.Parse(text)
	type value struct {
		place
		text string
		null bool
	}
	values := make([]value, 0, usualFields) // of each field the one of the first key that has any
	obj.ForEach(func(key, v gjson.Result) bool {
		for _, at := range s.keys[key.Str] {
			i := slices.IndexFunc(values, func(old value) bool { return old.field == at.field })
			switch {
			case i < 0:
				values = append(values, value{})
				i = len(values) - 1
			case v.Type == gjson.Null || !values[i].null && values[i].rank <= at.rank:
				continue
			}
			values[i] = value{at, strings.ToValidUTF8(v.String(), "\uFFFD"), v.Type == gjson.Null}
		}
		return true
	})
	rw := row{line: number, field: func(field string) string {
		if i := slices.IndexFunc(values, func(v value) bool { return v.field == field && !v.null }); i >= 0 {
			return values[i].text
		}
		for _, path := range s.paths[field] {
			if v := obj.Get(path); v.Exists() && v.Type != gjson.Null {
				return strings.ToValidUTF8(v.String(), "\uFFFD")
			}
		}
		return ""
	}}
	rw.has = func(field string) bool {
		return slices.ContainsFunc(values, func(v value) bool { return v.field == field }) ||
			slices.ContainsFunc(s.paths[field], func(path string) bool { return obj.Get(path).Exists() })
	}
	if damaged {
		rw.err = damagedError(s.file, number)
	}
	return rw
}

// damagedError is a warning: the row is kept.
func damagedError(file string, line int) *chaping.InputError {
	return &chaping.InputError{File: file, Line: line, Value: "\uFFFD", Problem: "有字节不合字符集，已用“\uFFFD”代替，该行保留", Remedy: "核对导出时的字符集，或用 --charset 指定"}
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
