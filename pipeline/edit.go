package pipeline

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
// means may depend on the others in its sentence. It gives the version of that
// dictionary, and none where it cannot be done or would not pay; then it has
// done nothing.
func (p *Pipeline) mineEdit(ctx context.Context, period chaping.Period, valid []store.Run, total uint64, out *Mined) (before string, err error) {
	before, edit, err := p.bestEdit(ctx, period, valid)
	if err != nil || before == "" {
		return "", err
	}
	w, err := p.Store.ReplaceMentions(ctx, period, p.Miner.Version())
	if err != nil {
		return "", err
	}
	if err := w.CarryMentions(ctx, period, before, edit); err != nil {
		return "", err
	}
	err = p.mineReviews(ctx, func(ctx context.Context, each func(*chaping.Review) error) error {
		return p.Store.Affected(ctx, period.Window(), edit, each)
	}, w, total, out)
	if err != nil {
		return "", err
	}
	out.Mined, out.Reviews = out.Reviews, total
	out.Mentions, out.Affirmed, err = p.Store.MentionCounts(ctx, period, p.Miner.Version())
	return before, err
}

// bestEdit chooses, among dictionaries that the period was mined with, the one
// that differs least. It is none when the server cannot search.
func (p *Pipeline) bestEdit(ctx context.Context, period chaping.Period, valid []store.Run) (before string, edit store.Edit, err error) {
	for _, run := range valid {
		d, found, err := p.Store.Dictionary(ctx, run.Dictionary)
		if err != nil {
			return "", edit, err
		}
		if !found || d.Base != p.Miner.Base() || d.Version == p.Miner.Version() {
			continue
		}
		patterns, ok := p.Miner.Affected(d.Terms)
		e := store.Edit{Patterns: patterns, Long: nlp.MaxPiece}
		if !ok || !p.Store.CanSearch(e) || before != "" && len(patterns) >= len(edit.Patterns) {
			continue
		}
		// Mentions that were purged, or not all written, are not carried over.
		if there, _, err := p.Store.MentionCounts(ctx, period, d.Version); err != nil || there != run.Counts["mentions"] {
			if err != nil {
				return "", edit, err
			}
			continue
		}
		before, edit = d.Version, e
	}
	return before, edit, nil
}
