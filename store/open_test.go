package store_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/store"
	"chaping/store/storetest"
)

var (
	ctx    = context.Background()
	period = chaping.Period{Year: 2026, Month: time.November}
)

func aReview() chaping.Review {
	return chaping.Review{Platform: "p", Product: "1", ID: "1", Published: period.Window().From, Text: "漏水"}
}

// wantError wants an error of that code with a remedy and these words.
func wantError(t *testing.T, err error, code chaping.Code, words ...string) {
	t.Helper()
	t.Log(err)
	var told *chaping.Error
	if !errors.As(err, &told) || told.Code != code || told.Message == "" || told.Remedy == "" && told.Advice.Code == "" {
		t.Fatalf("not the error wanted: %v", err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q is not in: %v", word, err)
		}
	}
}

// TestMigrations interrupts and repeats migrations on every place.
func TestMigrations(t *testing.T) {
	t.Run("embedded", func(t *testing.T) { testMigrations(t, storetest.Embedded) })
	t.Run("server", func(t *testing.T) { testMigrations(t, storetest.StartServer(t).Database) })
}

func testMigrations(t *testing.T, fresh func(testing.TB) store.Config) {
	cfg := fresh(t)
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, chaping.Shanghai())
	cfg.Now = func() time.Time { return now }
	meddle := func(statements ...string) {
		t.Helper()
		s, err := store.Open(ctx, cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.PutReviews(ctx, []chaping.Review{aReview()}); err != nil {
			t.Fatal(err)
		}
		for _, statement := range statements {
			if err := s.Conn().Exec(ctx, statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
	}
	count := func() {
		t.Helper()
		s, err := store.Open(ctx, cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if n, err := s.ReviewCount(ctx); err != nil || n != 1 {
			t.Errorf("%d reviews, %v", n, err)
		}
		var applied uint64
		if err := s.Conn().QueryRow(ctx, "SELECT count() FROM schema_migrations FINAL").Scan(&applied); err != nil || applied < 3 {
			t.Errorf("%d migrations, %v", applied, err)
		}
	}

	// Servers that can be asked for it keep what they have confirmed.
	s := storetest.Open(t, cfg)
	server, err := s.Conn().ServerVersion()
	if err != nil {
		t.Fatal(err)
	}
	if server.Version.Major > 20 {
		var lasting uint64
		err := s.Conn().QueryRow(ctx, `SELECT count() FROM system.tables
			WHERE database = currentDatabase() AND engine_full LIKE '%fsync_after_insert = 1, fsync_part_directory = 1%'`).Scan(&lasting)
		if err != nil || lasting != 14 {
			t.Errorf("%d durable tables, %v", lasting, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	// Killed after the second migration's first statement.
	meddle(
		"DROP TABLE schema_migrations",
		"CREATE TABLE schema_migrations (version UInt32, name String, applied Int64) ENGINE = ReplacingMergeTree ORDER BY version",
		"INSERT INTO schema_migrations SELECT 1, '0001_reviews', 0",
		"DROP TABLE tallies",
		"DROP TABLE runs",
	)
	count()
	// Killed before any was recorded.
	meddle("DROP TABLE schema_migrations")
	count()
	// Written by a newer program.
	meddle("INSERT INTO schema_migrations SELECT 4711, '4711_future', 0")
	_, err = store.Open(ctx, cfg)
	wantError(t, err, chaping.CodeEnvironment, "4711", "升级")
}

func TestZeroTimesMeanNow(t *testing.T) {
	cfg := storetest.Embedded(t)
	now := time.Date(2026, 11, 22, 9, 0, 0, 5e6, chaping.Shanghai())
	cfg.Now = func() time.Time { return now }
	s := storetest.Open(t, cfg)
	if err := s.PutReviews(ctx, []chaping.Review{aReview()}); err != nil {
		t.Fatal(err)
	}
	err := s.Reviews(ctx, period.Window(), func(r *chaping.Review) error {
		if !r.Collected.Equal(now) {
			t.Errorf("collected %v", r.Collected)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := store.Open(ctx, store.Config{DataDir: file})
	wantError(t, err, chaping.CodeEnvironment, file, "不可写")

	t.Setenv("CHAPING_ENGINE", filepath.Join(t.TempDir(), "none.so"))
	_, err = store.Open(ctx, store.Config{DataDir: t.TempDir()})
	wantError(t, err, chaping.CodeEnvironment, "none.so", "make engine")
}

// TestPasswordIsNeverShown tries every way in which opening a server fails.
func TestPasswordIsNeverShown(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := listener.Addr().String()
	listener.Close()
	const password = "geheim-1"
	for _, test := range []struct {
		dsn  string
		code chaping.Code
		word string
	}{
		{"clickhouse://u:" + password + "@" + nobody + "/db", chaping.CodeEnvironment, nobody},
		{"clickhouse://u:" + password + "@[::1/db", chaping.CodeUsage, "clickhouse://"},
		{"clickhouse://u:" + password + "%zz@h:9000/db", chaping.CodeUsage, "百分号"},
		{"clickhouse://u:" + password + "@h:port/db", chaping.CodeUsage, "9000"},
		{"clickhouse://u:" + password + "@h:9000/db?dial_timeout=soon", chaping.CodeUsage, "9000"},
		{"http://u:" + password + "@h:8123/db", chaping.CodeUsage, "clickhouse://"},
		{"u:" + password + "@h:9000", chaping.CodeUsage, "clickhouse://"},
		{"clickhouse://u:" + password + "@/db", chaping.CodeUsage, "主机"},
	} {
		_, err := store.Open(ctx, store.Config{DSN: test.dsn})
		wantError(t, err, test.code, test.word)
		for cause := err; cause != nil; cause = errors.Unwrap(cause) {
			if strings.Contains(cause.Error(), "geheim") {
				t.Errorf("%s: %v", test.dsn, cause)
			}
		}
	}
}

func TestServerRefuses(t *testing.T) {
	t.Parallel()
	server := storetest.StartServer(t)
	for dsn, words := range map[string][]string{
		"clickhouse://" + storetest.User + ":wrong-geheim@" + server.Host + "/default": {server.Host, "密码"},
		"clickhouse://nobody:geheim@" + server.Host + "/default":                       {server.Host, "用户名"},
		server.DSN("missing"): {"库名", "CREATE DATABASE"},
	} {
		_, err := store.Open(ctx, store.Config{DSN: dsn})
		wantError(t, err, chaping.CodeEnvironment, words...)
		if strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), storetest.Password) {
			t.Errorf("password in: %v", err)
		}
	}
}

// A parameter of the address that nobody knows is a mistake of the call.
func TestUnknownParameters(t *testing.T) {
	t.Parallel()
	cfg := storetest.StartServer(t).Database(t)
	for _, parameter := range []string{"clustr=x", "clustr=1"} {
		unknown := cfg
		unknown.DSN += "?" + parameter
		_, err := store.Open(ctx, unknown)
		wantError(t, err, chaping.CodeUsage, "clustr")
	}
}
