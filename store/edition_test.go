package store_test

import (
	"context"
	"testing"

	"chaping"
	"chaping/store"
	"chaping/store/storetest"
)

// TestLeftOvers: what killed writers and recounting leave on disk is bounded:
// two editions, each with the tallies before its last ones.
func TestLeftOvers(t *testing.T) {
	s := storetest.Open(t, storetest.Embedded(t))
	must(t, s.PutReviews(ctx, []chaping.Review{aReview()}))
	mined := []chaping.Mined{{Review: aReview(), Mentions: []chaping.Mention{{Term: "漏水", End: 2, Assertion: chaping.Affirmed}}}}
	killed := func(publish bool) {
		t.Helper()
		_, e, err := s.Edit(ctx, period, nil)
		must(t, err)
		defer e.Close()
		w, err := e.Mentions(ctx, "d")
		must(t, err)
		must(t, w.Write(ctx, mined))
		must(t, w.Flush(ctx))
		ed, err := e.Count(ctx, w, store.Made{})
		must(t, err)
		if publish {
			must(t, e.Publish(ctx, ed))
			for range 3 {
				_, err = e.Recount(ctx, ed, store.Made{})
				must(t, err)
			}
		}
	}
	for range 3 {
		killed(false)
		killed(true)
	}
	for table, most := range map[string]int{"mentions": 2, "counts": 2, "tallies": 4} {
		rows, err := s.Conn().Query(context.Background(), "SELECT DISTINCT partition FROM system.parts WHERE active AND database = currentDatabase() AND table = '"+table+"'")
		must(t, err)
		n := 0
		for rows.Next() {
			n++
		}
		rows.Close()
		if n == 0 || n > most {
			t.Errorf("%s is in %d partitions, want at most %d", table, n, most)
		}
	}
}
