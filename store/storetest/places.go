// Package storetest gives tests a real store, and holds the suite that every
// place a store can be in must pass.
//
// libchdb serves one data path in a process at a time. A test that takes an
// embedded store must therefore not run in parallel with another one of the
// same package; opening and closing takes a few hundredths of a second.
//
// Where the engine library or clickhouse-server is not installed, tests are
// skipped, visibly; with CI=true in the environment they fail. With -short all
// of them are skipped.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"golang.org/x/sys/unix"

	"chaping/store"
	"chaping/store/engine"
)

// notShort skips a test that needs a store, with -short.
func notShort(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: needs a store")
	}
}

// absent skips the test for a user and fails it in CI.
func absent(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s; CI=true does not allow to skip", what)
	}
	t.Skip(what)
}

// migrated are the files of an empty store, as they are once it was opened: to
// make its tables took three quarters of the time in which a test opens one.
var migrated = sync.OnceValues(func() (fs.FS, error) {
	dir, err := os.MkdirTemp("", "migrated")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	s, err := store.Open(context.Background(), store.Config{DataDir: dir})
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		return nil, err
	}
	files, from := fstest.MapFS{}, os.DirFS(dir).(fs.ReadLinkFS)
	err = fs.WalkDir(from, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		f := &fstest.MapFile{Mode: info.Mode()}
		switch {
		case info.Mode().IsRegular():
			f.Data, err = fs.ReadFile(from, path)
		case info.Mode()&fs.ModeSymlink != 0: // relative, within the directory
			var to string
			to, err = from.ReadLink(path)
			f.Data = []byte(to)
		case !d.IsDir(): // the engine's socket
			return nil
		}
		files[path] = f
		return err
	})
	return files, err
})

// Embedded is the configuration of a fresh store on the embedded engine.
func Embedded(t testing.TB) store.Config {
	t.Helper()
	notShort(t)
	path, err := engine.Locate()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		absent(t, "the engine library is not installed: make engine")
	}
	files, err := migrated()
	dir := t.TempDir()
	if err == nil {
		err = os.CopyFS(dir, files)
	}
	if err != nil {
		t.Fatal(err)
	}
	return store.Config{DataDir: dir}
}

// Open opens a store and closes it at the end of the test.
func Open(t testing.TB, cfg store.Config) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	return s
}

// A Server is a clickhouse-server of our own on a loopback port.
type Server struct {
	Host  string      // host:port of the native protocol
	admin driver.Conn // makes the databases
	next  int
	dir   string
	cmd   *exec.Cmd
	ended chan error
}

// The server's only user.
const (
	User     = "station"
	Password = "s3cret/差评"
)

// StartServer starts clickhouse-server for the length of a test.
func StartServer(t testing.TB) *Server {
	t.Helper()
	notShort(t)
	if _, err := exec.LookPath("clickhouse-server"); err != nil {
		absent(t, "clickhouse-server is not installed")
	}
	dir := t.TempDir()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := listener.Addr().String()
	_, port, _ := net.SplitHostPort(host)
	listener.Close()
	config := filepath.Join(dir, "config.xml")
	write(t, config, fmt.Sprintf(`<yandex>
	<logger><level>warning</level><log>%[1]s/log</log><errorlog>%[1]s/errors</errorlog></logger>
	<listen_host>127.0.0.1</listen_host>
	<tcp_port>%[2]s</tcp_port>
	<path>%[1]s/data/</path>
	<tmp_path>%[1]s/tmp/</tmp_path>
	<user_files_path>%[1]s/files/</user_files_path>
	<format_schema_path>%[1]s/schemas/</format_schema_path>
	<mark_cache_size>268435456</mark_cache_size>
	<users_config>users.xml</users_config>
	<default_profile>default</default_profile>
	<default_database>default</default_database>
	<timezone>Europe/London</timezone>
</yandex>`, dir, port))
	write(t, filepath.Join(dir, "users.xml"), fmt.Sprintf(`<yandex>
	<profiles><default></default></profiles>
	<quotas><default></default></quotas>
	<users><%[1]s>
		<password>%[2]s</password>
		<networks><ip>127.0.0.1</ip></networks>
		<profile>default</profile>
		<quota>default</quota>
	</%[1]s></users>
</yandex>`, User, Password))
	for _, sub := range []string{"data", "tmp", "files", "schemas"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s := &Server{Host: host, dir: dir}
	opts, err := clickhouse.ParseDSN(s.DSN("default"))
	if err != nil {
		t.Fatal(err)
	}
	if s.admin, err = clickhouse.Open(opts); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.admin.Close()
		s.Stop()
	})
	s.Start(t)
	return s
}

// Stop stops the server; its data stays.
func (s *Server) Stop() {
	if s.cmd != nil {
		s.cmd.Process.Signal(syscall.SIGTERM)
		<-s.ended
		s.cmd = nil
	}
}

// LimitFiles bounds the files that the server writes, as a full disk would; a
// negative number lifts the bound.
func (s *Server) LimitFiles(t testing.TB, bytes int64) {
	t.Helper()
	if err := unix.Prlimit(s.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: uint64(bytes), Max: unix.RLIM_INFINITY}, nil); err != nil {
		t.Fatal(err)
	}
}

