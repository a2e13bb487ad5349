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
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"chaping"
	"chaping/evidence"
	"chaping/nlp"
	"chaping/nlp/polarity"
	"chaping/report"
	"chaping/store"
)

// A Pipeline runs the stages on one store.
type Pipeline struct {
	Store    *store.Store
	Miner    *nlp.Miner
	Evidence *evidence.Store // where pages of reviews are kept; nil: nowhere
	Now      func() time.Time
	Progress func(done, total uint64, detail string) // may be nil

	// Judgements are what people have made of mentions; may be nil.
	Judgements map[Judged]chaping.Judgement
}

// Judged is what a judgement is about.
type Judged struct {
	Review chaping.ReviewKey
	Term   string
}

func (p *Pipeline) judged(key chaping.ReviewKey, term string) chaping.Judgement {
	return p.Judgements[Judged{key, term}]
}

// stageMine is the stage's name in run records.
const stageMine = "mine"

// Mined says what mining a period came to.
type Mined struct {
	Period     string `json:"period"`
	Dictionary string `json:"dictionary"`
	Reviews    uint64 `json:"reviews"`
	Mined      uint64 `json:"mined"` // of Reviews, those that were mined now; the others' mentions were carried over
	Mentions   uint64 `json:"mentions"`
	Affirmed   uint64 `json:"affirmed"`
	Pinned     int    `json:"pinned"` // pages that are now kept as evidence of severe mentions, and were not before
	Fresh      bool   `json:"fresh"`  // false: the period had been mined before and nothing has changed
}

// batch is how many reviews go to a miner at once.
const batch = 2000

// Mine finds the mentions in every review of the period, unless that was done
// for the same reviews with the same dictionary; again forces it.
func (p *Pipeline) Mine(ctx context.Context, period chaping.Period, again bool) (Mined, error) {
	for try := 1; ; try++ {
		out, err := p.mineOnce(ctx, period, again)
		if try == mineTries || !p.Store.Lost(err) {
			return out, err
		}
	}
}

// mineTries is how often mining begins again after a server was lost while
// reviews were being read: a stream does not continue elsewhere.
const mineTries = 3

func (p *Pipeline) mineOnce(ctx context.Context, period chaping.Period, again bool) (Mined, error) {
	out := Mined{Period: period.String(), Dictionary: p.Miner.Version()}
	version := p.Miner.Version()
	runs, err := p.Store.Runs(ctx, store.RunFilter{Stage: stageMine, Period: period, Limit: maxRuns})
	if err != nil {
		return out, err
	}
	known := ""
	if len(runs) > 0 {
		known = runs[0].State
	}
	// The state is read before the reviews: what arrives in between makes
	// the record stale, never the mentions.
	state, total, err := p.Store.WindowState(ctx, period.Window(), known)
	if err != nil {
		return out, err
	}
	valid := finished(runs, state)
	if i := slices.IndexFunc(valid, func(r store.Run) bool { return r.Dictionary == version }); i >= 0 && !again {
		c := valid[i].Counts
		out.Reviews, out.Mentions, out.Affirmed = c["reviews"], c["mentions"], c["affirmed"]
		return out, nil
	}
	if again {
		valid = nil
	}
	run := store.Run{ID: fmt.Sprintf("%s-%s-%s-%s", stageMine, period, version, p.Now().UTC().Format("20060102T150405.000000000")), Stage: stageMine, Period: period, Dictionary: version, State: state, Started: p.Now()}
	if err := p.Store.PutRun(ctx, run); err != nil { // from here on, the mentions are being replaced
		return out, err
	}
	before, err := p.mineEdit(ctx, period, valid, total, &out)
	if err == nil && before == "" {
		err = p.mine(ctx, period, total, &out)
		out.Mined = out.Reviews
	}
	if err != nil {
		return out, err
	}
	terms := p.Miner.Dictionary().Terms
	if err := p.Store.PutDictionary(ctx, store.Dictionary{Version: version, Base: p.Miner.Base(), Terms: terms}); err != nil {
		return out, err
	}
	if err := p.Store.BuildCounts(ctx, period, version, terms, before); err != nil {
		return out, err
	}
	if out.Pinned, err = p.Pin(ctx, period); err != nil { // before the run is done, so that none is done without it
		return out, err
	}
	out.Fresh = true
	run.Finished = p.Now()
	run.Counts = map[string]uint64{"reviews": out.Reviews, "mentions": out.Mentions, "affirmed": out.Affirmed}
	return out, p.Store.PutRun(ctx, run)
}

// maxRuns is how many records of mining a period are looked at.
const maxRuns = 100

// finished are the runs that left mentions for the window as it is now: of
// every dictionary the latest run, if it was finished for that state.
func finished(runs []store.Run, state string) []store.Run {
	var valid []store.Run
	seen := map[string]bool{}
	for _, r := range runs { // the latest comes first
		if !seen[r.Dictionary] && r.Done() && store.SameState(r.State, state) {
			valid = append(valid, r)
		}
		seen[r.Dictionary] = true
	}
	return valid
}

// mine mines all reviews of the period.
func (p *Pipeline) mine(ctx context.Context, period chaping.Period, total uint64, out *Mined) error {
	w, err := p.Store.ReplaceMentions(ctx, period, p.Miner.Version())
	if err != nil {
		return err
	}
	return p.mineReviews(ctx, func(ctx context.Context, each func(*chaping.Review) error) error {
		return p.Store.Reviews(ctx, period.Window(), each)
	}, w, total, out)
}

