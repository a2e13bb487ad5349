package report

import (
	"chaping"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// EntriesOfRows says in the words of sheet A what the rows of a platform's
// sheet B report: an entry a product keyword and hazard class, so that the
// research centre can put both forms' information together. hazard gives a
// term's hazard class. Rows without a negative review say nothing.
func EntriesOfRows(station string, rows []PlatformRow, hazard func(term string) chaping.Hazard) []Entry {
	type key struct {
		product string
		hazard  chaping.Hazard
	}
	type sum struct {
		negative                 uint64
		terms                    map[string]uint64
		products, shops, regions map[string]bool
	}
	sums := map[key]*sum{}
	for i := range rows {
		r := &rows[i]
		if r.NegativeReviews == 0 {
			continue
		}
		k := key{cmp.Or(r.ProductKeyword, r.Product), hazard(r.Term)}
		s := sums[k]
		if s == nil {
			s = &sum{
				terms:    map[string]uint64{},
				products: map[string]bool{},
				shops:    map[string]bool{},
				regions:  map[string]bool{},
			}
			sums[k] = s
		}
		s.negative += r.NegativeReviews
		s.terms[r.Term] += r.NegativeReviews
		s.products[cmp.Or(r.ProductID, r.Product)] = true
		if r.Shop != "" {
			s.shops[r.Shop] = true
		}
		if r.Region != "" {
			s.regions[r.Region] = true
		}
	}
	var list []Entry
	for k, s := range sums {
		terms := slices.SortedFunc(maps.Keys(s.terms), func(a, b string) int {
			return cmp.Or(cmp.Compare(s.terms[b], s.terms[a]), strings.Compare(a, b))
		})
		for i, t := range terms {
			terms[i] = fmt.Sprintf("%s %d", t, s.terms[t])
		}
		const shown = 5
		if len(terms) > shown {
			terms = append(terms[:shown], "……")
		}
		e := Entry{
			Product: k.product, Hazard: k.hazard, Kind: Complaint, Suggested: true,
			Companies: fmt.Sprint(len(s.shops)), Region: strings.Join(slices.Sorted(maps.Keys(s.regions)), "、"),
			Content: fmt.Sprintf(
				"%s：差评 %d 条（%s），涉及 %d 件商品、%d 家店铺",
				station,
				s.negative,
				strings.Join(terms, "、"),
				len(s.products),
				len(s.shops),
			),
			Source: "电商平台评论", From: []string{station},
		}
		e.Classify()
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b Entry) int {
		return cmp.Or(strings.Compare(a.Product, b.Product), cmp.Compare(a.Hazard, b.Hazard))
	})
	return list
}
