package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping"
)

// The levels of table counts.
const (
	levelAll = iota
	levelAny
	levelHazard
	levelTerm
)

// A Dimension is something that counts can be split by.
type Dimension string

// The dimensions. A product listed under several keywords counts under each;
// shops, regions and prices are those of the latest listing.
const (
	ByPlatform Dimension = "platform"
	ByKeyword  Dimension = "keyword"
	ByTerm     Dimension = "term"
	ByHazard   Dimension = "hazard"
	ByShop     Dimension = "shop"
	ByProduct  Dimension = "product"
	ByRegion   Dimension = "region"
	ByProvince Dimension = "province" // of the region; chaping.ProvinceOf
	ByDistrict Dimension = "district" // likewise, of Shanghai; chaping.DistrictOf
	ByPrice    Dimension = "price"
	ByDay      Dimension = "day"
	ByWeek     Dimension = "week" // its Monday
	ByPeriod   Dimension = "period"
	ByMonth    Dimension = "month"
	ByYear     Dimension = "year"
)

// Dimensions are all dimensions.
func Dimensions() []Dimension {
	return []Dimension{
		ByPlatform,
		ByKeyword,
		ByTerm,
		ByHazard,
		ByShop,
		ByProduct,
		ByRegion,
		ByProvince,
		ByDistrict,
		ByPrice,
		ByDay,
		ByWeek,
		ByPeriod,
		ByMonth,
		ByYear,
	}
}

// Chinese names the dimension as the head of a column.
func (d Dimension) Chinese() string {
	return map[Dimension]string{
		ByPlatform: "平台",
		ByKeyword:  "商品关键词",
		ByTerm:     "词条",
		ByHazard:   "危害类别",
		ByShop:     "店铺",
		ByProduct:  "商品",
		ByRegion:   "公司所在区域",
		ByProvince: "省级行政区",
		ByDistrict: "上海各区",
		ByPrice:    "价格",
		ByDay:      "日",
		ByWeek:     "周（周一）",
		ByPeriod:   "报送期",
		ByMonth:    "月",
		ByYear:     "年",
	}[d]
}

// IsTime tells whether the dimension splits by time.
func (d Dimension) IsTime() bool {
	return slices.Contains([]Dimension{ByDay, ByWeek, ByPeriod, ByMonth, ByYear}, d)
}

// A dimension's column, and what it needs.
var dimensionColumns = map[Dimension]struct {
	column string
	item   bool // a fact of listings
	daily  bool // finer than months
	name   bool // term or hazard: means nothing to all reviews

	of func(string) string // what of the column's value is the key; nil: itself
}{
	ByPlatform: {column: "platform"}, ByProduct: {column: "product"},
	ByKeyword: {
		column: "keyword",
		item:   true,
	}, ByShop: {column: "shop", item: true}, ByRegion: {column: "region", item: true},
	ByProvince: {column: "region", item: true, of: chaping.ProvinceOf},
	ByDistrict: {column: "region", item: true, of: chaping.DistrictOf},
	ByPrice:    {column: priceBands, item: true},
	ByTerm:     {column: "name", name: true}, ByHazard: {column: "name", name: true},
	ByDay: {column: "day", daily: true}, ByWeek: {column: "toMonday(day)", daily: true},
	ByPeriod: {column: "concat(toString(intDiv(period, 100)), '-', substring(toString(100 + period % 100), 2))"},
	ByMonth:  {column: "substring(toString(day), 1, 7)"}, ByYear: {column: "toYear(day)"},
}

// priceBands are in fen; the names sort as the bands do.
const priceBands = `multiIf(price = 0, '', price < 2000, '0000-0020元', price < 5000, '0020-0050元', price < 10000, '0050-0100元',
	price < 20000, '0100-0200元', price < 50000, '0200-0500元', price < 100000, '0500-1000元', price < 500000, '1000-5000元', '5000元以上')`

