package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"chaping"
)

// # Leases
//
// One process at a time makes a new edition of a period, or drops what is
// stored of it. With the embedded engine all processes are on one machine: the
// lease is a lock on a file, which the kernel takes back when its holder dies.
//
// On a server it is a row that says until when, by the server's clock:
//
//	look: nobody holds it ─▶ claim it ─▶ look again: nobody else has claimed it ─▶ held
//	                                      └── somebody has: withdraw, wait a random while
//
// Of two who claim at once each sees the other's claim or is seen by the other,
// so at most one goes on. The holder renews; when it cannot, what it does is
// cancelled. Should it be cut off for longer than that and then write on, then
// it writes under a number of its own that the next holder has dropped: no
// reader ever sees it.

const (
	// LeaseFolder is the folder of the data directory that has the files of
	// leases; only running processes need it.
	LeaseFolder  = "locks"
	leaseSeconds = 60 // that a claim is good for
	leaseRenewal = 15 * time.Second
	leasePause   = 100 * time.Millisecond // between two looks, at first
	leaseWait    = 2 * time.Second        // and at last
)

// errLeaseLost is the cause of the end of what was done under a lease.
var errLeaseLost = &chaping.Error{Code: chaping.CodeEnvironment, Message: "与数据库失去联系太久，已停止改写这个报送期",
	Remedy: "确认 ClickHouse 可用后再运行一次；已存的数据没有损坏"}

// lease waits for the lease of that name, and calls waiting once if somebody
// else has it. The context that it gives ends when the lease is lost; release
// gives it back.
func (s *Store) lease(ctx context.Context, name string, waiting func()) (_ context.Context, release func(), err error) {
	if s.engine != nil {
		unlock, err := s.lockFile(ctx, name, waiting)
		return ctx, unlock, err
	}
	holder := rand.Text()
	serial := int64(0)
	claim := func(ctx context.Context, seconds int64) error {
		serial++
		return s.exec(
			ctx,
			"claim",
			named("name", name),
			named("holder", holder),
			named("seconds", seconds),
			named("version", serial),
		)
	}
	withdraw := func(ctx context.Context) error { return claim(context.WithoutCancel(ctx), -1) }
	err = wait(ctx, waiting, func() (bool, error) {
		held, err := s.leaseHolders(ctx, name, holder)
		if err != nil || len(held) > 0 {
			return false, err
		}
		if err := claim(ctx, leaseSeconds); err != nil {
			return false, errors.Join(err, withdraw(ctx))
		}
		if held, err = s.leaseHolders(ctx, name, holder); err != nil || len(held) > 0 {
			return false, errors.Join(err, withdraw(ctx))
		}
		return true, nil
	})
	if err != nil {
		return nil, nil, err
	}
	held, cancel := context.WithCancelCause(ctx)
	over := make(chan struct{})
	go func() {
		defer close(over)
		good := time.Now().Add(leaseSeconds * time.Second)
		for {
			select {
			case <-held.Done():
				return
			case <-time.After(leaseRenewal):
			}
			bounded, done := context.WithDeadline(held, good)
			asked := time.Now()
			if err := claim(bounded, leaseSeconds); err == nil {
				good = asked.Add(leaseSeconds * time.Second)
			}
			done()
			if time.Until(good) < leaseRenewal {
				cancel(errLeaseLost)
				return
			}
		}
	}()
	return held, func() {
		cancel(nil)
		<-over
		_ = withdraw(ctx) // otherwise it runs out
	}, nil
}

// leaseHolders are those who have a claim that is still good, but for us.
func (s *Store) leaseHolders(ctx context.Context, name, us string) (others []string, err error) {
	err = s.query(ctx, "lease", nil, []any{named("name", name)}, func(scan func(...any) error) error {
		var holder string
		err := scan(&holder)
		others = append(others, holder)
		return err
	})
	return slices.DeleteFunc(others, func(holder string) bool { return holder == us }), err
}

// lockFile is lease with the embedded engine.
func (s *Store) lockFile(ctx context.Context, name string, waiting func()) (unlock func(), err error) {
	dir := filepath.Join(s.dataDir, LeaseFolder)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, unlockable(dir, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, unlockable(dir, err)
	}
	err = wait(ctx, waiting, func() (bool, error) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
			return false, nil
		}
		return err == nil, err
	})
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil // which unlocks; the file stays, see engine.lock
}

func unlockable(dir string, err error) error {
	return &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: "不能在 " + dir + " 中建立锁文件",
		Err:     err,
		Remedy:  "确认数据目录可写、磁盘未满",
	}
}

// wait calls try, in ever longer, uneven pauses, until it succeeds.
func wait(ctx context.Context, waiting func(), try func() (bool, error)) error {
	pause := leasePause
	for first := true; ; first = false {
		if err := ctx.Err(); err != nil {
			return err
		}
		if done, err := try(); done || err != nil {
			return err
		}
		if first && waiting != nil {
			waiting()
		}
		uneven, err := rand.Int(rand.Reader, big.NewInt(int64(pause)))
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause/2 + time.Duration(uneven.Int64())):
			pause = min(2*pause, leaseWait)
		}
	}
}

func periodLease(p chaping.Period) string { return fmt.Sprintf("period-%s", p) }
