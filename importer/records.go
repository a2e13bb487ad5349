package importer

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"chaping"
)

const (
	sampleBytes   = 16 << 20 // of JSON that is looked at
	maxPlaces     = 200      // arrays of objects that are looked at
	maxNested     = 6        // keys that lead to records at most
	flattenedDeep = 3
)

// openUnits reads the values of a JSON input. paths lead to the records; without
// any, all objects are of interest.
func openUnits(in *input, paths [][]string) (units, error) {
	if in.format == formatLines {
		return &lineUnits{file: in.file, r: in.r, dec: in.dec}, nil
	}
	head, err := in.peek(1)
	if err != nil {
		return nil, err
	}
	large := false
	if len(head) > 0 && head[0] == '{' {
		wide := bufio.NewReaderSize(in.r, maxLine)
		if _, err = wide.Peek(maxLine); err == nil {
			large = true
		} else if !errors.Is(err, io.EOF) {
			return nil, err
		}
		in.r = wide
	}
	u := newValueUnits(in.file, in.r, paths, large)
	u.any = large && paths == nil
	return u, nil
}

// A spot is where records may stand in the values of a JSON file.
type spot struct {
	path    []string
	rows    int
	columns []*sample
	byName  map[string]*sample
	objects []gjson.Result // the first of them
}

// look samples the objects of a JSON input, wherever they stand.
func look(in *input) (spots []*spot, whole bool, err error) {
	all, err := openUnits(in, nil)
	if err != nil {
		return nil, false, err
	}
	l := looker{byPath: map[string]*spot{}}
	for bytes := 0; bytes < sampleBytes && l.most < sampleRows; {
		u, err := all.next()
		if errors.Is(err, io.EOF) {
			whole = true
			break
		}
		if err != nil {
			if len(l.spots) == 0 {
				return nil, false, err
			}
			break // the import will say what is wrong
		}
		if s := (&jsonSource{file: in.file}); u.fault != nil || s.check(&u) != nil {
			continue
		}
		bytes += len(u.text)
		value := gjson.Parse(u.text)
		path := append([]string{}, u.path...)
		if value.IsArray() {
			value.ForEach(func(_, item gjson.Result) bool {
				l.visit(item, path, u.parents)
				return true
			})
			continue
		}
		l.visit(value, path, u.parents)
	}
	return l.spots, whole, nil
}

type looker struct {
	spots  []*spot
	byPath map[string]*spot
	most   int // rows of the spot that has the most
}

// visit counts an object as a record of its place, and goes on to the arrays
// below it.
func (l *looker) visit(v gjson.Result, path []string, parents []gjson.Result) {
	if v.IsArray() {
		v.ForEach(func(_, item gjson.Result) bool {
			l.visit(item, path, parents)
			return true
		})
		return
	}
	if !v.IsObject() || len(path) > maxNested {
		return
	}
	if len(path) == 0 && isMap(v) { // the whole file is a list by ID
		v.ForEach(func(_, item gjson.Result) bool {
			l.visit(item, []string{anyKey}, parents)
			return true
		})
		return
	}
	key := strings.Join(path, "\x00")
	s := l.byPath[key]
	if s == nil {
		if len(l.spots) >= maxPlaces {
			return
		}
		s = &spot{path: slices.Clone(path), byName: map[string]*sample{}}
		l.byPath[key] = s
		l.spots = append(l.spots, s)
	}
	if s.rows < sampleRows {
		s.add(v, parents)
		l.most = max(l.most, s.rows)
	}
	l.below(v, path, append([]gjson.Result{withoutLists(v, 2)}, parents...))
}

