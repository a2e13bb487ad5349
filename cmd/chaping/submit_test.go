package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/report"
	"chaping/station"
)

// The command against a centre that serves: taken once, whoever asks twice.
func TestSubmitToServingCentre(t *testing.T) {
	p := servePortal(t)
	const name = "上海寻梦信息技术有限公司（拼多多）"
	run := func(args ...string) (out string, err error) {
		var b bytes.Buffer
		program := &program{in: strings.NewReader(""), out: &report.Output{Writer: &b}, err: testWriter{t}, now: clock()}
		err = program.execute(t.Context(), args)
		return b.String(), err
	}
	token, err := run("token", "add", "拼多多报送", "--data", p.data, "--role", "platform", "--station", name, "--scope", "submit")
	if err != nil {
		t.Fatal(err)
	}
	own, file := t.TempDir(), filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	period := chaping.Period{Year: 2026, Month: time.November}
	sheet := &report.Platform{Station: name, Period: period, Filed: period.Window().To, Rows: []report.PlatformRow{{Seq: 1, Term: "漏电", Product: "壶", NegativeReviews: 2, Reviews: 9}, {Seq: 2, Term: "异味", Product: "壶", NegativeReviews: 1, Reviews: 9}}}
	model, err := sheet.JSON()
	if err != nil {
		t.Fatal(err)
	}
	d, err := station.Open(t.Context(), own, clock())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Freeze(t.Context(), station.Sheet{Form: chaping.FormPlatform, Period: "2026-11", By: "张三", Model: model}); err != nil {
		t.Fatal(err)
	}
	d.Close()
	for _, args := range [][]string{{"--to", p.base, "--token-file", file}, nil} {
		out, err := run(append([]string{"submit", "--data", own, "--period", "2026-11"}, args...)...)
		if err != nil || !strings.Contains(out, "2026-11 期第 1 版：研究中心已于 2026-11-25 09:0") || !strings.Contains(out, "回执 1 号") {
			t.Fatalf("%q %v", out, err)
		}
	}
	c, err := station.Open(t.Context(), p.data, clock())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	list, err := c.Submissions(t.Context(), "2026-11")
	if err != nil || len(list) != 1 || list[0].Entries != 2 || list[0].Station != name || list[0].File != "报送表-2026-11-第1版.json" {
		t.Errorf("%+v %v", list, err)
	}
}
