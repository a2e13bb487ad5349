package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"
)

// foreignBook is an export as nobody has documented it: titles above and totals
// below, two columns that look like ratings, dates of which one cannot tell day
// from month, no product, and markup in a cell.
func foreignBook(t *testing.T) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	rows := [][]any{{"某店售后数据"}, {"导出：客服一组"}, {"序号", "买家说了什么", "几时说的", "甲", "乙", "备忘"}}
	texts := []string{"用了三天就漏电，把手烫人", "烧水快，很好用，推荐", "底座冒烟起火，太危险了", "物流快，质量不错", "漏水漏电，退货了"}
	for i := range 40 {
		bad := i%5%2 == 0
		mark := map[bool]int{true: 1 + i%2, false: 4 + i%2}[bad]
		rows = append(rows, []any{i + 1, fmt.Sprintf("%s（%d）", texts[i%5], i), fmt.Sprintf("%02d/11/2026", 1+i%12), mark, 5 - i%3,
			"<script>document.title='evil'</script>"})
	}
	rows = append(rows, []any{"合计", "", "", 40})
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "售后 11月.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestPortalImport: from a foreign workbook to the sheet in at most eight clicks,
// with nothing typed but names; the same header is known the next time; what was
// imported is taken back.
func TestPortalImport(t *testing.T) {
	p := servePortal(t)
	w := walk(t, p)
	file := foreignBook(t)
	w.open(p.setup)
	w.setUp("zhang", "张三", "10", "a[href='/watches/new']")

	w.open("/")
	w.clicks = 0
	w.click(".side a[href='/import']", "[name=file]")
	w.look("import")
	w.clicks++ // into the dialogue for files
	w.do(chromedp.SetUploadFiles(chromedp.CSS("[name=file]"), []string{file}))
	w.click("main button.main", "[name=col-0]")
	w.look("import-columns")
	for _, name := range []string{"is-rating", "answer-order"} {
		if n := eval[int](w, fmt.Sprintf("document.querySelectorAll('[name=%s]').length", name)); n < 3 {
			t.Errorf("%s has %d answers", name, n)
		}
	}
	w.click("[name=is-rating][value='3']", "[name=col-0]")
	w.click("[name=answer-order][value=day-first]", "[name=col-0]")
	w.fill("[name=keyword]", "电热水壶")
	w.fill("[name=product]", "某牌电热水壶")
	w.fill("[name=shop]", "某店")
	w.fill("[name=keep]", "某店售后")
	w.click("main form .main", "form[action$='/store']")
	w.look("import-preview")
	if rows := eval[int](w, "document.querySelectorAll('main tbody tr').length"); rows != 20 {
		t.Errorf("the preview has %d rows", rows)
	}
	if text := eval[string](w, "document.querySelector('main tbody tr').textContent"); !strings.Contains(text, "2026-11-01") ||
		!strings.Contains(text, "差评") || !strings.Contains(text, "漏电") {
		t.Errorf("the first row is %s", text)
	}
	w.click("form[action$='/store'] button", "main a[href^='/sheets']")
	w.look("import-report")
	w.print("import-report")
	report := eval[string](w, "document.querySelector('main').textContent")
	for _, want := range []string{"采用40 行", "差评 24 条", "2026-11-12"} {
		if !strings.Contains(report, want) {
			t.Errorf("the report does not say %q: %s", want, report)
		}
	}
	run := eval[string](w, "location.pathname")
	w.click("main a[href^='/sheets']", "form[action='/sheets/freeze']")
	if w.clicks > 8 {
		t.Errorf("%d clicks", w.clicks)
	}
	w.do(chromedp.Poll[chromedp.Void]("document.querySelector('main').textContent.includes('某牌电热水壶')"))

	// The next month.
	w.open("/import")
	w.do(chromedp.SetUploadFiles(chromedp.CSS("[name=file]"), []string{file}))
	w.click("main button.main", "main .note.good")
	if text := eval[string](w, "document.querySelector('main .note.good').textContent"); !strings.Contains(text, "某店售后") {
		t.Error(text)
	}
	if chosen := eval[string](w, "document.querySelector('[name=col-3]').value"); chosen != "rating" {
		t.Error("the profile was not used:", chosen)
	}
	w.open("/import")
	w.look("import-waiting")
	w.open("/import/profiles")
	w.look("import-profiles")

	// Taken back, by keyboard.
	w.open(run)
	w.do(chromedp.Focus(chromedp.CSS("button.danger")))
	eval[any](w, "window.confirm = () => true; null")
	w.do(chromedp.KeyEvent("\r"), chromedp.WaitVisible("//main//p[contains(., '已在')]"))
	w.look("import-undone")
	if eval[bool](w, "!!document.querySelector('button.danger')") {
		t.Error("it can be taken back twice")
	}
	left, err := os.ReadDir(filepath.Join(p.data, "uploads"))
	if err != nil || len(left) != 1 {
		t.Errorf("%d uploads are left, %v", len(left), err)
	}
}
