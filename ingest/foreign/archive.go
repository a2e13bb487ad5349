package foreign

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/flate"
)

// A Fault is why a file from outside is not read, in Chinese. Row is the row of
// the sheet that it is in, 0 when it is the file's.
type Fault struct {
	Row             int
	Problem, Remedy string
}

func (f *Fault) Error() string { return f.Problem + "。处理办法：" + f.Remedy }

func damaged(problem string) *Fault {
	return &Fault{Problem: problem, Remedy: "用 Excel、Word 或 WPS 打开后重新保存"}
}

const (
	maxDirectory = 8 << 20 // bytes that listing the parts of an archive may read
	maxParts     = 20_000
	maxToken     = 1 << 20 // bytes of one tag or one text; a cell holds 32767 characters at most
	maxDepth     = 100     // of elements; what programs write stays below thirty
)

// An Archive is an office file. What is unpacked of it is bounded, whatever the
// file says of itself, and reading it ends with its context.
type Archive struct {
	ctx   context.Context
	parts map[string]*zip.File // by name in lower case, for so they are looked up by office programs
	bytes int64                // that may be unpacked,
	left  int64                // and how many of them still
}

// OpenArchive lists an office file. bytes is how much may be unpacked of it.
func OpenArchive(ctx context.Context, r io.ReaderAt, size, bytes int64) (*Archive, error) {
	listing := &boundedAt{r, maxDirectory}
	z, err := zip.NewReader(listing, size)
	if err != nil || len(z.File) > maxParts {
		return nil, &Fault{Problem: "文件已损坏，或部件太多", Remedy: "重新保存或重新上传"}
	}
	listing.left = 1 << 62
	z.RegisterDecompressor(zip.Deflate, func(r io.Reader) io.ReadCloser { return flate.NewReader(r) }) // twice as fast
	a := &Archive{ctx: ctx, parts: map[string]*zip.File{}, bytes: bytes, left: bytes}
	for _, f := range z.File {
		name := strings.ToLower(f.Name)
		if _, twice := a.parts[name]; twice || strings.Contains(name, `\`) ||
			slices.Contains(strings.Split(name, "/"), "..") {
			return nil, damaged("文件里有两个同名的部件，或部件名不对")
		}
		if f.UncompressedSize64 > uint64(bytes) {
			return nil, tooLarge(bytes)
		}
		a.parts[name] = f
	}
	return a, nil
}

func tooLarge(bytes int64) *Fault {
	return &Fault{Problem: fmt.Sprintf("解压或展开后超过 %d MB，疑为压缩炸弹", bytes>>20),
		Remedy: "核对文件来源；删去多余的行、图片和工作表，数据确实很大时另存为 CSV"}
}

// boundedAt bounds what is read in all.
type boundedAt struct {
	r    io.ReaderAt
	left int64
}

func (b *boundedAt) ReadAt(p []byte, off int64) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errors.New("too many parts")
	}
	return b.r.ReadAt(p, off)
}

// Names are those of the parts, in lower case.
func (a *Archive) Names() []string {
	var names []string
	for name := range a.parts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// XML opens a part; nil if there is none of that name.
func (a *Archive) XML(name string) (*XML, error) {
	f := a.parts[strings.ToLower(strings.TrimPrefix(name, "/"))]
	if f == nil {
		return nil, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, damaged("部件 " + f.Name + " 解不开")
	}
	x := &XML{archive: a, name: f.Name, r: r}
	x.dec = xml.NewDecoder(x)
	x.dec.Entity, x.dec.Strict = xml.HTMLEntity, false // what is no entity is text; Next sees to the tags
	return x, nil
}

// XML reads one part of an archive, token by token, within bounds.
type XML struct {
	archive *Archive
	name    string
	r       io.ReadCloser
	dec     *xml.Decoder
	token   int      // bytes read since the last token, give or take a buffer
	failed  error    // why no more bytes were read; the decoder may tell of its consequence
	open    []string // elements
}

func (x *XML) depth() int { return len(x.open) }

// Close ends reading.
func (x *XML) Close() error { return x.r.Close() }

// Read reads the part's bytes for the decoder.
func (x *XML) Read(p []byte) (int, error) {
	n, err := x.r.Read(p)
	if x.token += n; x.token > maxToken {
		x.failed = damaged(fmt.Sprintf("部件 %s 里有一处内容超过 %d MB", x.name, maxToken>>20))
	} else if x.archive.left -= int64(n); x.archive.left < 0 {
		x.failed = tooLarge(x.archive.bytes)
	} else if ended := x.archive.ctx.Err(); ended != nil {
		x.failed = ended
	}
	if x.failed != nil {
		return 0, x.failed
	}
	return n, err
}

// Next is the next token; io.EOF at the end. Errors are those of the context
// or a *Fault. Document types are refused: nobody needs them, and they define
// entities.
func (x *XML) Next() (xml.Token, error) {
	x.token = 0
	t, err := x.dec.RawToken()
	switch {
	case x.failed != nil:
		return nil, x.failed
	case err == io.EOF && len(x.open) == 0:
		return nil, io.EOF
	case err == io.EOF:
		return nil, damaged("部件 " + x.name + " 不完整")
	case err != nil:
		return nil, damaged("部件 " + x.name + " 不是正确的 XML（" + err.Error() + "）")
	}
	switch t := t.(type) {
	case xml.StartElement:
		if x.open = append(x.open, t.Name.Local); len(x.open) > maxDepth {
			return nil, damaged("部件 " + x.name + " 嵌套过深")
		}
	case xml.EndElement:
		last := len(x.open) - 1
		if last < 0 || x.open[last] != t.Name.Local {
			return nil, damaged("部件 " + x.name + " 的标签不成对")
		}
		x.open = x.open[:last]
	case xml.Directive:
		return nil, damaged("部件 " + x.name + " 里有文档类型声明（DTD）")
	}
	return t, nil
}

// Each calls visit for every element of a part; nothing happens if there is no
// such part.
func (a *Archive) Each(name string, visit func(xml.StartElement) error) error {
	x, err := a.XML(name)
	if err != nil || x == nil {
		return err
	}
	defer x.Close()
	for {
		t, err := x.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if start, ok := t.(xml.StartElement); ok {
			if err := visit(start); err != nil {
				return err
			}
		}
	}
}

// Embedded tells whether a part is a document of its own, as macros and
// embedded objects are, whatever its name: a compound file or an archive.
func (a *Archive) Embedded(name string) (bool, error) {
	r, err := a.parts[name].Open()
	if err != nil {
		return false, damaged("部件 " + name + " 解不开")
	}
	defer r.Close()
	head := make([]byte, 4)
	n, _ := io.ReadFull(r, head)
	head = head[:n]
	return bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0")) || bytes.HasPrefix(head, []byte("PK")), a.ctx.Err()
}

// Attribute is the value of an attribute, whatever its prefix.
func Attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// A Relation is one of a part's with another part, or with something outside.
type Relation struct {
	ID, Type, Target string // Type is the last word of the type's address
	External         bool
}

// Relations are those of a part.
func (a *Archive) Relations(part string) (list []Relation, err error) {
	dir, file := "", part
	if i := strings.LastIndexByte(part, '/'); i >= 0 {
		dir, file = part[:i+1], part[i+1:]
	}
	return a.relations(dir + "_rels/" + file + ".rels")
}

func (a *Archive) relations(rels string) (list []Relation, err error) {
	err = a.Each(rels, func(e xml.StartElement) error {
		if e.Name.Local == "Relationship" {
			kind := Attribute(e, "Type")
			list = append(list, Relation{Attribute(e, "Id"), kind[strings.LastIndexByte(kind, '/')+1:],
				Attribute(e, "Target"),
				!slices.Contains([]string{"", "Internal"}, Attribute(e, "TargetMode"))})
		}
		if len(list) > maxParts {
			return damaged("部件 " + rels + " 里的关系太多")
		}
		return nil
	})
	return list, err
}

// AllRelations are the relations of every part.
func (a *Archive) AllRelations() (list []Relation, err error) {
	for _, name := range a.Names() {
		if strings.HasSuffix(name, ".rels") {
			some, err := a.relations(name)
			if err != nil {
				return nil, err
			}
			list = append(list, some...)
		}
	}
	return list, nil
}

// Types are the content types of the parts, and of the files of an extension.
func (a *Archive) Types() (list []string, err error) {
	err = a.Each("[Content_Types].xml", func(e xml.StartElement) error {
		if kind := Attribute(e, "ContentType"); kind != "" {
			list = append(list, kind)
		}
		return nil
	})
	return list, err
}
