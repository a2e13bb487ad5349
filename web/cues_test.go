package web

import (
	"strings"
	"testing"
)

func TestMark(t *testing.T) {
	h := open(t)
	for _, c := range []struct {
		i    item
		want string // cues in brackets, the term in braces
	}{
		{item{Before: "…没有异味，用了三天就", Surface: "漏电", After: "，要求退货", Term: "漏电"}, "…没有异味，[用了][三天]就{漏电}，要求[退货]"},
		{item{Before: "客服说不会漏电，结果还是", Surface: "漏电", After: "", Cue: "结果", Term: "漏电"}, "客服说不会漏电，[结果]还是{漏电}"},
		{item{Surface: "漏电", Term: "漏电", Cue: "上下文"}, "{漏电}"},
		{item{Before: "他说<b>", Surface: "冒烟", After: "</b>", Cue: "<b>", Term: "冒烟"}, "他说[<b>]{冒烟}</b>"},
	} {
		list := []item{c.i}
		h.mark(list)
		var b strings.Builder
		for _, p := range list[0].Parts {
			b.WriteString(map[string]string{"": "", "term": "{", "cue": "["}[p.Kind] + p.Text + map[string]string{"": "", "term": "}", "cue": "]"}[p.Kind])
		}
		if b.String() != c.want {
			t.Errorf("got  %s\nwant %s", b.String(), c.want)
		}
	}
}

func BenchmarkMark(b *testing.B) {
	h := open(b)
	list := make([]item, pageSize)
	for i := range list {
		list[i] = item{Before: "…" + strings.Repeat("收到货以后没有异味，", 8) + "用了三天就", Surface: "漏电", After: strings.Repeat("，要求退货", 16) + "…", Term: "漏电"}
	}
	for b.Loop() {
		h.mark(list)
	}
}
