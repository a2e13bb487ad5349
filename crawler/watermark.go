package crawler

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"chaping"
)

// A watermark is the time for which all reviews of a product have been read,
// without a gap. It is set when the product's list has been read to its end
// or past the window, and not a page before; and not when reviews among them
// could not be used, so that they are read again once the profile is mended.
type watermark struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

func (r *reader) markName(product string) string {
	return "reviews/" + r.job.Profile.Platform.ID + "/" + product
}

func (r *reader) watermark(ctx context.Context, product string) (watermark, error) {
	var w watermark
	if r.marks == nil {
		return w, nil
	}
	text, err := r.marks(ctx, r.markName(product))
	if err != nil || text == "" {
		return w, err
	}
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return w, fmt.Errorf("水位标记 %q 无法识别：%w", chaping.Shorten(text, 80), err)
	}
	return w, nil
}

// from is how far back the product's reviews have to be read: to the start
// of the window, or to the end of what is known, less the overlap.
func (r *reader) from(ctx context.Context, product string) (time.Time, error) {
	from := r.job.Window.From
	known, err := r.watermark(ctx, product)
	if err != nil {
		return from, err
	}
	if start := known.To.Add(-r.job.Profile.Overlap); !known.From.After(from) && start.After(from) {
		return start, nil
	}
	return from, nil
}

// covered says how far the product's reviews were read; missing is empty when
// they all were.
func (r *reader) covered(o *outcome, product, missing string, final bool, at time.Time) {
	if missing != "" && final {
		o.add(countGaps, 1)
	}
	o.covered = append(o.covered, chaping.Coverage{
		Platform: r.job.Profile.Platform.ID, Product: product, Window: r.job.Window, Missing: missing, Final: final, Run: r.job.Run, At: at,
	})
}

// knownBy is what a product is called before its page was read: its id, as far
// as the search or the address tells it, or else the address.
func (r *reader) knownBy(id, address string) string {
	if id == "" && r.job.Profile.product.id != nil && r.job.Profile.product.id.address {
		id, _ = r.job.Profile.product.id.get(node{address: address})
	}
	return cmp.Or(id, address)
}

// searched says how far the search for a keyword was read. What it does not
// find is in no list of products, so it has a word of its own.
func (r *reader) searched(o *outcome, keyword, missing string, final bool, at time.Time) {
	o.covered = append(o.covered, chaping.Coverage{Platform: r.job.Profile.Platform.ID, Product: chaping.SearchFor(keyword),
		Window: r.job.Window, Missing: missing, Final: final, Run: r.job.Run, At: at})
}

// finished notes that the product's reviews have been read from now back to
// t.From. What was published since the first page was read is not among them.
func (r *reader) finished(o *outcome, t task, now time.Time) error {
	if t.Seen.Bad {
		r.covered(o, t.Product, "部分评论的编号或日期无法识别", true, now)
		return nil
	}
	r.covered(o, t.Product, "", true, now)
	read := watermark{t.From, r.job.Window.To}
	if t.Began.Before(read.To) {
		read.To = t.Began
	}
	if !read.From.Before(read.To) {
		return nil
	}
	// Only a task that started from a watermark has a later From than the
	// window; what it started from reaches back to the window's start.
	if r.job.Window.From.Before(read.From) {
		read.From = r.job.Window.From
	}
	data, err := json.Marshal(read)
	if err != nil {
		return err
	}
	o.mark(r.markName(t.Product), string(data))
	return nil
}
