package report

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"chaping"
)

// How much of a list is printed; the JSON has all of it.
const (
	mostRows = 20
	mostBars = 10
)

func yearName(year int) string { return fmt.Sprintf("%d年", year) }

// chineseDay prints a date of the model; what is none stays as it is.
func chineseDay(s string) string {
	t, err := readDay(s)
	if err != nil || s == "" {
		return s
	}
	return chaping.ChineseDate(t)
}

// number puts 图 and 表 with their numbers before the captions.
func number(blocks []Block) {
	figures, tables := 0, 0
	for i, block := range blocks {
		if c, ok := block.(Caption); ok {
			if c.Below {
				figures++
				c.Text = fmt.Sprintf("图%d　%s", figures, c.Text)
			} else {
				tables++
				c.Text = fmt.Sprintf("表%d　%s", tables, c.Text)
			}
			blocks[i] = c
		}
	}
}

// figure is a chart with its caption.
func figure(c Chart, caption string) []Block { return []Block{c, Caption{caption, true}} }

// tabled is a table with its caption. Widths are in mm and make 156.
func tabled(caption string, columns []Column, rows iter.Seq[[]any]) []Block {
	return []Block{Caption{caption, false}, Table{Columns: columns, HeadSize: 10.5, Size: 10.5, RowMM: 8, Rows: rows}}
}

// rows makes table rows of a list, at most n.
func rows[T any](list []T, n int, row func(i int, v T) []any) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for i, v := range list[:min(n, len(list))] {
			if !yield(row(i, v)) {
				return
			}
		}
	}
}

// omitted says what a table leaves out.
func omitted(n int) string {
	if n <= mostRows {
		return ""
	}
	return fmt.Sprintf("（列前 %d 条，共 %d 条）", mostRows, n)
}

// complaints is 二（四）: the station's own year of reviews.
func (a *Annual) complaints() []Block {
	var reviews, negative, affirmed uint64
	var unknown, open []string
	known := 0
	for _, p := range a.Periods {
		reviews, negative, affirmed = reviews+p.Reviews, negative+p.Negative, affirmed+p.Affirmed
		if p.Known {
			known++
		}
		switch {
		case p.Begun && !p.Ended:
			open = append(open, p.Period)
		case p.Begun && !p.Known:
			unknown = append(unknown, p.Period)
		}
	}
	if known == 0 {
		return nil
	}
	what := "商品"
	if len(a.Products) > 0 {
		what = strings.Join(a.Products, "、") + "等商品"
		if len(a.Products) == 1 {
			what = a.Products[0] + "类商品"
		}
	}
	text := fmt.Sprintf(
		"%d年各报送期，监测站共采集评论 %d 条。按风险词库挖掘，针对%s且表明质量安全问题的差评 %d 条次，计入中评、好评和默认评论的共 %d 条次，涉及商品 %d 件、店铺 %d 家。",
		a.Year,
		reviews,
		what,
		negative,
		affirmed,
		a.Items,
		len(a.Shops),
	)
	if len(unknown) > 0 {
		text += fmt.Sprintf("%s期没有采集评论，情况不明。", strings.Join(unknown, "、"))
	}
	if len(open) > 0 {
		text += fmt.Sprintf("%s期尚未结束。", strings.Join(open, "、"))
	}
	blocks := []Block{
		Para{Text: text},
		Para{Text: "以下差评数为各期报送表差评数之和：一条评论表明一个评论关键词的，计一条次。评论是消费者的陈述，未经检验核实。"},
	}
	blocks = append(blocks, a.trend()...)
	if affirmed == 0 {
		return blocks
	}
	blocks = append(blocks, a.hazards(negative)...)
	blocks = append(blocks, a.severities(negative)...)
	blocks = append(blocks, a.concentration("4．公司所在区域。", "区域", "公司所在区域", a.Regions, negative)...)
	return append(blocks, a.concentration("5．店铺集中程度。", "店铺", "店铺", a.Shops, negative)...)
}

