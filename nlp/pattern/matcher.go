package pattern

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	"chaping/nlp/fold"
	"chaping/nlp/match"
)

// A Compiler makes matchers for folded text. Matchers share the tries of
// equal items.
type Compiler struct {
	fold  func(string) string
	cost  func(word string) int // how often a word occurs in ordinary text
	stops map[rune]bool
	tries map[string]*trie
	known map[list][]string // folded words of classes, which many patterns name
	costs map[list]int      // what lists of words cost together
	sets  map[string]int    // numbers of the words that matches need
	words [][]string        // of these sets
}

// A list is a list of words by identity.
type list struct {
	first *string
	count int
}

// NewCompiler makes a Compiler. fold brings a word into the form of the text;
// cost is high for words that stand everywhere.
func NewCompiler(c *Classes, fold func(string) string, cost func(word string) int) *Compiler {
	out := &Compiler{fold: fold, cost: cost, stops: map[rune]bool{}, tries: map[string]*trie{},
		known: map[list][]string{}, costs: map[list]int{}, sets: map[string]int{}}
	for _, r := range c.stops {
		out.stops[r] = true
	}
	return out
}

// A Matcher finds a pattern around its anchor, the item whose words are
// rarest in ordinary text. It is immutable and safe for concurrent use.
type Matcher struct {
	anchors []string
	before  []step // from the anchor backwards
	after   []step
	stops   map[rune]bool
	first   bool  // a match begins its clause
	last    bool  // a match ends its clause
	needs   []int // sets of the compiler
}

// A step is an item seen from the anchor.
type step struct {
	trie     *trie // nil for a gap
	optional bool
	gap      int
	without  string // what the gap must not hold
}

// maxAnchors bounds the words that anchor a pattern.
const maxAnchors = 300

// Compile prepares a pattern for matching.
func (c *Compiler) Compile(p *Pattern) *Matcher {
	items := make([]item, len(p.items))
	for i, it := range p.items {
		items[i] = it
		if it.gap == 0 {
			items[i].words = c.folded(it.words)
		}
	}
	from, to, words := c.anchor(items)
	m := &Matcher{anchors: words, stops: c.stops, first: p.first, last: p.last}
	for i := from - 1; i >= 0; i-- {
		m.before = append(m.before, c.step(items[i], true))
	}
	for i := to; i < len(items); i++ {
		m.after = append(m.after, c.step(items[i], false))
	}
	m.needs = c.needed(m, items, from, to)
	return m
}

// needed are the sets of words of which one must stand in the clause of a match,
// for each required item beside the anchor, the smallest first; nil where a match
// may reach into other clauses.
func (c *Compiler) needed(m *Matcher, items []item, from, to int) (needs []int) {
	for _, a := range m.anchors {
		if strings.ContainsFunc(a, match.EndsClause) {
			return nil
		}
	}
	for i, it := range items {
		if it.gap > 0 || i >= from && i < to {
			continue
		}
		if slices.ContainsFunc(it.words, func(w string) bool { return strings.ContainsFunc(w, match.EndsClause) }) {
			return nil
		}
		if required(it) {
			needs = append(needs, c.set(it.words))
		}
	}
	slices.SortStableFunc(needs, func(a, b int) int { return len(c.words[a]) - len(c.words[b]) })
	return needs
}

// set is the number of a set of words.
func (c *Compiler) set(words []string) int {
	key := strings.Join(words, "|")
	n, ok := c.sets[key]
	if !ok {
		n = len(c.words)
		c.sets[key] = n
		c.words = append(c.words, words)
	}
	return n
}

// Sets are sets of words by the numbers that Needs gives.
func (c *Compiler) Sets() [][]string { return c.words }

// Needs are the sets of which, each, a word stands in the clause of every match.
// (Between its characters there may be others that fold.Gap knows.)
func (m *Matcher) Needs() []int { return m.needs }

