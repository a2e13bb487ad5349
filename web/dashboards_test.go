package web

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"chaping/station"
)

// A dashboard shows what its views would show, to those who may see it and as
// they may see it, and says of a tile why it cannot be shown.
func TestDashboards(t *testing.T) {
	h := open(t)
	h.mined(t, 3)
	ctx := t.Context()
	account := func(who string) station.Account {
		a, ok, err := h.Station.Session(ctx, h.cookies[who].Value)
		if err != nil || !ok {
			t.Fatal(who, err)
		}
		return a
	}
	post := func(who, path string, fields ...string) string {
		t.Helper()
		v := url.Values{}
		for i := 0; i+1 < len(fields); i += 2 {
			v.Add(fields[i], fields[i+1])
		}
		r := h.ask(who, "POST", path, v)
		if r.Code != http.StatusSeeOther {
			t.Fatalf("%s %s: %d %s", path, v.Encode(), r.Code, r.Body)
		}
		return r.Header().Get("Location")
	}
	page := func(who, path string, code int) string {
		t.Helper()
		r := h.ask(who, "GET", path, nil)
		if r.Code != code {
			t.Fatalf("%s as %s: %d, want %d", path, who, r.Code, code)
		}
		return html.UnescapeString(r.Body.String())
	}
	view := func(list, name, query string) string {
		t.Helper()
		post("platform", "/views", "list", list, "name", name, "query", query, "back", "/")
		views, err := h.Station.Views(ctx, account("platform").ID, list)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range views {
			if v.Name == name {
				return fmt.Sprintf("view:%d", v.ID)
			}
		}
		t.Fatal(name)
		return ""
	}
	terms := view("analysis", "各词条", "rows=term&span=6&count=affirmed")
	provinces := view("analysis", "各省", "rows=province&span=6")
	goods := view("products", "差评多的", "sort=-negative")
	sheets := view("sheets", "报送表", "")
	gone := view("runs", "旧的", "sort=gone_column")
	deleted := view("cases", "要删的", "")

	at, _, _ := strings.Cut(post("platform", "/dashboards", "name", "每周一看", "roles", "bureau", "roles", "admin", "roles", "platform", "roles", "association"), "?")
	add := func(source, shape, width string) {
		post("platform", at+"/tiles", "source", source, "shape", shape, "width", width)
	}
	add("figure:reviews", "number", "1")
	add(terms, "chart", "2")
	add(provinces, "chart", "1")
	add(goods, "table", "3")
	add(sheets, "number", "1")
	add(gone, "table", "1")
	add(deleted, "table", "1")
	post("platform", "/views/"+strings.TrimPrefix(deleted, "view:")+"/delete", "back", "/")

	whole := page("platform", at, http.StatusOK)
	for _, want := range []string{"每周一看", `data-chart="pivot"`, `data-map`, "差评多的", "此视图里的列“gone_column”已不存在", "它所依据的视图已被删除", "0 行"} {
		if !strings.Contains(whole, want) {
			t.Errorf("the dashboard lacks %q", want)
		}
	}
	if strings.Contains(whole, "/tiles/") {
		t.Error("it can be changed where it is looked at")
	}
	// What a tile draws is what the page draws.
	inside := regexp.MustCompile(`(?s)<script type="application/json">(.*?)</script>`)
	theirs := inside.FindStringSubmatch(page("platform", "/analysis?rows=term&span=6&count=affirmed", http.StatusOK))
	if ours := inside.FindStringSubmatch(whole); ours == nil || theirs == nil || ours[1] != theirs[1] {
		t.Errorf("a tile draws %.300q, its page %.300q", ours, theirs)
	}

	// A role that it is shown to sees what it may see; others, and another station, do not see it.
	for who, wants := range map[string][]string{
		"bureau":      {"差评多的", `data-chart="pivot"`, "您的首页没有这个数字"},
		"association": {"没有使用“分析”的权限", "没有使用“商品”的权限"},
		"admin":       {"没有使用“分析”的权限"},
		"foreign":     {"这里的评论数据属于别的监测站"},
	} {
		got := page(who, at, http.StatusOK)
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s does not see %q", who, want)
			}
		}
		if who != "bureau" && (strings.Contains(got, "application/json") || strings.Contains(got, "<svg")) {
			t.Errorf("%s sees numbers that it may not see", who)
		}
		if r := h.ask(who, "POST", at+"/tiles", url.Values{"source": {"figure:reviews"}, "shape": {"number"}}); r.Code != http.StatusNotFound {
			t.Errorf("%s changed it: %d", who, r.Code)
		}
	}
	page("centre", at, http.StatusNotFound)

	// Order and size by buttons.
	edit := func() []string {
		var names []string
		for _, m := range regexp.MustCompile(`id="tile-(\d+)"`).FindAllStringSubmatch(page("platform", at+"?edit=1", http.StatusOK), -1) {
			names = append(names, m[1])
		}
		return names
	}
	before := edit()
	post("platform", at+"/tiles/"+before[0], "do", "up")
	post("platform", at+"/tiles/"+before[0], "do", "down")
	post("platform", at+"/tiles/"+before[2], "do", "wider")
	post("platform", at+"/tiles/"+before[len(before)-1], "do", "remove")
	after := edit()
	if len(after) != len(before)-1 || after[0] != before[1] || after[1] != before[0] || !strings.Contains(page("platform", at, http.StatusOK), `class="card tile w2" id="tile-`+before[2]) {
		t.Errorf("%v became %v", before, after)
	}
	// What cannot be is refused, and nobody else's is deleted.
	for _, c := range []struct {
		path string
		v    url.Values
		code int
	}{
		{"/dashboards", url.Values{"name": {" "}}, 422},
		{"/dashboards", url.Values{"name": {"每周一看"}}, 422},
		{"/dashboards", url.Values{"name": {"x"}, "roles": {"king"}}, 422},
		{at + "/tiles", url.Values{"source": {goods}, "shape": {"chart"}}, 422},
		{at + "/tiles", url.Values{"source": {"view:999"}, "shape": {"table"}}, 422},
		{at + "/tiles", url.Values{"source": {"figure:secret"}, "shape": {"number"}}, 422},
		{at + "/tiles/" + before[0], url.Values{"do": {"explode"}}, 422},
		{at + "/tiles/999", url.Values{"do": {"up"}}, 404},
		{"/dashboards/999/delete", url.Values{}, 404},
	} {
		if r := h.ask("platform", "POST", c.path, c.v); r.Code != c.code {
			t.Errorf("%s %v: %d, want %d", c.path, c.v, r.Code, c.code)
		}
	}
	if r := h.ask("bureau", "POST", at+"/delete", url.Values{}); r.Code != http.StatusNotFound {
		t.Errorf("the bureau deleted it: %d", r.Code)
	}
	entries, err := h.Station.Audit(ctx, station.AuditFilter{})
	if err != nil {
		t.Fatal(err)
	}
	logged := fmt.Sprint(entries)
	for _, want := range []string{"新建看板", "看板“每周一看”", "共享给：市场监管局（只读）、管理员、平台监测站、行业组织"} {
		if !strings.Contains(logged, want) {
			t.Errorf("the log lacks %q", want)
		}
	}
	post("platform", at+"/delete")
	page("bureau", at, http.StatusNotFound)
}
