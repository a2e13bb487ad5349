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
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"chaping"
	"chaping/dictionaries"
	"chaping/nlp/assertion"
	"chaping/nlp/fold"
	"chaping/nlp/match"
	"chaping/nlp/pattern"
)

// rules names the version of the code that decides. It goes into
// Miner.Version: raise it with every change after which the same data gives
// other mentions.
const rules = "rules-9"

// networkFile is the shipped network's name in package dictionaries.
const networkFile = "assertion.bin.gz"

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

// An index is what a miner finds forms with. Building it is most of a miner's
// loading, and whoever asks for the version or the terms only has no need of it:
// it is built when the first text is mined.
type index struct {
	once  sync.Once
	build func() error
	err   error // of build

	auto  *match.Trie
	forms []form
	// What a word of auto stands for is stands[words[w]:words[w+1]]. (Side by side,
	// because most of the time is spent on words that turn out to be nothing, and the
	// processor waits for each that is somewhere else.)
	words  []int32
	stands []stand
	cut    *cutter
	// see assertion.Relief
	unless, earlier, now [][]rune
}

// complete builds the index, once.
func (x *index) complete() error {
	x.once.Do(func() { x.err, x.build = x.build(), nil })
	return x.err
}

// ready builds the index of embedded data, which is known to be whole.
func (x *index) ready() {
	if err := x.complete(); err != nil {
		panic(err)
	}
}

// form is one way of writing a term.
type form struct {
	term    int
	kinds   uint32
	text    string           // as the dictionary writes it
	matcher *pattern.Matcher // nil for a plain form
	also    bool             // displaces no other term
	bodily  bool             // counts on all goods
}

// decoy is the term of forms that are no term's: in what they match, terms mean
// something else (see assertion.Cues.Covers).
const decoy = -1

// relief is the term of forms that say that something was relieved (see
// assertion.Relief).
const relief = -2

// ending is the term of forms that say that what was there earlier has ended.
const ending = -3

// A standing is that a word stands for a form, or for the complement of a pattern that
// it anchors.
type standing struct{ word, form int32 }

// A stand is what a word of the automaton stands for: a plain form, or a pattern
// that it anchors, as its complement. needs are sets of which a word stands in the
// clause of every match.
type stand struct {
	form  int32
	needs [2]uint16
}

// found is an occurrence of a form.
type found struct {
	form       int32
	start, end int32
}

// An Option changes how a Miner works.
type Option func(*options)

type options struct {
	data     fs.FS
	cuesOnly bool
}

// withCuesOnly leaves the network out: what it is to learn is where the cues
// alone leave a mention.
func withCuesOnly() Option { return func(o *options) { o.cuesOnly = true } }

// WithData takes cue words, base dictionary and weights from fsys instead of
// the embedded ones. File names as in package dictionaries.
func WithData(fsys fs.FS) Option { return func(o *options) { o.data = fsys } }

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