// trend is the year by period, beside the year before.
func (a *Annual) trend() []Block {
	this := Series{Name: yearName(a.Year)}
	before := Series{Name: yearName(a.Year - 1)}
	value := func(v uint64, known bool) float64 {
		if !known {
			return math.NaN()
		}
		return float64(v)
	}
	var labels []string
	var now, then, compared uint64
	highest, lowest := -1, -1
	for i, p := range a.Periods {
		_, month, _ := strings.Cut(p.Period, "-")
		labels = append(labels, strings.TrimPrefix(month, "0")+"月")
		this.Values = append(this.Values, value(p.Negative, p.Known))
		before.Values = append(before.Values, value(p.Before, p.KnownBefore))
		if p.Known && p.KnownBefore && p.Ended {
			now, then, compared = now+p.Negative, then+p.Before, compared+1
		}
		if p.Known && p.Ended {
			if highest < 0 || p.Negative > a.Periods[highest].Negative {
				highest = i
			}
			if lowest < 0 || p.Negative < a.Periods[lowest].Negative {
				lowest = i
			}
		}
	}
	text := "1．逐期趋势。"
	if highest >= 0 {
		text += fmt.Sprintf(
			"差评数最高的是 %s 期，%d 条次；最低的是 %s 期，%d 条次。",
			a.Periods[highest].Period,
			a.Periods[highest].Negative,
			a.Periods[lowest].Period,
			a.Periods[lowest].Negative,
		)
	}
	chart := Chart{Kind: Lines, Unit: "条次", Labels: labels, Series: []Series{this}}
	if compared > 0 {
		text += fmt.Sprintf(
			"与上年有评论可比的 %d 期相比，差评数 %d 条次，上年同期 %d 条次，%s。采集的商品和评论数量两年不一定相同，请结合评论数判断。",
			compared,
			now,
			then,
			change(now, then),
		)
		chart.Series = append(chart.Series, before)
	} else {
		text += "没有可比的上年同期评论，不作同比。"
	}
	blocks := append([]Block{Para{Text: text}}, figure(chart, "各报送期差评数")...)
	number := func(v uint64, known bool) any {
		if !known {
			return "—"
		}
		return v
	}
	return append(blocks, tabled(
		"各报送期评论数与差评数",
		[]Column{
			{"报送期", 28, Center, Fang},
			{"评论数", 32, Center, Fang},
			{"差评数（条次）", 32, Center, Fang},
			{"上年同期评论数", 32, Center, Fang},
			{"上年同期差评数", 32, Center, Fang},
		},
		rows(a.Periods, len(a.Periods), func(_ int, p AnnualPeriod) []any {
			return []any{
				p.Period,
				number(p.Reviews, p.Known),
				number(p.Negative, p.Known),
				number(p.BeforeReviews, p.KnownBefore),
				number(p.Before, p.KnownBefore),
			}
		}),
	)...)
}

// change words a change in per cent.
func change(now, then uint64) string {
	switch {
	case now == then:
		return "持平"
	case then == 0:
		return "上年同期为零，不计算增幅"
	case now > then:
		return fmt.Sprintf("上升 %.1f%%", 100*float64(now-then)/float64(then))
	}
	return fmt.Sprintf("下降 %.1f%%", 100*float64(then-now)/float64(then))
}

// hazardSum is a hazard class of the year.
type hazardSum struct {
	key                                  chaping.Hazard
	name                                 string
	negative, affirmed, compared, before uint64
	severity                             chaping.Severity
	terms                                []string
}

func (a *Annual) hazardSums() []hazardSum {
	var sums []hazardSum
	for _, t := range a.Terms { // most complaints first
		i := slices.IndexFunc(sums, func(s hazardSum) bool { return s.key == t.Hazard })
		if i < 0 {
			i = len(sums)
			sums = append(sums, hazardSum{key: t.Hazard, name: t.HazardName})
		}
		s := &sums[i]
		s.negative, s.affirmed, s.compared, s.before = s.negative+t.Negative, s.affirmed+t.Affirmed, s.compared+t.Compared, s.before+t.Before
		s.severity = max(s.severity, t.Severity)
		if len(s.terms) < 4 && t.Affirmed > 0 {
			s.terms = append(s.terms, t.Term)
		}
	}
	slices.SortStableFunc(sums, func(x, y hazardSum) int {
		return cmp.Or(cmp.Compare(y.negative, x.negative), cmp.Compare(y.affirmed, x.affirmed))
	})
	return slices.DeleteFunc(sums, func(s hazardSum) bool { return s.affirmed == 0 })
}

// comparable tells whether any period can be compared with the year before.
func (a *Annual) comparable() bool {
	return slices.ContainsFunc(a.Periods, func(p AnnualPeriod) bool { return p.Known && p.KnownBefore && p.Ended })
}

