package station

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"chaping"
)

// A Submission is a file that a station handed in.
type Submission struct {
	ID        int64        `json:"id"`
	Period    string       `json:"period"`
	StationID int64        `json:"station_id"`
	Station   string       `json:"station"`           // what it is called now
	Form      chaping.Form `json:"form,omitempty"`    // empty for other material
	Name      string       `json:"name,omitempty"`    // the watch, when the station has several
	Version   int          `json:"version,omitempty"` // of the frozen sheet; 0 where nobody said so
	Sheet     int64        `json:"-"`                 // which, if it was frozen in this installation
	About     string       `json:"about,omitempty"`
	File      string       `json:"file"` // its name
	Hash      string       `json:"sha256"`
	Received  time.Time    `json:"received"`
	Size      int          `json:"size"`
	Entries   int          `json:"entries"` // 0 for a free format
	// Replaced tells that the station handed in a later version of the same
	// sheet, or this version again: then its entries do not count.
	Replaced   bool  `json:"replaced,omitempty"`
	ReplacedBy int64 `json:"replaced_by,omitempty"`
	// Corrects is, of a file that comes, the one that it replaces; 0: it counts
	// beside the others, unless its version says otherwise.
	Corrects int64 `json:"-"`
	// Holds are those of which it has every entry: it takes their place, too.
	Holds []int64 `json:"-"`
}

// Modelled tells whether the file is a form's JSON, which can be shown in every
// format.
func (s *Submission) Modelled() bool {
	return s.Form != "" && strings.HasSuffix(strings.ToLower(s.File), ".json")
}

// submissionReceived is when a submission came: to the centre, if this is not the
// centre, as its receipt says. Clocks differ, and the centre's decides what is late.
const submissionReceived = "coalesce((SELECT receipt.received FROM receipt WHERE receipt.sheet = s.sheet), s.received)"

const submissionColumns = `s.id, s.period, s.station, station.name, s.form, s.name, s.version, coalesce(s.sheet, 0), coalesce(s.superseded_by, 0), s.about, s.file, s.hash, ` + submissionReceived + `,
	length(s.original), (SELECT count(*) FROM entry WHERE submission = s.id)`

const submissions = " FROM submission s JOIN station ON station.id = s.station "

func scanSubmission(scan func(...any) error) (s Submission, err error) {
	var received int64
	err = scan(
		&s.ID,
		&s.Period,
		&s.StationID,
		&s.Station,
		&s.Form,
		&s.Name,
		&s.Version,
		&s.Sheet,
		&s.ReplacedBy,
		&s.About,
		&s.File,
		&s.Hash,
		&received,
		&s.Size,
		&s.Entries,
	)
	s.Received, s.Replaced = shown(received), s.ReplacedBy != 0
	return s, err
}

