package quality

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"chaping"
)

// TestCoverage draws thousands of samples, sized and spread as they are planned,
// and counts how often the interval covers the truth. The populations are drawn
// too, or, where fixed says so, are the same in all draws: then there are few
// truths that a small one can have, and how often each is covered jumps.
func TestCoverage(t *testing.T) {
	many := []uint64{400, 300, 200, 150, 100, 80, 60, 40, 30, 20, 10, 8, 6, 5, 4, 3, 2, 2, 1, 1}
	mixed := []float64{.95, .9, .85, .8, .95, .9, .7, .8, .9, .95, .95, .9, .85, .8, .95, .9, .7, .8, .9, .95}
	good := []float64{.99, .98, .97, .99, 1, 1, .98, .9, .9, .95, .99, .98, .97, .99, 1, 1, .98, .9, .9, .95}
	for _, c := range []struct {
		name   string
		sizes  []uint64
		rights []float64
		n      int // 0: what DefaultMargin asks for
		fixed  bool
	}{
		{name: "one stratum, .50", sizes: []uint64{2000}, rights: []float64{.5}},
		{name: "one stratum, .70", sizes: []uint64{2000}, rights: []float64{.7}},
		{name: "one stratum, .90", sizes: []uint64{2000}, rights: []float64{.9}},
		{name: "one stratum, .95", sizes: []uint64{2000}, rights: []float64{.95}},
		{name: "one stratum, .98", sizes: []uint64{2000}, rights: []float64{.98}},
		{name: "one stratum, .99", sizes: []uint64{2000}, rights: []float64{.99}},
		{name: "one fixed, .90", sizes: []uint64{2000}, rights: []float64{.9}, fixed: true},
		{name: "one fixed, .97", sizes: []uint64{2000}, rights: []float64{.97}, fixed: true},
		{name: "a million, .93", sizes: []uint64{1000000}, rights: []float64{.93}},
		{name: "150, .90", sizes: []uint64{150}, rights: []float64{.9}},
		{name: "150, .97", sizes: []uint64{150}, rights: []float64{.97}},
		{name: "60, .80", sizes: []uint64{60}, rights: []float64{.8}},
		{name: "60, .90", sizes: []uint64{60}, rights: []float64{.9}},
		{name: "40 in three strata", sizes: []uint64{20, 12, 8}, rights: []float64{.9, .8, .95}},
		{name: "unequal strata", sizes: []uint64{5000, 800, 60, 12}, rights: []float64{.95, .8, .6, .5}},
		{name: "unequal and poor", sizes: []uint64{3000, 3000, 300}, rights: []float64{.99, .7, .5}},
		{name: "unequal and fixed", sizes: []uint64{3000, 3000, 300}, rights: []float64{.99, .7, .5}, fixed: true},
		{name: "opposite strata", sizes: []uint64{2000, 2000}, rights: []float64{1, .5}},
		{name: "twenty strata", sizes: many, rights: mixed},
		{name: "twenty, near 1", sizes: many, rights: good},
		{name: "20 of 3000, .20", sizes: []uint64{3000}, rights: []float64{.2}, n: NegativeSize},
		{name: "20 of 3000, .50", sizes: []uint64{3000}, rights: []float64{.5}, n: NegativeSize},
		{name: "40 of 3000, .10", sizes: []uint64{3000}, rights: []float64{.1}, n: 40},
	} {
		rng := rand.New(rand.NewPCG(17, 2026))
		const draws = 6000
		covered, exact, width, n := 0, 0, 0.0, 0
		exacts := map[uint64][2]float64{} // Clopper and Pearson's by hits
		for range draws {
			var total, right uint64
			strata := make([]Stratum, len(c.sizes))
			truth := make([]uint64, len(c.sizes))
			for h, size := range c.sizes {
				total += size
				if truth[h] = uint64(math.Round(float64(size) * c.rights[h])); !c.fixed {
					truth[h] = binomial(rng, size, c.rights[h])
				}
				right += truth[h]
			}
			n = 0
			for h, m := range Allocate(cmp.Or(c.n, Size(total, DefaultMargin)), c.sizes) {
				hits := hypergeometric(rng, c.sizes[h], truth[h], uint64(m))
				strata[h] = Stratum{Population: c.sizes[h], Sampled: uint64(m), Judged: uint64(m), Hits: hits}
				n += m
			}
			s := Estimate(strata)
			width += s.High - s.Low
			p := float64(right) / float64(total)
			if s.Low-1e-9 <= p && p <= s.High+1e-9 {
				covered++
			}
			if e, known := exacts[s.Hits]; !known {
				e[0], e[1] = clopper(float64(s.Hits), float64(s.Judged))
				exacts[s.Hits] = e
			}
			if e := exacts[s.Hits]; e[0] <= p && p <= e[1] {
				exact++
			}
		}
		share := 100 * float64(covered) / draws
		t.Logf("%-18s n=%3d  covers %.1f %%  half width %.1f points  (Clopper and Pearson, as if one stratum: %.1f %%)",
			c.name, n, share, 50*width/draws, 100*float64(exact)/draws)
		if share < 93 || share > 97 {
			t.Errorf("%s: the interval covers %.1f of 100", c.name, share)
		}
	}
}

