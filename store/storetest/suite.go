package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chaping"
	"chaping/store"
)

// Suite is what every place of a store must pass. fresh makes an empty one.
func Suite(t *testing.T, fresh func(t testing.TB) store.Config) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, s *store.Store)
	}{
		{"ReviewsComeBack", reviewsComeBack},
		{"LaterCopyHolds", laterCopyHolds},
		{"CorrectedDateMovesReview", correctedDateMovesReview},
		{"WindowIsHalfOpen", windowIsHalfOpen},
		{"ManyMonthsAtOnce", manyMonthsAtOnce},
		{"ImpossibleReviewsAreRefused", impossibleReviewsAreRefused},
		{"HugeText", hugeText},
		{"WindowState", windowState},
		{"CountRun", countRun},
		{"HasReviews", hasReviews},
		{"TalliesCountReviews", talliesCountReviews},
		{"TalliesEqualANaiveCount", talliesEqualANaiveCount},
		{"NearestListing", nearestListing},
		{"ImportedFacts", importedFacts},
		{"MentionsAreReplaced", mentionsAreReplaced},
		{"DictionariesStandSideBySide", dictionariesStandSideBySide},
		{"Affirmed", affirmed},
		{"EmptyPeriod", emptyPeriod},
		{"EvidenceFollowsTallies", evidenceFollowsTallies},
		{"CountsEqualANaiveCount", countsEqualANaiveCount},
		{"SameNumberElsewhere", sameNumberElsewhere},
		{"WriteWhileReading", writeWhileReading},
		{"StopReading", stopReading},
		{"Concurrency", concurrency},
		{"Versions", versionsStandBesideEachOther},
		{"ReadOnly", readOnly},
		{"Runs", runs},
		{"ChangedSince", changedSince},
		{"Gaps", gaps},
		{"PeriodsSideBySide", periodsSideBySide},
		{"Editions", editions},
		{"OneWriterAtATime", oneWriterAtATime},
		{"RejectedIsLeftOut", rejectedIsLeftOut},
		{"Samples", samples},
		{"ProductHistory", productHistory},
		{"Search", search},
		{"ReviewsNamed", reviewsNamed},
		{"RemovePlatform", removePlatform},
		{"MediaOfReviews", mediaOfReviews},
		{"OpenImports", openImports},
		{"Unseen", unseen},
		{"ShopsOf", shopsOf},
		{"FollowUpsStay", followUpsStay},
		{"SameTexts", sameTexts},
		{"UndoImport", undoImport},
		{"UndoImportTwoWays", undoImportTwoWays},
		{"ImportsAreSeen", importsAreSeen},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, Open(t, fresh(t))) })
	}
	t.Run("ReopenKeepsData", func(t *testing.T) {
		cfg := fresh(t)
		ctx := context.Background()
		s, err := store.Open(ctx, cfg)
		ok(t, err)
		ok(t, s.PutReviews(ctx, []chaping.Review{review("p1", "r1")}))
		ok(t, s.Close())
		ok(t, s.Close())
		equal(t, readAll(t, Open(t, cfg), period.Window()), []chaping.Review{review("p1", "r1")})
	})
}

var period = chaping.Period{Year: 2026, Month: time.November}

const dictionary = "washer-3f2a"

// at is a moment in the period's window.
func at(hours int) time.Time { return period.Window().From.Add(time.Duration(hours) * time.Hour) }

func review(product, id string) chaping.Review {
	return chaping.Review{
		Platform: "mall", Product: product, ID: id, Published: at(1),
		Rating: 1, Grade: chaping.Negative, Rule: "stars-1",
		Text: "用了三天就漏水", Collected: at(1000), Run: "run-1",
	}
}

func mention(term string, a chaping.Assertion) chaping.Mention {
	return chaping.Mention{Term: term, Surface: term, Start: 5, End: 7, Assertion: a}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T any](t testing.TB, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("\n got %+v\nwant %+v", got, want)
	}
}

