package crawler

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"chaping"
	installed "chaping/ingest/browser"
)

// A renderer gets pages that scripts fill, with a headless browser, for
// profiles that say render: browser. Two gates keep it to the rules of every
// other fetch:
//
//	browser ──(1) every request, redirects included ──▶ paused: host allowed?
//	   │          robots.txt? no pictures, films and fonts; the profile's
//	   │          headers for its own host, and no other
//	   └──────(2) every connection ──▶ a proxy of ours on loopback, which
//	              connects through the same guarded dialer: no private address,
//	              whatever a name resolves to
//
// Every page has a browser context of its own and nothing is kept from one to
// the next. It ends after the profile's timeout, or when all that it loads
// together exceeds the profile's limit of bytes.
type renderer struct {
	fetcher *fetcher
	headers http.Header // the profile's, for its own host
	path    string      // of the browser
	proxy   *gate

	mu    sync.Mutex
	ctx   context.Context // of the browser; nil before it is started
	close func()
}

func newRenderer(
	f *fetcher,
	headers http.Header,
	dial func(context.Context, string, string) (net.Conn, error),
) (*renderer, error) {
	r := &renderer{fetcher: f, headers: headers, path: installed.Find(), close: func() {}}
	if r.path == "" {
		return nil, &chaping.Error{
			Code: chaping.CodeEnvironment, Message: fmt.Sprintf("站点配置 %s 要用浏览器读页面（render: browser），但没有找到 Chromium", f.profile.Name),
			Remedy: "安装 Chromium（Debian：apt install chromium），使 PATH 中有 chromium 或 google-chrome，或用环境变量 CHAPING_BROWSER 写明路径；网页不需要脚本时删去 render",
		}
	}
	var err error
	r.proxy, err = openGate(f, dial)
	return r, err
}

// stop ends the browser and its proxy.
func (r *renderer) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.close()
	r.proxy.close()
}

// running is the browser's context. One that has died is started again.
func (r *renderer) running() (context.Context, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ctx != nil && r.ctx.Err() == nil {
		return r.ctx, nil
	}
	r.close()
	options := slices.Concat(chromedp.DefaultExecAllocatorOptions[:], []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(r.path),
		chromedp.UserAgent(r.fetcher.agent),
		chromedp.ProxyServer("http://" + r.proxy.address),
		chromedp.Flag("proxy-bypass-list", "<-loopback>"), // nothing goes past it, not even to this machine
		chromedp.Flag("force-webrtc-ip-handling-policy", "disable_non_proxied_udp"),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("js-flags", "--max-old-space-size=512"),
		chromedp.Flag("no-sandbox", os.Geteuid() == 0), // root cannot have one
	})
	allocator, release := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(
		allocator,
		chromedp.WithErrorf(func(string, ...any) {}),
	) // of events that the library does not know
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		release()
		r.close = func() {}
		return nil, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "浏览器无法启动：" + r.path,
			Err:     err,
			Remedy:  "在本机直接运行它，看缺少什么；内存不足时减少同时处理的页面数",
		}
	}
	r.ctx, r.close = ctx, func() { cancel(); release() }
	return ctx, nil
}

// A visit is a page that the browser is loading.
type visit struct {
	mu        sync.Mutex
	cancel    context.CancelCauseFunc
	documents int // asked for in the main frame: the page and its redirects
	bytes     int64
	idle      chan struct{} // closed when nothing has been loaded for half a second
}

