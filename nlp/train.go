package nlp

import (
	"bytes"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"chaping"
	"chaping/nlp/assertion"
)

// A Starred is a review with the side that its stars are on: what the context
// tables are learnt from.
type Starred struct {
	Text     string
	Negative bool
}

// A TrainReport says how the model did on the pairs it was trained on.
type TrainReport struct {
	Reviews  int         // starred reviews that the context tables are learnt from
	Contexts int         // mentions in them
	Pairs    int         // labelled pairs
	Cross    MentionEval // by ten-fold cross-validation over the pairs
}

// TrainMentions learns the two parts of the model of package assertion.
//
// The context tables learn from the stars alone: a plainly affirmed problem
// stands mostly in a negative review. The weights learn from the labelled
// pairs. Reviews that occur among the pairs are left out of the first step,
// so that the second sees scores as honest as those of unseen reviews.
//
// terms are what the first step looks for; more is better.
func TrainMentions(starred []Starred, pairs []Pair, terms *Dictionary, data fs.FS) (*assertion.Context, *assertion.Weights, *TrainReport, error) {
	labelled := map[string]bool{}
	for _, p := range pairs {
		labelled[p.Text] = true
	}
	rest := make([]Starred, 0, len(starred))
	for _, s := range starred {
		if !labelled[s.Text] {
			rest = append(rest, s)
		}
	}
	finder, err := NewMiner(terms, WithData(data), withModel(nil, nil))
	if err != nil {
		return nil, nil, nil, err
	}
	report := &TrainReport{Reviews: len(rest), Pairs: len(pairs)}
	context := learnContext(finder, rest, report)
	// A round trip through the file form: the weights then see what the
	// program will see.
	var file bytes.Buffer
	if _, err := context.WriteTo(&file); err != nil {
		return nil, nil, nil, err
	}
	if context, err = assertion.ReadContext("context", &file); err != nil {
		return nil, nil, nil, err
	}
	d, err := keywordDictionary("标注", pairs)
	if err != nil {
		return nil, nil, nil, err
	}
	m, err := NewMiner(d, WithData(data), withModel(context, nil))
	if err != nil {
		return nil, nil, nil, err
	}
	examples := m.examples(pairs)
	names := m.judge.FeatureNames()
	cut, cross := chooseCut(pairs, examples, crossScores(examples, len(names)))
	report.Cross = cross
	w, bias := fitWeights(examples, len(names))
	out := &assertion.Weights{Bias: round(bias - cut), Weights: map[string]float64{}}
	for i, name := range names {
		if x := round(w[i]); x != 0 {
			out.Weights[name] = x
		}
	}
	return context, out, report, nil
}

func round(x float64) float64 { return math.Round(x*1000) / 1000 }

// keywordDictionary makes a dictionary of the pairs' keywords.
func keywordDictionary(name string, pairs []Pair) (*Dictionary, error) {
	var list strings.Builder
	for _, p := range pairs {
		fmt.Fprintln(&list, p.Keyword)
	}
	return ParseTermList(name, strings.NewReader(list.String()))
}

// linear is a sparse logistic regression under training, with AdaGrad steps.
type linear struct {
	w, g []float32
	b, h float32
}

func newLinear(n int) *linear { return &linear{w: make([]float32, n), g: make([]float32, n)} }

// step moves the weights of the features in on towards label. scale is the
// value of every feature.
func (l *linear) step(on []uint32, scale float32, label bool, weight, rate, decay float32) {
	z := float32(0)
	for _, b := range on {
		z += l.w[b]
	}
	z = z*scale + l.b
	err := 1 / (1 + float32(math.Exp(float64(-z))))
	if label {
		err--
	}
	err *= weight
	for _, b := range on {
		d := err*scale + decay*l.w[b]
		l.g[b] += d * d
		l.w[b] -= rate * d / float32(math.Sqrt(float64(l.g[b]))+1e-4)
	}
	l.h += err * err
	l.b -= rate * err / float32(math.Sqrt(float64(l.h))+1e-4)
}

