package crawler

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"chaping"
	"chaping/redact"
)

// search reads a page of search results.
func (r *reader) search(o *outcome, t task, on *page, n node) error {
	step := &r.job.Profile.search
	items := step.items.list(n)
	if len(items) == 0 && t.Page == step.paging.from && step.empty != nil && len(step.empty.list(n)) == 0 {
		return errLayout{Fault{URL: t.URL, Field: "search.items", Problem: "既没有商品也没有“无结果”的标志，页面结构可能已变"}}
	}
	for _, item := range items {
		link, ok := step.link.get(item)
		if !ok || link == "" {
			o.fault(Fault{URL: t.URL, Field: step.link.name, Problem: "商品没有链接"})
			continue
		}
		o.add(countFound+t.Keyword, 1)
		if step.nameContains {
			if name, _ := step.name.get(item); !strings.Contains(strings.ToLower(name), strings.ToLower(t.Keyword)) {
				o.add(countIrrelevant, 1)
				continue
			}
		}
		address, err := resolve(on, n, link)
		if err != nil {
			o.fault(Fault{URL: t.URL, Field: step.link.name, Value: link, Problem: err.Error()})
			continue
		}
		id, _ := step.id.get(item)
		key := id
		if key == "" {
			key = address
		}
		o.link(task{Step: stepProduct, URL: address, Keyword: t.Keyword, Product: id}, t.Keyword, key)
	}

	next, more := r.next(o, &step.paging, t, on, n, len(items))
	if !more {
		return nil
	}
	if next == "" {
		following, err := r.searchTask(t.Keyword, t.Page+1)
		if err != nil {
			return err
		}
		next = following.URL
	}
	if t.Page+1-step.paging.from >= step.paging.limit {
		o.add(countTruncated+t.Keyword, 1)
		o.note(noteTruncated, Fault{URL: t.URL, Field: "search.paging.limit", Value: t.Keyword, Problem: fmt.Sprintf("关键词“%s”的搜索结果超过 %d 页，其余未读", t.Keyword, step.paging.limit)})
		return nil
	}
	o.link(task{Step: stepSearch, URL: next, Keyword: t.Keyword, Page: t.Page + 1}, t.Keyword, strconv.Itoa(t.Page+1))
	return nil
}

// next tells whether there is a following page, and its address where the
// page names it.
func (r *reader) next(o *outcome, p *paging, t task, on *page, n node, items int) (address string, more bool) {
	switch {
	case p.next != nil:
		link, ok := p.next.get(n)
		if !ok || link == "" {
			return "", false
		}
		address, err := resolve(on, n, link)
		if err != nil {
			o.fault(Fault{URL: t.URL, Field: p.next.name, Value: link, Problem: err.Error()})
			return "", false
		}
		return address, address != t.URL
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
		return "", int64(t.Page-p.from+1) < pages
	}
	return "", items > 0 // until a page is empty
}

// product reads a product page.
func (r *reader) product(ctx context.Context, o *outcome, t task, on *page, n node) error {
	p := r.job.Profile
	step := &p.product
	product := chaping.Product{Platform: p.Platform.ID, ID: t.Product, URL: t.URL}
	if id, ok := step.id.get(n); ok && id != "" {
		if t.Product != "" && t.Product != id {
			o.fault(Fault{URL: t.URL, Field: step.id.name, Value: id, Problem: fmt.Sprintf("商品页的编号与搜索结果中的编号 %s 不同，以商品页为准", chaping.Shorten(t.Product, 40))})
		}
		product.ID = id
	}
	if product.ID == "" {
		return errLayout{Fault{URL: t.URL, Field: "product.fields.id", Problem: "商品页没有商品编号"}}
	}
	name, ok := step.name.get(n)
	if !ok || name == "" {
		return errLayout{Fault{URL: t.URL, Field: step.name.name, Problem: "商品页没有商品名称，页面结构可能已变"}}
	}
	product.Name = squeeze(name)
	if step.price != nil {
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
	product.Shop.ID, _ = step.shopID.get(n)
	product.Shop.Name, _ = step.shopName.get(n)
	product.Shop.Region, _ = step.region.get(n)
	o.add(countProducts, 1)

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
		from, err := r.from(ctx, product.ID)
		if err != nil {
			return err
		}
		first := task{Step: stepReviews, Product: product.ID, Reviews: i, Link: link, Page: review.paging.from, From: from}
		if err := r.address(&first); err != nil {
			return errLayout{Fault{URL: t.URL, Field: "reviews.url", Problem: err.Error()}}
		}
		o.link(first, product.ID, strconv.Itoa(i), strconv.Itoa(first.Page))
		return nil
	}
	o.fault(Fault{URL: t.URL, Field: "reviews", Problem: "没有适用于此商品页的评论步骤，未读评论"})
	return nil
}