// Submit keeps a file and the entries that were read from it, as JSON. A
// version of a sheet, and the same file of the same station and period, is
// kept once: handing it in again replaces its entries and gives the submission
// as it was first received. No entries, as of a free format, replace none.
//
// Of the versions of a sheet the highest counts, in whatever order they come;
// of two files of one version the later one.
func (d *DB) Submit(ctx context.Context, s Submission, original []byte, entries []json.RawMessage) (Submission, error) {
	sum := sha256.Sum256(original)
	s.Hash = hex.EncodeToString(sum[:])
	if s.Received.IsZero() {
		s.Received = d.now()
	}
	err := d.transact(ctx, func(tx *sql.Tx) error {
		known, err := scanSubmission(
			tx.QueryRowContext(ctx, "SELECT "+submissionColumns+submissions+`WHERE s.period = ?1 AND s.station = ?2
			AND (s.sheet = ?3 OR s.hash = ?4 AND (?5 = 0 OR s.version = 0 OR (s.form, s.name, s.version) = (?6, ?7, ?5))) ORDER BY s.version = ?5 DESC, s.id DESC LIMIT 1`,
				s.Period, s.StationID, orNull(s.Sheet), s.Hash, s.Version, s.Form, s.Name).Scan,
		)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			err = submit(ctx, tx, &s, original)
		case err == nil && known.Version == 0 && s.Form != "": // now it is known what it is
			s.ID = known.ID
			if _, err = tx.ExecContext(ctx, "UPDATE submission SET form = ?, name = ?, version = ?, sheet = ? WHERE id = ?", s.Form, s.Name, s.Version, orNull(s.Sheet), s.ID); err == nil {
				err = supersede(ctx, tx, &s)
			}
		case err == nil && known.Hash != s.Hash: // the sheet in another format
			s.ID, entries = known.ID, nil
		default:
			s.ID = known.ID
		}
		if err == nil && s.ID == known.ID && !known.Replaced {
			err = s.replace(ctx, tx, s.Holds...)
		}
		if err != nil {
			return err
		}
		if len(entries) > 0 {
			if _, err := tx.ExecContext(ctx, "DELETE FROM entry WHERE submission = ?", s.ID); err != nil {
				return err
			}
		}
		for i, e := range entries {
			if _, err := tx.ExecContext(ctx, "INSERT INTO entry (submission, seq, content) VALUES (?, ?, ?)", s.ID, i+1, string(e)); err != nil {
				return err
			}
		}
		s, err = scanSubmission(
			tx.QueryRowContext(ctx, "SELECT "+submissionColumns+submissions+"WHERE s.id = ?", s.ID).Scan,
		)
		return err
	})
	return s, err
}

// submit enters a file that has not come before.
func submit(ctx context.Context, tx *sql.Tx, s *Submission, original []byte) error {
	if s.Corrects != 0 {
		err := tx.QueryRowContext(
			ctx,
			"SELECT form, name, version FROM submission WHERE id = ? AND period = ? AND station = ? AND superseded_by IS NULL",
			s.Corrects,
			s.Period,
			s.StationID,
		).Scan(
			&s.Form,
			&s.Name,
			&s.Version,
		)
		if errors.Is(err, sql.ErrNoRows) {
			return invalid("要更正的文件", "不是这个监测站在这个报送期交的，或已由别的文件取代", "重新打开页面再选")
		}
		if err != nil {
			return err
		}
	}
	err := tx.QueryRowContext(
		ctx,
		"INSERT INTO submission (period, station, form, name, version, sheet, about, file, hash, received, original) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
		s.Period,
		s.StationID,
		s.Form,
		s.Name,
		s.Version,
		orNull(s.Sheet),
		s.About,
		s.File,
		s.Hash,
		s.Received.UnixMilli(),
		original,
	).Scan(
		&s.ID,
	)
	if err != nil {
		return err
	}
	if err := s.replace(ctx, tx, append(slices.Clip(s.Holds), s.Corrects)...); err != nil {
		return err
	}
	return supersede(ctx, tx, s)
}

// replace notes that it takes the place of other files of the station and period.
func (s *Submission) replace(ctx context.Context, tx *sql.Tx, ids ...int64) error {
	const of = "UPDATE submission SET superseded_by = ?1 WHERE id = ?2 AND id <> ?1 AND period = ?3 AND station = ?4 AND superseded_by IS NULL"
	for _, id := range ids {
		if _, err := tx.ExecContext(ctx, of, s.ID, id, s.Period, s.StationID); err != nil {
			return err
		}
	}
	return nil
}

