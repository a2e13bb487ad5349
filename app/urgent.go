package app

import (
	"context"

	"chaping"
	"chaping/analysis/incident"
	"chaping/store"
)

// Urgent brings the period and as many before it up to date and gives the
// events that the rules suggest for an urgent report. What a person has
// rejected does not count.
func (p *Pipeline) Urgent(
	ctx context.Context,
	period chaping.Period,
	rules *incident.Rules,
	earlier int,
) ([]incident.Candidate, error) {
	return again(p, func() ([]incident.Candidate, error) { return p.urgent(ctx, period, rules, earlier) })
}

func (p *Pipeline) urgent(
	ctx context.Context,
	period chaping.Period,
	rules *incident.Rules,
	earlier int,
) ([]incident.Candidate, error) {
	e, _, err := p.edition(ctx, period, false)
	if err != nil {
		return nil, err
	}
	var names []string
	terms := map[string]chaping.Term{}
	for _, t := range p.Miner.Dictionary().Terms {
		if rules.Concerns(t) {
			names, terms[t.Name] = append(names, t.Name), t
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	before, err := p.earlier(ctx, period, rules, earlier)
	if err != nil {
		return nil, err
	}
	filter := store.TallyFilter{Terms: names}
	products := map[chaping.ProductKey]chaping.Product{}
	err = p.Store.Tallies(ctx, e, filter, func(t *chaping.Tally) error {
		products[chaping.ProductKey{Platform: t.Product.Platform, Product: t.Product.ID}] = t.Product
		return nil
	})
	if err != nil {
		return nil, err
	}
	d := rules.NewDetector(period, before)
	err = p.Store.Evidence(ctx, e, filter, func(e *chaping.Evidence) error {
		r := &e.Review
		d.Add(
			&incident.Report{
				Keyword:  e.Keyword,
				Term:     terms[e.Term],
				Product:  products[chaping.ProductKey{Platform: r.Platform, Product: r.Product}],
				Review:   r.Key(),
				Date:     r.Published,
				Grade:    r.Grade,
				Sentence: chaping.Excerpt(r.Body(), e.Mention.Start, e.Mention.End, 60),
			},
		)
		return nil
	})
	if err == nil {
		err = p.Store.Unchanged(ctx, e)
	}
	return d.Candidates(), err
}

// earlier is what the rules compare with: as many periods before. Every rule
// with a ratio counts its own terms, as it does in the period itself.
func (p *Pipeline) earlier(
	ctx context.Context,
	period chaping.Period,
	rules *incident.Rules,
	periods int,
) (incident.Earlier, error) {
	found := incident.Earlier{Products: map[[2]string]bool{}, Means: map[incident.Baseline]float64{}}
	for past := period.Previous(); periods > 0 && past != shift(period, -periods-1); past = past.Previous() {
		if any, err := p.Store.AnyReview(ctx, past.Window()); err != nil {
			return found, err
		} else if !any {
			continue
		}
		e, _, err := p.edition(ctx, past, false)
		if err != nil {
			return found, err
		}
		err = p.Store.ProductReviews(ctx, past.Window(), func(k chaping.ProductKey, _, _ uint64) error {
			found.Products[[2]string{k.Platform, k.Product}] = true
			return nil
		})
		if err != nil {
			return found, err
		}
		for _, rule := range rules.Rules {
			if rule.Ratio == 0 {
				continue
			}
			var terms []chaping.Term
			for _, t := range p.Miner.Dictionary().Terms {
				if rule.Concerns(t) {
					terms = append(terms, t)
				}
			}
			err = p.Store.HazardCounts(ctx, e, terms, func(c *store.HazardCount) error {
				found.Means[incident.Baseline{Rule: rule.ID, Platform: c.Platform, Product: c.Product, Hazard: c.Hazard}] += float64(
					c.Affirmed[0],
				) / float64(
					periods,
				)
				return nil
			})
			if err != nil {
				return found, err
			}
		}
	}
	return found, nil
}

func shift(p chaping.Period, periods int) chaping.Period {
	for ; periods < 0; periods++ {
		p = p.Previous()
	}
	return p
}
