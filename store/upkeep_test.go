package store_test

import (
	"testing"

	"os"
	"path/filepath"

	"chaping"
	"chaping/store"
	"chaping/store/storetest"
)

// TestCorruptPart damages a file of a part: verifying must say which table,
// and the others stay readable.
func TestCorruptPart(t *testing.T) {
	cfg := storetest.Embedded(t)
	s, err := store.Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.PutReviews(ctx, []chaping.Review{aReview()}); err != nil {
		t.Fatal(err)
	}
	mined := storetest.Mine(t, s, period, "d", nil, chaping.Mined{Review: aReview(), Mentions: []chaping.Mention{{Term: "漏水", Start: 0, End: 2, Assertion: chaping.Affirmed}}})
	verify := func(s *store.Store) map[string]string {
		t.Helper()
		list, err := s.Verify(ctx, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		bad := map[string]string{}
		for _, c := range list {
			if c.Problem != "" {
				bad[c.Table] = c.Problem
			}
		}
		return bad
	}
	if bad := verify(s); len(bad) > 0 {
		t.Fatalf("nothing is wrong, but: %v", bad)
	}
	// No table is forgotten when one is added to the schema.
	var names []string
	if err := s.Conn().QueryRow(ctx, "SELECT groupArray(name) FROM system.tables WHERE database = currentDatabase() AND engine != 'View'").Scan(&names); err != nil || len(names) < 9 {
		t.Fatal(names, err)
	}
	kept := map[string]bool{}
	checks, err := s.Verify(ctx, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		kept[c.Table] = true
	}
	for _, table := range names {
		if !kept[table] {
			t.Errorf("table %s is not verified, optimized and restored", table)
		}
	}
	// A record of mining that the mentions do not bear out.
	if err := s.DropMentions(ctx, mined); err != nil {
		t.Fatal(err)
	}
	if bad := verify(s); len(bad) != 1 || bad["mentions 2026-11 d"] == "" {
		t.Errorf("%v", bad)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(cfg.DataDir, "clickhouse", "store", "*", "*", "202610_*", "data.bin"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := range data {
			data[i] ^= 0x55
		}
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = storetest.Open(t, cfg)
	bad := verify(s)
	if bad["reviews"] == "" || bad["listings"] != "" || bad["mentions"] != "" {
		t.Errorf("%v", bad)
	}
}
