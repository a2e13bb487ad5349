package importer

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	letters "unicode"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"chaping"
	"chaping/ingest/foreign"
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

	maxFiles = 1000 // of an archive

	headPeek = 256 << 10 // what formats, charsets and delimiters are told by
)

// The formats of files.
const (
	formatXLSX    = "xlsx"
	formatXLS     = "xls"
	formatSheetML = "xml"
	formatHTML    = "html"
	formatText    = "csv"
	formatLines   = "ndjson"
	formatJSON    = "json"
	formatRows    = "json rows" // rows that are arrays
)

// A content is a file that can be opened: one on disk, or one of an archive.
type content struct {
	ctx    context.Context
	file   string // as messages call it
	name   string // its own name, for its ending
	stored func() (io.ReadCloser, error)
	onDisk *os.File // the file itself where it is one, else nil
	read   *atomic.Int64
	bomb   bool // it came out of an archive or a gzip file
}

// An input is a content whose format is known. Its text is UTF-8 unless lines
// are decoded one by one.
type input struct {
	content
	format  string
	charset string // as a person would name it
	dec     decoder
	r       *bufio.Reader // text formats
	ra      io.ReaderAt   // xlsx, xls
	size    int64
	head    string // the beginning of the text, in UTF-8
	closers []io.Closer
}

func (in *input) Close() error {
	slices.Reverse(in.closers)
	err := closeAll(in.closers)
	in.closers = nil
	return err
}

