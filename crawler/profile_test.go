package crawler_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"chaping"
	"chaping/configs"
	"chaping/crawler"
)

func TestShippedProfiles(t *testing.T) {
	files, err := fs.Glob(configs.Files, "sites/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no profiles: %v", err)
	}
	for _, name := range files {
		file, err := configs.Files.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := crawler.LoadProfile(name, file); err != nil {
			t.Error(err)
		}
		_ = file.Close()
	}
}

// faults lists the input errors in an error.
func faults(err error) []*chaping.InputError {
	var one *chaping.InputError
	if list, ok := err.(interface{ Unwrap() []error }); ok {
		var out []*chaping.InputError
		for _, e := range list.Unwrap() {
			out = append(out, faults(e)...)
		}
		return out
	}
	if errors.As(err, &one) {
		return []*chaping.InputError{one}
	}
	return nil
}

func TestProfileErrors(t *testing.T) {
	edit := func(old, new string) string {
		if !strings.Contains(smallProfile, old) {
			t.Fatalf("the profile does not hold %q", old)
		}
		return strings.Replace(smallProfile, old, new, 1)
	}
	// lineOf is the line of the text in the small profile, which starts with
	// an empty line.
	lineOf := func(text string) int {
		before, _, ok := strings.Cut(smallProfile, text)
		if !ok {
			t.Fatalf("the profile does not hold %q", text)
		}
		return 1 + strings.Count(before, "\n")
	}
	for _, c := range []struct {
		name, profile string
		line          int
		field, says   string
	}{
		{"unknown key", edit("product:", "colour: red\nproduct:"), lineOf("product:"), "colour", "没有这个配置项"},
		{"unknown key inside", edit("    name: h1", "    nome: h1"), lineOf("    name: h1"), "nome", "没有这个配置项"},
		{"unknown key in a field", edit("{css: \"#id\"}", "{csss: \"#id\"}"), lineOf("{css: \"#id\"}"), "csss", "没有这个配置项"},
		{"bad selector", edit("name: h1", "name: h1[["), lineOf("name: h1"), "product.fields.name.css", "选择器无效"},
		{"bad selector in a challenge", edit("css: \"#captcha\"", "css: \"##\""), lineOf("css: \"#captcha\""), "challenge.1.css", "选择器无效"},
		{"bad expression", edit("{css: \"#id\"}", "{css: \"#id\", match: \"(\"}"), lineOf("{css: \"#id\"}"), "product.fields.id.match", "正则表达式无效"},
		{"missing step", edit("product:\n  fields:\n    id: {css: \"#id\"}\n    name: h1\n    price: .price\n", ""), 2, "product", "缺少步骤"},
		{"missing field", edit("    name: h1\n", ""), lineOf("  fields:\n    id"), "product.fields.name", "缺少"},
		{"missing date format", edit(", date: [\"2006-01-02 15:04:05\", \"2006-01-02\"]", ""), lineOf("      published"), "reviews.0.fields.published", "日期格式"},
		{"bad date format", edit("\"2006-01-02 15:04:05\"", "\"YYYY-MM-DD\""), lineOf("      published"), "reviews.0.fields.published.date", "不认识的日期格式"},
		{"bad platform", edit("id: small", "id: \"小\""), 2, "platform.id", "平台代号"},
		{"bad base", edit("http://127.0.0.1:1", "127.0.0.1"), 3, "base", "站点地址"},
		{"bad host", edit("base:", "hosts: [\"http://x/\"]\nbase:"), 3, "hosts.0", "主机名无效"},
		{"bad placeholder", edit("{keyword}&p={page}", "{keyword}&p={pgae}"), lineOf("  url: /s"), "search.url", "占位符 {pgae}"},
		{"no keyword in the search", edit("q={keyword}", "q=x"), lineOf("  url: /s"), "search.url", "{keyword}"},
		{"no way to turn pages", edit("?item={product}&p={page}", "?item={product}"), lineOf("    paging: {total"), "reviews.0.paging", "无法翻页"},
		{"bad rating rule", edit("search:", "rating: {version: x, max: 5, negative: 4, neutral: 2}\nsearch:"), lineOf("search:"), "rating", "评分规则无效"},
		{"robots ignored without leave", edit("delay: 0s", "robots: ignore"), lineOf("politeness"), "politeness.robots", "未经授权"},
		{"bad robots", edit("delay: 0s", "robots: maybe"), lineOf("politeness"), "politeness.robots", "只能是"},
		{"bad concurrency", edit("concurrency: 4", "concurrency: 0"), lineOf("politeness"), "politeness.concurrency", "同时请求数"},
		{"bad body limit", edit("body: 65536", "body: 12"), lineOf("limits"), "limits.body", "页面上限"},
		{"bad charset", edit("search:", "charset: klingon\nsearch:"), lineOf("search:"), "charset", "字符集"},
		{"bad renderer", edit("search:", "render: chrome\nsearch:"), lineOf("search:"), "render", "只能是 browser"},
		{"browser behind a proxy", edit("search:", "render: browser\nrequest: {proxy: \"${PROXY}\"}\nsearch:"), lineOf("search:"), "render", "代理"},
		{"bad format", edit("format: json", "format: xml"), lineOf("  - format"), "reviews.0.format", "不认识的格式"},
		{"css in JSON", edit("      id: id", "      id: {css: a}"), lineOf("      id: id"), "reviews.0.fields.id", "不能用 css"},
		{"bad order", edit("    order: newest", "    order: oldest"), lineOf("    order: newest"), "reviews.0.order", "newest"},
		{"paging in one word", edit("paging: {limit: 5, next: {css: a.next, attr: href}}", "paging: all"), lineOf("  paging: {limit: 5"), "paging", "翻页的写法不对"},
		{"unknown key in paging", edit("limit: 5, next", "limt: 5, next"), lineOf("  paging: {limit: 5"), "limt", "没有这个配置项"},
		{"no paging and a limit", edit("{total: total", "{none: true, total: total"), lineOf("    paging: {total"), "reviews.0.paging.none", "又写了怎样翻页"},
		{"a header as a field", edit("id: {css: \"#id\"}", "id: {header: X-Id}"), lineOf("    id: {css"), "product.fields.id.header", "响应头只用于 paging"},
		{"a header and a path", edit("{total: total", "{total: {json: total, header: X-Total}"), lineOf("    paging: {total"), "reviews.0.paging.total.header", "响应头只用于 paging"},
		{"broken YAML", edit("search:", "search: ["), 0, "", "不是正确的 YAML"},
		{"wrong type", edit("concurrency: 4", "concurrency: many"), lineOf("politeness"), "", "不是正确的 YAML"},
		{"empty", "", 0, "", "空的"},
		{"a list", "- a\n- b\n", 1, "", "不是正确的 YAML"},
		{"too long", strings.Repeat("#", 2<<20), 0, "", "超过 1 MB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := crawler.LoadProfile("broken.yaml", strings.NewReader(c.profile))
			list := faults(err)
			if len(list) == 0 {
				t.Fatalf("no input error: %v", err)
			}
			if !slices.ContainsFunc(list, func(e *chaping.InputError) bool {
				return e.File == "broken.yaml" && (c.line == 0 || e.Line == c.line) && e.Field == c.field && strings.Contains(e.Error(), c.says) && e.Remedy != ""
			}) {
				for _, e := range list {
					t.Errorf("line %d field %q: %v", e.Line, e.Field, e)
				}
				t.Errorf("want line %d field %q saying %q", c.line, c.field, c.says)
			}
		})
	}
	t.Run("all at once", func(t *testing.T) {
		_, err := crawler.LoadProfile("x", strings.NewReader(strings.NewReplacer("name: h1", "name: h1[[", "id: small", "id: 1").Replace(smallProfile)))
		if n := len(faults(err)); n != 2 {
			t.Errorf("%d errors, want 2: %v", n, err)
		}
	})
}

func FuzzLoadProfile(f *testing.F) {
	f.Add(smallProfile)
	f.Add("a: &a [*a]")
	f.Add("reviews: [{fields: {published: {date: []}}}]")
	f.Add("search: {url: \"{\", paging: {next: {map: {a: b}}}}")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := crawler.LoadProfile("fuzz", strings.NewReader(text))
		if err == nil {
			if p.Base == nil || p.Platform.ID == "" {
				t.Errorf("an unusable profile was taken: %+v", p)
			}
			return
		}
		if len(faults(err)) == 0 {
			t.Errorf("not an input error: %v", err)
		}
		_ = fmt.Sprint(err)
	})
}
