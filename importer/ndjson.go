package importer

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

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
	fields  map[string][]string
	line    int
	closers []io.Closer
}

func openNDJSON(file string, r io.Reader, p *Profile, closers []io.Closer) (source, error) {
	br := bufio.NewReaderSize(r, 1<<20)
	if head, _ := br.Peek(3); bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		_, _ = br.Discard(3)
	}
	return &ndjsonSource{file: file, r: br, dec: newDecoder(p.Charset), fields: p.Fields, closers: closers}, nil
}

func (s *ndjsonSource) Close() error { return closeAll(s.closers) }

func (s *ndjsonSource) next() (row, error) {
	for {
		line, tooLong, err := readLine(s.r)
		if err != nil && (len(line) == 0 || !errors.Is(err, io.EOF)) {
			return row{}, err
		}
		s.line++
		fault := func(value, problem, remedy string) (row, error) {
			return row{line: s.line, err: &chaping.InputError{File: s.file, Line: s.line, Value: value, Problem: problem, Remedy: remedy}}, nil
		}
		if tooLong {
			return fault(string(line[:min(len(line), 80)]), "这一行超过 32 MB", "检查文件是否缺少换行")
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		text, damaged := s.dec.decode(line)
		if nesting(text) > maxDepth {
			return fault(text, "JSON 嵌套过深", "每行应是一个评论对象")
		}
		if !gjson.Valid(text) || text[0] != '{' {
			return fault(text, "不是 JSON 对象", "每行应是一个完整的 JSON 对象，行内不可换行")
		}
		obj := gjson.Parse(text)
		rw := row{line: s.line, field: func(field string) string {
			for _, path := range s.fields[field] {
				if v := obj.Get(path); v.Exists() && v.Type != gjson.Null {
					return strings.ToValidUTF8(v.String(), "\uFFFD")
				}
			}
			return ""
		}}
		rw.has = func(field string) bool {
			return slices.ContainsFunc(s.fields[field], func(path string) bool { return obj.Get(path).Exists() })
		}
		if damaged {
			rw.err = damagedError(s.file, s.line)
		}
		return rw, nil
	}
}

// damagedError is a warning: the row is kept.
func damagedError(file string, line int) *chaping.InputError {
	return &chaping.InputError{File: file, Line: line, Value: "\uFFFD", Problem: "有字节不合字符集，已用“\uFFFD”代替，该行保留", Remedy: "核对导出时的字符集，或用 --charset 指定"}
}

// nesting is the deepest bracket nesting of a JSON text, strings left out.
func nesting(s string) int {
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
