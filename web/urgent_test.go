package web

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/app"
	"chaping/station"
)

func urgentReport() url.Values {
	return url.Values{"trigger": {"1"}, "product": {"电热毯" + evil}, "event": {"起火" + evil}, "found": {"2026-11-24T21:00"}, "content": {"夜里起火，两人受伤" + evil}, "place": {"浦东" + evil}, "companies": {"某厂" + evil},
		"harm": {"两人受伤" + evil}, "spread": {"一批" + evil}, "measures": {"已下架" + evil}, "advice": {"召回" + evil}, "source": {"会员单位" + evil}, "filler": {"王五"}, "phone": {"021-1"}}
}

// An association writes an urgent report; the centre has it at once, with how
// long it took, and opens a case on it.
func TestUrgentWritten(t *testing.T) {
	h := open(t)
	channels := "channels:\n  - {name: 群, type: webhook, url: 'https://hooks.example.com/x', secret: s, events: [urgent]}\n"
	if err := os.WriteFile(h.App.Path(app.ChannelsFile), []byte(channels), 0o600); err != nil {
		t.Fatal(err)
	}
	form := urgentReport()
	for range 2 { // a second click
		if r := h.ask("association", "POST", "/urgent/new", form); r.Code != http.StatusSeeOther || r.Header().Get("Location") != "/urgent/1" {
			t.Fatal(r.Code, r.Body.String())
		}
	}
	if list, err := h.Station.Outbox(t.Context(), true, 10); err != nil || len(list) != 1 || list[0].Key != "urgent-confirmed-1" {
		t.Fatalf("%+v %v", list, err)
	}
	for who, status := range map[string]int{"association": 200, "centre": 200, "bureau": 200, "platform": 404, "foreign": 404} {
		r := h.ask(who, "GET", "/urgent/1", nil)
		body := r.Body.String()
		if r.Code != status || strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") {
			t.Errorf("%s gets %d", who, r.Code)
		}
		if status == 200 && (!strings.Contains(body, "发现后 12.0 小时报送") || !strings.Contains(body, "两人受伤") || !strings.Contains(body, "已经造成人员伤亡")) {
			t.Errorf("%s: %s", who, body)
		}
		if seen := strings.Contains(h.ask(who, "GET", "/urgent", nil).Body.String(), "发现后 12.0 小时"); seen != (status == 200) {
			t.Errorf("%s sees it in the list: %t", who, seen)
		}
		for _, format := range writtenFormats() {
			if r := h.download(who, "/urgent/1/download?format="+format); r.Code != status {
				t.Errorf("%s %s: %d", who, format, r.Code)
			}
		}
	}
	if page := h.ask("centre", "GET", "/", nil).Body.String(); !strings.Contains(page, "还没有立案") || strings.Contains(page, "<script>alert") {
		t.Error("the centre's home page does not tell of it")
	}
	page := h.ask("centre", "GET", "/cases/new?urgent=1", nil).Body.String()
	if !strings.Contains(page, `value="3" checked`) || !strings.Contains(page, "2026-11-24T21:00") || strings.Contains(page, "<script>alert") {
		t.Error(page)
	}
	// Only the centre's limit makes it late.
	if r := h.ask("centre", "POST", "/assessment/rules", url.Values{"hours": {"6"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	if r := h.ask("association", "POST", "/urgent/new", with(form, "event", "另一件")); r.Header().Get("Location") != "/urgent/2" {
		t.Fatal(r.Code, r.Body.String())
	}
	for path, late := range map[string]bool{"/urgent/1": false, "/urgent/2": true} { // the first came before there was a limit
		if page := h.ask("association", "GET", path, nil).Body.String(); strings.Contains(page, "，逾期") != late {
			t.Errorf("%s: %s", path, page)
		}
	}
	for name, change := range map[string][2]string{"no trigger": {"trigger", "3"}, "no product": {"product", ""}, "no content": {"content", ""}, "no telephone": {"phone", ""}, "in the future": {"found", "2026-11-26T09:00"}, "no time": {"found", "昨天"}, "too long": {"event", strings.Repeat("长", 101)}} {
		r := h.ask("association", "POST", "/urgent/new", with(form, change[0], change[1], "harm", "别的"))
		if r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "别的</textarea>") || strings.Contains(r.Body.String(), "<script>alert") {
			t.Errorf("%s: %d", name, r.Code)
		}
	}
	if r := h.ask("centre", "POST", "/urgent/new", form); r.Code != http.StatusUnprocessableEntity {
		t.Error("nobody's report:", r.Code)
	}
	if r := h.ask("association", "POST", "/urgent/new", with(form, "station", "10", "event", "另一件")); r.Code != http.StatusSeeOther {
		t.Error(r.Code)
	}
	if u, err := h.Station.Urgent(t.Context(), 2); err != nil || u.Station != 3 {
		t.Errorf("written for another station: %+v %v", u, err)
	}
}

// A report waits at the centre until a case is opened on it; then it leads to
// that case, also when it is closed, and no second one is offered.
func TestUrgentWaitsForItsCase(t *testing.T) {
	h := open(t)
	if r := h.ask("association", "POST", "/urgent/new", urgentReport()); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	expect := func(when, who string, has []string, no ...string) {
		t.Helper()
		page := h.ask(who, "GET", "/urgent", nil).Body.String()
		for _, text := range has {
			if !strings.Contains(page, text) {
				t.Errorf("%s: %s has no %s: %s", when, who, text, page)
			}
		}
		for _, text := range no {
			if strings.Contains(page, text) {
				t.Errorf("%s: %s has %s", when, who, text)
			}
		}
	}
	const offer, waiting, done = `href="/cases/new?urgent=1"`, "已收到，还没有立案", "已处理"
	expect("new", "centre", []string{offer, waiting}, done)
	expect("new", "bureau", []string{waiting}, offer, done)
	expect("new", "association", []string{"已报送"}, offer, waiting, done)
	form := url.Values{"urgent": {"1"}, "kind": {"product"}, "title": {"电热毯起火"}, "found": {"2026-11-24T21:00"}}
	if r := h.ask("centre", "POST", "/cases/new", form); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	expect("opened", "centre", []string{done, `href="/cases/1"`}, offer, waiting)
	if r := h.ask("centre", "POST", "/cases/1", with(form, "version", "1", "disposed", "2026-11-25T08:00", "outcome", "已召回")); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	expect("closed", "centre", []string{done, `href="/cases/1"`}, offer, waiting)
	expect("closed", "bureau", []string{done}, offer, waiting)
	if page := h.ask("centre", "GET", "/urgent/1", nil).Body.String(); strings.Contains(page, offer) || !strings.Contains(page, `href="/cases/1"`) {
		t.Error("its own page offers a second case")
	}
	if r := h.ask("centre", "GET", "/cases/new?urgent=1", nil); r.Code != http.StatusSeeOther || r.Header().Get("Location") != "/cases/1" {
		t.Error("an old page leads to a second case:", r.Code)
	}
}

// Periods before the first assessed one count for nothing.
func TestAssessedSince(t *testing.T) {
	h := open(t) // set up on 2026-11-25, in the period 2026-12
	*h.now = time.Date(2027, time.February, 1, 9, 0, 0, 0, chaping.Shanghai())
	late, err := h.Station.PutStation(t.Context(), station.Station{Name: "后来的协会" + evil, Kind: station.AssociationStation})
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"centre", "bureau"} {
		h.login(t, who)
	}
	missing := func(year, name string) string {
		for line := range strings.Lines(h.ask("bureau", "GET", "/assessment.csv?year="+year, nil).Body.String()) {
			if strings.HasPrefix(strings.TrimPrefix(line, `"`), name) {
				return strings.Split(line, ",")[6]
			}
		}
		return "absent"
	}
	expect := func(when string, want ...string) {
		t.Helper()
		got := []string{missing("2026", ownName), missing("2027", ownName), missing("2027", "后来的协会")}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: missing %v, want %v", when, got, want)
				return
			}
		}
	}
	expect("by default", "1", "1", "0") // 2026-12; 2027-01; the new one begins with 2027-02
	if page := h.ask("centre", "GET", "/inbox?period=2026-11", nil).Body.String(); strings.Contains(page, "<b>逾期未报") || !strings.Contains(page, "不考核") {
		t.Error("a period before counts as missing")
	}
	save := func(form url.Values, status int) {
		t.Helper()
		r := h.ask("centre", "POST", "/assessment/rules", form)
		if r.Code != status || strings.Contains(r.Body.String(), "<script>alert") {
			t.Fatal(r.Code, r.Body.String())
		}
	}
	save(url.Values{"since": {"2026-10"}}, http.StatusSeeOther)
	expect("since 2026-10", "3", "1", "0")
	save(url.Values{"since": {"2026-10"}, "since-3": {"2027-01"}, fmt.Sprintf("since-%d", late.ID): {"2027-01"}}, http.StatusSeeOther)
	expect("station by station", "0", "1", "1")
	save(url.Values{"since": {"2026-10"}}, http.StatusSeeOther)
	expect("stations that are not named", "0", "1", "1")
	save(url.Values{"since": {"昨天" + evil}}, http.StatusUnprocessableEntity)
	save(url.Values{"since-3": {"2026-13"}}, http.StatusUnprocessableEntity)
	save(url.Values{"hours": {"许多"}}, http.StatusUnprocessableEntity)
	save(url.Values{"hours": {"-1"}}, http.StatusUnprocessableEntity)
	expect("after refusals", "0", "1", "1")
	if page := h.ask("centre", "GET", "/assessment?year=2027", nil).Body.String(); !strings.Contains(page, "2027-01 期") || strings.Contains(page, "<script>alert") {
		t.Error(page)
	}
}

