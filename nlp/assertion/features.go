package assertion

import (
	"hash/fnv"

	"chaping"
)

// An Example is what a Network reads of a mention.
type Example struct {
	signs    []float32         // in the order of Judge.names
	features [regions][]uint32 // buckets of strings of characters, by region
	in       []float32         // buffer of Network.Score
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
	for _, g := range j.groups {
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
	e := &sc.example
	if cap(e.signs) < len(j.names) {
		e.signs = make([]float32, len(j.names))
	}
	e.signs = e.signs[:len(j.names)]
	clear(e.signs)
	m := spans[i]
	for g, h := range sc.fired {
		if h != 0 {
			e.signs[g] = 1
		}
	}
	at := len(j.groups)
	for k := range j.kinds {
		if m.Kinds&(1<<k) != 0 {
			e.signs[at+k] = 1
		}
	}
	at += len(j.kinds)
	for n, s := range statuses {
		if rule.Status == s {
			e.signs[at+n] = 1
		}
	}
	fixed := e.signs[at+len(statuses):]
	set := func(n int, cond bool) {
		if cond {
			fixed[n] = 1
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
	e.strings(text, m, s)
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
	for r := range e.features {
		e.features[r] = e.features[r][:0]
	}
	at := func(p int32) uint32 {
		if p < 0 || int(p) >= len(text) {
			return 1
		}
		return uint32(text[p])
	}
	add := func(region int, tag uint32, parts ...uint32) {
		e.features[region] = append(e.features[region], bucket(tag, parts))
	}
	chars := uint32(7)
	for k := int32(1); k <= touchReach; k++ {
		chars = chars*31 + at(m.Start-k)
		add(inClause, 'L', chars, uint32(k))
	}
	chars = 7
	for k := int32(0); k < touchReach; k++ {
		chars = chars*31 + at(m.End+k)
		add(inClause, 'R', chars, uint32(k))
	}
	before, after := at(m.Start-1), at(m.End)
	add(inClause, 'B', before, after)
	add(inClause, 'C', at(m.Start-2), before, after)
	add(inClause, 'D', before, after, at(m.End+1))
	term := uint32(5)
	for p := m.Start; p < m.End; p++ {
		term = term*31 + at(p)
		add(inClause, 'x', at(p))
	}
	add(inClause, 'W', term)
	add(inClause, 'V', term, after)
	add(inClause, 'U', term, before)

	run := func(region int, a, b int32) {
		a, b = max(a, m.Start-clauseReach), min(b, m.End+clauseReach)
		for p := a; p < b; p++ {
			if p >= m.Start && p < m.End {
				continue
			}
			side, edge, d := uint32(0), m.Start, m.Start-p-1
			if p >= m.End {
				side, edge, d = 1, b, p-m.End
			}
			if region != inClause {
				edge, d = b, 0
			}
			add(region, 'u', at(p), side, distance(d))
			if p+1 < min(edge, b) {
				add(region, 'b', at(p), at(p+1), side, distance(d))
				add(region, 'c', at(p), at(p+1), side)
			}
			if p+2 < min(edge, b) {
				add(region, 't', at(p), at(p+1), at(p+2), side)
			}
		}
	}
	run(inClause, s.clauseA, s.clauseB)
	run(inSentence, s.sentA, s.clauseA)
	run(inSentence, s.clauseB, s.sentB)
	for p := s.from; p+1 < s.to; p++ {
		if p < m.Start-1 || p >= m.End {
			add(around, 'w', at(p), at(p+1))
		}
	}
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

// bucket hashes a string of characters of one sort.
func bucket(tag uint32, parts []uint32) uint32 {
	h := tag * 0x9E3779B1
	for _, p := range parts {
		h = (h ^ p) * 0x85EBCA6B
		h ^= h >> 15
	}
	h *= 0xC2B2AE35
	h ^= h >> 16
	return h % buckets
}