// contents lists the files that a file holds: itself, or those of an archive.
// skipped are those of an archive that are none to read, with the reason.
func contents(ctx context.Context, file string, read *atomic.Int64) (list []content, skipped []TableSummary,
	closer io.Closer, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, nil, &chaping.Error{Code: chaping.CodeInput, Message: "打不开要导入的文件", Err: err,
			Remedy: "检查路径和读取权限"}
	}
	fail := func(err error) ([]content, []TableSummary, io.Closer, error) {
		return nil, nil, nil, errors.Join(err, f.Close())
	}
	info, err := f.Stat()
	if err != nil {
		return fail(err)
	}
	if info.IsDir() {
		return fail(&chaping.InputError{File: file, Problem: "这是一个文件夹", Remedy: "逐个导入其中的文件，或压缩成一个 .zip"})
	}
	whole := content{ctx: ctx, file: file, name: filepath.Base(file), onDisk: f, read: read,
		stored: func() (io.ReadCloser, error) {
			return io.NopCloser(&countingReader{ctx: ctx, r: io.NewSectionReader(f, 0, info.Size()), n: read}), nil
		}}
	head := make([]byte, 4)
	n, _ := f.ReadAt(head, 0)
	if !bytes.HasPrefix(head[:n], []byte("PK\x03\x04")) && !bytes.HasPrefix(head[:n], []byte("PK\x05\x06")) {
		return []content{whole}, nil, f, nil
	}
	z, err := zip.NewReader(&boundedAt{r: f, left: 16 << 20}, info.Size())
	if err != nil {
		return fail(&chaping.InputError{File: file, Problem: "压缩文件或表格文件已损坏：" + err.Error(),
			Remedy: "重新导出或重新下载；表格用 Excel 或 WPS 打开后重新保存"})
	}
	kind := ""
	for _, part := range z.File {
		switch name := strings.ToLower(part.Name); {
		case name == "[content_types].xml" || strings.HasPrefix(name, "xl/"):
			return []content{whole}, nil, f, nil
		case name == "mimetype" || strings.HasPrefix(name, "index/") && strings.HasSuffix(name, ".iwa") ||
			name == "index.zip":
			kind = "表格（ods、numbers）或文档"
		}
	}
	if kind != "" {
		return fail(&chaping.InputError{File: file, Problem: "这是" + kind + "，不能直接读取",
			Remedy: "用原来的软件打开，另存为 xlsx 或 CSV 后再导入"})
	}
	if len(z.File) > maxFiles {
		return fail(&chaping.InputError{File: file,
			Problem: fmt.Sprintf("压缩文件里有 %d 个文件，超过 %d 个", len(z.File), maxFiles), Remedy: "核对文件来源；解压后分批导入"})
	}
	z, err = zip.NewReader(f, info.Size())
	if err != nil {
		return fail(err)
	}
	for _, part := range z.File {
		name := partName(part)
		base := path.Base(strings.ReplaceAll(name, `\`, "/"))
		switch {
		case strings.HasSuffix(name, "/") || strings.HasPrefix(name, "__MACOSX/") || strings.HasPrefix(base, "."):
			continue
		case slices.Contains([]string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".mp4", ".pdf", ".doc", ".docx",
			".exe", ".html.txt"}, strings.ToLower(path.Ext(base))):
			skipped = append(skipped, TableSummary{Name: base, Skipped: "不是数据文件"})
			continue
		case part.Flags&1 != 0:
			return fail(&chaping.InputError{File: file, Problem: "压缩文件有密码", Remedy: "解压后再导入"})
		}
		list = append(list, content{ctx: ctx, file: label(file, base), name: base, read: read, bomb: true,
			stored: func() (io.ReadCloser, error) {
				r, err := part.Open()
				if err != nil {
					return nil, &chaping.InputError{File: label(file, base), Problem: "压缩文件里的这个文件解不开：" + err.Error(),
						Remedy: "解压后再导入"}
				}
				start := read.Load()
				return readCloser{&inflateGuard{r: r, ctx: ctx,
					compressed: func() int64 {
						return max(int64(part.CompressedSize64),
							read.Load()-start)
					}, file: label(file, base)}, r}, nil
			}})
	}
	if len(list) == 0 {
		return fail(&chaping.InputError{File: file, Problem: "压缩文件里没有能读的文件", Remedy: "放进 xlsx、csv、json 等导出文件"})
	}
	return list, skipped, f, nil
}

type readCloser struct {
	io.Reader
	io.Closer
}

// partName is the name of a file of an archive; Chinese Windows writes GBK.
func partName(f *zip.File) string {
	if !f.NonUTF8 && utf8.ValidString(f.Name) || utf8.ValidString(f.Name) {
		return f.Name
	}
	if name, err := simplifiedchinese.GB18030.NewDecoder().String(f.Name); err == nil {
		return name
	}
	return strings.ToValidUTF8(f.Name, "?")
}

// boundedAt bounds what is read of an archive's directory.
type boundedAt struct {
	r    io.ReaderAt
	left int64
}

func (b *boundedAt) ReadAt(p []byte, off int64) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errors.New("目录太大")
	}
	return b.r.ReadAt(p, off)
}

// open opens a content and finds out its format, by what it holds and not by
// its name.
func (c content) open(wanted string) (in *input, err error) {
	in = &input{content: c}
	defer func() {
		if err != nil {
			err = errors.Join(err, in.Close())
			in = nil
		}
	}()
	stored, err := c.stored()
	if err != nil {
		return in, err
	}
	in.closers = append(in.closers, stored)
	in.r = bufio.NewReaderSize(stored, 1<<20)
	head, err := in.peek(8)
	if err != nil {
		return in, err
	}
	if bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		gz, err := gzip.NewReader(in.r)
		if err != nil {
			return in, &chaping.InputError{File: c.file, Problem: "gzip 文件头损坏", Remedy: "重新导出或重新下载该文件"}
		}
		in.closers = append(in.closers, gz)
		start := c.read.Load()
		in.r = bufio.NewReaderSize(&inflateGuard{r: gz, ctx: c.ctx,
			compressed: func() int64 { return c.read.Load() - start }, file: c.file}, 1<<20)
		in.onDisk = nil
		in.name = strings.TrimSuffix(strings.TrimSuffix(in.name, ".gz"), ".GZ")
		if head, err = in.peek(8); err != nil {
			return in, err
		}
	}
	ext := strings.ToLower(filepath.Ext(in.name))
	refuse := func(problem, remedy string) (*input, error) {
		return in, &chaping.InputError{File: c.file, Problem: problem, Remedy: remedy}
	}
	const convert = "用 Excel 或 WPS 打开，另存为 xlsx 后再导入"
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		if c.bomb && c.onDisk == nil && ext == ".zip" {
			return refuse("压缩文件里还有压缩文件", "解压后再导入")
		}
		in.format = formatXLSX
		return in, in.seekable()
	case bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0")):
		in.format = formatXLS
		return in, in.seekable()
	case ext == ".xlsx" && len(head) > 0 && !isText(head):
		return refuse("xlsx 文件已损坏", "重新导出，或用 Excel、WPS 打开后重新保存")
	case bytes.HasPrefix(head, []byte("%PDF")):
		return refuse("这是 PDF，不能读取", "从平台导出 xlsx 或 CSV 后再导入")
	case bytes.HasPrefix(head, []byte("Rar!")) || bytes.HasPrefix(head, []byte("7z\xbc\xaf")):
		return refuse("这是 rar 或 7z 压缩文件，不能读取", "解压后再导入，或改成 .zip")
	case bytes.HasPrefix(head, []byte("SQLite f")):
		return refuse("这是 SQLite 数据库，不能读取", "把评论表导出成 CSV 后再导入")
	case bytes.HasPrefix(head, []byte("\x89PNG")) || bytes.HasPrefix(head, []byte("\xff\xd8\xff")) ||
		bytes.HasPrefix(head, []byte("GIF8")):
		return refuse("这是图片，不能读取", "从平台导出 xlsx 或 CSV 后再导入")
	case bytes.HasPrefix(head, []byte("MIME-Ver")):
		return refuse("这是网页存档（mht），不能读取", convert)
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}), bytes.HasPrefix(head, []byte("\xfd7zXZ")),
		bytes.HasPrefix(head, []byte("BZh")) && !isText(head[3:4]) || bytes.HasPrefix(head, []byte("BZh9")),
		bytes.HasPrefix(head, []byte{0x04, 0x22, 0x4d, 0x18}):
		return refuse("这是 zst、xz、bz2 或 lz4 压缩文件，不能读取", "解压后再导入，或改成 .zip、.gz")
	case isTar(in):
		return refuse("这是 tar 打包的文件，不能读取", "解开后逐个导入，或改成 .zip")
	case bytes.HasPrefix(head, []byte("\x00\x01\x00\x00Stan")):
		return refuse("这是 Access 数据库，不能读取", "在 Access 里打开评论表，导出成 xlsx 或 CSV 后再导入")
	case bytes.HasPrefix(head, []byte("Obj\x01")) || bytes.HasPrefix(head, []byte("\x93NUMPY")) ||
		bytes.HasPrefix(head, []byte("\x89HDF")) || bytes.HasPrefix(head, []byte("ARROW1")) || bytes.HasPrefix(head, []byte("ORC")) && !isText(head[3:]):
		return refuse("这是程序用的数据文件（avro、numpy、hdf5、arrow 或 orc），不能读取", "在 Python 里用 to_csv 存成 CSV 后再导入")
	case bytes.HasPrefix(head, []byte("PAR1")) || bytes.HasPrefix(head, []byte("\x80\x04\x95")) ||
		bytes.HasPrefix(head, []byte("\x80\x05\x95")):
		return refuse("这是 parquet 或 pickle 数据，不能读取", "在 Python 里用 to_csv 存成 CSV 后再导入")
	}
	return in, in.text(ext, wanted)
}

// isTar tells archives of tar by the mark in their first block.
func isTar(in *input) bool {
	block, err := in.peek(512)
	return err == nil && len(block) == 512 && bytes.Equal(block[257:262], []byte("ustar"))
}

// peek looks at the beginning.
func (in *input) peek(n int) ([]byte, error) {
	head, err := in.r.Peek(n)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, err
	}
	return head, nil
}

// isText tells whether bytes can begin a text in some charset.
func isText(head []byte) bool {
	return bytes.IndexFunc(head, func(r rune) bool {
		return r < ' ' && r != '\t' && r != '\n' && r != '\r' &&
			r != 0 && r != 1
	}) < 0
}

// seekable makes the file one that can be read at any place.
func (in *input) seekable() error {
	if in.onDisk != nil {
		info, err := in.onDisk.Stat()
		if err != nil {
			return err
		}
		in.ra, in.size = in.onDisk, info.Size()
		in.read.Add(info.Size())
		return nil
	}
	f, err := os.CreateTemp("", "chaping-import-*")
	if err != nil {
		return &chaping.Error{Code: chaping.CodeEnvironment, Message: "建不了临时文件", Err: err, Remedy: "检查磁盘空间和临时文件夹的权限"}
	}
	in.closers = append(in.closers, closeFunc(func() error { return errors.Join(f.Close(), os.Remove(f.Name())) }))
	n, err := io.Copy(f, io.LimitReader(in.r, maxUnzipped+1))
	if err == nil && n > maxUnzipped {
		err = &chaping.InputError{File: in.file, Problem: fmt.Sprintf("解压后超过 %d MB", maxUnzipped>>20),
			Remedy: "核对文件来源；分成几个文件，或另存为 CSV"}
	}
	in.ra, in.size = f, n
	return err
}

type closeFunc func() error

func (c closeFunc) Close() error { return c() }

// text finds out charset and format of a text.
func (in *input) text(ext, wanted string) error {
	head, err := in.peek(headPeek)
	if err != nil {
		return err
	}
	var enc encoding.Encoding
	in.dec, in.charset = newDecoder(wanted), wanted
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")):
		enc, in.charset = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "utf-16"
	case wanted != charsetAuto:
		if enc = foreign.Charset(wanted); enc == unicode.UTF8 {
			enc = nil
		}
	case isUTF8(head):
		in.charset = "utf-8"
		if order, ok := utf16Order(head); ok { // ASCII in UTF-16 is valid UTF-8
			enc, in.charset = unicode.UTF16(order, unicode.IgnoreBOM), "utf-16"
		}
	default:
		in.charset, in.dec.gbk = "gb18030", true
		if order, ok := utf16Order(head); ok {
			enc, in.charset = unicode.UTF16(order, unicode.IgnoreBOM), "utf-16"
		} else if isBig5(head) {
			enc, in.charset = foreign.Charset("big5"), "big5"
		}
	}
	if enc != nil {
		in.r = bufio.NewReaderSize(enc.NewDecoder().Reader(in.r), 1<<20)
		in.dec = decoder{}
		if head, err = in.peek(headPeek); err != nil {
			return err
		}
	}
	in.head, _ = in.dec.decode(string(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))))
	if in.dec.auto && in.charset == "utf-8" {
		in.head = strings.ToValidUTF8(string(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))), "")
	}
	if ends := strings.Count(in.head, "\n"); strings.Count(in.head, "\r")-strings.Count(in.head, "\r\n") > 10*ends ||
		ends == 1 && strings.HasSuffix(in.head, "\n") && strings.Contains(in.head[:len(in.head)-2], "\r") {
		in.r = bufio.NewReaderSize(returns{in.r}, 1<<20)
		in.head = strings.ReplaceAll(in.head, "\r", "\n")
	}
	start := strings.TrimLeft(in.head, "\ufeff \t\r\n")
	lower := strings.ToLower(start[:min(len(start), 4096)])
	if pythonDict.MatchString(start) {
		return &chaping.InputError{File: in.file, Value: chaping.Shorten(start, 40),
			Problem: "这是 Python 的字典（单引号），不是 JSON，也不是表格",
			Remedy:  "在 Python 里用 json.dumps(…, ensure_ascii=False) 或 to_csv 存成文件再导入"}
	}
	if _, ok := jsonPrefix(in.head); ok {
		return in.json(ext)
	}
	switch {
	case sqlDump.MatchString(lower):
		return &chaping.InputError{File: in.file, Problem: "这是数据库导出的 SQL 语句，不是表格",
			Remedy: "在数据库工具里打开这张表，导出成 csv 或 Excel 再导入"}
	case pgDump.MatchString(lower):
		return &chaping.InputError{File: in.file, Problem: "这是 PostgreSQL 导出的数据（COPY），不是表格",
			Remedy: "用 COPY … TO … WITH CSV HEADER，或在数据库工具里导出成 csv 再导入"}
	case strings.Contains(lower, "urn:oasis:names:tc:opendocument"):
		return &chaping.InputError{File: in.file, Problem: "这是 OpenDocument 文件（fods），不能读取",
			Remedy: "用 LibreOffice 或 WPS 打开，另存为 xlsx 后再导入"}
	case strings.HasPrefix(start, "<?xml") && !strings.Contains(lower, "<workbook") && !strings.Contains(strings.ToLower(in.head), "<table"):
		return &chaping.InputError{File: in.file, Problem: "这是 XML，不是表格",
			Remedy: "在导出的系统里选 xlsx、CSV 或 JSON；或用 Excel 打开（数据 → 来自 XML），另存为 xlsx 后再导入"}
	case strings.HasPrefix(start, "<"):
		if in.format = formatHTML; strings.Contains(lower, "urn:schemas-microsoft-com:office:spreadsheet") &&
			strings.Contains(lower, "<workbook") {
			in.format = formatSheetML
		} else if !strings.Contains(strings.ToLower(in.head), "<table") {
			if !strings.HasPrefix(lower, "<!doctype") && !strings.HasPrefix(lower, "<html") {
				in.format = formatText
				break
			}
			return &chaping.InputError{File: in.file, Problem: "这是网页，里面没有表格", Remedy: "核对导出是否成功（可能是登录页）；从平台重新导出"}
		}
		return in.decodeAll(head)
	case ext == ".ndjson" || ext == ".jsonl":
		in.format = formatLines
		return nil
	case ext == ".json":
		return &chaping.InputError{File: in.file, Value: chaping.Shorten(start, 40), Problem: "不是 JSON",
			Remedy: "重新导出；核对是不是错误页"}
	case !isText([]byte(start[:min(len(start), 512)])):
		return &chaping.InputError{File: in.file, Problem: "不认识的文件类型",
			Remedy: "支持 xlsx、xls、csv、tsv、txt、json、ndjson、网页表格，以及 .gz 和 .zip；其他格式另存为 xlsx 后再导入"}
	default:
		in.format = formatText
	}
	return nil
}

// sqlDump is how a dump of a database begins, after its comments.
var sqlDump = regexp.MustCompile(
	"^(?:--[^\n]*\n|/\\*.*?\\*/;?|set [^;]*;|\\s)*(?:insert +(?:ignore +)?into|create table|drop table|replace into) +[`\"\\w\\[]",
)

// pgDump is how a dump of PostgreSQL has rows.
var pgDump = regexp.MustCompile("(?m)^copy [\\w.\"]+ *\\([^)\n]*\\) from stdin;")

// pythonDict is how Python prints a record: keys in single quotes.
var pythonDict = regexp.MustCompile(`^\[?\s*\{\s*u?'[^'\n]{1,60}'\s*:`)

// harLog is how a browser writes what it has sent and received.
var harLog = regexp.MustCompile(`^\s*\{\s*"log"\s*:\s*\{\s*"(?:version|creator|entries|browser|pages)"`)

// json tells lines of JSON from other JSON.
func (in *input) json(ext string) error {
	if harLog.MatchString(in.head) {
		return &chaping.InputError{File: in.file, Problem: "这是浏览器录下的网络请求（HAR），不能读取",
			Remedy: "在里面找到评论接口的答复，把它的内容另存为 .json 再导入"}
	}
	whole, objects, others := 0, 0, 0
	lines := strings.Split(in.head, "\n")
	if len(in.head) > headPeek/2 {
		lines = lines[:len(lines)-1] // it is cut
	}
	listed := false // objects are separated by commas, as in a list and not as in lines
	for i, line := range lines {
		line, comma := strings.CutSuffix(strings.TrimSpace(strings.TrimPrefix(line, "\ufeff")), ",")
		line = strings.TrimSpace(strings.TrimRight(line, ","))
		if i > 20 {
			break
		}
		switch {
		case line == "":
		case strings.HasPrefix(line, "{") && strings.HasSuffix(line, "}") && len(line) > 2:
			objects++
			if len(line) < 1<<16 && jsonBalanced(line) {
				whole++
				listed = listed || comma
			}
		default:
			others++
		}
	}
	first := strings.TrimLeft(in.head, "\ufeff \t\r\n")
	byName := ext == ".ndjson" || ext == ".jsonl"
	top, _, _ := strings.Cut(first, "\n")
	listed = listed && !jsonBalanced(strings.TrimSpace(top)) // the list stands in what the first line opens
	if !listed && first[0] == '{' && (whole > 0 && (whole > others || byName) || byName && others == 0) || byName && whole > 0 {
		in.format = formatLines
		return nil
	}
	n, _ := jsonPrefix(in.head)
	if in.format = formatJSON; rowsOfJSON.MatchString(in.head[n:]) {
		in.format = formatRows
	}
	if err := in.decodeAll(nil); err != nil {
		return err
	}
	if needsRepair.MatchString(in.head) {
		in.r = bufio.NewReaderSize(&repaired{r: in.r}, 1<<20)
	}
	skip := n
	if head, _ := in.peek(3); bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		skip += 3
	}
	_, err := in.r.Discard(skip)
	return err
}

func jsonBalanced(line string) bool {
	depth, quoted := 0, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 && i < len(line)-1 {
				return false
			}
		}
	}
	return depth == 0 && !quoted
}

