package nlp

import (
	"slices"
	"unicode"

	"chaping"
	"chaping/nlp/fold"
	"chaping/nlp/match"
)

// takeDecoys moves the decoys among sc.found to sc.decoys, and reliefs to sc.reliefs.
func (m *Miner) takeDecoys(sc *scratch) {
	sc.decoys, sc.reliefs = sc.decoys[:0], sc.reliefs[:0]
	kept := sc.found[:0]
	for _, f := range sc.found {
		switch m.forms[f.form].term {
		case decoy:
			sc.decoys = append(sc.decoys, f)
		case relief, ending:
			sc.reliefs = append(sc.reliefs, f)
		default:
			kept = append(kept, f)
		}
	}
	sc.found = kept
}

// decoyed is the decoy that holds what f ends with, nil for none.
func (sc *scratch) decoyed(f found) *found {
	for i := range sc.decoys {
		if d := &sc.decoys[i]; d.start < f.end && f.end <= d.end {
			return d
		}
	}
	return nil
}

// relieved tells whether f is what was there before the goods, which put an end to it:
// harm to a body, and right behind it that it has gone, with no use of them before it in
// the sentence; or anything behind a word for the time before.
func (m *Miner) relieved(sc *scratch, f found) *found {
	if len(sc.reliefs) == 0 {
		return nil
	}
	form, text := &m.forms[f.form], sc.text.Runes
	body := m.dict.Terms[form.term].Hazard == chaping.HazardInjury || form.bodily || m.judge.Bodily(form.kinds)
	for i := range sc.reliefs {
		r := &sc.reliefs[i]
		if r.start < f.end || r.start-f.end > reliefReach || slices.ContainsFunc(text[f.end:r.start], endsSentence) {
			continue
		}
		if m.forms[r.form].term == ending {
			if m.was(text, f.start, r.start) {
				return r
			}
			continue
		}
		if body && !anyIn(m.unless, text[sentenceStart(text, f.start, 2*reliefReach):r.start]) {
			return r
		}
	}
	return nil
}

// was tells whether a word for the time before the goods stands before text[start:end],
// and none between them for the time of the goods.
func (m *Miner) was(text []rune, start, end int32) bool {
	before := text[sentenceStart(text, start, earlierReach):end]
	for _, w := range m.earlier {
		if i := indexOf(before, w); i >= 0 && !anyIn(m.now, before[i+len(w):]) {
			return true
		}
	}
	return false
}

// earlierReach is how many characters may stand between a word for the time before and
// what was there.
const earlierReach = 14

// sentenceStart is where the sentence of start begins, or reach characters before it.
func sentenceStart(text []rune, start int32, reach int) int {
	from := int(start)
	for from > 0 && int(start)-from < reach && !endsSentence(text[from-1]) {
		from--
	}
	return from
}

func endsSentence(r rune) bool {
	switch r {
	case '。', '！', '？', '；', '\n':
		return true
	}
	return false
}

// reliefReach is how many characters may stand between harm and its relief.
const reliefReach = 9

// partClauses replaces spaces between clauses by commas: what stands on both sides
// is too long to be parts of one word that somebody spaced out, or 都没有 stands before
// it, which speaks backwards (酸味都没有 奶香浓).
func partClauses(text []rune) {
	for i, r := range text {
		if r == ' ' && (clauseLong(text[:i], -1) && clauseLong(text[i+1:], 1) || deniesAll(text[:i])) {
			text[i] = '，'
		}
	}
}

// deniesAll tells whether text ends with 都没有 or the like.
func deniesAll(text []rune) bool {
	n := len(text)
	if n > 0 && text[n-1] == '有' {
		n--
	}
	return n > 1 && text[n-1] == '没' && (text[n-2] == '都' || text[n-2] == '也')
}

// clauseLong tells whether text ends (dir -1) or begins (1) with as many characters
// as a clause has.
func clauseLong(text []rune, dir int) bool {
	if len(text) < clauseLeast {
		return false
	}
	part := text[:clauseLeast]
	if dir < 0 {
		part = text[len(text)-clauseLeast:]
	}
	for _, r := range part {
		if r < 0x2E80 && !unicode.IsLetter(r) && !unicode.IsDigit(r) || fold.Gap(r) || r == '：' || match.EndsClause(r) {
			return false
		}
	}
	return part[0] >= 0x2E80 && part[clauseLeast-1] >= 0x2E80
}

// clauseLeast is how many characters a clause has at least that a space parts from
// another one.
const clauseLeast = 4
