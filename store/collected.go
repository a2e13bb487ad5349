package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"chaping"
)

// Collected says whether the reviews of a period can be all there are. A sheet
// without reviews is a statement only where somebody has looked.
type Collected struct {
	Period   chaping.Period
	Keywords []string // of the watch, whose products alone are looked at; empty: all
	Reviews  uint64
	// Runs have read the whole window, after its end and without leaving
	// anything out: what they did not find is not there.
	Runs []Run
	// Purged is when the period's reviews were purged, if nothing has brought
	// them back since.
	Purged time.Time
}

// maxCollections is how many runs of a kind are looked at.
const maxCollections = 10_000

// ReviewsIn counts the reviews of a window.
func (s *Store) ReviewsIn(ctx context.Context, w chaping.Window) (reviews uint64, err error) {
	err = s.queryIn(ctx, w, "window_count", false, func(scan func(...any) error) error { return scan(&reviews) })
	return reviews, err
}

// Collected looks at the reviews and at the runs behind them; of a watch that
// has keywords, at those of the products that were listed under them, and at
// the collections of that watch.
func (s *Store) Collected(ctx context.Context, p chaping.Period, w chaping.Watch) (c Collected, err error) {
	c.Period, c.Keywords = p, w.Keywords
	var args []any
	if len(w.Keywords) > 0 {
		args = append(args, named("keywords", set(w.Keywords)))
	}
	err = s.queryIn(
		ctx,
		p.Window(),
		"window_count",
		len(w.Keywords) > 0,
		func(scan func(...any) error) error { return scan(&c.Reviews) },
		args...)
	if err != nil {
		return c, err
	}
	purged := int64(0) // by the store's order, for clocks may differ
	purges, err := s.Runs(ctx, RunFilter{Stage: stageRemove, Limit: maxCollections})
	if err != nil {
		return c, err
	}
	for _, r := range purges { // latest first
		if p.Before(r.Period) {
			c.Purged, purged = r.Started, r.Sequence
			break
		}
	}
	if c.Reviews > 0 && c.Purged.IsZero() {
		return c, nil
	}
	undoings, err := s.Runs(ctx, RunFilter{Stage: StageUndo, Limit: maxCollections})
	if err != nil {
		return c, err
	}
	undone := map[string]bool{}
	for _, r := range undoings {
		undone[r.State] = true
	}
	for _, f := range []RunFilter{{Stage: "collect", Period: p, Limit: maxCollections}, {Stage: "import", Limit: maxCollections}} {
		runs, err := s.Runs(ctx, f)
		if err != nil {
			return c, err
		}
		for _, r := range runs {
			if !r.Done() || r.Sequence < purged || undone[r.ID] {
				continue
			}
			if c.Reviews > 0 && r.touches(p.Window()) {
				c.Purged = time.Time{}
				return c, nil
			}
			if r.Stage == "import" && r.spans(p.Window()) || r.Stage == "collect" && r.complete(w) {
				c.Runs = append(c.Runs, r)
			}
		}
	}
	if len(c.Runs) > 0 {
		c.Purged = time.Time{}
	}
	return c, nil
}

// complete tells whether a collection of the watch has read its whole window.
func (r *Run) complete(w chaping.Watch) bool {
	if r.Started.Before(r.Period.Window().To) || r.Counts["pages"] == 0 || r.Counts["listings"] == 0 {
		return false
	}
	if w.Name != "" && !strings.Contains(r.ID, "-"+r.Period.String()+"-"+w.Name+"-") {
		return false
	}
	for _, lack := range []string{"dead", "unfinished", "truncated", "gaps", "faults", "robots", "denied"} {
		if r.Counts[lack] > 0 {
			return false
		}
	}
	return true
}

// Dates is the state of an import: of the first and the last review it read.
func Dates(first, last time.Time) string {
	return first.UTC().Format(time.RFC3339) + "/" + last.UTC().Format(time.RFC3339)
}

func (r *Run) dates() (first, last time.Time) {
	a, b, _ := strings.Cut(r.State, "/")
	first, _ = time.Parse(time.RFC3339, a) // zero where an older program wrote the record
	last, _ = time.Parse(time.RFC3339, b)
	return first, last
}

// spans tells whether an import has reviews from before the window and from
// after it, so that it would have had those in between.
func (r *Run) spans(w chaping.Window) bool {
	first, last := r.dates()
	return r.Counts["accepted"] > 0 && first.Before(w.From) && !last.Before(w.To)
}

// touches tells whether a run may have brought reviews of the window.
func (r *Run) touches(w chaping.Window) bool {
	first, last := r.dates()
	return r.Stage == "collect" || r.Counts["accepted"] > 0 && first.Before(w.To) && !last.Before(w.From)
}

// ChangedSince tells whether a run that ended after a moment may have changed what
// is said of a window's reviews.
func (s *Store) ChangedSince(ctx context.Context, w chaping.Window, since time.Time) (bool, error) {
	runs, err := s.Runs(ctx, RunFilter{Limit: maxCollections})
	return slices.ContainsFunc(runs, func(r Run) bool {
		if !r.Finished.After(since) {
			return false
		}
		switch r.Stage {
		case StageUndo, stageRemove: // of any time
			return true
		case StageImport:
			return r.Counts["products"] > 0 || r.touches(w)
		}
		of := r.Period.Window()
		return r.Period != chaping.Period{} && of.From.Before(w.To) && w.From.Before(of.To)
	}), err
}

// Check refuses to make a sheet of a period of which nobody knows anything.
func (c *Collected) Check() error {
	window := c.Period.Window().Chinese()
	switch {
	case !c.Purged.IsZero():
		return &chaping.Error{
			Code:    chaping.CodeInput,
			Message: fmt.Sprintf("报送期 %s 的评论已在 %s 清除，不能再生成报送表", c.Period, c.Purged.Format(time.DateOnly)),
			Advice:  chaping.Advice{Code: chaping.AdvicePurged},
		}
	case c.Reviews == 0 && len(c.Runs) == 0:
		of := ""
		if len(c.Keywords) > 0 {
			of = "商品关键词“" + chaping.Shorten(strings.Join(c.Keywords, "、"), 60) + "”的商品"
		}
		return &chaping.Error{
			Code:    chaping.CodeInput,
			Message: fmt.Sprintf("%s报送期 %s（%s）没有一条评论，也没有做完的采集或导入能说明确实没有", of, c.Period, window),
			Advice:  chaping.Advice{Code: chaping.AdviceEmptyPeriod},
		}
	}
	return nil
}

// Empty words what shows that the window has no review; it is empty where the
// window has some.
func (c *Collected) Empty() string {
	if c.Reviews > 0 || len(c.Runs) == 0 {
		return ""
	}
	var runs []string
	for i, r := range c.Runs {
		if i == 3 {
			runs = append(runs, fmt.Sprintf("等 %d 次", len(c.Runs)))
			break
		}
		what := "导入"
		if r.Stage == "collect" {
			what = "采集"
		}
		runs = append(runs, fmt.Sprintf("%s %s（%s 做完）", what, r.ID, r.Finished.Format(chaping.Minute)))
	}
	return "采集范围内没有一条评论，依据：" + strings.Join(runs, "、") + "。"
}
