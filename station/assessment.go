package station

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"chaping"
)

// Weights are what the parts of an assessment count for. The notice asks for
// an assessment (R31) and names no criteria; these are the centre's to set.
type Weights struct {
	Timely   float64 `json:"timely"`   // reports handed in on time
	Complete float64 `json:"complete"` // reports handed in at all
	Leads    float64 `json:"leads"`    // leads that became cases
	Clean    float64 `json:"clean"`    // reports that needed no correction
	Target   int     `json:"target"`   // how many leads a year earn the whole of Leads
}

// DefaultWeights are used until the centre has set its own.
func DefaultWeights() Weights {
	return Weights{Timely: 40, Complete: 30, Leads: 20, Clean: 10, Target: 3}
}

// settingWeights is the setting that holds them, as JSON.
const settingWeights = "assessment"

// Weights are the weights in use.
func (d *DB) Weights(ctx context.Context) (Weights, error) {
	text, err := d.Setting(ctx, settingWeights)
	if err != nil || text == "" {
		return DefaultWeights(), err
	}
	var w Weights
	return w, json.Unmarshal([]byte(text), &w)
}

// SetWeights sets them.
func (d *DB) SetWeights(ctx context.Context, w Weights) error {
	for _, v := range []float64{w.Timely, w.Complete, w.Leads, w.Clean} {
		if !(v >= 0 && v <= 1000) {
			return invalid("权重", "应为 0–1000 的数", "改正后保存")
		}
	}
	if w.Timely+w.Complete+w.Leads+w.Clean == 0 {
		return invalid("权重", "不能全为 0", "至少给一项写大于 0 的数")
	}
	if w.Target < 1 || w.Target > 1000 {
		return invalid("线索目标", "应为 1–1000", "写一年采纳多少条线索得满分")
	}
	text, err := json.Marshal(w)
	if err != nil {
		return err
	}
	return d.Set(ctx, settingWeights, string(text))
}

// Rules are what the centre decides where the notice leaves it open.
type Rules struct {
	// Since is the first period that is assessed, 2026-11. Empty: the one that
	// ran when the installation was set up.
	Since string `json:"since"`
	// Hours is how long after a station has learnt of a matter its urgent
	// report may come; 0: there is no limit (R17).
	Hours int `json:"urgent_hours"`
}

// settingRules is the setting that holds them, as JSON.
const settingRules = "rules"

// Rules are the rules in use.
func (d *DB) Rules(ctx context.Context) (r Rules, err error) {
	text, err := d.Setting(ctx, settingRules)
	if err != nil || text == "" {
		return r, err
	}
	return r, json.Unmarshal([]byte(text), &r)
}

// SetRules sets them, and for the stations named the first period that each of
// them is assessed for; "" for that of all.
func (d *DB) SetRules(ctx context.Context, r Rules, since map[int64]string) error {
	if r.Hours < 0 || r.Hours > 24*365 {
		return invalid("重要风险信息时限", "应为 0–8760 小时", "写小时数，不设时限写 0 或不写")
	}
	for _, p := range append(slices.Collect(maps.Values(since)), r.Since) {
		if _, err := chaping.ParsePeriod(p); p != "" && err != nil {
			return invalid("起始报送期“"+chaping.Shorten(p, 20)+"”", "不是报送期", "写成 2026-11，或不写")
		}
	}
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return d.transact(ctx, func(tx *sql.Tx) error {
		for id, p := range since {
			if _, err := tx.ExecContext(ctx, "UPDATE station SET since = ?1 WHERE id = ?2 AND since <> ?1", p, id); err != nil {
				return err
			}
		}
		return set(ctx, tx, settingRules, string(text))
	})
}

