package crawler

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"chaping/ingest"
)

// A group is elements of one kind side by side: the items of a list.
type group struct {
	nodes []*html.Node
}

// Bounds of what is looked at in a page's HTML.
const (
	maxGroups    = 400
	maxSpecs     = 200
	maxItemNodes = 400        // of one item: reviews are small
	maxLooks     = 20_000_000 // at elements, in all
	maxGroupSize = 200
	sampleItems  = 20
)

var (
	goodClass  = regexp.MustCompile(`^[A-Za-z_][A-Za-z_-]*\d{0,2}$`)
	namedClass = regexp.MustCompile(
		`(?i)review|comment|rating|star|product|goods|item|list|card|price|name|title|author|user|date|time|content|text|body`,
	)
	datePattern = `(\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:[ T]+\d{1,2}:\d{2}(?::\d{2})?)?)`
	dateInText  = regexp.MustCompile(datePattern)
	starHint    = regexp.MustCompile(`(?i)star|rating|score|grade|rate|评分|星`)
	litHint     = regexp.MustCompile(
		`(?i)(^|[-_.])(on|full|fill(ed)?|active|yellow|gold|orange|checked|lit|selected|solid)`,
	)
	priceText = regexp.MustCompile(`[¥￥$€£]\s?\d|\d\s?元|\d+\.\d{2}\b`)
)

// classOf is the class of the element that best says what it is, "" if it has
// none that will last.
func classOf(n *html.Node) string {
	classes, _ := attribute(n, "class")
	best := ""
	for class := range strings.FieldsSeq(classes) {
		if !goodClass.MatchString(class) {
			continue
		}
		if namedClass.MatchString(class) {
			return class
		}
		if best == "" {
			best = class
		}
	}
	return best
}

// simple is the element's own part of a selector.
func simple(n *html.Node) string {
	if class := classOf(n); class != "" {
		return n.Data + "." + class
	}
	return n.Data
}

// place is the part of a selector that says where the element stands.
func placeOf(n *html.Node) string {
	if id, _ := attribute(n, "id"); goodClass.MatchString(id) {
		return "#" + id
	}
	return simple(n)
}

// selectorFor is a selector for these elements and no other, "" if there is
// none that is short.
func selectorFor(doc *goquery.Selection, nodes []*html.Node) string {
	selector := simple(nodes[0])
	joint := " > "
	for above := nodes[0].Parent; ; above = above.Parent {
		compiled, err := cascadia.Compile(selector)
		if err == nil && doc.FindMatcher(compiled).Length() == len(nodes) {
			return selector
		}
		if above == nil || above.Type != html.ElementNode || above.Data == "html" || strings.Count(selector, " ") > 8 {
			return ""
		}
		if place := placeOf(above); strings.ContainsAny(place, "#.") {
			selector = place + joint + selector
			joint = " > "
		} else {
			selector = place + " > " + selector
		}
	}
}

// groups are the lists of the page.
func groups(doc *goquery.Selection) (list []group) {
	for _, parent := range doc.Find("body *").Nodes {
		if len(list) >= maxGroups {
			break
		}
		var order []string
		kinds := map[string][]*html.Node{}
		for child := parent.FirstChild; child != nil; child = child.NextSibling {
			if child.Type != html.ElementNode || child.Data == "script" || child.Data == "style" ||
				child.Data == "option" ||
				child.Data == "br" {
				continue
			}
			kind := simple(child)
			if kinds[kind] == nil {
				order = append(order, kind)
			}
			kinds[kind] = append(kinds[kind], child)
		}
		for _, kind := range order {
			nodes := kinds[kind]
			single := len(nodes) == 1 && (reviewList.MatchString(kind) || kind == "li" || kind == "article")
			if len(nodes) < 2 && !single || len(nodes) > maxGroupSize {
				continue
			}
			list = append(list, group{nodes: nodes})
		}
	}
	return list
}

// A found is a spec with what it finds in the items of a group.
type foundSpec struct {
	spec
	values []string
}

