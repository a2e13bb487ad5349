package main

import (
	"bufio"
	"bytes"
	"chaping/report"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"chaping"
	"chaping/demo/mall"
	"chaping/ingest/browser"
	"chaping/station"
)

// A portal is a running "chaping serve" with its data directory.
type portal struct {
	base  string // http://127.0.0.1:…
	setup string // path of the first link
	data  string
}

// servePortal runs the real command in this process, and a demo mall with the
// site profile testmall beside it.
func servePortal(t *testing.T) *portal {
	t.Helper()
	engineLibrary(t)
	p := &portal{data: t.TempDir()}
	now := time.Date(2026, time.November, 25, 9, 0, 0, 0, chaping.Shanghai())
	t.Setenv("CHAPING_NOW", now.Format(time.RFC3339))
	ctx, cancel := context.WithCancel(context.Background())
	listener, err := mall.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 2)
	go func() {
		served <- mall.New(mall.Config{Seed: 7, End: now.Truncate(24 * time.Hour).Add(-8 * time.Hour), Products: 24, ReviewsPerProduct: 40}).Serve(ctx, listener)
	}()
	if err := os.MkdirAll(filepath.Join(p.data, "sites"), 0o700); err != nil {
		t.Fatal(err)
	}
	profile := "extends: mall\nbase: http://" + listener.Addr().String() + "\n"
	if err := os.WriteFile(filepath.Join(p.data, "sites", "testmall.yaml"), []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	out, printed := io.Pipe()
	go func() {
		program := &program{in: strings.NewReader(""), out: &report.Output{Writer: printed}, err: testWriter{t}, now: clock()}
		err := program.execute(ctx, []string{"serve", "--data", p.data, "--listen", "127.0.0.1:0"})
		printed.CloseWithError(io.EOF)
		served <- err
	}()
	t.Cleanup(func() {
		cancel()
		for range 2 {
			if err := <-served; err != nil {
				t.Errorf("ended with %v", err)
			}
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() && p.setup == "" {
		if _, address, ok := strings.Cut(lines.Text(), "监测站门户："); ok {
			p.base = address
		}
		if i := strings.Index(lines.Text(), "/setup/"); i >= 0 {
			p.setup = lines.Text()[i:]
			break
		}
	}
	if p.base == "" || p.setup == "" {
		t.Fatal("serve printed no address")
	}
	go io.Copy(io.Discard, out)
	return p
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Logf("serve: %s", bytes.TrimSpace(b))
	return len(b), nil
}

// A walker is a person at a browser.
type walker struct {
	t    *testing.T
	ctx  context.Context
	base string
	axe  string
	seen map[string]bool
	// clicks are what the person has done, by mouse or by key.
	clicks int
}

func walk(t *testing.T, p *portal) *walker {
	t.Helper()
	path := browser.Find()
	if path == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI must have a browser")
		}
		t.Skip("no browser is installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.Flag("disable-gpu", true), chromedp.Flag("lang", "zh-CN"))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // the browser lives as long as the context that starts it
		t.Fatal(err)
	}
	axe, err := os.ReadFile(filepath.Join("..", "..", "testdata", "axe-4.14.1.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	w := &walker{t: t, ctx: ctx, base: p.base, axe: string(axe), seen: map[string]bool{}}
	w.do(chromedp.EmulateViewport(1280, 900))
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Source == "network" && slices.ContainsFunc(provoked, func(p [2]string) bool { return strings.Contains(m.Text, p[0]) && strings.Contains(m.URL, p[1]) }) {
				continue
			}
			if m.IsException() || m.Type == "error" || m.Source == "security" {
				t.Errorf("the browser complains: %s (%s)", m, m.URL)
			}
		}
	}()
	return w
}

// provoked are the refusals that walks bring about, by status and address.
var provoked = [][2]string{{" 422 ", "/lexicon/preview"}, {" 404 ", "/nowhere"}, {" 422 ", "/form/freeze"}, {" 409 ", "/form"}}

func (w *walker) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, stepTime)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.shoot("failed", "wide", 1280)
		where, _ := chromedp.Run(w.ctx, chromedp.Location())
		w.t.Fatalf("at %s: %v", where, err)
	}
}

// stepTime bounds what a page may take to do what is expected.
const stepTime = time.Minute

func eval[T any](w *walker, script string) T {
	w.t.Helper()
	v, err := chromedp.Run(w.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		w.t.Fatalf("%.80s: %v", script, err)
	}
	return v
}

func (w *walker) open(path string) {
	w.t.Helper()
	w.do(chromedp.Navigate(w.base + path))
}

