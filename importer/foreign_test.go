package importer

import (
	"fmt"
	"slices"
	"testing"

	"chaping/nlp/polarity"
)

// Reviews that are not in Chinese are counted, and what the text model makes of
// them says nothing of the file's ratings.
func TestForeignReviews(t *testing.T) {
	model, err := polarity.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	rated, bare := "商品编号,评论内容,评分,评论时间\n", "商品编号,评论内容,评论时间\n"
	for i := range 15 {
		text := fmt.Sprintf("The lid flew off and burned my hand %d", i)
		if i%5 == 0 {
			text = fmt.Sprintf("盖子弹飞了烫伤手，太吓人了 %d", i)
		}
		rated += fmt.Sprintf("K31,%s,1,2026-11-%02d\n", text, i+1)
		bare += fmt.Sprintf("K31,%s,2026-11-%02d\n", text, i+1)
	}
	_, sum, _ := texts(t, "a.csv", rated, Options{GradeText: model.GradeReview})
	if sum.NotChinese != 12 || sum.Grades["negative"] != 15 || slices.ContainsFunc(sum.Questions, func(q Question) bool { return q.Field == fieldRating }) {
		t.Errorf("%+v", sum)
	}
	if _, sum, _ = texts(t, "a.csv", bare, Options{GradeText: model.GradeReview}); sum.NotChinese != 12 || sum.Grades["unrated"] != 12 {
		t.Errorf("%+v", sum)
	}
}
