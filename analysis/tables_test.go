package analysis

import (
	"slices"
	"testing"
	"time"

	"chaping"
	"chaping/store"
)

func tally(term, keyword, product string, negative, affirmed uint64) chaping.Tally {
	return chaping.Tally{
		Term: term, Keyword: keyword, NegativeReviews: negative, AffirmedReviews: affirmed, Reviews: 100,
		Product: chaping.Product{Platform: "mall", ID: product, Shop: chaping.Shop{Region: "上海市"}},
	}
}

func TestTrendOf(t *testing.T) {
	october := chaping.Period{Year: 2026, Month: time.October}
	hazards := map[string]chaping.Hazard{"漏电": chaping.HazardElectrical, "异味": chaping.HazardChemical}
	periods := []Counted{
		{Period: october.Previous(), Reviews: 7}, // not mined
		{Period: october, Mined: true, Rows: []chaping.Tally{
			tally("漏电", "插座", "a", 2, 3), tally("漏电", "排插", "a", 2, 3), tally("异味", "水杯", "b", 5, 5),
		}},
		{Period: october.Next(), Mined: true, Rows: []chaping.Tally{tally("漏电", "插座", "c", 9, 9)}},
	}
	running := time.Date(2026, time.November, 1, 0, 0, 0, 0, chaping.Shanghai())
	over := time.Date(2026, time.December, 1, 0, 0, 0, 0, chaping.Shanghai())

	all := TrendOf(periods, hazards, TrendFilter{}, running)
	if !slices.Equal(all.Terms, []string{"漏电", "异味"}) || !slices.Equal(all.Cells["漏电"], []uint64{0, 2, 9}) {
		t.Errorf("terms %v, cells %v: a product under two keywords counts once", all.Terms, all.Cells)
	}
	if all.Missing != 1 || all.Hazards[chaping.HazardElectrical] != 11 || all.Keywords["排插"] != 1 {
		t.Errorf("%+v", all)
	}
	if all.Latest != october || len(all.Products) != 2 || all.Products[0].Product.ID != "b" || all.Regions["上海市"] != 7 {
		t.Errorf("a running period is the latest: %v %+v %v", all.Latest, all.Products, all.Regions)
	}
	if ended := TrendOf(periods, hazards, TrendFilter{}, over); ended.Latest != october.Next() || ended.Regions["上海市"] != 9 {
		t.Errorf("%v %v", ended.Latest, ended.Regions)
	}
	some := TrendOf(periods, hazards, TrendFilter{Keyword: "插座", Hazard: chaping.HazardElectrical, Affirmed: true}, over)
	if !slices.Equal(some.Cells["漏电"], []uint64{0, 3, 9}) || len(some.Terms) != 1 {
		t.Errorf("%+v", some)
	}
}

func TestProductLines(t *testing.T) {
	rows := []chaping.Tally{
		tally("漏电", "插座", "a", 2, 3), tally("漏电", "排插", "a", 2, 3), tally("异味", "插座", "a", 1, 1),
		tally("异味", "水杯", "b", 5, 5),
	}
	all := ProductLines(rows, "", "")
	if len(all) != 2 || all[0].Product.ID != "b" || all[1].Negative != 3 || len(all[1].Keywords) != 2 || len(all[1].Terms) != 2 {
		t.Errorf("%+v %+v", all[0], all[1])
	}
	if some := ProductLines(rows, "漏电", "排插"); len(some) != 1 || some[0].Negative != 2 {
		t.Errorf("%+v", some)
	}
}

func TestProductMonths(t *testing.T) {
	day := func(month time.Month, d int) time.Time {
		return time.Date(2026, month, d, 0, 0, 0, 0, chaping.Shanghai())
	}
	seen := func(at time.Time, low int64) chaping.Listing {
		return chaping.Listing{SeenAt: at, Product: chaping.Product{Price: chaping.Price{Low: low, High: low}}}
	}
	months := ProductMonths(
		[]chaping.Listing{seen(day(time.October, 1), 900), seen(day(time.October, 20), 800), {SeenAt: day(time.October, 21)}},
		[]store.DayCount{{Day: day(time.October, 24), Reviews: 2, Negative: 1}, {Day: day(time.October, 25), Reviews: 4}},
	)
	want := []ProductMonth{
		{Period: "2026-10", Reviews: 2, Negative: 1, Low: 8, High: 8},
		{Period: "2026-11", Reviews: 4},
	}
	if !slices.Equal(months, want) {
		t.Errorf("%+v, want %+v", months, want)
	}
}
