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
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

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
	im.joins = newJoins(o.Products)
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
	sharedID       bool // several shops have products of the same ID
	mojibake       bool // texts are UTF-8 that was taken for GBK
	swapped        bool // texts are Big5 that was taken for GBK, or the other way
	rounded        bool // IDs of products have lost their last digits
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

// A parsed row is a review with its product's listing, or what is wrong.
type parsed struct {
	row       row
	place     int
	review    chaping.Review
	buyer     string
	vague     bool // others may be called so
	listing   chaping.Listing
	marks     marks
	shop      string                // platform and shop that its row names
	ownID     bool                  // the row has its product's ID
	decoded   bool                  // its text was encoded
	byContent bool                  // its ID was made of its content
	cut       bool                  // a shop's answer stood behind its text
	follows   bool                  // its text says that it follows another up
	parent    string                // the ID of the review that it follows up
	foreign   bool                  // its text is not in Chinese
	joined    bool                  // the product file has the product
	also      []string              // further keywords of the product
	notes     []*chaping.InputError // what is left out of the review
	fault     *chaping.InputError   // refuses the row
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
			im.take(&list[i])
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
		own := p.review.ID
		im.apart(p)
		if same = im.rows.identify(p); own != "" && im.joinsFollowUps() {
			kept = im.hold(p, own)
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
// merchant's own then, or of several platforms. Those of the first shop keep it.
func (im *run) apart(p *parsed) {
	if !p.ownID || p.shop == "" {
		return
	}
	key, shop := maphash.String(im.seed, p.review.Product), maphash.String(im.seed, p.shop)
	switch first, known := im.ids[key]; {
	case !known:
		im.ids[key] = shop
		return
	case first == shop:
		return
	}
	if !im.sharedID {
		im.sharedID = true
		im.sum.Questions = append(im.sum.Questions, Question{Kind: AskUnused, Field: fieldProductID,
			Text: fmt.Sprintf("同一商品编号在几家店铺（或平台）里都有（如 %s）。", chaping.Shorten(p.review.Product, 40)), Assumed: "每家各算一件商品"})
	}
	p.review.Product += "（" + p.shop + "）"
	if p.listing.Product.Name == p.listing.Product.ID {
		p.listing.Product.Name = p.review.Product
	}
	p.listing.Product.ID = p.review.Product
}

// A sentListing is a listing as hashes: as its row had it, and as it was sent.
type sentListing struct{ row, sent uint64 }

// maxFacts is how many products' facts are held, so that a row whose cells are
// blank does not take away what others have said; of further products the store
// knows it.
const maxFacts = 1 << 16

// list puts a listing on the batch unless it has been there. A file may have
// millions of products: of most only hashes are held.
func (im *run) list(listing chaping.Listing) {
	key := maphash.Comparable(im.seed, [2]string{listing.Keyword, listing.Product.ID})
	row := maphash.Comparable(im.seed, listing)
	last, known := im.listed[key]
	if known && last.row == row {
		return
	}
	id := maphash.String(im.seed, listing.Product.ID)
	facts, held := im.said[id]
	listing.Product.Price = facts.Price.With(listing.Product.Price) // its variants have rows of their own
	if complete(&listing.Product, &facts); held || len(im.said) < maxFacts {
		im.said[id] = listing.Product
	}
	if _, counted := im.products[id]; !counted { // under one keyword or several
		im.products[id] = struct{}{}
		im.sum.Products++
		if listing.Product.Shop.Name == "" && listing.Product.Shop.Region == "" && !listing.Product.Price.Known() &&
			listing.Product.URL == "" {
			im.sum.NoFacts++
		}
	}
	sent := maphash.Comparable(im.seed, listing)
	im.listed[key] = sentListing{row, sent}
	if !known || last.sent != sent {
		im.batch.listings = append(im.batch.listings, listing)
	}
}

// complete fills in what is not known of a product. A name that is the ID is none.
func complete(p, from *chaping.Product) {
	fill := func(s *string, from string) {
		if *s == "" {
			*s = from
		}
	}
	if p.Name == p.ID && from.Name != "" {
		p.Name = from.Name
	}
	fill(&p.URL, from.URL)
	if !p.Price.Known() {
		p.Price = from.Price
	}
	// What is known of one shop says nothing of another.
	if p.Shop.Name == "" || from.Shop.Name == "" || p.Shop.Name == from.Shop.Name {
		fill(&p.Shop.Name, from.Shop.Name)
		fill(&p.Shop.ID, from.Shop.ID)
		fill(&p.Shop.Region, from.Shop.Region)
	}
}

// poor tells whether something is not known of a product.
func poor(p *chaping.Product) bool {
	return p.Name == p.ID || p.URL == "" || !p.Price.Known() || p.Shop.Name == "" || p.Shop.ID == "" ||
		p.Shop.Region == ""
}

// completed fills in what imports before this one have said.
func (im *run) completed(ctx context.Context, listings []chaping.Listing) error {
	if im.Stored == nil {
		return nil
	}
	var ids []string
	for i := range listings {
		if poor(&listings[i].Product) || listings[i].Product.Shop.Name != "" {
			ids = append(ids, listings[i].Product.ID)
		}
	}
	slices.Sort(ids)
	for chunk := range slices.Chunk(slices.Compact(ids), 1000) {
		known, err := im.Stored(ctx, chunk)
		if err != nil {
			return err
		}
		for i := range listings {
			for _, from := range known[listings[i].Product.ID] {
				if im.other == "" && from.Shop.Name != "" && listings[i].Product.Shop.Name != "" &&
					from.Shop.Name != listings[i].Product.Shop.Name {
					im.other = fmt.Sprintf("商品 %s 的店铺，库里是“%s”，这个文件里是“%s”。", chaping.Shorten(from.ID, 40),
						from.Shop.Name, listings[i].Product.Shop.Name)
				}
				complete(&listings[i].Product, &from)
			}
		}
	}
	return nil
}

// A group is a fault that many rows may have for one reason, which is told
// once.
type group struct {
	first *chaping.InputError
	rows  int64
}

// reasonOf is what a summary counts a fault under.
func reasonOf(e *chaping.InputError) string {
	if e.Field == "" {
		return e.Problem
	}
	return cmp.Or(TitleOf(e.Field), e.Field) + "：" + e.Problem
}

func (im *run) report(e *chaping.InputError) {
	reason := reasonOf(e)
	im.sum.Reasons[reason]++
	im.sum.example(reason, e)
	if inOneLine(e) {
		g := im.grouped[reason]
		if g == nil {
			g = &group{first: e}
			im.grouped[reason] = g
		}
		g.rows++
		return
	}
	if im.Problem != nil {
		im.Problem(e)
	}
}

// noProduct is the problem of rows that name no product.
const noProduct = "不知道是哪件商品的评论"

// inOneLine tells whether a fault is one of the whole column and not of its row.
func inOneLine(e *chaping.InputError) bool {
	relative, _ := ingest.Undated(ingest.ErrRelative)
	order, _ := ingest.Undated(ingest.ErrOrder)
	zone, _ := ingest.Undated(ingest.ErrZone)
	foreign, _ := ingest.Unpriced(ingest.ErrForeign)
	return e.Problem == foreign || e.Problem == relative || e.Problem == order || e.Problem == zone || e.Problem == noProduct
}

// finish tells what is told once.
func (im *run) finish() {
	im.sum.Otherwise, im.sum.Perhaps = im.otherwise, im.perhaps
	if n := im.followed.orphans; n > 0 {
		im.sum.Questions = append(im.sum.Questions, Question{Kind: AskUnused, Field: fieldParent,
			Text: fmt.Sprintf("%d 行追评找不到所追评的评论（如 %s），文件里没有它。", n, im.followed.orphan), Assumed: "各算一条评论"})
	}
	if im.other != "" {
		im.sum.Questions = append(im.sum.Questions, Question{Kind: AskUnused, Field: fieldShop,
			Text: im.other, Assumed: "同一件商品，店铺以这个文件为准；几家店铺共用编号的，请放在一个文件里导入"})
	}
	for _, reason := range slices.Sorted(maps.Keys(im.grouped)) {
		g := im.grouped[reason]
		if e := *g.first; im.Problem != nil {
			if g.rows > 1 {
				e.Problem += fmt.Sprintf("，共 %d 行", g.rows)
			}
			im.Problem(&e)
		}
	}
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

// words is a text that a file may say nothing in place of.
func words(s string) string {
	if ingest.Blank(s) {
		return ""
	}
	return s
}

// convert makes a review and its product's listing of a row.
func (im *run) convert(r *row, p *parsed) {
	fail := func(field, value, problem, remedy string) {
		p.fault = &chaping.InputError{Field: field, Value: value, Problem: problem, Remedy: remedy}
	}
	for _, f := range im.profile.Required {
		// A buyer may rate without a word: the text may be empty, not absent.
		if f == fieldText && r.has(f) {
			continue
		}
		if strings.TrimSpace(r.field(f)) == "" {
			fail(f, "", "必需的内容是空的（列 "+strings.Join(im.profile.Fields[f], " 或 ")+"）", "补上内容后重新导入这一行")
			return
		}
	}
	facts := im.facts(r, p)
	if facts.ProductID == "" {
		fail(fieldProductID, "", noProduct, "给文件加上商品编号或商品名称列，或另外指定商品编号")
		return
	}
	var err error
	if p.listing, err = im.profile.Listing(facts, im.Now); err != nil {
		problem, remedy := ingest.Unpriced(err)
		p.notes = append(p.notes, &chaping.InputError{Field: fieldPrice, Value: facts.Price, Problem: problem, Remedy: remedy})
	}
	text := im.legible(p, r.field(fieldText))
	if p.fault != nil {
		return
	}
	if own, cut := ingest.Buyers(text); cut {
		if own == "" && r.field(fieldRating) == "" && r.field(fieldAppended) == "" && r.field(fieldMore) == "" {
			p.marks.others = true // a row of the merchant's own
			return
		}
		text, p.cut = own, true
	}
	p.follows = followUp.MatchString(text)
	record := ingest.Record{
		Product: facts.ProductID, Rating: r.field(fieldRating), Text: words(text),
		Appended: words(im.legible(p, r.field(fieldAppended))), AppendedAt: r.field(fieldAppendedAt), Told: im.told,
		Media: ingest.Media(r.field(fieldPictures), r.field(fieldVideos), nil),
	}
	if record.Rating == "" && (im.nameGrade != "" || im.sheetGrades) {
		record.Rating = im.gradeWord(r)
	}
	if more := r.field(fieldMore); more != "" {
		record.Text = joined(record.Text, more)
	}
	if value := strings.TrimSpace(text); ingest.FormulaError(value) {
		p.notes = append(p.notes, &chaping.InputError{Field: fieldText, Value: value,
			Problem: "单元格是公式错误，没有内容", Remedy: "原文以 =、+、- 开头的，在表格软件里把这一列设成文本，改回原文"})
	}
	if title := words(r.field(fieldTitle)); title != "" && !strings.Contains(record.Text, title) {
		record.Text = strings.TrimSpace(title + "\n" + record.Text)
	}
	p.buyer = ingest.Buyer(r.field(fieldBuyer))
	p.vague = ingest.VagueBuyer(p.buyer)
	id, damaged := ingest.ID(r.field(fieldID))
	if record.ID = id; damaged {
		record.ID = ""
		p.notes = append(p.notes, &chaping.InputError{Field: fieldID, Value: id, Problem: "编号被表格软件改成了科学计数法，不用它认评论",
			Remedy: "重新导出；在表格软件里把这一列设成文本再打开"})
	}
	if p.marks.follows {
		p.parent = parentOf(r)
	}
	record.Told = im.toldOf(r)
	published := r.field(fieldPublished)
	if len(im.profile.Fields[fieldClock]) > 0 {
		published = strings.TrimSpace(published + " " + words(r.field(fieldClock)))
	}
	if record.Published, p.fault = im.source.Published(published, record.Told); p.fault != nil {
		return
	}
	var notes []*chaping.InputError
	p.review, notes, p.fault = im.source.Review(&record)
	p.foreign = chaping.Foreign(p.review.Text)
	p.notes = append(p.notes, notes...)
}

// legible is a text of a row as its writer wrote it. One that is garbled and does
// not come back refuses the row.
func (im *run) legible(p *parsed, s string) string {
	text, decoded, garbled := ingest.Legible(s)
	if im.mojibake && !decoded {
		if back, ok := ingest.OfGBK(s); ok {
			text, decoded = back, true
		} else {
			garbled = garbled || utf8.RuneCountInString(s) > 3 && common(s) < soundPart && ingest.BrokenGBK(s)
		}
	}
	garbled = garbled || im.swapped && common(s) < soundPart && swapped(s, 0)
	if p.decoded = p.decoded || decoded; garbled {
		p.fault = &chaping.InputError{Field: fieldText, Value: s, Problem: "正文是乱码，还原不了",
			Remedy: "按正确的字符集重新导出；不要用表格软件打开后另存"}
	}
	return text
}

// soundPart is the part of common characters that Chinese texts have at least, and
// what was decoded wrong has not.
const soundPart = 0.6

// facts are those of a row's product: its own, then the product file's, then
// those of titles above it, then the caller's.
func (im *run) facts(r *row, p *parsed) Facts {
	facts, titles := rowFacts(r), titleFacts(r)
	for _, name := range []*string{&facts.Product, &facts.Shop, &facts.Keyword, &titles.Product, &titles.Shop, &titles.Keyword} {
		if text, decoded, _ := ingest.Legible(*name); decoded {
			*name = text
		} else if im.mojibake {
			*name, _ = ingest.OfGBK(*name)
		}
	}
	if (im.ShopFromTable || im.profile.ShopFromTable) && cmp.Or(facts.Shop, titles.Shop) == "" {
		facts.Shop = strings.TrimSpace(r.table)
	}
	id, damaged := ingest.ID(facts.ProductID)
	if strings.Trim(id, "0") == "" {
		id = "" // what a database has where it has none
	}
	facts.ProductID = cmp.Or(id, titles.ProductID, im.Facts.ProductID)
	if (im.ProductFromTable || im.profile.ProductFromTable) && cmp.Or(facts.Product, titles.Product) == "" {
		facts.Product = strings.TrimSpace(r.table)
	}
	if named, id := withoutID(facts.Product); id != "" {
		facts.Product, facts.ProductID = named, cmp.Or(facts.ProductID, id)
	}
	said := facts.Complete(titles) // of the row, in whichever way
	if facts.ProductID == "" && !im.pagesOfReviews {
		if of := productOf(said.URL); of != "" && !im.storedByName(&said) {
			facts.ProductID = of
		}
	}
	rounded := ingest.Rounded(facts.ProductID) && (im.rounded || len(facts.ProductID) >= sureRounded)
	known, ok := im.joins.find(facts.ProductID, damaged)
	if ok {
		facts.ProductID, p.joined = known.ProductID, true
	} else if damaged {
		p.notes = append(p.notes, &chaping.InputError{Field: fieldProductID, Value: id,
			Problem: "商品编号被表格软件改成了科学计数法，后面的数字已经丢失", Remedy: "重新导出；在表格软件里把这一列设成文本再打开"})
	}
	if !ok && (damaged || rounded) && said.Product != "" {
		facts.ProductID, known, titles.ProductID = "", Facts{}, ""
	}
	p.ownID = id != "" && !ok
	p.shop = strings.TrimSpace(strings.TrimSpace(words(r.field(fieldPlatform))) + " " + said.Shop)
	if !ok && len(im.Products) > 0 { // a table that has only names
		if known, p.joined = im.joins.find(nameID(said.Product, said.Shop), false); p.joined {
			known.ProductID = ""
		}
	}
	facts = facts.Complete(known).Complete(titles).Complete(im.Facts)
	p.also = facts.Also
	if facts.ProductID == "" {
		facts.ProductID = im.named(&facts, strings.TrimSpace(words(r.field(fieldPlatform))))
	}
	return facts
}

// storedByName tells whether an earlier import has stored the product under its
// name: the same file once more has the same product, although its address says
// an ID.
func (im *run) storedByName(f *Facts) bool {
	if f.Product == "" {
		return false
	}
	shops, ok := im.Named[f.Product]
	return ok && (f.Shop == "" || slices.Contains(shops, f.Shop) || slices.Contains(shops, ""))
}

// nameID is the ID of a product that has only a name.
func nameID(name, shop string) string {
	if name == "" || shop == "" {
		return name
	}
	return name + "（" + shop + "）"
}

// sureRounded are so many digits that one ID in a thousand ends in as many zeros
// as a spreadsheet leaves.
const sureRounded = 18

// named is the ID of a product that has only a name, as exports of one shop often
// have: of the same name in two shops each is one. What an earlier import has
// stored under the name alone stays there.
func (im *run) named(f *Facts, platform string) string {
	if f.Product == "" || f.Shop == "" && platform == "" {
		return f.Product
	}
	if shops, ok := im.Named[f.Product]; ok && (f.Shop == "" || slices.Contains(shops, f.Shop) ||
		slices.Contains(shops, "")) {
		return f.Product
	}
	return nameID(f.Product, strings.TrimSpace(platform+" "+f.Shop))
}
