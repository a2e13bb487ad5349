package crawler

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"chaping/ingest"
)

// Names by which sites call the fields of a review, the surest first. They are
// matched against the path within the review, in lower case.
var (
	textNames = names(
		`review_?body`,
		`review_?text`,
		`comment_?(content|text|body)?`,
		`rate_?content`,
		`content`,
		`body`,
		`text`,
		`message`,
		`feedback`,
		`review`,
		`description`,
		`detail`,
		`评价内容`,
		`评论内容`,
		`评论`,
		`内容`,
	)
	dateNames = names(
		`(date_?)?published(_?at)?`,
		`created?_?(at|on|time|date)?`,
		`creation_?time`,
		`date_?(created|time|add)?`,
		`publish_?(time|date)?`,
		`(review|comment|rate|post|add|submit)(ed)?_?(date|time|at)`,
		`time(stamp)?`,
		`ctime`,
		`评价时间`,
		`评论时间`,
		`日期`,
		`时间`,
		`updated?_?(at|time)?`,
	)
	ratingNames = names(
		`(review)?rating(\.?rating)?value`,
		`rating`,
		`score`,
		`stars?`,
		`rate`,
		`(star|rating|score)_?(value|level|num)`,
		`grade`,
		`评分`,
		`星级`,
		`得分`,
	)
	idNames    = names(`uuid`, `guid`, `(review|comment|rate|evaluation)_?id`, `id`, `_id`, `@id`, `key`, `编号`)
	buyerNames = names(
		`(user|customer|author|buyer|reviewer|member|display|nick)_?(name|nick)?`,
		`(user|customer|author|buyer|reviewer|member)\.(nick_?name|name|display_?name|user_?name)`,
		`nick_?name`,
		`display_?user_?nick`,
		`用户名?`,
		`买家`,
	)
	appendNames = names(`(append|after|follow|additional)\w*(\.\w*)?(content|comment|text)`, `追评`)
	appendDates = names(`(append|after|follow|additional)\w*(\.\w*)?(created?|time|date|created?_?at)`)
)

// names are patterns for whole names.
func names(patterns ...string) []*regexp.Regexp {
	var list []*regexp.Regexp
	for _, p := range patterns {
		list = append(list, regexp.MustCompile(`(?i)^(?:`+p+`)$`))
	}
	return list
}

// rank is the place of the first pattern that the name matches, -1 if none.
func rankOf(list []*regexp.Regexp, name string) int {
	for i, re := range list {
		if re.MatchString(name) {
			return i
		}
	}
	return -1
}

// reviewList is a name for a list of reviews.
var reviewList = regexp.MustCompile(`(?i)review|comment|rating|rate_?list|feedback|testimonial|evaluat|pinglun|评论|评价`)

// A column is what the items of a list have at one path.
type column struct {
	path   string
	values []string // of the items that have one
}

func (c *column) all(ok func(string) bool) bool {
	return len(c.values) > 0 && !slices.ContainsFunc(c.values, func(s string) bool { return !ok(s) })
}

// columns are the scalar values of a list's items, down to three levels.
func columns(items []gjson.Result) []column {
	var list []column
	at := map[string]int{}
	var walk func(v gjson.Result, path string, level int)
	walk = func(v gjson.Result, path string, level int) {
		v.ForEach(func(key, inner gjson.Result) bool {
			name := strings.TrimPrefix(path+"."+gjson.Escape(key.String()), ".")
			switch {
			case inner.IsObject() && level < 3:
				walk(inner, name, level+1)
			case inner.IsObject() || inner.IsArray() || inner.Type == gjson.Null:
			case len(at) < 500 || at[name] > 0:
				if at[name] == 0 {
					list = append(list, column{path: name})
					at[name] = len(list)
				}
				c := &list[at[name]-1]
				c.values = append(c.values, inner.String())
			}
			return true
		})
	}
	for _, item := range items {
		walk(item, "", 0)
	}
	return list
}

