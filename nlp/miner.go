// Package nlp finds in reviews what a dictionary names, and decides whether
// each review really reports it.
//
//	Dictionary  terms with their surface forms
//	Miner       dictionary → mentions: fold, match, refuse what a longer word covers, assert
//	EvalMentions  precision and recall of a miner on labelled pairs
//
// The parts have packages of their own: fold (one form for all writings),
// match (Aho-Corasick), assertion (affirmed, negated, hypothetical, other).
package nlp

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"chaping"
	"chaping/dictionaries"
	"chaping/nlp/assertion"
	"chaping/nlp/fold"
	"chaping/nlp/match"
)

// rules names the version of the code that decides. It goes into
// Miner.Version: raise it with every change after which the same data gives
// other mentions.
const rules = "rules-3"

// networkFile is the shipped network's name in package dictionaries.
const networkFile = "assertion.bin.gz"

// A Miner finds mentions of a dictionary's terms. It is immutable and safe
// for concurrent use.
type Miner struct {
	dict      *Dictionary
	folder    *fold.Folder
	auto      *match.Automaton
	owners    [][]owner // pattern → terms that write it so
	cut       *cutter
	judge     *assertion.Judge
	prefilter bool
	version   string
	base      string
	pool      sync.Pool
}

// owner is a term of a pattern.
type owner struct {
	term  int
	kinds uint32
}

// An Option changes how a Miner works.
type Option func(*options)

type options struct {
	data      fs.FS
	prefilter bool
	cuesOnly  bool
}

// withCuesOnly leaves the network out: what it is to learn is where the cues
// alone leave a mention.
func withCuesOnly() Option { return func(o *options) { o.cuesOnly = true } }

// WithData takes cue words, base dictionary and weights from fsys instead of
// the embedded ones. File names as in package dictionaries.
func WithData(fsys fs.FS) Option { return func(o *options) { o.data = fsys } }

// WithoutPrefilter folds and matches every review in full, also those that
// the quick scan finds empty. It exists to prove that the scan changes nothing.
func WithoutPrefilter() Option { return func(o *options) { o.prefilter = false } }

// NewMiner builds a miner. It reads all that mining needs, which takes some
// tenths of a second: build one and share it.
func NewMiner(d *Dictionary, opts ...Option) (*Miner, error) {
	o := options{data: dictionaries.Files, prefilter: true}
	for _, opt := range opts {
		opt(&o)
	}
	if d == nil || len(d.Terms) == 0 {
		return nil, &chaping.InputError{File: "词典", Problem: "没有任何词条", Remedy: "至少给出一个评论关键词"}
	}
	h := sha256.New()
	fmt.Fprintln(h, rules, d.hash())
	base := sha256.New()
	fmt.Fprintln(base, rules)
	read := func(name string) ([]byte, error) {
		b, err := fs.ReadFile(o.data, name)
		if err != nil {
			return nil, dataFault(name, err)
		}
		fmt.Fprintf(h, "%s %x\n", name, sha256.Sum256(b))
		fmt.Fprintf(base, "%s %x\n", name, sha256.Sum256(b))
		return b, nil
	}
	files := map[string][]byte{}
	names := []string{"t2s.txt", "cues.yaml", "gse-base.txt.gz"}
	if !o.cuesOnly {
		names = append(names, networkFile)
	}
	for _, name := range names {
		b, err := read(name)
		if err != nil {
			return nil, err
		}
		files[name] = b
	}
	m := &Miner{dict: d, prefilter: o.prefilter}
	var err error
	if m.folder, err = fold.New("t2s.txt", bytes.NewReader(files["t2s.txt"])); err != nil {
		return nil, err
	}
	cues, err := assertion.ReadCues("cues.yaml", bytes.NewReader(files["cues.yaml"]))
	if err != nil {
		return nil, err
	}
	var network *assertion.Network
	if !o.cuesOnly {
		if network, err = assertion.ReadNetwork(networkFile, bytes.NewReader(files[networkFile])); err != nil {
			return nil, err
		}
	}
	if m.judge, err = assertion.New(cues, network, m.folder); err != nil {
		return nil, err
	}
	surfaces := m.index()
	m.auto = match.New(m.folder, surfaces)
	if m.cut, err = newCutter(bytes.NewReader(files["gse-base.txt.gz"]), surfaces, cues.Affixes, cues.Keep); err != nil {
		return nil, err
	}
	m.version = hex.EncodeToString(h.Sum(nil))[:12]
	m.base = hex.EncodeToString(base.Sum(nil))[:12]
	m.pool.New = func() any { return new(scratch) }
	return m, nil
}

