package web

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"chaping"
	"chaping/app"
	"chaping/station"
)

// kettles has two stations report the same broken handle under two hazard
// classes, and gives the leads of the board.
func (h *house) kettles(t *testing.T) []app.BoardLead {
	t.Helper()
	const head = "涉及产品,涉及企业数量,涉及区域,风险信息内容,信息分析,初步建议,信息来源\n"
	if r := h.handIn(t, "association", "甲.csv", head+"电热水壶,3,上海,手柄断裂，烫伤一人,胶合不牢,抽查,检测\n", nil); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	if r := h.handIn(t, "centre", "乙.csv", head+"电热水壶,2,浙江,手柄漏电,绝缘不良,召回,检测\n电风扇,1,江苏,漏电,,,检测\n", url.Values{"station": {"4"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	return h.leads(t)
}

func (h *house) leads(t *testing.T) []app.BoardLead {
	t.Helper()
	p := chaping.Period{Year: 2026, Month: 11}
	b, err := h.App.Board(t.Context(), p, h.miner())
	if err != nil {
		t.Fatal(err)
	}
	records, err := h.Station.Leads(t.Context(), station.LeadFilter{Period: p.String()})
	if err != nil {
		t.Fatal(err)
	}
	list, _ := app.JoinLeads(&b, records)
	return list
}

var hiddenIDs = regexp.MustCompile(`name="ids" value="([^"]*)"`)

// The work on a lead, by its pages alone: from the board to a case in at most
// five clicks, with everything that was done undone again.
func TestLeadsAreWorkedOn(t *testing.T) {
	h := open(t)
	list := h.kettles(t)
	if len(list) != 3 {
		t.Fatalf("%d leads: %+v", len(list), list)
	}
	body := h.ask("centre", "GET", "/board?period=2026-11", nil).Body.String()
	at := regexp.MustCompile(`href="(/board/lead\?[^"]*%E7%94%B5%E7%83%AD[^"]*)"`).FindStringSubmatch(body)
	if at == nil || !strings.Contains(body, "severity") && !strings.Contains(body, "监测站") {
		t.Fatal(body)
	}
	path := html.UnescapeString(at[1])
	page := h.ask("centre", "GET", path, nil).Body.String() // click 1: the sentences are here
	for _, want := range []string{"手柄", "可能是同一条的线索", "优先级", "最严重的词条", "由我研判"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s on the lead", want)
		}
	}
	form := url.Values{"period": {"2026-11"}, "do": {"merge"}, "back": {path}}
	for _, id := range hiddenIDs.FindAllStringSubmatch(page, -1) {
		if name := html.UnescapeString(id[1]); !slices.Contains(form["ids"], name) {
			form.Add("ids", name)
		}
	}
	r := h.ask("centre", "POST", "/board/leads", form) // clicks 2 and 3: tick, merge
	if r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	// Somebody who still sees the lead as it was is shown both sides.
	stale := url.Values{"period": {"2026-11"}, "do": {"dismiss"}, "note": {"不属于监管范围"}, "ids": {form["ids"][0]}}
	conflict := h.ask("centre", "POST", "/board/leads", stale)
	if conflict.Code != http.StatusConflict || !strings.Contains(conflict.Body.String(), "不予处理") || !strings.Contains(conflict.Body.String(), "新") {
		t.Error(conflict.Code, conflict.Body)
	}
	merged := h.leads(t)
	if len(merged) != 2 || len(merged[0].Stations) != 2 || len(merged[0].Parts) != 2 || !strings.Contains(merged[0].Content, "断裂") || !strings.Contains(merged[0].Content, "漏电") {
		t.Fatalf("%+v", merged)
	}
	if merged[0].Points <= list[0].Points {
		t.Errorf("two stations weigh %v, one %v", merged[0].Points, list[0].Points)
	}
	page = h.ask("centre", "GET", r.Header().Get("Location"), nil).Body.String()
	open := regexp.MustCompile(`href="(/cases/new[^"]*)"`).FindStringSubmatch(page)
	if open == nil || !strings.Contains(page, "拆出") || !strings.Contains(page, "并入了") {
		t.Fatal(page)
	}
	fresh := h.ask("centre", "GET", html.UnescapeString(open[1]), nil).Body.String() // click 4
	named := regexp.MustCompile(`name="leads" value="([^"]*)"`).FindStringSubmatch(fresh)
	if named == nil || !strings.Contains(fresh, "手柄断裂") || !strings.Contains(fresh, "手柄漏电") {
		t.Fatal(fresh)
	}
	case1 := url.Values{"period": {"2026-11"}, "leads": {html.UnescapeString(named[1])}, "kind": {"product"}, "title": {"壶柄"}, "found": {"2026-11-20T08:00"}}
	if r := h.ask("centre", "POST", "/cases/new", case1); r.Code != http.StatusSeeOther { // click 5
		t.Fatal(r.Code, r.Body)
	}
	if r := h.ask("centre", "POST", "/cases/new", case1); r.Code != http.StatusUnprocessableEntity {
		t.Error("a second case of a lead:", r.Code)
	}
	l := h.leads(t)[0].Record
	if l.State != station.LeadCase || l.Case != 1 {
		t.Errorf("%+v", l)
	}
	if page := h.ask("bureau", "GET", "/cases/1", nil).Body.String(); !strings.Contains(page, "/board/lead?") {
		t.Error("the case does not lead back")
	}
	if page := h.ask("association", "GET", "/cases/1", nil); strings.Contains(page.Body.String(), "/board/lead?") {
		t.Error("a station is led to the board")
	}
	// The merge holds when more is handed in, and says what is gone.
	const head = "涉及产品,涉及企业数量,涉及区域,风险信息内容,信息分析,初步建议,信息来源\n"
	if r := h.handIn(t, "association", "丙.csv", head+"电饭锅,1,上海,内胆掉漆,,,检测\n", url.Values{"corrects": {"1"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	i := 0
	now := h.leads(t)
	for i < len(now) && now[i].Record.ID != l.ID {
		i++
	}
	if i == len(now) || len(now[i].Gone) != 1 || now[i].Record.Case != 1 || len(now[i].Parts) != 1 {
		t.Fatalf("%+v", now)
	}
	if page := h.ask("centre", "GET", r.Header().Get("Location"), nil).Body.String(); !strings.Contains(page, "已不在各站现在的报送里") {
		t.Error("nobody is told that a part is gone")
	}
}

// What is done with leads can be undone, needs reasons, and is for the centre.
func TestLeadStates(t *testing.T) {
	h := open(t)
	list := h.kettles(t)
	fan := list[slices.IndexFunc(list, func(l app.BoardLead) bool { return l.Product == "电风扇" })].Record
	do := func(who, do string, more ...string) int {
		t.Helper()
		l, err := h.Station.Leads(t.Context(), station.LeadFilter{Period: "2026-11"})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range l {
			if r.Same() == fan.Same() {
				fan = r
			}
		}
		form := with(url.Values{"period": {"2026-11"}, "ids": {leadID(&fan)}, "do": {do}}, more...)
		return h.ask(who, "POST", "/board/leads", form).Code
	}
	for _, step := range []struct {
		who, do string
		more    []string
		code    int
		state   station.LeadState
	}{
		{"bureau", "mine", nil, http.StatusForbidden, station.LeadNew},
		{"association", "mine", nil, http.StatusForbidden, station.LeadNew},
		{"centre", "dismiss", nil, http.StatusUnprocessableEntity, station.LeadNew},
		{"centre", "mine", nil, http.StatusSeeOther, station.LeadJudging},
		{"centre", "assign", []string{"assignee", "3"}, http.StatusUnprocessableEntity, station.LeadJudging}, // no account of the centre
		{"centre", "assign", []string{"assignee", "0"}, http.StatusSeeOther, station.LeadJudging},
		{"centre", "note", nil, http.StatusUnprocessableEntity, station.LeadJudging},
		{"centre", "note", []string{"note", evil}, http.StatusSeeOther, station.LeadJudging},
		{"centre", "split", nil, http.StatusUnprocessableEntity, station.LeadJudging},
		{"centre", "merge", nil, http.StatusUnprocessableEntity, station.LeadJudging},
		{"centre", "dismiss", []string{"note", "不属于监管范围"}, http.StatusSeeOther, station.LeadDismissed},
		{"centre", "reopen", nil, http.StatusSeeOther, station.LeadNew},
		{"centre", "nothing", nil, http.StatusUnprocessableEntity, station.LeadNew},
	} {
		if code := do(step.who, step.do, step.more...); code != step.code {
			t.Errorf("%s by %s: %d", step.do, step.who, code)
		}
		state := station.LeadNew
		if l, err := h.Station.Leads(t.Context(), station.LeadFilter{Period: "2026-11"}); err != nil {
			t.Fatal(err)
		} else if len(l) > 0 {
			state = l[0].State
		}
		if state != step.state {
			t.Errorf("after %s: %s", step.do, state)
		}
	}
	page := h.ask("bureau", "GET", string(query("/board/lead", "period", "2026-11", "id", leadID(&fan))), nil).Body.String()
	if strings.Contains(page, "<script>alert") || !strings.Contains(page, "新 → 研判中") || !strings.Contains(page, "不属于监管范围") || strings.Contains(page, `action="/board/leads"`) {
		t.Error(page)
	}
	if log := h.ask("bureau", "GET", "/audit?q=不予处理", nil).Body.String(); !strings.Contains(log, "电风扇") {
		t.Error("nothing in the log")
	}
	for _, id := range []string{"", "x", "0.electrical..没有"} {
		if r := h.ask("centre", "GET", string(query("/board/lead", "period", "2026-11", "id", id)), nil); r.Code == http.StatusOK {
			t.Error(id, r.Code)
		}
	}
}

// Stations that are late are asked once a day.
func TestUrge(t *testing.T) {
	h := open(t)
	form := url.Values{"period": {"2026-10"}, "ids": {"3", "4"}, "note": {"请尽快"}}
	if r := h.ask("centre", "POST", "/inbox/urge", form); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	h.ask("centre", "POST", "/inbox/urge", form)
	log := h.ask("bureau", "GET", "/audit?q=催报", nil).Body.String()
	for _, want := range []string{"报送期 2026-10 上海市食品接触材料协会", "报送期 2026-10 上海市环境保护工业行业协会", "没有账号、通知渠道和接口令牌"} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in %s", want, log)
		}
	}
	list, err := h.Station.Bulletins(t.Context(), station.Everything())
	if err != nil || len(list) != 2 || list[0].Station == list[1].Station || !strings.Contains(list[0].Content, "请尽快") {
		t.Fatalf("%+v %v", list, err)
	}
	if page := h.ask("association", "GET", "/bulletins", nil).Body.String(); strings.Count(page, "催报：2026-10") != 1 {
		t.Error(page)
	}
	if page := h.ask("centre", "GET", "/inbox?period=2026-10", nil).Body.String(); !strings.Contains(page, "催报") {
		t.Error("no button")
	}
	if page := h.ask("bureau", "GET", "/inbox?period=2026-10", nil).Body.String(); strings.Contains(page, ">催报<") {
		t.Error("the bureau may not")
	}
}

// A lead of several stations is a lead of each: all of them see its case and
// what is said about it, and are credited with it, and no other station.
func TestCaseOfSeveralStations(t *testing.T) {
	h := open(t)
	const kettle = "涉及产品,涉及企业数量,涉及区域,风险信息内容,信息分析,初步建议,信息来源\n电热水壶,3,上海,手柄漏电,绝缘不良,抽查,检测\n"
	if r := h.handIn(t, "association", "甲.csv", kettle, nil); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	if r := h.handIn(t, "centre", "乙.csv", kettle, url.Values{"station": {"4"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	l := h.leads(t)
	if len(l) != 1 || len(l[0].Stations) != 2 {
		t.Fatalf("%+v", l)
	}
	page := h.ask("centre", "GET", "/cases/new?"+url.Values{"period": {"2026-11"}, "leads": {leadID(&l[0].Record)}}.Encode(), nil).Body.String()
	if strings.Count(page, `name="reporters"`) < 3 || strings.Count(page, " checked") != 2 {
		t.Error(page)
	}
	form := url.Values{"period": {"2026-11"}, "leads": {leadID(&l[0].Record)}, "kind": {"product"}, "title": {"壶柄"}, "found": {"2026-11-20T08:00"}}
	if r := h.ask("centre", "POST", "/cases/new", form); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	if r := h.ask("centre", "POST", "/comments", url.Values{"kind": {"case"}, "subject": {"1"}, "content": {"请两站核实"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	credited := func() (of []int64) {
		var page struct{ Stations []station.Assessment }
		r := h.send(program(h.token(t, "centre", station.PermitRead), "GET", "/assessment?year=2026", nil, nil))
		if err := json.Unmarshal(r.Body.Bytes(), &page); err != nil {
			t.Fatal(err, r.Body)
		}
		for _, a := range page.Stations {
			if a.Leads == 1 {
				of = append(of, a.Station.ID)
			}
		}
		return of
	}
	if of := credited(); !slices.Equal(of, []int64{3, 4}) {
		t.Errorf("credited: %v", of)
	}
	if page := h.ask("association", "GET", "/cases/1", nil).Body.String(); !strings.Contains(page, "请两站核实") || !strings.Contains(page, "等 2 个监测站") {
		t.Error(page)
	}
	if list := h.ask("association", "GET", "/cases", nil).Body.String(); !strings.Contains(list, "壶柄") {
		t.Error("the list of the station lacks its case")
	}
	if r := h.ask("foreign", "GET", "/cases/1", nil); r.Code != http.StatusNotFound {
		t.Error("another station sees it:", r.Code)
	}
	form.Del("leads") // and none, when the centre says so
	if r := h.ask("centre", "POST", "/cases/1", with(with(form, "version", "1"), "reporters", "")); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	if r := h.ask("association", "GET", "/cases/1", nil); r.Code != http.StatusNotFound || len(credited()) != 0 {
		t.Error("the station still has it:", r.Code, credited())
	}
}
