package crawler

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"chaping/ingest"
	"chaping/ingest/foreign"

	"github.com/PuerkitoBio/goquery"
	xhtml "golang.org/x/net/html"
)

// A schemaPage is what a page says in the vocabulary of schema.org, as JSON-LD
// or as microdata, in one form. Fields of steps with format schema.org are
// paths into it.
type schemaPage struct {
	Product *schemaProduct `json:"product,omitempty"` // the one that the page is about
	Reviews []schemaReview `json:"reviews"`           // of that product
	Items   []schemaItem   `json:"items"`             // ItemList, or else all products on the page
	Next    string         `json:"next,omitempty"`    // <link rel=next> or <a rel=next>
	Broken  string         `json:"broken,omitempty"`  // what is wrong with JSON-LD about products or reviews, in Chinese
}

type schemaProduct struct {
	ID          string `json:"id,omitempty"` // productID, sku, gtin, mpn, @id or url, whichever is there first
	Name        string `json:"name,omitempty"`
	URL         string `json:"url,omitempty"`
	Price       string `json:"price,omitempty"`    // "199.00", or "199.00-259.00" over all offers
	Currency    string `json:"currency,omitempty"` // priceCurrency
	Seller      string `json:"seller,omitempty"`   // of the first offer that names one, else the brand
	Brand       string `json:"brand,omitempty"`
	ReviewCount string `json:"review_count,omitempty"`
}

type schemaReview struct {
	ID        string `json:"id"` // identifier, @id or url, or a hash of who, when and what
	Text      string `json:"text"`
	Rating    string `json:"rating,omitempty"` // on a scale from 1 to 5
	Published string `json:"published,omitempty"`
}

type schemaItem struct {
	URL  string `json:"url"`
	Name string `json:"name,omitempty"`
	ID   string `json:"id,omitempty"`
}

// A thing is an item of either notation. A value is a string or a *thing.
type thing struct {
	types []string // without the vocabulary's address
	id    string
	props map[string][]any
	inner bool // stands within another thing
	micro bool // microdata
}

// schemaDepth is how deep things may nest.
const schemaDepth = 64

// schemaView reads the page. at is its address, which tells the page's own
// product from others.
func schemaView(doc *goquery.Selection, at string) schemaPage {
	g := schemaGraph{byID: map[string]*thing{}}
	doc.Find(`script[type="application/ld+json"]`).Each(func(_ int, s *goquery.Selection) { g.jsonLD(s.Text()) })
	doc.Find("[itemscope]").Each(func(_ int, s *goquery.Selection) {
		if _, isProp := s.Attr("itemprop"); !isProp {
			g.microdata(doc, s.Nodes[0], false, 0)
		}
	})
	page := schemaPage{Reviews: []schemaReview{}, Items: g.items(), Broken: g.broken}
	page.Next, _ = doc.Find(`link[rel~="next"], a[rel~="next"]`).First().Attr("href")
	product := g.product(at)
	if product == nil {
		return page
	}
	page.Product = g.describe(product)
	seen := schemaSeen{things: map[*thing]bool{}, alike: map[string]int{}}
	for _, name := range []string{"review", "reviews"} {
		for _, r := range g.things(product, name) {
			page.add(g, r, seen)
		}
	}
	for _, r := range g.all { // reviews that point at the product, or stand alone
		if !r.is("Review", "UserReview", "CriticReview") || r.inner {
			continue
		}
		of := g.things(r, "itemReviewed")
		if len(of) == 0 || slices.Contains(of, product) || g.text(of[0], "name") == page.Product.Name {
			page.add(g, r, seen)
		}
	}
	return page
}

type schemaGraph struct {
	all  []*thing
	byID map[string]*thing

	scripts int    // of JSON-LD
	broken  string // what is wrong with the first that matters
}

func (g *schemaGraph) keep(t *thing) {
	g.all = append(g.all, t)
	if known := g.byID[t.id]; t.id != "" && (known == nil || len(known.props) < len(t.props)) {
		g.byID[t.id] = t
	}
}

