package app

import (
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

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
