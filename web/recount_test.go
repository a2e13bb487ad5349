package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"chaping/app"

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
		if strings.Contains(body, "正在读取") || strings.Contains(body, "正在计入") {
			t.Fatalf("no numbers yet: %s", body)
		}
		return strings.Count(body, `href="/product?`)
	}
	before := products()
	if before == 0 {
		t.Fatal("no product")
	}
	for _, i := range h.shownItems(t) {
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
