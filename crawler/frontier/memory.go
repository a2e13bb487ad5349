package frontier

import (
	"cmp"
	"container/heap"
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Memory is a queue that lives and dies with the process. It is for a
// collection that is cheap to repeat, and the model that the durable queues
// are tested against.
type Memory struct {
	policy Policy
	now    func() time.Time

	mu      sync.Mutex
	known   map[string]struct{}
	hosts   map[string]*memoryHost
	later   laterHeap // waiting for their time
	leased  map[int64]*memoryItem
	seq     int64
	open    int
	dead    int
	letters []Letter
	count   map[string]int64
	notes   []string
	marks   map[string]string
}

type memoryItem struct {
	Claim
	ready time.Time // when waiting: not before; when leased: end of the lease
}

type memoryHost struct {
	ready   readyHeap
	active  int
	pace    time.Duration
	next    time.Time
	blocked time.Time
	reason  string
}

// NewMemory makes an empty queue with the clock now.
func NewMemory(policy Policy, now func() time.Time) *Memory {
	policy.Lease = cmp.Or(policy.Lease, DefaultLease)
	return &Memory{
		policy: policy,
		now:    now,
		known:  map[string]struct{}{},
		hosts:  map[string]*memoryHost{},
		leased: map[int64]*memoryItem{},
		count:  map[string]int64{},
		marks:  map[string]string{},
	}
}

func (m *Memory) host(name string) *memoryHost {
	h := m.hosts[name]
	if h == nil {
		h = &memoryHost{}
		m.hosts[name] = h
	}
	return h
}

// Add implements Frontier.
func (m *Memory) Add(_ context.Context, items ...Item) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.add(items)
	return nil
}

func (m *Memory) add(items []Item) {
	for _, item := range items {
		if !item.Sole {
			if _, ok := m.known[item.Key]; ok {
				continue
			}
			m.known[item.Key] = struct{}{}
		}
		m.seq++
		m.open++
		heap.Push(&m.host(item.Host).ready, &memoryItem{Claim: Claim{Item: item, seq: m.seq}})
	}
}

// Claim implements Frontier.
func (m *Memory) Claim(_ context.Context, most int) (Batch, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.claim(most), nil
}

// Turn implements Frontier.
func (m *Memory) Turn(_ context.Context, most int, results ...Result) (Batch, int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	stale := m.ack(results)
	return m.claim(most), stale, nil
}

func (m *Memory) claim(most int) Batch {
	now := m.now()
	for _, item := range m.leased {
		if !now.Before(item.ready) {
			item.Losses++
			m.release(item, now)
		}
	}
	for len(m.later) > 0 && !now.Before(m.later[0].ready) {
		item := heap.Pop(&m.later).(*memoryItem)
		heap.Push(&m.host(item.Host).ready, item)
	}

	var batch Batch
	for len(batch.Claims) < most {
		var best *memoryHost
		for _, h := range m.hosts {
			if len(h.ready) == 0 || now.Before(h.next) || now.Before(h.blocked) ||
				m.policy.Concurrency > 0 && h.active >= m.policy.Concurrency {
				continue
			}
			if best == nil || h.ready[0].before(best.ready[0]) {
				best = h
			}
		}
		if best == nil {
			break
		}
		item := heap.Pop(&best.ready).(*memoryItem)
		item.Token++
		item.ready = now.Add(m.policy.Lease)
		m.leased[item.seq] = item
		best.active++
		if delay := max(m.policy.Delay, best.pace); delay > 0 {
			best.next = now.Add(delay)
		}
		batch.Claims = append(batch.Claims, item.Claim)
	}
	batch.Open = m.open
	if len(batch.Claims) < most && m.open > 0 {
		batch.Wait = m.wait(now)
	}
	return batch
}

