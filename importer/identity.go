package importer

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"

	"chaping/ingest"
)

const (
	maxCounted = 1 << 23 // rows without an ID that are told apart, in 192 MB at most
	maxSampled = 1 << 16 // rows with one of which it is remembered that they were there
)

// identities tells rows of a file apart.
type identities struct {
	numbered *counter
	seen     []uint64 // an open table of hashes
	held     int
	every    uint64 // one in so many identities is remembered
}

func newIdentities() *identities {
	return &identities{numbered: newCounter(), seen: make([]uint64, 2*maxSampled), every: 1}
}

// identify gives a row without an ID one, and tells whether a row before it was
// the same review. Rows that are alike in all that is known are different
// reviews and are numbered, unless the buyer is known.
func (t *identities) identify(p *parsed) (merged bool) {
	r := &p.review
	if r.ID == "" {
		r.ID = ingest.ContentID(r, p.buyer, 1)
		if p.buyer == "" {
			r.ID = ingest.ContentID(r, "", t.numbered.add(xxhash.Sum64String(r.ID)))
			return false
		}
	}
	key := xxhash.Sum64String(r.ID) + 31*xxhash.Sum64String(r.Product)
	if key%t.every != 0 {
		return false
	}
	if !t.add(key) {
		return true
	}
	if t.held > maxSampled {
		old := t.seen
		t.every *= 2
		t.seen, t.held = make([]uint64, len(old)), 0
		for _, key := range old {
			if key != 0 && key%t.every == 0 {
				t.add(key)
			}
		}
	}
	return false
}

// add remembers a hash, and tells whether it is new.
func (t *identities) add(key uint64) bool {
	mask := uint64(len(t.seen) - 1)
	key |= 1 << 63 // zero is an empty place
	for i := key * 0x9e3779b97f4a7c15 >> 20 & mask; ; i = (i + 1) & mask {
		switch t.seen[i] {
		case key:
			return false
		case 0:
			t.seen[i] = key
			t.held++
			return true
		}
	}
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
				at := c.find(key)
				c.keys[at], c.counts[at] = key, old.counts[i]
			}
		}
	}
	key := max(hash, 1)
	i := c.find(key)
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

// find is the place of a key, or the one where it would be.
func (c *counter) find(key uint64) int {
	mask := len(c.keys) - 1
	i := int(key*0x9e3779b97f4a7c15>>32) & mask
	for c.keys[i] != 0 && c.keys[i] != key {
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
