package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/store"
)

func (p *program) storeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "store", Short: "数据库：占用、整理、清理、校验", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		p.storeStatsCommand(),
		p.storeOptimizeCommand(),
		p.storePurgeCommand(),
		p.storeVerifyCommand(),
		p.storeDrainCommand(),
	)
	return cmd
}

// onStore runs do on the store, with a progress display.
func (p *program) onStore(
	ctx context.Context,
	label string,
	do func(s *store.Store, progress func(string)) error,
) error {
	s, err := p.app.Store(ctx)
	if err != nil {
		return err
	}
	bar := p.startProgress(label)
	done := int64(0)
	err = do(s, func(table string) { done++; bar.show(done, -1, table) })
	bar.finish()
	return err
}

func (p *program) storeStatsCommand() *cobra.Command {
	var format, out string
	cmd := &cobra.Command{
		Use: "stats", Short: "各表的行数和占用", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := p.warnOfBacklog(""); err != nil {
				return err
			}
			t := &resultTable{heads: []string{"表", "数据块", "行", "磁盘字节", "压缩前字节", "最早分区", "最新分区"}}
			err := p.onStore(cmd.Context(), "统计", func(s *store.Store, _ func(string)) error {
				list, err := s.Stats(cmd.Context())
				for _, x := range list {
					t.add(x.Name, x.Parts, x.Rows, x.Bytes, x.Uncompressed, x.First, x.Last)
				}
				return err
			})
			if err != nil {
				return err
			}
			return p.writeTable(t, format, out)
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "格式："+outputFormats)
	cmd.Flags().StringVar(&out, "out", "", "写到文件；不写为标准输出")
	return cmd
}

func (p *program) storeOptimizeCommand() *cobra.Command {
	return &cobra.Command{
		Use: "optimize", Short: "合并数据块，去掉重复的副本", Args: noArgs,
		Long: "数据库会逐渐自行合并；大量导入之后马上要反复查询时，可以用本命令提前做完。",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.onStore(cmd.Context(), "整理", func(s *store.Store, progress func(string)) error {
				return s.Optimize(cmd.Context(), progress)
			})
		},
	}
}

// purgeOptions are the flags of store purge.
type purgeOptions struct {
	before         string
	keepReviews    bool
	includeCurrent bool
	others         bool
	terms          string
	yes            bool
}

func (p *program) storePurgeCommand() *cobra.Command {
	var o purgeOptions
	cmd := &cobra.Command{
		Use: "purge", Short: "清理过期的评论和计数", Args: noArgs,
		Long: "--before 清除这个报送期以前各期的评论，以及由它们得出的命中、计数；加 --keep-reviews 只清除命中、计数，评论留下。\n" +
			"--other-dictionaries 清除别的词库版本的命中和计数，不碰评论。两个一起写时各清各的。\n" +
			"评论按月存放：一个月的评论只要还有一部分属于留下的报送期，整月留下。\n" +
			"不加 --yes 只列出将要清除的报送期（月）、词库版本和行数。评论一经清除不能恢复，请先 chaping backup。",
		Example: "  chaping store purge --before 2022-01\n  chaping store purge --before 2022-01 --yes\n  chaping store purge --other-dictionaries --yes",
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runPurge(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.before, "before", "", "这个报送期以前的清除，例如 2022-01")
	f.BoolVar(&o.keepReviews, "keep-reviews", false, "与 --before 一起：评论留下")
	f.BoolVar(&o.includeCurrent, "include-current", false, "与 --before 一起：当前和以后的报送期也清除")
	f.BoolVar(&o.others, "other-dictionaries", false, "清除当前词库以外各版本的命中和计数")
	f.StringVar(&o.terms, "terms", "", "当前词库；不写用自带词库")
	f.BoolVar(&o.yes, "yes", false, "确认执行")
	return cmd
}

// purge is what the flags name.
func (p *program) purge(ctx context.Context, o purgeOptions) (q store.Purge, err error) {
	switch {
	case o.before == "" && (o.keepReviews || o.includeCurrent):
		return q, usage("--keep-reviews、--include-current 要与 --before 一起写")
	case o.before == "" && !o.others:
		return q, usage("要写 --before 报送期，或 --other-dictionaries")
	}
	if o.before != "" {
		before, err := chaping.ParsePeriod(o.before)
		if err != nil {
			return q, &chaping.Error{Code: chaping.CodeUsage, Message: err.Error()}
		}
		current, err := p.period(ctx, "")
		if err != nil {
			return q, err
		}
		if o.yes && !o.includeCurrent && current.Before(before) {
			return q, usage("--before %s 会清除当前的报送期 %s。确要清除，另加 --include-current", before, current)
		}
		q.Derived = before
		if !o.keepReviews {
			q.Reviews = before
		}
	}
	if o.others {
		miner, partial, err := p.miner(ctx, o.terms)
		if err = errors.Join(err, partial); err != nil { // half a dictionary is another version, not the one to keep
			return q, err
		}
		q.Others = []string{miner.Version()}
	}
	return q, nil
}

func (p *program) runPurge(ctx context.Context, o purgeOptions) error {
	q, err := p.purge(ctx, o)
	if err != nil {
		return err
	}
	var dropped []store.Purged
	err = p.onStore(ctx, "清理", func(s *store.Store, _ func(string)) (err error) {
		dropped, err = s.Purge(ctx, q, !o.yes)
		return err
	})
	rows := uint64(0)
	shown := p.printTable(func(w io.Writer) {
		for _, d := range dropped {
			rows += d.Rows
			if d.Month != "" {
				fmt.Fprintf(w, "%s\t%s 月\t\t%d 行\n", d.Table, d.Month, d.Rows)
			} else {
				fmt.Fprintf(w, "%s\t报送期 %s\t词库 %s\t%d 行\n", d.Table, d.Period, d.Dictionary, d.Rows)
			}
		}
	})
	if err = errors.Join(err, shown); err != nil {
		return err
	}
	word := "已清除"
	if !o.yes {
		word = "将清除（加 --yes 执行）"
	}
	fmt.Fprintf(p.err, "%s %d 个分区，%d 行\n", word, len(dropped), rows)
	return nil
}

func (p *program) storeVerifyCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "verify", Short: "校验数据块，核对计数", Args: noArgs,
		Long: "逐块读出并核对校验和（CHECK TABLE），再核对各报送期的命中数与挖掘记录是否一致。",
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list []store.Check
			err := p.onStore(cmd.Context(), "校验", func(s *store.Store, progress func(string)) (err error) {
				list, err = s.Verify(cmd.Context(), progress)
				return err
			})
			if err != nil {
				return err
			}
			bad := 0
			for _, c := range list {
				if c.Problem != "" {
					bad++
				}
			}
			if asJSON {
				err = p.printJSON(list)
			} else {
				for _, c := range list {
					state := cmp.Or(c.Note, "完好")
					if c.Problem != "" {
						state = "有问题：" + chaping.Shorten(c.Problem, 300)
					}
					fmt.Fprintf(p.out, "%s：%d 行，%s\n", c.Table, c.Rows, state)
				}
			}
			if bad > 0 {
				err = errors.Join(
					err,
					&chaping.Error{Code: chaping.CodeEnvironment, Message: fmt.Sprintf("%d 项没有通过校验", bad),
						Remedy: "从备份恢复（chaping restore）；只是命中数不符的，用 chaping mine --period 报送期 --again 重新挖掘"},
				)
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return cmd
}
