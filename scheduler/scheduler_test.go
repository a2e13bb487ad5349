package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"chaping"
	"chaping/scheduler/calendar"
	"chaping/station"
)

// world is a simulated machine: clocks that the test moves.
type world struct {
	wall time.Time
	mono time.Duration
	dir  string
	db   *station.DB
}

func newWorld(t testing.TB, start time.Time) *world {
	w := &world{wall: start, dir: t.TempDir()}
	w.open(t)
	t.Cleanup(func() { w.db.Close() })
	return w
}

func (w *world) open(t testing.TB) {
	t.Helper()
	var err error
	if w.db, err = station.Open(t.Context(), w.dir, func() time.Time { return w.wall }); err != nil {
		t.Fatal(err)
	}
}

func (w *world) agenda(jobs ...Job) *Scheduler {
	return &Scheduler{DB: w.db, Jobs: jobs, Now: func() time.Time { return w.wall }, Elapsed: func() time.Duration { return w.mono }, Log: slog.New(slog.DiscardHandler)}
}

func (w *world) pass(d time.Duration) { w.wall, w.mono = w.wall.Add(d), w.mono+d }

func day(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, chaping.Shanghai())
	if err != nil {
		panic(err)
	}
	return t
}

// A year of months, with a day's outage over a deadline night, a kill in the
// middle of a chain, a step that fails for hours, and a clock that jumps two
// months ahead and back: every report is made once, frozen in order, and ready
// on its due day.
func TestSimulatedYear(t *testing.T) {
	days, err := calendar.NewCalendar(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, day("2026-01-01 00:00"))
	frozen, sent, daily := map[string]int{}, map[string]time.Time{}, 0
	fail, kill, failures := false, false, 0
	happened := map[string]bool{}
	once := func(what string) bool { first := !happened[what]; happened[what] = true; return first }
	ctx, cancel := context.WithCancel(t.Context())
	of := func(slot time.Time) string { return chaping.PeriodOf(slot).Previous().String() }
	jobs := []Job{
		{Name: "月报", Cron: "30 0 25 * *", Each: true, Steps: []Step{
			{"挖掘", func(context.Context, time.Time) error {
				if fail {
					failures++
					return errors.New("数据库不可用")
				}
				return nil
			}},
			{"冻结", func(_ context.Context, slot time.Time) error {
				frozen[of(slot)]++
				if kill {
					happened["kill"] = true
					cancel() // killed when the step was done but not noted: it must bear being done again
				}
				return nil
			}},
			{"通知", func(_ context.Context, slot time.Time) error {
				if _, twice := sent[of(slot)]; twice {
					t.Errorf("%s was sent twice", of(slot))
				}
				sent[of(slot)] = w.wall
				return nil
			}},
		}},
		{Name: "每日挖掘", Cron: "0 3 * * *", Steps: []Step{{"挖掘", func(context.Context, time.Time) error { daily++; return nil }}}},
	}
	a := w.agenda(jobs...)
	for w.wall.Before(day("2027-01-01 00:00")) {
		at := w.wall.Format("2006-01-02 15:04")
		switch {
		case at == "2026-03-24 20:00" && once("outage"): // down for a day, over the night of the 25th
			w.db.Close()
			w.wall = w.wall.Add(24 * time.Hour)
			w.open(t)
			w.mono = 0
			a = w.agenda(jobs...)
			continue
		case at == "2026-05-10 12:00" && once("jump"): // the clock goes wrong by two months ...
			w.wall = w.wall.AddDate(0, 2, 20)
			for range 4 {
				if err := a.Tick(ctx); err != nil {
					t.Fatal(err)
				}
				w.pass(2 * time.Minute)
			}
			w.wall = day("2026-05-10 12:00") // ... and is set right
			for range 6 {
				if err := a.Tick(ctx); err != nil {
					t.Fatal(err)
				}
				w.pass(5 * time.Minute)
			}
		case at == "2026-07-25 00:30":
			kill = true
		case at == "2026-09-25 00:30" && once("failure"):
			fail = true
		case at == "2026-09-25 09:00":
			fail = false
		case at == "2026-10-25 02:00" && once("hour twice"): // an hour that comes twice
			w.wall = w.wall.Add(-time.Hour)
		}
		if err := a.Tick(ctx); err != nil {
			if !kill || !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			kill = false
			ctx, cancel = context.WithCancel(t.Context())
			w.mono = 0
			a = w.agenda(jobs...) // a new process
		}
		if d := w.wall.Day(); d >= 23 && d <= 27 { // look closely where things happen
			w.pass(30 * time.Minute)
		} else {
			w.pass(3 * time.Hour)
		}
	}
	cancel()
	for _, p := range calendar.PeriodsOf(2026) {
		when, ok := sent[p.String()]
		due := days.Due(p).Day.AddDate(0, 0, 1)
		if !ok || !when.Before(due) || when.Before(p.Window().To) {
			t.Errorf("%s: sent %v, window ends %v, due before %v", p, when, p.Window().To, due)
		}
		want := 1
		if p.String() == "2026-07" { // killed before it was noted
			want = 2
		}
		if n := frozen[p.String()]; n != want {
			t.Errorf("%s: frozen %d times", p, n)
		}
	}
	if len(happened) != 5 || failures < 3 {
		t.Errorf("the year was too quiet: %v, %d failures", happened, failures)
	}
	if len(sent) != 12 {
		t.Errorf("%d reports: %v", len(sent), sent)
	}
	if daily < 362 || daily > 365 {
		t.Errorf("%d daily runs", daily)
	}
	runs, err := w.db.Runs(t.Context(), "月报", 100)
	if err != nil || len(runs) != 12 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	for _, r := range runs {
		if r.Finished == nil || len(r.Steps) != 3 {
			t.Errorf("%+v", r)
		}
	}
}

