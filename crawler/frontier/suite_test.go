package frontier_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"chaping"
	"chaping/crawler/frontier"
	"chaping/crawler/redistest"
)

// A clock moves when it is told to.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.UnixMilli(1_790_000_000_000)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// A kind is an implementation of Frontier.
type kind struct {
	name    string
	durable bool // opening a queue again goes on where it stopped
	opener  func(t testing.TB, now func() time.Time) frontier.Opener
}

func kinds() []kind {
	return []kind{
		{"memory", false, func(_ testing.TB, now func() time.Time) frontier.Opener {
			return func(_ context.Context, _ string, policy frontier.Policy) (frontier.Frontier, error) {
				return frontier.NewMemory(policy, now), nil
			}
		}},
		{"sqlite", true, func(t testing.TB, now func() time.Time) frontier.Opener {
			return frontier.SQLite(filepath.Join(t.TempDir(), "frontier.db"), now)
		}},
		{"miniredis", true, func(t testing.TB, now func() time.Time) frontier.Opener {
			client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
			t.Cleanup(func() { _ = client.Close() })
			return frontier.Redis(client, frontier.RedisOptions{Volatile: true, Now: now})
		}},
		{"redis", true, func(t testing.TB, now func() time.Time) frontier.Opener {
			client := redis.NewClient(&redis.Options{Addr: redistest.Start(t, "--appendonly", "yes")})
			t.Cleanup(func() { _ = client.Close() })
			return frontier.Redis(client, frontier.RedisOptions{Now: now})
		}},
	}
}

// A handle is a queue under test with its clock.
type handle struct {
	frontier.Frontier
	t   *testing.T
	clk *clock
}

func (h handle) add(items ...frontier.Item) {
	h.t.Helper()
	if err := h.Add(h.t.Context(), items...); err != nil {
		h.t.Fatal(err)
	}
}

func (h handle) claim(most int) frontier.Batch {
	h.t.Helper()
	b, err := h.Claim(h.t.Context(), most)
	if err != nil {
		h.t.Fatal(err)
	}
	return b
}

// take claims one item and wants it to be the key.
func (h handle) take(key string) frontier.Claim {
	h.t.Helper()
	b := h.claim(1)
	if len(b.Claims) != 1 || b.Claims[0].Key != key {
		h.t.Fatalf("claimed %v, want %s", keys(b.Claims), key)
	}
	return b.Claims[0]
}

// nothing wants that nothing can be claimed, and tells for how long.
func (h handle) nothing() time.Duration {
	h.t.Helper()
	b := h.claim(10)
	if len(b.Claims) != 0 {
		h.t.Fatalf("claimed %v, want nothing", keys(b.Claims))
	}
	if b.Open > 0 && b.Wait <= 0 {
		h.t.Fatalf("nothing to claim, %d open, and no time to wait", b.Open)
	}
	return b.Wait
}

func (h handle) ack(results ...frontier.Result) int {
	h.t.Helper()
	stale, err := h.Ack(h.t.Context(), results...)
	if err != nil {
		h.t.Fatal(err)
	}
	return stale
}

func (h handle) fail(failures ...frontier.Failure) {
	h.t.Helper()
	if err := h.Fail(h.t.Context(), failures...); err != nil {
		h.t.Fatal(err)
	}
}

