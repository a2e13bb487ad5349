package station

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"chaping"
)

// A Lexicon is a version of the station's changes to the shipped dictionary.
// Every version is complete; version 0 has no changes.
type Lexicon struct {
	Version int64      `json:"version"`
	At      time.Time  `json:"at,omitzero"`
	Who     string     `json:"who,omitempty"`
	Note    string     `json:"note,omitempty"`
	Edits   []TermEdit `json:"edits"`
}

// A TermEdit puts a term in the place of the shipped one of that name, adds
// one, or takes one away.
type TermEdit struct {
	Name     string           `json:"name"`
	Surfaces []string         `json:"surfaces,omitempty"`
	Field    string           `json:"field,omitempty"`
	Hazard   chaping.Hazard   `json:"hazard,omitempty"`
	Severity chaping.Severity `json:"severity,omitempty"`
	Removed  bool             `json:"removed,omitempty"`
}

// Apply gives the terms as the edits leave them.
func (l *Lexicon) Apply(shipped []chaping.Term) []chaping.Term {
	edits := map[string]TermEdit{}
	for _, e := range l.Edits {
		edits[e.Name] = e
	}
	var terms []chaping.Term
	for _, t := range shipped {
		if _, edited := edits[t.Name]; !edited {
			terms = append(terms, t)
		}
	}
	for _, e := range l.Edits {
		if !e.Removed {
			terms = append(
				terms,
				chaping.Term{
					Name:     e.Name,
					Surfaces: e.Surfaces,
					Field:    e.Field,
					Hazard:   e.Hazard,
					Severity: e.Severity,
				},
			)
		}
	}
	slices.SortFunc(terms, func(a, b chaping.Term) int { return strings.Compare(a.Name, b.Name) })
	return terms
}

// With is the list of edits with e in the place of an earlier one of its
// name. An edit that leaves the shipped term as it is falls away.
func (l *Lexicon) With(e TermEdit, shipped []chaping.Term) []TermEdit {
	edits := slices.DeleteFunc(slices.Clone(l.Edits), func(old TermEdit) bool { return old.Name == e.Name })
	i := slices.IndexFunc(shipped, func(t chaping.Term) bool { return t.Name == e.Name })
	if i >= 0 {
		t := shipped[i]
		if !e.Removed && slices.Equal(t.Surfaces, e.Surfaces) && t.Field == e.Field && t.Hazard == e.Hazard &&
			t.Severity == e.Severity {
			return edits
		}
	} else if e.Removed {
		return edits
	}
	edits = append(edits, e)
	slices.SortFunc(edits, func(a, b TermEdit) int { return strings.Compare(a.Name, b.Name) })
	return edits
}

// Lexicon is a version of the changes; -1 is the last one.
func (d *DB) Lexicon(ctx context.Context, version int64) (Lexicon, error) {
	l, err := scanLexicon(
		d.db.QueryRowContext(
			ctx,
			"SELECT version, at, who, note, edits FROM lexicon WHERE version = ?1 OR ?1 = -1 ORDER BY version DESC LIMIT 1",
			version,
		).Scan,
	)
	if errors.Is(err, sql.ErrNoRows) {
		if version <= 0 {
			return Lexicon{}, nil
		}
		return l, missing("词库版本", version)
	}
	return l, err
}

func scanLexicon(scan func(...any) error) (l Lexicon, err error) {
	var at int64
	var edits string
	if err := scan(&l.Version, &at, &l.Who, &l.Note, &edits); err != nil {
		return l, err
	}
	l.At = shown(at)
	return l, json.Unmarshal([]byte(edits), &l.Edits)
}

// Lexicons are all versions, the latest first.
func (d *DB) Lexicons(ctx context.Context) ([]Lexicon, error) {
	var list []Lexicon
	err := d.query(
		ctx,
		"SELECT version, at, who, note, edits FROM lexicon ORDER BY version DESC",
		nil,
		func(scan func(...any) error) error {
			l, err := scanLexicon(scan)
			list = append(list, l)
			return err
		},
	)
	return list, err
}

// PutLexicon stores the version after base, or is a *Conflict with the last
// one where somebody else has stored one since.
func (d *DB) PutLexicon(ctx context.Context, base int64, who, note string, edits []TermEdit) (Lexicon, error) {
	if edits == nil {
		edits = []TermEdit{}
	}
	l := Lexicon{Version: base + 1, At: shown(d.now().UnixMilli()), Who: who, Note: note, Edits: edits}
	text, err := json.Marshal(edits)
	if err != nil {
		return l, err
	}
	return l, d.transact(ctx, func(tx *sql.Tx) error {
		last, err := scanLexicon(
			tx.QueryRowContext(
				ctx,
				"SELECT version, at, who, note, edits FROM lexicon ORDER BY version DESC LIMIT 1",
			).Scan,
		)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if last.Version != base {
			return &Conflict{Theirs: last}
		}
		_, err = tx.ExecContext(
			ctx,
			"INSERT INTO lexicon (version, at, who, note, edits) VALUES (?, ?, ?, ?, ?)",
			l.Version,
			l.At.UnixMilli(),
			who,
			note,
			string(text),
		)
		return err
	})
}

// LastJudgement is a mark that rises with every judgement.
func (d *DB) LastJudgement(ctx context.Context) (mark int64, err error) {
	err = d.db.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM judgement").Scan(&mark)
	return mark, err
}
