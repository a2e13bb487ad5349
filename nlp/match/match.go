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
	"cmp"
	"slices"

	"chaping/nlp/fold"
)

const (
	none  = 0      // class of characters that no pattern contains
	marks = 0xFF00 // and above: classes of characters that end a clause, and
	skip  = 0xFFFE // of those that a match steps over
)

// A Trie finds patterns. It is immutable and safe for concurrent use.
type Trie struct {
	folded  [0x10000]uint16 // class of each BMP rune after folding
	high    map[rune]uint16 // classes of pattern characters outside the BMP
	folder  *fold.Folder
	root    [0x10000]int32       // node after each class; 0: no pattern begins with it
	alone   [0x10000]uint16      // of each class: sets of it alone, and onePattern
	held    [0x10000 / 64]uint64 // bit set of the classes that patterns hold
	pairs   []uint64             // bit set of the first two classes of patterns and hints, hashed
	table   []begin              // what begins with a pair, at its hash or behind it; a power of two
	nodes   []node
	classes []uint16 // of the edge to each node; those from one node are side by side
	sets    []Sets
}

// onePattern marks in Trie.alone a class that is a pattern by itself.
const onePattern = 0x8000

// begin says what begins with two classes.
type begin struct {
	pair uint32 // both classes; 0 where nothing stands
	node int32  // 0: no pattern goes on
	more uint32 // has bit c%32 set for the class c of every edge of the node
	sets uint16 // number of the sets that it belongs to
	ends bool   // a pattern ends here
}

type node struct {
	hints uint32 // has bit c%32 set for the class c of every edge
	first int32  // node after the first edge
	out   int32  // pattern ending here, -1 for none
	count uint16 // edges
}

// A Hint is a word of a set. That a word of the set may stand somewhere, Scan
// tells from its first two characters.
type Hint struct {
	Word string
	Set  int // below SetCount
}

// SetCount is how many sets there are at most.
const SetCount = 512

// Sets is a bit set of them.
type Sets [SetCount / 64]uint64

// Hold tells whether a set is among them.
func (s *Sets) Hold(set uint16) bool { return s[set/64%(SetCount/64)]>>(set%64)&1 != 0 }

func (s *Sets) join(o *Sets) {
	for i, x := range o {
		s[i] |= x
	}
}

