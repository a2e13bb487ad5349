// Package analysis answers an analyst's questions from the counts that a store
// keeps: what moves, what leaps, what creeps, which shops repeat.
//
//	Movers   a period against the one before, or that of a year before
//	Spikes   series that leapt in a period (package trend)
//	Drifts   series that have been growing for a while
//	Repeats  shops with complaints in period after period
//
// Plain counts are store.Counts itself. A question is a store.CountQuery: the
// dimensions name the series, the conditions choose among them. All functions
// take what they ask in and give rows; printing is for others.
package analysis

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"chaping"
	"chaping/store"
	"chaping/trend"
)

// A Mover is a series in a period and in another one before.
type Mover struct {
	Now    store.CountRow `json:"now"`
	Before store.CountRow `json:"before"`
}

// Change is by how many affirming reviews the series has grown beyond what
// the growth of all its reviews lets expect. (A bare difference would put on
// top whatever sells more.)
func (m *Mover) Change() float64 {
	if m.Before.Reviews == 0 || m.Now.Reviews == 0 {
		return float64(m.Now.Affirmed) - float64(m.Before.Affirmed)
	}
	return float64(m.Now.Affirmed) - float64(m.Before.Affirmed)*float64(m.Now.Reviews)/float64(m.Before.Reviews)
}

// Factor is by how much the rate has grown; 0 where there was none before.
func (m *Mover) Factor() float64 {
	if m.Before.Rate() == 0 {
		return 0
	}
	return m.Now.Rate() / m.Before.Rate()
}

// Movers compares the query's periods, First to Last, with as many periods
// before, or with the same ones a year before: those that changed most come
// first, whatever the direction. The query must not be split by time.
func Movers(ctx context.Context, s *store.Store, q store.CountQuery, yearly bool) ([]Mover, error) {
	if err := noTime(q); err != nil {
		return nil, err
	}
	q.Days = nil
	before := q
	if yearly {
		before.First, before.Last = shift(q.First, -12), shift(q.Last, -12)
	} else {
		before.First, before.Last = shift(q.First, -length(q)), q.First.Previous()
	}
	now, err := fill(ctx, s, q)
	if err != nil {
		return nil, err
	}
	then, err := fill(ctx, s, before)
	if err != nil {
		return nil, err
	}
	var list []Mover
	for k := range union(now.rows, then.rows) {
		list = append(list, Mover{Now: now.row(k), Before: then.row(k)})
	}
	slices.SortFunc(list, func(a, b Mover) int {
		x, y := a.Change(), b.Change()
		return cmp.Or(cmp.Compare(max(y, -y), max(x, -x)), slices.Compare(a.Now.Keys, b.Now.Keys))
	})
	return list, nil
}

// A Spike is a series that leapt.
type Spike struct {
	Now    store.CountRow `json:"now"`
	Before trend.Count    `json:"before"`
	trend.Spike
}

// Spikes tests every series of the query's last period against the history
// periods before it, and gives those with Q of at most fdr, least likely
// first. Among them about that share is no rise. First and Days of the query
// are not regarded.
func Spikes(ctx context.Context, s *store.Store, q store.CountQuery, history int, fdr float64) ([]Spike, error) {
	if err := noTime(q); err != nil {
		return nil, err
	}
	q.First, q.Days = q.Last, nil
	past := q
	past.First, past.Last = shift(q.Last, -history), q.Last.Previous()
	now, err := fill(ctx, s, q)
	if err != nil {
		return nil, err
	}
	then, err := fill(ctx, s, past)
	if err != nil {
		return nil, err
	}
	var before []trend.Count
	keys := slices.Sorted(union(now.rows, then.rows))
	for _, k := range keys {
		r := then.row(k)
		before = append(before, trend.Count{Hits: r.Affirmed, Reviews: r.Reviews})
	}
	prior := trend.PriorOf(before)
	list := make([]Spike, len(keys))
	tests := make([]*trend.Spike, len(keys))
	for i, k := range keys {
		r := now.row(k)
		list[i] = Spike{Now: r, Before: before[i], Spike: prior.Exceeds(trend.Count{Hits: r.Affirmed, Reviews: r.Reviews}, before[i])}
		tests[i] = &list[i].Spike
	}
	trend.Adjust(tests)
	list = slices.DeleteFunc(list, func(s Spike) bool { return s.Q > fdr || s.Ratio <= 1 })
	slices.SortStableFunc(list, func(a, b Spike) int { return cmp.Compare(a.Chance, b.Chance) })
	return list, nil
}

// A Drift is a series that has been growing.
type Drift struct {
	Keys   []string       `json:"keys"`
	Series []trend.Count  `json:"series"`
	Since  chaping.Period `json:"since"` // from which on the counts speak for growth
	Sum    float64        `json:"sum"`
}

// Drifts follows every series of the query through its periods, of which the
// first third tells the rate at rest, and gives those that have risen, clearest
// first.
func Drifts(ctx context.Context, s *store.Store, q store.CountQuery) ([]Drift, error) {
	if err := noTime(q); err != nil {
		return nil, err
	}
	q.Days = nil
	n := length(q)
	learn := max(1, n/3)
	series := map[string][]trend.Count{}
	tables := make([]table, n)
	for i := range tables {
		one := q
		one.First = shift(q.First, i)
		one.Last = one.First
		var err error
		if tables[i], err = fill(ctx, s, one); err != nil {
			return nil, err
		}
		for k := range tables[i].rows {
			series[k] = make([]trend.Count, n)
		}
	}
	var rest []trend.Count
	for k, list := range series {
		var sum trend.Count
		for i := range list {
			r := tables[i].row(k)
			list[i] = trend.Count{Hits: r.Affirmed, Reviews: r.Reviews}
			if i < learn {
				sum.Hits += r.Affirmed
				sum.Reviews += r.Reviews
			}
		}
		rest = append(rest, sum)
	}
	prior := trend.PriorOf(rest)
	var list []Drift
	for k, counts := range series {
		if d := prior.DriftOf(counts, learn); d.Rising() {
			list = append(list, Drift{Keys: split(k), Series: counts, Since: shift(q.First, min(d.Since, n-1)), Sum: d.Sum})
		}
	}
	slices.SortFunc(list, func(a, b Drift) int {
		return cmp.Or(cmp.Compare(b.Sum, a.Sum), slices.Compare(a.Keys, b.Keys))
	})
	return list, nil
}

