package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestCase(t *testing.T) {
	h := open(t)
	form := url.Values{"kind": {"product"}, "title": {"电热水壶漏电" + evil}, "station": {"10"}, "lead": {"三条评论" + evil}, "responsible": {"某厂" + evil}, "deadline": {"2026-11-24"}, "found": {"2026-11-20T08:00"}, "version": {"0"}}
	r := h.ask("centre", "POST", "/cases/new", form)
	if r.Code != http.StatusSeeOther || r.Header().Get("Location") != "/cases/1" {
		t.Fatal(r.Code, r.Body.String())
	}
	page := h.ask("platform", "GET", "/cases/1", nil).Body.String()
	if strings.Contains(page, "<script>alert") || !strings.Contains(page, "已过期限 2026-11-24") {
		t.Error(page)
	}
	for who, status := range map[string]int{"centre": 200, "bureau": 200, "platform": 200, "association": 404, "foreign": 404} {
		if r := h.ask(who, "GET", "/cases/1", nil); r.Code != status {
			t.Errorf("%s gets %d", who, r.Code)
		}
	}
	if r := h.ask("foreign", "POST", "/cases/1/notes", url.Values{"content": {"x"}}); r.Code != http.StatusNotFound {
		t.Error("another station writes into the case:", r.Code)
	}
	if r := h.ask("platform", "POST", "/cases/1/notes", url.Values{"measure": {"停止销售"}, "done": {"1"}, "content": {"已下架" + evil}}); r.Code != http.StatusSeeOther {
		t.Error(r.Code, r.Body.String())
	}
	for _, bad := range []url.Values{{}, {"measure": {"没收"}}, {"measure": {"其他"}}} {
		if r := h.ask("platform", "POST", "/cases/1/notes", bad); r.Code != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d", bad, r.Code)
		}
	}
	set := func(base url.Values, pairs ...string) url.Values {
		f := url.Values{}
		for k, v := range base {
			f[k] = v
		}
		for i := 0; i < len(pairs); i += 2 {
			f.Set(pairs[i], pairs[i+1])
		}
		return f
	}
	for name, bad := range map[string]url.Values{
		"closed without outcome": set(form, "version", "1", "disposed", "2026-11-24T10:00"),
		"judged before found":    set(form, "version", "1", "judged", "2026-11-19T10:00"),
		"in the future":          set(form, "version", "1", "judged", "2026-11-26T10:00"),
		"no time":                set(form, "version", "1", "judged", "昨天"),
		"no title":               set(form, "version", "1", "title", ""),
	} {
		if r := h.ask("centre", "POST", "/cases/1", bad); r.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, r.Code)
		}
	}
	done := set(form, "version", "1", "judged", "2026-11-20T20:00", "warned", "2026-11-21T08:00", "disposed", "2026-11-24T08:00", "outcome", "已召回")
	if r := h.ask("centre", "POST", "/cases/1", done); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	if r := h.ask("centre", "POST", "/cases/1", done); r.Code != http.StatusConflict {
		t.Error("a lost update:", r.Code)
	}
	if r := h.ask("platform", "POST", "/cases/1/notes", url.Values{"content": {"再记"}}); r.Code != http.StatusUnprocessableEntity {
		t.Error("a note in a closed case:", r.Code)
	}
	page = h.ask("bureau", "GET", "/cases", nil).Body.String()
	for _, want := range []string{"12.0 小时", "3.0 天", "4.0 天"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s among the lags", want)
		}
	}
}

func TestBulletins(t *testing.T) {
	h := open(t)
	for _, f := range []url.Values{
		{"kind": {"bulletin"}, "title": {"给大家的" + evil}, "content": {"内容" + evil}},
		{"kind": {"feedback"}, "station": {"3"}, "title": {"只给协会"}, "content": {"已采纳"}},
	} {
		if r := h.ask("centre", "POST", "/bulletins", f); r.Code != http.StatusSeeOther {
			t.Fatal(r.Code, r.Body.String())
		}
	}
	if r := h.ask("centre", "POST", "/bulletins", url.Values{"kind": {"feedback"}, "title": {"给谁"}, "content": {"x"}}); r.Code != http.StatusUnprocessableEntity {
		t.Error("feedback to nobody:", r.Code)
	}
	for who, sees := range map[string]bool{"association": true, "centre": true, "platform": false} {
		page := h.ask(who, "GET", "/bulletins", nil).Body.String()
		if strings.Contains(page, "只给协会") != sees || !strings.Contains(page, "给大家的") || strings.Contains(page, "<script>alert") {
			t.Errorf("%s sees the wrong bulletins", who)
		}
	}
}
