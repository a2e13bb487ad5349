package frontier

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"time"

	"chaping"
	"chaping/sqlite"
)

//go:embed schema.sql
var sqliteSchema string

// sqliteVersion is kept in the file's user_version. A change of the schema
// is a new version and a migration from every older one.
const sqliteVersion = 1

// keptFor is how long a finished queue is remembered.
const keptFor = 60 * 24 * time.Hour

// States of an item.
const (
	waiting = 0
	leased  = 1
	delayed = 2
)

// SQLite opens queues in a file, which is made when it is missing. Several
// queues share the file and the limits of hosts; several processes on one
// machine may open it. Every transition is one transaction, which survives
// the death of the process; the last ones may be lost, whole, when the machine
// loses power, and then their pages are read again.
func SQLite(path string, now func() time.Time) Opener {
	return func(ctx context.Context, queue string, policy Policy) (Frontier, error) {
		policy.Lease = cmp.Or(policy.Lease, DefaultLease)
		q := &sqliteQueue{policy: policy, now: now}
		if err := q.open(ctx, path, queue); err != nil {
			_ = q.Close()
			var told *chaping.Error
			if errors.As(err, &told) {
				return nil, err
			}
			return nil, &chaping.Error{
				Code:    chaping.CodeEnvironment,
				Message: fmt.Sprintf("无法打开采集队列 %s", path),
				Remedy:  "检查所在目录是否存在、可写，磁盘是否已满；文件损坏时可移走它，未完成的采集将从头开始",
				Err:     err,
			}
		}
		return q, nil
	}
}

type sqliteQueue struct {
	policy Policy
	now    func() time.Time
	db     *sql.DB
	read   *sql.DB // beside the writer, for marks
	marked *sql.Stmt
	id     int64
	stmt   map[string]*sql.Stmt
}

func (q *sqliteQueue) open(ctx context.Context, path, queue string) error {
	db, err := sqlite.Open(path, "synchronous(NORMAL)", "cache_size(-16000)", "wal_autocheckpoint(8000)")
	if err != nil {
		return err
	}
	q.db = db
	db.SetMaxOpenConns(1) // one writer; a second connection would only wait for it
	err = q.transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var version int
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
			return err
		}
		if version > sqliteVersion {
			return &chaping.Error{
				Code:    chaping.CodeEnvironment,
				Message: fmt.Sprintf("采集队列 %s 由更新版本的程序建立（%d，本程序为 %d）", path, version, sqliteVersion),
				Remedy:  "改用新版本的程序",
			}
		}
		if version == 0 {
			if _, err := tx.ExecContext(ctx, sqliteSchema); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", sqliteVersion)); err != nil {
				return err
			}
		}
		now := q.now().UnixMilli()
		if _, err := tx.ExecContext(ctx, "DELETE FROM queue WHERE open = 0 AND touched < ? AND name <> ?", now-keptFor.Milliseconds(), queue); err != nil {
			return err
		}
		return tx.QueryRowContext(
			ctx,
			"INSERT INTO queue (name, touched) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET touched = excluded.touched RETURNING id",
			queue,
			now,
		).Scan(
			&q.id,
		)
	})
	if err != nil {
		return err
	}
	if err := q.prepare(ctx); err != nil {
		return err
	}
	if q.read, err = sqlite.Open(path, "query_only(1)"); err != nil {
		return err
	}
	q.read.SetMaxOpenConns(1)
	q.marked, err = q.read.PrepareContext(ctx, "SELECT value FROM mark WHERE name = ?")
	return err
}

