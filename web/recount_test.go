package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"chaping/app"
	"chaping/station"

	"chaping"
)

// TestJudgedIsRecounted: what a person rejects is soon out of the page of
// products, without anybody mining.
func TestJudgedIsRecounted(t *testing.T) {
	h := open(t)
	h.recounts.after = 0
	recounted := make(chan error, 10)
	h.recounts.done = func(_ chaping.Period, err error) { recounted <- err }
	h.mined(t, 6)
	products := func() int {
		t.Helper()
		body := h.ask("platform", "GET", "/products?period=2026-11", nil).Body.String()
		if strings.Contains(body, "正在计入") {
			t.Fatalf("no numbers yet: %s", body)
		}
		return strings.Count(body, `href="/product?`)
	}
	before := products()
	if before == 0 {
		t.Fatal("no product")
	}
	all := h.shownItems(t)
	for n := range all {
		i := h.shownItems(t)[n]
		if i.Judgement.Verdict != chaping.Unreviewed { // with another one that says the same
			continue
		}
		if r := h.ask("platform", "POST", "/review/judge", url.Values{"period": {"2026-11"}, "id": {i.ID}, "verdict": {"rejected"}}); r.Code != http.StatusSeeOther {
			t.Fatal(r.Code, r.Body)
		}
		if err := <-recounted; err != nil {
			t.Fatal(err)
		}
	}
	if after := products(); after != 0 {
		t.Errorf("%d of %d products are left although everything was rejected", after, before)
	}
	// What was rejected stays to be looked at, and can be taken back.
	rejected := h.shownItems(t)
	if len(rejected) != len(all) {
		t.Fatalf("%d of %d rejected sentences are left", len(rejected), len(all))
	}
	undo := url.Values{"period": {"2026-11"}, "id": {rejected[0].ID}, "verdict": {"none"}}
	if r := h.ask("platform", "POST", "/review/judge", undo); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	if err := <-recounted; err != nil {
		t.Fatal(err)
	}
	if after := products(); after == 0 {
		t.Error("no product where one rejection was taken back")
	}
}

// A period with more sentences than pages have says so, wherever it counts them.
func TestCutOff(t *testing.T) {
	h := open(t)
	h.mined(t, 6)
	says := func(want bool) {
		t.Helper()
		for path, text := range map[string]string{
			"/review?period=2026-11&state=all": "这里只列出并只计报送表上最靠前的 2 句",
			"/?period=2026-11":                 "报送表上最靠前的 2 句里，已复核 0 条，未复核 2 条",
			"/search?q=没有这句话":                  "只查了报送表上最靠前的 2 句",
		} {
			if body := h.ask("platform", "GET", path, nil).Body.String(); strings.Contains(body, text) != want {
				t.Errorf("%s says %q: %t", path, text, !want)
			}
		}
	}
	says(false)
	h.desk.maxItems = 2
	h.desk.found.drop()
	says(true)
	if n := len(h.shownItems(t)); n != 2 {
		t.Errorf("%d sentences", n)
	}
}

// TestEmptyMonthIsNotFrozen: a month of which nobody has looked at anything is
// no sheet.
func TestEmptyMonthIsNotFrozen(t *testing.T) {
	h := open(t)
	if _, err := h.mineNow(t.Context(), chaping.Period{Year: 2026, Month: 10}, func(app.Progress) {}); err != nil {
		t.Fatal(err)
	}
	body := h.ask("platform", "GET", "/sheets?period=2026-10", nil).Body.String()
	_, rest, _ := strings.Cut(body, `name="hash" value="`)
	hash, _, found := strings.Cut(rest, `"`)
	if !found {
		t.Fatalf("no draft: %s", body)
	}
	r := h.ask("platform", "POST", "/sheets/freeze", url.Values{"period": {"2026-10"}, "hash": {hash}})
	if r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "没有一条评论") || strings.Contains(r.Body.String(), "--") {
		t.Errorf("%d %s", r.Code, r.Body)
	}
	if list, err := h.Station.Sheets(t.Context(), chaping.FormPlatform, "2026-10"); err != nil || len(list) != 0 {
		t.Errorf("%v %v", list, err)
	}
}

// A note decides nothing, and what is undone is as it was.
func TestNoteAndUndo(t *testing.T) {
	h := open(t)
	h.mined(t, 3)
	id := h.shownItems(t)[0].ID
	judge := func(verdict, note string) chaping.Judgement {
		t.Helper()
		form := url.Values{"period": {"2026-11"}, "id": {id}, "verdict": {verdict}, "note": {note}}
		if r := h.ask("platform", "POST", "/review/judge", form); r.Code != http.StatusSeeOther {
			t.Fatal(r.Code, r.Body.String())
		}
		for _, i := range h.shownItems(t) {
			if i.ID == id {
				return i.Judgement
			}
		}
		t.Fatal("the sentence has gone")
		return chaping.Judgement{}
	}
	for _, step := range []struct {
		verdict, note string
		want          chaping.Verdict
		stands        string
	}{
		{"note", "问过店家", chaping.Unreviewed, "问过店家"},
		{"rejected", "是别家的", chaping.Rejected, "是别家的"},
		{"none", "是别家的", chaping.Unreviewed, "问过店家"},
		{"confirmed", "问过店家", chaping.Confirmed, "问过店家"},
		{"note", "再问一次", chaping.Confirmed, "再问一次"},
		{"none", "还要问", chaping.Unreviewed, "还要问"},
	} {
		if j := judge(step.verdict, step.note); j.Verdict != step.want || j.Note != step.stands {
			t.Errorf("%s with %q: %q %q, want %q %q", step.verdict, step.note, j.Verdict, j.Note, step.want, step.stands)
		}
	}
}

// What the second reader takes otherwise is shown first, with its reason; its
// words stay text, and nothing is decided by them. The sample does not show them:
// who judges it is to say what stands there.
func TestSecondReaderBesideTheProgram(t *testing.T) {
	h := open(t)
	h.mined(t, 12)
	before := h.shownItems(t)
	last := before[len(before)-1]
	if err := h.Station.PutOpinion(t.Context(), station.Opinion{
		About: chaping.Judged{Review: last.Review, Term: last.Term}, Model: "m" + evil, Asked: "a",
		Verdict: chaping.Negated, Reason: "买家说没有" + evil,
	}); err != nil {
		t.Fatal(err)
	}
	h.desk.drop()
	after := h.shownItems(t)
	if after[0].ID != last.ID || after[0].Opinion == nil || after[0].Opinion.Agrees() || after[0].Judgement.Verdict != chaping.Unreviewed {
		t.Errorf("%+v", after[0])
	}
	page := h.ask("platform", "GET", "/review?period=2026-11&state=unreviewed", nil).Body.String()
	for text, shown := range map[string]bool{"买家说没有": true, "<b>不成立</b>": true, evil: false} {
		if strings.Contains(page, text) != shown {
			t.Errorf("%q: %t", text, !shown)
		}
	}
	if h.ask("platform", "POST", "/review/sample", url.Values{"period": {"2026-11"}}); strings.Contains(
		h.ask("platform", "GET", "/review/sample?period=2026-11", nil).Body.String(), "买家说没有") {
		t.Error("the sample shows the opinion")
	}
}
