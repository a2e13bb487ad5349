package calendar_test

import (
	"fmt"
	"log"
	"time"

	"chaping"
	"chaping/scheduler/calendar"
)

// A report is due on the 25th; a deadline on a day of rest moves to the next
// working day: past the Mid-Autumn Festival, past a Sunday.
func ExampleCalendar_Due() {
	c, err := calendar.NewCalendar(nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, month := range []time.Month{time.September, time.October, time.November} {
		due := c.Due(chaping.Period{Year: 2026, Month: month})
		fmt.Println(due.Day.Format("Monday, 2006-01-02"), due.Provisional)
	}
	// Output:
	// Monday, 2026-09-28 false
	// Monday, 2026-10-26 false
	// Wednesday, 2026-11-25 false
}
