package polarity

import (
	"bytes"
	"unicode"

	"chaping/dictionaries"
	"chaping/nlp/fold"
)

// Classes that runes are read as besides themselves: runs of digits and of
// spaces count as one, and most punctuation says the same.
const (
	none  = 0 // leaves no trace
	begin = 2 // stands before a text
	end   = 3 // stands after it
	digit = '0'
	space = ' '
	mark  = ','
)

// An alphabet says what each rune of the BMP is read as: its folded form
// (package fold), or one of the classes above.
type alphabet [0x10000]uint16

func newAlphabet() (*alphabet, error) {
	const name = "t2s.txt"
	data, err := dictionaries.Files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	folder, err := fold.New(name, bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	var a alphabet
	for r := rune(0); r < 0x10000; r++ {
		a[r] = class(folder, r)
	}
	return &a, nil
}

func class(folder *fold.Folder, r rune) uint16 {
	if unicode.IsSpace(r) || r < ' ' {
		return space
	}
	folded, n := folder.Rune(r)
	switch {
	case n == 0:
		return none
	case n > 1 || folded > 0xFFFF:
		folded = r
	}
	switch {
	case unicode.IsSpace(folded):
		return space
	case unicode.IsDigit(folded):
		return digit
	case folded == '!' || folded == '?' || folded == '~':
	case unicode.IsPunct(folded) || unicode.IsSymbol(folded) || folded == unicode.ReplacementChar:
		return mark
	}
	return uint16(folded)
}

// read returns the class of any rune; those outside the BMP are nearly all
// emoji.
func (a *alphabet) read(r rune) uint16 {
	if uint32(r) < 0x10000 {
		return a[r]
	}
	return mark
}

// ends tells whether a class stands between clauses.
func ends(c uint16) bool {
	return c == mark || c == '!' || c == '?' || c == space || c == '~'
}

// The features at a place are the strings of the last one to four characters,
// and the last character with the one before the one before it, whatever stands
// between (没…味).
const features = 5

// buckets is how many values a feature is hashed to.
const (
	bucketBits = 23
	buckets    = 1 << bucketBits
)

// A scanner turns the classes of a text into features, clause by clause.
type scanner struct {
	last    uint64 // the last four classes, the newest lowest
	letters int    // classes in the clause that are no separators
	closing bool   // a separator was read after enough of them
}

func newScanner() scanner {
	return scanner{last: begin}
}

// minClause is how many letters a clause has at least; a separator before
// that does not end it.
const minClause = 2

// repeats tells whether c only goes on with a run of digits, spaces or marks.
// Repeated ! and ? count.
func (s *scanner) repeats(c uint16) bool {
	return c == uint16(s.last) && (c == digit || c == space || c == mark || c == '~')
}

// push reads the next class and sets out to the buckets of the features that
// end there. It tells whether a new clause begins with them.
func (s *scanner) push(c uint16, out *[features]uint32) (opens bool) {
	switch {
	case ends(c):
		s.closing = s.letters >= minClause
	case c != end:
		if s.closing {
			opens, s.closing, s.letters = true, false, 0
		}
		s.letters++
	}
	// Classes have 16 bits, so that four of them are one number. One
	// multiplication by an odd constant spreads it over the high bits, the
	// shift and another bring in those that it left out.
	const (
		one   = 0x9E3779B97F4A7C15
		two   = 0xC2B2AE3D27D4EB4F
		three = 0x165667B19E3779F9
		four  = 0xD6E8FEB86659FD93
		apart = 0xFF51AFD7ED558CCD
	)
	w := s.last<<16 | uint64(c)
	out[0] = bucket(w&0xFFFF, one)
	out[1] = bucket(w&0xFFFFFFFF, two)
	out[2] = bucket(w&0xFFFFFFFFFFFF, three)
	out[3] = bucket(w, four)
	out[4] = bucket(w>>16&0xFFFF0000|w&0xFFFF, apart)
	s.last = w
	if w>>48 == 0 { // fewer than four classes read, begin included
		out[3] = 0
		if w>>32 == 0 {
			out[2], out[4] = 0, 0
		}
	}
	return opens
}

// bucket hashes a string of classes; salt tells strings of one length, or
// kind, from others.
func bucket(classes, salt uint64) uint32 {
	const spread = 0x9E3779B97F4A7C15
	classes *= salt
	classes ^= classes >> 29
	return uint32(classes * spread >> (64 - bucketBits))
}
