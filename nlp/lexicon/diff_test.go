package lexicon

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"chaping"
	"chaping/nlp"
)

func miner(t testing.TB, terms ...chaping.Term) *nlp.Miner {
	t.Helper()
	m, err := nlp.NewMiner(&nlp.Dictionary{Terms: terms})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func stream(reviews []chaping.Review) func(each func(*chaping.Review) error) error {
	return func(each func(*chaping.Review) error) error {
		var r chaping.Review // overwritten, as the store does
		for i := range reviews {
			r = reviews[i]
			if err := each(&r); err != nil {
				return err
			}
		}
		return nil
	}
}

// unknown says nothing of any product.
func unknown(chaping.ProductKey) nlp.Goods { return nlp.Goods{} }

func TestDiff(t *testing.T) {
	a := miner(t, chaping.Term{Name: "漏电"}, chaping.Term{Name: "异味"})
	b := miner(t, chaping.Term{Name: "漏电", Surfaces: []string{"跑电"}}, chaping.Term{Name: "塑料味"})
	reviews := []chaping.Review{
		{Platform: "jd", Product: "1", ID: "a", Grade: chaping.Negative, Text: "第二天就跑电，漏电很厉害"},         // one more mention, same review
		{Platform: "jd", Product: "1", ID: "b", Grade: chaping.Negative, Text: "用了跑电"},                 // new
		{Platform: "jd", Product: "1", ID: "c", Grade: chaping.Positive, Text: "好用", Appended: "后来跑电"}, // new, hidden
		{Platform: "jd", Product: "2", ID: "d", Grade: chaping.Negative, Text: "异味很大"},                 // gone
		{Platform: "jd", Product: "2", ID: "e", Grade: chaping.Positive, Text: "没有异味"},                 // gone, negated
		{Platform: "jd", Product: "2", ID: "f", Grade: chaping.Negative, Text: "漏电"},                   // the same
	}
	d, err := Diff(context.Background(), stream(reviews), unknown, [2]*nlp.Miner{a, b}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if d.Reviews != 6 || d.Added != 3 || d.Removed != 2 || d.Changed != 0 || d.Mentions != [2]uint64{4, 5} || d.Affirmed != [2]uint64{3, 5} {
		t.Errorf("%+v", d)
	}
	want := []RowChange{
		{"异味", "jd", "2", Counts{1, 0, 1}, Counts{}},
		{"漏电", "jd", "1", Counts{1, 0, 1}, Counts{2, 1, 3}},
	}
	if len(d.Rows) != 2 || !slices.Contains(d.Rows, want[0]) || !slices.Contains(d.Rows, want[1]) {
		t.Errorf("rows %+v", d.Rows)
	}
	kinds := map[ChangeKind]int{}
	for _, c := range d.Samples {
		kinds[c.Kind]++
	}
	if kinds[Added] != 2 || kinds[Removed] != 2 {
		t.Errorf("samples %+v", d.Samples)
	}
}

// TestDiffIsTheSameInAnyOrder: on all cores, whatever order reviews come in.
func TestDiffIsTheSameInAnyOrder(t *testing.T) {
	a := miner(t, chaping.Term{Name: "漏电"})
	b := miner(t, chaping.Term{Name: "漏电"}, chaping.Term{Name: "异味"})
	texts := []string{"漏电", "异味很大", "没有异味", "都好", "异味和漏电"}
	var reviews []chaping.Review
	for i := range 5000 {
		reviews = append(reviews, chaping.Review{Platform: "jd", Product: fmt.Sprint(i % 7), ID: fmt.Sprint(i), Grade: chaping.Grade(i % 4), Text: texts[i*i%5]})
	}
	var first *Difference
	for range 4 {
		d, err := Diff(context.Background(), stream(reviews), unknown, [2]*nlp.Miner{a, b}, 5)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = d
		} else if !reflect.DeepEqual(d, first) {
			t.Fatalf("\n got %+v\nwant %+v", d, first)
		}
		rand.Shuffle(len(reviews), func(i, j int) { reviews[i], reviews[j] = reviews[j], reviews[i] })
	}
	if first.Reviews != 5000 || first.Added == 0 || first.Removed != 0 || len(first.Rows) == 0 {
		t.Errorf("%+v", first)
	}
}

func TestDiffWithItself(t *testing.T) {
	m := miner(t, chaping.Term{Name: "漏电"})
	d, err := Diff(context.Background(), stream([]chaping.Review{{ID: "a", Text: "漏电"}}), unknown, [2]*nlp.Miner{m, m}, 3)
	if err != nil || d.Added+d.Removed+d.Changed != 0 || len(d.Rows) != 0 || len(d.Samples) != 0 {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestDiffStops(t *testing.T) {
	m := miner(t, chaping.Term{Name: "漏电"})
	broken := errors.New("broken")
	_, err := Diff(context.Background(), func(func(*chaping.Review) error) error { return broken }, unknown, [2]*nlp.Miner{m, m}, 3)
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Diff(ctx, stream(make([]chaping.Review, 100_000)), unknown, [2]*nlp.Miner{m, m}, 3)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func BenchmarkDiff(b *testing.B) {
	before := miner(b, chaping.Term{Name: "漏电"}, chaping.Term{Name: "异味"})
	after := miner(b, chaping.Term{Name: "漏电", Surfaces: []string{"跑电"}}, chaping.Term{Name: "异味"})
	texts := []string{"快递很快，包装完好，用了几天没有问题", "没有异味，水烧得快", "用了两天跑电，吓人", "颜色好看，送朋友的，朋友很喜欢，下次还来"}
	reviews := make([]chaping.Review, 100_000)
	for i := range reviews {
		reviews[i] = chaping.Review{Platform: "jd", Product: fmt.Sprint(i % 50), ID: fmt.Sprint(i), Grade: chaping.Grade(i % 4), Text: texts[i%4]}
	}
	for b.Loop() {
		if _, err := Diff(context.Background(), stream(reviews), unknown, [2]*nlp.Miner{before, after}, 10); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(reviews)*b.N)/b.Elapsed().Seconds(), "reviews/s")
}
