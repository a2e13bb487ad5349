package main

import (
	"bytes"
	"chaping/report"
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"chaping/station"
)

// Another program reads station.db while the portal serves, between all that
// the portal does with the file: nothing is lost. SQLite's locks are those of
// a process and a file, and fall with any descriptor of the file that the
// process closes; the reader, alone as it seems, would then remove the log
// that the portal goes on writing to.
func TestForeignReader(t *testing.T) {
	sqlite3, err := exec.LookPath("sqlite3")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("CI must have sqlite3: %v", err)
		}
		t.Skip("sqlite3 is not installed")
	}
	p := servePortal(t)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	person := &http.Client{Jar: jar}
	post := func(path string, form url.Values) {
		t.Helper()
		r, err := person.PostForm(p.base+path, form)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", path, r.Status)
		}
	}
	read := func(file, query string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), sqlite3, filepath.Join(p.data, file), query).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v %s", query, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	locked := func(after string) {
		t.Helper()
		for _, file := range []string{"station.db", "evidence/evidence.db"} {
			if !holdsLock(t, filepath.Join(p.data, file)) {
				t.Errorf("after %s the portal has no lock on %s any more", after, file)
			}
			read(file, "SELECT count(*) FROM sqlite_master")
			if _, err := os.Stat(filepath.Join(p.data, file+"-wal")); err != nil {
				t.Errorf("after %s a reader has removed the log: %v", after, err)
			}
		}
	}
	post(p.setup, url.Values{"name": {"zhang"}, "person": {"张三"}, "station": {"10"}, "password": {testPassword}, "again": {testPassword}})
	locked("the first start")
	jobs := func(n int) {
		t.Helper()
		_, _ = get(t, person, fmt.Sprintf("%s/jobs/%d/events", p.base, n)) // until it has ended
	}
	post("/watches/new", url.Values{"name": {"小家电"}, "keywords": {"插座"}, "sources": {"testmall"}})
	post("/watches/1/collect", url.Values{"period": {"2026-11"}})
	jobs(1)
	locked("collecting and mining")
	post("/mine", url.Values{"period": {"2026-11"}})
	jobs(2)
	locked("mining")
	post("/settings/backups", nil)
	jobs(3)
	locked("a backup")
	backups, err := filepath.Glob(filepath.Join(p.data, "backups", "*.backup"))
	if err != nil || len(backups) != 1 {
		t.Fatal(backups, err)
	}
	post("/settings/backups", url.Values{"name": {filepath.Base(backups[0])}, "restore": {"1"}})
	jobs(4)
	locked("a restore beside the data")
	restored, err := filepath.Glob(filepath.Join(p.data, "backups", "restored-*", "data", "station.db"))
	if err != nil || len(restored) != 1 {
		t.Errorf("restored to %q, %v", restored, err)
	}
	var out bytes.Buffer
	program := &program{in: strings.NewReader(""), out: &report.Output{Writer: &out}, err: testWriter{t}, now: clock()}
	for _, args := range [][]string{{"doctor"}, {"account", "list"}, {"backup", filepath.Join(t.TempDir(), "b")}, {"evidence", "list"}} {
		_ = program.execute(context.WithoutCancel(t.Context()), append(args, "--data", p.data)) // doctor finds fault with much
		locked(strings.Join(args, " "))
	}
	out.Reset()
	if err := program.execute(t.Context(), []string{"schedule", "run", "发送通知", "--data", p.data}); err != nil ||
		!strings.Contains(out.String(), "另一个进程正在调度") {
		t.Errorf("the portal does not run the plans: %q %v", out.String(), err)
	}
	post("/watches/new", url.Values{"name": {"充电器"}, "keywords": {"充电器"}, "sources": {"testmall"}})
	if got := read("station.db", "SELECT (SELECT count(*) FROM account) || ' ' || (SELECT count(*) FROM watch); PRAGMA integrity_check"); got != "1 2\nok" {
		t.Errorf("of the account and two watches is left: %q", got)
	}
	d, err := station.Open(t.Context(), p.data, clock())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if n, _, err := d.VerifyAudit(t.Context()); err != nil || n < 5 {
		t.Errorf("%d entries, %v", n, err)
	}
}

// holdsLock tells whether this process holds a POSIX lock on the file.
func holdsLock(t *testing.T, path string) bool {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		t.Skip("the system does not tell who holds locks")
	}
	suffix := fmt.Sprintf(":%d", info.Sys().(*syscall.Stat_t).Ino)
	for line := range strings.Lines(string(locks)) {
		f := strings.Fields(line)
		if len(f) > 5 && f[1] == "POSIX" && f[4] == fmt.Sprint(os.Getpid()) && strings.HasSuffix(f[5], suffix) {
			return true
		}
	}
	return false
}
