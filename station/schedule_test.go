package station

import (
	"testing"
	"time"
)

// A job that runs every minute does not fill the file: what is old goes, but
// for the last runs of each job and those that are not finished.
func TestOldRunsAreForgotten(t *testing.T) {
	d, c, _ := started(t)
	long := c.now().Add(-runLife - 24*time.Hour)
	plan := func(job string, slots ...time.Time) {
		t.Helper()
		if err := d.SetPlan(t.Context(), job, "* * * * *", c.now().Add(time.Hour), false, slots...); err != nil {
			t.Fatal(err)
		}
	}
	finish := func(job string) {
		t.Helper()
		list, err := d.Runs(t.Context(), job, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list[1:] { // the last one is still open
			if err := d.BeginStep(t.Context(), r.ID, "挖掘"); err != nil {
				t.Fatal(err)
			}
			if err := d.EndStep(t.Context(), r.ID, "挖掘", ""); err != nil {
				t.Fatal(err)
			}
			if err := d.EndRun(t.Context(), r.ID, "", time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	count := func(table string) (n int) {
		t.Helper()
		if err := d.db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	var minutes, months []time.Time
	for i := range 150 {
		minutes = append(minutes, long.Add(time.Duration(i)*time.Minute))
	}
	for i := range 20 {
		months = append(months, long.AddDate(0, -i, 0))
	}
	plan("月报", months...)
	plan("发送", minutes...)
	finish("月报")
	finish("发送")
	plan("发送", c.now())
	if runs, steps := count("run WHERE job = '发送'"), count("step"); runs != keptRuns || steps != keptRuns-2+19 {
		t.Errorf("%d runs, %d steps of both jobs are left", runs, steps)
	}
	if n := count("run WHERE job = '发送' AND finished = 0"); n != 2 {
		t.Errorf("%d of them are open", n)
	}
	plan("月报", c.now())
	if n := count("run WHERE job = '月报'"); n != 21 {
		t.Errorf("%d monthly reports are left", n)
	}
	// A slot that is planned a second time is still one run.
	plan("发送", c.now())
	if n := count("run WHERE job = '发送'"); n > keptRuns+1 {
		t.Errorf("%d runs", n)
	}
}