// specsOf are ways to find values in the items, with what they find.
func (d *drafter) specsOf(items []*html.Node) (list []foundSpec) {
	items = items[:min(len(items), sampleItems)]
	known := map[string]bool{}
	try := func(s spec) {
		key := fmt.Sprint(s)
		if known[key] || len(known) >= maxSpecs {
			return
		}
		known[key] = true
		f := s.compile(formatHTML)
		if f == nil {
			return
		}
		found := foundSpec{spec: s}
		for _, item := range items {
			if value, ok := f.get(node{html: goquery.NewDocumentFromNode(item).Selection}); ok && value != "" {
				found.values = append(found.values, value)
			}
		}
		if len(found.values)*5 >= len(items)*4 {
			list = append(list, found)
		}
	}
	for _, a := range items[0].Attr {
		if a.Key != "class" && a.Key != "style" {
			try(spec{attr: a.Key})
		}
	}
	for _, item := range items {
		for _, n := range goquery.NewDocumentFromNode(item).Find("*").Nodes {
			css := simple(n)
			try(spec{css: css})
			for _, a := range n.Attr {
				switch {
				case a.Key == "style" && strings.Contains(a.Val, "width"):
					try(spec{css: css, attr: "style", match: `width:\s*([\d.]+%)`})
				case a.Key == "class" && starHint.MatchString(a.Val):
					try(spec{css: css, attr: "class", match: `(?:star|rating|score|rate)s?-?_?([1-5])\b`})
				case a.Key != "class" && a.Key != "style" && goodClass.MatchString(a.Key):
					try(spec{css: css, attr: a.Key})
				}
			}
			if classes, _ := attribute(n, "class"); starHint.MatchString(classes) || n.Data == "svg" || n.Data == "i" ||
				n.Data == "img" {
				for class := range strings.FieldsSeq(classes) {
					if litHint.MatchString(class) && !strings.ContainsAny(class, ":[]/.") {
						try(spec{css: n.Data + "." + class, count: true})
					}
				}
			}
		}
	}
	return list
}

// nodesIn counts the nodes below the element, up to a limit.
func nodesIn(n *html.Node, limit int) (count int) {
	for child := n.FirstChild; child != nil && count < limit; child = child.NextSibling {
		count += 1 + nodesIn(child, limit-count)
	}
	return count
}

// htmlReviews looks for repeated elements with texts, dates and stars.
func (d *drafter) htmlReviews(n node) reviewDraft {
	var best reviewDraft
	var where group
	for _, g := range groups(n.html) {
		// Of a list and the box around it the list is meant.
		if found := d.judgeGroup(g); found.score > best.score || found.score == best.score && found.n > best.n {
			best, where = found, g
		}
	}
	if best.score == 0 {
		return best
	}
	selector := selectorFor(n.html, where.nodes)
	if selector == "" {
		return reviewDraft{}
	}
	best.as, best.items = formatHTML, spec{css: selector}
	best.next = nextLinkOn(n.html)
	best.htmlTotal(n.html)
	best.htmlAppended(d, where.nodes)
	return best
}

var (
	totalText    = regexp.MustCompile(`(?i)^\D{0,12}(?:共|全部|累计|总计|所有|评价|评论|点评|reviews?|comments?)\D{0,8}\d[\d,.]*\s*[千万kw]?\+?\D{0,10}$|^\D{0,4}\d[\d,.]*\s*[千万kw]?\+?\s*(?:条|个|则)?\s*(?:customer )?(?:评价|评论|点评|reviews?|comments?|ratings?)\D{0,4}$`)
	appendedText = regexp.MustCompile(`追评|追加评|追加的?评|追加：|^追加`)
	appendedHint = regexp.MustCompile(`(?i)append|follow-?up|additional|zhuiping|^again`)
)

// htmlTotal looks for the number of all reviews on the page, which is written
// out: 评价（共 132 条）.
func (r *reviewDraft) htmlTotal(doc *goquery.Selection) {
	for looked, n := range doc.Find("body *").Nodes {
		if looked > maxItemNodes*sampleItems || n.Data == "script" || n.Data == "style" {
			continue
		}
		shown := strings.Join(strings.Fields(text(n)), " ")
		if len(shown) > 80 || !totalText.MatchString(shown) {
			continue
		}
		count, _, err := parseCount(shown)
		// Stars, pages and shares are smaller, or stand in the list.
		if err != nil || count < int64(r.n) || count > 1e9 {
			continue
		}
		at := n
		for _, inner := range goquery.NewDocumentFromNode(n).Find("*").Nodes { // the number alone, where it has an element
			if s := strings.TrimSpace(text(inner)); s != "" && strings.Trim(s, "0123456789,.万千+") == "" {
				at = inner
			}
		}
		if css := selectorFor(doc, []*html.Node{at}); css != "" {
			r.total, r.count = css, int(count)
			return
		}
	}
}