// withoutLists is an object without the arrays in it: each of the many records
// that stand in an object is looked at together with it.
func withoutLists(v gjson.Result, deep int) gjson.Result {
	var b strings.Builder
	b.WriteByte('{')
	v.ForEach(func(key, inner gjson.Result) bool {
		if inner.IsArray() && inner.Get("0").Type != gjson.String {
			return true
		}
		if inner.IsObject() && deep > 0 {
			inner = withoutLists(inner, deep-1)
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(key.Raw + ":" + inner.Raw)
		return true
	})
	b.WriteByte('}')
	return gjson.Parse(b.String())
}

// below goes on to the arrays of objects that an object holds.
func (l *looker) below(v gjson.Result, path []string, parents []gjson.Result) {
	if len(path) >= maxNested {
		return
	}
	v.ForEach(func(key, inner gjson.Result) bool {
		next := append(slices.Clone(path), key.Str)
		switch {
		case inner.IsArray():
			inner.ForEach(func(_, item gjson.Result) bool {
				l.visit(item, next, parents)
				return item.IsObject() || item.IsArray()
			})
		case isMap(inner):
			inner.ForEach(func(_, item gjson.Result) bool {
				l.visit(item, append(next, anyKey), parents)
				return true
			})
		case inner.IsObject():
			l.below(inner, next, append([]gjson.Result{withoutLists(inner, 2)}, parents...))
		}
		return true
	})
}

// anyKey stands in a path for the keys of an object that is a list: those of its
// members are their IDs.
const anyKey = "*"

// isMap tells whether an object is such a list. Members whose keys have no digits
// are one where all have the same three members and more.
func isMap(v gjson.Result) bool {
	if !v.IsObject() {
		return false
	}
	members, ids, like := 0, 0, 0
	var first map[string]gjson.Result
	v.ForEach(func(key, inner gjson.Result) bool {
		if !inner.IsObject() {
			members, ids, like = 0, 0, 0
			return false
		}
		own := inner.Map()
		if first == nil {
			first = own
		}
		shared := 0
		for name := range own {
			if _, ok := first[name]; ok {
				shared++
			}
		}
		if shared >= 3 && 5*shared >= 4*max(len(own), len(first)) {
			like++
		}
		if members++; strings.ContainsAny(key.Str, "0123456789") || strings.HasPrefix(key.Str, "-") {
			ids++
		}
		return members < 20
	})
	return members > 0 && ids == members || members > 2 && like == members
}

// add samples the columns of an object.
func (s *spot) add(v gjson.Result, parents []gjson.Result) {
	if len(s.objects) < 20 {
		s.objects = append(s.objects, v)
	}
	row := s.rows
	s.rows++
	put := func(name string, v gjson.Result) {
		c := s.byName[name]
		if c == nil {
			if len(s.columns) >= sampleCols {
				return
			}
			c = &sample{name: name}
			s.byName[name] = c
			s.columns = append(s.columns, c)
		}
		if n := len(c.at); n > 0 && c.at[n-1] == row {
			return // the nearest holds
		}
		if text, ok := jsonText(v); ok && strings.TrimSpace(text) != "" {
			c.values = append(c.values, text[:min(len(text), sampleCell)])
			c.at = append(c.at, row)
		}
	}
	flatten(v, "", "", flattenedDeep, put)
	for _, parent := range parents {
		flatten(parent, "^", "", 2, put)
	}
}

// flatten visits the members of an object, and of those in it, but for one that
// was visited under the object's own name.
func flatten(v gjson.Result, prefix, visited string, deep int, visit func(path string, v gjson.Result)) {
	v.ForEach(func(key, inner gjson.Result) bool {
		name := prefix + gjsonKey(key.Str)
		if key.Str == "" || key.Str == visited {
			return true
		}
		own := ""
		if _, isText := jsonText(inner); isText || inner.Type == gjson.Null || !inner.IsObject() && !inner.IsArray() {
			visit(name, inner)
			if !inner.IsObject() {
				return true
			}
			own, _ = wrapped(inner)
		}
		if deep == 0 || strings.HasPrefix(prefix, "^") && inner.IsArray() {
			return true
		}
		if inner.IsArray() {
			if first := inner.Get("0"); first.IsObject() {
				flatten(first, name+".0.", "", deep-1, visit)
			}
			return true
		}
		flatten(inner, name+".", own, deep-1, visit)
		return true
	})
}

// objects finds where the records of a JSON file stand, and samples their
// columns. Reviews may stand in several places: by month, by product, the good
// ones apart from the poor.
func (u *Understanding) objects(in *input, v *vocabulary, o *Options) ([]*sample, error) {
	spots, whole, err := look(in)
	if err != nil {
		return nil, err
	}
	u.Whole = whole
	var best *spot
	most := 0.0
	for _, s := range spots {
		score := s.score(v, o)
		if best == nil || score > most+1e-9 || score > most-1e-9 && s.rows > best.rows || s.listOf(best, score-most, v) {
			best, most = s, score
		}
	}
	if best == nil {
		return nil, &chaping.InputError{File: u.File, Problem: "文件里没有 JSON 对象", Remedy: "应是评论对象的列表，或每行一个对象"}
	}
	read := []*spot{best}
	for _, s := range spots {
		least := map[bool]string{true: "至少 "}[!whole || s.rows >= sampleRows]
		if !s.apart(read) {
			if len(s.path) > len(best.path) && s.rows > 1 && s.shaped() {
				u.Tables = append(u.Tables, TableSummary{Name: strings.Join(s.path, "."), Rows: int64(s.rows),
					Skipped: fmt.Sprintf("在所读的每一条里面，也像评论，%s%d 条没有读", least, s.rows)})
			}
			continue
		}
		switch {
		case s.like(best, v):
			read = append(read, s)
		case s.reviews(v) || s.shaped():
			u.Tables = append(u.Tables, TableSummary{Name: strings.Join(s.path, "."), Rows: int64(s.rows),
				Skipped: fmt.Sprintf("不像同一种评论，%s%d 条没有读", least, s.rows)})
		case s.products(v):
			u.Tables = append(u.Tables, TableSummary{Name: strings.Join(s.path, "."), Rows: int64(s.rows),
				Skipped: fmt.Sprintf("像商品，%d 条没有读；另存成商品表导入，里面的名称、店铺、价格就会用上", s.rows)})
		}
	}
	slices.SortStableFunc(read, func(a, b *spot) int { return slices.Index(spots, a) - slices.Index(spots, b) })
	all := spot{byName: map[string]*sample{}}
	for _, s := range read {
		u.paths = append(u.paths, s.path)
		all.join(s)
	}
	if at := keyAt(u.paths); at >= 0 {
		all.addKeys(read, at)
	}
	u.Rows = all.rows
	for _, c := range all.columns {
		c.rows = all.rows
	}
	return all.columns, nil
}

// apart tells whether a place is in none of others, and none of them is in it:
// what a review holds are replies.
func (s *spot) apart(others []*spot) bool {
	return !slices.ContainsFunc(others, func(other *spot) bool { return nested(s.path, other.path) })
}

func nested(a, b []string) bool {
	n := min(len(a), len(b))
	return slices.Equal(a[:n], b[:n])
}

// aside are places of what looks like reviews and is about them.
var aside = regexp.MustCompile(`(?i)repl|answer|question|回复|问答|提问`)

// like tells whether the objects of a place are reviews as those of another are:
// they have the same members, or what a review of the other has.
func (s *spot) like(base *spot, v *vocabulary) bool {
	named := s.reviews(v)
	if !named && !s.shaped() {
		return false
	}
	own, others, shared := 0, 0, 0
	for _, c := range base.columns {
		if !strings.HasPrefix(c.name, "^") && len(c.values) > 0 {
			others++
		}
	}
	for _, c := range s.columns {
		if strings.HasPrefix(c.name, "^") || len(c.values) == 0 {
			continue
		}
		if own++; base.byName[c.name] != nil && len(base.byName[c.name].values) > 0 {
			shared++
		}
	}
	if shared >= 2 && 5*shared >= 3*own && 5*shared >= 3*others {
		return true
	}
	return named && s.fields(v)[fieldRating] > 0.2 || named && base.fields(v)[fieldRating] <= 0.2
}

// reviews tells whether the objects of a place have the text and the date of
// reviews.
func (s *spot) reviews(v *vocabulary) bool {
	if len(s.path) > 0 {
		if last := s.path[len(s.path)-1]; aside.MatchString(last) || v.ignored(plainName(last)) {
			return false
		}
	}
	fields := s.fields(v)
	return fields[fieldText] > 0.2 && fields[fieldPublished] > 0.2
}

// statusKeys are members of an envelope that say how a request went.
var statusKeys = regexp.MustCompile(
	`(?i)^(?:msg|message|code|success|status|state|ret|ret_?code|ret_?msg|err_?no|err_?code|err_?msg|error|error_?code|error_?msg|result_?code|result_?msg|ok|info)$`,
)

// statuses are the columns of an object around records, such as msg beside code
// or beside the list, that are none of a record.
func statuses(columns []*sample) map[string]bool {
	keys := map[string][]string{} // by the object that they stand in
	holds := map[string]bool{}    // a list
	for _, c := range columns {
		at := strings.LastIndexByte(c.name, '.') + 1
		within, key := c.name[:at], strings.TrimPrefix(c.name[at:], "^")
		if statusKeys.MatchString(key) {
			keys[within] = append(keys[within], c.name)
		}
		if list, _, ok := strings.Cut(c.name, ".0."); ok {
			for ; list != ""; list = strings.TrimSuffix(list, ".") {
				list = list[:strings.LastIndexByte(list, '.')+1]
				holds[list] = true
			}
		}
	}
	found := map[string]bool{}
	for within, names := range keys {
		if len(names) > 1 || holds[within] || strings.HasPrefix(within, "^") {
			for _, name := range names {
				found[name] = true
			}
		}
	}
	return found
}

// inList tells columns of what is the first of several: each would be a record.
func inList(name string) bool { return strings.Contains(name, ".0.") }

// shape is how much the objects of a place look like reviews whatever their
// members are called: they have a text, a date, and perhaps a rating.
func (s *spot) shape() (text, date, rating float64) {
	status := statuses(s.columns)
	for _, c := range s.columns {
		if strings.HasPrefix(c.name, "^") || inList(c.name) || status[c.name] {
			continue
		}
		l, filled := lookAt(c), float64(len(c.values))/float64(max(s.rows, 1))
		switch {
		case l.date > 0.8:
			date = max(date, l.date*filled)
		case l.ratingLike() > 0.9 && l.same <= 11:
			rating = max(rating, filled)
		case l.text > 0.5 && l.runes >= 4 && l.url < 0.3 && l.id < 0.8 && !l.stronglyRating():
			text = max(text, l.text*filled*min(1, l.runes/8))
		}
	}
	return text, date, rating
}

// appendages are names of lists of what is said to a review or after it.
var appendages = regexp.MustCompile(`(?i)append|after|additional|follow|追`)

// otherRecords are members that tell records of another kind, which have texts and
// dates as well: questions, messages of a chat, lines of a log, ways of parcels.
var otherRecords = [][]string{{"question"}, {"ask"}, {"from", "to"}, {"sender"}, {"receiver"}, {"level", "msg"}, {"level", "message"}, {"logger"},
	{"context", "time"}, {"waybill"}, {"logistics"}, {"publishtime", "author"}, {"publish_time", "author"}}

func isOtherRecord(columns []*sample) bool {
	has := map[string]bool{}
	for _, c := range columns {
		if !strings.Contains(c.name, ".") {
			has[strings.ToLower(c.name)] = true
		}
	}
	return slices.ContainsFunc(otherRecords, func(of []string) bool {
		return !slices.ContainsFunc(of, func(name string) bool { return !has[name] })
	})
}

// shaped tells whether the objects of a place look like reviews, and are not what
// is said about one.
func (s *spot) shaped() bool {
	if len(s.path) > 0 && (aside.MatchString(s.path[len(s.path)-1]) || appendages.MatchString(s.path[len(s.path)-1])) {
		return false
	}
	if isOtherRecord(s.columns) {
		return false
	}
	text, date, _ := s.shape()
	return text > 0.4 && date > 0.4
}

// listOf tells whether a place is that of the reviews of the objects of another,
// which look like reviews as much: products have texts and dates, too.
func (s *spot) listOf(other *spot, ahead float64, v *vocabulary) bool {
	return ahead > -0.5 && len(s.path) > len(other.path) && nested(s.path, other.path) && s.rows >= 2*other.rows &&
		s.shaped() && s.fields(v)[fieldText] <= 0.2 && other.fields(v)[fieldText] <= 0.2
}

// products tells whether the objects of a place are products, with their facts.
func (s *spot) products(v *vocabulary) bool {
	fields := s.fields(v)
	id := max(fields[fieldProductID], fields[fieldID])
	return len(s.path) > 0 && id > 0.5 && (fields[fieldShop] > 0.5 || fields[fieldPrice] > 0.5 && fields[fieldProduct] > 0.3) &&
		fields[fieldText] <= 0.2 && fields[fieldPublished] <= 0.2
}

// join adds the sample of a further place.
func (s *spot) join(other *spot) {
	for _, c := range other.columns {
		own := s.byName[c.name]
		if own == nil {
			if len(s.columns) >= sampleCols {
				continue
			}
			own = &sample{name: c.name}
			s.byName[c.name] = own
			s.columns = append(s.columns, own)
		}
		own.values = append(own.values, c.values...)
		for _, at := range c.at {
			own.at = append(own.at, s.rows+at)
		}
	}
	s.rows += other.rows
}

// fields is how well each field is found among the members of the objects.
func (s *spot) fields(v *vocabulary) map[string]float64 {
	best := map[string]float64{}
	status := statuses(s.columns)
	for _, c := range s.columns {
		l := lookAt(c)
		for field, fit := range v.fits(c.name) {
			if status[c.name] && (field == fieldText || field == fieldRating) {
				continue
			}
			if strings.HasPrefix(c.name, "^") && (field == fieldText || field == fieldPublished ||
				field == fieldRating || field == fieldID) {
				continue
			}
			best[field] = max(best[field], fit*l.fit(field)*min(1, 0.2+float64(len(c.values))/float64(max(s.rows, 1))))
		}
	}
	return best
}

// score is how much the objects of a place are reviews.
func (s *spot) score(v *vocabulary, o *Options) (score float64) {
	best := s.fields(v)
	if text, date, rating := s.shape(); s.shaped() && (best[fieldText] <= 0.2 || best[fieldPublished] <= 0.2) {
		best[fieldText], best[fieldPublished] = max(best[fieldText], text/2), max(best[fieldPublished], date/2)
		best[fieldRating] = max(best[fieldRating], rating/2)
	}
	for field, name := range o.Map {
		if s.byName[name] != nil {
			best[field] = 3
		}
	}
	weight := map[string]float64{fieldText: 3, fieldPublished: 2, fieldRating: 1, fieldID: 0.5, fieldBuyer: 0.3,
		fieldAppended: 0.2}
	for field, w := range weight {
		score += w * best[field]
	}
	if best[fieldText] < 0.2 {
		score /= 4
	}
	return score - 0.01*float64(len(s.path))
}

// findRecords finds where the records of a JSON file stand that have a profile's
// fields.
func findRecords(c content, p *Profile) (paths [][]string, err error) {
	in, err := c.open(p.Charset)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	spots, _, err := look(in)
	if err != nil {
		return nil, err
	}
	var best *spot
	most := -1
	whole := []*spot{} // those that have what the profile requires
	for _, s := range spots {
		found, required := 0, 0
		for field, names := range p.Fields {
			if slices.ContainsFunc(names, s.has) {
				found++
				if slices.Contains(p.Required, field) {
					required++
				}
			}
		}
		if required == len(p.Required) {
			whole = append(whole, s)
		}
		if found += 10 * required; found > most {
			best, most = s, found
		}
	}
	if best == nil {
		return [][]string{nil}, nil
	}
	read := []*spot{best}
	for _, s := range whole {
		if s.apart(read) && (len(s.path) == 0 || !aside.MatchString(s.path[len(s.path)-1])) {
			read = append(read, s)
		}
	}
	for _, s := range read {
		paths = append(paths, s.path)
	}
	return paths, nil
}

// has tells whether objects of the place have something at a path.
func (s *spot) has(path string) bool {
	if strings.HasPrefix(path, "^") {
		return s.byName[path] != nil
	}
	return slices.ContainsFunc(s.objects, func(v gjson.Result) bool { return v.Get(path).Exists() })
}
