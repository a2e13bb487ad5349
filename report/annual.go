package report

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"chaping"
)

// Annual is the model of the annual analysis report (附件3 of the notice): the
// station's year of reviews, what was handed in, and lists from elsewhere.
type Annual struct {
	Year       int      `json:"year"`
	Products   []string `json:"products"` // product keywords; empty: all that the station watches
	Station    string   `json:"station"`
	Filed      string   `json:"filed"` // 2026-12-31
	Program    string   `json:"program"`
	Dictionary string   `json:"dictionary"`

	Periods    []AnnualPeriod   `json:"periods"`
	Terms      []AnnualTerm     `json:"terms"` // most negative reviews first
	Regions    []AnnualCount    `json:"regions"`
	Shops      []AnnualCount    `json:"shops"`
	Items      uint64           `json:"items"` // products with an affirmed mention
	Severe     []AnnualProduct  `json:"severe_products"`
	Lists      []AnnualList     `json:"lists"`
	Candidates []Candidate      `json:"candidates"`
	Urgent     []AnnualUrgent   `json:"urgent"`
	Entries    []Entry          `json:"entries"`         // handed in by stations, those on one product and hazard class together
	Given      int              `json:"given,omitempty"` // how many that were
	Outline    []AnnualGuidance `json:"outline"`

	// Texts are what the author has written, by key of the section.
	Texts map[string]string `json:"texts,omitempty"`
	// Finished leaves sections of parts two and four out that nobody and
	// nothing has filled: the template says 可包括但不限于 of them.
	Finished bool `json:"finished,omitempty"`
}

// An AnnualPeriod is a reporting period of the year, with the one a year
// before. Known is false where no reviews were collected: nothing is known
// then, which is not the same as no complaint.
type AnnualPeriod struct {
	Period   string `json:"period"`
	Reviews  uint64 `json:"reviews"`
	Negative uint64 `json:"negative_reviews"` // 差评数: the sum of sheet B's rows
	Affirmed uint64 `json:"affirmed_reviews"`
	Known    bool   `json:"known"`
	Begun    bool   `json:"begun"`
	Ended    bool   `json:"ended"`

	Before         uint64 `json:"before_negative_reviews"`
	BeforeAffirmed uint64 `json:"before_affirmed_reviews"`
	BeforeReviews  uint64 `json:"before_reviews"`
	KnownBefore    bool   `json:"before_known"`
}

// An AnnualTerm is what was counted for a term in the year. Before counts the
// periods a year before that can be compared, Compared the same ones of this
// year.
type AnnualTerm struct {
	Term       string           `json:"term"`
	Hazard     chaping.Hazard   `json:"hazard"`
	HazardName string           `json:"hazard_name"`
	Severity   chaping.Severity `json:"severity"`
	Negative   uint64           `json:"negative_reviews"`
	Affirmed   uint64           `json:"affirmed_reviews"`
	Compared   uint64           `json:"compared_negative_reviews"`
	Before     uint64           `json:"before_negative_reviews"`
}

// An AnnualCount counts a region or a shop; an empty name is unknown.
type AnnualCount struct {
	Name     string `json:"name"`
	Negative uint64 `json:"negative_reviews"`
	Affirmed uint64 `json:"affirmed_reviews"`
	Products int    `json:"products"`
}

// An AnnualProduct is a product with the most complaints of severe terms.
type AnnualProduct struct {
	Name     string `json:"name"`
	URL      string `json:"url"`
	Shop     string `json:"shop"`
	Region   string `json:"region"`
	Negative uint64 `json:"negative_reviews"`
	Affirmed uint64 `json:"affirmed_reviews"`
}

// An AnnualUrgent is an important risk that a person has confirmed.
type AnnualUrgent struct {
	Raised  string `json:"raised"`
	Subject string `json:"subject"`
	Reason  string `json:"reason"`
}

// A ListKind is a kind of imported list.
type ListKind string

// The kinds, in the template's order.
const (
	Inspections ListKind = "inspection" // 监督抽查
	Monitoring  ListKind = "monitoring" // 风险监测
	Recalls     ListKind = "recall"     // 召回
	Opinions    ListKind = "opinion"    // 舆情与风险预警
)

// ListKinds are all kinds.
func ListKinds() []ListKind { return []ListKind{Inspections, Monitoring, Recalls, Opinions} }

// Chinese names the kind.
func (k ListKind) Chinese() string {
	return map[ListKind]string{Inspections: "监督抽查", Monitoring: "风险监测", Recalls: "召回", Opinions: "舆情与风险预警"}[k]
}

