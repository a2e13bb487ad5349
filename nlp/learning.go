package nlp

import (
	"bytes"
	"cmp"
	_ "embed" // written.jsonl
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"unicode"

	"chaping"
	"chaping/nlp/assertion"
	"chaping/nlp/fold"
)

// A Decided is a review and a term on which a person has decided.
type Decided struct {
	Term      string
	Text      string // of the review, as it is mined
	Goods     Goods
	Confirmed bool // rejected otherwise
}

// What it takes to learn. With fewer decisions nothing that helps is learnt:
// TestLearningSimulated shows it.
const (
	LeastDecisions  = 60 // on different sentences
	LeastRejections = 5  // of them
	// MaxLost is the largest share of confirmed mentions that an adapter may lose.
	MaxLost = 0.02
)

// A Learning is what came of decisions: an adapter, and whether it is better than
// none.
type Learning struct {
	Decisions int `json:"decisions"` // all that were given
	Confirmed int `json:"confirmed"` // different sentences that people confirmed
	Rejected  int `json:"rejected"`  // and rejected
	Copies    int `json:"copies"`    // decisions on a sentence that another decided alike

	// Contradictory are sentences that were both confirmed and rejected; the
	// more frequent verdict holds, of two equally frequent ones none.
	Contradictory []Contradiction `json:"contradictory"`
	Unknown       []string        `json:"unknown_terms"` // terms that the dictionary lacks, with decisions
	NotFound      int             `json:"not_found"`     // decisions of whose term the review has no affirmed mention now

	// MissingDecisions and MissingRejections are how many more it takes.
	MissingDecisions  int `json:"missing_decisions"`
	MissingRejections int `json:"missing_rejections"`

	// Before and After are what the decided mentions come to without an adapter,
	// and with one that has learnt from the others only (ten-fold
	// cross-validation; copies of a sentence stay together).
	Before Quality `json:"before"`
	After  Quality `json:"after"`
	// KnownBefore and KnownAfter are how many of the program's own labelled
	// sentences are judged right.
	KnownBefore Share `json:"known_before"`
	KnownAfter  Share `json:"known_after"`

	Better  bool               `json:"better"` // than none: it may be adopted
	Changes []Change           `json:"changes"`
	Doubts  []Doubt            `json:"doubts"`
	Adapter *assertion.Adapter `json:"-"` // nil while decisions are missing
	Version string             `json:"version,omitempty"`
}

// A Quality says how decided mentions are judged.
type Quality struct {
	Affirmed  int     `json:"affirmed"` // mentions that stay affirmed
	Right     int     `json:"right"`    // confirmed ones of them
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"` // of the confirmed
}

func (q *Quality) score(confirmed int) {
	q.Precision, q.Recall = Share{q.Right, q.Affirmed}.Ratio(), Share{q.Right, confirmed}.Ratio()
}

// A Contradiction is a sentence that was decided both ways.
type Contradiction struct {
	Term      string `json:"term"`
	Sentence  string `json:"sentence"`
	Confirmed int    `json:"confirmed"`
	Rejected  int    `json:"rejected"`
}

// A Change is a decided mention that an adapter which has not seen the decision
// does not affirm any more.
type Change struct {
	Term      string `json:"term"`
	Sentence  string `json:"sentence"`
	Confirmed bool   `json:"confirmed"` // then it is wrong to
}

// A Doubt is a term of which people rejected most: its forms are worth a look.
type Doubt struct {
	Term      string `json:"term"`
	Surface   string `json:"surface"`
	Confirmed int    `json:"confirmed"`
	Rejected  int    `json:"rejected"`
}

// doubtLeast is from how many rejections on a form is doubtful, if they are more
// than half.
const doubtLeast = 3

// lesson is a sentence on which people decided.
type lesson struct {
	assertion.Decision
	term, surface, sentence string
	fold                    uint32
	confirmed, rejected     int
}

// Learn trains an adapter on decisions, and measures it. It learns on top of the
// miner without any adapter: what was learnt before is learnt again.
func (m *Miner) Learn(decided []Decided) (*Learning, error) {
	m = m.Adapted(nil)
	out := &Learning{
		Decisions: len(
			decided,
		), Contradictory: []Contradiction{}, Unknown: []string{}, Changes: []Change{}, Doubts: []Doubt{},
	}
	lessons := out.settle(m.lessons(decided, out))
	out.MissingDecisions = max(0, LeastDecisions-len(lessons))
	out.MissingRejections = max(0, LeastRejections-out.Rejected)
	out.Before = Quality{Affirmed: len(lessons), Right: out.Confirmed}
	out.Before.score(out.Confirmed)
	out.After = out.Before
	if out.MissingDecisions > 0 || out.MissingRejections > 0 {
		return out, nil
	}
	k, err := m.known()
	if err != nil {
		return nil, err
	}
	if err := out.validate(lessons, k.decisions); err != nil {
		return nil, err
	}
	if out.Adapter, err = assertion.Adapt(append(decisionsOf(lessons, -1), k.decisions...)); err != nil {
		return nil, err
	}
	out.Version = out.Adapter.Version()
	out.KnownBefore, out.KnownAfter = k.right(nil), k.right(out.Adapter)
	mended, lost := out.Before.Affirmed-out.Before.Right-(out.After.Affirmed-out.After.Right), out.Before.Right-out.After.Right
	out.Better = byChance(mended, lost) < significant && out.After.Recall >= 1-MaxLost &&
		out.KnownAfter.Found >= out.KnownBefore.Found
	return out, nil
}

