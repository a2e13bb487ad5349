// Package synth makes up reviews for load tests: as many as are asked for,
// always the same ones, and in those respects that cost time like real ones.
//
//   - Products and shops are Zipf-distributed: a few have most of the reviews.
//   - Lengths are lognormal: half of the reviews have less than some twenty
//     characters, one in a hundred more than two hundred.
//   - Texts repeat, as 好评 does, and rows come twice, as in every export.
//   - Some reviews name a problem; half of these report it, others deny or
//     fear it. (In 25,000 comments on washing machines the shipped dictionaries
//     find 11 mentions in a hundred reviews, 6 of them affirmed.)
//
// Every sentence was written for this package; none is a buyer's.
package synth

import (
	"bufio"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"chaping"
)

// A Load says what to make up.
type Load struct {
	Seed    uint64
	Reviews int            // distinct reviews
	Window  chaping.Window // in which all are published, evenly
	Terms   []string       // problems that reviews name
	// Products is how many products there are; 0 for as many as fit Reviews.
	Products int
	// First is the number of the first review, so that loads can follow each other.
	First int
}

// Rates of what is made up.
const (
	resent   = 50   // one row in so many comes again
	mentions = 0.05 // reviews that name a problem
	second   = 0.15 // of these, those that name another one
)

// Sizes follow the number of reviews, up to what a platform's busiest
// categories have.
func (l *Load) products() int {
	if l.Products > 0 {
		return l.Products
	}
	return min(max(l.Reviews/200, 20), 100_000)
}
func (l *Load) shops() int { return max(l.products()/8, 5) }

// A Review is a made-up row.
type Review struct {
	ID        int
	Product   int
	Published time.Time
	Rating    int
	Text      []byte
}

// A maker makes reviews of a load. It is for one goroutine.
type maker struct {
	load    *Load
	source  *rand.PCG
	rand    *rand.Rand
	product *rand.Zipf
	span    int64
	r       Review
}

func (l *Load) maker() *maker {
	m := &maker{load: l, source: rand.NewPCG(0, 0), span: max(1, int64(l.Window.To.Sub(l.Window.From)/time.Second))}
	m.rand = rand.New(m.source)
	m.product = rand.NewZipf(m.rand, 1.2, 20, uint64(l.products()-1))
	return m
}

// review is the i-th review, valid until the next call. It depends on nothing
// but the load and i.
func (m *maker) review(i int) *Review {
	i += m.load.First
	m.source.Seed(m.load.Seed, uint64(i))
	r := &m.r
	r.ID, r.Product = i, int(m.product.Uint64())
	r.Published = m.load.Window.From.Add(time.Duration(m.rand.Int64N(m.span)) * time.Second)
	r.Text = r.Text[:0]
	problem := len(m.load.Terms) > 0 && m.rand.Float64() < mentions
	switch dice := m.rand.Float64(); {
	case problem && dice < 0.45:
		r.Rating = 1 + m.rand.IntN(2)
	case problem && dice < 0.6:
		r.Rating = 3
	case problem:
		r.Rating = 4 + m.rand.IntN(2)
	case dice < 0.04:
		r.Rating = 1 + m.rand.IntN(2)
	case dice < 0.08:
		r.Rating = 3
	default:
		r.Rating = 5 - m.rand.IntN(8)/7
	}
	if !problem {
		switch dice := m.rand.Float64(); {
		case dice < 0.03:
			r.Text = append(r.Text, "此用户没有填写评价内容"...)
			r.Rating = 5
			return r
		case dice < 0.18:
			r.Text = append(r.Text, short[m.rand.IntN(len(short))]...)
			return r
		}
	}
	runes := int(math.Exp(3.0 + 0.95*m.rand.NormFloat64()))
	want := 3 * min(max(runes, 6), 600) // bytes, nearly
	at := len(praise)
	if problem {
		at = want / 2 // the problem stands somewhere in the middle
	}
	list := praise
	if r.Rating < 4 {
		list = blame
	}
	named := !problem
	for len(r.Text) < want || !named {
		if len(r.Text) > 0 {
			r.Text = append(r.Text, marks[m.rand.IntN(len(marks))]...)
		}
		if !named && len(r.Text) >= at-30 {
			m.problem()
			if named = true; m.rand.Float64() < second {
				r.Text = append(r.Text, "，"...)
				m.problem()
			}
			continue
		}
		r.Text = append(r.Text, list[m.rand.IntN(len(list))]...)
	}
	return r
}

