package crawler

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"chaping/ingest/foreign"
)

// steps reads the four steps of the profile.
func (l *loader) steps(p *Profile, raw *profileYAML) {
	if s := raw.Search; s == nil {
		l.fail("search", "", "缺少步骤 search（按关键词搜索商品）", "参照随程序提供的站点配置补上")
	} else {
		f := l.format("search", s.Format)
		p.search = searchStep{
			url:          l.template("search.url", s.URL, searchPlaceholders...),
			post:         l.post("search", s.Post, s.Paging, searchPlaceholders...),
			format:       f,
			charset:      s.Charset,
			items:        l.required("search.items", s.Items, f),
			empty:        l.field("search.empty", s.Empty, f),
			id:           l.field("search.fields.id", s.Fields.ID, f),
			link:         l.field("search.fields.url", s.Fields.URL, f),
			name:         l.field("search.fields.name", s.Fields.Name, f),
			nameContains: s.OnlyNamesWithKeyword,
			paging:       l.paging("search.paging", s.Paging, f),
		}
		if s.Fields.URL == nil && (raw.Product == nil || raw.Product.URL == "" || s.Fields.ID == nil) {
			l.fail("search.fields.url", "", "不知道商品页在哪里", "配置 search.fields.url，或配置 search.fields.id 和 product.url")
		}
		if s.Charset != "" && foreign.Charset(s.Charset) == nil {
			l.fail("search.charset", s.Charset, "不认识的字符集", "网址中的关键词按此编码，常用的有 utf-8、gbk")
		}
		if s.OnlyNamesWithKeyword && s.Fields.Name == nil {
			l.fail("search.only_names_with_keyword", "true", "要按名称筛选，但没有配置 search.fields.name", "补上 name，或删去本项")
		}
		if s.URL != "" && !strings.Contains(s.URL+s.Post, "{keyword}") && !s.OnlyNamesWithKeyword {
			l.fail("search.url", s.URL, "搜索网址中没有 {keyword}", "在关键词的位置写 {keyword}；没有搜索的网店写商品列表的网址，并写 only_names_with_keyword: true")
		}
		if s.Charset != "" && p.search.post.isJSON() {
			l.fail("search.charset", s.Charset, "post 是 JSON，JSON 一律是 UTF-8", "删去 charset")
		}
		if s.URL != "" && !turnsPages(s.URL+s.Post, s.Paging) {
			l.fail("search.paging", "", "无法翻页：网址中没有 {page}、{offset} 或 {cursor}，也没有 paging.next", "按站点的翻页方式补上，列表全在一页时写 paging: none")
		}
	}

	if s := raw.Product; s == nil {
		l.fail("product", "", "缺少步骤 product（商品页）", "参照随程序提供的站点配置补上")
	} else {
		f := l.format("product", s.Format)
		at := func(name string, y *fieldYAML) *field { return l.field("product.fields."+name, y, f) }
		name := l.required("product.fields.name", s.Fields.Name, f)
		p.product = productStep{
			format:   f,
			id:       at("id", s.Fields.ID),
			name:     &name,
			link:     at("url", s.Fields.URL),
			price:    at("price", s.Fields.Price),
			currency: at("currency", s.Fields.Currency),
			shopID:   at("shop_id", s.Fields.ShopID),
			shopName: at("shop_name", s.Fields.ShopName),
			shopURL:  at("shop_url", s.Fields.ShopURL),
			region:   at("region", s.Fields.Region),
		}
		if s.URL != "" {
			p.product.url = l.template("product.url", s.URL, "product")
			p.product.url.escape = url.PathEscape
		}
		if s.Fields.ID == nil && (raw.Search == nil || raw.Search.Fields.ID == nil) {
			l.fail("product.fields.id", "", "没有商品编号", "在 product.fields 或 search.fields 中配置 id")
		}
	}

	if s := raw.Shop; s != nil {
		f := l.format("shop", s.Format)
		p.shop = &shopStep{
			format: f,
			id:     l.field("shop.fields.id", s.Fields.ID, f),
			name:   l.field("shop.fields.name", s.Fields.Name, f),
			region: l.field("shop.fields.region", s.Fields.Region, f),
		}
		if raw.Product != nil && raw.Product.Fields.ShopURL == nil {
			l.fail("shop", "", "有步骤 shop，但没有配置 product.fields.shop_url", "补上店铺页的链接，或删去步骤 shop")
		}
	}

	if len(raw.Reviews) == 0 {
		l.fail("reviews", "", "缺少步骤 reviews（商品评论）", "参照随程序提供的站点配置补上")
	}
	for i := range raw.Reviews {
		p.reviews = append(p.reviews, l.reviewStep(fmt.Sprintf("reviews.%d", i), &raw.Reviews[i], p.product.format))
	}
}

