package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/importer"
	"chaping/store"
	"chaping/store/storetest"
)

// TestResumeIntoAnEmptiedStore: an interrupted import goes on from the next
// line only while what it had stored is there.
func TestResumeIntoAnEmptiedStore(t *testing.T) {
	cfg := storetest.Embedded(t)
	file := filepath.Join(t.TempDir(), "评论.csv")
	var text strings.Builder
	text.WriteString("平台,商品编号,评论编号,评论内容,评论时间,评分\n")
	for i := range 100 {
		fmt.Fprintf(&text, "mall,p,%d,用了三天就漏水,2026-11-02 10:00:00,1\n", i)
	}
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	profile, err := loadImportProfile("standard")
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	p := &program{out: &said, err: &said, now: time.Now, log: slog.New(slog.DiscardHandler), dataDir: cfg.DataDir}
	openApp(t, p)
	// interrupt leaves behind what an import does that is killed after line 61.
	interrupt := func() {
		t.Helper()
		s := storetest.Open(t, cfg)
		var stored []chaping.Review
		for i := range 60 {
			stored = append(stored, chaping.Review{Platform: "mall", Product: "p", ID: fmt.Sprint(i), Text: "用了三天就漏水",
				Published: time.Date(2026, 11, 2, 10, 0, 0, 0, chaping.Shanghai()), Rating: 1, Grade: chaping.Negative, Run: "killed"})
		}
		if err := s.PutReviews(t.Context(), stored); err != nil {
			t.Fatal(err)
		}
		mark, err := p.importMark(t.Context(), s, file, importer.Options{Profile: profile})
		if err != nil {
			t.Fatal(err)
		}
		mark.Started, mark.Counts = time.Now(), map[string]uint64{"line": 61}
		if err := s.PutRun(t.Context(), mark); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	resume := func(want string) {
		t.Helper()
		said.Reset()
		if err := p.runImport(t.Context(), importOptions{profile: "standard"}, []string{file}); err != nil {
			t.Fatal(err, said.String())
		}
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is not said:\n%s", want, said.String())
		}
		s := storetest.Open(t, cfg)
		if n, err := s.ReviewCount(t.Context()); err != nil || n != 100 {
			t.Errorf("%d reviews, %v, want 100", n, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	interrupt()
	resume("上次导入中断于第 61 行，从下一行继续")

	for name, remove := range map[string]func(s *store.Store) error{
		"platform": func(s *store.Store) error { return s.RemovePlatform(t.Context(), "mall") },
		"purge": func(s *store.Store) error {
			all := chaping.Period{Year: 2027, Month: time.June}
			_, err := s.Purge(t.Context(), store.Purge{Derived: all, Reviews: all}, false)
			return err
		},
	} {
		interrupt()
		s := storetest.Open(t, cfg)
		if err := remove(s); err != nil {
			t.Fatal(name, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		resume("从头导入")
	}
}
