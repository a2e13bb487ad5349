package nlp

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/bits"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"chaping"
	"chaping/nlp/fold"
	"chaping/nlp/match"
)

// goodsFile names the data in package dictionaries that says to which fields
// goods belong.
const goodsFile = "goods.yaml"

// Goods are the product fields that a product belongs to. The zero value says
// that they are not known: then every term counts, but those that mean
// something else on goods of other fields.
type Goods struct {
	fields uint64
	aims   uint64 // what they are for, by bits of goods.aims
}

// Known tells whether any field is.
func (g Goods) Known() bool { return g.fields != 0 }

// State is the same for two Goods of one miner exactly when it mines their reviews
// alike, and empty where nothing is known of them. (Of fireworks no field is, but what
// they are for.)
func (g Goods) State() string {
	if g == (Goods{}) {
		return ""
	}
	return fmt.Sprintf("%x-%x", g.fields, g.aims)
}

// goods maps product keywords and names to fields.
type goods struct {
	names []string          // of the fields, by bit
	bits  map[string]uint64 // field → its bit
	words []goodsWord       // the longest first
	auto  *match.Trie       // finds them
	shy   map[string]bool   // terms that count only on goods known to be of their field
	wide  map[string]bool   // terms that count on all goods
	also  map[string]uint64 // term → further fields on whose goods it counts
	body  []string          // classes as patterns name them, see goodsData.Body
	aims  []aim
	// aimWords finds the words of goods that have aims, aimsOf is the bits of these.
	aimWords *match.Trie
	aimsOf   []uint64
}

// An aim is what goods are for: on them, terms name no danger but that they work, or
// what they are used against.
type aim struct {
	terms        map[string]bool
	said         [][]rune // if any: only mentions that end with one of these
	near, unless [][]rune // words one of which must stand, none of which may stand near the mention
}

// aimReach is how many characters around a mention are near.
const aimReach = 16

// aimed tells whether a term at text[start:end] says that the goods do what they are
// for.
func (g *goods) aimed(of Goods, term string, text []rune, start, end int32) bool {
	for rest := of.aims; rest != 0; rest &= rest - 1 {
		a := &g.aims[bits.TrailingZeros64(rest)]
		if !a.terms[term] {
			continue
		}
		around := text[max(0, start-aimReach):min(int32(len(text)), end+aimReach)]
		ends := func(w []rune) bool { return strings.HasSuffix(string(text[start:end]), string(w)) }
		if (len(a.said) == 0 || slices.ContainsFunc(a.said, ends)) && (len(a.near) == 0 || anyIn(a.near, around)) && !anyIn(a.unless, around) {
			return true
		}
	}
	return false
}

// foldedRunes are words as folded texts have them.
func foldedRunes(folder *fold.Folder, words []string) (out [][]rune) {
	for _, w := range words {
		out = append(out, []rune(folder.String(w)))
	}
	return out
}

// anyIn tells whether one of the words stands in text.
func anyIn(words [][]rune, text []rune) bool {
	return slices.ContainsFunc(words, func(w []rune) bool { return indexOf(text, w) >= 0 })
}

// indexOf is where w first stands in text, -1 if nowhere.
func indexOf(text, w []rune) int {
	for i := range len(text) - len(w) + 1 {
		if slices.Equal(text[i:i+len(w)], w) {
			return i
		}
	}
	return -1
}

type goodsWord struct {
	text   string
	fields uint64
}

// goodsData is the YAML file.
//
//	fields:            # field of term files → words in product keywords and names
//	  食品: [牛奶, 茶叶]
//	none: [包邮]        # words of names that say nothing, although they hold one that does
//	known: [闭口]       # terms that are counted only where the goods are known to be of their field
//	all: [拉肚子]       # terms that count on all goods
//	also:              # term → further fields on whose goods it counts
//	  刹车失灵: [儿童玩具与用品]
//	body: [皮肤]        # classes of words: a pattern with one of them counts on all goods
//	aims:              # what goods are for or used against: there terms say that they work
//	  - goods: [灭蚊灯]  # words as in fields
//	    terms: [冒烟]
//	    said: [冒烟]    # if given: only mentions that end so
//	    near: [蚊子]    # if given: only where one of these stands within 16 characters
//	    unless: [插头]  # not where one of these does
type goodsData struct {
	Fields map[string][]string `yaml:"fields"`
	None   []string            `yaml:"none"`
	Known  []string            `yaml:"known"`
	All    []string            `yaml:"all"`
	Also   map[string][]string `yaml:"also"`
	Body   []string            `yaml:"body"`
	Aims   []aimData           `yaml:"aims"`
}

