package app

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"chaping"
	"chaping/report"
	"chaping/store"
)

// findingEvidence is how many sentences stand behind a draft.
const findingEvidence = 3

// Findings brings the period up to date and sums its leads up by product
// keyword and hazard, the most urgent first, at most top of them. earlier is
// how many periods before are compared.
func (p *Pipeline) Findings(ctx context.Context, period chaping.Period, earlier, top int) ([]report.Finding, error) {
	return again(p, func() ([]report.Finding, error) { return p.findings(ctx, period, earlier, top) })
}

func (p *Pipeline) findings(ctx context.Context, period chaping.Period, earlier, top int) ([]report.Finding, error) {
	leads, _, err := p.Leads(ctx, period, earlier)
	if err != nil {
		return nil, err
	}
	e, _, err := p.edition(ctx, period, false)
	if err != nil {
		return nil, err
	}
	type key struct {
		keyword string
		hazard  chaping.Hazard
	}
	type sums struct {
		report.Finding
		shops, regions, platforms, terms set
	}
	groups := map[key]*sums{}
	for _, l := range leads {
		keywords := l.Keywords
		if len(keywords) == 0 {
			keywords = []string{""}
		}
		for _, keyword := range keywords {
			k := key{keyword, l.Hazard}
			g := groups[k]
			if g == nil {
				g = &sums{
					Finding: report.Finding{
						Window:  period.Window(),
						Keyword: keyword,
						Hazard:  l.Hazard,
						Periods: earlier,
					},
					shops:     set{},
					regions:   set{},
					platforms: set{},
					terms:     set{},
				}
				groups[k] = g
			}
			c := l.Count
			g.Affirmed += c.Affirmed[0]
			g.Reviews += c.Reviews
			g.Injuries += c.Injuries
			g.Earlier += c.Earlier[0]
			g.EarlierAll += c.EarlierReviews
			g.Products++
			g.Priority = max(g.Priority, l.Priority.Points)
			for level, n := range c.Affirmed {
				if n > 0 {
					g.Severity = max(g.Severity, chaping.Severity(level+1))
				}
			}
			g.shops.add(l.Product.Platform + "\x00" + cmp.Or(l.Product.Shop.ID, l.Product.Shop.Name, l.Product.ID))
			g.regions.add(l.Product.Shop.Region)
			g.platforms.add(l.Product.Platform)
			for _, t := range l.Terms {
				g.terms.add(t)
			}
		}
	}
	var found []report.Finding
	for _, g := range groups {
		g.Shops, g.Regions, g.Platforms, g.Terms = len(
			g.shops,
		), g.regions.sorted(), g.platforms.sorted(), g.terms.sorted()
		found = append(found, g.Finding)
	}
	slices.SortFunc(found, func(a, b report.Finding) int {
		return cmp.Or(
			cmp.Compare(b.Priority, a.Priority),
			cmp.Compare(a.Keyword, b.Keyword),
			cmp.Compare(a.Hazard, b.Hazard),
		)
	})
	if top > 0 && len(found) > top {
		found = found[:top]
	}
	for i := range found {
		if err := p.sentences(ctx, e, &found[i]); err != nil {
			return nil, err
		}
	}
	return found, p.Store.Unchanged(ctx, e)
}

// sentences fills in the sentences behind a finding, of different reviews.
func (p *Pipeline) sentences(ctx context.Context, e store.Edition, f *report.Finding) error {
	seen := map[chaping.ReviewKey]bool{}
	err := p.Store.Evidence(
		ctx,
		e,
		store.TallyFilter{Keywords: []string{f.Keyword}, Terms: f.Terms},
		func(e *chaping.Evidence) error {
			if key := e.Review.Key(); !seen[key] {
				seen[key] = true
				f.Evidence = append(
					f.Evidence,
					e.Review.Published.Format(
						"2006-01-02",
					)+" "+chaping.Excerpt(
						e.Review.Body(),
						e.Mention.Start,
						e.Mention.End,
						40,
					),
				)
			}
			if len(f.Evidence) == findingEvidence {
				return errEnough
			}
			return nil
		},
	)
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// errEnough ends a reading early.
var errEnough = errors.New("enough")

type set map[string]struct{}

func (s set) add(v string) {
	if v != "" {
		s[v] = struct{}{}
	}
}

func (s set) sorted() []string {
	list := make([]string, 0, len(s))
	for v := range s {
		list = append(list, v)
	}
	slices.Sort(list)
	return list
}
