package chaping

import "math"

// # How right a count is
//
// People judge a random sample of what mining found and of what it passed over.
// A Quality says what follows from it for the whole of a period.

// Knowing says how much a sample tells of a share.
type Knowing string

// What there is. Below LeastJudged an interval would be wider than 20 points to
// either side in the worst case, and is not given.
const (
	KnowNothing  Knowing = "none"     // nobody has judged any of it
	KnowFew      Knowing = "few"      // too few were judged
	KnowInterval Knowing = "interval" // estimate and interval hold
	KnowAll      Knowing = "all"      // everything was judged: the estimate is the share itself
)

// LeastJudged is how many have to be judged before an interval is given.
const LeastJudged = 20

// A Share is a part of a population, estimated from a random sample of it.
// Estimate, Low and High are between 0 and 1, and 0 where Known is KnowNothing
// or KnowFew. The interval is of 95 %.
type Share struct {
	Population uint64  `json:"population"`
	Sampled    uint64  `json:"sampled"` // of the population
	Judged     uint64  `json:"judged"`  // of the sampled, by a person
	Hits       uint64  `json:"hits"`    // of the judged
	Known      Knowing `json:"known"`
	Estimate   float64 `json:"estimate"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
}

// Wilson is the score interval of a share that was seen in n trials (Wilson 1927;
// Brown, Cai, DasGupta 2001); z is the normal quantile of either end: 1.96 for an
// interval of 95 %. Of no trials nothing is known: 0 and 1.
func Wilson(share, n, z float64) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	middle := (share + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(share*(1-share)/n+z*z/(4*n*n))
	low, high = max(middle-half, 0), min(middle+half, 1)
	if share == 0 {
		low = 0 // and not a rounding error above it
	}
	if share == 1 {
		high = 1
	}
	return low, high
}

// Holds tells whether there is an estimate.
func (s Share) Holds() bool { return s.Known == KnowInterval || s.Known == KnowAll }

// Total is how many of the population it comes to; of none, none.
func (s Share) Total() Amount {
	n := float64(s.Population)
	return Amount{Known: s.Holds() || s.Population == 0, Estimate: n * s.Estimate, Low: n * s.Low, High: n * s.High}
}

// An Amount is an estimated number with its interval of 95 %.
type Amount struct {
	Known    bool    `json:"known"` // false: there is no estimate
	Estimate float64 `json:"estimate"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
}

// A PartShare is the share of a part of the population that has a name.
type PartShare struct {
	Name string `json:"name"`
	Share
}

// A Hurry is a person who confirmed everything faster than it can be read.
type Hurry struct {
	By        string  `json:"by"`
	Decisions int     `json:"decisions"`
	Seconds   float64 `json:"seconds"` // the median from one decision to the next
}

// A Quality states how right the counts of a period are. Populations are of the
// whole period, with all product keywords and terms; affirmed mentions are counted
// as review × term, whether or not a person has rejected them since.
type Quality struct {
	Period     string  `json:"period"`
	Dictionary string  `json:"dictionary"`
	Seed       int64   `json:"seed"`   // of the sample; 0: none was drawn
	Margin     float64 `json:"margin"` // half of the interval that was asked for

	Affirmed Share       `json:"affirmed"` // affirmed mentions that are right: the precision
	Negative Share       `json:"negative"` // the same of those in negative reviews, which are what 差评数 counts
	Hazards  []PartShare `json:"hazards,omitempty"`
	Fields   []PartShare `json:"fields,omitempty"`

	// Reviews in which no term is affirmed and that speak of a problem all the
	// same. Default texts and reviews without text are not among them.
	UnfoundNegative Share `json:"unfound_negative"` // of the negative reviews
	UnfoundOther    Share `json:"unfound_other"`    // of the positive, neutral and unrated ones

	Counted uint64 `json:"counted"` // 差评数 of the period, a review and term once, less what was rejected
	Right   Amount `json:"right"`   // of what 差评数 would be without any rejection, how much is right
	Unfound Amount `json:"unfound"` // problem reviews that no term found
	Missed  Amount `json:"missed"`  // the same as a share of all problem reviews

	Reviews   uint64 `json:"reviews"` // of the period
	Defaults  uint64 `json:"defaults"`
	Satisfied uint64 `json:"satisfied"` // positive reviews and default ones
	Hidden    uint64 `json:"hidden"`    // of these, those that affirm a term: rating against text

	Disagreed uint64  `json:"disagreed"`         // of the sample: judged one way, and another way by somebody else
	Unequal   uint64  `json:"unequal"`           // sentences that are the same and were judged differently
	Gone      uint64  `json:"gone"`              // judged since the period began, of terms that the dictionary does not have
	Hurried   []Hurry `json:"hurried,omitempty"` // who cannot have read

	// Learnt says that mining has learnt from decisions of this period: what it
	// has learnt to leave out is not in the sample any more, and the precision
	// looks better than it is on what nobody has judged.
	Learnt bool `json:"learnt,omitempty"`
}

// DefaultShare is the part of the reviews that the platform wrote; 0 of none.
func (q *Quality) DefaultShare() float64 { return part(q.Defaults, q.Reviews) }

// HiddenShare is the part of the satisfied reviews whose text affirms a
// problem; 0 of none.
func (q *Quality) HiddenShare() float64 { return part(q.Hidden, q.Satisfied) }

func part(n, of uint64) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}
