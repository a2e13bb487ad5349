package web

import (
	"errors"
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

func TestPlanText(t *testing.T) {
	r := app.PlanResult{Plan: "月报", Slot: time.Date(2026, time.November, 25, 0, 30, 0, 0, chaping.Shanghai()), Done: 5, Steps: []app.StepResult{
		{Step: "挖掘", Mined: &app.Mined{Period: "2026-11", Reviews: 7}, Raised: 2}, {Step: "输出", Files: []string{"/data/reports/a.xlsx"}},
		{Step: "通知", Delivery: app.Delivery{Sent: 1, Failed: 3}}, {Step: "采集", Problem: errors.New("x"), Collections: []app.CollectResult{{}}},
	}}
	text := planText(r) + planText(app.PlanResult{Elsewhere: true})
	for _, want := range []string{"评论 7 条", "新提示 2 条", "已输出 a.xlsx", "已发出 1 条", "3 条通知没有发出", "采集：没有做完", "月报（2026-11-25 00:30）：完成，5 步", "另一个进程"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not said:\n%s", want, text)
		}
	}
	if commands.MatchString(text) || strings.Contains(text, "/data") {
		t.Error(text)
	}
}
