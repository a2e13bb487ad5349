package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"

	"chaping"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// A migration is one file of migrations/: NNNN_name.sql, statements that end
// in ";\n". Every statement may be run again, so that a migration which was
// killed half-way is simply run again. A file that was released never changes.
// Files are templates: {{if .Since 20 10}} gates what only newer servers know.
type migration struct {
	version    uint32
	name       string
	statements []string
}

// A dialect is what a template knows of the server.
type dialect struct {
	version proto.Version
	cluster *cluster // nil on one server
}

// Since tells whether the server is of that version or newer.
func (d dialect) Since(major, minor uint64) bool {
	return proto.CheckMinVersion(proto.Version{Major: major, Minor: minor}, d.version)
}

// Table names a table that is made or dropped: on a cluster that of every
// shard, on all its replicas.
func (d dialect) Table(name string) string {
	return d.Local(name) + d.onCluster()
}

// Local names a table where it is stored.
func (d dialect) Local(name string) string {
	if d.cluster == nil {
		return name
	}
	return d.From(name + localSuffix)
}

// Engine is the table's engine; version names the column by which of two rows
// one holds, or is empty.
func (d dialect) Engine(name, version string) string {
	var args []string
	engine := "ReplacingMergeTree"
	if c := d.cluster; c != nil {
		engine = "Replicated" + engine
		args = []string{quote("/clickhouse/tables/{shard}/" + c.database + "/" + name), "'{replica}'"}
	}
	if version != "" {
		args = append(args, version)
	}
	if args == nil {
		return engine
	}
	return engine + "(" + strings.Join(args, ", ") + ")"
}

// Spread follows a table's statement: on a cluster the Distributed table over
// the shards, key being what a row is sharded by.
func (d dialect) Spread(name, key string) string {
	c := d.cluster
	if c == nil {
		return ""
	}
	return fmt.Sprintf(";\nCREATE TABLE IF NOT EXISTS %s%s AS %s ENGINE = Distributed(%s, %s, %s, %s);",
		d.qualified(name), d.onCluster(), d.Local(name), quote(c.name), quote(c.database), quote(name+localSuffix), key)
}

// View names a view that is made: on a cluster on every server.
func (d dialect) View(name string) string {
	return d.From(name) + d.onCluster()
}

// From names a table that a view reads: on a cluster that of all shards.
func (d dialect) From(name string) string {
	if d.cluster == nil {
		return name
	}
	return d.qualified(name)
}

// Drop drops a table.
func (d dialect) Drop(name string) string {
	if d.cluster == nil {
		return "DROP TABLE IF EXISTS " + name
	}
	at := d.onCluster()
	if d.Since(20, 10) {
		at += " SYNC" // the name in the keeper is free at once
	}
	return fmt.Sprintf(
		"DROP TABLE IF EXISTS %s%s;\nDROP TABLE IF EXISTS %s%s",
		d.qualified(name),
		at,
		d.Local(name),
		at,
	)
}

func (d dialect) qualified(table string) string {
	return identifier(d.cluster.database) + "." + identifier(table)
}

// onCluster has a statement done on all servers of a cluster.
func (d dialect) onCluster() string {
	if d.cluster == nil {
		return ""
	}
	return " ON CLUSTER " + identifier(d.cluster.name)
}

// System is a system table: on a cluster, of one replica of every shard, those
// that are read from now.
func (d dialect) System(table string) string {
	if d.cluster == nil {
		return "system." + table
	}
	return "cluster(" + quote(d.cluster.name) + ", system, " + table + ")"
}

// Database is the database's name as an expression: elsewhere in a cluster
// another one may be the current one.
func (d dialect) Database() string {
	if d.cluster == nil {
		return "currentDatabase()"
	}
	return quote(d.cluster.database)
}

// Plain is an expression: the name of a table as statements have it, by the
// one it is stored under.
func (d dialect) Plain(column string) string {
	if d.cluster == nil {
		return column
	}
	return "replaceRegexpOne(" + column + ", '" + localSuffix + "$', '')"
}

