package ingest

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"chaping"
)

// Many sites date a review anew at each visit: 3小时前, the next day 昨天 16:55,
// then 3天前, at last 11-09 16:55. A moment reckoned from such words is no part of
// what the review is, so the ID of a review that came without one cannot be made
// of it. It is looked for among those that are stored, by its content and by the
// time in which it may have been written, and has the ID that it had.

// A When is a date as far as its source tells it.
type When struct {
	At   time.Time
	Unit Unit
}

// A Unit is what a date counts in that counts back from the visit; zero for dates
// that name their day, or their day and time.
type Unit byte

// The units; those of days and more are counted from the start of the day.
const (
	Minutes Unit = 'm'
	Hours   Unit = 'h'
	Days    Unit = 'd'
	Weeks   Unit = 'w'
	Months  Unit = 'n'
	Years   Unit = 'y'
)

// reach is how long before and after the moment that a unit gives a review may
// have been written: sites count whole units or round, and count days by the
// calendar or by 24 hours.
func (u Unit) reach() (before, after time.Duration) {
	const day = 24 * time.Hour
	switch u {
	case Minutes:
		return 2 * time.Minute, 2 * time.Minute
	case Hours:
		return 65 * time.Minute, 35 * time.Minute
	case Days:
		return day, day
	case Weeks:
		return 7 * day, 4 * day
	case Months:
		return 31 * day, 16 * day
	case Years:
		return 366 * day, 183 * day
	}
	return 0, time.Minute
}

// Within are the moments between which the review was written. A day without a
// time of day is the whole day.
func (w When) Within() (from, to time.Time) {
	at := w.At.In(chaping.Shanghai())
	if h, m, s := at.Clock(); w.Unit == 0 && h == 0 && m == 0 && s == 0 {
		return at, at.AddDate(0, 0, 1)
	}
	before, after := w.Unit.reach()
	if w.Unit == 0 {
		at = at.Truncate(time.Minute)
	}
	return at.Add(-before), at.Add(after)
}

// day is Within where days are those of the calendar: nothing else tells texts
// apart that many buyers write.
func (w When) day() (from, to time.Time) {
	if w.Unit == Days {
		return w.At, w.At.Add(24 * time.Hour)
	}
	return w.Within()
}

func (w When) width() time.Duration {
	from, to := w.Within()
	return to.Sub(from)
}

// TextHash is a text as a StoredReview has it: the first half of its MD5, as ClickHouse's
// halfMD5 has it.
func TextHash(text string) uint64 {
	sum := md5.Sum([]byte(text))
	return binary.BigEndian.Uint64(sum[:8])
}

const (
	contentPrefix = "sha256-"
	contentLength = len(contentPrefix) + 24
)

// CountedID identifies a review that came without an ID when its date was only
// counted back: by its content without the date, and by what the date was taken
// for at the first visit, which tells later ones how exact it was.
func CountedID(r *chaping.Review, buyer string, when When, nth int) string {
	id := fmt.Sprintf("%s-%c%s", undated(r, buyer), when.Unit, strconv.FormatInt(when.At.Unix(), 36))
	if nth > 1 {
		return fmt.Sprintf("%s-%d", id, nth)
	}
	return id
}

func undated(r *chaping.Review, buyer string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d\x00%s\x00%s", r.Platform, r.Product, r.Rating, r.Text, buyer))
	return contentPrefix + hex.EncodeToString(sum[:12])
}

// whenStored is how exactly the date of a stored review is known: as its ID says, unless
// a later visit found a better one.
func whenStored(s *chaping.StoredReview) When {
	if len(s.ID) > contentLength+2 {
		unit := Unit(s.ID[contentLength+1])
		count, _, _ := strings.Cut(s.ID[contentLength+2:], "-")
		at, err := strconv.ParseInt(count, 36, 64)
		if before, _ := unit.reach(); err == nil && before > 0 && at == s.Published.Unix() {
			return When{s.Published, unit}
		}
	}
	return When{At: s.Published}
}

