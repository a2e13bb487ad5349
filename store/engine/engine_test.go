package engine_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"chaping"
	"chaping/store/engine"
)

// dataDir is a fresh data directory. It skips the test where there is no
// engine library, and fails it in CI; with -short it skips it anyway.
func dataDir(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: needs the embedded engine")
	}
	path, err := engine.Locate()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		absent(t, "the engine library is not installed: make engine")
	}
	return t.TempDir()
}

func absent(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s; CI=true does not allow to skip", what)
	}
	t.Skip(what)
}

// open opens an engine and a driver on it, until the end of the test.
func open(t testing.TB, dir string) (*engine.Engine, driver.Conn) {
	t.Helper()
	e, err := engine.Open(context.Background(), dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e, connect(t, e)
}

func connect(t testing.TB, e *engine.Engine) driver.Conn {
	t.Helper()
	db, err := clickhouse.Open(&clickhouse.Options{
		Protocol:      clickhouse.HTTP,
		Addr:          []string{"engine"},
		Auth:          clickhouse.Auth{Database: "test"},
		TransportFunc: func(*http.Transport) (http.RoundTripper, error) { return e, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func exec1(t testing.TB, db driver.Conn, sql string) {
	t.Helper()
	if err := db.Exec(context.Background(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func count(t testing.TB, db driver.Conn, sql string) (n uint64) {
	t.Helper()
	if err := db.QueryRow(context.Background(), sql).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// insert sends rows to the table t (n UInt64, s String).
func insert(db driver.Conn, from, rows int) error {
	batch, err := db.PrepareBatch(context.Background(), "INSERT INTO t (n, s)")
	if err != nil {
		return err
	}
	defer batch.Close()
	for i := range rows {
		if err := batch.Append(uint64(from+i), "评论\x00\xff"); err != nil {
			return err
		}
	}
	return batch.Send()
}

const createTable = "CREATE TABLE IF NOT EXISTS t (n UInt64, s String) ENGINE = MergeTree ORDER BY n"

func TestInsertAndSelect(t *testing.T) {
	_, db := open(t, dataDir(t))
	exec1(t, db, createTable)
	const rows = 300_000 // more than one chunk each way
	if err := insert(db, 0, rows); err != nil {
		t.Fatal(err)
	}
	result, err := db.Query(context.Background(), "SELECT n, s FROM t ORDER BY n")
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	next := uint64(0)
	for result.Next() {
		var n uint64
		var s string
		if err := result.Scan(&n, &s); err != nil {
			t.Fatal(err)
		}
		if n != next || s != "评论\x00\xff" {
			t.Fatalf("row %d: %d %q", next, n, s)
		}
		next++
	}
	if err := result.Err(); err != nil || next != rows {
		t.Fatalf("%d rows, %v", next, err)
	}
	// Blocks in which nothing is left do not end the answer.
	result, err = db.Query(context.Background(), "SELECT number FROM numbers(100000000) WHERE number % 10000000 = 7")
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	for found := uint64(0); found < 10; found++ {
		var n uint64
		if !result.Next() || result.Scan(&n) != nil || n%10000000 != 7 {
			t.Fatalf("row %d: %d, %v", found, n, result.Err())
		}
	}
	version, err := db.ServerVersion()
	if err != nil || version.Revision != 0 || version.Version.Major != 26 {
		t.Errorf("%+v, %v", version, err)
	}
}

// TestErrors wants ClickHouse's exceptions whole, whenever they come.
func TestErrors(t *testing.T) {
	dir := dataDir(t)
	_, local := open(t, dir)
	_, remote := open(t, dir) // the first one owns the directory
	for name, db := range map[string]driver.Conn{"owner": local, "client": remote} {
		for _, test := range []struct {
			sql  string
			code int32
		}{
			{"SELEKT 1", 62},
			{"SELECT * FROM nowhere", 60},
			{"SELECT throwIf(number = 3000000, 'late') FROM numbers(10000000)", 395},
			{"INSERT INTO nowhere SELECT 1", 60},
			{"CREATE TABLE broken (a Nonsense) ENGINE = Memory", 50},
			{"SELECT 1; SELECT 2", 62},
			{"SELECT 1 SETTINGS no_such_setting = 1", 115},
		} {
			var exception *clickhouse.Exception
			if err := drain(context.Background(), db, test.sql); !errors.As(err, &exception) || exception.Code != test.code {
				t.Errorf("%s: %s: %v, want code %d", name, test.sql, err, test.code)
			}
		}
		ctx := clickhouse.Context(context.Background(), clickhouse.WithSettings(clickhouse.Settings{"max_result_rows": 3}))
		var exception *clickhouse.Exception
		if err := drain(ctx, db, "SELECT number FROM numbers(10)"); !errors.As(err, &exception) || exception.Code != 396 {
			t.Errorf("%s: setting is not applied: %v", name, err)
		}
		ctx = clickhouse.Context(context.Background(), clickhouse.WithSettings(clickhouse.Settings{"max_result_rows": 3, "no_such_setting": 1}))
		if err := drain(ctx, db, "SELECT 1"); !errors.As(err, &exception) || exception.Code != 115 {
			t.Errorf("%s: unknown setting: %v", name, err)
		}
		if err := drain(context.Background(), db, "SELECT number FROM numbers(10)"); err != nil {
			t.Errorf("%s: setting outlives its statement: %v", name, err)
		}
		if err := drain(context.Background(), db, "SELECT {x:String}", clickhouse.Named("x", "1")); err == nil || !strings.Contains(err.Error(), "not supported") {
			t.Errorf("%s: query parameter: %v", name, err)
		}
	}
}

// drain runs a statement and reads what it returns.
func drain(ctx context.Context, db driver.Conn, sql string, args ...any) error {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	for rows.Next() {
	}
	rows.Close()
	return rows.Err()
}

// TestNoRights wants the engine's user to have no right to files, addresses and
// users, whatever the statement is, and no config.xml of the working directory.
func TestNoRights(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("config.xml", []byte("<clickhouse><users_config>config.xml</users_config></clickhouse>"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := dataDir(t)
	_, db := open(t, dir)
	for _, sql := range []string{
		"SELECT * FROM file('/etc/passwd', 'LineAsString')",
		"SELECT * FROM default.`/etc/passwd`",
		"SELECT * FROM url('http://127.0.0.1:9/', 'CSV', 'x String')",
		"SELECT * FROM remote('127.0.0.1:9', system.one)",
		"SELECT * FROM s3('http://127.0.0.1:9/bucket/k', 'CSV', 'x String')",
		"CREATE TABLE t (x String) ENGINE = File(CSV, '/etc/passwd')",
		"CREATE TABLE t (x String) ENGINE = URL('http://127.0.0.1:9/', CSV)",
		"CREATE DATABASE files ENGINE = Filesystem('/etc')",
		"CREATE USER u",
	} {
		var exception *clickhouse.Exception
		if err := drain(context.Background(), db, sql); !errors.As(err, &exception) || exception.Code != 497 {
			t.Errorf("%s: %v, want no rights", sql, err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".engine*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestInsertFails lets a large insert fail at its very beginning.
func TestInsertFails(t *testing.T) {
	dir := dataDir(t)
	_, local := open(t, dir)
	_, remote := open(t, dir)
	for name, db := range map[string]driver.Conn{"owner": local, "client": remote} {
		exec1(t, db, createTable)
		batch, err := db.PrepareBatch(context.Background(), "INSERT INTO t (n, s)")
		if err != nil {
			t.Fatal(err)
		}
		for i := range 500_000 {
			if err := batch.Append(uint64(i), "漏水"); err != nil {
				t.Fatal(err)
			}
		}
		exec1(t, db, "DROP TABLE t")
		var exception *clickhouse.Exception
		if err := batch.Send(); !errors.As(err, &exception) || exception.Code != 60 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCancel(t *testing.T) {
	dir := dataDir(t)
	_, local := open(t, dir)
	_, remote := open(t, dir)
	exec1(t, local, createTable)
	for name, db := range map[string]driver.Conn{"owner": local, "client": remote} {
		for _, sql := range []string{
			"SELECT sum(sleepEachRow(0.01)) FROM numbers(1000000) SETTINGS max_block_size = 1",
			"SELECT number, toString(number) FROM numbers(1000000000000)",
			"INSERT INTO t SELECT number, '' FROM numbers(1000000000000)",
		} {
			ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
			if err := drain(ctx, db, sql); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %s: %v", name, sql, err)
			}
			cancel()
		}
	}
	// Close waits for statements, so that it would wait for ever if one of
	// these still ran.
}

func TestStreamAndInsertSideBySide(t *testing.T) {
	_, db := open(t, dataDir(t))
	exec1(t, db, createTable)
	if err := insert(db, 0, 200_000); err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query(context.Background(), "SELECT n FROM t")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for rows.Next() {
		if read%50_000 == 0 {
			if err := insert(db, 1_000_000+read, 1000); err != nil {
				t.Fatal(err)
			}
		}
		read++
	}
	if err := rows.Err(); err != nil || read != 200_000 {
		t.Errorf("%d rows read, %v", read, err)
	}
	if n := count(t, db, "SELECT count() FROM t"); n != 204_000 {
		t.Errorf("%d rows stored", n)
	}
}

// TestMemoryStaysFlat reads a result of 800 MB and many small ones of 600 MB in all:
// either would be seen if it stayed, in memory that was measured before the engine
// had anything to do. Blocks are small: of usual ones, 64 MB each, a few are on their
// way at a time, and the race detector remembers four times what was ever in use.
func TestMemoryStaysFlat(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	_, db := open(t, dataDir(t))
	ctx := context.Background()
	const row = "SELECT randomString(1024) AS s FROM numbers(%d) SETTINGS max_block_size = 4096"
	before := resident(t)
	if err := drain(ctx, db, fmt.Sprintf(row, 800_000)); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if err := drain(ctx, db, fmt.Sprintf(row, 6_000)); err != nil {
			t.Fatal(err)
		}
	}
	after := resident(t)
	t.Logf("resident: %d MB before, %d after", before>>20, after>>20)
	if after > before+500<<20 {
		t.Errorf("resident memory grew from %d to %d MB", before>>20, after>>20)
	}
}

func resident(t *testing.T) uint64 {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var size, pages uint64
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * uint64(os.Getpagesize())
}

func TestOpenAgain(t *testing.T) {
	a, b := dataDir(t), dataDir(t)
	for i, dir := range []string{a, b, a, b} {
		e, err := engine.Open(context.Background(), dir, "test")
		if err != nil {
			t.Fatal(err)
		}
		db := connect(t, e)
		exec1(t, db, createTable)
		if n := count(t, db, "SELECT count() FROM t"); n != uint64(i/2*10) {
			t.Errorf("open %d: %d rows", i, n)
		}
		if err := insert(db, 0, 10); err != nil {
			t.Fatal(err)
		}
		engine.Rest() // what it gives back comes back
		if n := count(t, db, "SELECT count() FROM t WHERE toString(n) LIKE '%'"); n != uint64(i/2*10+10) {
			t.Errorf("open %d: %d rows after a rest", i, n)
		}
		for range 2 {
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Ping(context.Background()); err == nil {
			t.Error("a closed engine answers")
		}
	}
}

func TestTwoDirectoriesAtOnce(t *testing.T) {
	open(t, dataDir(t))
	_, err := engine.Open(context.Background(), dataDir(t), "test")
	environment(t, err, "另一个数据目录")
}

// environment wants an error that a user can remedy, with these words in it.
func environment(t *testing.T, err error, words ...string) {
	t.Helper()
	t.Log(err)
	var told *chaping.Error
	if !errors.As(err, &told) || told.Code != chaping.CodeEnvironment || told.Message == "" || told.Remedy == "" && told.Advice.Code == "" {
		t.Fatalf("not an error for users: %v", err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q is not in: %v", word, err)
		}
	}
}

func TestUnusableLibrary(t *testing.T) {
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage.so")
	if err := os.WriteFile(garbage, []byte("not a library"), 0o600); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(dir, "missing.so")
	for file, problem := range map[string]string{
		missing:                           "不存在",
		garbage:                           "无法加载",
		dir:                               "无法加载",
		stub(t, "other", ""):              "不是",
		stub(t, "older", "26.5.0"):        "是 26.5.0 版",
		filepath.Join(garbage, "nothing"): "无法读取",
	} {
		t.Setenv("CHAPING_ENGINE", file)
		_, err := engine.Open(context.Background(), t.TempDir(), "test")
		environment(t, err, file, problem, "make engine", "CHAPING_ENGINE")
	}
}

// stub compiles a library which looks like libchdb of some version, or like
// no libchdb at all.
func stub(t *testing.T, name, version string) string {
	t.Helper()
	cc, err := exec.LookPath("cc")
	if err != nil {
		absent(t, "no C compiler to build a library of another version")
	}
	source := "int unrelated(void) { return 0; }\n"
	if version != "" {
		source = fmt.Sprintf("const char *chdb_version(void) { return %q; }\n", version)
		for _, f := range strings.Fields(`set_signal_handlers_enabled connect close_conn query_n stream_query_n
			stream_fetch_result stream_cancel_query stream_insert_n stream_append stream_done stream_insert_error
			destroy_insert_stream result_buffer result_length result_error destroy_query_result`) {
			source += "void chdb_" + f + "(void) {}\n"
		}
	}
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file+".c", []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(cc, "-shared", "-fPIC", "-o", file+".so", file+".c").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return file + ".so"
}

func TestUnwritableDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	dirs := []string{file, filepath.Join(file, "below")}
	if os.Getuid() != 0 { // root may write everywhere
		readOnly := t.TempDir()
		if err := os.Chmod(readOnly, 0o500); err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, readOnly, filepath.Join(readOnly, "new"))
	} else if _, err := os.Stat("/proc/self"); err == nil {
		dirs = append(dirs, "/proc/self/new") // not even root
	}
	for _, dir := range dirs {
		_, err := engine.Open(context.Background(), dir, "test")
		environment(t, err, dir, "不可写")
	}
}

func TestLocate(t *testing.T) {
	t.Setenv("CHAPING_ENGINE", "")
	t.Setenv("XDG_CACHE_HOME", "/c")
	if runtime.GOOS == "linux" {
		if path, err := engine.Locate(); err != nil || path != "/c/chaping/engine/"+engine.Package+"/libchdb.so" {
			t.Errorf("%s, %v", path, err)
		}
		t.Setenv("XDG_CACHE_HOME", "")
		t.Setenv("HOME", "")
		_, err := engine.Locate()
		environment(t, err, "CHAPING_ENGINE")
	}
	// Beside an installed program, as this test is one.
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	installed := filepath.Join(filepath.Dir(program), "..", "lib", "chaping", "libchdb.so")
	if err := os.MkdirAll(filepath.Dir(installed), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(filepath.Dir(filepath.Dir(installed))) })
	if err := os.WriteFile(installed, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if path, err := engine.Locate(); runtime.GOOS == "linux" && (err != nil || path != installed) {
		t.Errorf("%s, %v", path, err)
	}
	t.Setenv("CHAPING_ENGINE", "/somewhere/libchdb.so")
	if path, err := engine.Locate(); err != nil || path != "/somewhere/libchdb.so" {
		t.Errorf("%s, %v", path, err)
	}
}
