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
