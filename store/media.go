package store

import (
	"context"
	"time"

	"chaping"
)

// putMedia stores the addresses of pictures and videos that reviews carry.
func (s *Store) putMedia(ctx context.Context, reviews []chaping.Review) error {
	var (
		platform, product, id, media, run []string
		published                         []time.Time
		versions                          []uint64
		months                            = map[int]bool{}
		scratch                           []byte
		now                               = s.now()
	)
	send := func() error {
		if len(id) == 0 {
			return nil
		}
		err := s.insert(ctx, "media", "platform, product, id, published, media, run, version",
			platform, product, id, published, media, run, versions)
		platform, product, id, media, run = platform[:0], product[:0], id[:0], media[:0], run[:0]
		published, versions = published[:0], versions[:0]
		clear(months)
		return err
	}
	for i := range reviews {
		r := &reviews[i]
		if r.Media == "" {
			continue
		}
		at := r.Published.In(chaping.Shanghai())
		if months[at.Year()*12+int(at.Month())] = true; len(months) > maxMonths || len(id) == maxRows {
			if err := send(); err != nil {
				return err
			}
			months[at.Year()*12+int(at.Month())] = true
		}
		var v uint64
		v, scratch = version(r, now, scratch)
		platform, product, id = append(platform, r.Platform), append(product, r.Product), append(id, r.ID)
		published, media = append(published, r.Published), append(media, r.Media)
		run, versions = append(run, r.Run), append(versions, v)
	}
	return send()
}

// Media are the addresses of pictures and videos, as Review.Media has them, that
// those of the reviews carry that carry any.
func (s *Store) Media(ctx context.Context, keys []chaping.ReviewKey) (map[chaping.ReviewKey]string, error) {
	found := map[chaping.ReviewKey]string{}
	err := s.queryKeys(ctx, "media_by_key", nil, keys, func(scan func(...any) error) error {
		var k chaping.ReviewKey
		var media string
		err := scan(&k.Platform, &k.Product, &k.Review, &media)
		found[k] = media
		return err
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}
