package report

import (
	"strings"
	"testing"

	"chaping"
)

func cited(product, term string, n uint64, ids ...string) CitedRow {
	return CitedRow{PlatformRow{Platform: "mall", ProductID: product, Product: "暖手宝" + product, ProductKeyword: "暖手宝", Term: term,
		NegativeReviews: n}, ids}
}

// A review that affirms two terms is in two rows and counts once; where the
// sheet does not name the reviews, the count is a range that holds it.
func TestReviewsAreCountedOnce(t *testing.T) {
	unnamed := func(r CitedRow) CitedRow {
		r.ProductID, r.Product, r.Cited = "", "暖手宝1", nil
		return r
	}
	for name, c := range map[string]struct {
		rows []CitedRow
		want ReviewCount
	}{
		"none":                   {nil, ReviewCount{}},
		"the same reviews":       {[]CitedRow{cited("1", "冒烟", 2, "a", "b"), cited("1", "起火", 2, "a", "b")}, ReviewCount{2, 2}},
		"one in both":            {[]CitedRow{cited("1", "冒烟", 2, "a", "b"), cited("1", "起火", 2, "b", "c")}, ReviewCount{3, 3}},
		"IDs of two products":    {[]CitedRow{cited("1", "冒烟", 1, "a"), cited("2", "起火", 1, "a")}, ReviewCount{2, 2}},
		"not named":              {[]CitedRow{cited("1", "冒烟", 7), cited("1", "起火", 5)}, ReviewCount{7, 12}},
		"not named, two things":  {[]CitedRow{cited("1", "冒烟", 7), cited("2", "起火", 5)}, ReviewCount{12, 12}},
		"not all named":          {[]CitedRow{cited("1", "冒烟", 2, "a", "b"), cited("1", "起火", 3, "a")}, ReviewCount{3, 5}},
		"one term":               {[]CitedRow{cited("1", "冒烟", 7)}, ReviewCount{7, 7}},
		"by hand":                {[]CitedRow{unnamed(cited("1", "冒烟", 4)), unnamed(cited("1", "起火", 4))}, ReviewCount{4, 8}},
		"by hand, beside a JSON": {[]CitedRow{cited("1", "冒烟", 2, "a", "b"), unnamed(cited("1", "起火", 2))}, ReviewCount{2, 4}},
	} {
		if got := CountReviews(c.rows); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// The sentence of a lead says how many reviews there are, and why its terms add
// up to more.
func TestEntriesOfRowsCountReviews(t *testing.T) {
	fire := func(string) chaping.Hazard { return chaping.HazardFire }
	for _, c := range []struct {
		rows []CitedRow
		want string
	}{
		{[]CitedRow{cited("1", "冒烟", 1, "a"), cited("2", "起火", 2, "a", "b")}, "差评 3 条（起火 2、冒烟 1），涉及 2 件商品"},
		{[]CitedRow{cited("1", "冒烟", 2, "a", "b"), cited("1", "起火", 2, "a", "b")}, "差评 2 条（冒烟 2、起火 2；一条评论说到几个词的，每个词都数它），涉及 1 件商品"},
		{[]CitedRow{cited("1", "冒烟", 2), cited("1", "起火", 3)}, "差评至少 3 条、至多 5 条（起火 3、冒烟 2；报送表没有写明是哪些评论，同一条可能数在几个词里），涉及 1 件商品"},
	} {
		list := EntriesOfRows("甲站", append(c.rows, cited("9", "漏电", 0)), fire)
		if len(list) != 1 || !strings.HasPrefix(list[0].Content, "甲站："+c.want) || len(list[0].Rows) != len(c.rows) {
			t.Errorf("%+v, want %s", list, c.want)
		}
	}
}

// What a sheet's JSON names as evidence is read back, negative reviews only and
// each once.
func TestCitations(t *testing.T) {
	got, err := Citations([]byte(`{"evidence":[
		{"seq":1,"review_id":"b","counted_as":"差评数"},{"seq":1,"review_id":"a","counted_as":"差评数"},{"seq":1,"review_id":"b","counted_as":"差评数"},
		{"seq":1,"review_id":"c","counted_as":"高星隐性投诉"},{"seq":1,"review_id":"d","counted_as":"别的说法"},{"seq":2,"review_id":"a","counted_as":"差评数"}]}`))
	if err != nil || len(got) != 2 || strings.Join(got[1], " ") != "a b" || strings.Join(got[2], " ") != "a" {
		t.Error(got, err)
	}
}

// Two rows are one that was handed in twice by what they are about, not by their
// place or their numbers.
func TestRowIdentity(t *testing.T) {
	same := func(a, b string) bool {
		t.Helper()
		one, err := RowIdentity([]byte(a))
		if err != nil {
			t.Fatal(err)
		}
		other, err := RowIdentity([]byte(b))
		if err != nil {
			t.Fatal(err)
		}
		return one == other
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`{"product":"台灯","content":"外壳 烫手","suggested":true}`, `{"product":"台灯","content":"外壳烫手","hazard":"thermal"}`, true},
		{`{"product":"台灯","content":"外壳烫手"}`, `{"product":"台灯","content":"外壳烫手","companies":"2"}`, false},
		{`{"seq":1,"term":"漏电","product":"壶","shop":"甲店","negative_reviews":3}`, `{"seq":7,"term":"漏电","product":"壶","shop":"甲店","negative_reviews":5}`, true},
		{`{"term":"漏电","product":"壶","shop":"甲店"}`, `{"term":"漏电","product":"壶","shop":"乙店"}`, false},
		{`{"term":"漏电","product":"壶","product_id":"1"}`, `{"term":"漏电","product":"新壶","product_id":"1"}`, true},
		{`{"term":"漏电","product":"壶","product_id":"1"}`, `{"term":"起火","product":"壶","product_id":"1"}`, false},
	} {
		if same(c.a, c.b) != c.want {
			t.Errorf("%s, %s: not %v", c.a, c.b, c.want)
		}
	}
}
