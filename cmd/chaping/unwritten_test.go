package main

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/report"
)

// full is a disk that is full.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// TestUnwritten: what could not be written ends with 4, whatever the command, and what
// is shown only once says how to replace it.
func TestUnwritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for command, says := range map[string]string{
		"period 2026-11":                        "输出没有写完",
		"schedule list":                         "输出没有写完",
		"version":                               "输出没有写完",
		"dict check":                            "输出没有写完",
		"token list":                            "输出没有写完",
		"site list":                             "输出没有写完",
		"audit verify":                          "输出没有写完",
		"token add x --role admin --scope read": "chaping token revoke 1",
		"account add zhang --role admin":        "chaping account reset zhang",
	} {
		unwritten(t, dir, command, says)
	}
	unwritten(t, dir, "account reset zhang", "再运行一次 chaping account reset zhang")
}

func unwritten(t *testing.T, dir, command, says string) {
	t.Helper()
	p := &program{in: strings.NewReader(""), out: &report.Output{Writer: full{}}, err: io.Discard, now: time.Now}
	err := p.execute(t.Context(), append([]string{"--data", dir}, strings.Fields(command)...))
	if err == nil || exitCode(err) != int(chaping.CodeEnvironment) || !strings.Contains(chaping.Explain(err, wordAdvice), says) {
		t.Errorf("%s: %v", command, err)
	}
}
