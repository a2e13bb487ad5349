package crawler

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/tidwall/gjson"
	"golang.org/x/net/html"
)

// maxLinked is how many links of a product page are followed for its reviews.
const maxLinked = 2

// pageCounts are names of the number of pages.
var pageCounts = names(`(total_?)?pages`, `page_?(count|total|num)`, `total_?pages?`, `last_?page`, `max_?page`)

// linkedReviews follows the product page's links to its reviews: to another
// page, or to an interface.
func (d *drafter) linkedReviews(ctx context.Context) error {
	if d.product.isJSON() {
		return nil
	}
	doc := d.product.nodes[formatHTML].html
	tried := map[string]bool{}
	for _, a := range doc.Find("a[href]").Nodes {
		href, _ := attribute(a, "href")
		u, err := d.product.url.Parse(href)
		classes, _ := attribute(a, "class")
		if err != nil || u.Host != d.product.url.Host || strings.HasPrefix(href, "#") || tried[u.String()] ||
			len(tried) >= maxLinked ||
			sameProduct(u.String(), d.product.url) && u.RawQuery == d.product.url.RawQuery ||
			!reviewList.MatchString(href+" "+classes+" "+text(a)) {
			continue
		}
		tried[u.String()] = true
		s, err := d.get(ctx, u.String())
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			continue
		}
		found := d.reviewsOn(s)
		if found.score < enoughReviews {
			continue
		}
		found.link = linkSpec(doc, a, href)
		found.url = "{link}"
		found.nested = ""
		d.found = found
		return d.pagesOfReviews(ctx, s)
	}
	return nil
}

var (
	calledAddress = regexp.MustCompile(`["'](/[^"'\s<>${}\\]*\?[^"'\s<>${}\\]*)["']`)
	pageNumber    = regexp.MustCompile(`(?i)([?&](?:page|page_?no|page_?num|page_?index|current_?page|pn|p)=)1(&|$)`)
	pageOffset    = regexp.MustCompile(`(?i)([?&](?:offset|start|skip)=)0(&|$)`)
	pageSize      = regexp.MustCompile(`(?i)[?&](?:limit|size|page_?size|count|rows|per_?page)=(\d{1,3})(?:&|$)`)
)

// calledReviews asks the interfaces for reviews whose addresses stand in the product
// page, for its scripts to call.
func (d *drafter) calledReviews(ctx context.Context) error {
	if d.product.isJSON() {
		return nil
	}
	fields, as := d.productOn(d.product)
	i := slices.IndexFunc(fields, func(f draftField) bool { return f.key == "id" })
	if i < 0 {
		return nil
	}
	id, _ := fields[i].spec.compile(as).get(d.product.nodes[as])
	own := regexp.MustCompile("=" + regexp.QuoteMeta(id) + "(&|$)")
	tried := map[string]bool{}
	for _, m := range calledAddress.FindAllStringSubmatch(d.product.body, 50) {
		address := html.UnescapeString(m[1])
		if id == "" || tried[address] || len(tried) >= maxLinked || !reviewList.MatchString(address) || !own.MatchString(address) {
			continue
		}
		tried[address] = true
		u, err := d.product.url.Parse(address)
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
		if found := d.reviewsOn(s); found.score >= enoughReviews {
			found.nested = ""
			d.found = found
			return d.pagesCalled(ctx, s, own.ReplaceAllString(safeTemplate(address), "={product}${1}"))
		}
	}
	return nil
}

// pagesCalled makes a template of an interface's address, which mostly says itself
// how pages are counted.
func (d *drafter) pagesCalled(ctx context.Context, first *sheet, address string) error {
	r := &d.found
	size := 0
	if m := pageSize.FindStringSubmatch(address); m != nil {
		size, _ = strconv.Atoi(m[1])
	}
	switch {
	case pageNumber.MatchString(address):
		r.url = pageNumber.ReplaceAllString(address, "${1}{page}${2}")
	case pageOffset.MatchString(address) && size > 0:
		r.url, r.size = pageOffset.ReplaceAllString(address, "${1}{offset}${2}"), size
	default:
		r.url = address
		return d.pagesOfReviews(ctx, first)
	}
	return nil
}

