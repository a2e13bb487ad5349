// Package evidence keeps the raw responses in which reviews were found, so
// that a lead can be proved after the site has changed.
//
// The collector puts every page of reviews here as it came. Mining pins the
// pages behind severe mentions; what is not pinned is pruned after a while.
// Responses are named by the sha256 of their bytes, compressed with zstd, and
// kept with address and time in one SQLite file that only its owner can read:
// unlike stored reviews, they are not redacted.
package evidence

import (
	"context"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"chaping"
	"chaping/sqlite"
)

//go:embed schema.sql
var schema string

//go:embed validator.sql
var validatorSchema string

// migrations lead from one version of the schema to the next. How many were
// made is kept in the file's user_version.
var migrations = []string{schema, validatorSchema, pictureSchema}

// maxBody bounds what a stored response may unpack to.
const maxBody = 256 << 20

// A Store is an open evidence store. It is safe for concurrent use, also by
// several processes on one machine.
type Store struct {
	db   *sql.DB
	pack *zstd.Encoder
	open *zstd.Decoder
}

// Page is a response to keep.
type Page struct {
	URL     string
	Type    string // Content-Type as declared
	Fetched time.Time
	Body    []byte // as it came, without transport compression
	Reviews []chaping.ReviewKey
	Validator
}

// A Validator is what a site said by which it can tell whether a response has
// changed; empty if it said nothing.
type Validator struct {
	ETag     string
	Modified string // Last-Modified
}

// maxValidator bounds what of a header is kept.
const maxValidator = 1024

// usable tells whether there is anything to ask with.
func (v Validator) usable() bool {
	return (v.ETag != "" || v.Modified != "") && len(v.ETag) <= maxValidator && len(v.Modified) <= maxValidator
}

// A Response is one that is kept.
type Response struct {
	ID      string    `json:"id"` // sha256 of the body, hexadecimal
	URL     string    `json:"url"`
	Type    string    `json:"type"`
	Fetched time.Time `json:"fetched"` // first
	Seen    time.Time `json:"seen"`    // last with the same bytes
	Size    int64     `json:"size"`    // bytes
	Stored  int64     `json:"stored"`  // bytes, compressed
	Reviews int       `json:"reviews"` // how many stand on it
	Pinned  string    `json:"pinned"`  // why it is kept for long; empty if it is not
}

// Open opens the store in the directory and makes it where it is missing.
func Open(ctx context.Context, dir string) (*Store, error) {
	s, err := open(ctx, dir)
	var told *chaping.Error
	if err != nil && !errors.As(err, &told) {
		err = &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "无法打开证据库 " + dir,
			Err:     err,
			Remedy:  "检查目录是否可写，磁盘是否已满",
		}
	}
	return s, err
}

func open(ctx context.Context, dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	db, err := sqlite.Open(filepath.Join(dir, "evidence.db"), "auto_vacuum(incremental)", "synchronous(NORMAL)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	s := &Store{db: db}
	if err := s.transact(ctx, migrate); err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	if s.pack, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1)); err == nil {
		s.open, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxBody))
	}
	return s, err
}

func migrate(tx *sql.Tx) error {
	var version int
	if err := tx.QueryRow("PRAGMA user_version").Scan(&version); err != nil || version == len(migrations) {
		return err
	}
	if version > len(migrations) {
		return &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: fmt.Sprintf("证据库由更新版本的程序建立（%d，本程序为 %d）", version, len(migrations)),
			Remedy:  "改用新版本的程序",
		}
	}
	for _, migration := range migrations[version:] {
		if _, err := tx.Exec(migration); err != nil {
			return err
		}
	}
	_, err := tx.Exec(fmt.Sprintf("PRAGMA user_version = %d", len(migrations)))
	return err
}

