package station

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"time"

	"chaping"
)

// A Sample is what of a period people are asked to judge: all that is needed to
// draw it again.
type Sample struct {
	ID     int64     `json:"id"`
	Period string    `json:"period"`
	Seed   int64     `json:"seed"`
	Margin float64   `json:"margin"` // half of the interval that was asked for, as a share
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// Sample is the period's sample that holds; ok is false where there is none.
func (d *DB) Sample(ctx context.Context, period chaping.Period) (s Sample, ok bool, err error) {
	var at int64
	err = d.db.QueryRowContext(
		ctx,
		"SELECT id, period, seed, margin, who, at FROM sample WHERE period = ? ORDER BY id DESC LIMIT 1",
		period.String(),
	).Scan(&s.ID, &s.Period, &s.Seed, &s.Margin, &s.By, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return s, false, nil
	}
	s.At = shown(at)
	return s, err == nil, err
}

// PutSample asks for a sample of a period with that margin. The seed is that of
// the first one: a wider or narrower interval adds to what was drawn, or takes
// from it, and draws nothing anew. Asked for again, it changes nothing.
func (d *DB) PutSample(ctx context.Context, period chaping.Period, margin float64, by string) (Sample, error) {
	err := d.transact(ctx, func(tx *sql.Tx) error {
		seed := rand.Int64N(1 << 53) // what programs of every language read exactly
		var last float64
		err := tx.QueryRowContext(ctx, "SELECT seed, margin FROM sample WHERE period = ? ORDER BY id DESC LIMIT 1", period.String()).
			Scan(&seed, &last)
		if err == nil && last == margin || err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO sample (period, seed, margin, who, at) VALUES (?, ?, ?, ?, ?)",
			period.String(), seed, margin, by, d.now().UnixMilli())
		return err
	})
	if err != nil {
		return Sample{}, err
	}
	s, _, err := d.Sample(ctx, period)
	return s, err
}

// PutQuality keeps what is known of a period, in place of what was known
// before. source names all that it was computed from.
func (d *DB) PutQuality(ctx context.Context, period chaping.Period, source string, q *chaping.Quality) error {
	content, err := json.Marshal(q)
	if err != nil {
		return err
	}
	return d.transact(withoutAct(ctx), func(tx *sql.Tx) error { // is computed, not decided
		_, err := tx.ExecContext(ctx, `INSERT INTO quality (period, source, content, at) VALUES (?, ?, ?, ?)
			ON CONFLICT (period) DO UPDATE SET source = excluded.source, content = excluded.content, at = excluded.at`,
			period.String(), source, string(content), d.now().UnixMilli())
		return err
	})
}

// A KeptQuality is a statement that was kept, with its source.
type KeptQuality struct {
	Source string
	chaping.Quality
}

// Qualities are the statements kept of the periods up to one, the latest first,
// at most n.
func (d *DB) Qualities(ctx context.Context, last chaping.Period, n int) (list []KeptQuality, err error) {
	err = d.query(ctx, "SELECT source, content FROM quality WHERE period <= ? ORDER BY period DESC LIMIT ?",
		[]any{last.String(), n}, func(scan func(...any) error) error {
			var k KeptQuality
			var content string
			if err := scan(&k.Source, &content); err != nil {
				return err
			}
			err := json.Unmarshal([]byte(content), &k.Quality)
			list = append(list, k)
			return err
		})
	return list, err
}

// LastReading is a mark that rises with every reading.
func (d *DB) LastReading(ctx context.Context) (mark int64, err error) {
	err = d.db.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM reading").Scan(&mark)
	return mark, err
}

// Disputed calls each for every review and term that two people have judged
// differently, whatever holds now.
func (d *DB) Disputed(ctx context.Context, each func(chaping.Judged) error) error {
	return d.query(ctx, `SELECT platform, product, review, term FROM judgement WHERE verdict <> ''
		GROUP BY platform, product, review, term HAVING count(DISTINCT verdict) > 1 AND count(DISTINCT who) > 1`,
		nil, func(scan func(...any) error) error {
			var j chaping.Judged
			if err := scan(&j.Review.Platform, &j.Review.Product, &j.Review.Review, &j.Term); err != nil {
				return err
			}
			return each(j)
		})
}
