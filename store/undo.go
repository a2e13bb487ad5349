package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping"
)

// # Imports can be taken back
//
// A merge removes the copies of a review that a later one has replaced. So an
// import first keeps, in superseded, what it is about to replace:
//
//	PutReviews ─▶ superseded: the copies that hold ─▶ reviews: the import's own
//
// Taking it back removes its copies from both tables, and puts the last copy
// that is left of what it had replaced into reviews again, where a later one
// holds anyway if there is one. All of it may be done again, so whoever is
// killed half-way begins anew.
//
// Collections keep nothing: they read the same reviews every day, and nobody
// takes them back.

const (
	// StageImport is the stage of the records of imports, StageUndo of those
	// that say that one was taken back; its ID is undoPrefix and the import's.
	StageImport = "import"
	StageUndo   = "undo"

	importPrefix = "import-"
	undoPrefix   = "undo-"

	// putsLease is the lease under which imports write: each is to see what
	// the others have written.
	putsLease = "imports"

	keysAtOnce     = 1 << 16 // that are bound to a statement as columns
	productsAtOnce = 5000    // that are, each by itself: old servers take no more than 50,000 such

	// freshFor is after how many batches it is asked again whether others have
	// reviews of an import's platform.
	freshFor = 16
)

// ImportRun names the import that was started at a moment.
func ImportRun(started time.Time) string {
	return importPrefix + started.UTC().Format("20060102T150405.000000000")
}

// UndoRun names the record that says that an import was taken back.
func UndoRun(run string) string { return undoPrefix + run }

// undoable tells whether what a run replaces is kept.
func undoable(run string) bool { return strings.HasPrefix(run, importPrefix) }

// Importing says that the import is going on, until release is called or the
// process dies. ok is false when somebody else says so. A database that is away
// for long forgets it; the import goes on.
func (s *Store) Importing(ctx context.Context, run string) (release func(), ok bool, err error) {
	held, cancel := context.WithCancel(ctx)
	taken := false
	_, unlock, err := s.lease(held, run, func() { taken = true; cancel() })
	if taken || err != nil {
		cancel()
		if taken {
			err = nil
		}
		return nil, false, err
	}
	return func() {
		unlock()
		cancel()
		if s.engine != nil { // nobody asks for this name again
			_ = os.Remove(filepath.Join(s.dataDir, LeaseFolder, run))
		}
	}, true, nil
}

// superseding keeps what imports are about to replace, and calls put.
func (s *Store) superseding(ctx context.Context, reviews []chaping.Review, put func(context.Context) error) error {
	byRun := map[string][]*chaping.Review{}
	for i := range reviews {
		if r := &reviews[i]; undoable(r.Run) {
			byRun[r.Run] = append(byRun[r.Run], r)
		}
	}
	s.unfresh(byRun)
	if len(byRun) == 0 {
		return put(ctx)
	}
	// Should the lease be lost, what is written goes on: the next writer may then
	// miss what it replaces, and a batch that is cut off would be lost.
	_, release, err := s.lease(ctx, putsLease, nil)
	if err != nil {
		return err
	}
	defer release()
	for run, list := range byRun {
		if err := s.supersede(ctx, run, list); err != nil {
			return err
		}
	}
	return put(ctx)
}

func (s *Store) supersede(ctx context.Context, run string, reviews []*chaping.Review) error {
	platforms, products := map[string]bool{}, map[string]bool{}
	for _, r := range reviews {
		platforms[r.Platform], products[r.Product] = true, true
	}
	fresh, err := s.fresh(ctx, run, platforms)
	if fresh || err != nil {
		return err
	}
	foreign := map[chaping.ProductKey]bool{} // whether a review is followed up
	for chunk := range slices.Chunk(keysOf(products), productsAtOnce) {
		args := []any{named("run", run), named("platforms", set(keysOf(platforms))), named("products", set(chunk))}
		err := s.query(ctx, "foreign_products", nil, args, func(scan func(...any) error) error {
			var key chaping.ProductKey
			var followed uint8
			err := scan(&key.Platform, &key.Product, &followed)
			foreign[key] = followed == 1
			return err
		})
		if err != nil {
			return err
		}
	}
	var keys []chaping.ReviewKey
	bare := map[chaping.ReviewKey]*chaping.Review{} // without a follow-up
	for _, r := range reviews {
		if followed, ok := foreign[chaping.ProductKey{Platform: r.Platform, Product: r.Product}]; ok {
			keys = append(keys, r.Key())
			if followed && r.Appended == "" {
				bare[r.Key()] = r
			}
		}
	}
	if err := s.keepFollowUps(ctx, bare); err != nil {
		return err
	}
	for chunk := range slices.Chunk(keys, keysAtOnce) {
		if err := s.exec(ctx, "supersede", append(keyArgs(chunk), named("run", run))...); err != nil {
			return err
		}
	}
	return nil
}

