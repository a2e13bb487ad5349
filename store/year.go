package store

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping"
)

// A YearGroup says by what the tallies of several periods are summed up.
type YearGroup string

// The groups.
const (
	YearByTerm    YearGroup = "term"    // period and term
	YearByProduct YearGroup = "product" // platform and product
)

// A YearSum is what was counted in a group. Only the fields of the group are
// set. A review that affirms two terms counts under each of them, as in the
// rows of sheet B.
type YearSum struct {
	Period   chaping.Period
	Term     string
	Product  chaping.Product // without name, address and price
	Negative uint64          // negative reviews that affirm a term
	Affirmed uint64          // reviews of any grade that do
}

// A YearQuery says what is summed up. Empty lists select all.
type YearQuery struct {
	Editions []Edition // of one dictionary version
	Keywords []string  // product keywords
	Terms    []string
}

func (q *YearQuery) args() []any {
	var periods clickhouse.GroupSet
	var tallies []clickhouse.GroupSet
	for _, e := range q.Editions {
		n := periodNumber(e.Period)
		periods.Value = append(periods.Value, n)
		tallies = append(tallies, clickhouse.GroupSet{Value: []any{n, e.partition(talliesPart)}})
	}
	return []any{
		named("periods", periods),
		named("tallies", tallies),
		named("keywords", set(q.Keywords)),
		named("terms", set(q.Terms)),
	}
}

// Year calls each for every group of the tallies of the periods, by negative
// reviews, then by affirming reviews, most first. The engine does the summing.
// The sum is overwritten by the next one.
func (s *Store) Year(ctx context.Context, q YearQuery, by YearGroup, each func(*YearSum) error) error {
	if len(q.Editions) == 0 {
		return nil
	}
	data := struct {
		YearQuery
		By YearGroup
	}{q, by}
	var y YearSum
	return s.query(ctx, "year", data, q.args(), func(scan func(...any) error) error {
		var period uint32
		p := &y.Product
		if err := scan(&period, &y.Term, &p.Platform, &p.ID, &p.Shop.ID, &p.Shop.Name, &p.Shop.Region, &y.Negative, &y.Affirmed); err != nil {
			return err
		}
		y.Period = numberedPeriod(period)
		return each(&y)
	})
}

// OnSale calls each for every product that a listing has shown since then, as
// it was seen last. The listing is overwritten by the next one.
func (s *Store) OnSale(
	ctx context.Context,
	since time.Time,
	keywords []string,
	each func(*chaping.Listing) error,
) error {
	var l chaping.Listing
	p := &l.Product
	return s.query(
		ctx,
		"on_sale",
		struct{ Keywords []string }{keywords},
		[]any{named("since", since.UnixMilli()), named("keywords", set(keywords))},
		func(scan func(...any) error) error {
			var seen int64
			if err := scan(&p.Platform, &p.ID, &p.Name, &p.URL, &p.Shop.Name, &p.Shop.Region, &seen); err != nil {
				return err
			}
			l.SeenAt = fromMillis(seen)
			return each(&l)
		},
	)
}
