package app

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"chaping"
	"chaping/importer"
	"chaping/store"
)

// Reviews that are delivered in two shapes cannot always be joined: one export has
// their IDs and the other has none, one has the time of day and the other the day,
// one the product's ID and the other its name. They count twice then, and that is
// said.

// ofDay is how long a text is that two buyers hardly write on one day.
const ofDay = 8

// textsAtOnce is about how many texts are compared at most.
const textsAtOnce = 200_000

// shapes are how two copies of what seems to be one review differ.
type shapes struct {
	ids, times, products int
	text                 string // of the first
	least                bool   // only a part of the texts was compared
}

// twice tells of reviews of the import that seem to be stored in another shape, too.
// stored is how many there are.
func (r *ImportResult) twice(ctx context.Context, s *store.Store, platform string, stored uint64) error {
	if r.Accepted == 0 {
		return nil
	}
	day := func(t time.Time) time.Time {
		y, m, d := t.In(chaping.Shanghai()).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, chaping.Shanghai())
	}
	w := chaping.Window{From: day(r.First), To: day(r.Last).AddDate(0, 0, 1)}
	parts := stored/textsAtOnce + 1
	found := shapes{least: parts > 1}
	var apart []twins
	err := s.SameTexts(ctx, platform, r.Run, w, parts, func(text string, list []store.SameText) {
		for i := range list {
			for j := range list[:i] {
				if a, b := &list[i], &list[j]; a.Product == b.Product {
					found.add(text, a, b)
				} else if (a.Published == b.Published || utf8.RuneCountInString(text) >= ofDay) && sameTime(a.Published, b.Published) && len(apart) < maxTwins {
					apart = append(apart, twins{a.Product, b.Product, text})
				}
			}
		}
	})
	if err != nil {
		return err
	}
	if err := found.named(ctx, s, platform, w, apart); err != nil {
		return err
	}
	r.Questions = append(r.Questions, found.questions()...)
	return nil
}

// add counts two copies of a product that differ in what one shape has and the
// other has not.
func (f *shapes) add(text string, a, b *store.SameText) {
	unnamed := func(s *store.SameText) bool { return strings.HasPrefix(s.ID, "sha256-") }
	switch {
	case !sameTime(a.Published, b.Published) || a.Published != b.Published && utf8.RuneCountInString(text) < ofDay:
		return
	case unnamed(a) != unnamed(b):
		f.ids++
	case unnamed(a) && a.Published != b.Published:
		f.times++
	default:
		return
	}
	if f.text == "" {
		f.text = text
	}
}

// sameTime tells whether two moments of one day may be one that is told more or
// less exactly: to the day, to the minute.
func sameTime(a, b int64) bool {
	bare := func(t int64) bool { return (t+8*3600)%86400 == 0 }
	return a == b || bare(a) || bare(b) || a/60 == b/60 && (a%60 == 0 || b%60 == 0)
}

// twins are products that have a text at the same time.
type twins struct{ a, b, text string }

// maxTwins bounds how many are looked up.
const maxTwins = 5000

// named counts texts of two products of which one is called by the name of the other.
func (f *shapes) named(ctx context.Context, s *store.Store, platform string, w chaping.Window, list []twins) error {
	asked := map[chaping.ProductKey]bool{}
	var keys []chaping.ProductKey
	for _, t := range list {
		for _, id := range []string{t.a, t.b} {
			if key := (chaping.ProductKey{Platform: platform, Product: id}); !asked[key] {
				asked[key], keys = true, append(keys, key)
			}
		}
	}
	if len(keys) == 0 {
		return nil
	}
	known, err := s.Products(ctx, w, keys)
	if err != nil {
		return err
	}
	calls := func(id, other string) bool { // a product whose ID is the name of another one
		for _, l := range known[chaping.ProductKey{Platform: platform, Product: other}] {
			if name := l.Product.Name; name != other && (id == name || strings.HasPrefix(id, name+"（")) {
				return true
			}
		}
		return false
	}
	for _, t := range list {
		if strings.HasPrefix(t.a, t.b+"（") || strings.HasPrefix(t.b, t.a+"（") || calls(t.a, t.b) || calls(t.b, t.a) {
			if f.products++; f.text == "" {
				f.text = t.text
			}
		}
	}
	return nil
}

// questions say what was found.
func (f *shapes) questions() []importer.Question {
	var how []string
	for _, part := range []struct {
		n    int
		said string
	}{{f.ids, "一边有评论编号、一边没有"}, {f.times, "一边的时间只到日或到分"},
		{f.products, "一边按商品编号、一边按商品名称，成了两件商品"}} {
		if part.n > 0 {
			how = append(how, fmt.Sprintf("%s（%s%d 处）", part.said, map[bool]string{true: "至少 "}[f.least], part.n))
		}
	}
	if len(how) == 0 {
		return nil
	}
	return []importer.Question{{Kind: importer.AskUnused,
		Text: fmt.Sprintf("有的评论在库里（或这个文件里）像是有两份，日期、内容都相同（如“%s”）：%s。是同一批评论的两种导出的，会计两次，请撤销其中一次导入。",
			chaping.Shorten(f.text, 20), strings.Join(how, "；")),
		Assumed: "各算一条"}}
}
