package app

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"chaping"
	"chaping/analysis/quality"
	"chaping/station"
	"chaping/store"
)

// A Drawn is the sample of a period that people judge.
type Drawn struct {
	station.Sample
	Mentions []chaping.Evidence // one of each review and term, in the order in which they are judged
	Negative []chaping.Review   // negative reviews in which nothing is affirmed
	Other    []chaping.Review   // positive, neutral and unrated ones in which nothing is

	frame  store.Frame
	terms  map[string]chaping.Term
	strata map[stratum]*quality.Stratum // populations and what was drawn; of mentions
}

// Done is how many of each part people have judged: of the mentions, the
// negative reviews and the others.
func (d *Drawn) Done(
	judged map[chaping.Judged]chaping.Judgement,
	read map[chaping.ReviewKey]chaping.Reading,
) (done [3]int) {
	for i := range d.Mentions {
		m := &d.Mentions[i]
		if judged[chaping.Judged{Review: m.Review.Key(), Term: m.Term}].Verdict != chaping.Unreviewed {
			done[0]++
		}
	}
	for i, list := range [][]chaping.Review{d.Negative, d.Other} {
		for j := range list {
			if _, known := read[list[j].Key()]; known {
				done[i+1]++
			}
		}
	}
	return done
}

// Decisions is how many there are to make, at most: the same sentence is judged
// once.
func (d *Drawn) Decisions() int { return len(d.Mentions) + len(d.Negative) + len(d.Other) }

// Minutes is about how long that takes.
func (d *Drawn) Minutes() int { return Minutes(d.Decisions()) }

// Minutes is about how long so many decisions take.
func Minutes(decisions int) int { return int(math.Ceil(float64(decisions) * quality.Seconds / 60)) }

// A stratum of the affirmed mentions.
type stratum struct {
	field    string
	severity chaping.Severity
}

func (d *Drawn) stratum(term string) stratum {
	t := d.terms[term]
	return stratum{t.Field, t.Severity}
}

// Margins that can be asked for, as shares.
const (
	minMargin = 0.01
	maxMargin = 0.2
)

// PlanSample asks for the sample of a period with an interval of margin to either
// side; 0 means the margin that it has, or the default.
func (a *App) PlanSample(
	ctx context.Context,
	period chaping.Period,
	margin float64,
	by string,
) (station.Sample, error) {
	d, err := a.Station(ctx)
	if err != nil {
		return station.Sample{}, err
	}
	if margin == 0 {
		s, ok, err := d.Sample(ctx, period)
		if err != nil || ok {
			return s, err
		}
		margin = quality.DefaultMargin
	}
	if !(minMargin <= margin && margin <= maxMargin) {
		return station.Sample{}, &chaping.Error{
			Code:    chaping.CodeInput,
			Message: fmt.Sprintf("区间“±%g 个百分点”不能用", 100*margin),
			Remedy:  fmt.Sprintf("写 %g 到 %g 之间的数；越小要复核的越多", 100*minMargin, 100*maxMargin),
		}
	}
	return d.PutSample(ctx, period, margin, by)
}

// Draw draws a sample of an edition that was mined with the terms: the same
// whenever it is drawn.
func Draw(
	ctx context.Context,
	db *store.Store,
	e store.Edition,
	terms []chaping.Term,
	s station.Sample,
) (*Drawn, error) {
	d, err := frame(ctx, db, e, terms)
	if err != nil {
		return nil, err
	}
	d.Sample = s
	if err := d.draw(ctx, db, e); err != nil {
		return nil, err
	}
	return d, db.Unchanged(ctx, e)
}

// frame counts what a sample is drawn from.
func frame(ctx context.Context, db *store.Store, e store.Edition, terms []chaping.Term) (*Drawn, error) {
	d := &Drawn{terms: map[string]chaping.Term{}, strata: map[stratum]*quality.Stratum{}}
	for _, t := range terms {
		d.terms[t.Name] = t
	}
	var err error
	if d.frame, err = db.SampleFrame(ctx, e); err != nil {
		return nil, err
	}
	for _, f := range d.frame.Terms {
		k := d.stratum(f.Term)
		if d.strata[k] == nil {
			d.strata[k] = &quality.Stratum{}
		}
		d.strata[k].Population += f.Pairs
	}
	return d, nil
}

