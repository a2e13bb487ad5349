package crawler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"chaping"
	"chaping/ingest"
)

// search reads a page of search results.
func (r *reader) search(o *outcome, t task, on *page, n node) error {
	step := &r.job.Profile.search
	items := step.items.list(n)
	if len(items) == 0 {
		list := listPage{what: "商品", items: &step.items, empty: step.empty, total: step.paging.total, counted: step.paging.counts(), format: step.format,
			on: on, asked: t.URL, first: t.Page == step.paging.from, short: t.Seen.Short, like: t.Like}
		if why := list.lack(n); why != "" {
			return errLayout{Fault{URL: t.URL, Field: "search.items", Problem: why}}
		}
	} else if t.Page == step.paging.from {
		t.Like = remember(step.format, n, items)
	}
	short := t.Seen.Short
	t.Seen.size(len(items), step.paging.size, 0)
	results := r.results(o, t, on, n, items)
	if len(results) > 0 && t.Seen.repeats(results) {
		delete(o.count, countFound+t.Keyword) // as they were counted before
		delete(o.count, countIrrelevant)
		lacks := ""
		if !short {
			lacks = "满的一页之后又是读过的同样的一页，看不出后面还有没有；列表全在一页的，在站点配置里写 paging: none"
		}
		r.searchEnds(o, t, "search.paging", lacks, on.read)
		return nil
	}
	for _, s := range results {
		r.covered(o, s.known, "商品页还没有读", false, on.read)
		o.link(task{Step: stepProduct, URL: s.address, Keyword: t.Keyword, Product: s.id, Name: s.name, Known: s.known}, t.Keyword, cmp.Or(s.id, s.address))
	}

	next, cursor, more := r.next(o, &step.paging, &t, on, n, len(items))
	switch {
	case t.Seen.Round:
		r.searchEnds(o, t, "search.paging", "翻页绕回到已经读过的一页，看不出后面还有没有", on.read)
		return nil
	case !more:
		r.searchEnds(o, t, "", "", on.read)
		return nil
	}
	following := task{Step: stepSearch, URL: next, Keyword: t.Keyword, Page: t.Page + 1, Cursor: cursor}
	if next == "" {
		var err error
		if following, err = r.searchTask(t.Keyword, t.Page+1, cursor); err != nil {
			return err
		}
	}
	if t.Page+1-step.paging.from >= step.paging.limit {
		r.searchEnds(o, t, "search.paging.limit", fmt.Sprintf("超过 %d 页，其余未读", step.paging.limit), on.read)
		return nil
	}
	following.Like, following.Seen = t.Like, t.Seen
	o.next(following, t.Keyword, strconv.Itoa(following.Page))
	return nil
}

// searchEnds says how far the search for the task's keyword was read; lacks is empty
// when it was to its end.
func (r *reader) searchEnds(o *outcome, t task, fieldName, lacks string, at time.Time) {
	if lacks == "" {
		r.searched(o, t.Keyword, "", true, at)
		return
	}
	o.add(countTruncated+t.Keyword, 1)
	o.note(noteTruncated, Fault{URL: t.URL, Field: fieldName, Value: t.Keyword,
		Problem: fmt.Sprintf("关键词“%s”的搜索结果%s", t.Keyword, lacks)})
	r.searched(o, t.Keyword, "搜索结果"+lacks, true, at)
}

// A searchResult is a product as a search shows it.
type searchResult struct {
	id, name string
	address  string
	known    string // see knownBy
}

// results are the products on a page of search results.
func (r *reader) results(o *outcome, t task, on *page, n node, items []node) (list []searchResult) {
	step := &r.job.Profile.search
	for _, item := range items {
		id, _ := step.id.get(item)
		name, _ := step.name.get(item)
		link, ok := step.link.get(item)
		if step.link == nil && id != "" {
			link, ok = r.job.Profile.product.url.fill(map[string]string{"product": id}), true
		}
		if !ok || link == "" {
			o.fault(Fault{URL: t.URL, Field: "search.fields.url", Problem: "商品没有链接"})
			continue
		}
		o.add(countFound+t.Keyword, 1)
		if step.nameContains {
			if !strings.Contains(strings.ToLower(name), strings.ToLower(t.Keyword)) {
				o.add(countIrrelevant, 1)
				continue
			}
		}
		var address string
		var err error
		if step.link == nil { // an address of the profile's, not of the page's
			address, err = absolute(r.job.Profile.Base, link)
		} else {
			address, err = resolve(on, n, link)
		}
		if err != nil {
			o.fault(Fault{URL: t.URL, Field: "search.fields.url", Value: link, Problem: err.Error()})
			continue
		}
		list = append(list, searchResult{id, chaping.Shorten(ingest.Text(name), 120), address, r.knownBy(id, address)})
	}
	return list
}

