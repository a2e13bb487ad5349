package storetest

import (
	"context"
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/store"
)

// productHistory: listings in their order, reviews by the day in Shanghai.
func productHistory(t *testing.T, s *store.Store) {
	ctx := context.Background()
	l := func(keyword string, seen time.Time, fen int64) chaping.Listing {
		return chaping.Listing{Keyword: keyword, SeenAt: seen, Product: chaping.Product{Platform: "mall", ID: "p1", Name: "水壶", Price: chaping.Price{Low: fen, High: fen}}}
	}
	other := l("水壶", at(1), 1)
	other.Product.ID = "p2"
	ok(t, s.PutListings(ctx, []chaping.Listing{l("水壶", at(50), 300), l("水壶", at(2), 200), l("电热", at(2), 200), other}))
	listings, err := s.ListingHistory(ctx, chaping.ProductKey{Platform: "mall", Product: "p1"})
	ok(t, err)
	equal(t, listings, []chaping.Listing{l("水壶", at(2), 200), l("电热", at(2), 200), l("水壶", at(50), 300)})

	byName := l("水壶", at(3), 200)
	byName.Product.ID, byName.Product.Platform = "水壶", "named"
	elsewhere := byName
	elsewhere.Product.Shop.Name, elsewhere.SeenAt = "某店", at(4)
	ok(t, s.PutListings(ctx, []chaping.Listing{byName, elsewhere}))
	stored, err := s.NamedProducts(ctx, "named")
	ok(t, err)
	slices.Sort(stored["水壶"])
	equal(t, stored, map[string][]string{"水壶": {"", "某店"}})
	none, err := s.NamedProducts(ctx, "mall")
	ok(t, err)
	equal(t, none, map[string][]string{})

	// p1 had other keywords, p3 gets one for the first time, 水壶 one that it has.
	blank := l("", at(1), 1)
	blank.Product.ID = "p3"
	again, first := byName, blank
	again.SeenAt, first.SeenAt, first.Keyword = at(60), at(60), "烧水壶"
	ok(t, s.PutListings(ctx, []chaping.Listing{l("烧水壶", at(60), 200), again, blank, first}))
	moved, _, err := s.Relisted(ctx, at(60))
	ok(t, err)
	equal(t, moved.Products, 1)
	equal(t, []string{moved.Example, moved.Under}, []string{"水壶", "烧水壶"})
	for seen, want := range map[int]uint64{1: 0, 60: 0, 61: 1} {
		if seen == 61 {
			bare := l("", at(61), 1)
			bare.Product.ID = "p4"
			ok(t, s.PutListings(ctx, []chaping.Listing{bare, l("", at(61), 200)}))
		}
		_, keyless, err := s.Relisted(ctx, at(seen))
		ok(t, err)
		equal(t, keyless, want)
	}
	unmoved, _, err := s.Relisted(ctx, at(2))
	ok(t, err)
	equal(t, unmoved, store.Relisted{})
	unnamed, repeated, byID := review("p7", "sha256-00aa"), review("p7", "sha256-00bb"), review("p7", "named")
	unnamed.Run, repeated.Run, byID.Run = "one", "two", "one"
	ok(t, s.PutReviews(ctx, []chaping.Review{unnamed, byID, repeated}))
	for run, want := range map[string]bool{"one": true, "two": true} {
		if found, err := s.HasUnnamed(ctx, "mall", run); err != nil || found != want {
			t.Errorf("%s: %v %v", run, found, err)
		}
	}
	if found, err := s.HasUnnamed(ctx, "elsewhere", "one"); err != nil || found {
		t.Error(found, err)
	}
	var alike []string
	hour := chaping.Window{From: unnamed.Published, To: unnamed.Published.Add(time.Second)}
	for run, w := range map[string]chaping.Window{"two": hour, "one": {From: hour.To, To: hour.To.Add(time.Hour)}} {
		ok(t, s.AlikeReviews(ctx, "mall", []string{"p7", "p8"}, w, run, func(r chaping.StoredReview) error {
			sum := md5.Sum([]byte(unnamed.Text))
			if r.Text != binary.BigEndian.Uint64(sum[:8]) || !r.Published.Equal(unnamed.Published) {
				t.Errorf("%+v", r)
			}
			alike = append(alike, fmt.Sprint(r.Product, r.ID, r.Rating))
			return nil
		}))
	}
	equal(t, alike, []string{fmt.Sprint("p7sha256-00aa", unnamed.Rating)})

	english, japanese, mixed := review("p9", "en"), review("p9", "ja"), review("p9", "mixed")
	english.Text, japanese.Text, mixed.Text = "The lid flew off", "蓋が飛んで火傷しました、ひどい", "OK, very good 烫手"
	for _, r := range []*chaping.Review{&english, &japanese, &mixed} {
		r.Published = at(-24 * 90)
	}
	ok(t, s.PutReviews(ctx, []chaping.Review{english, japanese, mixed}))
	foreign, err := s.ForeignTexts(ctx, chaping.Window{From: at(-24 * 90), To: at(-24 * 89)})
	ok(t, err)
	equal(t, foreign, uint64(2))

	early, late, good := review("p1", "early"), review("p1", "late"), review("p1", "good")
	early.Published = at(0).Add(-time.Second) // the day before, by a second
	good.Grade, good.Published = chaping.Positive, at(23)
	ok(t, s.PutReviews(ctx, []chaping.Review{early, late, good, review("p2", "x")}))
	ok(t, s.PutReviews(ctx, []chaping.Review{late})) // again
	days, err := s.ReviewDays(ctx, chaping.ProductKey{Platform: "mall", Product: "p1"})
	ok(t, err)
	equal(t, days, []store.DayCount{{Day: at(-24), Reviews: 1, Negative: 1}, {Day: at(0), Reviews: 2, Negative: 1}})
}