func (d *Drawn) draw(ctx context.Context, db *store.Store, e store.Edition) error {
	keys := make([]stratum, 0, len(d.strata))
	for k := range d.strata {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b stratum) int {
		return cmp.Or(cmp.Compare(b.severity, a.severity), strings.Compare(a.field, b.field))
	})
	var sizes []uint64
	var all uint64
	for _, k := range keys {
		sizes = append(sizes, d.strata[k].Population)
		all += d.strata[k].Population
	}
	wanted := quality.Allocate(quality.Size(all, d.Margin), sizes)
	var draws []store.TermDraw
	asked := map[string]bool{}
	for _, f := range d.frame.Terms {
		if i := slices.Index(keys, d.stratum(f.Term)); !asked[f.Term] {
			asked[f.Term] = true
			draws = append(draws, store.TermDraw{Term: f.Term, Stratum: i, Wanted: wanted[i], Population: sizes[i]})
		}
	}
	found, err := db.SampleMentions(ctx, e, d.Seed, draws)
	if err != nil {
		return err
	}
	drawn := make([][]chaping.Evidence, len(keys))
	for i := range found {
		h := slices.Index(keys, d.stratum(found[i].Term))
		drawn[h] = append(drawn[h], found[i])
		d.strata[keys[h]].Sampled++
	}
	d.Mentions = quality.Order(drawn)
	negative, other := d.frame.Unfound()
	reviews, err := db.SampleReviews(ctx, e, d.Seed, &d.frame,
		int(min(quality.NegativeSize, negative)), int(min(quality.OtherSize, other)))
	for i := range reviews {
		r := &reviews[i]
		switch {
		case r.Grade == chaping.Negative && len(d.Negative) < quality.NegativeSize:
			d.Negative = append(d.Negative, *r)
		case r.Grade != chaping.Negative && len(d.Other) < quality.OtherSize:
			d.Other = append(d.Other, *r)
		}
	}
	return err
}

// Quality states how right the counts of a period are, from what people have
// made of its sample. It is computed once for an edition and what people have
// decided, and kept. Where no sample was planned it says so.
func (a *App) Quality(ctx context.Context, e store.Edition, terms []chaping.Term) (*chaping.Quality, error) {
	d, err := a.decisions(ctx)
	if err != nil {
		return nil, err
	}
	var sample station.Sample
	var source string
	if d != nil {
		if source, sample, err = qualitySource(ctx, d, e); err != nil {
			return nil, err
		}
		kept, err := d.Qualities(ctx, e.Period, 1)
		if err != nil {
			return nil, err
		}
		if len(kept) > 0 && kept[0].Period == e.Period.String() && kept[0].Source == source {
			return &kept[0].Quality, nil
		}
	}
	q, err := a.computeQuality(ctx, d, e, terms, sample)
	if err != nil || d == nil {
		return q, err
	}
	return q, d.PutQuality(ctx, e.Period, source, q)
}

// EnsureSample gives a period that was mined its sample, where it has none yet and
// there is anything to judge, and states what is known of its counts.
func (a *App) EnsureSample(ctx context.Context, pipe *Pipeline, period chaping.Period) error {
	e, mined, err := pipe.edition(ctx, period, false)
	if err != nil || mined.Reviews == 0 {
		return err
	}
	if _, err := a.PlanSample(ctx, period, 0, ""); err != nil {
		return err
	}
	_, err = a.Quality(ctx, e, pipe.Miner.Dictionary().Terms)
	return err
}

// PeriodQuality brings the period up to date and states how right its counts are.
func (a *App) PeriodQuality(ctx context.Context, pipe *Pipeline, period chaping.Period) (*chaping.Quality, error) {
	return again(pipe, func() (*chaping.Quality, error) {
		e, _, err := pipe.edition(ctx, period, false)
		if err != nil {
			return nil, err
		}
		return a.Quality(ctx, e, pipe.Miner.Dictionary().Terms)
	})
}

// Sample brings the period up to date and draws its sample.
func (p *Pipeline) Sample(ctx context.Context, period chaping.Period, s station.Sample) (*Drawn, error) {
	return again(p, func() (*Drawn, error) {
		e, _, err := p.edition(ctx, period, false)
		if err != nil {
			return nil, err
		}
		return Draw(ctx, p.Store, e, p.Miner.Dictionary().Terms, s)
	})
}

// qualitySource names all that a statement is computed from.
func qualitySource(ctx context.Context, d *station.DB, e store.Edition) (string, station.Sample, error) {
	sample, _, err := d.Sample(ctx, e.Period)
	if err != nil {
		return "", sample, err
	}
	judged, err := d.LastJudgement(ctx)
	if err != nil {
		return "", sample, err
	}
	read, err := d.LastReading(ctx)
	return fmt.Sprintf("%s sample %d judgement %d reading %d", e.ID(), sample.ID, judged, read), sample, err
}

