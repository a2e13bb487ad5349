package web

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// An escape is a panic of what runs beside its request.
type escape struct {
	value any
	stack string
}

func (e *escape) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// contained runs a function whose panic becomes its error. Whatever leaves the
// goroutine of its request runs in it: there is nobody above who would catch the
// panic, and the portal would end for everybody.
func contained(do func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &escape{v, string(debug.Stack())}
		}
	}()
	return do()
}

// stackOf is where a panic happened that became the error; empty for others. It is
// for the log, not for people.
func stackOf(err error) string {
	var e *escape
	if errors.As(err, &e) {
		return e.stack
	}
	return ""
}
