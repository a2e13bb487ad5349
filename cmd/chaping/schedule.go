package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"chaping"
	"chaping/app"
	"chaping/configs"
	"chaping/scheduler"
	"chaping/scheduler/calendar"
	"chaping/station"
	"chaping/station/notify"
)

// scheduledJob is one job of schedule.yaml, whose comments explain it.
type scheduledJob struct {
	Name    string
	Cron    string
	Run     string
	Watch   string
	Station string
	Terms   string
	Format  []string
	Min     uint64
	Top     int
}

func (p *program) scheduleCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "schedule", Short: "按计划自动采集、挖掘、出月报、提醒", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Long: "计划写在 数据目录/schedule.yaml（样例 configs/schedule.yaml）；没有这个文件用自带计划。\n" +
			"每个计划时间只运行一次；停机错过的补做；失败的步骤自动重试，做完的步骤不重做。\n" +
			"几个进程同时运行时只有一个在调度（同机用文件锁；设了 CHAPING_REDIS 时用 Redis）。"}
	cmd.AddCommand(p.scheduleListCommand(), p.scheduleStartCommand(), p.scheduleRunCommand(), p.scheduleHistoryCommand())
	return cmd
}

// scheduled reads the operator's jobs, or the shipped ones.
func (p *program) scheduled() ([]scheduledJob, error) {
	path := filepath.Join(p.dataDir, "schedule.yaml")
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		path = "schedule.yaml"
		data, err = configs.Files.ReadFile(path)
	}
	if err != nil {
		return nil, err
	}
	fault := func(problem string) error {
		return &chaping.InputError{File: path, Problem: problem, Remedy: "对照自带的 configs/schedule.yaml 改正"}
	}
	var file struct{ Jobs []scheduledJob }
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		return nil, fault("读不懂：" + strings.TrimPrefix(err.Error(), "yaml: "))
	}
	seen := map[string]bool{}
	for i := range file.Jobs {
		j := &file.Jobs[i]
		if j.Name == "" || seen[j.Name] {
			return nil, fault(fmt.Sprintf("第 %d 个计划没有名字或名字重复", i+1))
		}
		seen[j.Name] = true
		if !slices.Contains([]string{"monthly", "mine", "remind", "deliver"}, j.Run) {
			return nil, fault(fmt.Sprintf("计划“%s”的 run 应为 monthly、mine、remind 或 deliver", j.Name))
		}
		if _, err := scheduler.Parse(j.Cron); err != nil {
			return nil, fault(fmt.Sprintf("计划“%s”：%v", j.Name, err))
		}
		if err := checkFormats(j.Format); err != nil {
			return nil, fault(fmt.Sprintf("计划“%s”：%v", j.Name, err))
		}
		if len(j.Format) == 0 {
			j.Format = []string{"xlsx", "docx", "json"}
		}
	}
	return file.Jobs, nil
}

// agenda makes the jobs runnable.
func (p *program) agenda(d *station.DB) (*scheduler.Scheduler, error) {
	jobs, err := p.scheduled()
	if err != nil {
		return nil, err
	}
	a := &scheduler.Scheduler{DB: d, Now: p.now, Log: p.log, Failed: func(ctx context.Context, r station.Run, failed error) {
		channels, err := p.app.Channels()
		if err == nil {
			err = d.Enqueue(ctx, channels.Messages("failure", fmt.Sprintf("run-failed-%d-%d", r.ID, r.Attempts), "计划“"+r.Job+"”失败",
				fmt.Sprintf("计划时间 %s\n%v\n程序会自动重试；查看：chaping schedule history", r.Slot.Format("2006-01-02 15:04"), failed))...)
		}
		if err != nil {
			p.log.Error("失败通知没有写进发件箱", "原因", err)
		}
	}}
	for _, j := range jobs {
		job := scheduler.Job{Name: j.Name, Cron: j.Cron}
		switch j.Run {
		case "monthly":
			job.Each, job.Steps = true, p.monthly(d, j)
		case "mine":
			job.Steps = []scheduler.Step{{Name: "采集", Run: func(ctx context.Context, slot time.Time) error {
				return p.scheduledCollect(ctx, j, chaping.PeriodOf(slot))
			}},
				{Name: "挖掘", Run: func(ctx context.Context, slot time.Time) error {
					return p.scheduledMine(ctx, j, chaping.PeriodOf(slot))
				}}}
		case "remind":
			job.Steps = []scheduler.Step{{Name: "提醒", Run: func(ctx context.Context, _ time.Time) error { return p.remind(ctx, d) }}}
		case "deliver":
			job.Steps = []scheduler.Step{{Name: "发送", Run: func(ctx context.Context, _ time.Time) error { return p.deliver(ctx) }}}
		}
		a.Jobs = append(a.Jobs, job)
	}
	return a, nil
}

