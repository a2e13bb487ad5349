package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/station"
)

// handIn uploads a file as somebody.
func (h *house) handIn(t *testing.T, who, name, content string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := h.upload(t, who, "/inbox?period=2026-11", name, content, form)
	at := r.Header().Get("Location")
	if !strings.HasPrefix(at, "/inbox/") {
		return r
	}
	page := h.ask(who, "GET", at, nil) // what was read, then the button
	if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), "还没有提交") ||
		strings.Contains(page.Body.String(), "<script>alert") || strings.Contains(page.Body.String(), "<img src=x") {
		t.Error(page.Code, page.Body)
	}
	return h.ask(who, "POST", at+"?period=2026-11", url.Values{"do": {"store"}})
}

func (h *house) upload(t *testing.T, who, path, name, content string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for field, values := range form {
		for _, v := range values {
			if err := w.WriteField(field, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write([]byte(content))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	q := httptest.NewRequest(http.MethodPost, "http://portal.example"+path, &b)
	q.Header.Set("Content-Type", w.FormDataContentType())
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	q.AddCookie(h.cookies[who])
	out := httptest.NewRecorder()
	h.ServeHTTP(out, q)
	return out
}

const sheetA = "涉及产品,涉及企业数量,涉及区域,风险信息内容,信息分析,初步建议,信息来源\n电热水壶,3,上海,手柄漏电,绝缘不良,抽查,检测\n"

func TestInbox(t *testing.T) {
	h := open(t)
	if r := h.handIn(t, "association", "十一月.csv", sheetA, nil); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	for since, turnout := range map[string]string{"2026-12": "1 / 1 已报送", "2026-11": "1 / 10 已报送"} { // who need not report is not counted
		if err := h.Station.SetRules(t.Context(), station.Rules{Since: since}, nil); err != nil {
			t.Fatal(err)
		}
		page := h.ask("centre", "GET", "/inbox?period=2026-11", nil).Body.String()
		for _, want := range []string{"按时报送", "十一月.csv", turnout} {
			if !strings.Contains(page, want) {
				t.Errorf("no %s in the centre's inbox", want)
			}
		}
	}
	list, err := h.Station.Submissions(context.Background(), "2026-11")
	if err != nil || len(list) != 1 || list[0].Station != "上海市食品接触材料协会" || list[0].Entries != 1 {
		t.Fatalf("%+v %v", list, err)
	}
	if page := h.ask("platform", "GET", "/inbox?period=2026-11", nil).Body.String(); strings.Contains(page, "十一月.csv") || strings.Contains(page, "食品接触") {
		t.Error("a station sees another's file")
	}
	// Lists and the search have what one may see, and no more.
	for who, sees := range map[string]bool{"association": true, "centre": true, "bureau": true, "platform": false, "foreign": false, "admin": false} {
		for _, path := range []string{"/submissions?q=十一月", "/submissions/export?format=csv", "/search?q=十一月"} {
			if body := h.ask(who, "GET", path, nil).Body.String(); strings.Contains(body, "十一月.csv") != sees {
				t.Errorf("%s at %s: sees the file is not %v", who, path, sees)
			}
		}
	}
	for who, sees := range map[string]bool{"platform": true, "bureau": true, "foreign": false, "association": false, "admin": false} {
		if body := h.ask(who, "GET", "/search?q=漏电", nil).Body.String(); strings.Contains(body, "/lexicon/term") != sees {
			t.Errorf("%s: sees terms is not %v", who, sees)
		}
	}
	path := fmt.Sprintf("/submissions/%d", list[0].ID)
	for who, status := range map[string]int{"association": 200, "centre": 200, "bureau": 200, "platform": 404, "foreign": 404} {
		r := h.ask(who, "GET", path, nil)
		if r.Code != status {
			t.Errorf("%s gets %d for the file", who, r.Code)
		}
		if status == 200 && r.Body.String() != sheetA {
			t.Errorf("%s gets another file", who)
		}
	}
	for name, c := range map[string]struct {
		who, file, content string
		form               url.Values
		want               string
	}{
		"not the form":        {"association", "别的.csv", "a,b\n1,2\n", nil, "别的.csv"},
		"no file":             {"centre", "", "", url.Values{"station": {"3"}}, "没有收到文件"},
		"nobody's":            {"centre", "十一月.csv", sheetA, nil, "没有选择监测站"},
		"of another station":  {"association", "十一月.csv", "填报单位：上海电线电缆行业协会\n" + sheetA, nil, "不是“上海市食品接触材料协会”"},
		"a row without whole": {"association", "缺.csv", sheetA + ",1,上海,,,,\n", nil, "没有读入"},
	} {
		if r := h.handIn(t, c.who, c.file, c.content, c.form); !strings.Contains(r.Body.String(), c.want) {
			t.Errorf("%s: no %q in the answer", name, c.want)
		}
	}
	if r := h.handIn(t, "association", "说明.pdf", "%PDF", url.Values{"about": {"检测报告"}, "station": {"10"}}); r.Code != http.StatusSeeOther {
		t.Error("free format:", r.Code)
	}
	if list, _ := h.Station.Submissions(context.Background(), "2026-11"); list[len(list)-1].Station != "上海市食品接触材料协会" {
		t.Error("a station handed in for another")
	}
}

// What was read of a form is shown to its sender, and to nobody else, before it
// is handed in.
func TestHandInSteps(t *testing.T) {
	h := open(t)
	file := "填报单位：上海市食品接触材料协会\n" + strings.ReplaceAll(sheetA, "电热水壶", "<script>alert(1)</script>") + ",1,上海,,,,\n"
	upload := func() string {
		t.Helper()
		r := h.upload(t, "association", "/inbox?period=2026-11", "十一月.csv", file, nil)
		if r.Code != http.StatusSeeOther || !strings.HasPrefix(r.Header().Get("Location"), "/inbox/") {
			t.Fatal(r.Code, r.Body)
		}
		return r.Header().Get("Location")
	}
	at := upload()
	page := h.ask("association", "GET", at, nil).Body.String()
	for _, want := range []string{"上海市食品接触材料协会", "2026-11", "读到</p><p class=\"big\">1 条", "必填的栏目是空的", "手柄漏电", "行业组织、检验检测机构报送表"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s\n%s", want, page)
		}
	}
	none := func(when string) {
		t.Helper()
		if list, err := h.Station.Submissions(t.Context(), "2026-11"); err != nil || len(list) != 0 {
			t.Errorf("%s: %+v %v", when, list, err)
		}
	}
	none("before it is confirmed")
	for _, who := range []string{"centre", "platform", "foreign"} {
		for _, method := range []string{"GET", "POST"} {
			if r := h.ask(who, method, at, url.Values{"do": {"store"}}); r.Code == http.StatusOK || r.Code == http.StatusSeeOther {
				t.Errorf("%s %s: %d", who, method, r.Code)
			}
		}
	}
	if r := h.ask("association", "POST", at, url.Values{"do": {"drop"}}); r.Code != http.StatusSeeOther {
		t.Error(r.Code)
	}
	none("put away")
	at = upload()
	if r := h.ask("association", "POST", at+"?period=2026-11", url.Values{"do": {"store"}}); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), "已读入 1 条，有 1 处没有读入或要核对") {
		t.Error(r.Code, r.Body)
	}
	if r := h.ask("association", "POST", at+"?period=2026-11", url.Values{"do": {"store"}}); r.Code != http.StatusUnprocessableEntity {
		t.Error("taken twice", r.Code)
	}
	if list, err := h.Station.Submissions(t.Context(), "2026-11"); err != nil || len(list) != 1 || list[0].Entries != 1 {
		t.Errorf("%+v %v", list, err)
	}
	if log := h.entries(t); log[1].Action != "提交报送文件" {
		t.Errorf("%+v", log[:2])
	}
}

