package mall

import (
	"iter"

	"chaping"
)

// A Product is the truth about a product.
type Product struct {
	// Product is what a crawler should store, but for the URL, which is
	// relative to wherever the mall is served.
	chaping.Product
	// Keywords are the product keywords that it should be found under.
	Keywords []string
	// Charset is that of its review pages: "utf-8" for the JSON API, "gbk"
	// for HTML pages.
	Charset string
	Reviews []Review // newest first
}

// A Review is the truth about a review.
type Review struct {
	// Review is what a crawler should store, but for Collected and Run.
	// Personal data in its texts is masked.
	chaping.Review
	// Public is the text as the mall shows it, personal data included.
	Public string
	// Nickname is what the mall calls the buyer; nobody may store it.
	Nickname string
	// Planted are the terms in Body, in order.
	Planted []Planted
	// Pictures are the paths of what the buyer has photographed.
	Pictures []string
}

// Truth yields every product with every review that the mall serves.
func (m *Mall) Truth() iter.Seq[Product] {
	return func(yield func(Product) bool) {
		for i := range m.config.Products {
			p := m.product(i)
			out := Product{Product: p.Product, Keywords: m.keywords(p), Charset: "utf-8"}
			if p.gbk {
				out.Charset = "gbk"
			}
			for _, r := range m.reviewsOf(p) {
				out.Reviews = append(out.Reviews, Review{
					Review:   r.Review,
					Public:   r.public,
					Nickname: r.nick,
					Planted:  r.planted,
					Pictures: r.pictures,
				})
			}
			if !yield(out) {
				return
			}
		}
	}
}
