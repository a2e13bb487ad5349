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
	// Bounds say where cue words are none because their first character belongs to the
	// word before.
	Bounds []Bound `yaml:"bounds"`
	// Attribute is of words that stand for an event, but not right before another noun.
	Attribute Attribute `yaml:"attribute"`
	// Reply is how a buyer answers a question of his own.
	Reply Reply `yaml:"reply"`
}

// Attribute are words that name an event, but say of what sort something is where they
// stand right before its noun (死亡芭比粉): there no term is meant. Before is what may
// follow one that names the event (死亡事故).
type Attribute struct {
	Words  []string `yaml:"words"`
	Before []string `yaml:"before"`
}

// Reply is how a question that a buyer asks himself is told, and answered with no:
// 漏电？不存在的; 磨脚吗，不磨.
type Reply struct {
	Marks []string `yaml:"marks"` // ends of a question without a question mark
	Open  []string `yaml:"open"`  // words of questions that are not whether (怎么会漏电)
	Lead  []string `yaml:"lead"`  // words that may stand before a short answer
	No    []string `yaml:"no"`    // short answers: nothing else stands in the clause but lead and particles
	Deny  []string `yaml:"deny"`  // denials, followed by a character of the mention or by what sees it
	Sees  []string `yaml:"sees"`  // how one comes to know of a problem
	Link  []string `yaml:"link"`  // words that may stand between a denial and the character
	Fine  []string `yaml:"fine"`  // words at the end of an answer that all is well
	Not   []string `yaml:"not"`   // words of answers that are no denial, or not the buyer's
}

// A Bound is of cue words that begin alike: none is read behind a character that makes
// a word with their first one (晚上|一个人洗澡), nor before what makes them a time
// (贴上|一个月).
type Bound struct {
	Cues   []string `yaml:"cues"`   // beginnings of cue words
	Behind string   `yaml:"behind"` // the characters
	Before []string `yaml:"before"`
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
	l := &loading{Judge: j, folder: folder, kindBit: map[string]uint32{}, words: map[string]int{}}
	for i := range c.Kinds {
		l.kind(i, &c.Kinds[i])
	}
	for i := range c.Groups {
		l.group(&c.Groups[i])
	}
	if len(j.groups) == 0 || len(j.groups) > 255 {
		l.fault("groups", fmt.Sprint(len(j.groups)), "线索组应有 1–255 个")
	}
	if err := errors.Join(l.faults...); err != nil {
		return err
	}
	j.words = l.patterns
	for _, w := range l.patterns {
		stem, ok := strings.CutSuffix(w, "有")
		_, cue := l.words[stem]
		j.lends = append(j.lends, ok && stem != "" && !cue)
	}
	for i := range c.Bounds {
		l.bound(&c.Bounds[i])
	}
	j.reply = newReply(&c.Reply, folder)
	j.auto = match.New(folder, l.patterns)
	return nil
}

// loading is a judge whose cues are being read.
type loading struct {
	*Judge
	folder   *fold.Folder
	kindBit  map[string]uint32
	words    map[string]int // place in patterns
	patterns []string
	faults   []error
}

func (l *loading) fault(field, value, problem string) {
	l.faults = append(l.faults, &chaping.InputError{File: "cues.yaml", Field: field, Value: value, Problem: problem, Remedy: "按文件开头的说明改正"})
}

// index is the place of a value among the names that it may have.
func (l *loading) index(field, value string, names []string, fallback string) int {
	if value == "" {
		value = fallback
	}
	i := slices.Index(names, value)
	if i < 0 {
		l.fault(field, value, "只能是 "+strings.Join(names, "、")+" 之一")
		return 0
	}
	return i
}

