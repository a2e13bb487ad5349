package app

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"chaping"
)

// A worker that cannot reach its database says so before there is any work.
func TestWorkWithoutDatabase(t *testing.T) {
	a := New(Config{Dir: t.TempDir(), DSN: "clickhouse://127.0.0.1:1/nowhere", Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { _ = a.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r := WorkRequest{Queues: Queues{Redis: "redis://" + miniredis.RunT(t).Addr() + "/0", Volatile: true}, Workers: 1}
	var fault *chaping.Error
	if err := a.Work(ctx, r, nil); ctx.Err() != nil || !errors.As(err, &fault) || fault.Code != chaping.CodeEnvironment {
		t.Errorf("%v", err)
	}
}