func (a *Annual) hazards(all uint64) []Block {
	sums := a.hazardSums()
	var named []string
	chart := Chart{Kind: Bars, Unit: "%", Series: []Series{{}}}
	for _, s := range sums {
		if s.negative == 0 || all == 0 {
			continue
		}
		share := 100 * float64(s.negative) / float64(all)
		chart.Labels, chart.Series[0].Values = append(
			chart.Labels,
			s.name,
		), append(
			chart.Series[0].Values,
			math.Round(share*10)/10,
		)
		if len(named) < 3 {
			named = append(named, fmt.Sprintf("%s（%.1f%%）", s.name, share))
		}
	}
	text := "2．危害类别构成。"
	var blocks []Block
	if len(named) == 0 {
		blocks = []Block{Para{Text: text + "没有差评。"}}
	} else {
		blocks = append([]Block{Para{Text: text + "按差评数，占比居前的是" + strings.Join(named, "、") + "。"}}, figure(chart, "差评数按危害类别的构成")...)
	}
	columns := []Column{
		{"危害类别", 30, Center, Fang},
		{"差评数", 22, Center, Fang},
		{"占比", 20, Center, Fang},
		{"同比（可比各期）", 32, Center, Fang},
		{"主要评论关键词", 52, Left, Fang},
	}
	return append(blocks, tabled("危害类别", columns, rows(sums, len(sums), func(_ int, s hazardSum) []any {
		compared := "—"
		if a.comparable() {
			compared = change(s.compared, s.before)
			if s.before == 0 && s.compared > 0 {
				compared = "上年同期无"
			}
		}
		return []any{s.name, s.negative, percent(s.negative, all), compared, strings.Join(s.terms, "、")}
	}))...)
}

// severityNames are the levels of the RAPEX guideline as the dictionaries have
// them; 0 is a term without a level.
var severityNames = []string{"未分级", "1级（轻微）", "2级（一般）", "3级（严重）", "4级（非常严重）"}

func (a *Annual) severities(all uint64) []Block {
	var sums [5]uint64
	for _, t := range a.Terms {
		sums[min(max(t.Severity, 0), 4)] += t.Negative
	}
	chart := Chart{Kind: Columns, Unit: "条次", Series: []Series{{}}}
	for level := 4; level >= 0; level-- {
		if level > 0 || sums[0] > 0 {
			chart.Labels, chart.Series[0].Values = append(
				chart.Labels,
				severityNames[level],
			), append(
				chart.Series[0].Values,
				float64(sums[level]),
			)
		}
	}
	text := fmt.Sprintf(
		"3．后果严重程度。按词库中评论关键词可能造成的最严重后果，3级以上的差评 %d 条次，占 %s。级别是词条的，不是个案的结论。",
		sums[3]+sums[4],
		percent(sums[3]+sums[4], all),
	)
	return append([]Block{Para{Text: text}}, figure(chart, "差评数按后果严重程度的分布")...)
}

// concentration is where complaints gather.
func (a *Annual) concentration(head, what, full string, list []AnnualCount, all uint64) []Block {
	var unknown, first uint64
	var known []AnnualCount
	for _, c := range list {
		if c.Name == "" {
			unknown += c.Negative
		} else {
			known = append(known, c)
		}
	}
	top := known[:min(mostBars, len(known))]
	chart := Chart{Kind: Bars, Unit: "条次", Series: []Series{{}}}
	for _, c := range top {
		first += c.Negative
		chart.Labels, chart.Series[0].Values = append(
			chart.Labels,
			c.Name,
		), append(
			chart.Series[0].Values,
			float64(c.Negative),
		)
	}
	text := head
	if len(known) > 0 {
		text += fmt.Sprintf(
			"已知%s %d 个，差评数前 %d 个共 %d 条次，占 %s；居首的是%s，%d 条次，涉及商品 %d 件。",
			full,
			len(known),
			len(top),
			first,
			percent(first, all),
			known[0].Name,
			known[0].Negative,
			known[0].Products,
		)
	}
	if unknown > 0 || len(known) == 0 {
		text += fmt.Sprintf("%s不明的 %d 条次，占 %s。", full, unknown, percent(unknown, all))
	}
	if what == "区域" {
		text += "区域取自商品资料里的公司所在区域。"
	}
	blocks := []Block{Para{Text: text}}
	if first > 0 {
		blocks = append(blocks, figure(chart, "差评数居前的"+full)...)
	}
	return blocks
}

