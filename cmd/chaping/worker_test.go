package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"net/http"

	"github.com/redis/go-redis/v9"

	"chaping"
	"chaping/crawler/redistest"
	"chaping/demo/mall"
	"chaping/store"
	"chaping/store/storetest"
)

// Three workers in processes of their own share Redis and a ClickHouse
// server. The process that began the collection is killed, and so is one
// worker after the other; what is stored in the end is the mall's truth, and
// the run is on record as done.
func TestWorkersAreKilled(t *testing.T) {
	program := filepath.Join(t.TempDir(), "chaping") // the test's TestMain runs main under this name
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(executable, program); err != nil {
		t.Fatal(err)
	}
	cfg := storetest.StartServer(t).Database(t)
	address := "redis://" + redistest.Start(t, "--appendonly", "yes") + "/0"

	var asked atomic.Int64
	marks := make(chan struct{}, 1000) // one for every 40 pages
	period := chaping.Period{Year: 2026, Month: time.November}
	m := mall.New(mall.Config{Seed: 3, End: period.Window().To, Products: 160, ReviewsPerProduct: 60, Latency: 5 * time.Millisecond, Fault: func(*http.Request) mall.Fault {
		if asked.Add(1)%40 == 0 {
			marks <- struct{}{}
		}
		return mall.Fault{}
	}})
	server := httptest.NewServer(m)
	defer server.Close()

	start := func(args ...string) (*exec.Cmd, *bytes.Buffer) {
		t.Helper()
		var out bytes.Buffer
		cmd := exec.Command(program, args...)
		cmd.Env = append(os.Environ(), "CHAPING_STORE="+cfg.DSN, "CHAPING_REDIS="+address, "CHAPING_DATA="+t.TempDir(), "CHAPING_NOW=2026-11-26T12:00:00+08:00")
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		return cmd, &out
	}
	kill := func(cmd *exec.Cmd) {
		t.Helper()
		for len(marks) > 0 {
			<-marks
		}
		<-marks
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil {
			t.Error("a process had ended before it was killed")
		}
	}
	args := []string{"collect", "--site", "mall", "--base", server.URL, "--period", period.String(), "--workers", "2"}
	for _, k := range m.Keywords() {
		args = append(args, "--keyword", k)
	}
	first, _ := start(args...)
	<-marks
	second, _ := start("worker", "--workers", "2")
	third, _ := start("worker", "--workers", "2")
	kill(first)
	kill(second)
	kill(third)
	// What they held is free again when its leases have run out; two minutes
	// are nothing to wait for.
	client := redis.NewClient(&redis.Options{Addr: strings.TrimSuffix(strings.TrimPrefix(address, "redis://"), "/0")})
	defer client.Close()
	expireLeases(t, client)
	last, out := start("worker", "--workers", "8", "--once")
	if err := last.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	s := storetest.Open(t, cfg)
	want := map[chaping.ReviewKey]bool{}
	for p := range m.Truth() {
		for _, r := range p.Reviews {
			if len(p.Keywords) > 0 && period.Window().Contains(r.Published) {
				want[r.Key()] = true
			}
		}
	}
	got := 0
	err = s.Reviews(t.Context(), period.Window(), func(r *chaping.Review) error {
		if !want[r.Key()] {
			return fmt.Errorf("%v is not the mall's, or twice", r.Key())
		}
		delete(want, r.Key())
		got++
		return nil
	})
	if err != nil || len(want) > 0 {
		t.Errorf("%d reviews are missing, %d are there: %v\n%s", len(want), got, err, out)
	}
	runs, err := s.Runs(context.Background(), store.RunFilter{Stage: "collect", Period: period})
	if err != nil || len(runs) != 1 || !runs[0].Done() || runs[0].Counts["reviews"] != uint64(got) {
		t.Errorf("runs %+v, %v; want one of %d reviews", runs, err, got)
	}
	if n, err := client.HLen(t.Context(), "{chaping}:board").Result(); err != nil || n != 0 {
		t.Errorf("%d notices are left: %v", n, err)
	}
}

// expireLeases lets the leases of all queues run out.
func expireLeases(t *testing.T, client *redis.Client) {
	t.Helper()
	keys, err := client.Keys(t.Context(), "{chaping}:*leased*").Result()
	if err != nil {
		t.Fatal(err)
	}
	expired := 0
	for _, key := range keys {
		members, err := client.ZRange(t.Context(), key, 0, -1).Result()
		if err != nil {
			t.Fatal(err)
		}
		for _, member := range members {
			client.ZAdd(t.Context(), key, redis.Z{Score: 1, Member: member})
			expired++
		}
	}
	if expired == 0 {
		t.Fatal("the killed workers held nothing")
	}
}
