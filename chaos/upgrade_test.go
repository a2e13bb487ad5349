package chaos

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaping/store/storetest"
)

// counts01 is what the reviews of the data directory of version 0.1 say, but
// for the one whose mention a person has rejected.
const counts01 = `词条,报送期,成立,差评,隐性,评论,全部差评,默认评论,成立率
异味,2026-10,6,6,0,30,18,0,0.2
异味,2026-11,5,5,0,30,18,0,0.1667
断裂,2026-11,6,6,0,30,18,0,0.2
漏电,2026-10,6,6,0,30,18,0,0.2
漏电,2026-11,6,6,0,30,18,0,0.2
起火,2026-10,6,6,0,30,18,0,0.2
`

// TestUpgradeKilled opens the data directory of every version that was released,
// killed at ever later moments of the migration, and looks at what is there afterwards: frozen
// sheets to the byte, judgements, filings, cases, submissions and counts.
func TestUpgradeKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: builds the program and needs a store")
	}
	storetest.Embedded(t) // skips where there is no engine
	t.Parallel()
	program := buildProgram(t)
	archives, err := filepath.Glob(filepath.Join("..", "testdata", "data-*.tar.gz"))
	if err != nil || len(archives) == 0 {
		t.Fatalf("no data directory of a version: %v", err)
	}
	for _, archive := range archives {
		t.Run(filepath.Base(archive), func(t *testing.T) { upgradeKilled(t, program, archive) })
	}
}

func upgradeKilled(t *testing.T, program, archive string) {
	archive, err := filepath.Abs(archive)
	if err != nil {
		t.Fatal(err)
	}
	alone := upgrade{T: t, program: program, archive: archive, dir: t.TempDir()}
	alone.unpack()
	began := time.Now()
	alone.run("mine", "--period", "2026-10", "--terms", "terms.txt")
	took := time.Since(began)
	alone.check()
	const moments = 5
	for i := 1; i < moments; i++ {
		u := upgrade{T: t, program: program, archive: archive, dir: t.TempDir()}
		u.unpack()
		u.killAfter(took * time.Duration(i) / moments)
		u.killAfter(took * time.Duration(i) / moments / 2) // and again when it goes on
		u.check()
	}
}

// An upgrade is a data directory of an earlier version in a folder of its own.
type upgrade struct {
	*testing.T
	program, archive, dir string
}

func (u *upgrade) unpack() {
	u.Helper()
	tar := exec.Command("tar", "-xzf", u.archive)
	tar.Dir = u.dir
	if out, err := tar.CombinedOutput(); err != nil {
		u.Fatalf("%v\n%s", err, out)
	}
}

func (u *upgrade) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(u.Context(), u.program, append([]string{"--data", "data"}, args...)...)
	cmd.Dir = u.dir
	return cmd
}

// killAfter opens both databases and kills the program after a while, or finds
// that it has ended before.
func (u *upgrade) killAfter(delay time.Duration) {
	u.Helper()
	cmd := u.command("mine", "--period", "2026-10", "--terms", "terms.txt")
	if err := cmd.Start(); err != nil {
		u.Fatal(err)
	}
	kill := time.AfterFunc(delay, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	if kill.Stop() && err != nil {
		u.Errorf("after %s: %v", delay, err)
	}
}

func (u *upgrade) run(args ...string) string {
	u.Helper()
	cmd := u.command(args...)
	var problems strings.Builder
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		u.Fatalf("chaping %s: %v\n%s", strings.Join(args, " "), err, problems.String())
	}
	return string(out)
}

func (u *upgrade) check() {
	u.Helper()
	for _, period := range []string{"2026-10", "2026-11"} {
		u.run("mine", "--period", period, "--terms", "terms.txt")
	}
	counts := u.run("query", "counts", "--by", "term,period", "--from", "2026-10", "--to", "2026-11", "--terms", "terms.txt", "--format", "csv")
	if counts = strings.TrimPrefix(counts, "\ufeff"); counts != counts01 {
		u.Errorf("counts:\n%s\nwant\n%s", counts, counts01)
	}
	u.run("report", "platform", "--period", "2026-11", "--version", "1", "--format", "json", "--out", "again")
	before, err := os.ReadFile(filepath.Join(u.dir, "out", "platform-2026-11.json"))
	if err != nil {
		u.Fatal(err)
	}
	if again, err := os.ReadFile(filepath.Join(u.dir, "again", "platform-2026-11.json")); err != nil || string(again) != string(before) {
		u.Errorf("the frozen sheet has changed: %v", err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"review", "list", "--period", "2026-11", "--terms", "terms.txt"}, "已确认 1，已排除 1，未复核 16"},
		{[]string{"report", "versions"}, "b8e1e6f0b038"},
		{[]string{"account", "list"}, "张三"},
		{[]string{"report", "association", "--period", "2026-11", "--format", "json", "--out", "a"}, "报送表 1 条"},
		{[]string{"urgent", "list"}, "电热水壶"},
		{[]string{"audit", "verify"}, ""},
		{[]string{"store", "verify"}, ""},
	} {
		if got := u.run(c.args...); !strings.Contains(got, c.want) {
			u.Errorf("chaping %s: no “%s” in\n%s", strings.Join(c.args, " "), c.want, got)
		}
	}
}
