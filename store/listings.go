package store

import (
	"context"
	"fmt"
	"time"

	"chaping"
)

// PutListings stores listings. A zero SeenAt means now. A listing that cannot
// be kept (an empty or overlong key, a moment outside 1970–2105) is a
// *chaping.InputError, and nothing of the call is stored.
func (s *Store) PutListings(ctx context.Context, listings []chaping.Listing) error {
	if len(listings) == 0 {
		return nil
	}
	var (
		keyword, platform, product, name, url, shopID, shop, region []string
		low, high, seen                                             []int64
	)
	now := s.now()
	for i := range listings {
		l := &listings[i]
		seenAt := l.SeenAt
		if seenAt.IsZero() {
			seenAt = now
		}
		if !keyFits(l.Product.Platform) || !keyFits(l.Product.ID) || seenAt.Before(firstDate) ||
			!seenAt.Before(lastDate) {
			return &chaping.InputError{
				File: fmt.Sprintf(
					"商品 %s/%s",
					chaping.Shorten(l.Product.Platform, 40),
					chaping.Shorten(l.Product.ID, 40),
				),
				Problem: fmt.Sprintf("平台和商品编号不能为空，且各不超过 %d 字节；采集时间应在 1970–2105 年之间", chaping.MaxKey),
				Remedy:  "改正来源中的编号字段，检查本机时钟",
			}
		}
		keyword = append(keyword, l.Keyword)
		platform = append(platform, l.Product.Platform)
		product = append(product, l.Product.ID)
		name = append(name, l.Product.Name)
		url = append(url, l.Product.URL)
		low = append(low, l.Product.Price.Low)
		high = append(high, l.Product.Price.High)
		shopID = append(shopID, l.Product.Shop.ID)
		shop = append(shop, l.Product.Shop.Name)
		region = append(region, l.Product.Shop.Region)
		seen = append(seen, seenAt.UnixMilli())
	}
	return s.insert(
		ctx,
		"listings",
		"keyword, platform, product, name, url, price_low, price_high, shop_id, shop, region, seen",
		keyword,
		platform,
		product,
		name,
		url,
		low,
		high,
		shopID,
		shop,
		region,
		seen,
	)
}

// Relisted are products that an import listed under a product keyword that they
// did not have, and that had another one before: each has a row for both.
type Relisted struct {
	Products uint64 `json:"products"`
	Example  string `json:"example"` // name of one
	Under    string `json:"under"`   // its keyword now
	Before   string `json:"before"`  // and before
}

// Relisted looks at the products of the import that began at a moment: those that
// are relisted, and how many no product keyword ever lists.
func (s *Store) Relisted(ctx context.Context, seen time.Time) (r Relisted, keyless uint64, err error) {
	err = s.query(ctx, "relisted", nil, []any{named("seen", seen.UnixMilli())}, func(scan func(...any) error) error {
		return scan(&r.Products, &r.Example, &r.Under, &r.Before, &keyless)
	})
	return r, keyless, err
}
