package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"chaping"
	"chaping/analysis/lead"
	"chaping/app"
	"chaping/station"
)

// leadTable lists the leads of the board.
func leadTable(p chaping.Period, works bool) table[boardLead] {
	text := func(key, title string, of func(*boardLead) string) column[boardLead] {
		return textColumn(key, title, of)
	}
	var states []choice
	for _, s := range station.LeadStates() {
		states = append(states, choice{Value: string(s), Name: s.Chinese()})
	}
	t := table[boardLead]{
		name:  "board",
		title: "线索",
		id:    func(l *boardLead) string { return l.ID },
		label: func(l *boardLead) string { return l.Record.Title() },
		columns: []column[boardLead]{
			linkColumn(
				"product",
				"涉及产品",
				func(l *boardLead) string { return l.Product },
				func(l *boardLead) string { return l.Path },
			),
			numberColumn("priority", "优先级", func(l *boardLead) float64 { return l.Points }),
			choiceColumn(
				"class",
				"危害类别",
				hazardChoices(),
				func(l *boardLead) string { return cmp.Or(string(l.Hazard), unclassified) },
			),
			text("from", "报送", func(l *boardLead) string { return strings.Join(l.From, "、") }),
			numberColumn("companies", "企业", func(l *boardLead) float64 { return companiesOf(l.Companies) }).
				written(func(l *boardLead) string { return l.Companies }),
			text("region", "区域", func(l *boardLead) string { return l.Region }),
			text("place", "省级行政区、上海各区", func(l *boardLead) string { return strings.Join(leadPlaces(l.Region), "、") }).hide(),
			text("content", "内容", func(l *boardLead) string { return l.Content }),
			choiceColumn("state", "状态", states, func(l *boardLead) string { return string(l.state()) }),
			text("person", "研判人", func(l *boardLead) string { return l.Record.Person }),
			text("case", "处置", func(l *boardLead) string {
				if l.Opened != 0 {
					return fmt.Sprintf("案件 %d", l.Opened)
				}
				return ""
			}).rest(),
		},
	}
	t.columns = append(t.columns, moreOfLeads()...)
	if works {
		t.bulk = &bulk{
			Path:   "/board/leads",
			Field:  "ids",
			Hidden: []choice{{Name: "period", Value: p.String()}},
			Note:   "note",
			Ask:    "不予处理的理由，或备注",
			Free:   true,
			Buttons: []bulkButton{
				{Field: "do", Value: "merge", Name: "合并"},
				{Field: "do", Value: "mine", Name: "由我研判"},
				{Field: "do", Value: "case", Name: "立案"},
				{Field: "do", Value: "dismiss", Name: "不予处理"},
			},
		}
	}
	return t
}

// moreOfLeads are the columns that are shown when they are asked for.
func moreOfLeads() []column[boardLead] {
	var kinds []choice
	for _, k := range kindsOfEntries() {
		kinds = append(kinds, choice{Value: string(k), Name: k.Chinese()})
	}
	return []column[boardLead]{
		numberColumn("stations", "监测站数", func(l *boardLead) float64 { return float64(len(l.From)) }).hide(),
		numberColumn("negative", "差评数", func(l *boardLead) float64 { return float64(l.Against) }).
			written(func(l *boardLead) string {
				if !l.Reviews().Exact() {
					return fmt.Sprintf("%d–%d", l.Against, l.AgainstMost)
				}
				return fmt.Sprint(l.Against)
			}).hide(),
		textColumn("analysis", "信息分析", func(l *boardLead) string { return l.Analysis }).hide(),
		textColumn("advice", "初步建议", func(l *boardLead) string { return l.Advice }).hide(),
		textColumn("source", "信息来源", func(l *boardLead) string { return l.Source }).hide(),
		choiceColumn("kind", "信息类别", kinds, func(l *boardLead) string { return string(l.Kind) }).hide(),
		textColumn("reason", "不予处理的理由", func(l *boardLead) string { return l.Record.Reason }).hide(),
	}
}

// state is the lead's; a case that was opened before leads had states counts.
func (l *boardLead) state() station.LeadState {
	if l.Opened != 0 {
		return station.LeadCase
	}
	return l.Record.State
}

