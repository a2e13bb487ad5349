package store

import (
	"context"

	"chaping"
)

// A GradedBy says that reviews of a platform were graded by a rule, as
// chaping.Review.Rule holds it.
type GradedBy struct {
	Platform, Rule string
}

// Rules are the rules that graded the reviews of a window.
func (s *Store) Rules(ctx context.Context, w chaping.Window) ([]GradedBy, error) {
	var list []GradedBy
	err := s.queryIn(ctx, w, "rules", nil, func(scan func(...any) error) error {
		var g GradedBy
		if err := scan(&g.Platform, &g.Rule); err != nil {
			return err
		}
		list = append(list, g)
		return nil
	})
	return list, err
}
