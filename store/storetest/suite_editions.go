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
	first := Mine(t, s, period, dictionary, terms, found...)
	equal(t, counted(), 30)
	holds, err := s.Holds(ctx, first)
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
	holds, err = s.Holds(ctx, third)
	ok(t, err)
	equal(t, holds, false)
	for range 4 {
		recount(t, s)
	}
	holds, err = s.Holds(ctx, edition(t, s))
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
