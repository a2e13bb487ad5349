package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"chaping/nlp/corpora"
	"chaping/store/engine"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"chaping": main, "waitfor": waitFor, "waitfile": waitFile})
}

// waitFor is the script command that waits until a website answers.
func waitFor() {
	for range 1000 {
		if r, err := http.Get("http://" + os.Args[1]); err == nil {
			os.Exit(errorCode(r.Body.Close()))
		}
		time.Sleep(10 * time.Millisecond) // polling another process: there is no signal to wait for
	}
	os.Exit(1)
}

// waitFile is the script command that waits until a file exists.
func waitFile() {
	for range 1000 {
		if _, err := os.Stat(os.Args[1]); err == nil {
			os.Exit(0)
		}
		time.Sleep(10 * time.Millisecond) // polling another process: there is no signal to wait for
	}
	os.Exit(1)
}

func errorCode(err error) int {
	if err != nil {
		return 1
	}
	return 0
}

// engineLibrary is the path of the embedded engine. Tests that need it are not
// short.
func engineLibrary(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: needs the embedded engine")
	}
	library, err := engine.Locate()
	if err == nil {
		_, err = os.Stat(library)
	}
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("CI must have the embedded engine: %v", err)
		}
		t.Skipf("the embedded engine is not installed (make engine): %v", err)
	}
	return library
}

// freeAddress is a port of this machine that nobody has.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// TestScripts runs every script in testdata/script against the real program
// and the real embedded engine, several at a time. A script that needs the
// corpora outside of the repository says so with [shared]; one that serves a
// mall does so at $MALL.
func TestScripts(t *testing.T) {
	library := engineLibrary(t)
	shared := os.Getenv(corpora.Variable)
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			e.Setenv("CHAPING_ENGINE", library)
			e.Setenv("CHAPING_NOW", "2026-11-26T12:00:00+08:00")
			e.Setenv("SHARED", shared)
			address, err := freeAddress()
			e.Setenv("MALL", address)
			return err
		},
		Cmds:      map[string]func(*testscript.TestScript, bool, []string){"capture": capture, "shop": serveFiles},
		Condition: func(cond string) (bool, error) { return cond == "shared" && shared != "", nil },
	})
}

// shop FOLDER serves the folder's files as a website at $SHOP.
func serveFiles(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) != 1 {
		ts.Fatalf("usage: shop FOLDER")
	}
	server := httptest.NewServer(http.FileServer(http.Dir(ts.MkAbs(args[0]))))
	ts.Defer(server.Close)
	ts.Setenv("SHOP", server.URL)
}

// capture VARIABLE REGEXP keeps what the last standard output matches.
func capture(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) != 2 {
		ts.Fatalf("usage: capture VARIABLE REGEXP")
	}
	found := regexp.MustCompile(args[1]).FindString(ts.ReadFile("stdout"))
	if found == "" {
		ts.Fatalf("no match of %s", args[1])
	}
	ts.Setenv(args[0], found)
}

// openApp gives a program that no command line has made its application.
func openApp(t *testing.T, p *program) {
	t.Helper()
	if err := p.open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	})
}
