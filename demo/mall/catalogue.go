package mall

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"chaping"
)

// firstItem is the id of the first product; ids count up from it.
const firstItem = 100001

// A product is what an item page shows, and how its reviews are served.
type product struct {
	index    int
	category int
	chaping.Product
	skus    []sku
	gbk     bool // reviews as GBK HTML pages instead of the JSON API
	epoch   bool // the JSON API gives milliseconds instead of formatted dates
	overlap int  // reviews that a page repeats from the page before
	pinned  int  // old reviews on top of the first page
	reviews int  // how many there are
}

type sku struct {
	Name  string
	Price int64 // fen
}

// product builds product number i.
func (m *Mall) product(i int) product {
	rng := rand.New(rand.NewPCG(m.config.Seed, uint64(i)<<1))
	g := m.grammar
	cat := i % len(g.Categories)
	c := &g.Categories[cat]
	p := product{
		index:    i,
		category: cat,
		gbk:      i%7 == 3,
		epoch:    i%2 == 0,
		overlap:  []int{0, 1, 2}[i%3],
		pinned:   []int{2, 0, 1, 3}[i%4],
	}
	nth := i / len(g.Categories) // within the category
	pattern := c.Names[nth%len(c.Names)]
	if c.Also != "" && nth%4 == 3 {
		for _, n := range c.Names {
			if strings.Contains(n, c.Also) {
				pattern = n
			}
		}
	}
	shop := rng.IntN(len(g.Shops))
	name := strings.NewReplacer(
		"{brand}", g.Brands[rng.IntN(len(g.Brands))],
		"{keyword}", c.Keyword,
		"{model}", fmt.Sprintf("%c%c-%d", 'A'+rng.IntN(26), 'A'+rng.IntN(26), 100+rng.IntN(900)),
		"{size}", c.Sizes[rng.IntN(len(c.Sizes))],
	).Replace(pattern)
	low := c.Price[0] + rng.Int64N(c.Price[1]-c.Price[0])
	low -= low % 10
	p.skus = []sku{{"标准款", low}}
	price := chaping.Price{Low: low, High: low}
	if nth%3 == 1 {
		price.High = low + low/4
		p.skus = append(p.skus, sku{"加大款", low + low/8}, sku{"升级款", price.High})
	}
	id := fmt.Sprint(firstItem + i)
	p.Product = chaping.Product{
		Platform: Platform().ID,
		ID:       id,
		Name:     name,
		URL:      "/item/" + id + ".html",
		Price:    price,
		Shop:     m.shop(shop),
	}
	if n := m.config.ReviewsPerProduct; n > 0 {
		p.reviews = n/2 + rng.IntN(n+1)
	}
	return p
}

func (m *Mall) shop(i int) chaping.Shop {
	s := m.grammar.Shops[i]
	return chaping.Shop{ID: fmt.Sprintf("s%02d", i+1), Name: s.Name, Region: s.Region}
}

// find is the product with the id.
func (m *Mall) find(id string) (product, bool) {
	var n int
	if _, err := fmt.Sscanf(id, "%d", &n); err != nil || fmt.Sprint(n) != id {
		return product{}, false
	}
	if n < firstItem || n >= firstItem+m.config.Products {
		return product{}, false
	}
	return m.product(n - firstItem), true
}

// strangers is how often a search shows something that has nothing to do
// with the query: every so many results.
const strangers = 9

// results are the products from the offset on that a search for the keyword
// shows, at most limit of them, and whether there are more.
func (m *Mall) results(keyword string, offset, limit int) (found []product, more bool) {
	cat := -1
	for i, c := range m.grammar.Categories {
		if c.Keyword == keyword {
			cat = i
		}
	}
	if cat < 0 {
		return nil, false
	}
	n := len(m.grammar.Categories)
	place := 0
	show := func(i int) bool { // false when nothing more is wanted
		if i >= m.config.Products {
			return true
		}
		if place >= offset+limit {
			more = true
			return false
		}
		if place >= offset {
			found = append(found, m.product(i))
		}
		place++
		return true
	}
	for nth := 0; nth*n < m.config.Products; nth++ {
		if !show(nth*n + cat) {
			return found, more
		}
		for other, c := range m.grammar.Categories { // products that carry this keyword as their second
			if c.Also == keyword && nth%4 == 3 && !show(nth*n+other) {
				return found, more
			}
		}
		if nth%strangers == strangers/2 && !show(nth*n+m.stranger(cat)) {
			return found, more
		}
	}
	return found, more
}

// stranger is the category whose products turn up in searches for category
// cat without belonging there: two further on, so that no name of it holds
// the keyword.
func (m *Mall) stranger(cat int) int { return (cat + 2) % len(m.grammar.Categories) }

// keywords are the product keywords whose search shows the product and that
// its name holds.
func (m *Mall) keywords(p product) []string {
	c := m.grammar.Categories[p.category]
	out := []string{c.Keyword}
	if c.Also != "" && (p.index/len(m.grammar.Categories))%4 == 3 {
		out = append(out, c.Also)
	}
	return out
}
