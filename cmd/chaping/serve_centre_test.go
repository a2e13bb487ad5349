package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// The research centre's month, from the first start: a file comes in, a
// bulletin goes out, a case is opened and closed, stations are assessed.
func TestPortalCentre(t *testing.T) {
	p := servePortal(t)
	w := walk(t, p)
	w.open(p.setup)
	w.setUp("li", "李四", "centre", ".tiles a[href='/inbox']")
	w.look("centre-home")
	for _, empty := range []string{"inbox", "board", "bulletins", "cases", "assessment"} {
		w.open("/" + empty)
		w.look("centre-empty-" + empty)
	}

	file := filepath.Join(t.TempDir(), "报送表.csv")
	if err := os.WriteFile(file, []byte("涉及产品,涉及企业数量,涉及区域,风险信息内容,信息分析,初步建议,信息来源\n电热水壶,3,上海,手柄漏电,绝缘不良,抽查,检测\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.open("/inbox?period=2026-11")
	w.do(chromedp.SetValue(chromedp.CSS("main [name=station]"), "3"), chromedp.SetUploadFiles(chromedp.CSS("[name=file]"), []string{file}))
	w.click("main form.stack button.main", "button[value=store]")
	w.click("button[value=store]", "a[href='/submissions/1']")
	w.look("centre-inbox")
	w.picture("inbox")

	w.open("/board?period=2026-11")
	w.look("centre-board")
	w.picture("board")
	w.print("centre-board")
	w.click("a[href^='/cases/new?']", "[name=lead]") // a case of the lead, filled in
	w.look("centre-board-case")

	w.open("/bulletins")
	w.fill("main [name=title]", "关于电热水壶手柄漏电的通报")
	w.fill("main [name=content]", "请各监测站关注。")
	w.click("main form.stack button.main", "article.card")
	w.look("centre-bulletins")

	w.open("/cases/new")
	w.look("centre-case-new")
	w.fill("[name=title]", "电热水壶手柄漏电")
	w.fill("[name=lead]", "协会十一月报送")
	w.click("[name=reporters][value='3']", "[name=reporters][value='3']:checked")
	w.do(chromedp.SetValue(chromedp.CSS("[name=deadline]"), "2026-12-05"), chromedp.SetValue(chromedp.CSS("[name=found]"), "2026-11-20T08:00"))
	w.click("main form.stack button.main", "form[action='/cases/1/notes']")
	w.do(chromedp.SetValue(chromedp.CSS("[name=measure]"), "召回"))
	w.click("[name=done]", "[name=done]:checked")
	w.click("form[action='/cases/1/notes'] button", "main table")
	w.look("centre-case")
	for field, at := range map[string]string{"judged": "2026-11-20T20:00", "warned": "2026-11-21T08:00", "disposed": "2026-11-24T08:00"} {
		w.do(chromedp.SetValue(chromedp.CSS("[name="+field+"]"), at))
	}
	w.fill("[name=outcome]", "已召回")
	w.click("form[action='/cases/1'] button.main", "main:not(:has([name=measure]))") // closed: nothing more to note
	w.open("/cases")
	w.look("centre-cases")
	w.print("centre-cases")
	w.open("/assessment")
	w.look("centre-assessment")
}
