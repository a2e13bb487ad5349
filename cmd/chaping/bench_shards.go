package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"chaping"
	"chaping/app"
	"chaping/nlp"
	"chaping/store"
)

// The shards that are simulated. docs/sizing.md says that the work of n shards is
// n·fixed + proportional: the first and the last measurement give the two, the one
// in between shows whether that is so.
var shardCounts = [...]int{1, 2, 4}

// shardRounds is how often the questions are asked.
const shardRounds = 11

// A shardSum is what a number of shards took.
type shardSum struct {
	work     spent // storing, mining and counting, of all shards together
	slowest  spent // of the shard that took longest: what the cluster would take
	question spent // of a round of questions, of all shards together
	longest  spent // of the shard that took longest
	reviews  uint64
}

// shards splits reviews by product, as a cluster does, over one, two and four
// stores, and does the same work on each. One machine has them one after the
// other, so that each is measured as on a machine of its own.
func (b *bench) shards(ctx context.Context) error {
	miner, err := b.miner()
	if err != nil {
		return err
	}
	miner.Mine(nil, "漏电") // loads the rest, which no shard is to be charged with
	var sums []shardSum
	for _, n := range shardCounts {
		sum, err := b.shardsOf(ctx, n, miner)
		if err != nil {
			return err
		}
		if len(sums) > 0 && sum.reviews != sums[0].reviews {
			return fmt.Errorf("bench: %d shards have %d reviews, one has %d", n, sum.reviews, sums[0].reviews)
		}
		sums = append(sums, sum)
		b.took(fmt.Sprintf("分 %d 片：写入、挖掘、计数 %d 条评论，各片合计", n, sum.reviews), sum.work, 0)
		b.took(fmt.Sprintf("　分 %d 片：最慢的一片", n), sum.slowest, 0)
		b.put(measure{Name: fmt.Sprintf("　分 %d 片：一轮问题，最慢的一片（中位数）", n), Unit: "ms",
			Value: sum.longest.wall.Seconds() * 1e3, CPU: sum.question.cpu.Seconds()})
	}
	work := func(s shardSum) float64 { return s.work.cpu.Seconds() }
	asked := func(s shardSum) float64 { return s.question.cpu.Seconds() }
	b.slope("写入、挖掘、计数", sums, work)
	b.slope("一轮问题", sums, asked)
	return nil
}

// slope fits fixed and proportional CPU to the first and the last number of shards
// and compares the one in between.
func (b *bench) slope(name string, sums []shardSum, of func(shardSum) float64) {
	last := len(sums) - 1
	fixed := (of(sums[last]) - of(sums[0])) / float64(shardCounts[last]-shardCounts[0])
	proportional := of(sums[0]) - fixed*float64(shardCounts[0])
	b.add("　"+name+"：每多一片的固定 CPU", fixed, "s", 0)
	b.add("　"+name+"：随评论数增长的 CPU", proportional, "s", 0)
	for i := 1; i < last; i++ {
		b.add(fmt.Sprintf("　%s：%d 片的实测是模型的", name, shardCounts[i]),
			of(sums[i])/(float64(shardCounts[i])*fixed+proportional), "倍", 0)
	}
}

func (b *bench) shardsOf(ctx context.Context, n int, miner *nlp.Miner) (sum shardSum, err error) {
	for shard := range n {
		work, question, reviews, err := b.shard(ctx, n, shard, miner)
		if err != nil {
			return sum, err
		}
		sum.reviews += reviews
		sum.work.add(work)
		sum.question.add(question)
		if work.wall > sum.slowest.wall {
			sum.slowest = work
		}
		if question.wall > sum.longest.wall {
			sum.longest = question
		}
	}
	return sum, nil
}

// shard does the work of one of n shards.
func (b *bench) shard(ctx context.Context, n, shard int, miner *nlp.Miner) (work, question spent, count uint64, err error) {
	dir := filepath.Join(b.work, "shard")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return work, question, 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	load := b.load(b.reviews, miner.Dictionary())
	load.Products = max(b.reviews/reviewsPerProduct, n)
	mine := func(product string) bool {
		h := fnv.New64a()
		h.Write([]byte(product)) // a hash's Write never fails
		return h.Sum64()%uint64(n) == uint64(shard)
	}
	var reviews []chaping.Review
	err = load.Each(b.now(), func(r *chaping.Review) error {
		if mine(r.Product) {
			reviews = append(reviews, *r)
		}
		return nil
	})
	if err != nil {
		return work, question, 0, err
	}
	var listings []chaping.Listing
	for i := range load.Products {
		if p := load.Product(i); mine(p.ID) {
			listings = append(listings, chaping.Listing{Keyword: load.Keyword(i), Product: p, SeenAt: b.period.Window().From})
		}
	}
	s, err := store.Open(ctx, store.Config{DataDir: dir, Now: b.now})
	if err != nil {
		return work, question, 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	work, err = b.stage("shard-"+strconv.Itoa(n), func() error {
		err := s.PutListings(ctx, listings)
		for part := range slices.Chunk(reviews, 1<<16) {
			err = errors.Join(err, s.PutReviews(ctx, part))
		}
		if err != nil {
			return err
		}
		_, err = (&app.Pipeline{Store: s, Miner: miner, Now: b.now}).Mine(ctx, b.period, false)
		return err
	})
	if err != nil {
		return work, question, 0, err
	}
	question, err = b.ask(ctx, s, miner)
	return work, question, uint64(len(reviews)), err
}

// ask asks what a centre asks of a shard, and gives the median of the rounds.
func (b *bench) ask(ctx context.Context, s *store.Store, miner *nlp.Miner) (spent, error) {
	var rounds []spent
	q := store.CountQuery{Dictionary: miner.Version(), First: b.period, Last: b.period, Known: miner.Dictionary().Terms}
	for range shardRounds {
		stop := stopwatch()
		for _, by := range [][]store.Dimension{{store.ByTerm, store.ByDay}, {store.ByProduct, store.ByTerm}, {store.ByShop}} {
			q.By = by
			if _, err := s.Counts(ctx, q); err != nil {
				return spent{}, err
			}
		}
		rounds = append(rounds, stop())
	}
	return middle(rounds), nil
}