// mineReviews reads, mines on all cores and writes: one reader, one writer,
// miners in between.
func (p *Pipeline) mineReviews(ctx context.Context, read func(context.Context, func(*chaping.Review) error) error, w *store.MentionWriter, total uint64, out *Mined) error {
	type mined struct {
		reviews int
		found   []chaping.Mined
	}
	work := make(chan []chaping.Review, runtime.NumCPU())
	done := make(chan mined, runtime.NumCPU())
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(work)
		return readBatches(ctx, read, work)
	})
	g.Go(func() error {
		defer close(done)
		miners, ctx := errgroup.WithContext(ctx)
		for range runtime.NumCPU() {
			miners.Go(func() error {
				for reviews := range work {
					select {
					case done <- mined{len(reviews), p.mineBatch(reviews)}:
					case <-ctx.Done():
						return ctx.Err()
					}
				}
				return nil
			})
		}
		return miners.Wait()
	})
	g.Go(func() error {
		for m := range done {
			if err := w.Write(ctx, m.found); err != nil {
				return err
			}
			out.add(m.reviews, m.found)
			if p.Progress != nil {
				p.Progress(out.Reviews, total, fmt.Sprintf("%d 条评论，命中 %d 处", out.Reviews, out.Mentions))
			}
		}
		return ctx.Err()
	})
	if err := g.Wait(); err != nil {
		return err
	}
	return w.Flush(context.WithoutCancel(ctx))
}

func (m *Mined) add(reviews int, found []chaping.Mined) {
	m.Reviews += uint64(reviews)
	for i := range found {
		m.Mentions += uint64(len(found[i].Mentions))
		for _, mention := range found[i].Mentions {
			if mention.Assertion == chaping.Affirmed {
				m.Affirmed++
			}
		}
	}
}

// mineBatch returns the reviews that have mentions.
func (p *Pipeline) mineBatch(reviews []chaping.Review) []chaping.Mined {
	var found []chaping.Mined
	for i := range reviews {
		if ms := p.Miner.Mine(nil, reviews[i].Body()); len(ms) > 0 {
			found = append(found, chaping.Mined{Review: reviews[i], Mentions: ms})
		}
	}
	return found
}

func readBatches(ctx context.Context, read func(context.Context, func(*chaping.Review) error) error, work chan<- []chaping.Review) error {
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
	err := read(ctx, func(r *chaping.Review) error {
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
	Min      uint64   // least 差评数 of a row
	Top      int      // most rows; 0 means all
	Station  string
	Filed    time.Time
	Program  string
}

// PlatformSheet brings the period up to date, mining and counting where that
// is due, and makes the model of sheet B.
func (p *Pipeline) PlatformSheet(ctx context.Context, period chaping.Period, o SheetOptions) (*report.Platform, Mined, error) {
	mined, err := p.Mine(ctx, period, false)
	if err != nil {
		return nil, mined, err
	}
	if err := p.Store.BuildTallies(ctx, period, p.Miner.Version()); err != nil {
		return nil, mined, err
	}
	filter := store.TallyFilter{Keywords: o.Keywords, Terms: o.Terms}
	sheet := &report.Platform{Station: o.Station, Filed: o.Filed, Period: period, Dictionary: p.Miner.Version(), Program: o.Program}
	addRow, ordered := sheet.CollectRows()
	err = p.Store.Tallies(ctx, period, p.Miner.Version(), filter, func(t *chaping.Tally) error { addRow(t); return nil })
	if err != nil {
		return nil, mined, err
	}
	ordered()
	gaps, err := p.Store.Gaps(ctx, period.Window())
	if err != nil {
		return nil, mined, err
	}
	missing := map[store.ProductKey]string{}
	for _, g := range gaps {
		missing[store.ProductKey{Platform: g.Platform, Product: g.Product}] = g.Missing
	}
	for i := range sheet.Rows {
		r := &sheet.Rows[i]
		r.Missing = missing[store.ProductKey{Platform: r.Platform, Product: r.ProductID}]
	}
	graded, err := p.Store.Rules(ctx, period.Window())
	if err != nil {
		return nil, mined, err
	}
	for _, g := range graded {
		sheet.Rules = append(sheet.Rules, report.GradeRule{Platform: g.Platform, Rule: describeRule(g.Rule)})
	}
	add, done := sheet.CollectEvidence(p.judged)
	if err := p.Store.Evidence(ctx, period, p.Miner.Version(), filter, add); err != nil {
		return nil, mined, err
	}
	done()
	sheet.Select(o.Min, o.Top)
	return sheet, mined, nil
}

// describeRule words what graded a review, as Review.Rule has it: a rating
// rule, the text model, or nothing.
func describeRule(rule string) string {
	switch {
	case rule == "":
		return "没有评分、也不能按正文评级的评论（如系统默认评论）不评级，不计入差评数"
	case strings.HasPrefix(rule, polarity.VersionPrefix):
		return "没有评分的评论，由文本模型按正文评为好评或差评（模型版本 " + rule + "）"
	}
	if r, err := chaping.ParseRatingRule(rule); err == nil {
		return r.Chinese()
	}
	return rule
}
