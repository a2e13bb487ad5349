package importer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"chaping"
	"chaping/ingest"
)

// A group is a fault that many rows may have for one reason, which is told
// once.
type group struct {
	first *chaping.InputError
	rows  int64
}

// reasonOf is what a summary counts a fault under.
func reasonOf(e *chaping.InputError) string {
	if e.Field == "" {
		return e.Problem
	}
	return cmp.Or(TitleOf(e.Field), e.Field) + "：" + e.Problem
}

func (im *run) report(e *chaping.InputError) {
	reason := reasonOf(e)
	im.sum.Reasons[reason]++
	im.sum.example(reason, e)
	if inOneLine(e) {
		g := im.grouped[reason]
		if g == nil {
			g = &group{first: e}
			im.grouped[reason] = g
		}
		g.rows++
		return
	}
	if im.Problem != nil {
		im.Problem(e)
	}
}

// noProduct is the problem of rows that name no product.
const noProduct = "不知道是哪件商品的评论"

// inOneLine tells whether a fault is one of the whole column and not of its row.
func inOneLine(e *chaping.InputError) bool {
	relative, _ := ingest.Undated(ingest.ErrRelative)
	order, _ := ingest.Undated(ingest.ErrOrder)
	zone, _ := ingest.Undated(ingest.ErrZone)
	foreign, _ := ingest.Unpriced(ingest.ErrForeign)
	return e.Problem == foreign || e.Problem == relative || e.Problem == order || e.Problem == zone || e.Problem == noProduct
}

// finish tells what is told once.
func (im *run) finish() {
	im.sum.Otherwise, im.sum.Perhaps = im.otherwise, im.perhaps
	if n := im.followed.orphans; n > 0 {
		im.sum.Questions = append(im.sum.Questions, Question{Kind: AskUnused, Field: fieldParent,
			Text: fmt.Sprintf("%d 行追评对不上所追评的评论（如 %s）：文件里没有它，或一个订单有几条评论。", n, im.followed.orphan), Assumed: "各算一条评论"})
	}
	if im.other != "" {
		im.sum.Questions = append(im.sum.Questions, Question{Kind: AskUnused, Field: fieldShop,
			Text: im.other, Assumed: "同一件商品，店铺以这个文件为准；几家店铺共用编号的，请放在一个文件里导入"})
	}
	for _, reason := range slices.Sorted(maps.Keys(im.grouped)) {
		g := im.grouped[reason]
		if e := *g.first; im.Problem != nil {
			if g.rows > 1 {
				e.Problem += fmt.Sprintf("，共 %d 行", g.rows)
			}
			im.Problem(&e)
		}
	}
}
