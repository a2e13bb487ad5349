// Package corpora finds the labelled texts that stand outside the repository,
// for tests. The environment variable CHAPING_CORPORA names their folder; where
// it is not set, tests that need them are skipped, and where it is set, a file
// that is missing is a failure.
package corpora

import (
	"os"
	"path/filepath"
	"testing"
)

// Variable is the environment variable.
const Variable = "CHAPING_CORPORA"

// Path is the file of that name, "gold/mentions.dev.jsonl".
func Path(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv(Variable)
	if dir == "" {
		t.Skipf("%s does not name the folder of the corpora", Variable)
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s: %v", Variable, err)
	}
	return path
}

// Open opens it until the end of the test.
func Open(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open(Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
