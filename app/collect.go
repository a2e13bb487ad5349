package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"chaping"
	"chaping/crawler"
	"chaping/nlp/polarity"
	"chaping/store"
)

// A CollectRequest is a period of a watch, to be collected from all its sites.
type CollectRequest struct {
	Watch   chaping.Watch
	Period  chaping.Period
	Base    string // address of the site, instead of its profile's
	Workers int    // pages that are worked on at once; 0: as the crawler has it
	Full    bool   // reads the whole period, whatever was read before
	Fresh   bool   // does not go on with an interrupted collection
	Queues  Queues
}

// A CollectResult says what a collection came to.
type CollectResult struct {
	Period   chaping.Period    `json:"period"`
	Sources  []CollectedSource `json:"sources"`  // in the watch's order
	Complete bool              `json:"complete"` // everything that the sites show was read
}

// A CollectedSource is the part of one site.
type CollectedSource struct {
	crawler.Report
	Platform string    `json:"platform"`         // its name
	Resumed  time.Time `json:"resumed,omitzero"` // when the interrupted collection began that this one went on with
	Removed  bool      `json:"removed"`          // reviews were removed since the last collection: the whole period was read
	First    bool      `json:"first"`            // there were no reviews of the platform: the whole period was read
}

// Collect collects a period of all sources of a watch. It may be run again,
// nothing is there twice: what was interrupted goes on, and after what was
// finished only what is new is read. What a site does not show as its profile
// says is no error: the result tells.
func (a *App) Collect(ctx context.Context, r CollectRequest, watch Watcher) (CollectResult, error) {
	out := CollectResult{Period: r.Period}
	var notices []notice
	for _, source := range r.Watch.Sources {
		n, err := a.notice(ctx, source, r)
		if err != nil {
			return out, err
		}
		notices = append(notices, n)
	}
	queues, err := a.openQueues(r.Queues)
	if err != nil {
		return out, err
	}
	defer queues.close()
	out.Complete = true
	for _, n := range notices {
		source, err := a.takeUp(ctx, &n, r.Fresh)
		if err != nil {
			return out, err
		}
		source.Report, err = a.collect(ctx, queues, n, r.Workers, watch)
		source.Site = cmp.Or(source.Site, siteName(n.Site))
		out.Sources = append(out.Sources, source)
		if err != nil {
			out.Complete = false
			return out, err
		}
		out.Complete = out.Complete && source.Report.Complete()
	}
	return out, nil
}

// stageCollect is the stage's name in run records.
const stageCollect = "collect"

// A notice is what a process needs to know to work on a collection. It goes
// to other machines, and therefore holds no secrets: profiles only name the
// environment variables in which those are.
type notice struct {
	Run     string         `json:"run"`
	Started time.Time      `json:"started"`
	Site    string         `json:"site"` // the profile's name
	Text    string         `json:"text"` // and its YAML
	Base    string         `json:"base,omitempty"`
	Watch   chaping.Watch  `json:"watch"`
	Period  chaping.Period `json:"period"`
	Full    bool           `json:"full"`
}

// notice is the collection of one source, if that may be collected.
func (a *App) notice(ctx context.Context, source string, r CollectRequest) (notice, error) {
	n := notice{Watch: r.Watch, Period: r.Period, Full: r.Full, Base: r.Base}
	err := a.siteAllowed(ctx, source)
	if err == nil {
		n.Site, n.Text, err = a.readSite(source)
	}
	if err != nil {
		return n, err
	}
	profile, err := n.profile()
	if err == nil {
		err = profile.MayCrawl()
	}
	return n, err
}

func (n *notice) profile() (*crawler.Profile, error) {
	profile, err := crawler.LoadProfile(n.Site, strings.NewReader(n.Text))
	if err != nil || n.Base == "" {
		return profile, err
	}
	return profile.WithBase(n.Base)
}

// series names all runs of the same watch on the same site for the same
// period.
func (n *notice) series() string {
	h := fnv.New32a()
	fmt.Fprintf(h, "%q %q", n.Watch.Keywords, n.Base)
	return fmt.Sprintf("%s-%s-%s-%s-%08x-", stageCollect, siteName(n.Site), n.Period, n.Watch.Name, h.Sum32())
}

