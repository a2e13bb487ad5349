package synth

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"chaping"
)

type row struct {
	ID, Product_id, Shop, Published, Rating, Text string
}

func rowsOf(t *testing.T, l Load) (rows []row, raw []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := l.WriteNDJSON(&b); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		var r row
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		rows = append(rows, r)
	}
	return rows, b.Bytes()
}

func TestLoadLooksLikeReviews(t *testing.T) {
	w := chaping.Period{Year: 2026, Month: time.October}.Window()
	l := Load{Seed: 7, Reviews: 50_000, Window: w, Terms: Terms(100)}
	rows, raw := rowsOf(t, l)
	if _, again := rowsOf(t, l); !bytes.Equal(raw, again) {
		t.Error("the same load differs")
	}
	l.Seed = 8
	if _, other := rowsOf(t, l); bytes.Equal(raw, other) {
		t.Error("another seed gives the same load")
	}
	ids, texts, products := map[string]int{}, map[string]int{}, map[string]int{}
	var lengths []int
	named := 0
	for _, r := range rows {
		ids[r.ID]++
		texts[r.Text]++
		products[r.Product_id]++
		lengths = append(lengths, utf8.RuneCountInString(r.Text))
		if slices.ContainsFunc(l.Terms, func(term string) bool { return strings.Contains(r.Text, term) }) {
			named++
		}
		at, err := time.ParseInLocation(time.DateTime, r.Published, chaping.Shanghai())
		if err != nil || !w.Contains(at) {
			t.Fatalf("%s %v", r.Published, err)
		}
	}
	slices.Sort(lengths)
	counts := slices.Sorted(func(yield func(int) bool) {
		for _, n := range products {
			if !yield(n) {
				return
			}
		}
	})
	top := counts[len(counts)-len(counts)/10:]
	share := 0
	for _, n := range top {
		share += n
	}
	t.Logf("rows %d, ids %d, texts %d, naming %d, products %d, top tenth %d%%, median %d, p99 %d characters",
		len(rows), len(ids), len(texts), named, len(products), 100*share/len(rows), lengths[len(lengths)/2], lengths[len(lengths)*99/100])
	switch {
	case len(ids) != l.Reviews:
		t.Errorf("%d distinct reviews", len(ids))
	case len(rows) != l.Reviews+l.Reviews/resent:
		t.Errorf("%d rows", len(rows))
	case named < len(rows)*4/100 || named > len(rows)*6/100:
		t.Errorf("%d of %d name a problem", named, len(rows))
	case share < len(rows)/4:
		t.Errorf("the busiest tenth of the products has %d of %d", share, len(rows))
	case lengths[len(lengths)/2] < 12 || lengths[len(lengths)/2] > 30:
		t.Errorf("median %d characters", lengths[len(lengths)/2])
	case len(texts) > len(rows)*9/10:
		t.Errorf("%d of %d texts differ", len(texts), len(rows))
	}
}

func TestTermsDiffer(t *testing.T) {
	list := Terms(900)
	slices.Sort(list)
	if len(list) != 900 || len(slices.Compact(list)) != 900 {
		t.Error("terms repeat")
	}
}
