package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chaping"
	"chaping/store/storetest"
)

// TestDoctorOnAnotherStore: a server without reviews beside an embedded database says
// what it does not have.
func TestDoctorOnAnotherStore(t *testing.T) {
	t.Parallel()
	cfg := storetest.StartServer(t).Database(t)
	data := t.TempDir()
	left := filepath.Join(data, "clickhouse", "store", "part.bin")
	if err := os.MkdirAll(filepath.Dir(left), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(left, make([]byte, 2e6), 0o600); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	code := run([]string{"doctor", "--store", cfg.DSN, "--data", data}, strings.NewReader(""), &b, &b)
	if code != int(chaping.CodeEnvironment) || !strings.Contains(b.String(), "还有内嵌引擎的数据（2.0 MB），它们没有搬过来") {
		t.Errorf("%d %s", code, b.String())
	}
}
