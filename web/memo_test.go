package web

import (
	"context"
	"testing"
	"time"
)

// A memo gives what is old while it loads it anew, but not what is from long ago,
// and what is in doubt only when it has been loaded again.
func TestMemo(t *testing.T) {
	var fresh time.Duration
	loads, lasts := 0, []int{}
	release := make(chan struct{}, 10)
	m := newMemo(t.Context(), func(string) time.Duration { return fresh }, 10, func(_ context.Context, _ string, last *int) (int, error) {
		<-release
		loads++
		lasts = append(lasts, 0)
		if last != nil {
			lasts[len(lasts)-1] = *last
		}
		return loads, nil
	})
	get := func(patience time.Duration) (int, bool) {
		t.Helper()
		n, ok, err := m.get(t.Context(), "k", patience)
		if err != nil {
			t.Fatal(err)
		}
		return n, ok
	}
	expect := func(when string, patience time.Duration, want int) {
		t.Helper()
		if n, ok := get(patience); n != want || ok != (want > 0) {
			t.Errorf("%s: %d %t, want %d", when, n, ok, want)
		}
	}
	expect("before it is loaded", 0, 0)
	release <- struct{}{}
	expect("loaded", time.Minute, 1)
	fresh = time.Hour
	expect("fresh", 0, 1)
	fresh = 0 // everything is from long ago
	expect("long ago", 0, 0)
	release <- struct{}{}
	fresh = time.Hour
	m.running.Wait()
	expect("loaded anew", 0, 2)
	m.doubt()
	expect("in doubt", 0, 0)
	release <- struct{}{}
	expect("in doubt, waited for", time.Minute, 3)
	m.drop()
	release <- struct{}{}
	expect("dropped, waited for", time.Minute, 4)
	m.running.Wait()
	for i, want := range []int{0, 1, 2, 0} {
		if lasts[i] != want {
			t.Errorf("load %d was given %d, want %d", i+1, lasts[i], want)
		}
	}
}
