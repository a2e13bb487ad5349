// Package importer reads reviews from a station's own exports: NDJSON, CSV
// and XLSX, plain or gzipped, through a mapping Profile that says which column
// is what. It is the first-class alternative to crawling.
//
// A file streams through: memory does not grow with its size. Whatever cannot
// be used is refused with an error that names file, line, field, value and
// remedy, and the rest goes on. Importing a file again changes nothing, since
// a review's identity is its platform, product and ID; a review without an ID
// gets one from its content.
package importer

import (
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"chaping"
	"chaping/ingest"
)

const (
	// A file's clock may be another one than ours.
	ahead = 24 * time.Hour

	batchRows  = 1 << 16  // reviews sent to the sink at once,
	batchBytes = 32 << 20 // or this much text, whichever comes first
)

// Options say how one file is imported.
type Options struct {
	Profile  *Profile
	Sink     chaping.Sink
	Facts    Facts            // for products whose rows and product file say nothing
	Products map[string]Facts // by product ID, from LoadProducts
	Run      string           // marks the reviews that this import brings
	Now      time.Time        // time of collection
	// GradeText grades a review without a rating by its text; nil leaves it
	// unrated.
	GradeText func(*chaping.Review)
	// After is the last line that an earlier, interrupted import of the same
	// file has kept: rows up to it are passed over.
	After int
	// Kept is called when all rows up to a line have been stored or refused;
	// may be nil. What it is told, After of a later import may be.
	Kept     func(line int) error
	Problem  func(*chaping.InputError)   // called for every refused or damaged row; may be nil
	Progress func(bytesRead, rows int64) // called now and then; may be nil
}

// A Summary says what became of a file's rows: Rows = Accepted + Refused.
type Summary struct {
	File     string           `json:"file"`
	Rows     int64            `json:"rows"`
	Accepted int64            `json:"accepted"`
	Refused  int64            `json:"refused"`
	Damaged  int64            `json:"damaged"` // accepted with bytes that had to be replaced
	Noted    int64            `json:"noted"`   // accepted without something that could not be read: a price, a rating
	Reasons  map[string]int64 `json:"reasons"` // refused, damaged and noted rows by reason
	Products int64            `json:"products"`
	Grades   map[string]int64 `json:"grades"`         // accepted rows by grade, repeated ones included
	ByText   int64            `json:"graded_by_text"` // of these, rows without a rating that Options.GradeText graded
	Defaults int64            `json:"defaults"`
	First    time.Time        `json:"first"` // earliest and latest publication
	Last     time.Time        `json:"last"`
	NoKey    int64            `json:"without_keyword"` // rows whose product has no product keyword
}

// Import reads one file into the sink. The error is nil even when rows were
// refused: the Summary counts them. A file that cannot be read at all, or
// not to its end, is an error; what came before it is kept.
func Import(ctx context.Context, path string, o Options) (Summary, error) {
	im := &run{Options: o, file: path, listed: map[[2]string]chaping.Listing{}, sum: Summary{File: path, Reasons: map[string]int64{}, Grades: map[string]int64{}}}
	src, err := open(ctx, path, o.Profile, &im.read)
	if err != nil {
		return im.sum, err
	}
	defer src.Close()
	dates := ingest.Dates(o.Profile.Dates)
	if _, isTable := src.(*table); isTable {
		dates = append(slices.Clip(dates), ingest.Serial)
	}
	im.source = ingest.NewSource(ingest.Source{
		Platform: o.Profile.Platform.ID, Rule: o.Profile.rule(), Dates: dates, AppendedDates: dates,
		Defaults: chaping.NewDefaultTexts(o.Profile.DefaultTexts), Run: o.Run, Now: o.Now, Ahead: ahead, GradeText: o.GradeText,
	})
	return im.sum, im.rows(ctx, src)
}

// run is the state of one import.
type run struct {
	Options
	file   string
	read   atomic.Int64
	source *ingest.Source
	sum    Summary
	listed map[[2]string]chaping.Listing // last listing sent per product

	batch batch
}

// A batch is what goes to the sink at once.
type batch struct {
	reviews  []chaping.Review
	listings []chaping.Listing
	bytes    int
	last     int // line of its last row
}

