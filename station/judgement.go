package station

import (
	"context"
	"database/sql"
	"errors"

	"chaping"
)

// Judge stores judgements, all or none. A zero At means now.
func (d *DB) Judge(ctx context.Context, judgements ...chaping.Judgement) error {
	return d.transact(ctx, func(tx *sql.Tx) error {
		for _, j := range judgements {
			if j.At.IsZero() {
				j.At = d.now()
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO judgement (platform, product, review, term, verdict, note, who, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
				j.Review.Platform, j.Review.Product, j.Review.Review, j.Term, string(j.Verdict), j.Note, j.By, j.At.UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
}

// Judgements calls each for every judgement that holds, in the order in which
// they were made. One that was withdrawn is left out unless it has a note.
func (d *DB) Judgements(ctx context.Context, each func(chaping.Judgement) error) error {
	return d.query(ctx, `SELECT platform, product, review, term, verdict, note, who, at FROM judgement j
		WHERE id = (SELECT max(id) FROM judgement k WHERE k.platform = j.platform AND k.product = j.product AND k.review = j.review AND k.term = j.term)
		  AND (verdict <> '' OR note <> '') ORDER BY id`, nil, func(scan func(...any) error) error {
		var (
			j       chaping.Judgement
			verdict string
			at      int64
		)
		if err := scan(&j.Review.Platform, &j.Review.Product, &j.Review.Review, &j.Term, &verdict, &j.Note, &j.By, &at); err != nil {
			return err
		}
		j.Verdict, j.At = chaping.Verdict(verdict), shown(at)
		return each(j)
	})
}

// NoteBefore is the note that a review and term had when nobody had confirmed or
// rejected it: what withdrawing the verdict brings back.
func (d *DB) NoteBefore(ctx context.Context, about chaping.Judged) (note string, err error) {
	r := about.Review
	err = d.db.QueryRowContext(
		ctx,
		"SELECT note FROM judgement WHERE platform = ? AND product = ? AND review = ? AND term = ? AND verdict = '' ORDER BY id DESC LIMIT 1",
		r.Platform,
		r.Product,
		r.Review,
		about.Term,
	).Scan(
		&note,
	)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return note, err
}
