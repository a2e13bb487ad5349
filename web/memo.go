package web

import (
	"context"
	"sync"
	"time"
)

// A memo remembers what is dear to load. What is there is given at once, and
// loaded anew in the background when it is older than fresh; what is not there,
// or from long ago, is waited for a moment.
type memo[K comparable, V any] struct {
	// load is given what was loaded last, nil if nothing was, and may give it again.
	load  func(ctx context.Context, key K, last *V) (V, error)
	fresh func(key K) time.Duration
	max   int // entries

	mu      sync.Mutex
	entries map[K]*remembered[V]
	running sync.WaitGroup
	ended   context.Context
}

// tooOld is how many times fresh something may be for it to be given.
const tooOld = 10

type remembered[V any] struct {
	last    *V // what was loaded last; nil: nothing was
	err     error
	known   bool // last or err holds
	loaded  time.Time
	used    time.Time
	loading chan struct{} // nil when nothing loads
}

func newMemo[K comparable, V any](
	ended context.Context,
	fresh func(K) time.Duration,
	max int,
	load func(context.Context, K, *V) (V, error),
) *memo[K, V] {
	return &memo[K, V]{load: load, fresh: fresh, max: max, entries: map[K]*remembered[V]{}, ended: ended}
}

// get waits at most patience for a value that is not there; ok is false when
// that was too short, and loading goes on.
func (m *memo[K, V]) get(ctx context.Context, key K, patience time.Duration) (value V, ok bool, err error) {
	m.mu.Lock()
	e := m.entries[key]
	if e == nil {
		e = &remembered[V]{}
		m.entries[key] = e
		m.forget()
	}
	e.used = time.Now()
	if e.loading == nil && (!e.known || e.err != nil || time.Since(e.loaded) > m.fresh(key)) {
		m.start(key, e)
	}
	loading, known := e.loading, e.known && e.err == nil
	if known && loading != nil && time.Since(e.loaded) > tooOld*m.fresh(key) {
		known = false
	}
	if known {
		value = *e.last
		m.mu.Unlock()
		return value, true, nil
	}
	m.mu.Unlock()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-loading:
	case <-timer.C:
		return value, false, nil
	case <-ctx.Done():
		return value, false, ctx.Err()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if e.err != nil {
		return value, false, e.err
	}
	return *e.last, true, nil
}

// start loads a value in the background. m.mu is held.
func (m *memo[K, V]) start(key K, e *remembered[V]) {
	e.loading = make(chan struct{})
	last := e.last
	m.running.Go(func() {
		var v V
		err := contained(func() (err error) {
			v, err = m.load(m.ended, key, last)
			return err
		})
		m.mu.Lock()
		defer m.mu.Unlock()
		e.err = err
		if err == nil {
			e.last = &v
		}
		e.known, e.loaded = true, time.Now()
		close(e.loading)
		e.loading = nil
	})
}

// forget drops what was not used for longest. m.mu is held.
func (m *memo[K, V]) forget() {
	for len(m.entries) > m.max {
		var oldest K
		found := false
		for k, e := range m.entries {
			if e.loading == nil && !e.used.IsZero() && (!found || e.used.Before(m.entries[oldest].used)) {
				oldest, found = k, true
			}
		}
		if !found {
			return
		}
		delete(m.entries, oldest)
	}
}

// drop forgets everything. What loads is from before: whoever waits for it
// still gets it, nobody after.
func (m *memo[K, V]) drop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.entries)
}

// doubt has everything loaded again before it is given, with what it was at hand.
func (m *memo[K, V]) doubt() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, e := range m.entries {
		m.entries[key] = &remembered[V]{last: e.last, used: e.used}
	}
}

// anew is how what has nothing to keep of the last time is loaded.
func anew[K comparable, V any](
	load func(ctx context.Context, key K) (V, error),
) func(ctx context.Context, key K, last *V) (V, error) {
	return func(ctx context.Context, key K, _ *V) (V, error) { return load(ctx, key) }
}
