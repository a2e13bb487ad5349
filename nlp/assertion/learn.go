package assertion

import (
	"math"
	"math/rand/v2"
)

// A Lesson is a mention with what a reader says of it.
type Lesson struct {
	Example
	Affirmed bool
}

// How a Network is learnt. Chosen by cross-validation over labelled pairs.
const (
	epochs   = 4
	rate     = 0.02 // of AdaGrad, for the members
	rowRate  = 0.05 // for the rows
	dropRate = 0.2  // share of strings that a step does not see
	decay    = 1e-5
	minCount = 5 // lessons that a string occurs in, to have a row
)

// Learn trains a network for the judge's signs. The same lessons in the same
// order give the same network on one kind of processor.
func (j *Judge) Learn(lessons []Lesson) *Network {
	n := &Network{signature: signature(j.names), signs: len(j.names), owners: new([buckets / 64]owner), scale: make([]float32, lanes)}
	counts := make([]uint16, buckets)
	for i := range lessons {
		for _, f := range lessons[i].features {
			for _, b := range f {
				counts[b] = min(counts[b], math.MaxUint16-1) + 1
			}
		}
	}
	for b, c := range counts {
		if c >= minCount {
			n.owners[b/64].set |= 1 << (b % 64)
		}
	}
	rows := n.numberRows()
	n.rows = make([]row, rows)
	for k := range n.members {
		l := newLearner(n, rows, uint64(k))
		for range epochs {
			for _, i := range l.rng.Perm(len(lessons)) {
				l.step(&lessons[i])
			}
		}
		n.members[k] = l.net
		for d := range dims {
			n.quantise(k*dims+d, l.rows, d)
		}
	}
	return n
}

// WithCut is the network with another log-odds from which a mention is
// affirmed.
func (n *Network) WithCut(cut float32) *Network {
	out := *n
	out.cut = cut
	return &out
}

// quantise stores column d of rows as bytes.
func (n *Network) quantise(lane int, rows []float32, d int) {
	most := float32(1e-6)
	for at := d; at < len(rows); at += dims {
		most = max(most, abs(rows[at]))
	}
	n.scale[lane] = most / 127
	for i := range n.rows {
		b := uint64(math.RoundToEven(float64(rows[i*dims+d]/n.scale[lane])) + 128)
		n.rows[i][lane/8] |= b << (8 * (lane % 8))
	}
}

// A learner trains one member and its part of the rows with AdaGrad.
type learner struct {
	n            *Network
	rng          *rand.Rand
	net, netSq   member // sums of squared gradients beside the weights
	rows, rowsSq []float32
	in, din      []float32
	activity     [hidden]float32
	seen         [regions][]int32 // rows that this step sees
}

func newLearner(n *Network, rows int, seed uint64) *learner {
	l := &learner{n: n, rng: rand.New(rand.NewPCG(seed, 77)), net: newMember(n.signs), netSq: newMember(n.signs),
		rows: make([]float32, rows*dims), rowsSq: make([]float32, rows*dims),
		in: make([]float32, inputs+n.signs), din: make([]float32, inputs)}
	for i := range l.net.W1 {
		l.net.W1[i] = float32(l.rng.NormFloat64() / math.Sqrt(inputs+10))
	}
	for h := range hidden {
		l.net.W2[h] = float32(l.rng.NormFloat64() / math.Sqrt(hidden))
		l.net.B1[h] = 0.1
	}
	for i := range l.rows {
		l.rows[i] = float32(l.rng.NormFloat64()) * 0.02
	}
	return l
}

// step learns from one lesson.
func (l *learner) step(e *Lesson) {
	l.read(e)
	target := float32(0)
	if e.Affirmed {
		target = 1
	}
	g := 1/(1+float32(math.Exp(-float64(l.net.logit((*[inputs]float32)(l.in), e.on, &l.activity))))) - target
	clear(l.din)
	for h, a := range l.activity {
		if a <= 0 {
			continue
		}
		ga := g * l.net.W2[h]
		for i, x := range l.in {
			at := i*hidden + h
			w := &l.net.W1[at]
			if i < inputs {
				l.din[i] += ga * *w
			}
			if x != 0 {
				descend(w, &l.netSq.W1[at], ga*x+decay**w, rate)
			}
		}
		descend(&l.net.B1[h], &l.netSq.B1[h], ga, rate)
		descend(&l.net.W2[h], &l.netSq.W2[h], g*a+decay*l.net.W2[h], rate)
	}
	descend(&l.net.Bias, &l.netSq.Bias, g, rate)
	for r := range regions {
		for d := range dims {
			flat := 1 - abs(l.in[r*dims+d])
			gradient := l.din[r*dims+d] * flat * flat
			for _, row := range l.seen[r] {
				at := int(row)*dims + d
				descend(&l.rows[at], &l.rowsSq[at], gradient, rowRate)
			}
		}
	}
}

// read fills the inputs with what a step sees of a lesson.
func (l *learner) read(e *Lesson) {
	clear(l.in[inputs:])
	for _, s := range e.on {
		l.in[inputs+int(s)] = 1
	}
	for r := range regions {
		l.seen[r] = l.seen[r][:0]
		var sum [dims]float32
		for _, b := range e.features[r] {
			row, ok := l.n.row(b)
			if !ok || l.rng.Float32() < dropRate {
				continue
			}
			l.seen[r] = append(l.seen[r], int32(row))
			for d := range dims {
				sum[d] += l.rows[row*dims+d]
			}
		}
		for d := range dims {
			l.in[r*dims+d] = softsign(sum[d])
		}
	}
}

// descend takes one step of AdaGrad on a weight.
func descend(w, squares *float32, gradient, rate float32) {
	*squares += gradient * gradient
	*w -= rate * gradient / (float32(math.Sqrt(float64(*squares))) + 1e-3)
}
