package calendar

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"chaping"
)

// What the notice's calendar comes to over the years with data: every period
// whose due date is not the 25th.
func TestPostponedDueDates(t *testing.T) {
	c := calendar(t)
	want := strings.Fields(`
		2020-10:2020-10-26
		2021-07:2021-07-26 2021-09:2021-09-26 2021-12:2021-12-27
		2022-06:2022-06-27 2022-09:2022-09-26 2022-12:2022-12-26
		2023-01:2023-01-28 2023-02:2023-02-27 2023-03:2023-03-27 2023-11:2023-11-27
		2024-02:2024-02-26 2024-05:2024-05-27 2024-08:2024-08-26
		2025-01:2025-01-26 2025-05:2025-05-26 2025-10:2025-10-27
		2026-01:2026-01-26 2026-04:2026-04-27 2026-07:2026-07-27 2026-09:2026-09-28 2026-10:2026-10-26`)
	var got []string
	for _, y := range c.Years() {
		for _, p := range PeriodsOf(y) {
			if due := c.Due(p); due.Day.Day() != 25 {
				got = append(got, p.String()+":"+due.Day.Format(time.DateOnly))
			}
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("postponed:\n got %v\nwant %v", got, want)
	}
}

// Windows leave no day out and count none twice, whatever the due dates are.
func TestWindowsTile(t *testing.T) {
	c := calendar(t)
	rapid.Check(t, func(t *rapid.T) {
		p := chaping.Period{Year: rapid.IntRange(2020, 2060).Draw(t, "year"), Month: time.Month(rapid.IntRange(1, 12).Draw(t, "month"))}
		if p.Year == 2020 && p.Month < time.July {
			return
		}
		w, next := p.Window(), p.Next().Window()
		if !w.To.Equal(next.From) {
			t.Fatalf("%s ends %s, the next begins %s", p, w.To, next.From)
		}
		if w.FirstDay().Day() != 25 && p.String() != "2020-07" || w.LastDay().Day() != 24 {
			t.Fatalf("%s: %s", p, w.Chinese())
		}
		due, after := c.Due(p).Day, c.Due(p.Next()).Day
		if !after.After(due) {
			t.Fatalf("%s is due %s, the next %s", p, due, after)
		}
		day := w.From.Add(time.Duration(rapid.Int64Range(0, int64(w.To.Sub(w.From))-1).Draw(t, "moment")))
		if got := chaping.PeriodOf(day); got != p {
			t.Fatalf("%s belongs to %s, not %s", day, got, p)
		}
	})
}

func TestWriteICS(t *testing.T) {
	c := calendar(t)
	var b bytes.Buffer
	periods := append(PeriodsOf(2026), PeriodsOf(2035)...)
	if err := c.WriteICS(&b, periods, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	for raw := range strings.SplitSeq(strings.TrimSuffix(b.String(), "\r\n"), "\r\n") {
		if len(raw) > 75 || !utf8.ValidString(raw) || strings.ContainsAny(raw, "\r\n") {
			t.Errorf("line of %d octets: %q", len(raw), raw)
		}
	}
	text := strings.ReplaceAll(b.String(), "\r\n ", "")
	if n := strings.Count(text, "BEGIN:VEVENT\r\n"); n != 24 || n != strings.Count(text, "END:VEVENT\r\n") {
		t.Errorf("%d events", n)
	}
	if n := strings.Count(text, "STATUS:TENTATIVE"); n != 12 { // 2035 has no data
		t.Errorf("%d tentative", n)
	}
	for _, want := range []string{"UID:due-2026-09@chaping\r\n", "DTSTART;VALUE=DATE:20260928\r\nDTEND;VALUE=DATE:20260929\r\n", "TRIGGER:-P3D", "程序还没有 2035 年节假日安排", "DTSTAMP:20260102T030405Z"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
}
