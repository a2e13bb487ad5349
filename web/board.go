package web

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"chaping"
	"chaping/report"
	"chaping/station"
)

// boardPeriods are how many periods the board looks back on.
const boardPeriods = 6

// merged is what all stations handed in for a period, put together (R29).
type merged struct {
	Entries  []report.Entry // most stations first
	Stations []string       // that handed something in
	Rows     int            // of sheets B, each product and term once
	Given    int            // entries of sheets A
}

// mergedKey names a period; state changes with everything that is handed in.
type mergedKey struct {
	period     chaping.Period
	state      string
	dictionary string // terms' hazards are its
}

// merged is what was handed in for a period; ok is false while it is being
// put together.
func (q *request) merged(p chaping.Period) (merged, bool, error) {
	list, err := q.Station.Submissions(q.ctx, p.String())
	if err != nil {
		return merged{}, false, err
	}
	var state strings.Builder
	for _, s := range list {
		fmt.Fprint(&state, s.ID, " ", s.Entries, " ", s.ReplacedBy, " ", s.Station, "\n")
	}
	return q.desk.merged.get(q.ctx, mergedKey{p, state.String(), q.miner().Version()}, deskPatience)
}

// loadMerged puts a period together: sheets A as they are, sheets B in the
// words of sheet A, the same product and hazard in one. A row that a station
// handed in again replaces the one before.
func (s *Server) loadMerged(ctx context.Context, key mergedKey) (m merged, err error) {
	hazards := map[string]chaping.Hazard{}
	for _, t := range s.miner().Dictionary().Terms {
		hazards[t.Name] = t.Hazard
	}
	type rowKey struct{ keyword, term, platform, product string }
	rows := map[int64]map[rowKey]report.PlatformRow{}
	names := map[int64]string{}
	var entries []report.Entry
	err = s.Station.Entries(ctx, key.period.String(), func(from station.Submission, content json.RawMessage) error {
		names[from.StationID] = from.Station
		e, ok, err := report.ReadEntry(content)
		if err != nil {
			return err
		}
		if ok {
			e.From, e.Stations = []string{from.Station}, []int64{from.StationID}
			entries = append(entries, e)
			return nil
		}
		var r report.PlatformRow
		if err := json.Unmarshal(content, &r); err != nil {
			return err
		}
		if rows[from.StationID] == nil {
			rows[from.StationID] = map[rowKey]report.PlatformRow{}
		}
		rows[from.StationID][rowKey{keyword: r.ProductKeyword, term: r.Term, platform: r.Platform, product: cmp.Or(r.ProductID, r.Product)}] = r
		return nil
	})
	if err != nil {
		return m, err
	}
	m.Given, m.Stations = len(entries), slices.Sorted(maps.Values(names))
	for _, id := range slices.Sorted(maps.Keys(rows)) {
		m.Rows += len(rows[id])
		of := report.EntriesOfRows(
			names[id],
			slices.Collect(maps.Values(rows[id])),
			func(term string) chaping.Hazard { return hazards[term] },
		)
		for i := range of {
			of[i].Stations = []int64{id}
		}
		entries = append(entries, of...)
	}
	m.Entries = report.Merge(entries)
	slices.SortStableFunc(m.Entries, func(a, b report.Entry) int { return cmp.Compare(len(b.From), len(a.From)) })
	return m, nil
}

// board is the research centre's analysis board.
type boardPage struct {
	picker
	Table    *tableView     `json:"list"`
	Leads    []boardLead    `json:"leads"`   // of the page
	Omitted  int            `json:"omitted"` // leads on other pages
	All      int            `json:"-"`       // leads of all classes
	Stations []string       `json:"stations"`
	Given    int            `json:"entries"` // of sheets A, before merging
	Rows     int            `json:"rows"`    // of sheets B
	Hazard   chaping.Hazard `json:"hazard,omitempty"`
	Counts   boardTable     `json:"table"`
	Data     string         `json:"-"`
	Formats  []string       `json:"-"`
}

// A boardLead is a product and hazard that stations report.
type boardLead struct {
	report.Entry
	Case   string `json:"case,omitempty"`   // where a case is opened of it
	Opened int64  `json:"opened,omitempty"` // the case that was, whether or not it is closed
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

// unclassified stands in addresses for no hazard class.
const unclassified = "none"

func (q *request) board() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	table, m, ok, err := q.boardTable(p)
	if err != nil {
		return err
	}
	if !ok {
		return q.loading("各监测站报送的信息正在汇总")
	}
	hazard := chaping.Hazard(q.form("hazard"))
	page := boardPage{
		picker:   q.pick(p, "/board"),
		Stations: m.Stations,
		Given:    m.Given,
		Rows:     m.Rows,
		Hazard:   hazard,
		Counts:   table,
		Data:     string(query("/board/data", "period", p)),
		Formats:  report.Formats(),
	}
	mayOpen := q.may("POST /cases/{id}")
	cases, err := q.Station.Cases(q.ctx, q.account.Scope())
	if err != nil {
		return err
	}
	leads := []boardLead{}
	for _, e := range m.Entries {
		if hazard == "" || e.Hazard == hazard || hazard == unclassified && e.Hazard == "" {
			leads = append(leads, boardLead{Entry: e})
		}
	}
	t := leadTable(func(e *report.Entry) int64 { return opened(cases, origin(p, *e)) })
	source := inMemory(&t, leads)
	if q.route.export {
		return exportTable(q, t, source)
	}
	if page.Table, page.Leads, err = present(q, t, source, "period", "hazard"); err != nil {
		return err
	}
	for i := range page.Leads {
		l := &page.Leads[i]
		l.Opened = opened(cases, origin(p, l.Entry))
		if mayOpen && l.Opened == 0 {
			l.Case = string(query("/cases/new", "period", p, "product", l.Product, "hazard", l.Hazard))
		}
	}
	page.All, page.Omitted = len(m.Entries), page.Table.Total-len(page.Leads)
	return q.render("board", page)
}

