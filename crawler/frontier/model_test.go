package frontier_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"chaping/crawler/frontier"
)

// A model is the frontier in its plainest form: a list that is walked for
// every question. What it does is what the package comment says.
type model struct {
	policy frontier.Policy
	items  []*modelItem // in the order of their adding; done ones stay
	hosts  map[string]*modelHost
	count  map[string]int64
	notes  int
}

type modelItem struct {
	frontier.Claim
	state string // waiting, leased, done, dead
	until time.Time
}

type modelHost struct {
	next, blocked time.Time
	pace          time.Duration
}

func (m *model) host(name string) *modelHost {
	if m.hosts[name] == nil {
		m.hosts[name] = &modelHost{}
	}
	return m.hosts[name]
}

func (m *model) add(items []frontier.Item) {
	for _, i := range items {
		if i.Sole || !slices.ContainsFunc(m.items, func(old *modelItem) bool { return old.Key == i.Key }) {
			m.items = append(m.items, &modelItem{Claim: frontier.Claim{Item: i}, state: "waiting"})
		}
	}
}

func (m *model) expire(now time.Time) {
	for _, i := range m.items {
		if i.state == "leased" && !now.Before(i.until) {
			i.state, i.until = "waiting", time.Time{}
			i.Losses++
		}
	}
}

func (m *model) claim(most int, now time.Time) (claimed []*modelItem, open int) {
	m.expire(now)
	order := slices.Clone(m.items)
	slices.SortStableFunc(order, func(a, b *modelItem) int { return cmp.Compare(a.Rank, b.Rank) })
	active := map[string]int{}
	for _, i := range m.items {
		if i.state == "leased" {
			active[i.Host]++
		}
		if i.state == "leased" || i.state == "waiting" {
			open++
		}
	}
	for _, i := range order {
		h := m.host(i.Host)
		if len(claimed) == most || i.state != "waiting" || now.Before(i.until) || now.Before(h.next) || now.Before(h.blocked) ||
			m.policy.Concurrency > 0 && active[i.Host] >= m.policy.Concurrency {
			continue
		}
		i.state, i.until = "leased", now.Add(m.policy.Lease)
		active[i.Host]++
		if delay := max(m.policy.Delay, h.pace); delay > 0 {
			h.next = now.Add(delay)
		}
		claimed = append(claimed, i)
	}
	return claimed, open
}

// agree holds what was claimed against the model, which takes the tokens over:
// all that is known of them is that they grow.
func agree(t *rapid.T, got frontier.Batch, want []*modelItem, open int) {
	var wanted []string
	for _, w := range want {
		wanted = append(wanted, w.Key)
	}
	if !slices.Equal(keys(got.Claims), wanted) || got.Open != open {
		t.Fatalf("claimed %v of %d open, want %v of %d", keys(got.Claims), got.Open, wanted, open)
	}
	for i, c := range got.Claims {
		w := want[i]
		if c.Host != w.Host || c.Rank != w.Rank || string(c.Task) != string(w.Task) ||
			c.Token <= w.Token || c.Failures != w.Failures || c.Snoozes != w.Snoozes || c.Losses != w.Losses {
			t.Fatalf("claimed %+v, want %+v", c, w.Claim)
		}
		w.Token = c.Token
	}
}

// held is the item of a claim that holds.
func (m *model) held(c frontier.Claim) *modelItem {
	for _, i := range m.items {
		if i.Key == c.Key && i.state == "leased" && i.Token == c.Token {
			return i
		}
	}
	return nil
}

