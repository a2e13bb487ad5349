package engine_test

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"chaping/store/engine"
)

// childDir in the environment makes the test binary a process that owns that
// data directory; see child.
const childDir = "CHAPING_TEST_CHILD_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := child(dir); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	if path, err := engine.Locate(); testing.Short() || err != nil || !exists(path) {
		flag.Set("test.skip", "^Example") // an example cannot skip itself
	}
	os.Exit(m.Run())
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// child opens a data directory and obeys its standard input: "insert N"
// inserts N rows, "stream" begins an insert that never ends and tells of every
// 1 MB that the engine has taken, "close" closes the engine.
func child(dir string) error {
	e, err := engine.Open(context.Background(), dir, "test")
	if err != nil {
		return err
	}
	db, err := clickhouse.Open(&clickhouse.Options{
		Protocol: clickhouse.HTTP, Addr: []string{"engine"}, Auth: clickhouse.Auth{Database: "test"},
		TransportFunc: func(*http.Transport) (http.RoundTripper, error) { return e, nil },
	})
	if err != nil {
		return err
	}
	if err := db.Exec(context.Background(), createTable); err != nil {
		return err
	}
	fmt.Println("ready")
	in := bufio.NewScanner(os.Stdin)
	next := 0
	for in.Scan() {
		order, n, _ := strings.Cut(in.Text(), " ")
		switch order {
		case "insert":
			rows, _ := strconv.Atoi(n)
			if err := insert(db, next, rows); err != nil {
				return err
			}
			next += rows
			fmt.Println("inserted")
		case "stream":
			req, err := http.NewRequest(http.MethodPost, "http://engine/?database=test&query=INSERT+INTO+t+FORMAT+TSV", endless{})
			if err != nil {
				return err
			}
			resp, err := e.RoundTrip(req)
			if err == nil {
				resp.Body.Close()
			}
			return fmt.Errorf("an endless insert ended: %w", err)
		case "close":
			if err := e.Close(); err != nil {
				return err
			}
			fmt.Println("closed")
		}
	}
	return nil
}

// endless is rows without end, 1 MB a Read.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	const row = "1000000\t评论\n"
	fmt.Println("taken")
	n := 0
	for n+len(row) <= min(len(p), 1<<20) {
		n += copy(p[n:], row)
	}
	return n, nil
}

// A process is a child that has said that it is ready.
type process struct {
	*exec.Cmd
	in  io.Writer
	out *bufio.Scanner
	t   *testing.T
}

func start(t *testing.T, dir string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	p := &process{cmd, in, bufio.NewScanner(out), t}
	p.expect("ready")
	return p
}

func (p *process) order(text string) { fmt.Fprintln(p.in, text) }

func (p *process) expect(line string) {
	p.t.Helper()
	if !p.out.Scan() || p.out.Text() != line {
		p.t.Fatalf("child says %q (%v), not %q", p.out.Text(), p.out.Err(), line)
	}
}

func (p *process) kill() {
	p.Process.Kill()
	p.Wait()
}

