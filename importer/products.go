package importer

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

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
	// Also are further keywords that a product file has the product under.
	Also []string `json:"also,omitempty"`
}

// complete fills the empty fields of f from g.
func (f Facts) complete(g Facts) Facts {
	fill := func(s *string, from string) {
		if *s == "" {
			*s = from
		}
	}
	fill(&f.Keyword, g.Keyword)
	fill(&f.ProductID, g.ProductID)
	fill(&f.Product, g.Product)
	fill(&f.URL, g.URL)
	fill(&f.Price, g.Price)
	fill(&f.Shop, g.Shop)
	fill(&f.ShopID, g.ShopID)
	fill(&f.Region, g.Region)
	return f
}

func rowFacts(r *row) Facts {
	get := func(f string) string {
		if s := strings.TrimSpace(r.field(f)); !ingest.Blank(s) {
			return s
		}
		return ""
	}
	return Facts{
		Keyword: get(fieldKeyword), ProductID: get(fieldProductID), Product: get(fieldProduct), URL: get(fieldURL),
		Price: get(fieldPrice), Shop: get(fieldShop), ShopID: get(fieldShopID), Region: get(fieldRegion),
	}
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
		for _, field := range []string{fieldID, fieldPublished, fieldRating, fieldText, fieldTitle, fieldAppended,
			fieldAppendedAt, fieldBuyer} {
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
	for _, name := range []string{fieldProductID, fieldProduct, fieldKeyword, fieldURL, fieldPrice, fieldShop,
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
	in, err := list[0].open(own.Charset)
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
		m.report()
		if !m.mapped(fieldProductID) {
			u.Missing = []string{fieldProductID}
		}
	}
	return u, err
}

// LoadProducts reads a product file: one product a row, in any format that
// Import reads, with the columns of the standard profile. A product found under
// several keywords has a row for each; of its other columns the first row that
// fills one holds. It is the second
// file that completes reviews which name only a product ID. A product that
// cannot be used is reported and left out. mapping is that of InspectProducts.
func LoadProducts(ctx context.Context, path string, p *Profile, mapping map[string]string) (
	map[string]Facts, []*chaping.InputError, error,
) {
	var read atomic.Int64
	list, _, closer, err := contents(ctx, path, &read)
	if err != nil {
		return nil, nil, err
	}
	defer closer.Close()
	own := productProfile(p, mapping)
	in, err := list[0].open(own.Charset)
	if err != nil {
		return nil, nil, err
	}
	src, err := openSource(in, own, nil)
	if err != nil {
		return nil, nil, errors.Join(err, in.Close())
	}
	defer src.Close()
	products := map[string]Facts{}
	var problems []*chaping.InputError
	for {
		rec, err := src.next()
		if errors.Is(err, io.EOF) {
			return products, problems, nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, nil, err
		}
		r := rec.parse()
		if r.err != nil {
			problems = append(problems, r.err)
			if r.field == nil {
				continue
			}
		}
		f := rowFacts(&r)
		var damaged bool
		f.ProductID, damaged = ingest.ID(f.ProductID)
		fault := func(field, value, problem, remedy string) {
			problems = append(problems, &chaping.InputError{File: path, Line: r.line, Field: field, Value: value,
				Problem: problem, Remedy: remedy})
		}
		if f.ProductID == "" {
			fault(fieldProductID, "", "商品没有编号", "补上商品编号")
			continue
		}
		if damaged {
			fault(fieldProductID, f.ProductID, "商品编号被表格软件改成了科学计数法，后面的数字已经丢失", "重新导出；在表格软件里把这一列设成文本再打开")
			continue
		}
		if _, err := ingest.Price(f.Price); err != nil {
			fault(fieldPrice, f.Price, "价格无法识别，按未知处理", "写成 199.00 或 199.00-259.00（元）")
			f.Price = ""
		}
		if known, ok := products[f.ProductID]; ok {
			if known.Keyword != "" && f.Keyword != "" && f.Keyword != known.Keyword &&
				!slices.Contains(known.Also, f.Keyword) {
				known.Also = append(known.Also, f.Keyword)
			}
			f = known.complete(f)
		}
		products[f.ProductID] = f
	}
}
