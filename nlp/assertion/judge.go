package assertion

import (
	"math"
	"slices"
	"unicode/utf8"

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
	said    uint32 // kinds that the mention must say
	body    uint32 // the kind of what somebody may have without the product
	groups  []group
	told    int       // groups that the network is told of: those that stand before others
	words   []string  // folded cue words
	members [][]uint8 // word → groups
	says    []says    // word → what it says
	lends   []bool    // word → whether it may leave its last character, 有, to a mention
	bounds  []*bound  // word → where it is none; nil where no word has one
	reply   *reply
	reads   []int32 // word → its first place in readings, one more than there are words
	// readings are how words may govern a mention, those of a word side by side.
	readings []reading
	// Groups that others suppress, raise or that fire without a word, and those with a
	// status, weak ones apart, all in order.
	conditional, deciding, leaning []uint8
	auto                           *match.Trie
	names                          []string // of the signs
	network                        *Network // nil: the cues alone decide
	adapter                        *Adapter // nil: the network has the last word
}

// New compiles the cues. Without a network the cues alone decide.
func New(c *Cues, n *Network, folder *fold.Folder) (*Judge, error) {
	j := &Judge{network: n}
	if err := j.compile(c, folder); err != nil {
		return nil, err
	}
	j.nameSigns(c)
	j.arrange()
	if n == nil {
		return j, nil
	}
	return j, n.fits(j.names)
}

// Adapted is the judge with an adapter of its network.
func (j *Judge) Adapted(a *Adapter) *Judge {
	out := *j
	out.adapter = a
	return &out
}

// A Span is a mention in folded text: runes [Start, End).
type Span struct {
	Start, End int32
	Kinds      uint32  // from KindsOf
	Shift      float64 // from Adapter.Shift, where the judge has one
}

// A Verdict is the status of a mention and what decided it.
type Verdict struct {
	Status chaping.Assertion
	Cue    string  // the deciding word as it is written in the cue file; empty for plain affirmation
	Group  string  // the cue's group
	Score  float32 // of the model where it overruled, log-odds of affirmed; 0 where it did not
	// Margin is how far the model's log-odds are above those from which a mention
	// is affirmed; 0 where something else decided.
	Margin float32
}

// hit is an occurrence of a cue word.
type hit struct {
	start, end int32
	word       int32
	masked     bool
	inner      bool             // stands within a longer cue word
	mute       [sideCount]uint8 // per side: what longer words that contain it say there
}

// Scratch holds the buffers of one user of a Judge.
type Scratch struct {
	found   []match.Match
	all     []hit   // cues of the whole text
	hits    []hit   // those of them that stand within the scope
	fired   []int32 // per group: index into hits +1 of the nearest cue that fired, 0 for none
	example Example
	scope   scope
}

// scope is the surroundings of a mention: rune offsets in the text.
type scope struct {
	from, to         int32 // what is read
	clauseA, clauseB int32
	sentA, sentB     int32
}

// Status decides on one mention of text, after Prepare. spans are all mentions of the text,
// by start: what stands between a cue and a mention may be another mention
// (没有漏水漏电现象).
func (j *Judge) Status(sc *Scratch, text []rune, spans []Span, i int) Verdict {
	j.read(sc, text, spans, i)
	rule := j.rule(sc, false)
	if rule.Status == chaping.Affirmed {
		if v, ok := j.echoed(text, spans[i]); ok {
			return v
		}
		if no, ok := j.reply.refuses(text, spans[i], &sc.scope); ok {
			return Verdict{Status: chaping.Negated, Cue: no, Group: replyCue}
		}
	}
	if rule.Status == chaping.Affirmed && rule.Cue == "" {
		if v, ok := j.carried(sc, text, spans, i); ok {
			return v
		}
	}
	if j.network == nil || rule.Status != chaping.Affirmed {
		return rule
	}
	shift := spans[i].Shift
	if rule.Cue != "" {
		if math.IsInf(shift, -1) {
			return Verdict{Status: chaping.Other, Cue: adapterCue, Group: adapterCue}
		}
		return rule
	}
	j.features(sc, text, spans, i, rule)
	score := j.network.Score(&sc.example)
	if score >= 0 {
		if j.adapter == nil {
			rule.Margin = score
			return rule
		}
		if score = j.adapter.score(score, shift, &sc.example); score >= 0 {
			rule.Margin = score
			return rule
		}
		return Verdict{Status: chaping.Other, Cue: adapterCue, Group: adapterCue}
	}
	v := j.rule(sc, true)
	if v.Status == chaping.Affirmed {
		v = Verdict{Status: chaping.Other, Cue: modelCue, Group: modelCue}
	}
	v.Score = score
	return v
}

