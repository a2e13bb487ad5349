package importer

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"chaping"
	"chaping/ingest"
)

// oneRating makes sure that the column of ratings is that of the reviews: not the
// mean of a shop or of a product, and not one of several that contradict each
// other.
func (m *mapper) oneRating() {
	i, ok := m.column[fieldRating]
	if !ok || i < 0 || m.how[i] == ByPerson {
		return
	}
	var others []int
	for _, j := range m.free() {
		if m.vocabulary.fits(m.samples[j].name)[fieldRating] > 0.5 && m.looks[j].fit(fieldRating) >= 0.5 &&
			!m.aggregate(j) {
			others = append(others, j)
		}
	}
	if m.aggregate(i) {
		m.unset(i, ofWhole)
		if len(others) == 0 {
			m.ask(Question{Kind: AskField, Column: m.samples[i].name, Field: fieldRating, Samples: m.examples(i),
				Text:    fmt.Sprintf("列“%s”%s，没有用。要用吗？", m.samples[i].name, ofWhole),
				Assumed: "不用，按评论文字判断差评"})
			return
		}
		slices.SortStableFunc(others, func(a, b int) int { return m.better(b, a) })
		i = others[0]
		m.set(i, fieldRating, Likely)
		if m.vocabulary.fits(m.samples[i].name)[fieldRating] >= 0.74 {
			m.how[i] = ByName
		}
		others = others[1:]
	}
	others = slices.DeleteFunc(others, func(j int) bool { return !m.contradict(i, j) })
	if len(others) == 0 {
		return
	}
	for _, j := range append([]int{i}, others...) {
		m.ask(Question{Kind: AskField, Column: m.samples[j].name, Field: fieldRating, Samples: m.examples(j),
			Text:    fmt.Sprintf("列“%s”像评分，像评分的列不止一列，好坏不一致。哪一列是评论自己的评分？", m.samples[j].name),
			Assumed: "没有用作评分，按评论文字判断差评", Blocks: true})
	}
	m.unset(i, "和别的评分列不一致，没有用")
}

const ofWhole = "每件商品（或店铺）各行都一样、带小数，像整件商品或店铺的评分"

// better compares columns by how well their names fit ratings.
func (m *mapper) better(a, b int) int {
	fit := func(i int) float64 { return m.vocabulary.fits(m.samples[i].name)[fieldRating] }
	return int(math.Round(1000 * (fit(a) - fit(b))))
}

// aggregate tells columns whose numbers are means: they have fractions, and are
// the same in all rows of a product or of a shop.
func (m *mapper) aggregate(i int) bool {
	s := m.samples[i]
	if ofShop(plainName(s.name)) && m.vocabulary.fits(s.name)[fieldRating] == 0 {
		return true
	}
	numbers, rows, tenths := make([]float64, 0, len(s.values)), make([]int, 0, len(s.values)), false
	fraction := false
	for k, value := range s.values {
		r, err := ingest.ParseRating(value)
		if err != nil || r.Word != chaping.Unrated {
			return false
		}
		numbers, rows = append(numbers, r.Value), append(rows, s.at[k])
		fraction = fraction || r.Value != math.Trunc(r.Value)
		tenths = tenths || 2*r.Value != math.Trunc(2*r.Value)
	}
	if !fraction || !tenths && len(numbers) < 5 || slices.Max(numbers) <= 1 {
		return false // a few halves are given by buyers
	}
	for _, field := range []string{fieldProductID, fieldProduct, fieldURL, fieldShopID, fieldShop, ""} {
		if field == "" && !m.mapped(fieldProductID) && !m.mapped(fieldProduct) && !m.mapped(fieldURL) ||
			m.mapped(field) {
			if same, groups := constant(numbers, m.groups(field, rows)); same && groups > 0 {
				return true
			}
		}
	}
	return false
}

// groups are what the rows have in the column of a field; without one they are one
// group.
func (m *mapper) groups(field string, rows []int) []string {
	of := make([]string, len(rows))
	if field == "" {
		return of
	}
	at := map[int]string{}
	s := m.samples[m.column[field]]
	for k, row := range s.at {
		at[row] = s.values[k]
	}
	for k, row := range rows {
		of[k] = at[row]
	}
	return of
}

// constant tells whether the numbers of each group are the same, and how many
// groups have several.
func constant(numbers []float64, groups []string) (same bool, several int) {
	first, seen := map[string]float64{}, map[string]int{}
	for k, v := range numbers {
		g := groups[k]
		if seen[g]++; seen[g] == 1 {
			first[g] = v
			continue
		}
		if first[g] != v {
			return false, 0
		}
		if seen[g] == 2 {
			several++
		}
	}
	return true, several
}

// contradict tells whether two columns of ratings grade more than one review in
// ten differently.
func (m *mapper) contradict(i, j int) bool {
	bad := func(i int) map[int]bool {
		best := 5.0
		if s, ok := ingest.ScaleOf(m.ratings(i).values, 5); ok && s.Max > 0 {
			best = s.Max
		}
		list := map[int]bool{}
		for k, value := range m.samples[i].values {
			r, err := ingest.ParseRating(value)
			if err != nil || r.None() || strings.TrimSpace(value) == "" {
				continue
			}
			list[m.samples[i].at[k]] = r.Word == chaping.Negative ||
				r.Word == chaping.Unrated && r.Value <= 0.4*cmp.Or(r.Of, best)
		}
		return list
	}
	one, other := bad(i), bad(j)
	both, differ := 0, 0
	for row, negative := range one {
		if also, ok := other[row]; ok {
			both++
			if also != negative {
				differ++
			}
		}
	}
	return both > 0 && differ*10 > both
}
