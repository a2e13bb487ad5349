package crawler

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"github.com/tidwall/gjson"
)

func TestParseLiteral(t *testing.T) {
	for in, want := range map[string]string{
		`{"a":[1,-2.5e3,"x",true,null]};rest`:                    `{"a":[1,-2.5e3,"x",true,null]}`,
		`{a:1,'b':"2",$c_1:.5,4:5.,}`:                            `{"a":1,"b":"2","$c_1":0.5,"4":5}`,
		`{a:undefined,b:!0,c:!1,d:void 0,e:NaN,}`:                `{"a":null,"b":true,"c":false,"d":null,"e":null}`,
		"{ // note\n a: /* x */ `多\n行`, }":                       `{"a":"多\u000a行"}`,
		`{a:'it\'s \x41\u00e9\u{1F600}\ud83d\ude00\/ "q"\n'}`:    `{"a":"it's Aé😀😀/ \"q\"\u000a"}`,
		`{a:JSON.parse("{\"b\":[1]}"),c:new Date("2026-11-05")}`: `{"a":{"b":[1]},"c":"2026-11-05"}`,
		`JSON.parse(decodeURIComponent("%7B%22a%22%3A1%7D"))`:    `{"a":1}`,
		`JSON.parse('{"a":"b\\"c"}')`:                            `{"a":"b\"c"}`,
		`{id:12345678901234567890,h:0x1F,e:""}`:                  `{"id":12345678901234567890,"h":31,"e":""}`,
		`({"":1})`:                                               `{"":1}`,
		`{a:f()}`:                                                ``,
		`{a:b}`:                                                  ``,
		`{a:1`:                                                   ``,
		`{a:"x`:                                                  ``,
		`{a:"x` + "\n" + `y"}`:                                   ``,
		"{a:`${x}`}":                                             ``,
		`{a:1n}`:                                                 ``,
		`[,]`:                                                    ``,
		`{"a":"\u12"}`:                                           ``,
		`{...x}`:                                                 ``,
		`{a(){}}`:                                                ``,
		``:                                                       ``,
		`"\`:                                                     ``,
		`JSON.parse("{")`:                                        ``,
		strings.Repeat("[", 600) + strings.Repeat("]", 600): ``,
	} {
		value, _, ok := parseLiteral(in)
		if ok != (want != "") || ok && value != want {
			t.Errorf("%s: %s %v, want %s", in[:min(len(in), 80)], value, ok, want)
		}
		if ok && !gjson.Valid(value) {
			t.Errorf("%s: no JSON", value)
		}
	}
}

func viewOfScripts(t testing.TB, page string) gjson.Result {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	view := viewScripts(doc.Selection)
	if !gjson.Valid(view) {
		t.Fatalf("the view is no JSON: %.200s", view)
	}
	return gjson.Parse(view)
}

// What storefronts write into their pages, in their notations.
func TestScriptViews(t *testing.T) {
	const list = `[{"id":"r1"},{"id":"r2"}]`
	quoted := string(appendString(nil, `{"list":`+list+`}`))
	flight := `0:["$","div",null,{"children":"$L1"}]` + "\n" + `2:T9,漏电了` + `1:["$","ul",null,{"list":` + list + `,"long":"$2"}]` + "\n" + `3:I["chunk"]` + "\n"
	for name, c := range map[string]struct{ page, path string }{
		"Next":                {`<script id="__NEXT_DATA__" type="application/json">{"props":{"pageProps":{"list":` + list + `}}}</script>`, "__NEXT_DATA__.props.pageProps.list"},
		"Next, app router":    {`<script>(self.__next_f=self.__next_f||[]).push([0])</script><script>self.__next_f.push([1,` + string(appendString(nil, flight[:40])) + `])</script><script>self.__next_f.push([1,` + string(appendString(nil, flight[40:])) + `])</script>`, "__next_f.**.list"},
		"window":              {`<script>window.__INITIAL_STATE__={"a":undefined,"list":` + list + `};(function(){var s;})()</script>`, "__INITIAL_STATE__.list"},
		"window in brackets":  {`<script>window["__APOLLO STATE__"] = {"list":` + list + `}</script>`, "__APOLLO STATE__.list"},
		"var":                 {`<script>var x = 1, eContext = {"list":` + list + `};</script>`, "eContext.list"},
		"JSON.parse":          {`<script>window.__DATA__ = JSON.parse(` + quoted + `);</script>`, "__DATA__.list"},
		"a string":            {`<script>window.__DATA__ = ` + quoted + `;</script>`, "__DATA__.list"},
		"an argument":         {`<script>App.boot({list:` + list + `})</script>`, "boot.list"},
		"pushed":              {`<script>dataLayer.push({event:"x"});dataLayer.push({list:` + list + `})</script>`, "dataLayer_2.list"},
		"JSON without a name": {`<script type="application/json"><!-- {"list":` + list + `} --></script>`, "json.list"},
		"escaped JSON":        {`<script type="application/json" id=d>{&quot;list&quot;:[{&quot;id&quot;:&quot;r1&quot;},{&quot;id&quot;:&quot;r2&quot;}]}</script>`, "d.list"},
		"an attribute":        {`<div id=app data-page='{"props":{"list":` + list + `}}'></div>`, "data-page.props.list"},
		"keys that change":    {`<script>var s={"q":{"e3b2ozl50cm":{"n":1},"e3b2ozl50cx":{"list":[]},"e3b2ozl50cz":{"list":` + list + `}}}</script>`, "s.q.**.list"},
		"members":             {`<script>var s={"x":{"list":[1]},"y":{"id":7,"sku":"K","list":` + list + `}}</script>`, "s.**(sku, id).list"},
		"behind a broken one": {`<script>var a={b:function(){return {c:1}}}, s={list:` + list + `}</script>`, "s.list"},
	} {
		view := viewOfScripts(t, c.page)
		got := newPath(c.path).get(view, func(r gjson.Result) bool { return len(r.Array()) > 0 })
		if len(got.Array()) != 2 || got.Get("1.id").String() != "r2" {
			t.Errorf("%s: %s leads to %s in %.300s", name, c.path, got.Raw, view.Raw)
		}
	}
	if got := newPath("__next_f.**.long").get(viewOfScripts(t, `<script>self.__next_f.push([1,`+string(appendString(nil, flight))+`])</script>`), anything); got.String() != "漏电了" {
		t.Errorf("a long text of the app router is %q", got.String())
	}
	if view := viewOfScripts(t, `<script type="text/template">var a={"b":1}</script><script type="application/ld+json">{"a":1}</script><script>if (a == [1]) {} else b => [2]; for(;;){}</script>`); len(view.Map()) != 0 {
		t.Errorf("read where no data are: %s", view.Raw)
	}
}

func TestPaths(t *testing.T) {
	v := gjson.Parse(`{"a":{"list":null,"b":{"list":[1],"x.y":2}},"d":{"c":{"list":[1,2]},"sku":1,"name":"n"}}`)
	for path, want := range map[string]string{
		"a.b.list": "[1]", "**.list": "[1]", "**.c.list": "[1,2]", "d.**.list": "[1,2]", "**(sku,name).name": "n", "**(sku,nothing).name": "",
		`**(x.y).list`: "[1]", "**": "", "a.**.nothing": "", "d.**(list)": "", "**(sku).**.list.#": "2",
	} {
		got := newPath(path).get(v, func(r gjson.Result) bool { return true })
		if text := got.String(); text != want && path != "**" && path != "d.**(list)" {
			t.Errorf("%s: %s, want %s", path, text, want)
		}
	}
}

// Pages made to wear a reader out are read in little time and memory, or not.
func TestHostileScripts(t *testing.T) {
	for name, script := range map[string]string{
		"a huge value":        `var a={"list":[` + strings.Repeat(`{"id":1,"t":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},`, 700_000) + `]}`,
		"deep":                `var a=` + strings.Repeat(`{"a":`, 1_000_000),
		"deep lists":          `var a=` + strings.Repeat(`[`, 5_000_000),
		"many beginnings":     strings.Repeat(`a={b:[`, 2_000_000),
		"values within texts": `a=["` + strings.Repeat(`b=[\"`, 2_000_000),
		"many open texts":     strings.Repeat(`a=["`, 2_000_000),
		"many values":         strings.Repeat(`a={b:1};`, 500_000),
		"many comments":       strings.Repeat(`a=/*`, 1_000_000),
	} {
		t.Run(name, func(t *testing.T) {
			v := scriptView{out: []byte("{"), count: map[string]int{}}
			v.script(script)
			if v.entries > maxScriptEntries {
				t.Errorf("%d entries", v.entries)
			}
		})
	}
}

func FuzzScript(f *testing.F) {
	f.Add(`window.__X__={"a":[1,'b',{c:!0}]};y("\u{41}")`)
	f.Add(`self.__next_f.push([1,"1:[\"$\",{\"list\":[{\"id\":1}]}]\n2:T3,abc"])`)
	f.Add(`a=JSON.parse(decodeURIComponent('%7B%7D'));b=new Date(1)`)
	f.Add("a={b:`x${1}`,c:/*")
	f.Fuzz(func(t *testing.T, s string) {
		v := scriptView{out: []byte("{"), count: map[string]int{}}
		v.script(s)
		view := string(append(v.out, '}'))
		if utf8.ValidString(s) && !gjson.Valid(view) {
			t.Errorf("no JSON: %q", view)
		}
		for _, row := range flightRows(s) {
			if !gjson.Valid(row) {
				t.Errorf("no JSON: %q", row)
			}
		}
	})
}

func FuzzPath(f *testing.F) {
	f.Add("a.**(b,c).d", `{"a":{"x":{"b":1,"c":2,"d":3}}}`)
	f.Add("**.**.**", `[[[{"a":1}]]]`)
	f.Fuzz(func(t *testing.T, p, text string) {
		if !validJSON(text) || strings.Count(p, "**") > 3 {
			return
		}
		_ = newPath(p).get(gjson.Parse(text), func(r gjson.Result) bool { return r.IsArray() }).String()
	})
}

// What an empty page looks like may be an element, a list or a value.
func TestShows(t *testing.T) {
	for _, c := range []struct {
		body string
		as   format
		spec spec
		want bool
	}{
		{`<p class=none>`, formatHTML, spec{css: ".none"}, true},
		{`<p>`, formatHTML, spec{css: ".none"}, false},
		{`{"none":true}`, formatJSON, spec{json: "none"}, true},
		{`{"none":false}`, formatJSON, spec{json: "none"}, false},
		{`{"none":["x"]}`, formatJSON, spec{json: "none"}, true},
		{`{"none":[]}`, formatJSON, spec{json: "none"}, false},
		{`{}`, formatJSON, spec{json: "none"}, false},
		{`<script>var s={"product":{"isNew":1}}</script>`, formatScript, spec{json: "s.**.isNew"}, true},
		{`<script>var s={"product":{}}</script><b id=none>`, formatScript, spec{css: "#none"}, true},
	} {
		n, err := parse(c.body, c.as, "")
		if err != nil {
			t.Fatal(err)
		}
		if got := c.spec.compile(c.as).shows(n); got != c.want {
			t.Errorf("%s: %v", c.body, got)
		}
	}
}

func TestAddressAndCount(t *testing.T) {
	p := page{url: &url.URL{Scheme: "http", Host: "x", Path: "/item/17.html"}, body: `<i class="star on"></i><i class="star on"></i><i class=star></i>`}
	n, err := p.node(formatHTML)
	if err != nil {
		t.Fatal(err)
	}
	for want, s := range map[string]spec{"17": {address: `/item/(\d+)`}, "2": {css: "i.on", count: true}, "0": {css: "i.off", count: true}, "": {address: `/goods/(\d+)`}} {
		if got, _ := s.compile(formatHTML).get(n); got != want {
			t.Errorf("%+v: %q, want %q", s, got, want)
		}
	}
	if (spec{css: "i"}).compile(formatHTML) == nil || (spec{count: true}).compile(formatHTML) != nil || (spec{address: "(", css: "a"}).compile(formatHTML) != nil {
		t.Error("what is taken for a field")
	}
}
