package crawler

import (
	"context"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/tidwall/gjson"
	"golang.org/x/net/html"
)

// A searchDraft is a list of products as it was found.
type searchDraft struct {
	url     string // with {keyword}
	as      format
	items   spec
	fields  []draftField
	whole   bool   // nothing is searched for; names are compared
	product string // template of the product page, where the list has no links
	n       int
	addrs   []string // of the products, as they stand there
	next    *spec
	pages   string // placeholder that counts pages, "" if none works
	none    bool   // the list stands whole on its page
}

var (
	productNames = names(`(product|goods|item|sku)_?(name|title)`, `name`, `title`, `subject`, `label`, `商品名称`, `名称`)
	linkNames    = names(
		`(product|item|goods|detail|page)?_?(url|link|href)`,
		`permalink`,
		`path`,
		`handle`,
		`网址`,
		`链接`,
	)
	skuNames    = names(`sku`, `(product|goods|item|spu)_?(id|no|code)`, `id`, `_id`, `uuid`, `code`, `商品编号`)
	shopNames   = names(`(shop|store|seller|merchant)(\.|_)?(name|title)`, `vendor`, `brand\.name`)
	productList = regexp.MustCompile(`(?i)product|goods|item|result|list|catalog|商品`)
	dearer      = regexp.MustCompile(
		`(?i)market|original|list_?price|old|regular|max|compare|cost|save|discount_?(rate|amount)`,
	)
	cheaper    = regexp.MustCompile(`(?i)special|sale|final|current|now|promo|deal`)
	navigation = regexp.MustCompile(
		`(?i)breadcrumb|menu|nav|categor|footer|link|post|article|blog|language|locale|slide|banner`,
	)
	maxProducts  = 100
	maxSelectors = 20 // that are made for lists of one page
)

// links are the addresses of the list's products.
func (s *searchDraft) links(list *sheet) (out []string) {
	for _, link := range s.addrs {
		if u, err := list.url.Parse(link); err == nil && (u.Scheme == "http" || u.Scheme == "https") &&
			u.Host == list.url.Host {
			out = append(out, u.String())
		}
	}
	return out
}

// productsOn looks for a list of products, which has to have the wanted one if
// that is known.
func (d *drafter) productsOn(s *sheet, want *url.URL) (searchDraft, bool) {
	for _, as := range forms {
		n, ok := s.nodes[as]
		if !ok {
			continue
		}
		var found []searchDraft
		switch as {
		case formatHTML:
			found = htmlProducts(n.html, s.url, want)
		case formatSchema:
			found = schemaProducts(n.json)
		default:
			found = jsonProducts(n.json, as, s.url)
		}
		for _, f := range found {
			if want == nil ||
				slices.ContainsFunc(f.links(s), func(link string) bool { return sameProduct(link, want) }) {
				f.as = as
				return f, true
			}
		}
	}
	return searchDraft{}, false
}

// sameProduct tells whether the link leads to the page.
func sameProduct(link string, page *url.URL) bool {
	u, err := url.Parse(link)
	if err != nil || strings.TrimSuffix(u.Path, "/") != strings.TrimSuffix(page.Path, "/") {
		return false
	}
	for name, values := range page.Query() {
		if got := u.Query()[name]; got != nil && !slices.Equal(got, values) {
			return false
		}
	}
	return true
}

func schemaProducts(v gjson.Result) []searchDraft {
	items := v.Get("items").Array()
	if len(items) == 0 {
		return nil
	}
	found := searchDraft{
		items:  spec{json: "items"},
		n:      len(items),
		fields: []draftField{{key: "url", spec: spec{json: "url"}}},
	}
	if items[0].Get("name").String() != "" {
		found.fields = append(found.fields, draftField{key: "name", spec: spec{json: "name"}})
	}
	for _, item := range items {
		found.addrs = append(found.addrs, item.Get("url").String())
	}
	return []searchDraft{found}
}

