package store

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping"
)

// maxMoved is how many moved reviews are bound to a statement by their keys.
const maxMoved = 5000

// A movedSet are the reviews that have a copy in a window, and a later one
// outside of it; see query/window.sql.
type movedSet struct {
	inserts string // the state of the table for which it holds
	keys    []clickhouse.GroupSet
	many    bool
}

// inWindow is what a template that reads a window is executed with.
type inWindow struct {
	Moved string
	Data  any
}

// window gives data and arguments for a statement that reads the window.
// Reviews that move between this and the statement are not seen, just as
// those that move after the statement.
func (s *Store) window(ctx context.Context, w chaping.Window, data any) (inWindow, []any, error) {
	set, err := s.movedOut(ctx, w)
	if err != nil {
		return inWindow{}, nil, err
	}
	in, args := inWindow{Data: data}, windowArgs(w)
	switch {
	case set.many:
		in.Moved = "many"
	case len(set.keys) > 0:
		in.Moved = "listed"
		args = append(args, named("moved", set.keys))
	}
	return in, args, nil
}

// movedOut finds the moved reviews, or remembers them where nothing has been
// inserted since.
func (s *Store) movedOut(ctx context.Context, w chaping.Window) (movedSet, error) {
	var set movedSet
	var err error
	if set.inserts, err = s.inserted(ctx); err != nil {
		return set, err
	}
	s.mu.Lock()
	last, known := s.moved[w]
	s.mu.Unlock()
	if known && set.inserts != "" && last.inserts == set.inserts {
		return last, nil
	}
	elsewhere := false
	err = s.query(ctx, "elsewhere", nil, windowArgs(w), func(func(...any) error) error { elsewhere = true; return nil })
	if err != nil {
		return set, err
	}
	if elsewhere {
		err := s.query(
			ctx,
			"moved",
			nil,
			append(windowArgs(w), named("limit", maxMoved+1)),
			func(scan func(...any) error) error {
				var key chaping.ReviewKey
				if err := scan(&key.Platform, &key.Product, &key.Review); err != nil {
					return err
				}
				set.keys = append(set.keys, tuple(key))
				return nil
			},
		)
		if err != nil {
			return set, err
		}
		if set.many = len(set.keys) > maxMoved; set.many {
			set.keys = nil
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.moved) >= 100 {
		clear(s.moved)
	}
	s.moved[w] = set
	return set, nil
}

// inserted is another one after every insert into reviews; empty where that
// cannot be told.
func (s *Store) inserted(ctx context.Context) (state string, err error) {
	err = s.query(ctx, "inserts", nil, nil, func(scan func(...any) error) error {
		var months, sum, created uint64
		if err := scan(&months, &sum, &created); err != nil {
			return err
		}
		if months > 0 {
			state = fmt.Sprintf("%d-%x-%x", months, sum, created)
		}
		return nil
	})
	return state, err
}

// queryIn is query for a statement that reads a window, bound as @from and @to.
func (s *Store) queryIn(
	ctx context.Context,
	w chaping.Window,
	name string,
	data any,
	each func(scan func(...any) error) error,
	args ...any,
) error {
	in, bound, err := s.window(ctx, w, data)
	if err != nil {
		return err
	}
	return s.query(ctx, name, in, append(args, bound...), each)
}
