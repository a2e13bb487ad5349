package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"chaping"
	"chaping/ingest"
)

// Facts are what a review file may not carry about its products. They come,
// in this order, from the row's own columns, from a product file, and from
// the caller.
type Facts struct {
	Keyword   string `json:"keyword,omitempty"` // product keyword (关键词)
	ProductID string `json:"product_id,omitempty"`
	Product   string `json:"product,omitempty"` // name
	URL       string `json:"url,omitempty"`
	Price     string `json:"price,omitempty"`
	Shop      string `json:"shop,omitempty"`
	ShopID    string `json:"shop_id,omitempty"`
	Region    string `json:"region,omitempty"` // company region (公司所在区域)
	// Also are further keywords of the product: its cell names several, or a product
	// file has it under several.
	Also []string `json:"also,omitempty"`
}

// Listing is a product of the profile's platform as its facts have it. An error
// is about the price, which is left out then.
func (p *Profile) Listing(f Facts, seen time.Time) (chaping.Listing, error) {
	price, err := ingest.Price(f.Price)
	if f.URL == "" && p.ProductURL != "" {
		f.URL = strings.ReplaceAll(p.ProductURL, "{product_id}", f.ProductID)
	}
	return chaping.Listing{
		Keyword: f.Keyword, SeenAt: seen,
		Product: chaping.Product{Platform: p.Platform.ID, ID: f.ProductID, Name: cmp.Or(f.Product, f.ProductID),
			URL: f.URL, Price: price, Shop: chaping.Shop{ID: f.ShopID, Name: f.Shop, Region: f.Region}},
	}, err
}

// Complete fills the empty fields of f from g.
func (f Facts) Complete(g Facts) Facts {
	fill := func(s *string, from string) {
		if *s == "" {
			*s = from
		}
	}
	if f.Keyword == "" {
		f.Also = g.Also
		f.Keyword, f.Also = withKeywords(g.Keyword, f.Also)
	}
	fill(&f.ProductID, g.ProductID)
	fill(&f.Product, g.Product)
	fill(&f.URL, g.URL)
	fill(&f.Price, g.Price)
	fill(&f.Shop, g.Shop)
	fill(&f.ShopID, g.ShopID)
	fill(&f.Region, g.Region)
	return f
}

// Keywords are the product's, none if it has none.
func (f Facts) Keywords() []string {
	first, also := withKeywords(f.Keyword, f.Also)
	if first == "" {
		return nil
	}
	return append([]string{first}, also...)
}

// withKeywords are the keywords that a cell or a person names, and further ones, of
// which the first is apart.
func withKeywords(named string, also []string) (first string, rest []string) {
	if noKeyword(named) {
		named = ""
	}
	if !strings.ContainsAny(named, keywordSeparators) {
		return named, also
	}
	list := splitKeywords(named)
	for _, k := range also {
		if !slices.Contains(list, k) {
			list = append(list, k)
		}
	}
	if len(list) == 0 {
		return "", nil
	}
	return list[0], list[1:]
}

// noKeyword tells what people write where there is none.
func noKeyword(s string) bool {
	switch s {
	case "", "无", "暂无", "没有", "空", "無":
		return true
	}
	if r, _ := utf8.DecodeRuneInString(s); r >= utf8.RuneSelf && unicode.IsLetter(r) { // of every row
		return false
	}
	return ingest.Blank(s) || strings.Trim(s, "-－—–_/／\\*.。· ") == ""
}

const keywordSeparators = ",，;；、|｜\n\r/／"

// inQuotes is what is in quotes as a whole.
var inQuotes = regexp.MustCompile(`^["“「]([^"“”「」]*)["”」]$`)