// address fills in the URL of a review page.
func (r *reader) address(t *task) error {
	s := r.job.Profile.reviews[t.Reviews].url.fill(map[string]string{
		"link":    t.Link,
		"product": url.QueryEscape(t.Product),
		"page":    strconv.Itoa(t.Page),
	})
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
func (r *reader) reviews(o *outcome, t task, on *page, n node, now time.Time) error {
	p := r.job.Profile
	step := &p.reviews[t.Reviews]
	items := step.items.list(n)
	if len(items) == 0 && t.Page == step.paging.from && step.empty != nil && len(step.empty.list(n)) == 0 {
		return errLayout{Fault{URL: t.URL, Field: "reviews.items", Problem: "既没有评论也没有“无评论”的标志，页面结构可能已变"}}
	}

	// One page is judged by what stands in its natural place: a page is past
	// the window when it has such reviews and all are older.
	natural, older := 0, 0
	var ids []uint64
	fresh := 0
	for _, item := range items {
		review, place, ok := r.review(o, t, step, item, now)
		if place.dated && !place.pinned {
			natural++
			if place.published.Before(t.From) {
				older++
			}
		}
		if place.id == "" {
			t.Seen.Bad = true
			continue
		}
		id := hash(place.id)
		if t.Seen.has(id) || slices.Contains(ids, id) {
			o.add(countDuplicates, 1)
			continue
		}
		ids = append(ids, id)
		fresh++
		if !ok {
			o.add(countRefused, 1)
			t.Seen.Bad = true
			continue
		}
		if !r.job.Window.Contains(review.Published) {
			o.add(countOutside, 1)
			continue
		}
		o.reviews = append(o.reviews, review)
		o.add(countReviews, 1)
		if review.Default {
			o.add(countDefaults, 1)
		}
		if review.Appended != "" {
			o.add(countAppended, 1)
		}
	}

	if t.Began.IsZero() {
		t.Began = on.read
	}
	past := !step.unordered && natural > 0 && older == natural
	if past {
		return r.finished(o, t)
	}
	got := t.Seen.Count + int64(fresh)
	next, more := r.next(o, &step.paging, t, on, n, len(items))
	if more && fresh == 0 && len(items) > 0 && t.Page > step.paging.from {
		more = false // the site shows the same page for ever
	}
	if more && t.Page+1-step.paging.from >= step.paging.limit {
		r.truncated(o, t, step, fmt.Sprintf("超过 %d 页，其余未读", step.paging.limit))
		return nil
	}
	if more {
		following := task{Step: stepReviews, Product: t.Product, Reviews: t.Reviews, Link: t.Link, Page: t.Page + 1, URL: next, Began: t.Began, From: t.From}
		following.Seen = seen{First: t.Seen.First, Last: ids, Count: got, Bad: t.Seen.Bad}
		if t.Page == step.paging.from {
			following.Seen.First = ids
			following.Seen.Last = nil
		}
		if next == "" {
			if err := r.address(&following); err != nil {
				return errLayout{Fault{URL: t.URL, Field: "reviews.url", Problem: err.Error()}}
			}
		}
		o.link(following, t.Product, strconv.Itoa(t.Reviews), strconv.Itoa(following.Page))
		return nil
	}
	// The end of the list: is it all that the site says there is?
	if value, ok := step.paging.total.get(n); ok && value != "" {
		total, exact, err := parseCount(value)
		switch {
		case err != nil:
			o.fault(Fault{URL: t.URL, Field: step.paging.total.name, Value: value, Problem: err.Error()})
		case exact && got < total:
			r.truncated(o, t, step, fmt.Sprintf("网站称共 %d 条评论，只读到 %d 条", total, got))
			return nil
		}
	}
	return r.finished(o, t)
}

func (r *reader) truncated(o *outcome, t task, step *reviewStep, problem string) {
	o.note(noteTruncated, Fault{URL: t.URL, Field: step.items.name, Value: t.Product, Problem: fmt.Sprintf("商品 %s 的评论%s", t.Product, problem)})
}

// A place is what an item of a review list tells even when it is no usable
// review.
type place struct {
	id        string
	published time.Time
	dated     bool
	pinned    bool
}

// review reads one review. ok is false when it cannot be used; why is noted.
func (r *reader) review(o *outcome, t task, step *reviewStep, item node, now time.Time) (review chaping.Review, at place, ok bool) {
	p := r.job.Profile
	id, found := step.id.get(item)
	if !found || id == "" {
		o.fault(Fault{URL: t.URL, Field: step.id.name, Value: step.id.raw(item), Problem: "评论没有编号，未收录"})
		o.add(countRefused, 1)
	}
	at.id = id
	if value, ok := step.pinned.get(item); ok {
		at.pinned = truthy(value)
	}
	value, _ := step.published.get(item)
	published, err := parseDate(value, step.published.date, now)
	if err != nil {
		o.fault(Fault{URL: t.URL, Field: step.published.name, Value: value, Problem: err.Error() + "，评论未收录"})
		return review, at, false
	}
	at.published, at.dated = published, true
	if published.After(now.Add(skew)) {
		o.fault(Fault{URL: t.URL, Field: step.published.name, Value: value, Problem: "评论日期在未来，未收录"})
		at.dated = false
		return review, at, false
	}
	if at.id == "" {
		return review, at, false
	}

	text, _ := step.text.get(item)
	appended, _ := step.appended.get(item)
	review = chaping.Review{
		Platform:  p.Platform.ID,
		Product:   t.Product,
		ID:        id,
		Published: published,
		Text:      redact.Text(squeeze(text)),
		Appended:  redact.Text(squeeze(appended)),
		Collected: now,
		Run:       r.job.Run,
	}
	review.Default = p.DefaultTexts[normalText(text)]
	if value, ok := step.isDefault.get(item); ok && truthy(value) {
		review.Default = true
	}
	if value, ok := step.rating.get(item); ok && value != "" {
		rating, err := parseRating(value)
		var grade chaping.Grade
		if err == nil {
			grade, err = p.Platform.Rating.Grade(rating)
		}
		if err != nil {
			o.fault(Fault{URL: t.URL, Field: step.rating.name, Value: value, Problem: err.Error() + "，按未评分收录"})
		} else if rating > 0 {
			review.Rating, review.Grade, review.Rule = rating, grade, p.Platform.Rating.Version
		}
	} else if step.rating != nil {
		o.fault(Fault{URL: t.URL, Field: step.rating.name, Value: step.rating.raw(item), Problem: "评论没有评分，按未评分收录"})
	}
	if value, ok := step.appendedAt.get(item); ok && value != "" && appended != "" {
		when, err := parseDate(value, step.appendedAt.date, now)
		switch {
		case err != nil:
			o.fault(Fault{URL: t.URL, Field: step.appendedAt.name, Value: value, Problem: err.Error() + "，追评按无日期收录"})
		case when.After(now.Add(skew)):
			o.fault(Fault{URL: t.URL, Field: step.appendedAt.name, Value: value, Problem: "追评日期在未来，追评按无日期收录"})
		default:
			review.AppendedAt = when
		}
	}
	return review, at, true
}

// parseRating reads a rating, which must be a whole number.
func parseRating(s string) (int, error) {
	if whole, fraction, ok := strings.Cut(s, "."); ok && strings.Trim(fraction, "0") == "" {
		s = whole
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, fmt.Errorf("评分 %q 不是整数", chaping.Shorten(s, 20))
	}
	return n, nil
}

// truthy reads a flag: there and not denied.
func truthy(s string) bool {
	switch strings.ToLower(s) {
	case "", "0", "false", "no", "否":
		return false
	}
	return true
}