// listed is 二（一）to（三）: an imported list.
func (a *Annual) listed(kind ListKind) []Block {
	l := a.list(kind)
	if l == nil {
		return nil
	}
	n := len(l.Records)
	failed := slices.DeleteFunc(slices.Clone(l.Records), func(r Listed) bool { return !r.Failed })
	var text string
	switch kind {
	case Inspections:
		text = fmt.Sprintf(
			"据导入的监督抽查清单，%d年抽查 %d 批次，不合格 %d 批次，不合格率 %s。",
			a.Year,
			n,
			len(failed),
			percent(uint64(len(failed)), uint64(n)),
		)
		text += byLevel(l.Records, "批次")
	case Monitoring:
		text = fmt.Sprintf(
			"据导入的风险监测清单，%d年监测 %d 批次，发现问题或风险 %d 批次，检出率 %s。",
			a.Year,
			n,
			len(failed),
			percent(uint64(len(failed)), uint64(n)),
		)
		text += byLevel(l.Records, "批次")
	case Recalls:
		text = fmt.Sprintf("据导入的召回清单，%d年召回 %d 起。", a.Year, n)
		text += byLevel(l.Records, "起")
		failed = l.Records
	}
	blocks := []Block{Para{Text: text + l.remark(a.Year)}}
	if items := problems(failed); len(items) > 0 && kind != Recalls {
		blocks = append(
			blocks,
			figure(
				Chart{Kind: Bars, Unit: "批次", Labels: names(items), Series: []Series{{Values: values(items)}}},
				kind.Chinese()+"的不合格或问题项目",
			)...)
	}
	if len(failed) > 0 {
		caption := map[ListKind]string{Inspections: "监督抽查不合格产品", Monitoring: "风险监测发现问题的产品", Recalls: "召回产品"}[kind]
		blocks = append(blocks, tabled(
			caption+omitted(len(failed)),
			[]Column{
				{"产品名称", 33, Left, Fang},
				{"商标、型号", 29, Left, Fang},
				{"生产企业", 37, Left, Fang},
				{"问题", 31, Left, Fang},
				{"日期", 26, Center, Fang},
			},
			rows(failed, mostRows, func(_ int, r Listed) []any {
				return []any{r.Product, join(" ", r.Brand, r.Model), r.Maker, r.Problem, r.Date}
			}),
		)...)
	}
	return append(blocks, a.candidates(kind)...)
}

// candidates are the listings that may be products of the list.
func (a *Annual) candidates(kind ListKind) []Block {
	list := slices.DeleteFunc(slices.Clone(a.Candidates), func(c Candidate) bool { return c.Kind != kind })
	if len(list) == 0 {
		return nil
	}
	return append(
		[]Block{
			Para{Text: fmt.Sprintf("按商标、型号和名称比对近期仍有展示的商品，疑似为上述产品的有 %d 件。比对只看文字，是否为同一产品、是否仍在销售，均须人工核实。", len(list))},
		},
		tabled(
			"疑似仍在售的商品（候选，待核实）"+omitted(len(list)),
			[]Column{
				{"清单中的产品", 35, Left, Fang},
				{"在售商品", 44, Left, Fang},
				{"店铺", 28, Left, Fang},
				{"比对依据", 23, Left, Fang},
				{"最近展示", 26, Center, Fang},
			},
			rows(list, mostRows, func(_ int, c Candidate) []any {
				return []any{
					strings.TrimSpace(c.Listed.Product + " " + join(" ", c.Listed.Brand, c.Listed.Model)),
					c.Name + "\n" + c.URL,
					c.Shop,
					c.Why,
					c.Seen,
				}
			}),
		)...)
}

