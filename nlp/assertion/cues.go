// Package assertion decides what a review claims about a problem that it
// names: that it happened with this item, that it did not, that it might, or
// something else. It follows ConText (Harkema et al. 2009): cue words with a
// side, a scope and a status. What is particular to Chinese is in the data:
// the cue file says which words may stand between a cue and what it governs,
// which words end its scope, and which longer words a cue must not be read in
// (没 in 没想到).
//
// Where no cue decides, a small model over weaker signs and over the characters
// around the mention may still find that the problem is not affirmed; the
// signs then name the status.
package assertion

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"chaping"
	"chaping/nlp/fold"
	"chaping/nlp/match"
)

// Cues is the cue file.
type Cues struct {
	// Kinds say what sort of thing a term names; some cues concern only some kinds.
	Kinds []Kind `yaml:"kinds"`
	// Groups are the cues. Where several govern a mention, the first listed decides.
	Groups []Group `yaml:"groups"`
	// Affixes are characters that extend a term without changing its sense (过敏性).
	Affixes string `yaml:"affixes"`
	// Heads are characters that a noun ends with and that alone name the same (木板).
	Heads string `yaml:"heads"`
	// Tails are characters that follow a noun and leave its sense (火苗子, 身上).
	Tails string `yaml:"tails"`
	// Parts are characters that follow a noun and name a part or piece of it (指甲盖).
	Parts string `yaml:"parts"`
	// Keep are words that may overlap a term without refusing it (头发 in 头发痒).
	Keep []string `yaml:"keep"`
	// Covers are longer words in which a term is none (改日期 in 更改日期), and patterns
	// in whose matches none is (看得~3头皮发麻).
	Covers []string `yaml:"covers"`
	// Relief says that harm to a body was there before the goods.
	Relief Relief `yaml:"relief"`
}

// Relief is how a review says that the goods relieved something: what stands right
// before a pattern's match is no harm of theirs, unless a word before tells of use.
type Relief struct {
	Patterns []string `yaml:"patterns"`
	Unless   []string `yaml:"unless"`
	// Earlier are words for the time before the goods; Then is how a review goes on
	// that what it names behind one of them has ended, whether a body had it or a thing.
	// Now are words after which it tells of the goods again.
	Earlier []string `yaml:"earlier"`
	Then    []string `yaml:"then"`
	Now     []string `yaml:"now"`
}

// A Kind is a sort of term, told by its words or by how they end.
type Kind struct {
	ID      string   `yaml:"id"`
	Words   []string `yaml:"words"`
	Endings []string `yaml:"endings"`
	Said    []string `yaml:"said"` // if any: a mention is of the kind only where it holds one of these
}

// A Group is a set of cue words that work alike.
type Group struct {
	ID      string            `yaml:"id"`      // shown to the analyst with the word
	Status  chaping.Assertion `yaml:"status"`  // empty: a sign for the model, decides nothing by itself
	Role    string            `yaml:"role"`    // cue (default), filler, barrier, mask
	Side    string            `yaml:"side"`    // where the cue stands: before, after, over, near
	Link    string            `yaml:"link"`    // how it reaches the mention: touch, chain, list, clause, sentence, review, always
	Reach   int               `yaml:"reach"`   // most runes between cue and mention; 0 means the link's own bound
	Weak    bool              `yaml:"weak"`    // the status counts only when the model finds that the problem is not affirmed
	Final   bool              `yaml:"final"`   // the cue must end its clause
	Untold  bool              `yaml:"untold"`  // the network is not told of it; such groups stand last
	Across  bool              `yaml:"across"`  // of a mask: a mention may begin within its words
	Kinds   []string          `yaml:"kinds"`   // only for terms of these kinds
	With    []string          `yaml:"with"`    // only where one of these groups, listed before, governs the mention too
	Without []string          `yaml:"without"` // only where none of these groups, listed before, does
	Words   []string          `yaml:"words"`
}

type role uint8

const (
	roleCue role = iota
	roleFiller
	roleBarrier
	roleMask
)

type side uint8

const (
	before side = iota
	after
	over
	near
	sideCount
)

type link uint8

const (
	touch link = iota
	chain
	list
	clause
	sentence
	open
	review
)

type group struct {
	id     string
	status chaping.Assertion
	role   role
	side   side
	link   link
	reach  int32
	weak   bool
	final  bool
	kinds  uint32 // bit set; 0 means every kind

	with, without []uint8
	silent        bool // has no words: fires where none of without does
}

// names of the enumerations as the cue file writes them
var (
	roles = []string{"cue", "filler", "barrier", "mask"}
	sides = []string{"before", "after", "over", "near"}
	links = []string{"touch", "chain", "list", "clause", "sentence", "open", "review"}
)

// ReadCues reads a cue file, strictly.
func ReadCues(name string, r io.Reader) (*Cues, error) {
	dec := yaml.NewDecoder(r)
	dec.KnownFields(true)
	var c Cues
	if err := dec.Decode(&c); err != nil {
		return nil, &chaping.InputError{File: name, Problem: "线索词表无法识别：" + err.Error(), Remedy: "按文件开头的说明改写，或恢复自带的线索词表"}
	}
	return &c, nil
}

