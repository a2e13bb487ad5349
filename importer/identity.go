package importer

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"

	"chaping"
	"chaping/ingest"
)

const (
	maxCounted = 1 << 23 // rows without an ID that are told apart, in 192 MB at most
	maxKnown   = 1 << 22 // reviews that are known again, in 100 MB at most
)

// identities tells rows of a file apart.
type identities struct {
	numbered *counter
	known    *firsts
}

func newIdentities() *identities {
	return &identities{numbered: newCounter(), known: newFirsts()}
}

// So many characters two buyers do not write alike in one second, or in one
// minute: 很好，物流快.
const (
	ofSecond = 4
	ofMinute = 8
)

// What a row is to those before it.
type sameness int

const (
	isNew   sameness = iota
	isSame           // the same review as one before
	isOther          // it has the ID of one before and another text
)

// identify gives a row without an ID one, and tells whether a row before it was
// the same review.
//
// Rows that are alike in all that is known are the same review where the buyer
// is known or the time is: two buyers do not write the same sentence in the same
// second. Otherwise they are different reviews and are numbered, in each table
// anew: one that has all and one that has the poor ones once more have the same
// reviews.
//
// A row with the ID of one before and another text is kept beside it: the first
// review and what its buyer wrote later are two rows of many exports.
func (t *identities) identify(p *parsed) sameness {
	r := &p.review
	if p.byContent = r.ID == ""; p.byContent {
		r.ID = ingest.ContentID(r, p.buyer, 1)
		if !p.sure() {
			// The same review may stand under each keyword that its product is found by.
			table := uint64(p.row.part)*0x9e3779b97f4a7c15 + xxhash.Sum64String(p.listing.Keyword)
			r.ID = ingest.ContentID(r, p.buyer, t.numbered.add(xxhash.Sum64String(r.ID)+table))
		}
	}
	text := uint32(xxhash.Sum64String(r.Text)) | 1
	if strings.TrimSpace(r.Text) == "" {
		text = 0
	}
	before, seen := t.known.put(reviewHash(r), text)
	switch {
	case !seen:
		return isNew
	case before == text || text == 0 || before == 0:
		return isSame
	}
	r.ID = ingest.FurtherID(r.ID, r.Text)
	if _, seen = t.known.put(reviewHash(r), text); seen {
		return isSame
	}
	return isOther
}

func reviewHash(r *chaping.Review) uint64 {
	return xxhash.Sum64String(r.ID) + 31*xxhash.Sum64String(r.Product)
}

// sure tells whether a row that is like another in all that is known is the same
// review. Of a masked name many buyers are called so.
func (p *parsed) sure() bool {
	if p.buyer != "" && !p.vague {
		return true
	}
	at, long := p.review.Published.Unix(), ofMinute
	if at%60 != 0 {
		long = ofSecond
	}
	midnight := at%86400 == 16*3600 // in Beijing: what days have that come without a time
	return !midnight && !p.review.Default && utf8.RuneCountInString(p.review.Text) >= long
}

// hashes holds a number for each of many hashes, in memory that does not grow
// beyond a bound.
type hashes struct {
	keys   []uint64 // 0: empty
	values []uint32
	used   int
	most   int // hashes are few enough for it to grow
}

func newHashes(most int) hashes {
	return hashes{keys: make([]uint64, 1<<10), values: make([]uint32, 1<<10), most: most}
}

// at is the number of a hash, 0 if it is new; nil if there is no room for it.
func (h *hashes) at(hash uint64) (value *uint32, seen bool) {
	if h.used*4 >= len(h.keys)*3 && len(h.keys) < 2*h.most {
		old := *h
		h.keys, h.values = make([]uint64, 2*len(old.keys)), make([]uint32, 2*len(old.keys))
		for i, key := range old.keys {
			if key != 0 {
				at := openPlace(h.keys, key)
				h.keys[at], h.values[at] = key, old.values[i]
			}
		}
	}
	key := max(hash, 1)
	i := openPlace(h.keys, key)
	if h.keys[i] != 0 {
		return &h.values[i], true
	}
	if h.used*8 >= len(h.keys)*7 {
		return nil, false
	}
	h.keys[i] = key
	h.used++
	return &h.values[i], false
}

// firsts knows of many hashes what came first with each; what is new after its
// bound is not known again.
type firsts struct{ hashes }

func newFirsts() *firsts { return &firsts{newHashes(maxKnown)} }

// put remembers what comes with a hash, and tells what came with it first. What
// was nothing before may be replaced.
func (c *firsts) put(hash uint64, what uint32) (before uint32, seen bool) {
	value, seen := c.at(hash)
	if value == nil {
		return 0, false
	}
	if before = *value; before == 0 {
		*value = what
	}
	return before, seen
}

// A counter counts how often it was given each of many hashes; what is new after
// its bound counts as the first.
type counter struct{ hashes }

func newCounter() *counter { return &counter{newHashes(maxCounted)} }

func (c *counter) add(hash uint64) int {
	value, _ := c.at(hash)
	if value == nil {
		return 1
	}
	*value++
	return int(*value)
}

// repeated is how many times a hash came that had come before.
func (c *counter) repeated() (n int64) {
	for _, count := range c.values {
		n += int64(max(count, 1) - 1)
	}
	return n
}