// sqliteStatements are what the transitions are made of.
var sqliteStatements = map[string]string{
	"know":   "INSERT INTO known (queue, hash) VALUES (?, ?) ON CONFLICT DO NOTHING",
	"add":    "INSERT INTO item (queue, state, key, host, rank, task, due, token, failures, snoozes, losses) VALUES (?, 0, ?, ?, ?, ?, 0, 0, 0, 0, 0)",
	"opened": "UPDATE queue SET open = open + ?, dead = dead + ? WHERE id = ?",
	"open":   "SELECT open, dead FROM queue WHERE id = ?",

	"expire": "UPDATE item SET state = 0, losses = losses + 1 WHERE state = 1 AND due <= ?",
	"wake":   "UPDATE item SET state = 0 WHERE state = 2 AND queue = ? AND due <= ?",
	// Hosts with something waiting, one index seek each.
	"hosts": `WITH RECURSIVE h (host) AS (
			SELECT min(host) FROM item WHERE state = 0 AND queue = ?1
			UNION ALL SELECT (SELECT min(host) FROM item WHERE state = 0 AND queue = ?1 AND host > h.host) FROM h WHERE h.host IS NOT NULL)
		SELECT h.host, coalesce(o.pace, 0), max(coalesce(o.next, 0), coalesce(o.blocked, 0)),
			(SELECT count(*) FROM item WHERE state = 1 AND host = h.host)
		FROM h LEFT JOIN host o ON o.name = h.host WHERE h.host IS NOT NULL`,
	"first":  "SELECT id, key, rank, task, token, failures, snoozes, losses FROM item WHERE state = 0 AND queue = ? AND host = ? ORDER BY rank, id LIMIT ?",
	"lease":  "UPDATE item SET state = 1, due = ?, token = token + 1 WHERE id = ?",
	"next":   "INSERT INTO host (name, next) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET next = excluded.next",
	"change": "SELECT min(t) FROM (SELECT min(due) t FROM item WHERE state = 1 UNION ALL SELECT min(due) FROM item WHERE state = 2 AND queue = ?)",

	"extend": "UPDATE item SET due = ? WHERE state = 1 AND queue = ? AND id = ? AND token = ?",
	"done":   "DELETE FROM item WHERE id = ? AND token = ? AND state = 1 AND queue = ?",
	"fail":   "UPDATE item SET state = ?, due = ?, failures = failures + 1 WHERE state = 1 AND queue = ? AND id = ? AND token = ?",
	"snooze": "UPDATE item SET state = ?, due = ?, snoozes = snoozes + 1 WHERE state = 1 AND queue = ? AND id = ? AND token = ?",
	"bury":   "INSERT INTO dead (queue, key, host, rank, task, reason) VALUES (?, ?, ?, ?, ?, ?)",
	"count":  "INSERT INTO counter (queue, name, n) VALUES (?, ?, ?) ON CONFLICT (queue, name) DO UPDATE SET n = n + excluded.n",
	"noted":  "SELECT count(*) FROM note WHERE queue = ?",
	"note":   "INSERT INTO note (queue, text) VALUES (?, ?)",

	"block": `INSERT INTO host (name, blocked, reason) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET blocked = excluded.blocked, reason = excluded.reason WHERE blocked < excluded.blocked`,
	"mark": "INSERT INTO mark (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
	"pace": "INSERT INTO host (name, pace) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET pace = excluded.pace",
}

func (q *sqliteQueue) prepare(ctx context.Context) error {
	q.stmt = map[string]*sql.Stmt{}
	for name, text := range sqliteStatements {
		stmt, err := q.db.PrepareContext(ctx, text)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		q.stmt[name] = stmt
	}
	return nil
}