// A CountQuery asks for counts. Empty lists select all.
type CountQuery struct {
	By          []Dimension
	Dictionary  string          // version that the periods were mined with
	First, Last chaping.Period  // inclusive
	Days        *chaping.Window // whole days within the periods; nil for all
	Terms       []string
	Hazards     []chaping.Hazard
	Platforms   []string
	Keywords    []string
	Shops       []string
	Products    []string
	Regions     []string
	Provinces   []string // as chaping.ProvinceOf has them
	Districts   []string // as chaping.DistrictOf has them
	// PriceLow and PriceHigh bound the price in fen; a PriceHigh of 0 means none.
	PriceLow, PriceHigh int64

	// Known are the dictionary's terms, by which hazards are told.
	Known []chaping.Term
	// ProblemsOnly leaves out the counts of all reviews of rows that are split by
	// term or hazard, which are asked for separately.
	ProblemsOnly bool
}

// A CountRow is a line of an answer. Counts are of distinct reviews.
type CountRow struct {
	Keys     []string `json:"keys"`     // one a dimension, in their order
	Affirmed uint64   `json:"affirmed"` // reviews that affirm a problem
	Negative uint64   `json:"negative"` // of these, negative ones (差评数)
	Hidden   uint64   `json:"hidden"`   // of these, positive or default ones
	Reviews  uint64   `json:"reviews"`  // all reviews (评论数); for terms and hazards, of the row's other keys
	AllNeg   uint64   `json:"all_negative"`
	Defaults uint64   `json:"defaults"` // of all reviews, the platform's own texts
}

// Rate is the share of reviews that affirm a problem.
func (r *CountRow) Rate() float64 { return ratio(r.Affirmed, r.Reviews) }

// DefaultRate is the share of default reviews.
func (r *CountRow) DefaultRate() float64 { return ratio(r.Defaults, r.Reviews) }

func ratio(a, b uint64) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// maxCountRows bounds an answer.
const maxCountRows = 1_000_000

// Counts answers a query, by the keys. Rows without any review are left out;
// rows with reviews and without problems are there unless split by term or
// hazard. It reads the counts of the editions that hold: periods that were not
// mined with the dictionary are missing (see CountedPeriods).
func (s *Store) Counts(ctx context.Context, q CountQuery) ([]CountRow, error) {
	lists, err := s.countSpans(ctx, q, false, Span{q.First, q.Last})
	if err != nil {
		return nil, err
	}
	rows := make([]CountRow, len(lists))
	for i := range lists {
		rows[i] = lists[i][0]
	}
	return rows, nil
}

// A Span is some periods in turn, both ends included.
type Span struct{ First, Last chaping.Period }

// Compare answers a query for each of the spans in place of its own periods:
// for every key in which any of them affirms a problem, a row a span. A query
// that is split by time can hardly be compared.
func (s *Store) Compare(ctx context.Context, q CountQuery, spans ...Span) ([][]CountRow, error) {
	return s.countSpans(ctx, q, true, spans...)
}

// counting is what counts.sql is executed with.
type counting struct {
	CountQuery
	Spans     []span
	Columns   []countColumn
	Problems  bool // reviews that affirm a problem are counted,
	Whole     bool // all reviews are
	Affirming bool // keys without a problem are left out
	Exact     bool // several terms or hazards together: distinct reviews are counted from mentions
	Names     bool
	Items     bool
	Listed    bool // only listed products can match
	// What is asked of listings.
	Keyword, Shop, Region, Priced bool
	Price                         bool // only products of some prices match
}

// A span's numbers are columns whose names end in its own.
type span struct {
	Number, Of int
	Counts     []string
}

// A countColumn is what counts are split by.
type countColumn struct {
	Expression string
	Item       bool // of a listing's columns
	of         func(string) string
}

// Name is the column's name, of number i, once counts were added up.
func (c countColumn) Name(i int) string {
	if c.Item {
		return c.Expression
	}
	return "k" + strconv.Itoa(i)
}

