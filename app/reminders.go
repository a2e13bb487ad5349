package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"chaping"
	"chaping/scheduler/calendar"
	"chaping/station"
	"chaping/station/notify"
)

// Remind queues what is due and sends it: three days and one day before the
// due day of a report, and every day once it is past, until the report is
// filed; and what stations have let pass.
func (a *App) Remind(ctx context.Context) (Delivery, error) {
	d, err := a.Station(ctx)
	if err != nil {
		return Delivery{}, err
	}
	calendar, err := a.Calendar()
	if err != nil {
		return Delivery{}, err
	}
	channels, err := a.Channels()
	if err != nil {
		return Delivery{}, err
	}
	r := &reminders{db: d, channels: channels, calendar: calendar, now: a.Now().In(chaping.Shanghai())}
	watches, unreadable := a.MonthlyWatches()
	current := chaping.PeriodOf(r.now)
	for _, period := range []chaping.Period{current.Previous(), current} {
		if err := r.reports(ctx, period, watches); err != nil {
			return Delivery{}, err
		}
	}
	if err := r.stations(ctx); err != nil {
		return Delivery{}, err
	}
	done, err := a.Deliver(ctx)
	return done, errors.Join(err, unreadable)
}

// reminders queues reminders as of a moment.
type reminders struct {
	db       *station.DB
	channels *notify.Config
	calendar *calendar.Calendar
	now      time.Time // in Asia/Shanghai
}

// reports queues the reminders of the installation's own sheets of a period.
func (r *reminders) reports(ctx context.Context, period chaping.Period, watches []string) error {
	home, owes, err := r.ownStation(ctx)
	if err != nil || !owes {
		return err
	}
	for _, watch := range watches {
		filed, err := r.reported(ctx, period, watch, home.ID)
		if err != nil {
			return err
		}
		if filed {
			continue
		}
		if err := r.report(ctx, period, watch); err != nil {
			return err
		}
	}
	return nil
}

// ownStation is the installation's own station, whose sheets are reminded of.
// A research centre owes none; where nobody has opened the portal yet, the
// station is not named, and its filings are noted by hand.
func (r *reminders) ownStation(ctx context.Context) (home station.Station, owes bool, err error) {
	home, named, err := r.db.Home(ctx)
	if err != nil || named {
		return home, true, err
	}
	accounts, err := r.db.Accounts(ctx)
	return home, len(accounts) == 0, err
}

// reported tells whether a watch's report is filed: noted so, or handed in by
// the station in the portal. What was filed without naming a watch is filed for
// all of them.
func (r *reminders) reported(ctx context.Context, period chaping.Period, watch string, home int64) (bool, error) {
	for _, name := range []string{watch, ""} {
		if _, filed, err := r.db.Filing(ctx, period.String(), name); err != nil || filed {
			return filed, err
		}
	}
	list, err := r.db.Submissions(ctx, period.String())
	return slices.ContainsFunc(list, func(s station.Submission) bool {
		return home != 0 && s.StationID == home && (s.Name == "" || s.Name == watch)
	}), err
}

// The keys of reminders say what they are about.
var (
	ownKey     = regexp.MustCompile(`^(overdue|remind)-(\d{4}-\d{2})(?:-(.+))?-(\d{4}-\d{2}-\d{2}|[13])$`)
	stationKey = regexp.MustCompile(`^(?:missing|urge)-(\d+)-(\d{4}-\d{2})(?:-.*)?$`)
	caseKey    = regexp.MustCompile(`^case-overdue-(\d+)-(\d{4}-\d{2}-\d{2})$`)
)