// carried tells whether a denial reaches mention i over commas: in
// 没有漏水，漏电，跳闸 and in 没有漏水，漏电这些问题 the clauses after the first are
// nothing but mentions. Two of them alone may be meant otherwise (没掉色，起球).
func (j *Judge) carried(sc *Scratch, text []rune, spans []Span, i int) (Verdict, bool) {
	m := spans[i]
	s := sc.scope
	tail := string(text[m.End:s.clauseB])
	if m.Start != s.clauseA || i == 0 || m.Start == 0 || text[m.Start-1] != '，' || tail != "" && !listTail(tail) {
		return Verdict{}, false
	}
	named := 1
	k := i
	for k > 0 && spans[k].Start > 0 && spans[k-1].End == spans[k].Start-1 && text[spans[k].Start-1] == '，' {
		k--
		named++
	}
	for n := i; n+1 < len(spans) && spans[n+1].Start == spans[n].End+1 && text[spans[n].End] == '，'; n++ {
		named++
		if _, clauseB := spans[n+1].End, scopeOf(text, spans[n+1]).clauseB; listTail(
			string(text[spans[n+1].End:clauseB]),
		) {
			named++
		}
	}
	if k == i || named < 3 && tail == "" {
		return Verdict{}, false
	}
	j.read(sc, text, spans, k)
	v := j.rule(sc, false)
	j.read(sc, text, spans, i)
	r, _ := utf8.DecodeRuneInString(v.Cue)
	return v, v.Status == chaping.Negated && (r == '没' || r == '无' || r == '未')
}

// echoed tells what repeating a mention's word says of it: 炸没炸 and 漏电没漏电 ask,
// 拉肚子都不拉 denies, and 该吐奶吐奶 is of what one has anyway.
func (j *Judge) echoed(text []rune, m Span) (Verdict, bool) {
	said, rest := text[m.Start:m.End], text[m.End:]
	verdict := func(status chaping.Assertion, cue []rune) (Verdict, bool) {
		return Verdict{Status: status, Cue: string(cue), Group: echoCue}, true
	}
	last := said[len(said)-1]
	switch {
	case len(rest) < 2:
	case denies(rest[0]) && !denies(said[0]): // 不熟不熟 says it twice
		if rest[1] == last && last != '得' && last != '行' { // 痒得不得了, 卡得不行不行的
			return verdict(chaping.Hypothetical, rest[:2])
		}
		if starts(rest[1:], said) {
			return verdict(chaping.Hypothetical, rest[:1+len(said)])
		}
	case len(rest) > 2 && (rest[0] == '都' || rest[0] == '也') && denies(rest[1]) && (rest[2] == said[0] || rest[2] == last):
		return verdict(chaping.Negated, rest[:3])
	}
	if j.body&m.Kinds == 0 {
		return Verdict{}, false
	}
	before := text[:m.Start]
	word := said // what is said again
	if k := slices.Index(said, '该'); k >= 0 {
		word = said[k+1:]
	}
	if n := len(before); len(word) < len(said) || n > 0 && before[n-1] == '该' {
		if starts(rest, []rune("还")) {
			rest = rest[1:]
		}
		if len(word) > 0 && starts(rest, word) {
			return verdict(chaping.Other, word)
		}
		return Verdict{}, false
	}
	if n := len(before); n > 0 && before[n-1] == '还' {
		before = before[:n-1]
	}
	if n := len(before) - len(said); n > 0 && before[n-1] == '该' && slices.Equal(before[n:], said) {
		return verdict(chaping.Other, said)
	}
	return Verdict{}, false
}

func starts(text, w []rune) bool { return len(text) >= len(w) && slices.Equal(text[:len(w)], w) }

func denies(r rune) bool { return r == '没' || r == '不' }

// listTail tells whether what follows a mention in its clause closes a list.
func listTail(s string) bool {
	switch s {
	case "等", "等等", "之类", "之类的", "什么的", "啥的", "问题", "现象", "情况", "这些问题", "这类问题", "等问题", "的问题", "的现象", "的情况",
		"等现象", "等情况", "这种情况", "这些情况", "这些现象", "这些毛病", "之类的问题", "之类的情况", "这些":
		return true
	}
	return false
}

// replyCue names what the answer to a buyer's own question decides.
const replyCue = "自问自答"

// echoCue names what a repeated word decides.
const echoCue = "重复"

// modelCue and adapterCue name decisions for which no single word can be shown:
// of the network, and of what was learnt from decisions.
const modelCue, adapterCue = "上下文", "复核学习"