func (s *Store) transact(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// Close closes the store.
func (s *Store) Close() error {
	s.open.Close()
	return errors.Join(s.pack.Close(), s.db.Close())
}

// Put keeps pages, all or none. A body that is kept already is only noted as
// seen again, with the reviews on it.
func (s *Store) Put(ctx context.Context, pages ...*Page) error {
	return s.transact(ctx, func(tx *sql.Tx) error {
		for _, p := range pages {
			hash := sha256.Sum256(p.Body)
			at := p.Fetched.UnixMilli()
			known, err := tx.ExecContext(ctx, "UPDATE response SET seen = max(seen, ?) WHERE hash = ?", at, hash[:])
			if err != nil {
				return err
			}
			if n, err := known.RowsAffected(); err != nil {
				return err
			} else if n == 0 {
				data := s.pack.EncodeAll(p.Body, nil)
				if _, err := tx.ExecContext(ctx, "INSERT INTO response (hash, url, type, fetched, seen, size, stored, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
					hash[:], p.URL, p.Type, at, at, len(p.Body), len(data), data); err != nil {
					return err
				}
			}
			if p.usable() {
				if _, err := tx.ExecContext(ctx, `INSERT INTO validator (url, hash, etag, modified, read) VALUES (?, ?, ?, ?, ?)
						ON CONFLICT (url) DO UPDATE SET hash = excluded.hash, etag = excluded.etag, modified = excluded.modified, read = excluded.read`,
					p.URL, hash[:], p.ETag, p.Modified, at); err != nil {
					return err
				}
			}
			for _, key := range p.Reviews {
				if _, err := tx.ExecContext(ctx, "INSERT INTO shows (platform, product, review, hash) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
					key.Platform, key.Product, key.Review, hash[:]); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Validator is what the address last said about the body that is kept of it,
// the zero value if it said nothing or the body is gone.
func (s *Store) Validator(ctx context.Context, url string) (v Validator, err error) {
	err = s.db.QueryRowContext(
		ctx,
		"SELECT etag, modified FROM validator WHERE url = ?",
		url,
	).Scan(
		&v.ETag,
		&v.Modified,
	)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return v, err
}

// Unchanged is the page that the validator of the address stands for, as it
// came then, without its reviews. nil if it is not kept, or damaged.
func (s *Store) Unchanged(ctx context.Context, url string, v Validator) (*Page, error) {
	p := &Page{URL: url, Validator: v}
	var hash, data []byte
	var read int64
	err := s.db.QueryRowContext(
		ctx,
		`SELECT r.hash, r.type, r.data, v.read FROM validator v JOIN response r ON r.hash = v.hash
		WHERE v.url = ? AND v.etag = ? AND v.modified = ?`,
		url,
		v.ETag,
		v.Modified,
	).Scan(
		&hash,
		&p.Type,
		&data,
		&read,
	)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p.Fetched = time.UnixMilli(read).In(chaping.Shanghai())
	if p.Body, err = s.open.DecodeAll(data, nil); err != nil {
		return nil, nil
	}
	if sum := sha256.Sum256(p.Body); string(sum[:]) != string(hash) {
		return nil, nil
	}
	return p, nil
}

// Pin keeps the responses that show any of the reviews, and tells how many
// were not pinned before. Of several responses that show a review, the first
// is pinned.
func (s *Store) Pin(ctx context.Context, why string, keys ...chaping.ReviewKey) (pinned int, err error) {
	err = s.transact(ctx, func(tx *sql.Tx) error {
		pinned = 0
		for _, key := range keys {
			result, err := tx.ExecContext(ctx, `UPDATE response SET pinned = ?1 WHERE pinned = '' AND hash = (
					SELECT r.hash FROM shows w JOIN response r ON r.hash = w.hash
					WHERE w.platform = ?2 AND w.product = ?3 AND w.review = ?4 ORDER BY r.pinned = '', r.fetched LIMIT 1)`,
				why, key.Platform, key.Product, key.Review)
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			if err != nil {
				return err
			}
			pinned += int(n)
		}
		return nil
	})
	return pinned, err
}

// A Filter selects responses. Zero fields select all.
type Filter struct {
	Review chaping.ReviewKey // all of it, or nothing
	Pinned bool              // only these
	Limit  int               // 0 means 100
}

const columns = `hex(hash), url, type, fetched, seen, size, stored, pinned, (SELECT count(*) FROM shows s WHERE s.hash = r.hash)`

// List are the responses that the filter selects, the latest first.
func (s *Store) List(ctx context.Context, f Filter) ([]Response, error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	where, args := "1", []any{}
	if f.Pinned {
		where += " AND pinned <> ''"
	}
	if f.Review != (chaping.ReviewKey{}) {
		where += " AND hash IN (SELECT hash FROM shows WHERE platform = ? AND product = ? AND review = ?)"
		args = append(args, f.Review.Platform, f.Review.Product, f.Review.Review)
	}
	rows, err := s.db.QueryContext(
		ctx,
		"SELECT "+columns+" FROM response r WHERE "+where+" ORDER BY seen DESC, hash LIMIT ?",
		append(args, f.Limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Response
	for rows.Next() {
		r, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

func scan(into func(...any) error, more ...any) (r Response, err error) {
	var fetched, seen int64
	err = into(
		append([]any{&r.ID, &r.URL, &r.Type, &fetched, &seen, &r.Size, &r.Stored, &r.Pinned, &r.Reviews}, more...)...)
	r.ID = strings.ToLower(r.ID)
	r.Fetched, r.Seen = time.UnixMilli(fetched).In(chaping.Shanghai()), time.UnixMilli(seen).In(chaping.Shanghai())
	return r, err
}

// minPrefix is how many digits of an id must be given at least.
const minPrefix = 6

// Get is the response whose id begins with the digits, and its body, which is
// checked against the id.
func (s *Store) Get(ctx context.Context, id string) (Response, []byte, error) {
	id = strings.ToUpper(id)
	missing := func(problem, remedy string, a chaping.AdviceCode) (Response, []byte, error) {
		return Response{}, nil, &chaping.Error{
			Code:    chaping.CodeInput,
			Message: fmt.Sprintf("证据 %s %s", chaping.Shorten(id, 64), problem),
			Remedy:  remedy,
			Advice:  chaping.Advice{Code: a},
		}
	}
	if len(id) < minPrefix || strings.Trim(id, "0123456789ABCDEF") != "" {
		return missing("的编号无效", fmt.Sprintf("编号为十六进制，至少写前 %d 位", minPrefix), "")
	}
	rows, err := s.db.QueryContext(
		ctx,
		"SELECT "+columns+", data FROM response r WHERE hex(hash) >= ? AND hex(hash) < ? LIMIT 2",
		id,
		id+"G",
	)
	if err != nil {
		return Response{}, nil, err
	}
	defer rows.Close()
	var (
		r    Response
		data []byte
		n    int
	)
	for ; rows.Next(); n++ {
		if r, err = scan(rows.Scan, &data); err != nil {
			return Response{}, nil, err
		}
	}
	switch {
	case rows.Err() != nil:
		return Response{}, nil, rows.Err()
	case n == 0:
		return missing("不存在，可能已过保存期", "", chaping.AdviceEvidence)
	case n > 1:
		return missing("不止一个", "多写几位编号", "")
	}
	body, err := s.open.DecodeAll(data, nil)
	if sum := sha256.Sum256(body); err != nil || hex.EncodeToString(sum[:]) != r.ID {
		return Response{}, nil, &chaping.Error{
			Code:    chaping.CodeInternal,
			Message: "证据 " + r.ID + " 已损坏，与编号不符",
			Err:     err,
			Remedy:  "从备份中恢复证据库",
		}
	}
	return r, body, nil
}

// Retention says what Prune keeps. Zero means without limit.
type Retention struct {
	Loose  time.Duration // how long responses stay that are not pinned
	Pinned time.Duration // and those that are
	Bytes  int64         // of all; beyond it the oldest go that are not pinned
}

// Pruned tells what Prune removed.
type Pruned struct {
	Responses int   `json:"responses"`
	Bytes     int64 `json:"bytes"` // compressed
	Left      int   `json:"left"`
	LeftBytes int64 `json:"left_bytes"`
}

// Prune removes what is past its time, and then the oldest unpinned responses
// until the rest fits.
func (s *Store) Prune(ctx context.Context, now time.Time, keep Retention) (p Pruned, err error) {
	count := func(tx *sql.Tx) (n int, bytes int64, err error) {
		err = tx.QueryRowContext(ctx, "SELECT count(*), coalesce(sum(stored), 0) FROM response").Scan(&n, &bytes)
		return n, bytes, err
	}
	err = s.transact(ctx, func(tx *sql.Tx) error {
		before, bytes, err := count(tx)
		if err != nil {
			return err
		}
		if keep.Loose > 0 {
			if _, err := tx.ExecContext(ctx, "DELETE FROM response WHERE pinned = '' AND seen < ?", now.Add(-keep.Loose).UnixMilli()); err != nil {
				return err
			}
		}
		if keep.Pinned > 0 {
			if _, err := tx.ExecContext(ctx, "DELETE FROM response WHERE pinned <> '' AND seen < ?", now.Add(-keep.Pinned).UnixMilli()); err != nil {
				return err
			}
		}
		if keep.Pinned > 0 {
			if err := prunePictures(ctx, tx, now.Add(-keep.Pinned)); err != nil {
				return err
			}
		}
		if keep.Bytes > 0 { // pinned ones count first, then the latest
			if _, err := tx.ExecContext(ctx, `DELETE FROM response WHERE pinned = '' AND hash IN (SELECT hash FROM (
					SELECT hash, sum(stored) OVER (ORDER BY pinned = '', seen DESC, hash) AS total FROM response) WHERE total > ?)`, keep.Bytes); err != nil {
				return err
			}
		}
		if p.Left, p.LeftBytes, err = count(tx); err != nil {
			return err
		}
		p.Responses, p.Bytes = before-p.Left, bytes-p.LeftBytes
		return nil
	})
	if err == nil && p.Responses > 0 {
		_, err = s.db.ExecContext(ctx, "PRAGMA incremental_vacuum")
	}
	return p, err
}
