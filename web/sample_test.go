package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"chaping"
)

// withReviews stores reviews that differ in their texts only, and mines.
func (h *house) withReviews(t *testing.T, grade chaping.Grade, texts ...string) {
	t.Helper()
	var list []chaping.Review
	for i, text := range texts {
		list = append(list, chaping.Review{Platform: "mall", Product: `A"<b>`, ID: fmt.Sprintf("%s%d", grade, i), Published: testNow.AddDate(0, 0, -4),
			Grade: grade, Rating: 1, Rule: "stars-1/5/2/3", Text: text})
	}
	if err := h.Store.PutReviews(t.Context(), list); err != nil {
		t.Fatal(err)
	}
}

// judgedNow are the verdicts by review, of 2026-11.
func (h *house) judgedNow(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, i := range h.shownItems(t) {
		j := i.Judgement
		all[i.Review.Review] = strings.TrimSpace(fmt.Sprintf("%s %s %s %s", j.Verdict, j.Reason, j.Note, j.By))
	}
	return all
}

// TestSameSentenceIsOneDecision: plain forms judge all that say the same, each
// with a row of its own, and undo brings back exactly what was before.
func TestSameSentenceIsOneDecision(t *testing.T) {
	h := open(t)
	h.withReviews(t, chaping.Negative, "插上就漏电。", "插上，就漏电！！", "真差。插上就 漏电", "插上就漏电？", "买了三个，都漏电。")
	h.mined(t, 0)
	items := h.shownItems(t)
	at := slices.IndexFunc(items, func(i item) bool { return i.Review.Review == "negative0" })
	if at < 0 || items[at].Same != 3 {
		t.Fatalf("%+v", items)
	}
	post := func(form url.Values) {
		t.Helper()
		form.Set("period", "2026-11")
		if form.Get("id") == "" {
			form.Set("id", items[at].ID)
		}
		if r := h.ask("platform", "POST", "/review/judge", form); r.Code != http.StatusSeeOther {
			t.Fatal(r.Code, r.Body)
		}
	}
	page := h.ask("platform", "GET", "/review?period=2026-11&state=unreviewed", nil).Body.String()
	if strings.Count(page, `class="evidence`) != 3 || !strings.Contains(page, "同样的句子 3 条") {
		t.Errorf("the same sentence is shown more than once: %s", page)
	}

	// One of them was judged by itself before; it stays as it is.
	own := slices.IndexFunc(items, func(i item) bool { return i.Review.Review == "negative2" })
	first := h.judgedNow(t)
	post(url.Values{"id": {items[own].ID}, "verdict": {"note"}, "note": {"问过店家"}})
	noted := h.judgedNow(t)
	post(url.Values{"reason": {"other_goods"}})
	rejected := h.judgedNow(t)
	for id, want := range map[string]string{"negative0": "rejected other_goods", "negative1": "rejected other_goods", "negative2": "rejected other_goods 问过店家"} {
		if !strings.HasPrefix(rejected[id], want) {
			t.Errorf("%s: %q, want %q", id, rejected[id], want)
		}
	}
	if rejected["negative4"] != first["negative4"] || rejected["negative3"] != first["negative3"] {
		t.Errorf("another sentence was judged: %v", rejected)
	}
	post(url.Values{"verdict": {"none"}})
	if got := h.judgedNow(t); fmt.Sprint(got) != fmt.Sprint(noted) {
		t.Errorf("undone: %v, before: %v", got, noted)
	}
	// Judged again, the other way: all of the decision, and back to the first.
	post(url.Values{"reason": {"other_goods"}})
	post(url.Values{"verdict": {"confirmed"}})
	if got := h.judgedNow(t)["negative1"]; !strings.HasPrefix(got, "confirmed") {
		t.Errorf("%q", got)
	}
	post(url.Values{"verdict": {"none"}})
	if got := h.judgedNow(t); fmt.Sprint(got) != fmt.Sprint(rejected) {
		t.Errorf("undone: %v, before: %v", got, rejected)
	}
	if r := h.ask("platform", "POST", "/review/judge", url.Values{"period": {"2026-11"}, "id": {items[at].ID}, "reason": {"whatever"}}); r.Code != http.StatusUnprocessableEntity {
		t.Error(r.Code)
	}
}

