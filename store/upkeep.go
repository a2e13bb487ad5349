package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"chaping"
)

// A TableStat says what a table takes on disk.
type TableStat struct {
	Name         string `json:"table"`
	Parts        uint64 `json:"parts"`
	Rows         uint64 `json:"rows"` // copies that have not been merged away included
	Bytes        uint64 `json:"bytes"`
	Uncompressed uint64 `json:"uncompressed"`
	First        string `json:"first_partition"`
	Last         string `json:"last_partition"`
}

// Stats are the tables, by name.
func (s *Store) Stats(ctx context.Context) (list []TableStat, err error) {
	err = s.query(ctx, "stats", nil, nil, func(scan func(...any) error) error {
		var t TableStat
		err := scan(&t.Name, &t.Parts, &t.Rows, &t.Bytes, &t.Uncompressed, &t.First, &t.Last)
		list = append(list, t)
		return err
	})
	return list, err
}

// tables are all tables of the schema, in the order in which they are kept up.
var tables = []string{"listings", "reviews", "coverage", "mentions", "tallies", "counts", "generations", "leases", "dictionaries", "runs", "schema_migrations"}

// Optimize merges every table, so that each partition is one part with one
// copy of a row. It rewrites what is not merged yet; ClickHouse does the same
// by and by.
func (s *Store) Optimize(ctx context.Context, progress func(table string)) error {
	if err := s.canMaintain(); err != nil {
		return err
	}
	for _, t := range tables {
		progress(t)
		if err := s.execShards(ctx, "optimize", t); err != nil {
			return err
		}
	}
	return nil
}

// A Check is what verifying a table came to.
type Check struct {
	Table   string `json:"table"`
	Rows    uint64 `json:"rows"`
	Problem string `json:"problem,omitempty"`
}

// Verify reads every part of every table against its checksums, and compares
// what was mined with what the records of mining say.
func (s *Store) Verify(ctx context.Context, progress func(table string)) (list []Check, err error) {
	if err := s.canMaintain(); err != nil {
		return nil, err
	}
	for _, t := range tables {
		progress(t)
		c := Check{Table: t}
		for _, shard := range s.shards() {
			problem, err := s.checkTable(ctx, shard, s.dialect.Local(t))
			if err != nil {
				return nil, err
			}
			c.Problem = cmp.Or(c.Problem, problem)
		}
		if c.Problem == "" {
			if err := s.conn.QueryRow(ctx, "SELECT count() FROM "+t).Scan(&c.Rows); err != nil {
				c.Problem = err.Error()
			}
		}
		list = append(list, c)
	}
	editions, err := s.Editions(ctx, chaping.Period{}, chaping.Period{Year: 9999, Month: 12}, "")
	if err != nil {
		return list, err
	}
	for _, e := range editions {
		n, _, err := s.MentionCounts(ctx, e)
		if err != nil {
			return list, err
		}
		if n != e.Mentions {
			list = append(list, Check{Table: "mentions " + e.Period.String() + " " + e.Dictionary, Rows: n, Problem: fmt.Sprintf("挖掘记录为 %d 处命中", e.Mentions)})
		}
	}
	return list, nil
}

// checkTable gives what is wrong with a table, if anything. Servers of today
// tell of every part, old ones of the table as a whole.
func (s *Store) checkTable(ctx context.Context, shard driver.Conn, table string) (problem string, err error) {
	rows, err := shard.Query(ctx, "CHECK TABLE "+table)
	if err != nil {
		return err.Error(), ctx.Err()
	}
	defer rows.Close()
	var (
		part, message string
		passed        uint8
	)
	targets := []any{&passed}
	if len(rows.Columns()) == 3 {
		targets = []any{&part, &passed, &message}
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return "", fault("check "+table, err)
		}
		if passed != 1 && problem == "" {
			problem = strings.TrimSpace(fmt.Sprintf("数据块 %s 与校验和不符 %s", part, message))
		}
	}
	if err := rows.Err(); err != nil && problem == "" {
		problem = err.Error()
	}
	return problem, ctx.Err()
}

// Purge removes what is older: reviews published before the month of the day
// before, with the mentions, tallies and counts of periods that end before it;
// and, when dictionaries are given, mentions, tallies and counts of all other
// dictionary versions. It gives the partitions that were dropped.
func (s *Store) Purge(ctx context.Context, before chaping.Period, keep []string, dry bool) (dropped []string, err error) {
	type partition struct {
		table, name, dictionary string
		number                  uint32 // month or period
	}
	var list []partition
	err = s.query(ctx, "partitions", nil, nil, func(scan func(...any) error) error {
		var p partition
		err := scan(&p.table, &p.name, &p.number, &p.dictionary)
		list = append(list, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		limit := periodNumber(before)
		if p.table == "reviews" {
			// A period begins on the 25th of the month before: that month stays.
			limit = periodNumber(before.Previous())
		}
		if p.number >= limit && (p.table == "reviews" || len(keep) == 0 || slices.Contains(keep, p.dictionary)) {
			continue
		}
		dropped = append(dropped, p.table+" "+p.name)
		if dry {
			continue
		}
		var err error
		if p.table == "reviews" {
			err = s.execShards(ctx, "drop_reviews", nil, named("month", p.number))
		} else {
			err = s.execShards(ctx, "drop_"+p.table, nil, named("period", p.number), named("dictionary", p.dictionary))
		}
		if err != nil {
			return dropped, err
		}
	}
	return dropped, nil
}
