package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"chaping"
	"chaping/report"
	"chaping/station"
)

// An AssociationRequest asks for sheet A of a period.
type AssociationRequest struct {
	Period  chaping.Period
	Merge   bool // entries about the same product and hazard become one
	Earlier int  // how many periods before drafts are compared with
	Top     int  // most drafts, by priority; 0 means all
}

// Association is sheet A of a period: what stations have handed in, and drafts
// from the reviews if a pipeline is given.
func (a *App) Association(ctx context.Context, pipe *Pipeline, r AssociationRequest) (*report.Association, error) {
	d, err := a.Station(ctx)
	if err != nil {
		return nil, err
	}
	sheet := &report.Association{Period: r.Period, Program: a.Version}
	if sheet.Entries, err = submittedEntries(ctx, d, r.Period, 0); err != nil {
		return nil, err
	}
	if pipe != nil {
		found, err := pipe.Findings(ctx, r.Period, r.Earlier, r.Top)
		if err != nil {
			return nil, err
		}
		for i := range found {
			sheet.Entries = append(sheet.Entries, found[i].Draft())
		}
		sheet.Dictionary = pipe.Miner.Version()
	}
	if r.Merge {
		sheet.Entries = report.Merge(sheet.Entries)
	}
	return sheet, nil
}

// submittedEntries are the entries of the sheets that a station has handed in
// for a period; station 0 stands for all.
func submittedEntries(ctx context.Context, d *station.DB, p chaping.Period, of int64) (list []report.Entry, err error) {
	err = d.Entries(ctx, p.String(), func(from station.Submission, content json.RawMessage) error {
		e, ok, err := report.ReadEntry(content)
		if err != nil || !ok || of != 0 && from.StationID != of {
			return err
		}
		e.From = []string{from.Station}
		list = append(list, e)
		return nil
	})
	return list, err
}

// FiledEntries are the entries that a station has frozen for a period, or
// handed in if it has frozen none.
func (a *App) FiledEntries(ctx context.Context, p chaping.Period, of int64) ([]report.Entry, error) {
	d, err := a.Station(ctx)
	if err != nil {
		return nil, err
	}
	s, err := d.SheetOf(ctx, chaping.FormAssociation, p.String(), of, 0)
	if known, ok := errors.AsType[*chaping.Error](err); ok && known.Code == chaping.CodeInput { // none
		return submittedEntries(ctx, d, p, of)
	}
	if err != nil {
		return nil, err
	}
	sheet, err := report.ReadAssociation(s.Model)
	if err != nil || len(sheet.Entries) == 0 {
		return nil, err
	}
	return sheet.Entries, nil
}

// FreezeAssociation freezes sheet A of a station, as Freeze does, once its
// period has ended and no entry is a draft any more. Station 0 is a sheet that
// names none.
func (a *App) FreezeAssociation(
	ctx context.Context,
	sheet *report.Association,
	s station.Sheet,
	named time.Time,
) (frozen station.Sheet, fresh bool, err error) {
	if err := a.Ended(sheet.Period); err != nil {
		return frozen, false, err
	}
	for _, e := range sheet.Entries {
		if e.Draft {
			return frozen, false, &chaping.Error{
				Code:    chaping.CodeInput,
				Message: fmt.Sprintf("“%s”还是草稿，不能冻结", chaping.Shorten(e.Product, 40)),
				Advice:  chaping.Advice{Code: chaping.AdviceDraft},
			}
		}
	}
	s.Form, s.Period, s.Dictionary = chaping.FormAssociation, sheet.Period.String(), sheet.Dictionary
	return a.Freeze(ctx, s, sheet, named)
}
