// Package guide is the users' guide: the Markdown files of this folder, which
// the portal shows as 帮助 and "chaping guide" prints. The text is ours, HTML in
// it is not passed on.
//
// A page links to another as page.md#section, to the portal as /path, and to a
// picture as pictures/name.png. Pictures are taken by the browser walks of
// cmd/chaping. Every heading has an anchor of its own: {#section}.
package guide

import (
	"bytes"
	"embed"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

//go:embed *.md pictures/*.png
var files embed.FS

//go:embed print.css
var printStyle string

// Root is where the portal shows the guide.
const Root = "/help"

// Names are the pages in their order.
func Names() []string {
	return []string{
		"first-day", "platform", "association", "centre", "urgent", "year", "admin", "counting", "questions", "glossary",
	}
}

// A Page is one file of the guide.
type Page struct {
	Name     string
	Title    string
	Sections []Section // without the title
	Links    []string  // as they are written
	Pictures []string  // names of files
	Commands []string  // lines of blocks marked sh
	doc      ast.Node
	source   []byte
}

// A Section is a heading that can be linked to.
type Section struct {
	ID    string
	Title string
	Level int
}

// Open reads a page.
func Open(name string) (*Page, error) {
	source, err := files.ReadFile(name + ".md")
	if err != nil {
		return nil, err
	}
	p := &Page{Name: name, source: source}
	p.doc = markdown().Parser().Parse(text.NewReader(source))
	err = ast.Walk(p.doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			return ast.WalkContinue, p.read(n)
		}
		return ast.WalkContinue, nil
	})
	return p, err
}

// All reads the whole guide.
func All() ([]*Page, error) {
	var list []*Page
	for _, name := range Names() {
		p, err := Open(name)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

func markdown() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.Table),
		goldmark.WithParserOptions(parser.WithAttribute()),
	)
}

func (p *Page) read(n ast.Node) error {
	switch n := n.(type) {
	case *ast.Heading:
		id := anchor(n)
		if id == "" {
			return fmt.Errorf("%s: no anchor at %s", p.Name, p.plain(n))
		}
		if n.Level == 1 {
			p.Title = p.plain(n)
			break
		}
		p.Sections = append(p.Sections, Section{ID: id, Title: p.plain(n), Level: n.Level})
	case *ast.Link:
		p.Links = append(p.Links, string(n.Destination))
	case *ast.Image:
		p.Pictures = append(p.Pictures, pictureName(string(n.Destination)))
	case *ast.FencedCodeBlock:
		if string(n.Language(p.source)) != "sh" {
			break
		}
		for _, line := range n.Lines().Sliced(0, n.Lines().Len()) {
			p.Commands = append(p.Commands, strings.TrimSpace(string(line.Value(p.source))))
		}
	}
	return nil
}

func anchor(n *ast.Heading) string {
	v, _ := n.AttributeString("id")
	id, _ := v.([]byte)
	return string(id)
}

// plain is what a heading says.
func (p *Page) plain(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Value(p.source))
			continue
		}
		b.WriteString(p.plain(c))
	}
	return b.String()
}

func pictureName(destination string) string { return strings.TrimPrefix(destination, "pictures/") }

// Picture is a PNG file of the guide.
func Picture(name string) ([]byte, error) { return files.ReadFile("pictures/" + name) }

// HTML is the page as the portal shows it, links leading to its other pages.
func (p *Page) HTML() (string, error) {
	return p.render(where{
		id:      func(id string) string { return id },
		page:    func(name, id string) string { return Root + "/" + name + id },
		picture: func(name string) (string, error) { return Root + "/pictures/" + name, nil },
		portal:  func(path string) string { return path },
	})
}

// Whole is the guide as one page of the portal.
func Whole() (string, error) {
	return whole(func(name string) (string, error) { return Root + "/pictures/" + name, nil }, func(path string) string { return path })
}

// WriteDocument writes the guide as one HTML document that needs nothing else,
// to be printed.
func WriteDocument(w io.Writer) error {
	body, err := whole(func(name string) (string, error) {
		data, err := Picture(name)
		return "data:image/png;base64," + base64.StdEncoding.EncodeToString(data), err
	}, func(string) string { return "" })
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>chaping 使用手册</title>\n"+
		"<style>\n%s</style></head><body>\n%s</body></html>\n", printStyle, body)
	return err
}

func whole(picture func(string) (string, error), portal func(string) string) (string, error) {
	pages, err := All()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, p := range pages {
		section, err := p.render(where{
			id: func(id string) string { return p.Name + "-" + id },
			page: func(name, id string) string {
				if id == "" {
					return "#" + name
				}
				return "#" + name + "-" + strings.TrimPrefix(id, "#")
			},
			picture: picture,
			portal:  portal,
		})
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "<section class=\"chapter\" id=%q>\n%s</section>\n", p.Name, section)
	}
	return b.String(), nil
}

// where says what links become. An empty address leaves the words without one.
type where struct {
	id      func(id string) string
	page    func(name, fragment string) string
	picture func(name string) (string, error)
	portal  func(path string) string
}

// render writes the page with its links replaced; it parses anew, because the
// tree is changed.
func (p *Page) render(to where) (string, error) {
	m := markdown()
	doc := m.Parser().Parse(text.NewReader(p.source))
	var bare []*ast.Link
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			n.SetAttributeString("id", []byte(to.id(anchor(n))))
		case *ast.Image:
			address, err := to.picture(pictureName(string(n.Destination)))
			n.Destination = []byte(address)
			return ast.WalkContinue, err
		case *ast.Link:
			if address := to.link(p.Name, string(n.Destination)); address != "" {
				n.Destination = []byte(address)
			} else {
				bare = append(bare, n)
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return "", err
	}
	for _, link := range bare {
		for c := link.FirstChild(); c != nil; c = link.FirstChild() {
			link.Parent().InsertBefore(link.Parent(), link, c)
		}
		link.Parent().RemoveChild(link.Parent(), link)
	}
	var b bytes.Buffer
	err = m.Renderer().Render(&b, p.source, doc)
	return b.String(), err
}

func (to where) link(page, destination string) string {
	if strings.HasPrefix(destination, "/") {
		return to.portal(destination)
	}
	name, fragment, found := strings.Cut(destination, "#")
	if name = strings.TrimSuffix(name, ".md"); name == "" {
		name = page
	}
	if found {
		fragment = "#" + fragment
	}
	return to.page(name, fragment)
}
