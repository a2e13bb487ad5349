package web

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/app"
	"chaping/crawler"
	"chaping/importer"
)

// commands are what no page may advise: the portal's users have buttons.
var commands = regexp.MustCompile(`--[a-z]|chaping [a-z]`)

func TestImportText(t *testing.T) {
	r := app.ImportResult{
		Summary: importer.Summary{File: "评论.csv", Rows: 30, Accepted: 5, Refused: 25, Damaged: 1, NoKey: 5, ByText: 1, Reasons: map[string]int64{"没有日期": 25}},
		After:   3, Problems: []*chaping.InputError{{File: "评论.csv", Line: 3, Problem: "没有日期", Remedy: "补上"}},
	}
	text, err := importText(r, &app.ProductTable{Problems: make([]*chaping.InputError, 0)})
	if err == nil || !isPartial(err) || commands.MatchString(text+err.Error()) {
		t.Errorf("%v\n%s", err, text)
	}
	for _, want := range []string{"上次导入中断于第 3 行", "评论.csv 第 3 行：没有日期。处理办法：补上", "没有日期 —— 25 行", "……以上是前 1 行，共 26 行", "没有商品关键词"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not said:\n%s", want, text)
		}
	}
	r = app.ImportResult{Summary: importer.Summary{File: "评论.csv", Rows: 1, Accepted: 1}, Restarted: true}
	if text, err := importText(r, nil); err != nil || !strings.Contains(text, "已从头导入") || strings.Contains(text, "……") {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestCollectText(t *testing.T) {
	r := app.CollectResult{Sources: []app.CollectedSource{{
		Report: crawler.Report{Site: "mall", Pages: 8, Faults: 1, Examples: []crawler.Fault{{URL: "http://a", Problem: "没有编号"}},
			Keywords: []crawler.KeywordReport{{Keyword: "插座", Found: 3, Truncated: true}}, Unfinished: 2},
		Platform: "示例商城", First: true, Resumed: time.Date(2026, time.November, 25, 1, 0, 0, 0, time.UTC),
	}}}
	text, err := collectText(r)
	if err == nil || !isPartial(err) || commands.MatchString(text+err.Error()) {
		t.Errorf("%v\n%s", err, text)
	}
	for _, want := range []string{"接着采 2026-11-25 09:00:00 开始", "还没有示例商城的评论", "mall：读 8 页", "（结果未能翻到底）", "http://a：没有编号", "还有 2 页没有读"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not said:\n%s", want, text)
		}
	}
	r.Complete = true
	if _, err := collectText(r); err != nil {
		t.Error(err)
	}
}
