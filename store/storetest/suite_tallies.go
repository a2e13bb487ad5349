package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/store"
)

func talliesCountReviews(t *testing.T, s *store.Store) {
	ctx := context.Background()
	graded := func(id string, g chaping.Grade, isDefault bool) chaping.Review {
		r := review("p1", id)
		r.Grade, r.Default = g, isDefault
		return r
	}
	var (
		bad     = graded("bad", chaping.Negative, false)
		bad2    = graded("bad2", chaping.Negative, false)
		silent  = graded("silent", chaping.Negative, false)
		neutral = graded("neutral", chaping.Neutral, false)
		good    = graded("good", chaping.Positive, false)
		auto    = graded("auto", chaping.Positive, true)
		odd     = graded("odd", chaping.Unrated, true)
		denies  = graded("denies", chaping.Positive, false)
	)
	before := graded("before", chaping.Negative, false)
	before.Published = period.Window().From.Add(-time.Second)
	all := []chaping.Review{bad, bad2, silent, neutral, good, auto, odd, denies, before}
	ok(t, s.PutReviews(ctx, all))
	ok(t, s.PutReviews(ctx, all))
	product := chaping.Product{
		Platform: "mall", ID: "p1", Name: "=HYPERLINK(\"x\")", URL: "https://mall.example/p1",
		Price: chaping.Price{Low: 19900, High: 25900}, Shop: chaping.Shop{ID: "s1", Name: "某店", Region: "上海市浦东新区"},
	}
	for _, keyword := range []string{"洗衣机", "滚筒"} {
		ok(t, s.PutListings(ctx, []chaping.Listing{{Keyword: keyword, Product: product, SeenAt: at(2)}}))
	}
	yes, no, perhaps := mention("漏水", chaping.Affirmed), mention("漏水", chaping.Negated), mention("漏水", chaping.Hypothetical)
	again := yes
	again.Start, again.End = 9, 11
	mined := []chaping.Mined{
		{Review: bad, Mentions: []chaping.Mention{yes, again, mention("异响", chaping.Affirmed)}},
		{Review: bad2, Mentions: []chaping.Mention{no, again}}, // denied once, affirmed once
		{Review: silent},
		{Review: neutral, Mentions: []chaping.Mention{yes}},
		{Review: good, Mentions: []chaping.Mention{yes, again}},
		{Review: auto, Mentions: []chaping.Mention{yes}},
		{Review: odd, Mentions: []chaping.Mention{yes}},
		{Review: denies, Mentions: []chaping.Mention{no, perhaps, mention("爆炸", chaping.Other)}},
	}
	mine(t, s, append(mined, mined...)...) // a batch that is sent twice changes nothing
	for range 2 {
		recount(t, s)
	}
	tally := func(keyword, term string, negative, hidden, affirmed uint64) chaping.Tally {
		return chaping.Tally{
			Period: period, Dictionary: dictionary, Keyword: keyword, Term: term, Product: product,
			NegativeReviews: negative, Reviews: 8, AllNegativeReviews: 3, ReviewsWithoutDefault: 6,
			HiddenComplaints: hidden, AffirmedReviews: affirmed,
		}
	}
	leak, noise := tally("洗衣机", "漏水", 2, 3, 6), tally("洗衣机", "异响", 1, 0, 1)
	drumLeak, drumNoise := tally("滚筒", "漏水", 2, 3, 6), tally("滚筒", "异响", 1, 0, 1)
	for _, test := range []struct {
		filter store.TallyFilter
		want   []chaping.Tally
	}{
		{store.TallyFilter{}, []chaping.Tally{leak, drumLeak, noise, drumNoise}},
		{store.TallyFilter{Keywords: []string{"滚筒"}}, []chaping.Tally{drumLeak, drumNoise}},
		{store.TallyFilter{Terms: []string{"异响", "爆炸"}}, []chaping.Tally{noise, drumNoise}},
		{store.TallyFilter{Keywords: []string{"洗衣机", "x"}, Terms: []string{"漏水"}}, []chaping.Tally{leak}},
		{store.TallyFilter{Terms: []string{"'); --"}}, nil},
	} {
		equal(t, tallies(t, s, test.filter), test.want)
	}
}

