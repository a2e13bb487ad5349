package app

import (
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"chaping"
	"chaping/demo/synth"
	"chaping/store"
	"chaping/store/storetest"
)

// TestReplicaKilled kills a replica while reviews come in and another one while
// they are mined. The job must finish without a word of it, and what is counted
// must be what the embedded engine counts; also when later the replicas that
// did the work are away and those that were killed have to answer.
func TestReplicaKilled(t *testing.T) {
	cluster := storetest.StartCluster(t)
	cfg := cluster.Database(t)
	s := storetest.Open(t, cfg)
	reference := storetest.Open(t, storetest.Embedded(t))
	ctx := t.Context()
	period := chaping.Period{Year: 2026, Month: time.November}
	names := synth.Terms(60)
	load := synth.Load{Seed: 5, Reviews: 40_000, Window: period.Window(), Terms: names}
	var reviews []chaping.Review
	if err := load.Each(now, func(r *chaping.Review) error { reviews = append(reviews, *r); return nil }); err != nil {
		t.Fatal(err)
	}

	const batches = 20
	i := 0
	for batch := range slices.Chunk(reviews, len(reviews)/batches) {
		var killing sync.WaitGroup
		if i++; i == batches/4 { // the server that we are connected to, while it inserts
			killing.Go(func() { cluster.Kill(t, 1, 1) })
		}
		if err := s.PutReviews(ctx, batch); err != nil {
			t.Fatalf("batch %d: %v", i, err)
		}
		killing.Wait()
	}
	if err := reference.PutReviews(ctx, reviews); err != nil {
		t.Fatal(err)
	}
	cluster.Start(t) // the killed one is read first again, once it has caught up

	m := miner(t, names...)
	killed := false
	p := &Pipeline{Store: s, Miner: m, Now: func() time.Time { return now }, Watch: func(a Progress) {
		if !killed && a.Done < a.Total {
			killed = true
			cluster.Kill(t, 2, 1)
		}
	}}
	same := func(when string) {
		t.Helper()
		if got, want := everyMention(t, s, period, m.Version()), everyMention(t, reference, period, m.Version()); !slices.Equal(got, want) {
			t.Errorf("%s: %d mentions, want %d", when, len(got), len(want))
		}
		if got, want := countsOf(t, s, period, m.Version()), countsOf(t, reference, period, m.Version()); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %d counts, want %d", when, len(got), len(want))
		}
		if got, want := sheetOf(t, s, period, m.Version()), sheetOf(t, reference, period, m.Version()); !slices.Equal(got, want) || len(got) == 0 {
			t.Errorf("%s: %d tallies, want %d", when, len(got), len(want))
		}
		for _, place := range []*store.Store{s, reference} {
			if n, err := place.ReviewCount(ctx); err != nil || n != uint64(len(reviews)) {
				t.Errorf("%s: %d reviews, %v", when, n, err)
			}
		}
	}
	if _, _, err := p.PlatformSheet(ctx, period, SheetOptions{}); err != nil {
		t.Fatal(err)
	}
	if !killed {
		t.Fatal("mining was over before the kill")
	}
	if _, _, err := (&Pipeline{Store: reference, Miner: m, Now: p.Now}).PlatformSheet(ctx, period, SheetOptions{}); err != nil {
		t.Fatal(err)
	}
	same("a replica is away")
	cluster.Start(t)
	same("it is back") // read first again: it has caught up
	cluster.Kill(t, 1, 2)
	cluster.Kill(t, 2, 2)
	same("the others are away")
	if n, err := storetest.Open(t, cfg).ReviewCount(ctx); err != nil || n != uint64(len(reviews)) { // another process
		t.Errorf("opened with replicas away: %d reviews, %v", n, err)
	}
}

func sheetOf(t *testing.T, s *store.Store, period chaping.Period, dictionary string) (list []chaping.Tally) {
	t.Helper()
	e, err := s.Edition(t.Context(), period, dictionary)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Tallies(t.Context(), e, store.TallyFilter{}, func(tally *chaping.Tally) error {
		list = append(list, *tally)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func countsOf(t *testing.T, s *store.Store, period chaping.Period, dictionary string) []store.CountRow {
	t.Helper()
	rows, err := s.Counts(t.Context(), store.CountQuery{By: []store.Dimension{store.ByTerm, store.ByProduct, store.ByDay}, Dictionary: dictionary, First: period, Last: period})
	if err != nil || len(rows) == 0 {
		t.Fatal(len(rows), err)
	}
	return rows
}
