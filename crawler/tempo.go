package crawler

import (
	"context"
	"sync"
	"time"
)

const (
	slowAnswer = 5 * time.Second // from here on, a site is taken to be under strain
	mostDelay  = time.Minute     // between two requests to a site in trouble
)

// A tempo slows down for a host that is in trouble, fast, and speeds up again
// slowly: every refusal, server error or lost connection doubles the delay
// between requests, every slow answer lengthens it by half, every good one
// shortens it by a tenth. It never goes below what the profile and robots.txt
// ask for. The delay is kept by the queue, so that all workers slow down.
type tempo struct {
	step time.Duration // first delay
	base time.Duration // the profile's delay
	pace func(ctx context.Context, host string, delay time.Duration) error

	mu    sync.Mutex
	hosts map[string]*hostTempo
}

type hostTempo struct {
	floor time.Duration // asked for by robots.txt
	extra time.Duration // on top of the profile's delay
	told  time.Duration // to the queue
}

func newTempo(p *Profile, pace func(context.Context, string, time.Duration) error) *tempo {
	return &tempo{step: max(p.Delay, p.RetryBase/8), base: p.Delay, pace: pace, hosts: map[string]*hostTempo{}}
}

func (t *tempo) change(ctx context.Context, host string, f func(*hostTempo)) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	h := t.hosts[host]
	if h == nil {
		h = &hostTempo{told: -1} // the queue may remember what an earlier run was told
		t.hosts[host] = h
	}
	f(h)
	delay := max(h.floor, t.base+h.extra)
	if h.extra == 0 && h.floor <= t.base {
		delay = 0 // as the policy says
	}
	if delay == h.told {
		return nil
	}
	h.told = delay
	return t.pace(ctx, host, delay)
}

// floor takes note of the delay that robots.txt asks for.
func (t *tempo) floor(ctx context.Context, host string, delay time.Duration) error {
	return t.change(ctx, host, func(h *hostTempo) { h.floor = delay })
}

// trouble takes note of a refusal, a server error or a lost connection.
func (t *tempo) trouble(ctx context.Context, host string) error {
	return t.change(ctx, host, func(h *hostTempo) { h.extra = min(max(2*h.extra, t.step), mostDelay) })
}

// answer takes note of an answer that took so long.
func (t *tempo) answer(ctx context.Context, host string, took time.Duration) error {
	return t.change(ctx, host, func(h *hostTempo) {
		switch {
		case took >= slowAnswer:
			h.extra = min(max(h.extra+h.extra/2, t.step), mostDelay)
		case h.extra > 0:
			if h.extra -= h.extra / 10; h.extra < t.step/4 {
				h.extra = 0
			}
		}
	})
}
