package sqlite

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?.db")
	for range 2 { // is made, and opened again
		db, err := Open(path, "auto_vacuum(incremental)")
		if err != nil {
			t.Fatal(err)
		}
		for pragma, want := range map[string]string{"auto_vacuum": "2", "journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "30000"} {
			var got string
			if err := db.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s = %s, %v; want %s", pragma, got, err, want)
			}
		}
		db.Close()
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if list, err := os.ReadDir(filepath.Dir(path)); err != nil || len(list) != 1 {
		t.Errorf("left behind: %v %v", list, err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none", "a.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

func TestIsAndCopy(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	db, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE t (x); INSERT INTO t VALUES (7)"); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(dir, "b")
	if err := Copy(t.Context(), path, to); err != nil {
		t.Fatal(err)
	}
	files := map[string]bool{path: true, to: true}
	for name, content := range map[string]string{"empty": "", "short": "S", "text": strings.Repeat("text ", 1000), "header": "SQLite format 3\x00"} {
		file := filepath.Join(dir, name+".db")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		files[file] = false
	}
	for file, want := range files {
		if is, err := Is(t.Context(), file); err != nil || is != want {
			t.Errorf("%s: %v %v", filepath.Base(file), is, err)
		}
	}
	if _, err := Is(t.Context(), filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := Is(t.Context(), dir); err == nil {
		t.Error("a folder")
	}
}

// No function that names a database file calls what opens files; and only this
// package loads the driver. What opens files whose names it is given, as a
// backup does, is watched at work by TestForeignReader.
func TestNobodyElseOpensDatabases(t *testing.T) {
	opens := []string{"Open", "OpenFile", "Create", "ReadFile", "WriteFile", "Truncate", "NewFile"}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && len(d.Name()) > 2 && d.Name()[0] == '.' {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") || filepath.Dir(path) == filepath.Join("..", "sqlite") {
			return nil
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, i := range file.Imports {
			if strings.HasPrefix(i.Path.Value, `"modernc.org/sqlite`) {
				t.Errorf("%s imports the driver", path)
			}
		}
		for _, declared := range file.Decls {
			f, ok := declared.(*ast.FuncDecl)
			if !ok {
				continue
			}
			named, opened := false, token.NoPos
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BasicLit:
					if s, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil {
						named = named || strings.HasSuffix(s, ".db") || strings.HasSuffix(s, ".db-wal") || strings.HasSuffix(s, ".db-shm")
					}
				case *ast.CallExpr:
					if s, ok := n.Fun.(*ast.SelectorExpr); ok && slices.Contains(opens, s.Sel.Name) {
						if p, ok := s.X.(*ast.Ident); ok && p.Name == "os" {
							opened = n.Pos()
						}
					}
				}
				return true
			})
			if named && opened.IsValid() {
				t.Errorf("%s opens a file in a function that names a database: a database is opened by package sqlite only", files.Position(opened))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestManyOpenAtOnce: nobody who opens a new database is refused because others
// do so too.
func TestManyOpenAtOnce(t *testing.T) {
	for range 20 {
		path := filepath.Join(t.TempDir(), "a.db")
		var opening sync.WaitGroup
		for range 12 {
			opening.Go(func() {
				db, err := Open(path)
				if err == nil {
					_, err = db.Exec("CREATE TABLE IF NOT EXISTS t (n INTEGER)")
					err = errors.Join(err, db.Close())
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		opening.Wait()
	}
}
