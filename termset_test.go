package chaping_test

import (
	"slices"
	"testing"

	"chaping"
)

func TestSelectTerms(t *testing.T) {
	terms := []chaping.Term{
		{Name: "漏电", Field: "家用电器", Hazard: chaping.HazardElectrical, Severity: 4},
		{Name: "划手", Field: "家用电器", Hazard: chaping.HazardMechanical, Severity: 2},
		{Name: "过敏", Field: "化妆品", Hazard: chaping.HazardInjury, Severity: 3},
		{Name: "假货", Field: "", Hazard: chaping.HazardFake, Severity: 2},
		{Name: "卡顿", Field: "电子产品", Hazard: chaping.HazardQuality, Severity: 3},
		{Name: "本站的词"},
	}
	for _, c := range []struct{ names, selected, unknown []string }{
		{nil, nil, nil},
		{[]string{"划手"}, []string{"划手"}, nil},
		{[]string{"安全核心"}, []string{"漏电", "过敏"}, nil},
		{[]string{"安全全部"}, []string{"漏电", "划手", "过敏", "假货"}, nil},
		{[]string{"含一般质量"}, []string{"漏电", "划手", "过敏", "假货", "卡顿", "本站的词"}, nil},
		{[]string{"领域：化妆品", "安全核心", "过敏"}, []string{"过敏", "漏电"}, nil},
		{[]string{"领域：没有", "划手", "没有"}, []string{"划手"}, []string{"领域：没有", "没有"}},
		{[]string{"领域：没有", "没有"}, []string{"领域：没有", "没有"}, []string{"领域：没有", "没有"}}, // not all
	} {
		selected, unknown := chaping.SelectTerms(terms, c.names)
		if !slices.Equal(selected, c.selected) || !slices.Equal(unknown, c.unknown) {
			t.Errorf("%q: %q, unknown %q", c.names, selected, unknown)
		}
	}
	for n, names := range map[int][]string{
		0: {"领域：没有", "没有"}, 1: {"划手", "没有"}, 2: {"安全核心"}, 6: {"含一般质量"},
	} {
		if got := chaping.CountTerms(terms, names); got != n {
			t.Errorf("%q stand for %d terms, want %d", names, got, n)
		}
	}
	if n := chaping.CountTerms(terms[4:], []string{"安全核心"}); n != 0 { // a set without terms is none
		t.Errorf("an empty set stands for %d terms", n)
	}
	for _, s := range chaping.TermSets() {
		if !chaping.IsTermSet(string(s)) || s.Meaning() == "" {
			t.Errorf("%s has no meaning", s)
		}
	}
	if chaping.IsTermSet("漏电") {
		t.Error("a term is a set")
	}
}
