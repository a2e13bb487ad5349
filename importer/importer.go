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
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/sync/errgroup"

	"chaping"
	"chaping/ingest/redact"
)

const (
	batchRows  = 1 << 16  // reviews sent to the sink at once,
	batchBytes = 32 << 20 // or this much text, whichever comes first
	maxText    = 16 << 20 // longest text of one review, bytes
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
	Reasons  map[string]int64 `json:"reasons"` // refused and damaged rows by reason
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
	im := &run{Options: o, file: path, rule: o.Profile.rule(), ruleName: o.Profile.rule().String(), defaults: chaping.NewDefaultTexts(o.Profile.DefaultTexts), listed: map[[2]string]chaping.Listing{},
		sum: Summary{File: path, Reasons: map[string]int64{}, Grades: map[string]int64{}}}
	src, err := open(ctx, path, o.Profile, &im.read)
	if err != nil {
		return im.sum, err
	}
	defer src.Close()
	_, im.sheet = src.(*table)
	return im.sum, im.rows(ctx, src)
}

// run is the state of one import.
type run struct {
	Options
	file     string
	read     atomic.Int64
	sheet    bool // the source is a table: numbers may be spreadsheet dates
	sum      Summary
	rule     chaping.RatingRule
	ruleName string
	defaults chaping.DefaultTexts
	listed   map[[2]string]chaping.Listing // last listing sent per product

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
	also    []string            // further keywords of the product
	fault   *chaping.InputError // refuses the row
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
	if p.review, p.listing, p.fault = im.convert(p.row); p.fault != nil {
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
func (im *run) convert(r row) (chaping.Review, chaping.Listing, *chaping.InputError) {
	p := im.Profile
	fail := func(field, value, problem, remedy string) (chaping.Review, chaping.Listing, *chaping.InputError) {
		return chaping.Review{}, chaping.Listing{}, &chaping.InputError{Field: field, Value: value, Problem: problem, Remedy: remedy}
	}
	for _, f := range p.Required {
		// A buyer may rate without a word: the text may be empty, not absent.
		if f == fieldText && r.has(f) {
			continue
		}
		if strings.TrimSpace(r.field(f)) == "" {
			return fail(f, "", "必需的内容是空的（列 "+strings.Join(p.Fields[f], " 或 ")+"）", "补上内容后重新导入这一行")
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
		return fail(fieldProductID, "", "不知道是哪件商品的评论", "给文件加上商品编号或商品名称列，或用 --product-id 指定")
	}
	if facts.URL == "" && p.ProductURL != "" {
		facts.URL = strings.ReplaceAll(p.ProductURL, "{product_id}", facts.ProductID)
	}
	if facts.Product == "" {
		facts.Product = facts.ProductID
	}
	price, err := chaping.ParsePrice(facts.Price)
	if err != nil {
		return fail(fieldPrice, facts.Price, "价格无法识别", "写成 199.00 或 199.00-259.00（元），不知道就留空")
	}
	published, err := im.date(r.field(fieldPublished))
	if err != nil {
		return fail(fieldPublished, r.field(fieldPublished), "日期无法识别或不存在", "写成 2026-11-22 13:05:00 这样的北京时间，或在导入模板的 dates 里加上这种格式")
	}
	if published.After(im.Now.Add(24 * time.Hour)) {
		return fail(fieldPublished, r.field(fieldPublished), "日期在未来", "核对日期")
	}
	if published.Year() < 1990 {
		return fail(fieldPublished, r.field(fieldPublished), "日期早于 1990 年", "核对日期")
	}
	rating, err := parseRating(r.field(fieldRating))
	var grade chaping.Grade
	if err == nil {
		grade, err = im.rule.Grade(rating)
	}
	if err != nil {
		return fail(fieldRating, r.field(fieldRating), fmt.Sprintf("评分不在 1–%d 之间", p.Rating.Max), "核对评分，或在导入模板的 rating 里写明平台的评分规则")
	}
	review := chaping.Review{
		Platform: p.Platform.ID, Product: facts.ProductID, ID: strings.TrimSpace(r.field(fieldID)), Published: published,
		Rating: rating, Grade: grade,
		Text: redact.Text(strings.TrimSpace(r.field(fieldText))), Appended: redact.Text(strings.TrimSpace(r.field(fieldAppended))),
		Collected: im.Now, Run: im.Run,
	}
	if n := len(review.Text) + len(review.Appended); n > maxText {
		return fail(fieldText, review.Text, fmt.Sprintf("评论有 %d MB，超过 16 MB 的上限", n>>20), "核对这一行是否混入了别的内容")
	}
	if review.Appended != "" {
		// A follow-up without a usable date is still a follow-up.
		review.AppendedAt, _ = im.date(r.field(fieldAppendedAt))
	}
	review.Default = im.defaults.Contain(review.Text)
	switch {
	case rating > 0:
		review.Rule = im.ruleName
	case im.GradeText != nil:
		im.GradeText(&review)
	}
	if review.ID == "" {
		review.ID = contentID(&review)
	}
	if len(review.ID) > chaping.MaxKey || len(review.Product) > chaping.MaxKey {
		return fail(fieldID, review.ID, fmt.Sprintf("评论编号或商品编号超过 %d 字节", chaping.MaxKey), "核对这一列是否真是编号")
	}
	return review, chaping.Listing{
		Keyword: facts.Keyword, SeenAt: im.Now,
		Product: chaping.Product{Platform: p.Platform.ID, ID: facts.ProductID, Name: facts.Product, URL: facts.URL, Price: price,
			Shop: chaping.Shop{ID: facts.ShopID, Name: facts.Shop, Region: facts.Region}},
	}, nil
}

// contentID identifies a review that came without an ID: the same text on the
// same product at the same moment is the same review.
func contentID(r *chaping.Review) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00%d\x00%d\x00%s", r.Platform, r.Product, r.Published.Unix(), r.Rating, r.Text)
	return "sha256-" + hex.EncodeToString(h.Sum(nil)[:12])
}

// parseRating reads "5", "5.0", "5星", "★★★★☆" or nothing.
func parseRating(s string) (int, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0, nil
	}
	if n := strings.Count(s, "★"); n > 0 && strings.Trim(s, "★☆") == "" {
		return n, nil
	}
	s = strings.TrimSpace(strings.TrimRight(s, "星分"))
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != math.Trunc(f) || f < 1 || f > 1000 {
		return 0, fmt.Errorf("评分 %q 无法识别", s)
	}
	return int(f), nil
}

// date reads a date in one of the profile's layouts. In a table a bare number
// may be a spreadsheet's day count.
func (im *run) date(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	for _, layout := range im.Profile.Dates {
		switch layout {
		case "unix", "unix_ms":
			n, err := strconv.ParseInt(s, 10, 64)
			switch {
			case err != nil:
			case layout == "unix" && n >= 1e8 && n < 1e10:
				return time.Unix(n, 0).In(chaping.Shanghai()), nil
			case layout == "unix_ms" && n >= 1e11 && n < 1e13:
				return time.UnixMilli(n).In(chaping.Shanghai()), nil
			}
		default:
			if t, err := time.ParseInLocation(layout, s, chaping.Shanghai()); err == nil {
				return t.In(chaping.Shanghai()), nil
			}
		}
	}
	if days, err := strconv.ParseFloat(s, 64); err == nil && im.sheet && days > 20000 && days < 80000 {
		t, err := excelize.ExcelDateToTime(days, false)
		if err != nil {
			return time.Time{}, err
		}
		y, mo, d := t.Date()
		h, mi, sec := t.Add(500 * time.Millisecond).Clock()
		return time.Date(y, mo, d, h, mi, sec, 0, chaping.Shanghai()), nil
	}
	return time.Time{}, fmt.Errorf("日期 %q 无法识别", s)
}
