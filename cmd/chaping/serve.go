package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/spf13/cobra"

	"chaping"
	"chaping/station"
	"chaping/store/backup"
	"chaping/store/engine"
	"chaping/web"
)

type serveOptions struct {
	listen     string
	cert, key  string
	proxy      bool
	url        string
	openapi    bool
	noPlans    bool
	noPictures bool
}

func (p *program) serveCommand() *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use: "serve", Short: "打开监测站门户（网页）",
		Long: "在浏览器里做每月的工作：监测任务、采集、复核证据、趋势、词库、报送表、账号、操作记录。\n" +
			"没有默认密码：首次启动打印一个一次性链接，打开它建立第一个账号。\n" +
			"默认只在本机（127.0.0.1）打开。要让别的电脑访问，用 --listen 写明地址，并用 --tls-cert、--tls-key 启用 https；\n" +
			"前面另有 https 反向代理时加 --behind-https。按 Ctrl+C 停止，正在进行的采集可以以后接着做。\n" +
			"门户开着时自己按计划运行（chaping schedule list），不用另开进程；不要时加 --no-plans。",
		Example: "  chaping serve\n  chaping serve --listen 0.0.0.0:8321 --tls-cert 证书.pem --tls-key 私钥.pem",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runServe(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.listen, "listen", "127.0.0.1:8321", "监听地址")
	f.StringVar(&o.cert, "tls-cert", "", "https 证书文件（PEM）")
	f.StringVar(&o.key, "tls-key", "", "https 私钥文件（PEM）")
	f.BoolVar(&o.openapi, "openapi", false, "打印接口的 OpenAPI 文档后结束")
	f.StringVar(&o.url, "url", "", "别人打开门户的地址，例如 https://portal.example.com，用于一次性链接；不写则为监听地址")
	f.BoolVar(&o.noPictures, "no-pictures", false, "挖掘后不取严重命中的评论所带的图片（图片地址来自平台，取图片要访问外网）")
	f.BoolVar(&o.noPlans, "no-plans", false, "不按计划采集、挖掘、出月报、提醒（由别的进程 chaping schedule start 运行）")
	f.BoolVar(&o.proxy, "behind-https", false, "前面有 https 反向代理（cookie 只经 https 传送；来源地址取 X-Forwarded-For 的最后一个）")
	return cmd
}

func (p *program) runServe(ctx context.Context, o serveOptions) (err error) {
	limitGarbage(1 << 30) // pages are made of what is remembered: much more than of one sheet
	if o.openapi {
		document, err := web.OpenAPI()
		if err == nil {
			_, err = p.out.Write(document)
		}
		return err
	}
	if (o.cert == "") != (o.key == "") {
		return usage("--tls-cert 和 --tls-key 要一起写")
	}
	var own *certificate
	if o.cert != "" {
		var err error
		if own, err = openCertificate(o.cert, o.key, p.now); err != nil {
			return err
		}
	}
	if u, err := url.Parse(o.url); o.url != "" &&
		(err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil) {
		return usage("--url 写成 https://主机名，不带路径")
	}
	listener, err := serveListener(o.listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	ctx = station.WithAct(ctx, nil) // who acts is said by each request
	if err := backup.Sweep(p.dataDir); err != nil {
		return err
	}

	uploads, err := p.emptyDir("uploads")
	if err != nil {
		return err
	}
	secure := own != nil || o.proxy
	base := (&url.URL{Scheme: map[bool]string{true: "https", false: "http"}[secure], Host: listener.Addr().String()}).String()
	address := strings.TrimRight(o.url, "/")
	if ip := listener.Addr().(*net.TCPAddr).IP; address == "" && !o.proxy && !ip.IsUnspecified() {
		address = base
	}
	portal, err := web.New(
		ctx,
		web.Config{App: p.app, Dir: uploads, Address: address, Secure: secure, Proxied: o.proxy, Plans: !o.noPlans, Pictures: !o.noPictures},
	)
	if err != nil {
		return err
	}
	defer portal.Close()

	base = cmp.Or(address, base)
	fmt.Fprintf(p.out, "监测站门户：%s\n", base)
	link, err := portal.Station.FirstLink(ctx)
	if err != nil {
		return err
	}
	if link != "" {
		open := "打开下面的一次性链接"
		if address == "" { // base is where the proxy or any address of this machine leads, which no browser opens
			open, base = "在浏览器中打开门户的地址加上下面的路径（一次性链接），", ""
		}
		fmt.Fprintf(p.out, "首次启动：%s建立第一个账号（72 小时内有效，重新启动会换新的）\n  %s/setup/%s\n", open, base, link)
	}
	if host, _, err := net.SplitHostPort(listener.Addr().String()); err == nil && !secure {
		if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
			fmt.Fprintln(
				p.err,
				"警告：别的电脑可以访问，但没有启用 https，密码会明文传送。请用 --tls-cert、--tls-key，或放在 https 反向代理之后并加 --behind-https。",
			)
		}
	}
	beside, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	running.Go(func() { p.keepWatchdog(beside) })
	if own != nil {
		running.Go(func() { own.keep(beside, p.log) })
	}
	engine.Rest()
	p.notifySystemd(daemon.SdNotifyReady) // the listener is open: who asks from now on is answered
	defer p.notifySystemd(daemon.SdNotifyStopping)
	return p.serve(ctx, portal, listener, own)
}

