package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"chaping"
	"chaping/report"
	"chaping/station"
	"chaping/store"
)

// A SheetRequest asks for sheet B of a period.
type SheetRequest struct {
	Period   chaping.Period
	Watch    chaping.Watch // cuts the sheet to its product and review keywords; zero: all
	Min      uint64        // least 差评数 of a row
	Top      int           // most rows; 0 means all
	Zero     bool          // print rows without a negative review too
	Station  string        // as printed; empty: the installation's own
	Filed    time.Time     // day of filing that a person named; zero: today
	Verified string        // by whom, and how, it was verified that the period has no review
	Decided  string        // by whom, and why, it is to be frozen although something is Unfinished
}

// A Draft is a sheet as it would be frozen now.
type Draft struct {
	Sheet *report.Platform
	Mined Mined
	Hash  string // sha256 of the sheet's JSON
	// Unproven is why it may not be frozen: it has no review, and nothing shows
	// that there was none. Purged: because they were removed from the store.
	Unproven error
	Purged   bool
}

// Draft brings the period up to date and makes its sheet.
func (a *App) Draft(ctx context.Context, pipe *Pipeline, r SheetRequest) (*Draft, error) {
	d, err := a.Station(ctx)
	if err != nil {
		return nil, err
	}
	sheet, mined, err := pipe.PlatformSheet(
		ctx,
		r.Period,
		SheetOptions{Keywords: r.Watch.Keywords, Terms: r.Watch.Terms,
			Min: r.Min, Top: r.Top, Zero: r.Zero, Station: r.Station, Program: a.Version},
	)
	if err != nil {
		return nil, err
	}
	draft := &Draft{Sheet: sheet, Mined: mined}
	if sheet.Quality, err = a.PeriodQuality(ctx, pipe, r.Period); err != nil {
		return nil, err
	}
	if sheet.Station == "" {
		home, _, err := d.Home(ctx)
		if err != nil {
			return nil, err
		}
		sheet.Station = home.Name
	}
	c, err := pipe.Store.Collected(ctx, r.Period, r.Watch)
	if err != nil {
		return nil, err
	}
	draft.prove(&c, r.Verified)
	lacks, err := a.Unfinished(ctx, r.Period)
	if err != nil {
		return nil, err
	}
	sheet.Unfinished = lacks.Lines()
	last, err := a.LastFrozen(
		ctx,
		station.Sheet{Form: chaping.FormPlatform, Period: r.Period.String(), Name: r.Watch.Name},
	)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(sheet.DecideAs(last), sheet.File(r.Filed, a.Now(), last)); err != nil {
		return nil, err
	}
	draft.Hash, err = sheet.Hash()
	return draft, err
}

// prove has a sheet without reviews say what shows that there are none, in the
// words of a person where no run does.
func (d *Draft) prove(c *store.Collected, verified string) {
	d.Sheet.Empty = c.Empty()
	if c.Reviews == 0 && d.Sheet.Empty == "" && verified != "" {
		d.Sheet.Empty = "采集范围内没有一条评论，由人核实：" + chaping.Shorten(verified, 500)
		return
	}
	d.Unproven, d.Purged = c.Check(), !c.Purged.IsZero()
}

// Concerns are what to look at before the sheet is frozen or signed.
func (a *App) Concerns(ctx context.Context, sheet *report.Platform) ([]report.Concern, error) {
	n, names, err := a.Undecided(ctx)
	return sheet.Check(n, names), err
}

// Undecided are how many urgent candidates wait for a decision, and the latest of
// them by keyword and event, as a sheet's concerns name them.
func (a *App) Undecided(ctx context.Context) (n int, latest []string, err error) {
	d, err := a.Station(ctx)
	if err != nil {
		return 0, nil, err
	}
	if n, err = d.CountUrgents(ctx, station.OpenUrgents()); err != nil {
		return 0, nil, err
	}
	open, err := d.UrgentsSelected(ctx, station.OpenUrgents(), report.ConcernExamples, 0)
	if err != nil {
		return 0, nil, err
	}
	for _, u := range open {
		var x struct{ Keyword, Name string } // of a candidate, whose evidence is long
		if err := json.Unmarshal(u.Candidate, &x); err != nil {
			return 0, nil, err
		}
		latest = append(latest, strings.TrimSpace(x.Keyword+" "+x.Name))
	}
	return n, latest, nil
}

