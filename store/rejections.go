package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping"
)

// Rejections are the reviews that people do not count for a term, of all
// periods. Of an edition those are left out that have an affirmed mention in it:
// query/counted.sql says how.
type Rejections struct {
	list []chaping.Judged // sorted
	hash string
}

// NewRejections takes the list over.
func NewRejections(list []chaping.Judged) *Rejections {
	slices.SortFunc(list, func(a, b chaping.Judged) int {
		return cmp.Or(
			strings.Compare(a.Review.Platform, b.Review.Platform),
			strings.Compare(a.Review.Product, b.Review.Product),
			strings.Compare(a.Review.Review, b.Review.Review),
			strings.Compare(a.Term, b.Term),
		)
	})
	h := sha256.New()
	for _, j := range list {
		fmt.Fprintf(h, "%q\n", [4]string{j.Review.Platform, j.Review.Product, j.Review.Review, j.Term})
	}
	return &Rejections{list: list, hash: hex.EncodeToString(h.Sum(nil)[:12])}
}

// Judged tells whether an edition leaves out what is rejected, neither more nor
// less.
func (s *Store) Judged(ctx context.Context, e Edition, r *Rejections) (bool, error) {
	all, own, _ := strings.Cut(e.parts[rejectionsPart].facts, "/")
	if all == r.hash {
		return true, nil
	}
	found, err := s.rejectedIn(ctx, e, r)
	return found.hash == own || own == "" && len(found.list) == 0, err
}

// rejectedIn are those of the rejections that concern an edition.
func (s *Store) rejectedIn(ctx context.Context, e Edition, r *Rejections) (*Rejections, error) {
	var found []chaping.Judged
	for chunk := range slices.Chunk(r.list, productChunk) {
		var keys []clickhouse.GroupSet
		for _, j := range chunk {
			keys = append(
				keys,
				clickhouse.GroupSet{Value: []any{j.Review.Platform, j.Review.Product, j.Review.Review, j.Term}},
			)
		}
		args := append(e.args(), named("affirmed", string(chaping.Affirmed)), named("keys", keys))
		err := s.query(ctx, "judged", nil, args, func(scan func(...any) error) error {
			var j chaping.Judged
			err := scan(&j.Review.Platform, &j.Review.Product, &j.Review.Review, &j.Term)
			found = append(found, j)
			return err
		})
		if err != nil {
			return NewRejections(nil), err
		}
	}
	return NewRejections(found), nil
}

// reject begins the part of an edition that says what of its mentions is
// rejected. It holds once it is put as whole.
func (e *Editing) reject(ctx context.Context, ed Edition, r *Rejections) (generation, error) {
	own, err := e.store.rejectedIn(ctx, ed, r)
	if err != nil {
		return generation{}, err
	}
	g, err := e.begin(ctx, rejectionsPart, ed.Dictionary)
	if err != nil {
		return g, err
	}
	g.source, g.facts, g.rows = ed.partition(mentionsPart), r.hash+"/"+own.hash, uint64(len(own.list))
	for chunk := range slices.Chunk(own.list, maxRows) {
		n := len(chunk)
		periods, partitions := slices.Repeat([]uint32{g.period}, n), slices.Repeat([]string{g.partition()}, n)
		platform, product, review, term := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
		for i, j := range chunk {
			platform[i], product[i], review[i], term[i] = j.Review.Platform, j.Review.Product, j.Review.Review, j.Term
		}
		err := e.store.insert(
			ctx,
			"rejections",
			"period, dictionary, platform, product, review, term",
			periods,
			partitions,
			platform,
			product,
			review,
			term,
		)
		if err != nil {
			return g, err
		}
	}
	return g, nil
}
