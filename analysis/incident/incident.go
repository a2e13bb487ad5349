// Package incident suggests what may be important risk information (重要风险
// 信息) that must be reported at once (R16). Rules look for words of death,
// injury, fire, explosion, electric shock and poisoning, for one hazard at
// many shops, and for a sudden spread; a person decides (D19).
//
// # One event, one candidate
//
// An event is a rule at a product (or at a product keyword and hazard). What
// later periods add to it belongs to the same event, until it has been quiet
// for some periods. So a candidate is raised once, however often a period is
// mined again.
package incident

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"chaping"
)

// Rules are the rules of configs/urgent.yaml, whose comments explain them.
type Rules struct {
	Quiet int
	Rules []Rule
}

// A Rule says from what on an event is suggested.
type Rule struct {
	ID       string
	Name     string
	Trigger  int    // 1 or 2 of R16
	Scope    string // product or keyword
	Terms    []string
	Hazards  []chaping.Hazard
	Severity chaping.Severity
	Reviews  int
	Shops    int
	Ratio    float64
}

// Scopes of a rule.
const (
	perProduct = "product"
	perKeyword = "keyword"
)

// ReadRules reads a rule file.
func ReadRules(name string, data []byte) (*Rules, error) {
	fault := func(problem string) (*Rules, error) {
		return nil, &chaping.InputError{File: name, Problem: problem, Remedy: "对照自带的 configs/urgent.yaml 改正"}
	}
	var r Rules
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&r); err != nil {
		return fault("规则文件读不懂：" + strings.TrimPrefix(err.Error(), "yaml: "))
	}
	seen := map[string]bool{}
	for i := range r.Rules {
		rule := &r.Rules[i]
		for n, h := range rule.Hazards {
			known, ok := chaping.ParseHazard(string(h))
			if !ok {
				return fault(fmt.Sprintf("规则 %s 的 hazards 里没有危害类别“%s”", rule.ID, chaping.Shorten(string(h), 20)))
			}
			rule.Hazards[n] = known
		}
		switch {
		case rule.ID == "" || rule.Name == "" || seen[rule.ID]:
			return fault(fmt.Sprintf("规则“%s”缺少 id 或 name，或 id 重复", cmp.Or(rule.ID, rule.Name)))
		case rule.Trigger != 1 && rule.Trigger != 2:
			return fault(fmt.Sprintf("规则 %s 的 trigger 应为 1 或 2", rule.ID))
		case rule.Scope != perProduct && rule.Scope != perKeyword:
			return fault(fmt.Sprintf("规则 %s 的 scope 应为 product 或 keyword", rule.ID))
		case rule.Reviews < 1:
			return fault(fmt.Sprintf("规则 %s 的 reviews 应至少为 1", rule.ID))
		case len(rule.Terms) == 0 && len(rule.Hazards) == 0 && rule.Severity == 0:
			return fault(fmt.Sprintf("规则 %s 没有写 terms、hazards 或 severity", rule.ID))
		case rule.Severity < 0 || rule.Severity > 4 || rule.Shops < 0 || rule.Ratio < 0:
			return fault(fmt.Sprintf("规则 %s 的 severity 应在 0–4 之间，shops、ratio 不能是负数", rule.ID))
		case rule.Ratio > 0 && rule.Scope != perProduct:
			return fault(fmt.Sprintf("规则 %s 的 ratio 只能用于 product", rule.ID))
		}
		seen[rule.ID] = true
	}
	if r.Quiet < 1 || len(r.Rules) == 0 {
		return fault("quiet 应至少为 1，rules 不能是空的")
	}
	return &r, nil
}

// Unknown are the terms of rules that are not known: a rule waits for them in vain.
func (r *Rules) Unknown(known func(term string) bool) (names []string) {
	for _, rule := range r.Rules {
		for _, t := range rule.Terms {
			if !known(t) && !slices.Contains(names, t) {
				names = append(names, t)
			}
		}
	}
	return names
}

// Concerns tells whether a mention of the term is one that the rule counts.
func (r *Rule) Concerns(t chaping.Term) bool {
	return (len(r.Terms) == 0 || slices.Contains(r.Terms, t.Name)) &&
		(len(r.Hazards) == 0 || slices.Contains(r.Hazards, t.Hazard)) &&
		t.Severity >= r.Severity
}

