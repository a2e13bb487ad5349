package ingest

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"chaping"
)

// The named date formats of profiles; others are layouts of package time.
const (
	EpochSeconds = "epoch_s"
	EpochMillis  = "epoch_ms"
	unixSeconds  = "unix" // the same two, as mapping profiles call them
	unixMillis   = "unix_ms"
	rfc3339      = "rfc3339"
	iso8601      = "iso8601"  // any of the usual ways: 2026-11-02, 2026-11-02T10:00, with or without zone
	relative     = "relative" // 刚刚, 5分钟前, 3小时前, 今天 12:30, 昨天, 前天, 3天前, 11-22, 11月22日 10:30
	// AnyDate is every way to write a date that says which day it is without
	// knowing when it was written. 05/11/2026 is read where it can be only
	// one day; DayFirst and MonthFirst say which number comes first, and
	// YearFirst that of 26-11-05 the year does.
	AnyDate    = "any"
	DayFirst   = "any, day first"
	MonthFirst = "any, month first"
	YearFirst  = "any, year first"
	// Zoned and a zone, +00:00 or America/New_York, is AnyDate for a clock there.
	Zoned = "any, UTC"
	// Serial is a spreadsheet's count of days; Serial1904 is that of books
	// that count from 1904.
	Serial     = "serial"
	Serial1904 = "serial 1904"
)

// KnownFormat tells whether Dates reads the format: a named one, or a layout
// with year, month and day.
func KnownFormat(format string) bool {
	switch format {
	case EpochSeconds,
		EpochMillis,
		unixSeconds,
		unixMillis,
		rfc3339,
		iso8601,
		relative,
		AnyDate,
		DayFirst,
		MonthFirst,
		YearFirst,
		Serial,
		Serial1904:
		return true
	}
	if zone, ok := strings.CutPrefix(format, Zoned); ok {
		_, err := locationOf(zone)
		return err == nil
	}
	if strings.Contains(format, "MST") { // package time takes a name that it does not know for UTC
		return false
	}
	// A layout that names all three gives the day back.
	day := time.Date(2019, time.November, 23, 0, 0, 0, 0, chaping.Shanghai())
	back, err := time.ParseInLocation(format, day.Format(format), chaping.Shanghai())
	return err == nil && back.Year() == 2019 && back.Month() == time.November && back.Day() == 23
}

// Dates outside these years are mistakes: the platforms are younger than the
// first, and nothing is published in the future.
const (
	FirstYear = 1995
	LastYear  = 2199
)

// Dates are the formats in which a source writes dates.
type Dates []string

// What a text is that is no date by itself.
var (
	// ErrRelative: the text counts from the day on which it was read.
	ErrRelative = errors.New("日期只相对于导出那天")
	// ErrOrder: which number is the day, and which the month, is not known.
	ErrOrder = errors.New("日和月的次序不明")
)

// Undated words the error of Parse for the reader of an import.
func Undated(err error) (problem, remedy string) {
	switch {
	case errors.Is(err, ErrRelative):
		return "日期是相对的（如 3天前、11-05），不知道导出的日期", "注明文件是哪一天导出的"
	case errors.Is(err, ErrOrder):
		return "日期的日和月分不清次序（如 05/11/2026）", "注明这一列是日在前还是月在前"
	case errors.Is(err, ErrZone):
		return "时间后面的时区不认识，或不止一个意思（如 IST），没有换算", "把时间换算成北京时间，或把时区写成 GMT-8、+08:00 这样"
	case errors.Is(err, errYears):
		return fmt.Sprintf("日期不在 %d–%d 年之间", FirstYear, LastYear), "核对日期"
	}
	return "日期无法识别或不存在", "写成 2026-11-22 13:05:00 这样的北京时间"
}

var (
	errYears  = errors.New("日期超出年份范围")
	errNoDate = errors.New("不是日期")
)

// Parse reads a date as one of the formats writes it, in Asia/Shanghai where it
// names no zone. Dates without time of day mean its first second. Relative
// dates count from told; where told is zero they are not read.
func (d Dates) Parse(s string, told time.Time) (time.Time, error) {
	s = strings.TrimSpace(s)
	var why error
	for _, format := range d {
		t, err := parseDate(s, format, told)
		if err == nil {
			t = t.In(chaping.Shanghai())
			if t.Year() >= FirstYear && t.Year() <= LastYear {
				return t, nil
			}
			err = errYears
		}
		if why == nil || errors.Is(why, errNoDate) {
			why = err
		}
	}
	if why == nil || errors.Is(why, errNoDate) {
		why = errNoDate
	}
	return time.Time{}, fmt.Errorf("日期 %q 无法识别：%w", chaping.Shorten(s, 40), why)
}