// openPlace is the place of a key in an open table, or the one where it would be.
func openPlace(keys []uint64, key uint64) int {
	mask := len(keys) - 1
	i := int(key*0x9e3779b97f4a7c15>>32) & mask
	for keys[i] != 0 && keys[i] != key {
		i = (i + 1) & mask
	}
	return i
}

// joins finds products by the IDs that reviews name them with, which
// spreadsheets may have damaged.
type joins struct {
	facts   map[string]Facts
	trimmed map[string][]string // without zeros in front → IDs
	digits  []string            // IDs of sixteen digits and more
}

func newJoins(facts map[string]Facts) *joins {
	j := &joins{facts: facts, trimmed: map[string][]string{}}
	for id := range facts {
		if strings.Trim(id, "0123456789") != "" {
			continue
		}
		bare := strings.TrimLeft(id, "0")
		j.trimmed[bare] = append(j.trimmed[bare], id)
		if len(id) > 15 {
			j.digits = append(j.digits, id)
		}
	}
	slices.Sort(j.digits)
	return j
}

// find finds the product of an ID. One that has lost its zeros in front, or its
// last digits, is found where only one product can be meant.
func (j *joins) find(id string, damaged bool) (Facts, bool) {
	if f, ok := j.facts[id]; ok || id == "" || len(j.facts) == 0 {
		f.ProductID = cmp.Or(f.ProductID, id)
		return f, ok
	}
	var candidates []string
	switch {
	case damaged || ingest.Rounded(id):
		for _, known := range j.digits {
			if rounds(known, id) {
				candidates = append(candidates, known)
			}
		}
	case strings.Trim(id, "0123456789") == "":
		candidates = j.trimmed[strings.TrimLeft(id, "0")]
	}
	if len(candidates) != 1 {
		return Facts{}, false
	}
	f := j.facts[candidates[0]]
	f.ProductID = candidates[0]
	return f, true
}

// rounds tells whether a spreadsheet may have made one ID of another.
func rounds(known, damaged string) bool {
	v, err := strconv.ParseFloat(damaged, 64)
	if err != nil {
		return false
	}
	digits := 15
	if mantissa, _, ok := strings.Cut(strings.ToUpper(damaged), "E"); ok {
		digits = len(strings.ReplaceAll(mantissa, ".", ""))
	}
	rounded := known[:min(len(known), 15)] + strings.Repeat("0", max(0, len(known)-15))
	for _, written := range []string{known, rounded} {
		w, err := strconv.ParseFloat(written, 64)
		if err == nil && strconv.FormatFloat(w, 'E', digits-1, 64) == strconv.FormatFloat(v, 'E', digits-1, 64) {
			return true
		}
	}
	return false
}

// productURLs are the addresses of products that name their ID, those first that
// name nothing else: a page has further parameters, and folders that are none.
var productURLs = []*regexp.Regexp{
	regexp.MustCompile(`(?i)(?:/dp/|/gp/product/|/gp/aw/d/|/product-reviews/)([A-Z0-9]{10})(?:$|[/?&#])`),
	regexp.MustCompile(`(?i)(?:item(?:\.m)?\.jd\.(?:com|hk)/(?:product/)?|/offer/|/itm/|-i\.\d+\.)(\d{4,40})`),
	regexp.MustCompile(`(?i)[?&#](?:item_?id|num_?iid|goods_?id|product_?id|prod_?id|asin)=([A-Za-z0-9_.-]{1,40})`),
	regexp.MustCompile(`(?i)[?&#](?:id|sku_?id|sku|spu_?id|pid|ware_?id)=([A-Za-z0-9_.-]{4,40})`),
	regexp.MustCompile(`(?i)(?:/item/|/items/|/product/|/products/|/goods/|/p/|/detail/|-i\.)([A-Za-z0-9_.-]*\d[A-Za-z0-9_.-]{2,40})`),
}

// productOf is the product that an address is of; "" if it does not say.
func productOf(address string) string {
	for _, re := range productURLs {
		if m := re.FindStringSubmatch(address); m != nil {
			return strings.TrimSuffix(strings.TrimSuffix(m[1], ".html"), ".htm")
		}
	}
	return ""
}

// namedID is an ID that stands in one cell with the name: below it, in brackets, at
// its end or before it.
var (
	namedID = regexp.MustCompile(
		`(?i)[\s,，;；|/(（【\[]*(?:商品|宝贝|产品|货品|平台|sku|spu|item|product|goods)?\s?(?:id|编号|编码)\s*[:：]\s*([A-Z0-9][A-Z0-9_-]{3,39})\s*[)）】\]]?\s*$`,
	)
	idThenName = regexp.MustCompile(
		`(?i)^\s*[(（【\[]?(?:商品|宝贝|产品|货品|平台|sku|spu|item|product|goods)?\s?(?:id|编号|编码)\s*[:：]\s*([A-Z0-9][A-Z0-9_-]{3,39})\s*[)）】\]]?[\s,，;；|/]+(\S.*)$`,
	)
)

// withoutID takes the ID out of the name of a product.
func withoutID(name string) (rest, id string) {
	if !strings.Contains(name, ":") && !strings.Contains(name, "：") { // nearly all names
		return name, ""
	}
	if m := namedID.FindStringSubmatchIndex(name); m != nil && m[0] > 0 {
		return strings.TrimSpace(name[:m[0]]), name[m[2]:m[3]]
	}
	if m := idThenName.FindStringSubmatch(name); m != nil {
		return strings.TrimSpace(m[2]), m[1]
	}
	return name, ""
}
