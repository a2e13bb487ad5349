package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping"
	"chaping/store/engine"
)

// BackupFolder is the folder of the data directory that Backup and Restore
// work in; it belongs to them.
const BackupFolder = engine.BackupFolder

// errServer refuses what only the embedded engine can do.
var errServer = &chaping.Error{
	Code:    chaping.CodeUsage,
	Message: "ClickHouse 服务器上的数据不能由本命令备份或恢复：备份文件要写在服务器的磁盘上",
	Advice:  chaping.Advice{Code: chaping.AdviceServerBackup},
}

// Backup writes the embedded engine's data as it is at one moment to folder
// name of BackupFolder, which must not exist. Other statements run on
// meanwhile. It gives how many rows of each table were written. A second
// process has the owner of the data directory do the work.
func (s *Store) Backup(ctx context.Context, dataDir, name string) (rows map[string]uint64, err error) {
	if s.engine == nil {
		return nil, errServer
	}
	path := filepath.Join(dataDir, BackupFolder, name)
	if err := s.exec(ctx, "backup", named("path", path)); err != nil {
		return nil, err
	}
	return backupRows(path)
}

// backupRows adds up the rows of the parts in a backup.
func backupRows(path string) (map[string]uint64, error) {
	rows := map[string]uint64{}
	root := filepath.Join(path, "data", embeddedDatabase)
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "count.txt" {
			return err
		}
		local, err := filepath.Rel(root, file) // table/part/count.txt; projections lie deeper
		if err != nil {
			return err
		}
		place := strings.Split(filepath.ToSlash(local), "/")
		if len(place) != 3 {
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
		rows[place[0]] += n
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return rows, nil // no table has a row
	}
	return rows, err
}

// Restore makes the embedded engine's data of a backup, which stands in folder
// name of BackupFolder, in a data directory that has none yet. It gives how
// many rows each table was given.
func Restore(ctx context.Context, cfg Config, name string) (rows map[string]uint64, err error) {
	if cfg.DSN != "" {
		return nil, errServer
	}
	s, err := prepare(cfg)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.openEmbedded(ctx, cfg.DataDir, nil); err != nil {
		return nil, err
	}
	if err := s.exec(ctx, "restore", named("path", filepath.Join(cfg.DataDir, BackupFolder, name))); err != nil {
		var exception *clickhouse.Exception
		if errors.As(err, &exception) {
			return nil, &chaping.Error{
				Code:    chaping.CodeInput,
				Message: "备份里的数据库读不出",
				Err:     errors.New(chaping.Shorten(exception.Message, 300)),
				Remedy:  "换一份备份；数据目录应是空的",
			}
		}
		return nil, err
	}
	if rows, err = s.attachedRows(ctx); err != nil {
		return nil, err
	}
	return rows, s.distrust(ctx)
}

// attachedRows is how many rows the parts of each table had when they were
// attached, tables without any left out. The engine may have merged some since.
func (s *Store) attachedRows(ctx context.Context) (map[string]uint64, error) {
	rows := map[string]uint64{}
	for _, t := range tables {
		var n uint64
		if err := s.query(ctx, "row_count", t, nil, func(scan func(...any) error) error { return scan(&n) }); err != nil {
			return nil, err
		}
		if n > 0 {
			rows[t] = n
		}
	}
	return rows, nil
}

// distrust drops the records whose rows a backup does not have: its tables are
// of moments seconds apart.
func (s *Store) distrust(ctx context.Context) error {
	if err := errors.Join(s.meet(), s.migrate(ctx)); err != nil {
		return err
	}
	editions, err := s.Editions(ctx, chaping.Period{}, lastPeriod, "")
	if err != nil {
		return err
	}
	for _, e := range editions {
		there, err := s.there(ctx, e)
		if err == nil && !there {
			err = s.forget(ctx, e.Period, e.Dictionary, "", nil)
		}
		if err != nil {
			return err
		}
	}
	return s.removing(
		ctx,
		chaping.Period{},
		func(context.Context) error { return nil },
	) // reviews may be missing as well
}