// settled tells whether what a message reminds of has been done since it was
// queued, or was told anew: channels may be out of order for hours.
func (a *App) settled(ctx context.Context, m station.Message) (bool, error) {
	if m.Event != "reminder" {
		return false, nil
	}
	d, err := a.Station(ctx)
	if err != nil {
		return false, err
	}
	calendar, err := a.Calendar()
	if err != nil {
		return false, err
	}
	r := &reminders{db: d, calendar: calendar, now: a.Now().In(chaping.Shanghai())}
	if k := ownKey.FindStringSubmatch(m.Key); k != nil {
		return r.ownSettled(ctx, k[1], k[2], k[3], k[4])
	}
	if k := stationKey.FindStringSubmatch(m.Key); k != nil {
		of, err := strconv.ParseInt(k[1], 10, 64)
		if err != nil {
			return false, err
		}
		period, err := chaping.ParsePeriod(k[2])
		if err != nil {
			return false, err
		}
		return d.FiledBy(ctx, period, of)
	}
	if k := caseKey.FindStringSubmatch(m.Key); k != nil {
		cases, err := d.Cases(ctx, station.Everything())
		return !slices.ContainsFunc(cases, func(c station.Case) bool {
			return strconv.FormatInt(c.ID, 10) == k[1] && c.Overdue(r.now) && c.Deadline.Format(time.DateOnly) == k[2]
		}), err
	}
	return false, nil
}

// ownSettled tells it of a reminder of the installation's own sheet: of a day, if
// it is overdue, or before its due day.
func (r *reminders) ownSettled(ctx context.Context, kind, of, watch, day string) (bool, error) {
	period, err := chaping.ParsePeriod(of)
	if err != nil {
		return false, err
	}
	late := chaping.Late(r.now, r.calendar.Due(period).Day)
	if kind == "remind" && late || kind == "overdue" && day != r.now.Format(time.DateOnly) {
		return true, nil
	}
	home, owes, err := r.ownStation(ctx)
	if err != nil || !owes {
		return !owes, err
	}
	return r.reported(ctx, period, watch, home.ID)
}

// report queues the reminder of one report.
func (r *reminders) report(ctx context.Context, period chaping.Period, watch string) error {
	of, mark := period.String()+" 期报送表", period.String()
	if watch != "" {
		of, mark = of+"（"+watch+"）", mark+"-"+watch
	}
	today := time.Date(r.now.Year(), r.now.Month(), r.now.Day(), 0, 0, 0, 0, chaping.Shanghai())
	due := r.calendar.Due(period)
	days := int(due.Day.Sub(today).Hours() / 24)
	var key, subject string
	switch {
	case days < 0:
		key, subject = fmt.Sprintf(
			"overdue-%s-%s",
			mark,
			today.Format(time.DateOnly),
		), fmt.Sprintf(
			"逾期 %d 天：%s还没有报送",
			-days,
			of,
		)
	case days <= 1:
		key, subject = fmt.Sprintf("remind-%s-1", mark), fmt.Sprintf("提醒：%s %s 截止", of, due.Day.Format(time.DateOnly))
	case days <= 3:
		key, subject = fmt.Sprintf(
			"remind-%s-3",
			mark,
		), fmt.Sprintf(
			"提醒：%s %d 天后（%s）截止",
			of,
			days,
			due.Day.Format(time.DateOnly),
		)
	default:
		return nil
	}
	body := fmt.Sprintf("采集范围：%s\n报送截止：%s（%s，当日 24:00 前）\n报送之后请登记，登记以后不再提醒。", period.Window().Chinese(),
		due.Day.Format(time.DateOnly), chaping.ChineseWeekday(due.Day))
	if note := due.Note(); note != "" {
		body += "\n注意：" + note
	}
	return r.db.Enqueue(ctx, r.channels.Messages("reminder", key, subject, body)...)
}

// remindedPeriods is how many ended periods are looked through for reports
// that have not come.
const remindedPeriods = 3

// stations queues what stations have let pass, for the channels of the
// station and for those of the installation: cases past their deadline, once a
// case and deadline; reports that have not come by their due day, once a
// station and period. An installation without a research centre knows of its
// own station only.
func (r *reminders) stations(ctx context.Context) error {
	cases, err := r.cases(ctx)
	if err != nil {
		return err
	}
	missing, err := r.missing(ctx)
	if err != nil {
		return err
	}
	if err := r.db.Enqueue(ctx, append(cases, missing...)...); err != nil {
		return err
	}
	return r.due(ctx)
}

// dueSoon is how long before its deadline people are told of a case.
const dueSoon = 3 * 24 * time.Hour

