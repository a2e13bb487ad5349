package lead

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// level counts x reviews at severity s and below.
func level(s int, x uint64) (a [Levels]uint64) {
	for i := range s {
		a[i] = x
	}
	return a
}

func TestBounds(t *testing.T) {
	// Exact Poisson limits (Garwood 1936) and Wilson's published example.
	for _, test := range []struct {
		name      string
		got, want float64
		within    float64
	}{
		{"Poisson 1", poissonLower(1), 0.0513, 0.02},
		{"Poisson 3", poissonLower(3), 0.8177, 0.02},
		{"Poisson 10", poissonLower(10), 5.4254, 0.02},
		{"Poisson 100", poissonLower(100), 84.139, 0.05},
		{"Poisson 0", poissonLower(0), 0, 0},
		{"Wilson 0/10", wilsonLower(0, 10), 0, 0},
		{"Wilson 5/10", wilsonLower(5, 10), 0.2693, 0.0005},
		{"Wilson 10/10", wilsonLower(10, 10), 0.7871, 0.0005},
		{"Wilson none", wilsonLower(0, 0), 0, 0},
	} {
		if math.Abs(test.got-test.want) > test.within {
			t.Errorf("%s: %.4f, want %.4f", test.name, test.got, test.want)
		}
	}
}

func TestOrder(t *testing.T) {
	// Each case names two leads; the first must come before the second.
	for _, test := range []struct {
		name        string
		first, then Count
	}{
		{"severity", Count{Affirmed: level(4, 10), Reviews: 1000}, Count{Affirmed: level(2, 10), Reviews: 1000}},
		{"number", Count{Affirmed: level(3, 40), Reviews: 4000}, Count{Affirmed: level(3, 4), Reviews: 400}},
		{"share", Count{Affirmed: level(3, 10), Reviews: 100}, Count{Affirmed: level(3, 10), Reviews: 10000}},
		{"one of one is not all", Count{Affirmed: level(3, 10), Reviews: 300}, Count{Affirmed: level(3, 1), Reviews: 1}},
		{"ten mild reports before one grave word", Count{Affirmed: level(3, 10), Reviews: 500}, Count{Affirmed: level(4, 1), Reviews: 500}},
		{"growth", Count{Affirmed: level(3, 20), Reviews: 500, Earlier: level(3, 2), EarlierReviews: 1500}, Count{Affirmed: level(3, 20), Reviews: 500, Earlier: level(3, 60), EarlierReviews: 1500}},
		{"an injury", Count{Affirmed: level(3, 3), Reviews: 500, Injuries: 1}, Count{Affirmed: level(3, 3), Reviews: 500}},
		{"one shout among many mild ones", Count{Affirmed: [4]uint64{200, 200, 200, 200}, Reviews: 1000}, Count{Affirmed: [4]uint64{200, 1, 1, 1}, Reviews: 1000}},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, b := Of(test.first), Of(test.then)
			if a.Points <= b.Points {
				t.Errorf("%+v is not before %+v", a, b)
			}
		})
	}
}

func TestParts(t *testing.T) {
	p := Of(Count{Affirmed: [4]uint64{120, 120, 100, 1}, Reviews: 1000, Injuries: 10, Earlier: [4]uint64{10, 10, 10, 0}, EarlierReviews: 3000})
	if p.Level != 3 || p.Severity != 20 || p.Injury != 10 || p.Growth != 10 || !p.GrowthTold {
		t.Errorf("%+v", p)
	}
	if sum := p.Severity + p.Number + p.Share + p.Growth + p.Injury; math.Abs(sum-p.Points) > 1e-9 {
		t.Errorf("parts make %f, not %f", sum, p.Points)
	}
	if p := Of(Count{Reviews: 50, Injuries: 3}); p != (Priority{}) {
		t.Errorf("nothing affirmed: %+v", p)
	}
	if p := Of(Count{Affirmed: level(2, 30), Reviews: 100}); p.GrowthTold || p.Growth != 0 {
		t.Errorf("growth without a past: %+v", p)
	}
	if p := Of(Count{Affirmed: level(4, 1e9), Reviews: 1e9, Injuries: 1e9, EarlierReviews: 1e9}); math.Abs(p.Points-100) > 0.1 {
		t.Errorf("the worst there is has %f points", p.Points)
	}
}

func draw(t *rapid.T) Count {
	var c Count
	for i := Levels - 1; i >= 0; i-- {
		more := rapid.Uint64Range(0, 300).Draw(t, "affirmed")
		c.Affirmed[i] = more
		c.Earlier[i] = rapid.Uint64Range(0, 300).Draw(t, "earlier")
		if i < Levels-1 {
			c.Affirmed[i] += c.Affirmed[i+1]
			c.Earlier[i] += c.Earlier[i+1]
		}
	}
	c.Reviews = c.Affirmed[0] + rapid.Uint64Range(0, 5000).Draw(t, "others")
	c.EarlierReviews = rapid.SampledFrom([]uint64{0, c.Earlier[0] + rapid.Uint64Range(1, 5000).Draw(t, "earlier others")}).Draw(t, "earlier reviews")
	c.Injuries = rapid.Uint64Range(0, c.Affirmed[0]).Draw(t, "injuries")
	return c
}

// TestMonotone: whatever is known, more reports, graver ones, more injuries
// and fewer reports before never lower the priority; more silent reviews
// never raise it.
func TestMonotone(t *testing.T) {
	const eps = 1e-9
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		before := Of(c).Points
		if before < 0 || before > 100+eps || math.IsNaN(before) {
			t.Fatalf("%f points", before)
		}
		level := rapid.IntRange(1, Levels).Draw(t, "level")
		up := c
		for i := range level { // a review that was silent now reports
			up.Affirmed[i]++
		}
		up.Reviews = max(up.Reviews, up.Affirmed[0])
		if up.Reviews == c.Reviews && Of(up).Points < before-eps {
			t.Errorf("one more report: %f → %f", before, Of(up).Points)
		}
		if level < Levels && c.Affirmed[level-1] > c.Affirmed[level] {
			graver := c
			graver.Affirmed[level]++ // a report of this level is one of the next
			if Of(graver).Points < before-eps {
				t.Errorf("a graver report: %f → %f", before, Of(graver).Points)
			}
		}
		if c.Injuries < c.Affirmed[0] {
			hurt := c
			hurt.Injuries++
			if Of(hurt).Points < before-eps {
				t.Errorf("one more injury: %f → %f", before, Of(hurt).Points)
			}
		}
		silent := c
		silent.Reviews += rapid.Uint64Range(1, 1000).Draw(t, "silent")
		if Of(silent).Points > before+eps {
			t.Errorf("more silent reviews: %f → %f", before, Of(silent).Points)
		}
		past := c
		for i := range level {
			past.Earlier[i]++
		}
		if Of(past).Points > before+eps {
			t.Errorf("more reports before: %f → %f", before, Of(past).Points)
		}
	})
}