func (l *loading) kind(i int, k *Kind) {
	if i >= 32 || k.ID == "" || l.kindBit[k.ID] != 0 {
		l.fault("kinds", k.ID, "种类没有名字、重名，或超过 32 个")
		return
	}
	l.kindBit[k.ID] = 1 << i
	out := kind{words: map[string]bool{}}
	for _, w := range k.Words {
		out.words[l.folder.String(w)] = true
	}
	for _, e := range k.Endings {
		out.endings = append(out.endings, l.folder.String(e))
	}
	if k.ID == "body" {
		l.body = 1 << i
	}
	for _, w := range k.Said {
		out.said = append(out.said, []rune(l.folder.String(w)))
		l.said |= 1 << i
	}
	l.kinds = append(l.kinds, out)
}

func (l *loading) group(g *Group) {
	out := group{id: g.ID, status: g.Status, reach: int32(g.Reach), weak: g.Weak, final: g.Final, silent: len(g.Words) == 0}
	out.role = role(l.index(g.ID+".role", g.Role, roles, "cue"))
	out.side = side(l.index(g.ID+".side", g.Side, sides, "before"))
	out.link = link(l.index(g.ID+".link", g.Link, links, "chain"))
	if g.ID == "" || len(g.Words) == 0 && len(g.Without) == 0 {
		l.fault("groups", g.ID, "线索组没有名字或没有词")
	}
	switch g.Status {
	case "", chaping.Affirmed, chaping.Negated, chaping.Hypothetical, chaping.Other:
	default:
		l.fault(g.ID+".status", string(g.Status), "没有这种判定")
	}
	for _, k := range g.Kinds {
		if l.kindBit[k] == 0 {
			l.fault(g.ID+".kinds", k, "没有这个种类")
		}
		out.kinds |= l.kindBit[k]
	}
	out.with, out.without = l.earlier(g.ID+".with", g.With), l.earlier(g.ID+".without", g.Without)
	id := len(l.groups)
	l.groups = append(l.groups, out)
	switch {
	case !g.Untold && l.told < id:
		l.fault("groups", g.ID, "列在 untold 的线索组后面")
	case !g.Untold:
		l.told = len(l.groups)
	}
	for _, w := range g.Words {
		l.word(w, g, uint8(id))
	}
}

// bound makes it known to the words that it is of.
func (l *loading) bound(b *Bound) {
	out := &bound{behind: []rune(l.folder.String(b.Behind))}
	for _, w := range b.Before {
		out.before = append(out.before, []rune(l.folder.String(w)))
	}
	if l.bounds == nil {
		l.bounds = make([]*bound, len(l.patterns))
	}
	for _, begin := range b.Cues {
		begin = l.folder.String(begin)
		for n, w := range l.patterns {
			if strings.HasPrefix(w, begin) {
				l.bounds[n] = out
			}
		}
	}
}

// earlier are the groups of those IDs, which must stand before this one.
func (l *loading) earlier(field string, ids []string) (set []uint8) {
	for _, id := range ids {
		n := slices.IndexFunc(l.groups, func(o group) bool { return o.id == id })
		if n < 0 {
			l.fault(field, id, "没有列在前面的这个线索组")
			continue
		}
		set = append(set, uint8(n))
	}
	return set
}

// word makes a word a member of a group; it may be one of several.
func (l *loading) word(w string, g *Group, id uint8) {
	f := l.folder.String(w)
	if n := len([]rune(f)); n == 0 || n > maxCue {
		l.fault(g.ID+".words", w, fmt.Sprintf("线索词应有 1–%d 个字", maxCue))
		return
	}
	n, ok := l.words[f]
	if !ok {
		n = len(l.patterns)
		l.words[f] = n
		l.patterns = append(l.patterns, f)
		l.members = append(l.members, nil)
		l.says = append(l.says, says{})
	}
	if !slices.Contains(l.members[n], id) {
		l.members[n] = append(l.members[n], id)
	}
	says, group := &l.says[n], &l.groups[id]
	switch {
	case group.role == roleMask:
		says.mask = true
		says.across = says.across || g.Across
	case group.role != roleCue || group.status == "" || group.weak:
	case group.side == near:
		says.status[before] |= statusBit(group.status)
		says.status[after] |= statusBit(group.status)
		says.status[near] |= statusBit(group.status)
	default:
		says.status[group.side] |= statusBit(group.status)
	}
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
