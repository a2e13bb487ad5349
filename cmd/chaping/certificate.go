package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"chaping"
)

// expiring is how long before its end people are told of a certificate: about a
// month, so that whoever looks at the log once in a while reads it.
const expiring = 30 * 24 * time.Hour

// A certificate is the portal's, in two files that somebody else renews.
type certificate struct {
	cert, key string
	now       func() time.Time
	pair      atomic.Pointer[tls.Certificate]
	changed   time.Time // of the files that were read last
	told      time.Time // when the log was last told of its end
}

func openCertificate(cert, key string, now func() time.Time) (*certificate, error) {
	c := &certificate{cert: cert, key: key, now: now}
	c.changed = c.modified()
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "证书或私钥用不了",
			Err:     err,
			Remedy:  "检查 --tls-cert、--tls-key 的文件，须是 PEM 格式且互相对应，运行程序的用户能读",
		}
	}
	c.pair.Store(&pair)
	return c, nil
}

// modified is when the files were last written; zero where they are not there.
func (c *certificate) modified() (last time.Time) {
	for _, name := range []string{c.cert, c.key} {
		info, err := os.Stat(name)
		if err != nil {
			return time.Time{}
		}
		if info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last
}

// refresh reads the files again if they have been written since. What cannot be
// read leaves the certificate that is in use.
func (c *certificate) refresh() error {
	changed := c.modified()
	if changed.IsZero() || changed.Equal(c.changed) {
		return nil
	}
	next, err := openCertificate(c.cert, c.key, c.now)
	if err != nil {
		return err // tried again: the other file may just be coming
	}
	c.changed, c.told = next.changed, time.Time{}
	c.pair.Store(next.pair.Load())
	return nil
}

// problem says what is, or will be, wrong with its time; "" where nothing is.
func (c *certificate) problem() string {
	leaf := c.pair.Load().Leaf
	day := func(t time.Time) string { return t.In(chaping.Shanghai()).Format(chaping.Minute) }
	switch left := leaf.NotAfter.Sub(c.now()); {
	case c.now().Before(leaf.NotBefore):
		return "证书 " + c.cert + " 从 " + day(leaf.NotBefore) + " 才生效，浏览器会拒绝；核对本机的时钟"
	case left <= 0:
		return "证书 " + c.cert + " 已于 " + day(leaf.NotAfter) + " 过期，浏览器会拒绝；换上新的证书文件，不用重启"
	case left < expiring:
		return fmt.Sprintf("证书 %s 还有 %d 天到期（%s）；到期之前换上新的证书文件，不用重启", c.cert, int(left.Hours()/24), day(leaf.NotAfter))
	}
	return ""
}

// keep takes up renewed files and tells the log of an end that comes near, once
// a day.
func (c *certificate) keep(ctx context.Context, log *slog.Logger) {
	every := time.NewTicker(time.Minute)
	defer every.Stop()
	for {
		c.look(log)
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

func (c *certificate) look(log *slog.Logger) {
	if err := c.refresh(); err != nil {
		log.Error("新的证书用不了，仍用原来的", "err", err)
	}
	if problem := c.problem(); problem != "" && c.now().Sub(c.told) >= 24*time.Hour {
		c.told = c.now()
		log.Error(problem)
	}
}

// checkCertificate looks at the certificate that the service's settings name
// (CHAPING_SERVE, see packaging/chaping.env).
func (p *program) checkCertificate(context.Context) (string, error) {
	serve := p.serveCommand()
	if err := serve.ParseFlags(strings.Fields(os.Getenv("CHAPING_SERVE"))); err != nil {
		return "", &chaping.Error{Code: chaping.CodeInput, Message: "CHAPING_SERVE 写得不对", Err: err, Remedy: "对照 chaping serve --help 改正"}
	}
	cert, cerr := serve.Flags().GetString("tls-cert")
	key, kerr := serve.Flags().GetString("tls-key")
	if err := errors.Join(cerr, kerr); err != nil {
		return "", err
	}
	if cert == "" {
		return "CHAPING_SERVE 没有写证书（不用 https，或由反向代理管）", nil
	}
	c, err := openCertificate(cert, key, p.now)
	if err != nil {
		return "", err
	}
	if problem := c.problem(); problem != "" {
		return "", &chaping.Error{Code: chaping.CodeEnvironment, Message: problem}
	}
	return fmt.Sprintf("%s 到 %s 有效", cert, c.pair.Load().Leaf.NotAfter.In(chaping.Shanghai()).Format(chaping.Minute)), nil
}