// splitKeywords takes several keywords apart. A comma between digits is none
// (1,000W), nor is what stands in quotes or in brackets (手机壳（苹果，华为）); a slash
// is part of many names (USB/Type-C) and divides only between blanks.
func splitKeywords(s string) (list []string) {
	runes := []rune(strings.TrimSpace(s))
	quoted, begun := false, 0
	end := func(at int) {
		k := strings.TrimSpace(string(runes[begun:at]))
		if m := inQuotes.FindStringSubmatch(k); m != nil {
			k = strings.TrimSpace(m[1])
		}
		if !noKeyword(k) && !slices.Contains(list, k) {
			list = append(list, k)
		}
		begun = at + 1
	}
	bracketed := 0 // up to where brackets go
	for i, r := range runes {
		inside := i > 0 && i+1 < len(runes)
		bracketed = max(bracketed, closedAt(runes[i:])+i)
		switch {
		case i < bracketed:
		case strings.ContainsRune("\"“”「」", r):
			quoted = r == '“' || r == '「' || r == '"' && !quoted
		case quoted:
		case r == '/' || r == '／':
			if inside && unicode.IsSpace(runes[i-1]) && unicode.IsSpace(runes[i+1]) {
				end(i)
			}
		case (r == ',' || r == '，') && inside && unicode.IsDigit(runes[i-1]) && unicode.IsDigit(runes[i+1]):
		case strings.ContainsRune(keywordSeparators, r):
			end(i)
		}
	}
	end(len(runes))
	return list
}

// brackets are those that open, each followed by the one that closes it, in their
// half-width form.
const brackets = "()[]{}<>【】《》〈〉〔〕〖〗『』"

// closedAt is where the bracket that runes begin with is closed; 0 where they begin
// with none, or it is never closed.
func closedAt(runes []rune) int {
	half := func(r rune) rune {
		if r >= '！' && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}
	open := half(runes[0])
	at := slices.Index([]rune(brackets), open)
	if at < 0 || at%2 > 0 {
		return 0
	}
	shut, deep := []rune(brackets)[at+1], 0
	for i, r := range runes {
		switch half(r) {
		case open:
			deep++
		case shut:
			if deep--; deep == 0 {
				return i
			}
		}
	}
	return 0
}

func rowFacts(r *row) Facts {
	get := func(f string) string {
		if s := strings.TrimSpace(r.field(f)); !ingest.Blank(s) {
			return s
		}
		return ""
	}
	f := Facts{
		ProductID: get(fieldProductID), Product: get(fieldProduct), URL: get(fieldURL),
		Price: get(fieldPrice), Shop: get(fieldShop), ShopID: get(fieldShopID), Region: get(fieldRegion),
	}
	f.Keyword, f.Also = withKeywords(get(fieldKeyword), nil)
	if f.Price != "" {
		f.Price = priceOf(r)
	}
	return f
}

// priceOf is the price of a row with its unit and its currency.
func priceOf(r *row) string {
	var name, price string
	several := false
	r.cells(fieldPrice, func(column, value string) {
		if !ingest.Blank(value) {
			if several = price != ""; !several {
				name, price = column, value
			}
		}
	})
	if several {
		price = priceRange(r, price)
	}
	return ingest.PriceOf(price, name, r.field(fieldCurrency))
}

// priceRange is the lowest and the highest price where columns say that they are
// those; else first, which one of them has.
func priceRange(r *row, first string) string {
	var low, high string
	r.cells(fieldPrice, func(column, value string) {
		switch plain := plainName(column); {
		case ingest.Blank(value):
		case low == "" && containsAny(plain, "最低", "min", "low"):
			low = value
		case high == "" && containsAny(plain, "最高", "max", "high"):
			high = value
		}
	})
	if low == "" || high == "" || first != low && first != high {
		return first
	}
	return strings.TrimSpace(low) + "-" + strings.TrimSpace(high)
}

// productProfile is a profile for a file of products. mapping says for a field
// which column it is, over the names that the profile has; an empty name says
// that it has none.
func productProfile(p *Profile, mapping map[string]string) *Profile {
	own := *p
	own.Required = []string{fieldProductID}
	own.Fields = maps.Clone(p.Fields)
	if p.Understand { // names that mean something else in a file of products
		own.Fields[fieldProductID] = append(slices.Clone(p.Fields[fieldProductID]), "编号", "编码", "id")
		own.Fields[fieldProduct] = append(slices.Clone(p.Fields[fieldProduct]), "名称", "标题", "name", "title")
		own.Fields[fieldRegion] = append(slices.Clone(p.Fields[fieldRegion]), "区域", "所在区域", "所属区域", "所在地", "所在地区", "地区", "省份",
			"注册地", "注册地址", "注册地区") // in a file of reviews they are the buyer's
		for _, field := range []string{fieldID, fieldPublished, fieldRating, fieldText, fieldTitle, fieldAppended,
			fieldAppendedAt, fieldBuyer, fieldMore} {
			delete(own.Fields, field)
		}
	}
	for field, column := range mapping {
		if own.Fields[field] = []string{column}; column == "" {
			own.Fields[field] = nil
		}
	}
	return &own
}