func (l *loader) reviewStep(path string, s *reviewYAML, productFormat format) reviewStep {
	f := l.format(path, s.Format)
	at := func(name string, y *fieldYAML) *field { return l.field(path+".fields."+name, y, f) }
	step := reviewStep{
		link:       l.field(path+".link", s.Link, productFormat),
		url:        l.template(path+".url", s.URL, reviewPlaceholders...),
		post:       l.post(path, s.Post, s.Paging, reviewPlaceholders...),
		format:     f,
		items:      l.required(path+".items", s.Items, f),
		empty:      l.field(path+".empty", s.Empty, f),
		id:         l.field(path+".fields.id", s.Fields.ID, f),
		published:  l.required(path+".fields.published", s.Fields.Published, f),
		rating:     at("rating", s.Fields.Rating),
		text:       at("text", s.Fields.Text),
		buyer:      at("buyer", s.Fields.Buyer),
		appended:   at("appended", s.Fields.Appended),
		appendedAt: at("appended_at", s.Fields.AppendedAt),
		isDefault:  at("default", s.Fields.Default),
		pinned:     at("pinned", s.Fields.Pinned),
		pictures:   at("pictures", s.Fields.Pictures),
		videos:     at("videos", s.Fields.Videos),
		paging:     l.paging(path+".paging", s.Paging, f),
	}
	if s.Fields.Text == nil {
		l.fail(path+".fields.text", "", "缺少评论正文的字段", "在 fields 中配置 text")
	}
	for name, y := range map[string]*fieldYAML{"published": s.Fields.Published, "appended_at": s.Fields.AppendedAt} {
		if y != nil && len(y.Date) == 0 {
			l.fail(path+".fields."+name, "", "缺少日期格式 date", "例如 date: [epoch_ms, \"2006-01-02 15:04:05\"]")
		}
	}
	switch s.Order {
	case "": // to be found out
	case "newest":
		step.sworn = true
	case "none":
		step.unordered = true
	default:
		l.fail(path+".order", s.Order, "只能是 newest（新的在前）或 none（不按时间）", "拿不准就不写，程序读几件商品来弄清")
	}
	if step.shared = s.Shared; s.Shared && s.Fields.ID == nil {
		l.fail(path+".shared", "true", "各规格共用的评论要有编号才认得出", "在 fields 中配置 id，或删去 shared")
	}
	step.slices = l.slices(path, s)
	asked := s.URL + s.Post
	if strings.Contains(asked, "{link}") && s.Link == nil {
		l.fail(path+".url", asked, "用到了 {link}，但没有配置 link", "补上商品页中评论链接的位置")
	}
	if s.URL != "" && !turnsPages(asked, s.Paging) {
		l.fail(
			path+".paging",
			"",
			"无法翻页：网址中没有 {page}、{offset} 或 {cursor}，也没有 paging.next",
			"按站点的翻页方式补上，列表全在一页时写 paging: none",
		)
	}
	return step
}

