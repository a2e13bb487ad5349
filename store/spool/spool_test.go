package spool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
)

var (
	errAway  = errors.New("connection refused")
	errNever = errors.New("wrong password")
)

// A place is a sink that can be away, or refuse.
type place struct {
	got  []string
	full []chaping.Review
	err  func(batch int) error // of the batch-th that is put
	puts int
}

func (p *place) take(names ...string) error {
	p.puts++
	if p.err != nil {
		if err := p.err(p.puts); err != nil {
			return err
		}
	}
	p.got = append(p.got, strings.Join(names, " "))
	return nil
}

func (p *place) PutListings(_ context.Context, list []chaping.Listing) error {
	return p.take("listing " + list[0].Product.ID)
}

func (p *place) PutReviews(_ context.Context, list []chaping.Review) error {
	if err := p.take("review " + list[0].ID); err != nil {
		return err
	}
	p.full = append(p.full, list...)
	return nil
}

func (p *place) PutCoverage(_ context.Context, list []chaping.Coverage) error {
	return p.take("coverage " + list[0].Product)
}

// A fixture is a folder, and a clock that a test moves.
type fixture struct {
	*testing.T
	dir  string
	now  time.Time
	told []string
}

func newFixture(t *testing.T) *fixture {
	return &fixture{T: t, dir: filepath.Join(t.TempDir(), "spool"), now: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)}
}

func (f *fixture) open(sink Sink) *Spool {
	f.Helper()
	s, err := Open(sink, Options{Dir: f.dir, Away: func(err error) bool { return errors.Is(err, errAway) },
		Now: func() time.Time { f.now = f.now.Add(time.Millisecond); return f.now }, Tell: func(m string) { f.told = append(f.told, m) }})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	return s
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) want(p *place, want ...string) {
	f.Helper()
	if !slices.Equal(p.got, want) {
		f.Fatalf("\n got %q\nwant %q", p.got, want)
	}
}

func (f *fixture) files(ext string) []string {
	list, err := filepath.Glob(filepath.Join(f.dir, "*"+ext))
	f.ok(err)
	return list
}

func review(id string) []chaping.Review {
	return []chaping.Review{{Platform: "p", Product: "1", ID: id, Text: "漏水\xff\x00", Published: time.Unix(1e9, 0).UTC()}}
}

