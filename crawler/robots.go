package crawler

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

const (
	robotsToken = "chaping"        // our name in robots.txt
	robotsLimit = 500 << 10        // bytes that are read of it; RFC 9309 asks for at least 500 KiB
	robotsAge   = 24 * time.Hour   // RFC 9309: no longer than that
	robotsRetry = 10 * time.Minute // until an unreachable robots.txt is asked for again
)

// robots answers whether a URL may be fetched, after RFC 9309: the file is
// kept for a day; where there is none (4xx, or redirects without end),
// everything is allowed; where the server fails (5xx, no connection), what it
// said last holds, or, if it never said anything, nothing is allowed until it
// does.
type robots struct {
	client *http.Client
	agent  string
	now    func() time.Time

	mu    sync.Mutex
	sites map[string]*robotsSite // by scheme and host
}

type robotsSite struct {
	mu      sync.Mutex
	rules   *robotsRules // nil: nothing is known yet
	err     error        // why not
	expires time.Time
}

// errRobots tells that robots.txt itself could not be had.
type errRobots struct{ err error }

func (e errRobots) Error() string {
	return fmt.Sprintf("无法取得 robots.txt，按 RFC 9309 暂不访问：%v", e.err)
}
func (e errRobots) Unwrap() error { return e.err }

// allowed tells whether the URL may be fetched, and which delay the site asks
// for (0: none).
func (r *robots) allowed(ctx context.Context, u *url.URL) (ok bool, delay time.Duration, err error) {
	key := u.Scheme + "://" + u.Host
	r.mu.Lock()
	site := r.sites[key]
	if site == nil {
		site = &robotsSite{}
		r.sites[key] = site
	}
	r.mu.Unlock()

	site.mu.Lock()
	defer site.mu.Unlock()
	if now := r.now(); !now.Before(site.expires) {
		var rules *robotsRules
		rules, site.err = r.fetch(ctx, key+"/robots.txt")
		site.expires = now.Add(robotsAge)
		if site.err == nil {
			site.rules = rules
		} else {
			site.expires = now.Add(robotsRetry)
			if ctx.Err() != nil { // our own end says nothing about the site
				site.expires = time.Time{}
			}
		}
	}
	if site.rules == nil {
		return false, 0, errRobots{site.err}
	}
	return site.rules.allows(u), site.rules.delay, nil
}

// errRedirects is a robots.txt that is moved again and again.
var errRedirects = fmt.Errorf("重定向超过 %d 次", maxRedirects)

// follow lets redirects of robots.txt lead to any public host, as the RFC
// wants it.
func (r *robots) follow(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return errRedirects
	}
	if req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return fmt.Errorf("不支持的协议 %q", req.URL.Scheme)
	}
	return nil
}

func (r *robots) fetch(ctx context.Context, address string) (*robotsRules, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", r.agent)
	resp, err := r.client.Do(req)
	if errors.Is(err, errRedirects) {
		return &robotsRules{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode >= 200 && resp.StatusCode < 300:
	case resp.StatusCode >= 400 && resp.StatusCode < 500 && resp.StatusCode != http.StatusTooManyRequests:
		return &robotsRules{}, nil
	default:
		return nil, fmt.Errorf("服务器返回 %d", resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, robotsLimit))
	if err != nil {
		return nil, err
	}
	if len(body) == robotsLimit { // half a line may say the opposite
		body = body[:bytes.LastIndexAny(body, "\r\n")+1]
	}
	return parseRobots(string(body), robotsToken), nil
}