// htmlAppended looks for follow-ups, which few of the items have.
func (r *reviewDraft) htmlAppended(d *drafter, items []*html.Node) {
	seen := false
	for _, item := range items {
		for _, n := range goquery.NewDocumentFromNode(item).Find("*").Nodes {
			class, own := classOf(n), strings.TrimSpace(text(n))
			seen = seen || appendedText.MatchString(own)
			if !appendedHint.MatchString(class) || own == "" {
				continue
			}
			at := spec{css: simple(n)}
			if p := goquery.NewDocumentFromNode(n).Find("p"); p.Length() == 1 {
				at.css += " p"
			}
			r.add("appended", at, 0)
			for _, inner := range goquery.NewDocumentFromNode(n).Find("*").Nodes {
				value := strings.TrimSpace(text(inner))
				if formats, _ := d.dateFormats([]string{value}); formats != nil && len(value) >= 8 {
					r.add("appended_at", spec{css: simple(n) + " " + simple(inner), date: formats}, 0)
					break
				}
			}
			return
		}
	}
	if seen {
		r.lacks = append(r.lacks, LackAppended)
	}
}

// judgeGroup tells how much a group looks like reviews.
func (d *drafter) judgeGroup(g group) reviewDraft {
	var r reviewDraft
	size := 0
	for _, item := range g.nodes[:min(len(g.nodes), sampleItems)] {
		size += nodesIn(item, maxItemNodes+1)
	}
	if d.looks += size * maxSpecs; size > maxItemNodes*min(len(g.nodes), sampleItems) || d.looks > maxLooks {
		return r
	}
	named := reviewList.MatchString(simple(g.nodes[0])) ||
		g.nodes[0].Parent != nil && reviewList.MatchString(placeOf(g.nodes[0].Parent))
	words := 0
	for _, item := range g.nodes {
		words += utf8.RuneCountInString(strings.TrimSpace(text(item)))
	}
	if words < 4*len(g.nodes) || len(g.nodes) == 1 && !named {
		return r
	}
	specs := d.specsOf(g.nodes)
	sample := min(len(g.nodes), sampleItems)
	r.n, r.max = len(g.nodes), 5
	dateSpec, dates := d.htmlDate(specs)
	rating := htmlRating(specs)
	if dateSpec == nil && rating == nil {
		return reviewDraft{}
	}
	text := htmlText(specs, dateSpec)
	if text == nil {
		return reviewDraft{}
	}
	if id := htmlID(specs, sample); id != nil {
		r.add("id", id.spec, 2)
	}
	if rating != nil {
		r.add("rating", rating.spec, 3)
	}
	r.add("text", text.spec, 1)
	if !r.has("id") {
		for i := range specs {
			if s := &specs[i]; regexp.MustCompile(`(?i)author|user|nick|buyer|customer|reviewer`).MatchString(s.css) &&
				s.attr == "" &&
				!s.count &&
				s.css != text.css {
				r.add("buyer", s.spec, 1)
				break
			}
		}
	}
	if dateSpec != nil {
		r.dates(d, dateSpec.spec, dates)
	}
	if named {
		r.score += 2
	} else if dateSpec == nil || rating == nil {
		return reviewDraft{}
	}
	r.score-- // data are surer than what is shown of them
	return r
}

// htmlDate is the spec whose values are dates, or hold one.
func (d *drafter) htmlDate(specs []foundSpec) (*foundSpec, []string) {
	for _, attr := range []bool{true, false} {
		for i := range specs {
			s := &specs[i]
			if (s.attr != "") != attr || s.count || s.match != "" ||
				slices.ContainsFunc(
					s.values,
					func(v string) bool { return len(v) > 60 || strings.Trim(v, "0123456789") == "" && len(v) < 8 },
				) {
				continue
			}
			if formats, _ := d.dateFormats(s.values); formats != nil {
				return s, s.values
			}
		}
	}
	for i := range specs { // 发表于 2026-11-05 来自…
		s := specs[i]
		if s.attr != "" || s.count || s.match != "" {
			continue
		}
		var values []string
		for _, v := range s.values {
			if m := dateInText.FindString(v); m != "" && utf8.RuneCountInString(v) < 80 {
				values = append(values, m)
			}
		}
		if formats, _ := d.dateFormats(values); formats != nil && len(values) == len(s.values) {
			s.match = datePattern
			return &s, values
		}
	}
	return nil, nil
}

