package nlp

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"chaping"
	"chaping/nlp/assertion"
	"chaping/nlp/fold"
	"chaping/nlp/pattern"
)

// maxWord is the longest base word in runes; windowReach is how far around a
// hit the segmentation looks, so that a review of ten million characters
// without punctuation costs no more than a short one.
const (
	maxWord     = 4
	windowReach = 7
)

// cutter refuses hits that are no word of their own where they stand: those
// that a longer known word covers (变质岩 for 变质), or whose characters the
// best segmentation gives to the neighbours (一起|火锅 for 起火).
//
// The likeliest reading decides, with the terms among its words. It is asked only
// where some base word crosses the edge of the hit: anywhere else it could not cut
// otherwise than at the hit's edges, or within it.
type cutter struct {
	*words
	*segmenter
	starts  [1 << 12]uint64 // bit set of hashes of the first two characters of base words: most pairs start none
	affixes map[rune]bool   // characters that extend a term without changing its sense (过敏性)
	heads   map[rune]bool   // characters that a noun ends with and that alone name the same (木板)
	parts   map[rune]bool   // what a thing has or falls into: the noun before names the same kind (指甲盖)
	tails   map[rune]bool   // characters after a noun that leave its sense (火苗子, 身上)
	keep    map[string]bool
	covers  map[[2]rune][]string // longer words in which a term is none, by the first two characters
	begins  [1 << 12]uint64      // as starts, of covers
	longest int                  // of them, in runes
}

// termFreq is the weight of a term that the base dictionary does not have, or
// has with less. The weights of all words together decide between readings of
// different length; that sum is taken to be the same for every dictionary of
// up to maxForms forms, so that a term changes nothing where it does not stand.
const (
	termFreq = 100
	maxForms = 10_000
)

// newCutter reads the base dictionary. surfaces are the dictionary's plain forms,
// sorted.
func newCutter(base io.Reader, surfaces []string, cues *assertion.Cues, folder *fold.Folder) (*cutter, error) {
	c := &cutter{affixes: runeSet(cues.Affixes), heads: runeSet(cues.Heads), tails: runeSet(cues.Tails), parts: runeSet(cues.Parts),
		keep: map[string]bool{}, covers: map[[2]rune][]string{}}
	for _, k := range cues.Keep {
		c.keep[k] = true
	}
	for _, w := range cues.Covers {
		if pattern.Is(w) {
			continue // a decoy: see Miner.takeDecoys
		}
		r := []rune(folder.String(w))
		if len(r) < 2 {
			return nil, dataFault("cues.yaml", fmt.Errorf("covers 中的“%s”太短", w))
		}
		pair := [2]rune(r)
		c.covers[pair] = append(c.covers[pair], string(r))
		c.longest = max(c.longest, len(r))
		mark(&c.begins, r)
	}
	var err error
	c.words, err = readWords(base, surfaces, func(r []rune) {
		if len(r) > 1 {
			mark(&c.starts, r)
		}
	})
	if err != nil {
		return nil, err
	}
	c.segmenter = newSegmenter(c.words, surfaces)
	return c, c.selfTest()
}

func runeSet(s string) map[rune]bool {
	set := map[rune]bool{}
	for _, r := range s {
		set[r] = true
	}
	return set
}

// mark notes that a word starts with these characters.
func mark(set *[1 << 12]uint64, r []rune) {
	h := pairHash(r[0], r[1])
	set[h>>6] |= 1 << (h & 63)
}

// marked tells whether a word of the set may start at text[a].
func marked(set *[1 << 12]uint64, text []rune, a int) bool {
	h := pairHash(text[a], text[a+1])
	return set[h>>6]&(1<<(h&63)) != 0
}

// selfTest proves that the base dictionary is whole.
func (c *cutter) selfTest() error {
	if c.count < 50_000 {
		return dataFault(baseFile, fmt.Errorf("只读到 %d 个词，文件不完整", c.count))
	}
	if got := c.segmenter.reading(nil, []rune("一起火锅店")); got[0] != 2 {
		return dataFault(baseFile, fmt.Errorf("分词自检失败：%v", got))
	}
	return nil
}

