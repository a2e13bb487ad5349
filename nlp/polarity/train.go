package polarity

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"chaping"
)

// Options of training.
type Options struct {
	Seed     uint64                // the same rows and seed give the same model
	Progress func(done, total int) // in reviews shown, called from several goroutines; may be nil
}

const (
	minCount = 3       // reviews that a feature occurs in, to own a row
	maxRows  = 500_000 // keeps the weights file small; rarer features go first
	minStep  = 0.06    // least step of quantised rows; finer ones make the file larger, not better
	minSide  = 100     // reviews of either side that training needs

	doubt    = 0.1   // some labels are wrong: networks aim this far from 0 and 1
	dropRate = 0.1   // share of features that a step of a network does not see
	rowRate  = 0.03  // of AdaGrad, for rows
	netRate  = 0.006 // for what is behind them

	linearPasses = 3
	linearRate   = 0.05
	linearStart  = 0.1 // of the log count ratio, where weights begin
)

// Train learns a model from labelled reviews: the networks in one pass each, as
// a second one would learn the reviews by heart, the linear member in three. It
// is deterministic on one kind of processor.
func Train(ctx context.Context, rows []Row, o Options) (*Model, error) {
	negative := 0
	for _, r := range rows {
		if r.Negative {
			negative++
		}
	}
	if min(negative, len(rows)-negative) < minSide {
		return nil, &chaping.Error{Code: chaping.CodeInput, Message: fmt.Sprintf("标注的评论太少：好评 %d 条、差评 %d 条，训练至少各需要 %d 条", len(rows)-negative, negative, minSide), Remedy: "增加训练数据，并检查标签列"}
	}
	letters, err := newAlphabet()
	if err != nil {
		return nil, err
	}
	m := &Model{index: make([]block, buckets/64)}
	docs, n, err := read(ctx, letters, rows, m.index)
	if err != nil {
		return nil, err
	}
	var done atomic.Int64
	total := (members + linearPasses) * len(docs)
	step := func(reviews int) {
		if d := done.Add(int64(reviews)); o.Progress != nil {
			o.Progress(int(d), total)
		}
	}
	var learners [members]*learner
	straight := newLinear(docs, n)
	g, ctx := errgroup.WithContext(ctx)
	for i := range learners {
		g.Go(func() error {
			rng := rand.New(rand.NewPCG(o.Seed, uint64(i)))
			learners[i] = newLearner(n, rng)
			return pass(ctx, rng, docs, learners[i].see, step)
		})
	}
	g.Go(func() error {
		rng := rand.New(rand.NewPCG(o.Seed, members))
		for range linearPasses {
			if err := pass(ctx, rng, docs, straight.learn, step); err != nil {
				return err
			}
		}
		return nil
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	m.rows, m.weights = make([]row, n), make([]int8, n)
	for i, l := range learners {
		m.networks[i] = l.net
		for d := range dims {
			lane := i*dims + d
			scale, bytes := quantise(n, func(r int) float32 { return l.rows[r][d] })
			m.scale[lane] = scale
			for r := 1; r < n; r++ { // row 0 adds nothing, not even 128
				m.rows[r][lane/8] |= uint64(int(bytes[r])+128) << (8 * (lane % 8))
			}
		}
	}
	m.linear.Bias = straight.bias
	m.linear.Scale, m.weights = quantise(n, func(r int) float32 { return straight.weights[r] * straight.ratios[r] })
	body, err := m.encode()
	if err != nil {
		return nil, err
	}
	return m, m.finish(body)
}

// pass shows every document once, in random order.
func pass(ctx context.Context, rng *rand.Rand, docs []document, see func(*document), step func(int)) error {
	const often = 512
	for i, k := range rng.Perm(len(docs)) {
		if i%often == often-1 {
			if err := ctx.Err(); err != nil {
				return err
			}
			step(often)
		}
		see(&docs[k])
	}
	step(len(docs) % often)
	return nil
}

// quantise makes bytes of n values; byte × scale is the value, about. Row 0 is
// for what owns no row and stays 0.
func quantise(n int, value func(r int) float32) (scale float32, out []int8) {
	var most float32
	for r := 1; r < n; r++ {
		most = max(most, abs(value(r)))
	}
	scale = max(most/127, minStep)
	out = make([]int8, n)
	for r := 1; r < n; r++ {
		out[r] = int8(math.RoundToEven(float64(value(r) / scale)))
	}
	return scale, out
}

// A document is a review as rows, clause by clause.
type document struct {
	rows    []uint32
	clauses []int32 // end of each clause in rows
	target  float32 // 1 for a negative review, 0 for a positive one
}

// read turns reviews into documents. It decides which buckets own a row,
// fills index, and returns the number of rows, row 0 included.
func read(ctx context.Context, letters *alphabet, reviews []Row, index []block) (docs []document, n int, err error) {
	docs = make([]document, len(reviews))
	counts := make([]uint32, buckets) // reviews that have it
	seen := make([]int32, buckets)    // 1 + the last review that had it
	for i, r := range reviews {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		docs[i] = cut(letters, r)
		for _, b := range docs[i].rows {
			if seen[b] != int32(i)+1 {
				seen[b] = int32(i) + 1
				counts[b]++
			}
		}
	}
	counts[0] = 0 // stands for no feature
	least := uint32(minCount)
	for ; owners(counts, least) > maxRows; least++ {
	}
	number := make([]uint32, buckets)
	n = 1
	for b, c := range counts {
		if b%64 == 0 {
			index[b/64].first = uint32(n)
		}
		if c >= least {
			index[b/64].owners |= 1 << (b % 64)
			number[b] = uint32(n)
			n++
		}
	}
	for i := range docs {
		docs[i].keep(number)
	}
	return docs, n, nil
}

func owners(counts []uint32, least uint32) (n int) {
	for _, c := range counts {
		if c >= least {
			n++
		}
	}
	return n
}

// cut scans a review as Model.logit does; its rows are still buckets.
func cut(letters *alphabet, r Row) document {
	d := document{}
	if r.Negative {
		d.target = 1
	}
	s := newScanner()
	var keys [features]uint32
	push := func(c uint16) {
		if s.push(c, &keys) {
			d.clauses = append(d.clauses, int32(len(d.rows)))
		}
		d.rows = append(d.rows, keys[:]...)
	}
	for _, r := range strings.TrimSpace(r.Text) {
		if c := letters.read(r); c != none && !s.repeats(c) {
			push(c)
		}
	}
	push(end)
	d.clauses = append(d.clauses, int32(len(d.rows)))
	return d
}

// keep replaces buckets by row numbers and leaves out those without one, and
// clauses that nothing is left of.
func (d *document) keep(number []uint32) {
	rows, clauses, lo := make([]uint32, 0, len(d.rows)/2), d.clauses[:0], int32(0)
	for _, hi := range d.clauses {
		n := len(rows)
		for _, b := range d.rows[lo:hi] {
			if number[b] != 0 {
				rows = append(rows, number[b])
			}
		}
		if lo = hi; len(rows) > n {
			clauses = append(clauses, int32(len(rows)))
		}
	}
	d.rows, d.clauses = rows, clauses
}

// A learner trains one network and its lanes of the rows with AdaGrad.
type learner struct {
	rng      *rand.Rand
	rows     [][dims]float32
	squares  [][dims]float32 // sums of squared gradients
	net, acc network         // acc holds the sums of the net

	doc   document // what a step sees
	bent  [][dims]float32
	most  [dims]int
	least [dims]int
}

func newLearner(n int, rng *rand.Rand) *learner {
	l := &learner{rng: rng, rows: make([][dims]float32, n), squares: make([][dims]float32, n)}
	// Rows begin at zero: one that is hardly trained says hardly anything.
	for h := range hidden {
		for i := range inputs {
			l.net.W1[h][i] = float32(rng.NormFloat64() / math.Sqrt(inputs))
		}
		l.net.W2[h] = float32(rng.NormFloat64() / math.Sqrt(hidden))
		l.net.B1[h] = 0.1
	}
	return l
}

// see takes one step on a part of a document.
func (l *learner) see(d *document) {
	if l.drop(d); len(l.doc.rows) > 0 {
		l.learn()
	}
}

// drop copies a document to l.doc without some of its rows.
func (l *learner) drop(d *document) {
	l.doc.rows, l.doc.clauses, l.doc.target = l.doc.rows[:0], l.doc.clauses[:0], d.target
	threshold := uint32(math.Round(dropRate * (1 << 32)))
	lo := int32(0)
	for _, hi := range d.clauses {
		n := len(l.doc.rows)
		for _, r := range d.rows[lo:hi] {
			if l.rng.Uint32() >= threshold {
				l.doc.rows = append(l.doc.rows, r)
			}
		}
		if lo = hi; len(l.doc.rows) > n {
			l.doc.clauses = append(l.doc.clauses, int32(len(l.doc.rows)))
		}
	}
}

// forward computes the inputs of the network for l.doc.
func (l *learner) forward(in *[inputs]float32) {
	*in = [inputs]float32{}
	l.bent = l.bent[:0]
	lo := int32(0)
	for c, hi := range l.doc.clauses {
		var v [dims]float32
		var sum [dims]float32
		for _, r := range l.doc.rows[lo:hi] {
			for d, x := range &l.rows[r] {
				sum[d] += x
			}
		}
		for d, x := range sum {
			in[5*dims+d] += x
			v[d] = softsign(x)
			in[d] += v[d]
			if c == 0 {
				in[3*dims+d] = v[d]
			}
			in[4*dims+d] = v[d]
			if c == 0 || v[d] > in[dims+d] {
				in[dims+d], l.most[d] = v[d], c
			}
			if c == 0 || v[d] < in[2*dims+d] {
				in[2*dims+d], l.least[d] = v[d], c
			}
		}
		l.bent = append(l.bent, v)
		lo = hi
	}
	each, damp := 1/float32(len(l.doc.clauses)), damping(len(l.doc.rows))
	for d := range dims {
		in[d] *= each
		in[5*dims+d] *= damp
	}
}

// learn takes one step on l.doc.
func (l *learner) learn() {
	var in, din [inputs]float32
	l.forward(&in)
	g := logistic(l.net.logit(&in)) - (l.doc.target*(1-2*doubt) + doubt)
	for h := range hidden {
		a := l.net.B1[h]
		for i := range inputs {
			a += l.net.W1[h][i] * in[i]
		}
		if a <= 0 {
			continue
		}
		ga := g * l.net.W2[h]
		for i := range inputs {
			din[i] += ga * l.net.W1[h][i]
			descend(&l.net.W1[h][i], &l.acc.W1[h][i], ga*in[i], netRate)
		}
		descend(&l.net.B1[h], &l.acc.B1[h], ga, netRate)
		descend(&l.net.W2[h], &l.acc.W2[h], g*a, netRate)
	}
	descend(&l.net.Bias, &l.acc.Bias, g, netRate)

	each, damp := 1/float32(len(l.doc.clauses)), damping(len(l.doc.rows))
	lo := int32(0)
	for c, hi := range l.doc.clauses {
		var grs [dims]float32
		for d := range dims {
			gr := din[d] * each
			if c == l.most[d] {
				gr += din[dims+d]
			}
			if c == l.least[d] {
				gr += din[2*dims+d]
			}
			if c == 0 {
				gr += din[3*dims+d]
			}
			if c == len(l.doc.clauses)-1 {
				gr += din[4*dims+d]
			}
			flat := 1 - abs(l.bent[c][d])
			grs[d] = gr*flat*flat + din[5*dims+d]*damp
		}
		for _, r := range l.doc.rows[lo:hi] {
			row, squares := &l.rows[r], &l.squares[r]
			for d, g := range &grs {
				descend(&row[d], &squares[d], g, rowRate)
			}
		}
		lo = hi
	}
}

// A linear trains the linear member: a weight for every row, in units of the
// row's log count ratio (after NB-SVM, Wang and Manning 2012), so that a feature
// that tells the sides apart is learnt from few reviews.
type linear struct {
	ratios        []float32
	weights       []float32
	squares       []float32
	bias, squared float32
}

func newLinear(docs []document, n int) *linear {
	l := &linear{ratios: make([]float32, n), weights: make([]float32, n), squares: make([]float32, n)}
	var reviews [2]float64
	counts := [2][]float64{make([]float64, n), make([]float64, n)} // reviews that have the row, by side
	last := make([]int, n)                                         // 1 + the last review that had it
	for i := range docs {
		side := 0
		if docs[i].target > 0.5 {
			side = 1
		}
		reviews[side]++
		for _, r := range docs[i].rows {
			if last[r] != i+1 {
				last[r] = i + 1
				counts[side][r]++
			}
		}
	}
	for r := range l.ratios {
		l.ratios[r] = float32(math.Log((counts[1][r] + 1) / (reviews[1] + 2) / ((counts[0][r] + 1) / (reviews[0] + 2))))
		l.weights[r] = linearStart
	}
	return l
}

// learn takes one step on a document.
func (l *linear) learn(d *document) {
	damp := linearDamping(len(d.rows))
	z := float32(0)
	for _, r := range d.rows {
		z += l.weights[r] * l.ratios[r]
	}
	g := logistic(z*damp+l.bias) - d.target
	for _, r := range d.rows {
		descend(&l.weights[r], &l.squares[r], g*l.ratios[r]*damp, linearRate)
	}
	descend(&l.bias, &l.squared, g, linearRate)
}

func logistic(z float32) float32 { return float32(1 / (1 + math.Exp(-float64(z)))) }

// descend takes one step of AdaGrad on a weight.
func descend(w, squares *float32, gradient, rate float32) {
	*squares += gradient * gradient
	*w -= rate * gradient / (float32(math.Sqrt(float64(*squares))) + 1e-3)
}