// fifths are widths of five stars, half ones included.
var fifths = regexp.MustCompile(`^(?:[1-9]0|100)(?:\.0+)?%$`)

// htmlRating is the spec whose values are ratings from 1 to 5.
func htmlRating(specs []foundSpec) *foundSpec {
	var best *foundSpec
	most := 0
	for i := range specs {
		s := &specs[i]
		if scale(s.values) != 5 ||
			slices.ContainsFunc(s.values, func(v string) bool { r, _ := ingest.ParseRating(v); return r.Value > 100 }) {
			continue
		}
		plain := !slices.ContainsFunc(s.values, func(v string) bool { return strings.Trim(v, "0123456789.") != "" })
		score := 1
		switch {
		case s.count:
			score = 3
		case starHint.MatchString(s.css + s.attr):
			score = 5
		case plain: // any small number
			continue
		}
		if s.attr == "style" && (score > 1 || slices.ContainsFunc(s.values, func(v string) bool { return !fifths.MatchString(v) })) {
			score--
		}
		if score > most {
			best, most = s, score
		}
	}
	return best
}

// htmlText is the spec with the longest texts.
func htmlText(specs []foundSpec, date *foundSpec) *foundSpec {
	var best *foundSpec
	most := 0
	for i := range specs {
		s := &specs[i]
		if s.attr != "" || s.count || date != nil && s.css == date.css || strings.Contains(s.css, "svg") {
			continue
		}
		size := 0
		for _, v := range s.values {
			size += utf8.RuneCountInString(v)
			if date != nil && dateInText.MatchString(v) && utf8.RuneCountInString(v) < 40 {
				size -= 20
			}
		}
		switch {
		case regexp.MustCompile(`(?i)comment|content|text|body|desc|message|review_?-?(body|text)`).MatchString(s.css),
			s.css == "p":
			size *= 3
		case regexp.MustCompile(`(?i)author|user|nick|name|head|meta|foot|info`).MatchString(s.css):
			size /= 3
		}
		if holdsOthers(s, specs) {
			size /= 4
		}
		if size > most {
			best, most = s, size
		}
	}
	return best
}

// holdsOthers tells whether the element is a box around several other texts.
func holdsOthers(s *foundSpec, specs []foundSpec) bool {
	inner := 0
	for i := range specs {
		o := &specs[i]
		if o.css != s.css && o.attr == "" && !o.count && len(o.values) == len(s.values) && len(o.values[0]) > 1 &&
			len(o.values[0]) < len(s.values[0]) && strings.Contains(s.values[0], o.values[0]) {
			inner++
		}
	}
	return inner > 1
}

// htmlID is the spec whose values tell the items apart.
func htmlID(specs []foundSpec, sample int) *foundSpec {
	for _, own := range []bool{true, false} {
		for i := range specs {
			s := &specs[i]
			if s.attr == "" || (s.css == "") != own || s.count || len(s.values) != sample ||
				!isID(&column{values: s.values}) {
				continue
			}
			if regexp.MustCompile(`(?i)^(id|name|key|data-.*(id|key|no))$`).MatchString(s.attr) &&
				!strings.Contains(s.attr, "user") &&
				!strings.Contains(s.attr, "product") {
				return s
			}
		}
	}
	return nil
}

// nextLinkOn is the link to the following page.
func nextLinkOn(doc *goquery.Selection) *spec {
	for _, css := range []string{`a[rel~="next"]`, `link[rel="next"]`, "a.next", ".next > a", ".pagination-next", ".next a"} {
		if href, ok := doc.Find(css).First().Attr("href"); ok && href != "" && !strings.HasPrefix(href, "#") {
			return &spec{css: css, attr: "href"}
		}
	}
	return nil
}

