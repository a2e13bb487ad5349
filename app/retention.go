package app

import (
	"cmp"
	"context"
	"time"

	"chaping/crawler/evidence"
)

const day = 24 * time.Hour

// DefaultRetention keeps pages long enough to mine and report a period after
// its end, and those behind severe mentions for as long as a lead may be
// pursued.
func DefaultRetention() evidence.Retention {
	return evidence.Retention{Loose: 62 * day, Pinned: 3 * 365 * day, Bytes: 8 << 30}
}

// retention is how long the pages of a collection are kept here.
func (a *App) retention(ctx context.Context) (evidence.Retention, error) {
	s, err := a.settings(ctx)
	r := DefaultRetention()
	r.Loose, r.Pinned = cmp.Or(
		time.Duration(s.PageDays)*day,
		r.Loose,
	), cmp.Or(
		time.Duration(s.PinnedDays)*day,
		r.Pinned,
	)
	return r, err
}
