package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3gen"

	"chaping"
	"chaping/station"
)

// makeOpenAPI makes the OpenAPI document of the table of routes; types are what
// handlers answer with.
func makeOpenAPI() ([]byte, error) {
	doc, err := openAPI(allRoutes())
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err = enc.Encode(doc)
	return b.Bytes(), err
}

const apiAbout = `监测站门户的每一个页面，程序也可以用：路径、角色、数据范围与页面相同。
用令牌进入（Authorization: Bearer 令牌），由管理员在“对接”页或用 chaping token add 新建；网页的登录在这里无效。
POST 发送一个 JSON 对象（上传文件用 multipart/form-data）。时间按 RFC 3339。
还在准备的数据答 202 和 Retry-After；出错答 application/problem+json（RFC 9457），detail 是处理办法。
报送（POST /inbox）也可以不发令牌，用它的密钥签名（RFC 9421）：密钥是 ed25519，种子为 SHA-256("chaping signing key\n" + 令牌)，
Signature-Input: sig=("@method" "@path" "@query" "content-digest" "content-type" "idempotency-key");created=秒;keyid="公钥的 base64url";alg="ed25519"，时间相差不得超过 5 分钟。
报送文件按监测站、报送期和内容的 sha256 只收一份，重复提交得到同一张回执。
记录带 version：改别人已改过的记录答 409，列出两边的不同。`

func openAPI(routes []route) (*openapi3.T, error) {
	types := openapi3gen.NewGenerator(openapi3gen.UseAllExportedFields(), openapi3gen.SchemaCustomizer(shape), openapi3gen.CreateTypeNameGenerator(typeName),
		openapi3gen.CreateComponentSchemas(openapi3gen.ExportComponentSchemasOptions{ExportComponentSchemas: true, ExportTopLevelSchema: true}))
	doc := &openapi3.T{
		OpenAPI: "3.0.3",
		Info:    &openapi3.Info{Title: "chaping", Version: "1", Description: apiAbout},
		Servers: openapi3.Servers{{URL: apiRoot}},
		Paths:   openapi3.NewPaths(),
		Components: &openapi3.Components{
			Schemas:         openapi3.Schemas{},
			SecuritySchemes: openapi3.SecuritySchemes{"token": &openapi3.SecuritySchemeRef{Value: &openapi3.SecurityScheme{Type: "http", Scheme: "bearer"}}},
		},
		Security: openapi3.SecurityRequirements{{"token": {}}},
	}
	trouble, err := types.NewSchemaRefForValue(problem{}, doc.Components.Schemas)
	if err != nil {
		return nil, err
	}
	later, err := types.NewSchemaRefForValue(moved{}, doc.Components.Schemas)
	if err != nil {
		return nil, err
	}
	// What many routes answer stands in the document once.
	doc.Components.Responses = openapi3.ResponseBodies{
		"problem": {Value: openapi3.NewResponse().WithDescription("没有办成").
			WithContent(openapi3.Content{"application/problem+json": &openapi3.MediaType{Schema: trouble}})},
		"later": {Value: openapi3.NewResponse().WithDescription("数据还在读取，按 Retry-After 再问").WithJSONSchemaRef(later)},
	}
	shared := func(name string) *openapi3.ResponseRef {
		return &openapi3.ResponseRef{Ref: "#/components/responses/" + name, Value: doc.Components.Responses[name].Value}
	}
	heading := ""
	for _, r := range routes {
		heading = cmp.Or(r.nav, heading)
		if r.out == nil {
			continue
		}
		op := openapi3.NewOperation()
		op.OperationID, op.Summary, op.Tags = operationID(r), r.title, []string{heading}
		op.Description = "令牌范围：" + string(r.permit()) + "。角色：" + joined(r.roles) + "。"
		op.Extensions = map[string]any{"x-roles": r.roles, "x-scope": r.permit()}
		for _, name := range pathNames.FindAllStringSubmatch(r.pattern, -1) {
			op.AddParameter(openapi3.NewPathParameter(name[1]).WithSchema(openapi3.NewStringSchema()).WithDescription("编号；新建时写 new（仅限可以新建的）"))
		}
		r.describe(op)
		op.Responses = openapi3.NewResponses()
		op.Responses.Delete("default")
		ok, err := r.response(types, doc.Components.Schemas)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", r.method, r.pattern, err)
		}
		op.AddResponse(http.StatusOK, ok)
		if r.method == http.MethodGet && r.data {
			op.Responses.Set("202", shared("later"))
		}
		op.Responses.Set("default", shared("problem"))
		doc.AddOperation(strings.TrimSuffix(r.pattern, "{$}"), r.method, op)
	}
	return doc, nil
}

var pathNames = regexp.MustCompile(`\{(\w+)\}`)

// operationID is made of method and path: getWatchesId.
func operationID(r route) string {
	id := strings.ToLower(r.method)
	for _, part := range strings.FieldsFunc(r.pattern, func(c rune) bool { return strings.ContainsRune("/{}$.", c) }) {
		id += strings.ToUpper(part[:1]) + part[1:]
	}
	return id
}