func TestCatchUp(t *testing.T) {
	w := newWorld(t, day("2026-01-01 00:00"))
	ran := map[string][]string{}
	note := func(name string) []Step {
		return []Step{{"s", func(_ context.Context, slot time.Time) error {
			ran[name] = append(ran[name], slot.Format("2006-01"))
			return nil
		}}}
	}
	jobs := []Job{{Name: "each", Cron: "30 0 25 * *", Each: true, Steps: note("each")}, {Name: "once", Cron: "CRON_TZ=Asia/Shanghai 0 1 25 * *", Steps: note("once")}}
	if err := w.agenda(jobs...).Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.wall = day("2026-04-01 00:00")
	for range 2 {
		if err := w.agenda(jobs...).Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := fmt.Sprint(ran); got != "map[each:[2026-01 2026-02 2026-03] once:[2026-03]]" {
		t.Error(got)
	}
}

func TestTrigger(t *testing.T) {
	w := newWorld(t, day("2026-01-01 00:00"))
	n := 0
	a := w.agenda(Job{Name: "j", Cron: "0 0 25 * *", Steps: []Step{{"s", func(context.Context, time.Time) error { n++; return nil }}}})
	for range 2 {
		if err := a.Trigger(t.Context(), "j", day("2025-12-25 00:00")); err != nil {
			t.Fatal(err)
		}
		if err := a.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n != 1 {
		t.Errorf("ran %d times", n)
	}
	if err := a.Trigger(t.Context(), "x", w.wall); err == nil {
		t.Error("no such job")
	}
}

func TestFailureIsToldOnceAndRetried(t *testing.T) {
	w := newWorld(t, day("2026-01-01 00:00"))
	tries, told := 0, 0
	a := w.agenda(Job{Name: "j", Cron: "0 0 * * *", Steps: []Step{{"s", func(context.Context, time.Time) error {
		if tries++; tries < 4 {
			panic("broken")
		}
		return nil
	}}}})
	a.Failed = func(_ context.Context, _ station.Run, err error) {
		if told++; !strings.Contains(err.Error(), "broken") {
			t.Error(err)
		}
	}
	for range 30 * 60 {
		if err := a.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Minute)
	}
	if tries != 4 || told != 1 {
		t.Errorf("%d attempts, told %d times", tries, told)
	}
}

func TestParse(t *testing.T) {
	s, err := Parse("30 0 25 * *")
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Next(time.Date(2026, 11, 24, 16, 0, 0, 0, time.UTC)); !got.Equal(day("2026-11-25 00:30")) {
		t.Error(got)
	}
	for _, bad := range []string{"", "nonsense", "61 0 * * *", "TZ=Nowhere 0 0 * * *", "0 0 30 2 *", "0 0 31 4,6 *"} {
		if _, err := Parse(bad); err == nil || !strings.Contains(err.Error(), "处理办法") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Every lease is held by one at a time, and is free when it is given up.
func TestLeases(t *testing.T) {
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer client.Close()
	dir := t.TempDir()
	for name, make := range map[string]func() Lease{
		"file":  func() Lease { return &FileLease{Dir: dir} },
		"redis": func() Lease { return &RedisLease{Client: client, Key: "lease", TTL: time.Minute} },
	} {
		t.Run(name, func(t *testing.T) {
			hold := func(l Lease) bool {
				held, err := l.Hold(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				return held
			}
			a, b := make(), make()
			if !hold(a) || hold(b) {
				t.Fatal("held by none, or by two")
			}
			if !hold(a) {
				t.Fatal("not kept")
			}
			ran, err := Under(t.Context(), b, time.Hour, func(context.Context) error { t.Error("ran without the lease"); return nil })
			if ran || err != nil {
				t.Error(ran, err)
			}
			if err := a.Release(t.Context()); err != nil || !hold(b) || hold(a) {
				t.Errorf("after release: %v", err)
			}
			if name == "redis" { // the holder is gone
				server.FastForward(2 * time.Minute)
				if !hold(a) || hold(b) {
					t.Error("a lease that has run out is not free")
				}
			}
		})
	}
}
