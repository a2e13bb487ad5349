package store

import (
	"context"
	"slices"
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

// A RejectedTerm is a review that a person does not count for a term.
type RejectedTerm struct {
	Review chaping.ReviewKey
	Term   string
}

// A YearQuery says what is summed up. Empty lists select all.
type YearQuery struct {
	Editions []Edition // of one dictionary version
	Keywords []string  // product keywords
	Terms    []string
	Rejected *Rejections // of the same editions; nil: none
}

func (q *YearQuery) args() []any {
	var periods clickhouse.GroupSet
	var mentions, tallies []clickhouse.GroupSet
	for _, e := range q.Editions {
		n := periodNumber(e.Period)
		periods.Value = append(periods.Value, n)
		mentions = append(mentions, clickhouse.GroupSet{Value: []any{n, e.partition(mentionsPart)}})
		tallies = append(tallies, clickhouse.GroupSet{Value: []any{n, e.partition(talliesPart)}})
	}
	return []any{named("periods", periods), named("mentions", mentions), named("tallies", tallies), named("keywords", set(q.Keywords)), named("terms", set(q.Terms))}
}

// Rejections are rejected reviews, counted where the tallies count them.
type Rejections struct{ places, negatives, affirmings clickhouse.ArraySet }

// Rejections looks up where the tallies of the periods count the reviews that
// people have rejected.
func (s *Store) Rejections(ctx context.Context, q YearQuery, rejected []RejectedTerm) (*Rejections, error) {
	found := &Rejections{}
	for chunk := range slices.Chunk(rejected, productChunk) {
		var keys []clickhouse.GroupSet
		for _, r := range chunk {
			keys = append(keys, clickhouse.GroupSet{Value: []any{r.Review.Platform, r.Review.Product, r.Review.Review, r.Term}})
		}
		args := append(q.args(), named("affirmed", string(chaping.Affirmed)), named("negative", uint8(chaping.Negative)), named("keys", keys))
		err := s.query(ctx, "year_rejected", nil, args, func(scan func(...any) error) error {
			var place, negative, affirmed uint64
			if err := scan(&place, &negative, &affirmed); err != nil {
				return err
			}
			// A tally whose rejections lie in two chunks stands here twice.
			if i := slices.Index(found.places, any(place)); i >= 0 {
				found.negatives[i] = found.negatives[i].(uint64) + negative
				found.affirmings[i] = found.affirmings[i].(uint64) + affirmed
				return nil
			}
			found.places, found.negatives, found.affirmings = append(found.places, place), append(found.negatives, negative), append(found.affirmings, affirmed)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Year calls each for every group of the tallies of the periods, by negative
// reviews, then by affirming reviews, most first. The engine does the summing.
// The sum is overwritten by the next one.
func (s *Store) Year(ctx context.Context, q YearQuery, by YearGroup, each func(*YearSum) error) error {
	if len(q.Editions) == 0 {
		return nil
	}
	args := q.args()
	rejected := q.Rejected != nil && len(q.Rejected.places) > 0
	if rejected {
		args = append(args, named("places", q.Rejected.places), named("negatives", q.Rejected.negatives), named("affirmings", q.Rejected.affirmings))
	}
	data := struct {
		YearQuery
		By       YearGroup
		Rejected bool
	}{q, by, rejected}
	var y YearSum
	return s.query(ctx, "year", data, args, func(scan func(...any) error) error {
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
func (s *Store) OnSale(ctx context.Context, since time.Time, keywords []string, each func(*chaping.Listing) error) error {
	var l chaping.Listing
	p := &l.Product
	return s.query(ctx, "on_sale", struct{ Keywords []string }{keywords}, []any{named("since", since.UnixMilli()), named("keywords", set(keywords))}, func(scan func(...any) error) error {
		var seen int64
		if err := scan(&p.Platform, &p.ID, &p.Name, &p.URL, &p.Shop.Name, &p.Shop.Region, &seen); err != nil {
			return err
		}
		l.SeenAt = fromMillis(seen)
		return each(&l)
	})
}