// versionsStandBesideEachOther keeps what two periods and two dictionaries say
// of the same reviews and products apart: FINAL must not take one for a copy
// of another.
func versionsStandBesideEachOther(t *testing.T, s *store.Store) {
	ctx := context.Background()
	periods := []chaping.Period{period, period.Next()}
	dictionaries := []string{"v1", "v2"}
	product := chaping.Product{Platform: "mall", ID: "p1", Name: "壶"}
	ok(t, s.PutListings(ctx, []chaping.Listing{{Keyword: "壶", Product: product, SeenAt: at(2)}}))
	for i, p := range periods {
		r := review("p1", fmt.Sprint("r", i))
		r.Published = p.Window().From.Add(time.Hour)
		ok(t, s.PutReviews(ctx, []chaping.Review{r}))
		for _, d := range dictionaries {
			Mine(t, s, p, d, nil, chaping.Mined{Review: r, Mentions: []chaping.Mention{mention("漏水", chaping.Affirmed)}})
		}
	}
	for _, p := range periods {
		for _, d := range dictionaries {
			counted, shown := 0, 0
			ok(t, s.Tallies(ctx, editionOf(t, s, p, d), store.TallyFilter{}, func(x *chaping.Tally) error {
				counted += int(x.AffirmedReviews)
				return nil
			}))
			ok(t, s.Evidence(ctx, editionOf(t, s, p, d), store.TallyFilter{}, func(*chaping.Evidence) error {
				shown++
				return nil
			}))
			if counted != 1 || shown != 1 {
				t.Errorf("period %s, dictionary %s: %d counted, %d shown, want 1 each", p, d, counted, shown)
			}
		}
	}
}

