// Package sqlite opens the SQLite files of the data directory. Nothing else in
// the program opens them, to read, copy, hash or try them.
//
// SQLite's locks are POSIX locks, which belong to a process and a file: when
// the process closes any descriptor of the file, all its locks on it fall,
// those of its open databases too. Another process then believes that it is
// alone, removes the write-ahead log when it closes, and whatever the first
// one goes on writing is lost. SQLite itself keeps its descriptors until no
// lock is held any more; so everything goes through the driver.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	driver "modernc.org/sqlite"
	library "modernc.org/sqlite/lib"
)

// Open opens a database, and makes it where it is missing, readable by its
// owner only. pragmas come before those that all databases have: a
// write-ahead log, foreign keys, patience with other writers. Transactions
// take the write lock when they begin, so a file that cannot be written is
// told by the first one.
func Open(path string, pragmas ...string) (*sql.DB, error) {
	options := url.Values{
		"_pragma": append([]string{"busy_timeout(30000)"}, append(pragmas, "journal_mode(WAL)", "foreign_keys(1)")...),
		"_txlock": {"immediate"},
	}
	if err := create(path, options); err != nil {
		return nil, err
	}
	return sql.Open("sqlite", address(path, options))
}

// create makes an empty database that nobody else can read. It has its
// write-ahead log, and is closed, before it has the name by which others find
// and lock it: of several who switch one to a log at once, some are refused
// however patient they are.
func create(path string, options url.Values) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	err = file.Close()
	if err == nil {
		err = empty(file.Name(), options)
	}
	if err == nil {
		if err = os.Link(file.Name(), path); errors.Is(err, fs.ErrExist) {
			err = nil // another one was faster
		}
	}
	return errors.Join(err, os.Remove(file.Name()))
}

// empty writes an empty database.
func empty(path string, options url.Values) error {
	db, err := sql.Open("sqlite", address(path, options))
	if err != nil {
		return err
	}
	_, err = db.Exec("PRAGMA user_version = 0") // the head of the file
	return errors.Join(err, db.Close())
}

// Is tells whether a file is a database.
func Is(ctx context.Context, path string) (bool, error) {
	switch info, err := os.Stat(path); {
	case err != nil:
		return false, err
	case info.IsDir():
		return false, &fs.PathError{Op: "open", Path: path, Err: syscall.EISDIR}
	case info.Size() < 512: // the smallest page; SQLite takes nothing at all for an empty database
		return false, nil
	}
	db, err := reader(path)
	if err != nil {
		return false, err
	}
	defer db.Close()
	var version int
	err = db.QueryRowContext(ctx, "PRAGMA schema_version").Scan(&version)
	var refused *driver.Error
	if errors.As(err, &refused) && refused.Code() == library.SQLITE_NOTADB {
		return false, nil
	}
	return err == nil, err
}

// Copy copies a database as it is at one moment, while others write, into a
// file that does not exist yet.
func Copy(ctx context.Context, from, to string) (err error) {
	db, err := reader(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", to)
	return err
}

func reader(path string) (*sql.DB, error) {
	return sql.Open("sqlite", address(path, url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(30000)"}}))
}

func address(path string, options url.Values) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + options.Encode()
}
