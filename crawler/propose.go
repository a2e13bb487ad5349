package crawler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"chaping"
	"chaping/crawler/evidence"

	"github.com/tidwall/gjson"
)

// A Draft is a site profile made from one page, for a person to correct.
type Draft struct {
	URL      string   `json:"url"`      // of the product page, after redirects
	Profile  string   `json:"profile"`  // YAML that LoadProfile takes
	Source   string   `json:"source"`   // where the reviews stand: schema.org, script, json or html; empty: not found
	Reviews  int      `json:"reviews"`  // that the draft reads from the page
	Products int      `json:"products"` // that its search finds, 0 where none was found
	Missing  []Lack   `json:"missing"`  // what was not found, or is to be checked
	Asked    []string `json:"asked"`    // pages that were fetched
	Trial    Trial    `json:"trial"`    // what the draft makes of the product page
	Keyword  string   `json:"keyword"`  // with which the search was tried
}

// draftRequests is how many pages are fetched for one draft.
const draftRequests = 8

// draftBody is how large a page may be of which a draft is made.
const draftBody = 64 << 20

// draftDelay is the time between two of them.
const draftDelay = time.Second

// Propose fetches a page of a shop, and a few more to find its products, and
// makes a site profile of what it sees. private lets it connect to the page's
// host although that is on this machine or in the own network.
func Propose(ctx context.Context, address string, private bool, o Options) (Draft, error) {
	base, err := parseBase(address)
	if err != nil {
		return Draft{}, &chaping.Error{
			Code:    chaping.CodeUsage,
			Message: fmt.Sprintf("网址 %q 无效", chaping.Shorten(address, 200)),
			Remedy:  "写成 http:// 或 https:// 开头的完整网址",
			Err:     err,
		}
	}
	p := &Profile{
		Name: "draft", Base: &url.URL{Scheme: base.Scheme, Host: base.Host}, Platform: chaping.Platform{ID: "draft", Rating: chaping.Stars()},
		Delay: draftDelay, Concurrency: 1, BodyLimit: draftBody, Timeout: defaultTimeout, Attempts: 1,
	}
	private = private && resolvesPrivately(ctx, base.Hostname())
	if private {
		p.PrivateHosts = []string{base.Hostname()}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	f, err := newFetcher(
		ctx,
		p,
		userAgent(cmp.Or(o.Version, "dev"), ""),
		o.Now,
		func(_ string, delay time.Duration) { p.Delay = max(p.Delay, delay) },
	)
	if err != nil {
		return Draft{}, err
	}
	defer f.closer()
	d := &drafter{visitor: f.visitor(), profile: p, private: private, sleep: o.Sleep, now: o.Now()}
	if err := d.run(ctx, address); err != nil {
		return Draft{}, err
	}
	return d.finish()
}

// A drafter looks for what a profile says.
type drafter struct {
	*visitor
	profile *Profile
	private bool
	sleep   func(context.Context, time.Duration) error
	now     time.Time

	product *sheet // the product page
	search  searchDraft
	found   reviewDraft
	fields  []draftField // of the product
	as      format       // in which they are read
	looks   int          // at elements, so far
	// The site has asked to be left alone.
	unwelcome bool
	hasURL    string // product.url, where addresses follow from ids
	draft     Draft
}

// A sheet is a page in all the forms in which it may be read.
type sheet struct {
	*page
	nodes map[format]node
}

// forms are the formats to look in, the surest first.
var forms = []format{formatJSON, formatSchema, formatScript, formatHTML}

func (f format) String() string {
	return [...]string{formatHTML: "html", formatJSON: "json", formatJSONP: "jsonp", formatSchema: "schema.org", formatScript: "script"}[f]
}

// get fetches a page for the draft.
func (d *drafter) get(ctx context.Context, address string) (*sheet, error) {
	if len(d.draft.Asked) > 0 {
		if len(d.draft.Asked) >= draftRequests || d.unwelcome {
			return nil, errDenied{reason: "试读的页数已够"}
		}
		if !d.private {
			if err := d.sleep(ctx, d.profile.Delay); err != nil {
				return nil, err
			}
		}
	}
	d.draft.Asked = append(d.draft.Asked, address)
	p, err := d.fetch(ctx, address, "", evidence.Validator{})
	if err == nil {
		var s *sheet
		if s, err = d.read(p); err == nil {
			return s, nil
		}
	}
	d.unwelcome = errors.As(err, new(errBusy)) || errors.As(err, new(errChallenge))
	return nil, err
}

// read puts a page into its forms.
func (d *drafter) read(p *page) (*sheet, error) {
	s := &sheet{page: p, nodes: map[format]node{}}
	if head := strings.TrimLeft(p.body, " \t\r\n\ufeff"); strings.HasPrefix(head, "{") || strings.HasPrefix(head, "[") {
		n, err := p.node(formatJSON)
		if err != nil {
			return nil, errLayout{Fault{URL: p.url.String(), Problem: err.Error()}}
		}
		s.nodes[formatJSON] = n
		return s, nil
	}
	n, err := p.node(formatHTML)
	if err != nil {
		return nil, errLayout{Fault{URL: p.url.String(), Problem: err.Error()}}
	}
	s.nodes[formatHTML] = n
	for _, as := range []format{formatSchema, formatScript} {
		view, err := viewAs(n.html, as, n.address)
		if err != nil {
			continue
		}
		view.header, view.address = n.header, n.address
		s.nodes[as] = view
	}
	if n, ok := s.nodes[formatHTML]; ok && d.challenged(n, p.body) {
		return nil, errChallenge{}
	}
	return s, nil
}

func (s *sheet) isJSON() bool { _, ok := s.nodes[formatJSON]; return ok }

// data is a form of the page that is read like JSON.
func (s *sheet) data(as format) gjson.Result { return s.nodes[as].json }

// run looks at the page and at those that it leads to.
func (d *drafter) run(ctx context.Context, address string) error {
	first, err := d.get(ctx, address)
	if err != nil {
		var human errChallenge
		remedy := "核对网址能否在浏览器里打开，robots.txt 是否允许"
		if errors.As(err, &human) {
			remedy = "用浏览器打开该网址查看；本程序不绕过人机验证"
		}
		return &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "没有取到页面 " + chaping.Shorten(address, 200),
			Err:     err,
			Remedy:  remedy,
		}
	}
	d.product = first
	d.found = d.reviewsOn(first)
	if d.found.score < enoughReviews {
		if err := d.linkedReviews(ctx); err != nil {
			return err
		}
	}
	if d.found.score < enoughReviews {
		if err := d.calledReviews(ctx); err != nil {
			return err
		}
	}
	if d.found.score < enoughReviews || d.found.nested != "" {
		if err := d.throughList(ctx, first); err != nil {
			return err
		}
	}
	d.fields, d.as = d.productOn(d.product)
	if d.search.url == "" {
		if err := d.findSearch(ctx); err != nil {
			return err
		}
	}
	if d.found.score < enoughReviews {
		if err := d.otherProducts(ctx); err != nil {
			return err
		}
	}
	if err := d.pagesOfSearch(ctx); err != nil {
		return err
	}
	return d.pagesOfProduct(ctx)
}