// anchor chooses the neighbouring items [from, to) whose words, put together,
// occur least in ordinary text.
func (c *Compiler) anchor(items []item) (from, to int, words []string) {
	least := 0
	for i := range items {
		if !required(items[i]) {
			continue // words with an optional part before them only have more beginnings
		}
		whole := items[i].words
		for j := i; j < len(items) && items[j].gap == 0; j++ {
			if j > i {
				if len(whole)*len(items[j].words) > maxAnchors {
					break
				}
				whole = joined(whole, items[j])
				if !required(items[j]) {
					continue
				}
			}
			cost := c.total(whole)
			if words == nil || cost < least {
				from, to, words, least = i, j+1, whole, cost
			}
		}
	}
	words = slices.Clone(words)
	slices.Sort(words)
	return from, to, slices.Compact(words)
}

// joined are words with those of a further item behind them.
func joined(heads []string, it item) []string {
	out := make([]string, 0, len(heads)*(len(it.words)+1))
	for _, head := range heads {
		if it.optional {
			out = append(out, head)
		}
		for _, w := range it.words {
			out = append(out, head+w)
		}
	}
	return out
}

// total is what words cost together. Classes, which many patterns name, are summed
// up once.
func (c *Compiler) total(words []string) (cost int) {
	id := list{first: &words[0], count: len(words)}
	cost, ok := c.costs[id]
	if !ok {
		for _, w := range words {
			cost += c.cost(w)
		}
		c.costs[id] = cost
	}
	return cost
}

