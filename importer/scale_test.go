package importer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"chaping"
)

// complains grades as a text model does: what is 坏 is a complaint.
func complains(r *chaping.Review) {
	if r.Grade = chaping.Positive; strings.Contains(r.Text, "坏") {
		r.Grade = chaping.Negative
	}
}

// Ratings mean what their columns say, or nothing until somebody has said it.
func TestRatingColumns(t *testing.T) {
	// Of each file: a header, a row a line. Texts stand before the ratings: 好 and
	// 坏, or as they are.
	for name, tt := range map[string]struct {
		file     string
		options  Options
		column   string // that is taken for the rating
		scale    float64
		asked    QuestionKind
		blocks   bool
		negative int // rows; the model grades where no column is used
	}{
		"of the shop": {file: "商品名称,店铺名称,店铺评分,评价内容,评价时间\n灯,甲,4.7,坏,2016-11-01\n灯,甲,4.7,好,2016-11-02\n锅,乙,4.2,坏了,2016-11-02\n",
			asked: AskField, scale: 5, negative: 2},
		"of the shop, whole numbers": {file: "商品名称,商家评分,评价内容,评价时间\n灯,5,坏,2016-11-01\n灯,5,好,2016-11-02\n锅,4,坏了,2016-11-02\n", scale: 5, asked: AskField, negative: 2},
		"of the product, and the review's": {file: "商品名称,评分,评价星级,评价内容,评价时间\n灯,4.7,1,坏,2016-11-01\n灯,4.7,5,好,2016-11-02\n锅,4.2,1,坏了,2016-11-02\n锅,4.2,2,坏了,2016-11-03\n",
			column: "评价星级", scale: 5, negative: 3},
		"of the product alone": {file: "商品名称,评分,评价内容,评价时间\n灯,4.7,坏,2016-11-01\n灯,4.7,好,2016-11-02\n锅,4.2,坏了,2016-11-02\n", asked: AskField, scale: 5, negative: 2},
		"of the product, somebody wants it": {file: "商品名称,评分,评价内容,评价时间\n灯,4.7,坏,2016-11-01\n灯,4.7,好,2016-11-02\n", column: "评分", scale: 5,
			options: Options{Map: map[string]string{"评分": "评分"}}},
		"halves are given by buyers": {file: "商品名称,评分,评价内容,评价时间\n灯,4.5,好,2016-11-01\n灯,4.5,好,2016-11-02\n", column: "评分", scale: 5},
		"two that contradict": {file: "商品名称,商品评分,评价星级,评价内容,评价时间\n灯,5,1,坏,2016-11-01\n灯,4,5,好,2016-11-02\n锅,1,5,好了,2016-11-02\n",
			asked: AskField, blocks: true, scale: 5, negative: 1},
		"two that agree": {file: "商品名称,评分,评价类型,评价内容,评价时间\n灯,1,差评,坏,2016-11-01\n灯,5,好评,好,2016-11-02\n", column: "评分", scale: 5, negative: 1},

		"parts of one": {file: "商品名称,得分,评价内容,评价时间\n灯,0.08,坏,2016-11-01\n灯,0.93,好,2016-11-02\n锅,0,坏,2016-11-02\n", column: "得分", asked: AskScale, scale: 1, negative: 2},
		"all tens":     {file: "商品名称,评分,评价内容,评价时间\n灯,10,好,2016-11-01\n灯,10,好,2016-11-02\n", column: "评分", asked: AskScale, scale: 10},
		"most of ten bad": {file: "商品名称,评分,评价内容,评价时间\n灯,2,坏,2016-11-01\n灯,3,坏,2016-11-02\n灯,4,坏,2016-11-03\n灯,8,好,2016-11-04\n",
			asked: AskScale, blocks: true, scale: 5, negative: 3},
		"most of ten bad, said": {file: "商品名称,评分,评价内容,评价时间\n灯,2,坏,2016-11-01\n灯,3,坏,2016-11-02\n灯,4,坏,2016-11-03\n灯,8,好,2016-11-04\n",
			options: Options{Scale: 10}, column: "评分", scale: 10, negative: 3},
		"one mistyped": {file: "商品名称,评分,评价内容,评价时间\n" + strings.Repeat("灯,5,好,2016-11-01\n", 99) + "灯,55,好,2016-11-01\n", column: "评分", asked: AskScale, scale: 5},
		"from zero to four": {file: "商品名称,评分,评价内容,评价时间\n灯,0,坏,2016-11-01\n灯,4,好,2016-11-02\n灯,2,还行,2016-11-03\n灯,1,坏,2016-11-03\n",
			asked: AskScale, blocks: true, scale: 5, negative: 2},
		"from zero to four, said": {file: "商品名称,评分,评价内容,评价时间\n灯,0,坏,2016-11-01\n灯,4,好,2016-11-02\n灯,2,还行,2016-11-03\n灯,1,坏,2016-11-03\n",
			options: Options{Scale: 4}, column: "评分", scale: 4, negative: 2},
		"no rating is zero": {file: "商品名称,评分,评价内容,评价时间\n灯,0,好,2016-11-01\n灯,4,好,2016-11-02\n灯,2,坏,2016-11-03\n", column: "评分", scale: 5, negative: 1},

		"codes": {file: "商品名称,评价类型,评价内容,评价时间\n灯,1,好,2016-11-01\n灯,3,坏,2016-11-02\n灯,2,还行,2016-11-03\n", asked: AskScale, blocks: true, scale: 5, negative: 1},
		"codes, 1 is good": {file: "商品名称,评价类型,评价内容,评价时间\n灯,1,好,2016-11-01\n灯,3,坏,2016-11-02\n灯,2,还行,2016-11-03\n",
			options: Options{Scale: 3, Reversed: true}, column: "评价类型", scale: 3, negative: 1},
		"codes, 3 is good": {file: "商品名称,评价结果,评价内容,评价时间\n灯,3,好,2016-11-01\n灯,1,坏,2016-11-02\n灯,2,还行,2016-11-03\n",
			options: Options{Scale: 3}, column: "评价结果", scale: 3, negative: 1},
		"codes from zero": {file: "商品名称,评价类别,评价内容,评价时间\n灯,2,好,2016-11-01\n灯,0,坏,2016-11-02\n灯,1,还行,2016-11-03\n",
			options: Options{Scale: 2}, column: "评价类别", scale: 2, negative: 1},
		"codes by their texts":      {file: "商品名称,评分,评价内容,评价时间\n" + strings.Repeat("灯,1,好,2016-11-01\n灯,3,坏,2016-11-02\n", 3), asked: AskScale, blocks: true, scale: 5, negative: 3},
		"nothing but 1, content":    {file: "商品名称,评分,评价内容,评价时间\n" + strings.Repeat("灯,1,好,2016-11-01\n", 4), asked: AskScale, blocks: true, scale: 5},
		"nothing but 1, complaints": {file: "商品名称,评分,评价内容,评价时间\n" + strings.Repeat("灯,1,坏,2016-11-01\n", 4), column: "评分", scale: 5, negative: 4},
		"a remark below the names": {file: "商品名称,评价类型,评价内容,评价时间\n必填,1好评、2中评、3差评,必填,2016-11-01\n灯,1,好,2016-11-01\n灯,3,坏,2016-11-02\n",
			column: "评价类型", scale: 3, negative: 1},

		"ten in the name": {file: "商品名称,评分（满分10分）,评价内容,评价时间\n灯,4,坏,2016-11-01\n灯,3,坏,2016-11-02\n", column: "评分（满分10分）", scale: 10, negative: 2},
		"1 best in the name": {file: "商品名称,满意度（1=很满意，5=很不满意）,评价内容,评价时间\n灯,5,坏,2016-11-01\n灯,1,好,2016-11-02\n灯,2,好,2016-11-02\n",
			column: "满意度（1=很满意，5=很不满意）", scale: 5, negative: 1},
		"flags in the name":        {file: "商品名称,评价结果（0差评 1好评）,评价内容,评价时间\n灯,0,坏,2016-11-01\n灯,1,好,2016-11-02\n", column: "评价结果（0差评 1好评）", scale: 1, negative: 1},
		"zero in the name":         {file: "商品名称,评分(0-5分),评价内容,评价时间\n灯,0,坏,2016-11-01\n灯,5,好,2016-11-02\n", column: "评分(0-5分)", scale: 5, negative: 1},
		"zero in the name is none": {file: "商品名称,评分(0-5分),评价内容,评价时间\n" + strings.Repeat("灯,0,好,2016-11-01\n", 3) + "灯,5,好,2016-11-02\n", column: "评分(0-5分)", scale: 5},
		"the name is wrong":        {file: "商品名称,评分(1-5),评价内容,评价时间\n灯,9,好,2016-11-01\n灯,10,好,2016-11-02\n", column: "评分(1-5)", asked: AskScale, scale: 10},
		"without brackets":         {file: "商品名称,评分十分制,评价内容,评价时间\n灯,4,坏,2016-11-01\n灯,5,还行,2016-11-02\n", column: "评分十分制", scale: 10, negative: 1},
	} {
		t.Run(name, func(t *testing.T) {
			path := writeFile(t, "a.csv", tt.file)
			o := tt.options
			o.Now, o.GradeText = now, complains
			u, err := Inspect(t.Context(), path, o)
			if err != nil {
				t.Fatal(err)
			}
			column := ""
			for _, c := range u.Columns {
				if c.Field == fieldRating {
					column = c.Name
				}
			}
			asked := slices.ContainsFunc(u.Questions, func(q Question) bool { return q.Kind == tt.asked && q.Field == fieldRating })
			blocks := slices.ContainsFunc(u.Questions, func(q Question) bool { return q.Blocks })
			if column != tt.column || u.Scale != tt.scale || asked != (tt.asked != "") || blocks != tt.blocks ||
				tt.asked == "" && len(u.Questions) > 0 {
				t.Errorf("%q of %v, %+v", column, u.Scale, u.Questions)
			}
			for _, p := range []*Profile{nil, u.Profile()} { // and as it was saved
				o.Profile = p
				sum, err := Import(t.Context(), path, o)
				if err != nil || sum.Grades[chaping.Negative.String()] != int64(tt.negative) {
					t.Errorf("saved %v: %+v, %v", p != nil, sum, err)
				}
			}
		})
	}
}

