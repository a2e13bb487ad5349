package crawler

import (
	"context"
	"fmt"
	"slices"
	"time"

	"chaping"
	"chaping/ingest"
)

// An entry is an item of a review list as it was read.
type entry struct {
	review chaping.Review
	buyer  string // tells reviews without an ID apart; never stored
	when   ingest.When
	dated  string // the date as it is written
	place  place
	ok     bool // the review is usable

	corrected bool // it is stored with a date that was less exact
}

// known is what an entry without an ID is known by within its list: the nth that
// is alike in everything. A date that counts back is another moment on the next
// page, but hardly another text.
func (e *entry) known(nth int) string {
	if e.when.Unit == 0 {
		return ingest.ContentID(&e.review, e.buyer, nth)
	}
	undated := e.review
	undated.Published = time.Time{}
	undated.Text += "\x00" + e.dated
	return ingest.ContentID(&undated, e.buyer, nth)
}

// A place is what an item of a review list tells even when it is no usable
// review.
type place struct {
	id        string
	published time.Time
	dated     bool
	pinned    bool
	again     bool // it stood on the page before
}

// maxAlike is how many reviews without an ID are remembered of one list.
const maxAlike = 1000

// number gives the reviews of a page that the site gives no IDs one by their
// content, as imports do. Those that are alike in everything are counted from
// the top of the list on, so that the same list again is the same reviews.
// Lists move while one reads them: where a page begins with what the page
// before ended with, these are no further reviews, and neither are those of a
// page that was here before, which round tells of.
func (s *seen) number(entries []entry) (round bool) {
	var contents hashes
	usable := make([]*entry, 0, len(entries))
	local := make([]string, 0, len(entries)) // IDs if the page stood alone
	count := map[uint64]int{}
	for i := range entries {
		e := &entries[i]
		if !e.ok {
			continue
		}
		content := hash(e.known(1))
		count[content]++
		usable, contents = append(usable, e), append(contents, content)
		local = append(local, e.known(count[content]))
	}
	moved := min(len(contents), len(s.Alike))
	for !slices.Equal(s.Alike[len(s.Alike)-moved:], contents[:moved]) {
		moved--
	}
	// The first page is what some sites show behind the last one.
	first := len(s.First) > 0 && len(local) >= len(s.First) &&
		!slices.ContainsFunc(local, func(id string) bool { return !s.has(hash(id)) })
	whole := fingerprint(contents)
	if len(s.Pages) > 2 && len(count) > 1 { // a page of the platform's own texts says little
		round = slices.Contains(s.Pages[1:len(s.Pages)-1], whole)
	}
	s.Pages = append(slices.Clip(s.Pages), whole)
	clear(count)
	for _, content := range s.Alike {
		count[content]++
	}
	for i, e := range usable {
		e.place.id = local[i]
		if first || round || i < moved || e.place.pinned && slices.Contains(s.First, hash(local[i])) {
			e.place.again = true
		} else {
			if e.buyer == "" {
				count[contents[i]]++
				e.place.id = e.known(count[contents[i]])
			} else { // the same buyer, product, time and text
				e.place.id = e.known(1)
			}
			s.Alike = append(s.Alike, contents[i])
		}
		if e.when.Unit == 0 {
			e.review.ID = e.place.id
		}
	}
	if extra := len(s.Alike) - max(maxAlike, len(contents)); extra > 0 {
		s.Alike = slices.Clone(s.Alike[extra:])
	}
	return round
}

// fingerprint is the same for pages with the same contents.
func fingerprint(contents hashes) uint64 {
	text, _ := contents.MarshalText() // never fails
	return hash(string(text))
}

// recognise gives the entries that are not stored yet IDs, and the others those
// under which they are stored. Sites that count dates back tell of a review in other
// words at each visit.
func (p *reviewPage) recognise(ctx context.Context) error {
	var fresh, again []*ingest.Unnamed
	at := map[*ingest.Unnamed]*entry{}
	here := map[string]bool{}
	counted := false
	for i := range p.entries {
		e := &p.entries[i]
		if !e.ok || e.place.again || here[e.place.id] || p.t.Seen.has(hash(e.place.id)) {
			continue
		}
		here[e.place.id] = true
		u := &ingest.Unnamed{Review: &e.review, Buyer: e.buyer, When: e.when}
		at[u] = e
		counted = counted || e.when.Unit != 0
		if slices.Contains(p.t.Seen.Old, uint32(hash(e.place.id))) {
			again = append(again, u)
		} else {
			fresh = append(fresh, u)
		}
	}
	stored, err := p.stored(ctx, append(slices.Clip(fresh), again...))
	if err != nil {
		if counted {
			return fmt.Errorf("评论没有编号，日期是相对的，查不了是否已经收录：%w", err)
		}
		return nil // what names its day is known by that, too
	}
	ingest.Recognise(again, stored, func(string) bool { return false })
	ingest.Recognise(fresh, stored, func(id string) bool { return slices.Contains(p.t.Seen.Taken, uint32(hash(id))) })
	for u, e := range at {
		e.when, e.corrected = u.When, u.Corrected
	}
	var ids []uint64
	for _, u := range fresh {
		ids = append(ids, hash(u.Review.ID))
	}
	if p.step.published.date.Counting() {
		p.t.Seen.Taken = p.t.Seen.Taken.add(ids)
	}
	return nil
}

// stored are the reviews without IDs that those of the page may be.
func (p *reviewPage) stored(ctx context.Context, page []*ingest.Unnamed) (list []chaping.StoredReview, err error) {
	if p.r.stored == nil || !p.step.published.date.Counting() || len(page) == 0 {
		return nil, nil
	}
	var w chaping.Window
	for _, u := range page {
		from, to := u.When.Within()
		if w.From.IsZero() || from.Before(w.From) {
			w.From = from
		}
		if to.After(w.To) {
			w.To = to
		}
	}
	// What is stored may be dated in weeks or months, and so too late or too early.
	w.From, w.To = w.From.AddDate(0, 0, -17), w.To.AddDate(0, 0, 32)
	err = p.r.stored(ctx, p.t.Product, w, func(s chaping.StoredReview) error {
		list = append(list, s)
		return nil
	})
	return list, err
}
