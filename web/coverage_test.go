package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"chaping"
)

// The page says how much is heard, and each group of what is not leads to a
// term with the form filled in.
func TestCoveragePage(t *testing.T) {
	h := open(t)
	var list []chaping.Review
	for i := range 6 {
		list = append(list, chaping.Review{
			Platform: "mall", Product: "A1", ID: fmt.Sprint(i), Published: testNow.AddDate(0, 0, -5), Rating: 1,
			Grade: chaping.Negative, Rule: "stars-1/5/2/3",
			Text: []string{"用了三天就漏电", "钢琴键像敲木头太失望" + evil, "钢琴键像敲木头糟糕透了"}[i%3],
		})
	}
	if err := h.Store.PutReviews(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	page := func(path string) string {
		t.Helper()
		h.ask("platform", "GET", path, nil) // begins to read
		h.desk.coverage.running.Wait()
		r := h.ask("platform", "GET", path, nil)
		if r.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", path, r.Code, r.Body.String())
		}
		return r.Body.String()
	}
	body := page("/lexicon/coverage?period=2026-11")
	for _, want := range []string{"差评 6 条，其中 2 条有成立的命中", "4 条没有", "钢琴键像敲木头", "作新词条"} {
		if !strings.Contains(body, want) {
			t.Errorf("no “%s” in %s", want, body)
		}
	}
	if strings.Contains(body, "<script>alert") {
		t.Error("what a buyer writes is run")
	}
	if form := page("/lexicon/term?surface=钢琴键像敲木头"); !strings.Contains(form, `value="钢琴键像敲木头"`) {
		t.Error("a new term is not filled in", form)
	}
	form := page("/lexicon/term?name=漏电&surface=电到我了")
	if _, box, _ := strings.Cut(form, `name="surfaces"`); !strings.Contains(box[:strings.Index(box, "</textarea>")], "电到我了") {
		t.Error("a form of a term is not filled in", form)
	}
}