func TestBatchesWaitAndComeInOrder(t *testing.T) {
	f, p := newFixture(t), &place{}
	s := f.open(p)
	f.ok(s.PutReviews(t.Context(), review("1")))
	p.err = func(int) error { return errAway }
	f.ok(s.PutListings(t.Context(), []chaping.Listing{{Product: chaping.Product{Platform: "p", ID: "2"}}}))
	f.ok(s.PutReviews(t.Context(), review("3")))
	f.ok(s.PutCoverage(t.Context(), []chaping.Coverage{{Product: "4"}}))
	f.want(p, "review 1")
	if p.puts != 2 {
		t.Errorf("an absent database was asked %d times within a moment", p.puts-1)
	}
	spooled := f.now
	b, err := Look(f.dir)
	f.ok(err)
	if b.Segments != 1 || b.Bytes == 0 || b.Oldest.IsZero() {
		t.Errorf("%+v", b)
	}
	for path, want := range map[string]os.FileMode{f.dir: 0o700 | os.ModeDir, f.files(suffix)[0]: 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	p.err = nil
	f.now = f.now.Add(pause)
	f.ok(s.PutReviews(t.Context(), review("5")))
	f.want(p, "review 1", "review 5", "listing 2", "review 3", "coverage 4")
	got := p.full[2]
	if got.Collected.IsZero() || got.Collected.After(spooled) {
		t.Errorf("collected %v: when it was drained, not when it came", got.Collected)
	}
	got.Collected = time.Time{}
	if !reflect.DeepEqual(got, review("3")[0]) {
		t.Errorf("%+v", got)
	}
	if left := f.files(""); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	if len(f.told) != 2 || !strings.Contains(f.told[0], f.dir) || !strings.Contains(f.told[1], "3 个批次") {
		t.Errorf("told: %q", f.told)
	}
}

// What is kept while another batch drains the spool is still waited for.
func TestKeptWhileDraining(t *testing.T) {
	f, p := newFixture(t), &place{}
	s := f.open(p)
	p.err = func(int) error { return errAway }
	f.ok(s.PutReviews(t.Context(), review("1")))
	p.err = nil
	now, drained := s.Now, false
	calls := 0
	s.Now = func() time.Time {
		if calls++; calls == 2 && !drained { // after the look whether to rest, before the batch is kept
			drained = true
			_, err := s.Drain(t.Context())
			f.ok(err)
		}
		return now()
	}
	f.ok(s.PutReviews(t.Context(), review("2")))
	f.want(p, "review 1")
	if !drained || !s.Waiting() {
		t.Error("a batch on disk is forgotten")
	}
}

func TestWhatDoesNotPassIsNotKept(t *testing.T) {
	f, p := newFixture(t), &place{err: func(int) error { return errNever }}
	if err := f.open(p).PutReviews(t.Context(), review("1")); !errors.Is(err, errNever) {
		t.Error(err)
	}
	if files := f.files(""); len(files) > 0 {
		t.Errorf("kept: %v", files)
	}
}

// filled is a folder with three batches, and the bytes of their segment.
func (f *fixture) filled() (file string, data []byte) {
	f.Helper()
	s := f.open(&place{err: func(int) error { return errAway }})
	for _, id := range []string{"1", "2", "3"} {
		f.ok(s.PutReviews(f.Context(), review(id)))
	}
	f.ok(s.Close())
	file = f.files(suffix)[0]
	data, err := os.ReadFile(file)
	f.ok(err)
	return file, data
}

// TestKilledWhileWriting cuts a segment at every byte: whole records come,
// the rest is told.
func TestKilledWhileWriting(t *testing.T) {
	f := newFixture(t)
	file, data := f.filled()
	record := len(data) / 3
	for cut := range len(data) + 1 {
		f.ok(os.WriteFile(file, data[:cut], 0o600))
		f.told = nil
		p := &place{}
		n, err := f.open(p).Drain(t.Context())
		f.ok(err)
		if whole := cut / record; n != whole || len(p.got) != whole {
			t.Fatalf("cut at %d of %d: %d batches, want %d", cut, len(data), n, whole)
		}
		if torn := cut%record != 0; torn != (len(f.told) == 1) {
			t.Fatalf("cut at %d: told %q", cut, f.told)
		}
		if left := f.files(""); len(left) > 0 {
			t.Fatalf("left: %v", left)
		}
	}
}

// TestDamaged flips every byte: nothing wrong is stored, and nothing that was
// confirmed goes without being told and kept.
func TestDamaged(t *testing.T) {
	f := newFixture(t)
	file, data := f.filled()
	for at := range data {
		bad := slices.Clone(data)
		bad[at] ^= 0x55
		f.ok(os.WriteFile(file, bad, 0o600))
		f.told = nil
		p := &place{}
		if _, err := f.open(p).Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		whole := at / (len(data) / 3)
		f.want(p, []string{"review 1", "review 2", "review 3"}[:whole]...)
		aside := f.files(damaged)
		if len(f.told) != 1 || (whole < 2) != (len(aside) == 1) && !strings.Contains(f.told[0], "损坏") {
			t.Fatalf("byte %d: told %q, put aside %v", at, f.told, aside)
		}
		for _, path := range aside {
			if b, err := Look(f.dir); err != nil || b.Damaged != 1 || b.Segments != 0 {
				t.Fatalf("%+v %v", b, err)
			}
			f.ok(os.Remove(path))
		}
	}
}

// TestKilledWhileDraining ends draining after every batch; the next process
// goes on, and nothing is missing.
func TestKilledWhileDraining(t *testing.T) {
	for died := 1; died <= 3; died++ {
		f := newFixture(t)
		f.filled()
		killed := errors.New("killed")
		p := &place{err: func(batch int) error {
			if batch == died {
				return killed
			}
			return nil
		}}
		if _, err := f.open(p).Drain(t.Context()); !errors.Is(err, killed) {
			t.Fatal(err)
		}
		p.got = nil
		n, err := f.open(p).Drain(t.Context())
		f.ok(err)
		f.want(p, "review 1", "review 2", "review 3")
		if n != 3 || len(f.files("")) > 0 {
			t.Errorf("%d batches, left %v", n, f.files(""))
		}
	}
}

func TestAwayAgainWhileDraining(t *testing.T) {
	f := newFixture(t)
	f.filled()
	p := &place{err: func(batch int) error {
		if batch == 3 {
			return errAway
		}
		return nil
	}}
	s := f.open(p)
	f.ok(s.PutReviews(t.Context(), review("4"))) // stored, then 1, then away
	f.ok(s.PutReviews(t.Context(), review("5"))) // kept
	f.want(p, "review 4", "review 1")
	n, err := s.Drain(t.Context())
	f.ok(err)
	f.want(p, "review 4", "review 1", "review 1", "review 2", "review 3", "review 5")
	if n != 4 {
		t.Errorf("%d batches", n)
	}
}

func TestTwoProcesses(t *testing.T) {
	f := newFixture(t)
	away := &place{err: func(int) error { return errAway }}
	first := f.open(away)
	f.ok(first.PutReviews(t.Context(), review("1")))
	p := &place{}
	second := f.open(p)
	if n, err := second.Drain(t.Context()); n != 0 || err != nil {
		t.Errorf("drained %d batches of a segment that is being written, %v", n, err)
	}
	f.ok(first.PutReviews(t.Context(), review("2")))
	f.ok(first.Close())
	_, err := second.Drain(t.Context())
	f.ok(err)
	f.want(p, "review 1", "review 2")
}

func TestLimit(t *testing.T) {
	f, p := newFixture(t), &place{err: func(int) error { return errAway }}
	s := f.open(p)
	s.Limit = 1000
	var err error
	n := 0
	for ; err == nil && n < 100; n++ {
		err = s.PutReviews(t.Context(), review(fmt.Sprint(n)))
	}
	var told *chaping.Error
	if !errors.As(err, &told) || told.Code != chaping.CodeEnvironment || !strings.Contains(told.Message, "上限") || told.Advice.Code != chaping.AdviceDrainAgain {
		t.Fatal(err)
	}
	p.err = nil
	if kept, err := s.Drain(t.Context()); err != nil || kept != n-1 {
		t.Errorf("%d kept of %d confirmed, %v", kept, n-1, err)
	}
}

// TestDiskFull: a record that does not fit leaves nothing behind that would
// hide the next one.
func TestDiskFull(t *testing.T) {
	f, p := newFixture(t), &place{err: func(int) error { return errAway }}
	s := f.open(p)
	f.ok(s.PutReviews(t.Context(), review("1")))
	whole := s.segment
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	s.segment = full
	var told *chaping.Error
	if err := s.PutReviews(t.Context(), review("2")); !errors.As(err, &told) || !strings.Contains(err.Error(), "no space left") || told.Remedy == "" {
		t.Error(err)
	}
	full.Close()
	s.segment = whole
	f.ok(s.PutReviews(t.Context(), review("3")))
	p.err = nil
	_, err = s.Drain(t.Context())
	f.ok(err)
	f.want(p, "review 1", "review 3")
}