// significant is how probable a gain may be by chance for an adapter to be
// adopted.
const significant = 0.05

// byChance is the probability that so many or more of the decisions that change
// are mended when each is mended or lost with the same probability: McNemar's
// exact test, one-sided. Five mended and none lost are enough, or seven and one.
func byChance(mended, lost int) float64 {
	n := mended + lost
	p, term := 0.0, math.Pow(0.5, float64(n)) // term: C(n, k) / 2^n
	for k := n; k >= mended; k-- {
		p += term
		term *= float64(k) / float64(n-k+1)
	}
	return p
}

// lessons are the decided sentences, in the order of the decisions.
func (m *Miner) lessons(decided []Decided, out *Learning) []*lesson {
	number := map[string]int{}
	for i, t := range m.dict.Terms {
		number[t.Name] = i
	}
	var list []*lesson
	known := map[string]*lesson{}
	sc := new(scratch)
	for i := range decided {
		d := &decided[i]
		term, ok := number[d.Term]
		if !ok {
			if !slices.Contains(out.Unknown, d.Term) {
				out.Unknown = append(out.Unknown, d.Term)
			}
			continue
		}
		found := m.decisions(sc, d, term)
		if len(found) == 0 {
			out.NotFound++
		}
		for _, l := range found {
			key := l.term + "\x00" + plainSentence(l.sentence)
			old := known[key]
			if old == nil {
				known[key], old = l, l
				list = append(list, l)
			} else {
				out.Copies++
			}
			if d.Confirmed {
				old.confirmed++
			} else {
				old.rejected++
			}
		}
	}
	slices.Sort(out.Unknown)
	return list
}

// decisions are the affirmed mentions of the term in a decided review: a
// confirmation is about the surest, a rejection about all.
func (m *Miner) decisions(sc *scratch, d *Decided, term int) (found []*lesson) {
	text := d.Text
	if len(text) > maxPiece {
		text = text[:m.pieceEnd(text)]
	}
	m.candidates(sc, text, d.Goods, nil)
	m.judge.Prepare(&sc.judge, sc.text.Runes, sc.spans)
	for i, s := range sc.spans {
		if m.term(sc, i) != term {
			continue
		}
		v := m.judge.Status(&sc.judge, sc.text.Runes, sc.spans, i)
		if v.Status != chaping.Affirmed {
			continue
		}
		_, _, sentence := m.judge.Why(&sc.judge, sc.text.Runes)
		x, _ := m.judge.Example(&sc.judge, sc.text.Runes, sc.spans, i)
		l := &lesson{
			Decision: assertion.Decision{Example: x, Score: v.Margin, Cue: v.Cue != "", Affirmed: d.Confirmed},
			term:     d.Term, surface: m.mention(sc, text, s, term, v).Surface, sentence: sentence,
		}
		l.Terms, l.Groups = m.namesOf(term, d.Goods)
		h := fnv.New32a()
		h.Write([]byte(plainSentence(sentence)))
		l.fold = h.Sum32() % folds
		found = append(found, l)
	}
	if d.Confirmed && len(found) > 1 {
		surest := slices.MaxFunc(found, func(a, b *lesson) int {
			if a.Cue != b.Cue {
				return -first(a.Cue)
			}
			return cmp.Compare(a.Score, b.Score)
		})
		return []*lesson{surest}
	}
	return found
}

// plainSentence is what is the same of sentences that say the same: without
// spaces, marks, digits and repetitions.
func plainSentence(s string) string {
	var last rune
	return strings.Map(func(r rune) rune {
		if r == last || fold.Gap(r) || unicode.IsPunct(r) || unicode.IsDigit(r) {
			return -1
		}
		last = r
		return r
	}, s)
}

