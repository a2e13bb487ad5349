package report

import (
	"fmt"

	"chaping"
)

// A Concern is what somebody should know before a sheet is frozen. But for reviews
// that are known not to be all there it keeps nobody from freezing: a region that no
// shop publishes stays blank.
type Concern struct {
	What     string   `json:"what"`
	Count    int      `json:"count"`
	Examples []string `json:"examples"` // a few
}

// String is the concern in one line.
func (c Concern) String() string {
	s := fmt.Sprintf("%s：%d", c.What, c.Count)
	for i, e := range c.Examples {
		s += []string{"，例如 ", "、"}[min(i, 1)] + e
	}
	return s
}

// ConcernExamples is how many examples stand for all.
const ConcernExamples = 3

// Check lists what the sheet lacks: blank cells, reviews that nobody looked
// at, products whose reviews were not read in full, what is unfinished; and the urgent candidates
// that nobody decided on, how many there are and the names of some; and review
// keywords of the watch that the dictionary does not have.
func (p *Platform) Check(undecided int, some []string) []Concern {
	var found []Concern
	if n := len(p.Unfinished); n > 0 {
		found = append(found, Concern{"评论还没有收全，写明理由才能冻结", n, p.Unfinished})
	}
	add := func(what string, count func(*PlatformRow) uint64) {
		c := Concern{What: what}
		for i := range p.Rows {
			r := &p.Rows[i]
			n := count(r)
			if c.Count += int(n); n > 0 && len(c.Examples) < ConcernExamples {
				c.Examples = append(
					c.Examples,
					fmt.Sprintf("第 %d 行（%s）", r.Seq, chaping.Shorten(r.Term+" "+r.Product, 30)),
				)
			}
		}
		if c.Count > 0 {
			found = append(found, c)
		}
	}
	for _, cell := range []struct {
		name string
		of   func(*PlatformRow) string
	}{
		{"关键词", func(r *PlatformRow) string { return r.ProductKeyword }},
		{"店铺名称", func(r *PlatformRow) string { return r.Shop }},
		{"商品名称", func(r *PlatformRow) string { return r.Product }},
		{"商品地址", func(r *PlatformRow) string { return r.URL }},
		{"商品价格", func(r *PlatformRow) string { return r.Price }},
		{"公司所在区域", func(r *PlatformRow) string { return r.Region }},
	} {
		add("没有"+cell.name+"的行", func(r *PlatformRow) uint64 {
			if cell.of(r) == "" {
				return 1
			}
			return 0
		})
	}
	if p.UnreviewedReviews > 0 {
		found = append(found, Concern{"未复核的“评论 × 评论关键词”", int(p.UnreviewedReviews), nil})
	}
	add("评论没有读全的行", func(r *PlatformRow) uint64 {
		if r.Missing != "" {
			return 1
		}
		return 0
	})
	if len(p.Unread) > 0 {
		found = append(found, Concern{"没有读全的搜索，和没有读全、不在表上的商品", len(p.Unread), p.Unread[:min(len(p.Unread), ConcernExamples)]})
	}
	if len(p.Unknown) > 0 {
		found = append(found, Concern{"不在词库里、没有统计的评论关键词", len(p.Unknown), p.Unknown[:min(len(p.Unknown), ConcernExamples)]})
	}
	if undecided > 0 {
		found = append(found, Concern{"待确认的重要风险信息候选", undecided, some})
	}
	return found
}
