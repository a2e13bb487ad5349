package report

import (
	"cmp"
	"fmt"
	"strings"
)

// AnnualGuidance is a heading of 附件3 and what the template tells its author.
type AnnualGuidance struct {
	Level    int    `json:"level"`
	Heading  string `json:"heading"`
	Guidance string `json:"guidance,omitempty"`
}

// annualPart is a heading with what fills it; what cannot be filled from data
// stays 待补充.
type annualPart struct {
	AnnualGuidance
	fill func(*Annual) []Block
}

// annualNote stands at the end of part two, in the template's words and with
// the centre's name as it stands there.
const annualNote = "注：部分信息由上海市产品质量安全监测评估研究中心提供"

// missing is what stands where data says nothing.
const missing = "待补充"

// annualTemplate is 附件3, word for word. Its guidance is for the author and
// never printed; in 三（一） it opens one bracket more than it closes.
func annualTemplate() []annualPart {
	h := func(level int, heading, guidance string, fill func(*Annual) []Block) annualPart {
		return annualPart{AnnualGuidance{level, heading, guidance}, fill}
	}
	return []annualPart{
		h(1, "一、产品概况", "", nil),
		h(2, "（一）产品简介。", "（结合产品的特点，重点介绍产品特点、用途等基本情况，简明扼要，篇幅不宜过大，以说清楚为原则。）", nil),
		h(2, "（二）行业概况。", "（介绍国内或本市产业分布和产业集中区域情况，本市市场品牌分布、占有率等大体情况，尽可能采用图文辅助说明，避免采用单一表格和文字篇幅的形式。）", nil),
		h(2, "（三）主要成分及加工工艺。", "（介绍产品的主要成分以及生产工艺、技术等。）", nil),
		h(1, "二、产品质量安全形势分析", "内容简明扼要，篇幅不宜过大，以说清楚为原则。针对产品不合格率较高/质量问题严重的情况，需要单独分析产生的原因。产品安全形势分析的内容可包括但不限于以下几点：", nil),
		h(2, "（一）一年来国家、本市产品质量监督抽查情况。", "", func(a *Annual) []Block { return a.listed(Inspections) }),
		h(2, "（二）一年来国家、本市产品风险监测情况。", "", func(a *Annual) []Block { return a.listed(Monitoring) }),
		h(2, "（三）一年来国内外、本市召回情况。", "", func(a *Annual) []Block { return a.listed(Recalls) }),
		h(2, "（四）一年来消费者投诉反映的质量安全问题。", "", (*Annual).complaints),
		h(2, "（五）一年来国内外舆情与风险预警情况。", "", (*Annual).warnings),
		h(2, "（六）行业内产品质量潜规则或普遍认同的质量安全风险隐患。", "", (*Annual).practices),
		h(2, "（七）行业新业态，新技术，新产品，市场最新动态等带来的苗头性风险。", "", nil),
		h(2, "（八）相关产品标准更新、实施中存在的问题。", "", nil),
		h(1, "三、产品质量安全因素分析", "", nil),
		h(
			2,
			"（一）质量问题原因分析。",
			"（根据产品具体情况，从影响不合格/质量问题的外部因素（包括产业政策、原材料价格波动情况、市场供求因素、外贸、产品技术标准变动等）、企业内部因素影响（装备投入、技术能力、标准、生产工艺、原材料验收、质量保障体系、出厂检验等）等多层次进行分析。",
			nil,
		),
		h(2, "（二）风险因素的来源及危害。", "（内容简明扼要，分析列出该产品的风险指标、产生的原因及危害等。对具体指标的表述应简单或使用表格即可）", (*Annual).factors),
		h(1, "四、下一步建议", "建议的方向可包括但不限于以下几个方面：", nil),
		h(2, "（一）实施监督抽查。", "", (*Annual).samples),
		h(2, "（二）组织执法检查。", "", (*Annual).checks),
		h(2, "（三）开展专项整治。", "", nil),
	}
}

func annualGuidance() []AnnualGuidance {
	var list []AnnualGuidance
	for _, p := range annualTemplate() {
		list = append(list, p.AnnualGuidance)
	}
	return list
}

// An AnnualSection is a section of the report for its author: what the
// template says of it, what data says in it, what was written.
type AnnualSection struct {
	Key      string `json:"key"` // "2.4": part and section
	Part     string `json:"part"`
	Heading  string `json:"heading"`
	Guidance string `json:"guidance"`
	// PartGuidance is for all sections of the part.
	PartGuidance string `json:"part_guidance"`
	Optional     bool   `json:"optional"` // may be left out
	Filled       bool   `json:"filled"`   // data says something
	Text         string `json:"text"`

	first  bool // of its part
	blocks []Block
}

// Sections are the report's sections in the template's order.
func (a *Annual) Sections() []AnnualSection {
	var list []AnnualSection
	var part annualPart
	parts, n := 0, 0
	for _, p := range annualTemplate() {
		if p.Level == 1 {
			part, n = p, 0
			parts++
			continue
		}
		n++
		s := AnnualSection{
			Key:          fmt.Sprintf("%d.%d", parts, n),
			Part:         part.Heading,
			Heading:      p.Heading,
			Guidance:     p.Guidance,
			PartGuidance: part.Guidance,
			Optional:     part.Guidance != "",
			first:        n == 1,
		}
		s.Text = strings.TrimSpace(a.Texts[s.Key])
		if p.fill != nil {
			s.blocks = p.fill(a)
		}
		s.Filled = len(s.blocks) > 0
		list = append(list, s)
	}
	return list
}

// numerals number the sections of a part.
var numerals = []string{"一", "二", "三", "四", "五", "六", "七", "八"}

// Document lays the report out on A4 portrait. What the author wrote stands
// before what data says. Guidance that a heading has none of its own is that
// of the part it stands in.
func (a *Annual) Document() *Document {
	blocks := []Block{
		Line{a.titleLines(), Biao, 22, 36, Center},
		Line{"", Fang, 16, 14, Left},
		Ends{"报送单位：" + a.Station, "报送时间：" + chineseDay(a.Filed)},
		Line{"", Fang, 16, 14, Left},
	}
	n := 0 // sections of the part so far
	sections := a.Sections()
	for i, s := range sections {
		if s.first {
			blocks = append(blocks, Heading{1, s.Part, s.PartGuidance})
			n = 0
		}
		if empty := s.Text == "" && !s.Filled; !empty || !s.Optional || !a.Finished {
			n++
			heading := s.Heading
			if a.Finished { // what was left out leaves no gap in the numbers
				heading = "（" + numerals[n-1] + strings.TrimLeft(heading, "（"+strings.Join(numerals, ""))
			}
			switch {
			case empty:
				blocks = append(blocks, Heading{2, heading, ""}, Para{missing, cmp.Or(s.Guidance, s.PartGuidance)})
			default:
				hint := s.Guidance
				if s.Text != "" {
					hint = ""
				}
				blocks = append(blocks, Heading{2, heading, hint})
				for line := range strings.Lines(s.Text) {
					if line = strings.TrimSpace(line); line != "" {
						blocks = append(blocks, Para{Text: line})
					}
				}
				blocks = append(blocks, s.blocks...)
			}
		}
		if strings.HasPrefix(s.Part, "二") && (i == len(sections)-1 || sections[i+1].first) {
			blocks = append(blocks, Para{Text: annualNote})
		}
	}
	number(blocks)
	return &Document{
		Title:    a.Title(),
		Subject:  yearName(a.Year),
		Program:  a.Program,
		Sections: []Section{{"专题分析报告", portraitPage, blocks}},
	}
}
