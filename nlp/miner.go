// Package nlp finds in reviews what a dictionary names, and decides whether
// each review really reports it.
//
//	Dictionary  terms with their surface forms
//	Miner       dictionary → mentions: fold, match, refuse what a longer word covers, assert
//	EvalMentions  precision and recall of a miner on labelled pairs
//	Miner.Learn   decisions of people → an adapter of the network, and whether it is better than none
//
// The parts have packages of their own: fold (one form for all writings),
// match (Aho-Corasick), assertion (affirmed, negated, hypothetical, other).
package nlp

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"chaping"
	"chaping/nlp/assertion"
	"chaping/nlp/fold"
	"chaping/nlp/match"
	"chaping/nlp/pattern"
)

// rules names the version of the code that decides. It goes into
// Miner.Version: raise it with every change after which the same data gives
// other mentions.
const rules = "rules-10"

// A Miner finds mentions of a dictionary's terms. It is immutable and safe
// for concurrent use.
type Miner struct {
	*index // ready before it is used
	*knowledge
	dict       *Dictionary
	rulesOf    []termRule // by term
	version    string
	base       string
	pool       sync.Pool
	adapter    *assertion.Adapter // nil: none
	plainMiner *Miner             // without the adapter; nil where there is none
	shifts     []float64          // of the adapter, see shift
}

// found is an occurrence of a form.
type found struct {
	form       int32
	start, end int32
}

// NewMiner builds a miner. It reads all that mining needs, which takes some
// tenths of a second, half of them when the first text is mined: build one and
// share it.
func NewMiner(d *Dictionary, opts ...Option) (*Miner, error) {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	k, err := o.knowledge()
	if err != nil {
		return nil, err
	}
	m, err := k.miner(d, o.data == nil)
	if err != nil || o.data == nil { // what is embedded is known to be whole
		return m, err
	}
	if err := m.complete(); err != nil {
		return nil, err
	}
	return m, nil
}

// miner builds a miner of a dictionary. Where the knowledge is the shipped one,
// patterns stand as the dictionary has parsed them.
func (k *knowledge) miner(d *Dictionary, shipped bool) (*Miner, error) {
	if d == nil || len(d.Terms) == 0 {
		return nil, &chaping.InputError{File: "词典", Problem: "没有任何词条", Remedy: "至少给出一个评论关键词"}
	}
	m := &Miner{knowledge: k, dict: d, rulesOf: k.goods.rules(d)}
	var parsed map[string]*pattern.Pattern
	if shipped {
		parsed = d.parsed
	}
	patterns, err := m.patterns(parsed)
	if err != nil {
		return nil, err
	}
	m.index = &index{build: func() error { return m.fill(patterns) }}
	m.version = k.hash(fmt.Sprintln(rules, d.hash()))
	m.base = k.hash(fmt.Sprintln(rules))
	m.pool.New = func() any { return new(scratch) }
	return m, nil
}

// ShippedMiner is the miner of the shipped dictionary. It is built once: the
// stations of a portal share it, but for those who edited their terms.
func ShippedMiner() (*Miner, error) { return sharedMiner() }

var sharedMiner = sync.OnceValues(func() (*Miner, error) {
	d, err := ShippedDictionary()
	if err != nil {
		return nil, err
	}
	return NewMiner(d)
})

// Version is the same for two miners exactly when they find the same mentions
// in every text: a hash over terms, cues, word list, weights, rules and what was
// learnt.
func (m *Miner) Version() string { return m.version }

// Dictionary is what the miner looks for.
func (m *Miner) Dictionary() *Dictionary { return m.dict }

type scratch struct {
	text    fold.Text
	matches []match.Match
	scan    match.Scan
	found   []found
	decoys  []found // see Miner.takeDecoys
	reliefs []found
	spans   []assertion.Span
	forms   []int32 // forms[i] is the form of spans[i]
	order   []int   // buffer of displace
	judge   assertion.Scratch
}

// term is the term of span i.
func (m *Miner) term(sc *scratch, i int) int { return m.forms[sc.forms[i]].term }