func (t *thing) is(names ...string) bool {
	return slices.ContainsFunc(t.types, func(have string) bool { return slices.Contains(names, have) })
}

func typeName(s string) string {
	s = strings.TrimRight(strings.TrimSpace(s), "/#")
	return s[strings.LastIndexAny(s, "/#:")+1:]
}

// jsonLD reads a script. What is no JSON is passed over: shops publish broken
// ones, and beside good ones. What was wrong is kept for a page that turns out
// to lack what should have stood there.
func (g *schemaGraph) jsonLD(s string) {
	g.scripts++
	whole := s
	s = strings.Map(func(r rune) rune { // raw line breaks in strings are common
		if r < ' ' {
			return ' '
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	for _, wrap := range [][2]string{{"<!--", "-->"}, {"//<![CDATA[", "//]]>"}, {"<![CDATA[", "]]>"}} {
		s = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, wrap[0]), wrap[1]))
	}
	s = strings.TrimRight(s, "; ")
	for range 2 { // escaped, once or twice, as if it stood in an attribute; browsers do not read it so
		if !escapedJSON.MatchString(s) {
			break
		}
		s = xhtml.UnescapeString(s)
	}
	if foreign.JSONDepth(s) > schemaDepth {
		return
	}
	decoder := json.NewDecoder(strings.NewReader(s))
	decoder.UseNumber()
	var value any
	err := decoder.Decode(&value)
	if err == nil {
		g.value(value, false)
		return
	}
	if g.broken == "" && aboutProducts.MatchString(s) {
		at := int(decoder.InputOffset())
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			at = int(syntax.Offset)
		}
		// Positions are those in the script as it stands, but for what was
		// stripped or unescaped at its head.
		at = min(max(0, strings.Index(whole, s[:min(len(s), 1)]))+at, len(whole))
		line := 1 + strings.Count(whole[:at], "\n")
		column := utf8.RuneCountInString(whole[strings.LastIndexByte(whole[:at], '\n')+1 : at])
		from := max(0, at-20)
		for from < at && !utf8.RuneStart(whole[from]) {
			from++
		}
		g.broken = fmt.Sprintf("网页中第 %d 段 JSON-LD 有语法错误（第 %d 行第 %d 个字符，在“%s”处）", g.scripts, line, column,
			strings.TrimSpace(strings.ToValidUTF8(whole[from:at], "")))
	}
}

var aboutProducts = regexp.MustCompile(`(?i)"(?:[\w.:/-]*[:/])?(?:Product|ProductGroup|Review|reviewBody|aggregateRating)"`)

var escapedJSON = regexp.MustCompile(`^[\[{ ]+&(amp;)?(quot|#34|#x22);`)

// value turns a JSON value into property values.
func (g *schemaGraph) value(v any, inner bool) []any {
	switch v := v.(type) {
	case string:
		return []any{plain(v)}
	case json.Number:
		return []any{v.String()}
	case bool:
		return []any{strconv.FormatBool(v)}
	case []any:
		var out []any
		for _, item := range v {
			out = append(out, g.value(item, inner)...)
		}
		return out
	case map[string]any:
		if text, ok := v["@value"]; ok {
			return g.value(text, inner)
		}
		t := &thing{props: map[string][]any{}, inner: inner}
		for key, item := range v {
			switch key {
			case "@type":
				for _, name := range g.value(item, true) {
					if s, ok := name.(string); ok {
						t.types = append(t.types, typeName(s))
					}
				}
			case "@id":
				t.id, _ = item.(string)
			case "@graph":
				g.value(item, false)
			case "@context":
			default:
				name := typeName(key)
				t.props[name] = append(t.props[name], g.value(item, true)...)
			}
		}
		g.keep(t)
		return []any{t}
	}
	return nil
}

var tag = regexp.MustCompile(`<[a-zA-Z/!][^>]*>`)

