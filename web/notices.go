package web

import (
	"fmt"
	"strings"

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
// have not come.
const noticedPeriods = 3

// notices are what waits for the account: urgent reports without a case, cases
// past their deadline, reports that have not come. Centre and bureau are told
// of all stations, others of their own.
func (q *request) notices() (list []notice, err error) {
	if !q.account.Has(concerned...) {
		return nil, nil
	}
	if list, err = q.unsent(); err != nil {
		return nil, err
	}
	overall := q.account.Has(station.RoleCentre, station.RoleBureau)
	cases, err := q.Station.Cases(q.ctx, q.account.Scope())
	if err != nil {
		return nil, err
	}
	if q.may("POST /cases/{id}") {
		filed, err := q.Station.UrgentsWithoutCase(q.ctx)
		if err != nil {
			return nil, err
		}
		for _, u := range filed {
			x, err := app.CandidateOf(u)
			if err != nil {
				return nil, err
			}
			list = append(
				list,
				notice{
					"收到重要风险信息，还没有立案：" + strings.TrimSpace(x.Keyword+" "+x.Name),
					fmt.Sprintf("/urgent/%d", u.ID),
					"去看",
				},
			)
		}
	}
	for i := range cases {
		if c := &cases[i]; c.Overdue(q.Now()) && (overall || c.Station == q.own()) {
			list = append(
				list,
				notice{
					fmt.Sprintf("案件 %d“%s”已过期限 %s", c.ID, c.Title, c.Deadline.Format("2006-01-02")),
					fmt.Sprintf("/cases/%d", c.ID),
					"去处置",
				},
			)
		}
	}
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
		if y := &duties[i]; y.Missing() && (overall || y.Station.ID == q.own()) {
			missing[y.Period] = append(missing[y.Period], y.Station.Name)
		}
	}
	for _, p := range periods {
		switch names := missing[p]; {
		case len(names) == 0:
		case overall:
			list = append(
				list,
				notice{
					fmt.Sprintf("%s 期有 %d 个监测站逾期未报：%s", p, len(names), strings.Join(names, "、")),
					"/inbox?period=" + p.String(),
					"看收件",
				},
			)
		default:
			path := "/sheets?period=" + p.String()
			if q.may("POST /form") {
				path = "/form?period=" + p.String()
			}
			list = append(list, notice{p.String() + " 期报送表已逾期，还没有报送", path, "去报送"})
		}
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
