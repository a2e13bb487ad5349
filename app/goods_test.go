package app

import (
	"slices"
	"testing"
	"time"

	"chaping"
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