// pick is the column that the names and the check fit best, nil if none does.
func pick(list []column, by []*regexp.Regexp, ok func(*column) bool) *column {
	var best *column
	most := len(by)
	for i := range list {
		c := &list[i]
		rank := rankOf(by, c.path)
		if rank < 0 && strings.Contains(c.path, ".") { // author.name, meta.created_at
			if rank = rankOf(by, c.path[strings.LastIndexByte(c.path, '.')+1:]); rank >= 0 {
				rank++
			}
		}
		if rank >= 0 && rank < most && ok(c) {
			best, most = c, rank
		}
	}
	return best
}

// A draftField is a field of the profile with how it is written there.
type draftField struct {
	key  string
	spec spec
}

// A spec says where a value is.
type spec struct {
	css, attr, json, match, address string
	date                            []string
	count                           bool
}

func (s spec) yaml() *fieldYAML {
	return &fieldYAML{
		CSS:     s.css,
		Attr:    s.attr,
		JSON:    s.json,
		Match:   s.match,
		Address: s.address,
		Date:    s.date,
		Count:   s.count,
	}
}

// A reviewDraft is a list of reviews as it was found.
type reviewDraft struct {
	as     format
	items  spec
	fields []draftField
	n      int
	score  int
	nested string // the list stands inside the items of another list: path of that list
	max    int    // of the ratings' scale
	total  string // path of the number of reviews
	count  int    // what stands there
	lacks  []Lack
	next   *spec
	shared bool
	link   spec   // on the product page, where the reviews stand elsewhere
	url    string // of the reviews, "{url}" by default
	pages  string // path of the number of pages
	size   int    // reviews a page, where the address says it
}

// enoughReviews is the score from which on a list is taken for one of reviews.
const enoughReviews = 6

// reviewsOn looks for the best list of reviews on the page.
func (d *drafter) reviewsOn(s *sheet) reviewDraft {
	var best reviewDraft
	for _, as := range forms {
		n, ok := s.nodes[as]
		if !ok {
			continue
		}
		var found reviewDraft
		switch as {
		case formatHTML:
			found = d.htmlReviews(n)
		case formatSchema:
			found = d.schemaReviews(n)
		default:
			found = d.jsonReviews(n, as)
		}
		if found.score > best.score {
			best = found
		}
	}
	return best
}

// schemaReviews are those that the page says in schema.org's vocabulary.
func (d *drafter) schemaReviews(n node) reviewDraft {
	items := n.json.Get("reviews").Array()
	if len(items) == 0 {
		return reviewDraft{}
	}
	found := reviewDraft{as: formatSchema, items: spec{json: "reviews"}, n: len(items), max: 5, score: 5}
	cols := columns(items)
	has := func(name string) bool {
		return slices.ContainsFunc(
			cols,
			func(c column) bool { return c.path == name && c.all(func(s string) bool { return s != "" }) },
		)
	}
	found.add("id", spec{json: "id"}, 2)
	if has("rating") {
		found.add("rating", spec{json: "rating"}, 3)
	} else {
		found.lacks = append(found.lacks, LackRatings)
	}
	found.add("text", spec{json: "text"}, 3)
	if i := slices.IndexFunc(cols, func(c column) bool { return c.path == "published" }); i >= 0 &&
		len(cols[i].values) == len(items) {
		found.dates(d, spec{json: "published"}, cols[i].values)
	}
	if has("rating") || len(found.fields) > 3 {
		if total := n.json.Get("product.review_count"); total.String() != "" {
			found.total, found.count = "product.review_count", int(total.Int())
		}
	}
	if next := n.json.Get("next").String(); next != "" {
		found.next = &spec{json: "next"}
	}
	return found
}

func (r *reviewDraft) add(key string, s spec, score int) {
	r.fields = append(r.fields, draftField{key: key, spec: s})
	r.score += score
}

func (r *reviewDraft) has(key string) bool {
	return slices.ContainsFunc(r.fields, func(f draftField) bool { return f.key == key })
}

