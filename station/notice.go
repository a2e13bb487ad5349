package station

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"
)

// A Notice is something that an account should know of.
type Notice struct {
	ID   int64      `json:"id"`
	Kind NoticeKind `json:"kind"`
	At   time.Time  `json:"at"`
	Text string     `json:"text"`
	Path string     `json:"path"` // of the page that it is about
	Seen bool       `json:"seen"`
	Key  string     `json:"-"` // makes it one notice of an account
}

// A NoticeKind is why somebody is told.
type NoticeKind string

// The kinds of notices.
const (
	Mentioned NoticeKind = "mention"
	Assigned  NoticeKind = "assigned"
	Answered  NoticeKind = "answer"
	Issued    NoticeKind = "bulletin"
	Due       NoticeKind = "due"
)

// Chinese is what the kind is called.
func (k NoticeKind) Chinese() string {
	switch k {
	case Mentioned:
		return "提到您"
	case Assigned:
		return "交给您"
	case Answered:
		return "回复"
	case Issued:
		return "通报"
	}
	return "期限"
}

func scanNotice(scan func(...any) error) (n Notice, err error) {
	var at, seen int64
	err = scan(&n.ID, &n.Kind, &at, &n.Text, &n.Path, &seen)
	n.At, n.Seen = shown(at), seen > 0
	return n, err
}

// Notices are those of an account, what it has not seen first, then the latest
// first.
func (d *DB) Notices(ctx context.Context, account int64) (list []Notice, err error) {
	err = d.query(ctx, statement("notices"), []any{account}, func(scan func(...any) error) error {
		n, err := scanNotice(scan)
		list = append(list, n)
		return err
	})
	return list, err
}

// Unseen is how many notices the account has not seen.
func (d *DB) Unseen(ctx context.Context, account int64) (n int, err error) {
	err = d.db.QueryRowContext(ctx, statement("unseen"), account).Scan(&n)
	return n, err
}

// See notes that an account has seen a notice, and gives it; all of its notices
// when the ID is 0.
func (d *DB) See(ctx context.Context, account, id int64) (n Notice, err error) {
	err = d.transact(ctx, func(tx *sql.Tx) error {
		if id != 0 {
			n, err = scanNotice(tx.QueryRowContext(ctx, statement("notice"), account, id).Scan)
			if errors.Is(err, sql.ErrNoRows) {
				return missing("通知", id)
			}
			if err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, statement("see"), account, id, d.now().UnixMilli())
		return err
	})
	return n, err
}

// Tell gives accounts a notice, each once.
func (d *DB) Tell(ctx context.Context, accounts []Account, n Notice) error {
	return d.transact(ctx, func(tx *sql.Tx) error { return d.tell(ctx, tx, accounts, n) })
}

func (d *DB) tell(ctx context.Context, tx *sql.Tx, accounts []Account, n Notice) error {
	for _, a := range accounts {
		if a.Disabled {
			continue
		}
		if _, err := tx.ExecContext(ctx, statement("tell"), a.ID, n.Key, n.Kind, d.now().UnixMilli(), n.Text, n.Path); err != nil {
			return err
		}
	}
	return nil
}

// Concerned are the accounts of those that a record of the station concerns:
// the centre's and the station's own, 0 for every station's.
func Concerned(accounts []Account, of int64) (centre, own []Account) {
	for _, a := range accounts {
		switch {
		case a.Has(RoleCentre):
			centre = append(centre, a)
		case a.Has(RolePlatform, RoleAssociation) && a.Station != 0 && (of == 0 || a.Station == of):
			own = append(own, a)
		}
	}
	return centre, own
}

// accounts are all, within a transaction.
func accounts(ctx context.Context, tx *sql.Tx) (list []Account, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT "+accountColumns+" FROM account ORDER BY id")
	err = eachRow(rows, err, func(scan func(...any) error) error {
		a, err := scanAccount(scan)
		list = append(list, a)
		return err
	})
	return list, err
}

// without are the accounts but those of the IDs.
func without(list []Account, ids ...int64) []Account {
	return slices.DeleteFunc(slices.Clone(list), func(a Account) bool { return slices.Contains(ids, a.ID) })
}
