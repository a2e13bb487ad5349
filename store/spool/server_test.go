package spool_test

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"testing"
	"time"

	"chaping"
	"chaping/configs"
	"chaping/demo/synth"
	"chaping/importer"
	"chaping/store"
	"chaping/store/spool"
	"chaping/store/storetest"
)

// TestServerStoppedDuringImport imports a file while the server is stopped and
// started again in the middle, and once more stopped until the import is over.
// What is stored in the end is what an import without trouble stores.
func TestServerStoppedDuringImport(t *testing.T) {
	period := chaping.Period{Year: 2026, Month: time.November}
	load := synth.Load{Seed: 7, Reviews: 13_000, Window: period.Window(), Terms: synth.Terms(30)}
	file := filepath.Join(t.TempDir(), "reviews.ndjson")
	f, err := os.Create(file)
	if err == nil {
		err = load.WriteNDJSON(f)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	standard, err := configs.Files.ReadFile("import/standard.yaml")
	if err != nil {
		t.Fatal(err)
	}
	profile, err := importer.LoadProfile("standard.yaml", bytes.NewReader(standard))
	if err != nil {
		t.Fatal(err)
	}
	collected := time.Date(2026, 11, 26, 9, 0, 0, 0, chaping.Shanghai())
	imported := func(sink chaping.Sink, kept func(line int) error) {
		t.Helper()
		if _, err := importer.Import(t.Context(), file, importer.Options{Profile: profile, Sink: sink, Run: "r", Now: collected, Batch: 2000, Kept: kept}); err != nil {
			t.Fatal(err)
		}
	}

	server := storetest.StartServer(t)
	s := storetest.Open(t, server.Database(t))
	now := collected
	dir := filepath.Join(t.TempDir(), "spool")
	waiting, err := spool.Open(s, spool.Options{Dir: dir, Away: store.Away,
		Now: func() time.Time { now = now.Add(time.Millisecond); return now }, Tell: func(m string) { t.Log(m) }})
	if err != nil {
		t.Fatal(err)
	}
	batch, most := 0, 0
	imported(waiting, func(int) error {
		b, err := spool.Look(dir)
		most = max(most, b.Segments)
		switch batch++; batch {
		case 1, 5:
			server.Stop()
		case 3:
			server.Start(t)
			now = now.Add(time.Minute) // it is asked again
		case 4:
			if b.Segments != 0 {
				t.Errorf("the server is back, and %d segments wait", b.Segments)
			}
		}
		return err
	})
	if batch < 6 || most == 0 || !waiting.Waiting() {
		t.Fatalf("%d batches, %d segments: the server was not missed", batch, most)
	}
	if _, err := waiting.Drain(t.Context()); !store.Away(err) {
		t.Fatalf("drained without a server: %v", err)
	}
	if err := waiting.Close(); err != nil {
		t.Fatal(err)
	}
	server.Start(t)
	later, err := spool.Open(s, spool.Options{Dir: dir, Away: store.Away, Now: time.Now, Tell: func(m string) { t.Log(m) }})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := later.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}

	reference := storetest.Open(t, storetest.Embedded(t))
	imported(reference, nil)
	if got, want := contents(t, s, period), contents(t, reference, period); got != want {
		t.Errorf("stored %s, want %s", got, want)
	}
}

// contents are the reviews of a period: their number, and a sum over all that
// they hold.
func contents(t *testing.T, s *store.Store, period chaping.Period) string {
	t.Helper()
	n, sum := 0, uint64(0)
	err := s.Reviews(context.Background(), period.Window(), func(r *chaping.Review) error {
		h := fnv.New64a()
		fmt.Fprintf(h, "%+v", *r)
		n, sum = n+1, sum+h.Sum64()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	distinct, err := s.CountRun(context.Background(), "r")
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d reviews, %d distinct, %x", n, distinct, sum)
}