// talliesEqualANaiveCount compares the engine's counting with loops over maps.
func talliesEqualANaiveCount(t *testing.T, s *store.Store) {
	ctx := context.Background()
	random := rand.New(rand.NewPCG(2020, 328))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	latest := map[chaping.ReviewKey]chaping.Review{}
	for batch := range 6 {
		var list []chaping.Review
		for range 800 {
			r := review(pick("p0", "p1", "p2", "p3", "p4"), fmt.Sprint(random.IntN(500)))
			r.Platform = pick("jd", "mall")
			r.Grade = chaping.Grade(random.IntN(4))
			r.Default = random.IntN(5) == 0
			r.Published = at(random.IntN(40*24) - 5*24) // some before, some after the window
			r.Collected = at(1000 + batch).Add(time.Duration(len(list)) * time.Millisecond)
			list = append(list, r)
			latest[r.Key()] = r
		}
		random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		ok(t, s.PutReviews(ctx, list))
	}
	listed := map[string][]string{"jd/p0": {"壶"}, "jd/p1": {"壶", "杯"}, "mall/p0": {"壶", "杯", ""}, "mall/p2": {"杯"}, "jd/p3": {""}}
	for key, keywords := range listed {
		platform, id, _ := strings.Cut(key, "/")
		for _, keyword := range keywords {
			ok(t, s.PutListings(ctx, []chaping.Listing{{Keyword: keyword, Product: chaping.Product{Platform: platform, ID: id}, SeenAt: at(7)}}))
		}
	}

	type row struct{ keyword, term, platform, product string }
	want := map[row]*chaping.Tally{}
	var mined []chaping.Mined
	perProduct := map[string][]chaping.Review{}
	for _, r := range latest {
		if !period.Window().Contains(r.Published) {
			continue
		}
		product := r.Platform + "/" + r.Product
		perProduct[product] = append(perProduct[product], r)
		m := chaping.Mined{Review: r}
		affirms := map[string]bool{}
		for i := range random.IntN(5) {
			x := mention(pick("烫", "漏", "响"), chaping.Assertion(pick("affirmed", "affirmed", "negated", "hypothetical", "other")))
			x.Start, x.End = i, i+1
			m.Mentions = append(m.Mentions, x)
			if x.Assertion == chaping.Affirmed {
				affirms[x.Term] = true
			}
		}
		mined = append(mined, m)
		keywords := slices.DeleteFunc(slices.Clone(listed[product]), func(k string) bool { return k == "" })
		if len(keywords) == 0 { // it was never listed under one
			keywords = []string{""}
		}
		for term := range affirms {
			for _, keyword := range keywords {
				k := row{keyword, term, r.Platform, r.Product}
				if want[k] == nil {
					want[k] = &chaping.Tally{}
				}
				want[k].AffirmedReviews++
				if r.Grade == chaping.Negative {
					want[k].NegativeReviews++
				}
				if chaping.CountAs(&r, chaping.Unreviewed) == chaping.CountsHidden {
					want[k].HiddenComplaints++
				}
			}
		}
	}
	for k, x := range want {
		for _, r := range perProduct[k.platform+"/"+k.product] {
			x.Reviews++
			if r.Grade == chaping.Negative {
				x.AllNegativeReviews++
			}
			if !r.Default {
				x.ReviewsWithoutDefault++
			}
		}
		x.Period, x.Dictionary, x.Keyword, x.Term = period, dictionary, k.keyword, k.term
		x.Product.Platform, x.Product.ID = k.platform, k.product
	}
	mine(t, s, mined...)
	recount(t, s)
	got := tallies(t, s, store.TallyFilter{})
	if len(got) != len(want) || len(got) < 20 {
		t.Fatalf("%d tallies, want %d", len(got), len(want))
	}
	for i, x := range got {
		equal(t, x, *want[row{x.Keyword, x.Term, x.Product.Platform, x.Product.ID}])
		if i > 0 && (x.NegativeReviews > got[i-1].NegativeReviews ||
			x.NegativeReviews == got[i-1].NegativeReviews && x.AffirmedReviews > got[i-1].AffirmedReviews) {
			t.Errorf("row %d is out of order", i)
		}
	}
}

func nearestListing(t *testing.T, s *store.Store) {
	ctx := context.Background()
	end := period.Window().To
	r := review("p1", "r1")
	ok(t, s.PutReviews(ctx, []chaping.Review{r}))
	mine(t, s, chaping.Mined{Review: r, Mentions: []chaping.Mention{mention("漏水", chaping.Affirmed)}})
	for i, step := range []struct {
		seen time.Duration // from the end of the window
		want string
	}{
		{-90 * 24 * time.Hour, "0"},
		{30 * 24 * time.Hour, "1"},
		{-2 * time.Hour, "2"},
		{-3 * time.Hour, "2"},
		{2 * time.Hour, "4"}, // as near, but later
		{0, "5"},
	} {
		product := chaping.Product{Platform: "mall", ID: "p1", Name: fmt.Sprint(i), Price: chaping.Price{Low: int64(i), High: int64(i)}}
		ok(t, s.PutListings(ctx, []chaping.Listing{{Keyword: "洗衣机", Product: product, SeenAt: end.Add(step.seen)}}))
		recount(t, s)
		got := tallies(t, s, store.TallyFilter{})
		if len(got) != 1 || got[0].Product.Name != step.want || fmt.Sprint(got[0].Product.Price.Low) != step.want {
			t.Fatalf("after listing %d: %+v, want listing %s", i, got, step.want)
		}
	}
}

