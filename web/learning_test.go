package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"chaping"
)

// decide stores reviews of stickers, on which the term is printed, and of kettles,
// on which it is a fault, with what people made of them.
func (h *house) decide(t *testing.T) {
	t.Helper()
	var reviews []chaping.Review
	var judgements []chaping.Judgement
	for i, who := range []string{"老妈", "孩子", "同事", "朋友", "妹妹", "邻居", "老公", "室友", "姐姐", "老师"} {
		for k, text := range []string{
			"贴纸上印着%s漏电字样", "%s画里的漏电两个字", "书里讲%s漏电", "%s用水壶就漏电了", "%s摸到壶身漏电", "水壶漏电吓坏%s", "%s说底座漏电", "%s烧水漏电",
		} {
			product, verdict := "sticker", chaping.Rejected
			if k > 2 {
				product, verdict = "kettle", chaping.Confirmed
			}
			r := chaping.Review{
				Platform: "mall", Product: product, ID: fmt.Sprint("d", i, k), Published: testNow.AddDate(0, 0, -5), Rating: 1,
				Grade: chaping.Negative, Rule: "stars-1/5/2/3", Text: fmt.Sprintf(text, who),
			}
			reviews = append(reviews, r)
			judgements = append(judgements, chaping.Judgement{Review: r.Key(), Term: "漏电", Verdict: verdict, By: "李四"})
		}
	}
	listing := func(keyword, product string) chaping.Listing {
		return chaping.Listing{
			Keyword: keyword,
			SeenAt:  testNow,
			Product: chaping.Product{Platform: "mall", ID: product, Name: keyword},
		}
	}
	if err := h.Store.PutListings(t.Context(), []chaping.Listing{listing("贴纸", "sticker"), listing("电热水壶", "kettle")}); err != nil {
		t.Fatal(err)
	}
	if err := h.Store.PutReviews(t.Context(), reviews); err != nil {
		t.Fatal(err)
	}
	if err := h.Station.Judge(t.Context(), judgements...); err != nil {
		t.Fatal(err)
	}
}

// TestLearningPage learns, adopts and takes back, each change by who may, once, and
// in the audit log.
func TestLearningPage(t *testing.T) {
	h := open(t)
	ask := func(role, method, path string, form url.Values, status int) string {
		t.Helper()
		r := h.ask(role, method, path, form)
		if r.Code != status {
			t.Fatalf("%s %s: %d %s", method, path, r.Code, r.Body.String())
		}
		return r.Body.String()
	}
	has := func(body string, all ...string) {
		t.Helper()
		for _, want := range all {
			if !strings.Contains(body, want) {
				t.Errorf("no “%s” in %s", want, body)
			}
		}
	}
	learn := func() (id, body string) {
		t.Helper()
		ask("platform", "POST", "/lexicon/learning/try", nil, http.StatusOK)
		h.jobs.wait()
		id = fmt.Sprint(h.jobs.last)
		return id, ask("platform", "GET", "/lexicon/learning/try/"+id, nil, http.StatusOK)
	}
	has(ask("centre", "GET", "/lexicon/learning", nil, http.StatusOK), "没有采用学习结果")
	_, few := learn()
	has(few, "还不够学习", "还差 60 个不同句子的决定，其中还差 5 个排除")

	h.decide(t)
	before := h.miner().Version()
	id, body := learn()
	has(body, "已确认 50、已排除 30", "62.5%", "100.0%", "改对", "贴纸上印着", `value="`+id+`"`)
	ask("platform", "POST", "/lexicon/learning/preview", url.Values{"id": {id}, "period": {"2026-11"}}, http.StatusOK)
	h.jobs.wait()
	has(ask("platform", "GET", fmt.Sprint("/lexicon/preview/", h.jobs.last), nil, http.StatusOK), "改判 30 处", "（成立→其他）")
	ask("centre", "POST", "/lexicon/learning", url.Values{"id": {id}}, http.StatusForbidden)
	ask("platform", "POST", "/lexicon/learning", url.Values{"id": {"999"}}, http.StatusNotFound)
	ask("platform", "POST", "/lexicon/learning", url.Values{"id": {id}}, http.StatusSeeOther)
	h.jobs.wait()
	has(ask("platform", "GET", "/lexicon/learning", nil, http.StatusOK), "采用第 1 版学习结果", "撤回")
	if h.miner().Version() == before || h.miner().Adapter() == nil {
		t.Error("what was adopted is not used")
	}
	has(ask("platform", "POST", "/lexicon/learning", url.Values{"id": {id}}, http.StatusConflict), "第 1 版，这一次没有改")
	ask("platform", "POST", "/lexicon/learning/revert", url.Values{"version": {"0"}}, http.StatusConflict)
	ask("platform", "POST", "/lexicon/learning/revert", url.Values{"version": {"1"}}, http.StatusSeeOther)
	h.jobs.wait()
	if h.miner().Version() != before {
		t.Error("what was taken back is used")
	}
	has(ask("admin", "GET", "/audit", nil, http.StatusOK), "采用学习结果", "撤回学习结果", "准确率 0.6250 → 1.0000")
}
