package store

import (
	"context"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping"
)

// GroupMentions has the database group an edition's affirmed mentions by product
// and term and count their reviews, with nothing else that counting has to see to:
// no rejections, no keywords, nothing stored. It is what the bench compares
// counting with.
func (s *Store) GroupMentions(ctx context.Context, e Edition) (groups uint64, err error) {
	err = s.readSpan(ctx, e.Period, e.Period, e.Dictionary, func(partitions func(int) []clickhouse.GroupSet) error {
		args := []any{
			named("mentions", partitions(mentionsPart)),
			named("affirmed", string(chaping.Affirmed)),
			named("negative", uint8(chaping.Negative)),
		}
		return s.query(ctx, "group_mentions", nil, args, func(scan func(...any) error) error { return scan(&groups) })
	})
	return groups, err
}

// MatchAny has the database look for any of the patterns in the text of every
// stored review, all at once, and counts those that have one. It is what the bench
// compares mining with.
func (s *Store) MatchAny(ctx context.Context, patterns []string) (reviews uint64, err error) {
	err = s.query(ctx, "match_any", nil, []any{named("patterns", patterns)},
		func(scan func(...any) error) error { return scan(&reviews) })
	return reviews, err
}
