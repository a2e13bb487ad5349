package nlp

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"math"
	"slices"
	"unicode"
	"unicode/utf8"
)

// baseFile names the base dictionary in package dictionaries.
const baseFile = "gse-base.txt.gz"

// A word of the base dictionary as a map key, zero-padded.
type word [maxWord]rune

func key(r []rune) (w word) {
	copy(w[:], r)
	return w
}

// words are the words of the base dictionary with their frequencies, those that
// are a dictionary's own forms apart. Most that is asked for is no word, and a bit
// that stays in the processor's cache says so.
type words struct {
	keys  []uint64 // packed words, each at its hash or behind it; 0: free
	freqs []int32  // of keys
	far   map[word]int32
	ours  map[word]int32  // those that are forms
	total float64         // of all frequencies
	known [1 << 14]uint64 // bit set of hashes of words
	heads [1 << 10]uint64 // bit set of characters that words of the BMP begin with
	tops  map[rune]bool   // those of others
	count int
}

// wordBits is how many bits of a hash choose a place among keys.
const wordBits = 18

// packed is a word of the BMP as a number.
func packed(r []rune) (p uint64, ok bool) {
	for i, c := range r {
		if c > 0xFFFF {
			return 0, false
		}
		p |= uint64(c) << (16 * i)
	}
	return p, true
}

func hashWord(p uint64) uint64 {
	p *= 0x9E3779B97F4A7C15
	return p ^ p>>32
}

// readWords reads the base dictionary. surfaces are sorted.
func readWords(base io.Reader, surfaces []string, each func(r []rune)) (*words, error) {
	zr, err := gzip.NewReader(base)
	if err != nil {
		return nil, dataFault(baseFile, err)
	}
	w := &words{far: map[word]int32{}, ours: map[word]int32{}, tops: map[rune]bool{}}
	w.keys, w.freqs = make([]uint64, 1<<wordBits), make([]int32, 1<<wordBits)
	ours := make(map[string]bool, len(surfaces))
	for _, s := range surfaces {
		ours[s] = true
		head, _ := utf8.DecodeRuneInString(s)
		w.head(head)
	}
	sc := bufio.NewScanner(zr)
	var r []rune
	for sc.Scan() {
		line := sc.Bytes()
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		freq := int32(0)
		r = r[:0]
		at := 0
		for at < len(line) && line[at] != ' ' {
			c, size := utf8.DecodeRune(line[at:])
			r = append(r, c)
			at += size
		}
		for _, d := range line[min(at+1, len(line)):] {
			freq = freq*10 + int32(d) - '0'
		}
		if freq <= 0 || len(r) == 0 || len(r) > maxWord || w.count >= 1<<wordBits/2 {
			return nil, dataFault(baseFile, fmt.Errorf("行 %q 无法识别", line))
		}
		w.total += float64(freq)
		w.head(r[0])
		w.count++
		if ours[string(line[:at])] {
			w.ours[key(r)] = freq // as a form it has a weight of its own
			continue
		}
		w.put(r, freq)
		each(r)
	}
	if err := sc.Err(); err != nil {
		return nil, dataFault(baseFile, err)
	}
	return w, nil
}

func (w *words) head(r rune) {
	if r > 0xFFFF {
		w.tops[r] = true
		return
	}
	w.heads[r>>6] |= 1 << (r & 63)
}

// begins tells whether a word or a form begins with a character.
func (w *words) begins(r rune) bool {
	if r > 0xFFFF {
		return w.tops[r]
	}
	return w.heads[r>>6]>>(r&63)&1 != 0
}

func (w *words) put(r []rune, freq int32) {
	p, ok := packed(r)
	if !ok {
		w.far[key(r)] = freq
		return
	}
	h := hashWord(p)
	w.known[h>>6&(1<<14-1)] |= 1 << (h & 63)
	i := h >> 20 & (1<<wordBits - 1)
	for w.keys[i] != 0 && w.keys[i] != p {
		i = (i + 1) & (1<<wordBits - 1)
	}
	w.keys[i], w.freqs[i] = p, freq
}

// usual is how often a word of at most maxWord characters occurs, 0 for what is
// none and for a form.
func (w *words) usual(r []rune) int32 {
	p, ok := packed(r)
	if !ok {
		return w.far[key(r)]
	}
	h := hashWord(p)
	if w.known[h>>6&(1<<14-1)]>>(h&63)&1 == 0 {
		return 0
	}
	for i := h >> 20 & (1<<wordBits - 1); w.keys[i] != 0; i = (i + 1) & (1<<wordBits - 1) {
		if w.keys[i] == p {
			return w.freqs[i]
		}
	}
	return 0
}

// A segmenter finds the likeliest reading of a few characters, as gse does
// without its hidden Markov model: words of the base dictionary and forms, each
// as likely as it is frequent; characters that begin none count as seen once, and
// single Latin letters and digits stand together. (gse itself takes half of the
// time that a miner needs to load, and most of its time in maps.)
type segmenter struct {
	words *words
	forms map[rune][][]rune // by the first character
	logs  float64           // logarithm of the sum of all frequencies
}

func newSegmenter(w *words, surfaces []string) *segmenter {
	s := &segmenter{words: w, forms: make(map[rune][][]rune, len(surfaces)/2)}
	total := w.total
	for _, freq := range w.ours {
		total -= float64(freq)
	}
	for _, f := range surfaces {
		r := []rune(f)
		s.forms[r[0]] = append(s.forms[r[0]], r)
		total += termFreq
	}
	s.logs = math.Log(max(total, w.total+maxForms*termFreq))
	return s
}

// route is the best reading of what begins at a character: how likely it is, and
// where its first word ends.
type route struct {
	log float64
	end int
}

// reading appends to ends where the words of text end.
func (s *segmenter) reading(ends []int, text []rune) []int {
	var window [usualWindow]rune
	var reached [usualWindow + 1]route
	lower, routes := append(window[:0], text...), reached[:]
	if len(text) > usualWindow {
		routes = make([]route, len(text)+1)
	}
	for i, r := range lower {
		lower[i] = unicode.ToLower(r)
	}
	routes[len(text)] = route{}
	for k := len(text) - 1; k >= 0; k-- {
		routes[k] = s.best(lower, k, routes)
	}
	joins := false
	for k := 0; k < len(text); k = routes[k].end {
		single := routes[k].end == k+1 && alphanumeric(lower[k])
		if joins && single {
			ends[len(ends)-1] = k + 1
		} else {
			ends = append(ends, routes[k].end)
		}
		joins = single
	}
	return ends
}

// usualWindow is as many characters as are mostly read.
const usualWindow = 40

// best is the best reading of what begins at text[k]; a longer word comes first of
// two that are as likely.
func (s *segmenter) best(text []rune, k int, routes []route) (best route) {
	take := func(freq float64, end int) {
		r := route{log: math.Log(freq) - s.logs + routes[end].log, end: end}
		if best.end == 0 || best.log < r.log || best.log == r.log && best.end < end {
			best = r
		}
	}
	for end := k + 1; end <= min(len(text), k+maxWord); end++ {
		if freq := s.words.usual(text[k:end]); freq > 0 {
			take(float64(freq), end)
		}
	}
	for _, f := range s.forms[text[k]] {
		if len(f) <= len(text)-k && slices.Equal(f, text[k:k+len(f)]) {
			take(termFreq, k+len(f))
		}
	}
	switch {
	case best.end != 0:
	case s.words.begins(text[k]):
		take(0, k+1) // part of words and none itself: never, if there is another reading
	default:
		take(1, k+1)
	}
	return best
}

func alphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}