// decodeAll decodes the whole text at once, where it is not read by lines. head
// is the beginning of a page, which may name its charset.
func (in *input) decodeAll(head []byte) error {
	if !in.dec.auto || in.charset == "utf-8" && head == nil {
		return nil
	}
	var enc encoding.Encoding
	enc = simplifiedchinese.GB18030
	if in.charset == "utf-8" {
		enc = nil
	} else if head != nil {
		if _, name, certain := charset.DetermineEncoding(head[:min(len(head), 4096)], "text/html"); certain ||
			name != "windows-1252" {
			if declared := foreign.Charset(name); declared != nil && declared != unicode.UTF8 {
				enc, in.charset = declared, name
			}
		}
	}
	if enc != nil {
		in.r = bufio.NewReaderSize(enc.NewDecoder().Reader(in.r), 1<<20)
	}
	in.dec = decoder{}
	return nil
}

// utf16Order finds UTF-16 without its mark: every other byte of its ASCII is
// zero, and text has none.
func utf16Order(head []byte) (unicode.Endianness, bool) {
	head = head[:min(len(head), 8192)]
	even, odd := 0, 0
	for i, c := range head {
		if c != 0 {
			continue
		}
		if i%2 == 0 {
			even++
		} else {
			odd++
		}
	}
	switch few := len(head) / 40; {
	case len(head) < 8:
	case odd > few && odd > 20*even:
		return unicode.LittleEndian, true
	case even > few && even > 20*odd:
		return unicode.BigEndian, true
	}
	return unicode.LittleEndian, false
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
	ctx        context.Context
	compressed func() int64
	inflated   int64
	file       string
}

