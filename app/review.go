package app

import (
	"context"

	"chaping"
	"chaping/store"
)

// A Found is what a person reviews: the affirmed mentions of one term in one
// review, with the judgement that holds.
type Found struct {
	chaping.Evidence // of the first mention
	Judgement        chaping.Judgement
}

// Found brings the period up to date and calls each for every review × term
// that mining found affirmed, once, in the order of the sheet's rows.
func (p *Pipeline) Found(
	ctx context.Context,
	period chaping.Period,
	filter store.TallyFilter,
	each func(*Found) error,
) error {
	edition, _, err := p.edition(ctx, period, false)
	if err != nil {
		return err
	}
	seen := map[chaping.Judged]bool{} // a product under two keywords comes twice
	filter.All = true
	err = p.Store.Evidence(ctx, edition, filter, func(e *chaping.Evidence) error {
		about := chaping.Judged{Review: e.Review.Key(), Term: e.Term}
		if seen[about] {
			return nil
		}
		seen[about] = true
		return each(&Found{*e, p.Judgements[about]})
	})
	if err != nil {
		return err
	}
	return p.Store.Unchanged(ctx, edition)
}