// LastFrozen is the JSON of the version of a sheet that was frozen last; nil
// where there is none. The sheet is named by form, period and station or watch.
func (a *App) LastFrozen(ctx context.Context, of station.Sheet) ([]byte, error) {
	d, err := a.Station(ctx)
	if err != nil {
		return nil, err
	}
	versions, err := d.Sheets(ctx, of.Form, of.Period) // newest first
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(
		versions,
		func(s station.Sheet) bool { return s.Station == of.Station && s.Watch() == of.Watch() },
	)
	if i < 0 {
		return nil, nil
	}
	last, err := d.SheetWith(ctx, versions[i].ID)
	return last.Model, err
}

// A Filing is a form that is dated when it is filed.
type Filing interface {
	// File sets the day of filing: named, or now where it is zero, or that of
	// the version frozen last, whose JSON is last, where nothing else differs.
	File(named, now time.Time, last []byte) error
	JSON() ([]byte, error)
}

// Freeze keeps a form as a version that cannot be changed, filed today unless
// another day is named. s names the form, the period, the station or the watch,
// the dictionary, who freezes and, for a correction, why. Where nothing has
// changed since the last version, that one is returned and fresh is false.
func (a *App) Freeze(
	ctx context.Context,
	s station.Sheet,
	form Filing,
	named time.Time,
) (frozen station.Sheet, fresh bool, err error) {
	d, err := a.Station(ctx)
	if err != nil {
		return frozen, false, err
	}
	last, err := a.LastFrozen(ctx, s)
	if err != nil {
		return frozen, false, err
	}
	if err := form.File(named, a.Now(), last); err != nil {
		return frozen, false, err
	}
	if s.Model, err = form.JSON(); err != nil {
		return frozen, false, err
	}
	s.Program = a.Version
	return d.Freeze(ctx, s)
}

// FreezeDraft freezes a draft of sheet B, as Freeze does, once its period has
// ended and something shows that it is not empty by mistake. Where something is
// Unfinished a person has to have decided that it is frozen as it is.
func (a *App) FreezeDraft(
	ctx context.Context,
	draft *Draft,
	r SheetRequest,
	by, reason string,
) (frozen station.Sheet, fresh bool, err error) {
	if err := a.Ended(r.Period); err != nil {
		return frozen, false, err
	}
	if draft.Unproven != nil {
		return frozen, false, draft.Unproven
	}
	if err := a.decide(ctx, draft, r); err != nil {
		return frozen, false, err
	}
	frozen, fresh, err = a.Freeze(
		ctx,
		station.Sheet{Form: chaping.FormPlatform, Period: r.Period.String(), Name: r.Watch.Name,
			Dictionary: draft.Sheet.Dictionary, By: by, Reason: reason},
		draft.Sheet,
		r.Filed,
	)
	if err == nil {
		draft.Sheet.Frozen = stampOf(frozen)
	}
	return frozen, fresh, err
}

// decide notes who has decided to freeze a draft of a part of what there is, and
// refuses to freeze one otherwise.
func (a *App) decide(ctx context.Context, draft *Draft, r SheetRequest) error {
	lacks, err := a.Unfinished(ctx, r.Period) // it may have begun since the draft was made
	if err != nil {
		return err
	}
	lines := lacks.Lines()
	if !slices.Equal(lines, draft.Sheet.Unfinished) {
		return &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "没有冻结：报送表生成以后，评论收录的情况有了变化",
			Remedy:  "重新生成，核对后再冻结",
		}
	}
	if len(lines) > 0 && r.Decided != "" {
		draft.Sheet.Decided = chaping.Shorten(r.Decided, 500)
	}
	if len(lines) == 0 || draft.Sheet.Decided != "" {
		return nil
	}
	return &chaping.Error{
		Code:    chaping.CodeInput,
		Message: "评论还没有收全，没有冻结：" + strings.Join(lines, "；"),
		Advice:  chaping.Advice{Code: chaping.AdviceUnfinished},
	}
}

// Ended refuses to freeze a sheet of a period that goes on.
func (a *App) Ended(p chaping.Period) error {
	if a.Now().Before(p.Window().To) {
		return &chaping.Error{
			Code:    chaping.CodeUsage,
			Message: fmt.Sprintf("报送期 %s 的采集范围 %s 还没有结束，不能冻结", p, p.Window().Chinese()),
			Remedy:  "等采集范围结束后再冻结",
		}
	}
	return nil
}

func stampOf(s station.Sheet) *report.Frozen {
	return &report.Frozen{Version: s.Version, Hash: s.Hash, At: s.Frozen, Reason: s.Reason}
}

// Thaw is the sheet B of a frozen version.
func Thaw(s station.Sheet) (*report.Platform, error) {
	sheet, err := report.ReadPlatform(s.Model)
	if err != nil {
		return nil, err
	}
	sheet.Frozen = stampOf(s)
	return sheet, nil
}
