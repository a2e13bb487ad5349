package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/nlp"
	"chaping/nlp/lexicon"
	"chaping/store"
)

type diffOptions struct {
	period  string
	samples int
	json    bool
}

func (p *program) dictDiffCommand() *cobra.Command {
	var o diffOptions
	cmd := &cobra.Command{
		Use: "diff 词库A 词库B", Short: "看词库由 A 改成 B 会改变哪些命中和报送表数字",
		Long: "用两个词库分别挖掘一个报送期已存的评论，列出新增、消失、改判的命中和变化的报送表行。\n" +
			"不改动已存的命中和计数。词库可以是目录或每行一词的文本文件；写 - 表示自带词库。",
		Example: "  chaping dict diff - 新词库 --period 2026-11",
		Args:    exactly(2, "请写两个词库，例如 chaping dict diff - 新词库"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.runDictDiff(cmd.Context(), args[0], args[1], o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.period, "period", "", "报送期，例如 2026-11；不写为当前报送期")
	f.IntVar(&o.samples, "samples", 10, "新增、消失、改判各显示多少个例子")
	f.BoolVar(&o.json, "json", false, "以 JSON 输出")
	return cmd
}

func (p *program) runDictDiff(ctx context.Context, a, b string, o diffOptions) error {
	if o.samples < 0 || o.samples > 10_000 {
		return usage("--samples 应在 0–10000 之间")
	}
	var miners [2]*nlp.Miner
	for i, path := range []string{a, b} {
		if path == "-" {
			path = ""
		} else if _, err := os.Stat(path); err != nil {
			return &chaping.Error{Code: chaping.CodeInput, Message: "打不开词库 " + path, Err: err, Remedy: "检查路径；- 表示自带词库"}
		}
		m, partial, err := p.miner(ctx, path)
		if err != nil {
			return err
		}
		if partial != nil {
			return partial
		}
		miners[i] = m
	}
	return p.printDictionaries(ctx, miners, o)
}

// printDictionaries prints what differs between what two miners find in a period.
func (p *program) printDictionaries(ctx context.Context, miners [2]*nlp.Miner, o diffOptions) error {
	period, err := p.period(ctx, o.period)
	if err != nil {
		return err
	}
	s, err := p.app.Store(ctx)
	if err != nil {
		return err
	}
	d, err := p.app.CompareDictionaries(ctx, period, miners, o.samples, nil)
	if err != nil {
		return err
	}
	rows, err := sheetRows(ctx, s, period, d.Rows)
	if err != nil {
		return err
	}
	if o.json {
		return p.printDiffJSON(period, d, rows)
	}
	return p.printDiff(period, d, rows)
}

// A diffRow is a changed row of the sheet: a RowChange under one product keyword.
type diffRow struct {
	Keyword string         `json:"keyword"`
	Term    string         `json:"term"`
	Product string         `json:"product"`
	Name    string         `json:"name"`
	Shop    string         `json:"shop"`
	Before  lexicon.Counts `json:"before"`
	After   lexicon.Counts `json:"after"`
}

// sheetRows gives changed rows their product keywords, as the sheet has them.
func sheetRows(ctx context.Context, s *store.Store, period chaping.Period, changes []lexicon.RowChange) ([]diffRow, error) {
	var keys []chaping.ProductKey
	for _, c := range changes {
		keys = append(keys, chaping.ProductKey{Platform: c.Platform, Product: c.Product})
	}
	slices.SortFunc(keys, func(a, b chaping.ProductKey) int {
		return cmp.Or(strings.Compare(a.Platform, b.Platform), strings.Compare(a.Product, b.Product))
	})
	listings, err := s.Products(ctx, period.Window(), slices.Compact(keys))
	if err != nil {
		return nil, err
	}
	rows := []diffRow{}
	for _, c := range changes {
		row := diffRow{Term: c.Term, Product: c.Product, Before: c.Before, After: c.After}
		seen := listings[chaping.ProductKey{Platform: c.Platform, Product: c.Product}]
		if len(seen) == 0 {
			rows = append(rows, row)
		}
		slices.SortFunc(seen, func(a, b chaping.Listing) int { return strings.Compare(a.Keyword, b.Keyword) })
		for _, l := range seen {
			row.Keyword, row.Name, row.Shop = l.Keyword, l.Product.Name, l.Product.Shop.Name
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func (p *program) printDiff(period chaping.Period, d *lexicon.Difference, rows []diffRow) error {
	fmt.Fprintf(p.out, "报送期 %s：评论 %d 条\n", period, d.Reviews)
	fmt.Fprintf(p.out, "命中 %d → %d，其中成立 %d → %d；新增 %d，消失 %d，改判 %d\n", d.Mentions[0], d.Mentions[1], d.Affirmed[0], d.Affirmed[1], d.Added, d.Removed, d.Changed)
	for _, c := range d.Samples {
		status := c.After.Chinese()
		switch c.Kind {
		case lexicon.Removed:
			status = c.Before.Chinese()
		case lexicon.Changed:
			status = c.Before.Chinese() + "→" + c.After.Chinese()
		}
		fmt.Fprintf(p.out, "  %s　%s（%s）“%s” %s\n", c.Kind.Chinese(), c.Mention.Term, status, c.Mention.Surface, c.Excerpt)
	}
	fmt.Fprintf(p.out, "报送表有 %d 行数字变化\n", len(rows))
	if len(rows) == 0 {
		return nil
	}
	return p.printTable(func(w io.Writer) {
		fmt.Fprintln(w, "关键词\t评论关键词\t差评数\t高星隐性投诉\t成立评论数\t商品\t店铺")
		for _, r := range rows {
			fmt.Fprintf(w, "%s\t%s\t%d→%d\t%d→%d\t%d→%d\t%s\t%s\n", r.Keyword, r.Term, r.Before.NegativeReviews, r.After.NegativeReviews,
				r.Before.HiddenComplaints, r.After.HiddenComplaints, r.Before.AffirmedReviews, r.After.AffirmedReviews, orID(r.Name, r.Product), r.Shop)
		}
	})
}

func orID(name, id string) string {
	if name == "" {
		return id
	}
	return chaping.Shorten(name, 30)
}

func (p *program) printDiffJSON(period chaping.Period, d *lexicon.Difference, rows []diffRow) error {
	type sample struct {
		Kind     string            `json:"kind"`
		Platform string            `json:"platform"`
		Product  string            `json:"product"`
		Review   string            `json:"review"`
		Term     string            `json:"term"`
		Surface  string            `json:"surface"`
		Start    int               `json:"start"`
		End      int               `json:"end"`
		Before   chaping.Assertion `json:"before"`
		After    chaping.Assertion `json:"after"`
		Excerpt  string            `json:"excerpt"`
	}
	samples := []sample{}
	for _, c := range d.Samples {
		samples = append(samples, sample{Kind: string(c.Kind), Platform: c.Review.Platform, Product: c.Review.Product, Review: c.Review.Review, Term: c.Mention.Term, Surface: c.Mention.Surface, Start: c.Mention.Start, End: c.Mention.End, Before: c.Before, After: c.After, Excerpt: c.Excerpt})
	}
	return p.printJSON(struct {
		Period   string    `json:"period"`
		Reviews  uint64    `json:"reviews"`
		Mentions [2]uint64 `json:"mentions"`
		Affirmed [2]uint64 `json:"affirmed"`
		Added    uint64    `json:"added"`
		Removed  uint64    `json:"removed"`
		Changed  uint64    `json:"changed"`
		Rows     []diffRow `json:"rows"`
		Samples  []sample  `json:"samples"`
	}{period.String(), d.Reviews, d.Mentions, d.Affirmed, d.Added, d.Removed, d.Changed, rows, samples})
}
