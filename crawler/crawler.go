// Package crawler collects listings and reviews from e-commerce sites.
//
// A site is described by a Profile, which is data: where searches, product
// pages, shop pages and reviews are and how to read them. Collect walks such
// a site for a watch and a window:
//
//	search ──▶ product ──▶ shop ──▶ Listing
//	   │          │
//	   └ next     └──▶ reviews ──▶ Review
//	     page            └ next page, to the end; or until a whole page is older
//	                       than the window, where the newest come first
//
// Pages wait in a frontier.Frontier, which decides what may be fetched when
// and keeps what was counted; colly fetches them, a few at once, or a headless
// browser where scripts fill them; what they hold goes to a chaping.Sink before the page counts as done. A collection
// that is killed and started again under the same run name goes on where it
// stopped and ends with the same result.
//
// A page without reviews ends a list only where it shows that it does: a site
// that is busy, or wants a login, says so with status 200, too.
//
// One bad page never stops the rest. What the site gets wrong (a missing
// field, a date that does not exist) and what cannot be fetched is counted
// and reported with the URL.
//
// The crawler is polite: it says who it is, obeys robots.txt, keeps to the
// profile's rate, takes Retry-After at its word, and leaves a site alone that
// asks to prove to be human.
package crawler

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"chaping"
	"chaping/crawler/evidence"
	"chaping/crawler/frontier"
)

// A Job is one collection: the watch's keywords on one site, for one window.
type Job struct {
	Profile *Profile
	Watch   chaping.Watch
	Window  chaping.Window
	Run     string // names the collection; the same name goes on where it stopped
	// Full reads the whole window, also where an earlier run has read part of
	// it already. Without it, and with a queue that remembers, a product is
	// read back to where the last run began, less the profile's overlap.
	Full bool
}

// A Sink takes what is read, and how far.
type Sink interface {
	chaping.Sink
	// PutCoverage may be given the same again, as the other methods.
	PutCoverage(ctx context.Context, covered []chaping.Coverage) error
}

