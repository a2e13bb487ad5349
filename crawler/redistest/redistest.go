// Package redistest runs Redis servers for tests.
package redistest

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Start runs a redis-server with the arguments, in a folder of its own, until
// the test ends, and tells its address. Where it is not installed the test is
// skipped, but fails in CI; with -short it is skipped anyway.
func Start(t testing.TB, args ...string) string {
	t.Helper()
	s := New(t, args...)
	s.Start()
	return s.Addr
}

// A Server is a redis-server that a test can kill and start again on the same
// address with the same data.
type Server struct {
	Addr string

	t    testing.TB
	dir  string
	args []string
	cmd  *exec.Cmd
}

// New prepares a server; Start runs it.
func New(t testing.TB, args ...string) *Server {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: needs redis-server")
	}
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("redis-server is not installed, and CI must test with it")
		}
		t.Skip("redis-server is not installed (apt-get install redis-server): this test needs it")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Addr: listener.Addr().String(), t: t, dir: t.TempDir()}
	_ = listener.Close()
	_, port, _ := strings.Cut(s.Addr, ":")
	s.args = append([]string{"--port", port, "--bind", "127.0.0.1", "--dir", s.dir}, args...)
	t.Cleanup(s.Kill)
	return s
}

// Start runs the server and waits until it answers.
func (s *Server) Start() {
	s.t.Helper()
	s.cmd = exec.Command("redis-server", s.args...)
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	client := redis.NewClient(
		&redis.Options{
			Addr:            s.Addr,
			MaxRetries:      400,
			MinRetryBackoff: 5 * time.Millisecond,
			MaxRetryBackoff: 25 * time.Millisecond,
			DialerRetries:   1,
		},
	)
	defer client.Close()
	if err := client.Ping(s.t.Context()).Err(); err != nil {
		s.t.Fatalf("redis-server does not answer: %v", err)
	}
}

// Forget cuts about so many bytes off the end of what a killed server
// appended, in whole transactions: a server whose disk is busy confirms what it
// has not yet written.
func (s *Server) Forget(n int) {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, "appendonlydir", "*.incr.aof"))
	if err != nil || len(files) != 1 {
		s.t.Fatalf("append-only files %v %v, want one", files, err)
	}
	appended, err := os.ReadFile(files[0])
	if err != nil {
		s.t.Fatal(err)
	}
	end := bytes.LastIndex(appended[:max(0, len(appended)-n)], []byte("*1\r\n$5\r\nMULTI\r\n"))
	if err := os.Truncate(files[0], int64(max(0, end))); err != nil {
		s.t.Fatal(err)
	}
}

// Kill ends the server at once.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	s.cmd = nil
}
