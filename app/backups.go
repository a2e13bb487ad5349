package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"chaping"
	"chaping/store/backup"
)

// A Backup is a backup in the data directory.
type Backup struct {
	Name     string    `json:"name"`
	Bytes    int64     `json:"bytes"`
	Made     time.Time `json:"made"`
	Verified *Verified `json:"verified,omitempty"` // nil: never
}

// MB is its size in millions of bytes.
func (b *Backup) MB() string { return fmt.Sprintf("%.1f", float64(b.Bytes)/1e6) }

// Verified is what the last look at a backup has found.
type Verified struct {
	At      time.Time `json:"at"`
	Problem string    `json:"problem,omitempty"`
}

// A BackupResult says what a backup holds that was made, verified or restored.
type BackupResult struct {
	File  string            `json:"file"`
	Made  time.Time         `json:"made"`
	Parts int               `json:"parts"`
	Bytes int64             `json:"bytes"`
	Rows  map[string]uint64 `json:"rows"`
}

// Backups that plans make are named apart: those of people are not removed.
const (
	backupEnding    = ".backup"
	automaticEnding = "-auto.backup"
)

func (a *App) backupFile(name string) string { return a.Path(backup.Folder, filepath.Base(name)) }

// settingBackup names the setting that holds what verifying a backup found.
func settingBackup(name string) string { return "backup " + name }

// Backups are the backups in the data directory, the latest first.
func (a *App) Backups(ctx context.Context) ([]Backup, error) {
	entries, err := os.ReadDir(a.Path(backup.Folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	d, err := a.Station(ctx)
	if err != nil {
		return nil, err
	}
	var list []Backup
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || filepath.Ext(e.Name()) != backupEnding {
			continue
		}
		b := Backup{Name: e.Name(), Bytes: info.Size(), Made: info.ModTime().In(chaping.Shanghai())}
		text, err := d.Setting(ctx, settingBackup(b.Name))
		if err == nil && text != "" {
			err = json.Unmarshal([]byte(text), &b.Verified)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, b)
	}
	slices.Reverse(list) // names begin with the time
	return list, nil
}

// BackUp makes a backup in the data directory and verifies it.
func (a *App) BackUp(ctx context.Context, watch Watcher) (BackupResult, error) {
	return a.backUpAs(ctx, backupEnding, watch)
}

func (a *App) backUpAs(ctx context.Context, ending string, watch Watcher) (BackupResult, error) {
	if err := os.MkdirAll(a.Path(backup.Folder), 0o700); err != nil {
		return BackupResult{}, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "建不了备份的文件夹",
			Err:     err,
			Remedy:  "检查数据目录的权限和磁盘空间",
		}
	}
	name := a.Now().In(chaping.Shanghai()).Format(backupName) + ending
	if err := a.writeBackup(ctx, a.backupFile(name), watch); err != nil {
		return BackupResult{File: name}, err
	}
	return a.VerifyBackup(ctx, name, watch)
}

// VerifyBackup compares a backup in the data directory with its checksums, and
// notes what it has found.
func (a *App) VerifyBackup(ctx context.Context, name string, watch Watcher) (BackupResult, error) {
	r, err := a.VerifyBackupFile(ctx, a.backupFile(name), watch)
	r.File = filepath.Base(name)
	if ctx.Err() != nil {
		return r, err
	}
	v := Verified{At: a.Now()}
	if err != nil {
		v.Problem = err.Error()
	}
	text, jerr := json.Marshal(v)
	d, derr := a.Station(ctx)
	if derr == nil {
		derr = d.Set(ctx, settingBackup(r.File), string(text))
	}
	return r, errors.Join(err, jerr, derr)
}

// BackUpTo makes a backup in a file that does not exist yet, and verifies it.
func (a *App) BackUpTo(ctx context.Context, file string, watch Watcher) (BackupResult, error) {
	if err := a.writeBackup(ctx, file, watch); err != nil {
		return BackupResult{File: file}, err
	}
	return a.VerifyBackupFile(ctx, file, watch)
}

// VerifyBackupFile compares a backup with its checksums.
func (a *App) VerifyBackupFile(ctx context.Context, file string, watch Watcher) (BackupResult, error) {
	m, err := backup.Verify(ctx, file, watch.parts("核对"))
	return backupResult(file, m), err
}

// RestoreBackup makes the data directory, which must be empty, of a backup.
func (a *App) RestoreBackup(ctx context.Context, file string, watch Watcher) (BackupResult, error) {
	m, err := backup.Restore(ctx, file, a.StoreConfig(), watch.parts("恢复"))
	return backupResult(file, m), err
}

func (a *App) writeBackup(ctx context.Context, file string, watch Watcher) error {
	if err := a.roomForBackup(file); err != nil {
		return err
	}
	s, err := a.Store(ctx)
	if err == nil {
		_, err = backup.Write(ctx, s, a.Dir, file, a.Version, a.Now(), watch.parts("备份"))
	}
	return err
}

func backupResult(file string, m *backup.Manifest) BackupResult {
	r := BackupResult{File: file}
	if m != nil {
		r.Made, r.Parts, r.Bytes, r.Rows = m.Made.Truncate(time.Second), len(m.Parts), m.Bytes(), m.Rows
	}
	return r
}

// parts tells of one part after the other.
func (w Watcher) parts(step string) func(part string) {
	done := int64(0)
	return func(part string) {
		done++
		w.tell(Progress{Step: step, Done: done, Total: -1, Detail: part})
	}
}