// plain is a text without the HTML that some shops leave in it.
func plain(s string) string {
	if tag.MatchString(s) {
		if doc, err := goquery.NewDocumentFromReader(strings.NewReader(s)); err == nil {
			s = text(doc.Nodes[0])
		}
	}
	return strings.TrimSpace(xhtml.UnescapeString(s))
}

// microdata reads the item at the element.
func (g *schemaGraph) microdata(doc *goquery.Selection, element *xhtml.Node, inner bool, depth int) *thing {
	t := &thing{props: map[string][]any{}, inner: inner, micro: true}
	types, _ := attribute(element, "itemtype")
	for name := range strings.FieldsSeq(types) {
		t.types = append(t.types, typeName(name))
	}
	t.id, _ = attribute(element, "itemid")
	var walk func(n *xhtml.Node, level int)
	walk = func(n *xhtml.Node, level int) {
		if n.Type != xhtml.ElementNode || level > maxJSONDepth {
			return
		}
		_, isItem := attribute(n, "itemscope")
		if names, ok := attribute(n, "itemprop"); ok {
			var value any
			if isItem && depth < schemaDepth {
				value = g.microdata(doc, n, true, depth+1)
			} else {
				value = microValue(n)
			}
			for name := range strings.FieldsSeq(names) {
				name = typeName(name)
				t.props[name] = append(t.props[name], value)
			}
		}
		if isItem {
			return // its properties are its own
		}
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			walk(child, level+1)
		}
	}
	for child := element.FirstChild; child != nil; child = child.NextSibling {
		walk(child, 0)
	}
	if refs, ok := attribute(element, "itemref"); ok {
		for id := range strings.FieldsSeq(refs) {
			doc.Find("[id]").EachWithBreak(func(_ int, s *goquery.Selection) bool {
				if own, _ := s.Attr("id"); own != id {
					return true
				}
				if s.Nodes[0] != element {
					walk(s.Nodes[0], 0)
				}
				return false
			})
		}
	}
	g.keep(t)
	return t
}

// microValue is the value of a property, after the HTML standard; content
// counts on every element, as search engines have it.
func microValue(n *xhtml.Node) string {
	if s, ok := attribute(n, "content"); ok {
		return strings.TrimSpace(s)
	}
	name := map[string]string{
		"a": "href", "area": "href", "link": "href", "audio": "src", "embed": "src", "iframe": "src", "img": "src",
		"source": "src", "track": "src", "video": "src", "object": "data", "data": "value", "meter": "value", "time": "datetime",
	}[n.Data]
	if s, ok := attribute(n, name); ok && name != "" {
		return strings.TrimSpace(s)
	}
	return strings.TrimSpace(text(n))
}

// things are the values of a property that are things, references resolved.
func (g *schemaGraph) things(t *thing, name string) []*thing {
	var out []*thing
	for _, v := range t.props[name] {
		switch v := v.(type) {
		case *thing:
			if known := g.byID[v.id]; len(v.props) == 0 && known != nil {
				v = known
			}
			out = append(out, v)
		case string:
			if known := g.byID[v]; known != nil {
				out = append(out, known)
			}
		}
	}
	return out
}

// text is the first value of the first of the properties that has one: a
// string, or the name or value of a thing.
func (g *schemaGraph) text(t *thing, names ...string) string {
	for _, name := range names {
		for _, v := range t.props[name] {
			s, _ := v.(string)
			if inner, ok := v.(*thing); ok {
				if known := g.byID[inner.id]; len(inner.props) == 0 && known != nil {
					inner = known
				}
				for _, key := range []string{"name", "value"} {
					if values := inner.props[key]; s == "" && len(values) > 0 {
						s, _ = values[0].(string)
					}
				}
				s = cmp.Or(s, inner.id)
			}
			if s != "" {
				return s
			}
		}
	}
	return ""
}

var productTypes = []string{
	"Product",
	"ProductGroup",
	"IndividualProduct",
	"ProductModel",
	"SomeProducts",
	"Vehicle",
	"Book",
}

