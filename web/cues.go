package web

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A part of an excerpt is plain text, the term, or a cue.
type part struct {
	Text string `json:"text"`
	Kind string `json:"kind,omitempty"` // "", term, cue
}

// mark finds the cues in the excerpts: the one that the mention's record
// names, otherwise those that govern the term when the excerpt is mined again.
// That is done for what a page shows, not for what is remembered.
func (s *Server) mark(list []item) {
	for n := range list {
		i := &list[n]
		words := []string{i.Cue}
		if i.Cue == "" {
			words = s.governing(i)
		}
		i.Parts = slices.Concat(
			marked(i.Before, words, strings.LastIndex),
			[]part{{i.Surface, "term"}},
			marked(i.After, words, strings.Index),
		)
	}
}

// governing are the cue words that govern the item's term in its excerpt. A
// single character that decides nothing by itself is none to look at.
func (s *Server) governing(i *item) (words []string) {
	before := strings.TrimPrefix(i.Before, "…")
	start := utf8.RuneCountInString(before)
	for _, step := range s.miner().Explain(before + i.Surface + strings.TrimSuffix(i.After, "…")).Steps {
		if step.Start != start || !slices.Contains(step.Terms, i.Term) {
			continue
		}
		for _, c := range step.Cues {
			if c.Word != "" && (c.Status != "" || utf8.RuneCountInString(c.Word) > 1) &&
				!slices.Contains(words, c.Word) {
				words = append(words, c.Word)
			}
		}
	}
	return words
}

// marked cuts text at the words; of each, where find sees it.
func marked(text string, words []string, find func(s, word string) int) []part {
	type span struct{ from, to int }
	var spans []span
	for _, w := range words {
		if at := find(text, w); w != "" && at >= 0 {
			spans = append(spans, span{at, at + len(w)})
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	var parts []part
	done := 0
	for _, s := range spans {
		if s.from < done { // within one before
			continue
		}
		parts = append(parts, part{text[done:s.from], ""}, part{text[s.from:s.to], "cue"})
		done = s.to
	}
	parts = append(parts, part{text[done:], ""})
	return slices.DeleteFunc(parts, func(p part) bool { return p.Text == "" })
}