// Mine is MineGoods for goods whose fields are not known.
func (m *Miner) Mine(dst []chaping.Mention, text string) []chaping.Mention {
	return m.MineGoods(dst, text, Goods{})
}

// MineGoods appends the mentions in text to dst, by start. Offsets count runes of
// text as it is, an invalid byte counting as one. A text longer than some
// thousand sentences is mined piece by piece, so that memory does not follow
// its length. Terms that do not count on the goods are left out; where terms
// overlap, the longest form has the mention.
func (m *Miner) MineGoods(dst []chaping.Mention, text string, g Goods) []chaping.Mention {
	runes := 0
	for len(text) > maxPiece {
		n := m.pieceEnd(text)
		dst = m.minePiece(dst, text[:n], runes, g)
		runes += utf8.RuneCountInString(text[:n])
		text = text[n:]
	}
	return m.minePiece(dst, text, runes, g)
}

// maxPiece is the longest text in bytes that is mined at once.
const maxPiece = 1 << 17

// pieceEnd is where the first piece of a long text ends: after the last line
// or sentence in it, or else before the last character that no term contains,
// so that no mention is cut.
func (m *Miner) pieceEnd(text string) int {
	for _, mark := range []string{"\n", "。", "！", "，"} {
		if i := strings.LastIndex(text[:maxPiece], mark); i > maxPiece/2 {
			return i + len(mark)
		}
	}
	m.ready()
	n := maxPiece
	for n > maxPiece/2 && !utf8.RuneStart(text[n]) {
		n--
	}
	for i := n; i > maxPiece/2; {
		r, size := utf8.DecodeLastRuneInString(text[:i])
		i -= size
		if m.auto.Breaks(r) {
			return i
		}
	}
	return n
}

// minePiece mines text, which starts base runes into the review.
func (m *Miner) minePiece(dst []chaping.Mention, text string, base int, g Goods) []chaping.Mention {
	sc := m.pool.Get().(*scratch)
	defer m.pool.Put(sc)
	m.candidates(sc, text, g, nil)
	m.shift(sc, g)
	m.judge.Prepare(&sc.judge, sc.text.Runes, sc.spans)
	for i, s := range sc.spans {
		v := m.judge.Status(&sc.judge, sc.text.Runes, sc.spans, i)
		mn := m.mention(sc, text, s, m.term(sc, i), v)
		mn.Start += base
		mn.End += base
		dst = append(dst, mn)
	}
	return dst
}

func (m *Miner) mention(sc *scratch, text string, s assertion.Span, term int, v assertion.Verdict) chaping.Mention {
	last := s.End - 1
	start, end := sc.text.Orig[s.Start], sc.text.Orig[last]+1
	return chaping.Mention{
		Term:      m.dict.Terms[term].Name,
		Surface:   text[sc.text.Byte[s.Start]:runeEnd(text, int(sc.text.Byte[last]))],
		Start:     int(start),
		End:       int(end),
		Assertion: v.Status,
		Cue:       v.Cue,
	}
}

// runeEnd is the byte offset past the rune that starts at i.
func runeEnd(s string, i int) int {
	for j := range s[i:] {
		if j > 0 {
			return i + j
		}
	}
	return len(s)
}

// maxGap is the most characters that may stand between two of a word (漏..电).
const maxGap = 2

// candidates folds text and leaves in sc.spans and sc.forms what is to be
// judged, by start. refused, if not nil, is told of hits that are not.
func (m *Miner) candidates(sc *scratch, text string, g Goods, refused func(f found, by string)) {
	m.ready()
	m.folder.Fold(&sc.text, text)
	partClauses(sc.text.Runes)
	m.find(sc, sc.text.Runes)
	m.takeDecoys(sc)
	sc.spans, sc.forms = sc.spans[:0], sc.forms[:0]
	slices.SortFunc(sc.found, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end), cmp.Compare(a.form, b.form))
	})
	for _, f := range sc.found {
		form := &m.forms[f.form]
		by := ""
		switch held, same := m.within(sc, f, g); {
		case same:
			continue // a longer form of the same term stands here
		case held != "":
			by = "已算作词条“" + held + "”"
		case !form.bodily && !m.rulesOf[form.term].countsOn(g):
			by = m.describe(g) + "，不属于" + m.dict.Terms[form.term].Field
		case m.tooWide(sc.text.Runes, f):
			by = "间隔过长"
		default:
			by = m.otherSense(sc, f, g)
		}
		if by != "" {
			if refused != nil {
				refused(f, by)
			}
			continue
		}
		kinds := m.judge.KindsSaid(form.kinds, sc.text.Runes[f.start:f.end])
		sc.spans = append(sc.spans, assertion.Span{Start: f.start, End: f.end, Kinds: kinds})
		sc.forms = append(sc.forms, f.form)
	}
	m.displace(sc, g, refused)
}