func (g *inflateGuard) Read(p []byte) (int, error) {
	if err := g.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := g.r.Read(p)
	g.inflated += int64(n)
	if g.inflated > inflateFree && g.inflated > inflateRatio*g.compressed() {
		return 0, &chaping.InputError{File: g.file,
			Problem: fmt.Sprintf("解压后超过原文件的 %d 倍，疑为压缩炸弹，已停止读取", inflateRatio), Remedy: "核对文件来源，解压后再导入"}
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, context.Canceled) &&
		!errors.Is(err, context.DeadlineExceeded) {
		err = &chaping.InputError{File: g.file, Problem: "压缩数据损坏或不完整：" + err.Error(), Remedy: "重新导出或重新下载；损坏处之前的内容已保留"}
	}
	return n, err
}

// decoder turns the bytes of a file into UTF-8, one record at a time, so that
// one bad byte spoils one record only.
type decoder struct {
	enc  encoding.Encoding // nil: UTF-8
	auto bool              // decide by record: valid UTF-8, else GB18030
	gbk  bool              // the file is GB18030 as a whole: valid UTF-8 may be chance
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
	if (d.enc == nil || d.auto) && utf8.ValidString(s) && (!d.gbk || !chanceUTF8(s)) {
		return s, !d.auto && strings.ContainsRune(s, utf8.RuneError) // from decoding the whole
	}
	if d.enc == nil || d.auto && mostlyUTF8(s) {
		return strings.ToValidUTF8(s, "\uFFFD"), true
	}
	out, err := d.enc.NewDecoder().String(s)
	if err != nil {
		return strings.ToValidUTF8(s, "\uFFFD"), true
	}
	return out, strings.ContainsRune(out, utf8.RuneError)
}