// readAll is what Reviews gives, by product and id.
func readAll(t testing.TB, s *store.Store, w chaping.Window) []chaping.Review {
	t.Helper()
	var list []chaping.Review
	ok(t, s.Reviews(context.Background(), w, func(r *chaping.Review) error {
		list = append(list, *r)
		return nil
	}))
	slices.SortFunc(list, func(a, b chaping.Review) int {
		return strings.Compare(a.Product+"\x00"+a.ID, b.Product+"\x00"+b.ID)
	})
	return list
}

func tallies(t testing.TB, s *store.Store, f store.TallyFilter) []chaping.Tally {
	t.Helper()
	var list []chaping.Tally
	ok(t, s.Tallies(context.Background(), edition(t, s), f, func(x *chaping.Tally) error {
		list = append(list, *x)
		return nil
	}))
	return list
}

// mine makes an edition of the suite's period and dictionary.
func mine(t testing.TB, s *store.Store, mined ...chaping.Mined) store.Edition {
	t.Helper()
	return Mine(t, s, period, dictionary, nil, mined...)
}

// Mine makes an edition of what mining is said to have found in the window as
// it is now.
func Mine(t testing.TB, s *store.Store, p chaping.Period, dictionary string, terms []chaping.Term, mined ...chaping.Mined) store.Edition {
	t.Helper()
	ctx, editing, err := s.Edit(context.Background(), p, nil)
	ok(t, err)
	defer editing.Close()
	state, reviews, err := s.WindowState(ctx, p.Window(), "")
	ok(t, err)
	w, err := editing.Mentions(ctx, dictionary)
	ok(t, err)
	ok(t, w.Write(ctx, mined))
	ok(t, w.Flush(ctx))
	e, err := editing.Count(ctx, w, store.Made{State: state, Reviews: reviews, Terms: terms})
	ok(t, err)
	ok(t, editing.Publish(ctx, e))
	return e
}

// edition is the one that holds.
func edition(t testing.TB, s *store.Store) store.Edition {
	t.Helper()
	return editionOf(t, s, period, dictionary)
}

func editionOf(t testing.TB, s *store.Store, p chaping.Period, dictionary string) store.Edition {
	t.Helper()
	e, err := s.Edition(context.Background(), p, dictionary)
	ok(t, err)
	return e
}

// recount makes the tallies of the edition that holds anew.
func recount(t testing.TB, s *store.Store) {
	t.Helper()
	ctx, editing, err := s.Edit(context.Background(), period, nil)
	ok(t, err)
	defer editing.Close()
	_, err = editing.Recount(ctx, edition(t, s), store.Made{})
	ok(t, err)
}

func reviewsComeBack(t *testing.T, s *store.Store) {
	full := chaping.Review{
		Platform: "jd", Product: "100", ID: "a", Published: at(3),
		Rating: 5, Grade: chaping.Positive, Rule: "jd-2016", Default: true,
		Text: "噪音小", Appended: "一周后开始漏水", AppendedAt: at(200),
		Collected: at(900).Add(7 * time.Millisecond), Run: "2026-11/jd",
	}
	var want []chaping.Review
	for i, text := range []string{
		"", "plain", "a\x00b", "\xff\xfe\xc3\x28", "'\\'; DROP TABLE reviews; --", "@from ? $1 {x:String} {{.}}",
		"😀\u200b漏水\r\n\t", strings.Repeat("洗", 5000),
	} {
		r := full
		r.ID = fmt.Sprintf("a%d", i)
		r.Text = text
		want = append(want, r)
	}
	bare := chaping.Review{Platform: "p", Product: "'\\\x00", ID: "\xff'", Published: at(4), Collected: at(5)}
	want = append([]chaping.Review{bare}, want...)
	ok(t, s.PutReviews(context.Background(), want))
	ok(t, s.PutReviews(context.Background(), nil))
	equal(t, readAll(t, s, period.Window()), want)
}

