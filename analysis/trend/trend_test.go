package trend

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func TestExceeds(t *testing.T) {
	p := Prior{Shape: 1, Reviews: 1000} // a hit in a thousand reviews, say
	for name, c := range map[string]struct {
		now, before Count
		low, high   float64 // bounds of the chance
	}{
		"nothing":             {Count{0, 500}, Count{0, 500}, 1, 1},
		"no reviews":          {Count{0, 0}, Count{3, 500}, 1, 1},
		"as ever":             {Count{5, 1000}, Count{50, 10_000}, 0.3, 0.7},
		"one in few reviews":  {Count{1, 10}, Count{0, 0}, 0.005, 0.02},
		"twice, small":        {Count{2, 1000}, Count{3, 3000}, 0.1, 0.5},
		"twice, large":        {Count{200, 10_000}, Count{1000, 100_000}, 0, 1e-9},
		"new, many":           {Count{12, 300}, Count{0, 3000}, 0, 1e-8},
		"same rate, less now": {Count{1, 100}, Count{100, 10_000}, 0.5, 0.8},
	} {
		s := p.Exceeds(c.now, c.before)
		if s.Chance < c.low || s.Chance > c.high {
			t.Errorf("%s: chance %g, want %g to %g", name, s.Chance, c.low, c.high)
		}
	}
	// With much behind it and full memory of it, the test is the exact Poisson test.
	sure := Prior{Shape: 1e6, Reviews: 1e8}
	got := sure.Exceeds(Count{20, 1000}, Count{}).Chance
	want := 1 - distuv.Poisson{Lambda: 10}.CDF(19)
	if math.Abs(got-want) > want/100 {
		t.Errorf("%g, Poisson says %g", got, want)
	}
}

// Where nothing changes, chances are no smaller than they say, and few series
// get a small q; where a tenth grows fourfold, most of those are found and few
// others are.
func TestFalseDiscoveries(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const series = 4000
	run := func(grown float64) (found, right, rises, low int) {
		var before, now []Count
		var real []bool
		for range series {
			rate := distuv.Gamma{Alpha: 0.8, Beta: 100, Src: rng}.Rand()
			reviews := 50 + rng.IntN(2000)
			old := Count{uint64(distuv.Poisson{Lambda: rate * float64(3*reviews), Src: rng}.Rand()), uint64(3 * reviews)}
			grows := rng.Float64() < grown && rate*float64(reviews) > 3
			if grows {
				rate *= 4
				rises++
			}
			before, real = append(before, old), append(real, grows)
			now = append(now, Count{uint64(distuv.Poisson{Lambda: rate * float64(reviews), Src: rng}.Rand()), uint64(reviews)})
		}
		p := PriorOf(before)
		var spikes []*Spike
		for i := range now {
			s := p.Exceeds(now[i], before[i])
			spikes = append(spikes, &s)
			if s.Chance <= 0.01 && !real[i] {
				low++
			}
		}
		Adjust(spikes)
		for i, s := range spikes {
			if s.Q <= 0.05 {
				found++
				if real[i] {
					right++
				}
			}
		}
		return found, right, rises, low
	}
	if found, _, _, low := run(0); found > 5 || low > series/100*2 {
		t.Errorf("nothing grows: %d found, %d of %d chances below 1 %%", found, low, series)
	}
	found, right, rises, _ := run(0.1)
	if wrong := found - right; float64(wrong) > 0.1*float64(found) || float64(right) < 0.7*float64(rises) {
		t.Errorf("%d series grow: %d found, %d of them wrongly", rises, found, wrong)
	}
}

func TestPriorOf(t *testing.T) {
	for name, before := range map[string][]Count{
		"none": nil, "empty": {{0, 0}}, "no hits": {{0, 100}, {0, 5}}, "one": {{3, 100}}, "alike": {{1, 100}, {1, 100}, {1, 100}}, "all hits": {{5, 5}},
	} {
		p := PriorOf(before)
		if !(p.Shape > 0) || !(p.Reviews > 0) || math.IsInf(p.Shape/p.Reviews, 0) {
			t.Errorf("%s: %+v", name, p)
		}
		if s := p.Exceeds(Count{3, 10}, Count{}); !(s.Chance > 0 && s.Chance <= 1) {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestAdjust(t *testing.T) {
	var spikes []*Spike
	for _, c := range []float64{0.01, 0.04, 0.03, 0.005} {
		spikes = append(spikes, &Spike{Chance: c})
	}
	Adjust(spikes)
	for i, want := range []float64{0.02, 0.04, 0.04, 0.02} { // by hand
		if math.Abs(spikes[i].Q-want) > 1e-12 {
			t.Errorf("%d: q %g, want %g", i, spikes[i].Q, want)
		}
	}
	Adjust(nil)
}

func TestDrift(t *testing.T) {
	p := Prior{Shape: 1, Reviews: 100}
	level := func(hits ...uint64) (series []Count) {
		for _, h := range hits {
			series = append(series, Count{h, 1000})
		}
		return series
	}
	for name, c := range map[string]struct {
		series []Count
		rising bool
		since  int
	}{
		"level":        {level(10, 11, 9, 10, 12, 9, 10, 11, 10, 9), false, 10},
		"slow growth":  {level(10, 11, 9, 10, 12, 13, 14, 15, 16, 17), true, 5},
		"back at rest": {level(10, 11, 9, 20, 3, 2, 1, 3, 2, 3), false, 10},
		"short":        {level(10), false, 1},
		"empty":        {nil, false, 0},
	} {
		d := p.DriftOf(c.series, 3)
		if d.Rising() != c.rising || d.Since != c.since {
			t.Errorf("%s: %+v, rising %v", name, d, d.Rising())
		}
	}
	// A series that stays where it is alarms less than once in e^Alarm periods.
	rng := rand.New(rand.NewPCG(3, 4))
	alarms, periods := 0, 0
	for range 400 {
		series := []Count{{300, 30_000}}
		for range 60 {
			series = append(series, Count{uint64(distuv.Poisson{Lambda: 10, Src: rng}.Rand()), 1000})
			if p.DriftOf(series, 1).Rising() {
				alarms++
				series = series[:1]
			}
			periods++
		}
	}
	if most := float64(periods) * math.Exp(-Alarm); float64(alarms) > most {
		t.Errorf("%d alarms in %d periods at rest, at most %.0f are meant", alarms, periods, most)
	}
}
