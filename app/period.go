package app

import (
	"context"
	"slices"
	"time"

	"chaping"
	"chaping/station"
)

// CurrentPeriod is the period that this installation works on: the one that
// ended last, as long as its sheet is not filed, whether due or overdue; then
// the one that runs. A research centre works on the last one until all sheets
// that are owed have come, and at least through the due day.
func (a *App) CurrentPeriod(ctx context.Context) (chaping.Period, error) {
	running := chaping.PeriodOf(a.Now())
	last := running.Previous()
	d, err := a.decisions(ctx)
	if err != nil || d == nil {
		return last, err
	}
	home, ok, err := d.Home(ctx)
	if err != nil {
		return last, err
	}
	var done bool
	if ok {
		done, err = d.FiledBy(ctx, last, home.ID)
	} else if done, err = d.AnyFiling(ctx, last); err == nil && !done {
		done, err = a.allFiled(ctx, d, last)
	}
	if err != nil || !done {
		return last, err
	}
	return running, nil
}

// CurrentPeriodOf is the same for one station. It does not work on a period that
// is over and that it does not owe.
func (a *App) CurrentPeriodOf(ctx context.Context, of int64) (chaping.Period, error) {
	running := chaping.PeriodOf(a.Now())
	d, err := a.Station(ctx)
	if err != nil {
		return running, err
	}
	last := running.Previous()
	done, err := d.FiledBy(ctx, last, of)
	if err == nil && !done {
		done, err = a.notOwed(ctx, d, last, of)
	}
	if err != nil || !done {
		return last, err
	}
	return running, nil
}

// notOwed tells whether the due day of a period is over that a station does not
// owe. Only the centre knows from when on its stations do.
func (a *App) notOwed(ctx context.Context, d *station.DB, p chaping.Period, of int64) (bool, error) {
	if centre, err := d.HasCentre(ctx); err != nil || !centre {
		return false, err
	}
	due, err := a.dueDay()
	if err != nil || !chaping.Late(a.Now(), due(p)) {
		return false, err
	}
	duties, err := d.Duties(ctx, station.Everything(), []chaping.Period{p}, due)
	return slices.ContainsFunc(duties, func(y station.Duty) bool { return y.Station.ID == of && y.Exempt }), err
}

// allFiled tells whether a centre has got every sheet of the period that it is
// owed, and the due day is over.
func (a *App) allFiled(ctx context.Context, d *station.DB, p chaping.Period) (bool, error) {
	accounts, err := d.Accounts(ctx)
	if err != nil || len(accounts) == 0 { // nobody has opened the portal: what is filed is noted by hand
		return false, err
	}
	due, err := a.dueDay()
	if err != nil || !chaping.Late(a.Now(), due(p)) {
		return false, err
	}
	duties, err := d.Duties(ctx, station.Everything(), []chaping.Period{p}, due)
	return !slices.ContainsFunc(duties, func(y station.Duty) bool { return y.Missing() }), err
}

// dueDay is the day on which a period's sheet is due.
func (a *App) dueDay() (func(chaping.Period) time.Time, error) {
	c, err := a.Calendar()
	if err != nil {
		return nil, err
	}
	return func(p chaping.Period) time.Time { return c.Due(p).Day }, nil
}
