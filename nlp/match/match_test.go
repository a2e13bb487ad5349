package match_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	ahocorasick "github.com/BobuSumisu/aho-corasick"

	"chaping/dictionaries"
	"chaping/nlp/fold"
	"chaping/nlp/match"
)

func newFolder(t testing.TB) *fold.Folder {
	t.Helper()
	table, err := dictionaries.Files.Open("t2s.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	f, err := fold.New("t2s.txt", table)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestOverlapping(t *testing.T) {
	f := newFolder(t)
	a := match.New(f, []string{"漏电", "漏", "电保护", "漏电保护", "保", ""})
	var got []string
	for _, m := range a.All(nil, []rune("漏电保护")) {
		got = append(got, fmt.Sprintf("%d:%d-%d", m.Pattern, m.Start, m.End))
	}
	slices.Sort(got)
	if want := "0:0-2 1:0-1 2:1-4 3:0-4 4:2-3"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestGaps(t *testing.T) {
	f := newFolder(t)
	a := match.New(f, []string{"漏电"})
	for text, want := range map[string]bool{"漏.电": true, "漏 😡 电": true, "漏\u200b電": true, "漏，电": false, "漏a电": false} {
		var folded fold.Text
		f.Fold(&folded, text)
		if got := len(a.All(nil, folded.Runes)) > 0; got != want {
			t.Errorf("All(%q) is %v", text, got)
		}
	}
}

// TestAgainstNaive compares with searching for every pattern at every place.
func TestAgainstNaive(t *testing.T) {
	f := newFolder(t)
	rng := rand.New(rand.NewPCG(1, 1))
	alphabet := []rune("漏电水火ab不𠀀")
	word := func(n int) string {
		r := make([]rune, n)
		for i := range r {
			r[i] = alphabet[rng.IntN(len(alphabet))]
		}
		return string(r)
	}
	for range 300 {
		seen := map[string]bool{}
		var patterns []string
		for range 1 + rng.IntN(20) {
			if p := word(1 + rng.IntN(4)); !seen[p] {
				seen[p] = true
				patterns = append(patterns, p)
			}
		}
		text := []rune(word(rng.IntN(60)))
		var want, got []string
		for i, p := range patterns {
			n := len([]rune(p))
			for s := 0; s+n <= len(text); s++ {
				if string(text[s:s+n]) == p {
					want = append(want, fmt.Sprint(i, s, s+n))
				}
			}
		}
		a := match.New(f, patterns)
		for _, m := range a.All(nil, text) {
			got = append(got, fmt.Sprint(m.Pattern, m.Start, m.End))
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("%q in %q: got %v, want %v", patterns, string(text), got, want)
		}
	}
}

func FuzzAll(f *testing.F) {
	for _, s := range []string{"漏电", "漏\xff电", "漏.電", "一起火锅", "㎡", "😀漏😀电"} {
		f.Add(s)
	}
	folder := newFolder(f)
	a := match.New(folder, []string{"漏电", "电漏", "火", "m2", ".*", "[a"})
	f.Fuzz(func(t *testing.T, s string) {
		var text fold.Text
		folder.Fold(&text, s)
		found := a.All(nil, text.Runes)
		for _, m := range found {
			if m.Start < 0 || m.Start >= m.End || int(m.End) > len(text.Runes) {
				t.Fatalf("%+v in %d runes", m, len(text.Runes))
			}
		}
	})
}

// BenchmarkScan compares folding and scanning with
// the byte automaton of BobuSumisu/aho-corasick, which does not.
func BenchmarkScan(b *testing.B) {
	f := newFolder(b)
	first, second := "漏断裂烧起冒掉褪生发烫刺异怪噪震晃松脱开划割触短跳鼓爆炸变腐过假翻", "电水色霉锈烫痒手味音动裂坏伤货期新火烟包质烂"
	var patterns []string
	for _, x := range first {
		for _, y := range second {
			patterns = append(patterns, string(x)+string(y))
		}
	}
	text := strings.Repeat("收到货了，物流很快，包装也好，用了几天才来评价，总体来说还可以，价格实惠，朋友都说不错。", 2)
	a := match.New(f, patterns)
	trie := ahocorasick.NewTrieBuilder().AddStrings(patterns).Build()
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		var folded fold.Text
		var found []match.Match
		for b.Loop() {
			f.Fold(&folded, text)
			found = a.All(found[:0], folded.Runes)
		}
	})
	b.Run("BobuSumisu", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			trie.MatchFirstString(text)
		}
	})
}