// importedFacts: of a product whose reviews were imported holds what the import said
// of it that most of them are of; a product table that
// was imported afterwards corrects it, until the next period ends.
func importedFacts(t *testing.T, s *store.Store) {
	ctx := context.Background()
	end := period.Window().To
	r, once, more := review("p1", "r1"), review("p1", "r2"), review("p1", "r3")
	day := func(n int) time.Time { return end.AddDate(0, 0, n) }
	for i, step := range []struct {
		at        time.Time
		of        chaping.Period // of the reviews that the import brings; none: a product table
		overlaps  bool           // it has one of this period's as well
		collected bool           // a collection saw the product, and stored nothing else
		want      string
	}{
		{at: day(-3), collected: true, want: "0"},
		{at: day(1), of: period, want: "1"},
		{at: day(2), of: period.Previous(), want: "1"},
		{at: day(3), of: period, want: "3"}, // the file was corrected
		{at: day(4), of: period.Next(), overlaps: true, want: "3"},
		{at: day(5), want: "5"},
		{at: day(6), want: "6"}, // the table was corrected
		{at: day(7), collected: true, want: "6"},
		{at: day(35), want: "6"}, // of what follows
		{at: day(36), of: period.Next(), want: "6"},
		{at: day(70), of: period, want: "10"},
	} {
		listing := chaping.Listing{Keyword: "洗衣机", SeenAt: step.at,
			Product: chaping.Product{Platform: "mall", ID: "p1", Name: fmt.Sprint(i), Price: chaping.Price{Low: int64(i), High: int64(i)}}}
		ok(t, s.PutListings(ctx, []chaping.Listing{listing}))
		run := store.Run{ID: store.ImportRun(step.at), Stage: store.StageImport, Started: step.at, Finished: step.at}
		switch {
		case step.collected:
			run.Stage = "collect"
		case step.of.IsZero():
			run.Counts = map[string]uint64{"products": 1}
		default:
			brought := []chaping.Review{r, once, more}
			if step.of != period {
				brought[0].ID, brought[0].Published = step.of.String(), step.of.Window().From
				if brought = brought[:1]; step.overlaps {
					brought = append(brought, once)
				}
			}
			for i := range brought {
				brought[i].Run, brought[i].Collected = run.ID, step.at
			}
			ok(t, s.PutReviews(ctx, brought))
		}
		ok(t, s.PutRun(ctx, run))
		if !step.collected || i > 0 {
			mine(t, s, chaping.Mined{Review: r, Mentions: []chaping.Mention{mention("漏水", chaping.Affirmed)}})
			got := tallies(t, s, store.TallyFilter{})
			if len(got) != 1 || got[0].Product.Name != step.want || fmt.Sprint(got[0].Product.Price.Low) != step.want {
				t.Errorf("after step %d: %+v, want what step %s said", i, got, step.want)
			}
		}
		key := chaping.ProductKey{Platform: "mall", Product: "p1"}
		known, err := s.Products(ctx, period.Window(), []chaping.ProductKey{key})
		ok(t, err)
		if list := known[key]; len(list) != 1 || list[0].Product.Name != step.want {
			t.Errorf("after step %d the product is known as %+v, want %s", i, list, step.want)
		}
		ok(t, s.ProductNames(ctx, period.Window(), func(_ chaping.ProductKey, _ []string, name string) error {
			if name != step.want {
				t.Errorf("after step %d the product is called %s, want %s", i, name, step.want)
			}
			return nil
		}))
		last, err := s.Products(ctx, chaping.Window{To: day(100)}, []chaping.ProductKey{key})
		ok(t, err)
		if list := last[key]; len(list) != 1 || list[0].Product.Name != fmt.Sprint(i) {
			t.Errorf("after step %d the product was known last as %+v", i, list)
		}
	}
}