// mostlyUTF8 tells whether a line has more characters of UTF-8 than bytes that are
// none of it. In GB18030 there are hardly ever any.
func mostlyUTF8(s string) bool {
	wrong, long := 0, 0
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			wrong++
		case n > 2:
			long++
		}
		i += n
	}
	return long > wrong
}

// chanceUTF8 tells whether a valid line of UTF-8 reads better as GBK: 漏水 in GBK
// is ©ˮ in UTF-8. What reads better has more of the common characters.
func chanceUTF8(s string) bool {
	if strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0 {
		return false
	}
	read, err := simplifiedchinese.GB18030.NewDecoder().String(s)
	return err == nil && common(read) > common(s)
}

// common is the part, of the characters beyond ASCII, that every Chinese text is
// made of: the first level of GB 2312 and its punctuation.
func common(s string) float64 {
	known, all := 0, 0
	enc := simplifiedchinese.GBK.NewEncoder()
	for _, r := range s {
		if r < 0x80 {
			continue
		}
		all++
		if b, err := enc.Bytes([]byte(string(r))); err == nil && len(b) == 2 &&
			(b[0] >= 0xb0 && b[0] <= 0xd7 || b[0] == 0xa1 || b[0] == 0xa3) && b[1] >= 0xa1 {
			known++
		}
	}
	return float64(known) / float64(max(all, 1))
}