// What the name of a column says of its scale.
func TestScaleSaid(t *testing.T) {
	for name, want := range map[string]saidScale{
		"评分(1-10)": {max: 10}, "评分（0～10分）": {max: 10, zero: true}, "得分（满分100）": {max: 100}, "五分制评分": {max: 5}, "评分_10分制": {max: 10}, "score (out of 10)": {max: 10}, "评分/10": {max: 10},
		"评分[0-4]": {max: 4, zero: true}, "情感（0至1）": {max: 1, zero: true}, "评分（-1~1）": {signed: true}, "态度(1好评 0中评 -1差评)": {signed: true},
		"评分（1为最好）": {reversed: true}, "评分（5分最高）": {max: 5}, "评分（5最差）": {max: 5, reversed: true}, "类型：好评=1，中评=2，差评=3": {max: 3, reversed: true}, "类型(好评3 中评2 差评1)": {max: 3},
		"满意度（1-5，1最好）": {max: 5, reversed: true}, "满意程度(1:非常不满意~5:非常满意)": {max: 5},
		"评分": {}, "满意度": {}, "好评": {}, "评价(好评/中评/差评)": {}, "满意1": {}, "评分2": {}, "评分 (2)": {}, "评分（2016-11）": {},
	} {
		if got, ok := scaleSaid(name); got != want || ok != (want != saidScale{}) {
			t.Errorf("%s: %+v %v, want %+v", name, got, ok, want)
		}
	}
}

