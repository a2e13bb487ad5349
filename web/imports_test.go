package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/app"
	"chaping/store"
)

// look uploads a file and gives the page of its columns.
func (h *house) lookAt(t *testing.T, name, content string) (path, page string) {
	t.Helper()
	w := h.upload(t, "platform", "/import", name, content, url.Values{"steps": {"1"}})
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%s: %d %s", name, w.Code, w.Body)
	}
	path = w.Header().Get("Location")
	shown := h.ask("platform", "GET", path, nil)
	if shown.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", name, shown.Code, shown.Body)
	}
	return path, shown.Body.String()
}

// Whatever is in a file stays text, and a page of it stays small.
func TestHostileUploads(t *testing.T) {
	h := open(t)
	var wide strings.Builder
	wide.WriteString("评论内容,评论时间,评分,商品编号")
	for i := range 16_380 {
		fmt.Fprintf(&wide, ",%s%d", evil[:2], i)
	}
	wide.WriteString("\n漏电,2026-11-01,1,A\n")
	_, page := h.lookAt(t, "wide.csv", wide.String())
	if len(page) > 1<<20 || !strings.Contains(page, "列没有用到，没有列出") {
		t.Errorf("a page of %d bytes", len(page))
	}
	quoted := `"` + strings.ReplaceAll(evil, `"`, `""`) + `"`
	path, page := h.lookAt(t, `"><b>.csv`, strings.Join([]string{quoted, "评论时间", "评论内容", "评论内容", "商品"}, ",")+"\n"+
		strings.Join([]string{"x", "2026-11-01", quoted, "漏电", quoted}, ",")+"\n")
	preview := h.ask("platform", "GET", path+"/preview", nil).Body.String()
	waiting := h.ask("platform", "GET", "/import", nil).Body.String()
	for name, text := range map[string]string{"columns": page, "preview": preview, "waiting": waiting} {
		if strings.Contains(text, "<script>alert") || strings.Contains(text, "<img src=x") || strings.Contains(text, `"><b>.csv`) {
			t.Errorf("%s: what a file says comes out as markup", name)
		}
	}
	if !strings.Contains(page, "评论内容 (2)") {
		t.Error("a name that is repeated is shown as one column")
	}
	for name, content := range map[string]string{"a.csv": "", "b.zip": "PK\x03\x04", "d.exe": "MZ", "e.json": "[1"} {
		w := h.upload(t, "platform", "/import", name, content, url.Values{"steps": {"1"}})
		if w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), h.dir) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if list, err := h.App.Uploads(); err != nil || len(list) != 2 {
		t.Errorf("%d uploads wait, %v", len(list), err)
	}
	for _, id := range []string{"..", "%2e%2e%2fstation.db", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "profiles%00"} {
		if w := h.ask("platform", "GET", "/import/"+id, nil); w.Code == http.StatusOK || w.Code >= 500 {
			t.Errorf("%s: %d", id, w.Code)
		}
	}
}

