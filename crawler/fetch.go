package crawler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/andybalholm/cascadia"
	"github.com/gocolly/colly/v2"

	"chaping/crawler/evidence"
)

// A page is an answer of the site, decoded.
type page struct {
	url   *url.URL // after redirects
	read  time.Time
	as    time.Time // of when the page speaks: earlier than read where it had not changed since
	body  string    // UTF-8
	raw   []byte    // as it came, decompressed
	kind  string    // Content-Type
	size  int       // bytes as they came, decompressed
	bad   int       // characters that could not be decoded
	links *url.URL  // see base

	header http.Header

	validator evidence.Validator
	unchanged bool // the site said so; the rest is what it said then
}

// What can become of a fetch, besides a page.
type (
	// errDenied is a URL that must not be fetched: robots.txt, a foreign
	// host, a private address.
	errDenied struct {
		reason string
		robots bool
	}
	// errGone is an answer that another attempt will not change.
	errGone struct {
		reason string
		status int // 0: there was no answer to speak of
	}
	// errBusy is a site that asks to come back later.
	errBusy struct {
		after  time.Duration // 0: it does not say when
		status int
	}
	// errChallenge is a page that wants a human.
	errChallenge struct{}
	// errUnchanged is the answer to a validator that still holds.
	errUnchanged struct{}
)

func (e errDenied) Error() string    { return e.reason }
func (e errGone) Error() string      { return e.reason }
func (e errBusy) Error() string      { return fmt.Sprintf("网站繁忙（%d）", e.status) }
func (e errChallenge) Error() string { return "出现人机验证页或登录页" }
func (e errUnchanged) Error() string {
	return "页面没有变化（304），但没有保存它的内容"
}

// maxRedirects is how many redirects are followed.
const maxRedirects = 5

// A fetcher gets pages of one site for all workers.
type fetcher struct {
	profile *Profile
	robots  *robots
	base    *colly.Collector
	pace    func(host string, delay time.Duration) // told the delay that robots.txt asks for
	now     func() time.Time
	agent   string
	browser *renderer // nil: the profile needs none
	closer  func()
}

// userAgent names us, our purpose and whom to turn to.
func userAgent(version, contact string) string {
	agent := robotsToken + "/" + version + " (product safety monitoring"
	if contact != "" {
		agent += "; +" + strings.Map(func(r rune) rune {
			if r < ' ' || r > '~' || r == '(' || r == ')' {
				return -1
			}
			return r
		}, contact)
	}
	return agent + ")"
}

func newFetcher(
	ctx context.Context,
	p *Profile,
	agent string,
	now func() time.Time,
	pace func(string, time.Duration),
) (*fetcher, error) {
	secret, err := p.secrets()
	if err != nil {
		return nil, err
	}
	transport := newTransport(p, secret.proxy)
	guarded := dressed{bounded{transport}, p.Base.Host, secret.headers}
	f := &fetcher{profile: p, pace: pace, now: now, agent: agent, closer: transport.CloseIdleConnections}
	f.robots = &robots{
		agent:  agent,
		now:    now,
		sites:  map[string]*robotsSite{},
		client: &http.Client{Transport: guarded, Timeout: p.Timeout},
	}
	f.robots.client.CheckRedirect = f.robots.follow
	c := colly.NewCollector(
		colly.AllowURLRevisit(), // the frontier knows what was visited
		colly.UserAgent(agent),
		colly.StdlibContext(ctx),
		colly.MaxBodySize(int(p.BodyLimit)+1), // one more tells that it was too much
		colly.ParseHTTPErrorResponse(),
	)
	c.DisableCookies()
	c.WithTransport(guarded)
	c.SetRequestTimeout(p.Timeout)
	c.SetRedirectHandler(func(r *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return errGone{reason: fmt.Sprintf("重定向超过 %d 次", maxRedirects)}
		}
		return f.allowed(r.Context(), r.URL)
	})
	f.base = c
	if p.Render {
		if f.browser, err = newRenderer(f, secret.headers, transport.DialContext); err != nil {
			return nil, err
		}
		f.closer = func() { f.browser.stop(); transport.CloseIdleConnections() }
	}
	return f, nil
}