// trackers are parameters of links that tell the site how its reader came, and are
// others at each request.
var trackers = regexp.MustCompile(`(?i)^(?:spm|scm|pvid|utm_.*|trace_?id|track_?id|track_?info|request_?id|req_?id|rand(?:om)?|_t|_r|ts|timestamp|clk\w*|ali_\w*|abbucket)$`)

// repeats tells whether a page of search results was read before, whatever its links
// carry along.
func (s *seen) repeats(results []searchResult) bool {
	var parts []string
	for _, r := range results {
		u, err := url.Parse(r.address)
		if r.id != "" || err != nil {
			parts = append(parts, r.id, r.name)
			continue
		}
		query := u.Query()
		maps.DeleteFunc(query, func(name string, _ []string) bool { return trackers.MatchString(name) })
		parts = append(parts, u.Host+u.Path, query.Encode(), r.name)
	}
	page := hash(parts...)
	again := slices.Contains(s.Pages, page)
	s.Pages = append(slices.Clip(s.Pages), page)
	return again
}

// next tells whether there is a following page, and its address or cursor
// where the page names it. A way that has been gone before leads round in a
// circle, which t remembers.
func (r *reader) next(o *outcome, p *paging, t *task, on *page, n node, items int) (address, cursor string, more bool) {
	switch {
	case p.none:
		return "", "", false
	case p.next != nil:
		link, ok := p.next.get(n)
		if !ok || link == "" {
			return "", "", false
		}
		address, err := resolve(on, n, link)
		if err != nil {
			o.fault(Fault{URL: t.URL, Field: p.next.name, Value: link, Problem: err.Error()})
			return "", "", false
		}
		if address == t.URL || len(t.Seen.Ways) > 0 && hash(address) == t.Seen.Ways[0] {
			return "", "", false // what the last page of some lists has for a next one
		}
		return address, "", t.Seen.onward(address, t.URL)
	case p.cursor != nil:
		cursor, ok := p.cursor.get(n)
		if !ok || cursor == "" || cursor == t.Cursor && items == 0 {
			return "", "", false
		}
		return "", cursor, t.Seen.onward(cursor, t.Cursor)
	case p.pages != nil:
		value, ok := p.pages.get(n)
		if !ok {
			break
		}
		pages, _, err := parseCount(value)
		if err != nil {
			o.fault(Fault{URL: t.URL, Field: p.pages.name, Value: value, Problem: err.Error()})
			break
		}
		return "", "", int64(t.Page-p.from+1) < pages
	}
	return "", "", items > 0 // until a page is empty
}

// product reads a product page.
func (r *reader) product(ctx context.Context, o *outcome, t task, on *page, n node) error {
	p := r.job.Profile
	step := &p.product
	product := chaping.Product{Platform: p.Platform.ID, ID: t.Product, URL: t.URL}
	if id, ok := step.id.get(n); ok && id != "" {
		if t.Product != "" && t.Product != id {
			o.fault(Fault{URL: t.URL, Field: step.id.name, Value: id,
				Problem: fmt.Sprintf("商品页的编号与搜索结果中的编号 %s 不同，以商品页为准", chaping.Shorten(t.Product, 40))})
		}
		product.ID = id
	}
	broken := n.json.Get("broken").String() // only views of schema.org have it
	if product.ID == "" {
		return errLayout{Fault{URL: t.URL, Field: "product.fields.id", Problem: cmp.Or(broken, "商品页没有商品编号"+says(n))}}
	}
	name, ok := step.name.get(n)
	if !ok || name == "" {
		return errLayout{Fault{URL: t.URL, Field: step.name.name, Problem: cmp.Or(broken, "商品页没有商品名称，页面结构可能已变"+says(n))}}
	}
	product.Name = ingest.Text(name)
	if why := r.noProduct(t, n, product.Name); why != "" {
		return errLayout{Fault{URL: t.URL, Field: step.name.name, Value: product.Name, Problem: why}}
	}
	if link, ok := step.link.get(n); ok && link != "" {
		if address, err := resolve(on, n, link); err == nil {
			product.URL = address
		} else {
			o.fault(Fault{URL: t.URL, Field: step.link.name, Value: link, Problem: err.Error()})
		}
	}
	r.price(o, t, n, &product)
	product.Shop.ID, _ = step.shopID.get(n)
	product.Shop.Name, _ = step.shopName.get(n)
	product.Shop.Region, _ = step.region.get(n)
	own := product.ID // as the site's addresses have it
	shared, again, err := r.identify(ctx, o, t, &product)
	if err != nil {
		return err
	}
	if t.Known != "" && t.Known != product.ID && (!shared || t.Known != own) { // it goes by another name from here on
		r.covered(o, t.Known, "", true, on.read)
	}

	if again {
		o.add(countAgain+t.Keyword, 1)
		return nil
	}
	listing := chaping.Listing{Keyword: t.Keyword, Product: product, SeenAt: on.read}
	r.sell(o, t, on, n, listing)

	return r.reviewList(ctx, o, t, on, n, &product, own, shared)
}