// Options say how a Job is run.
type Options struct {
	Sink Sink
	// Evidence, when set, keeps every page on which reviews of the window were
	// found, as it came. Those pages are not sent again while the site says
	// that they are unchanged.
	Evidence *evidence.Store
	// GradeText grades a review without a usable rating by its text; nil
	// leaves it unrated. It is called from several goroutines.
	GradeText func(*chaping.Review)
	// Stored calls each for the stored reviews of the site's product that came
	// without an ID and are dated within a window, this run's included: those
	// whose dates count back are known again by it. nil: none are stored.
	Stored func(ctx context.Context, product string, w chaping.Window, each func(chaping.StoredReview) error) error
	// Open opens the run's queue. Nil means a queue in memory.
	Open frontier.Opener
	// Workers is how many pages are worked on at once; zero means 8.
	Workers int
	// Patience is how long to wait for a site that is at rest before giving
	// up for now; zero means five minutes.
	Patience time.Duration
	// Lease is how long a page stays with a process that died, before it is
	// read again; living processes renew their leases. Zero means two minutes,
	// or four times the profile's timeout if that is longer.
	Lease time.Duration
	// Progress, when set, is told now and then how far the collection is. It
	// is called from one goroutine.
	Progress func(Progress)
	Log      *slog.Logger // nil: silent
	Version  string       // of the program, for the User-Agent; empty: "dev"

	// Now is the clock; nil means time.Now. A queue opened by Open has a
	// clock of its own.
	Now func() time.Time
	// Sleep waits; nil waits on the wall clock. Tests that inject Now inject
	// it as well.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Progress tells how far a collection is.
type Progress struct {
	Pages    int64 // read
	Products int64
	Reviews  int64 // in the window
	Faults   int64
	Open     int // pages known and not yet done
}

// A Report tells what a collection came to. Its counts are those of the
// whole run, also when the run was interrupted and taken up again.
type Report struct {
	Run      string         `json:"run"`
	Site     string         `json:"site"`
	Window   chaping.Window `json:"window"`
	Started  time.Time      `json:"started"` // this time, not the run's first start
	Finished time.Time      `json:"finished"`

	Pages      int64 `json:"pages"`          // read
	Unchanged  int64 `json:"unchanged"`      // of these, as they were when read before; not sent again
	Bytes      int64 `json:"bytes"`          // of the others, decompressed
	Products   int64 `json:"products"`       // different ones whose pages were read
	Listings   int64 `json:"listings"`       // handed to the sink
	Reviews    int64 `json:"reviews"`        // in the window, each once, handed to the sink
	Defaults   int64 `json:"defaults"`       // of these, default texts
	ByText     int64 `json:"graded_by_text"` // of these, without a usable rating and graded by their text
	Appended   int64 `json:"appended"`       // of these, with a follow-up
	Outside    int64 `json:"outside"`        // read, but published outside the window
	Duplicates int64 `json:"duplicates"`     // the site showed them again
	Shared     int64 `json:"shared"`         // products that show the reviews of another variant; stored once
	Refused    int64 `json:"refused"`        // not usable: no id, no date, dated in the future
	Foreign    int64 `json:"foreign_prices"` // products that are not priced in yuan; their price is left out
	Irrelevant int64 `json:"irrelevant"`     // search results whose name lacks the keyword
	Robots     int64 `json:"robots"`         // pages that robots.txt forbids
	Denied     int64 `json:"denied"`         // pages on hosts or networks that the profile does not allow

	Currencies     []string        `json:"currencies"`      // of foreign prices
	Faults         int64           `json:"faults"`          // what the site got wrong, refused reviews included
	Examples       []Fault         `json:"examples"`        // of these
	Truncated      []Fault         `json:"truncated"`       // lists that could not be read to their end
	TruncatedLists int64           `json:"truncated_lists"` // how many; Truncated names the first of them
	Mixed          int64           `json:"mixed_order"`     // lists that were to have the newest first and do not; read to their end
	Untold         int64           `json:"untold"`          // lists without the total that the profile names: nothing says that they are whole
	Vague          int64           `json:"vague_dates"`     // of Reviews: their dates are only counted back (2周前), and may be of another period
	Twins          int64           `json:"twins"`           // reviews that another product has as well, stored with both
	Gaps           int64           `json:"gaps"`            // products of whose reviews some were out of reach; their Coverage says why
	BudgetSpent    bool            `json:"budget_spent"`    // the profile allows no more pages or bytes in one run
	Dead           int             `json:"dead"`            // pages given up
	Letters        []Letter        `json:"letters"`
	Unfinished     int             `json:"unfinished"` // pages still waiting; more than 0 only if the site is at rest or the budget is spent
	Resting        []frontier.Rest `json:"resting"`    // hosts that are, and why
	Keywords       []KeywordReport `json:"keywords"`   // in the watch's order
}

// A KeywordReport is a Report's part on one product keyword.
type KeywordReport struct {
	Keyword   string `json:"keyword"`
	Found     int64  `json:"found"`    // search results
	Repeated  int64  `json:"repeated"` // of these, led to a product that the keyword had led to
	Listings  int64  `json:"listings"`
	Truncated bool   `json:"truncated"` // there were more search results than could be read
}

// A Fault is something on the site that is not as the profile says.
type Fault struct {
	URL     string `json:"url"`
	Field   string `json:"field,omitempty"`
	Value   string `json:"value,omitempty"`
	Problem string `json:"problem"`
}

func (f Fault) String() string {
	s := f.URL
	if f.Field != "" {
		s += fmt.Sprintf(" 字段“%s”", f.Field)
	}
	if f.Value != "" {
		s += fmt.Sprintf(" 值“%s”", chaping.Shorten(f.Value, 40))
	}
	return s + "：" + f.Problem
}

// A Letter is a page that was given up.
type Letter struct {
	URL    string `json:"url"`
	Reason string `json:"reason"`
}

// Complete tells whether everything that the site shows was read.
func (r *Report) Complete() bool {
	return r.Dead == 0 && r.Unfinished == 0 && r.TruncatedLists == 0 && r.Faults == 0
}