// State is what a page calls it.
func (l boardLead) State() station.LeadState { return l.state() }

// wordPart says what a part of a priority is made of.
func wordPart(l app.BoardLead, p lead.Part) string {
	switch p.Name {
	case "severity":
		if l.Severe == 0 {
			return "没有识别出词库里的词条"
		}
		return fmt.Sprintf("最严重的词条为 %d 级，共 4 级", l.Severe)
	case "number":
		text := "平台报送表上" + l.Reviews().String()
		if !l.Reviews().Exact() {
			text += "：报送表没有写明是哪些评论，同一条可能数在几个词里，按至少的计"
		}
		return text
	case "stations":
		return fmt.Sprintf("%d 个监测站报送", len(l.Stations))
	case "companies":
		if l.Companies == "" {
			return "没有写企业数量"
		}
		return "涉及企业 " + l.Companies
	}
	return cmp.Or(l.Kind.Chinese(), "未分类")
}

// partNames are what the parts of a priority are called.
func partName(p lead.Part) string {
	return map[string]string{
		"severity": "严重程度", "number": "差评数量", "stations": "监测站", "companies": "企业", "kind": "信息类别",
	}[p.Name]
}

// A leadPage is a lead with what is behind it.
type leadPage struct {
	Period  chaping.Period     `json:"period"`
	Lead    boardLead          `json:"lead"`
	Alike   []boardLead        `json:"alike"` // leads that may be the same
	Notes   []station.LeadNote `json:"history"`
	People  []station.Account  `json:"-"`      // who may judge it
	Own     int64              `json:"-"`      // the station whose reviews are here
	Files   map[int64]string   `json:"-"`      // of submissions
	Absent  bool               `json:"absent"` // nobody reports it any more
	Talk    talk               `json:"talk"`
	Problem *fault             `json:"-"`
	Note    string             `json:"-"` // that was typed and refused
}

// alikeShown bounds the leads that are offered for merging.
const alikeShown = 8

func (q *request) leadPage() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	var ref station.LeadRef
	if n := number(q.form("number")); n != 0 {
		l, err := q.Station.Lead(q.ctx, n)
		if err != nil {
			return err
		}
		if p, err = chaping.ParsePeriod(l.Period); err != nil {
			return err
		}
		ref.LeadKey = l.LeadKey
	} else if ref, err = readLead(p, q.form("id")); err != nil {
		return err
	}
	return q.leadForm(http.StatusOK, p, ref, nil)
}

// leadForm shows a lead, or what it was merged into.
func (q *request) leadForm(status int, p chaping.Period, ref station.LeadRef, problem *fault) error {
	j, ok, err := q.joined(p)
	if err != nil {
		return err
	}
	if !ok {
		return q.loading("各监测站报送的信息正在汇总")
	}
	leads, err := q.boardLeads(p, j.Leads)
	if err != nil {
		return err
	}
	page := leadPage{Period: p, Problem: problem, Own: q.home.ID, Note: q.r.PostForm.Get("note")}
	i := slices.IndexFunc(leads, func(l boardLead) bool {
		return slices.ContainsFunc(l.Parts, func(of app.LeadPart) bool { return of.Record.Same() == ref.Same() }) ||
			l.Record.Same() == ref.Same()
	})
	if i >= 0 {
		page.Lead = leads[i]
		page.Alike = alikeLeads(leads, i)
	} else {
		g := slices.IndexFunc(j.Gone, func(r station.Lead) bool { return r.Same() == ref.Same() })
		if g < 0 {
			return notFound()
		}
		page.Absent = true
		page.Lead = boardLead{BoardLead: app.BoardLead{Record: j.Gone[g]}, ID: leadID(&j.Gone[g]), Opened: j.Gone[g].Case}
		page.Lead.Product, page.Lead.Hazard = j.Gone[g].Product, j.Gone[g].Hazard
	}
	if id := page.Lead.Record.ID; id != 0 {
		if page.Talk, err = q.talk(station.Subject{Kind: station.AboutLead, ID: id}); err != nil {
			return err
		}
		if page.Notes, err = q.Station.LeadNotes(q.ctx, id); err != nil {
			return err
		}
	}
	if page.People, err = q.judges(); err != nil {
		return err
	}
	if page.Files, err = q.fileNames(p); err != nil {
		return err
	}
	return q.show(status, "lead", page.Lead.Record.Title(), page)
}

