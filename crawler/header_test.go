package crawler

import (
	"strings"
	"testing"
)

func TestNextLink(t *testing.T) {
	for header, want := range map[string]string{
		`</a?p=2>; rel="next"`:                                    "/a?p=2",
		`<http://x/1>; rel=prev, <http://x/3>; rel=next`:          "http://x/3",
		`</a?x=1,2;3>; title="rel=\"next\", no"; rel="last NEXT"`: "/a?x=1,2;3",
		`</a>; rel="nextpage"`:                                    "",
		`</a>; rev=next`:                                          "",
		`</a>; crossorigin; rel=next`:                             "/a",
		`</a>;rel = next`:                                         "/a",
		`</a>; rel="ne`:                                           "",
		`<; rel=next`:                                             "",
		``:                                                        "",
		`no link at all; rel=next`:                                "",
		`</first>; rel="first"; </second>; rel="next"`:            "/second",
		`</a>; rel="prefetch",</b>;rel="next";foo="unterminated`: "/b",
	} {
		if got := nextLink([]string{header}); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	if got := nextLink([]string{"</a>; rel=first", "</b>; rel=next"}); got != "/b" {
		t.Errorf("of two headers: %q", got)
	}
}

func FuzzNextLink(f *testing.F) {
	f.Add(`</a?p=2>; rel="next", </b>; rel=last`)
	f.Add(`<a>;;;=",<b>;rel="\`)
	f.Fuzz(func(t *testing.T, header string) {
		if got := nextLink([]string{header}); !strings.Contains(header, got) {
			t.Errorf("%q is not in the header", got)
		}
	})
}
