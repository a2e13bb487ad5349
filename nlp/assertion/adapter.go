package assertion

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"chaping"
)

// An Adapter lowers the log-odds that the network gives a mention by what people
// decided about others: where they kept rejecting a term on some goods, or a
// phrase beside it, mentions like those are no longer affirmed. It never makes a
// mention affirmed that the network does not: nobody decides about those.
//
// It is a logistic regression on top of the network's log-odds,
//
//	z = score + bias + slope × score + Σ names + Σ strings of the clause
//
// whose weights have a normal prior around zero, so that it says nothing where
// nothing was decided. It is immutable and safe for concurrent use.
type Adapter struct {
	weights AdapterWeights
	strings map[uint32]float64
	wrong   map[string]bool
	version string
}

// AdapterWeights is an Adapter as it is stored.
type AdapterWeights struct {
	Bias  float64 `json:"bias"`
	Slope float64 `json:"slope"`
	// Names are the weights of what mentions are of, by Decision.Terms and Groups.
	Names map[string]float64 `json:"names,omitempty"`
	// Strings are those of strings of characters in the mention's clause, by
	// number.
	Strings map[string]float64 `json:"strings,omitempty"`
	// Wrong are terms of which people rejected nearly every mention: none is
	// affirmed any more, whatever cue stands beside it.
	Wrong []string `json:"wrong,omitempty"`
}

// A Decision is a mention that is affirmed without an adapter, with what a
// person made of it.
type Decision struct {
	Example
	Score float32 // of the network
	Cue   bool    // a cue affirms it; the network was not asked
	// Terms name the term, on each field of the goods; these can be wrong
	// altogether. Groups name what it is a mention of besides: hazard, fields.
	Terms, Groups []string
	Affirmed      bool
}

// How an adapter is learnt. The values are those that did best where the
// decisions of a field of goods that the network had never seen were simulated;
// TestLearningSimulated repeats it.
const (
	// Standard deviations of the weights before any decision is seen.
	biasPrior, slopePrior, namePrior, stringPrior = 1.0, 0.3, 2.0, 1.0
	// enough is how far the log-odds must have fallen below even for a mention
	// not to be affirmed any more: losing a complaint is worse than keeping a
	// sentence too many, which whoever reviews it strikes.
	enough = 1.0
	// twice: a string counts once so many decisions have it.
	twice = 2
	// A term is wrong altogether once so many decisions, of which at most so
	// large a share can be confirmations (upper end of a 95 % Wilson interval),
	// say so.
	wrongLeast, wrongShare = 8, 1.0 / 3
	passes                 = 60 // of coordinate descent
)

// NewAdapter makes an adapter of stored weights. Weights that are no numbers are
// an error.
func NewAdapter(w AdapterWeights) (*Adapter, error) {
	text, err := json.Marshal(w) // sorts keys, refuses NaN
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	a := &Adapter{
		weights: w,
		strings: map[uint32]float64{},
		wrong:   map[string]bool{},
		version: hex.EncodeToString(sum[:])[:12],
	}
	for key, x := range w.Strings {
		b, err := strconv.ParseUint(key, 10, 32)
		if err != nil || b >= buckets {
			return nil, fmt.Errorf("string %q is not below %d", key, buckets)
		}
		a.strings[uint32(b)] = x
	}
	for _, n := range w.Wrong {
		a.wrong[n] = true
	}
	return a, nil
}

// Weights are what NewAdapter makes the same adapter of.
func (a *Adapter) Weights() AdapterWeights { return a.weights }

// Version is the same for two adapters exactly when they are: a hash of the
// weights.
func (a *Adapter) Version() string { return a.version }

// Shift is what the names say of a mention, for Span.Shift; -Inf where one of
// them is wrong altogether.
func (a *Adapter) Shift(names ...string) float64 {
	shift := 0.0
	for _, n := range names {
		if a.wrong[n] {
			return math.Inf(-1)
		}
		shift += a.weights.Names[n]
	}
	return shift
}

// Keeps tells whether a decision's mention stays affirmed.
func (a *Adapter) Keeps(d *Decision) bool {
	shift := a.Shift(d.Terms...) + a.Shift(d.Groups...)
	if d.Cue {
		return !math.IsInf(shift, -1)
	}
	return a.score(d.Score, shift, &d.Example) >= 0
}

// score is the log-odds above those from which a mention is affirmed.
func (a *Adapter) score(network float32, shift float64, e *Example) float32 {
	z := float64(network)*(1+a.weights.Slope) + a.weights.Bias + shift
	if own := e.features[inClause]; len(a.strings) > 0 && len(own) > 0 {
		sum := 0.0
		for _, b := range own {
			sum += a.strings[b]
		}
		z += sum / math.Sqrt(float64(len(own)))
	}
	return float32(z + enough)
}

// Adapt learns an adapter from decisions. The same decisions in the same order
// give the same adapter.
func Adapt(decisions []Decision) (*Adapter, error) {
	r := newRegression(decisions)
	r.fit()
	w := r.weights()
	w.Wrong = wrong(decisions)
	return NewAdapter(w)
}

