package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"chaping"
	"chaping/scheduler/calendar"
	"chaping/station"
)

func (q *request) assess(year int) ([]station.Assessment, station.Weights, error) {
	w, err := q.Station.Weights(q.ctx)
	if err != nil {
		return nil, w, err
	}
	var periods []chaping.Period
	for _, p := range calendar.PeriodsOf(year) {
		if !q.Now().Before(p.Window().From) {
			periods = append(periods, p)
		}
	}
	filings, err := q.Station.Duties(q.ctx, q.account.Scope(), periods, q.due)
	if err != nil {
		return nil, w, err
	}
	from := time.Date(year, 1, 1, 0, 0, 0, 0, chaping.Shanghai())
	list, err := q.Station.Assess(q.ctx, q.account.Scope(), filings, from, from.AddDate(1, 0, 0), w)
	if err != nil {
		return nil, w, err
	}
	if ruled, err := q.ruled(); err != nil || ruled {
		return list, w, err
	}
	list = slices.DeleteFunc(list, func(a station.Assessment) bool { return a.Station.ID != q.home.ID })
	for i := range list {
		list[i].Score, list[i].Leads = nil, 0
	}
	return list, w, nil
}

// ruled tells whether the centre works here, which says who owes what and what it
// counts for. A station's own installation knows what it has handed in itself, and
// no more.
func (q *request) ruled() (bool, error) {
	if q.home.ID == 0 {
		return true, nil
	}
	return q.Station.HasCentre(q.ctx)
}

func (q *request) assessment() error { return q.assessmentForm(http.StatusOK, nil) }

func (q *request) assessmentForm(status int, problem *fault) error {
	year, err := q.calendarYear()
	if err != nil {
		return err
	}
	list, w, err := q.assess(year)
	if err != nil {
		return err
	}
	rules, err := q.rules()
	if err != nil {
		return err
	}
	elsewhere, err := q.elsewhere()
	if err != nil {
		return err
	}
	ruled, err := q.ruled()
	if err != nil {
		return err
	}
	return q.show(
		status,
		"assessment",
		q.route.title,
		assessmentPage{Elsewhere: elsewhere, Ruled: ruled, Year: year, List: list, W: w, Rules: rules, Problem: problem},
	)
}

type assessmentPage struct {
	Elsewhere bool                 `json:"-"`      // the centre has them, see received
	Ruled     bool                 `json:"scored"` // the centre works here; otherwise it is the station's own record
	Year      int                  `json:"year"`
	List      []station.Assessment `json:"stations"`
	W         station.Weights      `json:"weights"`
	Rules     rulesView            `json:"rules"`
	Problem   *fault               `json:"-"`
}

func (q *request) assessmentFile() error {
	year, err := q.calendarYear()
	if err != nil {
		return err
	}
	list, w, err := q.assess(year)
	if err != nil {
		return err
	}
	ruled, err := q.ruled()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("\ufeff")
	out := csv.NewWriter(&b)
	title := "报送记录"
	heads := []string{"监测站", "类型", "状态", "应报（期）", "已报（期）", "逾期报送（期）", "未报（期）", "更正（期）", "补充（期）"}
	if ruled {
		title, heads = "考核评价", append(heads, "采纳线索（件）", "得分")
	}
	_ = out.Write(heads)
	for i := range list {
		a := &list[i]
		row := []string{plain(a.Station.Name), a.Station.Kind.Chinese(), statusName(a.Station.Status)}
		for _, n := range []int{a.Expected, a.Filed, a.Late, a.Missing, a.Corrections, a.Supplements} {
			row = append(row, strconv.Itoa(n))
		}
		if ruled {
			row = append(row, strconv.Itoa(a.Leads), a.Points())
		}
		_ = out.Write(row)
	}
	if ruled {
		_ = out.Write(nil)
		_ = out.Write([]string{
			"权重",
			fmt.Sprintf("按时 %g，完整 %g，采纳线索 %g（目标 %d 条），无更正 %g", w.Timely, w.Complete, w.Leads, w.Target, w.Clean),
		})
	}
	out.Flush()
	q.act.Object = fmt.Sprintf("%d 年%s", year, title)
	return q.download(q.act.Object+".csv", &b)
}

func statusName(value string) string {
	for _, s := range stationStatuses {
		if s.Value == value {
			return s.Name
		}
	}
	return value
}

func (q *request) weightsSave() error {
	var w station.Weights
	for name, to := range map[string]*float64{"timely": &w.Timely, "complete": &w.Complete, "leads": &w.Leads, "clean": &w.Clean} {
		v, err := strconv.ParseFloat(q.form(name), 64)
		if err != nil {
			return q.assessmentForm(
				http.StatusUnprocessableEntity,
				&fault{problem: "权重“" + chaping.Shorten(q.form(name), 20) + "”不是数", remedy: "写 0–1000 的数"},
			)
		}
		*to = v
	}
	w.Target = int(number(q.form("target")))
	q.act.Object, q.act.Detail = "考核权重", fmt.Sprintf(
		"按时 %g，完整 %g，采纳线索 %g（目标 %d），无更正 %g",
		w.Timely,
		w.Complete,
		w.Leads,
		w.Target,
		w.Clean,
	)
	err := q.Station.SetWeights(q.ctx, w)
	if f, ok := told(err); ok {
		return q.assessmentForm(http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return q.redirect("/assessment", "权重已保存")
}
