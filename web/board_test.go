package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/report"
	"chaping/station"
)

// Two stations report the same kettle, and a platform counts it twice over:
// one lead, with all that they say, from which a case is opened.
func TestBoard(t *testing.T) {
	h := open(t)
	kettle := func(advice, hostile string) string {
		return "涉及产品,涉及企业数量,涉及区域,风险信息内容,信息分析,初步建议,信息来源\n电热水壶,3,上海、浙江,手柄漏电" + hostile + ",绝缘不良," + advice + ",检测\n"
	}
	if r := h.handIn(t, "association", "甲.csv", kettle("抽查", "<script>alert(1)</script>"), nil); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	list, err := h.Station.Stations(t.Context(), station.Everything())
	if err != nil {
		t.Fatal(err)
	}
	lab := list[slices.IndexFunc(list, func(s station.Station) bool {
		return s.Kind != station.PlatformStation && s.Name != "上海市食品接触材料协会"
	})]
	platform := list[slices.IndexFunc(list, func(s station.Station) bool { return s.Kind == station.PlatformStation })]
	if r := h.handIn(t, "centre", "乙.csv", kettle("召回", ""), url.Values{"station": {strconv.FormatInt(lab.ID, 10)}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	for _, negative := range []uint64{3, 5} { // corrected: the later one holds
		sheet := &report.Platform{Station: platform.Name, Filed: testNow, Period: chaping.Period{Year: 2026, Month: 11}, Rows: []report.PlatformRow{
			{Seq: 1, ProductKeyword: "电热水壶", Term: "漏电", NegativeReviews: negative, Reviews: 9, Shop: "甲店", Product: "某壶", Platform: "mall", ProductID: "1", Region: "江苏省"},
			{Seq: 2, ProductKeyword: "电热水壶", Term: "漏电", NegativeReviews: 0, Reviews: 9, Shop: "乙店", Product: "别的壶", Platform: "mall", ProductID: "2", Region: "福建省"},
		}}
		content, err := sheet.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if r := h.handIn(t, "centre", "乙表.json", string(content), url.Values{"station": {strconv.FormatInt(platform.ID, 10)}}); r.Code != http.StatusSeeOther {
			t.Fatal(r.Code, r.Body.String())
		}
	}
	page := h.ask("centre", "GET", "/board?period=2026-11", nil).Body.String()
	for _, want := range []string{"3 个监测站已报送，合并为 1 条线索", "手柄漏电", "差评 5 条（漏电 5），涉及 1 件商品、1 家店铺", lab.Name, platform.Name, "食品接触", "江苏省"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s on the board", want)
		}
	}
	for _, no := range []string{"差评 3 条", "<script>alert", "福建省"} {
		if strings.Contains(strings.ReplaceAll(page, "<title>福建省 0</title>", ""), no) {
			t.Errorf("%s is on the board", no)
		}
	}
	// On the map a lead is in each of its provinces, and a tile leads to its leads.
	for _, tile := range []string{"江苏省 1", "福建省 0"} {
		if !strings.Contains(page, "<title>"+tile+"</title>") {
			t.Errorf("the map has no %s", tile)
		}
	}
	if !strings.Contains(page, `>江苏省</a></th><td class="num">1</td>`) {
		t.Error("no table has the numbers of the map")
	}
	at := func(place string) string {
		return h.ask("centre", "GET", "/board?"+url.Values{"period": {"2026-11"}, "filter[place]": {place}}.Encode(), nil).Body.String()
	}
	if some, none := at("江苏省"), at("福建省"); !strings.Contains(some, "第 1–1 行，共 1 行") || !strings.Contains(none, "没有符合条件的") {
		t.Error("tiles do not lead to their leads")
	}
	var table boardTable
	if err := json.Unmarshal(h.ask("bureau", "GET", "/board/data?period=2026-11", nil).Body.Bytes(), &table); err != nil {
		t.Fatal(err)
	}
	if len(table.Classes) != 1 || table.Cells[0][boardPeriods-1] != 1 || len(table.Regions) != 3 || table.Mined[0] {
		t.Errorf("%+v", table)
	}
	if r := h.ask("centre", "GET", "/board/download?period=2026-11&format=json", nil); !strings.Contains(r.Body.String(), "手柄漏电") || !strings.Contains(r.Header().Get("Content-Disposition"), "attachment") {
		t.Error(r.Code, r.Header())
	}
	address := "/cases/new?" + url.Values{"period": {"2026-11"}, "product": {"电热水壶"}, "hazard": {string(table.Classes[0])}}.Encode()
	form := h.ask("centre", "GET", address, nil).Body.String()
	for _, want := range []string{"报送期 2026-11", "手柄漏电", "差评 5 条", "电热水壶"} {
		if !strings.Contains(form, want) {
			t.Errorf("no %s on the new case", want)
		}
	}
	if strings.Contains(h.ask("bureau", "GET", "/board?period=2026-11", nil).Body.String(), "/cases/new") {
		t.Error("the bureau, which changes nothing, is offered to open a case")
	}
	if r := h.ask("centre", "GET", "/cases/new?period=2026-11&product=没有&hazard=", nil); r.Code != http.StatusNotFound {
		t.Error(r.Code)
	}
	// Once it is opened, the board leads to the case, also when that is closed.
	opening := url.Values{"period": {"2026-11"}, "product": {"电热水壶"}, "hazard": {string(table.Classes[0])}, "kind": {"product"}, "title": {"漏电"}, "found": {"2026-11-20T08:00"}}
	for i, code := range []int{http.StatusSeeOther, http.StatusUnprocessableEntity} {
		if r := h.ask("centre", "POST", "/cases/new", opening); r.Code != code {
			t.Fatal(i, r.Code, r.Body)
		}
	}
	for range 2 {
		page := h.ask("centre", "GET", "/board?period=2026-11", nil).Body.String()
		if strings.Contains(page, "/cases/new") || !strings.Contains(page, `href="/cases/1"`) {
			t.Error("a second case is offered")
		}
		if r := h.ask("centre", "GET", address, nil); r.Code != http.StatusSeeOther || r.Header().Get("Location") != "/cases/1" {
			t.Error("an old page leads to a second case:", r.Code)
		}
		if r := h.ask("centre", "POST", "/cases/1", with(opening, "version", "1", "disposed", "2026-11-25T08:00", "outcome", "已召回")); r.Code != http.StatusSeeOther && r.Code != http.StatusConflict {
			t.Fatal(r.Code, r.Body)
		}
	}
	if page := h.ask("centre", "GET", "/board?period=2026-10", nil).Body.String(); !strings.Contains(page, "没有线索：还没有监测站报送") {
		t.Error("an empty period says nothing of what to do")
	}
}

// The board counts a review once, however many terms it affirms: by the reviews
// that the sheet names, and else between bounds. So do the page of the lead, the
// case, the sheet that is downloaded, the priority, and what programs get.
func TestBoardCountsReviewsOnce(t *testing.T) {
	h := open(t)
	list, err := h.Station.Stations(t.Context(), station.Everything())
	if err != nil {
		t.Fatal(err)
	}
	platform := list[slices.IndexFunc(list, func(s station.Station) bool { return s.Kind == station.PlatformStation })]
	token := h.token(t, "centre", station.PermitRead)
	sheet := report.Platform{Station: platform.Name, Filed: testNow, Period: chaping.Period{Year: 2026, Month: 11}}
	for i, term := range []string{"冒烟", "起火"} {
		sheet.Rows = append(sheet.Rows, report.PlatformRow{Seq: i + 1, ProductKeyword: "暖手宝", Term: term, NegativeReviews: 3,
			Reviews: 9, Product: "充电暖手宝", Platform: "mall", ProductID: "1"})
		for _, id := range []string{"a", "b", "c"} {
			sheet.Evidence = append(sheet.Evidence, report.Evidence{Seq: i + 1, Review: id, Counted: chaping.CountsNegative})
		}
	}
	for _, named := range []bool{true, false} {
		want, points := "差评 3 条（冒烟 3、起火 3；一条评论说到几个词的，每个词都数它）", 3
		if !named {
			sheet.Evidence = nil
			want, points = "差评至少 3 条、至多 6 条（冒烟 3、起火 3；报送表没有写明是哪些评论", 3
		}
		content, err := sheet.JSON()
		if err != nil {
			t.Fatal(err)
		}
		to := url.Values{"station": {strconv.FormatInt(platform.ID, 10)}}
		if r := h.handIn(t, "centre", "乙表.json", string(content), to); r.Code != http.StatusSeeOther {
			t.Fatal(r.Code, r.Body)
		}
		var board struct {
			Leads []struct {
				Against uint64 `json:"negative_reviews"`
				Most    uint64 `json:"negative_reviews_most"`
			} `json:"leads"`
		}
		read := h.send(program(token, "GET", "/board?period=2026-11", nil, nil))
		if err := json.Unmarshal(read.Body.Bytes(), &board); err != nil {
			t.Fatal(read.Code, err)
		}
		if len(board.Leads) != 1 || int(board.Leads[0].Against) != points || named != (board.Leads[0].Most == board.Leads[0].Against) {
			t.Errorf("named %v: programs read %+v", named, board.Leads)
		}
		id := url.QueryEscape("0.fire..暖手宝")
		for _, at := range []string{"/board?period=2026-11", "/board/lead?period=2026-11&id=" + id, "/cases/new?period=2026-11&leads=" + id,
			"/board/download?period=2026-11&format=json"} {
			if body := h.ask("centre", "GET", at, nil).Body.String(); !strings.Contains(body, want) || strings.Contains(body, "差评 6 条") {
				t.Errorf("named %v: %s does not count a review once", named, at)
			}
		}
	}
}

// What is put together says who has not reported and that the period goes on, on
// the page and on the sheet; and 无 only when all that owe it report so.
func TestBoardSaysWhoHasNotReported(t *testing.T) {
	h := open(t)
	since := map[int64]string{}
	list, err := h.Station.Stations(t.Context(), station.Everything())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if s.ID != 3 && s.ID != 4 { // which owe it
			since[s.ID] = "2026-12"
		}
	}
	if err := h.Station.SetRules(t.Context(), station.Rules{Since: "2026-11"}, since); err != nil {
		t.Fatal(err)
	}
	says := func(step string, page []string, sheet []string, no ...string) {
		t.Helper()
		board := h.ask("centre", "GET", "/board?period=2026-11", nil).Body.String()
		file := h.ask("centre", "GET", "/board/download?period=2026-11&format=html", nil).Body.String()
		for _, want := range page {
			if !strings.Contains(board, want) {
				t.Errorf("%s: the board does not say %s", step, want)
			}
		}
		for _, want := range sheet {
			if !strings.Contains(file, want) {
				t.Errorf("%s: the sheet does not say %s", step, want)
			}
		}
		for _, not := range no {
			if strings.Contains(board, not) || strings.Contains(file, not) {
				t.Errorf("%s: %s is said", step, not)
			}
		}
	}
	const none = "涉及产品,涉及企业数量,涉及区域,风险信息内容,信息分析,初步建议,信息来源\n无,,,,,,\n"
	running := *h.now
	*h.now = time.Date(2026, time.November, 20, 9, 0, 0, 0, chaping.Shanghai())
	says("nobody", []string{"没有线索：还没有监测站报送", "还没有结束"},
		[]string{"汇总（0 个监测站）", "应报的 2 个监测站中还有 2 个没有报送：上海市食品接触材料协会、上海市环境保护", "还没有结束", "还没有监测站报送"}, ">无<")
	*h.now = running
	if r := h.handIn(t, "association", "无.csv", none, nil); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	says("one of two", []string{"1 个监测站已报送（其中 1 个报“无”）", "没有线索：已报送的 1 个监测站都报“无”，还有 1 个没有报送"},
		[]string{"汇总（1 个监测站）", "已报送 1 个监测站（其中 1 个报“无”）：上海市食品接触材料协会", "还有 1 个没有报送：上海市环境保护", "截止日"}, ">无<", "还没有监测站报送")
	if r := h.handIn(t, "centre", "无.csv", none, url.Values{"station": {"4"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	for range 3 { // no session rests so long as from one day to the next
		*h.now = h.now.Add(6 * time.Hour)
		h.ask("centre", "GET", "/", nil)
	}
	says("all", []string{"没有线索：各监测站都报“无”"}, []string{"汇总（2 个监测站）", ">无<"}, "没有报送", "还没有结束", "截止日")
}
