package store

import (
	"context"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping"
)

// An Editing is the right to make new editions of a period. One process has it
// at a time. It is for one goroutine.
type Editing struct {
	store  *Store
	period chaping.Period
	end    func()
}

// Edit waits until nobody else makes editions of the period; waiting, which
// may be nil, is called once when it has to. What is done with the Editing is
// to use the context that Edit gives, which ends when the right is lost. Close
// gives the right back.
func (s *Store) Edit(ctx context.Context, p chaping.Period, waiting func()) (context.Context, *Editing, error) {
	held, end, err := s.lease(ctx, periodLease(p), waiting)
	if err != nil {
		return nil, nil, err
	}
	return held, &Editing{store: s, period: p, end: end}, nil
}

// Close ends the editing. What was begun and not published is dropped by the
// next one.
func (e *Editing) Close() { e.end() }

// begin gives a new generation of a part, after dropping those that a killed
// process has left.
func (e *Editing) begin(ctx context.Context, part int, dictionary string) (generation, error) {
	s := e.store
	list, err := s.generations(ctx, e.period, e.period, dictionary)
	if err != nil {
		return generation{}, err
	}
	g := generation{period: periodNumber(e.period), dictionary: dictionary, number: number{1, true}, stage: begun}
	for _, parts := range list {
		for p, made := range parts {
			for _, other := range made {
				g.number.n = max(g.number.n, other.number.n+1)
				if p == part && other.stage == begun {
					if err := s.drop(ctx, part, other); err != nil {
						return g, err
					}
				}
			}
		}
	}
	return g, s.putGeneration(ctx, part, g)
}

func (s *Store) putGeneration(ctx context.Context, part int, g generation) error {
	return s.insert(
		ctx,
		"generations",
		"part, period, dictionary, number, stage, source, facts, rows, reviews, affirmed",
		[]string{partTables[part]},
		[]uint32{g.period},
		[]string{g.dictionary},
		[]uint64{g.number.n},
		[]uint8{g.stage},
		[]string{g.source},
		[]string{g.facts},
		[]uint64{g.rows},
		[]uint64{g.reviews},
		[]uint64{g.affirmed},
	)
}

// drop drops a generation: first its record, so that none speaks of what is
// not there.
func (s *Store) drop(ctx context.Context, part int, g generation) error {
	g.stage = dropped
	if err := s.putGeneration(ctx, part, g); err != nil {
		return err
	}
	return s.execShards(
		ctx,
		"drop_partition",
		partTables[part],
		named("period", g.period),
		named("partition", g.partition()),
	)
}

// Mentions begins a new edition, and gives a writer for its mentions. Reviews
// may be streaming meanwhile.
func (e *Editing) Mentions(ctx context.Context, dictionary string) (*MentionWriter, error) {
	g, err := e.begin(ctx, mentionsPart, dictionary)
	if err != nil {
		return nil, err
	}
	return &MentionWriter{store: e.store, generation: g}, nil
}

// Made says what mentions were made of.
type Made struct {
	State   string // of the window, read before its reviews were
	Reviews uint64
	Terms   []chaping.Term // which term has which hazard
	Goods   string         // names what the products were taken for, see Edition.Goods
	Reject  *Rejections    // nil: none
	// Check is asked before tallies hold, after listings were read for them;
	// may be nil. Where it fails they never hold.
	Check  func(context.Context) error
	Before Edition // of the same reviews with another dictionary, whose counts of all reviews are the same; or none
}

// Count counts the mentions that the writer has written and flushed, and gives
// the edition that they make. Nobody sees it before it is published.
func (e *Editing) Count(ctx context.Context, w *MentionWriter, made Made) (Edition, error) {
	g := w.generation
	g.source, g.facts, g.reviews, g.stage = made.State, made.Goods, made.Reviews, whole
	ed := Edition{Period: e.period, Dictionary: g.dictionary, State: made.State, Reviews: made.Reviews}
	ed.parts[mentionsPart] = g
	return e.count(ctx, ed, made)
}

// count makes all that follows from an edition's mentions.
func (e *Editing) count(ctx context.Context, ed Edition, made Made) (_ Edition, err error) {
	if made.Reject == nil {
		made.Reject = NewRejections(nil)
	}
	rejections, err := e.reject(ctx, ed, made.Reject)
	if err != nil {
		return ed, err
	}
	ed.parts[rejectionsPart] = rejections
	if ed.Mentions, ed.Affirmed, err = e.store.MentionCounts(ctx, ed); err != nil {
		return ed, err
	}
	ed.parts[mentionsPart].rows = ed.Mentions
	if ed.parts[countsPart], err = e.counts(ctx, ed, made); err != nil {
		return ed, err
	}
	if ed.parts[talliesPart], err = e.tallies(ctx, ed, made.Check); err != nil {
		return ed, err
	}
	rejections.stage, rejections.affirmed = whole, ed.Affirmed
	ed.parts[rejectionsPart] = rejections
	return ed, e.store.putGeneration(ctx, rejectionsPart, rejections)
}

// Publish makes the edition the one that holds, and drops those before the one
// that held until now, which somebody may be reading.
func (e *Editing) Publish(ctx context.Context, ed Edition) error {
	if err := e.store.putGeneration(ctx, mentionsPart, ed.parts[mentionsPart]); err != nil {
		return err
	}
	return e.sweep(ctx, ed.Dictionary)
}

