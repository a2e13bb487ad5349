package frontier_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"chaping/crawler/frontier"
)

// BenchmarkTurn is what a page costs the queue: sixteen at a time are reported
// as done and claimed, each leading to another one, three of four to the next
// page of their list.
func BenchmarkTurn(b *testing.B) {
	task := []byte(strings.Repeat("task", 150))
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
			var results []frontier.Result
			for b.Loop() {
				n++
				if n%16 != 0 {
					continue
				}
				batch, stale, err := q.Turn(b.Context(), 16, results...)
				if err != nil || stale > 0 || len(batch.Claims) != 16 {
					b.Fatal(batch, stale, err)
				}
				results = results[:0]
				for i, c := range batch.Claims {
					next := item(fmt.Sprint(n, "/", i), "h", c.Rank)
					next.Sole = i%4 > 0
					next.Task = task
					results = append(results, frontier.Result{
						Claim: c, Add: []frontier.Item{next},
						Count: map[string]int64{"pages": 1, "bytes": 7000, "reviews": 18, "outside": 2, "duplicates": 1, "defaults": 1},
					})
				}
			}
		})
	}
}
