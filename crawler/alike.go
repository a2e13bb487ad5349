package crawler

import (
	"slices"
	"time"

	"chaping"
	"chaping/ingest"
)

// An entry is an item of a review list as it was read.
type entry struct {
	review chaping.Review
	buyer  string // tells reviews without an ID apart; never stored
	place  place
	ok     bool // the review is usable
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
		content := hash(ingest.ContentID(&e.review, e.buyer, 1))
		count[content]++
		usable, contents = append(usable, e), append(contents, content)
		local = append(local, ingest.ContentID(&e.review, e.buyer, count[content]))
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
				e.place.id = ingest.ContentID(&e.review, "", count[contents[i]])
			} else { // the same buyer, product, time and text
				e.place.id = ingest.ContentID(&e.review, e.buyer, 1)
			}
			s.Alike = append(s.Alike, contents[i])
		}
		e.review.ID = e.place.id
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
