package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping"
)

// # Editions
//
// What is made of a period and a dictionary version is never changed in place.
// It is written into partitions of its own, under a number that the store
// gives, and holds from one insert on, which says that it is whole:
//
//	begun ──▶ mentions ──▶ rejections ──▶ counts, tallies ──▶ whole     readers see
//	  │                                                         │       the last
//	  └── killed: dropped by the next writer                    └── two newer ones:
//	                                                                dropped
//
// So a reader sees the old or the new whole, whatever is killed and however
// many write; and what a record says of is there, because the record goes
// first when it is dropped.

// An Edition is one whole state of what was made of a period with a dictionary
// version: the mentions, those of them that people have rejected, and the counts
// and tallies of the rest.
type Edition struct {
	Period     chaping.Period
	Dictionary string
	State      string // of the window that was mined, see Store.WindowState
	Reviews    uint64 // in that window
	Mentions   uint64
	Affirmed   uint64 // of these

	parts [4]generation // mentions, rejections, counts, tallies
}

// lastPeriod is after all others.
var lastPeriod = chaping.Period{Year: 9999, Month: 12}

// Mined tells whether there is anything: an edition that was never made is
// empty.
func (e Edition) Mined() bool { return e.parts[mentionsPart].number.known }

// Goods names what the products were taken for when their reviews were mined:
// a state of whatever the miner was told of them.
func (e Edition) Goods() string { return e.parts[mentionsPart].facts }

// Found names what Evidence gives of the edition with TallyFilter.All, but for the
// reviews' texts: it is another one when the period was mined anew or its listings
// were, and the same however people judge.
func (e Edition) Found() string {
	return fmt.Sprintf("%s %s %s", e.Period, e.partition(mentionsPart), e.parts[talliesPart].facts)
}

// The parts of an edition, which are tables.
const (
	mentionsPart = iota
	rejectionsPart
	countsPart
	talliesPart
)

var partTables = [...]string{"mentions", "rejections", "counts", "tallies"}

// The stages of a generation.
const (
	begun = 1 + iota
	whole
	dropped
)

// number is the number of a generation.
type number struct {
	n     uint64
	known bool
}

// A generation is a row of that table.
type generation struct {
	period     uint32
	dictionary string
	number     number
	stage      uint8
	source     string
	facts      string
	rows       uint64
	reviews    uint64
	affirmed   uint64
}

// partition is what the column dictionary of the generation's rows holds.
func (g generation) partition() string {
	if g.number.n == 0 {
		return g.dictionary
	}
	return fmt.Sprintf("%s~%d", g.dictionary, g.number.n)
}

// partition is where the rows of a part are; of a part that was not made, one
// that is empty.
func (e Edition) partition(part int) string {
	if !e.parts[part].number.known {
		return "~"
	}
	return e.parts[part].partition()
}

// ID names the edition: another one after everything that was made anew.
func (e Edition) ID() string {
	return fmt.Sprintf(
		"%s %s %s %s",
		e.Period,
		e.partition(mentionsPart),
		e.partition(countsPart),
		e.partition(talliesPart),
	)
}

// args binds where the edition's rows are.
func (e Edition) args() []any {
	rejections := []clickhouse.GroupSet{{Value: []any{periodNumber(e.Period), e.partition(rejectionsPart)}}}
	return []any{
		named("period", periodNumber(e.Period)),
		named("mentions", e.partition(mentionsPart)),
		named("rejections", rejections),
		named("counts", e.partition(countsPart)),
		named("tallies", e.partition(talliesPart)),
	}
}

// generations are those of the periods, of one dictionary version or of all,
// by period, dictionary and part, newest first.
func (s *Store) generations(
	ctx context.Context,
	first, last chaping.Period,
	dictionary string,
) (list [][4][]generation, err error) {
	data := map[string]any{"Dictionary": dictionary}
	args := []any{
		named("first", periodNumber(first)),
		named("last", periodNumber(last)),
		named("dictionary", dictionary),
	}
	var at generation
	err = s.query(ctx, "generations", data, args, func(scan func(...any) error) error {
		g := generation{number: number{known: true}}
		var part string
		if err := scan(&part, &g.period, &g.dictionary, &g.number.n, &g.stage, &g.source, &g.facts, &g.rows, &g.reviews, &g.affirmed); err != nil {
			return err
		}
		if len(list) == 0 || g.period != at.period || g.dictionary != at.dictionary {
			list, at = append(list, [4][]generation{}), g
		}
		if i := slices.Index(partTables[:], part); i >= 0 {
			parts := &list[len(list)-1]
			parts[i] = append(parts[i], g)
		}
		return nil
	})
	return list, err
}

// editionOf is the last whole edition among generations, newest first.
func editionOf(parts [4][]generation) (e Edition) {
	i := slices.IndexFunc(parts[mentionsPart], func(g generation) bool { return g.stage == whole })
	if i < 0 {
		return e
	}
	mentions := parts[mentionsPart][i]
	e = Edition{Period: numberedPeriod(mentions.period), Dictionary: mentions.dictionary, State: mentions.source,
		Reviews: mentions.reviews, Mentions: mentions.rows}
	e.parts[mentionsPart] = mentions
	source := mentions.partition()
	for part := rejectionsPart; part < len(parts); part++ {
		i := slices.IndexFunc(parts[part], func(g generation) bool { return g.stage == whole && g.source == source })
		if i < 0 {
			continue
		}
		if e.parts[part] = parts[part][i]; part == rejectionsPart {
			source, e.Affirmed = parts[part][i].partition(), parts[part][i].affirmed
		}
	}
	return e
}