// permitted tells why the URL is not one that the profile allows.
func (f *fetcher) permitted(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return errDenied{reason: fmt.Sprintf("不支持的协议 %q", u.Scheme)}
	}
	if !f.profile.allowsHost(u.Hostname()) || f.profile.onlyBase && u.Host != f.profile.Base.Host {
		return errDenied{reason: fmt.Sprintf("主机 %s 不在站点配置允许的范围内", u.Host)}
	}
	return nil
}

// allowed tells why the URL may not be fetched.
func (f *fetcher) allowed(ctx context.Context, u *url.URL) error {
	if err := f.permitted(u); err != nil {
		return err
	}
	if f.profile.IgnoreRobots {
		return nil
	}
	ok, delay, err := f.robots.allowed(ctx, u)
	if errors.Is(err, errPrivate) {
		return denyPrivate(u)
	}
	if err != nil {
		return err
	}
	if !ok {
		return errDenied{reason: "robots.txt 不允许访问", robots: true}
	}
	if delay > f.profile.Delay {
		f.pace(u.Host, delay)
	}
	return nil
}

// A visitor fetches for one worker.
type visitor struct {
	*fetcher
	collector *colly.Collector
	page      *page // of the fetch under way
	err       error
}

func (f *fetcher) visitor() *visitor {
	v := &visitor{fetcher: f, collector: f.base.Clone()}
	const declared = "content-type"
	v.collector.OnResponseHeaders(func(r *colly.Response) {
		// Charsets are ours to decide: colly would believe the header.
		r.Ctx.Put(declared, r.Headers.Get("Content-Type"))
		r.Headers.Set("Content-Type", "application/octet-stream; charset=utf-8")
		if n, err := strconv.ParseInt(r.Headers.Get("Content-Length"), 10, 64); err == nil && n > f.profile.BodyLimit {
			v.err = errGone{reason: fmt.Sprintf("页面 %d 字节，超过上限 %d 字节", n, f.profile.BodyLimit)}
			r.Request.Abort()
		}
	})
	v.collector.OnResponse(func(r *colly.Response) {
		v.page, v.err = f.judge(r.StatusCode, *r.Headers, r.Request.URL, r.Body, r.Ctx.Get(declared))
	})
	return v
}

// judge tells what an answer is: a page, or one of the errors above.
func (f *fetcher) judge(status int, header http.Header, at *url.URL, body []byte, contentType string) (*page, error) {
	switch {
	case status == http.StatusNotModified:
		return nil, errUnchanged{}
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable && header.Get("Retry-After") != "":
		return nil, errBusy{after: retryAfter(header.Get("Retry-After"), f.now()), status: status}
	case status == http.StatusRequestTimeout || status >= 500:
		return nil, fmt.Errorf("服务器返回 %d", status)
	}
	if int64(len(body)) > f.profile.BodyLimit {
		return nil, errGone{reason: fmt.Sprintf("页面超过上限 %d 字节", f.profile.BodyLimit)}
	}
	text, bad := decode(body, contentType, f.profile.Charset)
	p := &page{url: at, read: f.now(), body: text, raw: body, kind: contentType, size: len(body), bad: bad,
		header: header}
	p.as = p.read
	if !strings.Contains(strings.ToLower(header.Get("Cache-Control")), "no-store") {
		p.validator = evidence.Validator{ETag: header.Get("ETag"), Modified: header.Get("Last-Modified")}
	}
	if status < 200 || status > 299 {
		// A challenge often comes with 403.
		if n, err := parse(text, formatHTML, ""); err == nil && f.challenged(n, text) {
			return nil, errChallenge{}
		}
		return nil, errGone{fmt.Sprintf("服务器返回 %d", status), status}
	}
	return p, nil
}

