package store

import (
	"context"
	"time"

	"chaping"
)

// A MentionWriter writes the mentions of a new edition, see Editing.Mentions.
// It is for one goroutine. After an error, begin again with a new one.
type MentionWriter struct {
	store      *Store
	generation generation
	batch      mentionColumns
}

type mentionColumns struct {
	term, platform, product, review []string
	published                       []time.Time
	grade, isDefault                []uint8
	surface                         []string
	start, end                      []uint32
	assertion, cue                  []string
}

// Write adds what mining found. It keeps nothing of its argument, which need
// not be in any order; the batch that it fills is sent when it is large.
func (w *MentionWriter) Write(ctx context.Context, mined []chaping.Mined) error {
	b := &w.batch
	for i := range mined {
		r := &mined[i].Review
		for _, m := range mined[i].Mentions {
			b.term = append(b.term, m.Term)
			b.platform = append(b.platform, r.Platform)
			b.product = append(b.product, r.Product)
			b.review = append(b.review, r.ID)
			b.published = append(b.published, r.Published)
			b.grade = append(b.grade, uint8(r.Grade))
			b.isDefault = append(b.isDefault, bit(r.Default))
			b.surface = append(b.surface, m.Surface)
			b.start = append(b.start, uint32(m.Start))
			b.end = append(b.end, uint32(m.End))
			b.assertion = append(b.assertion, string(m.Assertion))
			b.cue = append(b.cue, m.Cue)
		}
		if len(b.term) >= maxRows {
			if err := w.Flush(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// Flush sends what Write has kept back. Call it at the end: without it the
// last batch is lost.
func (w *MentionWriter) Flush(ctx context.Context) error {
	b := w.batch
	if len(b.term) == 0 {
		return nil
	}
	w.batch = mentionColumns{}
	period := make([]uint32, len(b.term))
	dictionary := make([]string, len(b.term))
	partition := w.generation.partition()
	for i := range period {
		period[i], dictionary[i] = w.generation.period, partition
	}
	return w.store.insert(
		ctx,
		"mentions",
		`period, dictionary, term, platform, product, review, published, grade, is_default,
		surface, start_rune, end_rune, assertion, cue`,
		period,
		dictionary,
		b.term,
		b.platform,
		b.product,
		b.review,
		b.published,
		b.grade,
		b.isDefault,
		b.surface,
		b.start,
		b.end,
		b.assertion,
		b.cue,
	)
}

// Affirmed calls each for every review that affirms one of the terms, in no
// order.
func (s *Store) Affirmed(ctx context.Context, e Edition, terms []string, each func(chaping.ReviewKey) error) error {
	if len(terms) == 0 {
		return nil
	}
	args := append(e.args(), named("affirmed", string(chaping.Affirmed)), named("terms", set(terms)))
	return s.query(ctx, "mentioned", nil, args, func(scan func(...any) error) error {
		var key chaping.ReviewKey
		if err := scan(&key.Platform, &key.Product, &key.Review); err != nil {
			return err
		}
		return each(key)
	})
}

// A StoredMention is a mention with what it knows of its review.
type StoredMention struct {
	chaping.Mention
	Review    chaping.ReviewKey
	Published time.Time
	Grade     chaping.Grade
	Default   bool
}

// Mentions calls each for every mention of an edition, whatever its assertion, by review and place. It is overwritten by the next
// one.
func (s *Store) Mentions(ctx context.Context, e Edition, each func(*StoredMention) error) error {
	return s.query(ctx, "mentions", nil, e.args(), func(scan func(...any) error) error {
		var (
			m                StoredMention
			grade, isDefault uint8
			start, end       uint32
			assertion        string
		)
		err := scan(&m.Term, &m.Review.Platform, &m.Review.Product, &m.Review.Review, &m.Published, &grade, &isDefault,
			&m.Surface, &start, &end, &assertion, &m.Cue)
		if err != nil {
			return err
		}
		m.Published, m.Grade, m.Default = m.Published.In(chaping.Shanghai()), chaping.Grade(grade), isDefault == 1
		m.Start, m.End, m.Assertion = int(start), int(end), chaping.Assertion(assertion)
		return each(&m)
	})
}
