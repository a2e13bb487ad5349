package nlp

import (
	"chaping"
	"strings"
	"testing"
)

func BenchmarkReal(b *testing.B) {
	rows := shoppingReviews(b)
	d0 := thousandTerms(b)
	kw := strings.Fields(contextTerms + " 头皮 屏幕 质量差 味道 声音大 太差 垃圾 坏了 失望 投诉 烂 难吃 不新鲜 退货 破 裂 烧 卡死 反应慢 充电慢 费电 信号差 虚标 缺斤少两 酸 苦 臭 霉 烂掉 坏掉")
	seen := map[string]bool{}
	var ts []chaping.Term
	for _, t := range d0.Terms {
		seen[t.Name] = true
		for _, s := range t.Surfaces {
			seen[s] = true
		}
		ts = append(ts, t)
	}
	for _, k := range kw {
		if len(k) > 3 && !seen[k] {
			ts = append(ts, chaping.Term{Name: k})
			seen[k] = true
		}
	}
	m, err := NewMiner(&Dictionary{Terms: ts})
	if err != nil {
		b.Fatal(err)
	}
	var ms []chaping.Mention
	n := 0
	for b.Loop() {
		n = 0
		for _, r := range rows {
			ms = m.Mine(ms[:0], r[2])
			n += len(ms)
		}
	}
	b.ReportMetric(float64(len(rows))*float64(b.N)/b.Elapsed().Seconds(), "reviews/s")
	b.ReportMetric(float64(n), "mentions")
}
