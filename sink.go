package chaping

import "context"

// A Sink takes what a source reads: the store in production, a slice in
// tests. Putting the same listing or review again changes nothing but the
// time it was last seen, so a source may resend whatever it is unsure of.
// When a Put returns nil the batch is stored; when it returns an error, none
// or part of it may be, and the source sends it again. Sinks are safe for
// concurrent use.
type Sink interface {
	PutListings(ctx context.Context, listings []Listing) error
	PutReviews(ctx context.Context, reviews []Review) error
}