// Grouped is what counts are added up by before they meet listings: of a product,
// which one it is says all.
func (c counting) Grouped() (names []string) {
	for i, column := range c.Columns {
		if column.Item || c.Value(column) != column.Expression {
			continue
		}
		names = append(names, column.Name(i))
	}
	if c.Items {
		names = append(names, "which")
	}
	return names
}

// Value is a column's value where counts are added up before they meet listings:
// what is part of a product's key is the same in all that is added up.
func (c counting) Value(column countColumn) string {
	if c.Items && (column.Expression == "platform" || column.Expression == "product") {
		return "any(of_" + column.Expression + ")"
	}
	return column.Expression
}

// countSpans gives for every key a row a span.
func (s *Store) countSpans(ctx context.Context, q CountQuery, affirming bool, spans ...Span) ([][]CountRow, error) {
	if err := s.placeRegions(ctx, &q); err != nil {
		return nil, err
	}
	c := counting{
		CountQuery: q,
		Problems:   true,
		Whole:      true,
		Affirming:  affirming,
		Price:      q.PriceHigh > 0 || q.PriceLow > 0,
		Listed:     len(q.Keywords)+len(q.Shops)+len(q.Regions) > 0 || q.PriceHigh > 0 || q.PriceLow > 0,
	}
	c.Items = c.Listed
	daily := q.Days != nil
	var rest []int // places of the keys that all reviews have too
	seen := map[Dimension]bool{}
	for i, d := range q.By {
		column, known := dimensionColumns[d]
		if !known || seen[d] {
			return nil, &chaping.Error{
				Code:    chaping.CodeUsage,
				Message: fmt.Sprintf("不能按“%s”统计，或它写了两次", d),
				Remedy:  "可用：" + dimensionList(),
			}
		}
		seen[d] = true
		c.Items = c.Items || column.item
		daily = daily || column.daily
		if !column.name {
			rest = append(rest, i)
		}
		c.Columns = append(c.Columns, countColumn{column.column, column.item, column.of})
	}
	c.Affirming = c.Affirming && !c.folds() // a region without a problem may be part of a place with some
	c.Keyword, c.Shop = seen[ByKeyword], seen[ByShop] || len(q.Shops) > 0
	c.Region = seen[ByRegion] || seen[ByProvince] || seen[ByDistrict] || len(q.Regions) > 0
	c.Priced = seen[ByPrice] || c.Price
	if seen[ByTerm] && seen[ByHazard] {
		return nil, &chaping.Error{
			Code:    chaping.CodeUsage,
			Message: "不能同时按词条和危害类别统计",
			Remedy:  "一条评论可成立多个词条；只按其中一种，另一种用作条件",
		}
	}
	level, names := q.level(seen)
	c.Names = len(names) > 0
	c.Exact = c.Names && len(names) > 1 && !seen[ByTerm] && !seen[ByHazard]
	if c.Exact && level == levelHazard {
		names = q.termsOf(q.Hazards)
	}
	args := q.args(level, names, grain(daily, c.Items || seen[ByProduct] || len(q.Products) > 0))
	for i, of := range spans {
		c.Spans = append(c.Spans, newSpan(i, len(spans)))
		args = append(
			args,
			named("first"+strconv.Itoa(i), periodNumber(of.First)),
			named("last"+strconv.Itoa(i), periodNumber(of.Last)),
		)
	}

	split := seen[ByTerm] || seen[ByHazard] // then all reviews are those of the other keys
	c.Whole = !split
	first, last := spans[0].First, spans[0].Last
	for _, of := range spans {
		first, last = earlier(first, of.First), later(last, of.Last)
	}
	var lists [][]CountRow
	err := s.readSpan(ctx, first, last, q.Dictionary, func(partitions func(int) []clickhouse.GroupSet) error {
		lists = nil
		args := append(
			slices.Clip(args),
			named("counts", partitions(countsPart)),
			named("mentions", partitions(mentionsPart)),
			named("rejections", partitions(rejectionsPart)),
		)
		err := s.count(ctx, c, args, func(list []CountRow) { lists = append(lists, list) })
		if err != nil || !split || q.ProblemsOnly {
			return err
		}
		return s.addWhole(ctx, c, args, rest, lists)
	})
	if err != nil {
		return nil, err
	}
	if affirming && !c.Affirming {
		lists = slices.DeleteFunc(lists, func(list []CountRow) bool {
			return !slices.ContainsFunc(list, func(r CountRow) bool { return r.Affirmed > 0 })
		})
	}
	slices.SortFunc(lists, func(a, b []CountRow) int { return slices.Compare(a[0].Keys, b[0].Keys) })
	return lists, nil
}