// dates adds the date if there is a way to read it.
func (r *reviewDraft) dates(d *drafter, s spec, values []string) {
	formats, ordered := d.dateFormats(values)
	if formats == nil {
		return
	}
	s.date = formats
	r.add("published", s, 3)
	if !ordered {
		r.lacks = append(r.lacks, LackDayOrder)
	}
}

// dateFormats are the formats that read all the values; nil if none do.
// ordered is false when which number is the day was guessed.
func (d *drafter) dateFormats(values []string) (formats []string, ordered bool) {
	if len(values) == 0 {
		return nil, false
	}
	for _, try := range [][]string{
		{ingest.EpochMillis}, {ingest.EpochSeconds}, {"iso8601", ingest.AnyDate}, {ingest.AnyDate}, {ingest.AnyDate, "relative"}, {ingest.DayFirst}, {ingest.MonthFirst},
	} {
		if !slices.ContainsFunc(values, func(s string) bool {
			at, err := ingest.Dates(try).Parse(s, d.now)
			return err != nil || at.Year() < 2005 || at.After(d.now.AddDate(1, 0, 0))
		}) {
			return try, try[0] != ingest.DayFirst && try[0] != ingest.MonthFirst
		}
	}
	return nil, false
}

// maxDraftNodes bounds the walk through a page's data.
const maxDraftNodes = 200_000

// jsonReviews looks for the list in JSON that fits best.
func (d *drafter) jsonReviews(n node, as format) reviewDraft {
	var best reviewDraft
	var bestKeys []string
	nodes := 0
	var walk func(v gjson.Result, keys []string, inItems string)
	walk = func(v gjson.Result, keys []string, inItems string) {
		if nodes++; nodes > maxDraftNodes || len(keys) > maxDeep {
			return
		}
		if v.IsArray() {
			items := v.Array()
			if found := d.judgeReviews(items, keys); found.score > best.score {
				best, bestKeys = found, slices.Clone(keys)
				best.nested = inItems
			}
			if len(items) > 1 && items[0].IsObject() && inItems == "" {
				inItems = "[]"
			}
			for i, item := range items {
				walk(item, append(slices.Clip(keys), strconv.Itoa(i)), inItems)
			}
			return
		}
		if v.IsObject() {
			v.ForEach(func(key, inner gjson.Result) bool {
				walk(inner, append(slices.Clip(keys), key.String()), inItems)
				return true
			})
		}
	}
	walk(n.json, nil, "")
	if best.score == 0 {
		return best
	}
	best.as = as
	best.items = spec{json: stablePath(n.json, bestKeys, isFullList)}
	if as == formatScript {
		best.nested = "" // other lists of a storefront's state
	}
	d.totalBeside(&best, n.json, bestKeys)
	best.shared = as == formatScript && hasVariants(n.json)
	return best
}

func isFullList(r gjson.Result) bool { return r.IsArray() && len(r.Raw) > len("[]") }

// judgeReviews tells how much a list looks like reviews, and which field is
// which.
func (d *drafter) judgeReviews(items []gjson.Result, keys []string) reviewDraft {
	var r reviewDraft
	if len(items) == 0 || !items[0].IsObject() || len(items) > 10_000 {
		return r
	}
	if slices.ContainsFunc(items, func(v gjson.Result) bool { return !v.IsObject() }) {
		return r
	}
	cols := columns(items[:min(len(items), 200)])
	sample := min(len(items), 200)
	r.n = len(items)
	text := pick(cols, textNames, func(c *column) bool { return d.isText(c) })
	if text == nil {
		return reviewDraft{}
	}
	id := pick(cols, idNames, func(c *column) bool { return len(c.values) == sample && isID(c) })
	if id != nil {
		r.add("id", spec{json: id.path}, 2)
	}
	if rating := pick(cols, ratingNames, func(c *column) bool { return scale(c.values) > 0 }); rating != nil {
		r.add("rating", spec{json: rating.path}, 3)
		r.max = scale(rating.values)
	}
	r.add("text", spec{json: text.path}, 1)
	if id == nil {
		if buyer := pick(cols, buyerNames, func(c *column) bool { return c.path != text.path }); buyer != nil {
			r.add("buyer", spec{json: buyer.path}, 1)
		}
	}
	if date := pick(cols, dateNames, func(c *column) bool {
		formats, _ := d.dateFormats(c.values)
		return formats != nil && len(c.values)*5 >= sample*4
	}); date != nil {
		r.dates(d, spec{json: date.path}, date.values)
	}
	if appended := pick(cols, appendNames, d.isText); appended != nil {
		r.add("appended", spec{json: appended.path}, 0)
		if at := pick(cols, appendDates, func(c *column) bool { formats, _ := d.dateFormats(c.values); return formats != nil }); at != nil {
			formats, _ := d.dateFormats(at.values)
			r.add("appended_at", spec{json: at.path, date: formats}, 0)
		}
	}
	if named := len(keys) > 0 && reviewList.MatchString(keys[len(keys)-1]); named {
		r.score += 2
	} else if !r.has("rating") {
		return reviewDraft{} // posts, news
	}
	return r
}

