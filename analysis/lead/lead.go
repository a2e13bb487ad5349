// Package lead orders what the counts show: which product × hazard should a
// person look at first. The result is a lead priority (线索优先级), a number
// from 0 to 100. It is no risk level: a risk level exists only once a person
// has confirmed it. And it is no probability of harm: reviews are written by
// those who care to, so that their counts and shares say what is reported,
// not how often it happens.
//
// # The formula
//
// All parts are on one scale, ten points for a factor of ten:
//
//	priority = severity + number + share + growth + injury
//
//	severity  10·(S−1)                        0…30
//	number    10·log10(lower(x) / lower(1))   0…35
//	share     10·log10(1 + 100·lower(x, n))   0…15
//	growth    10·log10(max(1, lower(ratio)))  0…10
//	injury    5 + 10·log10(i), 0 without any  0…10
//
// S is a severity level of 1 to 4 after the RAPEX guideline (Commission
// Implementing Decision (EU) 2019/417). In the guideline's table of risk, from
// level 2 on, one level of severity weighs as much as a factor of ten in
// probability; hence ten points a level, and logarithms for the rest.
//
// x is the number of reviews that affirm the hazard, n of all reviews of the
// product in the period, i of those among x that tell of an injury. A review
// counts once, however many terms it holds.
//
// lower(·) are lower confidence bounds at 95 % (one-sided), so that small
// numbers do not shout. What is sure after ten reports is a hundred times what
// is sure after one, two levels of severity's worth:
//
//	lower(x)      of a Poisson mean, Byar's approximation (Breslow & Day 1987, 2.12)
//	lower(x, n)   of a proportion, Wilson (1927), after adding Doubt reviews
//	              that report nothing: one of one is not all
//	lower(ratio)  of the ratio of two Poisson rates, x/n now against x0/n0 in
//	              the periods before: Wilson's bound of x/(x+x0), the test of
//	              Przyborowski & Wilenski (1940). Without reviews before there
//	              is no growth to tell.
//
// As the guideline asks for the injury scenario with the highest risk, the
// priority is computed at each severity level S from the reviews that affirm
// a term of at least that level, and the highest result holds: one shout of
// 爆炸 among a hundred 发烫 does not make a hundred explosions.
package lead

import (
	"math"

	"chaping"
)

// Doubt is the number of silent reviews that are added to every product.
const Doubt = 20

// z is the 95 % quantile of the normal distribution.
const z = 1.6449

// Levels is the number of severity levels.
const Levels = 4

// The caps of the parts; severity's follows from Levels. They add up to 100.
const (
	pointsPerDecade = 10
	capNumber       = 35
	capShare        = 15
	capGrowth       = 10
	capInjury       = 10
	oneInjury       = 5
)

// A Count is what is known of a product × hazard.
type Count struct {
	// Affirmed[s-1] are the reviews of the period that affirm a term of
	// severity s or more; it never rises from one level to the next.
	Affirmed [Levels]uint64
	Reviews  uint64 // all reviews of the product in the period
	Injuries uint64 // reviews that affirm the hazard and tell of an injury

	Earlier        [Levels]uint64 // as Affirmed, in the periods before
	EarlierReviews uint64         // all reviews of the product in them
}

// A Priority is a lead priority and how it came about.
type Priority struct {
	Points float64 // 0 to 100, the sum of the parts

	Severity, Number, Share, Growth, Injury float64 // the parts, in points

	Level      int     // the severity level that gave the highest result; 0 when nothing is affirmed
	LowNumber  float64 // lower(x) at that level
	LowShare   float64 // lower(x, n), 0 to 1
	LowGrowth  float64 // lower(ratio); 0 when it cannot be told
	GrowthTold bool    // there were reviews before
}

// Of computes the priority.
func Of(c Count) Priority {
	var best Priority
	for level := 1; level <= Levels; level++ {
		if p := at(level, c); c.Affirmed[level-1] > 0 && (best.Level == 0 || p.Points > best.Points) {
			best = p
		}
	}
	return best
}

func at(level int, c Count) Priority {
	x, n := c.Affirmed[level-1], max(c.Reviews, c.Affirmed[0])
	p := Priority{
		Level:      level,
		LowNumber:  poissonLower(float64(x)),
		LowShare:   wilsonLower(float64(x), float64(n+Doubt)),
		GrowthTold: c.EarlierReviews > 0,
	}
	p.Severity = pointsPerDecade * float64(level-1)
	p.Number = points(max(1, p.LowNumber/poissonLower(1)), capNumber)
	p.Share = points(1+100*p.LowShare, capShare)
	if p.GrowthTold {
		x0 := float64(c.Earlier[level-1])
		share := wilsonLower(float64(x), float64(x)+x0)
		p.LowGrowth = share / (1 - share) * float64(c.EarlierReviews) / float64(n)
		p.Growth = points(max(1, p.LowGrowth), capGrowth)
	}
	if c.Injuries > 0 {
		p.Injury = min(capInjury, oneInjury+points(float64(c.Injuries), capInjury))
	}
	p.Points = p.Severity + p.Number + p.Share + p.Growth + p.Injury
	return p
}

func points(factor, most float64) float64 {
	return min(most, pointsPerDecade*math.Log10(factor))
}

// poissonLower is Byar's lower bound of a Poisson mean of which x were counted.
func poissonLower(x float64) float64 {
	if x < 1 {
		return 0
	}
	root := 1 - 1/(9*x) - z/(3*math.Sqrt(x))
	return x * root * root * root
}

// wilsonLower is Wilson's lower bound of a proportion, x out of n.
func wilsonLower(x, n float64) float64 {
	if n == 0 {
		return 0
	}
	low, _ := chaping.Wilson(x/n, n, z)
	return low
}
