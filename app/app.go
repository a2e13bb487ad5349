// Package app is what the program does, once, for both of its faces: the
// command line and the portal. Every operation takes a typed request and gives
// a typed result; long ones tell their Progress. Nothing here prints, knows a
// flag or a button, or words advice that only one face could follow: that is a
// chaping.Advice, which each face words for its user.
//
//	Import, Collect ─▶ reviews ─▶ Mine ─▶ mentions, counts ─▶ sheets, leads, urgent, annual
//	                                 ▲
//	             dictionary, judgements (what people decide)
//
// Plans and reminders do by themselves, at their times, what people would do.
//
// An App is the data directory: it alone opens the store, the station's
// decisions and the evidence, each once and when first asked for.
//
// Between the stored reviews and a sheet a Pipeline runs the stages in their
// order. Every stage reads what the stage before it stored, can be killed at
// any moment, and gives the same result when it is run again: what is made of a
// period is written beside what holds and takes its place as a whole, a
// store.Edition, which says of which state of the window and with which
// dictionary it was made. While it fits, nothing is made again.
package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"chaping"
	"chaping/crawler/evidence"
	"chaping/report/pdf"
	"chaping/scheduler/calendar"
	"chaping/station"
	"chaping/store"
)

// Config is what an App works on.
type Config struct {
	Dir     string           // the data directory
	DSN     string           // ClickHouse server; empty: the embedded engine
	Redis   string           // server that processes share their queues and the schedule on; may be empty
	Version string           // of the program, as sheets name it
	Now     func() time.Time // the clock
	Log     *slog.Logger
	Warn    func(string) // takes what a person should read although nothing failed; may be nil
	// Opened is a store that is open already and stays so; nil: the App opens
	// what Dir and DSN name. A process can open one embedded store.
	Opened *store.Store
	// Self is the program's file, for what needs a process of its own: one can
	// open one embedded store.
	Self string
	// Shifted says that Now is set apart from the servers' clocks on purpose.
	Shifted bool
}

// An App is one data directory and what is open of it. It is safe for
// concurrent use.
type App struct {
	Config

	mu       sync.Mutex
	store    *store.Store
	station  *station.DB
	evidence *evidence.Store
	closing  []func() error
	judged   judged
	fonts    *pdf.Fonts
	planning planning
}

// New makes an App. It opens nothing; Close closes what was opened since.
func New(c Config) *App {
	return &App{Config: c, store: c.Opened, fonts: pdf.SystemFonts(), planning: planning{turn: make(chan struct{}, 1)}}
}

// Close closes what is open, the last opened first.
func (a *App) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.judged.forget()
	var err error
	for _, done := range slices.Backward(a.closing) {
		err = errors.Join(err, done())
	}
	a.store, a.station, a.evidence, a.closing = a.Opened, nil, nil, nil
	return err
}

// Path is a file of the data directory.
func (a *App) Path(name ...string) string {
	return filepath.Join(append([]string{a.Dir}, name...)...)
}

func (a *App) warn(message string) {
	if a.Warn != nil {
		a.Warn(message)
	}
}

// Store is the database of reviews, mentions and counts.
func (a *App) Store(ctx context.Context) (*store.Store, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.store != nil {
		return a.store, nil
	}
	s, err := store.Open(ctx, a.StoreConfig())
	if err == nil {
		a.store, a.closing = s, append(a.closing, s.Close)
	}
	return s, err
}

// StoreConfig is how the store is opened.
func (a *App) StoreConfig() store.Config {
	dir, err := filepath.Abs(a.Dir)
	if err != nil { // there is no working directory: the store will say so
		dir = a.Dir
	}
	c := store.Config{DSN: a.DSN, DataDir: dir, Now: a.Now, Log: a.Log}
	if !a.Shifted {
		c.Tell = a.warn
	}
	return c
}

// Station is what people have decided.
func (a *App) Station(ctx context.Context) (*station.DB, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.station != nil {
		return a.station, nil
	}
	d, err := station.Open(ctx, a.Dir, a.Now)
	if err == nil {
		a.station, a.closing = d, append(a.closing, d.Close)
	}
	return d, err
}

// decisions is the station's database, nil where nobody has decided anything
// yet: reading makes no file.
func (a *App) decisions(ctx context.Context) (*station.DB, error) {
	if _, err := os.Stat(a.Path(station.File)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return a.Station(ctx)
}

// EvidenceDir is where the pages of reviews are kept.
func (a *App) EvidenceDir() string { return a.Path("evidence") }

// Evidence are the kept pages.
func (a *App) Evidence(ctx context.Context) (*evidence.Store, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.evidence != nil {
		return a.evidence, nil
	}
	e, err := evidence.Open(ctx, a.EvidenceDir())
	if err == nil {
		a.evidence, a.closing = e, append(a.closing, e.Close)
	}
	return e, err
}

// keptEvidence are the kept pages, nil where nothing was collected here.
func (a *App) keptEvidence(ctx context.Context) (*evidence.Store, error) {
	if _, err := os.Stat(a.EvidenceDir()); err != nil {
		return nil, nil
	}
	return a.Evidence(ctx)
}

// Calendar is the shipped calendar with the years that the operator keeps in
// the data directory's folder holidays.
func (a *App) Calendar() (*calendar.Calendar, error) {
	var extra fs.FS
	dir := a.Path("holidays")
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		extra = os.DirFS(dir)
	}
	return calendar.NewCalendar(extra)
}

// Judgements are what people have made of mentions; none where nobody has
// decided anything yet.
func (a *App) Judgements(ctx context.Context) (map[chaping.Judged]chaping.Judgement, error) {
	d, err := a.decisions(ctx)
	if err != nil || d == nil {
		return nil, err
	}
	mark, err := d.LastJudgement(ctx)
	if err != nil {
		return nil, err
	}
	a.judged.mu.Lock()
	defer a.judged.mu.Unlock()
	if a.judged.all != nil && a.judged.mark == mark {
		return a.judged.all, nil
	}
	all := map[chaping.Judged]chaping.Judgement{} // a new one: others are reading the old one
	err = d.Judgements(ctx, func(j chaping.Judgement) error {
		all[chaping.Judged{Review: j.Review, Term: j.Term}] = j
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.judged.all, a.judged.mark = all, mark
	return all, nil
}

// judged are the judgements that held when somebody last asked.
type judged struct {
	mu   sync.Mutex
	mark int64 // of the last of them
	all  map[chaping.Judged]chaping.Judgement
}

func (j *judged) forget() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.all = nil
}

// Rejected are the judgements by which a review does not count for a term.
func (a *App) Rejected(ctx context.Context) (*store.Rejections, error) {
	judged, err := a.Judgements(ctx)
	if err != nil {
		return nil, err
	}
	seconds, _, err := a.decidedBySecond(ctx, judged)
	return rejected(judged, seconds), err
}
