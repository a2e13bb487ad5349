package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"chaping"
	"chaping/scheduler/calendar"
	"chaping/station"
	"chaping/station/notify"
)

// remindedPeriods is how many ended periods are looked through for reports
// that have not come.
const remindedPeriods = 3

// files tells whether the installation has a sheet of its own to file in the
// period: a research centre has none, and what its station has handed in in
// the portal is filed.
func files(ctx context.Context, d *station.DB, period chaping.Period) (bool, error) {
	home, ok, err := d.Home(ctx)
	if err != nil {
		return false, err
	}
	if !ok { // a centre, or nobody has opened the portal yet
		accounts, err := d.Accounts(ctx)
		return len(accounts) == 0, err
	}
	list, err := d.Submissions(ctx, period.String())
	return !slices.ContainsFunc(list, func(s station.Submission) bool { return s.StationID == home.ID }), err
}

// remindStations queues what stations have let pass, for the channels of the
// station and for those of the installation: cases past their deadline, once a
// case and deadline; reports that have not come by their due day, once a
// station and period. An installation without a research centre knows of its
// own station only.
func remindStations(ctx context.Context, d *station.DB, channels *notify.Config, calendar *calendar.Calendar, now time.Time) error {
	cases, err := d.Cases(ctx, station.Everything())
	if err != nil {
		return err
	}
	list, err := d.Stations(ctx, station.Everything())
	if err != nil {
		return err
	}
	names := map[int64]string{}
	for _, s := range list {
		names[s.ID] = s.Name
	}
	var messages []station.Message
	for _, c := range cases {
		if !c.Overdue(now) {
			continue
		}
		day := c.Deadline.Format(time.DateOnly)
		from := names[c.Station]
		body := fmt.Sprintf("期限：%s（当日 24:00 前），还没有结案。\n线索来源：%s\n责任方：%s\n请核实处置情况，在门户的“协同处置”里记入进展，或由研究中心结案、改期限。", day, orID(from, "研究中心"), orID(c.Responsible, "没有写明"))
		messages = append(messages, channels.To(c.Station, "reminder", fmt.Sprintf("case-overdue-%d-%s", c.ID, day), fmt.Sprintf("案件 %d“%s”已过期限", c.ID, c.Title), body)...)
	}

	accounts, err := d.Accounts(ctx)
	if err != nil {
		return err
	}
	centre := slices.ContainsFunc(accounts, func(a station.Account) bool { return a.Has(station.RoleCentre) && !a.Disabled })
	home, _, err := d.Home(ctx)
	if err != nil {
		return err
	}
	var periods []chaping.Period
	for p := chaping.PeriodOf(now).Previous(); len(periods) < remindedPeriods; p = p.Previous() {
		periods = append(periods, p)
	}
	duties, err := d.Duties(ctx, station.Everything(), periods, func(p chaping.Period) time.Time { return calendar.Due(p).Day })
	if err != nil {
		return err
	}
	for i := range duties {
		y := &duties[i]
		own := y.Station.ID == home.ID
		if !y.Missing() || !own && !centre || own && home.Kind == station.PlatformStation { // a platform's sheet has reminders of its own
			continue
		}
		messages = append(messages, channels.To(y.Station.ID, "reminder", fmt.Sprintf("missing-%d-%s", y.Station.ID, y.Period), fmt.Sprintf("逾期未报：%s %s 期报送表", y.Station.Name, y.Period),
			fmt.Sprintf("采集范围：%s\n报送截止：%s（当日 24:00 前）\n在门户的“填写报送表”里填写，或在“收件”里上传。", y.Period.Window().Chinese(), y.Due.Format(time.DateOnly)))...)
	}
	return d.Enqueue(ctx, messages...)
}