// settle gives every sentence one verdict, and leaves out those without.
func (l *Learning) settle(lessons []*lesson) []*lesson {
	type form struct{ term, surface string }
	doubts := map[form]*Doubt{}
	kept := lessons[:0]
	for _, x := range lessons {
		if x.confirmed > 0 && x.rejected > 0 {
			l.Contradictory = append(l.Contradictory, Contradiction{x.term, x.sentence, x.confirmed, x.rejected})
		}
		if x.confirmed == x.rejected {
			continue
		}
		x.Affirmed = x.confirmed > x.rejected
		kept = append(kept, x)
		d := doubts[form{x.term, x.surface}]
		if d == nil {
			d = &Doubt{Term: x.term, Surface: x.surface}
			doubts[form{x.term, x.surface}] = d
		}
		if x.Affirmed {
			l.Confirmed++
			d.Confirmed++
		} else {
			l.Rejected++
			d.Rejected++
		}
	}
	for _, d := range doubts {
		if d.Rejected >= doubtLeast && d.Rejected > d.Confirmed {
			l.Doubts = append(l.Doubts, *d)
		}
	}
	slices.SortFunc(l.Doubts, func(a, b Doubt) int {
		if a.Rejected != b.Rejected {
			return b.Rejected - a.Rejected
		}
		return strings.Compare(a.Term+"\x00"+a.Surface, b.Term+"\x00"+b.Surface)
	})
	return kept
}

// decisionsOf are the decisions of all lessons but those of one fold.
func decisionsOf(lessons []*lesson, fold int) (list []assertion.Decision) {
	for _, l := range lessons {
		if int(l.fold) != fold {
			list = append(list, l.Decision)
		}
	}
	return list
}

// validate fills After and Changes by cross-validation.
func (l *Learning) validate(lessons []*lesson, known []assertion.Decision) error {
	l.After = Quality{}
	for fold := range folds {
		a, err := assertion.Adapt(append(decisionsOf(lessons, fold), known...))
		if err != nil {
			return err
		}
		for _, x := range lessons {
			if int(x.fold) != fold {
				continue
			}
			if !a.Keeps(&x.Decision) {
				l.Changes = append(l.Changes, Change{x.term, x.sentence, x.Affirmed})
				continue
			}
			l.After.Affirmed++
			if x.Affirmed {
				l.After.Right++
			}
		}
	}
	l.After.score(l.Confirmed)
	slices.SortStableFunc(l.Changes, func(a, b Change) int {
		if a.Confirmed != b.Confirmed {
			return first(b.Confirmed) // losses last
		}
		return strings.Compare(a.Term, b.Term)
	})
	return nil
}

// written are sentences that we wrote ourselves, with what a reader says of
// them.
//
//go:embed written.jsonl
var written []byte

// known are labelled sentences that what is learnt may not unlearn. They stand
// for goods that are not known: what a term means on a station's goods is the
// station's to say, what bias, hazards and phrases mean is not.
type known struct {
	miner *Miner // of their keywords
	pairs []Pair
	// decisions are the mentions that the network alone leaves affirmed: they are
	// learnt beside the station's, so that these move no more than they must.
	decisions []assertion.Decision
}

func (m *Miner) known() (*known, error) {
	pairs, err := ReadPairs("written.jsonl", bytes.NewReader(written))
	if err != nil {
		return nil, err
	}
	d, err := keywordDictionary("written.jsonl", pairs)
	if err != nil {
		return nil, err
	}
	number := map[string]int{}
	for i := range d.Terms {
		t := &d.Terms[i]
		number[t.Name] = i
		if k := slices.IndexFunc(m.dict.Terms, func(o chaping.Term) bool { return o.Name == t.Name }); k >= 0 {
			t.Hazard = m.dict.Terms[k].Hazard
		}
	}
	k := &known{pairs: pairs}
	if k.miner, err = m.Adapted(nil).knowledge.miner(d, false); err != nil {
		return nil, err
	}
	sc := new(scratch)
	for _, p := range pairs {
		confirmed := p.Assertion == chaping.Affirmed
		for _, l := range k.miner.decisions(sc, &Decided{Term: p.Keyword, Text: p.Text, Confirmed: confirmed}, number[p.Keyword]) {
			k.decisions = append(k.decisions, l.Decision)
		}
	}
	return k, nil
}

// right counts the sentences that are judged as they are labelled.
func (k *known) right(a *assertion.Adapter) (s Share) {
	miner := k.miner.Adapted(a)
	var mentions []chaping.Mention
	for _, p := range k.pairs {
		mentions = miner.Mine(mentions[:0], p.Text)
		affirmed := slices.ContainsFunc(mentions, func(mn chaping.Mention) bool {
			return mn.Term == p.Keyword && mn.Assertion == chaping.Affirmed
		})
		s.count(affirmed == (p.Assertion == chaping.Affirmed))
	}
	return s
}
