package scheduler

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"chaping"
)

func TestWords(t *testing.T) {
	for spec, want := range map[string]string{
		"30 0 25 * *":                  "每月 25 日 00:30",
		"0 3 * * *":                    "每天 03:00",
		"5 9 * * 1,3":                  "每周一、三 09:05",
		"0 8 * * 0":                    "每周日 08:00",
		"15 * * * *":                   "每小时第 15 分",
		"*/10 * * * *":                 "每 10 分钟",
		"* * * * *":                    "每分钟",
		"0 3 * 1 *":                    "按表达式 0 3 * 1 *",   // a month of the year
		"0 3 1 * 1":                    "按表达式 0 3 1 * 1",   // either
		"0 3-5 * * *":                  "按表达式 0 3-5 * * *", // several hours
		"*/7 * * * *":                  "按表达式 */7 * * * *", // not every seven minutes: the hour begins anew
		"0 9 * * 1-5":                  "按表达式 0 9 * * 1-5",
		"CRON_TZ=Asia/Tokyo 0 3 * * *": "按表达式 CRON_TZ=Asia/Tokyo 0 3 * * *",
	} {
		if got := Words(spec); got != want {
			t.Errorf("%s: %q, want %q", spec, got, want)
		}
	}
	for _, r := range []Rhythm{
		{}, {Every: Monthly, Hour: 3}, {Every: Monthly, Day: 31}, {Every: Weekly, Hour: 3}, {Every: Daily, Hour: 24},
		{Every: Daily, Hour: -1}, {Every: Minutes, Step: 7}, {Every: Minutes}, {Every: "year", Day: 1},
	} {
		if spec, err := r.Cron(); err == nil {
			t.Errorf("%+v was taken: %s", r, spec)
		}
	}
}

// What a form gives comes back as it was, and what is read of an expression has
// the expression's moments.
func TestRhythmProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Rhythm{Every: rapid.SampledFrom([]string{Monthly, Weekly, Daily, Hourly, Minutes}).Draw(t, "every")}
		if r.Every == Hourly || r.Every != Minutes {
			r.Minute = rapid.IntRange(0, 59).Draw(t, "minute")
		}
		switch r.Every {
		case Monthly:
			r.Day = rapid.IntRange(1, 28).Draw(t, "day")
		case Weekly:
			r.Weekdays = ordered(rapid.SliceOfN(rapid.SampledFrom(Week()), 1, 7).Draw(t, "days"))
		case Minutes:
			r.Step = rapid.SampledFrom([]int{1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30}).Draw(t, "step")
		}
		if r.Every == Monthly || r.Every == Weekly || r.Every == Daily {
			r.Hour = rapid.IntRange(0, 23).Draw(t, "hour")
		}
		spec, err := r.Cron()
		if err != nil {
			t.Fatal(err)
		}
		back, ok := ReadRhythm(spec)
		if !ok || back.Chinese() != r.Chinese() || back.Every != r.Every {
			t.Fatalf("%+v became %s and %+v", r, spec, back)
		}
	})
}

func FuzzRhythm(f *testing.F) {
	for _, spec := range []string{"30 0 25 * *", "0 3 * * 1,0", "*/5 * * * *", "@daily", "0 3 * * 8", "60 3 * * *"} {
		f.Add(spec)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		r, ok := ReadRhythm(spec)
		if !ok {
			return
		}
		was, err := Parse(spec)
		if err != nil {
			t.Fatalf("%q has a rhythm and cannot be read: %v", spec, err)
		}
		written, err := r.Cron()
		if r.Every == Monthly && r.Day > 28 {
			return // is shown, cannot be chosen
		}
		if err != nil {
			t.Fatalf("%q: %+v: %v", spec, r, err)
		}
		is, err := Parse(written)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, time.November, 29, 11, 7, 0, 0, chaping.Shanghai())
		for range 5 {
			if !was.Next(at).Equal(is.Next(at)) {
				t.Fatalf("%q and %q differ after %s", spec, written, at)
			}
			at = was.Next(at)
		}
	})
}
