package web

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"chaping"
	"chaping/app"
	"chaping/report"
	"chaping/station"
)

// boardPeriods are how many periods the board looks back on.
const boardPeriods = 6

// mergedKey names a period; state changes with everything that is handed in.
type mergedKey struct {
	period     chaping.Period
	state      string
	dictionary string // terms' hazards are its
}

// merged is what was handed in for a period; ok is false while it is being
// put together.
func (q *request) merged(p chaping.Period) (app.Board, bool, error) {
	list, err := q.Station.Submissions(q.ctx, p.String())
	if err != nil {
		return app.Board{}, false, err
	}
	var state strings.Builder
	for _, s := range list {
		fmt.Fprint(&state, s.ID, " ", s.Entries, " ", s.ReplacedBy, " ", s.Station, "\n")
	}
	return q.desk.merged.get(q.ctx, mergedKey{p, state.String(), q.miner().Version()}, deskPatience)
}

func (s *Server) loadMerged(ctx context.Context, key mergedKey) (app.Board, error) {
	return s.App.Board(ctx, key.period, s.miner())
}

// A joinedBoard is one with what people made of its leads.
type joinedBoard struct {
	app.Board
	Leads []app.BoardLead
	Gone  []station.Lead // that somebody has worked on and no station reports any more
}

// joined is the board of a period; ok is false while it is being put together.
func (q *request) joined(p chaping.Period) (j joinedBoard, ok bool, err error) {
	if j.Board, ok, err = q.merged(p); err != nil || !ok {
		return j, ok, err
	}
	records, err := q.Station.Leads(q.ctx, station.LeadFilter{Period: p.String()})
	if err != nil {
		return j, false, err
	}
	j.Leads, j.Gone = app.JoinLeads(&j.Board, records)
	return j, true, nil
}

// board is the research centre's analysis board.
type boardPage struct {
	picker
	Table    *tableView     `json:"list"`
	Leads    []boardLead    `json:"leads"`          // of the page
	Omitted  int            `json:"omitted"`        // leads on other pages
	All      int            `json:"-"`              // leads of all classes
	Gone     []station.Lead `json:"gone,omitempty"` // worked on, and no longer reported
	Stations []string       `json:"stations"`       // whose entries are on the board
	Filed    int            `json:"filed"`          // stations that have reported, those without anything to report included
	Nothing  int            `json:"nothing"`        // of them, those that report that there is nothing
	Late     []string       `json:"late"`           // stations whose report is overdue
	Waited   []string       `json:"not_reported"`   // that owe the period and have not reported, overdue or not
	Notes    []string       `json:"notes"`          // who has not reported, and that the period goes on, in words
	Given    int            `json:"entries"`        // of sheets A, before merging
	Rows     int            `json:"rows"`           // of sheets B
	Hazard   chaping.Hazard `json:"hazard,omitempty"`
	Counts   boardTable     `json:"table"`
	Data     string         `json:"-"`
	Formats  []string       `json:"-"`
	Map      *cartogram     `json:"-"`
	City     *cartogram     `json:"-"` // Shanghai's districts; nil where no lead names one
}

// turnout is who has reported for a period, and what a reader of what was put
// together has to know of it: who has not, and that more may come.
func (q *request) turnout(p chaping.Period) (t station.Turnout, duties []station.Duty, notes []string, err error) {
	duties, err = q.Station.Duties(q.ctx, q.account.Scope(), []chaping.Period{p}, q.due)
	if err != nil {
		return t, nil, nil, err
	}
	t = station.TurnoutOf(duties)
	if n := len(t.Waited); n > 0 {
		notes = append(notes, fmt.Sprintf("应报的 %d 个监测站中还有 %d 个没有报送：%s。", t.Owed, n, stationList(t.Waited)))
	}
	switch w := p.Window(); {
	case q.Now().Before(w.To):
		notes = append(notes, "采集范围（"+w.Chinese()+"）还没有结束。")
	case !chaping.Late(q.Now(), q.due(p)):
		notes = append(notes, "截止日 "+chaping.ChineseDate(q.due(p))+" 还没有过。")
	}
	return t, duties, notes, nil
}

