package app

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
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
	for _, j := range jobs {
		s.Jobs = append(s.Jobs, scheduler.Job{Name: j.Name, Cron: j.Cron, Each: j.Run == runMonthly, Steps: p.of(j)})
	}
	return s, nil
}

// tellFailure notifies people of a run that has failed several times.
func (p *plannedSteps) tellFailure(ctx context.Context, r station.Run, failed error) {
	channels, err := p.Channels()
	if err == nil {
		err = p.db.Enqueue(ctx, channels.Messages("failure", fmt.Sprintf("run-failed-%d-%d", r.ID, r.Attempts), "计划“"+r.Job+"”失败",
			fmt.Sprintf("计划时间 %s\n%v\n程序会自动重试。", r.Slot.Format("2006-01-02 15:04"), failed))...)
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
			p.step(j, "通知", ended, p.tell),
		}
	case runMine:
		return []scheduler.Step{p.step(j, "采集", running, p.collectRunning), p.step(j, "挖掘", running, p.mine)}
	case runRemind:
		return []scheduler.Step{p.step(j, "提醒", running, p.remind)}
	}
	return []scheduler.Step{p.step(j, "发送", running, p.deliver)}
}

func (p *plannedSteps) step(j plannedJob, name string, period func(time.Time) chaping.Period, do stepFunc) scheduler.Step {
	return scheduler.Step{Name: name, Run: func(ctx context.Context, slot time.Time) error {
		out := StepResult{Plan: j.Name, Step: name}
		out.Problem = do(ctx, j, period(slot), &out)
		p.each(out)
		return out.Problem
	}}
}

func (p *plannedSteps) collectRunning(ctx context.Context, j plannedJob, period chaping.Period, out *StepResult) error {
	if j.Watch == "" {
		return nil
	}
	w, err := j.watch()
	if err != nil {
		return err
	}
	r, err := p.Collect(ctx, CollectRequest{Watch: w, Period: period}, p.watch)
	out.Collection = &r
	if err == nil && !r.Complete { // the collection says what is missing, the chain goes on
		p.Log.Warn("采集不完整", "报送期", period)
	}
	return err
}

// collectEnded collects a period that has ended. A collection that leaves it
// without a review and cannot say that there are none has failed: it is tried
// again, and told.
func (p *plannedSteps) collectEnded(ctx context.Context, j plannedJob, period chaping.Period, out *StepResult) error {
	if j.Watch == "" {
		return nil
	}
	if err := p.collectRunning(ctx, j, period, out); err != nil {
		return err
	}
	w, err := j.watch()
	if err != nil {
		return err
	}
	s, err := p.Store(ctx)
	if err != nil {
		return err
	}
	c, err := s.Collected(ctx, period, w)
	if err == nil {
		err = c.Check()
	}
	return err
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
	return err
}

// freeze freezes the period's first version. What is frozen already, by an
// earlier attempt or by hand, stays.
func (p *plannedSteps) freeze(ctx context.Context, j plannedJob, period chaping.Period, _ *StepResult) error {
	w, err := j.watch()
	if err != nil {
		return err
	}
	sheets, err := p.db.Sheets(ctx, chaping.FormPlatform, period.String())
	if err != nil || slices.ContainsFunc(sheets, func(s station.Sheet) bool { return s.Name == w.Name }) {
		return err
	}
	pipe, err := p.pipeline(ctx, j)
	if err != nil {
		return err
	}
	r := SheetRequest{Period: period, Watch: w, Min: j.Min, Top: j.Top, Station: j.Station}
	draft, err := p.Draft(ctx, pipe, r)
	if err == nil {
		_, _, err = p.FreezeDraft(ctx, draft, r, "计划“"+j.Name+"”", "")
	}
	return err
}

// frozen is the period's frozen sheet, and where its files are.
func (p *plannedSteps) frozen(ctx context.Context, j plannedJob, period chaping.Period) (s station.Sheet, dir, stem string, err error) {
	w, err := j.watch()
	if err != nil {
		return s, "", "", err
	}
	s, err = p.db.Sheet(ctx, chaping.FormPlatform, period.String(), w.Name, 0)
	stem = "platform-" + period.String()
	if w.Name != "" {
		stem += "-" + FileName(w.Name)
	}
	return s, p.Path("reports", period.String()), stem, err
}

func (p *plannedSteps) render(ctx context.Context, j plannedJob, period chaping.Period, out *StepResult) error {
	s, dir, stem, err := p.frozen(ctx, j, period)
	if err != nil {
		return err
	}
	sheet, err := Thaw(s)
	if err != nil {
		return err
	}
	files, partial, err := p.WriteForm(ctx, sheet, dir, stem, j.Format)
	if partial != nil {
		p.Log.Warn("有的格式没有输出", "报送期", period, "原因", partial)
	}
	out.Files = files
	return err
}

// tell notifies people of a sheet that is to be signed.
func (p *plannedSteps) tell(ctx context.Context, j plannedJob, period chaping.Period, out *StepResult) error {
	s, dir, stem, err := p.frozen(ctx, j, period)
	if err != nil {
		return err
	}
	sheet, err := Thaw(s)
	if err != nil {
		return err
	}
	calendar, err := p.Calendar()
	if err != nil {
		return err
	}
	channels, err := p.Channels()
	if err != nil {
		return err
	}
	due := calendar.Due(period)
	body := fmt.Sprintf("%s 报送表第 %d 版已冻结，%d 行，待签字报送。\n采集范围：%s\n报送截止：%s（%s）\n文件：%s\nsha256：%s", period, s.Version, len(sheet.Rows),
		period.Window().Chinese(), due.Day.Format(time.DateOnly), chaping.ChineseWeekday(due.Day), filepath.Join(dir, stem+".*"), s.Hash)
	if note := due.Note(); note != "" {
		body += "\n注意：" + note
	}
	found, err := p.Concerns(ctx, sheet)
	if err != nil {
		return err
	}
	for i, c := range found {
		if i == 0 {
			body += "\n签字前请核对："
		}
		body += "\n  " + c.String()
	}
	key := fmt.Sprintf("sheet-%s-%s-v%d", period, s.Name, s.Version)
	if err := p.db.Enqueue(ctx, channels.Messages("report", key, period.String()+" 报送表待签字", body)...); err != nil {
		return err
	}
	return p.deliver(ctx, j, period, out)
}

func (p *plannedSteps) remind(ctx context.Context, _ plannedJob, _ chaping.Period, out *StepResult) (err error) {
	out.Delivery, err = p.Remind(ctx)
	return err
}

func (p *plannedSteps) deliver(ctx context.Context, _ plannedJob, _ chaping.Period, out *StepResult) (err error) {
	out.Delivery, err = p.Deliver(ctx)
	return err
}
