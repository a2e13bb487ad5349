package mall

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"chaping"
)

//go:embed data/grammar.yaml
var grammarYAML string

// shippedGrammar is the grammar of the package, parsed once; it is never
// changed.
var shippedGrammar = sync.OnceValue(func() *grammar {
	decoder := yaml.NewDecoder(strings.NewReader(grammarYAML))
	decoder.KnownFields(true)
	g := new(grammar)
	if err := decoder.Decode(g); err != nil {
		panic(fmt.Sprintf("mall: data/grammar.yaml: %v", err))
	}
	return g
})

// A grammar says what is sold and what buyers write. See data/grammar.yaml.
type grammar struct {
	Slots        map[string][]string
	Openers      []string
	Closers      []string
	Personal     []string
	DefaultTexts []string `yaml:"default_texts"`
	Common       struct{ Praise, Neutral, Gripe []string }
	Categories   []category
	Brands       []string
	Shops        []struct{ Name, Region string }
}

// A category is a kind of product with what is said about it, by what the
// sentence claims.
type category struct {
	Keyword string
	ID      string
	Also    string   // a second keyword that every fourth product's name carries
	Price   [2]int64 // fen
	Names   []string
	Sizes   []string
	Praise  []string

	Affirmed, Sarcasm, Negated, Hypothetical, Other []string
}

// planted lists the category's sentences that hold terms.
func (c *category) planted() [][]string {
	return [][]string{c.Affirmed, c.Sarcasm, c.Negated, c.Hypothetical, c.Other}
}

// terms are all planted words, sorted.
func (g *grammar) terms() []string {
	var out []string
	for i := range g.Categories {
		for _, sentences := range g.Categories[i].planted() {
			for _, sentence := range sentences {
				for rest := sentence; ; {
					_, after, found := strings.Cut(rest, "{")
					if !found {
						break
					}
					term, tail, _ := strings.Cut(after, "}")
					out = append(out, term)
					rest = tail
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// A Planted term is one that the mall put into a review, with what the
// sentence claims about it.
type Planted struct {
	Term       string
	Start, End int // rune offsets into chaping.Review.Body
	Assertion  chaping.Assertion
}

// A composer writes one text, in two versions: what the site publishes, and
// what may be stored, where personal data is masked digit by digit. Both have
// the same number of runes.
type composer struct {
	g       *grammar
	rng     *rand.Rand
	public  strings.Builder
	stored  strings.Builder
	runes   int
	planted []Planted
}

func (c *composer) pick(from []string) string { return from[c.rng.IntN(len(from))] }

func (c *composer) write(s string) {
	c.public.WriteString(s)
	c.stored.WriteString(s)
	c.runes += utf8.RuneCountInString(s)
}

// sentence writes a sentence of the grammar, fills its slots and notes its
// planted terms.
func (c *composer) sentence(s string, assertion chaping.Assertion) {
	for s != "" {
		i := strings.IndexAny(s, "{<")
		if i < 0 {
			c.write(s)
			return
		}
		c.write(s[:i])
		if s[i] == '{' {
			term, rest, _ := strings.Cut(s[i+1:], "}")
			start := c.runes
			c.write(term)
			c.planted = append(c.planted, Planted{Term: term, Start: start, End: c.runes, Assertion: assertion})
			s = rest
			continue
		}
		name, rest, _ := strings.Cut(s[i+1:], ">")
		s = rest
		switch name {
		case "手机":
			c.private(fmt.Sprintf("1%d%09d", []int{3, 5, 8, 9}[c.rng.IntN(4)], c.rng.IntN(1e9)))
		case "邮箱":
			c.private(fmt.Sprintf("buyer%d@example.com", c.rng.IntN(1e5)))
		default:
			c.write(c.pick(c.g.Slots[name]))
		}
	}
}

// private writes what the site shows and nobody may store.
func (c *composer) private(s string) {
	c.public.WriteString(s)
	c.stored.WriteString(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return '*'
		}
		return r
	}, s))
	c.runes += utf8.RuneCountInString(s)
}

func (c *composer) texts() (public, stored string) {
	public, stored = c.public.String(), c.stored.String()
	c.public.Reset()
	c.stored.Reset()
	return public, stored
}
