package store

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping"
)

// BuildTallies counts the mentions of a period and a dictionary version anew.
func (s *Store) BuildTallies(ctx context.Context, p chaping.Period, dictionary string) error {
	args := partitionArgs(p, dictionary)
	if err := s.exec(ctx, "drop_tallies", args...); err != nil {
		return err
	}
	window := p.Window()
	args = append(args, windowArgs(window)...)
	args = append(args,
		named("end", window.To.UnixMilli()),
		named("negative", uint8(chaping.Negative)),
		named("positive", uint8(chaping.Positive)),
		named("affirmed", string(chaping.Affirmed)))
	return s.exec(ctx, "build_tallies", args...)
}

// A TallyFilter selects tallies. An empty list selects all.
type TallyFilter struct {
	Keywords []string // product keywords
	Terms    []string // names of terms
}

func (f TallyFilter) args(p chaping.Period, dictionary string) []any {
	args := append(partitionArgs(p, dictionary), named("affirmed", string(chaping.Affirmed)))
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

// Tallies calls each for every tally that was built for the period and the
// dictionary version and that at least one review affirms: by negative
// reviews, then by affirming reviews, most first, then by keyword, term,
// platform and product. The tally is overwritten by the next one.
func (s *Store) Tallies(ctx context.Context, p chaping.Period, dictionary string, f TallyFilter, each func(*chaping.Tally) error) error {
	t := chaping.Tally{Period: p, Dictionary: dictionary}
	product := &t.Product
	return s.query(ctx, "tallies", f, f.args(p, dictionary), func(scan func(...any) error) error {
		err := scan(&t.Keyword, &t.Term, &product.Platform, &product.ID,
			&product.Name, &product.URL, &product.Price.Low, &product.Price.High, &product.Shop.ID, &product.Shop.Name, &product.Shop.Region,
			&t.NegativeReviews, &t.Reviews, &t.AllNegativeReviews, &t.ReviewsWithoutDefault, &t.HiddenComplaints, &t.AffirmedReviews)
		if err != nil {
			return err
		}
		return each(&t)
	})
}

// Evidence is fetched in chunks: this many mentions or bytes of keys. The
// server bounds a statement by its length and by the size of its syntax tree.
const (
	evidenceChunk    = 3000
	evidenceKeyBytes = 1 << 20
)

// Evidence calls each for every affirmed mention behind the tallies, with its
// review, in the order of Tallies, within one row by date of publication. A
// mention whose review has left the window since it was mined comes with what
// the mention knows of it and without text. The evidence is overwritten by
// the next one.
func (s *Store) Evidence(ctx context.Context, p chaping.Period, dictionary string, f TallyFilter, each func(*chaping.Evidence) error) error {
	var (
		chunk []chaping.Evidence
		bytes int
	)
	flush := func() error {
		if err := s.fillReviews(ctx, p.Window(), chunk); err != nil {
			return err
		}
		for i := range chunk {
			if err := each(&chunk[i]); err != nil {
				return err
			}
		}
		chunk, bytes = chunk[:0], 0
		return nil
	}
	err := s.query(ctx, "evidence", f, f.args(p, dictionary), func(scan func(...any) error) error {
		var (
			e                chaping.Evidence
			grade, isDefault uint8
			start, end       uint32
			published        time.Time
		)
		r, m := &e.Review, &e.Mention
		err := scan(&e.Keyword, &e.Term, &r.Platform, &r.Product, &r.ID, &published, &grade, &isDefault,
			&m.Surface, &start, &end, &m.Cue)
		if err != nil {
			return err
		}
		r.Published, r.Grade, r.Default = published.In(chaping.Shanghai()), chaping.Grade(grade), isDefault == 1
		m.Term, m.Start, m.End, m.Assertion = e.Term, int(start), int(end), chaping.Affirmed
		chunk = append(chunk, e)
		bytes += len(r.Platform) + len(r.Product) + len(r.ID)
		if len(chunk) < evidenceChunk && bytes < evidenceKeyBytes {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

// fillReviews puts the stored reviews into a chunk of evidence.
func (s *Store) fillReviews(ctx context.Context, w chaping.Window, chunk []chaping.Evidence) error {
	if len(chunk) == 0 {
		return nil
	}
	places := map[chaping.ReviewKey][]int{}
	var keys []clickhouse.GroupSet
	for i := range chunk {
		key := chunk[i].Review.Key()
		if places[key] == nil {
			keys = append(keys, clickhouse.GroupSet{Value: []any{key.Platform, key.Product, key.Review}})
		}
		places[key] = append(places[key], i)
	}
	return s.reviews(ctx, "reviews_by_key", append(windowArgs(w), named("keys", keys)), func(r *chaping.Review) error {
		for _, i := range places[r.Key()] {
			chunk[i].Review = *r
		}
		return nil
	})
}