// Edition is the one that holds now; see Edition.Mined.
func (s *Store) Edition(ctx context.Context, p chaping.Period, dictionary string) (Edition, error) {
	list, err := s.generations(ctx, p, p, dictionary)
	if err != nil || len(list) == 0 || dictionary == "" {
		return Edition{Period: p, Dictionary: dictionary}, err
	}
	e := editionOf(list[0])
	e.Period, e.Dictionary = p, dictionary
	return e, nil
}

// Editions are the editions that hold now of the periods, both ends included,
// of one dictionary version, or of all if it is empty; by period and version.
func (s *Store) Editions(ctx context.Context, first, last chaping.Period, dictionary string) ([]Edition, error) {
	list, err := s.generations(ctx, first, last, dictionary)
	var found []Edition
	for _, parts := range list {
		if e := editionOf(parts); e.Mined() {
			found = append(found, e)
		}
	}
	return found, err
}

// Holds tells whether all that an edition speaks of is there: its mentions, its
// counts without what people have rejected by now, and tallies made of the
// listings as they are now.
func (s *Store) Holds(ctx context.Context, e Edition, r *Rejections) (bool, error) {
	facts, err := s.listingsState(ctx)
	if err != nil || !e.Mined() || e.parts[talliesPart].facts != facts {
		return false, err
	}
	if fits, err := s.Judged(ctx, e, r); err != nil || !fits {
		return false, err
	}
	return s.there(ctx, e)
}

// Counted tells whether there are all of an edition's counts, without what
// people have rejected by now: then only its tallies may be out of date.
func (s *Store) Counted(ctx context.Context, e Edition, r *Rejections) (bool, error) {
	g := e.parts[countsPart]
	if !g.number.known {
		return false, nil
	}
	if rows, err := s.partitionRows(ctx, countsPart, g); err != nil || rows < g.rows {
		return false, err
	}
	return s.Judged(ctx, e, r)
}

// there tells whether the partitions have the rows that their records name.
func (s *Store) there(ctx context.Context, e Edition) (bool, error) {
	for part, g := range e.parts {
		if !g.number.known {
			return false, nil
		}
		rows, err := s.partitionRows(ctx, part, g)
		if err != nil || rows < g.rows {
			return false, err
		}
	}
	return true, nil
}

func (s *Store) partitionRows(ctx context.Context, part int, g generation) (rows uint64, err error) {
	args := []any{named("period", g.period), named("partition", g.partition())}
	err = s.query(
		ctx,
		"partition_rows",
		partTables[part],
		args,
		func(scan func(...any) error) error { return scan(&rows) },
	)
	return rows, err
}

// listingRule is how listings are given to product keywords (see "under a keyword"
// in counted.sql) and chosen for a period (see known.sql). Tallies that were made by
// an earlier rule are made again.
const listingRule = 3

// listingsState is another one after every change of the listings, and of which of
// them came from product tables.
func (s *Store) listingsState(ctx context.Context) (state string, err error) {
	err = s.query(ctx, "listings_state", nil, []any{named("stage", StageImport)}, func(scan func(...any) error) error {
		var rows, sum, tables uint64
		err := scan(&rows, &sum, &tables)
		state = fmt.Sprintf("%d.%d-%d-%016x", listingRule, tables, rows, sum)
		return err
	})
	return state, err
}

// readTries is how often a reading begins again because what it read was
// dropped meanwhile. That takes two new editions during one reading.
const readTries = 5

// ErrReplaced ends a reading of which parts were dropped meanwhile.
var ErrReplaced = &chaping.Error{Code: chaping.CodeEnvironment, Message: "读取期间，这个报送期被反复重新挖掘，没有读到完整的一版",
	Remedy: "等其他挖掘任务结束后再运行一次"}

// Unchanged fails with ErrReplaced when something of the editions was dropped:
// what was read of them may not be whole.
func (s *Store) Unchanged(ctx context.Context, editions ...Edition) error {
	if len(editions) == 0 {
		return nil
	}
	first, last := editions[0].Period, editions[0].Period
	for _, e := range editions {
		first, last = earlier(first, e.Period), later(last, e.Period)
	}
	list, err := s.generations(ctx, first, last, "")
	if err != nil {
		return err
	}
	type place struct {
		part      int
		period    uint32
		partition string
	}
	there := map[place]bool{}
	for _, parts := range list {
		for part, made := range parts {
			for _, g := range made {
				there[place{part, g.period, g.partition()}] = g.stage == whole
			}
		}
	}
	for _, e := range editions {
		for part, g := range e.parts {
			if g.number.known && !there[place{part, g.period, g.partition()}] {
				return ErrReplaced
			}
		}
	}
	return nil
}

// readSpan calls do with the partitions of one part that hold for the periods,
// as @partitions binds them, and again when one was dropped before do was
// through.
func (s *Store) readSpan(
	ctx context.Context,
	first, last chaping.Period,
	dictionary string,
	do func(partitions func(part int) []clickhouse.GroupSet) error,
) error {
	for try := 1; ; try++ {
		editions, err := s.Editions(ctx, first, last, dictionary)
		if err != nil {
			return err
		}
		err = do(func(part int) []clickhouse.GroupSet {
			set := []clickhouse.GroupSet{{Value: []any{uint32(0), "~"}}} // an empty list is refused
			for _, e := range editions {
				set = append(set, clickhouse.GroupSet{Value: []any{periodNumber(e.Period), e.partition(part)}})
			}
			return set
		})
		replaced := s.Unchanged(ctx, editions...)
		if try == readTries || !errors.Is(replaced, ErrReplaced) {
			return cmp.Or(err, replaced)
		}
	}
}
