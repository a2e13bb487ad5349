package scheduler

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"chaping"
)

// How often a rhythm comes.
const (
	Monthly = "month"
	Weekly  = "week"
	Daily   = "day"
	Hourly  = "hour"
	Minutes = "minutes"
)

// A Rhythm is a plan's times as people say them: every month on the 25th at
// 3:00. Cron expressions can say more; those have no rhythm.
type Rhythm struct {
	Every    string         `json:"every"`              // Monthly, Weekly, Daily, Hourly or Minutes
	Day      int            `json:"day,omitempty"`      // of the month
	Weekdays []time.Weekday `json:"weekdays,omitempty"` // of the week, Monday first
	Hour     int            `json:"hour,omitempty"`
	Minute   int            `json:"minute,omitempty"`
	Step     int            `json:"step,omitempty"` // minutes from one to the next, a divisor of 60
}

// Week are the weekdays in the order in which people here name them.
func Week() []time.Weekday {
	return []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
}

// WeekdayName is the name of a weekday within 每周: 一.
func WeekdayName(d time.Weekday) string { return string([]rune("日一二三四五六")[d]) }

// ReadRhythm is the rhythm of a cron expression, if it has one.
func ReadRhythm(spec string) (r Rhythm, ok bool) {
	fields := strings.Fields(spec)
	if _, err := Parse(spec); err != nil || len(fields) != 5 || fields[3] != "*" {
		return r, false
	}
	minute, hour, day, weekday := fields[0], fields[1], fields[2], fields[4]
	at := func(text string, most int) int {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > most {
			ok = false
		}
		return n
	}
	ok = true
	switch {
	case hour == "*" && day == "*" && weekday == "*":
		step, steps := strings.CutPrefix(minute, "*/")
		switch {
		case minute == "*":
			return Rhythm{Every: Minutes, Step: 1}, true
		case steps:
			r = Rhythm{Every: Minutes, Step: at(step, 30)}
			return r, ok && r.Step > 0 && 60%r.Step == 0
		}
		return Rhythm{Every: Hourly, Minute: at(minute, 59)}, ok
	case day == "*" && weekday == "*":
		r = Rhythm{Every: Daily}
	case day == "*":
		r = Rhythm{Every: Weekly}
		for _, d := range strings.Split(weekday, ",") {
			r.Weekdays = append(r.Weekdays, time.Weekday(at(d, 6)))
		}
		r.Weekdays = ordered(r.Weekdays)
	case weekday == "*":
		r = Rhythm{Every: Monthly, Day: at(day, 31)}
	default: // cron takes one or the other
		return r, false
	}
	r.Hour, r.Minute = at(hour, 23), at(minute, 59)
	return r, ok
}

// ordered are weekdays from Monday on, each once.
func ordered(days []time.Weekday) (list []time.Weekday) {
	for _, d := range Week() {
		if slices.Contains(days, d) {
			list = append(list, d)
		}
	}
	return list
}

// Cron is the rhythm as a cron expression. A day that some months do not have
// is refused: the plan would skip them.
func (r Rhythm) Cron() (string, error) {
	bad := func(problem, remedy string) (string, error) {
		return "", &chaping.Error{Code: chaping.CodeInput, Message: "计划时间" + problem, Remedy: remedy}
	}
	if r.Hour < 0 || r.Hour > 23 || r.Minute < 0 || r.Minute > 59 {
		return bad("不是一天里的时刻", "写成 03:00 这样的时刻")
	}
	switch r.Every {
	case Monthly:
		if r.Day < 1 || r.Day > 28 {
			return bad(fmt.Sprintf("“每月 %d 日”不是每个月都有", r.Day), "选 1 到 28 日")
		}
		return fmt.Sprintf("%d %d %d * *", r.Minute, r.Hour, r.Day), nil
	case Weekly:
		days := ordered(r.Weekdays)
		if len(days) == 0 {
			return bad("没有写星期几", "至少选一天")
		}
		var list []string
		for _, d := range days {
			list = append(list, strconv.Itoa(int(d)))
		}
		return fmt.Sprintf("%d %d * * %s", r.Minute, r.Hour, strings.Join(list, ",")), nil
	case Daily:
		return fmt.Sprintf("%d %d * * *", r.Minute, r.Hour), nil
	case Hourly:
		return fmt.Sprintf("%d * * * *", r.Minute), nil
	case Minutes:
		switch {
		case r.Step == 1:
			return "* * * * *", nil
		case r.Step > 1 && r.Step <= 30 && 60%r.Step == 0:
			return fmt.Sprintf("*/%d * * * *", r.Step), nil
		}
		return bad("的间隔分不进一小时", "选 1、2、3、4、5、6、10、12、15、20 或 30 分钟")
	}
	return bad("没有写多久一次", "选每月、每周、每天、每小时或每几分钟")
}

// Chinese says the rhythm: 每月 25 日 03:00.
func (r Rhythm) Chinese() string {
	at := fmt.Sprintf("%02d:%02d", r.Hour, r.Minute)
	switch r.Every {
	case Monthly:
		return fmt.Sprintf("每月 %d 日 %s", r.Day, at)
	case Weekly:
		var days []string
		for _, d := range ordered(r.Weekdays) {
			days = append(days, WeekdayName(d))
		}
		return "每周" + strings.Join(days, "、") + " " + at
	case Daily:
		return "每天 " + at
	case Hourly:
		return fmt.Sprintf("每小时第 %d 分", r.Minute)
	case Minutes:
		if r.Step == 1 {
			return "每分钟"
		}
		return fmt.Sprintf("每 %d 分钟", r.Step)
	}
	return ""
}

// Words says a cron expression as people do; one without a rhythm is shown as it is.
func Words(spec string) string {
	if r, ok := ReadRhythm(spec); ok {
		return r.Chinese()
	}
	return "按表达式 " + spec
}