func laterCopyHolds(t *testing.T, s *store.Store) {
	ctx := context.Background()
	early, late := review("p1", "r1"), review("p1", "r1")
	late.Collected = early.Collected.Add(time.Millisecond)
	late.Appended, late.Run = "追评", "run-2"
	same := review("p1", "r2")
	for _, batch := range [][]chaping.Review{{late, same}, {early}, {same, same}, {early, late, same}, {early}} {
		ok(t, s.PutReviews(ctx, batch))
		equal(t, readAll(t, s, period.Window()), []chaping.Review{late, same})
	}
	n, err := s.ReviewCount(ctx)
	ok(t, err)
	equal(t, n, 2)

	// Copies of one millisecond: the same one holds whatever the order.
	a, b := review("p2", "a"), review("p2", "a")
	b.Text = "另一种说法"
	c, d := a, b
	c.ID, d.ID = "b", "b"
	ok(t, s.PutReviews(ctx, []chaping.Review{a, d}))
	ok(t, s.PutReviews(ctx, []chaping.Review{b, c}))
	got := readAll(t, s, period.Window())
	equal(t, got[2].Text, got[3].Text)
}

// mediaOfReviews: what the latest copy carries is found by the review's key, in
// whatever month it stands, and goes with what brought it.
func mediaOfReviews(t *testing.T, s *store.Store) {
	ctx := context.Background()
	var list []chaping.Review
	for i := range 130 {
		r := review("p", fmt.Sprintf("%03d", i))
		r.Published = time.Date(2010, time.Month(1+i), 3, 4, 5, 6, 0, chaping.Shanghai())
		if i%2 == 0 {
			r.Media = chaping.JoinMedia([]chaping.Medium{{URL: "https://a.example/1.jpg"}, {URL: "https://a.example/2", Video: true}})
		}
		list = append(list, r)
	}
	ok(t, s.PutReviews(ctx, list))
	ok(t, s.PutReviews(ctx, list)) // as after a kill
	later := list[0]
	later.Media, later.Collected = "https://a.example/3.jpg", later.Collected.Add(time.Hour)
	ok(t, s.PutReviews(ctx, []chaping.Review{later}))
	ok(t, s.PutReviews(ctx, list[:1])) // an earlier copy comes again
	keys := []chaping.ReviewKey{list[0].Key(), list[1].Key(), list[2].Key(), {Platform: "p", Product: "?", Review: "'"}}
	got, err := s.Media(ctx, keys)
	ok(t, err)
	equal(t, got, map[chaping.ReviewKey]string{keys[0]: later.Media, keys[2]: list[2].Media})
	if got, err = s.Media(ctx, nil); err != nil || len(got) != 0 {
		t.Errorf("%v %v", got, err)
	}
}

func correctedDateMovesReview(t *testing.T, s *store.Store) {
	ctx := context.Background()
	later := chaping.Period{Year: 2027, Month: time.May}.Window()
	r := review("p1", "r1")
	for i, published := range []time.Time{
		period.Window().From, later.From.Add(time.Hour), period.Window().To.Add(-time.Second), // other months and back
		period.Window().From.Add(-time.Second), // the same month, just outside
		at(5),
	} {
		r.Published = published
		r.Collected = at(1000 + i)
		ok(t, s.PutReviews(ctx, []chaping.Review{r}))
		for _, w := range []chaping.Window{period.Window(), later} {
			var want []chaping.Review
			if w.Contains(published) {
				want = []chaping.Review{r}
			}
			equal(t, readAll(t, s, w), want)
			_, n, err := s.WindowState(ctx, w, "")
			ok(t, err)
			equal(t, n, uint64(len(want)))
		}
	}
	mine(t, s, chaping.Mined{Review: r, Mentions: []chaping.Mention{mention("漏水", chaping.Affirmed)}})
	recount(t, s)
	equal(t, tallies(t, s, store.TallyFilter{})[0].Reviews, 1)
}

func windowIsHalfOpen(t *testing.T, s *store.Store) {
	w := period.Window()
	var want []chaping.Review
	for i, published := range []time.Time{w.From.Add(-time.Second), w.From, w.To.Add(-time.Second), w.To} {
		r := review("p", fmt.Sprint(i))
		r.Published = published
		ok(t, s.PutReviews(context.Background(), []chaping.Review{r}))
		if w.Contains(published) {
			want = append(want, r)
		}
	}
	equal(t, readAll(t, s, w), want)
	equal(t, len(readAll(t, s, chaping.Window{From: time.Time{}, To: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)})), 4)
}

