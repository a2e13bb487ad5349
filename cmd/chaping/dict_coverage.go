package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/nlp"
	"chaping/nlp/discover"
)

type coverageOptions struct {
	period   string
	terms    string
	groups   int
	examples int
	json     bool
}

func (p *program) dictCoverageCommand() *cobra.Command {
	var o coverageOptions
	cmd := &cobra.Command{
		Use: "coverage", Short: "看词库没有听到什么：没有任何成立命中的差评里说了哪些问题",
		Long: "统计一个报送期里没有任何成立命中的差评，用文本模型找出其中抱怨商品的小句（不用词库），\n" +
			"去掉说物流、服务、价格的，按共同的字词分组，并指出最接近的词条，供人工判断是否加为写法或新词条。\n" +
			"这些小句只供查看，不计入任何数字。",
		Example: "  chaping dict coverage --period 2026-11",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runCoverage(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.period, "period", "", "报送期，例如 2026-11；不写为当前报送期")
	f.StringVar(&o.terms, "terms", "", "词库目录、YAML 文件或每行一词的文本文件；不写用自带词库")
	f.IntVar(&o.groups, "top", 20, "列出多少组")
	f.IntVar(&o.examples, "examples", 3, "每组列出多少个例句")
	f.BoolVar(&o.json, "json", false, "以 JSON 输出")
	return cmd
}

func (p *program) runCoverage(ctx context.Context, o coverageOptions) error {
	period, err := p.period(ctx, o.period)
	if err != nil {
		return err
	}
	if o.groups < 1 || o.groups > 1000 || o.examples < 0 || o.examples > 20 {
		return usage("--top 应在 1–1000 之间，--examples 应在 0–20 之间")
	}
	source, err := p.usableSource(o.terms)
	if err != nil {
		return err
	}
	miner, err := nlp.NewMiner(dictionaryOf(source))
	if err != nil {
		return err
	}
	c, err := p.app.NotHeard(ctx, period, miner, o.groups, o.examples)
	if err != nil {
		return err
	}
	if o.json {
		return p.printCoverageJSON(period, c)
	}
	fmt.Fprintf(p.out, "报送期 %s：差评 %d 条，其中 %d 条没有成立的命中（%d 条只说物流、服务或价格）；另有 %d 条好评含有词库未收的抱怨\n",
		period, c.Negative, c.Silent, c.Service, c.Positive)
	for i, g := range c.Groups {
		nearest := "没有接近的词条，可作新词条"
		if g.Term != "" {
			nearest = "可作词条“" + g.Term + "”的写法"
		}
		fmt.Fprintf(p.out, "%d. “%s”　%d 条　%s\n", i+1, g.Phrase, g.Reviews, nearest)
		for _, e := range g.Examples {
			fmt.Fprintf(p.out, "   例：%s\n", e)
		}
	}
	return nil
}

func (p *program) printCoverageJSON(period chaping.Period, c *discover.Coverage) error {
	return p.printJSON(struct {
		Period string `json:"period"`
		*discover.Coverage
	}{period.String(), c})
}
