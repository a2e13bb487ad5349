package nlp

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"chaping"
	"chaping/nlp/assertion"
)

// A TrainReport says how the network did on the pairs it was trained on.
type TrainReport struct {
	Pairs int // labelled pairs
	Open  int // mentions in them that no cue decides: what the network is for
	// Cues is what the cues alone make of the pairs, Cross what they
	// and the network do, by ten-fold cross-validation over reviews.
	Cues, Cross MentionEval
	// Fields is what a network does on the pairs of one field that learnt from
	// all others, by category. It says what to expect of goods that nobody has
	// labelled. Filled by LeaveOut.
	Fields map[string]*MentionEval

	judge    *assertion.Judge
	pairs    []Pair
	examples []example
	scores   scored
	cut      float32
}

// crossOf is Cross for some of the pairs.
func (r *TrainReport) crossOf(which func(i int) bool) *MentionEval { return r.of(which, r.scores) }

func (r *TrainReport) of(which func(i int) bool, all scored) *MentionEval {
	var pairs []Pair
	var examples []example
	var scores scored
	for i := range r.pairs {
		if which(i) {
			pairs, examples = append(pairs, r.pairs[i]), append(examples, r.examples[i])
			if all != nil {
				scores = append(scores, all[i])
			}
		}
	}
	e := judged(pairs, examples, scores, r.cut)
	return &e
}

// TrainMentions learns the network of package assertion from labelled pairs and
// from what the shipped dictionary finds in marked reviews: a mention there
// is affirmed when the reader marked a problem at it. A pair that stands there
// twice counts twice.
//
// The network sees all mentions, also those that cues decide, so that it
// learns what speaks for what; it is asked about the others only.
func TrainMentions(pairs []Pair, reviews []MarkedReview, data fs.FS) (*assertion.Network, *TrainReport, error) {
	d, err := keywordDictionary("标注", pairs)
	if err != nil {
		return nil, nil, err
	}
	m, err := NewMiner(d, WithData(data), withCuesOnly())
	if err != nil {
		return nil, nil, err
	}
	examples := m.examples(pairs)
	if len(reviews) > 0 {
		more, lessons, err := markedExamples(reviews, data)
		if err != nil {
			return nil, nil, err
		}
		pairs, examples = append(slices.Clone(pairs), more...), append(examples, lessons...)
	}
	report := &TrainReport{Pairs: len(pairs), judge: m.judge, pairs: pairs, examples: examples}
	for i := range examples {
		for n := range examples[i].lessons {
			if examples[i].open(n) {
				report.Open++
			}
		}
	}
	if report.scores, err = m.crossScores(examples); err != nil {
		return nil, nil, err
	}
	report.Cues = judged(pairs, examples, nil, 0)
	report.chooseCut()
	return m.judge.Learn(lessonsOf(examples, -1)).WithCut(report.cut), report, nil
}

// markedExamples makes a pair of every mention that the shipped dictionary has
// in the reviews.
func markedExamples(reviews []MarkedReview, data fs.FS) (pairs []Pair, examples []example, err error) {
	d, err := ShippedDictionary()
	if err != nil {
		return nil, nil, err
	}
	m, err := NewMiner(d, WithData(data), withCuesOnly())
	if err != nil {
		return nil, nil, err
	}
	sc := new(scratch)
	for n := range reviews {
		r := &reviews[n]
		m.candidates(sc, r.Text, Goods{}, nil)
		m.judge.Prepare(&sc.judge, sc.text.Runes, sc.spans)
		for i := range sc.spans {
			x, v := m.judge.Example(&sc.judge, sc.text.Runes, sc.spans, i)
			mn := m.mention(sc, r.Text, sc.spans[i], m.term(sc, i), v)
			p := Pair{Keyword: mn.Surface, Category: r.Field, Text: r.Text, Assertion: chaping.Other, Line: r.Line}
			if slices.ContainsFunc(r.Statements, func(s Statement) bool { return distance(&mn, s) <= near }) {
				p.Assertion = chaping.Affirmed
			}
			pairs = append(pairs, p)
			examples = append(examples, example{fold: n % folds, verdicts: []assertion.Verdict{v},
				lessons: []assertion.Lesson{{Example: x, Affirmed: p.Assertion == chaping.Affirmed}}})
		}
	}
	return pairs, examples, nil
}

// LeaveOut fills Fields: for every category with some hundred pairs a network
// is learnt from the rest.
func (r *TrainReport) LeaveOut() {
	count := map[string]int{}
	for _, p := range r.pairs {
		count[p.Category]++
	}
	r.Fields = map[string]*MentionEval{}
	for field, n := range count {
		if field == "" || n < leastField {
			continue
		}
		var lessons []assertion.Lesson
		for i, p := range r.pairs {
			if p.Category != field {
				lessons = append(lessons, r.examples[i].lessons...)
			}
		}
		network := r.judge.Learn(lessons)
		scores := make(scored, len(r.examples))
		for i := range r.examples {
			for _, l := range r.examples[i].lessons {
				own := l.Example
				scores[i] = append(scores[i], network.Score(&own))
			}
		}
		r.Fields[field] = r.of(func(i int) bool { return r.pairs[i].Category == field }, scores)
	}
}

