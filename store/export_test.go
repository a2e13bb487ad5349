package store

import "github.com/ClickHouse/clickhouse-go/v2/lib/driver"

// Conn lets tests meddle with the database.
func (s *Store) Conn() driver.Conn { return s.conn }