func (l *loader) paging(path string, y pagingYAML, f format) paging {
	p := paging{
		none:   y.None,
		from:   1,
		limit:  defaultPageLimit,
		next:   l.field(path+".next", y.Next, f),
		pages:  l.field(path+".pages", y.Pages, f),
		total:  l.field(path+".total", y.Total, f),
		cursor: l.field(path+".cursor", y.Cursor, f),
		start:  y.Start,
		size:   y.Size,
	}
	if p.none && (p.next != nil || p.cursor != nil || p.pages != nil || y.From != nil || y.Limit != 0) {
		l.fail(path+".none", "true", "已写明不翻页，又写了怎样翻页", "列表全在一页时只写 paging: none")
	}
	if p.cursor != nil && p.next != nil {
		l.fail(path+".cursor", "", "cursor 和 next 只能写一个", "接口给出下一页地址时用 next，给出游标时用 cursor")
	}
	if y.Size < 0 || y.Size > 10_000 {
		l.fail(path+".size", fmt.Sprint(y.Size), "每页条数应在 1 到 10000 之间", "照接口文档填写")
	}
	if y.From != nil {
		p.from = *y.From
	}
	if p.from < 0 || p.from > 1 {
		l.fail(path+".from", fmt.Sprint(p.from), "第一页的页码只能是 0 或 1", "多数网站从 1 开始，可不写")
	}
	if y.Limit != 0 {
		p.limit = y.Limit
	}
	if p.limit < 1 {
		l.fail(path+".limit", fmt.Sprint(y.Limit), "最多页数应大于 0", "删去本项则为 100")
	}
	return p
}

func (l *loader) format(path, s string) format {
	switch s {
	case "", "html":
		return formatHTML
	case "json":
		return formatJSON
	case "jsonp":
		return formatJSONP
	case "schema.org":
		return formatSchema
	case "script":
		return formatScript
	}
	l.fail(path+".format", s, "不认识的格式", "可用 html、json、jsonp、schema.org、script")
	return formatHTML
}

// Placeholders of lists; the last four stand for the page.
var (
	searchPlaceholders = []string{"keyword", "page", "offset", "size", "cursor"}
	reviewPlaceholders = []string{"link", "url", "product", "shop", "slice", "page", "offset", "size", "cursor"}
)

// turnsPages tells whether there is a way to the following page. asked is the
// request's address and body.
func turnsPages(asked string, y pagingYAML) bool {
	return y.None || y.Next != nil || y.Limit == 1 || strings.Contains(asked, "{page}") ||
		strings.Contains(asked, "{offset}") && y.Size > 0 || strings.Contains(asked, "{cursor}") && y.Cursor != nil
}

// counts tells whether pages are counted up until one is empty.
func (p *paging) counts() bool {
	return !p.none && p.next == nil && p.cursor == nil && p.pages == nil
}

// inHeaders tells whether something of the paging stands in response headers.
func (p *paging) inHeaders() bool {
	for _, f := range []*field{p.next, p.pages, p.total, p.cursor} {
		if f != nil && f.header != "" {
			return true
		}
	}
	return false
}

// slices reads how to get past a limit of pages.
func (l *loader) slices(path string, s *reviewYAML) slicing {
	y, asked := s.Slices, s.URL+s.Post
	if y == nil {
		if strings.Contains(asked, "{slice}") {
			l.fail(path+".url", asked, "用到了 {slice}，但没有配置 slices", "补上 slices，或删去 {slice}")
		}
		return slicing{}
	}
	if !strings.Contains(asked, "{slice}") || len(y.Parts)+len(y.Views) == 0 {
		l.fail(
			path+".slices",
			"",
			"slices 需要网址中有 {slice}，并写明 parts 或 views",
			"例如 slices: {whole: score=0, parts: [score=1, score=2, score=3]}",
		)
	}
	return slicing{whole: y.Whole, parts: y.Parts, views: y.Views}
}

// values are what stands for a page in requests.
func (p *paging) values(page int, cursor string) map[string]string {
	return map[string]string{
		"page": strconv.Itoa(page), "offset": strconv.Itoa((page - p.from) * p.size), "size": strconv.Itoa(p.size),
		"cursor": cursor,
	}
}
