package station

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"chaping"
)

// # The audit log
//
// Whoever acts is in the context (WithAct). Every transaction that changed
// anything writes an entry of it before it commits, so there is no change
// without its entry and no entry without its change; methods need not know.
// What changes nothing here, an export or the start of a collection, is
// entered with Record.
//
// Each entry's hash is
//
//	sha256(hash of the entry before, "\n", JSON array of its fields)
//
// so that an entry that is altered, left out or put in breaks the chain from
// there on. Cutting off the end breaks nothing: whoever notes the last hash
// elsewhere can prove that too.

// An Act is what somebody is doing.
type Act struct {
	Who     string
	Station int64  // 0 for none
	Action  string // what kind of change
	Object  string // what is changed
	Detail  string

	written bool
}

type actKey struct{}

// WithAct says who acts. The act may be filled in until the change is made.
func WithAct(ctx context.Context, act *Act) context.Context {
	return context.WithValue(ctx, actKey{}, act)
}

// ActOn is a context in which the act is on another object: one of several that
// are changed at once.
func ActOn(ctx context.Context, object string) context.Context {
	act, _ := ctx.Value(actKey{}).(*Act)
	if act == nil {
		return ctx
	}
	return WithAct(ctx, &Act{Who: act.Who, Station: act.Station, Action: act.Action, Object: object})
}

// concerns says what is changed, where that is known only when it is.
func concerns(ctx context.Context, object string) {
	if act, _ := ctx.Value(actKey{}).(*Act); act != nil {
		act.Object = object
	}
}

// Written tells whether the act has been entered.
func (a *Act) Written() bool { return a.written }

// An Entry is one entry of the log.
type Entry struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	Who     string    `json:"who"`
	Station int64     `json:"station,omitempty"`
	Action  string    `json:"action"`
	Object  string    `json:"object,omitempty"`
	Detail  string    `json:"detail,omitempty"`
	Hash    string    `json:"hash"`
}

// link is the hash of an entry that follows one with the hash before.
func (e *Entry) link(before string) string {
	fields, err := json.Marshal([]any{e.ID, e.At.UnixMilli(), e.Who, e.Station, e.Action, e.Object, e.Detail})
	if err != nil {
		panic(err) // strings and numbers
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s", before, fields)
	return hex.EncodeToString(h.Sum(nil))
}

func (d *DB) enter(ctx context.Context, tx *sql.Tx, a *Act) error {
	e := Entry{
		At:      d.now(),
		Who:     cmp.Or(a.Who, "没有登录的人"),
		Station: a.Station,
		Action:  a.Action,
		Object:  a.Object,
		Detail:  a.Detail,
	}
	var before string
	err := tx.QueryRowContext(ctx, "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1").Scan(&e.ID, &before)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	e.ID++
	if _, err := tx.ExecContext(ctx, "INSERT INTO audit (id, at, who, station, action, object, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		e.ID, e.At.UnixMilli(), e.Who, e.Station, e.Action, e.Object, e.Detail, e.link(before)); err != nil {
		return err
	}
	a.written = true
	return nil
}

// Record enters an act that changes nothing in this database.
func (d *DB) Record(ctx context.Context, a *Act) error {
	return d.transact(withoutAct(ctx), func(tx *sql.Tx) error { return d.enter(ctx, tx, a) })
}

func withoutAct(ctx context.Context) context.Context { return WithAct(ctx, nil) }

// An AuditFilter selects entries. Zero fields select all.
type AuditFilter struct {
	Text   string // in any of its texts
	Before int64  // entries older than this id
	Limit  int    // 0 means 100
}

// Audit are the entries that the filter selects, the latest first.
func (d *DB) Audit(ctx context.Context, f AuditFilter) ([]Entry, error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	var list []Entry
	err := d.query(ctx, `SELECT id, at, who, station, action, object, detail, hash FROM audit
		WHERE (id < ?1 OR ?1 = 0) AND (?2 = '' OR instr(who || char(10) || action || char(10) || object || char(10) || detail, ?2) > 0) ORDER BY id DESC LIMIT ?3`,
		[]any{f.Before, f.Text, f.Limit}, func(scan func(...any) error) error {
			e, err := scanEntry(scan)
			list = append(list, e)
			return err
		})
	return list, err
}

func scanEntry(scan func(...any) error) (e Entry, err error) {
	var at int64
	err = scan(&e.ID, &at, &e.Who, &e.Station, &e.Action, &e.Object, &e.Detail, &e.Hash)
	e.At = shown(at)
	return e, err
}

// VerifyAudit follows the chain from the first entry and gives the number of
// entries and the last hash. Where it is broken it is a *chaping.Error that
// names the first entry that does not fit.
func (d *DB) VerifyAudit(ctx context.Context) (entries int64, head string, err error) {
	err = d.query(
		ctx,
		"SELECT id, at, who, station, action, object, detail, hash FROM audit ORDER BY id",
		nil,
		func(scan func(...any) error) error {
			e, err := scanEntry(scan)
			if err != nil {
				return err
			}
			entries++
			if e.ID != entries || e.link(head) != e.Hash {
				return &chaping.Error{
					Code:    chaping.CodeInput,
					Message: fmt.Sprintf("操作记录从第 %d 条起与校验链不符：记录被改动、删去或插入过", entries),
					Remedy:  "停止使用这个数据目录，从备份中恢复 station.db，并查明谁能写这个文件",
				}
			}
			head = e.Hash
			return nil
		},
	)
	return entries, head, err
}

// HasAudit tells whether the log has an entry with the hash.
func (d *DB) HasAudit(ctx context.Context, hash string) (found bool, err error) {
	err = d.db.QueryRowContext(ctx, "SELECT count(*) > 0 FROM audit WHERE hash = ?", hash).Scan(&found)
	return found, err
}
