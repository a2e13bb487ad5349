package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"chaping"
	"chaping/app"
	"chaping/scheduler"
)

// A shownPlan is a plan with what a form offers for it.
type shownPlan struct {
	app.Plan
	At       string  `json:"-"` // the time of day of its rhythm
	Rhythms  []offer `json:"-"`
	Weekdays []offer `json:"-"`
}

// An offer is something that a form offers.
type offer struct {
	Value, Name string
	On          bool
}

func (q *request) plans() (list []shownPlan, err error) {
	plans, err := q.App.Plans(q.ctx)
	for _, p := range plans {
		shown, rhythm := shownPlan{Plan: p}, scheduler.Rhythm{}
		if p.Rhythm != nil {
			rhythm = *p.Rhythm
			shown.At = fmt.Sprintf("%02d:%02d", rhythm.Hour, rhythm.Minute)
		}
		for _, r := range [...][2]string{
			{scheduler.Monthly, "每月"}, {scheduler.Weekly, "每周"}, {scheduler.Daily, "每天"}, {scheduler.Hourly, "每小时"},
			{scheduler.Minutes, "每几分钟"},
		} {
			shown.Rhythms = append(shown.Rhythms, offer{Value: r[0], Name: r[1], On: rhythm.Every == r[0]})
		}
		for _, d := range scheduler.Week() {
			shown.Weekdays = append(shown.Weekdays, offer{Value: fmt.Sprint(int(d)), Name: scheduler.WeekdayName(d),
				On: slices.Contains(rhythm.Weekdays, d)})
		}
		list = append(list, shown)
	}
	return list, err
}

// planSave changes when a job of the schedule runs.
func (q *request) planSave() error {
	name := q.form("plan")
	q.act.Object = "计划“" + chaping.Shorten(name, 40) + "”"
	to := app.PlanChange{Cron: q.form("cron"), Off: q.form("off") != ""}
	var err error
	if q.form("every") != "" {
		to.Cron, err = q.rhythm().Cron()
	}
	if err == nil {
		q.act.Detail = cmp.Or(chaping.Shorten(to.Cron, 60), "时间不变") + map[bool]string{true: "，停用"}[to.Off]
		err = q.App.Reschedule(name, to)
	}
	if f, ok := told(err); ok {
		return q.settingsForm(http.StatusUnprocessableEntity, nil, f)
	}
	if err != nil {
		return err
	}
	return q.redirect("/settings#plans", "计划“"+name+"”已改，半分钟内生效")
}

// rhythm is the one that was chosen.
func (q *request) rhythm() scheduler.Rhythm {
	r := scheduler.Rhythm{Every: q.form("every"), Day: int(number(q.form("day"))), Step: int(number(q.form("step")))}
	for _, d := range q.list("weekday") {
		r.Weekdays = append(r.Weekdays, time.Weekday(number(d)))
	}
	r.Hour = -1 // unless it is a time of day
	if at, err := time.Parse("15:04", q.form("at")); err == nil {
		r.Hour, r.Minute = at.Hour(), at.Minute()
	}
	return r
}

// planRun runs a job of the schedule now.
func (q *request) planRun() error {
	plans, err := q.App.Plans(q.ctx)
	if err != nil {
		return err
	}
	name := q.form("plan")
	if !slices.ContainsFunc(plans, func(p app.Plan) bool { return p.Name == name }) {
		return bad("没有计划“"+chaping.Shorten(name, 40)+"”", "刷新页面，从列表中选择")
	}
	q.act.Object = "计划“" + name + "”"
	j, err := q.jobs.start(
		kindPlan,
		name,
		q.account.Person,
		"/settings#plans",
		func(ctx context.Context, j *job) (string, error) {
			defer q.desk.drop()
			r, err := q.App.RunPlan(ctx, app.PlanRequest{Plan: name}, j.tell)
			j.setResult(jobResult{Plan: &r})
			return planText(r), err
		},
	)
	return q.follow(j, err)
}

// runPlans runs the plans at their times, until the portal ends.
func (s *Server) runPlans() {
	each := func(step app.StepResult) {
		if step.Mined != nil || len(step.Collections) > 0 {
			s.desk.drop() // pages would show what was before
		}
		if step.Mined != nil {
			if p, err := chaping.ParsePeriod(step.Mined.Period); err == nil {
				s.picturesSoon(p)
			}
		}
		if step.Problem == nil {
			s.Log.Debug("plan", "plan", step.Plan, "step", step.Step)
		}
	}
	if err := s.App.RunPlans(s.ended, each, nil); err != nil {
		s.Log.Error("plans", "err", err)
	}
}
