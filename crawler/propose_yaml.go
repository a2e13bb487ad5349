package crawler

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
	"go.yaml.in/yaml/v3"

	"chaping/ingest"
)

// compile makes a field of the spec, nil if it is none.
func (s spec) compile(as format) *field {
	l := loader{root: new(yaml.Node)}
	f := l.field("product.fields.draft", s.yaml(), as)
	if len(l.errs) > 0 {
		return nil
	}
	return f
}

// productName is what the draft calls the product.
func (d *drafter) productName() string {
	for _, f := range d.fields {
		if f.key == "name" {
			value, _ := f.spec.compile(d.as).get(d.product.nodes[d.as])
			return ingest.Text(value)
		}
	}
	return ""
}

// productOn finds the fields of the product, and the format to read them in.
func (d *drafter) productOn(s *sheet) (fields []draftField, as format) {
	if s.isJSON() {
		return jsonProduct(s.data(formatJSON), ""), formatJSON
	}
	html := s.nodes[formatHTML].html
	title, _ := heading(html)
	as = formatHTML
	if product := s.data(formatSchema).Get("product"); product.Get("name").String() != "" {
		as = formatSchema
		for _, pair := range [][2]string{{"id", "id"}, {"name", "name"}, {"price", "price"}, {"currency", "currency"}, {"shop_name", "seller"}} {
			if product.Get(pair[1]).String() != "" {
				fields = append(fields, draftField{key: pair[0], spec: spec{json: "product." + pair[1]}})
			}
		}
	} else if fields = jsonProduct(s.data(formatScript), title); len(fields) > 0 {
		as = formatScript
	}
	have := func(key string) bool {
		return slices.ContainsFunc(fields, func(f draftField) bool { return f.key == key })
	}
	priced := have("price")
	for _, f := range d.htmlProduct(s.nodes[formatHTML]) {
		if !have(f.key) && (f.key != "currency" || !priced) { // the currency of another price
			fields = append(fields, f)
		}
	}
	return fields, as
}

// jsonProduct finds the product in JSON: the object with a name, best with
// that of the page's heading, an id and a price.
func jsonProduct(root gjson.Result, title string) []draftField {
	var best gjson.Result
	var bestKeys []string
	most, nodes := 0, 0
	var walk func(v gjson.Result, keys []string)
	walk = func(v gjson.Result, keys []string) {
		if nodes++; nodes > maxDraftNodes || len(keys) > maxDeep || !v.IsObject() && !v.IsArray() {
			return
		}
		if score := productScore(v, title); score-len(keys)/4 > most {
			best, bestKeys, most = v, slices.Clone(keys), score-len(keys)/4
		}
		i := 0
		v.ForEach(func(key, inner gjson.Result) bool {
			name := key.String()
			if v.IsArray() {
				name = strconv.Itoa(i)
			}
			i++
			walk(inner, append(slices.Clip(keys), name))
			return true
		})
	}
	walk(root, nil)
	if most < 4 {
		return nil
	}
	return productFields(root, best, bestKeys)
}

func productScore(v gjson.Result, title string) (score int) {
	if !v.IsObject() {
		return 0
	}
	var name string
	v.ForEach(func(key, inner gjson.Result) bool {
		switch k := key.String(); {
		case rankOf(productNames, k) >= 0 && inner.Type == gjson.String && name == "":
			name = inner.String()
		case rankOf(skuNames, k) >= 0 && inner.Type != gjson.JSON:
			score = max(score, 2)
		}
		return true
	})
	if name == "" || score == 0 {
		return 0
	}
	v.ForEach(func(key, _ gjson.Result) bool {
		if strings.Contains(strings.ToLower(key.String()), "price") {
			score += 3
			return false
		}
		return true
	})
	switch {
	case title != "" && strings.TrimSpace(name) == strings.TrimSpace(title):
		score += 6
	case title == "":
		score += 2
	}
	return score
}