// takeUp names the run: that of the last one of its series if it was
// interrupted, or a new one.
func (a *App) takeUp(ctx context.Context, n *notice, fresh bool) (out CollectedSource, err error) {
	s, err := a.Store(ctx)
	if err != nil {
		return out, err
	}
	runs, err := s.Runs(ctx, store.RunFilter{Stage: stageCollect, Period: n.Period, Limit: 1000})
	if err != nil {
		return out, err
	}
	n.Started = a.Now()
	n.Run = n.series() + n.Started.UTC().Format("20060102T150405.000")
	for _, r := range runs { // latest first
		if !strings.HasPrefix(r.ID, n.series()) {
			continue
		}
		switch out.Removed, err = s.RemovedSince(ctx, r); {
		case err != nil:
			return out, err
		case out.Removed: // what was read then may be gone, in whole or in part
			n.Full = true
		case !r.Done() && !fresh:
			n.Run, n.Started, out.Resumed = r.ID, r.Started, r.Started
		}
		break
	}
	profile, err := n.profile()
	if err != nil {
		return out, err
	}
	out.Platform = profile.Platform.Name
	if n.Full {
		return out, nil
	}
	known, err := s.HasReviews(ctx, profile.Platform.ID)
	if err == nil && !known {
		n.Full, out.First = true, true
	}
	return out, err
}

// collect works on a collection into the store and keeps its run record.
func (a *App) collect(
	ctx context.Context,
	queues *queues,
	n notice,
	workers int,
	watch Watcher,
) (crawler.Report, error) {
	profile, err := n.profile()
	if err != nil {
		return crawler.Report{}, err
	}
	s, err := a.Store(ctx)
	if err != nil {
		return crawler.Report{}, err
	}
	run := store.Run{ID: n.Run, Stage: stageCollect, Period: n.Period, Started: n.Started}
	if err := s.PutRun(ctx, run); err != nil {
		return crawler.Report{}, err
	}
	if err := queues.post(ctx, n); err != nil {
		return crawler.Report{}, err
	}
	kept, err := a.Evidence(ctx)
	if err != nil {
		return crawler.Report{}, err
	}
	text, err := polarity.Shipped()
	if err != nil {
		return crawler.Report{}, err
	}
	sink, err := a.Spool(ctx)
	if err != nil {
		return crawler.Report{}, err
	}
	defer sink.Close()
	job := crawler.Job{Profile: profile, Watch: n.Watch, Window: n.Period.Window(), Run: n.Run, Full: n.Full}
	r, err := crawler.Collect(ctx, job, crawler.Options{
		Stored: func(ctx context.Context, product string, w chaping.Window, each func(chaping.StoredReview) error) error {
			return s.AlikeReviews(ctx, profile.Platform.ID, []string{product}, w, "", each)
		},
		Sink: sink, Evidence: kept, GradeText: text.GradeReview, Open: queues.open, Workers: workers, Log: a.Log, Version: a.programRelease(), Now: a.Now,
		Progress: func(g crawler.Progress) {
			watch.tell(Progress{Step: "采集", Done: g.Pages, Total: g.Pages + int64(g.Open),
				Detail: fmt.Sprintf("已读 %d 页、待读 %d 页，商品 %d 件，评论 %d 条", g.Pages, g.Open, g.Products, g.Reviews)})
		},
	})
	err = errors.Join(err, Emptied(ctx, sink))

	// Also when interrupted: the record tells that there is something to go on
	// with.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	run.Finished, run.Counts, run.Error = a.Now(), collectCounts(r), ""
	switch {
	case ctx.Err() != nil:
		run.Error = "被中断"
	case err != nil:
		run.Error = err.Error()
	case r.Unfinished > 0 && !r.BudgetSpent:
		run.Error = fmt.Sprintf("还有 %d 页没有读", r.Unfinished)
	}
	keep, perr := a.retention(last)
	if perr == nil {
		_, perr = kept.Prune(last, a.Now(), keep)
	}
	err = errors.Join(err, s.PutRun(last, run), perr)
	if run.Done() {
		err = errors.Join(err, queues.withdraw(last, n.Run))
	}
	return r, err
}

// collectCounts are a report's numbers as a run record keeps them.
func collectCounts(r crawler.Report) map[string]uint64 {
	out := map[string]uint64{}
	for name, n := range map[string]int64{
		"pages": r.Pages, "unchanged": r.Unchanged, "bytes": r.Bytes, "products": r.Products, "listings": r.Listings, "reviews": r.Reviews,
		"outside": r.Outside, "duplicates": r.Duplicates, "shared": r.Shared, "foreign_prices": r.Foreign, "refused": r.Refused, "faults": r.Faults,
		"robots": r.Robots, "denied": r.Denied, "dead": int64(r.Dead), "unfinished": int64(r.Unfinished),
		"truncated": r.TruncatedLists, "gaps": r.Gaps, "mixed_order": r.Mixed, "untold": r.Untold, "vague_dates": r.Vague, "twins": r.Twins,
	} {
		if n > 0 {
			out[name] = uint64(n)
		}
	}
	return out
}

// decodeNotice reads a notice of another process; ok is false for one of
// another version of the program.
func decodeNotice(run, text string) (n notice, ok bool) {
	err := json.Unmarshal([]byte(text), &n)
	return n, err == nil && n.Run == run
}
