package app

import (
	"context"

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
