package store_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/store"
	"chaping/store/storetest"
)

func TestHazardsEmbedded(t *testing.T) {
	hazards(t, storetest.Open(t, storetest.Embedded(t)))
}

func TestHazardsServer(t *testing.T) {
	t.Parallel()
	hazards(t, storetest.Open(t, storetest.StartServer(t).Database(t)))
}

// hazards counts a few reviews by hand.
func hazards(t *testing.T, s *store.Store) {
	const dictionary = "d1"
	period := chaping.Period{Year: 2026, Month: time.November}
	at := period.Window().From.Add(time.Hour)
	say := func(product, id string, grade chaping.Grade, status chaping.Assertion, terms ...string) chaping.Mined {
		m := chaping.Mined{Review: chaping.Review{Platform: "jd", Product: product, ID: id, Published: at, Grade: grade, Text: "x"}}
		for i, term := range terms {
			m.Mentions = append(m.Mentions, chaping.Mention{Term: term, Surface: term, Start: 3 * i, End: 3*i + 2, Assertion: status})
		}
		return m
	}
	mined := []chaping.Mined{
		say("p1", "a", chaping.Negative, chaping.Affirmed, "漏电", "静电", "触电", "漏电"), // one review, severity 4, hurt
		say("p1", "b", chaping.Negative, chaping.Affirmed, "静电"),
		say("p1", "c", chaping.Positive, chaping.Negated, "漏电"),
		say("p1", "d", chaping.Negative, chaping.Affirmed, "异味", "外来词", "无类别"), // one not in the dictionary, one without a hazard
		say("p2", "a", chaping.Negative, chaping.Affirmed, "漏电"),
		say("p2", "e", chaping.Positive, chaping.Hypothetical, "漏电"),
	}
	var reviews []chaping.Review
	for _, m := range mined {
		reviews = append(reviews, m.Review)
	}
	must(t, s.PutReviews(ctx, reviews))
	e := storetest.Mine(t, s, period, dictionary, nil, append(mined, mined...)...) // rows may come twice
	terms := []chaping.Term{
		{Name: "漏电", Hazard: "electrical", Severity: 4}, {Name: "静电", Hazard: "electrical", Severity: 1},
		{Name: "异味", Hazard: "chemical"}, {Name: "触电", Hazard: "injury", Severity: 4}, {Name: "无类别", Severity: 3},
	}
	var got []store.HazardCount
	must(t, s.HazardCounts(ctx, e, terms, func(c *store.HazardCount) error {
		got = append(got, *c)
		return nil
	}))
	want := []store.HazardCount{
		{Platform: "jd", Product: "p1", Hazard: "chemical", Affirmed: [4]uint64{1, 0, 0, 0}, Terms: []string{"异味"}},
		{Platform: "jd", Product: "p1", Hazard: "electrical", Affirmed: [4]uint64{2, 1, 1, 1}, Injuries: 1, Terms: []string{"漏电", "静电"}},
		{Platform: "jd", Product: "p1", Hazard: "injury", Affirmed: [4]uint64{1, 1, 1, 1}, Injuries: 1, Terms: []string{"触电"}},
		{Platform: "jd", Product: "p2", Hazard: "electrical", Affirmed: [4]uint64{1, 1, 1, 1}, Terms: []string{"漏电"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
	must(t, s.HazardCounts(ctx, store.Edition{Period: period, Dictionary: "another"}, terms, func(c *store.HazardCount) error { t.Errorf("%+v", c); return nil }))
	must(t, s.HazardCounts(ctx, e, nil, func(c *store.HazardCount) error { t.Errorf("%+v", c); return nil }))

	counts := map[string][2]uint64{}
	for w, want := range map[chaping.Window]bool{period.Window(): true, period.Next().Next().Window(): false} {
		if there, err := s.AnyReview(ctx, w); err != nil || there != want {
			t.Errorf("reviews in %v: %v, %v", w, there, err)
		}
	}
	must(t, s.ProductReviews(ctx, period.Window(), func(k chaping.ProductKey, reviews, negative uint64) error {
		counts[k.Product] = [2]uint64{reviews, negative}
		return nil
	}))
	if counts["p1"] != [2]uint64{4, 3} || counts["p2"] != [2]uint64{2, 1} || len(counts) != 2 {
		t.Errorf("%v", counts)
	}
}

func TestProducts(t *testing.T) {
	s := storetest.Open(t, storetest.Embedded(t))
	window := chaping.Period{Year: 2026, Month: time.November}.Window()
	p := chaping.Product{Platform: "jd", ID: "p1", Name: "旧名", URL: "u", Price: chaping.Price{Low: 1, High: 2}, Shop: chaping.Shop{ID: "s", Name: "店", Region: "上海市"}}
	renamed := p
	renamed.Name = "新名"
	must(t, s.PutListings(ctx, []chaping.Listing{
		{Keyword: "水壶", Product: p, SeenAt: window.From}, {Keyword: "水壶", Product: renamed, SeenAt: window.To.Add(time.Hour)},
		{Keyword: "壶", Product: p, SeenAt: window.From},
	}))
	var keys []chaping.ProductKey
	for i := range 2500 { // more than one statement takes
		keys = append(keys, chaping.ProductKey{Platform: "none", Product: strings.Repeat("x", i%50+1)})
	}
	k := chaping.ProductKey{Platform: "jd", Product: "p1"}
	got, err := s.Products(ctx, window, append(keys, k))
	must(t, err)
	list := got[k]
	slices.SortFunc(list, func(a, b chaping.Listing) int { return strings.Compare(a.Keyword, b.Keyword) })
	want := []chaping.Listing{{Keyword: "壶", Product: p}, {Keyword: "水壶", Product: renamed}}
	if len(got) != 1 || !reflect.DeepEqual(list, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
