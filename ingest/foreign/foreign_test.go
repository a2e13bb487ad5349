package foreign

import (
	"strings"
	"testing"
)

func TestCharset(t *testing.T) {
	for name, bytes := range map[string]string{
		"gbk": "\xc2\xa9\xb5\xe7", "GB2312": "\xc2\xa9\xb5\xe7", "gb18030": "\xc2\xa9\xb5\xe7", " UTF-8 ": "漏电", "big5": "\xba\x7c\xb9\x71",
	} {
		e := Charset(name)
		if e == nil {
			t.Errorf("%s: unknown", name)
			continue
		}
		want := "漏电"
		if name == "big5" {
			want = "漏電"
		}
		if got, err := e.NewDecoder().String(bytes); err != nil || got != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if e := Charset("klingon"); e != nil {
		t.Errorf("%v", e)
	}
}

func TestJSONDepth(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "1": 0, "{}": 1, `{"a":[1,{"b":2}]}`: 3, `"[[["`: 0, `["\"[[", []]`: 2, "]]][": 0, strings.Repeat("[", 100_000): 100_000,
	} {
		if got := JSONDepth(text); got != want {
			t.Errorf("%.20q: %d, want %d", text, got, want)
		}
	}
}

func TestJSONParts(t *testing.T) {
	for text, want := range map[string][2]int{
		"": {0, 0}, `{"a":[1,{"b":2}],"c":3}`: {2, 2}, `"{,\",{"`: {0, 0}, `[{},{},{}]`: {3, 2},
	} {
		if objects, commas := JSONParts([]byte(text)); objects != want[0] || commas != want[1] {
			t.Errorf("%q: %d, %d, want %v", text, objects, commas, want)
		}
	}
}

func TestJSONP(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":1}`:                         `{"a":1}`,
		`cb({"a":1});`:                    `{"a":1}`,
		`/**/ jQuery_1.cb( {"a":")"} ) ;`: `{"a":")"} `,
		`/**/typeof cb === 'function' && cb({"a":1});`: `{"a":1}`,
	} {
		if got := UnwrapJSONP(text); strings.TrimSpace(got) != strings.TrimSpace(want) {
			t.Errorf("%s: %s", text, got)
		}
	}
}