// Cells that are shown as percent are percent, whatever their numbers look like.
func TestPercentCells(t *testing.T) {
	path := writeFile(t, "a.xlsx", book(t, func(f *excelize.File) {
		putRows(f, "Sheet1", 1, []any{"商品名称", "评分", "评价内容", "评价时间"}, []any{"灯", 0.2, "坏", "2016-11-01"}, []any{"灯", 1, "好", "2016-11-01"}, []any{"灯", 0.875, "好", "2016-11-01"})
		style, _ := f.NewStyle(&excelize.Style{NumFmt: 10})
		_ = f.SetCellStyle("Sheet1", "B2", "B4", style)
	}))
	sink := &memory{}
	sum, err := Import(t.Context(), path, Options{Now: now, Sink: sink})
	if err != nil || len(sum.Questions) > 0 || sink.reviews[0].Rating != 1 || sink.reviews[1].Rating != 5 || sink.reviews[2].Rating != 5 {
		t.Errorf("%+v %+v %v", sum, sink.reviews, err)
	}
}

// A file that is sorted by ratings shows the best ones last.
func TestScaleOfSortedFile(t *testing.T) {
	rows := "商品名称,评分,评价内容,评价时间\n"
	for i := range 5000 {
		rows += fmt.Sprintf("灯,%d,第%d条,2016-11-01\n", 1+i*10/5000, i)
	}
	path := writeFile(t, "a.csv", rows)
	for _, tt := range []struct {
		batch  int
		scale  float64
		stored bool
	}{{batch: 0}, {batch: 100, stored: true}, {scale: 10, stored: true}} {
		sink := &memory{}
		_, err := Import(t.Context(), path, Options{Now: now, Sink: sink, Batch: tt.batch, Scale: tt.scale})
		var input *chaping.InputError
		if refused := errors.As(err, &input) && input.Field == fieldRating; refused != (tt.scale == 0) || len(sink.reviews) > 0 != tt.stored {
			t.Errorf("%+v: %v, %d reviews", tt, err, len(sink.reviews))
		}
	}
	few := strings.ReplaceAll(rows, "灯,10,", "灯,5,")
	for best := 9; best > 5; best-- {
		few = strings.ReplaceAll(few, fmt.Sprintf("灯,%d,", best), "灯,5,")
	}
	path = writeFile(t, "few.csv", few+strings.Repeat("灯,55,误,2016-11-01\n", 25))
	if sum, err := Import(t.Context(), path, Options{Now: now, Sink: &memory{}}); err != nil || sum.Noted != 25 {
		t.Errorf("mistakes: %v %+v", err, sum)
	}
}