// String names the formats for messages.
func (d Dates) String() string { return strings.Join(d, " 或 ") }

func parseDate(s, format string, told time.Time) (time.Time, error) {
	if strings.HasPrefix(format, Zoned) {
		return anyDate(s, format, told)
	}
	switch format {
	case AnyDate, DayFirst, MonthFirst, YearFirst:
		return anyDate(s, format, told)
	case Serial, Serial1904:
		return serial(s, format == Serial1904)
	case EpochSeconds, EpochMillis, unixSeconds, unixMillis:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n <= 0 || n > 1e14 {
			return time.Time{}, errNoDate
		}
		switch format {
		case unixSeconds:
			if n < 1e8 || n >= 1e10 {
				return time.Time{}, errNoDate
			}
			fallthrough
		case EpochSeconds:
			return time.Unix(n, 0), nil
		case unixMillis:
			if n < 1e11 || n >= 1e13 {
				return time.Time{}, errNoDate
			}
		}
		return time.UnixMilli(n), nil
	case rfc3339:
		t, err := time.Parse(time.RFC3339, s)
		return t, noDate(err)
	case iso8601:
		for _, layout := range isoLayouts {
			if t, err := time.ParseInLocation(layout, s, chaping.Shanghai()); err == nil {
				return t, nil
			}
		}
		return time.Time{}, errNoDate
	case relative:
		if told.IsZero() {
			return time.Time{}, ErrRelative
		}
		t, ok := parseRelative(s, told)
		if !ok {
			return t, errNoDate
		}
		return t, nil
	case time.DateTime, time.DateOnly:
		if t, ok := plainDate(s); ok && len(s) == len(format) {
			return t, nil
		}
	}
	t, err := time.ParseInLocation(format, s, chaping.Shanghai())
	return t, noDate(err)
}

func noDate(err error) error {
	if err != nil {
		return errNoDate
	}
	return nil
}

var isoLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04",
	"2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04", time.DateOnly, "20060102",
}

// plainDate reads what next to all files write: 2026-11-02 and
// 2026-11-02 15:04:05.
func plainDate(s string) (time.Time, bool) {
	if len(s) != len(time.DateOnly) && len(s) != len(time.DateTime) {
		return time.Time{}, false
	}
	const pattern = "0000-00-00 00:00:00"
	var parts [6]int
	part := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case pattern[i] != '0' && c != pattern[i] || pattern[i] == '0' && (c < '0' || c > '9'):
			return time.Time{}, false
		case pattern[i] != '0':
			part++
		default:
			parts[part] = parts[part]*10 + int(c-'0')
		}
	}
	t, err := moment(parts)
	return t, err == nil
}

// moment is a day and its time in Asia/Shanghai. 24:00 is the end of the day.
func moment(p [6]int) (time.Time, error) {
	if p[3] == 24 && p[4] == 0 && p[5] == 0 {
		p[3] = 0
		t, err := moment(p)
		return t.AddDate(0, 0, 1), err
	}
	t := time.Date(p[0], time.Month(p[1]), p[2], p[3], p[4], p[5], 0, chaping.Shanghai())
	y, m, d := t.Date()
	h, mi, sec := t.Clock()
	if p != [6]int{y, int(m), d, h, mi, sec} {
		return time.Time{}, errNoDate // there is no such day
	}
	return t, nil
}