// stationList names stations.
func stationList(list []station.Station) string {
	names := make([]string, 0, len(list))
	for _, s := range list {
		names = append(names, s.Name)
	}
	return strings.Join(names, "、")
}

// Without says why there is no lead.
func (b boardPage) Without() string { return without(b.Filed, b.Nothing, len(b.Waited)) }

// without says why nothing was put together, of so many stations that have
// reported, that report that there is nothing, and that have not reported.
func without(filed, nothing, waited int) string {
	switch {
	case filed == 0:
		return "还没有监测站报送"
	case nothing < filed:
		return fmt.Sprintf("已报送的 %d 个监测站没有交来条目（%d 个报“无”）", filed, nothing)
	case waited > 0:
		return fmt.Sprintf("已报送的 %d 个监测站都报“无”，还有 %d 个没有报送", filed, waited)
	}
	return "各监测站都报“无”"
}

// A boardLead is a product and hazard that stations report.
type boardLead struct {
	app.BoardLead
	ID     string `json:"id"`               // to name it by, in the version that is shown
	Case   string `json:"case,omitempty"`   // where a case is opened of it
	Opened int64  `json:"opened,omitempty"` // the case that was, whether or not it is closed
	Path   string `json:"-"`
}

// leadID names a lead in the version that was read, and readLead is what it
// names.
func leadID(r *station.Lead) string {
	return strings.Join([]string{fmt.Sprint(r.Version), string(r.Hazard), r.Mark, r.Product}, ".")
}

func readLead(p chaping.Period, id string) (r station.LeadRef, err error) {
	parts := strings.SplitN(id, ".", 4)
	if len(parts) != 4 || strings.TrimSpace(parts[3]) == "" {
		return r, bad("没有线索“"+chaping.Shorten(id, 40)+"”", "回到汇总研判重新选")
	}
	r.LeadKey = station.LeadKey{Period: p.String(), Hazard: chaping.Hazard(parts[1]), Mark: parts[2], Product: parts[3]}
	r.Version = number(parts[0])
	return r, nil
}

// unclassified stands in addresses for no hazard class.
const unclassified = "none"

func (q *request) board() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	table, j, ok, err := q.boardTable(p)
	if err != nil {
		return err
	}
	if !ok {
		return q.loading("各监测站报送的信息正在汇总")
	}
	hazard := chaping.Hazard(q.form("hazard"))
	page := boardPage{
		picker:   q.pick(p, "/board"),
		Stations: j.Stations,
		Gone:     j.Gone,
		Given:    j.Given,
		Rows:     j.Rows,
		Hazard:   hazard,
		Counts:   table,
		Data:     string(query("/board/data", "period", p)),
		Formats:  report.Formats(),
	}
	leads, err := q.boardLeads(p, j.Leads)
	if err != nil {
		return err
	}
	page.All = len(leads)
	leads = slices.DeleteFunc(leads, func(l boardLead) bool {
		return hazard != "" && l.Hazard != hazard && (hazard != unclassified || l.Hazard != "")
	})
	t := leadTable(p, q.may("POST /board/leads"))
	source := inMemory(&t, leads)
	if q.route.export {
		return exportTable(q, t, source)
	}
	if page.Table, page.Leads, err = present(q, t, source, "period", "hazard"); err != nil {
		return err
	}
	turnout, duties, notes, err := q.turnout(p)
	if err != nil {
		return err
	}
	page.Filed, page.Nothing, page.Notes = len(turnout.Filed), len(turnout.Nothing), notes
	for _, of := range turnout.Waited {
		page.Waited = append(page.Waited, of.Name)
	}
	for i := range duties {
		if duties[i].Missing() {
			page.Late = append(page.Late, duties[i].Station.Name)
		}
	}
	page.Omitted = page.All - len(page.Leads)
	page.Map, page.City = leadMaps(p, hazard, leads)
	return q.render("board", page)
}