// TestReadingsByForms: whole reviews are read with plain forms, bad marks are
// refused, and what is marked is offered to the dictionary.
func TestReadingsByForms(t *testing.T) {
	h := open(t)
	h.withReviews(t, chaping.Positive, "颜色好看，插头有点松手。", "颜色好看，插头有点松手", "送货快。")
	h.mined(t, 3)
	page := h.ask("platform", "GET", "/review/sample?period=2026-11", nil).Body.String()
	if !strings.Contains(page, "本月抽样 0/6") || !strings.Contains(page, "同样的评论 2 条") || strings.Count(page, `class="evidence reading`) != 2 {
		t.Fatal(page)
	}
	_, rest, _ := strings.Cut(page, "同样的评论")
	_, rest, _ = strings.Cut(rest, `name="id" value="`)
	id, _, _ := strings.Cut(rest, `"`)
	post := func(form url.Values) (int, string) {
		form.Set("period", "2026-11")
		form.Set("id", id)
		r := h.ask("platform", "POST", "/review/read", form)
		return r.Code, r.Body.String()
	}
	for _, bad := range []url.Values{
		{"verdict": {"fine"}, "marks": {"0-15"}},
		{"verdict": {"problem"}, "marks": {"0-16"}},
		{"verdict": {"problem"}, "marks": {"15-9999"}},
		{"verdict": {"problem"}, "marks": {"插头"}},
		{"verdict": {"problem"}, "marks": {"-3-9"}},
		{"verdict": {"perhaps"}},
	} {
		if code, body := post(bad); code != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d %s", bad, code, body)
		}
	}
	count := func() (n int) {
		t.Helper()
		if err := h.Station.Readings(t.Context(), func(chaping.Reading) error { n++; return nil }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(); n != 0 {
		t.Errorf("%d readings of what was refused", n)
	}
	if code, body := post(url.Values{"verdict": {"problem"}, "marks": {"27-33", "15-27"}}); code != http.StatusSeeOther {
		t.Fatal(code, body)
	}
	if n := count(); n != 2 {
		t.Errorf("%d readings of two reviews that say the same", n)
	}
	if page := h.ask("platform", "GET", "/review/sample?period=2026-11", nil).Body.String(); !strings.Contains(page, "本月抽样 2/6") {
		t.Error(page)
	}
	if code, _ := post(url.Values{"verdict": {"none"}}); code != http.StatusSeeOther || count() != 0 {
		t.Error(code, count())
	}
	if r := h.ask("bureau", "POST", "/review/read", url.Values{"period": {"2026-11"}, "id": {id}, "verdict": {"fine"}}); r.Code != http.StatusForbidden {
		t.Error(r.Code)
	}
}

// TestFallIsTold: what became worse beyond chance stands on the page of the
// month, with where the sentences behind it are.
func TestFallIsTold(t *testing.T) {
	h := open(t)
	h.mined(t, 3)
	month := func(period chaping.Period, hits uint64, low, estimate, high float64) {
		t.Helper()
		q := chaping.Quality{Period: period.String(), Affirmed: chaping.Share{Population: 900, Sampled: 120, Judged: 120, Hits: hits,
			Known: chaping.KnowInterval, Estimate: estimate, Low: low, High: high}}
		if err := h.Station.PutQuality(t.Context(), period, "test", &q); err != nil {
			t.Fatal(err)
		}
	}
	now := chaping.Period{Year: 2026, Month: 11}
	month(now.Previous(), 114, .9, .95, .98)
	month(now, 112, .88, .93, .96)
	if page := h.ask("platform", "GET", "/?period=2026-11", nil).Body.String(); strings.Contains(page, "期，命中的准确率从") || !strings.Contains(page, "推算 93.0% 确实成立") {
		t.Error(page)
	}
	month(now, 90, .67, .75, .82)
	for _, path := range []string{"/?period=2026-11", "/quality?period=2026-11"} {
		page := h.ask("platform", "GET", path, nil).Body.String()
		if !strings.Contains(page, "比 2026-10 期，命中的准确率从 95.0% 降到 75.0%") || !strings.Contains(page, "/review?state=rejected&amp;period=2026-11") {
			t.Errorf("%s: %s", path, page)
		}
	}
}
