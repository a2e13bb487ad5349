package importer

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// A vocabulary knows which names of columns mean which field. It is not safe for
// concurrent use.
type vocabulary struct {
	names  map[string][]place // name as plainName writes it → fields
	long   []named            // names that may be the end of a longer one
	ignore []*regexp.Regexp

	fitted  map[string]map[string]float64 // what fits has found
	needles map[string]bool               // what ignored has found
}

// maxKept bounds what a vocabulary remembers.
const maxKept = 1 << 16

type named struct {
	name string
	place
}

func newVocabulary(p *Profile) *vocabulary {
	v := &vocabulary{names: map[string][]place{}, fitted: map[string]map[string]float64{}, needles: map[string]bool{}}
	for _, field := range fieldNames() {
		for rank, name := range p.Fields[field] {
			plain := plainName(name)
			if plain == "" {
				continue
			}
			v.names[plain] = append(v.names[plain], place{field, fieldIndex(field), rank})
			if utf8.RuneCountInString(plain) >= 2 && plain[0] >= 0x80 || len(plain) >= 6 {
				v.long = append(v.long, named{plain, place{field, fieldIndex(field), rank}})
			}
		}
	}
	slices.SortStableFunc(v.long, func(a, b named) int { return len(b.name) - len(a.name) })
	for _, pattern := range p.Ignore {
		parts := strings.Split(pattern, "*")
		for i, part := range parts {
			parts[i] = regexp.QuoteMeta(plainName(part))
		}
		if re, err := regexp.Compile("^" + strings.Join(parts, ".*") + "$"); err == nil {
			v.ignore = append(v.ignore, re)
		}
	}
	return v
}

// ignored tells whether a name is one of columns that are known and not needed.
func (v *vocabulary) ignored(plain string) bool {
	known, ok := v.needles[plain]
	if !ok {
		known = slices.ContainsFunc(v.ignore, func(re *regexp.Regexp) bool { return re.MatchString(plain) })
		if len(v.needles) < maxKept {
			v.needles[plain] = known
		}
	}
	return known
}

// known tells whether a name is that of some column of reviews.
func (v *vocabulary) known(name string) bool {
	plain := plainName(name)
	return plain != "" && (len(v.names[plain]) > 0 || v.ignored(plain))
}

// exact is the field that a name is known of; "" if there is none.
func (v *vocabulary) exact(name string) string {
	if known := v.names[plainName(name)]; len(known) > 0 {
		return known[0].field
	}
	return ""
}

// fits tells how well a name fits each field, from 0 to 1.
func (v *vocabulary) fits(name string) map[string]float64 {
	fits, ok := v.fitted[name]
	if !ok {
		fits = v.fit(name)
		if len(v.fitted) < maxKept {
			v.fitted[name] = fits
		}
	}
	return fits
}

func (v *vocabulary) fit(name string) map[string]float64 {
	fits := map[string]float64{}
	add := func(field string, fit float64) { fits[field] = max(fits[field], fit) }
	path := strings.Split(strings.TrimPrefix(name, "^"), ".")
	last := plainName(path[len(path)-1])
	if last == "" {
		return fits
	}
	parents := path[:len(path)-1]
	inArray := slices.Contains(path, "0")
	if strings.HasPrefix(name, "^") && len(parents) == 0 {
		parents = []string{"product"}
	}
	scope := ""
	for _, parent := range parents {
		plain := plainName(parent)
		switch {
		case v.ignored(plain) || strings.Contains(plain, "sub") || strings.Contains(plain, "children"):
			return fits
		case containsAny(plain, "append", "after", "追", "follow"):
			scope = fieldAppended
		case containsAny(plain, "user", "author", "buyer", "member", "customer", "reviewer", "用户", "买家"):
			scope = fieldBuyer
		case containsAny(plain, "product", "item", "goods", "sku", "auction", "ware", "asin", "商品"):
			scope = fieldProduct
		case containsAny(plain, "shop", "store", "seller", "merchant", "店", "商家"):
			scope = fieldShop
		}
	}
	if whole := plainName(strings.Join(path, "")); len(path) > 1 && len(v.names[whole]) > 0 {
		last, scope = whole, "" // user_id written as user.id
	}
	if len(v.names[last]) == 0 {
		last = v.withoutUnit(last)
	}
	for _, at := range v.names[last] {
		field, fit := at.field, 1-0.002*float64(min(at.rank, 90))-0.03*float64(len(parents))
		switch scope {
		case fieldAppended:
			field = map[string]string{fieldText: fieldAppended, fieldAppended: fieldAppended,
				fieldPublished: fieldAppendedAt, fieldAppendedAt: fieldAppendedAt}[field]
		case fieldBuyer:
			if field != fieldBuyer && field != fieldID {
				continue
			}
			field = fieldBuyer
		case fieldProduct:
			field = map[string]string{fieldID: fieldProductID, fieldProductID: fieldProductID,
				fieldProduct: fieldProduct, fieldTitle: fieldProduct, fieldURL: fieldURL, fieldPrice: fieldPrice, fieldCurrency: fieldCurrency, fieldShop: fieldShop, fieldShopID: fieldShopID, fieldKeyword: fieldKeyword}[field]
		case fieldShop:
			field = map[string]string{fieldID: fieldShopID, fieldShopID: fieldShopID, fieldShop: fieldShop,
				fieldRegion: fieldRegion}[field]
		}
		if inArray && field != fieldAppended && field != fieldAppendedAt {
			continue // of an array's objects each would be a record
		}
		if field != "" {
			add(field, fit)
		}
	}
	if bare := map[string]string{"name": "", "title": "", "标题": "", "名称": ""}; len(fits) == 0 {
		if _, ok := bare[last]; ok {
			switch scope {
			case fieldProduct, fieldShop, fieldBuyer:
				add(scope, 0.9)
			case "":
				add(fieldProduct, 0.45)             // a title alone is the product's more often than the review's
				if last == "name" || last == "名称" { // and never what a review is called
					add(fieldBuyer, 0.3)
				} else {
					add(fieldTitle, 0.4)
				}
			}
		}
	}
	if len(fits) == 0 && scope == fieldAppended && strings.HasSuffix(last, plainName("afterUserComment")) {
		add(fieldAppended, 0.8) // hAfterUserComment in afterUserComment
	}
	if len(fits) > 0 || v.ignored(last) || scope != "" || inArray {
		return fits
	}
	if bare := plainName(withoutScale(path[len(path)-1])); bare != last && len(v.names[bare]) > 0 {
		last = bare // 评分满分10分
	}
	for _, n := range v.long {
		switch {
		case n.field == fieldRating && ofShop(last):
		case n.field == fieldPublished && strings.Contains(last, n.name) && otherTime(last, n.name):
			add(n.field, onlyGuess)
		case strings.HasSuffix(last, n.name):
			add(n.field, 0.7-0.002*float64(min(n.rank, 100)))
			return fits
		case n.name[0] >= 0x80 && utf8.RuneCountInString(n.name) >= 4 && strings.Contains(last, n.name):
			add(n.field, 0.6-0.002*float64(min(n.rank, 100)))
		}
	}
	return fits
}

