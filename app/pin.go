package app

import (
	"context"
	"fmt"

	"chaping"
	"chaping/store"
)

// Pin keeps the pages behind the period's severe affirmed mentions, as the
// last mining found them, and tells how many were not kept yet. Mine does it
// by itself.
func (p *Pipeline) Pin(ctx context.Context, period chaping.Period) (pinned int, err error) {
	e, err := p.Store.Edition(ctx, period, p.Miner.Version())
	if err != nil {
		return 0, err
	}
	return p.pin(ctx, e)
}

// pin keeps the pages behind an edition's severe affirmed mentions, and tells
// how many were not kept yet.
func (p *Pipeline) pin(ctx context.Context, e store.Edition) (pinned int, err error) {
	if p.Evidence == nil {
		return 0, nil
	}
	var keys []chaping.ReviewKey
	flush := func() error {
		n, err := p.Evidence.Pin(ctx, fmt.Sprintf("%s 严重命中", e.Period), keys...)
		pinned, keys = pinned+n, keys[:0]
		return err
	}
	err = p.Store.Affirmed(ctx, e, p.severeTerms(), func(key chaping.ReviewKey) error {
		if keys = append(keys, key); len(keys) < batch {
			return nil
		}
		return flush()
	})
	if err != nil {
		return pinned, err
	}
	return pinned, flush()
}

// severeTerms are the terms whose mentions are kept evidence of.
func (p *Pipeline) severeTerms() (names []string) {
	for _, t := range p.Miner.Dictionary().Terms {
		if t.Severity >= chaping.Severe {
			names = append(names, t.Name)
		}
	}
	return names
}
