package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed assets
var assetFiles embed.FS

// An asset is a file that pages load. Its tag changes with its content, and
// stands in its address, so that browsers may keep it for ever.
type asset struct {
	kind  string
	tag   string
	plain []byte // nil where it is kept as gzip only
	small []byte // gzip
}

// unpack is the plain file, for browsers that take no gzip.
func (a asset) unpack() ([]byte, error) {
	if a.plain != nil {
		return a.plain, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(a.small))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

var shippedAssets = sync.OnceValue(func() map[string]asset {
	set := map[string]asset{}
	names, err := fs.Glob(assetFiles, "assets/*")
	if err != nil {
		panic(err) // a constant pattern
	}
	for _, name := range names {
		data, err := assetFiles.ReadFile(name)
		if err != nil {
			panic(err) // embedded
		}
		sum := sha256.Sum256(data)
		name, packed := strings.CutSuffix(name, ".gz")
		a := asset{kind: mime.TypeByExtension(path.Ext(name)), tag: hex.EncodeToString(sum[:6]), plain: data}
		if a.kind == "" {
			a.kind = "text/plain; charset=utf-8"
		}
		if packed {
			a.plain, a.small = nil, data
			set[path.Base(name)] = a
			continue
		}
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err != nil {
			panic(err) // a constant level
		}
		_, _ = z.Write(data) // into memory
		_ = z.Close()
		a.small = b.Bytes()
		set[path.Base(name)] = a
	}
	return set
})

// assetPath is the address of an asset, its content's hash included.
func assetPath(name string) string {
	a, ok := shippedAssets()[name]
	if !ok {
		panic("no asset " + name)
	}
	return "/assets/" + name + "?" + a.tag
}

type assets map[string]asset

func newAssets() http.Handler { return assets(shippedAssets()) }

func (set assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, ok := set[r.PathValue("file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if r.URL.RawQuery == a.tag {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	gzipped, tag := acceptsGzip(r), `"`+a.tag+`"`
	if gzipped {
		h.Set("Content-Encoding", "gzip")
		tag = `"` + a.tag + `-gz"`
	}
	h.Set("ETag", tag)
	if match := r.Header.Get("If-None-Match"); strings.Contains(match, tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.small
	if !gzipped {
		var err error
		if body, err = a.unpack(); err != nil {
			panic(err) // embedded
		}
	}
	_, _ = w.Write(body)
}

func acceptsGzip(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}

// smallest is from which size on a page is compressed.
const smallest = 2 << 10

var gzips = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // a constant level
	}
	return z
}}

// compress answers with body, compressed where the browser takes that.
func compress(w http.ResponseWriter, r *http.Request, status int, body []byte) error {
	w.Header().Add("Vary", "Accept-Encoding")
	if len(body) < smallest || !acceptsGzip(r) {
		w.WriteHeader(status)
		_, _ = w.Write(body)
		return nil
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	z := gzips.Get().(*gzip.Writer)
	defer gzips.Put(z)
	z.Reset(w)
	_, _ = z.Write(body) // errors mean that the browser has gone
	_ = z.Close()
	return nil
}
