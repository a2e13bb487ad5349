package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"chaping"
)

// A Definition says what one name on the sheet means.
type Definition struct {
	Name    string `json:"name"`
	Meaning string `json:"meaning"`
}

// Definitions states everything that somebody who checks the sheet has to
// know, with the project's answers where the notice is silent (D2, D3,
// D10–D16 in docs/decisions.md).
func (p *Platform) Definitions() []Definition {
	if p.definitions != nil {
		return p.definitions
	}
	w := p.Period.Window()
	defs := []Definition{
		{"时间采集范围", w.Chinese() + "（北京时间，首尾两日均含）。按评论首次发布的时间归期，追评不另计一条。"},
		{"关键词", "在平台搜索框中输入、用来选取商品的商品关键词。"},
		{"评论关键词", "在评论正文中查找的风险词；同义写法归入同一个词。"},
		{"一行", "一件商品 × 一个评论关键词 × 一个采集范围；序号全表连续，按差评数从多到少排列。"},
		{"差评数", "采集范围内，平台评为差评、且正文表明该问题确实发生在本商品上的评论条数。否定（没有异味）、担心、疑问、假设以及说别的商品的，不计。按评论计数，一条评论提到多次只算一条。"},
		{"评论数", "采集范围内该商品的全部评论条数，包括系统默认评论。"},
		{"店铺名称、商品名称、商品地址、商品价格", "采集时页面所示；取离采集范围结束时间最近的一次。价格单位为元，多规格时为区间。商品地址是商品页面的网址。"},
		{"公司所在区域", "店铺营业执照公示信息中的所在区域；平台未公示的留空，并在下表“备注”中标明。"},
		{"全部差评数", "备选口径 (a)：采集范围内该商品的全部差评，不论内容。"},
		{"剔除默认评论的评论数", "备选口径 (b)：评论数减去系统默认好评等非买家所写的评论。"},
		{"高星隐性投诉数", "备选口径 (c)：评为好评或系统默认评论、但正文表明该问题确实发生的评论条数。不计入差评数。"},
		{"表明问题的评论数", "不论评级，正文表明该问题确实发生的评论条数。"},
	}
	if p.Empty != "" {
		defs = append(defs, Definition{"本期无", p.Empty})
	}
	if len(p.Unfinished) > 0 {
		defs = append(defs, Definition{unfinishedName, strings.Join(p.Unfinished, "；") + "。其中没有收录的评论不在表里，差评数、评论数可能偏少。"})
		if p.Decided != "" {
			defs = append(defs, Definition{decidedName, p.Decided})
		}
	}
	for _, r := range p.Rules {
		defs = append(defs, Definition{"评级规则：" + r.Platform, r.Rule})
	}
	if p.Min > 0 || p.Top > 0 {
		defs = append(defs, Definition{"列入范围", p.selection()})
	}
	if len(p.Unlisted) > 0 {
		var hidden uint64
		for i := range p.Unlisted {
			hidden += p.Unlisted[i].HiddenComplaints
		}
		defs = append(
			defs,
			Definition{
				"差评数为 0 的行",
				fmt.Sprintf("%d 行不列入报送表（没有差评可报），其中高星隐性投诉 %d 条；逐行计数和证据见本附表和“证据”，序号接在报送表之后。", len(p.Unlisted), hidden),
			},
		)
	}
	if slices.ContainsFunc(p.Asked, chaping.IsTermSet) { // single terms can be seen in the rows
		defs = append(defs, Definition{"统计的评论关键词", fmt.Sprintf("%s，共 %d 条。其余评论关键词不在监测任务里，没有统计。",
			strings.Join(p.Asked, "、"), p.Counted)})
	}
	if len(p.Unknown) > 0 {
		defs = append(defs, Definition{"没有统计的评论关键词", strings.Join(p.Unknown, "、") + "。监测任务要求统计，但不在词库里。"})
	}
	if p.Foreign > 0 {
		defs = append(defs, Definition{"不是中文的评论", fmt.Sprintf("采集范围内有 %d 条评论不是中文，本程序的词库认不出其中的风险：评论数里有它们，差评数里没有。", p.Foreign)})
	}
	if len(p.Unread) > 0 {
		more := ""
		if len(p.Unread) > unreadNamed {
			more = "等"
		}
		defs = append(defs, Definition{"没有读全", fmt.Sprintf("采集中没有读全的搜索，和没有读全、不在表上的商品共 %d 处，其中可能有差评：%s%s。",
			len(p.Unread), strings.Join(p.Unread[:min(len(p.Unread), unreadNamed)], "；"), more)})
	}
	defs = append(defs, Definition{"人工复核", p.reviewed()})
	if p.Learning != "" {
		defs = append(defs, Definition{"从复核中学习", "采用了从本站复核决定中学到的判断，版本 " + p.Learning +
			"：被一再排除的词条和说法不再判为成立。它是词库版本的一部分；撤回后词库版本随之改变。"})
	}
	if p.Second != "" {
		defs = append(defs, Definition{"第二读者", "语言模型 " + p.Second +
			" 判为不成立、又没有人复核的命中不计数，计入上面的“已排除”；“证据”的复核人一栏写明。这项设置可以关闭。"})
	}
	if p.Quality != nil {
		defs = append(defs, QualityLines(p.Quality)...)
	}
	return append(defs,
		Definition{"词库版本", p.Dictionary + "（同一采集范围、同一词库版本，可重算出同样的数）"},
		Definition{"程序版本", p.Program},
		Definition{"检查关系", "差评数 ≤ 全部差评数 ≤ 评论数；剔除默认评论的评论数 ≤ 评论数；全部差评数 + 高星隐性投诉数 ≤ 评论数。"},
	)
}