// rule is what the cues say: the first group that fired and has a status.
func (j *Judge) rule(sc *Scratch, weak bool) Verdict {
	groups := j.deciding
	if weak {
		groups = j.leaning
	}
	for _, g := range groups {
		if h := sc.fired[g]; h != 0 {
			gr := &j.groups[g]
			v := Verdict{Status: gr.status, Cue: gr.id, Group: gr.id}
			if h != noHit {
				v.Cue = j.words[sc.hits[h-1].word]
			}
			return v
		}
	}
	return Verdict{Status: chaping.Affirmed}
}

// arrange lays out what read and rule look at of the groups.
func (j *Judge) arrange() {
	for g := range j.groups {
		gr := &j.groups[g]
		if len(gr.with) > 0 || len(gr.without) > 0 || gr.silent {
			j.conditional = append(j.conditional, uint8(g))
		}
		if gr.status != "" && !gr.weak {
			j.deciding = append(j.deciding, uint8(g))
		}
		if gr.status != "" && (!gr.weak || gr.status != chaping.Affirmed) {
			j.leaning = append(j.leaning, uint8(g))
		}
	}
	j.reads = append(j.reads, 0)
	for _, members := range j.members {
		for _, g := range members {
			gr := &j.groups[g]
			if gr.role == roleCue {
				j.readings = append(
					j.readings,
					reading{kinds: gr.kinds, reach: gr.reach, group: g, status: statusBit(gr.status),
						side: gr.side, link: gr.link, final: gr.final},
				)
			}
		}
		j.reads = append(j.reads, int32(len(j.readings)))
	}
}

// A reading is how a cue word governs mentions as a member of a group.
type reading struct {
	kinds  uint32
	reach  int32
	group  uint8
	status uint8 // bit; 0 for a mere sign
	side   side
	link   link
	final  bool
}

// read finds the cues around mention i and which of them govern it.
func (j *Judge) read(sc *Scratch, text []rune, spans []Span, i int) {
	m := spans[i]
	sc.scope = scopeOf(text, m)
	sc.hits = within(sc.all, sc.scope.from, sc.scope.to)
	if cap(sc.fired) < len(j.groups) {
		sc.fired = make([]int32, len(j.groups))
	}
	sc.fired = sc.fired[:len(j.groups)]
	clear(sc.fired)
	left, listed := j.chain(sc, text, spans, i, before)
	right, _ := j.chain(sc, text, spans, i, after)
	for n := range sc.hits {
		h := &sc.hits[n]
		at := position{before: h.end <= m.Start, after: h.start >= m.End, gap: gap(h, m),
			near: h.start >= sc.scope.sentA && h.end <= sc.scope.sentB, left: left, right: right, listed: listed}
		for k := j.reads[h.word]; k < j.reads[h.word+1]; k++ {
			r := &j.readings[k]
			if muted(h, r) || r.kinds != 0 && r.kinds&m.Kinds == 0 || !j.governs(sc, text, r, h, m, &at) {
				continue
			}
			if old := sc.fired[r.group]; old == 0 || at.gap < gap(&sc.hits[old-1], m) {
				sc.fired[r.group] = int32(n) + 1
			}
		}
	}
	for _, g := range j.conditional {
		gr := &j.groups[g]
		fired := func(o uint8) bool { return sc.fired[o] != 0 }
		switch {
		case sc.fired[g] != 0 && (len(gr.with) > 0 && !slices.ContainsFunc(gr.with, fired) || slices.ContainsFunc(gr.without, fired)):
			sc.fired[g] = 0
		case gr.silent && (gr.kinds == 0 || gr.kinds&m.Kinds != 0) && !slices.ContainsFunc(gr.without, fired):
			sc.fired[g] = noHit
		}
	}
}

// noHit marks a group that fired by the absence of others: there is no word
// to show.
const noHit = -1

// says is what a cue word stands for, in any of its groups.
type says struct {
	mask   bool
	across bool             // of a mask: a mention may begin within it
	status [sideCount]uint8 // per side: bit set of statuses, weak ones left out
}

// muted tells whether a longer word overrules a reading of h.
func muted(h *hit, r *reading) bool {
	others := h.mute[r.side]
	return others != 0 && others&r.status == 0
}

// negatedBit is the bit of Negated.
const negatedBit = 1 << 1

func statusBit(s chaping.Assertion) uint8 {
	for i, x := range statuses {
		if x == s {
			return 1 << i
		}
	}
	return 0
}

// gap is the number of runes between a cue and a mention.
func gap(h *hit, m Span) int32 { return max(m.Start-h.end, h.start-m.End, 0) }

