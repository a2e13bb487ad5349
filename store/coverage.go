package store

import (
	"context"

	"chaping"
)

// PutCoverage stores how far products were read.
func (s *Store) PutCoverage(ctx context.Context, covered []chaping.Coverage) error {
	if len(covered) == 0 {
		return nil
	}
	var (
		platform, product, run, missing []string
		from, to, at                    []int64
		version                         []uint64
	)
	for _, c := range covered {
		platform = append(platform, c.Platform)
		product = append(product, c.Product)
		run = append(run, c.Run)
		missing = append(missing, c.Missing)
		from = append(from, c.Window.From.Unix())
		to = append(to, c.Window.To.Unix())
		at = append(at, millis(c.At))
		v := uint64(max(millis(c.At), 0))
		if c.Final {
			v |= 1 << 62
		}
		version = append(version, v)
	}
	return s.insert(ctx, "coverage", "platform, product, window_from, window_to, run, missing, at, version",
		platform, product, from, to, run, missing, at, version)
}

// Gaps are the products of whose reviews in the window some were out of
// reach, as the latest run that read each says, by platform and id. What was
// imported is not among them: nobody knows how complete an export is.
func (s *Store) Gaps(ctx context.Context, w chaping.Window) ([]chaping.Coverage, error) {
	var list []chaping.Coverage
	err := s.query(
		ctx,
		"gaps",
		nil,
		[]any{named("from", w.From.Unix()), named("to", w.To.Unix())},
		func(scan func(...any) error) error {
			c := chaping.Coverage{Window: w}
			var at int64
			if err := scan(&c.Platform, &c.Product, &c.Missing, &c.Run, &at); err != nil {
				return err
			}
			c.At = fromMillis(at)
			list = append(list, c)
			return nil
		},
	)
	return list, err
}
