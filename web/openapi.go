package web

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
)

// openAPIDocument is openapi.json, packed: it would be half a hundredth of the
// program. The test of the same name writes both and checks them, because what
// makes the document of the table of routes would be a thirtieth.
//
//go:embed openapi.json.gz
var openAPIDocument []byte

// OpenAPI is the OpenAPI document of what programs can ask for, as JSON.
func OpenAPI() ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(openAPIDocument))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