// click clicks and waits until what shows that it worked is there.
func (w *walker) click(selector, then string) {
	w.t.Helper()
	w.clicks++
	w.do(chromedp.Click(chromedp.CSS(selector)), chromedp.WaitVisible(chromedp.CSS(then)))
}

func (w *walker) fill(selector, text string) {
	w.t.Helper()
	w.do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// setUp makes the first account on the set-up page, and waits for then.
func (w *walker) setUp(name, person, station, then string) {
	w.t.Helper()
	w.fill("[name=name]", name)
	w.fill("[name=person]", person)
	w.do(chromedp.SetValue(chromedp.CSS("[name=station]"), station))
	w.fill("[name=password]", testPassword)
	w.fill("[name=again]", testPassword)
	w.click("main button.main", then)
}

// look looks at a page: nothing wider than the screen, nothing that axe-core
// calls serious, at both widths. With CHAPING_SHOTS it keeps pictures there.
func (w *walker) look(name string) {
	w.t.Helper()
	for _, size := range []struct {
		name  string
		width int64
	}{{"wide", 1280}, {"phone", 390}} {
		w.do(chromedp.EmulateViewport(size.width, 900))
		eval[any](w, "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))")
		if wide := eval[int64](w, "document.documentElement.scrollWidth"); wide > size.width {
			w.t.Errorf("%s is %d px wide at %d px", name, wide, size.width)
		}
		if size.name == "phone" || !w.seen[name] {
			w.axeRun(name + " " + size.name)
		}
		w.shoot(name, size.name, size.width)
	}
	w.seen[name] = true
	w.do(chromedp.EmulateViewport(1280, 900))
}

func (w *walker) axeRun(name string) {
	w.t.Helper()
	if !eval[bool](w, "typeof axe === 'object'") {
		eval[any](w, w.axe+";null")
	}
	found := eval[string](w, `axe.run(document, {resultTypes: ["violations"], iframes: false}).then(r => JSON.stringify(r.violations.filter(v => ["serious", "critical"].includes(v.impact)).map(v => v.id + ": " + v.help + " " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + " | " + n.failureSummary).join(" // "))))`)
	var list []string
	if err := json.Unmarshal([]byte(found), &list); err != nil {
		w.t.Fatal(err)
	}
	for _, v := range list {
		w.t.Errorf("axe on %s: %s", name, v)
	}
}

func (w *walker) shoot(name, size string, width int64) {
	dir := os.Getenv("CHAPING_SHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(w.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+"-"+size+".png"), picture, 0o600)
	}
	if err != nil {
		w.t.Log(err)
	}
}

// print looks at a page as it would be printed.
func (w *walker) print(name string) {
	media := func(kind string) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind})
			return err
		})
	}
	w.do(media("print"), chromedp.EmulateViewport(794, 1123))
	w.shoot(name, "print", 794)
	w.do(media("screen"), chromedp.EmulateViewport(1280, 900))
}

