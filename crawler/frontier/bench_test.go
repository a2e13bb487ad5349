package frontier_test

import (
	"fmt"
	"testing"
	"time"

	"chaping/crawler/frontier"
)

// BenchmarkTurn is what a page costs the queue: eight at a time are claimed
// and reported as done, each leading to another one.
func BenchmarkTurn(b *testing.B) {
	for _, k := range kinds() {
		b.Run(k.name, func(b *testing.B) {
			q, err := k.opener(b, time.Now)(b.Context(), "q", frontier.Policy{Concurrency: 32})
			if err != nil {
				b.Fatal(err)
			}
			defer q.Close()
			var seeds []frontier.Item
			for i := range 64 {
				seeds = append(seeds, item(fmt.Sprint("seed ", i), "h", i%4))
			}
			if err := q.Add(b.Context(), seeds...); err != nil {
				b.Fatal(err)
			}
			n := 0
			for b.Loop() {
				n++
				if n%8 != 0 {
					continue
				}
				batch, err := q.Claim(b.Context(), 8)
				if err != nil || len(batch.Claims) != 8 {
					b.Fatal(batch, err)
				}
				var results []frontier.Result
				for i, c := range batch.Claims {
					results = append(results, frontier.Result{
						Claim: c, Add: []frontier.Item{item(fmt.Sprint(n, "/", i), "h", c.Rank)},
						Count: map[string]int64{"pages": 1, "bytes": 7000, "reviews": 18, "outside": 2, "duplicates": 1, "defaults": 1},
					})
				}
				if _, err := q.Ack(b.Context(), results...); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