func (o *options) knowledge() (*knowledge, error) {
	switch {
	case o.data != nil:
		return readKnowledge(o.data, o.cuesOnly)
	case o.cuesOnly:
		return readKnowledge(dictionaries.Files, true)
	}
	return shippedKnowledge()
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

// knowledge is what mining needs beside a dictionary.
type knowledge struct {
	folder  *fold.Folder
	cues    *assertion.Cues
	judge   *assertion.Judge
	classes *pattern.Classes
	goods   *goods
	list    []byte // baseFile, which is read for each dictionary
	sums    []byte // a line of name and hash for each file
}

// shippedKnowledge is read once: miners of other dictionaries share it.
var shippedKnowledge = sync.OnceValues(func() (*knowledge, error) { return readKnowledge(dictionaries.Files, false) })

// readKnowledge reads it from files named as in package dictionaries.
func readKnowledge(data fs.FS, cuesOnly bool) (*knowledge, error) {
	k := &knowledge{}
	files := map[string][]byte{}
	names := []string{"t2s.txt", "cues.yaml", classesFile, goodsFile, baseFile}
	if !cuesOnly {
		names = append(names, networkFile)
	}
	for _, name := range names {
		b, err := fs.ReadFile(data, name)
		if err != nil {
			return nil, dataFault(name, err)
		}
		files[name] = b
		k.sums = fmt.Appendf(k.sums, "%s %x\n", name, sha256.Sum256(b))
	}
	k.list = files[baseFile]
	var err error
	if k.folder, err = fold.New("t2s.txt", bytes.NewReader(files["t2s.txt"])); err != nil {
		return nil, err
	}
	if k.cues, err = assertion.ReadCues("cues.yaml", bytes.NewReader(files["cues.yaml"])); err != nil {
		return nil, err
	}
	var network *assertion.Network
	if file, ok := files[networkFile]; ok {
		if network, err = assertion.ReadNetwork(networkFile, bytes.NewReader(file)); err != nil {
			return nil, err
		}
	}
	if k.judge, err = assertion.New(k.cues, network, k.folder); err != nil {
		return nil, err
	}
	if k.classes, err = pattern.ReadClasses(classesFile, bytes.NewReader(files[classesFile])); err != nil {
		return nil, err
	}
	if k.goods, err = readGoods(goodsFile, bytes.NewReader(files[goodsFile]), k.folder); err != nil {
		return nil, err
	}
	return k, nil
}

// hash is a short hash of a line and of the files.
func (k *knowledge) hash(line string) string {
	return fmt.Sprintf("%x", sha256.Sum256(append([]byte(line), k.sums...)))[:12]
}

// patterns are those among the dictionary's surfaces.
func (m *Miner) patterns(parsed map[string]*pattern.Pattern) (map[string]*pattern.Pattern, error) {
	all := map[string]*pattern.Pattern{}
	for _, term := range m.dict.Terms {
		for _, f := range append([]string{term.Name}, term.Surfaces...) {
			if all[f] != nil || !pattern.Is(f) {
				continue
			}
			if p := parsed[f]; p != nil {
				all[f] = p
				continue
			}
			p, err := pattern.Parse(f, m.classes)
			if err != nil {
				return nil, &chaping.InputError{File: "词典", Field: "surfaces", Value: f, Problem: err.Error(),
					Remedy: "改写词条“" + term.Name + "”的这个写法"}
			}
			all[f] = p
		}
	}
	for _, f := range slices.Concat(m.cues.Covers, m.cues.Relief.Patterns, m.cues.Relief.Then) {
		if all[f] != nil || !pattern.Is(f) {
			continue
		}
		p, err := pattern.Parse(f, m.classes)
		if err != nil {
			return nil, &chaping.InputError{File: "cues.yaml", Field: "covers", Value: f, Problem: err.Error(), Remedy: "改写这个模式"}
		}
		all[f] = p
	}
	return all, nil
}

// plain is a word as it stands in folded text, without what a match steps over.
func (m *Miner) plain(word string) string {
	return strings.Map(func(r rune) rune {
		if fold.Gap(r) {
			return -1
		}
		return r
	}, m.folder.String(word))
}

// fill fills the index.
func (m *Miner) fill(patterns map[string]*pattern.Pattern) error {
	var surfaces []string
	for t, term := range m.dict.Terms {
		forms := append([]string{term.Name}, term.Surfaces...)
		folded := make([]string, 0, len(forms))
		for _, f := range forms {
			if patterns[f] == nil {
				folded = append(folded, m.folder.String(f))
			}
		}
		kinds := m.judge.KindsOf(folded...)
		for _, f := range forms {
			if p := patterns[f]; p != nil {
				m.forms = append(m.forms, form{term: t, kinds: kinds, text: f, also: p.Also(), bodily: term.Hazard != chaping.HazardQuality && m.goods.bodily(f)})
			} else if plain := m.plain(f); plain != "" {
				m.forms = append(m.forms, form{term: t, kinds: kinds, text: f})
				surfaces = append(surfaces, plain)
			}
		}
	}
	for _, f := range m.cues.Covers {
		if patterns[f] != nil {
			m.forms = append(m.forms, form{term: decoy, text: f})
		}
	}
	for _, f := range m.cues.Relief.Patterns {
		m.forms = append(m.forms, form{term: relief, text: f})
	}
	for _, f := range m.cues.Relief.Then {
		m.forms = append(m.forms, form{term: ending, text: f})
	}
	gone := &m.cues.Relief
	m.unless, m.earlier, m.now = foldedRunes(m.folder, gone.Unless), foldedRunes(m.folder, gone.Earlier), foldedRunes(m.folder, gone.Now)
	slices.Sort(surfaces)
	surfaces = slices.Compact(surfaces)
	var err error
	if m.cut, err = newCutter(bytes.NewReader(m.list), surfaces, m.cues, m.folder); err != nil {
		return err
	}
	compiler := pattern.NewCompiler(m.classes, m.plain, m.cut.frequency)
	seen := make(map[string]int32, wordsPerForm*len(m.forms))
	words := make([]string, 0, wordsPerForm*len(m.forms))
	standings := make([]standing, 0, wordsPerForm*len(m.forms))
	word := func(w string) int32 {
		n, ok := seen[w]
		if !ok {
			n = int32(len(words))
			seen[w] = n
			words = append(words, w)
		}
		return n
	}
	plain := map[[2]int32]bool{} // word and term
	for i := range m.forms {
		f := &m.forms[i]
		p := patterns[f.text]
		if p == nil {
			of := [2]int32{word(m.plain(f.text)), int32(f.term)}
			if !plain[of] {
				plain[of] = true
				standings = append(standings, standing{word: of[0], form: int32(i)})
			}
			continue
		}
		f.matcher = compiler.Compile(p)
		for _, a := range f.matcher.Anchors() {
			standings = append(standings, standing{word: word(a), form: ^int32(i)})
		}
	}
	m.arrange(len(words), standings)
	var hints []match.Hint
	for n, set := range compiler.Sets() {
		for _, w := range set {
			hints = append(hints, match.Hint{Word: w, Set: n % match.Always})
		}
	}
	m.auto = match.NewHinted(m.folder, words, hints)
	return nil
}

// wordsPerForm is about how many words of the automaton a form has.
const wordsPerForm = 12

// arrange lays out what words stand for: of each its plain forms, then the patterns
// that it anchors.
func (m *Miner) arrange(words int, standings []standing) {
	m.words = make([]int32, words+1)
	for _, k := range standings {
		m.words[k.word+1]++
	}
	for w := range words {
		m.words[w+1] += m.words[w]
	}
	m.stands = make([]stand, len(standings))
	next := slices.Clone(m.words)
	for _, patterns := range []bool{false, true} {
		for _, k := range standings {
			if k.form < 0 != patterns {
				continue
			}
			m.stands[next[k.word]] = m.stand(k.form)
			next[k.word]++
		}
	}
}

// stand is a form, or the complement of a pattern, as a word stands for it.
func (m *Miner) stand(form int32) stand {
	if form >= 0 {
		return stand{form: form}
	}
	s := stand{form: form, needs: [2]uint16{match.Always, match.Always}}
	for i, n := range m.forms[^form].matcher.Needs() {
		if i < len(s.needs) {
			s.needs[i] = uint16(n % match.Always)
		}
	}
	return s
}

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

// displace leaves of mentions of several terms that overlap the longest one,
// so that a review that says 电池爆炸 is not counted under 爆炸 as well. Where one
// begins in another and ends behind it, the graver one stays, however long:
// 三天就漏电 is 漏电 and not 三天就漏. Words of a plain list all count: whoever
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
	if x, y := &m.forms[sc.forms[i]], &m.forms[sc.forms[k]]; m.keeps(y, x, g) || m.endsWith(sc.text.Runes, a, x, b, y) ||
		sc.length(k) == sc.length(i) && m.hurts(y, x) || (b.Start < a.Start || a.End < b.End) && m.graver(y, x) {
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
		if s.End-s.Start > f.end-f.start && !inside(s, f.start, f.end) && m.displaces(o, form) && !m.keeps(form, o, g) &&
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