// A platform station's month, from the first start to the downloaded sheet.
func TestPortalMonth(t *testing.T) {
	p := servePortal(t)
	w := walk(t, p)

	w.open(p.setup)
	w.look("setup")
	w.setUp("zhang", "张三", "10", "a[href='/watches/new']")
	w.look("start")
	w.picture("start")

	w.click("a.main[href='/watches/new']", "[name=keywords]")
	w.fill("[name=name]", "小家电")
	w.fill("[name=keywords]", "电热水壶\n插座")
	w.click("[value=testmall]", "main button.main")
	w.look("watch")
	w.click("main form.wide button.main", "form[action$='/collect']")
	w.look("watches")
	for _, empty := range []string{"/", "/review", "/sheets", "/trends"} {
		w.open(empty)
		w.look("empty" + strings.ReplaceAll(empty, "/", "-"))
	}

	// The month: what somebody has to do for the sheet.
	w.open("/")
	w.clicks = 0
	w.click(".steps .next button.main", "[data-events], .note.good")
	w.do(chromedp.WaitVisible(chromedp.CSS("a.main[href^='/?period']")))
	w.look("job")
	if text := eval[string](w, "document.querySelector('main').textContent"); !strings.Contains(text, "成立") {
		t.Errorf("the job says %s", text)
	}
	w.click("a.main[href^='/?period']", ".steps")
	w.look("dashboard")
	w.picture("dashboard")
	w.print("dashboard")
	w.click(".steps .next a.main", "[data-evidence]")
	before := eval[int](w, "document.querySelectorAll('[data-evidence]').length")
	if before == 0 {
		t.Fatal("nothing to review")
	}
	w.look("review")
	w.picture("review")
	w.do(chromedp.Focus(chromedp.CSS("[data-evidence]")))
	for _, key := range []string{"c", "3"} { // the first is where the keyboard is

		w.do(chromedp.KeyEvent(key))
		switch key {
		case "c":
			w.do(chromedp.WaitVisible(chromedp.CSS("article.confirmed")))
		case "3":
			w.do(chromedp.WaitVisible("//article[contains(@class, 'rejected')]//span[contains(., '别的商品')]"))
		}
	}
	w.do(chromedp.Poll[chromedp.Void]("!document.querySelector('.htmx-request')"))
	if second := eval[bool](w, "document.activeElement === document.querySelectorAll('[data-evidence]')[2]"); !second {
		t.Error("the keyboard did not go on to the next sentence")
	}
	w.do(chromedp.KeyEvent("n"), chromedp.KeyEvent("问过店家"), chromedp.KeyEvent("\r"), chromedp.WaitVisible("//article[3]//p[contains(., '问过店家')]"))
	w.do(chromedp.Poll[chromedp.Void]("document.activeElement === document.querySelectorAll('[data-evidence]')[2]")) // the keyboard goes on where it was
	if state := eval[string](w, "document.querySelectorAll('[data-evidence]')[2].dataset.verdict"); state != "unreviewed" {
		t.Error("Enter in a note:", state)
	}
	w.do(chromedp.KeyEvent("k"), chromedp.KeyEvent("u")) // undone, the second is as it was
	w.do(chromedp.Poll[chromedp.Void]("document.querySelectorAll('[data-evidence]')[1].matches(':focus[data-verdict=unreviewed]:not(.htmx-added)')"))
	w.do(chromedp.KeyEvent("x"), chromedp.WaitVisible(chromedp.CSS("article.rejected")))
	w.open("/review?state=unreviewed")
	counts := func(state string) (n int) {
		text := eval[string](w, "document.querySelector('select[name=state] option[value="+state+"]').textContent")
		if _, err := fmt.Sscanf(text[strings.Index(text, "（"):], "（%d）", &n); err != nil {
			t.Fatal(text, err)
		}
		return n
	}
	open, confirmed := counts("unreviewed"), counts("confirmed")
	w.do(chromedp.KeyEvent("j"), chromedp.KeyEvent("c"), chromedp.WaitVisible(chromedp.CSS("article.confirmed:not(.htmx-added)")))
	if judged := counts("confirmed") - confirmed; judged < 1 || counts("unreviewed") != open-judged {
		t.Errorf("the filter does not follow: %d more are confirmed, of %d open ones %d are left", judged, open, counts("unreviewed"))
	}
	w.look("review-judged")
	w.print("review")
	w.click("main a[href^='/sheets']", "iframe.sheet")
	w.look("sheets-draft")
	w.click("form[action='/sheets/freeze'] button", "form[action='/sheets/submit']")
	w.look("sheets")
	w.picture("sheets")
	w.picture("sheet")
	client := w.client()
	for _, format := range []string{"xlsx", "docx", "pdf", "json"} {
		href := eval[string](w, fmt.Sprintf("[...document.querySelectorAll('a[href*=\"version=1\"]')].find(a => a.textContent === %q).href", format))
		body, disposition := get(t, client, href)
		magic := map[string]string{"xlsx": "PK", "docx": "PK", "pdf": "%PDF", "json": "{"}[format]
		if !bytes.HasPrefix(body, []byte(magic)) || !strings.Contains(disposition, "attachment") {
			t.Errorf("%s: %q, %.20q", format, disposition, body)
		}
	}
	w.clicks++ // one download
	w.click("form[action='/sheets/submit'] button", "section .note.good")
	t.Logf("the monthly sheet took %d clicks besides the review", w.clicks)

	// The frozen sheet is the one that the command line gives.
	sheet := &bytes.Buffer{}
	program := &program{in: strings.NewReader(""), out: &report.Output{Writer: sheet}, err: sheet, now: clock()}
	dir := t.TempDir()
	if err := program.execute(t.Context(), []string{"report", "platform", "--data", p.data, "--period", "2026-11", "--version", "1", "--format", "json", "--out", dir}); err != nil {
		t.Fatal(err, sheet)
	}

	// From chart to product to sentence in three clicks.
	w.open("/trends")
	w.do(chromedp.WaitVisible(chromedp.CSS("[data-chart=heat] svg")), chromedp.WaitVisible(chromedp.CSS("[data-chart=bars] svg")))
	w.look("trends")
	w.clicks = 0
	w.click("table a[href^='/products']", "table a[href^='/product?']")
	w.look("products")
	w.click("table a[href^='/product?']", "[data-evidence] mark")
	if w.clicks > 3 {
		t.Errorf("%d clicks to a sentence", w.clicks)
	}
	w.do(chromedp.WaitVisible(chromedp.CSS("[data-chart=product] svg")))
	w.look("product")
	w.print("product")

	// A term is changed, with a preview of what that does.
	w.open("/lexicon/term?name=漏电")
	w.fill("[name=surfaces]", "买\n")
	w.click("button[hx-post]", "#messages .note.bad, #preview .note.bad")
	w.look("term-refused")
	w.open("/lexicon/term")
	w.fill("[name=name]", "快递")
	w.click("button[hx-post]", ".preview")
	w.look("term")
	w.fill("[name=note]", "试一个词")
	w.click("#term > button.main", "a[href='/lexicon/versions']")
	w.look("lexicon")
	w.open("/lexicon/versions?a=0&b=1")
	w.look("versions")

	// The administrator's page: a backup, and a job of the schedule.
	w.open("/settings")
	w.click("form[action='/settings/backups'] button.main", "[data-events], .note.good")
	w.do(chromedp.WaitVisible(chromedp.CSS("a.main[href='/settings#backups']")))
	w.look("settings-backup")
	w.click("a.main[href='/settings#backups']", "#backups table")
	w.look("settings")
	w.picture("settings")
	w.print("settings")
	w.click("#plans tbody tr:last-child form[action='/settings/run'] button", "[data-events], .note.good")
	w.do(chromedp.WaitVisible(chromedp.CSS("a.main[href='/settings#plans']")))
	w.open("/annual?year=2026")
	w.click("form[action^='/annual/figures'] button", "[data-events], .note.good")
	w.do(chromedp.WaitVisible(chromedp.CSS("a.main[href^='/annual']")))
	if text := eval[string](w, "document.querySelector('main').textContent"); !strings.Contains(text, "2026 年的数字已更新") {
		t.Errorf("the job says %s", text)
	}
	w.click("a.main[href^='/annual']", "[name='text-2.4']")
	w.look("annual-platform")

	for _, page := range []string{"runs", "urgent", "calendar", "accounts", "accounts/1", "stations", "tokens", "audit", "me", "import", "nowhere"} {
		w.open("/" + page)
		w.look(strings.ReplaceAll(page, "/", "-"))
		if page == "urgent" {
			w.picture(page)
		}
	}
	w.open("/help/platform")
	w.look("help")
	w.open("/help/all")
	w.print("help")
	w.open("/calendar")
	w.print("calendar")

	// The sample goes as a whole.
	w.open("/start")
	eval[any](w, "window.confirm = () => true; null")
	w.click("button.danger", "a.main[href='/start']")
	w.open("/?period=2026-11")
	if text := eval[string](w, "document.querySelector('.steps').textContent"); !strings.Contains(text, "评论 0 条") {
		t.Errorf("after removing the sample: %s", text)
	}

	d, err := station.Open(t.Context(), p.data, clock())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if n, _, err := d.VerifyAudit(t.Context()); err != nil || n < 10 {
		t.Errorf("audit: %d entries, %v", n, err)
	}
	actions := map[string]bool{}
	list, err := d.Audit(t.Context(), station.AuditFilter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		actions[e.Action] = true
	}
	for _, want := range []string{"设置账号", "登录", "保存监测任务", "开始采集", "复核证据", "冻结报送表", "下载报送表", "登记报送", "修改词库", "备份", "运行计划", "更新年度数字"} {
		if !actions[want] {
			t.Errorf("the audit log has no %s", want)
		}
	}
}

// client is an HTTP client with the browser's session.
func (w *walker) client() *http.Client {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	c := &http.Client{Jar: jar}
	r, err := c.PostForm(w.base+"/login", map[string][]string{"name": {"zhang"}, "password": {testPassword}})
	if err != nil {
		w.t.Fatal(err)
	}
	r.Body.Close()
	return c
}

func get(t *testing.T, c *http.Client, address string) (body []byte, disposition string) {
	t.Helper()
	r, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err = io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v", address, r.Status, err)
	}
	// A PDF that takes longer has a page, which waits a while each time it is asked.
	if at := r.Request.URL; strings.HasPrefix(at.Path, "/prints/") && !strings.HasSuffix(at.Path, "/file") {
		switch {
		case bytes.Contains(body, []byte(at.Path+"/file")):
			return get(t, c, at.String()+"/file")
		case bytes.Contains(body, []byte(at.Path+"/cancel")):
			return get(t, c, at.String())
		}
	}
	return body, r.Header.Get("Content-Disposition")
}
