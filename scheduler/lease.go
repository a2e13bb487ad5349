package scheduler

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"chaping"
)

// A Lease is held by at most one process. Hold takes or keeps it and tells
// whether it is held.
type Lease interface {
	Hold(ctx context.Context) (bool, error)
	Release(ctx context.Context) error
}

// FileLease is a lock on a file of the data directory: the kernel gives it up
// when the process ends, however that happens.
type FileLease struct {
	Dir  string
	file *os.File
}

// Hold implements Lease.
func (l *FileLease) Hold(context.Context) (bool, error) {
	if l.file != nil {
		return true, nil
	}
	f, err := os.OpenFile(filepath.Join(l.Dir, "schedule.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return false, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "调度的锁文件打不开",
			Err:     err,
			Remedy:  "检查数据目录是否可写",
		}
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return false, nil
		}
		return false, err
	}
	l.file = f
	return true, nil
}

// Release implements Lease.
func (l *FileLease) Release(context.Context) error {
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}

// RedisLease is a key that runs out unless it is kept: for processes on
// several machines. Keep keeps it while a long step runs.
type RedisLease struct {
	Client *redis.Client
	Key    string
	TTL    time.Duration
	token  string
}

// Only the holder may keep or give up the lease.
var (
	keepLease = redis.NewScript(
		`if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("PEXPIRE", KEYS[1], ARGV[2]) end return 0`,
	)
	releaseLease = redis.NewScript(
		`if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`,
	)
)

// Hold implements Lease.
func (l *RedisLease) Hold(ctx context.Context) (bool, error) {
	if l.token == "" {
		l.token = rand.Text()
	}
	kept, err := keepLease.Run(ctx, l.Client, []string{l.Key}, l.token, l.TTL.Milliseconds()).Int()
	if err != nil {
		return false, err
	}
	if kept == 1 {
		return true, nil
	}
	return l.Client.SetNX(ctx, l.Key, l.token, l.TTL).Result()
}

// Release implements Lease.
func (l *RedisLease) Release(ctx context.Context) error {
	return releaseLease.Run(ctx, l.Client, []string{l.Key}, l.token).Err()
}

// Under runs f while the lease is held, keeping it every so often;
// when it is lost, f's context ends. ran is false when another process has it.
func Under(ctx context.Context, l Lease, every time.Duration, f func(context.Context) error) (ran bool, err error) {
	held, err := l.Hold(ctx)
	if err != nil || !held {
		return false, err
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if held, err := l.Hold(ctx); err == nil && !held {
					cancel()
				}
			}
		}
	}()
	err = f(ctx)
	cancel()
	<-done
	return true, err
}