// EndsClause tells whether a clause ends at a character of folded text.
func EndsClause(r rune) bool {
	switch r {
	case '。', '！', '？', '；', '\n', '…', '，', '（', '）', '、', '《', '》', '【', '】':
		return true
	}
	return false
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
func New(folder *fold.Folder, patterns []string) *Trie { return NewHinted(folder, patterns, nil) }

// NewHinted builds a trie that knows the words of sets besides.
func NewHinted(folder *fold.Folder, patterns []string, hints []Hint) *Trie {
	t := &Trie{folder: folder, high: map[rune]uint16{}, pairs: make([]uint64, 1<<pairBits/64)}
	t.markClauses()
	count := uint16(0)
	spelt := make([]spelling, 0, len(patterns))
	for i, p := range patterns {
		if s := t.spell(p, &count); len(s) > 0 {
			spelt = append(spelt, spelling{s, int32(i)})
		}
	}
	slices.SortFunc(spelt, func(x, y spelling) int {
		return cmp.Or(slices.Compare(x.classes, y.classes), cmp.Compare(x.pattern, y.pattern))
	})
	sets := map[uint32]*Sets{} // by the first two classes, the second one none for a single one
	for _, h := range hints {
		pair := t.firstTwo(h.Word, &count)
		if pair == none {
			continue
		}
		of := sets[pair]
		if of == nil {
			of = new(Sets)
			sets[pair] = of
		}
		of[h.Set/64] |= 1 << (h.Set % 64)
	}
	t.grow(spelt)
	t.tabulate(sets)
	for r := range t.folded {
		if fold.Gap(rune(r)) {
			t.folded[r] = skip
		}
	}
	return t
}

// markClauses gives classes to the characters that end clauses.
func (t *Trie) markClauses() {
	next := uint16(marks)
	for r := range t.folded {
		if EndsClause(rune(r)) {
			t.folded[r] = next
			next++
		}
	}
}

// A spelling is a pattern as classes.
type spelling struct {
	classes []uint16
	pattern int32
}

// spell is the classes of a word. (The text's own gaps are stepped over, so the
// word's must be too.)
func (t *Trie) spell(word string, count *uint16) (s []uint16) {
	s = make([]uint16, 0, len(word)/2)
	for _, r := range word {
		if !fold.Gap(r) {
			s = append(s, t.classify(r, count))
		}
	}
	return s
}

// firstTwo is a word's first two classes, the second one none where it has but one.
func (t *Trie) firstTwo(word string, count *uint16) (pair uint32) {
	n := 0
	for _, r := range word {
		if fold.Gap(r) {
			continue
		}
		if n++; n == 1 {
			pair = uint32(t.classify(r, count)) << 16
			continue
		}
		return pair | uint32(t.classify(r, count))
	}
	return pair
}

// nodesOf is how many nodes sorted spellings have.
func nodesOf(spelt []spelling) int {
	n := 1
	var last []uint16
	for _, s := range spelt {
		same := 0
		for same < min(len(last), len(s.classes)) && last[same] == s.classes[same] {
			same++
		}
		n += len(s.classes) - same
		last = s.classes
	}
	return n
}

// grow builds the nodes from sorted spellings, level by level, so that those after
// one node stand side by side.
func (t *Trie) grow(spelt []spelling) {
	type span struct{ from, to, depth int }
	count := nodesOf(spelt)
	open := append(make([]span, 0, count), span{0, len(spelt), 0})
	t.nodes, t.classes = append(make([]node, 0, count), node{out: -1}), append(make([]uint16, 0, count), none)
	for n := 0; n < len(t.nodes); n++ {
		s := open[n]
		if s.depth > 0 && len(spelt[s.from].classes) == s.depth {
			t.nodes[n].out = spelt[s.from].pattern
			for s.from < s.to && len(spelt[s.from].classes) == s.depth {
				s.from++
			}
		}
		t.nodes[n].first = int32(len(t.nodes))
		for s.from < s.to {
			class, to := spelt[s.from].classes[s.depth], s.from+1
			for to < s.to && spelt[to].classes[s.depth] == class {
				to++
			}
			t.held[class/64] |= 1 << (class % 64)
			t.nodes[n].count++
			t.nodes[n].hints |= 1 << (class % 32)
			t.nodes, t.classes = append(t.nodes, node{out: -1}), append(t.classes, class)
			open = append(open, span{s.from, to, s.depth + 1})
			s.from = to
		}
	}
	for i := t.nodes[0].first; i < t.nodes[0].first+int32(t.nodes[0].count); i++ {
		t.root[t.classes[i]] = i
	}
}

// tabulate fills the table from the first two levels of the trie and from sets.
func (t *Trie) tabulate(sets map[uint32]*Sets) {
	t.sets = []Sets{{}}
	numbers := map[Sets]uint16{{}: 0}
	number := func(of *Sets) uint16 {
		if of == nil {
			return 0
		}
		s := *of
		n, ok := numbers[s]
		if !ok && len(t.sets) == onePattern-1 { // more than there are numbers: all of them
			for i := range s {
				s[i] = ^uint64(0)
			}
			n, ok = numbers[s]
		}
		if !ok && len(t.sets) < onePattern {
			n = uint16(len(t.sets))
			numbers[s] = n
			t.sets = append(t.sets, s)
		}
		return n
	}
	var pairs []begin
	for class, at := range t.root {
		if at == 0 {
			continue
		}
		n := &t.nodes[at]
		if n.out >= 0 {
			t.alone[class] |= onePattern
		}
		for e := n.first; e < n.first+int32(n.count); e++ {
			next := &t.nodes[e]
			pair := uint32(class)<<16 | uint32(t.classes[e])
			pairs = append(
				pairs,
				begin{pair: pair, node: e, more: next.hints, ends: next.out >= 0, sets: number(sets[pair])},
			)
			delete(sets, pair)
		}
	}
	for pair, s := range sets {
		if pair&0xFFFF == none {
			t.alone[pair>>16] |= number(s)
		} else {
			pairs = append(pairs, begin{pair: pair, sets: number(s)})
		}
	}
	size := 1
	for size < 2*len(pairs) {
		size *= 2
	}
	t.table = make([]begin, size)
	for _, b := range pairs {
		h := pairOf(uint16(b.pair>>16), uint16(b.pair))
		t.pairs[h/64] |= 1 << (h % 64)
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
func (t *Trie) classify(r rune, count *uint16) uint16 {
	if r < 0x10000 {
		if t.folded[r] == none {
			*count++
			t.folded[r] = *count
		}
		return t.folded[r]
	}
	if t.high[r] == none {
		*count++
		t.high[r] = *count
	}
	return t.high[r]
}

// next is the node after class c at node n, 0 for none.
func (t *Trie) next(n int32, c uint16) int32 {
	at := &t.nodes[n]
	if at.hints>>(c%32)&1 == 0 {
		return 0
	}
	for i, class := range t.classes[at.first : at.first+int32(at.count)] {
		if class >= c {
			if class == c {
				return at.first + int32(i)
			}
			break
		}
	}
	return 0
}

// Breaks tells whether no match can hold the character r of raw text.
func (t *Trie) Breaks(r rune) bool {
	c, n := t.folder.Rune(r)
	if n != 1 {
		return false
	}
	class := t.class(c)
	return class != skip && t.held[class/64]>>(class%64)&1 == 0
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
		if t.alone[here]&onePattern != 0 {
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
			if b := t.beginning(here, d); b != nil && b.node != 0 {
				dst = t.longer(dst, text, b, int32(i), int32(j))
			}
		}
	}
	return dst
}

// longer appends the patterns of two characters and more that begin with b at
// text[i], the second one at text[j].
func (t *Trie) longer(dst []Match, text []rune, b *begin, i, j int32) []Match {
	if b.ends {
		dst = append(dst, Match{Pattern: int(t.nodes[b.node].out), Start: i, End: j + 1})
	}
	if b.more == 0 {
		return dst
	}
	at := int32(0)
	for j++; int(j) < len(text); j++ {
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
			dst = append(dst, Match{Pattern: int(out), Start: i, End: j + 1})
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

// A Scan is what Scan notes of a text. The zero value can be used, and used again.
type Scan struct {
	places  []place
	clauses []Sets
}

// A place is where patterns may begin: their first two characters, or a pattern
// of one.
type place struct {
	begin         *begin // nil for one character
	first, second int32
	clause        int32
}

// Always is a set that every clause holds.
const Always = SetCount - 1

// Scan notes where patterns may stand in text, and the sets of which a word may
// stand in each of its clauses.
func (t *Trie) Scan(sc *Scan, text []rune) {
	sc.places, sc.clauses = sc.places[:0], sc.clauses[:0]
	empty := Sets{Always / 64: 1 << (Always % 64)}
	now := empty
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
		if here == none {
			continue
		}
		if here >= marks {
			if here == skip {
				continue
			}
			sc.clauses = append(sc.clauses, now)
			now = empty
		}
		if a := t.alone[here]; a != 0 {
			if a&onePattern != 0 {
				sc.places = append(sc.places, place{first: int32(i), second: int32(i), clause: int32(len(sc.clauses))})
			}
			now.join(&t.sets[a&^onePattern])
		}
		for d == skip && j+1 < len(text) {
			j++
			d = t.class(text[j])
		}
		if d == none || d == skip {
			continue
		}
		if h := pairOf(here, d); t.pairs[h/64]>>(h%64)&1 != 0 {
			b := t.beginning(here, d)
			if b == nil {
				continue
			}
			if b.sets != 0 {
				now.join(&t.sets[b.sets])
			}
			if b.node != 0 {
				sc.places = append(
					sc.places,
					place{begin: b, first: int32(i), second: int32(j), clause: int32(len(sc.clauses))},
				)
			}
		}
	}
	sc.clauses = append(sc.clauses, now)
}

// Len is how many places patterns may begin at.
func (sc *Scan) Len() int { return len(sc.places) }

// Found replaces dst by the patterns that begin at place n of a text that Scan has
// read, and gives the sets of the clause that they begin in.
func (t *Trie) Found(dst []Match, sc *Scan, n int, text []rune) ([]Match, *Sets) {
	p := &sc.places[n]
	dst = dst[:0]
	if p.begin == nil {
		one := t.nodes[t.root[t.class(text[p.first])]].out
		dst = append(dst, Match{Pattern: int(one), Start: p.first, End: p.first + 1})
	} else {
		dst = t.longer(dst, text, p.begin, p.first, p.second)
	}
	return dst, &sc.clauses[p.clause]
}
