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

// plannedSteps are the steps of the plans, on one App.
type plannedSteps struct {
	*App
	db    *station.DB
	watch Watcher
	each  func(StepResult)
}

// scheduler makes the plans runnable. each is told what every step came to.
func (a *App) scheduler(ctx context.Context, each func(StepResult), watch Watcher) (*scheduler.Scheduler, error) {
	jobs, err := a.planned()
	if err != nil {
		return nil, err
	}
	d, err := a.Station(ctx)
	if err != nil {
		return nil, err
	}
	p := &plannedSteps{App: a, db: d, watch: watch, each: each}
	s := &scheduler.Scheduler{DB: d, Now: a.Now, Log: a.Log, Failed: p.tellFailure}
	owes, err := owesMonthly(ctx, d)
	if err != nil {
		return nil, err
	}
	for _, j := range jobs {
		s.Jobs = append(s.Jobs, scheduler.Job{Name: j.Name, Cron: j.Cron, Each: j.Run == runMonthly,
			Off: j.Off || !a.planHere(j, owes), Steps: p.of(j)})
	}
	return s, nil
}

// owesMonthly tells whether the installation is one of a platform station, which
// alone has a monthly report that can be made by itself; where nobody has opened
// the portal yet it may be.
func owesMonthly(ctx context.Context, d *station.DB) (bool, error) {
	home, owes, err := (&reminders{db: d}).ownStation(ctx)
	return owes && (home.Kind == "" || home.Kind == station.PlatformStation), err
}

// tellFailure notifies people of a run that has failed several times.
func (p *plannedSteps) tellFailure(ctx context.Context, r station.Run, failed error) {
	channels, err := p.Channels()
	if err == nil {
		err = p.db.Enqueue(
			ctx,
			channels.Messages("failure", fmt.Sprintf("run-failed-%d-%d", r.ID, r.Attempts), "计划“"+r.Job+"”失败",
				fmt.Sprintf("计划时间 %s\n%v\n程序会自动重试。", r.Slot.Format(chaping.Minute), failed))...)
	}
	if err != nil {
		p.Log.Error("失败通知没有写进发件箱", "原因", err)
	}
}

// A stepFunc does a step of a job for a period and says what it came to.
type stepFunc func(ctx context.Context, j plannedJob, period chaping.Period, out *StepResult) error

// of are the steps of a job. Those of a monthly one are the chain to the
// report of the period that ended before the slot.
func (p *plannedSteps) of(j plannedJob) []scheduler.Step {
	running := chaping.PeriodOf
	ended := func(slot time.Time) chaping.Period { return chaping.PeriodOf(slot).Previous() }
	switch j.Run {
	case runMonthly:
		return []scheduler.Step{
			p.step(j, "采集", ended, p.collectEnded),
			p.step(j, "挖掘", ended, p.mine),
			p.step(j, "计数和冻结", ended, p.freeze),
			p.step(j, "输出", ended, p.render),
			p.step(j, "通知入发件箱", ended, p.tell),
		}
	case runMine:
		return []scheduler.Step{p.step(j, "采集", running, p.collectRunning), p.step(j, "挖掘", running, p.mine)}
	case runRemind:
		return []scheduler.Step{p.step(j, "提醒", running, p.remind)}
	case runBackup:
		return []scheduler.Step{p.step(j, "备份", running, p.backUp), p.step(j, "清理旧备份", running, p.expire)}
	case runDrill:
		return []scheduler.Step{p.step(j, "恢复演练", running, p.drill)}
	}
	return []scheduler.Step{p.step(j, "发送", running, p.deliver)}
}

func (p *plannedSteps) step(
	j plannedJob,
	name string,
	period func(time.Time) chaping.Period,
	do stepFunc,
) scheduler.Step {
	return scheduler.Step{Name: name, Run: func(ctx context.Context, slot time.Time) error {
		out := StepResult{Plan: j.Name, Step: name}
		out.Problem = do(ctx, j, period(slot), &out)
		p.each(out)
		return out.Problem
	}}
}

// collected are the watches that a job collects: its own, or those of the
// portal that have sites.
func (p *plannedSteps) collected(ctx context.Context, j plannedJob) (list []chaping.Watch, err error) {
	if j.Watch != "" {
		w, err := j.watch()
		return []chaping.Watch{w}, err
	}
	watches, err := p.db.Watches(ctx)
	for _, w := range watches {
		if len(w.Sources) > 0 {
			list = append(list, w.Watch)
		}
	}
	return list, err
}

// collectRunning collects the watches of a job. One that fails keeps none of
// the others from being collected.
func (p *plannedSteps) collectRunning(ctx context.Context, j plannedJob, period chaping.Period, out *StepResult) error {
	watches, err := p.collected(ctx, j)
	if err != nil {
		return err
	}
	var failed error
	for _, w := range watches {
		r, err := p.Collect(ctx, CollectRequest{Watch: w, Period: period}, p.watch)
		out.Collections = append(out.Collections, r)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil && !r.Complete { // the collection says what is missing, the chain goes on
			p.Log.Warn("采集不完整", "监测任务", w.Name, "报送期", period)
		}
		if err != nil && j.Watch == "" {
			err = fmt.Errorf("监测任务“%s”：%w", w.Name, err)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

func (p *plannedSteps) pipeline(ctx context.Context, j plannedJob) (*Pipeline, error) {
	v, err := p.Vocabulary(ctx, j.Terms)
	if err != nil {
		return nil, err
	}
	if v.Refused != nil {
		p.Log.Warn("词表中有词条不能用，已略过", "计划", j.Name, "原因", v.Refused)
	}
	return p.Pipeline(ctx, v.Miner, p.watch)
}

func (p *plannedSteps) mine(ctx context.Context, j plannedJob, period chaping.Period, out *StepResult) error {
	pipe, err := p.pipeline(ctx, j)
	if err != nil {
		return err
	}
	mined, err := pipe.Mine(ctx, period, false)
	if err != nil {
		return err
	}
	out.Mined = &mined
	raised, err := p.RaiseUrgent(ctx, pipe, period)
	out.Raised, out.Delivery = len(raised.Fresh), raised.Delivery
	if err != nil {
		return err
	}
	return p.EnsureSample(ctx, pipe, period)
}

func (p *plannedSteps) remind(ctx context.Context, _ plannedJob, _ chaping.Period, out *StepResult) (err error) {
	out.Delivery, err = p.Remind(ctx)
	return err
}

func (p *plannedSteps) deliver(ctx context.Context, _ plannedJob, _ chaping.Period, out *StepResult) (err error) {
	out.Delivery, err = p.Deliver(ctx)
	return err
}

func (p *plannedSteps) backUp(ctx context.Context, _ plannedJob, _ chaping.Period, out *StepResult) error {
	r, err := p.backUpAs(ctx, automaticEnding, p.watch)
	if err == nil {
		out.Backup = &r
	}
	return err
}

func (p *plannedSteps) expire(_ context.Context, j plannedJob, _ chaping.Period, out *StepResult) (err error) {
	out.Expired, err = p.expireBackups(j.Daily, j.Weekly)
	return err
}

func (p *plannedSteps) drill(ctx context.Context, _ plannedJob, _ chaping.Period, out *StepResult) error {
	r, err := p.Drill(ctx, "", p.watch)
	if err == nil {
		out.Drilled = &r
	}
	return err
}