func (h handle) stats() frontier.Stats {
	h.t.Helper()
	s, err := h.Stats(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

func (h handle) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func keys(claims []frontier.Claim) []string {
	var out []string
	for _, c := range claims {
		out = append(out, c.Key)
	}
	return out
}

func item(key, host string, rank int) frontier.Item {
	return frontier.Item{Key: key, Host: host, Rank: rank, Task: []byte("task \x00\xff of " + key)}
}

var suite = []struct {
	name   string
	policy frontier.Policy
	test   func(t *testing.T, q handle)
}{
	{"order", frontier.Policy{}, func(t *testing.T, q handle) {
		q.add(item("a", "h", 2), item("b", "h", 0), item("c", "i", 1), item("d", "i", 0))
		b := q.claim(10)
		if got := keys(b.Claims); !slices.Equal(got, []string{"b", "d", "c", "a"}) || b.Open != 4 {
			t.Errorf("claimed %v, %d open", got, b.Open)
		}
		if task := b.Claims[0].Task; string(task) != "task \x00\xff of b" {
			t.Errorf("task %q", task)
		}
	}},
	{"a key is added once", frontier.Policy{}, func(t *testing.T, q handle) {
		q.add(item("a", "h", 0), item("a", "h", 0))
		q.add(item("a", "i", 3))
		c := q.take("a")
		q.nothing()
		q.ack(frontier.Result{Claim: c, Add: []frontier.Item{item("a", "h", 0), item("b", "h", 0)}})
		q.ack(frontier.Result{Claim: q.take("b")})
		q.add(item("b", "h", 0))
		if b := q.claim(1); len(b.Claims) != 0 || b.Open != 0 {
			t.Errorf("%+v, want a finished queue", b)
		}
	}},
	{"a lease runs out", frontier.Policy{Lease: time.Minute}, func(t *testing.T, q handle) {
		q.add(item("a", "h", 0))
		old := q.take("a")
		if wait := q.nothing(); wait != time.Minute {
			t.Errorf("wait %v, want the rest of the lease", wait)
		}
		q.clk.Advance(time.Minute)
		c := q.take("a")
		if c.Token <= old.Token || c.Losses != 1 || c.Failures != 0 {
			t.Errorf("after the loss: %+v", c)
		}
		// Whatever the first worker reports is void.
		if stale := q.ack(frontier.Result{Claim: old, Add: []frontier.Item{item("x", "h", 0)}, Count: map[string]int64{"n": 1}, Notes: []string{"n"}}); stale != 1 {
			t.Errorf("%d stale, want 1", stale)
		}
		q.fail(frontier.Failure{Claim: old, Dead: true, Reason: "r", Count: map[string]int64{"n": 1}})
		q.must(q.Snooze(t.Context(), old, time.Hour))
		if lost, err := q.Extend(t.Context(), old, c); err != nil || len(lost) != 1 || lost[0].Token != old.Token {
			t.Errorf("extend: %v lost, %v", lost, err)
		}
		if s := q.stats(); s.Open != 1 || s.Leased != 1 || s.Dead != 0 || len(s.Count) != 0 || len(s.Notes) != 0 {
			t.Errorf("a stale report had an effect: %+v", s)
		}
		if stale := q.ack(frontier.Result{Claim: c}); stale != 0 {
			t.Errorf("the good claim was refused")
		}
		if stale := q.ack(frontier.Result{Claim: c}); stale != 1 {
			t.Errorf("a claim was good twice")
		}
	}},
	{"a lease is extended", frontier.Policy{Lease: time.Minute}, func(t *testing.T, q handle) {
		q.add(item("a", "h", 0))
		c := q.take("a")
		q.clk.Advance(50 * time.Second)
		if lost, err := q.Extend(t.Context(), c); err != nil || len(lost) != 0 {
			t.Fatalf("%v %v", lost, err)
		}
		q.clk.Advance(50 * time.Second)
		q.nothing()
		q.clk.Advance(10 * time.Second)
		q.take("a")
	}},
	{"fail and die", frontier.Policy{}, func(t *testing.T, q handle) {
		q.add(item("a", "h", 0), item("b", "h", 5))
		q.fail(frontier.Failure{Claim: q.take("a"), Reason: "once", Retry: time.Minute, Count: map[string]int64{"n": 1}})
		b := q.take("b")
		if wait := q.nothing(); wait != time.Minute {
			t.Errorf("wait %v", wait)
		}
		q.clk.Advance(time.Minute)
		a := q.take("a")
		if a.Failures != 1 || a.Losses != 0 {
			t.Errorf("%+v", a)
		}
		q.fail(frontier.Failure{Claim: a, Reason: "twice", Dead: true, Count: map[string]int64{"n": 2}, Notes: []string{"gone"}}, frontier.Failure{Claim: b, Reason: "at once"})
		if c := q.take("b"); c.Failures != 1 {
			t.Errorf("%+v", c)
		}
		s := q.stats()
		if s.Open != 1 || s.Dead != 1 || len(s.Letters) != 1 || s.Letters[0].Key != "a" || s.Letters[0].Reason != "twice" || string(s.Letters[0].Task) != "task \x00\xff of a" || s.Count["n"] != 3 || !slices.Equal(s.Notes, []string{"gone"}) {
			t.Errorf("%+v", s)
		}
		q.add(item("a", "h", 0))
		if s := q.stats(); s.Open != 1 {
			t.Error("a dead key came back")
		}
	}},
	{"snooze burns nothing", frontier.Policy{}, func(t *testing.T, q handle) {
		q.add(item("a", "h", 0))
		q.must(q.Snooze(t.Context(), q.take("a"), time.Hour))
		if wait := q.nothing(); wait != time.Hour {
			t.Errorf("wait %v", wait)
		}
		q.clk.Advance(time.Hour)
		c := q.take("a")
		if c.Failures != 0 || c.Snoozes != 1 || c.Losses != 0 {
			t.Errorf("%+v", c)
		}
		q.must(q.Snooze(t.Context(), c, 0))
		q.take("a")
	}},
	{"counts and notes", frontier.Policy{}, func(t *testing.T, q handle) {
		q.add(item("a", "h", 0), item("b", "h", 0))
		many := make([]string, frontier.MaxNotes)
		for i := range many {
			many[i] = fmt.Sprint("note ", i)
		}
		q.ack(frontier.Result{Claim: q.take("a"), Count: map[string]int64{"pages": 1, "关键词/插座": 20}, Notes: []string{"first"}},
			frontier.Result{Claim: q.take("b"), Count: map[string]int64{"pages": 1}, Notes: many})
		s := q.stats()
		if !maps.Equal(s.Count, map[string]int64{"pages": 2, "关键词/插座": 20}) {
			t.Errorf("%v", s.Count)
		}
		if len(s.Notes) != frontier.MaxNotes || s.Notes[0] != "first" || s.Notes[1] != "note 0" {
			t.Errorf("%d notes: %.80v", len(s.Notes), s.Notes)
		}
	}},
	{"marks", frontier.Policy{}, func(t *testing.T, q handle) {
		mark := func(name, want string) {
			t.Helper()
			if got, err := q.Mark(t.Context(), name); err != nil || got != want {
				t.Errorf("mark %s: %q %v, want %q", name, got, err, want)
			}
		}
		mark("商品/1", "")
		q.add(item("a", "h", 0), item("b", "h", 0))
		a := q.take("a")
		q.ack(frontier.Result{Claim: a, Marks: map[string]string{"商品/1": "x", "商品/2": "y"}})
		q.ack(frontier.Result{Claim: a, Marks: map[string]string{"商品/1": "stale"}})
		mark("商品/1", "x")
		q.ack(frontier.Result{Claim: q.take("b"), Marks: map[string]string{"商品/1": "z"}})
		mark("商品/1", "z")
		mark("商品/2", "y")
	}},
	{"delay", frontier.Policy{Delay: 2 * time.Second}, func(t *testing.T, q handle) {
		q.add(item("a", "h", 0), item("b", "h", 0), item("c", "i", 0))
		if b := q.claim(10); !slices.Equal(keys(b.Claims), []string{"a", "c"}) || b.Wait != 2*time.Second {
			t.Errorf("%v, wait %v", keys(b.Claims), b.Wait)
		}
		q.clk.Advance(2*time.Second - time.Millisecond)
		if wait := q.nothing(); wait != time.Millisecond {
			t.Errorf("wait %v", wait)
		}
		q.clk.Advance(time.Millisecond)
		q.take("b")
	}},
	{"pace", frontier.Policy{Delay: time.Second}, func(t *testing.T, q handle) {
		q.must(q.Pace(t.Context(), "h", 10*time.Second))
		q.must(q.Pace(t.Context(), "i", time.Millisecond))
		q.add(item("a", "h", 0), item("b", "h", 0), item("c", "i", 0), item("d", "i", 0))
		q.claim(10)
		q.clk.Advance(time.Second)
		q.take("d")
		q.clk.Advance(9 * time.Second)
		q.take("b")
		q.must(q.Pace(t.Context(), "h", 0))
		q.add(item("e", "h", 0), item("f", "h", 0))
		q.clk.Advance(10 * time.Second)
		q.take("e")
		q.clk.Advance(time.Second)
		q.take("f")
	}},
	{"concurrency", frontier.Policy{Concurrency: 2, Lease: time.Minute}, func(t *testing.T, q handle) {
		q.add(item("a", "h", 0), item("b", "h", 0), item("c", "h", 0), item("d", "h", 0), item("e", "i", 9))
		b := q.claim(10)
		if !slices.Equal(keys(b.Claims), []string{"a", "b", "e"}) {
			t.Fatalf("%v", keys(b.Claims))
		}
		if wait := q.nothing(); wait != time.Minute {
			t.Errorf("wait %v", wait)
		}
		q.ack(frontier.Result{Claim: b.Claims[0]})
		c := q.take("c")
		q.must(q.Snooze(t.Context(), c, time.Second))
		q.take("d")
		q.clk.Advance(time.Minute) // all leases run out
		if got := keys(q.claim(10).Claims); !slices.Equal(got, []string{"b", "c", "e"}) {
			t.Errorf("%v", got)
		}
	}},
	{"block", frontier.Policy{}, func(t *testing.T, q handle) {
		q.add(item("a", "h", 0), item("b", "i", 0))
		q.must(q.Block(t.Context(), "h", time.Hour, "验证"))
		q.must(q.Block(t.Context(), "h", time.Minute, "短"))
		q.ack(frontier.Result{Claim: q.take("b")})
		s := q.stats()
		if len(s.Resting) != 1 || s.Resting[0].Host != "h" || s.Resting[0].Reason != "验证" || !s.Resting[0].Until.Equal(q.clk.Now().Add(time.Hour)) {
			t.Errorf("%+v", s.Resting)
		}
		q.clk.Advance(time.Minute)
		q.nothing()
		q.must(q.Block(t.Context(), "h", 2*time.Hour, "长"))
		q.clk.Advance(2*time.Hour - time.Millisecond)
		q.nothing()
		q.clk.Advance(time.Millisecond)
		if s := q.stats(); len(s.Resting) != 0 {
			t.Errorf("%+v", s.Resting)
		}
		if got := keys(q.claim(1).Claims); len(got) != 1 {
			t.Errorf("%v", got)
		}
	}},
	{"dead letters are listed up to a limit", frontier.Policy{}, func(t *testing.T, q handle) {
		var items []frontier.Item
		for i := range frontier.MaxListed + 5 {
			items = append(items, item(fmt.Sprint(i), "h", 0))
		}
		q.add(items...)
		for _, c := range q.claim(len(items)).Claims {
			q.fail(frontier.Failure{Claim: c, Dead: true, Reason: "坏"})
		}
		if s := q.stats(); s.Dead != len(items) || len(s.Letters) != frontier.MaxListed || s.Open != 0 || s.Letters[1].Key != "1" {
			t.Errorf("%d dead, %d listed, %d open", s.Dead, len(s.Letters), s.Open)
		}
	}},
	{"nothing at all", frontier.Policy{}, func(t *testing.T, q handle) {
		q.add()
		q.ack()
		q.fail()
		if b := q.claim(5); b.Open != 0 || len(b.Claims) != 0 {
			t.Errorf("%+v", b)
		}
		if b := q.claim(0); b.Open != 0 || len(b.Claims) != 0 {
			t.Errorf("%+v", b)
		}
		if lost, err := q.Extend(t.Context()); err != nil || len(lost) != 0 {
			t.Errorf("%v %v", lost, err)
		}
		if s := q.stats(); s.Open+s.Dead+s.Leased+len(s.Count)+len(s.Notes)+len(s.Letters)+len(s.Resting) != 0 {
			t.Errorf("%+v", s)
		}
	}},
}

func TestSuite(t *testing.T) {
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			clk := newClock()
			open := k.opener(t, clk.Now)
			for _, c := range suite {
				t.Run(c.name, func(t *testing.T) {
					q, err := open(t.Context(), c.name, c.policy)
					if err != nil {
						t.Fatal(err)
					}
					defer q.Close()
					// Limits of hosts hold for all queues: leave those of other tests behind.
					clk.Advance(24 * time.Hour)
					for _, host := range []string{"h", "i"} {
						if err := q.Pace(t.Context(), host, 0); err != nil {
							t.Fatal(err)
						}
					}
					c.test(t, handle{q, t, clk})
				})
			}
		})
	}
}

