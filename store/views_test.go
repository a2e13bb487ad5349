package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/store"
	"chaping/store/storetest"
)

// TestViews: the places beside the embedded one are held to it by TestServer and
// TestCluster.
func TestViews(t *testing.T) {
	s := storetest.Open(t, storetest.Embedded(t))
	viewsForOthers(t, s)
	// A user's statement may read them too, beside its own names for what holds.
	for sql, want := range map[string]string{
		"SELECT term, sum(negative_reviews) FROM bi_counts WHERE latest = 1 AND keyword = '水壶' AND term = '漏水' GROUP BY term": "漏水 1",
		"SELECT assertion, count() FROM bi_mentions WHERE assertion = 'rejected' GROUP BY assertion":                          "rejected 1",
		"SELECT grade, count() FROM bi_reviews WHERE grade = '差评' GROUP BY grade":                                             "差评 2",
		"SELECT term, count() FROM bi_rejections WHERE term IN (SELECT term FROM mentions) GROUP BY term":                     "漏水 1",
		"SELECT shop, count() FROM bi_products GROUP BY shop":                                                                 "某店 4",
	} {
		a, err := s.ReadOnly(ctx, sql, store.Limits{Rows: 10, Time: time.Minute, Memory: 1 << 30})
		if err != nil || len(a.Rows) != 1 || fmt.Sprintf("%v %v", a.Rows[0]...) != want {
			t.Errorf("%s: %v, %v, want %s", sql, a.Rows, err, want)
		}
	}
}

