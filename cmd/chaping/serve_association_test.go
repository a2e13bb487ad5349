package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"chaping/station"
)

const testPassword = "correct horse battery"

// account makes an account beside the running portal and opens its link.
func (w *walker) account(p *portal, a station.Account) {
	w.t.Helper()
	d, err := station.Open(w.t.Context(), p.data, clock())
	if err != nil {
		w.t.Fatal(err)
	}
	defer d.Close()
	_, link, err := d.AddAccount(w.t.Context(), a)
	if err != nil {
		w.t.Fatal(err)
	}
	eval[any](w, `fetch("/logout", {method: "POST"}).then(() => null)`)
	w.open("/setup/" + link)
	w.fill("[name=password]", testPassword)
	w.fill("[name=again]", testPassword)
	w.click("main button.main", "nav.side")
}

func (w *walker) login(name string) {
	w.t.Helper()
	w.fill("[name=name]", name)
	w.fill("[name=password]", testPassword)
	w.click("main button.main", "nav.side, form[action='/form']")
}

// row fills a row of sheet A.
func (w *walker) row(n int, fields map[string]string) {
	w.t.Helper()
	for name, text := range fields {
		w.fill("#row-"+string(rune('0'+n))+" [name="+name+"]", text)
	}
}

// An association's month: sheet A filled in, last month's rows copied, a
// conflict, an expired session, frozen and handed in; a file uploaded; an
// urgent report; the annual report; what the centre says and sees of it.
func TestPortalAssociation(t *testing.T) {
	p := servePortal(t)
	w := walk(t, p)
	w.open(p.setup)
	w.setUp("li", "李四", "centre", ".tiles a[href='/inbox']")
	w.open("/bulletins")
	w.fill("main [name=title]", "关于电热水壶手柄漏电的通报")
	w.fill("main [name=content]", "请各监测站关注。")
	w.click("main form.stack button.main", "article.card")
	w.open("/settings")
	w.look("settings-centre")
	w.open("/form?period=2026-11")
	w.look("form-centre")

	w.account(p, station.Account{Name: "wang", Person: "王五", Roles: []station.Role{station.RoleAssociation}, Station: 3})
	w.look("association-home")
	w.open("/form?period=2026-10")
	w.look("form-empty")
	kettle := map[string]string{"product": "电热水壶", "companies": "3", "region": "上海市、浙江省", "content": "手柄漏电，会员单位送检三批，两批绝缘电阻不合格。", "analysis": "手柄与壶体之间的绝缘垫片老化，进水后导通。", "advice": "监督抽查，督促企业召回。", "source": "会员单位检测"}
	w.row(1, kettle)
	w.click("button[value=save]", "#messages .note.good")

	// This month begins with a copy of it.
	w.open("/")
	w.clicks = 0
	w.click(".due a.main", "#row-1")
	w.click("button[value=copy]", "#messages .note.good")
	w.picture("form")
	if got := eval[string](w, "document.querySelector('#row-1 [name=content]').value"); got != kettle["content"] {
		t.Errorf("copied %q", got)
	}
	w.click("button[value=add]", "#row-2")
	w.row(2, map[string]string{"product": "插座", "companies": "许多"})
	w.do(chromedp.WaitVisible(chromedp.CSS("#saved .faults"))) // it has saved itself
	w.look("form-faults-live")
	w.click("[formaction^='/form/freeze']:not(.main)", "[aria-invalid]")
	w.look("form-faults")
	w.print("form-faults")
	w.do(chromedp.SetValue(chromedp.CSS("#row-2 [name=companies]"), "2"))
	w.fill("#row-2 [name=content]", "插孔过热变形")
	w.click("button[value=up-2]", "#row-1 [name=product][value=插座]") // as the server wrote it: what is typed is no attribute

	// Somebody else has changed the sheet meanwhile.
	d, err := station.Open(t.Context(), p.data, clock())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	other, err := d.Draft(t.Context(), station.Everything(), "association", "2026-11", 3)
	if err == nil {
		other.Content, other.Who = json.RawMessage(strings.Replace(string(other.Content), "插孔过热变形", "插孔松动、过热", 1)), "赵六"
		_, err = d.PutDraft(t.Context(), station.Everything(), other)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.fill("#row-1 [name=region]", "江苏省")
	w.do(chromedp.WaitVisible(chromedp.CSS("#saved .note.bad")))
	w.look("form-conflict-live")
	w.click("#saved button", "main > form.row > button.danger")
	w.look("form-conflict")
	w.click("main > form.row > button.danger", "#row-1 [name=region][value=江苏省]")

	// The session ends while somebody types.
	w.fill("#row-1 [name=source]", "门店调查")
	eval[any](w, `fetch("/logout", {method: "POST"}).then(() => null)`)
	w.click("button[value=save]", "[name=password]")
	w.look("login-expired")
	w.login("wang")
	w.look("resume")
	w.click("main button.main", "#row-1")
	if got := eval[string](w, "document.querySelector('#row-1 [name=source]').value"); got != "门店调查" {
		t.Errorf("after the login: %q", got)
	}
	w.click("[formaction^='/form/freeze'].main", "form[action='/form/submit']")
	w.look("form-submitted")
	w.print("form-submitted")
	for _, format := range []string{"xlsx", "docx", "pdf", "html", "json"} {
		if status := eval[int](w, `fetch("/form/download?period=2026-11&version=1&format=`+format+`").then(r => r.status)`); status != 200 {
			t.Errorf("%s: %d", format, status)
		}
	}

	file := filepath.Join(t.TempDir(), "报送表.csv")
	if err := os.WriteFile(file, []byte("涉及产品,涉及企业数量,涉及区域,风险信息内容,信息分析,初步建议,信息来源\n保温杯,1,上海,漏水,密封圈变形,抽查,投诉\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.open("/inbox?period=2026-11")
	w.do(chromedp.SetUploadFiles(chromedp.CSS("[name=file]"), []string{file}))
	w.click("main form.stack button.main", "button[value=store]")
	w.look("association-handin")
	w.click("button[value=store]", "a[href='/submissions/2']")
	w.look("association-inbox")
	w.open("/bulletins")
	if text := eval[string](w, "document.querySelector('main').textContent"); !strings.Contains(text, "关于电热水壶手柄漏电的通报") {
		t.Error("the association does not see the bulletin")
	}
	w.look("association-bulletins")

	w.open("/urgent")
	w.look("association-urgent")
	w.click("a.main[href='/urgent/new']", "[name=trigger]")
	w.look("urgent-new")
	for name, text := range map[string]string{"product": "某型电热毯", "event": "起火", "content": "11 月 24 日夜，浦东一住户使用时起火，两人轻伤。", "place": "上海市浦东新区", "companies": "某电器厂", "harm": "两人轻伤，床铺烧毁", "measures": "已通知会员单位下架", "source": "会员单位报告", "phone": "021-12345678"} {
		w.fill("main [name="+name+"]", text)
	}
	w.do(chromedp.SetValue(chromedp.CSS("[name=found]"), "2026-11-25T01:00"))
	w.click("main form.stack button.main", "a[href^='/urgent/1/download']")
	w.look("urgent-written")
	w.print("urgent-written")

	w.open("/annual?year=2026")
	w.look("annual-empty")
	w.click("form[action^='/annual/figures'] button", "#messages .note.good")
	recalls := filepath.Join(t.TempDir(), "召回.csv")
	if err := os.WriteFile(recalls, []byte("召回产品,召回企业,品牌,型号,召回原因,召回时间\n电热水壶,宁波甲厂,示例,SK1788,手柄松脱,2026-08-03\n电热水壶,宁波甲厂,示例,SK1788,,昨天\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.do(chromedp.SetValue(chromedp.CSS("#lists [name=kind]"), "recall"), chromedp.SetUploadFiles(chromedp.CSS("#lists [name=file]"), []string{recalls}))
	w.click("#lists form[enctype] button", "button[value=store]")
	w.look("annual-list")
	w.click("button[value=store]", "#lists .quotes")
	w.look("annual-lists")
	w.open("/annual?year=2026")
	w.fill("[name=products]", "电热水壶")
	w.fill("[name='text-1.1']", "电热水壶是用电加热、带自动断电的盛水器具。")
	w.do(chromedp.WaitVisible(chromedp.CSS("#saved [data-saved]")))           // it has saved itself
	w.click("form[action^='/annual/figures'] button", "#messages .note.good") // of the product named now
	for _, key := range []string{"1.2", "1.3", "3.1", "3.2"} {
		w.fill("[name='text-"+key+"']", "见附件。")
	}
	w.look("annual")
	w.click("[formaction^='/annual/freeze'].main", "form[action='/annual/submit']")
	w.look("annual-submitted")
	w.print("annual-submitted")

	// What the centre sees of it.
	eval[any](w, `fetch("/logout", {method: "POST"}).then(() => null)`)
	w.open("/login")
	w.look("login")
	w.login("li")
	w.open("/")
	if text := eval[string](w, "document.querySelector('main').textContent"); !strings.Contains(text, "收到重要风险信息，还没有立案：某型电热毯 起火") {
		t.Errorf("the centre's home page says %s", text)
	}
	w.look("centre-notices")
	w.open("/urgent/1")
	w.look("urgent-centre")
	w.open("/inbox?period=2026-11")
	if text := eval[string](w, "document.querySelector('main').textContent"); !strings.Contains(text, "专题分析报告-2026-第1版.docx") || !strings.Contains(text, "报送表.csv") {
		t.Errorf("the inbox says %s", text)
	}
	w.look("centre-inbox-association")
	w.open("/assessment")
	eval[any](w, "document.querySelector('main details').open = true; null")
	w.look("assessment-rules")
	w.do(chromedp.SetValue(chromedp.CSS("[name=since]"), "2026-11"))
	w.fill("[name=hours]", "6")
	w.click("form[action='/assessment/rules'] button.main", "#messages .note.good")
	w.look("assessment-since")
	w.open("/urgent/1")
	if text := eval[string](w, "document.querySelector('.due').textContent"); strings.Contains(text, "逾期") || !strings.Contains(text, "发现后") {
		t.Errorf("a limit that came later makes it late: %s", text)
	}
}