// leastField is the fewest pairs of a field that say anything.
const leastField = 40

// keywordDictionary makes a dictionary of the pairs' keywords.
func keywordDictionary(name string, pairs []Pair) (*Dictionary, error) {
	var list strings.Builder
	for _, p := range pairs {
		fmt.Fprintln(&list, p.Keyword)
	}
	return ParseTermList(name, strings.NewReader(list.String()))
}

// an example is a labelled pair as the network sees it.
type example struct {
	lessons  []assertion.Lesson  // one a mention of the keyword
	verdicts []assertion.Verdict // what the cues say of each
	fold     int
}

// open tells whether no cue decides on mention i, so that the network does.
func (e *example) open(i int) bool {
	return e.verdicts[i].Status == chaping.Affirmed && e.verdicts[i].Cue == ""
}

const folds = 10

// examples gives the mentions of the pairs, in the order of pairs. A pair
// whose keyword is not found has none.
func (m *Miner) examples(pairs []Pair) []example {
	byText := map[string]int{}
	rng := rand.New(rand.NewPCG(3, 4))
	sc := new(scratch)
	out := make([]example, len(pairs))
	for n, p := range pairs {
		if _, ok := byText[p.Text]; !ok {
			byText[p.Text] = rng.IntN(folds)
		}
		e := example{fold: byText[p.Text]}
		m.candidates(sc, p.Text, Goods{}, nil)
		m.judge.Prepare(&sc.judge, sc.text.Runes, sc.spans)
		for i := range sc.spans {
			if m.dict.Terms[m.term(sc, i)].Name != p.Keyword {
				continue
			}
			x, v := m.judge.Example(&sc.judge, sc.text.Runes, sc.spans, i)
			e.lessons = append(e.lessons, assertion.Lesson{Example: x, Affirmed: p.Assertion == chaping.Affirmed})
			e.verdicts = append(e.verdicts, v)
		}
		out[n] = e
	}
	return out
}

// lessonsOf are the lessons of all examples but those of one fold.
func lessonsOf(examples []example, fold int) []assertion.Lesson {
	var out []assertion.Lesson
	for _, e := range examples {
		if e.fold != fold {
			out = append(out, e.lessons...)
		}
	}
	return out
}

// scored is the cross-validated score of each mention of a pair.
type scored [][]float32

// crossScores scores each pair with a network learnt from the other nine
// tenths; the mentions of one review stay together.
func (m *Miner) crossScores(examples []example) (scored, error) {
	out := make(scored, len(examples))
	var g errgroup.Group
	g.SetLimit(2)
	for k := range folds {
		g.Go(func() error {
			network := m.judge.Learn(lessonsOf(examples, k))
			for i := range examples {
				if x := &examples[i]; x.fold == k {
					for n := range x.lessons {
						own := x.lessons[n].Example // scoring works in it, and others learn from it
						out[i] = append(out[i], network.Score(&own))
					}
				}
			}
			return nil
		})
	}
	return out, g.Wait()
}

// judged is the evaluation of the pairs when mentions that no cue decides are
// affirmed from score cut upwards; without scores the cues alone decide.
func judged(pairs []Pair, examples []example, scores scored, cut float32) MentionEval {
	e := MentionEval{Pairs: len(pairs)}
	for i, x := range examples {
		got := chaping.Other
		for n := range x.lessons {
			status := x.verdicts[n].Status
			if scores != nil && x.open(n) && scores[i][n] < cut {
				status = chaping.Other
			}
			if status == chaping.Affirmed || n == 0 {
				got = status
			}
			if status == chaping.Affirmed {
				break
			}
		}
		label := pairs[i].Assertion
		e.Confusion[statusIndex(label)][statusIndex(got)]++
		if (got == chaping.Affirmed) != (label == chaping.Affirmed) {
			e.Wrong = append(e.Wrong, WrongPair{Pair: pairs[i], Got: got})
		}
	}
	e.score()
	return e
}

// maxLoss is the share of affirmed pairs that the network may lose. A sheet
// without the complaint that mattered is worse than one with a sentence too
// many, which whoever reviews the evidence sees and strikes.
const maxLoss = 0.008

// chooseCut finds the highest cut that keeps to maxLoss.
func (r *TrainReport) chooseCut() {
	all := func(int) bool { return true }
	for r.cut = 2; ; r.cut -= 0.05 {
		r.Cross = *r.crossOf(all)
		if r.Cross.Recall >= r.Cues.Recall-maxLoss || r.cut < -6 {
			return
		}
	}
}
