package app

import (
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/report"
	"chaping/report/intake"
)

// A sheet of another period is not counted in this one, in whatever format it
// comes.
func TestOutside(t *testing.T) {
	period := chaping.Period{Year: 2026, Month: time.November}
	row := func(from, to string) report.PlatformRow {
		return report.PlatformRow{Seq: 1, Term: "漏电", Product: "插座", From: from, To: to}
	}
	own, october := row("2026-10-25", "2026-11-24"), row("2026-09-25", "2026-10-24")
	for name, tt := range map[string]struct {
		form    intake.Form
		kept    int
		refused string // of the file
		said    string // of rows
	}{
		"its own":                      {intake.Form{Filed: "2026-11-25", Rows: []report.PlatformRow{own, row("", "")}}, 2, "", ""},
		"the month before":             {intake.Form{Rows: []report.PlatformRow{october, october}}, 0, "不在 2026-11 期内", ""},
		"nothing, of the month before": {intake.Form{Nothing: true, From: "2026-09-25", To: "2026-10-24"}, 0, "不在 2026-11 期内", ""},
		"nothing, of its own month":    {intake.Form{Nothing: true, From: "2026-10-25", To: "2026-11-24"}, 0, "", ""},
		"one row of it":                {intake.Form{Rows: []report.PlatformRow{own, october}}, 1, "", "第 1 条（插座，漏电）没有读入"},
		"a calendar month":             {intake.Form{Rows: []report.PlatformRow{own, row("2026-11-01", "2026-11-30")}}, 2, "", "有 1 条与 2026-11 期的采集范围"},
		"filled in too early":          {intake.Form{Filed: "2026-10-24"}, 0, "早于 2026-11 期的采集范围", ""},
		"filled in within":             {intake.Form{Filed: "2026-10-25"}, 0, "", ""},
	} {
		l := FormLook{Form: &tt.form}
		err := l.outside(period, "表.xlsx")
		if tt.refused != "" {
			if err == nil || !strings.Contains(err.Error(), tt.refused) {
				t.Errorf("%s: %v, want %q", name, err, tt.refused)
			}
			continue
		}
		if err != nil || len(tt.form.Rows) != tt.kept {
			t.Errorf("%s: %v, %d rows", name, err, len(tt.form.Rows))
		}
		var said []string
		for _, e := range l.Refused {
			said = append(said, e.Error())
		}
		if got := strings.Join(said, "\n"); (got == "") != (tt.said == "") || !strings.Contains(got, tt.said) {
			t.Errorf("%s: said %q, want %q", name, got, tt.said)
		}
	}
}
