package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"chaping"
	"chaping/station"
)

// Bounds of a search: hits of a kind, how long the database may look, and how
// many characters are looked for.
const (
	mostHits       = 10
	searchPatience = 2 * time.Second
	longestSearch  = 100
)

// A searchPage is what was found, by kind.
type searchPage struct {
	Q      string     `json:"q"`
	Groups []hitGroup `json:"groups"` // kinds that have any, or could not be looked through
	Found  int        `json:"found"`
}

// A hitGroup are the hits of a kind.
type hitGroup struct {
	Kind    string `json:"kind"` // terms, products, shops, sentences, cases, submissions
	Title   string `json:"-"`
	Hits    []hit  `json:"hits"`
	More    bool   `json:"more"`              // there are others
	All     string `json:"-"`                 // the list that has all; ""
	Problem string `json:"problem,omitempty"` // why not all was looked through
}

// A hit leads to a place.
type hit struct {
	Title  string `json:"title"`
	Detail string `json:"detail,omitempty"`
	Path   string `json:"path"` // of the page, and under /api/v1
}

// search looks for a text in what the account may see, and nowhere else.
func (q *request) search() error {
	page := searchPage{Q: strings.TrimSpace(chaping.Shorten(q.form("q"), longestSearch)), Groups: []hitGroup{}}
	if page.Q == "" {
		return q.render("search", page)
	}
	var looks []func(string) (hitGroup, error)
	if q.account.Has(readers...) && q.seesReviews() {
		looks = append(looks, q.searchTerms, q.searchProducts, q.searchShops, q.searchSentences)
	}
	if q.account.Has(concerned...) {
		looks = append(looks, q.searchCases, q.searchSubmissions)
	}
	for _, look := range looks {
		g, err := look(page.Q)
		if err != nil {
			return err
		}
		if g.More = len(g.Hits) > mostHits; g.More {
			g.Hits = g.Hits[:mostHits]
		}
		if page.Found += len(g.Hits); len(g.Hits) > 0 || g.Problem != "" {
			page.Groups = append(page.Groups, g)
		}
	}
	return q.render("search", page)
}

// searches tells whether there is anything that the account may look through.
func (q *request) searches() bool { return q.account != nil && q.account.Has(concerned...) }

func contains(text string, in ...string) bool { return slices.ContainsFunc(in, containing(text)) }

func (q *request) searchTerms(text string) (hitGroup, error) {
	g := hitGroup{Kind: "terms", Title: "词条", All: string(query("/lexicon", "q", text))}
	for _, t := range q.terms() {
		if len(g.Hits) > mostHits {
			break
		}
		if contains(text, t.Name) || contains(text, t.Surfaces...) {
			g.Hits = append(g.Hits, hit{
				Title:  t.Name,
				Detail: strings.Join(t.Surfaces, "、"),
				Path:   string(query("/lexicon/term", "name", t.Name)),
			})
		}
	}
	return g, nil
}

// within asks the database, no longer than a page can wait.
func (q *request) within(
	ask func(ctx context.Context) ([]chaping.Product, error),
) (list []chaping.Product, problem string, err error) {
	ctx, cancel := context.WithTimeout(q.ctx, searchPatience)
	defer cancel()
	list, err = ask(ctx)
	if err != nil && q.ctx.Err() == nil && (errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil) {
		return nil, "没有在 2 秒内查完，没有列出。写得具体一些，或到“商品”页查找。", nil
	}
	return list, "", err
}

func (q *request) searchProducts(text string) (g hitGroup, err error) {
	g = hitGroup{Kind: "products", Title: "商品", All: string(query("/products", "q", text))}
	list, problem, err := q.within(func(ctx context.Context) ([]chaping.Product, error) {
		return q.Store.SearchProducts(ctx, text, mostHits+1)
	})
	for _, p := range list {
		g.Hits = append(g.Hits, hit{
			Title:  cmp.Or(p.Name, p.ID),
			Detail: strings.TrimSpace(p.Shop.Name + "　" + p.Platform + " " + p.ID),
			Path:   string(query("/product", "platform", p.Platform, "id", p.ID)),
		})
	}
	g.Problem = problem
	return g, err
}