// describe writes what the route reads: parameters, or a body.
func (r route) describe(op *openapi3.Operation) {
	body := openapi3.NewObjectSchema().WithoutAdditionalProperties()
	for _, f := range r.fields() {
		s := f.schema()
		if r.method == http.MethodGet {
			p := openapi3.NewQueryParameter(f.name).WithSchema(s).WithRequired(f.required).WithDescription(fieldNotes[f.name])
			if strings.HasSuffix(f.kind, "[*") { // filter[price.from]=10
				explode := true
				p.Style, p.Explode = openapi3.SerializationDeepObject, &explode
			}
			op.AddParameter(p)
			continue
		}
		s.Description = fieldNotes[f.name]
		body.WithProperty(f.name, s)
		if f.required {
			body.Required = append(body.Required, f.name)
		}
	}
	if len(body.Properties) > 0 {
		kind := "application/json"
		if r.upload || r.files {
			kind = "multipart/form-data"
		}
		content := openapi3.NewContentWithSchema(body, []string{kind})
		if r.files { // without files it may be JSON as well
			plain := *body
			plain.Properties = maps.Clone(body.Properties)
			delete(plain.Properties, "file")
			content["application/json"] = openapi3.NewMediaType().WithSchema(&plain)
		}
		op.RequestBody = &openapi3.RequestBodyRef{Value: openapi3.NewRequestBody().WithRequired(len(body.Required) > 0).WithContent(content)}
	}
}

func (f field) schema() *openapi3.Schema {
	if list := f.choices(); list != nil {
		s := openapi3.NewStringSchema()
		for _, value := range append([]string{""}, list...) {
			s.Enum = append(s.Enum, value)
		}
		return s
	}
	switch f.kind {
	case "positive":
		return openapi3.NewInt64Schema().WithMin(1)
	case "integer":
		return openapi3.NewInt64Schema()
	case "number":
		return openapi3.NewFloat64Schema()
	case "boolean":
		return openapi3.NewBoolSchema()
	case "list", "lines":
		return openapi3.NewArraySchema().WithItems(openapi3.NewStringSchema())
	case "file":
		return openapi3.NewStringSchema().WithFormat("binary")
	}
	if strings.HasSuffix(f.kind, "*") {
		return openapi3.NewObjectSchema().WithAdditionalProperties(openapi3.NewStringSchema())
	}
	return openapi3.NewStringSchema()
}

// response is what the route answers when all went well.
func (r route) response(types *openapi3gen.Generator, known openapi3.Schemas) (*openapi3.Response, error) {
	response := openapi3.NewResponse().WithDescription(r.title)
	switch out := r.out.(type) {
	case file:
		if out == "*/*" { // whatever it is
			return response.WithContent(openapi3.Content{string(out): openapi3.NewMediaType()}), nil
		}
		return response.WithContent(openapi3.Content{string(out): openapi3.NewMediaType().WithSchema(openapi3.NewStringSchema().WithFormat("binary"))}), nil
	case either:
		one := &openapi3.Schema{}
		for _, v := range out {
			ref, err := types.NewSchemaRefForValue(v, known)
			if err != nil {
				return nil, err
			}
			one.AnyOf = append(one.AnyOf, ref)
		}
		return response.WithJSONSchema(one), nil
	}
	ref, err := types.NewSchemaRefForValue(r.out, known)
	return response.WithJSONSchemaRef(ref), err
}

// typeName is what a type is called in the document; "" for what is no object
// there.
func typeName(t reflect.Type) string {
	if t == reflect.TypeFor[chaping.Period]() {
		return ""
	}
	return strings.TrimPrefix(t.String(), "web.")
}

// shape makes schemas strict: nothing is there that is not described, and what
// is not marked optional is always there.
func shape(_ string, t reflect.Type, _ reflect.StructTag, s *openapi3.Schema) error {
	switch t {
	case reflect.TypeFor[chaping.Period]():
		*s = *openapi3.NewStringSchema().WithPattern(`^\d{4}-\d{2}$`)
		return nil
	case reflect.TypeFor[chaping.Grade]():
		*s = *openapi3.NewStringSchema().WithEnum("unrated", "negative", "neutral", "positive")
	case reflect.TypeFor[station.Role]():
		s.Enum = anys(station.Roles())
	case reflect.TypeFor[station.Permit]():
		s.Enum = anys(station.Permits())
	case reflect.TypeFor[station.Kind]():
		s.Enum = anys(station.Kinds())
	case reflect.TypeFor[station.CaseKind]():
		s.Enum = anys(station.CaseKinds())
	case reflect.TypeFor[station.BulletinKind]():
		s.Enum = anys(station.BulletinKinds())
	case reflect.TypeFor[chaping.Verdict]():
		s.Enum = anys([]chaping.Verdict{chaping.Unreviewed, chaping.Confirmed, chaping.Rejected})
	}
	switch {
	case t == reflect.TypeFor[json.RawMessage](): // somebody else's
		s.Nullable = true
	case t.Kind() == reflect.Array:
		items := openapi3.NewFloat64Schema()
		if t.Elem().Kind() == reflect.String {
			items = openapi3.NewStringSchema()
		}
		*s = *openapi3.NewArraySchema().WithItems(items)
	}
	if t.Kind() != reflect.Struct || s.Properties == nil {
		return nil
	}
	closed := false
	s.AdditionalProperties = openapi3.AdditionalProperties{Has: &closed}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if s.Properties[name] != nil && !strings.Contains(options, "omit") && !slices.Contains(s.Required, name) {
			s.Required = append(s.Required, name)
		}
	}
	return nil
}

func anys[T ~string](list []T) []any {
	var all []any
	for _, v := range list {
		all = append(all, string(v))
	}
	return all
}

func joined(roles []station.Role) string {
	var names []string
	for _, r := range roles {
		names = append(names, r.Chinese())
	}
	return strings.Join(names, "、")
}