// jsonProducts are the lists in JSON that look like products, the likeliest
// first.
func jsonProducts(root gjson.Result, as format, at *url.URL) (list []searchDraft) {
	var scores []int
	nodes := 0
	var walk func(v gjson.Result, keys []string)
	walk = func(v gjson.Result, keys []string) {
		if nodes++; nodes > maxDraftNodes || len(keys) > maxDeep {
			return
		}
		if v.IsObject() {
			v.ForEach(func(key, inner gjson.Result) bool {
				walk(inner, append(slices.Clip(keys), key.String()))
				return true
			})
			return
		}
		if !v.IsArray() {
			return
		}
		items := v.Array()
		if len(keys) > 0 && navigation.MatchString(keys[len(keys)-1]) {
			return
		}
		if found, score := judgeProducts(items, keys, as, at); score > 0 {
			found.items = spec{json: stablePath(root, keys, isFullList)}
			list, scores = append(list, found), append(scores, score)
		}
		for i, item := range items[:min(len(items), maxProducts)] {
			walk(item, append(slices.Clip(keys), strconv.Itoa(i)))
		}
	}
	walk(root, nil)
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return scores[b] - scores[a] })
	sorted := make([]searchDraft, 0, len(list))
	for _, i := range order {
		sorted = append(sorted, list[i])
	}
	return sorted
}

func judgeProducts(items []gjson.Result, keys []string, as format, at *url.URL) (found searchDraft, score int) {
	if len(items) == 0 || slices.ContainsFunc(items, func(v gjson.Result) bool { return !v.IsObject() }) {
		return found, 0
	}
	sample := items[:min(len(items), maxProducts)]
	cols := columns(sample)
	everywhere := func(c *column) bool {
		return len(c.values) == len(sample) && c.all(func(s string) bool { return s != "" })
	}
	name := pick(cols, productNames, everywhere)
	link := pick(cols, linkNames, func(c *column) bool {
		return everywhere(c) &&
			c.all(func(s string) bool { return strings.HasPrefix(s, "/") || strings.HasPrefix(s, "http") }) &&
			isID(c)
	})
	id := pick(cols, skuNames, func(c *column) bool { return everywhere(c) && isID(c) })
	if name == nil || link == nil && (id == nil || as != formatJSON) {
		return found, 0
	}
	found.n = len(items)
	score = 1
	if link != nil {
		found.fields = []draftField{
			{key: "url", spec: spec{json: link.path}},
			{key: "name", spec: spec{json: name.path}},
		}
		found.addrs = link.values
	} else {
		found.fields = []draftField{{key: "id", spec: spec{json: id.path}}, {key: "name", spec: spec{json: name.path}}}
		prefix := strings.TrimSuffix(at.EscapedPath(), "/")
		found.product = prefix + "/{product}"
		for _, v := range id.values {
			found.addrs = append(found.addrs, prefix+"/"+url.PathEscape(v))
		}
	}
	if slices.ContainsFunc(cols, func(c column) bool { return strings.Contains(strings.ToLower(c.path), "price") }) {
		score += 3
	}
	if id != nil {
		score++
	}
	if len(keys) > 0 && productList.MatchString(keys[len(keys)-1]) {
		score++
	}
	return found, score
}

// htmlProducts are the lists of links that look like products.
func htmlProducts(doc *goquery.Selection, at, want *url.URL) (list []searchDraft) {
	best, tries := 0, 0
	for _, g := range groups(doc) {
		found, score := judgeLinks(g, at)
		if score <= best || want != nil && !slices.ContainsFunc(found.addrs, func(link string) bool {
			u, err := at.Parse(link)
			return err == nil && sameProduct(u.String(), want)
		}) {
			continue
		}
		if tries++; tries > maxSelectors {
			break
		}
		if found.items.css = selectorFor(doc, g.nodes); found.items.css != "" {
			best = score
			list = append([]searchDraft{found}, list...)
		}
	}
	for i := range list {
		list[i].next = nextLinkOn(doc)
	}
	return list
}