// Concerns tells whether any rule counts the term.
func (r *Rules) Concerns(t chaping.Term) bool {
	return slices.ContainsFunc(r.Rules, func(rule Rule) bool { return rule.Concerns(t) })
}

// A Report is one review that affirms a term, about a product.
type Report struct {
	Keyword  string
	Term     chaping.Term
	Product  chaping.Product
	Review   chaping.ReviewKey
	Date     time.Time
	Grade    chaping.Grade
	Sentence string
}

// A Candidate is a suggested event with what stands behind it.
type Candidate struct {
	Key      string         `json:"key"` // the event
	Rule     string         `json:"rule"`
	Name     string         `json:"name"` // of the rule
	Trigger  int            `json:"trigger"`
	Period   string         `json:"period"`
	Keyword  string         `json:"keyword"`
	Hazard   chaping.Hazard `json:"hazard"`
	Products []Product      `json:"products"`
	Terms    []string       `json:"terms"`
	Reviews  int            `json:"reviews"`
	Shops    int            `json:"shops"`
	Earlier  float64        `json:"earlier_mean"` // reviews a period before; only with a ratio
	First    string         `json:"first"`        // date of the first review
	Last     string         `json:"last"`
	Why      string         `json:"why"` // what crossed which threshold
	Evidence []Sentence     `json:"evidence"`
}

// A Product of a candidate.
type Product struct {
	Platform string `json:"platform"`
	ID       string `json:"id"`
	Name     string `json:"name"`
	URL      string `json:"url"`
	Price    string `json:"price"`
	Shop     string `json:"shop"`
	Region   string `json:"region"`
}

// A Sentence is evidence.
type Sentence struct {
	Platform string `json:"platform"`
	Product  string `json:"product"`
	Review   string `json:"review"`
	Date     string `json:"date"`
	Grade    string `json:"grade"`
	Term     string `json:"term"`
	Sentence string `json:"sentence"`
}

// maxEvidence and maxProducts bound what a candidate shows; counts are whole.
const (
	maxEvidence = 30
	maxProducts = 50
)

// A Detector gathers a period's reports.
type Detector struct {
	rules   *Rules
	period  chaping.Period
	groups  map[string]*group
	earlier Earlier
}

// Earlier is what rules with a ratio compare with: the periods before.
type Earlier struct {
	// Products are those that had reviews then, by platform and ID: one that
	// had none cannot have spread suddenly.
	Products map[[2]string]bool
	// Means are how many reviews a period affirmed what the rule counts.
	Means map[Baseline]float64
}

// A Baseline is what a mean is of: a rule's own terms of a hazard at a product.
type Baseline struct {
	Rule, Platform, Product string
	Hazard                  chaping.Hazard
}

type group struct {
	Candidate
	rule     *Rule
	reviews  map[chaping.ReviewKey]bool
	shops    map[string]bool
	products map[[2]string]bool
	terms    map[string]bool
}

// NewDetector begins the detection for a period.
func (r *Rules) NewDetector(period chaping.Period, earlier Earlier) *Detector {
	return &Detector{rules: r, period: period, groups: map[string]*group{}, earlier: earlier}
}

// Add takes a report.
func (d *Detector) Add(r *Report) {
	for i := range d.rules.Rules {
		rule := &d.rules.Rules[i]
		if !rule.Concerns(r.Term) {
			continue
		}
		mean := d.earlier.Means[Baseline{Rule: rule.ID, Platform: r.Product.Platform, Product: r.Product.ID, Hazard: r.Term.Hazard}]
		if rule.Ratio > 0 && !d.earlier.Products[[2]string{r.Product.Platform, r.Product.ID}] {
			continue
		}
		key := strings.Join([]string{rule.ID, r.Product.Platform, r.Product.ID}, "|")
		switch {
		case rule.Scope == perKeyword:
			key = strings.Join([]string{rule.ID, r.Keyword, string(r.Term.Hazard)}, "|")
		case rule.Ratio > 0:
			key += "|" + string(r.Term.Hazard)
		}
		g := d.groups[key]
		if g == nil {
			g = &group{
				rule:     rule,
				reviews:  map[chaping.ReviewKey]bool{},
				shops:    map[string]bool{},
				products: map[[2]string]bool{},
				terms:    map[string]bool{},
			}
			g.Candidate = Candidate{
				Key:     key,
				Rule:    rule.ID,
				Name:    rule.Name,
				Trigger: rule.Trigger,
				Period:  d.period.String(),
				Keyword: r.Keyword,
				Hazard:  r.Term.Hazard,
				Earlier: mean,
			}
			d.groups[key] = g
		}
		g.add(r)
	}
}

