package chaping

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// A Verdict is what a person makes of the mentions of a term in a review.
type Verdict string

// The verdicts. Unreviewed is the zero value.
const (
	Unreviewed Verdict = ""
	Confirmed  Verdict = "confirmed" // the problem happened, as mining says
	Rejected   Verdict = "rejected"  // it did not: the review does not count for the term
)

// Chinese names the verdict as stations read it.
func (v Verdict) Chinese() string {
	switch v {
	case Confirmed:
		return "已确认"
	case Rejected:
		return "已排除"
	}
	return "未复核"
}

// Judged is what a judgement is about.
type Judged struct {
	Review ReviewKey
	Term   string
}

// ID is a short name for a review and a term, the same with every dictionary.
func (j Judged) ID() string {
	sum := sha256.Sum256(
		[]byte(strings.Join([]string{j.Review.Platform, j.Review.Product, j.Review.Review, j.Term}, "\x00")),
	)
	return hex.EncodeToString(sum[:6])
}

// A Judgement is a verdict with its reasons. It is about a review and a term,
// not about a place in the text, and so outlives new dictionaries and new
// mining.
type Judgement struct {
	Review  ReviewKey `json:"review"`
	Term    string    `json:"term"`
	Verdict Verdict   `json:"verdict"`
	Note    string    `json:"note,omitempty"`
	By      string    `json:"by,omitempty"`
	At      time.Time `json:"at,omitzero"`
}
