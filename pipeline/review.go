package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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

// ID is a short name for a review and a term, the same with every dictionary.
func (j Judged) ID() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{j.Review.Platform, j.Review.Product, j.Review.Review, j.Term}, "\x00")))
	return hex.EncodeToString(sum[:6])
}

// Found brings the period up to date and calls each for every review × term
// that mining found affirmed, once, in the order of the sheet's rows.
func (p *Pipeline) Found(ctx context.Context, period chaping.Period, filter store.TallyFilter, each func(*Found) error) error {
	edition, _, err := p.edition(ctx, period, false)
	if err != nil {
		return err
	}
	seen := map[Judged]bool{} // a product under two keywords comes twice
	err = p.Store.Evidence(ctx, edition, filter, func(e *chaping.Evidence) error {
		about := Judged{e.Review.Key(), e.Term}
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
