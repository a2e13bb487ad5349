package store_test

import (
	"fmt"
	"testing"
	"time"

	"chaping"
	"chaping/store"
	"chaping/store/storetest"
)

// benchReviews are n reviews of a month, of the length that buyers write.
func benchReviews(n int) []chaping.Review {
	from := period.Window().From
	list := make([]chaping.Review, n)
	for i := range list {
		list[i] = chaping.Review{
			Platform: "mall", Product: fmt.Sprintf("p%05d", i%2000), ID: fmt.Sprintf("r%09d", i),
			Published: from.Add(time.Duration(i%(30*24*3600)) * time.Second),
			Rating:    1 + i%5, Grade: chaping.Grade(1 + i%3), Rule: "stars-1", Default: i%20 == 0,
			Text:      fmt.Sprintf("第 %d 台洗衣机，用了三天就开始漏水，声音也大，师傅上门看了说是进水阀的问题，退货还要自己出运费。", i),
			Collected: from, Run: "bench",
		}
	}
	return list
}

func places(b *testing.B, run func(b *testing.B, s *store.Store)) {
	b.Run("embedded", func(b *testing.B) { run(b, storetest.Open(b, storetest.Embedded(b))) })
	b.Run("server", func(b *testing.B) { run(b, storetest.Open(b, storetest.StartServer(b).Database(b))) })
}

func perSecond(b *testing.B, rows int, unit string) {
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), unit+"/s")
}

func BenchmarkPutReviews(b *testing.B) {
	places(b, func(b *testing.B, s *store.Store) {
		const batch = 50_000
		list := benchReviews(batch)
		rows := 0
		for b.Loop() {
			for i := range list {
				list[i].ID = fmt.Sprintf("r%09d", rows+i)
			}
			if err := s.PutReviews(ctx, list); err != nil {
				b.Fatal(err)
			}
			rows += batch
		}
		perSecond(b, rows, "reviews")
	})
}

// fill stores n reviews.
func fill(b *testing.B, s *store.Store, n int) []chaping.Review {
	list := benchReviews(n)
	for from := 0; from < n; from += 50_000 {
		if err := s.PutReviews(ctx, list[from:min(n, from+50_000)]); err != nil {
			b.Fatal(err)
		}
	}
	return list
}

func BenchmarkReviews(b *testing.B) {
	places(b, func(b *testing.B, s *store.Store) {
		fill(b, s, 500_000)
		rows := 0
		for b.Loop() {
			if err := s.Reviews(ctx, period.Window(), func(*chaping.Review) error { rows++; return nil }); err != nil {
				b.Fatal(err)
			}
		}
		perSecond(b, rows, "reviews")
	})
}

func BenchmarkWindowState(b *testing.B) {
	places(b, func(b *testing.B, s *store.Store) {
		fill(b, s, 500_000)
		for b.Loop() {
			if _, _, err := s.WindowState(ctx, period.Window(), ""); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkTallies builds and reads the tallies of 1,000,000 mentions in
// 500,000 reviews, and the evidence of one term.
func BenchmarkTallies(b *testing.B) {
	places(b, func(b *testing.B, s *store.Store) {
		list := fill(b, s, 500_000)
		var listings []chaping.Listing
		for i := range 2000 {
			listings = append(listings, chaping.Listing{
				Keyword: fmt.Sprint("k", i%10), Product: chaping.Product{Platform: "mall", ID: fmt.Sprintf("p%05d", i)}, SeenAt: period.Window().To,
			})
		}
		if err := s.PutListings(ctx, listings); err != nil {
			b.Fatal(err)
		}
		const dictionary = "bench"
		b.Run("write", func(b *testing.B) {
			for b.Loop() {
				_, editing, err := s.Edit(ctx, period, nil)
				if err != nil {
					b.Fatal(err)
				}
				w, err := editing.Mentions(ctx, dictionary)
				if err != nil {
					b.Fatal(err)
				}
				for i := range list {
					mined := []chaping.Mined{{Review: list[i], Mentions: []chaping.Mention{
						{Term: fmt.Sprint("t", i%50), Surface: "漏水", Start: 3, End: 5, Assertion: chaping.Affirmed},
						{Term: fmt.Sprint("u", i%500), Surface: "异响", Start: 9, End: 11, Assertion: chaping.Affirmed},
					}}}
					if err := w.Write(ctx, mined); err != nil {
						b.Fatal(err)
					}
				}
				if err := w.Flush(ctx); err != nil {
					b.Fatal(err)
				}
				e, err := editing.Count(ctx, w, store.Made{})
				if err != nil {
					b.Fatal(err)
				}
				if err := editing.Publish(ctx, e); err != nil {
					b.Fatal(err)
				}
				editing.Close()
			}
			b.ReportMetric(1e6*float64(b.N)/b.Elapsed().Seconds(), "mentions/s")
		})
		e, err := s.Edition(ctx, period, dictionary)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("recount", func(b *testing.B) {
			_, editing, err := s.Edit(ctx, period, nil)
			if err != nil {
				b.Fatal(err)
			}
			defer editing.Close()
			for b.Loop() {
				if e, err = editing.Recount(ctx, e, store.Made{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("read", func(b *testing.B) {
			rows := 0
			for b.Loop() {
				if err := s.Tallies(ctx, e, store.TallyFilter{}, func(*chaping.Tally) error { rows++; return nil }); err != nil {
					b.Fatal(err)
				}
			}
			perSecond(b, rows, "tallies")
		})
		b.Run("evidence", func(b *testing.B) {
			rows := 0
			for b.Loop() {
				if err := s.Evidence(ctx, e, store.TallyFilter{Terms: []string{"t7"}}, func(*chaping.Evidence) error { rows++; return nil }); err != nil {
					b.Fatal(err)
				}
			}
			perSecond(b, rows, "mentions")
		})
	})
}
