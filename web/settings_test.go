package web

import (
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"chaping/store/backup"
)

func TestSettings(t *testing.T) {
	h := open(t)
	post := func(path string, form url.Values, status int) string {
		t.Helper()
		r := h.ask("admin", "POST", path, form)
		if r.Code != status || strings.Contains(r.Body.String(), "<script>alert") {
			t.Fatalf("%s: %d %s", path, r.Code, r.Body.String())
		}
		return r.Body.String()
	}
	h.site(t, "bad", "extends: mall\nbase: http://127.0.0.1:1\n"+strconv.Quote(evil)+": 2\n")
	form := url.Values{"version": {"0"}, "contact": {"王五" + evil}, "phone": {"021" + evil}, "page_days": {"30"}, "pinned_days": {""}}
	post("/settings", form, http.StatusSeeOther)
	if s, err := h.Station.Settings(t.Context()); err != nil || s.PageDays != 30 || s.PinnedDays != 0 || s.Version != 1 {
		t.Fatalf("%+v %v", s, err)
	}
	page := h.ask("admin", "GET", "/settings", nil).Body.String()
	if strings.Contains(page, "<script>alert") || strings.Contains(page, "<img src=x") || !strings.Contains(page, "王五") || !strings.Contains(page, "有 1 处错误") {
		t.Error(page)
	}
	post("/settings", with(form, "contact", "李四"), http.StatusConflict)
	for field, value := range map[string]string{"page_days": "很久", "pinned_days": "-1", "contact": strings.Repeat("长", 101)} {
		if page := post("/settings", with(form, "version", "1", field, value), http.StatusUnprocessableEntity); !strings.Contains(page, `role="alert"`) {
			t.Errorf("%s: %s", field, page)
		}
	}

	// Terms are chosen by sets and fields, and a set follows the dictionary.
	picked := url.Values{
		"name": {"化妆品"}, "keywords": {"面霜"}, "sources": {"mall"}, "sets": {"安全核心", "领域：家用电器"}, "terms": {"漏电"},
	}
	if r := h.ask("platform", "POST", "/watches/new", picked); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	picks := h.ask("platform", "GET", "/watches/1", nil).Body.String()
	for _, want := range []string{`value="安全核心" checked`, `value="领域：家用电器" checked`, `value="安全全部">`, ">漏电</textarea>"} {
		if !strings.Contains(picks, want) {
			t.Errorf("the form of the watch lacks %s", want)
		}
	}
	picked.Set("sets", "领域：没有")
	if r := h.ask("platform", "POST", "/watches/new", picked); r.Code != http.StatusUnprocessableEntity {
		t.Errorf("a field without terms is taken: %d", r.Code)
	}
	if r := h.ask("platform", "POST", "/watches/1/delete", url.Values{"version": {"1"}}); r.Code != http.StatusSeeOther {
		t.Error(r.Code)
	}

	// A site that is switched off can neither be chosen nor kept in a watch.
	watch := url.Values{"name": {"小家电"}, "keywords": {"插座"}, "sources": {"mall"}}
	if r := h.ask("platform", "POST", "/watches/new", watch); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code)
	}
	post("/settings/sites", url.Values{"version": {"1"}}, http.StatusSeeOther)
	if page := h.ask("platform", "GET", "/watches/new", nil).Body.String(); !strings.Contains(page, `value="mall" disabled`) || !strings.Contains(page, "已停用") {
		t.Error("a site that is off can be chosen, or nothing says why not")
	}
	if r := h.ask("platform", "POST", "/watches/2", with(watch, "version", "1")); r.Code != http.StatusUnprocessableEntity {
		t.Error("a site that is off was taken:", r.Code)
	}
	if s, err := h.Station.Settings(t.Context()); err != nil || s.Contact == "" || !slices.Contains(s.SitesOff, "mall") {
		t.Errorf("%+v %v", s, err)
	}
	post("/settings/sites", url.Values{"version": {"1"}, "on": {"mall"}}, http.StatusConflict)
	post("/settings/sites", url.Values{"version": {"2"}, "on": {"mall"}}, http.StatusSeeOther)

	// The schedule.
	post("/settings/plans", url.Values{"plan": {"月报"}, "every": {"month"}, "day": {"25"}, "at": {"01:00"}}, http.StatusSeeOther)
	plans, err := h.App.Plans(t.Context())
	if err != nil || plans[0].Name != "月报" || plans[0].Cron != "0 1 25 * *" {
		t.Fatalf("%+v %v", plans, err)
	}
	weekly := url.Values{"plan": {"月报"}, "every": {"week"}, "weekday": {"5", "1"}, "at": {"02:30"}, "off": {"1"}}
	post("/settings/plans", weekly, http.StatusSeeOther)
	plans, err = h.App.Plans(t.Context())
	if err != nil || plans[0].Cron != "30 2 * * 1,5" || !plans[0].Off {
		t.Fatalf("%+v %v", plans, err)
	}
	if page := h.ask("admin", "GET", "/settings", nil).Body.String(); !strings.Contains(page, "每周一、五 02:30") || !strings.Contains(page, "停用") {
		t.Error("the plan is not shown in words")
	}
	for _, bad := range []url.Values{
		{"every": {"month"}, "day": {"31"}, "at": {"02:30"}}, {"every": {"week"}, "at": {"02:30"}}, {"every": {"day"}, "at": {"25:00"}},
		{"every": {"day"}}, {"every": {"minutes"}, "step": {"7"}}, {"every": {"世纪"}, "at": {"02:30"}}, {"cron": {"坏" + evil}},
	} {
		bad.Set("plan", "月报")
		post("/settings/plans", bad, http.StatusUnprocessableEntity)
	}
	if page := post("/settings/plans", url.Values{"plan": {"没有"}, "cron": {"0 1 25 * *"}}, http.StatusUnprocessableEntity); commands.MatchString(page[strings.Index(page, `role="alert"`):][:200]) {
		t.Error(page)
	}
	post("/settings/run", url.Values{"plan": {"没有"}}, http.StatusUnprocessableEntity)
	post("/settings/run", url.Values{"plan": {"发送通知"}}, http.StatusSeeOther)
	h.wait(t)

	// Backups: what verifying found stands beside the file.
	post("/settings/backups", url.Values{"name": {"../station.db"}}, http.StatusUnprocessableEntity)
	post("/settings/backups", url.Values{}, http.StatusSeeOther)
	h.wait(t)
	if page := h.ask("admin", "GET", "/settings", nil).Body.String(); !strings.Contains(page, "完好") || strings.Contains(page, "没有核对过") {
		t.Error(page)
	}
	backups, err := h.App.Backups(t.Context())
	if err != nil || len(backups) != 1 {
		t.Fatal(backups, err)
	}
	if err := os.Truncate(h.App.Path(backup.Folder, backups[0].Name), 100); err != nil {
		t.Fatal(err)
	}
	post("/settings/backups", url.Values{"name": {backups[0].Name}}, http.StatusSeeOther)
	<-h.jobs.all()[0].done
	if page := h.ask("admin", "GET", "/settings", nil).Body.String(); !strings.Contains(page, "不完整或已损坏") {
		t.Error(page)
	}
	actions := map[string]int{}
	for _, e := range h.entries(t) {
		actions[e.Action]++
	}
	for action, n := range map[string]int{"修改设置": 1, "启用、停用站点": 2, "修改计划": 2, "运行计划": 1, "备份": 2} {
		if actions[action] != n {
			t.Errorf("%s stands in the log %d times, want %d", action, actions[action], n)
		}
	}
}

