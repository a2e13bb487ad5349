package nlp

import (
	"cmp"
	"slices"
	"strings"

	"chaping"
	"chaping/nlp/assertion"
	"chaping/nlp/fold"
)

// displace leaves of mentions of several terms that overlap the longest one,
// so that a review that says 电池爆炸 is not counted under 爆炸 as well. Where one
// begins in another and ends behind it, the graver one stays, however long:
// 三天就漏电 is 漏电 and not 三天就漏; but 差点烫着 stays before 烫着娃舌头. Words of a plain list all count: whoever
// lists them wants each. Of mentions of one length the goods' own field has it
// (家电漏水 rather than 漏水), then the plain form.
func (m *Miner) displace(sc *scratch, g Goods, refused func(f found, by string)) {
	if len(sc.spans) < 2 {
		return
	}
	m.orderByFit(sc, g)
	gone := 0
	for _, i := range sc.order {
		for k := i + 1; k < len(sc.spans) && sc.forms[i] >= 0 && sc.spans[k].Start-sc.spans[i].Start <= maxSpan; k++ {
			gone += m.settle(sc, i, k, g, refused)
		}
		for k := i - 1; k >= 0 && sc.forms[i] >= 0 && sc.spans[i].Start-sc.spans[k].Start <= maxSpan; k-- {
			gone += m.settle(sc, i, k, g, refused)
		}
	}
	if gone == 0 {
		return
	}
	kept := 0
	for i, f := range sc.forms {
		if f >= 0 {
			sc.spans[kept], sc.forms[kept] = sc.spans[i], f
			kept++
		}
	}
	sc.spans, sc.forms = sc.spans[:kept], sc.forms[:kept]
}

// orderByFit fills sc.order with the mentions, the most fitting first.
func (m *Miner) orderByFit(sc *scratch, g Goods) {
	sc.order = sc.order[:0]
	for i := range sc.spans {
		sc.order = append(sc.order, i)
	}
	slices.SortFunc(sc.order, func(a, b int) int {
		if c := cmp.Compare(sc.length(b), sc.length(a)); c != 0 {
			return c
		}
		x, y := &m.forms[sc.forms[a]], &m.forms[sc.forms[b]]
		if own := m.rulesOf[x.term].ownOf(g); own != m.rulesOf[y.term].ownOf(g) {
			return first(own)
		}
		if (x.matcher == nil) != (y.matcher == nil) {
			return first(x.matcher == nil)
		}
		return a - b
	})
}

// first is the order of two things of which the one or else the other comes first.
func first(one bool) int {
	if one {
		return -1
	}
	return 1
}

func (sc *scratch) length(i int) int32 { return sc.spans[i].End - sc.spans[i].Start }

// settle marks as gone mention i or the less fitting k, where both say the same. It
// returns how many are gone.
func (m *Miner) settle(sc *scratch, i, k int, g Goods, refused func(f found, by string)) int {
	a, b := sc.spans[i], sc.spans[k]
	if sc.forms[k] < 0 || b.End <= a.Start || b.Start >= a.End || inside(a, b.Start, b.End) ||
		sc.length(k) > sc.length(i) ||
		!m.displaces(&m.forms[sc.forms[i]], &m.forms[sc.forms[k]]) {
		return 0
	}
	winner, loser := i, k
	x, y := &m.forms[sc.forms[i]], &m.forms[sc.forms[k]]
	switch {
	case x.nearly && a.Start < b.Start:
	case y.nearly && (b.Start < a.Start || a.End <= b.End), m.keeps(y, x, g), m.endsWith(sc.text.Runes, a, x, b, y),
		sc.length(k) == sc.length(i) && m.hurts(y, x), (b.Start < a.Start || a.End < b.End) && m.graver(y, x):
		winner, loser = k, i
	}
	if refused != nil {
		held := m.dict.Terms[m.term(sc, winner)].Name
		refused(found{form: sc.forms[loser], start: sc.spans[loser].Start, end: sc.spans[loser].End}, "已算作词条“"+held+"”")
	}
	sc.forms[loser] = -1
	return 1
}

