package store_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/store"
	"chaping/store/storetest"
)

// TestPurge tries every combination of what a purge may name, on a store with
// reviews and derived rows of several months, periods and dictionaries.
func TestPurge(t *testing.T) {
	s := storetest.Open(t, storetest.Embedded(t))
	// A review in the middle of each month, and one on its 28th, which belongs
	// to the period after. Of those of 2020-03 the notice's first period has both.
	months := []string{"2019-12", "2020-03", "2026-08", "2026-09", "2026-10", "2026-11"}
	reviews := map[string]int{} // rows of each month
	var list []chaping.Review
	for _, month := range months {
		for _, day := range []string{"15", "28"} {
			r := aReview()
			r.ID = month + day
			r.Published = date(t, month+"-"+day)
			list = append(list, r)
			reviews[month]++
		}
	}
	// One was corrected from November to September: dropped there, its copy of
	// November would hold again.
	corrected := aReview()
	corrected.ID, corrected.Published, corrected.Collected = "corrected", date(t, "2026-11-02"), time.Unix(1e9, 0)
	list = append(list, corrected)
	corrected.Published, corrected.Collected = date(t, "2026-09-02"), time.Unix(2e9, 0)
	list = append(list, corrected)
	reviews["2026-09"]++
	reviews["2026-11"]++
	if err := s.PutReviews(ctx, list); err != nil {
		t.Fatal(err)
	}
	derived := []string{}
	for _, p := range []string{"2020-07", "2026-09", "2026-10", "2026-11"} {
		for _, dictionary := range []string{"a", "b"} {
			storetest.Mine(t, s, parse(t, p), dictionary, nil, chaping.Mined{Review: aReview(), Mentions: []chaping.Mention{{Term: "漏水", Start: 0, End: 2, Assertion: chaping.Affirmed}}})
			derived = append(derived, p+" "+dictionary)
		}
	}
	// In the order of months: when a purge of reviews before a period may take one.
	from := map[string]string{"2019-12": "2020-02", "2020-03": "2020-08", "2026-08": "2026-10", "2026-09": "2026-11", "2026-10": "2026-12", "2026-11": "2027-01"}
	periods := []string{"", "2020-01", "2020-02", "2020-04", "2020-07", "2020-08", "2026-09", "2026-10", "2026-11", "2026-12", "2027-01", "2999-12"}
	for _, before := range periods {
		for _, of := range periods {
			for _, keep := range [][]string{nil, {"a"}, {"b", "c"}, {"a", "b"}, {""}} {
				q := store.Purge{Derived: parse(t, before), Reviews: parse(t, of), Others: keep}
				name := fmt.Sprintf("derived before %q, reviews before %q, all but %q", before, of, keep)
				got, err := s.Purge(ctx, q, true)
				if of > before {
					wantError(t, err, chaping.CodeUsage, "一起清除")
					continue
				}
				if err != nil {
					t.Fatal(name, err)
				}
				want := map[string]uint64{}
				for _, d := range derived {
					period, dictionary, _ := strings.Cut(d, " ")
					if period < before || len(keep) > 0 && !slices.Contains(keep, dictionary) {
						want["mentions "+d] = 1
					}
				}
				for month, rows := range reviews {
					if of != "" && from[month] <= of {
						want["reviews "+month] = uint64(rows)
					}
				}
				if of < from["2026-11"] { // November stays, with the copy that must not hold
					delete(want, "reviews 2026-09")
				}
				found := map[string]uint64{}
				for _, p := range got {
					if p.Month != "" {
						found[p.Table+" "+p.Month] += p.Rows
					} else if p.Table == "mentions" { // counts and tallies go with them
						found[p.Table+" "+p.Period.String()+" "+p.Dictionary] += p.Rows
					}
				}
				if !maps.Equal(found, want) {
					t.Errorf("%s:\n%v, want\n%v", name, found, want)
				}
			}
		}
	}
	// What was listed is what goes.
	for _, q := range []store.Purge{{}, {Others: []string{"a"}}, {Derived: parse(t, "2026-10")}, {Derived: parse(t, "2026-10"), Reviews: parse(t, "2026-10")}, {Derived: parse(t, "2027-01"), Reviews: parse(t, "2027-01")}} {
		all := store.Purge{Derived: parse(t, "2999-12"), Reviews: parse(t, "2999-12")}
		before, err := s.Purge(ctx, all, true)
		if err != nil {
			t.Fatal(err)
		}
		listed, err := s.Purge(ctx, q, true)
		if err != nil {
			t.Fatal(err)
		}
		gone, err := s.Purge(ctx, q, false)
		if err != nil || !slices.Equal(listed, gone) {
			t.Errorf("%+v: %v, listed %v, %v", q, gone, listed, err)
		}
		left, err := s.Purge(ctx, all, true)
		if err != nil {
			t.Fatal(err)
		}
		want := slices.DeleteFunc(before, func(p store.Purged) bool { return slices.Contains(gone, p) })
		if !slices.Equal(left, want) {
			t.Errorf("%+v left %v, want %v", q, left, want)
		}
	}
	if n, err := s.ReviewCount(ctx); err != nil || n != 0 {
		t.Errorf("%d reviews are left, %v", n, err)
	}
	if runs, err := s.Runs(ctx, store.RunFilter{Stage: "remove"}); err != nil || len(runs) != 2 || runs[0].Period != parse(t, "2027-01") {
		t.Errorf("%+v, %v", runs, err)
	}
}

func date(t *testing.T, day string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(time.DateOnly, day, chaping.Shanghai())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// parse is the period of that name, none for "".
func parse(t *testing.T, name string) (p chaping.Period) {
	t.Helper()
	if name != "" {
		var err error
		if p, err = chaping.ParsePeriod(name); err != nil {
			t.Fatal(err)
		}
	}
	return p
}