func (g *group) add(r *Report) {
	g.terms[r.Term.Name] = true
	if g.reviews[r.Review] {
		return
	}
	g.reviews[r.Review] = true
	date := r.Date.In(chaping.Shanghai()).Format(time.DateOnly)
	if g.First == "" || date < g.First {
		g.First = date
	}
	g.Last = max(g.Last, date)
	g.shops[r.Product.Platform+"|"+cmp.Or(r.Product.Shop.ID, r.Product.Shop.Name, r.Product.ID)] = true
	p := r.Product
	if id := [2]string{p.Platform, p.ID}; !g.products[id] {
		g.products[id] = true
		if len(g.Products) < maxProducts {
			g.Products = append(
				g.Products,
				Product{
					Platform: p.Platform,
					ID:       p.ID,
					Name:     p.Name,
					URL:      p.URL,
					Price:    p.Price.String(),
					Shop:     p.Shop.Name,
					Region:   p.Shop.Region,
				},
			)
		}
	}
	if len(g.Evidence) < maxEvidence {
		g.Evidence = append(
			g.Evidence,
			Sentence{
				Platform: r.Review.Platform,
				Product:  r.Review.Product,
				Review:   r.Review.Review,
				Date:     date,
				Grade:    r.Grade.Chinese(),
				Term:     r.Term.Name,
				Sentence: r.Sentence,
			},
		)
	}
}

// Candidates are the events that reach their rule's thresholds, by trigger,
// rule order and number of reviews.
func (d *Detector) Candidates() []Candidate {
	var found []*group
	for _, g := range d.groups {
		n := len(g.reviews)
		if n >= g.rule.Reviews && len(g.shops) >= g.rule.Shops &&
			(g.rule.Ratio == 0 || float64(n) >= g.rule.Ratio*max(g.Earlier, 1)) {
			found = append(found, g)
		}
	}
	order := func(g *group) int {
		return slices.IndexFunc(d.rules.Rules, func(r Rule) bool { return r.ID == g.rule.ID })
	}
	slices.SortFunc(found, func(a, b *group) int {
		return cmp.Or(
			cmp.Compare(a.Trigger, b.Trigger),
			cmp.Compare(order(a), order(b)),
			cmp.Compare(len(b.reviews), len(a.reviews)),
			cmp.Compare(a.Key, b.Key),
		)
	})
	list := make([]Candidate, 0, len(found))
	for _, g := range found {
		c := g.Candidate
		c.Reviews, c.Shops = len(g.reviews), len(g.shops)
		for t := range g.terms {
			c.Terms = append(c.Terms, t)
		}
		slices.Sort(c.Terms)
		c.Why = g.why()
		list = append(list, c)
	}
	return list
}

// why words what crossed which threshold.
func (g *group) why() string {
	parts := []string{fmt.Sprintf("%d 条评论（门槛 %d）", len(g.reviews), g.rule.Reviews)}
	if g.rule.Shops > 0 {
		parts = append(parts, fmt.Sprintf("%d 家店铺（门槛 %d）", len(g.shops), g.rule.Shops))
	}
	if g.rule.Ratio > 0 {
		parts = append(
			parts,
			fmt.Sprintf(
				"此前平均每期 %.1f 条，增至 %.1f 倍（门槛 %g 倍）",
				g.Earlier,
				float64(len(g.reviews))/max(g.Earlier, 1),
				g.rule.Ratio,
			),
		)
	}
	return "规则“" + g.rule.Name + "”：" + strings.Join(parts, "，")
}
