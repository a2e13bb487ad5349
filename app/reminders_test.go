package app

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
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

// What was done while a channel was out of order is not reminded of when it works
// again; what is still open is.
func TestSettledReminders(t *testing.T) {
	ctx := t.Context()
	now := time.Date(2026, time.November, 25, 9, 0, 0, 0, chaping.Shanghai())
	broken := true
	var told []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if broken {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		var m struct{ Subject string }
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			t.Error(err)
		}
		told = append(told, m.Subject)
	}))
	defer server.Close()
	dir := t.TempDir()
	config := "channels:\n  - {name: 协会, type: webhook, url: " + server.URL + ", station: \"3\"}\n  - {name: 别家, type: webhook, url: " + server.URL + ", station: \"8\"}\n"
	if err := os.WriteFile(filepath.Join(dir, ChannelsFile), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	a := New(Config{Dir: dir, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	defer a.Close()
	d, err := a.Station(ctx)
	if err != nil {
		t.Fatal(err)
	}
	link, err := d.FirstLink(ctx)
	if err == nil {
		_, err = d.SetUp(ctx, link, station.Start{Account: station.Account{Name: "li"}, Password: "correct horse battery", Centre: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Date(2026, time.December, 20, 0, 0, 0, 0, chaping.Shanghai())
	kettle, err := d.PutCase(ctx, station.Case{Kind: station.ProductCase, Title: "电热水壶漏电", Station: 3, Lead: "x", Deadline: deadline, Times: station.Times{Found: now}})
	if err == nil {
		_, err = d.PutCase(ctx, station.Case{Kind: station.ProductCase, Title: "插座发热", Station: 8, Lead: "x", Deadline: deadline, Times: station.Times{Found: now}})
	}
	if err != nil {
		t.Fatal(err)
	}
	now = time.Date(2026, time.December, 26, 9, 0, 0, 0, chaping.Shanghai())
	if _, err := a.Remind(ctx); err != nil {
		t.Fatal(err)
	}
	u, err := a.Urge(ctx, chaping.Period{Year: 2026, Month: time.December}, []int64{3, 4, 8}, "li", "")
	if err != nil || len(u.Urged) != 3 || len(u.Unheard) != 1 {
		t.Fatalf("%+v %v", u, err)
	}
	if _, err := a.Deliver(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Submit(ctx, station.Submission{Period: "2026-12", StationID: 3, File: "a.csv"}, []byte("1"), nil); err != nil {
		t.Fatal(err)
	}
	kettle.Disposed, kettle.Outcome = now, "已召回"
	if _, err := d.PutCase(ctx, kettle); err != nil {
		t.Fatal(err)
	}
	broken, now = false, now.Add(2*time.Hour)
	if done, err := a.Deliver(ctx); err != nil || done.Failed != 0 || done.Sent != 3 {
		t.Errorf("%+v %v", done, err)
	}
	for _, subject := range told {
		if strings.Contains(subject, "食品接触材料") || strings.Contains(subject, "电热水壶") {
			t.Errorf("told of what was done: %s", subject)
		}
	}
	if left, err := d.Outbox(ctx, false, 100); err != nil || len(left) != 0 {
		t.Errorf("%+v %v", left, err)
	}

	// A platform's own sheet: yesterday's reminder is not sent with today's, and none
	// once it is filed.
	own := &reminders{db: d, calendar: calendarOf(t), now: now}
	for key, want := range map[string]bool{
		"overdue-2026-12-2026-12-26": false, "overdue-2026-12-家电-2026-12-26": false, "overdue-2026-12-2026-12-25": true,
		"remind-2026-12-1": true, "remind-2027-01-3": false,
	} {
		k := ownKey.FindStringSubmatch(key)
		if k == nil {
			t.Fatal(key)
		}
		if err := d.Set(ctx, "home", "10"); err != nil {
			t.Fatal(err)
		}
		if got, err := own.ownSettled(ctx, k[1], k[2], k[3], k[4]); err != nil || got != want {
			t.Errorf("%s: %v %v", key, got, err)
		}
	}
	if err := d.File(ctx, station.Filing{Period: "2026-12", Filed: now, By: "li"}); err != nil {
		t.Fatal(err)
	}
	if got, err := own.ownSettled(ctx, "overdue", "2026-12", "", "2026-12-26"); err != nil || !got {
		t.Errorf("%v %v", got, err)
	}
}

func calendarOf(t *testing.T) *calendar.Calendar {
	t.Helper()
	c, err := calendar.NewCalendar(nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