func (a *App) computeQuality(
	ctx context.Context,
	d *station.DB,
	e store.Edition,
	terms []chaping.Term,
	sample station.Sample,
) (*chaping.Quality, error) {
	db, err := a.Store(ctx)
	if err != nil {
		return nil, err
	}
	if d == nil || sample.ID == 0 {
		drawn, err := frame(ctx, db, e, terms)
		if err != nil {
			return nil, err
		}
		return drawn.quality(e, decided{}), db.Unchanged(ctx, e)
	}
	drawn, err := Draw(ctx, db, e, terms, sample)
	if err != nil {
		return nil, err
	}
	made, err := a.decided(ctx, d)
	if err != nil {
		return nil, err
	}
	learning, err := d.Learning(ctx)
	q := drawn.quality(e, made)
	q.Learnt = learning.Adapter != "" && drawn.judgedBefore(made, learning.At)
	return q, err
}

// judgedBefore tells whether a mention of the sample was judged before a moment.
func (d *Drawn) judgedBefore(made decided, at time.Time) bool {
	return slices.ContainsFunc(d.Mentions, func(m chaping.Evidence) bool {
		j := made.judgements[chaping.Judged{Review: m.Review.Key(), Term: m.Term}]
		return j.Verdict != chaping.Unreviewed && j.At.Before(at)
	})
}

// decided is what people have made of mentions and reviews.
type decided struct {
	judgements map[chaping.Judged]chaping.Judgement
	readings   map[chaping.ReviewKey]chaping.Reading
	disputed   map[chaping.Judged]bool
}

func (a *App) decided(ctx context.Context, d *station.DB) (made decided, err error) {
	if made.judgements, err = a.Judgements(ctx); err != nil {
		return made, err
	}
	if made.readings, err = a.Readings(ctx); err != nil {
		return made, err
	}
	made.disputed = map[chaping.Judged]bool{}
	return made, d.Disputed(ctx, func(j chaping.Judged) error { made.disputed[j] = true; return nil })
}

// Readings are what people have made of whole reviews.
func (a *App) Readings(ctx context.Context) (map[chaping.ReviewKey]chaping.Reading, error) {
	d, err := a.decisions(ctx)
	if err != nil || d == nil {
		return nil, err
	}
	all := map[chaping.ReviewKey]chaping.Reading{}
	return all, d.Readings(ctx, func(r chaping.Reading) error { all[r.Review] = r; return nil })
}

// quality estimates from what was decided on the sample.
func (d *Drawn) quality(e store.Edition, made decided) *chaping.Quality {
	f := &d.frame
	q := &chaping.Quality{
		Period: e.Period.String(), Dictionary: e.Dictionary, Seed: d.Seed, Margin: d.Margin,
		Reviews: f.Reviews, Defaults: f.Defaults, Satisfied: f.Satisfied, Hidden: f.Hidden,
	}
	for _, t := range f.Terms {
		if t.Negative {
			q.Counted += t.Kept
		}
	}
	everything := func(chaping.Term, bool) bool { return true }
	q.Affirmed = d.share(made, everything)
	q.Negative = d.share(made, func(_ chaping.Term, negative bool) bool { return negative })
	for _, h := range chaping.Hazards() {
		s := d.share(made, func(t chaping.Term, _ bool) bool { return t.Hazard == h })
		if s.Population > 0 {
			q.Hazards = append(q.Hazards, chaping.PartShare{Name: h.Chinese(), Share: s})
		}
	}
	fields := map[string]bool{}
	for k := range d.strata {
		fields[k.field] = true
	}
	for field := range fields {
		s := d.share(made, func(t chaping.Term, _ bool) bool { return t.Field == field })
		q.Fields = append(q.Fields, chaping.PartShare{Name: cmp.Or(field, "未分领域"), Share: s})
	}
	slices.SortFunc(q.Fields, func(a, b chaping.PartShare) int {
		return cmp.Or(cmp.Compare(b.Population, a.Population), strings.Compare(a.Name, b.Name))
	})
	negative, other := f.Unfound()
	q.UnfoundNegative = unfound(negative, d.Negative, made)
	q.UnfoundOther = unfound(other, d.Other, made)
	q.Right = q.Negative.Total()
	q.Unfound = quality.Sum(q.UnfoundNegative.Total(), q.UnfoundOther.Total())
	// Reviews, not mentions: as many of them are right as of the mentions.
	right := q.Affirmed
	right.Population = f.NegativeAffirmed + f.OtherAffirmed
	q.Missed = quality.PartOf(q.Unfound, right.Total())
	d.doubts(q, made, e.Period.Window().From)
	return q
}

