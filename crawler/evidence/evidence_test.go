package evidence_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/crawler/evidence"
)

var day0 = time.Date(2026, time.November, 1, 8, 0, 0, 0, chaping.Shanghai())

func open(t *testing.T, dir string) *evidence.Store {
	t.Helper()
	s, err := evidence.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func key(review string) chaping.ReviewKey {
	return chaping.ReviewKey{Platform: "mall", Product: "p", Review: review}
}

func page(body string, day int, reviews ...string) *evidence.Page {
	p := &evidence.Page{URL: "https://m.example/" + body[:1], Type: "text/html; charset=gbk", Fetched: day0.AddDate(0, 0, day), Body: []byte(body)}
	for _, r := range reviews {
		p.Reviews = append(p.Reviews, key(r))
	}
	return p
}

func ids(t *testing.T, s *evidence.Store, f evidence.Filter) string {
	t.Helper()
	list, err := s.List(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range list {
		b.WriteString(r.URL[len(r.URL)-1:])
	}
	return b.String()
}

func TestPutGet(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "evidence")
	s := open(t, dir)
	raw := "a\x00\xb2\xee\xc6\xc0" + strings.Repeat("差评", 10_000)
	for range 2 { // a page that is read again is kept once
		if err := s.Put(t.Context(), page(raw, 0, "r1", "r2"), page("b", 1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Put(t.Context(), page(raw, 3, "r3")); err != nil {
		t.Fatal(err)
	}
	list, err := s.List(t.Context(), evidence.Filter{})
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	r, body, err := s.Get(t.Context(), list[0].ID[:8])
	if err != nil || string(body) != raw || r != list[0] {
		t.Errorf("%+v, %v", r, err)
	}
	if r.Reviews != 3 || !r.Fetched.Equal(day0) || !r.Seen.Equal(day0.AddDate(0, 0, 3)) || r.Stored > r.Size/20 || r.URL != "https://m.example/a" {
		t.Errorf("%+v", r)
	}
	for _, id := range []string{"", "abc", "zzzzzz", "000000", "' OR 1"} {
		var told *chaping.Error
		if _, _, err := s.Get(t.Context(), id); !errors.As(err, &told) || told.Code != chaping.CodeInput {
			t.Errorf("%q: %v", id, err)
		}
	}
	if got := ids(t, s, evidence.Filter{Review: key("r3")}); got != "a" {
		t.Errorf("r3 stands on %q", got)
	}
	info, err := os.Stat(filepath.Join(dir, "evidence.db"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: others can read it", info.Mode(), err)
	}
}

func TestDamageIsFound(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if err := s.Put(t.Context(), page("abc", 0)); err != nil {
		t.Fatal(err)
	}
	id := must(s.List(t.Context(), evidence.Filter{}))[0].ID
	db, err := sql.Open("sqlite", filepath.Join(dir, "evidence.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE response SET data = x'00'"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Get(t.Context(), id); err == nil || !strings.Contains(err.Error(), "已损坏") {
		t.Errorf("%v", err)
	}
	if _, err := db.Exec("PRAGMA user_version = 9"); err != nil {
		t.Fatal(err)
	}
	if _, err := evidence.Open(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "更新版本") {
		t.Errorf("%v", err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestPinAndPrune(t *testing.T) {
	s := open(t, t.TempDir())
	noise := rand.NewChaCha8([32]byte{})
	for i, name := range []string{"a", "b", "c", "d", "e", "f"} { // one a day, 10 kB that cannot be compressed
		p := page(name, i, "r"+name, "shared")
		rest := make([]byte, 10_000)
		_, _ = noise.Read(rest)
		p.Body = append(p.Body, rest...)
		if err := s.Put(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	pin := func(want int, reviews ...string) {
		t.Helper()
		var keys []chaping.ReviewKey
		for _, r := range reviews {
			keys = append(keys, key(r))
		}
		if n, err := s.Pin(t.Context(), "severity", keys...); err != nil || n != want {
			t.Errorf("pinned %d, want %d: %v", n, want, err)
		}
	}
	pin(1, "rb")
	pin(0, "shared", "rb", "nowhere") // b shows it already
	if got := ids(t, s, evidence.Filter{Pinned: true}); got != "b" {
		t.Errorf("pinned %q", got)
	}
	prune := func(keep evidence.Retention, days int, want string) {
		t.Helper()
		p, err := s.Prune(t.Context(), day0.AddDate(0, 0, days), keep)
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(t, s, evidence.Filter{}); got != want || p.Left != len(want) {
			t.Errorf("after %d days %q is left, want %q: %+v", days, got, want, p)
		}
	}
	prune(evidence.Retention{}, 1000, "fedcba")
	prune(evidence.Retention{Loose: 40 * 24 * time.Hour}, 43, "fedb")
	prune(evidence.Retention{Bytes: 25_000}, 43, "fb") // the pinned one and the latest
	prune(evidence.Retention{Bytes: 1}, 43, "b")
	prune(evidence.Retention{Loose: time.Hour, Pinned: 3 * 365 * 24 * time.Hour}, 1000, "b")
	prune(evidence.Retention{Pinned: 30 * 24 * time.Hour}, 1000, "")
}

func TestStopped(t *testing.T) {
	s := open(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Put(ctx, page("a", 0)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if got := ids(t, s, evidence.Filter{}); got != "" {
		t.Errorf("%q is there", got)
	}
}

// A page of comments, as the collector puts them.
func BenchmarkPut(b *testing.B) {
	s, err := evidence.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	n := 0
	for b.Loop() {
		n++
		p := &evidence.Page{URL: "https://m.example/", Fetched: day0}
		for i := range 20 {
			id := fmt.Sprint(n, "-", i)
			p.Body = fmt.Appendf(p.Body, `{"id":%q,"content":"用了三天就漏水，客服一直不回复","created":"2026-11-01 08:00:00"}`, id)
			p.Reviews = append(p.Reviews, key(id))
		}
		if err := s.Put(b.Context(), p); err != nil {
			b.Fatal(err)
		}
	}
}