// Assessed is the first period that each station is assessed for: its own if
// the centre has set one; otherwise that of all, or the one that ran when the
// station was added, if that is later.
func (d *DB) Assessed(ctx context.Context) (func(Station) chaping.Period, error) {
	rules, err := d.Rules(ctx)
	if err != nil {
		return nil, err
	}
	var installed int64
	if err := d.db.QueryRowContext(ctx, "SELECT coalesce(min(created), 0) FROM account").Scan(&installed); err != nil {
		return nil, err
	}
	all, err := chaping.ParsePeriod(rules.Since)
	if err != nil && installed > 0 {
		all = chaping.PeriodOf(shown(installed))
	}
	return func(s Station) chaping.Period {
		if own, err := chaping.ParsePeriod(s.Since); err == nil {
			return own
		}
		if s.Added.IsZero() {
			return all
		}
		if added := chaping.PeriodOf(s.Added); months(all, added) > 0 {
			return added
		}
		return all
	}, nil
}

// A Duty is a report that a station owes for a period, and what it handed in.
type Duty struct {
	Station  Station        `json:"station"`
	Period   chaping.Period `json:"period"`
	Due      time.Time      `json:"due"`            // the day; on time through its end
	First    time.Time      `json:"first,omitzero"` // when the first file came; zero: none
	Files    []Submission   `json:"files"`
	Entries  int            `json:"entries"`  // of all files that are not replaced
	Standing bool           `json:"standing"` // the due day has passed, so that it counts
	Exempt   bool           `json:"exempt"`   // not on the list, or before the first period that the station is assessed for
}

// Filed tells whether anything was handed in.
func (y *Duty) Filed() bool { return !y.First.IsZero() }

// Corrected tells whether a file that was handed in took the place of an earlier
// one (更正). Other material than forms corrects nothing.
func (y *Duty) Corrected() bool {
	return slices.ContainsFunc(y.Files, func(s Submission) bool { return s.Form != "" && s.Replaced })
}

// Supplemented tells whether a form counts beside what was handed in before (补充).
// The sheets of several watches are each their own, and supplement nothing.
func (y *Duty) Supplemented() bool {
	sheets, files := 0, 0
	for _, s := range y.Files {
		switch {
		case s.Form == "" || s.Replaced:
		case s.Version > 0:
			sheets++
		default:
			files++
		}
	}
	return files > 1 || files == 1 && sheets > 0
}

// Late tells whether it came after the due day, assessed or not.
func (y *Duty) Late() bool { return y.Filed() && chaping.Late(y.First, y.Due) }

// Missing tells whether it is overdue and has not come. A station that does not
// owe it is not asked for it.
func (y *Duty) Missing() bool { return !y.Filed() && y.Standing && !y.Exempt }

// Nothing tells whether the forms that count say that there is nothing to report.
func (y *Duty) Nothing() bool {
	form := slices.ContainsFunc(y.Files, func(s Submission) bool { return s.Form != "" && !s.Replaced })
	return form && y.Entries == 0
}

// A Turnout is who has reported for a period, and who has not.
type Turnout struct {
	Filed   []Station `json:"filed"`   // that handed in anything
	Nothing []Station `json:"nothing"` // of them, those that report that there is nothing
	Owed    int       `json:"owed"`    // how many stations owe the period
	Waited  []Station `json:"waited"`  // that owe it and have handed in nothing
}

// TurnoutOf is the turnout that duties of one period make.
func TurnoutOf(duties []Duty) (t Turnout) {
	for i := range duties {
		y := &duties[i]
		if !y.Exempt {
			t.Owed++
		}
		switch {
		case y.Filed():
			t.Filed = append(t.Filed, y.Station)
			if y.Nothing() {
				t.Nothing = append(t.Nothing, y.Station)
			}
		case !y.Exempt:
			t.Waited = append(t.Waited, y.Station)
		}
	}
	return t
}

// AllNothing tells whether all that owe the period have reported, and that there
// is nothing.
func (t *Turnout) AllNothing() bool {
	return len(t.Waited) == 0 && len(t.Filed) > 0 && len(t.Nothing) == len(t.Filed)
}

