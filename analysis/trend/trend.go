// Package trend tells from counts what is rising: suddenly (a spike) or
// slowly (a drift). Counts are small, most of them zero, and there are many of
// them, so that a bare ratio to last month would shout at random.
//
// # Spikes
//
// A count y of n reviews is compared with what the periods before let expect.
// Rates differ from product to product and from month to month; so the rate of
// a series is not a number but a Gamma distribution, which the periods before
// sharpen (DuMouchel 1999, "Bayesian data mining in large frequency tables"):
//
//	rate     ~ Gamma(shape a, per review b)     what all series have in common
//	rate | x ~ Gamma(a + k·Σx, b + k·Σm)        after x reports in m reviews before
//	y | x    ~ negative binomial                given n reviews now
//
// k, Memory, is less than 1: months before say less of this month than this
// month does of itself, which makes the prediction wider than Poisson. The
// chance of y or more is then a value of the incomplete beta function. Where
// nothing is known of a series, the prior speaks; where much is known, the
// test comes near to the exact Poisson test of two rates.
//
// Many series are tested at a time. Adjust turns chances into q-values
// (Benjamini & Hochberg 1995): among all series with q ≤ 0.05 about one in
// twenty is no rise.
//
// # Drifts
//
// A rise of a third over half a year is never a spike. Drift keeps a
// cumulative sum of log-likelihood ratios (CUSUM; Page 1954, Lucas 1985 for
// counts): by how much the counts so far speak for a rate that has grown by
// the factor Growth, from the moment at which they speak for it most.
//
// Neither is a probability of harm: reviews tell what is reported.
package trend

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// A Count is what was counted of a series in a period: Hits among Reviews.
type Count struct {
	Hits    uint64 `json:"hits"`
	Reviews uint64 `json:"reviews"`
}

// A Prior is what the rates of all series have in common: a Gamma
// distribution of hits per review.
type Prior struct {
	Shape   float64 // a
	Reviews float64 // b: how many reviews the prior is worth
}

// Memory is the weight of a report of the periods before, next to one of now.
const Memory = 0.5

// PriorOf estimates the prior from the series' counts before, by the method
// of moments. It never is worth less than a review with half a hit, so that a
// handful of series does not make it sure of itself.
func PriorOf(before []Count) Prior {
	var hits, reviews float64
	for _, c := range before {
		hits += float64(c.Hits)
		reviews += float64(c.Reviews)
	}
	if hits == 0 || reviews == 0 {
		return Prior{Shape: 0.5, Reviews: max(1, 2*reviews)}
	}
	mean := hits / reviews
	// Var(x) = m·mean + m²·var(rate): what is left of the spread after the
	// Poisson part is the spread of the rates.
	var spread, squares float64
	for _, c := range before {
		m := float64(c.Reviews)
		d := float64(c.Hits) - m*mean
		spread += d*d - m*mean
		squares += m * m
	}
	variance := spread / squares
	shape := 50.0 // no spread to be seen: rates are much alike
	if variance > 0 {
		shape = mean * mean / variance
	}
	shape = min(max(shape, 0.05), 50)
	return Prior{Shape: shape, Reviews: max(shape/mean, 0.5)}
}

// A Spike is the test of a count against the counts before.
type Spike struct {
	Expected float64 // hits
	Ratio    float64 // hits to expected hits
	Chance   float64 // of as many hits or more, if nothing has changed
	Q        float64 // Chance adjusted for the number of tests; set by Adjust
}

// Exceeds tests a count against what the periods before let expect.
func (p Prior) Exceeds(now, before Count) Spike {
	a := p.Shape + Memory*float64(before.Hits)
	b := p.Reviews + Memory*float64(before.Reviews)
	n := float64(now.Reviews)
	s := Spike{Expected: a / b * n, Chance: 1, Q: 1}
	if s.Expected > 0 {
		s.Ratio = float64(now.Hits) / s.Expected
	}
	if now.Hits > 0 && n > 0 {
		// P(Y ≥ y) of a negative binomial of size a and success b/(b+n).
		s.Chance = mathext.RegIncBeta(float64(now.Hits), a, n/(b+n))
	}
	return s
}

// Adjust sets Q of tests that were made together.
func Adjust(spikes []*Spike) {
	sorted := slices.Clone(spikes)
	slices.SortFunc(sorted, func(a, b *Spike) int { return cmp.Compare(b.Chance, a.Chance) })
	q := 1.0
	for i, s := range sorted {
		rank := float64(len(sorted) - i)
		q = min(q, s.Chance*float64(len(sorted))/rank)
		s.Q = q
	}
}

// Growth is the factor of growth that Drift watches for, and Alarm the sum
// from which it counts: a series that does not grow passes it by chance less
// than once in e^Alarm, some 150, periods.
const (
	Growth = 1.5
	Alarm  = 5.0
)

// A Drift is where the cumulative sum of a series stands.
type Drift struct {
	Sum   float64 // log-likelihood ratio; Alarm and more is a drift
	Since int     // index of the period after which the sum began to rise; len(series) when it is 0
}

// Rising tells whether the sum has passed Alarm.
func (d Drift) Rising() bool { return d.Sum >= Alarm }

// DriftOf follows a series, oldest period first, of which the first learn
// periods tell the rate at rest, together with the prior.
func (p Prior) DriftOf(series []Count, learn int) Drift {
	learn = min(learn, len(series))
	var rest Count
	for _, c := range series[:learn] {
		rest.Hits += c.Hits
		rest.Reviews += c.Reviews
	}
	rate := (p.Shape + float64(rest.Hits)) / (p.Reviews + float64(rest.Reviews))
	d := Drift{Since: len(series)}
	for i, c := range series[learn:] {
		if d.Sum == 0 {
			d.Since = learn + i
		}
		d.Sum = max(0, d.Sum+float64(c.Hits)*math.Log(Growth)-float64(c.Reviews)*rate*(Growth-1))
	}
	if d.Sum == 0 {
		d.Since = len(series)
	}
	return d
}
