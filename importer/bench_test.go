package importer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/xuri/excelize/v2"

	"chaping"
	"chaping/demo/synth"
)

// nowhere is a sink that keeps nothing.
type nowhere struct{}

func (nowhere) PutListings(context.Context, []chaping.Listing) error  { return nil }
func (nowhere) PutReviews(context.Context, []chaping.Review) error    { return nil }
func (nowhere) PutCoverage(context.Context, []chaping.Coverage) error { return nil }

// BenchmarkSheet reads a workbook without storing anything.
func BenchmarkSheet(b *testing.B) {
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	const rows = 50_000
	for i := range rows + 1 {
		values := []any{i, "样品", "2026-11-01 08:00:00", i%5 + 1, fmt.Sprintf("用了三天就漏电，第 %d 条", i)}
		if i == 0 {
			values = []any{"评论编号", "商品名称", "评论时间", "评分", "评论内容"}
		}
		if err := w.SetRow(fmt.Sprintf("A%d", i+1), values); err != nil {
			b.Fatal(err)
		}
	}
	path := filepath.Join(b.TempDir(), "reviews.xlsx")
	if err := errors.Join(w.Flush(), f.SaveAs(path)); err != nil {
		b.Fatal(err)
	}
	p := profile(b, "standard")
	for b.Loop() {
		if sum, err := Import(b.Context(), path, Options{Profile: p, Sink: nowhere{}, Now: now}); err != nil || sum.Accepted != rows {
			b.Fatalf("%v %+v", err, sum)
		}
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

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
