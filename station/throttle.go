package station

import (
	"context"
	"fmt"
	"math"
	"net/netip"
	"sync"
	"time"

	"chaping"
)

// # Who tries to get in
//
// Failures are counted by who tries and at what: a stranger's by his source
// and the name together, a known device's by the device and the name. So
// whoever tries another's name locks himself out and nobody else. Two wider
// counts stand behind that: of one source at all names, and of all sources at
// one name. Where the latter has to wait, devices and sources that the
// account's owner has logged in from are let through.
//
// What strangers do is counted in memory, which is bounded: they must not
// write to the disk.

// A Visitor is who tries: the address that he comes from, and the secret of
// the device, which Login gives to devices that got in.
type Visitor struct {
	Address string
	Device  string
}

// source is what of an address its owner cannot change at will: a household
// has a whole /64 of IPv6.
func (v Visitor) source() string {
	a, err := netip.ParseAddr(v.Address)
	if err != nil {
		return v.Address
	}
	if a = a.Unmap(); a.Is6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

// A Delay is the cause of an error that says to come again later.
type Delay struct {
	Left time.Duration
	Busy bool // others are the reason
}

func (d *Delay) Error() string { return "come again in " + d.Left.String() }

// Lock-out with back-off: after the free failures, every further one doubles
// the wait. A failure is forgotten after the longest wait.
const (
	freeAttempts = 5  // of one source or device at one name
	freeSpread   = 50 // of one source at all names, of all sources at one
	firstWait    = 30 * time.Second
	longestWait  = 15 * time.Minute
	// maxAttempts bounds what is remembered; the oldest is forgotten first.
	maxAttempts = 10_000
)

func wait(failures, free int) time.Duration {
	if failures < free {
		return 0
	}
	return time.Duration(min(float64(longestWait), float64(firstWait)*math.Pow(2, float64(failures-free))))
}

// attempts are the failures that are remembered.
type attempts struct {
	mu   sync.Mutex
	list map[attempted]failures
}

// attempted is what failures are counted by: a kind of count, the name that was
// tried and who tried it, where they matter to it.
type attempted struct{ kind, name, from string }

type failures struct {
	n    int
	last time.Time
}

// at is how many are not forgotten.
func (f failures) at(now time.Time) int { return max(0, f.n-int(now.Sub(f.last)/longestWait)) }

// A limit says how many failures are free.
type limit struct {
	of   attempted
	free int
}

// check is a *chaping.Error with a *Delay where one of the limits has to wait.
// If none has, and count is set, a failure is counted for each.
func (a *attempts) check(now time.Time, count bool, limits ...limit) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, l := range limits {
		f := a.list[l.of]
		if n := f.at(now); n >= l.free {
			if left := f.last.Add(wait(n, l.free)).Sub(now); left > 0 {
				return &chaping.Error{
					Code:    chaping.CodeInput,
					Message: fmt.Sprintf("连续 %d 次没有成功，暂时锁定", n),
					Remedy:  chineseWait(left) + "后再试；仍不行请管理员重置",
					Err:     &Delay{Left: left},
				}
			}
		}
	}
	if !count {
		return nil
	}
	for _, l := range limits {
		if len(a.list) >= maxAttempts {
			a.drop()
		}
		a.list[l.of] = failures{a.list[l.of].at(now) + 1, now}
	}
	return nil
}

// drop forgets the oldest.
func (a *attempts) drop() {
	var oldest attempted
	var last time.Time
	for k, f := range a.list {
		if last.IsZero() || f.last.Before(last) {
			oldest, last = k, f.last
		}
	}
	delete(a.list, oldest)
}

// succeed takes back what was counted for an attempt that was right: the first
// limit begins anew.
func (a *attempts) succeed(limits ...limit) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, l := range limits {
		if f := a.list[l.of]; i > 0 && f.n > 1 {
			a.list[l.of] = failures{f.n - 1, f.last}
		} else {
			delete(a.list, l.of)
		}
	}
}

// forgive forgets all failures at a name.
func (a *attempts) forgive(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for k := range a.list {
		if k.name == name {
			delete(a.list, k)
		}
	}
}

// A lane is where passwords are hashed, one at a time, because a hash takes
// 46 MiB and 40 ms. Few may wait, and of one source fewer; the others are told
// to come again. Known devices have a lane of their own.
type lane struct {
	turn    chan struct{}
	mu      sync.Mutex
	waiting map[string]int // by source
	all     int
}

// The bounds of a lane: a second or two.
const (
	laneLength = 24
	laneShare  = 8 // of one source
)

func newLane() *lane { return &lane{turn: make(chan struct{}, 1), waiting: map[string]int{}} }

// do calls f when it is its turn.
func (l *lane) do(ctx context.Context, source string, f func()) error {
	if !l.enter(source) {
		return &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "同时登录的太多，暂时排不上",
			Remedy:  "几秒钟后再试",
			Err:     &Delay{Left: 5 * time.Second, Busy: true},
		}
	}
	defer l.leave(source)
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-l.turn }()
	f()
	return nil
}

func (l *lane) enter(source string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all >= laneLength || l.waiting[source] >= laneShare {
		return false
	}
	l.all++
	l.waiting[source]++
	return true
}

func (l *lane) leave(source string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all--
	if l.waiting[source]--; l.waiting[source] == 0 {
		delete(l.waiting, source)
	}
}
