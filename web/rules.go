package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"chaping"
	"chaping/station"
)

// assessedSince is the first period that a station is assessed for.
type assessedSince struct {
	Station station.Station `json:"station"`
	First   string          `json:"first"` // as it holds
}

// rulesView is what the assessment page shows of the centre's rules.
type rulesView struct {
	Rules station.Rules   `json:"rules"`
	Since []assessedSince `json:"since"`
}

func (q *request) rules() (v rulesView, err error) {
	if v.Rules, err = q.Station.Rules(q.ctx); err != nil {
		return v, err
	}
	first, err := q.Station.Assessed(q.ctx)
	if err != nil {
		return v, err
	}
	list, err := q.Station.Stations(q.ctx, q.account.Scope())
	for _, s := range slices.DeleteFunc(list, unlisted) {
		a := assessedSince{Station: s}
		if p := first(s); p != (chaping.Period{}) {
			a.First = p.String()
		}
		v.Since = append(v.Since, a)
	}
	return v, err
}

// rulesSave sets from when stations are assessed, and how soon an urgent
// report has to come.
func (q *request) rulesSave() error {
	r := station.Rules{Since: q.form("since")}
	refuse := func(f *fault) error { return q.assessmentForm(http.StatusUnprocessableEntity, f) }
	if text := q.form("hours"); text != "" {
		var err error
		if r.Hours, err = strconv.Atoi(text); err != nil {
			return refuse(&fault{problem: "时限“" + chaping.Shorten(text, 20) + "”不是整数", remedy: "写小时数，不设时限就不写"})
		}
	}
	since := map[int64]string{}
	list, err := q.Station.Stations(q.ctx, q.account.Scope())
	if err != nil {
		return err
	}
	q.act.Object, q.act.Detail = "考核起始报送期、重要风险信息时限", fmt.Sprintf("起始 %s，时限 %d 小时", r.Since, r.Hours)
	for _, s := range list {
		field := fmt.Sprintf("since-%d", s.ID)
		if !q.r.PostForm.Has(field) { // added since the page was opened, or a program does not name it
			continue
		}
		since[s.ID] = q.form(field)
		if since[s.ID] != s.Since {
			q.act.Detail += fmt.Sprintf("；%s %s", s.Name, since[s.ID])
		}
	}
	err = q.Station.SetRules(q.ctx, r, since)
	if f, ok := told(err); ok {
		return refuse(f)
	}
	if err != nil {
		return err
	}
	return q.redirect("/assessment", "起始报送期和时限已保存")
}
