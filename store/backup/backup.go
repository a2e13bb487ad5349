// Package backup writes all that a station has into one file, while the
// station works, and makes a data directory of such a file.
//
//	data directory                          file (tar, zstd)
//	  clickhouse/     ── BACKUP ──────────▶   engine/…
//	  *.db (SQLite)   ── VACUUM INTO ─────▶   files/…
//	  all other files ── as they are ─────▶   files/… (but uploads, which nobody has stored yet)
//	                                          manifest.json: sha256 of each part, rows of each table
//
// Every part is a consistent copy of its own moment; the moments lie seconds
// apart, the engine's first. That is enough, because whatever is derived is
// made again when its run record does not fit.
//
// The engine copies into a folder of the data directory, so that a second
// process can ask the owner for it and both see the files. The archive is
// written under a temporary name and renamed when it is whole.
//
// # Killed
//
// A backup holds a lock of the data directory, and notes in its folder there
// where the archive is being written. What is found when the lock is taken was
// left by one that was killed, and is removed (Sweep).
//
// A restore works in a folder of the data directory, and moves what is in
// there up when it is whole. As long as the folder is there, the directory is
// half restored: Whole says so to everyone who is about to open it, and the
// next restore begins anew.
package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/klauspost/compress/zstd"

	"chaping"
	"chaping/sqlite"
	"chaping/store"
	"chaping/store/engine"
)

const (
	format       = 1
	manifestName = "manifest.json"
	engineFolder = "engine"
	filesFolder  = "files"
	maxManifest  = 64 << 20

	lockName      = "backup.lock"  // held while a backup or restore is made; stays, or two could hold two files of one name
	noteName      = "archive"      // in store.BackupFolder: where the archive is being written
	partSuffix    = ".part"        // of an archive that is not whole
	restoreFolder = "restore.part" // where a restore works, in the data directory
	movedName     = "moved"        // in restoreFolder: the names that are moved up from it
)

// A Manifest says what a backup holds. It is the archive's last entry.
type Manifest struct {
	Format  int               `json:"format"`
	Program string            `json:"program"`
	Made    time.Time         `json:"made"`
	Rows    map[string]uint64 `json:"rows"` // of each table, copies included
	Parts   []Part            `json:"parts"`
}

// A Part is a file of a backup.
type Part struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Bytes is the size of all parts, unpacked.
func (m *Manifest) Bytes() (n int64) {
	for _, p := range m.Parts {
		n += p.Size
	}
	return n
}

// Folder is where the portal keeps its backups, in the data directory. It is
// not backed up itself.
const Folder = "backups"

// UploadFolder is where files wait in the data directory until people have said what is
// in them: as they came, with buyers' names, telephone numbers and addresses. They are
// not backed up.
const UploadFolder = "uploads"

// engineFiles are the data directory's files that the engine's own copy stands
// for, that only a running process has, or that are backups.
func engineFiles(name string) bool {
	switch name {
	case Folder,
		"clickhouse",
		store.BackupFolder,
		restoreFolder,
		store.LeaseFolder,
		lockName,
		engine.ConfigName,
		"engine.lock",
		"engine.sock":
		return true
	}
	return false
}

// Write backs a data directory up into a file that does not exist yet. The
// store must be that of the directory. progress is told of every part.
func Write(
	ctx context.Context,
	s *store.Store,
	dataDir, file, program string,
	now time.Time,
	progress func(part string),
) (m *Manifest, err error) {
	if dataDir, err = filepath.Abs(dataDir); err != nil {
		return nil, err
	}
	if file, err = filepath.Abs(file); err != nil {
		return nil, err
	}
	if _, err := os.Lstat(file); err == nil {
		return nil, &chaping.Error{Code: chaping.CodeUsage, Message: "备份文件已存在：" + file, Remedy: "换一个文件名；旧备份不会被覆盖"}
	}
	unlock, err := begin(dataDir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	work := filepath.Join(dataDir, store.BackupFolder)
	part := file + partSuffix
	if err := os.MkdirAll(work, 0o700); err != nil {
		return nil, cannot(err)
	}
	if err := os.WriteFile(filepath.Join(work, noteName), []byte(part), 0o600); err != nil {
		return nil, cannot(errors.Join(err, os.RemoveAll(work)))
	}
	out, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil { // it may be another's: what the note says must not be removed
		err = errors.Join(err, os.RemoveAll(work))
		if errors.Is(err, fs.ErrExist) {
			return nil, &chaping.Error{
				Code:    chaping.CodeUsage,
				Message: "没有写完的备份文件已存在：" + part,
				Remedy:  "如果没有别的备份正在写它，把它删掉；或换一个文件名",
			}
		}
		return nil, cannot(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, remove(part))
		}
		err = errors.Join(err, os.RemoveAll(work))
	}()

	m = &Manifest{Format: format, Program: program, Made: now}
	progress("engine")
	name := fmt.Sprintf(
		"%d-%d",
		os.Getpid(),
		now.UnixNano(),
	) // the owner of the engine may still be at the copy of one that was killed
	if m.Rows, err = s.Backup(ctx, dataDir, name); err != nil {
		return nil, errors.Join(err, out.Close())
	}
	a, err := newArchive(out, m)
	if err == nil {
		err = a.tree(ctx, filepath.Join(work, name), engineFolder, func(string) bool { return false }, progress)
	}
	if err == nil {
		a.scratch = filepath.Join(work, "sqlite.part")
		err = a.tree(ctx, dataDir, filesFolder, func(name string) bool {
			return engineFiles(name) || name == UploadFolder || filepath.Join(dataDir, name) == part
		}, progress)
	}
	if err == nil {
		err = a.finish()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return nil, cannot(err)
	}
	return m, cannot(os.Rename(part, file))
}

