package guide

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every link within the guide leads to a section, every anchor is one of its
// page only, every file is a page, and every picture is shown.
func TestGuide(t *testing.T) {
	t.Parallel()
	pages, err := All()
	if err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Glob("*.md")
	if err != nil || len(sources) != len(pages) {
		t.Errorf("%d files, %d pages: %v", len(sources), len(pages), err)
	}
	anchors, shown := map[string]bool{}, map[string]bool{}
	for _, p := range pages {
		anchors[p.Name] = true
		anchors[p.Name+"#"+p.Name] = true
		for _, s := range p.Sections {
			if anchors[p.Name+"#"+s.ID] {
				t.Errorf("%s has #%s twice", p.Name, s.ID)
			}
			anchors[p.Name+"#"+s.ID] = true
		}
		for _, name := range p.Pictures {
			shown[name] = true
			if _, err := Picture(name); err != nil {
				t.Error(err)
			}
		}
	}
	for _, p := range pages {
		for _, link := range p.Links {
			name, fragment, _ := strings.Cut(link, "#")
			if strings.HasPrefix(link, "/") {
				continue // the portal's tests know its routes
			}
			if name = strings.TrimSuffix(name, ".md"); name == "" {
				name = p.Name
			}
			if fragment != "" {
				name += "#" + fragment
			}
			if !anchors[name] {
				t.Errorf("%s links to %s", p.Name, link)
			}
		}
	}
	pictures, err := filepath.Glob("pictures/*.png")
	if err != nil {
		t.Fatal(err)
	}
	for _, picture := range pictures {
		if !shown[filepath.Base(picture)] {
			t.Errorf("%s is shown nowhere", picture)
		}
		if info, err := os.Stat(picture); err != nil || info.Size() > 150_000 {
			t.Errorf("%s is larger than 150 kB: %v", picture, err)
		}
	}
	if !slices.ContainsFunc(pages, func(p *Page) bool { return len(p.Commands) > 0 }) {
		t.Error("no page shows a command")
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteDocument(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{`<section class="chapter" id="glossary">`, `href="#glossary-frozen"`, `id="glossary-frozen"`, `src="data:image/png;base64,`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, wrong := range []string{`href="/`, `src="pictures/`, `.md"`, ".md#", "<!-- raw HTML omitted -->"} {
		if strings.Contains(text, wrong) {
			t.Errorf("%s is left", wrong)
		}
	}
}

// Links of the READMEs and the reference lead to files that are there.
func TestDocumentsLinks(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"README.md", "README.en.md", "docs/reference.md", "docs/developers.md", "CONTRIBUTING.md"} {
		path := filepath.Join("..", "..", file)
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`).FindAllSubmatch(source, -1) {
			link := string(m[1])
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), link)); err != nil && !strings.Contains(link, "://") {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}
