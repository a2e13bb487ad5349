package report

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"chaping"
)

// Association is the model of sheet A,
// 上海市产品质量安全风险信息报送表（行业组织、检验检测机构）.
type Association struct {
	Station string // 填报单位
	Filler  string // 填报人
	Phone   string // 联系电话
	Filed   time.Time
	Period  chaping.Period
	Program string
	// Dictionary is the version behind drafted entries; empty without any.
	Dictionary string
	Entries    []Entry
	Profile    Profile // how the sheet is printed
	// Notes stand above the table: of a sheet that puts several stations' together,
	// who has reported, and that it is not complete.
	Notes []string
	// Without is what the first row of a sheet without entries says; empty: 无.
	Without string
}

// An Entry is one row of sheet A. The form has no column for Kind and
// Endangers (R11); they stand in the companion sheet.
type Entry struct {
	Product   string `json:"product"`   // 涉及产品
	Companies string `json:"companies"` // 涉及企业数量
	Region    string `json:"region"`    // 涉及区域
	Content   string `json:"content"`   // 风险信息内容
	Analysis  string `json:"analysis"`  // 信息分析
	Advice    string `json:"advice"`    // 初步建议
	Source    string `json:"source"`    // 信息来源

	Kind      Kind     `json:"kind"`
	Endangers []Danger `json:"endangers"`
	// Suggested is set when a rule chose Kind or Endangers and no person
	// has looked at them.
	Suggested bool           `json:"suggested,omitempty"`
	Hazard    chaping.Hazard `json:"hazard,omitempty"`
	// Draft is set when the program wrote the entry.
	Draft    bool     `json:"draft,omitempty"`
	Evidence []string `json:"evidence,omitempty"` // sentences behind a draft
	From     []string `json:"from,omitempty"`     // who handed it in
	Stations []int64  `json:"-"`                  // and which stations these are, where they are known
}

// A Kind is one of the kinds of information that R11 asks for.
type Kind string

// The kinds, in the notice's order.
const (
	Hidden    Kind = "hazard"     // 危及安全的隐患或突发事件
	Complaint Kind = "complaints" // 集中反映的质量安全问题
	Practice  Kind = "practice"   // 行业潜规则等重要风险信息
)

// Chinese names the kind.
func (k Kind) Chinese() string {
	switch k {
	case Hidden:
		return "危及安全的隐患或突发事件"
	case Complaint:
		return "集中反映"
	case Practice:
		return "行业潜规则"
	}
	return ""
}

// ReadKind reads a kind as people write it; "" when it is none.
func ReadKind(s string) Kind {
	s = norm.NFKC.String(s)
	for _, k := range []Kind{Practice, Complaint, Hidden} {
		if s == string(k) {
			return k
		}
	}
	switch {
	case strings.Contains(s, "潜规则"):
		return Practice
	case strings.Contains(s, "集中"):
		return Complaint
	case strings.Contains(s, "隐患"), strings.Contains(s, "突发"), strings.Contains(s, "危及"):
		return Hidden
	}
	return ""
}

// A Danger is what a product endangers.
type Danger string

// The dangers, in the notice's order.
const (
	Health      Danger = "health"
	Property    Danger = "property"
	Environment Danger = "environment"
	Safety      Danger = "safety"
)

var dangers = []Danger{Health, Property, Environment, Safety}

// Chinese names the danger.
func (d Danger) Chinese() string {
	return map[Danger]string{Health: "健康", Property: "财产", Environment: "环境", Safety: "人身安全"}[d]
}

// ReadDangers reads dangers as people write them, in the notice's order.
func ReadDangers(s string) []Danger {
	var found []Danger
	for _, d := range dangers {
		if strings.Contains(s, d.Chinese()) || d == Safety && strings.Contains(s, "人身") {
			found = append(found, d)
		}
	}
	return found
}

