// Package match finds the surface forms of terms in review text with an
// Aho-Corasick automaton over folded characters. It reports every occurrence,
// overlapping ones included, and steps over characters that may stand inside a
// broken-up word (漏.电).
package match

import (
	"slices"

	"chaping/nlp/fold"
)

const (
	none = 0      // class of characters that no pattern contains
	skip = 0xFFFE // class of characters that a match steps over
)

// An Automaton finds patterns. It is immutable and safe for concurrent use.
type Automaton struct {
	folded [0x10000]uint16 // class of each BMP rune after folding
	high   map[rune]uint16 // classes of pattern characters outside the BMP
	folder *fold.Folder
	root   []int32 // state after each class at the root
	states []state
	edges  []edge
	lens   []int32 // pattern lengths in runes
}

type state struct {
	// hints has bit c%64 set for the class c of every edge: most steps find
	// no edge, and need not look at any.
	hints        uint64
	first, count int32 // edges
	fail         int32
	out          int32 // pattern ending here, -1 for none
	dict         int32 // next state on the fail path with a pattern, 0 for none
}

type edge struct {
	class uint16
	to    int32
}

// New builds an automaton for folded patterns. Pattern i of the matches is
// patterns[i]; empty and repeated patterns never match.
func New(folder *fold.Folder, patterns []string) *Automaton {
	a := &Automaton{folder: folder, high: map[rune]uint16{}, lens: make([]int32, len(patterns))}
	classes := uint16(0)
	class := func(r rune) uint16 {
		if r < 0x10000 {
			if a.folded[r] == none {
				classes++
				a.folded[r] = classes
			}
			return a.folded[r]
		}
		if a.high[r] == none {
			classes++
			a.high[r] = classes
		}
		return a.high[r]
	}
	type step struct {
		from  int32
		class uint16
	}
	next := map[step]int32{}
	outs := []int32{-1}
	for i, p := range patterns {
		at := int32(0)
		n := int32(0)
		for _, r := range p {
			if fold.Gap(r) { // the text's own gaps are stepped over, so the pattern's must be too
				continue
			}
			n++
			s := step{from: at, class: class(r)}
			to, ok := next[s]
			if !ok {
				to = int32(len(outs))
				next[s] = to
				outs = append(outs, -1)
			}
			at = to
		}
		a.lens[i] = n
		if at != 0 && outs[at] < 0 {
			outs[at] = int32(i)
		}
	}
	a.states = make([]state, len(outs))
	a.root = make([]int32, int(classes)+1)
	for i, out := range outs {
		a.states[i].out = out
	}
	for s, to := range next {
		a.states[s.from].count++
		a.states[s.from].hints |= 1 << (s.class % 64)
		if s.from == 0 {
			a.root[s.class] = to
		}
	}
	first := int32(0)
	for i := range a.states {
		a.states[i].first = first
		first += a.states[i].count
		a.states[i].count = 0
	}
	a.edges = make([]edge, first)
	for s, to := range next {
		st := &a.states[s.from]
		a.edges[st.first+st.count] = edge{s.class, to}
		st.count++
	}
	for _, st := range a.states {
		slices.SortFunc(a.edges[st.first:st.first+st.count], func(x, y edge) int { return int(x.class) - int(y.class) })
	}
	queue := make([]int32, 0, len(outs))
	for _, e := range a.edges[:a.states[0].count] {
		queue = append(queue, e.to)
	}
	for q := 0; q < len(queue); q++ {
		s := queue[q]
		for _, e := range a.edges[a.states[s].first : a.states[s].first+a.states[s].count] {
			to := e.to
			fail := a.step(a.states[s].fail, e.class)
			a.states[to].fail = fail
			a.states[to].dict = a.states[fail].dict
			if a.states[fail].out >= 0 {
				a.states[to].dict = fail
			}
			queue = append(queue, to)
		}
	}
	for r := range a.folded {
		if fold.Gap(rune(r)) {
			a.folded[r] = skip
		}
	}
	return a
}

// step is the state after class c in state s.
func (a *Automaton) step(s int32, c uint16) int32 {
	for s != 0 {
		st := &a.states[s]
		if st.hints>>(c%64)&1 == 0 {
			s = st.fail
			continue
		}
		lo, hi := st.first, st.first+st.count
		for hi-lo > 4 {
			if mid := (lo + hi) / 2; a.edges[mid].class <= c {
				lo = mid
			} else {
				hi = mid
			}
		}
		for ; lo < hi; lo++ {
			if a.edges[lo].class == c {
				return a.edges[lo].to
			}
		}
		s = st.fail
	}
	return a.root[c]
}

// Breaks tells whether no match can hold the character r of raw text.
func (a *Automaton) Breaks(r rune) bool {
	c, n := a.folder.Rune(r)
	return n == 1 && a.class(c) == none
}

// A Match is an occurrence of a pattern: folded runes [Start, End).
type Match struct {
	Pattern    int
	Start, End int32
}

// All appends every occurrence of every pattern in text to dst, by end and
// then from the longest to the shortest.
func (a *Automaton) All(dst []Match, text []rune) []Match {
	at := int32(0)
	for i, r := range text {
		c := a.class(r)
		if c == skip {
			continue
		}
		if c == none {
			at = 0
			continue
		}
		at = a.step(at, c)
		s := at
		if a.states[s].out < 0 {
			s = a.states[s].dict
		}
		for ; s != 0; s = a.states[s].dict {
			p := a.states[s].out
			start := int32(i)
			for n := a.lens[p] - 1; n > 0; {
				start--
				if a.class(text[start]) != skip {
					n--
				}
			}
			dst = append(dst, Match{int(p), start, int32(i) + 1})
		}
	}
	return dst
}

func (a *Automaton) class(r rune) uint16 {
	if uint32(r) < 0x10000 {
		return a.folded[r]
	}
	return a.high[r]
}
