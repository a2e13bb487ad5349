package station

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"

	"chaping"
)

// A list is what a Selection may ask of a table: the expressions by the name of
// their column. Nothing of a selection but its values gets into a statement.
type list struct {
	from    string            // the tables, and what always holds
	args    []any             // of from
	id      string            // of a row
	order   string            // the list's own
	columns map[string]string // texts, choices, numbers and moments in Unix milliseconds
	texts   []string          // the columns that a text is looked for in
}

// errColumn is a mistake in the program: whoever asks has checked the columns.
func errColumn(name string) error { return fmt.Errorf("no column %q", name) }

// where is what the selection leaves, as SQL.
func (l *list) where(s *chaping.Selection) (string, []any, error) {
	var b strings.Builder
	args := append([]any{}, l.args...)
	if s.Text != "" {
		var texts []string
		for _, name := range l.texts {
			texts = append(texts, l.columns[name])
		}
		fmt.Fprintf(&b, " AND instr(lower(%s), lower(?)) > 0", strings.Join(texts, " || char(10) || "))
		args = append(args, s.Text)
	}
	for _, c := range s.Where {
		expression, ok := l.columns[c.Column]
		if !ok {
			return "", nil, errColumn(c.Column)
		}
		switch {
		case c.Between != nil:
			if !math.IsInf(c.Between.Low, -1) {
				fmt.Fprintf(&b, " AND %s >= ?", expression)
				args = append(args, c.Between.Low)
			}
			if !math.IsInf(c.Between.High, 1) {
				fmt.Fprintf(&b, " AND %s <= ?", expression)
				args = append(args, c.Between.High)
			}
		case c.Contains != "":
			fmt.Fprintf(&b, " AND instr(lower(%s), lower(?)) > 0", expression)
			args = append(args, c.Contains)
		default:
			fmt.Fprintf(&b, " AND %s = ?", expression)
			args = append(args, c.Is)
		}
	}
	return b.String(), args, nil
}

// ids are the rows of the selection in its order, and how many there are
// without its bounds. Rows that are equal in it are in the order of their IDs.
func (l *list) ids(ctx context.Context, d *DB, s *chaping.Selection) (ids []int64, total int, err error) {
	where, args, err := l.where(s)
	if err != nil {
		return nil, 0, err
	}
	if err := d.db.QueryRowContext(ctx, "SELECT count(*) "+l.from+where, args...).Scan(&total); err != nil {
		return nil, 0, err
	}
	order := l.order
	if s.Sort != "" {
		expression, ok := l.columns[s.Sort]
		if !ok {
			return nil, 0, errColumn(s.Sort)
		}
		order = expression + " IS NULL, " + expression
		if s.Descending {
			order += " DESC"
		}
		order += ", " + l.id
	}
	limit := s.Limit
	if limit <= 0 {
		limit = -1
	}
	statement := "SELECT " + l.id + " " + l.from + where + " ORDER BY " + order + " LIMIT ? OFFSET ?"
	err = d.query(ctx, statement, append(args, limit, s.Offset), func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, total, err
}

// rows reads rows by their IDs, in their order, one by one: the database has one
// connection, which others wait for. Those that have gone since are left out.
func rows[T any](
	ctx context.Context,
	ids []int64,
	read func(ctx context.Context, id int64) (T, error),
	each func(*T) error,
) error {
	for _, id := range ids {
		row, err := read(ctx, id)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err == nil {
			err = each(&row)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// auditList is the log.
func auditList() *list {
	return &list{
		from:  "FROM audit WHERE 1",
		id:    "id",
		order: "id DESC",
		columns: map[string]string{
			"id": "id", "at": "at", "who": "who", "station": "station", "action": "action", "object": "object", "detail": "detail", "hash": "hash",
		},
		texts: []string{"who", "action", "object", "detail"},
	}
}

// AuditSelected are the entries of a selection, and how many there are without
// its bounds.
func (d *DB) AuditSelected(ctx context.Context, s chaping.Selection, each func(*Entry) error) (total int, err error) {
	ids, total, err := auditList().ids(ctx, d, &s)
	if err != nil {
		return 0, err
	}
	return total, rows(ctx, ids, func(ctx context.Context, id int64) (Entry, error) {
		return scanEntry(d.db.QueryRowContext(ctx,
			"SELECT id, at, who, station, action, object, detail, hash FROM audit WHERE id = ?", id).Scan)
	}, each)
}

// submissionList is what was handed in, as far as the scope sees it.
func submissionList(scope Scope) *list {
	return &list{
		from:  submissions + "WHERE (?1 OR s.station = ?2)",
		args:  []any{scope.all, scope.station},
		id:    "s.id",
		order: "s.id DESC",
		columns: map[string]string{
			"id": "s.id", "period": "s.period", "station": "station.name", "form": "s.form", "name": "s.name",
			"version": "s.version", "about": "s.about", "file": "s.file", "hash": "s.hash", "received": submissionReceived,
			"size":     "length(s.original)",
			"entries":  "(SELECT count(*) FROM entry WHERE submission = s.id)",
			"replaced": "CASE WHEN s.superseded_by IS NULL THEN 'no' ELSE 'yes' END",
		},
		texts: []string{"period", "station", "name", "about", "file"},
	}
}

// SubmissionsSelected are the submissions of a selection that the scope sees,
// and how many there are without its bounds.
func (d *DB) SubmissionsSelected(
	ctx context.Context,
	scope Scope,
	s chaping.Selection,
	each func(*Submission) error,
) (total int, err error) {
	ids, total, err := submissionList(scope).ids(ctx, d, &s)
	if err != nil {
		return 0, err
	}
	return total, rows(ctx, ids, func(ctx context.Context, id int64) (Submission, error) {
		return scanSubmission(d.db.QueryRowContext(ctx,
			"SELECT "+submissionColumns+submissions+"WHERE s.id = ?", id).Scan)
	}, each)
}
