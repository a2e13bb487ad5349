package lexicon

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/cespare/xxhash/v2"
	"golang.org/x/sync/errgroup"

	"chaping"
	"chaping/nlp"
)

// A Difference says what mining reviews with dictionary B in place of A
// changes.
type Difference struct {
	Reviews  uint64      `json:"reviews"`
	Mentions [2]uint64   `json:"mentions"` // with A, with B
	Affirmed [2]uint64   `json:"affirmed"`
	Added    uint64      `json:"added"`   // mentions that only B finds
	Removed  uint64      `json:"removed"` // mentions that only A finds
	Changed  uint64      `json:"changed"` // mentions that both find, with another status
	Rows     []RowChange `json:"rows"`
	Samples  []Change    `json:"samples"` // at most so many of each kind as Diff was asked for
}

// A RowChange is a row of the sheet, term × product, with other numbers.
type RowChange struct {
	Term     string `json:"term"`
	Platform string `json:"platform"`
	Product  string `json:"product"`
	Before   Counts `json:"before"`
	After    Counts `json:"after"`
}

// Counts are the numbers of a row, as chaping.Tally defines them.
type Counts struct {
	NegativeReviews  uint64 `json:"negative_reviews"`
	HiddenComplaints uint64 `json:"hidden_complaints"`
	AffirmedReviews  uint64 `json:"affirmed_reviews"`
}

// A ChangeKind is what became of a mention.
type ChangeKind string

// The kinds.
const (
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
	Changed ChangeKind = "changed"
)

// Chinese names the kind.
func (k ChangeKind) Chinese() string {
	switch k {
	case Added:
		return "新增"
	case Removed:
		return "消失"
	}
	return "改判"
}

// A Change is a mention that differs. Before and After are empty where there
// is none.
type Change struct {
	Kind    ChangeKind        `json:"kind"`
	Review  chaping.ReviewKey `json:"review"`
	Mention chaping.Mention   `json:"mention"` // B's; A's where B has none
	Before  chaping.Assertion `json:"before,omitempty"`
	After   chaping.Assertion `json:"after,omitempty"`
	Excerpt string            `json:"excerpt"`
	order   uint64
}

// diffBatch is how many reviews go to a core at once.
const diffBatch = 1000

