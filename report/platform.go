// Package report renders the report forms of the notice 沪市监产质〔2020〕328号
// from what was counted. A form has one model; every format is written from
// it, so that they agree. Files appear under their final name only when they
// are complete.
package report

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"chaping"
)

// Platform is the model of sheet B, 上海市产品质量安全风险信息报送表（电商平台）.
type Platform struct {
	Station    string // 填报单位; empty keeps the form's placeholder
	Filed      time.Time
	Period     chaping.Period
	Dictionary string // version of the dictionary behind the numbers
	Learning   string // version of what was learnt from decisions, on which the dictionary's version depends; empty: nothing
	Second     string // the model whose rejections count without a person; empty: none's do
	Program    string // version of the program
	Rules      []GradeRule
	Empty      string   // what shows that there is no review in the window; empty where there are some
	Unfinished []string // imports that did not end and batches that were not stored: of their reviews the numbers have a part
	Decided    string   // by whom, and why, it was decided to freeze it all the same; empty: by nobody
	Asked      []string // review keywords, and sets of them, that were asked for; empty: all
	Counted    int      // review keywords that Asked stands for
	Unknown    []string // those of Asked that the dictionary does not have: nothing was counted of them
	Foreign    uint64   // reviews in the window that are not in Chinese: the dictionary finds nothing in them
	Unread     []string // products that have no row, and searches, of which something was not read; see PlatformRow.Missing
	Rows       []PlatformRow
	Evidence   []Evidence
	Excerpt    string // says that these are the first rows only, in a preview; empty: they are all
	// Min and Top are what Select was asked for, RowsOmitted what it left out.
	Min         uint64
	Top         int
	RowsOmitted int
	// Unlisted are the rows without a negative review, which the form does not
	// print: the companion sheet and the evidence have them. Their numbers
	// follow those of Rows.
	Unlisted []PlatformRow
	// What people have made of the evidence, a review and term once, however
	// many product keywords list the product.
	ConfirmedReviews, UnreviewedReviews uint64
	// RejectedRows counts the rows that are gone because a person rejected
	// every review behind them, RejectedReviews the reviews of all rows that
	// were rejected.
	RejectedRows    int
	RejectedReviews uint64
	// Quality states how right the counts of the period are; nil where nothing is
	// to be said of it, as on sheets of earlier versions.
	Quality *chaping.Quality
	// Profile is how the sheet is printed; it is no part of what is frozen.
	Profile Profile
	// Frozen is set for a sheet that was frozen.
	Frozen *Frozen
	// definitions are those that a frozen sheet was signed with.
	definitions []Definition
	// EvidenceOmitted counts the pieces of evidence that were left out
	// because a worksheet holds no more rows; omitted does by number of their row.
	EvidenceOmitted int
	omitted         map[int]int
}

// Frozen says which version of a sheet this is.
type Frozen struct {
	Version int
	Hash    string // sha256 of the JSON
	At      time.Time
	Reason  string // of the correction; empty for the first version
}

// GradeRule states the rule by which a platform's reviews were graded (D13).
type GradeRule struct {
	Platform string `json:"platform"`
	Rule     string `json:"rule"`
}

// A PlatformRow is one row of sheet B: one product × one term × the window
// (D11). Columns 5 and 6 count reviews (D2); the alternative counts stand in
// the companion sheet only (D3).
type PlatformRow struct {
	Seq int `json:"seq"`

	ProductKeyword  string `json:"product_keyword"`
	Term            string `json:"term"`
	From            string `json:"from"` // first and last day of the window, inclusive
	To              string `json:"to"`
	NegativeReviews uint64 `json:"negative_reviews"`
	Reviews         uint64 `json:"reviews"`
	Shop            string `json:"shop"`
	Product         string `json:"product"`
	URL             string `json:"url"`
	Price           string `json:"price"`  // yuan; a range for several SKUs; empty when unknown
	Region          string `json:"region"` // company region; empty when unknown (D4)

	AllNegativeReviews    uint64 `json:"all_negative_reviews"`
	ReviewsWithoutDefault uint64 `json:"reviews_without_default"`
	HiddenComplaints      uint64 `json:"hidden_complaints"`
	AffirmedReviews       uint64 `json:"affirmed_reviews"`

	// Of the reviews that mining found to affirm the term, how many a person
	// has confirmed, and how many rejected: those no longer count above.
	Confirmed uint64 `json:"confirmed_reviews"`
	Rejected  uint64 `json:"rejected_reviews"`

	Platform  string `json:"platform"`
	ProductID string `json:"product_id"`
	// Missing says what of the product's reviews was out of reach of the
	// collection, so that the counts may be too low; empty: nothing known.
	Missing string `json:"missing,omitempty"`
}