// remark says what of the imported files does not count.
func (l *AnnualList) remark(year int) string {
	var parts []string
	for _, p := range []struct {
		n    int
		text string
	}{{l.Outside, "日期不在%d年的 %d 条"}, {l.Repeats, "重复的 %d 条"}, {l.Refused, "读不出的 %d 条"}, {l.Others, "其他产品的 %d 条"}} {
		if p.n > 0 {
			args := []any{p.n}
			if strings.Count(p.text, "%d") == 2 {
				args = []any{year, p.n}
			}
			parts = append(parts, fmt.Sprintf(p.text, args...))
		}
	}
	undated := 0
	for _, r := range l.Records {
		if r.Date == "" {
			undated++
		}
	}
	text := ""
	if len(parts) > 0 {
		text = strings.Join(parts, "、") + "没有计入。"
	}
	if undated > 0 {
		text += fmt.Sprintf("其中 %d 条没有日期，按本年计。", undated)
	}
	return text
}

// byLevel counts records by who made them.
func byLevel(records []Listed, unit string) string {
	counts := counted(records, func(r Listed) []string { return []string{r.Level} })
	if len(counts) < 2 {
		return ""
	}
	var parts []string
	for _, c := range counts[:min(5, len(counts))] {
		parts = append(parts, fmt.Sprintf("%s %d %s", c.Name, c.Negative, unit))
	}
	return "其中：" + strings.Join(parts, "，") + "。"
}

// problems are the items that failed, most frequent first.
func problems(records []Listed) []AnnualCount {
	list := counted(records, func(r Listed) []string {
		return strings.FieldsFunc(r.Problem, func(r rune) bool { return strings.ContainsRune("、,，;；\n", r) })
	})
	return list[:min(mostBars, len(list))]
}

func counted(records []Listed, keys func(Listed) []string) []AnnualCount {
	var list []AnnualCount
	index := map[string]int{}
	for _, r := range records {
		for _, k := range keys(r) {
			if k = strings.TrimSpace(k); k == "" {
				continue
			}
			i, ok := index[k]
			if !ok {
				i = len(list)
				index[k] = i
				list = append(list, AnnualCount{Name: k})
			}
			list[i].Negative++
		}
	}
	slices.SortStableFunc(list, func(x, y AnnualCount) int { return cmp.Compare(y.Negative, x.Negative) })
	return list
}

func names(list []AnnualCount) (out []string) {
	for _, c := range list {
		out = append(out, c.Name)
	}
	return out
}

func values(list []AnnualCount) (out []float64) {
	for _, c := range list {
		out = append(out, float64(c.Negative))
	}
	return out
}

// warnings is 二（五）: opinion, confirmed urgent reports, and what stations
// have handed in.
func (a *Annual) warnings() []Block {
	var blocks []Block
	if l := a.list(Opinions); l != nil {
		blocks = append(
			blocks,
			Para{
				Text: fmt.Sprintf(
					"据导入的舆情清单，%d年有关舆情与风险预警 %d 条。",
					a.Year,
					len(l.Records),
				) + byLevel(
					l.Records,
					"条",
				) + l.remark(
					a.Year,
				),
			},
		)
		if len(l.Records) > 0 {
			blocks = append(blocks, tabled(
				"舆情与风险预警"+omitted(len(l.Records)),
				[]Column{
					{"日期", 26, Center, Fang},
					{"标题或产品", 54, Left, Fang},
					{"内容", 48, Left, Fang},
					{"来源", 28, Left, Fang},
				},
				rows(
					l.Records,
					mostRows,
					func(_ int, r Listed) []any { return []any{r.Date, r.Product, r.Problem, cmp.Or(r.Level, r.Source)} },
				),
			)...)
		}
	}
	if len(a.Urgent) > 0 {
		blocks = append(blocks, Para{Text: fmt.Sprintf("监测站全年确认重要风险信息 %d 起。", len(a.Urgent))})
		blocks = append(
			blocks,
			tabled(
				"重要风险信息"+omitted(len(a.Urgent)),
				[]Column{{"日期", 26, Center, Fang}, {"事件", 50, Left, Fang}, {"确认理由", 80, Left, Fang}},
				rows(
					a.Urgent,
					mostRows,
					func(_ int, u AnnualUrgent) []any { return []any{u.Raised, u.Subject, u.Reason} },
				),
			)...)
	}
	if list := a.entries(false); len(list) > 0 {
		blocks = append(blocks, Para{Text: a.given() + fmt.Sprintf("风险信息 %d 条（行业潜规则另见下文）。", len(list))})
		blocks = append(blocks, entryTable("监测站报送的风险信息", list)...)
	}
	return blocks
}

