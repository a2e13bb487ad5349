package app

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"chaping"
	"chaping/report"
	"chaping/station"
	"chaping/store"
)

// severeProducts is how many products with severe complaints are named.
const severeProducts = 10

// An AnnualRequest asks for the report of a year.
type AnnualRequest struct {
	Year     int
	Products []string            // product keywords that it is about; empty: all
	Lists    []report.AnnualList // of inspections, recalls and the like, that were read
	Station  int64               // whose filings it sums up; 0: those of all stations
	Name     string              // of the station that reports; empty: the installation's own
}

// AnnualReport is the report of a year but for its texts: what the reviews
// say, which products of the lists are still on sale, and what was handed in.
func (a *App) AnnualReport(ctx context.Context, pipe *Pipeline, r AnnualRequest) (*report.Annual, error) {
	annual, err := pipe.Annual(ctx, r.Year, r.Products)
	if err != nil {
		return nil, err
	}
	annual.Lists, annual.Station = r.Lists, r.Name
	if err := pipe.CrossMatch(ctx, annual); err != nil {
		return nil, err
	}
	return annual, a.HandedIn(ctx, annual, r.Station)
}

// HandedIn adds to a report what a station handed in during its year, and the
// important risks that it reported or confirmed; station 0 stands for all. A
// report that names no station becomes that of the installation's own.
func (a *App) HandedIn(ctx context.Context, r *report.Annual, of int64) error {
	d, err := a.Station(ctx)
	if err != nil {
		return err
	}
	home, _, err := d.Home(ctx)
	if err != nil {
		return err
	}
	r.Station = cmp.Or(r.Station, home.Name)
	for _, p := range report.AnnualPeriods(r.Year) {
		entries, err := submittedEntries(ctx, d, p, of)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if report.Concerns(e.Product, r.Products) {
				e.Classify()
				r.Entries = append(r.Entries, e)
			}
		}
	}
	r.Given = len(r.Entries)
	r.Entries = report.Merge(r.Entries)
	urgents, err := d.Urgents(ctx, station.UrgentConfirmed)
	if err != nil {
		return err
	}
	for _, u := range urgents {
		x, err := CandidateOf(u)
		if err != nil {
			return err
		}
		from := cmp.Or(u.Station, home.ID) // 0: the program suggested it here
		raised := u.Raised.In(chaping.Shanghai())
		if of != 0 && from != of || raised.Year() != r.Year || !report.Concerns(x.Keyword, r.Products) {
			continue
		}
		r.Urgent = append(r.Urgent, report.AnnualUrgent{
			Raised:  raised.Format(time.DateOnly),
			Subject: strings.TrimSpace(x.Keyword + " " + x.Name),
			Reason:  u.Reason,
		})
	}
	return nil
}

// Annual brings the periods of a year and of the year before up to date and
// sums them up. Both years are mined with the same dictionary, so that they
// compare. The sums are the engine's; what comes here is a row a term and
// period, and a row a product. keywords are product keywords, empty for all.
func (p *Pipeline) Annual(ctx context.Context, year int, keywords []string) (*report.Annual, error) {
	return again(p, func() (*report.Annual, error) { return p.annual(ctx, year, keywords) })
}

// empty tells whether a period that nobody has mined has no reviews: most of a new
// station's first year and all of the year before, and there is nothing to make of
// them.
func (p *Pipeline) empty(ctx context.Context, period chaping.Period) (bool, error) {
	e, err := p.Store.Edition(ctx, period, p.Miner.Version())
	if err != nil || e.Mined() {
		return false, err
	}
	n, err := p.Store.ReviewsIn(ctx, period.Window())
	return n == 0, err
}

