package pipeline

import (
	"context"

	"chaping"
	"chaping/analysis/incident"
	"chaping/store"
)

// Urgent brings the period and as many before it up to date and gives the
// events that the rules suggest for an urgent report. What a person has
// rejected does not count.
func (p *Pipeline) Urgent(ctx context.Context, period chaping.Period, rules *incident.Rules, earlier int) ([]incident.Candidate, error) {
	return again(p, func() ([]incident.Candidate, error) { return p.urgent(ctx, period, rules, earlier) })
}

func (p *Pipeline) urgent(ctx context.Context, period chaping.Period, rules *incident.Rules, earlier int) ([]incident.Candidate, error) {
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
	means, err := p.means(ctx, period, earlier)
	if err != nil {
		return nil, err
	}
	filter := store.TallyFilter{Terms: names}
	products := map[store.ProductKey]chaping.Product{}
	err = p.Store.Tallies(ctx, e, filter, func(t *chaping.Tally) error {
		products[store.ProductKey{Platform: t.Product.Platform, Product: t.Product.ID}] = t.Product
		return nil
	})
	if err != nil {
		return nil, err
	}
	d := rules.NewDetector(period, means)
	err = p.Store.Evidence(ctx, e, filter, func(e *chaping.Evidence) error {
		r := &e.Review
		d.Add(&incident.Report{Keyword: e.Keyword, Term: terms[e.Term], Product: products[store.ProductKey{Platform: r.Platform, Product: r.Product}], Review: r.Key(),
			Date: r.Published, Grade: r.Grade, Sentence: chaping.Excerpt(r.Body(), e.Mention.Start, e.Mention.End, 60)})
		return nil
	})
	if err == nil {
		err = p.Store.Unchanged(ctx, e)
	}
	return d.Candidates(), err
}

// means are, per platform, product and hazard, the reviews a period that
// affirmed it gravely in the periods before; see incident.NewDetector.
func (p *Pipeline) means(ctx context.Context, period chaping.Period, earlier int) (map[[3]string]float64, error) {
	means := map[[3]string]float64{}
	for past := period.Previous(); earlier > 0 && past != shift(period, -earlier-1); past = past.Previous() {
		e, _, err := p.edition(ctx, past, false)
		if err != nil {
			return nil, err
		}
		err = p.Store.ProductReviews(ctx, past.Window(), func(k store.ProductKey, _, _ uint64) error {
			means[[3]string{k.Platform, k.Product}] = 0
			return nil
		})
		if err != nil {
			return nil, err
		}
		err = p.Store.HazardCounts(ctx, e, p.Miner.Dictionary().Terms, func(c *store.HazardCount) error {
			means[[3]string{c.Platform, c.Product, c.Hazard}] += float64(c.Affirmed[graveSeverity-1]) / float64(earlier)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return means, nil
}

// graveSeverity is from which severity on earlier periods are compared.
const graveSeverity = 3

func shift(p chaping.Period, periods int) chaping.Period {
	for ; periods < 0; periods++ {
		p = p.Previous()
	}
	return p
}