// Whatever is done to a queue in whatever order, it answers as the model
// does.
func TestModel(t *testing.T) {
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			clk := newClock()
			open := k.opener(t, clk.Now)
			run := 0
			rapid.Check(t, func(t *rapid.T) {
				run++
				name := fmt.Sprint("queue ", run)
				policy := frontier.Policy{
					Lease:       time.Duration(rapid.IntRange(1, 60).Draw(t, "lease")) * time.Second,
					Delay:       time.Duration(rapid.SampledFrom([]int{0, 0, 700, 5000}).Draw(t, "delay")) * time.Millisecond,
					Concurrency: rapid.IntRange(0, 3).Draw(t, "concurrency"),
				}
				q, err := open(t.Context(), name, policy)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = q.Close() }()
				m := &model{policy: policy, hosts: map[string]*modelHost{}, count: map[string]int64{}}
				var claims []frontier.Claim // all that were ever given out, stale ones included

				must := func(err error) {
					if err != nil {
						t.Fatal(err)
					}
				}
				hosts := []string{fmt.Sprint("a", run), fmt.Sprint("b", run)}
				items := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) frontier.Item {
					return item(fmt.Sprint("key ", rapid.IntRange(0, 30).Draw(t, "key")), rapid.SampledFrom(hosts).Draw(t, "host"), rapid.IntRange(0, 3).Draw(t, "rank"))
				}), 0, 5)
				pick := func(t *rapid.T) frontier.Claim {
					if len(claims) == 0 {
						t.Skip("nothing was claimed")
					}
					return rapid.SampledFrom(claims).Draw(t, "claim")
				}
				counts := rapid.MapOf(rapid.SampledFrom([]string{"pages", "评论"}), rapid.Int64Range(0, 9))
				wait := rapid.SampledFrom([]time.Duration{0, time.Millisecond, time.Second, 90 * time.Second})

				t.Repeat(map[string]func(*rapid.T){
					"add": func(t *rapid.T) {
						list := items.Draw(t, "items")
						must(q.Add(t.Context(), list...))
						m.add(list)
					},
					"claim": func(t *rapid.T) {
						most := rapid.IntRange(1, 4).Draw(t, "most")
						b, err := q.Claim(t.Context(), most)
						must(err)
						want, open := m.claim(most, clk.Now())
						agree(t, b, want, open)
						claims = append(claims, b.Claims...)
						if len(b.Claims) < most && open > 0 && b.Wait <= 0 {
							t.Fatal("no time to wait")
						}
					},
					"wait as told": func(t *rapid.T) {
						b, err := q.Claim(t.Context(), 0)
						must(err)
						m.claim(0, clk.Now())
						if b.Wait > 0 {
							clk.Advance(b.Wait)
						}
					},
					"ack": func(t *rapid.T) {
						c := pick(t)
						r := frontier.Result{Claim: c, Add: items.Draw(t, "links"), Count: counts.Draw(t, "count"), Notes: []string{"x"}}
						if rapid.Bool().Draw(t, "sole") { // its key depends on the item's, as that of a next page does
							sole := item("after "+c.Key, c.Host, c.Rank)
							sole.Sole = true
							r.Add = append(r.Add, sole)
						}
						turn := rapid.Bool().Draw(t, "turn")
						var stale int
						var b frontier.Batch
						if turn {
							b, stale, err = q.Turn(t.Context(), 2, r)
						} else {
							stale, err = q.Ack(t.Context(), r)
						}
						must(err)
						if turn {
							defer func() {
								want, open := m.claim(2, clk.Now())
								agree(t, b, want, open)
								claims = append(claims, b.Claims...)
							}()
						}
						i := m.held(c)
						if (i == nil) != (stale == 1) {
							t.Fatalf("%d stale for %+v, the model holds %+v", stale, c, i)
						}
						if i != nil {
							i.state = "done"
							m.add(r.Add)
							m.notes++
							for name, n := range r.Count {
								m.count[name] += n
							}
						}
					},
					"fail": func(t *rapid.T) {
						f := frontier.Failure{Claim: pick(t), Retry: wait.Draw(t, "retry"), Dead: rapid.Bool().Draw(t, "dead"), Reason: "r", Count: counts.Draw(t, "count")}
						must(q.Fail(t.Context(), f))
						if i := m.held(f.Claim); i != nil {
							for name, n := range f.Count {
								m.count[name] += n
							}
							if f.Dead {
								i.state = "dead"
							} else {
								i.state, i.until = "waiting", clk.Now().Add(f.Retry)
								i.Failures++
							}
						}
					},
					"snooze": func(t *rapid.T) {
						c, d := pick(t), wait.Draw(t, "for")
						must(q.Snooze(t.Context(), c, d))
						if i := m.held(c); i != nil {
							i.state, i.until = "waiting", clk.Now().Add(d)
							i.Snoozes++
						}
					},
					"extend": func(t *rapid.T) {
						c := pick(t)
						lost, err := q.Extend(t.Context(), c)
						must(err)
						i := m.held(c)
						if (i == nil) != (len(lost) == 1) {
							t.Fatalf("%d lost, the model holds %+v", len(lost), i)
						}
						if i != nil {
							i.until = clk.Now().Add(policy.Lease)
						}
					},
					"block": func(t *rapid.T) {
						host, d := rapid.SampledFrom(hosts).Draw(t, "host"), wait.Draw(t, "for")
						must(q.Block(t.Context(), host, d, "r"))
						if h := m.host(host); h.blocked.Before(clk.Now().Add(d)) {
							h.blocked = clk.Now().Add(d)
						}
					},
					"pace": func(t *rapid.T) {
						host, d := rapid.SampledFrom(hosts).Draw(t, "host"), wait.Draw(t, "delay")
						must(q.Pace(t.Context(), host, d))
						m.host(host).pace = d
					},
					"time passes": func(t *rapid.T) {
						clk.Advance(time.Duration(rapid.IntRange(1, 70_000).Draw(t, "ms")) * time.Millisecond)
					},
					"crash": func(t *rapid.T) {
						if !k.durable {
							t.Skip("it would be gone")
						}
						must(q.Close())
						q, err = open(t.Context(), name, policy)
						must(err)
					},
					"": func(t *rapid.T) {
						s, err := q.Stats(t.Context())
						must(err)
						state := map[string]int{}
						for _, i := range m.items {
							state[i.state]++
						}
						if s.Open != state["waiting"]+state["leased"] || s.Dead != state["dead"] || s.Leased != state["leased"] || len(s.Notes) != m.notes {
							t.Fatalf("%+v, want %v and %d notes", s, state, m.notes)
						}
						nonzero := func(_ string, n int64) bool { return n == 0 }
						maps.DeleteFunc(s.Count, nonzero)
						want := maps.Clone(m.count)
						maps.DeleteFunc(want, nonzero)
						if !maps.Equal(s.Count, want) {
							t.Fatalf("counts %v, want %v", s.Count, want)
						}
					},
				})
			})
		})
	}
}
