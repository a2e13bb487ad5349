package assertion

import (
	"slices"

	"chaping"
	"chaping/nlp/fold"
	"chaping/nlp/match"
)

// contextReach is how many runes on either side of a mention are read.
const contextReach = 60

// A Judge decides the assertion status of mentions. It is immutable and safe
// for concurrent use, each user with a Scratch of its own.
type Judge struct {
	kinds   []kind
	groups  []group
	words   []string  // folded cue words
	members [][]uint8 // word → groups
	auto    *match.Automaton
}

// New compiles the cues.
func New(c *Cues, folder *fold.Folder) (*Judge, error) {
	j := &Judge{}
	if err := j.compile(c, folder); err != nil {
		return nil, err
	}
	return j, nil
}

// A Span is a mention in folded text: runes [Start, End).
type Span struct {
	Start, End int32
	Kinds      uint32 // from KindsOf
}

// A Verdict is the status of a mention and what decided it.
type Verdict struct {
	Status chaping.Assertion
	Cue    string // the deciding word as it is written in the cue file; empty for plain affirmation
	Group  string // the cue's group
}

// hit is an occurrence of a cue word.
type hit struct {
	start, end int32
	word       int32
}

// Scratch holds the buffers of one user of a Judge.
type Scratch struct {
	found []match.Match
	hits  []hit
	fired []int32 // per group: index into hits +1 of the nearest cue that fired, 0 for none
	scope scope
}

// scope is the surroundings of a mention: rune offsets in the text.
type scope struct {
	from, to         int32 // what is read
	clauseA, clauseB int32
	sentA, sentB     int32
}

// Status decides on one mention of text. spans are all mentions of the text,
// by start: what stands between a cue and a mention may be another mention
// (没有漏水漏电现象).
func (j *Judge) Status(sc *Scratch, text []rune, spans []Span, i int) Verdict {
	j.read(sc, text, spans, i)
	for g := range j.groups {
		if h := sc.fired[g]; h != 0 && j.groups[g].status != "" {
			return Verdict{j.groups[g].status, j.words[sc.hits[h-1].word], j.groups[g].id}
		}
	}
	return Verdict{Status: chaping.Affirmed}
}

// read finds the cues around mention i and which of them govern it.
func (j *Judge) read(sc *Scratch, text []rune, spans []Span, i int) {
	m := spans[i]
	sc.scope = scopeOf(text, m)
	sc.hits = j.cues(sc, text, sc.scope)
	if cap(sc.fired) < len(j.groups) {
		sc.fired = make([]int32, len(j.groups))
	}
	sc.fired = sc.fired[:len(j.groups)]
	clear(sc.fired)
	left := j.chain(sc, text, spans, i, before)
	right := j.chain(sc, text, spans, i, after)
	for n := range sc.hits {
		h := &sc.hits[n]
		for _, g := range j.members[h.word] {
			gr := &j.groups[g]
			if gr.role != roleCue || gr.kinds != 0 && gr.kinds&m.Kinds == 0 || !j.governs(sc, text, gr, h, m, left, right) {
				continue
			}
			if old := sc.fired[g]; old == 0 || gap(h, m) < gap(&sc.hits[old-1], m) {
				sc.fired[g] = int32(n) + 1
			}
		}
	}
}

// gap is the number of runes between a cue and a mention.
func gap(h *hit, m Span) int32 { return max(m.Start-h.end, h.start-m.End, 0) }

// governs tells whether a cue of group g at h reaches mention m. left and
// right are how far the chains of fillers run from m.
func (j *Judge) governs(sc *Scratch, text []rune, g *group, h *hit, m Span, left, right int32) bool {
	s := &sc.scope
	isBefore, isAfter := h.end <= m.Start, h.start >= m.End
	switch g.side {
	case before:
		if !isBefore {
			return false
		}
	case after:
		if !isAfter {
			return false
		}
	case over:
		return h.start <= m.Start && h.end >= m.End && h.end-h.start > m.End-m.Start
	case near:
		if !isBefore && !isAfter {
			return false
		}
	}
	if g.final && !endsClause(text, h.end) {
		return false
	}
	d := gap(h, m)
	if g.reach > 0 && d > g.reach {
		return false
	}
	switch g.link {
	case touch:
		return d == 0
	case chain:
		return isBefore && h.end >= left || isAfter && h.start <= right
	case clause:
		if h.start < s.clauseA || h.end > s.clauseB {
			return false
		}
	case sentence:
		if h.start < s.sentA || h.end > s.sentB {
			return false
		}
	case review:
		return true
	}
	return !j.barred(sc, h, m)
}

