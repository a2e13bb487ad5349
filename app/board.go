package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"

	"chaping"
	"chaping/analysis/lead"
	"chaping/nlp"
	"chaping/report"
	"chaping/station"
)

// A Board is what all stations handed in for a period, put together (R29): the
// same product and hazard class in one.
type Board struct {
	Leads    []Reported
	Stations []string // that handed something in
	Rows     int      // of sheets B, each product and term once
	Given    int      // entries of sheets A
}

// Entries are the leads in the words of sheet A.
func (b *Board) Entries() []report.Entry {
	list := make([]report.Entry, 0, len(b.Leads))
	for i := range b.Leads {
		list = append(list, b.Leads[i].Entry)
	}
	return list
}

// Reported is a lead as stations report it.
type Reported struct {
	Key     station.LeadKey
	Entry   report.Entry // all sources together
	Sources []Source
	Severe  int // the gravest term that the sources name, 1 to 4; 0: none is known
}

// A Source is what one station says of a lead.
type Source struct {
	Station    int64                `json:"station"`
	Name       string               `json:"name"`
	Submission int64                `json:"submission,omitempty"` // the file that it stands in; 0: several
	Entry      report.Entry         `json:"entry"`
	Rows       []report.PlatformRow `json:"rows,omitempty"` // of sheet B, most negative reviews first
	Omitted    int                  `json:"omitted"`        // rows that are not listed
	rows       []report.CitedRow    // all of sheet B
}

// shownRows bounds the rows of a sheet B that a source lists.
const shownRows = 20

// Board puts a period together: sheets A as they are, sheets B in the words of
// sheet A. A row that a station handed in again replaces the one before.
func (a *App) Board(ctx context.Context, p chaping.Period, miner *nlp.Miner) (b Board, err error) {
	d, err := a.Station(ctx)
	if err != nil {
		return b, err
	}
	m := newMerger(p, miner)
	names := map[int64]string{}
	err = d.Entries(ctx, p.String(), func(from station.Submission, content json.RawMessage) error {
		names[from.StationID] = from.Station
		return m.read(&from, content)
	})
	if err != nil {
		return b, err
	}
	if err := m.cite(ctx, d); err != nil {
		return b, err
	}
	b.Given, b.Stations = m.given, slices.Sorted(maps.Values(names))
	for _, id := range slices.Sorted(maps.Keys(m.rows)) {
		b.Rows += len(m.rows[id])
		m.platform(id, names[id])
	}
	for _, l := range m.leads {
		entries := make([]report.Entry, 0, len(l.Sources))
		for _, s := range l.Sources {
			entries = append(entries, s.Entry)
		}
		l.Entry = report.Together(entries)
		b.Leads = append(b.Leads, *l)
	}
	return b, nil
}

// A merger puts what stations handed in together.
type merger struct {
	period chaping.Period
	miner  *nlp.Miner
	terms  map[string]chaping.Term
	given  int
	rows   map[int64]map[string]handedRow // by station and identity
	leads  []*Reported
	index  map[string]*Reported
}

// A handedRow is a row of sheet B and the submission that it stands in.
type handedRow struct {
	report.CitedRow
	in int64
}

func newMerger(p chaping.Period, miner *nlp.Miner) *merger {
	m := &merger{
		period: p,
		miner:  miner,
		terms:  map[string]chaping.Term{},
		rows:   map[int64]map[string]handedRow{},
		index:  map[string]*Reported{},
	}
	for _, t := range miner.Dictionary().Terms {
		m.terms[t.Name] = t
	}
	return m
}

