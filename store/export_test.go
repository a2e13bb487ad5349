package store

import "github.com/ClickHouse/clickhouse-go/v2/lib/driver"

// Conn lets tests meddle with the database.
func (s *Store) Conn() driver.Conn { return s.conn }

// Shards lets tests meddle with a cluster's own tables.
func (s *Store) Shards() []driver.Conn { return s.shards() }