// A durable queue is what it was when it is opened again, also by somebody
// else at the same time, and shares hosts with its neighbours.
func TestDurable(t *testing.T) {
	for _, k := range kinds() {
		if !k.durable {
			continue
		}
		t.Run(k.name, func(t *testing.T) {
			clk := newClock()
			opener := k.opener(t, clk.Now)
			open := func(name string, policy frontier.Policy) handle {
				q, err := opener(t.Context(), name, policy)
				if err != nil {
					t.Fatal(err)
				}
				return handle{q, t, clk}
			}
			policy := frontier.Policy{Lease: time.Minute, Concurrency: 3}
			one := open("run 1", policy)
			one.add(item("a", "h", 0), item("m", "h", 0), item("b", "h", 1), item("c", "h", 2), item("d", "h", 3))
			a := one.take("a")
			one.ack(frontier.Result{Claim: a, Add: []frontier.Item{item("e", "h", 4)}, Count: map[string]int64{"n": 2}, Notes: []string{"x"}})
			one.ack(frontier.Result{Claim: one.take("m"), Marks: map[string]string{"m": "1"}})
			one.fail(frontier.Failure{Claim: one.take("b"), Dead: true, Reason: "坏"})
			c := one.take("c")
			_ = one.Close()

			two, three := open("run 1", policy), open("run 1", policy)
			defer three.Close()
			two.add(item("a", "h", 0), item("b", "h", 0))
			d := two.take("d")
			e := three.take("e")
			three.nothing()
			other := open("run 2", policy)
			defer other.Close()
			other.add(item("a", "h", 0))
			if mark, err := other.Mark(t.Context(), "m"); err != nil || mark != "1" {
				t.Errorf("mark %q %v", mark, err)
			}
			other.nothing() // three of the host are leased already
			if s := three.stats(); s.Open != 3 || s.Leased != 3 || s.Dead != 1 || s.Count["n"] != 2 || len(s.Notes) != 1 {
				t.Errorf("%+v", s)
			}
			if stale := three.ack(frontier.Result{Claim: c}, frontier.Result{Claim: d}, frontier.Result{Claim: e}); stale != 0 {
				t.Errorf("%d stale: a claim is good in whatever process", stale)
			}
			other.take("a")
			if b := two.claim(1); b.Open != 0 {
				t.Errorf("%d open", b.Open)
			}
			_ = two.Close()
		})
	}
}

