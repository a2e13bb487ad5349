package backup_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/store"
	"chaping/store/backup"
	"chaping/store/storetest"
)

// TestMain is the child process that the tests kill, too: its environment says
// what it does.
func TestMain(m *testing.M) {
	dir, file := os.Getenv("BACKUP_DIR"), os.Getenv("BACKUP_FILE")
	var err error
	switch os.Getenv("BACKUP_DO") {
	case "":
		os.Exit(m.Run())
	case "write":
		var s *store.Store
		if s, err = store.Open(context.Background(), store.Config{DataDir: dir}); err == nil {
			_, err = backup.Write(context.Background(), s, dir, file, "test", time.Now(), quiet)
			err = errors.Join(err, s.Close())
		}
	case "restore":
		_, err = backup.Restore(context.Background(), file, store.Config{DataDir: dir}, quiet)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child runs this program and kills it after a while. A while of 0 is as long
// as it takes.
func child(t *testing.T, do, dir, file string, while time.Duration) (output string, ended bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if while > 0 {
		ctx, cancel = context.WithTimeout(ctx, while) // SIGKILL
		defer cancel()
	}
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), "BACKUP_DO="+do, "BACKUP_DIR="+dir, "BACKUP_FILE="+file)
	out, err := cmd.CombinedOutput()
	if err != nil && ctx.Err() == nil {
		t.Fatalf("%s: %v\n%s", do, err, out)
	}
	return string(out), err == nil
}

// rounds is how often a child is killed.
const rounds = 15

// random is a source that a failed test can be repeated with.
func random(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// TestKilledBackup kills backups at random moments: a backup is whole or not
// there, and the next one succeeds and leaves nothing of those before.
func TestKilledBackup(t *testing.T) {
	for _, owned := range []bool{false, true} {
		t.Run(fmt.Sprintf("owned=%t", owned), func(t *testing.T) {
			rnd := random(t)
			cfg, s, _ := station(t)
			if !owned { // else the engine copies for the child in this process, which lives on
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
			dir := t.TempDir()
			began := time.Now()
			child(t, "write", cfg.DataDir, filepath.Join(dir, "first.backup"), 0)
			whole := time.Since(began)
			killed := 0
			for i := range rounds {
				file := filepath.Join(dir, fmt.Sprintf("%d.backup", i))
				if _, ended := child(t, "write", cfg.DataDir, file, 1+time.Duration(rnd.Int64N(int64(whole)))); !ended {
					killed++
				}
				if _, err := os.Stat(file); err == nil {
					if _, err := backup.Verify(t.Context(), file, quiet); err != nil {
						t.Error(err)
					}
				}
			}
			if killed == 0 {
				t.Error("nothing was killed")
			}
			child(t, "write", cfg.DataDir, filepath.Join(dir, "last.backup"), 0)
			list, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range list {
				if filepath.Ext(e.Name()) != ".backup" || strings.HasPrefix(e.Name(), ".") {
					t.Errorf("%s was left", e.Name())
				}
			}
			if _, err := os.Stat(filepath.Join(cfg.DataDir, store.BackupFolder)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the engine's copies were left: %v", err)
			}
		})
	}
}

// TestKilledRestore kills restores at random moments: the directory is whole,
// or refused with what to do, or not there; and the next one succeeds.
func TestKilledRestore(t *testing.T) {
	rnd := random(t)
	cfg, s, p := station(t)
	want := counts(t, s, p.Miner.Version())
	file := filepath.Join(t.TempDir(), "b")
	if _, err := backup.Write(t.Context(), s, cfg.DataDir, file, "test", now, quiet); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	child(t, "restore", filepath.Join(t.TempDir(), "first"), file, 0)
	whole := time.Since(began)
	refused, done := 0, 0
	check := func(dir string) {
		t.Helper()
		done++
		s, err := store.Open(t.Context(), store.Config{DataDir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if got := counts(t, s, p.Miner.Version()); got != want {
			t.Errorf("restored\n%s\nwant\n%s", got, want)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if list, err := filepath.Glob(filepath.Join(dir, "*.part")); err != nil || len(list) > 0 {
			t.Errorf("left: %v, %v", list, err)
		}
	}
	dir := filepath.Join(t.TempDir(), "killed")
	for range rounds {
		child(t, "restore", dir, file, 1+time.Duration(rnd.Int64N(int64(whole*5/4))))
		list, err := os.ReadDir(dir)
		var told *chaping.Error
		switch state := backup.Whole(dir); {
		case errors.Is(err, fs.ErrNotExist) || len(list) == 0:
		case errors.As(state, &told) && told.Advice.Code == chaping.AdviceRestore:
			refused++
		case state != nil:
			t.Error(state)
		default:
			check(dir)
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		}
	}
	if refused == 0 {
		t.Error("no restore was killed while it was at work")
	}
	if err := backup.Whole(dir); err == nil {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	child(t, "restore", dir, file, 0)
	check(dir)
}

// TestHalfMoved: a restore that was killed while it moved files up is begun
// anew, and what a user has put there meanwhile is not touched.
func TestHalfMoved(t *testing.T) {
	cfg, s, p := station(t)
	file := filepath.Join(t.TempDir(), "b")
	if _, err := backup.Write(t.Context(), s, cfg.DataDir, file, "test", now, quiet); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		backup.RestoreFolder + "/" + backup.MovedName: `["terms", "evidence", "clickhouse"]`, backup.RestoreFolder + "/evidence/evidence.db": "half", "terms/old.yaml": "half", "note.txt": "the user's",
	} {
		name = filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := backup.Whole(dir); err == nil {
		t.Error("half a directory is taken for a whole one")
	}
	if _, err := backup.Restore(t.Context(), file, store.Config{DataDir: dir}, quiet); err == nil || !strings.Contains(err.Error(), "不是空的") {
		t.Error(err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 || list[0].Name() != "note.txt" {
		t.Errorf("%v, %v", list, err)
	}
	if err := os.Remove(filepath.Join(dir, "note.txt")); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(t.Context(), file, store.Config{DataDir: dir}, quiet); err != nil {
		t.Fatal(err)
	}
	restored := storetest.Open(t, store.Config{DataDir: dir})
	counts(t, restored, p.Miner.Version())
	if _, err := os.Stat(filepath.Join(dir, "terms", "old.yaml")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("half of the restore before is left")
	}
}
