package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/store"
)

type runsOptions struct {
	stage  string
	period string
	limit  int
	gaps   bool
	json   bool
}

func (p *program) runsCommand() *cobra.Command {
	var o runsOptions
	cmd := &cobra.Command{
		Use: "runs", Short: "查看采集、导入、挖掘等各次运行的记录",
		Long:    "列出各次运行：做了什么、何时开始和结束、数量、是否出错。没有结束时间的正在运行，或者进程被杀。",
		Example: "  chaping runs --stage collect --period 2026-11\n  chaping runs --gaps --period 2026-11",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runRuns(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.stage, "stage", "", "只看一种：collect、import、undo、mine、remove")
	f.StringVar(&o.period, "period", "", "只看一个报送期")
	f.IntVar(&o.limit, "limit", 20, "最多几条，新的在前")
	f.BoolVar(&o.gaps, "gaps", false, "改为列出一个报送期内评论没有读全的商品、没有读完的搜索，和读不到的原因")
	f.BoolVar(&o.json, "json", false, "以 JSON 输出")
	cmd.AddCommand(p.runsShowCommand())
	return cmd
}

// A shownGap is a product of whose reviews some were out of reach.
type shownGap struct {
	Platform string    `json:"platform"`
	Product  string    `json:"product"`
	Missing  string    `json:"missing"`
	Run      string    `json:"run"`
	At       time.Time `json:"at"`
}

// showGaps lists products whose reviews were not all read.
func (p *program) showGaps(ctx context.Context, s *store.Store, o runsOptions) error {
	period, err := p.period(ctx, o.period)
	if err != nil {
		return err
	}
	gaps, err := s.Gaps(ctx, period.Window())
	if err != nil {
		return err
	}
	list := []shownGap{}
	for _, g := range gaps {
		list = append(
			list,
			shownGap{Platform: g.Platform, Product: g.Product, Missing: g.Missing, Run: g.Run, At: g.At},
		)
	}
	if o.json {
		return p.printJSON(list)
	}
	searches := 0
	for _, g := range list {
		fmt.Fprintf(p.out, "%s %s：%s（%s）\n", g.Platform, g.Product, g.Missing, g.At.Format(time.DateTime))
		if chaping.IsSearch(g.Product) {
			searches++
		}
	}
	fmt.Fprintf(p.out, "报送期 %s：评论没有读全的商品 %d 件", period, len(list)-searches)
	if searches > 0 {
		fmt.Fprintf(p.out, "，没有读完的搜索 %d 个", searches)
	}
	fmt.Fprintln(p.out)
	return nil
}

// shownRun is a run as it is printed.
type shownRun struct {
	ID       string            `json:"id"`
	Stage    string            `json:"stage"`
	Period   string            `json:"period,omitempty"`
	Started  time.Time         `json:"started"`
	Finished *time.Time        `json:"finished,omitempty"`
	Done     bool              `json:"done"`
	Error    string            `json:"error,omitempty"`
	Counts   map[string]uint64 `json:"counts"`
}

func (p *program) runRuns(ctx context.Context, o runsOptions) error {
	filter := store.RunFilter{Stage: o.stage, Limit: o.limit}
	if o.limit < 1 {
		return usage("--limit 应大于 0")
	}
	if o.period != "" {
		var err error
		if filter.Period, err = p.period(ctx, o.period); err != nil {
			return err
		}
	}
	s, err := p.app.Store(ctx)
	if err != nil {
		return err
	}
	if o.gaps {
		return p.showGaps(ctx, s, o)
	}
	runs, err := s.Runs(ctx, filter)
	if err != nil {
		return err
	}
	list := []shownRun{}
	for _, r := range runs {
		if r.Stage == app.StageFile && o.stage != app.StageFile {
			continue // how far a file got; the import's own record says what it brought
		}
		shown := shownRun{
			ID:      r.ID,
			Stage:   r.Stage,
			Started: r.Started,
			Done:    r.Done(),
			Error:   r.Error,
			Counts:  r.Counts,
		}
		if r.Period != (chaping.Period{}) {
			shown.Period = r.Period.String()
		}
		if !r.Finished.IsZero() {
			shown.Finished = &r.Finished
		}
		list = append(list, shown)
	}
	if o.json {
		return p.printJSON(list)
	}
	for _, r := range list {
		run := store.Run{Error: r.Error, Started: r.Started}
		if r.Finished != nil {
			run.Finished = *r.Finished
		}
		fmt.Fprintf(
			p.out, "%s  %-8s %-7s  %s\n  %s\n", r.Started.Format(time.DateTime), r.Stage, r.Period, r.ID, runState(&run))
		printCounts(p.out, r.Counts)
	}
	if len(list) == 0 {
		fmt.Fprintln(p.out, "没有符合条件的运行记录")
	}
	return nil
}

// runState words how a run ended.
func runState(r *store.Run) string {
	switch {
	case r.Error != "":
		return "没有完成：" + r.Error
	case r.Done():
		return "完成，用时 " + r.Finished.Sub(r.Started).Round(10*time.Millisecond).String()
	}
	return "没有结束"
}

func printCounts(w io.Writer, counts map[string]uint64) {
	var parts []string
	for name, n := range counts {
		parts = append(parts, fmt.Sprintf("%s %d", countName(name), n))
	}
	slices.Sort(parts)
	if len(parts) > 0 {
		fmt.Fprintf(w, "  %s\n", strings.Join(parts, "，"))
	}
}

// countName is what a count is called in Chinese.
func countName(name string) string {
	names := map[string]string{
		"pages": "页面", "unchanged": "没有变化的页面", "bytes": "字节", "products": "商品", "listings": "商品快照", "reviews": "评论", "outside": "期外评论",
		"duplicates": "重复", "shared": "与同款共用评论", "foreign_prices": "价格不是人民币", "refused": "不可用", "faults": "错误", "robots": "robots 禁止", "denied": "配置之外", "dead": "放弃的页面",
		"unfinished": "未读页面", "truncated": "未读到底的列表", "gaps": "评论没有读全的商品",
		"mixed_order": "不是新的在前的列表", "untold": "没有总数可核对的列表", "vague_dates": "日期不确切的评论", "twins": "几件商品下重复的评论", "mentions": "命中", "affirmed": "成立", "tallies": "计数",
		"lines": "行", "stored": "新入库", "rows": "行", "accepted": "采用", "restored": "恢复原样",
	}
	if chinese, ok := names[name]; ok {
		return chinese
	}
	return name
}
