package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"chaping"
)

// Urgent is the model of a report of important risk information (重要风险信息,
// R16). The notice gives no form for it; this one says what happened, to what,
// how that is known, and who decided that it is important.
type Urgent struct {
	Number  string `json:"number"` // ours
	Station string `json:"station"`
	Filler  string `json:"filler"`
	Phone   string `json:"phone"`
	Filed   string `json:"filed"` // 2026-11-25
	Program string `json:"program"`

	Name     string           `json:"name"`    // of the rule: 起火
	Trigger  int              `json:"trigger"` // 1 or 2 of R16
	Why      string           `json:"why"`
	Keyword  string           `json:"keyword"`
	Hazard   string           `json:"hazard"` // in Chinese
	Terms    []string         `json:"terms"`
	Reviews  int              `json:"reviews"`
	Shops    int              `json:"shops"`
	First    string           `json:"first"`
	Last     string           `json:"last"`
	Products []UrgentProduct  `json:"products"`
	Evidence []UrgentEvidence `json:"evidence"`

	By      string `json:"decided_by"`
	Reason  string `json:"reason"`
	Decided string `json:"decided"`
}

// UrgentProduct is a product concerned.
type UrgentProduct struct {
	Name   string `json:"name"`
	URL    string `json:"url"`
	Price  string `json:"price"`
	Shop   string `json:"shop"`
	Region string `json:"region"`
}

// UrgentEvidence is what a buyer wrote.
type UrgentEvidence struct {
	Date     string `json:"date"`
	Grade    string `json:"grade"`
	Term     string `json:"term"`
	Sentence string `json:"sentence"`
	Review   string `json:"review"`
}

// Triggers are what makes risk information important, in the notice's words
// (R16), from 1.
func Triggers() []string { return []string{triggers[1], triggers[2]} }

var triggers = map[int]string{
	1: "已经造成人员伤亡、严重危及公众健康和生命、财产安全的产品质量安全事件",
	2: "影响范围大，可能造成巨大经济损失、影响产业发展安全、危及经济社会发展安全或社会安定的产品质量安全问题",
}

// portraitPage is the page of documents in running text.
var portraitPage = Page{false, 37, 35, 28, 26}

// factsWide is how wide the two columns of a table of facts are, in millimetres.
const factsWide = 156

// factTable lists facts by name; names is how wide their column is.
func factTable(names float64, facts [][2]string) Table {
	return Table{
		Headless: true,
		Columns:  []Column{{"", names, Left, Hei}, {"", factsWide - names, Left, Fang}},
		Size:     12,
		RowMM:    11,
		Rows: func(yield func([]any) bool) {
			for _, f := range facts {
				if !yield([]any{f[0], f[1]}) {
					return
				}
			}
		},
	}
}

// A Written is a report of important risk information in a station's own
// words. Its JSON has the names of a suggested one where both say the same.
type Written struct {
	Station   string `json:"station"`
	Filler    string `json:"filler"`
	Phone     string `json:"phone"`
	Filed     string `json:"filed"` // 2026-11-25 09:00
	Program   string `json:"program"`
	Product   string `json:"keyword"`
	Event     string `json:"name"`
	Trigger   int    `json:"trigger"` // 1 or 2 of R16
	Found     string `json:"found"`   // 2026-11-25 08:00
	Place     string `json:"place"`
	Companies string `json:"companies"` // who makes and sells it
	Harm      string `json:"harm"`      // people hurt, property lost
	Spread    string `json:"spread"`    // how far it reaches
	Content   string `json:"why"`
	Measures  string `json:"measures"` // taken so far
	Advice    string `json:"advice"`
	Source    string `json:"source"`
}

// ReadWritten is the report that JSON wrote.
func ReadWritten(data []byte) (w *Written, err error) {
	w = &Written{}
	return w, json.Unmarshal(data, w)
}

// Document lays the report out on A4 portrait.
func (w *Written) Document() *Document {
	facts := [][2]string{
		{
			"事件",
			w.Product + " " + w.Event,
		}, {"情形（通知第五部分）", triggers[w.Trigger]}, {"发现时间", w.Found}, {"发生地点、涉及区域", w.Place}, {"生产者、经营者", w.Companies},
		{
			"伤亡和损失",
			w.Harm,
		}, {"影响范围", w.Spread}, {"情况说明", w.Content}, {"已采取的措施", w.Measures}, {"初步建议", w.Advice}, {"信息来源", w.Source},
	}
	return &Document{
		Title:   "重要风险信息报告",
		Subject: w.Filed,
		Program: w.Program,
		Sections: []Section{{"重要风险信息", portraitPage, []Block{
			Line{"产品质量安全重要风险信息报告", Biao, 22, 40, Center},
			Ends{"填报单位：" + w.Station, "填报时间：" + w.Filed},
			factTable(40, facts),
			Ends{"填报人：" + w.Filler, "联系电话：" + w.Phone},
		}}},
	}
}

// JSON is the report as JSON.
func (w *Written) JSON() ([]byte, error) { return encode(w.json()) }

// WriteJSON writes the report's JSON.
func (w *Written) WriteJSON(path string) error { return writeJSON(path, w.json()) }

func (w *Written) json() any {
	return struct {
		Form chaping.Form `json:"form"`
		*Written
	}{chaping.FormUrgent, w}
}

