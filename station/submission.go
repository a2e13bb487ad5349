package station

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Submission is a file that a station handed in.
type Submission struct {
	ID       int64     `json:"id"`
	Period   string    `json:"period"`
	Station  string    `json:"station"`
	About    string    `json:"about,omitempty"`
	File     string    `json:"file"` // its name
	Hash     string    `json:"sha256"`
	Received time.Time `json:"received"`
	Size     int       `json:"size"`
	Entries  int       `json:"entries"` // 0 for a free format
	// Replaced tells that the station handed in a later version of the same
	// frozen sheet, or this version again: then its entries do not count.
	Replaced bool `json:"replaced,omitempty"`
}

// versioned is the name of a frozen sheet's file; see Sheet.FileName.
var versioned = regexp.MustCompile(`^(.+)-第(\d{1,6})版\.[a-z]+$`)

// markReplaced marks what does not count of submissions in their order of
// arrival. Only what a file is called tells that it corrects another.
func markReplaced(list []Submission) {
	type sheet struct{ station, period, name string }
	type held struct{ version, at int }
	last := map[sheet]held{}
	for i := range list {
		s := &list[i]
		m := versioned.FindStringSubmatch(s.File)
		if m == nil {
			continue
		}
		version, _ := strconv.Atoi(m[2])
		k := sheet{s.Station, s.Period, m[1]}
		before, again := last[k]
		if again && before.version > version {
			s.Replaced = true
			continue
		}
		if again {
			list[before.at].Replaced = true
		}
		last[k] = held{version, i}
	}
}

// Submit keeps a file and the entries that were read from it, as JSON. The
// same file of the same station and period is kept once: handing it in again
// replaces its entries and gives the submission as it was first received. No
// entries, as of a free format, replace none.
func (d *DB) Submit(ctx context.Context, s Submission, original []byte, entries []json.RawMessage) (Submission, error) {
	sum := sha256.Sum256(original)
	s.Hash, s.Size, s.Entries = hex.EncodeToString(sum[:]), len(original), len(entries)
	if s.Received.IsZero() {
		s.Received = d.now()
	}
	s.Received = shown(s.Received.UnixMilli()) // as it will be read back
	err := d.transact(ctx, func(tx *sql.Tx) error {
		var received int64
		err := tx.QueryRowContext(ctx, "SELECT id, about, file, received FROM submission WHERE period = ? AND station = ? AND hash = ?", s.Period, s.Station, s.Hash).Scan(&s.ID, &s.About, &s.File, &received)
		if err == nil {
			s.Received = shown(received)
		}
		if errors.Is(err, sql.ErrNoRows) {
			var result sql.Result
			if result, err = tx.ExecContext(ctx, "INSERT INTO submission (period, station, about, file, hash, received, original) VALUES (?, ?, ?, ?, ?, ?, ?)",
				s.Period, s.Station, s.About, s.File, s.Hash, s.Received.UnixMilli(), original); err == nil {
				s.ID, err = result.LastInsertId()
			}
		}
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			return tx.QueryRowContext(ctx, "SELECT count(*) FROM entry WHERE submission = ?", s.ID).Scan(&s.Entries)
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM entry WHERE submission = ?", s.ID); err != nil {
			return err
		}
		for i, e := range entries {
			if _, err := tx.ExecContext(ctx, "INSERT INTO entry (submission, seq, content) VALUES (?, ?, ?)", s.ID, i+1, string(e)); err != nil {
				return err
			}
		}
		return nil
	})
	return s, err
}

// SubmitSheet notes that the home station, if there is one, handed in a frozen
// sheet, and keeps what was.
func (d *DB) SubmitSheet(ctx context.Context, s *Sheet) error {
	home, ok, err := d.Home(ctx)
	if err != nil || !ok {
		return err
	}
	known, err := d.Submissions(ctx, s.Period)
	if err != nil || slices.ContainsFunc(known, func(k Submission) bool { return k.Station == home.Name && strings.Contains(k.About, s.Hash[:12]) }) {
		return err // in another format
	}
	var model struct {
		Rows    []json.RawMessage `json:"rows"`
		Entries []json.RawMessage `json:"entries"`
	}
	if err := json.Unmarshal(s.Model, &model); err != nil {
		return err
	}
	_, err = d.Submit(ctx, Submission{Period: s.Period, Station: home.Name, About: fmt.Sprintf("报送表 %s第 %d 版，sha256 %s", s.Name, s.Version, s.Hash), File: s.FileName("json")},
		s.Model, append(model.Rows, model.Entries...))
	return err
}

// Submissions are what was handed in for a period, or for all when it is
// empty, in the order of arrival.
func (d *DB) Submissions(ctx context.Context, period string) ([]Submission, error) {
	var list []Submission
	err := d.query(ctx, `SELECT id, period, station, about, file, hash, received, length(original), (SELECT count(*) FROM entry WHERE submission = id)
		FROM submission WHERE period = ?1 OR ?1 = '' ORDER BY id`, []any{period}, func(scan func(...any) error) error {
		var (
			s        Submission
			received int64
		)
		err := scan(&s.ID, &s.Period, &s.Station, &s.About, &s.File, &s.Hash, &received, &s.Size, &s.Entries)
		s.Received = shown(received)
		list = append(list, s)
		return err
	})
	markReplaced(list)
	return list, err
}

// Entries calls each for every entry handed in for a period: the station and
// the entry's JSON. Of one station's files, all count that are not replaced.
func (d *DB) Entries(ctx context.Context, period string, each func(station string, entry json.RawMessage) error) error {
	list, err := d.Submissions(ctx, period)
	if err != nil {
		return err
	}
	replaced := map[int64]bool{}
	for i := range list {
		replaced[list[i].ID] = list[i].Replaced
	}
	return d.query(ctx, "SELECT s.id, s.station, e.content FROM submission s JOIN entry e ON e.submission = s.id WHERE s.period = ? ORDER BY s.id, e.seq", []any{period},
		func(scan func(...any) error) error {
			var id int64
			var station, content string
			if err := scan(&id, &station, &content); err != nil || replaced[id] {
				return err
			}
			return each(station, json.RawMessage(content))
		})
}

// Original is a submission with its file as it came; a *chaping.Error where
// there is none of that id.
func (d *DB) Original(ctx context.Context, id int64) (s Submission, data []byte, err error) {
	var received int64
	err = d.db.QueryRowContext(ctx, "SELECT id, period, station, about, file, hash, received, original FROM submission WHERE id = ?", id).
		Scan(&s.ID, &s.Period, &s.Station, &s.About, &s.File, &s.Hash, &received, &data)
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil, missing("报送文件", id)
	}
	s.Received, s.Size = shown(received), len(data)
	return s, data, err
}
