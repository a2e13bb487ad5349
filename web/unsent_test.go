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

// says checks that pages of somebody have texts, or not where they begin with !.
func (h *house) says(t *testing.T, who, path string, texts ...string) {
	t.Helper()
	page := h.ask(who, "GET", path, nil).Body.String()
	for _, text := range texts {
		text, not := strings.CutPrefix(text, "!")
		if strings.Contains(page, text) == not {
			t.Errorf("%s for %s: %s: %t", path, who, text, not)
		}
	}
}

// A correction that was frozen and not handed in is not shown as filed: neither on
// home nor on the page of sheets nor on a station's form.
func TestUnsentCorrections(t *testing.T) {
	h := open(t)
	post := func(who, path string, form url.Values) {
		t.Helper()
		if r := h.ask(who, "POST", path, form); r.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", path, r.Code, r.Body.String())
		}
	}
	h.mined(t, 6)
	h.freeze(t, "")
	h.says(t, "platform", "/?period=2026-11", "下载后报送研究中心", "!现在的内容与它不同")
	post("platform", "/sheets/submit", url.Values{"period": {"2026-11"}, "version": {"1"}})
	h.says(t, "platform", "/?period=2026-11", `<p class="big">已登记报送</p>`, "!更正还没有报送")
	h.says(t, "platform", "/sheets?period=2026-11", "本期已登记报送")

	// The sheet changes: home says so before anybody corrects it.
	h.withReviews(t, chaping.Negative, "插上就漏电，手都麻了", "第二次用就漏电了")
	h.desk.drop()
	if _, err := h.mineNow(t.Context(), chaping.Period{Year: 2026, Month: time.November}, nil); err != nil {
		t.Fatal(err)
	}
	h.says(t, "platform", "/sheets?period=2026-11", "与已冻结的第 1 版不同")
	h.says(t, "platform", "/?period=2026-11", "现在的内容与它不同，要更正的再冻结一版")
	h.freeze(t, "补了评论")
	const unsent = "第 2 版已冻结，还没有报送；报送过的是第 1 版"
	h.says(t, "platform", "/?period=2026-11", unsent, "更正还没有报送", "!已登记报送")
	h.says(t, "platform", "/?period=2026-12", "2026-11 期"+unsent)
	h.says(t, "platform", "/sheets?period=2026-11", unsent, "!本期已登记报送")
	post("platform", "/sheets/submit", url.Values{"period": {"2026-11"}, "version": {"2"}})
	h.says(t, "platform", "/?period=2026-11", "!"+unsent, `<p class="big">已登记报送</p>`)

	post("association", "/form/freeze?period=2026-11", with(rowsOf("0", kettle), "then", "submit"))
	h.says(t, "association", atForm, "2026-11 期已报送", "!还没有报送")
	h.says(t, "association", "/", "!还没有报送；报送过的是")
	changed := append([]string{"电饭煲"}, kettle[1:]...)
	_, version := h.sheetA(t, "2026-11")
	post("association", "/form/freeze?period=2026-11", with(rowsOf(string(rune('0'+version)), changed), "reason", "写错了产品"))
	h.says(t, "association", atForm, unsent, "2026-11 期的更正还没有报送", "!期已报送")
	h.says(t, "association", "/", "2026-11 期"+unsent) // on the page of the next period
	post("association", "/form/submit", url.Values{"period": {"2026-11"}, "version": {"2"}})
	h.says(t, "association", atForm, "2026-11 期已报送", "!"+unsent, "已被取代，不再计数")
}

// What another process did in the store is on the pages as soon as somebody asks,
// and what has not changed is not read again.
func TestOthersAreHeeded(t *testing.T) {
	h := open(t)
	h.desk.heedEvery = 0
	h.mined(t, 6)
	h.says(t, "platform", "/products?period=2026-11", "!次声")
	c, ok, err := (&request{Server: h.Server, ctx: t.Context()}).counted(chaping.Period{Year: 2026, Month: time.November})
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	h.says(t, "platform", "/products?period=2026-11", "!还没有用现在的词库挖掘")
	again, _, err := (&request{Server: h.Server, ctx: t.Context()}).counted(chaping.Period{Year: 2026, Month: time.November})
	if err != nil || again.derived != c.derived {
		t.Error("the same counts were read again", err)
	}
	h.withReviews(t, chaping.Negative, "插上就漏电，手都麻了", "第二次用就漏电了")
	pipe, err := h.App.Pipeline(t.Context(), h.miner(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pipe.Mine(t.Context(), chaping.Period{Year: 2026, Month: time.November}, false); err != nil { // as the command line does
		t.Fatal(err)
	}
	h.says(t, "platform", "/?period=2026-11", "采集范围内有评论 8 条")
}

// The first account of an association's own installation runs it and reports for
// it: home, form and the page for files are its station's.
func TestOwnInstallation(t *testing.T) {
	h := open(t)
	list, err := h.Station.Stations(t.Context(), station.Everything())
	if err != nil {
		t.Fatal(err)
	}
	var own station.Station
	for _, s := range list {
		if s.Kind == station.AssociationStation && s.ID != 3 {
			own = s
		}
	}
	q := &request{Server: h.Server, ctx: t.Context(), home: own}
	for _, test := range []struct {
		roles []station.Role
		of    int64
		want  int64
		all   bool
	}{
		{[]station.Role{station.RoleAdmin, station.RoleAssociation}, 0, own.ID, false},
		{[]station.Role{station.RoleAdmin, station.RoleAssociation}, 3, 3, false},
		{[]station.Role{station.RoleAdmin, station.RoleCentre}, 0, 0, true},
		{[]station.Role{station.RoleAdmin}, 0, 0, true},
		{[]station.Role{station.RoleBureau}, 0, 0, true},
	} {
		q.account = &station.Account{Roles: test.roles, Station: test.of}
		if q.own() != test.want || q.oversees() != test.all {
			t.Errorf("%v of %d: reports for %d, oversees %t", test.roles, test.of, q.own(), q.oversees())
		}
	}
	q.account = &station.Account{Roles: []station.Role{station.RoleAdmin, station.RoleAssociation}}
	duties, err := q.duties(chaping.Period{Year: 2026, Month: time.November})
	if err != nil || len(duties) != 1 || duties[0].Station.ID != own.ID {
		t.Errorf("%+v %v", duties, err)
	}
}

// Who may only read has no button to mine with.
func TestReadersCannotMine(t *testing.T) {
	h := open(t)
	h.withReviews(t, chaping.Negative, "插上就漏电，手都麻了")
	for _, path := range []string{"/products", "/review", "/sheets"} {
		h.says(t, "platform", path+"?period=2026-11", "还没有用现在的词库挖掘", "开始挖掘")
		h.says(t, "bureau", path+"?period=2026-11", "还没有用现在的词库挖掘", "!开始挖掘")
	}
}
