package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/report"
)

type mineOptions struct {
	period string
	terms  string
	in     string
	out    string
	again  bool
	json   bool
}

func (p *program) mineCommand() *cobra.Command {
	var o mineOptions
	cmd := &cobra.Command{
		Use: "mine", Short: "在评论中查找风险词，判断是否成立",
		Long: "对一个报送期的全部评论挖掘命中并存入数据目录；评论和词库都没有变化时不重复挖掘。\n" +
			"带 --in 时离线处理：每行读一个 {\"id\",\"text\"}，每行写一个\n" +
			"{\"id\",\"term\",\"surface\",\"start\",\"end\",\"assertion\",\"cue\"}；start、end 是原文中的字符位置（从 0 起，不含 end）。\n" +
			"assertion：affirmed 成立，negated 否定，hypothetical 假设，other 其他。",
		Example: "  chaping mine --period 2026-11\n  chaping mine --in reviews.ndjson --out mentions.ndjson --terms terms.txt",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.in != "" {
				if o.period != "" {
					return usage("--in 与 --period 不能同时使用")
				}
				return p.mineOffline(cmd.Context(), o)
			}
			if o.out != "" {
				return usage("--out 要与 --in 一起使用")
			}
			return p.minePeriod(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.period, "period", "", "报送期，例如 2026-11；不写为当前报送期")
	f.StringVar(&o.terms, "terms", "", "词表：每行一词的文本文件，或放有词库 YAML 的目录；不写用自带词库")
	f.StringVar(&o.in, "in", "", "离线输入文件，- 为标准输入")
	f.StringVar(&o.out, "out", "", "离线输出文件，- 为标准输出")
	f.BoolVar(&o.again, "again", false, "即使没有变化也重新挖掘")
	f.BoolVar(&o.json, "json", false, "以 JSON 输出汇总")
	return cmd
}

func (p *program) minePeriod(ctx context.Context, o mineOptions) error {
	period, err := p.period(ctx, o.period)
	if err != nil {
		return err
	}
	var mined app.Mined
	partial, err := p.onPipeline(ctx, o.terms, func(pipe *app.Pipeline) (err error) {
		if mined, err = pipe.Mine(ctx, period, o.again); err == nil {
			_, err = p.raiseUrgent(ctx, pipe, period)
		}
		if err == nil {
			err = p.app.EnsureSample(ctx, pipe, period)
		}
		return err
	})
	if err != nil {
		return err
	}
	if o.json {
		err = p.printJSON(mined)
	} else {
		p.printMined(mined)
	}
	return errors.Join(err, partial)
}

func (p *program) printMined(m app.Mined) {
	state := ""
	if !m.Fresh {
		state = "（评论与词库均无变化，沿用上次结果）"
	}
	fmt.Fprintf(
		p.out,
		"报送期 %s：评论 %d 条，命中 %d 处，其中成立 %d 处；词库版本 %s%s\n",
		m.Period,
		m.Reviews,
		m.Mentions,
		m.Affirmed,
		m.Dictionary,
		state,
	)
	if m.NotChinese > 0 {
		fmt.Fprintf(p.out, "  其中 %d 条评论不是中文，本程序的词库认不出其中的风险\n", m.NotChinese)
	}
	if m.Pinned > 0 {
		fmt.Fprintf(p.out, "  严重命中所在的原始网页，新增长期保存 %d 份\n", m.Pinned)
	}
}

// onPipeline runs do on the pipeline with the terms at path, under a progress
// display. partial tells of terms that were left out.
func (p *program) onPipeline(ctx context.Context, terms string, do func(*app.Pipeline) error) (partial, err error) {
	miner, partial, err := p.miner(ctx, terms)
	if err != nil {
		return nil, err
	}
	bar := p.startProgress("挖掘")
	defer bar.finish()
	pipe, err := p.app.Pipeline(ctx, miner, bar.watch)
	if err != nil {
		return nil, err
	}
	return partial, do(pipe)
}

func (p *program) mineOffline(ctx context.Context, o mineOptions) error {
	miner, partial, err := p.miner(ctx, o.terms)
	if err != nil {
		return err
	}
	in, name := p.in, "标准输入"
	var size int64 = -1
	if o.in != "-" {
		f, err := os.Open(o.in)
		if err != nil {
			return &chaping.Error{Code: chaping.CodeInput, Message: "打不开输入文件", Err: err, Remedy: "检查 --in 的路径"}
		}
		defer f.Close()
		in, name = f, o.in
	}
	var total app.Offline
	problems := &rejects{p: p}
	bar := p.startProgress("挖掘")
	mine := func(w io.Writer) error {
		var err error
		total, err = app.MineOffline(ctx, miner, name, in, w, problems.add, func(t app.Offline) {
			bar.show(int64(t.Reviews), size, fmt.Sprintf("%d 条评论，命中 %d 处", t.Reviews, t.Mentions))
		})
		return err
	}
	if o.out == "" || o.out == "-" {
		err = mine(p.out)
	} else {
		err = report.WriteFile(o.out, mine)
	}
	bar.finish()
	if err != nil {
		return err
	}
	fmt.Fprintf(
		p.err,
		"评论 %d 条，命中 %d 处，其中成立 %d 处；词库版本 %s\n",
		total.Reviews,
		total.Mentions,
		total.Affirmed,
		miner.Version(),
	)
	if total.Refused > 0 {
		return &chaping.Error{
			Code:    chaping.CodePartial,
			Message: fmt.Sprintf("有 %d 行被拒收，其余已处理", total.Refused),
			Remedy:  "按上面的说明改正",
		}
	}
	return partial
}
