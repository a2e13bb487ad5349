package polarity

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// An Eval is how a model does on labelled reviews.
type Eval struct {
	Reviews int
	Version string // of the model
	Unknown int    // reviews without anything that the model knows; taken for positive
	// Confusion counts reviews by label and prediction, negative first.
	Confusion [2][2]int
	Precision float64 // of negative
	Recall    float64 // of negative
	F1        float64 // of negative
	Accuracy  float64
	Wrong     []WrongRow // the surest first
}

// A WrongRow is a review that the model grades otherwise than its label.
type WrongRow struct {
	Row
	Score float64 // probability of negative
}

// Evaluate measures a model on labelled reviews.
func Evaluate(ctx context.Context, m *Model, rows []Row) (*Eval, error) {
	e := &Eval{Reviews: len(rows), Version: m.Version()}
	side := func(negative bool) int {
		if negative {
			return 0
		}
		return 1
	}
	for i, r := range rows {
		if i%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		z, known := m.logit(r.Text)
		if !known {
			e.Unknown++
		}
		e.Confusion[side(r.Negative)][side(z > 0)]++
		if (z > 0) != r.Negative {
			e.Wrong = append(e.Wrong, WrongRow{r, m.Score(r.Text)})
		}
	}
	slices.SortStableFunc(e.Wrong, func(a, b WrongRow) int { return cmp.Compare(math.Abs(b.Score-0.5), math.Abs(a.Score-0.5)) })
	hit := e.Confusion[0][0]
	e.Precision = ratio(hit, hit+e.Confusion[1][0])
	e.Recall = ratio(hit, hit+e.Confusion[0][1])
	e.F1 = ratio(2*hit, 2*hit+e.Confusion[1][0]+e.Confusion[0][1])
	e.Accuracy = ratio(hit+e.Confusion[1][1], len(rows))
	return e, nil
}

// ratio over nothing is 0.
func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// A Split parts labelled reviews into those to learn from and those to ask.
type Split struct {
	Name        string
	Train, Test []Row
}

// Folds are n splits of distinct reviews at random; every review is asked in
// one of them.
func Folds(rows []Row, n int, seed uint64) []Split {
	shuffled := slices.Clone(rows)
	rng := rand.New(rand.NewPCG(seed, 0))
	rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	var out []Split
	for i := range n {
		lo, hi := i*len(rows)/n, (i+1)*len(rows)/n
		out = append(out, Split{fmt.Sprintf("随机 %d/%d", i+1, n), slices.Concat(shuffled[:lo], shuffled[hi:]), shuffled[lo:hi]})
	}
	return out
}

// LeaveOut are the splits that ask one category and learn from all others.
func LeaveOut(rows []Row) []Split {
	byCategory := map[string][]Row{}
	var names []string
	for _, r := range rows {
		if byCategory[r.Category] == nil {
			names = append(names, r.Category)
		}
		byCategory[r.Category] = append(byCategory[r.Category], r)
	}
	slices.Sort(names)
	var out []Split
	for _, name := range names {
		s := Split{Name: name, Test: byCategory[name]}
		for _, r := range rows {
			if r.Category != name {
				s.Train = append(s.Train, r)
			}
		}
		out = append(out, s)
	}
	return out
}
