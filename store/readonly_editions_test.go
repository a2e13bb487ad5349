package store_test

import (
	"fmt"
	"testing"
	"time"

	"chaping"
	"chaping/store"
	"chaping/store/storetest"
)

// TestReadOnlySeesWhatHolds: a user's SELECT counts no edition twice, and none
// that is being made.
func TestReadOnlySeesWhatHolds(t *testing.T) {
	s := storetest.Open(t, storetest.Embedded(t))
	r := aReview()
	must(t, s.PutReviews(ctx, []chaping.Review{r}))
	leak := chaping.Mention{Term: "漏水", Surface: "漏水", End: 2, Assertion: chaping.Affirmed}
	smell := chaping.Mention{Term: "异味", Surface: "异味", Start: 3, End: 5, Assertion: chaping.Affirmed}
	for range 3 {
		storetest.Mine(t, s, period, "d", nil, chaping.Mined{Review: r, Mentions: []chaping.Mention{leak, smell}})
	}
	_, e, err := s.Edit(ctx, period, nil)
	must(t, err)
	ed, err := s.Edition(ctx, period, "d")
	must(t, err)
	_, err = e.Recount(ctx, ed, store.Made{Reject: store.NewRejections([]chaping.Judged{{Review: r.Key(), Term: "异味"}})})
	must(t, err)
	w, err := e.Mentions(ctx, "d") // begun, never published
	must(t, err)
	must(t, w.Write(ctx, []chaping.Mined{{Review: r, Mentions: []chaping.Mention{leak}}}))
	must(t, w.Flush(ctx))
	e.Close()

	for _, test := range []struct{ sql, want string }{
		{"SELECT count() FROM mentions", "[[2]]"},
		{"SELECT term, assertion FROM mentions ORDER BY term", "[[异味 rejected] [漏水 affirmed]]"},
		{"SELECT dictionary, term, affirmed_reviews FROM tallies WHERE affirmed_reviews > 0", "[[d 漏水 1]]"},
		{"SELECT sum(reviews) FROM counts WHERE grain = 0 AND level = 3 AND dictionary = 'd'", "[[1]]"},
		{"SELECT m.term, r.id FROM mentions AS m INNER JOIN reviews AS r ON m.review = r.id WHERE m.assertion = 'affirmed'", "[[漏水 " + r.ID + "]]"},
		{"SELECT count() FROM (SELECT review FROM mentions WHERE term IN (SELECT term FROM tallies WHERE affirmed_reviews > 0))", "[[1]]"},
		{"WITH mentions AS (SELECT 7 AS n) SELECT n FROM mentions", "[[7]]"},
	} {
		a, err := s.ReadOnly(ctx, test.sql, store.Limits{Rows: 10, Time: time.Minute, Memory: 1 << 30})
		if got := fmt.Sprint(a.Rows); err != nil || got != test.want {
			t.Errorf("%s: %s, want %s (%v)", test.sql, got, test.want, err)
		}
	}
	_, err = s.ReadOnly(ctx, "SELECT count() FROM mentions FINAL", store.Limits{Rows: 10, Time: time.Minute, Memory: 1 << 30})
	wantError(t, err, chaping.CodeInput, "不加 FINAL")
}
