package importer

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"chaping"
	"chaping/ingest"
)

// The ID of a review that came without one is made of its content, rating and
// second included. Another export of the same shop may write 好评 for five stars,
// or leave out the seconds: its reviews would be stored once more. They are looked
// for among those that are stored, and have their IDs.

// A byContent is a review of a batch whose ID was made of its content.
type byContent struct {
	at    int // in the batch
	buyer string
	sure  bool // one that is alike in all that is known is the same
}

// An occasion is what reviews have in common that may be the same.
type occasion struct {
	product string
	minute  int64
	text    uint64
}

func occasionOf(r *chaping.Review) occasion {
	return occasion{r.Product, r.Published.Unix() / 60, ingest.TextHash(r.Text)}
}

// known gives reviews of a batch the IDs under which they are stored in another
// notation.
func (im *run) known(ctx context.Context, b *batch) error {
	if im.Alike == nil || len(b.byContent) == 0 {
		return nil
	}
	stored := map[occasion][]chaping.StoredReview{}
	var products []string
	w := chaping.Window{}
	for _, c := range b.byContent {
		r := &b.reviews[c.at]
		stored[occasionOf(r)] = nil
		products = append(products, r.Product)
		if at := r.Published.Truncate(time.Minute); w.From.IsZero() || at.Before(w.From) {
			w.From = at
		}
		if at := r.Published.Truncate(time.Minute).Add(time.Minute); at.After(w.To) {
			w.To = at
		}
	}
	slices.Sort(products)
	for some := range slices.Chunk(slices.Compact(products), 1000) {
		err := im.Alike(ctx, some, w, func(s chaping.StoredReview) error {
			at := occasion{s.Product, s.Published.Unix() / 60, s.Text}
			if list, wanted := stored[at]; wanted {
				stored[at] = latest(list, s)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	found := map[uint64]chaping.StoredReview{}
	for i := range b.byContent { // those that came in earlier batches, too
		hash := reviewHash(&b.reviews[b.byContent[i].at])
		if s, ok := im.found[hash]; ok {
			found[hash] = s
		}
	}
	// Those first that are stored in this notation: no other is one of them.
	for _, same := range []func(c *byContent, r *chaping.Review, s *chaping.StoredReview) bool{
		func(_ *byContent, r *chaping.Review, s *chaping.StoredReview) bool { return s.ID == r.ID },
		func(c *byContent, r *chaping.Review, s *chaping.StoredReview) bool { return c.same(r, s) },
	} {
		for i := range b.byContent {
			c := &b.byContent[i]
			r := &b.reviews[c.at]
			if _, done := found[reviewHash(r)]; done {
				continue
			}
			if s := takeOut(stored, r, func(s *chaping.StoredReview) bool { return same(c, r, s) }); s != nil {
				found[reviewHash(r)] = *s
			}
		}
	}
	for i := range b.byContent {
		r := &b.reviews[b.byContent[i].at]
		if _, done := found[reviewHash(r)]; !done && len(stored[occasionOf(r)]) > 0 && utf8.RuneCountInString(r.Text) >= ofChance {
			im.perhaps++
		}
	}
	im.rename(b, found)
	return nil
}

// ofChance is how long a text is that two buyers hardly write in one minute.
const ofChance = 4

// rename gives reviews of a batch the IDs under which they were found.
func (im *run) rename(b *batch, found map[uint64]chaping.StoredReview) {
	for i := range b.byContent {
		r := &b.reviews[b.byContent[i].at]
		s, ok := found[reviewHash(r)]
		if ok && len(im.found) < maxFacts {
			im.found[reviewHash(r)] = s
		}
		if !ok || s.ID == r.ID {
			continue
		}
		im.otherwise++
		if r.ID = s.ID; r.Published.Unix()%60 == 0 {
			r.Published = s.Published // its seconds are known
		}
	}
}

// takeOut takes the stored review that a review is out of those of its occasion:
// each is one review. nil: there is none.
func takeOut(stored map[occasion][]chaping.StoredReview, r *chaping.Review, is func(*chaping.StoredReview) bool) *chaping.StoredReview {
	at := occasionOf(r)
	list := stored[at]
	i := slices.IndexFunc(list, func(s chaping.StoredReview) bool { return is(&s) })
	if i < 0 {
		return nil
	}
	found := list[i]
	stored[at] = slices.Delete(list, i, i+1)
	return &found
}

// latest adds a copy of a review, or puts it in the place of an earlier one.
func latest(list []chaping.StoredReview, s chaping.StoredReview) []chaping.StoredReview {
	i := slices.IndexFunc(list, func(other chaping.StoredReview) bool { return other.ID == s.ID })
	switch {
	case i < 0:
		return append(list, s)
	case list[i].Version <= s.Version:
		list[i] = s
	}
	return list
}

// same tells whether a review is a stored one in another notation: of the rating,
// or of the time. Where buyer or time make it sure, the rating may be another one,
// too, for shops correct them.
func (c *byContent) same(r *chaping.Review, s *chaping.StoredReview) bool {
	second := s.Published.Equal(r.Published)
	lost := r.Published.Unix()%60 == 0 || s.Published.Unix()%60 == 0
	named := c.buyer != "" && !ingest.VagueBuyer(c.buyer)
	switch {
	case c.sure && second:
	case lost && s.Grade != r.Grade && !named: // it may be somebody else's
		return false
	case lost && c.buyer != "": // each that is stored is that of one row
	case lost && c.sure && utf8.RuneCountInString(r.Text) >= ofMinute:
	case second && s.Grade == r.Grade && s.Rule != r.Rule && s.Rating > 0 && r.Rating > 0:
	default:
		return false
	}
	return madeOf(s, r, c.buyer)
}

// mostRating is the best rating that IDs were made of.
const mostRating = 10

// madeOf tells whether a stored ID was made of a review in some notation, and so
// of the same buyer.
func madeOf(s *chaping.StoredReview, r *chaping.Review, buyer string) bool {
	base := s.ID
	if i := strings.LastIndexByte(base, '-'); i > len("sha256-") {
		base = base[:i] // it is one of several that are alike
	}
	for _, at := range []time.Time{s.Published, r.Published, s.Published.Truncate(time.Minute)} {
		for rating := -1; rating <= mostRating; rating++ {
			made := chaping.Review{Platform: r.Platform, Product: r.Product, Published: at, Rating: rating, Text: r.Text}
			if ingest.ContentID(&made, buyer, 1) == base {
				return true
			}
		}
	}
	return false
}
