package web

import _ "embed"

// openAPIDocument is written and checked by the test of the same name, because
// what makes it of the table of routes would be a thirtieth of the program.
//
//go:embed openapi.json
var openAPIDocument []byte

// OpenAPI is the OpenAPI document of what programs can ask for, as JSON.
func OpenAPI() []byte { return openAPIDocument }
