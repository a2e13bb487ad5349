package pdf

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/fontscan"
)

// ErrNoFont is that no font of the machine has Chinese characters.
var ErrNoFont = errors.New("no font with Chinese characters")

// Fonts are fonts to choose from. They are safe for concurrent use.
type Fonts struct {
	find func() ([]fontscan.Footprint, error) // called once

	mu     sync.Mutex
	loaded map[fontscan.Location]*font.Font // nil: cannot be read
}

// SystemFonts are the fonts of the machine. They are looked for when the first
// document is begun.
func SystemFonts() *Fonts {
	return newFonts(func() ([]fontscan.Footprint, error) {
		dir, err := cache()
		if err != nil {
			if dir, err = os.MkdirTemp("", "chaping-fonts-*"); err != nil {
				return nil, err
			}
			defer os.RemoveAll(dir)
		}
		all, err := fontscan.SystemFonts(log.New(io.Discard, "", 0), dir)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoFont, err)
		}
		return all, nil
	})
}

// SelectedFonts are these and no others.
func SelectedFonts(all ...fontscan.Footprint) *Fonts {
	return newFonts(func() ([]fontscan.Footprint, error) { return all, nil })
}

func newFonts(find func() ([]fontscan.Footprint, error)) *Fonts {
	return &Fonts{
		find: sync.OnceValues(func() ([]fontscan.Footprint, error) {
			all, err := find()
			if err != nil {
				return nil, err
			}
			return upright(all)
		}),
		loaded: map[fontscan.Location]*font.Font{},
	}
}

// cache is a directory that outlives the process and can be written: what the
// files say of themselves is remembered there.
func cache() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(dir, "chaping")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	probe, err := os.CreateTemp(dir, "probe-*")
	if err != nil {
		return "", err
	}
	return dir, errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// upright keeps the upright fonts, the regular one of each family before its
// others, in an order that depends on nothing but the files.
func upright(all []fontscan.Footprint) ([]fontscan.Footprint, error) {
	var found []fontscan.Footprint
	for _, p := range all {
		if p.Aspect.Style == font.StyleNormal {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b fontscan.Footprint) int {
		return cmp.Or(
			cmp.Compare(away(a.Aspect), away(b.Aspect)),
			cmp.Compare(a.Location.File, b.Location.File),
			cmp.Compare(a.Location.Index, b.Location.Index),
			cmp.Compare(a.Location.Instance, b.Location.Instance),
		)
	})
	if !slices.ContainsFunc(found, chinese) {
		return nil, ErrNoFont
	}
	return found, nil
}

func chinese(p fontscan.Footprint) bool { return p.Runes.Contains('的') }

// away is how far a font is from the regular one of its family.
func away(a font.Aspect) float64 {
	weight := float64(a.Weight - font.WeightNormal)
	stretch := float64(a.Stretch - font.StretchNormal)
	return max(weight, -weight) + 1000*max(stretch, -stretch)
}

// open is the font at a place; nil if it cannot be read.
func (f *Fonts) open(at fontscan.Location) *font.Font {
	f.mu.Lock()
	defer f.mu.Unlock()
	if ft, known := f.loaded[at]; known {
		return ft
	}
	ft, err := read(at)
	if err != nil {
		ft = nil // as if it were not installed
	}
	f.loaded[at] = ft
	return ft
}

func read(at fontscan.Location) (*font.Font, error) {
	file, err := os.Open(at.File)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	all, err := opentype.NewLoaders(file)
	if err != nil {
		return nil, err
	}
	if int(at.Index) >= len(all) {
		return nil, fmt.Errorf("%s has no font %d", at.File, at.Index)
	}
	return font.NewFont(all[at.Index])
}

// A Typeface is a choice of fonts for the text of one document: the first
// family that has a character sets it, and any font of the machine where none
// of them has.
type Typeface struct {
	w      *Writer
	prefer []fontscan.Location
	chosen map[rune]*font.Face
	set    map[setting][]Line
}

// Typeface is the one of these families, the first that is installed to be
// used.
func (w *Writer) Typeface(families ...string) *Typeface {
	t := &Typeface{w: w, chosen: map[rune]*font.Face{}, set: map[setting][]Line{}}
	for _, name := range families {
		name = font.NormalizeFamily(name)
		for _, p := range w.found {
			if p.Family == name {
				t.prefer = append(t.prefer, p.Location)
				break
			}
		}
	}
	return t
}

// ResolveFace is the font that sets a character; it is what the segmenter
// asks.
func (t *Typeface) ResolveFace(r rune) *font.Face {
	face, known := t.chosen[r]
	if !known {
		face = t.choose(r)
		t.chosen[r] = face
	}
	return face
}

func (t *Typeface) choose(r rune) *font.Face {
	for _, at := range t.prefer {
		if face := t.w.face(at); draws(face, r) {
			return face
		}
	}
	var first *font.Face
	for _, p := range t.w.found {
		if first == nil && chinese(p) {
			first = t.w.face(p.Location)
		}
		if !p.Runes.Contains(r) {
			continue
		}
		if face := t.w.face(p.Location); draws(face, r) {
			return face
		}
	}
	if len(t.prefer) > 0 {
		if face := t.w.face(t.prefer[0]); face != nil {
			return face
		}
	}
	return first // its mark of a character that it does not have
}

// draws tells whether a font has a character's outline. Fonts of pictures
// have none.
func draws(face *font.Face, r rune) bool {
	if face == nil {
		return false
	}
	glyph, ok := face.NominalGlyph(r)
	if !ok {
		return false
	}
	_, ok = face.GlyphDataOutline(glyph)
	return ok
}