// transact runs f in a transaction that holds the write lock from the start.
// What has begun is not interrupted: it takes a millisecond, and a context
// that may end costs a goroutine for every statement.
func (q *sqliteQueue) transact(ctx context.Context, f func(context.Context, *sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	tx, err := q.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(ctx, tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// exec runs a statement and tells how many rows it changed.
func (q *sqliteQueue) exec(ctx context.Context, tx *sql.Tx, name string, args ...any) (int64, error) {
	result, err := tx.StmtContext(ctx, q.stmt[name]).ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// Add implements Frontier.
func (q *sqliteQueue) Add(ctx context.Context, items ...Item) error {
	return q.transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		opened, err := q.add(ctx, tx, items)
		if err != nil || opened == 0 {
			return err
		}
		_, err = q.exec(ctx, tx, "opened", opened, 0, q.id)
		return err
	})
}

func (q *sqliteQueue) add(ctx context.Context, tx *sql.Tx, items []Item) (opened int64, err error) {
	for _, item := range items {
		if !item.Sole {
			hash := sha256.Sum256([]byte(item.Key))
			fresh, err := q.exec(ctx, tx, "know", q.id, hash[:16])
			if err != nil {
				return 0, err
			}
			if fresh == 0 {
				continue
			}
		}
		if _, err := q.exec(ctx, tx, "add", q.id, item.Key, item.Host, item.Rank, notNil(item.Task)); err != nil {
			return 0, err
		}
		opened++
	}
	return opened, nil
}

func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// A claimable host, and from when on.
type claimable struct {
	host   string
	delay  time.Duration
	ready  int64 // Unix milliseconds
	active int
}

// Claim implements Frontier.
func (q *sqliteQueue) Claim(ctx context.Context, most int) (Batch, error) {
	batch, _, err := q.Turn(ctx, most)
	return batch, err
}

// Turn implements Frontier.
func (q *sqliteQueue) Turn(ctx context.Context, most int, results ...Result) (batch Batch, stale int, err error) {
	err = q.transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var err error
		if stale, err = q.ack(ctx, tx, results); err == nil {
			batch, err = q.claim(ctx, tx, most)
		}
		return err
	})
	return batch, stale, err
}

func (q *sqliteQueue) claim(ctx context.Context, tx *sql.Tx, most int) (batch Batch, err error) {
	now := q.now().UnixMilli()
	if _, err := q.exec(ctx, tx, "expire", now); err != nil {
		return batch, err
	}
	if _, err := q.exec(ctx, tx, "wake", q.id, now); err != nil {
		return batch, err
	}
	hosts, err := q.hosts(ctx, tx)
	if err != nil {
		return batch, err
	}
	next := int64(0) // when more can be claimed; 0 is never
	sooner := func(at int64) {
		if at > 0 && (next == 0 || at < next) {
			next = at
		}
	}
	var found []sqliteClaim
	for _, h := range hosts {
		room := most
		if q.policy.Concurrency > 0 {
			room = min(room, q.policy.Concurrency-h.active)
		}
		switch {
		case room <= 0: // until a lease ends
			continue
		case h.ready > now:
			sooner(h.ready)
			continue
		case h.delay > 0:
			room = 1
		}
		list, err := q.first(ctx, tx, h, room)
		if err != nil {
			return batch, err
		}
		found = append(found, list...)
	}
	slices.SortFunc(
		found,
		func(a, b sqliteClaim) int { return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.seq, b.seq)) },
	)
	found = found[:min(len(found), most)]
	for _, c := range found {
		if _, err := q.exec(ctx, tx, "lease", now+q.policy.Lease.Milliseconds(), c.seq); err != nil {
			return batch, err
		}
		c.Token++
		if c.delay > 0 {
			if _, err := q.exec(ctx, tx, "next", c.Host, now+c.delay.Milliseconds()); err != nil {
				return batch, err
			}
			sooner(now + c.delay.Milliseconds())
		}
		batch.Claims = append(batch.Claims, c.Claim)
	}
	var dead int
	if err := tx.StmtContext(ctx, q.stmt["open"]).QueryRowContext(ctx, q.id).Scan(&batch.Open, &dead); err != nil {
		return batch, err
	}
	if len(batch.Claims) < most && batch.Open > 0 {
		var change sql.NullInt64
		if err := tx.StmtContext(ctx, q.stmt["change"]).QueryRowContext(ctx, q.id).Scan(&change); err != nil {
			return batch, err
		}
		sooner(change.Int64)
		batch.Wait = max(time.Duration(next-now)*time.Millisecond, time.Millisecond)
	}
	return batch, nil
}

type sqliteClaim struct {
	Claim
	delay time.Duration
}

