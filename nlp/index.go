package nlp

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"chaping"
	"chaping/nlp/fold"
	"chaping/nlp/match"
	"chaping/nlp/pattern"
)

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
	event                [][]rune // what may follow the name of an event, see assertion.Attribute
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
	names   bool             // is one of assertion.Attribute
	nearly  bool             // says that something nearly happened
}

// decoy is the term of forms that are no term's: in what they match, terms mean
// something else (see assertion.Cues.Covers).
const decoy = -1

// relief is the term of forms that say that something was relieved (see
// assertion.Relief).
const relief = -2

// ending is the term of forms that say that what was there earlier has ended.
const ending = -3

// nearlyClass is the class of words with which a pattern begins that says that
// something nearly happened.
const nearlyClass = "<险些>"

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
				m.forms = append(m.forms, form{term: t, kinds: kinds, text: f, also: p.Also(), nearly: strings.HasPrefix(f, nearlyClass),
					bodily: term.Hazard != chaping.HazardQuality && m.goods.bodily(f)})
			} else if plain := m.plain(f); plain != "" {
				m.forms = append(m.forms, form{term: t, kinds: kinds, text: f, names: slices.Contains(m.cues.Attribute.Words, f)})
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
	m.event = foldedRunes(m.folder, m.cues.Attribute.Before)
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
