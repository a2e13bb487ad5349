package incident

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"chaping"
)

func shipped(t testing.TB) *Rules {
	t.Helper()
	data, err := os.ReadFile("../../configs/urgent.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r, err := ReadRules("urgent.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var period = chaping.Period{Year: 2026, Month: time.November}

func reported(n int, term string, hazard chaping.Hazard, severity chaping.Severity, product, shop string) []*Report {
	var list []*Report
	for i := range n {
		list = append(list, &Report{Keyword: "电热毯", Term: chaping.Term{Name: term, Hazard: hazard, Severity: severity},
			Product: chaping.Product{Platform: "mall", ID: product, Shop: chaping.Shop{Name: shop}}, Review: chaping.ReviewKey{Platform: "mall", Product: product, Review: fmt.Sprint(term, i)},
			Date: time.Date(2026, 11, 1+i%20, 0, 0, 0, 0, chaping.Shanghai()), Sentence: "着火"})
	}
	return list
}

func TestThresholds(t *testing.T) {
	manyShops := func(shops, each int) (list []*Report) {
		for i := range shops {
			list = append(list, reported(each, "外壳高温", "thermal", 3, fmt.Sprint("p", i), fmt.Sprint("s", i))...)
		}
		return list
	}
	known := map[[2]string]bool{{"mall", "A"}: true}
	mean := func(n float64) Earlier {
		return Earlier{known, map[Baseline]float64{{"spread", "mall", "A", "thermal"}: n, {"another", "mall", "A", "thermal"}: 99}}
	}
	before := mean(4)
	for _, tt := range []struct {
		name    string
		reports []*Report
		earlier Earlier
		want    string
	}{
		{"one death", reported(1, "死亡", "injury", 4, "A", "s"), Earlier{}, "death|mall|A"},
		{"one fire", reported(1, "起火", "fire", 4, "A", "s"), Earlier{}, ""},
		{"two fires", reported(2, "起火", "fire", 4, "A", "s"), Earlier{}, "fire|mall|A"},
		{"two fires at two products", append(reported(1, "起火", "fire", 4, "A", "s"), reported(1, "起火", "fire", 4, "B", "s")...), Earlier{}, ""},
		{"the same review twice", append(reported(1, "起火", "fire", 4, "A", "s"), reported(1, "起火", "fire", 4, "A", "s")...), Earlier{}, ""},
		{"nine shops", manyShops(9, 4), Earlier{}, ""},
		{"ten shops", manyShops(10, 3), Earlier{}, "shops|电热毯|thermal"},
		{"ten shops, few reviews", manyShops(10, 2), Earlier{}, ""},
		{"spread", reported(20, "外壳高温", "thermal", 3, "A", "s"), before, "spread|mall|A|thermal"},
		{"too few to spread", reported(19, "外壳高温", "thermal", 3, "A", "s"), before, ""},
		{"spread of a new product", reported(29, "外壳高温", "thermal", 3, "A", "s"), Earlier{}, ""},
		{"no spread", reported(20, "外壳高温", "thermal", 3, "A", "s"), mean(5), ""},
		{"slight", reported(100, "脱水噪音", "noise", 1, "A", "s"), before, ""},
	} {
		d := shipped(t).NewDetector(period, tt.earlier)
		for _, r := range tt.reports {
			d.Add(r)
		}
		var got []string
		for _, c := range d.Candidates() {
			got = append(got, c.Key)
			if !strings.Contains(c.Why, "门槛") || len(c.Evidence) == 0 || c.Period != "2026-11" || c.First == "" {
				t.Errorf("%s: %+v", tt.name, c)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestBounds(t *testing.T) {
	d := shipped(t).NewDetector(period, Earlier{})
	for _, r := range reported(500, "起火", "fire", 4, "A", "s") {
		d.Add(r)
	}
	c := d.Candidates()[0]
	if c.Reviews != 500 || len(c.Evidence) != maxEvidence {
		t.Errorf("%d reviews, %d sentences", c.Reviews, len(c.Evidence))
	}
}

func TestBadRules(t *testing.T) {
	for _, bad := range []string{"", "quiet: 3\nrules: []", "quiet: 0\nrules: [{id: a, name: a, trigger: 1, scope: product, severity: 3, reviews: 1}]",
		"quiet: 3\nrules: [{id: a, name: a, trigger: 3, scope: product, severity: 3, reviews: 1}]", "quiet: 3\nrules: [{id: a, name: a, trigger: 1, scope: shop, severity: 3, reviews: 1}]",
		"quiet: 3\nrules: [{id: a, name: a, trigger: 1, scope: product, severity: 3}]", "quiet: 3\nrules: [{id: a, name: a, trigger: 1, scope: product, reviews: 1}]",
		"quiet: 3\nrules: [{id: a, name: a, trigger: 1, scope: keyword, severity: 3, reviews: 1, ratio: 2}]", "quiet: 3\nwhat: 1\nrules: []"} {
		if _, err := ReadRules("my.yaml", []byte(bad)); err == nil || !strings.Contains(err.Error(), "my.yaml") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