// product is the one that the page is about: the one that names the page's
// address, or else the one that it says most about.
func (g *schemaGraph) product(at string) *thing {
	var best *thing
	most := -1
	for _, t := range g.all {
		if !t.is(productTypes...) || g.text(t, "name") == "" {
			continue
		}
		score := 0
		if !t.inner {
			score++
		}
		if len(t.props["offers"]) > 0 || len(t.props["hasVariant"]) > 0 {
			score += 2
		}
		if len(t.props["review"])+len(t.props["reviews"])+len(t.props["aggregateRating"]) > 0 {
			score += 2
		}
		if own := g.text(t, "url"); own != "" && samePage(own, at) {
			score += 8
		}
		if score > most {
			best, most = t, score
		}
	}
	return best
}

// samePage tells whether the link, on the page at that address, is the page.
func samePage(link, at string) bool {
	base, err := url.Parse(at)
	if err != nil {
		return false
	}
	u, err := base.Parse(link)
	return err == nil && u.Host == base.Host && u.Path == base.Path && u.RawQuery == base.RawQuery
}

func (g *schemaGraph) describe(t *thing) *schemaProduct {
	p := &schemaProduct{
		ID: g.text(
			t,
			"productID",
			"sku",
			"productGroupID",
			"gtin13",
			"gtin",
			"gtin14",
			"gtin12",
			"gtin8",
			"mpn",
			"identifier",
		),
		Name: g.text(t, "name"), URL: g.text(t, "url"), Brand: g.text(t, "brand", "manufacturer"),
	}
	p.ID = cmp.Or(p.ID, t.id, p.URL)
	for _, rating := range g.things(t, "aggregateRating") {
		p.ReviewCount = cmp.Or(p.ReviewCount, g.text(rating, "reviewCount"))
	}
	offers := g.things(t, "offers")
	for _, variant := range g.things(t, "hasVariant") {
		offers = append(offers, g.things(variant, "offers")...)
	}
	for i := 0; i < len(offers) && i < 1000; i++ { // an AggregateOffer may hold offers
		offers = append(offers, g.things(offers[i], "offers")...)
	}
	low, high := math.Inf(1), math.Inf(-1)
	odd := "" // a price that is no number, for the report
	for _, offer := range offers {
		specified := append([]*thing{offer}, g.things(offer, "priceSpecification")...)
		for _, o := range specified {
			p.Currency = cmp.Or(p.Currency, g.text(o, "priceCurrency"))
			for _, name := range []string{"price", "lowPrice", "highPrice"} {
				s := g.text(o, name)
				n, err := strconv.ParseFloat(strings.NewReplacer(",", "", "¥", "", "￥", "", " ", "").Replace(s), 64)
				switch {
				case s == "":
				case err != nil || n < 0 || math.IsInf(n, 0) || math.IsNaN(n):
					odd = s
				default:
					low, high = min(low, n), max(high, n)
				}
			}
		}
		p.Seller = cmp.Or(p.Seller, g.text(offer, "seller", "offeredBy"))
	}
	yuan := func(n float64) string { return strconv.FormatFloat(n, 'f', 2, 64) }
	switch {
	case low > high:
		p.Price = odd
	case low == high:
		p.Price = yuan(low)
	default:
		p.Price = yuan(low) + "-" + yuan(high)
	}
	return p
}

// schemaSeen is which reviews of a page were read.
type schemaSeen struct {
	things map[*thing]bool
	alike  map[string]int // reviews by nobody in particular, by content and notation
}

