// Package quality plans samples of what mining found, and estimates from what
// people made of them how right the counts are. It knows shares and strata, no
// store and no texts.
//
// # The sample
//
// Every element has a random number of its own, a hash of the period's seed and
// its key; of each stratum those with the lowest are drawn. So the draw is a
// simple random sample of every stratum, the same whenever it is drawn again,
// and what was drawn stays drawn when elements come (permanent random numbers:
// Ohlsson, Coordination of samples using permanent random numbers, in Cox et al.,
// Business Survey Methods, 1995).
//
// # The interval
//
// The estimate of a share is the stratified one, Σ Wₕ pₕ. Its interval is
// Wilson's (Wilson 1927; Brown, Cai, DasGupta 2001) with the effective sample
// size n* = p(1-p) / v, v being the stratified variance with finite-population
// correction, Σ Wₕ² (1-nₕ/Nₕ) sₕ²/nₕ (Cochran, Sampling Techniques, ch. 5). This
// is what is found to cover best for shares from complex samples (Korn and Graubard
// 1998; Dean and Pagano 2015; Franco, Little, Louis and Slud 2019). Strata with
// few elements judged have their sₕ² together, and where everything judged is
// of one kind, v says nothing and n* = 1 / Σ Wₕ² (1-nₕ/Nₕ)/nₕ is taken.
// Clopper and Pearson's interval was tried: it covers 97 to 100 of 100, more than
// it says; it is wider, and made for one stratum of an endless population. TestCoverage prints
// what each of the populations came to.
//
// Sums and ratios of estimates from independent samples get their intervals from
// those of the parts (MOVER: Zou and Donner 2008; Donner and Zou 2012).
package quality

import (
	"cmp"
	"math"
	"slices"

	"chaping"
)

// z is the normal quantile of intervals of 95 %.
const z = 1.959963984540054

// Planned is the share of right mentions that sizes are planned for, before
// anything is known.
const Planned = 0.9

// DefaultMargin is half of the interval that is aimed at for the precision.
const DefaultMargin = 0.05

// How many reviews without an affirmed mention are drawn. They have to be read
// as a whole.
const (
	NegativeSize = 20
	OtherSize    = 20
)

// Seconds is how long a person needs for one decision, for what is said
// beforehand: 178 of them, the most that DefaultMargin asks for, are a quarter of
// an hour.
const Seconds = 5

// Size is how many of a population are to be judged so that the interval of a
// share near Planned is margin wide on either side (Cochran, ch. 4.4).
func Size(population uint64, margin float64) int {
	if population == 0 {
		return 0
	}
	n := z * z * Planned * (1 - Planned) / (margin * margin)
	return int(math.Ceil(n / (1 + (n-1)/float64(population))))
}

// Allocate spreads n over strata of the given sizes, in proportion, and gives
// each two at least, or all that it has: with one, nothing is known of how its
// elements differ.
func Allocate(n int, sizes []uint64) []int {
	const least = 2
	var total uint64
	for _, s := range sizes {
		total += s
	}
	out := make([]int, len(sizes))
	for i, s := range sizes {
		share := int(math.Round(float64(n) * float64(s) / float64(max(total, 1))))
		out[i] = int(min(uint64(max(share, least)), s))
	}
	return out
}

// A Stratum is a part of the population that was sampled for itself.
type Stratum struct {
	Population uint64
	Sampled    uint64
	Judged     uint64 // of the sampled
	Hits       uint64 // of the judged
}

// Estimate is the share of hits in all strata together. A stratum of which
// nothing was judged is taken to be as the others are.
func Estimate(strata []Stratum) chaping.Share {
	var s chaping.Share
	var known []Stratum
	for _, h := range strata {
		s.Population += h.Population
		s.Sampled += h.Sampled
		s.Judged += h.Judged
		s.Hits += h.Hits
		if h.Judged > 0 {
			known = append(known, h)
		}
	}
	switch {
	case s.Judged == 0:
		s.Known = chaping.KnowNothing
		return s
	case s.Judged < s.Population && s.Judged < chaping.LeastJudged:
		s.Known = chaping.KnowFew
		return s
	}
	s.Known = chaping.KnowInterval
	if s.Judged == s.Population {
		s.Known = chaping.KnowAll
	}
	s.Estimate, s.Low, s.High = interval(known, s.Population)
	return s
}

// smallStratum is below how many judged a stratum's own variance is not
// trusted.
const smallStratum = 10