// search finds products and shops by what they are called now.
func search(t *testing.T, s *store.Store) {
	ctx := context.Background()
	l := func(id, name, shop string, seen time.Time) chaping.Listing {
		return chaping.Listing{Keyword: "k", SeenAt: seen, Product: chaping.Product{Platform: "mall", ID: id, Name: name, Shop: chaping.Shop{Name: shop}}}
	}
	ok(t, s.PutListings(ctx, []chaping.Listing{
		l("1", "电热水壶", "甲店", at(1)),
		l("1", "养生壶", "甲店", at(2)), // another name now
		l("2", "电热水壶 USB", "乙店", at(1)),
		l("3", "Usb 电扇", "甲店", at(1)),
		l("3", "usb 电扇", "丙店", at(3)), // moved
		l("4", "电热水壶", "甲店", at(1)),
	}))
	for _, tt := range []struct {
		text  string
		want  []string // numbers of products
		shops []string
	}{
		{"电热水壶", []string{"4", "2"}, nil},
		{"养生", []string{"1"}, nil},
		{"uSB", []string{"3", "2"}, nil},
		{"3", []string{"3"}, nil},
		{"店", nil, []string{"丙店", "乙店", "甲店"}},
		{"丙", nil, []string{"丙店"}},
		{"%' OR 1", nil, nil},
	} {
		products, err := s.SearchProducts(ctx, tt.text, 10)
		ok(t, err)
		var ids, shops []string
		for _, p := range products {
			ids = append(ids, p.ID)
		}
		found, err := s.SearchShops(ctx, tt.text, 10)
		ok(t, err)
		for _, p := range found {
			shops = append(shops, p.Shop.Name)
		}
		slices.Sort(ids)
		slices.Sort(shops)
		slices.Sort(tt.want)
		slices.Sort(tt.shops)
		if !slices.Equal(ids, tt.want) || !slices.Equal(shops, tt.shops) {
			t.Errorf("%q: products %v, shops %v", tt.text, ids, shops)
		}
	}
	some, err := s.SearchProducts(ctx, "电", 2)
	ok(t, err)
	equal(t, len(some), 2)
}