// TestDerivedCoverage: intervals of sums and ratios cover too.
func TestDerivedCoverage(t *testing.T) {
	for _, c := range []struct {
		name                     string
		found, negative, other   uint64
		precise, missed, missed2 float64
		judged, read             uint64
	}{
		{"plain", 3000, 2000, 20000, .9, .2, .02, 130, 40},
		{"little missed", 3000, 500, 20000, .95, .1, .005, 130, 60},
		{"much missed", 800, 2000, 5000, .8, .4, .1, 120, 20},
	} {
		rng := rand.New(rand.NewPCG(17, 2026))
		const draws = 6000
		sum, ratio := 0, 0
		for range draws {
			draw := func(size uint64, p float64, n uint64) (float64, chaping.Amount) {
				truth := binomial(rng, size, p)
				hits := hypergeometric(rng, size, truth, n)
				return float64(truth), Estimate([]Stratum{{Population: size, Sampled: n, Judged: n, Hits: hits}}).Total()
			}
			f, found := draw(c.found, c.precise, c.judged)
			a, negative := draw(c.negative, c.missed, c.read)
			b, other := draw(c.other, c.missed2, c.read)
			missed := Sum(negative, other)
			if missed.Low <= a+b && a+b <= missed.High {
				sum++
			}
			if r := PartOf(missed, found); r.Low <= (a+b)/(a+b+f) && (a+b)/(a+b+f) <= r.High {
				ratio++
			}
		}
		s, r := 100*float64(sum)/draws, 100*float64(ratio)/draws
		t.Logf("%-14s sum %.1f %%  part %.1f %%", c.name, s, r)
		if s < 93 || r < 93 {
			t.Errorf("%s: covers %.1f and %.1f of 100", c.name, s, r)
		}
	}
}

// binomial is how many of n hit.
func binomial(rng *rand.Rand, n uint64, p float64) (hits uint64) {
	if n > 10000 { // near enough normal
		sd := math.Sqrt(float64(n) * p * (1 - p))
		return uint64(math.Round(float64(n)*p + sd*rng.NormFloat64()))
	}
	for range n {
		if rng.Float64() < p {
			hits++
		}
	}
	return hits
}

// hypergeometric is how many of m drawn from a population with so many right
// are right.
func hypergeometric(rng *rand.Rand, size, right, m uint64) (hits uint64) {
	for range m {
		if rng.Uint64N(size) < right {
			hits++
			right--
		}
		size--
	}
	return hits
}

// clopper is Clopper and Pearson's exact interval, which TestCoverage compares.
func clopper(hits, n float64) (low, high float64) {
	quantile := func(p, a, b float64) float64 {
		lo, hi := 0.0, 1.0
		for range 40 {
			if mid := (lo + hi) / 2; incompleteBeta(mid, a, b) < p {
				lo = mid
			} else {
				hi = mid
			}
		}
		return lo
	}
	if hits > 0 {
		low = quantile(.025, hits, n-hits+1)
	}
	if high = 1; hits < n {
		high = quantile(.975, hits+1, n-hits)
	}
	return low, high
}