// otherProducts looks at other products that the search found, where the page
// shows no reviews.
func (d *drafter) otherProducts(ctx context.Context) error {
	tried := 0
	for _, link := range d.search.links(d.product) {
		if tried >= 3 || sameProduct(link, d.product.url) {
			continue
		}
		tried++
		s, err := d.get(ctx, link)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			continue
		}
		if found := d.reviewsOn(s); found.score >= enoughReviews {
			d.product, d.found = s, found
			d.fields, d.as = d.productOn(s)
			return nil
		}
	}
	return nil
}

// resolvesPrivately tells whether the host is on this machine or in the own
// network.
func resolvesPrivately(ctx context.Context, host string) bool {
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	return err == nil && slices.ContainsFunc(addresses, func(a netip.Addr) bool { return !public(a) })
}

// throughList takes the page for a list of products, and goes on with the
// first of them.
func (d *drafter) throughList(ctx context.Context, list *sheet) error {
	found, ok := d.productsOn(list, nil)
	if !ok {
		return nil
	}
	for _, link := range found.links(list)[:min(3, len(found.links(list)))] {
		product, err := d.get(ctx, link)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			continue
		}
		reviews := d.reviewsOn(product)
		if reviews.score < enoughReviews && d.found.score > 0 && d.found.nested == "" {
			continue
		}
		d.product, d.found = product, reviews
		d.search = found
		d.search.url, d.search.whole = listTemplate(list.url)
		d.hasURL = found.product
		if reviews.score >= enoughReviews {
			return nil
		}
	}
	return nil
}

