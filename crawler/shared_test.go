package crawler_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"chaping/crawler/redistest"
	"chaping/demo/mall"
)

// BenchmarkWorkers collects from a mall that takes its time, with one process
// and with three on one Redis. Compare s/op.
//
//	go test ./crawler -run '^$' -bench Workers -benchtime 3x
func BenchmarkWorkers(b *testing.B) {
	address := redistest.Start(b, "--appendonly", "yes")
	for _, n := range []int{1, 3} {
		b.Run(map[int]string{1: "one process", 3: "three processes"}[n], func(b *testing.B) {
			m, base := serve(b, mall.Config{Seed: 17, Products: 360, ReviewsPerProduct: 60, Latency: 100 * time.Millisecond})
			run := 0
			for b.Loop() {
				run++
				startVictims(b, n, victim{Base: base, Redis: address, Keywords: m.Keywords(), Window: m.Window(), Run: b.Name() + time.Now().String(), Workers: 8, Concurrency: 64})
			}
		})
	}
}

// startVictims runs collections in processes of their own, to their end.
func startVictims(t testing.TB, n int, v victim) {
	t.Helper()
	var all []*exec.Cmd
	for i := range n {
		v.Store = filepath.Join(t.TempDir(), "store"+string(rune('0'+i)))
		config, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), victimVariable+"="+string(config))
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		all = append(all, cmd)
	}
	for _, cmd := range all {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
}

// Three processes on one Redis keep to one rate together: the mall is asked
// no more often than the profile's delay allows, and for no more pages at
// once than its concurrency.
func TestSharedRate(t *testing.T) {
	const delay, concurrency = 20 * time.Millisecond, 2
	address := redistest.Start(t, "--appendonly", "yes")
	var asked, active, most atomic.Int64
	m, base := serve(t, mall.Config{Seed: 19, Products: 24, ReviewsPerProduct: 20, Latency: 5 * time.Millisecond, Fault: func(r *http.Request) mall.Fault {
		if r.URL.Path == "/robots.txt" { // every process reads its own
			return mall.Fault{}
		}
		asked.Add(1)
		now := active.Add(1)
		for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
		}
		go func() { <-r.Context().Done(); active.Add(-1) }()
		return mall.Fault{}
	}})
	began := time.Now()
	startVictims(t, 3, victim{Base: base, Redis: address, Keywords: m.Keywords()[:3], Window: m.Window(), Run: "rate", Workers: 8, Concurrency: concurrency, Delay: delay})
	if least := time.Duration(asked.Load()-1) * delay; time.Since(began) < least*9/10 { // the clock of Redis counts whole milliseconds
		t.Errorf("%d pages in %v, the rate allows them in %v", asked.Load(), time.Since(began), least)
	}
	if most.Load() > concurrency {
		t.Errorf("%d pages were asked for at once, the profile allows %d", most.Load(), concurrency)
	}
	if asked.Load() < 30 {
		t.Errorf("only %d pages were asked for", asked.Load())
	}
}
