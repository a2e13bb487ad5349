package importer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"chaping"
)

// brokenSink fails for good after so many batches.
type brokenSink struct {
	seen    map[string]int
	batches int
}

var errAway = errors.New("the server is away")

func (s *brokenSink) PutListings(context.Context, []chaping.Listing) error { return nil }

func (s *brokenSink) PutReviews(_ context.Context, list []chaping.Review) error {
	if s.batches--; s.batches < 0 {
		return errAway
	}
	for i := range list {
		s.seen[list[i].ID]++
	}
	return nil
}

// TestResume breaks an import off again and again: every row must arrive, and
// none twice.
func TestResume(t *testing.T) {
	const batch = 2000
	const rows = 3*batch + 17
	var b bytes.Buffer
	for i := range rows {
		if i%1000 == 0 {
			b.WriteString("\n坏行\n")
		}
		fmt.Fprintf(&b, "{\"id\":\"%d\",\"product_id\":\"A\",\"published\":\"2026-11-01\",\"rating\":5,\"text\":\"好\"}\n", i)
	}
	path := filepath.Join(t.TempDir(), "a.ndjson")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	sink := &brokenSink{seen: map[string]int{}}
	after, attempts := 0, 0
	var refused int64
	for {
		attempts++
		sink.batches = 1
		if attempts == 4 {
			sink.batches = 10
		}
		sum, err := Import(t.Context(), path, Options{Profile: profile(t, "standard"), Sink: sink, Batch: batch, Now: time.Date(2026, 11, 26, 0, 0, 0, 0, chaping.Shanghai()), After: after,
			Kept: func(line int) error {
				if line <= after {
					t.Errorf("kept line %d after %d", line, after)
				}
				after = line
				return nil
			}})
		refused += sum.Refused
		if err == nil {
			break
		}
		if !errors.Is(err, errAway) || attempts > 10 {
			t.Fatal(err)
		}
	}
	if attempts != 4 || len(sink.seen) != rows || refused < rows/1000 {
		t.Errorf("%d attempts, %d of %d rows", attempts, len(sink.seen), rows)
	}
	for id, n := range sink.seen {
		if n != 1 {
			t.Fatalf("row %s came %d times", id, n)
		}
	}
}
