package chaping

import (
	"fmt"
	"slices"
)

// A Role is what a review that affirms a term counts as. Each review has one.
type Role uint8

// The roles, in the order in which a companion sheet lists them.
const (
	CountsNegative Role = iota // 差评数 of sheet B: a negative review (D2)
	CountsHidden               // a hidden complaint, for the companion sheet only (D3)
	CountsAffirmed             // neither: a neutral or unrated review, among the affirming ones only
	CountsNothing              // a person has rejected the mention
)

// RoleOf is the role of a review for a term that its text affirms, under what
// a person made of that. The store's queries say the same of their columns, in
// query/roles.sql.
func RoleOf(r *Review, v Verdict) Role {
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

var roleNames = [...]string{"差评数", "高星隐性投诉", "不计入（中评或未评级）", "不计入（人工已排除）"}

// Chinese names the column of the sheets that the review is counted in.
func (r Role) Chinese() string { return roleNames[min(int(r), len(roleNames)-1)] }

// MarshalText writes the role as Chinese does.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.Chinese()), nil }

// UnmarshalText reads what MarshalText wrote.
func (r *Role) UnmarshalText(text []byte) error {
	i := slices.Index(roleNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("no role of a review: %q", Shorten(string(text), 20))
	}
	*r = Role(i)
	return nil
}

// Satisfied tells whether a review passes for a satisfied one: it is positive,
// or the platform wrote it and no rating says otherwise.
func (r *Review) Satisfied() bool { return r.Grade == Positive || r.Default && r.Grade != Negative }
