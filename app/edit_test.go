package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/demo/synth"
	"chaping/nlp"
	"chaping/store"
	"chaping/store/storetest"
)

// TestEditEqualsMiningEverything edits a dictionary several times; each time
// the mentions and the counts must be those of mining all reviews anew.
func TestEditEqualsMiningEverything(t *testing.T) {
	t.Run("embedded", func(t *testing.T) { testEdit(t, storetest.Open(t, storetest.Embedded(t)), true) })
	t.Run("server", func(t *testing.T) {
		testEdit(t, storetest.Open(t, storetest.StartServer(t).Database(t)), false) // 18.16 cannot search: all is mined
	})
}

func testEdit(t *testing.T, s *store.Store, searches bool) {
	ctx := t.Context()
	period := chaping.Period{Year: 2026, Month: time.November}
	names := synth.Terms(60)
	load := synth.Load{Seed: 3, Reviews: 6000, Window: period.Window(), Terms: names}
	var reviews []chaping.Review
	put := func() {
		t.Helper()
		if err := s.PutReviews(ctx, reviews); err != nil {
			t.Fatal(err)
		}
	}
	err := load.Each(now, func(r *chaping.Review) error {
		switch {
		case len(reviews)%97 == 0: // other writings, which a search for the plain form misses
			r.Text = strings.NewReplacer("电", "電", "裂", "裂 ", "松", "鬆", "水", "水*", "头", "頭", "热", "\u200b熱").Replace(r.Text)
		case len(reviews)%331 == 0:
			r.Text += "\xff坏字节" + names[len(reviews)%60]
		case len(reviews)%501 == 0:
			r.Appended = "追评：" + names[len(reviews)%60] + "了"
		case len(reviews) == 4000:
			r.Text = strings.Repeat("用了三天就"+names[7]+"了啊", 6000) // longer than a piece
		}
		reviews = append(reviews, *r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	put()
	// A later copy in the window, and one that leaves it.
	for i := range 50 {
		reviews[i].Text, reviews[i].Collected = "用了三天就"+names[i]+"了", now.Add(time.Hour)
		if i%5 == 0 {
			reviews[i].Published = period.Window().To.AddDate(0, 1, 0)
		}
	}
	reviews = reviews[:50]
	put()

	terms := func(names ...string) (list []chaping.Term) {
		for _, n := range names {
			list = append(list, chaping.Term{Name: n, Hazard: "mechanical", Severity: 2})
		}
		return list
	}
	with := func(list []chaping.Term, name string, surfaces ...string) []chaping.Term {
		list = slices.Clone(list)
		i := slices.IndexFunc(list, func(t chaping.Term) bool { return t.Name == name })
		list[i].Surfaces = surfaces
		return list
	}
	first := terms(names[:40]...)
	moment := now
	for i, edit := range []struct {
		name  string
		terms []chaping.Term
		full  bool
	}{
		{"first", first, true},
		{"more terms", terms(names[:45]...), false},
		{"fewer", terms(names[3:40]...), false},
		{"another form", with(first, names[5], "鼓包", "又松又散"), false},
		{"a form inside others", append(terms(names[:40]...), terms("断裂", "电源线")...), false},
		{"the same words, other hazard", func() []chaping.Term {
			list := slices.Clone(first)
			for i := range list {
				list[i].Hazard = "fire"
			}
			return list
		}(), false},
	} {
		miner, err := nlp.NewMiner(&nlp.Dictionary{Terms: edit.terms})
		if err != nil {
			t.Fatal(err)
		}
		moment = moment.Add(time.Minute)
		p := &Pipeline{Store: s, Miner: miner, Now: func() time.Time { return moment }}
		quick, err := p.Mine(ctx, period, false)
		if err != nil {
			t.Fatal(err)
		}
		if full := quick.Mined == quick.Reviews; full != (edit.full || !searches) {
			t.Errorf("%s: mined %d of %d reviews", edit.name, quick.Mined, quick.Reviews)
		}
		counts := everyCount(t, s, period, miner)
		got := everyMention(t, s, period, miner.Version())
		moment = moment.Add(time.Minute)
		all, err := p.Mine(ctx, period, true)
		if err != nil {
			t.Fatal(err)
		}
		want := everyMention(t, s, period, miner.Version())
		if !slices.Equal(got, want) {
			t.Errorf("%s: %d mentions, mining everything gives %d", edit.name, len(got), len(want))
		}
		if again := everyCount(t, s, period, miner); again != counts {
			t.Errorf("%s: counts %s, mining everything gives %s", edit.name, counts, again)
		}
		all.Mined, quick.Mined = 0, 0
		if quick != all || all.Mentions != uint64(len(want)) || len(want) == 0 {
			t.Errorf("%s: %+v, mining everything gives %+v", edit.name, quick, all)
		}
		t.Logf("%d %s: %d mentions", i, edit.name, len(want))
	}
}

func everyMention(t *testing.T, s *store.Store, period chaping.Period, dictionary string) []string {
	t.Helper()
	var list []string
	e, err := s.Edition(context.Background(), period, dictionary)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Mentions(context.Background(), e, func(m *store.StoredMention) error {
		list = append(list, fmt.Sprintf("%+v", *m))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func everyCount(t *testing.T, s *store.Store, period chaping.Period, miner *nlp.Miner) string {
	t.Helper()
	rows, err := s.Counts(t.Context(), store.CountQuery{By: []store.Dimension{store.ByHazard, store.ByProduct}, Dictionary: miner.Version(), First: period, Last: period})
	if err != nil || len(rows) == 0 {
		t.Fatal(err, len(rows))
	}
	return fmt.Sprintf("%+v", rows)
}
