package importer

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"

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
	if r.ID == "" {
		r.ID = ingest.ContentID(r, p.buyer, 1)
		if !p.sure() {
			table := uint64(p.row.part) * 0x9e3779b97f4a7c15
			r.ID = ingest.ContentID(r, p.buyer, t.numbered.add(xxhash.Sum64String(r.ID)+table))
		}
	}
	text := uint32(xxhash.Sum64String(r.Text)) | 1
	if strings.TrimSpace(r.Text) == "" {
		text = 0
	}
	key := xxhash.Sum64String(r.ID) + 31*xxhash.Sum64String(r.Product)
	before, seen := t.known.put(key, text)
	switch {
	case !seen:
		return isNew
	case before == text || text == 0 || before == 0:
		return isSame
	}
	r.ID = ingest.FurtherID(r.ID, r.Text)
	if _, seen = t.known.put(xxhash.Sum64String(r.ID)+31*xxhash.Sum64String(r.Product), text); seen {
		return isSame
	}
	return isOther
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

// firsts knows of many hashes what came first with each, in memory that does
// not grow beyond a bound: what is new after that is not known again.
type firsts struct {
	keys  []uint64 // 0: empty
	first []uint32
	used  int
}

func newFirsts() *firsts {
	return &firsts{keys: make([]uint64, 1<<10), first: make([]uint32, 1<<10)}
}

// put remembers what comes with a hash, and tells what came with it first. What
// was nothing before may be replaced.
func (c *firsts) put(hash uint64, what uint32) (before uint32, seen bool) {
	if c.used*4 >= len(c.keys)*3 && len(c.keys) < 2*maxKnown {
		old := *c
		c.keys, c.first = make([]uint64, 2*len(old.keys)), make([]uint32, 2*len(old.keys))
		for i, key := range old.keys {
			if key != 0 {
				at := openPlace(c.keys, key)
				c.keys[at], c.first[at] = key, old.first[i]
			}
		}
	}
	key := max(hash, 1)
	i := openPlace(c.keys, key)
	if c.keys[i] != 0 {
		before = c.first[i]
		if before == 0 {
			c.first[i] = what
		}
		return before, true
	}
	if c.used*8 < len(c.keys)*7 {
		c.keys[i], c.first[i] = key, what
		c.used++
	}
	return 0, false
}

// A counter counts how often it was given each of many hashes, in memory that
// does not grow beyond a bound: what is new after that counts as the first.
type counter struct {
	keys   []uint64 // 0: empty
	counts []uint32
	used   int
}

func newCounter() *counter {
	return &counter{keys: make([]uint64, 1<<10), counts: make([]uint32, 1<<10)}
}

func (c *counter) add(hash uint64) int {
	if c.used*4 >= len(c.keys)*3 && len(c.keys) < 2*maxCounted {
		old := *c
		c.keys, c.counts = make([]uint64, 2*len(old.keys)), make([]uint32, 2*len(old.keys))
		for i, key := range old.keys {
			if key != 0 {
				at := openPlace(c.keys, key)
				c.keys[at], c.counts[at] = key, old.counts[i]
			}
		}
	}
	key := max(hash, 1)
	i := openPlace(c.keys, key)
	if c.keys[i] == 0 {
		if c.used*8 >= len(c.keys)*7 {
			return 1
		}
		c.keys[i] = key
		c.used++
	}
	c.counts[i]++
	return int(c.counts[i])
}

// repeated is how many times a hash came that had come before.
func (c *counter) repeated() (n int64) {
	for _, count := range c.counts {
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

// productURL are the addresses of products that name their ID.
var productURL = regexp.MustCompile(
	`(?i)(?:/dp/|/gp/product/|[?&](?:asin|id|item_?id|goods_?id|product_?id|sku_?id|pid|itemid)=|/item/|/product/|/goods/|item\.jd\.com/|/offer/|-i\.)([A-Za-z0-9_.-]{4,40})`,
)

// productOf is the product that an address is of; "" if it does not say.
func productOf(address string) string {
	if m := productURL.FindStringSubmatch(address); m != nil {
		return strings.TrimSuffix(strings.TrimSuffix(m[1], ".html"), ".htm")
	}
	return ""
}
