package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/store"
	"chaping/store/storetest"
)

func TestEmbedded(t *testing.T) { storetest.Suite(t, storetest.Embedded) }

// TestSecondProcess works as a second process does: another one, here this
// one, owns the data directory.
func TestSecondProcess(t *testing.T) {
	storetest.Suite(t, func(t testing.TB) store.Config {
		cfg := storetest.Embedded(t)
		storetest.Open(t, cfg)
		return cfg
	})
}

func TestServer(t *testing.T) {
	t.Parallel()
	server := storetest.StartServer(t)
	storetest.Suite(t, server.Database)
	t.Run("Views", func(t *testing.T) { viewsForOthers(t, storetest.Open(t, server.Database(t))) })
}

func TestCluster(t *testing.T) {
	t.Parallel()
	cluster := storetest.StartCluster(t)
	storetest.Suite(t, cluster.Emptied)
	t.Run("Views", func(t *testing.T) { viewsForOthers(t, storetest.Open(t, cluster.Emptied(t))) })
	t.Run("Upkeep", func(t *testing.T) { clusterUpkeep(t, storetest.Open(t, cluster.Emptied(t))) })
	t.Run("HalfMigrated", func(t *testing.T) { clusterHalfMigrated(t, cluster.Emptied(t)) })
	t.Run("FromServer", func(t *testing.T) { clusterFromServer(t, storetest.Open(t, cluster.Emptied(t))) })
	t.Run("NoSuchCluster", func(t *testing.T) {
		dsn := strings.Replace(cluster.Emptied(t).DSN, "cluster=chaping", "cluster=elsewhere", 1)
		_, err := store.Open(ctx, store.Config{DSN: dsn})
		wantError(t, err, chaping.CodeEnvironment, "elsewhere", "remote_servers")
	})
}