// supersede marks what no longer counts beside a version that has come.
func supersede(ctx context.Context, tx *sql.Tx, s *Submission) error {
	if s.Version == 0 {
		return nil
	}
	const others = "station = ?2 AND period = ?3 AND form = ?4 AND name = ?5 AND superseded_by IS NULL AND id <> ?1 AND version "
	if _, err := tx.ExecContext(ctx, "UPDATE submission SET superseded_by = ?1 WHERE "+others+"BETWEEN 1 AND ?6", s.ID, s.StationID, s.Period, s.Form, s.Name, s.Version); err != nil {
		return err
	}
	_, err := tx.ExecContext(
		ctx,
		"UPDATE submission SET superseded_by = (SELECT max(id) FROM submission WHERE "+others+"> ?6) WHERE id = ?1 AND superseded_by IS NULL",
		s.ID,
		s.StationID,
		s.Period,
		s.Form,
		s.Name,
		s.Version,
	)
	return err
}

// SubmitSheet notes that the home station, if there is one, handed in a frozen
// sheet, and keeps what was.
func (d *DB) SubmitSheet(ctx context.Context, s *Sheet) error {
	home, ok, err := d.Home(ctx)
	if err != nil || !ok {
		return err
	}
	var model struct {
		Rows    []json.RawMessage `json:"rows"`
		Entries []json.RawMessage `json:"entries"`
	}
	if err := json.Unmarshal(s.Model, &model); err != nil {
		return err
	}
	entries := append(model.Rows, model.Entries...)
	if s.Form == chaping.FormAnnual { // running text; what it has of entries was handed in before
		entries = nil
	}
	_, err = d.Submit(
		ctx,
		s.Submission(
			home.ID,
			fmt.Sprintf("%s %s第 %d 版，sha256 %s", s.Form.Chinese(), s.Name, s.Version, s.Hash),
			s.FileName("json"),
		),
		s.Model,
		entries,
	)
	return err
}

// Submission is what is handed in when a station hands in the sheet.
func (s *Sheet) Submission(of int64, about, file string) Submission {
	return Submission{
		Period:    s.Period,
		StationID: of,
		Form:      s.Form,
		Name:      s.Watch(),
		Version:   s.Version,
		Sheet:     s.ID,
		About:     about,
		File:      file,
	}
}

// Submissions are what was handed in for a period, or for all when it is
// empty, in the order of arrival.
func (d *DB) Submissions(ctx context.Context, period string) ([]Submission, error) {
	var list []Submission
	err := d.query(
		ctx,
		"SELECT "+submissionColumns+submissions+"WHERE s.period = ?1 OR ?1 = '' ORDER BY s.id",
		[]any{period},
		func(scan func(...any) error) error {
			s, err := scanSubmission(scan)
			list = append(list, s)
			return err
		},
	)
	return list, err
}

// Entries calls each for every entry handed in for a period that counts: who
// handed it in, and the entry's JSON.
func (d *DB) Entries(
	ctx context.Context,
	period string,
	each func(from Submission, entry json.RawMessage) error,
) error {
	list, err := d.Submissions(ctx, period)
	if err != nil {
		return err
	}
	from := map[int64]Submission{}
	for _, s := range list {
		from[s.ID] = s
	}
	return d.query(
		ctx,
		"SELECT s.id, e.content FROM submission s JOIN entry e ON e.submission = s.id WHERE s.period = ? AND s.superseded_by IS NULL ORDER BY s.id, e.seq",
		[]any{period},
		func(scan func(...any) error) error {
			var id int64
			var content string
			if err := scan(&id, &content); err != nil {
				return err
			}
			return each(from[id], json.RawMessage(content))
		},
	)
}

// Original is a submission with its file as it came; a *chaping.Error where
// there is none of that id, or the scope does not see its station.
func (d *DB) Original(ctx context.Context, scope Scope, id int64) (s Submission, data []byte, err error) {
	s, err = scanSubmission(func(to ...any) error {
		return d.db.QueryRowContext(
			ctx,
			"SELECT "+submissionColumns+", s.original"+submissions+"WHERE s.id = ?",
			id,
		).Scan(
			append(to, &data)...)
	})
	if errors.Is(err, sql.ErrNoRows) || err == nil && !scope.Sees(s.StationID) {
		return Submission{}, nil, missing("报送文件", id)
	}
	return s, data, err
}
