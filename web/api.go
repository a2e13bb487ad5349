package web

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"chaping"
	"chaping/report/intake"
	"chaping/station"
	"chaping/station/uplink"
)

// apiRoot is where programs ask for what people see as pages: the same routes
// and handlers behind the same gate, with a token in place of a session and
// JSON in place of forms and pages.
const apiRoot = "/api/v1"

// What programs get, besides the pages' own data.
type (
	// moved is for where a browser is sent on.
	moved struct {
		Message  string `json:"message"`
		Location string `json:"location"` // what to look at next
	}
	// either is one of several.
	either []any
	// file is content of a media type.
	file string
)

// permit is what a token needs for the route.
func (r route) permit() station.Permit {
	switch {
	case !slices.ContainsFunc(r.roles, func(role station.Role) bool { return role != station.RoleAdmin }):
		return station.PermitAdmin
	case r.method == http.MethodGet:
		return station.PermitRead
	case r.submit:
		return station.PermitSubmit
	}
	return station.PermitWrite
}

// A field is a value that a route reads: "name!:kind" in the table, with a
// mark where it must be there.
type field struct {
	name     string
	kind     string // string, integer, number, boolean, list and lines of strings, file; x-* for all whose names begin with x-
	required bool
}

// fields are what the route reads.
func (r route) fields() (list []field) {
	for text := range strings.FieldsSeq(r.in) {
		name, kind, _ := strings.Cut(text, ":")
		name, required := strings.CutSuffix(name, "!")
		list = append(list, field{name, cmp.Or(kind, "string"), required})
	}
	return list
}

// of tells whether the field is a family that the named one belongs to.
func (f field) of(name string) bool {
	prefix, family := strings.CutSuffix(f.kind, "*")
	return family && strings.HasPrefix(name, prefix)
}

// declared panics where the route does not say that it reads the field.
func (r route) declared(name string) {
	if !slices.ContainsFunc(r.fields(), func(f field) bool { return f.name == name || f.of(name) }) {
		panic("field " + name + " is not declared for " + r.method + " " + r.pattern)
	}
}

// program is who the token of a request stands for: the one that it sends, or
// that it is signed with.
func (q *request) program() (*station.Account, error) {
	if q.r.Header.Get(uplink.HeaderInput) != "" {
		return q.signer()
	}
	kind, token, _ := strings.Cut(q.r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Bearer") || token == "" {
		return nil, &fault{status: http.StatusUnauthorized, problem: "没有令牌", remedy: "在 Authorization 头里写 Bearer 和令牌"}
	}
	t, err := q.Station.Token(q.ctx, strings.TrimSpace(token), q.address())
	if err != nil {
		return nil, err
	}
	return q.holder(t)
}

// maxSigned bounds what is read before it is known to be signed.
const maxSigned = intake.MaxJSON + maxForm

// signer is who signed the request. A signature is for handing reports in: who
// repeats such a request within the signature's life changes nothing.
func (q *request) signer() (*station.Account, error) {
	if q.route.permit() != station.PermitSubmit {
		return nil, &fault{http.StatusForbidden, "签名只用于报送", "别的事用 Authorization 头里的令牌", nil}
	}
	key, err := uplink.Signer(q.r)
	if err != nil {
		return nil, err
	}
	t, err := q.Station.TokenOf(q.ctx, key, q.address(), func() error {
		q.patient()
		body, err := io.ReadAll(http.MaxBytesReader(q.w, q.r.Body, maxSigned))
		if err != nil {
			return &fault{http.StatusRequestEntityTooLarge, fmt.Sprintf("内容没有读完，或超过 %d MB", maxSigned>>20), "重新发送", err}
		}
		q.r.Body = io.NopCloser(bytes.NewReader(body))
		return uplink.Verify(q.r, body, key, q.Now())
	})
	if err != nil {
		return nil, err
	}
	return q.holder(t)
}

