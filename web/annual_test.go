package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/report"
	"chaping/station"
	"chaping/store"
)

// written is the annual report in the page's form with the sections that have
// to be written.
func writtenYear(version string) url.Values {
	return url.Values{"version": {version}, "products": {"电热水壶" + evil[:20]}, "text-1.1": {"烧水的器具" + evil}, "text-1.2": {"多在浙江" + evil}, "text-1.3": {"不锈钢" + evil}, "text-3.1": {"绝缘不良" + evil}, "text-3.2": {"漏电" + evil}, "text-2.7": {"折叠式" + evil}}
}

func TestAnnualReport(t *testing.T) {
	h := open(t)
	post := func(who, path string, form url.Values, status int) *httptest.ResponseRecorder {
		t.Helper()
		r := h.ask(who, "POST", path, form)
		if r.Code != status || strings.Contains(r.Body.String(), "<script>alert") || strings.Contains(r.Body.String(), "<img src=x") {
			t.Fatalf("%s %s: %d %s", who, path, r.Code, r.Body.String())
		}
		return r
	}
	// What the association handed in during the year.
	if r := h.handIn(t, "association", "十一月.csv", sheetA, nil); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code)
	}
	if r := h.handIn(t, "centre", "别家.csv", strings.ReplaceAll(sheetA, "手柄漏电", "别家的内容"), url.Values{"station": {"8"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code)
	}
	post("association", "/annual/figures?year=2026", url.Values{}, http.StatusSeeOther)
	post("association", "/annual?year=2026", with(writtenYear("0"), "text-3.1", "", "do", "save"), http.StatusSeeOther)
	page := h.ask("association", "GET", "/annual?year=2026", nil).Body.String()
	for _, want := range []string{"（根据产品具体情况", "数据已写入", "待写", "可略去", ownName, "已写 "} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if strings.Contains(page, "<script>alert") || strings.Contains(page, "<img src=x") {
		t.Error("what was typed is markup")
	}
	preview := h.ask("association", "GET", "/annual/preview?year=2026", nil).Body.String()
	if !strings.Contains(preview, "烧水的器具") || !strings.Contains(preview, "手柄漏电") || strings.Contains(preview, "别家的内容") || strings.Contains(preview, "<script>alert") {
		t.Error(preview)
	}
	if r := post("association", "/annual/freeze?year=2026", with(writtenYear("1"), "text-3.1", ""), http.StatusUnprocessableEntity); !strings.Contains(r.Body.String(), "还没有写：三、（一）质量问题原因分析") {
		t.Error(r.Body.String())
	}
	if r := post("association", "/annual/freeze?year=2026", with(writtenYear("1"), "products", ""), http.StatusUnprocessableEntity); !strings.Contains(r.Body.String(), "没有写是关于什么产品") {
		t.Error(r.Body.String())
	}
	// What came in since they were made is in the figures before they are frozen.
	if r := h.handIn(t, "association", "补充.csv", strings.ReplaceAll(sheetA, "手柄漏电", "壶底开裂"), nil); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code)
	}
	if r := post("association", "/annual/freeze?year=2026", writtenYear("2"), http.StatusUnprocessableEntity); !strings.Contains(r.Body.String(), "本年的数字有了变化") {
		t.Error(r.Body.String())
	}
	post("association", "/annual/freeze?year=2026", with(writtenYear("3"), "then", "submit"), http.StatusSeeOther)
	*h.now = testNow.Add(time.Hour) // filed at another time, but the same report
	post("association", "/annual/freeze?year=2026", with(writtenYear("3"), "then", "submit"), http.StatusSeeOther)
	if list, err := h.Station.Sheets(t.Context(), chaping.FormAnnual, "2026"); err != nil || len(list) != 1 || list[0].Name != ownName {
		t.Errorf("%+v %v", list, err)
	}
	if list, err := h.Station.Submissions(t.Context(), "2026"); err != nil || len(list) != 1 || list[0].Station != ownName || list[0].File != "专题分析报告-2026-第1版.docx" {
		t.Errorf("%+v %v", list, err)
	}
	post("association", "/annual/freeze?year=2026", with(writtenYear("3"), "text-2.8", "新标准"), http.StatusUnprocessableEntity) // no reason
	post("association", "/annual/freeze?year=2026", with(writtenYear("4"), "text-2.8", "新标准", "reason", "补充"), http.StatusSeeOther)
	for _, format := range annualFormats() {
		for _, version := range []string{"0", "1", "2"} {
			if r := h.download("association", "/annual/download?year=2026&version="+version+"&format="+format); r.Code != http.StatusOK || r.Body.Len() == 0 {
				t.Errorf("%s of version %s: %d", format, version, r.Code)
			}
		}
	}
	if old := h.ask("association", "GET", "/annual/preview?year=2026&version=1", nil).Body.String(); strings.Contains(old, "新标准") || strings.Contains(old, "待补充") {
		t.Error("version 1 is not what was frozen")
	}
	for who, sees := range map[string]bool{"centre": true, "bureau": true, "association": true, "platform": false, "foreign": false} {
		if page := h.ask(who, "GET", "/inbox?period=2026-11", nil).Body.String(); strings.Contains(page, "专题分析报告-2026") != sees || strings.Contains(page, "<script>alert") {
			t.Errorf("%s sees the wrong reports", who)
		}
	}
	// Each station has its own.
	if page := h.ask("foreign", "GET", "/annual?year=2026", nil).Body.String(); strings.Contains(page, "烧水") {
		t.Error("another station reads the draft")
	}
	for _, year := range []string{"2027", "1999", "x"} {
		if r := h.ask("association", "GET", "/annual?year="+year, nil); r.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", year, r.Code)
		}
	}
}

