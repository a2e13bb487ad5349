package crawler_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"chaping/crawler"
)

// sent is what a request sends, or why it is not one that sends this kind.
func sent(r *http.Request, kind string) (string, error) {
	body, err := io.ReadAll(r.Body)
	if got := r.Header.Get("Content-Type"); err == nil && (r.Method != http.MethodPost || got != kind) {
		err = fmt.Errorf("%s of %s", r.Method, got)
	}
	return string(body), err
}

// TestPost: lists that are asked for with POST, by page or by cursor, as a form or
// as JSON, are read to their end; what goes into them is written as it has to be.
func TestPost(t *testing.T) {
	list := longList{reviews: 95, limit: 99}
	ask := func(w http.ResponseWriter, r *http.Request, query url.Values) {
		r.URL.RawQuery = query.Encode()
		list.serve(w, r)
	}
	for _, c := range []struct {
		name, post, paging string
		serve              func(w http.ResponseWriter, r *http.Request) error
	}{
		{"a form", "item={product}&p={page}", "{total: total, limit: 20}", func(w http.ResponseWriter, r *http.Request) error {
			body, err := sent(r, "application/x-www-form-urlencoded")
			if err != nil {
				return err
			}
			query, err := url.ParseQuery(body)
			if err != nil || query.Get("item") != `1&"2` {
				return fmt.Errorf("%q: %v", body, err)
			}
			ask(w, r, query)
			return nil
		}},
		{
			"JSON with a query", `{"query": "query($of: ID!) { reviews(of: $of) { list { id } next } }", "variables": {"of": "{product}", "after": "{cursor}", "first": {size}}}`,
			"{cursor: next, size: 10}", func(w http.ResponseWriter, r *http.Request) error {
				body, err := sent(r, "application/json")
				if err != nil {
					return err
				}
				var q struct {
					Query     string
					Variables struct {
						Of, After string
						First     int
					}
				}
				if err := json.Unmarshal([]byte(body), &q); err != nil || q.Variables.Of != `1&"2` || q.Variables.First != 10 ||
					q.Query != "query($of: ID!) { reviews(of: $of) { list { id } next } }" {
					return fmt.Errorf("%s: %v", body, err)
				}
				ask(w, r, url.Values{"c": {q.Variables.After}})
				return nil
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite()
			s["/s"] = func(w http.ResponseWriter, r *http.Request) {
				if body, err := sent(r, "application/x-www-form-urlencoded"); err != nil || body != "q=%E5%A3%B6&n=1" {
					t.Errorf("search: %q, %v", body, err)
				}
				fmt.Fprint(w, `<li><a href="/p?id=1%26%222">一</a></li>`)
			}
			s["/r"] = func(w http.ResponseWriter, r *http.Request) {
				if err := c.serve(w, r); err != nil {
					t.Error(err)
					http.Error(w, err.Error(), http.StatusBadRequest)
				}
			}
			got := collect(t, s, strings.NewReplacer(
				"    url: /r?item={product}&p={page}\n", "    url: /r\n    post: '"+c.post+"'\n",
				"{total: total, limit: 6}", c.paging,
				"  url: /s?q={keyword}&p={page}\n", "  url: /s\n  post: q={keyword}&n={page}\n",
				"paging: {limit: 5, next: {css: a.next, attr: href}}", "paging: {limit: 1}",
			).Replace(smallProfile))
			if len(got.sink.reviews) != 95 || got.report.Gaps != 0 {
				t.Errorf("%d reviews: %+v", len(got.sink.reviews), got.report)
			}
		})
	}
}

// TestPostOfProfiles: what is to be sent is checked with the profile.
func TestPostOfProfiles(t *testing.T) {
	for name, c := range map[string]struct{ old, with, want string }{
		"no JSON":        {"    url: /r?item={product}&p={page}\n", "    url: /r\n    post: '{\"p\": {page}'\n", "不是正确的 JSON"},
		"no way on":      {"    url: /r?item={product}&p={page}\n", "    url: /r?item={product}\n    post: 'a=1'\n", "无法翻页"},
		"a next address": {"  url: /s?q={keyword}&p={page}\n", "  url: /s\n  post: q={keyword}&p={page}\n", "没有下一页的地址"},
		"no keyword":     {"  url: /s?q={keyword}&p={page}\n", "  url: /s\n  post: p={page}\n", "没有 {keyword}"},
		"JSON in GBK":    {"  url: /s?q={keyword}&p={page}\n", "  url: /s\n  charset: gbk\n  post: '{\"q\": \"{keyword}\", \"p\": {page}}'\n", "UTF-8"},
		"no link":        {"    url: /r?item={product}&p={page}\n", "    url: /r\n    post: 'a={link}&p={page}'\n", "没有配置 link"},
	} {
		_, err := crawler.LoadProfile("small", strings.NewReader(strings.Replace(smallProfile, c.old, c.with, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
