package app

import (
	"context"
	"slices"
	"time"

	"chaping"
)

// A WorkRequest says how to share in collections that other machines have
// begun.
type WorkRequest struct {
	Queues  Queues
	Workers int // pages that are worked on at once
	Once    bool
	Joined  func(run string)      // told of a collection that is joined
	Left    func(CollectedSource) // and what it came to
}

// idle is how long a worker waits before it looks for work again.
const idle = 2 * time.Second

// Work shares in the collections that are announced on the Redis server, until
// ctx ends; with Once, until none is left.
func (a *App) Work(ctx context.Context, r WorkRequest, watch Watcher) error {
	queues, err := a.openQueues(r.Queues)
	if err != nil {
		return err
	}
	defer queues.close()
	if queues.board == nil {
		return &chaping.Error{
			Code:    chaping.CodeUsage,
			Message: "没有写明共用的采集队列",
			Advice:  chaping.Advice{Code: chaping.AdviceShareQueues},
		}
	}
	if _, err := a.Store(ctx); err != nil { // a worker that could not store anything does not wait for work
		return err
	}
	for {
		notices, err := a.notices(ctx, queues)
		if err != nil {
			return err
		}
		for _, n := range notices {
			r.Joined(n.Run)
			report, err := a.collect(ctx, queues, n, r.Workers, watch)
			if err != nil {
				return err
			}
			r.Left(CollectedSource{Report: report})
		}
		if r.Once {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(idle):
		}
	}
}

// notices are the collections that are going on, the oldest first.
func (a *App) notices(ctx context.Context, queues *queues) ([]notice, error) {
	texts, err := queues.board.Notices(ctx)
	if err != nil {
		return nil, unreachable(err)
	}
	var list []notice
	for run, text := range texts {
		n, ok := decodeNotice(run, text)
		if !ok {
			a.Log.Warn("不认识的采集，可能由别的版本的程序开始", "run", run)
			continue
		}
		list = append(list, n)
	}
	slices.SortFunc(list, func(a, b notice) int { return a.Started.Compare(b.Started) })
	return list, nil
}
