package app

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"chaping"
)

// Lines says what became of the file, one sentence a line, the first of them
// with the file's name: what was kept, and all that was not taken as it stood or
// had to be assumed. What to do about missing product keywords (NoKey) each face
// says in its own words.
func (r *ImportResult) Lines() []string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	some := func(n int64, format string) { // nothing of none
		if n > 0 {
			add(format, n)
		}
	}
	if r.Listed != nil { // a product table without reviews
		add("%s：读到 %d 行，采用 %d 行，拒收 %d 行", r.File, r.Rows, r.Accepted, r.Refused)
		add("商品 %d 件：新存入 %d 件，更新 %d 件，与已有的相同 %d 件", r.Products, r.Listed.New, r.Listed.Changed, r.Listed.Same)
		some(r.Noted, "%d 处看不懂的价格等按未知收录，其余内容照常采用")
		for _, q := range r.Questions {
			add("%s现按：%s", q.Text, q.Assumed)
		}
		return append(lines, r.relistedLines()...)
	}
	add("%s：读到 %d 行，采用 %d 行，拒收 %d 行；不同的评论 %d 条（重复编号 %d 行），其中新入库 %d 条",
		r.File, r.Rows, r.Accepted, r.Refused, r.Distinct, r.Repeated, r.New)
	if r.Accepted > 0 {
		add("商品 %d 件；评论时间 %s 至 %s；默认评论 %d 条", r.Products, shanghaiDay(r.First), shanghaiDay(r.Last), r.Defaults)
		add("差评 %d 条、中评 %d 条、好评 %d 条、未评级 %d 条（规则 %s）",
			r.Grades["negative"], r.Grades["neutral"], r.Grades["positive"], r.Grades["unrated"], r.RatingRule)
	}
	some(r.Unreviewed, "商品表里另有 %d 件商品，这个文件里没有它们的评论，也存入了")
	some(r.ByText, "其中没有评分、由文本模型按正文评级的 %d 条")
	some(r.NotChinese, "有 %d 条评论不是中文，本程序的词库认不出其中的风险，文本模型也不评它们")
	some(r.Damaged, "%d 行有字节不合字符集，已用“\uFFFD”代替后保留")
	some(int64(r.Replaced), "注意：%d 条的编号库里已有、内容或评级不同，以这次的为准；请核对认评论的列是不是评论的编号")
	for _, t := range r.Tables {
		if t.Skipped != "" {
			add("没有读“%s”：%s", t.Name, t.Skipped)
		} else if t.Hidden {
			add("工作表“%s”是隐藏的，也读了，%d 行", t.Name, t.Rows)
		}
	}
	some(r.Passed, "另有 %d 行不是评论（合计、备注、重复的表头、合并单元格的续行），没有计入")
	some(r.Others, "另有 %d 行不是买家写的（商家、客服的话，问答，或商品介绍），没有计入")
	if r.Void > 0 {
		add("表里标明作废（已删除、隐藏、无效等）的 %d 行，%s", r.Void, map[bool]string{true: "没有计入", false: "照样计入"}[r.VoidSkipped])
	}
	some(r.Decoded, "%d 行的内容是转义、编码或乱码，已还原成文字")
	some(r.Cut, "%d 行的评论内容后面连着商家的回复，只用了买家的话")
	some(r.FollowUps, "%d 行的正文写明是追评，每行各算一条评论；要并入原来的评论，把它放在同一行的“追评”列")
	some(r.Noted, "%d 行有看不懂的价格、评分等，其余内容照常采用")
	if r.Unjoined > 0 {
		add("%d 行的商品，商品表里没有（如 %s）：编号不同，或名称和店铺没有对上，商品表没有用于它们", r.Unjoined, strings.Join(r.Unknown, "、"))
	}
	if r.FarBelow() {
		add("注意：有 %d 行被认作与前面相同的评论，请核对认评论的列", r.Merged)
	}
	some(r.Perhaps, "%d 条没有编号，与库里的评论商品、时间（到分）、正文都相同，买家、评分或秒不同，各算一条；是同一批评论的另一次导出的，请撤销其中一次")
	some(r.Otherwise, "%d 条没有编号，与库里已有的评论只差评分或时间的写法，按同一条处理，评分以这次的为准")
	some(r.Numbered, "内容全同、不能确定是同一条、各算一条的 %d 行")
	some(r.Further, "编号与前面相同、内容不同、各算一条的 %d 行（例如初评和追评各占一行）")
	for _, q := range r.Questions {
		add("%s现按：%s", q.Text, q.Assumed)
	}
	for _, reason := range slices.SortedFunc(maps.Keys(r.Reasons), func(a, b string) int { return int(r.Reasons[b] - r.Reasons[a]) }) {
		add("原因：%s —— %d 行", reason, r.Reasons[reason])
	}
	return append(lines, r.relistedLines()...)
}

func (r *ImportResult) relistedLines() []string {
	if r.Relisted == nil {
		return nil
	}
	return []string{fmt.Sprintf("注意：%d 件商品原来已列在别的商品关键词下（例如“%s”：原来是“%s”，这次是“%s”），报送表上两个关键词各占一行。"+
		"是改正写错的关键词的，请撤销原来那次导入", r.Relisted.Products, chaping.Shorten(r.Relisted.Example, 40), r.Relisted.Before, r.Relisted.Under)}
}

func shanghaiDay(t time.Time) string { return t.In(chaping.Shanghai()).Format(time.DateOnly) }
