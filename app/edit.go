package app

import (
	"context"

	"chaping"
	"chaping/nlp"
	"chaping/store"
)

// mineEdit mines a period whose mentions by another dictionary are at hand,
// and differs from mining everything only in what it costs:
//
//	terms before ┐
//	terms now    ┴▶ patterns ─▶ engine searches the texts ─▶ candidates ─▶ mined in full
//	                                                └──────▶ all others: mentions carried over
//
// Whole reviews are mined or carried over, never single terms: what one term
// means may depend on the others in its sentence. It gives the edition by that
// dictionary, and none where it cannot be done or would not pay; then it has
// done nothing.
func (p *Pipeline) mineEdit(
	ctx context.Context,
	period chaping.Period,
	w *store.MentionWriter,
	from mineFrom,
	out *Mined,
) (store.Edition, error) {
	before, edit, err := p.bestEdit(ctx, period, from)
	if err != nil || !before.Mined() {
		return before, err
	}
	if err := w.CarryMentions(ctx, before, edit); err != nil {
		return before, err
	}
	err = p.mineReviews(ctx, func(ctx context.Context, each func(*chaping.Review) error) error {
		return p.Store.Affected(ctx, period.Window(), edit, each)
	}, w, from, out)
	out.Mined = out.Reviews
	return before, err
}

// bestEdit chooses, among dictionaries with which the window was mined as it is
// now and its products were taken for the same goods, the one that differs least. It is none when the server cannot search.
func (p *Pipeline) bestEdit(
	ctx context.Context,
	period chaping.Period,
	from mineFrom,
) (before store.Edition, edit store.Edit, err error) {
	editions, err := p.Store.Editions(ctx, period, period, "")
	if err != nil {
		return before, edit, err
	}
	for _, e := range editions {
		if e.Dictionary == p.Miner.Version() || !store.SameState(e.State, from.state) || e.Goods() != from.goods.state {
			continue
		}
		d, found, err := p.Store.Dictionary(ctx, e.Dictionary)
		if err != nil {
			return before, edit, err
		}
		if !found || d.Base != p.Miner.Base() {
			continue
		}
		patterns, ok := p.Miner.Affected(d.Terms)
		search := store.Edit{Patterns: patterns, Long: nlp.MaxPiece}
		if !ok || !p.Store.CanSearch(search) || before.Mined() && len(patterns) >= len(edit.Patterns) {
			continue
		}
		// Mentions that are not all there are not carried over.
		if there, _, err := p.Store.MentionCounts(ctx, e); err != nil || there != e.Mentions {
			if err != nil {
				return before, edit, err
			}
			continue
		}
		before, edit = e, search
	}
	return before, edit, nil
}
