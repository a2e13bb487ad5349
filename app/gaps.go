package app

import (
	"context"
	"slices"

	"chaping"
	"chaping/store"
)

// Gaps are what an answer from the counts of some periods does not say.
type Gaps struct {
	NotMined []chaping.Period // have reviews, but were not mined with the dictionary
	Stale    []chaping.Period // were counted before people judged their mentions last
	// Unfinished words what of these periods is known not to be in the store.
	Unfinished []string
	Running    chaping.Period // goes on; its numbers do not compare with others. Zero: none
}

// Gaps looks for them in the periods of a query.
func (a *App) Gaps(ctx context.Context, q store.CountQuery) (g Gaps, err error) {
	s, err := a.Store(ctx)
	if err != nil {
		return g, err
	}
	counted, err := s.CountedPeriods(ctx, q.Dictionary, q.First, q.Last)
	if err != nil {
		return g, err
	}
	for p := q.First; !q.Last.Before(p); p = p.Next() {
		if p.Running(a.Now()) {
			g.Running = p
		}
		if slices.Contains(counted, p) {
			continue
		}
		reviews, err := s.ReviewsIn(ctx, p.Window())
		if err != nil {
			return g, err
		}
		if reviews > 0 {
			g.NotMined = append(g.NotMined, p)
		}
	}
	lacks, err := a.Unfinished(ctx, q.First)
	if err != nil {
		return g, err
	}
	g.Unfinished = lacks.Lines()
	g.Stale, err = a.staleCounts(ctx, s, q)
	return g, err
}

func (a *App) staleCounts(ctx context.Context, s *store.Store, q store.CountQuery) (stale []chaping.Period, err error) {
	rejected, err := a.Rejected(ctx)
	if err != nil {
		return nil, err
	}
	editions, err := s.Editions(ctx, q.First, q.Last, q.Dictionary)
	if err != nil {
		return nil, err
	}
	for _, e := range editions {
		fits, err := s.Judged(ctx, e, rejected)
		if err != nil {
			return nil, err
		}
		if !fits {
			stale = append(stale, e.Period)
		}
	}
	return stale, nil
}
