// Package frontier is the queue of pages that a collection has still to read.
// It decides what may be fetched next and when, and it is where a collection
// survives: whatever process dies, the queue still knows what is done, what
// was being worked on and what was counted.
//
// An item goes through these states:
//
//	           Add                 Claim                 Ack
//	(unknown) ─────▶ waiting ──────────────▶ leased ─────────────▶ done
//	                   ▲  ▲                   │ │ │ └─ adds links, counts, notes
//	                   │  └─ Snooze, lease ───┘ │ │    in the same transaction
//	                   │     expired            │ │
//	                   └──── Fail, later ───────┘ └── Fail, for good ──▶ dead
//
// Claim leases an item to one worker and gives it a token that grows with
// every claim. A worker that comes back after its lease went to somebody else
// holds a stale token, and whatever it reports is dropped. Only Fail burns an
// attempt: a crash lets the lease run out, and a site that is busy is a
// Snooze. A key that was once added is never added again (but see Item.Sole), so
// a process that repeats what it did before it was killed changes nothing.
//
// The frontier also keeps the peace with the hosts: Claim hands out no more
// items of a host than its concurrency allows, none before the host's delay
// has passed since the last one, and none while the host is blocked. What
// workers share through one frontier, they therefore also share as limits.
//
// The order of work is: claim, fetch, write to the store, Ack. A crash before
// Ack repeats the page, and the store takes a repeated page without harm.
package frontier

import (
	"context"
	"time"
)

// An Item is a page to read.
type Item struct {
	Key  string // identifies the item in its queue
	Host string // whose limits it falls under
	Rank int    // lower ranks are claimed first; then first come, first served
	Task []byte // what to do; the frontier does not look into it
	// Sole says that nothing else ever leads to the item but the one whose
	// Result adds it, as a list's second page follows from its first. An item
	// is done once, so such a key need not be remembered, which keeps long
	// lists from filling the queue's memory of what is known.
	Sole bool
}

// A Claim is an item leased to the caller.
type Claim struct {
	Item
	Token    int64 // grows with every claim of the item
	Failures int   // how often Fail sent it back
	Snoozes  int   // how often Snooze did
	Losses   int   // how often a lease ran out

	seq int64 // the item's number in its queue
}

// A Result reports an item as done. Everything in it takes effect in one
// transaction, once.
type Result struct {
	Claim Claim
	Add   []Item            // what the page leads to; known keys are skipped
	Count map[string]int64  // added to the queue's counters
	Notes []string          // kept with the queue, the first MaxNotes of them
	Marks map[string]string // set for all queues, see Frontier.Mark
}

// A Failure reports an item that could not be done.
type Failure struct {
	Claim  Claim
	Reason string
	Retry  time.Duration // wait so long before the next attempt
	Dead   bool          // or give it up
	Count  map[string]int64
	Notes  []string
}

// MaxNotes is how many notes a queue keeps.
const MaxNotes = 200

// MaxListed is how many dead letters Stats lists.
const MaxListed = 200

// A Batch is the answer to a Claim.
type Batch struct {
	Claims []Claim
	// Open counts the items that are neither done nor dead, those just
	// claimed included. Zero means that the queue is finished.
	Open int
	// Wait is how long it takes until another item can be claimed if nobody
	// reports anything before. It is set when there are fewer Claims than
	// were asked for and Open is not zero.
	Wait time.Duration
}

// A Policy is what Claim keeps to.
type Policy struct {
	Lease       time.Duration // how long a claim holds; zero means two minutes
	Delay       time.Duration // least time between two claims on one host
	Concurrency int           // most items of one host leased at once; zero means any number
}

// DefaultLease is the lease of a Policy that names none.
const DefaultLease = 2 * time.Minute

// Stats tell how a queue stands.
type Stats struct {
	Open    int      // waiting or leased
	Leased  int      // of these
	Dead    int      // given up
	Letters []Letter // the first MaxListed of the dead
	Resting []Rest
	Count   map[string]int64
	Notes   []string
}

// A Letter is a dead letter: an item that was given up, and why.
type Letter struct {
	Item
	Reason string
}

// A Rest is a host that is blocked for now.
type Rest struct {
	Host   string    `json:"host"`
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"`
}

// A Frontier is one queue. It is safe for concurrent use. Every error is a
// failure of the storage behind it; the transition may or may not have
// happened, and may be repeated.
type Frontier interface {
	// Add puts items in line whose keys the queue has never seen.
	Add(ctx context.Context, items ...Item) error

	// Claim leases up to max items whose hosts may be asked now.
	Claim(ctx context.Context, max int) (Batch, error)

	// Extend renews the leases of claims that still hold, and reports those
	// that do not.
	Extend(ctx context.Context, claims ...Claim) (lost []Claim, err error)

	// Ack marks items as done. Results whose claim no longer holds are
	// dropped and counted in stale.
	Ack(ctx context.Context, results ...Result) (stale int, err error)

	// Turn is an Ack and then a Claim in one transaction, which is cheaper: it
	// is what a worker does over and over.
	Turn(ctx context.Context, max int, results ...Result) (batch Batch, stale int, err error)

	// Fail sends items back for another attempt, or gives them up. A failure
	// whose claim no longer holds is dropped.
	Fail(ctx context.Context, failures ...Failure) error

	// Snooze sends an item back to be claimed after d, without burning an
	// attempt. A claim that no longer holds is left alone.
	Snooze(ctx context.Context, claim Claim, d time.Duration) error

	// Block keeps all items of the host from being claimed for d. A block
	// that lasts longer already stays.
	Block(ctx context.Context, host string, d time.Duration, reason string) error

	// Pace sets a delay for one host in place of the policy's; the longer of
	// both holds. Zero takes it back.
	Pace(ctx context.Context, host string, delay time.Duration) error

	// Mark is a value that a Result set, "" if none did. Marks outlive their
	// queue and are shared by all queues of the storage: they are what one
	// collection leaves for the next.
	Mark(ctx context.Context, name string) (string, error)

	// Stats tells how the queue stands.
	Stats(ctx context.Context) (Stats, error)

	// Close lets go of the storage. Leases that are held run out.
	Close() error
}

// An Opener opens the queue of that name. Opening it again goes on where it
// stopped.
type Opener func(ctx context.Context, queue string, policy Policy) (Frontier, error)