// productFields are the fields of the object.
func productFields(root, product gjson.Result, keys []string) (fields []draftField) {
	cols := columns([]gjson.Result{product})
	filled := func(c *column) bool { return c.values[0] != "" && len(c.values[0]) < 500 }
	flat := func(c *column) bool { return filled(c) && !strings.Contains(c.path, ".") }
	var members []string
	add := func(key string, c *column) {
		if c != nil {
			fields = append(fields, draftField{key: key, spec: spec{json: c.path}})
			if top, _, _ := strings.Cut(c.path, "."); len(members) < 3 && !slices.Contains(members, top) {
				members = append(members, top)
			}
		}
	}
	add("id", pick(cols, skuNames, flat))
	add("name", pick(cols, productNames, flat))
	price := bestPrice(cols)
	add("price", price)
	prefix := objectPath(root, keys, product, members)
	if price != nil {
		if c := pick(cols, names(`(price)?currency(_?code)?`), filled); c != nil {
			add("currency", c)
		} else if s := priceWithSymbol(cols, price); s != nil {
			fields = append(fields, draftField{key: "currency", spec: *s})
		}
	}
	add("shop_name", pick(cols, shopNames, filled))
	for i := range fields {
		fields[i].spec.json = prefix + fields[i].spec.json
	}
	return fields
}

// objectPath is the path to the product, with a dot behind it.
func objectPath(root gjson.Result, keys []string, product gjson.Result, members []string) string {
	if len(keys) == 0 {
		return ""
	}
	if !slices.ContainsFunc(keys, unstable.MatchString) {
		return escaped(keys) + "."
	}
	first := slices.IndexFunc(keys, unstable.MatchString)
	with := strings.TrimPrefix(escaped(keys[:first])+".", ".") + "**(" + strings.Join(members, ",") + ")"
	if newPath(with).get(root, anything).Raw == product.Raw {
		return with + "."
	}
	return escaped(keys) + "."
}

// bestPrice is the price that a buyer pays.
func bestPrice(cols []column) (best *column) {
	most := 0
	for i := range cols {
		c := &cols[i]
		lower := strings.ToLower(c.path)
		n, err := strconv.ParseFloat(c.values[0], 64)
		if err != nil || n <= 0 || !strings.Contains(lower, "price") ||
			regexp.MustCompile(`count|id$|qty|rate$|percent`).MatchString(lower) {
			continue
		}
		score := 3
		if cheaper.MatchString(c.path) {
			score++
		}
		if dearer.MatchString(c.path) {
			score -= 2
		}
		if score > most {
			best, most = c, score
		}
	}
	return best
}

// priceWithSymbol is a text beside the price that names its currency.
func priceWithSymbol(cols []column, price *column) *spec {
	beside := price.path[:strings.LastIndexByte(price.path, '.')+1]
	for i := range cols {
		if c := &cols[i]; strings.HasPrefix(c.path, beside) && priceText.MatchString(c.values[0]) &&
			len(c.values[0]) < 30 &&
			strings.Trim(c.values[0], "0123456789.,") != "" {
			return &spec{json: c.path, match: `[^\d.,\s-]+`}
		}
	}
	return nil
}

// finish writes the draft and tries it.
func (d *drafter) finish() (Draft, error) {
	found := &d.found
	if found.score < enoughReviews {
		*found = reviewDraft{as: d.as}
	}
	d.noteLacks()
	d.draft.URL, d.draft.Reviews, d.draft.Products = d.product.url.String(), found.n, d.search.n
	if found.n > 0 {
		d.draft.Source = found.as.String()
	}
	d.draft.Profile = d.yaml()
	p, err := LoadProfile("draft", strings.NewReader(d.draft.Profile))
	if err != nil {
		return d.draft, fmt.Errorf("拟出的站点配置不成立：%w", err)
	}
	d.draft.Trial = tryPage(p, d.product.page, d.now)
	return d.draft, nil
}

