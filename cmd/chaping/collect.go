package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/configs"
	"chaping/crawler"
	"chaping/nlp/polarity"
	"chaping/store"
)

type collectOptions struct {
	site     string
	base     string
	watch    string
	keywords []string
	period   string
	workers  int
	queue    queueOptions
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
	o.queue.flags(f)
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
	period, err := p.period(ctx, o.period)
	if err != nil {
		return err
	}
	return p.collectWatch(ctx, watch, period, o)
}

// collectWatch collects a period of all sources of a watch.
func (p *program) collectWatch(ctx context.Context, watch chaping.Watch, period chaping.Period, o collectOptions) error {
	var notices []notice
	for _, source := range watch.Sources {
		if err := p.siteAllowed(ctx, source); err != nil {
			return err
		}
		n := notice{Watch: watch, Period: period, Full: o.full, Base: o.base}
		var err error
		if n.Site, n.Text, err = readSite(source); err != nil {
			return err
		}
		profile, err := n.profile()
		if err == nil {
			err = profile.MayCrawl()
		}
		if err != nil {
			return err
		}
		notices = append(notices, n)
	}
	queues, err := p.openQueues(o.queue)
	if err != nil {
		return err
	}
	defer queues.close()
	s, err := p.app.Store(ctx)
	if err != nil {
		return err
	}
	var reports []crawler.Report
	complete := true
	for _, n := range notices {
		if err := p.takeUp(ctx, s, &n, o.fresh); err != nil {
			return err
		}
		r, err := p.collect(ctx, s, queues, n, o.workers)
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

// stageCollect is the stage's name in run records.
const stageCollect = "collect"

// A notice is what a process needs to know to work on a collection. It goes
// to other machines, and therefore holds no secrets: profiles only name the
// environment variables in which those are.
type notice struct {
	Run     string         `json:"run"`
	Started time.Time      `json:"started"`
	Site    string         `json:"site"` // the profile's name
	Text    string         `json:"text"` // and its YAML
	Base    string         `json:"base,omitempty"`
	Watch   chaping.Watch  `json:"watch"`
	Period  chaping.Period `json:"period"`
	Full    bool           `json:"full"`
}

func (n *notice) profile() (*crawler.Profile, error) {
	profile, err := crawler.LoadProfile(n.Site, strings.NewReader(n.Text))
	if err != nil || n.Base == "" {
		return profile, err
	}
	return profile.WithBase(n.Base)
}

// series names all runs of the same watch on the same site for the same
// period.
func (n *notice) series() string {
	h := fnv.New32a()
	fmt.Fprintf(h, "%q %q", n.Watch.Keywords, n.Base)
	return fmt.Sprintf("%s-%s-%s-%s-%08x-", stageCollect, siteName(n.Site), n.Period, n.Watch.Name, h.Sum32())
}

// takeUp names the run: that of the last one of its series if it was
// interrupted, or a new one.
func (p *program) takeUp(ctx context.Context, s *store.Store, n *notice, fresh bool) error {
	runs, err := s.Runs(ctx, store.RunFilter{Stage: stageCollect, Period: n.Period, Limit: 1000})
	if err != nil {
		return err
	}
	n.Started = p.now()
	n.Run = n.series() + n.Started.UTC().Format("20060102T150405.000")
	for _, r := range runs { // latest first
		if !strings.HasPrefix(r.ID, n.series()) {
			continue
		}
		removed, err := s.RemovedSince(ctx, r)
		switch {
		case err != nil:
			return err
		case removed: // what was read then may be gone, in whole or in part
			n.Full = true
			fmt.Fprintf(p.err, "上次采集以后，数据库里的评论被清除过，重新读取整个报送期\n")
		case !r.Done() && !fresh:
			n.Run, n.Started = r.ID, r.Started
			fmt.Fprintf(p.err, "接着采 %s 开始、没有采完的 %s（要从头开始请加 --fresh）\n", r.Started.Format(time.DateTime), n.Site)
		}
		break
	}
	profile, err := n.profile()
	if err != nil || n.Full {
		return err
	}
	known, err := s.HasReviews(ctx, profile.Platform.ID)
	if err == nil && !known {
		n.Full = true
		fmt.Fprintf(p.err, "数据库中还没有%s的评论，读取整个报送期\n", profile.Platform.Name)
	}
	return err
}

// collect works on a collection into the store and keeps its run record.
func (p *program) collect(ctx context.Context, s *store.Store, queues *queues, n notice, workers int) (crawler.Report, error) {
	profile, err := n.profile()
	if err != nil {
		return crawler.Report{}, err
	}
	run := store.Run{ID: n.Run, Stage: stageCollect, Period: n.Period, Started: n.Started}
	if err := s.PutRun(ctx, run); err != nil {
		return crawler.Report{}, err
	}
	if err := queues.post(ctx, n); err != nil {
		return crawler.Report{}, err
	}
	kept, err := p.app.Evidence(ctx)
	if err != nil {
		return crawler.Report{}, err
	}
	text, err := polarity.Shipped()
	if err != nil {
		return crawler.Report{}, err
	}
	sink, err := p.app.Spool(ctx)
	if err != nil {
		return crawler.Report{}, err
	}
	defer sink.Close()
	bar := p.startProgress("采集", -1)
	r, err := crawler.Collect(ctx, crawler.Job{Profile: profile, Watch: n.Watch, Window: n.Period.Window(), Run: n.Run, Full: n.Full}, crawler.Options{
		Sink: sink, Evidence: kept, GradeText: text.GradeReview, Open: queues.open, Workers: workers, Log: p.log, Version: version, Now: p.now,
		Progress: func(g crawler.Progress) {
			bar.show(g.Pages, g.Pages+int64(g.Open), fmt.Sprintf("已读 %d 页、待读 %d 页，商品 %d 件，评论 %d 条", g.Pages, g.Open, g.Products, g.Reviews))
		},
	})
	bar.finish()
	err = errors.Join(err, app.Emptied(ctx, sink))

	// Also when interrupted: the record tells that there is something to go on
	// with.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	run.Finished, run.Counts = p.now(), counts(r)
	switch {
	case ctx.Err() != nil:
		run.Error = "被中断"
	case err != nil:
		run.Error = err.Error()
	case r.Unfinished > 0 && !r.BudgetSpent:
		run.Error = fmt.Sprintf("还有 %d 页没有读", r.Unfinished)
	}
	keep, perr := p.retention(last)
	if perr == nil {
		_, perr = kept.Prune(last, p.now(), keep)
	}
	err = errors.Join(err, s.PutRun(last, run), perr)
	if run.Done() {
		err = errors.Join(err, queues.withdraw(last, n.Run))
	}
	return r, err
}

// counts are a report's numbers as a run record keeps them.
func counts(r crawler.Report) map[string]uint64 {
	out := map[string]uint64{}
	for name, n := range map[string]int64{
		"pages": r.Pages, "unchanged": r.Unchanged, "bytes": r.Bytes, "products": r.Products, "listings": r.Listings, "reviews": r.Reviews,
		"outside": r.Outside, "duplicates": r.Duplicates, "refused": r.Refused, "faults": r.Faults,
		"robots": r.Robots, "denied": r.Denied, "dead": int64(r.Dead), "unfinished": int64(r.Unfinished),
		"truncated": r.TruncatedLists, "gaps": r.Gaps,
	} {
		if n > 0 {
			out[name] = uint64(n)
		}
	}
	return out
}

const maxFaultsShown = 10

func (p *program) printCollected(r crawler.Report) {
	out := p.out
	fmt.Fprintf(out, "%s：读 %d 页（%.1f MB），用时 %s；商品 %d 件，期内评论 %d 条（默认评论 %d、有追评 %d），期外 %d 条，重复出现 %d 条\n",
		r.Site, r.Pages, float64(r.Bytes)/(1<<20), r.Finished.Sub(r.Started).Round(10*time.Millisecond), r.Products, r.Reviews, r.Defaults, r.Appended, r.Outside, r.Duplicates)
	if r.ByText > 0 {
		fmt.Fprintf(out, "  没有评分、由文本模型评级的评论 %d 条\n", r.ByText)
	}
	for _, k := range r.Keywords {
		note := ""
		if k.Truncated {
			note = "（结果未能翻到底）"
		}
		fmt.Fprintf(out, "  关键词“%s”：搜索结果 %d 件，采用 %d 件%s\n", k.Keyword, k.Found, k.Listings, note)
	}
	if r.Unchanged > 0 {
		fmt.Fprintf(out, "  自上次以来没有变化的评论页 %d 页，没有重新传送\n", r.Unchanged)
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