func (q *sqliteQueue) hosts(ctx context.Context, tx *sql.Tx) ([]claimable, error) {
	rows, err := tx.StmtContext(ctx, q.stmt["hosts"]).QueryContext(ctx, q.id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []claimable
	for rows.Next() {
		var h claimable
		var pace int64
		if err := rows.Scan(&h.host, &pace, &h.ready, &h.active); err != nil {
			return nil, err
		}
		h.delay = max(q.policy.Delay, time.Duration(pace)*time.Millisecond)
		out = append(out, h)
	}
	return out, rows.Err()
}

func (q *sqliteQueue) first(ctx context.Context, tx *sql.Tx, h claimable, most int) ([]sqliteClaim, error) {
	rows, err := tx.StmtContext(ctx, q.stmt["first"]).QueryContext(ctx, q.id, h.host, most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []sqliteClaim
	for rows.Next() {
		c := sqliteClaim{delay: h.delay}
		c.Host = h.host
		if err := rows.Scan(&c.seq, &c.Key, &c.Rank, &c.Task, &c.Token, &c.Failures, &c.Snoozes, &c.Losses); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// Extend implements Frontier.
func (q *sqliteQueue) Extend(ctx context.Context, claims ...Claim) (lost []Claim, err error) {
	err = q.transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		lost = nil
		due := q.now().Add(q.policy.Lease).UnixMilli()
		for _, c := range claims {
			held, err := q.exec(ctx, tx, "extend", due, q.id, c.seq, c.Token)
			if err != nil {
				return err
			}
			if held == 0 {
				lost = append(lost, c)
			}
		}
		return nil
	})
	return lost, err
}

// Ack implements Frontier.
func (q *sqliteQueue) Ack(ctx context.Context, results ...Result) (stale int, err error) {
	err = q.transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		stale, err = q.ack(ctx, tx, results)
		return err
	})
	return stale, err
}

func (q *sqliteQueue) ack(ctx context.Context, tx *sql.Tx, results []Result) (stale int, err error) {
	if len(results) == 0 {
		return 0, nil
	}
	var opened int64
	var sum tally
	for _, r := range results {
		held, err := q.done(ctx, tx, r.Claim)
		if err != nil {
			return 0, err
		}
		if !held {
			stale++
			continue
		}
		fresh, err := q.add(ctx, tx, r.Add)
		if err != nil {
			return 0, err
		}
		opened += fresh - 1
		for name, value := range r.Marks {
			if _, err := q.exec(ctx, tx, "mark", name, value); err != nil {
				return 0, err
			}
		}
		sum.add(r.Count, r.Notes)
	}
	if opened != 0 {
		if _, err := q.exec(ctx, tx, "opened", opened, 0, q.id); err != nil {
			return 0, err
		}
	}
	return stale, q.record(ctx, tx, sum)
}

// done ends an item for good, if the claim holds.
func (q *sqliteQueue) done(ctx context.Context, tx *sql.Tx, c Claim) (held bool, err error) {
	n, err := q.exec(ctx, tx, "done", c.seq, c.Token, q.id)
	return n > 0, err
}

// A tally sums up counts and notes of several results.
type tally struct {
	count map[string]int64
	notes []string
}

func (t *tally) add(count map[string]int64, notes []string) {
	if t.count == nil {
		t.count = map[string]int64{}
	}
	for name, n := range count {
		t.count[name] += n
	}
	t.notes = append(t.notes, notes...)
}

func (q *sqliteQueue) record(ctx context.Context, tx *sql.Tx, t tally) error {
	for name, n := range t.count {
		if _, err := q.exec(ctx, tx, "count", q.id, name, n); err != nil {
			return err
		}
	}
	if len(t.notes) == 0 {
		return nil
	}
	var noted int
	if err := tx.StmtContext(ctx, q.stmt["noted"]).QueryRowContext(ctx, q.id).Scan(&noted); err != nil {
		return err
	}
	for _, text := range t.notes[:min(len(t.notes), MaxNotes-noted)] {
		if _, err := q.exec(ctx, tx, "note", q.id, text); err != nil {
			return err
		}
	}
	return nil
}