// noteLacks says what is missing.
func (d *drafter) noteLacks() {
	lack := func(l Lack, is bool) {
		if is && !slices.Contains(d.draft.Missing, l) {
			d.draft.Missing = append(d.draft.Missing, l)
		}
	}
	r := &d.found
	have := func(key string) bool {
		return slices.ContainsFunc(d.fields, func(f draftField) bool { return f.key == key })
	}
	lack(LackReviews, r.n == 0)
	if r.n > 0 {
		lack(LackIDs, !r.has("id"))
		lack(LackBuyers, !r.has("id") && !r.has("buyer"))
		lack(LackDates, !r.has("published"))
		lack(LackRatings, !r.has("rating"))
		turns := r.next != nil || r.counted()
		lack(LackPaging, !turns && r.count > r.n)
		lack(LackNextPage, !turns && r.total == "" && r.n >= fewReviews)
		lack(LackTotal, r.total == "")
		lack(LackAppendedAt, r.has("appended") && !r.has("appended_at"))
	}
	for _, l := range r.lacks {
		lack(l, true)
	}
	lack(LackSearch, d.search.url == "")
	lack(LackListPaging, d.search.url != "" && d.search.none)
	lack(
		LackProductID,
		!have("id") && !slices.ContainsFunc(d.search.fields, func(f draftField) bool { return f.key == "id" }),
	)
	lack(LackName, !have("name"))
	lack(LackShop, !have("shop_name"))
	lack(LackPrice, !have("price"))
	lack(LackCurrency, have("price") && !have("currency"))
	lack(LackRegion, true)
}

// yaml writes the profile.
func (d *drafter) yaml() string {
	var b strings.Builder
	u := d.product.url
	host := u.Hostname()
	id := regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(strings.TrimPrefix(host, "www.")), "-")
	if id = strings.Trim(id, "-"); id == "" || id[0] < 'a' || id[0] > 'z' {
		id = "shop-" + id
	}
	fmt.Fprintf(&b, "# 由 %s 拟出的站点配置，请逐项核对。\n", u)
	fmt.Fprintf(
		&b,
		"platform: {id: %s, name: %s}   # 改成平台的名称\n",
		quoted(strings.Trim(id[:min(len(id), 32)], "-")),
		quoted(host),
	)
	fmt.Fprintf(&b, "base: %s://%s\n", u.Scheme, u.Host)
	if d.private {
		fmt.Fprintf(&b, "private_hosts: [%s]   # 网站在本机或内网\n", quoted(host))
	}
	if m := d.found.max; m > 5 {
		fmt.Fprintf(
			&b,
			"rating: {version: %s, max: %d, negative: %d, neutral: %d}   # 满分 %d，核对怎样算差评\n",
			quoted(fmt.Sprintf("of-%d", m)),
			m,
			m*4/10,
			m*6/10,
			m,
		)
	}
	if d.product.size > defaultBodyLimit/8 || d.found.n > 20 && d.product.size > defaultBodyLimit/32 {
		fmt.Fprintf(&b, "limits: {body: %d}   # 评论多的商品页可能超过默认的 8 MB\n", draftBody)
	}
	fmt.Fprintf(&b, "politeness: {delay: %s}\n\n", map[bool]string{true: "300ms", false: "2s"}[d.private])
	d.searchYAML(&b)
	as := d.as
	fmt.Fprintf(&b, "\nproduct:\n")
	if d.hasURL != "" {
		fmt.Fprintf(&b, "  url: %s\n", quoted(d.hasURL))
	}
	fmt.Fprintf(&b, "  format: %s\n  fields:\n", as)
	d.productYAML(&b, as)
	d.reviewsYAML(&b)
	return b.String()
}

// safeTemplate is the address with no other placeholder than {keyword}.
func safeTemplate(address string) string {
	parts := strings.Split(address, "{keyword}")
	for i := range parts {
		parts[i] = strings.NewReplacer("{", "%7B", "}", "%7D").Replace(parts[i])
	}
	return strings.Join(parts, "{keyword}")
}