// position is where a cue stands from a mention: before or behind it, how far away,
// whether near, within its sentence. left and right are how far the chains of
// fillers run from the mention, listed whether one joins it to others.
type position struct {
	before, after, near, listed bool
	gap, left, right            int32
}

// governs tells whether a reading of a cue at h reaches mention m.
func (j *Judge) governs(sc *Scratch, text []rune, r *reading, h *hit, m Span, at *position) bool {
	switch r.side {
	case before:
		if !at.before {
			return false
		}
	case after:
		if !at.after {
			return false
		}
	case over:
		return h.start <= m.Start && h.end >= m.End && h.end-h.start > m.End-m.Start
	case near:
		if !at.before && !at.after {
			return false
		}
	}
	if r.reach > 0 && at.gap > r.reach || r.final && !endsClause(text, h.end) {
		return false
	}
	s := &sc.scope
	switch r.link {
	case touch:
		return at.gap == 0
	case chain:
		return at.before && (h.end >= at.left || r.status == negatedBit && overGap(text, h, at.left)) ||
			at.after && h.start <= at.right
	case list:
		if !at.listed || h.start < s.clauseA {
			return false
		}
	case clause:
		if h.start < s.clauseA || h.end > s.clauseB {
			return false
		}
	case sentence:
		if !at.near {
			return false
		}
	case open:
		return at.near
	case review:
		return true
	}
	return !j.barred(sc, h, m)
}

// overGap tells whether only dots stand between a cue and the rune at, or only
// spaces and the cue is a clause of its own: 不会……漏电, 没有  漏电, but not 赠品都没有 漏电.
func overGap(text []rune, h *hit, at int32) bool {
	const longest = 8
	p, dots := at, false
	for p > 0 && at-p < longest && (fold.Gap(text[p-1]) && text[p-1] != fold.Symbol || text[p-1] == '…') {
		p--
		dots = dots || text[p] == '…' || text[p] == '.' || text[p] == '~'
	}
	return p < at && h.end == p && (dots || h.start == 0 || clauseMark(text, h.start-1))
}

// barred tells whether a barrier stands between a cue and a mention.
func (j *Judge) barred(sc *Scratch, h *hit, m Span) bool {
	a, b := h.end, m.Start
	if h.start >= m.End {
		a, b = m.End, h.start
	}
	for n := range sc.hits {
		k := &sc.hits[n]
		if k.start >= a && k.end <= b && !k.inner && j.is(k, roleBarrier, near) {
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

// chain walks from a mention over fillers, list marks and further mentions.
// It returns how far it gets, and whether a list mark or an attribute's 的 was
// among them.
func (j *Judge) chain(sc *Scratch, text []rune, spans []Span, i int, sd side) (at int32, listed bool) {
	at = spans[i].Start
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
				return at, listed
			}
		}
		if sd == before {
			listed = listed || joins(text[at-1])
		}
		at = next
	}
	return at, listed
}

// joins tells whether a filler that ends with r joins what follows to what
// stands before it.
func joins(r rune) bool {
	switch r {
	case '的', '和', '或', '者', '及', '与', '跟', '、':
		return true
	}
	return false
}

// listMark tells whether r joins things of one kind.
func listMark(r rune) bool {
	return r == '、' || r == '/' || r == '“' || r == '"' || r == '”' || r == '的'
}

// Prepare finds the cue words of text. Call it before the first Status on a
// text. A word that shares characters with a mention without holding it is no
// word there (不过 in 不过敏) and is left out, but one that ends with 有 lends it to
// the mention where no cue stands for the rest of it (木有 before 有异味, not 没有).
// A word within a mask is left out; a word within a longer cue is mute
// where the longer one says something else on the same side (不会 in 会不会, but
// not 没有 in 都没有, which speaks only backwards, nor 没有 in 没有任何, which says
// the same).
func (j *Judge) Prepare(sc *Scratch, text []rune, spans []Span) {
	hits := sc.all[:0]
	// Only the surroundings of mentions are read, and the words that reach
	// into them.
	const reach = contextReach + maxCue
	for i := 0; i < len(spans); {
		from, to := max(0, spans[i].Start-reach), spans[i].End+reach
		for i++; i < len(spans) && spans[i].Start-reach <= to; i++ {
			to = max(to, spans[i].End+reach)
		}
		sc.found = j.auto.All(sc.found[:0], text[from:min(to, int32(len(text)))])
		for _, f := range sc.found {
			if h := (hit{start: f.Start + from, end: f.End + from, word: int32(f.Pattern)}); !j.bound(h, text) {
				hits = insert(hits, h)
			}
		}
	}
	kept := hits[:0]
	next := 0 // first span that may still overlap
	for _, h := range hits {
		for next < len(spans) && spans[next].End <= h.start {
			next++
		}
		if j.lends[h.word] && next < len(spans) && h.end == spans[next].Start+1 && h.start < spans[next].Start {
			h.end--
		} else if cutBy(h, spans[next:]) && (!j.says[h.word].across || h.start >= spans[next].Start) {
			continue
		}
		for k := len(kept) - 1; k >= 0 && h.start-kept[k].start < maxCue; k-- {
			if kept[k].end < h.end {
				continue
			}
			says := &j.says[kept[k].word]
			h.masked = h.masked || says.mask
			h.inner = h.inner || kept[k].end-kept[k].start > h.end-h.start
			for sd := range h.mute {
				h.mute[sd] |= says.status[sd]
			}
		}
		if !h.masked {
			kept = append(kept, h)
		}
	}
	sc.all = kept
}

