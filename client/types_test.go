package client

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

var update = flag.Bool("update", false, "make types.go anew")

// types.go is what the portal's document says.
func TestTypes(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "web", "openapi.json")) // which a test of web keeps to the portal
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		t.Fatal(err)
	}
	made, err := newWriter(doc).file()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		err = os.WriteFile("types.go", made, 0o644)
	}
	stands, rerr := os.ReadFile("types.go")
	if err != nil || rerr != nil || !bytes.Equal(made, stands) {
		t.Error("types.go is not what the portal's document says: go test ./client -update", err, rerr)
	}
}

// A writer writes Go for an OpenAPI document.
type writer struct {
	doc   *openapi3.T
	names map[string]string // of schemas
	bytes.Buffer
}

func newWriter(doc *openapi3.T) *writer {
	w := &writer{doc: doc, names: map[string]string{}}
	short := func(schema string) string { return exported(schema[strings.LastIndexByte(schema, '.')+1:]) }
	owners := map[string][]string{}
	for schema := range doc.Components.Schemas {
		owners[short(schema)] = append(owners[short(schema)], schema)
		if exported(schema) != short(schema) {
			owners[exported(schema)] = append(owners[exported(schema)], schema)
		}
	}
	for schema := range doc.Components.Schemas {
		w.names[schema] = short(schema)
		if len(owners[short(schema)]) > 1 { // with its package
			w.names[schema] = exported(schema)
		}
	}
	return w
}

var words = regexp.MustCompile(`[A-Za-z][a-z0-9]*|[0-9]+`)

// exported is a name of the document as Go has it.
func exported(name string) string {
	var b strings.Builder
	for _, word := range words.FindAllString(name, -1) {
		switch word {
		case "id", "url", "html", "csv", "ics":
			word = strings.ToUpper(word)
		}
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

func (w *writer) file() ([]byte, error) {
	w.line("// Code generated from the portal's OpenAPI document; go test ./client -update. DO NOT EDIT.\n")
	w.line("package client\n\nimport (\n\"context\"\n\"encoding/json\"\n\"net/url\"\n\"time\"\n)\n")
	for _, path := range slices.Sorted(maps.Keys(w.doc.Paths.Map())) {
		item := w.doc.Paths.Value(path)
		for _, method := range []string{"GET", "POST"} {
			if op := item.GetOperation(method); op != nil {
				if err := w.operation(method, path, op); err != nil {
					return nil, fmt.Errorf("%s %s: %w", method, path, err)
				}
			}
		}
	}
	for _, schema := range slices.Sorted(maps.Keys(w.names)) {
		w.line("\n// %s is %s of the document.", w.names[schema], schema)
		w.line("type %s struct {", w.names[schema])
		w.fields(w.doc.Components.Schemas[schema].Value, false)
		w.line("}")
	}
	return format.Source(w.Bytes())
}

// fields writes the fields of a struct. Of an input the optional ones that are
// empty are not sent.
func (w *writer) fields(s *openapi3.Schema, in bool) {
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		kind, tag := w.kind(p), name
		required := slices.Contains(s.Required, name)
		switch {
		case in && p.Value.Format == "binary":
			kind, tag = "*File", "-"
		case !required && p.Ref != "":
			kind, tag = "*"+kind, name+",omitempty"
		case !required && kind == "time.Time":
			tag = name + ",omitzero"
		case !required:
			tag = name + ",omitempty"
		case p.Value.Nullable && kind != "json.RawMessage":
			kind = "*" + kind
		}
		note := p.Value.Description
		if len(p.Value.Enum) > 0 {
			note = strings.Trim(fmt.Sprint(p.Value.Enum), "[]")
		}
		if note != "" {
			note = " // " + strings.ReplaceAll(note, "\n", " ")
		}
		w.line("%s %s `json:%q`%s", exported(name), kind, tag, note)
	}
}

// kind is the Go type of a schema.
func (w *writer) kind(ref *openapi3.SchemaRef) string {
	if name, ok := strings.CutPrefix(ref.Ref, "#/components/schemas/"); ok {
		return w.names[name]
	}
	s := ref.Value
	switch {
	case s.Type.Is("string") && s.Format == "date-time":
		return "time.Time"
	case s.Type.Is("string"):
		return "string"
	case s.Type.Is("integer"):
		return "int64"
	case s.Type.Is("number"):
		return "float64"
	case s.Type.Is("boolean"):
		return "bool"
	case s.Type.Is("array"):
		return "[]" + w.kind(s.Items)
	case s.Type.Is("object") && s.AdditionalProperties.Schema != nil:
		return "map[string]" + w.kind(s.AdditionalProperties.Schema)
	}
	return "json.RawMessage"
}

// operation writes a method and what it takes.
func (w *writer) operation(method, path string, op *openapi3.Operation) error {
	name := exported(op.OperationID)
	if path == "/" {
		name = "GetHome"
	}
	in := openapi3.NewObjectSchema()
	arguments, to := "ctx context.Context", `"`+path+`"`
	for _, p := range op.Parameters {
		if p.Value.In == "path" {
			arguments += ", " + p.Value.Name + " string"
			to = strings.ReplaceAll(to, "{"+p.Value.Name+"}", `"+url.PathEscape(`+p.Value.Name+`)+"`)
			continue
		}
		s := *p.Value.Schema.Value
		s.Description = p.Value.Description
		in.Properties[p.Value.Name] = openapi3.NewSchemaRef("", &s)
		if p.Value.Required {
			in.Required = append(in.Required, p.Value.Name)
		}
	}
	to = strings.TrimSuffix(to, `+""`)
	files := "nil"
	if op.RequestBody != nil {
		content := op.RequestBody.Value.Content
		for _, kind := range slices.Sorted(maps.Keys(content)) { // a form with files after the same without
			in = content[kind].Schema.Value
			if kind != "multipart/form-data" {
				continue
			}
			var list []string
			for _, field := range slices.Sorted(maps.Keys(in.Properties)) {
				if in.Properties[field].Value.Format == "binary" {
					list = append(list, fmt.Sprintf("%q: in.%s", field, exported(field)))
				}
			}
			files = "map[string]*File{" + strings.Join(list, ", ") + "}"
		}
	}
	input := "nil"
	if len(in.Properties) > 0 {
		input = "in"
		arguments += ", in " + name + "Input"
		w.line("\n// %sInput is what %s takes.\ntype %sInput struct {", name, name, name)
		w.fields(in, true)
		w.line("}")
	}
	note := op.Summary + "。" + strings.ReplaceAll(op.Description, "\n", " ")
	for kind, out := range op.Responses.Status(200).Value.Content {
		if kind != "application/json" {
			w.line("\n// %s: %s\nfunc (c *Client) %s(%s) (*Download, error) {\nreturn download(ctx, c, %s, %s)\n}", name, note, name, arguments, to, input)
			continue
		}
		if len(out.Schema.Value.AnyOf) > 0 {
			var one []string
			for _, s := range out.Schema.Value.AnyOf {
				one = append(one, w.kind(s))
			}
			note += "回答是其中之一：" + strings.Join(one, "、") + "。"
		}
		gives := w.kind(out.Schema)
		w.line("\n// %s: %s\nfunc (c *Client) %s(%s) (%s, error) {", name, note, name, arguments, gives)
		w.line("return call[%s](ctx, c, %q, %s, %s, %s)\n}", gives, method, to, input, files)
	}
	return nil
}
