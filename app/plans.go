package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"chaping"
	"chaping/configs"
	"chaping/report"
	"chaping/scheduler"
	"chaping/station"
)

// planFile is the operator's file of plans in the data directory, which stands
// in place of the shipped one.
const planFile = "schedule.yaml"

// A planned job is one of the file of plans, whose comments explain it.
type plannedJob struct {
	Name    string
	Cron    string
	Run     string
	Off     bool
	Watch   string
	Station string
	Terms   string
	Format  []string
	Min     uint64
	Top     int
	Daily   int // backups to keep: the last of so many days
	Weekly  int // and the last of so many weeks
}

// What a plan may run.
const (
	runMonthly = "monthly"
	runMine    = "mine"
	runRemind  = "remind"
	runDeliver = "deliver"
	runBackup  = "backup"
	runDrill   = "drill"
)

// does says for people what the job does.
func (j *plannedJob) does() string {
	switch j.Run {
	case runMonthly:
		return "月报：采集、挖掘、冻结、输出、通知"
	case runMine:
		return "采集并挖掘本期，提示重要风险信息"
	case runRemind:
		return "截止、逾期和案件期限的提醒"
	case runBackup:
		return "备份并核对，清理旧的自动备份"
	case runDrill:
		return "把最近的备份恢复到临时目录，核对后删除"
	}
	return "发出发件箱里的通知"
}

func (j *plannedJob) watch() (w chaping.Watch, err error) {
	if j.Watch != "" {
		w, err = LoadWatch(j.Watch)
	}
	return w, err
}

// fault is what is wrong with the job; seen are the names of those before it.
func (j *plannedJob) fault(number int, seen map[string]bool) string {
	if j.Name == "" || seen[j.Name] {
		return fmt.Sprintf("第 %d 个计划没有名字或名字重复", number)
	}
	if !slices.Contains([]string{runMonthly, runMine, runRemind, runDeliver, runBackup, runDrill}, j.Run) {
		return fmt.Sprintf("计划“%s”的 run 应为 monthly、mine、remind、deliver、backup 或 drill", j.Name)
	}
	if j.Run == runBackup && (j.Daily < 0 || j.Weekly < 0 || j.Daily+j.Weekly == 0) {
		return fmt.Sprintf("计划“%s”要写 daily、weekly：保留几天、几周的备份", j.Name)
	}
	if _, err := scheduler.Parse(j.Cron); err != nil {
		return fmt.Sprintf("计划“%s”：%v", j.Name, err)
	}
	for _, f := range j.Format {
		if !slices.Contains(report.Formats(), f) {
			return fmt.Sprintf("计划“%s”：不支持的格式“%s”，可用 %s", j.Name, f, strings.Join(report.Formats(), "、"))
		}
	}
	return ""
}

// readPlans is the text of the operator's plans, or of the shipped ones.
func (a *App) readPlans() (path string, data []byte, err error) {
	path = a.Path(planFile)
	data, err = os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		path = planFile
		data, err = configs.Files.ReadFile(planFile)
	}
	return path, data, err
}

func planFault(path, problem string) error {
	return &chaping.InputError{File: path, Problem: problem, Remedy: "对照自带的 configs/schedule.yaml 改正"}
}

// planned are the jobs of the operator's plans, or of the shipped ones.
func (a *App) planned() ([]plannedJob, error) {
	path, data, err := a.readPlans()
	if err != nil {
		return nil, err
	}
	var file struct{ Jobs []plannedJob }
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		return nil, planFault(path, "读不懂："+strings.TrimPrefix(err.Error(), "yaml: "))
	}
	seen := map[string]bool{}
	for i := range file.Jobs {
		j := &file.Jobs[i]
		if problem := j.fault(i+1, seen); problem != "" {
			return nil, planFault(path, problem)
		}
		seen[j.Name] = true
		if len(j.Format) == 0 {
			j.Format = []string{"xlsx", "docx", "json"}
		}
	}
	return file.Jobs, nil
}

// A Plan is a job that runs by itself.
type Plan struct {
	Name    string            `json:"name"`
	Cron    string            `json:"cron"`
	Times   string            `json:"times"`            // Cron for people
	Rhythm  *scheduler.Rhythm `json:"rhythm,omitempty"` // Cron in parts, where it has a rhythm
	Run     string            `json:"run"`
	Does    string            `json:"does"`     // what Run does, for people
	Off     bool              `json:"off"`      // run by hand only
	NotHere bool              `json:"not_here"` // not run: the installation has no use for it
	Next    time.Time         `json:"next"`
	Planned bool              `json:"planned"` // Next was entered by a process that runs the plans
	Last    *station.Run      `json:"last,omitempty"`
	Problem string            `json:"problem,omitempty"` // why it will fail when it runs; empty: nothing is known
}

// Plans are the plans with what they have done and when they run next. An
// installation of which nobody has decided anything yet gets no database for
// that.
func (a *App) Plans(ctx context.Context) ([]Plan, error) {
	jobs, err := a.planned()
	if err != nil {
		return nil, err
	}
	d, err := a.decisions(ctx)
	if err != nil {
		return nil, err
	}
	owes := true
	if d != nil {
		if owes, err = owesMonthly(ctx, d); err != nil {
			return nil, err
		}
	}
	var list []Plan
	for _, j := range jobs {
		s, err := scheduler.Parse(j.Cron)
		if err != nil {
			return nil, err
		}
		plan := Plan{Name: j.Name, Cron: j.Cron, Times: scheduler.Words(j.Cron), Run: j.Run, Does: j.does(), Off: j.Off,
			NotHere: !a.planHere(j, owes)}
		if _, err := j.watch(); err != nil {
			plan.Problem = err.Error()
		}
		if r, ok := scheduler.ReadRhythm(j.Cron); ok {
			plan.Rhythm = &r
		}
		if d != nil {
			if plan.Next, plan.Planned, err = d.Plan(ctx, j.Name, j.Cron); err != nil {
				return nil, err
			}
			runs, err := d.Runs(ctx, j.Name, 1)
			if err != nil {
				return nil, err
			}
			if len(runs) > 0 {
				plan.Last = &runs[0]
			}
		}
		if !plan.Planned {
			plan.Next = s.Next(a.Now())
		}
		plan.Next = plan.Next.In(chaping.Shanghai())
		list = append(list, plan)
	}
	return list, nil
}

// planHere tells whether the installation has a use for a plan: a monthly
// report is a platform station's, a server has backups of its own.
func (a *App) planHere(j plannedJob, owes bool) bool {
	switch j.Run {
	case runMonthly:
		return owes
	case runBackup, runDrill:
		return a.DSN == ""
	}
	return true
}

// MonthlyWatches are the names of the watches that have a monthly report, ""
// for one of everything. A watch that cannot be read hides no other.
func (a *App) MonthlyWatches() (names []string, err error) {
	jobs, err := a.planned()
	if err != nil {
		return []string{""}, err
	}
	var unreadable error
	for _, j := range jobs {
		if j.Run != runMonthly {
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