// Fail implements Frontier.
func (q *sqliteQueue) Fail(ctx context.Context, failures ...Failure) error {
	return q.transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var sum tally
		for _, f := range failures {
			var held int64
			var err error
			if f.Dead {
				var ended bool
				if ended, err = q.done(ctx, tx, f.Claim); ended {
					held = 1
				}
			} else {
				held, err = q.back(ctx, tx, "fail", f.Claim, f.Retry)
			}
			if err != nil {
				return err
			}
			if held == 0 {
				continue
			}
			sum.add(f.Count, f.Notes)
			if f.Dead {
				if _, err := q.exec(ctx, tx, "bury", q.id, f.Claim.Key, f.Claim.Host, f.Claim.Rank, notNil(f.Claim.Task), f.Reason); err != nil {
					return err
				}
				if _, err := q.exec(ctx, tx, "opened", -1, 1, q.id); err != nil {
					return err
				}
			}
		}
		return q.record(ctx, tx, sum)
	})
}

// back puts a leased item back in line after d.
func (q *sqliteQueue) back(ctx context.Context, tx *sql.Tx, how string, c Claim, d time.Duration) (int64, error) {
	state := waiting
	if d >= time.Millisecond {
		state = delayed
	}
	return q.exec(ctx, tx, how, state, q.now().Add(d).UnixMilli(), q.id, c.seq, c.Token)
}

// Snooze implements Frontier.
func (q *sqliteQueue) Snooze(ctx context.Context, claim Claim, d time.Duration) error {
	return q.transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := q.back(ctx, tx, "snooze", claim, d)
		return err
	})
}

// Block implements Frontier.
func (q *sqliteQueue) Block(ctx context.Context, host string, d time.Duration, reason string) error {
	return q.transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := q.exec(ctx, tx, "block", host, q.now().Add(d).UnixMilli(), reason)
		return err
	})
}

// Pace implements Frontier.
func (q *sqliteQueue) Pace(ctx context.Context, host string, delay time.Duration) error {
	return q.transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := q.exec(ctx, tx, "pace", host, delay.Milliseconds())
		return err
	})
}

// Mark implements Frontier.
func (q *sqliteQueue) Mark(ctx context.Context, name string) (string, error) {
	var value string
	err := q.marked.QueryRowContext(context.WithoutCancel(ctx), name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, err
}

// Stats implements Frontier.
func (q *sqliteQueue) Stats(ctx context.Context) (Stats, error) {
	s := Stats{Count: map[string]int64{}}
	err := q.transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := tx.StmtContext(ctx, q.stmt["open"]).QueryRowContext(ctx, q.id).Scan(&s.Open, &s.Dead); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM item WHERE state = ? AND queue = ?", leased, q.id).Scan(&s.Leased); err != nil {
			return err
		}
		return errors.Join(
			each(ctx, tx, func(rows *sql.Rows) error {
				var l Letter
				defer func() { s.Letters = append(s.Letters, l) }()
				return rows.Scan(&l.Key, &l.Host, &l.Rank, &l.Task, &l.Reason)
			}, "SELECT key, host, rank, task, reason FROM dead WHERE queue = ? ORDER BY id LIMIT ?", q.id, MaxListed),
			each(ctx, tx, func(rows *sql.Rows) error {
				var r Rest
				var until int64
				err := rows.Scan(&r.Host, &until, &r.Reason)
				r.Until = time.UnixMilli(until)
				s.Resting = append(s.Resting, r)
				return err
			}, "SELECT name, blocked, reason FROM host WHERE blocked > ? ORDER BY name", q.now().UnixMilli()),
			each(ctx, tx, func(rows *sql.Rows) error {
				var name string
				var n int64
				err := rows.Scan(&name, &n)
				s.Count[name] = n
				return err
			}, "SELECT name, n FROM counter WHERE queue = ?", q.id),
			each(ctx, tx, func(rows *sql.Rows) error {
				var text string
				err := rows.Scan(&text)
				s.Notes = append(s.Notes, text)
				return err
			}, "SELECT text FROM note WHERE queue = ? ORDER BY id", q.id),
		)
	})
	return s, err
}

func each(ctx context.Context, tx *sql.Tx, take func(*sql.Rows) error, query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := take(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Close implements Frontier.
func (q *sqliteQueue) Close() error {
	var err error
	for _, db := range []*sql.DB{q.read, q.db} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}
