package chaping_test

import (
	"flag"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the picture of the architecture anew")

// The picture of the architecture in docs/developers.md is that of the code, and
// has no circle.
func TestArchitecture(t *testing.T) {
	imports := map[string]map[string]bool{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules"):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		from := folder(filepath.ToSlash(filepath.Dir(file)))
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		if imports[from] == nil {
			imports[from] = map[string]bool{}
		}
		for _, i := range parsed.Imports {
			name := strings.Trim(i.Path.Value, `"`)
			if rest, ours := strings.CutPrefix(name, "chaping/"); ours {
				imports[from][folder(rest)] = true
			} else if name == "chaping" {
				imports[from]["chaping"] = true
			}
		}
		delete(imports[from], from)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	drawn := draw(imports)
	for from := range imports {
		if reaches(imports, from, from, map[string]bool{}) {
			t.Errorf("%s imports itself by way of others", from)
		}
	}
	const file, begin, end = "docs/developers.md", "<!-- made by TestArchitecture -->\n", "<!-- end -->\n"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("nothing says where the picture is")
	}
	want := before + begin + drawn + end + after
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(text) {
		t.Error("the picture is not that of the code: go test . -run Architecture -update")
	}
}

// folder is the first part of a package's path, by which the picture knows it.
func folder(name string) string {
	if name == "." {
		return "chaping"
	}
	first, _, _ := strings.Cut(path.Clean(name), "/")
	return first
}

// reaches tells whether a folder imports another one, by way of others too.
func reaches(imports map[string]map[string]bool, from, to string, seen map[string]bool) bool {
	for next := range imports[from] {
		if next == to {
			return true
		}
		if !seen[next] {
			seen[next] = true
			if reaches(imports, next, to, seen) {
				return true
			}
		}
	}
	return false
}

// draw is the graph without arrows that follow from others, as Mermaid has it.
func draw(imports map[string]map[string]bool) string {
	var b strings.Builder
	b.WriteString("```mermaid\ngraph TD\n")
	for _, from := range slices.Sorted(maps.Keys(imports)) {
		for _, to := range slices.Sorted(maps.Keys(imports[from])) {
			follows := false
			for by := range imports[from] {
				follows = follows || by != to && reaches(imports, by, to, map[string]bool{})
			}
			if !follows {
				fmt.Fprintf(&b, "  %s --> %s\n", from, to)
			}
		}
	}
	b.WriteString("```\n")
	return b.String()
}
