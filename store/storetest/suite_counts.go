package storetest

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/store"
)

// countsEqualANaiveCount mines three periods at random and asks for counts in
// many ways; every answer is compared with one that Go counts from the rows.
func countsEqualANaiveCount(t *testing.T, s *store.Store) {
	ctx := context.Background()
	rnd := rand.New(rand.NewPCG(2, 2))
	known := []chaping.Term{{Name: "漏电", Hazard: "electrical"}, {Name: "短路", Hazard: "electrical"}, {Name: "起火", Hazard: "fire"}, {Name: "异响"}}
	hazard := map[string]string{}
	for _, k := range known {
		hazard[k.Name] = string(k.Hazard)
	}
	type item struct {
		product, shop, region string
		keywords              []string
		price                 int64
	}
	items := map[string]item{}
	var listings []chaping.Listing
	for i := range 6 {
		it := item{fmt.Sprint("p", i), fmt.Sprint("店", i%2), []string{"上海市", "浙江省", "上海浦东", "宁波", "朝阳区"}[i%5], []string{"壶"}, int64(1500 + 3000*i)}
		switch i {
		case 0:
			it.keywords = []string{"壶", "杯"}
		case 1: // first without
			listings = append(listings, chaping.Listing{SeenAt: at(0), Product: chaping.Product{Platform: "mall", ID: it.product, Shop: chaping.Shop{Name: it.shop}}})
		case 4:
			it.keywords = []string{""}
		}
		if i == 5 {
			items[it.product] = item{product: it.product} // never listed
			continue
		}
		items[it.product] = it
		for _, k := range it.keywords {
			for j := range 2 { // the later listing holds
				shop := it.shop
				if j == 0 {
					shop = "旧店名"
				}
				listings = append(listings, chaping.Listing{Keyword: k, SeenAt: at(j), Product: chaping.Product{
					Platform: "mall", ID: it.product, Price: chaping.Price{Low: it.price, High: it.price}, Shop: chaping.Shop{Name: shop, Region: it.region}}})
			}
		}
	}
	ok(t, s.PutListings(ctx, listings))
	type fact struct {
		chaping.Review
		period chaping.Period
		terms  map[string]bool
	}
	var facts []fact
	n := 0
	for _, p := range []chaping.Period{period.Previous().Previous(), period.Previous(), period} {
		w := p.Window()
		var mined []chaping.Mined
		var reviews []chaping.Review
		for range 300 {
			n++
			r := review(fmt.Sprint("p", rnd.IntN(6)), fmt.Sprint(n))
			r.Published = w.From.Add(time.Duration(rnd.Int64N(int64(w.To.Sub(w.From))))).Truncate(time.Second)
			r.Grade, r.Default = chaping.Grade(rnd.IntN(4)), rnd.IntN(7) == 0
			f := fact{r, p, map[string]bool{}}
			m := chaping.Mined{Review: r}
			for _, k := range known {
				if rnd.IntN(6) == 0 {
					a := chaping.Affirmed
					if rnd.IntN(3) == 0 {
						a = chaping.Negated
					} else {
						f.terms[k.Name] = true
					}
					one, two := mention(k.Name, a), mention(k.Name, a)
					two.Start, two.End = 30, 32
					m.Mentions = append(m.Mentions, one, two)
				}
			}
			reviews, mined, facts = append(reviews, r), append(mined, m), append(facts, f)
		}
		ok(t, s.PutReviews(ctx, reviews))
		for range 2 { // counting again changes nothing
			Mine(t, s, p, dictionary, known, mined...)
		}
	}
	periods, err := s.CountedPeriods(ctx, dictionary, period.Previous().Previous(), period)
	ok(t, err)
	equal(t, len(periods), 3)

	first := period.Previous().Previous()
	days := chaping.Window{From: at(0).AddDate(0, 0, -40), To: at(0).AddDate(0, 0, 10)}
	for _, q := range []store.CountQuery{
		{}, {By: []store.Dimension{store.ByTerm}}, {By: []store.Dimension{store.ByHazard, store.ByPeriod}},
		{By: []store.Dimension{store.ByMonth}}, {By: []store.Dimension{store.ByYear, store.ByPlatform}}, {By: []store.Dimension{store.ByDay}},
		{By: []store.Dimension{store.ByWeek, store.ByTerm}}, {By: []store.Dimension{store.ByShop}}, {By: []store.Dimension{store.ByKeyword, store.ByMonth}},
		{By: []store.Dimension{store.ByRegion, store.ByTerm}}, {By: []store.Dimension{store.ByPrice}}, {By: []store.Dimension{store.ByProduct, store.ByHazard}},
		{By: []store.Dimension{store.ByMonth}, Terms: []string{"漏电", "短路"}}, {By: []store.Dimension{store.ByTerm}, Terms: []string{"漏电", "异响"}},
		{By: []store.Dimension{store.ByShop}, Hazards: []chaping.Hazard{"electrical"}}, {By: []store.Dimension{store.ByDay}, Hazards: []chaping.Hazard{"electrical", "fire"}},
		{By: []store.Dimension{store.ByTerm}, Hazards: []chaping.Hazard{"electrical"}}, {By: []store.Dimension{store.ByTerm}, Shops: []string{"店0"}},
		{By: []store.Dimension{store.ByMonth}, Keywords: []string{"杯", "壶"}}, {By: []store.Dimension{store.ByKeyword}, Keywords: []string{"杯"}, Regions: []string{"上海市"}},
		{By: []store.Dimension{store.ByProduct}, Products: []string{"p0", "p5"}}, {By: []store.Dimension{store.ByTerm}, PriceLow: 4000, PriceHigh: 8000},
		{By: []store.Dimension{store.ByProvince}}, {By: []store.Dimension{store.ByTerm, store.ByProvince}}, {By: []store.Dimension{store.ByDistrict, store.ByKeyword}},
		{By: []store.Dimension{store.ByProvince}, Terms: []string{"漏电", "短路"}}, {By: []store.Dimension{store.ByTerm}, Provinces: []string{"浙江省"}},
		{By: []store.Dimension{store.ByMonth}, Districts: []string{"浦东新区"}}, {By: []store.Dimension{store.ByTerm}, Provinces: []string{"西藏自治区"}},
		{By: []store.Dimension{store.ByTerm}, Days: &days}, {By: []store.Dimension{store.ByWeek}, Days: &days, Terms: []string{"漏电", "起火"}},
		{Terms: []string{"没有这个词' OR 1=1 --"}}, {By: []store.Dimension{store.ByPeriod}, Platforms: []string{"nowhere"}},
	} {
		q.Dictionary, q.First, q.Last, q.Known = dictionary, first, period, known
		got, err := s.Counts(ctx, q)
		ok(t, err)

		want := map[string]*store.CountRow{}
		named := slices.Contains(q.By, store.ByTerm) || slices.Contains(q.By, store.ByHazard)
		in := func(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }
		keysOf := func(f fact, name, keyword string) []string {
			it := items[f.Product]
			keys := []string{}
			monday := f.Published.AddDate(0, 0, -(int(f.Published.Weekday())+6)%7)
			for _, d := range q.By {
				keys = append(keys, map[store.Dimension]string{
					store.ByPlatform: "mall", store.ByProduct: f.Product, store.ByShop: it.shop, store.ByRegion: it.region, store.ByKeyword: keyword,
					store.ByProvince: chaping.ProvinceOf(it.region), store.ByDistrict: chaping.DistrictOf(it.region),
					store.ByTerm: name, store.ByHazard: name, store.ByPeriod: f.period.String(), store.ByMonth: f.Published.Format("2006-01"),
					store.ByYear: f.Published.Format("2006"), store.ByDay: f.Published.Format(time.DateOnly), store.ByWeek: monday.Format(time.DateOnly),
					store.ByPrice: bandOf(it.price),
				}[d])
			}
			return keys
		}
		// groups gives each keyword under which the review counts.
		groups := func(f fact) []string {
			it := items[f.Product]
			switch {
			case !in(q.Platforms, "mall") || !in(q.Products, f.Product) || q.Days != nil && !q.Days.Contains(f.Published):
				return nil
			case !in(q.Provinces, chaping.ProvinceOf(it.region)) || !in(q.Districts, chaping.DistrictOf(it.region)):
				return nil
			case !in(q.Shops, it.shop) || !in(q.Regions, it.region) || q.PriceHigh > 0 && (it.price < q.PriceLow || it.price > q.PriceHigh):
				return nil
			}
			var of []string
			for _, k := range it.keywords {
				if in(q.Keywords, k) {
					of = append(of, k)
				}
			}
			switch {
			case len(of) == 0 && len(q.Keywords) > 0:
				return nil
			case len(of) == 0 || !slices.Contains(q.By, store.ByKeyword):
				return []string{""}
			}
			return of
		}
		add := func(keys []string, row func(*store.CountRow)) {
			k := strings.Join(keys, "|")
			if want[k] == nil {
				want[k] = &store.CountRow{Keys: keys}
			}
			row(want[k])
		}
		for _, f := range facts {
			for _, keyword := range groups(f) {
				names := map[string]bool{}
				for term := range f.terms {
					if !in(q.Terms, term) || len(q.Hazards) > 0 && !slices.Contains(q.Hazards, chaping.Hazard(hazard[term])) {
						continue
					}
					switch {
					case slices.Contains(q.By, store.ByTerm):
						names[term] = true
					case slices.Contains(q.By, store.ByHazard):
						if hazard[term] != "" {
							names[hazard[term]] = true
						}
					default:
						names[""] = true
					}
				}
				for name := range names {
					add(keysOf(f, name, keyword), func(r *store.CountRow) {
						r.Affirmed++
						if f.Grade == chaping.Negative {
							r.Negative++
						}
						if chaping.CountAs(&f.Review, chaping.Unreviewed) == chaping.CountsHidden {
							r.Hidden++
						}
					})
				}
				if !named {
					add(keysOf(f, "", keyword), func(*store.CountRow) {})
				}
			}
		}
		for _, f := range facts {
			for _, keyword := range groups(f) {
				for _, r := range want {
					name := ""
					for i, d := range q.By {
						if d == store.ByTerm || d == store.ByHazard {
							name = r.Keys[i]
						}
					}
					if !slices.Equal(keysOf(f, name, keyword), r.Keys) {
						continue
					}
					r.Reviews++
					if f.Grade == chaping.Negative {
						r.AllNeg++
					}
					if f.Default {
						r.Defaults++
					}
				}
			}
		}
		var list []store.CountRow
		for _, k := range slices.Sorted(maps.Keys(want)) {
			list = append(list, *want[k])
		}
		slices.SortFunc(list, func(a, b store.CountRow) int { return slices.Compare(a.Keys, b.Keys) })
		for i := range got {
			if got[i].Keys == nil {
				got[i].Keys = []string{}
			}
		}
		if a, b := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", list); a != b {
			t.Errorf("by %v, terms %v, hazards %v, shops %v, keywords %v, price %d, days %v:\n got %s\nwant %s", q.By, q.Terms, q.Hazards, q.Shops, q.Keywords, q.PriceLow, q.Days, a, b)
		}
	}
	// A comparison counts all reviews of a place, also of its regions without a problem.
	whole, err := s.Counts(ctx, store.CountQuery{By: []store.Dimension{store.ByProvince}, Dictionary: dictionary, First: first, Last: period, Known: known})
	ok(t, err)
	compared, err := s.Compare(ctx, store.CountQuery{By: []store.Dimension{store.ByProvince}, Dictionary: dictionary, Known: known}, store.Span{First: first, Last: period})
	ok(t, err)
	equal(t, len(compared), len(whole))
	for i := range whole {
		equal(t, fmt.Sprint(compared[i][0]), fmt.Sprint(whole[i]))
	}
	for _, q := range []store.CountQuery{{By: []store.Dimension{"nonsense"}}, {By: []store.Dimension{store.ByTerm, store.ByHazard}}, {By: []store.Dimension{store.ByDay, store.ByDay}}} {
		if _, err := s.Counts(ctx, q); err == nil {
			t.Errorf("%v was answered", q.By)
		}
	}
}

