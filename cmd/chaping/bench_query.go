package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"chaping"
	"chaping/analysis"
	"chaping/app"
	"chaping/nlp"
	"chaping/store"
)

// benchPeriods are the periods that the queried reviews are spread over.
const benchPeriods = 60

// mostAsked is what 95 of 100 questions may take, in milliseconds.
const mostAsked = 120

// askedTimes is how often every question is asked.
const askedTimes = 20

// queries fills a store with five years of reviews, as mining leaves it, and
// times an analyst's questions.
func (b *bench) queries(ctx context.Context) (err error) {
	dir := filepath.Join(b.work, "query")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	miner, err := b.miner()
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Config{DataDir: dir, Now: b.now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close(), os.RemoveAll(dir)) }()
	stop := stopwatch()
	first, shop, err := b.fillYears(ctx, s, miner)
	if err != nil {
		return err
	}
	b.took(fmt.Sprintf("查询：写入并挖掘 %d 条评论，%d 个报送期", b.queried, benchPeriods), stop(), 0)
	if stats, err := s.Stats(ctx); err != nil {
		return err
	} else {
		for _, t := range stats {
			if t.Bytes > uint64(b.queried) { // more than a byte a review
				b.add("　查询：每条评论占用磁盘，表 "+t.Name, float64(t.Bytes)/float64(b.queried), "B", 0)
			}
		}
	}

	q := store.CountQuery{Dictionary: miner.Version(), First: first, Last: b.period, Known: miner.Dictionary().Terms}
	year := q
	year.First = chaping.Period{Year: b.period.Year - 1, Month: b.period.Month}.Next()
	ask := func(q store.CountQuery, by ...store.Dimension) func() error {
		q.By = by
		return func() error { _, err := s.Counts(ctx, q); return err }
	}
	term, hazard, atShop := q, q, year
	term.Terms = []string{q.Known[len(q.Known)-1].Name}
	hazard.Hazards = []chaping.Hazard{chaping.HazardFire}
	atShop.Shops = []string{shop}
	var all []time.Duration
	for _, question := range []struct {
		name string
		do   func() error
	}{
		{"趋势，一个词条五年按月", ask(term, store.ByMonth)},
		{"趋势，全部词条五年按报送期", ask(q, store.ByTerm, store.ByPeriod)},
		{"趋势，一类危害一年按日", ask(func() store.CountQuery { h := hazard; h.First = year.First; return h }(), store.ByDay)},
		{"变化最大，词条，与上期相比", func() error {
			m := q
			m.First, m.By = q.Last, []store.Dimension{store.ByTerm}
			_, err := analysis.Movers(ctx, s, m, false)
			return err
		}},
		{"变化最大，商品，与去年相比", func() error {
			m := q
			m.First, m.By = q.Last, []store.Dimension{store.ByProduct}
			_, err := analysis.Movers(ctx, s, m, true)
			return err
		}},
		{"下钻，一个词条一年按店铺", ask(func() store.CountQuery { h := term; h.First = year.First; return h }(), store.ByShop)},
		{"下钻，一个店铺一年按商品和词条", ask(atShop, store.ByProduct, store.ByTerm)},
		{"下钻，一个词条的最近 20 句", func() error { _, err := s.Sentences(ctx, term, store.AnyAffirmed, 20); return err }},
	} {
		var times []time.Duration
		for range askedTimes {
			start := time.Now()
			if err := question.do(); err != nil {
				return err
			}
			times = append(times, time.Since(start))
		}
		all = append(all, times...)
		b.add("　查询："+question.name+"，p95", p95(times), "ms", mostAsked)
	}
	b.add(fmt.Sprintf("查询 %d 条评论，全部问题 p95", b.queried), p95(all), "ms", mostAsked)
	return nil
}

func p95(times []time.Duration) float64 {
	slices.Sort(times)
	return float64(times[(len(times)*95-1)/100]) / float64(time.Millisecond)
}

// fillYears stores and mines the reviews, period by period, and gives the
// first period and a shop.
func (b *bench) fillYears(
	ctx context.Context,
	s *store.Store,
	miner *nlp.Miner,
) (first chaping.Period, shop string, err error) {
	first = b.period
	for range benchPeriods - 1 {
		first = first.Previous()
	}
	each := b.queried / benchPeriods
	pipe := &app.Pipeline{Store: s, Miner: miner, Now: b.now}
	period := first
	for i := range benchPeriods {
		load := b.load(each, miner.Dictionary())
		load.Window, load.Products, load.First = period.Window(), min(max(b.queried/1000, 100), 100_000), i*each
		if i == 0 {
			shop = load.Product(1).Shop.Name
			var listings []chaping.Listing
			for n := range load.Products {
				listings = append(
					listings,
					chaping.Listing{Keyword: load.Keyword(n), Product: load.Product(n), SeenAt: period.Window().From},
				)
			}
			if err := s.PutListings(ctx, listings); err != nil {
				return first, shop, err
			}
		}
		var batch []chaping.Review
		send := func() error {
			err := s.PutReviews(ctx, batch)
			batch = batch[:0]
			return err
		}
		err := load.Each(b.now(), func(r *chaping.Review) error {
			if batch = append(batch, *r); len(batch) < 1<<16 {
				return nil
			}
			return send()
		})
		if err == nil {
			err = send()
		}
		if err == nil {
			_, err = pipe.Mine(ctx, period, false)
		}
		if err != nil {
			return first, shop, err
		}
		period = period.Next()
	}
	return first, shop, nil
}
