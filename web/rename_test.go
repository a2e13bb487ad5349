package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/station"
)

// A station is renamed, and another one takes its old name: what was filed, in
// whatever way, stays with the first and is closed to the second.
func TestRenamedStationKeepsWhatIsItsOwn(t *testing.T) {
	h := open(t)
	post := func(who, path string, form url.Values) {
		t.Helper()
		if r := h.ask(who, "POST", path, form); r.Code != http.StatusSeeOther {
			t.Fatalf("%s %s: %d %s", who, path, r.Code, r.Body)
		}
	}
	handIn := func(who, name, content string, form url.Values) {
		t.Helper()
		if r := h.handIn(t, who, name, content, form); r.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", name, r.Code, r.Body)
		}
	}
	// Of every kind: a form uploaded, other material, one filled in and its
	// correction, a draft, an annual report, an urgent report, a case with a
	// note, feedback; and what an earlier month has.
	if err := h.Station.SetRules(t.Context(), station.Rules{Since: "2026-11"}, nil); err != nil {
		t.Fatal(err)
	}
	handIn("association", "上传的表.csv", sheetA, nil)
	handIn("association", "照片.zip", "PK", url.Values{"about": {"检测照片"}})
	post("association", "/form/freeze?period=2026-11", with(rowsOf("0", []string{"壶", "3", "上海", "手柄漏电", "绝缘", "抽查", "检测"}), "then", "submit"))
	post("association", "/form/freeze?period=2026-11", with(rowsOf("1", []string{"壶", "4", "上海", "手柄漏电", "绝缘", "抽查", "检测"}), "then", "submit", "reason", "更正"))
	post("association", "/form?period=2026-10", with(rowsOf("0", []string{"锅", "1", "上海", "只是草稿", "", "", ""}), "do", "save"))
	post("association", "/annual?year=2026", with(writtenYear("0"), "do", "save"))
	post("association", "/annual/figures?year=2026", nil)
	post("association", "/annual/freeze?year=2026", with(writtenYear("1"), "then", "submit"))
	post("association", "/urgent/new", urgentReport())
	post("centre", "/cases/new", url.Values{"kind": {"product"}, "title": {"处置的案件"}, "station": {"3"}, "found": {"2026-11-20T08:00"}, "lead": {"来自协会"}})
	post("association", "/cases/1/notes", url.Values{"content": {"已联系企业"}})
	post("centre", "/bulletins", url.Values{"kind": {"feedback"}, "station": {"3"}, "title": {"只给协会的反馈"}, "content": {"已采纳"}})
	token := h.token(t, "association", station.Permits()...)
	*h.now = time.Date(2026, time.November, 26, 9, 0, 0, 0, testNow.Location())
	for _, who := range []string{"association", "centre", "admin"} {
		h.login(t, who)
	}

	own := []string{"/", "/inbox?period=2026-11", "/form?period=2026-11", "/form?period=2026-10", "/annual?year=2026", "/urgent", "/urgent/1", "/cases", "/cases/1", "/bulletins", "/assessment?year=2026"}
	printed := []string{"/form/download?period=2026-11&version=1&format=json", "/form/download?period=2026-11&version=2&format=docx", "/annual/download?year=2026&version=1&format=json", "/urgent/1/download?format=json"}
	list, err := h.Station.Submissions(t.Context(), "")
	if err != nil || len(list) != 5 {
		t.Fatalf("%+v %v", list, err)
	}
	for _, s := range list {
		printed = append(printed, fmt.Sprintf("/submissions/%d", s.ID))
	}
	overall := []string{"/inbox?period=2026-11", "/board?period=2026-11", "/cases", "/assessment?year=2026"}
	seen := func() map[string]string {
		t.Helper()
		pages := map[string]string{}
		for _, path := range append(own, printed...) {
			r := h.ask("association", "GET", path, nil)
			if r.Code != http.StatusOK {
				t.Errorf("the station itself gets %d for %s", r.Code, path)
			}
			pages[path] = r.Body.String()
		}
		for _, path := range overall {
			pages["centre "+path] = h.ask("centre", "GET", path, nil).Body.String()
		}
		return pages
	}
	was := seen()

	const newName = "改名的协会"
	post("admin", "/stations/3", url.Values{"version": {"1"}, "name": {newName}, "kind": {"association"}, "status": {"active"}})
	for path, after := range seen() {
		if is := strings.ReplaceAll(after, newName, ownName); is != was[path] && !strings.Contains(path, "/submissions/") {
			t.Errorf("%s: renamed\n%s\nwas\n%s", path, is, was[path])
		} else if strings.Contains(path, "/submissions/") && after != was[path] || strings.Contains(path, "format=json") && strings.Contains(after, newName) {
			t.Errorf("%s is not what was handed in", path)
		}
	}

	post("admin", "/stations/new", url.Values{"name": {ownName}, "kind": {"association"}})
	second, err := h.Station.Named(t.Context(), ownName)
	if err != nil || second.ID == 3 {
		t.Fatalf("%+v %v", second, err)
	}
	_, link, err := h.Station.AddAccount(t.Context(), station.Account{Name: "second", Roles: []station.Role{station.RoleAssociation}, Station: second.ID})
	if err == nil {
		_, err = h.Station.SetPassword(t.Context(), link, password)
	}
	if err != nil {
		t.Fatal(err)
	}
	h.login(t, "second")
	again := seen()
	for _, path := range own {
		if is := strings.ReplaceAll(again[path], newName, ownName); is != was[path] {
			t.Errorf("%s: with another station of the old name\n%s\nwas\n%s", path, is, was[path])
		}
	}
	for path, words := range map[string][]string{"/": {"处置的案件", "只给协会"}, "/inbox?period=2026-11": {"上传的表", "照片", "报送表-", "专题分析报告", newName}, "/form?period=2026-11": {"手柄漏电", "第 1 版", "已报送"},
		"/form?period=2026-10": {"只是草稿"}, "/annual?year=2026": {"烧水的器具", "第 1 版"}, "/urgent": {"起火"}, "/cases": {"处置的案件"}, "/bulletins": {"只给协会"}, "/assessment?year=2026": {newName}} {
		page := h.ask("second", "GET", path, nil)
		if page.Code != http.StatusOK {
			t.Errorf("%s: %d", path, page.Code)
		}
		for _, word := range words {
			if strings.Contains(page.Body.String(), word) {
				t.Errorf("who has the old name reads %s on %s", word, path)
			}
		}
	}
	for _, path := range append(printed, "/urgent/1", "/cases/1") {
		if r := h.ask("second", "GET", path, nil); r.Code == http.StatusOK {
			t.Errorf("who has the old name gets %s", path)
		}
	}
	// The same report again is the same, whatever its station is called now.
	for _, who := range []string{"association", "second"} {
		want := map[string]string{"association": "/urgent/1", "second": "/urgent/2"}[who]
		if r := h.ask(who, "POST", "/urgent/new", urgentReport()); r.Header().Get("Location") != want {
			t.Errorf("%s files %s, not %s", who, r.Header().Get("Location"), want)
		}
	}
	// Its duty is its own: nothing was handed in, and the other's is done.
	duties, err := h.Station.Duties(t.Context(), station.Everything(), []chaping.Period{{Year: 2026, Month: time.November}}, func(chaping.Period) time.Time { return testNow })
	if err != nil {
		t.Fatal(err)
	}
	for _, y := range duties {
		if y.Station.ID == 3 && (!y.Filed() || len(y.Files) != 4 || y.Entries != 2) || y.Station.ID == second.ID && y.Filed() {
			t.Errorf("%+v", y)
		}
	}

	// A sheet that prints the old name is still the first one's to hand in; a
	// program's token goes with the station too.
	printedOld := "填报单位," + ownName + "\n" + strings.ReplaceAll(sheetA, "手柄漏电", "底座过热")
	r := h.send(program(token, "POST", "/inbox", object{"period": "2026-11"}, map[string]string{"file": printedOld}))
	if r.Code != http.StatusOK || !strings.Contains(r.Body.String(), `"station_id":3`) {
		t.Error(r.Code, r.Body)
	}
	// A lead is that of who reported it, not of who has the name.
	form := h.ask("centre", "GET", "/cases/new?"+url.Values{"period": {"2026-11"}, "product": {"壶"}, "hazard": {string(h.miner().HazardOf("手柄漏电"))}}.Encode(), nil).Body.String()
	if !strings.Contains(form, `value="3" checked`) {
		t.Error(form)
	}
}
