package report

import (
	"strings"
	"testing"
)

func urgent() *Urgent {
	return &Urgent{Number: "3", Station: "示例监测站", Filler: "张三", Phone: "021-0", Filed: "2026-11-25", Program: "test",
		Name: "起火", Trigger: 1, Why: "规则“起火”：3 条评论（门槛 2）", Keyword: "电热毯", Hazard: "火灾与爆炸", Terms: []string{"起火"}, Reviews: 3, Shops: 1, First: "2026-11-01", Last: "2026-11-20",
		Products: []UrgentProduct{{"=cmd|' /C calc'!A0 电热毯", "http://mall.example/" + strings.Repeat("long", 30), "99.00", "示例店", "宁波市"}},
		Evidence: []UrgentEvidence{{"2026-11-01", "差评", "起火", "半夜起火了\x00，幸好发现得早😀", "r1"}, {"2026-11-20", "差评", "起火", "着火", "r2"}},
		By:       "李四", Reason: "电话核实属实", Decided: "2026-11-25 10:00"}
}

func TestUrgentSaysWhoDecided(t *testing.T) {
	var b strings.Builder
	if err := urgent().Document().HTML(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"李四 于 2026-11-25 10:00 确认为重要风险信息。理由：电话核实属实", triggers[1], "2026年11月25日", "尚待调查核实"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q", want)
		}
	}
}