// maxSpan is how far apart two mentions may start and still overlap.
const maxSpan = 128

// within looks for accepted forms that contain f: same tells that one is of the
// same term, holder is another term that takes f's place.
func (m *Miner) within(sc *scratch, f found, g Goods) (holder string, same bool) {
	form := &m.forms[f.form]
	for i := len(sc.spans) - 1; i >= 0; i-- {
		s := sc.spans[i]
		if f.start-s.Start > maxSpan {
			break
		}
		if s.Start > f.start || s.End < f.end {
			continue
		}
		o := &m.forms[sc.forms[i]]
		if o.term == form.term {
			return "", true
		}
		if s.End-s.Start > f.end-f.start && !inside(s, f.start, f.end) && !form.nearly && m.displaces(o, form) && !m.keeps(form, o, g) &&
			!m.endsWith(sc.text.Runes, s, o, assertion.Span{Start: f.start, End: f.end}, form) {
			holder = m.dict.Terms[o.term].Name
		}
	}
	return holder, false
}

// inside tells whether [start, end) lies in the middle of s, in a gap of it: then
// the two say different things (手上|过敏|脱皮).
func inside(s assertion.Span, start, end int32) bool {
	return start > s.Start && end < s.End-edge
}

// edge is how much further a longer form may reach than the shorter one that it
// ends with (爆炸 in 电池爆炸了).
const edge = 1

// displaces tells whether a mention of form a takes the place of one of form b that
// it overlaps.
func (m *Miner) displaces(a, b *form) bool {
	return a.term != b.term && !a.also && !b.also && m.dict.Terms[a.term].Field != "" &&
		m.dict.Terms[b.term].Field != ""
}

// graver tells whether the term of form a is of a higher severity than that of b.
// Of two mentions of which neither holds the other the graver one stays
// (三天就漏|电).
func (m *Miner) graver(a, b *form) bool {
	return m.dict.Terms[a.term].Severity > m.dict.Terms[b.term].Severity
}

// hurts tells whether form a says that somebody was hurt where form b, of the same
// length, says no more than that something is of bad quality (门牙磕了 is no 外观瑕疵).
func (m *Miner) hurts(a, b *form) bool {
	return m.dict.Terms[a.term].Hazard == chaping.HazardInjury && m.dict.Terms[b.term].Hazard == chaping.HazardQuality
}

// keeps tells whether form a keeps its place in a longer form b: its term is graver,
// and of the goods' own field, which b's is not. What b says is a danger too: a
// plain fault may say more than the danger in it (充电器坏了, 差点咽下去).
func (m *Miner) keeps(a, b *form, g Goods) bool {
	return m.graver(a, b) && m.rulesOf[a.term].ownOf(g) && !m.rulesOf[b.term].ownOf(g) &&
		m.dict.Terms[b.term].Hazard != chaping.HazardQuality
}

// tooWide tells whether the hit's characters stand too far apart.
func (m *Miner) tooWide(text []rune, f found) bool {
	run := 0
	for _, r := range text[f.start:f.end] {
		if !fold.Gap(r) {
			run = 0
			continue
		}
		if run++; run > maxGap {
			return true
		}
	}
	return false
}

// endsWith tells whether a pattern of a plain fault, outer, which stands at s, names
// behind something else the danger inner at d as what is wrong (用了一个月|刹车失灵了):
// then it is that danger. Where both begin alike the longer one may say less (充电器坏了).
func (m *Miner) endsWith(text []rune, s assertion.Span, outer *form, d assertion.Span, inner *form) bool {
	fault, danger := &m.dict.Terms[outer.term], &m.dict.Terms[inner.term]
	return outer.matcher != nil && fault.Hazard == chaping.HazardQuality && fault.Severity <= 1 &&
		danger.Hazard != chaping.HazardQuality && danger.Severity >= 3 && d.Start > s.Start && d.End <= s.End &&
		strings.Trim(string(text[d.End:s.End]), "了的掉啦") == ""
}
