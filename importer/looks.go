package importer

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"chaping"
	"chaping/ingest"
)

// A sample is what was seen of a column.
type sample struct {
	name   string
	rows   int      // that were looked at
	values []string // those that are not blank, in the file's order
	at     []int    // the row of each
	looks  *looks   // of the values, once they were looked at
}

// looks are what the values of a column look like: which part of them, from 0
// to 1, could be what.
type looks struct {
	date                 float64 // a date that says which day it is, or a relative one
	relative             float64 // a relative one
	order                float64 // a date whose day and month are in an order that is not known
	serial               float64 // a spreadsheet's count of days
	epoch                float64 // a count of seconds
	dayFirst, monthFirst int
	short                [][3]int // dates like 26-11-05
	shorter              bool     // of them one ends in one digit, which is no year
	rating               float64  // a rating
	word                 float64  // a rating that only a rating can be: 差评, 4星, ★★★
	zero                 float64  // a rating of nothing
	numbers              []float64
	id                   float64 // digits and letters without blanks
	long                 float64 // digits that only an identifier has
	damaged              float64 // an identifier that has lost digits
	rounded              float64
	url                  float64
	text                 float64 // words
	runes                float64 // mean length
	price                float64
	distinct             float64 // different values
	counting             bool    // 1, 2, 3 …
	same                 int     // how many values there are
}

// lookedAt is how many values are looked at closely.
const lookedAt = 1000

func lookAt(s *sample) looks {
	if s.looks == nil {
		l := lookClosely(s.values[:min(len(s.values), lookedAt)])
		s.looks = &l
	}
	return *s.looks
}

func lookClosely(values []string) (l looks) {
	n := float64(len(values))
	if n == 0 {
		return l
	}
	seen := make(map[string]bool, len(values))
	counting := len(values) > 2
	last, runes := math.NaN(), 0
	for _, value := range values {
		value = strings.TrimSpace(value)
		seen[value] = true
		runes += utf8.RuneCountInString(value)
		if v, err := strconv.ParseFloat(value, 64); err != nil || v != math.Trunc(v) || v > 1e9 ||
			!math.IsNaN(last) && v != last+1 {
			counting = false
		} else {
			last = v
		}
		l.see(value)
	}
	for _, part := range []*float64{&l.date, &l.relative, &l.order, &l.serial, &l.epoch, &l.rating, &l.word, &l.zero,
		&l.id, &l.long, &l.damaged, &l.rounded, &l.url, &l.text, &l.price} {
		*part /= n
	}
	l.runes, l.same = float64(runes)/n, len(seen)
	l.distinct = float64(len(seen)) / n
	l.counting = counting
	return l
}

// see counts one value.
func (l *looks) see(value string) {
	number := strings.Trim(value, "0123456789.") == ""
	switch {
	case len(value) > 120 || strings.IndexFunc(value, unicode.IsDigit) < 0 && !strings.ContainsAny(value, "刚前昨今"):
		// no date
	case !number || len(value) >= 8:
		_, err := ingest.Dates{ingest.AnyDate}.Parse(value, time.Time{})
		switch {
		case err == nil:
			l.date++
			if number && (len(value) == 10 || len(value) == 13) {
				l.epoch++
			}
		case errors.Is(err, ingest.ErrRelative):
			l.date++
			l.relative++
		case errors.Is(err, ingest.ErrZone):
			l.date++
		case errors.Is(err, ingest.ErrOrder):
			l.date++
			l.order++
		}
		if n, ok := threeNumbers(value); ok {
			switch {
			case n[2] < 100 && n[1] <= 12:
				l.short = append(l.short, n) // what of it is the year, all of them together tell
				date, _, _ := strings.Cut(value, " ")
				l.shorter = l.shorter || n[2] < 10 && !strings.HasSuffix(date, "0"+strconv.Itoa(n[2]))
			case n[0] > 12:
				l.dayFirst++
			}
			if n[1] > 12 {
				l.monthFirst++
			}
		}
	default:
		if v, err := strconv.ParseFloat(value, 64); err == nil && v >= 36526 && v < 73050 { // 2000–2099
			l.serial++
		}
	}
	if r, err := ingest.ParseRating(value); err == nil {
		l.rating++
		switch {
		case r.Word != chaping.Unrated || r.Of > 0 || !number && !r.None() &&
			strings.Trim(value, "-.０１２３４５６７８９0123456789") != "":
			l.word++
			if r.Of == 0 && r.Word == chaping.Unrated {
				l.numbers = append(l.numbers, r.Value)
			}
		case r.None():
			l.zero++
		default:
			l.numbers = append(l.numbers, r.Value)
		}
	}
	id, damaged := ingest.ID(value)
	if damaged {
		l.damaged++
		l.id++
	} else if len(id) >= 1 && len(id) <= 128 && strings.IndexFunc(id, func(r rune) bool {
		return r >= 0x80 ||
			unicode.IsSpace(r)
	}) < 0 && !strings.Contains(id, "://") {
		l.id++
		if len(id) >= 15 && strings.Trim(id, "0123456789") == "" {
			l.long++
			if ingest.Rounded(id) {
				l.rounded++
			}
		}
	}
	if strings.HasPrefix(value, "http://") || strings.HasPrefix(value, "https://") || strings.HasPrefix(value, "//") {
		l.url++
	}
	if (strings.IndexFunc(value, unicode.IsLetter) >= 0 || strings.HasPrefix(value, "&#")) && !strings.Contains(value, "://") {
		l.text++
	}
	if p, err := ingest.Price(value); err == nil && p.Known() {
		l.price++
	}
}

