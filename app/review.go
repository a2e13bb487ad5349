package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

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

// NamedBy finds what short names of Judged stand for among the period's
// affirmed mentions. A name that none has is an error, and nothing is found.
func (p *Pipeline) NamedBy(ctx context.Context, period chaping.Period, ids []string) ([]chaping.Judged, error) {
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[strings.ToLower(id)] = true
	}
	var list []chaping.Judged
	err := p.Found(ctx, period, store.TallyFilter{}, func(f *Found) error {
		about := chaping.Judged{Review: f.Review.Key(), Term: f.Term}
		if id := about.ID(); wanted[id] {
			delete(wanted, id)
			list = append(list, about)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(wanted)) {
		return nil, &chaping.Error{
			Code:    chaping.CodeInput,
			Message: fmt.Sprintf("报送期 %s 里没有编号 %s 的命中，什么都没有改", period, chaping.Shorten(id, 20)),
			Advice:  chaping.Advice{Code: chaping.AdviceMentions},
		}
	}
	return list, nil
}