// Many workers get every item once.
func TestConcurrentWorkers(t *testing.T) {
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			opener := k.opener(t, newClock().Now)
			const workers, roots, leaves = 8, 40, 5
			queues := make([]frontier.Frontier, workers)
			for i := range queues {
				if i > 0 && !k.durable {
					queues[i] = queues[0]
					continue
				}
				q, err := opener(t.Context(), "q", frontier.Policy{})
				if err != nil {
					t.Fatal(err)
				}
				defer q.Close()
				queues[i] = q
			}
			var seeds []frontier.Item
			for i := range roots {
				seeds = append(seeds, item(fmt.Sprint("root ", i), fmt.Sprint("h", i%3), 1))
			}
			var mu sync.Mutex
			got := map[string]int{}
			var wg sync.WaitGroup
			for _, q := range queues {
				wg.Go(func() {
					if err := q.Add(t.Context(), seeds...); err != nil {
						t.Error(err)
						return
					}
					for {
						b, err := q.Claim(t.Context(), 3)
						if err != nil {
							t.Error(err)
							return
						}
						if b.Open == 0 {
							return
						}
						for _, c := range b.Claims {
							mu.Lock()
							got[c.Key]++
							mu.Unlock()
							r := frontier.Result{Claim: c, Count: map[string]int64{"n": 1}}
							if c.Rank == 1 {
								for i := range leaves {
									r.Add = append(r.Add, item(fmt.Sprintf("%s leaf %d", c.Key, i), c.Host, 0))
								}
							}
							if stale, err := q.Ack(t.Context(), r); err != nil || stale != 0 {
								t.Errorf("%d stale, %v", stale, err)
								return
							}
						}
					}
				})
			}
			wg.Wait()
			if len(got) != roots*(1+leaves) {
				t.Errorf("%d items, want %d", len(got), roots*(1+leaves))
			}
			for key, n := range got {
				if n != 1 {
					t.Errorf("%s was claimed %d times", key, n)
				}
			}
			if s, err := queues[0].Stats(t.Context()); err != nil || s.Count["n"] != roots*(1+leaves) || s.Open != 0 {
				t.Errorf("%v %+v", err, s)
			}
		})
	}
}

