package app

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"chaping"
	"chaping/importer"
	"chaping/ingest/redact"
	"chaping/store"
)

// A RunDetail is a run with all that was kept of it.
type RunDetail struct {
	Run    store.Run     `json:"run"`
	Import *ImportResult `json:"import,omitempty"` // of an import: its quality report
	// Undone says what taking it back has changed, since when; nil while it
	// stands. Until is zero when that was not finished.
	Undone *store.Undone `json:"undone,omitempty"`
	Until  time.Time     `json:"undone_at,omitzero"`
	// Undoable tells that it can be taken back, as far as its record says.
	Undoable bool `json:"undoable"`
}

// RunDetail tells what became of a run.
func (a *App) RunDetail(ctx context.Context, id string) (d RunDetail, err error) {
	s, err := a.Store(ctx)
	if err != nil {
		return d, err
	}
	list, err := s.Runs(ctx, store.RunFilter{ID: id, Limit: 1})
	if err != nil {
		return d, err
	}
	if len(list) == 0 || id == "" {
		return d, &chaping.Error{Code: chaping.CodeInput, Message: "没有这次运行：" + chaping.Shorten(id, 60),
			Advice: chaping.Advice{Code: chaping.AdviceRuns}}
	}
	if d.Run = list[0]; d.Run.Stage != store.StageImport {
		return d, nil
	}
	if d.Import, err = reportOf[ImportResult](ctx, s, id); err != nil {
		return d, err
	}
	undoings, err := s.Runs(ctx, store.RunFilter{ID: store.UndoRun(id), Limit: 1})
	if err != nil {
		return d, err
	}
	if len(undoings) > 0 {
		d.Until = undoings[0].Finished
		if d.Undone, err = reportOf[store.Undone](ctx, s, store.UndoRun(id)); err != nil {
			return d, err
		}
	}
	d.Undoable = d.Import != nil && d.Import.undoable() && d.Until.IsZero()
	return d, nil
}

// undoable tells whether enough was kept of an import to take it back.
func (r *ImportResult) undoable() bool { return r.Listed == nil || r.Listed.Platform != "" }

// reportOf is the report that was kept of a run; nil if none was.
func reportOf[T any](ctx context.Context, s *store.Store, id string) (*T, error) {
	text, err := s.Report(ctx, id)
	if err != nil || len(text) == 0 {
		return nil, err
	}
	var t T
	if err := json.Unmarshal(text, &t); err != nil {
		return nil, fmt.Errorf("report of %s: %w", id, err)
	}
	return &t, nil
}

// putReport keeps what an import came to, as far as it got, without what the file says
// in columns that are not stored, and with the rest masked as reviews are.
func putReport(ctx context.Context, s *store.Store, r *ImportResult) error {
	text, err := json.Marshal(r.masked())
	if err != nil {
		return err
	}
	return s.PutReport(ctx, r.Run, text)
}

// masked is the result as it may be kept.
func (r *ImportResult) masked() *ImportResult {
	kept := *r
	kept.Questions = slices.Clone(r.Questions)
	for i := range kept.Questions {
		kept.Questions[i].Samples = nil
	}
	examples := func(list []importer.Example) []importer.Example {
		list = slices.Clone(list)
		for i := range list {
			list[i].Value, list[i].Text = redact.Text(list[i].Value), redact.Text(list[i].Text)
		}
		return list
	}
	kept.Alike, kept.Examples = examples(r.Alike), maps.Clone(r.Examples)
	for reason, list := range kept.Examples {
		kept.Examples[reason] = examples(list)
	}
	kept.Problems = slices.Clone(r.Problems)
	for i, p := range kept.Problems {
		masked := *p
		masked.Value = redact.Text(p.Value)
		kept.Problems[i] = &masked
	}
	return &kept
}

// UndoImport takes back what an import brought. Sheets that were frozen stay.
// Killed half-way it is called again.
func (a *App) UndoImport(ctx context.Context, id string) (store.Undone, error) {
	d, err := a.RunDetail(ctx, id)
	if err != nil {
		return store.Undone{}, err
	}
	refused := func(message, remedy string) error {
		return &chaping.Error{Code: chaping.CodeInput, Message: message, Remedy: remedy}
	}
	switch {
	case d.Run.Stage != store.StageImport:
		return store.Undone{}, refused("只有导入可以撤销，"+chaping.Shorten(id, 60)+" 不是导入", "从运行记录里选一次导入")
	case !d.Until.IsZero():
		return store.Undone{}, refused(fmt.Sprintf("这次导入已在 %s 撤销过", d.Until.In(chaping.Shanghai()).Format(chaping.Minute)),
			"要找回来，重新导入同一个文件")
	case d.Import == nil || !d.Import.undoable():
		return store.Undone{}, refused("这次导入是旧版程序做的，没有留下它带来和替换了什么，不能撤销", "导入改正后的文件，以后导入的为准")
	}
	waiting, err := a.Backlog()
	if err != nil {
		return store.Undone{}, err
	}
	if waiting.Segments > 0 {
		return store.Undone{}, &chaping.Error{Code: chaping.CodeEnvironment, Message: "还有批次没有写入数据库，现在不能撤销导入",
			Advice: chaping.Advice{Code: chaping.AdviceDrain}}
	}
	s, err := a.Store(ctx)
	if err != nil {
		return store.Undone{}, err
	}
	release, ok, err := s.Importing(ctx, id)
	if err != nil {
		return store.Undone{}, err
	}
	if !ok {
		return store.Undone{}, refused("这个文件正在导入，或正在撤销，现在不能撤销", "等它做完，或先取消它，再撤销")
	}
	defer release()
	if t := d.Import.Listed; t != nil {
		return s.UndoTable(ctx, d.Run, t.Platform)
	}
	return s.UndoImport(ctx, d.Run)
}
