package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"chaping"
	"chaping/pipeline"
	"chaping/station"
	"chaping/store"
)

// withStation opens the station's decisions for f.
func (p *program) withStation(ctx context.Context, f func(*station.DB) error) error {
	d, err := station.Open(ctx, p.dataDir, p.now)
	if err != nil {
		return err
	}
	return errors.Join(f(d), d.Close())
}

// judgements are what people have made of mentions; none where the station
// has decided nothing yet.
func (p *program) judgements(ctx context.Context) (map[chaping.Judged]chaping.Judgement, error) {
	if _, err := os.Stat(filepath.Join(p.dataDir, "station.db")); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	found := map[chaping.Judged]chaping.Judgement{}
	return found, p.withStation(ctx, func(d *station.DB) error {
		return d.Judgements(ctx, func(j chaping.Judgement) error {
			found[chaping.Judged{Review: j.Review, Term: j.Term}] = j
			return nil
		})
	})
}

// rejected are the judgements by which a review does not count for a term.
func (p *program) rejected(ctx context.Context) (*store.Rejections, error) {
	judged, err := p.judgements(ctx)
	if err != nil {
		return nil, err
	}
	return pipeline.Rejected(judged), nil
}

// stationNamed is the id of a station in the list.
func stationNamed(ctx context.Context, d *station.DB, name string) (int64, error) {
	s, err := d.Named(ctx, name)
	if err == nil && !s.Listed() {
		return 0, usage("“%s”不在监测站名单里", s.Name)
	}
	return s.ID, err
}

// operator is who decides, where no --by says otherwise.
func operator() string { return envOr("USER", "操作员") }