// Start starts a server that was stopped, on the same port.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ) // inherited: beyond LimitFiles, writing fails and the server lives
	var output strings.Builder
	cmd := exec.Command("clickhouse-server", "--config-file="+filepath.Join(s.dir, "config.xml"))
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.dir, &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	s.cmd, s.ended = cmd, ended
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		err := s.admin.Ping(ctx)
		if err == nil {
			return
		}
		select {
		case end := <-ended:
			ended <- end
			t.Fatalf("clickhouse-server ended: %v\n%s", end, output.String())
		case <-ctx.Done():
			t.Fatalf("clickhouse-server does not answer: %v", err)
		case <-time.After(20 * time.Millisecond): // it has no way to tell that it is ready
		}
	}
}

// A Cluster is one of our own on loopback ports: two shards of two replicas,
// made by scripts/cluster.sh.
type Cluster struct {
	dir     string
	hosts   []string // of the replicas, by shard
	admin   driver.Conn
	next    int
	emptied store.Config
}

// clusterName is its name in the servers' configuration.
const clusterName = "chaping"

// StartCluster starts a cluster for the length of a test.
func StartCluster(t testing.TB) *Cluster {
	t.Helper()
	notShort(t)
	for _, program := range []string{"clickhouse-server", "java"} {
		if _, err := exec.LookPath(program); err != nil {
			absent(t, program+" is not installed")
		}
	}
	if _, err := os.Stat("/usr/share/java/zookeeper.jar"); err != nil {
		absent(t, "zookeeper is not installed")
	}
	c := &Cluster{dir: t.TempDir()}
	t.Cleanup(func() {
		if c.admin != nil {
			c.admin.Close()
		}
		if _, err := c.script("stop"); err != nil {
			t.Error(err)
		}
	})
	c.Start(t)
	opts, err := clickhouse.ParseDSN(c.address("default").String())
	if err == nil {
		c.admin, err = clickhouse.Open(opts)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// script runs scripts/cluster.sh. The cluster ends with this process at the
// latest.
func (c *Cluster) script(command string) (string, error) {
	module, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	cmd := exec.Command(filepath.Join(filepath.Dir(string(module)), "scripts", "cluster.sh"), command, c.dir, fmt.Sprint(os.Getpid()))
	cmd.Env = append(os.Environ(), "CLUSTER_PASSWORD="+Password)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("cluster.sh %s: %w\n%s", command, err, out)
	}
	return string(out), nil
}

// Start starts the replicas that do not run.
func (c *Cluster) Start(t testing.TB) {
	t.Helper()
	out, err := c.script("start")
	if err != nil {
		t.Fatal(err)
	}
	c.hosts = strings.Fields(out)
}

// Kill kills a replica as the kernel would: shard and replica count from 1.
func (c *Cluster) Kill(t testing.TB, shard, replica int) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.dir, fmt.Sprintf("s%dr%d", shard, replica), "pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGKILL)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (c *Cluster) address(database string) *url.URL {
	return &url.URL{Scheme: "clickhouse", User: url.UserPassword(User, Password), Host: strings.Join(c.hosts, ","), Path: "/" + database}
}

// Database is the configuration of a fresh store in a database of its own.
func (c *Cluster) Database(t testing.TB) store.Config {
	t.Helper()
	c.next++
	name := fmt.Sprintf("test_%d", c.next)
	if err := c.admin.Exec(context.Background(), "CREATE DATABASE "+name+" ON CLUSTER "+clusterName); err != nil {
		t.Fatal(err)
	}
	u := c.address(name)
	u.RawQuery = url.Values{"cluster": {clusterName}}.Encode()
	return store.Config{DSN: u.String()}
}

// Emptied is the configuration of one store, emptied: to make its tables takes
// a cluster seconds.
func (c *Cluster) Emptied(t testing.TB) store.Config {
	t.Helper()
	if c.emptied.DSN == "" {
		c.emptied = c.Database(t)
		return c.emptied
	}
	var emptying sync.WaitGroup
	for _, host := range []string{c.hosts[0], c.hosts[2]} { // of each shard
		emptying.Go(func() {
			if err := empty(c.emptied.DSN, host); err != nil {
				t.Error(err)
			}
		})
	}
	emptying.Wait()
	return c.emptied
}

// empty empties a shard's own tables.
func empty(dsn, host string) error {
	opts, err := clickhouse.ParseDSN(dsn)
	if err != nil {
		return err
	}
	opts.Addr, opts.Settings = []string{host}, nil
	conn, err := clickhouse.Open(opts)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, table := range []string{"listings", "reviews", "superseded", "media", "coverage", "mentions", "rejections", "tallies", "counts", "generations", "leases", "dictionaries", "runs", "reports"} {
		if err := conn.Exec(context.Background(), "TRUNCATE TABLE "+table+"_local"); err != nil {
			return err
		}
	}
	return nil
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// DSN is the address of a database of the server.
func (s *Server) DSN(database string) string {
	u := url.URL{Scheme: "clickhouse", User: url.UserPassword(User, Password), Host: s.Host, Path: "/" + database}
	return u.String()
}

// Database is the configuration of a fresh store in a database of its own.
func (s *Server) Database(t testing.TB) store.Config {
	t.Helper()
	s.next++
	name := fmt.Sprintf("test_%d", s.next)
	if err := s.admin.Exec(context.Background(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return store.Config{DSN: s.DSN(name)}
}
