package store

import (
	"context"
	"slices"
)

// Unseen are the values of a dimension that the store has never seen, in any period:
// what is counted of them is nothing, and was perhaps misspelt. The dimensions are
// those of columns: ByPlatform, ByKeyword, ByShop, ByProduct and ByRegion.
func (s *Store) Unseen(ctx context.Context, of Dimension, values []string) (unseen []string, err error) {
	unseen = slices.Clone(values)
	look := func(name string) error {
		if len(unseen) == 0 {
			return nil
		}
		return s.query(ctx, name, string(of), []any{named("values", set(unseen))}, func(scan func(...any) error) error {
			var value string
			err := scan(&value)
			unseen = slices.DeleteFunc(unseen, func(v string) bool { return v == value })
			return err
		})
	}
	if err := look("listed"); err != nil || of != ByPlatform && of != ByProduct {
		return unseen, err
	}
	return unseen, look("reviewed") // not all products have a listing
}