// A bound says where cue words are none, see Bound.
type bound struct {
	behind []rune
	before [][]rune
}

// bound tells whether the first character of h belongs to the word before it.
func (j *Judge) bound(h hit, text []rune) bool {
	if j.bounds == nil || j.bounds[h.word] == nil {
		return false
	}
	b := j.bounds[h.word]
	return h.start > 0 && slices.Contains(b.behind, text[h.start-1]) ||
		slices.ContainsFunc(b.before, func(w []rune) bool { return starts(text[h.end:], w) })
}

// insert keeps hits by start, the longest first. Matches come by end, so the
// place is never far from the end.
func insert(hits []hit, h hit) []hit {
	hits = append(hits, h)
	i := len(hits) - 1
	for ; i > 0 && (hits[i-1].start > h.start || hits[i-1].start == h.start && hits[i-1].end < h.end); i-- {
		hits[i] = hits[i-1]
	}
	hits[i] = h
	return hits
}

// cutBy tells whether one of the spans, by start, shares some but not all of
// its characters with h.
func cutBy(h hit, spans []Span) bool {
	for _, s := range spans {
		if s.Start >= h.end {
			return false
		}
		if s.End > h.start && (h.start > s.Start || h.end < s.End) {
			return true
		}
	}
	return false
}

// within are the cues that start at from or later and end at to or earlier.
// (Cues are at most maxCue long, so the last few may end later.)
func within(all []hit, from, to int32) []hit {
	a, _ := slices.BinarySearchFunc(all, from, func(h hit, p int32) int { return int(h.start - p) })
	b := a
	for b < len(all) && all[b].start < to {
		b++
	}
	for b > a && all[b-1].end > to {
		b--
	}
	return all[a:b]
}

// maxCue bounds the length of cue words in runes.
const maxCue = 12

func scopeOf(text []rune, m Span) scope {
	n := int32(len(text))
	s := scope{
		from:    max(0, m.Start-contextReach),
		to:      min(n, m.End+contextReach),
		clauseA: -1,
		clauseB: -1,
		sentA:   -1,
		sentB:   -1,
	}
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

// clauseMark tells whether the rune at p ends a clause. Spaces do unless they
// stand next to a Latin letter or digit.
func clauseMark(text []rune, p int32) bool {
	switch r := text[p]; r {
	case '，', '：', '~', '（', '）', '.':
		return true
	case ' ':
		a, b := p-1, int(p)+1
		for a >= 0 && text[a] == ' ' {
			a--
		}
		for b < len(text) && text[b] == ' ' {
			b++
		}
		return (a < 0 || text[a] >= 0x2E80) && (b >= len(text) || text[b] >= 0x2E80)
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

// A Fired is a cue that governs a mention.
type Fired struct {
	Group  string
	Word   string            // empty for a group that fires by the absence of others
	Status chaping.Assertion // empty for a mere sign
	Weak   bool
}

// Why tells what the last Status with sc read around its mention: the cues
// that govern it, in order of precedence, its clause and its sentence.
func (j *Judge) Why(sc *Scratch, text []rune) (fired []Fired, clause, sentence string) {
	for g, h := range sc.fired {
		if h == 0 {
			continue
		}
		f := Fired{Group: j.groups[g].id, Status: j.groups[g].status, Weak: j.groups[g].weak}
		if h != noHit {
			f.Word = j.words[sc.hits[h-1].word]
		}
		fired = append(fired, f)
	}
	s := sc.scope
	return fired, string(text[s.clauseA:s.clauseB]), string(text[s.sentA:s.sentB])
}