// Diff mines every review that reviews yields with both miners, on all cores;
// goods says what a product is.
// Of each kind of change it keeps samples, the same ones whatever order the
// reviews come in. Memory grows with the rows of the sheet, not with the reviews.
func Diff(
	ctx context.Context,
	reviews func(each func(*chaping.Review) error) error,
	goods func(chaping.ProductKey) nlp.Goods,
	miners [2]*nlp.Miner,
	samples int,
) (*Difference, error) {
	total := newDiffer(samples)
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	work := make(chan []chaping.Review, runtime.NumCPU())
	g.Go(func() error {
		defer close(work)
		var batch []chaping.Review
		send := func() error {
			select {
			case work <- batch:
				batch = nil
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		err := reviews(func(r *chaping.Review) error {
			if batch = append(batch, *r); len(batch) < diffBatch {
				return nil
			}
			return send()
		})
		if err != nil {
			return err
		}
		return send()
	})
	for range runtime.NumCPU() {
		g.Go(func() error {
			for batch := range work {
				part := newDiffer(samples)
				for i := range batch {
					r := &batch[i]
					part.review(r, goods(chaping.ProductKey{Platform: r.Platform, Product: r.Product}), miners)
				}
				mu.Lock()
				total.add(part)
				mu.Unlock()
			}
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return total.finish(), nil
}

type rowKey struct{ term, platform, product string }

type differ struct {
	d       Difference
	rows    map[rowKey]*[2]Counts
	samples int
	kept    map[ChangeKind][]Change
	found   [2][]chaping.Mention
}

func newDiffer(samples int) *differ {
	return &differ{rows: map[rowKey]*[2]Counts{}, samples: samples, kept: map[ChangeKind][]Change{}}
}

func (d *differ) review(r *chaping.Review, of nlp.Goods, miners [2]*nlp.Miner) {
	text := r.Body()
	d.d.Reviews++
	for side, m := range miners {
		d.found[side] = m.MineGoods(d.found[side][:0], text, of)
		d.d.Mentions[side] += uint64(len(d.found[side]))
		d.count(side, r)
	}
	d.compare(r, text)
}

// count adds the review to the rows of the terms that it affirms.
func (d *differ) count(side int, r *chaping.Review) {
	var affirmed []string
	for _, m := range d.found[side] {
		if m.Assertion != chaping.Affirmed {
			continue
		}
		d.d.Affirmed[side]++
		if slices.Contains(affirmed, m.Term) {
			continue
		}
		affirmed = append(affirmed, m.Term)
		key := rowKey{m.Term, r.Platform, r.Product}
		if d.rows[key] == nil {
			d.rows[key] = &[2]Counts{}
		}
		c := &d.rows[key][side]
		c.AffirmedReviews++
		if r.Grade == chaping.Negative {
			c.NegativeReviews++
		}
		if r.Satisfied() {
			c.HiddenComplaints++
		}
	}
}

// compare pairs the mentions of both sides by term and place.
func (d *differ) compare(r *chaping.Review, text string) {
	same := func(x, y chaping.Mention) bool { return x.Term == y.Term && x.Start == y.Start && x.End == y.End }
	for _, after := range d.found[1] {
		i := slices.IndexFunc(d.found[0], func(m chaping.Mention) bool { return same(m, after) })
		switch {
		case i < 0:
			d.d.Added++
			d.keep(Change{Kind: Added, Mention: after, After: after.Assertion}, r, text)
		case d.found[0][i].Assertion != after.Assertion:
			d.d.Changed++
			d.keep(Change{Kind: Changed, Mention: after, Before: d.found[0][i].Assertion, After: after.Assertion}, r, text)
		}
	}
	for _, before := range d.found[0] {
		if !slices.ContainsFunc(d.found[1], func(m chaping.Mention) bool { return same(m, before) }) {
			d.d.Removed++
			d.keep(Change{Kind: Removed, Mention: before, Before: before.Assertion}, r, text)
		}
	}
}

func (c *Change) compare(o *Change) int {
	return cmp.Or(cmp.Compare(c.order, o.order), cmp.Compare(c.Mention.Start, o.Mention.Start), strings.Compare(c.Mention.Term, o.Mention.Term))
}

// keep holds on to the changes of the smallest hashes.
func (d *differ) keep(c Change, r *chaping.Review, text string) {
	c.Review = r.Key()
	c.order = xxhash.Sum64String(r.Platform + "\x00" + r.Product + "\x00" + r.ID)
	list := d.kept[c.Kind]
	i, _ := slices.BinarySearchFunc(list, &c, func(x Change, y *Change) int { return x.compare(y) })
	if i >= d.samples {
		return
	}
	c.Excerpt = chaping.Excerpt(text, c.Mention.Start, c.Mention.End, excerptReach)
	list = slices.Insert(list, i, c)
	d.kept[c.Kind] = list[:min(len(list), d.samples)]
}

// add merges the difference of other reviews.
func (d *differ) add(o *differ) {
	d.d.Reviews += o.d.Reviews
	for side := range 2 {
		d.d.Mentions[side] += o.d.Mentions[side]
		d.d.Affirmed[side] += o.d.Affirmed[side]
	}
	d.d.Added += o.d.Added
	d.d.Removed += o.d.Removed
	d.d.Changed += o.d.Changed
	for key, more := range o.rows {
		sum := d.rows[key]
		if sum == nil {
			d.rows[key] = more
			continue
		}
		for side := range 2 {
			sum[side].NegativeReviews += more[side].NegativeReviews
			sum[side].HiddenComplaints += more[side].HiddenComplaints
			sum[side].AffirmedReviews += more[side].AffirmedReviews
		}
	}
	for kind, list := range o.kept {
		merged := append(d.kept[kind], list...)
		slices.SortFunc(merged, func(x, y Change) int { return x.compare(&y) })
		d.kept[kind] = merged[:min(len(merged), d.samples)]
	}
}

func (d *differ) finish() *Difference {
	for key, c := range d.rows {
		if c[0] != c[1] {
			d.d.Rows = append(d.d.Rows, RowChange{key.term, key.platform, key.product, c[0], c[1]})
		}
	}
	move := func(r RowChange) int64 {
		n := int64(r.After.NegativeReviews) - int64(r.Before.NegativeReviews)
		return max(n, -n)
	}
	slices.SortFunc(d.d.Rows, func(x, y RowChange) int {
		return cmp.Or(cmp.Compare(move(y), move(x)), strings.Compare(x.Term, y.Term), strings.Compare(x.Platform, y.Platform), strings.Compare(x.Product, y.Product))
	})
	for _, kind := range []ChangeKind{Added, Removed, Changed} {
		d.d.Samples = append(d.d.Samples, d.kept[kind]...)
	}
	return &d.d
}

// excerptReach is how many characters an excerpt shows on each side.
const excerptReach = 24