// begin takes the data directory's lock of backups and removes what one that
// was killed has left.
func begin(dataDir string) (unlock func() error, err error) {
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return nil, cannot(err)
	}
	if unlock, err = lock(dataDir); err != nil {
		return nil, err
	}
	if err := sweep(dataDir); err != nil {
		return nil, errors.Join(cannot(err), unlock())
	}
	return unlock, nil
}

// lock makes sure that no other backup or restore works in the directory.
func lock(dir string) (unlock func() error, err error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, cannot(err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(
			f.Close(),
			&chaping.Error{Code: chaping.CodeEnvironment, Message: "另一个备份或恢复正在进行：" + dir, Remedy: "等它做完再运行", Err: err},
		)
	}
	return f.Close, nil
}

// sweep removes what a backup that was killed has left, the note of where the
// archive is last.
func sweep(dataDir string) error {
	work := filepath.Join(dataDir, store.BackupFolder)
	note, err := os.ReadFile(filepath.Join(work, noteName))
	if err == nil && strings.HasSuffix(string(note), partSuffix) {
		err = remove(string(note))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.RemoveAll(work)
}

// remove removes a file that may not be there.
func remove(file string) error {
	if err := os.Remove(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Left tells whether a backup of the data directory that was killed has left
// something; while one is being made it has not.
func Left(dataDir string) bool {
	if _, err := os.Stat(filepath.Join(dataDir, store.BackupFolder)); err != nil {
		return false
	}
	unlock, err := lock(dataDir)
	return err == nil && unlock() == nil
}

// Sweep removes what a backup of the data directory that was killed has left.
// While one is being made it does nothing.
func Sweep(dataDir string) error {
	if _, err := os.Stat(filepath.Join(dataDir, store.BackupFolder)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	unlock, err := begin(dataDir)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil
	}
	if err != nil {
		return err
	}
	return unlock()
}

// cannot tells a failed write from other errors.
func cannot(err error) error {
	var (
		path *fs.PathError
		link *os.LinkError
	)
	if !errors.As(err, &path) && !errors.As(err, &link) {
		return err
	}
	return &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: "备份或恢复时读写文件失败",
		Err:     err,
		Remedy:  "检查目录的权限和磁盘空间，然后再运行一次；不完整的文件已删除",
	}
}

// An archive is a backup that is being written.
type archive struct {
	manifest *Manifest
	out      *os.File
	packer   *zstd.Encoder
	tar      *tar.Writer
	scratch  string // where copies of SQLite files are made
}

func newArchive(out *os.File, m *Manifest) (*archive, error) {
	packer, err := zstd.NewWriter(out, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return nil, err
	}
	return &archive{manifest: m, out: out, packer: packer, tar: tar.NewWriter(packer)}, nil
}

// tree adds the files under root, except those that skip names.
func (a *archive) tree(
	ctx context.Context,
	root, prefix string,
	skip func(local string) bool,
	progress func(string),
) error {
	return filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		local, relErr := filepath.Rel(root, file)
		switch {
		case errors.Is(err, fs.ErrNotExist): // gone since
			return nil
		case err != nil || relErr != nil:
			return errors.Join(err, relErr)
		case local != "." && skip(local):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular(),
			strings.HasSuffix(local, "-wal"),
			strings.HasSuffix(local, "-shm"),
			strings.HasSuffix(local, "-journal"):
			return nil // directories appear with their files; the rest is in the copy of its database
		}
		name := path.Join(prefix, filepath.ToSlash(local))
		progress(name)
		if prefix == filesFolder {
			is, err := sqlite.Is(ctx, file)
			if err != nil {
				return err
			}
			if is {
				if err := sqlite.Copy(ctx, file, a.scratch); err != nil {
					return fmt.Errorf("%s: %w", local, err)
				}
				return errors.Join(a.file(name, a.scratch), os.Remove(a.scratch))
			}
		}
		return a.file(name, file)
	})
}

