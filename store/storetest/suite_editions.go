package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"chaping"
	"chaping/store"
)

// editions: what holds is whole, what is left over goes, and whoever has read
// what was dropped is told.
func editions(t *testing.T, s *store.Store) {
	ctx := context.Background()
	var found []chaping.Mined
	for i := range 30 {
		r := review("p1", fmt.Sprint(i))
		found = append(found, chaping.Mined{Review: r, Mentions: []chaping.Mention{mention("漏水", chaping.Affirmed)}})
		ok(t, s.PutReviews(ctx, []chaping.Review{r}))
	}
	terms := []chaping.Term{{Name: "漏水", Hazard: "leak"}}
	counted := func() (n uint64) {
		t.Helper()
		rows, err := s.Counts(ctx, store.CountQuery{By: []store.Dimension{store.ByTerm}, Dictionary: dictionary, First: period, Last: period})
		ok(t, err)
		for _, r := range rows {
			n += r.Affirmed
		}
		return n
	}
	if e := edition(t, s); e.Mined() {
		t.Fatalf("mined: %+v", e)
	}
	none := store.NewRejections(nil)
	first := Mine(t, s, period, dictionary, terms, found...)
	equal(t, counted(), 30)
	holds, err := s.Holds(ctx, first, none)
	ok(t, err)
	equal(t, holds, true)

	// Killed before it was published: nobody sees it, the next one drops it.
	for range 3 {
		_, editing, err := s.Edit(ctx, period, nil)
		ok(t, err)
		w, err := editing.Mentions(ctx, dictionary)
		ok(t, err)
		ok(t, w.Write(ctx, found[:7]))
		ok(t, w.Flush(ctx))
		_, err = editing.Count(ctx, w, store.Made{Terms: terms})
		ok(t, err)
		editing.Close()
	}
	equal(t, counted(), 30)
	equal(t, edition(t, s).ID(), first.ID())
	second := Mine(t, s, period, dictionary, terms, found[:20]...)
	equal(t, counted(), 20)
	// The edition before may be being read; the one before that goes.
	ok(t, s.Unchanged(ctx, first, second))
	Mine(t, s, period, dictionary, terms, found[:10]...)
	ok(t, s.Unchanged(ctx, second))
	if err := s.Unchanged(ctx, first); !errors.Is(err, store.ErrReplaced) {
		t.Errorf("what was dropped counts as read: %v", err)
	}

	// New listings make the tallies stale, and only them.
	ok(t, s.PutListings(ctx, []chaping.Listing{{Keyword: "壶", Product: chaping.Product{Platform: "mall", ID: "p1", Name: "壶"}, SeenAt: at(1)}}))
	third := edition(t, s)
	holds, err = s.Holds(ctx, third, none)
	ok(t, err)
	equal(t, holds, false)
	for range 4 {
		recount(t, s)
	}
	holds, err = s.Holds(ctx, edition(t, s), none)
	ok(t, err)
	equal(t, holds, true)
	equal(t, tallies(t, s, store.TallyFilter{})[0].Product.Name, "壶")
	equal(t, counted(), 10)
	ok(t, s.Unchanged(ctx, second)) // but for its tallies that nobody has made anew

	// What was forgotten is not there, nor does anything say that it is.
	_, editing, err := s.Edit(ctx, period, nil)
	ok(t, err)
	Mine(t, s, period.Next(), dictionary, terms)
	ok(t, editing.Forget(ctx, dictionary))
	editing.Close()
	equal(t, edition(t, s).Mined(), false)
	equal(t, counted(), 0)
	periods, err := s.CountedPeriods(ctx, dictionary, period, period.Next())
	ok(t, err)
	equal(t, periods, []chaping.Period{period.Next()})
}

