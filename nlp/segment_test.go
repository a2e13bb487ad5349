package nlp

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-ego/gse"

	"chaping/dictionaries"
	"chaping/nlp/pattern"
)

// surfacesOf are the plain forms of a dictionary as they stand in folded text.
func surfacesOf(t testing.TB, d *Dictionary) (list []string) {
	t.Helper()
	m, err := NewMiner(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, term := range d.Terms {
		for _, f := range append([]string{term.Name}, term.Surfaces...) {
			if plain := m.plain(f); !pattern.Is(f) && plain != "" {
				list = append(list, plain)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// eachBaseWord calls each for the words of the base dictionary.
func eachBaseWord(t testing.TB, each func(text string, freq float64)) {
	t.Helper()
	file, err := fs.ReadFile(dictionaries.Files, baseFile)
	if err != nil {
		t.Fatal(err)
	}
	zr, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	sc := bufio.NewScanner(zr)
	for sc.Scan() {
		text, num, _ := strings.Cut(sc.Text(), " ")
		if freq, err := strconv.ParseFloat(num, 64); err == nil {
			each(text, freq)
		}
	}
}

// shippedSegmenter is gse with the base dictionary and forms. The sum of all
// frequencies is the same for all forms, see termFreq.
func shippedSegmenter(t testing.TB, surfaces []string) *gse.Segmenter {
	t.Helper()
	seg := &gse.Segmenter{NotLoadHMM: true, SkipLog: true}
	seg.Dict = gse.NewDict()
	seg.Init()
	add := func(text string, freq float64) {
		if err := seg.AddToken(text, freq); err != nil {
			t.Fatal(err)
		}
	}
	total := 0.0
	eachBaseWord(t, func(text string, freq float64) {
		total += freq
		if _, ours := slices.BinarySearch(surfaces, text); !ours {
			add(text, freq)
		}
	})
	for _, s := range surfaces {
		add(s, termFreq)
	}
	const filler = "\uE000\uE000" // stands in no folded text: private characters are symbols there
	add(filler, total+maxForms*termFreq-seg.Dict.TotalFreq())
	return seg
}

// TestReadingOfGSE: texts of words, broken off and run together, are read as gse
// reads them.
func TestReadingOfGSE(t *testing.T) {
	m := shippedMiner(t)
	m.ready()
	surfaces := surfacesOf(t, m.Dictionary())
	seg := shippedSegmenter(t, surfaces)
	var all []string
	eachBaseWord(t, func(text string, _ float64) { all = append(all, text) })
	rnd := rand.New(rand.NewPCG(1, 2))
	some := func(list []string) []rune { return []rune(list[rnd.IntN(len(list))]) }
	for range 20_000 {
		var text []rune
		for range 1 + rnd.IntN(12) {
			var w []rune
			switch rnd.IntN(8) {
			case 0, 1:
				w = some(surfaces)
			case 2:
				w = some([]string{"a", "k9", "12", "x", "ж", "の", "龘", "𠀀", "☆", ".", " "})
			default:
				w = some(all)
			}
			text = append(text, w[rnd.IntN(len(w)):]...)
		}
		var want []int
		at := 0
		for _, w := range seg.Cut(string(text), false) {
			at += utf8.RuneCountInString(w)
			want = append(want, at)
		}
		if got := m.cut.reading(nil, text); !slices.Equal(got, want) {
			t.Fatalf("%s: words end at %v, gse's at %v", string(text), got, want)
		}
	}
}