// addWhole fills in the counts of all reviews in rows that are split by term or
// hazard; rest are the places of the other keys.
func (s *Store) addWhole(ctx context.Context, c counting, args []any, rest []int, lists [][]CountRow) error {
	whole := c
	whole.Problems, whole.Whole, whole.Affirming, whole.Columns = false, true, false, nil
	for _, i := range rest {
		whole.Columns = append(whole.Columns, c.Columns[i])
	}
	of := map[string][]CountRow{}
	if err := s.count(ctx, whole, args, func(list []CountRow) { of[joinKeys(list[0].Keys)] = list }); err != nil {
		return err
	}
	keys := make([]string, len(rest))
	for _, list := range lists {
		for k, i := range rest {
			keys[k] = list[0].Keys[i]
		}
		all := of[joinKeys(keys)]
		for i := range all {
			list[i].Reviews, list[i].AllNeg, list[i].Defaults = all[i].Reviews, all[i].AllNeg, all[i].Defaults
		}
	}
	return nil
}

func earlier(a, b chaping.Period) chaping.Period {
	if periodNumber(b) < periodNumber(a) {
		return b
	}
	return a
}

func later(a, b chaping.Period) chaping.Period {
	if periodNumber(b) > periodNumber(a) {
		return b
	}
	return a
}

func newSpan(i, of int) span {
	s := span{Number: i, Of: of}
	if of == 1 {
		s.Of = 0 // nothing to tell apart
	}
	for _, name := range []string{"affirmed", "negative", "hidden", "reviews", "all_negative", "defaults"} {
		s.Counts = append(s.Counts, name+strconv.Itoa(i))
	}
	return s
}

// joinKeys makes one string of keys.
func joinKeys(keys []string) string {
	if len(keys) == 1 {
		return keys[0]
	}
	return strings.Join(keys, "\x00")
}

func dimensionList() string {
	var names []string
	for _, d := range Dimensions() {
		names = append(names, string(d))
	}
	return strings.Join(names, "、")
}

// level is the level of counts that answers the query, and the names that it
// is to be restricted to.
func (q *CountQuery) level(by map[Dimension]bool) (level int, names []string) {
	switch {
	case by[ByTerm] || len(q.Terms) > 0:
		names = q.Terms
		if of := q.termsOf(q.Hazards); len(q.Hazards) > 0 {
			if len(names) > 0 {
				of = slices.DeleteFunc(of, func(t string) bool { return !slices.Contains(q.Terms, t) })
			}
			names = append(of, "") // "" is no term: an empty list would mean all
		}
		if by[ByHazard] {
			level = levelHazard // of the hazards that hold a term
			names = hazardNames(q.Hazards)
			for _, t := range q.Known {
				if slices.Contains(q.Terms, t.Name) && !slices.Contains(names, string(t.Hazard)) {
					names = append(names, string(t.Hazard))
				}
			}
			return level, names
		}
		return levelTerm, names
	case by[ByHazard] || len(q.Hazards) > 0:
		return levelHazard, hazardNames(q.Hazards)
	}
	return levelAny, nil
}

