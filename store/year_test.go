package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"chaping"
	"chaping/store"
	"chaping/store/storetest"
)

func TestYearEmbedded(t *testing.T) { year(t, storetest.Open(t, storetest.Embedded(t))) }

func TestYearServer(t *testing.T) {
	t.Parallel()
	year(t, storetest.Open(t, storetest.StartServer(t).Database(t)))
}

// year sums two periods up by hand.
func year(t *testing.T, s *store.Store) {
	const dictionary = "d1"
	october, november := chaping.Period{Year: 2026, Month: time.October}, chaping.Period{Year: 2026, Month: time.November}
	listing := func(keyword, product, name, shop, region string) chaping.Listing {
		return chaping.Listing{Keyword: keyword, SeenAt: november.Window().From, Product: chaping.Product{Platform: "mall", ID: product, Name: name, URL: "u/" + product,
			Shop: chaping.Shop{ID: shop, Name: "店" + shop, Region: region}}}
	}
	must(t, s.PutListings(ctx, []chaping.Listing{
		listing("壶", "p1", "水壶一", "s1", "浙江"), listing("电器", "p1", "水壶一", "s1", "浙江"), // listed twice, counts once
		listing("壶", "p2", "水壶二", "s1", "浙江"), listing("灯", "p3", "灯", "s2", ""),
	}))
	say := func(p chaping.Period, product, id string, grade chaping.Grade, terms ...string) chaping.Mined {
		m := chaping.Mined{Review: chaping.Review{Platform: "mall", Product: product, ID: id, Published: p.Window().From.Add(time.Hour), Grade: grade, Text: "x"}}
		for i, term := range terms {
			m.Mentions = append(m.Mentions, chaping.Mention{Term: term, Surface: term, Start: i, End: i + 1, Assertion: chaping.Affirmed})
		}
		return m
	}
	for p, mined := range map[chaping.Period][]chaping.Mined{
		october:  {say(october, "p1", "a", chaping.Negative, "漏电", "异味"), say(october, "p3", "b", chaping.Positive, "漏电")},
		november: {say(november, "p1", "c", chaping.Negative, "漏电"), say(november, "p1", "d", chaping.Negative, "漏电"), say(november, "p2", "e", chaping.Neutral, "异味"), say(november, "p3", "f", chaping.Negative, "异味")},
	} {
		var reviews []chaping.Review
		for _, m := range mined {
			reviews = append(reviews, m.Review)
		}
		must(t, s.PutReviews(ctx, reviews))
		storetest.Mine(t, s, p, dictionary, nil, mined...)
	}
	editions, err := s.Editions(ctx, october, november, dictionary)
	must(t, err)
	q := store.YearQuery{Editions: editions}
	sums := func(q store.YearQuery, by store.YearGroup) []string {
		list := []string{}
		must(t, s.Year(ctx, q, by, func(y *store.YearSum) error {
			p := y.Product
			list = append(list, fmt.Sprint(y.Period, " ", y.Term, p.ID, p.Shop.ID, p.Shop.Name, p.Shop.Region, " ", y.Negative, y.Affirmed))
			return nil
		}))
		return list
	}
	same := func(what string, got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q\nwant %q", what, got, want)
		}
	}
	same("terms", sums(q, store.YearByTerm), "2026-11 漏电 2 2", "2026-10 漏电 1 2", "2026-11 异味 1 2", "2026-10 异味 1 1")
	same("products", sums(q, store.YearByProduct), "0000-00 p1s1店s1浙江 4 4", "0000-00 p3s2店s2 1 2", "0000-00 p2s1店s1浙江 0 1")
	only := q
	only.Keywords, only.Terms = []string{"壶"}, []string{"异味"}
	same("chosen", sums(only, store.YearByProduct), "0000-00 p1s1店s1浙江 1 1", "0000-00 p2s1店s1浙江 0 1")
	same("nothing", sums(store.YearQuery{}, store.YearByTerm))
	var seen []string
	must(t, s.OnSale(ctx, november.Window().From, []string{"壶"}, func(l *chaping.Listing) error {
		seen = append(seen, l.Product.ID+l.Product.Name+l.SeenAt.Format(time.DateOnly))
		return nil
	}))
	same("on sale", seen, "p1水壶一2026-10-25", "p2水壶二2026-10-25")
	must(t, s.OnSale(ctx, november.Window().To, nil, func(*chaping.Listing) error { t.Error("seen later than ever"); return nil }))
}

// BenchmarkYear sums up a year of 10 million tallies in the embedded engine: 12
// periods × 2 keywords × 40 terms × 10,416 products in 2,000 shops.
func BenchmarkYear(b *testing.B) {
	s := storetest.Open(b, storetest.Embedded(b))
	const n = 10_000_000 / 12
	var q store.YearQuery
	for month := range 12 {
		p := chaping.Period{Year: 2026, Month: time.Month(month + 1)}
		e := storetest.Mine(b, s, p, "bench", nil)
		q.Editions = append(q.Editions, e)
		must(b, s.Conn().Exec(ctx, fmt.Sprintf(`INSERT INTO tallies
			SELECT %d AS period, '%s' AS dictionary, if(number < 416666, '热水壶', '小家电') AS keyword, concat('评论关键词', toString((number %% 416666) %% 40)) AS term, 'mall' AS platform,
			       toString(intDiv(number %% 416666, 40)) AS product, concat('示例牌电热水壶 1.7 升 型号 ', product) AS name, concat('https://mall.example/item/', product) AS url,
			       9900 AS price_low, 9900 AS price_high, toString(intDiv(number, 40) %% 2000) AS shop_id, concat('示例旗舰店', shop_id) AS shop,
			       concat('浙江省第', toString(intDiv(number, 40) %% 300), '市') AS region,
			       number %% 3 AS negative_reviews, 500 AS reviews, 20 AS all_negative_reviews, 400 AS reviews_without_default, 1 AS hidden_complaints, 1 + number %% 5 AS affirmed_reviews
			FROM numbers(%d)`, p.Year*100+int(p.Month), e.TalliesPartition(), n)))
	}
	for b.Loop() {
		rows, affirmed := 0, uint64(0)
		severe := q
		for i := range 15 {
			severe.Terms = append(severe.Terms, fmt.Sprint("评论关键词", i))
		}
		for _, query := range []struct {
			store.YearQuery
			by store.YearGroup
		}{{q, store.YearByTerm}, {q, store.YearByProduct}, {severe, store.YearByProduct}} { // what the annual report asks
			start := time.Now()
			affirmed = 0
			must(b, s.Year(ctx, query.YearQuery, query.by, func(y *store.YearSum) error { rows++; affirmed += y.Affirmed; return nil }))
			b.Logf("by %s, %d terms: %v", query.by, len(query.Terms), time.Since(start))
			if affirmed < n {
				b.Fatalf("by %s: %d reviews", query.by, affirmed)
			}
		}
	}
}
