package calendar

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"chaping"
)

// WriteICS writes the due dates of periods as an iCalendar file (RFC 5545):
// one all-day event each, with alarms three days and one day before. The
// identity of an event is its period, so that importing a later file moves a
// date that was provisional and adds nothing twice. now is the DTSTAMP.
func (c *Calendar) WriteICS(w io.Writer, periods []chaping.Period, now time.Time) error {
	var b bytes.Buffer
	line := func(name, value string) { fold(&b, name+":"+value) }
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//chaping//reporting calendar//ZH")
	line("CALSCALE", "GREGORIAN")
	line("X-WR-CALNAME", "产品质量安全风险信息报送")
	for _, p := range periods {
		due := c.Due(p)
		about := "采集范围：" + p.Window().Chinese() + "。当日 24:00（北京时间）前报送。"
		status := "CONFIRMED"
		if note := due.Note(); note != "" {
			about, status = about+note, "TENTATIVE"
		}
		line("BEGIN", "VEVENT")
		line("UID", "due-"+p.String()+"@chaping")
		line("DTSTAMP", now.UTC().Format("20060102T150405Z"))
		line("DTSTART;VALUE=DATE", due.Day.Format("20060102"))
		line("DTEND;VALUE=DATE", due.Day.AddDate(0, 0, 1).Format("20060102"))
		line("SUMMARY", icsText("报送 "+p.String()+" 期产品质量安全风险信息"))
		line("DESCRIPTION", icsText(about))
		line("STATUS", status)
		line("TRANSP", "TRANSPARENT")
		for _, before := range []string{"-P3D", "-P1D"} {
			line("BEGIN", "VALARM")
			line("ACTION", "DISPLAY")
			line("DESCRIPTION", icsText(p.String()+" 期报送截止 "+due.Day.Format(time.DateOnly)))
			line("TRIGGER", before)
			line("END", "VALARM")
		}
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	_, err := w.Write(b.Bytes())
	return err
}

// icsText escapes a TEXT value.
func icsText(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(s)
}

// fold writes a content line; one longer than 75 octets goes on in the next
// line after a space, never in the middle of a character.
func fold(b *bytes.Buffer, s string) {
	for limit := 75; len(s) > limit; limit = 74 {
		cut := limit
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		fmt.Fprintf(b, "%s\r\n ", s[:cut])
		s = s[cut:]
	}
	b.WriteString(s + "\r\n")
}

// PeriodsOf are the periods that are named after the months of a year. The
// notice asks for none before 2020-07, which covers the months before it.
func PeriodsOf(year int) []chaping.Period {
	var list []chaping.Period
	for m := time.January; m <= time.December; m++ {
		if year == 2020 && m < time.July {
			continue
		}
		list = append(list, chaping.Period{Year: year, Month: m})
	}
	return list
}