// keyArgs are what "these reviews" compares keys with.
func keyArgs(keys []chaping.ReviewKey) []any {
	var platforms, products, ids []string
	for _, k := range keys {
		platforms, products, ids = append(platforms, k.Platform), append(products, k.Product), append(ids, k.Review)
	}
	return []any{named("platforms", platforms), named("products", products), named("ids", ids)}
}

// keepFollowUps gives reviews of an import the follow-ups that they have in the
// store: an export that was made before the buyer wrote again, or that has no
// column for it, says nothing of it, and does not take it away.
func (s *Store) keepFollowUps(ctx context.Context, bare map[chaping.ReviewKey]*chaping.Review) error {
	for chunk := range slices.Chunk(slices.Collect(maps.Keys(bare)), keysAtOnce) {
		err := s.query(ctx, "followed", nil, keyArgs(chunk), func(scan func(...any) error) error {
			var key chaping.ReviewKey
			var text string
			var at time.Time
			if err := scan(&key.Platform, &key.Product, &key.Review, &text, &at); err != nil {
				return err
			}
			if r := bare[key]; r != nil {
				if r.Appended, r.AppendedAt = text, (time.Time{}); at.Unix() != 0 {
					r.AppendedAt = at.In(chaping.Shanghai())
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func keysOf(m map[string]bool) (list []string) {
	for key := range m {
		list = append(list, key)
	}
	slices.Sort(list)
	return list
}

// freshness says of an import for how many batches nobody else is taken to have
// reviews of its platforms.
type freshness struct {
	platforms string
	batches   int
	next      int
}

// fresh tells whether nobody else has reviews of an import's platforms. It asks
// at first with every batch, then with every freshFor-th, and after others have
// written in this process.
func (s *Store) fresh(ctx context.Context, run string, platforms map[string]bool) (bool, error) {
	names := keysOf(platforms)
	of := strings.Join(names, "\x00")
	s.mu.Lock()
	f := s.freshRuns[run]
	known := f.platforms == of && f.batches > 0
	if known {
		f.batches--
		s.freshRuns[run] = f
	}
	s.mu.Unlock()
	if known {
		return true, nil
	}
	found := false
	err := s.query(ctx, "foreign_reviews", nil, []any{named("platforms", set(names)), named("run", run)},
		func(func(...any) error) error { found = true; return nil })
	if err != nil || found {
		return false, err
	}
	f.platforms, f.next = of, min(max(2*f.next, 1), freshFor)
	f.batches = f.next - 1
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.freshRuns) > 100 {
		clear(s.freshRuns)
	}
	s.freshRuns[run] = f
	return true, nil
}

// unfresh forgets that others have no reviews, because they get some.
func (s *Store) unfresh(writing map[string][]*chaping.Review) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for run := range s.freshRuns {
		if _, own := writing[run]; !own || len(writing) > 1 {
			delete(s.freshRuns, run)
		}
	}
}

// An Undone says what taking an import back has changed.
type Undone struct {
	Reviews  uint64           `json:"reviews"`  // whose copy of the import held
	Restored uint64           `json:"restored"` // of these, how many have an earlier copy that holds again
	Listings uint64           `json:"listings"`
	Periods  []chaping.Period `json:"periods"` // whose mentions and counts were dropped
	Before   uint64           `json:"before"`  // reviews that there were
}

// UndoImport takes back what an import brought: its reviews, where no later run
// has brought them again, and what it said of products. Reviews that it had
// replaced hold again. What was mined of the periods goes, and comes again when
// they are mined. The record of the undoing is there from its beginning; killed
// half-way it is run again.
func (s *Store) UndoImport(ctx context.Context, r Run) (u Undone, err error) {
	return s.undo(ctx, r, func(undone []string) (products []clickhouse.GroupSet, days []time.Time, err error) {
		if days, err = s.runDays(ctx, r.ID, undone); err != nil {
			return nil, nil, err
		}
		if products, err = s.productsOf(ctx, "run_products", named("run", r.ID)); err != nil {
			return nil, nil, err
		}
		platforms := map[string]bool{}
		for _, p := range products {
			platforms[p.Value[0].(string)] = true
		}
		for _, platform := range keysOf(platforms) { // of a table beside the reviews, some have none
			listed, err := s.productsOf(ctx, "table_products", named("platform", platform), named("seen", millis(r.Started)))
			if err != nil {
				return nil, nil, err
			}
			products = append(products, listed...)
		}
		return products, days, nil
	})
}

// UndoTable takes back what the import of a table without reviews said of a
// platform's products. What later imports and collections said of them stays.
func (s *Store) UndoTable(ctx context.Context, r Run, platform string) (u Undone, err error) {
	return s.undo(ctx, r, func([]string) (products []clickhouse.GroupSet, days []time.Time, err error) {
		products, err = s.productsOf(ctx, "table_products", named("platform", platform), named("seen", millis(r.Started)))
		return products, nil, err
	})
}

// undo keeps the record of an undoing, and takes back what is of the run, and of
// the products and days that find names, given all imports that are undone.
func (s *Store) undo(
	ctx context.Context,
	r Run,
	find func(undone []string) (products []clickhouse.GroupSet, days []time.Time, err error),
) (u Undone, err error) {
	if err := s.canMaintain(); err != nil {
		return u, err
	}
	undone, begun, err := s.undone(ctx, r.ID)
	if err != nil {
		return u, err
	}
	products, days, err := find(undone)
	if err != nil {
		return u, err
	}
	record := Run{ID: UndoRun(r.ID), Stage: StageUndo, Started: s.now(), State: r.ID}
	if begun.ID != "" {
		record.Started = begun.Started
		u, err = s.undoing(ctx, r.ID)
	} else {
		u, err = s.held(ctx, r, products, days)
	}
	if err != nil {
		return u, err
	}
	record.Counts = map[string]uint64{"reviews": u.Reviews, "listings": u.Listings}
	if err := errors.Join(s.putUndone(ctx, r.ID, u), s.PutRun(ctx, record)); err != nil {
		return u, err
	}
	err = s.removing(ctx, chaping.Period{}, func(ctx context.Context) error {
		for p := range periodsOf(days) {
			if err := s.forget(ctx, p, "", "", nil); err != nil {
				return err
			}
		}
		return s.takeBack(ctx, r, products, days, undone)
	})
	if err != nil {
		return u, err
	}
	after, err := s.ReviewCount(ctx)
	if err != nil {
		return u, err
	}
	if gone := u.Before - min(after, u.Before); gone < u.Reviews {
		u.Restored = u.Reviews - gone
	}
	record.Finished, record.Counts["restored"] = s.now(), u.Restored
	return u, errors.Join(s.putUndone(ctx, r.ID, u), s.PutRun(ctx, record))
}

func (s *Store) putUndone(ctx context.Context, run string, u Undone) error {
	text, err := json.Marshal(u)
	if err != nil {
		return err
	}
	return s.PutReport(ctx, UndoRun(run), text)
}

// undoing is what an undoing that was begun has found.
func (s *Store) undoing(ctx context.Context, run string) (u Undone, err error) {
	text, err := s.Report(ctx, UndoRun(run))
	if err == nil && len(text) > 0 {
		err = json.Unmarshal(text, &u)
	}
	return u, err
}

// undone are the imports that were taken back, with this one; begun is the
// record of an undoing of it that was begun.
func (s *Store) undone(ctx context.Context, run string) (list []string, begun Run, err error) {
	records, err := s.Runs(ctx, RunFilter{Stage: StageUndo, Limit: math.MaxInt32})
	for _, r := range records {
		if r.State == run {
			begun = r
			continue
		}
		list = append(list, r.State)
	}
	return append(list, run), begun, err
}

// runDays are the days of the copies that come and go.
func (s *Store) runDays(ctx context.Context, run string, undone []string) (days []time.Time, err error) {
	err = s.query(ctx, "run_days", nil, []any{named("run", run), named("undone", set(undone))},
		func(scan func(...any) error) error {
			var day time.Time
			err := scan(&day)
			y, m, d := day.Date()
			days = append(days, time.Date(y, m, d, 12, 0, 0, 0, chaping.Shanghai()))
			return err
		})
	return days, err
}

// productsOf are the products that the statement of a name gives.
func (s *Store) productsOf(ctx context.Context, name string, args ...any) (products []clickhouse.GroupSet, err error) {
	err = s.query(ctx, name, nil, args, func(scan func(...any) error) error {
		var platform, product string
		err := scan(&platform, &product)
		products = append(products, clickhouse.GroupSet{Value: []any{platform, product}})
		return err
	})
	return products, err
}

// held is what of an import holds now, and what was made of it.
func (s *Store) held(ctx context.Context, r Run, products []clickhouse.GroupSet, days []time.Time) (u Undone, err error) {
	err = s.query(ctx, "run_holds", nil, []any{named("run", r.ID)},
		func(scan func(...any) error) error { return scan(&u.Reviews) })
	if err != nil {
		return u, err
	}
	for chunk := range slices.Chunk(products, productsAtOnce) {
		var n uint64
		err := s.query(ctx, "listings_seen", nil, []any{named("seen", millis(r.Started)), named("products", chunk)},
			func(scan func(...any) error) error { return scan(&n) })
		if err != nil {
			return u, err
		}
		u.Listings += n
	}
	if u.Periods, err = s.minedOf(ctx, periodsOf(days)); err != nil {
		return u, err
	}
	u.Before, err = s.ReviewCount(ctx)
	return u, err
}

// takeBack changes the rows. Listings go first: which they are is known from the
// reviews.
func (s *Store) takeBack(
	ctx context.Context,
	r Run,
	products []clickhouse.GroupSet,
	days []time.Time,
	undone []string,
) error {
	for chunk := range slices.Chunk(products, productsAtOnce) {
		err := s.execShards(ctx, "remove_listings", nil, named("seen", millis(r.Started)), named("products", chunk))
		if err != nil {
			return err
		}
	}
	if err := s.mutated(ctx); err != nil {
		return err
	}
	months := map[uint32]bool{}
	for _, day := range days {
		months[periodNumber(chaping.Period{Year: day.Year(), Month: day.Month()})] = true
	}
	remove := func(table string) error {
		err := s.execShards(ctx, "remove_run", map[string]string{"Table": table}, named("run", r.ID))
		return errors.Join(err, s.mutated(ctx))
	}
	if err := remove("reviews"); err != nil {
		return err
	}
	for month := range months {
		if err := s.exec(ctx, "reinstate", named("month", month), named("undone", set(undone))); err != nil {
			return err
		}
	}
	return errors.Join(remove("media"), remove("superseded"))
}

func periodsOf(days []time.Time) map[chaping.Period]bool {
	periods := map[chaping.Period]bool{}
	for _, day := range days {
		periods[chaping.PeriodOf(day)] = true
	}
	return periods
}

// minedOf are the periods of which something was mined, in their order.
func (s *Store) minedOf(ctx context.Context, periods map[chaping.Period]bool) (list []chaping.Period, err error) {
	for p := range periods {
		editions, err := s.Editions(ctx, p, p, "")
		if err != nil {
			return list, err
		}
		if len(editions) > 0 {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b chaping.Period) int { return int(periodNumber(a)) - int(periodNumber(b)) })
	return list, nil
}

// purgeBeside drops the months that a purge of reviews takes from a table that
// holds what goes with them.
func (s *Store) purgeBeside(ctx context.Context, q Purge, table string) error {
	var months []uint32
	args := []any{named("table", table)}
	err := s.query(ctx, "table_months", nil, args, func(scan func(...any) error) error {
		var n uint32
		err := scan(&n)
		if q.takes(Purged{Table: "reviews", Month: numberedPeriod(n).String()}) {
			months = append(months, n)
		}
		return err
	})
	for _, month := range months {
		if err == nil {
			err = s.execShards(ctx, "drop_reviews", table, named("month", int(month)))
		}
	}
	return err
}

// PutReport keeps what a run came to in detail.
func (s *Store) PutReport(ctx context.Context, run string, report []byte) error {
	return s.insert(ctx, "reports", "run, report, stored", []string{run}, []string{string(report)},
		[]int64{s.now().UnixMilli()})
}

// Report is what was kept of a run; empty if nothing was.
func (s *Store) Report(ctx context.Context, run string) (report []byte, err error) {
	var text string
	err = s.query(ctx, "report", nil, []any{named("run", run)}, func(scan func(...any) error) error { return scan(&text) })
	if err != nil {
		return nil, fmt.Errorf("report of %s: %w", run, err)
	}
	return []byte(text), nil
}