// folded are the words as they stand in folded text.
func (c *Compiler) folded(words []string) []string {
	id := list{first: &words[0], count: len(words)}
	if out, ok := c.known[id]; ok {
		return out
	}
	out := make([]string, 0, len(words))
	for _, w := range words {
		if f := c.fold(w); f != "" {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	c.known[id] = out
	return out
}

func (c *Compiler) step(it item, backwards bool) step {
	if it.gap > 0 {
		return step{gap: it.gap, without: c.fold(it.without)}
	}
	return step{trie: c.trie(it.words, backwards), optional: it.optional}
}

// Anchors are the words of which one stands in every match.
func (m *Matcher) Anchors() []string { return m.anchors }

// Extend finds the longest match whose anchor is text[start:end].
func (m *Matcher) Extend(text []rune, start, end int) (from, to int, ok bool) {
	if to, ok = m.run(m.after, text, end, 1); !ok {
		return 0, 0, false
	}
	if from, ok = m.run(m.before, text, start-1, -1); !ok {
		return 0, 0, false
	}
	if m.first && inside(text, from) || m.last && inside(text, to) {
		return 0, 0, false
	}
	return from + 1, to, true
}

// inside tells whether the character at a place belongs to the clause of its
// neighbours.
func inside(text []rune, at int) bool {
	return at >= 0 && at < len(text) && !isMark(text[at]) && !fold.Gap(text[at])
}

// run follows steps from text[at] in one direction. Reached places are bits
// by their distance from at, so that a step takes each of them once however
// many ways lead there.
func (m *Matcher) run(steps []step, text []rune, at, dir int) (int, bool) {
	reached := uint64(1)
	for _, s := range steps {
		next := uint64(0)
		if s.optional {
			next = reached
		}
		for rest := reached; rest != 0; rest &= rest - 1 {
			d := bits.TrailingZeros64(rest)
			if s.trie != nil {
				next |= s.trie.walk(text, at+dir*d, dir) << d
				if p := at + dir*d; p >= 0 && p < len(text) && text[p] == '：' { // 制冷效果：差
					next |= s.trie.walk(text, p+dir, dir) << (d + 1)
				}
				continue
			}
			for n := 0; ; n++ {
				next |= 1 << (d + n)
				p := at + dir*(d+n)
				if n == s.gap || d+n >= maxReach || p < 0 || p >= len(text) || !m.passes(&s, text[p]) {
					break
				}
			}
		}
		if reached = next; reached == 0 {
			return 0, false
		}
	}
	return at + dir*(63-bits.LeadingZeros64(reached)), true
}

// passes tells whether a gap may hold a character.
func (m *Matcher) passes(s *step, r rune) bool {
	return !m.stops[r] && !fold.Gap(r) && !isMark(r) && !strings.ContainsRune(s.without, r)
}

// isMark tells whether a character of folded text parts words.
func isMark(r rune) bool {
	return r == '：' || match.EndsClause(r)
}

// A trie holds the words of an item, spelt in the direction of the walk.
type trie struct {
	firsts letters // of the words: most walks end there
	nodes  []node
	edges  []edge // of every node one after the other, by character
}

type node struct {
	first, count int32 // edges
	end          bool
}

type edge struct {
	char rune
	to   int32
}

// next is the node after a character, or -1.
func (t *trie) next(state int32, r rune) int32 {
	n := &t.nodes[state]
	lo, hi := n.first, n.first+n.count
	for hi-lo > 4 {
		if mid := (lo + hi) / 2; t.edges[mid].char <= r {
			lo = mid
		} else {
			hi = mid
		}
	}
	for ; lo < hi; lo++ {
		if t.edges[lo].char == r {
			return t.edges[lo].to
		}
	}
	return -1
}

// letters is a set of characters, known by their last bits: one that holds a
// character may seem to hold others as well, never the other way round.
type letters [8]uint64

func (l *letters) add(r rune)       { l[r>>6&7] |= 1 << (r & 63) }
func (l *letters) hold(r rune) bool { return l[r>>6&7]>>(r&63)&1 != 0 }

// trie is the trie of words, shared among matchers.
func (c *Compiler) trie(words []string, backwards bool) *trie {
	key := strings.Join(words, "|")
	if backwards {
		key += "<"
	}
	if t, ok := c.tries[key]; ok {
		return t
	}
	spelt := make([][]rune, len(words))
	for i, w := range words {
		spelt[i] = []rune(w)
		if backwards {
			slices.Reverse(spelt[i])
		}
	}
	slices.SortFunc(spelt, slices.Compare)
	t := &trie{}
	for _, w := range spelt {
		t.firsts.add(w[0])
	}
	t.grow(spelt, 0)
	c.tries[key] = t
	return t
}

// grow adds the node of sorted words that share their first depth characters.
func (t *trie) grow(words [][]rune, depth int) int32 {
	id := int32(len(t.nodes))
	t.nodes = append(t.nodes, node{})
	for len(words) > 0 && len(words[0]) == depth {
		t.nodes[id].end = true
		words = words[1:]
	}
	var own []edge
	for len(words) > 0 {
		char := words[0][depth]
		n := 1
		for n < len(words) && words[n][depth] == char {
			n++
		}
		own = append(own, edge{char: char, to: t.grow(words[:n], depth+1)})
		words = words[n:]
	}
	t.nodes[id].first, t.nodes[id].count = int32(len(t.edges)), int32(len(own))
	t.edges = append(t.edges, own...)
	return id
}

// maxBroken is how many characters that break up a word (漏.电) may follow
// each other in it.
const maxBroken = 2

// walk is a bit for every length after which a word ends.
func (t *trie) walk(text []rune, at, dir int) (ends uint64) {
	if at < 0 || at >= len(text) || !t.firsts.hold(text[at]) {
		return 0
	}
	state, broken := int32(0), 0
	for n := 0; n < maxReach; n++ {
		p := at + dir*n
		if p < 0 || p >= len(text) {
			break
		}
		to := t.next(state, text[p])
		if to < 0 {
			if state != 0 && fold.Gap(text[p]) && broken < maxBroken {
				broken++
				continue
			}
			break
		}
		state, broken = to, 0
		if t.nodes[state].end {
			ends |= 1 << (n + 1)
		}
	}
	return ends
}

// Matches tells whether a pattern matches the whole of a word, for those who
// check dictionaries.
func (m *Matcher) Matches(word string) bool {
	text := []rune(word)
	for _, a := range m.anchors {
		n := utf8.RuneCountInString(a)
		for start := 0; start+n <= len(text); start++ {
			if string(text[start:start+n]) != a {
				continue
			}
			if from, to, ok := m.Extend(text, start, start+n); ok && from == 0 && to == len(text) {
				return true
			}
		}
	}
	return false
}
