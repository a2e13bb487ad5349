// Package chaping holds the words of product-safety risk monitoring as Go
// types: what a platform sells, what buyers say, what a monitoring station
// looks for, and what it counts. It imports nothing of this project; every
// other package speaks in these types.
//
// Reviews flow one way, source → collect → store → mine → count → sheet:
//
//	Watch    what a station monitors
//	Listing  a Product as the search for a product keyword showed it at one moment
//	Review   one buyer's comment on a product
//	Mention  one occurrence of a Term in a review, with its Assertion
//	Tally    what is counted per period × product keyword × term × product
//	Period   the reporting window, 25th to 24th, in Asia/Shanghai
//
// Terms and defaults follow the notice 沪市监产质〔2020〕328号 and the
// interpretation decisions D1–D20 recorded in docs/decisions.md.
package chaping

import (
	"strings"
	"time"
)

// A Platform is an e-commerce site, or a station's own export standing for one.
type Platform struct {
	ID     string     // short ASCII key, stable for ever: "jd", "mall"
	Name   string     // Chinese name for sheets and messages
	Rating RatingRule // how its ratings become grades
}

// A Shop sells products on a platform.
type Shop struct {
	ID   string `json:"id,omitempty"` // as the platform names it; may be empty when only the name is known
	Name string `json:"name"`
	// Region is the region of the company in the shop's licence data
	// (公司所在区域, 营业执照), never a reviewer's or a parcel's location.
	// Empty when unknown: the sheet leaves the cell blank and flags it (D4).
	Region string `json:"region,omitempty"`
}

// A Product is one item page on a platform, as it stood at one moment.
type Product struct {
	Platform string `json:"platform"` // Platform.ID
	ID       string `json:"id"`       // as the platform names it
	Name     string `json:"name"`
	URL      string `json:"url"` // the item page (商品地址, D15)
	Price    Price  `json:"price"`
	Shop     Shop   `json:"shop"`
}

// A Listing is a product as it was seen at one moment under one product
// keyword. The same product may be listed under several keywords, and again
// at later moments with another price.
type Listing struct {
	Keyword string // product keyword (关键词) that led to it; empty for an import that names none
	Product Product
	SeenAt  time.Time
}

// A Coverage says how far the reviews of a product could be read.
type Coverage struct {
	Platform string
	// Product is the id; the address where the product's page was never read
	// and the search told no id; or SearchFor a keyword, whose results were
	// not all read.
	Product string
	Window  Window // whose reviews were asked for
	// Missing says, in Chinese, what was out of reach; empty when everything
	// in the window was read.
	Missing string
	// Final is false while the product is being read. Of what a run says of a
	// product, the final word holds; of several runs, the latest one's.
	Final bool
	Run   string
	At    time.Time
}

// SearchFor is what stands in the place of a product for the results of a
// search, which may hold products that nobody knows of.
func SearchFor(keyword string) string { return searchBefore + keyword + searchBehind }

const searchBefore, searchBehind = "关键词“", "”的搜索"

// IsSearch tells whether this is what SearchFor gave.
func IsSearch(product string) bool {
	return strings.HasPrefix(product, searchBefore) && strings.HasSuffix(product, searchBehind)
}

// A Review is one buyer's comment.
type Review struct {
	Platform  string    // Platform.ID
	Product   string    // Product.ID
	ID        string    // as the platform names it, unique within the platform's product
	Published time.Time // first publication; this decides the period (D14)

	Rating int    // on the platform's scale; 0 means that there is none
	Grade  Grade  // what the platform's rule (or the text model) makes of it
	Rule   string // the rule that set Grade, as RatingRule.String writes it, or the model's version

	// Default is set for the platform's own text in place of a buyer's
	// (系统默认好评 and its kin).
	Default bool

	Text       string
	Appended   string    // follow-up (追评); adds no review of its own (D14)
	AppendedAt time.Time // zero when there is none, or when the platform tells no date

	// Media are the addresses of pictures and videos, one a line (JoinMedia). What
	// is read back from the store is without them: see Store.Media.
	Media string

	Collected time.Time // when it was read; of two copies the later one holds
	Run       string    // the collection or import that brought it
}

// Body is the text that is mined: the comment, then its follow-up on a line
// of its own. Mention offsets count runes of Body.
func (r *Review) Body() string {
	if r.Appended == "" {
		return r.Text
	}
	return r.Text + "\n" + r.Appended
}

// Key identifies the review.
func (r *Review) Key() ReviewKey { return ReviewKey{r.Platform, r.Product, r.ID} }

