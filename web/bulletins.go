package web

import (
	"net/http"
	"net/url"

	"chaping/station"
)

func (q *request) bulletins() error { return q.bulletinsForm(http.StatusOK, nil) }

func (q *request) bulletinsForm(status int, problem *fault) error {
	list, err := q.Station.Bulletins(q.ctx, q.account.Scope())
	if err != nil {
		return err
	}
	stations, names, err := q.stationNames()
	if err != nil {
		return err
	}
	shown, err := q.shownBulletins(list, stations)
	if err != nil {
		return err
	}
	elsewhere, err := q.elsewhere()
	if err != nil {
		return err
	}
	return q.show(
		status,
		"bulletins",
		q.route.title,
		bulletinsPage{
			Elsewhere: elsewhere,
			List:      shown,
			Stations:  stations,
			Names:     names,
			Kinds:     station.BulletinKinds(),
			F:         q.r.PostForm,
			Problem:   problem,
		},
	)
}

type bulletinsPage struct {
	Elsewhere bool                   `json:"-"` // the centre has them, see received
	List      []shownBulletin        `json:"bulletins"`
	Stations  []station.Station      `json:"stations"`
	Names     map[int64]string       `json:"-"`
	Kinds     []station.BulletinKind `json:"kinds"`
	F         url.Values             `json:"-"`
	Problem   *fault                 `json:"-"`
}

func (q *request) issue() error {
	b := station.Bulletin{
		Who:     q.account.Person,
		Kind:    station.BulletinKind(q.form("kind")),
		Station: number(q.form("station")),
		Title:   q.form("title"),
		Content: q.form("content"),
	}
	q.act.Object, q.act.Detail = b.Title, b.Kind.Chinese()
	_, err := q.App.Issue(q.ctx, b)
	if f, ok := told(err); ok {
		return q.bulletinsForm(http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return q.redirect("/bulletins", b.Kind.Chinese()+"“"+b.Title+"”已发布")
}