// Evidence is one sentence behind a number.
type Evidence struct {
	Seq       int               `json:"seq"` // of the row that it supports
	Review    string            `json:"review_id"`
	Published string            `json:"published"` // Asia/Shanghai
	Rating    int               `json:"rating"`    // 0: none
	Grade     string            `json:"grade"`
	Default   bool              `json:"default"`
	Counted   chaping.CountedAs `json:"counted_as"` // the column that counts it
	Surface   string            `json:"surface"`
	Start     int               `json:"start"` // rune offsets into the review
	End       int               `json:"end"`
	Sentence  string            `json:"sentence"`

	Verdict chaping.Verdict `json:"verdict"` // what a person made of it
	Note    string          `json:"note,omitempty"`
}

// CollectRows returns the function that takes the tallies of which rows are
// made, one by one, and the one that ends it: it orders the rows by negative
// reviews, then by all reviews that affirm the term, then by name. A tally
// without any affirmed mention makes no row.
func (p *Platform) CollectRows() (add func(*chaping.Tally), done func()) {
	from, to := p.window()
	var texts texts // there are few keywords, terms, shops and regions for many rows
	return func(t *chaping.Tally) {
			if t.AffirmedReviews == 0 {
				return
			}
			p.Rows = append(p.Rows, PlatformRow{
				ProductKeyword: texts.once(t.Keyword), Term: texts.once(t.Term), From: from, To: to,
				NegativeReviews: t.NegativeReviews, Reviews: t.Reviews,
				Shop: texts.once(t.Product.Shop.Name), Product: texts.once(t.Product.Name), URL: texts.once(t.Product.URL),
				Price: texts.once(t.Product.Price.String()), Region: texts.once(t.Product.Shop.Region),
				AllNegativeReviews: t.AllNegativeReviews, ReviewsWithoutDefault: t.ReviewsWithoutDefault,
				HiddenComplaints: t.HiddenComplaints, AffirmedReviews: t.AffirmedReviews,
				Platform: texts.once(t.Product.Platform), ProductID: texts.once(t.Product.ID),
			})
		}, func() {
			sortRows(p.Rows)
		}
}

// sortRows orders and numbers rows, and gives the new number for each old one.
func sortRows(rows []PlatformRow) (renumbered []int) {
	slices.SortStableFunc(rows, func(a, b PlatformRow) int {
		return cmp.Or(
			cmp.Compare(b.NegativeReviews, a.NegativeReviews),
			cmp.Compare(b.AffirmedReviews, a.AffirmedReviews),
			cmp.Compare(a.ProductKeyword, b.ProductKeyword),
			cmp.Compare(a.Term, b.Term),
			cmp.Compare(a.Platform, b.Platform),
			cmp.Compare(a.ProductID, b.ProductID),
		)
	})
	last := 0
	for i := range rows {
		last = max(last, rows[i].Seq)
	}
	renumbered = make([]int, last+1)
	for i := range rows {
		renumbered[rows[i].Seq] = i + 1
		rows[i].Seq = i + 1
	}
	return renumbered
}

// Select leaves out rows with fewer than least negative reviews, and all but
// the first top rows, with their evidence; 0 leaves out none. Rows without
// any negative review are not printed (D2), unless zeros says so: what hidden
// complaints they have stays in the companion sheet. Call it when evidence has
// been collected. The companion sheet states it.
func (p *Platform) Select(least uint64, top int, zeros bool) {
	p.Min, p.Top = least, top
	all := len(p.Rows)
	unlisted := func(r *PlatformRow) bool { return !zeros && r.NegativeReviews == 0 }
	p.keep(func(r *PlatformRow) bool {
		return unlisted(r) || r.NegativeReviews >= least && (top == 0 || r.Seq <= top)
	})
	p.RowsOmitted = all - len(p.Rows)
	if i := slices.IndexFunc(p.Rows, func(r PlatformRow) bool { return unlisted(&r) }); i >= 0 { // they are the last
		p.Rows, p.Unlisted = p.Rows[:i:i], p.Rows[i:]
	}
}

// all are the rows that evidence refers to, in their order.
func (p *Platform) all() iter.Seq[*PlatformRow] {
	return func(yield func(*PlatformRow) bool) {
		for _, rows := range [][]PlatformRow{p.Rows, p.Unlisted} {
			for i := range rows {
				if !yield(&rows[i]) {
					return
				}
			}
		}
	}
}

