package crawler

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// errPrivate is what connecting to an address inside the own network comes to.
var errPrivate = errors.New("拒绝连接内网地址")

// newTransport connects only where the profile lets it. The check is made on
// the address that is about to be connected to, after name resolution, so
// that neither redirects nor a name that resolves to another address later
// get around it. Environment proxies are not used: through a proxy the check
// on the connection is worth nothing. With the profile's own proxy, names are
// resolved here beforehand and refused if they are private.
func newTransport(p *Profile, proxy *url.URL) *http.Transport {
	open := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	guarded := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, Control: refusePrivate}
	private := map[string]bool{}
	for _, host := range p.PrivateHosts {
		private[strings.ToLower(host)] = true
	}
	through := func(r *http.Request) (*url.URL, error) {
		if proxy == nil || private[strings.ToLower(r.URL.Hostname())] {
			return nil, nil
		}
		// What this machine cannot resolve is left to the proxy.
		addresses, _ := net.DefaultResolver.LookupNetIP(r.Context(), "ip", r.URL.Hostname())
		for _, a := range addresses {
			if !public(a) {
				return nil, fmt.Errorf("%w：%s", errPrivate, a)
			}
		}
		return proxy, nil
	}
	return &http.Transport{
		Proxy: through,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(address)
			if proxy != nil && host == proxy.Hostname() {
				return open.DialContext(ctx, network, address)
			}
			if err == nil && private[strings.ToLower(host)] {
				return open.DialContext(ctx, network, address)
			}
			return guarded.DialContext(ctx, network, address)
		},
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           256,
		MaxIdleConnsPerHost:    max(p.Concurrency, 2),
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  p.Timeout,
		MaxResponseHeaderBytes: 256 << 10,
	}
}

// refusePrivate is a net.Dialer.Control that lets only public unicast
// addresses through.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w：%s", errPrivate, address)
	}
	if !public(ap.Addr()) {
		return fmt.Errorf("%w：%s", errPrivate, ap.Addr())
	}
	return nil
}

// reserved are the ranges of the IANA special-purpose registries that netip
// has no method for.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"), // carrier-grade NAT
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), // NAT64 and 6to4 wrap IPv4 addresses
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("100::/64"),
}

func public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.Zone() != "" {
		return false
	}
	for _, prefix := range reserved {
		if prefix.Contains(a) {
			return false
		}
	}
	return true
}

// bounded hides encodings from colly that it would unpack without a limit:
// what Go's transport has not unpacked itself is refused.
type bounded struct{ next http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if encoding := resp.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		resp.Body.Close()
		return nil, fmt.Errorf("不支持的内容编码 %q", encoding)
	}
	resp.Uncompressed = true
	return resp, nil
}
