package app

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"chaping"
	"chaping/report"
)

// A matcher compares listings with the products of lists. A listing is a
// candidate when one of these holds; the reason is printed beside it:
//
//	its name has the model and the brand
//	its name has the model, and the names are alike (a third of their pairs)
//	its name or shop has the brand, the names are alike (half of their pairs),
//	and the list or the listing names no model: another model is another product
//
// Without brand or model nothing is said: every kettle is a 电热水壶. Listings
// come by the hundred thousand, so records are found by model and by the first
// two characters of the brand, and never compared one by one.
type matcher struct {
	records []record
	models  map[string][]int // by model
	brands  map[string][]int // by the first two characters
	found   []report.Candidate
}

type record struct {
	kind         report.ListKind
	listed       report.Listed
	brand, model string
	pairs        map[string]bool // of the product's name
}

const (
	alikeWithModel = 1.0 / 3
	alikeWithBrand = 0.5
	mostCandidates = 2000
)

func newMatcher(lists []report.AnnualList) *matcher {
	m := &matcher{models: map[string][]int{}, brands: map[string][]int{}}
	for _, l := range lists {
		if l.Kind == report.Opinions {
			continue
		}
		for _, r := range l.Records {
			if !r.Failed && l.Kind != report.Recalls {
				continue
			}
			rec := record{
				kind:   l.Kind,
				listed: r,
				brand:  plainBrand(r.Brand),
				model:  plainModel(r.Model),
				pairs:  pairs(plainName(r.Product)),
			}
			i := len(m.records)
			m.records = append(m.records, rec)
			if rec.model != "" {
				m.models[rec.model] = append(m.models[rec.model], i)
			}
			if key := []rune(rec.brand); len(key) >= 2 {
				m.brands[string(key[:2])] = append(m.brands[string(key[:2])], i)
			}
		}
	}
	return m
}

// match enters what the listing may be, each list's likeliest record.
func (m *matcher) match(l *chaping.Listing) {
	if len(m.found) >= mostCandidates {
		return
	}
	name, shop := plainName(l.Product.Name), plainName(l.Product.Shop.Name)
	both := []rune(name + "\n" + shop)
	near := map[int]bool{}
	inName, otherModel := map[string]bool{}, false
	for _, token := range modelToken.FindAllString(modelText(l.Product.Name), -1) {
		token = plainModel(token)
		inName[token] = true
		otherModel = otherModel || token != ""
		for _, i := range m.models[token] {
			near[i] = true
		}
	}
	for i := range len(both) - 1 {
		for _, j := range m.brands[string(both[i:i+2])] {
			near[j] = true
		}
	}
	if len(near) == 0 {
		return
	}
	mine := pairs(name)
	best := map[report.ListKind]report.Candidate{}
	for i := range near {
		r := &m.records[i]
		brand := r.brand != "" && strings.Contains(string(both), r.brand)
		model := r.model != "" && inName[r.model]
		likeness := covered(r.pairs, mine)
		var why string
		score := likeness
		switch {
		case brand && model:
			why, score = "商标、型号相同", 2+likeness
		case model && likeness >= alikeWithModel:
			why, score = "型号相同、名称相近", 1+likeness
		case brand && likeness >= alikeWithBrand && r.model == "":
			why = "商标相同、名称相近"
		case brand && likeness >= alikeWithBrand && !otherModel:
			why = "商标相同、名称相近，型号未见"
		default:
			continue
		}
		c := report.Candidate{
			Kind:    r.kind,
			Listed:  r.listed,
			Name:    l.Product.Name,
			Shop:    l.Product.Shop.Name,
			URL:     l.Product.URL,
			Product: l.Product.ID,
			Seen:    l.SeenAt.In(chaping.Shanghai()).Format(time.DateOnly),
			Why:     why,
			Score:   score / 3,
		}
		if old, ok := best[r.kind]; !ok || c.Score > old.Score || c.Score == old.Score && less(c.Listed, old.Listed) {
			best[r.kind] = c
		}
	}
	for _, c := range best {
		m.found = append(m.found, c)
	}
}

// less gives equally like records an order that does not change between runs.
func less(a, b report.Listed) bool {
	return cmp.Or(
		cmp.Compare(a.Product, b.Product),
		cmp.Compare(a.Model, b.Model),
		cmp.Compare(a.Date, b.Date),
		cmp.Compare(a.Maker, b.Maker),
	) < 0
}

func (m *matcher) candidates() []report.Candidate {
	slices.SortFunc(m.found, func(a, b report.Candidate) int {
		return cmp.Or(
			cmp.Compare(b.Score, a.Score),
			cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.URL, b.URL),
			cmp.Compare(a.Product, b.Product),
		)
	})
	return m.found
}

// plainName leaves letters and digits, in one width and case.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(s))
}

// plainBrand is a brand without 牌 and what a list writes for none.
func plainBrand(s string) string {
	s = plainName(s)
	if strings.HasSuffix(s, "牌") && len([]rune(s)) > 2 {
		s = strings.TrimSuffix(s, "牌")
	}
	if slices.Contains([]string{"无", "无商标", "图形", "图形商标", "不详"}, s) || len([]rune(s)) < 2 {
		return ""
	}
	return s
}

// modelToken is what looks like a model in a name: letters and digits, which
// hyphens, dots and slashes may join.
var modelToken = regexp.MustCompile(`[a-z0-9]+(?:[-./_][a-z0-9]+)*`)

func modelText(s string) string { return strings.ToLower(norm.NFKC.String(s)) }

var measure = regexp.MustCompile(`^\d+(?:[a-z]{0,3}|mm|cm|kg|ml)$`)

// plainModel is a model's letters and digits. Sizes and voltages are no
// models: 220V, 1.7L.
func plainModel(s string) string {
	s = plainName(modelToken.FindString(modelText(s)))
	if len(s) < 4 || !strings.ContainsAny(s, "0123456789") || measure.MatchString(s) {
		return ""
	}
	return s
}

// pairs are the pairs of neighbouring characters.
func pairs(s string) map[string]bool {
	found := map[string]bool{}
	runes := []rune(s)
	for i := range len(runes) - 1 {
		found[string(runes[i:i+2])] = true
	}
	return found
}

// covered is the share of a's pairs that b has: a listing's name says more
// than a list's.
func covered(a, b map[string]bool) float64 {
	if len(a) == 0 {
		return 0
	}
	n := 0
	for p := range a {
		if b[p] {
			n++
		}
	}
	return float64(n) / float64(len(a))
}
