package crawler

import (
	"context"
	"slices"
	"strconv"
	"sync"

	"chaping"
)

// To many sites the colours and sizes of one product are products of their
// own, and each of them shows the reviews of all. Where the profile says so,
// such a list is stored once, under the variant that was read first: one
// review must not count three times.
//
// Lists are known again by a sample of their reviews' IDs: the smallest hashes
// of the first page, which stay mostly the same while reviews come in.

// listSample is how many reviews a list is known by.
const listSample = 4

// maxOwners bounds what is kept at hand of lists that were read lately.
const maxOwners = 20_000

// A twinList knows reviews of this process by id, date and text, to tell that
// two products show the same ones although the profile does not say so. The id
// alone does not tell that: some sites number reviews within each product.
type twinList struct {
	mu sync.Mutex
	of map[uint64]uint32 // traces of the products
}

// maxTwins bounds what is remembered; what is older is forgotten.
const maxTwins = 100_000

// known notes the review and tells whether another product has it.
func (l *twinList) known(id uint64, review *chaping.Review) bool {
	key := hash(strconv.FormatUint(id, 36), review.Published.UTC().String(), review.Text)
	product := uint32(hash(review.Product))
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == nil || len(l.of) >= maxTwins {
		l.of = map[uint64]uint32{}
	}
	first, ok := l.of[key]
	if !ok {
		l.of[key] = product
	}
	return ok && first != product
}

// owner is the product whose reviews the list of t.Product is, "" if they are
// its own.
func (r *reader) owner(ctx context.Context, o *outcome, t task, entries []entry) (string, error) {
	var ids []uint64
	for _, e := range entries {
		if e.place.id != "" {
			ids = append(ids, hash(e.place.id))
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	prefix := "list/" + r.job.Profile.Platform.ID + "/"
	names := []string{prefix + "of/" + t.Product}
	for _, id := range ids[:min(len(ids), listSample)] {
		names = append(names, prefix+strconv.FormatUint(id, 36))
	}
	r.ids.mu.Lock()
	defer r.ids.mu.Unlock()
	owner := t.Product
	for _, name := range names {
		known, err := r.ownerMark(ctx, name)
		if err != nil {
			return "", err
		}
		if known != "" {
			owner = known
			break
		}
	}
	for _, name := range names {
		if known := r.ids.owners[name]; known == "" {
			r.setOwnerMark(o, name, owner)
		}
	}
	if owner == t.Product {
		return "", nil
	}
	return owner, nil
}

// setOwnerMark keeps what ownerMark gives, for this process and for later ones.
func (r *reader) setOwnerMark(o *outcome, name, value string) {
	r.ids.owners[name] = value
	o.mark(name, value)
}

// ownerMark is what was noted under the name. The lock is held.
func (r *reader) ownerMark(ctx context.Context, name string) (string, error) {
	if r.ids.owners == nil || len(r.ids.owners) >= maxOwners {
		r.ids.owners = map[string]string{}
	}
	if owner, ok := r.ids.owners[name]; ok || r.known == nil {
		return owner, nil
	}
	owner, err := r.known(ctx, name)
	if err == nil && owner != "" {
		r.ids.owners[name] = owner
	}
	return owner, err
}
