package assertion

import (
	"hash/fnv"
	"math/bits"

	"chaping"
)

// An Example is what a Network reads of a mention.
type Example struct {
	on       []uint16          // signs that it shows, numbered as in Judge.names
	features [regions][]uint32 // buckets of strings of characters, by region
}

// A region is where a string of characters stands.
const (
	inClause   = iota // in the mention's clause, or touching the mention
	inSentence        // elsewhere in its sentence
	around            // anywhere near
	regions
)

// The signs come in this order: one a cue group, one a kind, one a status
// that the cues give, then those named here.
const (
	sQuestion = iota // the sentence ends with a question mark
	sExclaim         // the sentence ends with an exclamation mark
	sShort           // the text is short
	sLong            // the text is long
	sFirst           // the mention opens its clause
	sLast            // the mention closes its clause
	sList            // further mentions stand in its clause
	sAlone           // no cue governs it
	fixedSigns
)

var fixedNames = [fixedSigns]string{"question", "exclaim", "short", "long", "first", "last", "list", "alone"}

var statuses = [...]chaping.Assertion{chaping.Affirmed, chaping.Negated, chaping.Hypothetical, chaping.Other}

func (j *Judge) nameSigns(c *Cues) {
	for _, g := range j.groups[:j.told] {
		j.names = append(j.names, "cue:"+g.id)
	}
	for _, k := range c.Kinds {
		j.names = append(j.names, "kind:"+k.ID)
	}
	for _, s := range statuses {
		j.names = append(j.names, "rule:"+string(s))
	}
	j.names = append(j.names, fixedNames[:]...)
}

// signature tells lists of names apart: a network belongs to one.
func signature(names []string) uint64 {
	h := fnv.New64a()
	for _, n := range names {
		h.Write([]byte(n))
		h.Write([]byte{0})
	}
	return h.Sum64()
}

// Example gives what a Network is to learn of mention i, after Prepare, and
// what the cues alone say.
func (j *Judge) Example(sc *Scratch, text []rune, spans []Span, i int) (Example, Verdict) {
	j.read(sc, text, spans, i)
	rule := j.rule(sc, false)
	sc.example = Example{} // the caller keeps it
	j.features(sc, text, spans, i, rule)
	e := sc.example
	sc.example = Example{}
	return e, rule
}

// features fills sc.example after read.
func (j *Judge) features(sc *Scratch, text []rune, spans []Span, i int, rule Verdict) {
	j.signs(sc, text, spans, i, rule)
	sc.example.strings(text, spans[i], &sc.scope)
}

// signs fills the signs of sc.example after read.
func (j *Judge) signs(sc *Scratch, text []rune, spans []Span, i int, rule Verdict) {
	m := spans[i]
	on := sc.example.on[:0]
	for g, h := range sc.fired[:j.told] {
		if h != 0 {
			on = append(on, uint16(g))
		}
	}
	at := j.told
	for kinds := m.Kinds; kinds != 0; kinds &= kinds - 1 {
		on = append(on, uint16(at+bits.TrailingZeros32(kinds)))
	}
	at += len(j.kinds)
	for n, s := range statuses {
		if rule.Status == s {
			on = append(on, uint16(at+n))
		}
	}
	at += len(statuses)
	set := func(n int, cond bool) {
		if cond {
			on = append(on, uint16(at+n))
		}
	}
	s := &sc.scope
	end := rune(0)
	if int(s.sentB) < len(text) {
		end = text[s.sentB]
	}
	set(sQuestion, end == '？')
	set(sExclaim, end == '！')
	set(sShort, len(text) < 15)
	set(sLong, len(text) > 150)
	set(sFirst, m.Start == s.clauseA)
	set(sLast, m.End == s.clauseB)
	set(sList, i > 0 && spans[i-1].Start >= s.clauseA || i+1 < len(spans) && spans[i+1].End <= s.clauseB)
	set(sAlone, rule.Cue == "")
	sc.example.on = on
}

// How far from the mention strings of characters are read, in runes.
const (
	touchReach  = 5
	clauseReach = 20
)

// strings collects the strings of characters of text around m: those that
// touch it by place, those of its clause by side and distance, those of its
// sentence by side, and pairs anywhere within contextReach.
func (e *Example) strings(text []rune, m Span, s *scope) {
	e.features[inClause] = ofClause(e.features[inClause][:0], text, m, s)
	e.features[inSentence] = ofSentence(e.features[inSentence][:0], text, m, s)
	near := e.features[around][:0]
	for p := s.from; p+1 < s.to; p++ {
		if p < m.Start-1 || p >= m.End {
			near = append(near, pairBucket(text, p))
		}
	}
	e.features[around] = near
}

// pairBucket is the bucket of two characters anywhere near a mention.
func pairBucket(text []rune, p int32) uint32 {
	return finish(mix(mix(tagNear, uint32(text[p])), uint32(text[p+1])))
}

