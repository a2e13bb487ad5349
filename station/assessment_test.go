package station

import (
	"testing"
	"time"

	"chaping"
)

// What a station owed before it left the list stays owed: its misses are neither
// struck nor added to afterwards.
func TestExitedOwesThePast(t *testing.T) {
	d, now := openTest(t)
	ctx := t.Context()
	october := chaping.Period{Year: 2026, Month: time.October}
	periods := []chaping.Period{october, october.Next(), october.Next().Next()}
	due := func(p chaping.Period) time.Time { return chaping.StartOfDay(p.Window().To) }
	*now = due(october).AddDate(0, 0, -10)
	s, err := d.PutStation(ctx, Station{Name: "水暖卫浴协会", Kind: AssociationStation})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.SetRules(ctx, Rules{Since: october.String()}, nil); err != nil {
		t.Fatal(err)
	}
	owed := func(list []chaping.Period) (missing []string) {
		t.Helper()
		duties, err := d.Duties(ctx, Everything(), list, due)
		if err != nil {
			t.Fatal(err)
		}
		for i := range duties {
			if y := &duties[i]; y.Station.ID == s.ID && y.Missing() {
				missing = append(missing, y.Period.String())
			}
		}
		return missing
	}
	set := func(status string) {
		t.Helper()
		s.Status = status
		if _, err := d.PutStation(ctx, s); err != nil {
			t.Fatal(err)
		}
		if s, err = d.Station(ctx, Everything(), s.ID); err != nil {
			t.Fatal(err)
		}
	}
	same := func(want ...string) {
		t.Helper()
		if got := owed(periods); len(got) != len(want) || len(got) > 0 && got[len(got)-1] != want[len(want)-1] {
			t.Errorf("missing %v, want %v", got, want)
		}
	}

	*now = due(periods[1]).AddDate(0, 0, 1) // October and November are overdue
	same("2026-10", "2026-11")
	set("exited")
	same("2026-10", "2026-11")
	left := s.Exited
	if !left.Equal(*now) {
		t.Errorf("it left at %v", left)
	}
	*now = due(periods[2]).AddDate(0, 0, 9)
	same("2026-10", "2026-11") // December fell due without it
	if set("exited"); !s.Exited.Equal(left) {
		t.Errorf("saved once more it left at %v", s.Exited)
	}
	if set("active"); !s.Exited.IsZero() {
		t.Errorf("it is back, and left at %v", s.Exited)
	}
	same("2026-10", "2026-11", "2026-12")
	*now = due(periods[0]).AddDate(0, 0, 1).Add(-time.Minute)
	set("exited") // on the last day
	*now = due(periods[1]).AddDate(0, 0, 5)
	same()
}
