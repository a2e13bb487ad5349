package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestSampleByKeyboard judges a month's sample of the demo mall in the browser, by
// keyboard only, and counts what is pressed.
func TestSampleByKeyboard(t *testing.T) {
	p := servePortal(t)
	w := walk(t, p)
	w.open(p.setup)
	w.setUp("zhang", "张三", "10", "form[action='/start/sample']")
	w.click("form[action='/start/sample'] button", "a.main[href^='/?period']")
	w.click("a.main[href^='/?period']", ".steps")
	w.click(".steps .next a.main", "[data-lead] [data-evidence]")
	w.look("sample")

	const open = "document.querySelectorAll('#queue [data-verdict=unreviewed]').length"
	presses := 0
	press := func(key string) {
		presses++
		w.do(chromedp.KeyEvent(key))
	}
	total := eval[string](w, "document.querySelector('#sample-progress b').textContent")
	decisions := eval[int](w, open)
	sameAsBefore := eval[int](w, "[...document.querySelectorAll('#queue .tag')].filter(e => e.textContent.startsWith('同样的')).length")
	for n := range decisions {
		left := eval[int](w, open)
		reading := eval[bool](w, "document.activeElement.matches('.reading')")
		switch {
		case reading && n%10 == 0: // its first clause is marked
			press(kb.ArrowRight)
			press(" ")
			press(kb.Enter)
		case reading:
			press(kb.Enter)
		case n%7 == 3:
			press(fmt.Sprint(1 + n%5))
		default:
			press("c")
		}
		w.do(chromedp.Poll[chromedp.Void](fmt.Sprintf("%s < %d && (%[1]s === 0 || document.activeElement.matches('[data-verdict=unreviewed]'))", open, left)))
	}
	w.look("sample-judged")
	done := eval[string](w, "document.querySelector('#sample-progress').textContent")
	var judged, all int
	if _, err := fmt.Sscanf(done, "本月抽样 %d/%d", &judged, &all); err != nil || judged != all {
		t.Errorf("%q at the beginning, %q at the end: %v", total, done, err)
	}
	t.Logf("%s: %d decisions, %d sentences that others say too, %d key presses", done, decisions, sameAsBefore, presses)
	if 120*presses > 150*all {
		t.Errorf("%d key presses for a sample of %d", presses, all)
	}
	w.click("#sample-progress a", "dl.statement")
	text := eval[string](w, "document.querySelector('main').textContent")
	if !strings.Contains(text, "命中的准确率") || !strings.Contains(text, "作新词条") {
		t.Error(text)
	}
	w.look("sample-done")
	w.open("/quality")
	w.look("quality")
}
