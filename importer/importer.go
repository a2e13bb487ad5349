// Package importer reads reviews from files as people have them: exports of
// platforms and shops, what crawlers have saved, spreadsheets that somebody
// keeps. It is the first-class alternative to crawling.
//
//	contents ─▶ input ─▶ grid or units ─▶ source ─▶ rows ─▶ reviews
//	(archive)  (format,   (cells, JSON     (header,  (fields)
//	            charset)   values)          columns)
//
// What the columns of a file mean says a Profile, or Inspect finds it out: by
// the names that are known, then by what the values look like. A file streams
// through: memory does not grow with its size. Whatever cannot be used is refused
// with an error that names file, line, field, value and remedy, and the rest
// goes on. Importing a file again changes nothing, since a review's identity is
// its platform, product and ID; a review without an ID gets one from its
// content.
package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"chaping"
	"chaping/ingest"
)

const (
	// A file's clock may be another one than ours.
	ahead = 24 * time.Hour

	batchRows  = 1 << 16  // reviews sent to the sink at once, where no other number is given,
	batchBytes = 32 << 20 // or this much text, whichever comes first
)

// Options say how one file is imported.
type Options struct {
	Profile  *Profile         // nil: the shipped standard profile, which understands
	Sink     chaping.Sink     // nil: nothing is stored, only told
	Facts    Facts            // for products whose rows and product file say nothing
	Products map[string]Facts // by product ID, from LoadProducts
	// Named are the products that are stored under their names, with the shops
	// that they were listed in: a name stands in for an ID that a file has not.
	Named map[string][]string
	// Shops are the stored products of which several shops have one number, each with
	// the shop that it was listed in last: the number of one of them, and the same
	// with the shop behind it. AllShops gives those of all products; it is called
	// once, when the file has such numbers, and may be nil.
	Shops    map[string]string
	AllShops func() (map[string]string, error)
	// Stored is what was imported before of products: a cell that a file leaves
	// blank does not take it away. It may be nil.
	Stored func(ctx context.Context, ids []string) (map[string][]chaping.Product, error)
	// Alike calls each for the stored reviews of products that came without an ID
	// and were published in a window, but for those of this run; nil finds none.
	Alike func(ctx context.Context, products []string, w chaping.Window, each func(chaping.StoredReview) error) error
	Name  string    // what its sender calls the file; empty: as it is called
	Run   string    // marks the reviews that this import brings
	Now   time.Time // time of collection

	// Map says for a field which column it is, over what the importer finds;
	// an empty name says that it has none. It holds for profiles that
	// understand.
	Map map[string]string
	// Scale is the best rating of the file; 0 leaves that to the importer.
	Scale float64
	// Reversed says that 1 is the best rating.
	Reversed bool
	// DayOrder is ingest.DayFirst or ingest.MonthFirst for dates like
	// 05/11/2026, ingest.YearFirst for those like 26-11-05; empty leaves them
	// unread where the column does not tell.
	DayOrder string
	// ExportedAt is when the file was exported, for dates like 3天前.
	ExportedAt time.Time
	// FillDown takes an empty cell of a product's column for the one above, as
	// tables have it whose merged cells were lost.
	FillDown bool
	// Limit ends after so many rows, as a preview does; 0 reads all.
	Limit int
	// Batch is how many reviews are sent to the sink at once; 0: 65,536.
	Batch int
	// ShopFromTable takes the names of worksheets for those of shops.
	ShopFromTable bool
	// ProductFromTable takes them for those of products.
	ProductFromTable bool
	// SkipVoid leaves out the rows that the file itself says are void: deleted,
	// hidden, not valid.
	SkipVoid bool

	// GradeText grades a review without a rating by its text; nil leaves it
	// unrated.
	GradeText func(*chaping.Review)
	// After is how far an earlier, interrupted import of the same file had
	// come: what it has kept is passed over.
	After int
	// Check is called once, before anything is stored, with what the first batch
	// (or all of a smaller file) has shown: an error of its own ends the import. It
	// may be nil.
	Check func(Summary) error
	// Kept is called when all rows up to a place have been stored or refused;
	// may be nil. What it is told, After of a later import may be.
	Kept func(line int) error
	// Row is told what becomes of every row, in their order; may be nil.
	Row      func(Row)
	Problem  func(*chaping.InputError)   // called for every refused or damaged row; may be nil
	Progress func(bytesRead, rows int64) // called now and then; may be nil
}

