package evidence

import (
	"context"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"chaping"
)

//go:embed picture.sql
var pictureSchema string

// A Picture is one that a review carries, or why there is none.
type Picture struct {
	ID      string    // sha256 of the bytes, hexadecimal; empty: there is none
	URL     string    // that it was fetched from
	Fetched time.Time // or last tried
	Tries   int       // that came to nothing
	Problem string    // why there is none
}

// PutPicture keeps a picture as it came, with a small one drawn of it.
func (s *Store) PutPicture(ctx context.Context, url string, at time.Time, body, thumb []byte) error {
	hash := sha256.Sum256(body)
	return s.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO drawing (hash, data, thumb) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", hash[:], body, thumb)
		if err == nil {
			_, err = tx.ExecContext(ctx, `INSERT INTO picture (url, hash, fetched, tries, problem) VALUES (?, ?, ?, 0, '')
				ON CONFLICT (url) DO UPDATE SET hash = excluded.hash, fetched = excluded.fetched, tries = 0, problem = ''`,
				url, hash[:], at.UnixMilli())
		}
		return err
	})
}

// NoPicture keeps why there is no picture at an address. One that is kept stays.
func (s *Store) NoPicture(ctx context.Context, url string, at time.Time, problem string) error {
	return s.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO picture (url, fetched, tries, problem) VALUES (?, ?, 1, ?)
			ON CONFLICT (url) DO UPDATE SET fetched = excluded.fetched, tries = tries + 1, problem = excluded.problem WHERE hash IS NULL`,
			url, at.UnixMilli(), problem)
		return err
	})
}

// Pictures are what is known of those of the addresses that were fetched.
func (s *Store) Pictures(ctx context.Context, urls []string) (map[string]Picture, error) {
	found := map[string]Picture{}
	for _, url := range urls {
		p := Picture{URL: url}
		var hash []byte
		var at int64
		err := s.db.QueryRowContext(ctx, "SELECT hash, fetched, tries, problem FROM picture WHERE url = ?", url).
			Scan(&hash, &at, &p.Tries, &p.Problem)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		p.ID, p.Fetched = hex.EncodeToString(hash), time.UnixMilli(at).In(chaping.Shanghai())
		found[url] = p
	}
	return found, nil
}

// Picture is a kept picture as it came, and small. What is damaged is none.
func (s *Store) Picture(ctx context.Context, id string) (body, thumb []byte, err error) {
	hash, err := hex.DecodeString(id)
	if err != nil {
		return nil, nil, errNoPicture(id)
	}
	err = s.db.QueryRowContext(ctx, "SELECT data, thumb FROM drawing WHERE hash = ?", hash).Scan(&body, &thumb)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, errNoPicture(id)
	}
	if sum := sha256.Sum256(body); err == nil && string(sum[:]) != string(hash) {
		return nil, nil, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "图片 " + id + " 已损坏，与编号不符",
			Remedy:  "从备份恢复数据目录的 evidence",
		}
	}
	return body, thumb, err
}

func errNoPicture(id string) error {
	return &chaping.Error{
		Code:    chaping.CodeInput,
		Message: "没有图片 " + chaping.Shorten(strings.ToValidUTF8(id, "?"), 64),
		Remedy:  "可能已过保存期；按网址到平台上看",
	}
}

// prunePictures removes those that were fetched before, and the addresses that
// came to nothing, so that they are tried anew where they are still wanted.
func prunePictures(ctx context.Context, tx *sql.Tx, before time.Time) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM picture WHERE fetched < ?", before.UnixMilli())
	if err == nil {
		_, err = tx.ExecContext(ctx, "DELETE FROM drawing WHERE hash NOT IN (SELECT hash FROM picture WHERE hash IS NOT NULL)")
	}
	return err
}