// boardLeads says of leads what is opened of them, and where that is done.
func (q *request) boardLeads(p chaping.Period, list []app.BoardLead) ([]boardLead, error) {
	cases, err := q.Station.Cases(q.ctx, q.account.Scope())
	if err != nil {
		return nil, err
	}
	leads := make([]boardLead, 0, len(list))
	for i := range list {
		r := &list[i].Record
		l := boardLead{BoardLead: list[i], ID: leadID(r), Opened: r.Case}
		if l.Opened == 0 {
			l.Opened = opened(cases, originOf(r.LeadKey))
		}
		l.Path = string(query("/board/lead", "period", p, "id", l.ID))
		if l.Opened == 0 && q.may("POST /cases/{id}") {
			l.Case = string(query("/cases/new", "period", p, "leads", l.ID))
		}
		leads = append(leads, l)
	}
	return leads, nil
}

// originOf is the lead as a case has it. One of no hazard class is none: the
// board has several of a product.
func originOf(k station.LeadKey) station.Origin {
	if k.Hazard == "" {
		return station.Origin{}
	}
	return station.Origin{Period: k.Period, Product: k.Product, Hazard: k.Hazard}
}

// opened is the case that was opened on a lead, 0 where there is none.
func opened(cases []station.Case, of station.Origin) int64 {
	i := slices.IndexFunc(cases, func(c station.Case) bool { return of.Period != "" && c.Origin.Is(of) })
	if i < 0 {
		return 0
	}
	return cases[i].ID
}

// boardTable is what the board's charts draw: leads by hazard class and
// period, and by region in the period.
type boardTable struct {
	Periods []string         `json:"periods"`
	Mined   []bool           `json:"mined"`   // whether anything was handed in
	Classes []chaping.Hazard `json:"classes"` // hazard classes, most first
	Terms   []string         `json:"terms"`   // and their names
	Cells   [][]int          `json:"cells"`   // [hazard][period]
	Regions []slice          `json:"regions"`
	Running int              `json:"running"` // which of Periods goes on; -1: none
	Elapsed string           `json:"elapsed"` // how much of it has passed
	Unit    string           `json:"unit"`    // what the numbers are
}

// boardTable counts the leads of the period and those before it.
func (q *request) boardTable(p chaping.Period) (t boardTable, now joinedBoard, ok bool, err error) {
	cells := map[chaping.Hazard][]int{}
	sums := map[chaping.Hazard]int{}
	regions := map[string]int{}
	at := p
	for range boardPeriods - 1 {
		at = at.Previous()
	}
	ok = true
	t.Running, t.Unit = -1, "报送的条目（条）"
	for n := range boardPeriods {
		if at.Running(q.Now()) {
			t.Running, t.Elapsed = n, at.Elapsed(q.Now())
		}
		m, there, err := q.joined(at)
		if err != nil {
			return t, m, false, err
		}
		ok = ok && there
		t.Periods, t.Mined = append(t.Periods, at.String()), append(t.Mined, len(m.Stations) > 0)
		for i := range m.Leads {
			e := &m.Leads[i]
			if cells[e.Hazard] == nil {
				cells[e.Hazard] = make([]int, boardPeriods)
			}
			cells[e.Hazard][n]++
			sums[e.Hazard]++
			if at == p {
				for _, region := range regionsOf(e.Region) {
					regions[region]++
				}
			}
		}
		now, at = m, at.Next()
	}
	t.Classes = slices.SortedFunc(
		maps.Keys(sums),
		func(a, b chaping.Hazard) int { return cmp.Or(cmp.Compare(sums[b], sums[a]), cmp.Compare(a, b)) },
	)
	for i, class := range t.Classes {
		if class == "" {
			t.Classes[i] = unclassified
		}
		t.Terms, t.Cells = append(t.Terms, cmp.Or(class.Chinese(), "未分类")), append(t.Cells, cells[class])
	}
	for _, name := range slices.SortedFunc(maps.Keys(regions), func(a, b string) int {
		return cmp.Or(cmp.Compare(regions[b], regions[a]), strings.Compare(a, b))
	}) {
		if len(t.Regions) == shownProducts {
			break
		}
		t.Regions = append(t.Regions, slice{Name: name, Value: uint64(regions[name])})
	}
	return t, now, ok, nil
}

// regionsOf takes a cell of regions apart.
func regionsOf(cell string) []string {
	list := fields(cell)
	for i, name := range list {
		list[i] = chaping.Shorten(name, 20)
	}
	if len(list) == 0 {
		return []string{"未写明"}
	}
	return list
}