func dataFault(file string, err error) error {
	return &chaping.InputError{
		File:    file,
		Problem: "程序自带的数据不能用：" + err.Error(),
		Remedy:  "重新安装程序，或恢复 dictionaries 目录里的原文件",
	}
}

// pairHash is an 18-bit hash of two characters.
func pairHash(a, b rune) uint32 { return (uint32(a)*0x9E3779B1 ^ uint32(b)*0x85EBCA6B) >> 14 }

// covering returns the words that take the hit [start, end) of text apart or
// cover it, or "" when the hit stands. The hit's characters may be spread
// over gaps (漏.电); then each piece must be a word of its own.
func (c *cutter) covering(text []rune, start, end int, ofPattern bool) string {
	if w := c.coveredBy(text, start, end); w != "" {
		return w
	}
	if ofPattern {
		if w := c.crossesStart(text, start, end); w != "" {
			return w
		}
		return c.crossesEnd(text, end)
	}
	if !c.crossed(text, start, end) {
		return ""
	}
	from, to := start, end
	for from > 0 && start-from < windowReach && inWord(text[from-1]) {
		from--
	}
	for to < len(text) && to-end < windowReach && inWord(text[to]) {
		to++
	}
	var list [usualWindow]int
	next := from
	for _, e := range c.reading(list[:0], text[from:to]) {
		a, b := next, from+e
		next = b
		if b <= start || a >= end || b-a == 1 || a >= start && b <= end {
			continue
		}
		// w reaches over an edge of the hit.
		if a <= start && b >= end && c.compound(text[a:b], start-a, end-a) {
			continue
		}
		w := string(text[a:b])
		if c.keep[w] {
			continue
		}
		return w
	}
	return ""
}

// A word that crosses an edge of a pattern's hit takes it apart when it is not
// rare, and the characters beyond the edge have no word of their own that is
// about as usual. (Asking gse for every hit of a pattern would take a third of
// the time of mining; a pattern says more than a word and is seldom cut apart.)
const (
	rareWord = 50
	asUsual  = 10
)

// crossesStart is the word that takes the beginning of a pattern's hit away. A hit
// may begin within a compound noun (排|水管太短, 木|板断了), and behind a word that
// has as good a claim on what stands before it (早上|手一麻, not 早|上手).
func (c *cutter) crossesStart(text []rune, start, end int) string {
	own := int32(-1) // how usual the most usual word is that begins the hit; -1: nobody has asked
	for a := max(0, start-maxWord+1); a < start; a++ {
		if !inWord(text[a]) || !marked(&c.starts, text, a) {
			continue
		}
		for b := start + 1; b <= len(text) && b-a <= maxWord; b++ {
			n := c.usual(text[a:b])
			if n < rareWord {
				continue
			}
			if own < 0 {
				own = 0
				for b := start + 2; b <= min(end, start+maxWord); b++ {
					own = max(own, c.usual(text[start:b]))
				}
			}
			if own > n/asUsual || c.keep[string(text[a:b])] || a == start-1 && counted(text[:start]) || b-start > 1 && c.usual(text[start:b]) > 0 ||
				b-start == 1 && (c.heads[text[start]] || c.wordBefore(text, start) > n) {
				continue
			}
			return string(text[a:b])
		}
	}
	return ""
}

// counted tells whether text ends with a number and a measure, which is no part of
// the next word (一家四口|吃完, not 口吃).
func counted(text []rune) bool {
	n := len(text)
	return n > 1 && strings.ContainsRune("一二两俩三仨四五六七八九十几半0123456789", text[n-2]) &&
		strings.ContainsRune("口个只条根块颗粒片瓶盒袋包箱台件双套张把支辆次回天年月周", text[n-1])
}

// wordBefore is how usual the most usual word is that ends before text[end].
func (c *cutter) wordBefore(text []rune, end int) (most int32) {
	for a := max(0, end-maxWord); a <= end-2; a++ {
		if marked(&c.starts, text, a) {
			most = max(most, c.usual(text[a:end]))
		}
	}
	return most
}

