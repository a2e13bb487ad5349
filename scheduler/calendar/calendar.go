// Package calendar knows when a report is due: the Chinese working-day
// calendar and the deadlines of the notice (R13, R14, D1, D5–D8).
package calendar

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"chaping"
)

//go:embed holidays/*.yaml
var shipped embed.FS

// A Calendar tells working days from rest days (休息日): the State Council's
// yearly schedule where there is one, weekends elsewhere.
type Calendar struct {
	years map[int]year
}

// year is one file of holidays/: the State Council's schedule of a year.
type year struct {
	Year   int
	Source string // document number of the State Council notice
	Off    []struct {
		Name     string
		From, To date
	}
	Work []date // make-up working days (调休上班)
}

// date is a day in a schedule, "2026-01-31".
type date struct{ time.Time }

func (d *date) UnmarshalYAML(n *yaml.Node) error {
	t, err := time.ParseInLocation(time.DateOnly, n.Value, chaping.Shanghai())
	if err != nil {
		return fmt.Errorf("line %d: 日期 %q 无法识别或不存在，应写成 2026-01-31", n.Line, n.Value)
	}
	d.Time = t
	return nil
}

// NewCalendar returns the shipped schedules, 2020 to 2026, and those in the
// .yaml files of extra, which win where both have a year. extra may be nil.
func NewCalendar(extra fs.FS) (*Calendar, error) {
	c := &Calendar{years: map[int]year{}}
	sub, err := fs.Sub(shipped, "holidays")
	if err != nil {
		return nil, err
	}
	for _, fsys := range []fs.FS{sub, extra} {
		if fsys == nil {
			continue
		}
		names, err := fs.Glob(fsys, "*.yaml")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			y, err := readYear(fsys, name)
			if err != nil {
				return nil, err
			}
			c.years[y.Year] = y
		}
	}
	return c, nil
}

func readYear(fsys fs.FS, name string) (year, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return year{}, err
	}
	fault := func(problem string) (year, error) {
		return year{}, &chaping.InputError{
			File:    path.Base(name),
			Problem: problem,
			Remedy:  "对照程序自带的 holidays/2026.yaml 改正",
		}
	}
	var y year
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&y); err != nil {
		return fault("节假日文件读不懂：" + strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if y.Year == 0 || y.Source == "" {
		return fault("缺少 year 或 source（国务院办公厅通知的文号）")
	}
	for _, off := range y.Off {
		if off.To.Before(off.From.Time) || off.From.Year() != y.Year || off.To.Year() != y.Year {
			return fault(fmt.Sprintf("假期“%s”的起止日期颠倒或不在 %d 年", off.Name, y.Year))
		}
	}
	for _, w := range y.Work {
		if w.Year() != y.Year {
			return fault(fmt.Sprintf("上班日 %s 不在 %d 年", w.Format(time.DateOnly), y.Year))
		}
		if y.holiday(w.Time) != "" {
			return fault(fmt.Sprintf("%s 既放假又上班", w.Format(time.DateOnly)))
		}
	}
	return y, nil
}

func (y year) holiday(t time.Time) string {
	for _, off := range y.Off {
		if !t.Before(off.From.Time) && !t.After(off.To.Time) {
			return off.Name
		}
	}
	return ""
}

// Source is the notice that a year's schedule comes from, and whether there
// is a schedule for it at all.
func (c *Calendar) Source(y int) (string, bool) {
	s, ok := c.years[y]
	return s.Source, ok
}

// Years lists the years that have a schedule, in order.
func (c *Calendar) Years() []int {
	var years []int
	for y := range c.years {
		years = append(years, y)
	}
	slices.Sort(years)
	return years
}

// Working tells whether the day of t, in Asia/Shanghai, is a working day.
func (c *Calendar) Working(t time.Time) bool {
	t = t.In(chaping.Shanghai())
	d := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, chaping.Shanghai())
	if y, ok := c.years[d.Year()]; ok {
		if slices.ContainsFunc(y.Work, func(w date) bool { return w.Equal(d) }) {
			return true
		}
		if y.holiday(d) != "" {
			return false
		}
	}
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

// A Due is the day a period's report is due.
type Due struct {
	Day time.Time `json:"day"` // 00:00 in Asia/Shanghai; on time through 24:00 of this day (D5)
	// Provisional is set when the State Council's schedule of that year is
	// not known: weekends only were looked at, and the day may move (D8).
	Provisional bool `json:"provisional"`
}

// Note is what has to stand beside a provisional due date; "" otherwise.
func (d Due) Note() string {
	if !d.Provisional {
		return ""
	}
	return fmt.Sprintf("暂定：程序还没有 %d 年节假日安排，只按周末推算，请在国务院办公厅公布后补充数据", d.Day.Year())
}

// Due is the day on which the report for p is due: the 25th, or the next
// working day when that is a rest day (R14). The window never moves with it
// (D6). The postponement is attached only to the periods from 2020-08 on, so
// the first period is due on Saturday 2020-07-25 itself (D7).
func (c *Calendar) Due(p chaping.Period) Due {
	d := p.Window().To
	provisional := false
	for p.String() != "2020-07" {
		if _, known := c.years[d.Year()]; !known {
			provisional = true
		}
		if c.Working(d) {
			break
		}
		d = d.AddDate(0, 0, 1)
	}
	return Due{Day: d, Provisional: provisional}
}
