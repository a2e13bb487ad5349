package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chaping/station"

	"chaping"
)

// A plan that is run by hand says which step failed and why; what was done is
// not done again.
func TestRunPlan(t *testing.T) {
	now := time.Date(2026, time.November, 26, 9, 0, 0, 0, chaping.Shanghai())
	a := New(Config{Dir: t.TempDir(), Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { a.Close() })
	plans := "jobs:\n  - {name: 月报, cron: \"30 0 25 * *\", run: monthly, watch: nowhere.yaml}\n  - {name: 发送, cron: \"0 9 1 1 *\", run: deliver}\n"
	if err := os.WriteFile(a.Path(planFile), []byte(plans), 0o600); err != nil {
		t.Fatal(err)
	}
	var known *chaping.Error
	r, err := a.RunPlan(t.Context(), PlanRequest{Plan: "月报"}, nil)
	if !errors.As(err, &known) || known.Code != chaping.CodeEnvironment || !strings.Contains(err.Error(), "打不开监测任务文件") {
		t.Errorf("%v", err)
	}
	if len(r.Steps) != 1 || r.Steps[0].Step != "采集" || r.Steps[0].Problem == nil || r.Done != 0 || r.Slot.Format(time.DateTime) != "2026-11-25 00:30:00" {
		t.Errorf("%+v", r)
	}
	r, err = a.RunPlan(t.Context(), PlanRequest{Plan: "发送"}, nil)
	if err != nil || r.Done != 1 || r.Elsewhere || !r.Slot.Equal(now) {
		t.Errorf("%+v %v", r, err)
	}
	for plan, period := range map[string]chaping.Period{"没有": {}, "月报": {Year: 2026, Month: time.December}} {
		if _, err := a.RunPlan(t.Context(), PlanRequest{Plan: plan, Period: period}, nil); err == nil {
			t.Errorf("%s of %s was run", plan, period)
		}
	}
	// Another process runs the plans.
	lease, err := a.lease()
	if err != nil {
		t.Fatal(err)
	}
	if held, err := lease.Hold(t.Context()); err != nil || !held {
		t.Fatal(held, err)
	}
	now = now.Add(time.Second)
	if r, err := a.RunPlan(t.Context(), PlanRequest{Plan: "发送"}, nil); err != nil || !r.Elsewhere {
		t.Errorf("%+v %v", r, err)
	}
	if err := lease.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A process that runs the plans at their times takes up what is changed of them,
// runs one by hand as well, and leaves them to the next when it ends.
func TestRunPlans(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		open := func() *App {
			a := New(Config{Dir: dir, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
			t.Cleanup(func() { a.Close() })
			return a
		}
		a, other := open(), open()
		plans := func(text string) {
			if err := os.WriteFile(a.Path(planFile), []byte("jobs:\n"+text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		const every = "  - {name: 发送, cron: \"* * * * *\", run: deliver}\n"
		plans(every)
		ctx, stop := context.WithCancel(t.Context())
		var steps atomic.Int64
		ended := make(chan error)
		go func() { ended <- a.RunPlans(ctx, func(StepResult) { steps.Add(1) }, nil) }()
		ran := func(what string, least, most int64) {
			t.Helper()
			before := steps.Load()
			time.Sleep(5 * time.Minute)
			if n := steps.Load() - before; n < least || n > most {
				t.Errorf("%s: ran %d times in five minutes", what, n)
			}
		}
		time.Sleep(7 * time.Second) // not at the moments at which the plans run
		ran("every minute", 4, 5)
		if r, err := a.RunPlan(t.Context(), PlanRequest{Plan: "发送"}, nil); err != nil || r.Elsewhere || r.Done != 1 {
			t.Errorf("by hand: %+v %v", r, err)
		}
		if r, err := other.RunPlan(t.Context(), PlanRequest{Plan: "发送"}, nil); err != nil || !r.Elsewhere {
			t.Errorf("in another process: %+v %v", r, err)
		}
		for _, x := range []*App{a, other} {
			if running, err := x.PlansRun(t.Context()); err != nil || !running {
				t.Errorf("%v %v", running, err)
			}
		}
		time.Sleep(time.Minute) // the one of the other process
		if err := a.Reschedule("发送", PlanChange{Off: true}); err != nil {
			t.Fatal(err)
		}
		ran("switched off", 0, 0)
		plans("  - nonsense")
		ran("unreadable", 0, 0)
		plans(every)
		time.Sleep(time.Minute)
		ran("on again", 4, 5) // and nothing is made up for
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if running, err := other.PlansRun(t.Context()); err != nil || running {
			t.Errorf("after the end: %v %v", running, err)
		}
		if r, err := other.RunPlan(t.Context(), PlanRequest{Plan: "发送"}, nil); err != nil || r.Elsewhere {
			t.Errorf("after the end: %+v %v", r, err)
		}
	})
}

// Without a watch of its own a plan collects those of the portal, and a centre
// has no report of its own that could be made.
func TestPlansOfThePortal(t *testing.T) {
	a := New(Config{Dir: t.TempDir(), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { a.Close() })
	d, err := a.Station(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, sources := range map[string][]string{"甲": {"nowhere"}, "乙": nil} {
		w := station.Watch{Watch: chaping.Watch{Name: name, Keywords: []string{"插座"}, Sources: sources}}
		if _, err := d.PutWatch(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
	r, err := a.RunPlan(t.Context(), PlanRequest{Plan: "每日挖掘"}, nil)
	if err == nil || !strings.Contains(err.Error(), "监测任务“甲”") || strings.Contains(err.Error(), "乙") || len(r.Steps) != 1 {
		t.Errorf("%+v %v", r, err)
	}
	for kind, here := range map[station.Kind]bool{station.PlatformStation: true, station.LaboratoryStation: false} {
		home, err := d.PutStation(t.Context(), station.Station{Name: "本站" + kind.Chinese(), Kind: kind, Status: "正常"})
		if err == nil {
			err = d.Set(t.Context(), "home", strconv.FormatInt(home.ID, 10))
		}
		if err != nil {
			t.Fatal(err)
		}
		plans, err := a.Plans(t.Context())
		if err != nil || plans[0].Run != runMonthly || plans[0].NotHere == here || plans[1].NotHere {
			t.Errorf("%s: %+v %v", kind, plans, err)
		}
	}
}