// removePlatform leaves nothing of one platform and all of the others.
func removePlatform(t *testing.T, s *store.Store) {
	ctx := context.Background()
	kept := review("p1", "kept")
	kept.Platform = "jd"
	product := chaping.Product{Platform: "mall", ID: "p1"}
	ok(t, s.PutListings(ctx, []chaping.Listing{{Keyword: "k", Product: product, SeenAt: at(1)}}))
	ok(t, s.PutReviews(ctx, []chaping.Review{review("p1", "gone"), kept}))
	ok(t, s.PutReviews(ctx, []chaping.Review{review("p1", "gone")}))
	mention := chaping.Mention{Term: "漏水", Surface: "漏水", Start: 5, End: 7, Assertion: chaping.Affirmed}
	run := store.Run{ID: "import-1", Stage: "import"}
	ok(t, s.PutRun(ctx, run))
	mine(t, s, chaping.Mined{Review: review("p1", "gone"), Mentions: []chaping.Mention{mention}}, chaping.Mined{Review: kept, Mentions: []chaping.Mention{mention}})
	before, _, err := s.WindowState(ctx, period.Window(), "")
	ok(t, err)
	if err := s.RemovePlatform(ctx, "mall"); err != nil && strings.Contains(err.Error(), "升级到 20.10") {
		return // a cluster of old servers says that it cannot
	}
	for range 2 {
		ok(t, s.RemovePlatform(ctx, "mall"))
	}
	after, reviews, err := s.WindowState(ctx, period.Window(), before)
	ok(t, err)
	if equal(t, reviews, uint64(1)); store.SameState(before, after) {
		t.Error("the window's state does not tell that reviews went")
	}
	if edition(t, s).Mined() {
		t.Error("what was mined of reviews that are gone still holds")
	}
	runs, err := s.Runs(ctx, store.RunFilter{ID: run.ID})
	ok(t, err)
	removed, err := s.RemovedSince(ctx, runs[0])
	ok(t, err)
	equal(t, removed, true)
	Mine(t, s, period, dictionary, []chaping.Term{{Name: "漏水"}}, chaping.Mined{Review: kept, Mentions: []chaping.Mention{mention}})
	counts, err := s.Counts(ctx, store.CountQuery{By: []store.Dimension{store.ByTerm}, Dictionary: dictionary, First: period, Last: period})
	ok(t, err)
	equal(t, len(counts), 1)
	equal(t, counts[0].Reviews, uint64(1))
	equal(t, readAll(t, s, period.Window()), []chaping.Review{kept})
	listings, err := s.ListingHistory(ctx, chaping.ProductKey{Platform: "mall", Product: "p1"})
	ok(t, err)
	equal(t, len(listings), 0)
	var left []string
	ok(t, s.Tallies(ctx, edition(t, s), store.TallyFilter{}, func(tally *chaping.Tally) error {
		left = append(left, tally.Product.Platform)
		return nil
	}))
	equal(t, left, []string{"jd"})
}

// periodsSideBySide: neither another period nor another dictionary takes
// anything away, though their rows have the same sorting key.
func periodsSideBySide(t *testing.T, s *store.Store) {
	ctx := context.Background()
	type build struct {
		period     chaping.Period
		dictionary string
	}
	builds := []build{{period, dictionary}, {period.Previous(), dictionary}, {period, "other"}, {period.Previous().Previous(), dictionary}}
	for _, b := range builds {
		r := review("p1", b.period.String())
		r.Published = b.period.Window().From.Add(time.Hour)
		ok(t, s.PutReviews(ctx, []chaping.Review{r}))
		Mine(t, s, b.period, b.dictionary, nil, chaping.Mined{Review: r, Mentions: []chaping.Mention{{Term: "漏水", Surface: "漏水", Start: 5, End: 7, Assertion: chaping.Affirmed}}})
	}
	for _, b := range builds {
		e := editionOf(t, s, b.period, b.dictionary)
		tallies, sentences, reviews := 0, 0, 0
		ok(t, s.Tallies(ctx, e, store.TallyFilter{}, func(*chaping.Tally) error { tallies++; return nil }))
		ok(t, s.Evidence(ctx, e, store.TallyFilter{}, func(*chaping.Evidence) error { sentences++; return nil }))
		ok(t, s.Affirmed(ctx, e, []string{"漏水"}, func(chaping.ReviewKey) error { reviews++; return nil }))
		if tallies != 1 || sentences != 1 || reviews != 1 {
			t.Errorf("%v %s: %d tallies, %d sentences, %d reviews", b.period, b.dictionary, tallies, sentences, reviews)
		}
	}
}

