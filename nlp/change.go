package nlp

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"chaping"
	"chaping/nlp/fold"
	"chaping/nlp/pattern"
)

// Base is the same for two miners exactly when nothing but their terms
// differs: a hash over cues, word list, weights, rules and what was learnt.
func (m *Miner) Base() string { return m.base }

// MaxPiece is the longest review in bytes that is mined at once. Where a
// longer one is cut depends on all terms.
const MaxPiece = maxPiece

// Affected tells which reviews may have other mentions than a miner of the
// same Base with the terms before would find: those that match one of the
// patterns, and those longer than MaxPiece. It is not ok where that cannot be
// told; then all reviews are affected.
//
// Why this is sound. What is found in a review depends on the terms only
// through the forms that stand in it: the automaton reports nothing else, the
// segmenter sees the text's own words, whose weights do not depend on other
// forms (see termFreq), overlaps are settled among the forms that stand there, and the
// judge sees the review's own hits. So a review
// in which no form of an added, removed or altered term stands has the same
// mentions as before. A form that stands in a review has its characters there
// in order, each in one of the writings that fold to it, whatever is between:
// that is what the patterns say; of a form that is itself a pattern, they say
// it of one of its parts. They say more than that the form stands there, never
// less.
//
// Patterns are regular expressions over UTF-8 in the syntax that PCRE,
// Hyperscan and RE2 share; a dot must match line feeds too.
func (m *Miner) Affected(before []chaping.Term) (patterns []string, ok bool) {
	if countForms(before) > maxForms || countForms(m.dict.Terms) > maxForms {
		return nil, false // more than the segmenter's filler has room for
	}
	old := map[string]chaping.Term{}
	for _, t := range before {
		old[t.Name] = t
	}
	groups := map[string][]string{} // form as written → words of which one stands in every match
	add := func(t chaping.Term) bool {
		for _, f := range append([]string{t.Name}, t.Surfaces...) {
			words, err := m.needed(f)
			if err != nil {
				return false
			}
			groups[f] = words
		}
		return true
	}
	for _, t := range m.dict.Terms {
		was, there := old[t.Name]
		delete(old, t.Name)
		if there && was.Field == t.Field && slices.Equal(slices.Sorted(slices.Values(was.Surfaces)), slices.Sorted(slices.Values(t.Surfaces))) {
			continue
		}
		if !add(t) || there && !add(was) {
			return nil, false
		}
	}
	for _, t := range old {
		if !add(t) {
			return nil, false
		}
	}
	words := map[string]bool{}
	for _, group := range groups {
		for _, w := range group {
			words[w] = true
		}
	}
	written, several := m.writings(words)
	for _, f := range slices.Sorted(maps.Keys(groups)) {
		var ways []string
		size := 0
		for _, w := range groups[f] {
			if strings.ContainsRune(w, '\n') {
				return nil, false
			}
			way := search(w, written)
			size += len(way)
			ways = append(ways, way)
		}
		if size > maxSearch {
			ways = firsts(groups[f], written)
		}
		if len(ways) > 0 {
			patterns = append(patterns, strings.Join(ways, "|"))
		}
	}
	slices.Sort(patterns)
	patterns = slices.Compact(patterns)
	if len(several) > 0 {
		patterns = append(patterns, class(several))
	}
	return patterns, true
}

// needed are words of which one stands, folded, wherever the form does.
func (m *Miner) needed(form string) ([]string, error) {
	if !pattern.Is(form) {
		if w := m.plain(form); w != "" {
			return []string{w}, nil
		}
		return nil, nil
	}
	p, err := pattern.Parse(form, m.classes)
	if err != nil {
		return nil, err
	}
	var words []string
	for _, w := range p.Needed() {
		if w = m.plain(w); w != "" {
			words = append(words, w)
		}
	}
	return words, nil
}

// search is a regular expression for the word in all its writings.
func search(word string, written map[rune][]rune) string {
	var b strings.Builder
	size := 0
	for i, r := range []rune(word) {
		if size += len(written[r]); i > 0 && size > maxClasses {
			break // its beginning alone says less, which is sound
		}
		if i > 0 {
			b.WriteString(".*")
		}
		b.WriteString(class(written[r]))
	}
	return b.String()
}

// firsts is a regular expression for the first characters of words, where the
// words themselves are too many for one.
func firsts(words []string, written map[rune][]rune) []string {
	var first []rune
	for _, w := range words {
		for _, r := range w {
			first = append(first, written[r]...)
			break
		}
	}
	slices.Sort(first)
	return []string{class(slices.Compact(first))}
}

// maxSearch bounds a regular expression, in bytes: search engines refuse
// larger ones.
const maxSearch = 6000

// maxClasses bounds the characters in the classes of a pattern: search engines
// refuse larger ones. A Chinese character has one to four writings, a Latin
// letter or a digit up to ninety.
const maxClasses = 400

func countForms(terms []chaping.Term) (n int) {
	for _, t := range terms {
		n += 1 + len(t.Surfaces)
	}
	return n
}

// writings are, for every character of the forms, the characters that fold to
// it; and apart, those that fold to two or more that follow each other in a form.
func (m *Miner) writings(forms map[string]bool) (written map[rune][]rune, several []rune) {
	written = map[rune][]rune{}
	pairs := map[[2]rune]bool{}
	for f := range forms {
		var last rune
		for i, r := range f {
			written[r] = nil
			if i > 0 {
				pairs[[2]rune{last, r}] = true
			}
			last = r
		}
	}
	var t fold.Text
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		if one, n := m.folder.Rune(r); n == 1 {
			if list, wanted := written[one]; wanted {
				written[one] = append(list, r)
			}
			continue
		} else if n == 0 {
			continue
		}
		m.folder.Fold(&t, string(r))
		runes := slices.DeleteFunc(t.Runes, fold.Gap)
		for i, one := range runes {
			if list, wanted := written[one]; wanted && !slices.Contains(list, r) {
				written[one] = append(list, r)
			}
			if i > 0 && pairs[[2]rune{runes[i-1], one}] && !slices.Contains(several, r) {
				several = append(several, r)
			}
		}
	}
	return written, several
}

func class(runes []rune) string {
	var b strings.Builder
	b.WriteByte('[')
	for _, r := range runes {
		fmt.Fprintf(&b, `\x{%X}`, r)
	}
	b.WriteByte(']')
	return b.String()
}
