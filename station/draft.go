package station

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"chaping"
)

// A Draft is a form that a station is filling in. It says itself who saved it
// and when, and counts for nothing until it is frozen or handed in; so it does
// not stand in the audit log, which every few words would fill.
type Draft struct {
	Form    chaping.Form    `json:"form"`
	Period  string          `json:"period"`
	Station int64           `json:"station"`
	Content json.RawMessage `json:"content"`
	Who     string          `json:"who"`
	Saved   time.Time       `json:"saved"`
	Version int64           `json:"version"` // 0: there is none yet
}

const draftColumns = "form, period, station, content, who, saved, version"

func scanDraft(scan func(...any) error) (d Draft, err error) {
	var content string
	var saved int64
	err = scan(&d.Form, &d.Period, &d.Station, &content, &d.Who, &saved, &d.Version)
	d.Content, d.Saved = json.RawMessage(content), shown(saved)
	return d, err
}

// Draft is the draft of a form; one of version 0 and without content where
// there is none. A station that the scope does not see is a *chaping.Error.
func (d *DB) Draft(ctx context.Context, scope Scope, form chaping.Form, period string, station int64) (Draft, error) {
	if !scope.Sees(station) {
		return Draft{}, missing("监测站", station)
	}
	draft, err := scanDraft(
		d.db.QueryRowContext(
			ctx,
			"SELECT "+draftColumns+" FROM draft WHERE form = ? AND period = ? AND station = ?",
			form,
			period,
			station,
		).Scan,
	)
	if errors.Is(err, sql.ErrNoRows) {
		return Draft{Form: form, Period: period, Station: station}, nil
	}
	return draft, err
}

// PutDraft stores the change of the version that was read, or is a *Conflict.
// What is stored already is no change, whatever its version.
func (d *DB) PutDraft(ctx context.Context, scope Scope, draft Draft) (Draft, error) {
	if !scope.Sees(draft.Station) {
		return draft, missing("监测站", draft.Station)
	}
	draft.Saved = shown(d.now().UnixMilli())
	err := d.transact(withoutAct(ctx), func(tx *sql.Tx) error {
		theirs, err := scanDraft(
			tx.QueryRowContext(
				ctx,
				"SELECT "+draftColumns+" FROM draft WHERE form = ? AND period = ? AND station = ?",
				draft.Form,
				draft.Period,
				draft.Station,
			).Scan,
		)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			theirs = Draft{}
		case err != nil:
			return err
		case string(theirs.Content) == string(draft.Content):
			draft = theirs
			return nil
		}
		if theirs.Version != draft.Version {
			return &Conflict{Theirs: theirs}
		}
		draft.Version++
		_, err = tx.ExecContext(
			ctx,
			`INSERT INTO draft (form, period, station, content, who, saved, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
			ON CONFLICT (form, period, station) DO UPDATE SET content = ?4, who = ?5, saved = ?6, version = ?7`,
			draft.Form,
			draft.Period,
			draft.Station,
			string(draft.Content),
			draft.Who,
			draft.Saved.UnixMilli(),
			draft.Version,
		)
		return err
	})
	return draft, err
}
