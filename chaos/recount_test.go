package chaos

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

// An item is a product of the mall that the reviews are of.
type item struct{ id, keyword, name, shop, price string }

var items = []item{
	{"A", "电热水壶", "电热水壶 1.7L", "甲店", "99"},
	{"B", "电热水壶", "玻璃水壶", "乙店", "129"},
	{"C", "插座", "六位插座", "甲店", "49"},
	{"D", "童车", "折叠童车", "丙店", "599"},
}

// A review knows what it says, because it was made to say it.
type review struct {
	item    int
	id      string
	day     string
	stars   int
	blank   bool // the platform's text in place of a buyer's
	text    string
	affirms []mention
}

// A mention is a word for a problem that a review says it had.
type mention struct {
	term  string
	start int // in characters
}

// The words for problems, and the terms files that choose among them. None is
// part of another.
var (
	words        = []string{"漏电", "起火", "漏水", "断裂", "异味", "掉漆"}
	dictionaries = map[string][]string{
		"a": {"漏电", "起火", "漏水", "断裂"},
		"b": {"漏电", "起火", "漏水", "断裂", "异味"},
		"c": {"漏电", "起火", "漏水", "掉漆"},
	}
	claims  = []string{"用了三天就%s了，只好退货", "第二天又%s了", "买来一周%s了两次"}
	denials = []string{"没有%s，放心用"}
	praise  = []string{"物流很快，包装也好", "颜色和图片一样"}
	blanks  = []string{"此用户没有填写评价。"}
)

// A lot is a file of reviews of one month of one period.
type lot struct {
	period  string
	reviews []review
	began   int // moments: when an import of it first began, and was first acknowledged; 0: not yet
	done    int
}

// The periods, and the two months of each: up to the 24th, and from the 25th.
var periods = map[string][2]string{
	"2026-09": {"2026-09", "2026-08"},
	"2026-10": {"2026-10", "2026-09"},
	"2026-11": {"2026-11", "2026-10"},
}

// newLot makes a lot of n reviews of every item.
func newLot(rnd *rand.Rand, number int, period string, n int) *lot {
	l := &lot{period: period}
	for i := range items {
		for k := range n {
			r := review{item: i, id: fmt.Sprintf("%d-%s-%d", number, items[i].id, k), stars: 1 + rnd.IntN(5)}
			// One month a lot: what is in one partition is seen at once.
			if number%2 == 0 {
				r.day = fmt.Sprintf("%s-%02d", periods[period][0], 1+rnd.IntN(24))
			} else {
				r.day = fmt.Sprintf("%s-%02d", periods[period][1], 25+rnd.IntN(6))
			}
			r.write(rnd)
			l.reviews = append(l.reviews, r)
		}
	}
	return l
}

// write writes the text of a review.
func (r *review) write(rnd *rand.Rand) {
	if rnd.IntN(8) == 0 {
		r.blank, r.stars, r.text = true, 5, blanks[rnd.IntN(len(blanks))]
		return
	}
	var parts []string
	for range rnd.IntN(3) {
		word := words[rnd.IntN(len(words))]
		claim := claims[rnd.IntN(len(claims))]
		before, _, _ := strings.Cut(claim, "%s")
		start := utf8.RuneCountInString(strings.Join(parts, "。"))
		if len(parts) > 0 {
			start++
		}
		r.affirms = append(r.affirms, mention{word, start + utf8.RuneCountInString(before)})
		parts = append(parts, fmt.Sprintf(claim, word))
	}
	if rnd.IntN(3) == 0 {
		parts = append(parts, fmt.Sprintf(denials[rnd.IntN(len(denials))], words[rnd.IntN(len(words))]))
	}
	parts = append(parts, praise[rnd.IntN(len(praise))])
	r.text = strings.Join(parts, "。")
}

