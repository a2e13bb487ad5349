package chaping

import (
	"slices"
	"strings"
)

// A TermSet is a part of every dictionary that has a name of its own. A watch
// may name it in place of terms, and then follows the dictionary as it grows.
type TermSet string

// The sets of terms, by their names, which no term may have.
const (
	CoreSafety TermSet = "安全核心"  // hazards of serious and very serious harm
	AllSafety  TermSet = "安全全部"  // hazards of any harm, counterfeits among them
	AllTerms   TermSet = "含一般质量" // every term
)

// fieldPrefix comes before the name of a product field, which stands for its terms.
const fieldPrefix = "领域："

// TermSets are all sets, the smallest first.
func TermSets() []TermSet { return []TermSet{CoreSafety, AllSafety, AllTerms} }

// Meaning tells in Chinese which terms are in the set.
func (s TermSet) Meaning() string {
	switch s {
	case CoreSafety:
		return "涉及安全、严重程度 3 级以上的词条"
	case AllSafety:
		return "涉及安全的全部词条"
	case AllTerms:
		return "词库全部，包括一般质量和未分类的词条"
	}
	return ""
}

// Has tells whether a term is in the set. Terms without a hazard class are in
// none but that of all: nobody has said whether they endanger anybody.
func (s TermSet) Has(t *Term) bool {
	safety := t.Hazard != "" && t.Hazard != HazardQuality
	switch s {
	case CoreSafety:
		return safety && t.Severity >= Severe
	case AllSafety:
		return safety
	case AllTerms:
		return true
	}
	return false
}

// TermsOfField is the name under which a watch chooses the terms of a product
// field.
func TermsOfField(field string) string { return fieldPrefix + field }

// IsTermSet tells whether a name stands for a set of terms or for a field, and
// therefore can be no term's.
func IsTermSet(name string) bool {
	return slices.Contains(TermSets(), TermSet(name)) || strings.HasPrefix(name, fieldPrefix)
}

// CountTerms is how many terms names stand for.
func CountTerms(terms []Term, names []string) int {
	selected, unknown := SelectTerms(terms, names)
	if len(unknown) == len(names) { // what is given then stands for none
		return 0
	}
	return len(selected)
}

// SelectTerms are the terms that names stand for: those of terms, of sets and of
// fields. unknown are names that stand for none. Where something is asked for and
// nothing is found, the names themselves are given: none would mean all.
func SelectTerms(terms []Term, names []string) (selected, unknown []string) {
	chosen := map[string]bool{}
	for _, name := range names {
		has := func(t *Term) bool { return t.Name == name }
		if field, ok := strings.CutPrefix(name, fieldPrefix); ok {
			has = func(t *Term) bool { return t.Field == field }
		} else if set := TermSet(name); IsTermSet(name) {
			has = set.Has
		}
		found := false
		for i := range terms {
			if t := &terms[i]; has(t) {
				found = true
				if !chosen[t.Name] {
					chosen[t.Name] = true
					selected = append(selected, t.Name)
				}
			}
		}
		if !found {
			unknown = append(unknown, name)
		}
	}
	if len(selected) == 0 {
		selected = names
	}
	return selected, unknown
}