func TestSQLiteCannotOpen(t *testing.T) {
	for name, path := range map[string]string{"no folder": filepath.Join(t.TempDir(), "none", "f.db"), "a folder": t.TempDir()} {
		_, err := frontier.SQLite(path, time.Now)(t.Context(), "q", frontier.Policy{})
		var e *chaping.Error
		if !errors.As(err, &e) || e.Code != chaping.CodeEnvironment || !strings.Contains(e.Message, path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := filepath.Join(t.TempDir(), "f.db")
	if err := os.WriteFile(broken, []byte(strings.Repeat("this is no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := frontier.SQLite(broken, time.Now)(t.Context(), "q", frontier.Policy{}); err == nil {
		t.Error("a file that is no database was opened")
	}
}

func TestRedisRefused(t *testing.T) {
	open := func(addr string, o frontier.RedisOptions) error {
		client := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})
		defer client.Close()
		_, err := frontier.Redis(client, o)(t.Context(), "q", frontier.Policy{})
		return err
	}
	for _, c := range []struct {
		name string
		args []string
		o    frontier.RedisOptions
		says string
	}{
		{"evicts", []string{"--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru", "--appendonly", "yes"}, frontier.RedisOptions{}, "noeviction"},
		{"keeps nothing", []string{"--save", ""}, frontier.RedisOptions{}, "appendonly"},
		{"keeps nothing, allowed", []string{"--save", ""}, frontier.RedisOptions{Volatile: true}, ""},
		{"snapshots", []string{"--save", "60 1"}, frontier.RedisOptions{}, ""},
		{"appends", []string{"--save", "", "--appendonly", "yes"}, frontier.RedisOptions{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := open(redistest.Start(t, c.args...), c.o)
			var e *chaping.Error
			if c.says == "" && err != nil || c.says != "" && (!errors.As(err, &e) || !strings.Contains(e.Remedy, c.says)) {
				t.Errorf("%v", err)
			}
		})
	}
	var e *chaping.Error
	if err := open("127.0.0.1:1", frontier.RedisOptions{}); !errors.As(err, &e) || e.Code != chaping.CodeEnvironment {
		t.Errorf("no server: %v", err)
	}
}

// A Redis that goes away while a queue is worked on is an error of the surroundings.
func TestRedisGone(t *testing.T) {
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1})
	defer client.Close()
	q, err := frontier.Redis(client, frontier.RedisOptions{Volatile: true})(t.Context(), "q", frontier.Policy{Lease: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	server.Close()
	_, marked := q.Mark(t.Context(), "x")
	_, counted := q.Stats(t.Context())
	for _, err := range []error{q.Add(t.Context(), item("a", "h", 0)), marked, counted} {
		var e *chaping.Error
		if !errors.As(err, &e) || e.Code != chaping.CodeEnvironment || e.Remedy == "" {
			t.Errorf("%v", err)
		}
	}
}

// With the server's clock, leases of workers whose clocks differ still mean
// the same.
func TestRedisServerClock(t *testing.T) {
	server := miniredis.RunT(t)
	at := time.UnixMilli(1_790_000_000_000)
	server.SetTime(at)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer client.Close()
	q, err := frontier.Redis(client, frontier.RedisOptions{Volatile: true})(t.Context(), "q", frontier.Policy{Lease: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	h := handle{q, t, nil}
	h.add(item("a", "h", 0))
	h.take("a")
	if wait := h.nothing(); wait != time.Minute {
		t.Errorf("wait %v", wait)
	}
	server.SetTime(at.Add(time.Minute))
	h.take("a")
}

// A Redis that is restarted, or whose replica takes over, may have lost the
// last seconds. It then gives new items the numbers of lost ones. A claim from
// before is not taken for one of theirs.
func TestRedisGoesBack(t *testing.T) {
	client := redis.NewClient(&redis.Options{Addr: redistest.Start(t, "--appendonly", "yes")})
	defer client.Close()
	clk := newClock()
	q, err := frontier.Redis(client, frontier.RedisOptions{Now: clk.Now})(t.Context(), "q", frontier.Policy{Lease: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	h := handle{q, t, clk}
	h.add(item("list 1", "h", 0))
	page := map[string]string{}
	for _, key := range client.Keys(t.Context(), "*").Val() {
		page[key] = client.Dump(t.Context(), key).Val()
	}
	next := func(key string) frontier.Item {
		i := item(key, "h", 0)
		i.Sole = true
		return i
	}
	h.ack(frontier.Result{Claim: h.take("list 1"), Add: []frontier.Item{next("list 1, page 2")}})
	lost := h.take("list 1, page 2")

	h.must(client.FlushAll(t.Context()).Err())
	for key, value := range page {
		h.must(client.Restore(t.Context(), key, 0, value).Err())
	}
	h.add(item("list 2", "h", 0))
	h.ack(frontier.Result{Claim: h.take("list 1"), Add: []frontier.Item{next("list 1, page 2")}})
	two := h.take("list 2")
	if stale := h.ack(frontier.Result{Claim: lost}); stale != 1 {
		t.Error("a claim of an item that was lost is taken for one of another")
	}
	h.fail(frontier.Failure{Claim: lost, Dead: true, Reason: "lost"})
	if stale := h.ack(frontier.Result{Claim: two, Add: []frontier.Item{next("list 2, page 2")}}); stale != 0 {
		t.Error("the item that has the number of a lost one cannot be reported as done")
	}
	h.ack(frontier.Result{Claim: h.take("list 1, page 2")}, frontier.Result{Claim: h.take("list 2, page 2")})
	if s := h.stats(); s.Open != 0 || s.Dead != 0 {
		t.Errorf("%+v", s)
	}

	h.must(client.FlushAll(t.Context()).Err())
	_, claiming := q.Claim(t.Context(), 1)
	_, acking := q.Ack(t.Context(), frontier.Result{Claim: two})
	for _, err := range []error{claiming, acking} {
		var e *chaping.Error
		if !errors.As(err, &e) || e.Code != chaping.CodeEnvironment {
			t.Errorf("a queue that is gone is taken for one that is finished: %v", err)
		}
	}
}

// A queue in Redis that does not agree with itself, as after half a
// transaction, is neither finished nor waited for without end: it says so,
// and begins anew.
func TestRedisDamaged(t *testing.T) {
	for _, c := range []struct {
		name   string
		damage func(ctx context.Context, client *redis.Client, q string) error
	}{
		{"an item is gone", func(ctx context.Context, client *redis.Client, q string) error {
			return client.Del(ctx, q+"items").Err()
		}},
		{"items are counted that are nowhere", func(ctx context.Context, client *redis.Client, q string) error {
			return client.Del(ctx, q+"ready:h", q+"leased").Err()
		}},
		{"a lease that nobody has", func(ctx context.Context, client *redis.Client, q string) error {
			return client.Del(ctx, q+"states").Err()
		}},
		{"more is done than there was", func(ctx context.Context, client *redis.Client, q string) error {
			return client.HIncrBy(ctx, q+"meta", "open", -4).Err()
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := miniredis.RunT(t)
			client := redis.NewClient(&redis.Options{Addr: server.Addr()})
			defer client.Close()
			clk := newClock()
			open := frontier.Redis(client, frontier.RedisOptions{Volatile: true, Now: clk.Now})
			q, err := open(t.Context(), "q", frontier.Policy{})
			if err != nil {
				t.Fatal(err)
			}
			h := handle{q, t, clk}
			h.add(item("a", "h", 0), item("b", "h", 0))
			h.take("a")
			h.must(c.damage(t.Context(), client, "{chaping}:queue:q:"))
			clk.Advance(frontier.DefaultLease)
			_, err = q.Claim(t.Context(), 1)
			var e *chaping.Error
			if !errors.As(err, &e) || e.Code != chaping.CodeEnvironment || !strings.Contains(e.Message, "前后矛盾") {
				t.Fatalf("%v", err)
			}
			if _, err := q.Claim(t.Context(), 1); !errors.As(err, &e) || !strings.Contains(e.Message, "不见") {
				t.Errorf("whoever still works on it is told %v", err)
			}
			again, err := open(t.Context(), "q", frontier.Policy{})
			if err != nil {
				t.Fatal(err)
			}
			h = handle{again, t, clk}
			h.add(item("a", "h", 0), item("b", "h", 0))
			h.ack(frontier.Result{Claim: h.take("a")}, frontier.Result{Claim: h.take("b")})
			if s := h.stats(); s.Open != 0 || s.Leased != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// Whatever a queue leaves in Redis is forgotten in the end, also a hash that
// one transition empties and fills again.
func TestRedisForgets(t *testing.T) {
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer client.Close()
	clk := newClock()
	q, err := frontier.Redis(client, frontier.RedisOptions{Volatile: true, Now: clk.Now})(t.Context(), "q", frontier.Policy{Concurrency: 4})
	if err != nil {
		t.Fatal(err)
	}
	h := handle{q, t, clk}
	h.add(item("a", "h", 0))
	results := []frontier.Result{{Claim: h.take("a"), Add: []frontier.Item{item("b", "h", 0), item("c", "h", 1)}, Notes: []string{"n"}}}
	for _, key := range []string{"b", "c"} {
		batch, stale, err := q.Turn(t.Context(), 1, results...)
		if err != nil || stale != 0 || len(batch.Claims) != 1 || batch.Claims[0].Key != key {
			t.Fatal(batch, stale, err)
		}
		for _, key := range client.Keys(t.Context(), "*").Val() {
			if client.TTL(t.Context(), key).Val() <= 0 {
				t.Errorf("%s is kept for ever", key)
			}
		}
		results = []frontier.Result{{Claim: batch.Claims[0], Count: map[string]int64{"pages": 1}}}
	}
}