// leadPlaces are the provinces that a cell of regions names, each once, and
// the districts where it is Shanghai.
func leadPlaces(cell string) (list []string) {
	add := func(name string) {
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	if strings.TrimSpace(cell) == "" {
		return []string{chaping.PlaceBlank}
	}
	for _, region := range fields(cell) {
		add(chaping.ProvinceOf(region))
		switch district := chaping.DistrictOf(region); district {
		case chaping.PlaceBlank, chaping.PlaceUnknown, chaping.PlaceOutside, chaping.PlaceShort:
		default:
			add(district)
		}
	}
	return list
}

// leadMaps draw how many leads name each province, and each district of
// Shanghai if any does.
func leadMaps(p chaping.Period, hazard chaping.Hazard, leads []boardLead) (country, city *cartogram) {
	of := map[string]placed{}
	texts := map[string]int{}
	for i := range leads {
		for _, name := range leadPlaces(leads[i].Region) {
			of[name] = placed{of[name].number + 1, string(query("/board", "period", p, "hazard", hazard, "filter[place]", name))}
		}
		for _, region := range fields(leads[i].Region) {
			if chaping.ProvinceOf(region) == chaping.PlaceUnknown {
				texts[chaping.Shorten(region, 20)]++
			}
		}
	}
	country = newCartogram("线索（条），省级行政区", chaping.Provinces(), provincePlaces(), of, plainNumber, "0")
	country.list(of)
	country.Advice = "监测站更正时写上省份，就会数进去"
	for _, t := range ranked(texts) {
		country.unknown(t.Name, fmt.Sprint(t.N), string(query("/board", "period", p, "hazard", hazard, "filter[region]", t.Name)))
	}
	if slices.ContainsFunc(chaping.ShanghaiDistricts(), func(d chaping.Division) bool { return of[d.Name].number > 0 }) {
		for _, name := range []string{chaping.PlaceUnknown, chaping.PlaceBlank} { // said beside the country
			delete(of, name)
		}
		city = newCartogram("线索（条），上海各区", chaping.ShanghaiDistricts(), districtPlaces(), of, plainNumber, "0")
		city.list(of)
	}
	return country, city
}

func (q *request) boardData() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	table, _, ok, err := q.boardTable(p)
	if err != nil {
		return err
	}
	if !ok {
		return &fault{http.StatusServiceUnavailable, "各监测站报送的信息正在汇总", "稍后再试", nil}
	}
	return q.json(http.StatusOK, "application/json", table)
}

// boardDownload hands out what was put together, in the form of sheet A.
func (q *request) boardDownload() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	m, ok, err := q.joined(p)
	if err != nil {
		return err
	}
	if !ok {
		return q.loading("各监测站报送的信息正在汇总")
	}
	entries := make([]report.Entry, 0, len(m.Leads))
	for i := range m.Leads {
		e := m.Leads[i].Entry
		e.Product, e.Hazard = m.Leads[i].Record.Product, m.Leads[i].Record.Hazard
		entries = append(entries, e)
	}
	turnout, _, notes, err := q.turnout(p)
	if err != nil {
		return err
	}
	filed, nothing := len(turnout.Filed), len(turnout.Nothing)
	if filed > 0 {
		of := fmt.Sprintf("已报送 %d 个监测站", filed)
		if nothing > 0 {
			of += fmt.Sprintf("（其中 %d 个报“无”）", nothing)
		}
		notes = append([]string{of + "：" + stationList(turnout.Filed) + "。"}, notes...)
	}
	sheet := &report.Association{
		Station:    fmt.Sprintf("汇总（%d 个监测站）", filed),
		Notes:      notes,
		Filed:      q.Now(),
		Period:     p,
		Program:    q.Program,
		Dictionary: q.miner().Version(),
		Entries:    entries,
	}
	if !turnout.AllNothing() {
		sheet.Without = without(filed, nothing, len(turnout.Waited))
	}
	format := q.form("format")
	return q.downloadForm(sheet, report.Formats(), format, fmt.Sprintf("汇总表-%s.%s", p, format))
}
