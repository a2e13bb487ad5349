package station

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// A Learning is a version of what was learnt from decisions. Every version is
// complete; version 0, and one without an adapter, is nothing.
type Learning struct {
	Version int64     `json:"version"`
	At      time.Time `json:"at,omitzero"`
	Who     string    `json:"who,omitempty"`
	Adapter string    `json:"adapter,omitempty"` // hash of the weights
	Base    string    `json:"-"`                 // of the miner that it was learnt for
	Weights string    `json:"-"`                 // JSON
	Report  string    `json:"-"`                 // JSON: what it was measured to do
}

const learningColumns = "version, at, who, adapter, base, weights, report FROM learning ORDER BY version DESC"

func scanLearning(scan func(...any) error) (l Learning, err error) {
	var at int64
	err = scan(&l.Version, &at, &l.Who, &l.Adapter, &l.Base, &l.Weights, &l.Report)
	l.At = shown(at)
	return l, err
}

// Learning is the version that holds.
func (d *DB) Learning(ctx context.Context) (Learning, error) {
	l, err := scanLearning(d.db.QueryRowContext(ctx, "SELECT "+learningColumns+" LIMIT 1").Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Learning{}, nil
	}
	return l, err
}

// Learnings are all versions, the latest first.
func (d *DB) Learnings(ctx context.Context) (list []Learning, err error) {
	err = d.query(ctx, "SELECT "+learningColumns, nil, func(scan func(...any) error) error {
		l, err := scanLearning(scan)
		list = append(list, l)
		return err
	})
	return list, err
}

// PutLearning stores the version after l.Version, or is a *Conflict with the last
// one where somebody else has stored one since.
func (d *DB) PutLearning(ctx context.Context, l Learning) (Learning, error) {
	err := d.transact(ctx, func(tx *sql.Tx) error {
		last, err := scanLearning(tx.QueryRowContext(ctx, "SELECT "+learningColumns+" LIMIT 1").Scan)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if last.Version != l.Version {
			return &Conflict{Theirs: last}
		}
		l.Version, l.At = l.Version+1, shown(d.now().UnixMilli())
		_, err = tx.ExecContext(
			ctx,
			"INSERT INTO learning (version, at, who, adapter, base, weights, report) VALUES (?, ?, ?, ?, ?, ?, ?)",
			l.Version,
			l.At.UnixMilli(),
			l.Who,
			l.Adapter,
			l.Base,
			l.Weights,
			l.Report,
		)
		return err
	})
	return l, err
}