// hazardDangers are what the hazard classes of the dictionaries endanger.
var hazardDangers = map[chaping.Hazard][]Danger{
	chaping.HazardFire:            {Property, Safety},
	chaping.HazardElectrical:      {Safety},
	chaping.HazardMechanical:      {Safety},
	chaping.HazardThermal:         {Safety},
	chaping.HazardChemical:        {Health},
	chaping.HazardMicrobiological: {Health},
	chaping.HazardInjury:          {Health, Safety},
	chaping.HazardRadiation:       {Health},
	chaping.HazardNoise:           {Health, Environment},
	chaping.HazardFake:            {Property},
	chaping.HazardQuality:         {Property},
}

var dangerWords = map[Danger]*regexp.Regexp{
	Health:      regexp.MustCompile(`健康|甲醛|重金属|超标|中毒|过敏|异味|有毒|有害|致癌|细菌|霉|迁移|增塑剂|荧光`),
	Property:    regexp.MustCompile(`财产|火灾|起火|着火|燃烧|爆炸|自燃|损失|虚标|假冒|以次充好`),
	Environment: regexp.MustCompile(`环境|污染|排放|VOC|泄漏|废气|废水|噪声`),
	Safety:      regexp.MustCompile(`人身|触电|漏电|受伤|伤害|烫伤|灼伤|割伤|窒息|爆炸|起火|着火|火灾|自燃|死亡|跌落|夹伤|绝缘`),
}

// ReadEntry reads what a station handed in, as JSON: ok is false when it is no
// entry of sheet A but a row of sheet B, which has no content.
func ReadEntry(data []byte) (e Entry, ok bool, err error) {
	var sheetA struct {
		Content string `json:"content"`
	}
	if err := json.Unmarshal(data, &sheetA); err != nil || sheetA.Content == "" {
		return e, false, err
	}
	return e, true, json.Unmarshal(data, &e)
}

// RowIdentity is equal for rows that are one row handed in twice, wherever they
// stand in a file and whatever the program has made of them: rows of sheet A that
// say the same, and rows of sheet B of one product and term. It reads them as a
// station handed them in, as JSON.
func RowIdentity(data []byte) (string, error) {
	e, ok, err := ReadEntry(data)
	if err != nil {
		return "", err
	}
	if ok {
		cells := []string{e.Product, e.Companies, e.Region, e.Content, e.Analysis, e.Advice, e.Source}
		for i := range cells {
			cells[i] = plain(cells[i])
		}
		return strings.Join(cells, "\x00"), nil
	}
	var r PlatformRow
	if err := json.Unmarshal(data, &r); err != nil {
		return "", err
	}
	return r.Identity(), nil
}

// Classify suggests kind and dangers where a person gave none: by the words
// 潜规则 and 集中反映, by the hazard class, and by the words of the entry. When
// nothing tells, a hidden danger to health is assumed, which is the notice's
// first concern. What is suggested is marked so.
func (e *Entry) Classify() {
	text := strings.Join([]string{e.Content, e.Analysis}, " ")
	if e.Kind == "" {
		e.Suggested = true
		switch {
		case strings.Contains(text, "潜规则"), strings.Contains(text, "行业内普遍"), strings.Contains(text, "业内普遍"):
			e.Kind = Practice
		case strings.Contains(text, "集中反映"),
			strings.Contains(text, "集中投诉"),
			strings.Contains(text, "多起投诉"),
			strings.Contains(text, "大量投诉"):
			e.Kind = Complaint
		default:
			e.Kind = Hidden
		}
	}
	if len(e.Endangers) == 0 {
		e.Suggested = true
		for _, d := range dangers {
			if dangerWords[d].MatchString(text) || slices.Contains(hazardDangers[e.Hazard], d) {
				e.Endangers = append(e.Endangers, d)
			}
		}
		if len(e.Endangers) == 0 {
			e.Endangers = []Danger{Health}
		}
	}
}

// Merge puts entries on the same product and hazard together. Texts that
// differ are kept one after the other; of numbers of companies the greatest
// holds, marked as a lower bound, because two stations may mean the same ones.
// Entries without a hazard are merged only when their content is the same.
func Merge(entries []Entry) []Entry {
	type key struct{ product, hazard, content string }
	merged := []Entry{}
	index := map[key]int{}
	for _, e := range entries {
		k := key{product: plain(e.Product), hazard: string(e.Hazard)}
		if e.Hazard == "" {
			k.content = plain(e.Content)
		}
		i, ok := index[k]
		if !ok {
			index[k] = len(merged)
			merged = append(merged, e)
			continue
		}
		merged[i].add(&e)
	}
	return merged
}

