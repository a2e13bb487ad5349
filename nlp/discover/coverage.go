package discover

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"chaping"
	"chaping/nlp"
	"chaping/nlp/fold"
	"chaping/nlp/polarity"
)

// CoverageOptions say what is looked at.
type CoverageOptions struct {
	Reviews  Reviews // all reviews of the period
	Miner    *nlp.Miner
	Goods    func(chaping.ProductKey) nlp.Goods // what a product is; nil: nobody knows
	Model    *polarity.Model
	Groups   int // most groups that are told
	Examples int // of each group
}

// Coverage says what the dictionary does not hear.
type Coverage struct {
	Negative uint64        `json:"negative_reviews"`
	Silent   uint64        `json:"without_affirmed_mention"`     // of them, those without an affirmed mention
	Service  uint64        `json:"service_only"`                 // of the silent ones, those that speak of delivery, service and price only
	Positive uint64        `json:"complaining_positive_reviews"` // positive reviews with a clause that complains, and without an affirmed mention
	Groups   []ClauseGroup `json:"groups"`
}

// A ClauseGroup is clauses that complain of something no term names, and that share
// a phrase.
type ClauseGroup struct {
	Phrase   string   `json:"phrase"`
	Reviews  uint64   `json:"reviews"`
	Term     string   `json:"nearest_term"` // whose forms share most with the clauses; empty when none is near: a new term
	Examples []string `json:"examples"`
}

const (
	maxClauses    = 20_000 // clauses that are kept for grouping
	shortClause   = 3      // runes
	longClause    = 20
	complains     = 0.8  // probability of negative from which a clause of a negative review complains
	complainsFor  = 0.95 // of a positive one
	leastGroup    = 2    // reviews
	mostClauses   = 4    // of one review
	shortScolding = 5    // runes; a scolding of so few names no problem
	nearEnough    = 0.3  // what part of a group's phrase a term must share to be offered for it
)

// NotHeard reads reviews once and says how many negative ones have no affirmed
// mention, and what those say: the clauses in which the text model finds a
// complaint, speech of delivery, service and price left out, grouped by phrases
// that they share. It needs no terms to find them, and counts nothing for sheets.
func NotHeard(ctx context.Context, o CoverageOptions) (*Coverage, error) {
	type part struct {
		Coverage
		clauses []clauseOf
	}
	total := &Coverage{}
	var clauses []clauseOf
	work := func(_ *scratch, batch []chaping.Review) *part {
		p := &part{}
		var mentions []chaping.Mention
		for i := range batch {
			r := &batch[i]
			body := r.Body()
			var of nlp.Goods
			if o.Goods != nil {
				of = o.Goods(chaping.ProductKey{Platform: r.Platform, Product: r.Product})
			}
			mentions = o.Miner.MineGoods(mentions[:0], body, of)
			heard := slices.ContainsFunc(mentions, func(m chaping.Mention) bool { return m.Assertion == chaping.Affirmed })
			negative := r.Grade == chaping.Negative
			if negative {
				p.Negative++
			}
			if heard || !negative && r.Grade != chaping.Positive {
				continue
			}
			least := complainsFor
			if negative {
				p.Silent++
				least = complains
			}
			found, service := complaints(o.Model, body, least)
			switch {
			case len(found) == 0 && service && negative:
				p.Service++
			case len(found) > 0 && !negative:
				p.Positive++
			}
			for _, c := range found {
				p.clauses = append(p.clauses, clauseOf{text: c, review: textOrder(body)})
			}
		}
		return p
	}
	err := each(ctx, o.Reviews, work, func(p *part) {
		total.Negative += p.Negative
		total.Silent += p.Silent
		total.Service += p.Service
		total.Positive += p.Positive
		clauses = append(clauses, p.clauses...)
		if len(clauses) > 2*maxClauses {
			clauses = fewest(clauses)
		}
	})
	if err != nil {
		return nil, err
	}
	total.Groups = group(fewest(clauses), o)
	return total, nil
}

// clauseOf is a clause of a review. Reviews have an order that does not depend on
// the order in which they come.
type clauseOf struct {
	text   string
	review uint64
}

func textOrder(s string) (h uint64) {
	for _, r := range s {
		h = (h ^ uint64(r)) * 0x9E3779B97F4A7C15
		h ^= h >> 29
	}
	return h
}

// fewest keeps the first maxClauses clauses.
func fewest(clauses []clauseOf) []clauseOf {
	slices.SortFunc(clauses, func(a, b clauseOf) int {
		return cmp.Or(cmp.Compare(a.review, b.review), strings.Compare(a.text, b.text))
	})
	return clauses[:min(len(clauses), maxClauses)]
}

// complaints are the clauses of a review that complain. service tells whether
// clauses were left out that speak of something else than the product.
func complaints(model *polarity.Model, body string, least float64) (clauses []string, service bool) {
	for _, c := range strings.FieldsFunc(body, clauseEnd) {
		n := utf8.RuneCountInString(c)
		if n < shortClause || n > longClause {
			continue
		}
		if ofOthers(c) {
			service = true
			continue
		}
		if n <= shortScolding && scolds(c) {
			continue
		}
		if len(clauses) < mostClauses && model.Score(c) > least {
			clauses = append(clauses, c)
		}
	}
	return clauses, service
}