// compile checks the cue file and folds its words.
func (j *Judge) compile(c *Cues, folder *fold.Folder) error {
	var faults []error
	fault := func(field, value, problem string) {
		faults = append(faults, &chaping.InputError{File: "cues.yaml", Field: field, Value: value, Problem: problem, Remedy: "按文件开头的说明改正"})
	}
	index := func(field, value string, names []string, fallback string) int {
		if value == "" {
			value = fallback
		}
		i := slices.Index(names, value)
		if i < 0 {
			fault(field, value, "只能是 "+strings.Join(names, "、")+" 之一")
			return 0
		}
		return i
	}
	kindBit := map[string]uint32{}
	for i, k := range c.Kinds {
		if i >= 32 || k.ID == "" || kindBit[k.ID] != 0 {
			fault("kinds", k.ID, "种类没有名字、重名，或超过 32 个")
			continue
		}
		kindBit[k.ID] = 1 << i
		j.kinds = append(j.kinds, kind{words: map[string]bool{}})
		for _, w := range k.Words {
			j.kinds[i].words[folder.String(w)] = true
		}
		for _, e := range k.Endings {
			j.kinds[i].endings = append(j.kinds[i].endings, folder.String(e))
		}
		if k.ID == "body" {
			j.body = 1 << i
		}
		for _, w := range k.Said {
			j.kinds[i].said = append(j.kinds[i].said, []rune(folder.String(w)))
			j.said |= 1 << i
		}
	}
	words := map[string]int{}
	var patterns []string
	for _, g := range c.Groups {
		out := group{id: g.ID, status: g.Status, reach: int32(g.Reach), weak: g.Weak, final: g.Final, silent: len(g.Words) == 0}
		out.role = role(index(g.ID+".role", g.Role, roles, "cue"))
		out.side = side(index(g.ID+".side", g.Side, sides, "before"))
		out.link = link(index(g.ID+".link", g.Link, links, "chain"))
		if g.ID == "" || len(g.Words) == 0 && len(g.Without) == 0 {
			fault("groups", g.ID, "线索组没有名字或没有词")
		}
		switch g.Status {
		case "", chaping.Affirmed, chaping.Negated, chaping.Hypothetical, chaping.Other:
		default:
			fault(g.ID+".status", string(g.Status), "没有这种判定")
		}
		for _, k := range g.Kinds {
			if kindBit[k] == 0 {
				fault(g.ID+".kinds", k, "没有这个种类")
			}
			out.kinds |= kindBit[k]
		}
		earlier := func(field string, ids []string) (set []uint8) {
			for _, id := range ids {
				n := slices.IndexFunc(j.groups, func(o group) bool { return o.id == id })
				if n < 0 {
					fault(g.ID+"."+field, id, "没有列在前面的这个线索组")
					continue
				}
				set = append(set, uint8(n))
			}
			return set
		}
		out.with, out.without = earlier("with", g.With), earlier("without", g.Without)
		id := len(j.groups)
		j.groups = append(j.groups, out)
		switch {
		case !g.Untold && j.told < id:
			fault("groups", g.ID, "列在 untold 的线索组后面")
		case !g.Untold:
			j.told = len(j.groups)
		}
		for _, w := range g.Words {
			f := folder.String(w)
			if n := len([]rune(f)); n == 0 || n > maxCue {
				fault(g.ID+".words", w, fmt.Sprintf("线索词应有 1–%d 个字", maxCue))
				continue
			}
			n, ok := words[f]
			if !ok {
				n = len(patterns)
				words[f] = n
				patterns = append(patterns, f)
				j.members = append(j.members, nil)
				j.says = append(j.says, says{})
			}
			if !slices.Contains(j.members[n], uint8(id)) {
				j.members[n] = append(j.members[n], uint8(id))
			}
			switch {
			case out.role == roleMask:
				j.says[n].mask = true
				j.says[n].across = j.says[n].across || g.Across
			case out.role == roleCue && out.status != "" && !out.weak && out.side == near:
				j.says[n].status[before] |= statusBit(out.status)
				j.says[n].status[after] |= statusBit(out.status)
				j.says[n].status[near] |= statusBit(out.status)
			case out.role == roleCue && out.status != "" && !out.weak:
				j.says[n].status[out.side] |= statusBit(out.status)
			}
		}
	}
	if len(j.groups) == 0 || len(j.groups) > 255 {
		fault("groups", fmt.Sprint(len(j.groups)), "线索组应有 1–255 个")
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	j.words = patterns
	for _, w := range patterns {
		stem, ok := strings.CutSuffix(w, "有")
		_, cue := words[stem]
		j.lends = append(j.lends, ok && stem != "" && !cue)
	}
	j.auto = match.New(folder, patterns)
	return nil
}

type kind struct {
	words   map[string]bool
	endings []string
	said    [][]rune
}

// KindsOf is the set of kinds that a term belongs to by any of its forms.
func (j *Judge) KindsOf(forms ...string) uint32 {
	var set uint32
	for i, k := range j.kinds {
		for _, f := range forms {
			if k.words[f] || slices.ContainsFunc(k.endings, func(e string) bool { return strings.HasSuffix(f, e) }) {
				set |= 1 << i
			}
		}
	}
	return set
}

// Bodily tells whether kinds hold that of what somebody may have without the product.
func (j *Judge) Bodily(kinds uint32) bool { return kinds&j.body != 0 }

// KindsSaid is those of a term's kinds that a mention of it is of, whose text is
// given.
func (j *Judge) KindsSaid(kinds uint32, text []rune) uint32 {
	if kinds&j.said == 0 {
		return kinds
	}
	for i, k := range j.kinds {
		if kinds&j.said&(1<<i) != 0 && !slices.ContainsFunc(k.said, func(w []rune) bool { return holds(text, w) }) {
			kinds &^= 1 << i
		}
	}
	return kinds
}

// holds tells whether w stands in text.
func holds(text, w []rune) bool {
	for i := range len(text) - len(w) + 1 {
		if starts(text[i:], w) {
			return true
		}
	}
	return false
}