// otherSense tells why what was found is not what its term means, "" if it is.
func (m *Miner) otherSense(sc *scratch, f found, g Goods) string {
	form, text := &m.forms[f.form], sc.text.Runes
	if form.names && m.attributive(text, f) {
		return "说的是后面那个东西"
	}
	if d := sc.decoyed(f); d != nil {
		return "此处是“" + string(text[d.start:d.end]) + "”"
	}
	if r := m.relieved(sc, f); r != nil {
		return "“" + string(text[r.start:r.end]) + "”，是买来之前的事"
	}
	if m.goods.aimed(g, m.dict.Terms[form.term].Name, text, f.start, f.end) {
		return "这种商品的用途"
	}
	if word := m.cut.covering(text, int(f.start), int(f.end), form.matcher != nil); word != "" {
		return "此处是“" + word + "”"
	}
	return ""
}

// attributive tells whether f stands right before a noun and says of what sort it is
// (see assertion.Attribute).
func (m *Miner) attributive(text []rune, f found) bool {
	rest := text[f.end:]
	return len(rest) > 0 && unicode.Is(unicode.Han, rest[0]) &&
		!slices.ContainsFunc(m.event, func(w []rune) bool { return len(rest) >= len(w) && slices.Equal(rest[:len(w)], w) })
}

// find leaves in sc.found every occurrence of every form in folded text.
func (m *Miner) find(sc *scratch, text []rune) {
	sc.found = sc.found[:0]
	m.auto.Scan(&sc.scan, text)
	for n := range sc.scan.Len() {
		var clause *match.Sets
		sc.matches, clause = m.auto.Found(sc.matches, &sc.scan, n, text)
		for _, w := range sc.matches {
			for i := m.words[w.Pattern]; i < m.words[w.Pattern+1]; i++ {
				s := &m.stands[i]
				if s.form >= 0 {
					sc.found = append(sc.found, found{form: s.form, start: w.Start, end: w.End})
					continue
				}
				if !clause.Hold(s.needs[0]) || !clause.Hold(s.needs[1]) {
					continue
				}
				if from, to, ok := m.forms[^s.form].matcher.Extend(text, int(w.Start), int(w.End)); ok {
					sc.found = append(sc.found, found{form: ^s.form, start: int32(from), end: int32(to)})
				}
			}
		}
	}
}

// Blank replaces in folded text what the dictionary reads, whatever is said of
// it, by full stops: what is left is for those who look for new words.
func (m *Miner) Blank(text []rune) {
	m.ready()
	sc := m.pool.Get().(*scratch)
	defer m.pool.Put(sc)
	m.find(sc, text)
	for _, f := range sc.found {
		for i := f.start; i < f.end; i++ {
			text[i] = '。'
		}
	}
}

// HazardOf is the hazard class of the gravest term that a text names, whatever
// it says about it: a report names a risk to report it. Empty where it names
// none.
func (m *Miner) HazardOf(text string) (hazard chaping.Hazard) {
	severity := chaping.Severity(-1)
	terms := m.Dictionary().Terms
	for _, mention := range m.Mine(nil, text) {
		i := slices.IndexFunc(terms, func(t chaping.Term) bool { return t.Name == mention.Term })
		if i >= 0 && terms[i].Severity > severity && terms[i].Hazard != "" {
			severity, hazard = terms[i].Severity, terms[i].Hazard
		}
	}
	return hazard
}