// get renders a page.
func (r *renderer) get(ctx context.Context, address string) (*page, error) {
	f := r.fetcher
	running, err := r.running()
	if err != nil {
		return nil, err
	}
	tab, closeTab := chromedp.NewContext(running, chromedp.WithNewBrowserContext())
	defer closeTab()
	defer context.AfterFunc(ctx, closeTab)()
	if err := chromedp.Do(tab); err != nil { // opens it, with a context that lasts as long as it
		return nil, fmt.Errorf("浏览器打不开新页面：%w", err)
	}
	timed, stop := context.WithTimeoutCause(tab, f.profile.Timeout, fmt.Errorf("浏览器在 %v 内没有读完页面", f.profile.Timeout))
	defer stop()
	loading, cancel := context.WithCancelCause(timed)
	defer cancel(nil)
	v := &visit{cancel: cancel, idle: make(chan struct{})}
	if err := chromedp.Listen(loading, func(event any) { r.on(loading, v, event) }); err != nil {
		return nil, fmt.Errorf("浏览器：%w", err)
	}
	var response *network.Response
	err = errors.Join(
		call(loading, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true}),
		call(loading, fetch.Enable, fetch.EnableParams{}),
		call(
			loading,
			browser.SetDownloadBehavior,
			browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorDeny},
		),
	)
	if err == nil {
		response, err = chromedp.Run(loading, chromedp.NavigateResponse(address))
	}
	var body, at string
	if err == nil {
		// A page that never comes to rest is taken as it is half-way through
		// its time.
		rest := time.NewTimer(f.profile.Timeout / 2)
		defer rest.Stop()
		select {
		case <-v.idle:
		case <-rest.C:
		case <-loading.Done():
		}
		if at, err = chromedp.Run(loading, chromedp.Location()); err == nil {
			body, err = chromedp.Run(loading, chromedp.OuterHTML("html"))
		}
	}
	switch cause := context.Cause(loading); {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case cause != nil:
		return nil, cause
	case err != nil:
		return nil, fmt.Errorf("浏览器：%w", err)
	case response == nil:
		return nil, errors.New("浏览器没有得到页面")
	}
	final, err := url.Parse(at)
	if err != nil {
		return nil, errDenied{reason: fmt.Sprintf("网址无效：%v", err)}
	}
	header := http.Header{}
	for name, value := range response.Headers {
		header.Set(name, fmt.Sprint(value))
	}
	if header.Get(gateRefused) != "" {
		return nil, denyPrivate(final)
	}
	// What scripts have made of the page has no validator and no charset of
	// its own.
	header.Del("ETag")
	header.Del("Last-Modified")
	return f.judge(int(response.Status), header, final, []byte(body), "text/html; charset=utf-8")
}

// on takes in what the browser tells of the page.
func (r *renderer) on(ctx context.Context, v *visit, event any) {
	switch e := event.(type) {
	case *fetch.EventRequestPaused:
		go r.decide(ctx, v, e) // it may have to ask for robots.txt, and events must not wait
	case *network.EventDataReceived:
		v.mu.Lock()
		v.bytes += e.DataLength
		over := v.bytes > r.fetcher.profile.BodyLimit
		v.mu.Unlock()
		if over {
			v.cancel(errGone{reason: fmt.Sprintf("页面连同所载内容超过上限 %d 字节", r.fetcher.profile.BodyLimit)})
		}
	case *cdpage.EventLifecycleEvent:
		v.mu.Lock()
		defer v.mu.Unlock()
		// Only of the page itself, not of the empty one before it.
		if e.Name == "networkIdle" && v.documents > 0 && e.FrameID == cdp.FrameID(chromedp.FromContext(ctx).Target.TargetID) {
			select {
			case <-v.idle:
			default:
				close(v.idle)
			}
		}
	}
}

// needless is what no field of a profile is read from.
var needless = []network.ResourceType{
	network.ResourceTypeImage,
	network.ResourceTypeMedia,
	network.ResourceTypeFont,
	network.ResourceTypePing,
}

