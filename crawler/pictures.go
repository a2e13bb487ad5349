package crawler

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"chaping"
	"chaping/crawler/evidence"
)

// Bounds of a picture that is fetched.
const (
	maxPicture     = 8 << 20 // bytes
	pictureTimeout = 20 * time.Second
	pictureDelay   = time.Second // between two requests to a host, unless robots.txt says more
)

// Pictures fetches pictures that reviews carry, one after the other: from
// wherever their addresses lead to but the own network, by each site's
// robots.txt, and from no host more often than once in a second.
type Pictures struct {
	options Options
	own     []string // hosts, with ports, that may stand in the own network
	public  *visitor
	private map[string]*visitor // of own hosts
	last    map[string]time.Time
	delays  map[string]time.Duration
	closers []func()
}

// NewPictures prepares to fetch. own are hosts with their ports that the person
// who runs the machine collects from the own network.
func NewPictures(o Options, own []string) *Pictures {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	o.Version = cmp.Or(o.Version, "dev")
	return &Pictures{
		options: o,
		own:     own,
		private: map[string]*visitor{},
		last:    map[string]time.Time{},
		delays:  map[string]time.Duration{},
	}
}

// Close ends connections.
func (p *Pictures) Close() {
	for _, done := range p.closers {
		done()
	}
}

// Fetch gets what stands at an address, as it came. An error that is a
// *chaping.InputError says why it cannot be had, now or later; any other one
// means that it may be had another time.
func (p *Pictures) Fetch(ctx context.Context, address string) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, noPicture(address, "网址无效")
	}
	v, err := p.visitor(ctx, u)
	if err != nil {
		return nil, err
	}
	wait := max(pictureDelay, p.delays[u.Host]) - p.options.Now().Sub(p.last[u.Host])
	if !p.last[u.Host].IsZero() && wait > 0 {
		if err := p.options.Sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
	p.last[u.Host] = p.options.Now()
	page, err := v.fetch(ctx, address, "", evidence.Validator{})
	var denied errDenied
	var gone errGone
	switch {
	case errors.As(err, &denied):
		return nil, noPicture(address, denied.Error())
	case errors.As(err, &gone):
		return nil, noPicture(address, gone.Error())
	case errors.As(err, &errChallenge{}):
		return nil, noPicture(address, "出现人机验证页或登录页")
	case err != nil:
		return nil, err
	}
	return page.raw, nil
}

func noPicture(address, problem string) error {
	return &chaping.InputError{Field: "图片", Value: chaping.Shorten(address, 200), Problem: problem}
}

// visitor is the one that may fetch from the address's host.
func (p *Pictures) visitor(ctx context.Context, u *url.URL) (*visitor, error) {
	own := slices.Contains(p.own, u.Host)
	if v := p.private[u.Host]; own && v != nil {
		return v, nil
	}
	if !own && p.public != nil {
		return p.public, nil
	}
	profile := &Profile{
		Base:        u,
		Hosts:       []string{"*"},
		Concurrency: 1,
		Delay:       pictureDelay,
		BodyLimit:   maxPicture,
		Timeout:     pictureTimeout,
	}
	if own {
		profile.Hosts, profile.PrivateHosts, profile.onlyBase = nil, []string{u.Hostname()}, true
	}
	pace := func(host string, delay time.Duration) { p.delays[host] = delay }
	f, err := newFetcher(ctx, profile, userAgent(p.options.Version, ""), p.options.Now, pace)
	if err != nil {
		return nil, err
	}
	p.closers = append(p.closers, f.closer)
	v := f.visitor()
	if own {
		p.private[u.Host] = v
	} else {
		p.public = v
	}
	return v, nil
}