func learnContext(m *Miner, reviews []Starred, report *TrainReport) *assertion.Context {
	type example struct {
		near, tone []uint32
		negative   bool
	}
	var near, tone []example
	sc := new(scratch)
	for _, r := range reviews {
		m.candidates(sc, r.Text, nil)
		for _, s := range sc.spans {
			e := example{negative: r.Negative}
			assertion.EachNear(sc.text.Runes, s.Start, s.End, func(b uint32) { e.near = append(e.near, b) })
			near = append(near, e)
		}
		e := example{negative: r.Negative}
		middle := min(int32(len(sc.text.Runes)), 100)
		assertion.EachTone(sc.text.Runes, middle, middle, func(b uint32) { e.tone = append(e.tone, b) })
		tone = append(tone, e)
	}
	report.Contexts = len(near)
	// Both sides weigh the same, whatever the corpus' share of either is.
	balance := func(all []example) (neg, pos float32) {
		n := 0
		for _, e := range all {
			if e.negative {
				n++
			}
		}
		return float32(len(all)) / 2 / float32(max(n, 1)), float32(len(all)) / 2 / float32(max(len(all)-n, 1))
	}
	rng := rand.New(rand.NewPCG(1, 2))
	fit := func(all []example, on func(*example) []uint32, scale func(n int) float32, decay float32) *linear {
		l := newLinear(assertion.Buckets)
		neg, pos := balance(all)
		for epoch := range 6 {
			rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			rate := 0.1 / float32(1+epoch)
			for i := range all {
				w := pos
				if all[i].negative {
					w = neg
				}
				f := on(&all[i])
				l.step(f, scale(len(f)), all[i].negative, w, rate, decay)
			}
		}
		return l
	}
	ln := fit(near, func(e *example) []uint32 { return e.near }, func(int) float32 { return 1 }, 1e-3)
	lt := fit(tone, func(e *example) []uint32 { return e.tone }, func(n int) float32 { return 1 / assertion.ToneNorm(n) }, 1e-4)
	c := &assertion.Context{Scale: 48, NearBias: ln.b, ToneBias: lt.b}
	for i := range assertion.Buckets {
		c.Near[i] = quantize(ln.w[i], c.Scale)
		c.Tone[i] = quantize(lt.w[i], c.Scale)
	}
	return c
}

func quantize(x, scale float32) int8 {
	return int8(max(-127, min(127, math.Round(float64(x*scale)))))
}

// an example is a labelled pair as the weights see it.
type example struct {
	label    chaping.Assertion
	vectors  [][]float32         // features, one a mention of the keyword
	verdicts []assertion.Verdict // what the cues say of each
	fold     int
}

// open tells whether no cue decides on mention i, so that the model does.
func (e *example) open(i int) bool {
	return e.verdicts[i].Status == chaping.Affirmed && e.verdicts[i].Cue == ""
}

const folds = 10

// examples gives the features of the pairs' mentions, in the order of pairs.
// A pair whose keyword is not found has no vectors.
func (m *Miner) examples(pairs []Pair) []example {
	byText := map[string]int{}
	rng := rand.New(rand.NewPCG(3, 4))
	sc := new(scratch)
	out := make([]example, len(pairs))
	for n, p := range pairs {
		if _, ok := byText[p.Text]; !ok {
			byText[p.Text] = rng.IntN(folds)
		}
		e := example{label: p.Assertion, fold: byText[p.Text]}
		m.candidates(sc, p.Text, nil)
		m.judge.Prepare(&sc.judge, sc.text.Runes, sc.spans)
		for i := range sc.spans {
			if m.dict.Terms[sc.terms[i]].Name != p.Keyword {
				continue
			}
			e.verdicts = append(e.verdicts, m.judge.Status(&sc.judge, sc.text.Runes, sc.spans, i))
			e.vectors = append(e.vectors, slices.Clone(m.judge.Features(&sc.judge, sc.text.Runes, sc.spans, i)))
		}
		out[n] = e
	}
	return out
}

