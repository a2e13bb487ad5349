package main

import (
	"chaping/report"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"chaping"
)

// Every advice has words for the command line.
func TestAdvice(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../advice.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := 0
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.ValueSpec)
		if !ok || len(s.Names) == 0 || !strings.HasPrefix(s.Names[0].Name, "Advice") {
			return true
		}
		code, err := strconv.Unquote(s.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		if codes++; advice[chaping.AdviceCode(code)] == "" {
			t.Errorf("%s has no words", s.Names[0].Name)
		}
		return false
	})
	if codes == 0 || codes != len(advice) {
		t.Errorf("%d codes, %d are worded", codes, len(advice))
	}
}

// Only the command line names commands and flags: elsewhere they would be shown
// on pages too.
func TestOnlyHereAreCommandsNamed(t *testing.T) {
	p := &program{in: strings.NewReader(""), out: &report.Output{Writer: io.Discard}, err: io.Discard, now: time.Now}
	var names []string
	for _, c := range p.command().Commands() {
		names = append(names, c.Name())
	}
	named := regexp.MustCompile(`chaping (` + strings.Join(names, "|") + `)\b|(^|[^-\pL])--[a-z]{2}`)
	han := regexp.MustCompile(`\p{Han}`)
	seen := 0
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		at, err := filepath.Rel("../..", path)
		if err != nil {
			return err
		}
		switch {
		case e.IsDir() && (at == "cmd" || at == "bin" || at == "docs" || strings.HasPrefix(at, ".") && at != "."):
			return fs.SkipDir
		case strings.HasSuffix(at, ".html"):
			text, err := os.ReadFile(path)
			if found := named.Find(text); found != nil {
				t.Errorf("%s names %q", at, found)
			}
			seen++
			return err
		case !strings.HasSuffix(at, ".go") || strings.HasSuffix(at, "_test.go") || at == filepath.Join("web", "openapi.go"):
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		seen++
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.BasicLit)
			if ok && s.Kind == token.STRING && han.MatchString(s.Value) && named.MatchString(s.Value) {
				t.Errorf("%s: %s", set.Position(s.Pos()), s.Value)
			}
			return true
		})
		return nil
	})
	if err != nil || seen < 100 {
		t.Fatal(seen, err)
	}
}