// Lists from elsewhere stand in their sections; lines that cannot be read are
// told, the others are taken.
func TestAnnualLists(t *testing.T) {
	h := open(t)
	var looked, shown string
	send := func(content string, form url.Values) *httptest.ResponseRecorder {
		t.Helper()
		r := h.upload(t, "association", "/annual/lists", "抽查"+evil+".csv", content, form)
		if r.Code != http.StatusSeeOther {
			return r
		}
		looked = r.Header().Get("Location") // what is understood, then stored
		shown = h.ask("association", "GET", looked, nil).Body.String()
		if strings.Contains(shown, "<script>alert") || strings.Contains(shown, "<img src=x") || !strings.Contains(shown, "还没有存入") {
			t.Error(shown)
		}
		return h.ask("association", "POST", looked, url.Values{"do": {"store"}})
	}
	list := "产品名称,生产企业名称,商标,型号规格,抽查结果,主要不合格项目,抽样日期\n电热水壶" + evil[:10] + ",甲厂" + evil[:10] + ",牌,S1,不合格,接地措施,2026-05-11\n台灯,乙厂,亮,L1,合格,/,2026-06-01\n"
	form := url.Values{"year": {"2026"}, "kind": {"inspection"}}
	if r := send(list, form); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	if r := send(list+"电热水壶,丙厂,丙,B,待定,,2026-06-02\n", form); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), "读入 0 条，有 1 行没有读入") || strings.Contains(r.Body.String(), "<script>alert") {
		t.Fatal(r.Code, r.Body.String())
	}
	for _, want := range []string{"将存入</p><p class=\"big\">0 条", "重复的</p><p class=\"big\">2 条", `不收</p><p class="big bad">1 行`, "检验结果：看不出合格与否", "第 4 行“待定”"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the page has no %s\n%s", want, shown)
		}
	}
	for name, f := range map[string]url.Values{"no kind": {"year": {"2026"}}, "no such kind": with(form, "kind", "x")} {
		if r := send(list, f); r.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, r.Code)
		}
	}
	if r := send("甲,乙\n1,2\n", with(form, "kind", "recall")); r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "没有找到") {
		t.Error(r.Code)
	}
	page := h.ask("association", "GET", "/annual?year=2026", nil).Body.String()
	if !strings.Contains(page, "2 条") || strings.Contains(page, "召回</b>") || strings.Contains(page, "<script>alert") || strings.Contains(page, "<img src=x") {
		t.Error(page)
	}
	if r := h.ask("association", "POST", "/annual", url.Values{"year": {"2026"}, "version": {"0"}, "products": {"电热水壶"}, "do": {"save"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code)
	}
	if preview := h.ask("association", "GET", "/annual/preview?year=2026", nil).Body.String(); !strings.Contains(preview, "2026年抽查 1 批次，不合格 1 批次") || strings.Contains(preview, "台灯") || strings.Contains(preview, "<script>alert") {
		t.Error(preview)
	}
	if r := h.ask("association", "POST", "/annual/lists", with(form, "remove", "1")); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	if page := h.ask("association", "GET", "/annual?year=2026", nil).Body.String(); strings.Contains(page, "抽查</b>") {
		t.Error("the list is still there")
	}
	if log := h.entries(t); log[0].Action != "导入年度清单" || log[0].Detail != "删除" || log[1].Action != "导入年度清单" {
		t.Errorf("%+v", log[:2])
	}
}

