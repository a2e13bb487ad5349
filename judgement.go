package chaping

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
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

// A Reason says why a person rejected a mention: what the review says instead
// of what mining took it to say.
type Reason string

// The reasons. NoReason is the zero value: none was given, or it stands in the
// note only.
const (
	NoReason           Reason = ""
	ReasonNegated      Reason = "negated"       // the problem is denied
	ReasonHypothetical Reason = "hypothetical"  // feared, asked for, advised against: it has not happened
	ReasonOtherGoods   Reason = "other_goods"   // it happened with another product
	ReasonOtherMeaning Reason = "other_meaning" // the words mean something else here
	ReasonService      Reason = "service"       // it is about delivery, the shop or its people
)

// Reasons are those that can be given, in the order of the keys 1–5.
func Reasons() []Reason {
	return []Reason{ReasonNegated, ReasonHypothetical, ReasonOtherGoods, ReasonOtherMeaning, ReasonService}
}

// Chinese names the reason as stations read it; empty for NoReason.
func (r Reason) Chinese() string {
	switch r {
	case ReasonNegated:
		return "否定"
	case ReasonHypothetical:
		return "假设"
	case ReasonOtherGoods:
		return "别的商品"
	case ReasonOtherMeaning:
		return "另一个意思"
	case ReasonService:
		return "服务"
	}
	return string(r)
}

// ParseReason reads a reason or its Chinese name; NoReason from an empty
// string.
func ParseReason(s string) (Reason, error) {
	if s == "" {
		return NoReason, nil
	}
	var known []string
	for _, r := range Reasons() {
		if s == string(r) || s == r.Chinese() {
			return r, nil
		}
		known = append(known, r.Chinese()+"（"+string(r)+"）")
	}
	return NoReason, &Error{
		Code:    CodeUsage,
		Message: fmt.Sprintf("排除的原因“%s”无法识别", Shorten(s, 20)),
		Remedy:  "写其中一种：" + strings.Join(known, "、"),
	}
}

// A Judgement is a verdict with its reasons. It is about a review and a term,
// not about a place in the text, and so outlives new dictionaries and new
// mining.
type Judgement struct {
	Review  ReviewKey `json:"review"`
	Term    string    `json:"term"`
	Verdict Verdict   `json:"verdict"`
	Reason  Reason    `json:"reason,omitempty"` // of a rejection
	Note    string    `json:"note,omitempty"`
	By      string    `json:"by,omitempty"`
	At      time.Time `json:"at,omitzero"`
	// Decision is the same for judgements that were made at once, such as those
	// on the same sentence in many reviews. Storing them numbers it.
	Decision int64 `json:"decision,omitempty"`
}

// A Span is a part of a text: the bytes [Start, End).
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// A Reading is what a person made of a whole review in which mining affirms no
// term: whether it speaks of a problem of the product, and in which words.
type Reading struct {
	Review  ReviewKey `json:"review"`
	Problem bool      `json:"problem"`
	Marks   []Span    `json:"marks,omitempty"` // the problem's words in Review.Body(), in order, without overlap
	By      string    `json:"by,omitempty"`
	At      time.Time `json:"at,omitzero"`
	// Decision is the same for readings that were made at once, of reviews that
	// say the same. Storing them numbers it.
	Decision int64 `json:"decision,omitempty"`
}

// Check reports marks that are no spans of the body, or a review without a
// problem that has some.
func (r *Reading) Check(body string) error {
	if !r.Problem && len(r.Marks) > 0 {
		return fmt.Errorf("a review without a problem has %d marks", len(r.Marks))
	}
	end := 0
	for _, m := range r.Marks {
		if m.Start < end || m.End <= m.Start || m.End > len(body) ||
			!utf8.RuneStart(body[m.Start]) || m.End < len(body) && !utf8.RuneStart(body[m.End]) {
			return fmt.Errorf(
				"bytes %d to %d are no part of the text after byte %d of %d",
				m.Start,
				m.End,
				end,
				len(body),
			)
		}
		end = m.End
	}
	return nil
}