// monthly is the chain to the month's report: of the period that ended before
// the slot.
func (p *program) monthly(d *station.DB, j scheduledJob) []scheduler.Step {
	ended := func(f func(context.Context, scheduledJob, chaping.Period) error) func(context.Context, time.Time) error {
		return func(ctx context.Context, slot time.Time) error { return f(ctx, j, chaping.PeriodOf(slot).Previous()) }
	}
	return []scheduler.Step{
		{Name: "采集", Run: ended(p.scheduledCollectEnded)},
		{Name: "挖掘", Run: ended(p.scheduledMine)},
		{Name: "计数和冻结", Run: ended(func(ctx context.Context, j scheduledJob, period chaping.Period) error {
			return p.scheduledFreeze(ctx, d, j, period)
		})},
		{Name: "输出", Run: ended(func(ctx context.Context, j scheduledJob, period chaping.Period) error {
			return p.scheduledRender(ctx, d, j, period)
		})},
		{Name: "通知", Run: ended(func(ctx context.Context, j scheduledJob, period chaping.Period) error {
			return p.scheduledNotice(ctx, d, j, period)
		})},
	}
}

func (p *program) scheduledCollect(ctx context.Context, j scheduledJob, period chaping.Period) error {
	if j.Watch == "" {
		return nil
	}
	err := p.runCollect(ctx, collectOptions{watch: j.Watch, period: period.String(), workers: 8})
	var known *chaping.Error
	if errors.As(err, &known) && known.Code == chaping.CodePartial { // some pages are missing: the collection says which, the chain goes on
		p.log.Warn("采集不完整", "报送期", period, "原因", err)
		return nil
	}
	return err
}

func (p *program) scheduledMine(ctx context.Context, j scheduledJob, period chaping.Period) error {
	_, err := p.onPipeline(ctx, j.Terms, func(pipe *app.Pipeline) error {
		_, err := p.raiseUrgent(ctx, pipe, period) // mines first
		return err
	})
	return err
}

// scheduledCollectEnded collects a period that has ended. A collection that
// leaves it without a review and cannot say that there are none has failed:
// it is tried again, and told.
func (p *program) scheduledCollectEnded(ctx context.Context, j scheduledJob, period chaping.Period) error {
	w, err := j.watch()
	if err != nil || j.Watch == "" {
		return err
	}
	if err := p.scheduledCollect(ctx, j, period); err != nil {
		return err
	}
	s, err := p.app.Store(ctx)
	if err != nil {
		return err
	}
	c, err := s.Collected(ctx, period, w)
	if err == nil {
		err = c.Check()
	}
	return err
}

func (j *scheduledJob) watch() (w chaping.Watch, err error) {
	if j.Watch != "" {
		w, err = app.LoadWatch(j.Watch)
	}
	return w, err
}

// scheduledFreeze freezes the period's first version. What is frozen already,
// by an earlier attempt or by hand, stays.
func (p *program) scheduledFreeze(ctx context.Context, d *station.DB, j scheduledJob, period chaping.Period) error {
	w, err := j.watch()
	if err != nil {
		return err
	}
	sheets, err := d.Sheets(ctx, chaping.FormPlatform, period.String())
	if err != nil || slices.ContainsFunc(sheets, func(s station.Sheet) bool { return s.Name == w.Name }) {
		return err
	}
	_, err = p.onPipeline(ctx, j.Terms, func(pipe *app.Pipeline) error {
		r := app.SheetRequest{Period: period, Watch: w, Min: j.Min, Top: j.Top, Station: j.Station}
		draft, err := p.app.Draft(ctx, pipe, r)
		if err != nil {
			return err
		}
		_, _, err = p.app.FreezeDraft(ctx, draft, r, "计划“"+j.Name+"”", "")
		return err
	})
	return err
}