// holder is the account that a token stands for, if its permits cover the
// route.
func (q *request) holder(t station.Token) (*station.Account, error) {
	if need := q.route.permit(); !slices.Contains(t.Permits, need) {
		q.w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer error="insufficient_scope", scope=%q`, need))
		return nil, &fault{http.StatusForbidden, "令牌的范围不含“" + need.Chinese() + "”", "请管理员新建含这个范围的令牌", nil}
	}
	a := t.Account()
	return &a, nil
}

// address is where the request comes from, as far as one can see. Of a proxy's
// list only the last is its own word.
func (q *request) address() string {
	if list := q.r.Header.Values("X-Forwarded-For"); q.Proxied && len(list) > 0 {
		all := list[len(list)-1]
		return strings.TrimSpace(all[strings.LastIndexByte(all, ',')+1:])
	}
	host, _, err := net.SplitHostPort(q.r.RemoteAddr)
	if err != nil {
		return q.r.RemoteAddr
	}
	return host
}

// fill takes a JSON object for a form.
func (q *request) fill() error {
	body, err := io.ReadAll(http.MaxBytesReader(q.w, q.r.Body, maxForm))
	if err != nil {
		return &fault{http.StatusRequestEntityTooLarge, "提交的内容太大", "缩短后重新提交", err}
	}
	members := map[string]jsontext.Value{}
	if kind, _, err := mime.ParseMediaType(q.r.Header.Get("Content-Type")); len(body) > 0 &&
		(err != nil || kind != "application/json") {
		return &fault{
			http.StatusUnsupportedMediaType,
			"内容不是 JSON",
			"用 Content-Type: application/json 发送一个 JSON 对象",
			nil,
		}
	} else if len(body) > 0 {
		if err := json.Unmarshal(body, &members); err != nil {
			return &fault{http.StatusBadRequest, "内容不是一个 JSON 对象", "改正格式：" + chaping.Shorten(err.Error(), 200), nil}
		}
	}
	form := url.Values{}
	for _, f := range q.route.fields() {
		value, there := members[f.name]
		delete(members, f.name)
		if !there || value.Kind() == 'n' {
			if f.required {
				return bad("缺少“"+f.name+"”", "见 "+apiRoot+"/openapi.json")
			}
			continue
		}
		if prefix, family := strings.CutSuffix(f.kind, "*"); family {
			var of map[string]string
			if err = json.Unmarshal(value, &of); err == nil {
				for name, v := range of {
					form.Set(prefix+name, v)
				}
			}
		} else {
			form[f.name], err = f.read(value)
		}
		if err != nil {
			return bad("“"+f.name+"”的类型不对", "应为"+cmp.Or(kindNames[f.kind], "值为字符串的对象"))
		}
	}
	for name := range members {
		return bad("不认识“"+chaping.Shorten(name, 40)+"”", "见 "+apiRoot+"/openapi.json")
	}
	q.r.PostForm, q.r.Form = form, form
	return nil
}

var kindNames = map[string]string{
	"string":  "字符串",
	"integer": "整数",
	"number":  "数",
	"boolean": "true 或 false",
	"list":    "字符串的数组",
	"lines":   "字符串的数组",
}

// read is a member of a JSON object as a form has it.
func (f field) read(v jsontext.Value) (values []string, err error) {
	switch f.kind {
	case "boolean":
		var yes bool
		if err = json.Unmarshal(v, &yes); yes {
			values = []string{"1"}
		}
	case "integer":
		var n int64
		err = json.Unmarshal(v, &n)
		values = []string{fmt.Sprint(n)}
	case "number":
		var n float64
		err = json.Unmarshal(v, &n)
		values = []string{fmt.Sprint(n)}
	case "list":
		err = json.Unmarshal(v, &values)
	case "lines":
		err = json.Unmarshal(v, &values)
		values = []string{strings.Join(values, "\n")}
	default:
		values = []string{""}
		err = json.Unmarshal(v, &values[0])
	}
	return values, err
}

// A problem is what programs are told of a fault (RFC 9457).
type problem struct {
	Title       string       `json:"title"`
	Status      int          `json:"status"`
	Detail      string       `json:"detail,omitempty"`      // what to do about it
	Differences []difference `json:"differences,omitempty"` // of a conflict
	Version     int64        `json:"version,omitzero"`      // of the record as it stands, to store on top of it
}

// answer answers a program with what a page would show.
func (q *request) answer(status int, page any) error {
	if status < http.StatusBadRequest {
		return q.json(status, "application/json", page)
	}
	p := problem{Title: http.StatusText(status), Status: status}
	switch page := page.(type) {
	case conflictPage:
		p.Title, p.Detail, p.Differences, p.Version = "内容有冲突：在您读取之后，这条记录已被别人改过", "核对两边的不同；要用自己的覆盖，用新的版本再提交一次", page.Diffs, number(cmp.Or(page.Hidden.Get("version"), page.Hidden.Get("base")))
	case faultPage:
		p.Title, p.Detail = page.Problem, page.Remedy
	default: // a form that tells its sender what is wrong
		if v := reflect.Indirect(reflect.ValueOf(page)).FieldByName("Problem"); v.IsValid() {
			if f, ok := v.Interface().(*fault); ok && f != nil {
				p.Title, p.Detail = f.problem, f.remedy
			}
		}
	}
	return q.json(status, "application/problem+json", p)
}

// wait tells a program to ask again.
func (q *request) wait(what string) error {
	q.w.Header().Set("Retry-After", "2")
	return q.json(http.StatusAccepted, "application/json", moved{what, q.r.URL.RequestURI()})
}

// json answers with data. Lists that are empty are [], never null, and bytes
// of buyers that are no text are replaced.
func (q *request) json(status int, kind string, v any) error {
	var b bytes.Buffer
	if err := json.MarshalWrite(&b, v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", kind)
	q.w.Header().Set("Cache-Control", "no-store")
	return compress(q.w, q.r, status, b.Bytes())
}
