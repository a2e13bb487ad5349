package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/store"
	"chaping/store/storetest"
)

// undoFiles are two exports that overlap: reviews that both have, with other
// words, another date or the same; and without IDs, with products' facts.
func undoFiles(t *testing.T) (first, second string) {
	t.Helper()
	var a, b strings.Builder
	for _, w := range []*strings.Builder{&a, &b} {
		w.WriteString("评论编号,商品编号,商品名称,店铺,价格,关键词,评论时间,评分,评论内容,追评内容\n")
	}
	for i := range 400 {
		row := func(w *strings.Builder, shop string, day int, text string) {
			id := fmt.Sprint(i)
			if i%7 == 0 {
				id = ""
			}
			fmt.Fprintf(w, "%s,P%d,水壶%d,%s,%d.00,水壶,2026-%02d-03 10:00:00,%d,%s%d,\n",
				id, i%11, i%11, shop, 100+i%3, 6+day%6, 1+i%5, text, i)
		}
		if i < 300 {
			row(&a, "甲店", i, "用了几天就漏水")
		}
		if i >= 150 {
			row(&b, "乙店", i+i%2, "后来好了"[:9*(i%2)]+"用了几天就漏水")
		}
	}
	write := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("一.csv", a.String()), write("二.csv", b.String())
}

// An undoBench is a data directory whose clock the test sets.
type undoBench struct {
	*App
	t   *testing.T
	now time.Time
}

func newUndoBench(t *testing.T) *undoBench {
	t.Helper()
	b := &undoBench{t: t}
	b.App = New(Config{Dir: storetest.Embedded(t).DataDir, Now: func() time.Time { return b.now },
		Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { b.Close() })
	return b
}

func (b *undoBench) bring(hour int, file string) string {
	b.t.Helper()
	b.now = time.Date(2026, 11, 26, hour, 0, 0, 0, chaping.Shanghai())
	r, err := b.Import(b.t.Context(), ImportRequest{File: file}, nil)
	if err != nil || r.Refused > 0 {
		b.t.Fatalf("%+v %v", r, err)
	}
	return r.Run
}

// stored is all that is stored of reviews and products.
func (b *undoBench) stored() (list []string) {
	b.t.Helper()
	s, err := b.Store(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	all := chaping.Window{From: b.now.AddDate(-5, 0, 0), To: b.now.AddDate(5, 0, 0)}
	if err := s.Reviews(b.t.Context(), all, func(r *chaping.Review) error {
		list = append(list, fmt.Sprintf("%+v", *r))
		return nil
	}); err != nil {
		b.t.Fatal(err)
	}
	for i := range 11 {
		history, err := s.ListingHistory(b.t.Context(), chaping.ProductKey{Platform: "import", Product: fmt.Sprintf("P%d", i)})
		if err != nil {
			b.t.Fatal(err)
		}
		for _, l := range history {
			list = append(list, fmt.Sprintf("%+v", l))
		}
	}
	slices.Sort(list)
	return list
}

// TestUndoImport: without one of two imports that overlap there is what the
// other alone brings, whichever is taken back, wherever the taking back is killed.
func TestUndoImport(t *testing.T) {
	first, second := undoFiles(t)
	alone := func(hour int, file string) []string {
		b := newUndoBench(t)
		b.bring(hour, file)
		list := b.stored()
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if len(list) < 200 {
			t.Fatal("the products' platform is another one", len(list))
		}
		return list
	}
	onlyFirst, onlySecond := alone(9, first), alone(10, second)
	for _, test := range []struct {
		name string
		back int
		want []string
	}{{"first", 0, onlySecond}, {"second", 1, onlyFirst}} {
		t.Run(test.name, func(t *testing.T) {
			b := newUndoBench(t)
			runs := []string{b.bring(9, first), b.bring(10, second)}
			kills := 0
			for limit := time.Millisecond; ; limit *= 2 {
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				_, err := b.UndoImport(ctx, runs[test.back])
				cancel()
				if err == nil {
					break
				}
				if kills++; ctx.Err() == nil || kills > 100 {
					t.Fatal(err)
				}
			}
			if kills < 3 {
				t.Errorf("killed only %d times", kills)
			}
			if got := b.stored(); !slices.Equal(got, test.want) {
				t.Errorf("%d rows, want %d", len(got), len(test.want))
				for i := range min(len(got), len(test.want)) {
					if got[i] != test.want[i] {
						t.Fatalf("got  %s\nwant %s", got[i], test.want[i])
					}
				}
			}
			wantRefused(t, b, runs[test.back], "已在 2026-11-26 10:00 撤销过")
			if _, err := b.UndoImport(t.Context(), runs[1-test.back]); err != nil {
				t.Fatal(err)
			}
			if got := b.stored(); len(got) > 0 {
				t.Errorf("nothing was brought, and there is %s", got[0])
			}
		})
	}
}

func wantRefused(t *testing.T, b *undoBench, run, message string) {
	t.Helper()
	var e *chaping.Error
	if _, err := b.UndoImport(t.Context(), run); !errors.As(err, &e) || !strings.Contains(e.Message, message) {
		t.Errorf("%v, want %s", err, message)
	}
}

// TestUndoIsRefused: while the file is being imported, for other runs, and for
// imports of older programs.
func TestUndoIsRefused(t *testing.T) {
	b := newUndoBench(t)
	first, _ := undoFiles(t)
	run := b.bring(9, first)
	s, err := b.Store(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	release, ok, err := s.Importing(t.Context(), run)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	wantRefused(t, b, run, "这个文件正在导入")
	release()
	wantRefused(t, b, "import-20200101T000000.000000000", "没有这次运行")
	wantRefused(t, b, "", "没有这次运行")
	for _, r := range []store.Run{{ID: "mine-1", Stage: "mine", Started: b.now},
		{ID: "import-1", Stage: store.StageImport, Started: b.now, Finished: b.now}} {
		if err := s.PutRun(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	wantRefused(t, b, "mine-1", "只有导入可以撤销")
	wantRefused(t, b, "import-1", "旧版程序")
	before := b.stored()
	if _, err := b.UndoImport(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	d, err := b.RunDetail(t.Context(), run)
	if err != nil || d.Undoable || d.Undone.Reviews != 300 || d.Undone.Restored != 0 || d.Import.Accepted != 300 {
		t.Errorf("%+v %v", d, err)
	}
	if again := b.bring(9, first); again == run {
		t.Error("two imports of one name")
	}
	if after := b.stored(); len(after) != len(before) {
		t.Errorf("%d rows, want %d", len(after), len(before))
	}
}