func mentionsAreReplaced(t *testing.T, s *store.Store) {
	ctx := context.Background()
	r := review("p1", "r1")
	ok(t, s.PutReviews(ctx, []chaping.Review{r}))
	mine(t, s, chaping.Mined{Review: r, Mentions: []chaping.Mention{mention("漏水", chaping.Affirmed)}})
	recount(t, s)

	// Neither another version nor another period touches these.
	for _, other := range []struct {
		p chaping.Period
		d string
	}{{period, "other"}, {period.Next(), dictionary}} {
		Mine(t, s, other.p, other.d, nil)
	}
	equal(t, len(tallies(t, s, store.TallyFilter{})), 1)

	// What is being made anew is not seen before all of it is there.
	old := edition(t, s)
	_, editing, err := s.Edit(ctx, period, nil)
	ok(t, err)
	w, err := editing.Mentions(ctx, dictionary)
	ok(t, err)
	ok(t, w.Write(ctx, []chaping.Mined{{Review: r, Mentions: []chaping.Mention{mention("异响", chaping.Affirmed)}}}))
	ok(t, w.Flush(ctx))
	ok(t, w.Flush(ctx))
	e, err := editing.Count(ctx, w, store.Made{Reviews: 1})
	ok(t, err)
	equal(t, tallies(t, s, store.TallyFilter{})[0].Term, "漏水")
	ok(t, editing.Publish(ctx, e))
	editing.Close()
	ok(t, s.Unchanged(ctx, old)) // somebody may be reading it
	got := tallies(t, s, store.TallyFilter{})
	if len(got) != 1 || got[0].Term != "异响" || got[0].Keyword != "" {
		t.Fatalf("%+v", got)
	}
}

func emptyPeriod(t *testing.T, s *store.Store) {
	ctx := context.Background()
	_, n, err := s.WindowState(ctx, period.Window(), "")
	ok(t, err)
	equal(t, n, 0)
	equal(t, len(readAll(t, s, period.Window())), 0)
	mine(t, s)
	recount(t, s)
	equal(t, len(tallies(t, s, store.TallyFilter{})), 0)
	ok(t, s.Evidence(ctx, editionOf(t, s, period, "never mined"), store.TallyFilter{}, func(*chaping.Evidence) error {
		t.Error("evidence for nothing")
		return nil
	}))
}

