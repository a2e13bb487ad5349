package store

import (
	"context"
	"strings"

	"chaping"
)

// SearchProducts are products whose name has the text, or whose number it is, at
// most limit of them. Each has its name and shop as last seen.
func (s *Store) SearchProducts(ctx context.Context, text string, limit int) ([]chaping.Product, error) {
	return s.searchListings(ctx, text, limit, false)
}

// SearchShops are shops whose name has the text, each with one of its products.
func (s *Store) SearchShops(ctx context.Context, text string, limit int) ([]chaping.Product, error) {
	return s.searchListings(ctx, text, limit, true)
}

func (s *Store) searchListings(ctx context.Context, text string, limit int, shops bool) ([]chaping.Product, error) {
	var list []chaping.Product
	err := s.query(
		ctx,
		"search_listings",
		map[string]any{"Shops": shops, "Cased": strings.ToLower(text) != strings.ToUpper(text)},
		[]any{named("text", text), named("limit", limit)},
		func(scan func(...any) error) error {
			var p chaping.Product
			err := scan(&p.Platform, &p.ID, &p.Name, &p.Shop.Name)
			list = append(list, p)
			return err
		},
	)
	return list, err
}