// viewsForOthers holds what programs that draw pictures see against what a sheet
// counts: after minings with two dictionaries, a rejection, and a review that
// has changed.
func viewsForOthers(t *testing.T, s *store.Store) {
	from := period.Window().From
	of := func(product, id string, g chaping.Grade, rating int) chaping.Review {
		return chaping.Review{Platform: "mall", Product: product, ID: id, Published: from.Add(time.Hour), Rating: rating, Grade: g, Text: "漏水", Collected: from}
	}
	bad, bad2, good := of("p1", "bad", chaping.Negative, 1), of("p1", "bad2", chaping.Negative, 1), of("p1", "good", chaping.Positive, 5)
	dry := of("p2", "dry", chaping.Negative, 1)
	put := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	put(s.PutReviews(ctx, []chaping.Review{bad, bad2, good, dry}))
	dry.Grade, dry.Rating, dry.Collected = chaping.Neutral, 3, from.Add(time.Minute)
	put(s.PutReviews(ctx, []chaping.Review{dry}))
	for _, id := range []string{"p1", "p2"} {
		p := chaping.Product{Platform: "mall", ID: id, Name: "壶" + id, Price: chaping.Price{Low: 1990, High: 2990},
			Shop: chaping.Shop{ID: "s1", Name: "某店", Region: "上海市"}}
		put(s.PutListings(ctx, []chaping.Listing{{Keyword: "水壶", Product: p, SeenAt: from}, {Keyword: "电水壶", Product: p, SeenAt: from}}))
	}
	says := func(term string, a chaping.Assertion) chaping.Mention {
		return chaping.Mention{Term: term, Surface: term, Start: 0, End: 2, Assertion: a}
	}
	leak, smell := says("漏水", chaping.Affirmed), says("异味", chaping.Affirmed)
	terms := []chaping.Term{{Name: "漏水", Hazard: "leak", Severity: 3}, {Name: "异味", Hazard: "chemical", Severity: 2}}
	storetest.Mine(t, s, period, "older", terms, chaping.Mined{Review: bad, Mentions: []chaping.Mention{smell}})
	for range 2 {
		storetest.Mine(t, s, period, "newer", terms,
			chaping.Mined{Review: bad, Mentions: []chaping.Mention{leak, smell}},
			chaping.Mined{Review: bad2, Mentions: []chaping.Mention{leak}},
			chaping.Mined{Review: good, Mentions: []chaping.Mention{leak}},
			chaping.Mined{Review: dry, Mentions: []chaping.Mention{says("漏水", chaping.Negated)}})
	}
	for i, dictionary := range []string{"older", "newer"} {
		at := from.Add(time.Duration(i) * time.Hour)
		put(s.PutRun(ctx, store.Run{ID: dictionary, Stage: "mine", Period: period, Dictionary: dictionary, Started: at, Finished: at.Add(time.Minute)}))
	}
	held, err := s.Edition(ctx, period, "newer")
	put(err)
	_, editing, err := s.Edit(ctx, period, nil)
	put(err)
	rejected := store.NewRejections([]chaping.Judged{{Review: bad2.Key(), Term: "漏水"}})
	held, err = editing.Recount(ctx, held, store.Made{Terms: terms, Reject: rejected})
	put(err)
	editing.Close()

	var sheet, view []string
	put(s.Tallies(ctx, held, store.TallyFilter{}, func(x *chaping.Tally) error {
		sheet = append(sheet, fmt.Sprintln(x.Keyword, x.Term, x.Product.ID, x.Product.Name, x.Product.Shop.Name, x.Product.Shop.Region,
			float64(x.Product.Price.Low)/100, x.NegativeReviews, x.HiddenComplaints, x.AffirmedReviews, x.Reviews, x.AllNegativeReviews))
		return nil
	}))
	if len(sheet) != 4 {
		t.Fatalf("the sheet has %d rows: %q", len(sheet), sheet)
	}
	rows, err := s.Conn().Query(ctx, `SELECT keyword, term, product, name, shop, region, price_low, negative_reviews, hidden_complaints,
		affirmed_reviews, reviews, all_negative_reviews
		FROM bi_counts WHERE period = 202611 AND month = toDate('2026-11-01') AND latest = 1 AND dictionary = 'newer'`)
	put(err)
	defer rows.Close()
	for rows.Next() {
		var keyword, term, product, name, shop, region string
		var price float64
		var negative, hidden, affirmed, reviews, all uint64
		put(rows.Scan(&keyword, &term, &product, &name, &shop, &region, &price, &negative, &hidden, &affirmed, &reviews, &all))
		view = append(view, fmt.Sprintln(keyword, term, product, name, shop, region, price, negative, hidden, affirmed, reviews, all))
	}
	put(rows.Err())
	slices.Sort(sheet)
	slices.Sort(view)
	if !slices.Equal(sheet, view) {
		t.Errorf("the view says\n%s\nthe sheet\n%s", strings.Join(view, ""), strings.Join(sheet, ""))
	}

	// What docs/recipes.md shows is answered.
	text, err := os.ReadFile(filepath.Join("..", "docs", "recipes.md"))
	put(err)
	shown := 0
	for _, m := range regexp.MustCompile("(?s)```sql\n(SELECT.*?)```").FindAllStringSubmatch(string(text), -1) {
		rows, err := s.Conn().Query(ctx, strings.ReplaceAll(m[1], "电热水壶", "水壶"))
		put(err)
		if !rows.Next() {
			t.Errorf("nothing comes of\n%s%v", m[1], rows.Err())
		}
		put(rows.Close())
		shown++
	}
	if shown < 4 {
		t.Errorf("recipes.md shows %d statements", shown)
	}

	for sql, want := range map[string]uint64{
		"SELECT count() FROM bi_counts WHERE latest = 0 AND dictionary = 'older'": 2,
		"SELECT count() FROM bi_counts":                                           6,
		"SELECT count() FROM bi_reviews":                                          4,
		"SELECT count() FROM bi_reviews WHERE grade = '差评'":                       2,
		"SELECT count() FROM bi_reviews WHERE grade = '中评' AND rating = 3":        1,
		"SELECT count() FROM bi_reviews WHERE day = toDate('2026-10-25')":         4,
		"SELECT count() FROM bi_mentions WHERE latest = 1":                        5,
		"SELECT count() FROM bi_mentions":                                         6,
		"SELECT uniqExact(review) FROM bi_mentions WHERE latest = 1 AND term = '漏水' AND assertion = 'affirmed' AND grade = '差评'": 1,
		"SELECT count() FROM bi_mentions WHERE assertion = 'rejected' AND term = '漏水'":                                           1,
		"SELECT count() FROM bi_mentions WHERE assertion = 'negated' AND product = 'p2'":                                         1,
		"SELECT count() FROM bi_rejections WHERE term = '漏水' AND latest = 1":                                                     1,
		"SELECT count() FROM bi_products WHERE keyword = '水壶' AND shop = '某店' AND price_high = 29.9":                             2,
		// A review is the same in all of them.
		"SELECT count() FROM bi_rejections WHERE review GLOBAL IN (SELECT review FROM bi_mentions WHERE assertion = 'rejected')": 1,
		"SELECT count() FROM bi_mentions WHERE review GLOBAL IN (SELECT review FROM bi_reviews)":                                 6,
	} {
		var n uint64
		if err := s.Conn().QueryRow(ctx, sql).Scan(&n); err != nil || n != want {
			t.Errorf("%s: %d, %v, want %d", sql, n, err, want)
		}
	}
}
