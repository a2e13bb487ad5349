package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/demo/mall"
	"chaping/report"
	"chaping/store"
)

type demoOptions struct {
	out    string
	seed   uint64
	period string
}

func (p *program) demoCommand() *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use: "demo", Short: "用示例商城走完全程：采集、挖掘、计数、报送表",
		Long: "在本机开示例商城，采集一个报送期，生成报送表，并与商城的底数核对。\n数据存在输出目录的 data 子目录里，不影响 --data；可反复运行。",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runDemo(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "demo-out", "输出目录")
	f.Uint64Var(&o.seed, "seed", 1, "示例商城的种子")
	f.StringVar(&o.period, "period", "", "报送期；不写为最近一个已结束的报送期")
	return cmd
}

func (p *program) runDemo(ctx context.Context, o demoOptions) (err error) {
	period := chaping.PeriodOf(p.now()).Previous()
	if o.period != "" {
		if period, err = p.period(ctx, o.period); err != nil {
			return err
		}
	}
	began := time.Now()
	step := func(n int, format string, args ...any) {
		fmt.Fprintf(p.out, "\n[%d/4] %s\n", n, fmt.Sprintf(format, args...))
	}

	p.dataDir, p.dsn = filepath.Join(o.out, "data"), ""
	if err := p.open(); err != nil {
		return err
	}
	s, err := p.app.Store(ctx)
	if err != nil {
		return err
	}
	m := app.SampleMall(o.seed, period, p.now())
	collecting := p.startProgress("采集")
	collected, err := p.app.CollectSample(ctx, m, period, func(base string) {
		step(
			1,
			"示例商城开在 %s，采集报送期 %s（%s）\n关键词：%s",
			base,
			period,
			period.Window().Chinese(),
			strings.Join(m.Keywords(), "、"),
		)
	}, collecting.watch)
	collecting.finish()
	if err != nil {
		return err
	}
	for _, source := range collected.Sources {
		p.printCollected(source.Report)
	}

	step(2, "挖掘：在评论中找风险词，判断是否成立")
	miner, _, err := p.miner(ctx, "")
	if err != nil {
		return err
	}
	bar := p.startProgress("挖掘")
	defer bar.finish()
	pipe, err := p.app.Pipeline(ctx, miner, bar.watch)
	if err != nil {
		return err
	}
	mined, err := pipe.Mine(ctx, period, false)
	if err != nil {
		return err
	}
	p.printMined(mined)

	step(3, "计数并生成报送表")
	sheet, _, err := pipe.PlatformSheet(ctx, period, app.SheetOptions{Station: "示例监测站", Program: buildVersion()})
	if err != nil {
		return err
	}
	if sheet.Quality, err = p.app.PeriodQuality(ctx, pipe, period); err != nil {
		return err
	}
	if err := sheet.File(time.Time{}, p.now(), nil); err != nil {
		return err
	}
	formats := []string{"xlsx", "docx", "json", "pdf"}
	files, partial, err := p.app.WriteForm(ctx, sheet, o.out, "platform-"+sheet.Period.String(), formats)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%-4s %-10s %-8s %4s %5s  %s\n", "序号", "关键词", "评论关键词", "差评数", "评论数", "商品")
	for _, r := range sheet.Rows[:min(8, len(sheet.Rows))] {
		fmt.Fprintf(
			p.out,
			"%-4d %-10s %-8s %6d %7d  %s\n",
			r.Seq,
			r.ProductKeyword,
			r.Term,
			r.NegativeReviews,
			r.Reviews,
			chaping.Shorten(r.Product, 24),
		)
	}
	fmt.Fprintf(p.out, "共 %d 行，证据 %d 条：\n  %s\n", len(sheet.Rows), len(sheet.Evidence), strings.Join(files, "\n  "))
	if partial != nil {
		fmt.Fprintln(p.out, partial)
	}

	step(4, "与示例商城的底数核对")
	if err := p.checkDemo(ctx, s, m, period, sheet); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "\n完成，用时 %s。换成自己的数据见使用手册的“第一天”（门户里的“帮助”，或 chaping guide）。\n", time.Since(began).Round(100*time.Millisecond))
	return nil
}

// checkDemo compares what was stored and counted with what the mall knows.
func (p *program) checkDemo(
	ctx context.Context,
	s *store.Store,
	m *mall.Mall,
	period chaping.Period,
	sheet *report.Platform,
) error {
	type cell struct{ keyword, product, term string }
	planted := map[string]bool{}
	for _, t := range m.Terms() {
		planted[t] = true
	}
	truth := map[cell]uint64{} // negative reviews that affirm the term
	want := map[chaping.ReviewKey]bool{}
	for product := range m.Truth() {
		for i := range product.Reviews {
			r := &product.Reviews[i]
			if len(product.Keywords) == 0 || !period.Window().Contains(r.Published) {
				continue
			}
			want[r.Key()] = true
			if r.Grade != chaping.Negative {
				continue
			}
			affirmed := map[string]bool{}
			for _, t := range r.Planted {
				if t.Assertion == chaping.Affirmed {
					affirmed[t.Term] = true
				}
			}
			for t := range affirmed {
				for _, k := range product.Keywords {
					truth[cell{k, product.ID, t}]++
				}
			}
		}
	}
	stored, extra := 0, 0
	err := s.Reviews(ctx, period.Window(), func(r *chaping.Review) error {
		if want[r.Key()] {
			stored++
		} else {
			extra++
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "评论：商城有 %d 条，入库 %d 条，多出 %d 条\n", len(want), stored, extra)
	same, rows := 0, 0
	for _, r := range sheet.Rows {
		if !planted[r.Term] {
			continue
		}
		rows++
		c := cell{r.ProductKeyword, r.ProductID, r.Term}
		if truth[c] == r.NegativeReviews {
			same++
		}
		delete(truth, c)
	}
	missed := 0
	for _, n := range truth {
		if n > 0 {
			missed++
		}
	}
	fmt.Fprintf(p.out, "差评数：%d 行中 %d 行与底数相同，底数中另有 %d 行报送表没有\n", rows, same, missed)
	if stored != len(want) || extra != 0 {
		return &chaping.Error{Code: chaping.CodeInternal, Message: "入库的评论与示例商城不符", Remedy: "删除输出目录后重试；若仍出现，请报告此问题"}
	}
	return nil
}
