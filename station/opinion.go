package station

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"chaping"
)

// An Opinion is what the second reader says of a term's mentions in a review. It
// is advice for people: nothing is counted by it.
type Opinion struct {
	About   chaping.Judged
	Model   string            // who says so
	Asked   string            // sha256 of the question
	Verdict chaping.Assertion // empty: the answer says nothing usable
	Reason  string
	At      time.Time
}

// PutOpinion stores an opinion in the place of an earlier one of the same model.
func (d *DB) PutOpinion(ctx context.Context, o Opinion) error {
	r := o.About.Review
	return d.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(
			ctx,
			`INSERT OR REPLACE INTO opinion
			(platform, product, review, term, model, asked, verdict, reason, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			r.Platform,
			r.Product,
			r.Review,
			o.About.Term,
			o.Model,
			o.Asked,
			string(o.Verdict),
			o.Reason,
			d.now().UnixMilli(),
		)
		return err
	})
}

// OpinionOn is what a model answered to a question, whatever review it was asked
// about.
func (d *DB) OpinionOn(ctx context.Context, asked, model string) (o Opinion, found bool, err error) {
	o = Opinion{Asked: asked, Model: model}
	var verdict string
	err = d.db.QueryRowContext(ctx, "SELECT verdict, reason FROM opinion WHERE asked = ? AND model = ? LIMIT 1", asked, model).
		Scan(&verdict, &o.Reason)
	if errors.Is(err, sql.ErrNoRows) {
		return o, false, nil
	}
	o.Verdict = chaping.Assertion(verdict)
	return o, err == nil, err
}

// Opinions calls each for the latest opinion on every review and term.
func (d *DB) Opinions(ctx context.Context, each func(Opinion) error) error {
	return d.query(
		ctx,
		`SELECT platform, product, review, term, model, asked, verdict, reason, at FROM opinion ORDER BY at, model`,
		nil,
		func(scan func(...any) error) error {
			var (
				o       Opinion
				verdict string
				at      int64
			)
			r := &o.About.Review
			if err := scan(&r.Platform, &r.Product, &r.Review, &o.About.Term, &o.Model, &o.Asked, &verdict, &o.Reason, &at); err != nil {
				return err
			}
			o.Verdict, o.At = chaping.Assertion(verdict), shown(at)
			return each(o)
		},
	)
}
