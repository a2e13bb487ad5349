// Package pipeline puts the stages between the stored reviews and a sheet in
// their order: mine → tally → sheet. Every stage reads what the stage before
// it stored, can be killed at any moment, and gives the same result when it
// is run again: mentions and tallies of a period are replaced as a whole,
// never added to.
//
// A run record says for which state of the window and which dictionary a
// stage was finished. A stage whose record still fits is not run again.
package pipeline

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"chaping"
	"chaping/nlp"
	"chaping/report"
	"chaping/store"
)

// A Pipeline runs the stages on one store.
type Pipeline struct {
	Store *store.Store
	// Miner builds the miner, which takes a second; a stage that finds
	// nothing to mine does not call it.
	Miner func() (*nlp.Miner, error)
	// Version is what Miner().Version() would say.
	Version  string
	Now      func() time.Time
	Progress func(done, total uint64, detail string) // may be nil
}

// The stages, as run records name them.
const (
	stageMine  = "mine"
	stageTally = "tally"
)

// Mined says what mining a period came to.
type Mined struct {
	Period     string `json:"period"`
	Dictionary string `json:"dictionary"`
	Reviews    uint64 `json:"reviews"`
	Mentions   uint64 `json:"mentions"`
	Affirmed   uint64 `json:"affirmed"`
	Fresh      bool   `json:"fresh"` // false: the period had been mined before and nothing has changed
}

// batch is how many reviews go to a miner at once.
const batch = 2000

// Mine finds the mentions in every review of the period, unless that was done
// for the same reviews with the same dictionary; again forces it.
func (p *Pipeline) Mine(ctx context.Context, period chaping.Period, again bool) (Mined, error) {
	out := Mined{Period: period.String(), Dictionary: p.Version}
	// The state is read before the reviews: what arrives in between makes
	// the record stale, never the mentions.
	state, total, err := p.Store.WindowState(ctx, period.Window())
	if err != nil {
		return out, err
	}
	if last, ok, err := p.Store.LastRun(ctx, stageMine, period, p.Version); err != nil {
		return out, err
	} else if ok && last.State == state && !again {
		out.Reviews, out.Mentions, out.Affirmed = last.Counts["reviews"], last.Counts["mentions"], last.Counts["affirmed"]
		return out, nil
	}
	miner, err := p.Miner()
	if err != nil {
		return out, err
	}
	started := p.Now()
	w, err := p.Store.ReplaceMentions(ctx, period, p.Version)
	if err != nil {
		return out, err
	}
	var reviews, mentions, affirmed atomic.Uint64
	work := make(chan []chaping.Review, runtime.NumCPU())
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(work)
		return p.readBatches(gctx, period.Window(), work)
	})
	for range runtime.NumCPU() {
		g.Go(func() error {
			for batch := range work {
				var found []chaping.Mined
				for i := range batch {
					if ms := miner.Mine(nil, batch[i].Body()); len(ms) > 0 {
						found = append(found, chaping.Mined{Review: batch[i], Mentions: ms})
						mentions.Add(uint64(len(ms)))
						for _, m := range ms {
							if m.Assertion == chaping.Affirmed {
								affirmed.Add(1)
							}
						}
					}
				}
				if err := w.Write(gctx, found); err != nil {
					return err
				}
				done := reviews.Add(uint64(len(batch)))
				if p.Progress != nil {
					p.Progress(done, total, fmt.Sprintf("%d 条评论，命中 %d 处", done, mentions.Load()))
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return out, err
	}
	if err := w.Close(ctx); err != nil {
		return out, err
	}
	out.Reviews, out.Mentions, out.Affirmed, out.Fresh = reviews.Load(), mentions.Load(), affirmed.Load(), true
	return out, p.Store.PutRun(ctx, store.Run{Stage: stageMine, Period: period, Dictionary: p.Version, State: state, Started: started, Finished: p.Now(),
		Counts: map[string]uint64{"reviews": out.Reviews, "mentions": out.Mentions, "affirmed": out.Affirmed}})
}

func (p *Pipeline) readBatches(ctx context.Context, w chaping.Window, work chan<- []chaping.Review) error {
	var pending []chaping.Review
	send := func() error {
		if len(pending) == 0 {
			return nil
		}
		select {
		case work <- pending:
			pending = nil
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err := p.Store.Reviews(ctx, w, func(r *chaping.Review) error {
		pending = append(pending, *r)
		if len(pending) < batch {
			return nil
		}
		return send()
	})
	if err != nil {
		return err
	}
	return send()
}

// SheetOptions choose what goes on a platform sheet.
type SheetOptions struct {
	Keywords []string // product keywords; empty means all
	Terms    []string // empty means all
	Station  string
	Filed    time.Time
	Program  string
	Rules    []report.GradeRule
}

// PlatformSheet brings the period up to date, mining and counting where that
// is due, and makes the model of sheet B.
func (p *Pipeline) PlatformSheet(ctx context.Context, period chaping.Period, o SheetOptions) (*report.Platform, Mined, error) {
	mined, err := p.Mine(ctx, period, false)
	if err != nil {
		return nil, mined, err
	}
	if err := p.Store.BuildTallies(ctx, period, p.Version); err != nil {
		return nil, mined, err
	}
	filter := store.TallyFilter{Keywords: o.Keywords, Terms: o.Terms}
	var tallies []chaping.Tally
	err = p.Store.Tallies(ctx, period, p.Version, filter, func(t *chaping.Tally) error {
		tallies = append(tallies, *t)
		return nil
	})
	if err != nil {
		return nil, mined, err
	}
	sheet := &report.Platform{Station: o.Station, Filed: o.Filed, Period: period, Dictionary: p.Version, Program: o.Program,
		Rules: o.Rules, Rows: report.NewPlatformRows(tallies)}
	add, done := sheet.CollectEvidence()
	if err := p.Store.Evidence(ctx, period, p.Version, filter, add); err != nil {
		return nil, mined, err
	}
	done()
	return sheet, mined, nil
}
