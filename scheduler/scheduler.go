// Package scheduler runs jobs when they are due, each planned moment once.
//
//	cron expression ─▶ next moment, kept ─▶ past? ─▶ a run for the slot, and the moment after, in one transaction
//	                                                      │
//	                          step ─▶ step ─▶ step ─▶ finished
//	                                   │ failed or killed: due again later; done steps stay done
//
// # Neither skipped nor doubled
//
// The identity of a run is its job and slot, the moment it was planned for.
// Moments are kept in station.db and only move forward, so that an hour that
// comes twice gives no second run. After an outage a job catches up: with
// every missed slot where each of them means something of its own (a month's
// report), with the latest alone where one run makes up for all (collecting).
//
// A wall clock that jumps against the monotonic one is not believed until it
// has been steady for Settle: a wrong date that is corrected soon does nothing.
//
// # One at a time
//
// Runs follow one another in one process, the one that holds the lease; so no
// two overlap.
package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"

	"chaping"
	"chaping/station"
)

// A Job is done at the moments of a cron expression.
type Job struct {
	Name  string
	Cron  string // five fields, in Asia/Shanghai unless CRON_TZ= says otherwise
	Each  bool   // after an outage, run every missed slot and not only the last
	Off   bool   // run by hand only; moments that pass meanwhile are not made up for
	Steps []Step
}

// A Step of a job. Run must be able to run again after it was killed.
type Step struct {
	Name string
	Run  func(ctx context.Context, slot time.Time) error
}

// A Scheduler runs jobs.
type Scheduler struct {
	DB   *station.DB
	Jobs []Job
	Now  func() time.Time
	// Elapsed is a clock that never jumps; the process's monotonic clock if
	// nil.
	Elapsed func() time.Duration
	Log     *slog.Logger
	// Failed is told of the first failure of a run, and of every tenth.
	Failed func(ctx context.Context, r station.Run, err error)

	last   time.Time     // wall clock at the last tick
	lastAt time.Duration // and the other one
	steady time.Duration // since when the clocks agree
	begun  bool
}

// The limits of what is believed about clocks.
const (
	jump   = 2 * time.Minute
	Settle = 10 * time.Minute
)

// retry is the delay after the nth failed attempt.
func retry(n int) time.Duration { return min(5*time.Minute<<min(n-1, 10), 2*time.Hour) }

// maxCatchUp bounds how many missed slots of one job are run.
const maxCatchUp = 60

// Parse reads a cron expression.
func Parse(spec string) (cron.Schedule, error) {
	s, err := cron.ParseStandard(withZone(spec))
	if err != nil {
		return nil, &chaping.Error{
			Code:    chaping.CodeInput,
			Message: fmt.Sprintf("计划时间“%s”读不懂", chaping.Shorten(spec, 60)),
			Err:     err,
			Remedy:  "写成五段的 cron 表达式，例如 30 0 25 * *（每月 25 日 0:30，北京时间）",
		}
	}
	// From any moment on: every combination of day and month that there is comes within
	// the few years that are looked through.
	if s.Next(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, &chaping.Error{
			Code:    chaping.CodeInput,
			Message: fmt.Sprintf("计划时间“%s”永远不会到，例如 2 月 30 日", chaping.Shorten(spec, 60)),
			Remedy:  "改成有的日子，例如 30 0 25 * *（每月 25 日 0:30，北京时间）",
		}
	}
	return s, nil
}

func withZone(spec string) string {
	if len(spec) > 3 && (spec[:3] == "TZ=" || len(spec) > 8 && spec[:8] == "CRON_TZ=") {
		return spec
	}
	return "CRON_TZ=Asia/Shanghai " + spec
}