// madeOf tells whether the stored review's ID was made of this content, by the same
// buyer: with its date, with its day before the time of day was known, or without.
func madeOf(s *chaping.StoredReview, r *chaping.Review, buyer string) bool {
	if len(s.ID) < contentLength {
		return false
	}
	base := s.ID[:contentLength]
	at := s.Published.In(chaping.Shanghai())
	day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
	dated := *r
	for _, dated.Published = range []time.Time{s.Published, day} {
		if ContentID(&dated, buyer, 1) == base {
			return true
		}
	}
	return undated(r, buyer) == base
}

// An Unnamed is a review without an ID of its own. ID is what ContentID gives it;
// that of one whose date is counted back is empty.
type Unnamed struct {
	Review *chaping.Review
	Buyer  string
	When   When

	Corrected bool // it is stored with another date, which is less exact
}

// ofSentence is how long a text is that two buyers hardly write in two days.
const ofSentence = 8

// sure tells whether the content alone makes a review known again; otherwise its
// day has to be the same, too.
func (u *Unnamed) sure() bool {
	return u.Buyer != "" && !VagueBuyer(u.Buyer) || utf8.RuneCountInString(u.Review.Text) >= ofSentence
}

// may tells whether the review can be the stored one.
func (u *Unnamed) may(s *chaping.StoredReview) bool {
	within := When.day
	if u.sure() {
		within = When.Within
	}
	from, to := within(u.When)
	first, last := within(whenStored(s))
	return from.Before(last) && first.Before(to) && madeOf(s, u.Review, u.Buyer)
}

// Recognise gives those reviews of a page that are stored the IDs under which they
// are, and the more exact of the two dates; the others new IDs. Each stored review
// is one of them. taken tells of IDs that reviews further up in the list have.
func Recognise(page []*Unnamed, stored []chaping.StoredReview, taken func(id string) bool) {
	texts := map[uint64]bool{}
	for _, u := range page {
		texts[TextHash(u.Review.Text)] = true
	}
	known := map[string]*chaping.StoredReview{}
	for i := range stored {
		s := &stored[i]
		if !texts[s.Text] {
			continue
		}
		if other := known[s.ID]; (other == nil || other.Version <= s.Version) && !taken(s.ID) {
			known[s.ID] = s
		}
	}
	has := map[string]bool{} // IDs of this page
	var rest []*Unnamed
	for _, u := range page {
		if s := known[u.Review.ID]; s != nil && s.Published.Equal(u.Review.Published) && !has[s.ID] {
			has[s.ID] = true
		} else {
			rest = append(rest, u)
		}
	}
	for n := len(rest); n > 0; n-- {
		i, s := nearest(rest[:n], known, has)
		if s == nil {
			for _, u := range rest[:n] {
				u.name(func(id string) bool { return has[id] || taken(id) })
				has[u.Review.ID] = true
			}
			return
		}
		has[s.ID] = true
		rest[i].is(s)
		copy(rest[i:n], rest[i+1:n])
	}
}

// nearest is the review of the page that has the least time between it and one that is
// stored and may be it; nil if there is none.
func nearest(page []*Unnamed, known map[string]*chaping.StoredReview, has map[string]bool) (at int, found *chaping.StoredReview) {
	var least time.Duration
	for i, u := range page {
		text := TextHash(u.Review.Text)
		for _, s := range known {
			if s.Text != text || s.Product != u.Review.Product || has[s.ID] {
				continue
			}
			apart := s.Published.Sub(u.When.At).Abs()
			if better := found == nil || apart < least || apart == least && at == i && s.ID < found.ID; better && u.may(s) {
				at, found, least = i, s, apart
			}
		}
	}
	return at, found
}

// is makes the review a new copy of the stored one.
func (u *Unnamed) is(s *chaping.StoredReview) {
	u.Review.ID = s.ID
	if was := whenStored(s); u.When.Unit == 0 && u.When.width() < was.width() {
		u.Corrected = !u.Review.Published.Equal(s.Published)
	} else {
		u.Review.Published, u.When = s.Published, was
	}
}

// name gives a review an ID that no other has.
func (u *Unnamed) name(has func(id string) bool) {
	for nth := 1; u.Review.ID == "" || has(u.Review.ID); nth++ {
		if u.When.Unit == 0 {
			u.Review.ID = ContentID(u.Review, u.Buyer, nth)
		} else {
			u.Review.ID = CountedID(u.Review, u.Buyer, u.When, nth)
		}
	}
}
