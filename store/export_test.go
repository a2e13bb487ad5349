package store

import (
	"context"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Conn lets tests meddle with the database.
func (s *Store) Conn() driver.Conn { return s.conn }

// Shards lets tests meddle with a cluster's own tables.
func (s *Store) Shards() []driver.Conn { return s.shards() }

// DropMentions drops an edition's mentions behind the back of its record.
func (s *Store) DropMentions(ctx context.Context, e Edition) error {
	return s.execShards(ctx, "drop_partition", "mentions", named("period", periodNumber(e.Period)), named("partition", e.partition(mentionsPart)))
}

// TalliesPartition is what the column dictionary of an edition's tallies holds.
func (e Edition) TalliesPartition() string { return e.partition(talliesPart) }

// AttachedRows is what Restore compares with the manifest.
func (s *Store) AttachedRows(ctx context.Context) (map[string]uint64, error) {
	return s.attachedRows(ctx)
}
