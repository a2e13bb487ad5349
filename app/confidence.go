package app

import (
	"context"
	"math"

	"chaping"
	"chaping/nlp"
)

// Confidence gives for pieces of evidence of a period how sure the program is of
// them: what is near zero is doubtful and worth a person's look first; +Inf where
// a cue decides. Asking mines the review again.
func (a *App) Confidence(
	ctx context.Context,
	m *nlp.Miner,
	period chaping.Period,
) (func(e *chaping.Evidence) float32, error) {
	s, err := a.Store(ctx)
	if err != nil {
		return nil, err
	}
	g, err := readGoods(ctx, s, m, period.Window())
	return func(e *chaping.Evidence) float32 {
		of := g.at(chaping.ProductKey{Platform: e.Review.Platform, Product: e.Review.Product})
		sure, _, known := m.Confidence(e.Review.Body(), of, e.Term)
		if !known {
			return float32(math.Inf(1))
		}
		return sure
	}, err
}
