package web

import (
	"cmp"
	"sync"
)

// derived remembers what pages make of data that is remembered itself: rows of a
// period, its sentences. It goes with them.
type derived struct {
	most int // values that are kept; 0: maxDerived

	mu   sync.Mutex
	made map[string]func() any
}

// maxDerived bounds what is kept of one period: filters that people have chosen.
const maxDerived = 40

// derive makes a value of that key once. Who asks while it is being made waits.
// Nobody may change what it gives.
func derive[V any](d *derived, key string, value func() V) V {
	d.mu.Lock()
	get, known := d.made[key]
	if !known {
		if d.made == nil || len(d.made) >= cmp.Or(d.most, maxDerived) {
			d.made = map[string]func() any{}
		}
		get = sync.OnceValue(func() any { return value() })
		d.made[key] = get
	}
	d.mu.Unlock()
	return get().(V)
}