// Once makes a reading see rows once that one statement has written: on a
// cluster it may have been run again.
func (d dialect) Once() string {
	if d.cluster == nil {
		return ""
	}
	return " FINAL"
}

var escapes = strings.NewReplacer(`\`, `\\`, `'`, `\'`, "`", "\\`")

func quote(s string) string { return "'" + escapes.Replace(s) + "'" }

func identifier(s string) string { return "`" + escapes.Replace(s) + "`" }

func migrations(d dialect) ([]migration, error) {
	templates, err := template.ParseFS(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(migrationFiles, "migrations/*.sql") // sorted
	if err != nil {
		return nil, err
	}
	var list []migration
	for i, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "migrations/"), ".sql")
		number, _, _ := strings.Cut(name, "_")
		if version, err := strconv.Atoi(number); err != nil || version != i+1 {
			return nil, fmt.Errorf("%s: want number %04d", file, i+1)
		}
		var text strings.Builder
		if err := templates.ExecuteTemplate(&text, name+".sql", d); err != nil {
			return nil, err
		}
		list = append(list, migration{uint32(i + 1), name, statements(text.String())})
	}
	return list, nil
}

// statements cuts a file at semicolons that end a line.
func statements(text string) []string {
	var list []string
	for part := range strings.SplitSeq(text+"\n", ";\n") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// migrate brings the schema up to date.
func (s *Store) migrate(ctx context.Context) error {
	list, err := migrations(s.dialect)
	if err != nil {
		return err
	}
	var made uint8 // asked for first: making tables needs all servers of a cluster
	err = s.query(ctx, "has_migrations", nil, nil, func(scan func(...any) error) error { return scan(&made) })
	if err == nil && made == 0 {
		var sql string
		if sql, err = s.sql("create_schema_migrations", s.dialect); err == nil {
			err = s.createTables(ctx, "create_schema_migrations", statements(sql))
		}
	}
	if err != nil {
		return err
	}
	var done uint32
	err = s.query(ctx, "schema_version", nil, nil, func(scan func(...any) error) error { return scan(&done) })
	if err != nil {
		return err
	}
	if done > uint32(len(list)) {
		return &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: fmt.Sprintf("数据库由更新版本的程序建立（结构版本 %d，本程序只认识到 %d）", done, len(list)),
			Remedy:  "升级 chaping 后再打开；本程序没有改动其中的数据",
		}
	}
	if s.engine != nil && int(done) < len(list) { // two processes may open a new directory at once
		ctx, release, err := s.lease(ctx, "schema", nil)
		if err != nil {
			return err
		}
		defer release()
		if err := s.query(ctx, "schema_version", nil, nil, func(scan func(...any) error) error { return scan(&done) }); err != nil {
			return err
		}
	}
	for _, m := range list[done:] {
		if err := s.createTables(ctx, "migrations/"+m.name, m.statements); err != nil {
			return err
		}
		err := s.insert(ctx, "schema_migrations", "version, name, applied",
			[]uint32{m.version}, []string{m.name}, []int64{s.now().UnixMilli()})
		if err != nil {
			return err
		}
	}
	return nil
}

// createTables runs statements that make tables.
func (s *Store) createTables(ctx context.Context, name string, statements []string) error {
	for _, statement := range statements {
		if err := fault(name, s.conn.Exec(ctx, statement)); err != nil {
			return err
		}
	}
	return nil
}

// A Migration is one that a database has had.
type Migration struct {
	Version uint32    `json:"version"`
	Name    string    `json:"name"`
	Applied time.Time `json:"applied"`
}

// Migrated are the migrations that the database has had.
func (s *Store) Migrated(ctx context.Context) (list []Migration, err error) {
	err = s.query(ctx, "migrated", nil, nil, func(scan func(...any) error) error {
		var m Migration
		var applied int64
		err := scan(&m.Version, &m.Name, &applied)
		m.Applied = time.UnixMilli(applied)
		list = append(list, m)
		return err
	})
	return list, err
}
