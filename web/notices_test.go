package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
)

// Home goes on telling what was let pass long ago, to the centre and to a station
// that has stopped collecting.
func TestLongOverdue(t *testing.T) {
	h := open(t) // set up in the period 2026-12, which is the first that is owed
	h.mined(t, 3)
	*h.now = time.Date(2027, time.August, 2, 9, 0, 0, 0, chaping.Shanghai())
	for _, who := range []string{"centre", "association", "platform"} {
		h.login(t, who)
		r := h.ask(who, "GET", "/", nil)
		if r.Code != http.StatusOK {
			t.Errorf("%s: %d %s", who, r.Code, r.Header().Get("Location"))
		}
		page := r.Body.String()
		for _, want := range []string{"2027-07 期", "2027-05 期", "更早还有 5 期逾期未报：2027-04、2027-03、2027-02、2027-01、2026-12"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s is not told of %s: %s", who, want, page)
			}
		}
	}
}

// A sheet that came late is called late on home.
func TestHomeSaysLate(t *testing.T) {
	h := open(t)
	h.mined(t, 3)
	h.freeze(t, "")
	*h.now = time.Date(2026, time.November, 27, 9, 0, 0, 0, chaping.Shanghai())
	h.login(t, "platform")
	form := map[string][]string{"period": {"2026-11"}, "version": {"1"}}
	if r := h.ask("platform", "POST", "/sheets/submit", form); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	if page := h.ask("platform", "GET", "/?period=2026-11", nil).Body.String(); !strings.Contains(page, "已登记报送，逾期") {
		t.Error(page)
	}
}

// A period whose reviews are gone has no numbers, and its steps are not done.
func TestPeriodWithoutReviews(t *testing.T) {
	h := open(t)
	h.mined(t, 0)
	page := h.ask("platform", "GET", "/?period=2026-11", nil).Body.String()
	if !strings.Contains(page, "没有评论可以挖掘") || strings.Contains(page, "命中 0 处") {
		t.Error(page)
	}
	var data struct {
		Periods []string `json:"periods"`
		Mined   []bool   `json:"mined"`
	}
	if err := json.Unmarshal(h.ask("platform", "GET", "/trends/data", nil).Body.Bytes(), &data); err != nil {
		t.Fatal(err)
	}
	if len(data.Mined) == 0 || len(data.Mined) != len(data.Periods) || slices.Contains(data.Mined, true) {
		t.Errorf("%+v", data)
	}
}

// What the saving of a case changed stands in its history and in the record of
// operations, also where nothing else tells of it any more.
func TestCaseChangesAreKept(t *testing.T) {
	h := open(t)
	form := url.Values{"kind": {"product"}, "title": {"电热水壶漏电"}, "station": {"3"}, "found": {"2026-11-20T08:00"}, "deadline": {"2026-11-28"}, "lead": {"来自协会"}}
	save := func(path, version string, more ...string) {
		t.Helper()
		if r := h.ask("centre", "POST", path, with(form, append(more, "version", version)...)); r.Code != http.StatusSeeOther {
			t.Fatal(r.Code, r.Body.String())
		}
	}
	save("/cases/new", "0")
	save("/cases/1", "1", "disposed", "2026-11-24T08:00", "outcome", "已召回"+evil)
	save("/cases/1", "2", "deadline", "2027-12-31")
	save("/cases/1", "3", "deadline", "2027-12-31") // nothing new
	page := h.ask("centre", "GET", "/cases/1", nil).Body.String()
	audit := h.ask("admin", "GET", "/audit", nil).Body.String()
	for _, want := range []string{"处置结果由空改为“已召回", "改为空", "期限由“2026-11-28”改为“2027-12-31”", "处置完成由“2026-11-24 08:00”改为空"} {
		if !strings.Contains(page, want) || !strings.Contains(audit, want) {
			t.Errorf("no %s in %s or %s", want, page, audit)
		}
	}
	if strings.Contains(page+audit, "<script>alert") || strings.Count(page, "修改：") != 2 {
		t.Error(page)
	}
}
