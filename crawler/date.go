package crawler

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"chaping"
)

// The named date formats of profiles.
const (
	epochSeconds = "epoch_s"
	epochMillis  = "epoch_ms"
	rfc3339      = "rfc3339"
	iso8601      = "iso8601"  // any of the usual ways: 2026-11-02, 2026-11-02T10:00, with or without zone
	relative     = "relative" // 刚刚, 5分钟前, 3小时前, 今天 12:30, 昨天, 前天, 3天前, 11-22, 11月22日 10:30
)

// knownLayout tells whether the format is one that parseDate reads: a named
// one, or a Go layout with year, month and day.
func knownLayout(layout string) bool {
	switch layout {
	case epochSeconds, epochMillis, rfc3339, iso8601, relative:
		return true
	}
	// A layout that names all three gives the day back.
	day := time.Date(2019, time.November, 23, 0, 0, 0, 0, chaping.Shanghai())
	back, err := time.ParseInLocation(layout, day.Format(layout), chaping.Shanghai())
	return err == nil && back.Year() == 2019 && back.Month() == time.November && back.Day() == 23
}

// Dates outside these years are mistakes: the platforms are younger than the
// first, and nothing is published in the future.
const (
	firstYear = 1995
	lastYear  = 2199
)

// parseDate reads a date as one of the formats writes it, in Asia/Shanghai
// where it names no zone. Dates without time of day mean its first second.
func parseDate(s string, formats []string, now time.Time) (time.Time, error) {
	s = strings.TrimSpace(s)
	for _, layout := range formats {
		t, ok := parseOne(s, layout, now)
		if t = t.In(chaping.Shanghai()); ok && t.Year() >= firstYear && t.Year() <= lastYear {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("日期 %q 无法识别，应为 %s", chaping.Shorten(s, 40), strings.Join(formats, " 或 "))
}

func parseOne(s, layout string, now time.Time) (time.Time, bool) {
	switch layout {
	case epochSeconds, epochMillis:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n <= 0 || n > 1e14 {
			return time.Time{}, false
		}
		if layout == epochSeconds {
			return time.Unix(n, 0), true
		}
		return time.UnixMilli(n), true
	case rfc3339:
		t, err := time.Parse(time.RFC3339, s)
		return t, err == nil
	case iso8601:
		for _, layout := range isoLayouts {
			if t, err := time.ParseInLocation(layout, s, chaping.Shanghai()); err == nil {
				return t, true
			}
		}
		return time.Time{}, false
	case relative:
		return parseRelative(s, now)
	}
	t, err := time.ParseInLocation(layout, s, chaping.Shanghai())
	return t, err == nil
}

var isoLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04",
	"2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04", time.DateOnly, "20060102",
}

var (
	agoPattern = regexp.MustCompile(`^(\d{1,4})\s*(秒|分钟|小时|天|周|个月|年)(?:之)?前$`)
	dayPattern = regexp.MustCompile(`^(今天|昨天|前天|(\d{1,2})(?:月|-)(\d{1,2})日?)\s*(?:(\d{1,2}):(\d{2})(?::(\d{2}))?)?$`)
)

// parseRelative reads dates that are told from now on. Where only the day is
// told, it is the day's first second.
func parseRelative(s string, now time.Time) (time.Time, bool) {
	now = now.In(chaping.Shanghai())
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, chaping.Shanghai())
	switch s {
	case "刚刚", "刚才":
		return now, true
	case "半小时前":
		return now.Add(-30 * time.Minute), true
	}
	if m := agoPattern.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[1])
		switch m[2] {
		case "秒":
			return now.Add(-time.Duration(n) * time.Second), true
		case "分钟":
			return now.Add(-time.Duration(n) * time.Minute), true
		case "小时":
			return now.Add(-time.Duration(n) * time.Hour), true
		case "天":
			return today.AddDate(0, 0, -n), true
		case "周":
			return today.AddDate(0, 0, -7*n), true
		case "个月":
			return today.AddDate(0, -n, 0), true
		}
		return today.AddDate(-n, 0, 0), true
	}
	m := dayPattern.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, false
	}
	var day time.Time
	switch m[1] {
	case "今天":
		day = today
	case "昨天":
		day = today.AddDate(0, 0, -1)
	case "前天":
		day = today.AddDate(0, 0, -2)
	default: // a day without its year is the last such day
		month, _ := strconv.Atoi(m[2])
		date, _ := strconv.Atoi(m[3])
		for year := now.Year(); year > now.Year()-5; year-- { // a 29 February may be four years back
			day = time.Date(year, time.Month(month), date, 0, 0, 0, 0, chaping.Shanghai())
			if !day.After(now) && day.Month() == time.Month(month) && day.Day() == date {
				break
			}
			day = time.Time{}
		}
		if day.IsZero() {
			return day, false
		}
	}
	var clock [3]int
	for i := range clock {
		clock[i], _ = strconv.Atoi(m[4+i])
	}
	if clock[0] > 23 || clock[1] > 59 || clock[2] > 59 {
		return time.Time{}, false
	}
	return day.Add(time.Duration(clock[0])*time.Hour + time.Duration(clock[1])*time.Minute + time.Duration(clock[2])*time.Second), true
}

var countPattern = regexp.MustCompile(`(\d+(?:\.\d+)?)\s*(千|万|亿|[kKwW])?\s*(\+|以上|余|多)?`)

// parseCount reads how many there are: "128", "1,280", "13万+", "1.2w+". exact
// is false when the site itself rounds.
func parseCount(s string) (n int64, exact bool, err error) {
	s = width.Fold.String(s) // １２８，and ＋
	m := countPattern.FindStringSubmatch(strings.ReplaceAll(s, ",", ""))
	if m == nil {
		return 0, false, fmt.Errorf("数量 %q 无法识别", chaping.Shorten(s, 40))
	}
	f, err := strconv.ParseFloat(m[1], 64)
	if err != nil || f > 1e12 {
		return 0, false, fmt.Errorf("数量 %q 无法识别", chaping.Shorten(s, 40))
	}
	switch m[2] {
	case "千", "k", "K":
		f *= 1e3
	case "万", "w", "W":
		f *= 1e4
	case "亿":
		f *= 1e8
	}
	return int64(math.Round(f)), m[2] == "" && m[3] == "", nil
}