// decide lets a request of the browser go on, or not.
func (r *renderer) decide(ctx context.Context, v *visit, e *fetch.EventRequestPaused) {
	main := e.ResourceType == network.ResourceTypeDocument
	refuse := func(why error) {
		if main && why != nil {
			v.cancel(why)
			return
		}
		_ = call(
			ctx,
			fetch.FailRequest,
			fetch.FailRequestParams{RequestID: e.RequestID, ErrorReason: network.ErrorReasonBlockedByClient},
		) // the page may be gone
	}
	u, err := url.Parse(e.Request.URL)
	if err != nil {
		refuse(errDenied{reason: fmt.Sprintf("网址无效：%v", err)})
		return
	}
	if slices.Contains(needless, e.ResourceType) {
		refuse(nil)
		return
	}
	if err := r.fetcher.allowed(ctx, u); err != nil {
		refuse(err)
		return
	}
	if main {
		v.mu.Lock()
		v.documents++
		over := v.documents > maxRedirects+1
		v.mu.Unlock()
		if over {
			refuse(errGone{reason: fmt.Sprintf("重定向超过 %d 次", maxRedirects)})
			return
		}
	}
	forward := fetch.ContinueRequestParams{RequestID: e.RequestID}
	if len(r.headers) > 0 && strings.EqualFold(u.Host, r.fetcher.profile.Base.Host) {
		for name, value := range e.Request.Headers {
			if r.headers.Get(name) == "" {
				forward.Headers = append(forward.Headers, &fetch.HeaderEntry{Name: name, Value: fmt.Sprint(value)})
			}
		}
		for name := range r.headers {
			forward.Headers = append(forward.Headers, &fetch.HeaderEntry{Name: name, Value: r.headers.Get(name)})
		}
	}
	_ = call(ctx, fetch.ContinueRequest, forward)
}

// call sends a command to the page of the context.
func call[P, R any](ctx context.Context, command cdp.Command[P, R], params P) error {
	return chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	}))
}

// A gate is an HTTP proxy on loopback for the browser, which connects only
// where the profile lets it.
type gate struct {
	address string
	server  *http.Server
	fetcher *fetcher
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	plain   *http.Transport
}

func openGate(f *fetcher, dial func(context.Context, string, string) (net.Conn, error)) (*gate, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "本机没有可用的端口供浏览器使用",
			Err:     err,
			Remedy:  "检查系统的端口限制",
		}
	}
	g := &gate{address: listener.Addr().String(), fetcher: f, dial: dial,
		plain: &http.Transport{
			DialContext:            dial,
			DisableCompression:     true,
			ResponseHeaderTimeout:  f.profile.Timeout,
			MaxResponseHeaderBytes: 256 << 10,
		}}
	g.server = &http.Server{Handler: g, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = g.server.Serve(listener) }() // until close
	return g, nil
}

func (g *gate) close() {
	_ = g.server.Close()
	g.plain.CloseIdleConnections()
}

// gateRefused is a header that tells the gate's own answer from the site's.
const gateRefused = "X-Chaping-Refused"

// ServeHTTP implements http.Handler.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target := r.URL
	if r.Method == http.MethodConnect {
		target = &url.URL{Scheme: "https", Host: r.Host}
	}
	if err := g.fetcher.permitted(target); err != nil {
		http.Error(w, "refused", http.StatusForbidden)
		return
	}
	if r.Method == http.MethodConnect {
		g.tunnel(w, r)
		return
	}
	out := r.Clone(r.Context())
	out.RequestURI = ""
	out.Header.Del("Proxy-Connection")
	response, err := g.plain.RoundTrip(out)
	if errors.Is(err, errPrivate) {
		w.Header().Set(gateRefused, "private")
	}
	if err != nil {
		http.Error(w, "unreachable", http.StatusBadGateway)
		return
	}
	defer response.Body.Close()
	for name, values := range response.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(response.StatusCode)
	_, _ = io.Copy(w, response.Body) // the browser counts, and hangs up
}

// tunnel joins the browser's connection with one to the host.
func (g *gate) tunnel(w http.ResponseWriter, r *http.Request) {
	there, err := g.dial(r.Context(), "tcp", r.Host)
	if err != nil {
		http.Error(w, "unreachable", http.StatusBadGateway)
		return
	}
	defer there.Close()
	here, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer here.Close()
	if _, err := io.WriteString(here, "HTTP/1.1 200 Connection Established\r\n\r\n"); err != nil {
		return
	}
	done := make(chan struct{}, 2)
	pass := func(to net.Conn, from io.Reader) {
		_, _ = io.Copy(to, from)
		done <- struct{}{}
	}
	go pass(there, buffered)
	go pass(here, there)
	<-done // then both ends are closed
}