// counts checks how many entries inbox and board have of 2026-11.
func (h *house) counts(t *testing.T, entries int) {
	t.Helper()
	duties, err := h.Station.Duties(t.Context(), station.Everything(), []chaping.Period{{Year: 2026, Month: 11}},
		func(p chaping.Period) time.Time { return h.Calendar.Due(p).Day })
	if err != nil {
		t.Fatal(err)
	}
	given := 0
	for i := range duties {
		given += duties[i].Entries
	}
	board, err := h.App.Board(t.Context(), chaping.Period{Year: 2026, Month: 11}, h.miner())
	if err != nil || given != entries || board.Given != entries {
		t.Errorf("the inbox has %d entries, the board %d, not %d: %v", given, board.Given, entries, err)
	}
}

// A file that comes again beside one that is a part of it is no second one.
func TestSameFileAgain(t *testing.T) {
	h := open(t)
	head, kettle, _ := strings.Cut(sheetA, "\n")
	stove, lamp := strings.ReplaceAll(kettle, "手柄", "底座"), strings.ReplaceAll(kettle, "手柄", "壶盖")
	for _, step := range []struct {
		rows    string
		entries int
		said    string
	}{{kettle + stove, 2, ""}, {lamp, 3, ""}, {kettle + stove, 3, ""}, {kettle + stove + lamp, 3, ""}, {kettle + stove, 3, "已由后来的取代，不再计数"}} {
		r := h.handIn(t, "association", "五.csv", head+"\n"+step.rows, nil)
		if r.Code != http.StatusSeeOther && step.said == "" || !strings.Contains(r.Body.String(), step.said) {
			t.Error(r.Code, r.Body)
		}
		h.counts(t, step.entries)
	}
}