// index lists the folded surface forms, each once, and fills owners.
func (m *Miner) index() []string {
	seen := map[string]int{}
	var surfaces []string
	for t, term := range m.dict.Terms {
		forms := []string{m.folder.String(term.Name)}
		for _, s := range term.Surfaces {
			forms = append(forms, m.folder.String(s))
		}
		kinds := m.judge.KindsOf(forms...)
		for _, f := range forms {
			f = strings.Map(func(r rune) rune {
				if fold.Gap(r) {
					return -1
				}
				return r
			}, f)
			if f == "" {
				continue
			}
			n, ok := seen[f]
			if !ok {
				n = len(surfaces)
				seen[f] = n
				surfaces = append(surfaces, f)
				m.owners = append(m.owners, nil)
			}
			if !slices.ContainsFunc(m.owners[n], func(o owner) bool { return o.term == t }) {
				m.owners[n] = append(m.owners[n], owner{t, kinds})
			}
		}
	}
	return surfaces
}

// Version is the same for two miners exactly when they find the same mentions
// in every text: a hash over terms, cues, word list, weights and rules.
func (m *Miner) Version() string { return m.version }

// Dictionary is what the miner looks for.
func (m *Miner) Dictionary() *Dictionary { return m.dict }

type scratch struct {
	text  fold.Text
	found []match.Match
	spans []assertion.Span
	terms []int // terms[i] is the term of spans[i]
	judge assertion.Scratch
}

// Mine appends the mentions in text to dst, by start. Offsets count runes of
// text as it is, an invalid byte counting as one. A text longer than some
// thousand sentences is mined piece by piece, so that memory does not follow
// its length.
func (m *Miner) Mine(dst []chaping.Mention, text string) []chaping.Mention {
	runes := 0
	for len(text) > maxPiece {
		n := m.pieceEnd(text)
		dst = m.minePiece(dst, text[:n], runes)
		runes += utf8.RuneCountInString(text[:n])
		text = text[n:]
	}
	return m.minePiece(dst, text, runes)
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
func (m *Miner) minePiece(dst []chaping.Mention, text string, base int) []chaping.Mention {
	if m.prefilter && !m.auto.Hit(text) {
		return dst
	}
	sc := m.pool.Get().(*scratch)
	defer m.pool.Put(sc)
	m.candidates(sc, text, nil)
	m.judge.Prepare(&sc.judge, sc.text.Runes, sc.spans)
	for i, s := range sc.spans {
		v := m.judge.Status(&sc.judge, sc.text.Runes, sc.spans, i)
		mn := m.mention(sc, text, s, sc.terms[i], v)
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

// candidates folds text and leaves in sc.spans and sc.terms what is to be
// judged, by start. refused, if not nil, is told of hits that are not.
func (m *Miner) candidates(sc *scratch, text string, refused func(f match.Match, by string)) {
	m.folder.Fold(&sc.text, text)
	sc.found = m.auto.All(sc.found[:0], sc.text.Runes)
	sc.spans, sc.terms = sc.spans[:0], sc.terms[:0]
	slices.SortFunc(sc.found, func(a, b match.Match) int {
		if a.Start != b.Start {
			return int(a.Start - b.Start)
		}
		return int(b.End - a.End)
	})
	for _, f := range sc.found {
		by := ""
		switch {
		case m.tooWide(sc.text.Runes, f):
			by = "间隔过长"
		default:
			by = m.cut.covering(sc.text.Runes, int(f.Start), int(f.End))
		}
		if by != "" {
			if refused != nil {
				refused(f, by)
			}
			continue
		}
		for _, o := range m.owners[f.Pattern] {
			if m.within(sc, f, o.term) {
				continue // a longer form of the same term stands here
			}
			sc.spans = append(sc.spans, assertion.Span{Start: f.Start, End: f.End, Kinds: o.kinds})
			sc.terms = append(sc.terms, o.term)
		}
	}
}

// within tells whether an accepted longer form of the same term contains f.
func (m *Miner) within(sc *scratch, f match.Match, term int) bool {
	for i := len(sc.spans) - 1; i >= 0; i-- {
		s := sc.spans[i]
		if sc.terms[i] == term && s.Start <= f.Start && f.End <= s.End {
			return true
		}
		if f.Start-s.Start > 64 {
			break
		}
	}
	return false
}

// tooWide tells whether the hit's characters stand too far apart.
func (m *Miner) tooWide(text []rune, f match.Match) bool {
	run := 0
	for _, r := range text[f.Start:f.End] {
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

// HazardOf is the hazard class of the gravest term that a text names, whatever
// it says about it: a report names a risk to report it. Empty where it names
// none.
func (m *Miner) HazardOf(text string) string {
	severity, hazard := -1, ""
	terms := m.Dictionary().Terms
	for _, mention := range m.Mine(nil, text) {
		i := slices.IndexFunc(terms, func(t chaping.Term) bool { return t.Name == mention.Term })
		if i >= 0 && terms[i].Severity > severity && terms[i].Hazard != "" {
			severity, hazard = terms[i].Severity, terms[i].Hazard
		}
	}
	return hazard
}
