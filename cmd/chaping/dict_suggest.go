package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/nlp"
	"chaping/nlp/discover"
	"chaping/nlp/lexicon"
	"chaping/nlp/polarity"
)

type suggestOptions struct {
	period     string
	baseline   int
	minReviews int
	minZ       float64
	top        int
	examples   int
	terms      string
	json       bool
}

func (p *program) dictSuggestCommand() *cobra.Command {
	var o suggestOptions
	cmd := &cobra.Command{
		Use: "suggest", Short: "从差评中发现词库里还没有的新词",
		Long: "在一个报送期的差评中找出比以前明显增多、而词库里还没有的词和短语，附例句，供人工判断是否加入词库。\n" +
			"比较对象是此前若干报送期的差评；没有时与本期的非差评比较。\n" +
			"按带信息先验的对数几率比（Monroe 等，2008）的 z 值乘以所在小句抱怨商品的可能性排序；只说物流、服务、价格、送礼的排在最后。\n" +
			"这两个数只用于排序，请看例句再决定。",
		Example: "  chaping dict suggest --period 2026-11 --baseline 3",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runSuggest(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.period, "period", "", "报送期，例如 2026-11；不写为当前报送期")
	f.IntVar(&o.baseline, "baseline", 3, "与此前多少个报送期的差评比较；0 为与本期的非差评比较")
	f.IntVar(&o.minReviews, "min", 5, "至少在多少条差评中出现")
	f.Float64Var(&o.minZ, "z", 3, "最低 z 值")
	f.IntVar(&o.top, "top", 30, "列出多少个，0 为全部")
	f.IntVar(&o.examples, "examples", 2, "每个词列出多少个例句")
	f.StringVar(&o.terms, "terms", "", "词库目录、YAML 文件或每行一词的文本文件；不写用自带词库")
	f.BoolVar(&o.json, "json", false, "以 JSON 输出")
	return cmd
}

func (p *program) runSuggest(ctx context.Context, o suggestOptions) error {
	period, err := p.period(ctx, o.period)
	if err != nil {
		return err
	}
	if o.baseline < 0 || o.baseline > 36 || o.minReviews < 2 || o.top < 0 || o.examples < 0 || o.examples > 20 {
		return usage("--baseline 应在 0–36 之间，--min 至少为 2，--examples 应在 0–20 之间，--top 不能是负数")
	}
	source, err := p.usableSource(o.terms)
	if err != nil {
		return err
	}
	model, err := polarity.Shipped()
	if err != nil {
		return err
	}
	s, err := p.app.Store(ctx)
	if err != nil {
		return err
	}
	options := discover.Options{
		Target:     func(each func(*chaping.Review) error) error { return s.Reviews(ctx, period.Window(), each) },
		Dictionary: dictionaryOf(source), Model: model, MinReviews: o.minReviews, MinZ: o.minZ, Examples: o.examples,
	}
	if o.baseline > 0 {
		first := period
		for range o.baseline {
			first = first.Previous()
		}
		before := chaping.Window{From: first.Window().From, To: period.Window().From}
		options.Baseline = func(each func(*chaping.Review) error) error { return s.Reviews(ctx, before, each) }
	}
	r, err := discover.Suggest(ctx, options)
	if err != nil {
		return err
	}
	found := len(r.Suggestions)
	if o.top > 0 {
		r.Suggestions = r.Suggestions[:min(o.top, found)]
	}
	if o.json {
		return p.printSuggestionsJSON(period, r)
	}
	against := "此前差评"
	if r.SamePeriod {
		against = "本期非差评"
	}
	fmt.Fprintf(p.out, "报送期 %s：差评 %d 条，比较对象：%s %d 条；候选 %d 个，列出 %d/%d 个\n", period, r.Target, against, r.Baseline, r.Candidates, len(r.Suggestions), found)
	for i, g := range r.Suggestions {
		fmt.Fprintf(p.out, "%d. %s　z=%.1f　差评 %d 条，%s %d 条，抱怨商品的可能性 %.0f%%\n",
			i+1, g.Phrase, g.Z, g.Target, against, g.Baseline, 100*g.Complaint)
		for _, e := range g.Examples {
			fmt.Fprintf(p.out, "   例：%s\n", e)
		}
	}
	return nil
}

func dictionaryOf(s *lexicon.Source) *nlp.Dictionary {
	d := &nlp.Dictionary{}
	for _, e := range s.Entries {
		d.Terms = append(d.Terms, e.Term)
	}
	return d
}

func (p *program) printSuggestionsJSON(period chaping.Period, r *discover.Result) error {
	type suggestion struct {
		Phrase    string   `json:"phrase"`
		Z         float64  `json:"z"`
		LogOdds   float64  `json:"log_odds"`
		Complaint float64  `json:"complaint"`
		Target    uint64   `json:"target_reviews"`
		Baseline  uint64   `json:"baseline_reviews"`
		Examples  []string `json:"examples"`
	}
	list := []suggestion{}
	for _, g := range r.Suggestions {
		list = append(list, suggestion{Phrase: g.Phrase, Z: g.Z, LogOdds: g.LogOdds, Complaint: g.Complaint, Target: g.Target, Baseline: g.Baseline, Examples: append([]string{}, g.Examples...)})
	}
	return p.printJSON(struct {
		Period      string       `json:"period"`
		Target      uint64       `json:"negative_reviews"`
		Baseline    uint64       `json:"baseline_reviews"`
		SamePeriod  bool         `json:"baseline_is_same_period"`
		Candidates  int          `json:"candidates"`
		Suggestions []suggestion `json:"suggestions"`
	}{period.String(), r.Target, r.Baseline, r.SamePeriod, r.Candidates, list})
}