func (d *drafter) searchYAML(b *strings.Builder) {
	s := &d.search
	b.WriteString("search:\n")
	if s.url == "" {
		b.WriteString("  # 没有找到按关键词搜索商品的网址：在网站上搜索一次，照着改下面三项\n")
		*s = searchDraft{
			as:     formatHTML,
			items:  spec{css: ".product"},
			fields: []draftField{{key: "url", spec: spec{css: "a", attr: "href"}}, {key: "name", spec: spec{css: "a"}}},
		}
		fmt.Fprintf(b, "  url: \"/search?q={keyword}&page={page}\"\n")
	} else {
		fmt.Fprintf(b, "  url: %s\n", quoted(safeTemplate(s.url)+s.pages))
	}
	if s.whole {
		b.WriteString("  only_names_with_keyword: true   # 这是整个列表，只采名称中有关键词的\n")
	}
	fmt.Fprintf(b, "  format: %s\n  items: %s\n  fields:\n", s.as, s.items.flow(s.as))
	for _, f := range s.fields {
		fmt.Fprintf(b, "    %s: %s\n", f.key, f.spec.flow(s.as))
	}
	switch {
	case s.next != nil:
		fmt.Fprintf(b, "  paging: {next: %s}\n", s.next.flow(s.as))
	case s.none || s.pages == "" && !turnsPages(s.url, pagingYAML{}):
		b.WriteString("  paging: none   # 没有找到下一页；列表不止一页时，按网站的写法补上\n")
	}
}

func (d *drafter) productYAML(b *strings.Builder, as format) {
	for _, key := range []string{"id", "name", "price", "currency", "shop_id", "shop_name", "region"} {
		i := slices.IndexFunc(d.fields, func(f draftField) bool { return f.key == key })
		switch {
		case i >= 0:
			fmt.Fprintf(b, "    %s: %s\n", key, d.fields[i].spec.flow(as))
		case key == "name":
			fmt.Fprintf(
				b,
				"    name: %s   # 没有找到商品名称\n",
				map[bool]string{true: "{css: h1}", false: "name"}[as.isHTML()],
			)
		case key == "id" && !slices.ContainsFunc(d.search.fields, func(f draftField) bool { return f.key == "id" }):
			b.WriteString("    id: {address: \"([^/?#]+)$\"}   # 没有找到商品编号，取网址的最后一段\n")
		case key == "region":
			b.WriteString("    # region: 公司所在区域，须是营业执照上的；没有就留空\n")
		}
	}
}

