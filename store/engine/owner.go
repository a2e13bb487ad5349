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
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"chaping"
)

const (
	lockName   = "engine.lock"
	socketName = "engine.sock"

	ownerPatience = 10 * time.Second       // how long an owner may take to answer
	ownerRetry    = 100 * time.Millisecond // pause between two attempts
	closePatience = 10 * time.Minute       // how long statements of others, of which nothing comes, may delay Close
	closeSilence  = 2 * time.Second        // after which the user is told what Close waits for
	goneHeader    = "Chaping-Owner-Gone"   // of an owner's answer: it is ending, and has not begun the statement
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
		return nil, nil, Unwritable(dir, err)
	}
	patience, cancel := context.WithTimeout(ctx, ownerPatience)
	defer cancel()
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			l := &lock{file: file, dir: dir}
			if err := l.takeOver(); err != nil {
				return nil, nil, errors.Join(Unwritable(dir, err), file.Close())
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
		_ = r.close(nil)
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
//
// An owner that ends lets the others finish: it takes their statements until
// there is a moment without any, for a process may insert while its SELECT
// streams. From that moment on it refuses, before it has read anything of a
// statement, and the next one takes over.
type server struct {
	http *http.Server
	run  *local

	mu      sync.Mutex
	running int           // statements of others
	quiet   chan struct{} // closed when there are none; nil while nobody waits
	closed  bool
	moved   atomic.Int64 // bytes of statements and answers
}

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
	s := &server{run: l}
	s.http = &http.Server{Handler: http.HandlerFunc(s.serveHTTP), ReadHeaderTimeout: ownerPatience}
	go func() { _ = s.http.Serve(listener) }() // until close
	return s, nil
}

// begin counts a statement in, unless the owner is ending.
func (s *server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.running++
	return true
}

func (s *server) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running--; s.running == 0 && s.quiet != nil {
		s.closed = true
		close(s.quiet)
		s.quiet = nil
	}
}

// refuse ends the taking of statements in a moment without any: at once, or
// when the channel is closed.
func (s *server) refuse() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	quiet := make(chan struct{})
	if s.running == 0 {
		s.closed = true
		close(quiet)
	} else {
		s.quiet = quiet
	}
	return quiet
}

// close lets statements of other processes finish. What has stood still for
// closePatience is cut off.
func (s *server) close(tell func(string)) error {
	quiet := s.refuse()
	told := time.After(closeSilence)
	moved := s.moved.Load()
	for still := time.Duration(0); still < closePatience; {
		select {
		case <-quiet:
			// The last answers may still be on their way.
			ctx, cancel := context.WithTimeout(context.Background(), ownerPatience)
			defer cancel()
			if s.http.Shutdown(ctx) == nil {
				return nil
			}
			return s.http.Close()
		case <-told:
			if tell != nil {
				tell("本命令已做完，正在等别的进程用完数据库；按 Ctrl-C 可立即结束，但那个进程会中断")
			}
		case <-time.After(closeSilence):
			still += closeSilence
			if now := s.moved.Load(); now != moved {
				still, moved = 0, now
			}
		}
	}
	return s.http.Close()
}

// A meter counts what is read.
type meter struct {
	io.ReadCloser
	moved *atomic.Int64
}

func (m meter) Read(p []byte) (int, error) {
	n, err := m.ReadCloser.Read(p)
	m.moved.Add(int64(n))
	return n, err
}

// serveHTTP is RoundTrip for another process.
func (s *server) serveHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.begin() { // the client has sent no more than the header, see remote
		w.Header().Set(goneHeader, "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer s.end()
	r.Body = meter{r.Body, &s.moved}
	resp, err := s.run.RoundTrip(r)
	if err != nil { // the other side is gone
		panic(http.ErrAbortHandler)
	}
	resp.Body = meter{resp.Body, &s.moved}
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

// errGone marks errors of a remote whose owner does not exist any more, or is
// ending: the statement has not been sent.
var errGone = errors.New("the owner is gone")

// ErrLost is under the error of a statement whose owner, another process, was
// lost after the statement was sent. The engine takes over for the next one.
var ErrLost = errors.New("the owner was lost")

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
		DisableCompression: true,
		// A connection that the owner closes while it idles would take a
		// statement that nobody runs; dialling a socket costs next to nothing.
		DisableKeepAlives:     true,
		ExpectContinueTimeout: 24 * time.Hour, // the body is sent when the owner asks for it, never before
	}}
}

// RoundTrip hands the request to the owner. Errors are errGone, those of the
// context, or *chaping.Error when the owner was lost on the way. Nothing of the
// body is read unless the owner has begun to take the statement.
func (r *remote) RoundTrip(req *http.Request) (*http.Response, error) {
	attempt := req.Clone(req.Context())
	attempt.Header.Set("Expect", "100-continue")
	sent := &sentBody{ReadCloser: req.Body}
	if req.Body != nil {
		attempt.Body = sent
	}
	resp, err := r.transport.RoundTrip(attempt)
	switch {
	case err == nil && resp.Header.Get(goneHeader) != "":
		return nil, errors.Join(errGone, resp.Body.Close())
	case err == nil, req.Context().Err() != nil, errors.Is(err, errGone):
		return resp, err
	case req.Body != nil && !sent.begun.Load():
		return nil, errors.Join(errGone, err)
	}
	return nil, &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: fmt.Sprintf("正在使用数据目录 %s 的进程 %s 中途退出", r.dir, r.pid),
		Remedy:  "再运行一次",
		Err:     errors.Join(ErrLost, err),
	}
}

// A sentBody knows whether anything of it was read.
type sentBody struct {
	io.ReadCloser
	begun atomic.Bool
}

func (b *sentBody) Read(p []byte) (int, error) {
	b.begun.Store(true)
	return b.ReadCloser.Read(p)
}

func (r *remote) close(func(string)) error {
	r.transport.CloseIdleConnections()
	return nil
}