// serve answers until ctx ends, then finishes what is under way.
func (p *program) serve(ctx context.Context, portal *web.Server, listener net.Listener, own *certificate) error {
	server := &http.Server{
		Handler: portal, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 10 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: log.New(quietErrors{p.log}, "", 0),
	}
	if own != nil {
		server.TLSConfig = &tls.Config{
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return own.pair.Load(), nil },
			MinVersion:     tls.VersionTLS12,
		}
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		portal.Close() // ends the streams of progress, which would keep Shutdown waiting
		soft, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		stopped <- server.Shutdown(soft)
	})
	var err error
	if own != nil {
		err = server.ServeTLS(listener, "", "")
	} else {
		err = server.Serve(listener)
	}
	if stop() { // ctx lives: the server failed on its own
		return &chaping.Error{Code: chaping.CodeInternal, Message: "门户意外停止", Err: err}
	}
	if err := <-stopped; err != nil {
		_ = server.Close() // those still answering are cut off
	}
	fmt.Fprintln(p.err, "门户已停止。")
	return nil
}

// quietErrors takes what net/http logs: broken connections, mostly.
type quietErrors struct{ log *slog.Logger }

func (q quietErrors) Write(b []byte) (int, error) {
	q.log.Debug(strings.TrimSpace(string(b)))
	return len(b), nil
}

func serveListener(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "门户无法启动：地址 " + address + " 已被占用",
			Err:     err,
			Remedy:  "用 --listen 换一个端口；或先停掉占用它的程序（可能门户已经在运行）",
		}
	case errors.Is(err, syscall.EACCES):
		return nil, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "门户无法启动：没有权限监听 " + address,
			Err:     err,
			Remedy:  "用 --listen 换一个 1024 以上的端口",
		}
	}
	return nil, &chaping.Error{
		Code:    chaping.CodeUsage,
		Message: fmt.Sprintf("门户无法启动：不能监听 %q", address),
		Err:     err,
		Remedy:  "--listen 写成 主机:端口，例如 127.0.0.1:8321",
	}
}

// emptyDir is a directory of the data directory for files that are in use
// only while the program runs.
func (p *program) emptyDir(name string) (string, error) {
	dir := filepath.Join(p.dataDir, name)
	err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700))
	if err != nil {
		return "", &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "数据目录 " + p.dataDir + " 不可写",
			Err:     err,
			Remedy:  "用 --data 换一个目录，或改正权限",
		}
	}
	return dir, nil
}
