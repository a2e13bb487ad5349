package main

import (
	"bytes"
	"chaping/report"
	"context"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/rogpeppe/go-internal/testscript"

	"chaping/docs/guide"
)

var update = flag.Bool("update", false, "take the guide's pictures anew")

// What is written on a page and does not depend on the data.
const labels = `[...new Set([...document.querySelectorAll("nav.side a, main h1, main h2, main button, main thead th")]
	.map(e => e.textContent.replace(/\d+/g, "").replace(/\s+/g, " ").trim()))].join("\n") + "\n"`

// picture holds a page against the guide's picture of it: what it says on its
// menu, headings, buttons and columns is what it said when the picture was
// taken. -update takes it anew.
func (w *walker) picture(name string) {
	w.t.Helper()
	file := filepath.Join("..", "..", "docs", "guide", "pictures", name)
	said := []byte(eval[string](w, labels))
	if !*update {
		if then, err := os.ReadFile(file + ".txt"); err != nil || !bytes.Equal(then, said) {
			w.t.Errorf("the guide's picture %s is not of this page any more; go test ./cmd/chaping -run Portal -update. %v\n%s", name, err, said)
		}
		return
	}
	at := ""
	if name == "sheet" { // lower on the page of sheets
		at = "document.querySelector('iframe.sheet').scrollIntoView(); "
	}
	w.do(chromedp.EmulateViewport(1100, 720))
	eval[any](w, "scrollTo(0, 0); "+at+"new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))")
	ctx, cancel := context.WithTimeout(w.ctx, stepTime)
	defer cancel()
	shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		shot, err = fewColours(shot)
	}
	if err == nil {
		err = os.WriteFile(file+".png", shot, 0o644)
	}
	if err == nil {
		err = os.WriteFile(file+".txt", said, 0o644)
	}
	if err != nil {
		w.t.Error(err)
	}
	w.do(chromedp.EmulateViewport(1280, 900))
}

// fewColours writes a PNG with the 256 colours that it has most of: pages have
// hardly more, and a picture of them takes a third.
func fewColours(shot []byte) ([]byte, error) {
	picture, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		return nil, err
	}
	often := map[color.Color]int{}
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			often[picture.At(x, y)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(often), func(a, b color.Color) int { return often[b] - often[a] })
	small := image.NewPaletted(picture.Bounds(), colours[:min(256, len(colours))])
	draw.Draw(small, small.Bounds(), picture, image.Point{}, draw.Src)
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	err = encoder.Encode(&b, small)
	return b.Bytes(), err
}

// Every picture of the guide is taken by a walk.
func TestGuidePictures(t *testing.T) {
	t.Parallel()
	walks, err := filepath.Glob("serve*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var taken []string
	for _, walk := range walks {
		source, err := os.ReadFile(walk)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`w\.picture\("?(\w+)`).FindAllSubmatch(source, -1) {
			taken = append(taken, string(m[1]))
		}
	}
	pages, err := guide.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		for _, name := range p.Pictures {
			base := strings.TrimSuffix(name, ".png")
			if !slices.Contains(taken, base) && base != "urgent" { // which stands in a list of pages
				t.Errorf("no walk takes %s", name)
			}
		}
	}
}

// system are commands of the system that the guide shows; the test of the
// packages (packaging/test/inside.sh) runs their like.
var system = []string{"apt install ./chaping_", "systemctl restart chaping", "systemctl status chaping", "journalctl -u chaping", "chaping-admin rollback ./chaping_", "chaping-admin restore /var/lib/chaping/backups/"}

// TestGuideCommands runs every command that the guide shows, in its order, on a
// data directory with some reviews.
func TestGuideCommands(t *testing.T) {
	library := engineLibrary(t)
	pages, err := guide.All()
	if err != nil {
		t.Fatal(err)
	}
	script := "mkdir backups\nexec chaping import --keyword 电热水壶 reviews.csv\n"
	places := strings.NewReplacer("/var/backups/chaping", "$WORK/backups", "/var/lib/chaping", "$WORK/chaping", `"`, "'")
	for _, p := range pages {
		for _, line := range p.Commands {
			command := strings.TrimPrefix(line, "sudo ")
			name, arguments, _ := strings.Cut(command, " ")
			switch {
			case slices.ContainsFunc(system, func(known string) bool { return strings.HasPrefix(command, known) }):
			case name == "chaping" || name == "chaping-admin":
				script += "exec chaping " + places.Replace(arguments) + "\n"
			default:
				t.Errorf("%s shows %q, which nothing runs", p.Name, line)
			}
		}
	}
	reviews, err := os.ReadFile(filepath.Join("..", "..", "packaging", "test", "reviews.csv"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	script = fmt.Sprintf("%s-- reviews.csv --\n%s", script, reviews)
	if err := os.WriteFile(filepath.Join(dir, "guide.txtar"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: dir, Setup: func(e *testscript.Env) error {
		e.Setenv("CHAPING_ENGINE", library)
		e.Setenv("CHAPING_NOW", "2026-11-26T12:00:00+08:00")
		return nil
	}})
}

// Every command that documents for developers and the reference show is one that
// the program has, with the flags that it has.
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	shown := 0
	for _, name := range []string{"developers.md", "reference.md", "sites.md", "patterns.md", "cluster.md"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^(?:bin/)?chaping ([^|>#\n]+)`).FindAllStringSubmatch(string(text), -1) {
			shown++
			p := &program{in: strings.NewReader(""), out: &report.Output{Writer: &bytes.Buffer{}}, err: &bytes.Buffer{}, now: time.Now}
			command, rest, err := p.command().Find(strings.Fields(m[1]))
			if err == nil {
				err = command.ParseFlags(rest)
			}
			if err != nil || !command.Runnable() {
				t.Errorf("%s shows “chaping %s”: %v", name, strings.TrimSpace(m[1]), err)
			}
		}
	}
	if shown < 10 {
		t.Errorf("%d commands are shown", shown)
	}
}
