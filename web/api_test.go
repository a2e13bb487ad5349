package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"chaping"
	"chaping/station"
)

// token makes a token for a role; platform's is of the home station,
// association's of the third, foreign is another platform's.
func (h *house) token(t testing.TB, who string, permits ...station.Permit) string {
	t.Helper()
	a, err := h.Station.Account(context.Background(), who, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, text, err := h.Station.AddToken(context.Background(), station.Token{Name: "程序 " + who, Role: a.Roles[0], Station: a.Station, Permits: permits, By: "test", Expires: h.Now().AddDate(0, 1, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// allPermits are what a token of an account may have: the bureau only reads.
func allPermits(who string) []station.Permit {
	if who == "bureau" {
		return []station.Permit{station.PermitRead}
	}
	return station.Permits()
}

// program sends a request as a program: with JSON, or with files.
func program(token, method, path string, body map[string]any, files map[string]string) *http.Request {
	var b bytes.Buffer
	kind := "application/json"
	switch {
	case files != nil:
		w := multipart.NewWriter(&b)
		for name, v := range body {
			_ = w.WriteField(name, fmt.Sprint(v)) // into memory
		}
		for name, content := range files {
			part, _ := w.CreateFormFile(name, name+".csv")
			_, _ = io.WriteString(part, content)
		}
		_ = w.Close()
		kind = w.FormDataContentType()
	case method == http.MethodPost:
		_ = json.NewEncoder(&b).Encode(body)
	}
	r := httptest.NewRequest(method, "http://portal.example"+apiRoot+path, &b)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", kind)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

func (h *house) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// A walker asks for every route and holds what comes to the document.
type apiWalker struct {
	*house
	t       *testing.T
	doc     *openapi3.T
	tokens  map[string]string
	covered map[string]bool // routes that were answered
	used    map[string]bool // fields that were sent: route and name
	said    strings.Builder // everything that was answered
}

// do sends a request of a route and checks request and answer; the route's
// fields are in body, or for GET in the path.
func (w *apiWalker) do(who, route, path string, status int, body map[string]any, files map[string]string) map[string]any {
	w.t.Helper()
	method, pattern, _ := strings.Cut(route, " ")
	for name := range body {
		w.used[route+" "+name] = true
	}
	for name := range files {
		w.used[route+" "+name] = true
	}
	if u, err := url.Parse(path); err == nil {
		for name := range u.Query() {
			name, _, _ = strings.Cut(name, "[") // one of a family
			w.used[route+" "+name] = true
		}
	}
	spec := strings.TrimSuffix(pattern, "{$}")
	item := w.doc.Paths.Value(spec)
	if item == nil || item.GetOperation(method) == nil {
		w.t.Fatalf("%s is not in the document", route)
	}
	var answer *httptest.ResponseRecorder
	for { // until what is being read is there; each request waits for it
		r := program(w.tokens[who], method, path, body, files)
		sent := program(w.tokens[who], method, path, body, files)
		params := map[string]string{}
		for i, part := range strings.Split(spec, "/") {
			if name, ok := strings.CutPrefix(part, "{"); ok {
				params[strings.TrimSuffix(name, "}")] = strings.Split(r.URL.Path, "/")[i+2]
			}
		}
		input := &openapi3filter.RequestValidationInput{Request: sent, PathParams: params, QueryParams: r.URL.Query(), Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
			Route: &routers.Route{Spec: w.doc, Path: spec, PathItem: item, Method: method, Operation: item.GetOperation(method)}}
		wrong := openapi3filter.ValidateRequest(context.Background(), input)
		answer = w.send(r)
		data := answer.Body.Bytes()
		if answer.Header().Get("Content-Encoding") != "" {
			w.t.Fatal("compressed")
		}
		err := openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{RequestValidationInput: input, Status: answer.Code, Header: answer.Header(), Body: io.NopCloser(bytes.NewReader(data)), Options: input.Options})
		if err != nil {
			w.t.Errorf("%s %s answers what the document does not say: %v\n%s", method, path, err, data)
		}
		if wrong != nil && answer.Code < 400 {
			w.t.Errorf("%s %s takes what the document does not: %v", method, path, wrong)
		}
		w.said.Write(data)
		if answer.Code != http.StatusAccepted {
			break
		}
	}
	if answer.Code != status {
		w.t.Fatalf("%s %s: %d %s", method, path, answer.Code, answer.Body)
	}
	if status == http.StatusOK {
		w.covered[route] = true
	}
	var data map[string]any
	if strings.HasSuffix(answer.Header().Get("Content-Type"), "json") && answer.Body.Bytes()[0] == '{' {
		if err := json.Unmarshal(answer.Body.Bytes(), &data); err != nil {
			w.t.Fatal(err)
		}
	}
	return data
}

// importInSteps imports as people do, and takes it back.
func (w *apiWalker) importInSteps() {
	w.t.Helper()
	const file = "编号,说的话,几时,打几分,甲\n1,很好用,2026-11-01,5,x\n2,漏电,2026-11-02,1,y\n"
	send := func() string {
		m := w.do("platform", "POST /import", "/import", http.StatusOK, object{"steps": "1"}, map[string]string{"file": file})
		return strings.TrimPrefix(m["location"].(string), apiRoot)
	}
	tabled := w.do("platform", "POST /import", "/import", http.StatusOK, object{"steps": "1"}, map[string]string{
		"file": "商品编号,评论内容,评论时间\nA1,漏电,2026-11-01\n", "products": "货,叫什么,哪家\nA1,插座甲,乙店\n"})
	with := strings.TrimPrefix(tabled["location"].(string), apiRoot)
	if l := w.get("platform", "/import/{id}", with)["look"].(object); l["products"] != 0.0 || len(l["table"].(object)["columns"].([]any)) != 3 {
		w.t.Errorf("%v", l)
	}
	w.do("platform", "GET /import/{id}/preview", with+"/preview", http.StatusUnprocessableEntity, nil, nil) // still to be answered
	w.post("platform", "/import/{id}", with, object{"table": object{"0": "product_id", "1": "product", "2": "shop"}})
	if r := w.get("platform", "/import/{id}/preview", with+"/preview")["rows"].([]any)[0].(object)["product"].(object); r["name"] != "插座甲" || r["shop"].(object)["name"] != "乙店" {
		w.t.Errorf("%v", r)
	}
	w.post("platform", "/import/{id}/delete", with+"/delete", nil)
	dropped := send()
	w.post("platform", "/import/{id}/delete", dropped+"/delete", nil)
	w.do("platform", "GET /import/{id}", dropped, http.StatusUnprocessableEntity, nil, nil)
	at := send()
	if waiting := w.get("platform", "/import", "/import")["waiting"].([]any); len(waiting) != 1 {
		w.t.Errorf("%v", waiting)
	}
	w.do("platform", "POST /import/{id}/store", at+"/store", http.StatusUnprocessableEntity, object{}, nil) // no product
	look := w.get("platform", "/import/{id}", at)["look"].(object)
	if columns := look["columns"].([]any); len(columns) != 5 {
		w.t.Fatalf("%v", look)
	}
	m := w.post("platform", "/import/{id}", at, object{"columns": object{"1": "text", "4": ""}, "is": object{"rating": "3"},
		"answers": object{"scale": "skip"}, "keyword": "插座", "product": "五孔插座", "shop": "甲店", "region": "上海", "profile": "",
		"keep": "甲店导出", "do": ""})
	if m["location"] != apiRoot+at+"/preview" {
		w.t.Fatalf("%v", m)
	}
	rows := w.get("platform", "/import/{id}/preview", at+"/preview")["rows"].([]any)
	if r := rows[1].(object); r["text"] != "漏电" || r["rating"] != 1.0 || r["product"].(object)["name"] != "五孔插座" {
		w.t.Errorf("%v", rows)
	}
	j := w.post("platform", "/import/{id}/store", at+"/store", nil)
	w.wait(w.t)
	done := w.get("platform", "/jobs/{id}", strings.TrimPrefix(j["location"].(string), apiRoot))
	run := done["state"].(object)["next"].(string)
	if d := w.get("bureau", "/runs/{id}", run); d["undoable"] != true || d["import"].(object)["accepted"] != 2.0 {
		w.t.Errorf("%v", d)
	}
	w.post("platform", "/runs/{id}/undo", run+"/undo", nil)
	w.wait(w.t)
	if d := w.get("bureau", "/runs/{id}", run); d["undoable"] != false || d["undone"].(object)["reviews"] != 2.0 {
		w.t.Errorf("%v", d)
	}
	w.do("platform", "POST /runs/{id}/undo", run+"/undo", http.StatusUnprocessableEntity, nil, nil)
	w.post("platform", "/import/profiles", "/import/profiles", object{"name": "甲店导出", "rename": "甲店"})
	if list := w.get("platform", "/import/profiles", "/import/profiles")["profiles"].([]any); list[0].(object)["name"] != "甲店" {
		w.t.Errorf("%v", list)
	}
	w.post("platform", "/import/profiles", "/import/profiles", object{"name": "甲店", "remove": true})
}

// sample plans a sample, reads a review of it and asks what follows.
func (w *apiWalker) sample(period string) {
	w.t.Helper()
	w.post("platform", "/review/sample", "/review/sample", object{"period": "2026-11", "interval": 4})
	page := w.get("platform", "/review/sample", "/review/sample"+period)
	reviews := page["reviews"].([]any)
	if len(page["sentences"].([]any)) != 1 || len(reviews) != 1 || page["progress"].(object)["total"] != 4.0 || page["margin"] != 0.04 {
		w.t.Fatalf("%v", page)
	}
	card := reviews[0].(object)
	read := object{"period": "2026-11", "id": card["id"], "verdict": "problem", "marks": []string{"0-9"}, "back": "/review/sample"}
	w.post("platform", "/review/read", "/review/read", read)
	if page := w.get("platform", "/review/sample", "/review/sample"+period); page["progress"].(object)["done"] != 1.0 {
		w.t.Errorf("%v", page)
	}
	w.post("platform", "/review/read", "/review/read", object{"period": "2026-11", "id": card["id"], "verdict": "none"})
	if lines := w.get("bureau", "/quality", "/quality"+period)["statement"].([]any); len(lines) == 0 {
		w.t.Error("nothing is said of the numbers")
	}
}

// tables asks for every table, sorted and filtered by each of its columns, and
// for its files: whoever keeps the rows knows all columns that the page names.
func (w *apiWalker) tables() {
	w.t.Helper()
	tables := 0
	for _, r := range w.routes {
		if !strings.Contains(r.in, tableFields) {
			continue
		}
		tables++
		who := map[bool]string{true: "bureau", false: "admin"}[slices.Contains(r.roles, station.RoleBureau)]
		others, own := "", strings.TrimSuffix(strings.Replace(r.in, tableFields, "", 1), " ")
		for name := range strings.FieldsSeq(own) {
			name, _, _ = strings.Cut(name, ":")
			others += "&" + name + "=" + map[string]string{"period": "2026-11", "state": "all", "watch": "0", "before": "0", "as": "table"}[name]
		}
		ask := func(state string) object {
			page := w.get(who, r.pattern, r.pattern+"?"+strings.TrimPrefix(others+state, "&"))
			if view, ok := page["list"].(object); ok && r.pattern == "/board" {
				return view
			}
			return page["table"].(object)
		}
		all := ask("&q=&page=1&size=20")
		if all["size"] != 20.0 && r.pattern != "/review" {
			w.t.Errorf("%s: %v", r.pattern, all)
		}
		var keys []string
		for _, c := range all["columns"].([]any) {
			c := c.(object)
			key := c["key"].(string)
			keys = append(keys, key)
			if c["sortable"] != true {
				continue
			}
			filter := url.QueryEscape("filter["+key+"]") + "=no-such-value"
			switch c["kind"] {
			case "number":
				filter = url.QueryEscape("filter["+key+".from]") + "=1e15"
			case "date":
				filter = url.QueryEscape("filter["+key+".from]") + "=2099-01-01"
			case "choice":
				filter = "q=no-such-value"
				if list := c["choices"].([]any); len(list) > 0 {
					filter += "&" + url.QueryEscape("filter["+key+"]") + "=" + url.QueryEscape(list[0].(object)["value"].(string))
				}
			}
			for _, sort := range []string{key, "-" + key} {
				if sorted := ask("&sort=" + sort); sorted["ignored"] != nil || sorted["total"] != all["total"] {
					w.t.Errorf("%s by %s: %v", r.pattern, sort, sorted)
				}
			}
			if none := ask("&" + filter); none["ignored"] != nil || none["total"] != 0.0 {
				w.t.Errorf("%s with %s: %v", r.pattern, filter, none)
			}
		}
		if behind := ask("&page=99"); behind["ignored"] != nil || behind["page"] != 99.0 || behind["total"] != all["total"] {
			w.t.Errorf("%s: %v", r.pattern, behind)
		}
		for _, wrong := range []string{
			"columns=" + keys[0] + "&columns=gone", "sort=-gone", "page=0", "page=abc", "page=1&page=2", "size=1000", "size=x", "peroid=2026-10",
			"filter[gone]=x", "filter[" + keys[0] + "=x", "filter[" + keys[0] + "].from=1", "filter[" + keys[0] + "]=a&filter[" + keys[0] + "]=b", "a;b",
		} {
			path := r.pattern + "?" + strings.ReplaceAll(strings.ReplaceAll(wrong, "[", "%5B"), "]", "%5D")
			w.do(who, r.method+" "+r.pattern, path+others, http.StatusUnprocessableEntity, nil, nil)
			if !strings.HasPrefix(wrong, "page") && !strings.HasPrefix(wrong, "size") {
				file := strings.Replace(path+strings.NewReplacer("&as=table", "", "&after=", "").Replace(others)+"&format=csv", r.pattern, r.pattern+"/export", 1)
				w.do(who, r.method+" "+r.pattern+"/export", file, http.StatusUnprocessableEntity, nil, nil)
			}
		}
		file := r.pattern + "/export?" + strings.TrimPrefix(strings.Replace(others, "&as=table", "", 1), "&") + "&q=&sort=&columns=" + strings.Join(keys, "&columns=") +
			"&" + url.QueryEscape("filter["+keys[0]+"]") + "="
		file = strings.Replace(file, "&after=", "", 1)
		for _, format := range tableFormats() {
			w.get(who, r.pattern+"/export", file+"&format="+format)
		}
		w.do(who, "GET "+r.pattern+"/export", file+"&format=exe", http.StatusUnprocessableEntity, nil, nil)
	}
	if tables != len(tableNames()) {
		w.t.Errorf("%d tables are routes, %d have views", tables, len(tableNames()))
	}
}

func (w *apiWalker) get(who, route, path string) map[string]any {
	w.t.Helper()
	return w.do(who, "GET "+route, path, http.StatusOK, nil, nil)
}

func (w *apiWalker) post(who, route, path string, body map[string]any) map[string]any {
	w.t.Helper()
	return w.do(who, "POST "+route, path, http.StatusOK, body, nil)
}

type object = map[string]any

// Every route that programs may ask for, with all its fields: what is sent and
// what comes back is as the document says.
func TestEveryRouteForPrograms(t *testing.T) {
	for _, kind := range []string{"text/html", "text/calendar", "text/event-stream"} {
		openapi3filter.RegisterBodyDecoder(kind, openapi3filter.FileBodyDecoder)
	}
	document, err := OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err == nil {
		err = doc.Validate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	h := open(t)
	h.mined(t, 3)
	w := &apiWalker{house: h, t: t, doc: doc, tokens: map[string]string{}, covered: map[string]bool{}, used: map[string]bool{}}
	for _, who := range people[1:] {
		w.tokens[who] = h.token(t, who, allPermits(who)...)
	}
	const period = "?period=2026-11"

	w.get("platform", "/{$}", "/"+period)
	w.get("association", "/{$}", "/")
	watch := object{"version": 0, "name": "小家电", "keywords": []string{"电热水壶", "插座"}, "sets": []string{"安全核心"}, "terms": []string{"漏电"}, "sources": []string{"shop"}}
	h.shop(t)
	w.post("platform", "/watches/{id}", "/watches/new", watch)
	if stored, err := h.Station.Watch(t.Context(), 1); err != nil || !slices.Equal(stored.Keywords, []string{"电热水壶", "插座"}) || !slices.Equal(stored.Sources, []string{"shop"}) ||
		!slices.Equal(stored.Terms, []string{"安全核心", "漏电"}) {
		t.Fatalf("%+v %v", stored, err)
	}
	w.get("bureau", "/watches", "/watches")
	w.get("centre", "/watches/{id}", "/watches/1")
	watch["version"] = 1
	w.post("platform", "/watches/{id}", "/watches/1", watch)
	watch["keywords"] = []string{"充电器"}
	if p := w.do("platform", "POST /watches/{id}", "/watches/1", http.StatusConflict, watch, nil); p["version"] != 2.0 || len(p["differences"].([]any)) != 1 {
		t.Errorf("a conflict: %v", p)
	}
	if p := w.do("platform", "POST /watches/{id}", "/watches/new", http.StatusUnprocessableEntity, object{"name": "x", "keywords": []string{"y"}, "sources": []string{"nowhere"}}, nil); !strings.Contains(p["title"].(string), "nowhere") || p["detail"] == "" {
		t.Errorf("a bad site: %v", p)
	}
	collected := w.post("platform", "/watches/{id}/collect", "/watches/1/collect", object{"period": "2026-11", "full": true})
	h.wait(t)
	if collected["location"] != apiRoot+"/jobs/1" {
		t.Errorf("%v", collected)
	}
	w.get("admin", "/jobs/{id}", "/jobs/1")
	w.get("admin", "/jobs/{id}/events", "/jobs/1/events")
	w.post("platform", "/jobs/{id}/cancel", "/jobs/1/cancel", nil)
	w.get("platform", "/import", "/import")
	w.do("platform", "POST /import", "/import", http.StatusOK, object{"profile": "standard", "keyword": "插座"}, map[string]string{
		"file": "商品编号,评论时间,评分,评论内容\n插座A,2026-11-01,5,很好用\n", "products": "商品编号,商品名称\n插座A,五孔插座\n"})
	h.wait(t)
	imported := w.get("platform", "/jobs/{id}", "/jobs/2")["state"].(object)["result"].(object)["import"].(object)
	if imported["file"] != "file.csv" || imported["accepted"] != 1.0 {
		t.Errorf("%v", imported)
	}
	w.post("platform", "/mine", "/mine", object{"period": "2026-11", "n": 1})
	h.wait(t)
	w.get("admin", "/runs", "/runs")
	w.importInSteps()
	w.get("platform", "/pictures/{id}", "/pictures/"+h.pictured(t)+"?size=small")

	list := w.get("platform", "/review", "/review"+period+"&state=all&grade=negative&term=&keyword=&after=")["sentences"].([]any)
	if len(list) != 3 {
		t.Fatalf("%d sentences", len(list))
	}
	first := list[0].(object)
	w.post("platform", "/review/judge", "/review/judge", object{"period": "2026-11", "id": first["id"], "verdict": "rejected", "note": "别的东西", "back": "/review"})
	if left := w.get("platform", "/review", "/review"+period)["sentences"].([]any); first["same"] != 3.0 || len(left) != 0 {
		t.Errorf("%d sentences are left, %v said the same", len(left), first["same"])
	}
	w.post("platform", "/review/judge", "/review/judge", object{"period": "2026-11", "id": first["id"], "verdict": "none", "note": "别的东西"})
	w.post("platform", "/review/judge", "/review/judge", object{"period": "2026-11", "id": first["id"], "reason": "other_goods"})
	w.post("platform", "/review/judge", "/review/judge", object{"period": "2026-11", "id": first["id"], "verdict": "none"})
	w.sample(period)
	const asked = "from=2026-10-01&to=2026-11-24&rows=term&cols=shop&count=affirmed&compare=&platform=&keyword=&term=&hazard=&region=&province=&district=&span=&shop="
	w.get("bureau", "/analysis", "/analysis?"+asked+"&q=&sort=-total&columns=key,total&filter[key]=&page=1&size=20")
	w.get("bureau", "/analysis/data", "/analysis/data?"+asked)
	w.get("bureau", "/analysis/export", "/analysis/export?"+asked+"&format=csv&q=&sort=-total&columns=key&filter[key]=")
	w.get("bureau", "/analysis/sentences", "/analysis/sentences?"+asked)
	w.get("bureau", "/trends", "/trends?n=6&keyword=&hazard=&count=affirmed")
	w.get("bureau", "/trends/data", "/trends/data?n=6&keyword=&hazard=&count=affirmed")
	w.get("bureau", "/products", "/products"+period+"&term=&keyword=")
	product := "?" + url.Values{"platform": {"mall"}, "id": {`A"<b>`}}.Encode()
	w.get("bureau", "/product", "/product"+product+"&period=2026-11&term=")
	w.get("bureau", "/product/data", "/product/data"+product)

	if _, err := h.Station.Raise(t.Context(), chaping.Period{Year: 2026, Month: time.November}, 3, map[string]json.RawMessage{"e": json.RawMessage(`{"key":"e","name":"起火","products":[{"name":"壶"}],"evidence":[{"sentence":"起火了"}]}`)}, []string{"e"}, func(station.Urgent) []station.Message { return nil }); err != nil {
		t.Fatal(err)
	}
	w.get("centre", "/urgent", "/urgent?page=1&older=1")
	w.post("platform", "/urgent/{id}", "/urgent/1", object{"decision": "confirm", "reason": "电话核实"})
	if m := w.post("platform", "/urgent/many", "/urgent/many", object{"ids": []any{"1"}, "reason": "刷单", "back": "/urgent"}); m["message"] != "已排除 0 条；1 条没有办，因为已有人作了别的决定，或已不在" {
		t.Error(m)
	}

	w.get("association", "/urgent/new", "/urgent/new")
	written := object{"station": 3, "trigger": 1, "product": "电热水壶", "event": "漏电伤人", "place": "上海", "companies": "某厂", "harm": "一人", "spread": "不详", "content": "手柄漏电", "measures": "停售", "advice": "召回", "source": "检测", "filler": "王五", "phone": "021", "found": "2026-11-24T08:00"}
	if p := w.do("association", "POST /urgent/new", "/urgent/new", http.StatusUnprocessableEntity, plus(written, "trigger", 9), nil); p["title"] != "没有选择情形" {
		t.Errorf("%v", p)
	}
	if m := w.post("centre", "/urgent/new", "/urgent/new", written); m["location"] != apiRoot+"/urgent/2" {
		t.Errorf("%v", m)
	}
	if u := w.get("bureau", "/urgent/{id}", "/urgent/2"); int(u["took_hours"].(float64)) != 25 {
		t.Errorf("%v", u)
	}
	w.get("bureau", "/urgent/{id}/download", "/urgent/2/download?format=docx")
	w.post("centre", "/urgent/{id}/push", "/urgent/2/push", nil)
	w.get("centre", "/urgent", "/urgent")

	w.get("centre", "/lexicon", "/lexicon?q=漏&field=&hazard=&only=")
	w.get("centre", "/lexicon/term", "/lexicon/term?name=漏电&surface=电到我了&note=")
	w.get("centre", "/lexicon/coverage", "/lexicon/coverage"+period)
	term := object{"name": "冒蓝光", "surfaces": []string{"冒着蓝光"}, "field": "本站", "hazard": "", "severity": 2, "removed": false}
	preview := w.post("platform", "/lexicon/preview", "/lexicon/preview", plus(term, "period", "2026-11"))
	h.wait(t)
	w.get("platform", "/lexicon/preview/{id}", fmt.Sprintf("/lexicon/preview/%v", preview["job"].(object)["id"]))
	w.post("platform", "/lexicon/term", "/lexicon/term", plus(term, "base", 0, "new", true, "note", "新说法"))
	h.wait(t)
	w.get("centre", "/lexicon/learning", "/lexicon/learning")
	w.get("centre", "/lexicon/versions", "/lexicon/versions?a=0&b=1")

	sheet := w.get("platform", "/sheets", "/sheets"+period+"&watch=0")
	w.get("platform", "/sheets/preview", "/sheets/preview"+period+"&watch=0&name=&version=0")
	freeze := object{"period": "2026-11", "watch": 0, "name": "", "version": 0, "hash": sheet["hash"], "reason": "", "decided": ""}
	w.do("platform", "POST /sheets/freeze", "/sheets/freeze", http.StatusConflict, plus(freeze, "hash", "0"), nil)
	w.post("platform", "/sheets/freeze", "/sheets/freeze", freeze)
	frozen := object{"period": "2026-11", "watch": 0, "name": "", "version": 1}
	w.get("platform", "/sheets/download", "/sheets/download"+period+"&watch=0&name=&version=1&format=json")
	w.post("platform", "/sheets/submit", "/sheets/submit", frozen)
	w.do("platform", "POST /sheets/push", "/sheets/push", http.StatusUnprocessableEntity, frozen, nil) // no centre
	if err := h.Station.SetCentre(t.Context(), station.Centre{URL: "http://127.0.0.1:1", Token: "chaping_secret"}); err != nil {
		t.Fatal(err)
	}
	w.post("platform", "/sheets/push", "/sheets/push", frozen)
	h.settle()
	if v := w.get("platform", "/sheets", "/sheets"+period)["versions"].([]any)[0].(object); v["push"].(object)["error"] == "" || v["sha256"] != sheet["hash"] {
		t.Errorf("%v", v)
	}
	form := object{"period": "2026-11", "station": 3, "version": 0, "filler": "王五", "phone": "021", "nothing": false, "product": []string{"壶", ""}, "companies": []string{"3", ""}, "region": []string{"上海", ""},
		"content": []string{"漏电", ""}, "analysis": []string{"绝缘", ""}, "advice": []string{"抽查", ""}, "source": []string{"检测", ""}, "kind": []string{"", ""}, "dangers": []string{"", ""}}
	w.post("association", "/form", "/form", plus(form, "do", "save"))
	if f := w.get("association", "/form", "/form"+period+"&station=3"); f["draft"].(object)["version"] != 1.0 || len(f["rows"].([]any)) != 2 {
		t.Errorf("%v", f)
	}
	if p := w.do("association", "POST /form", "/form", http.StatusConflict, plus(form, "do", "save", "filler", "赵六"), nil); p["version"] != 1.0 {
		t.Errorf("%v", p)
	}
	w.get("association", "/form/preview", "/form/preview"+period+"&station=3&version=0")
	w.post("association", "/form/preview", "/form/preview", plus(form, "version", 1))
	w.post("association", "/form/freeze", "/form/freeze", plus(form, "version", 1, "reason", "", "then", "submit"))
	w.post("association", "/form/submit", "/form/submit", object{"period": "2026-11", "station": 3, "version": 1})
	w.do("association", "POST /form/push", "/form/push", http.StatusUnprocessableEntity, object{"period": "2026-11", "version": 1}, nil) // another's installation
	if err := h.Station.Set(t.Context(), "home", "3"); err != nil {
		t.Fatal(err)
	}
	w.post("association", "/form/push", "/form/push", object{"period": "2026-11", "station": 3, "version": 1})
	h.settle()
	if err := h.Station.Set(t.Context(), "home", "10"); err != nil {
		t.Fatal(err)
	}
	w.get("association", "/form/download", "/form/download"+period+"&station=3&version=1&format=json")
	year := object{"year": 2026, "version": 0, "products": []string{"电热水壶"}, "texts": object{"1.1": "烧水的器具", "1.2": "多在浙江", "1.3": "不锈钢", "3.1": "绝缘不良", "3.2": "漏电"}}
	w.post("association", "/annual", "/annual", year)
	w.do("association", "POST /annual/lists", "/annual/lists", http.StatusOK, object{"year": 2026, "kind": "recall"}, map[string]string{"file": "产品名称,型号,生产企业,召回时间\n电热水壶,A1,某厂,2026-05-01\n"})
	w.do("association", "POST /annual/lists", "/annual/lists", http.StatusOK, object{"year": 2026, "kind": "recall", "remove": "1"}, map[string]string{"file": ""})
	w.post("association", "/annual/figures", "/annual/figures", object{"year": 2026})
	if a := w.get("association", "/annual", "/annual?year=2026"); a["written"].(object)["texts"].(object)["1.1"] != "烧水的器具" {
		t.Errorf("%v", a["written"])
	}
	w.get("association", "/annual/preview", "/annual/preview?year=2026&version=0")
	w.post("association", "/annual/preview", "/annual/preview", plus(year, "version", 1))
	w.post("association", "/annual/freeze", "/annual/freeze", plus(year, "version", 1, "reason", "", "then", ""))
	w.post("association", "/annual/submit", "/annual/submit", object{"year": 2026, "version": 1})
	w.get("association", "/annual/download", "/annual/download?year=2026&version=1&format=docx")
	w.get("association", "/calendar", "/calendar?year=2026")
	w.get("association", "/calendar.ics", "/calendar.ics?year=2026")

	w.do("association", "POST /inbox", "/inbox", http.StatusOK, object{"period": "2026-11", "name": "小家电", "version": 2}, map[string]string{"file": sheetA})
	w.do("association", "POST /inbox", "/inbox", http.StatusUnprocessableEntity, object{"period": "2026-11", "corrects": 99}, map[string]string{"file": sheetA + "\n"})
	handed := w.do("centre", "POST /inbox", "/inbox", http.StatusOK, object{"period": "2026-11", "station": 3, "about": "照片"}, map[string]string{"file": "x"})
	w.do("association", "POST /inbox", "/inbox", http.StatusUnprocessableEntity, object{"period": "2026-11"}, map[string]string{"file": "a,b\n"})
	w.get("bureau", "/inbox", "/inbox"+period)
	w.get("bureau", "/board", "/board"+period+"&hazard=electrical")
	w.get("bureau", "/board/data", "/board/data"+period)
	leads := w.get("bureau", "/board", "/board"+period)["leads"].([]any)
	lead := leads[0].(object)
	w.get("bureau", "/board/lead", "/board/lead"+period+"&id="+url.QueryEscape(lead["id"].(string)))
	w.post("centre", "/board/leads", "/board/leads", object{"period": "2026-11", "ids": []any{lead["id"]}, "do": "note", "note": "已联系", "assignee": 0, "back": "/board"})
	if p := w.do("centre", "POST /board/leads", "/board/leads", http.StatusConflict, object{"period": "2026-11", "ids": []any{lead["id"]}, "do": "dismiss", "note": "重复"}, nil); p["version"] != 1.0 {
		t.Errorf("%v", p)
	}
	lead = w.get("bureau", "/board", "/board"+period)["leads"].([]any)[0].(object)
	w.get("bureau", "/board/lead", "/board/lead?number=1")
	w.post("centre", "/inbox/urge", "/inbox/urge", object{"period": "2026-10", "ids": []string{"4"}, "note": "请尽快", "back": "/inbox"})
	w.get("centre", "/board/download", "/board/download"+period+"&format=json")
	w.get("centre", "/cases/{id}", "/cases/new"+period+"&product=电热水壶&hazard=electrical")
	w.get("centre", "/cases/{id}", "/cases/new"+period+"&leads="+url.QueryEscape(lead["id"].(string)))
	w.get("bureau", "/submissions/{id}", fmt.Sprintf("/submissions/%v", handed["id"]))
	w.do("bureau", "GET /submissions/{id}", fmt.Sprintf("/submissions/%v?format=docx", handed["id"]), http.StatusUnprocessableEntity, nil, nil) // a picture
	w.do("association", "POST /inbox", "/inbox", http.StatusOK, object{"form": "urgent", "period": "2026-11"}, map[string]string{"file": `{"form":"urgent","keyword":"壶","name":"起火","trigger":1,"why":"起火了","found":"2026-11-24 08:00","filler":"王五"}`})
	w.post("centre", "/bulletins", "/bulletins", object{"kind": "feedback", "station": 3, "title": "收到", "content": "已采纳"})
	w.get("association", "/bulletins", "/bulletins")
	w.do("association", "POST /comments", "/comments", http.StatusOK, object{"kind": "bulletin", "subject": "2", "content": "收到", "station": "3", "back": "/bulletins"}, map[string]string{"file": "说明\n"})
	w.post("association", "/bulletins/{id}/note", "/bulletins/2/note", nil)
	if b := w.get("centre", "/bulletins/{id}", "/bulletins/2"); len(b["noted"].([]any)) != 1 || len(b["talk"].(object)["comments"].([]any)) != 1 {
		t.Errorf("%v", b)
	}
	if x := w.post("association", "/exchange", "/exchange", object{"known": ""}); len(x["items"].([]any)) == 0 {
		t.Errorf("%v", x)
	}
	w.post("association", "/exchange/answers", "/exchange/answers", object{"key": "abcdefgh", "kind": "bulletin", "subject": 2, "content": "知道了", "who": "王五", "noted": true})
	w.do("association", "POST /exchange/answers", "/exchange/answers", http.StatusOK, object{"key": "hgfedcba", "kind": "bulletin", "subject": "2", "content": "附上"}, map[string]string{"file": "整改\n"})
	w.do("association", "POST /exchange/attachments", "/exchange/attachments", http.StatusOK, object{"id": 1}, nil)
	w.get("platform", "/received", "/received")
	w.post("platform", "/received", "/received", nil)
	content := station.Attachment{Name: "说明.txt", Hash: fmt.Sprintf("%x", sha256.Sum256([]byte("说明\n"))), Data: []byte("说明\n")}
	taken := station.ExchangeItem{Kind: station.AboutBulletin, Number: 7, Bulletin: &station.Bulletin{Kind: station.General, Title: "通报"},
		Comments: []station.Comment{{Content: "附上", Attachments: []station.Attachment{content}}}}
	if err := h.Station.TakeIn(t.Context(), "https://centre.example", station.Exchange{Hash: "x", Items: []station.ExchangeItem{taken}}, nil); err != nil {
		t.Fatal(err)
	}
	if err := h.Station.PutContent(t.Context(), content); err != nil {
		t.Fatal(err)
	}
	w.get("platform", "/received/{id}/files/{sha256}", "/received/1/files/"+content.Hash)
	w.get("platform", "/received/{id}", "/received/1")
	w.do("platform", "POST /received/{id}", "/received/1", http.StatusOK, object{"content": "附上"}, map[string]string{"file": "整改\n"})
	w.post("platform", "/received/{id}", "/received/1", object{"content": "收到", "noted": true})
	w.get("bureau", "/comments", "/comments?kind=bulletin&subject=2")
	w.get("centre", "/attachments/{id}", "/attachments/1")
	w.post("centre", "/cases/{id}", "/cases/new", object{"version": 0, "urgent": 1, "period": "2026-11", "product": "电热水壶", "hazard": "electrical", "leads": lead["id"], "kind": "product", "title": "壶起火", "station": 10, "reporters": []string{"10"}, "lead": "评论", "responsible": "某厂", "deadline": "2026-12-05", "found": "2026-11-20T08:00", "judged": "", "warned": "", "disposed": "", "outcome": ""})
	w.get("bureau", "/cases", "/cases")
	w.get("bureau", "/cases/{id}", "/cases/1?urgent=0")
	w.post("platform", "/cases/{id}/notes", "/cases/1/notes", object{"measure": "停止销售", "done": true, "content": "已下架"})
	w.get("bureau", "/cases/{id}", "/cases/1")
	w.post("centre", "/assessment", "/assessment", object{"year": 2026, "timely": 1.5, "complete": 1, "leads": 1, "clean": 1, "target": 3})
	w.post("centre", "/assessment/rules", "/assessment/rules", object{"year": 2026, "since": "2026-10", "hours": 24, "stations": object{"3": "2026-11"}})
	if s, err := h.Station.Station(t.Context(), station.Everything(), 3); err != nil || s.Since != "2026-11" {
		t.Errorf("%+v %v", s, err)
	}
	w.get("association", "/assessment", "/assessment?year=2026")
	w.get("association", "/assessment.csv", "/assessment.csv?year=2026")

	w.post("admin", "/accounts", "/accounts", object{"name": "li", "person": "李四", "roles": []string{"platform"}, "station": 10})
	accounts := w.get("admin", "/accounts", "/accounts")["accounts"].([]any)
	var id any
	for _, a := range accounts {
		if a := a.(object); a["name"] == "li" {
			id = a["id"]
		}
	}
	w.get("admin", "/accounts/{id}", fmt.Sprintf("/accounts/%v", id))
	w.post("admin", "/accounts/{id}", fmt.Sprintf("/accounts/%v", id), object{"person": "李四", "roles": []string{"platform"}, "station": 10, "disabled": true, "version": 1})
	if a, err := h.Station.Account(t.Context(), "li", 0); err != nil || !a.Disabled {
		t.Errorf("%+v %v", a, err)
	}
	w.post("admin", "/accounts/{id}/reset", fmt.Sprintf("/accounts/%v/reset", id), nil)
	w.post("admin", "/stations/{id}", "/stations/3", object{"version": 1, "name": "上海市食品接触材料协会", "kind": "association", "status": "warned"})
	w.get("admin", "/stations", "/stations")
	w.get("admin", "/settings", "/settings")
	w.post("admin", "/settings", "/settings", object{"version": 0, "contact": "王五", "phone": "021", "page_days": 30, "pinned_days": 300})
	w.post("admin", "/settings/sites", "/settings/sites", object{"version": 1, "on": []string{"mall"}})
	w.get("admin", "/settings/sites/{name}", "/settings/sites/new?from=schema-org")
	own := w.get("admin", "/settings/sites/{name}", "/settings/sites/shop")["site"].(object)
	site := object{"name": "shop", "text": own["text"], "hash": own["hash"], "address": h.address(t) + "/search?q=%E6%8F%92%E5%BA%A7", "do": "try"}
	tried := w.post("admin", "/settings/sites/{name}/check", "/settings/sites/shop/check", site)
	if tried["good"] != true || len(tried["trial"].(object)["steps"].([]any)) == 0 {
		t.Errorf("a trial: %v", tried)
	}
	w.post("admin", "/settings/sites/{name}", "/settings/sites/new", object{
		"name": "myshop", "text": "extends: schema-org\nbase: https://shop.example.com\n", "hash": "", "address": ""})
	made := w.get("admin", "/settings/sites/{name}", "/settings/sites/myshop")["site"].(object)
	w.post("admin", "/settings/sites/{name}/delete", "/settings/sites/myshop/delete", object{"hash": made["hash"]})
	w.post("admin", "/settings/plans", "/settings/plans", object{"plan": "月报", "cron": "0 1 25 * *"})
	w.post("admin", "/settings/plans", "/settings/plans", object{"plan": "月报", "every": "week", "day": 1, "weekday": []string{"1"}, "at": "03:00", "step": 5, "off": true})
	w.post("admin", "/settings/run", "/settings/run", object{"plan": "发送通知"})
	h.settle()
	hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer hook.Close()
	channel := object{"was": "", "name": "值班", "type": "smtp", "events": []string{"urgent"}, "station": 3, "url": "", "secret": "", "server": "127.0.0.1:1", "tls": "none", "user": "", "password": "", "from": "a@b.example", "to": []string{"c@d.example"}, "remove": false}
	w.post("admin", "/settings/channels", "/settings/channels", channel)
	w.do("admin", "POST /settings/channels/test", "/settings/channels/test", http.StatusUnprocessableEntity, object{"name": "值班"}, nil) // nobody listens
	w.post("admin", "/settings/channels", "/settings/channels", plus(channel, "was", "值班", "type", "webhook", "url", hook.URL))
	w.post("admin", "/settings/channels/test", "/settings/channels/test", object{"name": "值班"})
	w.post("admin", "/settings/channels", "/settings/channels", plus(channel, "was", "值班", "remove", true))
	w.post("admin", "/settings/backups", "/settings/backups", object{})
	h.settle()
	backups, err := h.App.Backups(t.Context())
	if err != nil || len(backups) != 1 {
		t.Fatal(backups, err)
	}
	w.post("admin", "/settings/backups", "/settings/backups", object{"name": backups[0].Name, "restore": false})
	h.settle()
	w.get("bureau", "/audit", "/audit?q=令牌&before=0")
	w.tables()
	if found := w.get("bureau", "/search", "/search?q=漏电"); found["found"] == 0.0 {
		t.Errorf("%v", found)
	}
	w.get("bureau", "/audit.csv", "/audit.csv")
	w.get("admin", "/tokens", "/tokens")
	w.post("admin", "/tokens/{id}/revoke", "/tokens/2/revoke", nil)
	w.post("platform", "/watches/{id}/delete", "/watches/1/delete", object{"version": 2})

	h.decide(t)
	learning := w.post("platform", "/lexicon/learning/try", "/lexicon/learning/try", nil)["job"].(object)["id"]
	h.jobs.wait()
	if l := w.get("platform", "/lexicon/learning/try/{id}", fmt.Sprintf("/lexicon/learning/try/%v", learning))["learnt"].(object); l["better"] != true {
		t.Errorf("%v", l)
	}
	w.post("platform", "/lexicon/learning/preview", "/lexicon/learning/preview", object{"id": learning, "period": "2026-11"})
	h.jobs.wait()
	w.post("platform", "/lexicon/learning", "/lexicon/learning", object{"id": learning})
	h.jobs.wait()
	w.post("platform", "/lexicon/learning/revert", "/lexicon/learning/revert", object{"version": 1})
	h.jobs.wait()

	w.do("platform", "POST /review/judge/many", "/review/judge/many", http.StatusUnprocessableEntity, object{"period": "2026-11", "ids": []string{"gone"}, "verdict": "confirmed"}, nil)
	if m := w.post("platform", "/review/judge/many", "/review/judge/many", object{"period": "2026-11", "ids": []any{first["id"], "gone"}, "verdict": "", "reason": "service", "note": "快递", "back": "/review"}); m["message"] != "已排除：选中 1 条，连同样的句子共 3 条；1 条没有办，因为已不在这一期里" {
		t.Errorf("%v", m)
	}
	w.post("platform", "/review/judge/many", "/review/judge/many", object{"period": "2026-11", "ids": []any{first["id"]}, "verdict": "none"})
	terms := object{"base": w.get("platform", "/lexicon", "/lexicon")["changes"].(object)["version"], "names": []string{"漏电", "起火", "没有的词"}, "do": "disable", "note": "试试", "back": "/lexicon?only=removed"}
	if m := w.post("platform", "/lexicon/switch", "/lexicon/switch", terms); !strings.Contains(m["message"].(string), "停用 2 个词条；1 个没有停用") {
		t.Errorf("%v", m)
	}
	h.jobs.wait()
	w.do("platform", "POST /lexicon/switch", "/lexicon/switch", http.StatusConflict, plus(terms, "do", "enable"), nil) // of an earlier version
	if l := w.get("platform", "/lexicon", "/lexicon?only=removed"); l["total"] != 2.0 {
		t.Errorf("%v", l["total"])
	}
	w.post("platform", "/lexicon/switch", "/lexicon/switch", plus(terms, "do", "enable", "base", terms["base"].(float64)+1))
	h.jobs.wait()

	source := sources(t)
	for _, r := range h.routes {
		route := r.method + " " + r.pattern
		for _, f := range r.fields() {
			read := `"` + f.name + `"`
			if prefix, family := strings.CutSuffix(f.kind, "*"); family {
				read = `"` + prefix
			}
			if !strings.Contains(source, read) {
				t.Errorf("%s declares %s, which nobody reads", route, f.name)
			}
		}
		if r.out == nil {
			continue
		}
		if !w.covered[route] {
			t.Errorf("%s was not asked for", route)
		}
		for _, f := range r.fields() {
			if !w.used[route+" "+f.name] {
				t.Errorf("%s was not asked for with %s", route, f.name)
			}
			if fieldNotes[f.name] == "" {
				t.Errorf("nobody says what %s means", f.name)
			}
		}
	}
	for what, secret := range map[string]string{"a password's hash": "$argon2", "a password": password, "a token": w.tokens["admin"], "the centre's token": "chaping_secret"} {
		if strings.Contains(w.said.String(), secret) {
			t.Errorf("%s came out", what)
		}
	}
	if n, _, err := h.Station.VerifyAudit(t.Context()); err != nil || n < 20 {
		t.Errorf("%d entries, %v", n, err)
	}
	entries, err := h.Station.Audit(t.Context(), station.AuditFilter{Text: "保存监测任务"})
	if err != nil || len(entries) != 2 || entries[0].Who != "程序 platform（令牌 1）" {
		t.Errorf("%+v %v", entries, err)
	}
}

// sources are the package's files with handlers.
func sources(t *testing.T) string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || name == "routes.go" || name == "field_notes.go" {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	return all.String()
}

// What is not there yet is promised, in the way that the document says.
func TestProgramsAskAgain(t *testing.T) {
	h := open(t)
	answer := h.slow()
	r := h.send(program(h.token(t, "platform", station.PermitRead), "GET", "/review?period=2026-11", nil, nil))
	answer()
	var m moved
	if err := json.Unmarshal(r.Body.Bytes(), &m); err != nil || r.Code != http.StatusAccepted || r.Header().Get("Retry-After") == "" || m.Location != apiRoot+"/review?period=2026-11" || !strings.Contains(m.Message, "正在读取") {
		t.Errorf("%d %s", r.Code, r.Body)
	}
}

// plus is a copy of an object with more members.
func plus(o object, pairs ...any) object {
	c := object{}
	for name, v := range o {
		c[name] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		c[pairs[i].(string)] = pairs[i+1]
	}
	return c
}

// The document is read by others: a change of it must be meant.
func TestOpenAPIDocument(t *testing.T) {
	got, err := makeOpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	const golden = "openapi.json"
	if *update {
		var packed bytes.Buffer
		w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err == nil {
			_, err = w.Write(got)
		}
		if err == nil {
			err = w.Close() // writes the end
		}
		if err := errors.Join(err, os.WriteFile(golden, got, 0o644), os.WriteFile(golden+".gz", packed.Bytes(), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	served, err := OpenAPI()
	if err != nil || !*update && !bytes.Equal(served, want) { // what was embedded when the test was compiled
		t.Errorf("openapi.json.gz holds another document than openapi.json: %v", err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the OpenAPI document has changed; if that is meant: go test ./web -run OpenAPIDocument -update, and see the difference")
	}
	doc, err := openapi3.NewLoader().LoadFromData(got)
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	for schema, ref := range doc.Components.Schemas {
		for p := range ref.Value.Properties {
			if !name.MatchString(p) {
				t.Errorf("%s.%s: a field without a json tag?", schema, p)
			}
			if strings.Contains(p, "password") || strings.Contains(p, "secret") {
				t.Errorf("%s.%s comes out", schema, p)
			}
		}
	}
}

// What lets a program in, and what does not.
func TestTokensAtTheGate(t *testing.T) {
	h := open(t)
	body := func(r *httptest.ResponseRecorder) (p problem) {
		t.Helper()
		if kind := r.Header().Get("Content-Type"); kind != "application/problem+json" {
			t.Errorf("%d %s %s", r.Code, kind, r.Body)
		}
		if err := json.Unmarshal(r.Body.Bytes(), &p); err != nil || p.Status != r.Code || p.Title == "" || p.Detail == "" {
			t.Errorf("%s: %v", r.Body, err)
		}
		return p
	}
	read, write, admin := h.token(t, "platform", station.PermitRead), h.token(t, "platform", station.PermitWrite), h.token(t, "admin", station.PermitRead, station.PermitAdmin)
	if r := h.send(program(read, "GET", "/watches", nil, nil)); r.Code != http.StatusOK {
		t.Fatal(r.Code, r.Body)
	}
	// A session is for pages, a token for programs.
	cookie := program("", "GET", "/watches", nil, nil)
	cookie.AddCookie(h.cookies["platform"])
	if r := h.send(cookie); r.Code != http.StatusUnauthorized || r.Header().Get("WWW-Authenticate") == "" {
		t.Error("a session opens the API:", r.Code)
	}
	page := httptest.NewRequest("GET", "http://portal.example/watches", nil)
	page.Header.Set("Authorization", "Bearer "+read)
	if r := h.send(page); r.Code != http.StatusSeeOther {
		t.Error("a token opens pages:", r.Code)
	}
	for name, c := range map[string]struct {
		r    *http.Request
		code int
	}{
		"no scope":          {program(read, "POST", "/mine", object{}, nil), 403},
		"no scope to read":  {program(write, "GET", "/watches", nil, nil), 403},
		"another role":      {program(admin, "GET", "/watches", nil, nil), 403},
		"no role for it":    {program(read, "GET", "/accounts", nil, nil), 403},
		"another's reviews": {program(h.token(t, "foreign", station.PermitRead), "GET", "/watches", nil, nil), 403},
		"no such path":      {program(read, "GET", "/nowhere", nil, nil), 404},
		"no page of people": {program(admin, "GET", "/me", nil, nil), 404},
		"no token by token": {program(admin, "POST", "/tokens", object{"name": "x", "role": "admin", "scopes": []string{"admin"}}, nil), 405},
		"not JSON":          {program(write, "POST", "/mine", nil, map[string]string{"file": "x"}), 415},
		"an unknown member": {program(write, "POST", "/mine", object{"perod": "2026-11"}, nil), 422},
		"a missing member":  {program(write, "POST", "/watches/new", object{"name": "x"}, nil), 422},
		"a member's type":   {program(write, "POST", "/mine", object{"n": "1"}, nil), 422},
		"an odd number":     {program(write, "POST", "/mine", object{"n": 7}, nil), 422},
		"a list of numbers": {program(write, "POST", "/watches/new", object{"name": "x", "keywords": []int{1}}, nil), 422},
		"a huge body":       {program(write, "POST", "/mine", object{"period": strings.Repeat("x", maxForm)}, nil), 413},
		"a page of a browser": {func() *http.Request {
			r := program(write, "POST", "/mine", object{}, nil)
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			return r
		}(), 403},
	} {
		r := h.send(c.r)
		if body(r); r.Code != c.code {
			t.Errorf("%s: %d %s", name, r.Code, r.Body)
		}
	}
	if r := h.send(program("", "GET", "/openapi.json", nil, nil)); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), `"openapi": "3.0.3"`) {
		t.Error("the document is not for everybody:", r.Code)
	}
	twice := httptest.NewRequest("POST", "http://portal.example"+apiRoot+"/mine", strings.NewReader(`{"n":1,"n":2}`))
	twice.Header.Set("Content-Type", "application/json")
	twice.Header.Set("Authorization", "bearer "+write)
	if r := h.send(twice); r.Code != http.StatusBadRequest {
		t.Error("a member twice:", r.Code)
	}
	// Revoked, and expired.
	if _, err := h.Station.RevokeToken(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	if r := h.send(program(write, "POST", "/mine", object{}, nil)); body(r).Status != http.StatusUnauthorized {
		t.Error("revoked:", r.Code)
	}
	list, err := h.Station.Tokens(t.Context())
	if err != nil || list[len(list)-1].Used == nil || list[len(list)-2].Revoked == nil {
		t.Errorf("%+v %v", list, err)
	}
	// Failures are counted; who is right gets in all the same.
	code := 0
	for range 10 {
		r := h.send(program("chaping_wrong", "GET", "/watches", nil, nil))
		body(r)
		code = r.Code
	}
	if code != http.StatusTooManyRequests {
		t.Error("guessing goes on:", code)
	}
	if r := h.send(program(read, "GET", "/watches", nil, nil)); r.Code != http.StatusOK {
		t.Error("one program locks out another:", r.Code)
	}
	*h.now = h.now.AddDate(0, 2, 0)
	if r := h.send(program(read, "GET", "/watches", nil, nil)); r.Code != http.StatusUnauthorized {
		t.Error("expired:", r.Code)
	}
}
