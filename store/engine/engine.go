package engine

import (
	"bytes"
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
	"syscall"

	"chaping"
)

// An Engine runs ClickHouse statements on a data directory. It is an
// http.RoundTripper for clickhouse-go in HTTP mode, and safe for concurrent
// use.
type Engine struct {
	dir, database string

	// Tell takes what the user should know while Close waits for others, in
	// Chinese; may be nil.
	Tell func(message string)

	mu     sync.Mutex
	place  place
	closed bool
}

// A place is where statements run: an owner in this process, or a client of
// the owner in another one.
type place interface {
	http.RoundTripper
	close(tell func(string)) error
}

// Open opens the engine on a data directory, which it creates if need be. If
// another process owns the directory, the engine works through that process,
// and takes over when that process ends. What the engine stores is in the
// folder clickhouse of the directory. The database is created if it does not
// exist.
//
// Errors are *chaping.Error with CodeEnvironment: the library is missing or
// of another version, the directory cannot be written, its owner does not
// answer. ctx bounds the wait for the owner only.
func Open(ctx context.Context, dir, database string) (*Engine, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	p, err := openPlace(ctx, dir, database)
	if err != nil {
		return nil, err
	}
	return &Engine{dir: dir, database: database, place: p}, nil
}

// RoundTrip runs one statement, see the package comment. When the owner in
// another process is gone before it has begun the statement, the engine takes
// over or finds the new owner, and so it does when the owner is lost before it
// has answered a statement that only reads. Another statement that the owner
// had begun fails.
func (e *Engine) RoundTrip(req *http.Request) (*http.Response, error) {
	attempt := req.WithContext(req.Context())
	var text []byte // of a statement without data, which can be sent again
	if req.Body != nil {
		defer req.Body.Close()
		if !req.URL.Query().Has("query") {
			var err error
			if text, err = io.ReadAll(io.LimitReader(req.Body, MaxStatement+1)); err != nil {
				return nil, err
			}
		}
	}
	e.mu.Lock()
	p := e.place
	e.mu.Unlock()
	for {
		switch {
		case text != nil:
			attempt.Body = io.NopCloser(bytes.NewReader(text))
		case req.Body != nil:
			attempt.Body = io.NopCloser(req.Body) // an attempt that sends nothing must not close it
		}
		resp, err := p.RoundTrip(attempt)
		again := errors.Is(err, errGone) || errors.Is(err, ErrLost) && onlyReads(string(text))
		if !again {
			return resp, err
		}
		if p, err = e.replace(req.Context(), p); err != nil {
			return nil, err
		}
	}
}

// onlyReads tells whether a statement changes nothing.
func onlyReads(sql string) bool {
	for {
		sql = strings.TrimSpace(sql)
		if !strings.HasPrefix(sql, "--") {
			break
		}
		_, sql, _ = strings.Cut(sql, "\n")
	}
	word, _, _ := strings.Cut(sql, " ")
	word, _, _ = strings.Cut(word, "\n")
	switch strings.ToUpper(word) {
	case "SELECT", "WITH", "EXISTS", "CHECK":
		return true
	}
	return false
}

// replace finds the place that comes after one that is gone.
func (e *Engine) replace(ctx context.Context, gone place) (place, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, errClosed
	}
	if e.place == gone {
		next, err := openPlace(ctx, e.dir, e.database)
		if err != nil {
			return nil, err
		}
		e.place = next
		if err := gone.close(nil); err != nil {
			return nil, err
		}
	}
	return e.place, nil
}

// Close ends the engine: it lets running statements finish, other processes'
// statements included. It may be called twice. Responses that are still open
// must be closed first.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil
	}
	e.closed = true
	return e.place.close(e.Tell)
}

var errClosed = errors.New("the engine is closed")

// openPlace becomes the owner of a data directory or a client of its owner.
func openPlace(ctx context.Context, dir, database string) (place, error) {
	path := filepath.Join(dir, "clickhouse")
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, Unwritable(dir, err)
	}
	lock, client, err := own(ctx, dir, database)
	if err != nil {
		return nil, err
	}
	if lock == nil {
		return client, nil
	}
	o, err := openOwner(path, lock)
	if err != nil {
		return nil, errors.Join(err, lock.release())
	}
	if err := createDatabase(ctx, o, database); err != nil {
		return nil, errors.Join(err, o.close(nil))
	}
	return o, nil
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

// An owner runs statements in this process, its own and those of others.
type owner struct {
	*local
	server *server
	lock   *lock
}

func openOwner(path string, lock *lock) (*owner, error) {
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
	return &owner{l, server, lock}, nil
}

func (o *owner) close(tell func(string)) error {
	err := o.server.close(tell)
	o.local.close()
	return errors.Join(err, o.lock.release())
}

// writable reports a directory in which no file can be made. libchdb itself
// says no more than that it failed.
func writable(dir string) error {
	name := filepath.Join(dir, ".writable") // always the same: a killed owner's is taken
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		return Unwritable(dir, err)
	}
	return os.Remove(name)
}

// Full tells whether writing failed because there is no space left.
func Full(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// Unwritable is the error for a data directory into which err says one cannot write.
func Unwritable(dir string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err // the path is in the message already
	}
	if Full(err) {
		return &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: fmt.Sprintf("数据目录 %s 所在的磁盘已满", dir),
			Remedy:  "清出空间后再运行一次；已存的数据没有损坏",
			Err:     err,
		}
	}
	return &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: fmt.Sprintf("数据目录 %s 不可写", dir),
		Advice:  chaping.Advice{Code: chaping.AdviceDataDir},
		Err:     err,
	}
}