// wrong are the terms that decisions say are wrong altogether.
func wrong(decisions []Decision) (list []string) {
	type count struct{ confirmed, all int }
	counts := map[string]count{}
	for i := range decisions {
		for _, name := range decisions[i].Terms {
			c := counts[name]
			c.all++
			if decisions[i].Affirmed {
				c.confirmed++
			}
			counts[name] = c
		}
	}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		c := counts[name]
		if c.all < wrongLeast {
			continue
		}
		n := float64(c.all)
		if _, high := chaping.Wilson(float64(c.confirmed)/n, n, 1.96); high <= wrongShare {
			list = append(list, name)
		}
	}
	return list
}

// A regression is a logistic regression with a normal prior, solved in its dual
// by coordinate descent (Yu, Huang, Lin: Dual coordinate descent methods for
// logistic regression and maximum entropy models, 2011). Inputs are multiplied
// by the standard deviation of their weight, so that one prior fits all.
type regression struct {
	names, strings map[string]int
	rows           []sparse
	offset, sign   []float64 // network's log-odds; +1 affirmed, -1 not
	w              []float64
}

// sparse is a row of inputs: those that are not zero.
type sparse struct {
	at []int
	x  []float64
}

func (s *sparse) add(at int, x float64) { s.at, s.x = append(s.at, at), append(s.x, x) }

// The first weights.
const (
	atBias = iota
	atSlope
	atNames
)

func newRegression(decisions []Decision) *regression {
	r := &regression{names: map[string]int{}, strings: map[string]int{}}
	counts := map[uint32]int{}
	for i := range decisions {
		for _, b := range distinct(decisions[i].features[inClause]) {
			counts[b]++
		}
	}
	weights := atNames
	number := func(of map[string]int, key string) int {
		n, ok := of[key]
		if !ok {
			n, of[key] = weights, weights
			weights++
		}
		return n
	}
	for i := range decisions {
		d := &decisions[i]
		if d.Cue {
			continue // what a cue decides, the network's log-odds say nothing of
		}
		var row sparse
		row.add(atBias, biasPrior)
		row.add(atSlope, slopePrior*float64(d.Score))
		for _, name := range slices.Concat(d.Terms, d.Groups) {
			row.add(number(r.names, name), namePrior)
		}
		own := d.features[inClause]
		times := map[uint32]float64{}
		for _, b := range own {
			times[b]++
		}
		for _, b := range distinct(own) {
			if counts[b] >= twice {
				row.add(
					number(r.strings, strconv.FormatUint(uint64(b), 10)),
					stringPrior*times[b]/math.Sqrt(float64(len(own))),
				)
			}
		}
		sign := -1.0
		if d.Affirmed {
			sign = 1
		}
		r.rows, r.offset, r.sign = append(r.rows, row), append(r.offset, float64(d.Score)), append(r.sign, sign)
	}
	r.w = make([]float64, weights)
	return r
}

func distinct(list []uint32) []uint32 {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// fit solves the dual: every decision has a multiplier in (0, 1), the weights are
// the sum of the rows times them, and one multiplier after the other is set to
// where the dual is least by Newton's method.
func (r *regression) fit() {
	const start = 0.01
	square, multiplier := make([]float64, len(r.rows)), make([]float64, len(r.rows))
	move := func(i int, by float64) {
		for k, at := range r.rows[i].at {
			r.w[at] += by * r.sign[i] * r.rows[i].x[k]
		}
		multiplier[i] += by
	}
	for i, row := range r.rows {
		for _, x := range row.x {
			square[i] += x * x
		}
		move(i, start)
	}
	for range passes {
		for i, row := range r.rows {
			margin := r.offset[i]
			for k, at := range row.at {
				margin += r.w[at] * row.x[k]
			}
			move(i, least(multiplier[i], square[i], r.sign[i]*margin)-multiplier[i])
		}
	}
}

// least is where q/2·(a-from)² + margin·(a-from) + a·log a + (1-a)·log(1-a) is
// least between 0 and 1.
func least(from, q, margin float64) float64 {
	const edge, steps = 1e-9, 12
	a := from
	for range steps {
		next := a - (q*(a-from)+margin+math.Log(a/(1-a)))/(q+1/(a*(1-a)))
		switch {
		case next <= 0:
			next = a / 10
		case next >= 1:
			next = 1 - (1-a)/10
		}
		next = min(max(next, edge), 1-edge)
		if math.Abs(next-a) < edge {
			return next
		}
		a = next
	}
	return a
}

// weights are the regression's, without those that are next to nothing, rounded
// so that they print short.
func (r *regression) weights() AdapterWeights {
	const digits, small = 1e4, 5e-3
	rounded := func(x float64) float64 { return math.Round(x*digits) / digits }
	some := func(of map[string]int, prior float64) map[string]float64 {
		out := map[string]float64{}
		for name, at := range of {
			if x := rounded(r.w[at] * prior); math.Abs(x) >= small {
				out[name] = x
			}
		}
		return out
	}
	return AdapterWeights{
		Bias: rounded(r.w[atBias] * biasPrior), Slope: rounded(r.w[atSlope] * slopePrior),
		Names: some(r.names, namePrior), Strings: some(r.strings, stringPrior),
	}
}