// judges are who may judge leads.
func (q *request) judges() ([]station.Account, error) {
	accounts, err := q.Station.Accounts(q.ctx)
	return slices.DeleteFunc(accounts, func(a station.Account) bool { return a.Disabled || !a.Has(centre...) }), err
}

// fileNames are the files that stations handed in for a period.
func (q *request) fileNames(p chaping.Period) (map[int64]string, error) {
	list, err := q.Station.Submissions(q.ctx, p.String())
	names := map[int64]string{}
	for _, s := range list {
		names[s.ID] = s.File
	}
	return names, err
}

// alikeLeads are other leads that may be the same as one: of the same product,
// or of the same hazard class and a product of which one name holds the other.
func alikeLeads(leads []boardLead, of int) (list []boardLead) {
	l := &leads[of]
	for i := range leads {
		o := &leads[i]
		within := strings.Contains(o.Product, l.Product) || strings.Contains(l.Product, o.Product)
		if i != of && (station.SameName(o.Product, l.Product) || within && o.Hazard == l.Hazard) &&
			len(list) < alikeShown {
			list = append(list, *o)
		}
	}
	return list
}

// leadsChange does something with one or several leads of the board.
func (q *request) leadsChange() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	refs, err := q.leadRefs(p, q.list("ids"))
	if err != nil {
		return err
	}
	do, note := q.form("do"), q.form("note")
	if do == "case" {
		var ids []string
		for _, r := range refs {
			ids = append(ids, leadID(&station.Lead{LeadKey: r.LeadKey, Version: r.Version}))
		}
		return q.redirect(string(query("/cases/new", "period", p, "leads", strings.Join(ids, "\n"))), "")
	}
	q.act.Object, q.act.Detail = leadsTitle(p, refs), leadActions[do]
	if note != "" {
		q.act.Detail += "：" + chaping.Shorten(note, 80)
	}
	who := q.account.Person
	message := fmt.Sprintf("已办：%s，%d 条线索", leadActions[do], len(refs))
	var change station.LeadChange
	switch do {
	case "merge":
		message = fmt.Sprintf("%d 条线索已合并为一条，可以在线索里拆出", len(refs))
		err = q.Station.MergeLeads(q.ctx, who, refs)
	case "split":
		err = q.Station.SplitLead(q.ctx, who, refs[0])
	default:
		if change, err = q.leadChange(do, note); err == nil {
			err = q.Station.ChangeLeads(q.ctx, q.account, refs, change)
		}
	}
	back := q.back(string(query("/board", "period", p)))
	if theirs, ok := conflictWith[station.Lead](err); ok {
		return q.leadConflict(p, theirs, refs, change, do, back)
	}
	if f, ok := told(err); ok && len(refs) == 1 && !q.api {
		f.status = 0
		return q.leadForm(http.StatusUnprocessableEntity, p, refs[0], f)
	}
	if err != nil {
		return err
	}
	if len(refs) == 1 || do == "merge" && strings.HasPrefix(back, "/board/lead") {
		back = q.leadPath(p, refs[0])
	}
	return q.redirect(back, message)
}

// leadActions are what can be done with leads.
var leadActions = map[string]string{
	"merge": "合并", "split": "拆出", "mine": "由我研判", "judge": "研判中", "dismiss": "不予处理",
	"reopen": "重新研判", "assign": "指定研判人", "note": "备注",
}

