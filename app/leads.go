package app

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"chaping"
	"chaping/analysis/lead"
	"chaping/store"
)

// A Lead is a product × hazard that the period's reviews affirm.
type Lead struct {
	Product  chaping.Product // only platform and id when it was never listed
	Keywords []string        // product keywords that list it
	Hazard   chaping.Hazard
	Terms    []string // terms of the hazard that are affirmed
	Count    lead.Count
	Priority lead.Priority
}

// Leads brings the period and as many periods before it up to date and gives
// the leads of the period by priority, highest first. The periods before tell
// growth; they are mined with the same dictionary, so that numbers compare.
// Plain quality faults are no leads. Memory grows with products, not reviews.
func (p *Pipeline) Leads(ctx context.Context, period chaping.Period, earlier int) ([]Lead, Mined, error) {
	e, mined, err := p.edition(ctx, period, false)
	if err != nil {
		return nil, mined, err
	}
	type key struct {
		chaping.ProductKey
		hazard chaping.Hazard
	}
	leads := map[key]*Lead{}
	products := map[chaping.ProductKey][]*Lead{}
	terms := slices.DeleteFunc(
		slices.Clone(p.Miner.Dictionary().Terms),
		func(t chaping.Term) bool { return t.Hazard == chaping.HazardQuality },
	)
	err = p.Store.HazardCounts(ctx, e, terms, func(c *store.HazardCount) error {
		k := key{chaping.ProductKey{Platform: c.Platform, Product: c.Product}, c.Hazard}
		l := &Lead{
			Product: chaping.Product{Platform: c.Platform, ID: c.Product},
			Hazard:  c.Hazard,
			Terms:   slices.Clone(c.Terms),
			Count:   lead.Count{Affirmed: c.Affirmed, Injuries: c.Injuries},
		}
		leads[k] = l
		products[k.ProductKey] = append(products[k.ProductKey], l)
		return nil
	})
	if err != nil || len(leads) == 0 {
		return nil, mined, err
	}
	err = p.Store.ProductReviews(ctx, period.Window(), func(k chaping.ProductKey, reviews, _ uint64) error {
		for _, l := range products[k] {
			l.Count.Reviews = reviews
		}
		return nil
	})
	if err != nil {
		return nil, mined, err
	}
	past := period
	for range earlier {
		past = past.Previous()
		if any, err := p.Store.AnyReview(ctx, past.Window()); err != nil {
			return nil, mined, err
		} else if !any {
			continue
		}
		before, _, err := p.edition(ctx, past, false)
		if err != nil {
			return nil, mined, err
		}
		err = p.Store.HazardCounts(ctx, before, terms, func(c *store.HazardCount) error {
			if l := leads[key{chaping.ProductKey{Platform: c.Platform, Product: c.Product}, c.Hazard}]; l != nil {
				for i, n := range c.Affirmed {
					l.Count.Earlier[i] += n
				}
			}
			return nil
		})
		if err != nil {
			return nil, mined, err
		}
		err = p.Store.ProductReviews(ctx, past.Window(), func(k chaping.ProductKey, reviews, _ uint64) error {
			for _, l := range products[k] {
				l.Count.EarlierReviews += reviews
			}
			return nil
		})
		if err != nil {
			return nil, mined, err
		}
	}
	list := make([]Lead, 0, len(leads))
	for _, l := range leads {
		l.Priority = lead.Of(l.Count)
		list = append(list, *l)
	}
	slices.SortFunc(list, func(a, b Lead) int {
		return cmp.Or(
			cmp.Compare(b.Priority.Points, a.Priority.Points),
			strings.Compare(a.Product.Platform, b.Product.Platform),
			strings.Compare(a.Product.ID, b.Product.ID),
			cmp.Compare(a.Hazard, b.Hazard),
		)
	})
	if err := p.nameProducts(ctx, period, list); err != nil {
		return nil, mined, err
	}
	return list, mined, p.Store.Unchanged(ctx, e)
}

// nameProducts fills in what listings say about the products.
func (p *Pipeline) nameProducts(ctx context.Context, period chaping.Period, list []Lead) error {
	var keys []chaping.ProductKey
	for i := range list {
		keys = append(keys, chaping.ProductKey{Platform: list[i].Product.Platform, Product: list[i].Product.ID})
	}
	slices.SortFunc(keys, func(a, b chaping.ProductKey) int {
		return cmp.Or(strings.Compare(a.Platform, b.Platform), strings.Compare(a.Product, b.Product))
	})
	listings, err := p.Store.Products(ctx, period.Window(), slices.Compact(keys))
	if err != nil {
		return err
	}
	for i := range list {
		l := &list[i]
		for _, seen := range listings[chaping.ProductKey{Platform: l.Product.Platform, Product: l.Product.ID}] {
			if len(l.Keywords) == 0 {
				l.Product = seen.Product
			}
			l.Keywords = append(l.Keywords, seen.Keyword)
		}
		slices.Sort(l.Keywords)
	}
	return nil
}
