package engine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"chaping"
)

const (
	lockName   = "engine.lock"
	socketName = "engine.sock"

	ownerPatience = 10 * time.Second       // how long an owner may take to answer
	ownerRetry    = 100 * time.Millisecond // pause between two attempts
	closePatience = 10 * time.Second       // how long statements of others may delay Close
)

// A lock is the ownership of a data directory.
type lock struct {
	file   *os.File
	dir    string
	socket string // path of the socket that the owner serves
}

// own takes the lock on dir or, when another process has it, connects to that
// process and has it create the database, which shows that it answers.
// Exactly one of its results is not nil.
func own(ctx context.Context, dir, database string) (*lock, *remote, error) {
	file, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, unwritable(dir, err)
	}
	patience, cancel := context.WithTimeout(ctx, ownerPatience)
	defer cancel()
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			l := &lock{file: file, dir: dir}
			if err := l.takeOver(); err != nil {
				return nil, nil, errors.Join(unwritable(dir, err), file.Close())
			}
			return l, nil, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			file.Close()
			return nil, nil, fmt.Errorf("flock %s: %w", file.Name(), err)
		}
		// Held: its owner answers, or is just starting, or just ending.
		pid, socket := readLock(file)
		r := newRemote(dir, pid, socket)
		if err = createDatabase(patience, r, database); err == nil {
			file.Close()
			return nil, r, nil
		}
		r.close()
		select {
		case <-time.After(ownerRetry):
		case <-patience.Done():
			file.Close()
			if errors.Is(ctx.Err(), context.Canceled) {
				return nil, nil, ctx.Err()
			}
			return nil, nil, &chaping.Error{
				Code:    chaping.CodeEnvironment,
				Message: fmt.Sprintf("数据目录 %s 正由进程 %s 使用，该进程没有应答", dir, pid),
				Remedy:  fmt.Sprintf("等进程 %s 结束后再试；若它已停止工作，先结束它（kill %s）", pid, pid),
				Err:     err,
			}
		}
	}
}

// readLock reads the owner's pid and socket from the lock file: a line each.
func readLock(file *os.File) (pid, socket string) {
	in := bufio.NewScanner(io.NewSectionReader(file, 0, 4096))
	if in.Scan() {
		pid = in.Text()
	}
	if in.Scan() {
		socket = in.Text()
	}
	if _, err := strconv.Atoi(pid); err != nil {
		pid = "（未知）"
	}
	return pid, socket
}

// takeOver removes what a killed owner has left and writes our pid into the
// lock file.
func (l *lock) takeOver() error {
	_, old := readLock(l.file)
	if old != "" && filepath.Dir(old) != l.dir {
		_ = os.Remove(old)               // both may be gone
		_ = os.Remove(filepath.Dir(old)) // only if empty
	}
	return l.write(fmt.Sprintf("%d\n", os.Getpid()))
}

// listen opens the owner's socket and adds its path to the lock file.
func (l *lock) listen() (net.Listener, error) {
	l.socket = filepath.Join(l.dir, socketName)
	if err := os.Remove(l.socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	listener, err := net.Listen("unix", l.socket)
	if err != nil { // the path is too long, or the file system has no sockets
		private, mkErr := os.MkdirTemp("", "chaping-") // mode 0700
		if mkErr != nil {
			return nil, errors.Join(err, mkErr)
		}
		l.socket = filepath.Join(private, socketName)
		if listener, err = net.Listen("unix", l.socket); err != nil {
			return nil, err
		}
	}
	if err := os.Chmod(l.socket, 0o600); err != nil {
		listener.Close()
		return nil, err
	}
	if err := l.write(fmt.Sprintf("%d\n%s\n", os.Getpid(), l.socket)); err != nil {
		listener.Close()
		return nil, err
	}
	return listener, nil
}

func (l *lock) write(text string) error {
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err := l.file.WriteAt([]byte(text), 0)
	return err
}

// release gives the lock back. The file stays: to remove it would let two
// processes hold locks on two files of one name.
func (l *lock) release() error {
	if l.socket != "" && filepath.Dir(l.socket) != l.dir {
		_ = os.Remove(filepath.Dir(l.socket))
	}
	return errors.Join(l.write(""), l.file.Close())
}

// A server serves the owner's engine on its socket.
type server struct{ http *http.Server }

func serve(l *local, lock *lock) (*server, error) {
	listener, err := lock.listen()
	if err != nil {
		return nil, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: fmt.Sprintf("无法为数据目录 %s 建立套接字", lock.dir),
			Remedy:  "确认该目录和临时目录（TMPDIR）可写",
			Err:     err,
		}
	}
	s := &server{&http.Server{Handler: http.HandlerFunc(l.serveHTTP), ReadHeaderTimeout: ownerPatience}}
	go func() { _ = s.http.Serve(listener) }() // until close
	return s, nil
}

// close lets statements of other processes finish, for a while.
func (s *server) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closePatience)
	defer cancel()
	if s.http.Shutdown(ctx) == nil {
		return nil
	}
	return s.http.Close()
}

// serveHTTP is RoundTrip for another process.
func (l *local) serveHTTP(w http.ResponseWriter, r *http.Request) {
	resp, err := l.RoundTrip(r)
	if err != nil { // the other side is gone
		panic(http.ErrAbortHandler)
	}
	defer resp.Body.Close()
	// A client that is still sending would miss an answer that comes earlier.
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", resp.Header.Get("Content-Type"))
	if resp.ContentLength >= 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(resp.ContentLength, 10))
	}
	w.WriteHeader(resp.StatusCode)
	if _, err := io.Copy(w, resp.Body); err != nil {
		panic(http.ErrAbortHandler) // cuts the answer, so that it cannot pass for a whole one
	}
}

// errGone marks errors of a remote whose owner does not exist any more: the
// statement has not been sent.
var errGone = errors.New("the owner is gone")

// A remote reaches the owner of a data directory through its socket.
type remote struct {
	transport *http.Transport
	dir, pid  string
}

func newRemote(dir, pid, socket string) *remote {
	return &remote{dir: dir, pid: pid, transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
			if err != nil && ctx.Err() == nil {
				err = errors.Join(errGone, err)
			}
			return conn, err
		},
		DisableCompression:  true,
		MaxIdleConnsPerHost: maxIdle,
	}}
}

// RoundTrip hands the request to the owner. Errors are errGone, those of the
// context, or *chaping.Error when the owner was lost on the way.
func (r *remote) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.transport.RoundTrip(req)
	if err != nil && req.Context().Err() == nil && !errors.Is(err, errGone) {
		return nil, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: fmt.Sprintf("正在使用数据目录 %s 的进程 %s 中途退出", r.dir, r.pid),
			Remedy:  "再运行一次本命令",
			Err:     err,
		}
	}
	return resp, err
}

func (r *remote) close() error {
	r.transport.CloseIdleConnections()
	return nil
}