// isUTF8 tells whether the start of a text is UTF-8: a cut character at the end
// of the peeked bytes does not count against it, and neither do single bytes
// that are wrong in a text that is otherwise UTF-8. Characters of two bytes alone
// are UTF-8 where they are part of words, and words of GBK by chance otherwise.
func isUTF8(head []byte) bool {
	wrong, long, alone, words := 0, 0, 0, 0
	last := rune(0)
	for len(head) > 0 {
		r, n := utf8.DecodeRune(head)
		if n == 2 {
			if next, _ := utf8.DecodeRune(head[n:]); inWord(r, last) || inWord(r, next) {
				words++
			} else {
				alone++
			}
		}
		last = r
		switch {
		case r == utf8.RuneError && n == 1:
			if !utf8.FullRune(head) {
				head = nil
				continue
			}
			wrong++
		case n > 2:
			long++
		}
		head = head[n:]
	}
	return wrong == 0 && (long > 0 || words >= alone) || long > 20*wrong
}

// inWord tells whether a letter of two bytes goes on a word with the one beside
// it: é after an ASCII letter, Cyrillic beside Cyrillic.
func inWord(r, beside rune) bool {
	if r < 0x370 {
		return beside < 0x80 && letters.IsLetter(beside)
	}
	return letters.IsLetter(r) && beside >= 0x370 && beside < 0x800 && letters.IsLetter(beside)
}

func closeAll(closers []io.Closer) error {
	var errs []error
	for _, c := range closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
