package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"chaping"
	"chaping/scheduler"
	"chaping/station"
)

// A StepResult is what a step of a plan came to; what it did not do is nil.
type StepResult struct {
	Plan        string          `json:"plan"`
	Step        string          `json:"step"`
	Problem     error           `json:"-"` // why the step failed; it is tried again
	Collections []CollectResult `json:"collections,omitempty"`
	Mined       *Mined          `json:"mined,omitempty"`
	Raised      int             `json:"raised,omitempty"` // candidates for urgent reports that were not known before
	Files       []string        `json:"files,omitempty"`
	Backup      *BackupResult   `json:"-"` // the list of backups has it
	Drilled     *BackupResult   `json:"-"` // the backup that was restored and removed
	Expired     []string        `json:"-"` // backups that were removed
	Delivery
}

// tickEvery is how often the scheduler looks at the clock, and keeps its lease.
const tickEvery = 20 * time.Second

// planning is how the plans are run in this process: by one at a time, be it
// at their times or by hand.
type planning struct {
	turn  chan struct{}   // held by who runs plans
	lease scheduler.Lease // kept while the process runs the plans at their times; turn guards it
}

// take waits for the turn.
func (p *planning) take(ctx context.Context, watch Watcher) error {
	select {
	case p.turn <- struct{}{}:
		return nil
	default:
	}
	watch.tell(Progress{Step: "等待", Detail: "别的计划正在运行，等它做完"})
	select {
	case p.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// keep has the lease kept, or not any more, and gives the one that was.
func (p *planning) keep(lease scheduler.Lease) (before scheduler.Lease) {
	p.turn <- struct{}{}
	before, p.lease = p.lease, lease
	<-p.turn
	return before
}

// RunPlans runs the plans at their times until ctx ends, as the file of plans
// says at the time; each is told what every step came to. Where another process
// runs them, this one is ready to take over.
func (a *App) RunPlans(ctx context.Context, each func(StepResult), watch Watcher) error {
	lease, err := a.lease()
	if err != nil {
		return err
	}
	a.planning.keep(lease)
	defer func() { a.release(ctx, a.planning.keep(nil)) }()
	var s *scheduler.Scheduler
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for problem := ""; ; {
		fresh, err := a.scheduler(ctx, each, watch)
		switch {
		case err == nil && s == nil:
			s = fresh
		case err == nil:
			s.Jobs = fresh.Jobs
		}
		if err == nil || s != nil { // plans that cannot be read leave those of before
			_, failed := a.inTurn(ctx, watch, s.Tick)
			err = errors.Join(err, failed)
		}
		switch {
		case err == nil || ctx.Err() != nil:
			problem = ""
		case err.Error() != problem: // once
			problem = err.Error()
			a.Log.Error("调度出错，稍后再试", "原因", err)
		}
		select {
		case <-ctx.Done():
			return nil // stopping is how this ends
		case <-tick.C:
		}
	}
}

// inTurn runs what is due, after what this process is running of the plans; not
// where another process runs them.
func (a *App) inTurn(ctx context.Context, watch Watcher, tick func(context.Context) error) (ran bool, err error) {
	if err := a.planning.take(ctx, watch); err != nil {
		return false, err
	}
	defer func() { <-a.planning.turn }()
	lease := a.planning.lease
	if lease == nil {
		if lease, err = a.lease(); err != nil {
			return false, err
		}
		defer a.release(ctx, lease)
	}
	return scheduler.Under(ctx, lease, tickEvery, tick)
}

// PlansRun tells whether a process runs the plans at their times.
func (a *App) PlansRun(ctx context.Context) (bool, error) {
	select {
	case a.planning.turn <- struct{}{}:
		defer func() { <-a.planning.turn }()
	default: // this one does, just now
		return true, nil
	}
	if a.planning.lease != nil {
		return true, nil
	}
	lease, err := a.lease()
	if err != nil {
		return false, err
	}
	free, err := lease.Hold(ctx)
	if free {
		a.release(ctx, lease)
	}
	return !free, err
}

// A PlanRequest is a plan to be run now.
type PlanRequest struct {
	Plan   string
	Period chaping.Period // of a monthly plan; zero: the one that ended last
}

// A PlanResult says what running a plan came to.
type PlanResult struct {
	Plan      string       `json:"plan"`
	Slot      time.Time    `json:"slot"`
	Elsewhere bool         `json:"elsewhere"` // another process runs the plans, and this one has been left to it
	Done      int          `json:"done"`      // steps that are done, by earlier attempts too
	Steps     []StepResult `json:"steps"`     // what was done now
}

// RunPlan runs a plan now, and what else is due. Steps that were done for the
// same moment are not done again.
func (a *App) RunPlan(ctx context.Context, r PlanRequest, watch Watcher) (PlanResult, error) {
	out := PlanResult{Plan: r.Plan}
	var failed error // of the plan
	s, err := a.scheduler(ctx, func(step StepResult) {
		out.Steps = append(out.Steps, step)
		if step.Plan == r.Plan && step.Problem != nil {
			failed = fmt.Errorf("%s：%w", step.Step, step.Problem)
		}
	}, watch)
	if err != nil {
		return out, err
	}
	if out.Slot, err = a.slot(s, r); err != nil {
		return out, err
	}
	if err := s.Trigger(ctx, r.Plan, out.Slot); err != nil {
		return out, err
	}
	ran, err := a.inTurn(ctx, watch, s.Tick)
	if err != nil || !ran {
		out.Elsewhere = !ran && err == nil
		return out, err
	}
	runs, err := s.DB.Runs(ctx, r.Plan, 20)
	if err != nil {
		return out, err
	}
	for _, run := range runs {
		if !run.Slot.Equal(out.Slot) {
			continue
		}
		if run.Finished == nil {
			return out, unfinished(run, failed)
		}
		out.Done = len(run.Steps)
	}
	return out, nil
}

func unfinished(run station.Run, failed error) error {
	e := &chaping.Error{Code: chaping.CodeEnvironment, Message: "没有做完：" + run.Error, Remedy: "排除原因后重新运行，做完的步骤不会重做"}
	if failed != nil {
		e.Message, e.Err = "没有做完", failed
	}
	return e
}

// slot is the moment that a run by hand stands for: now; of a monthly plan the
// one that the plan gives the period.
func (a *App) slot(s *scheduler.Scheduler, r PlanRequest) (time.Time, error) {
	slot := a.Now().Truncate(time.Second)
	for _, j := range s.Jobs {
		if j.Name != r.Plan || !j.Each {
			continue
		}
		period := r.Period
		if period == (chaping.Period{}) {
			period = chaping.PeriodOf(slot).Previous()
		}
		if a.Now().Before(period.Window().To) {
			return slot, &chaping.Error{
				Code:    chaping.CodeUsage,
				Message: fmt.Sprintf("报送期 %s 的采集范围 %s 还没有结束", period, period.Window().Chinese()),
				Remedy:  "等采集范围结束之后再运行",
			}
		}
		cron, err := scheduler.Parse(j.Cron)
		if err != nil {
			return slot, err
		}
		return cron.Next(period.Window().To.Add(-time.Second)), nil
	}
	return slot, nil
}

// lease is Redis where one is configured, a file lock otherwise.
func (a *App) lease() (scheduler.Lease, error) {
	if a.Redis == "" {
		return &scheduler.FileLease{Dir: a.Dir}, nil
	}
	client, err := redisClient(a.Redis)
	if err != nil {
		return nil, err
	}
	return &scheduler.RedisLease{Client: client, Key: "chaping:schedule", TTL: time.Minute}, nil
}

// release gives the lease up; one that cannot be given up runs out by itself.
func (a *App) release(ctx context.Context, l scheduler.Lease) {
	if err := l.Release(context.WithoutCancel(ctx)); err != nil {
		a.Log.Warn("调度的锁没有交还，稍后自行失效", "原因", err)
	}
}