// A site profile is written in the page: checked, tried, kept only without
// faults, and never one that reaches into the own network.
func TestSitesInPage(t *testing.T) {
	h := open(t)
	h.shop(t)
	send := func(path string, form url.Values, status int) string {
		t.Helper()
		r := h.ask("admin", "POST", path, form)
		if r.Code != status || strings.Contains(r.Body.String(), "<script>alert") {
			t.Fatalf("%s: %d %s", path, r.Code, r.Body)
		}
		return r.Body.String()
	}
	const refused = http.StatusUnprocessableEntity
	good := "extends: schema-org\nbase: https://shop.example.com\nplatform: {id: my, name: 某商城}\n"
	form := url.Values{"name": {"my-shop"}, "text": {strings.ReplaceAll(good, "\n", "\r\n")}}
	send("/settings/sites/new", form, http.StatusSeeOther)
	if text, err := h.App.SiteText("my-shop"); err != nil || text.Text != strings.TrimSpace(good) {
		t.Fatalf("%q %v", text.Text, err)
	}
	for name, c := range map[string]struct {
		form url.Values
		says string
	}{
		"a name that is there":    {form, "已有站点配置"},
		"a shipped one":           {with(form, "name", "jd"), "自带的站点配置"},
		"a path":                  {with(form, "name", "../x"), "不能用"},
		"the form's own address":  {with(form, "name", "new"), "不能用"},
		"a fault":                 {with(form, "name", "x", "text", good+evil+": 1"), "处错误"},
		"a member nobody knows":   {with(form, "name", "x", "text", good+"nonsense: 1"), "nonsense"},
		"this machine":            {with(form, "name", "x", "text", good+"private_hosts: [localhost]"), "本机和内网"},
		"this machine, inherited": {with(form, "name", "x", "text", "extends: mall\nbase: http://127.0.0.1:1"), "本机和内网"},
	} {
		if page := send("/settings/sites/new", c.form, refused); !strings.Contains(page, c.says) {
			t.Errorf("%s: nothing says %q", name, c.says)
		}
	}

	// What was there when the page was opened is what is changed.
	page := h.ask("admin", "GET", "/settings/sites/my-shop", nil).Body.String()
	before, err := h.App.SiteText("my-shop")
	if err != nil || !strings.Contains(page, before.Hash) || !strings.Contains(page, "配置无误") {
		t.Errorf("the page of the profile: %v", err)
	}
	change := url.Values{"text": {good + "# 核对过"}, "hash": {before.Hash}}
	send("/settings/sites/my-shop", change, http.StatusSeeOther)
	if page := send("/settings/sites/my-shop", change, refused); !strings.Contains(page, "刚被别人改过") {
		t.Error("another's change is lost")
	}

	// A stored profile keeps what it may reach; the address may not be another's.
	shop, err := h.App.SiteText("shop")
	if err != nil {
		t.Fatal(err)
	}
	address := h.address(t)
	trial := url.Values{"do": {"try"}, "text": {shop.Text}, "hash": {shop.Hash}, "address": {address + "/search?q=%E6%8F%92%E5%BA%A7"}}
	if page := send("/settings/sites/shop/check", trial, http.StatusOK); !strings.Contains(page, "试读的结果") || !strings.Contains(page, "读得出") {
		t.Error("nothing is shown of the trial:", page)
	}
	for do, says := range map[string]string{"propose": "内网或本机", "try": "没有写网址"} {
		trial := with(trial, "do", do)
		if do == "try" {
			trial.Del("address")
		}
		if page := send("/settings/sites/shop/check", trial, refused); !strings.Contains(page, says) {
			t.Errorf("%s: %s", do, page)
		}
	}

	// A profile that a watch collects stays.
	watch := url.Values{"name": {"小家电"}, "keywords": {"插座"}, "sources": {"shop"}}
	if r := h.ask("platform", "POST", "/watches/new", watch); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code)
	}
	send("/settings/sites/shop/delete", url.Values{"hash": {shop.Hash}}, refused)
	now, err := h.App.SiteText("my-shop")
	if err != nil {
		t.Fatal(err)
	}
	send("/settings/sites/my-shop/delete", url.Values{"hash": {before.Hash}}, refused)
	send("/settings/sites/my-shop/delete", url.Values{"hash": {now.Hash}}, http.StatusSeeOther)
	if r := h.ask("admin", "GET", "/settings/sites/my-shop", nil); r.Code != http.StatusNotFound {
		t.Error("a profile that is gone:", r.Code)
	}
	if r := h.ask("platform", "GET", "/settings/sites/shop", nil); r.Code != http.StatusForbidden {
		t.Error("whoever is no administrator sees it:", r.Code)
	}
}
