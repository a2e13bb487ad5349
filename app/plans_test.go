package app

import (
	"os"
	"strings"
	"testing"
	"time"

	"chaping"
)

// The times of the schedule are changed in the operator's file, which keeps
// its comments and everything else.
func TestReschedule(t *testing.T) {
	a := New(Config{Dir: t.TempDir(), Now: func() time.Time { return time.Date(2026, time.November, 25, 9, 0, 0, 0, chaping.Shanghai()) }})
	for _, cron := range []string{"30 1 25 * *", "30 2 25 * *"} {
		if err := a.Reschedule("月报", PlanChange{Cron: cron}); err != nil {
			t.Fatal(err)
		}
		jobs, err := a.planned()
		if err != nil || len(jobs) != 6 || jobs[0].Cron != cron || jobs[1].Cron != "0 3 * * *" || len(jobs[0].Format) != 4 {
			t.Fatalf("%+v %v", jobs, err)
		}
	}
	data, err := os.ReadFile(a.Path("schedule.yaml"))
	if err != nil || !strings.Contains(string(data), "# 停机错过的 monthly 逐期补做") {
		t.Errorf("%s %v", data, err)
	}
	for _, bad := range [][2]string{{"月报", "每天"}, {"没有", "0 3 * * *"}, {"月报", "0 3 * * *\n  - x"}} {
		if err := a.Reschedule(bad[0], PlanChange{Cron: bad[1]}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	for _, off := range []bool{true, true, false} {
		if err := a.Reschedule("每日挖掘", PlanChange{Off: off}); err != nil {
			t.Fatal(err)
		}
		if jobs, err := a.planned(); err != nil || jobs[1].Off != off || jobs[1].Cron != "0 3 * * *" || jobs[0].Off {
			t.Fatalf("%+v %v", jobs, err)
		}
	}
	plans, err := a.Plans(t.Context())
	if err != nil || plans[0].Next.Format(time.DateTime) != "2026-12-25 02:30:00" || plans[0].Last != nil {
		t.Errorf("%+v %v", plans, err)
	}
}
