package ingest

import (
	"testing"
	"time"

	"chaping"
)

// What was dated in days is known again by its day and hour, and has the better
// date from then on; what many write is told apart by its day.
func TestRecognise(t *testing.T) {
	day := time.Date(2026, 11, 9, 0, 0, 0, 0, chaping.Shanghai())
	hour := func(days, hours int) time.Time { return day.AddDate(0, 0, days).Add(time.Duration(hours) * time.Hour) }
	unnamed := func(text, buyer string, at time.Time, unit Unit) *Unnamed {
		r := &chaping.Review{Platform: "p", Product: "1", Text: text, Rating: 1, Published: at}
		if unit == 0 {
			r.ID = ContentID(r, buyer, 1)
		}
		return &Unnamed{Review: r, Buyer: buyer, When: When{At: at, Unit: unit}}
	}
	var store []chaping.StoredReview
	visit := func(page ...*Unnamed) {
		t.Helper()
		Recognise(page, store, func(string) bool { return false })
		for _, u := range page {
			store = append(store, chaping.StoredReview{Product: "1", ID: u.Review.ID, Published: u.Review.Published, Rating: 1,
				Text: TextHash(u.Review.Text), Version: uint64(len(store))})
		}
	}
	ids := func() int {
		distinct := map[string]bool{}
		for _, s := range store {
			distinct[s.ID] = true
		}
		return len(distinct)
	}
	steps := []struct {
		name string
		u    *Unnamed
		ids  int
		at   time.Time
	}{
		{"days ago", unnamed("底座有一股焦味", "小林", hour(0, 0), Days), 1, hour(0, 0)},
		{"to the minute", unnamed("底座有一股焦味", "小林", hour(0, 17), 0), 1, hour(0, 17)},
		{"days again", unnamed("底座有一股焦味", "小林", hour(1, 0), Days), 1, hour(0, 17)},
		{"a bare day", unnamed("底座有一股焦味", "小林", hour(0, 0), 0), 1, hour(0, 17)},
		{"weeks", unnamed("底座有一股焦味", "小林", hour(2, 0), Weeks), 1, hour(0, 17)},
		{"of another buyer", unnamed("底座有一股焦味", "小周", hour(0, 0), Days), 2, hour(0, 0)},
		{"of another day", unnamed("底座有一股焦味", "小林", hour(5, 0), Days), 3, hour(5, 0)},
		{"short", unnamed("好", "", hour(0, 0), Days), 4, hour(0, 0)},
		{"short, the next day", unnamed("好", "", hour(1, 0), Days), 5, hour(1, 0)},
		{"short, its hour", unnamed("好", "", hour(1, 3), 0), 5, hour(1, 3)},
		{"a bare day before it has an hour", unnamed("壶盖弹开烫到了手", "", hour(2, 0), 0), 6, hour(2, 0)},
		{"and then", unnamed("壶盖弹开烫到了手", "", hour(2, 9), 0), 6, hour(2, 9)},
		{"and the day again", unnamed("壶盖弹开烫到了手", "", hour(2, 0), Days), 6, hour(2, 9)},
	}
	for _, s := range steps {
		visit(s.u)
		if ids() != s.ids || !s.u.Review.Published.Equal(s.at) {
			t.Errorf("%s: %d reviews, want %d; published %v, want %v", s.name, ids(), s.ids, s.u.Review.Published, s.at)
		}
	}
	two := []*Unnamed{unnamed("好", "", hour(8, 0), Days), unnamed("好", "", hour(8, 0), Days)}
	visit(two...)
	if ids() != 8 {
		t.Errorf("two that are alike on one page: %d reviews, want 8", ids())
	}
	visit(unnamed("好", "", hour(8, 0), Days), unnamed("好", "", hour(8, 0), Days), unnamed("好", "", hour(8, 0), Days))
	if ids() != 9 {
		t.Errorf("a third one: %d reviews, want 9", ids())
	}
}

func TestCounted(t *testing.T) {
	for s, want := range map[string]Unit{"3小时前": Hours, "发布于 3 天前": Days, "２周前·江西": Weeks, "刚刚": Hours, "5分钟之前": Minutes,
		"昨天 16:55": 0, "11-09": 0, "2026-11-09 16:55": 0, "1个月前": Months, "": 0} {
		if got := Counted(s); got != want {
			t.Errorf("%q: %c, want %c", s, got, want)
		}
	}
}