// leadChange is the change that a button stands for.
func (q *request) leadChange(do, note string) (c station.LeadChange, err error) {
	state := station.LeadJudging
	switch do {
	case "mine":
		if q.account.ID == 0 {
			return c, bad("令牌不是人，不能研判", "用 assign 指定研判人")
		}
		c.Assignee, c.State, c.Note = &q.account.ID, &state, note
	case "judge":
		c.State, c.Note = &state, note
	case "assign":
		id := number(q.form("assignee"))
		c.Assignee, c.Note = &id, note
		if id != 0 {
			c.State = &state
		}
	case "dismiss":
		state = station.LeadDismissed
		c.State, c.Reason = &state, note
	case "reopen":
		state = station.LeadNew
		c.State, c.Note = &state, note
	case "note":
		if c.Note = note; note == "" {
			return c, bad("备注没有写", "写明情况")
		}
	default:
		return c, bad("没有选择做什么", "重新选择")
	}
	return c, nil
}

func (q *request) leadRefs(p chaping.Period, ids []string) (refs []station.LeadRef, err error) {
	for _, id := range ids {
		r, err := readLead(p, id)
		if err != nil {
			return nil, err
		}
		refs = append(refs, r)
	}
	if len(refs) == 0 {
		return nil, bad("没有选中线索", "先选中要办的线索")
	}
	return refs, nil
}

// leadPath is the page of a lead, in the version that it has now.
func (q *request) leadPath(p chaping.Period, r station.LeadRef) string {
	return string(query("/board/lead", "period", p, "id", leadID(&station.Lead{LeadKey: r.LeadKey})))
}

// leadsTitle names leads in the log.
func leadsTitle(p chaping.Period, refs []station.LeadRef) string {
	var names []string
	for _, r := range refs {
		names = append(names, r.Title())
	}
	return chaping.Shorten("报送期 "+p.String()+" "+strings.Join(names, "、"), 200)
}

// leadConflict shows what somebody else has made of a lead beside what was to be
// made of it; to go on is to do so on top of theirs.
func (q *request) leadConflict(
	p chaping.Period,
	theirs station.Lead,
	refs []station.LeadRef,
	c station.LeadChange,
	do, back string,
) error {
	mine := theirs
	merged := map[int64]string{0: "没有合并"}
	if theirs.Head != 0 {
		head, err := q.Station.Lead(q.ctx, theirs.Head)
		if err != nil {
			return err
		}
		merged[theirs.Head] = "已并入 " + head.Title()
	}
	into := merged[theirs.Head]
	switch do {
	case "merge":
		into = "合并：" + leadsTitle(p, refs)
	case "split":
		into = "拆出"
	}
	if c.State != nil {
		mine.State, mine.Reason = *c.State, c.Reason
	}
	if c.Assignee != nil {
		mine.Assignee, mine.Person = *c.Assignee, ""
		if people, err := q.judges(); err == nil {
			for _, a := range people {
				if a.ID == mine.Assignee {
					mine.Person = a.Person
				}
			}
		}
	}
	hidden := url.Values{}
	for name, v := range q.r.PostForm {
		hidden[name] = v
	}
	hidden.Del("ids")
	for _, r := range refs {
		l := station.Lead{LeadKey: r.LeadKey, Version: r.Version}
		if r.Same() == theirs.Same() {
			l.Version = theirs.Version
		}
		hidden.Add("ids", leadID(&l))
	}
	hidden.Set("version", fmt.Sprint(theirs.Version))
	diffs := []difference{
		{Field: theirs.Title() + " 状态", Theirs: theirs.State.Chinese(), Mine: mine.State.Chinese()},
		{Field: "不予处理的理由", Theirs: theirs.Reason, Mine: mine.Reason},
		{Field: "研判人", Theirs: theirs.Person, Mine: mine.Person},
		{Field: "合并", Theirs: merged[theirs.Head], Mine: into},
	}
	return q.conflict("/board/leads", q.leadPath(p, station.LeadRef{LeadKey: theirs.LeadKey}), diffs, hidden)
}

// mostLines bounds what a case takes over of a lead.
const mostLines = 12

