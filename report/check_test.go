package report

import (
	"slices"
	"testing"
)

func TestCheck(t *testing.T) {
	p := sheet(t)
	p.UnreviewedReviews = 3
	p.Unread = []string{"mall 关键词“壶”的搜索：搜索结果没有读到底", "mall 9：商品页还没有读"}
	p.Rows[0].ProductKeyword, p.Rows[1].Missing, p.Rows[1].Confirmed = "", "中评没有读到", 4
	var got []string
	for _, c := range p.Check(1, []string{"电热水壶 漏电"}) {
		got = append(got, c.String())
	}
	if want := []string{
		"没有关键词的行：1，例如 第 1 行（漏电 玻璃养生壶）",
		"没有商品价格的行：1，例如 第 3 行（起火 =HYPERLINK(\"http://evil.exa…）",
		"没有公司所在区域的行：1，例如 第 1 行（漏电 玻璃养生壶）",
		"未复核的“评论 × 评论关键词”：3",
		"评论没有读全的行：1，例如 第 2 行（异味 不锈钢电热水壶 1.7L）",
		"没有读全的搜索，和没有读全、不在表上的商品：2，例如 mall 关键词“壶”的搜索：搜索结果没有读到底、mall 9：商品页还没有读",
		"待确认的重要风险信息候选：1，例如 电热水壶 漏电",
	}; !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if clean := (&Platform{}).Check(0, nil); len(clean) != 0 {
		t.Errorf("%v", clean)
	}
}