// The names of what says that the reviews are not all there, and that the sheet was
// to be frozen so.
const (
	unfinishedName = "没有收全"
	decidedName    = "没有收全仍冻结"
)

// DecideAs takes over the decision that the version frozen last was frozen with,
// where the same is unfinished as it was then. last is its JSON, or nil.
func (p *Platform) DecideAs(last []byte) error {
	if last == nil || len(p.Unfinished) == 0 {
		return nil
	}
	var before struct{ Definitions []Definition }
	if err := json.Unmarshal(last, &before); err != nil {
		return err
	}
	meaning := func(of []Definition, name string) string {
		i := slices.IndexFunc(of, func(d Definition) bool { return d.Name == name })
		if i < 0 {
			return ""
		}
		return of[i].Meaning
	}
	if meaning(before.Definitions, unfinishedName) == meaning(p.Definitions(), unfinishedName) {
		p.Decided = meaning(before.Definitions, decidedName)
	}
	return nil
}

// unreadNamed is how many of what was not read the sheet names.
const unreadNamed = 5

// remark flags what a row lacks.
func (r *PlatformRow) remark() string {
	var lacks []string
	if r.Region == "" {
		lacks = append(lacks, "公司所在区域未公示")
	}
	if r.ProductKeyword == "" {
		lacks = append(lacks, "商品未经关键词采集")
	}
	if r.Missing != "" {
		lacks = append(lacks, "评论没有读全，差评数、评论数可能偏少："+r.Missing)
	}
	return strings.Join(lacks, "；")
}

// filed is 填报时间 as the sheet prints it (D17).
func (p *Platform) filed() string {
	if p.Filed.IsZero() {
		return ""
	}
	return chaping.ChineseDate(p.Filed)
}

func (p *Platform) window() (from, to string) {
	w := p.Period.Window()
	return w.FirstDay().Format(time.DateOnly), w.LastDay().Format(time.DateOnly)
}

// reviewed words what people have looked at.
func (p *Platform) reviewed() string {
	s := fmt.Sprintf(
		"按“评论 × 评论关键词”计：已确认 %d 条，已排除 %d 条，未复核 %d 条。",
		p.ConfirmedReviews,
		p.RejectedReviews,
		p.UnreviewedReviews,
	)
	if p.RejectedRows > 0 {
		s += fmt.Sprintf("因全部排除而不再列入的 %d 行。", p.RejectedRows)
	}
	return s + "被排除的评论不计入差评数、高星隐性投诉数和表明问题的评论数，仍计入评论数和全部差评数；未复核的照程序的判断计数。"
}

// selection words what Select left out.
func (p *Platform) selection() string {
	var parts []string
	if p.Min > 0 {
		parts = append(parts, fmt.Sprintf("差评数不少于 %d", p.Min))
	}
	if p.Top > 0 {
		parts = append(parts, fmt.Sprintf("按差评数取前 %d 行", p.Top))
	}
	return fmt.Sprintf("%s；另有 %d 行未列入。", strings.Join(parts, "，"), p.RowsOmitted)
}
