package store

import (
	"context"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping"
)

// A Funnel tells what became of mentions on the way to the numbers.
type Funnel struct {
	Mentions  uint64 `json:"mentions"`
	Mentioned uint64 `json:"mentioned_reviews"` // reviews with a mention, whatever its assertion
	Affirmed  uint64 `json:"affirmed_mentions"`
	Reviews   uint64 `json:"affirmed_reviews"` // reviews with an affirmed mention
	Negative  uint64 `json:"negative_reviews"` // of these, negative ones
	Hidden    uint64 `json:"hidden_reviews"`   // of these, positive or default ones
}

// selection is what the statements on mentions are executed with.
type selection struct {
	Terms, Platforms, Products []string
	Pairs                      []clickhouse.GroupSet // of platform and product, where the products were found, not named
	NegativeOnly, HiddenOnly   bool
	Days                       bool // bounds the days
}

// selectMentions makes a selection of a query. Conditions that mentions know nothing
// of (shops, regions, keywords, prices) become products.
func (s *Store) selectMentions(ctx context.Context, q CountQuery) (sel selection, args []any, none bool, err error) {
	if err := s.placeRegions(ctx, &q); err != nil {
		return sel, nil, false, err
	}
	sel = selection{Terms: q.Terms, Platforms: q.Platforms, Products: q.Products, Days: q.Days != nil}
	if len(q.Hazards) > 0 {
		sel.Terms = q.termsOf(q.Hazards)
		if len(q.Terms) > 0 {
			wanted := map[string]bool{}
			for _, t := range q.Terms {
				wanted[t] = true
			}
			var both []string
			for _, t := range sel.Terms {
				if wanted[t] {
					both = append(both, t)
				}
			}
			sel.Terms = both
		}
		none = len(sel.Terms) == 0
	}
	if len(q.Shops)+len(q.Regions)+len(q.Keywords) > 0 || q.PriceLow > 0 || q.PriceHigh > 0 {
		products := q
		products.By, products.Terms, products.Hazards = []Dimension{ByPlatform, ByProduct}, nil, nil
		rows, err := s.Counts(ctx, products)
		if err != nil {
			return sel, nil, false, err
		}
		sel.Products = nil // they are among the pairs
		for _, r := range rows {
			if r.Affirmed > 0 {
				sel.Pairs = append(sel.Pairs, clickhouse.GroupSet{Value: []any{r.Keys[0], r.Keys[1]}})
			}
		}
		none = none || len(sel.Pairs) == 0
	}
	q.Products = sel.Products
	return sel, append(q.args(levelTerm, sel.Terms, grainMonth), named("pairs", sel.Pairs)), none, nil
}

// Funnel counts what the query selects; By is not regarded.
func (s *Store) Funnel(ctx context.Context, q CountQuery) (f Funnel, err error) {
	sel, args, none, err := s.selectMentions(ctx, q)
	if err != nil || none {
		return f, err
	}
	err = s.readSpan(ctx, q.First, q.Last, q.Dictionary, func(partitions func(int) []clickhouse.GroupSet) error {
		args := append(
			slices.Clip(args),
			named("mentions", partitions(mentionsPart)),
			named("rejections", partitions(rejectionsPart)),
		)
		return s.query(ctx, "funnel", sel, args, func(scan func(...any) error) error {
			return scan(&f.Mentions, &f.Mentioned, &f.Affirmed, &f.Reviews, &f.Negative, &f.Hidden)
		})
	})
	return f, err
}

// Which of the affirming reviews Sentences gives.
type Which int

// Sentences of all affirming reviews, of negative ones, of hidden complaints.
const (
	AnyAffirmed Which = iota
	OnlyNegative
	OnlyHidden
)

// Sentences are the latest affirmed mentions that a query selects, with their
// reviews, latest first, at most limit. Keyword is empty.
func (s *Store) Sentences(ctx context.Context, q CountQuery, which Which, limit int) ([]chaping.Evidence, error) {
	sel, _, none, err := s.selectMentions(ctx, q)
	if err != nil || none {
		return nil, err
	}
	sel.NegativeOnly, sel.HiddenOnly = which == OnlyNegative, which == OnlyHidden
	limit = min(max(limit, 1), maxSentences)
	// The latest ones are in the last periods, of which ever more are asked
	// for until there are enough: for most terms one will do, whatever the
	// years that the query spans.
	var list []chaping.Evidence
	part := q
	part.Products = sel.Products
	for periods := 1; len(list) < limit && periodNumber(part.Last) >= periodNumber(q.First); periods *= 4 {
		part.First = part.Last
		for n := 1; n < periods && part.First != q.First; n++ {
			part.First = part.First.Previous()
		}
		var found []chaping.Evidence
		err := s.readSpan(
			ctx,
			part.First,
			part.Last,
			q.Dictionary,
			func(partitions func(int) []clickhouse.GroupSet) (err error) {
				args := append(
					part.args(levelTerm, sel.Terms, grainMonth),
					named("pairs", sel.Pairs),
					named("limit", limit-len(list)),
					named("mentions", partitions(mentionsPart)),
					named("rejections", partitions(rejectionsPart)),
				)
				found, err = s.latestMentions(ctx, sel, args)
				return err
			},
		)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
		part.Last = part.First.Previous()
	}
	return list, s.addReviews(ctx, list)
}

// latestMentions gives mentions; of their reviews it knows the key and the date.
func (s *Store) latestMentions(ctx context.Context, sel selection, args []any) (list []chaping.Evidence, err error) {
	err = s.query(ctx, "latest_mentions", sel, args, func(scan func(...any) error) error {
		var (
			e          chaping.Evidence
			start, end uint32
		)
		r, m := &e.Review, &e.Mention
		if err := scan(&e.Term, &r.Platform, &r.Product, &r.ID, &r.Published, &m.Surface, &start, &end, &m.Cue); err != nil {
			return err
		}
		r.Published = r.Published.In(chaping.Shanghai())
		m.Term, m.Start, m.End, m.Assertion = e.Term, int(start), int(end), chaping.Affirmed
		list = append(list, e)
		return nil
	})
	return list, err
}

// addReviews reads the reviews of mentions, month by month: the parts of other
// months are not touched.
func (s *Store) addReviews(ctx context.Context, list []chaping.Evidence) error {
	places := map[chaping.ReviewKey][]int{}
	months := map[chaping.Window][]clickhouse.GroupSet{}
	for i := range list {
		r := &list[i].Review
		key := r.Key()
		if places[key] == nil {
			from := time.Date(r.Published.Year(), r.Published.Month(), 1, 0, 0, 0, 0, chaping.Shanghai())
			month := chaping.Window{From: from, To: from.AddDate(0, 1, 0)}
			months[month] = append(months[month], tuple(key))
		}
		places[key] = append(places[key], i)
	}
	for month, keys := range months {
		err := s.query(
			ctx,
			"reviews_by_key",
			true,
			append(windowArgs(month), named("keys", keys)),
			readReviews(func(r *chaping.Review) error {
				for _, i := range places[r.Key()] {
					list[i].Review = *r
				}
				return nil
			}),
		)
		if err != nil {
			return err
		}
	}
	return nil
}

// maxSentences bounds what Sentences gives.
const maxSentences = 3000