func (p *program) frozen(ctx context.Context, d *station.DB, j scheduledJob, period chaping.Period) (s station.Sheet, dir, stem string, err error) {
	w, err := j.watch()
	if err != nil {
		return s, "", "", err
	}
	s, err = d.Sheet(ctx, chaping.FormPlatform, period.String(), w.Name, 0)
	stem = "platform-" + period.String()
	if w.Name != "" {
		stem += "-" + app.FileName(w.Name)
	}
	return s, filepath.Join(p.dataDir, "reports", period.String()), stem, err
}

func (p *program) scheduledRender(ctx context.Context, d *station.DB, j scheduledJob, period chaping.Period) error {
	s, dir, stem, err := p.frozen(ctx, d, j, period)
	if err != nil {
		return err
	}
	sheet, err := app.Thaw(s)
	if err != nil {
		return err
	}
	_, partial, err := p.app.WriteForm(ctx, sheet, dir, stem, j.Format)
	if partial != nil {
		p.log.Warn("有的格式没有输出", "报送期", period, "原因", partial)
	}
	return err
}

func (p *program) scheduledNotice(ctx context.Context, d *station.DB, j scheduledJob, period chaping.Period) error {
	s, dir, stem, err := p.frozen(ctx, d, j, period)
	if err != nil {
		return err
	}
	sheet, err := app.Thaw(s)
	if err != nil {
		return err
	}
	calendar, err := p.app.Calendar()
	if err != nil {
		return err
	}
	channels, err := p.app.Channels()
	if err != nil {
		return err
	}
	due := calendar.Due(period)
	body := fmt.Sprintf("%s 报送表第 %d 版已冻结，%d 行，待签字报送。\n采集范围：%s\n报送截止：%s（%s）\n文件：%s\nsha256：%s", period, s.Version, len(sheet.Rows), period.Window().Chinese(),
		due.Day.Format(time.DateOnly), weekday(due.Day), filepath.Join(dir, stem+".*"), s.Hash)
	if note := due.Note(); note != "" {
		body += "\n注意：" + note
	}
	found, err := p.app.Concerns(ctx, sheet)
	if err != nil {
		return err
	}
	for i, c := range found {
		if i == 0 {
			body += "\n签字前请核对："
		}
		body += "\n  " + c.String()
	}
	if err := d.Enqueue(ctx, channels.Messages("report", fmt.Sprintf("sheet-%s-%s-v%d", period, s.Name, s.Version), period.String()+" 报送表待签字", body)...); err != nil {
		return err
	}
	return p.deliver(ctx)
}

// remind queues what is due: three days and one day before the due day, and
// every day once it is past, until the report is filed; and what stations have
// let pass.
func (p *program) remind(ctx context.Context, d *station.DB) error {
	calendar, err := p.app.Calendar()
	if err != nil {
		return err
	}
	channels, err := p.app.Channels()
	if err != nil {
		return err
	}
	now := p.now().In(chaping.Shanghai())
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, chaping.Shanghai())
	current := chaping.PeriodOf(now)
	watches, unreadable := p.scheduledWatches()
	for _, period := range []chaping.Period{current.Previous(), current} {
		if owed, err := files(ctx, d, period); err != nil {
			return err
		} else if !owed {
			continue
		}
		for _, watch := range watches {
			if err := p.remindOf(ctx, d, channels, calendar.Due(period), period, watch, today); err != nil {
				return err
			}
		}
	}
	if err := remindStations(ctx, d, channels, calendar, now); err != nil {
		return err
	}
	return errors.Join(p.deliver(ctx), unreadable)
}

// scheduledWatches are the names of the watches that have a monthly report,
// "" for one of everything. A watch that cannot be read hides no other.
func (p *program) scheduledWatches() (names []string, err error) {
	jobs, err := p.scheduled()
	if err != nil {
		return []string{""}, err
	}
	var unreadable error
	for _, j := range jobs {
		if j.Run != "monthly" {
			continue
		}
		w, err := j.watch()
		if err != nil {
			unreadable = errors.Join(unreadable, err)
		} else if !slices.Contains(names, w.Name) {
			names = append(names, w.Name)
		}
	}
	if len(names) == 0 && unreadable == nil {
		names = []string{""}
	}
	return names, unreadable
}

// reported tells whether a watch's report is filed. What was filed without
// naming a watch is filed for all of them.
func reported(ctx context.Context, d *station.DB, period chaping.Period, watch string) (bool, error) {
	for _, name := range []string{watch, ""} {
		if _, filed, err := d.Filing(ctx, period.String(), name); err != nil || filed {
			return filed, err
		}
	}
	return false, nil
}