// What a column says and the import does not use is told.
func TestNotUsed(t *testing.T) {
	for column, values := range map[string][2]string{"是否差评": {"是", "否"}, "是否默认好评": {"否", "是"}, "评价类型": {"初评", "追评"}, "is_negative": {"true", "false"}} {
		path := writeFile(t, "a.csv", "商品名称,"+column+",评价内容,评价时间\n灯,"+values[0]+",用了两天就坏,2016-11-01\n灯,"+values[1]+",好用,2016-11-02\n")
		u, err := Inspect(t.Context(), path, Options{})
		if err != nil || len(u.Questions) != 1 || u.Questions[0].Kind != AskUnused || u.Questions[0].Column != column {
			t.Errorf("%s: %+v %v", column, u.Questions, err)
		}
	}
	path := writeFile(t, "a.csv", "商品名称,是否差评,是否默认好评,评分,评价内容,评价时间\n灯,是,否,1,用了两天就坏,2016-11-01\n")
	if u, err := Inspect(t.Context(), path, Options{}); err != nil || len(u.Questions) > 0 {
		t.Errorf("%+v %v", u.Questions, err)
	}
}

// Ratings as pages draw them are read; a column that is called one and is not
// understood is named, and what is told is not that there is none.
func TestDrawnRatings(t *testing.T) {
	for name, tt := range map[string]struct {
		column string
		values [3]string
		read   bool
	}{
		"widths of what":      {"完成度", [3]string{"width:20%", "width: 60%;", "width:100%"}, false},
		"classes of members":  {"徽标样式", [3]string{"member-star1", "member-star3", "member-star5"}, false},
		"classes by values":   {"样式", [3]string{"allstar10 title", "allstar30 title", "allstar50 title"}, true},
		"widths":              {"star", [3]string{"width:20%", "width: 60%;", "width:100%"}, true},
		"classes":             {"星级class", [3]string{"allstar10 title", "allstar30 title", "allstar50 title"}, true},
		"one class":           {"评分", [3]string{"icon-star-1", "icon-star-3", "icon-star-5"}, true},
		"pixels":              {"star", [3]string{"width:16px", "width:48px", "width:80px"}, false},
		"pixels, longer name": {"评星星级样式", [3]string{"width:16px", "width:48px", "width:80px"}, false},
	} {
		data := "商品编号,评价时间,评价内容," + tt.column + "\n"
		for i := range 9 {
			data += fmt.Sprintf("K31,2026-11-0%d,烧水的时候壶盖有一点烫手%d,%s\n", i+1, i, tt.values[i%3])
		}
		_, sum, _ := texts(t, "a.csv", data, Options{})
		named := false
		for _, q := range sum.Questions {
			named = named || q.Column == tt.column && strings.Contains(q.Text+q.Assumed, "没有用")
		}
		if g := sum.Grades; tt.read && (g["negative"] != 3 || g["neutral"] != 3 || g["positive"] != 3) || named == tt.read {
			t.Errorf("%s: %+v, named %v", name, g, named)
		}
	}
}