// queryNames are what sites call the word that is searched for.
var queryNames = []string{
	"keyword",
	"q",
	"query",
	"search",
	"s",
	"wd",
	"key",
	"keywords",
	"kw",
	"k",
	"text",
	"term",
	"search_query",
	"w",
}

// listTemplate makes a search of a list's address. whole tells that no word
// is searched for.
func listTemplate(u *url.URL) (address string, whole bool) {
	for _, name := range queryNames {
		if value := u.Query().Get(name); value != "" {
			return replaceQuery(u, name, "{keyword}"), false
		}
	}
	return relative(u), true
}

// replaceQuery is the address with another value of the parameter, as it is
// written and not escaped.
func replaceQuery(u *url.URL, name, value string) string {
	q := u.Query()
	q.Del(name)
	text := u.EscapedPath() + "?" + name + "=" + value
	if rest := q.Encode(); rest != "" {
		text += "&" + rest
	}
	return text
}

// relative is the address without its host.
func relative(u *url.URL) string {
	return (&url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery}).String()
}

// unstable are keys that are others on every page, or positions.
var unstable = regexp.MustCompile(
	`^\d+$|^[a-z]?[0-9a-f]{8,}|^[a-z]+\d[a-z0-9]{6,}$|^[a-z0-9]*\d[a-z]+\d[a-z0-9]{4,}$|[/:{}"]`,
)

// stablePath is a path to the value that the keys lead to. Keys that change are
// passed over, if the value is found that way, too.
func stablePath(root gjson.Result, keys []string, wanted func(gjson.Result) bool) string {
	value := root
	var exact, short []string
	var above gjson.Result
	for _, key := range keys {
		above = value
		value = value.Get(gjson.Escape(key))
		exact = append(exact, gjson.Escape(key))
		switch {
		case !unstable.MatchString(key):
			short = append(short, gjson.Escape(key))
		case len(short) == 0 || short[len(short)-1] != "**":
			short = append(short, "**")
		}
	}
	full := strings.Join(exact, ".")
	if full == "" {
		return "@this"
	}
	leads := func(path string) bool { return newPath(path).get(root, wanted).Raw == value.Raw }
	path := strings.Join(short, ".")
	if path == full || !strings.Contains(path, "**") || short[len(short)-1] == "**" {
		return full
	}
	if leads(path) {
		return path
	}
	var members []string
	above.ForEach(func(key, inner gjson.Result) bool {
		if inner.Type != gjson.Null && !unstable.MatchString(key.String()) &&
			!strings.ContainsAny(key.String(), ",() .") {
			members = append(members, key.String())
		}
		return len(members) < 6
	})
	if i := strings.LastIndex(path, "**"); i >= 0 && len(members) > 1 {
		if with := path[:i] + "**(" + strings.Join(members, ",") + ")" + path[i+2:]; leads(with) {
			return with
		}
	}
	return full
}