// wait is the time until something changes by itself.
func (m *Memory) wait(now time.Time) time.Duration {
	var first time.Time
	at := func(t time.Time) {
		if first.IsZero() || t.Before(first) {
			first = t
		}
	}
	if len(m.later) > 0 {
		at(m.later[0].ready)
	}
	for _, item := range m.leased {
		at(item.ready)
	}
	for _, h := range m.hosts {
		if len(h.ready) > 0 && (m.policy.Concurrency == 0 || h.active < m.policy.Concurrency) {
			at(later(h.next, h.blocked))
		}
	}
	return max(first.Sub(now), time.Millisecond)
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// release ends a lease and puts the item back in line.
func (m *Memory) release(item *memoryItem, ready time.Time) {
	delete(m.leased, item.seq)
	h := m.host(item.Host)
	h.active--
	item.ready = ready
	if m.now().Before(ready) {
		heap.Push(&m.later, item)
	} else {
		heap.Push(&h.ready, item)
	}
}

// held is the leased item of the claim, nil if the claim is stale.
func (m *Memory) held(claim Claim) *memoryItem {
	item := m.leased[claim.seq]
	if item == nil || item.Token != claim.Token {
		return nil
	}
	return item
}

// Extend implements Frontier.
func (m *Memory) Extend(_ context.Context, claims ...Claim) (lost []Claim, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, claim := range claims {
		if item := m.held(claim); item != nil {
			item.ready = m.now().Add(m.policy.Lease)
		} else {
			lost = append(lost, claim)
		}
	}
	return lost, nil
}

// Ack implements Frontier.
func (m *Memory) Ack(_ context.Context, results ...Result) (stale int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ack(results), nil
}

func (m *Memory) ack(results []Result) (stale int) {
	for _, r := range results {
		item := m.held(r.Claim)
		if item == nil {
			stale++
			continue
		}
		m.close(item)
		m.add(r.Add)
		m.record(r.Count, r.Notes)
		maps.Copy(m.marks, r.Marks)
	}
	return stale
}

// close ends an item for good.
func (m *Memory) close(item *memoryItem) {
	delete(m.leased, item.seq)
	m.host(item.Host).active--
	m.open--
}

func (m *Memory) record(count map[string]int64, notes []string) {
	for name, n := range count {
		m.count[name] += n
	}
	m.notes = append(m.notes, notes[:min(len(notes), MaxNotes-len(m.notes))]...)
}

// Fail implements Frontier.
func (m *Memory) Fail(_ context.Context, failures ...Failure) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range failures {
		item := m.held(f.Claim)
		if item == nil {
			continue
		}
		m.record(f.Count, f.Notes)
		if f.Dead {
			m.close(item)
			m.dead++
			if len(m.letters) < MaxListed {
				m.letters = append(m.letters, Letter{item.Item, f.Reason})
			}
			continue
		}
		item.Failures++
		m.release(item, m.now().Add(f.Retry))
	}
	return nil
}

// Snooze implements Frontier.
func (m *Memory) Snooze(_ context.Context, claim Claim, d time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if item := m.held(claim); item != nil {
		item.Snoozes++
		m.release(item, m.now().Add(d))
	}
	return nil
}

// Block implements Frontier.
func (m *Memory) Block(_ context.Context, host string, d time.Duration, reason string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.host(host)
	if until := m.now().Add(d); h.blocked.Before(until) {
		h.blocked, h.reason = until, reason
	}
	return nil
}

// Pace implements Frontier.
func (m *Memory) Pace(_ context.Context, host string, delay time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.host(host).pace = delay
	return nil
}

// Mark implements Frontier.
func (m *Memory) Mark(_ context.Context, name string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.marks[name], nil
}

// Stats implements Frontier.
func (m *Memory) Stats(context.Context) (Stats, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := Stats{
		Open:    m.open,
		Leased:  len(m.leased),
		Dead:    m.dead,
		Letters: slices.Clone(m.letters),
		Count:   maps.Clone(m.count),
		Notes:   slices.Clone(m.notes),
	}
	now := m.now()
	for name, h := range m.hosts {
		if now.Before(h.blocked) {
			s.Resting = append(s.Resting, Rest{name, h.blocked, h.reason})
		}
	}
	slices.SortFunc(s.Resting, func(a, b Rest) int { return cmp.Compare(a.Host, b.Host) })
	return s, nil
}

// Close implements Frontier.
func (m *Memory) Close() error { return nil }

func (i *memoryItem) before(other *memoryItem) bool {
	return cmp.Or(cmp.Compare(i.Rank, other.Rank), cmp.Compare(i.seq, other.seq)) < 0
}

// readyHeap orders items by rank and age.
type readyHeap []*memoryItem

func (h readyHeap) Len() int           { return len(h) }
func (h readyHeap) Less(i, j int) bool { return h[i].before(h[j]) }
func (h readyHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *readyHeap) Push(x any)        { *h = append(*h, x.(*memoryItem)) }
func (h *readyHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}

// laterHeap orders items by the time from which they may be claimed.
type laterHeap []*memoryItem

func (h laterHeap) Len() int           { return len(h) }
func (h laterHeap) Less(i, j int) bool { return h[i].ready.Before(h[j].ready) }
func (h laterHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *laterHeap) Push(x any)        { *h = append(*h, x.(*memoryItem)) }
func (h *laterHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}
