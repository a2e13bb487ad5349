package store

import (
	"context"
	"time"

	"chaping"
)

// ListingHistory is every listing of a product, earliest first.
func (s *Store) ListingHistory(ctx context.Context, k chaping.ProductKey) ([]chaping.Listing, error) {
	var list []chaping.Listing
	err := s.query(
		ctx,
		"listing_history",
		nil,
		[]any{named("platform", k.Platform), named("product", k.Product)},
		func(scan func(...any) error) error {
			l := chaping.Listing{Product: chaping.Product{Platform: k.Platform, ID: k.Product}}
			p := &l.Product
			var seen int64
			err := scan(
				&l.Keyword,
				&p.Name,
				&p.URL,
				&p.Price.Low,
				&p.Price.High,
				&p.Shop.ID,
				&p.Shop.Name,
				&p.Shop.Region,
				&seen,
			)
			l.SeenAt = fromMillis(seen)
			list = append(list, l)
			return err
		},
	)
	return list, err
}

// A DayCount counts the reviews that a product got on a day.
type DayCount struct {
	Day               time.Time
	Reviews, Negative uint64
}

// ReviewDays counts a product's reviews by day of publication.
func (s *Store) ReviewDays(ctx context.Context, k chaping.ProductKey) ([]DayCount, error) {
	var list []DayCount
	args := []any{
		named("platform", k.Platform),
		named("product", k.Product),
		named("negative", uint8(chaping.Negative)),
	}
	err := s.query(ctx, "review_days", nil, args, func(scan func(...any) error) error {
		var d DayCount
		err := scan(&d.Day, &d.Reviews, &d.Negative)
		d.Day = d.Day.In(chaping.Shanghai())
		list = append(list, d)
		return err
	})
	return list, err
}

// platformTables are the tables that hold what a platform brought.
var platformTables = []string{"reviews", "listings", "coverage", "superseded", "media"}

// RemovePlatform deletes everything that came from a platform: a sample that
// is no longer wanted. What was mined of the periods in which the platform has
// reviews goes as a whole, and comes again when they are mined. It returns
// when all is gone. Killed half-way it is run again.
func (s *Store) RemovePlatform(ctx context.Context, platform string) error {
	if err := s.canMaintain(); err != nil {
		return err
	}
	var periods []chaping.Period
	err := s.query(
		ctx,
		"platform_periods",
		nil,
		[]any{named("platform", platform)},
		func(scan func(...any) error) error {
			var n uint32
			err := scan(&n)
			periods = append(periods, numberedPeriod(n))
			return err
		},
	)
	if err != nil {
		return err
	}
	return s.removing(ctx, chaping.Period{}, func(ctx context.Context) error {
		for _, table := range platformTables {
			err := s.execShards(ctx, "remove_platform", map[string]string{"Table": table}, named("platform", platform))
			if err != nil {
				return err
			}
		}
		for _, p := range periods {
			if err := s.forget(ctx, p, "", "", nil); err != nil {
				return err
			}
		}
		return s.mutated(ctx)
	})
}

// forget drops all editions of a period, see Editing.Forget, and partitions of a
// table that no edition knows.
func (s *Store) forget(ctx context.Context, p chaping.Period, dictionary, table string, partitions []string) error {
	ctx, e, err := s.Edit(ctx, p, nil)
	if err != nil {
		return err
	}
	defer e.Close()
	if err := e.Forget(ctx, dictionary); err != nil {
		return err
	}
	for _, partition := range partitions {
		if err := s.execShards(ctx, "drop_partition", table, named("period", periodNumber(p)), named("partition", partition)); err != nil {
			return err
		}
	}
	return nil
}

// mutated waits until all of a platform's rows are gone.
func (s *Store) mutated(ctx context.Context) error {
	for {
		var open uint64
		err := s.query(
			ctx,
			"mutations",
			nil,
			[]any{named("tables", set(platformTables))},
			func(scan func(...any) error) error { return scan(&open) },
		)
		if err != nil || open == 0 {
			return err
		}
		select { // the server does not tell when it has done
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// NamedProducts are the products of a platform whose ID is their name, each with
// the shops that it was listed in.
func (s *Store) NamedProducts(ctx context.Context, platform string) (map[string][]string, error) {
	list := map[string][]string{}
	err := s.query(ctx, "named_products", nil, []any{named("platform", platform)},
		func(scan func(...any) error) error {
			var product string
			var shops []string
			err := scan(&product, &shops)
			list[product] = shops
			return err
		})
	return list, err
}

// ListedAt are the products of a platform that were listed at a moment, which is that
// of one import: their IDs, names and shops.
func (s *Store) ListedAt(ctx context.Context, platform string, at time.Time) (list []chaping.Product, err error) {
	err = s.query(ctx, "listed_at", nil, []any{named("platform", platform), named("seen", at.UnixMilli())},
		func(scan func(...any) error) error {
			p := chaping.Product{Platform: platform}
			err := scan(&p.ID, &p.Name, &p.Shop.Name)
			list = append(list, p)
			return err
		})
	return list, err
}

// ShopsOf are the products of a platform, each with the shop that it was listed in
// last: all of them, or those of which several shops have one number.
func (s *Store) ShopsOf(ctx context.Context, platform string, all bool) (map[string]string, error) {
	list := map[string]string{}
	err := s.query(ctx, "shared_ids", struct{ All bool }{all}, []any{named("platform", platform)},
		func(scan func(...any) error) error {
			var product, shop string
			err := scan(&product, &shop)
			list[product] = shop
			return err
		})
	return list, err
}

// ProductNames calls each for every product that was ever listed: with the
// product keywords that list it, and what it is called as the window knows it (see
// known.sql). The slice is overwritten by the next call.
func (s *Store) ProductNames(
	ctx context.Context,
	w chaping.Window,
	each func(k chaping.ProductKey, keywords []string, name string) error,
) error {
	var k chaping.ProductKey
	var keywords []string
	var name string
	of, args, err := s.known(ctx, w)
	if err != nil {
		return err
	}
	return s.query(ctx, "product_names", of, args, func(scan func(...any) error) error {
		if err := scan(&k.Platform, &k.Product, &keywords, &name); err != nil {
			return err
		}
		return each(k, keywords, name)
	})
}
