package app

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"time"

	"chaping"
	"chaping/store"
	"chaping/store/spool"
)

// Unfinished is what was given to the program and is known not to be in the store as
// a whole: numbers of the store are of a part then.
type Unfinished struct {
	Imports []UnfinishedImport
	Waiting spool.Backlog // for the database
}

// An UnfinishedImport goes on, or was stopped half-way.
type UnfinishedImport struct {
	Run  store.Run
	File string // as its sender calls it; empty where nothing was kept of it
	Undo bool   // it is being taken back
}

// Unfinished looks for what may concern the reviews of a period; of all periods where
// it is zero. What was imported before a period began has no review of it.
//
// An import is finished by another one of the same file, read the same way, that came
// to its end, and is gone when it was taken back.
func (a *App) Unfinished(ctx context.Context, p chaping.Period) (u Unfinished, err error) {
	if u.Waiting, err = a.Backlog(); err != nil {
		return u, err
	}
	s, err := a.Store(ctx)
	if err != nil {
		return u, err
	}
	open, err := s.OpenImports(ctx)
	if err != nil {
		return u, err
	}
	for _, r := range open {
		if p != (chaping.Period{}) && r.Started.Before(p.Window().From) {
			continue
		}
		i := UnfinishedImport{Run: r, Undo: r.Stage == store.StageUndo}
		of := r.ID
		if i.Undo {
			of = r.State
		}
		kept, err := reportOf[ImportResult](ctx, s, of)
		if err != nil {
			return u, err
		}
		if kept != nil {
			i.File = filepath.Base(kept.File)
		}
		lacks := i.Undo
		if !i.Undo {
			if lacks, err = lacking(ctx, s, r, kept); err != nil {
				return u, err
			}
		}
		if lacks {
			u.Imports = append(u.Imports, i)
		}
	}
	return u, nil
}

// lacking tells whether an import that did not come to a good end has left a part of
// its file in the store, kept is what it came to.
func lacking(ctx context.Context, s *store.Store, r store.Run, kept *ImportResult) (bool, error) {
	undone, err := s.Runs(ctx, store.RunFilter{ID: store.UndoRun(r.ID), Limit: 1})
	if err != nil || len(undone) > 0 {
		return false, err // an undoing that was not finished speaks for itself
	}
	if r.Error != "" { // it has said so; what it had stored counts
		stored, err := s.CountRun(ctx, r.ID)
		if err != nil || stored == 0 {
			return false, err
		}
	}
	if kept != nil && kept.Content != "" {
		again, err := repeated(ctx, s, r, kept.Content)
		return !again, err
	}
	// Of imports by program version 0.1.0 only the last one of a file is known.
	marks, err := s.Runs(ctx, store.RunFilter{Stage: StageFile, Limit: maxMarks})
	for _, m := range marks {
		if m.Started.Equal(r.Started) {
			return !m.Done(), err
		}
	}
	return false, err
}

// repeated tells whether a later import of the same content came to its end, and
// stands.
func repeated(ctx context.Context, s *store.Store, r store.Run, content string) (bool, error) {
	same, err := s.Reported(ctx, content)
	if err != nil {
		return false, err
	}
	for _, id := range same {
		of, err := s.Runs(ctx, store.RunFilter{ID: id, Limit: 1})
		if err != nil {
			return false, err
		}
		undone, err := s.Runs(ctx, store.RunFilter{ID: store.UndoRun(id), Limit: 1})
		if err != nil {
			return false, err
		}
		if len(of) > 0 && of[0].Done() && of[0].Sequence > r.Sequence && len(undone) == 0 {
			return true, nil
		}
	}
	return false, nil
}

// maxMarks is how many files are looked through for one that an older program read.
const maxMarks = 10_000

// Lines word what is unfinished, for sheets and people, one line each.
func (u *Unfinished) Lines() (lines []string) {
	for _, i := range u.Imports {
		started := i.Run.Started.In(chaping.Shanghai()).Format(chaping.Minute)
		name := cmp.Or(chaping.Shorten(i.File, 60), i.Run.ID)
		switch {
		case i.Undo:
			lines = append(lines, fmt.Sprintf("导入“%s”的撤销没有做完（%s 开始，%s）", name, started, i.Run.State))
		case i.Run.Error != "":
			lines = append(lines, fmt.Sprintf("导入“%s”中途停了（%s 开始，%s）", name, started, i.Run.ID))
		default:
			lines = append(lines, fmt.Sprintf("导入“%s”没有读完，正在进行或中途断了（%s 开始，%s）", name, started, i.Run.ID))
		}
	}
	if n := u.Waiting.Segments; n > 0 {
		lines = append(lines, fmt.Sprintf("暂存的 %d 个文件没有写入数据库，共 %d 字节，最早的写于 %s", n, u.Waiting.Bytes,
			u.Waiting.Oldest.In(chaping.Shanghai()).Format(time.DateTime)))
	}
	if n := u.Waiting.Damaged; n > 0 {
		lines = append(lines, fmt.Sprintf("暂存文件损坏 %d 个（*.damaged），其中的评论没有写入数据库", n))
	}
	return lines
}
