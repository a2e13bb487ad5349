package main

import (
	"context"

	"chaping/station"
)

// withStation runs f on the station's decisions.
func (p *program) withStation(ctx context.Context, f func(*station.DB) error) error {
	d, err := p.app.Station(ctx)
	if err != nil {
		return err
	}
	return f(d)
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
