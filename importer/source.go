package importer

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"chaping/ingest/foreign"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"chaping"
)

const (
	charsetAuto = "auto"

	// maxLine bounds one record: a review of 10 MB passes, an endless line
	// does not fill the memory.
	maxLine = 32 << 20

	// A compressed file may grow to inflateFree whatever its size; beyond
	// that, growing more than inflateRatio times marks a decompression bomb
	// (texts grow 3 to 20 times).
	inflateFree  = 64 << 20
	inflateRatio = 200
)

// A row is one record of a file, whatever the format.
type row struct {
	line  int                       // 1-based line or spreadsheet row
	field func(field string) string // value of a profile field, "" when there is none
	has   func(field string) bool   // the row has the field, be it empty
	err   *chaping.InputError       // the row cannot be read at all
}

// A record is a row that has been read and not yet been parsed. Parsing is
// most of the work, and records are parsed side by side.
type record struct {
	line  int
	bytes int        // about what it holds in memory
	parse func() row // may be called by any goroutine, once
}

// A source yields the records of one file. next returns io.EOF at the end; any
// other error ends the file.
type source interface {
	next() (record, error)
	io.Closer
}

// open opens a file of any supported format, by its content first and its
// name second.
func open(ctx context.Context, path string, p *Profile, read *atomic.Int64) (source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &chaping.Error{Code: chaping.CodeInput, Message: "打不开要导入的文件", Err: err, Remedy: "检查路径和读取权限"}
	}
	counted := &countingReader{ctx: ctx, r: f, n: read}
	br := bufio.NewReaderSize(counted, 1<<20)
	head, err := br.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(err, f.Close())
	}
	name := strings.ToLower(filepath.Base(path))
	var r io.Reader = br
	closers := []io.Closer{f}
	if bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		gz, err := gzip.NewReader(br)
		if err != nil {
			f.Close()
			return nil, &chaping.InputError{File: path, Problem: "gzip 文件头损坏", Remedy: "重新导出或重新下载该文件"}
		}
		closers = append(closers, gz)
		r = &inflateGuard{r: gz, compressed: read, file: path}
		name = strings.TrimSuffix(name, ".gz")
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")) || filepath.Ext(name) == ".xlsx":
		return openXLSX(ctx, path, f, p)
	case filepath.Ext(name) == ".csv" || filepath.Ext(name) == ".tsv":
		return openCSV(path, r, p, closers)
	case filepath.Ext(name) == ".ndjson" || filepath.Ext(name) == ".jsonl" || filepath.Ext(name) == ".json":
		return openNDJSON(path, r, p, closers)
	}
	f.Close()
	return nil, &chaping.InputError{File: path, Problem: "不支持的文件类型", Remedy: "支持 .ndjson、.jsonl、.csv、.tsv、.xlsx，以及它们的 .gz 压缩（xlsx 除外）"}
}

// countingReader counts what is read, and reads no longer than its context.
type countingReader struct {
	ctx context.Context
	r   io.Reader
	n   *atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// inflateGuard stops a decompression bomb.
type inflateGuard struct {
	r          io.Reader
	compressed *atomic.Int64
	inflated   int64
	file       string
}

func (g *inflateGuard) Read(p []byte) (int, error) {
	n, err := g.r.Read(p)
	g.inflated += int64(n)
	if g.inflated > inflateFree && g.inflated > inflateRatio*g.compressed.Load() {
		return 0, &chaping.InputError{File: g.file, Problem: fmt.Sprintf("解压后超过原文件的 %d 倍，疑为压缩炸弹，已停止读取", inflateRatio), Remedy: "核对文件来源，解压后再导入"}
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		err = &chaping.InputError{File: g.file, Problem: "压缩数据损坏或不完整：" + err.Error(), Remedy: "重新导出或重新下载；损坏处之前的内容已保留"}
	}
	return n, err
}

// decoder turns the bytes of a file into UTF-8, one record at a time, so that
// one bad byte spoils one record only.
type decoder struct {
	enc  encoding.Encoding // nil: UTF-8
	auto bool              // decide by record: valid UTF-8, else GB18030
}

func newDecoder(charset string) decoder {
	if charset == charsetAuto {
		return decoder{enc: simplifiedchinese.GB18030, auto: true}
	}
	enc := foreign.Charset(charset)
	if enc == nil || enc == unicode.UTF8 {
		return decoder{}
	}
	return decoder{enc: enc}
}

// decode returns the text and whether bytes had to be replaced by U+FFFD.
func (d decoder) decode(s string) (text string, damaged bool) {
	if (d.enc == nil || d.auto) && utf8.ValidString(s) {
		return s, false
	}
	if d.enc == nil {
		return strings.ToValidUTF8(s, "\uFFFD"), true
	}
	out, err := d.enc.NewDecoder().String(s)
	if err != nil {
		return strings.ToValidUTF8(s, "\uFFFD"), true
	}
	return out, strings.ContainsRune(out, utf8.RuneError)
}

// isUTF8 tells whether the start of a table is UTF-8: a cut character at the
// end of the peeked bytes does not count against it.
func isUTF8(head []byte) bool {
	for i := 0; i < utf8.UTFMax && len(head) > 0; i++ {
		if utf8.Valid(head) {
			return true
		}
		head = head[:len(head)-1]
	}
	return len(head) == 0
}

func closeAll(closers []io.Closer) error {
	var errs []error
	for _, c := range closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
