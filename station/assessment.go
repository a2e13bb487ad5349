package station

import (
	"context"
	"encoding/json"
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

// A Duty is a report that a station owes for a period, and what it handed in.
type Duty struct {
	Station  Station        `json:"station"`
	Period   chaping.Period `json:"period"`
	Due      time.Time      `json:"due"`            // the day; on time through its end
	First    time.Time      `json:"first,omitzero"` // when the first file came; zero: none
	Files    []Submission   `json:"files"`
	Entries  int            `json:"entries"`  // of all files
	Standing bool           `json:"standing"` // the due day has passed, so that it counts
}

// Filed tells whether anything was handed in.
func (y *Duty) Filed() bool { return !y.First.IsZero() }

// forms is how many files hold entries; other material corrects nothing.
func (y *Duty) forms() (n int) {
	for _, s := range y.Files {
		if s.Entries > 0 {
			n++
		}
	}
	return n
}

// Late tells whether it came after the due day, or has not come by now.
func (y *Duty) Late() bool {
	end := y.Due.AddDate(0, 0, 1)
	return y.Filed() && !y.First.Before(end) || !y.Filed() && y.Standing
}

// Duties are the duties of all stations that the scope sees for the periods,
// by period, then in the list's order. Stations that have exited are left out
// where they handed in nothing. due is the day on which a period is due.
func (d *DB) Duties(ctx context.Context, scope Scope, periods []chaping.Period, due func(chaping.Period) time.Time) ([]Duty, error) {
	stations, err := d.Stations(ctx, scope)
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
		by := map[string][]Submission{}
		for _, s := range submissions {
			by[s.Station] = append(by[s.Station], s)
		}
		for _, s := range stations {
			f := Duty{Station: s, Period: p, Due: due(p), Files: by[s.Name]}
			f.Standing = !now.Before(f.Due.AddDate(0, 0, 1))
			for _, file := range f.Files {
				if f.First.IsZero() || file.Received.Before(f.First) {
					f.First = file.Received
				}
				f.Entries += file.Entries
			}
			if s.Status == "exited" && !f.Filed() {
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
	Corrections int     `json:"corrections"` // periods with a second report
	Leads       int     `json:"leads"`       // cases that began with its lead
	Score       float64 `json:"score"`       // of 100
}

// Assess assesses the stations from their duties and from the cases opened on
// leads found in [from, to).
func (d *DB) Assess(ctx context.Context, scope Scope, duties []Duty, from, to time.Time, w Weights) ([]Assessment, error) {
	cases, err := d.Cases(ctx, scope)
	if err != nil {
		return nil, err
	}
	leads := map[int64]int{}
	for _, c := range cases {
		if c.Station != 0 && !c.Found.Before(from) && c.Found.Before(to) {
			leads[c.Station]++
		}
	}
	var list []Assessment
	index := map[int64]int{}
	for i := range duties {
		f := &duties[i]
		at, ok := index[f.Station.ID]
		if !ok {
			at = len(list)
			index[f.Station.ID] = at
			list = append(list, Assessment{Station: f.Station, Leads: leads[f.Station.ID]})
		}
		if !f.Standing {
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
		if f.forms() > 1 {
			a.Corrections++
		}
	}
	for i := range list {
		list[i].Score = list[i].score(w)
	}
	return list, nil
}

// score is the weighted mean of the parts, of 100. Before any report is due
// nothing can be late, missing or corrected.
func (a *Assessment) score(w Weights) float64 {
	timely, complete, clean := 1.0, 1.0, 1.0
	if a.Expected > 0 {
		n := float64(a.Expected)
		timely, complete = float64(a.Filed-a.Late)/n, float64(a.Filed)/n
		clean = 0
		if a.Filed > 0 {
			clean = 1 - float64(a.Corrections)/float64(a.Filed)
		}
	}
	leads := min(1, float64(a.Leads)/float64(w.Target))
	return 100 * (w.Timely*timely + w.Complete*complete + w.Leads*leads + w.Clean*clean) / (w.Timely + w.Complete + w.Leads + w.Clean)
}