// read takes an entry of sheet A, or keeps a row of sheet B until all have come.
func (m *merger) read(from *station.Submission, content json.RawMessage) error {
	e, ok, err := report.ReadEntry(content)
	if err != nil {
		return err
	}
	if ok {
		m.given++
		e.From, e.Stations = []string{from.Station}, []int64{from.StationID}
		severe := 0
		for _, mention := range m.miner.Mine(nil, e.Content+"\n"+e.Analysis) {
			severe = max(severe, int(m.terms[mention.Term].Severity))
		}
		m.add(Source{Station: from.StationID, Name: from.Station, Submission: from.ID, Entry: e}, severe)
		return nil
	}
	var r report.PlatformRow
	if err := json.Unmarshal(content, &r); err != nil {
		return err
	}
	of := m.rows[from.StationID]
	if of == nil {
		of = map[string]handedRow{}
		m.rows[from.StationID] = of
	}
	of[r.Identity()] = handedRow{report.CitedRow{PlatformRow: r}, from.ID}
	return nil
}

// cite adds to the rows the reviews that their sheets name. Only the JSON of a
// sheet does.
func (m *merger) cite(ctx context.Context, d *station.DB) error {
	list, err := d.Submissions(ctx, m.period.String())
	if err != nil {
		return err
	}
	named := map[int64]map[int][]string{}
	for i := range list {
		s := &list[i]
		if s.Replaced || s.Entries == 0 || s.Form != chaping.FormPlatform || !s.Modelled() {
			continue
		}
		_, data, err := d.Original(ctx, station.Everything(), s.ID)
		if err != nil {
			return err
		}
		if named[s.ID], err = report.Citations(data); err != nil {
			return err
		}
	}
	for _, of := range m.rows {
		for k, r := range of {
			r.Cited = named[r.in][r.Seq]
			of[k] = r
		}
	}
	return nil
}

// platform takes the rows of a station's sheets B.
func (m *merger) platform(id int64, name string) {
	rows := make([]report.CitedRow, 0, len(m.rows[id]))
	for _, r := range m.rows[id] {
		rows = append(rows, r.CitedRow)
	}
	slices.SortFunc(rows, func(a, b report.CitedRow) int {
		return cmp.Or(cmp.Compare(b.NegativeReviews, a.NegativeReviews), cmp.Compare(a.Seq, b.Seq))
	})
	for _, e := range report.EntriesOfRows(name, rows, func(term string) chaping.Hazard { return m.terms[term].Hazard }) {
		e.Stations = []int64{id}
		s := Source{Station: id, Name: name, Entry: e.Entry, rows: e.Rows}
		severe := 0
		for i := range e.Rows {
			severe = max(severe, int(m.terms[e.Rows[i].Term].Severity))
			if i < shownRows {
				s.Rows = append(s.Rows, e.Rows[i].PlatformRow)
			}
		}
		s.Omitted = len(e.Rows) - len(s.Rows)
		m.add(s, severe)
	}
}

func (m *merger) add(s Source, severe int) {
	k := leadKey(m.period, &s.Entry)
	l := m.index[k.Same()]
	if l == nil {
		l = &Reported{Key: k}
		m.index[k.Same()] = l
		m.leads = append(m.leads, l)
	}
	l.Sources = append(l.Sources, s)
	l.Severe = max(l.Severe, severe)
}

// leadKey is the lead that an entry belongs to. Entries without a hazard class
// are one only when they say the same.
func leadKey(p chaping.Period, e *report.Entry) station.LeadKey {
	k := station.LeadKey{Period: p.String(), Product: e.Product, Hazard: e.Hazard}
	if e.Hazard == "" {
		same := station.LeadKey{Product: e.Content}.Same()
		sum := sha256.Sum256([]byte(same))
		k.Mark = hex.EncodeToString(sum[:6])
	}
	return k
}

// A BoardLead is a lead of the board with what people made of it.
type BoardLead struct {
	report.Entry                   // of all that was merged into it
	Record       station.Lead      `json:"record"`
	Points       float64           `json:"priority"`              // 0 to 100; no risk level
	Made         []lead.Part       `json:"priority_parts"`        // that add up to it
	Severe       int               `json:"severity"`              // the gravest term named, 1 to 4; 0: none is known
	Against      uint64            `json:"negative_reviews"`      // that sheets B count, each once; where they do not tell which, at least
	AgainstMost  uint64            `json:"negative_reviews_most"` // and at most
	Parts        []LeadPart        `json:"parts"`                 // itself first, then what was merged into it by hand
	Gone         []station.LeadKey `json:"gone,omitempty"`        // merged into it, and no longer reported
}

