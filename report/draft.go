package report

import (
	"fmt"
	"slices"
	"strings"

	"chaping"
)

// A Finding is what the mined reviews of a period say about one product
// keyword and one hazard.
type Finding struct {
	Window     chaping.Window
	Keyword    string // product keyword
	Hazard     chaping.Hazard
	Terms      []string
	Severity   chaping.Severity // 1 to 4, of the gravest term affirmed
	Affirmed   uint64           // reviews
	Reviews    uint64           // all reviews of the products concerned
	Injuries   uint64           // reviews that tell of an injury
	Products   int
	Shops      int
	Regions    []string // of the companies, licence data
	Platforms  []string // names
	Earlier    uint64   // affirmed in the periods before
	EarlierAll uint64   // all reviews in them
	Periods    int      // how many periods before
	Priority   float64  // the highest lead priority among the products
	Evidence   []string // sentences
}

// many is from how many reviews on complaints are concentrated (集中反映), and
// wide from how many shops on the cause is looked for at the producers.
const (
	many = 10
	wide = 5
)

// Draft words the finding as an entry of sheet A. Every sentence states a
// count; nothing is concluded that the counts do not say.
func (f *Finding) Draft() Entry {
	e := Entry{
		Product: f.Keyword, Companies: fmt.Sprintf("%d 家店铺", f.Shops), Region: strings.Join(f.Regions, "、"),
		Content: f.content(), Analysis: f.analysis(), Advice: f.advice(),
		Source: "电商平台公开评论", Kind: f.kind(), Endangers: hazardDangers[f.Hazard], Suggested: true, Hazard: f.Hazard, Draft: true, Evidence: f.Evidence,
	}
	if e.Product == "" {
		e.Product = "（商品未经关键词采集）"
	}
	if e.Region == "" {
		e.Region = "未公示"
	}
	if len(f.Platforms) > 0 {
		e.Source += "（" + strings.Join(f.Platforms, "、") + "）"
	}
	return e
}

func (f *Finding) content() string {
	s := fmt.Sprintf(
		"%s，%d 条评论表明该类产品存在%s问题（%s），涉及 %d 件商品、%d 家店铺。",
		f.Window.Chinese(),
		f.Affirmed,
		f.Hazard.Chinese(),
		strings.Join(f.Terms, "、"),
		f.Products,
		f.Shops,
	)
	if f.Injuries > 0 {
		s += fmt.Sprintf("其中 %d 条提到人身伤害。", f.Injuries)
	}
	return s
}

func (f *Finding) analysis() string {
	s := fmt.Sprintf("占所涉商品全部评论 %d 条的 %s。", f.Reviews, percent(f.Affirmed, f.Reviews))
	if f.Periods > 0 {
		if f.EarlierAll == 0 {
			s += fmt.Sprintf("此前 %d 个报送期没有这些商品的评论，无从比较。", f.Periods)
		} else {
			s += fmt.Sprintf("此前 %d 个报送期为 %d 条，占 %s。", f.Periods, f.Earlier, percent(f.Earlier, f.EarlierAll))
		}
	}
	return s + fmt.Sprintf("按词库，所反映问题最严重的后果为 %d 级（共 4 级）；线索优先级 %.0f（满分 100，不是风险等级）。原因有待检验核实。", f.Severity, f.Priority)
}

func percent(part, all uint64) string {
	if all == 0 {
		return "—"
	}
	return fmt.Sprintf("%.2f%%", 100*float64(part)/float64(all))
}

// kind is R11's kind by rule: what may injure is a hidden danger, however few
// say so; false labelling at many shops is a suspected practice of the trade;
// what many complain about is a concentrated complaint.
func (f *Finding) kind() Kind {
	switch {
	case f.Injuries > 0 || f.Severity >= chaping.Severe:
		return Hidden
	case f.Hazard == chaping.HazardFake && f.Shops >= wide:
		return Practice
	case f.Affirmed >= many:
		return Complaint
	}
	return Hidden
}

// The notice's measures, in its order (R24).
var measures = []string{"停止销售", "警示", "召回", "无害化处理", "销毁", "停止生产"}

// Measures chooses among the notice's six measures (R24). The rule:
//
//	警示        always
//	停止销售     the gravest outcome is of level 4, or level 3 with an injury
//	召回        as 停止销售, and an injury is told or at least 10 reviews tell of it
//	无害化处理   as 召回, for chemical and microbiological hazards
//	销毁        as 无害化处理, of level 4
//	停止生产     as 召回, at 5 shops or more: then the cause is hardly one shop's
//
// They are suggestions to be checked by a person, not orders.
func (f *Finding) Measures() []string {
	stop := f.Severity >= 4 || f.Severity == 3 && f.Injuries > 0
	recall := stop && (f.Injuries > 0 || f.Affirmed >= many)
	harmful := recall && (f.Hazard == "chemical" || f.Hazard == "microbiological")
	chosen := map[string]bool{
		"警示":    true,
		"停止销售":  stop,
		"召回":    recall,
		"无害化处理": harmful,
		"销毁":    harmful && f.Severity >= 4,
		"停止生产":  recall && f.Shops >= wide,
	}
	return slices.DeleteFunc(slices.Clone(measures), func(m string) bool { return !chosen[m] })
}

func (f *Finding) advice() string {
	return "建议核实后，视情督促相关生产经营者采取：" + strings.Join(f.Measures(), "、") + "。"
}