func evidenceFollowsTallies(t *testing.T, s *store.Store) {
	ctx := context.Background()
	var (
		list  []chaping.Review
		mined []chaping.Mined
	)
	for i := range 1500 { // several chunks
		r := review(fmt.Sprint("p", i%7), fmt.Sprintf("%04d", i))
		if i%7 > 4 {
			r.Platform = "jd"
		}
		r.Text = fmt.Sprintf("第 %d 条", i)
		r.Published = at(i % 500)
		r.Grade = chaping.Grade(1 + i%3)
		list = append(list, r)
		m := chaping.Mined{Review: r, Mentions: []chaping.Mention{mention("漏水", chaping.Affirmed)}}
		if i%10 == 0 {
			second := mention("漏水", chaping.Affirmed)
			second.Start, second.End, second.Cue = 20, 22, "真的"
			m.Mentions = append(m.Mentions, second, mention("异响", chaping.Affirmed))
		}
		if i%3 == 0 {
			m.Mentions = append(m.Mentions, mention("爆炸", chaping.Negated))
		}
		mined = append(mined, m)
	}
	ok(t, s.PutReviews(ctx, list))
	for _, keyword := range []string{"壶", "杯"} {
		ok(t, s.PutListings(ctx, []chaping.Listing{{Keyword: keyword, Product: chaping.Product{Platform: "mall", ID: "p0"}, SeenAt: at(1)}}))
	}
	mine(t, s, append(mined, mined[:10]...)...)
	recount(t, s)

	byKey := map[chaping.ReviewKey]chaping.Review{}
	for _, r := range list {
		byKey[r.Key()] = r
	}
	for _, filter := range []store.TallyFilter{{}, {Keywords: []string{"杯"}}, {Terms: []string{"异响"}}} {
		var order, want []string
		counted := map[string]map[string]bool{}
		mentions := 0
		ok(t, s.Evidence(ctx, edition(t, s), filter, func(e *chaping.Evidence) error {
			row := strings.Join([]string{e.Keyword, e.Term, e.Review.Product}, "/")
			if len(order) == 0 || order[len(order)-1] != row {
				order = append(order, row)
			}
			if counted[row] == nil {
				counted[row] = map[string]bool{}
			}
			counted[row][e.Review.ID] = true
			mentions++
			equal(t, e.Review, byKey[e.Review.Key()])
			if e.Mention.Term != e.Term || e.Mention.Assertion != chaping.Affirmed || (e.Mention.Start == 20) != (e.Mention.Cue == "真的") {
				t.Errorf("%+v", e.Mention)
			}
			return nil
		}))
		for _, x := range tallies(t, s, filter) {
			row := strings.Join([]string{x.Keyword, x.Term, x.Product.ID}, "/")
			want = append(want, row)
			if len(counted[row]) != int(x.AffirmedReviews) {
				t.Errorf("%s: evidence of %d reviews, %d counted", row, len(counted[row]), x.AffirmedReviews)
			}
		}
		if !slices.Equal(order, want) {
			t.Errorf("rows %v, want %v", order, want)
		}
		if mentions == 0 {
			t.Error("no evidence")
		}
	}
	var all, first []string
	for most, list := range map[int]*[]string{0: &all, 700: &first} {
		ok(t, s.Evidence(ctx, edition(t, s), store.TallyFilter{Most: most}, func(e *chaping.Evidence) error {
			*list = append(*list, fmt.Sprint(e.Keyword, e.Term, e.Review.Key(), e.Review.Text, e.Mention))
			return nil
		}))
	}
	if len(first) != 700 || !slices.Equal(first, all[:700]) {
		t.Errorf("the first 700 of %d mentions are %d others", len(all), len(first))
	}

	// A review that has left the window since: what the mention knows remains.
	gone := list[1]
	gone.Published, gone.Collected = period.Window().To.AddDate(0, 2, 0), gone.Collected.Add(time.Hour)
	moved := list[8] // the same product, still there
	ok(t, s.PutReviews(ctx, []chaping.Review{gone}))
	found := map[string]string{}
	ok(t, s.Evidence(ctx, edition(t, s), store.TallyFilter{}, func(e *chaping.Evidence) error {
		found[e.Review.ID] = e.Review.Text
		return nil
	}))
	if found[moved.ID] != moved.Text {
		t.Errorf("text %q", found[moved.ID])
	}
	if _, there := found[gone.ID]; !there {
		t.Error("a mention got lost")
	}
	slices.Sort(all)
	for _, atATime := range []uint64{1, 300, 1 << 20} { // a product, some of them, a platform
		var parts []string
		ok(t, s.Evidence(ctx, edition(t, s), store.TallyFilter{AtATime: atATime}, func(e *chaping.Evidence) error {
			parts = append(parts, fmt.Sprint(e.Keyword, e.Term, e.Review.Key(), e.Review.Text, e.Mention))
			return nil
		}))
		slices.Sort(parts)
		equal(t, parts, all)
	}
}

// dictionariesStandSideBySide mines the same with two dictionaries: neither may
// take the other's mentions or tallies for later copies of its own.
func dictionariesStandSideBySide(t *testing.T, s *store.Store) {
	ctx := context.Background()
	r := review("p", "r")
	ok(t, s.PutReviews(ctx, []chaping.Review{r}))
	for range 2 {
		for _, d := range []string{"one", "two"} {
			Mine(t, s, period, d, nil, chaping.Mined{Review: r, Mentions: []chaping.Mention{mention("漏水", chaping.Affirmed)}})
		}
	}
	for _, d := range []string{"one", "two"} {
		all, affirmed, err := s.MentionCounts(ctx, editionOf(t, s, period, d))
		ok(t, err)
		tallies := 0
		ok(t, s.Tallies(ctx, editionOf(t, s, period, d), store.TallyFilter{}, func(*chaping.Tally) error { tallies++; return nil }))
		equal(t, []uint64{all, affirmed, uint64(tallies)}, []uint64{1, 1, 1})
	}
}