func TestKilledInTheMiddleOfAnInsert(t *testing.T) {
	dir := dataDir(t)
	var stored uint64
	for round := range 4 {
		p := start(t, dir)
		p.order("insert 1000")
		p.expect("inserted")
		stored += 1000
		p.order("stream")
		for range 1 + 20*round { // another place each time
			p.expect("taken")
		}
		p.kill()

		e, db := open(t, dir)
		n := count(t, db, "SELECT count() FROM t")
		if n < stored {
			t.Fatalf("round %d: %d rows of %d", round, n, stored)
		}
		stored = n
		if n := count(t, db, "SELECT count() FROM t WHERE s NOT IN ('评论', '评论\\0\\xFF')"); n != 0 {
			t.Errorf("%d damaged rows", n)
		}
		if err := drain(context.Background(), db, "CHECK TABLE t"); err != nil {
			t.Error(err)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWorkThroughTheOwner(t *testing.T) {
	dir := dataDir(t)
	owner := start(t, dir)
	_, db := open(t, dir)
	if err := insert(db, 0, 100_000); err != nil {
		t.Fatal(err)
	}
	owner.order("insert 5")
	owner.expect("inserted")
	if n := count(t, db, "SELECT count() FROM t"); n != 100_005 {
		t.Errorf("%d rows", n)
	}
	for name, mode := range map[string]os.FileMode{"engine.sock": 0o600, "engine.lock": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != mode {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}

	// The owner ends in good order: who worked through it takes over.
	owner.order("close")
	owner.expect("closed")
	if err := insert(db, 0, 10); err != nil {
		t.Fatal(err)
	}
	if n := count(t, db, "SELECT count() FROM t"); n != 100_015 {
		t.Errorf("%d rows", n)
	}
	owner.kill()
	second := start(t, dir) // works through us
	second.order("insert 5")
	second.expect("inserted")
	if n := count(t, db, "SELECT count() FROM t"); n != 100_020 {
		t.Errorf("%d rows", n)
	}
}

// TestOwnerEndsWhileOthersWork: an owner that ends in good order fails nobody,
// however long the others' statements take, and new ones of theirs come in
// between: who mines inserts while the reviews stream.
func TestOwnerEndsWhileOthersWork(t *testing.T) {
	dir := dataDir(t)
	owner := start(t, dir)
	_, db := open(t, dir)
	rows, err := db.Query(context.Background(), "SELECT number FROM numbers(3000000)")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	read := 0
	for range 100_000 {
		if !rows.Next() {
			t.Fatal(rows.Err())
		}
		read++
	}
	owner.order("close")
	for i := range 20 { // while it waits
		if err := insert(db, i*10, 10); err != nil {
			t.Fatalf("insert %d: %v", i, err)
		}
		if n := count(t, db, "SELECT count() FROM t"); n != uint64(i+1)*10 {
			t.Fatalf("%d rows after %d inserts", n, i+1)
		}
		for range 10_000 {
			if !rows.Next() {
				t.Fatal(rows.Err())
			}
			read++
		}
	}
	for rows.Next() {
		read++
	}
	if err := rows.Err(); err != nil || read != 3_000_000 {
		t.Errorf("%d rows, %v", read, err)
	}
	rows.Close()
	owner.expect("closed")
	if n := count(t, db, "SELECT count() FROM t"); n != 200 { // taken over
		t.Errorf("%d rows", n)
	}
}

// TestOwnersComeAndGo: many owners end and are killed while statements that only
// read go on; each answer is whole, and none is of an empty statement.
func TestOwnersComeAndGo(t *testing.T) {
	dir := dataDir(t)
	first := start(t, dir)
	first.order("insert 1000")
	first.expect("inserted")
	_, db := open(t, dir)
	ending := make(chan struct{})
	go func() {
		defer close(ending)
		first.order("close")
		first.expect("closed")
	}()
	for done := false; !done; {
		if n := count(t, db, "SELECT count() FROM t"); n != 1000 {
			t.Fatalf("%d rows while the owner ends", n)
		}
		select {
		case <-ending:
			done = true
		default:
		}
	}
	// We own it now. A statement without text is no statement.
	e, err := engine.Open(t.Context(), dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	req, err := http.NewRequest(http.MethodPost, "http://engine/?database=test", strings.NewReader(" \n"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := e.RoundTrip(req)
	if err != nil || resp.StatusCode == http.StatusOK {
		t.Fatalf("an empty statement passes: %v %v", resp, err)
	}
	resp.Body.Close()
}

// TestKilledOwnerAndReaders: a statement that only reads survives a killed owner.
func TestKilledOwnerAndReaders(t *testing.T) {
	dir := dataDir(t)
	owner := start(t, dir)
	_, db := open(t, dir)
	answers := make(chan error, 1)
	go func() {
		var n uint64
		err := db.QueryRow(context.Background(), "-- slow\nSELECT count() FROM numbers(500000000) WHERE cityHash64(number) != 0").Scan(&n)
		if err == nil && n != 500_000_000 {
			err = fmt.Errorf("%d rows", n)
		}
		answers <- err
	}()
	for count(t, db, "SELECT count() FROM system.processes WHERE query LIKE '-- slow%'") == 0 {
		select {
		case err := <-answers:
			t.Fatalf("answered before the owner was killed: %v", err)
		default:
		}
	}
	owner.kill()
	if err := <-answers; err != nil {
		t.Error(err)
	}
}

func TestOwnerDiesInTheMiddleOfAStatement(t *testing.T) {
	dir := dataDir(t)
	owner := start(t, dir)
	_, db := open(t, dir)
	lost := make(chan error, 1)
	go func() {
		lost <- db.Exec(context.Background(), "INSERT INTO t SELECT number, '' FROM numbers(1000000000000)")
	}()
	for count(t, db, "SELECT count() FROM system.processes WHERE query LIKE 'INSERT%'") == 0 {
	}
	owner.kill()
	environment(t, <-lost, fmt.Sprint(owner.Process.Pid), "再运行一次")
	if err := insert(db, 0, 10); err != nil {
		t.Fatal(err)
	}
}

func TestClientDiesInTheMiddleOfAnInsert(t *testing.T) {
	dir := dataDir(t)
	_, db := open(t, dir)
	exec1(t, db, createTable)
	client := start(t, dir)
	client.order("stream")
	for range 20 {
		client.expect("taken")
	}
	client.kill()
	if err := insert(db, 0, 10); err != nil {
		t.Fatal(err)
	}
	if n := count(t, db, "SELECT count() FROM t WHERE s NOT IN ('评论', '评论\\0\\xFF')"); n != 0 {
		t.Errorf("%d damaged rows", n)
	}
}

// TestOwnerDiesInTheMiddleOfAnAnswer must not take half an answer for all.
func TestOwnerDiesInTheMiddleOfAnAnswer(t *testing.T) {
	dir := dataDir(t)
	owner := start(t, dir)
	_, db := open(t, dir)
	rows, err := db.Query(context.Background(), "SELECT number FROM numbers(1000000000000)")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for range 1_000_000 {
		if !rows.Next() {
			t.Fatal(rows.Err())
		}
	}
	owner.kill()
	for rows.Next() {
	}
	if err := rows.Err(); err == nil {
		t.Error("no error")
	}
}

func TestOwnerThatDoesNotAnswer(t *testing.T) {
	dir := dataDir(t)
	owner := start(t, dir)
	if err := owner.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(owner.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatal(status, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	_, err := engine.Open(ctx, dir, "test")
	environment(t, err, dir, "没有应答", fmt.Sprintf("kill %d", owner.Process.Pid))

	ctx, cancel = context.WithCancel(context.Background())
	cancel()
	if _, err := engine.Open(ctx, dir, "test"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled, but: %v", err)
	}

	// It goes on: so does whoever comes.
	if err := owner.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	_, db := open(t, dir)
	count(t, db, "SELECT count() FROM t")

	// It is killed: one of the others takes over.
	owner.kill()
	_, other := open(t, dir)
	for _, db := range []driver.Conn{db, other} {
		if n := count(t, db, "SELECT count() FROM t"); n != 0 {
			t.Errorf("%d rows", n)
		}
	}
}

func TestLongPath(t *testing.T) {
	dir := filepath.Join(dataDir(t), strings.Repeat("数据", 30))
	t.Setenv("TMPDIR", t.TempDir())
	owner := start(t, dir)
	_, db := open(t, dir)
	if err := insert(db, 0, 10); err != nil {
		t.Fatal(err)
	}
	owner.kill() // leaves its socket behind
	e, db := open(t, dir)
	if n := count(t, db, "SELECT count() FROM t"); n != 10 {
		t.Errorf("%d rows", n)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