// file adds one file. One that grows meanwhile is cut at the size it had.
func (a *archive) file(name, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h := sha256.New()
	if err := a.tar.WriteHeader(&tar.Header{Name: name, Mode: int64(info.Mode().Perm()), Size: info.Size(), ModTime: info.ModTime(), Format: tar.FormatPAX}); err != nil {
		return err
	}
	if _, err := io.CopyN(io.MultiWriter(a.tar, h), f, info.Size()); err != nil {
		return err
	}
	a.manifest.Parts = append(a.manifest.Parts, Part{name, info.Size(), hex.EncodeToString(h.Sum(nil))})
	return nil
}

// finish adds the manifest and sees to it that all is on disk.
func (a *archive) finish() error {
	text, err := json.MarshalIndent(a.manifest, "", "  ")
	if err != nil {
		return err
	}
	err = a.tar.WriteHeader(
		&tar.Header{
			Name:    manifestName,
			Mode:    0o600,
			Size:    int64(len(text)),
			ModTime: a.manifest.Made,
			Format:  tar.FormatPAX,
		},
	)
	if err != nil {
		return err
	}
	if _, err := a.tar.Write(text); err != nil {
		return err
	}
	return errors.Join(a.tar.Close(), a.packer.Close(), a.out.Sync())
}

// Verify reads a backup and compares every part with the manifest.
func Verify(ctx context.Context, file string, progress func(part string)) (*Manifest, error) {
	return unpack(ctx, file, progress, func(*tar.Header, io.Reader) error { return nil })
}

// damaged is the error for a file that is no whole backup.
func damaged(file, problem string, err error) error {
	return &chaping.Error{
		Code:    chaping.CodeInput,
		Message: "备份文件 " + file + " " + problem,
		Err:     err,
		Remedy:  "换一份备份；没有改动任何数据",
	}
}

// unpack hands out the parts of a backup in their order and then checks them.
func unpack(
	ctx context.Context,
	file string,
	progress func(string),
	each func(*tar.Header, io.Reader) error,
) (*Manifest, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, &chaping.Error{Code: chaping.CodeInput, Message: "打不开备份文件", Err: err, Remedy: "检查路径和读取权限"}
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		return nil, damaged(file, "不是备份", err)
	}
	defer z.Close()
	var found []Part
	for in := tar.NewReader(z); ; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		h, err := in.Next()
		if err != nil {
			return nil, damaged(file, "不完整或已损坏", err)
		}
		if h.Name == manifestName {
			text, err := io.ReadAll(io.LimitReader(in, maxManifest))
			var m Manifest
			if err == nil {
				_, err = io.Copy(io.Discard, z) // to the frame's checksum, which covers the manifest
			}
			if err == nil {
				err = json.NewDecoder(bytes.NewReader(text)).Decode(&m)
			}
			switch {
			case err != nil:
				return nil, damaged(file, "的清单读不出", err)
			case m.Format != format:
				return nil, damaged(file, fmt.Sprintf("由另一版程序写成（格式 %d）", m.Format), nil)
			case !slices.Equal(m.Parts, found):
				return nil, damaged(file, "的内容与清单中的校验和不符", nil)
			}
			return &m, nil
		}
		top, _, _ := strings.Cut(h.Name, "/")
		if h.Typeflag != tar.TypeReg || !filepath.IsLocal(filepath.FromSlash(h.Name)) ||
			top != engineFolder && top != filesFolder {
			return nil, damaged(file, "含有不该有的内容："+chaping.Shorten(h.Name, 80), nil)
		}
		progress(h.Name)
		sum := sha256.New()
		body := &content{Reader: io.TeeReader(in, sum)}
		err = each(h, body)
		if body.err == nil {
			_, _ = io.Copy(io.Discard, body)
		}
		if body.err != nil { // whoever was given it ran into that, too
			return nil, damaged(file, "不完整或已损坏", body.err)
		}
		if err != nil {
			return nil, err
		}
		found = append(found, Part{h.Name, h.Size, hex.EncodeToString(sum.Sum(nil))})
	}
}

// Whole refuses a data directory that a restore has begun and not finished.
func Whole(dataDir string) error {
	_, err := os.Stat(filepath.Join(dataDir, restoreFolder))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil
	}
	if err != nil { // it cannot be looked into
		return &chaping.Error{Code: chaping.CodeEnvironment, Message: "打不开数据目录 " + dataDir, Err: err, Remedy: "检查目录的权限"}
	}
	return &chaping.Error{Code: chaping.CodeEnvironment, Message: "数据目录 " + dataDir + " 正在恢复，或恢复到一半就中断了",
		Advice: chaping.Advice{Code: chaping.AdviceRestore}}
}