// A Repeat is a shop that has complaints in several periods.
type Repeat struct {
	Shop     string           `json:"shop"`
	Periods  []chaping.Period `json:"periods"` // with negative reviews that affirm a problem
	Negative uint64           `json:"negative"`
	Affirmed uint64           `json:"affirmed"`
	Reviews  uint64           `json:"reviews"` // of those periods
}

// Repeats are the shops with negative reviews that affirm what the query
// selects in at least least of its periods, most periods first. By and Days
// are not regarded.
func Repeats(ctx context.Context, s *store.Store, q store.CountQuery, least int) ([]Repeat, error) {
	q.By, q.Days = []store.Dimension{store.ByShop, store.ByPeriod}, nil
	rows, err := s.Counts(ctx, q)
	if err != nil {
		return nil, err
	}
	shops := map[string]*Repeat{}
	for _, r := range rows {
		if r.Negative == 0 || r.Keys[0] == "" {
			continue
		}
		period, err := chaping.ParsePeriod(r.Keys[1])
		if err != nil {
			return nil, err
		}
		shop := shops[r.Keys[0]]
		if shop == nil {
			shop = &Repeat{Shop: r.Keys[0]}
			shops[r.Keys[0]] = shop
		}
		shop.Periods = append(shop.Periods, period)
		shop.Negative += r.Negative
		shop.Affirmed += r.Affirmed
		shop.Reviews += r.Reviews
	}
	var list []Repeat
	for _, shop := range shops {
		if len(shop.Periods) >= least {
			list = append(list, *shop)
		}
	}
	slices.SortFunc(list, func(a, b Repeat) int {
		return cmp.Or(cmp.Compare(len(b.Periods), len(a.Periods)), cmp.Compare(b.Negative, a.Negative), strings.Compare(a.Shop, b.Shop))
	})
	return list, nil
}

// A table is the answer to a query, by key, that also knows the reviews of
// series without a problem.
type table struct {
	rows  map[string]store.CountRow
	whole map[string]store.CountRow // by the keys that all reviews have
	rest  []int                     // their places
}

// fill asks a query, and for the reviews of series without a problem.
func fill(ctx context.Context, s *store.Store, q store.CountQuery) (table, error) {
	t := table{rows: map[string]store.CountRow{}, whole: map[string]store.CountRow{}}
	rows, err := s.Counts(ctx, q)
	if err != nil {
		return t, err
	}
	for _, r := range rows {
		if r.Affirmed > 0 {
			t.rows[join(r.Keys)] = r
		}
	}
	all := q
	all.By, all.Terms, all.Hazards = nil, nil, nil
	for i, d := range q.By {
		if d != store.ByTerm && d != store.ByHazard {
			t.rest = append(t.rest, i)
			all.By = append(all.By, d)
		}
	}
	if rows, err = s.Counts(ctx, all); err != nil {
		return t, err
	}
	for _, r := range rows {
		t.whole[join(r.Keys)] = r
	}
	return t, nil
}

// row is a series' row; one without a problem has its reviews only.
func (t *table) row(k string) store.CountRow {
	if r, there := t.rows[k]; there {
		return r
	}
	keys := split(k)
	var rest []string
	for _, i := range t.rest {
		rest = append(rest, keys[i])
	}
	r := t.whole[join(rest)]
	return store.CountRow{Keys: keys, Reviews: r.Reviews, AllNeg: r.AllNeg, Defaults: r.Defaults}
}

// union yields the keys of both.
func union(a, b map[string]store.CountRow) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range a {
			if !yield(k) {
				return
			}
		}
		for k := range b {
			if _, twice := a[k]; !twice && !yield(k) {
				return
			}
		}
	}
}

const separator = "\x00"

// join ends every key with a separator, so that no keys and one empty key differ.
func join(keys []string) string {
	var b strings.Builder
	for _, k := range keys {
		b.WriteString(k)
		b.WriteString(separator)
	}
	return b.String()
}

func split(k string) []string {
	keys := strings.Split(k, separator)
	return keys[:len(keys)-1]
}

func noTime(q store.CountQuery) error {
	for _, d := range q.By {
		switch d {
		case store.ByDay, store.ByWeek, store.ByPeriod, store.ByMonth, store.ByYear:
			return &chaping.Error{Code: chaping.CodeUsage, Message: "这里不能再按时间“" + string(d) + "”细分", Remedy: "去掉 --by 里的时间，用 --from、--to 选报送期"}
		}
	}
	return nil
}

// shift is the period n months later.
func shift(p chaping.Period, n int) chaping.Period {
	for ; n > 0; n-- {
		p = p.Next()
	}
	for ; n < 0; n++ {
		p = p.Previous()
	}
	return p
}

// length is how many periods a query has.
func length(q store.CountQuery) int {
	return (q.Last.Year-q.First.Year)*12 + int(q.Last.Month) - int(q.First.Month) + 1
}