// nameUnits are what stands at the end of the names of some fields, and says in what
// their values are: created_at_utc, price_usd.
var nameUnits = map[string][]string{
	fieldPublished: {"utc", "gmt", "pst", "pdt", "est", "edt", "pt", "et", "jst"},
	fieldPrice: {"cents", "cent", "fen", "cny", "rmb", "yuan", "usd", "eur", "gbp", "jpy", "krw", "hkd", "twd", "sgd", "myr",
		"thb", "aud", "cad", "rub", "inr", "idr", "vnd", "php", "brl", "mxn"},
}

// withoutUnit is a name without the unit or the zone at its end.
func (v *vocabulary) withoutUnit(plain string) string {
	for field, list := range nameUnits {
		for _, unit := range list {
			if bare, ok := strings.CutSuffix(plain, unit); ok && v.exact(bare) == field {
				return bare
			}
		}
	}
	return plain
}

// onlyGuess is how well the name of a date fits that of reviews which may be
// that of anything: 上架时间.
const onlyGuess = 0.3

// otherTime tells names of dates that say neither that they are those of reviews
// nor whose: of 上架时间 only 时间 is known, and 商品发布时间 is that of the product.
// Times of orders are asked about by themselves.
func otherTime(plain, known string) bool {
	if containsAny(plain, "评", "評", "留言", "反馈", "投诉", "意见", "review", "comment", "feedback", "evaluat") ||
		strings.HasPrefix(plain, "rat") || orderTime(plain) {
		return false
	}
	return !slices.Contains([]string{"用户", "买家", "客户", "顾客", "首次", "初次", "内容", "文本", "具体", "日期", "发言", "发帖", "发文",
		"晒单", "填写", "user", "buyer", "customer", "create", "created", "pub", "publish", "published", "post", "posted", "submit",
		"submitted", "add", "added", "full", "the"}, strings.Replace(plain, known, "", 1))
}

// datedOtherwise tells names of dates, such as launch_date, that no field has.
func datedOtherwise(plain string) bool {
	for _, end := range []string{"date", "time"} {
		if strings.HasSuffix(plain, end) && plain != end && plain != "date"+end {
			return otherTime(plain, end)
		}
	}
	return false
}

// ofShop tells names of ratings that are those of a shop, or of a product as a
// whole, and not of one review.
func ofShop(plain string) bool {
	return slices.ContainsFunc([]string{"店", "商家", "卖家", "賣家", "dsr", "商品综合", "产品综合", "宝贝综合", "总", "總", "平均", "均",
		"shop", "store", "seller", "merchant", "avg", "average", "total"},
		func(owner string) bool { return strings.HasPrefix(plain, owner) })
}

func containsAny(s string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(s, part) })
}

var bracketed = regexp.MustCompile(`[(\[【<{][^)\]】>}]*[)\]】>}]`)

// plainName is a column's name without what varies between files: case, blanks,
// underscores, marks, remarks in brackets.
func plainName(name string) string {
	name = strings.ToLower(width.Fold.String(strings.TrimPrefix(name, "\ufeff")))
	if bare := bracketed.ReplaceAllString(name, ""); strings.TrimSpace(bare) != "" {
		name = bare
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, name)
}

// columnName is a name as profiles and people write it.
func columnName(s string) string {
	return strings.ToLower(strings.TrimSpace(strings.TrimPrefix(s, "\ufeff")))
}
