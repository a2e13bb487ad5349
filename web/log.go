package web

import (
	"context"
	"crypto/rand"
	"log/slog"
)

// logKey is where a context keeps what log lines say of who caused them.
type logKey struct{}

// withLog is a context whose log lines say one thing more.
func withLog(ctx context.Context, attr slog.Attr) context.Context {
	had, _ := ctx.Value(logKey{}).([]slog.Attr)
	return context.WithValue(ctx, logKey{}, append(had[:len(had):len(had)], attr))
}

// A logHandler adds to every line which request or job caused it.
type logHandler struct{ slog.Handler }

// LogHandler wraps a handler so that lines say which request or job of the
// portal caused them.
func LogHandler(h slog.Handler) slog.Handler { return logHandler{h} }

// Handle implements slog.Handler.
func (h logHandler) Handle(ctx context.Context, r slog.Record) error {
	if attrs, _ := ctx.Value(logKey{}).([]slog.Attr); len(attrs) > 0 {
		r.AddAttrs(attrs...)
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h logHandler) WithGroup(name string) slog.Handler { return logHandler{h.Handler.WithGroup(name)} }

// newRequestID names a request in logs and on the page of an error.
func newRequestID() string { return rand.Text()[:10] }