// share estimates how much of the affirmed mentions is right, of the terms and
// grades that belong. Within a stratum they are a random sample of those there.
func (d *Drawn) share(made decided, belongs func(t chaping.Term, negative bool) bool) chaping.Share {
	cells := map[stratum]*quality.Stratum{}
	for _, f := range d.frame.Terms {
		if t := d.terms[f.Term]; belongs(t, f.Negative) {
			k := stratum{t.Field, t.Severity}
			if cells[k] == nil {
				cells[k] = &quality.Stratum{}
			}
			cells[k].Population += f.Pairs
		}
	}
	for i := range d.Mentions {
		m := &d.Mentions[i]
		t := d.terms[m.Term]
		if !belongs(t, m.Review.Grade == chaping.Negative) {
			continue
		}
		c := cells[stratum{t.Field, t.Severity}]
		c.Sampled++
		switch made.judgements[chaping.Judged{Review: m.Review.Key(), Term: m.Term}].Verdict {
		case chaping.Confirmed:
			c.Judged++
			c.Hits++
		case chaping.Rejected:
			c.Judged++
		}
	}
	list := make([]quality.Stratum, 0, len(cells))
	for _, c := range cells {
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b quality.Stratum) int { // sums of fractions depend on their order
		return cmp.Or(
			cmp.Compare(a.Population, b.Population),
			cmp.Compare(a.Judged, b.Judged),
			cmp.Compare(a.Hits, b.Hits),
		)
	})
	return quality.Estimate(list)
}

// unfound estimates how many reviews speak of a problem that no term found.
func unfound(population uint64, sample []chaping.Review, made decided) chaping.Share {
	s := quality.Stratum{Population: population, Sampled: uint64(len(sample))}
	for i := range sample {
		if r, known := made.readings[sample[i].Key()]; known {
			s.Judged++
			if r.Problem {
				s.Hits++
			}
		}
	}
	return quality.Estimate([]quality.Stratum{s})
}

// What a person cannot have read: so many confirmed one after the other, each
// within so many seconds.
const (
	hurrySeconds = 2.5
	longBreak    = 5 * time.Minute // is no part of a decision
)

// doubts says what speaks against the decisions themselves.
func (d *Drawn) doubts(q *chaping.Quality, made decided, since time.Time) {
	type person struct {
		rejected  int
		decisions map[int64]time.Time
	}
	people := map[string]*person{}
	verdicts := map[string]map[chaping.Verdict]bool{}
	for i := range d.Mentions {
		m := &d.Mentions[i]
		about := chaping.Judged{Review: m.Review.Key(), Term: m.Term}
		j := made.judgements[about]
		if j.Verdict == chaping.Unreviewed {
			continue
		}
		if made.disputed[about] {
			q.Disagreed++
		}
		same := m.Term + "\n" + SameSentence(m.Review.Body(), m.Mention.Start, m.Mention.End)
		if verdicts[same] == nil {
			verdicts[same] = map[chaping.Verdict]bool{}
		}
		verdicts[same][j.Verdict] = true
		p := people[j.By]
		if p == nil {
			p = &person{decisions: map[int64]time.Time{}}
			people[j.By] = p
		}
		p.decisions[j.Decision] = j.At
		if j.Verdict == chaping.Rejected {
			p.rejected++
		}
	}
	for _, v := range verdicts {
		if len(v) > 1 {
			q.Unequal++
		}
	}
	for about, j := range made.judgements {
		if _, known := d.terms[about.Term]; !known && j.Verdict != chaping.Unreviewed && !j.At.Before(since) {
			q.Gone++
		}
	}
	for by, p := range people {
		if seconds, ok := pace(p.decisions); ok && p.rejected == 0 && seconds <= hurrySeconds {
			q.Hurried = append(q.Hurried, chaping.Hurry{By: by, Decisions: len(p.decisions), Seconds: seconds})
		}
	}
	slices.SortFunc(q.Hurried, func(a, b chaping.Hurry) int { return strings.Compare(a.By, b.By) })
}

// pace is the median time from one decision to the next, in seconds, of enough
// of them. Decisions at one moment, as they come from another station's file,
// have none.
func pace(decisions map[int64]time.Time) (seconds float64, ok bool) {
	var at []time.Time
	for _, t := range decisions {
		at = append(at, t)
	}
	slices.SortFunc(at, time.Time.Compare)
	var gaps []float64
	for i := 1; i < len(at); i++ {
		if gap := at[i].Sub(at[i-1]); 0 < gap && gap < longBreak {
			gaps = append(gaps, gap.Seconds())
		}
	}
	if len(gaps) < chaping.LeastJudged-1 {
		return 0, false
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2], true
}

