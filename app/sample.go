package app

import (
	"context"
	"errors"
	"time"

	"chaping"
	"chaping/demo/mall"
)

// CollectSample collects a period from a demo mall that is open meanwhile.
// opened, if not nil, is told its address.
func (a *App) CollectSample(
	ctx context.Context,
	m *mall.Mall,
	period chaping.Period,
	opened func(base string),
	watch Watcher,
) (r CollectResult, err error) {
	base, closeMall, err := m.Open(ctx)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, closeMall()) }()
	if opened != nil {
		opened(base)
	}
	return a.Collect(ctx, CollectRequest{
		Watch:  chaping.Watch{Name: "示例", Keywords: m.Keywords(), Sources: []string{"mall"}},
		Period: period, Base: base, Full: true, Fresh: true,
	}, watch)
}

// SampleMall is the demo mall whose reviews a period can be tried with.
func SampleMall(seed uint64, period chaping.Period, now time.Time) *mall.Mall {
	return mall.New(mall.Config{Seed: seed, End: MallEnd(period, now)})
}

// MallEnd is up to when a demo mall has reviews: to the end of the period, or to
// now in one that runs. Reviews of the future are what a crawler refuses.
func MallEnd(period chaping.Period, now time.Time) time.Time {
	if end := period.Window().To; end.Before(now) {
		return end
	}
	return now
}
