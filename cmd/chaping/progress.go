package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"chaping/app"
)

// progress shows long work on the error stream: a bar on a terminal, a plain
// line every few seconds elsewhere, so that logs stay readable. The standard
// output is left to results. It is safe for concurrent use.
type progress struct {
	out      io.Writer
	terminal bool
	now      func() time.Time

	mu    sync.Mutex
	label string
	bar   *progressbar.ProgressBar // on a terminal, while there is something to show
	last  time.Time
}

const progressEvery = 5 * time.Second

// startProgress begins to show work.
func (p *program) startProgress(label string) *progress {
	return &progress{out: p.err, terminal: isTerminal(p.err), label: label, now: time.Now, last: time.Now()}
}

// show reports that done of total units are done; a total that is not positive
// is unknown. detail is for people.
func (g *progress) show(done, total int64, detail string) {
	g.watch(app.Progress{Done: done, Total: total, Detail: detail})
}

// watch shows how an operation goes on.
func (g *progress) watch(a app.Progress) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if a.Step != "" {
		g.label = a.Step
	}
	if g.terminal {
		g.draw(a)
		return
	}
	now := g.now()
	if now.Sub(g.last) < progressEvery {
		return
	}
	g.last = now
	if a.Total > 0 {
		fmt.Fprintf(g.out, "%s %d%% %s\n", g.label, 100*a.Done/a.Total, a.Detail)
		return
	}
	fmt.Fprintf(g.out, "%s %s\n", g.label, a.Detail)
}

func (g *progress) draw(a app.Progress) {
	if g.bar == nil {
		total := a.Total
		if total <= 0 {
			total = -1
		}
		g.bar = progressbar.NewOptions64(
			total,
			progressbar.OptionSetWriter(g.out),
			progressbar.OptionSetDescription(g.label),
			progressbar.OptionThrottle(
				100*time.Millisecond,
			),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionFullWidth(),
			progressbar.OptionSetPredictTime(total > 0),
			progressbar.OptionSpinnerType(14),
		)
	}
	if a.Total > 0 {
		g.bar.ChangeMax64(a.Total)
	}
	g.bar.Describe(g.label + " " + a.Detail)
	_ = g.bar.Set64(a.Done)
}

// finish clears the bar, before something else is shown. Work that goes on
// afterwards is shown again.
func (g *progress) finish() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.bar != nil {
		_ = g.bar.Finish()
		g.bar = nil
	}
}