// due tells the accounts that a case concerns of its deadline: before it comes,
// and when it is past.
func (r *reminders) due(ctx context.Context) error {
	cases, err := r.db.Cases(ctx, station.Everything())
	if err != nil {
		return err
	}
	accounts, err := r.db.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, c := range cases {
		if c.Closed() || c.Deadline.IsZero() || r.now.Before(c.Deadline.Add(-dueSoon)) {
			continue
		}
		day := c.Deadline.Format(time.DateOnly)
		n := station.Notice{
			Kind: station.Due,
			Key:  fmt.Sprintf("case-due-%d-%s", c.ID, day),
			Text: fmt.Sprintf("案件 %d“%s”%s 到期", c.ID, c.Title, day),
			Path: fmt.Sprintf("/cases/%d", c.ID),
		}
		if c.Overdue(r.now) {
			n.Key = fmt.Sprintf("case-overdue-%d-%s", c.ID, day)
			n.Text = fmt.Sprintf("案件 %d“%s”已过期限 %s", c.ID, c.Title, day)
		}
		to, _ := station.Concerned(accounts, c.Station)
		for _, of := range c.Sources() {
			_, own := station.Concerned(accounts, of)
			to = append(to, own...)
		}
		if err := r.db.Tell(ctx, to, n); err != nil {
			return err
		}
	}
	return nil
}

func (r *reminders) cases(ctx context.Context) (messages []station.Message, err error) {
	cases, err := r.db.Cases(ctx, station.Everything())
	if err != nil {
		return nil, err
	}
	list, err := r.db.Stations(ctx, station.Everything())
	if err != nil {
		return nil, err
	}
	names := map[int64]string{}
	for _, s := range list {
		names[s.ID] = s.Name
	}
	for _, c := range cases {
		if !c.Overdue(r.now) {
			continue
		}
		day := c.Deadline.Format(time.DateOnly)
		var sources []string
		for _, of := range c.Sources() {
			sources = append(sources, names[of])
		}
		body := fmt.Sprintf("期限：%s（当日 24:00 前），还没有结案。\n线索来源：%s\n责任方：%s\n请核实处置情况，记入进展，或由研究中心结案、改期限。", day,
			cmp.Or(strings.Join(sources, "、"), "研究中心"), cmp.Or(c.Responsible, "没有写明"))
		key, subject := fmt.Sprintf("case-overdue-%d-%s", c.ID, day), fmt.Sprintf("案件 %d“%s”已过期限", c.ID, c.Title)
		messages = append(messages, r.channels.To(c.Station, "reminder", key, subject, body)...)
		for _, of := range c.Others { // a channel of the installation gets it once
			messages = append(messages, r.channels.To(of, "reminder", key, subject, body)...)
		}
	}
	return messages, nil
}

func (r *reminders) missing(ctx context.Context) (messages []station.Message, err error) {
	centre, err := r.db.HasCentre(ctx)
	if err != nil {
		return nil, err
	}
	home, _, err := r.db.Home(ctx)
	if err != nil {
		return nil, err
	}
	var periods []chaping.Period
	for p := chaping.PeriodOf(r.now).Previous(); len(periods) < remindedPeriods; p = p.Previous() {
		periods = append(periods, p)
	}
	duties, err := r.db.Duties(
		ctx,
		station.Everything(),
		periods,
		func(p chaping.Period) time.Time { return r.calendar.Due(p).Day },
	)
	if err != nil {
		return nil, err
	}
	for i := range duties {
		y := &duties[i]
		own := y.Station.ID == home.ID
		if !y.Missing() || !own && !centre ||
			own && home.Kind == station.PlatformStation { // a platform's sheet has reminders of its own
			continue
		}
		messages = append(
			messages,
			r.channels.To(
				y.Station.ID,
				"reminder",
				fmt.Sprintf("missing-%d-%s", y.Station.ID, y.Period),
				fmt.Sprintf("逾期未报：%s %s 期报送表", y.Station.Name, y.Period),
				fmt.Sprintf(
					"采集范围：%s\n报送截止：%s（当日 24:00 前）\n请填写报送表，或上传已经填好的文件。",
					y.Period.Window().Chinese(),
					y.Due.Format(time.DateOnly),
				),
			)...)
	}
	return messages, nil
}