func judgeLinks(g group, at *url.URL) (found searchDraft, score int) {
	var hrefs []string
	priced, pictured := 0, 0
	for _, item := range g.nodes {
		if nodesIn(item, maxItemNodes+1) > maxItemNodes {
			return found, 0
		}
		s := goquery.NewDocumentFromNode(item)
		href, ok := s.Find("a[href]").First().Attr("href")
		if item.Data == "a" {
			href, ok = attribute(item, "href")
		}
		u, err := at.Parse(href)
		if !ok || err != nil || u.Host != at.Host || strings.HasPrefix(href, "#") {
			return found, 0
		}
		if sameProduct(u.String(), at) && u.RawQuery == at.RawQuery { // tabs, jumps
			return found, 0
		}
		hrefs = append(hrefs, href)
		if priceText.MatchString(text(item)) {
			priced++
		}
		if s.Find("img").Length() > 0 {
			pictured++
		}
	}
	if !isID(&column{values: hrefs}) ||
		priced == 0 && pictured == 0 && !productList.MatchString(placeOf(g.nodes[0])+placeOf(g.nodes[0].Parent)) {
		return found, 0
	}
	found = searchDraft{n: len(g.nodes), addrs: hrefs}
	link := spec{css: "a", attr: "href"}
	if g.nodes[0].Data == "a" {
		link = spec{attr: "href"}
	}
	found.fields = []draftField{{key: "url", spec: link}}
	if name := linkName(g.nodes); name != nil {
		found.fields = append(found.fields, draftField{key: "name", spec: *name})
	}
	return found, 1 + 3*min(1, priced) + min(1, pictured) + min(3, len(g.nodes))
}

// linkName is where the items have their names.
func linkName(items []*html.Node) *spec {
	for _, s := range []spec{{css: "h3"}, {css: "h2"}, {css: "h4"}, {css: ".name"}, {css: ".title"}, {css: ".product-name"}, {css: ".product-title"},
		{css: "a", attr: "title"}, {css: "img", attr: "alt"}, {css: "a"}} {
		f := s.compile(formatHTML)
		if !slices.ContainsFunc(items, func(n *html.Node) bool {
			value, ok := f.get(node{html: goquery.NewDocumentFromNode(n).Selection})
			return !ok || value == ""
		}) {
			return &s
		}
	}
	return nil
}

// word is what to search for: the first word of the product's name.
func word(name string) string {
	for _, w := range strings.FieldsFunc(name, func(r rune) bool {
		return strings.ContainsRune(" 　,，.。;；:：!！-–—_/|()（）[]【】《》“”\"'", r) || r >= '0' && r <= '9'
	}) {
		if len(w) >= 3 {
			return w
		}
	}
	return strings.TrimSpace(name)
}

// findSearch tries the ways in which the site may be searched until one of
// them finds the product.
func (d *drafter) findSearch(ctx context.Context) error {
	name := d.productName()
	d.draft.Keyword = word(name)
	if d.draft.Keyword == "" {
		return nil
	}
	templates := d.searchTemplates()
	if !d.product.isJSON() {
		templates = append(d.searchLinks(name), templates...)
	}
	for _, template := range templates {
		u, err := d.product.url.Parse(strings.ReplaceAll(template, "{keyword}", url.QueryEscape(d.draft.Keyword)))
		if err != nil || u.Host != d.product.url.Host {
			continue
		}
		s, err := d.get(ctx, u.String())
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			continue
		}
		found, ok := d.productsOn(s, d.product.url)
		if !ok { // it may stand on another page of the results
			found, ok = d.productsOn(s, nil)
			ok = ok && strings.Contains(template, "{keyword}") && d.namesMatch(found, s)
		}
		if ok {
			found.url, found.whole = template, !strings.Contains(template, "{keyword}")
			found.n = min(found.n, len(found.addrs))
			d.search, d.hasURL = found, found.product
			return nil
		}
	}
	return nil
}

