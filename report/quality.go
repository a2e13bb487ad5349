package report

import (
	"fmt"
	"math"
	"strings"

	"chaping"
)

// QualityLines words how right the counts of a period are.
func QualityLines(q *chaping.Quality) []Definition {
	if q.Affirmed.Judged+q.UnfoundNegative.Judged+q.UnfoundOther.Judged == 0 {
		return []Definition{{"抽样复核", "尚未抽样复核：还没有人抽查过这些数字，不知道有多准。"}}
	}
	lines := []Definition{
		{"抽样复核", fmt.Sprintf("从本期全部评论（不只本表所列）随机抽取：成立的命中 %d 条（按严重程度和领域分层），已复核 %d 条；没有命中的差评 %d 条，已复核 %d 条；"+
			"没有命中的其他评论 %d 条，已复核 %d 条。区间为 95%%：分层估计，Wilson 区间，按有限总体校正。",
			q.Affirmed.Sampled, q.Affirmed.Judged, q.UnfoundNegative.Sampled, q.UnfoundNegative.Judged,
			q.UnfoundOther.Sampled, q.UnfoundOther.Judged)},
		{"命中的准确率", fmt.Sprintf("本期成立的命中共 %d 条（评论 × 评论关键词）。%s。",
			q.Affirmed.Population, shareText(q.Affirmed, "确实成立", "确认"))},
	}
	if s := partsText(q.Hazards); s != "" {
		lines = append(lines, Definition{"按危害类别", s})
	}
	if s := partsText(q.Fields); s != "" && len(q.Fields) > 1 {
		lines = append(lines, Definition{"按词条领域", s})
	}
	lines = append(lines, Definition{"差评数的推算", countedText(q)}, Definition{"没有找到的问题评论", unfoundText(q)})
	if s := doubtText(q); s != "" {
		lines = append(lines, Definition{"对复核的提示", s})
	}
	return lines
}

// shareText says what is known of a share, whose elements are right when people
// say so.
func shareText(s chaping.Share, is, said string) string {
	switch {
	case s.Known == chaping.KnowFew:
		return fmt.Sprintf("只复核了 %d 条，%s %d 条；不足 %d 条，不推算", s.Judged, said, s.Hits, chaping.LeastJudged)
	case s.Known == chaping.KnowAll:
		return fmt.Sprintf("全部 %d 条都已复核，%s %d 条（%s）", s.Judged, said, s.Hits, inPercent(s.Estimate))
	case s.Known == chaping.KnowInterval:
		return fmt.Sprintf("推算 %s %s（95%% 区间 %s–%s；复核 %d 条，%s %d 条）",
			inPercent(s.Estimate), is, inPercent(s.Low), inPercent(s.High), s.Judged, said, s.Hits)
	case s.Population == 0:
		return "本期没有"
	}
	return "还没有复核"
}

// partsText names the parts of which enough was judged, and those of which too
// little was.
func partsText(parts []chaping.PartShare) string {
	var known, few []string
	for _, p := range parts {
		switch {
		case p.Known == chaping.KnowAll:
			known = append(known, fmt.Sprintf("%s %s（全部 %d 条都已复核）", p.Name, inPercent(p.Estimate), p.Judged))
		case p.Holds():
			known = append(
				known,
				fmt.Sprintf(
					"%s %s（%s–%s，复核 %d 条）",
					p.Name,
					inPercent(p.Estimate),
					inPercent(p.Low),
					inPercent(p.High),
					p.Judged,
				),
			)
		default:
			few = append(few, fmt.Sprintf("%s %d 条", p.Name, p.Judged))
		}
	}
	var b strings.Builder
	if len(known) > 0 {
		b.WriteString("确实成立的：" + strings.Join(known, "；") + "。")
	}
	if len(few) > 0 {
		fmt.Fprintf(&b, "复核不足 %d 条、不推算的：%s。", chaping.LeastJudged, strings.Join(few, "，"))
	}
	return b.String()
}

func countedText(q *chaping.Quality) string {
	text := fmt.Sprintf("本期差评数按评论 × 评论关键词合计 %d 条（同一评论在几个商品关键词下只计一次，人工已排除的不计）。", q.Counted)
	if !q.Right.Known {
		return text + "差评中的命中" + shareText(q.Negative, "确实成立", "确认") + "。"
	}
	return text + fmt.Sprintf("程序在差评中判为成立的 %d 条里，推算 %s确实成立。推算只供参考，不代替差评数。",
		q.Negative.Population, amountText(q.Right))
}

func unfoundText(q *chaping.Quality) string {
	text := fmt.Sprintf("没有命中的差评 %d 条：%s。没有命中的其他评论 %d 条：%s。",
		q.UnfoundNegative.Population, shareText(q.UnfoundNegative, "说了商品的问题", "说了问题"),
		q.UnfoundOther.Population, shareText(q.UnfoundOther, "说了商品的问题", "说了问题"))
	if q.Unfound.Known {
		text += fmt.Sprintf("合计推算 %s说了问题而没有被任何评论关键词找到", amountText(q.Unfound))
		if q.Missed.Known {
			text += fmt.Sprintf(
				"，占全部说了问题的评论的 %s（%s–%s）",
				inPercent(q.Missed.Estimate),
				inPercent(q.Missed.Low),
				inPercent(q.Missed.High),
			)
		}
		text += "。"
	}
	return text + "系统默认评论和没有文字的评论不在内。"
}

func doubtText(q *chaping.Quality) string {
	var list []string
	for _, h := range q.Hurried {
		list = append(list, fmt.Sprintf("%s的 %d 次决定全部是确认，间隔的中位数只有 %.1f 秒，来不及读，准确率可能偏高",
			h.By, h.Decisions, h.Seconds))
	}
	if a := q.Affirmed; a.Judged >= chaping.LeastJudged && (a.Hits == a.Judged || a.Hits == 0) {
		list = append(list, fmt.Sprintf("复核的 %d 条结论全部相同", a.Judged))
	}
	if q.Disagreed > 0 {
		list = append(list, fmt.Sprintf("%d 条由两个人作出过不同的结论，以最后一次为准", q.Disagreed))
	}
	if q.Unequal > 0 {
		list = append(list, fmt.Sprintf("%d 种同样的句子得到了不同的结论", q.Unequal))
	}
	if q.Learnt {
		list = append(list, "程序从复核决定中学习过，其中有本期的，准确率可能偏高；以后各期的样本没有这个问题")
	}
	if q.Gone > 0 {
		list = append(list, fmt.Sprintf("另有 %d 条复核针对词库里已经没有的评论关键词，不计入", q.Gone))
	}
	if len(list) == 0 {
		return ""
	}
	return strings.Join(list, "；") + "。"
}

func inPercent(x float64) string { return fmt.Sprintf("%.1f%%", 100*x) }

func amountText(a chaping.Amount) string {
	n := func(x float64) int64 { return int64(math.Round(max(x, 0))) }
	if n(a.Low) == n(a.High) {
		return fmt.Sprintf("%d 条", n(a.Estimate))
	}
	return fmt.Sprintf("%d 条（95%% 区间 %d–%d 条）", n(a.Estimate), n(a.Low), n(a.High))
}