// Recount makes what follows from an edition's mentions anew, from what people
// have judged and the listings as they are now, and gives the edition with it.
// The window and its mentions are to be the same.
func (e *Editing) Recount(ctx context.Context, ed Edition, made Made) (Edition, error) {
	if made.Reject == nil {
		made.Reject = NewRejections(nil)
	}
	counted, err := e.store.Counted(ctx, ed, made.Reject)
	if err != nil {
		return ed, err
	}
	if counted {
		ed.parts[talliesPart], err = e.tallies(ctx, ed, made.Check)
	} else {
		made.Before = ed // all reviews are counted
		ed, err = e.count(ctx, ed, made)
	}
	if err != nil {
		return ed, err
	}
	return ed, e.sweep(ctx, ed.Dictionary)
}

// tallies counts an edition's mentions per product keyword, term and product,
// from its counts, which are to be there.
func (e *Editing) tallies(ctx context.Context, ed Edition, check func(context.Context) error) (generation, error) {
	s := e.store
	facts, err := s.listingsState(ctx) // before they are read: what comes in between makes it stale
	if err != nil {
		return generation{}, err
	}
	of, bound, err := s.known(ctx, e.period.Window())
	if err != nil {
		return generation{}, err
	}
	of.Affirmed = true
	sql, err := s.sql("build_tallies", of)
	if err != nil {
		return generation{}, err
	}
	return e.derive(ctx, talliesPart, ed, facts, func(args []any) error {
		args = append(append(args, bound...),
			named("negative", uint8(chaping.Negative)),
			named("positive", uint8(chaping.Positive)),
			named("affirmed", string(chaping.Affirmed)))
		if err := s.run(ctx, "build_tallies", sql, args...); err != nil || check == nil {
			return err
		}
		return check(ctx)
	})
}

// derive makes counts or tallies of an edition's mentions.
func (e *Editing) derive(
	ctx context.Context,
	part int,
	ed Edition,
	facts string,
	build func(args []any) error,
) (generation, error) {
	g, err := e.begin(ctx, part, ed.Dictionary)
	if err != nil {
		return g, err
	}
	ed.parts[part] = g
	if err := build(ed.args()); err != nil {
		return g, err
	}
	if g.rows, err = e.store.partitionRows(ctx, part, g); err != nil {
		return g, err
	}
	g.source, g.facts, g.stage = ed.partition(rejectionsPart), facts, whole
	return g, e.store.putGeneration(ctx, part, g)
}

// counts counts an edition per day and product, for Counts.
func (e *Editing) counts(ctx context.Context, ed Edition, made Made) (generation, error) {
	type level struct {
		Level int
		Name  string // expression
	}
	levels := []level{{levelAny, "''"}, {levelTerm, "term"}}
	var names, hazards clickhouse.ArraySet
	for _, t := range made.Terms {
		if t.Hazard != "" {
			names, hazards = append(names, t.Name), append(hazards, t.Hazard)
		}
	}
	var more []any
	if len(names) > 0 {
		levels = append(levels, level{levelHazard, "transform(toString(term), @names, @hazards, '')"})
		more = append(more, named("names", names), named("hazards", hazards))
	}
	s := e.store
	before, err := s.there(ctx, made.Before)
	if err != nil {
		return generation{}, err
	}
	in, bound, err := s.window(ctx, e.period.Window(), struct {
		Levels []level
		Before bool
	}{levels, before})
	if err != nil {
		return generation{}, err
	}
	sql, err := s.sql("build_counts", in)
	if err != nil {
		return generation{}, err
	}
	return e.derive(ctx, countsPart, ed, "", func(args []any) error {
		all := slices.Concat(args, more, bound, []any{named("before", made.Before.partition(countsPart)),
			named(
				"negative",
				uint8(chaping.Negative),
			), named("positive", uint8(chaping.Positive)), named("affirmed", string(chaping.Affirmed))})
		if err := s.run(ctx, "build_counts", sql, all...); err != nil {
			return err
		}
		return s.exec(ctx, "roll_counts", args...)
	})
}

// sweep drops what no reader of the last two editions needs. Whoever reads an
// older one finds out, see Store.Read.
func (e *Editing) sweep(ctx context.Context, dictionary string) error {
	list, err := e.store.generations(ctx, e.period, e.period, dictionary)
	if err != nil {
		return err
	}
	for _, parts := range list {
		room := map[string]int{"": 2}   // how many more are kept of what was made of a partition; "": of reviews
		for part, made := range parts { // mentions first
			for _, g := range made { // newest first
				of := g.source
				if part == mentionsPart {
					of = ""
				}
				if g.stage == whole && room[of] > 0 {
					room[of]--
					switch part {
					case mentionsPart:
						room[g.partition()] = 2 // of its rejections
					case rejectionsPart:
						room[g.partition()] = 3 // counts, and two of its tallies
					}
					continue
				}
				if g.stage != dropped {
					if err := e.store.drop(ctx, part, g); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// Forget drops all editions of the period with that dictionary version, or
// with any if it is empty.
func (e *Editing) Forget(ctx context.Context, dictionary string) error {
	list, err := e.store.generations(ctx, e.period, e.period, dictionary)
	if err != nil {
		return err
	}
	for _, parts := range list {
		for part, made := range parts {
			for _, g := range made {
				if g.stage != dropped {
					if err := e.store.drop(ctx, part, g); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}
