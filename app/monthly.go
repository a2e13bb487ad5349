package app

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"chaping"
	"chaping/station"
)

// collectEnded collects a period that has ended. A collection that leaves it
// without a review and cannot say that there are none has failed: it is tried
// again, and told.
func (p *plannedSteps) collectEnded(ctx context.Context, j plannedJob, period chaping.Period, out *StepResult) error {
	if err := p.collectRunning(ctx, j, period, out); err != nil || j.Watch == "" {
		return err // of everything that there is, freezing asks
	}
	w, err := j.watch()
	if err != nil {
		return err
	}
	s, err := p.Store(ctx)
	if err != nil {
		return err
	}
	c, err := s.Collected(ctx, period, w)
	if err == nil {
		err = c.Check()
	}
	return err
}

// freeze freezes the period's first version. What is frozen already, by an
// earlier attempt or by hand, stays.
func (p *plannedSteps) freeze(ctx context.Context, j plannedJob, period chaping.Period, _ *StepResult) error {
	w, err := j.watch()
	if err != nil {
		return err
	}
	sheets, err := p.db.Sheets(ctx, chaping.FormPlatform, period.String())
	if err != nil || slices.ContainsFunc(sheets, func(s station.Sheet) bool { return s.Name == w.Name }) {
		return err
	}
	pipe, err := p.pipeline(ctx, j)
	if err != nil {
		return err
	}
	r := SheetRequest{Period: period, Watch: w, Min: j.Min, Top: j.Top, Station: j.Station}
	draft, err := p.Draft(ctx, pipe, r)
	if err == nil {
		_, _, err = p.FreezeDraft(ctx, draft, r, "计划“"+j.Name+"”", "")
	}
	return err
}

// frozen is the period's frozen sheet, and where its files are.
func (p *plannedSteps) frozen(
	ctx context.Context,
	j plannedJob,
	period chaping.Period,
) (s station.Sheet, dir, stem string, err error) {
	w, err := j.watch()
	if err != nil {
		return s, "", "", err
	}
	s, err = p.db.Sheet(ctx, chaping.FormPlatform, period.String(), w.Name, 0)
	stem = "platform-" + period.String()
	if w.Name != "" {
		stem += "-" + FileName(w.Name)
	}
	return s, p.Path("reports", period.String()), stem, err
}

func (p *plannedSteps) render(ctx context.Context, j plannedJob, period chaping.Period, out *StepResult) error {
	s, dir, stem, err := p.frozen(ctx, j, period)
	if err != nil {
		return err
	}
	sheet, err := Thaw(s)
	if err != nil {
		return err
	}
	files, partial, err := p.WriteForm(ctx, sheet, dir, stem, j.Format)
	if partial != nil {
		p.Log.Warn("有的格式没有输出", "报送期", period, "原因", partial)
	}
	out.Files = files
	return err
}

// tell notifies people of a sheet that is to be signed.
func (p *plannedSteps) tell(ctx context.Context, j plannedJob, period chaping.Period, out *StepResult) error {
	s, dir, stem, err := p.frozen(ctx, j, period)
	if err != nil {
		return err
	}
	sheet, err := Thaw(s)
	if err != nil {
		return err
	}
	calendar, err := p.Calendar()
	if err != nil {
		return err
	}
	channels, err := p.Channels()
	if err != nil {
		return err
	}
	due := calendar.Due(period)
	body := fmt.Sprintf(
		"%s 报送表第 %d 版已冻结，%d 行，待签字报送。\n采集范围：%s\n报送截止：%s（%s）\n文件：%s\nsha256：%s",
		period,
		s.Version,
		len(sheet.Rows),
		period.Window().Chinese(),
		due.Day.Format(time.DateOnly),
		chaping.ChineseWeekday(due.Day),
		filepath.Join(dir, stem+".*"),
		s.Hash,
	)
	if note := due.Note(); note != "" {
		body += "\n注意：" + note
	}
	found, err := p.Concerns(ctx, sheet)
	if err != nil {
		return err
	}
	for i, c := range found {
		if i == 0 {
			body += "\n签字前请核对："
		}
		body += "\n  " + c.String()
	}
	key := fmt.Sprintf("sheet-%s-%s-v%d", period, s.Name, s.Version)
	if err := p.db.Enqueue(ctx, channels.Messages("report", key, period.String()+" 报送表待签字", body)...); err != nil {
		return err
	}
	return p.deliver(ctx, j, period, out)
}
