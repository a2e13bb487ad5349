package app

import (
	"context"
	"errors"
	"fmt"

	"chaping"
	"chaping/report"
	"chaping/station"
)

// A Route is the way by which what a station hands in here comes to the
// research centre. No page says that something was delivered but by what the
// route knows.
type Route string

// The routes.
const (
	RouteHere   Route = "here"    // this is the centre's own installation: it has arrived
	RouteCentre Route = "centre"  // it is sent to the centre's address, and there once its receipt is stored
	RouteByHand Route = "by_hand" // nothing leads there: somebody takes it, and only notes it here
)

// Route is the way from this installation.
func (a *App) Route(ctx context.Context) (Route, error) {
	d, err := a.Station(ctx)
	if err != nil {
		return "", err
	}
	if c, err := d.Centre(ctx); err != nil || c.URL != "" {
		return RouteCentre, err
	}
	if _, ok, err := d.Home(ctx); err != nil || !ok {
		return RouteHere, err
	}
	if centre, err := d.HasCentre(ctx); err != nil || centre {
		return RouteHere, err
	}
	return RouteByHand, nil
}

// A Submission is what became of handing a frozen version in at the research
// centre.
type Submission struct {
	Sheet station.Sheet `json:"sheet"`
	Push  station.Push  `json:"push"` // with the receipt, once there is one
}

// Submit queues a frozen version for the research centre and tries to hand it
// in now. That the centre could not be reached is no error: it is tried again.
func (a *App) Submit(ctx context.Context, s station.Sheet) (Submission, error) {
	d, err := a.Station(ctx)
	if err != nil {
		return Submission{}, err
	}
	c, err := d.Centre(ctx)
	if err != nil {
		return Submission{}, err
	}
	if c.URL == "" {
		return Submission{}, &chaping.Error{
			Code:    chaping.CodeUsage,
			Message: "还没有研究中心的地址",
			Advice:  chaping.Advice{Code: chaping.AdviceCentre},
		}
	}
	if err := d.Push(ctx, &s); err != nil {
		return Submission{}, err
	}
	if err := a.DeliverToCentre(ctx); err != nil {
		return Submission{}, err
	}
	if err := a.FetchFromCentre(ctx, 0); err != nil {
		return Submission{}, err
	}
	p, err := d.PushOf(ctx, &s)
	if err != nil {
		return Submission{}, err
	}
	if p == nil {
		return Submission{}, errors.New("a sheet that was queued is not in the outbox")
	}
	return Submission{Sheet: s, Push: *p}, nil
}

// FreezeUrgent keeps the report of a confirmed urgent event as it is handed in
// at the centre: in the form that a station writes, whoever found the event.
// Freezing it again gives the same version.
func (a *App) FreezeUrgent(ctx context.Context, u station.Urgent) (s station.Sheet, err error) {
	if u.Status != station.UrgentConfirmed {
		return s, &chaping.Error{
			Code:    chaping.CodeInput,
			Message: fmt.Sprintf("编号 %d 还没有确认为重要风险信息", u.ID),
			Remedy:  "先由人核实、确认",
		}
	}
	d, err := a.Station(ctx)
	if err != nil {
		return s, err
	}
	w, err := a.Written(ctx, u)
	if err != nil {
		return s, err
	}
	s = urgentSheet(u)
	s.Program, s.By = a.Version, u.By
	s.Reason = "程序补全了内容" // an earlier program may have frozen less of it
	if s.Model, err = w.JSON(); err != nil {
		return s, err
	}
	s, _, err = d.Freeze(ctx, s)
	return s, err
}

// urgentSheet names the frozen report of an urgent event.
func urgentSheet(u station.Urgent) station.Sheet {
	return station.Sheet{Form: chaping.FormUrgent, Period: u.First, Name: fmt.Sprintf("编号 %d", u.ID)}
}

// PushOfUrgent is how the sending of an urgent report to the centre stands; nil
// when it was never asked for.
func (a *App) PushOfUrgent(ctx context.Context, u station.Urgent) (*station.Push, error) {
	d, err := a.Station(ctx)
	if err != nil {
		return nil, err
	}
	name := urgentSheet(u)
	list, err := d.Sheets(ctx, name.Form, name.Period)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].Name == name.Name {
			return d.PushOf(ctx, &list[i])
		}
	}
	return nil, nil
}

// Written is the report of an urgent event in the form that a station writes, also
// of one that the program suggested and a person has confirmed.
func (a *App) Written(ctx context.Context, u station.Urgent) (*report.Written, error) {
	if u.Station != 0 {
		w, err := report.ReadWritten(u.Candidate)
		if err == nil {
			w.Filed = u.Raised.Format(chaping.Minute)
		}
		return w, err
	}
	d, err := a.Station(ctx)
	if err != nil {
		return nil, err
	}
	home, _, err := d.Home(ctx)
	if err != nil {
		return nil, err
	}
	r, err := a.suggested(u, home.Name, u.By, "")
	if err != nil {
		return nil, err
	}
	w := r.Written()
	w.Found = u.Raised.Format(chaping.Minute) // when the program told of it: nobody knew before
	return w, nil
}
