package analysis

import (
	"cmp"
	"slices"
	"time"

	"chaping"
	"chaping/store"
)

// Counted is a period with the tallies of its sheet.
type Counted struct {
	Period  chaping.Period
	Mined   bool   // with the dictionary in use; otherwise there are no rows
	Reviews uint64 // in the window
	Rows    []chaping.Tally
}

// A TrendFilter chooses what a trend counts.
type TrendFilter struct {
	Keyword  string         // product keyword; empty: all
	Hazard   chaping.Hazard // empty: all
	Affirmed bool           // all affirming reviews, not only negative ones
}

// A Trend says how many reviews affirm each term in each of some periods.
type Trend struct {
	Terms    []string                  // most reviews first
	Cells    map[string][]uint64       // of a term, by period
	Hazards  map[chaping.Hazard]uint64 // of all periods
	Products []ProductSum              // of the latest period, most first
	Regions  map[string]uint64         // where their companies are; "" unknown
	Keywords map[string]int            // how many rows each product keyword has, filtered out or not
	// Latest is the last mined period with rows that has ended, or the running
	// one if there is no other: what a period has by now does not compare with
	// what others had in all.
	Latest  chaping.Period
	Missing int // periods that have reviews and were not mined
}

// A ProductSum is how many reviews of a product affirm something.
type ProductSum struct {
	Product chaping.Product
	Reviews uint64
}

// TrendOf counts periods, earliest first. hazards are the classes of terms. A
// product under two keywords counts once.
func TrendOf(periods []Counted, hazards map[string]chaping.Hazard, f TrendFilter, now time.Time) Trend {
	t := Trend{Cells: map[string][]uint64{}, Hazards: map[chaping.Hazard]uint64{}, Keywords: map[string]int{}}
	var latest []chaping.Tally
	for i, c := range periods {
		if !c.Mined && c.Reviews > 0 {
			t.Missing++
		}
		rows := once(c.Rows, func(r *chaping.Tally) bool {
			t.Keywords[r.Keyword]++
			return (f.Keyword == "" || r.Keyword == f.Keyword) && (f.Hazard == "" || hazards[r.Term] == f.Hazard)
		})
		for _, r := range rows {
			n := f.count(&r)
			if n == 0 {
				continue
			}
			if t.Cells[r.Term] == nil {
				t.Cells[r.Term] = make([]uint64, len(periods))
			}
			t.Cells[r.Term][i] += n
			t.Hazards[hazards[r.Term]] += n
		}
		if c.Mined && len(c.Rows) > 0 && (!c.Period.Running(now) || t.Latest == (chaping.Period{})) {
			t.Latest, latest = c.Period, rows
		}
	}
	t.Terms = byTotal(t.Cells)
	t.Products, t.Regions = f.products(latest)
	return t
}

func (f *TrendFilter) count(r *chaping.Tally) uint64 {
	if f.Affirmed {
		return r.AffirmedReviews
	}
	return r.NegativeReviews
}

// products sums rows up by product and by region.
func (f *TrendFilter) products(rows []chaping.Tally) (list []ProductSum, regions map[string]uint64) {
	at, regions := map[chaping.ProductKey]int{}, map[string]uint64{}
	for i := range rows {
		r := &rows[i]
		n := f.count(r)
		if n == 0 {
			continue
		}
		k := chaping.ProductKey{Platform: r.Product.Platform, Product: r.Product.ID}
		if _, known := at[k]; !known {
			at[k] = len(list)
			list = append(list, ProductSum{Product: r.Product})
		}
		list[at[k]].Reviews += n
		regions[r.Product.Shop.Region] += n
	}
	slices.SortStableFunc(list, func(a, b ProductSum) int {
		return cmp.Or(
			cmp.Compare(b.Reviews, a.Reviews),
			cmp.Compare(cmp.Or(a.Product.Name, a.Product.ID), cmp.Or(b.Product.Name, b.Product.ID)),
		)
	})
	return list, regions
}

// byTotal are the names of series, the greatest first.
func byTotal(series map[string][]uint64) []string {
	sums, names := map[string]uint64{}, make([]string, 0, len(series))
	for name, values := range series {
		names = append(names, name)
		for _, v := range values {
			sums[name] += v
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(sums[b], sums[a]), cmp.Compare(a, b)) })
	return names
}