// reviewList goes on with the product's reviews, by the first step whose link the
// page has. own is the product's ID in the site's addresses, shared tells that
// another product has the same.
func (r *reader) reviewList(ctx context.Context, o *outcome, t task, on *page, n node, product *chaping.Product, own string, shared bool) error {
	p := r.job.Profile
	for i := range p.reviews {
		review := &p.reviews[i]
		link := ""
		if review.link != nil {
			value, ok := review.link.get(n)
			if !ok || value == "" {
				continue
			}
			address, err := resolve(on, n, value)
			if err != nil {
				o.fault(Fault{URL: t.URL, Field: review.link.name, Value: value, Problem: err.Error()})
				continue
			}
			link = address
		}
		if shared && review.asks("product") {
			r.covered(o, product.ID, "编号与另一件商品相同，分不出各自的评论", true, on.read)
			return nil
		}
		from, err := r.from(ctx, product.ID)
		if err != nil {
			return err
		}
		first := task{Step: stepReviews, Product: product.ID, Reviews: i, Link: link, Page: review.paging.from,
			Cursor: review.paging.start, From: from}
		if own != product.ID {
			first.Own = own
		}
		if review.asks("url") {
			first.Item = t.URL
		}
		if review.asks("shop") {
			first.Shop = product.Shop.ID
		}
		if err := r.address(&first); err != nil {
			return errLayout{Fault{URL: t.URL, Field: "reviews.url", Problem: err.Error()}}
		}
		r.covered(o, product.ID, "评论没有读完", false, on.read)
		if first.URL == t.URL && first.Body == "" && review.format.isHTML() == p.product.format.isHTML() {
			if again, err := r.answered(ctx, o, first); again || err != nil {
				return err
			}
			done, err := r.sameAnswer(ctx, o, first, on, n)
			if err != nil {
				r.unanswered(first)
			}
			if done || err != nil {
				return err
			}
		}
		o.link(first, product.ID, strconv.Itoa(i), strconv.Itoa(first.Page))
		return nil
	}
	o.fault(Fault{URL: t.URL, Field: "reviews", Problem: "没有适用于此商品页的评论步骤，未读评论"})
	r.covered(o, product.ID, "商品页上没有评论的链接", true, on.read)
	return nil
}

// price reads what the product costs.
func (r *reader) price(o *outcome, t task, n node, product *chaping.Product) {
	step := &r.job.Profile.product
	if currency, ok := step.currency.get(n); ok && !isYuan(currency) {
		o.add(countForeign, 1) // a price of 15 would be read as 15 yuan
		o.note(noteForeign, Fault{URL: t.URL, Field: step.currency.name, Value: currency})
	} else if step.price != nil {
		value, ok := step.price.get(n)
		price, err := chaping.ParsePrice(value)
		switch {
		case !ok || value == "":
			o.fault(Fault{URL: t.URL, Field: step.price.name, Problem: "商品页没有价格"})
		case err != nil:
			o.fault(Fault{URL: t.URL, Field: step.price.name, Value: value, Problem: err.Error()})
		default:
			product.Price = price
		}
	}
}

// answered tells whether the product's answer has been read for its reviews in
// this run: a product that two keywords find has two pages in the queue, but
// one list of reviews.
func (r *reader) answered(ctx context.Context, o *outcome, t task) (bool, error) {
	name := r.answerName(t)
	r.ids.mu.Lock()
	defer r.ids.mu.Unlock()
	run, err := r.ownerMark(ctx, name)
	if err != nil || run == r.job.Run {
		return err == nil, err
	}
	r.setOwnerMark(o, name, r.job.Run)
	return false, nil
}

// unanswered forgets what answered noted: the page will be read again.
func (r *reader) unanswered(t task) {
	r.ids.mu.Lock()
	defer r.ids.mu.Unlock()
	delete(r.ids.owners, r.answerName(t))
}