// A parsed row is a review with its product's listing, or what is wrong.
type parsed struct {
	row     row
	review  chaping.Review
	listing chaping.Listing
	also    []string              // further keywords of the product
	notes   []*chaping.InputError // what is left out of the review
	fault   *chaping.InputError   // refuses the row
}

const (
	partRows  = 500     // records that are parsed at once,
	partBytes = 4 << 20 // or this much of them, whichever comes first
)

// rows reads, parses on all cores, takes what was parsed in the file's order,
// and sends it on:
//
//	reader ─▶ parsers ─▶ taker ─▶ sender ─▶ sink
//
// What was read before the file turned out to be damaged is sent all the same.
func (im *run) rows(ctx context.Context, src source) error {
	type part struct {
		records []record
		done    chan []parsed
	}
	var readErr error
	g, ctx := errgroup.WithContext(ctx)
	work := make(chan part, runtime.NumCPU())
	order := make(chan part, 2*runtime.NumCPU())
	batches := make(chan batch)
	g.Go(func() error {
		defer close(work)
		defer close(order)
		for readErr == nil {
			p := part{done: make(chan []parsed, 1)}
			for bytes := 0; len(p.records) < partRows && bytes < partBytes; {
				r, err := src.next()
				if err != nil {
					readErr = err
					break
				}
				if r.line <= im.After {
					continue
				}
				bytes += r.bytes
				p.records = append(p.records, r)
			}
			for _, to := range []chan<- part{work, order} {
				select {
				case to <- p:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		return nil
	})
	for range runtime.NumCPU() {
		g.Go(func() error {
			for p := range work {
				list := make([]parsed, len(p.records))
				for i, r := range p.records {
					list[i] = im.parse(r)
				}
				p.done <- list
			}
			return nil
		})
	}
	g.Go(func() error {
		defer close(batches)
		send := func() error {
			select {
			case batches <- im.batch:
				im.batch = batch{reviews: make([]chaping.Review, 0, len(im.batch.reviews))}
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		for p := range order {
			var list []parsed
			select {
			case list = <-p.done:
			case <-ctx.Done():
				return ctx.Err()
			}
			for i := range list {
				im.take(&list[i])
				if len(im.batch.reviews) >= batchRows || im.batch.bytes >= batchBytes {
					if err := send(); err != nil {
						return err
					}
				}
			}
			if im.Progress != nil {
				im.Progress(im.read.Load(), im.sum.Rows)
			}
		}
		if err := ctx.Err(); err != nil { // the reader may have stopped for it
			return err
		}
		return send()
	})
	g.Go(func() error {
		for b := range batches {
			if err := im.put(ctx, b); err != nil {
				return err
			}
		}
		return nil
	})
	if err := g.Wait(); err != nil {
		return err
	}
	if errors.Is(readErr, io.EOF) {
		return nil
	}
	return readErr
}

// parse makes a review of a record. It changes nothing of the run.
func (im *run) parse(rec record) (p parsed) {
	p.row = rec.parse()
	if p.row.err != nil && p.row.field == nil {
		p.fault = p.row.err
		return p
	}
	im.convert(p.row, &p)
	for _, note := range p.notes {
		note.File, note.Line = im.file, p.row.line
	}
	if p.fault != nil {
		p.fault.File, p.fault.Line = im.file, p.row.line
	} else if strings.TrimSpace(p.row.field(fieldKeyword)) == "" {
		p.also = im.Products[p.listing.Product.ID].Also
	}
	return p
}

// take puts a row on the batch, or refuses it.
func (im *run) take(p *parsed) {
	im.sum.Rows++
	im.batch.last = p.row.line
	if p.row.err != nil && p.row.field != nil { // kept with damage
		im.report(p.row.err)
		im.sum.Damaged++
	}
	if p.fault != nil {
		im.report(p.fault)
		im.sum.Refused++
		return
	}
	for _, note := range p.notes {
		im.report(note)
	}
	if len(p.notes) > 0 {
		im.sum.Noted++
	}
	review, listing := &p.review, &p.listing
	im.sum.Accepted++
	im.sum.Grades[review.Grade.String()]++
	if review.Rating == 0 && review.Grade != chaping.Unrated {
		im.sum.ByText++
	}
	if review.Default {
		im.sum.Defaults++
	}
	if listing.Keyword == "" {
		im.sum.NoKey++
	}
	if im.sum.First.IsZero() || review.Published.Before(im.sum.First) {
		im.sum.First = review.Published
	}
	if review.Published.After(im.sum.Last) {
		im.sum.Last = review.Published
	}
	im.batch.reviews = append(im.batch.reviews, *review)
	im.batch.bytes += len(review.Text) + len(review.Appended)
	im.list(*listing)
	for _, k := range p.also {
		listing.Keyword = k
		im.list(*listing)
	}
}

// list puts a listing on the batch unless it has been there.
func (im *run) list(listing chaping.Listing) {
	key := [2]string{listing.Keyword, listing.Product.ID}
	if im.listed[key] == listing {
		return
	}
	if _, known := im.listed[key]; !known {
		im.sum.Products++
	}
	im.listed[key] = listing
	im.batch.listings = append(im.batch.listings, listing)
}

func (im *run) report(e *chaping.InputError) {
	reason := e.Problem
	if e.Field != "" {
		reason = e.Field + "：" + reason
	}
	im.sum.Reasons[reason]++
	if im.Problem != nil {
		im.Problem(e)
	}
}

// put sends a batch to the sink.
func (im *run) put(ctx context.Context, b batch) error {
	if len(b.listings) > 0 {
		if err := im.Sink.PutListings(ctx, b.listings); err != nil {
			return err
		}
	}
	if len(b.reviews) > 0 {
		if err := im.Sink.PutReviews(ctx, b.reviews); err != nil {
			return err
		}
	}
	if im.Kept == nil || b.last == 0 {
		return nil
	}
	return im.Kept(b.last)
}

// convert makes a review and its product's listing of a row.
func (im *run) convert(r row, p *parsed) {
	fail := func(field, value, problem, remedy string) {
		p.fault = &chaping.InputError{Field: field, Value: value, Problem: problem, Remedy: remedy}
	}
	for _, f := range im.Profile.Required {
		// A buyer may rate without a word: the text may be empty, not absent.
		if f == fieldText && r.has(f) {
			continue
		}
		if strings.TrimSpace(r.field(f)) == "" {
			fail(f, "", "必需的内容是空的（列 "+strings.Join(im.Profile.Fields[f], " 或 ")+"）", "补上内容后重新导入这一行")
			return
		}
	}
	facts := rowFacts(r)
	if facts.ProductID == "" {
		facts.ProductID = im.Facts.ProductID
	}
	facts = facts.complete(im.Products[facts.ProductID]).complete(im.Facts)
	if facts.ProductID == "" {
		facts.ProductID = facts.Product // an export of one shop often has names only
	}
	if facts.ProductID == "" {
		fail(fieldProductID, "", "不知道是哪件商品的评论", "给文件加上商品编号或商品名称列，或另外指定商品编号")
		return
	}
	if facts.URL == "" && im.Profile.ProductURL != "" {
		facts.URL = strings.ReplaceAll(im.Profile.ProductURL, "{product_id}", facts.ProductID)
	}
	if facts.Product == "" {
		facts.Product = facts.ProductID
	}
	price, err := ingest.Price(facts.Price)
	if err != nil {
		p.notes = append(p.notes, &chaping.InputError{Field: fieldPrice, Value: facts.Price, Problem: "价格不是数字，按未知收录", Remedy: "写成 199.00 或 199.00-259.00（元）"})
	}
	record := ingest.Record{
		Product: facts.ProductID, ID: r.field(fieldID), Rating: r.field(fieldRating), Text: r.field(fieldText),
		Appended: r.field(fieldAppended), AppendedAt: r.field(fieldAppendedAt), Told: im.Now,
	}
	record.ID, _ = ingest.ID(record.ID)
	if record.Published, p.fault = im.source.Published(r.field(fieldPublished), time.Time{}); p.fault != nil {
		return
	}
	var notes []*chaping.InputError
	p.review, notes, p.fault = im.source.Review(&record)
	p.notes = append(p.notes, notes...)
	if p.fault != nil {
		return
	}
	if p.review.ID == "" {
		p.review.ID = ingest.ContentID(&p.review, "", 1)
	}
	p.listing = chaping.Listing{
		Keyword: facts.Keyword, SeenAt: im.Now,
		Product: chaping.Product{Platform: im.source.Platform, ID: facts.ProductID, Name: facts.Product, URL: facts.URL, Price: price,
			Shop: chaping.Shop{ID: facts.ShopID, Name: facts.Shop, Region: facts.Region}},
	}
}