// remindOf queues the reminder of one report, unless that is filed.
func (p *program) remindOf(ctx context.Context, d *station.DB, channels *notify.Config, due calendar.Due, period chaping.Period, watch string, today time.Time) error {
	if filed, err := reported(ctx, d, period, watch); err != nil || filed {
		return err
	}
	of, mark, flag := period.String()+" 期报送表", period.String(), ""
	if watch != "" {
		of, mark, flag = period.String()+" 期报送表（"+watch+"）", period.String()+"-"+watch, " --watch 该任务的文件"
	}
	days := int(due.Day.Sub(today).Hours() / 24)
	var key, subject string
	switch {
	case days < 0:
		key, subject = fmt.Sprintf("overdue-%s-%s", mark, today.Format(time.DateOnly)), fmt.Sprintf("逾期 %d 天：%s还没有报送", -days, of)
	case days <= 1:
		key, subject = fmt.Sprintf("remind-%s-1", mark), fmt.Sprintf("提醒：%s %s 截止", of, due.Day.Format(time.DateOnly))
	case days <= 3:
		key, subject = fmt.Sprintf("remind-%s-3", mark), fmt.Sprintf("提醒：%s %d 天后（%s）截止", of, days, due.Day.Format(time.DateOnly))
	default:
		return nil
	}
	body := fmt.Sprintf("采集范围：%s\n报送截止：%s（%s，当日 24:00 前）\n报送之后记下：chaping report filed --period %s%s", period.Window().Chinese(), due.Day.Format(time.DateOnly), weekday(due.Day), period, flag)
	if note := due.Note(); note != "" {
		body += "\n注意：" + note
	}
	return d.Enqueue(ctx, channels.Messages("reminder", key, subject, body)...)
}

// lease is Redis where one is configured, a file lock otherwise.
func (p *program) lease() (scheduler.Lease, error) {
	address := os.Getenv("CHAPING_REDIS")
	if address == "" {
		return &scheduler.FileLease{Dir: p.dataDir}, nil
	}
	options, err := redis.ParseURL(address)
	if err != nil { // never with the cause: it may quote the password
		return nil, &chaping.Error{Code: chaping.CodeUsage, Message: "Redis 地址 CHAPING_REDIS 无法识别", Remedy: "写成 redis://用户:密码@主机:6379/0 的形式"}
	}
	return &scheduler.RedisLease{Client: redis.NewClient(options), Key: "chaping:schedule", TTL: time.Minute}, nil
}

// release gives the lease up; one that cannot be given up runs out by itself.
func (p *program) release(ctx context.Context, l scheduler.Lease) {
	if err := l.Release(context.WithoutCancel(ctx)); err != nil {
		p.log.Warn("调度的锁没有交还，稍后自行失效", "原因", err)
	}
}

// tickEvery is how often the scheduler looks at the clock, and keeps its lease.
const tickEvery = 20 * time.Second

func (p *program) scheduleStartCommand() *cobra.Command {
	return &cobra.Command{Use: "start", Short: "一直运行，按计划做事（Ctrl-C 停止）", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		return p.withStation(ctx, func(d *station.DB) error {
			a, err := p.agenda(d)
			if err != nil {
				return err
			}
			lease, err := p.lease()
			if err != nil {
				return err
			}
			defer p.release(ctx, lease)
			fmt.Fprintf(p.err, "调度已启动，%d 个计划；chaping schedule list 查看，Ctrl-C 停止\n", len(a.Jobs))
			tick := time.NewTicker(tickEvery)
			defer tick.Stop()
			for {
				if _, err := scheduler.Under(ctx, lease, tickEvery, a.Tick); err != nil && ctx.Err() == nil {
					p.log.Error("调度出错，稍后再试", "原因", err)
				}
				select {
				case <-ctx.Done():
					return nil // stopping is how this command ends
				case <-tick.C:
				}
			}
		})
	}}
}

func (p *program) scheduleRunCommand() *cobra.Command {
	var period string
	cmd := &cobra.Command{Use: "run 计划名", Short: "马上运行一个计划", Example: "  chaping schedule run 月报 --period 2026-11",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("要写一个计划名（见 chaping schedule list）")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return p.withStation(ctx, func(d *station.DB) error { return p.runNow(ctx, d, args[0], period) })
		}}
	cmd.Flags().StringVar(&period, "period", "", "月报的报送期；不写为最近结束的一期")
	return cmd
}

