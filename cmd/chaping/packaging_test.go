package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every sample that a message tells people to copy is in the packages, under the name
// that the message gives it.
func TestSamplesArePackaged(t *testing.T) {
	t.Parallel()
	contents, err := os.ReadFile("../../packaging/nfpm.yaml")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`[^/a-z](configs/[\w./-]+\.(?:yaml|json)|holidays/\d+\.yaml)`)
	err = filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range named.FindAllSubmatch(source, -1) {
			if !bytes.Contains(contents, append([]byte("dst: /usr/share/doc/chaping/"), m[1]...)) {
				t.Errorf("%s names %s, which no package has", path, m[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// chaping-admin reads the settings as systemd reads them for the service: all of them,
// and without the quotes around them.
func TestAdminSettings(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("../../packaging/chaping-admin")
	if err != nil {
		t.Fatal(err)
	}
	loop := regexp.MustCompile(`(?ms)^while IFS.*?^done`).Find(script)
	settings := filepath.Join(t.TempDir(), "chaping.env")
	text := "# CHAPING_LOG=json\nCHAPING_DATA=\"/a b\"\nJD_TOKEN='x $y'\nbad-name=2\nnothing\nODD=a\"b\"\nCHAPING_SERVE=\nLAST=`id`"
	if err := os.WriteFile(settings, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-euc", string(loop)+" <\"$environment\"\nenv")
	cmd.Env = []string{"environment=" + settings, "PATH=" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatal(err, string(out))
	}
	lines := strings.Split(string(out), "\n")
	for _, want := range []string{"CHAPING_DATA=/a b", "JD_TOKEN=x $y", "ODD=a\"b\"", "CHAPING_SERVE=", "LAST=`id`"} {
		if !slices.Contains(lines, want) {
			t.Errorf("%q is not in %q", want, lines)
		}
	}
	for _, line := range lines {
		if strings.HasPrefix(line, "bad-name") || strings.HasPrefix(line, "nothing") || strings.HasPrefix(line, "CHAPING_LOG") {
			t.Error(line)
		}
	}
}