// Together puts entries together into one as Merge does, whatever they are
// about: product and hazard are those of the first.
func Together(entries []Entry) Entry {
	m := entries[0]
	for i := range entries[1:] {
		m.add(&entries[1+i])
	}
	return m
}

// add puts another entry into this one.
func (e *Entry) add(other *Entry) {
	e.Companies = together(e.Companies, other.Companies)
	e.Region = join("、", e.Region, other.Region)
	e.Content, e.Analysis = join("\n", e.Content, other.Content), join("\n", e.Analysis, other.Analysis)
	e.Advice, e.Source = join("\n", e.Advice, other.Advice), join("、", e.Source, other.Source)
	e.Endangers = slices.DeleteFunc(
		slices.Clone(dangers),
		func(d Danger) bool { return !slices.Contains(e.Endangers, d) && !slices.Contains(other.Endangers, d) },
	)
	if kinds := []Kind{Hidden, Complaint, Practice}; slices.Index(kinds, other.Kind) < slices.Index(kinds, e.Kind) {
		e.Kind = other.Kind // the graver one
	}
	e.Suggested, e.Draft = e.Suggested || other.Suggested, e.Draft || other.Draft
	e.Evidence = append(slices.Clip(e.Evidence), other.Evidence...)
	for _, from := range other.From {
		if !slices.Contains(e.From, from) {
			e.From = append(slices.Clip(e.From), from)
		}
	}
	for _, id := range other.Stations {
		if !slices.Contains(e.Stations, id) {
			e.Stations = append(slices.Clip(e.Stations), id)
		}
	}
}

// plain compares names whatever their width and spaces.
func plain(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFKC.String(s)), ""))
}

// join appends b to a unless a has it.
func join(sep, a, b string) string {
	if a == "" || b == "" || slices.Contains(strings.Split(a, sep), b) || a == b {
		return cmp.Or(a, b)
	}
	return a + sep + b
}

// draft tells whether any entry was written by the program.
func (a *Association) draft() bool {
	return slices.ContainsFunc(a.Entries, func(e Entry) bool { return e.Draft })
}

// associationBlanks are the printed form's blank rows (D18).
const associationBlanks = 6

// Document lays out sheet A and the companion sheet
// with kinds, dangers and evidence.
func (a *Association) Document() *Document {
	var blocks []Block
	if a.draft() {
		blocks = append(blocks, Line{"草稿：标有“〔草稿〕”的内容由程序根据评论统计生成，须经人工核实、修改后报送", Hei, 12, 20, Left})
	}
	notes := 0.0 // their height
	for _, note := range a.Notes {
		for _, line := range broken(note, noteHalves) {
			blocks, notes = append(blocks, Line{line, Fang, 10.5, 18, Left}), notes+18
		}
	}
	filed := ""
	if !a.Filed.IsZero() {
		filed = chaping.ChineseDate(a.Filed)
	}
	blocks = append(blocks, sheetTitle("（行业组织、检验检测机构）")...)
	blocks = append(blocks, Ends{"填报单位：" + a.Station, "填报时间：" + filed}, Table{
		Columns: a.Profile.widths(
			[]Column{
				{"涉及产品", 28, Left, Fang},
				{"涉及企业数量", 28, Center, Fang},
				{"涉及区域", 26, Left, Fang},
				{"风险信息内容", 60, Left, Fang},
				{"信息分析", 46, Left, Fang},
				{"初步建议", 41, Left, Fang},
				{"信息来源", 28, Left, Fang},
			},
			25,
			28,
			22,
			52,
			38,
			35,
			25,
		),
		HeadSize: 12, Size: 12, RowMM: 14,
		Rows: func(yield func([]any) bool) {
			for _, e := range a.Entries {
				content := e.Content
				if e.Draft {
					content = "〔草稿〕" + content
				}
				if !yield([]any{e.Product, e.Companies, e.Region, content, e.Analysis, e.Advice, e.Source}) {
					return
				}
			}
		},
	}.padded(associationBlanks, room(20+30+28+24+24+notes), []any{cmp.Or(a.Without, "无"), "", "", "", "", "", ""}), Ends{"填报人：" + a.Filler, "联系电话：" + a.Phone})
	return &Document{
		Title: "上海市产品质量安全风险信息报送表（行业组织、检验检测机构）", Subject: a.Period.String(), Program: a.Program,
		Sections: []Section{{"报送表", a.Profile.page(), blocks}, {"分类与依据", companionPage, a.companion()}},
	}
}