func (r *reader) answerName(t task) string {
	return fmt.Sprintf("answer/%s/%s/%d", r.job.Profile.Platform.ID, t.Product, t.Reviews)
}

// sameAnswer reads the reviews that stand in the product's own answer, which
// spares the site a request. Where they do not, the page is read once more, as
// any other page of reviews that is not what it should be.
func (r *reader) sameAnswer(ctx context.Context, o *outcome, t task, on *page, n node) (done bool, err error) {
	if as := r.job.Profile.reviews[t.Reviews].format; as != r.job.Profile.product.format {
		if n, err = on.node(as); err != nil {
			return false, nil
		}
	}
	err = r.reviews(ctx, o, t, on, n)
	if errors.As(err, new(errLayout)) {
		return false, nil
	}
	return true, err
}

// asks tells whether what the step asks for names this.
func (s *reviewStep) asks(placeholder string) bool {
	return s.url.has(placeholder) || s.post.has(placeholder)
}

// address fills in how a page of reviews is asked for.
func (r *reader) address(t *task) error {
	step := &r.job.Profile.reviews[t.Reviews]
	values := step.paging.values(t.Page, t.Cursor)
	values["link"], values["url"], values["slice"] = t.Link, t.Item, step.slices.at(t.Slice)
	values["product"], values["shop"] = cmp.Or(t.Own, t.Product), t.Shop
	s := step.url.fill(values)
	u, err := r.job.Profile.Base.Parse(s)
	if err != nil {
		return fmt.Errorf("评论页的网址 %q 无效", chaping.Shorten(s, 80))
	}
	t.URL, t.Body = u.String(), step.post.fill(values)
	return nil
}

// sell hands on the listing, by way of its shop's page if there is one that
// was not read lately.
func (r *reader) sell(o *outcome, t task, on *page, n node, listing chaping.Listing) {
	p := r.job.Profile
	if p.shop != nil && listing.Product.Shop.Region == "" {
		value, ok := p.product.shopURL.get(n)
		if ok && value != "" {
			address, err := resolve(on, n, value)
			if err == nil {
				if shop, ok := r.shops.get(address); ok {
					listing.Product.Shop = merge(listing.Product.Shop, shop)
					r.list(o, listing)
					return
				}
				o.link(task{Step: stepShop, URL: address, Listing: &listing}, listing.Keyword, listing.Product.ID)
				return
			}
			o.fault(Fault{URL: t.URL, Field: p.product.shopURL.name, Value: value, Problem: err.Error()})
		}
	}
	r.list(o, listing)
}

// list hands on a listing.
func (r *reader) list(o *outcome, listing chaping.Listing) {
	o.listings = append(o.listings, listing)
	o.add(countListings, 1)
	o.add(countListed+listing.Keyword, 1)
}

// merge completes what the product page says of the shop with what the
// shop's own page says.
func merge(shop, own chaping.Shop) chaping.Shop {
	if shop.ID == "" {
		shop.ID = own.ID
	}
	if own.Name != "" {
		shop.Name = own.Name
	}
	if own.Region != "" {
		shop.Region = own.Region
	}
	return shop
}

// shop reads a shop page and hands on the listing that waited for it.
func (r *reader) shop(o *outcome, t task, n node) {
	var own chaping.Shop
	step := r.job.Profile.shop
	own.ID, _ = step.id.get(n)
	own.Name, _ = step.name.get(n)
	own.Region, _ = step.region.get(n)
	if goneWords.MatchString(own.Name) || troubleWords.MatchString(own.Name) {
		o.fault(Fault{URL: t.URL, Field: "shop.fields.name", Value: own.Name, Problem: "店铺页打开的不是店铺，未采用"})
		own = chaping.Shop{}
	}
	r.shops.put(t.URL, own)
	if t.Listing != nil {
		listing := *t.Listing
		listing.Product.Shop = merge(listing.Product.Shop, own)
		r.list(o, listing)
	}
}

// skew is how far a site's clock may be ahead of ours.
const skew = 10 * time.Minute

// isYuan tells whether the currency is that of Price.
func isYuan(s string) bool {
	switch strings.ToUpper(strings.TrimSpace(s)) {
	case "", "CNY", "RMB", "¥", "￥", "CN¥", "元", "人民币", "人民币元":
		return true
	}
	return false
}

// truthy reads a flag: there and not denied.
func truthy(s string) bool {
	switch strings.ToLower(s) {
	case "", "0", "false", "no", "否":
		return false
	}
	return true
}
