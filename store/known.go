package store

import (
	"context"

	"chaping"
)

// known says which of a product's listings a window goes by, where imports matter
// (see known.sql).
type known struct {
	Runs     bool // reviews of the window may have been imported
	Tables   bool // product tables were imported
	Keys     bool // of some products
	Affirmed bool // of those with affirmed mentions
}

// everyRun is more runs than a store has.
const everyRun = 1 << 20

// known looks at the imports that a window's reviews, and what is said of its
// products, may have come from, and binds them. A window without a beginning is a
// moment: what was said last before it holds.
func (s *Store) known(ctx context.Context, w chaping.Window) (k known, args []any, err error) {
	args = append(windowArgs(w), named("end", w.To.UnixMilli()), named("next", w.To.AddDate(0, 1, 0).UnixMilli()))
	if w.From.IsZero() {
		return k, args, nil
	}
	imports, err := s.Runs(ctx, RunFilter{Stage: StageImport, Limit: everyRun})
	if err != nil {
		return k, nil, err
	}
	var runs []string
	var starts, tables []uint64
	for _, r := range imports {
		if r.Started.Before(w.From) { // it brought no review of the window
			continue
		}
		if _, table := r.Counts["products"]; table {
			tables = append(tables, uint64(r.Started.UnixMilli()))
		} else {
			runs, starts = append(runs, r.ID), append(starts, uint64(r.Started.UnixMilli()))
		}
	}
	k.Runs, k.Tables = len(runs) > 0, len(tables) > 0
	return k, append(args, named("runs", runs), named("starts", starts), named("tables", tables)), nil
}
