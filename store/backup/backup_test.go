package backup_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/app"
	"chaping/crawler/evidence"
	"chaping/demo/synth"
	"chaping/nlp"
	"chaping/store"
	"chaping/store/backup"
	"chaping/store/storetest"
)

var (
	now    = time.Date(2026, 11, 26, 9, 0, 0, 0, chaping.Shanghai())
	period = chaping.Period{Year: 2026, Month: time.November}
)

func quiet(string) {}

// station fills a data directory with all that a station has.
func station(t *testing.T) (store.Config, *store.Store, *app.Pipeline) {
	t.Helper()
	ctx := t.Context()
	cfg := storetest.Embedded(t)
	s := storetest.Open(t, cfg)
	load := synth.Load{Seed: 1, Reviews: 3000, Window: period.Window(), Terms: synth.Terms(20)}
	var reviews []chaping.Review
	err := load.Each(now, func(r *chaping.Review) error { reviews = append(reviews, *r); return nil })
	if err == nil {
		err = s.PutReviews(ctx, reviews)
	}
	if err == nil {
		err = s.PutListings(ctx, []chaping.Listing{{Keyword: "水壶", Product: load.Product(0), SeenAt: now}})
	}
	if err == nil {
		err = s.PutCoverage(ctx, []chaping.Coverage{{Platform: "p", Product: "1", Window: period.Window(), Missing: "没有读全", Final: true, Run: "r", At: now}})
	}
	if err != nil {
		t.Fatal(err)
	}
	var terms []chaping.Term
	for _, name := range load.Terms {
		terms = append(terms, chaping.Term{Name: name, Hazard: "fire", Severity: 3})
	}
	miner, err := nlp.NewMiner(&nlp.Dictionary{Terms: terms})
	if err != nil {
		t.Fatal(err)
	}
	p := &app.Pipeline{Store: s, Miner: miner, Now: func() time.Time { return now }}
	if _, _, err := p.PlatformSheet(ctx, period, app.SheetOptions{}); err != nil {
		t.Fatal(err)
	}
	e, err := evidence.Open(ctx, filepath.Join(cfg.DataDir, "evidence"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	if err := e.Put(ctx, &evidence.Page{URL: "http://shop.example/1", Type: "text/html", Fetched: now, Body: []byte("<p>漏电</p>"), Reviews: []chaping.ReviewKey{reviews[0].Key()}}); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"terms/own.yaml": "terms: []\n", "holidays/2027.json": "{}", "uploads/1/file": "收件人"} {
		file := filepath.Join(cfg.DataDir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return cfg, s, p
}

// counts are what a store has, by whatever it counts.
func counts(t *testing.T, s *store.Store, dictionary string) string {
	t.Helper()
	ctx := t.Context()
	var b strings.Builder
	state, reviews, err := s.WindowState(ctx, period.Window(), "")
	if err != nil {
		t.Fatal(err)
	}
	state, _, _ = strings.Cut(state, "@")
	e, err := s.Edition(ctx, period, dictionary)
	if err != nil {
		t.Fatal(err)
	}
	all, affirmed, err := s.MentionCounts(ctx, e)
	if err != nil || all == 0 {
		t.Fatal(err, all)
	}
	fmt.Fprintln(&b, state, reviews, all, affirmed)
	err = s.Tallies(ctx, e, store.TallyFilter{}, func(x *chaping.Tally) error { _, err := fmt.Fprintf(&b, "%+v\n", *x); return err })
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.Counts(ctx, store.CountQuery{By: []store.Dimension{store.ByTerm, store.ByProduct}, Dictionary: dictionary, First: period, Last: period})
	if err != nil || len(rows) == 0 {
		t.Fatal(err)
	}
	runs, err := s.Runs(ctx, store.RunFilter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	runs = slices.DeleteFunc(runs, func(r store.Run) bool { return r.Stage == "remove" }) // what restoring says
	for i := range runs {
		runs[i].Sequence = 0
	}
	fmt.Fprintf(&b, "%+v\n%+v\n", rows, runs)
	return b.String()
}

func TestBackupAndRestore(t *testing.T) {
	ctx := t.Context()
	cfg, s, p := station(t)
	want := counts(t, s, p.Miner.Version())
	old := filepath.Join(cfg.DataDir, backup.Folder)
	file := filepath.Join(old, "new.backup")
	if err := errors.Join(os.Mkdir(old, 0o700), os.WriteFile(filepath.Join(old, "old.backup"), []byte("x"), 0o600)); err != nil {
		t.Fatal(err)
	}

	// Others write meanwhile, to the engine and to a SQLite file.
	writing, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		for i := 0; ; i++ {
			r := chaping.Review{Platform: "p", Product: "1", ID: fmt.Sprint(i), Published: period.Next().Window().To, Text: "后来的", Collected: now}
			if err := s.PutReviews(writing, []chaping.Review{r}); err != nil {
				ended <- err
				return
			}
		}
	}()
	m, err := backup.Write(ctx, s, cfg.DataDir, file, "test", now, quiet)
	stop()
	<-ended
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(cfg.DataDir, store.BackupFolder)); !errors.Is(err, os.ErrNotExist) {
		t.Error("the copy was left behind")
	}
	if slices.ContainsFunc(m.Parts, func(p backup.Part) bool { return strings.Contains(p.Name, backup.Folder+"/") }) {
		t.Error("the backups are in the backup")
	}
	if m.Rows["reviews"] < 3000 || m.Rows["mentions"] == 0 || m.Rows["counts"] == 0 || m.Rows["listings"] != 1 {
		t.Errorf("%+v", m.Rows)
	}
	if again, err := backup.Verify(ctx, file, quiet); err != nil || !maps.Equal(again.Rows, m.Rows) || len(again.Parts) != len(m.Parts) {
		t.Errorf("verify: %v", err)
	}
	if _, err := backup.Write(ctx, s, cfg.DataDir, file, "test", now, quiet); err == nil {
		t.Error("an old backup was overwritten")
	}
	if _, err := backup.Restore(ctx, file, cfg, quiet); err == nil {
		t.Error("restored over data")
	}
	if err := s.Close(); err != nil { // one engine a process
		t.Fatal(err)
	}

	to := store.Config{DataDir: filepath.Join(t.TempDir(), "new")}
	if _, err := backup.Restore(ctx, file, to, quiet); err != nil {
		t.Fatal(err)
	}
	restored := storetest.Open(t, to)
	if got := counts(t, restored, p.Miner.Version()); got != want {
		t.Errorf("restored\n%s\nwant\n%s", got, want)
	}
	// Nothing has changed, as the restored station sees it.
	p.Store = restored
	if mined, err := p.Mine(ctx, period, false); err != nil || mined.Fresh {
		t.Errorf("%+v, %v", mined, err)
	}
	for name, text := range map[string]string{"terms/own.yaml": "terms: []\n", "holidays/2027.json": "{}"} {
		if got, err := os.ReadFile(filepath.Join(to.DataDir, name)); err != nil || string(got) != text {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(to.DataDir, "evidence", "evidence.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var check string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&check); err != nil || check != "ok" {
		t.Errorf("evidence: %s, %v", check, err)
	}
	e, err := evidence.Open(ctx, filepath.Join(to.DataDir, "evidence"))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
}

// TestSecondProcess backs up through the process that owns the directory,
// here this one.
func TestSecondProcess(t *testing.T) {
	ctx := t.Context()
	cfg, _, p := station(t)
	second := storetest.Open(t, cfg)
	file := filepath.Join(t.TempDir(), "b")
	m, err := backup.Write(ctx, second, cfg.DataDir, file, "test", now, quiet)
	if err != nil || m.Rows["mentions"] == 0 {
		t.Fatal(m, err)
	}
	_ = p
}

// TestDamage breaks a backup in many places: each must be refused, and leave
// nothing behind. (A bit that the compression has no use for may change: what
// is unpacked is the same, as its checksum tells.)
func TestDamage(t *testing.T) {
	ctx := t.Context()
	cfg, s, _ := station(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "b")
	made, err := backup.Write(ctx, s, cfg.DataDir, file, "test", now, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(made.Parts, func(p backup.Part) bool { return strings.Contains(p.Name, "uploads") }) {
		t.Error("files that nobody has stored are in the backup, with the personal data that they came with")
	}
	same := func(m *backup.Manifest) bool {
		a, aerr := json.Marshal(m)
		b, berr := json.Marshal(made)
		return aerr == nil && berr == nil && bytes.Equal(a, b)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	bad := map[string][]byte{"empty": nil, "text": []byte("这不是备份"), "cut": whole[:len(whole)/2], "cut at the end": whole[:len(whole)-20]}
	for i := range 8 {
		b := bytes.Clone(whole)
		b[len(b)*(2*i+1)/16] ^= 0x40
		bad[fmt.Sprint("bit ", i)] = b
	}
	for i := range 300 { // where the manifest is
		b := bytes.Clone(whole)
		b[len(b)-1-i] ^= 1 << (i % 8)
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if m, err := backup.Verify(ctx, file, quiet); err == nil && !same(m) {
			t.Errorf("byte %d from the end is damaged, and nobody sees it", i)
		}
	}
	for name, data := range bad {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := backup.Verify(ctx, file, quiet)
		var told *chaping.Error
		if err == nil && same(m) {
			continue
		}
		if !errors.As(err, &told) || told.Code != chaping.CodeInput || told.Remedy == "" {
			t.Errorf("%s: %v", name, err)
		}
		to := filepath.Join(dir, "to")
		_, err = backup.Restore(ctx, file, store.Config{DataDir: to}, quiet)
		if !errors.As(err, &told) || told.Code != chaping.CodeInput || told.Remedy == "" {
			t.Errorf("%s is restored: %v", name, err)
		}
		if _, err := os.Stat(to); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: something was left behind", name)
		}
	}
}
