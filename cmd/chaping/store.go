package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/store"
)

func (p *program) storeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "store", Short: "数据库：占用、整理、清理、校验", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(p.storeStatsCommand(), p.storeOptimizeCommand(), p.storePurgeCommand(), p.storeVerifyCommand(), p.storeDrainCommand())
	return cmd
}

// onStore runs do on the store, with a progress display.
func (p *program) onStore(ctx context.Context, label string, do func(s *store.Store, progress func(string)) error) error {
	s, err := p.openStore(ctx)
	if err != nil {
		return err
	}
	bar := p.startProgress(label, -1)
	done := int64(0)
	err = do(s, func(table string) { done++; bar.show(done, -1, table) })
	bar.finish()
	return errors.Join(err, s.Close())
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

func (p *program) storePurgeCommand() *cobra.Command {
	var before, terms string
	var others, yes bool
	cmd := &cobra.Command{
		Use: "purge", Short: "清理过期的评论和计数", Args: noArgs,
		Long: "清除 --before 以前各报送期的评论、命中、计数；--other-dictionaries 再清除别的词库版本的命中和计数。\n" +
			"不加 --yes 只列出将要清除的分区。评论一经清除不能恢复，请先 chaping backup。",
		Example: "  chaping store purge --before 2022-01 --yes",
		RunE: func(cmd *cobra.Command, _ []string) error {
			first := chaping.Period{}
			if before == "" && !others {
				return usage("要写 --before 报送期，或 --other-dictionaries")
			}
			if before != "" {
				var err error
				if first, err = p.period(before); err != nil {
					return err
				}
			}
			var keep []string
			var partial error
			if others {
				miner, left, err := p.miner(terms)
				if err != nil {
					return err
				}
				keep, partial = []string{miner.Version()}, left
			}
			var dropped []string
			err := p.onStore(cmd.Context(), "清理", func(s *store.Store, _ func(string)) (err error) {
				dropped, err = s.Purge(cmd.Context(), first, keep, !yes)
				return err
			})
			for _, d := range dropped {
				fmt.Fprintln(p.out, d)
			}
			if err != nil {
				return err
			}
			word := "已清除"
			if !yes {
				word = "将清除（加 --yes 执行）"
			}
			fmt.Fprintf(p.err, "%s %d 个分区\n", word, len(dropped))
			return partial
		},
	}
	f := cmd.Flags()
	f.StringVar(&before, "before", "", "这个报送期以前的全部清除，例如 2022-01")
	f.BoolVar(&others, "other-dictionaries", false, "清除当前词库以外各版本的命中和计数")
	f.StringVar(&terms, "terms", "", "当前词库；不写用自带词库")
	f.BoolVar(&yes, "yes", false, "确认执行")
	return cmd
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
					state := "完好"
					if c.Problem != "" {
						state = "有问题：" + chaping.Shorten(c.Problem, 300)
					}
					fmt.Fprintf(p.out, "%s：%d 行，%s\n", c.Table, c.Rows, state)
				}
			}
			if bad > 0 {
				err = errors.Join(err, &chaping.Error{Code: chaping.CodeEnvironment, Message: fmt.Sprintf("%d 项没有通过校验", bad),
					Remedy: "从备份恢复（chaping restore）；只是命中数不符的，用 chaping mine --period 报送期 --again 重新挖掘"})
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return cmd
}