// heading is what the page calls its product.
func heading(doc *goquery.Selection) (title string, at spec) {
	for i, h := range doc.Find("h1").Nodes {
		if s := strings.TrimSpace(text(h)); s != "" {
			css := "h1"
			if i > 0 {
				css = cmpSelector(doc, h)
			}
			return s, spec{css: css}
		}
	}
	for _, at := range []spec{{css: `meta[property="og:title"]`, attr: "content"}, {css: "title"}} {
		s := doc.Find(at.css).First()
		if value := strings.TrimSpace(s.AttrOr("content", s.Text())); value != "" {
			return value, at
		}
	}
	return "", spec{}
}

func cmpSelector(doc *goquery.Selection, n *html.Node) string {
	if css := selectorFor(doc, []*html.Node{n}); css != "" {
		return css
	}
	return simple(n)
}

// htmlProduct are the fields of a product page that are read from its HTML.
func (d *drafter) htmlProduct(n node) (fields []draftField) {
	doc := n.html
	first := func(key string, specs ...spec) {
		for _, s := range specs {
			if value, ok := s.compile(formatHTML).get(n); ok && value != "" {
				fields = append(fields, draftField{key: key, spec: s})
				return
			}
		}
	}
	first(
		"id",
		spec{css: `[itemprop="sku"]`},
		spec{css: `[itemprop="productID"]`, attr: "content"},
		spec{css: `meta[property="product:retailer_item_id"]`, attr: "content"},
		spec{
			css:  `input[name="product_id"]`,
			attr: "value",
		},
		spec{css: `input[name="productId"]`, attr: "value"},
		spec{css: `input[name="sku"]`, attr: "value"},
		spec{
			css:  "[data-product-id]",
			attr: "data-product-id",
		},
		spec{css: "[data-sku]", attr: "data-sku"},
		spec{css: "[data-goods-id]", attr: "data-goods-id"},
		spec{
			address: `[?&](?:id|sku|product_id|goods_id|item)=([^&#]+)`,
		},
		spec{address: `([^/?#]+?)(?:\.html?)?/?(?:[?#].*)?$`},
	)
	if _, at := heading(doc); at.css != "" {
		fields = append(fields, draftField{key: "name", spec: at})
	}
	first(
		"price",
		spec{css: `meta[property="product:price:amount"]`, attr: "content"},
		spec{css: `[itemprop="price"]`, attr: "content"},
		spec{
			css:   ".sale-price",
			match: priceMatch,
		},
		spec{css: ".price", match: priceMatch},
		spec{css: ".product-price", match: priceMatch},
	)
	if s, ok := shopLink(doc); ok {
		fields = append(fields, draftField{key: "shop_name", spec: s})
		s.attr, s.match = "href", shopAddress.String()
		first("shop_id", s)
	}
	if i := slices.IndexFunc(fields, func(f draftField) bool { return f.key == "price" }); i >= 0 {
		price := fields[i].spec
		first(
			"currency",
			spec{css: `meta[property="product:price:currency"]`, attr: "content"},
			spec{css: `[itemprop="priceCurrency"]`, attr: "content"},
			spec{css: price.css, attr: price.attr, match: `([¥￥$€£元]|[A-Z]{3})`},
		)
	}
	return fields
}

var (
	shopAddress = regexp.MustCompile(`(?:shop|store|seller|merchant|vendor)s?/([^/?#.]+)`)
	shopClass   = regexp.MustCompile(`(?i)shop|store|seller|merchant|vendor`)
	notShop     = regexp.MustCompile(`^(?:进入|进店|收藏|关注|联系|全部|所有|更多|首页)|购物车`)
)

// shopLink is the link to the product's shop, which has its name.
func shopLink(doc *goquery.Selection) (s spec, ok bool) {
	for _, a := range doc.Find("a[href]").Nodes {
		href, _ := attribute(a, "href")
		name := strings.TrimSpace(text(a))
		if !shopAddress.MatchString(href) || !shopClass.MatchString(classOf(a)) || name == "" || utf8.RuneCountInString(name) > 30 ||
			notShop.MatchString(name) {
			continue
		}
		if css := selectorFor(doc, []*html.Node{a}); css != "" {
			return spec{css: css}, true
		}
	}
	return s, false
}

const priceMatch = `([\d,]+(?:\.\d+)?)`
