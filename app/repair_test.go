package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What is somebody's is left alone, what nobody can need goes.
func TestMend(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", t.TempDir())
	now := time.Now()
	a := New(Config{Dir: dir, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	if err := os.Chmod(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	old := now.Add(-25 * time.Hour)
	for path, age := range map[string]time.Time{
		filepath.Join(dir, ".station.db.123456"):                 old,
		filepath.Join(dir, ".evidence.db.99999"):                 now, // somebody's work
		filepath.Join(dir, ".doctor-4711000"):                    old,
		filepath.Join(dir, ".gitignore"):                         old,
		filepath.Join(dir, "报送表.json"):                           old,
		filepath.Join(os.TempDir(), "chaping-import-1"):          old,
		filepath.Join(os.TempDir(), "chaping-import-2"):          now,
		filepath.Join(os.TempDir(), "somebody-elses-chaping-xx"): old,
	} {
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, age, age); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "backup.part", "store"), 0o700); err != nil {
		t.Fatal(err)
	}
	faults, err := a.Faults()
	if err != nil || len(faults) != 5 {
		t.Fatalf("%+v %v", faults, err)
	}
	for _, f := range faults {
		if err := a.Mend(t.Context(), f); err != nil {
			t.Errorf("%+v: %v", f, err)
		}
	}
	if faults, err := a.Faults(); err != nil || len(faults) != 0 {
		t.Errorf("left: %+v %v", faults, err)
	}
	for path, want := range map[string]bool{
		filepath.Join(dir, ".station.db.123456"):                 false,
		filepath.Join(dir, ".evidence.db.99999"):                 true,
		filepath.Join(dir, ".doctor-4711000"):                    false,
		filepath.Join(dir, ".gitignore"):                         true,
		filepath.Join(dir, "报送表.json"):                           true,
		filepath.Join(dir, "backup.part"):                        false,
		filepath.Join(os.TempDir(), "chaping-import-1"):          false,
		filepath.Join(os.TempDir(), "chaping-import-2"):          true,
		filepath.Join(os.TempDir(), "somebody-elses-chaping-xx"): true,
	} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s: %v, there should be one: %t", path, err, want)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

func TestDiscreet(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"监测任务“张三的水壶”：读不到":             "监测任务“…”",
		"备份文件 /home/li/王五.backup 不完整": "备份文件 … 不完整",
		"导入 王小明.csv 失败: 漏电":           "导入 … 失败",
		"电话 13912345678 不通\n漏电":       "电话 *********** 不通",
		"订单 1234567 没有":               "订单 … 没有",
		"磁盘空间不足":                      "磁盘空间不足",
	} {
		if got := Discreet(text); got != want {
			t.Errorf("%s: %q, not %q", text, got, want)
		}
	}
}
