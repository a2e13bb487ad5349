// Package chaos holds a test, and no code: several processes do all that a
// station does on one data directory at once, are killed at random, and have
// clocks that are apart; and no number that comes out may be wrong.
//
//	lots of reviews ──▶ import ─┐                        ┌─▶ sheets, exit code 0 ─▶ equal to a recount?
//	terms files ──────▶ mine ───┤  one data directory,   ├─▶ frozen versions ─────▶ equal to a recount?
//	                    purge ──┤  or one server          ├─▶ backups ─────────────▶ whole?
//	                    portal ─┘  (SIGKILL at any time)  └─▶ other exit codes ────▶ with a message?
//
// # What a sheet may say
//
// A lot is the smallest thing that becomes visible at once: a file of reviews
// of one calendar month of one period, one batch and one partition. While a
// report runs, the lots whose import had been acknowledged before it began are
// there, and those whose import begins after it has ended are not; of those in
// between any may be. A sheet is right if there is one choice of them of which
// it is the recount: every row, every count, and every piece of evidence with
// its place in the text. A sheet of two moments is wrong.
//
// The recount (recount_test.go) reads what the generator wrote down about each
// review when it made it, and uses nothing of what it checks: no matcher, no
// query, no types of the program. The sentences are plain enough that a person
// would not argue.
//
// # How long
//
// go test ./chaos runs for some seconds a place. CHAPING_CHAOS=10m (make
// chaos) runs for that long; CHAPING_CHAOS_SEED repeats the choices of a run,
// though not the moments at which processes meet. CHAPING_CHAOS_KEEP names a
// directory in which what was worked on is kept.
package chaos