// reviewsNamed reads reviews by their keys, of any month, the latest copy once.
func reviewsNamed(t *testing.T, s *store.Store) {
	ctx := context.Background()
	one, other, later := review("p1", "one"), review("p1", "other"), review("p2", "later")
	later.Published = at(24 * 100)
	ok(t, s.PutReviews(ctx, []chaping.Review{one, other, later}))
	one.Text, one.Collected = "改过的", at(24*200)
	ok(t, s.PutReviews(ctx, []chaping.Review{one}))
	found := map[string]string{}
	keys := []chaping.ReviewKey{later.Key(), one.Key(), {Platform: "mall", Product: "p1", Review: "gone"}}
	ok(t, s.ReviewsNamed(ctx, keys, func(r *chaping.Review) error {
		found[r.ID] += r.Text
		return nil
	}))
	equal(t, found, map[string]string{"one": "改过的", "later": later.Text})
	ok(t, s.ReviewsNamed(ctx, nil, func(*chaping.Review) error { t.Error("a review of no key"); return nil }))
}

// shopsOf: products of which several shops have one number, or all.
func shopsOf(t *testing.T, s *store.Store) {
	ctx := context.Background()
	of := func(id, shop string, hour int) chaping.Listing {
		return chaping.Listing{Keyword: "壶", SeenAt: at(hour), Product: chaping.Product{Platform: "shop", ID: id, Shop: chaping.Shop{Name: shop}}}
	}
	elsewhere := of("7（丁店）", "丁店", 1)
	elsewhere.Product.Platform = "mall"
	ok(t, s.PutListings(ctx, []chaping.Listing{of("7", "乙店", 2), of("7", "甲店", 1), of("7（京东 丙店）", "丙店", 1), of("8", "甲店", 1), elsewhere}))
	for all, want := range map[bool]map[string]string{
		false: {"7": "乙店", "7（京东 丙店）": "丙店"},
		true:  {"7": "乙店", "7（京东 丙店）": "丙店", "8": "甲店"},
	} {
		got, err := s.ShopsOf(ctx, "shop", all)
		if err != nil || !maps.Equal(got, want) {
			t.Errorf("all %t: %v %v, want %v", all, got, err, want)
		}
	}
}

// unseen: what was never listed nor reviewed, of several values, each.
func unseen(t *testing.T, s *store.Store) {
	ctx := context.Background()
	ok(t, s.PutReviews(ctx, []chaping.Review{review("bare", "1")}))
	ok(t, s.PutListings(ctx, []chaping.Listing{{Keyword: "壶", SeenAt: at(1), Product: chaping.Product{
		Platform: "shop", ID: "A", Shop: chaping.Shop{Name: "甲店", Region: "浙江省"}}}}))
	for of, values := range map[store.Dimension][]string{
		store.ByPlatform: {"mall", "shop", "nope"}, store.ByKeyword: {"壶", "nope"}, store.ByShop: {"nope", "甲店"},
		store.ByProduct: {"bare", "A", "nope"}, store.ByRegion: {"浙江省", "nope"},
	} {
		list, err := s.Unseen(ctx, of, values)
		if err != nil || len(list) != 1 || list[0] != "nope" {
			t.Errorf("%s: %q %v", of, list, err)
		}
	}
}