// ofClause appends the strings that touch m and those of its clause.
func ofClause(out []uint32, text []rune, m Span, s *scope) []uint32 {
	at := func(p int32) uint32 {
		if p < 0 || int(p) >= len(text) {
			return 1
		}
		return uint32(text[p])
	}
	chars := uint32(7)
	for k := int32(1); k <= touchReach; k++ {
		chars = chars*31 + at(m.Start-k)
		out = append(out, finish(mix(mix(tagLeft, chars), uint32(k))))
	}
	chars = 7
	for k := int32(0); k < touchReach; k++ {
		chars = chars*31 + at(m.End+k)
		out = append(out, finish(mix(mix(tagRight, chars), uint32(k))))
	}
	before, after := at(m.Start-1), at(m.End)
	out = append(out,
		finish(mix(mix(tagBeside, before), after)),
		finish(mix(mix(mix(tagBefore, at(m.Start-2)), before), after)),
		finish(mix(mix(mix(tagAfter, before), after), at(m.End+1))))
	term := uint32(5)
	for _, r := range text[m.Start:m.End] {
		term = term*31 + uint32(r)
		out = append(out, finish(mix(tagChar, uint32(r))))
	}
	out = append(out, finish(mix(tagTerm, term)), finish(mix(mix(tagTermAfter, term), after)),
		finish(mix(mix(tagTermBefore, term), before)))
	left := text[max(s.clauseA, m.Start-clauseReach):m.Start]
	for i := range left {
		out = sideStrings(out, left[i:], 0, distance(int32(len(left)-i-1)))
	}
	right := text[m.End:min(s.clauseB, m.End+clauseReach)]
	for i := range right {
		out = sideStrings(out, right[i:], 1, distance(int32(i)))
	}
	return out
}

// ofSentence appends the strings of m's sentence that are not in its clause.
func ofSentence(out []uint32, text []rune, m Span, s *scope) []uint32 {
	if from := max(s.sentA, m.Start-clauseReach); from < s.clauseA {
		for p := from; p < s.clauseA; p++ {
			out = sideStrings(out, text[p:s.clauseA], 0, 0)
		}
	}
	for p, to := s.clauseB, min(s.sentB, m.End+clauseReach); p < to; p++ {
		out = sideStrings(out, text[p:to], 1, 0)
	}
	return out
}

// sideStrings appends the strings that begin with the first character of some on
// one side of a mention.
func sideStrings(out []uint32, some []rune, side, distance uint32) []uint32 {
	c := uint32(some[0])
	out = append(out, finish(mix(mix(mix(tagOne, c), side), distance)))
	if len(some) > 1 {
		d := uint32(some[1])
		out = append(out,
			finish(mix(mix(mix(mix(tagTwo, c), d), side), distance)),
			finish(mix(mix(mix(tagTwoAnywhere, c), d), side)))
		if len(some) > 2 {
			out = append(out, finish(mix(mix(mix(mix(tagThree, c), d), uint32(some[2])), side)))
		}
	}
	return out
}

// distance puts distances in runes into classes.
func distance(d int32) uint32 {
	switch {
	case d <= 3:
		return uint32(d)
	case d <= 6:
		return 4
	case d <= 12:
		return 5
	}
	return 6
}

// Where a string of characters stands, as the beginning of its hash.
const (
	tagLeft        = 'L' * tagSpread & 0xFFFFFFFF
	tagRight       = 'R' * tagSpread & 0xFFFFFFFF
	tagBeside      = 'B' * tagSpread & 0xFFFFFFFF
	tagBefore      = 'C' * tagSpread & 0xFFFFFFFF
	tagAfter       = 'D' * tagSpread & 0xFFFFFFFF
	tagChar        = 'x' * tagSpread & 0xFFFFFFFF
	tagTerm        = 'W' * tagSpread & 0xFFFFFFFF
	tagTermAfter   = 'V' * tagSpread & 0xFFFFFFFF
	tagTermBefore  = 'U' * tagSpread & 0xFFFFFFFF
	tagOne         = 'u' * tagSpread & 0xFFFFFFFF
	tagTwo         = 'b' * tagSpread & 0xFFFFFFFF
	tagTwoAnywhere = 'c' * tagSpread & 0xFFFFFFFF
	tagThree       = 't' * tagSpread & 0xFFFFFFFF
	tagNear        = 'w' * tagSpread & 0xFFFFFFFF
	tagSpread      = 0x9E3779B1
)

// mix takes a further character into a hash, finish makes a bucket of it.
func mix(h, p uint32) uint32 {
	h = (h ^ p) * 0x85EBCA6B
	return h ^ h>>15
}

func finish(h uint32) uint32 {
	h *= 0xC2B2AE35
	h ^= h >> 16
	return h % buckets
}