// row is the row of a number.
func (p *Platform) row(seq int) *PlatformRow {
	if seq > len(p.Rows) {
		return &p.Unlisted[seq-len(p.Rows)-1]
	}
	return &p.Rows[seq-1]
}

// keep drops the other rows and their evidence, and orders and numbers what
// is left.
func (p *Platform) keep(wanted func(*PlatformRow) bool) {
	all := len(p.Rows)
	p.Rows = slices.DeleteFunc(p.Rows, func(r PlatformRow) bool { return !wanted(&r) })
	number := sortRows(p.Rows)
	number = append(number, make([]int, max(0, all+1-len(number)))...) // those of the last rows, when they are gone
	p.Evidence = slices.DeleteFunc(p.Evidence, func(e Evidence) bool { return number[e.Seq] == 0 })
	for i := range p.Evidence {
		p.Evidence[i].Seq = number[p.Evidence[i].Seq]
	}
	before := p.omitted
	p.omitted = nil
	for seq, n := range before {
		if p.EvidenceOmitted -= n; number[seq] > 0 {
			p.omit(number[seq], n)
		}
	}
	p.sortEvidence(maxEvidence)
}

// omit counts n pieces of evidence of a row that are left out.
func (p *Platform) omit(seq, n int) {
	if p.omitted == nil {
		p.omitted = map[int]int{}
	}
	p.omitted[seq] += n
	p.EvidenceOmitted += n
}

// sortEvidence orders evidence by row, counted column and date, and leaves out all
// but the first pieces, for which a worksheet has room, whatever order they came in.
func (p *Platform) sortEvidence(most int) {
	slices.SortFunc(p.Evidence, func(a, b Evidence) int {
		return cmp.Or(cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Counted, b.Counted), cmp.Compare(a.Published, b.Published),
			cmp.Compare(a.Review, b.Review), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.Surface, b.Surface))
	})
	if len(p.Evidence) <= most {
		return
	}
	for i := range p.Evidence[most:] {
		p.omit(p.Evidence[most+i].Seq, 1)
	}
	p.Evidence = slices.Delete(p.Evidence, most, len(p.Evidence))
}

// rowKey is what makes a row of sheet B unique.
type rowKey struct{ keyword, term, platform, product string }

func (r *PlatformRow) key() rowKey { return rowKey{r.ProductKeyword, r.Term, r.Platform, r.ProductID} }

// Identity is equal for rows of one product and term on the sheets of a station:
// what it handed in last holds. A product without a number, as on sheets that
// people fill in, is told by its name and shop.
func (r *PlatformRow) Identity() string {
	product := r.ProductID
	if product == "" {
		product = plain(r.Product) + "\x00" + plain(r.Shop)
	}
	return strings.Join([]string{r.ProductKeyword, r.Term, r.Platform, product}, "\x00")
}

// sharedProducts are those that more than one product keyword lists, so that
// one review stands behind several rows of a term.
func (p *Platform) sharedProducts() map[chaping.ProductKey]bool {
	keyword, shared := map[chaping.ProductKey]string{}, map[chaping.ProductKey]bool{}
	for i := range p.Rows {
		r := &p.Rows[i]
		k := chaping.ProductKey{Platform: r.Platform, Product: r.ProductID}
		if first, known := keyword[k]; known && first != r.ProductKeyword {
			shared[k] = true
		} else {
			keyword[k] = r.ProductKeyword
		}
	}
	return shared
}