func (p *Pipeline) annual(ctx context.Context, year int, keywords []string) (*report.Annual, error) {
	a := &report.Annual{Year: year, Products: keywords, Dictionary: p.Miner.Version()}
	var this, before []store.Edition
	known := map[chaping.Period]uint64{}
	for _, past := range []int{0, 1} {
		for _, period := range report.AnnualPeriods(year - past) {
			if period.Window().From.After(p.Now()) {
				continue
			}
			empty, err := p.empty(ctx, period)
			if err != nil {
				return nil, err
			}
			if empty {
				continue
			}
			e, mined, err := p.edition(ctx, period, false)
			if err != nil {
				return nil, err
			}
			if mined.Reviews == 0 {
				continue
			}
			known[period] = mined.Reviews
			if past == 0 {
				this = append(this, e)
			} else {
				before = append(before, e)
			}
		}
	}
	for _, period := range report.AnnualPeriods(year) {
		w, earlier := period.Window(), chaping.Period{Year: year - 1, Month: period.Month}
		a.Periods = append(
			a.Periods,
			report.AnnualPeriod{
				Period:        period.String(),
				Reviews:       known[period],
				Known:         known[period] > 0,
				Begun:         !w.From.After(p.Now()),
				Ended:         !w.To.After(p.Now()),
				BeforeReviews: known[earlier],
				KnownBefore:   known[earlier] > 0,
			},
		)
	}
	query := store.YearQuery{Editions: slices.Concat(this, before), Keywords: keywords}
	if err := p.annualTerms(ctx, a, query); err != nil {
		return nil, err
	}
	query.Editions = this
	if err := p.annualPlaces(ctx, a, query); err != nil {
		return nil, err
	}
	for _, t := range p.Miner.Dictionary().Terms {
		if t.Severity >= chaping.Severe {
			query.Terms = append(query.Terms, t.Name)
		}
	}
	if err := p.annualSevere(ctx, a, query); err != nil {
		return nil, err
	}
	return a, p.Store.Unchanged(ctx, slices.Concat(this, before)...)
}

