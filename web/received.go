package web

import (
	"fmt"
	"net/http"

	"chaping"
	"chaping/station"
)

// What comes back from the research centre. At the centre: all that concerns
// the station that asks, and its answers. At the station: copies to read, and a
// form for answers, which go through the outbox.

// exchange answers a station's installation with all that concerns the station.
func (q *request) exchange() error {
	x, err := q.Station.For(q.ctx, q.account.Scope(), q.form("known"))
	if err != nil {
		return err
	}
	return q.answer(http.StatusOK, x)
}

// exchangeAnswer takes an answer of a station's installation in, once.
func (q *request) exchangeAnswer() error {
	files, err := q.attached()
	if err != nil {
		return err
	}
	key := q.form("key")
	if len(key) < 8 || len(key) > 100 {
		return bad("回复的编号不对", "升级监测站的程序")
	}
	s := station.Subject{Kind: station.SubjectKind(q.form("kind")), ID: number(q.form("subject"))}
	topic, err := q.Station.Topic(q.ctx, q.account, s)
	if err != nil {
		return err
	}
	q.act.Object, q.act.Detail = topic.Title, chaping.Shorten(q.form("content"), 80)
	by := *q.account
	if who := chaping.Shorten(q.form("who"), 40); who != "" {
		by.Person = who
	}
	if q.form("noted") != "" && s.Kind == station.AboutBulletin {
		if err := q.Station.TakeNote(q.ctx, &by, s.ID); err != nil {
			return err
		}
	}
	if content := q.form("content"); content != "" || len(files) > 0 {
		c := station.Comment{Subject: s, Content: content, Key: fmt.Sprintf("%d:%s", by.Station, key), Attachments: files}
		if _, err := q.Station.AddComment(q.ctx, &by, c); err != nil {
			return err
		}
	}
	return q.redirect(topic.Path, "研究中心已收到")
}

// exchangeAttachment gives a station's installation a file that goes with what
// concerns the station.
func (q *request) exchangeAttachment() error {
	f, err := q.Station.Attachment(q.ctx, q.account, number(q.form("id")))
	if err != nil {
		return err
	}
	return q.handOut(f, f.Data)
}

type receivedPage struct {
	Centre  string             `json:"centre"` // its address; "": none
	Inquiry station.Inquiry    `json:"inquiry"`
	List    []station.Received `json:"received"`
	Waiting []station.Message  `json:"-"` // answers that have not arrived
}

// receivedList shows what the centre has for the station.
func (q *request) receivedList() error {
	c, err := q.Station.Centre(q.ctx)
	if err != nil {
		return err
	}
	page := receivedPage{Centre: c.URL}
	if page.Inquiry, err = q.Station.Inquiry(q.ctx); err != nil {
		return err
	}
	if page.List, err = q.Station.FromCentre(q.ctx, ""); err != nil {
		return err
	}
	if page.Waiting, err = q.Station.AnswersWaiting(q.ctx); err != nil {
		return err
	}
	return q.render("received", page)
}

// receivedFetch asks the centre now.
func (q *request) receivedFetch() error {
	if err := q.App.DeliverToCentre(q.ctx); err != nil {
		return err
	}
	if err := q.App.FetchFromCentre(q.ctx, 0); err != nil {
		return err
	}
	i, err := q.Station.Inquiry(q.ctx)
	if err != nil {
		return err
	}
	message := "已从研究中心取来最新内容"
	switch {
	case i.Asked.IsZero():
		message = "还没有研究中心的地址，请管理员在“对接”页设置"
	case i.Error != "":
		message = "没有取到：" + i.Error
	case i.Lacks != "":
		message = "已从研究中心取来最新内容，附件没有取全：" + i.Lacks
	}
	return q.redirect("/received", message)
}

type receivedItem struct {
	R       station.Received  `json:"received"`
	Waiting []station.Message `json:"-"`
	Typed   string            `json:"-"`
	Problem *fault            `json:"-"`
}

func (q *request) receivedOne() error { return q.receivedForm(http.StatusOK, nil) }

func (q *request) receivedForm(status int, problem *fault) error {
	r, err := q.Station.OneFromCentre(q.ctx, number(q.r.PathValue("id")))
	if err != nil {
		return err
	}
	page := receivedItem{R: r, Problem: problem, Typed: q.r.PostForm.Get("content")}
	waiting, err := q.Station.AnswersWaiting(q.ctx)
	if err != nil {
		return err
	}
	for _, m := range waiting {
		if a, _, err := m.Answering(); err == nil && a.Kind == r.Item.Kind && a.Number == r.Item.Number {
			page.Waiting = append(page.Waiting, m)
		}
	}
	return q.show(status, "receiveditem", r.Item.Title(), page)
}

// receivedFile hands out a file that goes with what the centre has for the
// station.
func (q *request) receivedFile() error {
	r, err := q.Station.OneFromCentre(q.ctx, number(q.r.PathValue("id")))
	if err != nil {
		return err
	}
	for _, f := range r.Files() {
		if f.Hash != q.r.PathValue("sha256") {
			continue
		}
		data, err := q.Station.Content(q.ctx, f)
		if err != nil {
			return err
		}
		return q.handOut(f, data)
	}
	return &fault{http.StatusNotFound, "没有这个附件", "回到来件，从那里下载", nil}
}

// receivedAnswer queues an answer for the centre, and tries to send it now.
func (q *request) receivedAnswer() error {
	r, err := q.Station.OneFromCentre(q.ctx, number(q.r.PathValue("id")))
	if err != nil {
		return err
	}
	files, err := q.attached()
	if err != nil {
		return err
	}
	a := station.Answer{Content: q.form("content"), Noted: q.form("noted") != "", Who: q.account.Person, Files: files}
	q.act.Object, q.act.Detail = r.Item.Title(), chaping.Shorten(a.Content, 80)
	err = q.Station.AnswerCentre(q.ctx, &r, a)
	if f, ok := told(err); ok {
		return q.receivedForm(http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	if err := q.App.DeliverToCentre(q.ctx); err != nil {
		return err
	}
	if err := q.App.FetchFromCentre(q.ctx, 0); err != nil {
		return err
	}
	return q.redirect(fmt.Sprintf("/received/%d", r.ID), "已交给发送；送到后出现在下面")
}
