package importer

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"

	"chaping"
)

// A sentListing is a listing as hashes: as its row had it, and as it was sent.
type sentListing struct{ row, sent uint64 }

// maxFacts is how many products' facts are held, so that a row whose cells are
// blank does not take away what others have said; of further products the store
// knows it.
const maxFacts = 1 << 16

// list puts a listing on the batch unless it has been there. A file may have
// millions of products: of most only hashes are held.
func (im *run) list(listing chaping.Listing) {
	key := maphash.Comparable(im.seed, [2]string{listing.Keyword, listing.Product.ID})
	row := maphash.Comparable(im.seed, listing)
	last, known := im.listed[key]
	if known && last.row == row {
		return
	}
	id := maphash.String(im.seed, listing.Product.ID)
	facts, held := im.said[id]
	listing.Product.Price = facts.Price.With(listing.Product.Price) // its variants have rows of their own
	if complete(&listing.Product, &facts); held || len(im.said) < maxFacts {
		im.said[id] = listing.Product
	}
	if _, counted := im.products[id]; !counted { // under one keyword or several
		im.products[id] = struct{}{}
		im.sum.Products++
		if listing.Product.Shop.Name == "" && listing.Product.Shop.Region == "" && !listing.Product.Price.Known() &&
			listing.Product.URL == "" {
			im.sum.NoFacts++
		}
	}
	sent := maphash.Comparable(im.seed, listing)
	im.listed[key] = sentListing{row, sent}
	if !known || last.sent != sent {
		im.batch.listings = append(im.batch.listings, listing)
	}
}

// complete fills in what is not known of a product. A name that is the ID is none.
func complete(p, from *chaping.Product) {
	fill := func(s *string, from string) {
		if *s == "" {
			*s = from
		}
	}
	if p.Name == p.ID && from.Name != "" {
		p.Name = from.Name
	}
	fill(&p.URL, from.URL)
	if !p.Price.Known() {
		p.Price = from.Price
	}
	// What is known of one shop says nothing of another.
	if p.Shop.Name == "" || from.Shop.Name == "" || p.Shop.Name == from.Shop.Name {
		fill(&p.Shop.Name, from.Shop.Name)
		fill(&p.Shop.ID, from.Shop.ID)
		fill(&p.Shop.Region, from.Shop.Region)
	}
}

// poor tells whether something is not known of a product.
func poor(p *chaping.Product) bool {
	return p.Name == p.ID || p.URL == "" || !p.Price.Known() || p.Shop.Name == "" || p.Shop.ID == "" ||
		p.Shop.Region == ""
}

// completed fills in what imports before this one have said.
func (im *run) completed(ctx context.Context, listings []chaping.Listing) error {
	if im.Stored == nil {
		return nil
	}
	var ids []string
	for i := range listings {
		if poor(&listings[i].Product) || listings[i].Product.Shop.Name != "" {
			ids = append(ids, listings[i].Product.ID)
		}
	}
	slices.Sort(ids)
	for chunk := range slices.Chunk(slices.Compact(ids), 1000) {
		known, err := im.Stored(ctx, chunk)
		if err != nil {
			return err
		}
		for i := range listings {
			for _, from := range known[listings[i].Product.ID] {
				if im.other == "" && from.Shop.Name != "" && listings[i].Product.Shop.Name != "" &&
					from.Shop.Name != listings[i].Product.Shop.Name {
					im.other = fmt.Sprintf("商品 %s 的店铺，库里是“%s”，这个文件里是“%s”。", chaping.Shorten(from.ID, 40),
						from.Shop.Name, listings[i].Product.Shop.Name)
				}
				complete(&listings[i].Product, &from)
			}
		}
	}
	return nil
}