// once are the wanted rows without those that count a term of a product again.
func once(rows []chaping.Tally, wanted func(*chaping.Tally) bool) (kept []chaping.Tally) {
	seen := map[[3]string]bool{}
	for i := range rows {
		r := &rows[i]
		k := [3]string{r.Product.Platform, r.Product.ID, r.Term}
		if !wanted(r) || seen[k] {
			continue
		}
		seen[k] = true
		kept = append(kept, *r)
	}
	return kept
}

// A ProductLine is a product with what its reviews affirm in a period.
type ProductLine struct {
	Product     chaping.Product `json:"product"`
	Keywords    []string        `json:"keywords"`
	Terms       []string        `json:"terms"`
	Negative    uint64          `json:"negative_reviews"` // that affirm the terms
	Affirmed    uint64          `json:"affirmed_reviews"`
	Reviews     uint64          `json:"reviews"`
	AllNegative uint64          `json:"all_negative_reviews"`
}

// ProductLines sums the rows of a sheet up by product, those with most negative
// reviews first. term and keyword choose rows; empty: all.
func ProductLines(rows []chaping.Tally, term, keyword string) []ProductLine {
	lines := map[chaping.ProductKey]*ProductLine{}
	counted := map[[3]string]bool{}
	list := []*ProductLine{}
	for i := range rows {
		r := &rows[i]
		if term != "" && r.Term != term || keyword != "" && r.Keyword != keyword {
			continue
		}
		k := chaping.ProductKey{Platform: r.Product.Platform, Product: r.Product.ID}
		l := lines[k]
		if l == nil {
			l = &ProductLine{Product: r.Product, Reviews: r.Reviews, AllNegative: r.AllNegativeReviews}
			lines[k], list = l, append(list, l)
		}
		if !slices.Contains(l.Keywords, r.Keyword) {
			l.Keywords = append(l.Keywords, r.Keyword)
		}
		if again := [3]string{k.Platform, k.Product, r.Term}; !counted[again] {
			counted[again] = true
			l.Terms = append(l.Terms, r.Term)
			l.Negative += r.NegativeReviews
			l.Affirmed += r.AffirmedReviews
		}
	}
	slices.SortFunc(list, func(a, b *ProductLine) int {
		return cmp.Or(
			cmp.Compare(b.Negative, a.Negative),
			cmp.Compare(b.Affirmed, a.Affirmed),
			cmp.Compare(a.Product.Platform, b.Product.Platform),
			cmp.Compare(a.Product.ID, b.Product.ID),
		)
	})
	sorted := make([]ProductLine, len(list))
	for i, l := range list {
		sorted[i] = *l
	}
	return sorted
}

// A ProductMonth is a period in a product's history.
type ProductMonth struct {
	Period   string  `json:"period"`
	Reviews  uint64  `json:"reviews"`
	Negative uint64  `json:"negative"`
	Low      float64 `json:"low,omitempty"` // yuan
	High     float64 `json:"high,omitempty"`
}

// ProductMonths sums a history up by period, earliest first; the price is the
// last one seen in it. Listings are to be in the order of time.
func ProductMonths(listings []chaping.Listing, days []store.DayCount) []ProductMonth {
	by := map[chaping.Period]*ProductMonth{}
	at := func(t time.Time) *ProductMonth {
		p := chaping.PeriodOf(t)
		if by[p] == nil {
			by[p] = &ProductMonth{Period: p.String()}
		}
		return by[p]
	}
	for _, d := range days {
		m := at(d.Day)
		m.Reviews += d.Reviews
		m.Negative += d.Negative
	}
	for _, l := range listings {
		if l.Product.Price.Known() {
			m := at(l.SeenAt)
			m.Low, m.High = float64(l.Product.Price.Low)/100, float64(l.Product.Price.High)/100
		}
	}
	list := make([]ProductMonth, 0, len(by))
	for _, m := range by {
		list = append(list, *m)
	}
	slices.SortFunc(list, func(a, b ProductMonth) int { return cmp.Compare(a.Period, b.Period) })
	return list
}
