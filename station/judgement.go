package station

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"chaping"
)

// Judge stores judgements, all or none, as one decision, whatever they say of
// theirs. A zero At means now.
func (d *DB) Judge(ctx context.Context, judgements ...chaping.Judgement) error {
	return d.transact(ctx, func(tx *sql.Tx) error {
		decision, err := nextID(ctx, tx, "judgement")
		if err != nil {
			return err
		}
		for _, j := range judgements {
			if j.At.IsZero() {
				j.At = d.now()
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO judgement
				(platform, product, review, term, verdict, reason, note, who, at, decision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				j.Review.Platform, j.Review.Product, j.Review.Review, j.Term, string(j.Verdict), string(j.Reason), j.Note,
				j.By, j.At.UnixMilli(), decision); err != nil {
				return err
			}
		}
		return nil
	})
}

// Annotate replaces the note on a review and term, and decides nothing: verdict,
// reason and decision stay.
func (d *DB) Annotate(ctx context.Context, about chaping.Judged, note, by string) error {
	r := about.Review
	return d.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO judgement
			(platform, product, review, term, verdict, reason, note, who, at, decision)
			SELECT ?1, ?2, ?3, ?4, coalesce(max(verdict), ''), coalesce(max(reason), ''), ?5, ?6, ?7, coalesce(max(decision), 0)
			FROM (SELECT * FROM judgement WHERE platform = ?1 AND product = ?2 AND review = ?3 AND term = ?4 ORDER BY id DESC LIMIT 1)`,
			r.Platform, r.Product, r.Review, about.Term, note, by, d.now().UnixMilli())
		return err
	})
}

// nextID is the id that the table's next row gets.
func nextID(ctx context.Context, tx *sql.Tx, table string) (id int64, err error) {
	err = tx.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) + 1 FROM "+table).Scan(&id)
	return id, err
}

// Judgements calls each for every judgement that holds, in the order in which
// they were made. One that was withdrawn is left out unless it has a note.
func (d *DB) Judgements(ctx context.Context, each func(chaping.Judgement) error) error {
	return d.query(
		ctx,
		`SELECT platform, product, review, term, verdict, reason, note, who, at, decision FROM judgement j
		WHERE id = (SELECT max(id) FROM judgement k WHERE k.platform = j.platform AND k.product = j.product AND k.review = j.review AND k.term = j.term)
		  AND (verdict <> '' OR note <> '') ORDER BY id`,
		nil,
		func(scan func(...any) error) error {
			var (
				j               chaping.Judgement
				verdict, reason string
				at              int64
			)
			if err := scan(&j.Review.Platform, &j.Review.Product, &j.Review.Review, &j.Term, &verdict, &reason, &j.Note,
				&j.By, &at, &j.Decision); err != nil {
				return err
			}
			j.Verdict, j.Reason, j.At = chaping.Verdict(verdict), chaping.Reason(reason), shown(at)
			return each(j)
		},
	)
}

// UndoJudgement brings back what held before a decision: the judgement that
// stood there, with who made it and when, or none. Where somebody has judged
// since, nothing changes; kept counts those.
func (d *DB) UndoJudgement(ctx context.Context, decision int64) (undone, kept int, err error) {
	return d.undo(ctx, decision, undoing{
		table: "judgement", about: "platform, product, review, term", says: "verdict, reason, note",
		nothing: "'', '', ''",
	})
}

// Read stores readings, all or none, as one decision, whatever they say of
// theirs. A zero At means now.
func (d *DB) Read(ctx context.Context, readings ...chaping.Reading) error {
	return d.transact(ctx, func(tx *sql.Tx) error {
		decision, err := nextID(ctx, tx, "reading")
		if err != nil {
			return err
		}
		for _, r := range readings {
			if r.At.IsZero() {
				r.At = d.now()
			}
			marks, err := json.Marshal(r.Marks)
			if err != nil {
				return err
			}
			verdict := readNone
			if r.Problem {
				verdict = readProblem
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO reading
				(platform, product, review, verdict, marks, who, at, decision) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
				r.Review.Platform, r.Review.Product, r.Review.Review, verdict, string(marks), r.By, r.At.UnixMilli(), decision,
			); err != nil {
				return err
			}
		}
		return nil
	})
}

// What the table says of a review.
const (
	readNone    = "none"
	readProblem = "problem"
)

// Readings calls each for every reading that holds, in the order in which they
// were made.
func (d *DB) Readings(ctx context.Context, each func(chaping.Reading) error) error {
	return d.query(ctx, `SELECT platform, product, review, verdict, marks, who, at, decision FROM reading r
		WHERE id = (SELECT max(id) FROM reading k WHERE k.platform = r.platform AND k.product = r.product AND k.review = r.review)
		  AND verdict <> '' ORDER BY id`, nil, func(scan func(...any) error) error {
		var (
			r              chaping.Reading
			verdict, marks string
			at             int64
		)
		if err := scan(&r.Review.Platform, &r.Review.Product, &r.Review.Review, &verdict, &marks, &r.By, &at,
			&r.Decision); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(marks), &r.Marks); err != nil {
			return fmt.Errorf("marks of reading %v: %w", r.Review, err)
		}
		r.Problem, r.At = verdict == readProblem, shown(at)
		return each(r)
	})
}

// UndoReading brings back what held before a decision, as UndoJudgement does.
func (d *DB) UndoReading(ctx context.Context, decision int64) (undone, kept int, err error) {
	return d.undo(ctx, decision, undoing{
		table: "reading", about: "platform, product, review", says: "verdict, marks", nothing: "'', 'null'",
	})
}

// undoing names the columns of a table of decisions.
type undoing struct {
	table   string
	about   string // what is decided on
	says    string // what is decided
	nothing string // the values of says that withdraw it
}

// undo adds, for every row of the decision that still holds, the row that held
// before the decision, or one that says nothing.
func (d *DB) undo(ctx context.Context, decision int64, u undoing) (undone, kept int, err error) {
	err = d.transact(ctx, func(tx *sql.Tx) error {
		var rows int
		err := tx.QueryRowContext(ctx, fmt.Sprintf(
			"SELECT count(*) FROM (SELECT DISTINCT %s FROM %s WHERE decision = ?)",
			u.about,
			u.table,
		), decision).Scan(&rows)
		if err != nil {
			return err
		}
		// held: the rows of the decision that hold now, with the id of the row
		// that held before its first one.
		held := fmt.Sprintf(`WITH
			mine AS (SELECT %[2]s, min(id) AS first FROM %[1]s WHERE decision = ?1 GROUP BY %[2]s),
			held AS (SELECT mine.*,
				(SELECT id FROM %[1]s t WHERE (%[3]s) = (%[4]s) ORDER BY id DESC LIMIT 1) AS last,
				(SELECT id FROM %[1]s t WHERE (%[3]s) = (%[4]s) AND t.id < mine.first ORDER BY id DESC LIMIT 1) AS before
				FROM mine)
			SELECT coalesce(held.before, 0), last FROM held JOIN %[1]s t ON t.id = held.last WHERE t.decision = ?1
			ORDER BY last`, u.table, u.about, qualified("t", u.about), qualified("mine", u.about))
		var before, last []int64
		list, err := tx.QueryContext(ctx, held, decision)
		err = eachRow(list, err, func(scan func(...any) error) error {
			var b, l int64
			err := scan(&b, &l)
			before, last = append(before, b), append(last, l)
			return err
		})
		if err != nil {
			return err
		}
		for i := range before {
			from, says, more := before[i], u.says, "who, at, decision"
			if from == 0 {
				from, says, more = last[i], u.nothing, fmt.Sprintf("who, %d, 0", d.now().UnixMilli())
			}
			if _, err := tx.ExecContext(ctx, fmt.Sprintf(
				"INSERT INTO %[1]s (%[2]s, %[3]s, who, at, decision) SELECT %[2]s, %[4]s, %[5]s FROM %[1]s WHERE id = ?",
				u.table, u.about, u.says, says, more), from); err != nil {
				return err
			}
		}
		undone, kept = len(before), rows-len(before)
		return nil
	})
	return undone, kept, err
}

// qualified puts the table before every column of a list.
func qualified(table, columns string) string {
	list := strings.Split(columns, ", ")
	for i := range list {
		list[i] = table + "." + list[i]
	}
	return strings.Join(list, ", ")
}
