// Package analysis answers an analyst's questions from the counts that a store
// keeps: what moves, what leaps, what creeps, which shops repeat.
//
//	Counts   how many, by any dimensions; Hidden and Defaults: in another order
//	Movers   a period against the one before, or that of a year before
//	Spikes   series that leapt in a period (package trend)
//	Drifts   series that have been growing for a while
//	Repeats  shops with complaints in period after period
//
// A question is a store.CountQuery: the
// dimensions name the series, the conditions choose among them. All functions
// take what they ask in and give rows; printing is for others.
package analysis

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"chaping"
	"chaping/analysis/trend"
	"chaping/store"
)

// Counts are the query's counts: in the order of time if they are split by it,
// otherwise those with most affirming reviews first.
func Counts(ctx context.Context, s *store.Store, q store.CountQuery) ([]store.CountRow, error) {
	rows, err := s.Counts(ctx, q)
	if err == nil && !slices.ContainsFunc(q.By, store.Dimension.IsTime) {
		slices.SortStableFunc(rows, func(a, b store.CountRow) int { return cmp.Compare(b.Affirmed, a.Affirmed) })
	}
	return rows, err
}

// Hidden are the counts that have hidden complaints, most first: reviews that
// pass for satisfied ones and affirm a problem.
func Hidden(ctx context.Context, s *store.Store, q store.CountQuery) ([]store.CountRow, error) {
	rows, err := s.Counts(ctx, q)
	rows = slices.DeleteFunc(rows, func(r store.CountRow) bool { return r.Hidden == 0 })
	slices.SortStableFunc(rows, func(a, b store.CountRow) int { return cmp.Compare(b.Hidden, a.Hidden) })
	return rows, err
}

// Defaults are the counts with the greatest share of default reviews first.
// These do not depend on terms, and the query must not be split by them.
func Defaults(ctx context.Context, s *store.Store, q store.CountQuery) ([]store.CountRow, error) {
	if slices.Contains(q.By, store.ByTerm) || slices.Contains(q.By, store.ByHazard) {
		return nil, &chaping.Error{
			Code:    chaping.CodeUsage,
			Message: "默认评论与词条、危害类别无关",
			Remedy:  "不按词条、危害类别统计",
		}
	}
	rows, err := s.Counts(ctx, q)
	slices.SortStableFunc(rows, func(a, b store.CountRow) int {
		return cmp.Or(cmp.Compare(b.DefaultRate(), a.DefaultRate()), cmp.Compare(b.Reviews, a.Reviews))
	})
	return rows, err
}

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
	now, before := store.Span{
		First: q.First,
		Last:  q.Last,
	}, store.Span{
		First: shift(q.First, -length(q)),
		Last:  q.First.Previous(),
	}
	if yearly {
		before = store.Span{First: shift(q.First, -12), Last: shift(q.Last, -12)}
	}
	rows, err := s.Compare(ctx, q, now, before)
	if err != nil {
		return nil, err
	}
	list := make([]Mover, len(rows))
	for i, r := range rows {
		list[i] = Mover{Now: r[0], Before: r[1]}
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
	q.Days = nil
	rows, err := s.Compare(
		ctx,
		q,
		store.Span{First: q.Last, Last: q.Last},
		store.Span{First: shift(q.Last, -history), Last: q.Last.Previous()},
	)
	if err != nil {
		return nil, err
	}
	before := make([]trend.Count, len(rows))
	for i, r := range rows {
		before[i] = trend.Count{Hits: r[1].Affirmed, Reviews: r[1].Reviews}
	}
	prior := trend.PriorOf(before)
	list := make([]Spike, len(rows))
	tests := make([]*trend.Spike, len(rows))
	for i, r := range rows {
		now := trend.Count{Hits: r[0].Affirmed, Reviews: r[0].Reviews}
		list[i] = Spike{Now: r[0], Before: before[i], Spike: prior.Exceeds(now, before[i])}
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
	spans := make([]store.Span, n)
	for i := range spans {
		at := shift(q.First, i)
		spans[i] = store.Span{First: at, Last: at}
	}
	rows, err := s.Compare(ctx, q, spans...)
	if err != nil {
		return nil, err
	}
	series := make([][]trend.Count, len(rows))
	rest := make([]trend.Count, len(rows))
	for k, r := range rows {
		series[k] = make([]trend.Count, n)
		for i := range r {
			series[k][i] = trend.Count{Hits: r[i].Affirmed, Reviews: r[i].Reviews}
			if i < learn {
				rest[k].Hits += r[i].Affirmed
				rest[k].Reviews += r[i].Reviews
			}
		}
	}
	prior := trend.PriorOf(rest)
	var list []Drift
	for k, counts := range series {
		if d := prior.DriftOf(counts, learn); d.Rising() {
			list = append(
				list,
				Drift{Keys: rows[k][0].Keys, Series: counts, Since: shift(q.First, min(d.Since, n-1)), Sum: d.Sum},
			)
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
		return cmp.Or(
			cmp.Compare(len(b.Periods), len(a.Periods)),
			cmp.Compare(b.Negative, a.Negative),
			strings.Compare(a.Shop, b.Shop),
		)
	})
	return list, nil
}

func noTime(q store.CountQuery) error {
	for _, d := range q.By {
		if d.IsTime() {
			return &chaping.Error{
				Code:    chaping.CodeUsage,
				Message: "这里不能再按时间“" + string(d) + "”细分",
				Remedy:  "不按时间细分，用起止报送期来选",
			}
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
