package importer

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"chaping"
	"chaping/synth"
)

// nowhere is a sink that keeps nothing.
type nowhere struct{}

func (nowhere) PutListings(context.Context, []chaping.Listing) error  { return nil }
func (nowhere) PutReviews(context.Context, []chaping.Review) error    { return nil }
func (nowhere) PutCoverage(context.Context, []chaping.Coverage) error { return nil }

// BenchmarkImport reads NDJSON without storing anything.
func BenchmarkImport(b *testing.B) {
	load := &synth.Load{Seed: 1, Reviews: 200_000, Window: chaping.PeriodOf(now).Previous().Window(), Terms: synth.Terms(100)}
	path := filepath.Join(b.TempDir(), "reviews.ndjson")
	f, err := os.Create(path)
	if err == nil {
		err = load.WriteNDJSON(f)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	p := profile(b, "standard")
	rows := int64(0)
	for b.Loop() {
		sum, err := Import(b.Context(), path, Options{Profile: p, Sink: nowhere{}, Run: "bench", Now: now})
		if err != nil || sum.Refused > 0 {
			b.Fatalf("%v %+v", err, sum)
		}
		rows += sum.Rows
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