// Columns that nobody could know are chosen; what is not confirmed is not stored,
// and nobody else goes on with it.
func TestAnnualListColumns(t *testing.T) {
	h := open(t)
	form := url.Values{"year": {"2026"}, "kind": {"recall"}}
	upload := func() string {
		t.Helper()
		r := h.upload(t, "association", "/annual/lists", "召回.csv", "货,谁做的,何时\n电热水壶,甲厂,2026-05-01\n台灯,乙厂,2026-06-01\n台灯,乙厂,2025-06-01\n", form)
		if r.Code != http.StatusSeeOther {
			t.Fatal(r.Code, r.Body)
		}
		return r.Header().Get("Location")
	}
	page := func(path string) string {
		t.Helper()
		r := h.ask("association", "GET", path, nil)
		if r.Code != http.StatusOK {
			t.Fatal(r.Code, r.Body)
		}
		return r.Body.String()
	}
	at := upload()
	if s := page(at); !strings.Contains(s, "没有认出需要的列") || strings.Contains(s, `value="store"`) {
		t.Error(s)
	}
	if r := h.ask("association", "POST", at, url.Values{"do": {"store"}}); r.Code != http.StatusUnprocessableEntity {
		t.Error(r.Code)
	}
	for name, f := range map[string]url.Values{"twice": {"col-0": {"产品名称"}, "col-1": {"产品名称"}}, "no field": {"col-0": {evil}}} {
		if r := h.ask("association", "POST", at, f); r.Code != http.StatusUnprocessableEntity || strings.Contains(r.Body.String(), "<script>alert") {
			t.Errorf("%s: %d", name, r.Code)
		}
	}
	chosen := url.Values{"col-0": {"产品名称"}, "col-1": {"生产企业"}, "col-2": {"日期"}, "do": {"store"}}
	if r := h.ask("association", "POST", at, chosen); r.Header().Get("Location") != at { // it is shown before it is stored
		t.Error(r.Code, r.Header())
	}
	if s := page(at); !strings.Contains(s, `将存入</p><p class="big">2 条`) || !strings.Contains(s, `不在 2026 年</p><p class="big">1 条`) {
		t.Error(s)
	}
	for _, who := range []string{"platform", "foreign"} {
		if r := h.ask(who, "POST", at, chosen); r.Code == http.StatusSeeOther {
			t.Errorf("%s stores it", who)
		}
		if r := h.ask(who, "GET", strings.Replace(at, "/annual/lists", "/import", 1), nil); r.Code == http.StatusOK {
			t.Errorf("%s sees it as a file of reviews", who)
		}
	}
	if s := page("/annual?year=2026"); strings.Contains(s, "召回</b>") {
		t.Error("it is stored before it is confirmed")
	}
	if r := h.ask("association", "POST", at, chosen); r.Code != http.StatusSeeOther || !strings.HasPrefix(r.Header().Get("Location"), "/annual?") {
		t.Error(r.Code, r.Header())
	}
	if s := page("/annual?year=2026"); !strings.Contains(s, "召回</b><span>2 条") {
		t.Error(s)
	}
	if r := h.ask("association", "GET", at, nil); r.Code != http.StatusUnprocessableEntity {
		t.Error("it still waits")
	}
	dropped := upload()
	if r := h.ask("association", "POST", dropped, url.Values{"do": {"drop"}}); r.Code != http.StatusSeeOther {
		t.Error(r.Code)
	}
	for range 5 {
		upload()
	}
	if list, err := os.ReadDir(h.App.Path("uploads")); err != nil || len(list) != 3 {
		t.Errorf("%d wait, %v", len(list), err)
	}
}

