package crawler

import (
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"regexp"
	"strings"

	"golang.org/x/net/http/httpguts"

	"chaping"
)

// Headers that are not a profile's to set: who we are, and what the transport
// decides.
var ownHeaders = map[string]bool{
	"User-Agent": true, "Host": true, "Content-Length": true, "Transfer-Encoding": true, "Connection": true,
	"Accept-Encoding": true, "Cookie": true, "Proxy-Authorization": true, "If-None-Match": true, "If-Modified-Since": true,
}

// request reads what goes along with every request.
func (l *loader) request(p *Profile, raw *profileYAML) {
	r := raw.Request
	for name := range r.Headers {
		canonical := textproto.CanonicalMIMEHeaderKey(name)
		switch {
		case !httpguts.ValidHeaderFieldName(name):
			l.fail("request.headers", name, "请求头的名称无效", "只用字母、数字和连字符")
		case ownHeaders[canonical]:
			l.fail("request.headers."+name, "", "这个请求头由程序设定", "删去本项；Cookie 写在 request.cookies，表明身份的联系方式写在 contact")
		}
	}
	p.Headers, p.Cookies, p.Proxy = r.Headers, r.Cookies, r.Proxy
	if r.Proxy != "" && !strings.Contains(r.Proxy, "${") {
		if _, err := parseProxy(r.Proxy); err != nil {
			l.fail("request.proxy", "", "代理地址无效", "写成 http://主机:端口；有口令时写 ${变量名}，把地址放进环境变量")
		}
	}
}

func parseProxy(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" {
		return nil, fmt.Errorf("代理地址无效") // never with the cause: it may quote a password
	}
	return u, nil
}

var variable = regexp.MustCompile(`\$\{([^}]*)\}`)

// secrets are the profile's headers, cookies and proxy with the environment
// variables filled in. They live in the fetcher only and are never written
// anywhere.
type secrets struct {
	headers http.Header
	proxy   *url.URL
}

func (p *Profile) secrets() (secrets, error) {
	var missing []string
	fill := func(s string) string {
		return variable.ReplaceAllStringFunc(s, func(m string) string {
			name := m[2 : len(m)-1]
			value, ok := os.LookupEnv(name)
			if !ok {
				missing = append(missing, name)
			}
			return value
		})
	}
	s := secrets{headers: http.Header{}}
	bad := ""
	set := func(name, value string) {
		if !httpguts.ValidHeaderFieldValue(value) {
			bad = name
		}
		s.headers.Set(name, value)
	}
	for name, value := range p.Headers {
		set(name, fill(value))
	}
	if p.Cookies != "" {
		set("Cookie", fill(p.Cookies))
	}
	proxy := fill(p.Proxy)
	switch {
	case len(missing) > 0:
		return s, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: fmt.Sprintf("站点配置 %s 用到的环境变量没有设：%s", p.Name, strings.Join(missing, "、")),
			Remedy:  "设好后重新运行",
		}
	case bad != "":
		return s, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: fmt.Sprintf("站点配置 %s 的请求头 %s 的值含有换行等不允许的字符", p.Name, bad),
			Remedy:  "检查环境变量的内容",
		}
	case proxy != "":
		var err error
		if s.proxy, err = parseProxy(proxy); err != nil {
			return s, &chaping.Error{
				Code:    chaping.CodeEnvironment,
				Message: fmt.Sprintf("站点配置 %s 的代理地址无效", p.Name),
				Remedy:  "写成 http://用户:密码@主机:端口",
			}
		}
	}
	return s, nil
}

// dressed adds the profile's headers to requests to its own host, and to no
// other: a redirect does not carry them away.
type dressed struct {
	next    http.RoundTripper
	host    string
	headers http.Header
}

func (d dressed) RoundTrip(r *http.Request) (*http.Response, error) {
	if len(d.headers) > 0 && strings.EqualFold(r.URL.Host, d.host) {
		r = r.Clone(r.Context())
		for name, values := range d.headers {
			r.Header[name] = values
		}
	}
	return d.next.RoundTrip(r)
}