// linkSpec finds the link again on other product pages.
func linkSpec(doc *goquery.Selection, a *html.Node, href string) spec {
	if class := classOf(a); class != "" && doc.Find(simple(a)).Nodes[0] == a {
		return spec{css: simple(a), attr: "href"}
	}
	if word := reviewList.FindString(href); word != "" && !strings.ContainsAny(word, `"\`) {
		return spec{css: `a[href*="` + word + `"]`, attr: "href"}
	}
	return spec{css: cmpSelector(doc, a), attr: "href"}
}

// fewReviews is how many reviews a page shows at least that may have been cut off.
const fewReviews = 5

// pagesOfProduct finds out whether the reviews on the product page go on behind it,
// where the page itself does not say.
func (d *drafter) pagesOfProduct(ctx context.Context) error {
	r := &d.found
	if r.score < enoughReviews || d.product.isJSON() || r.link.css != "" || r.url != "" || r.n < fewReviews || r.count > 0 && r.count <= r.n {
		return nil
	}
	r.url = "{url}"
	return d.pagesOfReviews(ctx, d.product)
}

// pagesOfReviews finds out how a list of reviews on a page of its own goes on.
func (d *drafter) pagesOfReviews(ctx context.Context, first *sheet) error {
	r := &d.found
	if r.as == formatJSON {
		for _, c := range columns([]gjson.Result{first.data(formatJSON)}) {
			last := c.path[strings.LastIndexByte(c.path, '.')+1:]
			if rankOf(pageCounts, last) >= 0 && strings.Trim(c.values[0], "0123456789") == "" {
				r.pages = c.path
			}
		}
	}
	if r.next != nil {
		return nil
	}
	joint := "?"
	if first.url.RawQuery != "" {
		joint = "&"
	}
	second, err := d.get(ctx, first.url.String()+joint+"page=2")
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return nil
	}
	n, ok := second.nodes[r.as]
	if !ok {
		return nil
	}
	items := r.items.compile(r.as)
	if slices.Equal(entriesOf(items, first.nodes[r.as]), entriesOf(items, n)) {
		r.pages = ""
		return nil // the page shows the same whatever it is asked
	}
	r.url += joint + "page={page}"
	return nil
}

// entriesOf are the texts of a list's items.
func entriesOf(items *field, n node) (list []string) {
	for _, item := range items.list(n) {
		if item.html != nil {
			list = append(list, item.html.Text())
		} else {
			list = append(list, item.json.Raw)
		}
	}
	return list
}

// searchLinks are searches that the page links to, as those of categories.
// Their words find products, if they stand in this one's name.
func (d *drafter) searchLinks(name string) (list []string) {
	d.product.nodes[formatHTML].html.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
		u, err := d.product.url.Parse(a.AttrOr("href", ""))
		if err != nil || u.Host != d.product.url.Host || u.Path == d.product.url.Path {
			return
		}
		for _, key := range queryNames {
			value := u.Query().Get(key)
			if value == "" || strings.Trim(value, "0123456789") == "" {
				continue
			}
			if template := replaceQuery(u, key, "{keyword}"); !slices.Contains(list, template) && len(list) < 3 {
				list = append(list, template)
			}
			if len(value) > 1 && strings.Contains(strings.ToLower(name), strings.ToLower(value)) {
				d.draft.Keyword = value
			}
			return
		}
	})
	return list
}

// namesMatch tells whether the list has products with the word in their names.
func (d *drafter) namesMatch(found searchDraft, s *sheet) bool {
	i := slices.IndexFunc(found.fields, func(f draftField) bool { return f.key == "name" })
	items := found.items.compile(found.as)
	if i < 0 || items == nil {
		return false
	}
	name := found.fields[i].spec.compile(found.as)
	return slices.ContainsFunc(items.list(s.nodes[found.as]), func(item node) bool {
		value, _ := name.get(item)
		return strings.Contains(strings.ToLower(value), strings.ToLower(d.draft.Keyword))
	})
}