// A Row is what became of a row of a file.
type Row struct {
	Line    int
	Review  chaping.Review
	Listing chaping.Listing
	Notes   []*chaping.InputError // what is left out of the review
	Fault   *chaping.InputError   // refuses it
	Merged  bool                  // it is the same review as a row before
}

// Import reads one file into the sink. The error is nil even when rows were
// refused: the Summary counts them. A file that cannot be read at all, or
// not to its end, is an error; what came before it is kept.
func Import(ctx context.Context, path string, o Options) (Summary, error) {
	im := &run{Options: o, file: path, seed: maphash.MakeSeed(), listed: map[uint64]sentListing{}, products: map[uint64]struct{}{},
		said: map[uint64]chaping.Product{}, found: map[uint64]chaping.StoredReview{}, ids: map[uint64]uint64{}, sum: newSummary(path),
		grouped: map[string]*group{}, rows: newIdentities(), followed: newFollowed()}
	if im.Profile == nil {
		p, err := Shipped("standard")
		if err != nil {
			return im.sum.Summary, err
		}
		im.Profile = p
	}
	im.Batch = cmp.Or(im.Batch, batchRows)
	im.joins, im.byName = newJoins(o.Products), newProductNames(o.Products)
	before, statErr := os.Stat(path)
	err := im.files(ctx)
	im.finish()
	if statErr == nil && ctx.Err() == nil {
		err = changed(path, before, err)
	}
	return im.sum.now(im), err
}

// changed tells, instead of what else went wrong, that a file has changed while
// it was read: what was read is of no file that there ever was.
func changed(path string, before os.FileInfo, err error) error {
	after, statErr := os.Stat(path)
	if statErr == nil && os.SameFile(before, after) && after.Size() == before.Size() &&
		after.ModTime().Equal(before.ModTime()) {
		return err
	}
	return &chaping.InputError{File: path, Problem: "文件在读取期间被改动了，读到的可能前后不一",
		Remedy: "等写这个文件的程序写完，再导入一次；已导入的不会重复，也可以撤销"}
}

// run is the state of one import.
type run struct {
	Options
	file    string
	read    atomic.Int64
	profile *Profile // what the content is read with that is being read
	source  *ingest.Source
	joins   *joins
	sum     *summary
	place   int // of the record that was read last
	checked bool
	taken   int       // records that were read
	told    time.Time // when the file was exported, if anybody knows
	// pagesOfReviews says that each row has its own address, which is then none of
	// a product.
	pagesOfReviews bool
	other          string // of a product, what the store says of its shop against the file
	nameGrade      string // the rating that the name of the file says
	sheetGrades    bool
	sharedID       bool  // several shops have products of the same ID
	failed         error // of asking the store for shops
	mojibake       bool  // texts are UTF-8 that was taken for GBK
	swapped        bool  // texts are Big5 that was taken for GBK, or the other way
	rounded        bool  // IDs of products have lost their last digits
	rows           *identities
	grouped        map[string]*group
	seed           maphash.Seed
	products       map[uint64]struct{}        // hashes of the products' IDs
	listed         map[uint64]sentListing     // hash of a keyword and its product → the listing that was sent last
	ids            map[uint64]uint64          // hash of an ID → of the shop that it came with first
	said           map[uint64]chaping.Product // hash of an ID → what the rows so far say of the product

	batch     batch
	otherwise int64                           // rows whose review was stored in another notation
	perhaps   int64                           // rows that have the product, minute and text of a stored one, and are another
	found     map[uint64]chaping.StoredReview // hash of a review without an ID → as which it is stored
	followed  *followed
	byName    productNames
	byRow     bool // follow-ups have rows of their own
	byOrder   bool // they name the order that was reviewed
	lists     lists
}

// lists are used again and again: a row as it is parsed is large.
type lists struct{ pool sync.Pool }

func (l *lists) get(n int) []parsed {
	if list, ok := l.pool.Get().(*[]parsed); ok && cap(*list) >= n {
		return (*list)[:n]
	}
	return make([]parsed, n, partRows)
}

func (l *lists) put(list []parsed) {
	clear(list)
	l.pool.Put(&list)
}

// A batch is what goes to the sink at once.
type batch struct {
	reviews   []chaping.Review
	byContent []byContent // of the reviews
	listings  []chaping.Listing
	bytes     int
	last      int // place of its last row
}

