package importer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"chaping"
	"chaping/ingest"
)

// storeOf finds reviews as a store has them after several imports.
func storeOf(sinks ...*memory) func(context.Context, []string, chaping.Window, func(chaping.StoredReview) error) error {
	return func(_ context.Context, products []string, w chaping.Window, each func(chaping.StoredReview) error) error {
		for version, sink := range sinks {
			for _, r := range sink.reviews {
				if !strings.HasPrefix(r.ID, "sha256-") || r.Published.Before(w.From) || !r.Published.Before(w.To) || !strings.Contains(fmt.Sprint(products), r.Product) {
					continue
				}
				err := each(chaping.StoredReview{Product: r.Product, ID: r.ID, Published: r.Published, Rating: r.Rating, Grade: r.Grade, Rule: r.Rule,
					Text: ingest.TextHash(r.Text), Version: uint64(version)})
				if err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// A review without an ID is known again where another export writes its rating or
// its time otherwise, and IDs are made as they always were.
func TestKnownInAnotherNotation(t *testing.T) {
	const stars, words = "商品编号,评价内容,评分,评价时间", "商品编号,评价内容,评级,评价时间"
	const second, minute, day = "2026-11-03 10:01:07", "2026-11-03 10:01", "2026-11-03"
	const long, short = "烧开的时候壶盖弹开烫了手", "很好"
	row := func(text, rating, at string) string { return "\nK31," + text + "," + rating + "," + at }
	buyers := func(buyer, rating, at string) string { return "\n" + buyer + ",K31," + short + "," + rating + "," + at }
	for name, tt := range map[string]struct {
		first, second string
		distinct      int
		otherwise     int64
	}{
		"the same":                     {stars + row(long, "1", second), stars + row(long, "1", second), 1, 0},
		"words for stars":              {stars + row(long, "1", second) + row(long, "5", "2026-11-04 09:00:02"), words + row(long, "差评", second) + row(long, "好评", "2026-11-04 09:00:02"), 2, 1},
		"stars for words":              {words + row(long, "好评", second), stars + row(long, "5", second), 1, 1},
		"no seconds":                   {stars + row(long, "1", second), stars + row(long, "1", minute), 1, 1},
		"seconds after none":           {stars + row(long, "1", minute), stars + row(long, "1", second), 1, 1},
		"another second":               {stars + row(long, "1", second), stars + row(long, "1", "2026-11-03 10:01:09"), 2, 0},
		"a short text, no seconds":     {stars + row("漏水漏电", "1", second), stars + row("漏水漏电", "1", minute), 2, 0},
		"a corrected rating":           {stars + row(long, "3", second), stars + row(long, "1", second), 1, 1},
		"of one order":                 {"订单编号," + stars + buyers("2600009000017", "3", day), "订单编号," + stars + buyers("2600009000017", "1", day), 1, 1},
		"of another order":             {"订单编号," + stars + buyers("2600009000017", "3", day), "订单编号," + stars + buyers("2600009000024", "1", day), 2, 0},
		"days, words for stars":        {stars + row(short, "5", day) + row(short, "5", day), words + row(short, "好评", day) + row(short, "好评", day) + row(short, "好评", day), 3, 2},
		"days, 4 and 5 stars":          {stars + row(short, "5", day) + row(short, "4", day), words + row(short, "好评", day) + row(short, "好评", day), 2, 2},
		"days, another star":           {stars + row(short, "5", day), stars + row(short, "4", day), 2, 0},
		"days, another grade":          {stars + row(short, "1", day), words + row(short, "好评", day), 2, 0},
		"twice in the file":            {stars + row(long, "5", second), words + row(long, "好评", second) + row(long, "好评", second), 1, 2},
		"an ID":                        {stars + row(long, "1", second), "评价编号," + stars + "\nR700031" + row(long, "1", second)[1:], 2, 0},
		"the same mask, no seconds":    {"买家," + stars + "\n王***" + row("漏电了", "1", second)[1:], "买家," + stars + "\n王***" + row("漏电了", "1", minute)[1:], 1, 1},
		"another opinion, no seconds":  {"买家," + stars + "\n匿名" + row(long, "1", second)[1:], "买家," + stars + "\n匿名" + row(long, "5", minute)[1:], 2, 0},
		"another mask":                 {"买家," + stars + "\n王***" + row(long, "1", second)[1:], "买家," + stars + "\n王**" + row(long, "1", second)[1:], 2, 0},
		"two of the file, one of them": {stars + row(long, "1", second), words + row(long, "中评", second) + row(long, "差评", second), 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			data := strings.ReplaceAll(tt.second, "*K31", "*,K31")
			tt.first = strings.ReplaceAll(tt.first, "*K31", "*,K31")
			data, tt.first = strings.ReplaceAll(data, "匿名K31", "匿名,K31"), strings.ReplaceAll(tt.first, "匿名K31", "匿名,K31")
			if name == "an ID" {
				data = strings.Replace(data, "R700031K31", "R700031,K31", 1)
			}
			_, _, one := texts(t, "a.csv", tt.first, Options{})
			_, sum, two := texts(t, "b.csv", data, Options{Alike: storeOf(one)})
			_, again, three := texts(t, "a.csv", tt.first, Options{Alike: storeOf(one, two)})
			_, last, four := texts(t, "b.csv", data, Options{Alike: storeOf(one, two, three)})
			all := &memory{}
			for _, sink := range []*memory{one, two, three, four} {
				all.reviews = append(all.reviews, sink.reviews...)
			}
			perhaps := []string{"another mask", "another opinion, no seconds", "a short text, no seconds", "another second"}
			if (sum.Perhaps > 0) != slices.Contains(perhaps, name) {
				t.Errorf("%d perhaps", sum.Perhaps)
			}
			if got := distinct(all); len(got) != tt.distinct || sum.Otherwise != tt.otherwise {
				t.Errorf("%q, %d otherwise, want %d, %d", got, sum.Otherwise, tt.distinct, tt.otherwise)
			}
			for _, r := range all.reviews {
				if tt.distinct == 1 && strings.Contains(tt.first+tt.second, second) && r.Published.Second() == 0 && strings.Contains(tt.first, second) {
					t.Errorf("lost its seconds: %+v", r)
				}
			}
			if again.Refused+last.Refused > 0 {
				t.Errorf("%+v", again)
			}
		})
	}
}