func (q *request) searchShops(text string) (g hitGroup, err error) {
	g = hitGroup{Kind: "shops", Title: "店铺"}
	list, problem, err := q.within(func(ctx context.Context) ([]chaping.Product, error) {
		return q.Store.SearchShops(ctx, text, mostHits+1)
	})
	for _, p := range list {
		g.Hits = append(g.Hits, hit{
			Title:  p.Shop.Name,
			Detail: p.Platform,
			Path:   "/products?" + url.Values{filterName("shop", ""): {p.Shop.Name}}.Encode(),
		})
	}
	g.Problem = problem
	return g, err
}

// letters are the characters that a text has, in either case: a bit each, which
// some share. A text is only looked through for another one if it has all of its
// letters: of 200,000 sentences hardly any.
type letters [4]uint64

func lettersOf(text string) (l letters) {
	for _, r := range text {
		bit := uint32(unicode.ToLower(r)) * 2654435769 >> 24 // spreads neighbours
		l[bit/64] |= 1 << (bit % 64)
	}
	return l
}

// all tells whether l may have all of those.
func (l letters) all(those letters) bool {
	for i := range l {
		if those[i]&^l[i] != 0 {
			return false
		}
	}
	return true
}

// searchSentences looks through the evidence of the period that is worked on,
// and of the one before.
func (q *request) searchSentences(text string) (hitGroup, error) {
	g := hitGroup{Kind: "sentences", Title: "句子"}
	p, err := q.current()
	if err != nil {
		return g, err
	}
	g.All = string(query("/review", "period", p, "state", "all", "q", text))
	has, wanted, until := containing(text), lettersOf(text), time.Now().Add(searchPatience)
	for _, p := range []chaping.Period{p, p.Previous()} {
		all, ok, err := q.desk.found.get(q.ctx, countedKey{p, q.miner().Version()}, time.Until(until))
		if err != nil {
			return g, err
		}
		if !ok {
			g.Problem += "报送期 " + p.String() + " 的句子还在读取，稍后再搜一次。"
		}
		if ok && all.cut {
			g.Problem += fmt.Sprintf("报送期 %s 的句子太多，只查了报送表上最靠前的 %d 句。", p, len(all.list))
		}
		for n := range all.list {
			i := &all.list[n]
			if len(g.Hits) > mostHits {
				break
			}
			if all.letters[n].all(wanted) && has(i.said) {
				g.Hits = append(g.Hits, hit{
					Title:  chaping.Shorten(i.said, 80),
					Detail: fmt.Sprintf("%s，%s 期，%s", i.Term, p, i.Keyword),
					Path: string(
						query("/review", "period", p, "state", "all", "term", i.Term, "q", text),
					) + "#e" + i.ID,
				})
			}
		}
	}
	return g, nil
}

func (q *request) searchCases(text string) (hitGroup, error) {
	g := hitGroup{Kind: "cases", Title: "案件", All: string(query("/cases", "q", text))}
	list, err := q.Station.Cases(q.ctx, q.account.Scope())
	for i := range list {
		c := &list[i]
		if len(g.Hits) <= mostHits && contains(text, c.Title, c.Lead, c.Responsible, c.Outcome) {
			g.Hits = append(g.Hits, hit{
				Title:  c.Title,
				Detail: c.Lead,
				Path:   fmt.Sprintf("/cases/%d", c.ID),
			})
		}
	}
	return g, err
}

func (q *request) searchSubmissions(text string) (hitGroup, error) {
	g := hitGroup{Kind: "submissions", Title: "报送文件", All: string(query("/submissions", "q", text))}
	s := chaping.Selection{Text: text, Limit: mostHits + 1}
	_, err := q.Station.SubmissionsSelected(q.ctx, q.account.Scope(), s, func(x *station.Submission) error {
		g.Hits = append(g.Hits, hit{
			Title: x.File,
			Detail: fmt.Sprintf(
				"%s，%s 期，%s 收到",
				x.Station,
				x.Period,
				x.Received.In(chaping.Shanghai()).Format(chaping.Minute),
			),
			Path: string(query("/inbox", "period", x.Period)),
		})
		return nil
	})
	return g, err
}
