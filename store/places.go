package store

import (
	"context"
	"slices"

	"chaping"
)

// Provinces and districts are no columns: they are read of the regions that
// companies write, and counts by region are added up. That is exact, because a
// product has one region, that of its latest listing.

// folds tells whether keys are made of columns after they were counted.
func (c *counting) folds() bool {
	return slices.ContainsFunc(c.Columns, func(column countColumn) bool { return column.of != nil })
}

// A folding adds rows up whose columns make the same keys.
type folding struct {
	columns []countColumn
	at      map[string]int // places in lists, by their keys
	lists   [][]CountRow   // a row a span
}

func (f *folding) add(list []CountRow) {
	keys := list[0].Keys
	for i, column := range f.columns {
		if column.of != nil {
			keys[i] = column.of(keys[i])
		}
	}
	joined := joinKeys(keys)
	at, known := f.at[joined]
	if !known {
		f.at[joined] = len(f.lists)
		f.lists = append(f.lists, list)
		return
	}
	for i := range list {
		to, r := &f.lists[at][i], &list[i]
		to.Affirmed += r.Affirmed
		to.Negative += r.Negative
		to.Hidden += r.Hidden
		to.Reviews += r.Reviews
		to.AllNeg += r.AllNeg
		to.Defaults += r.Defaults
	}
}

// nowhere is a region that no company has: an empty list would mean all.
const nowhere = "\x00"

// placeRegions makes conditions on provinces and districts one on regions.
func (s *Store) placeRegions(ctx context.Context, q *CountQuery) error {
	if len(q.Provinces)+len(q.Districts) == 0 {
		return nil
	}
	var list []string
	err := s.query(ctx, "regions", nil, nil, func(scan func(...any) error) error {
		var region string
		if err := scan(&region); err != nil {
			return err
		}
		if len(q.Regions) > 0 && !slices.Contains(q.Regions, region) ||
			len(q.Provinces) > 0 && !slices.Contains(q.Provinces, chaping.ProvinceOf(region)) ||
			len(q.Districts) > 0 && !slices.Contains(q.Districts, chaping.DistrictOf(region)) {
			return nil
		}
		list = append(list, region)
		return nil
	})
	if list == nil {
		list = []string{nowhere}
	}
	q.Regions, q.Provinces, q.Districts = list, nil, nil
	return err
}
