package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"chaping"
	"chaping/analysis/incident"
	"chaping/configs"
	"chaping/nlp"
	"chaping/report"
	"chaping/station"
	"chaping/station/notify"
)

// UrgentRules are the operator's rules, or the shipped ones. Those of the operator may
// name terms that the station has switched off, but none that nobody knows.
func (a *App) UrgentRules(ctx context.Context) (*incident.Rules, error) {
	const name = "urgent.yaml"
	path := a.Path(name)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		path = name
		data, err = configs.Files.ReadFile(path)
	}
	if err != nil {
		return nil, err
	}
	rules, err := incident.ReadRules(path, data)
	if err != nil || path == name {
		return rules, err
	}
	known, err := a.knownTerms(ctx)
	if err != nil {
		return nil, err
	}
	if unknown := rules.Unknown(func(t string) bool { return known[t] }); len(unknown) > 0 {
		return nil, &chaping.InputError{File: path, Field: "terms", Value: strings.Join(unknown, "、"), Problem: "词库里没有这些词条，规则永远不会命中",
			Remedy: "改成词库中的词条名"}
	}
	return rules, nil
}

// knownTerms are the names of the shipped terms and of those in use.
func (a *App) knownTerms(ctx context.Context) (map[string]bool, error) {
	shipped, err := nlp.ShippedDictionary()
	if err != nil {
		return nil, err
	}
	own, _, err := a.Dictionary(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, t := range slices.Concat(shipped.Terms, own.Terms) {
		known[t.Name] = true
	}
	return known, nil
}

// A Raise is what looking for urgent events came to.
type Raise struct {
	Fresh []station.Urgent // candidates that were not known before
	Delivery
}

// RaiseUrgent looks for urgent candidates in a period that was mined, enters
// those that are new, and notifies.
func (a *App) RaiseUrgent(ctx context.Context, pipe *Pipeline, period chaping.Period) (r Raise, err error) {
	rules, err := a.UrgentRules(ctx)
	if err != nil {
		return r, err
	}
	found, err := pipe.Urgent(ctx, period, rules, rules.Quiet)
	if err != nil || len(found) == 0 {
		return r, err
	}
	channels, err := a.Channels()
	if err != nil {
		return r, err
	}
	candidates, order := map[string]json.RawMessage{}, []string{}
	for _, c := range found {
		data, err := json.Marshal(c)
		if err != nil {
			return r, err
		}
		candidates[c.Key], order = data, append(order, c.Key)
	}
	d, err := a.Station(ctx)
	if err != nil {
		return r, err
	}
	r.Fresh, err = d.Raise(
		ctx,
		period,
		rules.Quiet,
		candidates,
		order,
		func(u station.Urgent) []station.Message { return raisedMessages(channels, u) },
	)
	if err != nil || len(r.Fresh) == 0 {
		return r, err
	}
	r.Delivery, err = a.Deliver(ctx)
	return r, err
}

// RemovePlatform removes all that was collected of a platform, and dismisses the
// urgent candidates that nothing else stands behind, in by's name.
func (a *App) RemovePlatform(ctx context.Context, platform, by string) error {
	s, err := a.Store(ctx)
	if err != nil {
		return err
	}
	d, err := a.Station(ctx)
	if err != nil {
		return err
	}
	open, err := d.Urgents(ctx, station.UrgentOpen)
	if err != nil {
		return err
	}
	for _, u := range open {
		x, err := CandidateOf(u)
		if err != nil {
			return err
		}
		other := func(p incident.Product) bool { return p.Platform != platform }
		if len(x.Products) == 0 || slices.ContainsFunc(x.Products, other) {
			continue
		}
		nobody := func(station.Urgent) []station.Message { return nil }
		if _, err := d.Decide(ctx, u.ID, station.UrgentDismissed, by, "所依据的数据已删除", nobody); err != nil {
			return err
		}
	}
	return s.RemovePlatform(ctx, platform)
}

func raisedMessages(c *notify.Config, u station.Urgent) []station.Message {
	x, err := CandidateOf(u)
	if err != nil {
		return nil
	}
	return c.Messages(
		"urgent",
		fmt.Sprintf("urgent-raised-%d", u.ID),
		fmt.Sprintf("待确认：重要风险信息候选 %d（%s %s）", u.ID, x.Keyword, x.Name),
		summary(x)+"\n请尽快核实，确认或排除。",
	)
}

// ConfirmedMessages are the messages that tell of a confirmed urgent report.
func (a *App) ConfirmedMessages(u station.Urgent) []station.Message {
	c, err := a.Channels()
	if err != nil || u.Status != station.UrgentConfirmed {
		return nil
	}
	x, err := CandidateOf(u)
	if err != nil {
		return nil
	}
	return c.Messages(
		"urgent",
		fmt.Sprintf("urgent-confirmed-%d", u.ID),
		fmt.Sprintf("重要风险信息（编号 %d）：%s %s", u.ID, x.Keyword, x.Name),
		summary(x)+fmt.Sprintf("\n%s 已确认：%s\n应当及时报送。", u.By, u.Reason),
	)
}

// CandidateOf is what the rules saw of an urgent candidate. Where products are
// listed under no product keyword, it is called by the first one's name: a report
// that names no product cannot be handed in.
func CandidateOf(u station.Urgent) (x incident.Candidate, err error) {
	err = json.Unmarshal(u.Candidate, &x)
	if x.Keyword != "" || len(x.Products) == 0 {
		return x, err
	}
	x.Keyword = chaping.Shorten(cmp.Or(x.Products[0].Name, x.Products[0].ID), 60)
	if n := len(x.Products); n > 1 {
		x.Keyword += fmt.Sprintf("等 %d 件商品", n)
	}
	return x, err
}

func summary(x incident.Candidate) string {
	var b strings.Builder
	fmt.Fprintln(&b, x.Why)
	if len(x.Terms) > 0 {
		fmt.Fprintf(&b, "评论关键词：%s\n", strings.Join(x.Terms, "、"))
	}
	for i, product := range x.Products {
		if i == 5 {
			fmt.Fprintf(&b, "……共 %d 件商品\n", len(x.Products))
			break
		}
		fmt.Fprintf(&b, "商品：%s（%s）%s\n", cmp.Or(product.Name, product.ID), product.Shop, product.URL)
	}
	for i, e := range x.Evidence {
		if i == 3 {
			break
		}
		fmt.Fprintf(&b, "%s %s\n", e.Date, e.Sentence)
	}
	return b.String()
}

// UrgentReport is the report of an urgent event that was confirmed: what a
// station has written, or what the rules saw in reviews. filler and phone stand
// in the latter.
func (a *App) UrgentReport(ctx context.Context, u station.Urgent, of, filler, phone string) (Model, error) {
	if u.Station != 0 {
		return a.Written(ctx, u)
	}
	return a.suggested(u, of, filler, phone)
}

// suggested is the report of an event that the rules saw in reviews.
func (a *App) suggested(u station.Urgent, of, filler, phone string) (*report.Urgent, error) {
	x, err := CandidateOf(u)
	if err != nil {
		return nil, err
	}
	r := &report.Urgent{
		Number: fmt.Sprintf("%d", u.ID), Station: of, Filler: filler, Phone: phone, Program: a.Version,
		Name: x.Name, Trigger: x.Trigger, Why: x.Why, Keyword: x.Keyword, Hazard: x.Hazard.Chinese(), Terms: x.Terms,
		Reviews: x.Reviews, Shops: x.Shops, First: x.First, Last: x.Last,
		By: u.By, Reason: u.Reason, Decided: u.Decided.Format(chaping.Minute),
	}
	r.FiledOn(*u.Decided)
	for _, product := range x.Products {
		r.Products = append(
			r.Products,
			report.UrgentProduct{
				Name:   cmp.Or(product.Name, product.ID),
				URL:    product.URL,
				Price:  product.Price,
				Shop:   product.Shop,
				Region: product.Region,
			},
		)
	}
	for _, e := range x.Evidence {
		r.Evidence = append(
			r.Evidence,
			report.UrgentEvidence{Date: e.Date, Grade: e.Grade, Term: e.Term, Sentence: e.Sentence, Review: e.Review},
		)
	}
	return r, nil
}
