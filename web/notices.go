package web

import (
	"fmt"
	"strings"
	"time"

	"chaping"
	"chaping/app"
	"chaping/station"
)

// A notice is something that has not been done in time, or cannot wait.
type notice struct {
	Text string `json:"text"`
	Path string `json:"path"`
	Link string `json:"link"`
}

// noticedPeriods is how many ended periods are looked through for reports that
// have not come, and named each the first of them.
const (
	noticedPeriods = 24
	namedPeriods   = 3
)

// notices are what waits for the account: what has not reached the centre, urgent
// reports without a case, cases past their deadline, reports that have not come.
// Centre and bureau are told of all stations, others of their own.
func (q *request) notices() (list []notice, err error) {
	if !q.account.Has(concerned...) {
		return nil, nil
	}
	for _, some := range []func() ([]notice, error){q.undelivered, q.unsent, q.withoutCase, q.overdueCases, q.missingReports} {
		found, err := some()
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	return list, nil
}

// undeliveredFor is how long a report that the centre does not have is told of.
const undeliveredFor = 365 * 24 * time.Hour

// undelivered are confirmed urgent reports that the centre does not have.
func (q *request) undelivered() (list []notice, err error) {
	route, err := q.App.Route(q.ctx)
	if err != nil || route != app.RouteCentre || !q.may("POST /urgent/{id}/push") {
		return nil, err
	}
	confirmed, err := q.Station.Urgents(q.ctx, station.UrgentConfirmed)
	if err != nil {
		return nil, err
	}
	for _, u := range confirmed {
		if !q.seesUrgent(&u) || q.Now().Sub(u.Raised) > undeliveredFor {
			continue
		}
		push, err := q.App.PushOfUrgent(q.ctx, u)
		if err != nil {
			return nil, err
		}
		if push != nil && push.Accepted() {
			continue
		}
		x, err := app.CandidateOf(u)
		if err != nil {
			return nil, err
		}
		list = append(list, notice{"重要风险信息还没有送到研究中心：" + strings.TrimSpace(x.Keyword+" "+x.Name), fmt.Sprintf("/urgent/%d", u.ID), "去报送"})
	}
	return list, nil
}

// withoutCase are urgent reports that the centre has and has opened no case on.
func (q *request) withoutCase() (list []notice, err error) {
	if !q.may("POST /cases/{id}") {
		return nil, nil
	}
	filed, err := q.Station.UrgentsWithoutCase(q.ctx)
	if err != nil {
		return nil, err
	}
	for _, u := range filed {
		x, err := app.CandidateOf(u)
		if err != nil {
			return nil, err
		}
		list = append(list, notice{"收到重要风险信息，还没有立案：" + strings.TrimSpace(x.Keyword+" "+x.Name), fmt.Sprintf("/urgent/%d", u.ID), "去看"})
	}
	return list, nil
}

// allStations tells whether the account is told of what any station has let pass.
func (q *request) allStations() bool { return q.account.Has(station.RoleCentre, station.RoleBureau) }

func (q *request) overdueCases() (list []notice, err error) {
	cases, err := q.Station.Cases(q.ctx, q.account.Scope())
	if err != nil {
		return nil, err
	}
	for i := range cases {
		if c := &cases[i]; c.Overdue(q.Now()) && (q.allStations() || c.Concerns(q.own())) {
			list = append(list, notice{fmt.Sprintf("案件 %d“%s”已过期限 %s", c.ID, c.Title, c.Deadline.Format(time.DateOnly)),
				fmt.Sprintf("/cases/%d", c.ID), "去处置"})
		}
	}
	return list, nil
}

// missingReports names the latest periods of which reports have not come, and says
// of the earlier ones which they are.
func (q *request) missingReports() (list []notice, err error) {
	var periods []chaping.Period
	for p := chaping.PeriodOf(q.Now()).Previous(); len(periods) < noticedPeriods; p = p.Previous() {
		periods = append(periods, p)
	}
	duties, err := q.Station.Duties(q.ctx, q.account.Scope(), periods, q.due)
	if err != nil {
		return nil, err
	}
	missing := map[chaping.Period][]string{}
	for i := range duties {
		if y := &duties[i]; y.Missing() && (q.allStations() || y.Station.ID == q.own()) {
			missing[y.Period] = append(missing[y.Period], y.Station.Name)
		}
	}
	var earlier []string
	for i, p := range periods {
		switch names := missing[p]; {
		case len(names) == 0:
		case i >= namedPeriods:
			earlier = append(earlier, p.String())
		case q.allStations():
			list = append(list, notice{fmt.Sprintf("%s 期有 %d 个监测站逾期未报：%s", p, len(names), strings.Join(names, "、")), "/inbox?period=" + p.String(), "看收件"})
		default:
			path := "/sheets?period=" + p.String()
			if q.may("POST /form") {
				path = "/form?period=" + p.String()
			}
			list = append(list, notice{p.String() + " 期报送表已逾期，还没有报送", path, "去报送"})
		}
	}
	if len(earlier) > 0 {
		list = append(list, notice{fmt.Sprintf("更早还有 %d 期逾期未报：%s", len(earlier), strings.Join(earlier, "、")),
			"/assessment?year=" + earlier[0][:4], "看考核"})
	}
	return list, nil
}

// unsent are the account's own corrections that were frozen and not handed in, of
// the period that is worked on and the one before, whose page is not home any more.
func (q *request) unsent() (list []notice, err error) {
	current, err := q.current()
	if err != nil {
		return nil, err
	}
	for _, p := range []chaping.Period{current, current.Previous()} {
		for _, of := range []struct {
			form    chaping.Form
			station int64
			path    string
			own     bool
		}{
			{chaping.FormPlatform, 0, "/sheets", q.seesReviews() && q.may("POST /sheets/submit")},
			{chaping.FormAssociation, q.own(), "/form", q.own() != 0 && q.may("POST /form/submit")},
		} {
			if !of.own {
				continue
			}
			found, err := q.Station.Unsent(q.ctx, of.form, p.String(), of.station)
			if err != nil {
				return nil, err
			}
			for _, u := range found {
				list = append(list, notice{p.String() + " 期" + u.Chinese(), string(query(of.path, "period", p)), "去报送"})
			}
		}
	}
	return list, nil
}
