package report

import (
	"strings"
	"testing"

	"chaping"
)

func TestQualityLines(t *testing.T) {
	share := func(known chaping.Knowing, population, judged, hits uint64, estimate, low, high float64) chaping.Share {
		return chaping.Share{Population: population, Sampled: judged, Judged: judged, Hits: hits, Known: known,
			Estimate: estimate, Low: low, High: high}
	}
	full := chaping.Quality{
		Affirmed: share(chaping.KnowInterval, 1234, 120, 108, .9, .84, .94),
		Negative: share(chaping.KnowInterval, 1000, 100, 90, .9, .83, .95),
		Hazards: []chaping.PartShare{
			{Name: "电气", Share: share(chaping.KnowInterval, 700, 80, 76, .95, .88, .98)},
			{Name: "化学", Share: share(chaping.KnowFew, 90, 4, 4, 0, 0, 0)},
		},
		UnfoundNegative: share(chaping.KnowInterval, 400, 20, 4, .2, .08, .42),
		UnfoundOther:    share(chaping.KnowInterval, 9000, 20, 0, 0, 0, .16),
		Counted:         980,
		Right:           chaping.Amount{Known: true, Estimate: 900, Low: 830, High: 950},
		Unfound:         chaping.Amount{Known: true, Estimate: 80, Low: 30, High: 1500},
		Missed:          chaping.Amount{Known: true, Estimate: .07, Low: .03, High: .55},
		Disagreed:       2,
		Hurried:         []chaping.Hurry{{By: "李四", Decisions: 60, Seconds: 1.9}},
	}
	few := chaping.Quality{Affirmed: share(chaping.KnowFew, 900, 3, 2, 0, 0, 0), Negative: share(chaping.KnowFew, 800, 3, 2, 0, 0, 0), Counted: 799}
	three := chaping.Quality{Affirmed: share(chaping.KnowAll, 3, 3, 2, 2./3, 2./3, 2./3), Negative: share(chaping.KnowNothing, 0, 0, 0, 0, 0, 0)}
	same := chaping.Quality{Affirmed: share(chaping.KnowInterval, 600, 60, 60, 1, .94, 1)}
	for _, c := range []struct {
		name       string
		q          chaping.Quality
		says, mute []string
	}{
		{"nothing", chaping.Quality{}, []string{"尚未抽样复核"}, []string{"%"}},
		{"sampled, not judged", chaping.Quality{Affirmed: chaping.Share{Population: 900, Sampled: 110}}, []string{"尚未抽样复核"}, []string{"%"}},
		{"full", full, []string{
			"推算 90.0% 确实成立（95% 区间 84.0%–94.0%；复核 120 条，确认 108 条）", "电气 95.0%（88.0%–98.0%，复核 80 条）",
			"复核不足 20 条、不推算的：化学 4 条", "合计 980 条", "推算 900 条（95% 区间 830–950 条）确实成立", "不代替差评数",
			"推算 20.0% 说了商品的问题", "占全部说了问题的评论的 7.0%（3.0%–55.0%）", "李四的 60 次决定全部是确认，间隔的中位数只有 1.9 秒",
			"2 条由两个人作出过不同的结论",
		}, nil},
		{"few", few, []string{"只复核了 3 条，确认 2 条；不足 20 条，不推算"}, []string{"66.7", "区间 0"}},
		{"three of three", three, []string{"全部 3 条都已复核，确认 2 条（66.7%）"}, []string{"–"}},
		{"all the same", same, []string{"复核的 60 条结论全部相同"}, nil},
	} {
		var b strings.Builder
		for _, line := range QualityLines(&c.q) {
			b.WriteString(line.Name + "：" + line.Meaning + "\n")
		}
		for _, want := range c.says {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: no %q in\n%s", c.name, want, b.String())
			}
		}
		for _, bad := range c.mute {
			if strings.Contains(b.String(), bad) {
				t.Errorf("%s: %q in\n%s", c.name, bad, b.String())
			}
		}
	}
}