// oneWriterAtATime: who wants to make an edition of a period waits for the one
// who is at it, others do not.
func oneWriterAtATime(t *testing.T, s *store.Store) {
	ctx := context.Background()
	_, first, err := s.Edit(ctx, period, func() { t.Error("nobody else is there") })
	ok(t, err)
	_, other, err := s.Edit(ctx, period.Next(), func() { t.Error("another period") })
	ok(t, err)
	other.Close()

	impatient, cancel := context.WithCancel(ctx)
	if _, _, err := s.Edit(impatient, period, cancel); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled while waiting: %v", err)
	}

	var inside atomic.Int32
	waiting, done := make(chan struct{}), make(chan error)
	const writers = 5
	for i := range writers {
		go func() {
			_, e, err := s.Edit(ctx, period, func() {
				if i == 0 {
					close(waiting)
				}
			})
			if err == nil {
				if n := inside.Add(1); n != 1 {
					err = fmt.Errorf("%d writers at once", n)
				}
				_, werr := e.Mentions(ctx, dictionary)
				err = errors.Join(err, werr)
				inside.Add(-1)
				e.Close()
			}
			done <- err
		}()
	}
	<-waiting
	first.Close()
	for range writers {
		ok(t, <-done)
	}
}

// rejectedIsLeftOut: what a person has rejected is out of every number that is
// made of mentions, and back in when the judgement is withdrawn.
func rejectedIsLeftOut(t *testing.T, s *store.Store) {
	ctx := context.Background()
	bad, good, both := review("p1", "bad"), review("p1", "good"), review("p2", "both")
	bad.Grade, good.Grade, both.Grade = chaping.Negative, chaping.Positive, chaping.Negative
	ok(t, s.PutReviews(ctx, []chaping.Review{bad, good, both}))
	for _, id := range []string{"p1", "p2"} {
		ok(t, s.PutListings(ctx, []chaping.Listing{{Keyword: "壶", Product: chaping.Product{Platform: "mall", ID: id, Name: id}, SeenAt: at(1)}}))
	}
	leak, smell := mention("漏水", chaping.Affirmed), mention("异味", chaping.Affirmed)
	again := leak
	again.Start, again.End = 9, 11
	terms := []chaping.Term{{Name: "漏水", Hazard: "leak", Severity: 3}, {Name: "异味", Hazard: "chemical", Severity: 2}}
	Mine(t, s, period, dictionary, terms,
		chaping.Mined{Review: bad, Mentions: []chaping.Mention{leak, again}},
		chaping.Mined{Review: good, Mentions: []chaping.Mention{leak}},
		chaping.Mined{Review: both, Mentions: []chaping.Mention{leak, smell}})

	numbers := func() (list []string) {
		t.Helper()
		e := edition(t, s)
		add := func(what string, args ...any) { list = append(list, what+" "+fmt.Sprint(args...)) }
		ok(t, s.Tallies(ctx, e, store.TallyFilter{}, func(x *chaping.Tally) error {
			add("tally", x.Product.ID, x.Term, x.NegativeReviews, x.HiddenComplaints, x.AffirmedReviews)
			return nil
		}))
		sentences := 0
		ok(t, s.Evidence(ctx, e, store.TallyFilter{}, func(*chaping.Evidence) error { sentences++; return nil }))
		add("evidence", sentences)
		ok(t, s.HazardCounts(ctx, e, terms, func(c *store.HazardCount) error {
			add("hazard", c.Product, c.Hazard, c.Affirmed[0])
			return nil
		}))
		severe := 0
		ok(t, s.Affirmed(ctx, e, []string{"漏水"}, func(chaping.ReviewKey) error { severe++; return nil }))
		add("severe", severe)
		_, affirmed, err := s.MentionCounts(ctx, e)
		ok(t, err)
		add("affirmed", affirmed, e.Affirmed)
		q := store.CountQuery{Dictionary: dictionary, First: period, Last: period, Known: terms}
		for _, by := range [][]store.Dimension{{store.ByTerm}, {store.ByHazard}, {store.ByDay}, {store.ByProduct}, {store.ByMonth}, {store.ByPlatform}} {
			q.By = by
			rows, err := s.Counts(ctx, q)
			ok(t, err)
			for _, r := range rows {
				add(string(by[0]), r.Keys, r.Affirmed, r.Negative, r.Hidden, r.Reviews)
			}
		}
		q.By, q.Terms = []store.Dimension{store.ByPlatform}, []string{"漏水", "异味"} // distinct reviews of both
		rows, err := s.Counts(ctx, q)
		ok(t, err)
		add("both terms", rows[0].Affirmed, rows[0].Negative)
		f, err := s.Funnel(ctx, q)
		ok(t, err)
		add("funnel", f.Mentions, f.Affirmed, f.Reviews, f.Negative, f.Hidden)
		latest, err := s.Sentences(ctx, q, store.AnyAffirmed, 10)
		ok(t, err)
		add("sentences", len(latest))
		for _, by := range []store.YearGroup{store.YearByTerm, store.YearByProduct} {
			ok(t, s.Year(ctx, store.YearQuery{Editions: []store.Edition{e}}, by, func(y *store.YearSum) error {
				add("year", y.Term, y.Product.ID, y.Negative, y.Affirmed)
				return nil
			}))
		}
		return list
	}
	judge := func(list ...chaping.Judged) *store.Rejections {
		t.Helper()
		r := store.NewRejections(list)
		_, editing, err := s.Edit(ctx, period, nil)
		ok(t, err)
		defer editing.Close()
		_, err = editing.Recount(ctx, edition(t, s), store.Made{Terms: terms, Reject: r})
		ok(t, err)
		return r
	}
	all := numbers()
	equal(t, all, []string{"tally p1漏水1 1 2", "tally p2异味1 0 1", "tally p2漏水1 0 1", "evidence 5",
		"hazard p1leak2", "hazard p2chemical1", "hazard p2leak1", "severe 3", "affirmed 5 5",
		"term [异味] 1 1 0 3", "term [漏水] 3 2 1 3", "hazard [chemical] 1 1 0 3", "hazard [leak] 3 2 1 3",
		"day [2026-10-25] 3 2 1 3", "product [p1] 2 1 1 2", "product [p2] 1 1 0 1", "month [2026-10] 3 2 1 3", "platform [mall] 3 2 1 3",
		"both terms 3 2", "funnel 5 5 3 2 1", "sentences 5", "year 漏水2 3", "year 异味1 1", "year p22 2", "year p11 2"})

	badLeak, bothSmell := chaping.Judged{Review: bad.Key(), Term: "漏水"}, chaping.Judged{Review: both.Key(), Term: "异味"}
	foreign := chaping.Judged{Review: chaping.ReviewKey{Platform: "mall", Product: "p1", Review: "of another period"}, Term: "漏水"}
	r := judge(badLeak, bothSmell, foreign)
	equal(t, numbers(), []string{"tally p2漏水1 0 1", "tally p1漏水0 1 1", "evidence 2",
		"hazard p1leak1", "hazard p2leak1", "severe 2", "affirmed 2 2",
		"term [漏水] 2 1 1 3", "hazard [leak] 2 1 1 3",
		"day [2026-10-25] 2 1 1 3", "product [p1] 1 0 1 2", "product [p2] 1 1 0 1", "month [2026-10] 2 1 1 3", "platform [mall] 2 1 1 3",
		"both terms 2 1", "funnel 5 2 2 1 1", "sentences 2", "year 漏水1 2", "year p21 1", "year p10 1"})
	var shown []string
	ok(t, s.Evidence(ctx, edition(t, s), store.TallyFilter{All: true}, func(e *chaping.Evidence) error {
		shown = append(shown, e.Review.ID+e.Term)
		return nil
	}))
	equal(t, len(shown), 5) // for the person who may withdraw it

	// Judgements of other periods change nothing here; one of this period does.
	for _, test := range []struct {
		list []chaping.Judged
		fits bool
	}{
		{[]chaping.Judged{bothSmell, badLeak}, true},
		{[]chaping.Judged{bothSmell, badLeak, {Review: good.Key(), Term: "异味"}}, true},
		{[]chaping.Judged{badLeak}, false},
		{nil, false},
	} {
		fits, err := s.Judged(ctx, edition(t, s), store.NewRejections(test.list))
		ok(t, err)
		equal(t, fits, test.fits)
	}
	holds, err := s.Holds(ctx, edition(t, s), r)
	ok(t, err)
	equal(t, holds, true)

	judge(badLeak, bothSmell, chaping.Judged{Review: good.Key(), Term: "漏水"}, chaping.Judged{Review: both.Key(), Term: "漏水"})
	equal(t, len(tallies(t, s, store.TallyFilter{})), 0)
	judge()
	equal(t, numbers(), all)
}
