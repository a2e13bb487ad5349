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

// ForeignTexts counts the reviews of a window that are not written in Chinese: of
// those the dictionary finds nothing.
func (s *Store) ForeignTexts(ctx context.Context, w chaping.Window) (n uint64, err error) {
	err = s.queryIn(ctx, w, "foreign_texts", nil, func(scan func(...any) error) error { return scan(&n) },
		named("letters", chaping.ForeignLetters), named("han", chaping.HanCharacter), named("kana", chaping.ForeignKana))
	return n, err
}
