package calendar

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"chaping"
)

func calendar(t testing.TB) *Calendar {
	t.Helper()
	c, err := NewCalendar(nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDue(t *testing.T) {
	c := calendar(t)
	for _, tt := range []struct{ period, from, to, due string }{
		// The table of forms.md.
		{"2020-07", "2020-01-01", "2020-07-24", "2020-07-25"}, // D7: a Saturday all the same
		{"2020-08", "2020-07-25", "2020-08-24", "2020-08-25"},
		{"2020-10", "2020-09-25", "2020-10-24", "2020-10-26"},
		{"2021-01", "2020-12-25", "2021-01-24", "2021-01-25"},
		{"2021-04", "2021-03-25", "2021-04-24", "2021-04-25"}, // a Sunday made a working day
		{"2021-09", "2021-08-25", "2021-09-24", "2021-09-26"}, // Saturday, then a make-up Sunday
		// Holidays.
		{"2023-01", "2022-12-25", "2023-01-24", "2023-01-28"},
		{"2025-01", "2024-12-25", "2025-01-24", "2025-01-26"},
		{"2026-09", "2026-08-25", "2026-09-24", "2026-09-28"},
		{"2026-11", "2026-10-25", "2026-11-24", "2026-11-25"},
	} {
		p, err := chaping.ParsePeriod(tt.period)
		if err != nil {
			t.Fatal(err)
		}
		w := p.Window()
		if got := w.FirstDay().Format(time.DateOnly); got != tt.from {
			t.Errorf("%s: first day %s, want %s", tt.period, got, tt.from)
		}
		if got := w.LastDay().Format(time.DateOnly); got != tt.to {
			t.Errorf("%s: last day %s, want %s", tt.period, got, tt.to)
		}
		due := c.Due(p)
		if got := due.Day.Format(time.DateOnly); got != tt.due {
			t.Errorf("%s: due %s, want %s", tt.period, got, tt.due)
		}
		if due.Provisional || due.Note() != "" {
			t.Errorf("%s: provisional although the year has data", tt.period)
		}
	}
}

func TestDueWithoutSchedule(t *testing.T) {
	due := calendar(t).Due(chaping.Period{Year: 2035, Month: time.February}) // the 25th is a Sunday
	if got := due.Day.Format(time.DateOnly); got != "2035-02-26" {
		t.Errorf("due %s, want the Monday", got)
	}
	if !due.Provisional || !strings.Contains(due.Note(), "2035") {
		t.Errorf("a year without data must say so: %+v %q", due, due.Note())
	}
}

func TestDueIsWorkingDay(t *testing.T) {
	c := calendar(t)
	rapid.Check(t, func(t *rapid.T) {
		p := chaping.Period{Year: rapid.IntRange(2020, 2060).Draw(t, "year"), Month: time.Month(rapid.IntRange(1, 12).Draw(t, "month"))}
		if p.Year == 2020 && p.Month == time.July {
			return
		}
		due, end := c.Due(p).Day, p.Window().To
		if !c.Working(due) || due.Before(end) || due.Sub(end) > 12*24*time.Hour {
			t.Fatalf("%s is due %s", p, due)
		}
		for d := end; d.Before(due); d = d.AddDate(0, 0, 1) {
			if c.Working(d) {
				t.Fatalf("%s is due %s although %s is a working day", p, due, d)
			}
		}
	})
}

func TestOperatorsYear(t *testing.T) {
	file := "year: 2027\nsource: 测试文号\noff:\n  - {name: 春节, from: 2027-02-06, to: 2027-02-12}\nwork:\n  - 2027-01-31\n"
	c, err := NewCalendar(fstest.MapFS{"2027.yaml": {Data: []byte(file)}})
	if err != nil {
		t.Fatal(err)
	}
	if src, ok := c.Source(2027); !ok || src != "测试文号" {
		t.Errorf("source %q, %v", src, ok)
	}
	if c.Working(time.Date(2027, 2, 8, 12, 0, 0, 0, chaping.Shanghai())) || !c.Working(time.Date(2027, 1, 31, 0, 0, 0, 0, chaping.Shanghai())) {
		t.Error("the operator's schedule is not used")
	}
	for name, bad := range map[string]string{
		"unknown key":     "year: 2027\nsource: x\nholidays: []\n",
		"no source":       "year: 2027\n",
		"reversed":        "year: 2027\nsource: x\noff: [{name: a, from: 2027-02-08, to: 2027-02-07}]\n",
		"no such day":     "year: 2027\nsource: x\nwork: [2027-02-30]\n",
		"another year":    "year: 2027\nsource: x\nwork: [2026-02-28]\n",
		"both off and on": "year: 2027\nsource: x\noff: [{name: a, from: 2027-02-08, to: 2027-02-09}]\nwork: [2027-02-08]\n",
	} {
		if _, err := NewCalendar(fstest.MapFS{"2027.yaml": {Data: []byte(bad)}}); err == nil || !strings.Contains(err.Error(), "2027.yaml") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