// The pages that people begin at tell of what was let pass.
func TestNotices(t *testing.T) {
	h := open(t)
	if r := h.ask("centre", "POST", "/cases/new", url.Values{"kind": {"product"}, "title": {"漏电" + evil}, "station": {"3"}, "lead": {"x"}, "deadline": {"2026-11-24"}, "found": {"2026-11-20T08:00"}, "version": {"0"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	for who, want := range map[string][2]bool{"association": {true, true}, "centre": {true, true}, "bureau": {true, true}, "platform": {false, true}, "foreign": {false, false}} {
		*h.now = time.Date(2027, time.January, 4, 9, 0, 0, 0, chaping.Shanghai())
		if who == "foreign" { // began its work in another month
			if err := h.Station.SetRules(t.Context(), station.Rules{}, map[int64]string{11: "2027-01"}); err != nil {
				t.Fatal(err)
			}
		}
		h.login(t, who)
		page := h.ask(who, "GET", "/?period=2026-12", nil).Body.String()
		if got := strings.Contains(page, "已过期限 2026-11-24"); got != want[0] {
			t.Errorf("%s is told of the case: %t", who, got)
		}
		if got := strings.Contains(page, "2026-12 期报送表已逾期") || strings.Contains(page, "2026-12 期有 1"); got != want[1] {
			t.Errorf("%s is told of the missing report: %t %s", who, got, page)
		}
		if strings.Contains(page, "<script>alert") {
			t.Errorf("%s: markup", who)
		}
	}
}
