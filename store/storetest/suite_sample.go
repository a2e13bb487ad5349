package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"chaping"
	"chaping/store"
)

// samples: what is drawn is the same whenever it is drawn, stays drawn when
// reviews come, and the frame counts what it is drawn from.
func samples(t *testing.T, s *store.Store) {
	ctx := context.Background()
	terms := []chaping.Term{{Name: "漏水", Hazard: "leak"}, {Name: "异味", Hazard: "chemical"}}
	var found []chaping.Mined
	var reviews []chaping.Review
	add := func(from, to int) {
		for i := from; i < to; i++ {
			r := review(fmt.Sprintf("p%d", i%3), fmt.Sprint(i))
			switch {
			case i%10 == 0:
				r.Grade, r.Rating, r.Default, r.Text = chaping.Positive, 5, true, "默认好评"
			case i%2 == 0:
				r.Grade, r.Rating = chaping.Positive, 5
			}
			if i%25 == 1 && i%4 != 3 {
				r.Text = ""
			}
			reviews = append(reviews, r)
			switch i % 4 {
			case 3: // negative
				m := chaping.Mined{Review: r, Mentions: []chaping.Mention{mention("漏水", chaping.Affirmed), mention("漏水", chaping.Affirmed)}}
				m.Mentions[1].Start, m.Mentions[1].End = 2, 4
				if i%8 == 7 {
					m.Mentions = append(m.Mentions, mention("异味", chaping.Affirmed))
				}
				found = append(found, m)
			case 2:
				found = append(found, chaping.Mined{Review: r, Mentions: []chaping.Mention{mention("异味", chaping.Negated)}})
			}
		}
		ok(t, s.PutReviews(ctx, reviews))
	}
	type drawn struct{ mentions, unfound []string }
	const seed = 5
	draw := func(e store.Edition) (d drawn, f store.Frame) {
		t.Helper()
		f, err := s.SampleFrame(ctx, e)
		ok(t, err)
		var wanted []store.TermDraw
		for i, term := range f.Terms {
			wanted = append(wanted, store.TermDraw{Term: term.Term, Stratum: i, Wanted: 8, Population: term.Pairs})
		}
		list, err := s.SampleMentions(ctx, e, seed, wanted)
		ok(t, err)
		for _, v := range list {
			equal(t, v.Review.Text, "用了三天就漏水")
			equal(t, v.Mention.Assertion, chaping.Affirmed)
			if v.Term == "漏水" {
				equal(t, v.Mention.Start, 2) // the first of two
			}
			d.mentions = append(d.mentions, v.Term+v.Review.ID)
		}
		rest, err := s.SampleReviews(ctx, e, seed, &f, 5, 5)
		ok(t, err)
		for i := range rest {
			if r := &rest[i]; r.Default || r.Body() == "" {
				t.Errorf("drawn: %+v", r)
			}
			d.unfound = append(d.unfound, rest[i].ID)
		}
		return d, f
	}
	add(0, 400)
	e := Mine(t, s, period, dictionary, terms, found...)
	first, f := draw(e)
	equal(t, f.Terms, []store.TermFrame{{Term: "异味", Negative: true, Pairs: 50, Kept: 50}, {Term: "漏水", Negative: true, Pairs: 100, Kept: 100}})
	texts, other := uint64(0), uint64(0)
	for i := range reviews {
		if r := &reviews[i]; !r.Default && r.Body() != "" {
			if r.Grade == chaping.Negative {
				texts++
			} else {
				other++
			}
		}
	}
	equal(t, f.Reviews, 400)
	equal(t, f.Defaults, 40)
	equal(t, f.Satisfied, 200)
	equal(t, f.Negative, texts)
	equal(t, f.Other, other)
	equal(t, f.NegativeAffirmed, 100)
	equal(t, f.OtherAffirmed+f.Hidden, 0)
	if len(first.mentions) != 16 || len(first.unfound) < 10 || len(first.unfound) == 400 {
		t.Fatalf("%+v", first)
	}
	again, _ := draw(e)
	equal(t, again, first)
	if next, err := s.SampleMentions(ctx, e, seed+1, []store.TermDraw{{Term: "漏水", Wanted: 5, Population: 100}}); err != nil || len(next) < 5 ||
		slices.Equal(first.mentions[:3], []string{"漏水" + next[0].Review.ID, "漏水" + next[1].Review.ID, "漏水" + next[2].Review.ID}) {
		t.Errorf("another seed draws the same: %v", err)
	}

	// Half as many again: of what was drawn nothing changes its order.
	add(400, 600)
	grown, _ := draw(Mine(t, s, period, dictionary, terms, found...))
	for _, term := range terms {
		of := func(list []string, within []string) (names []string) {
			for _, name := range list {
				if strings.HasPrefix(name, term.Name) && slices.Contains(within, name) {
					names = append(names, name)
				}
			}
			return names
		}
		before, after := of(first.mentions, first.mentions), of(grown.mentions, first.mentions)
		if len(after) < 3 || !slices.Equal(after, before[:len(after)]) {
			t.Errorf("%v is no beginning of %v", after, before)
		}
	}

	// A month without anything.
	none, err := s.SampleFrame(ctx, Mine(t, s, period.Previous(), dictionary, terms))
	ok(t, err)
	equal(t, none, store.Frame{})
}
