package crawler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

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
	t.Seen.size(len(items), step.paging.size)
	for _, item := range items {
		id, _ := step.id.get(item)
		name, _ := step.name.get(item)
		link, ok := step.link.get(item)
		if step.link == nil && id != "" {
			link, ok = r.job.Profile.product.url.fill(map[string]string{"product": url.PathEscape(id)}), true
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
		key := id
		if key == "" {
			key = address
		}
		known := r.knownBy(id, address)
		r.covered(o, known, "商品页还没有读", false, on.read)
		o.link(task{Step: stepProduct, URL: address, Keyword: t.Keyword, Product: id, Name: chaping.Shorten(ingest.Text(name), 120), Known: known},
			t.Keyword, key)
	}

	next, cursor, more := r.next(o, &step.paging, &t, on, n, len(items))
	if t.Seen.Round {
		o.add(countTruncated+t.Keyword, 1)
		o.note(noteTruncated, Fault{URL: t.URL, Field: "search.paging", Value: t.Keyword,
			Problem: fmt.Sprintf("关键词“%s”的搜索结果翻页绕回到已经读过的一页，看不出后面还有没有", t.Keyword)})
		r.searched(o, t.Keyword, "搜索结果翻页绕回到已经读过的一页，看不出后面还有没有", true, on.read)
		return nil
	}
	if !more {
		r.searched(o, t.Keyword, "", true, on.read)
		return nil
	}
	if next == "" {
		following, err := r.searchTask(t.Keyword, t.Page+1, cursor)
		if err != nil {
			return err
		}
		next = following.URL
	}
	if t.Page+1-step.paging.from >= step.paging.limit {
		o.add(countTruncated+t.Keyword, 1)
		o.note(noteTruncated, Fault{URL: t.URL, Field: "search.paging.limit", Value: t.Keyword,
			Problem: fmt.Sprintf("关键词“%s”的搜索结果超过 %d 页，其余未读", t.Keyword, step.paging.limit)})
		r.searched(o, t.Keyword, fmt.Sprintf("搜索结果超过 %d 页，其余未读", step.paging.limit), true, on.read)
		return nil
	}
	o.next(task{Step: stepSearch, URL: next, Keyword: t.Keyword, Page: t.Page + 1, Cursor: cursor, Like: t.Like, Seen: t.Seen}, t.Keyword,
		strconv.Itoa(t.Page+1))
	return nil
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
	o.add(countProducts, 1)
	own := product.ID // as the site's addresses have it
	shared, err := r.identify(ctx, o, t, &product)
	if err != nil {
		return err
	}
	if t.Known != "" && t.Known != product.ID && (!shared || t.Known != own) { // it goes by another name from here on
		r.covered(o, t.Known, "", true, on.read)
	}

	listing := chaping.Listing{Keyword: t.Keyword, Product: product, SeenAt: on.read}
	r.sell(o, t, on, n, listing)

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
		if shared && review.url.has("product") {
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
		if review.url.has("url") {
			first.Item = t.URL
		}
		if review.url.has("shop") {
			first.Shop = product.Shop.ID
		}
		if err := r.address(&first); err != nil {
			return errLayout{Fault{URL: t.URL, Field: "reviews.url", Problem: err.Error()}}
		}
		r.covered(o, product.ID, "评论没有读完", false, on.read)
		if first.URL == t.URL && review.format.isHTML() == p.product.format.isHTML() {
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

// address fills in the URL of a review page.
func (r *reader) address(t *task) error {
	step := &r.job.Profile.reviews[t.Reviews]
	s := step.url.fill(step.paging.values(t.Page, t.Cursor),
		"link", t.Link, "url", t.Item, "product", url.QueryEscape(cmp.Or(t.Own,
			t.Product)), "shop", url.QueryEscape(t.Shop), "slice", step.slices.at(t.Slice))
	u, err := r.job.Profile.Base.Parse(s)
	if err != nil {
		return fmt.Errorf("评论页的网址 %q 无效", chaping.Shorten(s, 80))
	}
	t.URL = u.String()
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

// reviews reads a page of reviews.
func (r *reader) reviews(ctx context.Context, o *outcome, t task, on *page, n node) error {
	now := on.read
	p := r.job.Profile
	step := &p.reviews[t.Reviews]
	items := step.items.list(n)
	if len(items) == 0 {
		list := listPage{what: "评论", items: &step.items, empty: step.empty, total: step.paging.total, counted: step.paging.counts(), format: step.format,
			on: on, asked: t.URL, first: t.Page == step.paging.from, whole: t.Seen.Whole, short: t.Seen.Short, like: t.Like}
		if list.first {
			var err error
			if list.like, err = r.anyList(ctx, t); err != nil {
				return err
			}
		}
		if why := list.lack(n); why != "" {
			return errLayout{Fault{URL: t.URL, Field: "reviews.items", Problem: why}}
		}
	} else if t.Page == step.paging.from {
		t.Like = remember(step.format, n, items)
		if err := r.haveList(ctx, o, t); err != nil {
			return err
		}
	}
	t.Seen.size(len(items), step.paging.size)

	// One page is judged by what stands in its natural place: a page is past
	// the window when it has such reviews and all are older.
	natural, older := 0, 0
	round := false
	wanted := false // a review that is not older than the window
	var oldest time.Time
	var edge []uint64 // published then
	var ids []uint64
	fresh := 0
	from := r.source(step, now)
	entries := make([]entry, 0, len(items))
	for _, item := range items {
		entries = append(entries, r.review(o, t, step, item, on.as, from))
	}
	if step.id == nil {
		round = t.Seen.number(entries)
	}
	if step.shared && t.Page == step.paging.from && t.Slice == 0 {
		var err error
		if t.Owner, err = r.owner(ctx, o, t, entries); err != nil {
			return err
		}
		if t.Owner != "" {
			o.add(countShared, 1)
		}
	}
	for i := range entries {
		review, place, ok := &entries[i].review, entries[i].place, entries[i].ok
		if place.dated && !place.pinned {
			natural++
			if place.published.Before(t.From) {
				older++
			} else if !place.again && review.Appended == "" && !t.Seen.has(hash(place.id)) {
				wanted = true
			}
			if oldest.IsZero() || place.published.Before(oldest) {
				oldest, edge = place.published, nil
			}
			if place.published.Equal(oldest) {
				edge = append(edge, hash(place.id))
			}
		}
		if place.id == "" {
			t.Seen.Bad = true
			continue
		}
		id := hash(place.id)
		if place.again || t.Seen.has(id) || slices.Contains(ids, id) {
			o.add(countDuplicates, 1)
			continue
		}
		ids = append(ids, id)
		if slices.Contains(t.Seen.Old, uint32(id)) {
			// Its trace was here before. Traces are short: it is counted as
			// known, and stored all the same, which changes nothing if it is.
			round = true
			o.add(countDuplicates, 1)
			if ok && r.job.Window.Contains(review.Published) {
				review.Product = cmp.Or(t.Owner, review.Product)
				o.reviews = append(o.reviews, *review)
			}
			continue
		}
		fresh++
		t.Seen.Ill = t.Seen.Ill || review.Grade == chaping.Negative
		t.Seen.Well = t.Seen.Well || review.Grade == chaping.Positive || review.Grade == chaping.Neutral
		if !ok {
			o.add(countRefused, 1)
			t.Seen.Bad = true
			continue
		}
		if !r.job.Window.Contains(review.Published) {
			o.add(countOutside, 1)
			continue
		}
		r.keep(o, t, step, id, review)
	}

	if t.Began.IsZero() {
		t.Began = on.read
	}
	// Other orders than the whole list's say nothing about the window.
	ordered := !step.unordered && t.Slice <= len(step.slices.parts)
	mixed := t.Seen.Mixed
	if ordered {
		t.Seen.Mixed = mixed || !t.Seen.inOrder(entries) || t.Seen.Past && wanted
	}
	got := t.Seen.Count + int64(fresh)
	stated := r.stated(o, &t, step, n, len(items), got)
	past := ordered && !t.Seen.Mixed && natural > 0 && older == natural
	if past {
		trusted, err := r.trusted(ctx, t, step)
		if err != nil {
			return err
		}
		t.Seen.Past, past = true, trusted
	}
	if past {
		if lost := t.Seen.shrunk(got); lost != "" && t.Slice == 0 {
			r.truncated(o, t, step, lost, now)
			return nil
		}
		t.Total = 0 // the rest was not asked for
		return r.sliced(o, t, step, now)
	}
	next, cursor, more := r.next(o, &step.paging, &t, on, n, len(items))
	if fresh == 0 && len(items) > 0 && t.Page > step.paging.from {
		more = false // the site shows the same page for ever
		t.Seen.Round = t.Seen.Round || round
	}
	if t.Seen.Whole && t.Seen.Short && step.paging.counts() {
		more = false // a page beyond the end: some sites answer it with an error
	}
	if t.Seen.Mixed && !mixed && t.Slice == 0 && (more || t.Page > step.paging.from) {
		o.add(countMixed, 1)
	}
	if full := t.Page+1-step.paging.from >= step.paging.limit; !more || full || t.Seen.Mixed && !mixed {
		if err := r.learn(ctx, o, t, step); err != nil {
			return err
		}
		if more && full && ordered && t.Seen.Past && !t.Seen.Mixed { // behind a page that would have been the last
			t.Total = 0
			return r.sliced(o, t, step, now)
		}
	}
	if t.Slice > 0 && !more {
		t.Parts += got
	}
	if short, total := t.short(step, stated, got, more); short != "" {
		short += t.Seen.hint(step)
		switch {
		case t.Slice > 0:
			t.Cut = true
		case step.slices.count() > 0:
			t.Edge, t.Seen.Edge, t.Total = oldest, edge, total
			if step.unordered || t.Seen.Mixed || oldest.IsZero() {
				t.Edge = lastMoment // nothing is known to have been read
			}
			t.Cut = len(step.slices.parts) == 0
		default:
			r.truncated(o, t, step, short, now)
			return nil
		}
		return r.look(o, t, step, now)
	}
	if more {
		following := t
		following.Page, following.URL, following.Cursor = t.Page+1, next, cursor
		following.Seen.Last, following.Seen.Count = ids, got
		following.Seen.Old = t.Seen.Old.add(t.Seen.Last) // those of this page are in Last
		if t.Page == step.paging.from {
			following.Seen.First = ids
			following.Seen.Last = nil
		}
		return r.follow(o, following)
	}
	return r.sliced(o, t, step, now)
}

// keep hands on a review of the window, and counts it unless it was counted
// with another product or in another part of the list.
func (r *reader) keep(o *outcome, t task, step *reviewStep, id uint64, review *chaping.Review) {
	review.Product = cmp.Or(t.Owner, review.Product)
	o.reviews = append(o.reviews, *review)
	if t.Owner != "" || t.Slice > 0 && (review.Published.After(t.Edge) ||
		slices.Contains(t.Seen.Edge, id)) { // stored again, which changes nothing
		o.add(countDuplicates, 1)
		return
	}
	if !step.shared && step.id != nil && r.twins.known(id, review) {
		o.add(countTwins, 1)
	}
	o.add(countReviews, 1)
	if review.Default {
		o.add(countDefaults, 1)
	}
	if review.Rating == 0 && review.Grade != chaping.Unrated {
		o.add(countByText, 1)
	}
	if review.Appended != "" {
		o.add(countAppended, 1)
	}
}

// A statement is how many reviews the site says there are.
type statement struct {
	value string
	least int64 // at least so many, 0 if it does not say
}

// stated reads how many reviews the site says there are, and keeps in t what
// that says of the list. entries are those of the page, got all so far.
func (r *reader) stated(o *outcome, t *task, step *reviewStep, n node, entries int, got int64) (s statement) {
	if step.paging.total == nil || t.Slice > 0 {
		return s
	}
	value, ok := step.paging.total.get(n)
	if !ok || value == "" {
		if t.Page == step.paging.from && entries > 0 {
			o.add(countUntold, 1)
		}
		return statement{least: t.Seen.Most}
	}
	total, exact, err := parseCount(value)
	s.value = strings.TrimSpace(countPattern.FindString(strings.ReplaceAll(width.Fold.String(value), ",", "")))
	switch {
	case err != nil:
		o.fault(Fault{URL: t.URL, Field: step.paging.total.name, Value: value, Problem: err.Error()})
		return statement{least: t.Seen.Most}
	case !exact: // 1.3万 may be 12,500
		s.least = total - total/10
		return s
	}
	seen := &t.Seen
	if total < seen.Most && (!seen.Fell || total < seen.Least) {
		seen.Fell, seen.Least = true, total
	}
	seen.Most = max(seen.Most, total)
	seen.Whole = total > 0 && got >= seen.Most
	s.least = total
	return s
}

// shrunk tells what may be missing where the list lost entries while it was
// read: those behind moved up, past the page that was read next.
func (s *seen) shrunk(got int64) string {
	if !s.Fell || got >= s.Most {
		return ""
	}
	if s.Least < got { // there is no such list
		return fmt.Sprintf("网站起初称共 %d 条，后来称共 %d 条，只读到 %d 条", s.Most, s.Least, got)
	}
	return fmt.Sprintf("读的过程中网站的评论总数由 %d 条减到 %d 条，后面的评论往前移，可能跳过了 %d 条", s.Most, s.Least, s.Most-s.Least)
}

// short tells what is missing when the reading of a list has to end here: the
// limit of pages, or what the site says there is. "" if nothing is missing, or
// there is a page to follow. least is how many the site says there are at
// least, 0 if it does not say.
func (t *task) short(step *reviewStep, stated statement, got int64, more bool) (problem string, least int64) {
	least = stated.least
	lost := t.Seen.shrunk(got)
	full := t.Page+1-step.paging.from >= step.paging.limit
	switch {
	case full && (more || t.Slice > 0 && step.paging.pages != nil): // sites count no pages beyond their limit
		return fmt.Sprintf("超过 %d 页，其余未读", step.paging.limit), least
	case more:
		return "", least
	case lost != "":
		return lost, max(least, t.Seen.Most)
	case got < least:
		return fmt.Sprintf("网站称共 %s 条，只读到 %d 条", cmp.Or(stated.value, strconv.FormatInt(least, 10)), got), least
	case t.Seen.Round && !t.Seen.Whole:
		return "翻页绕回到已经读过的一页，看不出后面还有没有", least
	}
	return "", least
}

// lastMoment is after every review.
var lastMoment = time.Date(ingest.LastYear+1, 1, 1, 0, 0, 0, 0, chaping.Shanghai())

// follow puts the task in line, at its URL or at the one that its page has.
func (r *reader) follow(o *outcome, t task) error {
	if t.URL == "" {
		if err := r.address(&t); err != nil {
			return errLayout{Fault{Field: "reviews.url", Problem: err.Error()}}
		}
	}
	key := []string{t.Product, strconv.Itoa(t.Reviews), strconv.Itoa(t.Page)}
	if t.Slice > 0 {
		key = append(key, strconv.Itoa(t.Slice))
	}
	o.next(t, key...)
	return nil
}

// sliced goes on when one way to look at the list has come to its end.
func (r *reader) sliced(o *outcome, t task, step *reviewStep, now time.Time) error {
	if t.Slice == 0 { // the whole list, to the end that matters
		return r.finished(o, t, now)
	}
	return r.look(o, t, step, now)
}

// look goes on with the next way to look at the list. After the last one,
// the product's reviews are complete if no part was cut.
func (r *reader) look(o *outcome, t task, step *reviewStep, now time.Time) error {
	if t.Slice < step.slices.count() {
		t.Slice++
		t.Page, t.Cursor, t.URL = step.paging.from, step.paging.start, ""
		t.Seen = seen{Bad: t.Seen.Bad, Edge: t.Seen.Edge}
		return r.follow(o, t)
	}
	if t.Cut || t.Parts < t.Total {
		r.truncated(o, t, step, "分段之后仍有读不到的", now)
		return nil
	}
	return r.finished(o, t, now)
}

func (r *reader) truncated(o *outcome, t task, step *reviewStep, problem string, now time.Time) {
	r.covered(o, t.Product, problem, true, now)
	o.note(noteTruncated, Fault{URL: t.URL, Field: step.items.name, Value: t.Product,
		Problem: fmt.Sprintf("商品 %s 的评论：%s", t.Product, problem)})
}

// source is how the site writes the reviews of a step.
func (r *reader) source(step *reviewStep, now time.Time) *ingest.Source {
	p := r.job.Profile
	s := ingest.Source{
		Platform: p.Platform.ID, Rule: p.Platform.Rating, Dates: step.published.date, Defaults: p.DefaultTexts,
		Run: r.job.Run, Now: now, Ahead: skew, GradeText: r.gradeText,
	}
	if step.appendedAt != nil {
		s.AppendedDates = step.appendedAt.date
	}
	return ingest.NewSource(s)
}

// review reads one review as the page told it at a time. It is not ok when it
// cannot be used; why is noted.
func (r *reader) review(
	o *outcome,
	t task,
	step *reviewStep,
	item node,
	told time.Time,
	from *ingest.Source,
) (e entry) {
	at := &e.place
	id, found := step.id.get(item)
	if step.id != nil && (!found || id == "") {
		o.fault(Fault{URL: t.URL, Field: step.id.name, Value: step.id.raw(item), Problem: "评论没有编号，未收录"})
		o.add(countRefused, 1)
	}
	at.id = id
	if value, ok := step.pinned.get(item); ok {
		at.pinned = truthy(value)
	}
	value, _ := step.published.get(item)
	published, fault := from.Published(value, told)
	at.published, at.dated = published, fault == nil
	if fault != nil {
		o.fault(Fault{URL: t.URL, Field: step.published.name, Value: value, Problem: fault.Problem + "，评论未收录"})
		return e
	}
	if at.id == "" && step.id != nil {
		return e
	}
	record := ingest.Record{Product: t.Product, ID: id, Published: published, Told: told}
	record.Text, _ = step.text.get(item)
	record.Appended, _ = step.appended.get(item)
	record.AppendedAt, _ = step.appendedAt.get(item)
	if pictures, videos := step.pictures.every(item), step.videos.every(item); pictures != "" || videos != "" {
		base, err := url.Parse(t.URL)
		if err != nil { // as it cannot have been fetched
			base = nil
		}
		record.Media = ingest.Media(pictures, videos, base)
	}
	if value, ok := step.isDefault.get(item); ok {
		record.Default = truthy(value)
	}
	if value, ok := step.rating.get(item); ok && value != "" {
		record.Rating = value
	} else if step.rating != nil {
		o.fault(Fault{URL: t.URL, Field: step.rating.name, Value: step.rating.raw(item), Problem: "评论没有评分，按未评分收录"})
	}
	if step.id == nil {
		buyer, _ := step.buyer.get(item)
		e.buyer = ingest.Buyer(buyer)
	}
	review, notes, fault := from.Review(&record)
	if fault != nil {
		notes = append(notes, fault)
	}
	for _, note := range notes {
		o.fault(Fault{URL: t.URL, Field: step.nameOf(note.Field), Value: note.Value, Problem: note.Problem})
	}
	e.review, e.ok = review, fault == nil
	return e
}

// nameOf is the path in the profile of what ingest names.
func (s *reviewStep) nameOf(fieldName string) string {
	fields := map[string]*field{ingest.FieldID: s.id, ingest.FieldPublished: &s.published,
		ingest.FieldRating: s.rating, ingest.FieldText: s.text, ingest.FieldAppendedAt: s.appendedAt}
	if f := fields[fieldName]; f != nil {
		return f.name
	}
	return fieldName
}

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
