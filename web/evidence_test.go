package web

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"chaping"
)

// A number and the sentences behind it say how they belong together: sentences that
// are alike, several of one review, and those that do not count.
func TestNumbersAndTheirSentences(t *testing.T) {
	h := open(t)
	var list []chaping.Review
	for i, text := range []string{"插上就漏电，手一摸又漏电", "插上就漏电，手一摸又漏电", "杯子好看，就是漏电"} {
		list = append(list, chaping.Review{Platform: "mall", Product: "K", ID: fmt.Sprint(i), Published: testNow.AddDate(0, 0, -4),
			Rating: 1, Grade: chaping.Negative, Rule: "stars-1", Text: text, Collected: testNow, Run: "run"})
	}
	list[2].Rating, list[2].Grade = 5, chaping.Positive
	if err := h.Store.PutReviews(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	if err := h.Store.PutListings(t.Context(), []chaping.Listing{{Keyword: "电热杯", SeenAt: testNow, Product: chaping.Product{Platform: "mall", ID: "K", Name: "电热杯"}}}); err != nil {
		t.Fatal(err)
	}
	november := chaping.PeriodOf(testNow.AddDate(0, 0, -4))
	if _, err := h.mineNow(context.Background(), november, nil); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/product?platform=mall&id=K&term=" + url.QueryEscape("漏电"):                                                          "计入差评数的 2 句，好评和默认评论里的 1 句",
		"/review?period=2026-11&state=unreviewed&term=" + url.QueryEscape("漏电"):                                              "共 2 条（同样的句子只列一条，连同样的共 3 条）",
		"/analysis/sentences?count=affirmed&rows=term&cols=shop&from=2026-11-01&to=2026-11-24&term=" + url.QueryEscape("漏电"): "3 条评论，5 处命中",
	} {
		body := h.ask("platform", "GET", path, nil).Body.String()
		if !strings.Contains(body, want) {
			t.Errorf("%s does not say %s: %s", path, want, body)
		}
	}
}