// interval is the estimate with its interval. Every stratum has judged
// elements; population is that of all, also of strata of which nothing was judged.
func interval(strata []Stratum, population uint64) (p, low, high float64) {
	var covered float64
	for _, h := range strata {
		covered += float64(h.Population)
	}
	// What was not covered is shared out, and so is less well known.
	scale := float64(population) / covered
	var together struct{ weight, share, n float64 }
	for _, h := range strata {
		n, w := float64(h.Judged), float64(h.Population)/covered
		p += w * float64(h.Hits) / n
		if h.Judged < smallStratum {
			together.weight += w
			together.share += w * float64(h.Hits) / n
			together.n += n
		}
	}
	var v, k float64 // the variance, and what it would be if every sₕ² were 1
	for _, h := range strata {
		n, size, w := float64(h.Judged), float64(h.Population)*scale, float64(h.Population)/covered
		q := float64(h.Hits) / n
		of := n
		if h.Judged < smallStratum {
			q, of = together.share/together.weight, together.n
		}
		unit := w * w * (1 - n/size) / n
		k += unit
		v += unit * q * (1 - q) * of / max(of-1, 1)
	}
	if k <= 0 { // all is known
		return p, p, p
	}
	n := 1 / k
	if spread := p * (1 - p); v > 0 && spread > 0 {
		n = spread / v
	}
	low, high = chaping.Wilson(p, n, z)
	// What was seen is certain, whatever the formula says.
	var hits, misses float64
	for _, h := range strata {
		hits += float64(h.Hits)
		misses += float64(h.Judged) - float64(h.Hits)
	}
	return p, max(low, hits/float64(population)), min(high, 1-misses/float64(population))
}

// Sum adds amounts that were estimated independently. Without one of them
// there is no sum.
func Sum(parts ...chaping.Amount) chaping.Amount {
	s := chaping.Amount{Known: true}
	var below, above float64
	for _, a := range parts {
		s.Known = s.Known && a.Known
		s.Estimate += a.Estimate
		below += square(a.Estimate - a.Low)
		above += square(a.High - a.Estimate)
	}
	if !s.Known {
		return chaping.Amount{}
	}
	s.Low, s.High = s.Estimate-math.Sqrt(below), s.Estimate+math.Sqrt(above)
	return s
}

// PartOf is what share a is of a and b together, estimated independently: with
// the ratio r = a/b, r/(1+r), whose interval is that of the ratio.
func PartOf(a, b chaping.Amount) chaping.Amount {
	if !a.Known || !b.Known || b.Estimate <= 0 || b.Low <= 0 {
		return chaping.Amount{}
	}
	product := a.Estimate * b.Estimate
	ratio := func(a1, b1 float64, sign float64) float64 { // the end of the interval that a1 and b1 belong to
		root := square(product) - a1*b1*(2*a.Estimate-a1)*(2*b.Estimate-b1)
		return (product + sign*math.Sqrt(max(root, 0))) / (b1 * (2*b.Estimate - b1))
	}
	share := func(r float64) float64 { r = max(r, 0); return r / (1 + r) }
	high := 1.0
	if b.Low < 2*b.Estimate {
		high = share(ratio(a.High, b.Low, 1))
	}
	low := 0.0
	if b.High < 2*b.Estimate {
		low = share(ratio(a.Low, b.High, -1))
	}
	return chaping.Amount{Known: true, Estimate: share(a.Estimate / b.Estimate), Low: low, High: high}
}

func square(x float64) float64 { return x * x }

// Apart tells whether two estimates differ by more than chance: their
// difference has an interval without zero (Newcombe 1998, by MOVER).
func Apart(before, now chaping.Amount) bool {
	if !before.Known || !now.Known {
		return false
	}
	d := now.Estimate - before.Estimate
	low := d - math.Sqrt(square(now.Estimate-now.Low)+square(before.High-before.Estimate))
	high := d + math.Sqrt(square(now.High-now.Estimate)+square(before.Estimate-before.Low))
	return low > 0 || high < 0
}

// Order puts drawn elements so that every beginning of the list has its part
// of each stratum: by their place within it, as a share of its size.
func Order[T any](strata [][]T) []T {
	type placed struct {
		at      float64
		stratum int
		item    T
	}
	var all []placed
	for h, list := range strata {
		for i, x := range list {
			all = append(all, placed{(float64(i) + 0.5) / float64(len(list)), h, x})
		}
	}
	slices.SortStableFunc(
		all,
		func(a, b placed) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.stratum, b.stratum)) },
	)
	out := make([]T, len(all))
	for i := range all {
		out[i] = all[i].item
	}
	return out
}