// hazardNames are the classes as columns hold them; nil for none.
func hazardNames(hazards []chaping.Hazard) (names []string) {
	for _, h := range hazards {
		names = append(names, string(h))
	}
	return names
}

// termsOf are the names of the terms of these hazards.
func (q *CountQuery) termsOf(hazards []chaping.Hazard) (names []string) {
	for _, t := range q.Known {
		if slices.Contains(hazards, t.Hazard) {
			names = append(names, t.Name)
		}
	}
	return names
}

// The grains of table counts: whether rows are by day, and by product.
const (
	grainProductDay = iota
	grainProductMonth
	grainMonth
	grainDay
)

// grain is the coarsest grain that tells what is asked.
func grain(daily, byProduct bool) uint8 {
	switch {
	case daily && byProduct:
		return grainProductDay
	case byProduct:
		return grainProductMonth
	case daily:
		return grainDay
	}
	return grainMonth
}

func (q *CountQuery) args(level int, names []string, grain uint8) []any {
	high := q.PriceHigh
	if high == 0 {
		high = 1 << 62
	}
	args := []any{
		named("first", periodNumber(q.First)), named("last", periodNumber(q.Last)),
		named(
			"affirmed",
			string(chaping.Affirmed),
		), named("negative", uint8(chaping.Negative)), named("positive", uint8(chaping.Positive)),
		named("grain", grain), named("level", uint8(level)), named("terms", set(names)),
		named("platforms", set(q.Platforms)), named("products", set(q.Products)), named("keywords", set(q.Keywords)),
		named(
			"shops",
			set(q.Shops),
		), named("regions", set(q.Regions)), named("price_low", q.PriceLow), named("price_high", high),
	}
	if q.Days != nil {
		args = append(
			args,
			named("from", q.Days.FirstDay().Format("2006-01-02")),
			named("to", q.Days.LastDay().AddDate(0, 0, 1).Format("2006-01-02")),
		)
	}
	return args
}

// count runs counts.sql and gives every key's rows, one a span.
func (s *Store) count(ctx context.Context, c counting, args []any, each func([]CountRow)) error {
	if c.folds() {
		fold := folding{at: map[string]int{}, columns: c.Columns}
		read := c
		read.Columns = slices.Clone(c.Columns)
		for i := range read.Columns {
			read.Columns[i].of = nil
		}
		if err := s.count(ctx, read, args, fold.add); err != nil {
			return err
		}
		for _, list := range fold.lists {
			each(list)
		}
		return nil
	}
	rows := 0
	args = append(slices.Clip(args), named("limit", maxCountRows+1))
	targets := make([]any, 0, len(c.Columns)+6*len(c.Spans))
	return s.query(ctx, "counts", c, args, func(scan func(...any) error) error {
		if rows++; rows > maxCountRows {
			return &chaping.Error{
				Code:    chaping.CodeUsage,
				Message: fmt.Sprintf("结果超过 %d 行", maxCountRows),
				Remedy:  "减少统计的维度，或加条件",
			}
		}
		keys := make([]string, len(c.Columns))
		list := make([]CountRow, len(c.Spans))
		targets = targets[:0]
		for i := range keys {
			targets = append(targets, &keys[i])
		}
		for i := range list {
			r := &list[i]
			r.Keys = keys
			targets = append(targets, &r.Affirmed, &r.Negative, &r.Hidden, &r.Reviews, &r.AllNeg, &r.Defaults)
		}
		if err := scan(targets...); err != nil {
			return err
		}
		each(list)
		return nil
	})
}

// CountedPeriods are the periods from first to last that were mined and
// counted with the dictionary.
func (s *Store) CountedPeriods(
	ctx context.Context,
	dictionary string,
	first, last chaping.Period,
) (list []chaping.Period, err error) {
	editions, err := s.Editions(ctx, first, last, dictionary)
	for _, e := range editions {
		if e.parts[countsPart].number.known {
			list = append(list, e.Period)
		}
	}
	return list, err
}
