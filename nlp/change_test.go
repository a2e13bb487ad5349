package nlp

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"chaping"
)

// TestAffected changes dictionaries at random and mines texts in which terms
// stand in all their writings: where no pattern matches, both miners must
// find the same.
func TestAffected(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	names := []string{"漏电", "漏水", "起火", "一起火", "烧焦味", "异响", "PM2.5超标", "co超标", "过敏", "不过敏原", "电线", "断裂", "开裂", "12kg", "发热", "发热管断裂", "变质", "变质岩", "PFAS/bisphenol-a/formaldehyde", "烫", "卡死"}
	write := strings.NewReplacer("漏", "漏 ", "电", "電", "热", "熱", "过", "過", "k", "Ｋ", "kg", "㎏", "p", "Ｐ", "烧", "燒", "开", "開", "线", "線", "1", "①", "2", "₂")
	forms := []string{"(漏|渗)(电|水)~3(断裂|发热)", "<程度>(异响|漏电)", "(漏电|电线)了?", "&(起火|火锅)担心?", "(没有|用了三天就)~2(漏|电)(水|线)", "(过敏|变质)(担心|和)(不)?"}
	spaced := func(s string) string { return strings.Join(strings.Split(s, ""), "*") }
	random := func() *Dictionary {
		var d Dictionary
		for _, i := range r.Perm(len(names))[:1+r.IntN(len(names)-1)] {
			term := chaping.Term{Name: names[i], Field: []string{"", "甲", "甲"}[r.IntN(3)]}
			switch r.IntN(4) {
			case 0:
				term.Surfaces = []string{names[r.IntN(len(names))] + "了"}
			case 1:
				term.Surfaces = []string{forms[r.IntN(len(forms))]}
			}
			d.Terms = append(d.Terms, term)
		}
		return &d
	}
	var texts []string
	for range 400 {
		var b strings.Builder
		for range 1 + r.IntN(5) {
			n := names[r.IntN(len(names))]
			switch r.IntN(6) {
			case 0:
				n = write.Replace(n)
			case 1:
				n = spaced(n)
			case 2:
				n = strings.Replace(n, "kg", "㎏", 1)
			}
			b.WriteString([]string{"没有", "用了三天就", "一起", "火锅", "担心", "，", "吃变质岩", "和", "很", "实在太"}[r.IntN(10)] + n)
		}
		texts = append(texts, b.String())
	}
	spared, changed := 0, 0
	for range 14 {
		before, after := random(), random()
		if r.IntN(2) == 0 { // a small edit, as analysts make them
			after = &Dictionary{Terms: slices.Clone(before.Terms)}
			edited := &after.Terms[r.IntN(len(after.Terms))]
			switch r.IntN(3) {
			case 0:
				edited.Surfaces = []string{names[r.IntN(len(names))]}
			case 1:
				edited.Surfaces = []string{forms[r.IntN(len(forms))]}
			default:
				edited.Field = "乙"
			}
		}
		a, err := NewMiner(before)
		if err != nil {
			t.Fatal(err)
		}
		b, err := NewMiner(after)
		if err != nil {
			t.Fatal(err)
		}
		if a.Base() != b.Base() {
			t.Fatal("bases differ")
		}
		patterns, ok := b.Affected(before.Terms)
		if !ok {
			t.Fatal("not told")
		}
		for _, p := range patterns {
			if len(p) > 8000 { // the engine refuses larger ones
				t.Errorf("a pattern of %d bytes", len(p))
			}
		}
		any := regexp.MustCompile("(?s)" + strings.Join(append(patterns, `\x00never`), "|"))
		for _, text := range texts {
			x, y := fmt.Sprint(a.Mine(nil, text)), fmt.Sprint(b.Mine(nil, text))
			switch {
			case !any.MatchString(text):
				spared++
				if x != y {
					t.Errorf("%q is spared, but %s became %s", text, x, y)
				}
			case x != y:
				changed++
			}
		}
	}
	if spared < 100 || changed < 100 {
		t.Errorf("%d spared, %d changed: nothing was tested", spared, changed)
	}
}
