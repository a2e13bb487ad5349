package storetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/store"
)

// readOnly lets a user's SQL read, and nothing else.
func readOnly(t *testing.T, s *store.Store) {
	ctx := context.Background()
	ok(t, s.PutReviews(ctx, []chaping.Review{review("p", "a"), review("p", "b"), review("p", "c")}))
	limits := store.Limits{Rows: 100, Time: 20 * time.Second, Memory: 1 << 30}
	a, err := s.ReadOnly(ctx, "SELECT id, toUInt64(length(text)) AS n, published FROM reviews FINAL ORDER BY id", limits)
	ok(t, err)
	if strings.Join(a.Columns, ",") != "id,n,published" || len(a.Rows) != 3 || a.Rows[0][0] != "a" || a.Cut {
		t.Errorf("%+v", a)
	}
	few := limits
	few.Rows = 2
	if a, err = s.ReadOnly(ctx, "SELECT id FROM reviews", few); err != nil || len(a.Rows) != 2 || !a.Cut {
		t.Errorf("%+v, %v", a, err)
	}

	outside := filepath.Join(t.TempDir(), "out")
	ok(t, os.WriteFile(outside+".csv", []byte("1\n"), 0o644))
	for _, sql := range []string{
		"INSERT INTO reviews (id) VALUES ('x')",
		"INSERT INTO reviews SELECT * FROM reviews",
		"/* SELECT */ DROP TABLE reviews",
		"ALTER TABLE reviews DROP PARTITION 202610",
		"TRUNCATE TABLE reviews",
		"CREATE TABLE mine (x UInt8) ENGINE = Memory",
		"SET readonly = 0",
		"SET max_memory_usage = 0",
		"OPTIMIZE TABLE reviews FINAL",
		"KILL QUERY WHERE 1",
		"SELECT * FROM file('" + outside + ".csv', 'CSV', 'x UInt8')",
		"SELECT * FROM url('http://127.0.0.1:9/', 'CSV', 'x UInt8')",
		"SELECT 1 INTO OUTFILE '" + outside + "'",
		"SELECT 1; DROP TABLE reviews",
		"没有这样的语句",
	} {
		_, err := s.ReadOnly(ctx, sql, limits)
		if v, verr := s.ServerVersion(); verr == nil && v < "23" &&
			(strings.HasPrefix(sql, "KILL") || strings.Contains(sql, "OUTFILE")) {
			continue // an old server kills its user's own statements, and leaves files to the client
		}
		var told *chaping.Error
		if !errors.As(err, &told) || told.Code == chaping.CodeInternal || told.Remedy == "" {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if _, err := os.Stat(outside); err == nil {
		t.Error("a file was written")
	}
	equal(t, len(readAll(t, s, period.Window())), 3)
	_, err = s.ReadOnly(ctx, "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 7", store.Limits{Rows: 1, Time: time.Second, Memory: 1 << 30})
	if err == nil || !strings.Contains(err.Error(), "时间限制") && !strings.Contains(err.Error(), "只能读取") { // 18.16 takes numbers for writing
		t.Errorf("endless: %v", err)
	}
	// The connection serves others afterwards.
	ok(t, s.PutReviews(ctx, []chaping.Review{review("p", "d")}))
	n, err := s.ReviewCount(ctx)
	ok(t, err)
	equal(t, n, 4)
}