// Duties are the duties of all stations that the scope sees for the periods,
// by period, then in the list's order. A station that has
// exited owes what was due before it did; of later periods it is left out where it
// handed in nothing. due is the day on which a period is due.
func (d *DB) Duties(
	ctx context.Context,
	scope Scope,
	periods []chaping.Period,
	due func(chaping.Period) time.Time,
) ([]Duty, error) {
	stations, err := d.Stations(ctx, scope)
	if err != nil {
		return nil, err
	}
	first, err := d.Assessed(ctx)
	if err != nil {
		return nil, err
	}
	now := d.now()
	var list []Duty
	for _, p := range periods {
		submissions, err := d.Submissions(ctx, p.String())
		if err != nil {
			return nil, err
		}
		by := map[int64][]Submission{}
		for _, s := range submissions {
			by[s.StationID] = append(by[s.StationID], s)
		}
		for _, s := range stations {
			f := Duty{
				Station: s,
				Period:  p,
				Due:     due(p),
				Files:   by[s.ID],
				Exempt:  !s.Listed() || months(first(s), p) < 0,
			}
			f.Standing = chaping.Late(now, f.Due)
			for _, file := range f.Files {
				if f.First.IsZero() || file.Received.Before(f.First) {
					f.First = file.Received
				}
				if !file.Replaced {
					f.Entries += file.Entries
				}
			}
			if s.Status == "exited" && !f.Filed() && !chaping.Late(s.Exited, f.Due) {
				continue
			}
			list = append(list, f)
		}
	}
	return list, nil
}

// An Assessment is how a station did over a number of periods (考核评价).
type Assessment struct {
	Station     Station `json:"station"`
	Expected    int     `json:"expected"` // periods whose due day has passed
	Filed       int     `json:"filed"`
	Late        int     `json:"late"` // filed, but after the due day
	Missing     int     `json:"missing"`
	Corrections int     `json:"corrections"` // periods in which a later file took the place of another
	Supplements int     `json:"supplements"` // periods in which a file counts beside another; they cost nothing
	Leads       int     `json:"leads"`       // cases that began with its lead, or with its and others'
	// Score is of 100; nil where nothing was due, so that there is nothing to
	// be assessed.
	Score *float64 `json:"score"`
}

// Points are the score as people read it.
func (a *Assessment) Points() string {
	if a.Score == nil {
		return "无应报"
	}
	return strconv.FormatFloat(*a.Score, 'f', 1, 64)
}

// Assess assesses the stations from their duties and from the cases opened on
// leads found in [from, to).
func (d *DB) Assess(
	ctx context.Context,
	scope Scope,
	duties []Duty,
	from, to time.Time,
	w Weights,
) ([]Assessment, error) {
	cases, err := d.Cases(ctx, scope)
	if err != nil {
		return nil, err
	}
	leads := map[int64]int{}
	for _, c := range cases {
		if c.Found.Before(from) || !c.Found.Before(to) {
			continue
		}
		for _, of := range c.Sources() {
			leads[of]++
		}
	}
	var list []Assessment
	index := map[int64]int{}
	for i := range duties {
		f := &duties[i]
		if !f.Station.Listed() {
			continue
		}
		at, ok := index[f.Station.ID]
		if !ok {
			at = len(list)
			index[f.Station.ID] = at
			list = append(list, Assessment{Station: f.Station, Leads: leads[f.Station.ID]})
		}
		if !f.Standing || f.Exempt {
			continue
		}
		a := &list[at]
		a.Expected++
		switch {
		case !f.Filed():
			a.Missing++
		case f.Late():
			a.Late++
			a.Filed++
		default:
			a.Filed++
		}
		if f.Corrected() {
			a.Corrections++
		}
		if f.Supplemented() {
			a.Supplements++
		}
	}
	for i := range list {
		list[i].Score = list[i].score(w)
	}
	return list, nil
}

// score is the weighted mean of the parts, of 100.
func (a *Assessment) score(w Weights) *float64 {
	if a.Expected == 0 {
		return nil
	}
	n := float64(a.Expected)
	timely, complete, clean := float64(a.Filed-a.Late)/n, float64(a.Filed)/n, 0.0
	if a.Filed > 0 {
		clean = 1 - float64(a.Corrections)/float64(a.Filed)
	}
	leads := min(1, float64(a.Leads)/float64(w.Target))
	score := 100 * (w.Timely*timely + w.Complete*complete + w.Leads*leads + w.Clean*clean) / (w.Timely + w.Complete + w.Leads + w.Clean)
	return &score
}