// serial reads a spreadsheet's count of days.
func serial(s string, from1904 bool) (time.Time, error) {
	if len(s) < 5 || s[0] < '0' || s[0] > '9' {
		return time.Time{}, errNoDate
	}
	days, err := strconv.ParseFloat(s, 64)
	if err != nil || days < 20000 || days >= 80000 {
		return time.Time{}, errNoDate
	}
	first := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)
	if from1904 {
		first = time.Date(1904, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	whole := math.Floor(days)
	t := first.AddDate(0, 0, int(whole)).Add(time.Duration((days - whole) * float64(24*time.Hour))).Round(time.Second)
	y, m, d := t.Date()
	h, mi, sec := t.Clock()
	return time.Date(y, m, d, h, mi, sec, 0, chaping.Shanghai()), nil
}

var (
	// 2026-11-05, 2026/11/5, 2026.11.05, 2026年11月5日, 2026 11 05
	ymdPattern = regexp.MustCompile(
		`(?:^|[^\d.])(\d{4})\s?(?:[-/.]|年)\s?(\d{1,2})\s?(?:[-/.]|月)\s?(\d{1,2})(?:日|号)?(.*)$`,
	)
	// 20261105 15:30
	solidPattern = regexp.MustCompile(`^((?:19|20)\d{2})(\d{2})(\d{2})(?:[tT]|\s)\s*(\d{1,2}:.*)$`)
	// 民國115年11月5日
	republicPattern = regexp.MustCompile(`^民[国國]\s?(\d{2,3})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?[日号號]?(.*)$`)
	// 26年11月5日
	shortPattern = regexp.MustCompile(`^(\d{2})年(\d{1,2})月(\d{1,2})[日号]?(.*)$`)
	// 05/11/2026, 5.11.2026, 11/5/26, 26/11/5
	dayMonthPattern = regexp.MustCompile(`^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{1,2})(?:[ T,]+(.*))?$`)
	// Nov 5, 2026; November 5th 2026; Thu Nov 05 15:30:00 +0800 2026
	monthFirstPattern = regexp.MustCompile(
		`(?i)(?:^|[^a-z])(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[ -](\d{1,2})(?:st|nd|rd|th)?,?[ -](.*)$`,
	)
	// 5 Nov 2026; Thu, 05 Nov 2026 15:30:00 GMT; 05-Nov-26
	monthSecondPattern = regexp.MustCompile(
		`(?i)(?:^|[^\d])(\d{1,2})(?:st|nd|rd|th)?(?: of)?[ -](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?[ -](\d{4}|\d{2})(.*)$`,
	)
	yearPattern  = regexp.MustCompile(`^(.*?)\b((?:19|20)\d{2})\b(.*)$`)
	clockPattern = regexp.MustCompile(
		`(\d{1,2})\s?(?::|时|点)\s?(?:(\d{1,2})\s?(?:分钟?|:?)\s?(?:(\d{1,2})(?:[.,]\d+)?\s?秒?)?)?`,
	)
	otherDate = regexp.MustCompile(`\d{4}|\d\s?[-/.年月]\s?\d|^\d`) // in what follows a date
)

// bought is what shops write behind the date of a review: 2026年11月3日已购：白色;1.7L.
var bought = regexp.MustCompile(`(\d\s*[日号]?)\s*[·|,，;；]?\s*(?:已购买?|已买|购买了?|颜色(?:分类)?|规格|型号|款式|尺码|套餐|版本)\s*[:：].*$`)

// maxDateText bounds what anyDate looks at; sentences of Amazon have sixty
// characters.
const maxDateText = 120

// anyDate reads all spellings that say which day it is. Times without a zone of
// their own are those of the format's; a day, and a count of seconds since 1970, is
// the same everywhere.
func anyDate(s, format string, told time.Time) (time.Time, error) {
	zone := ""
	if strings.HasPrefix(format, Zoned) {
		zone = strings.TrimPrefix(format, Zoned)
	}
	if t, ok := plainDate(s); ok {
		if len(s) == len(time.DateOnly) {
			return t, nil
		}
		return moved(t, zone)
	}
	if s == "" || len(s) > maxDateText {
		return time.Time{}, errNoDate
	}
	if strings.Trim(s, "0123456789.") == "" {
		if t, err := digits(s, zone); err == nil {
			return t, nil
		}
	}
	s = bought.ReplaceAllString(halfWidth(s), "$1")
	if m := ymdPattern.FindStringSubmatch(s); m != nil {
		return dated(m[1], m[2], m[3], m[4], zone)
	}
	if m := solidPattern.FindStringSubmatch(s); m != nil {
		return dated(m[1], m[2], m[3], m[4], zone)
	}
	if m := republicPattern.FindStringSubmatch(s); m != nil {
		year, _ := strconv.Atoi(m[1])
		return dated(strconv.Itoa(1911+year), m[2], m[3], m[4], zone)
	}
	if m := shortPattern.FindStringSubmatch(s); m != nil {
		return dated("20"+m[1], m[2], m[3], m[4], zone)
	}
	if m := monthSecondPattern.FindStringSubmatch(s); m != nil {
		return dated(century(m[3]), monthOf(m[2]), m[1], m[4], zone)
	}
	if m := monthFirstPattern.FindStringSubmatch(s); m != nil {
		if y := yearPattern.FindStringSubmatch(m[3]); y != nil {
			return dated(y[2], monthOf(m[1]), m[2], y[1]+" "+y[3], zone)
		}
		return time.Time{}, errNoDate
	}
	if m := dayMonthPattern.FindStringSubmatch(s); m != nil {
		return ordered(m, format, zone)
	}
	if t, err := serial(s, false); err == nil {
		if strings.Contains(s, ".") {
			return moved(t, zone)
		}
		return t, nil
	}
	s = relativePart(s)
	if _, ok := parseRelative(s, time.Date(2026, 11, 5, 12, 0, 0, 0, chaping.Shanghai())); ok {
		if told.IsZero() {
			return time.Time{}, ErrRelative
		}
		if t, ok := parseRelative(s, told); ok {
			return t, nil
		}
	}
	return time.Time{}, errNoDate
}

// relativePart is a relative date without what apps write around it: 发布于
// 3天前, 2周前·江西.
func relativePart(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "·", " "))
	for _, word := range []string{"发布于", "评价于", "评论于", "编辑于", "发表于"} {
		s = strings.TrimSpace(strings.TrimPrefix(s, word))
	}
	for {
		i := strings.LastIndexByte(s, ' ')
		if i < 0 || strings.ContainsAny(s[i:], "0123456789:") || strings.HasSuffix(s, "前") {
			return s
		}
		s = strings.TrimSpace(s[:i])
	}
}