func (p *program) runNow(ctx context.Context, d *station.DB, name, flag string) error {
	a, err := p.agenda(d)
	if err != nil {
		return err
	}
	slot := p.now().Truncate(time.Second)
	for _, j := range a.Jobs {
		if j.Name == name && j.Each { // a month's slot is the one that the plan gives it
			period := chaping.PeriodOf(slot).Previous()
			if flag != "" {
				if period, err = p.period(ctx, flag); err != nil {
					return err
				}
			}
			if p.now().Before(period.Window().To) {
				return usage("报送期 %s 的采集范围 %s 还没有结束", period, period.Window().Chinese())
			}
			s, err := scheduler.Parse(j.Cron)
			if err != nil {
				return err
			}
			slot = s.Next(period.Window().To.Add(-time.Second))
		}
	}
	if err := a.Trigger(ctx, name, slot); err != nil {
		return err
	}
	lease, err := p.lease()
	if err != nil {
		return err
	}
	defer p.release(ctx, lease)
	ran, err := scheduler.Under(ctx, lease, tickEvery, a.Tick)
	if err != nil {
		return err
	}
	if !ran {
		fmt.Fprintln(p.out, "另一个进程正在调度，已交给它运行；查看：chaping schedule history")
		return nil
	}
	runs, err := d.Runs(ctx, name, 20)
	if err != nil {
		return err
	}
	for _, r := range runs {
		if !r.Slot.Equal(slot) {
			continue
		}
		if r.Finished == nil {
			return &chaping.Error{Code: chaping.CodeEnvironment, Message: "没有做完：" + r.Error, Remedy: "排除原因后重新运行，做完的步骤不会重做；查看：chaping schedule history"}
		}
		fmt.Fprintf(p.out, "%s（%s）：完成，%d 步\n", r.Job, r.Slot.Format("2006-01-02 15:04"), len(r.Steps))
	}
	return nil
}

func (p *program) scheduleListCommand() *cobra.Command {
	return &cobra.Command{Use: "list", Short: "列出计划和下次运行的时间", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		jobs, err := p.scheduled()
		if err != nil {
			return err
		}
		return p.withStation(cmd.Context(), func(d *station.DB) error {
			return p.printTable(func(w io.Writer) {
				fmt.Fprintln(w, "计划\tcron（北京时间）\t做什么\t下次运行")
				for _, j := range jobs {
					next, planned, err := d.Plan(cmd.Context(), j.Name, j.Cron)
					if s, bad := scheduler.Parse(j.Cron); bad == nil && (err != nil || !planned) {
						next = s.Next(p.now())
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", j.Name, j.Cron, j.Run, next.In(chaping.Shanghai()).Format("2006-01-02 15:04"))
				}
			})
		})
	}}
}

func (p *program) scheduleHistoryCommand() *cobra.Command {
	var (
		job    string
		limit  int
		asJSON bool
	)
	cmd := &cobra.Command{Use: "history", Short: "查看各次运行和每一步的结果", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		var runs []station.Run
		err := p.withStation(cmd.Context(), func(d *station.DB) (err error) {
			runs, err = d.Runs(cmd.Context(), job, limit)
			return err
		})
		if err != nil {
			return err
		}
		return printList(p, asJSON, runs, "", func(w io.Writer) {
			fmt.Fprintln(w, "计划\t计划时间\t次数\t状态\t步骤")
			for _, r := range runs {
				state := "未完成"
				if r.Finished != nil {
					state = "完成 " + r.Finished.Format("01-02 15:04")
				} else if r.Error != "" {
					state = "重试 " + r.Due.Format("01-02 15:04")
				}
				var steps []string
				for _, s := range r.Steps {
					mark := "✓"
					if s.Finished == nil {
						mark = "✗"
					}
					steps = append(steps, mark+s.Name)
				}
				fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", r.Job, r.Slot.Format("2006-01-02 15:04"), r.Attempts, state, strings.Join(steps, " ")+" "+chaping.Shorten(r.Error, 60))
			}
		})
	}}
	cmd.Flags().StringVar(&job, "job", "", "只看一个计划")
	cmd.Flags().IntVar(&limit, "limit", 20, "最多几条，新的在前")
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return cmd
}