// annualTerms sums up by period and term.
func (p *Pipeline) annualTerms(ctx context.Context, a *report.Annual, q store.YearQuery) error {
	terms := map[string]*report.AnnualTerm{}
	for _, t := range p.Miner.Dictionary().Terms {
		terms[t.Name] = &report.AnnualTerm{
			Term:       t.Name,
			Hazard:     t.Hazard,
			HazardName: cmp.Or(t.Hazard.Chinese(), "未分类"),
			Severity:   t.Severity,
		}
	}
	err := p.Store.Year(ctx, q, store.YearByTerm, func(y *store.YearSum) error {
		t := terms[y.Term]
		i := slices.IndexFunc(a.Periods, func(period report.AnnualPeriod) bool {
			return period.Period == y.Period.String() ||
				period.Period == (chaping.Period{Year: y.Period.Year + 1, Month: y.Period.Month}).String()
		})
		if t == nil || i < 0 { // a month of the year before that this year's first period holds
			return nil
		}
		period := &a.Periods[i]
		comparable := period.Known && period.KnownBefore && period.Ended
		if y.Period.Year == a.Year {
			period.Negative += y.Negative
			period.Affirmed += y.Affirmed
			t.Negative += y.Negative
			t.Affirmed += y.Affirmed
			if comparable {
				t.Compared += y.Negative
			}
			return nil
		}
		period.Before += y.Negative
		period.BeforeAffirmed += y.Affirmed
		if comparable {
			t.Before += y.Negative
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, t := range terms {
		if t.Affirmed > 0 || t.Before > 0 {
			a.Terms = append(a.Terms, *t)
		}
	}
	slices.SortFunc(a.Terms, func(x, y report.AnnualTerm) int {
		return cmp.Or(
			cmp.Compare(y.Negative, x.Negative),
			cmp.Compare(y.Affirmed, x.Affirmed),
			cmp.Compare(x.Term, y.Term),
		)
	})
	return nil
}

// annualPlaces sums products up by region and shop.
func (p *Pipeline) annualPlaces(ctx context.Context, a *report.Annual, q store.YearQuery) error {
	regions, shops := map[string]*report.AnnualCount{}, map[[2]string]*report.AnnualCount{}
	err := p.Store.Year(ctx, q, store.YearByProduct, func(y *store.YearSum) error {
		a.Items++
		shop := y.Product.Shop
		key := [2]string{y.Product.Platform, cmp.Or(shop.ID, shop.Name)}
		if key[1] == "" { // never listed: nobody knows whose it is
			key[0] = ""
		}
		if regions[shop.Region] == nil {
			regions[shop.Region] = &report.AnnualCount{Name: shop.Region}
		}
		if shops[key] == nil {
			shops[key] = &report.AnnualCount{Name: cmp.Or(shop.Name, shop.ID)}
		}
		for _, c := range []*report.AnnualCount{regions[shop.Region], shops[key]} {
			c.Negative += y.Negative
			c.Affirmed += y.Affirmed
			c.Products++
		}
		return nil
	})
	a.Regions, a.Shops = counts(regions), counts(shops)
	return err
}

func counts[K comparable](m map[K]*report.AnnualCount) []report.AnnualCount {
	list := make([]report.AnnualCount, 0, len(m))
	for _, c := range m {
		list = append(list, *c)
	}
	slices.SortFunc(list, func(x, y report.AnnualCount) int {
		return cmp.Or(
			cmp.Compare(y.Negative, x.Negative),
			cmp.Compare(y.Affirmed, x.Affirmed),
			cmp.Compare(y.Products, x.Products),
			cmp.Compare(x.Name, y.Name),
		)
	})
	return list
}

// annualSevere names the products with most complaints of the query's terms.
func (p *Pipeline) annualSevere(ctx context.Context, a *report.Annual, q store.YearQuery) error {
	if len(q.Editions) == 0 || len(q.Terms) == 0 {
		return nil
	}
	var sums []store.YearSum
	var keys []chaping.ProductKey
	err := p.Store.Year(ctx, q, store.YearByProduct, func(y *store.YearSum) error {
		if len(sums) < severeProducts && y.Negative > 0 {
			sums, keys = append(
				sums,
				*y,
			), append(
				keys,
				chaping.ProductKey{Platform: y.Product.Platform, Product: y.Product.ID},
			)
		}
		return nil
	})
	if err != nil || len(keys) == 0 {
		return err
	}
	listings, err := p.Store.Products(ctx, q.Editions[len(q.Editions)-1].Period.Window(), keys)
	if err != nil {
		return err
	}
	for i, y := range sums {
		s := report.AnnualProduct{
			Name:     y.Product.ID,
			Shop:     y.Product.Shop.Name,
			Region:   y.Product.Shop.Region,
			Negative: y.Negative,
			Affirmed: y.Affirmed,
		}
		if l := listings[keys[i]]; len(l) > 0 {
			s.Name, s.URL = cmp.Or(l[0].Product.Name, s.Name), l[0].Product.URL
		}
		a.Severe = append(a.Severe, s)
	}
	return nil
}

// onSaleFor is how long before the end of the year, or before now, a listing
// counts as still on sale.
const onSaleFor = 92 * 24 * time.Hour

// CrossMatch looks for the failed and recalled products of the report's lists
// among the listings of the year's last three months.
func (p *Pipeline) CrossMatch(ctx context.Context, a *report.Annual) error {
	m := newMatcher(a.Lists)
	if len(m.records) == 0 {
		return nil
	}
	end := time.Date(a.Year+1, time.January, 1, 0, 0, 0, 0, chaping.Shanghai())
	if now := p.Now(); now.Before(end) {
		end = now
	}
	err := p.Store.OnSale(ctx, end.Add(-onSaleFor), a.Products, func(l *chaping.Listing) error {
		m.match(l)
		return nil
	})
	a.Candidates = m.candidates()
	return err
}
