package store

import (
	"context"
	"math"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping"
)

// # Samples
//
// What people are to judge is drawn by random numbers that are a hash of a seed
// and a key, the lowest first: the same whenever it is drawn, also by several at
// once, and whatever comes later. An element keeps its number.

// A Frame is what samples of an edition are drawn from.
type Frame struct {
	Terms []TermFrame // by term

	Reviews   uint64 // of the window
	Defaults  uint64 // of these, default texts
	Satisfied uint64 // positive reviews and default ones
	Hidden    uint64 // of these, those that affirm a term

	// Reviews with text of a buyer, and of these those that affirm a term.
	Negative, NegativeAffirmed uint64
	Other, OtherAffirmed       uint64 // neither negative nor default
}

// Unfound are the negative reviews, and the others, in which nothing is
// affirmed.
func (f *Frame) Unfound() (negative, other uint64) {
	return f.Negative - min(f.NegativeAffirmed, f.Negative), f.Other - min(f.OtherAffirmed, f.Other)
}

// A TermFrame counts the reviews that affirm a term, whether or not people have
// rejected them. Negative is true of the negative ones.
type TermFrame struct {
	Term     string
	Negative bool
	Pairs    uint64
	Kept     uint64 // those that nobody has rejected
}

// SampleFrame counts what samples of an edition are drawn from.
func (s *Store) SampleFrame(ctx context.Context, e Edition) (f Frame, err error) {
	args := append(e.args(), named("affirmed", string(chaping.Affirmed)), named("negative", uint8(chaping.Negative)),
		named("positive", uint8(chaping.Positive)))
	err = s.query(ctx, "sample_terms", nil, args, func(scan func(...any) error) error {
		var t TermFrame
		var negative uint8
		err := scan(&t.Term, &negative, &t.Pairs, &t.Kept)
		t.Negative = negative == 1
		f.Terms = append(f.Terms, t)
		return err
	})
	if err != nil {
		return f, err
	}
	err = s.query(ctx, "sample_affirmed", nil, args, func(scan func(...any) error) error {
		return scan(&f.NegativeAffirmed, &f.OtherAffirmed, &f.Hidden)
	})
	if err != nil {
		return f, err
	}
	return f, s.queryIn(ctx, e.Period.Window(), "sample_window", nil, func(scan func(...any) error) error {
		return scan(&f.Reviews, &f.Defaults, &f.Satisfied, &f.Negative, &f.Other)
	}, named("negative", uint8(chaping.Negative)), named("positive", uint8(chaping.Positive)))
}

// A TermDraw says of a term which stratum it belongs to, and how many are wanted
// of the stratum's population.
type TermDraw struct {
	Term       string
	Stratum    int
	Wanted     int
	Population uint64
}

// SampleMentions are the affirmed mentions that are drawn of each stratum, one of
// each review and term, by random number.
func (s *Store) SampleMentions(
	ctx context.Context,
	e Edition,
	seed int64,
	draws []TermDraw,
) ([]chaping.Evidence, error) {
	of, left := map[string]int{}, map[int]int{}
	var names, limits clickhouse.ArraySet
	for _, d := range draws {
		of[d.Term], left[d.Stratum] = d.Stratum, d.Wanted
		if d.Wanted > 0 {
			names, limits = append(names, d.Term), append(limits, drawLimit(d.Wanted, d.Population))
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	args := append(e.args(), named("affirmed", string(chaping.Affirmed)), named("seed", seed),
		named("names", names), named("limits", limits))
	var list []chaping.Evidence
	err := s.query(ctx, "sample_mentions", nil, args, func(scan func(...any) error) error {
		var (
			v                chaping.Evidence
			drawn            uint64
			grade, isDefault uint8
			start, end       uint32
		)
		r, m := &v.Review, &v.Mention
		err := scan(&drawn, &v.Term, &r.Platform, &r.Product, &r.ID, &r.Published, &grade, &isDefault,
			&m.Surface, &start, &end, &m.Cue)
		r.Published, r.Grade, r.Default = r.Published.In(chaping.Shanghai()), chaping.Grade(grade), isDefault == 1
		m.Term, m.Start, m.End, m.Assertion = v.Term, int(start), int(end), chaping.Affirmed
		if stratum := of[v.Term]; left[stratum] > 0 {
			left[stratum]--
			list = append(list, v)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, s.addReviews(ctx, list)
}

// SampleReviews are reviews with a buyer's text in which nothing is affirmed, by
// random number: at least as many negative ones, and others, as are wanted.
func (s *Store) SampleReviews(
	ctx context.Context,
	e Edition,
	seed int64,
	f *Frame,
	negative, other int,
) (list []chaping.Review, err error) {
	unfound, rest := f.Unfound()
	args := append(e.args(), named("affirmed", string(chaping.Affirmed)), named("negative", uint8(chaping.Negative)),
		named("seed", seed), named("poor", drawLimit(negative, unfound)), named("limit", drawLimit(other, rest)))
	err = s.queryIn(ctx, e.Period.Window(), "sample_reviews", nil, readReviews(func(r *chaping.Review) error {
		list = append(list, *r)
		return nil
	}), args...)
	return list, err
}

// drawLimit is the random number up to which there are enough: of twice as many
// and twenty more, hardly once in a billion draws fewer than wanted.
func drawLimit(wanted int, population uint64) uint64 {
	share := float64(2*wanted+20) / float64(max(population, 1))
	if wanted == 0 {
		return 0
	}
	if share >= 1 {
		return math.MaxUint64
	}
	return uint64(share * math.MaxUint64)
}
