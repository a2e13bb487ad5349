// Package spool keeps on disk what the database cannot take now, and gives it
// the batches, in their order, when it is back.
//
//	source ─▶ Spool ─▶ store
//	            │  away        ▲ back
//	            └──▶ segments ─┘
//
// Only errors that pass are waited out (Options.Away): a refused password, a
// full disk of the server or a review that cannot be kept come back to the
// source at once.
//
// # What is promised
//
// A Put that returns nil has stored its batch in the database or, synced, in a
// segment. A segment is removed after all its batches were stored; killed
// before that, they are put again, which changes nothing. What a kill cut off
// at the end of a segment was never confirmed; it is dropped, and told.
//
// # On disk
//
// Segments are append-only files of one writer each, readable by their owner
// only, and locked while they are written or drained, so that several
// processes may share a folder. A record is
//
//	length uint32 | kind uint8 | checksum uint32 | checksum of these uint32 | gob
package spool

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"chaping"
)

// A Sink is what a spool stands in front of.
type Sink interface {
	chaping.Sink
	PutCoverage(ctx context.Context, covered []chaping.Coverage) error
}

// Options say how a spool works.
type Options struct {
	Dir   string
	Limit int64                // bytes on disk; 0 means DefaultLimit
	Away  func(err error) bool // tells errors that pass from those that do not
	Now   func() time.Time
	Tell  func(message string) // takes what the user is to know; in Chinese
}

const (
	// DefaultLimit is enough for some ten million reviews.
	DefaultLimit = 4 << 30

	// pause is how long the database is left alone after it was away.
	pause = 15 * time.Second

	segmentBytes = 64 << 20
	suffix       = ".spool"
	damaged      = ".damaged"
)

// A Spool is a Sink that takes batches while the one behind it is away. It is
// safe for concurrent use.
type Spool struct {
	Options
	sink Sink

	mu      sync.Mutex
	segment *os.File // being written; nil when there is none
	written int64    // bytes of it that are whole records
	waiting bool     // there may be segments to drain
	retry   time.Time
}

// Open makes a spool in front of a sink. What an earlier process left is
// drained when the first batch has shown that the sink is there.
func Open(sink Sink, o Options) (*Spool, error) {
	if o.Limit == 0 {
		o.Limit = DefaultLimit
	}
	b, err := Look(o.Dir)
	return &Spool{Options: o, sink: sink, waiting: b.Segments > 0}, err
}

type kind uint8

const (
	listings kind = iota + 1
	reviews
	coverage
)

// PutListings stores listings, now or later.
func (s *Spool) PutListings(ctx context.Context, batch []chaping.Listing) error {
	return put(ctx, s, listings, s.sink.PutListings, batch, func(l *chaping.Listing) *time.Time { return &l.SeenAt })
}

// PutReviews stores reviews, now or later.
func (s *Spool) PutReviews(ctx context.Context, batch []chaping.Review) error {
	return put(ctx, s, reviews, s.sink.PutReviews, batch, func(r *chaping.Review) *time.Time { return &r.Collected })
}

// PutCoverage stores how far products were read, now or later.
func (s *Spool) PutCoverage(ctx context.Context, batch []chaping.Coverage) error {
	return put(ctx, s, coverage, s.sink.PutCoverage, batch, func(c *chaping.Coverage) *time.Time { return &c.At })
}

// put stores a batch, or keeps it. moment is the time of an item whose zero
// means now: that is now, not when it is drained.
func put[T any](
	ctx context.Context,
	s *Spool,
	k kind,
	store func(context.Context, []T) error,
	batch []T,
	moment func(*T) *time.Time,
) error {
	if s.resting() {
		return keep(s, k, batch, moment)
	}
	err := store(ctx, batch)
	switch {
	case err == nil:
		return s.caughtUp(ctx)
	case ctx.Err() != nil || !s.Away(err):
		return err
	}
	s.mu.Lock()
	s.retry = s.Now().Add(pause)
	first := !s.waiting
	s.waiting = true
	s.mu.Unlock()
	if first {
		s.Tell(fmt.Sprintf("数据库暂时不可用，批次暂存到 %s，恢复后自动写入：%v", s.Dir, err))
	}
	return keep(s, k, batch, moment)
}

// Waiting tells whether there are batches that the database has not taken.
func (s *Spool) Waiting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting
}

// resting tells whether the database was away a moment ago.
func (s *Spool) resting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting && s.Now().Before(s.retry)
}

