package report

import (
	"fmt"
	"slices"
	"strconv"

	"chaping"
)

const (
	maxEvidence = 1_000_000 // a worksheet has 1,048,576 rows
	blankRows   = 7         // the printed form's (D18)

	placeholder = "（风险信息监测站名）" // the form's own, kept when no station is named (D20)
)

// Document lays out sheet B, the companion sheet with the definitions and the
// alternative counts, and the evidence.
func (p *Platform) Document() *Document {
	return &Document{
		Title: "上海市产品质量安全风险信息报送表（电商平台）", Subject: p.Period.String(), Program: p.Program,
		Sections: []Section{
			{"报送表", p.Profile.page(), p.form()},
			{"统计口径", companionPage, p.companion()},
			{"证据", companionPage, []Block{p.evidenceTable()}},
		},
	}
}

// form is sheet B.
func (p *Platform) form() []Block {
	station := p.Station
	if station == "" {
		station = placeholder
	}
	window := windowText(p.Period.Window())
	head := sheetTitle("（电商平台）")
	if p.Excerpt != "" {
		head = append(head, Para{Text: p.Excerpt})
	}
	return append(head, Ends{"填报单位：" + station, "填报时间：" + p.filed()}, Table{
		Columns: p.Profile.widths([]Column{
			{"序号", 10, Center, Fang}, {"关键词", 20, Left, Fang}, {"评论关键词", 22, Left, Fang}, {"时间采集范围", 36, Center, Fang},
			{"差评数", 14, Center, Fang}, {"评论数", 14, Center, Fang}, {"店铺名称", 28, Left, Fang}, {"商品名称", 37, Left, Fang},
			{"商品地址", 35, Left, Fang}, {"商品价格", 17, Center, Fang}, {"公司所在区域", 24, Left, Fang},
		}, 10, 17, 21, 36, 14, 14, 22, 29, 28, 17, 17),
		HeadSize: 10.5, Size: 9, RowMM: 14,
		Rows: func(yield func([]any) bool) {
			for _, r := range p.Rows {
				if !yield(
					[]any{
						r.Seq,
						r.ProductKeyword,
						r.Term,
						window,
						r.NegativeReviews,
						r.Reviews,
						r.Shop,
						r.Product,
						r.URL,
						r.Price,
						r.Region,
					},
				) {
					return
				}
			}
		},
	}.padded(blankRows, room(30+28+24), []any{"无", "", "", window, "", "", "", "", "", "", ""}))
}

func (p *Platform) companion() []Block {
	cols := []Column{
		{"序号", 12, Center, Fang},
		{"关键词", 22, Left, Fang},
		{"评论关键词", 24, Left, Fang},
		{"商品名称", 52, Left, Fang},
		{"差评数", 16, Center, Fang},
		{"评论数", 16, Center, Fang},
		{
			"全部差评数",
			22,
			Center,
			Fang,
		},
		{"剔除默认评论的评论数", 24, Center, Fang},
		{"高星隐性投诉数", 18, Center, Fang},
		{"表明问题的评论数", 20, Center, Fang},
		{"已确认", 12, Center, Fang},
		{"已排除", 12, Center, Fang},
		{"备注", 30, Left, Fang},
	}
	return []Block{
		Line{"统计口径与备选计数", Hei, 16, 28, Center},
		Table{
			Columns:  []Column{{"", 58, Left, Hei}, {"", 222, Left, Fang}},
			Headless: true,
			Size:     10.5,
			RowMM:    8,
			Rows: func(yield func([]any) bool) {
				for _, d := range append(slices.Clip(p.Definitions()), p.Frozen.definitions()...) {
					if !yield([]any{d.Name, d.Meaning}) {
						return
					}
				}
			},
		},
		Line{"逐行备选计数（序号同“报送表”）", Hei, 12, 28, Left},
		Table{Columns: cols, HeadSize: 10.5, Size: 9, RowMM: 7, Rows: func(yield func([]any) bool) {
			for r := range p.all() {
				if !yield(
					[]any{
						r.Seq,
						r.ProductKeyword,
						r.Term,
						r.Product,
						r.NegativeReviews,
						r.Reviews,
						r.AllNegativeReviews,
						r.ReviewsWithoutDefault,
						r.HiddenComplaints,
						r.AffirmedReviews,
						r.Confirmed,
						r.Rejected,
						r.remark(),
					},
				) {
					return
				}
			}
		}},
	}
}

func (p *Platform) evidenceTable() Table {
	return Table{
		Columns: []Column{
			{"序号", 12, Center, Fang},
			{"关键词", 20, Left, Fang},
			{"评论关键词", 20, Left, Fang},
			{"商品名称", 40, Left, Fang},
			{"计入", 24, Left, Fang},
			{"评论时间", 24, Center, Fang},
			{"评分", 10, Center, Fang},
			{
				"评级",
				12,
				Center,
				Fang,
			},
			{"命中写法", 18, Left, Fang},
			{"所在句子", 90, Left, Fang},
			{"评论编号", 34, Left, Fang},
			{"复核", 14, Center, Fang},
			{"复核说明", 30, Left, Fang},
		},
		HeadSize: 10.5, Size: 9, RowMM: 7,
		Rows: func(yield func([]any) bool) {
			for _, e := range p.Evidence {
				r := p.row(e.Seq)
				grade := e.Grade
				if e.Default {
					grade += "（默认）"
				}
				var rating any = e.Rating
				if e.Rating == 0 {
					rating = ""
				}
				if !yield(
					[]any{
						e.Seq,
						r.ProductKeyword,
						r.Term,
						r.Product,
						e.Counted.Chinese(),
						e.Published,
						rating,
						grade,
						e.Surface,
						e.Sentence,
						e.Review,
						e.Verdict.Chinese(),
						e.Note,
					},
				) {
					return
				}
			}
			if p.EvidenceOmitted > 0 {
				note := slices.Repeat([]any{""}, 13)
				note[9] = "证据过多，另有 " + strconv.Itoa(p.EvidenceOmitted) + " 条未列出；可按关键词或评论关键词分表导出"
				yield(note)
			}
		},
	}
}

// definitions state the version of a frozen sheet.
func (f *Frozen) definitions() []Definition {
	if f == nil {
		return []Definition{{"版本", "未冻结；数字会随评论、词库和复核变化"}}
	}
	text := fmt.Sprintf(
		"第 %d 版，%s 冻结，JSON 的 sha256 为 %s",
		f.Version,
		f.At.In(chaping.Shanghai()).Format(chaping.Minute),
		f.Hash,
	)
	if f.Reason != "" {
		text += "；更正原因：" + f.Reason
	}
	return []Definition{{"版本", text}}
}
