package crawler

import (
	"context"
	"testing"
	"time"
)

func TestTempo(t *testing.T) {
	var told []time.Duration
	tempo := newTempo(&Profile{Delay: 100 * time.Millisecond, RetryBase: 2 * time.Second}, func(_ context.Context, _ string, d time.Duration) error {
		told = append(told, d)
		return nil
	})
	do := func(want time.Duration, f func(context.Context) error) {
		t.Helper()
		if err := f(t.Context()); err != nil {
			t.Fatal(err)
		}
		if last := told[len(told)-1]; last != want {
			t.Errorf("delay %v, want %v", last, want)
		}
	}
	trouble := func(ctx context.Context) error { return tempo.trouble(ctx, "a") }
	answer := func(took time.Duration) func(context.Context) error {
		return func(ctx context.Context) error { return tempo.answer(ctx, "a", took) }
	}
	do(350*time.Millisecond, trouble)
	do(600*time.Millisecond, trouble)
	do(550*time.Millisecond, answer(time.Second))
	do(775*time.Millisecond, answer(slowAnswer))
	for range 20 {
		_ = tempo.trouble(t.Context(), "a")
	}
	do(mostDelay+100*time.Millisecond, trouble)
	good := 0
	for ; told[len(told)-1] != 0; good++ {
		do(told[len(told)-1], func(context.Context) error { return nil })
		_ = tempo.answer(t.Context(), "a", 0)
	}
	if good < 40 {
		t.Errorf("back at full speed after %d good answers", good)
	}
	n := len(told)
	do(0, answer(0)) // nothing new: the queue is left alone
	if len(told) != n {
		t.Error("the queue was told again")
	}
	do(7*time.Second, func(ctx context.Context) error { return tempo.floor(ctx, "a", 7*time.Second) })
	do(7*time.Second, trouble)
	if tempo.hosts["b"] != nil {
		t.Error("another host is slowed down")
	}
}
