// Package station keeps what people decide and what the station has promised:
// verdicts on mentions, frozen sheets, submissions, urgent cases, messages to
// be sent, schedules, accounts, watches, dictionary changes, and who did what. It is small and relational, one SQLite file, station.db
// in the data directory, beside the large tables of package store.
//
// # Nothing is changed
//
// A decision is a new row; the last one holds. Frozen sheets cannot be changed
// at all: triggers refuse it. What was signed can be shown again, byte for
// byte, whatever has been decided, mined or imported since.
//
// # One transaction a method
//
// Every method that writes is one transaction, and may be called again after
// a crash: what is there already is found by its natural key.
//
// The schema stands in migrations/, numbered and append-only.
package station

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"chaping"
	"chaping/sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// A DB is the open file. It is safe for concurrent use, also by several
// processes on one machine.
type DB struct {
	db                 *sql.DB
	now                func() time.Time
	attempts           attempts
	trusted, strangers *lane          // where passwords are hashed
	late               sync.WaitGroup // what is written after the answer
}

// File is the name of the database in its directory.
const File = "station.db"

// Open opens File in the directory and brings its schema up to date.
// now is the clock; time.Now if nil.
func Open(ctx context.Context, dir string, now func() time.Time) (*DB, error) {
	d, err := open(ctx, dir, now)
	var told *chaping.Error
	if err != nil && !errors.As(err, &told) {
		err = &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "无法打开监测站数据库 " + filepath.Join(dir, File),
			Err:     err,
			Remedy:  "检查目录是否可写，磁盘是否已满",
		}
	}
	return d, err
}

func open(ctx context.Context, dir string, now func() time.Time) (*DB, error) {
	if now == nil {
		now = time.Now
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	db, err := sqlite.Open(filepath.Join(dir, File), "synchronous(FULL)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	d := &DB{
		db:        db,
		now:       now,
		attempts:  attempts{list: map[attempted]failures{}},
		trusted:   newLane(),
		strangers: newLane(),
	}
	if err := d.migrate(ctx); err != nil {
		return nil, errors.Join(err, d.db.Close())
	}
	return d, nil
}

// migrate applies the migrations that user_version does not count yet.
func (d *DB) migrate(ctx context.Context) error {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	return d.transact(withoutAct(ctx), func(tx *sql.Tx) error {
		var version int
		if err := tx.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
			return err
		}
		if version > len(names) {
			return &chaping.Error{
				Code:    chaping.CodeEnvironment,
				Message: fmt.Sprintf("监测站数据库由更新版本的程序建立（%d，本程序为 %d）", version, len(names)),
				Remedy:  "改用新版本的程序",
			}
		}
		for ; version < len(names); version++ {
			script, err := migrations.ReadFile(names[version])
			if err != nil {
				return err
			}
			if names[version] == "migrations/0012_identity.sql" {
				if err := identify(ctx, tx); err != nil {
					return fmt.Errorf("%s: %w", names[version], err)
				}
			}
			if _, err := tx.ExecContext(ctx, string(script)); err != nil {
				return fmt.Errorf("%s: %w", names[version], err)
			}
		}
		_, err := tx.Exec(fmt.Sprintf("PRAGMA user_version = %d", version))
		return err
	})
}

// Schema is the number of migrations that the database has had.
func (d *DB) Schema(ctx context.Context) (version int, err error) {
	err = d.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	return version, err
}

// Close closes the file.
func (d *DB) Close() error {
	d.late.Wait()
	return d.db.Close()
}

// transact runs f in a transaction, and enters who acts when f changed
// anything; see audit.go.
func (d *DB) transact(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := d.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	act, _ := ctx.Value(actKey{}).(*Act)
	var before, after int64
	if act != nil {
		if err := tx.QueryRowContext(ctx, "SELECT total_changes()").Scan(&before); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if act != nil {
		err := tx.QueryRowContext(ctx, "SELECT total_changes()").Scan(&after)
		if err == nil && after != before {
			err = d.enter(ctx, tx, act)
		}
		if err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

// query calls each for every row.
func (d *DB) query(ctx context.Context, statement string, args []any, each func(scan func(...any) error) error) error {
	rows, err := d.db.QueryContext(ctx, statement, args...)
	return eachRow(rows, err, each)
}

// eachRow calls each for every row of a query's answer.
func eachRow(rows *sql.Rows, err error, each func(scan func(...any) error) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// shown is a stored time.
func shown(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).In(chaping.Shanghai())
}

// millis stores a time, 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
