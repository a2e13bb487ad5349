package app

import (
	"context"
	"fmt"

	"chaping"
	"chaping/store"
	"chaping/store/spool"
)

func (a *App) spoolDir() string { return a.Path("spool") }

// Spool stands in front of the store for what sources bring: what the database
// cannot take now waits in the data directory.
func (a *App) Spool(ctx context.Context) (*spool.Spool, error) {
	s, err := a.Store(ctx)
	if err != nil {
		return nil, err
	}
	return spool.Open(s, spool.Options{Dir: a.spoolDir(), Away: store.Away, Now: a.Now, Tell: a.warn})
}

// Backlog is what waits in the data directory for the database.
func (a *App) Backlog() (spool.Backlog, error) { return spool.Look(a.spoolDir()) }

// DrainBacklog gives the database what waits for it, so that it counts. What another
// process holds is left to that one; what cannot be given now goes on waiting, and
// Unfinished names it.
func (a *App) DrainBacklog(ctx context.Context) error {
	waits, err := a.Backlog()
	if err != nil || waits.Segments == 0 {
		return err
	}
	waiting, err := a.Spool(ctx)
	if err != nil {
		return err
	}
	n, err := waiting.Drain(ctx)
	if n > 0 {
		a.warn(fmt.Sprintf("暂存的 %d 个批次已写入数据库", n))
	}
	if store.Away(err) {
		return nil
	}
	return err
}

// Emptied drains what a source left in the spool.
func Emptied(ctx context.Context, waiting *spool.Spool) error {
	if !waiting.Waiting() {
		return nil
	}
	if _, err := waiting.Drain(ctx); err != nil {
		return &chaping.Error{Code: chaping.CodePartial, Message: "数据已读完，但还有批次没有写入数据库，暂存在 " + waiting.Dir, Err: err,
			Advice: chaping.Advice{Code: chaping.AdviceDrain}}
	}
	return nil
}