// Reviews are the negative reviews that sheets B count of it.
func (l *BoardLead) Reviews() report.ReviewCount {
	return report.ReviewCount{Least: l.Against, Most: l.AgainstMost}
}

// A LeadPart is one of the leads that were merged by hand.
type LeadPart struct {
	Record  station.Lead `json:"record"`
	Sources []Source     `json:"sources"`
}

// JoinLeads puts the leads of a board together as people have merged them, the
// highest priority first; and tells which leads somebody has worked on that no
// station reports any more.
func JoinLeads(b *Board, records []station.Lead) (list []BoardLead, gone []station.Lead) {
	known := map[string]station.Lead{}
	heads := map[int64]station.Lead{}
	for _, r := range records {
		known[r.Same()] = r
		heads[r.ID] = r
	}
	type group struct {
		head  station.Lead
		parts []*Reported
	}
	groups := map[string]*group{}
	var order []string
	there := map[int64]bool{}
	for i := range b.Leads {
		r, touched := known[b.Leads[i].Key.Same()]
		if !touched {
			r = station.Lead{LeadKey: b.Leads[i].Key, State: station.LeadNew}
		}
		there[r.ID] = true
		head := r
		if r.Head != 0 {
			head = heads[r.Head]
		}
		g := groups[head.Same()]
		if g == nil {
			g = &group{head: head}
			groups[head.Same()] = g
			order = append(order, head.Same())
		}
		if r.Head == 0 { // its own first
			g.parts = slices.Insert(g.parts, 0, &b.Leads[i])
		} else {
			g.parts = append(g.parts, &b.Leads[i])
		}
	}
	shown := map[int64]bool{}
	for _, same := range order {
		g := groups[same]
		l := joined(g.head, g.parts, known)
		shown[g.head.ID] = true
		for _, r := range records {
			if g.head.ID != 0 && (r.Head == g.head.ID || r.ID == g.head.ID) && !there[r.ID] {
				l.Gone = append(l.Gone, r.LeadKey)
			}
		}
		list = append(list, l)
	}
	for _, r := range records {
		if r.Head == 0 && !shown[r.ID] && (r.State != station.LeadNew || r.Assignee != 0) {
			gone = append(gone, r)
		}
	}
	slices.SortStableFunc(list, func(a, b BoardLead) int { return cmp.Compare(b.Points, a.Points) })
	return list, gone
}

// joined is the lead that parts make, under the head.
func joined(head station.Lead, parts []*Reported, known map[string]station.Lead) (l BoardLead) {
	l.Record = head
	var entries []report.Entry
	rows := map[int64][]report.CitedRow{}
	for _, p := range parts {
		entries = append(entries, p.Entry)
		of, touched := known[p.Key.Same()]
		if !touched {
			of = station.Lead{LeadKey: p.Key, State: station.LeadNew}
		}
		l.Parts = append(l.Parts, LeadPart{Record: of, Sources: p.Sources})
		l.Severe = max(l.Severe, p.Severe)
		for i := range p.Sources {
			rows[p.Sources[i].Station] = append(rows[p.Sources[i].Station], p.Sources[i].rows...)
		}
	}
	var against report.ReviewCount
	for _, of := range rows {
		against = against.Plus(report.CountReviews(of))
	}
	l.Against, l.AgainstMost = against.Least, against.Most
	l.Entry = report.Together(entries)
	l.Product, l.Hazard = head.Product, head.Hazard
	if head.ID == 0 || parts[0].Key.Same() == head.Same() {
		l.Product = parts[0].Entry.Product // as it is written now
	}
	companies, _, _ := report.Companies(l.Companies)
	l.Points, l.Made = lead.Reported{
		Severity:  l.Severe,
		Negative:  l.Against,
		Stations:  len(l.Stations),
		Companies: companies,
		Hidden:    l.Kind == report.Hidden,
	}.Priority()
	return l
}