func manyMonthsAtOnce(t *testing.T, s *store.Store) {
	var list []chaping.Review
	for i := range 130 {
		r := review("p", fmt.Sprintf("%03d", i))
		r.Published = time.Date(2010, time.Month(1+i), 3, 4, 5, 6, 0, chaping.Shanghai())
		list = append(list, r)
	}
	ok(t, s.PutReviews(context.Background(), list))
	all := chaping.Window{From: list[0].Published, To: period.Window().To}
	equal(t, readAll(t, s, all), list)
}

func impossibleReviewsAreRefused(t *testing.T, s *store.Store) {
	ctx := context.Background()
	for name, spoil := range map[string]func(*chaping.Review){
		"no date":      func(r *chaping.Review) { r.Published = time.Time{} },
		"year 1969":    func(r *chaping.Review) { r.Published = time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC) },
		"year 2106":    func(r *chaping.Review) { r.Published = time.Date(2106, 1, 1, 0, 0, 0, 0, chaping.Shanghai()) },
		"year 2162":    func(r *chaping.Review) { r.Published = at(0).AddDate(136, 0, 0) },
		"appended":     func(r *chaping.Review) { r.AppendedAt = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC) },
		"collected":    func(r *chaping.Review) { r.Collected = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC) },
		"no id":        func(r *chaping.Review) { r.ID = "" },
		"no product":   func(r *chaping.Review) { r.Product = "" },
		"no platform":  func(r *chaping.Review) { r.Platform = "" },
		"overlong id":  func(r *chaping.Review) { r.ID = strings.Repeat("x", 1025) },
		"great rating": func(r *chaping.Review) { r.Rating = 1 << 40 },
	} {
		bad := review("p", "bad")
		spoil(&bad)
		err := s.PutReviews(ctx, []chaping.Review{review("p", "good"), bad})
		var input *chaping.InputError
		if !errors.As(err, &input) || input.Problem == "" || input.Remedy == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, l := range []chaping.Listing{
		{Product: chaping.Product{Platform: "p"}, SeenAt: at(0)},
		{Product: chaping.Product{ID: "1"}, SeenAt: at(0)},
		{Product: chaping.Product{Platform: "p", ID: "1"}, SeenAt: at(0).AddDate(1000, 0, 0)},
	} {
		var input *chaping.InputError
		if err := s.PutListings(ctx, []chaping.Listing{l}); !errors.As(err, &input) {
			t.Errorf("%+v: %v", l, err)
		}
	}
	n, err := s.ReviewCount(ctx)
	ok(t, err)
	equal(t, n, 0)
}

func hugeText(t *testing.T, s *store.Store) {
	var list []chaping.Review
	for i := range 7 { // more than one insert
		r := review("p", fmt.Sprintf("%02d", i))
		r.Text = strings.Repeat("差评！\x00\xff", 1<<20)[:10<<20]
		list = append(list, r)
	}
	ok(t, s.PutReviews(context.Background(), list))
	got := readAll(t, s, period.Window())
	if len(got) != len(list) {
		t.Fatalf("%d of %d reviews", len(got), len(list))
	}
	for i := range got {
		if got[i] != list[i] {
			t.Fatalf("review %d differs", i)
		}
	}
}