// file writes a lot as a platform would export it.
func (l *lot) file(path string) error {
	var b strings.Builder
	for _, r := range l.reviews {
		it := items[r.item]
		line, err := json.Marshal(map[string]any{"id": r.id, "product_id": it.id, "keyword": it.keyword, "product": it.name, "shop": it.shop, "price": it.price,
			"published": r.day + " 12:00:00", "rating": fmt.Sprint(r.stars), "text": r.text})
		if err != nil {
			return err
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	return os.WriteFile(path, []byte(b.String()), 0o600)
}

// A row is what a sheet says of an item and a term, and why.
type row struct {
	Keyword     string `json:"product_keyword"`
	Term        string `json:"term"`
	Negative    int    `json:"negative_reviews"`
	Reviews     int    `json:"reviews"`
	Shop        string `json:"shop"`
	Product     string `json:"product"`
	AllNegative int    `json:"all_negative_reviews"`
	Written     int    `json:"reviews_without_default"`
	Hidden      int    `json:"hidden_complaints"`
	Affirmed    int    `json:"affirmed_reviews"`
	ID          string `json:"product_id"`

	Seq      int      `json:"seq"`
	evidence []string // review, place and column of each mention
}

// recount is the sheet of some lots.
func recount(terms []string, lots []*lot) string {
	var rows []row
	for i, it := range items {
		for _, term := range terms {
			x := row{Keyword: it.keyword, Term: term, Shop: it.shop, Product: it.name, ID: it.id}
			for _, l := range lots {
				for _, r := range l.reviews {
					if r.item != i {
						continue
					}
					negative, hidden := r.stars <= 2, r.stars >= 4 || r.blank
					x.Reviews++
					x.AllNegative += one(negative)
					x.Written += one(!r.blank)
					column := "不计入（中评或未评级）"
					if negative {
						column = "差评数"
					} else if hidden {
						column = "高星隐性投诉"
					}
					says := false
					for _, m := range r.affirms {
						if m.term == term {
							says = true
							x.evidence = append(x.evidence, fmt.Sprintf("%s@%d %s", r.id, m.start, column))
						}
					}
					if says {
						x.Affirmed++
						x.Negative += one(negative)
						x.Hidden += one(hidden)
					}
				}
			}
			if x.Affirmed > 0 {
				rows = append(rows, x)
			}
		}
	}
	return inWords(rows)
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// inWords is the same text for the same rows, in whatever order they come.
func inWords(rows []row) string {
	var lines []string
	for _, r := range rows {
		slices.Sort(r.evidence)
		lines = append(lines, fmt.Sprintf("%s %s %s %s %s: %d of %d, %d negative, %d written, %d hidden, %d affirm; %s",
			r.ID, r.Keyword, r.Product, r.Shop, r.Term, r.Negative, r.Reviews, r.AllNegative, r.Written, r.Hidden, r.Affirmed, strings.Join(r.evidence, ", ")))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// readSheet is a sheet that the program wrote, in the words of a recount.
func readSheet(data []byte) (string, error) {
	var sheet struct {
		Rows     []row `json:"rows"`
		Evidence []struct {
			Seq      int    `json:"seq"`
			Review   string `json:"review_id"`
			Counted  string `json:"counted_as"`
			Surface  string `json:"surface"`
			Start    int    `json:"start"`
			Sentence string `json:"sentence"`
		} `json:"evidence"`
	}
	if err := json.Unmarshal(data, &sheet); err != nil {
		return "", err
	}
	bySeq := map[int]*row{}
	for i := range sheet.Rows {
		bySeq[sheet.Rows[i].Seq] = &sheet.Rows[i]
	}
	for _, e := range sheet.Evidence {
		r := bySeq[e.Seq]
		if r == nil || e.Surface != r.Term || !strings.Contains(e.Sentence, e.Surface) {
			return "", fmt.Errorf("evidence of no row, or of another term: %+v", e)
		}
		r.evidence = append(r.evidence, fmt.Sprintf("%s@%d %s", e.Review, e.Start, e.Counted))
	}
	return inWords(sheet.Rows), nil
}

// possible are the recounts of the states between two moments: with all lots
// that are surely there, and each choice of those that may be.
func possible(terms []string, sure, maybe []*lot) []string {
	var out []string
	for choice := range 1 << len(maybe) {
		lots := slices.Clone(sure)
		for i, l := range maybe {
			if choice>>i&1 == 1 {
				lots = append(lots, l)
			}
		}
		out = append(out, recount(terms, lots))
	}
	return out
}
