package mall

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"chaping"
)

// Listen takes the address that the mall is to be served on, "127.0.0.1:0"
// for any free port. A port that is taken is a chaping.Error that names the
// address and says how to choose another.
func Listen(addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	if err == nil {
		return listener, nil
	}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: fmt.Sprintf("示例商城无法启动：地址 %s 已被占用", addr),
			Advice:  chaping.Advice{Code: chaping.AdviceOtherPort},
			Err:     err,
		}
	case errors.Is(err, syscall.EACCES):
		return nil, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: fmt.Sprintf("示例商城无法启动：没有权限监听地址 %s", addr),
			Advice:  chaping.Advice{Code: chaping.AdviceHighPort},
			Err:     err,
		}
	}
	return nil, &chaping.Error{
		Code:    chaping.CodeUsage,
		Message: fmt.Sprintf("示例商城无法启动：不能监听地址 %q", addr),
		Remedy:  "地址写成 主机:端口，例如 127.0.0.1:8848",
		Err:     err,
	}
}

// Open serves the mall on a free port of this machine, at base, until it is
// closed or ctx ends.
func (m *Mall) Open(ctx context.Context) (base string, closeMall func() error, err error) {
	listener, err := Listen("127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	serving, stop := context.WithCancel(ctx)
	var server errgroup.Group
	server.Go(func() error { return m.Serve(serving, listener) })
	return "http://" + listener.Addr().String(), func() error {
		stop()
		return server.Wait()
	}, nil
}

// Serve answers on the listener until ctx ends, then finishes the answers
// under way for at most five seconds.
func (m *Mall) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           m,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		soft, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		stopped <- server.Shutdown(soft)
	})
	err := server.Serve(listener)
	if stop() { // ctx lives: the server failed on its own
		return &chaping.Error{Code: chaping.CodeInternal, Message: "示例商城意外停止", Err: err}
	}
	if err := <-stopped; err != nil {
		_ = server.Close() // those still answering are cut off
	}
	return nil
}