func windowState(t *testing.T, s *store.Store) {
	ctx := context.Background()
	last := ""
	state := func() string {
		t.Helper()
		state, n, err := s.WindowState(ctx, period.Window(), last)
		ok(t, err)
		last = state
		again, m, err := s.WindowState(ctx, period.Window(), "", "1-0@before", state) // nothing has come in between
		if again != state {
			t.Errorf("%s was read again: %s", state, again)
		}
		ok(t, err)
		if !store.SameState(state, again) || n != m {
			t.Errorf("%s, %d reviews, then %s, %d", state, n, again, m)
		}
		state, _, _ = strings.Cut(state, "@")
		return state
	}
	seen := map[string]string{state(): "empty"}
	r := review("p", "r")
	for _, change := range []struct {
		name   string
		change func()
		same   bool
	}{
		{name: "one review", change: func() {}},
		{name: "collected again", change: func() { r.Run = "run-2" }, same: true},
		{name: "follow-up", change: func() { r.Appended = "追评" }},
		{name: "text", change: func() { r.Text += "！" }},
		{name: "grade", change: func() { r.Grade = chaping.Neutral }},
		{name: "default", change: func() { r.Default = true }},
		{name: "date", change: func() { r.Published = at(2) }},
		{name: "another review", change: func() { r.ID = "r2" }},
		{name: "outside the window", change: func() { r.ID, r.Published = "r3", period.Window().To }, same: true},
	} {
		before := state()
		change.change()
		r.Collected = r.Collected.Add(time.Hour)
		ok(t, s.PutReviews(ctx, []chaping.Review{r}))
		after := state()
		if (after == before) != change.same {
			t.Errorf("%s: %s, then %s", change.name, before, after)
		}
		if was, known := seen[after]; known && !change.same {
			t.Errorf("%s: state as with %s", change.name, was)
		}
		seen[after] = change.name
	}
}

func countRun(t *testing.T, s *store.Store) {
	ctx := context.Background()
	a, b, again := review("p", "a"), review("p", "b"), review("p", "a")
	again.Run, again.Collected = "run-2", again.Collected.Add(time.Second)
	for _, batch := range [][]chaping.Review{{a, b}, {a, b}, {again}} {
		ok(t, s.PutReviews(ctx, batch))
	}
	for run, want := range map[string]uint64{"run-1": 2, "run-2": 1, "run-3": 0} {
		got, err := s.CountRun(ctx, run)
		ok(t, err)
		if got != want {
			t.Errorf("%s: %d reviews, want %d", run, got, want)
		}
	}
}

func writeWhileReading(t *testing.T, s *store.Store) {
	ctx := context.Background()
	const n = 150_000
	var list []chaping.Review
	for i := range n {
		r := review(fmt.Sprint("p", i%100), fmt.Sprint(i))
		r.Text = fmt.Sprintf("第 %d 条：用了三天就漏水", i)
		list = append(list, r)
	}
	ok(t, s.PutReviews(ctx, list))
	_, editing, err := s.Edit(ctx, period, nil)
	ok(t, err)
	defer editing.Close()
	w, err := editing.Mentions(ctx, dictionary)
	ok(t, err)
	read := 0
	ok(t, s.Reviews(ctx, period.Window(), func(r *chaping.Review) error {
		read++
		if read%20_000 == 0 { // an insert of its own in the middle of the stream
			if err := w.Flush(ctx); err != nil {
				return err
			}
		}
		return w.Write(ctx, []chaping.Mined{{Review: *r, Mentions: []chaping.Mention{mention("漏水", chaping.Affirmed)}}})
	}))
	ok(t, w.Flush(ctx))
	equal(t, read, n)
	e, err := editing.Count(ctx, w, store.Made{Reviews: n})
	ok(t, err)
	equal(t, edition(t, s).Mined(), false) // nobody sees it yet
	ok(t, editing.Publish(ctx, e))
	var affirmed uint64
	for _, x := range tallies(t, s, store.TallyFilter{}) {
		affirmed += x.AffirmedReviews
	}
	equal(t, affirmed, n)
}