// Codes of ratings are not counted until it is known which of them is the good
// one.
func TestImportCodes(t *testing.T) {
	h := open(t)
	path, page := h.lookAt(t, "a.csv", "商品名称,评价类型,评价内容,评价时间\n壶,1,外观好看，烧水快,2026-11-05\n壶,3,插头冒烟，电线烧焦了,2026-11-06\n壶,1,很喜欢，推荐,2026-11-07\n")
	if !strings.Contains(page, "哪个数字是好评") || !strings.Contains(page, `<option value="3r"`) {
		t.Fatalf("%s", page)
	}
	if w := h.ask("platform", "POST", path, url.Values{"answer-scale": {""}}); w.Code == http.StatusSeeOther && w.Header().Get("Location") != path {
		t.Errorf("unanswered: %d %s", w.Code, w.Header().Get("Location"))
	}
	if w := h.ask("platform", "POST", path, url.Values{"answer-scale": {"3r"}}); w.Header().Get("Location") != path+"/preview" {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	preview := h.ask("platform", "GET", path+"/preview", nil).Body.String()
	if !strings.Contains(preview, "差评") || !strings.Contains(preview, "好评") {
		t.Errorf("%s", preview)
	}
	u, err := h.App.Uploads()
	if err != nil || len(u) != 1 || u[0].Choice.Answers["scale"] != "3r" {
		t.Errorf("%+v %v", u, err)
	}
}

// What is no answer is refused and changes nothing.
func TestImportAnswers(t *testing.T) {
	h := open(t)
	path, _ := h.lookAt(t, "a.csv", "甲,乙,丙,丁\n"+strings.Repeat("漏电很吓人,05/11/2026,1,5\n很好用推荐,06/11/2026,5,4\n", 4))
	post := func(form url.Values) string {
		t.Helper()
		w := h.ask("platform", "POST", path, form)
		if w.Code >= 500 {
			t.Fatalf("%v: %d", form, w.Code)
		}
		if w.Code == http.StatusSeeOther {
			return w.Header().Get("Location")
		}
		return fmt.Sprint(w.Code)
	}
	good := url.Values{"answer-order": {"day-first"}, "is-rating": {"2"}, "product": {"壶"}}
	with := func(name, value string) url.Values {
		form := url.Values{name: {value}}
		for k, v := range good {
			if k != name {
				form[k] = v
			}
		}
		return form
	}
	for _, test := range []struct{ name, value string }{
		{"answer-scale", "many"}, {"answer-scale", "-1"}, {"answer-scale", "NaN"}, {"answer-scale", "1e300"}, {"answer-nothing", "x"},
		{"answer-order", "x"}, {"answer-exported", "2026-13-40"}, {"answer-fill", "perhaps"}, {"profile", "../../x"},
		{"col-0", "nothing"}, {"col-3", "rating"},
	} {
		form := with(test.name, test.value)
		if test.name == "col-3" {
			delete(form, "is-rating")
			form.Set("col-2", "rating")
		}
		if got := post(form); got != "422" {
			t.Errorf("%s=%s: %s", test.name, test.value, got)
		}
	}
	if got := post(with("product", "")); got != path {
		t.Errorf("without a product: %s", got)
	}
	if got := post(with("is-rating", "99999")); got != path+"/preview" {
		t.Errorf("a column that is not: %s", got)
	}
	if got := post(good); got != path+"/preview" {
		t.Errorf("%s", got)
	}
	again := h.ask("platform", "GET", path, nil).Body.String()
	if !strings.Contains(again, `name="answer-order" value="day-first" checked`) {
		t.Error("an answer cannot be seen and changed")
	}
	if got := post(url.Values{"product": {"壶"}}); got != path+"/preview" { // what the form does not have stays
		t.Errorf("%s", got)
	}
	page := h.ask("platform", "GET", path+"/preview", nil).Body.String()
	if !strings.Contains(page, "2026-11-05") || !strings.Contains(page, "差评") {
		t.Errorf("%s", page)
	}
	if got := post(url.Values{"profile": {"jd"}, "do": {"look"}}); got != path && got != "422" {
		t.Errorf("another profile: %s", got)
	}
	if w := h.ask("association", "GET", path, nil); w.Code != http.StatusForbidden {
		t.Errorf("another station sees the file: %d", w.Code)
	}
	if w := h.ask("platform", "POST", "/import/profiles", url.Values{"name": {"../station"}, "remove": {"1"}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a profile elsewhere: %d", w.Code)
	}
	if w := h.ask("platform", "POST", "/import/profiles", url.Values{"name": {"jd"}, "remove": {"1"}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a shipped profile: %d", w.Code)
	}
}

// A file waits through a restart, and a day; not longer, and not beside too many.
func TestUploadsWait(t *testing.T) {
	h := open(t)
	const file = "商品编号,评论时间,评分,评论内容\nA,2026-11-01,1,漏电\n"
	path, _ := h.lookAt(t, "a.csv", file)
	half := h.App.Path("uploads", "half")
	if err := os.MkdirAll(half, 0o700); err != nil {
		t.Fatal(err)
	}
	later := app.New(app.Config{Dir: h.App.Dir, Now: h.Now, Log: h.App.Log})
	u, err := later.Upload(filepath.Base(path))
	if err != nil || u.Name != "a.csv" {
		t.Fatalf("%+v %v", u, err)
	}
	*h.now = h.now.Add(23 * time.Hour)
	h.login(t, "platform")
	if w := h.ask("platform", "GET", path, nil); w.Code != http.StatusOK {
		t.Errorf("after 23 hours: %d", w.Code)
	}
	*h.now = h.now.Add(2 * time.Hour)
	h.login(t, "platform")
	old := h.now.Add(-25 * time.Hour)
	for _, dir := range []string{half, u.Dir()} {
		if err := os.Chtimes(dir, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if w := h.ask("platform", "GET", path, nil); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "重新上传") {
		t.Errorf("after 25 hours: %d", w.Code)
	}
	h.ask("platform", "GET", "/import", nil)
	if left, err := os.ReadDir(h.App.Path("uploads")); err != nil || len(left) != 0 {
		t.Errorf("%v are left, %v", left, err)
	}
	var last int
	for range 31 {
		last = h.upload(t, "platform", "/import", "a.csv", file, url.Values{"steps": {"1"}}).Code
	}
	if last != http.StatusServiceUnavailable {
		t.Errorf("the 31st: %d", last)
	}
	if list, err := h.App.Uploads(); err != nil || len(list) != 30 {
		t.Errorf("%d wait, %v", len(list), err)
	}
}

// uploadPart uploads a file in a part that a form has under this name.
func (h *house) uploadPart(t *testing.T, part, name, content string) *httptest.ResponseRecorder {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	err := w.WriteField("steps", "1")
	if err == nil {
		var f io.Writer
		if f, err = w.CreateFormFile(part, name); err == nil {
			_, err = io.WriteString(f, content)
		}
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	q := httptest.NewRequest(http.MethodPost, "http://portal.example/import", &b)
	q.Header.Set("Content-Type", w.FormDataContentType())
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	q.AddCookie(h.cookies["platform"])
	out := httptest.NewRecorder()
	h.ServeHTTP(out, q)
	return out
}

// A file of several periods is counted in all of them, and alarms nobody about
// what is long past.
func TestImportOfSeveralPeriods(t *testing.T) {
	h := open(t)
	table := "关键词,商品编号,商品名称,评论编号,评论时间,评分,评论内容\n"
	for i, day := range []string{"2026-08-03", "2026-10-02", "2026-11-02"} {
		for n := range 2 { // two of one product are an event
			table += fmt.Sprintf("电热水壶,A,壶,%d,%s,1,第 %d 天就起火了，吓人\n", 10*i+n, day, n+2)
		}
	}
	path, _ := h.lookAt(t, "a.csv", table)
	if w := h.ask("platform", "POST", path, nil); w.Header().Get("Location") != path+"/preview" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := h.ask("platform", "POST", path+"/store", nil); w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	h.jobs.wait()
	runs, err := h.Store.Runs(t.Context(), store.RunFilter{Stage: "mine"})
	if err != nil {
		t.Fatal(err)
	}
	mined := map[string]uint64{}
	for _, r := range runs {
		mined[r.Period.String()] = r.Counts["affirmed"]
	}
	for _, period := range []string{"2026-08", "2026-10", "2026-11"} {
		if mined[period] == 0 {
			t.Errorf("%s is not counted: %v", period, mined)
		}
	}
	urgent, err := h.Station.Urgents(t.Context(), "")
	if err != nil || len(urgent) == 0 {
		t.Errorf("%d alarms, %v", len(urgent), err)
	}
	for _, u := range urgent {
		if u.First != "2026-11" {
			t.Errorf("an alarm of %s", u.First)
		}
	}
}

// A product table that comes alone is understood, corrected, shown and stored;
// what it leaves blank is as it was.
func TestProductTableAlone(t *testing.T) {
	h := open(t)
	get := func(path string) string {
		t.Helper()
		w := h.ask("platform", "GET", path, nil)
		if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "<script>alert") || strings.Contains(w.Body.String(), "<img src=x") {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
		return w.Body.String()
	}
	imported := func(name, content string, form url.Values) (preview, report string) {
		t.Helper()
		w := h.uploadPart(t, "products", name, content)
		path := w.Header().Get("Location")
		if w.Code != http.StatusSeeOther || !strings.Contains(get(path), "没有评论") {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if w := h.ask("platform", "POST", path, form); w.Header().Get("Location") != path+"/preview" {
			t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
		}
		preview = get(path + "/preview")
		if w := h.ask("platform", "POST", path+"/store", nil); w.Code != http.StatusSeeOther {
			t.Fatal(w.Code, w.Body)
		}
		h.jobs.wait()
		runs, err := h.Store.Runs(t.Context(), store.RunFilter{Stage: store.StageImport, Limit: 1})
		if err != nil || len(runs) != 1 {
			t.Fatal(runs, err)
		}
		return preview, get("/runs/" + runs[0].ID)
	}
	quoted := `"` + strings.ReplaceAll(evil, `"`, `""`) + `"`
	preview, report := imported("商品"+evil[:8]+".csv", "商品编号,商品名称,店铺名称,商品价格,关键词\nA,插座,甲店,199,插座\nB,"+quoted+",乙店,很贵,\n,没有编号,,,\nA,,,,排插\n", nil)
	for _, want := range []string{"4 行里采用 3 行，商品 2 件", "不收 1 行", "没有关键词的 1 件", "商品没有编号", "价格不是数字", "199.00", "<b class=\"bad\">没有</b>"} {
		if !strings.Contains(preview, want) {
			t.Errorf("the preview has no %s\n%s", want, preview)
		}
	}
	for _, want := range []string{`新存入</p><p class="big">2 件`, `更新</p><p class="big">0 件`, "商品编号：商品没有编号", "很贵"} {
		if !strings.Contains(report, want) {
			t.Errorf("the report has no %s\n%s", want, report)
		}
	}
	if !strings.Contains(report, "/undo") {
		t.Error("it cannot be taken back")
	}
	// A column that nobody could know, and what a person adds.
	if !strings.Contains(report, "1 件商品没有商品关键词") {
		t.Errorf("%s", report)
	}
	preview, report = imported("b.csv", "货,叫什么,哪里\nA,,上海\nB,灯,江苏\nC,扇,\n", url.Values{"col-0": {"product_id"}, "col-1": {"product"}, "col-2": {"region"}, "keyword": {"家电"}})
	if !strings.Contains(preview, "甲店") || !strings.Contains(preview, "排插") || !strings.Contains(preview, "家电") {
		t.Errorf("what is known or was said is not there\n%s", preview)
	}
	if !strings.Contains(report, `新存入</p><p class="big">1 件`) || !strings.Contains(report, `更新</p><p class="big">2 件`) {
		t.Errorf("%s", report)
	}
	if strings.Contains(report, "没有商品关键词") {
		t.Error("a keyword that was given is missing")
	}
	found, err := h.Store.Products(t.Context(), chaping.Window{To: h.Now().Add(time.Hour)}, []chaping.ProductKey{{Platform: "import", Product: "A"}, {Platform: "import", Product: "B"}})
	if err != nil {
		t.Fatal(err)
	}
	if a := found[chaping.ProductKey{Platform: "import", Product: "A"}]; len(a) != 2 || a[0].Product.Shop != (chaping.Shop{Name: "甲店", Region: "上海"}) || a[0].Product.Price.String() != "199.00" {
		t.Errorf("%+v", a)
	}
	_, report = imported("b.csv", "商品编号,商品名称,区域\nA,插座,上海\nC,扇,\n", nil)
	if !strings.Contains(report, `与已有的相同</p><p class="big">2 件`) {
		t.Errorf("%s", report)
	}
	// All of it is taken back, the latest first.
	runs, err := h.Store.Runs(t.Context(), store.RunFilter{Stage: store.StageImport})
	if err != nil || len(runs) != 3 {
		t.Fatal(runs, err)
	}
	for _, r := range runs {
		if w := h.ask("platform", "POST", "/runs/"+r.ID+"/undo", nil); w.Code != http.StatusSeeOther {
			t.Fatal(w.Code, w.Body)
		}
		h.jobs.wait()
		if report := get("/runs/" + r.ID); !strings.Contains(report, "撤销：收回商品信息") {
			t.Errorf("%s", report)
		}
	}
	found, err = h.Store.Products(t.Context(), chaping.Window{To: h.Now().Add(time.Hour)},
		[]chaping.ProductKey{{Platform: "import", Product: "A"}, {Platform: "import", Product: "C"}})
	if err != nil || len(found) != 0 {
		t.Errorf("%v are left, %v", found, err)
	}
	// Without an ID nothing can be stored.
	w := h.uploadPart(t, "products", "c.csv", "货,叫什么\nA,x\n")
	path := w.Header().Get("Location")
	if !strings.Contains(get(path), "没有认出商品表的哪一列是商品编号") {
		t.Error("nobody is asked for the ID")
	}
	if w := h.ask("platform", "POST", path, nil); w.Header().Get("Location") != path {
		t.Error("goes on without an ID")
	}
	if w := h.ask("platform", "POST", path+"/store", nil); w.Code != http.StatusUnprocessableEntity {
		t.Error(w.Code)
	}
	if w := h.ask("platform", "POST", path, url.Values{"col-0": {"rating"}}); w.Code >= 500 {
		t.Error(w.Code)
	}
	if w := h.uploadPart(t, "products", "d.csv", ""); w.Code != http.StatusUnprocessableEntity {
		t.Error(w.Code)
	}
}