type aimData struct {
	Goods  []string `yaml:"goods"`
	Terms  []string `yaml:"terms"`
	Said   []string `yaml:"said"`
	Near   []string `yaml:"near"`
	Unless []string `yaml:"unless"`
}

func readGoods(name string, r io.Reader, folder *fold.Folder) (*goods, error) {
	dec := yaml.NewDecoder(r)
	dec.KnownFields(true)
	var data goodsData
	if err := dec.Decode(&data); err != nil {
		return nil, &chaping.InputError{File: name, Problem: "商品与领域的对照无法识别：" + err.Error(), Remedy: "按文件开头的说明改写，或恢复自带的文件"}
	}
	g := &goods{bits: map[string]uint64{}, shy: map[string]bool{}, wide: map[string]bool{}, also: map[string]uint64{}}
	for _, t := range data.Known {
		g.shy[t] = true
	}
	for _, t := range data.All {
		g.wide[t] = true
	}
	for _, class := range data.Body {
		g.body = append(g.body, "<"+class+">")
	}
	var faults []error
	aims := map[string]uint64{}
	for i, a := range data.Aims {
		if i == 64 || len(a.Goods) == 0 || len(a.Terms) == 0 {
			return nil, &chaping.InputError{File: name, Field: "aims", Problem: "没有商品或词条，或超过 64 项", Remedy: "写出商品和词条，或合并几项"}
		}
		out := aim{terms: map[string]bool{}, said: foldedRunes(folder, a.Said), near: foldedRunes(folder, a.Near), unless: foldedRunes(folder, a.Unless)}
		for _, w := range a.Goods {
			aims[folder.String(w)] |= 1 << i
		}
		for _, t := range a.Terms {
			out.terms[t] = true
		}
		g.aims = append(g.aims, out)
	}
	aimWords := slices.Sorted(maps.Keys(aims))
	for _, w := range aimWords {
		g.aimsOf = append(g.aimsOf, aims[w])
	}
	g.aimWords = match.New(folder, aimWords)
	words := map[string]uint64{}
	for _, field := range slices.Sorted(maps.Keys(data.Fields)) {
		if len(g.names) == 64 {
			return nil, &chaping.InputError{File: name, Field: "fields", Value: field, Problem: "领域超过 64 个", Remedy: "合并相近的领域"}
		}
		bit := uint64(1) << len(g.names)
		g.names = append(g.names, field)
		g.bits[field] = bit
		if len(data.Fields[field]) == 0 {
			faults = append(faults, &chaping.InputError{File: name, Field: "fields", Value: field, Problem: "没有商品名称", Remedy: "写出属于这个领域的商品"})
		}
		for _, w := range data.Fields[field] {
			f := folder.String(w)
			if f == "" {
				faults = append(faults, &chaping.InputError{File: name, Field: "fields", Value: field, Problem: "商品名称是空的", Remedy: "删去它"})
				continue
			}
			words[f] |= bit // goods may belong to several fields
		}
	}
	for term, fields := range data.Also {
		for _, field := range fields {
			if g.bits[field] == 0 {
				faults = append(faults, &chaping.InputError{File: name, Field: "also", Value: field, Problem: "没有这个领域", Remedy: "改为 fields 中的领域"})
			}
			g.also[term] |= g.bits[field]
		}
	}
	for _, w := range data.None {
		if f := folder.String(w); f != "" && words[f] == 0 {
			words[f] = 0
		}
	}
	for w, fields := range words {
		g.words = append(g.words, goodsWord{text: w, fields: fields})
	}
	slices.SortFunc(g.words, func(a, b goodsWord) int {
		if len(a.text) != len(b.text) {
			return len(b.text) - len(a.text)
		}
		return strings.Compare(a.text, b.text)
	})
	texts := make([]string, len(g.words))
	for i, w := range g.words {
		texts[i] = w.text
	}
	g.auto = match.New(folder, texts)
	return g, errors.Join(faults...)
}