// Written is the report in the form in which stations write theirs, which is
// what the centre takes.
func (u *Urgent) Written() *Written {
	w := &Written{
		Station: u.Station,
		Filler:  u.Filler,
		Phone:   u.Phone,
		Filed:   u.Filed,
		Program: u.Program,
		Product: u.Keyword,
		Event:   u.Name,
		Trigger: u.Trigger,
		Source:  fmt.Sprintf("电商平台的消费者评论，%s 至 %s，%d 条", u.First, u.Last, u.Reviews),
		Spread:  fmt.Sprintf("涉及 %d 件商品、%d 家店铺", len(u.Products), u.Shops),
		Advice:  "立即核实；属实的，督促相关生产经营者停止销售、警示、召回",
	}
	var b strings.Builder
	fmt.Fprintf(
		&b,
		"%s\n危害类别、评论关键词：%s；%s\n%s 于 %s 确认。理由：%s\n",
		u.Why,
		u.Hazard,
		strings.Join(u.Terms, "、"),
		u.By,
		u.Decided,
		u.Reason,
	)
	for _, e := range u.Evidence {
		fmt.Fprintf(&b, "%s %s %s：%s\n", e.Date, e.Grade, e.Term, e.Sentence)
	}
	b.WriteString("以上为消费者评论所述，尚待调查核实；伤亡和损失以调查结论为准。")
	w.Content = b.String()
	var regions, shops []string
	for _, p := range u.Products {
		if p.Region != "" && !slices.Contains(regions, p.Region) {
			regions = append(regions, p.Region)
		}
		shops = append(shops, strings.TrimSpace(p.Shop+" "+p.Name+" "+p.URL))
	}
	slices.Sort(regions)
	w.Place, w.Companies = strings.Join(regions, "、"), strings.Join(shops, "\n")
	return w
}

// Document lays the report out on A4 portrait.
func (u *Urgent) Document() *Document {
	filed := u.Filed
	if t, err := time.Parse(time.DateOnly, u.Filed); err == nil {
		filed = fmt.Sprintf("%d年%d月%d日", t.Year(), int(t.Month()), t.Day())
	}
	var regions []string
	for _, p := range u.Products {
		if p.Region != "" && !slices.Contains(regions, p.Region) {
			regions = append(regions, p.Region)
		}
	}
	slices.Sort(regions)
	facts := [][2]string{
		{"事件", u.Keyword + " " + u.Name},
		{"情形（通知第五部分）", triggers[u.Trigger]},
		{"提示依据", u.Why},
		{"危害类别、评论关键词", u.Hazard + "；" + strings.Join(u.Terms, "、")},
		{"反映情况", fmt.Sprintf("%s 至 %s，%d 条评论，涉及 %d 件商品、%d 家店铺", u.First, u.Last, u.Reviews, len(u.Products), u.Shops)},
		{"公司所在区域", strings.Join(regions, "、")},
		{"确认", fmt.Sprintf("%s 于 %s 确认为重要风险信息。理由：%s", u.By, u.Decided, u.Reason)},
		{"初步建议", "立即核实；属实的，督促相关生产经营者停止销售、警示、召回"},
		{"说明", "以上为消费者评论所述，尚待调查核实；伤亡和损失以调查结论为准。"},
	}
	return &Document{
		Title:   "重要风险信息报告",
		Subject: u.Number,
		Program: u.Program,
		Sections: []Section{{"重要风险信息", portraitPage, []Block{
			Line{"产品质量安全重要风险信息报告", Biao, 22, 40, Center},
			Ends{"填报单位：" + u.Station, "填报时间：" + filed},
			factTable(34, facts),
			Line{"涉及的商品", Hei, 14, 30, Left},
			Table{
				Columns: []Column{
					{"序号", 12, Center, Fang},
					{"商品名称", 46, Left, Fang},
					{"商品地址", 44, Left, Fang},
					{"店铺名称", 32, Left, Fang},
					{"价格（元）", 22, Center, Fang},
				},
				HeadSize: 10.5,
				Size:     9,
				RowMM:    10,
				Rows: func(yield func([]any) bool) {
					for i, p := range u.Products {
						if !yield([]any{i + 1, p.Name, p.URL, p.Shop, p.Price}) {
							return
						}
					}
				},
			},
			Line{"评论原文摘录", Hei, 14, 30, Left},
			Table{
				Columns: []Column{
					{"序号", 12, Center, Fang},
					{"日期", 24, Center, Fang},
					{"评级", 14, Center, Fang},
					{"关键词", 20, Left, Fang},
					{"所在句子", 86, Left, Fang},
				},
				HeadSize: 10.5,
				Size:     9,
				RowMM:    8,
				Rows: func(yield func([]any) bool) {
					for i, e := range u.Evidence {
						if !yield([]any{i + 1, e.Date, e.Grade, e.Term, e.Sentence}) {
							return
						}
					}
				},
			},
			Ends{"填报人：" + u.Filler, "联系电话：" + u.Phone},
		}}},
	}
}

// JSON is the report as JSON.
func (u *Urgent) JSON() ([]byte, error) { return encode(u.json()) }

// WriteJSON writes the report's JSON.
func (u *Urgent) WriteJSON(path string) error { return writeJSON(path, u.json()) }

func (u *Urgent) json() any {
	return struct {
		Form string `json:"form"`
		*Urgent
	}{"urgent", u}
}

// FiledOn sets the day of filing.
func (u *Urgent) FiledOn(t time.Time) { u.Filed = t.In(chaping.Shanghai()).Format(time.DateOnly) }