// incompleteBeta is the regularised one, for whole a and b: the chance of at
// least a hits of a+b-1.
func incompleteBeta(x, a, b float64) (p float64) {
	n := a + b - 1
	choose := func(k float64) float64 {
		x1, _ := math.Lgamma(n + 1)
		x2, _ := math.Lgamma(k + 1)
		x3, _ := math.Lgamma(n - k + 1)
		return x1 - x2 - x3
	}
	for k := a; k <= n; k++ {
		p += math.Exp(choose(k) + k*math.Log(x) + (n-k)*math.Log(1-x))
	}
	return p
}

func TestSmall(t *testing.T) {
	for _, c := range []struct {
		name   string
		strata []Stratum
		want   chaping.Knowing
	}{
		{"empty", nil, chaping.KnowNothing},
		{"an empty stratum", []Stratum{{}, {Population: 900, Sampled: 100, Judged: 100, Hits: 90}}, chaping.KnowInterval},
		{"nothing judged", []Stratum{{Population: 900, Sampled: 100}}, chaping.KnowNothing},
		{"three of a thousand", []Stratum{{Population: 1000, Sampled: 3, Judged: 3, Hits: 3}}, chaping.KnowFew},
		{"three of three", []Stratum{{Population: 3, Sampled: 3, Judged: 3, Hits: 2}}, chaping.KnowAll},
		{"one stratum not reached", []Stratum{{Population: 900, Sampled: 90, Judged: 90, Hits: 80}, {Population: 9, Sampled: 2}}, chaping.KnowInterval},
		{"all right", []Stratum{{Population: 900, Sampled: 90, Judged: 90, Hits: 90}}, chaping.KnowInterval},
		{"all wrong", []Stratum{{Population: 900, Sampled: 90, Judged: 90}}, chaping.KnowInterval},
	} {
		s := Estimate(c.strata)
		if s.Known != c.want || s.Holds() && !(0 <= s.Low && s.Low <= s.Estimate && s.Estimate <= s.High && s.High <= 1) {
			t.Errorf("%s: %+v", c.name, s)
		}
		if c.want == chaping.KnowAll && s.Low != s.High {
			t.Errorf("%s: %+v", c.name, s)
		}
		if c.want == chaping.KnowInterval && s.Low == s.High {
			t.Errorf("%s: an interval of nothing: %+v", c.name, s)
		}
	}
	if n := Size(0, DefaultMargin); n != 0 {
		t.Error(n)
	}
	if n := Size(3, DefaultMargin); n != 3 {
		t.Error(n)
	}
	if n := Size(10_000_000, DefaultMargin) + NegativeSize + OtherSize; n*Seconds > 15*60 {
		t.Errorf("%d decisions are no quarter of an hour", n)
	}
}

func TestEstimateProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		strata := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Stratum {
			s := Stratum{Population: rapid.Uint64Range(0, 5000).Draw(t, "population")}
			s.Sampled = rapid.Uint64Range(0, s.Population).Draw(t, "sampled")
			s.Judged = rapid.Uint64Range(0, s.Sampled).Draw(t, "judged")
			s.Hits = rapid.Uint64Range(0, s.Judged).Draw(t, "hits")
			return s
		}), 0, 8).Draw(t, "strata")
		s := Estimate(strata)
		if math.IsNaN(s.Estimate + s.Low + s.High) {
			t.Fatalf("%+v", s)
		}
		if s.Holds() && !(0 <= s.Low && s.Low <= s.Estimate+1e-9 && s.Estimate <= s.High+1e-9 && s.High <= 1) {
			t.Fatalf("%+v", s)
		}
		if s.Holds() && (s.Total().Low < float64(s.Hits)-1e-6 || s.Total().High > float64(s.Population-s.Judged+s.Hits)+1e-6) {
			t.Fatalf("what was seen is outside of %+v", s)
		}
	})
}

func TestOrder(t *testing.T) {
	got := Order([][]int{{10, 11, 12, 13}, {20, 21}, nil, {30}})
	if want := []int{10, 20, 11, 30, 12, 21, 13}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestApart(t *testing.T) {
	share := func(hits uint64) chaping.Amount {
		s := Estimate([]Stratum{{Population: 10000, Sampled: 100, Judged: 100, Hits: hits}})
		return chaping.Amount{Known: true, Estimate: s.Estimate, Low: s.Low, High: s.High}
	}
	if !Apart(share(95), share(80)) || Apart(share(95), share(90)) || Apart(share(95), chaping.Amount{}) {
		t.Error(share(95), share(90), share(80))
	}
}