// leadsCase is a new case about leads of the board, or the case that was opened
// of one of them. Old addresses name a lead by its product.
func (q *request) leadsCase(product, ids string) (c station.Case, open int64, err error) {
	p, err := q.period()
	if err != nil {
		return c, 0, err
	}
	j, ok, err := q.joined(p)
	if err != nil {
		return c, 0, err
	}
	leads, err := q.boardLeads(p, j.Leads)
	if err != nil {
		return c, 0, err
	}
	asked := []station.LeadKey{{Period: p.String(), Product: product, Hazard: chaping.Hazard(q.form("hazard"))}}
	if ids != "" {
		refs, err := q.leadRefs(p, strings.Split(ids, "\n"))
		if err != nil {
			return c, 0, err
		}
		asked = asked[:0]
		for _, r := range refs {
			asked = append(asked, r.LeadKey)
		}
	}
	var chosen []*boardLead
	for _, k := range asked {
		i := slices.IndexFunc(leads, func(l boardLead) bool {
			return slices.ContainsFunc(l.Parts, func(of app.LeadPart) bool { return of.Record.Same() == k.Same() })
		})
		if !ok || i < 0 {
			return c, 0, notFound()
		}
		if leads[i].Opened != 0 {
			return c, leads[i].Opened, nil
		}
		chosen = append(chosen, &leads[i])
	}
	return q.caseOf(p, chosen)
}

// caseOf fills in a case about leads.
func (q *request) caseOf(p chaping.Period, leads []*boardLead) (c station.Case, open int64, err error) {
	first := &leads[0].Record
	c = station.Case{
		Kind:   station.ProductCase,
		Origin: originOf(first.LeadKey),
		Title:  chaping.Shorten(first.Product+" "+cmp.Or(first.Hazard.Chinese(), "质量安全风险"), 90),
	}
	var text []string
	var stations []int64
	for _, l := range leads {
		c.Leads = append(c.Leads, station.LeadRef{LeadKey: l.Record.LeadKey, Version: l.Record.Version})
		text = append(text, fmt.Sprintf("报送期 %s，%s 报送：", p, strings.Join(l.From, "、")))
		lines := 1
		for _, line := range strings.Split(l.Content+"\n"+l.Analysis, "\n") {
			if line != "" && lines < mostLines {
				text = append(text, chaping.Shorten(line, 300))
				lines++
			}
		}
		stations = append(stations, l.Stations...)
	}
	c.Lead = chaping.Shorten(strings.Join(text, "\n"), 4900)
	list, err := q.Station.Submissions(q.ctx, p.String())
	if err != nil {
		return c, 0, err
	}
	for _, s := range list { // found when the first of them was received
		if slices.Contains(stations, s.StationID) && (c.Found.IsZero() || s.Received.Before(c.Found)) {
			c.Found = s.Received
		}
	}
	c.From(stations)
	return c, 0, nil
}

// leadIDs are the leads of a new case as its form hands them on.
func leadIDs(refs []station.LeadRef) string {
	var ids []string
	for _, r := range refs {
		ids = append(ids, leadID(&station.Lead{LeadKey: r.LeadKey, Version: r.Version}))
	}
	return strings.Join(ids, "\n")
}

// A leadLink is a lead that a case was opened of, and where it stands.
type leadLink struct {
	Title  string `json:"title"`
	Period string `json:"period"`
	Path   string `json:"path"` // "" for those who do not see the board
}

// leadsOfCase are the leads that a case was opened of, or will be.
func (q *request) leadsOfCase(c *station.Case) (list []leadLink, err error) {
	var keys []station.LeadKey
	for _, r := range c.Leads {
		keys = append(keys, r.LeadKey)
	}
	if c.ID != 0 {
		leads, err := q.Station.Leads(q.ctx, station.LeadFilter{Case: c.ID})
		if err != nil {
			return nil, err
		}
		for _, l := range leads {
			keys = append(keys, l.LeadKey)
		}
		if len(keys) == 0 && c.Origin.Period != "" {
			keys = append(
				keys,
				station.LeadKey{Period: c.Origin.Period, Product: c.Origin.Product, Hazard: c.Origin.Hazard},
			)
		}
	}
	for _, k := range keys {
		l := leadLink{Title: k.Title(), Period: k.Period}
		if q.may("GET /board/lead") {
			l.Path = string(query("/board/lead", "period", k.Period, "id", leadID(&station.Lead{LeadKey: k})))
		}
		list = append(list, l)
	}
	return list, nil
}