// isText tells whether the column is written by people, or empty.
func (d *drafter) isText(c *column) bool {
	written := 0
	for _, s := range c.values {
		switch {
		case s == "":
		case strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "/"):
			return false
		case strings.Trim(s, "0123456789.:-+TZ/ ") == "":
		default:
			written++
		}
	}
	return written*2 > len(c.values)
}

// isID tells whether the values tell the items apart.
func isID(c *column) bool {
	known := map[string]bool{}
	for _, s := range c.values {
		if s == "" || known[s] || utf8.RuneCountInString(s) > 100 || strings.ContainsAny(s, " \n") {
			return false
		}
		known[s] = true
	}
	return true
}

// scale is the best rating of the scale on which all values are, 0 if they are
// no ratings.
func scale(values []string) int {
	top := 0.0
	rated := 0
	for _, s := range values {
		rating, err := ingest.ParseRating(s)
		if err != nil || rating.Value < 0 || rating.Value > 100 {
			return 0
		}
		if !rating.None() {
			rated++
		}
		if rating.Of == 0 {
			top = max(top, rating.Value)
		}
	}
	switch {
	case rated == 0:
		return 0
	case top <= 5:
		return 5
	case top <= 10:
		return 10
	}
	return 100
}

// totals are names of the number of reviews beside their list.
var totals = names(
	`(review|comment|rating)s?_?(count|total|num|number)`,
	`total(_?(count|items|elements|reviews|comments|records|size))?`,
	`count`,
	`num_?(reviews|comments)`,
)

// totalBeside looks for the number of all reviews in the objects around the
// list.
func (d *drafter) totalBeside(r *reviewDraft, root gjson.Result, keys []string) {
	for up := len(keys) - 1; up >= max(0, len(keys)-3); up-- {
		at := root
		if up > 0 {
			at = root.Get(escaped(keys[:up]))
		}
		if !at.IsObject() {
			continue
		}
		best := len(totals)
		at.ForEach(func(key, value gjson.Result) bool {
			rank := rankOf(totals, key.String())
			if rank >= 0 && rank < best && value.Type == gjson.Number && int(value.Int()) >= r.n && value.Int() < 1e9 {
				best = rank
				r.total = stablePath(
					root,
					append(slices.Clone(keys[:up]), key.String()),
					func(gjson.Result) bool { return true },
				)
				r.count = int(value.Int())
			}
			return true
		})
		if r.total != "" {
			return
		}
	}
}

func escaped(keys []string) string {
	var list []string
	for _, key := range keys {
		list = append(list, gjson.Escape(key))
	}
	return strings.Join(list, ".")
}

// hasVariants tells whether the page's product comes in several variants.
func hasVariants(v gjson.Result) bool {
	for _, name := range []string{"variantGroup", "variant_group", "variantAttributes"} {
		if found := newPath("**."+name).get(v, anything); found.IsObject() ||
			found.IsArray() && len(found.Array()) > 0 {
			return true
		}
	}
	return false
}
