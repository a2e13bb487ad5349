// Package match finds the surface forms of terms in review text: a trie over
// folded characters, asked at every place where the first two characters of a
// form stand. It reports every occurrence, overlapping ones included, and steps
// over characters that may stand inside a broken-up word (漏.电).
//
// An Aho-Corasick automaton takes each character once; with tens of thousands of
// short words, nearly every one of its steps misses the processor's cache. Here
// three places of four are settled by a bit set of pairs that stays in it, and
// most of the others by one look at a table.
package match

import (
	"slices"

	"chaping/nlp/fold"
)

const (
	none = 0      // class of characters that no pattern contains
	skip = 0xFFFE // class of characters that a match steps over
)

// A Trie finds patterns. It is immutable and safe for concurrent use.
type Trie struct {
	folded [0x10000]uint16 // class of each BMP rune after folding
	high   map[rune]uint16 // classes of pattern characters outside the BMP
	folder *fold.Folder
	root   []int32  // node after each class; 0: no pattern begins with it
	single []uint64 // bit set of the classes of patterns of one character
	pairs  []uint64 // bit set of the first two classes of patterns, hashed
	table  []begin  // what begins with a pair, at its hash or behind it; a power of two
	nodes  []node
	edges  []edge
}

// begin says what begins with two classes.
type begin struct {
	pair uint32 // both classes; 0 where nothing stands
	out  int32  // pattern of these two, -1 for none
	node int32
	more uint32 // has bit c%32 set for the class c of every edge of the node
}

type node struct {
	// hints has bit c%64 set for the class c of every edge: most steps find
	// no edge, and need not look at any.
	hints        uint64
	first, count int32 // edges, by class
	out          int32 // pattern ending here, -1 for none
}

type edge struct {
	class uint16
	to    int32
}

// pairBits is how many bits of a hash choose a bit of pairs: 32 KB.
const pairBits = 18

func pairOf(a, b uint16) uint32 { return (uint32(a)<<16 | uint32(b)) * 0x9E3779B1 >> (32 - pairBits) }

func hashOf(pair uint32) uint32 {
	pair *= 0x85EBCA6B
	return pair ^ pair>>15
}

// New builds a trie of folded patterns. Pattern i of the matches is patterns[i];
// empty and repeated patterns never match.
func New(folder *fold.Folder, patterns []string) *Trie {
	t := &Trie{folder: folder, high: map[rune]uint16{}, pairs: make([]uint64, 1<<pairBits/64)}
	type step struct {
		from  int32
		class uint16
	}
	next := map[step]int32{}
	outs := []int32{-1}
	classes := uint16(0)
	for i, p := range patterns {
		at, before, n := int32(0), uint16(none), 0
		for _, r := range p {
			if fold.Gap(r) { // the text's own gaps are stepped over, so the pattern's must be too
				continue
			}
			s := step{from: at, class: t.classify(r, &classes)}
			if n++; n == 2 {
				h := pairOf(before, s.class)
				t.pairs[h/64] |= 1 << (h % 64)
			}
			before = s.class
			to, ok := next[s]
			if !ok {
				to = int32(len(outs))
				next[s] = to
				outs = append(outs, -1)
			}
			at = to
		}
		if at != 0 && outs[at] < 0 {
			outs[at] = int32(i)
		}
	}
	t.nodes = make([]node, len(outs))
	t.root = make([]int32, int(classes)+1)
	t.single = make([]uint64, int(classes)/64+1)
	for i, out := range outs {
		t.nodes[i].out = out
	}
	for s, to := range next {
		t.nodes[s.from].count++
		t.nodes[s.from].hints |= 1 << (s.class % 64)
		if s.from == 0 {
			t.root[s.class] = to
			if outs[to] >= 0 {
				t.single[s.class/64] |= 1 << (s.class % 64)
			}
		}
	}
	first := int32(0)
	for i := range t.nodes {
		t.nodes[i].first = first
		first += t.nodes[i].count
		t.nodes[i].count = 0
	}
	t.edges = make([]edge, first)
	for s, to := range next {
		n := &t.nodes[s.from]
		t.edges[n.first+n.count] = edge{s.class, to}
		n.count++
	}
	for _, n := range t.nodes {
		slices.SortFunc(t.edges[n.first:n.first+n.count], func(x, y edge) int { return int(x.class) - int(y.class) })
	}
	t.tabulate()
	for r := range t.folded {
		if fold.Gap(rune(r)) {
			t.folded[r] = skip
		}
	}
	return t
}