// Tick plans and runs what is due and returns when it is done. The caller
// holds the lease and calls it every half a minute or so.
func (a *Scheduler) Tick(ctx context.Context) error {
	if !a.trusted() {
		return nil
	}
	for i := range a.Jobs {
		if err := a.plan(ctx, &a.Jobs[i]); err != nil {
			return err
		}
	}
	open, err := a.DB.OpenRuns(ctx)
	if err != nil {
		return err
	}
	for _, r := range open {
		if err := a.run(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// trusted compares the clocks.
func (a *Scheduler) trusted() bool {
	elapsed := a.Elapsed
	if elapsed == nil {
		elapsed = func() time.Duration { return time.Since(processStart) }
	}
	now, at := a.Now(), elapsed()
	drift := now.Round(0).Sub(a.last.Round(0)) - (at - a.lastAt)
	jumped := a.begun && drift.Abs() > jump
	if jumped {
		a.steady = at
		a.Log.Warn("时钟跳变，稳定后再继续", "偏差", drift.Round(time.Second), "现在", now.Format(time.DateTime))
	}
	if !a.begun {
		a.begun, a.steady = true, at-Settle // at the start there is nothing to compare with
	}
	a.last, a.lastAt = now, at
	return at-a.steady >= Settle
}

var processStart = time.Now()

// plan enters the runs of the slots that have come.
func (a *Scheduler) plan(ctx context.Context, j *Job) error {
	schedule, err := Parse(j.Cron)
	if err != nil {
		return err
	}
	now := a.Now()
	next, planned, err := a.DB.Plan(ctx, j.Name, j.Cron)
	if err != nil {
		return err
	}
	if !planned {
		return a.DB.SetPlan(ctx, j.Name, j.Cron, schedule.Next(now), false)
	}
	var slots []time.Time
	for !next.After(now) {
		slots = append(slots, next)
		if !j.Each || len(slots) > maxCatchUp {
			slots = slots[len(slots)-1:]
		}
		next = schedule.Next(next)
	}
	if len(slots) == 0 {
		return nil
	}
	if j.Off {
		slots = nil
	}
	return a.DB.SetPlan(ctx, j.Name, j.Cron, next, false, slots...)
}

// Trigger enters a run by hand, for the given slot, and leaves the plan as it
// is. A slot that was run already is not run again.
func (a *Scheduler) Trigger(ctx context.Context, job string, slot time.Time) error {
	if a.job(job) == nil {
		return &chaping.Error{
			Code:    chaping.CodeUsage,
			Message: fmt.Sprintf("没有名为“%s”的计划", job),
			Advice:  chaping.Advice{Code: chaping.AdvicePlans},
		}
	}
	return a.DB.SetPlan(ctx, job, "", time.Time{}, true, slot)
}

func (a *Scheduler) job(name string) *Job {
	for i := range a.Jobs {
		if a.Jobs[i].Name == name {
			return &a.Jobs[i]
		}
	}
	return nil
}

// run takes a run up where it stands.
func (a *Scheduler) run(ctx context.Context, r station.Run) error {
	j := a.job(r.Job)
	if j == nil { // a job that is no longer planned
		return a.DB.EndRun(ctx, r.ID, "", time.Time{})
	}
	done := map[string]bool{}
	for _, s := range r.Steps {
		done[s.Name] = s.Finished != nil
	}
	for _, s := range j.Steps {
		if done[s.Name] {
			continue
		}
		if err := a.DB.BeginStep(ctx, r.ID, s.Name); err != nil {
			return err
		}
		failed := a.step(ctx, s, r.Slot)
		if ctx.Err() != nil { // stopped from outside: no failure, taken up next time
			return ctx.Err()
		}
		problem := ""
		if failed != nil {
			problem = chaping.Shorten(failed.Error(), 500)
		}
		if err := a.DB.EndStep(ctx, r.ID, s.Name, problem); err != nil {
			return err
		}
		if failed != nil {
			a.Log.Error("步骤失败，稍后重试", "计划", r.Job, "步骤", s.Name, "原因", problem)
			if r.Attempts%10 == 0 && a.Failed != nil {
				a.Failed(ctx, r, fmt.Errorf("%s：%w", s.Name, failed))
			}
			return a.DB.EndRun(ctx, r.ID, s.Name+"："+problem, a.Now().Add(retry(r.Attempts+1)))
		}
	}
	return a.DB.EndRun(ctx, r.ID, "", a.Now())
}

// step runs one step; what panics has failed.
func (a *Scheduler) step(ctx context.Context, s Step, slot time.Time) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.Join(err, fmt.Errorf("程序错误：%v", r))
		}
	}()
	return s.Run(ctx, slot)
}
