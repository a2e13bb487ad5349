package chaping

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Shanghai is the zone that every window and date is meant in. It is a fixed
// offset: China has kept UTC+8 without summer time since 1991, before any
// review, and a fixed zone needs no zone database on the machine.
func Shanghai() *time.Location { return shanghai }

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// A Period is one monthly reporting period, named by the month in which it
// ends (报送期). Its window runs from the 25th of the month before to the
// 24th (R14). The one exception is the notice's first period, 2020-07, which
// runs from 2020-01-01 to 2020-07-24 (R13, D1).
type Period struct {
	Year  int
	Month time.Month
}

// firstPeriod is the first period that the notice asks a report for.
var firstPeriod = Period{2020, time.July}

var periodPattern = regexp.MustCompile(`^(\d{4})-(\d{2})$`)

// ParsePeriod reads "2026-11".
func ParsePeriod(s string) (Period, error) {
	m := periodPattern.FindStringSubmatch(s)
	if m == nil {
		return Period{}, fmt.Errorf("报送期 %q 无法识别，应写成 2026-11 这样的年-月", s)
	}
	year, _ := strconv.Atoi(m[1])
	month, _ := strconv.Atoi(m[2])
	if month < 1 || month > 12 || year < 1 {
		return Period{}, fmt.Errorf("报送期 %q 的月份不存在，应在 01–12 之间", s)
	}
	return Period{year, time.Month(month)}, nil
}

// PeriodOf is the period whose report covers the moment t.
func PeriodOf(t time.Time) Period {
	t = t.In(shanghai)
	if w := firstPeriod.Window(); w.Contains(t) {
		return firstPeriod
	}
	p := Period{t.Year(), t.Month()}
	if t.Day() >= 25 {
		return p.Next()
	}
	return p
}

// IsZero tells whether p is no period. Nothing comes before or after it.
func (p Period) IsZero() bool { return p == Period{} }

// Before tells whether p ends before q. The zero Period is before all others.
func (p Period) Before(q Period) bool {
	return p.Year < q.Year || p.Year == q.Year && p.Month < q.Month
}

// Next is the period after p.
func (p Period) Next() Period { return p.add(1) }

// Previous is the period before p.
func (p Period) Previous() Period { return p.add(-1) }

func (p Period) add(months int) Period {
	if p.IsZero() {
		return p
	}
	t := time.Date(p.Year, p.Month+time.Month(months), 1, 0, 0, 0, 0, shanghai)
	return Period{t.Year(), t.Month()}
}

// String is the period's name, "2026-11".
func (p Period) String() string { return fmt.Sprintf("%04d-%02d", p.Year, int(p.Month)) }

// MarshalText writes the period as String does.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads it as ParsePeriod does.
func (p *Period) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePeriod(string(text))
	return err
}

// Window is the period's half-open time range.
func (p Period) Window() Window {
	to := time.Date(p.Year, p.Month, 25, 0, 0, 0, 0, shanghai)
	if p == firstPeriod {
		return Window{time.Date(2020, time.January, 1, 0, 0, 0, 0, shanghai), to}
	}
	return Window{to.AddDate(0, -1, 0), to}
}

// A Window is a half-open time range [From, To). What users see is inclusive:
// use FirstDay and LastDay there.
type Window struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Contains tells whether t lies in the window.
func (w Window) Contains(t time.Time) bool { return !t.Before(w.From) && t.Before(w.To) }

// FirstDay is the first day in the window.
func (w Window) FirstDay() time.Time { return StartOfDay(w.From) }

// LastDay is the last day that has a moment in the window.
func (w Window) LastDay() time.Time { return StartOfDay(w.To.Add(-1)) }

// StartOfDay is the first moment of the day in Shanghai in which t lies.
func StartOfDay(t time.Time) time.Time {
	t = t.In(shanghai)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, shanghai)
}

// Chinese is the window as 时间采集范围 prints it (D17):
// "2020年7月25日至2020年8月24日".
func (w Window) Chinese() string { return ChineseDate(w.FirstDay()) + "至" + ChineseDate(w.LastDay()) }

// ChineseDate prints the day of t in Asia/Shanghai: "2020年8月25日".
func ChineseDate(t time.Time) string {
	t = t.In(shanghai)
	return fmt.Sprintf("%d年%d月%d日", t.Year(), int(t.Month()), t.Day())
}

// ChineseWeekday is the day of the week: "星期三".
func ChineseWeekday(t time.Time) string {
	return "星期" + string([]rune("日一二三四五六")[int(t.Weekday())])
}

// Elapsed says how much of the period has passed, in days that have begun.
func (p Period) Elapsed(at time.Time) string {
	w := p.Window()
	days := func(to time.Time) int { return int(to.Sub(w.From).Hours() / 24) }
	return fmt.Sprintf("已过 %d/%d 天", max(0, min(days(at)+1, days(w.To))), days(w.To))
}

// Running tells whether the period has begun and not ended.
func (p Period) Running(at time.Time) bool { return p.Window().Contains(at) }

// Late tells whether something that is due on a day comes too late at a moment:
// it is on time through the end of the day.
func Late(at, day time.Time) bool { return !at.Before(day.AddDate(0, 0, 1)) }

// Minute is the layout of moments that people read, in Shanghai.
const Minute = "2006-01-02 15:04"
