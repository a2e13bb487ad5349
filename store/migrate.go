package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"text/template"

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
type dialect struct{ version proto.Version }

// Since tells whether the server is of that version or newer.
func (d dialect) Since(major, minor uint64) bool {
	return proto.CheckMinVersion(proto.Version{Major: major, Minor: minor}, d.version)
}

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
	if err := s.exec(ctx, "create_schema_migrations"); err != nil {
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
	for _, m := range list[done:] {
		for _, statement := range m.statements {
			if err := s.conn.Exec(ctx, statement); err != nil {
				return fault("migrations/"+m.name, err)
			}
		}
		err := s.insert(ctx, "schema_migrations", "version, name, applied",
			[]uint32{m.version}, []string{m.name}, []int64{s.now().UnixMilli()})
		if err != nil {
			return err
		}
	}
	return nil
}
