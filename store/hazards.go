package store

import (
	"context"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping"
)

// A HazardCount counts the reviews of one product that affirm one hazard.
type HazardCount struct {
	Platform, Product string
	Hazard            chaping.Hazard
	// Affirmed[s-1] are the distinct reviews that affirm a term of this
	// hazard with severity s or more; a severity of 0 counts as 1.
	Affirmed [4]uint64
	Injuries uint64   // of Affirmed[0], those that also affirm an injury word
	Terms    []string // the terms affirmed, sorted
}

// HazardCounts calls each for every product × hazard that the mentions of an
// edition affirm, by platform, product and hazard. terms say which term
// has which hazard and severity; terms without a hazard are left out. The
// count is overwritten by the next one.
func (s *Store) HazardCounts(
	ctx context.Context,
	e Edition,
	terms []chaping.Term,
	each func(*HazardCount) error,
) error {
	var (
		names               []string
		hazards, severities clickhouse.ArraySet
		nameSet             clickhouse.ArraySet
	)
	for _, t := range terms {
		if t.Hazard != "" {
			names = append(names, t.Name)
			nameSet = append(nameSet, t.Name)
			hazards = append(hazards, string(t.Hazard))
			severities = append(severities, uint8(t.Severity))
		}
	}
	if len(names) == 0 {
		return nil
	}
	args := append(e.args(), named("affirmed", string(chaping.Affirmed)), named("injury", string(chaping.HazardInjury)),
		named("terms", set(names)), named("names", nameSet), named("hazards", hazards), named("severities", severities))
	var c HazardCount
	return s.query(ctx, "hazard_counts", nil, args, func(scan func(...any) error) error {
		a := &c.Affirmed
		if err := scan(&c.Platform, &c.Product, (*string)(&c.Hazard), &a[0], &a[1], &a[2], &a[3], &c.Injuries, &c.Terms); err != nil {
			return err
		}
		slices.Sort(c.Terms)
		return each(&c)
	})
}

// ProductReviews calls each for every product with reviews in the window: how
// many there are, and how many of them are negative.
func (s *Store) ProductReviews(
	ctx context.Context,
	w chaping.Window,
	each func(k chaping.ProductKey, reviews, negative uint64) error,
) error {
	return s.queryIn(ctx, w, "product_reviews", nil, func(scan func(...any) error) error {
		var (
			k                 chaping.ProductKey
			reviews, negative uint64
		)
		if err := scan(&k.Platform, &k.Product, &reviews, &negative); err != nil {
			return err
		}
		return each(k, reviews, negative)
	}, named("negative", uint8(chaping.Negative)))
}

// AnyReview tells whether the store has copies of reviews in the window; where it
// has none, there is nothing to mine there. It reads one row.
func (s *Store) AnyReview(ctx context.Context, w chaping.Window) (there bool, err error) {
	err = s.query(ctx, "any_review", nil, windowArgs(w), func(func(...any) error) error { there = true; return nil })
	return there, err
}

// productChunk is how many products one statement asks for.
const productChunk = 1000

// Products are the listings of the given products, one for each product
// keyword, as the window knows them (see known.sql). A product that was never
// listed has none.
func (s *Store) Products(
	ctx context.Context,
	w chaping.Window,
	keys []chaping.ProductKey,
) (map[chaping.ProductKey][]chaping.Listing, error) {
	found := map[chaping.ProductKey][]chaping.Listing{}
	of, bound, err := s.known(ctx, w)
	if err != nil {
		return nil, err
	}
	of.Keys = true
	for chunk := range slices.Chunk(keys, productChunk) {
		var tuples []clickhouse.GroupSet
		for _, k := range chunk {
			tuples = append(tuples, clickhouse.GroupSet{Value: []any{k.Platform, k.Product}})
		}
		err := s.query(ctx, "products", of, append(bound, named("keys", tuples)), func(scan func(...any) error) error {
			var l chaping.Listing
			p := &l.Product
			if err := scan(&p.Platform, &p.ID, &l.Keyword, &p.Name, &p.URL, &p.Price.Low, &p.Price.High, &p.Shop.ID, &p.Shop.Name, &p.Shop.Region); err != nil {
				return err
			}
			k := chaping.ProductKey{Platform: p.Platform, Product: p.ID}
			found[k] = append(found[k], l)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
