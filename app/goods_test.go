package app

import (
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"chaping"
	"chaping/dictionaries"
	"chaping/nlp"
	"chaping/store/storetest"
)

// What a product is called decides which terms count on its reviews; when that
// becomes known after the reviews were mined, they are mined again, also where
// a dictionary was edited in between, and the sheet is that of mining anew.
func TestGoodsDecideWhichTermsCount(t *testing.T) {
	s := storetest.Open(t, storetest.Embedded(t))
	period := chaping.Period{Year: 2026, Month: time.November}
	review := func(product, id, text string) chaping.Review {
		return chaping.Review{
			Platform: "mall", Product: product, ID: id, Text: text, Grade: chaping.Negative, Rating: 1,
			Rule: chaping.Stars().String(), Published: period.Window().From.Add(time.Hour), Collected: now,
		}
	}
	err := s.PutReviews(t.Context(), []chaping.Review{
		review("1", "a", "漏电了"), review("1", "b", "爆痘了"), review("1", "c", "变质了"),
		review("2", "d", "爆痘了"), review("2", "e", "变质了"),
	})
	if err != nil {
		t.Fatal(err)
	}
	mining := func(terms ...chaping.Term) *Pipeline {
		d, err := nlp.NewDictionary("试验", terms)
		if err == nil {
			var m *nlp.Miner
			if m, err = nlp.NewMiner(d); err == nil {
				return &Pipeline{Store: s, Miner: m, Now: func() time.Time { return now }}
			}
		}
		t.Fatal(err)
		return nil
	}
	shock := chaping.Term{Name: "漏电", Field: "通用", Hazard: chaping.HazardElectrical, Severity: 4}
	acne := chaping.Term{Name: "爆痘", Field: "化妆品与洗护", Hazard: chaping.HazardChemical, Severity: 2}
	spoilt := chaping.Term{Name: "变质", Field: "食品", Hazard: chaping.HazardMicrobiological, Severity: 3}
	counted := func(p *Pipeline) (rows []string) {
		t.Helper()
		sheet, _, err := p.PlatformSheet(t.Context(), period, SheetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range sheet.Rows {
			rows = append(rows, r.ProductID+" "+r.Term)
		}
		slices.Sort(rows)
		return rows
	}
	list := func(product, name string, seen time.Time) {
		t.Helper()
		l := chaping.Listing{Keyword: "好物", SeenAt: seen, Product: chaping.Product{Platform: "mall", ID: product, Name: name}}
		if err := s.PutListings(t.Context(), []chaping.Listing{l}); err != nil {
			t.Fatal(err)
		}
	}
	check := func(p *Pipeline, want ...string) {
		t.Helper()
		if got := counted(p); !slices.Equal(got, want) {
			t.Errorf("counted %v, want %v", got, want)
		}
		if got := counted(p); !slices.Equal(got, want) {
			t.Errorf("the second time %v, want %v", got, want)
		}
	}
	p := mining(shock, acne, spoilt)
	check(p, "1 变质", "1 漏电", "1 爆痘", "2 变质", "2 爆痘") // nobody knows what they are

	list("1", "保湿面霜 50g", now)
	check(p, "1 漏电", "1 爆痘", "2 变质", "2 爆痘")

	list("2", "纯牛奶 整箱", now)
	edited := mining(shock, acne, spoilt, chaping.Term{Name: "异响", Field: "通用"})
	check(edited, "1 漏电", "1 爆痘", "2 变质") // carries nothing over from when the milk was unknown
	check(p, "1 漏电", "1 爆痘", "2 变质")

	list("1", "保湿面霜 新包装", now.Add(time.Hour)) // another name for the same goods
	_, mined, err := p.PlatformSheet(t.Context(), period, SheetOptions{})
	if err != nil || mined.Fresh {
		t.Errorf("mined again for a name that says the same: %v %v", mined.Fresh, err)
	}
}

// Mining takes every product for the goods that the test of a dictionary shows: for
// each word of the table of goods, those that say only what goods are for too.
func TestGoodsOfEveryWordAsTheTestShowsThem(t *testing.T) {
	words := wordsOfGoods(t)
	s := storetest.Open(t, storetest.Embedded(t))
	period := chaping.Period{Year: 2026, Month: time.November}
	var reviews []chaping.Review
	var listings []chaping.Listing
	for i, w := range words {
		product := chaping.Product{Platform: "mall", ID: strconv.Itoa(i), Name: w}
		listings = append(listings, chaping.Listing{Keyword: w, SeenAt: now, Product: product})
		reviews = append(reviews, chaping.Review{
			Platform: "mall", Product: product.ID, ID: product.ID, Text: "收到了", Grade: chaping.Negative, Rating: 1,
			Rule: chaping.Stars().String(), Published: period.Window().From.Add(time.Hour), Collected: now,
		})
	}
	if err := s.PutReviews(t.Context(), reviews); err != nil {
		t.Fatal(err)
	}
	if err := s.PutListings(t.Context(), listings); err != nil {
		t.Fatal(err)
	}
	miner, err := nlp.ShippedMiner()
	if err != nil {
		t.Fatal(err)
	}
	g, err := readGoods(t.Context(), s, miner, period.Window())
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range words {
		if got, want := g.at(chaping.ProductKey{Platform: "mall", Product: strconv.Itoa(i)}), miner.GoodsOf(w); got != want {
			t.Errorf("%s is mined as %v, the test of a dictionary shows %v", w, got, want)
		}
	}
}

// What goods are for is part of what is known of them: where it becomes known after
// the reviews were mined, they are mined again.
func TestWhatGoodsAreForIsPartOfTheState(t *testing.T) {
	s := storetest.Open(t, storetest.Embedded(t))
	period := chaping.Period{Year: 2026, Month: time.November}
	review := chaping.Review{
		Platform: "mall", Product: "1", ID: "a", Text: "嗖一下上天炸开，真响", Grade: chaping.Negative, Rating: 1,
		Rule: chaping.Stars().String(), Published: period.Window().From.Add(time.Hour), Collected: now,
	}
	if err := s.PutReviews(t.Context(), []chaping.Review{review}); err != nil {
		t.Fatal(err)
	}
	miner, err := nlp.ShippedMiner()
	if err != nil {
		t.Fatal(err)
	}
	p := &Pipeline{Store: s, Miner: miner, Now: func() time.Time { return now }}
	rows := func() int {
		sheet, _, err := p.PlatformSheet(t.Context(), period, SheetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return len(sheet.Rows)
	}
	if rows() == 0 {
		t.Fatal("nothing is counted where the goods are not known")
	}
	l := chaping.Listing{Keyword: "礼花弹", SeenAt: now, Product: chaping.Product{Platform: "mall", ID: "1", Name: "大礼花 十二响"}}
	if err := s.PutListings(t.Context(), []chaping.Listing{l}); err != nil {
		t.Fatal(err)
	}
	if n := rows(); n != 0 {
		t.Errorf("%d rows for a firework that does what it is for", n)
	}
}

// wordsOfGoods are the words for goods in the shipped table, sorted.
func wordsOfGoods(t *testing.T) []string {
	t.Helper()
	file, err := dictionaries.Files.ReadFile("goods.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Fields map[string][]string
		Aims   []struct{ Goods []string }
		None   []string
	}
	if err := yaml.Unmarshal(file, &table); err != nil {
		t.Fatal(err)
	}
	words := slices.Concat(slices.Collect(maps.Values(table.Fields))...)
	for _, a := range table.Aims {
		words = append(words, a.Goods...)
	}
	words = append(words, table.None...)
	slices.Sort(words)
	return slices.Compact(words)
}
