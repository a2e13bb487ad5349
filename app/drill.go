package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"chaping"
	"chaping/store/backup"
)

// backupName is what a backup in the data directory is called by its time.
const backupName = "2006-01-02-150405"

// drillFolder is where drills restore, beside the backups, which no backup
// copies.
const drillFolder = "drill-"

// restoredFolder is where people restore to from a page, likewise.
const restoredFolder = "restored-"

// roomForBackup refuses a backup for which the disks have no room: the engine
// copies its files into the data directory before they are packed, and a full
// disk would stop those who work meanwhile.
func (a *App) roomForBackup(file string) error {
	need, err := treeBytes(a.Dir, backup.Folder)
	if err != nil {
		return err
	}
	return errors.Join(roomFor(need, a.Dir), roomFor(need/2, filepath.Dir(file)))
}

// roomFor refuses what needs more than is free.
func roomFor(need uint64, dir string) error {
	free := FreeBytes(dir)
	if free == 0 || free >= need { // 0: nobody can say
		return nil
	}
	return &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: fmt.Sprintf("磁盘空间不够：要约 %d MB，只剩 %d MB（%s）", need>>20, free>>20, dir),
		Remedy:  "清出空间，或把旧的备份移到别的机器",
	}
}

// treeBytes is the size of a folder's files, one folder in it left out.
func treeBytes(dir, without string) (total uint64, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // files go while one looks
			return nil
		case err != nil:
			return err
		case d.IsDir() && path == filepath.Join(dir, without):
			return fs.SkipDir
		case d.Type().IsRegular():
			if info, err := d.Info(); err == nil {
				total += uint64(info.Size())
			}
		}
		return nil
	})
	return total, err
}

// Drill restores a backup into a folder of its own, compares tables, checks
// their parts, and removes the folder. file may be empty: the latest backup in
// the data directory. It runs in processes of its own, as this one may have the
// embedded engine open.
func (a *App) Drill(ctx context.Context, file string, watch Watcher) (BackupResult, error) {
	if file == "" {
		list, err := a.Backups(ctx)
		if err != nil {
			return BackupResult{}, err
		}
		if len(list) == 0 {
			return BackupResult{}, &chaping.Error{
				Code: chaping.CodeInput, Message: "数据目录里还没有备份", Remedy: "先备份一次，再做恢复演练",
			}
		}
		file = a.backupFile(list[0].Name)
	}
	r, dir, err := a.restoreAside(ctx, file, drillFolder, watch, chaping.Error{
		Message: "恢复演练没有通过",
		Remedy:  "重新备份一次再演练；仍不通过，备份不可靠，请立即用别的办法保存数据",
	})
	if dir == "" {
		return r, err
	}
	return r, errors.Join(err, os.RemoveAll(dir))
}

// RestoreBeside restores a backup in the data directory into a folder beside it,
// where somebody may look at it and put it into the place of the data, which stay
// as they are. dir is the folder.
func (a *App) RestoreBeside(ctx context.Context, name string, watch Watcher) (r BackupResult, dir string, err error) {
	r, made, err := a.restoreAside(ctx, a.backupFile(name), restoredFolder, watch, chaping.Error{
		Message: "没有恢复成，现在的数据没有动过",
		Remedy:  "换一份备份再试",
	})
	r.File = filepath.Base(name)
	if err == nil {
		return r, filepath.Join(made, "data"), nil
	}
	if made != "" {
		err = errors.Join(err, os.RemoveAll(made))
	}
	return r, "", err
}

// restoreAside restores a backup into the folder data of a new folder, whose name
// begins so, and checks it. It is "" where none was made. failed is how people are
// told that the backup does not come back.
func (a *App) restoreAside(
	ctx context.Context,
	file, name string,
	watch Watcher,
	failed chaping.Error,
) (r BackupResult, dir string, err error) {
	if r, err = a.VerifyBackupFile(ctx, file, watch); err != nil {
		return r, "", err
	}
	if err := os.MkdirAll(a.Path(backup.Folder), 0o700); err != nil {
		return r, "", err
	}
	if err := roomFor(uint64(r.Bytes), a.Path(backup.Folder)); err != nil {
		return r, "", err
	}
	a.sweepDrills()
	if dir, err = os.MkdirTemp(a.Path(backup.Folder), name+"*"); err != nil {
		return r, "", err
	}
	target := filepath.Join(dir, "data")
	watch.tell(Progress{Step: "恢复", Total: -1, Detail: filepath.Base(file)})
	if err = a.alone(ctx, failed, "restore", file, "--data", target); err == nil {
		watch.tell(Progress{Step: "校验", Total: -1, Detail: filepath.Base(file)})
		err = a.alone(ctx, failed, "store", "verify", "--data", target)
	}
	return r, dir, err
}

// alone runs a command of the program in a process of its own. What it says when it
// fails is added to failed.
func (a *App) alone(ctx context.Context, failed chaping.Error, command ...string) error {
	run := exec.CommandContext(ctx, a.Self, command...)
	run.Args[0] = "chaping"
	run.Env = append(slices.DeleteFunc(os.Environ(), func(pair string) bool {
		return strings.HasPrefix(pair, "CHAPING_STORE") || strings.HasPrefix(pair, "CHAPING_DATA=")
	}), "NOTIFY_SOCKET=")
	var said bytes.Buffer
	run.Stderr = &said
	if err := run.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		failed.Code, failed.Err = chaping.CodeEnvironment, err
		failed.Message += "：" + chaping.Shorten(strings.TrimSpace(said.String()), 300)
		return &failed
	}
	return nil
}

// sweepDrills removes what drills that were killed have left.
func (a *App) sweepDrills() {
	left, err := filepath.Glob(a.Path(backup.Folder, drillFolder+"*"))
	if err != nil {
		panic(err) // a constant pattern
	}
	for _, path := range left {
		if info, err := os.Stat(path); err == nil && a.old(info) {
			_ = os.RemoveAll(path) // the next one tries again
		}
	}
}

// expireBackups removes automatic backups but the last of each of so many days
// and weeks. Those that people made stay.
func (a *App) expireBackups(daily, weekly int) (gone []string, err error) {
	entries, err := os.ReadDir(a.Path(backup.Folder))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	for _, name := range expired(names, daily, weekly) {
		if err = os.Remove(a.backupFile(name)); err != nil {
			return gone, err
		}
		gone = append(gone, name)
	}
	return gone, nil
}

// expired are the automatic backups among names that are not the last of one of
// the latest days or weeks that have one. The latest never expires.
func expired(names []string, daily, weekly int) (gone []string) {
	automatic := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !strings.HasSuffix(name, automaticEnding) })
	slices.Sort(automatic)
	slices.Reverse(automatic) // the latest first
	days, weeks := map[string]bool{}, map[string]bool{}
	for i, name := range automatic {
		made, err := time.Parse(backupName, strings.TrimSuffix(name, automaticEnding))
		if err != nil {
			continue // somebody's
		}
		year, number := made.ISOWeek()
		day, week := made.Format(time.DateOnly), fmt.Sprint(year, "-", number)
		keep := i == 0 || !days[day] && len(days) < daily || !weeks[week] && len(weeks) < weekly
		days[day], weeks[week] = true, true
		if !keep {
			gone = append(gone, name)
		}
	}
	return gone
}
