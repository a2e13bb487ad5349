package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"chaping"
)

// An Engine runs ClickHouse statements on a data directory. It is an
// http.RoundTripper for clickhouse-go in HTTP mode, and safe for concurrent
// use.
type Engine struct {
	http.RoundTripper
	close func() error
}

// Open opens the engine on a data directory, which it creates if need be. If
// another process owns the directory, the engine works through that process.
// What the engine stores is in the folder clickhouse of the directory. The
// database is created if it does not exist.
//
// Errors are *chaping.Error with CodeEnvironment: the library is missing or
// of another version, the directory cannot be written, its owner does not
// answer. ctx bounds the wait for the owner only.
func Open(ctx context.Context, dir, database string) (*Engine, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "clickhouse")
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, unwritable(dir, err)
	}
	lock, owner, err := own(ctx, dir, database)
	if err != nil {
		return nil, err
	}
	if lock == nil {
		return &Engine{RoundTripper: owner, close: owner.close}, nil
	}
	e, err := openOwned(path, lock)
	if err != nil {
		return nil, errors.Join(err, lock.release())
	}
	if err := createDatabase(ctx, e, database); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

func createDatabase(ctx context.Context, rt http.RoundTripper, database string) error {
	sql := "CREATE DATABASE IF NOT EXISTS " + quote(database)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://engine/", strings.NewReader(sql))
	if err != nil {
		return err
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(resp.Body)
		return fmt.Errorf("%s: %s", sql, text)
	}
	return nil
}

// openOwned starts the engine in this process.
func openOwned(path string, lock *lock) (*Engine, error) {
	file, err := Locate()
	if err != nil {
		return nil, err
	}
	lib, err := load(file)
	if err != nil {
		return nil, err
	}
	if err := writable(path); err != nil {
		return nil, err
	}
	l, err := openLocal(lib, path)
	if err != nil {
		return nil, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: fmt.Sprintf("内置引擎无法打开数据目录 %s", path),
			Remedy:  "确认磁盘未满、目录中的文件属于当前用户，且本进程没有打开另一个数据目录",
			Err:     err,
		}
	}
	server, err := serve(l, lock)
	if err != nil {
		l.close()
		return nil, err
	}
	return &Engine{RoundTripper: l, close: sync.OnceValue(func() error {
		err := server.close()
		l.close()
		return errors.Join(err, lock.release())
	})}, nil
}

// Close ends the engine: it lets running statements finish, other processes'
// statements included. It may be called twice. Responses that are still open
// must be closed first.
func (e *Engine) Close() error { return e.close() }

// writable reports a directory in which no file can be made. libchdb itself
// says no more than that it failed.
func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".chaping-*")
	if err != nil {
		return unwritable(dir, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func unwritable(dir string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err // the path is in the message already
	}
	return &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: fmt.Sprintf("数据目录 %s 不可写", dir),
		Remedy:  "修改该目录的权限，或用 --data 指定另一个数据目录",
		Err:     err,
	}
}
