package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"chaping/app"
)

// progress shows long work on the error stream: a bar on a terminal, a plain
// line every few seconds elsewhere, so that logs stay readable. The standard
// output is left to results.
type progress struct {
	out   io.Writer
	label string
	bar   *progressbar.ProgressBar // nil when not on a terminal
	now   func() time.Time
	last  time.Time
}

const progressEvery = 5 * time.Second

// startProgress begins to show work of total units; total -1 is unknown.
func (p *program) startProgress(label string, total int64) *progress {
	g := &progress{out: p.err, label: label, now: time.Now, last: time.Now()}
	if isTerminal(p.err) {
		g.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(p.err), progressbar.OptionSetDescription(label),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionFullWidth(),
			progressbar.OptionSetPredictTime(total > 0), progressbar.OptionSpinnerType(14))
	}
	return g
}

// show reports that done of total units are done; detail is for people.
func (g *progress) show(done, total int64, detail string) {
	if g.bar != nil {
		if total > 0 {
			g.bar.ChangeMax64(total)
		}
		g.bar.Describe(g.label + " " + detail)
		_ = g.bar.Set64(done)
		return
	}
	now := g.now()
	if now.Sub(g.last) < progressEvery {
		return
	}
	g.last = now
	if total > 0 {
		fmt.Fprintf(g.out, "%s %d%% %s\n", g.label, 100*done/total, detail)
		return
	}
	fmt.Fprintf(g.out, "%s %s\n", g.label, detail)
}

// watch shows how an operation goes on.
func (g *progress) watch(a app.Progress) {
	if a.Step != "" {
		g.label = a.Step
	}
	g.show(a.Done, a.Total, a.Detail)
}

func (g *progress) finish() {
	if g.bar != nil {
		_ = g.bar.Finish()
	}
}
