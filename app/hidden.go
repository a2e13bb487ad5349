package app

import (
	"cmp"
	"context"
	"slices"

	"chaping"
	"chaping/nlp/polarity"
	"chaping/store"
)

// A HiddenReview is a review that its rating makes a good one, or the platform
// wrote for the buyer, and whose text reads like a complaint.
type HiddenReview struct {
	Review chaping.Review
	Score  float64 // probability that the text is negative
}

// Hidden says what looking for such reviews came to. They are candidates to
// read, not complaints to count: on shopping reviews one text in twenty is
// graded wrongly.
type Hidden struct {
	Reviews uint64         // positive and default reviews that were read
	Found   uint64         // of these, as likely negative as was asked for
	Top     []HiddenReview // the likeliest, in that order
}

// FindHidden reads the window's positive and default reviews and gives the top
// likeliest complaints among those that are so with a probability of at least
// least. Memory does not grow with reviews.
func FindHidden(
	ctx context.Context,
	s *store.Store,
	m *polarity.Model,
	w chaping.Window,
	least float64,
	top int,
) (Hidden, error) {
	var h Hidden
	trim := func() {
		slices.SortFunc(h.Top, func(a, b HiddenReview) int {
			x, y := a.Review.Key(), b.Review.Key()
			return cmp.Or(
				cmp.Compare(b.Score, a.Score),
				cmp.Compare(x.Platform, y.Platform),
				cmp.Compare(x.Product, y.Product),
				cmp.Compare(x.Review, y.Review),
			)
		})
		h.Top = h.Top[:min(top, len(h.Top))]
	}
	err := s.Reviews(ctx, w, func(r *chaping.Review) error {
		text := r.Body()
		switch {
		case r.Default:
			text = r.Appended // the rest is the platform's
		case r.Grade != chaping.Positive:
			return nil
		}
		h.Reviews++
		score := m.Score(text)
		if score < least {
			return nil
		}
		h.Found++
		if h.Top = append(h.Top, HiddenReview{*r, score}); len(h.Top) >= 2*top+100 {
			trim()
		}
		return nil
	})
	trim()
	return h, err
}