// halfWidth is the text in half-width characters, with one kind of blanks, hyphens
// and quotes.
func halfWidth(s string) string {
	s = width.Fold.String(strings.Map(visible, s))
	s = strings.Map(func(r rune) rune {
		switch r {
		case '－', '–', '—', '−', '‐', '‑':
			return '-'
		case '\u00a0', '\u3000', '\u202f', '\t', '\n', '\r':
			return ' '
		case '"', '\'', '“', '”', '=', '`':
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// digits reads 20261105, 20261105153000 and counts of seconds since 1970.
func digits(s, zone string) (time.Time, error) {
	whole, fraction, isFloat := strings.Cut(s, ".")
	if isFloat && len(whole) != 10 && strings.Trim(fraction, "0") != "" {
		return time.Time{}, errNoDate
	}
	switch len(whole) {
	case 8, 12, 14:
		if !strings.HasPrefix(whole, "19") && !strings.HasPrefix(whole, "20") {
			return time.Time{}, errNoDate
		}
		layout := "20060102150405"
		t, err := time.ParseInLocation(layout[:len(whole)], whole, chaping.Shanghai())
		if err != nil || len(whole) == 8 {
			return t, noDate(err)
		}
		return moved(t, zone)
	case 10, 13, 16:
		n, err := strconv.ParseInt(whole, 10, 64)
		if err != nil {
			return time.Time{}, errNoDate
		}
		switch len(whole) {
		case 10:
			return time.Unix(n, 0), nil
		case 13:
			return time.UnixMilli(n), nil
		}
		if t := time.UnixMicro(n); t.Year() >= FirstYear && t.Year() < 2040 { // or it is an identifier
			return t, nil
		}
	}
	return time.Time{}, errNoDate
}

func monthOf(name string) string {
	return strconv.Itoa(strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(name))/3 + 1)
}

func century(year string) string {
	if len(year) == 2 {
		return "20" + year
	}
	return year
}

// dated is a day with the time of day that the rest of the text tells, if any, in
// the zone that it tells, or else in the given one.
func dated(year, month, day, rest, zone string) (time.Time, error) {
	var p [6]int
	for i, s := range []string{year, month, day} {
		p[i], _ = strconv.Atoi(s) // all digits
	}
	at := clockPattern.FindStringSubmatchIndex(rest)
	if at == nil {
		if otherDate.MatchString(rest) {
			return time.Time{}, errNoDate // of what, nobody knows
		}
		return moment(p)
	}
	before, after := rest[:at[0]], rest[at[0]+len(strings.TrimRight(rest[at[0]:at[1]], " ")):]
	if strings.ContainsAny(before, "0123456789") {
		return time.Time{}, errNoDate
	}
	for i := range 3 {
		if from, to := at[2+2*i], at[3+2*i]; from >= 0 {
			p[3+i], _ = strconv.Atoi(rest[from:to])
		}
	}
	if at[4] < 0 && strings.HasPrefix(after, "半") { // 8点半
		p[4] = 30
	}
	around := strings.ToLower(before + " " + after)
	evening := containsAny(around, "下午", "晚上", "傍晚", "pm", "p.m")
	morning := containsAny(around, "上午", "早上", "凌晨", "am", "a.m")
	switch {
	case evening && p[3] < 12, strings.Contains(before, "中午") && p[3] >= 1 && p[3] <= 3,
		containsAny(before, "半夜", "深夜", "夜里") && p[3] >= 8 && p[3] < 12:
		p[3] += 12
	case morning && p[3] == 12:
		p[3] = 0
	}
	t, err := moment(p)
	if err != nil {
		return t, err
	}
	own, err := zoneBeside(halfDay.ReplaceAllString(after, ""))
	if own == "" && err == nil {
		own, err = zoneBeside(halfDay.ReplaceAllString(before, " "))
	}
	if err != nil {
		return t, err
	}
	return moved(t, cmp.Or(own, zone))
}

// halfDay is what stands between a time of day and its zone, or a day and its time.
var halfDay = regexp.MustCompile(`^(?i:[ t]*$| *(?:[ap]m\b|[ap]\.m\.))`)

func containsAny(s string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(s, part) })
}

// ordered reads numbers of which the first or the second is the day.
func ordered(m []string, format, zone string) (time.Time, error) {
	first, _ := strconv.Atoi(m[1])
	second, _ := strconv.Atoi(m[2])
	year := century(m[3])
	day, month := m[1], m[2]
	switch {
	case format == YearFirst && len(m[1]) == 2 && len(m[3]) <= 2:
		return dated(century(m[1]), m[2], m[3], m[4], zone)
	case len(m[3]) == 1 && (first <= 12 || second > 12):
		return time.Time{}, errNoDate // 1.2.3
	case len(m[3]) == 1:
		return time.Time{}, ErrOrder
	case first > 12 && second > 12:
		return time.Time{}, errNoDate
	case first > 12 || format == DayFirst && second <= 12:
	case second > 12 || format == MonthFirst || first == second:
		day, month = m[2], m[1]
	default:
		return time.Time{}, ErrOrder
	}
	if len(m[3]) == 2 && first > 12 && second <= 12 && format != DayFirst {
		return time.Time{}, ErrOrder // 26-11-05 has its year first
	}
	return dated(year, month, day, m[4], zone)
}

var (
	agoPattern = regexp.MustCompile(`^(\d{1,4})\s*(秒|分钟|小时|天|周|个月|年)(?:之)?前$`)
	dayPattern = regexp.MustCompile(
		`^(今天|昨天|前天|(\d{1,2})(?:月|-|\.|/)(\d{1,2})[日号]?)\s*(?:(\d{1,2}):(\d{2})(?::(\d{2}))?)?$`,
	)
)

// Counted tells in which unit a date counts back from the moment of reading; zero
// where it names its day.
func Counted(s string) Unit {
	s = relativePart(halfWidth(s))
	m := agoPattern.FindStringSubmatch(s)
	switch {
	case s == "刚刚", s == "刚才", s == "半小时前":
		return Hours
	case m == nil:
		return 0
	}
	return map[string]Unit{"秒": Minutes, "分钟": Minutes, "小时": Hours, "天": Days, "周": Weeks, "个月": Months, "年": Years}[m[2]]
}

// Counting tells whether the formats read dates that count back.
func (d Dates) Counting() bool {
	return slices.ContainsFunc(d, func(format string) bool { return format == relative || strings.HasPrefix(format, AnyDate) })
}

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
	return day.Add(
		time.Duration(clock[0])*time.Hour + time.Duration(clock[1])*time.Minute + time.Duration(clock[2])*time.Second,
	), true
}
