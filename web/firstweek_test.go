package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/station"
)

// The checklist of the first week sees by itself what is done, shows what the
// account may do, and goes away when it is told to or all is done.
func TestFirstWeek(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	home := func(who string) string {
		t.Helper()
		r := h.ask(who, "GET", "/", nil)
		if r.Code == http.StatusSeeOther { // nothing is there yet
			r = h.ask(who, "GET", r.Header().Get("Location"), nil)
		}
		if r.Code != http.StatusOK {
			t.Fatal(who, r.Code)
		}
		return r.Body.String()
	}
	const reviews, done = "导入或采集第一批评论", "（已完成）"
	open := func(page, title string) bool { return strings.Contains(page, `">`+title+"</a>") }
	first := home("platform")
	if !open(first, reviews) || !open(first, "写下要监测的商品关键词") || strings.Contains(first, "做第一次备份") || strings.Contains(first, done) {
		t.Error("a platform station's list is not what it has to do")
	}
	if admin := home("admin"); !open(admin, "做第一次备份") || open(admin, reviews) || !strings.Contains(admin, "给同事建账号<span") {
		t.Error("an administrator's list is not what it has to do")
	}
	if association := home("association"); !open(association, "填写并冻结第一张报送表") || open(association, "做第一次备份") {
		t.Error("an association's list is not what it has to do")
	}
	if bureau := home("bureau"); strings.Contains(bureau, "第一周要办的事") {
		t.Error("who has nothing to set up has a list")
	}
	// The demo mall's reviews are no reviews; others are.
	put := func(platform string) {
		t.Helper()
		err := h.Store.PutReviews(ctx, []chaping.Review{{Platform: platform, Product: "1", ID: "1", Text: "漏电", Rating: 1, Grade: chaping.Negative, Rule: "x", Published: testNow.Add(-time.Hour)}})
		if err != nil {
			t.Fatal(err)
		}
		h.desk.drop()
	}
	put("mall")
	if !open(home("platform"), reviews) {
		t.Error("the sample passes for reviews")
	}
	put("shop")
	if open(home("platform"), reviews) {
		t.Error("reviews are not seen")
	}
	if _, err := h.Station.PutWatch(ctx, station.Watch{Watch: chaping.Watch{Name: "小家电", Keywords: []string{"壶"}, Terms: []string{"安全核心"}}}); err != nil {
		t.Fatal(err)
	}
	if page := home("platform"); open(page, "写下要监测的商品关键词") || open(page, "选定评论关键词") || strings.Count(page, done) != 3 {
		t.Errorf("a watch is not seen: %d are done", strings.Count(page, done))
	}
	// Whoever wants to see it no more does not; others still do.
	if r := h.ask("platform", "POST", "/first-week", url.Values{}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code)
	}
	if strings.Contains(home("platform"), "第一周要办的事") || !strings.Contains(home("admin"), "第一周要办的事") {
		t.Error("the list was taken from somebody else")
	}
}