func (d *drafter) reviewsYAML(b *strings.Builder) {
	r := &d.found
	b.WriteString("\nreviews:\n")
	if r.n == 0 {
		b.WriteString("  # 没有在页面上找到评论。评论若由接口另给，在浏览器的开发者工具里找到它，照着改 url、format 和各字段\n")
		if r.as.isHTML() {
			r.as = formatHTML
		}
		r.items = spec{css: ".review"}
		r.fields = []draftField{{key: "text", spec: spec{css: ".content"}}}
		if r.as == formatJSON {
			r.items, r.fields[0].spec = spec{json: "reviews"}, spec{json: "content"}
		}
	}
	switch {
	case r.link.css != "":
		fmt.Fprintf(b, "  - link: %s\n    url: %s\n", r.link.flow(formatHTML), quoted(r.url))
	case strings.Contains(r.url, "{product}"):
		fmt.Fprintf(b, "  - url: %s   # 商品页的脚本调用的接口\n", quoted(r.url))
	case r.url != "":
		fmt.Fprintf(b, "  - url: %s   # 评论就在商品页上\n", quoted(r.url))
	default:
		b.WriteString("  - url: \"{url}\"   # 评论就在商品页上\n")
	}
	fmt.Fprintf(b, "    format: %s\n    items: %s\n", r.as, r.items.flow(r.as))
	b.WriteString("    order: none   # 确知新的在前时改成 newest，可少读几页\n")
	if r.shared && r.has("id") {
		b.WriteString("    shared: true   # 同款的各个规格显示同一份评论，只记一次；各有各的评论时删去\n")
	}
	b.WriteString("    fields:\n")
	for _, key := range []string{"id", "rating", "text", "buyer", "published", "appended", "appended_at"} {
		i := slices.IndexFunc(r.fields, func(f draftField) bool { return f.key == key })
		switch {
		case i >= 0:
			fmt.Fprintf(b, "      %s: %s\n", key, r.fields[i].spec.flow(r.as))
		case key == "id" && r.has("buyer"):
			b.WriteString("      # 没有找到评论编号：按买家、商品、时间和正文区分\n")
		case key == "id":
			b.WriteString("      # 没有找到评论编号和买家：按商品、时间和正文区分，完全相同的按次序编号\n")
		case key == "rating":
			b.WriteString("      # 没有找到评分：由文本模型按正文评级\n")
		case key == "published" && r.as == formatHTML:
			b.WriteString("      published: {css: time, date: iso8601}   # 没有找到发表时间，必须补上\n")
		case key == "published":
			b.WriteString("      published: {json: created_at, date: iso8601}   # 没有找到发表时间，必须补上\n")
		}
	}
	r.pagingYAML(b)
}

// counted tells whether the address counts pages, or what was before them.
func (r *reviewDraft) counted() bool {
	return strings.Contains(r.url, "{page}") || strings.Contains(r.url, "{offset}")
}

func (r *reviewDraft) pagingYAML(b *strings.Builder) {
	var parts []string
	for _, p := range [][2]string{{"pages", r.pages}, {"total", r.total}} {
		if p[1] != "" {
			parts = append(parts, p[0]+": "+quoted(p[1]))
		}
	}
	if r.size > 0 {
		parts = append(parts, fmt.Sprintf("size: %d", r.size))
	}
	switch counted := r.counted(); {
	case r.next != nil:
		parts = append([]string{"next: " + r.next.flow(r.as)}, parts...)
		fallthrough
	case counted && len(parts) > 0:
		fmt.Fprintf(b, "    paging: {%s}\n", strings.Join(parts, ", "))
	case counted: // until a page is empty
	case r.total != "":
		fmt.Fprintf(b, "    paging: {none: true, total: %s}   # 页上 %d 条，网站称共 %d 条\n", quoted(r.total), r.n, r.count)
	default:
		fmt.Fprintf(b, "    paging: none   # 页上 %d 条，没有看到总数和下一页；评论多的商品核对是否给全\n", r.n)
	}
}

// plainText is what YAML needs no quotes for.
var plainText = regexp.MustCompile(`^[A-Za-z_][\w./-]*$`)

func quoted(s string) string {
	if plainText.MatchString(s) &&
		!slices.Contains([]string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}, strings.ToLower(s)) {
		return s
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string
	return strings.TrimSuffix(b.String(), "\n")
}

// flow writes the spec as short as it may be.
func (s spec) flow(as format) string {
	if as == formatHTML && s.css != "" && s.attr+s.json+s.match+s.address == "" && !s.count && len(s.date) == 0 {
		return quoted(s.css)
	}
	var parts []string
	for _, p := range [][2]string{{"css", s.css}, {"attr", s.attr}, {"json", s.json}, {"match", s.match}, {"address", s.address}} {
		if p[1] != "" {
			parts = append(parts, p[0]+": "+quoted(p[1]))
		}
	}
	if s.count {
		parts = append(parts, "count: true")
	}
	if len(s.date) > 0 {
		var list []string
		for _, f := range s.date {
			list = append(list, quoted(f))
		}
		parts = append(parts, "date: ["+strings.Join(list, ", ")+"]")
	}
	if len(parts) == 1 && s.json != "" && as != formatHTML {
		return quoted(s.json)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