// barred tells whether a barrier stands between a cue and a mention.
func (j *Judge) barred(sc *Scratch, h *hit, m Span) bool {
	a, b := h.end, m.Start
	if h.start >= m.End {
		a, b = m.End, h.start
	}
	for n := range sc.hits {
		k := &sc.hits[n]
		if k.start >= a && k.end <= b && j.is(k, roleBarrier, near) {
			return true
		}
	}
	return false
}

// is tells whether a cue word has a role on a side.
func (j *Judge) is(h *hit, r role, sd side) bool {
	for _, g := range j.members[h.word] {
		if j.groups[g].role == r && (sd == near || j.groups[g].side == sd || j.groups[g].side == near) {
			return true
		}
	}
	return false
}

// chain walks from a mention over fillers, list marks and further mentions
// and returns how far it gets.
func (j *Judge) chain(sc *Scratch, text []rune, spans []Span, i int, sd side) int32 {
	at := spans[i].Start
	if sd == after {
		at = spans[i].End
	}
	for steps := 0; steps < 12; steps++ {
		next := at
		take := func(start, end int32) {
			if sd == before && end == at {
				next = min(next, start)
			}
			if sd == after && start == at {
				next = max(next, end)
			}
		}
		for n := range sc.hits {
			h := &sc.hits[n]
			if (sd == before && h.end == at || sd == after && h.start == at) && j.is(h, roleFiller, sd) {
				take(h.start, h.end)
			}
		}
		for n := max(0, i-4); n < min(len(spans), i+5); n++ {
			take(spans[n].Start, spans[n].End)
		}
		if next == at {
			switch {
			case sd == before && at > sc.scope.from && listMark(text[at-1]):
				next = at - 1
			case sd == after && at < sc.scope.to && listMark(text[at]):
				next = at + 1
			default:
				return at
			}
		}
		at = next
	}
	return at
}

// listMark tells whether r joins things of one kind.
func listMark(r rune) bool {
	return r == '、' || r == '/' || r == '“' || r == '"' || r == '”' || r == '的'
}

// cues finds the cue words around a mention, those that stand within a longer
// one left out.
func (j *Judge) cues(sc *Scratch, text []rune, s scope) []hit {
	sc.found = j.auto.All(sc.found[:0], text[s.from:s.to])
	hits := sc.hits[:0]
	for _, f := range sc.found {
		hits = append(hits, hit{f.Start + s.from, f.End + s.from, int32(f.Pattern)})
	}
	slices.SortFunc(hits, func(a, b hit) int {
		if a.start != b.start {
			return int(a.start - b.start)
		}
		return int(b.end - a.end)
	})
	kept := hits[:0]
	reach := int32(-1)
	for _, h := range hits {
		if h.end <= reach {
			continue
		}
		reach = h.end
		kept = append(kept, h)
	}
	return kept
}

func scopeOf(text []rune, m Span) scope {
	n := int32(len(text))
	s := scope{from: max(0, m.Start-contextReach), to: min(n, m.End+contextReach), clauseA: -1, clauseB: -1, sentA: -1, sentB: -1}
	for p := m.Start; p > s.from; p-- {
		r := text[p-1]
		if s.clauseA < 0 && clauseMark(text, p-1) {
			s.clauseA = p
		}
		if sentenceMark(r) {
			s.sentA = p
			break
		}
	}
	for p := m.End; p < s.to; p++ {
		r := text[p]
		if s.clauseB < 0 && clauseMark(text, p) {
			s.clauseB = p
		}
		if sentenceMark(r) {
			s.sentB = p
			break
		}
	}
	if s.sentA < 0 {
		s.sentA = s.from
	}
	if s.clauseA < 0 {
		s.clauseA = s.sentA
	}
	if s.sentB < 0 {
		s.sentB = s.to
	}
	if s.clauseB < 0 {
		s.clauseB = s.sentB
	}
	return s
}

func sentenceMark(r rune) bool {
	switch r {
	case '。', '！', '？', '；', '\n', '…', fold.Symbol:
		return true
	}
	return false
}

// clauseMark tells whether the rune at p ends a clause. A space does unless
// it stands next to a Latin letter or digit.
func clauseMark(text []rune, p int32) bool {
	switch r := text[p]; r {
	case '，', '：', '~', '（', '）', '.':
		return true
	case ' ':
		return (p == 0 || text[p-1] >= 0x2E80) && (int(p)+1 >= len(text) || text[p+1] >= 0x2E80)
	default:
		return sentenceMark(r)
	}
}

// endsClause tells whether nothing but a particle stands between p and the
// end of the clause.
func endsClause(text []rune, p int32) bool {
	for k := 0; k < 3; k++ {
		if int(p) >= len(text) || clauseMark(text, p) || text[p] == '、' {
			return true
		}
		switch text[p] {
		case '了', '的', '啊', '哦', '呢', '哈', '呀', '啦', '吧', '哟', '噢', '过', '哒', '喔':
			p++
		default:
			return false
		}
	}
	return false
}
