package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/store"
	"chaping/store/spool"
	"chaping/store/storetest"
)

// A sheet of a part of what was imported says so, and is frozen only when somebody has
// decided that it is to be; an import that is repeated to its end, or taken back, is no
// matter any more.
func TestUnfinished(t *testing.T) {
	a := New(Config{Dir: storetest.Embedded(t).DataDir, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { a.Close() })
	file := filepath.Join(t.TempDir(), "十一月.csv")
	text := "商品编号,评论编号,评论内容,评论时间,评分\n"
	for i := range 20 {
		text += fmt.Sprintf("K,%d,插上就漏电,2026-11-02 10:00:00,1\n", i)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := a.Store(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	read := func() ImportResult {
		t.Helper()
		r, err := a.Import(t.Context(), ImportRequest{File: file}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	// killed makes of an import one that was killed before its end.
	killed := func(r ImportResult) {
		t.Helper()
		list, err := s.Runs(t.Context(), store.RunFilter{ID: r.Run})
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		run := store.Run{ID: r.Run, Stage: store.StageImport, Started: list[0].Started}
		mark := store.Run{ID: r.Content, Stage: StageFile, Started: run.Started, Counts: map[string]uint64{"line": 11}}
		if err := errors.Join(s.PutRun(t.Context(), mark), s.PutRun(t.Context(), run)); err != nil {
			t.Fatal(err)
		}
	}
	period := chaping.Period{Year: 2026, Month: time.November}
	lines := func(p chaping.Period, want ...string) {
		t.Helper()
		u, err := a.Unfinished(t.Context(), p)
		got := u.Lines()
		if err != nil || len(got) != len(want) {
			t.Fatalf("%q %v, want %q", got, err, want)
		}
		for i := range got {
			if !strings.Contains(got[i], want[i]) {
				t.Errorf("%q, want %q", got[i], want[i])
			}
		}
	}
	pipe, err := a.Pipeline(t.Context(), miner(t, "漏电"), nil)
	if err != nil {
		t.Fatal(err)
	}
	freeze := func(r SheetRequest, want string) *Draft {
		t.Helper()
		r.Period = period
		draft, err := a.Draft(t.Context(), pipe, r)
		if err == nil {
			_, _, err = a.FreezeDraft(t.Context(), draft, r, "甲", "补")
		}
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Fatalf("%v, want %q", err, want)
		}
		return draft
	}
	first := read()
	lines(period)
	killed(first)
	lines(period, "十一月.csv")
	lines(chaping.Period{}, "十一月.csv")
	lines(chaping.PeriodOf(now).Next()) // what was read before a period began has nothing of it
	freeze(SheetRequest{}, "没有收全")
	draft := freeze(SheetRequest{Decided: "甲：缺的那半不是本站的商品"}, "")
	said := fmt.Sprint(draft.Sheet.Definitions())
	if !strings.Contains(said, "没有读完") || !strings.Contains(said, "缺的那半") {
		t.Error(said)
	}
	if concerns, err := a.Concerns(t.Context(), draft.Sheet); err != nil || !strings.Contains(fmt.Sprint(concerns), "没有收全") {
		t.Error(concerns, err)
	}
	if same := freeze(SheetRequest{}, ""); same.Sheet.Frozen.Version != 1 { // and has not changed since
		t.Errorf("%+v", same.Sheet.Frozen)
	}
	read() // goes on with the rest
	lines(period)
	freeze(SheetRequest{}, "")

	// A failed import that has stored something, and its undoing.
	second := read()
	failed := store.Run{ID: second.Run, Stage: store.StageImport, Started: now.Add(-time.Minute), Finished: now, Error: "磁盘已满"}
	mark := store.Run{ID: second.Content, Stage: StageFile, Started: failed.Started}
	if err := errors.Join(s.PutRun(t.Context(), mark), s.PutRun(t.Context(), failed)); err != nil {
		t.Fatal(err)
	}
	lines(period, "中途停了")
	undo := store.Run{ID: store.UndoRun(second.Run), Stage: store.StageUndo, State: second.Run, Started: now}
	if err := s.PutRun(t.Context(), undo); err != nil {
		t.Fatal(err)
	}
	lines(period, "撤销没有做完")
	if _, err := a.UndoImport(t.Context(), second.Run); err != nil {
		t.Fatal(err)
	}
	lines(period)
}

// Batches that wait for the database are written before anything is counted, and are
// named where they cannot be.
func TestBacklogCounts(t *testing.T) {
	a := New(Config{Dir: storetest.Embedded(t).DataDir, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { a.Close() })
	away := errors.New("away")
	sink, err := spool.Open(absent{away}, spool.Options{Dir: a.spoolDir(), Away: func(error) bool { return true }, Now: a.Now, Tell: func(string) {}})
	if err != nil {
		t.Fatal(err)
	}
	review := chaping.Review{Platform: "mall", Product: "A", ID: "1", Text: "漏电", Published: time.Date(2026, 11, 2, 9, 0, 0, 0, chaping.Shanghai()), Run: "r"}
	if err := errors.Join(sink.PutReviews(t.Context(), []chaping.Review{review}), sink.Close()); err != nil {
		t.Fatal(err)
	}
	u, err := a.Unfinished(t.Context(), chaping.Period{})
	if lines := u.Lines(); err != nil || len(lines) != 1 || !strings.Contains(lines[0], "暂存的 1 个文件") {
		t.Errorf("%q %v", lines, err)
	}
	pipe, err := a.Pipeline(t.Context(), miner(t, "漏电"), nil)
	if err != nil {
		t.Fatal(err)
	}
	mined, err := pipe.Mine(t.Context(), chaping.Period{Year: 2026, Month: time.November}, false)
	if err != nil || mined.Reviews != 1 {
		t.Errorf("%+v %v", mined, err)
	}
	if err := os.WriteFile(filepath.Join(a.spoolDir(), "1.spool.damaged"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	u, err = a.Unfinished(t.Context(), chaping.Period{})
	if lines := u.Lines(); err != nil || len(lines) != 1 || !strings.Contains(lines[0], "损坏") {
		t.Errorf("%q %v", lines, err)
	}
}

// absent is a database that is away.
type absent struct{ err error }

func (a absent) PutListings(context.Context, []chaping.Listing) error  { return a.err }
func (a absent) PutReviews(context.Context, []chaping.Review) error    { return a.err }
func (a absent) PutCoverage(context.Context, []chaping.Coverage) error { return a.err }
