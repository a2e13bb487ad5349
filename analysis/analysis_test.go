package analysis

import (
	"fmt"
	"testing"
	"time"

	"chaping"
	"chaping/store"
	"chaping/store/storetest"
)

// months are the periods of the test, the last one the present.
const months = 12

var last = chaping.Period{Year: 2026, Month: time.November}

// filled is a store with a year of reviews of 40 products in 8 shops: 起火 leaps
// on product 3 in the last period, 漏电 creeps up on product 5, 异响 is steady
// everywhere, and shop 2 has complaints in every period.
func filled(t *testing.T) (*store.Store, store.CountQuery) {
	t.Helper()
	ctx := t.Context()
	s := storetest.Open(t, storetest.Embedded(t))
	terms := []chaping.Term{{Name: "起火", Hazard: "fire", Severity: 4}, {Name: "漏电", Hazard: "electrical", Severity: 4}, {Name: "异响", Hazard: "quality", Severity: 1}}
	var listings []chaping.Listing
	for p := range 40 {
		listings = append(listings, chaping.Listing{Keyword: "水壶", SeenAt: last.Window().From, Product: chaping.Product{
			Platform: "mall", ID: fmt.Sprint("p", p), Shop: chaping.Shop{Name: fmt.Sprint("店", p%8), Region: "上海市"}}})
	}
	if err := s.PutListings(ctx, listings); err != nil {
		t.Fatal(err)
	}
	for m := range months {
		period := shift(last, m-months+1)
		var mined []chaping.Mined
		var reviews []chaping.Review
		for p := range 40 {
			for i := range 60 {
				r := chaping.Review{Platform: "mall", Product: fmt.Sprint("p", p), ID: fmt.Sprint(m, "-", i), Text: "用了三天就出问题，失望", Rating: 1, Grade: chaping.Negative,
					Published: period.Window().From.Add(time.Duration(i) * 10 * time.Hour), Collected: period.Window().To}
				var found []chaping.Mention
				add := func(term string) {
					found = append(found, chaping.Mention{Term: term, Surface: "出问题", Start: 5, End: 8, Assertion: chaping.Affirmed})
				}
				if i < 2+(p+m)%2 {
					add("异响")
				}
				if p == 3 && (m == months-1 && i < 14 || i == 50 && m%4 == 0) {
					add("起火")
				}
				if p == 5 && i < 3+m {
					add("漏电")
				}
				if len(found) > 0 && p%8 != 2 && i%2 == 1 {
					r.Grade = chaping.Positive
				}
				reviews = append(reviews, r)
				mined = append(mined, chaping.Mined{Review: r, Mentions: found})
			}
		}
		if err := s.PutReviews(ctx, reviews); err != nil {
			t.Fatal(err)
		}
		storetest.Mine(t, s, period, "d", terms, mined...)
	}
	return s, store.CountQuery{Dictionary: "d", First: last, Last: last, Known: terms}
}

func TestQuestions(t *testing.T) {
	s, q := filled(t)
	ctx := t.Context()
	year := q
	year.First = shift(last, -months+1)

	q.By = []store.Dimension{store.ByTerm, store.ByProduct}
	movers, err := Movers(ctx, s, q, false)
	if err != nil || len(movers) == 0 {
		t.Fatal(err)
	}
	if m := movers[0]; fmt.Sprint(m.Now.Keys) != "[起火 p3]" || m.Now.Affirmed != 14 || m.Before.Affirmed != 0 || m.Before.Reviews != 60 || m.Change() != 14 {
		t.Errorf("top mover %+v", m)
	}
	if movers, err = Movers(ctx, s, q, true); err != nil || movers[0].Before.Reviews != 0 {
		t.Errorf("a year before there was nothing: %+v, %v", movers[0], err)
	}

	spikes, err := Spikes(ctx, s, q, 6, 0.05)
	if err != nil || len(spikes) == 0 {
		t.Fatalf("no spike, %v", err)
	}
	if fmt.Sprint(spikes[0].Now.Keys) != "[起火 p3]" || spikes[0].Q > 1e-4 || spikes[0].Before.Reviews != 360 {
		t.Errorf("spike %+v", spikes[0])
	}
	for _, x := range spikes {
		if x.Now.Keys[0] == "异响" {
			t.Errorf("what is steady leapt: %+v", x)
		}
	}

	year.By = q.By
	drifts, err := Drifts(ctx, s, year)
	if err != nil || len(drifts) == 0 || fmt.Sprint(drifts[0].Keys) != "[漏电 p5]" || len(drifts[0].Series) != months {
		t.Fatalf("drifts %+v, %v", drifts, err)
	}
	for _, d := range drifts {
		if d.Keys[0] == "异响" {
			t.Errorf("what is steady drifts: %+v", d)
		}
	}

	repeats, err := Repeats(ctx, s, year, months)
	if err != nil || len(repeats) == 0 || repeats[0].Shop != "店2" || len(repeats[0].Periods) != months {
		t.Errorf("repeats %+v, %v", repeats, err)
	}

	fire := year
	fire.By, fire.Hazards = nil, []chaping.Hazard{"fire"}
	funnel, err := s.Funnel(ctx, fire)
	if err != nil || funnel.Reviews != 17 || funnel.Affirmed != 17 || funnel.Mentions != 17 || funnel.Negative+funnel.Hidden != 17 {
		t.Errorf("funnel %+v, %v", funnel, err)
	}
	for which, want := range map[store.Which]uint64{store.AnyAffirmed: funnel.Reviews, store.OnlyNegative: funnel.Negative, store.OnlyHidden: funnel.Hidden} {
		list, err := s.Sentences(ctx, fire, which, 100)
		if err != nil || uint64(len(list)) != want {
			t.Errorf("%d sentences, want %d, %v", len(list), want, err)
		}
		for i, e := range list {
			if e.Review.Text == "" || e.Term != "起火" || e.Review.Product != "p3" || i > 0 && list[i-1].Review.Published.Before(e.Review.Published) {
				t.Errorf("%+v", e)
			}
		}
	}
	fire.Shops = []string{"店3"} // p3's shop
	if f, err := s.Funnel(ctx, fire); err != nil || f != funnel {
		t.Errorf("funnel of the shop %+v, %v", f, err)
	}
	fire.Shops = []string{"店4"}
	if f, err := s.Funnel(ctx, fire); err != nil || f != (store.Funnel{}) {
		t.Errorf("funnel of another shop %+v, %v", f, err)
	}
	q.By = []store.Dimension{store.ByMonth}
	if _, err := Spikes(ctx, s, q, 6, 0.05); err == nil {
		t.Error("spikes by month were answered")
	}
}
