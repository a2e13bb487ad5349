package web

import (
	"context"
	"net/http"
	"time"
)

// ready says whether work can be done, and why not in the administrator's
// words, without paths: everybody may ask.
func (q *request) ready() error {
	ctx, cancel := context.WithTimeout(q.ctx, 10*time.Second)
	defer cancel()
	err := q.App.Ready(ctx)
	if err == nil {
		_, err = q.w.Write([]byte("ok\n"))
		return err
	}
	q.Log.Warn("not ready", "err", err)
	problem := "数据库没有应答"
	if f, ok := told(err); ok {
		problem = f.problem
	}
	q.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	q.w.WriteHeader(http.StatusServiceUnavailable)
	_, err = q.w.Write([]byte(problem + "\n"))
	return err
}
