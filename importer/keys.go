package importer

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/tidwall/gjson"

	"chaping"
	"chaping/ingest"
)

// keyColumn is what the keys are called that several places of reviews have.
const keyColumn = "键"

// keyAt is the place in paths at which they differ: what stands there says
// something of the reviews, a month, a product. -1: they differ otherwise.
func keyAt(paths [][]string) int {
	at := -1
	for _, path := range paths[min(len(paths), 1):] {
		if len(path) != len(paths[0]) {
			return -1
		}
		for i := range path {
			if path[i] == paths[0][i] || i == at {
				continue
			}
			if at >= 0 {
				return -1
			}
			at = i
		}
	}
	return at
}

// keyParent holds the key as a member, as other parents hold theirs.
func keyParent(key string) gjson.Result {
	value, err := jsontext.AppendQuote(nil, key)
	if err != nil {
		return gjson.Result{}
	}
	return gjson.Parse(`{"` + keyColumn + `":` + string(value) + `}`)
}

// addKeys adds the keys of the places as a column.
func (s *spot) addKeys(read []*spot, at int) {
	c := &sample{name: "^" + keyColumn}
	row := 0
	for _, other := range read {
		for range other.rows {
			c.values, c.at = append(c.values, other.path[at]), append(c.at, row)
			row++
		}
	}
	s.columns, s.byName[c.name] = append(s.columns, c), c
}

// keys finds out what the keys say that the reviews of a JSON file stand under.
func (m *mapper) keys() {
	i := slices.IndexFunc(m.samples, func(s *sample) bool { return s.name == "^"+keyColumn })
	if i < 0 || m.field[i] != "" {
		return
	}
	var keys []string
	for _, value := range m.samples[i].values {
		if !slices.Contains(keys, value) {
			keys = append(keys, value)
		}
	}
	every := func(is func(key string) bool) bool {
		return !slices.ContainsFunc(keys, func(key string) bool { return !is(key) })
	}
	names := "“" + chaping.Shorten(strings.Join(keys, "”“"), 60) + "”"
	use := func(field string) {
		m.set(i, field, ByValues)
		m.ask(Question{Kind: AskGuess, Column: m.samples[i].name, Field: field, Samples: m.examples(i),
			Text: fmt.Sprintf("评论分在%s各处，这是%s吗？", names, TitleOf(field)), Assumed: "按" + TitleOf(field) + "读取"})
	}
	facts := m.options.Facts
	switch {
	case every(func(key string) bool {
		r, err := ingest.ParseRating(key)
		return err == nil && r.Word != chaping.Unrated
	}):
		if !m.has(fieldRating) {
			use(fieldRating)
		}
	case every(plainKey) || every(dateKey) || m.has(fieldProductID) || m.has(fieldProduct) || m.has(fieldURL):
	case facts.ProductID != "" && slices.Contains(keys, facts.ProductID):
		use(fieldProductID)
	case facts.ProductID == "" && (facts.Product == "" || slices.Contains(keys, facts.Product)):
		use(fieldProduct)
	default:
		m.ask(Question{Kind: AskField, Column: m.samples[i].name, Field: fieldProduct, Samples: m.examples(i),
			Text: fmt.Sprintf("评论分在%s各处，这是商品名称吗？", names), Assumed: "不用，都算指定的商品"})
	}
}

// plainKey tells keys that programs write, such as hotComments and list.
func plainKey(key string) bool {
	return strings.IndexFunc(key, func(r rune) bool {
		return r != '_' && r != '-' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) < 0
}

// dateKey tells months and days.
func dateKey(key string) bool {
	if _, err := (ingest.Dates{ingest.AnyDate}).Parse(key, time.Time{}); err == nil {
		return true
	}
	return strings.Trim(key, "0123456789-/.年月日号上中下旬") == "" && strings.ContainsAny(key, "-/.年月")
}