// of are the fields of the goods with these names. A word that stands only
// within a longer one (手机 in 手机壳) says nothing.
func (g *goods) of(folder *fold.Folder, names []string) (out Goods) {
	var text fold.Text
	for _, name := range names {
		folder.Fold(&text, name)
		for _, f := range g.aimWords.All(nil, text.Runes) {
			out.aims |= g.aimsOf[f.Pattern]
		}
		found := g.auto.All(nil, text.Runes)
		slices.SortFunc(found, func(a, b match.Match) int {
			return cmp.Or(cmp.Compare(a.Pattern, b.Pattern), cmp.Compare(a.Start, b.Start))
		})
		taken := make([]bool, len(text.Runes))
		for _, f := range found {
			if slices.Contains(taken[f.Start:f.End], true) {
				continue
			}
			out.fields |= g.words[f.Pattern].fields
			for i := f.Start; i < f.End; i++ {
				taken[i] = true
			}
		}
	}
	return out
}

// mask is the fields whose goods a term counts on; 0 for all goods.
func (g *goods) mask(t *chaping.Term) uint64 { return g.bits[t.Field] }

// GoodsOf are the fields of the goods with these names: the product keyword that
// a watch searched for, the product's name, or a field itself where a watch
// says otherwise. Names that no field knows say nothing. It reads the whole
// table of goods: ask once a product, not once a review.
func (m *Miner) GoodsOf(names ...string) Goods {
	out := m.goods.of(m.folder, names)
	for _, n := range names {
		out.fields |= m.goods.bits[n]
	}
	return out
}

// FieldsOf names the fields of g, as term files do.
func (m *Miner) FieldsOf(g Goods) []string {
	var names []string
	for i, n := range m.goods.names {
		if g.fields&(1<<i) != 0 {
			names = append(names, n)
		}
	}
	return names
}

// CountsOn tells whether a term is counted on goods, however it is written: it is
// of no particular field, of theirs, or they are not known and it means the same
// on all goods. A term that the dictionary does not have counts.
func (m *Miner) CountsOn(term string, g Goods) bool {
	for i := range m.dict.Terms {
		if m.dict.Terms[i].Name == term {
			return m.rulesOf[i].countsOn(g)
		}
	}
	return true
}

// termRule says on which goods a term counts.
type termRule struct {
	fields uint64 // 0: all
	wide   bool   // all, although it is of fields
	shy    bool
}

func (r termRule) countsOn(g Goods) bool {
	switch {
	case r.fields == 0 || r.wide:
		return true
	case !g.Known():
		return !r.shy
	}
	return r.fields&g.fields != 0
}

// ownOf tells whether the term is of a field of the goods.
func (r termRule) ownOf(g Goods) bool { return r.fields&g.fields != 0 }

func (g *goods) rules(d *Dictionary) []termRule {
	out := make([]termRule, len(d.Terms))
	for i := range d.Terms {
		t := &d.Terms[i]
		out[i] = termRule{fields: g.mask(t), wide: g.wide[t.Name], shy: g.shy[t.Name]}
		if out[i].fields != 0 {
			out[i].fields |= g.also[t.Name]
		}
	}
	return out
}

// bodily tells whether a pattern names a part of the body: what it says then
// happened to somebody, whatever the goods.
func (g *goods) bodily(form string) bool {
	return slices.ContainsFunc(g.body, func(class string) bool { return strings.Contains(form, class) })
}

// String names what goods are, for messages.
func (m *Miner) describe(g Goods) string {
	if !g.Known() {
		return "商品领域未知"
	}
	return fmt.Sprintf("商品属于%s", strings.Join(m.FieldsOf(g), "、"))
}
