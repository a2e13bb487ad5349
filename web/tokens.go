package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"chaping/station"
)

// tokens is how other programs are let in, and where sheets are sent.
func (q *request) tokens() error { return q.tokensForm(http.StatusOK, nil) }

func (q *request) tokensForm(status int, problem *fault) error {
	list, err := q.Station.Tokens(q.ctx)
	if err != nil {
		return err
	}
	stations, names, err := q.stationNames()
	if err != nil {
		return err
	}
	centre, err := q.Station.Centre(q.ctx)
	if err != nil {
		return err
	}
	return q.show(
		status,
		"tokens",
		"对接",
		tokensPage{
			List:     list,
			Stations: stations,
			Names:    names,
			Roles:    station.Roles(),
			Permits:  station.Permits(),
			Centre:   centre.URL,
			HasToken: centre.Token != "",
			Now:      q.Now(),
			F:        q.r.PostForm,
			Problem:  problem,
		},
	)
}

type tokensPage struct {
	List     []station.Token   `json:"tokens"`
	Stations []station.Station `json:"stations"`
	Names    map[int64]string  `json:"-"`
	Roles    []station.Role    `json:"roles"`
	Permits  []station.Permit  `json:"scopes"`
	Centre   string            `json:"centre"`       // where sheets are sent; empty: nowhere
	HasToken bool              `json:"centre_token"` // whether the centre's token is known here
	Now      time.Time         `json:"-"`
	F        url.Values        `json:"-"`
	Problem  *fault            `json:"-"`
}

// tokenDays is how long a token lives unless one says otherwise.
const tokenDays = 365

func (q *request) tokenAdd() error {
	t := station.Token{
		Name:    q.form("name"),
		Role:    station.Role(q.form("role")),
		Station: number(q.form("station")),
		By:      q.account.Person,
		Expires: q.Now().AddDate(0, 0, int(number(cmp.Or(q.form("days"), fmt.Sprint(tokenDays))))),
	}
	var permits []string
	for _, p := range q.list("scopes") {
		t.Permits = append(t.Permits, station.Permit(p))
		permits = append(permits, station.Permit(p).Chinese())
	}
	q.act.Object, q.act.Detail = t.Name, t.Role.Chinese()+"，范围 "+strings.Join(permits, "、")
	t, text, err := q.Station.AddToken(q.ctx, t)
	if f, ok := told(err); ok {
		return q.tokensForm(http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "token", "新令牌", tokenPage{T: t, Text: text})
}

// tokenPage shows a token, once.
type tokenPage struct {
	T    station.Token
	Text string
}

func (q *request) tokenRevoke() error {
	t, err := q.Station.RevokeToken(q.ctx, number(q.r.PathValue("id")))
	if err != nil {
		return err
	}
	return q.redirect("/tokens", "令牌“"+t.Name+"”已停用")
}

func (q *request) centreSave() error {
	c := station.Centre{URL: q.form("url"), Token: q.form("token")}
	q.act.Object = cmp.Or(c.URL, "不报送")
	err := q.Station.SetCentre(q.ctx, c)
	if f, ok := told(err); ok {
		return q.tokensForm(http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return q.redirect("/tokens", "研究中心的地址已保存")
}