// problem writes a clause that names a term: terms are as unequal as shops.
func (m *maker) problem() {
	u := m.rand.Float64()
	term := m.load.Terms[int(float64(len(m.load.Terms))*u*u)]
	list := reports
	if m.r.Rating > 3 && m.rand.IntN(3) > 0 {
		list = denials
	}
	c := list[m.rand.IntN(len(list))]
	m.r.Text = append(append(append(m.r.Text, c.before...), term...), c.after...)
}

// chunk is how many rows are made at a time by one goroutine.
const chunk = 20_000

// WriteNDJSON writes the rows as the importer's standard profile reads them,
// each with what is known of its product. They come in no order of date.
func (l *Load) WriteNDJSON(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<20)
	var g errgroup.Group
	order := make(chan chan []byte, runtime.NumCPU())
	g.Go(func() error {
		for part := range order {
			if _, err := out.Write(<-part); err != nil {
				for range order { // let the makers end
				}
				return err
			}
		}
		return out.Flush()
	})
	for from := 0; from < l.Reviews; from += chunk {
		part := make(chan []byte, 1)
		order <- part
		go func() { part <- l.rows(from, min(from+chunk, l.Reviews)) }()
	}
	close(order)
	return g.Wait()
}

func (l *Load) rows(from, to int) []byte {
	m := l.maker()
	var b []byte
	for i := from; i < to; i++ {
		b = l.row(b, m.review(i))
		if i%resent == resent-1 {
			b = l.row(b, m.review(from+(i-from)/2))
		}
	}
	return b
}

func (l *Load) row(b []byte, r *Review) []byte {
	p := l.Product(r.Product)
	b = append(b, `{"id":"`...)
	b = strconv.AppendInt(b, int64(r.ID)+1e9, 10)
	b = append(b, `","keyword":"`...)
	b = append(b, l.Keyword(r.Product)...)
	b = append(b, `","product_id":"`...)
	b = append(b, p.ID...)
	b = append(b, `","product":"`...)
	b = append(b, p.Name...)
	b = append(b, `","shop":"`...)
	b = append(b, p.Shop.Name...)
	b = append(b, `","shop_id":"`...)
	b = append(b, p.Shop.ID...)
	b = append(b, `","region":"`...)
	b = append(b, p.Shop.Region...)
	b = append(b, `","url":"`...)
	b = append(b, p.URL...)
	b = append(b, `","price":"`...)
	b = append(b, p.Price.String()...)
	b = append(b, `","published":"`...)
	b = r.Published.In(chaping.Shanghai()).AppendFormat(b, time.DateTime)
	b = append(b, `","rating":"`...)
	b = strconv.AppendInt(b, int64(r.Rating), 10)
	b = append(b, `","text":"`...)
	b = append(b, r.Text...) // no clause holds what JSON escapes
	return append(b, "\"}\n"...)
}

// Platform is the platform of the importer's standard profile.
const Platform = "import"

// Product is what is known of the n-th product.
func (l *Load) Product(n int) chaping.Product {
	shop := (n * 2654435761) % l.shops()
	price := int64(990 + (n*7919)%300_000)
	return chaping.Product{
		Platform: Platform, ID: "P" + strconv.Itoa(100_000_000+n), Name: l.Keyword(n) + " " + strconv.Itoa(n) + "型",
		URL:   "https://mall.example/item/" + strconv.Itoa(100_000_000+n),
		Price: chaping.Price{Low: price, High: price},
		Shop: chaping.Shop{
			ID:     "S" + strconv.Itoa(shop),
			Name:   "第" + strconv.Itoa(shop) + "号店",
			Region: regions[shop%len(regions)],
		},
	}
}

// Keyword is the product keyword under which the n-th product is listed.
func (l *Load) Keyword(n int) string { return keywords[n%len(keywords)] }

// Terms are n names of problems, a part and what happens to it: up to 900.
func Terms(n int) []string {
	list := make([]string, 0, n)
	for i := range min(n, len(parts)*len(faults)) {
		list = append(list, parts[i%len(parts)]+faults[i/len(parts)])
	}
	return list
}