// origin is the lead that an entry of the board is. One of no hazard class is
// none: the board has several of a product.
func origin(p chaping.Period, e report.Entry) station.Origin {
	if e.Hazard == "" {
		return station.Origin{}
	}
	return station.Origin{Period: p.String(), Product: e.Product, Hazard: e.Hazard}
}

// opened is the case that was opened on a lead, 0 where there is none.
func opened(cases []station.Case, of station.Origin) int64 {
	i := slices.IndexFunc(cases, func(c station.Case) bool { return of.Period != "" && c.Origin.Is(of) })
	if i < 0 {
		return 0
	}
	return cases[i].ID
}

// boardTable counts the leads of the period and those before it.
func (q *request) boardTable(p chaping.Period) (t boardTable, now merged, ok bool, err error) {
	cells := map[chaping.Hazard][]int{}
	sums := map[chaping.Hazard]int{}
	regions := map[string]int{}
	at := p
	for range boardPeriods - 1 {
		at = at.Previous()
	}
	ok = true
	t.Running, t.Unit = -1, "报送的条目（条）"
	for i := range boardPeriods {
		if at.Running(q.Now()) {
			t.Running, t.Elapsed = i, at.Elapsed(q.Now())
		}
		m, there, err := q.merged(at)
		if err != nil {
			return t, m, false, err
		}
		ok = ok && there
		t.Periods, t.Mined = append(t.Periods, at.String()), append(t.Mined, len(m.Stations) > 0)
		for _, e := range m.Entries {
			if cells[e.Hazard] == nil {
				cells[e.Hazard] = make([]int, boardPeriods)
			}
			cells[e.Hazard][i]++
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
		t.Terms, t.Cells = append(t.Terms, cmp.Or(class.Chinese(), "未归类")), append(t.Cells, cells[class])
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
	m, ok, err := q.merged(p)
	if err != nil {
		return err
	}
	if !ok {
		return q.loading("各监测站报送的信息正在汇总")
	}
	sheet := &report.Association{
		Station:    "汇总（" + fmt.Sprint(len(m.Stations)) + " 个监测站）",
		Filed:      q.Now(),
		Period:     p,
		Program:    q.Program,
		Dictionary: q.miner().Version(),
		Entries:    m.Entries,
	}
	format := q.form("format")
	return q.downloadForm(sheet, report.Formats(), format, fmt.Sprintf("汇总表-%s.%s", p, format))
}

// mostLines bounds what a case takes over of a lead.
const mostLines = 12

// leadCase is a new case about a lead of the board.
func (q *request) leadCase(product string) (c station.Case, err error) {
	p, err := q.period()
	if err != nil {
		return c, err
	}
	m, ok, err := q.merged(p)
	if err != nil {
		return c, err
	}
	i := slices.IndexFunc(
		m.Entries,
		func(e report.Entry) bool { return e.Product == product && string(e.Hazard) == q.form("hazard") },
	)
	if !ok || i < 0 {
		return c, notFound()
	}
	e := m.Entries[i]
	c = station.Case{
		Kind:   station.ProductCase,
		Origin: origin(p, e),
		Title:  chaping.Shorten(e.Product+" "+cmp.Or(e.Hazard.Chinese(), "质量安全风险"), 90),
	}
	lead := []string{fmt.Sprintf("报送期 %s，%s 报送：", p, strings.Join(e.From, "、"))}
	for _, line := range strings.Split(e.Content+"\n"+e.Analysis, "\n") {
		if line != "" && len(lead) < mostLines {
			lead = append(lead, chaping.Shorten(line, 300))
		}
	}
	c.Lead = strings.Join(lead, "\n")
	list, err := q.Station.Submissions(q.ctx, p.String())
	if err != nil {
		return c, err
	}
	for _, s := range list { // found when the first of them was received
		if slices.Contains(e.Stations, s.StationID) && (c.Found.IsZero() || s.Received.Before(c.Found)) {
			c.Found = s.Received
		}
	}
	if len(e.Stations) == 1 {
		c.Station = e.Stations[0]
	}
	return c, nil
}