// A content is what a backup holds of a part; it remembers that it could not be read.
type content struct {
	io.Reader
	err error
}

func (c *content) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

// Restore makes a data directory, which must be empty, not exist or be half
// restored, of a backup, and compares the rows of every table with the
// manifest. When that fails, the directory is empty, or does not exist if it
// did not.
func Restore(ctx context.Context, file string, cfg store.Config, progress func(part string)) (m *Manifest, err error) {
	dir, err := filepath.Abs(cfg.DataDir)
	if err != nil {
		return nil, err
	}
	_, err = os.Stat(dir)
	made := errors.Is(err, fs.ErrNotExist)
	work := filepath.Join(dir, restoreFolder)
	if Whole(dir) == nil {
		if err := vacant(dir); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(work, 0o700); err != nil {
		return nil, cannot(err)
	}
	unlock, err := lock(work)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	defer func() {
		if err != nil {
			err = errors.Join(err, abandon(dir))
			if made {
				_ = os.Remove(dir) // only if empty
			}
		}
	}()
	if err := clear(dir); err != nil {
		return nil, cannot(err)
	}
	if err := vacant(dir); err != nil {
		return nil, err
	}
	cfg.DataDir = work
	m, err = unpack(ctx, file, progress, func(h *tar.Header, r io.Reader) error {
		top, local, _ := strings.Cut(h.Name, "/")
		target := filepath.Join(work, filepath.FromSlash(local))
		if top == engineFolder {
			target = filepath.Join(work, store.BackupFolder, engineFolder, filepath.FromSlash(local))
		} else if first, _, _ := strings.Cut(local, "/"); engineFiles(first) || first == movedName {
			return damaged(file, "含有不该有的内容："+chaping.Shorten(h.Name, 80), nil)
		}
		return cannot(extract(target, fs.FileMode(h.Mode).Perm(), h.ModTime, r))
	})
	if err != nil {
		return nil, err
	}
	progress("engine")
	rows, err := store.Restore(ctx, cfg, engineFolder)
	if err != nil {
		return nil, err
	}
	for table, want := range m.Rows {
		if rows[table] != want {
			return nil, damaged(file, fmt.Sprintf("恢复后表 %s 有 %d 行，清单为 %d 行", table, rows[table], want), nil)
		}
	}
	if err := os.RemoveAll(filepath.Join(work, store.BackupFolder)); err != nil {
		return nil, cannot(err)
	}
	return m, cannot(moveUp(dir))
}

// vacant refuses a directory that holds anything but a restore's folder.
func vacant(dir string) error {
	list, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return cannot(err)
	}
	if slices.ContainsFunc(list, func(e fs.DirEntry) bool { return e.Name() != restoreFolder }) {
		return &chaping.Error{
			Code:    chaping.CodeUsage,
			Message: "数据目录不是空的：" + dir,
			Advice:  chaping.Advice{Code: chaping.AdviceEmptyDir},
		}
	}
	return nil
}

// moveUp makes a data directory of the folder that was restored in it.
func moveUp(dir string) error {
	if err := vacant(dir); err != nil {
		return err
	}
	work := filepath.Join(dir, restoreFolder)
	list, err := os.ReadDir(work)
	if err != nil {
		return err
	}
	var names []string
	for _, e := range list {
		if e.Name() != lockName {
			names = append(names, e.Name())
		}
	}
	text, err := json.Marshal(names)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(work, movedName), text, 0o600); err != nil {
		return err
	}
	for _, name := range names {
		if err := os.Rename(filepath.Join(work, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	// In one step the directory is whole; what is left is what Sweep removes.
	left := filepath.Join(dir, store.BackupFolder)
	if err := os.Rename(work, left); err != nil {
		return err
	}
	return os.RemoveAll(left)
}

// clear empties the folder of a restore, and removes what was moved up from it.
func clear(dir string) error {
	work := filepath.Join(dir, restoreFolder)
	text, err := os.ReadFile(filepath.Join(work, movedName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var names []string
	if json.Unmarshal(text, &names) != nil {
		names = nil // it is not written in full: nothing has been moved yet
	}
	for _, name := range names {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	list, err := os.ReadDir(work)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.Name() == lockName {
			continue
		}
		if err := os.RemoveAll(filepath.Join(work, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// abandon removes all that a restore has made.
func abandon(dir string) error {
	if err := clear(dir); err != nil {
		return err
	}
	return os.RemoveAll(filepath.Join(dir, restoreFolder))
}

func extract(target string, mode fs.FileMode, modified time.Time, r io.Reader) (err error) {
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode|0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Sync(), f.Close(), os.Chtimes(target, modified, modified))
}