// A file of which some lines were not read is mended and handed in again: its
// rows count once. So they do where only some are the same, unless the sender
// says that it is no correction.
func TestMendedFileCountsOnce(t *testing.T) {
	const (
		head  = "涉及产品,涉及企业数量,涉及区域,风险信息内容,信息分析,初步建议,信息来源\n"
		stove = "燃气灶,2,上海,回火,阀门不良,抽查,投诉\n"
		lamp  = "台灯,1,上海,外壳烫手,散热不良,抽查,投诉\n"
	)
	kettle := strings.TrimPrefix(sheetA, head)
	h := open(t)
	if r := h.handIn(t, "association", "一.csv", head+kettle+stove+",1,上海,,,,\n", nil); !strings.Contains(r.Body.String(), "新文件取代这一份") {
		t.Error(r.Code, r.Body)
	}
	h.counts(t, 2)
	at := h.upload(t, "association", "/inbox?period=2026-11", "二.csv", head+lamp+kettle+stove, nil).Header().Get("Location")
	if page := h.ask("association", "GET", at, nil).Body.String(); !strings.Contains(page, "的 2 条都在这一份里，提交后由这一份取代") {
		t.Error(page)
	}
	if r := h.ask("association", "POST", at+"?period=2026-11", url.Values{"do": {"store"}}); r.Code != http.StatusSeeOther {
		t.Error(r.Code, r.Body)
	}
	h.counts(t, 3)
	again := h.send(program(h.token(t, "association", station.PermitSubmit), "POST", "/inbox", map[string]any{"period": "2026-11"}, map[string]string{"file": head + lamp + kettle + stove + strings.ReplaceAll(kettle, "手柄", "底座")}))
	if !strings.Contains(again.Body.String(), `"replaced_files":["二.csv"]`) {
		t.Error(again.Code, again.Body)
	}
	h.counts(t, 4)
	for _, keep := range []bool{false, true} { // some rows are the same: asked, and a correction unless it is said not to be
		at := h.upload(t, "association", "/inbox?period=2026-11", "三.csv", head+lamp+strings.ReplaceAll(stove, "2,", "3,")+strings.Repeat(" ", map[bool]int{true: 1}[keep]), nil).Header().Get("Location")
		page := h.ask("association", "GET", at, nil).Body.String()
		_, ask, _ := strings.Cut(page, `<select name="corrects"><option value="`)
		id, _, _ := strings.Cut(ask, `"`)
		if number(id) == 0 || !strings.Contains(page, "1 条相同") {
			t.Fatal(page)
		}
		if keep {
			id = "0"
		}
		if r := h.ask("association", "POST", at+"?period=2026-11", url.Values{"do": {"store"}, "corrects": {id}}); r.Code != http.StatusSeeOther && r.Code != http.StatusOK {
			t.Error(r.Code, r.Body)
		}
		if keep {
			h.counts(t, 4)
		} else {
			h.counts(t, 2)
			if r := h.handIn(t, "association", "四.csv", head+lamp+strings.ReplaceAll(kettle, "手柄", "底座"), url.Values{"corrects": {lastFile(t, h)}}); r.Code != http.StatusSeeOther {
				t.Fatal(r.Code, r.Body)
			}
			h.counts(t, 2)
		}
	}
}

// lastFile is the number of the file that came last.
func lastFile(t *testing.T, h *house) string {
	t.Helper()
	list, err := h.Station.Submissions(t.Context(), "2026-11")
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	return strconv.FormatInt(list[len(list)-1].ID, 10)
}