// Two write one report, and it saves itself.
func TestAnnualConflict(t *testing.T) {
	h := open(t)
	save := func(form url.Values, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "http://portal.example/annual?year=2026", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		r.AddCookie(h.cookies["association"])
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	if r := save(url.Values{"version": {"0"}, "text-1.1": {"甲"}}, "HX-Request", "true"); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), `name="version" value="1"`) {
		t.Fatal(r.Code, r.Body.String())
	}
	mine := url.Values{"version": {"0"}, "text-1.1": {"乙"}, "do": {"save"}}
	if r := save(mine, "HX-Request", "true"); !strings.Contains(r.Body.String(), "还没有保存") || !strings.Contains(r.Body.String(), `name="version" value="0"`) {
		t.Error(r.Body.String())
	}
	if r := save(mine); r.Code != http.StatusConflict || !strings.Contains(r.Body.String(), "甲") || !strings.Contains(r.Body.String(), "乙") || !strings.Contains(r.Body.String(), "（一）产品简介") {
		t.Error(r.Code, r.Body.String())
	}
	if r := save(with(mine, "version", "1")); r.Code != http.StatusSeeOther {
		t.Error(r.Code)
	}
}

// The platform's figures are those that the command line's report has.
func TestAnnualFigures(t *testing.T) {
	h := open(t)
	h.mined(t, 3)
	for _, step := range []struct{ path, field, value string }{{"/sheets/freeze", "hash", h.draftHash(t)}, {"/sheets/submit", "version", "1"}} { // its rows are no entries of sheet A
		if r := h.ask("platform", "POST", step.path, url.Values{"period": {"2026-11"}, step.field: {step.value}}); r.Code != http.StatusSeeOther {
			t.Fatal(step, r.Code, r.Body.String())
		}
	}
	if r := h.ask("platform", "POST", "/annual/figures?year=2026", url.Values{}); r.Code != http.StatusSeeOther || !strings.HasPrefix(r.Header().Get("Location"), "/jobs/") {
		t.Fatal(r.Code, r.Body.String())
	}
	h.wait(t)
	page := h.ask("platform", "GET", "/annual?year=2026", nil).Body.String()
	if !strings.Contains(page, "数据已写入") || strings.Contains(page, "<script>alert") {
		t.Error(page)
	}
	preview := h.ask("platform", "GET", "/annual/preview?year=2026", nil).Body.String()
	if !strings.Contains(preview, "共采集评论 3 条") || strings.Contains(preview, "<script>alert") {
		t.Error(preview)
	}
	d, err := h.Station.Draft(t.Context(), station.Everything(), formFigures, "2026", 10)
	if err != nil {
		t.Fatal(err)
	}
	r, err := report.ReadAnnual(d.Content)
	if err != nil || r.Items != 1 || r.Dictionary != h.miner().Version() || len(r.Periods) != 12 || r.Periods[10].Period != (chaping.Period{Year: 2026, Month: time.November}).String() || r.Periods[10].Negative == 0 {
		t.Errorf("%+v %v", r, err)
	}

	// Figures of other products, or of before something changed, are not frozen.
	version := 0
	written := url.Values{}
	freeze := func(want string) {
		t.Helper()
		written.Set("version", strconv.Itoa(version))
		version++
		r := h.ask("platform", "POST", "/annual/freeze?year=2026", written)
		if want == "" && r.Code != http.StatusSeeOther || want != "" && (r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), want)) {
			t.Errorf("%s: %d %s", want, r.Code, r.Body.String())
		}
	}
	sum := func() {
		t.Helper()
		if r := h.ask("platform", "POST", "/annual/figures?year=2026", url.Values{}); r.Code != http.StatusSeeOther {
			t.Fatal(r.Code, r.Body.String())
		}
		h.wait(t)
	}
	for name, v := range writtenYear("0") {
		written[name] = v
	}
	written.Set("products", "电热水壶")
	freeze("数字是按全部产品汇总的")
	sum()
	first := h.shownItems(t)[0]
	if r := h.ask("platform", "POST", "/review/judge", url.Values{"period": {"2026-11"}, "id": {first.ID}, "verdict": {"rejected"}, "reason": {"other_goods"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	freeze("汇总以后又")
	sum()
	freeze("")
	*h.now = h.now.Add(time.Hour)
	fill(t, h.Store, 4)
	run := store.Run{ID: "import-later", Stage: store.StageImport, Started: *h.now, Finished: h.now.Add(time.Second), Counts: map[string]uint64{"accepted": 1},
		State: store.Dates(chaping.Period{Year: 2026, Month: time.November}.Window().From, chaping.Period{Year: 2026, Month: time.November}.Window().From)}
	if err := h.Store.PutRun(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	written.Set("reason", "补充")
	freeze("汇总以后又采集、导入或挖掘过本年的评论")
}