// threeNumbers are those of a date like 05/11/2026 or 26-11-05.
func threeNumbers(s string) (n [3]int, ok bool) {
	date, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	parts := strings.FieldsFunc(date, func(r rune) bool { return r == '/' || r == '-' || r == '.' })
	if len(parts) != 3 || len(parts[0]) > 2 || len(parts[1]) > 2 || len(parts[2]) > 2 && len(parts[2]) != 4 {
		return n, false
	}
	for i, part := range parts {
		v, err := strconv.Atoi(part)
		if err != nil {
			return n, false
		}
		n[i] = v
	}
	return n, true
}

// yearFirst tells whether the year stands in front in dates of six digits. Years
// are not ahead of now, and most are this one or the last. known is false where
// either end may be the year.
func (l *looks) yearFirst(now time.Time) (first, known bool) {
	all := func(at int, is func(int) bool) bool {
		return !slices.ContainsFunc(l.short, func(n [3]int) bool { return !is(n[at]) })
	}
	if now.IsZero() {
		return false, all(0, func(n int) bool { return n <= 12 })
	}
	year := now.In(chaping.Shanghai()).Year() % 100
	past := func(n int) bool { return n <= year }
	fresh := func(n int) bool { return n == year || n == year-1 }
	front, back := all(0, past), all(2, past) && !l.shorter
	if front && back {
		front, back = all(0, fresh), all(2, fresh)
	}
	return front, front != back
}

// dateLike is how much a column looks like one of dates, serial numbers
// included.
func (l *looks) dateLike() float64 { return l.date + l.serial }

// ratingLike is how much a column looks like one of ratings: words, stars, or
// few different small numbers that are not all 0 and 1 and do not count rows.
func (l *looks) ratingLike() float64 {
	if l.counting || l.word == 0 && l.same > 60 {
		return 0
	}
	if len(l.numbers) > 0 && l.word == 0 {
		low, high := slices.Min(l.numbers), slices.Max(l.numbers)
		whole := !slices.ContainsFunc(l.numbers, func(v float64) bool { return v != math.Trunc(v) })
		if high > 100 || low < -1 || high <= 1 && l.zero > 0 && low >= 0 && whole {
			return 0
		}
	}
	if len(l.numbers) == 0 && l.word == 0 {
		return 0
	}
	return l.rating
}

// stronglyRating tells ratings that nothing else looks like from numbers that
// may be anything.
func (l *looks) stronglyRating() bool { return l.word >= 0.6 && l.rating > 0.9 && l.same <= 60 }

// fit is how well a field's values look, from 0 to 1, for a column that a name
// has proposed for it.
func (l *looks) fit(field string) float64 {
	if l.same == 0 {
		return 0.5 // nothing to go by
	}
	switch field {
	case fieldPublished, fieldAppendedAt:
		return l.dateLike()
	case fieldRating:
		return l.ratingLike()
	case fieldText, fieldAppended, fieldTitle:
		if l.dateLike() > 0.9 || l.url > 0.5 {
			return 0
		}
		if l.stronglyRating() && l.same < 8 && l.runes < 8 {
			return 0.35 // where nothing else is called so, short texts are like that
		}
		if l.text < 0.3 {
			return 0.1
		}
		return 0.6 + 0.4*min(l.text, 1)
	case fieldID:
		if l.text > 0.5 && l.id < 0.5 || l.dateLike() > 0.9 && l.long < 0.5 && l.epoch < 0.5 || l.url > 0.5 {
			return 0.1
		}
		return 1
	case fieldProductID:
		if l.id < 0.5 && l.text > 0.5 {
			return 0.35 // names, or 白色 1.7L: where nothing else tells products apart
		}
		if l.dateLike() > 0.9 && l.epoch < 0.5 && l.serial < 0.5 {
			return 0.1
		}
		return 1
	case fieldURL:
		return max(l.url, 0.1)
	case fieldPrice:
		if l.text > 0.8 && l.price < 0.2 {
			return 0.3
		}
		return 1
	case fieldCurrency:
		if l.runes > 12 || l.same > 20 {
			return 0.1
		}
		return 1
	case fieldProduct, fieldShop, fieldRegion, fieldKeyword:
		if l.dateLike() > 0.9 && l.serial < 0.5 || l.url > 0.5 {
			return 0.1
		}
		return 1
	}
	return 1
}