// A correction takes the place of a file, and costs; a supplement counts beside
// it, and does not. Both are counted in periods, however many files there are.
func TestCorrectionsAndSupplements(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	if err := h.Station.SetRules(ctx, station.Rules{Since: "2026-08"}, nil); err != nil {
		t.Fatal(err)
	}
	entry := []json.RawMessage{json.RawMessage(`{"product":"壶","content":"漏电"}`)}
	submit := func(period, content string, s station.Submission) int64 {
		t.Helper()
		p, err := chaping.ParsePeriod(period)
		if err != nil {
			t.Fatal(err)
		}
		s.Period, s.StationID, s.File, s.Received = period, 3, content+".csv", p.Window().From.AddDate(0, 0, 20)
		if s.Form == "" {
			s.Form = chaping.FormAssociation
		}
		kept, err := h.Station.Submit(ctx, s, []byte(content), entry)
		if err != nil {
			t.Fatal(err)
		}
		return kept.ID
	}
	first := submit("2026-08", "a", station.Submission{}) // supplemented
	submit("2026-08", "b", station.Submission{})
	for version := 1; version <= 3; version++ { // corrected twice
		submit("2026-09", strconv.Itoa(version), station.Submission{Version: version})
	}
	for _, watch := range []string{"甲", "乙"} { // two sheets, of two watches
		submit("2026-10", watch, station.Submission{Form: chaping.FormPlatform, Name: watch, Version: 1})
	}
	assessed := func() station.Assessment {
		t.Helper()
		var page struct{ Stations []station.Assessment }
		r := h.send(program(h.token(t, "association", station.PermitRead), "GET", "/assessment?year=2026", nil, nil))
		if err := json.Unmarshal(r.Body.Bytes(), &page); err != nil || len(page.Stations) != 1 {
			t.Fatal(err, r.Body)
		}
		return page.Stations[0]
	}
	if a := assessed(); a.Expected != 3 || a.Corrections != 1 || a.Supplements != 1 {
		t.Errorf("%+v", a)
	}
	submit("2026-08", "c", station.Submission{Corrects: first}) // beside the supplement
	if a := assessed(); a.Corrections != 2 || a.Supplements != 1 {
		t.Errorf("%+v", a)
	}
	if page := h.ask("centre", "GET", "/assessment?year=2026", nil).Body.String(); !strings.Contains(page, "更正（期）") || !strings.Contains(page, "补充（期）") {
		t.Error("the page does not say what it counts")
	}
}

// A period before the first that is assessed is owed by nobody: no page says that
// it is missing, and home goes on to the period that runs once it is over.
func TestPeriodsBeforeTheStart(t *testing.T) {
	h := open(t)
	*h.now = time.Date(2026, time.August, 10, 9, 0, 0, 0, chaping.Shanghai())
	if err := h.Station.SetRules(t.Context(), station.Rules{Since: "2026-08"}, nil); err != nil {
		t.Fatal(err)
	}
	home := h.ask("association", "GET", "/", nil).Body.String()
	if strings.Contains(home, "逾期") || !strings.Contains(home, "2026-08 期截止日") || !strings.Contains(home, "本期还没有报送") {
		t.Error(home)
	}
	if page := h.ask("association", "GET", "/inbox?period=2026-07", nil).Body.String(); !strings.Contains(page, "不要求报送") || strings.Contains(page, "逾期未报</b>") {
		t.Error(page)
	}
	if page := h.ask("association", "GET", "/form?period=2026-07", nil).Body.String(); strings.Contains(page, "已逾期") || !strings.Contains(page, "2026-07 期还没有报送") {
		t.Error(page)
	}
	if page := h.ask("centre", "GET", "/board?period=2026-07", nil).Body.String(); strings.Contains(page, "还有") && strings.Contains(page, "个没有报送") {
		t.Error(page)
	}
	*h.now = time.Date(2026, time.August, 28, 9, 0, 0, 0, chaping.Shanghai())
	if home := h.ask("association", "GET", "/", nil).Body.String(); !strings.Contains(home, "已逾期，本期还没有报送") {
		t.Error(home)
	}
}

// A station that does not exist is told, not broken on.
func TestNoSuchStation(t *testing.T) {
	h := open(t)
	for path, form := range map[string]url.Values{"/cases/new": {"kind": {"product"}, "title": {"x"}, "station": {"999"}, "found": {"2026-11-20T08:00"}}, "/bulletins": {"kind": {"feedback"}, "station": {"999"}, "title": {"x"}, "content": {"x"}}} {
		if r := h.ask("centre", "POST", path, form); r.Code != http.StatusNotFound || !strings.Contains(r.Body.String(), "没有编号 999 的监测站") {
			t.Errorf("%s: %d", path, r.Code)
		}
	}
}
