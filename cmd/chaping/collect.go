package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/configs"
	"chaping/crawler"
)

type collectOptions struct {
	site     string
	base     string
	watch    string
	keywords []string
	period   string
	workers  int
	queues   app.Queues
	full     bool
	fresh    bool
	json     bool
}

func (p *program) collectCommand() *cobra.Command {
	var o collectOptions
	cmd := &cobra.Command{
		Use: "collect", Short: "按站点配置采集一个报送期的商品和评论",
		Long: "在站点上搜索商品关键词，采集商品、店铺和报送期内的评论，存入数据目录。可反复运行，结果不变：\n" +
			"上次中断的，接着采；上次采完的，只读新的评论，并往回重读一段。\n" +
			"遵守站点的 robots.txt 和配置的频率；遇到验证页即停止访问该站点。\n" +
			"自带站点配置：" + strings.Join(configs.Names("sites"), "、") + "；自定义的写成 YAML 文件，用 --site 文件.yaml 指定，写法见 chaping site --help。",
		Example: "  chaping collect --site mall --keyword 电热水壶 --keyword 插座 --period 2026-11\n  chaping collect --watch configs/watches/demo.yaml\n" +
			"  chaping collect --watch w.yaml --store clickhouse://… --redis redis://…   # 别的机器上运行 chaping worker 分担",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runCollect(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.watch, "watch", "", "监测任务文件（商品关键词、站点）")
	f.StringVar(&o.site, "site", "", "站点配置：自带配置名，或 YAML 文件路径")
	f.StringSliceVar(&o.keywords, "keyword", nil, "商品关键词，可写多次")
	f.StringVar(&o.period, "period", "", "报送期，例如 2026-11；不写为当前报送期")
	f.StringVar(&o.base, "base", "", "站点地址，覆盖配置中的 base")
	f.IntVar(&o.workers, "workers", 8, "同时处理的页面数")
	f.BoolVar(&o.full, "full", false, "重读整个报送期，不管以前读过多少")
	f.BoolVar(&o.fresh, "fresh", false, "不接着采上次中断的，从头开始")
	f.BoolVar(&o.json, "json", false, "以 JSON 输出汇总")
	queueFlags(f, &o.queues)
	return cmd
}

func (p *program) runCollect(ctx context.Context, o collectOptions) error {
	watch := chaping.Watch{Name: "命令行", Keywords: o.keywords, Sources: []string{o.site}}
	switch {
	case o.watch != "" && (o.site != "" || len(o.keywords) > 0):
		return usage("--watch 已写明站点和关键词，不能再用 --site、--keyword")
	case o.watch != "":
		var err error
		if watch, err = app.LoadWatch(o.watch); err != nil {
			return err
		}
	case o.site == "" || len(o.keywords) == 0:
		return usage("要写明 --site 和 --keyword，或者用 --watch 文件")
	}
	period, err := p.period(ctx, o.period)
	if err != nil {
		return err
	}
	r := app.CollectRequest{
		Watch:   watch,
		Period:  period,
		Base:    o.base,
		Workers: o.workers,
		Full:    o.full,
		Fresh:   o.fresh,
		Queues:  o.queues,
	}
	bar := p.startProgress("采集")
	result, err := p.app.Collect(ctx, r, bar.watch)
	bar.finish()
	for i, source := range result.Sources {
		p.printTakenUp(source)
		if finished := err == nil || i < len(result.Sources)-1; finished && !o.json {
			p.printCollected(source.Report)
		}
	}
	if err != nil {
		return err
	}
	if o.json {
		if err := p.printJSON(result.Sources); err != nil {
			return err
		}
	}
	if !result.Complete {
		return &chaping.Error{Code: chaping.CodePartial, Message: "有内容没有采到，其余已入库", Remedy: "按上面的说明处理后重新运行，已采到的不会重复"}
	}
	return nil
}

// printTakenUp says what a collection went on with, or why it read everything.
func (p *program) printTakenUp(s app.CollectedSource) {
	if s.Removed {
		fmt.Fprintf(p.err, "上次采集以后，数据库里的评论被清除过，重新读取整个报送期\n")
	}
	if !s.Resumed.IsZero() {
		fmt.Fprintf(p.err, "接着采 %s 开始、没有采完的 %s（要从头开始请加 --fresh）\n", s.Resumed.Format(time.DateTime), s.Site)
	}
	if s.First {
		fmt.Fprintf(p.err, "数据库中还没有%s的评论，读取整个报送期\n", s.Platform)
	}
}

const maxFaultsShown = 20

func (p *program) printCollected(r crawler.Report) {
	out := p.out
	fmt.Fprintf(
		out,
		"%s：读 %d 页（%.1f MB），用时 %s；商品 %d 件，期内评论 %d 条（默认评论 %d、有追评 %d），期外 %d 条，重复出现 %d 条\n",
		r.Site,
		r.Pages,
		float64(r.Bytes)/(1<<20),
		r.Finished.Sub(r.Started).Round(10*time.Millisecond),
		r.Products,
		r.Reviews,
		r.Defaults,
		r.Appended,
		r.Outside,
		r.Duplicates,
	)
	if r.ByText > 0 {
		fmt.Fprintf(out, "  没有评分、由文本模型评级的评论 %d 条\n", r.ByText)
	}
	if r.Twins > 0 {
		fmt.Fprintf(out, "  %d 条评论在几件商品下重复出现（编号、时间、内容都相同），每件商品都计了一次；同款各规格显示同一份评论的，在站点配置的 reviews 里写 shared: true\n", r.Twins)
	}
	if r.Shared > 0 {
		fmt.Fprintf(out, "  与同款另一规格共用评论的商品 %d 件，评论只记一次\n", r.Shared)
	}
	if r.Foreign > 0 {
		fmt.Fprintf(out, "  价格不是人民币（%s）的商品 %d 件，没有收录价格\n", strings.Join(r.Currencies, "、"), r.Foreign)
	}
	for _, k := range r.Keywords {
		note := ""
		if k.Truncated {
			note = "（结果未能翻到底）"
		}
		if k.Repeated > 0 {
			note = fmt.Sprintf("，另有 %d 件是重复出现的", k.Repeated) + note
		}
		fmt.Fprintf(out, "  关键词“%s”：搜索结果 %d 件，采用 %d 件%s\n", k.Keyword, k.Found, k.Listings, note)
	}
	if r.Unchanged > 0 {
		fmt.Fprintf(out, "  自上次以来没有变化的评论页 %d 页，没有重新传送\n", r.Unchanged)
	}
	if r.Mixed > 0 {
		fmt.Fprintf(out, "  评论不是新的在前的列表 %d 个，不在早于报送期的一页停下；站点配置里可写 order: none\n", r.Mixed)
	}
	if r.Untold > 0 {
		fmt.Fprintf(out, "  页上没有站点配置所写的评论总数（total）的列表 %d 个，核对不了是否读全\n", r.Untold)
	}
	if r.Vague > 0 {
		fmt.Fprintf(out, "  只写明是几天、几周、几个月前的评论 %d 条，可能属于相邻的报送期\n", r.Vague)
	}
	if r.Robots > 0 {
		fmt.Fprintf(out, "  robots.txt 不允许访问的 %d 页，未访问\n", r.Robots)
	}
	if r.Denied > 0 {
		fmt.Fprintf(out, "  站点配置之外的地址 %d 个，未访问\n", r.Denied)
	}
	if r.Faults > 0 {
		fmt.Fprintf(out, "  站点内容有误 %d 处，其中评论 %d 条不可用：\n", r.Faults, r.Refused)
		for i, f := range r.Examples {
			if i == maxFaultsShown {
				fmt.Fprintf(out, "    另有 %d 处没有列出\n", r.Faults-maxFaultsShown)
				break
			}
			fmt.Fprintf(out, "    %s\n", f)
		}
	}
	for _, f := range r.Truncated {
		fmt.Fprintf(out, "  未能读到底：%s\n", f)
	}
	if r.Gaps > 0 {
		fmt.Fprintf(out, "  评论没有读全的商品 %d 件，差评数、评论数可能偏少\n", r.Gaps)
	}
	for _, l := range r.Letters {
		fmt.Fprintf(out, "  放弃的页面：%s：%s\n", l.URL, l.Reason)
	}
	for _, rest := range r.Resting {
		fmt.Fprintf(out, "  暂停访问 %s：%s\n", rest.Host, rest.Reason)
	}
	if r.Unfinished > 0 {
		fmt.Fprintf(out, "  还有 %d 页没有读\n", r.Unfinished)
	}
}