// crossesEnd is the word that takes the end of a pattern's hit away. A noun at the
// end may have a suffix (喷火苗|子).
func (c *cutter) crossesEnd(text []rune, end int) string {
	for a := max(0, end-maxWord+1); a < end && end < len(text); a++ {
		if !marked(&c.starts, text, a) {
			continue
		}
		for b := end + 1; b <= len(text) && b-a <= maxWord && inWord(text[b-1]); b++ {
			n := c.usual(text[a:b])
			if n < rareWord && (n == 0 || b-a < 3) || b-end == 1 && c.tails[text[end]] || c.keep[string(text[a:b])] ||
				b-end == 1 && c.parts[text[end]] && end-a > 1 && c.usual(text[a:end]) > 0 {
				continue // 吃出指甲|盖: what the longer noun names is of the kind
			}
			next := int32(0) // the most usual word that begins after the hit
			for e := end + 2; e <= min(len(text), end+maxWord); e++ {
				next = max(next, c.usual(text[end:e]))
			}
			if next <= n/3 {
				return string(text[a:b])
			}
		}
	}
	return ""
}

// coveredBy is the longer word of the list in which the hit is no term.
func (c *cutter) coveredBy(text []rune, start, end int) string {
	for a := max(0, start-c.longest+1); a < end && a+1 < len(text); a++ {
		if a >= start {
			a = max(a, end-c.longest+1)
		}
		if !marked(&c.begins, text, a) {
			continue
		}
		least := "" // the shortest of several
		for _, w := range c.covers[[2]rune(text[a:])] {
			b := a + covers(text[a:], w)
			if b > start && b > a && (a < start || b > end) && !c.splits(text, a, b, start, end) && (least == "" || len(w) < len(least)) {
				least = w
			}
		}
		if least != "" {
			return least
		}
	}
	return ""
}

// splits tells whether the word text[a:b] takes from a hit nothing but the first
// character of a word that is more usual (老公|差点触电, not 公差).
func (c *cutter) splits(text []rune, a, b, start, end int) bool {
	if a >= start || b != start+1 || start+2 > end {
		return false
	}
	own, word := c.usual(text[start:start+2]), c.usual(text[a:b])
	return own >= rareWord && word > 0 && own > word
}

// covers is how many characters of text a word is that it begins with, 0 where it
// does not.
func covers(text []rune, w string) (n int) {
	for _, r := range w {
		if n == len(text) || text[n] != r {
			return 0
		}
		n++
	}
	return n
}

// crossed tells whether a base word overlaps the hit and reaches beyond it.
func (c *cutter) crossed(text []rune, start, end int) bool {
	for a := max(0, start-maxWord+1); a < end && a+1 < len(text); a++ {
		if a >= start {
			a = max(a, end-maxWord+1) // a word from here must reach past the end
		}
		if !marked(&c.starts, text, a) {
			continue
		}
		for b := max(a+2, start+1); b <= len(text) && b-a <= maxWord; b++ {
			if !inWord(text[b-1]) {
				break
			}
			if a >= start && b <= end {
				continue
			}
			if c.usual(text[a:b]) > 0 {
				return true
			}
		}
	}
	return false
}

// compound tells whether a word that covers the hit is made of it and of
// further words or affixes (过敏反应, 过敏性), so that the hit still means
// what it says.
func (c *cutter) compound(w []rune, start, end int) bool {
	part := func(p []rune) bool {
		switch len(p) {
		case 0:
			return true
		case 1:
			return c.affixes[p[0]]
		}
		return c.usual(p[:min(len(p), maxWord)]) > 0
	}
	return part(w[:start]) && part(w[end:])
}

func inWord(r rune) bool { return r != fold.Symbol && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// How often words are taken to occur that the base dictionary does not have.
const (
	unknownChar = 1000
	unknownPair = 60
	unknownLong = 5
)

// A single character stands in words this many times as often as by itself.
const withinWords = 100

// frequency estimates how often a word occurs in ordinary text.
func (c *cutter) frequency(w string) int {
	r := []rune(w)
	n := 0
	if len(r) <= maxWord {
		n = int(max(c.usual(r), c.ours[key(r)]))
	}
	switch {
	case len(r) == 1:
		return withinWords * max(n, unknownChar)
	case n > 0:
		return n
	case len(r) == 2:
		return unknownPair
	}
	return unknownLong
}