// SameSentence is what sentences around the runes start to end have in common
// that say the same: their letters in order, without spaces, punctuation, digits
// and repetition. A question stays one.
func SameSentence(body string, start, end int) string {
	runes := []rune(body)
	start, end = min(max(start, 0), len(runes)), min(max(end, 0), len(runes))
	stop := func(r rune) bool { return strings.ContainsRune("。！？!?；;…~～\n\r", r) }
	from, to := start, end
	for from > 0 && !stop(runes[from-1]) {
		from--
	}
	for to < len(runes) && !stop(runes[to]) {
		to++
	}
	key := SameText(string(runes[from:to]))
	if to < len(runes) && (runes[to] == '?' || runes[to] == '？') {
		key += "?"
	}
	return key
}

// SameText is what texts have in common that say the same, as SameSentence has
// it.
func SameText(text string) string {
	var b strings.Builder
	var last rune
	for _, r := range strings.ToLower(text) {
		if r == '？' {
			r = '?'
		}
		if r != last && (unicode.IsLetter(r) || r == '?') {
			b.WriteRune(r)
			last = r
		}
	}
	return b.String()
}

// Clauses are the parts of a body that a person marks: up to and with what ends a
// clause.
func Clauses(body string) (list []chaping.Span) {
	start, ended := 0, false
	for i, r := range body {
		stop := strings.ContainsRune("，,。.！!？?；;、：:…~～ \n\r\t", r)
		if ended && !stop {
			list = append(list, chaping.Span{Start: start, End: i})
			start, ended = i, false
		}
		ended = ended || stop && strings.TrimSpace(body[start:i]) != ""
	}
	if strings.TrimSpace(body[start:]) != "" {
		list = append(list, chaping.Span{Start: start, End: len(body)})
	}
	return list
}

// A Drift is a change for the worse from one period to another that is more than
// chance.
type Drift struct {
	Kind   DriftKind      `json:"kind"`
	Since  string         `json:"since"` // the period that is compared with
	Before chaping.Amount `json:"before"`
	Now    chaping.Amount `json:"now"`
}

// A DriftKind is what became worse.
type DriftKind string

// The kinds.
const (
	DriftPrecision DriftKind = "precision" // fewer affirmed mentions are right
	DriftMissed    DriftKind = "missed"    // more problem reviews are found by no term
	DriftDefaults  DriftKind = "defaults"  // more reviews are the platform's texts
	DriftHidden    DriftKind = "hidden"    // more satisfied reviews affirm a problem
)

// What is counted and not estimated differs from month to month by more than a
// sample would: such shares have to rise by so much too.
const (
	leastDefaults = 0.05
	leastHidden   = 0.02
)

// Drifts compares the statement of a period with the latest earlier ones that
// know the same; list begins with the period's, the latest first.
func Drifts(list []chaping.Quality) (found []Drift) {
	if len(list) == 0 {
		return nil
	}
	now := &list[0]
	for _, k := range []struct {
		kind  DriftKind
		of    func(*chaping.Quality) chaping.Amount
		worse float64 // the sign of a change for the worse
		least float64
	}{
		{DriftPrecision, func(q *chaping.Quality) chaping.Amount { return known(q.Affirmed) }, -1, 0},
		{DriftMissed, func(q *chaping.Quality) chaping.Amount { return q.Missed }, 1, 0},
		{DriftDefaults, func(q *chaping.Quality) chaping.Amount { return counted(q.Defaults, q.Reviews) }, 1, leastDefaults},
		{DriftHidden, func(q *chaping.Quality) chaping.Amount { return counted(q.Hidden, q.Satisfied) }, 1, leastHidden},
	} {
		i := slices.IndexFunc(list[1:], func(q chaping.Quality) bool { return k.of(&q).Known })
		if i < 0 {
			continue
		}
		before, after := k.of(&list[1+i]), k.of(now)
		if change := k.worse * (after.Estimate - before.Estimate); change > 0 && change >= k.least &&
			quality.Apart(before, after) {
			found = append(found, Drift{Kind: k.kind, Since: list[1+i].Period, Before: before, Now: after})
		}
	}
	return found
}

func known(s chaping.Share) chaping.Amount {
	return chaping.Amount{Known: s.Holds(), Estimate: s.Estimate, Low: s.Low, High: s.High}
}

// counted is a share of which everything was counted, as one of many months that
// could have been.
func counted(n, of uint64) chaping.Amount {
	return known(quality.Estimate([]quality.Stratum{{Population: math.MaxInt64, Sampled: of, Judged: of, Hits: n}}))
}
