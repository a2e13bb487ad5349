package app

import (
	"context"
	"errors"
	"testing"
	"time"

	"chaping"
	"chaping/station"
)

// TestCurrentPeriod walks a month through the eyes of a station, of a centre
// and of somebody who uses the command line only.
func TestCurrentPeriod(t *testing.T) {
	november := chaping.Period{Year: 2026, Month: time.November}
	day := func(d int) time.Time { return time.Date(2026, time.November, d, 9, 0, 0, 0, chaping.Shanghai()) }
	for _, c := range []struct {
		name  string
		setUp *station.Start
		file  func(ctx context.Context, d *station.DB) error
	}{
		{name: "command line", file: func(ctx context.Context, d *station.DB) error {
			return d.File(ctx, station.Filing{Period: november.String(), Filed: day(25), By: "甲"})
		}},
		{name: "station", setUp: &station.Start{Station: 1}, file: func(ctx context.Context, d *station.DB) error {
			_, err := d.Submit(ctx, station.Submission{Period: november.String(), StationID: 1, File: "b.xlsx"}, []byte("x"), nil)
			return err
		}},
		{name: "centre", setUp: &station.Start{Centre: true}, file: func(ctx context.Context, d *station.DB) error {
			stations, err := d.Stations(ctx, station.Everything())
			for _, s := range stations {
				_, serr := d.Submit(ctx, station.Submission{Period: november.String(), StationID: s.ID, File: "b.xlsx"}, []byte(s.Name), nil)
				err = errors.Join(err, serr)
			}
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			now := day(25)
			a := New(Config{Dir: t.TempDir(), Now: func() time.Time { return now }})
			t.Cleanup(func() { a.Close() })
			d, err := a.Station(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if c.setUp != nil {
				begin(t, d, *c.setUp)
			}
			worksOn := func(want string) {
				t.Helper()
				if p, err := a.CurrentPeriod(t.Context()); err != nil || p.String() != want {
					t.Errorf("on %s: %s %v, want %s", now.Format(time.DateOnly), p, err, want)
				}
			}
			worksOn("2026-11") // due today
			now = day(28)
			worksOn("2026-11") // overdue
			if err := c.file(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			worksOn("2026-12")
			now = now.AddDate(0, 0, 27)
			worksOn("2026-12") // has ended and is due
		})
	}
}

// begin opens the portal for the first time.
func begin(t *testing.T, d *station.DB, s station.Start) {
	t.Helper()
	link, err := d.FirstLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Account, s.Password = station.Account{Name: "admin"}, "Correct-Horse-77"
	if _, err := d.SetUp(t.Context(), link, s); err != nil {
		t.Fatal(err)
	}
	if err := d.SetRules(t.Context(), station.Rules{Since: "2026-11"}, nil); err != nil {
		t.Fatal(err)
	}
}
