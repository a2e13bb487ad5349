package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"chaping"
	"chaping/app"
	"chaping/report"
	"chaping/station"
)

// # Forms that are handed in
//
// A person sees what was read of a form before it is taken in; a program sends
// the file and gets its receipt.

// keepForm keeps a form until its sender has seen what was read of it.
func (q *request) keepForm(h *app.Handed) error {
	look, err := q.App.LookAtForm(q.ctx, *h)
	if f, ok := told(err); ok { // what nobody can read does not wait
		return q.inboxForm(http.StatusUnprocessableEntity, f, look.Refused)
	}
	if err != nil {
		return err
	}
	u, err := q.App.KeepFile(app.UseForm, q.account.Name, h.File, h.Data, map[string]string{
		"station":  strconv.FormatInt(h.Station.ID, 10),
		"period":   h.Period.String(),
		"corrects": strconv.FormatInt(h.Corrects, 10),
		"version":  strconv.Itoa(h.Version),
		"name":     h.Watch,
	})
	if err != nil {
		return err
	}
	q.act.Detail += "（待核对）"
	return q.redirect("/inbox/"+u.ID, "")
}

// waitingForm is the form that the address names, as it will be handed in.
func (q *request) waitingForm() (u *app.Upload, h app.Handed, err error) {
	u, data, err := q.App.OwnFile(app.UseForm, q.account.Name, q.r.PathValue("id"))
	if err != nil {
		return nil, h, err
	}
	h = app.Handed{File: u.Name, Data: data, Corrects: number(u.Values["corrects"]),
		Version: int(number(u.Values["version"])), Watch: u.Values["name"]}
	if h.Period, err = chaping.ParsePeriod(u.Values["period"]); err != nil {
		return nil, h, err
	}
	id := number(u.Values["station"])
	if !q.account.Scope().Sees(id) {
		return nil, h, notFound()
	}
	h.Station, err = q.Station.Station(q.ctx, q.account.Scope(), id)
	return u, h, err
}

// A handInPage shows what was read of a form.
type handInPage struct {
	Upload   *app.Upload
	Period   chaping.Period
	Look     app.FormLook
	Corrects *station.Submission // that it takes the place of; may be nil
	Count    int
	Entries  []report.Entry       // the first
	Rows     []report.PlatformRow // the first
	Refused  []*chaping.InputError
	Left     int           // refused lines that are not listed
	Held     []app.Overlap // files of which it has every row, so that it takes their place
	Alike    []app.Overlap // files of which it has some rows, the most first
}

func (q *request) handInLook() error {
	u, h, err := q.waitingForm()
	if err != nil {
		return err
	}
	look, err := q.App.LookAtForm(q.ctx, h)
	if err != nil {
		return err
	}
	f := look.Form
	page := handInPage{Upload: u, Period: h.Period, Look: look, Count: len(f.Entries) + len(f.Rows),
		Entries: f.Entries[:min(len(f.Entries), shownRows)], Rows: f.Rows[:min(len(f.Rows), shownRows)],
		Refused: look.Refused[:min(len(look.Refused), shownRows)]}
	page.Left = len(look.Refused) - len(page.Refused)
	q.classify(page.Entries)
	if h.Corrects > 0 {
		if s, _, err := q.Station.Original(q.ctx, q.account.Scope(), h.Corrects); err == nil {
			page.Corrects = &s
		}
	}
	overlaps, err := q.App.Overlaps(q.ctx, h, &look, q.miner())
	if err != nil {
		return err
	}
	for _, o := range overlaps {
		switch {
		case o.Whole():
			page.Held = append(page.Held, o)
		case look.Kind == chaping.FormAssociation: // of a platform's rows the last holds
			page.Alike = append(page.Alike, o)
		}
	}
	slices.SortStableFunc(page.Alike, func(a, b app.Overlap) int { return cmp.Compare(b.Same, a.Same) })
	return q.render("handin", page)
}

// handInTake takes a form in that a person has looked at, or puts it away.
func (q *request) handInTake() error {
	u, h, err := q.waitingForm()
	if err != nil {
		return err
	}
	q.act.Object, q.act.Detail = h.Station.Name+" 报送期 "+h.Period.String(), h.File
	if q.form("do") == "drop" {
		q.act.Detail += "（没有提交）"
		if err := q.App.DropUpload(u); err != nil {
			return err
		}
		return q.redirect("/inbox?period="+h.Period.String(), "没有提交")
	}
	if text := q.form("corrects"); text != "" { // chosen when the same rows were seen
		h.Corrects = number(text)
	}
	received, err := q.App.Receive(q.ctx, h, q.miner())
	if f, ok := told(err); ok {
		return q.inboxForm(http.StatusUnprocessableEntity, f, received.Refused)
	}
	if err != nil {
		return err
	}
	_ = q.App.DropUpload(u) // or the sweep does
	return q.handedIn(&received)
}
