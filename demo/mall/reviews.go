package mall

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"chaping"
)

// review is one published review: what may be stored of it, and what the
// site shows besides.
type review struct {
	chaping.Review
	public   string // Text as published, personal data included
	nick     string
	planted  []Planted
	appended string // Appended as published
	pictures []string
}

// reviewCache keeps the reviews of the products asked for last: a crawler
// reads a product's pages one after the other.
type reviewCache struct {
	mu    sync.Mutex
	order []int
	of    map[int][]review
}

const cachedProducts = 256

// reviewsOf are the product's reviews, newest first. Callers must not change
// them.
func (m *Mall) reviewsOf(p product) []review {
	c := &m.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	if list, ok := c.of[p.index]; ok {
		return list
	}
	list := m.write(p)
	if c.of == nil {
		c.of = map[int][]review{}
	}
	if len(c.order) == cachedProducts {
		delete(c.of, c.order[0])
		c.order = c.order[1:]
	}
	c.of[p.index] = list
	c.order = append(c.order, p.index)
	return list
}

// write composes the product's reviews.
func (m *Mall) write(p product) []review {
	rng := rand.New(rand.NewPCG(m.config.Seed, uint64(p.index)<<1|1))
	window := m.Window()
	span := int64(window.To.Sub(window.From) / time.Second)
	times := make([]time.Time, 0, p.reviews)
	if p.index%3 == 0 { // the edges of every period
		for edge := window.From; !edge.After(window.To); edge = edge.AddDate(0, 1, 0) {
			times = append(times, edge.Add(-time.Second), edge)
		}
		times = times[1 : len(times)-1] // the mall's own first and last second are enough
	}
	for len(times) < p.reviews {
		times = append(times, window.From.Add(time.Duration(rng.Int64N(span))*time.Second))
	}
	times = times[:p.reviews]
	slices.SortFunc(times, func(a, b time.Time) int { return b.Compare(a) })
	list := make([]review, len(times))
	for i, t := range times {
		list[i] = m.compose(p, rng, t)
		// Newest first by number as well, as if counted up since the first.
		list[i].ID = fmt.Sprintf("%s%05d", p.ID, len(times)-i)
		list[i].pictures = list[i].photographed()
	}
	slices.SortStableFunc(list, func(a, b review) int {
		return cmp.Or(b.Published.Compare(a.Published), cmp.Compare(b.ID, a.ID))
	})
	return list
}

// compose writes one review.
func (m *Mall) compose(p product, rng *rand.Rand, at time.Time) review {
	g := m.grammar
	c := &g.Categories[p.category]
	w := composer{g: g, rng: rng}
	r := review{Review: chaping.Review{Platform: p.Platform, Product: p.ID, Published: at}}
	r.nick = fmt.Sprintf("j***%d", rng.IntN(1000))
	if rng.IntN(3) == 0 {
		r.nick = fmt.Sprintf("买家%05d", rng.IntN(1e5))
	}

	star := func(weights ...int) int { // weights of 1, 2, 3, 4 and 5 stars
		n := rng.IntN(100)
		for i, weight := range weights {
			if n -= weight; n < 0 {
				return i + 1
			}
		}
		return 5
	}
	open := func() { w.write(w.pick(g.Openers)) }
	kind := rng.IntN(100)
	switch {
	case kind < 5:
		r.Default = true
		r.Rating = 5
		w.write(w.pick(g.DefaultTexts))
	case kind < 47:
		r.Rating = star(0, 0, 2, 18, 80)
		open()
		w.sentence(w.pick(c.Praise), "")
		if rng.IntN(2) == 0 {
			w.write("，")
			w.sentence(w.pick(g.Common.Praise), "")
		}
	case kind < 59:
		r.Rating = star(2, 4, 24, 30, 40)
		w.sentence(w.pick(g.Common.Neutral), "")
	case kind < 67:
		r.Rating = star(45, 30, 15, 5, 5)
		open()
		w.sentence(w.pick(g.Common.Gripe), "")
	case kind < 82:
		r.Rating = star(62, 16, 8, 5, 9)
		open()
		w.sentence(w.pick(c.Affirmed), chaping.Affirmed)
		if rng.IntN(3) == 0 {
			w.write("。")
			w.sentence(w.pick(g.Common.Gripe), "")
		}
	case kind < 84:
		r.Rating = star(55, 10, 5, 5, 25)
		w.sentence(w.pick(c.Sarcasm), chaping.Affirmed)
	case kind < 92:
		r.Rating = star(0, 1, 4, 20, 75)
		open()
		w.sentence(w.pick(c.Negated), chaping.Negated)
		if rng.IntN(3) == 0 {
			w.write("。")
			w.sentence(w.pick(c.Praise), "")
		}
	case kind < 96:
		r.Rating = star(1, 3, 16, 30, 50)
		w.sentence(w.pick(c.Hypothetical), chaping.Hypothetical)
	default:
		r.Rating = star(0, 1, 4, 20, 75)
		w.sentence(w.pick(c.Other), chaping.Other)
	}
	if !r.Default {
		if rng.IntN(30) == 0 {
			w.write("。")
			w.sentence(w.pick(g.Personal), "")
		}
		w.write(w.pick(g.Closers))
		if p.gbk && rng.IntN(8) == 0 {
			w.write("👍㛃𠮷") // outside GBK, four bytes each in GB18030 but for the second
		}
	}
	r.public, r.Text = w.texts()

	if later := at.Add(time.Duration(1+rng.IntN(20*24*60)) * time.Minute); rng.IntN(12) == 0 &&
		later.Before(m.config.End) {
		w.runes++ // Body puts a line break before the follow-up
		if rng.IntN(2) == 0 {
			w.sentence("追评：", "")
			w.sentence(w.pick(c.Affirmed), chaping.Affirmed)
		} else {
			w.sentence("追评：", "")
			w.sentence(w.pick(g.Common.Praise), "")
		}
		w.write("。")
		r.appended, r.Appended = w.texts()
		r.AppendedAt = later
	}
	r.planted = w.planted
	rule := Platform().Rating
	r.Rule = rule.String()
	r.Grade, _ = rule.Grade(r.Rating) // 1…5 by construction
	return r
}