// entries are those handed in, of practices of the trade or of the rest.
func (a *Annual) entries(practice bool) []Entry {
	return slices.DeleteFunc(slices.Clone(a.Entries), func(e Entry) bool { return (e.Kind == Practice) != practice })
}

// given begins a sentence on entries: how many were handed in, where several of them
// are one here.
func (a *Annual) given() string {
	if a.Given > len(a.Entries) {
		return fmt.Sprintf("监测站全年报送 %d 条，同一产品、同一危害类别的合并为 %d 条，其中", a.Given, len(a.Entries))
	}
	return "监测站全年报送"
}

func entryTable(caption string, list []Entry) []Block {
	return tabled(
		caption+omitted(len(list)),
		[]Column{
			{"涉及产品", 28, Left, Fang},
			{"信息类别", 24, Center, Fang},
			{"风险信息内容", 66, Left, Fang},
			{"提交单位", 38, Left, Fang},
		},
		rows(list, mostRows, func(_ int, e Entry) []any {
			return []any{e.Product, e.Kind.Chinese(), e.Content, strings.Join(e.From, "、")}
		}),
	)
}

// practices is 二（六）.
func (a *Annual) practices() []Block {
	list := a.entries(true)
	if len(list) == 0 {
		return nil
	}
	return append([]Block{Para{Text: a.given() + fmt.Sprintf("行业潜规则方面的信息 %d 条。", len(list))}}, entryTable("行业潜规则", list)...)
}

// factors is 三（二）: what is known of a risk without its cause.
func (a *Annual) factors() []Block {
	list := slices.DeleteFunc(slices.Clone(a.Terms), func(t AnnualTerm) bool {
		return t.Affirmed == 0 || t.Hazard == "" || t.Hazard == chaping.HazardQuality
	})
	if len(list) == 0 {
		return nil
	}
	return append([]Block{Para{Text: "消费者评论反映的风险指标和危害见下表，产生的原因有待检验和调查。"}}, tabled(
		"风险指标及危害"+omitted(len(list)),
		[]Column{
			{"风险指标", 32, Left, Fang},
			{"危害类别", 28, Center, Fang},
			{"危及对象", 27, Center, Fang},
			{"严重程度", 29, Center, Fang},
			{"差评数", 16, Center, Fang},
			{"产生的原因", 24, Center, Fang},
		},
		rows(list, mostRows, func(_ int, t AnnualTerm) []any {
			return []any{
				t.Term,
				t.HazardName,
				DangerNames(hazardDangers[t.Hazard]),
				severityNames[min(max(t.Severity, 0), 4)],
				t.Negative,
				missing,
			}
		}),
	)...)
}

// samples is 四（一）: products to choose samples from.
func (a *Annual) samples() []Block {
	if len(a.Severe) == 0 {
		return nil
	}
	return append([]Block{Para{Text: "下列商品全年反映3级以上问题的差评最多，供选择抽样对象时参考（候选，须核实）。抽查的范围和方式待补充。"}}, tabled(
		"反映严重问题较多的商品",
		[]Column{
			{"序号", 12, Center, Fang},
			{"商品名称", 64, Left, Fang},
			{"店铺", 36, Left, Fang},
			{"公司所在区域", 28, Left, Fang},
			{"差评数", 16, Center, Fang},
		},
		rows(
			a.Severe,
			mostBars,
			func(i int, p AnnualProduct) []any { return []any{i + 1, p.Name, p.Shop, p.Region, p.Negative} },
		),
	)...)
}

// checks is 四（二）: what could be looked into.
func (a *Annual) checks() []Block {
	var parts []string
	for _, k := range []ListKind{Inspections, Monitoring, Recalls} {
		n := 0
		for _, c := range a.Candidates {
			if c.Kind == k {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%s清单中的产品 %d 件", k.Chinese(), n))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return []Block{Para{Text: "本报告列出疑似仍在售的" + strings.Join(parts, "、") + "（候选），可作为核查线索。执法检查的安排待补充。"}}
}

// AnnualPeriods are the reporting periods of a year. The first year of the
// notice begins with the first period, which holds January to July.
func AnnualPeriods(year int) []chaping.Period {
	var list []chaping.Period
	for month := time.January; month <= time.December; month++ {
		p := chaping.Period{Year: year, Month: month}
		if chaping.PeriodOf(p.Window().To.Add(-time.Second)) == p {
			list = append(list, p)
		}
	}
	return list
}
