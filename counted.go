package chaping

import (
	"fmt"
	"slices"
)

// CountedAs is what a review that affirms a term counts as. Each review counts as one.
type CountedAs uint8

// What there is, in the order in which a companion sheet lists them.
const (
	CountsNegative CountedAs = iota // 差评数 of sheet B: a negative review (D2)
	CountsHidden                    // a hidden complaint, for the companion sheet only (D3)
	CountsAffirmed                  // neither: a neutral or unrated review, among the affirming ones only
	CountsNothing                   // a person has rejected the mention
)

// CountAs tells what a review counts as for a term that its text affirms, under
// what a person made of that. The store's queries say the same of their columns,
// in query/counted.sql.
func CountAs(r *Review, v Verdict) CountedAs {
	switch {
	case v == Rejected:
		return CountsNothing
	case r.Grade == Negative:
		return CountsNegative
	case r.Satisfied():
		return CountsHidden
	}
	return CountsAffirmed
}

var countedNames = [...]string{"差评数", "高星隐性投诉", "不计入（中评或未评级）", "不计入（人工已排除）"}

// Chinese names the column of the sheets that the review is counted in.
func (c CountedAs) Chinese() string { return countedNames[min(int(c), len(countedNames)-1)] }

// MarshalText writes it as Chinese does.
func (c CountedAs) MarshalText() ([]byte, error) { return []byte(c.Chinese()), nil }

// UnmarshalText reads what MarshalText wrote.
func (c *CountedAs) UnmarshalText(text []byte) error {
	i := slices.Index(countedNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("no way to count a review: %q", Shorten(string(text), 20))
	}
	*c = CountedAs(i)
	return nil
}

// Satisfied tells whether a review passes for a satisfied one: it is positive,
// or the platform wrote it and no rating says otherwise.
func (r *Review) Satisfied() bool { return r.Grade == Positive || r.Default && r.Grade != Negative }
