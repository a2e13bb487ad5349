package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
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
var tables = []string{
	"listings",
	"reviews",
	"superseded",
	"media",
	"coverage",
	"mentions",
	"rejections",
	"tallies",
	"counts",
	"generations",
	"leases",
	"dictionaries",
	"runs",
	"reports",
	"schema_migrations",
}

// Optimize merges every table, so that each partition is one part with one
// copy of a row. It rewrites what is not merged yet; ClickHouse does the same
// by and by.
func (s *Store) Optimize(ctx context.Context, progress func(table string)) error {
	if err := s.canMaintain(); err != nil {
		return err
	}
	for _, t := range tables {
		progress(t)
		err := s.execShards(ctx, "optimize", t)
		for try := 1; try < mergeTries && excepted(err, aborted); try++ {
			err = s.execShards(ctx, "optimize", t)
		}
		if excepted(err, aborted) { // what was merged stays merged
			err = &chaping.Error{
				Code:    chaping.CodeEnvironment,
				Message: "整理被别的进程的挖掘或清理打断：表 " + t,
				Remedy:  "等它们做完再运行一次；数据没有改动",
				Err:     err,
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mergeTries is how often a merge begins again that was cancelled because a
// partition of the table was dropped meanwhile.
const mergeTries = 10

// Codes of exceptions that upkeep meets.
const (
	notImplemented = 48
	aborted        = 236 // a merge was cancelled
)

func excepted(err error, code int32) bool {
	var exception *clickhouse.Exception
	return errors.As(err, &exception) && exception.Code == code
}

// A Check is what verifying a table came to.
type Check struct {
	Table   string `json:"table"`
	Rows    uint64 `json:"rows"`
	Problem string `json:"problem,omitempty"`
	Note    string `json:"note,omitempty"` // what could not be looked at
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
			if excepted(err, notImplemented) { // old servers
				c.Note = "服务器的版本不能校验数据块，只数了行"
				continue
			}
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
	editions, err := s.Editions(ctx, chaping.Period{}, lastPeriod, "")
	if err != nil {
		return list, err
	}
	for _, e := range editions {
		n, _, err := s.MentionCounts(ctx, e)
		if err != nil {
			return list, err
		}
		if n != e.Mentions {
			list = append(
				list,
				Check{
					Table:   "mentions " + e.Period.String() + " " + e.Dictionary,
					Rows:    n,
					Problem: fmt.Sprintf("挖掘记录为 %d 处命中", e.Mentions),
				},
			)
		}
	}
	return list, nil
}

// checkTable gives what is wrong with a table, if anything. Servers of today
// tell of every part, old ones of the table as a whole.
func (s *Store) checkTable(ctx context.Context, shard driver.Conn, table string) (problem string, err error) {
	rows, err := shard.Query(ctx, "CHECK TABLE "+table)
	if excepted(err, notImplemented) {
		return "", err
	}
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

// A Purge says what is to go. A zero field takes nothing.
type Purge struct {
	// Derived takes the mentions, tallies and counts of all periods before it.
	Derived chaping.Period
	// Others takes the mentions, tallies and counts of all dictionary versions
	// but these, of whatever period; an empty list takes none.
	Others []string
	// Reviews takes the reviews that belong to periods before it. What was
	// derived from them must go with them, so Derived may not be earlier.
	Reviews chaping.Period
}

// A Purged is what a purge drops, or would: a part of a table.
type Purged struct {
	Table      string         `json:"table"`
	Month      string         `json:"month,omitempty"` // of reviews, "2026-10"
	Period     chaping.Period `json:"period,omitzero"` // of what is derived
	Dictionary string         `json:"dictionary,omitempty"`
	Rows       uint64         `json:"rows"` // copies that have not been merged away included
}

// takes tells whether a purge names a part.
func (q Purge) takes(p Purged) bool {
	if p.Table == "reviews" {
		month, err := time.ParseInLocation("2006-01", p.Month, chaping.Shanghai())
		// The last moment of a month belongs to the latest period that it
		// has reviews of.
		return err == nil && chaping.PeriodOf(month.AddDate(0, 1, 0).Add(-1)).Before(q.Reviews)
	}
	return p.Period.Before(q.Derived) || len(q.Others) > 0 && !slices.Contains(q.Others, p.Dictionary)
}

// Purge removes what q names, or only tells what that is. A month of reviews
// stays as long as one of the periods that it belongs to does, and as long as
// one of its reviews was corrected from a date in a month that stays: the copy
// there would hold again.
func (s *Store) Purge(ctx context.Context, q Purge, dry bool) ([]Purged, error) {
	if q.Derived.Before(q.Reviews) {
		return nil, &chaping.Error{
			Code:    chaping.CodeUsage,
			Message: "评论不能单独清除：由它们得出的命中和计数会对不上",
			Remedy:  "把同样各期的命中和计数一起清除",
		}
	}
	going, partitions, err := s.purgeable(ctx, q)
	if err != nil || dry {
		return going, err
	}
	derived, reviews := going, []Purged(nil) // reviews come last
	if i := slices.IndexFunc(going, func(p Purged) bool { return p.Table == "reviews" }); i >= 0 {
		derived, reviews = going[:i], going[i:]
	}
	for i, p := range derived {
		if err := s.forget(ctx, p.Period, p.Dictionary, p.Table, partitions[p]); err != nil {
			return going[:i], err
		}
	}
	if len(reviews) == 0 {
		return going, nil
	}
	gone := len(derived)
	err = s.removing(ctx, q.Reviews, func(ctx context.Context) error {
		for _, p := range reviews {
			month, _ := strconv.Atoi(strings.ReplaceAll(p.Month, "-", ""))
			if err := s.execShards(ctx, "drop_reviews", "reviews", named("month", month)); err != nil {
				return err
			}
			gone++
		}
		return errors.Join(s.purgeBeside(ctx, q, "superseded"), s.purgeBeside(ctx, q, "media"))
	})
	return going[:gone], err
}

// purgeable are the parts of tables that a purge takes: what is derived comes
// before the reviews, so that a purge that is interrupted leaves no numbers
// without reviews. partitions are those of what is derived.
func (s *Store) purgeable(ctx context.Context, q Purge) (going []Purged, partitions map[Purged][]string, err error) {
	partitions = map[Purged][]string{}
	var first time.Time // month of reviews that stays
	err = s.query(ctx, "partitions", nil, nil, func(scan func(...any) error) error {
		var (
			p      Purged
			number uint32
			names  []string
		)
		if err := scan(&p.Table, &number, &p.Dictionary, &p.Rows, &names); err != nil {
			return err
		}
		period := numberedPeriod(number)
		if p.Table == "reviews" {
			p.Month = period.String()
		} else {
			p.Period = period
			partitions[p] = names
		}
		if q.takes(p) {
			going = append(going, p)
		} else if month := time.Date(period.Year, period.Month, 1, 0, 0, 0, 0, chaping.Shanghai()); p.Table == "reviews" && (first.IsZero() || month.Before(first)) {
			first = month
		}
		return nil
	})
	if err != nil || first.IsZero() ||
		!slices.ContainsFunc(going, func(p Purged) bool { return p.Table == "reviews" }) {
		return going, partitions, err
	}
	holding := map[string]bool{}
	err = s.query(
		ctx,
		"holding",
		nil,
		windowArgs(chaping.Window{From: first, To: lastDate}),
		func(scan func(...any) error) error {
			var number uint32
			err := scan(&number)
			holding[numberedPeriod(number).String()] = true
			return err
		},
	)
	return slices.DeleteFunc(going, func(p Purged) bool { return p.Month != "" && holding[p.Month] }), partitions, err
}