// ProductFields lists the fields that a column of a product file can be mapped to.
func ProductFields() (list []Field) {
	for _, name := range []string{fieldProductID, fieldProduct, fieldKeyword, fieldURL, fieldPrice, fieldCurrency, fieldShop,
		fieldShopID, fieldRegion} {
		list = append(list, Field{Name: name, Title: TitleOf(name)})
	}
	return list
}

// InspectProducts tells what the columns of a product file are.
func InspectProducts(ctx context.Context, path string, p *Profile, mapping map[string]string) (Understanding, error) {
	u := Understanding{File: path, Whole: true}
	var read atomic.Int64
	list, _, closer, err := contents(ctx, path, &read)
	if err != nil {
		return u, err
	}
	defer closer.Close()
	own := productProfile(p, mapping)
	own.Understand = false
	o := Options{Profile: own}
	in, err := productContent(list, p).open(own.Charset)
	if err != nil {
		return u, err
	}
	defer in.Close()
	u.Format, u.Charset = in.format, in.charset
	m := mapper{u: &u, vocabulary: newVocabulary(own), options: &o}
	if in.format == formatLines || in.format == formatJSON {
		m.samples, err = u.objects(in, m.vocabulary, &o)
	} else {
		m.samples, err = u.tables(in, m.vocabulary, &o)
	}
	if err == nil {
		m.prepare()
		m.byProfile()
		if i, ok := m.column[fieldPrice]; ok {
			m.highest(i)
		}
		m.report()
		if !m.mapped(fieldProductID) && !m.mapped(fieldURL) && (!m.mapped(fieldProduct) || !m.mapped(fieldShop)) {
			u.Missing = []string{fieldProductID}
		}
	}
	return u, err
}

// Products are what a product file says.
type Products struct {
	Facts   map[string]Facts      // by product ID
	Order   []string              // the IDs as they come
	Lines   map[string]int        // on which each comes first
	Rows    int64                 // that were read
	Refused []*chaping.InputError // rows that were left out
	// Notes are, by product ID, what is left out of a product that is used.
	Notes map[string][]*chaping.InputError
	// Problems are all of those, in the file's order.
	Problems []*chaping.InputError
	// Questions tell of columns that are not used.
	Questions []Question
}

// Summary says what became of the rows. file is what their file is called.
func (p *Products) Summary(file string) Summary {
	s := newSummary(file)
	s.Rows, s.Refused, s.Products = p.Rows, int64(len(p.Refused)), int64(len(p.Facts))
	s.Accepted = s.Rows - s.Refused
	for _, e := range p.Problems {
		reason := reasonOf(e)
		s.Reasons[reason]++
		s.example(reason, e)
	}
	for _, notes := range p.Notes {
		s.Noted += int64(len(notes))
	}
	for _, f := range p.Facts {
		if f.Keyword == "" {
			s.NoKey++
		}
		if f.Shop == "" && f.Region == "" && f.Price == "" && f.URL == "" {
			s.NoFacts++
		}
	}
	s.Questions = p.Questions
	return s.Summary
}