// clusterHalfMigrated forgets that migrations were applied, as a program does
// that is killed before it records them: they are applied again.
func clusterHalfMigrated(t *testing.T, cfg store.Config) {
	s := storetest.Open(t, cfg)
	if err := s.PutReviews(ctx, []chaping.Review{aReview()}); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"TRUNCATE TABLE schema_migrations_local", "DROP TABLE tallies"} {
		for _, shard := range s.Shards() {
			if err := shard.Exec(ctx, statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	s = storetest.Open(t, cfg)
	if n, err := s.ReviewCount(ctx); err != nil || n != 1 {
		t.Errorf("%d reviews, %v", n, err)
	}
	var applied uint64
	if err := s.Conn().QueryRow(ctx, "SELECT count() FROM schema_migrations FINAL").Scan(&applied); err != nil || applied != 11 {
		t.Errorf("%d migrations, %v", applied, err)
	}
}

// clusterFromServer moves one server's data as docs/cluster.md says.
func clusterFromServer(t *testing.T, s *store.Store) {
	server := storetest.StartServer(t)
	cfg := server.Database(t)
	old := storetest.Open(t, cfg)
	list := randomReviews(500)
	for i := range list {
		list[i].Product = fmt.Sprint(i % 40)
	}
	for range 2 { // copies
		if err := old.PutReviews(ctx, list); err != nil {
			t.Fatal(err)
		}
	}
	if err := old.PutListings(ctx, []chaping.Listing{{Keyword: "k", Product: chaping.Product{Platform: "p", ID: "1"}}}); err != nil {
		t.Fatal(err)
	}
	if err := old.PutRun(ctx, store.Run{ID: "r", Stage: "import"}); err != nil {
		t.Fatal(err)
	}
	database := cfg.DSN[strings.LastIndex(cfg.DSN, "/")+1:]
	for range 2 { // again after an interruption
		for table, where := range map[string]string{"listings": "1", "reviews": "toYYYYMM(published) = 202610", "superseded": "1", "media": "1", "reports": "1", "coverage": "1", "runs": "stage != 'mine'"} {
			err := s.Conn().Exec(ctx, fmt.Sprintf("INSERT INTO %s SELECT * FROM remote('%s', %s, %s, '%s', '%s') WHERE %s",
				table, server.Host, database, table, storetest.User, storetest.Password, where))
			if err != nil {
				t.Fatal(table, err)
			}
		}
	}
	if n, err := s.ReviewCount(ctx); err != nil || n != 500 {
		t.Errorf("%d reviews, %v", n, err)
	}
	if runs, err := s.Runs(ctx, store.RunFilter{}); err != nil || len(runs) != 1 {
		t.Errorf("%v, %v", runs, err)
	}
	if l, err := s.ListingHistory(ctx, chaping.ProductKey{Platform: "p", Product: "1"}); err != nil || len(l) != 1 {
		t.Errorf("%v, %v", l, err)
	}
}

// clusterUpkeep looks after tables whose parts lie on several machines.
func clusterUpkeep(t *testing.T, s *store.Store) {
	var list []chaping.Review
	for i := range 300 {
		r := aReview()
		r.Product, r.ID = fmt.Sprint(i%30), fmt.Sprint(i)
		r.Published = r.Published.AddDate(0, -(i % 2), 0)
		list = append(list, r)
	}
	if err := s.PutReviews(ctx, list); err != nil {
		t.Fatal(err)
	}
	stats, err := s.Stats(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range stats {
		if table.Name == "reviews" && (table.Rows != 300 || table.Parts != 4 || table.Bytes == 0) { // two months on two shards
			t.Errorf("%+v", table)
		}
	}
	if bytes, err := s.ReviewBytes(ctx); err != nil || bytes == 0 {
		t.Errorf("%d bytes, %v", bytes, err)
	}
	for _, dry := range []bool{true, false} {
		dropped, err := s.Purge(ctx, store.Purge{Reviews: period, Derived: period}, dry)
		if err != nil || !slices.Equal(dropped, []store.Purged{{Table: "reviews", Month: "2026-09", Rows: 150}}) {
			t.Errorf("dropped %v, %v", dropped, err)
		}
	}
	if n, err := s.ReviewCount(ctx); err != nil || n != 150 {
		t.Errorf("%d reviews, %v", n, err)
	}
	wantError(t, s.Optimize(ctx, func(string) {}), chaping.CodeEnvironment, "升级到 20.10")
	_, err = s.Verify(ctx, func(string) {})
	wantError(t, err, chaping.CodeEnvironment, "升级到 20.10")
	_, err = s.Backup(ctx, t.TempDir(), "x")
	wantError(t, err, chaping.CodeUsage, "不能由本命令备份")
}

// TestFewParts puts reviews of many months in no order: every month is a
// partition, and should still be touched by one insert only.
func TestFewParts(t *testing.T) {
	s := storetest.Open(t, storetest.Embedded(t))
	var list []chaping.Review
	for i := range 1300 {
		r := aReview()
		r.ID = fmt.Sprint(i)
		r.Published = r.Published.AddDate(0, -(i*37)%130, 0)
		list = append(list, r)
	}
	if err := s.PutReviews(ctx, list); err != nil {
		t.Fatal(err)
	}
	var parts, rows uint64
	err := s.Conn().QueryRow(ctx, `SELECT count(), toUInt64(sum(rows)) FROM system.parts
		WHERE database = currentDatabase() AND table = 'reviews'`).Scan(&parts, &rows)
	if err != nil || parts != 130 || rows != 1300 {
		t.Errorf("%d parts, %d rows, %v", parts, rows, err)
	}
}

// TestUserFunctions wants every function of the list to be one of the engine's.
func TestUserFunctions(t *testing.T) {
	s := storetest.Open(t, storetest.Embedded(t))
	known := map[string]bool{"lambda": true, "untuple": true, "casewithoutexpr": true, "exists": true, "grouping": true, // the parser's own
		"summap": true, "minmap": true, "maxmap": true} // with an ending
	rows, err := s.Conn().Query(t.Context(), "SELECT lower(name) FROM system.functions")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		known[name] = true
	}
	for paragraph := range strings.SplitSeq(store.UserFunctions(), "\n\n") {
		_, names, _ := strings.Cut(paragraph, "\n")
		for _, name := range strings.Fields(names) {
			if !known[strings.ToLower(name)] {
				t.Errorf("the engine has no function %s", name)
			}
		}
	}
}

// A merge between restoring and counting drops rows that were replaced; the
// backup is whole all the same, and was refused.
func TestAttachedRowsAfterMerge(t *testing.T) {
	s := storetest.Open(t, storetest.Embedded(t))
	for _, state := range []string{"", "done"} {
		if err := s.PutRun(t.Context(), store.Run{ID: "r", Stage: "mine", State: state, Started: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	for _, when := range []string{"before", "after"} {
		rows, err := s.AttachedRows(t.Context())
		if err != nil || rows["runs"] != 2 {
			t.Errorf("%s the merge: %v %v", when, rows, err)
		}
		if err := s.Optimize(t.Context(), func(string) {}); err != nil {
			t.Fatal(err)
		}
	}
	var left uint64
	if err := s.Conn().QueryRow(t.Context(), "SELECT count() FROM runs").Scan(&left); err != nil || left != 1 {
		t.Errorf("the merge left %d rows: %v", left, err)
	}
}
