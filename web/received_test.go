package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"chaping/station"
)

// Two portals over a real connection: what concerns the station comes back by
// the signature that its sheets have, and its answers arrive once, whatever is
// cut off between.
func TestExchange(t *testing.T) {
	h := open(t)
	c := openCentre(t, h)
	fetch := func() string {
		t.Helper()
		if r := h.ask("platform", "POST", "/received", nil); r.Code != http.StatusSeeOther {
			t.Fatal(r.Code, r.Body)
		}
		return h.ask("platform", "GET", "/received", nil).Body.String()
	}
	if page := fetch(); !strings.Contains(page, "还没有研究中心的地址") {
		t.Error(page)
	}
	if err := h.Station.SetCentre(t.Context(), station.Centre{URL: c.address, Token: c.token}); err != nil {
		t.Fatal(err)
	}
	for _, b := range []station.Bulletin{
		{Who: "中心", Kind: station.General, Title: "十一月通报", Content: "请注意" + evil},
		{Who: "中心", Kind: station.Feedback, Station: 10, Title: "给本站", Content: "已采纳"},
		{Who: "中心", Kind: station.Feedback, Station: 3, Title: "给别的站", Content: "别看"},
	} {
		if _, err := c.Station.Issue(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	found := station.Times{Found: h.Now().Add(-time.Hour)}
	for _, of := range []int64{10, 3} {
		if _, err := c.Station.PutCase(t.Context(), station.Case{Kind: station.ProductCase, Title: "壶漏电", Station: of, Lead: "线索", Times: found}); err != nil {
			t.Fatal(err)
		}
	}
	page := fetch()
	if !strings.Contains(page, "十一月通报") || !strings.Contains(page, "给本站") || !strings.Contains(page, "壶漏电") ||
		strings.Contains(page, "给别的站") || strings.Contains(page, "案件 2") || strings.Contains(page, "<script>alert") {
		t.Fatal(page)
	}
	received := func() map[string]station.Received {
		t.Helper()
		list, err := h.Station.FromCentre(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		named := map[string]station.Received{}
		for _, r := range list {
			named[r.Item.Title()] = r
		}
		return named
	}
	first := received()
	unseen := h.unseen(t, "platform")
	if len(first) != 3 || unseen != 3 {
		t.Fatalf("%d, %d notices: %+v", len(first), unseen, first)
	}
	fetch() // the same again changes nothing
	if again := received(); again["反馈“给本站”"].Changed != first["反馈“给本站”"].Changed || h.unseen(t, "platform") != unseen {
		t.Errorf("%+v", again)
	}
	h.answers(t, c, first["反馈“给本站”"])
	// A case that is another station's now is marked, and kept.
	kase, _, err := c.Station.Case(t.Context(), station.Everything(), 1)
	if err == nil {
		kase.Station = 3
		_, err = c.Station.PutCase(t.Context(), kase)
	}
	if err != nil {
		t.Fatal(err)
	}
	if page := fetch(); !strings.Contains(page, "已撤下") {
		t.Error(page)
	}
	// A centre that is not there, or one of an earlier version, is said and does
	// no harm.
	c.down.Store(true)
	if page := fetch(); !strings.Contains(page, "暂时不答复") || !strings.Contains(page, "给本站") {
		t.Error(page)
	}
	// Others may not ask, and a token of another station sees its own.
	foreign := c.give(t, station.RoleAssociation, 3, station.PermitSubmit)
	r := program(foreign, http.MethodPost, "/exchange", object{}, nil)
	w := (&house{Server: c.Server}).send(r)
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "给本站") || !strings.Contains(w.Body.String(), "给别的站") {
		t.Error(w.Code, w.Body)
	}
	reads := c.give(t, station.RolePlatform, 10, station.PermitRead)
	if w := (&house{Server: c.Server}).send(program(reads, http.MethodPost, "/exchange", object{}, nil)); w.Code != http.StatusForbidden {
		t.Error(w.Code)
	}
}

// answers has the station answer a bulletin while the centre comes and goes.
func (h *house) answers(t *testing.T, c *testCentre, r station.Received) {
	t.Helper()
	path := "/received/" + strconv.FormatInt(r.ID, 10)
	c.down.Store(true)
	if r := h.ask("platform", "POST", path, url.Values{"content": {"本站已下架"}, "noted": {"1"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	if page := h.ask("platform", "GET", path, nil).Body.String(); !strings.Contains(page, "还没有送到") {
		t.Error(page)
	}
	waiting, err := h.Station.AnswersWaiting(t.Context())
	if err != nil || len(waiting) != 1 {
		t.Fatal(waiting, err)
	}
	c.down.Store(false)
	*h.now = h.now.Add(2 * time.Minute)
	if err := h.App.DeliverToCentre(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The same message again, as after a crash before it was noted as sent.
	a, _, err := waiting[0].Answering()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Station.AnswerCentre(t.Context(), &r, a); err != nil {
		t.Fatal(err)
	}
	w := (&house{Server: c.Server}).send(program(c.token, http.MethodPost, "/exchange/answers",
		object{"key": a.Key, "kind": "bulletin", "subject": r.Item.Number, "content": a.Content, "who": a.Who, "noted": true}, nil))
	if w.Code != http.StatusOK {
		t.Error(w.Code, w.Body)
	}
	said, err := c.Station.Comments(t.Context(), station.Everything(), station.Subject{Kind: station.AboutBulletin, ID: r.Item.Number})
	if err != nil || len(said) != 1 || said[0].Station != 10 || said[0].Who != "platform" {
		t.Fatalf("%+v %v", said, err)
	}
	if n := (&house{Server: c.Server}).unseen(t, "centre"); n != 1 {
		t.Errorf("the centre has %d notices", n)
	}
	if page := h.ask("platform", "POST", "/received", nil); page.Code != http.StatusSeeOther {
		t.Error(page.Code)
	}
	if page := h.ask("platform", "GET", path, nil).Body.String(); strings.Count(page, "本站已下架") != 1 || !strings.Contains(page, "已签收") || strings.Contains(page, "还没有送到") {
		t.Error(page)
	}
	// What the centre refuses is said, and not tried again.
	if r := h.ask("platform", "POST", path, url.Values{"content": {"@没有这个人 请看"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	if page := h.ask("platform", "GET", path, nil).Body.String(); !strings.Contains(page, "不是这里的账号") {
		t.Error(page)
	}
	if r := h.ask("platform", "POST", path, url.Values{"content": {" "}}); r.Code != http.StatusUnprocessableEntity {
		t.Error(r.Code)
	}
	if r := h.ask("foreign", "GET", path, nil); r.Code != http.StatusForbidden {
		t.Error(r.Code)
	}
}

// unseen is how many notices somebody has not seen.
func (h *house) unseen(t *testing.T, name string) int {
	t.Helper()
	a, err := h.Station.Account(t.Context(), name, 0)
	if err != nil {
		t.Fatal(err)
	}
	n, err := h.Station.Unseen(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