// LoadProducts reads a product file: one product a row, in any format that
// Import reads, with the columns of the standard profile. A product found under
// several keywords has a row for each; of its other columns the first row that
// fills one holds. It is the second file that completes reviews which name only
// a product ID, or is imported by itself. A product that cannot be used is
// reported and left out. mapping is that of InspectProducts.
func LoadProducts(ctx context.Context, path string, p *Profile, mapping map[string]string) (*Products, error) {
	var read atomic.Int64
	list, _, closer, err := contents(ctx, path, &read)
	if err != nil {
		return nil, err
	}
	defer closer.Close()
	own := productProfile(p, mapping)
	src, err := openProducts(productContent(list, p), own)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	products := &Products{Facts: map[string]Facts{}, Lines: map[string]int{}, Notes: map[string][]*chaping.InputError{}}
	for {
		rec, err := src.next()
		if errors.Is(err, io.EOF) {
			if u, err := InspectProducts(ctx, path, p, mapping); err == nil {
				products.Questions = unusedOf(&u, newVocabulary(p))
			}
			return products, nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		r := rec.parse()
		products.add(path, &r)
	}
}

// productContent is the product table among the files of an archive: the first
// that has columns of products and no time of reviews.
func productContent(list []content, p *Profile) content {
	for _, c := range list {
		if len(list) == 1 || !p.Understand {
			break
		}
		u, err := inspect(c, &Options{Profile: p})
		if err == nil && u.ofProducts() {
			return c
		}
	}
	return list[0]
}

// ofProducts tells whether a file that lacks what reviews have is a table of
// products. What is only guessed to be the texts of reviews may be anything.
func (u *Understanding) ofProducts() bool {
	is := func(fields ...string) bool {
		return slices.ContainsFunc(u.Columns, func(c Column) bool { return slices.Contains(fields, c.Field) && c.Confidence != ByValues })
	}
	return slices.Contains(u.Missing, fieldPublished) && is(fieldProductID, fieldProduct, fieldURL) && !is(fieldText, fieldAppended)
}

// errOfProducts: what is to be read is a table of products.
var errOfProducts = errors.New("table of products")

// tableAmong says that a file of an archive is a table of products, and whether it
// is the one whose products are used.
func (im *run) tableAmong(u *Understanding, c content) {
	q := Question{Kind: AskUnused, Text: fmt.Sprintf("压缩包里的“%s”是商品表，不是评论。", c.name), Assumed: "没有用它；要用，把它作商品表一起导入"}
	for _, column := range u.Columns {
		for _, value := range column.Samples {
			id, _ := ingest.ID(value)
			if _, ok := im.Products[id]; ok && column.Field == fieldProductID || column.Field == fieldProduct && im.byName.has(value) {
				q.Assumed = "用作商品表"
			}
		}
	}
	im.sum.Questions = append(im.sum.Questions, q)
}

// productNames finds the products of a table by name and shop, for reviews that
// name no number of theirs.
type productNames struct {
	facts map[[2]string]*Facts // by name and shop, and by name alone; nil where several are called so
}

func newProductNames(products map[string]Facts) productNames {
	n := productNames{facts: map[[2]string]*Facts{}}
	for _, f := range products {
		keys := [][2]string{{f.Product, f.Shop}}
		if f.Shop != "" {
			keys = append(keys, [2]string{f.Product})
		}
		for _, key := range keys {
			if _, several := n.facts[key]; several {
				n.facts[key] = nil
			} else {
				n.facts[key] = &f
			}
		}
	}
	return n
}

// find finds the one product that is called so in the shop. A table that names no
// shop has those of all, and a review that names none is of the one of the name.
// numbered leaves out products that have a number: the review's own is another.
func (n productNames) find(name, shop string, numbered bool) (Facts, bool) {
	f := n.facts[[2]string{name, shop}]
	if f == nil && shop != "" {
		if f = n.facts[[2]string{name}]; f != nil && f.Shop != "" {
			f = nil
		}
	}
	if f == nil || name == "" || numbered && f.ProductID != NameID(f.Product, f.Shop) {
		return Facts{}, false
	}
	return *f, true
}

// has tells whether a product of the table is called so.
func (n productNames) has(name string) bool {
	_, ok := n.facts[[2]string{name}]
	return ok
}

// openProducts opens a table of products: by their IDs; without a column of them by
// addresses that have them, or by name and shop.
func openProducts(c content, own *Profile) (source, error) {
	var first error
	for _, required := range [][]string{{fieldProductID}, {fieldURL}, {fieldProduct, fieldShop}} {
		in, err := c.open(own.Charset)
		if err != nil {
			return nil, err
		}
		with := *own
		with.Required = required
		src, err := openSource(in, &with, nil)
		if err == nil {
			return src, nil
		}
		first = cmp.Or(first, err)
		if err := in.Close(); err != nil {
			return nil, err
		}
	}
	return nil, first
}

// unusedOf asks about columns of a product table that are not used, where something
// is missing that they may say.
func unusedOf(u *Understanding, v *vocabulary) []Question {
	has := map[string]bool{}
	var unused, missing []string
	for _, c := range u.Columns {
		has[c.Field] = has[c.Field] || c.Filled > 0
		if c.Field == "" && c.Filled > 0 && len(unused) < maxExamples && !strings.HasPrefix(c.Name, "^") && !inList(c.Name) &&
			!v.ignored(plainName(c.Name)) {
			unused = append(unused, fmt.Sprintf("“%s”（如 %s）", chaping.Shorten(c.Name, 24), chaping.Shorten(c.Samples[0], 24)))
		}
	}
	for _, field := range []string{fieldProduct, fieldShop, fieldPrice, fieldURL, fieldRegion, fieldKeyword} {
		if !has[field] {
			missing = append(missing, TitleOf(field))
		}
	}
	if len(unused) == 0 || len(missing) == 0 {
		return nil
	}
	return []Question{{Kind: AskUnused, Text: fmt.Sprintf("商品表里没有认出%s；没有用到的列：%s。其中有它们的，把列名改成这里的叫法再导入。",
		strings.Join(missing, "、"), strings.Join(unused, "、")), Assumed: "这些列不用"}}
}

// add takes in a row.
func (p *Products) add(path string, r *row) {
	p.Rows++
	var notes []*chaping.InputError
	if r.err != nil {
		if r.field == nil {
			p.refuse(r.err)
			return
		}
		notes = append(notes, r.err)
	}
	f := rowFacts(r).Complete(titleFacts(r))
	var damaged bool
	f.ProductID, damaged = ingest.ID(f.ProductID)
	if !r.has(fieldProductID) && f.ProductID == "" { // an address has it, or the name stands for it
		f.ProductID = cmp.Or(productOf(f.URL), NameID(f.Product, f.Shop))
	}
	fault := func(field, value, problem, remedy string) *chaping.InputError {
		return &chaping.InputError{File: path, Line: r.line, Field: field, Value: value, Problem: problem, Remedy: remedy}
	}
	switch {
	case f.ProductID == "":
		p.refuse(append(notes, fault(fieldProductID, "", "商品没有编号", "补上商品编号"))...)
		return
	case damaged:
		p.refuse(append(notes, fault(fieldProductID, f.ProductID,
			"商品编号被表格软件改成了科学计数法，后面的数字已经丢失", "重新导出；在表格软件里把这一列设成文本再打开"))...)
		return
	case len(f.ProductID) > chaping.MaxKey:
		p.refuse(append(notes, fault(fieldProductID, chaping.Shorten(f.ProductID, 60), "商品编号太长", "核对哪一列是商品编号"))...)
		return
	}
	if _, err := ingest.Price(f.Price); err != nil {
		problem, remedy := ingest.Unpriced(err)
		notes = append(notes, fault(fieldPrice, f.Price, problem, remedy))
		f.Price = ""
	}
	p.keep(f, r.line, notes)
}

// refuse leaves a row out; the last error is why.
func (p *Products) refuse(why ...*chaping.InputError) {
	p.Problems = append(p.Problems, why...)
	p.Refused = append(p.Refused, why[len(why)-1])
}

// keep takes in a product, or what a further row says of it.
func (p *Products) keep(f Facts, line int, notes []*chaping.InputError) {
	p.Problems = append(p.Problems, notes...)
	if len(notes) > 0 {
		p.Notes[f.ProductID] = append(p.Notes[f.ProductID], notes...)
	}
	known, ok := p.Facts[f.ProductID]
	if !ok {
		p.Order, p.Lines[f.ProductID] = append(p.Order, f.ProductID), line
		p.Facts[f.ProductID] = f
		return
	}
	for _, keyword := range append([]string{f.Keyword}, f.Also...) {
		if known.Keyword != "" && keyword != "" && keyword != known.Keyword && !slices.Contains(known.Also, keyword) {
			known.Also = append(known.Also, keyword)
		}
	}
	known.Price = widest(known.Price, f.Price)
	p.Facts[f.ProductID] = known.Complete(f)
}

// widest is the range of two prices of a product: its variants have rows of their
// own (D16).
func widest(a, b string) string {
	one, err1 := ingest.Price(a)
	other, err2 := ingest.Price(b)
	if err1 != nil || err2 != nil || !one.Known() || !other.Known() {
		return cmp.Or(a, b)
	}
	return one.With(other).String()
}