// An AnnualList is what was imported of one kind.
type AnnualList struct {
	Kind    ListKind `json:"kind"`
	Files   []string `json:"files"`
	Records []Listed `json:"records"`
	Outside int      `json:"outside_year"`
	Repeats int      `json:"repeated"`
	Refused int      `json:"refused"`
	Others  int      `json:"other_products"`
}

// Only keeps the records that name one of the products; none named keeps all.
func (l *AnnualList) Only(products []string) {
	all := len(l.Records)
	l.Records = slices.DeleteFunc(l.Records, func(r Listed) bool {
		text := r.Product
		if l.Kind == Opinions {
			text += r.Problem
		}
		return !Concerns(text, products)
	})
	l.Others += all - len(l.Records)
}

// Concerns tells whether text names one of the products; none named: always.
func Concerns(text string, products []string) bool {
	text = plain(text)
	return len(products) == 0 ||
		slices.ContainsFunc(products, func(p string) bool { return strings.Contains(text, plain(p)) })
}

// A Listed is one line of an imported list.
type Listed struct {
	Product  string `json:"product"`
	Brand    string `json:"brand,omitempty"`
	Model    string `json:"model,omitempty"`
	Maker    string `json:"maker,omitempty"`
	Seller   string `json:"seller,omitempty"`
	Region   string `json:"region,omitempty"`
	Level    string `json:"level,omitempty"`  // who inspected, recalled, reported
	Failed   bool   `json:"failed,omitempty"` // not up to the standard, or a risk was found
	Result   string `json:"result,omitempty"`
	Problem  string `json:"problem,omitempty"`
	Quantity string `json:"quantity,omitempty"`
	Date     string `json:"date,omitempty"` // 2026-11-02
	Source   string `json:"source,omitempty"`
}

// A Candidate is a listing that may be a product of a list. It is never more
// than that: names and models are compared, not goods.
type Candidate struct {
	Kind    ListKind `json:"kind"`
	Listed  Listed   `json:"listed"`
	Name    string   `json:"name"` // of the listing
	Shop    string   `json:"shop"`
	URL     string   `json:"url"`
	Seen    string   `json:"seen"` // the last time
	Why     string   `json:"why"`
	Score   float64  `json:"score"` // likeness from 0 to 1, to sort by
	Product string   `json:"product_id"`
}

// list is the list of a kind, nil when none was imported.
func (a *Annual) list(k ListKind) *AnnualList {
	for i := range a.Lists {
		if a.Lists[i].Kind == k {
			return &a.Lists[i]
		}
	}
	return nil
}

// Title is the report's: the template's, of these products.
func (a *Annual) Title() string {
	name := "××"
	if len(a.Products) > 0 {
		name = strings.Join(a.Products, "、")
	}
	return "上海市" + name + "产品质量安全形势专题分析报告"
}

// titleLines is the title, broken by sense where a line does not hold it.
func (a *Annual) titleLines() string {
	const tail = "专题分析报告"
	title := a.Title()
	if textHeight(title, portraitPage.text(), 22) > textHeight("", portraitPage.text(), 22) {
		title = strings.TrimSuffix(title, tail) + "\n" + tail
	}
	return title
}

// JSON is the report as JSON.
func (a *Annual) JSON() ([]byte, error) { return encode(a.json()) }

// WriteJSON writes the report's JSON.
func (a *Annual) WriteJSON(path string) error { return writeJSON(path, a.json()) }

func (a *Annual) json() any {
	a.Outline = annualGuidance()
	return struct {
		Form  string `json:"form"`
		Title string `json:"title"`
		*Annual
	}{"annual", a.Title(), a}
}

// ReadAnnual is the report that JSON wrote.
func ReadAnnual(data []byte) (*Annual, error) {
	a := &Annual{}
	return a, json.Unmarshal(data, a)
}

// FiledOn sets the day of filing.
func (a *Annual) FiledOn(t time.Time) { a.Filed = t.In(chaping.Shanghai()).Format(time.DateOnly) }

// File sets the day of filing, as that of a Platform. The same report made by
// another version of the program is the same report.
func (a *Annual) File(named, now time.Time, last []byte) error {
	if !named.IsZero() {
		now = named
	} else if last != nil {
		before, err := ReadAnnual(last)
		if err != nil {
			return err
		}
		again := *a
		again.Program = before.Program
		filed, same, err := filing(named, now, last, func(w io.Writer, day time.Time) error {
			again.FiledOn(day)
			return formJSON(w, again.json())
		})
		if err != nil {
			return err
		}
		if same {
			a.Program = before.Program
		}
		now = filed
	}
	a.FiledOn(now)
	return nil
}
