package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/report"
	"chaping/report/intake"
	"chaping/station"
)

const ownName = "上海市食品接触材料协会" // of the house's association, station 3

// rowsOf are the fields of rows in the page's form.
func rowsOf(version string, rows ...[]string) url.Values {
	f := url.Values{"version": {version}, "filler": {"王五" + evil}, "phone": {"021-1" + evil[:20]}}
	for _, row := range rows {
		for i, name := range rowFields() {
			value := ""
			if i < len(row) {
				value = row[i]
			}
			f.Add(name, value)
		}
	}
	return f
}

func with(f url.Values, pairs ...string) url.Values {
	c := url.Values{}
	for k, v := range f {
		c[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		c.Set(pairs[i], pairs[i+1])
	}
	return c
}

const atForm = "/form?period=2026-11"

// draft is the association's sheet as it is stored.
func (h *house) sheetA(t *testing.T, period string) (s ownSheet, version int64) {
	t.Helper()
	d, err := h.Station.Draft(t.Context(), station.Everything(), chaping.FormAssociation, period, 3)
	if err == nil && d.Version > 0 {
		err = json.Unmarshal(d.Content, &s)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s, d.Version
}

var kettle = []string{"电热水壶" + evil, "3", "上海" + evil, "手柄漏电" + evil, "绝缘不良" + evil, "抽查" + evil, "检测" + evil, "集中反映", "人身安全"}

// A month of an association in its browser: typed, moved about, frozen, handed
// in, and copied into the next.
func TestFormMonth(t *testing.T) {
	h := open(t)
	post := func(path string, form url.Values, status int) *httptest.ResponseRecorder {
		t.Helper()
		r := h.ask("association", "POST", path, form)
		if r.Code != status {
			t.Fatalf("%s: %d %s", path, r.Code, r.Body.String())
		}
		return r
	}
	second := []string{"插座", "许多", "上海", "", "", "", ""}
	post(atForm, with(rowsOf("0", kettle, second), "do", "add"), http.StatusSeeOther)
	if s, v := h.sheetA(t, "2026-11"); len(s.Rows) != 3 || v != 1 || s.Rows[1][0] != "插座" {
		t.Fatalf("%+v %d", s, v)
	}
	page := h.ask("association", "GET", atForm, nil).Body.String()
	for _, want := range []string{"看不出是企业的数量。写成数字", "必填的栏目是空的。补上", `aria-invalid="true"`, "第 3 行", ownName, "2026年11月25日"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if strings.Contains(page, "<script>alert") || strings.Contains(page, "<img src=x") {
		t.Error("what was typed is markup")
	}
	r := post("/form/freeze?period=2026-11", rowsOf("1", kettle, second), http.StatusUnprocessableEntity)
	if !strings.Contains(r.Body.String(), "有 2 处要改正") {
		t.Error(r.Body.String())
	}
	post(atForm, with(rowsOf("2", second, kettle), "do", "up-2"), http.StatusSeeOther)
	if s, _ := h.sheetA(t, "2026-11"); s.Rows[0][0] != kettle[0] {
		t.Errorf("not moved: %+v", s.Rows)
	}
	post(atForm, with(rowsOf("2", kettle, second), "do", "remove-2"), http.StatusSeeOther)
	preview := h.ask("association", "GET", "/form/preview?period=2026-11", nil)
	if body := preview.Body.String(); !strings.Contains(body, "手柄漏电") || strings.Contains(body, "<script>alert") || !strings.Contains(preview.Header().Get("Content-Security-Policy"), "sandbox") {
		t.Error("preview:", preview.Header(), body)
	}

	before := h.entries(t)
	post("/form/freeze?period=2026-11", with(rowsOf("3", kettle), "then", "submit"), http.StatusSeeOther)
	if got := h.entries(t)[:len(h.entries(t))-len(before)]; len(got) != 2 || got[1].Action != "冻结报送表" || got[0].Action != "报送" {
		t.Errorf("the log has %+v", got)
	}
	list, err := h.Station.Submissions(t.Context(), "2026-11")
	if err != nil || len(list) != 1 || list[0].Station != ownName || list[0].Entries != 1 {
		t.Fatalf("%+v %v", list, err)
	}
	_, file, err := h.Station.Original(t.Context(), station.Everything(), list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	form, err := intake.Read(t.Context(), "x.docx", file, func(e *chaping.InputError) { t.Error(e) })
	if err != nil || form.Station != ownName || len(form.Entries) != 1 || form.Entries[0].Content != kettle[3] {
		t.Errorf("what was handed in reads as %+v %v", form, err)
	}
	err = h.Station.Entries(t.Context(), "2026-11", func(from station.Submission, content json.RawMessage) error {
		var e report.Entry
		err := json.Unmarshal(content, &e)
		if e.Kind != report.Complaint || len(e.Endangers) != 1 || e.Suggested {
			t.Errorf("%+v", e)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if page := h.ask("centre", "GET", "/inbox?period=2026-11", nil).Body.String(); !strings.Contains(page, "按时报送") || !strings.Contains(page, "网页填写，第 1 版") {
		t.Error("the centre has not got it")
	}
	post("/form/submit?period=2026-11", url.Values{"version": {"1"}}, http.StatusSeeOther)
	if list, _ := h.Station.Submissions(t.Context(), "2026-11"); len(list) != 1 {
		t.Errorf("handed in twice: %d", len(list))
	}
	for _, format := range report.Formats() {
		if r := h.download("association", "/form/download?period=2026-11&version=1&format="+format); r.Code != http.StatusOK || r.Body.Len() == 0 {
			t.Errorf("%s: %d", format, r.Code)
		}
	}
	// A correction says why.
	corrected := append([]string{}, kettle...)
	corrected[1] = "4"
	if r := post("/form/freeze?period=2026-11", rowsOf("3", corrected), http.StatusUnprocessableEntity); !strings.Contains(r.Body.String(), "更正原因") {
		t.Error(r.Body.String())
	}
	post("/form/freeze?period=2026-11", with(rowsOf("4", corrected), "reason", "数错了"), http.StatusSeeOther)

	// It takes the place of what it corrects.
	post("/form/submit?period=2026-11", url.Values{"version": {"2"}}, http.StatusSeeOther)
	var counted []string
	if err := h.Station.Entries(t.Context(), "2026-11", func(_ station.Submission, content json.RawMessage) error {
		e, _, err := report.ReadEntry(content)
		counted = append(counted, e.Companies)
		return err
	}); err != nil || len(counted) != 1 || counted[0] != "4" {
		t.Errorf("%v count after the correction; %v", counted, err)
	}
	if page := h.ask("centre", "GET", "/inbox?period=2026-11", nil).Body.String(); strings.Count(page, "已由后来的版本取代") != 1 || !strings.Contains(page, `data-label="条数" data-kind="number" class="num"><span class="clip">1</span>`) {
		t.Error("the inbox counts both versions")
	}

	// The next month begins with this one's rows.
	*h.now = time.Date(2026, time.December, 25, 9, 0, 0, 0, chaping.Shanghai())
	h.login(t, "association")
	post("/form?period=2026-12", with(rowsOf("0", []string{""}), "do", "copy"), http.StatusSeeOther)
	if s, _ := h.sheetA(t, "2026-12"); len(s.Rows) != 1 || s.Rows[0] != intake.Row(corrected) {
		t.Errorf("copied %+v", s.Rows)
	}
}

// entries are the entries of the audit log, the latest first.
func (h *house) entries(t *testing.T) []station.Entry {
	t.Helper()
	list, err := h.Station.Audit(t.Context(), station.AuditFilter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestFormNothing(t *testing.T) {
	h := open(t)
	if r := h.ask("association", "POST", "/form/freeze?period=2026-11", rowsOf("0", []string{""})); r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "没有填写内容") {
		t.Error(r.Code, r.Body.String())
	}
	if r := h.ask("association", "POST", "/form/freeze?period=2026-11", with(rowsOf("1", []string{""}), "nothing", "1", "then", "submit")); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body.String())
	}
	if list, err := h.Station.Submissions(t.Context(), "2026-11"); err != nil || len(list) != 1 || list[0].Entries != 0 {
		t.Fatalf("%+v %v", list, err)
	}
	if page := h.ask("association", "GET", "/form/preview?period=2026-11&version=1", nil).Body.String(); !strings.Contains(page, ">无<") {
		t.Error("the sheet does not say 无")
	}
	if r := h.ask("association", "POST", "/form/freeze?period=2026-12", rowsOf("0", kettle)); r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "还没有结束") {
		t.Error("a period that runs was frozen:", r.Code)
	}
}

// Sheets that the command line froze for no station are nobody's to hand in.
func TestFormOfNobody(t *testing.T) {
	h := open(t)
	if _, _, err := h.Station.Freeze(t.Context(), station.Sheet{Form: chaping.FormAssociation, Period: "2026-11", Model: []byte(`{"period":"2026-11","entries":[]}`)}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/form/submit", "/form/push"} {
		if r := h.ask("centre", "POST", path+"?period=2026-11", url.Values{"version": {"1"}}); r.Code != http.StatusUnprocessableEntity {
			t.Error(path, r.Code, r.Body)
		}
	}
}

// Two people fill in one sheet: the second sees both sides, and what it typed
// by itself is never thrown away.
func TestFormConflict(t *testing.T) {
	h := open(t)
	save := func(who string, form url.Values, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "http://portal.example"+atForm+"&station=3", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		r.AddCookie(h.cookies[who])
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	if r := save("association", rowsOf("0", kettle), "HX-Request", "true"); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), `name="version" value="1"`) || strings.Contains(r.Body.String(), "<html") {
		t.Fatal(r.Code, r.Body.String())
	}
	mine := []string{"插座", "1", "", "过热"}
	r := save("centre", with(rowsOf("0", mine), "do", "save"))
	if body := r.Body.String(); r.Code != http.StatusConflict || !strings.Contains(body, "第 1 行 涉及产品") || !strings.Contains(body, "插座") || !strings.Contains(body, "电热水壶") || !strings.Contains(body, `name="version" value="1"`) || strings.Contains(body, "<script>alert") {
		t.Fatal(r.Code, body)
	}
	r = save("centre", rowsOf("0", mine), "HX-Request", "true")
	if body := r.Body.String(); r.Code != http.StatusOK || !strings.Contains(body, "您的内容还没有保存") || !strings.Contains(body, `name="version" value="0"`) {
		t.Fatal(r.Code, body)
	}
	if s, v := h.sheetA(t, "2026-11"); v != 1 || s.Rows[0][0] != kettle[0] {
		t.Fatalf("overwritten: %+v", s)
	}
	if r := save("centre", with(rowsOf("1", mine), "do", "save")); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code)
	}
	// What is stored already is no conflict: a late autosave of the same text.
	if r := save("association", with(rowsOf("1", mine), "do", "save")); r.Code != http.StatusSeeOther {
		t.Error(r.Code, r.Body.String())
	}
	// Nor is a button that was pressed while the page saved itself.
	_, v := h.sheetA(t, "2026-11")
	if r := save("association", with(rowsOf(fmt.Sprint(v-1), mine), "do", "add")); r.Code != http.StatusSeeOther {
		t.Error(r.Code, r.Body.String())
	}
	if s, _ := h.sheetA(t, "2026-11"); len(s.Rows) != 2 {
		t.Errorf("%+v", s.Rows)
	}
	// Nobody writes into another's sheet.
	if r := h.ask("association", "POST", "/form?period=2026-11&station=8", with(rowsOf("0", mine), "do", "save")); r.Code != http.StatusSeeOther && r.Code != http.StatusConflict {
		t.Fatal(r.Code)
	}
	if d, err := h.Station.Draft(t.Context(), station.Everything(), chaping.FormAssociation, "2026-11", 8); err != nil || d.Version != 0 {
		t.Errorf("another station's sheet: %+v %v", d, err)
	}
	if r := h.ask("centre", "GET", "/form?period=2026-11&station=10", nil); r.Code != http.StatusUnprocessableEntity {
		t.Error("sheet A for a platform:", r.Code)
	}
	if r := h.ask("centre", "GET", atForm, nil); r.Code != http.StatusOK || !strings.Contains(r.Body.String(), "选择填报单位") {
		t.Error(r.Code)
	}
}

// TestFormIsFiledWhenFrozen: 填报时间 is the day of freezing, never one that has
// passed; what says the same as the last version keeps that version's day.
func TestFormIsFiledWhenFrozen(t *testing.T) {
	h := open(t)
	freeze := func(version string, form url.Values) *report.Association {
		t.Helper()
		if r := h.ask("association", "POST", "/form/freeze?period=2026-11", form); r.Code != http.StatusSeeOther {
			t.Fatalf("%d %s", r.Code, r.Body)
		}
		s, err := h.Station.SheetOf(t.Context(), chaping.FormAssociation, "2026-11", 3, int(number(version)))
		if err != nil {
			t.Fatal(err)
		}
		a, err := report.ReadAssociation(s.Model)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	*h.now = testNow.AddDate(0, 0, 3) // overdue
	h.login(t, "association")
	if day := freeze("1", rowsOf("0", kettle)).Filed.Format(time.DateOnly); day != "2026-11-28" {
		t.Errorf("filed on %s", day)
	}
	*h.now = testNow.AddDate(0, 0, 4)
	h.login(t, "association")
	freeze("1", rowsOf("1", kettle)) // the same: no new version
	corrected := slices.Clone(kettle)
	corrected[1] = "4"
	if day := freeze("2", with(rowsOf("1", corrected), "reason", "数错了")).Filed.Format(time.DateOnly); day != "2026-11-29" {
		t.Errorf("the correction was filed on %s", day)
	}
}
