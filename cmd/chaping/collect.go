package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/configs"
	"chaping/crawler"
	"chaping/store"
)

type collectOptions struct {
	site     string
	base     string
	watch    string
	keywords []string
	period   string
	workers  int
	json     bool
}

func (p *program) collectCommand() *cobra.Command {
	var o collectOptions
	cmd := &cobra.Command{
		Use: "collect", Short: "按站点配置采集一个报送期的商品和评论",
		Long: "在站点上搜索商品关键词，采集商品、店铺和报送期内的评论，存入数据目录。可反复运行，结果不变。\n" +
			"遵守站点的 robots.txt 和配置的频率；遇到验证页即停止访问该站点。\n" +
			"自带站点配置：" + strings.Join(configs.Names("sites"), "、") + "；自定义的写成 YAML 文件，用 --site 文件.yaml 指定。",
		Example: "  chaping collect --site mall --keyword 电热水壶 --keyword 插座 --period 2026-11\n  chaping collect --watch configs/watches/demo.yaml",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runCollect(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.watch, "watch", "", "监测任务文件（商品关键词、站点）")
	f.StringVar(&o.site, "site", "", "站点配置：自带配置名，或 YAML 文件路径")
	f.StringSliceVar(&o.keywords, "keyword", nil, "商品关键词，可写多次")
	f.StringVar(&o.period, "period", "", "报送期，例如 2026-11；不写为当前报送期")
	f.StringVar(&o.base, "base", "", "站点地址，覆盖配置中的 base")
	f.IntVar(&o.workers, "workers", 8, "同时处理的页面数")
	f.BoolVar(&o.json, "json", false, "以 JSON 输出汇总")
	return cmd
}

func (p *program) runCollect(ctx context.Context, o collectOptions) error {
	watch := chaping.Watch{Name: "命令行", Keywords: o.keywords, Sources: []string{o.site}}
	switch {
	case o.watch != "" && (o.site != "" || len(o.keywords) > 0):
		return usage("--watch 已写明站点和关键词，不能再用 --site、--keyword")
	case o.watch != "":
		var err error
		if watch, err = loadWatch(o.watch); err != nil {
			return err
		}
	case o.site == "" || len(o.keywords) == 0:
		return usage("要写明 --site 和 --keyword，或者用 --watch 文件")
	}
	period, err := p.period(o.period)
	if err != nil {
		return err
	}
	var profiles []*crawler.Profile
	for _, source := range watch.Sources {
		profile, err := loadSite(source)
		if err == nil && o.base != "" {
			profile, err = profile.WithBase(o.base)
		}
		if err != nil {
			return err
		}
		profiles = append(profiles, profile)
	}
	s, err := p.openStore(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	var reports []crawler.Report
	complete := true
	for _, profile := range profiles {
		r, err := p.collect(ctx, s, profile, watch, period.Window(), o.workers)
		if err != nil {
			return err
		}
		complete = complete && r.Complete()
		reports = append(reports, r)
		if !o.json {
			p.printCollected(r)
		}
	}
	if o.json {
		if err := p.printJSON(reports); err != nil {
			return err
		}
	}
	if !complete {
		return &chaping.Error{Code: chaping.CodePartial, Message: "有内容没有采到，其余已入库", Remedy: "按上面的说明处理后重新运行，已采到的不会重复"}
	}
	return nil
}

// collect runs one collection into the store.
func (p *program) collect(ctx context.Context, s *store.Store, profile *crawler.Profile, watch chaping.Watch, w chaping.Window, workers int) (crawler.Report, error) {
	bar := p.startProgress("采集", -1)
	defer bar.finish()
	run := "collect-" + profile.Name + "-" + p.now().UTC().Format("20060102T150405.000000000")
	return crawler.Collect(ctx, crawler.Job{Profile: profile, Watch: watch, Window: w, Run: run}, crawler.Options{
		Sink: s, Workers: workers, Log: p.log, Version: version, Now: p.now,
		Progress: func(g crawler.Progress) {
			bar.show(g.Pages, g.Pages+int64(g.Open), fmt.Sprintf("已读 %d 页、待读 %d 页，商品 %d 件，评论 %d 条", g.Pages, g.Open, g.Products, g.Reviews))
		},
	})
}

const maxFaultsShown = 10

func (p *program) printCollected(r crawler.Report) {
	out := p.out
	fmt.Fprintf(out, "%s：读 %d 页（%.1f MB），用时 %s；商品 %d 件，期内评论 %d 条（默认评论 %d、有追评 %d），期外 %d 条，重复出现 %d 条\n",
		r.Site, r.Pages, float64(r.Bytes)/(1<<20), r.Finished.Sub(r.Started).Round(10*time.Millisecond), r.Products, r.Reviews, r.Defaults, r.Appended, r.Outside, r.Duplicates)
	for _, k := range r.Keywords {
		note := ""
		if k.Truncated {
			note = "（结果未能翻到底）"
		}
		fmt.Fprintf(out, "  关键词“%s”：搜索结果 %d 件，采用 %d 件%s\n", k.Keyword, k.Found, k.Listings, note)
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
				break
			}
			fmt.Fprintf(out, "    %s\n", f)
		}
	}
	for _, f := range r.Truncated {
		fmt.Fprintf(out, "  未能读到底：%s\n", f)
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
