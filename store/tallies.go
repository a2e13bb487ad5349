package store

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping"
)

// A TallyFilter selects tallies. An empty list selects all.
type TallyFilter struct {
	Keywords []string // product keywords
	Terms    []string // names of terms
	All      bool     // of evidence: with what people have rejected
	Most     int      // of evidence: how many of the first; 0 means all
	// AtATime: of evidence: about how many reviews behind the tallies are read with
	// one statement, product by product in place of the tallies' order, so that the
	// engine's memory does not grow with the evidence; 0 means all. It has no first
	// ones: Most is not asked for with it.
	AtATime uint64
}

func (f TallyFilter) args(e Edition) []any {
	args := append(e.args(), named("affirmed", string(chaping.Affirmed)), named("most", f.Most))
	return append(args, named("keywords", set(f.Keywords)), named("terms", set(f.Terms)))
}

// set binds strings as the right side of IN.
func set(list []string) clickhouse.GroupSet {
	var s clickhouse.GroupSet
	for _, v := range list {
		s.Value = append(s.Value, v)
	}
	return s
}

// Tallies calls each for every tally of an edition that at least one review affirms: by negative
// reviews, then by affirming reviews, most first, then by keyword, term,
// platform and product. The tally is overwritten by the next one.
func (s *Store) Tallies(ctx context.Context, e Edition, f TallyFilter, each func(*chaping.Tally) error) error {
	t := chaping.Tally{Period: e.Period, Dictionary: e.Dictionary}
	product := &t.Product
	return s.query(ctx, "tallies", f, f.args(e), func(scan func(...any) error) error {
		err := scan(
			&t.Keyword,
			&t.Term,
			&product.Platform,
			&product.ID,
			&product.Name,
			&product.URL,
			&product.Price.Low,
			&product.Price.High,
			&product.Shop.ID,
			&product.Shop.Name,
			&product.Shop.Region,
			&t.NegativeReviews,
			&t.Reviews,
			&t.AllNegativeReviews,
			&t.ReviewsWithoutDefault,
			&t.HiddenComplaints,
			&t.AffirmedReviews,
		)
		if err != nil {
			return err
		}
		return each(&t)
	})
}

// Evidence calls each for every affirmed mention behind the tallies, with its
// review, in the order of Tallies, within one row by date of publication, unless
// the filter says AtATime. A mention whose review has left the window since it was
// mined comes with what the mention knows of it and without text. The evidence is
// overwritten by the next one.
func (s *Store) Evidence(ctx context.Context, ed Edition, f TallyFilter, each func(*chaping.Evidence) error) error {
	if f.AtATime == 0 {
		return s.evidence(ctx, ed, f, nil, each)
	}
	ranges, err := s.evidenceRanges(ctx, ed, f)
	for i := 0; i < len(ranges) && err == nil; i++ {
		err = s.evidence(ctx, ed, f, &ranges[i], each)
	}
	return err
}

// A productRange is some products of a platform: from one on up to another one, in the
// order of their bytes.
type productRange struct {
	Platform, Least string
	Below           string // the first that is no part of it; empty: there is none
	affirmed        uint64 // reviews that affirm a term, for each keyword
}

// evidenceRanges cuts the products behind the tallies into ranges.
func (s *Store) evidenceRanges(ctx context.Context, ed Edition, f TallyFilter) (ranges []productRange, err error) {
	err = s.query(ctx, "evidence_products", f, f.args(ed), func(scan func(...any) error) error {
		var platform, product string
		var affirmed uint64
		if err := scan(&platform, &product, &affirmed); err != nil {
			return err
		}
		last := len(ranges) - 1
		if last >= 0 && ranges[last].Platform == platform {
			if ranges[last].affirmed < f.AtATime {
				ranges[last].affirmed += affirmed
				return nil
			}
			ranges[last].Below = product
		}
		ranges = append(ranges, productRange{Platform: platform, Least: product, affirmed: affirmed})
		return nil
	})
	return ranges, err
}

// evidence is that of the products of a range, or of all without one.
func (s *Store) evidence(ctx context.Context, ed Edition, f TallyFilter, in *productRange, each func(*chaping.Evidence) error) error {
	args := append(f.args(ed), windowArgs(ed.Period.Window())...)
	if in != nil {
		args = append(args, named("platform", in.Platform), named("least", in.Least), named("below", in.Below))
	}
	data := struct {
		TallyFilter
		Range *productRange
	}{f, in}
	return s.query(ctx, "evidence", data, args, func(scan func(...any) error) error {
		var (
			e                                          chaping.Evidence
			foundGrade, foundDefault, grade, isDefault uint8
			start, end                                 uint32
			foundPublished                             time.Time
			rating                                     int32
			appendedAt                                 time.Time
			version                                    uint64
		)
		r, m := &e.Review, &e.Mention
		err := scan(&e.Keyword, &e.Term, &r.Platform, &r.Product, &r.ID, &foundPublished, &foundGrade, &foundDefault,
			&m.Surface, &start, &end, &m.Cue,
			&r.Published, &rating, &grade, &r.Rule, &isDefault, &r.Text, &r.Appended, &appendedAt, &r.Run, &version)
		if err != nil {
			return err
		}
		if version == 0 {
			r.Published, grade, isDefault = foundPublished, foundGrade, foundDefault
		}
		fillReview(r, rating, grade, isDefault, appendedAt, version)
		m.Term, m.Start, m.End, m.Assertion = e.Term, int(start), int(end), chaping.Affirmed
		return each(&e)
	})
}