func (a *Association) companion() []Block {
	blocks := []Block{Line{"信息类别、危及对象与依据（行号同“报送表”）", Hei, 16, 28, Center}}
	if a.Dictionary != "" {
		blocks = append(blocks, Line{"草稿所依据的词库版本 " + a.Dictionary + "；评论反映的是有人反映，不是发生的概率，未经检验核实", Fang, 10.5, 18, Left})
	}
	return append(blocks, Table{
		Columns: []Column{
			{"行号", 12, Center, Fang},
			{"涉及产品", 36, Left, Fang},
			{"信息类别", 34, Left, Fang},
			{"危及对象", 30, Left, Fang},
			{"分类依据", 24, Center, Fang},
			{"提交单位", 40, Left, Fang},
			{"依据的评论", 91, Left, Fang},
		},
		HeadSize: 10.5, Size: 9, RowMM: 8,
		Rows: func(yield func([]any) bool) {
			for i, e := range a.Entries {
				by := "填报人"
				if e.Suggested {
					by = "程序建议，待确认"
				}
				if !yield(
					[]any{
						i + 1,
						e.Product,
						e.Kind.Chinese(),
						DangerNames(e.Endangers),
						by,
						strings.Join(e.From, "、"),
						strings.Join(e.Evidence, "\n"),
					},
				) {
					return
				}
			}
		},
	})
}

// DangerNames are dangers in Chinese, as ReadDangers reads them.
func DangerNames(list []Danger) string {
	var names []string
	for _, d := range list {
		names = append(names, d.Chinese())
	}
	return strings.Join(names, "、")
}

type associationJSON struct {
	Form       string   `json:"form"`
	Period     string   `json:"period"`
	From       string   `json:"from"`
	To         string   `json:"to"`
	Station    string   `json:"station"`
	Filler     string   `json:"filler"`
	Phone      string   `json:"phone"`
	Filed      string   `json:"filed"`
	Dictionary string   `json:"dictionary,omitempty"`
	Program    string   `json:"program"`
	Draft      bool     `json:"draft"`
	Notes      []string `json:"notes,omitempty"`
	Without    string   `json:"without,omitempty"`
	Entries    []Entry  `json:"entries"`
}

// JSON is the sheet as JSON.
func (a *Association) JSON() ([]byte, error) { return encode(a.json()) }

// WriteJSON writes the sheet's JSON.
func (a *Association) WriteJSON(path string) error { return writeJSON(path, a.json()) }

func (a *Association) json() associationJSON {
	w := a.Period.Window()
	return associationJSON{
		"association",
		a.Period.String(),
		day(w.FirstDay()),
		day(w.LastDay()),
		a.Station,
		a.Filler,
		a.Phone,
		day(a.Filed),
		a.Dictionary,
		a.Program,
		a.draft(),
		a.Notes,
		a.Without,
		orEmpty(a.Entries),
	}
}

// ReadAssociation is the sheet that JSON wrote, or an operator has edited.
func ReadAssociation(data []byte) (*Association, error) {
	var j associationJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return nil, err
	}
	period, filed, err := readHead(j.Period, j.Filed)
	if err != nil {
		return nil, err
	}
	return &Association{
		Station:    j.Station,
		Filler:     j.Filler,
		Phone:      j.Phone,
		Filed:      filed,
		Period:     period,
		Program:    j.Program,
		Dictionary: j.Dictionary,
		Entries:    j.Entries,
		Notes:      j.Notes,
		Without:    j.Without,
	}, nil
}
