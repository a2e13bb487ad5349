package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"chaping"
	"chaping/nlp"
	"chaping/nlp/discover"
	"chaping/nlp/lexicon"
	"chaping/nlp/polarity"
	"chaping/store"
)

// goods are the product fields of the products of a period. Which terms count
// on a review depends on them.
type goods struct {
	of    map[chaping.ProductKey]nlp.Goods // those of which something is known
	state string                           // the same as long as all of them are
}

// goodsByName are the fields of products by their names, each looked up once.
type goodsByName struct {
	miner *nlp.Miner
	known map[string]nlp.Goods
}

func (g *goodsByName) of(names ...string) nlp.Goods {
	key := strings.Join(names, "\n")
	of, ok := g.known[key]
	if !ok {
		of = g.miner.GoodsOf(names...)
		g.known[key] = of
	}
	return of
}

// at gives the fields of a product.
func (g *goods) at(k chaping.ProductKey) nlp.Goods { return g.of[k] }

// readGoods asks the listings what the products are called, and the miner which
// goods these are. Memory grows with products, not with reviews.
func readGoods(ctx context.Context, s *store.Store, m *nlp.Miner, w chaping.Window) (*goods, error) {
	g := &goods{of: map[chaping.ProductKey]nlp.Goods{}}
	known := goodsByName{miner: m, known: map[string]nlp.Goods{}} // shops sell the same goods under the same words
	var sum, n uint64
	err := s.ProductNames(ctx, w, func(k chaping.ProductKey, keywords []string, name string) error {
		of := known.of(append(slices.Sorted(slices.Values(keywords)), name)...)
		if state := of.State(); state != "" {
			g.of[k] = of
			n++
			sum += xxhash.Sum64String(strings.Join([]string{k.Platform, k.Product, state}, "\x00"))
		}
		return nil
	})
	g.state = fmt.Sprintf("%d-%x", n, sum)
	return g, err
}

// goods are those of the pipeline's period.
func (p *Pipeline) goods(ctx context.Context, period chaping.Period) (*goods, error) {
	return readGoods(ctx, p.Store, p.Miner, period.Window())
}

// sameGoods gives a check that fails with errChanged when products are taken for
// other goods than they were.
func (p *Pipeline) sameGoods(period chaping.Period, g *goods) func(context.Context) error {
	return func(ctx context.Context) error {
		now, err := p.goods(ctx, period)
		if err == nil && now.state != g.state {
			err = errChanged
		}
		return err
	}
}

// CompareDictionaries mines the reviews of a period with both miners and says
// what differs; of each kind of change it keeps samples sentences. read is told
// how many reviews have been read; may be nil.
func (a *App) CompareDictionaries(
	ctx context.Context,
	period chaping.Period,
	miners [2]*nlp.Miner,
	samples int,
	read func(reviews int64),
) (*lexicon.Difference, error) {
	s, err := a.Store(ctx)
	if err != nil {
		return nil, err
	}
	g, err := readGoods(ctx, s, miners[1], period.Window())
	if err != nil {
		return nil, err
	}
	var n int64
	reviews := func(each func(*chaping.Review) error) error {
		return s.Reviews(ctx, period.Window(), func(r *chaping.Review) error {
			if n++; read != nil && n%5000 == 0 {
				read(n)
			}
			return each(r)
		})
	}
	return lexicon.Diff(ctx, reviews, g.at, miners, samples)
}

// NotHeard says what negative reviews of a period complain of without a term
// that names it, in at most groups groups with so many examples each.
func (a *App) NotHeard(
	ctx context.Context,
	period chaping.Period,
	miner *nlp.Miner,
	groups, examples int,
) (*discover.Coverage, error) {
	s, err := a.Store(ctx)
	if err != nil {
		return nil, err
	}
	model, err := polarity.Shipped()
	if err != nil {
		return nil, err
	}
	g, err := readGoods(ctx, s, miner, period.Window())
	if err != nil {
		return nil, err
	}
	return discover.NotHeard(ctx, discover.CoverageOptions{
		Reviews:  func(each func(*chaping.Review) error) error { return s.Reviews(ctx, period.Window(), each) },
		Miner:    miner,
		Goods:    g.at,
		Model:    model,
		Groups:   groups,
		Examples: examples,
	})
}
