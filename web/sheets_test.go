package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/report"
	"chaping/store"
)

// TestFiledOnTheDayOfFreezing: a draft that was shown the day before yesterday
// is frozen, since only the day has changed, with today as its day of filing;
// and stays the same version on later days.
func TestFiledOnTheDayOfFreezing(t *testing.T) {
	h := open(t)
	h.mined(t, 6)
	hash := h.draftHash(t)
	*h.now = testNow.AddDate(0, 0, 2)
	h.login(t, "platform")
	if r := h.ask("platform", "POST", "/sheets/freeze", url.Values{"period": {"2026-11"}, "hash": {hash}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	s, err := h.Station.Sheet(t.Context(), chaping.FormPlatform, "2026-11", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := report.ReadPlatform(s.Model)
	if err != nil || !sheet.Filed.Equal(dayOf(*h.now)) {
		t.Errorf("filed on %v, %v; frozen on %v", sheet.Filed, err, *h.now)
	}
	*h.now = testNow.AddDate(0, 0, 3)
	h.login(t, "platform")
	if body := h.ask("platform", "GET", "/sheets?period=2026-11", nil).Body.String(); !strings.Contains(body, "与已冻结的第 1 版相同") {
		t.Errorf("the same sheet on another day is another: %s", body)
	}
}

// TestOverdueDays: three days past the due day are not minus three.
func TestOverdueDays(t *testing.T) {
	h := open(t)
	*h.now = h.Calendar.Due(chaping.Period{Year: 2026, Month: time.November}).Day.AddDate(0, 0, 3)
	h.login(t, "platform")
	if body := h.ask("platform", "GET", "/?period=2026-11", nil).Body.String(); !strings.Contains(body, "已过截止日 3 天") {
		t.Errorf("%s", body)
	}
}

// TestUnfinishedSheet: while an import is half-way the home page and the sheet say so,
// and the sheet is frozen only with a reason.
func TestUnfinishedSheet(t *testing.T) {
	h := open(t)
	h.mined(t, 6)
	killed := store.Run{ID: store.ImportRun(testNow), Stage: store.StageImport, Started: testNow}
	report := `{"file":"十一月.csv","run":"` + killed.ID + `","content":"import-file-0"}`
	if err := errors.Join(h.Store.PutRun(t.Context(), killed), h.Store.PutReport(t.Context(), killed.ID, []byte(report))); err != nil {
		t.Fatal(err)
	}
	h.login(t, "platform")
	for _, path := range []string{"/?period=2026-11", "/sheets?period=2026-11"} {
		if body := h.ask("platform", "GET", path, nil).Body.String(); !strings.Contains(body, "十一月.csv") || !strings.Contains(body, "没有读完") {
			t.Errorf("%s: %s", path, body)
		}
	}
	form := url.Values{"period": {"2026-11"}, "hash": {h.draftHash(t)}}
	if r := h.ask("platform", "POST", "/sheets/freeze", form); r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "没有收全") {
		t.Errorf("%d %s", r.Code, r.Body)
	}
	form.Set("decided", "别的商品")
	if r := h.ask("platform", "POST", "/sheets/freeze", form); r.Code != http.StatusSeeOther {
		t.Errorf("%d %s", r.Code, r.Body)
	}
	s, err := h.Station.Sheet(t.Context(), chaping.FormPlatform, "2026-11", "", 0)
	if err != nil || !strings.Contains(string(s.Model), "别的商品") || !strings.Contains(string(s.Model), "十一月.csv") {
		t.Errorf("%s %v", s.Model, err)
	}
	if body := h.ask("platform", "GET", "/sheets?period=2026-11", nil).Body.String(); !strings.Contains(body, "与已冻结的第 1 版相同") {
		t.Error(body)
	}
}