// CollectEvidence returns the function that takes the evidence behind the
// sheet's rows, piece by piece, and the one that ends it: it sorts what was
// taken by row, counted column and date. Evidence of a row that the sheet
// does not have is passed over. judged gives a person's judgement of a review
// and term, the zero one where there is none: what was rejected is shown; the
// tallies do not count it, and have no row of which nothing is left.
func (p *Platform) CollectEvidence(
	judged func(chaping.ReviewKey, string) chaping.Judgement,
) (add func(*chaping.Evidence) error, done func()) {
	type judgedReview struct {
		row    rowKey
		review chaping.ReviewKey
	}
	index := make(map[rowKey]int, len(p.Rows))
	expected := uint64(0) // and more where a review has two mentions of a term
	room := 0             // for the evidence of how many rows there is some
	for i := range p.Rows {
		index[p.Rows[i].key()] = i
		if expected < maxEvidence {
			room = i + 1
		}
		expected += p.Rows[i].AffirmedReviews
	}
	most := maxEvidence + maxEvidence/8 // until those that there is no room for are left out
	p.Evidence = slices.Grow(p.Evidence, int(min(expected+expected/8, uint64(most))))
	var texts texts
	seen := map[judgedReview]bool{} // a review with two mentions of a term is one review
	shared := p.sharedProducts()
	p.ConfirmedReviews, p.UnreviewedReviews = 0, 0
	distinct := map[chaping.Judged]bool{} // of shared products, and of what was judged
	gone := map[rowKey]bool{}             // of which everything was rejected
	return func(e *chaping.Evidence) error {
			key := rowKey{e.Keyword, e.Term, e.Review.Platform, e.Review.Product}
			i, ok := index[key]
			j := judged(e.Review.Key(), e.Term)
			about := chaping.Judged{Review: e.Review.Key(), Term: e.Term}
			if (j.Verdict != chaping.Unreviewed || ok && shared[chaping.ProductKey{Platform: e.Review.Platform, Product: e.Review.Product}]) &&
				!distinct[about] {
				distinct[about] = true
				switch {
				case j.Verdict == chaping.Rejected:
					p.RejectedReviews++
				case j.Verdict == chaping.Unreviewed:
					p.UnreviewedReviews++
				case ok:
					p.ConfirmedReviews++
				}
			}
			if once := (judgedReview{key, e.Review.Key()}); j.Verdict != chaping.Unreviewed && !seen[once] {
				seen[once] = true
				switch {
				case j.Verdict == chaping.Rejected:
					if gone[key] = !ok; ok {
						p.Rows[i].Rejected++
					}
				case ok:
					p.Rows[i].Confirmed++
				}
			}
			if !ok {
				return nil
			}
			if i >= room {
				p.omit(p.Rows[i].Seq, 1)
				return nil
			}
			if len(p.Evidence) >= most {
				p.sortEvidence(maxEvidence)
			}
			p.Evidence = append(p.Evidence, newEvidence(p.Rows[i].Seq, e, j, &texts))
			return nil
		}, func() {
			for i := range p.Rows {
				if r := &p.Rows[i]; !shared[chaping.ProductKey{Platform: r.Platform, Product: r.ProductID}] {
					p.UnreviewedReviews += r.AffirmedReviews - min(r.Confirmed, r.AffirmedReviews)
				}
			}
			p.keep(func(*PlatformRow) bool { return true })
			for _, all := range gone {
				if all {
					p.RejectedRows++
				}
			}
		}
}

func newEvidence(seq int, e *chaping.Evidence, j chaping.Judgement, texts *texts) Evidence {
	return Evidence{
		Seq: seq, Review: texts.keep(e.Review.ID), Published: texts.keep(e.Review.Published.In(chaping.Shanghai()).Format(time.DateTime)),
		Rating: e.Review.Rating, Grade: e.Review.Grade.Chinese(), Default: e.Review.Default, Counted: chaping.CountAs(&e.Review, j.Verdict),
		Surface: texts.once(e.Mention.Surface), Start: e.Mention.Start, End: e.Mention.End,
		Sentence: texts.keep(sentence(e.Review.Body(), e.Mention.Start, e.Mention.End)),
		Verdict:  j.Verdict, Note: j.Note,
	}
}

// maxSentence is how many runes of a sentence are shown on either side of a
// mention; buyers often write without any punctuation.
const maxSentence = 60

// sentence is the sentence of body around the runes start to end.
func sentence(body string, start, end int) string {
	first, last := runeAt(body, start), runeAt(body, end)
	if first < 0 || last < first {
		return chaping.Shorten(body, 2*maxSentence)
	}
	stop := func(r rune) bool { return strings.ContainsRune("。！？!?；;\n\r", r) }
	from, to := 0, len(body)
	if i := strings.LastIndexFunc(body[:first], stop); i >= 0 {
		from = i + runeAt(body[i:], 1)
	}
	if i := strings.IndexFunc(body[last:], stop); i >= 0 {
		to = last + i
	}
	var before, after string
	if over := utf8.RuneCountInString(body[from:first]) - maxSentence; over > 0 {
		from, before = from+runeAt(body[from:], over), "…"
	}
	if utf8.RuneCountInString(body[last:to]) > maxSentence {
		to, after = last+runeAt(body[last:], maxSentence), "…"
	} else if to < len(body) && body[to] != '\n' && body[to] != '\r' {
		to += runeAt(body[to:], 1)
	}
	return before + strings.TrimSpace(body[from:to]) + after
}

// runeAt is where the nth character of text begins, or the text ends after n; -1
// where there are not so many.
func runeAt(text string, n int) int {
	for i := range text {
		if n == 0 {
			return i
		}
		n--
	}
	if n == 0 {
		return len(text)
	}
	return -1
}