func stopReading(t *testing.T, s *store.Store) {
	ctx := context.Background()
	var list []chaping.Review
	for i := range 100_000 {
		list = append(list, review("p", fmt.Sprint(i)))
	}
	ok(t, s.PutReviews(ctx, list))
	enough := errors.New("enough")
	for range 20 { // more often than there are connections
		n := 0
		err := s.Reviews(ctx, period.Window(), func(*chaping.Review) error { n++; return enough })
		if !errors.Is(err, enough) || n != 1 {
			t.Fatalf("%v after %d reviews", err, n)
		}
		cancelled, cancel := context.WithCancel(ctx)
		err = s.Reviews(cancelled, period.Window(), func(*chaping.Review) error { cancel(); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("cancelled, but: %v", err)
		}
		if _, _, err = s.Edit(cancelled, period, nil); !errors.Is(err, context.Canceled) {
			t.Fatalf("cancelled before, but: %v", err)
		}
	}
	equal(t, len(readAll(t, s, period.Window())), len(list))
}

func concurrency(t *testing.T, s *store.Store) {
	ctx := context.Background()
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 10 {
				r := review(fmt.Sprint("p", g), fmt.Sprint(i))
				if err := s.PutReviews(ctx, []chaping.Review{r, review("shared", fmt.Sprint(i))}); err != nil {
					t.Error(err)
				}
				if err := s.PutListings(ctx, []chaping.Listing{{Product: chaping.Product{Platform: "mall", ID: "x"}, SeenAt: at(i)}}); err != nil {
					t.Error(err)
				}
				if _, _, err := s.WindowState(ctx, period.Window(), ""); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	n, err := s.ReviewCount(ctx)
	ok(t, err)
	equal(t, n, 90)
}

func affirmed(t *testing.T, s *store.Store) {
	ctx := context.Background()
	mine(t, s,
		chaping.Mined{Review: review("p", "twice"), Mentions: []chaping.Mention{mention("漏电", chaping.Affirmed), mention("起火", chaping.Affirmed)}},
		chaping.Mined{Review: review("p", "not"), Mentions: []chaping.Mention{mention("漏电", chaping.Negated), mention("异响", chaping.Affirmed)}},
	)
	for _, test := range []struct {
		terms []string
		want  int
	}{{[]string{"漏电", "起火"}, 1}, {[]string{"异响"}, 1}, {[]string{"漏电", "异响"}, 2}, {nil, 0}} {
		got := 0
		ok(t, s.Affirmed(ctx, edition(t, s), test.terms, func(chaping.ReviewKey) error { got++; return nil }))
		if got != test.want {
			t.Errorf("%v: %d reviews, want %d", test.terms, got, test.want)
		}
	}
}

func hasReviews(t *testing.T, s *store.Store) {
	ctx := context.Background()
	ok(t, s.PutReviews(ctx, []chaping.Review{review("p", "a")}))
	for platform, want := range map[string]bool{"mall": true, "mal": false, "": false} {
		got, err := s.HasReviews(ctx, platform)
		ok(t, err)
		if got != want {
			t.Errorf("%q: %v, want %v", platform, got, want)
		}
	}
}

// The final word of a run holds over what it said on the way, whichever came
// last, and the latest run's over those before.
func gaps(t *testing.T, s *store.Store) {
	ctx := context.Background()
	w := period.Window()
	said := func(product, run, missing string, final bool, hours int) chaping.Coverage {
		return chaping.Coverage{Platform: "mall", Product: product, Window: w, Run: run, Missing: missing, Final: final, At: at(hours)}
	}
	other := said("whole", "1", "另一个范围", true, 9)
	other.Window = period.Previous().Window()
	ok(t, s.PutCoverage(ctx, []chaping.Coverage{
		said("whole", "1", "没有读完", false, 1), said("whole", "1", "", true, 2), said("whole", "1", "没有读完", false, 3), other,
		said("begun", "1", "没有读完", false, 1),
		said("mended", "1", "超过 5 页", true, 1), said("mended", "2", "", true, 2),
		said("cut", "1", "", true, 1), said("cut", "2", "超过 5 页", true, 2),
	}))
	ok(t, s.PutCoverage(ctx, []chaping.Coverage{said("cut", "2", "没有读完", false, 3), said("cut", "1", "", true, 1)}))
	got, err := s.Gaps(ctx, w)
	ok(t, err)
	begun, cut := said("begun", "1", "没有读完", false, 1), said("cut", "2", "超过 5 页", false, 2)
	equal(t, got, []chaping.Coverage{begun, cut})
}

// doneIn names what was finished in the store.
func doneIn(t *testing.T, s *store.Store) string {
	t.Helper()
	name, err := s.Done(context.Background())
	ok(t, err)
	return name
}

func runs(t *testing.T, s *store.Store) {
	ctx := context.Background()
	empty := doneIn(t, s)
	mined := store.Run{ID: "m1", Stage: "mine", Period: period, Dictionary: dictionary, State: "3-ff", Started: at(1)}
	ok(t, s.PutRun(ctx, mined))
	mined.Finished = at(2)
	mined.Counts = map[string]uint64{"reviews": 3, "提及": 4}
	ok(t, s.PutRun(ctx, mined))
	failed := store.Run{ID: "m2", Stage: "mine", Period: period, Dictionary: "other", Started: at(3), Finished: at(4), Error: "断电", Counts: map[string]uint64{}}
	ok(t, s.PutRun(ctx, failed))
	if doneIn(t, s) == empty {
		t.Error("runs have ended, and nothing was finished")
	}
	imported := store.Run{ID: "i1", Stage: "import", Started: at(5), Counts: map[string]uint64{}}
	done := doneIn(t, s)
	ok(t, s.PutRun(ctx, imported))
	equal(t, doneIn(t, s), done) // a run that goes on has finished nothing
	for _, test := range []struct {
		filter store.RunFilter
		want   []store.Run
	}{
		{store.RunFilter{}, []store.Run{imported, failed, mined}},
		{store.RunFilter{Limit: 1}, []store.Run{imported}},
		{store.RunFilter{ID: "m1"}, []store.Run{mined}},
		{store.RunFilter{Stage: "mine"}, []store.Run{failed, mined}},
		{store.RunFilter{Stage: "mine", Period: period, Dictionary: dictionary}, []store.Run{mined}},
		{store.RunFilter{Period: period.Next()}, nil},
	} {
		equal(t, runsOf(t, s, test.filter), test.want)
	}
	if !mined.Done() || failed.Done() || imported.Done() {
		t.Error("Done is wrong")
	}

	// A clock that was ahead and was set back hides nothing that comes after.
	ahead := store.Run{ID: "a1", Stage: "mine", Period: period, Dictionary: dictionary, Started: at(9000), Counts: map[string]uint64{}}
	ok(t, s.PutRun(ctx, ahead))
	mined.Counts = map[string]uint64{"reviews": 9}
	ok(t, s.PutRun(ctx, mined))
	equal(t, runsOf(t, s, store.RunFilter{Stage: "mine", Dictionary: dictionary}), []store.Run{mined, ahead})
	ahead.Started, ahead.Finished = at(2), at(3)
	ok(t, s.PutRun(ctx, ahead))
	equal(t, runsOf(t, s, store.RunFilter{Stage: "mine", Dictionary: dictionary}), []store.Run{ahead, mined})
}

func runsOf(t *testing.T, s *store.Store, f store.RunFilter) []store.Run {
	t.Helper()
	list, err := s.Runs(context.Background(), f)
	ok(t, err)
	for i := range list {
		list[i].Sequence = 0
	}
	return list
}

// changedSince looks for runs that ended since and concern a window.
func changedSince(t *testing.T, s *store.Store) {
	ctx := context.Background()
	w := period.Window()
	later := w.To.AddDate(0, 1, 0)
	for i, test := range []struct {
		run  store.Run
		want bool
	}{
		{store.Run{Stage: "mine", Period: period.Next(), Finished: at(5)}, false},
		{store.Run{Stage: store.StageImport, State: store.Dates(later, later), Finished: at(5), Counts: map[string]uint64{"accepted": 1}}, false},
		{store.Run{Stage: "collect", Period: period}, false}, // still going on
		{store.Run{Stage: "mine", Period: period, Finished: at(2)}, false},
		{store.Run{Stage: "mine", Period: period, Finished: at(5)}, true},
		{store.Run{Stage: store.StageImport, State: store.Dates(w.From, later), Finished: at(6), Counts: map[string]uint64{"accepted": 1}}, true},
		{store.Run{Stage: store.StageImport, Finished: at(7), Counts: map[string]uint64{"products": 1}}, true},
		{store.Run{Stage: store.StageUndo, Finished: at(8)}, true},
	} {
		since := at(3)
		if test.want {
			since = test.run.Finished.Add(-time.Second) // after those before it
		}
		test.run.ID, test.run.Started = fmt.Sprint("run", i), at(1)
		ok(t, s.PutRun(ctx, test.run))
		got, err := s.ChangedSince(ctx, w, since)
		ok(t, err)
		if got != test.want {
			t.Errorf("%+v: %v", test.run, got)
		}
	}
}