func clauseEnd(r rune) bool {
	return strings.ContainsRune("，。！？；：,.!?;:~～…\n\r \t（）()", r) || r == fold.Symbol
}

// ofOthers tells whether a clause speaks of something else than the product.
func ofOthers(clause string) bool {
	return slices.ContainsFunc(otherWords(), func(w string) bool { return strings.Contains(clause, w) })
}

// scolds tells whether a clause scolds.
func scolds(clause string) bool {
	return slices.ContainsFunc([]string{"差劲", "太差", "真差", "很差", "失望", "太坑", "坑人", "无语", "气死", "呵呵", "郁闷", "什么玩意", "不满意", "太烂"},
		func(w string) bool { return strings.Contains(clause, w) })
}

// otherWords are words of what is no fault of a product.
func otherWords() []string {
	return []string{"客服", "快递", "物流", "送货", "发货", "安装", "售后", "师傅", "服务", "态度", "退款", "退货", "换货", "发票", "降价", "价格", "差价", "保价",
		"优惠", "赠品", "京东", "淘宝", "天猫", "卖家", "商家", "店家", "客户", "配送", "差评", "好评", "再也不", "不会再", "不买", "别买", "上当", "后悔", "购物", "便宜没好货", "垃圾",
		"送人", "送礼", "拿不出手", "面子", "下单", "催", "没收到", "少发", "漏发", "推荐", "性价比", "不值", "上门", "预约", "电话"}
}

// group puts clauses together that share a phrase, the commonest first.
func group(clauses []clauseOf, o CoverageOptions) []ClauseGroup {
	terms := termPairs(o.Miner.Dictionary())
	left := map[int]bool{}
	pairs := make([]map[string]bool, len(clauses))
	for i, c := range clauses {
		left[i] = true
		pairs[i] = pairsOf(c.text)
	}
	var groups []ClauseGroup
	for len(groups) < o.Groups {
		count := map[string]int{}
		for i := range left {
			for p := range pairs[i] {
				count[p]++
			}
		}
		best := ""
		for p, n := range count {
			if n >= leastGroup && (n > count[best] || n == count[best] && p < best) {
				best = p
			}
		}
		if best == "" {
			break
		}
		g := ClauseGroup{}
		var texts []string
		reviews := map[uint64]bool{}
		for _, i := range slices.Sorted(maps.Keys(left)) {
			if !pairs[i][best] {
				continue
			}
			delete(left, i)
			reviews[clauses[i].review] = true
			if !slices.Contains(texts, clauses[i].text) {
				texts = append(texts, clauses[i].text)
			}
		}
		g.Examples = append(g.Examples, texts[:min(o.Examples, len(texts))]...)
		g.Reviews = uint64(len(reviews))
		g.Phrase = sharedPhrase(texts, best)
		g.Term = nearest(terms, g.Phrase)
		groups = append(groups, g)
	}
	return groups
}

// sharedPhrase is the longest phrase around a pair that all texts have.
func sharedPhrase(texts []string, pair string) string {
	first := []rune(texts[0])
	at := utf8.RuneCountInString(texts[0][:strings.Index(texts[0], pair)])
	from, to := at, at+utf8.RuneCountInString(pair)
	all := func(from, to int) bool {
		phrase := string(first[from:to])
		return !slices.ContainsFunc(texts, func(t string) bool { return !strings.Contains(t, phrase) })
	}
	for to < len(first) && all(from, to+1) {
		to++
	}
	for from > 0 && all(from-1, to) {
		from--
	}
	return string(first[from:to])
}

// NearestTerm is the dictionary's term whose forms have most of a phrase; none
// where it says little of any.
func NearestTerm(d *nlp.Dictionary, phrase string) string { return nearest(termPairs(d), phrase) }

// nearest is the term whose forms have most of a phrase; a pair of characters that
// many terms write tells little. It is none where the phrase says little of any.
func nearest(terms map[string][]string, phrase string) (term string) {
	pairs := pairsOf(phrase)
	shared := map[string]float64{}
	for p := range pairs {
		for _, t := range terms[p] {
			shared[t] += 1 / float64(len(terms[p]))
		}
	}
	most := nearEnough * float64(len(pairs))
	for _, t := range slices.Sorted(maps.Keys(shared)) {
		if shared[t] > most {
			term, most = t, shared[t]
		}
	}
	return term
}

// pairsOf are the pairs of neighbouring characters of a clause that say
// something.
func pairsOf(s string) map[string]bool {
	out := map[string]bool{}
	last := rune(0)
	for _, r := range s {
		if strings.ContainsRune(emptyChars, r) || !unicode.IsLetter(r) {
			last = 0
			continue
		}
		if last != 0 {
			out[string([]rune{last, r})] = true
		}
		last = r
	}
	return out
}

// emptyChars say nothing of a product.
const emptyChars = "的了是我你他她它这那就也都很太还又不没有在到和跟给把被让对说要会能去来个一么呢吧啊吗着过得地点些真好多"

// termPairs are, for every pair of characters, the terms that write it.
func termPairs(d *nlp.Dictionary) map[string][]string {
	out := map[string][]string{}
	for _, t := range d.Terms {
		mine := map[string]bool{}
		for _, f := range append([]string{t.Name}, t.Surfaces...) {
			for p := range pairsOf(f) {
				mine[p] = true
			}
		}
		for p := range mine {
			out[p] = append(out[p], t.Name)
		}
	}
	return out
}
