package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"chaping"
)

// A Run is one run of a stage of the pipeline.
type Run struct {
	ID         string            `json:"id"`
	Stage      string            `json:"stage"`                // collect, import, mine, tally, ...
	Period     chaping.Period    `json:"period,omitzero"`      // zero when the stage has none
	Dictionary string            `json:"dictionary,omitempty"` // version; empty when the stage has none
	State      string            `json:"-"`                    // the WindowState that the stage read
	Started    time.Time         `json:"started"`              // to the millisecond
	Finished   time.Time         `json:"finished,omitzero"`    // zero while it runs, or when it was killed
	Counts     map[string]uint64 `json:"counts"`               // what the stage did, for people
	Error      string            `json:"error,omitempty"`      // empty when it succeeded

	Sequence int64 `json:"-"` // greater than that of all records that were written before
}

// Done tells whether the run came to a good end.
func (r *Run) Done() bool { return !r.Finished.IsZero() && r.Error == "" }

// PutRun stores a run, or what has become of it.
func (s *Store) PutRun(ctx context.Context, r Run) error {
	if r.Counts == nil {
		r.Counts = map[string]uint64{}
	}
	counts, err := json.Marshal(r.Counts)
	if err != nil {
		return err
	}
	var sequence int64
	if err := s.query(ctx, "run_sequence", nil, nil, func(scan func(...any) error) error { return scan(&sequence) }); err != nil {
		return err
	}
	if r.Finished.IsZero() {
		s.log.InfoContext(ctx, "run started", "run", r.ID, "stage", r.Stage)
	} else {
		s.log.InfoContext(ctx, "run ended", "run", r.ID, "stage", r.Stage, "counts", r.Counts, "problem", r.Error,
			"took", r.Finished.Sub(r.Started))
	}
	return s.insert(ctx, "runs", "id, stage, period, dictionary, state, started, finished, counts, error, updated",
		[]string{r.ID}, []string{r.Stage}, []uint32{periodNumber(r.Period)}, []string{r.Dictionary}, []string{r.State},
		[]int64{millis(r.Started)}, []int64{millis(r.Finished)}, []string{string(counts)}, []string{r.Error},
		[]int64{sequence})
}

// stageRemove is the stage of the records that say that reviews were removed.
// Where those of old periods were purged, Period is the first that was kept.
const stageRemove = "remove"

// removing removes reviews, and records it: records of other stages that speak
// of reviews and are older than the last removal hold no longer (RemovedSince).
// The record is there before anything goes, and is newer than all others once
// everything has gone.
func (s *Store) removing(ctx context.Context, kept chaping.Period, remove func(context.Context) error) error {
	now := s.now()
	run := Run{
		ID:      fmt.Sprintf("%s-%s-%s", stageRemove, now.UTC().Format("20060102T150405.000000000"), rand.Text()[:6]),
		Stage:   stageRemove,
		Period:  kept,
		Started: now,
	}
	if err := s.PutRun(ctx, run); err != nil {
		return err
	}
	if err := remove(ctx); err != nil {
		return err
	}
	run.Finished = s.now()
	return s.PutRun(ctx, run)
}

// RemovedSince tells whether reviews were removed after the run was last
// written, so that its record may speak of what is gone.
func (s *Store) RemovedSince(ctx context.Context, r Run) (removed bool, err error) {
	last, err := s.Runs(ctx, RunFilter{Stage: stageRemove, Limit: 1})
	return err == nil && len(last) > 0 && last[0].Sequence > r.Sequence, err
}

// A RunFilter selects runs. Zero fields select all.
type RunFilter struct {
	ID         string
	Stage      string
	Period     chaping.Period
	Dictionary string
	Limit      int // 0 means 100
}

// Runs are the runs that the filter selects, the one that was written last
// first, whatever clocks said.
func (s *Store) Runs(ctx context.Context, f RunFilter) ([]Run, error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	period := periodNumber(f.Period)
	var list []Run
	err := s.query(ctx, "runs", map[string]any{
		"ID": f.ID, "Stage": f.Stage, "Period": period, "Dictionary": f.Dictionary,
	}, []any{
		named(
			"id",
			f.ID,
		), named("stage", f.Stage), named("period", period), named("dictionary", f.Dictionary), named("limit", f.Limit),
	}, func(scan func(...any) error) error {
		r, err := scanRun(scan)
		list = append(list, r)
		return err
	})
	return list, err
}

func scanRun(scan func(...any) error) (r Run, err error) {
	var (
		period            uint32
		started, finished int64
		counts            string
	)
	err = scan(
		&r.ID,
		&r.Stage,
		&period,
		&r.Dictionary,
		&r.State,
		&started,
		&finished,
		&counts,
		&r.Error,
		&r.Sequence,
	)
	if err != nil {
		return r, err
	}
	r.Period, r.Started, r.Finished = numberedPeriod(period), fromMillis(started), fromMillis(finished)
	return r, json.Unmarshal([]byte(counts), &r.Counts)
}