// files imports the files that a file holds: itself, or those of an archive.
func (im *run) files(ctx context.Context) error {
	list, skipped, closer, err := contents(ctx, im.file, &im.read)
	if err != nil {
		return err
	}
	defer closer.Close()
	im.sum.Tables = skipped
	var failed error
	used := 0
	for _, c := range list {
		before := im.sum.Rows
		err := im.one(ctx, c, len(list) > 1)
		var input *chaping.InputError
		switch {
		case err == nil:
			used++
		case errors.Is(err, errOfProducts):
			failed = errors.Join(failed, &chaping.InputError{File: c.file, Problem: "压缩包里只有商品表，没有评论", Remedy: "把商品表作商品表导入"})
		case len(list) == 1 || !errors.As(err, &input) || im.sum.Rows > before:
			return err
		default:
			im.sum.Tables = append(im.sum.Tables, TableSummary{Name: c.name, Skipped: input.Problem})
			failed = errors.Join(failed, err)
		}
	}
	if used == 0 {
		return failed
	}
	return nil
}

// one imports one content; several tells that the file has others.
func (im *run) one(ctx context.Context, c content, several bool) error {
	p := im.Profile
	var u *Understanding
	if p.Understand {
		understood, err := inspect(c, &Options{Profile: p, Name: im.Name, Facts: im.Facts, Map: im.Map, Scale: im.Scale,
			DayOrder:   im.DayOrder,
			ExportedAt: im.ExportedAt, ShopFromTable: im.ShopFromTable, Reversed: im.Reversed,
			FillDown: im.FillDown, SkipVoid: im.SkipVoid, ProductFromTable: im.ProductFromTable, GradeText: im.GradeText, Now: im.Now})
		if err != nil {
			return err
		}
		if several && understood.ofProducts() {
			im.tableAmong(&understood, c)
			return errOfProducts
		}
		im.sum.Questions = append(im.sum.Questions, understood.Questions...)
		u, p = &understood, understood.profile
		if fault := u.fault(); fault != nil {
			return fault
		}
	}
	in, err := c.open(p.Charset)
	if err != nil {
		return err
	}
	src, err := openSource(in, p, u)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	defer src.Close()
	t, isTable := src.(*table)
	if isTable {
		t.fillDown = im.FillDown || p.FillDown
	}
	dates := ingest.Dates(p.Dates)
	if isTable {
		dates = append(slices.Clip(dates), ingest.Serial)
	}
	if im.DayOrder != "" {
		dates = append(slices.Clip(dates), im.DayOrder)
	}
	scale := ingest.Scale(p.Scale)
	scale.Reversed = scale.Reversed || im.Reversed
	if im.Scale > 0 {
		scale.Max = im.Scale
	}
	im.profile, im.told, im.rounded = p, im.ExportedAt, u != nil && u.rounded
	im.byRow, im.byOrder = p.followsByRow(), p.byOrder()
	im.mojibake, im.swapped = u != nil && u.mojibake, u != nil && u.swapped
	if im.nameGrade, im.sheetGrades = "", false; u != nil {
		im.nameGrade, im.sheetGrades = u.gradeWord, u.sheetGrades
	}
	im.pagesOfReviews = u != nil && u.pagesOfReviews
	if u != nil && im.told.IsZero() {
		im.told = u.ExportedAt
	}
	im.source = ingest.NewSource(ingest.Source{
		Platform: p.Platform.ID, Rule: p.rule(), Scale: scale, Dates: dates, AppendedDates: dates,
		Defaults: chaping.NewDefaultTexts(p.DefaultTexts), Run: im.Run, Now: im.Now, Ahead: ahead,
		GradeText: im.GradeText,
	})
	if several { // each file counts its own rows
		im.sum.Numbered += im.rows.numbered.repeated()
		im.rows.numbered = newCounter()
	}
	before := im.sum.Rows
	err = im.all(ctx, src)
	if isTable {
		im.sum.Questions = append(append(im.sum.Questions, t.gone...), t.unseen()...)
		im.sum.Questions = append(im.sum.Questions, t.said.questions()...)
		im.sum.Passed += t.passed
		if len(t.tables) > 1 || slices.ContainsFunc(t.tables, func(s TableSummary) bool { return s.Hidden }) {
			im.sum.Tables = append(im.sum.Tables, t.tables...)
		}
	}
	if j, ok := src.(*jsonSource); ok {
		if u != nil {
			im.sum.Tables = append(im.sum.Tables, u.Tables...)
		}
		im.sum.Tables = append(im.sum.Tables, j.summaries()...)
	}
	if several && err == nil {
		im.sum.Tables = append(im.sum.Tables, TableSummary{Name: c.name, Rows: im.sum.Rows - before})
	}
	return err
}