// searchTemplates are addresses to try, the likeliest first.
func (d *drafter) searchTemplates() (list []string) {
	add := func(template string) {
		if template != "" && !slices.Contains(list, template) {
			list = append(list, template)
		}
	}
	at := d.product.url
	if d.product.isJSON() { // /products/7 stands in /products
		if dir := path.Dir(strings.TrimSuffix(at.EscapedPath(), "/")); dir != "/" && dir != "." {
			add(dir)
		}
		return list
	}
	doc := d.product.nodes[formatHTML].html
	doc.Find(`script[type="application/ld+json"]`).Each(func(_ int, s *goquery.Selection) {
		for _, m := range regexp.MustCompile(`"([^"]*\{search_term(?:_string)?\}[^"]*)"`).FindAllStringSubmatch(s.Text(), 3) {
			add(d.own(regexp.MustCompile(`\{search_term(?:_string)?\}`).ReplaceAllString(m[1], "{keyword}")))
		}
	})
	doc.Find("form").Each(func(_ int, form *goquery.Selection) {
		if !strings.EqualFold(form.AttrOr("method", "get"), "get") {
			return
		}
		input := form.Find(`input[type="search"], input[type="text"], input:not([type])`).First()
		if name := input.AttrOr("name", ""); name != "" {
			if u, err := at.Parse(form.AttrOr("action", "")); err == nil && u.Host == at.Host {
				q := url.Values{}
				form.Find(
					`input[type="hidden"]`,
				).Each(
					func(_ int, s *goquery.Selection) { q.Set(s.AttrOr("name", "x"), s.AttrOr("value", "")) },
				)
				add(
					(&url.URL{Path: u.Path}).String() + "?" + name + "={keyword}" + strings.TrimSuffix(
						"&"+q.Encode(),
						"&",
					),
				)
			}
		}
	})
	paths := d.searchPaths()
	for _, name := range queryNames[:3] {
		for _, p := range paths {
			add(p + "?" + name + "={keyword}")
		}
	}
	for _, p := range d.categories() {
		add(p)
	}
	return list
}

// own is an address of the site without its host; "" of other sites. Sites
// name themselves in several ways.
func (d *drafter) own(address string) string {
	u, err := d.product.url.Parse(strings.NewReplacer("{keyword}", "chaping-keyword").Replace(address))
	if err != nil || u.Hostname() != d.product.url.Hostname() && !isLoopback(u.Hostname()) {
		return ""
	}
	return strings.ReplaceAll(relative(u), "chaping-keyword", "{keyword}")
}

func isLoopback(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

var searchPath = regexp.MustCompile(
	`"(?:https?:(?:\\?/){2}[^"/\\]+)?((?:\\?/[\w.-]+){0,3}\\?/(?:search|catalogsearch/result|so)/?)"`,
)

// searchPaths are the paths that the page's scripts and links call a search.
func (d *drafter) searchPaths() (list []string) {
	add := func(p string) {
		if p = strings.ReplaceAll(p, `\`, ""); p != "" && !slices.Contains(list, p) && len(list) < 2 {
			list = append(list, p)
		}
	}
	for _, m := range searchPath.FindAllStringSubmatch(d.product.body, 5) {
		add(m[1])
	}
	if len(list) == 0 {
		add("/search")
	}
	return list
}

// categories are the lists that the product's page says it stands in: the
// paths above its own that it links to.
func (d *drafter) categories() (list []string) {
	doc := d.product.nodes[formatHTML].html
	at := d.product.url
	for up := path.Dir(strings.TrimSuffix(at.Path, "/")); up != "/" && up != "."; up = path.Dir(up) {
		if doc.Find("a[href]").FilterFunction(func(_ int, s *goquery.Selection) bool {
			u, err := at.Parse(s.AttrOr("href", ""))
			return err == nil && u.Host == at.Host && strings.TrimSuffix(u.Path, "/") == up
		}).Length() > 0 {
			list = append(list, up)
		}
	}
	return list
}

// pagesOfSearch finds out how the list of products goes on.
func (d *drafter) pagesOfSearch(ctx context.Context) error {
	s := &d.search
	if s.url == "" || s.next != nil {
		return nil
	}
	keyword := url.QueryEscape(d.draft.Keyword)
	joint := "?"
	if strings.Contains(s.url, "?") {
		joint = "&"
	}
	u, err := d.product.url.Parse(strings.ReplaceAll(s.url, "{keyword}", keyword) + joint + "page=2")
	if err != nil {
		return nil
	}
	second, err := d.get(ctx, u.String())
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		s.none = true
		return nil
	}
	n, ok := second.nodes[s.as]
	if !ok {
		s.none = true
		return nil
	}
	items, link := s.items.compile(s.as), s.fields[0].spec.compile(s.as)
	for i, item := range items.list(n) {
		if value, _ := link.get(item); i < len(s.addrs) &&
			(value == s.addrs[i] || strings.HasSuffix(s.addrs[i], "/"+value)) {
			s.none = true // the page shows the same whatever it is asked
			return nil
		}
	}
	s.pages = joint + "page={page}"
	return nil
}
