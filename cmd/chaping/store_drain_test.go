package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/store/spool"
	"chaping/store/storetest"
)

// refusing is a database that is away.
type refusing struct{ spool.Sink }

func (refusing) PutReviews(context.Context, []chaping.Review) error { return io.EOF }

// TestStoreDrain: what an import left in the spool is told by stats and doctor
// until store drain has put it, which may be run twice.
func TestStoreDrain(t *testing.T) {
	data := storetest.Embedded(t).DataDir
	left, err := spool.Open(refusing{}, spool.Options{Dir: filepath.Join(data, "spool"), Now: time.Now, Tell: func(string) {},
		Away: func(err error) bool { return errors.Is(err, io.EOF) }})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b"} {
		r := chaping.Review{Platform: "p", Product: "1", ID: id, Text: "漏水", Published: time.Date(2026, 11, 1, 0, 0, 0, 0, chaping.Shanghai())}
		if err := left.PutReviews(t.Context(), []chaping.Review{r}); err != nil {
			t.Fatal(err)
		}
	}
	if err := left.Close(); err != nil {
		t.Fatal(err)
	}
	var out string
	command := func(want int, args ...string) {
		t.Helper()
		var b bytes.Buffer
		if code := run(append(args, "--data", data), strings.NewReader(""), &b, &b); code != want {
			t.Errorf("%v: exit %d\n%s", args, code, b.String())
		}
		out = b.String()
	}
	contains := func(words ...string) {
		t.Helper()
		for _, word := range words {
			if !strings.Contains(out, word) {
				t.Errorf("%q is not in:\n%s", word, out)
			}
		}
	}
	command(0, "store", "stats")
	contains("有 1 个暂存文件", "chaping store drain")
	command(0, "backup", filepath.Join(t.TempDir(), "b.tar"))
	contains("备份不含暂存的批次：有 1 个暂存文件")
	command(int(chaping.CodeEnvironment), "doctor")
	contains("✗ 暂存", "chaping store drain")
	command(0, "store", "drain")
	contains("已写入暂存的 2 个批次")
	command(0, "store", "drain")
	contains("已写入暂存的 0 个批次")
	command(0, "doctor", "--fix") // the test's folder can be read by others
	contains("✓ 暂存", "存有评论 2 条")
}
