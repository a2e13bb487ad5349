package crawler

import (
	"html"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

func viewOf(t *testing.T, page string) schemaPage {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return schemaView(doc.Selection, "http://shop.example.com/1")
}

func linked(json string) string { return `<script type="application/ld+json">` + json + `</script>` }

// JSON-LD that was escaped as if it stood in an attribute is read all the same.
func TestEscapedJSONLD(t *testing.T) {
	const plain = `{"@type":"Product","sku":"7","name":"暖手宝 <小>","review":[{"@type":"Review","@id":"a","datePublished":"2026-11-05",` +
		`"reviewBody":"说是\"安全\"，一充就鼓包 & 发烫","reviewRating":{"ratingValue":"1"}}]}`
	once := html.EscapeString(plain)
	for name, body := range map[string]string{
		"plain": plain, "as in an attribute": once, "as Go does": strings.ReplaceAll(once, "&#34;", "&quot;"),
		"twice": html.EscapeString(strings.ReplaceAll(once, "&#34;", "&quot;")), "in a list": "[ " + once + " ]",
		"with hexadecimal quotes": strings.ReplaceAll(once, "&#34;", "&#x22;"),
	} {
		page := viewOf(t, linked(body))
		if page.Product == nil || page.Product.Name != "暖手宝 <小>" && name == "plain" || len(page.Reviews) != 1 {
			t.Errorf("%s: %+v", name, page)
			continue
		}
		if r := page.Reviews[0]; r.Text != `说是"安全"，一充就鼓包 & 发烫` || r.ID != "a" || r.Rating != "1" {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if page := viewOf(t, linked(`{"@type":"Product","name":"&quot;A&quot; 型灯","review":{"@type":"Review","reviewBody":"&quot;x&quot;"}}`)); page.Product == nil ||
		page.Product.Name != `"A" 型灯` || page.Reviews[0].Text != `"x"` {
		t.Errorf("entities within values: %+v", page)
	}
}

// A scale that goes beyond ten is a share of five stars, unless the page says
// where it begins.
func TestFive(t *testing.T) {
	for _, c := range []struct{ value, worst, best, want string }{
		{"4", "", "", "4"}, {"2", "", "10", "1"}, {"4", "", "10", "2"}, {"9", "1", "10", "5"}, {"1", "0", "4", "2"},
		{"20", "", "100", "1"}, {"40", "", "100", "2"}, {"60", "", "100", "3"}, {"80", "", "100", "4"}, {"100", "", "100", "5"},
		{"40", "1", "100", "2"}, {"0", "", "100", "1"}, {"20", "0", "100", "2"}, {"101", "", "100", "101"}, {"6", "", "", "6"}, {"五", "", "", "五"},
	} {
		if got := five(c.value, c.worst, c.best); got != c.want {
			t.Errorf("%s of %s to %s is %s, want %s", c.value, c.worst, c.best, got, c.want)
		}
	}
}

// What is wrong with JSON-LD is kept with its place, if it is about a product.
func TestBrokenJSONLD(t *testing.T) {
	for name, c := range map[string]struct{ page, says string }{
		"a comma too many": {linked("{\n\"@type\":\"Product\",\n\"name\":\"壶\",}"), "第 1 段 JSON-LD 有语法错误（第 3 行第 12 个字符"},
		"cut off":          {linked(`{"@type":"BreadcrumbList"}`) + linked(`{"@type":"https://schema.org/Product","name":"壶`), "第 2 段 JSON-LD"},
		"of no matter":     {linked(`{"@type":"BreadcrumbList",}`), ""},
		"whole":            {linked(`{"@type":"Product","name":"壶"}`), ""},
	} {
		if got := viewOf(t, c.page).Broken; !strings.Contains(got, c.says) || (got == "") != (c.says == "") {
			t.Errorf("%s: %q, want %q", name, got, c.says)
		}
	}
}

// Reviews without an id that nobody in particular wrote are two if they stand
// there twice, but not if they stand there in two notations.
func TestAlikeSchemaReviews(t *testing.T) {
	review := func(author string) string {
		return `{"@type":"Review","author":"` + author + `","datePublished":"2026-11-05","reviewBody":"好","reviewRating":{"ratingValue":5}}`
	}
	micro := `<div itemscope itemtype="http://schema.org/Review"><meta itemprop=author content="匿名"><meta itemprop=datePublished content="2026-11-05">` +
		`<meta itemprop=reviewBody content="好"><b itemprop=reviewRating>5</b></div>`
	for name, c := range map[string]struct {
		page string
		want int
	}{
		"anonymous":     {linked(`{"@type":"Product","name":"壶","review":[` + review("匿名") + "," + review("匿名") + `]}`), 2},
		"one buyer":     {linked(`{"@type":"Product","name":"壶","review":[` + review("张三") + "," + review("张三") + `]}`), 1},
		"both notation": {linked(`{"@type":"Product","name":"壶","review":[`+review("匿名")+`]}`) + micro, 1},
	} {
		ids := map[string]bool{}
		for _, r := range viewOf(t, c.page).Reviews {
			ids[r.ID] = true
		}
		if len(ids) != c.want {
			t.Errorf("%s: %v, want %d", name, ids, c.want)
		}
	}
}
