package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/scheduler/calendar"
	"chaping/station"
	"chaping/station/notify"
)

// A case is reminded of once its deadline has passed, once a deadline; a
// missing report once a station and period; and each to whom it concerns.
func TestRemindStations(t *testing.T) {
	ctx := t.Context()
	now := time.Date(2026, time.November, 25, 9, 0, 0, 0, chaping.Shanghai())
	d, err := station.Open(ctx, t.TempDir(), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	link, err := d.FirstLink(ctx)
	if err == nil {
		_, err = d.SetUp(ctx, link, station.Start{Account: station.Account{Name: "li"}, Password: "correct horse battery", Centre: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := calendar.NewCalendar(nil)
	if err != nil {
		t.Fatal(err)
	}
	const own = "上海市食品接触材料协会"
	channels := &notify.Config{Channels: []notify.Channel{{Name: "中心"}, {Name: "协会", Station: "3"}, {Name: "别家", Station: "8"}, {Name: "只收紧急", Events: []string{"urgent"}}}}
	keys := func(channel string) (list []string) {
		t.Helper()
		for range 2 { // again changes nothing
			r := &reminders{db: d, channels: channels, calendar: calendar, now: now}
			if err := r.stations(ctx); err != nil {
				t.Fatal(err)
			}
		}
		all, err := d.Outbox(ctx, true, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range all {
			if m.Channel == channel {
				list = append(list, m.Key)
			}
		}
		slices.Sort(list)
		return list
	}
	expect := func(channel string, want ...string) {
		t.Helper()
		if got := keys(channel); !slices.Equal(got, want) {
			t.Errorf("on %s %s got %v, want %v", now.Format(time.DateOnly), channel, got, want)
		}
	}
	c, err := d.PutCase(ctx, station.Case{Kind: station.ProductCase, Title: "电热水壶漏电", Station: 3, Lead: "x", Deadline: time.Date(2026, time.November, 27, 0, 0, 0, 0, chaping.Shanghai()), Times: station.Times{Found: now}})
	if err != nil {
		t.Fatal(err)
	}
	expect("协会")
	now = time.Date(2026, time.November, 27, 23, 59, 59, 0, chaping.Shanghai())
	expect("协会")
	now = now.Add(time.Second)
	expect("协会", "case-overdue-1-2026-11-27")
	expect("中心", "case-overdue-1-2026-11-27")
	expect("别家")
	now = now.AddDate(0, 0, 3)
	expect("协会", "case-overdue-1-2026-11-27")
	c.Deadline = time.Date(2026, time.November, 29, 0, 0, 0, 0, chaping.Shanghai())
	if _, err = d.PutCase(ctx, c); err != nil {
		t.Fatal(err)
	}
	c.Version++
	expect("协会", "case-overdue-1-2026-11-27", "case-overdue-1-2026-11-29")
	c.Disposed, c.Outcome, c.Deadline = now, "已召回", time.Date(2026, time.November, 28, 0, 0, 0, 0, chaping.Shanghai())
	if _, err = d.PutCase(ctx, c); err != nil {
		t.Fatal(err)
	}
	expect("协会", "case-overdue-1-2026-11-27", "case-overdue-1-2026-11-29")

	// 2026-12 is the first period that is assessed; it is due on Friday the 25th.
	if _, err := d.Submit(ctx, station.Submission{Period: "2026-12", StationID: 8, File: "a.csv"}, []byte("1"), nil); err != nil {
		t.Fatal(err)
	}
	now = time.Date(2026, time.December, 25, 23, 0, 0, 0, chaping.Shanghai())
	expect("协会", "case-overdue-1-2026-11-27", "case-overdue-1-2026-11-29")
	now = now.AddDate(0, 0, 1)
	expect("协会", "case-overdue-1-2026-11-27", "case-overdue-1-2026-11-29", "missing-3-2026-12")
	expect("别家")
	expect("只收紧急")
	if all := keys("中心"); len(all) != 2+9 {
		t.Errorf("the centre is told of %v", all)
	}
	// Renamed, and another has the name: each channel goes on with its station.
	s, err := d.Station(ctx, station.Everything(), 3)
	if err == nil {
		s.Name = "改名的协会"
		_, err = d.PutStation(ctx, s)
	}
	if err == nil {
		_, err = d.PutStation(ctx, station.Station{Name: own, Kind: station.AssociationStation})
	}
	if err != nil {
		t.Fatal(err)
	}
	now = now.AddDate(0, 1, 0)
	expect("协会", "case-overdue-1-2026-11-27", "case-overdue-1-2026-11-29", "missing-3-2026-12", "missing-3-2027-01")
	now = now.AddDate(0, -1, 0)
	for _, m := range mustOutbox(t, d) {
		if strings.HasPrefix(m.Key, "case-") && (!strings.Contains(m.Subject, "电热水壶漏电") || !strings.Contains(m.Body, own)) {
			t.Errorf("%+v", m)
		}
	}
	// A centre has no sheet of its own to be reminded of.
	r := &reminders{db: d, channels: channels, calendar: calendar, now: now}
	if err := r.reports(ctx, chaping.Period{Year: 2026, Month: time.December}, []string{""}); err != nil {
		t.Error(err)
	}
	for _, m := range mustOutbox(t, d) {
		if strings.HasPrefix(m.Key, "remind-") || strings.HasPrefix(m.Key, "overdue-") {
			t.Errorf("a centre is reminded of %s", m.Key)
		}
	}
}

func mustOutbox(t *testing.T, d *station.DB) []station.Message {
	t.Helper()
	list, err := d.Outbox(t.Context(), true, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// What was handed in in the portal is not reminded of; of several watches, the
// one whose sheet was not is.
func TestNoReminderOfWhatThePortalFiled(t *testing.T) {
	ctx := t.Context()
	now := time.Date(2026, time.November, 25, 9, 0, 0, 0, chaping.Shanghai())
	d, err := station.Open(ctx, t.TempDir(), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	calendar, err := calendar.NewCalendar(nil)
	if err != nil {
		t.Fatal(err)
	}
	channels := &notify.Config{Channels: []notify.Channel{{Name: "本站"}}}
	period := chaping.Period{Year: 2026, Month: time.November}
	reminded := map[string]bool{}
	remind := func(want ...string) {
		t.Helper()
		r := &reminders{db: d, channels: channels, calendar: calendar, now: now}
		if err := r.reports(ctx, period, []string{"小家电", "玩具"}); err != nil {
			t.Fatal(err)
		}
		var fresh []string
		for _, m := range mustOutbox(t, d) {
			if !reminded[m.Key] {
				reminded[m.Key] = true
				fresh = append(fresh, m.Key)
			}
		}
		if slices.Sort(fresh); !slices.Equal(fresh, want) {
			t.Errorf("on %s: reminded of %v, want %v", now.Format(time.DateOnly), fresh, want)
		}
	}
	submit := func(watch string) {
		t.Helper()
		home, _, err := d.Home(ctx)
		if err == nil {
			of := station.Submission{Period: "2026-11", StationID: home.ID, Name: watch, File: watch + ".json"}
			_, err = d.Submit(ctx, of, []byte(of.File), nil)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	// Nobody has opened the portal: the command line alone is reminded.
	remind("remind-2026-11-小家电-1", "remind-2026-11-玩具-1")
	link, err := d.FirstLink(ctx)
	if err == nil {
		_, err = d.SetUp(ctx, link, station.Start{Account: station.Account{Name: "zhang"}, Password: "correct horse battery", Station: 10})
	}
	if err != nil {
		t.Fatal(err)
	}
	now = now.AddDate(0, 0, 1)
	remind("overdue-2026-11-小家电-2026-11-26", "overdue-2026-11-玩具-2026-11-26")
	submit("小家电")
	now = now.AddDate(0, 0, 1)
	remind("overdue-2026-11-玩具-2026-11-27")
	submit("")
	now = now.AddDate(0, 0, 1)
	remind()
}