// MaxKey bounds each part of a ReviewKey, in bytes. No platform's IDs come
// near it; what is longer is something else in the ID's place.
const MaxKey = 1024

// A StoredReview is what the store tells of a copy of a review that came without
// an ID, so that it is known again when it comes in another shape.
type StoredReview struct {
	Product, ID string
	Published   time.Time
	Rating      int
	Grade       Grade
	Rule        string
	Text        uint64 // halfMD5 of the text
	Version     uint64 // of two copies the later one holds
}

// A ReviewKey identifies a review everywhere.
type ReviewKey struct {
	Platform string `json:"platform"`
	Product  string `json:"product"`
	Review   string `json:"review"`
}

// A Term is an entry of a dictionary: what a station looks for in reviews
// (评论关键词).
type Term struct {
	Name     string   `json:"name"`     // canonical form, the one that sheets print
	Surfaces []string `json:"surfaces"` // further forms that buyers write; Name itself always counts
	Field    string   `json:"field"`    // product field of the dictionary it comes from; empty for a plain list
	Hazard   Hazard   `json:"hazard"`   // hazard class; empty when the dictionary gives none
	Severity Severity `json:"severity"` // 1 (slight) to 4 (very serious) after the RAPEX guideline; 0 unknown
}

// A Watch is what a station monitors: product keywords × terms × sources.
type Watch struct {
	Name     string   `json:"name"`
	Keywords []string `json:"keywords"` // product keywords typed into a platform's search
	Terms    []string `json:"terms"`    // names of dictionary terms, sets and fields (SelectTerms); empty means all
	Sources  []string `json:"sources"`  // names of site profiles
}

// An Assertion says what a review claims about the problem that a mention
// names. The four values are those of NegEx and ConText (Chapman et al. 2001;
// Harkema et al. 2009), as data files write them.
type Assertion string

// The assertion statuses.
const (
	Affirmed     Assertion = "affirmed"     // the problem happened with this item
	Negated      Assertion = "negated"      // it did not, or the item cures it
	Hypothetical Assertion = "hypothetical" // fear, question, condition, advice
	Other        Assertion = "other"        // another sense or another object
)

// Chinese names the status as stations read it.
func (a Assertion) Chinese() string {
	switch a {
	case Affirmed:
		return "成立"
	case Negated:
		return "否定"
	case Hypothetical:
		return "假设"
	case Other:
		return "其他"
	}
	return string(a)
}

// A Mention is one occurrence of a term in a review.
type Mention struct {
	Term      string    `json:"term"`    // Term.Name
	Surface   string    `json:"surface"` // the characters found, as they stand in the original
	Start     int       `json:"start"`   // rune offset into Review.Body
	End       int       `json:"end"`     // rune offset past the last character
	Assertion Assertion `json:"assertion"`
	Cue       string    `json:"cue,omitempty"` // what decided the assertion, for the analyst to see; empty for plain affirmation
}

// Mined is a review together with the mentions found in it.
type Mined struct {
	Review   Review
	Mentions []Mention
}

// A Tally counts the reviews of one product that concern one term within one
// period. Every count is of reviews, never of occurrences (D2, D3, D12).
// NegativeReviews ≤ AllNegativeReviews ≤ Reviews, and
// AllNegativeReviews + HiddenComplaints ≤ Reviews.
type Tally struct {
	Period     Period  `json:"period"`
	Dictionary string  `json:"dictionary"` // version of the dictionary that mined the mentions
	Keyword    string  `json:"keyword"`    // product keyword
	Term       string  `json:"term"`
	Product    Product `json:"product"` // as seen nearest to the end of the period

	NegativeReviews       uint64 `json:"negative_reviews"`        // 差评数: negative reviews that affirm the term
	Reviews               uint64 `json:"reviews"`                 // 评论数: all reviews of the product in the window
	AllNegativeReviews    uint64 `json:"all_negative_reviews"`    // all negative reviews, whatever they say
	ReviewsWithoutDefault uint64 `json:"reviews_without_default"` // reviews without the platform's default texts
	HiddenComplaints      uint64 `json:"hidden_complaints"`       // satisfied reviews that affirm the term
	AffirmedReviews       uint64 `json:"affirmed_reviews"`        // reviews of any grade that affirm the term
}

// Evidence is one affirmed mention behind a number, with the sentence it
// stands in.
type Evidence struct {
	Keyword string // product keyword
	Term    string
	Review  Review
	Mention Mention
}
