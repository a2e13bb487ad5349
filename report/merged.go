package report

import (
	"chaping"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A CitedRow is a row of sheet B with the reviews that its sheet names for it.
type CitedRow struct {
	PlatformRow
	// Cited are the IDs of the negative reviews behind the row, each once. A
	// sheet that people fill in names none, and a long one not all of them.
	Cited []string
}

// complete tells whether the sheet names every review that the row counts.
func (r *CitedRow) complete() bool { return uint64(len(r.Cited)) == r.NegativeReviews }

// Citations are the negative reviews that the JSON of a sheet B names, by the
// number of the row that counts them.
func Citations(sheet []byte) (map[int][]string, error) {
	var j struct {
		Evidence []struct {
			Seq     int    `json:"seq"`
			Review  string `json:"review_id"`
			Counted string `json:"counted_as"` // in the words of the version that wrote it
		} `json:"evidence"`
	}
	if err := json.Unmarshal(sheet, &j); err != nil {
		return nil, err
	}
	of := map[int][]string{}
	for _, e := range j.Evidence {
		if e.Counted == chaping.CountsNegative.Chinese() && e.Review != "" {
			of[e.Seq] = append(of[e.Seq], e.Review)
		}
	}
	for seq, ids := range of { // a review may affirm a term with several sentences
		slices.Sort(ids)
		of[seq] = slices.Compact(ids)
	}
	return of, nil
}

// A ReviewCount is how many negative reviews stand behind rows of sheets B. One
// that affirms several terms is in several rows and counts once (D12). Where the
// sheets name the reviews both bounds are that number; where they do not, it
// lies between them.
type ReviewCount struct {
	Least uint64
	Most  uint64
}

// Exact tells whether the number is known.
func (c ReviewCount) Exact() bool { return c.Least == c.Most }

// Plus is the count of other reviews together with these.
func (c ReviewCount) Plus(other ReviewCount) ReviewCount {
	return ReviewCount{Least: c.Least + other.Least, Most: c.Most + other.Most}
}

// String is the count in words.
func (c ReviewCount) String() string {
	if c.Exact() {
		return fmt.Sprintf("差评 %d 条", c.Least)
	}
	return fmt.Sprintf("差评至少 %d 条、至多 %d 条", c.Least, c.Most)
}

// CountReviews counts the reviews behind rows of one station. What rows of
// different products count are different reviews. Where a row does not have the
// product's number, as on sheets that people fill in, products are told apart by
// name and shop: then the lower bound holds whatever the other sheets name.
func CountReviews(rows []CitedRow) (sum ReviewCount) {
	numbered := !slices.ContainsFunc(rows, func(r CitedRow) bool { return r.ProductID == "" })
	type product struct{ platform, id, name, shop string }
	type counts struct {
		known          map[chaping.ReviewKey]bool
		largest, total uint64 // of the rows that do not name all
	}
	products := map[product]*counts{}
	for i := range rows {
		r := &rows[i]
		k := product{platform: r.Platform, id: r.ProductID}
		if !numbered {
			k = product{name: plain(cmp.Or(r.Product, r.ProductID)), shop: plain(r.Shop)}
		}
		c := products[k]
		if c == nil {
			c = &counts{known: map[chaping.ReviewKey]bool{}}
			products[k] = c
		}
		if !r.complete() {
			c.largest, c.total = max(c.largest, r.NegativeReviews), c.total+r.NegativeReviews
			continue
		}
		for _, id := range r.Cited {
			c.known[chaping.ReviewKey{Platform: r.Platform, Product: r.ProductID, Review: id}] = true
		}
	}
	for _, c := range products {
		known := uint64(len(c.known))
		sum = sum.Plus(ReviewCount{Least: max(known, c.largest), Most: known + c.total})
	}
	return sum
}

// A RowsEntry is an entry in the words of sheet A, and the rows of sheet B that
// it sums up.
type RowsEntry struct {
	Entry
	Rows []CitedRow
}

// EntriesOfRows says in the words of sheet A what the rows of a platform's
// sheet B report: an entry a product keyword and hazard class, so that the
// research centre can put both forms' information together. hazard gives a
// term's hazard class. Rows without a negative review say nothing.
func EntriesOfRows(station string, rows []CitedRow, hazard func(term string) chaping.Hazard) []RowsEntry {
	type key struct {
		product string
		hazard  chaping.Hazard
	}
	behind := map[key][]CitedRow{}
	for i := range rows {
		if r := &rows[i]; r.NegativeReviews > 0 {
			k := key{cmp.Or(r.ProductKeyword, r.Product), hazard(r.Term)}
			behind[k] = append(behind[k], *r)
		}
	}
	var list []RowsEntry
	for k, of := range behind {
		products, shops, regions := map[string]bool{}, map[string]bool{}, map[string]bool{}
		for i := range of {
			r := &of[i]
			products[cmp.Or(r.ProductID, r.Product)] = true
			if r.Shop != "" {
				shops[r.Shop] = true
			}
			if r.Region != "" {
				regions[r.Region] = true
			}
		}
		e := Entry{
			Product: k.product, Hazard: k.hazard, Kind: Complaint, Suggested: true,
			Companies: fmt.Sprint(len(shops)), Region: strings.Join(slices.Sorted(maps.Keys(regions)), "、"),
			Content: fmt.Sprintf(
				"%s：%s，涉及 %d 件商品、%d 家店铺",
				station,
				inTerms(of),
				len(products),
				len(shops),
			),
			Source: "电商平台评论", From: []string{station},
		}
		e.Classify()
		list = append(list, RowsEntry{e, of})
	}
	slices.SortFunc(list, func(a, b RowsEntry) int {
		return cmp.Or(strings.Compare(a.Product, b.Product), cmp.Compare(a.Entry.Hazard, b.Entry.Hazard))
	})
	return list
}

// shownTerms bounds the terms that a sentence lists.
const shownTerms = 5

// inTerms says how many reviews stand behind rows, and how many each term has.
func inTerms(rows []CitedRow) string {
	by := map[string][]CitedRow{}
	for _, r := range rows {
		by[r.Term] = append(by[r.Term], r)
	}
	counts := map[string]ReviewCount{}
	var sum ReviewCount
	for term, of := range by {
		counts[term] = CountReviews(of)
		sum = sum.Plus(counts[term])
	}
	terms := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b].Most, counts[a].Most), strings.Compare(a, b))
	})
	for i, t := range terms {
		terms[i] = fmt.Sprintf("%s %d", t, counts[t].Most)
	}
	if len(terms) > shownTerms {
		terms = append(terms[:shownTerms], "……")
	}
	total, note := CountReviews(rows), ""
	switch {
	case !total.Exact():
		note = "；报送表没有写明是哪些评论，同一条可能数在几个词里"
	case total != sum:
		note = "；一条评论说到几个词的，每个词都数它"
	}
	return fmt.Sprintf("%s（%s%s）", total, strings.Join(terms, "、"), note)
}