// tabulate fills the table from the first two levels of the trie.
func (t *Trie) tabulate() {
	var pairs []begin
	for class, at := range t.root {
		if at == 0 {
			continue
		}
		n := &t.nodes[at]
		for _, e := range t.edges[n.first : n.first+n.count] {
			b := begin{pair: uint32(class)<<16 | uint32(e.class), out: t.nodes[e.to].out, node: e.to}
			next := &t.nodes[e.to]
			for _, more := range t.edges[next.first : next.first+next.count] {
				b.more |= 1 << (more.class % 32)
			}
			pairs = append(pairs, b)
		}
	}
	size := 1
	for size < 2*len(pairs) {
		size *= 2
	}
	t.table = make([]begin, size)
	for _, b := range pairs {
		i := hashOf(b.pair) & uint32(size-1)
		for t.table[i].pair != 0 {
			i = (i + 1) & uint32(size-1)
		}
		t.table[i] = b
	}
}

// beginning is what begins with two classes, nil for nothing.
func (t *Trie) beginning(a, b uint16) *begin {
	pair := uint32(a)<<16 | uint32(b)
	for i := hashOf(pair); ; i++ {
		at := &t.table[i&uint32(len(t.table)-1)]
		if at.pair == pair {
			return at
		}
		if at.pair == 0 {
			return nil
		}
	}
}

// classify is the class of a pattern's character, a new one if it has none yet.
func (t *Trie) classify(r rune, classes *uint16) uint16 {
	if r < 0x10000 {
		if t.folded[r] == none {
			*classes++
			t.folded[r] = *classes
		}
		return t.folded[r]
	}
	if t.high[r] == none {
		*classes++
		t.high[r] = *classes
	}
	return t.high[r]
}

// next is the node after class c at node n, 0 for none.
func (t *Trie) next(n int32, c uint16) int32 {
	at := &t.nodes[n]
	if at.hints>>(c%64)&1 == 0 {
		return 0
	}
	lo, hi := at.first, at.first+at.count
	for hi-lo > 4 {
		if mid := (lo + hi) / 2; t.edges[mid].class <= c {
			lo = mid
		} else {
			hi = mid
		}
	}
	for ; lo < hi; lo++ {
		if t.edges[lo].class == c {
			return t.edges[lo].to
		}
	}
	return 0
}

// Breaks tells whether no match can hold the character r of raw text.
func (t *Trie) Breaks(r rune) bool {
	c, n := t.folder.Rune(r)
	return n == 1 && t.class(c) == none
}

// A Match is an occurrence of a pattern: folded runes [Start, End).
type Match struct {
	Pattern    int
	Start, End int32
}

// All appends every occurrence of every pattern in text to dst, by start and
// then from the shortest to the longest.
func (t *Trie) All(dst []Match, text []rune) []Match {
	c := uint16(none)
	if len(text) > 0 {
		c = t.class(text[0])
	}
	for i := range text {
		here, d := c, uint16(none)
		j := i + 1
		if j < len(text) {
			d = t.class(text[j])
			c = d
		}
		if here == none || here == skip {
			continue
		}
		if t.single[here/64]>>(here%64)&1 != 0 {
			dst = append(dst, Match{Pattern: int(t.nodes[t.root[here]].out), Start: int32(i), End: int32(i) + 1})
		}
		for d == skip && j+1 < len(text) {
			j++
			d = t.class(text[j])
		}
		if d == none || d == skip {
			continue
		}
		if h := pairOf(here, d); t.pairs[h/64]>>(h%64)&1 != 0 {
			dst = t.longer(dst, text, i, j)
		}
	}
	return dst
}

// longer appends the patterns of two characters and more that begin at text[i],
// the second one at text[j].
func (t *Trie) longer(dst []Match, text []rune, i, j int) []Match {
	b := t.beginning(t.class(text[i]), t.class(text[j]))
	if b == nil {
		return dst
	}
	if b.out >= 0 {
		dst = append(dst, Match{Pattern: int(b.out), Start: int32(i), End: int32(j) + 1})
	}
	at := int32(0)
	for j++; j < len(text); j++ {
		d := t.class(text[j])
		if d == skip {
			continue
		}
		if at == 0 {
			if b.more>>(d%32)&1 == 0 {
				return dst
			}
			at = b.node
		}
		if d == none {
			return dst
		}
		if at = t.next(at, d); at == 0 {
			return dst
		}
		if out := t.nodes[at].out; out >= 0 {
			dst = append(dst, Match{Pattern: int(out), Start: int32(i), End: int32(j) + 1})
		}
	}
	return dst
}

func (t *Trie) class(r rune) uint16 {
	if uint32(r) < 0x10000 {
		return t.folded[r]
	}
	return t.high[r]
}