// caughtUp drains after the database has taken a batch.
func (s *Spool) caughtUp(ctx context.Context) error {
	if !s.Waiting() {
		return nil
	}
	n, err := s.Drain(ctx)
	if n > 0 {
		s.Tell(fmt.Sprintf("数据库已恢复，暂存的 %d 个批次已写入", n))
	}
	if err != nil && s.Away(err) { // again; the batch at hand is stored
		return nil
	}
	return err
}

// keep appends a batch to the segment and syncs it.
func keep[T any](s *Spool, k kind, batch []T, moment func(*T) *time.Time) error {
	if len(batch) == 0 {
		return nil
	}
	now := s.Now()
	dated := make([]T, len(batch))
	copy(dated, batch)
	for i := range dated {
		if m := moment(&dated[i]); m.IsZero() {
			*m = now
		}
	}
	var b bytes.Buffer
	b.Write(make([]byte, headerSize))
	if err := gob.NewEncoder(&b).Encode(dated); err != nil {
		return err
	}
	record := b.Bytes()
	header(record, k, record[headerSize:])
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.append(record)
}

const headerSize = 13

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func header(h []byte, k kind, payload []byte) {
	binary.LittleEndian.PutUint32(h, uint32(len(payload)))
	h[4] = byte(k)
	binary.LittleEndian.PutUint32(h[5:], crc32.Checksum(payload, castagnoli))
	binary.LittleEndian.PutUint32(h[9:], crc32.Checksum(h[:9], castagnoli))
}

func (s *Spool) append(record []byte) error {
	fail := func(err error) error {
		return &chaping.Error{Code: chaping.CodeEnvironment, Message: "数据库不可用，批次也写不进暂存目录 " + s.Dir, Err: err,
			Remedy: "检查磁盘空间和权限，恢复数据库后重新运行，从中断处继续"}
	}
	used, err := Look(s.Dir)
	if err != nil {
		return err
	}
	if used.Bytes+int64(len(record)) > s.Limit {
		return &chaping.Error{Code: chaping.CodeEnvironment,
			Message: fmt.Sprintf("数据库不可用，暂存目录 %s 已到上限 %d MB", s.Dir, s.Limit>>20),
			Advice:  chaping.Advice{Code: chaping.AdviceDrainAgain}}
	}
	if s.segment == nil {
		if err := s.begin(); err != nil {
			return fail(err)
		}
	}
	_, err = s.segment.Write(record)
	if err == nil {
		err = s.segment.Sync()
	}
	if err != nil { // leave no half a record before others
		err = errors.Join(err, s.segment.Truncate(s.written))
		_, serr := s.segment.Seek(s.written, io.SeekStart)
		return fail(errors.Join(err, serr))
	}
	s.waiting = true // what drained meanwhile has not seen it
	if s.written += int64(len(record)); s.written >= segmentBytes {
		return s.end()
	}
	return nil
}

// begin makes a new segment, locked for as long as it is open.
func (s *Spool) begin() error {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	name := fmt.Sprintf("%020d-%d%s", s.Now().UnixNano(), os.Getpid(), suffix)
	f, err := os.OpenFile(filepath.Join(s.Dir, name), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(lock(f), syncDir(s.Dir)); err != nil {
		return errors.Join(err, f.Close())
	}
	s.segment, s.written = f, 0
	return nil
}

// end closes the segment, so that it can be drained.
func (s *Spool) end() error {
	if s.segment == nil {
		return nil
	}
	err := s.segment.Close()
	s.segment = nil
	return err
}

// Close lets go of the segment. What is in it stays for the next process.
func (s *Spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.end()
}

func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// A Backlog is what waits in a folder.
type Backlog struct {
	Segments int       `json:"segments"`
	Bytes    int64     `json:"bytes"`
	Oldest   time.Time `json:"oldest"`  // when the first segment was last written
	Damaged  int       `json:"damaged"` // segments that were put aside
}

// Look tells what waits in a folder.
func Look(dir string) (b Backlog, err error) {
	files, err := segments(dir)
	if err != nil {
		return b, err
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if errors.Is(err, os.ErrNotExist) { // another process has drained it
			continue
		}
		if err != nil {
			return b, err
		}
		b.Segments++
		b.Bytes += info.Size()
		if b.Oldest.IsZero() {
			b.Oldest = info.ModTime()
		}
	}
	bad, err := filepath.Glob(filepath.Join(dir, "*"+damaged))
	b.Damaged = len(bad)
	return b, err
}

// segments are the segments of a folder, oldest first.
func segments(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir) // sorted
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "读不出暂存目录 " + dir,
			Err:     err,
			Remedy:  "检查目录的权限",
		}
	}
	var list []string
	for _, e := range entries {
		if filepath.Ext(e.Name()) == suffix {
			list = append(list, filepath.Join(dir, e.Name()))
		}
	}
	return list, nil
}
