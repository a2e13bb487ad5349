package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"chaping/station/oidc"
	"chaping/store"
	"chaping/store/backup"
)

// A FaultKind is something that may be wrong with a data directory and can be
// mended without losing anything.
type FaultKind string

// The kinds. Locks are not among them: the kernel takes them back from a
// process that has died. Interrupted migrations go on when the databases are
// opened, and a restore that was interrupted is begun again by its command.
const (
	FaultOpen     FaultKind = "open"     // others may read it
	FaultLeftover FaultKind = "leftover" // a temporary file of a process that was killed
	FaultBackup   FaultKind = "backup"   // what a backup that was killed has left
	FaultSpool    FaultKind = "spool"    // batches wait for the database
)

// A Fault is one thing that can be mended.
type Fault struct {
	Kind FaultKind   `json:"kind"`
	Path string      `json:"path,omitempty"`
	Mode os.FileMode `json:"-"`               // of what others may read
	Size int64       `json:"bytes,omitempty"` // of what waits
}

// leftoverLife is how long a temporary file may be somebody's work.
const leftoverLife = 24 * time.Hour

// Temporary files as os.CreateTemp names them, in the data directory and in
// the folder of the system.
var (
	tempFile    = regexp.MustCompile(`^\.(.+\.|doctor-)\d{4,}$`)
	tempOutside = []string{"chaping-print-*", "chaping-import-*"}
)

// Faults are what is wrong with the data directory and can be mended. It
// changes nothing and opens no database.
func (a *App) Faults() ([]Fault, error) {
	info, err := os.Stat(a.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []Fault
	if info.Mode().Perm()&0o077 != 0 {
		list = append(list, Fault{Kind: FaultOpen, Path: a.Dir, Mode: info.Mode().Perm()})
	}
	entries, err := os.ReadDir(a.Dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue // gone meanwhile, or a folder
		}
		switch {
		case tempFile.MatchString(e.Name()) && a.old(info):
			list = append(list, Fault{Kind: FaultLeftover, Path: a.Path(e.Name()), Size: info.Size()})
		case private(e.Name()) && info.Mode().Perm()&0o077 != 0:
			list = append(list, Fault{Kind: FaultOpen, Path: a.Path(e.Name()), Mode: info.Mode().Perm()})
		}
	}
	list = append(list, a.leftOutside()...)
	if backup.Left(a.Dir) {
		list = append(list, Fault{Kind: FaultBackup, Path: a.Path(store.BackupFolder)})
	}
	waiting, err := a.Backlog()
	if waiting.Bytes > 0 {
		list = append(list, Fault{Kind: FaultSpool, Path: a.spoolDir(), Size: waiting.Bytes})
	}
	return list, err
}

// private tells whether a file of the data directory holds what people wrote or
// secrets.
func private(name string) bool {
	return strings.Contains(name, ".db") || name == ChannelsFile || name == oidc.File
}

func (a *App) old(info fs.FileInfo) bool { return a.Now().Sub(info.ModTime()) > leftoverLife }

// leftOutside are this user's old files in the system's folder of temporary
// files.
func (a *App) leftOutside() (list []Fault) {
	for _, pattern := range tempOutside {
		found, err := filepath.Glob(filepath.Join(os.TempDir(), pattern))
		if err != nil {
			panic(err) // a constant pattern
		}
		for _, path := range found {
			info, err := os.Lstat(path)
			if err != nil || !a.old(info) {
				continue
			}
			if owner, ok := info.Sys().(*syscall.Stat_t); ok && int(owner.Uid) == os.Geteuid() {
				list = append(list, Fault{Kind: FaultLeftover, Path: path})
			}
		}
	}
	return list
}

// Mend mends a fault.
func (a *App) Mend(ctx context.Context, f Fault) error {
	switch f.Kind {
	case FaultOpen:
		return os.Chmod(f.Path, f.Mode&0o700)
	case FaultLeftover:
		return os.RemoveAll(f.Path)
	case FaultBackup:
		return backup.Sweep(a.Dir)
	}
	waiting, err := a.Spool(ctx)
	if err != nil {
		return err
	}
	_, err = waiting.Drain(ctx)
	return errors.Join(err, waiting.Close())
}

// FreeBytes is what is free where a file is; 0 where nobody can say.
func FreeBytes(path string) uint64 {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(path, &disk); err != nil {
		return 0
	}
	return disk.Bavail * uint64(disk.Bsize)
}

// EmbeddedBeside is how many bytes the embedded engine keeps in the data directory
// while the App works on a server, which does not have them; 0 where there are none.
func (a *App) EmbeddedBeside() (bytes int64) {
	if a.DSN == "" {
		return 0
	}
	_ = filepath.WalkDir(a.Path("clickhouse"), func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // what cannot be looked at is not counted
		}
		if info, err := d.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}
