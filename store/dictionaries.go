package store

import (
	"context"
	"encoding/json"
	"fmt"

	"chaping"
)

// A Dictionary is what a period was mined with.
type Dictionary struct {
	Version string // of the miner: terms and everything else
	Base    string // of everything else
	Terms   []chaping.Term
}

// PutDictionary remembers a dictionary.
func (s *Store) PutDictionary(ctx context.Context, d Dictionary) error {
	terms, err := json.Marshal(d.Terms)
	if err != nil {
		return err
	}
	return s.insert(ctx, "dictionaries", "version, base, terms, stored",
		[]string{d.Version}, []string{d.Base}, []string{string(terms)}, []int64{s.now().UnixMilli()})
}

// Dictionary is the remembered dictionary of that version.
func (s *Store) Dictionary(ctx context.Context, version string) (d Dictionary, found bool, err error) {
	var terms string
	err = s.query(ctx, "dictionary", nil, []any{named("version", version)}, func(scan func(...any) error) error {
		found = true
		return scan(&d.Base, &terms)
	})
	if err != nil || !found {
		return d, false, err
	}
	d.Version = version
	if err := json.Unmarshal([]byte(terms), &d.Terms); err != nil {
		return d, false, fmt.Errorf("dictionary %s: %w", version, err)
	}
	return d, true, nil
}

// An Edit is what a change of dictionary may have changed the mentions of:
// reviews that match one of the patterns (see nlp.Miner.Affected), and those
// of Long bytes and more.
type Edit struct {
	Patterns []string
	Long     int
}

// maxPatterns is how many patterns the engine compiles in one go.
const maxPatterns = 500

// CanSearch tells whether Affected and CarryMentions work here for an edit: the server
// knows multi-pattern search, and the edit is small enough to be worth it.
func (s *Store) CanSearch(e Edit) bool {
	return s.dialect.Since(20, 1) && len(e.Patterns) <= maxPatterns
}

func (e Edit) args() []any {
	patterns := make([]string, 0, len(e.Patterns)+1)
	patterns = append(patterns, e.Patterns...)
	if len(patterns) == 0 {
		patterns = append(patterns, `\x{0}never\x{0}`) // an empty list is refused
	}
	return []any{named("patterns", patterns), named("long", e.Long)}
}

// Affected calls each for every review of the window that an edit may affect,
// by platform, product and ID. The review is overwritten by the next one.
func (s *Store) Affected(ctx context.Context, w chaping.Window, e Edit, each func(*chaping.Review) error) error {
	return s.reviewsIn(ctx, w, "candidates", each, e.args()...)
}

// CarryMentions copies the mentions of another dictionary's edition to the
// writer's, except those in reviews that Affected gives.
func (w *MentionWriter) CarryMentions(ctx context.Context, before Edition, e Edit) error {
	args := []any{
		named("period", w.generation.period),
		named("mentions", w.generation.partition()),
		named("before", before.partition(mentionsPart)),
	}
	args = append(append(args, windowArgs(before.Period.Window())...), e.args()...)
	return w.store.exec(ctx, "carry_mentions", args...)
}

// MentionCounts are the mentions of an edition, and how many of them are
// affirmed, as they are counted now.
func (s *Store) MentionCounts(ctx context.Context, e Edition) (all, affirmed uint64, err error) {
	args := append(e.args(), named("affirmed", string(chaping.Affirmed)))
	err = s.query(
		ctx,
		"mention_counts",
		nil,
		args,
		func(scan func(...any) error) error { return scan(&all, &affirmed) },
	)
	return all, affirmed, err
}