func bandOf(fen int64) string {
	switch {
	case fen == 0:
		return ""
	case fen < 2000:
		return "0000-0020元"
	case fen < 5000:
		return "0020-0050元"
	case fen < 10000:
		return "0050-0100元"
	}
	return "0100-0200元"
}

// sameNumberElsewhere has two platforms give their products the same number: what
// is asked of a shop on one of them finds nothing of the other's.
func sameNumberElsewhere(t *testing.T, s *store.Store) {
	ctx := context.Background()
	terms := []chaping.Term{{Name: "漏水", Hazard: chaping.HazardMechanical}}
	var mined []chaping.Mined
	for i, platform := range []string{"jd", "mall", "mall"} {
		r := review("77001", fmt.Sprint(i))
		r.Platform = platform
		ok(t, s.PutReviews(ctx, []chaping.Review{r}))
		ok(t, s.PutListings(ctx, []chaping.Listing{{Keyword: "壶", SeenAt: at(1),
			Product: chaping.Product{Platform: platform, ID: "77001", Shop: chaping.Shop{Name: platform + "的店"}}}}))
		mined = append(mined, chaping.Mined{Review: r, Mentions: []chaping.Mention{mention("漏水", chaping.Affirmed)}})
	}
	Mine(t, s, period, dictionary, terms, mined...)
	q := store.CountQuery{Dictionary: dictionary, First: period, Last: period, Known: terms, Shops: []string{"jd的店"}}
	f, err := s.Funnel(ctx, q)
	ok(t, err)
	equal(t, f.Reviews, 1)
	list, err := s.Sentences(ctx, q, store.AnyAffirmed, 10)
	ok(t, err)
	equal(t, len(list), 1)
	equal(t, list[0].Review.Platform, "jd")
	q.Shops, q.By = nil, []store.Dimension{store.ByPlatform, store.ByProduct}
	rows, err := s.Counts(ctx, q)
	ok(t, err)
	equal(t, len(rows), 2)
}
