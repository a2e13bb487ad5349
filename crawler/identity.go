package crawler

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"chaping"
)

// Sites make mistakes with the ids of products: two products carry the same
// one, or one product's id changes case from page to page. Reviews are stored
// by product id, so the first would mix the reviews of two products, and the
// second would count one product twice.
//
// An identity is what is remembered of the product that goes by an id,
// whatever its case, in a mark of the queue. A page that shows this id is the
// same product if it stands at the same address or has the same name; sites
// move and rename products, but hardly ever both within one collection.
type identity struct {
	ID      string   `json:"id"`
	Name    string   `json:"n"`
	Address string   `json:"a"`
	Run     string   `json:"r"`           // that saw it last
	Others  []string `json:"o,omitempty"` // addresses of different products with this id
	Ways    []way    `json:"w,omitempty"` // that led to it in this run, one a keyword
}

// A way is how a keyword led to a product: searches show some twice, under addresses
// that differ in what tracks the reader.
type way struct {
	Keyword string `json:"k"`
	URL     string `json:"u"`
}

// come notes how the run came to the product: for the first time, or again by a
// keyword that led to it before. A page that is read once more, because what it had
// could not be stored, is no other way.
func (i *identity) come(t task, run string) (first, again bool) {
	if i.Run != run {
		i.Ways = nil
	}
	by := way{t.Keyword, t.URL}
	n := slices.IndexFunc(i.Ways, func(w way) bool { return w.Keyword == t.Keyword })
	if n < 0 {
		i.Ways = append(slices.Clip(i.Ways), by)
	}
	return i.Ways[0] == by, n >= 0 && i.Ways[n] != by
}

// maxOthers bounds what is remembered of one id.
const maxOthers = 20

// identities settles ids one after the other; those it settled last are at
// hand before the queue has them.
type identities struct {
	mu     sync.Mutex
	recent map[string]identity
	owners map[string]string // of review lists; see owner
}

const recentIdentities = 10_000

// identify settles the id that product is stored under. shared tells that the
// site's own id belongs to another product; product.ID is then another one. again
// tells that the keyword led to the product before.
func (r *reader) identify(ctx context.Context, o *outcome, t task, product *chaping.Product) (shared, again bool, err error) {
	key := "product/" + product.Platform + "/" + strings.ToLower(product.ID)
	r.ids.mu.Lock()
	defer r.ids.mu.Unlock()
	known, ok := r.ids.recent[key]
	if !ok && r.known != nil {
		text, err := r.known(ctx, key)
		if err != nil {
			return false, false, err
		}
		ok = text != "" && json.Unmarshal([]byte(text), &known) == nil
	}
	before := known
	same := known.Name == product.Name || known.Address == product.URL
	own := product.ID
	switch {
	case !ok:
		known = identity{ID: own, Name: product.Name, Address: product.URL}
	case slices.Contains(known.Others, product.URL), !same && known.ID == own && known.Run == r.job.Run:
		shared = true
		if !slices.Contains(known.Others, product.URL) && len(known.Others) < maxOthers {
			known.Others = append(known.Others, product.URL)
		}
		product.ID = fmt.Sprintf("%s~%08x", own, uint32(hash(product.URL)))
		o.fault(
			Fault{
				URL:   t.URL,
				Field: "product.fields.id",
				Value: own,
				Problem: fmt.Sprintf(
					"编号与另一件商品“%s”（%s）相同，本商品改记为 %s",
					chaping.Shorten(known.Name, 30),
					chaping.Shorten(known.Address, 80),
					product.ID,
				),
			},
		)
	case same && known.ID != own:
		product.ID = known.ID
		o.fault(
			Fault{
				URL:     t.URL,
				Field:   "product.fields.id",
				Value:   own,
				Problem: fmt.Sprintf("同一商品的编号大小写不一，按先见到的 %s 记", known.ID),
			},
		)
		fallthrough
	case known.ID == product.ID: // as it was, or moved, or renamed
		known.Name, known.Address = product.Name, product.URL
	default: // only alike: the site tells case apart
		known = identity{ID: own, Name: product.Name, Address: product.URL}
	}
	first := shared
	if !shared {
		first, again = known.come(t, r.job.Run)
	}
	if first {
		o.add(countProducts, 1)
	}
	known.Run = r.job.Run
	if r.ids.recent == nil || len(r.ids.recent) >= recentIdentities {
		r.ids.recent = map[string]identity{}
	}
	r.ids.recent[key] = known
	if known.Run == before.Run && known.ID == before.ID && known.Name == before.Name &&
		known.Address == before.Address &&
		len(known.Others) == len(before.Others) && len(known.Ways) == len(before.Ways) {
		return shared, again, nil
	}
	data, err := json.Marshal(known)
	if err != nil {
		return false, false, err
	}
	o.mark(key, string(data))
	return shared, again, nil
}