// A login page says so in its title and asks for a password. Shops have
// password boxes elsewhere, too, and words for logging in everywhere.
var (
	passwordBox = cascadia.MustCompile(`input[type="password" i]`)
	pageTitle   = cascadia.MustCompile("head title")
	loginTitle  = regexp.MustCompile(`(?i)登录|登陆|log ?in|sign ?in`)
)

// A check for people has little on it but its title.
var checkTitle = regexp.MustCompile(`(?i)^\s*(?:请?(?:先|完成|进行)*(?:安全|访问|人机|身份|滑动|滑块|机器人)(?:验证|检测|校验)|验证码|captcha|robot check|are you (?:a )?human|just a moment|attention required|(?:security|human) (?:check|verification))`)

func isCheck(n node) bool {
	doc := n.document()
	return doc != nil && checkTitle.MatchString(doc.FindMatcher(pageTitle).First().Text()) && utf8.RuneCountInString(visible(doc)) <= fewWords
}

func isLogin(n node, text string) bool {
	doc := n.document()
	if doc == nil || !strings.Contains(text, "assword") && !strings.Contains(text, "PASSWORD") {
		return false
	}
	return loginTitle.MatchString(doc.FindMatcher(pageTitle).Text()) && doc.FindMatcher(passwordBox).Length() > 0
}

// challenged tells whether the page is one of the profile's challenges, a check
// for people, or a login page, which sites answer with status 200 to whom they
// have enough of.
func (f *fetcher) challenged(n node, text string) bool {
	if isLogin(n, text) || isCheck(n) {
		return true
	}
	for _, c := range f.profile.Challenges {
		if c.has(n, text) {
			return true
		}
	}
	return false
}

// render gets a page as its scripts leave it.
func (v *visitor) render(ctx context.Context, address string) (*page, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errDenied{reason: fmt.Sprintf("网址无效：%v", err)}
	}
	if err := v.allowed(ctx, u); err != nil {
		return nil, err
	}
	return v.browser.get(ctx, u.String())
}

// fetch gets a page, unless it still is what the validator stands for, which
// is errUnchanged. With a body, which is JSON or a form, it is what the site
// answers to that. The error is one of the types above where another attempt
// is not simply worth while.
func (v *visitor) fetch(ctx context.Context, address, body string, known evidence.Validator) (*page, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errDenied{reason: fmt.Sprintf("网址无效：%v", err)}
	}
	if err := v.allowed(ctx, u); err != nil {
		return nil, err
	}
	v.page, v.err = nil, nil
	headers := http.Header{}
	if known.ETag != "" {
		headers.Set("If-None-Match", known.ETag)
	}
	if known.Modified != "" {
		headers.Set("If-Modified-Since", known.Modified)
	}
	if body == "" {
		err = v.collector.Request(http.MethodGet, u.String(), nil, nil, headers)
	} else {
		headers.Set("Content-Type", "application/x-www-form-urlencoded")
		if json.Valid([]byte(body)) {
			headers.Set("Content-Type", "application/json")
		}
		err = v.collector.Request(http.MethodPost, u.String(), strings.NewReader(body), nil, headers)
	}
	switch {
	case v.err != nil:
		return nil, v.err
	case err == nil && v.page != nil:
		return v.page, nil
	case err == nil:
		return nil, errors.New("没有得到页面")
	case errors.Is(err, errPrivate):
		return nil, denyPrivate(u)
	}
	return nil, err
}

func denyPrivate(u *url.URL) error {
	return errDenied{
		reason: fmt.Sprintf("%v：%s 在内网或本机；确需采集时在站点配置的 private_hosts 中写上 %s", errPrivate, u.Host, u.Hostname()),
	}
}

// retryAfter reads a Retry-After header: seconds or a date. 0 when it says
// nothing; never more than a day.
func retryAfter(s string, now time.Time) time.Duration {
	const most = 24 * time.Hour
	if n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64); err == nil && n >= 0 {
		return min(time.Duration(min(n, int64(most/time.Second)))*time.Second, most)
	}
	if t, err := http.ParseTime(s); err == nil {
		return min(max(t.Sub(now), 0), most)
	}
	return 0
}