func (p *schemaPage) add(g schemaGraph, r *thing, seen schemaSeen) {
	if seen.things[r] {
		return
	}
	seen.things[r] = true
	review := schemaReview{
		Text:      g.text(r, "reviewBody", "description", "text"),
		Published: g.text(r, "datePublished", "dateCreated", "uploadDate"),
	}
	if title := g.text(r, "headline", "name"); title != "" && !strings.Contains(review.Text, title) {
		review.Text = strings.TrimSpace(title + "\n" + review.Text)
	}
	for _, rating := range g.things(r, "reviewRating") {
		review.Rating = cmp.Or(
			review.Rating,
			five(g.text(rating, "ratingValue"), g.text(rating, "worstRating"), g.text(rating, "bestRating")),
		)
	}
	if review.Rating == "" {
		if s := g.text(r, "reviewRating", "ratingValue"); s != "" {
			review.Rating = five(s, "", "")
		}
	}
	review.ID = cmp.Or(g.text(r, "identifier"), r.id, g.text(r, "url"))
	if review.ID == "" {
		var b bytes.Buffer
		author := g.text(r, "author", "creator")
		for _, part := range []string{author, review.Published, review.Rating, review.Text} {
			b.WriteString(strconv.Quote(part))
		}
		sum := sha256.Sum256(b.Bytes())
		review.ID = "h-" + hex.EncodeToString(sum[:8])
		// The same words of nobody in particular are two reviews; but what a
		// page says in both notations is one.
		key := review.ID + strconv.FormatBool(r.micro)
		if seen.alike[key]++; ingest.Buyer(author) == "" && seen.alike[key] > 1 {
			review.ID += fmt.Sprintf("-%d", seen.alike[key])
		}
	}
	p.Reviews = append(p.Reviews, review)
}

// five puts a rating on the scale from 1 to 5, rounded half up. Where the page
// names no scale it is that one already, as schema.org has it. What is no
// number comes back as it is.
//
// The vocabulary's worst rating is 1 unless the page says otherwise, and up to
// ten that is how scales are: 1 of 10 is the worst. A scale that goes further,
// in practice to 100, is a share: shops write 20, 40, 60, 80 and 100 for one to
// five stars, and have 1 for the worst, if any. Taken as a scale from 1, two
// stars of five would become three, and a negative review no longer be one.
// Only a page that says that 0 is the worst has a scale of its own.
func five(value, worst, best string) string {
	v, err := strconv.ParseFloat(strings.Replace(value, ",", ".", 1), 64)
	if err != nil {
		return value
	}
	lo, err := strconv.ParseFloat(worst, 64)
	if err != nil {
		lo = 1
	}
	hi, err := strconv.ParseFloat(best, 64)
	if err != nil || hi <= lo {
		hi = 5
	}
	share := hi > 10 && lo == 1
	if v < lo && !(share && v >= 0) || v > hi {
		return value
	}
	if share {
		return strconv.Itoa(max(1, int(math.Floor(v/hi*5+0.5))))
	}
	return strconv.Itoa(int(math.Floor(1 + (v-lo)/(hi-lo)*4 + 0.5)))
}

// items are the entries of lists, or else all products that have an address.
func (g *schemaGraph) items() []schemaItem {
	out := []schemaItem{}
	known := map[string]bool{}
	add := func(t *thing) {
		i := schemaItem{URL: g.text(t, "url"), Name: g.text(t, "name"), ID: g.text(t, "productID", "sku")}
		for _, inner := range g.things(t, "item") {
			i = schemaItem{
				URL:  cmp.Or(g.text(inner, "url"), inner.id, i.URL),
				Name: cmp.Or(g.text(inner, "name"), i.Name),
				ID:   g.text(inner, "productID", "sku"),
			}
		}
		if i.URL == "" { // item may be the address itself
			i.URL = g.text(t, "item")
		}
		if i.URL == "" || known[i.URL] {
			return
		}
		known[i.URL] = true
		out = append(out, i)
	}
	for _, list := range g.all {
		if list.is("ItemList", "SearchResultsPage", "CollectionPage", "OfferCatalog") {
			for _, t := range g.things(list, "itemListElement") {
				add(t)
			}
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, t := range g.all {
		if t.is(productTypes...) {
			add(t)
		}
	}
	return out
}