// fitWeights is a ridge logistic regression by gradient descent with
// momentum, deterministic. It learns from the mentions that no cue decides,
// for these are what it will be asked about.
func fitWeights(examples []example, n int) (w []float64, bias float64) {
	type row struct {
		x []float32
		y float64
	}
	var rows []row
	for _, e := range examples {
		label := 0.0
		if e.label == chaping.Affirmed {
			label = 1
		}
		for i, v := range e.vectors {
			if e.open(i) {
				rows = append(rows, row{v, label})
				if label == 1 {
					break // one mention is enough to affirm a pair
				}
			}
		}
	}
	w = make([]float64, n)
	gradient := make([]float64, n)
	momentum := make([]float64, n+1)
	rate := 1.0 / (0.25*float64(len(rows))*4 + ridge)
	for range 3000 {
		for i := range gradient {
			gradient[i] = ridge * w[i]
		}
		gb := 0.0
		for _, r := range rows {
			z := bias
			for i, x := range r.x {
				if x != 0 {
					z += w[i] * float64(x)
				}
			}
			d := 1/(1+math.Exp(-z)) - r.y
			for i, x := range r.x {
				if x != 0 {
					gradient[i] += d * float64(x)
				}
			}
			gb += d
		}
		for i := range w {
			momentum[i] = 0.9*momentum[i] + gradient[i]
			w[i] -= rate * momentum[i]
		}
		momentum[n] = 0.9*momentum[n] + gb
		bias -= rate * momentum[n]
	}
	return w, bias
}

// ridge is the weight of the squared weights in what fitWeights minimises.
const ridge = 3.0

// scored is the cross-validated score of each mention of a pair.
type scored [][]float64

// crossScores scores each pair with weights learnt from the other nine
// tenths; the mentions of one review stay together.
func crossScores(examples []example, n int) scored {
	out := make(scored, len(examples))
	for k := range folds {
		var rest []example
		for _, x := range examples {
			if x.fold != k {
				rest = append(rest, x)
			}
		}
		w, bias := fitWeights(rest, n)
		for i, x := range examples {
			if x.fold != k {
				continue
			}
			for _, v := range x.vectors {
				z := bias
				for f, val := range v {
					z += w[f] * float64(val)
				}
				out[i] = append(out[i], z)
			}
		}
	}
	return out
}

// judged is the evaluation of the pairs when mentions that no cue decides are
// affirmed from score cut upwards.
func judged(pairs []Pair, examples []example, scores scored, cut float64) MentionEval {
	e := MentionEval{Pairs: len(pairs)}
	for i, x := range examples {
		got := chaping.Other
		for m := range x.vectors {
			status := x.verdicts[m].Status
			if x.open(m) && scores[i][m] < cut {
				status = chaping.Other
			}
			if status == chaping.Affirmed || m == 0 {
				got = status
			}
			if status == chaping.Affirmed {
				break
			}
		}
		e.Confusion[statusIndex(x.label)][statusIndex(got)]++
		if (got == chaping.Affirmed) != (x.label == chaping.Affirmed) {
			e.Wrong = append(e.Wrong, WrongPair{Pair: pairs[i], Got: got})
		}
	}
	e.score()
	return e
}

// chooseCut finds the cut at which the lesser of precision and recall is
// greatest: the sheet's readers are misled by either kind of error.
func chooseCut(pairs []Pair, examples []example, scores scored) (cut float64, best MentionEval) {
	for c := -2.0; c <= 2.0; c += 0.1 {
		e := judged(pairs, examples, scores, c)
		if min(e.Precision, e.Recall) > min(best.Precision, best.Recall) {
			cut, best = c, e
		}
	}
	return cut, best
}