const (
	partRows  = 500     // records that are parsed at once,
	partBytes = 4 << 20 // or this much of them, whichever comes first
)

// all reads, parses on all cores, takes what was parsed in the file's order,
// and sends it on:
//
//	reader ─▶ parsers ─▶ taker ─▶ sender ─▶ sink
//
// What was read before the file turned out to be damaged is sent all the same.
func (im *run) all(ctx context.Context, src source) error {
	var readErr error
	g, ctx := errgroup.WithContext(ctx)
	work := make(chan part, runtime.NumCPU())
	order := make(chan part, 2*runtime.NumCPU())
	batches := make(chan batch)
	g.Go(func() (err error) {
		defer close(work)
		defer close(order)
		readErr, err = im.readParts(ctx, src, work, order)
		return err
	})
	for range runtime.NumCPU() {
		g.Go(func() error {
			for p := range work {
				list := im.lists.get(len(p.records))
				for i, r := range p.records {
					im.parse(r, &list[i])
				}
				p.done <- list
			}
			return nil
		})
	}
	g.Go(func() error {
		defer close(batches)
		return im.takeParts(ctx, order, batches)
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

// A part is some rows of a file: read by one, parsed by any, taken in order.
type part struct {
	records []record
	done    chan []parsed
}

// readParts hands the file's rows to those who parse and, in order, to the one
// who takes them. What ends the file is no error of the others: the rows before
// are still taken.
func (im *run) readParts(ctx context.Context, src source, work, order chan<- part) (ended, err error) {
	base := im.place
	for ended == nil {
		p := part{records: make([]record, 0, partRows), done: make(chan []parsed, 1)}
		for bytes := 0; len(p.records) < partRows && bytes < partBytes; {
			r, err := src.next()
			if im.Limit > 0 && im.taken >= im.Limit {
				err = io.EOF
			}
			if err != nil {
				ended = err
				break
			}
			im.taken++
			im.place = max(im.place+1, base+r.line)
			r.line = im.place
			bytes += r.bytes
			p.records = append(p.records, r)
		}
		for _, to := range []chan<- part{work, order} {
			select {
			case to <- p:
			case <-ctx.Done():
				return ended, ctx.Err()
			}
		}
	}
	return ended, nil
}

// takeParts takes what was parsed, in the file's order, and sends it on in
// batches.
func (im *run) takeParts(ctx context.Context, order <-chan part, batches chan<- batch) error {
	for p := range order {
		var list []parsed
		select {
		case list = <-p.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		for i := range list {
			if im.take(&list[i]); im.failed != nil {
				return im.failed
			}
			if len(im.batch.reviews) >= im.Batch || im.batch.bytes >= batchBytes {
				if err := im.send(ctx, batches); err != nil {
					return err
				}
			}
		}
		im.lists.put(list)
		if im.Progress != nil {
			im.Progress(im.read.Load(), im.sum.Rows)
		}
	}
	if err := ctx.Err(); err != nil { // the reader may have stopped for it
		return err
	}
	im.left()
	return im.send(ctx, batches)
}

// send sends the batch, after what may still stop the import.
func (im *run) send(ctx context.Context, batches chan<- batch) error {
	if err := im.scaleHolds(); err != nil {
		return err
	}
	if im.Check != nil && !im.checked {
		im.checked = true
		if err := im.Check(im.sum.now(im)); err != nil {
			return err
		}
	}
	select {
	case batches <- im.batch:
		im.followed.batches++
		im.batch = batch{reviews: make([]chaping.Review, 0, len(im.batch.reviews))}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// parse makes a review of a record. It changes nothing of the run.
func (im *run) parse(rec record, p *parsed) {
	p.row, p.place = rec.parse(), rec.line
	if p.row.err != nil && p.row.field == nil {
		p.fault = p.row.err
		return
	}
	if p.marks = im.marksOf(&p.row); p.marks.others {
		if p.marks.product { // what it says of the product is of use
			if facts := im.facts(&p.row, p); facts.ProductID != "" {
				p.listing, _ = im.profile.Listing(facts, im.Now)
			}
		}
		return
	}
	im.convert(&p.row, p)
	for _, note := range p.notes {
		note.File, note.Line = p.row.file, p.row.line
	}
	if p.fault != nil {
		p.fault.File, p.fault.Line = p.row.file, p.row.line
	}
}

// take puts a row on the batch, or refuses it.
func (im *run) take(p *parsed) {
	same := isNew
	var kept *held
	skipped := p.marks.others || p.fault == nil && p.marks.void && (im.SkipVoid || im.profile.SkipVoid)
	if p.fault == nil && !skipped {
		if p.marks.follows && p.parent != "" {
			im.join(p)
			return
		}
		im.apart(p)
		if same = im.rows.identify(p); p.parent != "" {
			kept = im.hold(p)
		}
	}
	if p.place <= im.After { // an earlier import has kept it
		return
	}
	im.batch.last = max(im.batch.last, p.place)
	switch {
	case p.marks.others:
		im.sum.Others++
	case p.marks.void && p.fault == nil:
		im.sum.Void++
	}
	if skipped {
		if p.listing.Product.ID != "" && p.marks.product {
			im.list(p.listing)
		}
		return
	}
	im.sum.Rows++
	if p.row.err != nil && p.row.field != nil { // kept with damage
		im.report(p.row.err)
		im.sum.Damaged++
	}
	if p.row.note != nil {
		p.notes = append(p.notes, p.row.note)
	}
	if im.Row != nil {
		im.Row(Row{Line: p.row.line, Review: p.review, Listing: p.listing, Notes: p.notes, Fault: p.fault,
			Merged: same == isSame})
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
	im.sum.count(p, same, im)
	if same != isSame || p.review.Text != "" { // an empty row does not take the place of a text
		if p.byContent && im.Alike != nil {
			im.batch.byContent = append(im.batch.byContent, byContent{len(im.batch.reviews), p.buyer, p.sure()})
		}
		if kept != nil {
			kept.batch, kept.at = im.followed.batches, len(im.batch.reviews)
		}
		im.batch.reviews = append(im.batch.reviews, p.review)
		im.batch.bytes += len(p.review.Text) + len(p.review.Appended)
	}
	im.list(p.listing)
	for _, k := range p.also {
		p.listing.Keyword = k
		im.list(p.listing)
	}
}

// apart keeps the products of several shops apart that have the same ID: it is the
// merchant's own then, or of several platforms. Those of the shop whose it is in the
// store keep it, else those of the first shop.
func (im *run) apart(p *parsed) {
	if !p.ownID || p.shop == "" {
		return
	}
	key, shop := maphash.String(im.seed, p.review.Product), maphash.String(im.seed, p.shop)
	first, known := im.ids[key]
	switch {
	case known && first == shop:
		return
	case !known:
		bare, stored := im.bare(p)
		if !stored {
			im.ids[key] = shop
		}
		if bare || !stored {
			return
		}
	}
	if !im.sharedID {
		im.sharedID = true
		im.sum.Questions = append(im.sum.Questions, Question{Kind: AskUnused, Field: fieldProductID,
			Text: fmt.Sprintf("同一商品编号在几家店铺（或平台）里都有（如 %s）。", chaping.Shorten(p.review.Product, 40)), Assumed: "每家各算一件商品"})
		if im.AllShops != nil {
			im.Shops, im.failed = im.AllShops()
		}
	}
	p.rename(p.ofShop())
}

// bare tells whether the store has the row's product under the bare number, where
// the store tells: it knows the number as that of another shop, or the product as one
// with the shop behind its number.
func (im *run) bare(p *parsed) (bare, stored bool) {
	if len(im.Shops) == 0 {
		return false, false
	}
	if owner := im.Shops[p.review.Product]; owner != "" && p.seller != "" {
		return owner == p.seller, true
	}
	_, stored = im.Shops[p.ofShop()]
	return false, stored
}

// ofShop is the ID of the row's product where several shops have its number.
func (p *parsed) ofShop() string { return p.review.Product + "（" + p.shop + "）" }

// rename gives the row's product another ID.
func (p *parsed) rename(id string) {
	if p.listing.Product.Name == p.listing.Product.ID {
		p.listing.Product.Name = id
	}
	p.review.Product, p.listing.Product.ID = id, id
}

// put sends a batch to the sink.
func (im *run) put(ctx context.Context, b batch) error {
	if im.Sink == nil {
		return nil
	}
	if len(b.listings) > 0 {
		if err := im.completed(ctx, b.listings); err != nil {
			return err
		}
		if err := im.Sink.PutListings(ctx, b.listings); err != nil {
			return err
		}
	}
	if len(b.reviews) > 0 {
		if err := im.known(ctx, &b); err != nil {
			return err
		}
		if err := im.Sink.PutReviews(ctx, b.reviews); err != nil {
			return err
		}
	}
	if im.Kept == nil || b.last == 0 {
		return nil
	}
	return im.Kept(b.last)
}
